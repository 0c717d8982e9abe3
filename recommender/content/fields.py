"""
Names and values, as front matter or a JSON line has them -> an `Article`.

Every type that YAML can give has a defined outcome; docs/reading.md has the table. Title and date decide whether an
article can be placed at all, so a wrong one is an error; a wrong value elsewhere is left out with a warning.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple

from recommender.articles import NEVER, Article
from recommender.bounds import LONGEST_TEXT, LONGEST_TITLE, MOST_TOPICS
from recommender.content.dates import NoDayError, read_date
from recommender.content.paths import named_language, without_ending
from recommender.content.related_lists import CuratedList, KnownEntries, find_lists, fold_name, named_lists
from recommender.content.urls import is_address
from recommender.content.wording import say
from recommender.errors import ArticleError
from recommender.settings import WritingSettings

__all__ = ["NO_FACTS", "USUAL_NAMES", "FieldReader", "Notes", "Origin", "PageFacts"]

_DATE_NAMES = ("publishedDateTime", "date", "publishDate", "pubDate", "published_at", "publishedAt")
#: The names that sites use for our fields, in the order in which they are tried. A dot goes into a mapping. Capitals
#: do not matter. `topics`, `aliases` and `related` take all of theirs together, the others the first that holds
#: something. Those of `related` are read with hyphens and underscores too, and are not the only ones: see `list_names`.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "excerpt": ("excerpt", "description", "summary"),
    "published_at": _DATE_NAMES,
    "url": ("webUrl", "url", "permalink"),
    "slug": ("slug",),
    "aliases": (
        "ampWebUrl",
        "cdnAmpWebUrl",
        "originalUrl",
        "canonical_url",
        "canonicalUrl",
        "aliases",
        "redirect_from",
        "id",
    ),
    "topics": ("topics", "tags", "categories", "keywords"),
    "provider": ("provider.name", "provider.domain", "provider", "author", "authors"),
    "quality": ("quality",),
    "language": ("language", "locale", "lang"),
    "published": ("published",),
    "draft": ("draft",),
    "visible_from": ("publishDate", "pubDate"),
    "visible_until": ("expiryDate", "unpublishDate"),
    "build": ("_build", "build"),
    "status": ("status", "visibility"),
    "hidden": ("hidden", "unlisted", "private"),
    "id": ("id",),
    "path": ("path",),
    "person": ("name", "first_name", "firstName"),
    "headless": ("headless",),
    "categories": ("categories", "category"),
    "date": ("date", "publishDate", "pubDate"),
    "related": ("related", "relatedArticles", "relatedPosts", "seeAlso"),
}
#: Jekyll's singular forms are read where the article has none of the plural ones.
_SINGULAR_TOPICS = ("category", "tag")


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Where an article's values come from, as messages name it.

    Parameters
    ----------
    where
        ``_news/tea.md``, or ``articles.jsonl:17``.
    line_of
        The line on which a name stands, for a file with a line a name.
    as_typed
        Names and values with every value as the text that was typed; None where there is no such thing.
    """

    where: str
    line_of: Callable[[str], int] | None = None
    as_typed: Callable[[], Mapping[str, Any]] | None = None

    def at(self, name: str) -> str:
        """The place of one name's value."""
        return f"{self.where}:{self.line_of(name.partition('.')[0])}" if self.line_of else self.where

    def typed(self, name: str, value: Any) -> Any:
        """A value with its numbers, dates and truth values as texts: as typed, where that can be told."""
        texts = self.as_typed() if self.as_typed and "." not in name else {}
        return _texts(value, texts.get(name))


def _texts(value: Any, typed: Any) -> Any:
    """A value, or the items of a list, as text."""
    if isinstance(value, bool | int | float | date):
        return typed if isinstance(typed, str) else str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, list):
        others = typed if isinstance(typed, list) and len(typed) == len(value) else [None] * len(value)
        return [_texts(item, other) for item, other in zip(value, others, strict=True)]
    return value


