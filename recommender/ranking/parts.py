"""A state as plain parts, and back. What is read back lies in arrays until it is asked for."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, RelatedEntry
from recommender.content.matching import EntryMatcher
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.ranking.state import State
from recommender.snapshots import LayeredDict
from recommender.tables import TextIndex, TextTable, View

__all__ = ["state_from_parts", "state_parts"]

_INDEXES = ("by_url", "by_path", "by_slug", "by_title")


def state_parts(state: State, *, bodies: bool = False) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """
    JSON documents by file name, and arrays by name, for `state_from_parts`.

    Bodies are kept only where it is said, and never entries of curated lists that name an article: the graph has them.
    """
    if state.n_removed:
        state = state.compacted()
    catalogue = state.catalogue
    rows = range(catalogue.n_rows)
    codes, arrays = catalogue.parts()
    arrays |= state.graph.parts()
    row_of = {catalogue.articles[row].id: row for row in rows}
    texts = {
        "articles": TextTable.of(_to_text(_article_to_json(catalogue.articles[row], bodies)) for row in rows),
        "ids": TextTable.of(row_of),
        "waiting": TextTable.of(
            _to_text([_entry_to_json(entry) for entry in entries]) if (entries := state.waiting.get(row)) else ""
            for row in rows
        ),
    }
    indexes = {
        "rows_of_id": TextIndex.of((article_id, (row,)) for article_id, row in row_of.items()),
        "rows_of_url": TextIndex.of(state.rows_by_url.items()),
        "awaited": TextIndex.of(state.awaited.items()),
    }
    for kind, found in state.matcher.indexes().items():
        indexes[kind] = TextIndex.of((key, [row_of[article_id] for article_id in ids]) for key, ids in found.items())
    for name, table in (texts | indexes).items():
        arrays |= table.parts(name)
    return {"codes.json": codes}, arrays


def state_from_parts(documents: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> State:
    """
    The state of earlier `state_parts`; the arrays may be memory maps.

    Raises
    ------
    KeyError, ValueError
        The parts do not fit together.
    """
    texts = {name: TextTable.from_parts(name, arrays) for name in ("articles", "ids", "waiting")}
    names = ("rows_of_id", "rows_of_url", "awaited", *_INDEXES)
    indexes = {name: TextIndex.from_parts(name, arrays) for name in names}
    ids, n_rows = texts["ids"], len(texts["ids"])
    if {len(texts["articles"]), len(texts["waiting"]), len(arrays["rows_times"])} != {n_rows}:
        raise ValueError("not as many articles as rows")
    made: dict[int, Article] = {}

    def article_of(row: int) -> Article | None:
        # One object an article: whether an article is the one of its row is asked by identity.
        if not 0 <= row < n_rows:
            return None
        if row not in made:
            made.setdefault(row, _article_from_json(json.loads(texts["articles"][row])))
        return made[row]

    def row_of(article_id: str) -> int | None:
        rows = indexes["rows_of_id"].get(article_id)
        return rows[0] if rows else None

    def article_by_id(article_id: str) -> Article | None:
        row = row_of(article_id)
        return None if row is None or is_external[row] else article_of(row)

    def waiting_of(row: int) -> tuple[RelatedEntry, ...] | None:
        text = texts["waiting"][row] if row < n_rows else ""
        return tuple(map(_entry_from_json, json.loads(text))) if text else None

    def ids_by(index: TextIndex) -> View[str, tuple[str, ...]]:
        def find(key: str) -> tuple[str, ...] | None:
            rows = index.get(key)
            return None if rows is None else tuple(ids[row] for row in rows)

        return View(lambda: index, len(index), find)

    is_external = np.asarray(arrays["rows_is_external"])
    own = np.flatnonzero(~is_external)
    catalogue = Catalogue.from_parts(
        documents["codes.json"],
        arrays,
        LayeredDict(View(lambda: range(n_rows), n_rows, article_of)),
        LayeredDict(View(lambda: indexes["rows_of_id"], n_rows, row_of)),
    )
    articles_by_id = View(lambda: (ids[row] for row in own.tolist()), len(own), article_by_id)
    state = State(catalogue, EntryMatcher.over(articles_by_id, {name: ids_by(indexes[name]) for name in _INDEXES}))
    state.graph = CurationGraph.from_parts(arrays)
    state.rows_by_url, state.awaited = LayeredDict(indexes["rows_of_url"]), LayeredDict(indexes["awaited"])
    waiting = texts["waiting"].filled()
    state.waiting = LayeredDict(View(lambda: waiting, len(waiting), waiting_of))
    has_list = np.diff(arrays["graph_listed_starts"]) > 0
    has_list[waiting] = True
    stripped = np.flatnonzero(has_list)
    state.stripped = LayeredDict(
        View(stripped.tolist, len(stripped), lambda row: True if row < n_rows and has_list[row] else None)
    )
    return state


def _to_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _article_to_json(article: Article, bodies: bool) -> dict[str, Any]:
    """What an answer needs of an article; what has its default value is left out."""
    item: dict[str, Any] = {}
    for knob in dataclasses.fields(Article):
        value = getattr(article, knob.name)
        if (knob.name != "body" or bodies) and knob.name != "related" and value != knob.default:
            item[knob.name] = value.isoformat() if isinstance(value, datetime) else value
    return item


def _article_from_json(item: dict[str, Any]) -> Article:
    for name in ("published_at", "visible_from", "visible_until"):
        if name in item:
            item[name] = datetime.fromisoformat(item[name])
    for name in ("topics", "aliases", "marks"):
        item[name] = tuple(item.get(name, ()))
    return Article(**item)


def _entry_to_json(entry: RelatedEntry) -> dict[str, Any]:
    item = dataclasses.asdict(entry)
    if entry.published_at is not None:
        item["published_at"] = entry.published_at.isoformat()
    return {name: value for name, value in item.items() if value}


def _entry_from_json(item: dict[str, Any]) -> RelatedEntry:
    if "published_at" in item:
        item["published_at"] = datetime.fromisoformat(item["published_at"])
    return RelatedEntry(**item)
