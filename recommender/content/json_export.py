"""Articles from one JSON document: a list of objects, a JSON feed, or an export of Ghost or of a database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recommender.bounds import read_json
from recommender.content.list_words import fold_name
from recommender.errors import SiteError

#: A list holds articles where most of its objects have one of these names.
_TITLES = frozenset({"title", "headline", "name"})
#: So deep a list of articles may lie: ``db``, its first entry, ``data``, ``posts``.
_DEEPEST = 5
_EXPECTED = "Write a list of objects, each with a title; or export the articles as lines of JSON."


def json_rows(path: Path, most_bytes: int) -> Iterator[tuple[str, Mapping[str, Any] | SiteError]]:
    """The articles of a document, each with its place; of several lists the one that is called so, or the highest."""
    if path.stat().st_size > most_bytes:
        raise SiteError(
            f"{path}: is longer than {most_bytes:,} bytes. Write lines of JSON (.jsonl), or raise "
            "articles.max_megabytes in the settings."
        )
    try:
        document = read_json(path.read_bytes())
    except UnicodeDecodeError as error:
        raise SiteError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise SiteError(f"{path}:{error.lineno}: is not JSON ({error.msg}). {_EXPECTED}") from None
    except ValueError as error:
        raise SiteError(f"{path}: {error}. {_EXPECTED}") from None
    holder, rows = _articles_in(document)
    if not rows:
        raise SiteError(f"{path}: holds no list of articles. {_EXPECTED}")
    tags = _joined(holder, "posts_tags", "tag_id", "tags")
    authors = _joined(holder, "posts_authors", "author_id", "users")
    for number, row in enumerate(rows, start=1):
        where = f"{path.name} item {number}"
        if not isinstance(row, Mapping):
            yield where, SiteError(f"{where}: must be an object. {_EXPECTED}")
            continue
        own = str(row.get("id"))
        joined: dict[str, Any] = {
            name: found[own] for name, found in (("tags", tags), ("authors", authors)) if own in found
        }
        if "posts_tags" in holder and row.get("slug"):
            # Ghost's ids are numbers of its database, a slug is what its pages are called by.
            joined["id"] = row["slug"]
        yield where, {**row, **joined}


def _articles_in(document: Any) -> tuple[Mapping[str, Any], list[Any]]:
    """The list of articles in a document, and the mapping that holds it."""
    level: list[tuple[Mapping[str, Any], Any]] = [({}, document)]
    for _ in range(_DEEPEST):
        lists = [(holder, value) for holder, value in level if isinstance(value, list) and _are_articles(value)]
        if lists:
            return max(lists, key=lambda found: found[0].get("posts") is found[1])
        inner: list[tuple[Mapping[str, Any], Any]] = []
        for holder, value in level:
            if isinstance(value, Mapping):
                inner += [(value, one) for one in value.values() if isinstance(one, list | Mapping)]
            elif isinstance(value, list) and value:
                inner.append((holder, value[0]))
        level = inner
    return {}, []


def _are_articles(values: list[Any]) -> bool:
    called = sum(isinstance(one, Mapping) and not _TITLES.isdisjoint(map(fold_name, map(str, one))) for one in values)
    return called > 0 and 2 * called >= len(values)


def _joined(holder: Mapping[str, Any], links: str, link: str, table: str) -> dict[str, list[str]]:
    """By the id of each post the names that a table of links, as Ghost has them, ties to it."""
    tables = [rows if isinstance(rows := holder.get(name), list) else [] for name in (links, table)]
    pairs, things = [[one for one in rows if isinstance(one, Mapping)] for rows in tables]
    names = {str(one.get("id")): one["name"] for one in things if isinstance(one.get("name"), str)}
    found: dict[str, list[str]] = {}
    for pair in pairs:
        if name := names.get(str(pair.get(link))):
            found.setdefault(str(pair.get("post_id")), []).append(name)
    return found
