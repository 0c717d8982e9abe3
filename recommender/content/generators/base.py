"""What a site's generator is told, as far as articles depend on it; and the tree without a generator."""

import posixpath
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, ClassVar, Self
from unicodedata import normalize
from urllib.parse import quote

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.gitignore import is_ignored
from recommender.content.generators.sources import Sources
from recommender.content.paths import dated, is_word, name_date, suffix_language, without_ending

#: What may stand in a path unescaped (RFC 3986).
SAFE = "/!$&'()*+,;=:@~"
#: What the name of a program ends in.
SCRIPTS = (".js", ".ts", ".mjs", ".mts", ".cjs")
#: Placeholders of dates, as Jekyll, Hugo and all others call them, in the language of `strftime`.
_DATES = {
    "year": "%Y", "short_year": "%y", "w_year": "%G", "month": "%m", "short_month": "%b", "long_month": "%B",
    "monthname": "%B", "day": "%d", "short_day": "%a", "long_day": "%A", "weekdayname": "%A", "w_day": "%u",
    "y_day": "%j", "week": "%V", "hour": "%H", "minute": "%M", "second": "%S",
}  # fmt: skip
_PLACEHOLDER = re.compile(r":([a-z_]*[a-z])")
#: Folders that hold what a site is made from, and are no part of an address on any site that we know of.
_OUTER_FOLDERS = ("website", "site", "src", "source", "content", "contents", "pages")
#: Folders of parts and data, as Eleventy and Lume have them.
_TEMPLATES = frozenset({"_includes", "_layouts", "_data"})
#: Letters that are no other with an accent.
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ł": "l", "Ł": "L"})
#: What sorts names in Grav and Statamic: 02.blog, 2024-01-04.tea.
_SORTING = re.compile(r"^(?:\d{4}-\d{2}-\d{2}(?:-\d{4,6})?|\d{1,3})\.(?=[^\W\d])")


@dataclass(frozen=True, kw_only=True)
class Generator:
    """
    A site's configuration, as far as articles depend on it. This class is that of a tree without a configuration.

    A generator is a subclass: where its configuration lies, how it is read, and what address it gives a file.
    """

    title: ClassVar[str] = ""  #: As people write it.
    config_files: ClassVar[tuple[str, ...]] = ()  #: Where its configuration lies; the first that exists counts.
    packages: ClassVar[frozenset[str]] = frozenset()  #: By which it is known where its file is `package.json`.
    index_names: ClassVar[tuple[str, ...]] = ("index",)  #: Of a file that stands for its folder.
    skips_underscores: ClassVar[bool] = False  #: Whether names that begin so are no pages.
    takes_blank_lines: ClassVar[bool] = False  #: Whether they may stand above front matter.
    splits_categories: ClassVar[bool] = False  #: Whether a text of them is a category a word.
    takes_names: ClassVar[bool] = False  #: Whether a page without a title is called by its file's name.
    looks_anywhere: ClassVar[bool] = False  #: Whether articles lie outside of its roots too.
    is_scripted: ClassVar[bool] = False  #: Whether a program decides the addresses, which are files' places mostly.

    file: str = ""  #: The configuration, below the site; "" where there is none.
    site_url: str = ""  #: "" where it is not given; with the base path, where addresses go without it.
    base: str = ""  #: The path that all addresses begin with, where they do.
    language: str = ""  #: Of the site; as it is written there, until the configuration is read.
    languages: tuple[str, ...] = ()  #: The codes of the site's languages, its own first.
    zone: tzinfo = UTC  #: Of dates that name none.
    roots: Mapping[str, str] = field(default_factory=dict)  #: Folders of articles: the part of the address for each.
    content_dirs: Mapping[str, str] = field(default_factory=dict)  #: Folders of one language: its code; "" the site's.
    end: str = "/"  #: Of an address: ``/``, ``.html`` or "".
    list_name: str = ""  #: The name of lists of related articles that it shows itself, and that says little elsewhere.
    people: Mapping[str, str] = field(default_factory=dict)  #: Names of authors, by what posts call them.
    authors_file: str = ""  #: That tells who the authors are, below the site, where the configuration names one.
    data_folder: str = "_data"  #: Where it looks for data, below the site.
    excluded: str = field(default="", repr=False)  #: Of which files it makes no pages, as patterns of `.gitignore`.
    warnings: tuple[str, ...] = ()  #: What could not be read.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether a configuration that lies where this generator looks is this generator's."""
        return file != "package.json" or not cls.packages.isdisjoint(sources.packages)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration in a file."""
        return cls()

    @classmethod
    def data_in(cls, told: str, top: str = "") -> str:
        """The folder of data that a configuration tells, below the site; the usual one where that leads out of it."""
        found = posixpath.normpath(posixpath.join(top, told.lstrip("/") or cls.data_folder))
        return posixpath.join(top, cls.data_folder) if found.startswith("..") else found

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address that the rules give an article's page, below the site; "" where they do not tell."""
        return self.path_url(article, facts) if self.file and not self.is_scripted else ""

    def placed(self, url: str, language: str) -> str:
        """Where a page is in the end, whose address the rules or its front matter gave."""
        return url if not self.base or f"{url}/".startswith(f"/{self.base}/") else f"/{self.base}{url}"

    def guess(self, article: Article, facts: PageFacts) -> str:
        """The likeliest address where neither the rules nor the curated lists tell one; "" for none."""
        if self.file:
            return self.path_url(article, facts) if self.is_scripted else ""
        names = without_ending(article.path).split("/")
        if names[:2] in (["user", "pages"], ["content", "collections"]) and len(names) > 3:
            # A page of Grav is a folder, below that of its language (item.de.md); both it and Statamic sort by what
            # stands before a dot.
            placed = [suffix_language(article.path), *names[2:-1]] if names[0] == "user" else names[2:]
            names = [_SORTING.sub("", name) for name in placed if name]
        while len(names) > 1 and names[0] in _OUTER_FOLDERS:
            names = names[1:]
        is_index = names[-1] in ("index", "README")
        return joined(*names[:-1], facts.slug.rpartition("/")[2] or names[-1], is_index=is_index, end="")

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """Those of all Markdown files that are never read, for the configuration keeps them from being pages."""
        return frozenset(path for path in paths if is_ignored(path, self.excluded))

    def called(self, path: str) -> str | None:
        """The title of a page that has none of its own: "" for its file's name, None where it makes it no page."""
        return "" if self.takes_names else None

    def defaults_of(self, path: str) -> Mapping[str, Any]:
        """What stands for a page in the configuration, and counts where its front matter says nothing."""
        return {}

    def unmade(self, article: Article, facts: PageFacts) -> str:
        """Why no page is made of an article's file, as in "2 articles ..."; "" where one is."""
        if not _TEMPLATES.isdisjoint(article.path.split("/")[:-1]):
            return "in a folder of templates"
        if self.skips_underscores and any(name.startswith("_") for name in self.below(article.path)[1]):
            return "with a name that begins with _"
        return "with permalink: false" if facts.permalink == "false" else ""

    def path_url(self, article: Article, facts: PageFacts) -> str:
        """The address of a page that is named by its folders below the root, and by its slug or its file."""
        prefix, names = self.below(article.path)
        is_index = names[-1] in self.index_names
        slug = facts.slug.strip("/")
        if facts.slug.startswith("/"):
            return joined(slug, end=self.end)
        return joined(prefix, *names[:-1], slug or names[-1], is_index=is_index and not slug, end=self.end)

    def is_home(self, path: str) -> bool:
        """Whether a file is the page that a site, or one of its languages, begins with; without rules none is known."""
        prefix, names = self.below(path)
        names = [*filter(None, prefix.removeprefix(self.base).split("/")), *names]
        if len(names) > 1 and names[0] in self.languages:
            names = names[1:]
        return bool(self.file) and len(names) == 1 and names[0] in self.index_names

    def below(self, path: str) -> tuple[str, list[str]]:
        """The part of the address that stands for the root of a file, and the names below it without the ending."""
        root = max((one for one in self.roots if not one or path.startswith(f"{one}/")), key=len, default="")
        place = f"{self.base}/{self.roots.get(root, '')}".strip("/")
        return place, without_ending(path.removeprefix(f"{root}/")).split("/")


