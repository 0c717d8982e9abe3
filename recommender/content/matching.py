"""
Which article an entry of a curated list names.

By address first, then by path, permalink or slug, then by title; an entry that names no article but carries a title and
an address is an external article.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from posixpath import commonprefix, normpath
from typing import Literal, NamedTuple, Self, get_args
from urllib.parse import unquote

from recommender.articles import Article, Corpus, RelatedEntry, commonest_language
from recommender.bounds import LONGEST_ADDRESS
from recommender.content.paths import (
    language_code,
    name_date,
    names_language,
    rooted,
    slug,
    suffix_language,
    without_ending,
)
from recommender.content.titles import fold_title, folded, title_words
from recommender.content.urls import below_local_host, canonical_url, is_address, spellings
from recommender.content.wording import some
from recommender.errors import did_you_mean

How = Literal["url", "path", "title", "external", "unmatched"]

_Kind = Literal["url", "path", "slug", "number", "title", "bare title"]

#: What site generators and note takers wrap around a path: {% link _posts/tea.md %}, {{ '/tea/' | relative_url }},
#: {{< ref "tea.md" >}}, {doc}`tea`, `tea.md`, [[tea]], [[tea#Cups|Tea]], {filename}tea.md.
_WRAPPED = re.compile(
    r"""\{%-?\s*+(?:post_url|link)\s(?P<liquid>[^{%]++)%\}
    | \{%-?\s*+post_(?:link|path)\s++["']?(?P<hexo>[^\s{%"']++)[^{}]*+\}
    | \{\{-?\s*+["'](?P<filtered>[^"'{}]++)["']\s*+\|[^{}]*+\}\}
    | \{\{[<%]\s*+(?:rel)?ref\s++(?:path\s*+=\s*+)?["'`]?(?P<hugo>[^"'`{}<>%]++)["'`]?[^{}<>%]*+[>%]\}\}
    | (?:\{(?:doc|ref)\}|:(?:doc|ref|any):)`(?:[^`<>]*+<)?(?P<role>[^`<>]++)>?`
    | ^`(?P<code>[^`<>]++)`$
    | \[\[(?P<wiki>(?>(?:(?!\#\S)[^][|])+))(?:[|\#][^][]*+)?\]\]
    | (?:\{filename\}|\|filename\|)(?P<pelican>[^{}|]++)
    | (?:@(?:site)?|\{\{\s*site\.(?:base)?url\s*\}\})(?P<based>/.*)""",
    re.VERBOSE,
)
#: 02-tea, 2_tea and 02. tea: a number that only sorts, as Docusaurus takes it.
_ORDER = re.compile(r"^\d{1,3}\s*[-_.]+\s*(?=[^-_.\s\d])")
#: ADR-0002, 0002: how decision records, tickets and notes are called by number; no year.
_NUMBER = re.compile(r"(?:([a-z]+)[-_ ]?)?(?!(?:19|20)\d\d(?!\d))(\d{3,})(?![^\W_])")
#: Docusaurus keeps translations apart from what they translate.
_TRANSLATED = re.compile(r"^(?:.*/)?i18n/[^/]+/docusaurus-plugin-content-(docs|blog)(?:/current)?/")
_PAGE_ENDING = re.compile(r"\.(?:md|markdown|mdx|mdown|mkdn?|mkdown|svx|html?|php)$", re.IGNORECASE)


class Match(NamedTuple):
    """What an entry names."""

    #: For an external one, the id it has as a candidate; None where nothing was found, or no more than an address.
    article_id: str | None
    how: How  #: By which of its marks the article was found.


class EntryMatcher:
    """
    Finds the article of the site that an entry of a curated list names; the first by id that has its address.

    Articles that name no language have the site's: the one given, or that of a corpus.
    """

    def __init__(self, articles: Iterable[Article] = (), site_language: str = "") -> None:
        if isinstance(articles, Corpus):
            site_language = site_language or articles.site_language or commonest_language(articles)
        self._site_language = site_language
        self._articles: dict[str, Article] = {article.id: article for article in articles}
        self._indexes: dict[_Kind, dict[str, tuple[str, ...]]] = {}
        self._hosts: frozenset[str] | None = None  #: Of the articles' addresses; found when first asked for.

    def _index(self, kind: _Kind) -> Mapping[str, tuple[str, ...]]:
        """For each key of a kind, the ids of the articles that have it, sorted."""
        # Made when first asked for: many sites list addresses alone. Two threads that ask at once make the same.
        if kind not in self._indexes:
            found: dict[str, tuple[str, ...]] = {}
            for article_id in sorted(self._articles):
                for key in _keys(self._articles[article_id], kind):
                    found[key] = (*found.get(key, ()), article_id)
            self._indexes[kind] = found
        return self._indexes[kind]

    def copy(self) -> Self:
        """A matcher that can change without this one seeing it."""
        twin = type(self)((), self._site_language)
        twin._articles = self._articles.copy()
        twin._indexes = {kind: index.copy() for kind, index in list(self._indexes.items())}
        return twin

    def add(self, article: Article) -> None:
        """Take an article in; one with the same id is replaced."""
        self.remove(article.id)
        self._articles[article.id] = article
        self._hosts = None
        for kind, index in list(self._indexes.items()):
            for key in _keys(article, kind):
                index[key] = tuple(sorted((*index.get(key, ()), article.id)))

    def remove(self, article_id: str) -> None:
        """Forget an article; an unknown id is no error."""
        article = self._articles.pop(article_id, None)
        if article is None:
            return
        self._hosts = None
        for kind, index in list(self._indexes.items()):
            for key in _keys(article, kind):
                index[key] = tuple([other for other in index[key] if other != article_id])
                if not index[key]:
                    del index[key]

    def _language(self, article: Article) -> str:
        return (article.language or self._site_language).lower().replace("_", "-")

    def namesakes(self, article: Article) -> set[str]:
        """The ids of the other articles that an entry may mean instead."""
        found = {
            article_id
            for kind in get_args(_Kind)
            for key in _keys(article, kind)
            for article_id in self._index(kind).get(key, ())
        }
        return found - {article.id}

    def match(self, entry: RelatedEntry, source: Article | None = None) -> Match:
        """
        The article that an entry names, in the list of the source.

        A path can be relative to the source, its language decides between translations, and its date between articles
        of one title. It is itself the answer only where nothing else can be meant.
        """
        if (article_id := self.by_address(entry)) is not None:
            return Match(self._in_language_of(source, article_id, entry), "url")
        for target in map(below_local_host, dict.fromkeys((entry.url, entry.target))):
            if (article_id := self._match_path(target, source)) is not None:
                return Match(self._in_language_of(source, article_id, entry), "path")
        # An entry with another address than the source's is not the source, whatever its title.
        elsewhere = is_address(entry.url or entry.target)
        title = fold_title(entry.title or unwrapped(entry.target)) if entry.title or not elsewhere else ""
        if (article_id := self._match_title(title, source, may_be_source=not elsewhere)) is not None:
            return Match(article_id, "title")
        if (external := external_article(entry)) is not None:
            return Match(external.id, "external")
        return Match(None, "external" if self._is_elsewhere(entry.url or entry.target, source) else "unmatched")

    def by_address(self, entry: RelatedEntry) -> str | None:
        """The article that has the address of an entry, whosever list it stands in."""
        address = _address(entry.url or entry.target)
        if not (address.startswith("/") or is_address(address)):
            return None
        by_url = self._index("url")
        for spelling in spellings(address):
            ids = by_url.get(spelling) or by_url.get(spelling.casefold())
            if not ids and is_address(spelling):
                ids = self._index("path").get(_without_ending(spelling))
            if ids:
                # An article's own address comes before what was one of another's, unless nobody can read it there.
                readable = (self._articles[one] for one in ids if len(ids) > 1)
                own = (one.id for one in readable if one.is_published and canonical_url(one.url) == spelling)
                return next(own, ids[0])
        return None

    def _is_elsewhere(self, address: str, source: Article | None) -> bool:
        """Whether an address that no article has is on another host than the articles' addresses, as far as known."""
        if not is_address(below_local_host(address)):
            return False
        canonical = canonical_url(address)
        if self._hosts is None:
            self._hosts = frozenset(url.split("/")[2] for url in self._index("url") if is_address(url))
        if self._hosts:
            return canonical.split("/")[2] not in self._hosts
        # Where the site's host is not known, it may be the one on which an article's name stands.
        named = self._match_path(canonical.partition("?")[0].rpartition("/")[2], source)
        return named is None or (source is not None and named == source.id)

    def is_whole(self, entry: RelatedEntry, article_id: str) -> bool:
        """Whether every folder that an entry names is one of the article's: its path's, its date's, its language's."""
        folders = rooted(_cleaned(below_local_host(entry.target))).split("/")[:-1]
        return _explained_parts(folders, self._articles[article_id]) == len(folders)

    def why_unmatched(self, entry: RelatedEntry, *, is_near: bool = True) -> str:
        """Why an entry names no article, with the nearest slug or title: none is called so, or several are."""
        target = entry.target or entry.url
        ids = self._index("slug").get(_cleaned(target)) or ()
        if len(ids) > 1:
            return f"{some([self._articles[one].path or one for one in ids])} are called so. Write the path of one."
        titles = (article.title for article in self._articles.values())
        name = _cleaned(target).rpartition("/")[2]
        near = (did_you_mean(name, self._index("slug")) or did_you_mean(target, titles)) if is_near else ""
        return f"no article has that address, path, slug or title.{near}"

    def beside(self, target: str, source: Article) -> str | None:
        """The article at a path that is relative to the source's file."""
        if target.startswith("/") or not source.path:
            return None
        relative = normpath(f"{folded(source.path.rpartition('/')[0])}/{_cleaned(target)}").lstrip("/")
        by_path = self._index("path")
        return next(iter(by_path.get(relative) or by_path.get(normpath(f"{relative}/index")) or ()), None)

    def _match_path(self, target: str, source: Article | None) -> str | None:
        cleaned = _cleaned(target)
        if not cleaned or is_address(target):
            return None
        if source is not None and (beside := self.beside(target, source)):
            return beside
        by_path, by_slug = self._index("path"), self._index("slug")
        cleaned = rooted(cleaned)
        parts = tuple(cleaned.split("/"))
        if ids := by_path.get(cleaned):
            return self._choose(ids, source, parts)
        name = slug(parts[-1])
        ids = by_slug.get(parts[-1]) or by_slug.get(name) or by_slug.get(_plain(name))
        return self._choose(ids or self._index("number").get(_number_key(cleaned)) or (), source, parts)

    def _choose(self, ids: Collection[str], source: Article | None, parts: tuple[str, ...]) -> str | None:
        """
        The article that is meant among those of one slug, or None where that cannot be told.

        First those whose path ends with the whole target, else those that explain most of its folders; of them those in
        the source's language, those whose file has the very name, and those with the fewest folders before it.
        """
        if source is not None and len(ids) > 1:
            ids = [article_id for article_id in ids if article_id != source.id]
        if len(ids) < 2:
            return next(iter(ids), None)

        def rank(article: Article) -> tuple[float, ...]:
            n_before = _folders_before(parts, article)
            return (
                n_before is None,
                -_explained_parts(parts[:-1], article) if n_before is None else 0,
                source is not None and self._language(article) != self._language(source),
                parts[-1] not in _names(article),
                n_before or 0,
            )

        ranked = [(rank(article), article) for article in map(self._articles.__getitem__, ids)]
        best = min(rank for rank, _ in ranked)
        found = [article for rank, article in ranked if rank == best]
        # One page under two files is one page; two pages of one slug are a riddle.
        urls = {article.url for article in found}
        return found[0].id if len(found) == 1 or (len(urls) == 1 and "" not in urls) else None

    def _in_language_of(self, source: Article | None, article_id: str, entry: RelatedEntry) -> str:
        """The article's translation into the source's language, unless the entry names a language or there is none."""
        article = self._articles[article_id]
        if source is None or self._language(article) == (language := self._language(source)):
            return article_id
        if names_language(entry.target, article.language):
            return article_id
        by_url = self._index("url")
        for other in (one for url in (article.url, *article.aliases) for one in by_url.get(canonical_url(url)) or ()):
            if self._language(self._articles[other]) == language:
                return other
        page = _untranslated(article.path or article.id, article.language)
        for other in self._index("slug").get(page.rpartition("/")[2]) or ():
            twin = self._articles[other]
            is_twin = _untranslated(twin.path or twin.id, twin.language) == page
            if is_twin and self._language(twin) == language and other != source.id:
                return other
        return article_id

    def _match_title(self, title: str, source: Article | None, *, may_be_source: bool) -> str | None:
        by_title, by_words = self._index("title"), self._index("bare title")
        ids = by_title.get(title) or by_words.get(title_words(title)) or ()
        others = [article_id for article_id in ids if source is None or article_id != source.id]
        if not others:
            return ids[0] if ids and may_be_source else None
        if len(others) == 1 or source is None:
            return others[0]
        published, folders = source.published_at, source.path.split("/")[:-1]

        def distance(article_id: str) -> tuple[bool, int, timedelta, str]:
            other = self._articles[article_id]
            n_common = len(commonprefix([folders, other.path.split("/")[:-1]]))
            days = abs(other.published_at - published) if other.published_at and published else timedelta.max
            return len({self._language(other), self._language(source)} - {""}) > 1, -n_common, days, article_id

        return min(others, key=distance)


def _keys(article: Article, kind: _Kind) -> set[str]:
    """Under which keys of a kind an article is found."""
    if kind in ("title", "bare title"):
        title = fold_title(article.title)
        return {title if kind == "title" else title_words(title)} - {""}
    if kind == "number":
        return _number_keys(article) - {""}
    addresses = (article.url, *article.aliases)
    urls = {canonical_url(url) for url in addresses if url.startswith("/") or is_address(url)}
    if kind == "url":
        return urls
    files = {article.id, without_ending(article.path)}
    paths = {*map(folded, files), *(_cleaned(url) for url in addresses if url and not is_address(url))}
    if kind == "path":
        return (paths | {_without_ending(url) for url in urls if is_address(url)}) - {""}
    slugs = {slug(path) for path in paths} | {
        path.rpartition("/")[2] for path in (*paths, _untranslated(article.path or article.id, article.language))
    }
    slugs.update(folded(slug(path)) for path in files)
    return (slugs | set(map(_plain, slugs))) - {""}


def article_keys(article: Article) -> set[str]:
    """Under these an article is found; an entry that may come to mean it has one of them among its `entry_keys`."""
    return {key for kind in get_args(_Kind) for key in _keys(article, kind)}


@lru_cache(maxsize=1 << 14)  # One entry often stands in many lists: on azure 3,851 in 144,839 places.
def entry_keys(entry: RelatedEntry) -> frozenset[str]:
    """The keys by which an entry waits for its article; whether that one is meant, the matcher says."""
    title = fold_title(entry.title or unwrapped(entry.target))
    keys = {title, title_words(title)}
    for name in (entry.url, entry.target):
        if place := _address(name):
            keys |= {_plain(_cleaned(place).rpartition("/")[2]), _number_key(_cleaned(place).lstrip("./"))}
            for spelling in spellings(place):
                keys |= {spelling, spelling.casefold()}
    return frozenset(keys - {""})


def external_article(entry: RelatedEntry) -> Article | None:
    """The article elsewhere that an entry describes, or None where it has no title or no address that leads there."""
    title = entry.title.strip()
    address = entry.url or entry.target
    if not title or not (is_address(address) or address.startswith("/")) or below_local_host(address) != address:
        return None
    return Article(
        id=canonical_url(address),
        title=title,
        excerpt=entry.excerpt,
        published_at=entry.published_at,
        url=address,
        provider=entry.provider,
    )


def is_wrapped(text: str) -> bool:
    """Whether a generator's brackets stand around the whole of a text: what is in them is one place."""
    return text.endswith(("}", "]", "`")) and _WRAPPED.fullmatch(text) is not None


def _address(text: str) -> str:
    """An address as typed, without the filter of a template and the host of a machine of one's own."""
    return below_local_host(unwrapped(text) if text.startswith("{{") else text)


def unwrapped(target: str) -> str:
    """What a text names without what generators and note takers wrap around it."""
    found = _WRAPPED.search(target)
    return next(group for group in found.groups() if group).rstrip(" \t-") if found else target


@lru_cache(maxsize=1 << 18)
def _cleaned(target: str) -> str:
    """A path or slug as typed, without what generators wrap around it, query, fragment, ending, slashes and case."""
    if len(target) > LONGEST_ADDRESS:
        return ""
    target = unquote(unwrapped(target).strip().replace("\\", "/").partition("#")[0].partition("?")[0])
    target = _PAGE_ENDING.sub("", target.rstrip("/").removeprefix("./"))
    return folded(target).removesuffix("/index").strip("/")


def _without_ending(url: str) -> str:
    """A canonical URL in small letters, without the ending of its page."""
    return _PAGE_ENDING.sub("", url.casefold())


@lru_cache(maxsize=1 << 16)
def _plain(part: str) -> str:
    """A part of a path without the date or the number that sorts it: 2021-03-03-tea and 02-tea are tea; a_b is a-b."""
    return _ORDER.sub("", slug(part)).replace("_", "-")


def _number_keys(article: Article) -> set[str]:
    """By which numbers an article is called, for its file, the folders of that and its title."""
    head = fold_title(article.title).partition(":")[0]
    keys = set() if head.isdecimal() else {_number_key(head)}
    *folders, name = _cleaned(article.path).split("/")
    if (found := _NUMBER.match(name)) and not name_date(article.path):
        kind, digits = found[1] or "", found[2]
        kinds = {kind} if kind else {"", *folders}
        # Records of decisions have one name, wherever they lie; a number that begins with 0 is no count.
        kinds |= {"adr"} if any("decision" in folder for folder in kinds) else set()
        kinds |= {""} if digits.startswith("0") else set()
        keys |= {_number_key(kind + digits) for kind in kinds}
    return keys


def _number_key(text: str) -> str:
    """A number with what it counts, as adr-2 for adrs-0002, or bare as typed; "" for any other text."""
    found = _NUMBER.fullmatch(text)
    if not found or not found[1]:
        return found[2] if found else ""
    return f"{found[1].removesuffix('s')}-{found[2].lstrip('0')}"


def _names(article: Article) -> set[str]:
    """What the article's file and its addresses are called."""
    paths = map(_cleaned, (article.path or article.id, article.url, *article.aliases))
    return {name for path in paths for name in (slug(path), path.rpartition("/")[2])}


def _folders_before(parts: tuple[str, ...], article: Article) -> int | None:
    """How many folders stand before the target where the article's path ends with it, part by part; else None."""
    own = _cleaned(article.path or article.id).removesuffix("/readme").split("/")
    is_end = [*map(_plain, own[-len(parts) :])] == [*map(_plain, parts)]
    return len(own) - len(parts) if is_end else None


@lru_cache(maxsize=1 << 16)
def _untranslated(path: str, language: str) -> str:
    """The path of an article without what names its language: the same for all translations of a page."""
    if not language:
        return _cleaned(path)
    *folders, name = _TRANSLATED.sub(r"\1/", without_ending(path)).split("/")
    if language_code(suffix_language(name) or "-") == language:
        name = name.rpartition(".")[0]
    folders = [folder for folder in folders if language_code(folder) != language]
    return _cleaned("/".join((*folders, name)))


def _explained_parts(parts: Sequence[str], article: Article) -> int:
    """How many folders of a target are folders of the article, its date, its language or one of its topics."""
    folders = [folded(part) for part in article.path.split("/")[:-1]]
    known = {*folders, *map(_plain, folders)}
    known.update(topic.lower().replace(" ", "-") for topic in article.topics)
    known.add(article.language.lower())
    published = article.published_at
    days = [day for day in (name_date(article.path), published.date() if published else None) if day]
    for day in days:
        known |= {f"{day:%Y}", f"{day:%m}", f"{day:%d}", str(day.month), str(day.day)}
    return sum(part.lower() in known or language_code(part).lower() == article.language.lower() != "" for part in parts)
