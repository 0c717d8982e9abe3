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

__all__ = [
    "CIRCLE_FEATURES", "DIFFUSION", "MEAN", "N_LOCAL", "POWER", "TITLE", "Scratch",
    "Surroundings", "best_rows", "best_values", "circles", "damp", "dots", "local_rows", "present", "scratch_of",
    "shared", "spread",
]  # fmt: skip

#: Rows whose similarity is spread along the lists: the nearest of the query.
N_LOCAL = 8192

#: Steps of the diffusion, and the part of it that stays with the text at each.
_N_STEPS, _STAYS = 3, 0.4
#: Windows around the query, in days.
_WINDOWS = (3.0, 14.0, 30.0, 90.0)
#: Buckets of equal width in (0, 1] by which the nearest rows are found.
_N_BUCKETS = 16_384

#: Columns of `Scratch.products`, of which the first is the product over all fields. Where `circles` has been, the
#: second is the cosine of words instead, and the last that of characters.
TITLE, _EXCERPT, _CHARS = range(1, 4)
_WORDS = TITLE
#: Columns of `Scratch.sums`: first sums over the circle of a row (damped similarity, its fourth power, what flows to it
#: at the first step and at the last), then what is made of them.
_TOTAL, _FOURTH, _FIRST_FLOW, _LAST_FLOW = range(4)
MEAN, POWER, DIFFUSION = _TOTAL, _FOURTH, _LAST_FLOW


class Scratch(NamedTuple):
    """
    Arrays with a value for every row, which one thread fills anew for each query.

    Parameters
    ----------
    there, may
        Shape (n_rows,), bool: rows that are there, and those of them that may be suggested.
    products
        Shape (n_rows, 4): over all fields, of titles, of excerpts and of title characters.
    similarity, damped
        Shape (n_rows,): 0 where a row is not there. Apart from the products, for they are gone through again and again.
    kept
        Shape (n_rows,): damped similarity of the local rows, 0 elsewhere.
    sums
        Shape (n_rows, 4): mean and power mean of the circle's damped similarities in columns `MEAN` and `POWER`, what
        is diffused in `DIFFUSION`.
    sizes
        Shape (n_rows,): rows that are there among those that a row is listed together with.
    place
        Shape (n_rows,), int32: 1 + the place of a row among the local ones, 0 elsewhere.
    proposal
        Shape (n_rows,): by how much the lists propose a row.
    """

    there: NDArray[np.bool_]
    may: NDArray[np.bool_]
    products: NDArray[np.float64]
    similarity: NDArray[np.float64]
    damped: NDArray[np.float64]
    kept: NDArray[np.float64]
    sums: NDArray[np.float64]
    sizes: NDArray[np.int32]
    place: NDArray[np.int32]
    proposal: NDArray[np.float64]


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
            kept=np.zeros(n_rows),
            sums=np.zeros((n_rows, 4)),
            sizes=np.zeros(n_rows, dtype=np.int32),
            place=np.zeros(n_rows, dtype=np.int32),
            proposal=np.zeros(n_rows),
        )
    return known


@numba.njit(nogil=True, cache=True)
def present(  # type: ignore[no-untyped-def]  # compiled: numba infers the types, here and below
    is_alive, groups, times, allowed, group, before, row, own, hidden, there, may
):
    """Fill `there` and `may`."""
    for other in range(len(there)):
        # A row without a time is there at any moment, and every row is where no moment is asked for.
        there[other] = is_alive[other] and groups[other] == group and not times[other] >= before
    for other in own:
        there[other] = False
    if row >= 0:
        there[row] = False
    for other in range(len(there)):
        may[other] = there[other] and allowed[other]
    for other in hidden:
        may[other] = False


