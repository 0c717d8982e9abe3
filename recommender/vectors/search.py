"""
The compiled search of segments. A number room below `recommender.vectors.neighbors`.

While the postings of a query's terms are added up, in whole numbers of 16 bits, a tile's sums stay in the processor's
first cache. What is added is rounded up, so a sum is never below the similarity that it stands for, and over it by no
more than is known. Three bounds keep most of the work away; none of them changes the answer.

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

What may reach the bar is handed to `recommender.vectors.candidates`.
"""

from __future__ import annotations

import numba
import numpy as np

from recommender.vectors.borrowing import borrowed
from recommender.vectors.candidates import make_exact, make_room, nth_greatest, slots_for, thin_out
from recommender.vectors.damping import factor_of, greatest_factor
from recommender.vectors.masks import lowest_bit, over_least
from recommender.vectors.postings import BLOCK_ROWS, N_CLASSES, UNITS, class_of
from recommender.vectors.prefetch import LINE, prefetch

__all__ = ["AHEAD", "MOST_AHEAD", "PIECE_BLOCKS", "find", "room_to_find", "search"]

#: Blocks that are compared before the bar is looked at again.
PIECE_BLOCKS = 32

#: The share of a query's postings, those of its rarest terms, that say a first bar.
FIRST_SHARE = 0.25

#: Terms are left out while what they can add to a usual row stays below this share of what is needed, or so far below
#: it: the rarer a sum of the other terms that leaves it open, the more may be left out. The best of 0.3 to 0.5 and 0.1
#: to 0.25, on every corpus of benchmarks/neighbors.py within the noise.
LEFT_OUT_SHARE, LEFT_OUT_GAP = 0.5, 0.1

#: Left out terms are added up after all once there are more candidates than this many of their postings, each.
POSTINGS_PER_CANDIDATE = 16

#: Where the rows of a tile must be so near that few can be, only those that have one of the query's rarer terms are
#: looked at: while what the others can add to a usual row stays below this share of what is needed, or so far below it.
TOUCHED_SHARE, TOUCHED_GAP = 0.8, 0.1

#: That is done while the rarer terms have at most this share of postings a row; beyond, adding up all is faster.
MOST_TOUCHED = 0.25

#: Of a query with so many terms or more, sums are capped each time that so many are added up, at what stands for 1. Two
#: caps and what rounding adds for three times as many terms are less than 2 ** 16.
CAP_TERMS, CAP = 1024, 30_000

#: Posting lists that are fetched before their turn; of each at most so many postings: the rest of a longer one the
#: processor foresees.
AHEAD, MOST_AHEAD = 4, 512

#: Rounding to six places moves a score by half of this.
ROUNDING = 1e-6


@numba.njit(nogil=True, cache=True)
def _most_over(n_terms):
    """
    A sum over so many terms is at least what it stands for, and less than this over it.

    A product q * w is taken from a factor and a value that are rounded up, and is rounded up itself: so it is less than
    q + w + 1 over. Of a vector of length 1, n values are sqrt(n) together at most.
    """
    return n_terms + 2.0 * np.sqrt(n_terms)


@numba.njit(nogil=True, cache=True)
def _scale_of(n_terms):
    """The sum that stands for 1 where a query has so many terms: the greatest to which rounding can add."""
    return CAP if n_terms >= CAP_TERMS else UNITS - np.ceil(_most_over(n_terms))


@numba.njit(nogil=True, cache=True)
def _factor_of(value, scale):
    """What a value in units is multiplied by, for a product with this value that is divided by 2 ** 16 yet."""
    return np.uint16(np.ceil(np.float64(value) * scale * (65536.0 / UNITS)))


@numba.njit(nogil=True, cache=True)
def _times(length, units):
    """The product of two lengths, rounded down, as `over_least` has it."""
    return (np.uint32(length) * np.uint32(units)) >> np.uint32(16)


@numba.njit(nogil=True, cache=True)
def _below(least):
    """What a sum must be over, so as not to be below the least."""
    return np.uint16(min(max(np.floor(least) - 1.0, 0.0), 65535.0))


