"""
The runs, one function a command. Each reads like the data's way: site, corpus, model, suggestions, files.

Nothing here prints: a run hands back a value, tells a `Progress` how far it is, and logs a line a stage.
"""

from __future__ import annotations

import fnmatch
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recommender.articles import Article, Corpus, Reading
from recommender.cluster import ClusterRun, connected, suggest_on_cluster
from recommender.content.site import read_article, read_site
from recommender.errors import CorpusError, RecommenderError, SettingsError, WriteError, did_you_mean
from recommender.evaluation import Report, evaluate
from recommender.model import Recommender, load_model
from recommender.settings import Settings, describe_settings, read_settings
from recommender.suggestions import Reason
from recommender.writing import WRITERS, Answer, FileChange, Plan, apply_changes, jsonl_lines
from recommender.writing.atomic import replace_file_by_parts

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
        What has changed on the site since the model was fitted; None where it was fitted in this run.
    seconds
        From start to end.
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
    """How many articles were added, changed and removed since a model was fitted."""

    n_added: int = 0
    n_changed: int = 0
    n_removed: int = 0


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
        The folder of a saved model; what has changed since it was fitted is added to it. None: fitted anew.
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
        _check_for_cluster(settings, output, plan_only=plan_only)
    with nullcontext() if dask is None else connected(dask) as client:
        loaded = _load(model, settings)
        corpus = _read(site, settings, tell, strict=strict)
        chosen = choose_articles(corpus, site, only)
        if require:
            _pass_gate(corpus, settings, require, tell)
        recommender, news = _recommender(corpus, settings, loaded, tell)
        tally = _Tally()
        answers = tally.count(_answers(recommender, chosen, settings, tell))
        plan = Plan()
        lost: Sequence[RecommenderError] = ()
        n_changed = 0
        if client is not None and output is not None:
            n_changed = tally.take(_on_cluster(client, recommender, chosen, output, settings, tell))
        elif settings.writing.writer == "jsonl" and (output is None or not plan_only):
            n_changed = _write_lines(answers, output, emit)
        else:
            plan = WRITERS[settings.writing.writer](corpus, site, answers, settings, output)
            n_changed = len(plan.changes)
            if not plan_only:
                _, lost = apply_changes(plan.changes, lambda n_done: tell("files", n_done, n_changed))
    reading = corpus.reading or Reading()
    return SuggestRun(
        n_articles=len(corpus),
        n_asked=len(chosen),
        reading=reading,
        ranker_name=recommender.ranker_name,
        ranker_decision=recommender.ranker_decision,
        n_suggestions=tally.n_suggestions,
        reasons_for_none=dict(sorted(tally.reasons_for_none.items(), key=lambda item: (-item[1], item[0]))),
        changes=plan.changes,
        n_changed=n_changed,
        problems=(*reading.problems, *plan.problems, *lost),
        news=news,
        seconds=time.monotonic() - start,
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
    recommender, _ = _recommender(corpus, settings, None, tell)
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
    asked = _article(corpus, site, settings, article)
    recommender, _ = _recommender(corpus, settings, loaded, tell)
    suggestions = tuple(recommender.suggest(asked, settings.ranking.k, settings.ranking.min_score))
    none = "" if suggestions else recommender.why_none(asked)
    compared = reason = None
    if candidate is not None:
        compared_id = _id_of(corpus, site, candidate) or candidate
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


def choose_articles(corpus: Corpus, site: Path, only: Sequence[str]) -> tuple[str, ...]:
    """
    The ids that ids, files, folders and glob patterns name, sorted; all ids where nothing is named.

    A path is taken as typed, below the folder one is in or below the site.

    Raises
    ------
    CorpusError
        A name fits no article; one message for all such names.
    """
    if not only:
        return corpus.ids
    chosen: set[str] = set()
    unknown: list[str] = []
    for name in only:
        found = _matching(corpus, site, name)
        chosen.update(found)
        if not found:
            unknown.append(_unknown(corpus, site, name))
    if unknown:
        raise CorpusError("\n".join(unknown))
    return tuple(sorted(chosen))


def _matching(corpus: Corpus, site: Path, name: str) -> list[str]:
    """The ids that one name stands for."""
    if found := _id_of(corpus, site, name):
        return [found]
    folders = _below_site(site, name)
    return [
        article.id
        for article in corpus
        if "." in folders
        or any(article.path.startswith(f"{folder}/") for folder in folders)
        or fnmatch.fnmatchcase(article.path, name)
        or fnmatch.fnmatchcase(article.id, name)
    ]


def _id_of(corpus: Corpus, site: Path, name: str) -> str | None:
    """The article that an id or a file names."""
    paths = _below_site(site, name)
    return next((article.id for article in corpus if article.id == name or article.path in paths), None)


def _below_site(site: Path, name: str) -> set[str]:
    """What stands under a name, as paths below the site; "." is the site itself."""
    # Both with links followed and without: the site may lie behind a link, and so may one article in it.
    roots = {_absolute(site), site.resolve()}
    typed = [path for path in (Path(name), site / name) if path.exists()]
    paths = {absolute for path in typed for absolute in (_absolute(path), path.resolve())}
    return {path.relative_to(root).as_posix() for path in paths for root in roots if path.is_relative_to(root)}


def _absolute(path: Path) -> Path:
    """The path from the root, with ``..`` worked out and links left as they are."""
    return Path(os.path.normpath(Path.cwd() / path))


def _unknown(corpus: Corpus, site: Path, name: str) -> str:
    """Why a name stands for no article."""
    paths = _below_site(site, name)
    for problem in corpus.reading.problems if corpus.reading else ():
        if any(str(problem).startswith(f"{path}:") for path in paths):
            return str(problem)
    known = [*corpus.ids, *(article.path for article in corpus if article.path)]
    return f"no article has the id or path {name!r}.{did_you_mean(name, known)}"


def _article(corpus: Corpus, site: Path, settings: Settings, name: str) -> Article:
    """The article of an id, of a file of the site, or of a file elsewhere: a draft."""
    if found := _id_of(corpus, site, name):
        return corpus[found]
    if Path(name).is_file() and not _below_site(site, name):
        return read_article(Path(name), settings, site=Path(name).parent)
    raise CorpusError(_unknown(corpus, site, name))


def _pass_gate(corpus: Corpus, settings: Settings, require: Sequence[str], progress: Progress) -> None:
    """Raise GateError where the settings score below what is required on this site."""
    measured = dict.fromkeys((*settings.evaluation.measures, *(limit.partition("=")[0].strip() for limit in require)))
    report = evaluate(corpus, settings, measures=tuple(measured), progress=progress)
    report.check(require)
    logger.info("evaluation: passed %s", ", ".join(require))


def _read(site: Path, settings: Settings, progress: Progress, *, strict: bool = False) -> Corpus:
    return read_site(site, settings, strict=strict, progress=lambda done, total: progress("articles", done, total))


def _recommender(
    corpus: Corpus, settings: Settings, loaded: Recommender | None, progress: Progress
) -> tuple[Recommender, News | None]:
    """A recommender that knows the corpus: fitted on it, or one that was loaded, brought up to date."""
    if loaded is None:
        fitted = Recommender(settings).fit(corpus, progress=lambda done, total: progress("model", done, total))
        return fitted, None
    added, removed = loaded.changes(corpus)
    known = set(loaded.article_ids)
    n_changed = sum(article.id in known for article in added)
    if added or removed:
        loaded.update(added=added, removed=removed)
    return loaded, News(len(added) - n_changed, n_changed, len(removed))


def _load(model: Path | None, settings: Settings) -> Recommender | None:
    """The saved model, before the site is read: a person should not wait to hear that there is none."""
    if model is None:
        return None
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
    of_the_run = ("writing.", "evaluation.", "articles.", "ranking.k", "ranking.min_score", "ranking.n_jobs")
    now = {name: value for name, value, _ in describe_settings(asked)}
    return [
        name
        for name, value, _ in describe_settings(fitted)
        if value != now.get(name) and not (name in of_the_run or name.startswith(of_the_run[:3]))
    ]


def _answers(
    recommender: Recommender, chosen: Collection[str], settings: Settings, progress: Progress
) -> Iterator[Answer]:
    """What the recommender says of each article, with the reason where it says nothing."""
    return recommender.answers(
        settings.ranking.k,
        only=chosen,
        min_score=settings.ranking.min_score,
        progress=lambda done, total: progress("suggestions", done, total),
    )


@dataclass
class _Tally:
    """Counts answers on their way to a writer."""

    n_suggestions: int = 0
    reasons_for_none: Counter[str] = field(default_factory=Counter)

    def count(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        for answer in answers:
            self.n_suggestions += len(answer.suggestions)
            if not answer.suggestions:
                self.reasons_for_none[answer.reason_for_none] += 1
            yield answer
        logger.info("suggestions: %s", f"{self.n_suggestions:,}")

    def take(self, run: ClusterRun) -> int:
        """Take over what a cluster's workers counted; returns how many files changed."""
        self.n_suggestions += run.n_suggestions
        self.reasons_for_none.update(run.reasons_for_none)
        return run.n_changed


def _check_for_cluster(settings: Settings, output: Path | None, *, plan_only: bool) -> None:
    """Raise SettingsError where the settings ask for what a cluster does not do."""
    if settings.writing.writer != "jsonl" or output is None:
        raise SettingsError(
            "--dask: workers write lines of JSON where all of them can reach. "
            "Name a file or a folder there: --write jsonl --output FOLDER."
        )
    if plan_only:
        raise SettingsError("--dask: --check, --diff and --dry-run compare files here. Leave one of the two out.")
    if settings.ranking.ranker != "similarity":
        raise SettingsError(
            f"ranking.ranker must be similarity on a cluster, but is {settings.ranking.ranker}. "
            "The learned ranker works on one machine."
        )


def _on_cluster(
    client: Any, recommender: Recommender, chosen: Sequence[str], output: Path, settings: Settings, progress: Progress
) -> ClusterRun:
    return suggest_on_cluster(
        client,
        recommender,
        chosen,
        output,
        settings.ranking.k,
        settings.ranking.min_score,
        progress=lambda done, total: progress("suggestions", done, total),
    )


def _write_lines(answers: Iterable[Answer], output: Path | None, emit: Callable[[str], object] | None) -> int:
    """Write lines as they come, to a file or to whoever takes them; returns how many files changed."""
    lines = jsonl_lines(answers)
    if output is None:
        for line in lines:
            if emit:
                emit(line)
        return 0
    try:
        return int(replace_file_by_parts(output, (f"{line}\n".encode() for line in lines)))
    except OSError as error:
        raise WriteError(
            f"{output}: cannot be written ({error.strerror or error}). It is as it was. Mend that and run again."
        ) from error


def _silence(stage: str, n_done: int, n_total: int) -> None:
    """Tell nobody."""
