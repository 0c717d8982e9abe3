"""
What the learned ranker sees of a pair of articles: named numbers. A number room.

One code serves learning, the batch and the draft: a query with what was there when it asked, its candidates, and a row
of features for each. Three sources of evidence meet here:

- the text of the two, field by field, and their days apart;
- the curated lists around the candidate: how alike the query is to the articles that it is listed together with (its
  circle: those from either end of a list, and itself), how many of them are near in time;
- who lists the query already, which a draft has nobody to do.

The query's own list is never looked at. A row that was not there when the query asked is passed over as if it did not
exist, as an end of an edge too. What an article does not have (a date, topics, an excerpt) is missing, NaN, not zero.

A new feature is a line in `FEATURES` and a value in `features_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.curation import ends_of
from recommender.ranking.rankers import Query, may_answer
from recommender.ranking.state import State
from recommender.vectors.damping import Damping
from recommender.vectors.neighbors import most_of

Family = Literal["text", "time", "lists", "links", "article"]

#: Families of features, by which contributions are added up for an explanation.
FAMILIES: tuple[Family, ...] = ("text", "time", "lists", "links", "article")

#: Name of each feature, in the order of the columns: its family and what it means.
FEATURES: Mapping[str, tuple[Family, str]] = {
    "similarity": ("text", "similarity of the two articles"),
    "damped": ("text", "similarity, damped by the days between the two"),
    "title": ("text", "cosine of the titles' words"),
    "excerpt": ("text", "cosine of the excerpts' words"),
    "topics": ("text", "cosine of the topics, rare ones weighing more"),
    "meaning": ("text", "the dense part of the similarity: embeddings and latent semantics"),
    "title_share": ("text", "share of the query's title that the candidate's has, words weighted by rarity"),
    "title_names": ("text", "inverse document frequencies of the names that both titles have, added up"),
    "title_names_share": ("text", "the same, as a share of all names of the query's title"),
    "similarity_share": ("text", "similarity, as a share of the best of the query"),
    "damped_share": ("text", "damped similarity, as a share of the best of the query"),
    "damped_rank": ("text", "log of the place by damped similarity among the candidates"),
    "gap_days": ("time", "days from the candidate's publication to the query's; negative for a newer candidate"),
    "same_provider": ("article", "whether both come from one provider"),
    "quality": ("article", "the candidate's quality, as the site has it"),
    "title_words": ("article", "log of the candidate's title words"),
    "excerpt_words": ("article", "log of the candidate's excerpt words"),
    "circle_size": ("lists", "articles that the candidate is listed together with"),
    "circle_damped_mean": ("lists", "mean damped similarity of the circle to the query"),
    "circle_damped_max": ("lists", "greatest damped similarity in the circle"),
    "circle_words_mean": ("lists", "mean cosine of title and excerpt words over the circle"),
    "circle_words_max": ("lists", "greatest cosine of title and excerpt words in the circle"),
    "circle_near_3": ("lists", "share of the circle within 3 days of the query"),
    "circle_near_14": ("lists", "articles of the circle within 14 days of the query"),
    "circle_near_30": ("lists", "share of the circle within 30 days of the query"),
    "circle_near_90": ("lists", "share of the circle within 90 days of the query"),
    "circle_newest": ("lists", "days from the newest of the circle to the query"),
    "lists_query": ("links", "whether the candidate lists the query"),
    "listed_together": ("links", "share of the articles that list the query which list the candidate too"),
    "query_listed_by": ("links", "articles that list the query"),
}
FEATURE_NAMES = tuple(FEATURES)
_COLUMNS = {name: column for column, name in enumerate(FEATURES)}

#: Nearest rows by damped similarity among the candidates of a lesson; with the other ways to be one, 350 in all.
N_CANDIDATES = 150
#: ... and among those that are ranked to answer, 190 in all. It learns from more than it ranks, for each costs time
#: with every answer, and the last are hardly ever suggested. nDCG@10 with 80, 110 and 150: azure 0.554, 0.554, 0.555,
#: namefi 0.866 with each. Lessons of 110 bring azure 0.558, but on lists of up to ten 0.506 instead of 0.558.
N_RANKED = 80
#: How similarity fades among the features. Lists follow the news of a week more than readers do: with the similarity
#: ranker's half-life nDCG@10 on lists falls.
LIST_DAMPING = Damping(7.0, 0.3)


@dataclass(frozen=True)
class Words:
    """What is known of the words of titles and excerpts."""

    rarities: NDArray[np.float32]  #: Shape (n_words,): inverse document frequencies.
    is_name: NDArray[np.bool_]  #: Shape (n_words,).


@dataclass(frozen=True, slots=True)
class Pairs:
    """A query's candidates with what a ranker sees of them."""

    rows: NDArray[np.int64]  #: Shape (n_candidates,), ascending.
    similarities: NDArray[np.float64]  #: Shape (n_candidates,).
    table: NDArray[np.float32]  #: Shape (n_candidates, len(FEATURES)), float32, NaN where a value is missing.

    def feature(self, name: str) -> NDArray[np.float32]:
        """One column of the table, shape (n_candidates,)."""
        column: NDArray[np.float32] = self.table[:, _COLUMNS[name]]
        return column

    @property
    def is_listed(self) -> bool:
        """Whether somebody lists the query, as it was asked."""
        return bool((self.feature("query_listed_by") > 0).any())


