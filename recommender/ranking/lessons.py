"""
Curated lists as lessons: what was asked, what could be seen, and what the editor chose. A number room.

Learning asks what answering asks: for an article with a list, with the list hidden, which articles would its editor
choose? It is asked in two ways, for both must be served by one ranker:

- as a draft: only what was there when the article was published is known, and nobody lists it yet;
- as one of the corpus: everything but its own list is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.features import N_CANDIDATES, Pairs, pairs_of
from recommender.ranking.rankers import Query, SimilarityRanker
from recommender.ranking.state import State
from recommender.settings import RankingSettings

#: With fewer lists than this every list is held out once, in this many folds; with more, the newest fifth is.
FEW_LISTS, N_FOLDS = 400, 5
#: Lists that are asked as drafts, the newest, for habits change; and as articles of the corpus, drawn at random.
_N_DRAFTS, _N_OF_CORPUS = 2200, 800
#: How deep the measure looks.
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """One list as it teaches."""

    row: int  #: The article whose list it is.
    pairs: Pairs  #: Its candidates.
    is_right: NDArray[np.bool_]  #: Shape (n_candidates,): whether the list names the candidate.
    n_right: int  #: How many articles of the list were there to be found.
    readers: NDArray[np.float64]  #: Shape (n_candidates,): the chance that a reader approves.


@dataclass(frozen=True)
class Library:
    """Where lessons are taken from."""

    state: State
    query_of: Callable[[str], Query]  #: The id of an article -> what it asks.
    allowed: NDArray[np.bool_]  #: Shape (n_rows,): which rows may be suggested.
    similarity: SimilarityRanker  #: The ranker that learning is compared with.
    trust: float | None  #: As `LearnedRanker` has it.
    settings: RankingSettings  #: Seed, and whether a ranker is kept in any case.

    def rows_with_list(self) -> NDArray[np.int64]:
        """The rows that can teach, ascending."""
        catalogue = self.state.catalogue
        has_list = np.diff(self.state.graph.lists.indptr) > 0
        return np.flatnonzero(~catalogue.is_external & ~catalogue.is_repeat & has_list)

    def lessons(self, random: np.random.Generator, progress: Callable[[int, int], None] | None = None) -> list[Lesson]:
        """The lessons to learn from: the newest lists as drafts, a part of all as articles of the corpus."""
        teaching = self.rows_with_list()
        drafts = np.sort(newest(random.permutation(teaching), self.state.catalogue.times, _N_DRAFTS))
        of_corpus = np.sort(random.permutation(teaching)[:_N_OF_CORPUS])
        asked = [(row, True) for row in drafts] + [(row, False) for row in of_corpus]
        found = []
        for done, (row, is_draft) in enumerate(asked):
            lesson = self.lesson(int(row), is_draft)
            if lesson is not None:
                found.append(lesson)
            if progress and done % 50 == 0:
                progress(done, len(asked))
        return found

    def lesson(self, row: int, is_draft: bool) -> Lesson | None:
        """One list as it teaches; None where nothing of it could have been found."""
        catalogue = self.state.catalogue
        # Without a date nobody knows what was there before it; it is asked as a draft that comes last.
        before = float(np.nan_to_num(catalogue.times[row], nan=np.inf)) if is_draft else float("nan")
        query = replace(self.query_of(catalogue.articles[row].id).without_list(), before=before)
        wanted = np.zeros(catalogue.n_rows, dtype=bool)
        wanted[self.state.graph.listed(row)] = True
        wanted &= self.allowed & (catalogue.languages == query.language)
        wanted[query.own] = False
        wanted &= ~(catalogue.times >= before)
        n_right = int(wanted.sum())
        if not n_right:
            return None
        pairs = pairs_of(query, self.state, self.allowed, N_CANDIDATES)
        if not len(pairs.rows):
            return None
        readers = self.similarity.chances(query, pairs.similarities, pairs.rows, catalogue)
        return Lesson(row, pairs, wanted[pairs.rows], n_right, readers)


def folds_of(lessons: Sequence[Lesson], times: NDArray[np.float64], random: np.random.Generator) -> dict[int, int]:
    """
    Row -> the fold in which it is held out, -1 for never.

    With many lists only the newest fifth is held out, as a publishing pipeline would meet them; with few, all are.
    """
    rows = np.array(sorted({lesson.row for lesson in lessons}), dtype=np.int64)
    shuffled = random.permutation(rows)
    if len(rows) < FEW_LISTS:
        return {int(row): place % N_FOLDS for place, row in enumerate(shuffled)}
    held = set(newest(shuffled, times, len(rows) // N_FOLDS).tolist())
    return {int(row): 0 if int(row) in held else -1 for row in rows}


def newest(shuffled: NDArray[np.int64], times: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """The n newest of some shuffled rows; among those without a date, which are the oldest, the lot decides."""
    oldest_first = shuffled[np.argsort(np.nan_to_num(times[shuffled], nan=-np.inf), kind="stable")]
    return oldest_first[max(0, len(oldest_first) - n) :]


def ndcg(lesson: Lesson, scores: NDArray[np.float64], order: NDArray[np.int64]) -> float:
    """
    nDCG@10 of one list by the scores of its candidates, what was no candidate counting as missed.

    Of two rows with equal scores the one with the smaller number in `order`, shape (n_rows,), comes first.
    """
    best = np.lexsort((order[lesson.pairs.rows], -scores))[:_DEPTH]
    discounts = 1.0 / np.log2(np.arange(2, _DEPTH + 2))
    ideal = discounts[: min(_DEPTH, lesson.n_right)].sum()
    return float((lesson.is_right[best] * discounts[: len(best)]).sum() / ideal)