@numba.njit(nogil=True, cache=True)
def _add_terms(sums, terms, factors, starts, rows, units):
    """Add the postings of some terms to the sums of a tile."""
    for term in terms:  # a table of all terms: no cache holds it
        prefetch(starts, term)
    for position in range(len(terms)):
        if position + AHEAD < len(terms):
            begin, end = starts[terms[position + AHEAD]], starts[terms[position + AHEAD] + 1]
            for posting in range(begin, min(end, begin + MOST_AHEAD), 2 * LINE):
                prefetch(rows, posting)
                prefetch(units, posting)
        factor, begin, end = np.uint32(factors[position]), starts[terms[position]], starts[terms[position] + 1]
        for posting in range(np.uint64(begin), np.uint64(end)):  # unsigned: no test for a negative index
            product = (factor * np.uint32(units[posting]) + np.uint32(65535)) >> np.uint32(16)
            sums[rows[posting]] += np.uint16(product)
        if position % CAP_TERMS == CAP_TERMS - 1:
            # No similarity is over 1: so no sum outgrows its 16 bits, whatever rounding adds.
            for place in range(len(sums)):
                sums[place] = min(sums[place], np.uint16(CAP))


@numba.njit(nogil=True, cache=True)
def _take_terms(sums, terms, starts, rows, lengths, length, least, places, knowns):
    """
    Take the sums of the rows that have one of some terms; returns how many are over the least, and writes which.

    A sum counts with `length` times the length of its row; that alone is below the least for every row.
    """
    n_places = np.uint64(0)
    for position in range(len(terms)):
        begin, end = starts[terms[position]], starts[terms[position] + 1]
        for posting in range(np.uint64(begin), np.uint64(end)):
            place = rows[posting]
            known = sums[place]
            sums[place] = np.uint16(0)  # met once more with a later term, it is no longer there
            places[n_places], knowns[n_places] = place, known
            n_places += np.uint64(known + _times(length, lengths[place]) > least)
    return n_places


@numba.njit(nogil=True, cache=True)
def room_to_find(n_rows, sums):
    """What `find` needs for so many rows and such sums: `places` and `knowns`."""
    # A place more than there can be: what is not found is written there too.
    return np.empty(n_rows + 1, dtype=np.int32), np.empty(n_rows + 1, dtype=sums.dtype)


@numba.njit(nogil=True, cache=True)
def find(sums, lengths, length, leasts, places, knowns):
    """Where the sums, and `length` times the lengths, are over the least that counts, a number a block."""
    n_places = np.uint64(0)
    for block in range(np.uint64(len(leasts))):
        first = block * np.uint64(BLOCK_ROWS)
        over = over_least(sums, lengths, first, length, leasts[block])
        while over:
            place = first + lowest_bit(over)
            places[n_places], knowns[n_places] = place, sums[place]
            n_places += np.uint64(1)
            over &= over - np.uint64(1)
    return n_places


