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
- *A first bar*: of the first tile the rarest terms are added up alone; k of these sums are reached by k rows. Without
  damping, the tiles gone through are a sample of all, and say what the k-th best score will be at least. That guess is
  checked at the end; where it was too high, the query is asked once more without one.

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
from recommender.vectors.prefetch import LINE, prefetch

__all__ = ["Candidates", "Facts", "Queries", "no_candidates", "search", "settle"]

#: Blocks that are compared before the bar is looked at again.
PIECE_BLOCKS = 16

#: The share of a query's postings, those of its rarest terms, that say a first bar.
FIRST_SHARE = 0.25

#: Terms are left out while what they can add to a usual row stays below this share of what is needed, or so far below
#: it: the rarer a sum of the other terms that leaves it open, the more may be left out. Measured at 0 to 1; from 0.6
#: on, ever more rows have to be summed again.
LEFT_OUT_SHARE, LEFT_OUT_GAP = 0.5, 0.1

#: Left out terms are added up after all once there are more candidates than this many of their postings, each.
POSTINGS_PER_CANDIDATE = 16

#: Where the rows of a tile must be so near that few can be, only those that have one of the query's rarer terms are
#: looked at: while what the others can add to a usual row stays below this share of what is needed, or so far below it.
TOUCHED_SHARE, TOUCHED_GAP = 0.8, 0.1

#: That is done while the rarer terms have at most this share of postings a row; beyond, adding up all is faster.
MOST_TOUCHED = 0.25

#: Places for candidates beyond k; with fewer, candidates are thinned out more often.
SPARE_PLACES = 256

