"""
The candidates of a query and their features, in one compiled function. A number room below
`recommender.ranking.features`.

One function from the products to the table, for each return to the interpreter waits for its lock: threads that ask at
the same time would spend more time in waiting than in looking.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.ranking.circles import circles
from recommender.ranking.columns import AT, FEATURES
from recommender.ranking.comparing import compare, measure, of_query, settle
from recommender.ranking.nearby import DAMPED, SIMILARITY, best_rows, best_values, clear, forget, spread
from recommender.ranking.trees import score_of
from recommender.vectors.prefetch import prefetch
from recommender.vectors.sweep import nearest
from recommender.vectors.tfidf import Field

__all__ = ["Asked", "Fields", "look", "sweep_and_look"]

#: The nearest rows that vote for the rows they are listed together with.
_N_VOTERS = 20
#: The nearest rows that say how evenly near the nearest are.
_N_EVEN = 10

#: The fields whose own products are kept, in the order of the columns of `Scratch.compared` behind the first.
_COMPARED = ("title", "excerpt", "title_chars")

#: Rows that are fetched before their turn.
_AHEAD = 8

_N_FEATURES = len(FEATURES)


class Fields(NamedTuple):
    """
    The fields of text.

    Parameters
    ----------
    ends
        Shape (n_fields,): the column of the matrix after the last of each.
    features
        Shape (n_fields,): the feature that is the cosine in each.
    products
        Shape (n_fields,): the column of `Scratch.compared` for the product in each, -1 for none.
    title, excerpt, title_chars
        Their numbers, -1 for one that the site does not have.
    """

    ends: NDArray[np.int64]
    features: NDArray[np.int64]
    products: NDArray[np.int64]
    title: int
    excerpt: int
    title_chars: int

    @classmethod
    @lru_cache(maxsize=16)  # of a class, and of few sites
    def of(cls, fields: tuple[Field, ...]) -> Fields:
        """Those of a catalogue."""
        numbers = {field.name: number for number, field in enumerate(fields)}
        products = np.full(len(fields), -1)
        for column, name in enumerate(_COMPARED, start=1):
            if name in numbers:
                products[numbers[name]] = column
        return cls(
            np.array([field.stop for field in fields], dtype=np.int64),
            np.array([getattr(AT, field.name) for field in fields], dtype=np.int64),
            products,
            *(numbers.get(name, -1) for name in _COMPARED),
        )


class Most(NamedTuple):
    """What some features are a share of: the greatest of all rows, and all voices together."""

    similarity: float
    damped: float
    mean: float
    diffusion: float
    voices: float


class Asked(NamedTuple):
    """A query as the compiled code takes it; see `Query` and `Damping`. `provider` as of `Catalogue.provider_of`."""

    terms: NDArray[np.int32]
    values: NDArray[np.float32]
    time: float
    provider: int
    half_life: float
    floor: float


@numba.njit(nogil=True, cache=True)
def look(
    asked, fields, facts, around, scratch, by_term, near, is_all, listed, gone, barred, n_candidates, lists_propose,
    forest,
):  # fmt: skip
    """
    The candidates of a query, their features, and what trees say of these.

    Parameters
    ----------
    asked, fields, facts, around, scratch, by_term
        The query and the site.
    near
        Shape (n_near,), int32: the rows that it is compared with, ascending.
    is_all
        Whether these are all that are there; their products are in `scratch.compared` already.
    listed
        Rows that are the query, by which others list it.
    gone, barred
        As `nearby.leave_out` gives them.
    n_candidates, lists_propose, forest
        As in `pairs_of`.

    Returns
    -------
    rows, similarities, damped, columns, raw
        The parts of `Pairs`. A column is one stretch of memory: so it is filled, and so the trees read it.
    """
    own = of_query(asked, fields, facts)
    if not is_all:
        measure(near, asked, fields, facts, by_term, scratch.compared)
    near_similarities, near_damped = settle(near, asked, own, fields, facts, scratch)
    n_touched, proposals, best_mean, best_diffusion = spread(near, near_damped, around.starts, around.ends, scratch)
    friends, _ = _ends_of(around.by_starts, around.by_ends, listed, scratch.there)
    mates, n_naming = _ends_of(around.list_starts, around.list_ends, friends, scratch.there)
    may = scratch.may[near]
    found = np.concatenate(
        (
            best_rows(near_damped * may, near, n_candidates),
            best_rows(near_similarities * may, near, n_candidates * 2 // 3),
        )
    )
    if lists_propose:
        found = np.concatenate((found, best_rows(proposals, scratch.touched[:n_touched], n_candidates * 5 // 3)))
        if len(friends):
            linked = np.unique(np.concatenate((friends, mates)))
            weights = np.empty(len(linked))
            for at in range(len(linked)):
                weight = _looked_up(linked[at], mates, n_naming)
                if _place_of(linked[at], friends) >= 0:
                    weight += len(friends)
                weights[at] = weight if scratch.may[linked[at]] else 0.0
            found = np.concatenate((found, best_rows(weights, linked, n_candidates)))
    rows = np.unique(found)
    columns = np.full((_N_FEATURES, len(rows)), np.nan, dtype=np.float32)
    more = np.empty(len(rows), dtype=np.int32)
    n_more = 0
    if not is_all:
        for row in rows:
            if scratch.compared[row, SIMILARITY] == 0.0:
                more[n_more] = row
                n_more += 1
        measure(more[:n_more], asked, fields, facts, by_term, scratch.compared)
        settle(more[:n_more], asked, own, fields, facts, scratch)
    if len(rows):
        compare(rows, asked, own, fields, facts, by_term, columns)
        voters = best_rows(near_damped, near, np.int64(_N_VOTERS))
        voices = scratch.compared[voters, DAMPED]
        circles(rows, around, scratch, voters, voices, facts.times, asked.time, columns)
        evenest = best_values(near_damped, min(_N_EVEN, len(facts.times)))
        most = Most(_greatest(near_similarities), _greatest(near_damped), best_mean, best_diffusion, _sum(voices))
        _fill_in(rows, asked, own, fields, facts, scratch, most, evenest, friends, mates, n_naming, columns)
    similarities, damped = scratch.compared[rows, SIMILARITY], scratch.compared[rows, DAMPED]
    forget(more[:n_more], scratch)
    clear(near, is_all, n_touched, gone, barred, around.starts, around.ends, scratch)
    return rows, similarities, damped, columns, score_of(columns, forest)


@numba.njit(nogil=True, cache=True)
def sweep_and_look(
    sweep, asked, fields, facts, around, scratch, by_term, listed, gone, barred, n_candidates, lists_propose, forest
):  # fmt: skip
    """As `look`, at the rows that are near by a sweep of which the last part is still to come."""
    return look(
        asked, fields, facts, around, scratch, by_term, nearest(sweep), np.bool_(False), listed, gone, barred,
        n_candidates, lists_propose, forest,
    )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _fill_in(rows, asked, own, fields, facts, scratch, most, evenest, friends, mates, n_naming, columns):
    """Fill all features but those of words and circles; parameters as in `look`."""
    evenness = _sum(evenest) / len(evenest) / max(most.damped, 1e-9)
    all_damped = scratch.compared[rows, DAMPED]
    # Taken apart once: in a loop each look into a tuple counts a reference.
    compared, sizes, places = scratch.compared, scratch.sizes, scratch.place
    means, powers, flows = scratch.means, scratch.powers, scratch.flows
    times, providers, qualities, field_terms = facts.times, facts.providers, facts.qualities, facts.field_terms
    title, excerpt = fields.title, fields.excerpt
    for at in range(len(rows)):
        if at + _AHEAD < len(rows):
            ahead = rows[at + _AHEAD]
            prefetch(field_terms, ahead * field_terms.shape[1])
            prefetch(qualities, ahead)
            prefetch(providers, ahead)
            prefetch(times, ahead)
        row = rows[at]
        similarity, damped = compared[row, SIMILARITY], compared[row, DAMPED]
        columns[AT.similarity, at] = similarity
        columns[AT.damped, at] = damped
        columns[AT.similarity_share, at] = similarity / max(most.similarity, 1e-9)
        columns[AT.damped_share, at] = damped / max(most.damped, 1e-9)
        # Each with each, for they are few: the compiler needs seconds for a sort, and has them vectorised.
        n_before = np.int64(0)
        for value in all_damped:
            n_before += np.int64(value > damped)
        columns[AT.damped_rank, at] = np.log1p(np.float64(n_before))
        gap = asked.time - times[row]
        columns[AT.gap_days, at] = gap
        columns[AT.gap_log, at] = np.log1p(abs(gap))
        provider = providers[row]
        if asked.provider != -1 and provider >= 0:
            columns[AT.same_provider, at] = 1.0 if provider == asked.provider else 0.0
        columns[AT.quality, at] = qualities[row]
        columns[AT.title_words, at] = np.log1p(np.float64(field_terms[row, title] if title >= 0 else 0))
        columns[AT.excerpt_words, at] = np.log1p(np.float64(field_terms[row, excerpt] if excerpt >= 0 else 0))
        mean = power = diffusion = 0.0
        place = places[row] - 1
        if place >= 0:
            mean, power, diffusion = means[place], powers[place], flows[place]
        columns[AT.circle_size, at] = sizes[row]
        columns[AT.circle_damped_mean, at] = mean
        columns[AT.circle_damped_mean_share, at] = mean / max(most.mean, 1e-9)
        columns[AT.circle_damped_power, at] = power
        columns[AT.diffusion, at] = diffusion
        columns[AT.diffusion_share, at] = diffusion / max(most.diffusion, 1e-9)
        # The columns are of single precision, the shares are not taken in it.
        columns[AT.circle_damped_max_share, at] = np.float64(columns[AT.circle_damped_max, at]) / max(most.damped, 1e-9)
        columns[AT.votes_share, at] = np.float64(columns[AT.votes, at]) / max(most.voices, 1e-9)
        columns[AT.lists_query, at] = 1.0 if _place_of(row, friends) >= 0 else 0.0
        if len(friends):
            columns[AT.listed_together, at] = _looked_up(row, mates, n_naming) / len(friends)
    columns[AT.query_title_words] = np.log1p(np.float64(own.n_terms[fields.title] if fields.title >= 0 else 0))
    columns[AT.query_excerpt_words] = np.log1p(np.float64(own.n_terms[fields.excerpt] if fields.excerpt >= 0 else 0))
    columns[AT.query_best_similarity] = most.similarity
    columns[AT.query_best_damped] = most.damped
    columns[AT.query_evenness] = evenness
    columns[AT.query_listed_by] = len(friends)


@numba.njit(nogil=True, cache=True)
def _greatest(values):
    """The greatest value, if it is above 0."""
    greatest = 0.0
    for value in values:
        greatest = max(greatest, value)
    return greatest


@numba.njit(nogil=True, cache=True)
def _sum(values):
    """The sum, taken in order."""
    total = 0.0
    for value in values:
        total += value
    return total


@numba.njit(nogil=True, cache=True)
def _ends_of(starts, ends, rows, there):
    """The other ends of some rows' edges that are there, ascending, and how many edges lead to each."""
    n_edges = 0
    for row in rows:
        n_edges += starts[row + 1] - starts[row]
    found = np.empty(n_edges, dtype=np.int64)
    n_found = 0
    for row in rows:
        for edge in range(starts[row], starts[row + 1]):
            if there[ends[edge]]:
                found[n_found] = ends[edge]
                n_found += 1
    found = np.sort(found[:n_found])
    each, counts = np.empty(n_found, dtype=np.int64), np.zeros(n_found)
    n_each = 0
    for at in range(n_found):
        if at == 0 or found[at] != found[at - 1]:
            each[n_each] = found[at]
            n_each += 1
        counts[n_each - 1] += 1.0
    return each[:n_each], counts[:n_each]


@numba.njit(nogil=True, cache=True)
def _place_of(row, known):
    """The place of a row among the known ones, which are ascending; -1 for another."""
    place = np.searchsorted(known, row)
    return place if place < len(known) and known[place] == row else -1


@numba.njit(nogil=True, cache=True)
def _looked_up(row, known, values):
    """The value of a row among the known ones, which are ascending; 0 for another."""
    place = _place_of(row, known)
    return values[place] if place >= 0 else 0.0
