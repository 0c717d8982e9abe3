"""
From neighbors to an order: the `similarity` ranker, and the shape that every ranker has. A number room.

A ranker gives each candidate a score in [0, 1]; who may be suggested at all is decided by `eligible`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.ranking.reader import THRESHOLD
from recommender.settings import RankingSettings
from recommender.vectors.damping import Damping
from recommender.vectors.neighbors import Neighbors

__all__ = ["Query", "Ranked", "Ranker", "SimilarityRanker", "nearest", "unhidden", "vectors_of"]


@dataclass(frozen=True, slots=True)
class Query:
    """
    The article that asks, as numbers.

    Parameters
    ----------
    article
        The article itself.
    columns, values
        Its vector, of length 1 or 0: the columns, sorted, and their values; both of shape (n_article_terms,).
    time
        Days since 1970, NaN where unknown.
    group
        Code of the articles that may answer, as in `Catalogue.groups`.
    row
        The article's own row, or -1 for a draft.
    hidden
        Rows that must not be suggested, sorted: the article itself under any address, and what its list names already.
    n_listed
        How many of the hidden rows the article's own list names.
    before
        Only articles published before this time (days since 1970) may answer; NaN for no limit.
    own
        Rows that are the article itself, under any address.
    """

    article: Article
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    time: float
    group: int
    row: int = -1
    hidden: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    before: float = float("nan")
    n_listed: int = 0
    own: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Ranked:
    """
    A query's candidates, best first. All of shape (n_candidates,).

    Parameters
    ----------
    rows
        Row numbers.
    similarities
        Cosines, rounded to six places.
    scores
        What the ranker gives, in [0, 1], rounded to six places.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]
    scores: NDArray[np.float64]


class Ranker(Protocol):
    """
    What the model asks of a ranker.

    Attributes
    ----------
    name : str
    threshold : float
        The least score of a suggestion, where the settings do not say.
    """

    name: str
    threshold: float

    def rank(
        self,
        queries: Sequence[Query],
        k: int,
        catalogue: Catalogue,
        graph: CurationGraph,
        allowed: NDArray[np.bool_],
        n_threads: int = 1,
    ) -> list[Ranked]:
        """At least the k best allowed rows of each query that are not hidden from it; fewer where fewer are related."""

    def sentences(
        self, query: Query, rows: NDArray[np.int64], catalogue: Catalogue, graph: CurationGraph
    ) -> list[tuple[tuple[str, ...], dict[str, float]]]:
        """For each row, what the ranker saw besides shared words: sentences, weightiest first, and signals by name."""

    def state(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What `learned.restore_ranker` needs: a JSON document with the ranker's name, and texts by file name."""


class SimilarityRanker:
    """
    Cosine, damped by the days between two articles; nothing is learned.

    Parameters
    ----------
    settings
        Half-life and floor.
    """

    name = "similarity"
    #: Below this, fewer than two in five suggestions would be approved by a reader.
    threshold = THRESHOLD

    def __init__(self, settings: RankingSettings | None = None) -> None:
        settings = settings or RankingSettings()
        self.damping = Damping(settings.half_life_days, settings.time_floor)

    def rank(
        self,
        queries: Sequence[Query],
        k: int,
        catalogue: Catalogue,
        graph: CurationGraph,
        allowed: NDArray[np.bool_],
        n_threads: int = 1,
    ) -> list[Ranked]:
        """The k best rows by damped similarity, exactly."""
        if not queries:
            return []
        wanted = k + max(len(query.hidden) for query in queries)
        found = nearest(queries, wanted, catalogue, allowed, self.damping, n_threads)
        return unhidden(queries, found, k)

    def sentences(
        self, query: Query, rows: NDArray[np.int64], catalogue: Catalogue, graph: CurationGraph
    ) -> list[tuple[tuple[str, ...], dict[str, float]]]:
        """Nothing besides the shared words and the dates, which every explanation has."""
        return [((), {}) for _ in rows]

    def state(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Its name: the settings have the rest."""
        return {"name": self.name}, {}


def unhidden(queries: Sequence[Query], found: Neighbors, k: int) -> list[Ranked]:
    """The first k neighbors of each query that are not hidden from it."""
    starts = np.cumsum([0, *(len(query.hidden) for query in queries)], dtype=np.int64)
    keep = _is_unhidden(found.rows, np.concatenate([query.hidden for query in queries]), starts)
    ranked = []
    for position in range(len(queries)):
        kept = np.flatnonzero(keep[position])[:k]
        ranked.append(
            Ranked(found.rows[position][kept], found.similarities[position][kept], found.scores[position][kept])
        )
    return ranked


@numba.njit(nogil=True, cache=True)
def _is_unhidden(rows, hidden, starts):
    """Which of each query's rows are filled and not among its hidden ones, which are sorted."""
    keep = np.zeros(rows.shape, dtype=np.bool_)
    for query in range(len(rows)):
        own = hidden[starts[query] : starts[query + 1]]
        for place in range(rows.shape[1]):
            row = rows[query, place]
            if row < 0:
                continue
            at = np.searchsorted(own, row)
            keep[query, place] = at == len(own) or own[at] != row
    return keep


def vectors_of(queries: Sequence[Query]) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """The vectors of some queries, one after the other, as the values, columns and starts of a CSR matrix."""
    starts = np.cumsum([0, *(len(query.columns) for query in queries)], dtype=np.int64)
    return (
        np.concatenate([query.values for query in queries]),
        np.concatenate([query.columns for query in queries]),
        starts,
    )


def nearest(
    queries: Sequence[Query],
    k: int,
    catalogue: Catalogue,
    allowed: NDArray[np.bool_],
    damping: Damping,
    n_threads: int = 1,
) -> Neighbors:
    """The k nearest allowed rows of each query by damped similarity; its hidden rows may be among them."""
    vectors = csr_matrix(vectors_of(queries), shape=(len(queries), catalogue.n_terms), copy=False)
    vectors.has_sorted_indices = True
    return catalogue.index.top_k(
        vectors,
        k,
        catalogue.rows_for_search(allowed),
        query_times=np.array([query.time for query in queries]),
        query_groups=np.array([query.group for query in queries], dtype=np.int32),
        exclude=np.array([query.row for query in queries], dtype=np.int64),
        before=np.array([query.before for query in queries]),
        damping=damping,
        n_threads=n_threads,
    )
