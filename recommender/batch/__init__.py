"""
The runs, one function a command. Each reads like the data's way: site, corpus, model, suggestions, files.

Nothing here prints: a run hands back a value, tells a `Progress` how far it is, and logs a line a stage.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.articles import Article, Corpus, Reading
from recommender.batch.choosing import article_of, choose_articles, id_of
from recommender.batch.outputs import Tally, check_for_cluster, connected, suggest_on_workers, write_lines
from recommender.content.site import read_site
from recommender.errors import RecommenderError
from recommender.runs import LastRun, Outcome, file_digest, folder_digest, warnings_heard
from recommender.settings import Settings, describe_settings, read_settings
from recommender.suggestions import Reason
from recommender.writing import WRITERS, Answer, FileChange, Plan, apply_changes

if TYPE_CHECKING:
    # Imported where they are used: a run with nothing to do is over before scikit-learn is imported.
    from recommender.batch.incremental import KeptAnswers
    from recommender.evaluation import Report
    from recommender.model import Recommender

__all__ = [
    "EvaluateRun",
    "ExplainRun",
    "FitRun",
    "News",
    "Progress",
    "SuggestRun",
    "check_settings",
    "choose_articles",
    "evaluate_site",
    "explain_article",
    "fit_site",
    "list_settings",
    "settings_of",
    "suggest_site",
]

logger = logging.getLogger(__name__)

#: Called with the stage in the house's nouns, how many are done, and how many there are.
Progress = Callable[[str, int, int], None]

SETTINGS_FILE = "recommender.yaml"

#: Where `fit` saves a site's model: hidden, so that neither a generator nor the reader takes it for content.
MODEL_FOLDER = Path(".recommender") / "model"


@dataclass(frozen=True)
class SuggestRun:
    """
    What a run of `suggest_site` did, or would do.

    Parameters
    ----------
    n_articles
        Articles read.
    n_asked
        Articles that suggestions were asked for: all, or those that ``only`` names.
    reading
        What happened while the site was read.
    ranker_name
        Who ranked: ``similarity`` or ``learned``.
    ranker_decision
        Why, with the figures by which it was chosen.
    n_suggestions
        Suggestions in all.
    reasons_for_none
        How many articles have no suggestion, by the reason, the most frequent first.
    changes
        The files that would change, or did; lines of JSON that were written are not among them, since they are never
        in memory as a whole.
    n_changed
        How many files changed, or would.
    problems
        Everything that could not be read or written; the run went on without it.
    news
        What has changed on the site since the saved model was fitted; None without one.
    seconds
        From start to end.
    is_unchanged
        Whether nothing had to be computed: inputs and files are as the last run left them.
    n_computed
        Articles whose suggestions were computed; those of the others were taken over from the last run with the model.
    why_all
        With a saved model: why they were computed for all articles, as the rest of a sentence; "" where they were not.
    """

    n_articles: int
    n_asked: int
    reading: Reading
    ranker_name: str
    ranker_decision: str
    n_suggestions: int
    reasons_for_none: Mapping[str, int]
    changes: tuple[FileChange, ...]
    n_changed: int
    problems: tuple[RecommenderError, ...]
    news: News | None
    seconds: float
    is_unchanged: bool = False
    n_computed: int = 0
    why_all: str = ""

    @property
    def n_with_none(self) -> int:
        """Articles without a suggestion."""
        return sum(self.reasons_for_none.values())


@dataclass(frozen=True)
class FitRun:
    """
    What a run of `fit_site` did.

    Parameters
    ----------
    n_articles
        Articles read.
    reading
        What happened while the site was read.
    ranker_name
        Who will rank: ``similarity`` or ``learned``.
    ranker_decision
        Why, with the figures by which it was chosen.
    folder
        Where the model is.
    problems
        Everything that could not be read.
    seconds
        From start to end.
    """

    n_articles: int
    reading: Reading
    ranker_name: str
    ranker_decision: str
    folder: Path
    problems: tuple[RecommenderError, ...]
    seconds: float


@dataclass(frozen=True)
class EvaluateRun:
    """
    What `evaluate_site` found.

    Parameters
    ----------
    report
        The figures.
    reading
        What happened while the site was read.
    """

    report: Report
    reading: Reading


@dataclass(frozen=True)
class ExplainRun:
    """
    What `explain_article` found.

    Parameters
    ----------
    article
        The article that was asked about.
    answer
        Its suggestions, or why there are none.
    candidate
        The article it was compared with, and None without one.
    reason
        How the two belong together, or why not.
    problems
        Everything that could not be read.
    """

    article: Article
    answer: Answer
    candidate: Article | None
    reason: Reason | None
    problems: tuple[RecommenderError, ...]


@dataclass(frozen=True)
class News:
    """
    What has changed on a site since a model was fitted.

    Parameters
    ----------
    n_added, n_changed, n_removed
        Articles.
    drift
        The figures of `Recommender.drift`, as a sentence.
    is_refitted
        Whether they were beyond the limit, so that a model fitted anew was used.
    """

    n_added: int = 0
    n_changed: int = 0
    n_removed: int = 0
    drift: str = ""
    is_refitted: bool = False


def suggest_site(
    site: Path,
    settings: Settings,
    *,
    model: Path | None = None,
    only: Sequence[str] = (),
    output: Path | None = None,
    emit: Callable[[str], object] | None = None,
    require: Sequence[str] = (),
    plan_only: bool = False,
    strict: bool = False,
    fresh: bool = False,
    dask: str | None = None,
    progress: Progress | None = None,
) -> SuggestRun:
    """
    Suggestions for a whole site, written where the site can show them.

    Parameters
    ----------
    site
        A folder, or a file of articles one a line.
    settings
        The settings; ``writing.writer`` says how they are written.
    model
        The folder of a saved model; what has changed since it was fitted is added to it, and where the site has moved
        beyond ``ranking.refit_at``, one is fitted anew in its place. The folder is only read. None: fitted anew.
    only
        Ids, files, folders or glob patterns of the articles whose suggestions are written; empty: all.
    output
        The file to write instead of the writer's own place.
    emit
        Takes the lines of the ``jsonl`` writer where `output` names no file.
    require
        Least scores, such as ``nDCG@10=0.4``, that the settings must reach on this site before anything is written.
    plan_only
        Find out what would change, and change nothing.
    strict
        Stop at the first file that cannot be read.
    fresh
        Read and compute everything, also where an earlier run with the same inputs is in the cache.
    dask
        The address of a Dask scheduler whose workers rank, explain and write; see docs/cluster.md. The writer is then
        ``jsonl``, and `output` a file or a folder that all workers reach. None: this machine does it.
    progress
        Told how far the run is.

    Raises
    ------
    GateError
        The score is below what is required; nothing was written.
    RecommenderError
        The site, the model or the files cannot be used.
    """
    start = time.monotonic()
    tell = progress or _silence
    if dask is not None:
        check_for_cluster(settings, output, plan_only=plan_only)
    if model is not None:
        _check_model(model)
    with nullcontext() if dask is None else connected(dask) as client, warnings_heard() as warnings:
        corpus = _read(site, settings, tell, strict=strict, fresh=fresh)
        chosen = choose_articles(corpus, site, only)
        writer = settings.writing.writer
        last = None
        model_digest = "" if model is None or client is not None else folder_digest(model)
        # Lines that go to the standard output are not kept, so there is nothing that could stand in for a run; nor are
        # what the workers of a cluster wrote.
        if client is None and (writer != "jsonl" or output is not None):
            last = LastRun.of(site, settings, corpus, chosen, model=model_digest, output=output, require=require)
        if last is not None and not fresh and (known := last.recall()) is not None:
            return _suggest_run(corpus, len(chosen), known, start, is_unchanged=True)
        warnings.clear()  # those of reading come again with the next reading
        loaded = _load(model, settings)
        if require:
            _pass_gate(corpus, settings, require, tell)
        recommender, news = _recommender(corpus, settings, loaded, tell, site, model)
        tally = Tally()
        kept = None
        why_all = "the model was fitted anew" if news and news.is_refitted else ""
        if model_digest and not why_all:
            from recommender.batch.incremental import KeptAnswers

            kept = KeptAnswers.of(site, settings, recommender, model_digest, only, fresh=fresh)
        answers = tally.count(_answers(recommender, kept, corpus, chosen, settings, tell))
        plan = Plan()
        n_changed = 0
        lost: Sequence[RecommenderError] = ()
        files: Mapping[Path, str] = {}
        if client is not None and output is not None:
            n_changed = tally.take(suggest_on_workers(client, recommender, chosen, output, settings, tell))
        elif writer == "jsonl" and (output is None or not plan_only):
            n_changed = write_lines(answers, output, emit)
            files = {} if output is None else {output: file_digest(output)}
        else:
            plan = WRITERS[writer](corpus, site, answers, settings, output)
            n_changed, files = len(plan.changes), plan.files
            if not plan_only:
                _, lost = apply_changes(plan.changes, lambda n_done: tell("files", n_done, n_changed))
    outcome = Outcome(
        ranker_name=recommender.ranker_name,
        ranker_decision=recommender.ranker_decision,
        n_suggestions=tally.n_suggestions,
        reasons_for_none=dict(sorted(tally.reasons_for_none.items(), key=lambda item: (-item[1], item[0]))),
        news=astuple(news) if news else None,
        warnings=tuple(warnings),
        files={str(path.absolute()): digest_ for path, digest_ in files.items()},
    )
    # What could not be written depends on more than the inputs, so the next run tries again.
    if last is not None and outcome.files and not plan.problems and not lost:
        last.remember(outcome)
    return _suggest_run(
        corpus,
        len(chosen),
        outcome,
        start,
        plan.changes,
        (*plan.problems, *lost),
        n_changed,
        n_computed=kept.n_computed if kept else len(chosen),
        why_all=kept.why_all if kept else why_all,
    )


def fit_site(
    site: Path,
    settings: Settings,
    *,
    model: Path | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> FitRun:
    """
    A model of a site, saved for `suggest_site` and for pipelines.

    Parameters
    ----------
    site
        A folder, or a file of articles one a line.
    settings
        The settings.
    model
        The folder to save it in; None: `MODEL_FOLDER` below the site.
    strict
        Stop at the first file that cannot be read.
    progress
        Told how far the run is.

    Raises
    ------
    RecommenderError
        The site cannot be used, or the model cannot be saved.
    """
    start = time.monotonic()
    tell = progress or _silence
    corpus = _read(site, settings, tell, strict=strict)
    recommender, _ = _recommender(corpus, settings, None, tell, site, None)
    folder = model or (site if site.is_dir() else site.parent) / MODEL_FOLDER
    recommender.save(folder)
    reading = corpus.reading or Reading()
    return FitRun(
        n_articles=len(corpus),
        reading=reading,
        ranker_name=recommender.ranker_name,
        ranker_decision=recommender.ranker_decision,
        folder=folder,
        problems=reading.problems,
        seconds=time.monotonic() - start,
    )


def explain_article(
    site: Path,
    settings: Settings,
    article: str,
    candidate: str | None = None,
    *,
    model: Path | None = None,
    progress: Progress | None = None,
) -> ExplainRun:
    """
    Why an article has the suggestions it has, or why one candidate is, or is not, among them.

    Parameters
    ----------
    site
        A folder, or a file of articles one a line.
    settings
        The settings.
    article
        The id or the file of an article, or a file outside the site: a draft.
    candidate
        The id or the file of another article of the site, or the URL of an external one.
    model
        The folder of a saved model.
    progress
        Told how far the run is.

    Raises
    ------
    UnknownArticleError
        There is no such article.
    RecommenderError
        The site, the model or the draft cannot be used.
    """
    tell = progress or _silence
    loaded = _load(model, settings)
    corpus = _read(site, settings, tell)
    asked = article_of(corpus, site, settings, article)
    recommender, _ = _recommender(corpus, settings, loaded, tell, site, model)
    suggestions = tuple(recommender.suggest(asked, settings.ranking.k, settings.ranking.min_score))
    none = "" if suggestions else recommender.why_none(asked)
    compared = reason = None
    if candidate is not None:
        compared_id = id_of(corpus, site, candidate) or candidate
        reason = recommender.explain(asked, compared_id)
        compared = recommender.article(compared_id)
    return ExplainRun(
        article=asked,
        answer=Answer(asked.id, suggestions, none),
        candidate=compared,
        reason=reason,
        problems=corpus.reading.problems if corpus.reading else (),
    )


def evaluate_site(
    site: Path,
    settings: Settings,
    *,
    protocol: str = "publish-time",
    test_from: str | None = None,
    later: Path | None = None,
    measures: Sequence[str] | None = None,
    systems: Sequence[str] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> EvaluateRun:
    """
    How well the suggestions for a site agree with its editors' own lists.

    Parameters
    ----------
    site
        A folder, or a file of articles one a line.
    settings
        The settings.
    protocol, test_from, later, measures, systems
        As in `recommender.evaluate`.
    strict
        Stop at the first file that cannot be read.
    progress
        Told how far the run is.

    Raises
    ------
    EvaluationError
        There is nothing to score, or no such protocol, measure or system.
    RecommenderError
        The site cannot be used.
    """
    from recommender.evaluation import evaluate

    tell = progress or _silence
    corpus = _read(site, settings, tell, strict=strict)
    report = evaluate(corpus, settings, protocol, test_from, later, measures, systems, progress=tell)
    return EvaluateRun(report, corpus.reading or Reading())


def list_settings(settings: Settings | None = None) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted name, value, sentence)."""
    return describe_settings(settings)


