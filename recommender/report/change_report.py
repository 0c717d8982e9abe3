"""Changes as a file: a page, Markdown for a comment on a pull request, or JSON for a program."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

from recommender.errors import SettingsError
from recommender.report.changes import CAUSES, Change, Changes
from recommender.writing.atomic import write_text

#: Articles in a page: more would be a file that no browser likes to open. JSON has all.
_MOST_ON_A_PAGE = 500
#: Characters of a title or a reason in Markdown: a comment may have 65,536 in all.
_LONGEST = 160
#: Suggestions that came, and that went, under one article in Markdown.
_MOST_MOVED = 5
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~$^=-])")


def as_json(changes: Changes) -> str:
    """All of it."""
    return f"{json.dumps(dataclasses.asdict(changes), ensure_ascii=False, indent=1)}\n"


def as_html(changes: Changes) -> str:
    """A page that needs nothing beside it."""
    from recommender.report.page import render  # takes a tenth of a second to import

    return render("changes", changes=changes, causes=CAUSES, most=_MOST_ON_A_PAGE)


def as_markdown(changes: Changes) -> str:
    """The figures, the causes and the ten biggest changes, for a comment on a pull request."""
    return "\n".join(_markdown(changes)) + "\n"


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


def _markdown(changes: Changes) -> Iterator[str]:
    yield "### Related articles: what changed"
    yield ""
    if changes.note:
        yield changes.note
        yield ""
    if changes.compared_with is not None:
        said = ", ".join(f"{n:,} {kind}" for kind, n in changes.kinds.items()) or "nothing"
        since = f" (compared with {changes.compared_with})" if changes.compared_with else ""
        yield f"**{sum(changes.kinds.values()):,} articles changed**: {said}{since}."
        yield ""
    yield "| | before | now |"
    yield "| --- | ---: | ---: |"
    for name, pair in changes.counts.items():
        yield f"| {name} | {' | '.join('–' if value is None else f'{value:,.0f}' for value in pair)} |"
    for name, figures in changes.quality.items():
        yield f"| {name} | {' | '.join('–' if value is None else f'{value:.3f}' for value in figures)} |"
    yield ""
    yield f"Ranking: {_text(changes.ranking)}."
    if changes.causes:
        yield ""
        yield "| why | articles |"
        yield "| --- | ---: |"
        for cause, n_articles in changes.causes.items():
            yield f"| {CAUSES[cause]} | {n_articles:,} |"
    if changes.biggest:
        yield ""
        yield f"<details><summary>The {len(changes.biggest)} biggest changes</summary>"
        yield ""
        for change in changes.biggest:
            yield from _one(change)
        yield ""
        yield "</details>"


def _one(change: Change) -> Iterator[str]:
    yield f"- **{_text(change.title)}** {change.kind}: {_text('; '.join(change.why))}"
    for sign, moved in (("➕", change.gained), ("➖", change.lost)):
        for one in moved[:_MOST_MOVED]:
            yield f"  - {sign} {one.rank}. {_text(one.title or one.id)} ({one.score:.2f})"
        if len(moved) > _MOST_MOVED:
            yield f"  - {sign} and {len(moved) - _MOST_MOVED} more"


def _text(text: str) -> str:
    """Text of an article as nothing but text: no markup, no mention of a person, no reference to an issue."""
    text = " ".join(text.split())
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    text = _MARKS.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    # A comment inside is not seen, and what it divides is no name and no number of an issue.
    return re.sub(r"(@|\\#|://|www)", lambda found: f"{found[1]}<!-- -->", text)
