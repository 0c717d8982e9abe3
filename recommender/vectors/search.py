"""
The compiled search of segments. A number room below `recommender.vectors.neighbors`.

While the postings of a query's terms are added up, in single precision, a tile's sums stay in the processor's first
cache. Three bounds keep most of the work away; none of them changes the answer.

- *Lengths*: what some terms add to a row is at most the product of the two lengths over these terms (Cauchy and
  Schwarz). The commonest terms have nearly all postings and little of the length, so they are left out wherever what
  they could add does not lift the row over the bar. Every row carries its length over each class of common terms.
  Where they cannot lift even a row without any rarer term, only rows that have one are looked at. (Prefix bounds as in
  L2AP: Anastasiu and Karypis 2014, doi:10.1109/ICDE.2014.6816700.)
- *Time*: a row must reach the bar divided by its factor of damping, and far in time the factor is small: of a block the
  greatest possible factor is known, and a tile that cannot reach the bar at all is passed over.
- *A guess*: without damping, the first tile is a sample of all, and says what the k-th best score will be at least. The
  guess is checked at the end; where it was too high, the query is asked once more without one.

What may reach the bar becomes a candidate, with a lower and an upper bound on its score. Candidates that are left in
the end are summed again from the row itself, in double precision and in the order of the columns, damped and rounded.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.vectors.damping import factor_of
from recommender.vectors.postings import BLOCK_ROWS, N_CLASSES, class_of

__all__ = ["Candidates", "Facts", "Queries", "no_candidates", "search", "settle"]

#: Blocks that are compared before the bar is looked at again.
PIECE_BLOCKS = 16

#: Rows from which the first guess is made.
SAMPLE_ROWS = 1024

#: Terms are left out while what they can add to a mean row stays below this share of the bar. Measured at 0 to 1: from
#: 0.6 on, ever more rows have to be summed again.
LEFT_OUT_SHARE = 0.5

#: Left out terms are added up after all once there are more candidates than this many of their postings, each.
POSTINGS_PER_CANDIDATE = 16

#: Where the rows of a tile must be so near that few can be, only those that have one of the query's rarer terms are
#: looked at: while what the others can add to a mean row stays below this share of what is needed.
TOUCHED_SHARE = 0.8

#: That is done while the rarer terms have at most this share of postings a row; beyond, adding up all is faster.
MOST_TOUCHED = 0.25

#: Places for candidates beyond k; with fewer, candidates are thinned out more often.
SPARE_PLACES = 256

#: Rounding to six places moves a score by half of this.
ROUNDING = 1e-6


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
def _greatest_factor(time, before, earliest, latest, has_unknown, half_life, floor):  # type: ignore[no-untyped-def]
    """No less than the factor of any row that may answer, among rows from `earliest` to `latest`; 0 where none may."""
    factor = factor_of(np.nan, half_life, floor) if has_unknown else 0.0
    if earliest <= latest and not earliest >= before:
        gap = time - time if np.isnan(time) else max(0.0, earliest - time, time - latest)
        factor = max(factor, factor_of(gap, half_life, floor))
    return factor


@numba.njit(nogil=True, cache=True)
def _precedes(score_a, row_a, score_b, row_b, order):  # type: ignore[no-untyped-def]
    """Whether a comes before b: the higher score, then the smaller order number."""
    return score_a > score_b or (score_a == score_b and order[row_a] < order[row_b])


@numba.njit(nogil=True, cache=True)
def _sift_down(rows, similarities, scores, parent, size, order):  # type: ignore[no-untyped-def]
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
def _sort_best(candidates, at, order):  # type: ignore[no-untyped-def]
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
    candidates.uppers[at, :size] = scores[:size]


@numba.njit(nogil=True, cache=True)
def _fill_slots(slots, terms):  # type: ignore[no-untyped-def]
    """A table of the terms' positions by open addressing; its length is a power of two."""
    slots[:] = -1
    mask = len(slots) - 1
    for position in range(len(terms)):
        slot = terms[position] & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = position


@numba.njit(nogil=True, cache=True)
def _product(slots, query_terms, query_values, terms, values):  # type: ignore[no-untyped-def]
    """The product of a query with a row, in double precision and in the order of the columns."""
    mask = np.uint32(len(slots) - 1)
    total = 0.0
    for position in range(np.uint64(len(terms))):
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
def _slots_for(queries):  # type: ignore[no-untyped-def]
    """An empty table for the longest of the queries."""
    longest = 1
    for number in queries.numbers:
        longest = max(longest, queries.indptr[number + 1] - queries.indptr[number])
    n_slots = 256
    while n_slots < 8 * longest:
        n_slots *= 2
    return np.empty(n_slots, dtype=np.int32)


