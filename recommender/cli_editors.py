"""The commands for editors: clear, decide, promote, report."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from recommender.cli_types import FILE, MODEL, NEW_FILE, SITE, Here, example, files_of, on_site
from recommender.console import changed, shown


@click.command(epilog=example("recommender clear path/to/site --diff", "recommender clear path/to/site"))
@SITE
@on_site(plans=True)
def clear(here: Here) -> None:
    """
    Take out of a SITE what `suggest` wrote: the blocks in front matter, and the data file.

    Every other byte of the articles stays as it is, and so do decisions, curated lists and saved models.
    """
    from recommender.batch import clear_site

    run = here.run(clear_site, plan_only=here.is_plan)
    here.tell_changes(run, [changed(run, "files", is_plan=here.is_plan)])


@click.command(
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


@click.command(
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
    here.tell_changes(run, [changed(run, "lists", is_plan=here.is_plan)])


@click.command(epilog=example("recommender report path/to/site", "recommender report path/to/site --output state.html"))
@SITE
@click.option("--output", type=NEW_FILE, help="The page; report.html if not said.")
@MODEL
@click.option(
    "--grades",
    multiple=True,
    type=FILE,
    help="Readers' grades, as for `recommender evaluate`. Can be repeated.",
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
    click.echo(shown(output))
    here.tell(reading)
    if reading.problems:
        sys.exit(1)
