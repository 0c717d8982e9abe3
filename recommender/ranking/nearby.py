"""
What is near a query, in compiled loops over rows and edges. A number room below `recommender.ranking.features`.

The arrays that have a value for every row belong to the thread that asks and are used again by its next query: fresh
ones of a large site cost more to get from the system than to fill.
"""

from __future__ import annotations

from threading import local
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.vectors.damping import factor_of

__all__ = [
    "DIFFUSION", "MEAN", "POWER", "SHARING", "TITLE", "Scratch", "Surroundings", "best_rows", "best_values", "damp",
    "measure", "present", "rows_there", "scratch_of", "spread", "start_anew", "sums_of", "values_by_term",
]  # fmt: skip

#: Steps of the diffusion, and the part of it that stays with the text at each.
_N_STEPS, _STAYS = 3, 0.4

#: The first column of `Scratch.products` is over all fields; title, excerpt and title characters follow from here.
TITLE = 1
#: Columns of `Scratch.sums`: first sums over the circle of a row (damped similarity, its fourth power, what flows to it
#: at the first step), then what is made of them.
_TOTAL, _FOURTH, _FIRST_FLOW = range(3)
MEAN, POWER, DIFFUSION = range(3)
#: Places of `Scratch.counts`.
_N_KNOWN, _N_TOUCHED = range(2)
#: What `Scratch.mark` says of a row that shares something with the query.
SHARING = 1


class Scratch(NamedTuple):
    """
    Arrays with room for every row, which one thread uses for one query after the other.

    Known rows are those that have been compared with the query; touched ones are the known and whatever an edge leads
    to from these. What a query leaves behind is cleared by the next one, row by row.

    Parameters
    ----------
    there, may
        Shape (n_rows,), bool: rows that are there, and those of them that may be suggested.
    products
        Shape (n_rows, 4): over all fields, of titles, of excerpts and of title characters; 0 where a row is not known.
    similarity, damped
        Shape (n_rows,): 0 where a row is not known. Apart from the products, for they are gone through again and again.
    sizes
        Shape (n_rows,): rows that are there among those that a row is listed together with.
    place
        Shape (n_rows,), int32: 1 + the place of a row among those touched, 0 elsewhere.
    sums
        Shape (n_rows, 3): for each row that is touched, in the order of `touched`, mean and power mean of the circle's
        damped similarities in columns `MEAN` and `POWER`, what is diffused in `DIFFUSION`.
    voice
        Shape (n_rows,): weight of the rows that vote.
    known, touched
        Shape (n_rows,): rows that are known, and that are touched.
    mark
        Shape (n_rows,): `SHARING` for known rows whose product is above 0, another number where `circles` has been; 0
        for all others. It is small enough for a near cache, and most rows are told by it alone.
    counts
        Shape (2,): how many rows are known, -1 for all, and how many are touched.
    """

    there: NDArray[np.bool_]
    may: NDArray[np.bool_]
    products: NDArray[np.float64]
    similarity: NDArray[np.float64]
    damped: NDArray[np.float64]
    sizes: NDArray[np.int32]
    place: NDArray[np.int32]
    sums: NDArray[np.float64]
    voice: NDArray[np.float64]
    known: NDArray[np.int32]
    touched: NDArray[np.int32]
    mark: NDArray[np.uint8]
    counts: NDArray[np.int64]


