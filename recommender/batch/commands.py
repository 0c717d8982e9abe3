"""A run each: fit, clear, explain, evaluate, report, decide, promote, settings."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from recommender.articles import Article, Corpus, Reading
from recommender.batch.choosing import article_of, choose_articles, known_article, named_by
from recommender.batch.stages import (
    ChangeRun,
    Progress,
    carry_out,
    decisions_of,
    load_recommender,
    read_corpus,
    recommender_for,
    silence,
)
from recommender.content.matching import EntryMatcher
from recommender.content.paths import without_ending
from recommender.content.urls import canonical_url, is_address
from recommender.errors import EvaluationError, OptionError, RecommenderError, SettingsError, WriteError
from recommender.settings import Settings, describe_settings, read_settings
from recommender.suggestions import Reason
from recommender.writing import Answer, Plan
from recommender.writing.atomic import write_whole
from recommender.writing.data import data_file, plan_no_data
from recommender.writing.decisions import DecisionsFile, Verdict, check_listed, decide, editor_name
from recommender.writing.front_matter import check_name, has_front_matter, plan_front_matter
from recommender.writing.lock import only_writer
from recommender.writing.promote import plan_promotion

if TYPE_CHECKING:
    # Imported where it is used: it needs scikit-learn, which takes its time.
    from recommender.evaluation import Report

logger = logging.getLogger(__name__)

#: Where `fit` saves a site's model: hidden, so that neither a generator nor the reader takes it for content.
MODEL_FOLDER = Path(".recommender") / "model"

#: The settings that sites change most, which come first where settings are listed.
EVERYDAY = frozenset({
    "articles.fields", "articles.exclude", "articles.suggest_unpublished", "articles.site_url", "articles.address",
    "ranking.k", "ranking.follow", "ranking.min_score", "ranking.half_life_days", "ranking.suggest_newer",
    "ranking.fill", "writing.writer",
})  # fmt: skip


@dataclass(frozen=True)
class FitRun:
    """What `fit_site` read, which ranker it chose, with the figures, where the model is, and how long it took."""

    n_articles: int
    reading: Reading
    ranking: str
    folder: Path
    seconds: float


def fit_site(
    site: Path, settings: Settings, *, model: Path | None = None, strict: bool = False, progress: Progress = silence
) -> FitRun:
    """A model of a site, saved in a folder, else in `MODEL_FOLDER` below the site; others as in `suggest_site`."""
    start = time.monotonic()
    corpus = read_corpus(site, settings, progress, strict=strict)
    recommender, _ = recommender_for(site, corpus, settings, progress)
    folder = model or (site if site.is_dir() else site.parent) / MODEL_FOLDER
    recommender.save(folder)
    return FitRun(len(corpus), corpus.reading, recommender.ranker_decision, folder, time.monotonic() - start)


def clear_site(site: Path, settings: Settings, *, plan_only: bool = False, progress: Progress = silence) -> ChangeRun:
    """What `suggest_site` wrote taken out of the articles, and the data file removed; parameters as there."""
    corpus = read_corpus(site, settings, progress)
    file, removed = data_file(site, settings), plan_no_data(site, settings).changes
    plan = plan_front_matter(corpus, site, map(Answer, corpus.ids), settings) if has_front_matter(site) else Plan()
    # Where articles have no front matter, the data file is planned too, as one that says nothing of them.
    plan.changes[:] = [*(change for change in plan.changes if change.path != file), *removed]
    carry_out(site, plan, progress, plan_only=plan_only)
    if removed and not plan_only:
        with only_writer(site):
            if file.is_file() and not file.stat().st_size:
                Path(os.path.realpath(file)).unlink()
                # The folder was made for it where nothing else is in it.
                with suppress(OSError):
                    file.parent.rmdir()
    return ChangeRun(reading=corpus.reading, plan=plan)


@dataclass(frozen=True)
class ExplainRun:
    """What `explain_article` found."""

    #: Which was asked about, and its suggestions, or why there are none.
    article: Article
    answer: Answer
    #: What it was compared with, if anything, and how the two belong together, or why not.
    candidate: Article | None
    reason: Reason | None
    problems: tuple[RecommenderError, ...]  #: Everything that could not be read.


def explain_article(
    site: Path,
    settings: Settings,
    article: str,
    candidate: str | None = None,
    *,
    model: Path | None = None,
    progress: Progress = silence,
) -> ExplainRun:
    """
    Why an article has the suggestions it has, or why one candidate is, or is not, among them; others as `suggest_site`.

    The article is an id, a file, or a file outside the site: a draft. The candidate is the id or the file of another
    article of the site, or the URL of an external one.
    """
    loaded = load_recommender(model, settings)
    corpus = read_corpus(site, settings, progress)
    asked = article_of(corpus, site, settings, article)
    recommender, _ = recommender_for(site, corpus, settings, progress, loaded, model)
    answer = recommender.answer(asked)
    compared = reason = None
    if candidate is not None:
        compared_id = named_by(corpus, site, candidate) or candidate
        reason = recommender.explain(asked, compared_id)
        compared = recommender.article(compared_id)
    return ExplainRun(asked, answer, compared, reason, corpus.reading.problems)


def evaluate_site(
    site: Path,
    settings: Settings,
    *,
    grades: Sequence[Path] = (),
    ungraded: Path | None = None,
    fail_under: Sequence[str] = (),
    strict: bool = False,
    progress: Progress = silence,
    **asked: Any,
) -> tuple[Report, Reading]:
    """
    How well the suggestions for a site agree with its editors' own lists, or with readers' grades; and its reading.

    Parameters as in `suggest_site`, and what is `asked` as in `recommender.evaluate`. `ungraded` is the file for the
    pairs that were suggested and that nobody graded yet. Whether the limits of `fail_under` can be checked is told
    first; `Report.check` checks them.
    """
    from recommender.evaluation import evaluate, is_ungraded, read_grades, ungraded_lines
    from recommender.evaluation.gate import check_measured, limits_of
    from recommender.evaluation.grades import figures_by_grades
    from recommender.evaluation.measures import parse_measures

    if ungraded is not None and not grades:
        raise OptionError("--ungraded: there are no grades that could be incomplete. Give them with --grades FILE.")
    if ungraded is not None and ungraded.is_file() and not is_ungraded(ungraded):
        raise EvaluationError(
            f"--ungraded {ungraded}: holds more than pairs without a grade, and would be replaced. Name another file."
        )
    by_lists = parse_measures(asked["measures"]) if asked.get("measures") else _measures_of(settings)
    measured = figures_by_grades(settings.ranking.k) if grades else by_lists
    check_measured(limits_of(fail_under, "--fail-under"), measured, "--fail-under")
    # Before the site is read, too: what is wrong in them is soon told.
    given = read_grades(grades) if grades else None
    corpus = read_corpus(site, settings, progress, strict=strict)
    report = evaluate(corpus, settings, progress=progress, grades=given, **asked)
    if ungraded is not None:
        write_whole(ungraded, "".join(ungraded_lines(corpus, report.ungraded, settings.evaluation.seed)))
    return report, corpus.reading


def report_site(
    site: Path,
    settings: Settings,
    *,
    output: Path,
    model: Path | None = None,
    grades: Sequence[Path] = (),
    strict: bool = False,
    progress: Progress = silence,
) -> Reading:
    """Write how a site stands as one page; `output` is the page, others as in `suggest_site` and `evaluate_site`."""
    from recommender.evaluation import evaluate, read_grades
    from recommender.model import Recommender
    from recommender.report.page import render
    from recommender.report.site_report import report_of

    given = read_grades(grades) if grades else None
    loaded = load_recommender(model, settings)
    corpus = read_corpus(site, settings, progress, strict=strict)
    recommender, _ = recommender_for(site, corpus, settings, progress, loaded, model)
    answers = recommender.answers(progress=partial(progress, "suggestions"))
    graded = None
    if given is not None:
        graded = evaluate(
            corpus, settings, systems={"shown": lambda: Recommender(settings)}, progress=progress, grades=given
        )
    page = render("site.html", report=report_of(recommender, corpus, answers, graded), name=site.resolve().name)
    write_whole(output, page)
    return corpus.reading


def decide_pair(
    site: Path,
    settings: Settings,
    article: str,
    candidate: str,
    verdict: str,
    *,
    why: str | None = None,
    position: int | None = None,
    until: date | None = None,
    progress: Progress = silence,
) -> str:
    """
    Keep a decision about a candidate under an article of a site; what was kept, as a sentence.

    Article and candidate are named as in `explain_article`, the candidate also by an address elsewhere. The verdict is
    as in `Verdict`, or ``undo``; `why`, `position` and `until` as in `decide`. What is kept or removed must be in the
    curated list.
    """
    corpus = read_corpus(site, settings, progress)
    # An article that cannot be read is unknown, so this comes before anything is said of unknown ones.
    for problem in corpus.reading.problems:
        logger.warning("%s", problem)
    file = DecisionsFile(site, corpus)
    decided = file.read().by_pair
    # What was decided can be taken back also where one of the two is gone.
    known = decided if verdict == "undo" else {}
    one = _named(article, {key for key, _ in known}) or known_article(corpus, site, article)
    other = _named(candidate, {key for _, key in known}) or _candidate(corpus, site, candidate)
    pair = one.id, other.id
    decision = None
    if verdict != "undo":
        decision = decide(
            one, other, cast(Verdict, verdict), by=editor_name(site), why=why, position=position, until=until,
            before=decided.get(pair),
        )  # fmt: skip
        if verdict in ("keep", "remove"):
            check_listed(one, other, EntryMatcher(corpus))
    elif pair not in decided:
        return f"{other.id} under {one.id}: nothing was decided, so there is nothing to undo"
    file.change({pair: decision})
    return f"{other.id} under {one.id}: {decision or 'the decision was taken back'}"


def _named(name: str, ids: Collection[str]) -> Article | None:
    """The article of an id, or of a file, that was decided about."""
    return next((Article(id=one) for one in (name, without_ending(name)) if one in ids), None)


def promote_site(
    site: Path, settings: Settings, *, only: Sequence[str] = (), plan_only: bool = False, progress: Progress = silence
) -> ChangeRun:
    """The curated lists of a folder's articles as their editors decided; parameters as in `suggest_site`."""
    corpus = read_corpus(site, settings, progress)
    chosen = choose_articles(corpus, site, only) if only else None
    decisions = decisions_of(site, corpus)
    plan = plan_promotion(corpus, site, decisions, datetime.now(UTC).date(), chosen, settings.articles.outside)
    carry_out(site, plan, progress, plan_only=plan_only)
    return ChangeRun(reading=corpus.reading, plan=plan)


