"""Articles and the corpus they form. An article room: no numbers, no files."""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, overload

from recommender.errors import ArticleError, CorpusError, RecommenderError, UnknownArticleError, kind_of
from recommender.settings import LANGUAGE

#: From when an article is to be seen of which the site's generator makes no page.
NEVER = datetime.max.replace(tzinfo=UTC)

#: With what a Jekyll file's name begins, as in ``2021-03-03-tea``.
NAMED_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})-(?=.)")

#: What an editor may ask of the suggestions in an article's front matter, under `recommender`.
MARKS = ("show-none", "never-suggest", "background", "follow-up", "evergreen")


@dataclass(frozen=True, slots=True)
class RelatedEntry:
    """
    One line of an article's hand-curated list, as the site holds it.

    Parameters
    ----------
    title, excerpt, url, provider
        What an embedded entry carries; "" where it does not.
    published_at
        With a time zone; None where the entry has no date.
    target
        What the entry names, as typed: a URL, a path, a slug or a title.
    """

    title: str = ""
    excerpt: str = ""
    url: str = ""
    published_at: datetime | None = None
    provider: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """
    One document of the site. ``Article(id=..., title=..., excerpt=...)`` is enough.

    Parameters
    ----------
    id
        Unique in a corpus: the file's path below the site, without its ending.
    path
        The file's path below the site, with its ending; "" for an article that has no file.
    title, excerpt
        As the file has them; the text is repaired later, and only for the vectors.
    published_at
        With a time zone; None where the article has no date.
    url
        The address a reader sees; "" where the site does not say.
    topics
        Topics, tags and categories, in the file's order, without repeats.
    provider
        Who published it: an organisation or an author.
    quality
        The site's own figure of merit, on any scale; None where it has none.
    language
        A language code such as ``en`` or ``zh-CN``; "" where it is not known.
    is_published
        False for ``published: false`` and ``draft: true``.
    body
        The text below the front matter, as typed.
    related
        The hand-curated list, in the editor's order.
    aliases
        Further addresses of the same article: AMP forms, the original URL, permalinks, earlier addresses.
    visible_from, visible_until
        Before the one and from the other on it is never suggested, whatever the settings say: an embargo, the day on
        which it expires. ``NEVER`` for a page that the site's generator does not make. None: no such day.
    marks
        What the front matter asks of the suggestions, as in ``MARKS``, and what rules ask of it, as ``name: value``.
    """

    id: str
    path: str = ""
    title: str = ""
    excerpt: str = ""
    published_at: datetime | None = None
    url: str = ""
    topics: tuple[str, ...] = ()
    provider: str = ""
    quality: float | None = None
    language: str = ""
    is_published: bool = True
    body: str = ""
    related: tuple[RelatedEntry, ...] = ()
    aliases: tuple[str, ...] = ()
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    marks: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A digest of all its fields and of its entries: a dataclass shows them all."""
        return hashlib.blake2b(repr(self).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _is_sequence_of(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, tuple | list) and all(isinstance(part, kind) for part in value)


def _is_day(value: object) -> bool:
    return value is None or (isinstance(value, datetime) and value.tzinfo is not None)


def _is_whole(entry: RelatedEntry) -> bool:
    # A site may have a million: a loop over names takes several times as long.
    return (
        isinstance(entry.title, str)
        and isinstance(entry.excerpt, str)
        and isinstance(entry.url, str)
        and isinstance(entry.provider, str)
        and isinstance(entry.target, str)
        and _is_day(entry.published_at)
    )


#: For each kind of fields of an article: whether a value is right, and what is said of one that is not.
_EXPECTED: Mapping[tuple[str, ...], tuple[Callable[[Any], bool], str]] = {
    ("id",): (
        lambda value: isinstance(value, str) and value != "",
        "text that is not empty, but is {}. Give each its own: id='tea'.",
    ),
    ("path", "title", "excerpt", "url", "provider", "body"): (
        lambda value: isinstance(value, str),
        "text, but is {}. Leave it out where there is none.",
    ),
    ("language",): (
        lambda value: isinstance(value, str) and LANGUAGE.fullmatch(value) is not None,
        "a code such as 'en' or 'zh-CN', but is {}. Leave it out where it is not known.",
    ),
    ("published_at", "visible_from", "visible_until"): (
        _is_day,
        "a datetime with a time zone, but is {}. Make one: datetime.fromisoformat('2021-03-03T07:00:00Z').",
    ),
    ("topics", "aliases"): (_is_sequence_of(str), "a tuple of texts, but is {}. Make one: ('tea', 'water')."),
    ("marks",): (
        lambda value: _is_sequence_of(str)(value) and all(mark in MARKS or ":" in mark for mark in value),
        f"a tuple of {', '.join(MARKS)} or texts such as 'sponsored: true', but is {{}}. Make one: ('evergreen',).",
    ),
    ("related",): (
        _is_sequence_of(RelatedEntry),
        "a tuple of RelatedEntry, but is {}. Make one: (RelatedEntry(...),).",
    ),
    ("quality",): (
        # What a saved model can hold: JSON knows no other numbers than these.
        lambda value: (
            value is None
            or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max)
        ),
        "a finite number of type int or float, but is {}. Make one: float(...).",
    ),
    ("is_published",): (lambda value: isinstance(value, bool), "True or False, but is {}. Make it one: bool(...)."),
}


def checked(articles: Iterable[Article]) -> list[Article]:
    """
    Articles as a list; what is none would fail far from here, in the middle of a batch.

    CorpusError where they are something else, ArticleError where a field has a value of another type.

    NB Asked where articles come in to be worked on. Where one is made, that would be felt while a large site is read.
    """
    if not isinstance(articles, Iterable):
        raise CorpusError(f"{articles!r} is no list of articles. Make one: [Article(id=..., title=..., excerpt=...)].")
    found = list(articles)
    for article in found:
        if not isinstance(article, Article):
            cure = "Make one: Article(id=..., title=..., excerpt=...), or read_article(file)."
            raise CorpusError(f"{article!r} stands among articles, but is none. {cure}")
        for names, (is_right, expected) in _EXPECTED.items():
            for name in names:
                if not is_right(value := getattr(article, name)):
                    where = article.id or article.path or repr(article.title)
                    raise ArticleError(f"{where}: {name} must be {expected.format(repr(value))}")
        for entry in article.related:
            if not _is_whole(entry):
                expected = "texts, and as published_at a datetime with a time zone or None"
                raise ArticleError(f"{article.id}: related must hold {expected}, but holds {entry!r}. Mend it.")
    return found


#: What a text in a curated list is; a file is its path, a name the last part of that with the date that it has, an id
#: what `key_of` gives.
TargetKind = Literal["url", "path", "file", "slug", "name", "id", "title"]


@dataclass(frozen=True, slots=True)
class EntryShape:
    """How the site writes one entry of a curated list, so that ours look the same to a template."""

    #: ``mapping`` for embedded entries, ``text`` for lists of plain paths, URLs, slugs or titles.
    kind: Literal["mapping", "text"] = "mapping"
    #: For mappings: the site's own name of each field it embeds, in the site's order, by our name (``title``,
    #: ``excerpt``, ``published_at``, ``url``, ``provider``, ``quality``); a dot goes into a mapping.
    names: Mapping[str, str] = field(
        default_factory=lambda: {
            "title": "title",
            "excerpt": "excerpt",
            "published_at": "publishedDateTime",
            "url": "webUrl",
            "provider": "provider.name",
            "quality": "quality",
        }
    )
    target: TargetKind = "url"  #: What the text is; in a mapping, what stands under the name of the URL.
    #: For files: what they begin with, and what of the path that is there instead, as in ``./`` and ``content/``.
    folder: tuple[str, str] = ("", "")
    form: str = "{place}"  #: What stands around it, as in ``[[{place}]]`` and ``[{title}]({place})``.


@dataclass(frozen=True)
class Reading:
    """What happened while a site was read; nothing is skipped in silence."""

    n_files: int = 0  #: Files looked at.
    #: One error for each file, line or field that could not be used, in the order of the files.
    problems: tuple[RecommenderError, ...] = ()
    warnings: tuple[str, ...] = ()  #: What was read but looks wrong, as sentences.
    #: For each of our fields, the front-matter names it was read from and in how many articles.
    recognised: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: How many curated entries were matched by ``url``, ``path``, ``title``, are ``external``, or ``unmatched``.
    matched: Mapping[str, int] = field(default_factory=dict)
    #: One sentence for each entry that names neither an article nor, with a title, an address elsewhere.
    unmatched: tuple[str, ...] = ()
    #: How many articles have something under the name of our block, which is nothing of what the site says.
    n_blocks: int = field(default=0, compare=False, repr=False)

    @property
    def n_entries_found(self) -> int:
        """How many curated entries name an article of the site."""
        return sum(self.matched.get(how, 0) for how in ("url", "path", "title"))

    @property
    def lists_teach(self) -> bool:
        """Whether the curated lists may be learned from: half of what should name an article does."""
        return self.n_entries_found >= self.matched.get("unmatched", 0)


class Corpus(Sequence[Article]):
    """
    The articles of a site, sorted by id, ids unique.

    Sorting makes every answer independent of the order in which files were found.

    Parameters
    ----------
    articles
        In any order.
    site_language
        The language of articles that do not name their own.
    entry_shape
        How the site writes the entries of its curated lists.
    reading
        What happened while it was read; nothing for a corpus that was made by hand.

    Raises
    ------
    CorpusError
        Two articles have one id, or one is something else.
    """

    def __init__(
        self,
        articles: Iterable[Article] = (),
        *,
        site_language: str = "",
        entry_shape: EntryShape | None = None,
        reading: Reading | None = None,
    ) -> None:
        found = list(articles) if isinstance(articles, Iterable) else checked(articles)
        try:
            self._articles = tuple(sorted(found, key=lambda article: article.id))
        except (AttributeError, TypeError):
            checked(found)
            raise
        self._by_id = {article.id: article for article in self._articles}
        self.site_language = site_language
        self.entry_shape = entry_shape or EntryShape()
        self.reading = reading or Reading()
        if len(self._by_id) < len(self._articles):
            for before, after in zip(self._articles, self._articles[1:], strict=False):
                if before.id == after.id:
                    places = " and ".join(article.path or "an article without a file" for article in (before, after))
                    raise CorpusError(f"two articles have the id {before.id!r}: {places}. Give each its own.")

    def __len__(self) -> int:
        return len(self._articles)

    def __iter__(self) -> Iterator[Article]:
        return iter(self._articles)

    def __contains__(self, item: object) -> bool:
        """Whether an article, or the article of this id, is in the corpus."""
        if isinstance(item, Article):
            return self._by_id.get(item.id) == item
        return item in self._by_id

    @overload
    def __getitem__(self, key: str | int) -> Article: ...
    @overload
    def __getitem__(self, key: slice) -> Corpus: ...
    def __getitem__(self, key: str | int | slice) -> Article | Corpus:
        """The article of an id or a position.

        Raises
        ------
        UnknownArticleError
            No article has this id; the message names the nearest.
        """
        if isinstance(key, str):
            try:
                return self._by_id[key]
            except KeyError:
                raise UnknownArticleError(key, self._by_id) from None
        if isinstance(key, slice):
            return self.with_articles(self._articles[key])
        return self._articles[key]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, sorted."""
        return tuple(self._by_id)

    def with_articles(self, articles: Iterable[Article]) -> Corpus:
        """A corpus of other articles with the same language and shape of entries."""
        return Corpus(articles, site_language=self.site_language, entry_shape=self.entry_shape)

    def __repr__(self) -> str:
        n_lists = sum(bool(article.related) for article in self)
        return f"Corpus({len(self):,} articles, {n_lists:,} with a curated list)"


def key_of(article: Article) -> str:
    """By which id or slug of its front matter lists may name an article; "" for none."""
    return next((alias for alias in reversed(article.aliases) if "/" not in alias), "")


def check_corpus(corpus: object, asking: str) -> None:
    """Errors as `checked`, also where it is a list or a path; `asking` says who takes a corpus."""
    if not isinstance(corpus, Corpus):
        cure = "Make one: Corpus(articles), or read_site(folder)."
        raise CorpusError(f"{asking} takes a Corpus, but was given {kind_of(corpus)}. {cure}")
    checked(corpus)


def commonest_language(articles: Iterable[Article]) -> str:
    """The language of most articles, English where most name none: what is taken for that of those without one."""
    languages = Counter(article.language.lower().replace("_", "-") for article in articles)
    # Of two equally common the first by name: the order of files must not matter.
    return min(languages, key=lambda name: (-languages[name], name), default="") or "en"


def slug_of(path: str) -> str:
    """What generators call a file, by its path without the ending: without a date, and an index by its folder."""
    folders, _, name = path.rpartition("/")
    if name in ("index", "README", "+page") and folders:
        name = folders.rpartition("/")[2]
    return name[found.end() :] if (found := NAMED_DAY.match(name)) else name
