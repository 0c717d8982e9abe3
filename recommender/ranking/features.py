"""
What a ranker sees of a pair of articles: named numbers. A number room.

One code serves learning, the batch and the draft: a query with what was there when it asked, its candidates, and a row
of features for each. Three sources of evidence meet here:

- the text of the two, field by field, and their days apart;
- the curated lists around the candidate: how alike the query is to the articles that it is listed together with, how
  many of them are near in time, how fast their circle grows;
- who lists the query already, which a draft has nobody to do.

The query's own list is never looked at. A row that was not there when the query asked is passed over as if it did not
exist, as an end of an edge too. What an article does not have (a date, topics, an excerpt) is missing, NaN, not zero.

Sums run over rows in their order, and a row that is passed over adds an exact zero: so a draft gets, to the last bit,
the features that it has once it is one of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.ranking.rankers import Query
from recommender.vectors.neighbors import Damping, damping_factors

__all__ = ["FAMILIES", "FEATURES", "Feature", "Pairs", "pairs_of"]

Family = Literal["text", "time", "lists", "links", "article"]

#: Families of features, by which contributions are added up for an explanation.
FAMILIES: tuple[Family, ...] = ("text", "time", "lists", "links", "article")


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about a pair: its name, the family it is explained with, and what it means."""

    name: str
    family: Family
    meaning: str


#: In the order of the columns. "Circle": the articles a candidate is listed together with, from either end, and itself.
FEATURES: tuple[Feature, ...] = (
    Feature("similarity", "text", "cosine of the two articles over all fields"),
    Feature("damped", "text", "similarity, damped by the days between the two"),
    Feature("title", "text", "cosine of the titles' words"),
    Feature("excerpt", "text", "cosine of the excerpts' words"),
    Feature("title_chars", "text", "cosine of the titles' character n-grams"),
    Feature("title_bigrams", "text", "cosine of the titles' pairs of neighboring words"),
    Feature("topics", "text", "cosine of the topics, rare ones weighing more"),
    Feature("body", "text", "cosine of the bodies' words"),
    Feature("title_in_excerpt", "text", "cosine of the query's title with the candidate's excerpt"),
    Feature("excerpt_in_title", "text", "cosine of the query's excerpt with the candidate's title"),
    Feature("rarest_word", "text", "inverse document frequency of the rarest title word that both have"),
    Feature(
        "title_share", "text", "share of the query's title that the candidate's title has, words weighted by rarity"
    ),
    Feature("title_names", "text", "inverse document frequencies of the names that both titles have, added up"),
    Feature("title_names_share", "text", "the same, as a share of all names of the query's title"),
    Feature("excerpt_names", "text", "inverse document frequencies of the names that both excerpts have, added up"),
    Feature("similarity_share", "text", "similarity, as a share of the best of the query"),
    Feature("damped_share", "text", "damped similarity, as a share of the best of the query"),
    Feature("damped_rank", "text", "log of the place by damped similarity"),
    Feature("gap_days", "time", "days from the candidate's publication to the query's; negative for a newer candidate"),
    Feature("gap_log", "time", "log of the days between the two"),
    Feature("same_provider", "article", "whether both come from one provider"),
    Feature("quality", "article", "the candidate's quality, as the site has it"),
    Feature("title_words", "article", "log of the candidate's title words"),
    Feature("excerpt_words", "article", "log of the candidate's excerpt words"),
    Feature("query_title_words", "article", "log of the query's title words"),
    Feature("query_excerpt_words", "article", "log of the query's excerpt words"),
    Feature("query_best_similarity", "text", "similarity of the query's most similar article"),
    Feature("query_best_damped", "text", "damped similarity of the query's nearest article"),
    Feature("query_evenness", "text", "mean damped similarity of the ten nearest, as a share of the nearest"),
    Feature("circle_size", "lists", "articles that the candidate is listed together with"),
    Feature("circle_damped_mean", "lists", "mean damped similarity of the circle to the query"),
    Feature("circle_damped_mean_share", "lists", "the same, as a share of the best circle"),
    Feature("circle_damped_max", "lists", "greatest damped similarity in the circle"),
    Feature("circle_damped_max_share", "lists", "the same, as a share of the query's nearest"),
    Feature(
        "circle_damped_power",
        "lists",
        "power mean (4) of the damped similarities, unnormalised: weight of the best few",
    ),
    Feature("circle_mean", "lists", "mean similarity of the circle to the query"),
    Feature("circle_max", "lists", "greatest similarity in the circle"),
    Feature("circle_top3", "lists", "mean of the three greatest similarities in the circle"),
    Feature("circle_words_mean", "lists", "mean cosine of words (titles and excerpts) over the circle"),
    Feature("circle_words_max", "lists", "greatest cosine of words in the circle"),
    Feature("circle_chars_mean", "lists", "mean cosine of title character n-grams over the circle"),
    Feature("circle_chars_max", "lists", "greatest cosine of title character n-grams in the circle"),
    Feature("diffusion", "lists", "damped similarity, spread three steps along the lists"),
    Feature("diffusion_share", "lists", "the same, as a share of the best"),
    Feature("votes", "lists", "damped similarity of the query's twenty nearest that are in the circle, added up"),
    Feature("votes_share", "lists", "the same, as a share of what all twenty have"),
    Feature("nearest_share", "lists", "share of the circle that is among the query's twenty nearest"),
    Feature("votes_of_lists", "lists", "votes of the nearest whose own lists name the candidate"),
    Feature("votes_by_lists", "lists", "votes of the nearest that the candidate's own list names"),
    Feature("circle_near_3", "lists", "share of the circle within 3 days of the query"),
    Feature("circle_near_14", "lists", "articles of the circle within 14 days of the query"),
    Feature("circle_near_30", "lists", "share of the circle within 30 days of the query"),
    Feature("circle_near_90", "lists", "share of the circle within 90 days of the query"),
    Feature("circle_newest", "lists", "days from the newest of the circle to the query"),
    Feature("lists_query", "links", "whether the candidate lists the query"),
    Feature("listed_together", "links", "share of the articles that list the query which list the candidate too"),
    Feature("query_listed_by", "links", "articles that list the query"),
)

