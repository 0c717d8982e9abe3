"""
The command line: parses, calls one function of `batch`, prints what it hands back.

Results go to stdout, progress and messages to stderr. Exit 0: done. 1: our error, or ``--check`` would change
something. 2: wrong use. What is slow to import is imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from recommender import console
from recommender.cli_types import (
    FILE,
    FOLDER,
    MODEL,
    NEW_FILE,
    SITE,
    Commands,
    Here,
    NewFile,
    example,
    files_of,
    names,
    on_site,
    prepare,
)
from recommender.content.wording import printable
from recommender.errors import OptionError, SettingsError

if TYPE_CHECKING:
    from recommender.articles import Reading


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
    articles, or a file of them: .jsonl, .csv, .parquet, a feed, or an export of WordPress.
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
@click.option("--write", "writer", metavar="NAME", help="data, front-matter or jsonl; else the setting writing.writer.")
@click.option("-k", "k", type=int, metavar="N", help="Most suggestions under an article, from 1 to 50.")
@MODEL
@click.option(
    "--only", multiple=True, metavar="PATH...", help="Write for these articles only: files, folders, patterns or ids."
)
@click.option(
    "--output",
    type=NewFile(path_type=Path),
    metavar="FILE",
    help="Write to this file: .json, .jsonl, .csv, .tsv or .parquet.",
)
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
    type=NEW_FILE,
    help="Write what changed since the last run, and why: .html, .md or .json. Can be repeated.",
)
@click.option("--fresh", is_flag=True, help="Read and compute everything anew, whatever is in the cache.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Let the workers of this Dask scheduler do it; with --write jsonl and --output on storage they share.",
)
@on_site(strict=True, plans=True)
def suggest(
    here: Here,
    more: tuple[str, ...],
    writer: str | None,
    k: int | None,
    only: tuple[str, ...],
    output: Path | None,
    **asked: Any,
) -> None:
    """
    Write suggestions for a whole SITE.

    They go into one data file where the site's generator looks (data), into a block of each article (front-matter), or
    to stdout (jsonl). The ending of --output names the form. Lists that editors curated are never touched, and a second
    run changes nothing.

    Where nothing has changed since the last run, nothing is computed again.
    """
    from recommender.batch import suggest_site
    from recommender.writing import writer_of

    asked |= {"only": files_of(only, more), "output": output, "plan_only": here.is_plan}
    settings = here.settings()
    form = writer_of(output, writer)
    try:
        settings = replace(
            settings,
            ranking=settings.ranking if k is None else replace(settings.ranking, k=k),
            writing=replace(settings.writing, writer=cast(Any, form)) if form else settings.writing,
        )
    except SettingsError as error:
        typed = str(error).replace("settings: ranking.k", "-k").replace("settings: writing.writer", "--write")
        raise OptionError(typed) from None
    if settings.writing.writer == "front-matter" and output:
        raise click.UsageError("--output names one file; --write front-matter writes into the articles.")
    if settings.writing.writer == "jsonl" and here.is_plan and not output:
        raise click.UsageError(
            "--check, --diff and --dry-run compare files. With --write jsonl name one: --output FILE."
        )
    # Unlike by `click.echo`, lines are not sent one by one unless someone watches.
    run = here.run(suggest_site, settings, emit=lambda lines: sys.stdout.write(lines), **asked)
    sys.stdout.flush()  # here, where a reader who has gone away is no error
    here.tell_changes(run, console.summary(run, is_plan=here.is_plan))


@main.command(
    epilog=example(
        "recommender fit path/to/site --model models/site", "recommender suggest path/to/site --model models/site"
    )
)
@SITE
@click.option("--model", type=FOLDER, metavar="DIR", help="Where to save it; SITE/.recommender/model if not said.")
@on_site(strict=True)
def fit(here: Here, **asked: Any) -> None:
    """
    Fit a model of a SITE and save it.

    A later `recommender suggest SITE --model DIR` uses it, brought up to date; without --model there, one is fitted
    anew. Where it lies is printed.
    """
    from recommender.batch import fit_site

    run = here.run(fit_site, **asked)
    click.echo(printable(console.shown(run.folder)))
    problems = run.reading.problems
    here.tell(run.reading)
    if not here.quiet:
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
@MODEL
@on_site()
def explain(here: Here, **asked: Any) -> None:
    """
    Show why an ARTICLE of a SITE has its suggestions, or why not a CANDIDATE.

    ARTICLE is an id, a file, an address, a slug or a title of the site, or any other file: a draft.
    """
    from recommender.batch import explain_article

    run = here.run(explain_article, **asked)
    for problem in run.problems:
        click.echo(console.printed(problem), err=True)
    if run.candidate is not None and run.reason is not None:
        lines = console.explained(run.article, run.candidate, run.reason)
    else:
        lines = console.listed(run.article, run.answer)
    for line in lines:
        click.echo(printable(line))


@main.command(epilog=example("recommender review path/to/site", "recommender review path/to/site --model models/site"))
@SITE
@MODEL
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="The port; else one that is free.")
@click.option("--open/--no-open", "is_opened", default=True, help="Open the page in the browser.")
@on_site()
def review(here: Here, is_opened: bool, **asked: Any) -> None:
    """
    Look at the suggestions of a SITE in the browser, and decide.

    The page answers on this machine only. What is decided goes into _recommender/decisions.yaml in the site at once.
    """
    from recommender.review import review_site

    def ready(address: str, reading: Reading) -> None:
        here.tell(reading)
        click.echo(address)
        click.echo("stop with Ctrl-C", err=True)
        sys.stdout.flush()
        if is_opened:
            click.launch(address)

    here.run(review_site, ready=ready, **asked)


@main.command(
    epilog=example("recommender settings > recommender.yaml", "recommender settings --check recommender.yaml")
)
@click.option("--check", "file", type=FILE, help="Say whether the settings of this file are right.")
@click.option("--all", "is_all", is_flag=True, help="List every setting.")
def settings(file: Path | None, is_all: bool) -> None:
    """List the settings that sites change most, with what each does, as YAML."""
    from recommender.batch import check_settings, list_settings

    if file is not None:
        check_settings(file)
        click.echo(f"{console.shown(file)}: every setting is right.", err=True)
        return
    for line in console.settings_as_yaml(list_settings(everyday_only=not is_all)):
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
    help="What may be known when one is asked; if not said, replay with --later, whole-site where most articles with a "
    "list have no date, else publish-time: publish-time, whole-site, unlisted or replay.",
)
@click.option(
    "--grades",
    multiple=True,
    type=FILE,
    help="Judge by what readers said, not by the lists: a line a pair, article, candidate and grade (0 to 3) with tabs "
    "between them. Can be repeated.",
)
@click.option(
    "--ungraded",
    type=NEW_FILE,
    help="grades: write the suggested pairs that have no grade yet, blind and in random order.",
)
@click.option("--language", default="", metavar="CODE", help="Let baselines suggest in this language only, such as en.")
@click.option("--test-from", metavar="DATE", help="publish-time: ask articles from this day on; else the latest fifth.")
@click.option("--later", type=FOLDER, metavar="DIR", help="replay: the folder of the articles that came later.")
@click.option(
    "--measures", metavar="NAMES", callback=names, help="Measures as ir-measures writes them, such as nDCG@10,P@1."
)
@click.option(
    "--systems", metavar="NAMES", callback=names, help="Systems to score beside ours, such as bm25,newest; or all."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "html"]),
    help="How the report is printed; if not said, as the ending of --output says, else as a table.",
)
@click.option("--output", type=NEW_FILE, help="Write the report to this file.")
@click.option("--fail-under", multiple=True, metavar="MEASURE=X", help="Exit 1 below this, such as nDCG@10=0.4.")
@click.option(
    "--compare", type=FILE, help="Exit 1 where a measure dropped significantly against this earlier JSON report."
)
@on_site(strict=True)
def evaluate(
    here: Here,
    format_: str | None,
    output: Path | None,
    fail_under: tuple[str, ...],
    compare: Path | None,
    **asked: Any,
) -> None:
    """Score the suggestions for a SITE against its curated lists, or by readers' grades."""
    from recommender.batch import evaluate_site
    from recommender.evaluation.gate import read_report
    from recommender.writing import check_output
    from recommender.writing.data import data_file

    by_ending = output and {".json": "json", ".html": "html", ".htm": "html"}.get(output.suffix.lower())
    if by_ending and format_ not in (None, by_ending):
        raise click.UsageError(
            f"--output {output}: is a name for {by_ending}, but --format asks for {format_}. Leave --format out, or "
            "give the file another ending."
        )
    format_ = format_ or by_ending or "table"
    # Before the site is read.
    then = None if compare is None else read_report(compare)
    settings = here.settings()
    for file in filter(None, (output, asked["ungraded"])):
        check_output(file, here.site, suggestions=[data_file(here.site, settings)])
    report, reading = here.run(evaluate_site, settings, fail_under=fail_under, **asked)
    here.tell(reading)
    if output is not None:
        from recommender.writing.atomic import write_whole

        write_whole(output, console.report_as(report, format_))
    elif format_ == "table":
        from rich.console import Console

        from recommender.evaluation import tables_of

        # In a pipe rich would fold the table to 80 columns; a table is as wide as it is.
        Console(width=None if sys.stdout.isatty() else 160).print(tables_of(report))
    else:
        click.echo(console.report_as(report, format_), nl=False)
    # After the report: a person who is stopped wants to see why.
    if fail_under:
        report.check(fail_under)
    if then is not None:
        report.compare(then)
    if reading.problems:
        sys.exit(1)