def check_settings(file: Path) -> Settings:
    """
    The settings of a file, if all are right.

    Raises
    ------
    SettingsError
        One is not; the message names it, its limits and the cure.
    """
    return read_settings(file)


def settings_of(site: Path, file: Path | None = None) -> Settings:
    """
    The settings for a site: those of `file`, else of the site's own ``recommender.yaml``, else the defaults.

    Raises
    ------
    SettingsError
        A setting is wrong.
    """
    own = (site if site.is_dir() else site.parent) / SETTINGS_FILE
    if file is None and not own.is_file():
        return Settings()
    return read_settings(file or own)


def _pass_gate(corpus: Corpus, settings: Settings, require: Sequence[str], progress: Progress) -> None:
    """Raise GateError where the settings score below what is required on this site."""
    from recommender.evaluation import evaluate

    measured = dict.fromkeys((*settings.evaluation.measures, *(limit.partition("=")[0].strip() for limit in require)))
    report = evaluate(corpus, settings, measures=tuple(measured), progress=progress)
    report.check(require)
    logger.info("evaluation: passed %s", ", ".join(require))


def _suggest_run(
    corpus: Corpus,
    n_asked: int,
    outcome: Outcome,
    start: float,
    changes: tuple[FileChange, ...] = (),
    problems: Sequence[RecommenderError] = (),
    n_changed: int = 0,
    *,
    is_unchanged: bool = False,
    n_computed: int = 0,
    why_all: str = "",
) -> SuggestRun:
    """What a run tells of an outcome, computed or remembered; problems are those of writing."""
    reading = corpus.reading or Reading()
    return SuggestRun(
        n_articles=len(corpus),
        n_asked=n_asked,
        reading=reading,
        ranker_name=outcome.ranker_name,
        ranker_decision=outcome.ranker_decision,
        n_suggestions=outcome.n_suggestions,
        reasons_for_none=outcome.reasons_for_none,
        changes=changes,
        n_changed=n_changed,
        problems=(*reading.problems, *problems),
        news=News(*outcome.news) if outcome.news else None,
        seconds=time.monotonic() - start,
        is_unchanged=is_unchanged,
        n_computed=n_computed,
        why_all=why_all,
    )


