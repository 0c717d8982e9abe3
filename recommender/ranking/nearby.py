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

from recommender.vectors.sweep import factor_of

__all__ = [
    "CIRCLE_FEATURES", "DIFFUSION", "MEAN", "POWER", "TITLE", "Scratch", "Surroundings",
    "best_rows", "best_values", "circles", "compare", "damp", "measure", "present", "rows_there", "scratch_of",
    "spread", "start_anew", "sums_of", "values_by_term",
]  # fmt: skip

#: Steps of the diffusion, and the part of it that stays with the text at each.
_N_STEPS, _STAYS = 3, 0.4
#: Windows around the query, in days.
_WINDOWS = (3.0, 14.0, 30.0, 90.0)

#: Columns of `Scratch.products`, of which the first is the product over all fields. Where `circles` has been, a row has
#: instead: similarity, cosine of words, damped similarity, cosine of characters.
TITLE, _EXCERPT, _CHARS = range(1, 4)
_SIMILARITY, _WORDS, _DAMPED = 0, TITLE, _EXCERPT
#: Columns of `Scratch.sums`: first sums over the circle of a row (damped similarity, its fourth power, what flows to it
#: at the first step), then what is made of them.
_TOTAL, _FOURTH, _FIRST_FLOW = range(3)
MEAN, POWER, DIFFUSION = range(3)
#: Places of `Scratch.counts`.
_N_KNOWN, _N_TOUCHED = range(2)
#: What `Scratch.mark` says of a row.
_SHARING, _DONE = 1, 2


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
        Shape (n_rows,): `_SHARING` for known rows whose product is above 0, `_DONE` where `products` has cosines; 0
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
def start_anew(scratch):  # type: ignore[no-untyped-def]  # compiled: numba infers the types, here and below
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
def present(is_alive, groups, times, allowed, group, before, row, own, hidden, there, may):  # type: ignore[no-untyped-def]
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
def rows_there(there, n_there):  # type: ignore[no-untyped-def]
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
def measure(rows, own_terms, own_values, field_ends, columns, vectors, by_term, out):  # type: ignore[no-untyped-def]
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
def damp(rows, is_all, times, time, half_life, floor, scratch):  # type: ignore[no-untyped-def]
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
        mark[row] = _SHARING if products[row, 0] > 0.0 else 0
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
def _count_sizes(starts, ends, there, sizes):  # type: ignore[no-untyped-def]
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
def spread(rows, values, starts, ends, scratch):  # type: ignore[no-untyped-def]
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
def sums_of(rows, scratch):  # type: ignore[no-untyped-def]
    """What `spread` has left for some rows; shape (n_some_rows, 3)."""
    out = np.zeros((len(rows), 3))
    for at in range(len(rows)):
        place = scratch.place[rows[at]]
        if place:
            out[at] = scratch.sums[place - 1]
    return out


@numba.njit(nogil=True, cache=True)
def best_values(values, n):  # type: ignore[no-untyped-def]
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
def best_rows(values, rows, n):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True)
def compare(  # type: ignore[no-untyped-def]
    rows, own_terms, own_values, twins, field_ends, title, excerpt, frequencies, is_name, vectors, by_term, out, rare,
    crossed,
):  # fmt: skip
    """
    What some rows have in common with a query, by the terms of the rows.

    Parameters
    ----------
    rows
        Shape (n_candidates,).
    own_terms, own_values
        The query, shape (n_query_terms,).
    twins
        Shape (n_query_terms,): what a word of its title is called in an excerpt, and the other way round; -1 for none.
    field_ends
        Shape (n_fields,): the column after the last of each field.
    title, excerpt
        The numbers of these fields, -1 where there is none.
    frequencies, is_name
        Shape (n_terms,): inverse document frequencies, and which words are names.
    vectors
        indptr, indices and data of all rows.
    by_term
        As `values_by_term` gives it.
    out
        Shape (n_candidates, n_fields), zeros: products.
    rare
        Shape (n_candidates, 4), zeros: of the title's words the greatest rarity and all added up; of the title's names
        and the excerpt's names added up.
    crossed
        Shape (n_candidates, 2), zeros: products of the query's title with the excerpt, and of its excerpt with the
        title.
    """
    indptr, indices, data = vectors
    value_of, crossing_of = by_term
    for own in range(len(own_terms)):
        value_of[own_terms[own]] = own_values[own]
        if twins[own] >= 0:
            crossing_of[twins[own]] = own_values[own]
    for at in range(len(rows)):
        position, last = np.uint64(indptr[rows[at]]), np.uint64(indptr[rows[at] + 1])
        for field in range(len(field_ends)):
            sum_, crossing, end = 0.0, 0.0, field_ends[field]
            is_words = field in (title, excerpt)
            while position < last and indices[position] < end:
                term, value = np.uint32(indices[position]), np.float64(data[position])
                position += np.uint64(1)
                sum_ += np.float64(value_of[term]) * value
                if not is_words:
                    continue
                crossing += np.float64(crossing_of[term]) * value
                if value_of[term] == 0.0:
                    continue
                rarity = np.float64(frequencies[term])
                if field == title:
                    rare[at, 0] = max(rare[at, 0], rarity)
                    rare[at, 1] += rarity
                    rare[at, 2] += rarity if is_name[term] else 0.0
                else:
                    rare[at, 3] += rarity if is_name[term] else 0.0
            out[at, field] = sum_
            if is_words:
                crossed[at, 1 if field == title else 0] = crossing
    for own in range(len(own_terms)):
        value_of[own_terms[own]] = 0.0
        if twins[own] >= 0:
            crossing_of[twins[own]] = 0.0