@main.command(epilog=example("recommender clear path/to/site --diff", "recommender clear path/to/site"))
@SITE
@on_site(plans=True)
def clear(here: Here) -> None:
    """
    Take out of a SITE what `suggest` wrote: the blocks in front matter, and the data file.

    Every other byte of the articles stays as it is, and so do decisions, curated lists and saved models.
    """
    from recommender.batch import clear_site

    run = here.run(clear_site, plan_only=here.is_plan)
    here.tell_changes(run, [console.changed(run, "files", is_plan=here.is_plan)])


@main.command(
    epilog=example(
        "recommender decide path/to/site _news/tea _news/coffee reject --why far-off",
        "recommender decide path/to/site _news/tea _news/cup pin --position 1",
    )
)
@SITE
@click.argument("article")
@click.argument("candidate")
@click.argument("verdict", metavar="VERDICT", type=click.Choice(["accept", "reject", "pin", "keep", "remove", "undo"]))
@click.option("--why", metavar="TEXT", help="The reason, for whoever reads the file.")
@click.option(
    "--position", type=click.IntRange(1, 50), metavar="N", help="Where a pinned suggestion stands; 1 if not said."
)
@click.option("--until", metavar="DATE", help="The last day on which it holds; else for good.")
@on_site()
def decide(here: Here, verdict: str, position: int | None, until: str | None, **asked: Any) -> None:
    """
    Decide about a CANDIDATE under an ARTICLE of a SITE.

    VERDICT: accept, reject or pin a suggestion; keep or remove an entry of the curated list; undo an earlier decision.
    It is kept in SITE/_recommender/decisions.yaml, which every later run follows; `promote` writes what was accepted,
    pinned or removed into the curated lists.
    """
    from recommender.batch import decide_pair

    if position is not None and verdict != "pin":
        raise click.UsageError("--position is for what is pinned.")
    try:
        last_day = date.fromisoformat(until) if until is not None else None
    except ValueError:
        raise click.UsageError(f"--until must be a day such as 2026-12-31, but is {until!r}.") from None
    if last_day and last_day < datetime.now(UTC).date():
        raise click.UsageError(f"--until {last_day} is past: the decision would never hold.")
    asked |= {"verdict": verdict, "position": position, "until": last_day}
    said = here.run(decide_pair, **asked)
    if not here.quiet:
        click.echo(said, err=True)


