"""
What is near a query, in compiled loops over rows and edges. A number room below `recommender.ranking.features`.

The arrays that have a value for every row lie on a desk, and are used again by the next query that works there: fresh
ones of a large site cost more to get from the system than to fill. Whoever writes to them clears what it wrote.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, NamedTuple
from weakref import ref

import numba
import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

from recommender.ranking.catalogue import Facts
from recommender.vectors.prefetch import LINE, prefetch

__all__ = [
    "CHARS", "DAMPED", "SIMILARITY", "WORDS", "Desk", "Scratch", "Surroundings", "best_rows", "best_values", "clear",
    "desk_of", "forget", "leave_out", "rows_there", "spread",
]  # fmt: skip

#: Steps of the diffusion, and the part of it that stays with the text at each.
_N_STEPS, _STAYS = 3, 0.4

#: Columns of `Scratch.compared`.
SIMILARITY, DAMPED, WORDS, CHARS = range(4)

#: Rows whose edges are fetched before their turn.
_AHEAD = 24


class Scratch(NamedTuple):
    """
    Arrays with room for every row, for one query after the other.

    Known rows are those that have been compared with the query; touched ones are the known and whatever an edge leads
    to from these. What is not said to be otherwise is 0 between queries.

    Parameters
    ----------
    there, may
        Shape (n_rows,), bool: rows that are there, and those of them that may be suggested. Between queries, as
        `Desk` says.
    sizes
        Shape (n_rows,), int32: rows that are there among those that a row is listed together with; as `there`.
    compared
        Shape (n_rows, 4): of rows that are known similarity, damped similarity, cosine of words (titles and excerpts)
        and of title characters, in columns `SIMILARITY` and so on; 0 for all others. Side by side, for a row that is
        asked for one of them is asked for all. First the products stand there that these are made of.
    place
        Shape (n_rows,), int32: 1 + the place of a row among those touched, 0 elsewhere.
    means, powers, flows
        Shape (n_rows,): of each row that is touched, in the order of `touched`, mean and power mean of the circle's
        damped similarities, and what is diffused.
    voice, is_voting
        Shapes (n_rows,), and (n_rows / 32 rounded up,), uint32: weight of the rows that vote, and a bit for each that
        says whether it does; the bits stay in the first cache.
    touched
        Shape (n_rows,), int32: the rows that are touched; anything between queries.
    is_sharing
        Shape (n_rows,), bool: known rows whose product is above 0. It is small enough for a near cache, and most rows
        are told by it alone.
    """

    there: NDArray[np.bool_]
    may: NDArray[np.bool_]
    sizes: NDArray[np.int32]
    compared: NDArray[np.float64]
    place: NDArray[np.int32]
    means: NDArray[np.float64]
    powers: NDArray[np.float64]
    flows: NDArray[np.float64]
    voice: NDArray[np.float64]
    is_voting: NDArray[np.uint32]
    touched: NDArray[np.int32]
    is_sharing: NDArray[np.bool_]


class Surroundings(NamedTuple):
    """The edges of the graph as in `CurationArrays`, for compiled code: starts and ends of each kind."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int32]
    list_starts: NDArray[np.int64]
    list_ends: NDArray[np.int32]
    by_starts: NDArray[np.int64]
    by_ends: NDArray[np.int32]


