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

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.curation import ends_of
from recommender.ranking.rankers import Query, damping, may_answer
from recommender.ranking.state import State
from recommender.vectors.neighbors import most_of
from recommender.vectors.tfidf import FieldVectorizer

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
    "title_in_excerpt": ("text", "cosine of the query's title with the candidate's excerpt"),
    "excerpt_in_title": ("text", "cosine of the query's excerpt with the candidate's title"),
    "meaning": ("text", "the dense part of the similarity: embeddings"),
    "rarest_word": ("text", "inverse document frequency of the rarest title word that both have"),
    "title_share": ("text", "share of the query's title that the candidate's has, words weighted by rarity"),
    "title_names": ("text", "inverse document frequencies of the names that both titles have, added up"),
    "title_names_share": ("text", "the same, as a share of all names of the query's title"),
    "similarity_share": ("text", "similarity, as a share of the best of the query"),
    "damped_share": ("text", "damped similarity, as a share of the best of the query"),
    "damped_rank": ("text", "log of the place by damped similarity among the candidates"),
    "gap_days": ("time", "days from the candidate's publication to the query's; negative for a newer candidate"),
    "gap_log": ("time", "log of the days between the two"),
    "same_provider": ("article", "whether both come from one provider"),
    "quality": ("article", "the candidate's quality, as the site has it"),
    "title_words": ("article", "log of the candidate's title words"),
    "excerpt_words": ("article", "log of the candidate's excerpt words"),
    "query_title_words": ("article", "log of the query's title words"),
    "query_excerpt_words": ("article", "log of the query's excerpt words"),
    "query_best_similarity": ("text", "similarity of the query's most similar article"),
    "query_best_damped": ("text", "damped similarity of the query's nearest article"),
    "query_evenness": ("text", "mean damped similarity of the ten nearest, as a share of the nearest"),
    "circle_size": ("lists", "articles that the candidate is listed together with"),
    "circle_damped_mean": ("lists", "mean damped similarity of the circle to the query"),
    "circle_damped_mean_share": ("lists", "the same, as a share of the best circle"),
    "circle_damped_max": ("lists", "greatest damped similarity in the circle"),
    "circle_damped_max_share": ("lists", "the same, as a share of the query's nearest"),
    "circle_damped_power": ("lists", "power mean (4) of the damped similarities, unnormalised: the best few"),
    "circle_mean": ("lists", "mean similarity of the circle to the query"),
    "circle_max": ("lists", "greatest similarity in the circle"),
    "circle_words_mean": ("lists", "mean cosine of title and excerpt words over the circle"),
    "circle_words_max": ("lists", "greatest cosine of title and excerpt words in the circle"),
    "diffusion": ("lists", "damped similarity, spread three steps along the lists"),
    "diffusion_share": ("lists", "the same, as a share of the best"),
    "votes": ("lists", "damped similarity of the query's twenty nearest that are in the circle, added up"),
    "votes_share": ("lists", "the same, as a share of what all twenty have"),
    "nearest_share": ("lists", "share of the circle that is among the query's twenty nearest"),
    "votes_of_lists": ("lists", "votes of the nearest whose own lists name the candidate"),
    "votes_by_lists": ("lists", "votes of the nearest that the candidate's own list names"),
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
#: How similarity fades among the features: the half-life in days, and the floor. Lists follow the news of a week more
#: than readers do: with the similarity ranker's half-life nDCG@10 on lists falls.
LIST_DAMPING = (7.0, 0.3)
#: Steps of the diffusion, and the part of it that stays with the text at each.
_N_STEPS, _STAYS = 3, 0.4
#: The nearest that vote, and those that evenness is taken over.
_N_VOTERS, _N_EVEN = 20, 10


@dataclass(frozen=True, slots=True)
class Pairs:
    """A query's candidates with what a ranker sees of them."""

    rows: NDArray[np.int64]  #: Shape (n_candidates,), ascending.
    similarities: NDArray[np.float64]  #: Shape (n_candidates,).
    table: NDArray[np.float32]  #: Shape (n_candidates, len(FEATURES)), float32, NaN where a value is missing.

    @property
    def is_listed(self) -> bool:
        """Whether somebody lists the query, as it was asked."""
        return bool((self.table[:, _COLUMNS["query_listed_by"]] > 0).any())


