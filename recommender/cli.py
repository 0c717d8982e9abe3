"""
The command line: parses, calls one function of `batch`, prints what it hands back.

Results go to stdout, progress and messages to stderr. Exit 0: done. 1: our error, or ``--check`` would change
something. 2: wrong use. What is slow to import is imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import errno
import io
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.articles import Article, Reading
    from recommender.batch import Progress, SuggestRun
    from recommender.evaluation import Report
    from recommender.settings import Settings
    from recommender.suggestions import Reason
    from recommender.writing import Answer, FileChange

__all__ = ["main"]

#: Warnings shown without ``--verbose``; the rest is counted.
MOST_WARNINGS = 10


class _Commands(click.Group):
    """Commands whose expected errors are one sentence on stderr, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("\nstopped; files already replaced are complete, no file is half written", err=True)
            ctx.exit(130)
        except OSError as error:
            # A reader of our output that has seen enough, such as `head`, is no error of ours: click ends in silence.
            if error.errno == errno.EPIPE:
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}.") from error


class _WriterName(click.ParamType[str]):
    """A name of `WRITERS`, which is looked up only when it is needed."""

    name = "writer"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        from recommender.writing import WRITERS

        return f"[{'|'.join(WRITERS)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from recommender.writing import WRITERS

        return click.Choice(list(WRITERS)).convert(value, param, ctx)


class _Count(click.ParamType[int]):
    """A number within the limits of the setting ``ranking.k``."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from recommender.settings import RankingSettings

        limits = RankingSettings.__dataclass_fields__["k"].metadata
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not limits["low"] <= number <= limits["high"]:
            self.fail(f"must be a whole number from {limits['low']} to {limits['high']}, but is {value}.", param, ctx)
        return number


SITE = click.argument("site", type=click.Path(exists=True, path_type=Path))
SETTINGS = click.option(
    "--settings",
    "settings_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Settings to use instead of the site's recommender.yaml.",
)
MODEL = click.Path(file_okay=False, path_type=Path)
STRICT = click.option("--strict", is_flag=True, help="Stop at the first file that cannot be read.")


def _loudness(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options -v and -q."""
    verbose = click.option("-v", "--verbose", is_flag=True, help="Tell more: each stage, every warning.")
    quiet = click.option("-q", "--quiet", is_flag=True, help="Tell of problems only.")
    return verbose(quiet(command))


