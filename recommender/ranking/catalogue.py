"""
What the rankers know of every article, as arrays: one row an article. A number room with the articles behind it.

Rows are appended and never move; a removed article's row is marked and answers nothing any more. External articles,
which only a curated list names, have rows too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.vectors.neighbors import Rows, TiledIndex, stack_rows
from recommender.vectors.text import language_of
from recommender.vectors.tfidf import Field

__all__ = ["Catalogue", "days_of"]

_ROWS_AT_ONCE = 16_384


def days_of(moment: datetime | None) -> float:
    """Days since 1970-01-01 UTC, with fractions; NaN for no date. A naive time is taken as UTC."""
    if moment is None:
        return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / 86_400.0


class Catalogue:
    """
    The rows behind every answer.

    Parameters
    ----------
    articles
        In the order of the rows.
    vectors
        Shape (n_rows, n_terms), rows of length 1 or 0.
    fields
        The columns of each field of text.
    is_external
        Shape (n_rows,): articles that only a curated list names.
    site_language
        The language of articles that do not name theirs.
    cross_language
        Whether articles of different languages may be related.
    index
        The index of the vectors, where there is one already.
    frequencies
        Shape (n_terms,): inverse document frequencies.
    twins
        Shape (n_terms,): for a word of the title its column in the excerpt, and the other way round; -1 where there is
        none.

    Attributes
    ----------
    articles : list of Article
    vectors : csr_matrix, shape (n_rows, n_terms)
    field_lengths : ndarray of float64, shape (n_rows, n_fields)
        The length of each field's part of a row; 0 where the article has nothing in the field.
    field_terms : ndarray of int64, shape (n_rows, n_fields)
        Distinct known terms of each field.
    times : ndarray of float64, shape (n_rows,)
        Days since 1970, NaN where unknown.
    groups : ndarray of int32, shape (n_rows,)
        Equal for articles that may be related: the code of the language.
    providers : ndarray of int32, shape (n_rows,)
        The code of the provider; -1 where there is none.
    qualities : ndarray of float64, shape (n_rows,)
        NaN where unknown.
    is_alive : ndarray of bool, shape (n_rows,)
        False for removed articles.
    is_published : ndarray of bool, shape (n_rows,)
    is_external : ndarray of bool, shape (n_rows,)
    is_repeat : ndarray of bool, shape (n_rows,)
        True for a file whose URL an earlier one has: it is never suggested.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        vectors: csr_matrix,
        fields: tuple[Field, ...],
        *,
        is_external: NDArray[np.bool_],
        site_language: str = "",
        cross_language: bool = False,
        index: TiledIndex | None = None,
        frequencies: NDArray[np.float32] | None = None,
        twins: NDArray[np.int32] | None = None,
    ) -> None:
        self.fields = fields
        self.frequencies = np.zeros(vectors.shape[1], dtype=np.float32) if frequencies is None else frequencies
        self.twins = np.full(vectors.shape[1], -1, dtype=np.int32) if twins is None else twins
        self.field_lengths = np.zeros((0, len(fields)))
        self.field_terms = np.zeros((0, len(fields)), dtype=np.int64)
        self.site_language = site_language.lower()
        self.cross_language = cross_language
        self.articles: list[Article] = []
        self.vectors = csr_matrix((0, vectors.shape[1]), dtype=np.float32)
        self.times = np.zeros(0)
        self.groups = np.zeros(0, dtype=np.int32)
        self.providers = np.zeros(0, dtype=np.int32)
        self.qualities = np.zeros(0)
        self.is_alive = np.zeros(0, dtype=bool)
        self.is_published = np.zeros(0, dtype=bool)
        self.is_external = np.zeros(0, dtype=bool)
        self.is_repeat = np.zeros(0, dtype=bool)
        self._group_codes: dict[str, int] = {}
        self._provider_codes: dict[str, int] = {}
        self._order: NDArray[np.int64] | None = None
        self._row_of: dict[str, int] = {}
        self.index = TiledIndex(vectors) if index is None else index
        self._append(articles, vectors, is_external)

    def copy(self) -> Catalogue:
        """A catalogue that can change without this one seeing it; whoever reads this one goes on reading it."""
        twin = Catalogue.__new__(Catalogue)
        twin.__dict__.update(self.__dict__)
        twin.articles = list(self.articles)
        twin.is_alive, twin.is_repeat = self.is_alive.copy(), self.is_repeat.copy()
        twin._row_of = dict(self._row_of)
        twin.index = self.index.copy()
        return twin

    @property
    def n_rows(self) -> int:
        """Rows, removed ones included."""
        return len(self.articles)

    def append(
        self, articles: Sequence[Article], vectors: csr_matrix, is_external: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Add rows at the end and return their numbers, shape (len(articles),)."""
        self.index.add(vectors)
        return self._append(articles, vectors, is_external)

    def _append(
        self, articles: Sequence[Article], vectors: csr_matrix, is_external: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        first = self.n_rows
        for row, article in enumerate(articles, start=first):
            self._row_of[article.id] = row
        self.articles.extend(articles)
        self.vectors = stack_rows(self.vectors, vectors)
        lengths, terms = _field_lengths(vectors, self.fields)
        self.field_lengths = np.concatenate([self.field_lengths, lengths])
        self.field_terms = np.concatenate([self.field_terms, terms])
        self.times = np.append(self.times, [days_of(article.published_at) for article in articles])
        self.groups = np.append(self.groups, np.array([self.group_of(article) for article in articles], dtype=np.int32))
        self.providers = np.append(
            self.providers, np.array([self._code(article.provider) for article in articles], dtype=np.int32)
        )
        self.qualities = np.append(
            self.qualities, [np.nan if article.quality is None else article.quality for article in articles]
        )
        self.is_alive = np.append(self.is_alive, np.ones(len(articles), dtype=bool))
        self.is_published = np.append(self.is_published, np.array([a.is_published for a in articles], dtype=bool))
        self.is_external = np.append(self.is_external, is_external.astype(bool))
        self.is_repeat = np.append(self.is_repeat, np.zeros(len(articles), dtype=bool))
        self._order = None
        return np.arange(first, self.n_rows, dtype=np.int64)

    def forget(self, row: int) -> None:
        """Mark a row as removed; it answers nothing from now on."""
        self.is_alive[row] = False
        if self._row_of.get(self.articles[row].id) == row:
            del self._row_of[self.articles[row].id]

    def row_of(self, article_id: str) -> int | None:
        """The row of an id, or None where there is none (any more)."""
        return self._row_of.get(article_id)

    def ids(self) -> list[str]:
        """The ids that have a row, sorted, externals left out."""
        return sorted(id_ for id_, row in self._row_of.items() if not self.is_external[row])

    @property
    def order(self) -> NDArray[np.int64]:
        """The place of each row in the total order of equals: newer first, then by id. Shape (n_rows,)."""
        if self._order is None:
            newest_first = -np.nan_to_num(self.times, nan=-np.inf)
            by_order = np.lexsort(
                (np.array([article.id for article in self.articles], dtype=object).astype(str), newest_first)
            )
            self._order = np.empty(self.n_rows, dtype=np.int64)
            self._order[by_order] = np.arange(self.n_rows)
        return self._order

    def terms_in(self, field: str) -> NDArray[np.int64]:
        """Distinct known terms of one field of each row, shape (n_rows,); 0 where the site does not have the field."""
        for number, known in enumerate(self.fields):
            if known.name == field:
                return self.field_terms[:, number]
        return np.zeros(self.n_rows, dtype=np.int64)

    def rows_for_search(self, allowed: NDArray[np.bool_]) -> Rows:
        """What the neighbor search needs besides the vectors."""
        return Rows(times=self.times, groups=self.groups, allowed=allowed, order=self.order)

    def group_of(self, article: Article) -> int:
        """The code of the articles that may be related to this one; a language that is new gets a new code."""
        language = "" if self.cross_language else language_of(article.language, self.site_language)
        return self._group_codes.setdefault(language, len(self._group_codes))

    def provider_of(self, article: Article) -> int:
        """The code of the article's provider: -1 for none, -2 for one that no row has."""
        if not article.provider:
            return -1
        return self._provider_codes.get(article.provider.casefold(), -2)

    def _code(self, provider: str) -> int:
        if not provider:
            return -1
        return self._provider_codes.setdefault(provider.casefold(), len(self._provider_codes))


def _field_lengths(vectors: csr_matrix, fields: tuple[Field, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The length and the number of terms of each field's part of each row; both of shape (n_rows, n_fields)."""
    lengths = np.zeros((vectors.shape[0], len(fields)))
    terms = np.zeros((vectors.shape[0], len(fields)), dtype=np.int64)
    starts = [field.start for field in fields]
    # A part of the rows at a time: what stands beside the matrix is several times its size.
    for first in range(0, vectors.shape[0] if starts else 0, _ROWS_AT_ONCE):
        part = vectors[first : first + _ROWS_AT_ONCE]
        row = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
        at = row * len(fields) + np.searchsorted(starts, part.indices, side="right") - 1
        shape = (part.shape[0], len(fields))
        squares = np.bincount(at, np.square(part.data.astype(np.float64)), shape[0] * shape[1])
        lengths[first : first + _ROWS_AT_ONCE] = np.sqrt(squares).reshape(shape)
        terms[first : first + _ROWS_AT_ONCE] = np.bincount(at, minlength=squares.size).reshape(shape)
    return lengths, terms