def _read(site: Path, settings: Settings, progress: Progress, *, strict: bool = False, fresh: bool = False) -> Corpus:
    return read_site(
        site,
        settings,
        strict=strict,
        fresh=fresh,
        progress=lambda done, total: progress("articles", done, total),
    )


def _recommender(
    corpus: Corpus, settings: Settings, loaded: Recommender | None, progress: Progress, site: Path, model: Path | None
) -> tuple[Recommender, News | None]:
    """
    A recommender that knows the corpus: fitted on it, or one that was loaded, brought up to date.

    One that the site has left too far behind is replaced by one fitted anew: a job that runs at night has nobody who
    would read advice, and what it writes should not depend on when somebody last saved a model.
    """
    from recommender.model import Recommender

    def fitted() -> Recommender:
        return Recommender(settings).fit(corpus, progress=lambda done, total: progress("model", done, total))

    if loaded is None:
        return fitted(), None
    added, removed = loaded.changes(corpus)
    known = set(loaded.article_ids)
    n_changed = sum(article.id in known for article in added)
    if added or removed:
        loaded.update(added=added, removed=removed)
    drift = replace(loaded.drift, limit=settings.ranking.refit_at)
    logger.info("model: %s", drift)
    news = News(len(added) - n_changed, n_changed, len(removed), str(drift), drift.is_due)
    if not drift.is_due:
        return loaded, news
    logger.warning(
        "%s: %s. A model was fitted anew for this run, which takes its time; to save one: "
        "recommender fit %s --model %s.",
        model,
        drift,
        site,
        model,
    )
    return fitted(), news


