"""
Fields of text as one sparse matrix. The only door to scikit-learn's text features.

Each field has its own `TfidfVectorizer`. A row of field f has length 1 and is multiplied by the square root of the
field's weight; the fields stand side by side, and the whole row is scaled to length 1. So one product of two rows is
the weighted mean of the fields' cosines, and two articles with the same text have similarity 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

from recommender.articles import Article
from recommender.settings import FieldSettings, VectorsSettings
from recommender.vectors.counts import (
    FIELD_NAMES,
    Shard,
    TermReader,
    as_they_are,
    counted,
    document_frequencies,
    inverse_frequencies,
    rarity_with_prior,
    renamed,
    stacked,
)
from recommender.vectors.names import NameCounts
from recommender.vectors.postings import frozen
from recommender.vectors.text import analyzer_for, repair

__all__ = ["FIELD_NAMES", "Field", "FieldVectorizer"]

#: Vectorised articles that are kept, since a draft is asked for again and then added.
_N_ROWS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Field:
    """A field's columns, ``start`` to ``stop - 1``, and its weight."""

    name: str
    start: int
    stop: int
    weight: float


class FieldVectorizer:
    """
    Articles to rows of weighted, normalised TF-IDF, field beside field.

    Parameters
    ----------
    settings
        Weights, n-grams and limits of each field.
    language
        The language of articles that do not name theirs. Terms of other languages are kept apart from its terms by a
        prefix, unless the settings let languages mix, so that articles of two languages share nothing.
    n_jobs
        Processes that count terms, as in joblib; the matrix does not depend on it.
    learn_names
        Whether fitting finds out which words are names; only the learned ranker asks.

    Attributes
    ----------
    fields : tuple of Field
        The fields that have terms, in the order of their columns.
    n_articles : int
        Articles that it was fitted on.
    is_name : ndarray of bool, shape (n_terms,)
        The words of titles and excerpts that are names; see `recommender.vectors.names`.
    """

    def __init__(
        self,
        settings: VectorsSettings | None = None,
        language: str = "",
        n_jobs: int = 1,
        learn_names: bool = False,
    ) -> None:
        self.settings = settings or VectorsSettings()
        self.language = language.lower().replace("_", "-")
        self.n_jobs = n_jobs
        self.learn_names = learn_names
        self.n_articles = 0
        self.is_name: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self.fields: tuple[Field, ...] = ()
        self._vectorizers: dict[str, TfidfVectorizer] = {}
        self._frequencies: NDArray[np.float32] | None = None
        self._rows: dict[tuple[Any, ...], tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        self._names: NDArray[Any] | None = None
        #: In how many of the articles that it was fitted on each term stands, shape (n_terms,).
        self.n_having: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    @property
    def _reader(self) -> TermReader:
        return TermReader(self.settings, self.language)

    @property
    def n_terms(self) -> int:
        """Columns of the matrix."""
        return self.fields[-1].stop if self.fields else 0

    def fit(self, articles: Sequence[Article]) -> Self:
        """Learn the vocabulary and the document frequencies of each field."""
        self._learn(articles)
        return self

    def fit_transform(self, articles: Sequence[Article]) -> csr_matrix:
        """`fit`, then `transform` of the same articles, in one pass over the text."""
        shards = self._learn(articles)
        if not self.fields:
            return csr_matrix((len(articles), 0), dtype=np.float32)
        # Shard by shard, each let go of before the next, so that the counts never stand beside a copy of the whole.
        vectors = [self._vectors_of(shards.pop(0)) for _ in range(len(shards))]
        return vectors[0] if len(vectors) == 1 else stacked(vectors)

    def transform(self, articles: Sequence[Article]) -> csr_matrix:
        """
        The rows of articles, known or not.

        Returns
        -------
        csr_matrix
            Shape (n_articles, n_terms), float32, columns sorted in each row. A row has length 1, or 0 where the
            article has no known term.
        """
        rows = [self.row_of(article) for article in articles]
        lengths = np.array([len(columns) for columns, _ in rows], dtype=np.int64)
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        columns = np.concatenate([columns for columns, _ in rows]) if rows else np.zeros(0, dtype=np.int32)
        values = np.concatenate([values for _, values in rows]) if rows else np.zeros(0, dtype=np.float32)
        return self._matrix(values, columns, indptr)

    def row_of(self, article: Article) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """
        The columns of an article, sorted, and their values; both of shape (n_article_terms,).

        The last rows are kept: a draft is asked for, then added.
        """
        texts = (article.title, article.excerpt, article.topics, article.body)
        key = (self._reader.language_of(article), *texts)
        known = self._rows.get(key)
        if known is not None:
            return known
        reader = self._reader
        columns: list[int] = []
        for field in self.fields:
            start, known_as = field.start, self._vectorizers[field.name].vocabulary_.get
            terms = reader.terms(article, field.name)
            columns += [start + column for column in map(known_as, terms) if column is not None]
        columns.sort()
        starts, roots = self._starts_and_roots()
        is_sublinear = np.array([getattr(self.settings, field.name).sublinear_tf for field in self.fields])
        # Of every count there can be, by numpy: as scikit-learn takes them.
        logs = np.log(np.arange(1, len(columns) + 1, dtype=np.float32)) + np.float32(1)
        row: tuple[NDArray[np.int32], NDArray[np.float32]] = _row(
            np.array(columns, dtype=np.int32), starts, is_sublinear, logs, frozen(self.frequencies()), roots
        )
        if len(self._rows) >= _N_ROWS_KEPT:
            self._rows = {}
        self._rows[key] = row
        return row

    def term_names(self) -> NDArray[Any]:
        """The term of every column, shape (n_terms,); character n-grams as they are, padded by spaces."""
        if self._names is None:
            names = np.empty(self.n_terms, dtype=object)
            for field in self.fields:
                for term, column in self._vectorizers[field.name].vocabulary_.items():
                    names[field.start + column] = term
            self._names = names
        return self._names

    def term_name(self, column: int) -> str:
        """The term of one column, as in `term_names`."""
        return str(self.term_names()[column])

    def field_of(self, column: int) -> str:
        """The name of the field that a column belongs to."""
        return self.fields[bisect_right(self.fields, column, key=lambda field: field.start) - 1].name

    def frequencies(self) -> NDArray[np.float32]:
        """Inverse document frequencies, shape (n_terms,), as scikit-learn smooths them."""
        if self._frequencies is None:
            parts = [self._vectorizers[field.name].idf_ for field in self.fields]
            self._frequencies = np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, dtype=np.float32)
        return self._frequencies

    def unknown_terms(self, article: Article, field: str) -> set[str]:
        """The terms of one field of an article that it was fitted without."""
        vectorizer = self._vectorizers.get(field)
        known = vectorizer.vocabulary_ if vectorizer else {}
        return {term for term in self._reader.terms(article, field) if term not in known}

    def twins(self) -> NDArray[np.int32]:
        """
        For each word of the title its column in the excerpt, and the other way round; -1 for all else.

        Returns
        -------
        ndarray
            Shape (n_terms,).
        """
        twins = np.full(self.n_terms, -1, dtype=np.int32)
        starts = {field.name: field.start for field in self.fields}
        if "title" in starts and "excerpt" in starts:
            excerpt = self._vectorizers["excerpt"].vocabulary_
            for term, column in self._vectorizers["title"].vocabulary_.items():
                other = excerpt.get(term)
                if other is not None:
                    twins[starts["title"] + column] = starts["excerpt"] + other
                    twins[starts["excerpt"] + other] = starts["title"] + column
        return twins

    def state(self) -> dict[str, Any]:
        """What `restore` needs besides the settings: language, fields and each field's terms in column order."""
        names = self.term_names()
        return {
            "language": self.language,
            "n_articles": self.n_articles,
            "fields": [
                {"name": field.name, "terms": names[field.start : field.stop].tolist()} for field in self.fields
            ],
        }

    def restore(
        self,
        state: dict[str, Any],
        frequencies: NDArray[np.float32],
        n_having: NDArray[np.int64],
        is_name: NDArray[np.bool_],
    ) -> Self:
        """The fitted vectorizer of an earlier `state`, `frequencies`, `n_having` and `is_name`."""
        self.language, self.n_articles = state["language"], state["n_articles"]
        start = 0
        for part in state["fields"]:
            name, terms = part["name"], part["terms"]
            vectorizer = self._vectorizer(name, vocabulary={term: column for column, term in enumerate(terms)})
            vectorizer.idf_ = frequencies[start : start + len(terms)]
            self._vectorizers[name] = vectorizer
            start += len(terms)
        self._lay_out()
        # A memory map is slow to take single values from; a plain view of it is not.
        self._frequencies = np.asarray(frequencies)
        self.n_having, self.is_name = np.asarray(n_having), np.asarray(is_name)
        return self

    def telling_terms(self) -> NDArray[np.bool_]:
        """The terms that at most half of the articles have, shape (n_terms,): the others say nothing to a reader."""
        telling: NDArray[np.bool_] = self.n_having * 2 <= self.n_articles
        return telling

    def surface_forms(self, article: Article, field: str) -> dict[str, str]:
        """The words of one field as a reader sees them, by term without `prefix`: the first form of each."""
        reader = self._reader
        return _surface_forms(
            reader.text(article, field), reader.language_of(article), self.settings.stem, self.settings.stop_words
        )

    def prefix(self, article: Article) -> str:
        """What the names of an article's terms begin with where its language is not the site's; never to be shown."""
        return self._reader.prefix(article)

    def shown_text(self, article: Article, field: str) -> str:
        """What is read of title, excerpt or body, as a reader sees it."""
        return repair(self._reader.text(article, field))

    def _learn(self, articles: Sequence[Article]) -> list[Shard]:
        """Learn each field's terms, and hand back how often they stand in which article."""
        if not self.language:
            counts = Counter(article.language.lower() for article in articles)
            # The commonest, and of two equally common the first by name: the order of files must not matter.
            self.language = min(counts, key=lambda name: (-counts[name], name), default="") or "en"
        self.n_articles = len(articles)
        self._vectorizers, self._names, self._frequencies, self._rows = {}, None, None, {}
        shards = list(counted(articles, self._reader, self.n_jobs))
        having: list[NDArray[np.int64]] = []
        for name in FIELD_NAMES:
            if getattr(self.settings, name).weight == 0:
                continue
            terms, n_having = document_frequencies([shard.fields[name] for shard in shards if name in shard.fields])
            options: FieldSettings = getattr(self.settings, name)
            # On a site of a handful of articles the share may ask for fewer than the least number.
            most = max(options.max_df * len(articles), min(options.min_df, len(articles)))
            kept = (n_having >= options.min_df) & (n_having <= most)
            if not kept.any():
                continue
            vectorizer = self._vectorizer(name, {terms[place]: i for i, place in enumerate(np.flatnonzero(kept))})
            if name in ("words", "body"):
                n_words = sum(float(shard.fields[name].matrix.sum()) for shard in shards if name in shard.fields)
                vectorizer.idf_ = rarity_with_prior(
                    [terms[place] for place in np.flatnonzero(kept)],
                    n_having[kept],
                    len(articles),
                    n_words / max(1, len(articles)),
                    self.language,
                )
            else:
                vectorizer.idf_ = inverse_frequencies(n_having[kept], len(articles))
            having.append(n_having[kept])
            self._vectorizers[name] = vectorizer
        self._lay_out()
        self.n_having = np.concatenate(having) if having else np.zeros(0, dtype=np.int64)
        self.is_name = self._names_among(articles) if self.learn_names else np.zeros(self.n_terms, dtype=bool)
        return shards

    def _names_among(self, articles: Iterable[Article]) -> NDArray[np.bool_]:
        """The words of titles and excerpts that are names, by the excerpts; shape (n_terms,)."""
        counts = NameCounts()
        for article in articles:
            counts.add(article.excerpt, self._reader.analyzer(article), self._reader.prefix(article))
        found = np.zeros(self.n_terms, dtype=bool)
        terms = self.term_names()
        for field in self.fields:
            if field.name in ("title", "excerpt"):
                found[field.start : field.stop] = counts.is_name(terms[field.start : field.stop])
        return found

    def _vectors_of(self, shard: Shard) -> csr_matrix:
        """The rows of a shard's articles."""
        blocks = {}
        for field in self.fields:
            vectorizer = self._vectorizers[field.name]
            counts = shard.fields.get(field.name)
            if counts is None:
                blocks[field.name] = csr_matrix((shard.n_articles, field.stop - field.start), dtype=np.float32)
                continue
            columns = np.array([vectorizer.vocabulary_.get(term, -1) for term in counts.terms], dtype=np.int32)
            weights = TfidfTransformer(norm=None, sublinear_tf=vectorizer.sublinear_tf)
            weights.idf_ = vectorizer.idf_
            blocks[field.name] = weights.transform(
                renamed(counts.matrix, columns, field.stop - field.start), copy=False
            )
        return self._join(blocks, shard.n_articles)

    def _lay_out(self) -> None:
        fields: list[Field] = []
        start = 0
        for name in FIELD_NAMES:
            if name in self._vectorizers:
                stop = start + len(self._vectorizers[name].vocabulary_)
                fields.append(Field(name, start, stop, getattr(self.settings, name).weight))
                start = stop
        self.fields = tuple(fields)

    def _vectorizer(self, name: str, vocabulary: dict[str, int]) -> TfidfVectorizer:
        vectorizer = TfidfVectorizer(
            analyzer=as_they_are,
            sublinear_tf=getattr(self.settings, name).sublinear_tf,
            norm=None,
            dtype=np.float32,
            vocabulary=vocabulary,
        )
        vectorizer.vocabulary_ = vocabulary
        return vectorizer

    def _join(self, blocks: dict[str, csr_matrix], n_articles: int) -> csr_matrix:
        if not self.fields:
            return csr_matrix((n_articles, 0), dtype=np.float32)
        joined = csr_matrix(hstack([blocks[field.name] for field in self.fields], format="csr", dtype=np.float32))
        joined.sort_indices()
        columns, indptr = joined.indices.astype(np.int32, copy=False), joined.indptr.astype(np.int64)
        return self._matrix(self._scaled(joined.data, columns, indptr), columns, indptr)

    def _matrix(self, values: NDArray[np.float32], columns: NDArray[np.int32], indptr: NDArray[np.int64]) -> csr_matrix:
        matrix = csr_matrix((values, columns, indptr), shape=(len(indptr) - 1, self.n_terms), copy=False)
        matrix.has_sorted_indices = True
        return matrix

    def _scaled(
        self, values: NDArray[np.float32], columns: NDArray[np.int32], indptr: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """
        TF-IDF values made into rows of length 1, or 0: each field's part is given the root of its weight first.

        Sums run in the order of the sorted columns, so the vector of a draft is to the last bit the one that it has
        once it was fitted with the rest (scikit-learn's own ``norm`` does not promise that).

        Parameters
        ----------
        values, columns
            Shape (n_entries,).
        indptr
            Shape (n_articles + 1,): the entries of article a are ``indptr[a]`` to ``indptr[a + 1] - 1``.
        """
        scaled = np.empty(len(values), dtype=np.float32)
        _scale(values, columns, indptr, *self._starts_and_roots(), scaled)
        return scaled

    def _starts_and_roots(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The first column of each field, and the root of its weight."""
        starts = np.array([field.start for field in self.fields], dtype=np.int64)
        return starts, np.sqrt(np.array([field.weight for field in self.fields], dtype=np.float64)).astype(np.float32)


@numba.njit(cache=True)  # too short to be worth the interpreter's lock
def _row(columns, starts, is_sublinear, logs, frequencies, roots):
    """
    The distinct columns of an article and their values, from the columns of all its terms, sorted.

    `logs` has 1 + log(n) for every number of times n that a term may stand in it.
    """
    own, values = np.empty_like(columns), np.empty(len(columns), dtype=np.float32)
    n_own, place, field = 0, 0, 0
    while place < len(columns):
        column, first = columns[place], place
        while place < len(columns) and columns[place] == column:
            place += 1
        while field + 1 < len(starts) and column >= starts[field + 1]:
            field += 1
        count = logs[place - first - 1] if is_sublinear[field] else np.float32(place - first)
        own[n_own], values[n_own] = column, count * frequencies[column]
        n_own += 1
    own, values = own[:n_own].copy(), values[:n_own].copy()
    scaled = np.empty_like(values)
    _scale(values, own, np.array([0, n_own]), starts, roots, scaled)
    return own, scaled


@numba.njit(nogil=True, cache=True)
def _scale(values, columns, indptr, starts, roots, scaled):  # numba infers the types
    """Fill `scaled` with rows of length 1, or 0; field f starts at column ``starts[f]`` and weighs ``roots[f]``."""
    for row in range(len(indptr) - 1):
        first, last = indptr[row], indptr[row + 1]
        field = 0
        while first < last:
            while field + 1 < len(starts) and columns[first] >= starts[field + 1]:
                field += 1
            stop = first
            while stop < last and (field + 1 == len(starts) or columns[stop] < starts[field + 1]):
                stop += 1
            _unit(values[first:stop], scaled[first:stop])
            for place in range(first, stop):
                scaled[place] *= roots[field]
            first = stop
        _unit(scaled[indptr[row] : last], scaled[indptr[row] : last])


@numba.njit(nogil=True, cache=True)
def _unit(values, scaled):
    """Fill `scaled` with the values at length 1, or 0 where they have none; the sum is taken in double precision."""
    total = 0.0
    for value in values:
        total += np.float64(value) * np.float64(value)
    length = np.sqrt(total) if total > 0.0 else 1.0
    for place in range(len(values)):
        scaled[place] = np.float32(np.float64(values[place]) / length)


@lru_cache(maxsize=4096)
def _surface_forms(text: str, language: str, stem: bool, stop_words: bool) -> dict[str, str]:
    return analyzer_for(language, stem, stop_words).forms(text)
