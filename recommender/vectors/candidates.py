"""
What may still be among the best rows of a query. A number room below `recommender.vectors.search`.

What may reach the bar becomes a candidate, with a lower and an upper bound on its score. Candidates that are left in
the end are summed again from the row itself, in double precision and in the order of the columns, damped and rounded.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.vectors.borrowing import borrowed
from recommender.vectors.damping import factor_of
from recommender.vectors.prefetch import LINE, prefetch

__all__ = [
    "Candidates", "Facts", "Queries", "make_exact", "make_room", "no_candidates", "nth_greatest", "settle",
    "slots_for", "thin_out",
]  # fmt: skip

#: Places for candidates beyond k; with fewer, candidates are thinned out more often.
SPARE_PLACES = 256


#: Rows that are fetched before their turn.
ROWS_AHEAD = 8


class Queries(NamedTuple):
    """Some queries: their numbers, shape (n_asked,), and all queries' vectors and facts."""

    numbers: NDArray[np.int64]
    indptr: NDArray[np.int64]
    terms: NDArray[np.int32]
    values: NDArray[np.float32]
    times: NDArray[np.float64]
    groups: NDArray[np.int32]
    exclude: NDArray[np.int64]
    before: NDArray[np.float64]


class Facts(NamedTuple):
    """What decides besides the vectors, as `neighbors.Rows`; all of shape (n_rows,)."""

    times: NDArray[np.float64]
    groups: NDArray[np.int32]
    allowed: NDArray[np.bool_]
    order: NDArray[np.int64]


class Candidates(NamedTuple):
    """
    What may still be among the best of each query.

    Parameters
    ----------
    rows, lowers, uppers, similarities
        Shape (n_asked, room): rows, bounds on their scores, and similarities, NaN while only bounds are known.
    counts
        Shape (n_asked,): candidates.
    bars
        Shape (n_asked,): at least k rows reach this score.
    guesses
        Shape (n_asked,): k rows probably reach this score; 0 for no guess.
    """

    rows: NDArray[np.int64]
    lowers: NDArray[np.float64]
    uppers: NDArray[np.float64]
    similarities: NDArray[np.float64]
    counts: NDArray[np.int64]
    bars: NDArray[np.float64]
    guesses: NDArray[np.float64]


def no_candidates(n_queries: int, k: int) -> Candidates:
    """Candidates of queries that have none yet."""
    shape = (n_queries, k + SPARE_PLACES)
    return Candidates(
        np.empty(shape, dtype=np.int64), np.empty(shape), np.empty(shape), np.empty(shape),
        np.zeros(n_queries, dtype=np.int64), np.zeros(n_queries), np.zeros(n_queries),
    )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _precedes(score_a, row_a, score_b, row_b, order):
    """Whether a comes before b: the higher score, then the smaller order number."""
    return score_a > score_b or (score_a == score_b and order[row_a] < order[row_b])