@numba.njit(nogil=True, cache=True)
def _nth_greatest(values, n):  # type: ignore[no-untyped-def]
    """The n-th greatest value, counted from 1."""
    return np.partition(values, len(values) - n)[len(values) - n]


@numba.njit(nogil=True, cache=True)
def _thin_out(candidates, at, k):  # type: ignore[no-untyped-def]
    """Raise the bar to the k-th best lower bound, and drop what cannot reach it; what ties with it stays."""
    n = candidates.counts[at]
    if n < k:
        return
    rows, lowers, uppers = candidates.rows[at], candidates.lowers[at], candidates.uppers[at]
    similarities = candidates.similarities[at]
    bar = max(candidates.bars[at], _nth_greatest(lowers[:n], k))
    candidates.bars[at] = bar
    kept = 0
    for place in range(n):
        if uppers[place] >= bar:
            rows[kept], lowers[kept], uppers[kept] = rows[place], lowers[place], uppers[place]
            similarities[kept] = similarities[place]
            kept += 1
    candidates.counts[at] = kept


@numba.njit(nogil=True, cache=True)
def _make_exact(candidates, at, postings, queries, facts, half_life, floor, slots):  # type: ignore[no-untyped-def]
    """Replace the bounds of a query's candidates by their scores, and drop those whose score rounds to 0."""
    number = queries.numbers[at]
    begin, end = queries.indptr[number], queries.indptr[number + 1]
    query_terms, query_values = queries.terms[begin:end], queries.values[begin:end]
    rows, lowers, uppers = candidates.rows[at], candidates.lowers[at], candidates.uppers[at]
    similarities = candidates.similarities[at]
    _fill_slots(slots, query_terms)
    kept = 0
    for place in range(candidates.counts[at]):
        row, lower, upper, similarity = rows[place], lowers[place], uppers[place], similarities[place]
        if np.isnan(similarity):
            first = postings.indptr[row - postings.first_row]
            last = postings.indptr[row - postings.first_row + 1]
            cosine = _product(slots, query_terms, query_values, postings.terms[first:last], postings.values[first:last])
            factor = factor_of(facts.times[row] - queries.times[number], half_life, floor)
            similarity = min(1.0, np.rint(cosine * 1e6) / 1e6)
            lower = upper = min(1.0, np.rint(cosine * factor * 1e6) / 1e6)
            if lower <= 0.0:
                continue
        rows[kept], lowers[kept], uppers[kept], similarities[kept] = row, lower, upper, similarity
        kept += 1
    candidates.counts[at] = kept


@numba.njit(nogil=True, cache=True)
def _make_room(candidates, at, k, postings, queries, facts, half_life, floor, slots):  # type: ignore[no-untyped-def]
    """Leave at most half of the places beyond k taken, by the cheapest means that does it."""
    most = (candidates.rows.shape[1] + k) // 2
    _thin_out(candidates, at, k)
    if candidates.counts[at] > most:
        _make_exact(candidates, at, postings, queries, facts, half_life, floor, slots)
        _thin_out(candidates, at, k)
    if candidates.counts[at] > most:  # ties: the order decides
        _sort_best(candidates, at, facts.order)
        candidates.counts[at] = k


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def _add_terms(sums, terms, values, starts, rows, weights):  # type: ignore[no-untyped-def]
    """Add the postings of some terms to the sums of a tile."""
    for position in range(len(terms)):
        value, begin, end = values[position], starts[terms[position]], starts[terms[position] + 1]
        for posting in range(np.uint64(begin), np.uint64(end)):  # unsigned: no test for a negative index
            sums[rows[posting]] += value * weights[posting]


@numba.njit(nogil=True, cache=True)
def _touch(sums, terms, values, starts, rows, weights, touched):  # type: ignore[no-untyped-def]
    """Add the postings of some terms to the sums of a tile; writes the places that got something, returns how many."""
    n_touched = 0
    for position in range(len(terms)):
        value = values[position]
        for posting in range(starts[terms[position]], starts[terms[position] + 1]):
            place, product = rows[posting], value * weights[posting]
            if product > 0.0:
                touched[n_touched] = place
                n_touched += sums[place] == 0.0
                sums[place] += product
    return n_touched