def _example(*lines: str) -> str:
    """What click prints below the options; the backspace keeps it from filling the lines."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_example("recommender suggest path/to/site"),
)
@click.version_option(package_name="recommender", message="%(prog)s %(version)s")
def main() -> None:
    """
    Related articles for sites made of Markdown files.

    Learned from the lists that editors curated by hand, scored against them, and explained. A SITE is a folder of
    articles, or a .jsonl file with an article a line.
    """
    # Signals belong to the main thread; whoever calls this from another has its own way of stopping.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGTERM, _stop)
    for stream in (sys.stdout, sys.stderr):
        # A title or a file name that a terminal cannot show is no reason to stop.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@main.command(
    epilog=_example(
        "recommender suggest path/to/site",
        "recommender suggest path/to/site --write front-matter --diff",
        "recommender suggest path/to/site --only _news/2021-03-03-tea.md",
    )
)
@SITE
@click.argument("more", nargs=-1, metavar="")
@click.option("--write", "writer", type=_WriterName(), help="The way of writing; else the setting writing.writer.")
@click.option("-k", "k", type=_Count(), metavar="N", help="Most suggestions under an article.")
@click.option("--model", type=MODEL, metavar="DIR", help="Use the model that `recommender fit` saved here.")
@click.option(
    "--only",
    multiple=True,
    metavar="PATH...",
    help="Write for these articles only: files, folders, patterns or ids.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write lines or data to this file.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, line by line.")
@click.option("--dry-run", is_flag=True, help="Write nothing; name the files that would change.")
@click.option(
    "--require",
    multiple=True,
    metavar="MEASURE=X",
    help="Score the settings first, and write nothing below this, such as nDCG@10=0.4.",
)
@click.option("--fresh", is_flag=True, help="Read and compute everything anew, whatever is in the cache.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Let the workers of this Dask scheduler do it; with --write jsonl and --output on storage they share.",
)
@SETTINGS
@STRICT
@_loudness
def suggest(
    site: Path,
    more: tuple[str, ...],
    writer: str | None,
    k: int | None,
    model: Path | None,
    only: tuple[str, ...],
    output: Path | None,
    check: bool,
    diff: bool,
    dry_run: bool,
    require: tuple[str, ...],
    fresh: bool,
    dask: str | None,
    settings_file: Path | None,
    strict: bool,
    verbose: bool,
    quiet: bool,
) -> None:
    """
    Write suggestions for a whole SITE.

    They go into one data file where the site's generator looks (data), into a block of each article (front-matter), or
    to stdout (jsonl). Lists that editors curated are never touched, and a second run changes nothing.

    Where nothing has changed since the last run, nothing is computed again; with --model and the similarity ranker,
    only what a change can have reached.
    """
    from recommender.batch import suggest_site

    if more and not only:
        raise click.UsageError(f"Got unexpected extra argument ({more[0]}). More files go behind --only.")
    settings = _settings(site, settings_file, k=k, writer=writer)
    is_plan = check or diff or dry_run
    if settings.writing.writer == "front-matter" and output:
        raise click.UsageError("--output names one file; --write front-matter writes into the articles.")
    if settings.writing.writer == "jsonl" and is_plan and not output:
        raise click.UsageError(
            "--check, --diff and --dry-run compare files. With --write jsonl name one: --output FILE."
        )
    with _showing(verbose, quiet) as progress:
        run = suggest_site(
            site,
            settings,
            model=model,
            only=(*only, *more),
            output=output,
            emit=click.echo,
            require=require,
            plan_only=is_plan,
            strict=strict,
            fresh=fresh,
            dask=dask,
            progress=progress,
        )
    if diff:
        for change in run.changes:
            _echo_diff(change)
    elif is_plan:
        for change in run.changes:
            click.echo(f"would change {_shown(change.path)}")
    _tell_reading(run.reading, run.problems, verbose=verbose, quiet=quiet)
    if not quiet:
        for line in _summary(run, is_plan=is_plan):
            click.echo(line, err=True)
    if run.problems or (check and run.changes):
        sys.exit(1)


@main.command(
    epilog=_example(
        "recommender fit path/to/site --model models/site", "recommender suggest path/to/site --model models/site"
    )
)
@SITE
@click.option("--model", type=MODEL, metavar="DIR", help="Where to save it; else SITE/.recommender/model.")
@SETTINGS
@STRICT
@_loudness
def fit(site: Path, model: Path | None, settings_file: Path | None, strict: bool, verbose: bool, quiet: bool) -> None:
    """Fit a model of a SITE and save it."""
    from recommender.batch import fit_site

    settings = _settings(site, settings_file)
    with _showing(verbose, quiet) as progress:
        run = fit_site(site, settings, model=model, strict=strict, progress=progress)
    click.echo(_shown(run.folder))
    _tell_reading(run.reading, run.problems, verbose=verbose, quiet=quiet)
    if not quiet:
        click.echo(f"articles: {run.n_articles:,} read, {len(run.problems):,} with problems", err=True)
        click.echo(f"ranking: {run.ranker_decision or run.ranker_name}", err=True)
        click.echo(f"done in {run.seconds:.1f} s", err=True)
    if run.problems:
        sys.exit(1)


@main.command(
    epilog=_example(
        "recommender explain path/to/site _news/2021-03-03-tea",
        "recommender explain path/to/site draft.md _news/2021-02-01-coffee",
    )
)
@SITE
@click.argument("article")
@click.argument("candidate", required=False)
@click.option("--model", type=MODEL, metavar="DIR", help="Use the model that `recommender fit` saved here.")
@SETTINGS
@_loudness
def explain(
    site: Path,
    article: str,
    candidate: str | None,
    model: Path | None,
    settings_file: Path | None,
    verbose: bool,
    quiet: bool,
) -> None:
    """
    Show why an ARTICLE of a SITE has its suggestions, or why not a CANDIDATE.

    ARTICLE is an id, a file of the site, or any other file: a draft.
    """
    from recommender.batch import explain_article

    settings = _settings(site, settings_file)
    with _showing(verbose, quiet) as progress:
        run = explain_article(site, settings, article, candidate, model=model, progress=progress)
    for problem in run.problems:
        click.echo(str(problem), err=True)
    if run.candidate is not None and run.reason is not None:
        lines = _explained(run.article, run.candidate, run.reason)
    else:
        lines = _listed(run.article, run.answer)
    for line in lines:
        click.echo(line)


@main.command(
    epilog=_example("recommender settings > recommender.yaml", "recommender settings --check recommender.yaml")
)
@click.option(
    "--check",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Say whether the settings of this file are right.",
)
def settings(file: Path | None) -> None:
    """List every setting with its value and what it does, as YAML."""
    from recommender.batch import check_settings, list_settings

    if file is not None:
        check_settings(file)
        click.echo(f"{_shown(file)}: every setting is right.", err=True)
        return
    for line in _settings_as_yaml(list_settings()):
        click.echo(line)


@main.command(
    epilog=_example(
        "recommender evaluate path/to/site --test-from 2021-04-01",
        "recommender evaluate path/to/site --format json --fail-under nDCG@10=0.4",
    )
)
@SITE
@click.option(
    "--protocol",
    default="publish-time",
    show_default=True,
    metavar="NAME",
    help="What may be known when an article is asked: publish-time, whole-site or replay.",
)
@click.option("--test-from", metavar="DATE", help="publish-time: ask articles from this day on; else the latest fifth.")
@click.option("--later", type=MODEL, metavar="DIR", help="replay: the folder of the articles that came later.")
@click.option("--measures", metavar="NAMES", help="Measures as ir-measures writes them, such as nDCG@10,P@1.")
@click.option("--systems", metavar="NAMES", help="Systems to score beside ours, such as bm25,newest; or all.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "html"]),
    default="table",
    show_default=True,
    help="How the report is printed.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the report to this file."
)
@click.option("--fail-under", multiple=True, metavar="MEASURE=X", help="Exit 1 below this, such as nDCG@10=0.4.")
@click.option(
    "--compare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Exit 1 where a measure dropped significantly against this earlier JSON report.",
)
@SETTINGS
@STRICT
@_loudness
def evaluate(
    site: Path,
    protocol: str,
    test_from: str | None,
    later: Path | None,
    measures: str | None,
    systems: str | None,
    format_: str,
    output: Path | None,
    fail_under: tuple[str, ...],
    compare: Path | None,
    settings_file: Path | None,
    strict: bool,
    verbose: bool,
    quiet: bool,
) -> None:
    """Score the suggestions for a SITE against the lists its editors curated."""
    from recommender.batch import evaluate_site

    settings = _settings(site, settings_file)
    with _showing(verbose, quiet) as progress:
        run = evaluate_site(
            site,
            settings,
            protocol=protocol,
            test_from=test_from,
            later=later,
            measures=_names(measures),
            systems=_names(systems),
            strict=strict,
            progress=progress,
        )
    _tell_reading(run.reading, run.reading.problems, verbose=verbose, quiet=quiet)
    if output is not None:
        from recommender.writing.atomic import replace_file

        replace_file(output, _report_as(run.report, format_).encode())
    elif format_ == "table":
        from rich.console import Console

        # In a pipe rich would fold the table to 80 columns; a table is as wide as it is.
        Console(width=None if sys.stdout.isatty() else 160).print(run.report.to_table())
    else:
        click.echo(_report_as(run.report, format_), nl=False)
    # After the report: a person who is stopped wants to see why.
    if fail_under:
        run.report.check(fail_under)
    if compare is not None:
        run.report.compare(compare)
    if run.reading.problems:
        sys.exit(1)


def _names(text: str | None) -> list[str] | None:
    """Names between commas."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _report_as(report: Report, format_: str) -> str:
    """A report as the text of a file."""
    if format_ == "json":
        return f"{report.to_json(indent=2)}\n"
    if format_ == "html":
        return report.to_html()
    from rich.console import Console

    text = io.StringIO()
    Console(file=text, width=160).print(report.to_table())
    return text.getvalue()


