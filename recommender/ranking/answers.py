"""What many articles show, block by block, and what speaks for the entries of curated lists. An article room."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np

from recommender.ranking.explain import reasons
from recommender.ranking.learned import LearnedRanker, Ranker
from recommender.ranking.rankers import Query, Ranked
from recommender.ranking.select import Selected, Selector
from recommender.ranking.state import State
from recommender.suggestions import Reason
from recommender.vectors.tfidf import FieldVectorizer
from recommender.writing.plan import Answer

#: Queries that a thread ranks at once; bounds memory.
_BLOCK = 512


def answer_all(
    article_ids: Sequence[str],
    selector: Selector,
    query_of: Callable[[str], Query],
    places_of: Callable[[Query], int],
    least: Sequence[float],
    n_threads: int,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Answer]:
    """
    What each of many articles shows, in their order.

    While the answers of a block are explained, the next blocks are ranked, each by a thread.
    """

    def chosen(start: int) -> list[tuple[Query, Selected]]:
        queries = list(map(query_of, article_ids[start : start + _BLOCK]))
        return list(zip(queries, selector.select(queries, list(map(places_of, queries)), least), strict=True))

    starts = iter(range(0, len(article_ids), _BLOCK))
    with ThreadPoolExecutor(n_threads) as pool:
        # One more than there are threads: none waits while answers are taken from the first.
        coming = deque(pool.submit(chosen, start) for start in islice(starts, n_threads + 1))
        n_done = 0
        while coming:
            block = coming.popleft().result()
            coming.extend(pool.submit(chosen, start) for start in islice(starts, 1))
            for (query, selected), suggestions in zip(block, selector.suggestions(block), strict=True):
                yield Answer(query.article.id, tuple(suggestions), selected.why_none)
            n_done += len(block)
            if progress:
                progress(n_done, len(article_ids))


def approvals(query: Query, state: State, ranker: Ranker, vectorizer: FieldVectorizer) -> dict[str, Reason]:
    """What speaks for each article of the query's curated list, as `Recommender.approvals` says."""
    catalogue = state.catalogue
    rows = np.array(sorted(state.listed_rows(query.article)), dtype=np.int64)
    similarity = ranker.similarity if isinstance(ranker, LearnedRanker) else ranker
    if not len(rows):
        return {}
    similarities = catalogue.index.exact(query.vectors, rows)
    listed = Ranked(rows, similarities, similarity.chances(query, similarities, rows, catalogue))
    (why,) = reasons([query], [listed], [[() for _ in rows]], catalogue, vectorizer)
    return {catalogue.articles[row].id: reason for row, reason in zip(rows.tolist(), why, strict=True)}
