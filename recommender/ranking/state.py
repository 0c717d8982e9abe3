"""
Everything that an answer depends on and that an update changes: rows, addresses, and what curated lists name.

A state is never changed: an update makes another, of the parts that stay and of what is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article, RelatedEntry, checked, commonest_language
from recommender.content.links import linked_articles
from recommender.content.matching import EntryMatcher, article_keys, entry_keys, external_article
from recommender.errors import UnknownArticleError, list_of_texts
from recommender.ranking.catalogue import Catalogue, is_as_before
from recommender.ranking.curation import CurationGraph
from recommender.ranking.eligible import refusals, suggests_unpublished
from recommender.ranking.links import LinkGraph
from recommender.ranking.rules import Rules
from recommender.settings import ArticlesSettings, RulesSettings
from recommender.vectors.tfidf import FieldVectorizer


@dataclass(frozen=True)
class KeptEntry(RelatedEntry):
    """What a saved model keeps of an entry that names an article: its address, and as target its id."""


@dataclass(frozen=True, slots=True)
class CuratedList:
    """What the entries of one article's list name."""

    names: Sequence[str]  #: Ids of others, each once, external articles included, in the editor's order.
    waiting: Sequence[RelatedEntry]  #: Entries that name no article of the site (yet).
    keys: frozenset[str]  #: What an article may be found by that an entry means; none where it is known by id.
    externals: Sequence[Article]  #: The articles elsewhere that they describe.

    @classmethod
    def of(cls, names: Sequence[str], waiting: Sequence[RelatedEntry], entries: Iterable[RelatedEntry]) -> CuratedList:
        """A list by what it names, what waits, and the entries that may mean another article one day."""
        externals = [one for one in map(external_article, waiting) if one is not None]
        return cls(names, waiting, frozenset(key for entry in entries for key in entry_keys(entry)), externals)

    @classmethod
    def resolved(cls, article: Article, matcher: EntryMatcher, own_ids: Container[str]) -> CuratedList:
        """The list of an article, by what the matcher finds."""
        names: dict[str, None] = {}
        waiting: list[RelatedEntry] = []
        unsettled: list[RelatedEntry] = []
        for entry in article.related:
            if isinstance(entry, KeptEntry) and entry.target in own_ids:
                names[entry.target] = None
                continue
            unsettled.append(entry)
            match = matcher.match(entry, article)
            if match.article_id is not None:
                names[match.article_id] = None
            if match.how in ("external", "unmatched"):
                waiting.append(entry)
        names.pop(article.id, None)
        return cls.of(list(names), waiting, unsettled)


