"""
A ranked query -> what its article gets: suggestions with reasons, or why there are none. An article room.

The model asks here for a batch and for a draft, and so does each worker of a cluster, which has the rows of all
articles but no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.articles import EntryShape
from recommender.ranking.explain import Rows, Shares, reasons, shares_of, text_obstacle
from recommender.ranking.rankers import Query, Ranked
from recommender.ranking.rules import THIN_FACTOR, is_thin
from recommender.suggestions import Suggestion
from recommender.vectors.tfidf import Field, FieldVectorizer

__all__ = ["Chosen", "Threshold", "chosen_of", "places_to_fill", "reason_for_none", "suggestions_of"]


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

    def of(self, query: Query, fields: tuple[Field, ...]) -> float:
        """The least score of a suggestion under one article."""
        if not self.is_fixed and is_thin(query.columns, fields):
            return min(1.0, self.least * THIN_FACTOR)
        return self.least


def places_to_fill(k: int, query: Query, fill: bool) -> int:
    """Places under an article; with `fill` those that its curated list takes are not counted."""
    return max(0, k - query.n_listed) if fill else k


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an article gets, as numbers: the first of its ranked rows that reach the least score, and what is shared."""

    ranked: Ranked
    shares: Shares


def chosen_of(
    queries: Sequence[Query],
    ranked: Sequence[Ranked],
    k: Sequence[int],
    least: Sequence[float],
    rows: Rows,
    vectorizer: FieldVectorizer,
) -> list[Chosen]:
    """
    For each query the first k of its ranked rows that reach the least score.

    Parameters
    ----------
    k, least
        A value a query.
    """
    kept = []
    for found, most, score in zip(ranked, k, least, strict=True):
        n_kept = int(np.count_nonzero(found.scores[:most] >= score))
        kept.append(Ranked(found.rows[:n_kept], found.similarities[:n_kept], found.scores[:n_kept]))
    return list(map(Chosen, kept, shares_of(queries, [found.rows for found in kept], rows, vectorizer)))


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
