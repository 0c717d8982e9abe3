"""
What the circle of articles that lists bind to a candidate has in common with a query: a compiled loop. A number room
below `recommender.ranking.features`, above `recommender.ranking.nearby`, which has the rows that are near.
"""

from __future__ import annotations

import numba
import numpy as np

from recommender.ranking.columns import AT
from recommender.ranking.nearby import CHARS, DAMPED, SIMILARITY, WORDS
from recommender.vectors.prefetch import LINE, prefetch

__all__ = ["circles"]

#: Candidates whose edges are fetched before their turn.
_AHEAD = 8

#: Windows around the query, in days.
_WINDOWS = (3.0, 14.0, 30.0, 90.0)


@numba.njit(nogil=True, cache=True)
def circles(rows, around, scratch, voters, voices, times, time, table):
    """
    Fill the features of the circles of some rows.

    Parameters
    ----------
    rows
        Shape (n_candidates,): rows that are there.
    around
        The edges; see `nearby.Surroundings`.
    scratch
        What is there, and what is known of it.
    voters, voices
        Shape (n_voters,): the nearest rows, and their damped similarities, above 0.
    times, time
        Of all rows, and of the query.
    table
        Shape (n_features, n_candidates).
    """
    there, compared, is_sharing = scratch.there, scratch.compared, scratch.is_sharing
    voice, is_voting = scratch.voice, scratch.is_voting
    for at in range(len(voters)):
        voice[voters[at]] = voices[at]
        is_voting[voters[at] >> 5] |= np.uint32(1) << np.uint32(voters[at] & 31)
    starts, ends, list_starts, list_ends, by_starts, by_ends = around
    largest = 0
    for row in rows:
        largest = max(largest, starts[row + 1] - starts[row])
    # A place more than there can be: what is left out is written there too.
    sharing = np.empty(largest + 1, dtype=np.int32)
    for at in range(len(rows)):
        if at + _AHEAD < len(rows):
            ahead = rows[at + _AHEAD]
            prefetch(ends, starts[ahead])
            prefetch(ends, starts[ahead] + LINE)
            prefetch(list_ends, list_starts[ahead])
            prefetch(by_ends, by_starts[ahead])
        row = rows[at]
        # The candidate itself belongs to its circle.
        size, n_dated, newest = 1, 0, np.inf
        near_3 = near_14 = near_30 = near_90 = 0
        gap = time - times[row]
        if not np.isnan(gap):
            n_dated, newest = 1, gap
            near_3, near_14 = int(abs(gap) <= _WINDOWS[0]), int(abs(gap) <= _WINDOWS[1])
            near_30, near_90 = int(abs(gap) <= _WINDOWS[2]), int(abs(gap) <= _WINDOWS[3])
        n_sharing = np.uint64(0)
        for edge in range(np.uint64(starts[row]), np.uint64(starts[row + 1])):
            # Without a branch; an unknown gap is NaN, within no window and not the least.
            end = np.uint64(ends[edge])
            is_there, gap = int(there[end]), time - times[end]
            days = abs(gap)
            size += is_there
            n_dated += is_there & int(gap == gap)
            near_3 += is_there & int(days <= _WINDOWS[0])
            near_14 += is_there & int(days <= _WINDOWS[1])
            near_30 += is_there & int(days <= _WINDOWS[2])
            near_90 += is_there & int(days <= _WINDOWS[3])
            newest = gap if is_there & int(gap < newest) else newest
            # What has nothing in common with the query adds 0 to all that follows.
            sharing[n_sharing] = end
            n_sharing += np.uint64(is_sharing[end])
        damped_max = compared[row, DAMPED]
        sum_ = first = compared[row, SIMILARITY]
        second = third = 0.0
        words_sum = words_max = compared[row, WORDS]
        chars_sum = chars_max = compared[row, CHARS]
        votes, n_voters = 0.0, 1.0 if voice[row] > 0 else 0.0
        for number in range(n_sharing):
            end = sharing[number]
            damped_max = max(damped_max, compared[end, DAMPED])
            value = compared[end, SIMILARITY]
            sum_ += value
            if value > first:
                first, second, third = value, first, second
            elif value > second:
                second, third = value, second
            elif value > third:
                third = value
            words_sum += compared[end, WORDS]
            words_max = max(words_max, compared[end, WORDS])
            chars_sum += compared[end, CHARS]
            chars_max = max(chars_max, compared[end, CHARS])
            if voice[end] > 0:
                votes += voice[end]
                n_voters += 1.0
        of_lists = _votes(by_starts[row], by_starts[row + 1], by_ends, voice, is_voting)
        by_lists = _votes(list_starts[row], list_starts[row + 1], list_ends, voice, is_voting)
        table[AT.circle_damped_max, at] = damped_max
        table[AT.circle_mean, at] = sum_ / size
        table[AT.circle_max, at] = first
        table[AT.circle_top3, at] = (first + second + third) / min(size, 3)
        table[AT.circle_words_mean, at] = words_sum / size
        table[AT.circle_words_max, at] = words_max
        table[AT.circle_chars_mean, at] = chars_sum / size
        table[AT.circle_chars_max, at] = chars_max
        table[AT.votes, at] = votes
        table[AT.nearest_share, at] = n_voters / size
        table[AT.votes_of_lists, at] = of_lists
        table[AT.votes_by_lists, at] = by_lists
        if n_dated > 0:
            table[AT.circle_near_3, at] = near_3 / n_dated
            table[AT.circle_near_14, at] = near_14
            table[AT.circle_near_30, at] = near_30 / n_dated
            table[AT.circle_near_90, at] = near_90 / n_dated
            table[AT.circle_newest, at] = newest
    for voter in voters:
        voice[voter] = 0.0
        is_voting[voter >> 5] = 0


@numba.njit(nogil=True, cache=True)
def _votes(begin, end, ends, voice, is_voting):
    """The voices at the other ends of some edges, added up."""
    total = 0.0
    for edge in range(np.uint64(begin), np.uint64(end)):
        other = np.uint32(ends[edge])
        if (is_voting[other >> np.uint32(5)] >> (other & np.uint32(31))) & np.uint32(1):
            total += voice[other]
    return total
