"""
Exact nearest neighbors by cosine, damped by age. A number room: it knows rows, columns and times, and no articles.

For each query the postings of its terms are added up in an array that stays in the processor's cache: rows are cut
into tiles of `TILE_ROWS`, each with its own inverted index and 16-bit row numbers. Only rows whose sum can still
enter the top k are damped, rounded and compared. Sums are taken in double precision in the order of the columns, so
a pair has one similarity, whichever of the two asks and however many ask at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

__all__ = ["Damping", "Neighbors", "Rows", "TiledIndex", "damping_factors", "stack_rows"]

#: Rows of a tile: their sums (8 bytes each) fit the second-level cache of any current processor.
TILE_ROWS = 16_384

#: Decimal places of a similarity before any ordering, so that noise of the last bits decides nothing.
PLACES = 6


@dataclass(frozen=True, slots=True)
class Damping:
    """
    How similarity fades with the days between two articles: ``floor + (1 - floor) * 2 ** (-days / half_life)``.

    Parameters
    ----------
    half_life
        Days; 0 for no fading.
    floor
        The part that never fades, in [0, 1].
    """

    half_life: float = 0.0
    floor: float = 1.0


@dataclass(slots=True)
class Rows:
    """
    What decides, besides the vectors, which rows may answer a query and in which order. All of shape (n_rows,).

    Parameters
    ----------
    times
        Days since an epoch, float64; NaN where unknown. An unknown gap fades as a gap of one half-life does.
    groups
        int32; only rows of the query's own group may answer it.
    allowed
        bool; False for rows that answer nothing.
    order
        int64; of two rows with equal scores the one with the smaller number comes first.
    """

    times: NDArray[np.float64]
    groups: NDArray[np.int32]
    allowed: NDArray[np.bool_]
    order: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbors:
    """
    The best rows of each query, best first. All of shape (n_queries, k), filled up with row -1.

    Parameters
    ----------
    rows
        Row numbers.
    similarities
        Cosines in (0, 1], rounded to six places.
    scores
        Damped similarities, rounded to six places; they decide the order.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]
    scores: NDArray[np.float64]


