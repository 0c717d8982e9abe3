"""
Exact nearest neighbors by cosine, damped by age. A number room: it knows rows, columns and times, and no articles.

`TiledIndex` holds what `recommender.vectors.search` searches: segments of rows, each with an inverted index. Added rows
become a segment of their own, and small segments are merged, so that adding a row costs little and there are never
many segments. Similarities are taken in double precision in the order of the columns, so a pair has one similarity,
whichever of the two asks, and however many ask at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.vectors import postings
from recommender.vectors.candidates import Facts, Queries, no_candidates, settle
from recommender.vectors.damping import Damping
from recommender.vectors.postings import Postings, Times, frozen
from recommender.vectors.search import search
from recommender.vectors.sweep import Sweep, nothing_found

__all__ = ["Neighbors", "Rows", "TiledIndex", "stack_rows"]

#: Segments of at most so many rows are always merged: each is one more to search.
SMALL_ROWS = 64

#: Queries that share a tile while it is in the cache.
CHUNK_QUERIES = 256


@dataclass(slots=True)
class Rows:
    """
    What decides, besides the vectors, which rows may answer a query and in which order. All of shape (n_rows,).

    The times may not be changed in place: an index remembers what it read from the array.

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
        Shape (n_rows, n_terms), rows of length 1 or 0, without negative values.
    times
        Shape (n_rows,), as in `Rows`: rows that are near in time are kept together, which makes the search of damped
        neighbors fast. It decides nothing else; None where there are none.
    """

    def __init__(self, vectors: csr_matrix, times: NDArray[np.float64] | None = None) -> None:
        self.n_terms = vectors.shape[1]
        self.n_rows = 0
        self._segments: list[Postings] = []
        self._times = np.zeros(0)
        self._blocks_of: tuple[NDArray[np.float64] | None, list[_Blocks]] = (None, [])
        self.add(vectors, times)

    def add(self, vectors: csr_matrix, times: NDArray[np.float64] | None = None) -> None:
        """Append rows; of the earlier rows, at most those of the last few small segments are indexed again."""
        if not vectors.shape[0]:
            return
        first_row = self.n_rows
        self.n_rows += vectors.shape[0]
        self._times = np.concatenate([self._times, np.full(vectors.shape[0], np.nan) if times is None else times])
        # Segments are merged with as many new rows as they have, so a row is indexed about log2(n) times, and those of
        # a tile or more not at all.
        while self._segments and self._segments[-1].n_rows <= min(
            max(vectors.shape[0], SMALL_ROWS), postings.TILE_ROWS - 1
        ):
            last = self._segments.pop()
            first_row, vectors = last.first_row, stack_rows(_vectors_of(last, self.n_terms), vectors)
        self._segments.append(_segment(vectors, first_row, self._times[first_row:]))
        self._blocks_of = (None, [])

    def parts(self) -> dict[str, NDArray[Any]]:
        """Plain arrays from which `from_parts` makes the same index."""
        first_rows = [segment.first_row for segment in self._segments]
        return {
            "index_segments": np.array([*first_rows, self.n_rows], dtype=np.int64),
            "index_times": self._times,
            **{
                f"index_{number}_{name}": getattr(segment, name)
                for number, segment in enumerate(self._segments)
                for name in _STORED
            },
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, NDArray[Any]], vectors: csr_matrix) -> TiledIndex:
        """The index of vectors whose `parts` are at hand; nothing is computed or copied."""
        index = cls(vectors[:0])
        index.n_rows, index._times = vectors.shape[0], parts["index_times"]
        limits = parts["index_segments"].tolist()
        for number, (first, last) in enumerate(pairwise(limits)):
            stored = {name: frozen(parts[f"index_{number}_{name}"]) for name in _STORED}
            index._segments.append(
                Postings(first, last - first, postings.TILE_ROWS, **_forward(vectors, first, last), **stored)
            )
        return index

    def copy(self) -> TiledIndex:
        """An index that can grow without this one seeing it; what is indexed is shared."""
        twin = TiledIndex.__new__(TiledIndex)
        twin.__dict__.update(self.__dict__)
        twin._segments = list(self._segments)
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
            Shape (n_queries, n_terms), rows of length 1 or 0, without negative values.
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
        found = Neighbors(
            np.full((n_queries, k), -1, dtype=np.int64), np.zeros((n_queries, k)), np.zeros((n_queries, k))
        )
        if not self.n_rows or not n_queries:
            return found
        if before is None:
            before = np.full(n_queries, np.nan)
        asked = Queries(
            np.zeros(0, dtype=np.int64), frozen(queries.indptr, np.int64), frozen(queries.indices, np.int32),
            frozen(queries.data, np.float32), frozen(query_times, np.float64), frozen(query_groups, np.int32),
            frozen(exclude, np.int64), frozen(before, np.float64),
        )  # fmt: skip
        facts = Facts(
            frozen(rows.times, np.float64), frozen(rows.groups, np.int32), frozen(rows.allowed, np.bool_),
            frozen(rows.order, np.int64),
        )  # fmt: skip
        blocks = self._blocks(rows.times, facts.times)

        def answer(numbers: NDArray[np.int64], may_guess: bool) -> None:
            chunk = asked._replace(numbers=frozen(numbers))
            candidates = no_candidates(len(numbers), k)
            time = np.nanmedian(query_times[numbers]) if not np.isnan(query_times[numbers]).all() else np.nan
            for segment, block in zip(self._segments, blocks, strict=True):
                # Without damping, the first tile of the first and mostly only large segment stands for all.
                n_sampled_of = self.n_rows if may_guess and segment is self._segments[0] else 0
                search(
                    segment, block.times, block.nearest_tiles(time), chunk, facts, k, damping.half_life, damping.floor,
                    n_sampled_of, candidates,
                )  # fmt: skip
            missed = settle(candidates, chunk, facts, found.rows, found.similarities, found.scores)
            if missed.any():
                answer(numbers[missed], False)

        # Queries that are near in time find their neighbors in the same tiles. Small chunks even out queries of
        # different length, and bound the memory; the kernel lets go of the interpreter's lock.
        by_time = np.argsort(query_times, kind="stable")
        n_chunk = max(1, min(CHUNK_QUERIES, -(-n_queries // max(1, n_threads)), 2_000_000 // k))
        chunks = [by_time[start : start + n_chunk] for start in range(0, n_queries, n_chunk)]
        may_guess = damping.half_life <= 0
        if n_threads == 1 or len(chunks) == 1:
            for numbers in chunks:
                answer(numbers, may_guess)
        else:
            with ThreadPoolExecutor(n_threads) as pool:
                list(pool.map(lambda numbers: answer(numbers, may_guess), chunks))
        return found

    def products(
        self,
        terms: NDArray[np.int32],
        values: NDArray[np.float32],
        parts: NDArray[np.int64],
        columns: NDArray[np.int64],
        out: NDArray[np.float64],
    ) -> None:
        """
        Write the product of a query with every row, and those of some of its fields, to `out`.

        Sums run over the terms of a field in their order, then over the fields.

        Parameters
        ----------
        terms, values
            Shape (n_query_terms,): columns, sorted, and their values.
        parts
            Shape (n_fields + 1,): the terms of field f are ``terms[parts[f]:parts[f + 1]]``.
        columns
            Shape (n_fields,): the column of `out` for a field's own product, -1 for none. Nothing is written for a
            field that the query has nothing in.
        out
            Shape (n_rows, n_columns); the product over all fields goes to column 0.
        """
        query = (frozen(terms, np.int32), frozen(values, np.float32), parts, columns)
        for segment in self._segments:
            postings.add_products(segment, *query, out)

    def sweeps(
        self,
        terms: NDArray[np.int32],
        values: NDArray[np.float32],
        n_nearest: int,
        n_similar: int,
        *,
        there: NDArray[np.bool_],
        times: NDArray[np.float64],
        time: float,
        damping: Damping,
    ) -> list[Sweep]:
        """
        What finds the rows nearest to a query by damped similarity, and those nearest by similarity: a part a segment.

        `vectors.sweep.go_through` is for all parts but the last, then `vectors.sweep.nearest` for that. Sums are of
        single precision, so of rows that are near the last place another one may be the nearer by a millionth. Rows
        that share no term with the query are not among them.

        Parameters
        ----------
        terms, values
            Shape (n_query_terms,): columns, sorted, and their values.
        n_nearest, n_similar
            How many rows by the one and by the other; of equals the first.
        there, times
            Shape (n_rows,): rows that may be found, and as in `Rows`.
        time, damping
            When the query is from, and how similarity fades.
        """
        found = nothing_found(self.n_rows)
        terms, values = frozen(terms, np.int32), frozen(values, np.float32)
        return [
            Sweep(
                segment, block.times, block.nearest_tiles(time), terms, values, there, time, damping.half_life,
                damping.floor, n_nearest, n_similar, found,
            )
            for segment, block in zip(self._segments, self._blocks(times, frozen(times, np.float64)), strict=True)
        ]  # fmt: skip

    def _blocks(self, times: NDArray[np.float64], frozen_times: NDArray[np.float64]) -> list[_Blocks]:
        """When the rows of each segment's blocks are from; kept for the next time that the same array is asked for."""
        known_times, blocks = self._blocks_of
        if known_times is not times or len(blocks) != len(self._segments):
            blocks = [_Blocks.of(segment, frozen_times) for segment in self._segments]
            self._blocks_of = (times, blocks)
        return blocks


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


