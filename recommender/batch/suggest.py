"""The main job: site, corpus, model, suggestions, files."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.articles import Corpus
from recommender.batch.choosing import choose_articles
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
from recommender.errors import EvaluationError, OptionError, WriteError
from recommender.report.changes import HEADING, check_format, compare, rendered
from recommender.runs import LastRun, Outcome, Record, file_digest, inputs_of, noted, warnings_heard
from recommender.settings import Settings
from recommender.writing import WRITERS, check_output, jsonl_lines
from recommender.writing.atomic import is_stream, remove_leftovers, replace_file, unwritten, write_text
from recommender.writing.data import data_file, plan_no_data
from recommender.writing.plan import Plan, Tally

if TYPE_CHECKING:
    from recommender.model import Recommender

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SuggestRun(ChangeRun, Outcome):
    """What a run of `suggest_site` did, or would do; further attributes as in `ChangeRun` and `Outcome`."""

    #: Articles read, and those that suggestions were asked for: all, or those that ``only`` names.
    n_articles: int
    n_asked: int
    seconds: float  #: From start to end.
    is_unchanged: bool = False  #: Whether nothing had to be computed: inputs and files are as the last run left them.

    @property
    def n_with_none(self) -> int:
        """Articles without a suggestion."""
        return sum(self.reasons_for_none.values())


@dataclass(frozen=True)
class _Job:
    """What a run has to do: what it read, and where its answers go; others as in `suggest_site`."""

    site: Path
    settings: Settings
    corpus: Corpus
    chosen: tuple[str, ...]
    output: Path | None
    emit: Callable[[str], object] | None
    plan_only: bool
    strict: bool
    client: Any
    progress: Progress

    @property
    def is_stream(self) -> bool:
        """Whether the answers go into a stream, of which nothing stays that could stand in for another run."""
        return self.settings.writing.writer == "jsonl" if self.output is None else is_stream(self.output)


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
    progress: Progress = silence,
) -> SuggestRun:
    """
    Suggestions for a whole site, written where the site can show them; settings.writing.writer says how.

    `model` is the folder of a saved model, which is only read: what has changed since is added, and beyond
    ``ranking.refit_at`` one is fitted anew in its place. `only` names articles (ids, files, patterns), `output`
    the file to write instead of the writer's own place; `emit` takes the lines of ``jsonl``, whole ones with their
    ends, one or more at a time, where there is none. `require` are least scores that the settings must reach first,
    else a GateError and nothing is written. With `plan_only` nothing changes, with `strict` the first problem stops the
    run, with `fresh` no cache is used. `dask` is the address of a scheduler (docs/cluster.md); `reports` are files for
    what changed since the last run, and why.
    """
    start = time.monotonic()
    _check(site, settings, output, plan_only, dask, require, reports)
    saved = ""
    if model is not None:
        from recommender.model_store import checksum_of

        saved = checksum_of(model)
    connected: AbstractContextManager[Any] = nullcontext()
    if dask is not None:
        from recommender import cluster  # what it needs takes a second to import, and few runs need it

        connected = cluster.connected(dask)
    with connected as client, warnings_heard() as warnings:
        corpus = read_corpus(site, settings, progress, strict=strict, fresh=fresh)
        decisions = decisions_of(site, corpus)
        chosen = choose_articles(corpus, site, only)
        job = _Job(site, settings, corpus, chosen, output, emit, plan_only, strict, client, progress)
        # Lines are not held in memory, so of them it is noted only for a report what each article was given.
        is_noted = bool(reports) or settings.writing.writer != "jsonl"
        last = LastRun(site, settings, output, is_noted=is_noted)
        before = last.load()
        inputs = ""
        if not job.is_stream:
            place = output or data_file(site, settings)
            inputs = inputs_of(corpus, settings, chosen, decisions, place=place, model=saved, require=require)
        plan = Plan()
        is_unchanged = bool(before and before.still_holds(inputs) and not fresh)
        if before and is_unchanged:
            record = before
            for warning in record.outcome.warnings:
                logger.warning("%s", warning)
            logger.info("suggestions: as the last run left them")
        else:
            warnings.clear()  # those of reading come again with the next reading
            loaded = load_recommender(model, settings)
            if require:
                _pass_gate(corpus, settings, require, progress)
            recommender, news = recommender_for(site, corpus, settings, progress, loaded, model, decisions)
            tally = Tally(given={} if is_noted else None)
            plan = _write(job, recommender, tally)
            outcome = Outcome(
                ranker_name=recommender.ranker_name,
                ranker_decision=recommender.ranker_decision,
                n_suggestions=tally.n_suggestions,
                reasons_for_none=dict(sorted(tally.reasons_for_none.items(), key=lambda item: (-item[1], item[0]))),
                news=news,
                warnings=list(warnings),
                files={str(path.absolute()): digest for path, digest in plan.files.items()},
            )
            # What could not be written depends on more than the inputs, so the next run tries again.
            record = Record(inputs=inputs if outcome.files and not plan.problems else "", outcome=outcome, model=saved)
            if tally.given is not None:
                record = noted(record, corpus, settings, decisions, tally.given, before)
            if reports:
                from recommender.report.quality import quality_of

                record = replace(record, quality=quality_of(recommender, corpus))
            if (record.inputs or is_noted) and not (plan_only and plan.n_changed):
                last.save(record)
        for file in reports:
            write_text(file, rendered(compare(before, record), file.suffix.lower()))
    # Outside of what is remembered: it may have been taken out before the next run with the same inputs.
    if left := _left(job, record.outcome):
        cure = f"Take all suggestions out, then run again: recommender clear {site}."
        logger.warning("%s of another way of writing, and pages may show it. %s", left, cure)
    return SuggestRun(
        **vars(record.outcome),
        n_articles=len(corpus),
        n_asked=len(chosen),
        reading=corpus.reading,
        changes=tuple(plan.changes),
        n_changed=plan.n_changed,
        problems=(*corpus.reading.problems, *plan.problems),
        seconds=time.monotonic() - start,
        is_unchanged=is_unchanged,
    )


def _check(
    site: Path,
    settings: Settings,
    output: Path | None,
    plan_only: bool,
    dask: str | None,
    require: Sequence[str],
    reports: Sequence[Path],
) -> None:
    """Say what is wrong before anything is read: a person should not wait to hear that."""
    for file in reports:
        check_format(file)
        check_output(file, site, HEADING, filter(None, [output, data_file(site, settings)]))
    if output is not None:
        check_output(output, site)
    if require:
        from recommender.evaluation.gate import limits_of

        limits_of(require, "--require")
    if dask is None:
        return
    if settings.writing.writer != "jsonl" or output is None:
        raise OptionError(
            "--dask: workers write lines of JSON where all of them can reach. "
            "Name a file or a folder there: --write jsonl --output FOLDER."
        )
    if reports:
        raise OptionError("--dask: what workers write is not compared with an earlier run. Leave --report out.")
    if plan_only:
        raise OptionError("--dask: --check, --diff and --dry-run compare files here. Leave one of the two out.")


def _left(job: _Job, outcome: Outcome) -> str:
    """Where suggestions of another way of writing still are; "" for nowhere."""
    writing, n_blocks, file = job.settings.writing, job.corpus.reading.n_blocks, data_file(job.site, job.settings)
    if writing.writer == "data" and n_blocks and job.output is None and job.site.is_dir():
        return f"{writing.front_matter_name} in the front matter of articles ({n_blocks:,}) is"
    # Articles without front matter have theirs in the data file; a run for some articles does not tell which.
    is_written = os.path.realpath(file) in map(os.path.realpath, outcome.files)
    if writing.writer == "front-matter" and len(job.chosen) == len(job.corpus) and not is_written:
        with suppress(WriteError):  # what is not ours is no suggestion
            return f"{file} is" if plan_no_data(job.site, job.settings).changes else ""
    return ""


def _pass_gate(corpus: Corpus, settings: Settings, require: Sequence[str], progress: Progress) -> None:
    """Raise GateError where the settings score below what is required on this site."""
    from recommender.evaluation import evaluate

    measured = dict.fromkeys((*settings.evaluation.measures, *(limit.partition("=")[0].strip() for limit in require)))
    try:
        report = evaluate(corpus, settings, measures=tuple(measured), progress=progress)
    except EvaluationError:
        # Where too few articles have dates, nobody can say what was there before one.
        report = evaluate(corpus, settings, "whole-site", measures=tuple(measured), progress=progress)
    report.check(require, "--require")
    logger.info("evaluation: passed %s by the protocol %s", ", ".join(require), report.protocol)


def _write(job: _Job, recommender: Recommender, tally: Tally) -> Plan:
    """Have answers written by a cluster, as lines, or into files; `tally` counts them."""
    progress = partial(job.progress, "suggestions")
    if job.client is not None and job.output is not None:
        from recommender import cluster

        done, n_changed = cluster.suggest_on_cluster(job.client, recommender, job.chosen, job.output, progress=progress)
        tally.add(done)
        return Plan(n_changed=n_changed)
    answers = tally.counted(recommender.answers(only=job.chosen, progress=progress))
    if job.settings.writing.writer == "jsonl" and (job.output is None or not job.plan_only):
        from joblib import effective_n_jobs

        from recommender import cluster

        lines = jsonl_lines(answers)
        n_jobs = effective_n_jobs(job.settings.ranking.n_jobs)
        if tally.given is None and cluster.LEAST_ASKED <= len(job.chosen) <= cluster.MOST_ASKED and n_jobs > 1:
            lines = cluster.lines_by_processes(recommender, job.chosen, tally, progress)
        plan = _write_lines(job, lines)
    else:
        plan = WRITERS[job.settings.writing.writer](job.corpus, job.site, answers, job.settings, job.output)
        carry_out(job.site, plan, job.progress, plan_only=job.plan_only, strict=job.strict)
    logger.info("suggestions: %s", f"{tally.n_suggestions:,}")
    return plan


def _write_lines(job: _Job, lines: Iterable[bytes]) -> Plan:
    """Write whole lines as they come, to a file or to whoever takes them."""
    if job.output is None:
        for some in lines:
            if job.emit:
                job.emit(some.decode())
        return Plan()
    remove_leftovers([job.output])
    try:
        n_changed = int(replace_file(job.output, lines))
    except OSError as error:
        raise unwritten(job.output, error) from error
    return Plan(files={} if job.is_stream else {job.output: file_digest(job.output)}, n_changed=n_changed)
