"""
A ranked query -> what its article gets: suggestions with reasons, or why there are none. An article room.

The model asks here for a batch and for a draft, and so does each worker of a cluster, which has the rows of all
articles but no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recommender.articles import EntryShape
from recommender.ranking.eligible import THIN_FACTOR, is_thin
from recommender.ranking.explain import Rows, Shares, reasons, shares_of, text_obstacle
from recommender.ranking.rankers import Query, Ranked
from recommender.suggestions import Suggestion
from recommender.vectors.text import repair
from recommender.vectors.tfidf import FieldVectorizer

__all__ = [
    "Chosen",
    "Threshold",
    "chosen_of",
    "first_of_title",
    "places_to_fill",
    "reason_for_none",
    "suggestions_of",
]

#: The words of a title; "C", "C++" and "C#" are three.
_WORD = re.compile(r"[\w+#]+")
#: By how much deeper a ranking is asked for where rows with equal titles have taken places.
_DEEPER = 4


@dataclass(frozen=True, slots=True)
class Threshold:
    """
    The least score of a suggestion.

    Parameters
    ----------
    least
        For any article.
    is_fixed
        Whether it was asked for; the ranker's own is raised for an article that says little.
    """

    least: float
    is_fixed: bool

    def of(self, query: Query, vectorizer: FieldVectorizer) -> float:
        """The least score of a suggestion under one article."""
        if not self.is_fixed and is_thin(query.article, query.columns, vectorizer):
            return min(1.0, self.least * THIN_FACTOR)
        return self.least


def places_to_fill(k: int, query: Query, fill: bool) -> int:
    """Places under an article; with `fill` those that its curated list takes are not counted."""
    return max(0, k - query.n_listed) if fill else k


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an article gets, as numbers: its ranked rows that were chosen, best first, and what is shared with each."""

    ranked: Ranked
    shares: Shares


def chosen_of(
    queries: Sequence[Query],
    ranked: Sequence[Ranked],
    k: Sequence[int],
    least: Sequence[float],
    rows: Rows,
    vectorizer: FieldVectorizer,
    rank: Callable[[Sequence[Query], int], Sequence[Ranked]],
) -> list[Chosen]:
    """
    For each query the first k of its ranked rows that reach the least score; of several with one title the first.

    Parameters
    ----------
    ranked
        At least the k best rows of each query; fewer where there are no more.
    k, least
        A value a query.
    rank
        Ranks some queries to a depth, for those whose ranked rows do not suffice.
    """
    kept = [_first_ones(*one, rows) for one in zip(ranked, k, least, strict=True)]
    # A row that only repeats a title takes a place among the k best and has none in the answer. Which do is known when
    # they are looked at; few queries have any.
    asked, depth = [place for place in range(len(queries)) if _may_have_more(ranked[place], k[place], least[place])], 0
    while asked := [place for place in asked if len(kept[place].rows) < k[place]]:
        depth = _DEEPER * max(depth, *k)
        deeper = zip(asked, rank([queries[place] for place in asked], depth), strict=True)
        asked = []
        for place, found in deeper:
            kept[place] = _first_ones(found, k[place], least[place], rows)
            if _may_have_more(found, depth, least[place]):
                asked.append(place)
    return list(map(Chosen, kept, shares_of(queries, [found.rows for found in kept], rows, vectorizer)))


def _may_have_more(found: Ranked, depth: int, least: float) -> bool:
    """Whether rows beyond a ranking's depth may reach the least score."""
    return len(found.rows) >= depth > 0 and bool(found.scores[-1] >= least)


def _first_ones(found: Ranked, k: int, least: float, rows: Rows) -> Ranked:
    """The first k of some ranked rows that reach the least score, each the first of its title."""
    n_reaching = int(np.count_nonzero(found.scores >= least))
    places: list[int] = []
    titles: set[str] = set()
    for place, row in enumerate(found.rows[:n_reaching].tolist()):
        if len(places) == k:
            break
        title = _folded(rows.articles[row].title)
        if not title or title not in titles:
            titles.add(title)
            places.append(place)
    return Ranked(found.rows[places], found.similarities[places], found.scores[places])


def first_of_title(ranked: Ranked, place: int, rows: Rows) -> tuple[int, int]:
    """
    Where a ranked row stands once each title counts once.

    Returns
    -------
    first : int
        The place of the first ranked row with its title; `place` itself where it is that.
    n_before : int
        How many different titles come before that.
    """
    titles = [_folded(rows.articles[row].title) for row in ranked.rows[: place + 1].tolist()]
    first = titles.index(titles[place]) if titles[place] else place
    return first, len(set(filter(None, titles[:first]))) + titles[:first].count("")


@lru_cache(maxsize=65_536)
def _folded(title: str) -> str:
    """The words of a title as a reader hears them; "" where it has none, which is like no other."""
    return " ".join(_WORD.findall(repair(title).casefold()))


def suggestions_of(
    query: Query,
    chosen: Chosen,
    signals: Sequence[tuple[tuple[str, ...], dict[str, float]]],
    rows: Rows,
    vectorizer: FieldVectorizer,
    shape: EntryShape,
) -> list[Suggestion]:
    """
    What was chosen, each with its reason.

    Parameters
    ----------
    signals
        For each chosen row, what `Ranker.sentences` gives.
    """
    kept, scores = chosen.ranked.rows, chosen.ranked.scores.tolist()
    articles = [rows.articles[row] for row in kept.tolist()]
    gaps = np.abs(rows.times[kept] - query.time).tolist()
    similarities = chosen.ranked.similarities.tolist()
    why = reasons(query, articles, gaps, similarities, scores, chosen.shares, signals, vectorizer)
    return [
        Suggestion(
            place,
            article.id,
            article.title,
            article.url,
            reason.score,
            reason,
            article.excerpt,
            article.published_at,
            article.provider,
            article.quality,
            shape,
        )
        for place, (article, reason) in enumerate(zip(articles, why, strict=True), start=1)
    ]


def reason_for_none(query: Query, ranked: Ranked, k: int, least: float, rows: Rows, allowed: NDArray[np.bool_]) -> str:
    """Why an article has no suggestion, as a sentence; "" when it has one."""
    if k == 0:
        return "its curated list fills all places already"
    if len(ranked.rows):
        best = float(ranked.scores[0])
        if best >= least:
            return ""
        beyond = "beyond its curated list, " if query.n_listed else ""
        return f"{beyond}no article reaches the score {least:.2f}; the best has {best:.2f}"
    if not len(query.columns):
        return text_obstacle(query.article)
    others = allowed & (rows.groups == query.group)
    others[query.hidden] = False
    if not others.any():
        return "there is no other article in its language that may be suggested"
    return (
        "no other article shares a word with it"
        if not len(query.hidden) > 1
        else "every article that shares a word with it is in its curated list already or is the article itself"
    )
