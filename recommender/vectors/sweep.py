"""
One query against all rows, to find the thousands that are nearest. A number room below `recommender.vectors.neighbors`.

`recommender.vectors.search` finds the k nearest of many queries and spares what cannot be among them; of thousands it
can spare little. Here every posting of the query is added up, in single precision and in the order of the columns, so
a pair has one sum wherever the two rows are kept. Whoever needs a similarity takes it from the rows themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.vectors.damping import factor_of
from recommender.vectors.postings import BLOCK_ROWS

__all__ = ["Found", "nothing_found", "settle", "sweep"]

#: Buckets in which values are counted, by their roots: the smaller, the finer.
_N_BUCKETS = 4096
#: After so many blocks the bars are raised.
_N_BLOCKS = 16


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
    n_found
        Shape (1,): places that are taken.
    """

    rows: NDArray[np.int32]
    damped: NDArray[np.float64]
    sums: NDArray[np.float64]
    least: NDArray[np.float64]
    counts: NDArray[np.int32]
    n_found: NDArray[np.int64]


def nothing_found(n_rows: int) -> Found:
    """Room for all rows; what is not used costs nothing."""
    return Found(
        np.empty(n_rows, dtype=np.int32), np.empty(n_rows), np.empty(n_rows), np.zeros(2),
        np.zeros((2, _N_BUCKETS + 1), dtype=np.int32), np.zeros(1, dtype=np.int64),
    )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _bucket_of(value):  # compiled: numba infers the types, here and below
    return min(int(np.sqrt(value) * _N_BUCKETS), _N_BUCKETS)


@numba.njit(nogil=True, cache=True)
def _raise_bars(counts, least, n_nearest, n_similar):
    """Ask for no less than so many of those found have already."""
    for measure in range(2):
        most = n_nearest if measure == 0 else n_similar
        n_above = 0
        for bucket in range(_N_BUCKETS, 0, -1):
            n_above += counts[measure, bucket]
            if n_above >= most:
                # A little less, for the root is rounded.
                least[measure] = (bucket / _N_BUCKETS) ** 2 * (1.0 - 1e-9)
                break


@numba.njit(nogil=True, cache=True)
def sweep(postings, times, tiles, terms, values, there, row_times, time, half_life, floor, n_nearest, n_similar, found):
    """
    Merge the rows of a segment into those found.

    Parameters
    ----------
    postings, times
        The segment.
    tiles
        Its tiles in the order in which they are gone through; the most promising should come first.
    terms, values
        The query; shape (n_query_terms,), sorted.
    there, row_times
        Shape (n_rows,): rows that may be found, and when each is from, NaN where unknown.
    time, half_life, floor
        When the query is from, and how similarity fades.
    n_nearest, n_similar
        How many rows to keep by damped sum, and how many by sum.
    found
        Changed in place.
    """
    # Taken out once: in a loop each look into a tuple counts a reference.
    all_rows, all_weights, order, first_row = postings.rows, postings.weights, postings.order, postings.first_row
    earliest, latest, has_unknown = times.earliest, times.latest, times.has_unknown
    rows, damped, found_sums, least, counts, n_found = found
    n, block_rows = n_found[0], np.uint64(BLOCK_ROWS)
    sums = np.zeros(postings.tile_rows, dtype=np.float32)
    for tile in tiles:
        first, last = tile * postings.tile_rows, min(postings.n_rows, (tile + 1) * postings.tile_rows)
        starts, start = postings.starts[tile], postings.tile_starts[tile]
        for position in range(len(terms)):
            value = values[position]
            here = slice(start + starts[terms[position]], start + starts[terms[position] + 1])
            tile_rows, weights = all_rows[here], all_weights[here]
            for posting in range(np.uint64(len(tile_rows))):  # unsigned: numba leaves out the test for a negative index
                sums[tile_rows[posting]] += value * weights[posting]
        for block in range(first // BLOCK_ROWS, (last + BLOCK_ROWS - 1) // BLOCK_ROWS):
            if block % _N_BLOCKS == 0:
                _raise_bars(counts, least, n_nearest, n_similar)
            factor = factor_of(np.nan, half_life, floor) if has_unknown[block] else 0.0
            if earliest[block] <= latest[block]:
                gap = np.nan if np.isnan(time) else max(0.0, earliest[block] - time, time - latest[block])
                factor = max(factor, factor_of(gap, half_life, floor))
            bar = np.float32(min(least[1], least[0] / factor) * (1.0 - 1e-6)) if factor > 0.0 else np.float32(np.inf)
            # First whether there is any: that loop is vectorised, and there mostly is none.
            block_sums = sums[block * BLOCK_ROWS - first : block * BLOCK_ROWS - first + BLOCK_ROWS]
            is_any = np.uint8(0)
            for place in range(block_rows):
                is_any |= np.uint8(block_sums[place] >= bar)
            if not is_any:
                continue
            for place in range(block_rows):
                if block_sums[place] < bar or block_sums[place] == 0.0:
                    continue
                row = first_row + order[block * BLOCK_ROWS + place]
                if not there[row]:
                    continue
                total = np.float64(block_sums[place])
                faded = total * factor_of(time - row_times[row], half_life, floor)
                if faded < least[0] and total < least[1]:
                    continue
                rows[n], damped[n], found_sums[n] = row, faded, total
                counts[0, _bucket_of(faded)] += 1
                counts[1, _bucket_of(total)] += 1
                n += 1
        sums[:] = 0.0
    n_found[0] = n


@numba.njit(nogil=True, cache=True)
def settle(n_nearest, n_similar, found):
    """Of the rows that were found the nearest by either measure, of equals the first; ascending."""
    n = found.n_found[0]
    rows = found.rows[:n]
    is_kept = np.zeros(n, dtype=np.bool_)
    _raise_bars(found.counts, found.least, n_nearest, n_similar)
    for measure in range(2):
        values, most = (found.damped[:n], n_nearest) if measure == 0 else (found.sums[:n], n_similar)
        if n <= most:
            is_kept[:] = True
            continue
        above = values[values >= found.least[measure]]
        bar = np.partition(above, len(above) - most)[len(above) - most]
        n_above = 0
        for place in range(n):
            n_above += 1 if values[place] > bar else 0
        last = np.sort(rows[values == bar])[most - n_above - 1]
        for place in range(n):
            if values[place] > bar or (values[place] == bar and rows[place] <= last):
                is_kept[place] = True
    return np.sort(rows[is_kept])
