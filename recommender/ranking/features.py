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

On a site of more than `N_ALL` rows the query is compared with the `N_LOCAL` nearest by damped similarity and the
`N_SIMILAR` nearest by similarity alone, as the terms say that not more than about an eighth of the articles have; the
commoner ones are most of the work and hardly ever change who is near (measured for 40 drafts on a made site of 100,000,
with 2,048 and 512 rows: of what are the nearest 150 and the most similar 100 by all terms, 0.9998 and all are there).
Candidates by text are chosen among these, by their exact similarity. Only these are spread along the lists, and they
and the candidates alone count in circles: all other similarities are 0 there, and what the first steps of the diffusion
bring to other rows does not flow on. Days, sizes and links are of all rows at any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.catalogue import Catalogue
from recommender.ranking.circles import CIRCLE_FEATURES, circles, compare
from recommender.ranking.curation import CurationGraph, Edges
from recommender.ranking.nearby import (
    DIFFUSION,
    MEAN,
    POWER,
    TITLE,
    Scratch,
    Surroundings,
    best_rows,
    best_values,
    damp,
    measure,
    present,
    rows_there,
    scratch_of,
    spread,
    start_anew,
    sums_of,
    values_by_term,
)
from recommender.ranking.rankers import Query
from recommender.vectors.damping import Damping
from recommender.vectors.postings import frozen

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

#: With more rows than this that are there, the query is compared with the nearest only.
N_ALL = 8192
#: How many these are by damped similarity, and how many by similarity. With no more than these compared among azure's
#: 4,617 articles, nDCG@10 of the learned ranker is 0.553 where it is 0.555 with all; with 512 and 128 it is 0.540.
N_LOCAL, N_SIMILAR = 1024, 256
#: The idf of a term that about an eighth of the articles have; those that are commoner do not choose who is near.
_LEAST_IDF = 1.0 + np.log(8.0)
#: ... but where the others have less than this share of the query's squared length, all terms do.
_LEAST_SHARE = 0.5

