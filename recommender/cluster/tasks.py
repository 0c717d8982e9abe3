"""
What a worker does. A task gets the folder and two numbers, never data: a lost one can be done again anywhere.

`search` ranks one block of articles against one shard of rows; `answer` merges what the shards gave and writes the
block's lines. The order is total (score, then newer, then id), and the best rows of all shards hold the best of all, so
the merged list is the one that a single machine finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.cluster.folder import SharedFolder, open_folder
from recommender.ranking.answers import chosen_of, places_to_fill, reason_for_none, suggestions_of
from recommender.ranking.rankers import Query, Ranked, unhidden
from recommender.vectors.damping import Damping
from recommender.vectors.neighbors import Neighbors
from recommender.writing import jsonl_lines
from recommender.writing.atomic import replace_file
from recommender.writing.plan import Answer

__all__ = ["Written", "answer", "search"]


@dataclass(frozen=True, slots=True)
class Written:
    """One file of lines, and what is in it; `is_new` where the file was not there with the same bytes already."""

    name: str
    n_articles: int
    n_suggestions: int
    reasons_for_none: dict[str, int]
    first_id: str
    last_id: str
    n_bytes: int
    is_new: bool


def search(folder: str, block: int, shard: int) -> Neighbors:
    """The best rows of a shard for each article of a block; as many as the answer can need from it."""
    shared = open_folder(folder)
    return _nearest(shared, shared.asked_rows(block), shared.before(block), shared.k + shared.most_hidden(block), shard)


def _nearest(
    shared: SharedFolder, rows: NDArray[np.int64], before: NDArray[np.float64], depth: int, shard: int
) -> Neighbors:
    """The best rows of a shard for each of some articles, given by their rows."""
    ranking = shared.settings.ranking
    first, rows_of_shard = shared.rows_of(shard)
    index = shared.index(shard)
    is_inside = (rows >= first) & (rows < first + index.n_rows)
    found = index.top_k(
        shared.vectors[rows],
        depth,
        rows_of_shard,
        query_times=shared.times[rows],
        query_groups=shared.groups[rows],
        exclude=np.where(is_inside, rows - first, -1),
        before=before,
        damping=Damping(ranking.half_life_days, ranking.time_floor),
    )
    return Neighbors(np.where(found.rows >= 0, found.rows + first, -1), found.similarities, found.scores)


def answer(folder: str, block: int, parts: Sequence[Neighbors], output: str, name: str) -> Written:
    """Merge what the shards gave for a block, and write its lines as one file, whole or not at all."""
    shared = open_folder(folder)
    found = _merged(parts, shared.order)
    answers = []
    queries = shared.queries(block)
    ranked = unhidden(queries, found, found.rows.shape[1])
    places = [places_to_fill(shared.k, query, shared.settings.ranking.fill) for query in queries]
    least = [shared.threshold.of(query, shared.vectorizer) for query in queries]

    def rank(some: Sequence[Query], depth: int) -> list[Ranked]:
        # Seldom asked for, so that it need not be a task of its own: the answer looks at all shards itself.
        rows = np.array([query.row for query in some], dtype=np.int64)
        before = np.array([query.before for query in some])
        wanted = depth + max(len(query.hidden) for query in some)
        deeper = [_nearest(shared, rows, before, wanted, shard) for shard in range(shared.layout.n_shards)]
        return unhidden(some, _merged(deeper, shared.order), depth)

    chosen = chosen_of(queries, ranked, places, least, shared, shared.vectorizer, rank)
    for number, query in enumerate(queries):
        signals: list[tuple[tuple[str, ...], dict[str, float]]] = [((), {})] * len(chosen[number].ranked.rows)
        suggestions = suggestions_of(query, chosen[number], signals, shared, shared.vectorizer, shared.entry_shape)
        none = (
            ""
            if suggestions
            else reason_for_none(query, ranked[number], places[number], least[number], shared, shared.allowed)
        )
        answers.append(Answer(query.article.id, tuple(suggestions), none))
    content = "".join(f"{line}\n" for line in jsonl_lines(answers)).encode()
    is_new = replace_file(Path(output) / name, content)
    return Written(
        name=name,
        n_articles=len(answers),
        n_suggestions=sum(len(answer.suggestions) for answer in answers),
        reasons_for_none=dict(Counter(answer.reason_for_none for answer in answers if not answer.suggestions)),
        first_id=answers[0].article_id,
        last_id=answers[-1].article_id,
        n_bytes=len(content),
        is_new=is_new,
    )


def _merged(parts: Sequence[Neighbors], order: NDArray[np.int64]) -> Neighbors:
    """The rows of all shards in their total order, best first, empty places last."""
    rows = np.concatenate([part.rows for part in parts], axis=1)
    similarities = np.concatenate([part.similarities for part in parts], axis=1)
    scores = np.concatenate([part.scores for part in parts], axis=1)
    is_empty = rows < 0
    # Within a query: filled places first, then the higher score, then the row that comes first among equals.
    place = np.lexsort((np.where(is_empty, 0, order[rows]), -scores, is_empty), axis=1)
    return Neighbors(*(np.take_along_axis(array, place, axis=1) for array in (rows, similarities, scores)))