@numba.njit(nogil=True, cache=True)
def damp(times, time, half_life, floor, there, products, similarities, damped):  # type: ignore[no-untyped-def]
    """Fill `similarities`, rounded, and `damped`; the greatest of both."""
    best, best_damped = 0.0, 0.0
    last_time, factor = np.nan, 1.0
    for row in range(len(there)):
        similarity = min(np.rint(products[row, 0] * 1e6) / 1e6, 1.0)
        if not there[row] or similarity == 0.0:
            similarities[row] = damped[row] = 0.0
            continue
        if half_life > 0 and times[row] != last_time:
            last_time = times[row]
            gap = time - last_time
            if np.isnan(gap):
                factor = floor + (1.0 - floor) / 2
            elif abs(gap) > 64 * half_life and floor > 0.01:
                # What is left to fade is less than the last bit of the floor.
                factor = floor
            else:
                factor = floor + (1.0 - floor) * np.exp2(-abs(gap) / half_life)
        similarities[row], damped[row] = similarity, similarity * factor
        best, best_damped = max(best, similarity), max(best_damped, damped[row])
    return best, best_damped


@numba.njit(nogil=True, cache=True)
def local_rows(there, damped, n_local):  # type: ignore[no-untyped-def]
    """The rows that are there with the greatest damped similarity, of equals the first; at most n_local, ascending."""
    n_there = 0
    counts = np.zeros(_N_BUCKETS + 1, dtype=np.int32)
    for row in range(len(there)):
        if there[row]:
            n_there += 1
            counts[int(damped[row] * _N_BUCKETS)] += 1
    rows = np.empty(min(n_there, n_local), dtype=np.int32)
    bar, n_equal = -1.0, 0
    if n_there > n_local:
        # The bucket that the last of them is in, and its place there.
        bucket, n_above = _N_BUCKETS, 0
        while n_above + counts[bucket] < n_local:
            n_above += counts[bucket]
            bucket -= 1
        inside = np.empty(counts[bucket])
        n_inside = 0
        for row in range(len(there)):
            if there[row] and int(damped[row] * _N_BUCKETS) == bucket:
                inside[n_inside] = damped[row]
                n_inside += 1
        inside.sort()
        bar = inside[n_inside - (n_local - n_above)]
        n_equal = n_local - n_above
        for value in inside:
            n_equal -= 1 if value > bar else 0
    n_found = 0
    for row in range(len(there)):
        if there[row]:
            value = damped[row]
            if value > bar or (value == bar and n_equal > 0):
                n_equal -= 1 if value == bar else 0
                rows[n_found] = row
                n_found += 1
    return rows


@numba.njit(nogil=True, cache=True)
def _count_sizes(starts, ends, there, sizes):  # type: ignore[no-untyped-def]
    """Fill `sizes`, by the edges of the rows that are there or of those that are not, whichever are fewer."""
    n_edges = 0
    for row in range(len(there)):
        n_edges += starts[row + 1] - starts[row] if there[row] else 0
    few_gone = 2 * n_edges > starts[len(there)]
    step = np.int32(-1 if few_gone else 1)
    for row in range(len(there)):
        sizes[row] = starts[row + 1] - starts[row] if few_gone else 0
    for row in range(len(there)):
        if there[row] != few_gone:
            for edge in range(starts[row], starts[row + 1]):
                sizes[ends[edge]] += step


