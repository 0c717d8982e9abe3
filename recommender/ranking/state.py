"""
Everything that an answer depends on and that an update changes: rows, addresses, the graph, and who waits for whom.

A state that has been handed out is never changed: an update works on a copy.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, RelatedEntry, checked
from recommender.content.links import linked_articles
from recommender.content.matching import EntryMatcher, article_keys, entry_keys, external_article
from recommender.content.urls import canonical_url, is_address
from recommender.errors import list_of_texts
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.ranking.eligible import refusals
from recommender.ranking.links import LinkGraph
from recommender.ranking.rules import Rules
from recommender.settings import RulesSettings
from recommender.vectors.tfidf import FieldVectorizer


@dataclass(frozen=True)
class KeptEntry(RelatedEntry):
    """What a saved model keeps of an entry that names an article: its address, and as target its id."""


@dataclass(eq=False, repr=False)
class State:
    """The rows of a corpus and what ties them together."""

    catalogue: Catalogue  #: A row an article, the site's own ones first.
    matcher: EntryMatcher  #: Finds what entries name among the site's own articles.
    digests: dict[str, str]  #: Of each of the site's own articles as it was handed over, by id.
    graph: CurationGraph
    links: LinkGraph
    suggest_unpublished: bool = True
    #: Canonical addresses of the rows, each with its rows: the site's own first, in order of their ids.
    rows_by_url: dict[str, tuple[int, ...]] = field(default_factory=dict)
    #: By row: the entries of its list that name no article of the site (yet).
    waiting: dict[int, tuple[RelatedEntry, ...]] = field(default_factory=dict)
    #: By key: the rows with an entry that waits for an article of this key.
    awaited: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _never: tuple[RulesSettings, NDArray[np.bool_]] | None = field(default=None, init=False)

    @classmethod
    def build(cls, articles: Sequence[Article], vectorizer: FieldVectorizer) -> State:
        """The state of a corpus; the vectorizer is fitted on its articles and the external ones."""
        matcher = EntryMatcher(articles)
        digests = {article.id: article.digest for article in articles}
        resolved = {row: _resolve(article, matcher, digests) for row, article in enumerate(articles) if article.related}
        externals: dict[str, Article] = {}
        for _, waiting in resolved.values():
            for external in map(external_article, waiting):
                if external is not None:
                    externals.setdefault(external.id, external)
        everything = [*articles, *(externals[external_id] for external_id in sorted(externals.keys() - digests.keys()))]
        catalogue = Catalogue(
            everything,
            vectorizer.fit_transform(everything),
            is_external=np.arange(len(everything)) >= len(articles),
            site_language=vectorizer.language,
            cross_language=vectorizer.settings.cross_language,
        )
        lists: list[list[int]] = [[] for _ in everything]
        for row, (names, _) in resolved.items():
            lists[row] = [found for found in map(catalogue.row_of, names) if found is not None]
        missing = {row: waiting for row, (_, waiting) in resolved.items()}
        return cls.of(
            catalogue,
            matcher,
            digests,
            lists,
            missing,
            LinkGraph.of((one.id, linked_articles(one, matcher)) for one in articles),
        )

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        matcher: EntryMatcher,
        digests: dict[str, str],
        lists: Sequence[Iterable[int]],
        waiting: Mapping[int, Sequence[RelatedEntry]],
        links: LinkGraph,
        suggest_unpublished: bool = True,
    ) -> State:
        """The state of some rows, with the rows that each lists and the entries of each that name no article."""
        state = cls(catalogue, matcher, digests, CurationGraph.of(lists), links, suggest_unpublished)
        state._index_addresses(range(catalogue.n_rows))
        for row, entries in waiting.items():
            state._wait(row, entries)
        state._mark_repeats()
        return state

    def copy(self) -> State:
        """A state that can change without this one seeing it."""
        names = ("catalogue", "matcher", "digests", "graph", "links", "rows_by_url", "waiting", "awaited")
        return dataclasses.replace(self, **{name: getattr(self, name).copy() for name in names})

    def allowed(self, now: float) -> NDArray[np.bool_]:
        """Rows that may be suggested now, shape (n_rows,)."""
        allowed = np.ones(self.catalogue.n_rows, dtype=bool)
        for refused, _ in refusals(self.catalogue, self.suggest_unpublished, now):
            allowed &= ~refused
        return allowed

    def never(self, rules: Rules) -> NDArray[np.bool_]:
        """Rows that editors never suggest, shape (n_rows,), to be read only."""
        known = self._never
        if known is None or known[0] != rules.settings:
            never = self.catalogue.is_barred
            if rules.settings.never:
                articles = (self.catalogue.articles[row] for row in range(self.catalogue.n_rows))
                never = np.array([bool(rules.never(article)) for article in articles], dtype=bool)
            known = self._never = rules.settings, never
        return known[1]

    def listed_rows(self, article: Article) -> list[int]:
        """The rows that an article's own curated list names, in the editor's order."""
        row = self.catalogue.row_of(article.id)
        if row is not None and self.catalogue.articles[row] is article:
            return [int(other) for other in self.graph.listed(row)]
        if not article.related:
            return []
        rows = map(self.catalogue.row_of, _resolve(article, self.matcher, self.digests)[0])
        return [row for row in rows if row is not None]

    def links_of(self, article: Article) -> Sequence[str]:
        """The ids of the articles that an article's text links to."""
        row = self.catalogue.row_of(article.id)
        if row is not None and self.catalogue.articles[row] is article:
            return self.links.links.get(article.id, ())
        return linked_articles(article, self.matcher)

    def linked_rows(self, article: Article) -> NDArray[np.int64]:
        """The rows that an article's text links to, or whose texts link to it, ascending; see `LinkGraph`."""
        names = self.links.partners(article.id, self.links_of(article), len(self.digests))
        rows = sorted(row for row in map(self.catalogue.row_of, names) if row is not None)
        return np.array(rows, dtype=np.int64)

    def rows_of_identity(self, article: Article) -> set[int]:
        """The rows that are the article itself, under its id or any of its addresses."""
        known = self.catalogue.row_of(article.id)
        rows = set() if known is None else {known}
        for url in _addresses(article):
            rows.update(self.rows_by_url.get(url) or ())
        return rows

    # --------------------------------------------------------------- change

    def change(self, added: Iterable[Article], removed: Iterable[str], vectorizer: FieldVectorizer) -> None:
        """
        Take articles in and out, with their lists and the external articles that only these name.

        The outcome is what `build` makes of the articles as they are now: lists that named an article before it was
        there name it from now on, and an external article goes with the last list that names it. Only a `KeptEntry`
        goes on naming what it named. Of several added articles of one id, or one that is known, the last counts. An id
        to remove that is not known is an UnknownArticleError, and nothing was changed.
        """
        removed = list_of_texts(removed, "removed")
        added = checked(added)
        catalogue, matcher = self.catalogue, self.matcher
        unsettled: set[int] = set()
        outdated = {catalogue.known_row(article_id): "" for article_id in removed}
        for gone in outdated:
            self.digests.pop(catalogue.articles[gone].id, None)
        arrivals = []
        for _, article in sorted({article.id: article for article in added}.items()):
            self.digests[article.id] = article.digest
            row = catalogue.row_of(article.id)
            known = None if row is None or row in outdated else catalogue.articles[row]
            if row is not None and known and dataclasses.replace(known, related=article.related) == article:
                # As under every new article of a circle: the row stays.
                catalogue.articles[row] = article
                unsettled.add(row)
                continue
            arrivals.append(article)
            if row is not None:
                outdated[row] = article.id
        for row in outdated:
            unsettled.update(self.graph.listing(row).tolist())
        orphans: set[str] = set()
        for row in outdated:
            orphans |= self._listed_externals(row)
            self._forget(row)
        for article in arrivals:
            matcher.add(article)
        self._append(arrivals, np.zeros(len(arrivals), dtype=bool), vectorizer)
        articles = catalogue.articles
        for article in arrivals:
            row = catalogue.row_of(article.id)
            assert row is not None
            self.links.put(article.id, linked_articles(article, matcher))
            unsettled.add(row)
            for key in article_keys(article):
                unsettled.update(self.awaited.get(key) or ())
            for namesake, is_by_title in matcher.namesakes(article).items():
                row = catalogue.row_of(namesake)
                if row is None:
                    continue
                # Itself too: a list that names its own address is found in no other's listing.
                sources = {row, *self.graph.listing(row).tolist()} - unsettled
                unsettled.update(
                    source
                    for source in sources
                    if not is_by_title or matcher.names_by_title(articles[source].related, article.title)
                )
        self._settle({row for row in unsettled if catalogue.is_alive[row]}, orphans, vectorizer)
        self._mark_repeats()

    def _forget(self, row: int) -> None:
        """Take a row out of everything but the lists that name it."""
        catalogue = self.catalogue
        article = catalogue.articles[row]
        if not catalogue.is_external[row]:
            self.matcher.remove(article.id)
            self.links.put(article.id, ())
        catalogue.forget(row)
        self.graph.set_list(row, ())
        self._wait(row, ())
        for url in _addresses(article):
            self._set_rows(url, (other for other in self.rows_by_url.get(url) or () if other != row))

    def _append(self, articles: Sequence[Article], is_external: NDArray[np.bool_], vectorizer: FieldVectorizer) -> None:
        if not articles:
            return
        rows = self.catalogue.append(articles, vectorizer.transform(articles), is_external)
        self._index_addresses(rows.tolist())
        self.graph.n_rows = self.catalogue.n_rows

    def _listed_externals(self, row: int) -> set[str]:
        """The ids of the external articles in a row's list."""
        catalogue = self.catalogue
        return {
            catalogue.articles[other].id for other in self.graph.listed(row).tolist() if catalogue.is_external[other]
        }

    def _settle(self, rows: Set[int], orphans: Set[str], vectorizer: FieldVectorizer) -> None:
        """
        Put the lists of some rows into the graph as they name articles now.

        External articles come, change and go with the entries that describe them, the `orphans` among them, whose list
        is gone; of one that has changed the row is another, so all lists that name it are put in anew.
        """
        catalogue, relisted = self.catalogue, set(rows)
        touched = set(orphans)
        for row in rows:
            touched |= self._listed_externals(row)
            _, waiting = _resolve(catalogue.articles[row], self.matcher, self.digests)
            touched.update(external.id for external in map(external_article, waiting) if external is not None)
            self._wait(row, waiting)
        arrivals: list[Article] = []
        for external_id in sorted(touched - self.digests.keys()):
            known, external = catalogue.row_of(external_id), self._described(external_id)
            if known is not None and catalogue.articles[known] == external:
                continue
            if known is not None:
                relisted.update(self.graph.listing(known).tolist())
                self._forget(known)
            if external is not None:
                arrivals.append(external)
        self._append(arrivals, np.ones(len(arrivals), dtype=bool), vectorizer)
        for row in sorted(relisted):
            names, _ = _resolve(catalogue.articles[row], self.matcher, self.digests)
            self.graph.set_list(row, [found for found in map(catalogue.row_of, names) if found is not None])

    def _described(self, external_id: str) -> Article | None:
        """The external article of an id as the first list by id describes it; None where no list does any more."""
        articles = self.catalogue.articles
        for source in sorted(self.awaited.get(external_id) or (), key=lambda row: articles[row].id):
            for entry in self.waiting.get(source) or ():
                external = external_article(entry)
                if external is not None and external.id == external_id:
                    return external
        return None

    @property
    def fingerprint(self) -> str:
        """A digest of the site's own articles; equal for equal corpora."""
        parts = "".join(f"{article_id}\0{digest}\0" for article_id, digest in sorted(self.digests.items()))
        return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    @property
    def n_removed(self) -> int:
        """Rows of articles that were removed or replaced; they cost room and time."""
        return int(np.count_nonzero(~self.catalogue.is_alive))

    def compacted(self) -> State:
        """The state without the removed rows: the rows that are left keep their order, and the answers are the same."""
        before = self.catalogue
        rows = np.flatnonzero(before.is_alive)
        new_row = dict(zip(rows.tolist(), range(len(rows)), strict=True))
        catalogue = Catalogue(
            [before.articles[row] for row in rows.tolist()],
            before.vectors[rows],
            is_external=before.is_external[rows],
            is_new=before.is_new[rows],
            site_language=before.site_language,
            cross_language=before.cross_language,
        )
        lists = [
            [new_row[other] for other in self.graph.listed(row).tolist() if other in new_row] for row in rows.tolist()
        ]
        waiting = {new_row[row]: entries for row, entries in self.waiting.items()}
        digests, links = dict(self.digests), self.links.copy()
        return State.of(catalogue, self.matcher, digests, lists, waiting, links, self.suggest_unpublished)

    # -------------------------------------------------------------- helpers

    def _index_addresses(self, rows: Iterable[int]) -> None:
        """Make some rows known by their addresses."""
        found: dict[str, list[int]] = {}
        for row in rows:
            for url in _addresses(self.catalogue.articles[row]):
                found.setdefault(url, []).append(row)
        for url, added in found.items():
            self._set_rows(url, (*(self.rows_by_url.get(url) or ()), *added))

    def _set_rows(self, url: str, rows: Iterable[int]) -> None:
        """Say which rows have an address."""
        catalogue = self.catalogue
        ordered = sorted(rows, key=lambda row: (catalogue.is_external[row], catalogue.articles[row].id))
        _put(self.rows_by_url, url, tuple(ordered))

    def _mark_repeats(self) -> None:
        """Mark the rows of each address but the first."""
        self.catalogue.is_repeat = np.zeros(self.catalogue.n_rows, dtype=bool)
        self.catalogue.is_repeat[[row for rows in self.rows_by_url.values() for row in rows[1:]]] = True

    def _wait(self, row: int, entries: Sequence[RelatedEntry]) -> None:
        """Remember which entries of a row's list wait for their article, in place of those that did."""
        before = {key for entry in self.waiting.get(row) or () for key in entry_keys(entry)}
        after = {key for entry in entries for key in entry_keys(entry)}
        for key in before - after:
            _put(self.awaited, key, tuple(other for other in self.awaited[key] if other != row))
        for key in after - before:
            self.awaited[key] = (*(self.awaited.get(key) or ()), row)
        _put(self.waiting, row, tuple(entries))


def _put(found: dict[Any, tuple[Any, ...]], key: Any, values: tuple[Any, ...]) -> None:
    """Say what a key has; without any it is no key."""
    if values:
        found[key] = values
    else:
        found.pop(key, None)


def _resolve(article: Article, matcher: EntryMatcher, own_ids: Container[str]) -> tuple[list[str], list[RelatedEntry]]:
    """The ids that an article's entries name, and the entries that name none of the site's own articles."""
    names: list[str] = []
    waiting: list[RelatedEntry] = []
    for entry in article.related:
        if isinstance(entry, KeptEntry) and entry.target in own_ids:
            names.append(entry.target)
            continue
        match = matcher.match(entry, article)
        if match.article_id is not None:
            names.append(match.article_id)
        if match.how in ("external", "unmatched"):
            waiting.append(entry)
    return names, waiting


def _addresses(article: Article) -> list[str]:
    """The canonical addresses by which an article is known; a bare slug or path among its aliases is no address."""
    if not article.aliases:
        return [canonical_url(article.url)] if article.url else []
    addresses = [article.url, *(alias for alias in article.aliases if is_address(alias))]
    return list(dict.fromkeys(canonical_url(address) for address in addresses if address))