class TiledIndex:
    """
    An inverted index in tiles of rows; grows by rows at its end.

    Parameters
    ----------
    vectors
        Shape (n_rows, n_terms), rows of length 1 or 0.
    """

    def __init__(self, vectors: csr_matrix) -> None:
        self.n_terms = vectors.shape[1]
        self.n_rows = 0
        self._tiles: list[_Tile] = []
        self._tail = vectors[:0]
        self.add(vectors)

    def add(self, vectors: csr_matrix) -> None:
        """Append rows; only the last, incomplete tile is built again."""
        if self._tail.shape[0]:
            self._tiles.pop()
            self.n_rows -= self._tail.shape[0]
            vectors = stack_rows(self._tail, vectors)
        for start in range(0, vectors.shape[0], TILE_ROWS):
            tile = vectors[start : start + TILE_ROWS]
            self._tiles.append(_Tile.of(tile, self.n_rows))
            self.n_rows += tile.shape[0]
            self._tail = tile if tile.shape[0] < TILE_ROWS else tile[:0]

    def parts(self) -> dict[str, NDArray[Any]]:
        """Plain arrays from which `from_parts` makes the same index."""
        return {
            f"index_{number}_{name}": getattr(tile, name)
            for number, tile in enumerate(self._tiles)
            for name in ("indptr", "rows", "values")
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, NDArray[Any]], vectors: csr_matrix) -> TiledIndex:
        """The index of vectors whose `parts` are at hand; nothing is computed or copied."""
        index = cls(vectors[:0])
        index.n_rows = vectors.shape[0]
        for number, start in enumerate(range(0, index.n_rows, TILE_ROWS)):
            n_rows = min(TILE_ROWS, index.n_rows - start)
            arrays = (parts[f"index_{number}_{name}"] for name in ("indptr", "rows", "values"))
            index._tiles.append(_Tile(start, n_rows, *arrays))
        index._tail = vectors[index.n_rows - index.n_rows % TILE_ROWS :]
        return index

    def copy(self) -> TiledIndex:
        """An index that can grow without this one seeing it; the tiles are shared."""
        twin = TiledIndex.__new__(TiledIndex)
        twin.n_terms, twin.n_rows, twin._tiles, twin._tail = self.n_terms, self.n_rows, list(self._tiles), self._tail
        return twin

    def top_k(
        self,
        queries: csr_matrix,
        k: int,
        rows: Rows,
        *,
        query_times: NDArray[np.float64],
        query_groups: NDArray[np.int32],
        exclude: NDArray[np.int64],
        before: NDArray[np.float64] | None = None,
        damping: Damping | None = None,
        n_threads: int = 1,
    ) -> Neighbors:
        """
        The k rows with the highest damped similarity to each query; fewer where fewer share a term with it.

        Parameters
        ----------
        queries
            Shape (n_queries, n_terms), rows of length 1 or 0.
        k
            Most rows a query.
        rows
            What decides besides the vectors.
        query_times, query_groups
            Shape (n_queries,), as in `Rows`.
        exclude
            Shape (n_queries,): the query's own row, or -1.
        before
            Shape (n_queries,): only rows with an earlier time answer, NaN for no limit; rows without a time always
            may. None: no query has a limit.
        damping
            How similarity fades; None: it does not.
        n_threads
            Threads that share the queries; the answer does not depend on it.
        """
        n_queries = queries.shape[0]
        k = max(1, min(k, self.n_rows))
        damping = damping or Damping()
        if before is None:
            before = np.full(n_queries, np.nan)
        found = Neighbors(
            np.full((n_queries, k), -1, dtype=np.int64), np.zeros((n_queries, k)), np.zeros((n_queries, k))
        )

        def search(start: int, stop: int) -> None:
            for tile in self._tiles:
                _search_tile(
                    queries.indptr[start : stop + 1], queries.indices, queries.data,
                    tile.indptr, tile.rows, tile.values, tile.first_row, tile.n_rows,
                    rows.times, rows.groups, rows.allowed, rows.order,
                    query_times[start:stop], query_groups[start:stop], exclude[start:stop], before[start:stop],
                    damping.half_life, damping.floor,
                    found.rows[start:stop], found.similarities[start:stop], found.scores[start:stop],
                )  # fmt: skip
            _sort_rows(found.rows[start:stop], found.similarities[start:stop], found.scores[start:stop], rows.order)

        # Small chunks even out queries of different length; the kernel lets go of the interpreter's lock.
        chunk = max(1, min(256, -(-n_queries // max(1, n_threads))))
        starts = range(0, n_queries, chunk)
        if n_threads == 1 or len(starts) <= 1:
            for start in starts:
                search(start, min(start + chunk, n_queries))
        else:
            with ThreadPoolExecutor(n_threads) as pool:
                list(pool.map(lambda start: search(start, min(start + chunk, n_queries)), starts))
        return found

    def products(self, terms: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.float64]:
        """
        The product of some terms with every row.

        Parameters
        ----------
        terms, values
            Shape (n_query_terms,): columns and their values.

        Returns
        -------
        ndarray
            Shape (n_rows,).
        """
        out = np.zeros(self.n_rows)
        for tile in self._tiles:
            _add_products(terms, values, tile.indptr, tile.rows, tile.values, out[tile.first_row :])
        return out

    def rarities(
        self, terms: NDArray[np.int32], rarity: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The greatest rarity of those terms that a row has, 0 for none, and their sum; both of shape (n_rows,)."""
        most, total = np.zeros(self.n_rows), np.zeros(self.n_rows)
        for tile in self._tiles:
            first = tile.first_row
            _add_rarities(terms, rarity, tile.indptr, tile.rows, most[first:], total[first:])
        return most, total


def damping_factors(gap_days: NDArray[np.float64], damping: Damping) -> NDArray[np.float64]:
    """The factor of each gap in days, NaN for an unknown one; shape as given, values in [floor, 1]."""
    if damping.half_life <= 0:
        return np.ones_like(gap_days)
    faded = np.exp2(-np.abs(gap_days) / damping.half_life)
    return np.where(
        np.isnan(gap_days), damping.floor + (1 - damping.floor) / 2, damping.floor + (1 - damping.floor) * faded
    )


def stack_rows(above: csr_matrix, below: csr_matrix) -> csr_matrix:
    """One matrix above another of the same width."""
    if not above.shape[0]:
        return below
    return csr_matrix(
        (
            np.concatenate([above.data, below.data]),
            np.concatenate([above.indices, below.indices]),
            np.concatenate([above.indptr, below.indptr[1:] + above.indptr[-1]]),
        ),
        shape=(above.shape[0] + below.shape[0], above.shape[1]),
    )


@dataclass(slots=True)
class _Tile:
    """The inverted index of some neighboring rows: for each term, the tile's rows that have it, and its values."""

    first_row: int
    n_rows: int
    indptr: NDArray[np.int64]
    rows: NDArray[np.uint16]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: csr_matrix, first_row: int) -> _Tile:
        """The inverted index of a few rows, of which the first has the number `first_row`."""
        columns = vectors.tocsc()
        columns.sort_indices()
        return cls(
            first_row,
            vectors.shape[0],
            columns.indptr.astype(np.int64),
            columns.indices.astype(np.uint16),
            columns.data.astype(np.float32),
        )


@numba.njit(nogil=True, cache=True)
def _precedes(score_a: float, row_a: int, score_b: float, row_b: int, order: NDArray[np.int64]) -> bool:
    """Whether a comes before b: the higher score, then the smaller order number."""
    return score_a > score_b or (score_a == score_b and order[row_a] < order[row_b])


@numba.njit(nogil=True, cache=True)
def _sift_down(
    rows: NDArray[np.int64],
    similarities: NDArray[np.float64],
    scores: NDArray[np.float64],
    parent: int,
    size: int,
    order: NDArray[np.int64],
) -> None:
    """Restore the heap below `parent`; the worst row is at the top."""
    while True:
        worst = parent
        for child in (2 * parent + 1, 2 * parent + 2):
            if child < size and _precedes(scores[worst], rows[worst], scores[child], rows[child], order):
                worst = child
        if worst == parent:
            return
        rows[parent], rows[worst] = rows[worst], rows[parent]
        similarities[parent], similarities[worst] = similarities[worst], similarities[parent]
        scores[parent], scores[worst] = scores[worst], scores[parent]
        parent = worst


@numba.njit(nogil=True, cache=True)
def _search_tile(  # type: ignore[no-untyped-def]  # compiled: numba infers the types
    query_indptr, query_terms, query_values,
    tile_indptr, tile_rows, tile_values, first_row, n_tile_rows,
    times, groups, allowed, order,
    query_times, query_groups, exclude, before,
    half_life, floor,
    found_rows, found_similarities, found_scores,
):  # fmt: skip
    """Merge one tile's rows into the heaps of the best rows so far; an empty place has row -1."""
    k = found_rows.shape[1]
    sums = np.zeros(n_tile_rows, dtype=np.float64)
    for query in range(len(query_times)):
        sums[:] = 0.0
        for position in range(query_indptr[query], query_indptr[query + 1]):
            term = query_terms[position]
            value = np.float64(query_values[position])
            for posting in range(tile_indptr[term], tile_indptr[term + 1]):
                sums[tile_rows[posting]] += value * np.float64(tile_values[posting])
        rows, similarities, scores = found_rows[query], found_similarities[query], found_scores[query]
        n_found = 0
        while n_found < k and rows[n_found] >= 0:
            n_found += 1
        # Damping only lowers and rounding moves less than this: a sum at or below the bar cannot enter.
        bar = scores[0] - 1e-6 if n_found == k else 0.0
        for local in range(n_tile_rows):
            if sums[local] <= bar:
                continue
            row = first_row + local
            if not allowed[row] or row == exclude[query] or groups[row] != query_groups[query]:
                continue
            if times[row] >= before[query]:  # False where either is NaN
                continue
            similarity = min(1.0, np.rint(sums[local] * 1e6) / 1e6)
            score = sums[local]
            if half_life > 0:
                gap = abs(times[row] - query_times[query])
                faded = 0.5 if np.isnan(gap) else 2.0 ** (-gap / half_life)
                score *= floor + (1.0 - floor) * faded
            score = min(1.0, np.rint(score * 1e6) / 1e6)
            if score <= 0.0:
                continue
            if n_found < k:
                rows[n_found], similarities[n_found], scores[n_found] = row, similarity, score
                n_found += 1
                if n_found == k:
                    for parent in range(k // 2 - 1, -1, -1):
                        _sift_down(rows, similarities, scores, parent, k, order)
                    bar = scores[0] - 1e-6
            elif _precedes(score, row, scores[0], rows[0], order):
                rows[0], similarities[0], scores[0] = row, similarity, score
                _sift_down(rows, similarities, scores, 0, k, order)
                bar = scores[0] - 1e-6


@numba.njit(nogil=True, cache=True)
def _add_products(terms, values, tile_indptr, tile_rows, tile_values, out):  # type: ignore[no-untyped-def]  # compiled
    """Add the products of some terms with a tile's rows to `out`."""
    for position in range(len(terms)):
        value = np.float64(values[position])
        for posting in range(tile_indptr[terms[position]], tile_indptr[terms[position] + 1]):
            out[tile_rows[posting]] += value * np.float64(tile_values[posting])


@numba.njit(nogil=True, cache=True)
def _add_rarities(terms, rarity, tile_indptr, tile_rows, most, total):  # type: ignore[no-untyped-def]  # compiled
    """Raise `most` to the greatest rarity of the terms that a tile's row has, and add it to `total`."""
    for position in range(len(terms)):
        value = rarity[position]
        for posting in range(tile_indptr[terms[position]], tile_indptr[terms[position] + 1]):
            row = tile_rows[posting]
            most[row] = max(most[row], value)
            total[row] += value


@numba.njit(nogil=True, cache=True)
def _sort_rows(found_rows, found_similarities, found_scores, order):  # type: ignore[no-untyped-def]  # compiled
    """Sort each query's rows, best first; empty places stay at the end."""
    k = found_rows.shape[1]
    for query in range(found_rows.shape[0]):
        rows, similarities, scores = found_rows[query], found_similarities[query], found_scores[query]
        size = 0
        while size < k and rows[size] >= 0:
            size += 1
        for parent in range(size // 2 - 1, -1, -1):
            _sift_down(rows, similarities, scores, parent, size, order)
        # A heap with the worst on top: moving the top to the end again and again leaves the best first.
        for end in range(size - 1, 0, -1):
            rows[0], rows[end] = rows[end], rows[0]
            similarities[0], similarities[end] = similarities[end], similarities[0]
            scores[0], scores[end] = scores[end], scores[0]
            _sift_down(rows, similarities, scores, 0, end, order)
