"""
Everything that an answer depends on and that an update changes: rows, addresses, the graph, and who waits for whom.

A state that has been handed out is never changed: an update works on a copy.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article, RelatedEntry
from recommender.content.matching import EntryMatcher, external_article, fold_title
from recommender.content.urls import canonical_url, is_address
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.vectors.neighbors import TiledIndex
from recommender.vectors.tfidf import FieldVectorizer

__all__ = ["State", "external_articles"]


class State:
    """
    The rows of a corpus and what ties them together.

    Parameters
    ----------
    catalogue
        A row an article, the site's own ones first.
    matcher
        Over the site's own articles; None to make one when it is first needed, so that a loaded model is ready at once.

    Attributes
    ----------
    graph : CurationGraph
    suggest_unpublished : bool
    """

    def __init__(self, catalogue: Catalogue, matcher: EntryMatcher | None = None) -> None:
        self.catalogue = catalogue
        self.graph = CurationGraph(catalogue.n_rows)
        self.suggest_unpublished = True
        self._matcher = matcher
        self._matcher_lock = threading.Lock()
        #: Canonical addresses of the rows, each with its rows: the site's own first, in order of their ids.
        self._rows_by_url: dict[str, tuple[int, ...]] = {}
        #: Entries that name no article of the site (yet), with the id of the article whose list they are in, by key.
        self._waiting: dict[str, tuple[tuple[str, RelatedEntry], ...]] = {}

    @classmethod
    def build(cls, catalogue: Catalogue, matcher: EntryMatcher) -> State:
        """The state of a corpus that was just read."""
        state = cls(catalogue, matcher)
        for row in range(catalogue.n_rows):
            state._index_addresses(row)
        for own_row in np.flatnonzero(~catalogue.is_external):
            state._set_list(int(own_row))
        return state

    def copy(self) -> State:
        """A state that can change without this one seeing it."""
        twin = State(self.catalogue.copy(), self.matcher)
        twin.graph = self.graph.copy()
        twin.suggest_unpublished = self.suggest_unpublished
        twin._rows_by_url = dict(self._rows_by_url)
        twin._waiting = dict(self._waiting)
        return twin

    @property
    def matcher(self) -> EntryMatcher:
        """Finds what entries name among the site's own articles; shared between copies."""
        with self._matcher_lock:
            if self._matcher is None:
                own = np.flatnonzero(self.catalogue.is_alive & ~self.catalogue.is_external)
                self._matcher = EntryMatcher(self.catalogue.articles[row] for row in own)
            return self._matcher

    def listed_rows(self, article: Article) -> list[int]:
        """The rows that an article's own curated list names, in the editor's order."""
        row = self.catalogue.row_of(article.id)
        if row is not None and self.catalogue.articles[row] is article:
            return [int(other) for other in self.graph.listed(row)]
        return self._resolve(article)[0]

    def rows_of_identity(self, article: Article) -> set[int]:
        """The rows that are the article itself, under its id or any of its addresses."""
        known = self.catalogue.row_of(article.id)
        rows = set() if known is None else {known}
        for url in _addresses(article):
            rows.update(self._rows_by_url.get(url, ()))
        return rows

    def forget(self, row: int) -> None:
        """Take a row out of everything."""
        catalogue = self.catalogue
        article = catalogue.articles[row]
        if not catalogue.is_external[row]:
            self.matcher.remove(article.id)
        catalogue.forget(row)
        catalogue.is_repeat[row] = False
        self.graph.set_list(row, ())
        for url in _addresses(article):
            rows = tuple(other for other in self._rows_by_url.get(url, ()) if other != row)
            if rows:
                self._rows_by_url[url] = rows
                catalogue.is_repeat[rows[0]] = False
            else:
                self._rows_by_url.pop(url, None)

    def add(self, articles: Sequence[Article], vectorizer: FieldVectorizer) -> NDArray[np.int64]:
        """
        Append articles with their lists, and the external articles that these name.

        Lists that named one of them before it was there name it from now on.

        Returns
        -------
        ndarray of int64, shape (len(articles),)
            Their rows.
        """
        matcher, catalogue = self.matcher, self.catalogue
        for article in articles:
            matcher.add(article)
        externals = [
            external for external in external_articles(articles, matcher) if catalogue.row_of(external.id) is None
        ]
        arrivals = [*articles, *externals]
        rows = catalogue.append(arrivals, vectorizer.transform(arrivals), np.arange(len(arrivals)) >= len(articles))
        self.graph.grow(catalogue.n_rows)
        for row in rows:
            self._index_addresses(int(row))
        for article in articles:
            self._settle_waiting(article)
        for row in rows[: len(articles)]:
            self._set_list(int(row))
        return rows[: len(articles)]

    def replace(self, row: int, article: Article, vectorizer: FieldVectorizer) -> None:
        """
        Put a changed article in the place of an earlier one of the same id; the lists that name it go on naming it.

        Where only its list changed, as under every new article of a circle, the row stays.
        """
        catalogue = self.catalogue
        earlier = catalogue.articles[row]
        if dataclasses.replace(earlier, related=()) == dataclasses.replace(article, related=()):
            catalogue.articles[row] = article
            self.matcher.add(article)
            externals = [
                external
                for external in external_articles([article], self.matcher)
                if catalogue.row_of(external.id) is None
            ]
            if externals:
                are_external = np.ones(len(externals), dtype=bool)
                new_rows = catalogue.append(externals, vectorizer.transform(externals), are_external)
                self.graph.grow(catalogue.n_rows)
                for new_row in new_rows:
                    self._index_addresses(int(new_row))
            self._set_list(row)
            return
        sources = self.graph.listing(row)
        self.forget(row)
        (new_row,) = self.add([article], vectorizer)
        for source in sources:
            listed = [int(new_row) if other == row else other for other in self.graph.listed(int(source)).tolist()]
            self.graph.set_list(int(source), listed)

    # ---------------------------------------------------------------- parts

    def parts(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """JSON documents by file name, and arrays by name, from which `from_parts` makes the same state."""
        catalogue = self.catalogue
        source, target = self.graph.edges()
        documents = {
            "articles.json": [_article_to_json(article) for article in catalogue.articles],
            "addresses.json": self._rows_by_url,
            "waiting.json": {
                key: [[source_id, _entry_to_json(entry)] for source_id, entry in entries]
                for key, entries in self._waiting.items()
                if entries
            },
        }
        arrays = {
            "vectors_data": catalogue.vectors.data,
            "vectors_indices": catalogue.vectors.indices.astype(np.int32),
            "vectors_indptr": catalogue.vectors.indptr.astype(np.int64),
            "is_alive": catalogue.is_alive,
            "is_external": catalogue.is_external,
            "is_repeat": catalogue.is_repeat,
            "edges_source": source,
            "edges_target": target,
            "is_name": catalogue.is_name,
            **catalogue.index.parts(),
        }
        return documents, arrays

    @classmethod
    def from_parts(
        cls,
        documents: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        vectorizer: FieldVectorizer,
        cross_language: bool,
    ) -> State:
        """The state of earlier `parts`; the arrays may be memory maps."""
        articles = [_article_from_json(item) for item in documents["articles.json"]]
        vectors = csr_matrix(
            (arrays["vectors_data"], arrays["vectors_indices"], arrays["vectors_indptr"]),
            shape=(len(articles), vectorizer.n_terms),
            copy=False,
        )
        vectors.has_sorted_indices = True
        catalogue = Catalogue(
            articles,
            vectors,
            vectorizer.fields,
            is_external=arrays["is_external"],
            site_language=vectorizer.language,
            cross_language=cross_language,
            index=TiledIndex.from_parts(arrays, vectors),
            frequencies=vectorizer.frequencies(),
            twins=vectorizer.twins(),
            is_name=arrays["is_name"],
        )
        for row in np.flatnonzero(~arrays["is_alive"]):
            catalogue.forget(int(row))
        catalogue.is_repeat = np.array(arrays["is_repeat"])
        state = cls(catalogue)
        sources, targets = arrays["edges_source"], arrays["edges_target"]
        listing, starts = np.unique(sources, return_index=True)
        for row, targets_of_row in zip(listing, np.split(targets, starts[1:]), strict=False):
            state.graph.set_list(int(row), targets_of_row)
        state._rows_by_url = {url: tuple(rows) for url, rows in documents["addresses.json"].items()}
        state._waiting = {
            key: tuple((source_id, _entry_from_json(item)) for source_id, item in entries)
            for key, entries in documents["waiting.json"].items()
        }
        return state

    # -------------------------------------------------------------- helpers

    def _index_addresses(self, row: int) -> None:
        """Make a row known by its addresses; the second file of one address is marked as a repeat."""
        catalogue = self.catalogue
        for url in _addresses(catalogue.articles[row]):
            rows = (*self._rows_by_url.get(url, ()), row)
            if len(rows) > 1:
                rows = tuple(
                    sorted(rows, key=lambda other: (catalogue.is_external[other], catalogue.articles[other].id))
                )
                catalogue.is_repeat[list(rows[1:])] = True
                catalogue.is_repeat[rows[0]] = False
            self._rows_by_url[url] = rows

    def _resolve(self, article: Article) -> tuple[list[int], list[RelatedEntry]]:
        """The rows that an article's entries name, and the entries that name none of the site's own articles."""
        rows: list[int] = []
        waiting: list[RelatedEntry] = []
        for entry in article.related:
            match = self.matcher.match(entry, article)
            row = None if match.article_id is None else self.catalogue.row_of(match.article_id)
            if row is not None:
                rows.append(row)
            if match.how in ("external", "unmatched"):
                waiting.append(entry)
        return rows, waiting

    def _set_list(self, row: int) -> None:
        """Put an article's list into the graph, and remember which of its entries wait for their article."""
        article = self.catalogue.articles[row]
        rows, waiting = self._resolve(article)
        self.graph.set_list(row, rows)
        for entry in waiting:
            for key in _keys_of_entry(entry):
                self._waiting[key] = (*self._waiting.get(key, ()), (article.id, entry))

    def _settle_waiting(self, arrived: Article) -> None:
        """Let the lists that waited for an article name it now; its stand-in as an external article goes."""
        catalogue = self.catalogue
        arrived_row = catalogue.row_of(arrived.id)
        assert arrived_row is not None
        for key in sorted(_keys_of_article(arrived) & self._waiting.keys()):
            still_waiting = []
            for source_id, entry in self._waiting[key]:
                source_row = catalogue.row_of(source_id)
                if source_row is None:
                    continue
                if self.matcher.match(entry, catalogue.articles[source_row]).article_id != arrived.id:
                    still_waiting.append((source_id, entry))
                    continue
                external = external_article(entry)
                stand_in = None if external is None else catalogue.row_of(external.id)
                listed = [row for row in self.graph.listed(source_row).tolist() if row != stand_in]
                self.graph.set_list(source_row, [*listed, arrived_row])
            self._waiting[key] = tuple(still_waiting)
        for url in _addresses(arrived):
            for row in self._rows_by_url.get(url, ()):
                if catalogue.is_external[row]:
                    self.forget(row)


def external_articles(articles: Sequence[Article], matcher: EntryMatcher) -> list[Article]:
    """The articles that only curated lists name, sorted by id, each once."""
    found: dict[str, Article] = {}
    for article in articles:
        for entry in article.related:
            if matcher.match(entry, article).how == "external":
                external = external_article(entry)
                assert external is not None
                found.setdefault(external.id, external)
    return [found[article_id] for article_id in sorted(found)]


def _addresses(article: Article) -> list[str]:
    """The canonical addresses by which an article is known; a bare slug or path among its aliases is no address."""
    addresses = [article.url, *(alias for alias in article.aliases if is_address(alias))]
    return list(dict.fromkeys(canonical_url(address) for address in addresses if address))


def _keys_of_article(article: Article) -> set[str]:
    """Every key by which an entry may wait for this article."""
    names = [article.id, article.url, *article.aliases]
    return {*_addresses(article), *map(_last_part, names), fold_title(article.title)} - {""}


def _keys_of_entry(entry: RelatedEntry) -> set[str]:
    """The keys by which an entry waits for its article; whether that one is meant, the matcher says."""
    keys = {fold_title(entry.title or entry.target)}
    for name in (entry.url, entry.target):
        if name:
            keys.update((canonical_url(name), _last_part(name)))
    return keys - {""}


def _last_part(address: str) -> str:
    return address.rstrip("/").rsplit("/", 1)[-1]


def _article_to_json(article: Article) -> dict[str, Any]:
    """What an answer needs of an article; what has its default value is left out."""
    item: dict[str, Any] = {}
    for knob in dataclasses.fields(Article):
        value = getattr(article, knob.name)
        if knob.name not in ("body", "related") and value != knob.default:
            item[knob.name] = value.isoformat() if isinstance(value, datetime) else value
    return item


def _article_from_json(item: dict[str, Any]) -> Article:
    if "published_at" in item:
        item["published_at"] = datetime.fromisoformat(item["published_at"])
    for name in ("topics", "aliases"):
        item[name] = tuple(item.get(name, ()))
    return Article(**item)


def _entry_to_json(entry: RelatedEntry) -> dict[str, Any]:
    item = dataclasses.asdict(entry)
    if entry.published_at is not None:
        item["published_at"] = entry.published_at.isoformat()
    return {name: value for name, value in item.items() if value}


def _entry_from_json(item: dict[str, Any]) -> RelatedEntry:
    if "published_at" in item:
        item["published_at"] = datetime.fromisoformat(item["published_at"])
    return RelatedEntry(**item)
