"""A text that stands in a curated list -> the entries that it holds: Markdown and wiki links, HTML, addresses, JSON."""

from __future__ import annotations

import re
from typing import Any

from recommender.articles import RelatedEntry
from recommender.bounds import read_json
from recommender.content.urls import is_address

#: [Tea](/tea/), [Tea](<my tea.md>), [[tea|Tea]] and ![[tea]]; pictures are none.
_LINK = re.compile(
    r"(?<!!)\[(?P<title>[^][]++)\]\((?:<(?P<angled>[^<>[]++)>|(?P<url>[^)[\s]++))[^)[]*+\)|(?P<wiki>\[\[[^][]++\]\])"
)
#: <a href="/tea/">Tea</a> and <https://example.org/tea/>.
_ANCHOR = re.compile(r"<a\s(?P<inside>[^<>]*+)>(?P<title>[^<]*+)</a>|<(?P<url>https?://[^<>\s]++)>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*+=\s*+["']?([^"'\s]++)""", re.IGNORECASE)
_JSON_LIST = re.compile(r'\s*\[\s*["{]')
_NEXT_ADDRESS = re.compile(r"(?<![,;\s])[,;\s]++(?=https?://)")


def list_of_json(text: str) -> list[Any] | None:
    """The list that a text holds as JSON; None where it holds none."""
    if not _JSON_LIST.match(text):
        return None
    try:
        value = read_json(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def entries_of_text(text: str) -> list[RelatedEntry]:
    """The links in a text, or the text itself: an address, a path, a slug or a title."""
    if links := list(_LINK.finditer(text)):
        entries = []
        for link in links:
            place = link["wiki"] or link["angled"] or link["url"]
            entries.append(RelatedEntry(link["title"] or "", url="" if link["wiki"] else place, target=place))
        return entries
    if "<" in text and (anchors := list(_ANCHOR.finditer(text))):
        places = [(anchor["title"] or "", anchor["url"] or _HREF.search(anchor["inside"] or "")) for anchor in anchors]
        texts = [(title.strip(), place if isinstance(place, str) else place[1]) for title, place in places if place]
        return [RelatedEntry(title, url=place, target=place) for title, place in texts]
    if is_address(text):
        return [RelatedEntry(url=place, target=place) for place in _NEXT_ADDRESS.split(text)]
    return [RelatedEntry(target=text)]