@numba.njit(nogil=True, cache=True)
def _reached(sums, lengths, length, least, touched, places):  # type: ignore[no-untyped-def]
    """Of the places that got something, those whose sum, and `length` times their length, reaches the least."""
    n_places = 0
    for place in touched:
        places[n_places] = place
        n_places += np.float64(sums[place]) + np.float64(length) * lengths[place] >= least
    return n_places


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def _find(sums, lengths, length, leasts, places):  # type: ignore[no-untyped-def]
    """
    Where the sums, and `length` times the lengths, are over the least that counts, a number a block.

    A block is first asked whether there is any: that loop is vectorised, and there mostly is none.
    """
    n_places = np.uint64(0)
    for block in range(np.uint64(len(leasts))):
        least, first = leasts[block], block * np.uint64(BLOCK_ROWS)
        is_any = np.uint8(0)
        if length > 0:
            for place in range(np.uint64(BLOCK_ROWS)):
                is_any |= np.uint8(sums[first + place] + length * lengths[first + place] > least)
        else:
            for place in range(np.uint64(BLOCK_ROWS)):
                is_any |= np.uint8(sums[first + place] > least)
        if is_any:
            for place in range(first, first + np.uint64(BLOCK_ROWS)):
                places[n_places] = place
                n_places += np.uint64(sums[place] + length * lengths[place] > least)
    return n_places


@numba.njit(nogil=True, cache=True)
def _by_rarity(n_having, n_rows, queries):  # type: ignore[no-untyped-def]
    """
    The terms of each query with the rarest first, query after query, and what it is without its commonest terms.

    Returns
    -------
    offsets
        Shape (n_asked + 1,): where a query begins.
    terms, values
        Shape (n_entries,).
    n_kept, n_postings, left_out
        Shape (n_asked, N_CLASSES + 1): without the terms of the first so many classes, the terms that are left, their
        postings in the whole segment, and the query's length over those that are not.
    """
    n_asked = len(queries.numbers)
    offsets = np.zeros(n_asked + 1, dtype=np.int64)
    for at in range(n_asked):
        number = queries.numbers[at]
        offsets[at + 1] = offsets[at] + queries.indptr[number + 1] - queries.indptr[number]
    terms, values = np.empty(offsets[-1], dtype=np.int32), np.empty(offsets[-1], dtype=np.float32)
    n_kept, n_postings = np.zeros((2, n_asked, N_CLASSES + 1), dtype=np.int64)
    left_out = np.zeros((n_asked, N_CLASSES + 1))
    for at in range(n_asked):
        begin, offset = queries.indptr[queries.numbers[at]], offsets[at]
        n_terms = offsets[at + 1] - offset
        n_with = np.empty(n_terms, dtype=np.int64)
        for position in range(n_terms):
            n_with[position] = n_having[queries.terms[begin + position]]
        order = np.argsort(n_with, kind="mergesort")
        for place in range(n_terms):
            position = begin + order[place]
            terms[offset + place], values[offset + place] = queries.terms[position], queries.values[position]
            n_times = n_with[order[place]]
            number = class_of(n_times, n_rows)
            for n_classes in range(N_CLASSES + 1):
                if number >= n_classes:
                    n_kept[at, n_classes] += 1
                    n_postings[at, n_classes] += n_times
                else:
                    left_out[at, n_classes] += np.float64(queries.values[position]) ** 2
        for n_classes in range(N_CLASSES + 1):
            left_out[at, n_classes] = np.sqrt(left_out[at, n_classes]) * (1.0 + 1e-6)
    return offsets, terms, values, n_kept, n_postings, left_out


@numba.njit(nogil=True, cache=True)
def _guess(scores, k, share):  # type: ignore[no-untyped-def]
    """Guess the k-th best score of all rows from the scores of a share of them; 0 where they are too few."""
    expected = k * share
    n = int(expected + 3.0 * np.sqrt(expected)) + 2
    return _nth_greatest(scores, n) if n < k and n <= len(scores) else 0.0


