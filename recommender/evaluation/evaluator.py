"""Score systems: a plan is walked, answers are measured against lists or by grades, figures are put in a report."""

import dataclasses
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from joblib import Parallel, delayed, effective_n_jobs

from recommender.articles import Article, Corpus, check_corpus
from recommender.content.languages import language_of
from recommender.errors import EvaluationError, OptionError, did_you_mean
from recommender.evaluation.evaluate_answers import make_report
from recommender.evaluation.grades import Grades, grade_answers, read_grades
from recommender.evaluation.intervals import PLACES
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.measures import depth_of, parse_measures
from recommender.evaluation.protocols import graded, parse_day, publish_time, read_later, replay, whole_site
from recommender.evaluation.report import Report
from recommender.evaluation.simulate import Answer, Plan, walk
from recommender.evaluation.slices import slice_by_lists
from recommender.evaluation.systems import Contender, System, contenders
from recommender.model import Recommender
from recommender.settings import Settings, given_or_default

logger = logging.getLogger(__name__)

#: By the name that is asked for.
PROTOCOLS = ("publish-time", "whole-site", "unlisted", "replay")

#: Queries times articles below which starting further processes costs more than it saves.
_WORTH_PROCESSES = 1_000_000

Progress = Callable[[str, int, int], object]


def evaluate(
    corpus: Corpus,
    settings: Settings | None = None,
    protocol: str | None = None,
    test_from: str | datetime | None = None,
    later: Path | str | Sequence[Article] | None = None,
    measures: Sequence[str] | None = None,
    systems: Sequence[str] | Mapping[str, Callable[[], System]] | None = None,
    progress: Progress | None = None,
    *,
    grades: Grades | Path | str | Sequence[Path | str] | None = None,
    language: str = "",
) -> Report:
    """
    How well the suggestions agree with the editors' own lists, or what readers think of them.

    Parameters
    ----------
    corpus
        The site.
    settings
        As it would be run; None for the defaults.
    protocol
        ``publish-time``, ``whole-site``, ``unlisted`` or ``replay``: what a system may know when it is asked. See
        docs/evaluation.md. None: ``grades`` where there are grades, ``replay`` where there are later articles, else
        ``publish-time``, or ``whole-site`` where most articles with a list have no date.
    test_from
        publish-time: only articles published from this day on are asked; None for the latest fifth.
    later
        replay: the folder of the later articles, or the articles in the order in which they came.
    measures
        As ir-measures writes them; None for the setting ``evaluation.measures``.
    systems
        Names of systems to score beside ``tfidf``, ``similarity``, ``learned`` and ``shown``; ``all`` for all. Or a
        mapping of names to makers of unfitted systems, and then only those.
    progress
        Called with ("queries", done, in all).
    grades
        What readers gave: files, or (article id, candidate id) -> 0 to 3. The graded articles are asked with their
        lists hidden, and the suggestions are judged by the grades alone.
    language
        The only language in which baselines suggest; "" for all.

    Returns
    -------
    Report
        Its figures depend on the corpus and the settings, not on the order of files or the number of processes.

    Raises
    ------
    EvaluationError
        There is nothing to score, or no such protocol, system, measure or language.
    """
    check_corpus(corpus, "evaluate")
    settings = given_or_default(settings)
    chosen = parse_measures(measures or settings.evaluation.measures)
    if isinstance(grades, (str, Path)):
        grades = [grades]
    if grades is not None and not isinstance(grades, Mapping):
        grades = read_grades(map(Path, grades))
    known = {language_of(article.language, corpus.site_language) for article in corpus}
    if language and language_of(language, corpus.site_language) not in known:
        there = ", ".join(sorted(known - {""})) or "none that is known; articles.site_language can say it"
        raise EvaluationError(f"no article is in the language {language!r}. There are {there}.")
    entrants = contenders(systems, settings, language)
    plan = _plan(corpus, settings, protocol, test_from, later, grades)
    depth = settings.ranking.k if grades is not None else max(depth_of(chosen), settings.ranking.k)
    logger.info("evaluation: %s, %s queries", plan.protocol, f"{len(plan.queries):,}")
    answers, notes = _ask(entrants, plan, depth, settings, progress)
    if grades is not None:
        report = grade_answers(plan, answers, grades, settings, notes)
    else:
        report = make_report(plan, answers, chosen, depth, settings, notes)
    if "shown" not in answers:
        return report
    return dataclasses.replace(report, coverage=_coverage(corpus, plan.judgments, settings))