#: Posting lists that are fetched before their turn.
AHEAD = 4

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
    # Quickselect without branches that a processor would have to guess: three times as fast as `np.partition`.
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
def _thin_out(candidates, at, k):  # type: ignore[no-untyped-def]
    """Raise the bar to the k-th best lower bound, and drop what cannot reach it; what ties with it stays."""
    n = candidates.counts[at]
    rows, lowers, uppers = candidates.rows[at], candidates.lowers[at], candidates.uppers[at]
    similarities = candidates.similarities[at]
    if n >= k:
        candidates.bars[at] = max(candidates.bars[at], _nth_greatest(lowers[:n], k))
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
def _make_exact(candidates, at, postings, queries, facts, half_life, floor, slots):  # type: ignore[no-untyped-def]
    """Replace the bounds of a query's candidates by their scores, and drop those whose score rounds to 0."""
    number = queries.numbers[at]
    begin, end = queries.indptr[number], queries.indptr[number + 1]
    query_terms, query_values = queries.terms[begin:end], queries.values[begin:end]
    rows, lowers, uppers = candidates.rows[at], candidates.lowers[at], candidates.uppers[at]
    similarities = candidates.similarities[at]
    _fill_slots(slots, query_terms)
    # The rows lie anywhere in memory: waiting for one after the other would be nearly all of the time.
    indptr, first_row = postings.indptr, postings.first_row
    for place in range(candidates.counts[at]):
        if np.isnan(similarities[place]):
            prefetch(indptr, rows[place] - first_row)
            prefetch(facts.times, rows[place])
    for place in range(candidates.counts[at]):
        if np.isnan(similarities[place]):
            first = indptr[rows[place] - first_row]
            for ahead in range(0, 4 * LINE, LINE):
                prefetch(postings.terms, first + ahead)
                prefetch(postings.values, first + ahead)
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
        if position + AHEAD < len(terms):
            begin = starts[terms[position + AHEAD]]
            prefetch(rows, begin)
            prefetch(weights, begin)
            prefetch(weights, begin + LINE)
        value, begin, end = values[position], starts[terms[position]], starts[terms[position] + 1]
        for posting in range(np.uint64(begin), np.uint64(end)):  # unsigned: no test for a negative index
            sums[rows[posting]] += value * weights[posting]


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def _take_terms(sums, terms, starts, rows, lengths, length, least, places, knowns):  # type: ignore[no-untyped-def]
    """
    Take the sums of the rows that have one of some terms; returns how many reach the least, and writes which.

    A sum counts with `length` times the length of its row; that alone is below the least for every row.
    """
    n_places = np.uint64(0)
    least = np.float32(least)
    for position in range(len(terms)):
        begin, end = starts[terms[position]], starts[terms[position] + 1]
        for posting in range(np.uint64(begin), np.uint64(end)):
            place = rows[posting]
            known = sums[place]
            sums[place] = np.float32(0.0)  # met once more with a later term, it is no longer there
            places[n_places], knowns[n_places] = place, known
            n_places += np.uint64(known + length * lengths[place] >= least)
    return n_places


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def _find(sums, lengths, length, leasts, is_over, places, knowns):  # type: ignore[no-untyped-def]
    """
    Where the sums, and `length` times the lengths, are over the least that counts, a number a block.

    The comparison is vectorised; then eight answers at a time are looked at, which mostly are no.
    """
    for block in range(np.uint64(len(leasts))):
        least, first = leasts[block], block * np.uint64(BLOCK_ROWS)
        for place in range(first, first + np.uint64(BLOCK_ROWS)):
            is_over[place] = sums[place] + length * lengths[place] > least
    n_places, eights = np.uint64(0), is_over.view(np.uint64)
    for number in range(np.uint64(len(leasts) * BLOCK_ROWS // 8)):
        if eights[number]:
            first = number * np.uint64(8)
            for place in range(first, first + np.uint64(8)):
                places[n_places], knowns[n_places] = place, sums[place]
                n_places += np.uint64(is_over[place])
    return n_places


@numba.njit(nogil=True, cache=True)
def _nth_score(  # type: ignore[no-untyped-def]
    sums, n, greatest_factor, is_over, scores, order, first_row, time, before, own, group, row_times, groups, allowed,
    half_life, floor,
):  # fmt: skip
    """
    The n-th greatest damped sum of the rows that may answer; 0 where there are fewer.

    `is_over` and `scores` are room, whole blocks and at least n.
    """
    scores[:n] = 0.0
    eights = is_over.view(np.uint64)
    for start in range(0, len(order), len(is_over)):
        size = np.uint64(min(len(is_over), len(sums) - start))
        least = np.float32(scores[n - 1] / greatest_factor * (1.0 - 1e-6))
        for place in range(size):
            is_over[place] = sums[np.uint64(start) + place] > least
        for number in range(size // np.uint64(8)):
            if not eights[number]:
                continue
            first = np.uint64(start) + number * np.uint64(8)
            for place in range(first, first + np.uint64(8)):
                if not sums[place] * greatest_factor > scores[n - 1]:
                    continue
                row = first_row + order[place]
                if not allowed[row] or row == own or groups[row] != group or row_times[row] >= before:
                    continue
                score = sums[place] * factor_of(row_times[row] - time, half_life, floor)
                rank = n
                while rank > 0 and scores[rank - 1] < score:
                    rank -= 1
                if rank < n:
                    scores[rank + 1 : n] = scores[rank : n - 1].copy()
                    scores[rank] = score
    return scores[n - 1]


@numba.njit(nogil=True, cache=True)
def _n_left_out(needed, error, n_kept, n_postings, left_out, usual_lengths, greatest_lengths, most_touched):  # type: ignore[no-untyped-def]
    """How many classes of common terms are left out in a tile, and whether only rows with a rarer term count."""
    n_left_out, is_sparse = 0, False
    for n_classes in range(1, N_CLASSES + 1):
        if n_kept[n_classes] == n_kept[n_classes - 1]:
            continue
        most = left_out[n_classes] * usual_lengths[n_classes - 1]
        if most <= max(LEFT_OUT_SHARE * needed, needed - LEFT_OUT_GAP) and not is_sparse:
            n_left_out = n_classes
        if most > max(TOUCHED_SHARE * needed, needed - TOUCHED_GAP):
            break
        # Twice the error: `_take_terms` compares in single precision, and may not find what was taken already.
        is_enough = left_out[n_classes] * greatest_lengths[n_classes - 1] < needed - 2.0 * error
        if is_enough and n_postings[n_classes] <= most_touched:
            n_left_out, is_sparse = n_classes, True
    return n_left_out, is_sparse


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
def _n_expected(k, share):  # type: ignore[no-untyped-def]
    """Of the k best of all rows, how many are among a share of them at most, as good as always."""
    expected = k * share
    return int(expected + 3.0 * np.sqrt(expected)) + 2


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
    scores = np.empty(k)
    is_over = np.empty(PIECE_BLOCKS * BLOCK_ROWS, dtype=np.uint8)
    n_tiles, n_seen = 0, 0
    # A place more than there can be: what is not found is written there too.
    places = np.empty(postings.tile_rows + 1, dtype=np.int32)
    knowns = np.empty(postings.tile_rows + 1, dtype=np.float32)
    most_touched = MOST_TOUCHED * postings.n_rows
    for tile in tiles:
        first, last = tile * postings.tile_rows, min(postings.n_rows, (tile + 1) * postings.tile_rows)
        first_block, last_block = first // BLOCK_ROWS, (last + BLOCK_ROWS - 1) // BLOCK_ROWS
        starts = postings.starts[tile]
        tile_rows = postings.rows[postings.tile_starts[tile] : postings.tile_starts[tile + 1]]
        tile_weights = postings.weights[postings.tile_starts[tile] : postings.tile_starts[tile + 1]]
        earliest, latest = times.earliest[first_block:last_block].min(), times.latest[first_block:last_block].max()
        has_unknown = times.has_unknown[first_block:last_block].any()
        n_tiles += 1
        n_seen += last - first
        may_guess_now = n_sampled_of and n_tiles & (n_tiles - 1) == 0  # after 1, 2, 4, 8 ... tiles
        order_here = postings.order[first:last]
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
            n_left_out, is_sparse, is_first = 0, False, candidates.bars[at] <= 0.0 and candidates.guesses[at] <= 0.0
            if is_first:
                while n_left_out < N_CLASSES and n_postings[at, n_left_out] > FIRST_SHARE * n_postings[at, 0]:
                    n_left_out += 1
            else:
                n_left_out, is_sparse = _n_left_out(
                    needed, error, n_kept[at], n_postings[at], left_out[at], postings.usual_lengths[tile],
                    postings.greatest_lengths[tile], most_touched,
                )  # fmt: skip
            middle = offsets[at] + n_kept[at, n_left_out]
            kept = slice(offsets[at], middle)
            _add_terms(sums, terms[kept], values[kept], starts, tile_rows, tile_weights)
            if is_first:
                n_best = _n_expected(k, n_seen / n_sampled_of) if n_sampled_of else k
                score = _nth_score(
                    sums, min(k, n_best), greatest, is_over, scores, order_here, postings.first_row, time, before, own,
                    group, row_times, groups, allowed, half_life, floor,
                ) - error - ROUNDING  # fmt: skip
                if n_best < k:
                    candidates.guesses[at] = max(0.0, score)
                else:
                    candidates.bars[at] = max(0.0, score)
                needed = max(0.0, score - ROUNDING) / greatest
                n_wanted, _ = _n_left_out(
                    needed, error, n_kept[at], n_postings[at], left_out[at], postings.usual_lengths[tile],
                    postings.greatest_lengths[tile], -1.0,
                )  # fmt: skip
                if n_wanted < n_left_out:
                    more = slice(middle, offsets[at] + n_kept[at, n_wanted])
                    _add_terms(sums, terms[more], values[more], starts, tile_rows, tile_weights)
                    n_left_out, middle = n_wanted, more.stop
            rest = slice(middle, offsets[at + 1])
            length = np.float32(left_out[at, n_left_out])
            lengths = postings.lengths[max(0, n_left_out - 1)]
            n_postings_left_out = (n_postings[at, 0] - n_postings[at, n_left_out]) * (last - first) // postings.n_rows
            n_more = n_postings_left_out // POSTINGS_PER_CANDIDATE + 16
            for piece in range(first_block, first_block + 1 if is_sparse else last_block, PIECE_BLOCKS):
                least_score = max(candidates.bars[at], candidates.guesses[at])
                start, n_blocks = piece * BLOCK_ROWS, min(PIECE_BLOCKS, last_block - piece)
                stop = last if is_sparse else start + n_blocks * BLOCK_ROWS
                sums_here, lengths_here = sums[start - first : stop - first], lengths[start:stop]
                if is_sparse:
                    n_found = _take_terms(
                        sums, terms[kept], starts, tile_rows, lengths_here, length, needed - error, places, knowns
                    )  # fmt: skip
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
                    n_found = _find(sums_here, lengths_here, length, leasts[:n_blocks], is_over, places, knowns)
                n = candidates.counts[at]
                for number_found in range(n_found):
                    place = places[number_found]
                    row = postings.first_row + postings.order[start + place]
                    # Written out: a call that is handed whole tuples costs more than all of this.
                    if not allowed[row] or row == own or groups[row] != group:
                        continue
                    if row_times[row] >= before:  # False where either is unknown
                        continue
                    factor = factor_of(row_times[row] - time, half_life, floor)
                    known = np.float64(knowns[number_found])
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
            if not is_sparse:  # otherwise all were taken
                sums[:] = 0.0
            if may_guess_now:
                n = _n_expected(k, n_seen / n_sampled_of)
                if n < k and n <= candidates.counts[at]:
                    guess = _nth_greatest(lowers[: candidates.counts[at]], n)
                    candidates.guesses[at] = max(guess, candidates.guesses[at])
            if n_tiles == 1 or may_guess_now:
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
