"""
The command line: parses, calls one function of `batch`, prints what it hands back.

Results go to stdout, progress and messages to stderr. Exit 0: done. 1: our error, or ``--check`` would change
something. 2: wrong use. What is slow to import is imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from recommender.cli_editors import decide, promote, report
from recommender.cli_types import (
    MODEL,
    SETTINGS,
    SITE,
    STRICT,
    Commands,
    Count,
    WriterName,
    example,
    form_of,
    loudness,
    names_between_commas,
    prepare,
)
from recommender.console import (
    echo_diff,
    echo_line,
    explained,
    listed,
    report_as,
    settings_as_yaml,
    showing,
    shown,
    summary,
    tell_reading,
)

if TYPE_CHECKING:
    from recommender.articles import Reading
    from recommender.settings import Settings


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("recommender suggest path/to/site"),
)
@click.version_option(package_name="recommender", message="%(prog)s %(version)s")
def main() -> None:
    """
    Related articles for sites made of Markdown files.

    Learned from the lists that editors curated by hand, scored against them, and explained. A SITE is a folder of
    articles, or a file of them: .jsonl, .csv, .parquet, a feed, an export of WordPress.
    """
    prepare()


@main.command(
    epilog=example(
        "recommender suggest path/to/site",
        "recommender suggest path/to/site --write front-matter --diff",
        "recommender suggest path/to/site --only _news/2021-03-03-tea.md",
    )
)
@SITE
@click.argument("more", nargs=-1, metavar="")
@click.option("--write", "writer", type=WriterName(), help="The way of writing; else the setting writing.writer.")
@click.option("-k", "k", type=Count(), metavar="N", help="Most suggestions under an article.")
@click.option("--model", type=MODEL, metavar="DIR", help="Use the model that `recommender fit` saved here.")
@click.option(
    "--only",
    multiple=True,
    metavar="PATH...",
    help="Write for these articles only: files, folders, patterns or ids.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file: .json, .jsonl, .csv, .tsv or .parquet.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, line by line.")
@click.option("--dry-run", is_flag=True, help="Write nothing; name the files that would change.")
@click.option(
    "--require",
    multiple=True,
    metavar="MEASURE=X",
    help="Score the settings first, and write nothing below this, such as nDCG@10=0.4.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what changed since the last run, and why: .html, .md or .json. Can be repeated.",
)
@click.option("--fresh", is_flag=True, help="Read and compute everything anew, whatever is in the cache.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Let the workers of this Dask scheduler do it; with --write jsonl and --output on storage they share.",
)
@SETTINGS
@STRICT
@loudness
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
    reports: tuple[Path, ...],
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
    to stdout (jsonl). The ending of --output names the form. Lists that editors curated are never touched, and a second
    run changes nothing.

    Where nothing has changed since the last run, nothing is computed again.
    """
    from recommender.batch import suggest_site

    if more and not only:
        raise click.UsageError(f"Got unexpected extra argument ({more[0]}). More files go behind --only.")
    settings = _settings(site, settings_file, k=k, writer=form_of(output, writer))
    is_plan = check or diff or dry_run
    if settings.writing.writer == "front-matter" and output:
        raise click.UsageError("--output names one file; --write front-matter writes into the articles.")
    if settings.writing.writer == "jsonl" and is_plan and not output:
        raise click.UsageError(
            "--check, --diff and --dry-run compare files. With --write jsonl name one: --output FILE."
        )
    with showing(verbose, quiet) as progress:
        run = suggest_site(
            site,
            settings,
            model=model,
            only=(*only, *more),
            output=output,
            emit=echo_line,
            require=require,
            plan_only=is_plan,
            strict=strict,
            fresh=fresh,
            dask=dask,
            reports=reports,
            progress=progress,
        )
        sys.stdout.flush()  # here, where a reader who has gone away is no error
    if diff:
        for change in run.changes:
            echo_diff(change)
    elif is_plan:
        for change in run.changes:
            click.echo(f"would change {shown(change.path)}")
    tell_reading(run.reading, run.problems, verbose=verbose, quiet=quiet)
    if not quiet:
        for line in summary(run, is_plan=is_plan):
            click.echo(line, err=True)
    if run.problems or (check and run.changes):
        sys.exit(1)


@main.command(
    epilog=example(
        "recommender fit path/to/site --model models/site", "recommender suggest path/to/site --model models/site"
    )
)
@SITE
@click.option("--model", type=MODEL, metavar="DIR", help="Where to save it; else SITE/.recommender/model.")
@SETTINGS
@STRICT
@loudness
def fit(site: Path, model: Path | None, settings_file: Path | None, strict: bool, verbose: bool, quiet: bool) -> None:
    """Fit a model of a SITE and save it."""
    from recommender.batch import fit_site

    settings = _settings(site, settings_file)
    with showing(verbose, quiet) as progress:
        run = fit_site(site, settings, model=model, strict=strict, progress=progress)
    click.echo(shown(run.folder))
    problems = run.reading.problems
    tell_reading(run.reading, problems, verbose=verbose, quiet=quiet)
    if not quiet:
        click.echo(f"articles: {run.n_articles:,} read, {len(problems):,} with problems", err=True)
        click.echo(f"ranking: {run.ranking}", err=True)
        click.echo(f"done in {run.seconds:.1f} s", err=True)
    if problems:
        sys.exit(1)


