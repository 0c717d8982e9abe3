"""The main job: site, corpus, model, suggestions, files."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import KW_ONLY, dataclass, replace
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
from recommender.writing.atomic import is_stream, write_whole
from recommender.writing.data import data_file, plan_no_data
from recommender.writing.plan import Plan, Tally

if TYPE_CHECKING:
    from recommender.model import Recommender

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SuggestRun(ChangeRun):
    """What a run of `suggest_site` did, or would do; further attributes as in `ChangeRun`."""

    outcome: Outcome  #: What it decided and wrote.
    #: Articles read, and those that suggestions were asked for: all, or those that ``only`` names.
    n_articles: int
    n_asked: int
    seconds: float  #: From start to end.
    is_unchanged: bool  #: Whether nothing had to be computed: inputs and files are as the last run left them.


@dataclass(frozen=True)
class _Job:
    """What a run is asked for."""

    site: Path
    settings: Settings
    _: KW_ONLY
    #: The folder of a saved model, which is only read: what has changed since is added, and beyond ``ranking.refit_at``
    #: one is fitted anew in its place.
    model: Path | None = None
    only: Sequence[str] = ()  #: Articles (ids, files, patterns); none: all.
    output: Path | None = None  #: The file to write instead of the writer's own place.
    #: Takes the lines of ``jsonl``, whole ones with their ends, one or more at a time, where there is no `output`.
    emit: Callable[[str], object] | None = None
    #: Least scores that the settings must reach first, else a GateError and nothing is written.
    require: Sequence[str] = ()
    plan_only: bool = False  #: Whether nothing is to be changed.
    strict: bool = False  #: Whether the first problem stops the run.
    fresh: bool = False  #: Whether no cache is used.
    dask: str | None = None  #: The address of a scheduler (docs/cluster.md).
    reports: Sequence[Path] = ()  #: Files for what changed since the last run, and why.
    progress: Progress = silence

    @property
    def is_stream(self) -> bool:
        """Whether the answers go into a stream, of which nothing stays that could stand in for another run."""
        return self.settings.writing.writer == "jsonl" if self.output is None else is_stream(self.output)


def suggest_site(site: Path, settings: Settings, **asked: Any) -> SuggestRun:
    """
    Suggestions for a whole site, written where the site can show them; settings.writing.writer says how.

    What else is `asked` is as in `_Job`.
    """
    start = time.monotonic()
    job = _Job(site, settings, **asked)
    _check(job)
    saved = ""
    if job.model is not None:
        from recommender.model_store import checksum_of

        saved = checksum_of(job.model)
    connected: AbstractContextManager[Any] = nullcontext()
    if job.dask is not None:
        from recommender import cluster  # what it needs takes a second to import, and few runs need it

        connected = cluster.connected(job.dask)
    with connected as client, warnings_heard() as warnings:
        corpus = read_corpus(site, settings, job.progress, strict=job.strict, fresh=job.fresh)
        decisions = decisions_of(site, corpus)
        chosen = choose_articles(corpus, site, job.only)
        # Lines are not held in memory, so of them it is noted only for a report what each article was given.
        is_noted = bool(job.reports) or settings.writing.writer != "jsonl"
        last = LastRun(site, settings, job.output, is_noted=is_noted)
        before = last.load()
        inputs = ""
        if not job.is_stream:
            place = job.output or data_file(site, settings)
            inputs = inputs_of(corpus, settings, chosen, decisions, place=place, model=saved, require=job.require)
        plan = Plan()
        if before and before.still_holds(inputs) and not job.fresh:
            record = before
            for warning in record.outcome.warnings:
                logger.warning("%s", warning)
            logger.info("suggestions: as the last run left them")
        else:
            warnings.clear()  # those of reading come again with the next reading
            loaded = load_recommender(job.model, settings)
            if job.require:
                _pass_gate(job, corpus)
            recommender, news = recommender_for(site, corpus, settings, job.progress, loaded, job.model, decisions)
            tally = Tally(given={} if is_noted else None)
            plan = _write(job, corpus, chosen, client, recommender, tally)
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
            if job.reports:
                from recommender.report.quality import quality_of

                record = replace(record, quality=quality_of(recommender, corpus))
            if (record.inputs or is_noted) and not (job.plan_only and plan.n_changed):
                last.save(record)
        for file in job.reports:
            write_whole(file, rendered(compare(before, record), file.suffix.lower()))
    # Outside of what is remembered: it may have been taken out before the next run with the same inputs.
    if left := _left(job, corpus, chosen, record.outcome):
        cure = f"Take all suggestions out, then run again: recommender clear {site}."
        logger.warning("%s of another way of writing, and pages may show it. %s", left, cure)
    return SuggestRun(
        reading=corpus.reading,
        plan=plan,
        outcome=record.outcome,
        n_articles=len(corpus),
        n_asked=len(chosen),
        seconds=time.monotonic() - start,
        is_unchanged=record is before,
    )


def _check(job: _Job) -> None:
    """Say what is wrong before anything is read: a person should not wait to hear that."""
    for file in job.reports:
        check_format(file)
        check_output(file, job.site, HEADING, filter(None, [job.output, data_file(job.site, job.settings)]))
    if job.output is not None:
        check_output(job.output, job.site)
    if job.require:
        from recommender.evaluation.gate import limits_of

        limits_of(job.require, "--require")
    if job.dask is None:
        return
    if job.settings.writing.writer != "jsonl" or job.output is None:
        raise OptionError(
            "--dask: workers write lines of JSON where all of them can reach. "
            "Name a file or a folder there: --write jsonl --output FOLDER."
        )
    if job.reports:
        raise OptionError("--dask: what workers write is not compared with an earlier run. Leave --report out.")
    if job.plan_only:
        raise OptionError("--dask: --check, --diff and --dry-run compare files here. Leave one of the two out.")


def _left(job: _Job, corpus: Corpus, chosen: Collection[str], outcome: Outcome) -> str:
    """Where suggestions of another way of writing still are; "" for nowhere."""
    writing, n_blocks, file = job.settings.writing, corpus.reading.n_blocks, data_file(job.site, job.settings)
    if writing.writer == "data" and n_blocks and job.output is None and job.site.is_dir():
        return f"{writing.front_matter_name} in the front matter of articles ({n_blocks:,}) is"
    # Articles without front matter have theirs in the data file; a run for some articles does not tell which.
    is_written = os.path.realpath(file) in map(os.path.realpath, outcome.files)
    if writing.writer == "front-matter" and len(chosen) == len(corpus) and not is_written:
        with suppress(WriteError):  # what is not ours is no suggestion
            return f"{file} is" if plan_no_data(job.site, job.settings).changes else ""
    return ""


def _pass_gate(job: _Job, corpus: Corpus) -> None:
    """Raise GateError where the settings score below what is required on this site."""
    from recommender.evaluation import evaluate

    measured = dict.fromkeys(
        (*job.settings.evaluation.measures, *(limit.partition("=")[0].strip() for limit in job.require))
    )
    try:
        report = evaluate(corpus, job.settings, measures=tuple(measured), progress=job.progress)
    except EvaluationError:
        # Where too few articles have dates, nobody can say what was there before one.
        report = evaluate(corpus, job.settings, "whole-site", measures=tuple(measured), progress=job.progress)
    report.check(job.require, "--require")
    logger.info("evaluation: passed %s by the protocol %s", ", ".join(job.require), report.protocol)


def _write(
    job: _Job, corpus: Corpus, chosen: Sequence[str], client: Any, recommender: Recommender, tally: Tally
) -> Plan:
    """Have answers written by a cluster, as lines, or into files; `tally` counts them."""
    progress = partial(job.progress, "suggestions")
    if client is not None and job.output is not None:
        from recommender import cluster

        done, n_changed = cluster.suggest_on_cluster(client, recommender, chosen, job.output, progress=progress)
        tally.add(done)
        return Plan(n_changed=n_changed)
    answers = tally.counted(recommender.answers(only=chosen, progress=progress))
    if job.settings.writing.writer == "jsonl" and (job.output is None or not job.plan_only):
        from joblib import effective_n_jobs

        from recommender import cluster

        lines = jsonl_lines(answers)
        n_jobs = effective_n_jobs(job.settings.ranking.n_jobs)
        if tally.given is None and cluster.LEAST_ASKED <= len(chosen) <= cluster.MOST_ASKED and n_jobs > 1:
            lines = cluster.lines_by_processes(recommender, chosen, tally, progress)
        plan = _write_lines(job, lines)
    else:
        plan = WRITERS[job.settings.writing.writer](corpus, job.site, answers, job.settings, job.output)
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
    n_changed = int(write_whole(job.output, lines))
    return Plan(files={} if job.is_stream else {job.output: file_digest(job.output)}, n_changed=n_changed)
