"""
A ranked query -> what its article gets: suggestions with reasons, or why there are none. An article room.

The model asks here for a batch and for a draft, and so does each worker of a cluster, which has the rows of all
articles but no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recommender.articles import EntryShape
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.explain import reasons, text_obstacle
from recommender.ranking.rankers import Query, Ranked
from recommender.suggestions import Suggestion
from recommender.vectors.text import repair
from recommender.vectors.tfidf import FieldVectorizer

__all__ = [
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


def places_to_fill(k: int, query: Query, fill: bool) -> int:
    """Places under an article; with `fill` those that its curated list takes are not counted."""
    return max(0, k - query.n_listed) if fill else k


def chosen_of(
    queries: Sequence[Query],
    ranked: Sequence[Ranked],
    k: Sequence[int],
    least: float,
    rows: Catalogue,
    rank: Callable[[Sequence[Query], int], Sequence[Ranked]],
) -> list[Ranked]:
    """
    For each query the first k of its ranked rows that reach the least score; of several with one title the first.

    Parameters
    ----------
    ranked
        At least the k best rows of each query; fewer where there are no more.
    k
        A value a query.
    least
        Least score of a suggestion.
    rank
        Ranks some queries to a depth, for those whose ranked rows do not suffice.
    """
    kept = [_first_ones(*one, least, rows) for one in zip(ranked, k, strict=True)]
    # A row that only repeats a title takes a place among the k best and has none in the answer. Which do is known when
    # they are looked at; few queries have any.
    asked, depth = [place for place in range(len(queries)) if _may_have_more(ranked[place], k[place], least)], 0
    while asked := [place for place in asked if len(kept[place].rows) < k[place]]:
        depth = _DEEPER * max(depth, *k)
        deeper = zip(asked, rank([queries[place] for place in asked], depth), strict=True)
        asked = []
        for place, found in deeper:
            kept[place] = _first_ones(found, k[place], least, rows)
            if _may_have_more(found, depth, least):
                asked.append(place)
    return kept


def _may_have_more(found: Ranked, depth: int, least: float) -> bool:
    """Whether rows beyond a ranking's depth may reach the least score."""
    return len(found.rows) >= depth > 0 and bool(found.scores[-1] >= least)


def _first_ones(found: Ranked, k: int, least: float, rows: Catalogue) -> Ranked:
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


def first_of_title(ranked: Ranked, place: int, rows: Catalogue) -> tuple[int, int]:
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
    chosen: Ranked,
    said: Sequence[tuple[str, ...]],
    rows: Catalogue,
    vectorizer: FieldVectorizer,
    shape: EntryShape,
) -> list[Suggestion]:
    """
    What was chosen, each with its reason.

    Parameters
    ----------
    said
        For each chosen row, what `Ranker.sentences` gives.
    """
    articles = [rows.articles[row] for row in chosen.rows.tolist()]
    why = reasons(query, chosen, said, rows, vectorizer)
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


def reason_for_none(
    query: Query, ranked: Ranked, k: int, least: float, rows: Catalogue, allowed: NDArray[np.bool_]
) -> str:
    """Why an article has no suggestion, as a sentence; "" when it has one."""
    if k == 0:
        return "its curated list fills all places already"
    if len(ranked.rows):
        best = float(ranked.scores[0])
        if best >= least:
            return ""
        if not query.vectors.terms.nnz:
            return text_obstacle(query.article)
        beyond = "beyond its curated list, " if query.n_listed else ""
        return f"{beyond}no article reaches the score {least:.2f}; the best has {best:.2f}"
    if query.is_empty:
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