_COLUMN = {feature.name: column for column, feature in enumerate(FEATURES)}

#: The nearest rows that vote for the rows they are listed together with.
_N_VOTERS = 20
#: Steps of the diffusion, and the part of it that stays with the text at each.
_N_STEPS, _STAYS = 3, 0.4
#: Windows around the query, in days.
_WINDOWS = (3.0, 14.0, 30.0, 90.0)


@dataclass(frozen=True, slots=True)
class Pairs:
    """
    A query's candidates with what a ranker sees of them.

    Parameters
    ----------
    rows
        Shape (n_candidates,), ascending.
    similarities, damped
        Shape (n_candidates,): cosine, and damped by the days between.
    table
        Shape (n_candidates, len(FEATURES)), float32, NaN where a value is missing.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]
    damped: NDArray[np.float64]
    table: NDArray[np.float32]


def pairs_of(
    query: Query,
    catalogue: Catalogue,
    graph: CurationGraph,
    allowed: NDArray[np.bool_],
    damping: Damping,
    n_candidates: int,
    lists_propose: bool = True,
) -> Pairs:
    """
    The candidates of a query and their features.

    Candidates are the nearest by damped similarity, the nearest by similarity, those whose circle is nearest, and those
    that list the query or are listed together with it.

    Parameters
    ----------
    query
        Its `before`, where it has one, hides all that was not there by then: as a candidate, as a neighbor, and as an
        end of an edge.
    catalogue, graph
        All rows and all lists.
    allowed
        Shape (n_rows,): rows that may be candidates.
    damping
        How similarity fades with the days between.
    n_candidates
        Nearest rows to take by damped similarity; the other ways scale with it.
    lists_propose
        Whether the curated lists bring in candidates, or the text alone does.
    """
    n_rows = catalogue.n_rows
    there = catalogue.is_alive & (catalogue.groups == query.group)
    there[query.own] = False
    if query.row >= 0:
        there[query.row] = False
    if not np.isnan(query.before):
        there &= ~(catalogue.times >= query.before)
    may = there & allowed
    may[query.hidden] = False

    text = _text(query, catalogue)
    similarity = np.minimum(np.rint(text.joined * 1e6) / 1e6, 1.0) * there
    gap = query.time - catalogue.times
    damped = similarity * damping_factors(gap, damping)
    words, chars = text.words * there, text.chars * there

    arrays = graph.arrays
    near = arrays.together
    size, circle_sum, circle_fourth, diffusion = _spread(near.starts, near.ends, there, damped)
    circle_mean = (circle_sum + damped) / (size + 1.0)
    circle_power = np.sqrt(np.sqrt(circle_fourth + damped**4))

    links = np.zeros(n_rows)
    together = np.zeros(n_rows)
    # As of a moment nobody lists the query yet; a draft that stands in for a known row has that row's friends.
    if np.isnan(query.before):
        for own in query.own if len(query.own) else ([query.row] if query.row >= 0 else []):
            links[arrays.listed_by.of(int(own))] = 1.0
        links *= there
        for friend in np.flatnonzero(links):
            together[arrays.lists.of(int(friend))] += 1.0
        together *= there
    n_links = links.sum()

    chosen = np.zeros(n_rows, dtype=bool)
    _take(chosen, damped * may, n_candidates)
    _take(chosen, similarity * may, n_candidates * 2 // 3)
    if lists_propose:
        _take(chosen, (0.5 * circle_mean + 0.25 * circle_power + 0.3 * diffusion) * may, n_candidates * 5 // 3)
        _take(chosen, (n_links * links + together) * may, n_candidates)
    rows = np.flatnonzero(chosen)
    table = np.full((len(rows), len(FEATURES)), np.nan, dtype=np.float32)
    if not len(rows):
        return Pairs(rows, similarity[rows], damped[rows], table)

    def put(name: str, values: NDArray[np.float64] | float) -> None:
        table[:, _COLUMN[name]] = values

    best_similarity, best_damped = similarity.max(), damped.max()
    put("similarity", similarity[rows])
    put("damped", damped[rows])
    for name, values in text.fields.items():
        put(name, values[rows])
    put("rarest_word", text.rarest[rows])
    put("title_share", text.title_share[rows])
    for name, values in text.names.items():
        put(name, values[rows])
    put("similarity_share", similarity[rows] / max(best_similarity, 1e-9))
    put("damped_share", damped[rows] / max(best_damped, 1e-9))
    put("damped_rank", np.log1p(_places(damped[rows])))
    put("gap_days", gap[rows])
    put("gap_log", np.log1p(np.abs(gap[rows])))
    provider = catalogue.provider_of(query.article)
    if provider != -1:
        theirs = catalogue.providers[rows]
        put("same_provider", np.where(theirs < 0, np.nan, theirs == provider))
    put("quality", catalogue.qualities[rows])
    put("title_words", np.log1p(catalogue.terms_in("title")[rows]))
    put("excerpt_words", np.log1p(catalogue.terms_in("excerpt")[rows]))
    put("query_title_words", np.log1p(text.n_title))
    put("query_excerpt_words", np.log1p(text.n_excerpt))
    put("query_best_similarity", best_similarity)
    put("query_best_damped", best_damped)
    n_best = min(10, n_rows)
    put("query_evenness", np.partition(damped, n_rows - n_best)[-n_best:].mean() / max(best_damped, 1e-9))

    voters = np.zeros(n_rows)
    nearest = np.zeros(n_rows, dtype=bool)
    _take(nearest, damped, _N_VOTERS)
    voters[nearest] = damped[nearest]
    circle = _circles(
        rows, near.starts, near.ends, arrays.lists.starts, arrays.lists.ends, arrays.listed_by.starts,
        arrays.listed_by.ends, there, damped, similarity, words, chars, voters, gap,
    )  # fmt: skip
    put("circle_size", size[rows])
    put("circle_damped_mean", circle_mean[rows])
    put("circle_damped_mean_share", circle_mean[rows] / max(circle_mean.max(), 1e-9))
    put("circle_damped_power", circle_power[rows])
    put("diffusion", diffusion[rows])
    put("diffusion_share", diffusion[rows] / max(diffusion.max(), 1e-9))
    for column, name in enumerate(_OF_CIRCLES):
        put(name, circle[:, column])
    put("circle_damped_max_share", table[:, _COLUMN["circle_damped_max"]] / max(best_damped, 1e-9))
    put("votes_share", table[:, _COLUMN["votes"]] / max(voters.sum(), 1e-9))
    put("lists_query", links[rows])
    if n_links:
        put("listed_together", together[rows] / n_links)
    put("query_listed_by", n_links)
    return Pairs(rows, similarity[rows], damped[rows], table)


@dataclass(frozen=True, slots=True)
class _Text:
    """The query's text against every row's; all arrays of shape (n_rows,)."""

    joined: NDArray[np.float64]
    fields: dict[str, NDArray[np.float64]]
    words: NDArray[np.float64]
    chars: NDArray[np.float64]
    rarest: NDArray[np.float64]
    title_share: NDArray[np.float64]
    names: dict[str, NDArray[np.float64]]
    n_title: int
    n_excerpt: int


def _text(query: Query, catalogue: Catalogue) -> _Text:
    """Products of the query with all rows, field by field, by the postings of the query's terms alone."""
    n_rows = catalogue.n_rows
    terms, values = query.vector.indices, query.vector.data
    joined = np.zeros(n_rows)
    fields: dict[str, NDArray[np.float64]] = {}
    parts: dict[str, tuple[NDArray[np.int32], NDArray[np.float32], float]] = {}
    for number, field in enumerate(catalogue.fields):
        first, last = np.searchsorted(terms, [field.start, field.stop])
        own_terms, own_values = terms[first:last], values[first:last]
        length = float(np.sqrt(np.square(own_values.astype(np.float64)).sum()))
        parts[field.name] = (own_terms, own_values, length)
        if last > first:
            products = catalogue.index.products(own_terms, own_values)
            joined += products
            # NaN where the row has nothing in the field: its length is 0.
            fields[field.name] = _ratio(products, length * catalogue.field_lengths[:, number])
        else:
            fields[field.name] = np.full(n_rows, np.nan)

    numbers = {field.name: number for number, field in enumerate(catalogue.fields)}
    no_terms = terms[:0]
    rarest = np.full(n_rows, np.nan)
    title_share = np.full(n_rows, np.nan)
    for name, here, there in (("title_in_excerpt", "title", "excerpt"), ("excerpt_in_title", "excerpt", "title")):
        if here in numbers and there in numbers and len(parts[here][0]):
            own_terms, own_values, length = parts[here]
            across = catalogue.twins[own_terms]
            known = across >= 0
            products = catalogue.index.products(across[known], own_values[known])
            fields[name] = _ratio(products, length * catalogue.field_lengths[:, numbers[there]])
    if "title" in numbers and len(parts["title"][0]):
        own_terms = parts["title"][0]
        rarity = catalogue.frequencies[own_terms].astype(np.float64)
        has_title = catalogue.field_lengths[:, numbers["title"]] > 0
        most, total = catalogue.index.rarities(own_terms, rarity)
        rarest[has_title] = most[has_title]
        title_share[has_title] = total[has_title] / rarity.sum()
    names: dict[str, NDArray[np.float64]] = {}
    for name in ("title", "excerpt"):
        own_terms = parts[name][0] if name in parts else no_terms
        own_names = own_terms[catalogue.is_name[own_terms]]
        if len(own_names):
            rarity = catalogue.frequencies[own_names].astype(np.float64)
            _, names[f"{name}_names"] = catalogue.index.rarities(own_names, rarity)
            if name == "title":
                names["title_names_share"] = names["title_names"] / rarity.sum()
    nothing = np.zeros(n_rows)
    title, excerpt = fields.get("title", nothing), fields.get("excerpt", nothing)
    return _Text(
        joined,
        fields,
        0.5 * (np.nan_to_num(title) + np.nan_to_num(excerpt)),
        np.nan_to_num(fields.get("title_chars", nothing)),
        rarest,
        title_share,
        names,
        len(parts["title"][0]) if "title" in parts else 0,
        len(parts["excerpt"][0]) if "excerpt" in parts else 0,
    )