@main.command(
    epilog=example("recommender promote path/to/site --diff", "recommender promote path/to/site --only _news/2021-*")
)
@SITE
@click.argument("more", nargs=-1, metavar="")
@click.option("--only", multiple=True, metavar="PATH...", help="Write into these articles only.")
@on_site(plans=True)
def promote(here: Here, more: tuple[str, ...], only: tuple[str, ...]) -> None:
    """
    Write decisions into the curated lists of a SITE.

    What editors accepted or pinned is added, what they removed is taken out; every other byte stays as it is.
    """
    from recommender.batch import promote_site

    run = here.run(promote_site, only=files_of(only, more), plan_only=here.is_plan)
    here.tell_changes(run, [console.changed(run, "lists", is_plan=here.is_plan)])


@main.command(epilog=example("recommender report path/to/site", "recommender report path/to/site --output state.html"))
@SITE
@click.option("--output", type=NEW_FILE, help="The page; report.html if not said.")
@MODEL
@click.option(
    "--grades", multiple=True, type=FILE, help="Readers' grades, as for `recommender evaluate`. Can be repeated."
)
@on_site(strict=True)
def report(here: Here, output: Path | None, **asked: Any) -> None:
    """
    Write how a SITE stands as one page that needs nothing beside it.

    Who has suggestions and who has none, what is suggested most and never, what to look at first, what readers would
    doubt in the curated lists, and a map.
    """
    from recommender.batch import report_site

    if output is None:
        from recommender.report.page import check_page

        check_page(output := Path("report.html"))
    if output.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"--output {output}: must end with .html or .htm, for it is a page.")
    reading = here.run(report_site, output=output, **asked)
    click.echo(console.shown(output))
    here.tell(reading)
    if reading.problems:
        sys.exit(1)