@numba.njit(nogil=True, cache=True)
def spread(rows, starts, ends, scratch):  # type: ignore[no-untyped-def]
    """
    Fill `sums` and `proposal` by what the local rows spread along their edges.

    Sums run over the local rows in their order. Of the diffusion's steps only the last goes beyond the local rows:
    what flows to another row at an earlier one does not flow on.

    Returns
    -------
    The greatest circle mean and the greatest diffusion.
    """
    # Taken apart once: in a loop each look into a tuple counts a reference.
    there, may, _, _, damped, kept, sums, sizes, place, proposal = scratch
    _count_sizes(starts, ends, there, sizes)
    sums[:] = 0.0
    proposal[:] = 0.0
    n_local, n_edges = len(rows), 0
    for at in range(n_local):
        row = rows[at]
        place[row] = at + 1
        kept[row] = damped[row]
        n_edges += starts[row + 1] - starts[row]
    # The edges between local rows, by places.
    inner_starts = np.zeros(n_local + 1, dtype=np.int64)
    inner = np.empty(n_edges, dtype=np.int32)
    n_inner = 0
    for at in range(n_local):
        row = rows[at]
        value = kept[row]
        fourth, share = value * value * value * value, value / max(np.float64(sizes[row]), 1.0)
        for edge in range(starts[row], starts[row + 1]):
            end = ends[edge]
            sums[end, _TOTAL] += value
            sums[end, _FOURTH] += fourth
            sums[end, _FIRST_FLOW] += share
            if place[end]:
                inner[n_inner] = place[end] - 1
                n_inner += 1
        inner_starts[at + 1] = n_inner
    now, flow = np.empty(n_local), np.empty(n_local)
    for at in range(n_local):
        now[at] = _STAYS * kept[rows[at]] + (1.0 - _STAYS) * sums[rows[at], _FIRST_FLOW]
    for _ in range(_N_STEPS - 2):
        flow[:] = 0.0
        for at in range(n_local):
            share = now[at] / max(np.float64(sizes[rows[at]]), 1.0)
            for edge in range(inner_starts[at], inner_starts[at + 1]):
                flow[inner[edge]] += share
        for at in range(n_local):
            now[at] = _STAYS * kept[rows[at]] + (1.0 - _STAYS) * flow[at]
    for at in range(n_local):
        row = rows[at]
        share = now[at] / max(np.float64(sizes[row]), 1.0)
        for edge in range(starts[row], starts[row + 1]):
            sums[ends[edge], _LAST_FLOW] += share
    greatest_mean, greatest_diffusion = 0.0, 0.0
    for row in range(len(there)):
        # With nothing flowing to it, its circle has nothing either.
        value, flowing = kept[row], sums[row, _LAST_FLOW]
        if value == 0.0 and flowing == 0.0:
            continue
        mean = (sums[row, _TOTAL] + value) / (np.float64(sizes[row]) + 1.0)
        power = np.sqrt(np.sqrt(sums[row, _FOURTH] + (value * value) * (value * value)))
        diffused = _STAYS * value + (1.0 - _STAYS) * (flowing if there[row] else 0.0)
        sums[row, MEAN], sums[row, POWER], sums[row, DIFFUSION] = mean, power, diffused
        if may[row]:
            proposal[row] = 0.5 * mean + 0.25 * power + 0.3 * diffused
        # A row that is not there may lie in a circle all the same; the query's own row does, by its hidden list.
        if there[row]:
            greatest_mean, greatest_diffusion = max(greatest_mean, mean), max(greatest_diffusion, diffused)
    for row in rows:
        place[row] = 0
        kept[row] = 0.0
    return greatest_mean, greatest_diffusion


@numba.njit(nogil=True, cache=True)
def best_values(values, mask, n):  # type: ignore[no-untyped-def]
    """The n greatest values above 0 of the rows in a mask, ascending, filled up with zeros at the front."""
    heap = np.zeros(n)
    for row in range(len(values)):
        value = values[row]
        if value > heap[0] and mask[row]:
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
def best_rows(values, mask, n):  # type: ignore[no-untyped-def]
    """The rows of a mask with the n greatest values above 0; of those that tie for the last place all, up to 2 n."""
    bar = best_values(values, mask, n)[0]
    rows = np.empty(2 * n, dtype=np.int64)
    n_rows = 0
    for row in range(len(values)):
        if values[row] > bar and mask[row]:
            rows[n_rows] = row
            n_rows += 1
    if bar > 0.0:
        for row in range(len(values)):
            if n_rows < 2 * n and values[row] == bar and mask[row]:
                rows[n_rows] = row
                n_rows += 1
    return rows[:n_rows]