class Surroundings(NamedTuple):
    """The edges of the graph as in `CurationArrays`, for compiled code: starts and ends of each kind."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int32]
    list_starts: NDArray[np.int64]
    list_ends: NDArray[np.int32]
    by_starts: NDArray[np.int64]
    by_ends: NDArray[np.int32]


_OF_THREAD = local()


def scratch_of(n_rows: int) -> Scratch:
    """The arrays of this thread, for a site of so many rows; what is in them is from the query before."""
    known: Scratch | None = getattr(_OF_THREAD, "scratch", None)
    if known is None or len(known.there) != n_rows:
        known = _OF_THREAD.scratch = Scratch(
            there=np.zeros(n_rows, dtype=bool),
            may=np.zeros(n_rows, dtype=bool),
            products=np.zeros((n_rows, 4)),
            similarity=np.zeros(n_rows),
            damped=np.zeros(n_rows),
            sizes=np.zeros(n_rows, dtype=np.int32),
            place=np.zeros(n_rows, dtype=np.int32),
            sums=np.zeros((n_rows, 3)),
            voice=np.zeros(n_rows),
            known=np.zeros(n_rows, dtype=np.int32),
            touched=np.zeros(n_rows, dtype=np.int32),
            mark=np.zeros(n_rows, dtype=np.uint8),
            counts=np.zeros(2, dtype=np.int64),
        )
    return known


@numba.njit(nogil=True, cache=True)
def start_anew(scratch):
    """Clear what the query before has left."""
    products, similarity, damped, place = scratch.products, scratch.similarity, scratch.damped, scratch.place
    known, touched, mark, counts = scratch.known, scratch.touched, scratch.mark, scratch.counts
    if counts[_N_KNOWN] < 0:
        products[:] = 0.0
        similarity[:] = 0.0
        damped[:] = 0.0
        mark[:] = 0
    for at in range(counts[_N_KNOWN]):
        row = known[at]
        similarity[row] = damped[row] = 0.0
        mark[row] = 0
        for column in range(4):
            products[row, column] = 0.0
    for at in range(counts[_N_TOUCHED]):
        place[touched[at]] = 0
    counts[:] = 0


@numba.njit(nogil=True, cache=True)
def present(is_alive, groups, times, allowed, group, before, row, own, hidden, there, may):
    """Fill `there` and `may`; how many rows are there."""
    n_rows = np.uint64(len(there))
    for other in range(n_rows):
        # A row without a time is there at any moment, and every row is where no moment is asked for.
        there[other] = is_alive[other] & (groups[other] == group) & (not times[other] >= before)
    for other in own:
        there[other] = False
    if row >= 0:
        there[row] = False
    n_there = 0
    for other in range(n_rows):
        may[other] = there[other] & allowed[other]
        n_there += 1 if there[other] else 0
    for other in hidden:
        may[other] = False
    return n_there


@numba.njit(nogil=True, cache=True)
def rows_there(there, n_there):
    """The rows that are there, ascending."""
    rows = np.empty(n_there, dtype=np.int32)
    n_found = 0
    for row in range(len(there)):
        if there[row]:
            rows[n_found] = row
            n_found += 1
    return rows


def values_by_term(n_terms: int) -> NDArray[np.float32]:
    """An array of this thread with room for two values of each term, shape (2, n_terms), zeros; to be left as zeros."""
    known: NDArray[np.float32] | None = getattr(_OF_THREAD, "by_term", None)
    if known is None or known.shape[1] != n_terms:
        known = _OF_THREAD.by_term = np.zeros((2, n_terms), dtype=np.float32)
    return known


@numba.njit(nogil=True, cache=True)
def measure(rows, own_terms, own_values, field_ends, columns, vectors, by_term, out):
    """
    Write the products of a query with some rows to `out`, as `TiledIndex.products` does for all, to the last bit.

    A term that the query does not have adds an exact 0, which costs less than to find out.

    Parameters
    ----------
    rows
        Shape (n_some_rows,).
    own_terms, own_values
        The query, shape (n_query_terms,).
    field_ends
        Shape (n_fields,): the column after the last of each field.
    columns
        Shape (n_fields,): the column of `out` for a field's own product, -1 for none.
    vectors
        indptr, indices and data of all rows.
    by_term
        As `values_by_term` gives it.
    out
        Shape (n_rows, n_columns); the product over all fields goes to column 0.
    """
    indptr, indices, data = vectors
    value_of = by_term[0]
    for own in range(len(own_terms)):
        value_of[own_terms[own]] = own_values[own]
    for row in rows:
        # Unsigned: numba leaves out the test for a negative index.
        total, position, last = 0.0, np.uint64(indptr[row]), np.uint64(indptr[row + 1])
        for field in range(len(field_ends)):
            sum_, end = 0.0, field_ends[field]
            while position < last and indices[position] < end:
                sum_ += np.float64(value_of[np.uint32(indices[position])]) * np.float64(data[position])
                position += np.uint64(1)
            total += sum_
            if columns[field] > 0:
                out[row, columns[field]] = sum_
        out[row, 0] = total
    for term in own_terms:
        value_of[term] = 0.0


@numba.njit(nogil=True, cache=True)
def damp(rows, is_all, times, time, half_life, floor, scratch):
    """
    From the products of some rows their similarities, rounded, and damped similarities; the rows are known from now on.

    Parameters
    ----------
    rows
        Shape (n_some_rows,).
    is_all
        Whether the products are there of all rows.
    times, time, half_life, floor
        When all rows are from and the query, and how similarity fades.

    Returns
    -------
    Shape (2, n_some_rows): similarities, damped similarities.
    """
    products, similarities, damped = scratch.products, scratch.similarity, scratch.damped
    known, mark, counts = scratch.known, scratch.mark, scratch.counts
    n_known = counts[_N_KNOWN]
    counts[_N_KNOWN] = -1 if is_all else n_known + len(rows)
    out = np.zeros((2, len(rows)))
    last_time, factor = np.nan, 1.0
    for at in range(len(rows)):
        row = rows[at]
        if not is_all:
            known[n_known + at] = row
        mark[row] = SHARING if products[row, 0] > 0.0 else 0
        similarity = min(np.rint(products[row, 0] * 1e6) / 1e6, 1.0)
        if similarity == 0.0:
            similarities[row] = damped[row] = 0.0
            continue
        if half_life > 0 and times[row] != last_time:
            last_time = times[row]
            factor = factor_of(time - last_time, half_life, floor)
        out[0, at] = similarities[row] = similarity
        out[1, at] = damped[row] = similarity * factor
    return out


@numba.njit(nogil=True, cache=True)
def _count_sizes(starts, ends, there, sizes):
    """Fill `sizes`, by the edges of the rows that are there or of those that are not, whichever are fewer."""
    n_rows, n_edges = np.uint64(len(there)), 0
    for row in range(n_rows):
        n_edges += np.int64(there[row]) * (starts[row + 1] - starts[row])
    few_gone = 2 * n_edges > starts[len(there)]
    step = np.int32(-1 if few_gone else 1)
    for row in range(n_rows):
        sizes[row] = np.int32(few_gone) * np.int32(starts[row + 1] - starts[row])
    for row in range(n_rows):
        if there[row] != few_gone:
            for edge in range(starts[row], starts[row + 1]):
                sizes[ends[edge]] += step


@numba.njit(nogil=True, cache=True)
def spread(rows, values, starts, ends, scratch):
    """
    Fill `touched`, `place` and `sums` by what some rows spread along their edges.

    Sums run over these rows in their order. Of the diffusion's steps only the last goes beyond them: what flows to
    another row at an earlier one does not flow on.

    Parameters
    ----------
    rows, values
        Shape (n_local,): the rows that spread, ascending, and their damped similarities.
    starts, ends
        The edges.

    Returns
    -------
    touched : ndarray of int32, shape (n_touched,)
        The rows that something flows to, those that spread first.
    proposals : ndarray of float64, shape (n_touched,)
        By how much the lists propose each; 0 where it may not be suggested.
    greatest_mean, greatest_diffusion : float
    """
    # Taken apart once: in a loop each look into a tuple counts a reference.
    there, may, sizes, place, sums = scratch.there, scratch.may, scratch.sizes, scratch.place, scratch.sums
    touched, counts = scratch.touched, scratch.counts
    _count_sizes(starts, ends, there, sizes)
    n_local, n_edges = len(rows), 0
    for at in range(n_local):
        row = rows[at]
        touched[at] = row
        place[row] = at + 1
        sums[at, _TOTAL] = sums[at, _FOURTH] = sums[at, _FIRST_FLOW] = 0.0
        n_edges += starts[row + 1] - starts[row]
    n_touched = n_local
    # The edges by places.
    places = np.empty(n_edges, dtype=np.int32)
    n_done = 0
    for at in range(n_local):
        row, value = rows[at], values[at]
        fourth, share = value * value * value * value, value / max(np.float64(sizes[row]), 1.0)
        for edge in range(starts[row], starts[row + 1]):
            end = place[ends[edge]] - 1
            if end < 0:
                end = n_touched
                touched[end] = ends[edge]
                sums[end, _TOTAL] = sums[end, _FOURTH] = sums[end, _FIRST_FLOW] = 0.0
                n_touched += 1
                place[ends[edge]] = n_touched
            sums[end, _TOTAL] += value
            sums[end, _FOURTH] += fourth
            sums[end, _FIRST_FLOW] += share
            places[n_done] = end
            n_done += 1
    counts[_N_TOUCHED] = n_touched
    now, flow = np.empty(n_local), np.empty(n_touched)
    for at in range(n_local):
        now[at] = _STAYS * values[at] + (1.0 - _STAYS) * sums[at, _FIRST_FLOW]
    for step in range(_N_STEPS - 1):
        flow[:] = 0.0
        n_done = 0
        for at in range(n_local):
            row = rows[at]
            share = now[at] / max(np.float64(sizes[row]), 1.0)
            for _ in range(starts[row + 1] - starts[row]):
                flow[places[n_done]] += share
                n_done += 1
        if step < _N_STEPS - 2:
            for at in range(n_local):
                now[at] = _STAYS * values[at] + (1.0 - _STAYS) * flow[at]
    proposals = np.zeros(n_touched)
    greatest_mean, greatest_diffusion = 0.0, 0.0
    for at in range(n_touched):
        row = touched[at]
        value, flowing = values[at] if at < n_local else 0.0, flow[at]
        mean = (sums[at, _TOTAL] + value) / (np.float64(sizes[row]) + 1.0)
        power = np.sqrt(np.sqrt(sums[at, _FOURTH] + (value * value) * (value * value)))
        diffused = _STAYS * value + (1.0 - _STAYS) * (flowing if there[row] else 0.0)
        sums[at, MEAN], sums[at, POWER], sums[at, DIFFUSION] = mean, power, diffused
        if may[row]:
            proposals[at] = 0.5 * mean + 0.25 * power + 0.3 * diffused
        # A row that is not there may lie in a circle all the same; the query's own row does, by its hidden list.
        if there[row]:
            greatest_mean, greatest_diffusion = max(greatest_mean, mean), max(greatest_diffusion, diffused)
    return touched[:n_touched], proposals, greatest_mean, greatest_diffusion


@numba.njit(nogil=True, cache=True)
def sums_of(rows, scratch):
    """What `spread` has left for some rows; shape (n_some_rows, 3)."""
    out = np.zeros((len(rows), 3))
    for at in range(len(rows)):
        place = scratch.place[rows[at]]
        if place:
            out[at] = scratch.sums[place - 1]
    return out


@numba.njit(nogil=True, cache=True)
def best_values(values, n):
    """The n greatest values above 0, ascending, filled up with zeros at the front."""
    heap = np.zeros(n)
    for value in values:
        if value > heap[0]:
            at = 0
            while True:
                child = 2 * at + 1
                if child >= n:
                    break
                if child + 1 < n and heap[child + 1] < heap[child]:
                    child += 1
                if heap[child] >= value:
                    break
                heap[at] = heap[child]
                at = child
            heap[at] = value
    heap.sort()
    return heap


@numba.njit(nogil=True, cache=True)
def best_rows(values, rows, n):
    """The rows of the n greatest values above 0; of those that tie for the last place all, up to 2 n, the first."""
    bar = best_values(values, n)[0]
    n_above, n_equal = 0, 0
    found, equal = np.empty(2 * n, dtype=np.int64), np.empty(len(rows), dtype=np.int64)
    for at in range(len(rows)):
        if values[at] > bar:
            found[n_above] = rows[at]
            n_above += 1
        elif values[at] == bar and bar > 0.0:
            equal[n_equal] = rows[at]
            n_equal += 1
    if n_above + n_equal > 2 * n:
        equal = np.sort(equal[:n_equal])
        n_equal = 2 * n - n_above
    found[n_above : n_above + n_equal] = equal[:n_equal]
    return found[: n_above + n_equal]