def _candidate(corpus: Corpus, site: Path, name: str) -> Article:
    """An article of the site, or one elsewhere, which its address names."""
    if is_address(name) and named_by(corpus, site, name) is None:
        return Article(id=canonical_url(name), url=name)
    return known_article(corpus, site, name)


def list_settings(*, everyday_only: bool = False) -> list[tuple[str, Any, str]]:
    """The settings as (dotted name, value, sentence): every one, or those that sites change most."""
    return [setting for setting in describe_settings() if not everyday_only or setting[0] in EVERYDAY]


def check_settings(file: Path) -> Settings:
    """The settings of a file; a SettingsError names the one that is wrong, its limits and the cure."""
    settings = read_settings(file)
    try:
        check_name(settings.writing.front_matter_name, {})
        _measures_of(settings)
    except (WriteError, SettingsError) as error:
        raise SettingsError(f"{file}: {error}") from None
    return settings


def _measures_of(settings: Settings) -> dict[str, Any]:
    """The measures that the settings ask for; a SettingsError tells what is wrong with them."""
    from recommender.evaluation.measures import parse_measures  # which measures there are, ir-measures knows

    try:
        return parse_measures(settings.evaluation.measures)
    except EvaluationError as error:
        raise SettingsError(f"evaluation.measures: {error}") from None