#: The parts of a segment that are stored; the others are made from the vectors.
_STORED = (
    "order", "tile_starts", "starts", "rows", "weights", "units", "lengths", "usual_lengths", "greatest_lengths",
    "n_having",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Blocks:
    """When the rows of a segment's blocks are from, and the middle of each tile's times, shape (n_tiles,)."""

    times: Times
    middles: NDArray[np.float64]

    @classmethod
    def of(cls, segment: Postings, times: NDArray[np.float64]) -> _Blocks:
        """Of a segment, from the times of all rows."""
        blocks = Times(*postings.block_times(segment.order, segment.first_row, times))
        starts = np.arange(0, len(blocks.earliest), segment.tile_rows // postings.BLOCK_ROWS)
        earliest, latest = np.minimum.reduceat(blocks.earliest, starts), np.maximum.reduceat(blocks.latest, starts)
        return cls(blocks, np.where(earliest <= latest, (np.nan_to_num(earliest) + np.nan_to_num(latest)) / 2, np.nan))

    def nearest_tiles(self, time: float) -> NDArray[np.int64]:
        """The numbers of the tiles, those that are nearest in time first."""
        return np.argsort(np.abs(self.middles - time), kind="stable")


def _segment(vectors: csr_matrix, first_row: int, times: NDArray[np.float64]) -> Postings:
    """The segment of some rows, of which the first has the number `first_row`."""
    order = np.argsort(times, kind="stable").astype(np.int32)
    forward = _forward(vectors, 0, vectors.shape[0])
    inverted = postings.invert(
        frozen(order), forward["indptr"], forward["terms"], forward["values"], vectors.shape[1], postings.TILE_ROWS
    )
    stored = dict(zip(_STORED, map(frozen, (order, *inverted)), strict=True))
    return Postings(first_row, vectors.shape[0], postings.TILE_ROWS, **forward, **stored)


def _forward(vectors: csr_matrix, first: int, last: int) -> dict[str, NDArray[Any]]:
    """Some rows as `Postings` has them; views where the types are right."""
    return {
        "indptr": frozen(vectors.indptr[first : last + 1], np.int64),
        "terms": frozen(vectors.indices, np.int32),
        "values": frozen(vectors.data, np.float32),
    }


def _vectors_of(segment: Postings, n_terms: int) -> csr_matrix:
    """The vectors of a segment."""
    first, last = segment.indptr[0], segment.indptr[-1]
    return csr_matrix(
        (segment.values[first:last], segment.terms[first:last], segment.indptr - first), shape=(segment.n_rows, n_terms)
    )
