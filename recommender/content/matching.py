"""
Which article an entry of a curated list names.

By address first, then by path, permalink or slug, then by title; an entry that names no article but carries a title
is an external article.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from posixpath import normpath
from threading import Lock
from typing import Literal, get_args
from urllib.parse import unquote

from recommender.articles import Article, RelatedEntry
from recommender.bounds import LONGEST_ADDRESS
from recommender.content.paths import language_code, name_date, slug, without_ending
from recommender.content.urls import canonical_url, is_address
from recommender.errors import did_you_mean
from recommender.snapshots import Base, LayeredDict

__all__ = ["EntryMatcher", "How", "Match", "external_article", "fold_title"]

How = Literal["url", "path", "title", "external", "unmatched"]

_Kind = Literal["by_url", "by_path", "by_slug", "by_title"]
_KINDS: tuple[_Kind, ...] = get_args(_Kind)

#: What site generators and note takers wrap around a path: {% link _posts/tea.md %}, {{< ref "tea.md" >}}, [[tea]].
_WRAPPED = re.compile(
    r"""\{%-?\s*+(?:post_url|link)\s(?P<liquid>[^{%]++)%\}
    | \{\{[<%]\s*+(?:rel)?ref\s++"?(?P<hugo>[^"{}<>%]++)"?\s*+[>%]\}\}
    | \[\[(?P<wiki>[^][|]++)(?:\|[^][]*+)?\]\]
    | (?:@site|\{\{\s*site\.(?:base)?url\s*\}\})(?P<based>/.*)""",
    re.VERBOSE,
)
_PAGE_ENDING = re.compile(r"\.(?:md|markdown|mdx|html?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """
    What an entry names.

    Parameters
    ----------
    article_id
        The article; for an external one, the id it has as a candidate; None where nothing was found.
    how
        By which of its marks the article was found.
    """

    article_id: str | None
    how: How


class EntryMatcher:
    """
    Finds the article that an entry of a curated list names.

    Where several articles have one address, the first by id is meant. The order in which articles are added changes
    nothing.

    Parameters
    ----------
    articles
        The site's own articles; more can be added and removed later.
    """

    def __init__(self, articles: Iterable[Article] = ()) -> None:
        self._articles: LayeredDict[str, Article] = LayeredDict({article.id: article for article in articles})
        self._indexes: Mapping[_Kind, LayeredDict[str, tuple[str, ...]]] | None = None
        self._lock = Lock()

    @classmethod
    def over(cls, articles: Base[str, Article], indexes: Mapping[str, Base[str, tuple[str, ...]]]) -> EntryMatcher:
        """A matcher over articles by id and the `indexes` of an earlier one, both only read."""
        matcher = cls()
        matcher._articles = LayeredDict(articles)
        matcher._indexes = {kind: LayeredDict(indexes[kind]) for kind in _KINDS}
        return matcher

    def indexes(self) -> Mapping[_Kind, LayeredDict[str, tuple[str, ...]]]:
        """
        Key -> ids of the articles that have it, sorted, for each kind of key.

        Made when first asked for: a site without a list never asks.
        """
        if self._indexes is None:
            with self._lock:
                self._indexes = self._indexes or self._indexed()
        return self._indexes

    def _indexed(self) -> Mapping[_Kind, LayeredDict[str, tuple[str, ...]]]:
        found: dict[_Kind, dict[str, tuple[str, ...]]] = {kind: {} for kind in _KINDS}
        for article_id in sorted(self._articles):
            for kind, key in _keys(self._articles[article_id]):
                ids = found[kind]
                ids[key] = (*ids[key], article_id) if key in ids else (article_id,)
        return {kind: LayeredDict(ids) for kind, ids in found.items()}

    def copy(self) -> EntryMatcher:
        """A matcher that can change without this one seeing it."""
        twin = EntryMatcher.__new__(EntryMatcher)
        twin._articles, twin._lock = self._articles.copy(), Lock()
        known = self._indexes
        twin._indexes = None if known is None else {kind: index.copy() for kind, index in known.items()}
        return twin

    def add(self, article: Article) -> None:
        """Take an article in; one with the same id is replaced."""
        if article.id in self._articles:
            self.remove(article.id)
        self._articles[article.id] = article
        if self._indexes is None:
            return
        for kind, key in _keys(article):
            index = self._indexes[kind]
            ids = index.get(key)
            if ids is None:
                index[key] = (article.id,)
            else:
                place = bisect_left(ids, article.id)
                index[key] = (*ids[:place], article.id, *ids[place:])

    def remove(self, article_id: str) -> None:
        """Forget an article; an unknown id is no error."""
        article = self._articles.get(article_id)
        if article is None:
            return
        self._articles.discard(article_id)
        if self._indexes is None:
            return
        for kind, key in _keys(article):
            index = self._indexes[kind]
            ids = tuple(other for other in index[key] if other != article_id)
            if ids:
                index[key] = ids
            else:
                index.discard(key)

    def namesakes(self, article: Article) -> dict[str, bool]:
        """The ids of the other articles that an entry may mean instead; True for those that share the title alone."""
        indexes = self.indexes()
        found: dict[str, bool] = {}
        for kind, key in _keys(article):
            for article_id in indexes[kind].get(key) or ():
                found[article_id] = kind == "by_title" and found.get(article_id, True)
        found.pop(article.id, None)
        return found

    def names_by_title(self, entries: Iterable[RelatedEntry], title: str) -> bool:
        """Whether one of the entries has this title, and no address of an article, so that the title decides."""
        folded = fold_title(title)
        return any(
            fold_title(entry.title or entry.target) == folded and self.by_address(entry) is None for entry in entries
        )

    def match(self, entry: RelatedEntry, source: Article | None = None) -> Match:
        """
        The article that an entry names.

        Parameters
        ----------
        entry
            A line of a curated list.
        source
            The article whose list it is. A path can be relative to it, its language decides between translations, and
            its date between articles of one title. It is itself the answer only where nothing else can be meant.
        """
        if (article_id := self.by_address(entry)) is not None:
            return Match(article_id, "url")
        elsewhere = is_address(entry.url or entry.target)
        for target in dict.fromkeys((entry.target, entry.url)):
            if target and not is_address(target):
                article_id = self._match_path(target, source)
                if article_id is not None:
                    return Match(article_id, "path")
        title = entry.title or ("" if elsewhere else entry.target)
        if title:
            # An entry with another address than the source's is not the source, whatever its title.
            article_id = self._match_title(title, source, may_be_source=not elsewhere)
            if article_id is not None:
                return Match(article_id, "title")
        external = external_article(entry)
        return Match(None, "unmatched") if external is None else Match(external.id, "external")

    def by_address(self, entry: RelatedEntry) -> str | None:
        """The article that has the address of an entry, whosever list it stands in."""
        address = entry.url or entry.target
        if address.startswith("/") or is_address(address):
            ids = self.indexes()["by_url"].get(canonical_url(address))
            return ids[0] if ids else None
        return None

    def suggestion_for(self, entry: RelatedEntry) -> str:
        """The sentence " Did you mean 'x'?" with the nearest slug or title, for an entry that names nothing, or ""."""
        target = entry.target or entry.url
        titles = (article.title for _, article in self._articles.items())
        return did_you_mean(_cleaned(target).rpartition("/")[2], self.indexes()["by_slug"]) or did_you_mean(
            target, titles
        )

    def _match_path(self, target: str, source: Article | None) -> str | None:
        cleaned = _cleaned(target)
        if not cleaned:
            return None
        if source is not None and source.path and not target.startswith("/"):
            folder = unicodedata.normalize("NFC", source.path.rpartition("/")[0])
            relative = normpath(f"{folder}/{cleaned}" if folder else cleaned)
            if ids := self.indexes()["by_path"].get(relative):
                return ids[0]
        cleaned = normpath(cleaned).lstrip("./")
        if ids := self.indexes()["by_path"].get(cleaned):
            return self._choose(ids, source, ())
        folders, _, name = cleaned.rpartition("/")
        parts = tuple(folders.split("/")) if folders else ()
        by_slug = self.indexes()["by_slug"]
        return self._choose(by_slug.get(name) or by_slug.get(slug(name)) or (), source, parts)

    def _choose(self, ids: Collection[str], source: Article | None, parts: tuple[str, ...]) -> str | None:
        """
        The article that is meant among those of one slug, or None where that cannot be told.

        Those that explain most of the target's folders are looked at, then those in the source's language.
        """
        if source is not None and len(ids) > 1:
            ids = [article_id for article_id in ids if article_id != source.id]
        if len(ids) > 1 and parts:
            explained = {article_id: _explained_parts(parts, self._articles[article_id]) for article_id in ids}
            ids = [article_id for article_id in ids if explained[article_id] == max(explained.values())]
        if len(ids) > 1 and source is not None:
            language = source.language
            ids = [article_id for article_id in ids if self._articles[article_id].language == language] or ids
        if len(ids) > 1:
            # One page under two files is one page; two pages of one slug are a riddle.
            urls = {self._articles[article_id].url for article_id in ids}
            if len(urls) > 1 or "" in urls:
                return None
        return next(iter(ids), None)

    def _match_title(self, title: str, source: Article | None, *, may_be_source: bool) -> str | None:
        ids = self.indexes()["by_title"].get(fold_title(title)) or ()
        others = [article_id for article_id in ids if source is None or article_id != source.id]
        if not others:
            return ids[0] if ids and may_be_source else None
        published = source.published_at if source is not None else None
        if len(others) == 1 or published is None:
            return others[0]

        def distance(article_id: str) -> tuple[float, str]:
            date = self._articles[article_id].published_at
            return (abs((date - published).total_seconds()) if date else float("inf"), article_id)

        return min(others, key=distance)


def _keys(article: Article) -> Iterator[tuple[_Kind, str]]:
    """Under which keys of which kind an article is found, each once."""
    addresses = (article.url, *article.aliases)
    for key in {canonical_url(url) for url in addresses if url.startswith("/") or is_address(url)}:
        yield "by_url", key
    paths = {unicodedata.normalize("NFC", path) for path in (article.id, without_ending(article.path))}
    paths.update(_cleaned(url) for url in addresses if url and not is_address(url))
    for key in paths - {""}:
        yield "by_path", key
    for key in ({slug(path) for path in paths} | {path.rpartition("/")[2] for path in paths}) - {""}:
        yield "by_slug", key
    if article.title:
        yield "by_title", fold_title(article.title)


def external_article(entry: RelatedEntry) -> Article | None:
    """The article elsewhere that an entry describes, or None where it carries no title."""
    title = entry.title.strip()
    if not title:
        return None
    address = entry.url or (entry.target if is_address(entry.target) else "")
    return Article(
        id=canonical_url(address) or f"external:{' '.join(title.split())}",
        title=title,
        excerpt=entry.excerpt,
        published_at=entry.published_at,
        url=address,
        provider=entry.provider,
    )


@lru_cache(maxsize=1 << 18)
def fold_title(title: str) -> str:
    """A title without its differences of case, blanks, and of how an accent is written."""
    return " ".join(unicodedata.normalize("NFC", title.casefold()).split())


@lru_cache(maxsize=1 << 18)
def _cleaned(target: str) -> str:
    """A path or slug as typed, without what generators wrap around it, query, fragment, ending and outer slashes."""
    if len(target) > LONGEST_ADDRESS:
        return ""
    found = _WRAPPED.search(target)
    if found is not None:
        target = next(group for group in found.groups() if group).rstrip(" \t-")
    target = unicodedata.normalize("NFC", unquote(target.strip().partition("#")[0].partition("?")[0]))
    target = _PAGE_ENDING.sub("", target.rstrip("/").removeprefix("./"))
    return target.removesuffix("/index").strip("/")


def _explained_parts(parts: tuple[str, ...], article: Article) -> int:
    """How many folders of a target are folders of the article, its date, its language or one of its topics."""
    known = {part.lower() for part in article.path.split("/")[:-1]}
    known.update(topic.lower().replace(" ", "-") for topic in article.topics)
    known.add(article.language.lower())
    published = article.published_at
    days = [day for day in (name_date(article.path), published.date() if published else None) if day]
    for day in days:
        known |= {f"{day:%Y}", f"{day:%m}", f"{day:%d}", str(day.month), str(day.day)}
    return sum(part.lower() in known or language_code(part).lower() == article.language.lower() != "" for part in parts)
