"""
What the rankers know of every article, as arrays: one row an article. A number room with the articles behind it.

External articles, which only a curated list names, have rows too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.content.urls import canonical_url, is_address
from recommender.errors import CorpusError, UnknownArticleError
from recommender.ranking.topics import TopicIndex
from recommender.ranking.versions import version_folders, version_of
from recommender.vectors.neighbors import SearchIndex, Vectors
from recommender.vectors.tfidf import FieldVectorizer


def days_of(moment: datetime | None) -> float:
    """Days since 1970-01-01 UTC, with fractions; NaN for no date. A naive time is taken as UTC."""
    if moment is None:
        return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / 86_400.0


def is_as_before(known: Article, article: Article) -> bool:
    """Whether an article is as it was known, but for its list."""
    return known is article or dataclasses.replace(known, related=article.related) == article


class Catalogue:
    """The rows behind every answer, shape (n_rows,) each; those that are not new the vocabulary was fitted on."""

    def __init__(
        self,
        articles: Sequence[Article],
        vectors: Vectors,
        vectorizer: FieldVectorizer,
        *,
        is_external: NDArray[np.bool_],
        is_new: NDArray[np.bool_],
    ) -> None:
        self._reader = vectorizer.reader
        self._ignored = {topic.casefold() for topic in vectorizer.settings.ignore_topics}
        self.n_fitted = vectorizer.n_articles  #: Articles that the vocabulary was fitted on.
        self.articles = articles
        self._row_of = {article.id: row for row, article in enumerate(articles)}
        self.versions = version_folders(self._row_of)  #: Folders that each hold a version of the same pages.
        self.vectors, self.index = vectors, SearchIndex(vectors, vectorizer.rarities())
        self.is_external = is_external  #: Whether only a curated list names the article.
        self.is_new = is_new  #: Whether it came after those that the vocabulary was fitted on.
        self._rows_by_url: dict[str, list[int]] = {}
        for row, article in enumerate(articles):
            for url in _addresses(article):
                self._rows_by_url.setdefault(url, []).append(row)
        #: Whether another article has its URL, and is suggested: the first that readers can see.
        self.is_repeat = np.zeros(len(articles), dtype=bool)
        for rows in (rows for rows in self._rows_by_url.values() if len(rows) > 1):
            first = next((row for row in rows if articles[row].is_published), rows[0])
            self.is_repeat[[row for row in rows if row != first]] = True
        #: Days since 1970, NaN where unknown.
        self.times = np.array([days_of(article.published_at) for article in articles], dtype=np.float64)
        #: With versions; equal for articles that may be related.
        self.languages = np.array([self.language_of(article) for article in articles], dtype=np.str_)
        self._provider_codes = {"": -1}
        codes = (
            self._provider_codes.setdefault(one.provider.casefold(), len(self._provider_codes) - 1) for one in articles
        )
        self.providers = np.fromiter(codes, dtype=np.int32)  #: Codes of providers; -1 where there is none.
        #: NaN where unknown.
        self.qualities = np.array([article.quality for article in articles], dtype=np.float64)
        self.is_published = np.array([article.is_published for article in articles], dtype=bool)
        #: Whether it asks never to be suggested, and whether it asks that dates do not matter.
        self.is_barred, self.is_evergreen = (
            np.array([mark in article.marks for article in articles], dtype=bool)
            for mark in ("never-suggest", "evergreen")
        )
        #: Days since 1970 before which it is never suggested, and from which; NaN where there are none.
        self.visible_from = np.array([days_of(article.visible_from) for article in articles], dtype=np.float64)
        self.visible_until = np.array([days_of(article.visible_until) for article in articles], dtype=np.float64)

    @property
    def n_rows(self) -> int:
        """How many articles there are."""
        return len(self.articles)

    def compare(self, compared: Mapping[str, csr_matrix]) -> None:
        """Take on the matrices that only the learned ranker looks at."""
        self.vectors = Vectors(self.vectors.terms, self.vectors.dense, compared)
        self.index.compare(compared)

    def changed(
        self, articles: Sequence[Article], is_external: NDArray[np.bool_], vectorizer: FieldVectorizer
    ) -> Catalogue:
        """The rows of other articles; of those that are as they were the vectors are not made again."""
        rows = np.array([self._row_of.get(article.id, -1) for article in articles], dtype=np.int64)
        for place, (row, article) in enumerate(zip(rows.tolist(), articles, strict=True)):
            if row >= 0 and not is_as_before(self.articles[row], article):
                rows[place] = -1
        (fresh,) = np.nonzero(rows < 0)
        rows[fresh] = self.n_rows + np.arange(len(fresh))
        vectors = [self.vectors, vectorizer.transform([articles[place] for place in fresh.tolist()])]
        return Catalogue(
            articles,
            Vectors.joined(vectors)[rows],
            vectorizer,
            is_external=is_external,
            is_new=np.append(self.is_new, np.ones(len(fresh), dtype=bool))[rows],
        )

    def with_bodies(self, bodies: Mapping[str, str]) -> Catalogue:
        """The same rows, with the bodies of some articles, by their ids."""
        whole = copy(self)
        whole.articles = [
            dataclasses.replace(one, body=bodies[one.id]) if bodies.get(one.id, one.body) != one.body else one
            for one in self.articles
        ]
        return whole

    def row_of(self, article_id: str) -> int | None:
        """The row of an id, or None where there is none."""
        return self._row_of.get(article_id)

    def known_row(self, article_id: str) -> int:
        """The row of an id; UnknownArticleError where there is none, CorpusError where it is no id at all."""
        if not isinstance(article_id, str):
            raise CorpusError(f"an article is asked for by its id, which is a text, but this is {article_id!r}.")
        row = self.row_of(article_id)
        if row is None:
            raise UnknownArticleError(article_id, self.ids())
        return row

    def rows_of(self, article_ids: Iterable[str]) -> list[int]:
        """The rows of those ids that have one."""
        return [row for row in map(self._row_of.get, article_ids) if row is not None]

    def rows_of_identity(self, article: Article) -> set[int]:
        """The rows that are the article itself, under its id or any of its addresses."""
        known = self.row_of(article.id)
        rows = set() if known is None else {known}
        return rows.union(*(self._rows_by_url.get(url, ()) for url in _addresses(article)))

    @cached_property
    def topics(self) -> TopicIndex:
        """Which rows have which topics."""
        return TopicIndex(list(map(self.topics_of, self.articles)), self.languages, self.is_external)

    def topics_of(self, article: Article) -> set[str]:
        """The topics of an article in small letters, those aside that the settings ignore."""
        return {topic.casefold() for topic in article.topics} - self._ignored

    def ids(self) -> list[str]:
        """The ids of the site's own articles, sorted."""
        return sorted(id_ for id_, row in self._row_of.items() if not self.is_external[row])

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """The place of each row in the total order of equals: newer first, then by id. Shape (n_rows,)."""
        by_id = np.array(sorted(range(self.n_rows), key=lambda row: self.articles[row].id), dtype=np.int64)
        # The place of each in this order is its inverse.
        return np.argsort(by_id[np.argsort(-np.nan_to_num(self.times[by_id], nan=-np.inf), kind="stable")])

    @cached_property
    def newest(self) -> float:
        """The latest time of any row, in days since 1970; NaN where no row has one."""
        return float(np.fmax.reduce(self.times, initial=np.nan))

    def language_of(self, article: Article) -> str:
        """The language, and the version, of the articles that may be related to this one; "" where any may."""
        language = "" if self._reader.settings.cross_language else self._reader.language_of(article)
        return f"{language} {version_of(article.id, self.versions)}".rstrip()

    def provider_of(self, article: Article) -> int:
        """The code of the article's provider: -1 for none, -2 for one that no row has."""
        return self._provider_codes.get(article.provider.casefold(), -2)


def _addresses(article: Article) -> list[str]:
    """The canonical addresses by which an article is known; a bare slug or path among its aliases is no address."""
    if not article.aliases:
        return [canonical_url(article.url)] if article.url else []
    addresses = [article.url, *(alias for alias in article.aliases if is_address(alias))]
    return list(dict.fromkeys(canonical_url(address) for address in addresses if address))