#: What `circles` gives, in the order of its columns.
CIRCLE_FEATURES = (
    "circle_damped_max", "circle_mean", "circle_max", "circle_top3", "circle_words_mean", "circle_words_max",
    "circle_chars_mean", "circle_chars_max", "votes", "nearest_share", "votes_of_lists", "votes_by_lists",
    "circle_near_3", "circle_near_14", "circle_near_30", "circle_near_90", "circle_newest",
)  # fmt: skip
_N_OF_CIRCLES = len(CIRCLE_FEATURES)


@numba.njit(nogil=True, cache=True)
def _make_cosines(rows, starts, ends, scratch, numbers, lengths, field_lengths):  # type: ignore[no-untyped-def]
    """For the circles of some rows, put side by side in `products` what is asked of each row."""
    products, similarity, damped, mark = scratch.products, scratch.similarity, scratch.damped, scratch.mark
    cosines = np.zeros(3)
    for row in rows:
        for edge in range(starts[row] - 1, starts[row + 1]):
            end = row if edge < starts[row] else ends[edge]
            if mark[end] != _SHARING:
                continue
            mark[end] = _DONE
            for at in range(3):
                length = field_lengths[end, numbers[at]] if numbers[at] >= 0 else 0.0
                # A row that has nothing in the field has no cosine; it counts as 0.
                cosines[at] = products[end, TITLE + at] / (lengths[numbers[at]] * length) if length > 0.0 else 0.0
            products[end, _SIMILARITY], products[end, _DAMPED] = similarity[end], damped[end]
            products[end, _WORDS] = 0.5 * (cosines[0] + cosines[1])
            products[end, _CHARS] = cosines[2]


@numba.njit(nogil=True, cache=True)
def circles(rows, around, scratch, voters, voices, times, time, numbers, lengths, field_lengths):  # type: ignore[no-untyped-def]
    """
    The columns of `CIRCLE_FEATURES` for each candidate; shape (n_candidates, len(CIRCLE_FEATURES)).

    Parameters
    ----------
    rows
        Shape (n_candidates,).
    around
        `Surroundings`.
    voters, voices
        The rows that vote, and with what weight, all above 0.
    times, time
        Of all rows, and of the query.
    numbers
        The numbers of the fields title, excerpt and title characters; -1 for one that the query has nothing in.
    lengths, field_lengths
        The lengths of the query's part in each field, shape (n_fields,), and of each row's, shape (n_rows, n_fields).
    """
    there, products, voice, mark = scratch.there, scratch.products, scratch.voice, scratch.mark
    for at in range(len(voters)):
        voice[voters[at]] = voices[at]
    out = np.empty((len(rows), _N_OF_CIRCLES))
    starts, ends, list_starts, list_ends, by_starts, by_ends = around
    _make_cosines(rows, starts, ends, scratch, numbers, lengths, field_lengths)
    for place in range(len(rows)):
        row = rows[place]
        size = 1.0
        damped_max = products[row, _DAMPED]
        sum_ = first = products[row, _SIMILARITY]
        second = third = 0.0
        words_sum = words_max = products[row, _WORDS]
        chars_sum = chars_max = products[row, _CHARS]
        votes, n_voters = 0.0, 1.0 if voice[row] > 0 else 0.0
        n_dated, newest = 0.0, np.inf
        near_3 = near_14 = near_30 = near_90 = 0.0
        for edge in range(starts[row] - 1, starts[row + 1]):
            # The candidate itself first: it belongs to its circle.
            end = row if edge < starts[row] else ends[edge]
            if not there[end]:
                continue
            gap = time - times[end]
            if not np.isnan(gap):
                n_dated += 1.0
                newest = min(newest, gap)
                days = abs(gap)
                near_3 += 1.0 if days <= _WINDOWS[0] else 0.0
                near_14 += 1.0 if days <= _WINDOWS[1] else 0.0
                near_30 += 1.0 if days <= _WINDOWS[2] else 0.0
                near_90 += 1.0 if days <= _WINDOWS[3] else 0.0
            if end == row:
                continue
            size += 1.0
            if not mark[end]:  # it has nothing in common with the query: all that follows is 0
                continue
            damped_max = max(damped_max, products[end, _DAMPED])
            value = products[end, _SIMILARITY]
            sum_ += value
            if value > first:
                first, second, third = value, first, second
            elif value > second:
                second, third = value, second
            elif value > third:
                third = value
            words_sum += products[end, _WORDS]
            words_max = max(words_max, products[end, _WORDS])
            chars_sum += products[end, _CHARS]
            chars_max = max(chars_max, products[end, _CHARS])
            if voice[end] > 0:
                votes += voice[end]
                n_voters += 1.0
        of_lists = 0.0
        for edge in range(by_starts[row], by_starts[row + 1]):
            of_lists += voice[by_ends[edge]]
        by_lists = 0.0
        for edge in range(list_starts[row], list_starts[row + 1]):
            by_lists += voice[list_ends[edge]]
        out[place, 0] = damped_max
        out[place, 1] = sum_ / size
        out[place, 2] = first
        out[place, 3] = (first + second + third) / min(size, 3.0)
        out[place, 4] = words_sum / size
        out[place, 5] = words_max
        out[place, 6] = chars_sum / size
        out[place, 7] = chars_max
        out[place, 8] = votes
        out[place, 9] = n_voters / size
        out[place, 10] = of_lists
        out[place, 11] = by_lists
        if n_dated > 0:
            out[place, 12] = near_3 / n_dated
            out[place, 13] = near_14
            out[place, 14] = near_30 / n_dated
            out[place, 15] = near_90 / n_dated
            out[place, 16] = newest
        else:
            out[place, 12:17] = np.nan
    for voter in voters:
        voice[voter] = 0.0
    return out
