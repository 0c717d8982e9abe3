"""
Inverted indexes of rows, in tiles. A number room below `recommender.vectors.neighbors`.

A segment is the inverted index of some rows, sorted by time and cut into tiles of `TILE_ROWS`, each with 16-bit row
numbers: what is added up for a tile stays in the processor's first cache. Values are there twice: in single precision,
and in units of 16 bits, of which that cache holds twice as many.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.vectors.masks import N_BITS

__all__ = [
    "BLOCK_ROWS",
    "N_CLASSES",
    "TILE_ROWS",
    "UNITS",
    "Postings",
    "Times",
    "add_products",
    "block_times",
    "class_of",
    "frozen",
    "invert",
]

#: Rows of a tile: its sums (2 bytes each) fill the first-level cache of current processors. Measured against half and
#: twice as many.
TILE_ROWS = 16384

#: Units in 1. A value or length in units is rounded up, so it is 0 only for 0. The greatest number of 16 bits is left
#: for a 1 that was rounded to a little more.
UNITS = 65534

#: Rows that are compared with one bar, at once.
BLOCK_ROWS = N_BITS

#: Classes of common terms: class c are the terms that more than 1 / 2 ** (c + 1) of a segment's rows have.
N_CLASSES = 10


class Postings(NamedTuple):
    """
    The inverted index of some neighboring rows, and the rows themselves.

    Parameters
    ----------
    first_row, n_rows
        The rows are `first_row` to ``first_row + n_rows - 1``.
    tile_rows
        Rows of a tile, whole blocks.
    order
        Shape (n_rows,): the place of a row in the tiles -> its number less `first_row`.
    indptr, terms, values
        The rows as in a `csr_matrix`: shapes (n_rows + 1,), (n_values,), (n_values,).
    tile_starts
        Shape (n_tiles + 1,): where a tile's postings begin.
    starts
        Shape (n_tiles, n_terms + 1): where a term's postings begin, from the tile's own beginning.
    rows, weights, units
        Shape (n_postings,): places within the tile, values, and values in units.
    lengths
        Shape (N_CLASSES, n_rows and filled up to whole blocks): of each place, the length over the terms of this class
        and all commoner ones, in units.
    usual_lengths, greatest_lengths
        Shape (n_tiles, N_CLASSES): of a tile's rows the mean length and a standard deviation more, and the greatest.
    n_having
        Shape (n_terms,): rows that have a term.
    """

    first_row: int
    n_rows: int
    tile_rows: int
    order: NDArray[np.int32]
    indptr: NDArray[np.int64]
    terms: NDArray[np.int32]
    values: NDArray[np.float32]
    tile_starts: NDArray[np.int64]
    starts: NDArray[np.int32]
    rows: NDArray[np.uint16]
    weights: NDArray[np.float32]
    units: NDArray[np.uint16]
    lengths: NDArray[np.uint16]
    usual_lengths: NDArray[np.float32]
    greatest_lengths: NDArray[np.float32]
    n_having: NDArray[np.int32]


class Times(NamedTuple):
    """
    When the rows of a segment are from.

    Parameters
    ----------
    earliest, latest, has_unknown
        Shape (n_blocks,): of the rows of each block; `earliest` is infinite where no row has a time.
    places
        Shape (n_rows,): of the row at each place.
    """

    earliest: NDArray[np.float64]
    latest: NDArray[np.float64]
    has_unknown: NDArray[np.bool_]
    places: NDArray[np.float64]


def frozen(array: NDArray[Any], kind: type[np.generic] | None = None) -> NDArray[Any]:
    """
    The array, or where it is of another kind a copy, as one that cannot be written to.

    So the compiled code sees one type, whether an array is in memory or mapped from a file, and is compiled once.
    """
    view = np.ascontiguousarray(array, dtype=kind).view(np.ndarray)
    view.flags.writeable = False
    return view


@numba.njit(nogil=True, cache=True)
def class_of(n_with_term, n_rows):
    """The class of a term by the number of rows that have it; N_CLASSES for a rare one."""
    number = 0
    n_times = 2 * np.int64(n_with_term)
    while number < N_CLASSES and n_times <= n_rows:
        n_times *= 2
        number += 1
    return number


@numba.njit(nogil=True, cache=True)
def _in_units(value):
    """A value or length in units."""
    return np.uint16(min(np.ceil(np.float64(value) * UNITS), 65535.0))


@numba.njit(nogil=True, cache=True)
def invert(order, indptr, terms, values, n_terms, tile_rows):
    """The last nine parts of `Postings` from the first ones."""
    n_rows = len(order)
    n_tiles = (n_rows + tile_rows - 1) // tile_rows
    tile_starts = np.zeros(n_tiles + 1, dtype=np.int64)
    n_having = np.zeros(n_terms, dtype=np.int32)
    for place in range(n_rows):
        tile_starts[place // tile_rows + 1] += indptr[order[place] + 1] - indptr[order[place]]
        for position in range(indptr[place], indptr[place + 1]):
            n_having[terms[position]] += 1
    for tile in range(n_tiles):
        tile_starts[tile + 1] += tile_starts[tile]
    classes = np.empty(n_terms, dtype=np.int8)
    for term in range(n_terms):
        classes[term] = class_of(n_having[term], n_rows)
    starts = np.zeros((n_tiles, n_terms + 1), dtype=np.int32)
    rows = np.empty(tile_starts[n_tiles], dtype=np.uint16)
    weights = np.empty(tile_starts[n_tiles], dtype=np.float32)
    units = np.empty(tile_starts[n_tiles], dtype=np.uint16)
    lengths = np.zeros((N_CLASSES, (n_rows + BLOCK_ROWS - 1) // BLOCK_ROWS * BLOCK_ROWS), dtype=np.uint16)
    usual_lengths = np.zeros((n_tiles, N_CLASSES), dtype=np.float32)
    greatest_lengths = np.zeros((n_tiles, N_CLASSES), dtype=np.float32)
    ends = np.empty(n_terms, dtype=np.int64)
    squares, totals = np.empty(N_CLASSES), np.empty((2, N_CLASSES))
    for tile in range(n_tiles):
        first, last = tile * tile_rows, min(n_rows, (tile + 1) * tile_rows)
        starts_here = starts[tile]
        for place in range(first, last):
            for position in range(indptr[order[place]], indptr[order[place] + 1]):
                starts_here[terms[position] + 1] += 1
        for term in range(n_terms):
            starts_here[term + 1] += starts_here[term]
        for term in range(n_terms):
            ends[term] = tile_starts[tile] + starts_here[term]
        totals[:] = 0.0
        for place in range(first, last):
            squares[:] = 0.0
            for position in range(indptr[order[place]], indptr[order[place] + 1]):
                term, value = terms[position], values[position]
                rows[ends[term]] = place - first
                weights[ends[term]], units[ends[term]] = value, _in_units(value)
                ends[term] += 1
                if classes[term] < N_CLASSES:
                    squares[classes[term]] += np.float64(value) ** 2
            total = 0.0
            for number in range(N_CLASSES):
                total += squares[number]
                # Never rounded down: it is a bound.
                length = np.float32(np.sqrt(total) * (1.0 + 1e-6))
                lengths[number, place] = _in_units(length)
                totals[0, number] += length
                totals[1, number] += total
                greatest_lengths[tile, number] = max(greatest_lengths[tile, number], length)
        for number in range(N_CLASSES):
            mean = totals[0, number] / (last - first)
            variance = max(0.0, totals[1, number] / (last - first) - mean**2)
            usual_lengths[tile, number] = mean + np.sqrt(variance)
    return tile_starts, starts, rows, weights, units, lengths, usual_lengths, greatest_lengths, n_having


@numba.njit(nogil=True, cache=True)
def block_times(order, first_row, times):
    """The parts of `Times`."""
    n_blocks = (len(order) + BLOCK_ROWS - 1) // BLOCK_ROWS
    earliest, latest = np.full(n_blocks, np.inf), np.full(n_blocks, -np.inf)
    has_unknown, places = np.zeros(n_blocks, dtype=np.bool_), np.empty(len(order))
    for place in range(len(order)):
        block, time = place // BLOCK_ROWS, times[first_row + order[place]]
        places[place] = time
        if np.isnan(time):
            has_unknown[block] = True
        else:
            earliest[block] = min(earliest[block], time)
            latest[block] = max(latest[block], time)
    return earliest, latest, has_unknown, places


@numba.njit(nogil=True, cache=True)
def add_products(postings, terms, values, parts, columns, out):
    """Write the products of a query with a segment's rows to `out`; parameters as in `TiledIndex.products`."""
    # Taken out once: in a loop each look into a tuple counts a reference.
    tile_rows, weights, order, first_row = postings.rows, postings.weights, postings.order, postings.first_row
    sums, total = np.zeros(postings.tile_rows), np.zeros(postings.tile_rows)
    for tile in range(len(postings.tile_starts) - 1):
        first, last = tile * postings.tile_rows, min(postings.n_rows, (tile + 1) * postings.tile_rows)
        starts, start = postings.starts[tile], postings.tile_starts[tile]
        for field in range(len(columns)):
            if parts[field] == parts[field + 1]:
                continue
            for position in range(parts[field], parts[field + 1]):
                value = np.float64(values[position])
                for posting in range(start + starts[terms[position]], start + starts[terms[position] + 1]):
                    sums[tile_rows[posting]] += value * np.float64(weights[posting])
            for place in range(last - first):
                total[place] += sums[place]
            if columns[field] > 0:
                for place in range(last - first):
                    out[first_row + order[first + place], columns[field]] = sums[place]
            sums[:] = 0.0
        for place in range(last - first):
            out[first_row + order[first + place], 0] = total[place]
        total[:] = 0.0