class PageFacts(NamedTuple):
    """
    What an article's front matter says of its address, for the generator's rules.

    Parameters
    ----------
    slug, permalink, id, path
        As typed; "" where it has none. A permalink of ``false`` asks for no page.
    categories
        Jekyll's ``categories`` and ``category``.
    date
        What the generators take for the article's date; None where it has none under their names.
    build
        Hugo's ``build.render``, in small letters.
    hidden
        What keeps readers from the page whatever builds it, as in "2 articles ...": ``with status: draft``; else "".
    unpublished
        What makes it no page where a generator builds the site: ``with draft: true``; else "".
    """

    slug: str = ""
    permalink: str = ""
    categories: tuple[str, ...] = ()
    date: datetime | None = None
    id: str = ""
    path: str = ""
    build: str = ""
    hidden: str = ""
    unpublished: str = ""


NO_FACTS = PageFacts()


@dataclass(slots=True)
class Notes:
    """
    What was noticed while articles were read.

    Parameters
    ----------
    names
        How many articles have which of our fields from which name.
    lists
        What may be a curated list, by the article's id and its name in the front matter.
    warnings
        What was left out, as sentences.
    untitled
        Where an article has no title of its own.
    facts
        What the front matter says of the address, for the generator's rules, by the article's id.
    """

    names: Counter[tuple[str, str]] = field(default_factory=Counter)
    lists: dict[str, dict[str, CuratedList]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    untitled: list[str] = field(default_factory=list)
    facts: dict[str, PageFacts] = field(default_factory=dict)

    def add(self, other: Notes) -> None:
        """Take in what was noticed while further articles were read."""
        self.names.update(other.names)
        for article_id, lists in other.lists.items():
            # Of two lines with one id the first is the article.
            self.lists.setdefault(article_id, lists)
        self.warnings += other.warnings
        self.untitled += other.untitled
        self.facts |= other.facts


class FieldReader:
    """
    Reads articles out of mappings.

    Parameters
    ----------
    fields
        The setting ``articles.fields``: names to read instead of the usual ones.
    zone
        The time zone of dates that name none.
    language
        The site's, in which dates may name a month; "" where it is not known.
    own_name
        Under which our suggestions stand in front matter: no curated list.
    has_bare_pages
        Whether the site's generator makes pages of files without front matter.
    """

    def __init__(
        self,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        *,
        zone: tzinfo = UTC,
        language: str = "",
        own_name: str = "",
        has_bare_pages: bool = True,
    ) -> None:
        self.has_bare_pages = has_bare_pages
        self.zone = zone
        self.language = language
        self._known_entries: KnownEntries = {}
        names = dict(USUAL_NAMES)
        for ours, theirs in (fields or {}).items():
            names[ours] = (theirs,) if isinstance(theirs, str) else tuple(theirs)
        usual = names.pop("related")
        self._list_names = () if usual is USUAL_NAMES["related"] else usual
        others = (name.partition(".")[0] for usual in names.values() for name in usual)
        self._taken = frozenset(map(fold_name, (*others, WritingSettings().front_matter_name, own_name)))
        if names["topics"] is USUAL_NAMES["topics"]:
            names["topic"] = _SINGULAR_TOPICS
        if names["published_at"] is USUAL_NAMES["published_at"]:
            # `published: 2021-03-03` is a date to some sites.
            names["published_on"] = ("published",)
        self._wanted: dict[str, list[tuple[str, int, str, list[str]]]] = {}
        for ours, usual in names.items():
            for rank, name in enumerate(usual):
                outer, *inner = name.split(".")
                self._wanted.setdefault(outer.lower(), []).append((ours, rank, name, inner))

    def read(
        self,
        values: Mapping[Any, Any],
        origin: Origin,
        notes: Notes,
        *,
        article_id: str,
        path: str = "",
        body: str = "",
        heading: str = "",
        default_excerpt: str = "",
        default_title: str = "",
        default_language: str = "",
        default_date: date | None = None,
    ) -> Article:
        """
        The article that the values describe.

        Parameters
        ----------
        values
            Names and values.
        origin
            Where they come from.
        notes
            Takes what is noticed.
        article_id, path, body, heading, default_excerpt, default_title, default_language, default_date
            What the values do not say themselves. A title that is no heading is told of.

        Raises
        ------
        ArticleError
            The title is a list or a mapping, there is none at all, or nothing stands in for a date that is none.
        """
        held = self._held(values)
        found = _Found(held, origin)
        title = _title(found) or heading
        if heading:
            found.names.append(("title", "first heading"))
        if not title and not default_title:
            raise ArticleError(f"{origin.where}: there is no title. Give it one: title: Tea.")
        url, aliases, slug, permalink = _addresses(found, path)
        language = _language(found) or default_language
        languages = tuple([code for code in (language, self.language) if code])
        published_at = _published_at(found, self.zone, languages, default_date)
        hidden, build = _hidden(found, path)
        is_made = not hidden
        article = Article(
            id=article_id,
            path=path,
            title=title or default_title,
            excerpt=_text(found, "excerpt") or default_excerpt,
            published_at=published_at,
            url=url,
            topics=_topics(found),
            provider=_provider(found),
            quality=_quality(found),
            language=language,
            is_published=not (unpublished := _unpublished(found)) and is_made,
            body=body,
            aliases=tuple([alias for alias in aliases if alias != article_id]),
            visible_from=_embargo(found, self.zone, published_at) if is_made else NEVER,
            visible_until=_expiry(found, self.zone),
        )
        # NB Much faster than Counter.update.
        for name in found.names:
            notes.names[name] += 1
        notes.warnings += found.warnings
        if self._list_names:
            lists = named_lists(values, self._list_names, self.zone, origin.typed, self._known_entries)
        else:
            lists = find_lists(values, self._taken, self.zone, origin.typed, self._known_entries)
        if lists:
            notes.lists.setdefault(article_id, {name: _placed(lists[name], name, origin) for name in lists})
        if not title:
            notes.untitled.append(origin.where)
        facts = PageFacts(
            slug,
            permalink,
            _categories(found),
            _generator_date(found, self.zone),
            _plain(found, "id"),
            _plain(found, "path"),
            build,
            hidden,
            unpublished,
        )
        if facts != NO_FACTS and (not url or hidden or unpublished):
            notes.facts[article_id] = facts
        return article

    def _held(self, values: Mapping[Any, Any]) -> dict[str, list[tuple[str, Any]]]:
        """For each of our fields, the names that hold something, best first, with their values."""
        found: dict[str, list[tuple[str, Any]]] = {}
        ranks: dict[str, list[int]] = {}
        wanted = self._wanted
        for name, value in values.items():
            if not isinstance(name, str) or _is_empty(value):
                continue
            for ours, rank, theirs, inner in wanted.get(name) or wanted.get(name.lower()) or ():
                held = value
                for part in inner:
                    held = held.get(part) if isinstance(held, Mapping) else None
                if inner and _is_empty(held):
                    continue
                candidate = (theirs if inner else name, held)
                if ours not in found:
                    found[ours], ranks[ours] = [candidate], [rank]
                    continue
                place = bisect_right(ranks[ours], rank)
                found[ours].insert(place, candidate)
                ranks[ours].insert(place, rank)
        return found


class _Found:
    """One article's values by our fields, and what is noticed while they are read."""

    __slots__ = ("held", "names", "origin", "warnings")

    def __init__(self, held: dict[str, list[tuple[str, Any]]], origin: Origin) -> None:
        self.held = held
        self.origin = origin
        self.names: list[tuple[str, str]] = []
        self.warnings: list[str] = []

    def get(self, ours: str) -> Sequence[tuple[str, Any]]:
        """The names that hold something for a field, with their values, best first."""
        return self.held.get(ours) or ()

    def leave_out(self, name: str, expected: str, value: object) -> None:
        """Warn of a value that cannot be used."""
        self.warnings.append(f"{self.origin.at(name)}: {name} must be {expected}, but is {say(value)}. It is left out.")


def _placed(found: CuratedList, name: str, origin: Origin) -> CuratedList:
    """The list, its complaints with the place that they are about."""
    if not found.complaints:
        return found
    return found._replace(complaints=tuple(f"{origin.at(name)}: {name}: {one}" for one in found.complaints))


def _is_empty(value: Any) -> bool:
    return not value and value is not False and value != 0


def _title(found: _Found) -> str:
    for name, value in found.get("title"):
        if isinstance(value, bool | int | float | date):
            title = found.origin.typed(name, value)
            found.warnings.append(
                f"{found.origin.at(name)}: {name} is {say(value)}, taken as it is typed. "
                f'Quote it, which is safer: {name}: "{title}".'
            )
        elif isinstance(value, str):
            title = value.strip()
        else:
            raise ArticleError(
                f"{found.origin.at(name)}: {name} must be text, but is {say(value)}. Write one line of text."
            )
        if len(title) > LONGEST_TITLE:
            raise ArticleError(
                f"{found.origin.at(name)}: {name} has {len(title):,} characters, of at most {LONGEST_TITLE:,}. "
                "Shorten it."
            )
        if title:
            found.names.append(("title", name))
            return str(title)
    return ""


def _text(found: _Found, ours: str) -> str:
    """The first text; a number or a date is taken as it is written."""
    for name, value in found.get(ours):
        if isinstance(value, str | int | float | date) and not isinstance(value, bool):
            if text := str(value).strip():
                found.names.append((ours, name))
                if len(text) > LONGEST_TEXT:
                    found.warnings.append(
                        f"{found.origin.at(name)}: {name} has {len(text):,} characters. The first {LONGEST_TEXT:,} are "
                        "read."
                    )
                return text[:LONGEST_TEXT]
        else:
            found.leave_out(name, "text", value)
    return ""


def _published_at(found: _Found, zone: tzinfo, languages: Sequence[str], default: date | None) -> datetime | None:
    """The article's date: a name's, else that of the file's name; None where there is none."""
    wrong: list[str] = []
    is_fault = False
    # `published` is a date to some sites, and most often none.
    told = [(name, value) for name, value in found.get("published_on") if _truth(value) is None]
    for name, value in (*found.get("published_at"), *told):
        try:
            published_at = read_date(value, zone, languages)
        except ValueError as error:
            if (name, value) not in told:
                wrong.append(
                    f"{found.origin.at(name)}: {name} must be a date, but is "
                    f"{value if isinstance(value, date) else say(value)}{error}."
                )
                is_fault |= isinstance(value, str) and not isinstance(error, NoDayError)
            continue
        if published_at is not None:
            found.names.append(("published_at", name))
            break
    else:
        published_at = None if default is None else read_date(default, zone)
        if default is not None:
            found.names.append(("published_at", "name of the file"))
    if is_fault and published_at is None:
        raise ArticleError(f"{wrong[0]} Write it like 2021-03-03 or 2021-03-03T07:14:00Z.")
    stand_in = f"{published_at:%Y-%m-%d} stands in" if published_at else "The article has no date"
    found.warnings += [f"{sentence} {stand_in}." for sentence in wrong]
    return published_at


def _categories(found: _Found) -> tuple[str, ...]:
    """Jekyll's categories, in the order in which it has them in an address."""
    categories: list[str] = []
    for name, value in found.get("categories"):
        if isinstance(value, str) and name.lower() == "categories":
            categories += value.split()
        else:
            categories += [str(item) for item in (value if isinstance(value, list) else [value])]
    return tuple(dict.fromkeys(categories))


def _generator_date(found: _Found, zone: tzinfo) -> datetime | None:
    for _, value in found.get("date"):
        if isinstance(value, datetime) and value.tzinfo is None:
            # Jekyll takes it for one of UTC, Hugo for one of the site's zone.
            return value
        with suppress(ValueError):
            return read_date(value, zone)
    return None


def _embargo(found: _Found, zone: tzinfo, published_at: datetime | None) -> datetime | None:
    """The day of publication, where an article names one that is later than its date."""
    latest = None
    for name, value in found.get("visible_from"):
        if ("published_at", name) in found.names:
            continue
        day = _day(found, name, value, zone)
        if day and (published_at is None or day > published_at) and (latest is None or day > latest):
            latest = day
            found.names.append(("visible_from", name))
    return latest


def _expiry(found: _Found, zone: tzinfo) -> datetime | None:
    for name, value in found.get("visible_until"):
        if day := _day(found, name, value, zone):
            found.names.append(("visible_until", name))
            return day
    return None


def _day(found: _Found, name: str, value: object, zone: tzinfo) -> datetime | None:
    try:
        return read_date(value, zone)
    except ValueError:
        found.leave_out(name, "a date", value)
        return None


#: Words by which a status keeps readers from a page.
_HIDDEN = frozenset(
    {"draft", "drafts", "hidden", "private", "unlisted", "unpublished", "pending", "trash", "auto-draft"}
)
#: Folders of pages about people, whose ``url`` is their own site.
_PEOPLE = frozenset(
    {"people", "persons", "authors", "team", "members", "staff", "contributors", "speakers", "profiles"}
)
_HOME = re.compile(r"(?:https?:)?//[^/?#]+/?", re.IGNORECASE)


def _hidden(found: _Found, path: str) -> tuple[str, str]:
    """What keeps readers from the page, or ""; and Hugo's way to build it."""
    render = ""
    for name, value in found.get("build"):
        if isinstance(value, Mapping):
            options = {str(key).lower(): str(option).lower() for key, option in value.items()}
            render = options.get("render", "")
            if render in ("never", "false", "link") or options.get("list") in ("never", "false"):
                found.names.append(("build", name))
                return "hidden by headless or _build", render
    # Hugo knows the word in bundles only.
    is_bundle = without_ending(path).rpartition("/")[2].partition(".")[0] == "index"
    for name, value in found.get("headless"):
        if is_bundle and _truth(value):
            found.names.append(("headless", name))
            return "hidden by headless or _build", render
    for name, value in found.get("status"):
        if isinstance(value, str) and value.strip().lower() in _HIDDEN:
            found.names.append(("published", name))
            return f"with {name.lower()}: {value.strip().lower()}", render
    for name, value in found.get("hidden"):
        if _truth(value):
            found.names.append(("published", name))
            return f"with {name.lower()}: true", render
    return "", render


def _plain(found: _Found, ours: str) -> str:
    """A text or a number that a generator takes for a part of the address."""
    value = next((value for _, value in found.get(ours)), "")
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _addresses(found: _Found, path: str) -> tuple[str, tuple[str, ...], str, str]:
    """The article's own address, its other ones, and what it says of its slug and its permalink."""
    url = slug = permalink = ""
    others: list[str] = []
    is_person = not _PEOPLE.isdisjoint(path.split("/")[:-1]) or (not found.get("title") and bool(found.get("person")))
    for name, value in found.get("url"):
        is_permalink = name.lower() == "permalink"
        if is_permalink and value is False:
            permalink = "false"
        elif not isinstance(value, str):
            found.leave_out(name, "text", value)
        elif is_permalink and (re.search(r":[a-z]|\{\{", value) or "/" not in value):
            # A pattern such as /:year/:title/, or the name of a style, is the generator's to fill in.
            permalink = value.strip()
        elif name.lower() == "url" and is_address(value) and (is_person or _HOME.fullmatch(value.strip())):
            # The homepage of whom or what the page is about.
            continue
        elif value.strip():
            found.names.append(("url", name))
            url = url or re.sub(r"(?<=/)index\.html$", "", value.strip())
            others.append(value.strip())
    for name, value in found.get("slug"):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found.names.append(("slug", name))
            others.append(str(value).strip())
            slug = str(value).strip()
        else:
            found.leave_out(name, "text", value)
    for name, value in found.get("aliases"):
        is_id = name.lower() == "id"
        items = value if isinstance(value, list) else [str(value) if is_id and type(value) is int else value]
        texts = [text.strip() for text in items if isinstance(text, str)]
        if texts:
            others += texts
            # What lists may name an article by is no address of it.
            found.names += [] if is_id else [("aliases", name)]
    return url, tuple(dict.fromkeys(other for other in others if other and other != url)), slug, permalink


def _topics(found: _Found) -> tuple[str, ...]:
    topics: dict[str, None] = {}
    for name, value in found.get("topics") or found.get("topic"):
        texts = _names(value)
        if texts:
            found.names.append(("topics", name))
            topics.update(dict.fromkeys(texts))
        else:
            found.leave_out(name, "a list of texts", value)
    if len(topics) > MOST_TOPICS:
        found.warnings.append(f"{found.origin.where}: has {len(topics):,} topics. The first {MOST_TOPICS:,} are read.")
    return tuple(topics)[:MOST_TOPICS]


#: What a mapping that stands for a person or a topic calls its name; `display_name` and `login` are WordPress's.
_NAMING = ("name", "title", "display_name", "login", "nickname", "slug", "id")


def _names(value: Any, depth: int = 0) -> list[str]:
    """The names in a list, in a text with commas or blanks between them, or in mappings that carry a name."""
    if isinstance(value, str):
        if depth:
            return [text] if (text := value.strip()) else []
        parts = re.split(r"[,;\n]", value) if re.search(r"[,;\n]", value) else value.split()
        return [part.strip() for part in parts if part.strip()]
    if isinstance(value, list):
        return [name for item in value for name in (_names(item, depth + 1) if depth < 2 else ())]
    if isinstance(value, Mapping):
        return next((_names(value[key], 2) for key in _NAMING if value.get(key)), [])
    return [str(value)] if isinstance(value, int | float | date) and not isinstance(value, bool) else []


def _provider(found: _Found) -> str:
    for name, value in found.get("provider"):
        names = _names(value, 1)
        if names:
            found.names.append(("provider", name))
            return ", ".join(names)[:LONGEST_TITLE]
        found.leave_out(name, "a name", value)
    return ""


def _quality(found: _Found) -> float | None:
    for name, value in found.get("quality"):
        try:
            quality = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            quality = None
        if quality is not None and abs(quality) < float("inf"):
            found.names.append(("quality", name))
            return quality
        found.leave_out(name, "a number", value)
    return None


def _language(found: _Found) -> str:
    for name, value in found.get("language"):
        # YAML reads Norway's code as a truth value.
        code = "no" if value is False else named_language(value) if isinstance(value, str) else ""
        if code:
            found.names.append(("language", name))
            return code
        found.leave_out(name, "a language code such as en or zh-CN", value)
    return ""


_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())


def _unpublished(found: _Found) -> str:
    """By which word the article is not published, as in "2 articles ..."; "" where it is."""
    unpublished = ""
    for ours, meaning in (("published", True), ("draft", False)):
        for name, value in found.get(ours):
            truth = _truth(value)
            if truth is not None:
                found.names.append((ours, name))
                if truth is not meaning:
                    unpublished = f"with {name.lower()}: {str(truth).lower()}"
            elif not (ours == "published" and isinstance(value, str | date) and ("published_at", name) in found.names):
                found.leave_out(name, "true or false", value)
    return unpublished
