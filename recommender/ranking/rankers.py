"""
From similarities to an order: the `similarity` ranker. A number room.

A ranker gives each candidate a score in [0, 1]; who may be suggested at all is decided by `eligible`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.model_store import reader_of
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.editors import EditorsModel
from recommender.ranking.reader import (
    LEAST_CHANCES,
    LINKED,
    ONE_SUBJECT,
    OTHER_TOPICS,
    ReaderModel,
    everyday_words,
    usual_similarity,
)
from recommender.ranking.state import State
from recommender.settings import RankingSettings
from recommender.vectors.neighbors import Vectors

#: Rows that are compared with a query exactly, at least, and for each place of the answer.
_N_CANDIDATES, _TIMES_K = 128, 4


def damping(gap_days: NDArray[np.float64], half_life: float, floor: float) -> NDArray[np.float64]:
    """
    How similarity fades with the days between two articles: ``floor + (1 - floor) * 2 ** (-days / half_life)``.

    The factor of each gap, before or after, NaN for an unknown one; shape as given, in [floor, 1]. A half-life of 0 is
    no fading.
    """
    gaps = np.abs(gap_days)
    if half_life <= 0:
        return np.ones_like(gaps)
    # As if the unknown gap were one half-life.
    factors: NDArray[np.float64] = np.exp2(-np.where(np.isnan(gaps), half_life, gaps) / half_life)
    return floor + (1.0 - floor) * factors


@dataclass(frozen=True, slots=True)
class Query:
    """The article that asks, as numbers."""

    article: Article
    vectors: Vectors  #: Of one row.
    time: float  #: Days since 1970, NaN where unknown.
    language: str  #: Of the articles that may answer, as in `Catalogue.languages`.
    row: int = -1  #: The article's own row, or -1 for a draft.
    #: Rows that must not be suggested, sorted: the article itself under any address, and what its list names.
    hidden: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    #: Only articles published before this time (days since 1970) may answer; NaN for no limit.
    before: float = float("nan")
    n_listed: int = 0  #: How many articles its own list names.
    #: Rows that are the article itself, under any address.
    own: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    #: Rows that the article's text links to, or whose texts link to it, as `State.linked_rows` has them.
    linked: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def without_list(self) -> Query:
        """The same, as if its own list named nothing: what it names may be suggested."""
        return replace(self, hidden=self.own)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the article that others could share."""
        return not self.vectors.terms.nnz and not self.vectors.dense.any()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A query's candidates, best first. All of shape (n_candidates,)."""

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]  #: Cosines, rounded to six places.
    scores: NDArray[np.float64]  #: What the ranker gives, in [0, 1], rounded to six places.

    def at(self, places: NDArray[Any] | slice) -> Ranked:
        """Those at some places, or where a mask is true."""
        return Ranked(self.rows[places], self.similarities[places], self.scores[places])

    def followed_by(self, other: Ranked) -> Ranked:
        """Those of another ranking behind them."""
        return Ranked(
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.similarities, other.similarities]),
            np.concatenate([self.scores, other.scores]),
        )


def link_sentences(query: Query, rows: NDArray[np.int64], state: State) -> list[tuple[str, ...]]:
    """A sentence about each row that the query's text links to, or whose text links to it."""
    linked = set(query.linked.tolist())
    if not linked:
        return [()] * len(rows)
    one, links, articles = query.article.id, state.links_of(query.article), state.catalogue.articles
    others = (articles[row].id if row in linked else "" for row in rows.tolist())
    return [(state.links.sentence(one, links, other),) if other else () for other in others]


