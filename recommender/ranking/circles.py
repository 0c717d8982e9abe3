"""
What a candidate, and the circle of articles that lists bind it to, have in common with a query: compiled loops. A
number room below `recommender.ranking.features`, above `recommender.ranking.nearby`, which has the rows that are near.
"""

from __future__ import annotations

import numba
import numpy as np

from recommender.ranking.nearby import SHARING, TITLE

__all__ = ["CIRCLE_FEATURES", "circles", "compare"]

#: What `circles` gives, in the order of its columns.
CIRCLE_FEATURES = (
    "circle_damped_max", "circle_mean", "circle_max", "circle_top3", "circle_words_mean", "circle_words_max",
    "circle_chars_mean", "circle_chars_max", "votes", "nearest_share", "votes_of_lists", "votes_by_lists",
    "circle_near_3", "circle_near_14", "circle_near_30", "circle_near_90", "circle_newest",
)  # fmt: skip
_N_OF_CIRCLES = len(CIRCLE_FEATURES)

#: Windows around the query, in days.
_WINDOWS = (3.0, 14.0, 30.0, 90.0)

#: Columns of `Scratch.products` once `circles` has been at a row: its similarity, cosine of words, damped similarity
#: and cosine of characters stand side by side.
_SIMILARITY, _WORDS, _DAMPED, _CHARS = range(4)
#: What `Scratch.mark` then says of it.
_DONE = 2


@numba.njit(nogil=True, cache=True)
def compare(
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


@numba.njit(nogil=True, cache=True)
def _make_cosines(rows, starts, ends, scratch, numbers, lengths, field_lengths):
    """For the circles of some rows, put side by side in `products` what is asked of each row."""
    products, similarity, damped, mark = scratch.products, scratch.similarity, scratch.damped, scratch.mark
    cosines = np.zeros(3)
    for row in rows:
        for edge in range(starts[row] - 1, starts[row + 1]):
            end = row if edge < starts[row] else ends[edge]
            if mark[end] != SHARING:
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
def circles(rows, around, scratch, voters, voices, times, time, numbers, lengths, field_lengths):
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