def _plan(
    corpus: Corpus,
    settings: Settings,
    protocol: str | None,
    test_from: str | datetime | None,
    later: Path | str | Sequence[Article] | None,
    grades: Grades | None,
) -> Plan:
    if grades is not None:
        if protocol not in (None, "grades") or test_from is not None or later is not None:
            raise OptionError(
                "--grades ask the graded articles of the site as it stands. Leave out --protocol, --test-from, --later."
            )
        return graded(corpus, grades)
    if protocol is None:
        dates = [article.published_at is not None for article in corpus if article.related]
        asks_by_date = test_from is not None or 2 * sum(dates) >= len(dates)
        protocol = "replay" if later is not None else "publish-time" if asks_by_date else "whole-site"
    if protocol not in PROTOCOLS:
        raise OptionError(
            f"there is no protocol {protocol!r}.{did_you_mean(protocol, PROTOCOLS)} There are {', '.join(PROTOCOLS)}."
        )
    if test_from is not None and protocol != "publish-time":
        raise OptionError(f"--test-from belongs to the protocol publish-time, not to {protocol}. Leave it out.")
    if (later is not None) != (protocol == "replay"):
        raise OptionError("the protocol replay, and only it, needs the later articles: --later DIR.")
    if later is not None:
        return replay(corpus, read_later(later, settings) if isinstance(later, (str, Path)) else later)
    if protocol != "publish-time":
        options = settings.evaluation
        return whole_site(corpus, options.folds, options.seed, unlisted=protocol == "unlisted")
    return publish_time(corpus, None if test_from is None else parse_day(test_from))


def _ask(
    entrants: Sequence[Contender], plan: Plan, depth: int, settings: Settings, progress: Progress | None
) -> tuple[dict[str, list[Answer]], list[str]]:
    """Each system's answers, in the order of the queries; and what a reader should know about them."""
    asked = [query.article for query in plan.queries]
    # The longest first, so that no process waits at the end: what learns takes longest.
    tasks = [(entrant, path) for entrant in reversed(entrants) for path in plan.walks]
    n_jobs = min(effective_n_jobs(settings.ranking.n_jobs), len(tasks))
    if len(asked) * len(plan.judgments.articles) < _WORTH_PROCESSES:
        n_jobs = 1
    found: dict[str, dict[int, Answer]] = {entrant.name: {} for entrant in entrants}
    rankers: dict[str, set[str]] = {entrant.name: set() for entrant in entrants}
    n_done, n_all = 0, len(asked) * len(entrants)
    results = Parallel(n_jobs, return_as="generator")(
        delayed(walk)(entrant, path, asked, depth) for entrant, path in tasks
    )
    for (entrant, _), (answers, used) in zip(tasks, results, strict=True):
        found[entrant.name] |= answers
        rankers[entrant.name].add(used)
        n_done += len(answers)
        if progress is not None:
            progress("queries", n_done, n_all)
    notes = []
    if rankers.get("learned") == {"similarity"}:
        del found["learned"]
        notes.append("There is no learned: fitting found too little to learn from, and stayed with similarity.")
    return {name: [found[name][number] for number in range(len(asked))] for name in found}, notes


def _coverage(corpus: Corpus, judgments: Judgments, settings: Settings) -> dict[str, dict[str, float]]:
    """Of the articles with a list, named by others only, and named by nobody: how many have a suggestion as shown."""
    served = {article_id for article_id, found in Recommender(settings).fit(corpus).suggest_all() if found}
    articles = list(corpus)
    return {
        name: {
            "n_articles": len(numbers),
            "with_suggestions": round(sum(articles[n].id in served for n in numbers) / len(numbers), PLACES),
        }
        for name, numbers in slice_by_lists(articles, judgments).items()
    }