def joined(*names: str, is_index: bool = False, end: str = "/") -> str:
    """The parts of an address as one, escaped; the last is left out where it stands for its folder."""
    if is_index:
        names, end = names[:-1], "/"
    path = "/".join(name.strip("/") for name in names if name.strip("/"))
    return quote(f"/{path}{end}", safe=SAFE) if path else "/"


def filled(pattern: str, known: Mapping[str, str], day: date | None = None) -> str:
    """A pattern with its placeholders, such as ``:year`` and ``:title``, filled in; "" where one is not known."""
    values = dict(known)
    if day:
        dates = {name: f"{day:{form}}" for name, form in _DATES.items()}
        values = dates | {"i_month": str(day.month), "i_day": str(day.day)} | values
    if not values.keys() >= {*_PLACEHOLDER.findall(pattern)}:
        return ""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], pattern)


def placed(path: str, prefix: str = "") -> str:
    """The address of a path that a pattern gives: an index stands for its folder, and a slash at the end stays."""
    path = re.sub("(^|/)index.html$", r"\1", path)
    return joined(prefix, path, end="/" if path.endswith("/") else "")


def slugged(text: str, kept: str = "") -> str:
    """A text in small letters, with a hyphen for each run of what is neither a letter, a mark, a digit, nor kept."""
    return dashed(text.lower(), kept)


def dashed(text: str, kept: str = "") -> str:
    """A text with a hyphen for each run of what is neither a letter, a mark, a digit, nor kept."""
    return re.sub("-+", "-", "".join(c if c in kept or is_word(c) else "-" for c in text)).strip("-")


def unaccented(name: str) -> str:
    """A name with plain Latin letters for those with accents, as npm's slugify writes them."""
    bare = ((normalize("NFD", character)[0], character) for character in normalize("NFC", name.translate(_LETTERS)))
    return "".join(letter if letter.isascii() else character for letter, character in bare)


def day_of(article: Article, facts: PageFacts, zone: tzinfo = UTC) -> datetime | None:
    """The moment of an article in a zone; that of the front matter comes before that of the file's name."""
    moment = facts.date or article.published_at
    if facts.date is None and (day := name_date(article.path)):
        return datetime(day.year, day.month, day.day)
    # A day that folders tell is ours to know, and no generator's.
    if moment is None or (facts.date is None and moment.date() == dated(article.path)):
        return None
    # A moment on the first and the last day of the calendar may have none in the zone.
    with suppress(OverflowError):
        moment = moment.astimezone(zone) if moment.tzinfo else moment
    return moment


def text_of(values: Mapping[str, Any], *names: str) -> str:
    """The first text that stands under one of the names; "" where there is none."""
    return next((value for name in names if isinstance(value := values.get(name), str) and value), "")


def texts(value: Any) -> tuple[str, ...]:
    """A text, or those of a list."""
    return tuple(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def lower(value: Any) -> dict[str, Any]:
    """A mapping with its names in small letters; an empty one for anything else."""
    return {str(key).lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations as one, with their names in small letters."""
    values = lower(values)
    for name, value in lower(over).items():
        held = values.get(name)
        values[name] = merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return values