@contextlib.contextmanager
def _showing(verbose: bool, quiet: bool) -> Iterator[Progress | None]:
    """Show what a run logs and how far it is: the log with --verbose, a bar only where stderr is a terminal."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("recommender")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    try:
        if quiet or verbose or not sys.stderr.isatty():
            yield None
        else:
            with _bar() as progress:
                yield progress
    finally:
        logger.removeHandler(handler)


@contextlib.contextmanager
def _bar() -> Iterator[Progress]:
    """One line a stage, gone when the run is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        stages: dict[str, Any] = {}

        def tell(stage: str, n_done: int, n_total: int) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=n_total)
            bar.update(stages[stage], completed=n_done, total=n_total)

        yield tell


def _settings(site: Path, file: Path | None, k: int | None = None, writer: str | None = None) -> Settings:
    """The settings of a file or the site, with what the command line says of them."""
    import dataclasses

    from recommender.batch import settings_of

    settings = settings_of(site, file)
    if k is not None:
        settings = dataclasses.replace(settings, ranking=dataclasses.replace(settings.ranking, k=k))
    if writer is not None:
        settings = dataclasses.replace(
            settings, writing=dataclasses.replace(settings.writing, writer=cast(Any, writer))
        )
    return settings


def _tell_reading(reading: Reading, problems: Sequence[RecommenderError], *, verbose: bool, quiet: bool) -> None:
    """Every problem, and warnings, of which there may be thousands, up to a number."""
    for problem in problems:
        click.echo(str(problem), err=True)
    if quiet:
        return
    warnings = [*reading.warnings, *reading.unmatched]
    shown = len(warnings) if verbose else MOST_WARNINGS
    for warning in warnings[:shown]:
        click.echo(f"warning: {warning}", err=True)
    if len(warnings) > shown:
        click.echo(f"warning: {len(warnings) - shown:,} more such; --verbose shows them all", err=True)