@numba.njit(nogil=True, cache=True)
def shared(  # type: ignore[no-untyped-def]
    rows, own_terms, own_values, parts, rarity, title, excerpt, is_name, vectors, out, rare
):
    """
    What some rows have in common with a query, by the terms of the rows.

    Parameters
    ----------
    rows
        Shape (n_candidates,).
    own_terms, own_values, parts
        The query: its terms, sorted, and their values; those of field f are ``own_terms[parts[f]:parts[f + 1]]``.
    rarity
        Shape (n_query_terms,): inverse document frequencies.
    title, excerpt
        The numbers of these fields, -1 where there is none.
    is_name
        Shape (n_query_terms,).
    vectors
        indptr, indices and data of all rows.
    out
        Shape (n_candidates, n_fields), zeros: products.
    rare
        Shape (n_candidates, 4), zeros: of the title's words the greatest rarity and all added up; of the title's names
        and the excerpt's names added up.
    """
    indptr, indices, data = vectors
    for at in range(len(rows)):
        position, last = indptr[rows[at]], indptr[rows[at] + 1]
        for field in range(len(parts) - 1):
            for own in range(parts[field], parts[field + 1]):
                term = own_terms[own]
                while position < last and indices[position] < term:
                    position += 1
                if position == last:
                    break
                if indices[position] != term:
                    continue
                out[at, field] += np.float64(own_values[own]) * np.float64(data[position])
                if field == title:
                    rare[at, 0] = max(rare[at, 0], rarity[own])
                    rare[at, 1] += rarity[own]
                    rare[at, 2] += rarity[own] if is_name[own] else 0.0
                elif field == excerpt:
                    rare[at, 3] += rarity[own] if is_name[own] else 0.0


@numba.njit(nogil=True, cache=True)
def dots(rows, terms, values, vectors):  # type: ignore[no-untyped-def]
    """The products of some terms, in any order, with some rows; shape (n_candidates,)."""
    indptr, indices, data = vectors
    out = np.zeros(len(rows))
    for at in range(len(rows)):
        start, stop = indptr[rows[at]], indptr[rows[at] + 1]
        for own in range(len(terms)):
            low, high = start, stop
            while low < high:
                middle = (low + high) // 2
                if indices[middle] < terms[own]:
                    low = middle + 1
                else:
                    high = middle
            if low < stop and indices[low] == terms[own]:
                out[at] += np.float64(values[own]) * np.float64(data[low])
    return out


#: What `circles` gives, in the order of its columns.
CIRCLE_FEATURES = (
    "circle_damped_max", "circle_mean", "circle_max", "circle_top3", "circle_words_mean", "circle_words_max",
    "circle_chars_mean", "circle_chars_max", "votes", "nearest_share", "votes_of_lists", "votes_by_lists",
    "circle_near_3", "circle_near_14", "circle_near_30", "circle_near_90", "circle_newest",
)  # fmt: skip
_N_OF_CIRCLES = len(CIRCLE_FEATURES)


@numba.njit(nogil=True, cache=True)
def _compare_words(rows, starts, ends, products, place, numbers, lengths, field_lengths):  # type: ignore[no-untyped-def]
    """Put the cosines of words and of characters in the place of products, for the circles of some rows."""
    n_most = len(rows)
    for row in rows:
        n_most += starts[row + 1] - starts[row]
    seen = np.empty(n_most, dtype=np.int64)
    n_seen = 0
    cosines = np.zeros(3)
    for row in rows:
        for edge in range(starts[row] - 1, starts[row + 1]):
            end = row if edge < starts[row] else ends[edge]
            if place[end]:
                continue
            place[end] = 1
            seen[n_seen] = end
            n_seen += 1
            for at in range(3):
                length = field_lengths[end, numbers[at]] if numbers[at] >= 0 else 0.0
                # A row that has nothing in the field has no cosine; it counts as 0.
                cosines[at] = products[end, TITLE + at] / (lengths[numbers[at]] * length) if length > 0.0 else 0.0
            products[end, _WORDS] = 0.5 * (cosines[0] + cosines[1])
            products[end, _CHARS] = cosines[2]
    for at in range(n_seen):
        place[seen[at]] = 0


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
    there, products, voice = scratch.there, scratch.products, scratch.kept
    similarity, damped = scratch.similarity, scratch.damped
    for at in range(len(voters)):
        voice[voters[at]] = voices[at]
    out = np.empty((len(rows), _N_OF_CIRCLES))
    starts, ends, list_starts, list_ends, by_starts, by_ends = around
    _compare_words(rows, starts, ends, products, scratch.place, numbers, lengths, field_lengths)
    for place in range(len(rows)):
        row = rows[place]
        size = 1.0
        damped_max, sum_, first, second, third = (
            damped[row],
            similarity[row],
            similarity[row],
            0.0,
            0.0,
        )
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
            damped_max = max(damped_max, damped[end])
            value = similarity[end]
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