class SimilarityRanker:
    """Similarity, fading a little with the days between two articles, as the chance that a reader approves."""

    name = "similarity"
    thresholds = LEAST_CHANCES
    sentences = staticmethod(link_sentences)

    def __init__(self, settings: RankingSettings) -> None:
        self.damping = partial(damping, half_life=settings.half_life_days, floor=settings.time_floor)
        self.reader = ReaderModel()
        self.editors = EditorsModel()

    def fit(self, queries: Sequence[Query], catalogue: Catalogue, allowed: NDArray[np.bool_]) -> Self:
        """Learn from some articles of the site what is usual there."""
        found: dict[str, list[tuple[float, bool]]] = {}
        for query, rows, similarities in candidates_of(queries, 1, catalogue, allowed):
            damped = similarities * self.damping(query.time - catalogue.times[rows])
            nearest = float(np.max(damped, initial=0.0)), not query.article.body.strip()
            found.setdefault(query.language, []).append(nearest)
        n_articles, usual = Counter(catalogue.languages.tolist()), {}
        for language, some in found.items():
            similar, is_without_body = np.array(some).T
            usual[language] = usual_similarity(similar, n_articles[language], is_without_body.mean())
        self.reader = ReaderModel(usual)
        return self

    def chances(
        self, query: Query, similarities: NDArray[np.float64], rows: NDArray[np.int64], catalogue: Catalogue
    ) -> NDArray[np.float64]:
        """The chance that a reader approves, of some rows with their similarities; shape (n_rows,)."""
        damped = similarities * self.damping(query.time - catalogue.times[rows])
        moves = self._moves(query, similarities, rows, catalogue)
        return self.reader(damped, query.language, sum(moves.values()))

    def _moves(
        self, query: Query, similarities: NDArray[np.float64], rows: NDArray[np.int64], catalogue: Catalogue
    ) -> dict[str, NDArray[np.floating[Any]]]:
        """What moves the logarithm of the odds of some rows besides their similarities, by name; shape (n_rows,)."""
        rarities, products = catalogue.index.shared_words(query.vectors, rows)
        shares = products / np.maximum(similarities, 1e-6)
        topics = catalogue.topics_of(query.article)
        one_subject, other_topics = catalogue.topics.shared(query.language, topics, query.own, rows)
        return {
            "linked": LINKED * np.isin(rows, query.linked),
            "topics": ONE_SUBJECT * one_subject + OTHER_TOPICS * other_topics,
            "everyday words": everyday_words(rarities, shares, catalogue.n_fitted),
        }

    def rank(self, queries: Sequence[Query], k: int, state: State, allowed: NDArray[np.bool_]) -> list[Ranked]:
        """The k best allowed rows of each query that are not hidden from it, by damped similarity."""
        catalogue, found = state.catalogue, []
        for query, rows, similarities in candidates_of(queries, k, catalogue, allowed):
            chances = self.chances(query, similarities, rows, catalogue)
            scores = np.rint(self.editors(chances, query, rows, catalogue) * 1e6) / 1e6
            best = np.lexsort((catalogue.order[rows], -scores))
            best = best[similarities[best] > 0][:k]
            found.append(Ranked(rows[best], similarities[best], scores[best]))
        return found

    def signals(self, query: Query, row: int, state: State) -> dict[str, float]:
        """What moved the logarithm of its odds besides its similarity, where anything did: `_moves`, and decisions."""
        rows = np.array([row])
        similarities = state.catalogue.index.exact(query.vectors, rows)
        moves = self._moves(query, similarities, rows, state.catalogue)
        moved = {name: rounded for name, (move,) in moves.items() if (rounded := round(float(move), 4))}
        return moved | self.editors.signals(query, row, state.catalogue)

    def state(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Its name, what is usual, and what editors decided: the settings have the rest."""
        return {"name": self.name, "reader": asdict(self.reader), "editors": asdict(self.editors)}, {}

    @classmethod
    def restored(cls, document: Mapping[str, Any], settings: RankingSettings) -> Self:
        """The ranker of an earlier `state`."""
        ranker = cls(settings)
        ranker.reader = reader_of(ReaderModel)(document["reader"])
        if min(ranker.reader.usual.values(), default=1) <= 0:
            raise ValueError("the usual similarity is not above 0")
        ranker.editors = reader_of(EditorsModel)(document["editors"])
        return ranker


def candidates_of(
    queries: Sequence[Query], k: int, catalogue: Catalogue, allowed: NDArray[np.bool_]
) -> Iterator[tuple[Query, NDArray[np.int64], NDArray[np.float64]]]:
    """Each query with the rows that may answer and may be among its k best, and their similarities."""
    n = max(_N_CANDIDATES, _TIMES_K * k)
    found = catalogue.index.candidates([query.vectors for query in queries], n)
    for query, (rows, similarities) in zip(queries, found, strict=True):
        n_asked, kept = n, may_answer(query, rows, catalogue, allowed)
        # Where few of the nearest may answer, those behind them come in.
        while len(rows) >= n_asked and n_asked < catalogue.n_rows and np.count_nonzero(kept) < n // _TIMES_K:
            n_asked *= _TIMES_K
            ((rows, similarities),) = catalogue.index.candidates([query.vectors], n_asked)
            kept = may_answer(query, rows, catalogue, allowed)
        rows, similarities = rows[kept], similarities[kept]
        if len(query.linked):
            linked = np.setdiff1d(query.linked, rows)
            linked = linked[may_answer(query, linked, catalogue, allowed)]
            exact = catalogue.index.exact(query.vectors, linked)
            rows, similarities = np.concatenate([rows, linked]), np.concatenate([similarities, exact])
        yield query, rows, similarities


def may_answer(
    query: Query, rows: NDArray[np.int64], catalogue: Catalogue, allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which of some rows are allowed, of the query's language, were there when it asked, and are not hidden from it."""
    may: NDArray[np.bool_] = allowed[rows] & (catalogue.languages[rows] == query.language)
    # A row without a time is there at any moment.
    may &= ~(catalogue.times[rows] >= query.before) | catalogue.is_evergreen[rows]
    return may & ~np.isin(rows, query.hidden)