def _summary(run: SuggestRun, *, is_plan: bool) -> Iterator[str]:
    """What a run did, in the order of the data's way."""
    yield f"articles: {run.n_articles:,} read, {len(run.problems):,} with problems"
    if recognised := ", ".join(_recognised(run.reading)):
        yield f"recognised: {recognised}"
    if counts := ", ".join(f"{count:,} {how}" for how, count in run.reading.matched.items() if count):
        yield f"curated entries: {counts}"
    if run.news is not None:
        news = run.news
        yield (
            f"model: {news.n_added:,} added, {news.n_changed:,} changed and {news.n_removed:,} removed "
            "since it was fitted"
        )
        yield f"drift: {news.drift}{'; fitted anew for this run' if news.is_refitted else ''}"
    yield f"ranking: {run.ranker_decision or run.ranker_name}"
    yield (
        f"suggestions: {run.n_suggestions:,} for {_n(run.n_asked - run.n_with_none, 'article')}, "
        f"{run.n_with_none:,} with none{_recomputed(run)}"
    )
    for reason, count in _grouped(run.reasons_for_none):
        yield f"  {count:,}: {reason}"
    unchanged = "; nothing had to be computed again" if run.is_unchanged else ""
    yield f"files: {run.n_changed:,} {'would change' if is_plan else 'changed'}{unchanged}"
    yield f"done in {run.seconds:.1f} s"


