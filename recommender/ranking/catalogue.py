"""
What the rankers know of every article, as arrays: one row an article. A number room with the articles behind it.

Rows are appended and never move; a removed article's row is marked and answers nothing any more. External articles,
which only a curated list names, have rows too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.ranking.growing import GrowingArray
from recommender.snapshots import LayeredDict
from recommender.vectors.neighbors import Rows, TiledIndex
from recommender.vectors.postings import frozen
from recommender.vectors.text import language_of
from recommender.vectors.tfidf import Field, FieldVectorizer

__all__ = ["Catalogue", "Facts", "days_of"]

#: Arrays of the catalogue with a value a row; what each means is said there.
_COLUMNS = (
    "times", "groups", "providers", "qualities", "field_lengths", "field_terms", "is_alive", "is_published",
    "is_external", "is_repeat", "is_new", "visible_from", "visible_until",
)  # fmt: skip


def days_of(moment: datetime | None) -> float:
    """Days since 1970-01-01 UTC, with fractions; NaN for no date. A naive time is taken as UTC."""
    if moment is None:
        return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / 86_400.0


class Facts(NamedTuple):
    """
    What compiled code looks up about rows and terms; the columns are those of `Catalogue`.

    Parameters
    ----------
    indptr, indices, data
        The vectors, as in a `csr_matrix`.
    """

    is_alive: NDArray[np.bool_]
    groups: NDArray[np.int32]
    times: NDArray[np.float64]
    providers: NDArray[np.int32]
    qualities: NDArray[np.float64]
    field_lengths: NDArray[np.float64]
    field_terms: NDArray[np.int64]
    frequencies: NDArray[np.float32]
    twins: NDArray[np.int32]
    is_name: NDArray[np.bool_]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]


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
    is_new
        Shape (n_rows,): those that the vocabulary was not fitted on; None: it was fitted on all.
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
    is_name
        Shape (n_terms,): the words that are names.

    Attributes
    ----------
    articles : LayeredDict of Article
        By row.
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
    is_new : ndarray of bool, shape (n_rows,)
        True for rows that came after those that the vocabulary was fitted on.
    visible_from, visible_until : ndarray of float64, shape (n_rows,)
        Days since 1970 outside of which the article is never suggested; NaN where there is no such day.
    """

    times: NDArray[np.float64]
    groups: NDArray[np.int32]
    providers: NDArray[np.int32]
    qualities: NDArray[np.float64]
    field_lengths: NDArray[np.float64]
    field_terms: NDArray[np.int64]
    is_alive: NDArray[np.bool_]
    is_published: NDArray[np.bool_]
    is_external: NDArray[np.bool_]
    is_repeat: NDArray[np.bool_]
    is_new: NDArray[np.bool_]
    visible_from: NDArray[np.float64]
    visible_until: NDArray[np.float64]
    _vectors: csr_matrix | None
    _facts: Facts | None
    _newest: float | None

    def __init__(
        self,
        articles: Sequence[Article],
        vectors: csr_matrix,
        fields: tuple[Field, ...],
        *,
        is_external: NDArray[np.bool_],
        is_new: NDArray[np.bool_] | None = None,
        site_language: str = "",
        cross_language: bool = False,
        index: TiledIndex | None = None,
        frequencies: NDArray[np.float32] | None = None,
        twins: NDArray[np.int32] | None = None,
        is_name: NDArray[np.bool_] | None = None,
    ) -> None:
        self.fields = fields
        self.n_terms = vectors.shape[1]
        self.frequencies = np.zeros(self.n_terms, dtype=np.float32) if frequencies is None else frequencies
        self.twins = np.full(self.n_terms, -1, dtype=np.int32) if twins is None else twins
        self.is_name = np.zeros(self.n_terms, dtype=bool) if is_name is None else is_name
        self.site_language = site_language.lower()
        self.cross_language = cross_language
        if index is None:
            index = TiledIndex(vectors, np.array([days_of(article.published_at) for article in articles]))
        self.index = index
        self._group_codes: dict[str, int] = {}
        self._provider_codes: dict[str, int] = {}
        self.articles: LayeredDict[int, Article] = LayeredDict(dict(enumerate(articles)))
        self._row_of: LayeredDict[str, int] = LayeredDict({article.id: row for row, article in enumerate(articles)})
        self._data, self._indices = GrowingArray(vectors.data), GrowingArray(vectors.indices.astype(np.int32))
        self._indptr = GrowingArray(vectors.indptr.astype(np.int64))
        is_new = np.zeros(len(articles), dtype=bool) if is_new is None else is_new
        described = self._described(articles, vectors, is_external, is_new)
        self._columns = {name: GrowingArray(values) for name, values in described.items()}
        #: The rows in their total order, and the place of each; those appended since are put in when it is asked for.
        self._sorted: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._hand_out()

    def parts(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """JSON values and plain arrays by name, for `from_parts`; articles and ids apart."""
        codes = {"groups": self._group_codes, "providers": self._provider_codes}
        arrays = {f"rows_{name}": column.values for name, column in self._columns.items()}
        arrays |= {
            "rows_order": self.order, "rows_sorted": self._sorted, "twins": self.twins,
            "vectors_data": self._data.values, "vectors_indices": self._indices.values,
            "vectors_indptr": self._indptr.values,
        }  # fmt: skip
        return codes, arrays | self.index.parts()

    @classmethod
    def from_parts(
        cls,
        codes: Mapping[str, dict[str, int]],
        arrays: Mapping[str, NDArray[Any]],
        articles: LayeredDict[int, Article],
        row_of: LayeredDict[str, int],
        vectorizer: FieldVectorizer,
    ) -> Catalogue:
        """The catalogue of earlier `parts`; the arrays may be memory maps, and nothing is computed or copied."""
        catalogue = cls.__new__(cls)
        catalogue.fields, catalogue.n_terms = vectorizer.fields, vectorizer.n_terms
        catalogue.frequencies, catalogue.is_name = vectorizer.frequencies(), vectorizer.is_name
        catalogue.twins = np.asarray(arrays["twins"])
        catalogue.site_language = vectorizer.language.lower()
        catalogue.cross_language = vectorizer.settings.cross_language
        catalogue._group_codes, catalogue._provider_codes = codes["groups"], codes["providers"]
        catalogue.articles, catalogue._row_of = articles, row_of
        catalogue._columns = {name: GrowingArray(np.asarray(arrays[f"rows_{name}"])) for name in _COLUMNS}
        catalogue._data, catalogue._indices, catalogue._indptr = (
            GrowingArray(np.asarray(arrays[f"vectors_{name}"])) for name in ("data", "indices", "indptr")
        )
        catalogue._sorted, catalogue._order = np.asarray(arrays["rows_sorted"]), np.asarray(arrays["rows_order"])
        catalogue._hand_out()
        catalogue.index = TiledIndex.from_parts(arrays, catalogue.vectors)
        return catalogue

    def copy(self) -> Catalogue:
        """A catalogue that can change without this one seeing it; whoever reads this one goes on reading it."""
        twin = Catalogue.__new__(Catalogue)
        twin.__dict__.update(self.__dict__)
        twin.articles, twin._row_of = self.articles.copy(), self._row_of.copy()
        twin._group_codes, twin._provider_codes = dict(self._group_codes), dict(self._provider_codes)
        twin._data, twin._indices, twin._indptr = self._data.copy(), self._indices.copy(), self._indptr.copy()
        twin._columns = {name: column.copy() for name, column in self._columns.items()}
        twin.index = self.index.copy()
        return twin

    @property
    def n_rows(self) -> int:
        """Rows, removed ones included."""
        return len(self.times)

    @property
    def vectors(self) -> csr_matrix:
        """Shape (n_rows, n_terms), rows of length 1 or 0; shares its memory with the catalogue."""
        if self._vectors is None:
            self._vectors = _sorted_rows(
                self._data.values, self._indices.values, self._indptr.values, (self.n_rows, self.n_terms)
            )
        return self._vectors

    @property
    def facts(self) -> Facts:
        """What compiled code looks up; put together when it is first asked for after a change."""
        if self._facts is None:
            of_rows = (getattr(self, name) for name in Facts._fields[:7])
            of_terms = map(frozen, (self.frequencies, self.twins, self.is_name))
            vectors = map(frozen, (self._indptr.values, self._indices.values, self._data.values))
            self._facts = Facts(*of_rows, *of_terms, *vectors)
        return self._facts

    def terms(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The columns of a row, sorted, and their values; both of shape (n_row_terms,)."""
        part = slice(self._indptr.values[row], self._indptr.values[row + 1])
        return self._indices.values[part], self._data.values[part]

    def append(
        self, articles: Sequence[Article], vectors: csr_matrix, is_external: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Add rows at the end and return their numbers, shape (len(articles),)."""
        self.index.add(vectors, np.array([days_of(article.published_at) for article in articles]))
        first = self.n_rows
        for row, article in enumerate(articles, start=first):
            self.articles[row] = article
            self._row_of[article.id] = row
        self._indptr.extend(vectors.indptr[1:] + self._indptr.values[-1])
        self._data.extend(vectors.data)
        self._indices.extend(vectors.indices)
        is_new = np.ones(len(articles), dtype=bool)
        for name, values in self._described(articles, vectors, is_external, is_new).items():
            self._columns[name].extend(values)
        self._hand_out()
        return np.arange(first, self.n_rows, dtype=np.int64)

    def forget(self, row: int) -> None:
        """Mark a row as removed; it answers nothing from now on."""
        self._set("is_alive", row, False)
        article_id = self.articles[row].id
        if self._row_of.get(article_id) == row:
            self._row_of.discard(article_id)

    def mark_repeat(self, row: int, is_repeat: bool) -> None:
        """Say whether a row is the second file of a URL."""
        self._set("is_repeat", row, is_repeat)

    def row_of(self, article_id: str) -> int | None:
        """The row of an id, or None where there is none (any more)."""
        return self._row_of.get(article_id)

    def ids(self) -> list[str]:
        """The ids that have a row, sorted, externals left out."""
        return sorted(id_ for id_, row in self._row_of.items() if not self.is_external[row])

    @property
    def order(self) -> NDArray[np.int64]:
        """The place of each row in the total order of equals: newer first, then by id. Shape (n_rows,)."""
        if len(self._order) < self.n_rows:
            # NB The places last: another thread looks at them first.
            self._sorted = self._merged(self._sorted)
            order = np.empty(self.n_rows, dtype=np.int64)
            order[self._sorted] = np.arange(self.n_rows)
            self._order = order
        return self._order

    def _merged(self, by_order: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows in their total order, from those that are in order and the ones appended since."""
        age = -np.nan_to_num(self.times, nan=-np.inf)
        new = np.arange(len(by_order), self.n_rows)
        new = new[np.argsort(age[new], kind="stable")]
        for start, stop in _runs(age[new]):
            new[start:stop] = sorted(new[start:stop].tolist(), key=lambda row: self.articles[row].id)
        if not len(by_order):
            return new
        ages = age[by_order]
        low, high = np.searchsorted(ages, age[new], "left"), np.searchsorted(ages, age[new], "right")
        for place in np.flatnonzero(low < high):
            # Articles of one moment: by their ids.
            low[place] = bisect_left(
                by_order,
                self.articles[int(new[place])].id,
                int(low[place]),
                int(high[place]),
                key=lambda row: self.articles[int(row)].id,
            )
        return np.insert(by_order, low, new)

    def _described(
        self,
        articles: Sequence[Article],
        vectors: csr_matrix,
        is_external: NDArray[np.bool_],
        is_new: NDArray[np.bool_],
    ) -> dict[str, NDArray[Any]]:
        """The columns of some articles by name; each of shape (len(articles), ...)."""
        lengths, terms = _field_lengths(vectors, self.fields)
        return {
            "times": np.array([days_of(article.published_at) for article in articles], dtype=np.float64),
            "groups": np.array([self.group_of(article) for article in articles], dtype=np.int32),
            "providers": np.array([self._code(article.provider) for article in articles], dtype=np.int32),
            "qualities": np.array([article.quality for article in articles], dtype=np.float64),
            "field_lengths": lengths,
            "field_terms": terms,
            "is_alive": np.ones(len(articles), dtype=bool),
            "is_published": np.array([article.is_published for article in articles], dtype=bool),
            "is_external": is_external.astype(bool),
            "is_repeat": np.zeros(len(articles), dtype=bool),
            "is_new": is_new,
            "visible_from": np.array([days_of(article.visible_from) for article in articles], dtype=np.float64),
            "visible_until": np.array([days_of(article.visible_until) for article in articles], dtype=np.float64),
        }

    def _set(self, name: str, row: int, value: bool) -> None:
        if self._columns[name].values[row] != value:
            self._columns[name].replace(row, value)
            setattr(self, name, frozen(self._columns[name].values))
            self._facts = None

    def _hand_out(self) -> None:
        """Make the columns readable under their names, as the compiled code takes them."""
        for name, column in self._columns.items():
            setattr(self, name, frozen(column.values))
        self._vectors = self._facts = self._newest = None

    @property
    def newest(self) -> float:
        """The latest time of any row, in days since 1970; NaN where no row has one."""
        if self._newest is None:
            self._newest = float(np.max(self.times[~np.isnan(self.times)], initial=-np.inf))
        return self._newest if np.isfinite(self._newest) else float("nan")

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
    starts = np.array([field.start for field in fields], dtype=np.int64)
    _measure(vectors.indptr, vectors.indices, vectors.data, starts, lengths, terms)
    return lengths, terms


@numba.njit(nogil=True, cache=True)
def _measure(indptr, indices, data, starts, lengths, terms):  # numba infers the types
    """Fill what `_field_lengths` returns; columns are sorted."""
    for row in range(len(lengths)):
        field = 0
        for place in range(indptr[row], indptr[row + 1]):
            while field + 1 < len(starts) and indices[place] >= starts[field + 1]:
                field += 1
            lengths[row, field] += np.float64(data[place]) * np.float64(data[place])
            terms[row, field] += 1
        for field in range(len(starts)):
            lengths[row, field] = np.sqrt(lengths[row, field])


def _runs(values: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """(start, stop) of each run of two or more equal values."""
    stops: list[int] = (np.flatnonzero(values[1:] != values[:-1]) + 1).tolist()
    for start, stop in pairwise([0, *stops, len(values)]):
        if stop - start > 1:
            yield start, stop


def _sorted_rows(
    data: NDArray[np.float32], indices: NDArray[np.int32], indptr: NDArray[Any], shape: tuple[int, int]
) -> csr_matrix:
    """A matrix of rows whose columns are sorted; nothing is copied or checked."""
    matrix = csr_matrix((data, indices, indptr), shape=shape, copy=False)
    matrix.has_sorted_indices = True
    return matrix