def _check_model(model: Path) -> None:
    """Raise ModelError where there is no model, before the site is read: a person should not wait to hear that."""
    from recommender.persistence import read_head

    read_head(model)


def _load(model: Path | None, settings: Settings) -> Recommender | None:
    if model is None:
        return None
    from recommender.model import load_model

    loaded = load_model(model)
    logger.info("model: %s loaded", model)
    if others := _other_settings(loaded.settings, settings):
        logger.warning(
            "%s was fitted with another %s, which counts. To use that of this run, fit it again: "
            "recommender fit SITE --model %s.",
            model,
            " and ".join(others),
            model,
        )
    return loaded


def _other_settings(fitted: Settings, asked: Settings) -> list[str]:
    """The settings that a model keeps from its fit, and that this run would have otherwise."""
    of_the_run = (
        "writing.", "evaluation.", "articles.", "ranking.k", "ranking.min_score", "ranking.n_jobs", "ranking.refit_at"
    )  # fmt: skip
    now = {name: value for name, value, _ in describe_settings(asked)}
    return [
        name
        for name, value, _ in describe_settings(fitted)
        if value != now.get(name) and not (name in of_the_run or name.startswith(of_the_run[:3]))
    ]


def _answers(
    recommender: Recommender,
    kept: KeptAnswers | None,
    corpus: Corpus,
    chosen: Collection[str],
    settings: Settings,
    progress: Progress,
) -> Iterator[Answer]:
    """What the recommender says of each article, with the reason where it says nothing."""

    def tell(n_done: int, n_total: int) -> None:
        progress("suggestions", n_done, n_total)

    if kept is not None:
        return kept.answers(corpus, chosen, tell)
    ranking = settings.ranking
    return recommender.answers(ranking.k, only=chosen, min_score=ranking.min_score, progress=tell)


def _silence(stage: str, n_done: int, n_total: int) -> None:
    """Tell nobody."""