def _ratio(products: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosines from products and lengths; NaN where a length is 0."""
    ratios: NDArray[np.float64] = np.full(len(products), np.nan)
    np.divide(products, lengths, out=ratios, where=lengths > 0)
    return ratios


def _take(chosen: NDArray[np.bool_], values: NDArray[np.float64], n: int) -> None:
    """Mark the n rows with the greatest values above 0; of rows that tie for the last place, all, up to 2 n in all."""
    bar = np.partition(values, len(values) - n)[len(values) - n] if n < len(values) else 0.0
    if bar <= 0.0:
        chosen |= values > 0.0
        return
    found = np.flatnonzero(values >= bar)
    if len(found) > 2 * n:
        found = np.concatenate([found[values[found] > bar], found[values[found] == bar]])[: 2 * n]
    chosen[found] = True


def _places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many of the values are greater than each; shape as given."""
    return len(values) - np.searchsorted(np.sort(values), values, side="right").astype(float)


@numba.njit(nogil=True, cache=True)
def _spread(starts, ends, there, damped):  # type: ignore[no-untyped-def]  # compiled
    """Of each circle: how many are there, their damped similarities added up, to the fourth power, and diffused."""
    n_rows = len(there)
    size, total, fourth = np.zeros(n_rows), np.zeros(n_rows), np.zeros(n_rows)
    for row in range(n_rows):
        for edge in range(starts[row], starts[row + 1]):
            end = ends[edge]
            # A row that is not there has similarity 0: only the count has to ask.
            value = damped[end]
            size[row] += 1.0 if there[end] else 0.0
            total[row] += value
            fourth[row] += value * value * value * value
    now = damped.copy()
    share = np.empty(n_rows)
    for _ in range(_N_STEPS):
        for row in range(n_rows):
            share[row] = now[row] / max(size[row], 1.0)
        for row in range(n_rows):
            flow = 0.0
            if there[row]:
                for edge in range(starts[row], starts[row + 1]):
                    flow += share[ends[edge]]
            now[row] = _STAYS * damped[row] + (1.0 - _STAYS) * flow
    return size, total, fourth, now


#: What `_circles` gives, in the order of its columns.
_OF_CIRCLES = (
    "circle_damped_max", "circle_mean", "circle_max", "circle_top3", "circle_words_mean", "circle_words_max",
    "circle_chars_mean", "circle_chars_max", "votes", "nearest_share", "votes_of_lists", "votes_by_lists",
    "circle_near_3", "circle_near_14", "circle_near_30", "circle_near_90", "circle_newest",
)  # fmt: skip
_N_OF_CIRCLES = len(_OF_CIRCLES)


@numba.njit(nogil=True, cache=True)
def _circles(  # type: ignore[no-untyped-def]  # compiled
    rows, starts, ends, list_starts, list_ends, by_starts, by_ends, there, damped, similarity, words, chars, voters, gap
):
    """The columns of `_OF_CIRCLES` for each candidate; shape (n_candidates, len(_OF_CIRCLES))."""
    out = np.empty((len(rows), _N_OF_CIRCLES))
    for place in range(len(rows)):
        row = rows[place]
        size = 1.0
        damped_max, sum_, first, second, third = damped[row], similarity[row], similarity[row], 0.0, 0.0
        words_sum, words_max, chars_sum, chars_max = words[row], words[row], chars[row], chars[row]
        votes, n_voters = 0.0, 1.0 if voters[row] > 0 else 0.0
        n_dated, newest = 0.0, np.inf
        near_3 = near_14 = near_30 = near_90 = 0.0
        for edge in range(starts[row] - 1, starts[row + 1]):
            # The candidate itself first: it belongs to its circle.
            end = row if edge < starts[row] else ends[edge]
            if not there[end]:
                continue
            if not np.isnan(gap[end]):
                n_dated += 1.0
                newest = min(newest, gap[end])
                days = abs(gap[end])
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
            words_sum += words[end]
            words_max = max(words_max, words[end])
            chars_sum += chars[end]
            chars_max = max(chars_max, chars[end])
            if voters[end] > 0:
                votes += voters[end]
                n_voters += 1.0
        of_lists = 0.0
        for edge in range(by_starts[row], by_starts[row + 1]):
            of_lists += voters[by_ends[edge]]
        by_lists = 0.0
        for edge in range(list_starts[row], list_starts[row + 1]):
            by_lists += voters[list_ends[edge]]
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
    return out
