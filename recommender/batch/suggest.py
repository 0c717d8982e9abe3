"""The main job: site, corpus, model, suggestions, files."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.articles import Corpus, Reading
from recommender.batch.choosing import choose_articles
from recommender.batch.stages import (
    Progress,
    check_model,
    decisions_of,
    load_recommender,
    read_corpus,
    recommender_for,
    silence,
)
from recommender.content.processes import n_cores
from recommender.errors import RecommenderError, SettingsError
from recommender.report.change_report import check_format, write_changes
from recommender.report.changes import compare
from recommender.report.record import Record, Records
from recommender.runs import LastRun, Outcome, file_digest, folder_digest, warnings_heard
from recommender.settings import Settings
from recommender.writing import WRITERS, Answer, FileChange, Plan, apply_changes, jsonl_lines
from recommender.writing.atomic import is_stream, remove_leftovers, replace_file_by_parts, unwritten
from recommender.writing.lock import only_writer

if TYPE_CHECKING:
    from recommender.cluster import Written

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SuggestRun(Outcome):
    """
    What a run of `suggest_site` did, or would do; further attributes as in `Outcome`.

    Parameters
    ----------
    n_articles, n_asked
        Articles read, and those that suggestions were asked for: all, or those that ``only`` names.
    reading
        What happened while the site was read.
    changes
        The files that would change, or did; lines of JSON that were written are not among them, since they are never
        in memory as a whole. None of a run that computed nothing.
    n_changed
        How many files changed, or would.
    problems
        Everything that could not be read or written; the run went on without it.
    seconds
        From start to end.
    is_unchanged
        Whether nothing had to be computed: inputs and files are as the last run left them.
    """

    n_articles: int
    n_asked: int
    reading: Reading
    changes: tuple[FileChange, ...] = ()
    n_changed: int = 0
    problems: tuple[RecommenderError, ...]
    seconds: float
    is_unchanged: bool = False

    @property
    def n_with_none(self) -> int:
        """Articles without a suggestion."""
        return sum(self.reasons_for_none.values())


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
    reports: Sequence[Path] = (),
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
        Stop at the first file that cannot be read or written.
    fresh
        Read and compute everything, also where an earlier run with the same inputs is in the cache.
    dask
        The address of a Dask scheduler whose workers rank, explain and write; see docs/cluster.md. The writer is then
        ``jsonl``, and `output` a file or a folder that all workers reach. None: this machine does it.
    reports
        Files for what changed since the last run, and why; their endings say how each is written.
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
    tell = progress or silence
    if dask is not None:
        from recommender import cluster  # what it needs takes a second to import, and few runs need it

        _check_for_cluster(settings, output, plan_only=plan_only, reports=reports)
    for file in reports:
        check_format(file)
    if model is not None:
        check_model(model)
    with (
        nullcontext() if dask is None else cluster.connected(dask) as client,
        warnings_heard() as warnings,
    ):
        corpus = read_corpus(site, settings, tell, strict=strict, fresh=fresh)
        decisions = decisions_of(site, corpus)
        chosen = choose_articles(corpus, site, only)
        read: dict[str, Any] = {"n_articles": len(corpus), "n_asked": len(chosen), "reading": corpus.reading}
        writer = settings.writing.writer
        last = None
        model_digest = "" if model is None or client is not None else folder_digest(model)
        # Lines that go to the standard output, or into any other stream, are not kept, so there is nothing that could
        # stand in for a run; nor is what the workers of a cluster wrote.
        is_kept = writer != "jsonl" if output is None else not is_stream(output)
        if client is None and is_kept:
            last = LastRun.of(
                site, settings, corpus, chosen, decisions, model=model_digest, output=output, require=require
            )
        # Lines are not held in memory, so they are noted for the next run only where a report is asked for.
        records = Records(site, settings, output) if client is None and (reports or writer != "jsonl") else None
        before = records.load() if records is not None and reports else None
        has_record = not reports or (before is not None and bool(before.articles))
        if last is not None and not fresh and has_record and (known := last.recall()) is not None:
            if before is not None:
                _write_reports(before, before, reports)
            return SuggestRun(
                **vars(known),
                **read,
                problems=corpus.reading.problems,
                seconds=time.monotonic() - start,
                is_unchanged=True,
            )
        warnings.clear()  # those of reading come again with the next reading
        loaded = load_recommender(model, settings)
        if require:
            _pass_gate(corpus, settings, require, tell)
        recommender, news = recommender_for(corpus, settings, loaded, tell, site, model, decisions)
        tally = _Tally()
        ranking = settings.ranking
        answers = tally.count(
            recommender.answers(ranking.k, chosen, ranking.min_score, progress=partial(tell, "suggestions"))
        )
        if records is not None:
            answers = records.take(answers)
        plan = Plan()
        n_changed = 0
        lost: Sequence[RecommenderError] = ()
        files: Mapping[Path, str] = {}
        if client is not None and output is not None:
            done = cluster.suggest_on_cluster(
                client, recommender, chosen, output, ranking.k, ranking.min_score, partial(tell, "suggestions")
            )
            n_changed, tally = done.n_changed, _Tally(done.n_suggestions, Counter(done.reasons_for_none))
        elif writer == "jsonl" and (output is None or not plan_only):
            from recommender import cluster

            lines: Iterator[bytes] = (f"{line}\n".encode() for line in jsonl_lines(answers))
            if records is None and len(chosen) >= cluster.LEAST_ASKED and n_cores(ranking.n_jobs) > 1:
                lines = tally.count_written(
                    cluster.lines_by_processes(
                        recommender, chosen, ranking.k, ranking.min_score, partial(tell, "suggestions")
                    )
                )
            n_changed = _write_lines(lines, output, emit)
            files = {output: file_digest(output)} if output is not None and is_kept else {}
        else:
            plan = WRITERS[writer](corpus, site, answers, settings, output)
            n_changed, files = len(plan.changes), plan.files
            if strict and plan.problems:
                raise plan.problems[0]
            if not plan_only:
                with only_writer(site):
                    remove_leftovers([*plan.files, *(change.path for change in plan.changes)])
                    n_changed, lost = apply_changes(
                        plan.changes, lambda n_done: tell("files", n_done, len(plan.changes)), strict=strict
                    )
        if records is not None:
            partly = before or (records.load() if len(chosen) < len(corpus) else None)
            quality: Mapping[str, float] = {}
            if reports:
                from recommender.report.quality import quality_of

                quality = quality_of(recommender, corpus)
            record = records.make(corpus, recommender, settings, partly, model=model_digest, quality=quality)
            _write_reports(before, record, reports)
            if not plan_only:
                records.save(record)
    outcome = Outcome(
        ranker_name=recommender.ranker_name,
        ranker_decision=recommender.ranker_decision,
        n_suggestions=tally.n_suggestions,
        reasons_for_none=dict(sorted(tally.reasons_for_none.items(), key=lambda item: (-item[1], item[0]))),
        news=news,
        warnings=tuple(warnings),
        files={str(path.absolute()): digest_ for path, digest_ in files.items()},
    )
    # What could not be written depends on more than the inputs, so the next run tries again.
    if last is not None and outcome.files and not plan.problems and not lost:
        last.remember(outcome)
    return SuggestRun(
        **vars(outcome),
        **read,
        changes=plan.changes,
        n_changed=n_changed,
        problems=(*corpus.reading.problems, *plan.problems, *lost),
        seconds=time.monotonic() - start,
    )


@dataclass
class _Tally:
    """Counts answers on their way to a writer."""

    n_suggestions: int = 0
    reasons_for_none: Counter[str] = field(default_factory=Counter)

    def count(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The same answers, counted as they pass."""
        for answer in answers:
            self.n_suggestions += len(answer.suggestions)
            if not answer.suggestions:
                self.reasons_for_none[answer.reason_for_none] += 1
            yield answer
        logger.info("suggestions: %s", f"{self.n_suggestions:,}")

    def count_written(self, blocks: Iterable[tuple[Written, bytes]]) -> Iterator[bytes]:
        """The lines of blocks that processes wrote, counted as they pass."""
        for written, lines in blocks:
            self.n_suggestions += written.n_suggestions
            self.reasons_for_none.update(written.reasons_for_none)
            yield lines
        logger.info("suggestions: %s", f"{self.n_suggestions:,}")


