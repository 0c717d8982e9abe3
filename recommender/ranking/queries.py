"""An article as a query: its vectors, its time, and what must not be suggested under it. An article room."""

import numpy as np

from recommender.articles import Article, checked
from recommender.errors import CorpusError, kind_of
from recommender.ranking.catalogue import days_of
from recommender.ranking.rankers import Query
from recommender.ranking.rules import Rules
from recommender.ranking.state import State


def query_of(article: Article | str, state: State, rules: Rules) -> Query:
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
        vectors = state.vectorizer.transform(checked([article]))
    else:
        raise CorpusError(
            f"suggestions are for an Article or the id of one, but this is {kind_of(article)}. Make one: "
            "Article(id=..., title=..., excerpt=...), or read_article(file)."
        )
    names = state.listed(article)
    own = catalogue.rows_of_identity(article)
    time = days_of(article.published_at)
    if np.isnan(time) and catalogue.row_of(article.id) is None:
        # A draft has no date yet: it will be the newest, by an hour.
        time = catalogue.newest + 1 / 24
    return Query(
        article=article,
        vectors=vectors,
        time=time,
        language=catalogue.language_of(article),
        row=row,
        hidden=np.array(sorted(own.union(catalogue.rows_of(names))), dtype=np.int64),
        n_listed=len(names),
        own=np.array(sorted(own), dtype=np.int64),
        linked=state.linked_rows(article),
        # What came out at the same moment is not newer.
        before=np.nextafter(time, np.inf) if rules.wants_older(article) else float("nan"),
    )
