"""Curated lists, in every form that sites use -> `RelatedEntry`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from recommender.articles import EntryShape, RelatedEntry
from recommender.bounds import MOST_ENTRIES
from recommender.content.dates import read_date
from recommender.content.urls import is_address
from recommender.content.wording import say

__all__ = ["ENTRY_NAMES", "EntryNames", "KnownEntries", "entry_shape", "read_entries", "target_kind"]

#: How many embedded entries have which pairs of our field and the site's name, in the site's order.
EntryNames = Counter[tuple[tuple[str, str], ...]]

#: The names in an embedded entry, in the order in which they are tried.
ENTRY_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", "text", "label"),
    "excerpt": ("excerpt", "description", "summary"),
    "published_at": ("publishedDateTime", "date", "publishDate", "pubDate", "published_at", "publishedAt"),
    "url": ("webUrl", "url", "link", "href", "permalink"),
    "path": ("path", "slug", "ref", "id", "file", "post"),
    "provider": ("provider.name", "provider.domain", "provider", "author", "source"),
    "quality": ("quality",),
}
_OURS = {name.lower(): (ours, rank) for ours, names in ENTRY_NAMES.items() for rank, name in enumerate(names)}
#: Lists from which a form is learned: so many, or those of this share of the articles on a small site.
_LEAST_LISTS, _LEAST_SHARE = 5, 0.1
_MARKDOWN_LINK = re.compile(r"\[(?P<title>[^]]++)\]\((?P<url>[^)\s]++)[^)]*+\)")


@dataclass(frozen=True, slots=True)
class _Embedded:
    """
    What came of one embedded entry.

    Parameters
    ----------
    item
        The entry as YAML has it; kept, so that no other object can take its identity.
    entry
        The entry, or None for one that names nothing.
    names
        Our fields and the names that it has them from; empty where it has none.
    complaints
        What is wrong with it.
    """

    item: Mapping[Any, Any]
    entry: RelatedEntry | None
    names: tuple[tuple[str, str], ...] = ()
    complaints: list[str] = field(default_factory=list)


#: Embedded entries that were read, by the identity of their mapping. Lists repeat each other's entries, and the reader
#: of front matter gives the same object for the same text; see `content.yaml`.
KnownEntries = dict[int, _Embedded]


def read_entries(
    value: Any, zone: tzinfo, entry_names: EntryNames | None = None, known: KnownEntries | None = None
) -> tuple[tuple[RelatedEntry, ...], list[str]]:
    """
    The entries of a curated list, and a sentence for each thing in it that could not be used.

    Parameters
    ----------
    value
        A list of mappings or texts; a single one of either; or a mapping of titles to addresses.
    zone
        The time zone of dates that name none.
    entry_names
        Takes the names of the embedded entries.
    known
        Remembers embedded entries, all of one time zone.
    """
    if isinstance(value, str):
        value = value.splitlines()
    elif isinstance(value, Mapping):
        named = any(str(key).lower() in _OURS for key in value)
        value = [value] if named else [{key: item} for key, item in value.items()]
    if not isinstance(value, list):
        return (), [f"must be a list, but is {say(value)}. It is left out."]
    known = {} if known is None else known
    entries: list[RelatedEntry] = []
    complaints: list[str] = []
    if len(value) > MOST_ENTRIES:
        complaints.append(f"has {len(value):,} entries. The first {MOST_ENTRIES:,} are read.")
        value = value[:MOST_ENTRIES]
    for number, item in enumerate(value, start=1):
        read = known.get(id(item))
        if read is None and (item is None or item == ""):
            continue
        if read is not None or isinstance(item, Mapping):
            if read is None:
                read = known[id(item)] = _from_mapping(item, zone)
            entry = read.entry
            if entry_names is not None and read.names:
                entry_names[read.names] += 1
            complaints += [f"entry {number} {complaint}" for complaint in read.complaints]
        elif isinstance(item, str | int | float | date) and not isinstance(item, bool):
            entry = _from_text(str(item).strip())
        else:
            entry = None
            complaints.append(f"entry {number} must be text or a mapping, but is {say(item)}. It is left out.")
        if entry is not None:
            entries.append(entry)
    return tuple(entries), complaints


def target_kind(target: str) -> Literal["url", "path", "slug", "title"]:
    """What a text in a curated list is."""
    if is_address(target):
        return "url"
    if " " in target.strip() and not target.startswith(("/", "{")):
        return "title"
    return "path" if "/" in target or "." in target else "slug"


def entry_shape(lists: Iterable[tuple[RelatedEntry, ...]], names: EntryNames) -> EntryShape:
    """
    The most common form of the entries of a site's curated lists, with a title and an address in any case.

    Where hardly an article has a list, entries have the usual names: the first list of a site that has its templates
    already would rename what those show.

    Parameters
    ----------
    lists
        The curated list of every article; most may be empty.
    names
        How often embedded entries have which names; empty on a site that lists texts.
    """
    lists = list(lists)
    n_lists = sum(bool(entries) for entries in lists)
    if n_lists < min(_LEAST_LISTS, _LEAST_SHARE * len(lists)):
        return EntryShape()
    kinds: Counter[Literal["url", "path", "slug", "title"]] = Counter()
    targets = Counter(entry.target for entries in lists for entry in entries)
    for target, n_entries in targets.items():
        kinds[target_kind(target)] += n_entries
    n_entries = targets.total()
    n_embedded = names.total()
    if not n_entries or 2 * n_embedded >= n_entries:
        if not names:
            return EntryShape()
        # The entry with the most fields among the usual ones shows where each of them goes.
        n_usual = n_embedded / 20
        shown = max(names.items(), key=lambda item: (item[1] >= n_usual, len(item[0]), item[1], item[0]))[0]
        fields = dict(shown)
        path = fields.pop("path", "")
        if path and "url" not in fields:
            fields = {"url": path, **fields}
        # A template can show nothing without a title and an address.
        usual = EntryShape().names
        if "title" not in fields:
            fields = {"title": usual["title"], **fields}
        return EntryShape("mapping", {**fields, "url": fields.get("url", usual["url"])})
    kind = min(kinds, key=lambda kind: (-kinds[kind], kind))
    return EntryShape("text", target=kind)


def _from_mapping(item: Mapping[Any, Any], zone: tzinfo) -> _Embedded:
    if len(item) == 1:
        ((key, only),) = item.items()
        if str(key).lower() not in _OURS and isinstance(only, str):
            if is_address(only) or only.startswith("/"):
                return _Embedded(item, RelatedEntry(title=str(key), url=only, target=only))
            # YAML makes a mapping of a title with a colon that is not quoted.
            return _Embedded(item, _from_text(f"{key}: {only}"))
    found: dict[str, tuple[int, str, Any]] = {}
    for name, value in item.items():
        known = _OURS.get(str(name).lower())
        if known is None or value is None or value == "":
            continue
        ours, rank = known
        shown = str(name)
        if ours == "provider" and isinstance(value, Mapping):
            inner = next((key for key in ("name", "domain") if value.get(key)), None)
            if inner is None:
                continue
            shown, value = f"{name}.{inner}", value[inner]
        if ours not in found or rank < found[ours][0]:
            found[ours] = (rank, shown, value)
    texts = {
        ours: str(value).strip()
        for ours, (_, _, value) in found.items()
        if isinstance(value, str | int | float | date) and not isinstance(value, bool)
    }
    title, url, path = texts.get("title", ""), texts.get("url", ""), texts.get("path", "")
    if not (title or url or path):
        return _Embedded(item, None, complaints=["has neither a title nor an address. It is left out."])
    names = tuple((ours, shown) for ours, (_, shown, _) in found.items())
    complaints = []
    published_at: datetime | None = None
    if "published_at" in found:
        _, name, value = found["published_at"]
        try:
            published_at = read_date(value, zone)
        except ValueError:
            complaints.append(f"has {say(value)} for {name}, which is no date. It is kept without one.")
    entry = RelatedEntry(
        title, texts.get("excerpt", ""), url, published_at, texts.get("provider", ""), url or path or title
    )
    return _Embedded(item, entry, names, complaints)


def _from_text(text: str) -> RelatedEntry:
    if link := _MARKDOWN_LINK.fullmatch(text):
        return RelatedEntry(title=link["title"], url=link["url"], target=link["url"])
    return RelatedEntry(url=text if is_address(text) else "", target=text)