@numba.njit(nogil=True, cache=True)
def search(postings, times, tiles, queries, facts, k, half_life, floor, n_sampled_of, candidates):  # type: ignore[no-untyped-def]
    """
    Merge the rows of a segment into the candidates.

    Parameters
    ----------
    postings, times
        The segment.
    tiles
        Its tiles in the order in which they are searched; the most promising should come first.
    queries, facts, k, half_life, floor
        As in `neighbors.TiledIndex.top_k`.
    n_sampled_of
        All rows, of which the first tile's are a sample; 0 for no guess.
    candidates
        Changed in place; those of this segment are exact afterwards.
    """
    room = candidates.rows.shape[1]
    allowed, groups, row_times = facts.allowed, facts.groups, facts.times
    slots = _slots_for(queries)
    offsets, terms, values, n_kept, n_postings, left_out = _by_rarity(postings.n_having, postings.n_rows, queries)
    sums = np.zeros(postings.tile_rows, dtype=np.float32)
    leasts = np.empty(PIECE_BLOCKS, dtype=np.float32)
    sample = np.empty(SAMPLE_ROWS, dtype=np.float32)
    # A place more than there can be: what is not found is written there too.
    places = np.empty(postings.tile_rows + 1, dtype=np.int32)
    touched = np.empty(postings.tile_rows + 1, dtype=np.int32)
    most_touched = MOST_TOUCHED * postings.n_rows
    for tile in tiles:
        first, last = tile * postings.tile_rows, min(postings.n_rows, (tile + 1) * postings.tile_rows)
        first_block, last_block = first // BLOCK_ROWS, (last + BLOCK_ROWS - 1) // BLOCK_ROWS
        starts = postings.starts[tile]
        tile_rows = postings.rows[postings.tile_starts[tile] : postings.tile_starts[tile + 1]]
        tile_weights = postings.weights[postings.tile_starts[tile] : postings.tile_starts[tile + 1]]
        earliest, latest = times.earliest[first_block:last_block].min(), times.latest[first_block:last_block].max()
        has_unknown = times.has_unknown[first_block:last_block].any()
        for at in range(len(queries.numbers)):
            number = queries.numbers[at]
            time, before = queries.times[number], queries.before[number]
            own, group = queries.exclude[number], queries.groups[number]
            rows, similarities = candidates.rows[at], candidates.similarities[at]
            lowers, uppers = candidates.lowers[at], candidates.uppers[at]
            # Sums of n products in single precision, of vectors of length 1, are wrong by less than this.
            error = 2e-7 * (offsets[at + 1] - offsets[at] + 4)
            bar = max(candidates.bars[at], candidates.guesses[at]) - ROUNDING
            greatest = _greatest_factor(time, before, earliest, latest, has_unknown, half_life, floor)
            if greatest == 0.0 or bar > greatest * (1.0 + error):
                continue

            needed = bar / greatest
            n_left_out, is_sparse = 0, False
            if bar > 0.0:
                for n_classes in range(1, N_CLASSES + 1):
                    if n_kept[at, n_classes] == n_kept[at, n_classes - 1]:
                        continue
                    mean = left_out[at, n_classes] * postings.mean_lengths[tile, n_classes - 1]
                    if mean <= LEFT_OUT_SHARE * needed and not is_sparse:
                        n_left_out = n_classes
                    if mean > TOUCHED_SHARE * needed:
                        break
                    greatest_left_out = left_out[at, n_classes] * postings.greatest_lengths[tile, n_classes - 1]
                    if greatest_left_out < needed - error and n_postings[at, n_classes] <= most_touched:
                        n_left_out, is_sparse = n_classes, True
            middle = offsets[at] + n_kept[at, n_left_out]
            kept, rest = slice(offsets[at], middle), slice(middle, offsets[at + 1])
            length = np.float32(left_out[at, n_left_out])
            lengths = postings.lengths[max(0, n_left_out - 1)]
            n_touched = 0
            if is_sparse:
                n_touched = _touch(sums, terms[kept], values[kept], starts, tile_rows, tile_weights, touched)
            else:
                _add_terms(sums, terms[kept], values[kept], starts, tile_rows, tile_weights)

            if n_sampled_of and tile == tiles[0]:
                n_sampled, n = min(SAMPLE_ROWS, last - first), 0
                for place in range(n_sampled):
                    row = postings.first_row + postings.order[first + place]
                    if allowed[row] and row != own and groups[row] == group and not row_times[row] >= before:
                        sample[n] = sums[place]
                        n += 1
                candidates.guesses[at] = max(0.0, _guess(sample[:n], k, n_sampled / n_sampled_of) - error)
            n_postings_left_out = (n_postings[at, 0] - n_postings[at, n_left_out]) * (last - first) // postings.n_rows
            n_more = n_postings_left_out // POSTINGS_PER_CANDIDATE + 16
            for piece in range(first_block, first_block + 1 if is_sparse else last_block, PIECE_BLOCKS):
                least_score = max(candidates.bars[at], candidates.guesses[at])
                start, n_blocks = piece * BLOCK_ROWS, min(PIECE_BLOCKS, last_block - piece)
                stop = last if is_sparse else start + n_blocks * BLOCK_ROWS
                sums_here, lengths_here = sums[start - first : stop - first], lengths[start:stop]
                if is_sparse:
                    n_found = _reached(sums, lengths_here, length, needed - error, touched[:n_touched], places)
                else:
                    for block in range(n_blocks):
                        factor = greatest
                        if greatest > 1.1 * floor:  # near in time: worth a look at the blocks
                            factor = _greatest_factor(
                                time, before, times.earliest[piece + block], times.latest[piece + block],
                                times.has_unknown[piece + block], half_life, floor,
                            )  # fmt: skip
                        # Not below 0: a row that shares no term is never a neighbor.
                        least = max(0.0, (least_score - ROUNDING) / factor - error) if factor > 0.0 else np.inf
                        leasts[block] = least
                    n_found = _find(sums_here, lengths_here, length, leasts[:n_blocks], places)
                n = candidates.counts[at]
                for place in places[:n_found]:
                    row = postings.first_row + postings.order[start + place]
                    # Written out: a call that is handed whole tuples costs more than all of this.
                    if not allowed[row] or row == own or groups[row] != group:
                        continue
                    if row_times[row] >= before:  # False where either is unknown
                        continue
                    factor = factor_of(row_times[row] - time, half_life, floor)
                    known = np.float64(sums_here[place])
                    upper = (known + np.float64(length) * lengths_here[place] + error) * factor + ROUNDING
                    if upper < least_score:
                        continue
                    rows[n], similarities[n] = row, np.nan
                    lowers[n], uppers[n] = max(0.0, (known - error) * factor - ROUNDING), upper
                    n += 1
                    n_more -= 1
                    if n == room:
                        candidates.counts[at] = n
                        _make_room(candidates, at, k, postings, queries, facts, half_life, floor, slots)
                        n = candidates.counts[at]
                        least_score = max(candidates.bars[at], candidates.guesses[at])
                candidates.counts[at] = n
                if n_left_out and n_more < 0 and not is_sparse:
                    _add_terms(sums, terms[rest], values[rest], starts, tile_rows, tile_weights)
                    n_left_out, length = 0, np.float32(0.0)
            if is_sparse:
                for place in touched[:n_touched]:
                    sums[place] = 0.0
                continue
            sums[:] = 0.0
            if tile == tiles[0]:
                if n_sampled_of:
                    guess = _guess(lowers[: candidates.counts[at]], k, (last - first) / n_sampled_of)
                    candidates.guesses[at] = max(guess, candidates.guesses[at])
                _thin_out(candidates, at, k)
    for at in range(len(queries.numbers)):
        _thin_out(candidates, at, k)
        _make_exact(candidates, at, postings, queries, facts, half_life, floor, slots)
        _thin_out(candidates, at, k)


@numba.njit(nogil=True, cache=True)
def settle(candidates, queries, facts, rows, similarities, scores):  # type: ignore[no-untyped-def]
    """
    Write the k best of each query, best first.

    Returns
    -------
    ndarray of bool, shape (n_asked,)
        Whether the guess was too high, so that rows may be missing.
    """
    k = rows.shape[1]
    missed = np.zeros(len(queries.numbers), dtype=np.bool_)
    for at in range(len(queries.numbers)):
        number = queries.numbers[at]
        _sort_best(candidates, at, facts.order)
        n = min(k, candidates.counts[at])
        missed[at] = candidates.guesses[at] > 0.0 and (n < k or candidates.lowers[at, k - 1] < candidates.guesses[at])
        rows[number, :n] = candidates.rows[at, :n]
        similarities[number, :n] = candidates.similarities[at, :n]
        scores[number, :n] = candidates.lowers[at, :n]
    return missed