#: The nearest rows that vote for the rows they are listed together with.
_N_VOTERS = 20


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
    scratch = scratch_of(catalogue.n_rows)
    start_anew(scratch)
    there, may = scratch.there, scratch.may
    times = catalogue.times
    n_there = present(
        catalogue.is_alive, catalogue.groups, times, frozen(allowed), query.group, query.before, query.row, query.own,
        query.hidden, there, may,
    )  # fmt: skip
    text = _Text.of(query, catalogue)
    near, similarity, damped = _compared(query, text, n_there, catalogue, damping, scratch)
    best_similarity, best_damped = float(similarity.max(initial=0.0)), float(damped.max(initial=0.0))

    arrays = graph.arrays
    around = Surroundings(
        arrays.together.starts, arrays.together.ends, arrays.lists.starts, arrays.lists.ends,
        arrays.listed_by.starts, arrays.listed_by.ends,
    )  # fmt: skip
    touched, proposals, best_mean, best_diffusion = spread(near, damped, around.starts, around.ends, scratch)
    # As of a moment nobody lists the query yet; a draft that stands in for a known row has that row's friends.
    own = query.own if len(query.own) else np.array([query.row] if query.row >= 0 else [], dtype=np.int64)
    friends = _ends(arrays.listed_by, own if np.isnan(query.before) else own[:0], there)[0]
    mates, n_naming = _ends(arrays.lists, friends, there)
    n_links = len(friends)

    may_near = may[near]
    chosen = [
        best_rows(damped * may_near, near, n_candidates),
        best_rows(similarity * may_near, near, n_candidates * 2 // 3),
    ]
    if lists_propose:
        chosen.append(best_rows(proposals, touched, n_candidates * 5 // 3))
        if n_links:
            linked = np.union1d(friends, mates)
            weight = n_links * np.isin(linked, friends) + _looked_up(linked, mates, n_naming)
            chosen.append(best_rows(weight * may[linked], linked, n_candidates))
    rows = np.unique(np.concatenate(chosen))
    # A column is one stretch of memory: so it is filled, and so the trees read it.
    columns = np.full((len(FEATURES), len(rows)), np.nan, dtype=np.float32)
    if not len(rows):
        return Pairs(rows, np.zeros(0), np.zeros(0), columns.T)
    if n_there > N_ALL:
        _compare_more(rows[scratch.similarity[rows] == 0.0], query, text, catalogue, damping, scratch)
    own_similarity, own_damped = scratch.similarity[rows], scratch.damped[rows]

    def put(name: str, values: NDArray[np.float64] | float) -> None:
        columns[_COLUMN[name]] = values

    put("similarity", own_similarity)
    put("damped", own_damped)
    for name, values in text.of_rows(rows, catalogue).items():
        put(name, values)
    put("similarity_share", own_similarity / max(best_similarity, 1e-9))
    put("damped_share", own_damped / max(best_damped, 1e-9))
    put("damped_rank", np.log1p(_places(own_damped)))
    gap = query.time - times[rows]
    put("gap_days", gap)
    put("gap_log", np.log1p(np.abs(gap)))
    provider = catalogue.provider_of(query.article)
    if provider != -1:
        theirs = catalogue.providers[rows]
        put("same_provider", np.where(theirs < 0, np.nan, theirs == provider))
    put("quality", catalogue.qualities[rows])
    put("title_words", np.log1p(catalogue.terms_in("title")[rows]))
    put("excerpt_words", np.log1p(catalogue.terms_in("excerpt")[rows]))
    put("query_title_words", np.log1p(text.n_terms("title")))
    put("query_excerpt_words", np.log1p(text.n_terms("excerpt")))
    put("query_best_similarity", best_similarity)
    put("query_best_damped", best_damped)
    put("query_evenness", best_values(damped, min(10, len(there))).mean() / max(best_damped, 1e-9))

    voters = best_rows(damped, near, _N_VOTERS)
    voices = scratch.damped[voters]
    circle = circles(
        rows,
        around,
        scratch,
        voters,
        voices,
        times,
        query.time,
        text.compared,
        text.lengths,
        catalogue.field_lengths,
    )
    for column, name in enumerate(CIRCLE_FEATURES):
        put(name, circle[:, column])
    sums = sums_of(rows, scratch)
    put("circle_size", scratch.sizes[rows])
    put("circle_damped_mean", sums[:, MEAN])
    put("circle_damped_mean_share", sums[:, MEAN] / max(best_mean, 1e-9))
    put("circle_damped_power", sums[:, POWER])
    put("diffusion", sums[:, DIFFUSION])
    put("diffusion_share", sums[:, DIFFUSION] / max(best_diffusion, 1e-9))
    # The columns of the table are of single precision, the shares are not taken in it.
    put("circle_damped_max_share", columns[_COLUMN["circle_damped_max"]] / np.float64(max(best_damped, 1e-9)))
    put("votes_share", columns[_COLUMN["votes"]] / np.float64(max(voices.sum(), 1e-9)))
    put("lists_query", np.isin(rows, friends).astype(np.float64) if n_links else 0.0)
    if n_links:
        put("listed_together", _looked_up(rows, mates, n_naming) / n_links)
    put("query_listed_by", n_links)
    return Pairs(rows, own_similarity, own_damped, columns.T)


def _compared(
    query: Query, text: _Text, n_there: int, catalogue: Catalogue, damping: Damping, scratch: Scratch
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """
    Compare the query with all rows that are there, or on a large site with the nearest.

    Returns
    -------
    rows, similarities, damped
        Shape (n_near,), the rows ascending.
    """
    if is_all := n_there <= N_ALL:
        catalogue.index.products(text.terms, text.values, text.parts, text.columns, scratch.products)
        rows = rows_there(scratch.there, n_there)
    else:
        terms, values = text.telling(catalogue.frequencies)
        rows = catalogue.index.nearest_rows(
            terms, values, N_LOCAL, N_SIMILAR, there=scratch.there, times=catalogue.times, time=query.time,
            damping=damping,
        )  # fmt: skip
        text.measure(rows, catalogue, scratch)
    both = damp(rows, is_all, catalogue.times, query.time, damping.half_life, damping.floor, scratch)
    return rows, both[0], both[1]


def _compare_more(
    rows: NDArray[np.int64], query: Query, text: _Text, catalogue: Catalogue, damping: Damping, scratch: Scratch
) -> None:
    """Compare the query with candidates that are none of the nearest."""
    others = rows.astype(np.int32)
    text.measure(others, catalogue, scratch)
    damp(others, False, catalogue.times, query.time, damping.half_life, damping.floor, scratch)


@dataclass(frozen=True, slots=True)
class _Text:
    """
    The query's text, ready to be compared with rows.

    Parameters
    ----------
    terms, values
        Shape (n_query_terms,), sorted.
    parts
        Shape (n_fields + 1,): where the terms of each field begin.
    lengths
        Shape (n_fields,): of the query's part in each field.
    numbers
        The number of each field by name.
    compared
        Shape (3,): the numbers of the fields whose products with all rows are kept, in the order of the columns of
        `Scratch.products`; -1 for one that the query has nothing in.
    columns
        Shape (n_fields,): the other way round, the column of each field.
    field_ends
        Shape (n_fields,): the column after the last of each field.
    """

    terms: NDArray[np.int32]
    values: NDArray[np.float32]
    parts: NDArray[np.int64]
    lengths: NDArray[np.float64]
    numbers: dict[str, int]
    compared: NDArray[np.int64]
    columns: NDArray[np.int64]
    field_ends: NDArray[np.int64]

    @classmethod
    def of(cls, query: Query, catalogue: Catalogue) -> _Text:
        """The text of a query."""
        terms, values = frozen(query.columns, np.int32), frozen(query.values, np.float32)
        parts = np.searchsorted(terms, [*(field.start for field in catalogue.fields), catalogue.n_terms])
        squares = np.square(values.astype(np.float64))
        lengths = [np.sqrt(squares[first:last].sum()) for first, last in pairwise(parts.tolist())]
        numbers = {field.name: number for number, field in enumerate(catalogue.fields)}
        columns = np.full(len(lengths), -1)
        compared = np.full(3, -1)
        for place, name in enumerate(("title", "excerpt", "title_chars")):
            number = numbers.get(name, -1)
            if number >= 0 and parts[number + 1] > parts[number]:
                compared[place], columns[number] = number, TITLE + place
        field_ends = np.array([field.stop for field in catalogue.fields], dtype=np.int64)
        return cls(terms, values, parts, np.array(lengths), numbers, compared, columns, field_ends)

    def n_terms(self, name: str) -> int:
        """Known terms of the query in a field."""
        number = self.numbers.get(name)
        return 0 if number is None else int(self.parts[number + 1] - self.parts[number])

    def telling(self, frequencies: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The terms that say who is near, and their values: not the commonest, unless there is little else."""
        is_telling = frequencies[self.terms] >= _LEAST_IDF
        squares = np.square(self.values)
        if squares[is_telling].sum() < _LEAST_SHARE * squares.sum():
            return self.terms, self.values
        return self.terms[is_telling], self.values[is_telling]

    def measure(self, rows: NDArray[np.int32], catalogue: Catalogue, scratch: Scratch) -> None:
        """Take the products with some rows."""
        measure(
            rows, self.terms, self.values, self.field_ends, self.columns, catalogue.vector_parts,
            values_by_term(catalogue.n_terms), scratch.products,
        )  # fmt: skip

    def of_rows(self, rows: NDArray[np.int64], catalogue: Catalogue) -> dict[str, NDArray[np.float64]]:
        """The features of the text of some rows by name; those that the query has nothing for are left out."""
        rarity = catalogue.frequencies[self.terms].astype(np.float64)
        is_name = catalogue.is_name[self.terms]
        products, rare = np.zeros((len(rows), len(self.lengths))), np.zeros((len(rows), 4))
        crossed = np.zeros((len(rows), 2))
        title, excerpt = self.numbers.get("title", -1), self.numbers.get("excerpt", -1)
        compare(
            rows, self.terms, self.values, catalogue.twins[self.terms], self.field_ends, title, excerpt,
            frozen(catalogue.frequencies), frozen(catalogue.is_name), catalogue.vector_parts,
            values_by_term(catalogue.n_terms), products, rare, crossed,
        )  # fmt: skip
        row_lengths = catalogue.field_lengths[rows]
        found: dict[str, NDArray[np.float64]] = {}
        for name, number in self.numbers.items():
            if self.n_terms(name):
                # NaN where the row has nothing in the field: its length is 0.
                found[name] = _ratio(products[:, number], self.lengths[number] * row_lengths[:, number])
        for column, (name, here, there) in enumerate(
            (("title_in_excerpt", "title", "excerpt"), ("excerpt_in_title", "excerpt", "title"))
        ):
            if self.n_terms(here) and there in self.numbers:
                number = self.numbers[there]
                found[name] = _ratio(crossed[:, column], self.lengths[self.numbers[here]] * row_lengths[:, number])
        if self.n_terms("title"):
            has_title = row_lengths[:, title] > 0
            found["rarest_word"] = np.where(has_title, rare[:, 0], np.nan)
            found["title_share"] = np.where(has_title, rare[:, 1] / rarity[self._part("title")].sum(), np.nan)
        for name, column in (("title", 2), ("excerpt", 3)):
            names = is_name[self._part(name)]
            if names.any():
                found[f"{name}_names"] = rare[:, column]
                if name == "title":
                    found["title_names_share"] = rare[:, column] / rarity[self._part(name)][names].sum()
        return found

    def _part(self, name: str) -> slice:
        """Where the terms of a field are; an empty one for a field that the site does not have."""
        number = self.numbers.get(name)
        return slice(0, 0) if number is None else slice(self.parts[number], self.parts[number + 1])


def _ratio(products: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosines from products and lengths; NaN where a length is 0."""
    ratios: NDArray[np.float64] = np.full(len(products), np.nan)
    np.divide(products, lengths, out=ratios, where=lengths > 0)
    return ratios


def _ends(
    edges: Edges, rows: NDArray[np.int64], there: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The other ends of some rows' edges that are there, ascending, and how many edges lead to each."""
    if not len(rows):
        return _NOTHING, _NOTHING.astype(np.float64)
    ends, counts = np.unique(np.concatenate([edges.of(int(row)) for row in rows]), return_counts=True)
    return ends[there[ends]].astype(np.int64), counts[there[ends]].astype(np.float64)


def _looked_up(rows: NDArray[np.int64], known: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each row among the known ones, which are ascending; 0 for the others."""
    if not len(known):
        return np.zeros(len(rows))
    places = np.minimum(np.searchsorted(known, rows), len(known) - 1)
    return np.where(known[places] == rows, values[places], 0.0)


def _places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many of the values are greater than each; shape as given."""
    return len(values) - np.searchsorted(np.sort(values), values, side="right").astype(float)


_NOTHING: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
