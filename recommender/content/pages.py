"""What pages without front matter say of themselves: what MDX exports, lines of Notion, names of Logseq's files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any
from urllib.parse import unquote

from recommender.content import front_matter
from recommender.content.dates import read_date
from recommender.content.fields import FieldReader
from recommender.content.generators.sources import Literals
from recommender.content.headings import below_exports
from recommender.content.paths import without_ending

#: What a page of MDX says of itself, in so many characters at most.
_METADATA = re.compile(
    r"^export\s+const\s+(?:meta|metadata|frontMatter)\b[^={\r\n]*=\s*\{", re.IGNORECASE | re.MULTILINE
)
_MOST_METADATA = 4_000


def exports_of(text: str) -> dict[str, Any]:
    """The plain values that a page of MDX exports about itself, as for Nextra and Next."""
    found = _METADATA.search(text, 0, below_exports(text))
    told = Literals.of_javascript(f"page = {text[found.end() - 1 :][:_MOST_METADATA]}").items if found else ()
    values: dict[str, list[Any]] = {}
    for names, value in told:
        if len(names) == 2 and names[0] == "page":
            values.setdefault(names[1], []).append(value)
    return {name: held[0] if len(held) == 1 else held for name, held in values.items()}


def properties_below(text: str, start: int, fields: FieldReader) -> tuple[Mapping[str, Any], int]:
    """What Notion exports below a heading, and where that ends; none where it is a paragraph."""
    place = front_matter.exported(text, start)
    told = front_matter.read(text, place, "") if place else {}
    days = {name: value for name, value in told.items() if fields.reads(name, "published_at") and _is_date(value)}
    topics = {name: value for name, value in told.items() if fields.reads(name, "topics")}
    # "Tags: are useful." begins a paragraph.
    is_prose = len(topics) < len(told) or any(str(value).endswith(".") for value in topics.values())
    return (days | topics, place.body) if place and told and (days or not is_prose) else ({}, start)


def title_of_logseq(path: str) -> str:
    """The title of a page by its file, which has ``___`` or ``%2F`` for a slash."""
    name = without_ending(path.rpartition("/")[2]).replace("___", "/")
    title = unquote(name)
    return title if title.isprintable() and "\ufffd" not in title else name


def _is_date(value: Any) -> bool:
    try:
        return read_date(value, UTC) is not None
    except ValueError:
        return False