def pairs_of(
    query: Query, state: State, words: Words, allowed: NDArray[np.bool_], n_candidates: int, lists_propose: bool = True
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
    allowed
        Shape (n_rows,): rows that may be candidates.
    n_candidates
        Nearest rows to take by damped similarity; the other ways scale with it.
    lists_propose
        Whether the curated lists bring in candidates, or the text alone does.
    """
    seen = Seen(query, state)
    may = may_answer(query, np.arange(state.catalogue.n_rows), state.catalogue, allowed)
    may[seen.own] = False
    found = [most_of(seen.damped * may, n_candidates), most_of(seen.similarities * may, n_candidates * 2 // 3)]
    if lists_propose:
        found.append(most_of(seen.means * may, n_candidates * 5 // 3))
        if len(seen.friends):
            weights = seen.n_naming.copy()
            weights[seen.friends] += len(seen.friends)
            found.append(most_of(weights * may, n_candidates))
    rows = np.unique(np.concatenate(found))
    table = np.full((len(rows), len(FEATURES)), np.nan, dtype=np.float32)
    if len(rows):
        for name, values in features_of(seen, rows, words).items():
            table[:, _COLUMNS[name]] = values
    return Pairs(rows, seen.similarities[rows], table)


class Seen:
    """What one query sees of all rows, each array of shape (n_rows,); what was not there is 0."""

    def __init__(self, query: Query, state: State) -> None:
        catalogue = state.catalogue
        self.query, self.catalogue, self.lists = query, catalogue, state.graph.arrays
        own = query.own if len(query.own) else np.array([query.row] if query.row >= 0 else [], dtype=np.int64)
        self.own = own
        there = catalogue.is_alive & (catalogue.languages == query.language)
        if not np.isnan(query.before):
            there = there & (~(catalogue.times >= query.before) | catalogue.is_evergreen)
        there[own] = False
        self.there: NDArray[np.bool_] = there
        self.gaps = query.time - catalogue.times
        # One by one, not in blocks: to the last bit similarities depend on how many are asked at once.
        similarities = catalogue.index.similarities(query.vectors)[0]
        rounded = np.clip(np.rint(similarities.astype(np.float64) * 1e5) / 1e5, 0.0, 1.0)
        self.similarities: NDArray[np.float64] = np.where(there, rounded, 0.0)
        self.damped: NDArray[np.float64] = self.similarities * LIST_DAMPING(self.gaps)
        # As of a moment nobody lists the query yet; a draft that stands in for a known row has that row's friends.
        listing = [ends_of(self.lists.listed_by, int(row)) for row in own] if np.isnan(query.before) else []
        friends = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *listing]))
        self.friends: NDArray[np.int64] = friends[there[friends]]
        #: How many of the friends' lists name each row.
        is_friend = np.bincount(self.friends, minlength=catalogue.n_rows)
        self.n_naming: NDArray[np.float64] = (self.lists.listed_by @ is_friend) * there

        together = self.lists.together
        #: Of each row the others of its circle.
        self.sizes: NDArray[np.float64] = together @ there.astype(np.float64)
        #: Mean damped similarity of each circle.
        self.means: NDArray[np.float64] = there * (together @ self.damped + self.damped) / (self.sizes + 1.0)


def features_of(seen: Seen, rows: NDArray[np.int64], words: Words) -> dict[str, Any]:
    """The features of one row or more by name: shape (n_rows,), or one value for all; missing ones are left out."""
    catalogue, query = seen.catalogue, seen.query
    similarity, damped, gaps = seen.similarities[rows], seen.damped[rows], seen.gaps[rows]
    values: dict[str, Any] = {
        "similarity": similarity,
        "damped": damped,
        "similarity_share": similarity / max(float(seen.similarities.max(initial=0)), 1e-9),
        "damped_share": damped / max(float(seen.damped.max(initial=0)), 1e-9),
        "damped_rank": np.log1p(len(rows) - np.searchsorted(np.sort(damped), damped, side="right")),
        "gap_days": gaps,
        "quality": catalogue.qualities[rows],
        "lists_query": np.isin(rows, seen.friends),
        "query_listed_by": len(seen.friends),
    }
    if len(seen.friends):
        values["listed_together"] = seen.n_naming[rows] / len(seen.friends)
    provider = catalogue.provider_of(query.article)
    if provider != -1:
        others = catalogue.providers[rows]
        values["same_provider"] = np.where(others >= 0, others == provider, np.nan)
    dense = catalogue.vectors.dense
    if dense.shape[1]:
        values["meaning"] = np.round(dense[rows].astype(np.float64) @ query.vectors.dense[0].astype(np.float64), 5)
    cosines = {name: catalogue.index.cosines(query.vectors, name) for name in catalogue.vectors.compared}
    in_words = 0.5 * (cosines["title"] + cosines["excerpt"]) * seen.there
    return values | _text_features(seen, rows, words, cosines) | _circle_features(seen, rows, in_words)


def _text_features(
    seen: Seen, rows: NDArray[np.int64], words: Words, cosines: Mapping[str, NDArray[np.float64]]
) -> dict[str, Any]:
    """What titles, excerpts and topics say; `cosines` with those of all rows."""
    compared, asked = seen.catalogue.vectors.compared, seen.query.vectors.compared
    has = {name: np.diff(compared[name].indptr)[rows] for name in compared}
    values: dict[str, Any] = {
        name: np.where(has[name] > 0, cosines[name][rows], np.nan) for name, matrix in asked.items() if matrix.nnz
    }
    values["title_words"], values["excerpt_words"] = np.log1p(has["title"]), np.log1p(has["excerpt"])
    title = asked["title"].indices
    if len(title):
        # A line for each candidate, a column for each word of the query's title: whether it has it.
        shared = (compared["title"][rows][:, title] != 0).toarray()
        rarities = words.rarities[title].astype(np.float64)
        values["title_share"] = np.where(has["title"] > 0, (shared * rarities).sum(axis=1) / rarities.sum(), np.nan)
        names = rarities * words.is_name[title]
        if names.any():
            values["title_names"] = (shared * names).sum(axis=1)
            values["title_names_share"] = (shared * names).sum(axis=1) / names.sum()
    return values


def _circle_features(seen: Seen, rows: NDArray[np.int64], in_words: NDArray[np.float64]) -> dict[str, Any]:
    """What lists bind to each candidate, and itself; `in_words`, shape (n_all_rows,), as the words of all are alike."""
    # Itself belongs to the circle: an edge from each candidate to itself, at the front.
    together = seen.lists.together[rows]
    places = np.repeat(np.arange(len(rows)), np.diff(together.indptr))
    keep = seen.there[together.indices]
    places = np.concatenate([np.arange(len(rows)), places[keep]])
    by_place = np.argsort(places, kind="stable")
    ends = np.concatenate([rows, together.indices[keep]])[by_place]
    firsts = np.searchsorted(places[by_place], np.arange(len(rows)))
    gaps = seen.gaps[ends]
    n_dated = np.add.reduceat(~np.isnan(gaps), firsts, dtype=np.float64)
    n_dated[n_dated == 0] = np.nan

    def n_within(days: int) -> NDArray[np.float64]:
        return np.add.reduceat(np.abs(gaps) <= days, firsts, dtype=np.float64)

    return {
        "circle_size": seen.sizes[rows],
        "circle_damped_mean": seen.means[rows],
        "circle_damped_max": np.maximum.reduceat(seen.damped[ends], firsts),
        "circle_words_mean": np.add.reduceat(in_words[ends], firsts) / (seen.sizes[rows] + 1.0),
        "circle_words_max": np.maximum.reduceat(in_words[ends], firsts),
        "circle_near_3": n_within(3) / n_dated,
        "circle_near_14": np.where(np.isnan(n_dated), np.nan, n_within(14)),
        "circle_near_30": n_within(30) / n_dated,
        "circle_near_90": n_within(90) / n_dated,
        "circle_newest": np.fmin.reduceat(gaps, firsts),
    }
