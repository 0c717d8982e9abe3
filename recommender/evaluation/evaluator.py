"""Score systems against the curated lists: a plan is walked, answers are measured, figures are put in a report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from joblib import Parallel, delayed, effective_n_jobs

from recommender.articles import Article, Corpus
from recommender.errors import EvaluationError, did_you_mean
from recommender.evaluation.measures import depth_of, parse_measures
from recommender.evaluation.protocols import parse_day, publish_time, read_later, replay, whole_site
from recommender.evaluation.report import Report
from recommender.evaluation.scoring import make_report
from recommender.evaluation.systems import Contender, System, contenders
from recommender.evaluation.walks import Answer, Plan, walk
from recommender.settings import Settings

__all__ = ["PROTOCOLS", "evaluate"]

logger = logging.getLogger(__name__)

#: By the name that is asked for.
PROTOCOLS = ("publish-time", "whole-site", "replay")

#: Queries times articles below which starting further processes costs more than it saves.
_WORTH_PROCESSES = 1_000_000

Progress = Callable[[str, int, int], object]


def evaluate(
    corpus: Corpus,
    settings: Settings | None = None,
    protocol: str = "publish-time",
    test_from: str | datetime | None = None,
    later: Path | str | Sequence[Article] | None = None,
    measures: Sequence[str] | None = None,
    systems: Sequence[str] | Mapping[str, Callable[[], System]] | None = None,
    progress: Progress | None = None,
) -> Report:
    """
    How well the suggestions agree with the editors' own lists.

    Parameters
    ----------
    corpus
        The site.
    settings
        As it would be run; None for the defaults.
    protocol
        ``publish-time``, ``whole-site`` or ``replay``: what a system may know when it is asked. See docs/evaluation.md.
    test_from
        publish-time: only articles published from this day on are asked; None for the latest fifth.
    later
        replay: the folder of the later articles, or the articles in the order in which they came.
    measures
        As ir-measures writes them; None for the setting ``evaluation.measures``.
    systems
        Names of systems to score beside ``tfidf``, ``similarity`` and ``learned``; ``all`` for all. Or a mapping of
        names to makers of unfitted systems, and then only those.
    progress
        Called with ("queries", done, in all).

    Returns
    -------
    Report
        Its figures depend on the corpus and the settings, not on the order of files or the number of processes.

    Raises
    ------
    EvaluationError
        There is nothing to score, or no such protocol, system or measure.
    """
    settings = settings or Settings()
    options = settings.evaluation
    chosen = parse_measures(measures or options.measures)
    depth = max(depth_of(chosen), settings.ranking.k)
    entrants = contenders(systems, settings)
    plan = _plan(corpus, settings, protocol, test_from, later)
    logger.info("evaluation: %s, %s queries", plan.protocol, f"{len(plan.queries):,}")
    answers, notes = _ask(entrants, plan, depth, settings, progress)
    return make_report(plan, answers, chosen, depth, settings, notes)


def _plan(
    corpus: Corpus,
    settings: Settings,
    protocol: str,
    test_from: str | datetime | None,
    later: Path | str | Sequence[Article] | None,
) -> Plan:
    if protocol not in PROTOCOLS:
        raise EvaluationError(
            f"there is no protocol {protocol!r}.{did_you_mean(protocol, PROTOCOLS)} There are {', '.join(PROTOCOLS)}."
        )
    if test_from is not None and protocol != "publish-time":
        raise EvaluationError(f"test_from belongs to the protocol publish-time, not to {protocol}. Leave it out.")
    if (later is not None) != (protocol == "replay"):
        raise EvaluationError("the protocol replay, and only it, needs the later articles: --later DIR.")
    if later is not None:
        return replay(corpus, read_later(later, settings) if isinstance(later, (str, Path)) else later)
    if protocol == "whole-site":
        return whole_site(corpus, settings.evaluation.folds, settings.evaluation.seed)
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
    parallel = Parallel(n_jobs=n_jobs, return_as="generator")
    found: dict[str, dict[int, Answer]] = {entrant.name: {} for entrant in entrants}
    rankers: dict[str, set[str]] = {entrant.name: set() for entrant in entrants}
    n_done, n_all = 0, len(asked) * len(entrants)
    results = parallel(delayed(walk)(entrant, path, asked, depth) for entrant, path in tasks)
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
