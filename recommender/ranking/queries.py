"""An article as a query: its vectors, its time, and what must not be suggested under it. An article room."""

from __future__ import annotations

from numbers import Real

import numpy as np

from recommender.articles import Article, checked
from recommender.errors import CorpusError, RecommenderError, kind_of
from recommender.ranking.catalogue import days_of
from recommender.ranking.rankers import Query
from recommender.ranking.rules import Rules
from recommender.ranking.state import State
from recommender.settings import RankingSettings
from recommender.vectors.tfidf import FieldVectorizer


def query_of(article: Article | str, state: State, vectorizer: FieldVectorizer, rules: Rules) -> Query:
    """
    An article of the corpus by its id, or any other, as numbers.

    UnknownArticleError where no article has this id, CorpusError for what is neither an article nor an id.
    """
    catalogue = state.catalogue
    row = -1
    if isinstance(article, str):
        row = catalogue.known_row(article)
        article = catalogue.articles[row]
        vectors = catalogue.vectors[row : row + 1]
    elif isinstance(article, Article):
        vectors = vectorizer.transform(checked([article]))
    else:
        raise CorpusError(
            f"suggestions are for an Article or the id of one, but this is {kind_of(article)}. Make one: "
            "Article(id=..., title=..., excerpt=...), or read_article(file)."
        )
    listed = state.listed_rows(article)
    own = state.rows_of_identity(article)
    time = days_of(article.published_at)
    if np.isnan(time) and row < 0:
        # A draft has no date yet: it will be the newest, by an hour.
        time = catalogue.newest + 1 / 24
    return Query(
        article=article,
        vectors=vectors,
        time=time,
        language=catalogue.language_of(article),
        row=row,
        hidden=np.array(sorted(own.union(listed)), dtype=np.int64),
        n_listed=len(listed),
        own=np.array(sorted(own), dtype=np.int64),
        before=time if rules.wants_older(article) else float("nan"),
    )


def places_to_fill(k: int | None, settings: RankingSettings, query: Query) -> int:
    """
    Places under an article: k, or else the setting; with `fill` those that its curated list takes are not counted.

    RecommenderError where k is no number of places.
    """
    k = settings.k if k is None else k
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise RecommenderError(f"k must be a whole number from 1, but is {k!r}.")
    return max(0, int(k) - query.n_listed) if settings.fill else int(k)


def checked_score(min_score: float) -> float:
    """A least score that somebody asked for; RecommenderError where it is none."""
    if not (isinstance(min_score, Real) and 0 <= min_score <= 1):
        raise RecommenderError(f"min_score must be a number from 0 to 1, but is {min_score!r}.")
    return min_score