def pairs_of(query: Query, state: State, allowed: NDArray[np.bool_], n_candidates: int) -> Pairs:
    """
    The candidates of a query, of the allowed rows, and their features.

    Candidates are the nearest by damped similarity, as many as `n_candidates`, with which the other ways scale: the
    nearest by similarity, those with a link between them and the query, those whose circle is nearest, and those that
    list the query or are listed together with it. A query's `before` hides all that was not there by then: as a
    candidate, as a neighbor, and as an end of an edge.
    """
    seen = Seen(query, state)
    may = may_answer(query, np.arange(state.catalogue.n_rows), state.catalogue, allowed)
    may[seen.own] = False
    found = [most_of(seen.damped * may, n_candidates), most_of(seen.similarities * may, n_candidates * 2 // 3)]
    proposals = 0.5 * seen.means + 0.25 * seen.powers + 0.3 * seen.diffused
    found.append(most_of(proposals * may, n_candidates * 5 // 3))
    if len(seen.friends):
        weights = seen.n_naming.copy()
        weights[seen.friends] += len(seen.friends)
        found.append(most_of(weights * may, n_candidates))
    found.append(query.linked[may[query.linked] & (seen.similarities[query.linked] > 0)])
    rows = np.unique(np.concatenate(found))
    table = np.full((len(rows), len(FEATURES)), np.nan, dtype=np.float32)
    if len(rows):
        for name, values in features_of(seen, rows, state.vectorizer).items():
            table[:, _COLUMNS[name]] = values
    return Pairs(rows, seen.similarities[rows], table)


class Seen:
    """What one query sees of all rows, each array of shape (n_rows,); what was not there is 0."""

    def __init__(self, query: Query, state: State) -> None:
        catalogue = state.catalogue
        self.query, self.catalogue, self.lists = query, catalogue, state.graph
        own = self.own = query.own
        there = catalogue.languages == query.language
        there &= ~(catalogue.times >= query.before) | catalogue.is_evergreen
        there[own] = False
        self.there: NDArray[np.bool_] = there
        self.gaps = query.time - catalogue.times
        self.similarities: NDArray[np.float64] = np.where(there, catalogue.index.similarities(query.vectors), 0.0)
        self.damped: NDArray[np.float64] = self.similarities * damping(self.gaps, *LIST_DAMPING)
        # As of a moment nobody lists the query yet; a draft that stands in for a known row has that row's friends.
        listing = [ends_of(self.lists.listed_by, int(row)) for row in own] if np.isnan(query.before) else []
        friends = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *listing]))
        self.friends: NDArray[np.int64] = friends[there[friends]]
        #: How many of the friends' lists name each row.
        is_friend = np.bincount(self.friends, minlength=catalogue.n_rows)
        self.n_naming: NDArray[np.float64] = (self.lists.listed_by @ is_friend) * there

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Of each row the others of its circle."""
        return self._spread(self.there.astype(np.float64))

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """Mean damped similarity of each circle."""
        return (self._spread(self.damped) + self.damped) / (self.sizes + 1.0) * self.there

    @cached_property
    def powers(self) -> NDArray[np.float64]:
        """Power mean of the damped similarities of each circle, unnormalised."""
        fourths = self.damped**4
        return np.sqrt(np.sqrt(self._spread(fourths) + fourths)) * self.there

    @cached_property
    def diffused(self) -> NDArray[np.float64]:
        """Damped similarity, spread along the lists; what flows to a row that is not there is lost."""
        shares = 1.0 / np.maximum(self.sizes, 1.0)
        now = self.damped
        for _ in range(_N_STEPS):
            now = _STAYS * self.damped + (1.0 - _STAYS) * (self._spread(now * shares) * self.there)
        return now

    def _spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What flows to each row along the edges between rows that are listed together."""
        return np.asarray(self.lists.together @ values)


def features_of(seen: Seen, rows: NDArray[np.int64], vectorizer: FieldVectorizer) -> dict[str, Any]:
    """The features of one row or more by name: shape (n_rows,), or one value for all; missing ones are left out."""
    catalogue, query = seen.catalogue, seen.query
    similarity, damped, gaps = seen.similarities[rows], seen.damped[rows], seen.gaps[rows]
    best_similarity, best_damped = float(seen.similarities.max(initial=0)), float(seen.damped.max(initial=0))
    evenest = np.sort(seen.damped)[-_N_EVEN:]
    values: dict[str, Any] = {
        "similarity": similarity,
        "damped": damped,
        "similarity_share": similarity / max(best_similarity, 1e-9),
        "damped_share": damped / max(best_damped, 1e-9),
        "damped_rank": np.log1p(len(rows) - np.searchsorted(np.sort(damped), damped, side="right")),
        "gap_days": gaps,
        "gap_log": np.log1p(np.abs(gaps)),
        "quality": catalogue.qualities[rows],
        "query_best_similarity": best_similarity,
        "query_best_damped": best_damped,
        "query_evenness": float(evenest.mean()) / max(best_damped, 1e-9) if len(evenest) else np.nan,
    }
    provider = catalogue.provider_of(query.article)
    if provider != -1:
        others = catalogue.providers[rows]
        values["same_provider"] = np.where(others >= 0, others == provider, np.nan)
    dense = catalogue.vectors.dense
    if dense.shape[1]:
        values["meaning"] = np.round(dense[rows].astype(np.float64) @ query.vectors.dense[0].astype(np.float64), 5)
    crossed = _text_features(seen, rows, vectorizer, values)
    _circle_features(seen, rows, crossed, values)
    values["lists_query"] = np.isin(rows, seen.friends)
    values["query_listed_by"] = len(seen.friends)
    if len(seen.friends):
        values["listed_together"] = seen.n_naming[rows] / len(seen.friends)
    return values


def _text_features(
    seen: Seen, rows: NDArray[np.int64], vectorizer: FieldVectorizer, values: dict[str, Any]
) -> NDArray[np.float64]:
    """Fill in the features of words; returns the mean cosine of titles and excerpts of all rows, shape (n_rows,)."""
    catalogue, query = seen.catalogue, seen.query
    compared, index = catalogue.vectors.compared, catalogue.index
    has = {name: np.diff(compared[name].indptr)[rows] for name in compared}
    cosines = {name: index.weighed(query.vectors.compared[name], name) for name in compared}
    for name, matrix in query.vectors.compared.items():
        if matrix.nnz:
            values[name] = np.where(has[name] > 0, cosines[name][rows], np.nan)
    title, excerpt = query.vectors.compared["title"], query.vectors.compared["excerpt"]
    if title.nnz:
        values["title_in_excerpt"] = np.where(has["excerpt"] > 0, index.weighed(title, "excerpt")[rows], np.nan)
    if excerpt.nnz:
        values["excerpt_in_title"] = np.where(has["title"] > 0, index.weighed(excerpt, "title")[rows], np.nan)
    values["title_words"], values["excerpt_words"] = np.log1p(has["title"]), np.log1p(has["excerpt"])
    values["query_title_words"], values["query_excerpt_words"] = np.log1p(title.nnz), np.log1p(excerpt.nnz)
    if title.nnz:
        # A line for each candidate, a column for each word of the query's title: whether it has it.
        shared = (compared["title"][rows][:, title.indices] != 0).toarray()
        rarities = vectorizer.field("words").rarity[title.indices].astype(np.float64)
        there = has["title"] > 0
        values["rarest_word"] = np.where(there, (shared * rarities).max(axis=1), np.nan)
        values["title_share"] = np.where(there, (shared * rarities).sum(axis=1) / rarities.sum(), np.nan)
        names = rarities * vectorizer.is_name[title.indices]
        if names.any():
            values["title_names"] = (shared * names).sum(axis=1)
            values["title_names_share"] = (shared * names).sum(axis=1) / names.sum()
    return 0.5 * (cosines["title"] + cosines["excerpt"]) * seen.there


def _circle_features(seen: Seen, rows: NDArray[np.int64], crossed: NDArray[np.float64], values: dict[str, Any]) -> None:
    """Fill in the features of the circles: what lists bind to each candidate, and itself."""
    best_damped = float(seen.damped.max(initial=0))
    means, powers, diffused, sizes = seen.means, seen.powers, seen.diffused, seen.sizes
    values["circle_size"] = sizes[rows]
    values["circle_damped_mean"] = means[rows]
    values["circle_damped_mean_share"] = means[rows] / max(float(means.max(initial=0)), 1e-9)
    values["circle_damped_power"] = powers[rows]
    values["diffusion"] = diffused[rows]
    values["diffusion_share"] = diffused[rows] / max(float(diffused.max(initial=0)), 1e-9)

    voters = most_of(seen.damped, _N_VOTERS)
    voices = np.zeros(len(seen.damped))
    voices[voters] = seen.damped[voters]
    is_voter = (voices > 0).astype(np.float64)

    # What is not there adds nothing, and is never the greatest: its numbers are 0 or less.
    circles = seen.lists.circles[rows]
    ends, firsts = circles.indices, circles.indptr[:-1]
    whole = sizes[rows] + 1.0

    def added(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.add.reduceat(numbers[ends], firsts)

    def greatest(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum.reduceat(numbers[ends], firsts)

    values["circle_damped_max"] = greatest(seen.damped)
    values["circle_damped_max_share"] = greatest(seen.damped) / max(best_damped, 1e-9)
    values["circle_mean"], values["circle_max"] = added(seen.similarities) / whole, greatest(seen.similarities)
    values["circle_words_mean"], values["circle_words_max"] = added(crossed) / whole, greatest(crossed)
    others = added(voices) - voices[rows]
    values["votes"], values["votes_share"] = others, others / max(float(voices.sum()), 1e-9)
    values["nearest_share"] = added(is_voter) / whole
    # Voices are of rows that are there.
    values["votes_of_lists"] = seen.lists.listed_by[rows] @ voices
    values["votes_by_lists"] = seen.lists.lists[rows] @ voices

    is_dated = seen.there & ~np.isnan(seen.gaps)
    n_dated = added(is_dated.astype(np.float64))
    days = np.where(is_dated, np.abs(seen.gaps), np.inf)
    share = 1.0 / np.where(n_dated > 0, n_dated, np.nan)
    for window in (3, 30, 90):
        values[f"circle_near_{window}"] = added((days <= window).astype(np.float64)) * share
    values["circle_near_14"] = np.where(n_dated > 0, added((days <= 14).astype(np.float64)), np.nan)
    newest = -greatest(np.where(is_dated, -seen.gaps, -np.inf))
    values["circle_newest"] = np.where(n_dated > 0, newest, np.nan)
