"""The commands for editors: decide, promote, report."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from recommender.cli_types import MODEL, SETTINGS, SITE, STRICT, example, loudness
from recommender.console import echo_diff, showing, shown, tell_reading


@click.command(
    epilog=example(
        "recommender decide path/to/site _news/tea _news/coffee reject --why far-off",
        "recommender decide path/to/site _news/tea _news/cup pin --position 1",
    )
)
@SITE
@click.argument("article")
@click.argument("candidate")
@click.argument("verdict", type=click.Choice(["accept", "reject", "pin", "keep", "remove", "undo"]))
@click.option("--why", default="", metavar="TEXT", help="The reason, for whoever reads the file.")
@click.option(
    "--position", type=click.IntRange(1), metavar="N", help="Where a pinned suggestion stands; 1 if not said."
)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The last day on which it holds; else for good."
)
@SETTINGS
@loudness
def decide(
    site: Path,
    article: str,
    candidate: str,
    verdict: str,
    why: str,
    position: int | None,
    until: datetime | None,
    settings_file: Path | None,
    verbose: bool,
    quiet: bool,
) -> None:
    """
    Decide about a CANDIDATE under an ARTICLE of a SITE.

    VERDICT: accept, reject or pin a suggestion; keep or remove an entry of the curated list; undo an earlier decision.
    It is kept in SITE/_recommender/decisions.yaml, which every later run follows; `promote` writes what was accepted,
    pinned or removed into the curated lists.
    """
    from recommender.batch import decide_pair, settings_of

    if position is not None and verdict != "pin":
        raise click.UsageError("--position is for what is pinned.")
    settings = settings_of(site, settings_file)
    with showing(verbose, quiet) as progress:
        run = decide_pair(
            site,
            settings,
            article,
            candidate,
            verdict,
            why=why,
            position=position,
            until=until.date() if until else None,
            progress=progress,
        )
    if not quiet:
        click.echo(run, err=True)


@click.command(
    epilog=example("recommender promote path/to/site --diff", "recommender promote path/to/site --only _news/2021-*")
)
@SITE
@click.argument("more", nargs=-1, metavar="")
@click.option("--only", multiple=True, metavar="PATH...", help="Write into these articles only.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, line by line.")
@SETTINGS
@loudness
def promote(
    site: Path,
    more: tuple[str, ...],
    only: tuple[str, ...],
    check: bool,
    diff: bool,
    settings_file: Path | None,
    verbose: bool,
    quiet: bool,
) -> None:
    """
    Write decisions into the curated lists of a SITE.

    What editors accepted or pinned is added, what they removed is taken out; every other byte stays as it is.
    """
    from recommender.batch import promote_site, settings_of

    if more and not only:
        raise click.UsageError(f"Got unexpected extra argument ({more[0]}). More files go behind --only.")
    settings = settings_of(site, settings_file)
    is_plan = check or diff
    with showing(verbose, quiet) as progress:
        run = promote_site(site, settings, only=(*only, *more), plan_only=is_plan, progress=progress)
    if diff:
        for change in run.changes:
            echo_diff(change)
    elif check:
        for change in run.changes:
            click.echo(f"would change {shown(change.path)}")
    tell_reading(run.reading, run.problems, verbose=verbose, quiet=quiet)
    if not quiet:
        verb = "would change" if is_plan else "changed"
        click.echo(f"lists: {len(run.changes) if is_plan else run.n_changed:,} {verb}", err=True)
    if run.problems or (check and run.changes):
        sys.exit(1)


@click.command(epilog=example("recommender report path/to/site", "recommender report path/to/site --output state.html"))
@SITE
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="report.html",
    show_default=True,
    metavar="FILE",
    help="The page.",
)
@click.option("--model", type=MODEL, metavar="DIR", help="Use the model that `recommender fit` saved here.")
@click.option(
    "--grades",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Readers' grades, as for `recommender evaluate`. Can be repeated.",
)
@SETTINGS
@STRICT
@loudness
def report(
    site: Path,
    output: Path,
    model: Path | None,
    grades: tuple[Path, ...],
    settings_file: Path | None,
    strict: bool,
    verbose: bool,
    quiet: bool,
) -> None:
    """
    Write how a SITE stands as one page that needs nothing beside it.

    Who has suggestions and who has none, what is suggested most and never, what to look at first, what readers would
    doubt in the curated lists, and a map.
    """
    from recommender.batch import report_site, settings_of

    settings = settings_of(site, settings_file)
    with showing(verbose, quiet) as progress:
        run = report_site(site, settings, output=output, model=model, grades=grades, strict=strict, progress=progress)
    click.echo(shown(run.file))
    tell_reading(run.reading, run.reading.problems, verbose=verbose, quiet=quiet)
    if run.reading.problems:
        sys.exit(1)
