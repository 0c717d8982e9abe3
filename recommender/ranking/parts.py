"""A state as plain parts, and back: a line of JSON an article, and arrays."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article, RelatedEntry
from recommender.content.matching import EntryMatcher
from recommender.model_store import reader_of
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.state import KeptEntry, State
from recommender.vectors.neighbors import Vectors
from recommender.vectors.tfidf import FieldVectorizer

_CSR = ("data", "indices", "indptr")


class _Document(TypedDict):
    """What a state says in JSON, besides its articles."""

    suggest_unpublished: bool
    columns: dict[str, int]


def state_parts(state: State, *, bodies: bool) -> tuple[_Document, str, dict[str, NDArray[Any]]]:
    """
    JSON values, the lines of the articles, and arrays by name, for `state_from_parts`.

    Bodies are kept only where it is said, and never entries of curated lists that name an article: the graph has them.
    """
    if state.n_removed:
        state = state.compacted()
    catalogue = state.catalogue
    lines = []
    for row in range(catalogue.n_rows):
        article = dataclasses.replace(catalogue.articles[row], related=state.waiting.get(row) or ())
        item = _to_json(article if bodies else dataclasses.replace(article, body=""))
        lines.append(json.dumps(item | {"digest": state.digests.get(article.id, "")}, ensure_ascii=False) + "\n")
    source, target = state.graph.edges()
    vectors = catalogue.vectors
    matrices = {"terms": vectors.terms, **vectors.compared}
    document: _Document = {
        "suggest_unpublished": state.suggest_unpublished,
        "columns": {name: matrix.shape[1] for name, matrix in matrices.items()},
    }
    arrays: dict[str, NDArray[Any]] = {
        "is_external": catalogue.is_external,
        "is_new": catalogue.is_new,
        "listed": target,
        "listed_counts": np.bincount(source, minlength=catalogue.n_rows),
        "dense": vectors.dense,
    }
    for name, matrix in matrices.items():
        arrays |= {f"{name}_{part}": getattr(matrix, part) for part in _CSR}
    return document, "".join(lines), arrays


def state_from_parts(
    document: Mapping[str, Any], lines: str, arrays: Mapping[str, NDArray[Any]], vectorizer: FieldVectorizer
) -> State:
    """
    The state of earlier `state_parts`, whose vectors are of a vectorizer's making.

    Raises
    ------
    KeyError, TypeError, ValueError
        The parts do not fit together.
    """
    described: _Document = reader_of(_Document)(document)
    columns, n_terms = described["columns"], vectorizer.n_terms
    # Before any memory is taken for them.
    if columns["terms"] != n_terms or not all(0 <= n_columns <= n_terms for n_columns in columns.values()):
        raise ValueError("the vectors of the articles are not of the size of the vocabulary")
    items = [json.loads(line) for line in lines.split("\n")[:-1]]
    digests = {item["id"]: digest for item in items if (digest := item.pop("digest"))}
    given = list(map(reader_of(Article), items))
    n_rows = len(given)
    if len({article.id for article in given}) < n_rows:
        raise ValueError("two articles have one id")
    for name in ("is_external", "is_new", "listed_counts", "dense"):
        if len(arrays[name]) != n_rows:
            raise ValueError(f"{name} has {len(arrays[name]):,} values, but there are {n_rows:,} articles")

    def matrix_of(name: str, n_columns: int) -> csr_matrix:
        parts = {part: arrays[f"{name}_{part}"] for part in _CSR}
        # Before scipy looks at them: in a narrow type numbers that fall seem to rise.
        if any(parts[part].dtype not in (np.int32, np.int64) for part in ("indices", "indptr")):
            raise ValueError(f"{name} is not of the type that is saved")
        matrix = csr_matrix(tuple(parts.values()), shape=(n_rows, n_columns))
        matrix.check_format(full_check=True)
        matrix.has_sorted_indices = True
        return matrix

    matrices = {name: matrix_of(name, n_columns) for name, n_columns in columns.items()}
    is_external, listed, counts = arrays["is_external"], arrays["listed"], arrays["listed_counts"]
    if counts.min(initial=0) < 0 or counts.sum() != len(listed) or not np.isin(listed, np.arange(n_rows)).all():
        raise ValueError("the curated lists name rows that are not there")
    lists = [rows.tolist() for rows in np.split(listed, np.cumsum(counts)[:-1])]
    # Entries that name external articles are among those that wait.
    entries = {
        row: KeptEntry(url=given[row].url, target=given[row].id) for row in np.flatnonzero(~is_external).tolist()
    }
    articles = [
        dataclasses.replace(article, related=(*(entries[row] for row in rows if row in entries), *article.related))
        for article, rows in zip(given, lists, strict=True)
    ]
    catalogue = Catalogue(
        articles,
        Vectors(matrices.pop("terms"), arrays["dense"], matrices),
        is_external=is_external,
        is_new=arrays["is_new"].astype(bool),
        site_language=vectorizer.language,
        cross_language=vectorizer.settings.cross_language,
    )
    own = [article for article, is_outside in zip(articles, is_external.tolist(), strict=True) if not is_outside]
    waiting = {row: article.related for row, article in enumerate(given) if article.related}
    suggest_unpublished = described["suggest_unpublished"]
    return State.of(catalogue, EntryMatcher(own), digests, lists, waiting, suggest_unpublished)


def _to_json(value: Article | RelatedEntry) -> dict[str, Any]:
    """The fields that differ from their default, by name."""
    item: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        if field.name == "related":
            found = tuple(map(_to_json, found))
        if found != field.default:
            item[field.name] = found.isoformat() if isinstance(found, datetime) else found
    return item
