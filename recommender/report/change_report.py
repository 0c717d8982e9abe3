"""Changes as a file: a page, Markdown for a comment on a pull request, or JSON for a program."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from recommender.errors import SettingsError
from recommender.report.changes import CAUSES, Changes
from recommender.writing.atomic import write_text

#: Articles in a page: more would be a file that no browser likes to open. JSON has all.
_MOST_ON_A_PAGE = 500


def as_json(changes: Changes) -> str:
    """All of it."""
    return f"{json.dumps(dataclasses.asdict(changes), ensure_ascii=False, indent=1)}\n"


def as_html(changes: Changes) -> str:
    """A page that needs nothing beside it."""
    from recommender.report.page import render  # takes a tenth of a second to import

    return render("changes.html", changes=changes, causes=CAUSES, most=_MOST_ON_A_PAGE)


def as_markdown(changes: Changes) -> str:
    """The figures, the causes and the ten biggest changes, for a comment on a pull request."""
    from recommender.report.page import render

    return render("changes.md", changes=changes, causes=CAUSES)


#: By the ending of a file.
FORMATS = {".html": as_html, ".md": as_markdown, ".json": as_json}


def check_format(file: Path) -> None:
    """Raise SettingsError early where a file has no ending of `FORMATS`."""
    if file.suffix.lower() not in FORMATS:
        raise SettingsError(
            f"--report {file}: must end with one of {', '.join(FORMATS)}, which says how it is written."
        )


def write_changes(changes: Changes, file: Path) -> None:
    """Write changes to a file, as its ending says."""
    write_text(file, FORMATS[file.suffix.lower()](changes))
