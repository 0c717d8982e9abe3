"""
What the rankers know of every article, as arrays: one row an article. A number room with the articles behind it.

Rows are appended and never move; a removed article's row is marked and answers nothing any more. External articles,
which only a curated list names, have rows too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.errors import CorpusError, UnknownArticleError
from recommender.ranking.versions import is_versioned, version_folders, version_of
from recommender.vectors.neighbors import SearchIndex, Vectors
from recommender.vectors.text import language_of


def days_of(moment: datetime | None) -> float:
    """Days since 1970-01-01 UTC, with fractions; NaN for no date. A naive time is taken as UTC."""
    if moment is None:
        return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / 86_400.0


class Catalogue:
    """The rows behind every answer; without `is_new` the vocabulary was fitted on all of them."""

    # Of each row; shape (n_rows,).
    times: NDArray[np.float64]  #: days since 1970, NaN where unknown
    languages: NDArray[np.str_]  #: with versions; equal for articles that may be related
    providers: NDArray[np.int32]  #: the code of the provider; -1 where there is none
    qualities: NDArray[np.float64]  #: NaN where unknown
    is_alive: NDArray[np.bool_]  #: False for removed articles
    is_published: NDArray[np.bool_]
    is_external: NDArray[np.bool_]  #: True for articles that only a curated list names
    is_repeat: NDArray[np.bool_]  #: True for a file whose URL an earlier one has: it is never suggested
    is_new: NDArray[np.bool_]  #: True for rows that came after those that the vocabulary was fitted on
    is_barred: NDArray[np.bool_]  #: True for articles that ask never to be suggested
    is_evergreen: NDArray[np.bool_]  #: True for articles that ask that dates do not matter
    visible_from: NDArray[np.float64]  #: days since 1970 before which it is never suggested; NaN where there is none
    visible_until: NDArray[np.float64]  #: and from which

    def __init__(
        self,
        articles: Sequence[Article],
        vectors: Vectors,
        *,
        is_external: NDArray[np.bool_],
        is_new: NDArray[np.bool_] | None = None,
        site_language: str = "",
        cross_language: bool = False,
    ) -> None:
        self.site_language = site_language.lower()
        self.cross_language = cross_language
        self._provider_codes = {"": -1}
        self.articles: dict[int, Article] = dict(enumerate(articles))  #: By row.
        self._row_of: dict[str, int] = {article.id: row for row, article in enumerate(articles)}
        self.versions = version_folders(self._row_of)  #: Folders that each hold a version of the same pages.
        is_new = np.zeros(len(articles), dtype=bool) if is_new is None else is_new
        for name, values in self._described(articles, is_external, is_new).items():
            setattr(self, name, values)
        self.vectors, self.index = vectors, SearchIndex(vectors)

    def copy(self) -> Catalogue:
        """A catalogue that can change without this one seeing it; whoever reads this one goes on reading it."""
        twin = Catalogue.__new__(Catalogue)
        twin.__dict__.update(self.__dict__)
        twin.articles, twin._row_of = self.articles.copy(), self._row_of.copy()
        twin._provider_codes = dict(self._provider_codes)
        return twin

    @property
    def n_rows(self) -> int:
        """Rows, removed ones included."""
        return len(self.times)

    def compare(self, compared: Mapping[str, csr_matrix]) -> None:
        """Take on the matrices that only the learned ranker looks at."""
        self.vectors = Vectors(self.vectors.terms, self.vectors.dense, compared)
        self.index = SearchIndex(self.vectors)

    def append(
        self, articles: Sequence[Article], vectors: Vectors, is_external: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Add rows at the end and return their numbers, shape (len(articles),)."""
        first = self.n_rows
        for row, article in enumerate(articles, start=first):
            self.articles[row] = article
            self._row_of[article.id] = row
        if any(is_versioned(article.id) for article in articles):
            before, self.versions = self.versions, version_folders(self._row_of)
            if self.versions != before:
                self.languages = np.array([self.language_of(self.articles[row]) for row in range(first)], dtype=np.str_)
        is_new = np.ones(len(articles), dtype=bool)
        for name, values in self._described(articles, is_external, is_new).items():
            setattr(self, name, np.concatenate([getattr(self, name), values]))
        self.vectors = Vectors.joined([self.vectors, vectors])
        self.index = self.index.grown(self.vectors)
        for name in ("order", "newest"):
            self.__dict__.pop(name, None)
        return np.arange(first, self.n_rows, dtype=np.int64)

    def forget(self, row: int) -> None:
        """Mark a row as removed; it answers nothing from now on."""
        # In a column of its own: another catalogue may read the one that was.
        self.is_alive = self.is_alive.copy()
        self.is_alive[row] = False
        article_id = self.articles[row].id
        if self._row_of.get(article_id) == row:
            del self._row_of[article_id]

    def row_of(self, article_id: str) -> int | None:
        """The row of an id, or None where there is none (any more)."""
        return self._row_of.get(article_id)

    def known_row(self, article_id: str) -> int:
        """The row of an id; UnknownArticleError where there is none, CorpusError where it is no id at all."""
        if not isinstance(article_id, str):
            raise CorpusError(f"an article is asked for by its id, which is a text, but this is {article_id!r}.")
        row = self.row_of(article_id)
        if row is None:
            raise UnknownArticleError(article_id, self.ids())
        return row

    def ids(self) -> list[str]:
        """The ids that have a row, sorted, externals left out."""
        return sorted(id_ for id_, row in self._row_of.items() if not self.is_external[row])

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """The place of each row in the total order of equals: newer first, then by id. Shape (n_rows,)."""
        by_id = np.array(sorted(range(self.n_rows), key=lambda row: self.articles[row].id), dtype=np.int64)
        by_order = by_id[np.argsort(-np.nan_to_num(self.times[by_id], nan=-np.inf), kind="stable")]
        order = np.empty(self.n_rows, dtype=np.int64)
        order[by_order] = np.arange(self.n_rows)
        return order

    def _described(
        self, articles: Sequence[Article], is_external: NDArray[np.bool_], is_new: NDArray[np.bool_]
    ) -> dict[str, NDArray[Any]]:
        """The columns of some articles by name; each of shape (len(articles), ...)."""
        codes = self._provider_codes
        return {
            "times": np.array([days_of(article.published_at) for article in articles], dtype=np.float64),
            "languages": np.array([self.language_of(article) for article in articles], dtype=np.str_),
            "providers": np.array(
                [codes.setdefault(article.provider.casefold(), len(codes) - 1) for article in articles], dtype=np.int32
            ),
            "qualities": np.array([article.quality for article in articles], dtype=np.float64),
            "is_alive": np.ones(len(articles), dtype=bool),
            "is_published": np.array([article.is_published for article in articles], dtype=bool),
            "is_external": is_external.astype(bool),
            "is_repeat": np.zeros(len(articles), dtype=bool),
            "is_new": is_new,
            "is_barred": np.array(["never-suggest" in article.marks for article in articles], dtype=bool),
            "is_evergreen": np.array(["evergreen" in article.marks for article in articles], dtype=bool),
            "visible_from": np.array([days_of(article.visible_from) for article in articles], dtype=np.float64),
            "visible_until": np.array([days_of(article.visible_until) for article in articles], dtype=np.float64),
        }

    @cached_property
    def newest(self) -> float:
        """The latest time of any row, in days since 1970; NaN where no row has one."""
        newest = float(np.max(self.times[~np.isnan(self.times)], initial=-np.inf))
        return newest if np.isfinite(newest) else float("nan")

    def language_of(self, article: Article) -> str:
        """The language, and the version, of the articles that may be related to this one; "" where any may."""
        language = "" if self.cross_language else language_of(article.language, self.site_language)
        return f"{language} {version_of(article.id, self.versions)}".rstrip()

    def provider_of(self, article: Article) -> int:
        """The code of the article's provider: -1 for none, -2 for one that no row has."""
        return self._provider_codes.get(article.provider.casefold(), -2)