@dataclass(frozen=True, eq=False, repr=False)
class State:
    """The rows of a corpus and what ties them together."""

    vectorizer: FieldVectorizer  #: Fitted; an update keeps it.
    catalogue: Catalogue  #: A row an article, the site's own ones first, each part in order of ids.
    matcher: EntryMatcher  #: Finds what entries name among the site's own articles.
    digests: dict[str, str]  #: Of each of the site's own articles as it was handed over, by id.
    lists: dict[str, CuratedList]  #: Of each of the site's own articles that has one, by id.
    links: LinkGraph
    suggest_unpublished: bool
    _never: dict[RulesSettings, NDArray[np.bool_]] = field(default_factory=dict, init=False)  #: What `never` found.

    @classmethod
    def build(
        cls, articles: Sequence[Article], vectorizer: FieldVectorizer, settings: ArticlesSettings, now: float
    ) -> State:
        """The state of a corpus; the vectorizer is fitted on its articles and the external ones."""
        matcher = EntryMatcher(articles, vectorizer.language or commonest_language(articles))
        digests = {article.id: article.digest for article in articles}
        lists = {one.id: CuratedList.resolved(one, matcher, digests) for one in articles if one.related}
        everything = [*articles, *_externals(lists, digests)]
        catalogue = Catalogue(
            everything,
            vectorizer.fit_transform(everything),
            vectorizer,
            is_external=np.arange(len(everything)) >= len(articles),
            is_new=np.zeros(len(everything), dtype=bool),
        )
        links = LinkGraph.of((one.id, linked_articles(one, matcher)) for one in articles)
        state = cls(vectorizer, catalogue, matcher, digests, lists, links, suggest_unpublished=True)
        return replace(state, suggest_unpublished=suggests_unpublished(settings, catalogue, state.graph, now))

    @cached_property
    def graph(self) -> CurationGraph:
        """Which row's list names which rows."""
        listed: list[list[int]] = [[] for _ in range(self.catalogue.n_rows)]
        for article_id, one in self.lists.items():
            listed[self.catalogue.known_row(article_id)] = self.catalogue.rows_of(one.names)
        return CurationGraph(listed)

    def changed(self, added: Iterable[Article], removed: Iterable[str]) -> State:
        """
        The state with articles taken in and out, with their lists and the external articles that only these name.

        It is what `build` makes of the articles as they are now: lists that named an article before it was there name
        it from now on, and an external article goes with the last list that names it. Only a `KeptEntry` goes on naming
        what it named. Of several added articles of one id, or one that is known, the last counts. An id to remove that
        is not known is an UnknownArticleError.
        """
        unwanted = set(list_of_texts(removed, "removed"))
        given = {article.id: article for article in checked(added)}
        catalogue = self.catalogue
        own = {article.id: article for article in catalogue.articles if article.id in self.digests}
        for article_id in sorted(unwanted - own.keys()):
            raise UnknownArticleError(article_id, sorted(own))
        left = {article_id: article for article_id, article in own.items() if article_id not in unwanted}
        # With another list alone, as under every new article of a circle, it is found as it was.
        arrivals = [one for key, one in sorted(given.items()) if key not in left or not is_as_before(left[key], one)]
        gone = [own[key] for key in sorted(unwanted)] + [left[one.id] for one in arrivals if one.id in left]
        own = left | given

        matcher = self.matcher.copy()
        for article in gone:
            matcher.remove(article.id)
        for article in arrivals:
            matcher.add(article)
        links = self.links.changed(
            {one.id for one in gone}, {one.id: linked_articles(one, matcher) for one in arrivals}
        )
        digests = {article_id: digest for article_id, digest in self.digests.items() if article_id in own}
        digests |= {article_id: article.digest for article_id, article in given.items()}

        # What these lists name may be another article now.
        meant = {article.id for article in gone}.union(*map(matcher.namesakes, arrivals))
        keys = {key for article in (*gone, *arrivals) for key in article_keys(article)}
        doubtful = {
            article_id
            for article_id, one in self.lists.items()
            if not (meant.isdisjoint(one.names) and keys.isdisjoint(one.keys))
        }
        lists = {article_id: one for article_id, one in self.lists.items() if article_id in own}
        for article_id in (doubtful | given.keys()) & own.keys():
            lists.pop(article_id, None)
            if own[article_id].related:
                lists[article_id] = CuratedList.resolved(own[article_id], matcher, digests)
        articles = [own[article_id] for article_id in sorted(own)]
        everything = [*articles, *_externals(lists, digests)]
        catalogue = catalogue.changed(everything, np.arange(len(everything)) >= len(articles), self.vectorizer)
        return State(self.vectorizer, catalogue, matcher, digests, lists, links, self.suggest_unpublished)

    def allowed(self, now: float) -> NDArray[np.bool_]:
        """Rows that may be suggested now, shape (n_rows,)."""
        allowed = np.ones(self.catalogue.n_rows, dtype=bool)
        for refused, _ in refusals(self.catalogue, self.suggest_unpublished, now):
            allowed &= ~refused
        return allowed

    def never(self, rules: Rules) -> NDArray[np.bool_]:
        """Rows that a site's rules never suggest, shape (n_rows,), to be read only."""
        if rules.settings not in self._never:
            never = [bool(rules.never(article)) for article in self.catalogue.articles]
            self._never[rules.settings] = np.array(never, dtype=bool)
        return self._never[rules.settings]

    def listed(self, article: Article) -> Sequence[str]:
        """The ids of what an article's own list names, in the editor's order; of a draft's also what has no row."""
        if not self._has(article):
            return CuratedList.resolved(article, self.matcher, self.digests).names
        return self.lists[article.id].names if article.id in self.lists else ()

    def links_of(self, article: Article) -> Sequence[str]:
        """The ids of the articles that an article's text links to."""
        return self.links.links.get(article.id, ()) if self._has(article) else linked_articles(article, self.matcher)

    def linked_rows(self, article: Article) -> NDArray[np.int64]:
        """The rows that an article's text links to, or whose texts link to it, ascending; see `LinkGraph`."""
        names = self.links.partners(article.id, self.links_of(article), len(self.digests))
        return np.array(sorted(self.catalogue.rows_of(names)), dtype=np.int64)

    def _has(self, article: Article) -> bool:
        """Whether it is an article of the state, and not a draft, or an edited one, under the id of one."""
        row = self.catalogue.row_of(article.id)
        return row is not None and self.catalogue.articles[row] is article

    @property
    def fingerprint(self) -> str:
        """A digest of the site's own articles; equal for equal corpora."""
        parts = "".join(f"{article_id}\0{digest}\0" for article_id, digest in sorted(self.digests.items()))
        return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _externals(lists: Mapping[str, CuratedList], own_ids: Container[str]) -> list[Article]:
    """The external articles, in order of their ids, each as the first list by id describes it."""
    found: dict[str, Article] = {}
    for article_id in sorted(lists):
        for external in lists[article_id].externals:
            if external.id not in own_ids:
                found.setdefault(external.id, external)
    return [found[external_id] for external_id in sorted(found)]