def _write_lines(lines: Iterable[bytes], output: Path | None, emit: Callable[[str], object] | None) -> int:
    """Write whole lines as they come, to a file or to whoever takes them; returns how many files changed."""
    if output is None:
        for line in chain.from_iterable(some.splitlines() for some in lines):
            if emit:
                emit(line.decode())
        return 0
    try:
        return int(replace_file_by_parts(output, lines))
    except OSError as error:
        raise unwritten(output, error) from error


def _check_for_cluster(
    settings: Settings, output: Path | None, *, plan_only: bool, reports: Sequence[Path] = ()
) -> None:
    """Raise SettingsError where the settings ask for what a cluster does not do."""
    if settings.writing.writer != "jsonl" or output is None:
        raise SettingsError(
            "--dask: workers write lines of JSON where all of them can reach. "
            "Name a file or a folder there: --write jsonl --output FOLDER."
        )
    if reports:
        raise SettingsError("--dask: what workers write is not compared with an earlier run. Leave --report out.")
    if plan_only:
        raise SettingsError("--dask: --check, --diff and --dry-run compare files here. Leave one of the two out.")


def _write_reports(before: Record | None, after: Record, files: Sequence[Path]) -> None:
    if files:
        changes = compare(before, after)
        for file in files:
            write_changes(changes, file)


def _pass_gate(corpus: Corpus, settings: Settings, require: Sequence[str], progress: Progress) -> None:
    """Raise GateError where the settings score below what is required on this site."""
    from recommender.evaluation import evaluate

    measured = dict.fromkeys((*settings.evaluation.measures, *(limit.partition("=")[0].strip() for limit in require)))
    report = evaluate(corpus, settings, measures=tuple(measured), progress=progress)
    report.check(require, "--require")
    logger.info("evaluation: passed %s", ", ".join(require))