def _recomputed(run: SuggestRun) -> str:
    """With a saved model, how many answers were computed again."""
    if run.news is None or run.is_unchanged:
        return ""
    if run.why_all:
        return f"; all computed: {run.why_all}"
    return f"; {run.n_computed:,} of {_n(run.n_asked, 'article')} computed again, the others as before"


def _recognised(reading: Reading) -> Iterator[str]:
    """Each of our fields, with the names it was read from where they are others."""
    from recommender.content.fields import USUAL_NAMES

    for ours in USUAL_NAMES:
        if names := list(reading.recognised.get(ours, ())):
            yield ours if names == [ours] else f"{ours} ({', '.join(names)})"


def _grouped(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons by their first half: what follows the semicolon is about one article."""
    counts: Counter[str] = Counter()
    for reason, count in reasons.items():
        counts[reason.partition(";")[0]] += count
    return counts.most_common()


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def _echo_diff(change: FileChange) -> None:
    """A unified diff; in colour where stdout is a terminal, which click finds out."""
    import difflib

    name = _shown(change.path)
    before, after = (
        (content or b"").decode("utf-8", "replace").splitlines(keepends=True)
        for content in (change.before, change.after)
    )
    source = name if change.before is not None else "/dev/null"
    for line in difflib.unified_diff(before, after, source, name):
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.secho(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", fg=colour, nl=False)


def _listed(article: Article, answer: Answer) -> Iterator[str]:
    """An article's suggestions with their reasons."""
    yield f"{article.id}: {article.title}"
    if not answer.suggestions:
        yield f"no suggestions: {answer.reason_for_none}"
    for suggestion in answer.suggestions:
        yield f"{suggestion.rank:>3}. {suggestion.score:.3f}  {suggestion.article_id}"
        yield f"            {suggestion.title}"
        for sentence in suggestion.reason.sentences:
            yield f"            - {sentence}"


def _explained(article: Article, candidate: Article, reason: Reason) -> Iterator[str]:
    """Two articles side by side, and what they share."""
    for label, one in (("article", article), ("candidate", candidate)):
        date = f" ({one.published_at:%Y-%m-%d})" if one.published_at else ""
        yield f"{label + ':':<12}{one.id}{date}"
        if one.title:
            yield f"            {one.title}"
    yield f"{'suggested:':<12}{'no: ' + reason.obstacle if reason.obstacle else 'yes'}"
    yield f"{'score:':<12}{reason.score:.3f}, of a similarity of {reason.similarity:.3f}"
    if reason.gap_days is not None:
        yield f"{'dates:':<12}{_n(round(reason.gap_days), 'day')} apart"
    for sentence in reason.sentences:
        yield f"  - {sentence}"
    for field, share in sorted(reason.fields.items(), key=lambda item: -item[1]):
        terms = ", ".join(f"{term.term} {term.share:.0%}" for term in reason.shared_terms if term.field == field)
        yield f"  {field} {share:.0%}: {terms}"


def _settings_as_yaml(described: Iterable[tuple[str, Any, str]]) -> Iterator[str]:
    """Every setting as a line of YAML that can be read back, its sentence above it."""
    import json
    import textwrap

    above: list[str] = []
    for name, value, sentence in described:
        *parts, last = name.split(".")
        for depth, part in enumerate(parts):
            if parts[: depth + 1] != above[: depth + 1]:
                yield f"{'  ' * depth}{part}:"
        above = parts
        indent = "  " * len(parts)
        yield from textwrap.wrap(sentence, 110, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        written = "" if value is None else f" {json.dumps(value)}"
        yield f"{indent}{last}:{written}"


def _stop(signal_number: int, frame: object) -> NoReturn:
    """End as after Ctrl-C, which leaves no file half written and no temporary file behind."""
    raise KeyboardInterrupt