@numba.njit(nogil=True, cache=True)
def _nth_score(
    sums, n, greatest, places, knowns, scores, order, first_row, time, before, own, group, row_times,
    groups, allowed, half_life, floor,
):  # fmt: skip
    """
    The n-th greatest damped sum of the rows that may answer, as sums are; 0 where there are fewer.

    `greatest` is the greatest factor of damping here. `places` and `knowns` are room for what is found, and
    `scores` for at least n.
    """
    scores[:n] = 0.0
    for start in range(0, len(order), PIECE_BLOCKS * BLOCK_ROWS):
        here = sums[start : min(start + PIECE_BLOCKS * BLOCK_ROWS, len(sums))]
        leasts = np.full(len(here) // BLOCK_ROWS, _below(scores[n - 1] / greatest))
        n_found = find(here, here, np.uint16(0), leasts, places, knowns)
        for number in range(n_found):
            known = np.float64(knowns[number])
            if not known * greatest > scores[n - 1]:
                continue
            row = first_row + order[start + places[number]]
            if not allowed[row] or row == own or groups[row] != group or row_times[row] >= before:
                continue
            score = known * factor_of(row_times[row] - time, half_life, floor)
            rank = n - 1
            if score > scores[rank]:
                while rank > 0 and scores[rank - 1] < score:
                    scores[rank] = scores[rank - 1]
                    rank -= 1
                scores[rank] = score
    return scores[n - 1]


@numba.njit(nogil=True, cache=True)
def _n_left_out(needed, error, n_kept, n_postings, left_out, usual_lengths, greatest_lengths, most_touched):
    """How many classes of common terms are left out in a tile, and whether only rows with a rarer term count."""
    n_left_out, is_sparse = 0, False
    if needed <= error:  # even a row whose sum is 0 could reach it
        return n_left_out, is_sparse
    for n_classes in range(1, N_CLASSES + 1):
        if n_kept[n_classes] == n_kept[n_classes - 1]:
            continue
        most = left_out[n_classes] * usual_lengths[n_classes - 1]
        if most <= max(LEFT_OUT_SHARE * needed, needed - LEFT_OUT_GAP) and not is_sparse:
            n_left_out = n_classes
        if most > max(TOUCHED_SHARE * needed, needed - TOUCHED_GAP):
            break
        # Twice the error: lengths are rounded up too, and `_take_terms` may not find what was taken already.
        is_enough = left_out[n_classes] * greatest_lengths[n_classes - 1] < needed - 2.0 * error
        if is_enough and n_postings[n_classes] <= most_touched:
            n_left_out, is_sparse = n_classes, True
    return n_left_out, is_sparse


@numba.njit(nogil=True, cache=True)
def _by_rarity(n_having, n_rows, queries):
    """
    The terms of each query with the rarest first, query after query, and what it is without its commonest terms.

    Returns
    -------
    offsets
        Shape (n_asked + 1,): where a query begins.
    terms, factors
        Shape (n_entries,): terms, and what values in units are multiplied by.
    scales
        Shape (n_asked,): the sum that stands for 1.
    n_kept, n_postings, left_out
        Shape (n_asked, N_CLASSES + 1): without the terms of the first so many classes, the terms that are left, their
        postings in the whole segment, and the query's length over those that are not.
    """
    n_asked = len(queries.numbers)
    offsets = np.zeros(n_asked + 1, dtype=np.int64)
    for at in range(n_asked):
        number = queries.numbers[at]
        offsets[at + 1] = offsets[at] + queries.indptr[number + 1] - queries.indptr[number]
    terms, factors = np.empty(offsets[-1], dtype=np.int32), np.empty(offsets[-1], dtype=np.uint16)
    scales = np.empty(n_asked)
    n_kept, n_postings = np.zeros((2, n_asked, N_CLASSES + 1), dtype=np.int64)
    left_out = np.zeros((n_asked, N_CLASSES + 1))
    for at in range(n_asked):
        begin, offset = queries.indptr[queries.numbers[at]], offsets[at]
        n_terms = offsets[at + 1] - offset
        scales[at] = _scale_of(n_terms)
        n_with = np.empty(n_terms, dtype=np.int64)
        for position in range(n_terms):
            n_with[position] = n_having[queries.terms[begin + position]]
        order = np.argsort(n_with, kind="mergesort")
        for place in range(n_terms):
            position = begin + order[place]
            terms[offset + place] = queries.terms[position]
            factors[offset + place] = _factor_of(queries.values[position], scales[at])
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
    return offsets, terms, factors, scales, n_kept, n_postings, left_out


@numba.njit(nogil=True, cache=True)
def _n_expected(k, share):
    """
    Of the k best of all rows, how many are among a share of them at most, nearly always.

    Two standard deviations: with three, fewer queries are asked once more, but the bars are lower for all of them; that
    took 2 to 8% longer.
    """
    expected = k * share
    return int(expected + 2.0 * np.sqrt(expected)) + 1


@numba.njit(nogil=True, cache=True)
def search(postings, times, tiles, queries, facts, k, half_life, floor, n_sampled_of, candidates):
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
        All rows, of which the tiles gone through are a sample; 0 for no guess.
    candidates
        Changed in place; those of this segment are exact afterwards.
    """
    sums = np.zeros(postings.tile_rows, dtype=np.uint16)
    room = (
        sums, np.empty(PIECE_BLOCKS, dtype=np.uint16), np.empty(k),
        *room_to_find(max(postings.tile_rows, PIECE_BLOCKS * BLOCK_ROWS), sums), slots_for(queries),
    )  # fmt: skip
    asked = _by_rarity(postings.n_having, postings.n_rows, queries)
    _search_tiles(postings, times, tiles, queries, asked, facts, k, half_life, floor, n_sampled_of, candidates, room)


@numba.njit(nogil=True, cache=True)
def _search_tiles(postings, times, tiles, queries, asked, facts, k, half_life, floor, n_sampled_of, candidates, room):
    """`search`, with what `_by_rarity` returns, and room for sums and for what is found."""
    # For each query in each tile there are two dozen views: to count them took a tenth of the time.
    postings, times, queries, facts = borrowed(postings), borrowed(times), borrowed(queries), borrowed(facts)
    candidates, tiles = borrowed(candidates), borrowed(tiles)
    offsets, terms, factors, scales, n_kept, n_postings, left_out = borrowed(asked)
    sums, leasts, scores, places, knowns, slots = borrowed(room)
    allowed, groups, row_times = facts.allowed, facts.groups, facts.times
    n_places = candidates.rows.shape[1]
    n_tiles, n_seen = 0, 0
    most_touched = MOST_TOUCHED * postings.n_rows
    for tile in tiles:
        first, last = tile * postings.tile_rows, min(postings.n_rows, (tile + 1) * postings.tile_rows)
        first_block, last_block = first // BLOCK_ROWS, (last + BLOCK_ROWS - 1) // BLOCK_ROWS
        starts = postings.starts[tile]
        tile_rows = postings.rows[postings.tile_starts[tile] : postings.tile_starts[tile + 1]]
        tile_units = postings.units[postings.tile_starts[tile] : postings.tile_starts[tile + 1]]
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
            scale = scales[at]
            # Two more for the product of two lengths, each rounded up.
            error = (_most_over(offsets[at + 1] - offsets[at]) + 2.0) / scale
            bar = max(candidates.bars[at], candidates.guesses[at]) - ROUNDING
            greatest = greatest_factor(time, before, earliest, latest, has_unknown, half_life, floor)
            if greatest == 0.0 or bar > greatest * (1.0 + error):
                continue

            may_be_late = latest >= before  # False where either is unknown
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
            _add_terms(sums, terms[kept], factors[kept], starts, tile_rows, tile_units)
            if is_first:
                n_best = _n_expected(k, n_seen / n_sampled_of) if n_sampled_of else k
                score = _nth_score(
                    sums, min(k, n_best), greatest, places, knowns, scores, order_here, postings.first_row,
                    time, before, own, group, row_times, groups, allowed, half_life, floor,
                ) / scale - error - ROUNDING  # fmt: skip
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
                    _add_terms(sums, terms[more], factors[more], starts, tile_rows, tile_units)
                    n_left_out, middle = n_wanted, more.stop
            rest = slice(middle, offsets[at + 1])
            length = _factor_of(left_out[at, n_left_out], scale)
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
                        sums, terms[kept], starts, tile_rows, lengths_here, length, _below(needed * scale - 1.0),
                        places, knowns,
                    )  # fmt: skip
                else:
                    for block in range(n_blocks):
                        factor = greatest
                        if greatest > 1.1 * floor:  # near in time: worth a look at the blocks
                            factor = greatest_factor(
                                time, before, times.earliest[piece + block], times.latest[piece + block],
                                times.has_unknown[piece + block], half_life, floor,
                            )  # fmt: skip
                        # One less for the product of two lengths, which is rounded down.
                        least = (least_score - ROUNDING) / factor * scale - 1.0 if factor > 0.0 else np.inf
                        leasts[block] = _below(least)
                    n_found = find(sums_here, lengths_here, length, leasts[:n_blocks], places, knowns)
                n = candidates.counts[at]
                for number_found in range(n_found):
                    place = places[number_found]
                    row = postings.first_row + postings.order[start + place]
                    # Written out: a call that is handed whole tuples costs more than all of this.
                    if not allowed[row] or row == own or groups[row] != group:
                        continue
                    if may_be_late and row_times[row] >= before:  # False where the row's is unknown
                        continue
                    # Only where they count: the times lie anywhere in memory, and this waits for them.
                    factor = factor_of(row_times[row] - time, half_life, floor) if half_life > 0 else 1.0
                    known = np.float64(knowns[number_found])
                    upper = (known + _times(length, lengths_here[place]) + 1.0) / scale * factor + ROUNDING
                    if upper < least_score:
                        continue
                    rows[n], similarities[n] = row, np.nan
                    lowers[n], uppers[n] = max(0.0, (known / scale - error) * factor - ROUNDING), upper
                    n += 1
                    n_more -= 1
                    if n == n_places:
                        candidates.counts[at] = n
                        make_room(candidates, at, k, postings, queries, facts, half_life, floor, slots)
                        n = candidates.counts[at]
                        least_score = max(candidates.bars[at], candidates.guesses[at])
                candidates.counts[at] = n
                if n_left_out and n_more < 0 and not is_sparse:
                    _add_terms(sums, terms[rest], factors[rest], starts, tile_rows, tile_units)
                    n_left_out, length = 0, np.uint16(0)
            if not is_sparse:  # otherwise all were taken
                sums[: (last_block - first_block) * BLOCK_ROWS] = 0
            if may_guess_now:
                n = _n_expected(k, n_seen / n_sampled_of)
                if n < k and n <= candidates.counts[at]:
                    guess = nth_greatest(lowers[: candidates.counts[at]], n)
                    candidates.guesses[at] = max(guess, candidates.guesses[at])
            if n_tiles == 1 or may_guess_now:
                thin_out(candidates, at, k)
    for at in range(len(queries.numbers)):
        thin_out(candidates, at, k)
        make_exact(candidates, at, postings, queries, facts, half_life, floor, slots)
        thin_out(candidates, at, k)