class Desk:
    """
    Where a query is looked at.

    Parameters
    ----------
    n_rows, n_terms
        Of the site.

    Attributes
    ----------
    scratch : Scratch
    by_term : tuple of ndarray
        Shapes (2, n_terms), float32, and (n_terms / 32 rounded up,), uint32: two values of each term, and a bit for
        each that says whether it has one; all 0 between queries.
    """

    def __init__(self, n_rows: int, n_terms: int) -> None:
        self.size = n_rows, n_terms
        numbers = np.zeros((4, n_rows))
        small = np.zeros((3, n_rows), dtype=np.int32)
        self.scratch = Scratch(
            there=np.zeros(n_rows, dtype=bool),
            may=np.zeros(n_rows, dtype=bool),
            sizes=small[0],
            compared=np.zeros((n_rows, 4)),
            place=small[1],
            means=numbers[0],
            powers=numbers[1],
            flows=numbers[2],
            voice=numbers[3],
            is_voting=np.zeros(n_rows // 32 + 1, dtype=np.uint32),
            touched=small[2],
            is_sharing=np.zeros(n_rows, dtype=bool),
        )
        self.by_term = np.zeros((2, n_terms), dtype=np.float32), np.zeros(n_terms // 32 + 1, dtype=np.uint32)
        #: The arrays, and the group, of which `there`, `may` and `sizes` are what they are.
        self._stands_for: tuple[tuple[ref[NDArray[Any]], ...], int] = ((), -1)
        self._n_there = 0

    def lay_out(self, facts: Facts, around: Surroundings, allowed: NDArray[np.bool_], group: int, before: float) -> int:
        """
        Fill `there`, `may` and `sizes` with what holds for every query of a group; how many rows are there.

        Most queries ask what the one before has asked, and find it as they left it.
        """
        sources = facts.is_alive, facts.groups, facts.times, allowed, around.ends
        known, known_group = self._stands_for
        is_same = known_group == group and all(one() is other for one, other in zip(known, sources, strict=True))
        if np.isnan(before) and known and is_same:
            return self._n_there
        scratch = self.scratch
        self._stands_for = (), -1
        self._n_there = _lay_out(
            facts.is_alive, facts.groups, facts.times, allowed, group, before, around.starts, around.ends,
            scratch.there, scratch.may, scratch.sizes,
        )  # fmt: skip
        if np.isnan(before):
            self._stands_for = tuple(map(ref, sources)), group
        return self._n_there


#: Desks that nobody works at, the last used last.
_FREE: list[Desk] = []
#: What it takes to work at one: a queue, for it is waited for in C, where a semaphore takes turns of the interpreter.
_SEATS: SimpleQueue[None] = SimpleQueue()


def _set_up() -> None:
    """All seats free: at the start, and in a process that was forked, for those who sat there are not in it."""
    while not _SEATS.empty():
        _SEATS.get()
    for _ in range(cpu_count() + 1):
        _SEATS.put(None)


_set_up()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_set_up)


@contextmanager
def desk_of(n_rows: int, n_terms: int) -> Iterator[Desk]:
    """
    A desk to work at, until the block ends; left tidy, unless something went wrong at it.

    There is one more than processors, for somebody always waits for the interpreter's lock with what he found. Whoever
    comes later waits for a desk: more threads at once would only drive each other's arrays out of the caches.
    """
    _SEATS.get()
    try:
        desk = _FREE.pop() if _FREE else None
        if desk is None or desk.size != (n_rows, n_terms):
            desk = Desk(n_rows, n_terms)
        yield desk
        _FREE.append(desk)
    finally:
        _SEATS.put(None)


@numba.njit(nogil=True, cache=True)
def _lay_out(is_alive, groups, times, allowed, group, before, starts, ends, there, may, sizes):
    """Fill the last three; how many rows are there."""
    n_rows = np.uint64(len(there))
    n_there = 0
    for row in range(n_rows):
        # A row without a time is there at any moment, and every row is where no moment is asked for.
        there[row] = is_alive[row] & (groups[row] == group) & (not times[row] >= before)
        may[row] = there[row] & allowed[row]
        n_there += 1 if there[row] else 0
    # By the edges of the rows that are there or of those that are not, whichever are fewer.
    n_edges = 0
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
    return n_there


@numba.njit(cache=True)  # too short to be worth the lock
def leave_out(own, hidden, starts, ends, scratch):
    """
    Take out what one query must not see: what it is itself, as if it were not there, and what it may not be given.

    Returns
    -------
    gone, barred : ndarray of int64
        The rows that were there, and those that might have been suggested, for `clear`.
    """
    there, may, sizes = scratch.there, scratch.may, scratch.sizes
    gone, barred = np.empty(len(own), dtype=np.int64), np.empty(len(own) + len(hidden), dtype=np.int64)
    n_gone, n_barred = 0, 0
    for other in own:
        if there[other]:
            there[other] = False
            for edge in range(starts[other], starts[other + 1]):
                sizes[ends[edge]] -= 1
            gone[n_gone] = other
            n_gone += 1
        if may[other]:
            may[other] = False
            barred[n_barred] = other
            n_barred += 1
    for other in hidden:
        if may[other]:
            may[other] = False
            barred[n_barred] = other
            n_barred += 1
    return gone[:n_gone], barred[:n_barred]


@numba.njit(nogil=True, cache=True)
def forget(known, scratch):
    """Tidy up what was found of some rows by comparing them with a query."""
    compared, is_sharing = scratch.compared, scratch.is_sharing
    for row in known:
        is_sharing[row] = False
        for column in range(4):
            compared[row, column] = 0.0


@numba.njit(nogil=True, cache=True)
def clear(known, is_all, n_touched, gone, barred, starts, ends, scratch):
    """Tidy up after a query: `known` are the rows that it was compared with, unless with all."""
    place, touched = scratch.place, scratch.touched
    if is_all:
        scratch.compared[:] = 0.0
        scratch.is_sharing[:] = False
    else:
        forget(known, scratch)
    for at in range(n_touched):
        place[touched[at]] = 0
    scratch.means[:n_touched] = 0.0
    scratch.powers[:n_touched] = 0.0
    scratch.flows[:n_touched] = 0.0
    for row in gone:
        scratch.there[row] = True
        for edge in range(starts[row], starts[row + 1]):
            scratch.sizes[ends[edge]] += 1
    for row in barred:
        scratch.may[row] = True


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


@numba.njit(nogil=True, cache=True)
def spread(rows, values, starts, ends, scratch):
    """
    Fill `touched`, `place`, `means`, `powers` and `flows` by what some rows spread along their edges.

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
    n_touched : int
        The rows that something flows to, those that spread first.
    proposals : ndarray of float64, shape (n_touched,)
        By how much the lists propose each; 0 where it may not be suggested.
    greatest_mean, greatest_diffusion : float
    """
    # Taken apart once: in a loop each look into a tuple counts a reference.
    there, may, sizes, place, touched = scratch.there, scratch.may, scratch.sizes, scratch.place, scratch.touched
    totals, fourths, flows = scratch.means, scratch.powers, scratch.flows
    n_local, n_edges = len(rows), 0
    for at in range(n_local):
        row = rows[at]
        touched[at] = row
        place[row] = at + 1
        n_edges += starts[row + 1] - starts[row]
    n_touched = np.uint64(n_local)
    # The edges by places.
    places = np.empty(n_edges, dtype=np.int32)
    n_done = np.uint64(0)
    for at in range(n_local):
        if at + _AHEAD < n_local:
            begin = starts[rows[at + _AHEAD]]
            prefetch(ends, begin)
            prefetch(ends, begin + LINE)
        row, value = rows[at], values[at]
        fourth, share = value * value * value * value, value / max(np.float64(sizes[row]), 1.0)
        for edge in range(np.uint64(starts[row]), np.uint64(starts[row + 1])):
            end = np.uint64(ends[edge])
            # Without a branch, for half of the rows are new and nobody can guess which.
            is_new = place[end] == 0
            n_touched += np.uint64(is_new)
            end_place = np.uint64(n_touched) if is_new else np.uint64(place[end])
            place[end] = end_place
            end_place -= np.uint64(1)
            touched[end_place] = end
            totals[end_place] += value
            fourths[end_place] += fourth
            flows[end_place] += share
            places[n_done] = end_place
            n_done += np.uint64(1)
    now = np.empty(n_local)
    for _ in range(_N_STEPS - 1):
        for at in range(n_local):
            now[at] = _STAYS * values[at] + (1.0 - _STAYS) * flows[at]
        flows[:n_touched] = 0.0
        n_done = np.uint64(0)
        for at in range(n_local):
            row = rows[at]
            share = now[at] / max(np.float64(sizes[row]), 1.0)
            for _edge in range(starts[row + 1] - starts[row]):
                flows[places[n_done]] += share
                n_done += np.uint64(1)
    # What is looked up row by row first, so that the rest is vectorised.
    counted = np.empty((3, n_touched))
    size, is_there, may_be = counted
    for at in range(n_touched):
        row = np.uint64(touched[at])
        size[at], is_there[at], may_be[at] = np.float64(sizes[row]), np.float64(there[row]), np.float64(may[row])
    own = np.zeros(n_touched)
    for at in range(n_local):  # written out: the message for shapes that differ takes a second to compile
        own[at] = values[at]
    proposals = np.empty(n_touched)
    greatest_mean, greatest_diffusion = _propose(
        own, size, is_there, may_be, totals[:n_touched], fourths[:n_touched], flows[:n_touched], proposals
    )
    return n_touched, proposals, greatest_mean, greatest_diffusion


#: What a maximum needs to be vectorised: there is no NaN among these, nor does the sign of a zero matter.
_NO_NAN = {"nnan", "nsz"}


@numba.njit(nogil=True, cache=True, fastmath=_NO_NAN)
def _propose(own, size, is_there, may_be, totals, fourths, flows, proposals):
    """Make means, powers and diffusions of the sums, and of these proposals; the greatest mean and diffusion."""
    # A loop for each: over more arrays at once the compiler does not try whether they overlap.
    for at in range(len(own)):
        totals[at] = (totals[at] + own[at]) / (size[at] + 1.0)
    for at in range(len(own)):
        fourths[at] = np.sqrt(np.sqrt(fourths[at] + (own[at] * own[at]) * (own[at] * own[at])))
    for at in range(len(own)):
        flows[at] = _STAYS * own[at] + (1.0 - _STAYS) * (flows[at] * is_there[at])
    for at in range(len(own)):
        proposals[at] = (0.5 * totals[at] + 0.25 * fourths[at] + 0.3 * flows[at]) * may_be[at]
    greatest_mean, greatest_diffusion = 0.0, 0.0
    for at in range(len(own)):
        # A row that is not there may lie in a circle all the same; the query's own row does, by its hidden list.
        greatest_mean = max(greatest_mean, totals[at] * is_there[at])
        greatest_diffusion = max(greatest_diffusion, flows[at] * is_there[at])
    return greatest_mean, greatest_diffusion


@numba.njit(nogil=True, cache=True)
def _put_in(heap, value):
    """Put a value in the place of the least of a heap."""
    at, n = 0, len(heap)
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


@numba.njit(nogil=True, cache=True)
def best_values(values, n):
    """The n greatest values above 0, ascending, filled up with zeros at the front; n is small."""
    best = np.zeros(n)
    for value in values:
        if value > best[0]:
            at = 0
            while at + 1 < n and best[at + 1] < value:
                best[at] = best[at + 1]
                at += 1
            best[at] = value
    return best


@numba.njit(nogil=True, cache=True)
def best_rows(values, rows, n):
    """The rows of the n greatest values above 0; of those that tie for the last place all, up to 2 n, the first."""
    heap = np.zeros(n)
    # Places whose value was among the n greatest when it came, or equal to the last of them.
    places = np.empty(len(rows), dtype=np.int32)
    n_places = 0
    for at in range(len(rows)):
        value = values[at]
        if value >= heap[0] and value > 0.0:
            places[n_places] = at
            n_places += 1
            if value > heap[0]:
                _put_in(heap, value)
    bar = heap[0]
    n_above, n_equal = 0, 0
    found, equal = np.empty(2 * n, dtype=np.int64), np.empty(n_places, dtype=np.int64)
    for number in range(n_places):
        at = places[number]
        if values[at] > bar:
            found[n_above] = rows[at]
            n_above += 1
        elif values[at] == bar:
            equal[n_equal] = rows[at]
            n_equal += 1
    if n_above + n_equal > 2 * n:
        equal = np.sort(equal[:n_equal])
        n_equal = 2 * n - n_above
    for number in range(n_equal):
        found[n_above + number] = equal[number]
    return found[: n_above + n_equal]