@main.command(
    epilog=example(
        "recommender explain path/to/site _news/2021-03-03-tea",
        "recommender explain path/to/site draft.md _news/2021-02-01-coffee",
    )
)
@SITE
@click.argument("article")
@click.argument("candidate", required=False)
@click.option("--model", type=MODEL, metavar="DIR", help="Use the model that `recommender fit` saved here.")
@SETTINGS
@loudness
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
    with showing(verbose, quiet) as progress:
        run = explain_article(site, settings, article, candidate, model=model, progress=progress)
    for problem in run.problems:
        click.echo(str(problem), err=True)
    if run.candidate is not None and run.reason is not None:
        lines = explained(run.article, run.candidate, run.reason)
    else:
        lines = listed(run.article, run.answer)
    for line in lines:
        click.echo(line)


@main.command(epilog=example("recommender review path/to/site", "recommender review path/to/site --model models/site"))
@SITE
@click.option("--model", type=MODEL, metavar="DIR", help="Use the model that `recommender fit` saved here.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="The port; else one that is free.")
@click.option("--open/--no-open", "is_opened", default=True, help="Open the page in the browser.")
@SETTINGS
@loudness
def review(
    site: Path,
    model: Path | None,
    port: int,
    is_opened: bool,
    settings_file: Path | None,
    verbose: bool,
    quiet: bool,
) -> None:
    """
    Look at the suggestions of a SITE in the browser, and decide.

    The page answers on this machine only. What is decided goes into _recommender/decisions.yaml in the site at once.
    """
    from recommender.review import review_site

    def ready(address: str, reading: Reading) -> None:
        tell_reading(reading, reading.problems, verbose=verbose, quiet=quiet)
        click.echo(address)
        click.echo("stop with Ctrl-C", err=True)
        sys.stdout.flush()
        if is_opened:
            click.launch(address)

    settings = _settings(site, settings_file)
    with showing(verbose, quiet) as progress:
        review_site(site, settings, model=model, port=port, ready=ready, progress=progress)


@main.command(
    epilog=example("recommender settings > recommender.yaml", "recommender settings --check recommender.yaml")
)
@click.option(
    "--check",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Say whether the settings of this file are right.",
)
@click.option("--all", "is_all", is_flag=True, help="List every setting.")
def settings(file: Path | None, is_all: bool) -> None:
    """List the settings that sites change most, with what each does, as YAML."""
    from recommender.batch import check_settings, list_settings

    if file is not None:
        check_settings(file)
        click.echo(f"{shown(file)}: every setting is right.", err=True)
        return
    for line in settings_as_yaml(list_settings(everyday_only=not is_all)):
        click.echo(line)


@main.command(
    epilog=example(
        "recommender evaluate path/to/site --test-from 2021-04-01",
        "recommender evaluate path/to/site --format json --fail-under nDCG@10=0.4",
        "recommender evaluate path/to/site --grades grades.tsv --ungraded new.tsv",
    )
)
@SITE
@click.option(
    "--protocol",
    metavar="NAME",
    help="What may be known when one is asked, the first if not said: publish-time, whole-site, unlisted or replay.",
)
@click.option(
    "--grades",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Judge by what readers said, not by the lists: a line a pair, article, candidate and grade (0 to 3) with tabs "
    "between them. Can be repeated.",
)
@click.option(
    "--ungraded",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="grades: write the suggested pairs that have no grade yet, blind and in random order.",
)
@click.option("--language", default="", metavar="CODE", help="Let baselines suggest in this language only, such as en.")
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
@loudness
def evaluate(
    site: Path,
    protocol: str | None,
    grades: tuple[Path, ...],
    ungraded: Path | None,
    language: str,
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
    """Score the suggestions for a SITE against its curated lists, or by readers' grades."""
    from recommender.batch import evaluate_site

    settings = _settings(site, settings_file)
    with showing(verbose, quiet) as progress:
        run = evaluate_site(
            site,
            settings,
            protocol=protocol,
            test_from=test_from,
            later=later,
            measures=names_between_commas(measures),
            systems=names_between_commas(systems),
            grades=grades,
            language=language,
            ungraded=ungraded,
            strict=strict,
            progress=progress,
        )
    tell_reading(run.reading, run.reading.problems, verbose=verbose, quiet=quiet)
    if output is not None:
        from recommender.writing.atomic import replace_file, unwritten

        try:
            replace_file(output, report_as(run.report, format_).encode())
        except OSError as error:
            raise unwritten(output, error) from error
    elif format_ == "table":
        from rich.console import Console

        from recommender.evaluation import tables_of

        # In a pipe rich would fold the table to 80 columns; a table is as wide as it is.
        Console(width=None if sys.stdout.isatty() else 160).print(tables_of(run.report))
    else:
        click.echo(report_as(run.report, format_), nl=False)
    # After the report: a person who is stopped wants to see why.
    if fail_under:
        run.report.check(fail_under)
    if compare is not None:
        run.report.compare(compare)
    if run.reading.problems:
        sys.exit(1)


main.add_command(decide)
main.add_command(promote)
main.add_command(report)


def _settings(site: Path, file: Path | None, k: int | None = None, writer: str | None = None) -> Settings:
    """The settings of a file or the site, with what the command line says of them."""
    from recommender.batch import settings_of

    settings = settings_of(site, file)
    if k is not None:
        settings = dataclasses.replace(settings, ranking=dataclasses.replace(settings.ranking, k=k))
    if writer is not None:
        settings = dataclasses.replace(
            settings, writing=dataclasses.replace(settings.writing, writer=cast(Any, writer))
        )
    return settings