@numba.njit(nogil=True, cache=True)
def _sift_down(rows, similarities, scores, parent, size, order):
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
def _sort_best(candidates, at, order):
    """Sort a query's candidates, whose scores are known, best first."""
    rows, similarities, scores = candidates.rows[at], candidates.similarities[at], candidates.lowers[at]
    size = candidates.counts[at]
    for parent in range(size // 2 - 1, -1, -1):
        _sift_down(rows, similarities, scores, parent, size, order)
    # A heap with the worst on top: moving the top to the end again and again leaves the best first.
    for end in range(size - 1, 0, -1):
        rows[0], rows[end] = rows[end], rows[0]
        similarities[0], similarities[end] = similarities[end], similarities[0]
        scores[0], scores[end] = scores[end], scores[0]
        _sift_down(rows, similarities, scores, 0, end, order)
    for place in range(size):
        candidates.uppers[at, place] = scores[place]


@numba.njit(nogil=True, cache=True)
def _fill_slots(slots, terms):
    """A table of the terms' positions by open addressing; its length is a power of two."""
    slots[:] = -1
    mask = len(slots) - 1
    for position in range(len(terms)):
        slot = terms[position] & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = position


@numba.njit(nogil=True, cache=True)
def _product(slots, query_terms, query_values, terms, values, first, last, met):
    """
    The product of a query with a row, in double precision and in the order of the columns.

    The row is ``terms[first:last]``; `met` is room for as many places.
    """
    mask = np.uint32(len(slots) - 1)
    # Whether a term is met is anybody's guess, so first without a branch: nearly all terms that are not end here.
    n_met = np.uint64(0)
    for place in range(np.uint64(first), np.uint64(last)):
        met[n_met] = place
        n_met += np.uint64(slots[np.uint32(terms[place]) & mask] >= 0)
    total = 0.0
    for number in range(n_met):
        position = np.uint64(met[number])
        term = terms[position]
        slot = np.uint32(term) & mask
        while slots[slot] >= 0:
            here = np.uint32(slots[slot])
            if query_terms[here] == term:
                total += np.float64(query_values[here]) * np.float64(values[position])
                break
            slot = (slot + np.uint32(1)) & mask
    return total


@numba.njit(nogil=True, cache=True)
def slots_for(queries):
    """An empty table for the longest of the queries."""
    longest = 1
    for number in queries.numbers:
        longest = max(longest, queries.indptr[number + 1] - queries.indptr[number])
    # Few terms that are not met end in a taken slot: with a quarter of the slots a query took up to 8% longer.
    n_slots = 256
    while n_slots < 32 * longest:
        n_slots *= 2
    return np.empty(n_slots, dtype=np.int32)


@numba.njit(nogil=True, cache=True)
def nth_greatest(values, n):
    """The n-th greatest value, counted from 1."""
    # Quickselect, without branches that the processor would have to guess.
    rest = values.copy()
    lower, higher = np.empty_like(rest), np.empty_like(rest)
    while True:
        size = len(rest)
        first, middle, last = rest[0], rest[size // 2], rest[size - 1]
        pivot = max(min(first, middle), min(max(first, middle), last))
        n_lower, n_higher = np.uint64(0), np.uint64(0)
        for place in range(np.uint64(size)):
            value = rest[place]
            lower[n_lower] = value
            higher[n_higher] = value
            n_lower += np.uint64(value < pivot)
            n_higher += np.uint64(value > pivot)
        if n_higher >= n:
            rest, higher = higher[:n_higher], rest
        elif size - n_lower >= n:
            return pivot
        else:
            n -= size - n_lower
            rest, lower = lower[:n_lower], rest


@numba.njit(nogil=True, cache=True)
def thin_out(candidates, at, k):
    """Raise the bar to the k-th best lower bound, and drop what cannot reach it; what ties with it stays."""
    n = candidates.counts[at]
    rows, lowers, uppers = candidates.rows[at], candidates.lowers[at], candidates.uppers[at]
    similarities = candidates.similarities[at]
    if n >= k:
        candidates.bars[at] = max(candidates.bars[at], nth_greatest(lowers[:n], k))
    # Where the guess is too high, everything is asked once more.
    bar = max(candidates.bars[at], candidates.guesses[at])
    kept = 0
    for place in range(n):
        if uppers[place] >= bar:
            rows[kept], lowers[kept], uppers[kept] = rows[place], lowers[place], uppers[place]
            similarities[kept] = similarities[place]
            kept += 1
    candidates.counts[at] = kept


@numba.njit(nogil=True, cache=True)
def make_exact(candidates, at, postings, queries, facts, half_life, floor, slots):
    """Replace the bounds of a query's candidates by their scores, and drop those whose score rounds to 0."""
    number = queries.numbers[at]
    begin, end = queries.indptr[number], queries.indptr[number + 1]
    query_terms, query_values, time = queries.terms[begin:end], queries.values[begin:end], queries.times[number]
    rows, lowers, uppers = candidates.rows[at], candidates.lowers[at], candidates.uppers[at]
    similarities, n = candidates.similarities[at], candidates.counts[at]
    _fill_slots(slots, query_terms)
    # Taken out once: in a loop each look into a tuple counts a reference.
    indptr, terms, values, first_row = postings.indptr, postings.terms, postings.values, postings.first_row
    row_times = facts.times
    # The rows lie anywhere in memory: waiting for one after the other would be nearly all of the time.
    for place in range(n):
        if np.isnan(similarities[place]):
            prefetch(indptr, rows[place] - first_row)
            if half_life > 0:
                prefetch(row_times, rows[place])
    longest = 0
    for place in range(n):
        if np.isnan(similarities[place]):
            row = rows[place] - first_row
            longest = max(longest, indptr[row + 1] - indptr[row])
    met, kept = np.empty(longest, dtype=np.int64), 0
    for step in range(n + ROWS_AHEAD):  # all rows at once would be more than the first cache holds
        if step < n and np.isnan(similarities[step]):
            row = rows[step] - first_row
            for ahead in range(indptr[row], min(indptr[row + 1], indptr[row] + 4 * LINE), LINE):
                prefetch(terms, ahead)
                prefetch(values, ahead)
            prefetch(terms, indptr[row + 1] - 1)
            prefetch(values, indptr[row + 1] - 1)
        place = step - ROWS_AHEAD
        if place < 0:
            continue
        row, lower, upper, similarity = rows[place], lowers[place], uppers[place], similarities[place]
        if np.isnan(similarity):
            first, last = indptr[row - first_row], indptr[row - first_row + 1]
            cosine = _product(slots, query_terms, query_values, terms, values, first, last, met)
            factor = factor_of(row_times[row] - time, half_life, floor) if half_life > 0 else 1.0
            similarity = min(1.0, np.rint(cosine * 1e6) / 1e6)
            lower = upper = min(1.0, np.rint(cosine * factor * 1e6) / 1e6)
            if lower <= 0.0:
                continue
        rows[kept], lowers[kept], uppers[kept], similarities[kept] = row, lower, upper, similarity
        kept += 1
    candidates.counts[at] = kept


@numba.njit(nogil=True, cache=True)
def make_room(candidates, at, k, postings, queries, facts, half_life, floor, slots):
    """Leave at most half of the places beyond k taken, by the cheapest means that does it."""
    most = (candidates.rows.shape[1] + k) // 2
    thin_out(candidates, at, k)
    if candidates.counts[at] > most:
        make_exact(candidates, at, postings, queries, facts, half_life, floor, slots)
        thin_out(candidates, at, k)
    if candidates.counts[at] > most:  # ties: the order decides
        _sort_best(candidates, at, facts.order)
        candidates.counts[at] = k


@numba.njit(nogil=True, cache=True)
def settle(candidates, queries, facts, rows, similarities, scores):
    """
    Write the k best of each query, best first.

    Returns
    -------
    ndarray of bool, shape (n_asked,)
        Whether the guess was too high, so that rows may be missing.
    """
    k, candidates, order = rows.shape[1], borrowed(candidates), borrowed(facts.order)
    missed = np.zeros(len(queries.numbers), dtype=np.bool_)
    for at in range(len(queries.numbers)):
        number = queries.numbers[at]
        _sort_best(candidates, at, order)
        n = min(k, candidates.counts[at])
        missed[at] = candidates.guesses[at] > 0.0 and (n < k or candidates.lowers[at, k - 1] < candidates.guesses[at])
        for place in range(
            n
        ):  # written out, as everywhere: the message for shapes that differ takes a second to compile
            rows[number, place] = candidates.rows[at, place]
            similarities[number, place] = candidates.similarities[at, place]
            scores[number, place] = candidates.lowers[at, place]
    return missed
