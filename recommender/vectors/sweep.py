"""
One query against all rows, to find the thousands that are nearest. A number room below `recommender.vectors.neighbors`.

`recommender.vectors.search` finds the k nearest of many queries and spares what cannot be among them; of thousands it
can spare little. Here every posting of the query is added up, in single precision and in the order of the columns, so
a pair has one sum wherever the two rows are kept. Whoever needs a similarity takes it from the rows themselves.

A `Sweep` is handed on before its last segment, the largest mostly, is gone through: `nearest` does that from compiled
code, which then need not return to the interpreter and wait for its lock.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.vectors.borrowing import borrowed
from recommender.vectors.candidates import nth_greatest
from recommender.vectors.damping import factor_of, greatest_factor
from recommender.vectors.postings import BLOCK_ROWS, Postings, Times
from recommender.vectors.prefetch import LINE, prefetch
from recommender.vectors.search import AHEAD, MOST_AHEAD, PIECE_BLOCKS, find, room_to_find

__all__ = ["Found", "Sweep", "go_through", "nearest", "nothing_found"]

#: Buckets in which values are counted, by their roots: the smaller, the finer.
_N_BUCKETS = 4096


class Found(NamedTuple):
    """
    Rows that may be among the nearest, in any order.

    Parameters
    ----------
    rows, damped, sums
        Shape (n_rows,): rows, their sums damped by the days between, and their sums.
    least
        Shape (2,): what a row must reach by damped sum, or else by sum.
    counts
        Shape (2, _N_BUCKETS + 1): how many of those found have a damped sum, and a sum, in each bucket.
    bars
        Shape (2, 2): the bucket of each bar, and how many of those found are in it or above.
    n_found
        Shape (1,): places that are taken.
    """

    rows: NDArray[np.int32]
    damped: NDArray[np.float64]
    sums: NDArray[np.float64]
    least: NDArray[np.float64]
    counts: NDArray[np.int32]
    bars: NDArray[np.int64]
    n_found: NDArray[np.int64]


class Sweep(NamedTuple):
    """
    A segment that a query is to go through, and what the segments before have brought.

    Parameters
    ----------
    postings, times
        The segment.
    tiles
        Its tiles in the order in which they are gone through; the most promising should come first.
    terms, values
        The query; shape (n_query_terms,), sorted.
    there
        Shape (n_rows,): rows that may be found.
    time, half_life, floor
        When the query is from, and how similarity fades.
    n_nearest, n_similar
        How many rows to keep by damped sum, and how many by sum.
    found
        Changed as rows are found.
    """

    postings: Postings
    times: Times
    tiles: NDArray[np.int64]
    terms: NDArray[np.int32]
    values: NDArray[np.float32]
    there: NDArray[np.bool_]
    time: float
    half_life: float
    floor: float
    n_nearest: int
    n_similar: int
    found: Found


def nothing_found(n_rows: int) -> Found:
    """Room for all rows; what is not used costs nothing."""
    return Found(
        np.empty(n_rows, dtype=np.int32), np.empty(n_rows), np.empty(n_rows), np.zeros(2),
        np.zeros((2, _N_BUCKETS + 1), dtype=np.int32), np.zeros((2, 2), dtype=np.int64), np.zeros(1, dtype=np.int64),
    )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _bucket(value):
    """The bucket of a value."""
    return min(np.int64(np.sqrt(value) * _N_BUCKETS), _N_BUCKETS)


@numba.njit(nogil=True, cache=True)
def _raise_bar(measure, most, counts, bars, least):
    """Ask from now on for no less than so many of those found have already."""
    at, n_there = bars[measure]
    while n_there - counts[measure, at] >= most:
        n_there -= counts[measure, at]
        at += 1
    bars[measure, 0], bars[measure, 1] = at, n_there
    # A little less, for the root is rounded.
    least[measure] = (at / _N_BUCKETS) ** 2 * (1.0 - 1e-9)


@numba.njit(nogil=True, cache=True)
def _settle(n_nearest, n_similar, found):
    """Of the rows that were found the nearest by either measure, of equals the first; ascending."""
    n = found.n_found[0]
    rows = found.rows[:n]
    # A flag for every row of the site, in whole eights: cheaper than to sort those that are kept.
    is_kept = np.zeros((len(found.rows) + 7) // 8 * 8, dtype=np.uint8)
    # A place more than there can be: what is passed over is written there too.
    room = np.empty(n + 1)
    for measure in range(2):
        values, most = (found.damped[:n], n_nearest) if measure == 0 else (found.sums[:n], n_similar)
        bar, last = 0.0, np.int64(len(found.rows))
        if n > most:
            n_room = np.uint64(0)
            for place in range(n):
                room[n_room] = values[place]
                n_room += np.uint64(values[place] >= found.least[measure])
            bar = nth_greatest(room[:n_room], most)
            n_above, n_room = 0, np.uint64(0)
            for place in range(n):
                n_above += values[place] > bar
                room[n_room] = -rows[place]
                n_room += np.uint64(values[place] == bar)
            last = np.int64(-nth_greatest(room[:n_room], most - n_above))
        for place in range(n):
            row = rows[place]
            is_kept[row] |= (values[place] > bar) | ((values[place] == bar) & (row <= last))
    kept, n_kept = np.empty(len(found.rows) + 1, dtype=np.int32), np.uint64(0)
    eights = is_kept.view(np.uint64)
    for number in range(len(eights)):
        if eights[number]:
            for row in range(8 * number, 8 * number + 8):
                kept[n_kept] = row
                n_kept += np.uint64(is_kept[row])
    return kept[:n_kept].copy()


@numba.njit(nogil=True, cache=True)
def go_through(sweep):
    """Merge the rows of a sweep's segment into those found."""
    # Taken apart once: in a loop each look into a tuple counts a reference.
    postings, times, tiles, terms, values, there, time, half_life, floor, n_nearest, n_similar, found = borrowed(sweep)
    all_rows, all_weights, order, first_row = postings.rows, postings.weights, postings.order, postings.first_row
    earliest, latest, has_unknown, place_times = times
    rows, damped, found_sums, least, counts, bars, n_found = found
    n = n_found[0]
    sums = np.zeros(postings.tile_rows, dtype=np.float32)
    leasts = np.empty(PIECE_BLOCKS, dtype=np.float32)
    places, knowns = room_to_find(PIECE_BLOCKS * BLOCK_ROWS, sums)
    for tile in tiles:
        first, last = tile * postings.tile_rows, min(postings.n_rows, (tile + 1) * postings.tile_rows)
        starts, start = postings.starts[tile], postings.tile_starts[tile]
        for term in terms:
            prefetch(starts, term)
        for position in range(len(terms)):
            if position + AHEAD < len(terms):
                begin = start + starts[terms[position + AHEAD]]
                end = min(start + starts[terms[position + AHEAD] + 1], begin + MOST_AHEAD)
                for posting in range(begin, end, 2 * LINE):
                    prefetch(all_rows, posting)
                    prefetch(all_weights, posting)
                    prefetch(all_weights, posting + LINE)
            value = values[position]
            here = slice(start + starts[terms[position]], start + starts[terms[position] + 1])
            tile_rows, weights = all_rows[here], all_weights[here]
            for posting in range(np.uint64(len(tile_rows))):  # unsigned: numba leaves out the test for a negative index
                sums[tile_rows[posting]] += value * weights[posting]
        first_block, last_block = first // BLOCK_ROWS, (last + BLOCK_ROWS - 1) // BLOCK_ROWS
        blocks = slice(first_block, last_block)
        greatest = greatest_factor(
            time, np.nan, earliest[blocks].min(), latest[blocks].max(), has_unknown[blocks].any(), half_life, floor
        )
        for piece in range(first_block, last_block, PIECE_BLOCKS):
            n_blocks, start = min(PIECE_BLOCKS, last_block - piece), piece * BLOCK_ROWS
            for number in range(n_blocks):
                block, factor = piece + number, greatest
                if greatest > 1.1 * floor:  # near in time: worth a look at the blocks
                    factor = greatest_factor(
                        time, np.nan, earliest[block], latest[block], has_unknown[block], half_life, floor
                    )
                # A little less, for what is found is over it, not at it.
                leasts[number] = min(least[1], least[0] / factor) * (1.0 - 1e-6) if factor > 0.0 else np.inf
            piece_sums = sums[start - first : start - first + n_blocks * BLOCK_ROWS]
            n_over = find(piece_sums, piece_sums, np.float32(0.0), leasts[:n_blocks], places, knowns)
            for number in range(n_over):
                place = start + places[number]
                row = first_row + order[place]
                if not there[row]:
                    continue
                total = np.float64(knowns[number])
                faded = total * factor_of(time - place_times[place], half_life, floor)
                if faded < least[0] and total < least[1]:
                    continue
                rows[n], damped[n], found_sums[n] = row, faded, total
                n += 1
                by_damped, by_sum = _bucket(faded), _bucket(total)
                counts[0, by_damped] += 1
                counts[1, by_sum] += 1
                bars[0, 1] += by_damped >= bars[0, 0]
                bars[1, 1] += by_sum >= bars[1, 0]
            _raise_bar(0, n_nearest, counts, bars, least)
            _raise_bar(1, n_similar, counts, bars, least)
        sums[:] = 0.0
    n_found[0] = n


@numba.njit(nogil=True, cache=True)
def nearest(sweep):
    """
    Go through the last segment; of all rows that were found the nearest by either measure, of equals the first.

    Returns
    -------
    ndarray of int32
        The rows, ascending.
    """
    go_through(sweep)
    return _settle(sweep.n_nearest, sweep.n_similar, sweep.found)
