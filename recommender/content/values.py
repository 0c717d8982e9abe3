"""What stands under the names of front matter, or of a JSON line: a value for each field of an article, of any type."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from math import isfinite
from typing import Any

from recommender.articles import MARKS
from recommender.bounds import HALF_CHARACTER, LONGEST_TEXT, LONGEST_TITLE, MOST_TOPICS
from recommender.content import front_matter
from recommender.content.dates import TWO_DAYS, NoDayError, ReadDate, read_date
from recommender.content.front_matter import FrontMatter
from recommender.content.named import names_in, people_in
from recommender.content.paths import named_language, without_ending
from recommender.content.urls import is_address
from recommender.content.wording import say
from recommender.errors import ArticleError
from recommender.yaml import read_as_typed


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article's values come from, as messages name it."""

    where: str  #: ``_news/tea.md``, or ``articles.jsonl:17``.
    text: str = ""  #: Of the file, where it has front matter.
    place: FrontMatter | None = None  #: Of the front matter.

    def at(self, name: str) -> str:
        """The place of one name's value."""
        return f"{self.where}:{front_matter.key_line(self.text, self.place, name)}" if self.place else self.where

    def typed(self, name: str, value: Any, is_text: Callable[[str], bool] = lambda name: False) -> Any:
        """A value with its numbers, dates and truth values as typed, if that is told; in mappings, where `is_text`."""
        if not _is_untyped(value, is_text):
            return value
        typed: Any = _all_typed(self.text, self.place) if self.place and self.place.syntax == "yaml" else None
        for part in name.split("."):
            typed = typed.get(part) if isinstance(typed, dict) else None
        return _texts(value, typed, is_text)


@lru_cache(maxsize=1)
def _all_typed(text: str, place: FrontMatter) -> dict[str, Any]:
    return read_as_typed(front_matter.readable(text, place))


def _is_untyped(value: Any, is_text: Callable[[str], bool]) -> bool:
    """Whether YAML has made something else than text of a value, or of one in it."""
    if isinstance(value, Mapping):
        value = [one for name, one in value.items() if isinstance(one, list) or is_text(str(name))]
    if isinstance(value, list):
        return any(_is_untyped(item, is_text) for item in value)
    return isinstance(value, bool | int | float | date | time)


def _texts(value: Any, typed: Any, is_text: Callable[[str], bool]) -> Any:
    """A value, or the items of a list, as text."""
    if isinstance(value, bool | int | float | date | time):
        return typed if isinstance(typed, str) else getattr(value, "typed", str(value).lower())
    if isinstance(value, list):
        others = typed if isinstance(typed, list) and len(typed) == len(value) else [None] * len(value)
        return [_texts(item, other, is_text) for item, other in zip(value, others, strict=True)]
    if isinstance(value, Mapping) and isinstance(typed, dict):
        names = [name for name, one in value.items() if isinstance(one, list) or is_text(str(name))]
        return {**value, **{name: _texts(value[name], typed.get(str(name)), is_text) for name in names}}
    return value


#: Words by which a status keeps readers from a page.
_HIDDEN = frozenset(
    """
    draft drafts hidden private unlisted unpublished not-published pending trash trashed deleted auto-draft wip todo
    review in-review archived scheduled future later embargoed inactive disabled expired internal retracted skip
    spiked entwurf borrador brouillon bozza rascunho szkic taslak
    черновик 草稿 下書き 초안
    """.split()
)
#: And those by which the status of a row does; in front matter they are said of what a page is about.
_HIDDEN_ROWS = frozenset({"in-progress", "on-hold", "withdrawn", "killed", "offline"})
#: How databases write that something never happened, or never ends.
_NO_MOMENT = re.compile(r"0000-|-?0001-|1970-01-01|9999-|[^1-9]*$")
#: What a value is where it leads to another page, by our fields. Some blogs list what they wrote elsewhere with
#: `redirect: https://...`; a path, or an address of the site's own, leads to another page here.
_LEADING_AWAY = {
    "redirect": re.compile("."), "redirect_path": re.compile("/"), "layout": re.compile("redirect$", re.IGNORECASE)
}  # fmt: skip
#: Layouts by which themes list what a site has; the pages that ask for them have no text of their own.
_LISTING = frozenset({"search", "archive", "archives", "categories", "tags"})
#: Folders of pages about people, whose ``url`` is their own site.
_PEOPLE = frozenset(
    {"people", "persons", "authors", "team", "members", "staff", "contributors", "speakers", "profiles"}
)
_HOME = re.compile(r"(?:https?:)?//[^/?#]+/?", re.IGNORECASE)
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "1", "t", "y"), True),
    **dict.fromkeys(("false", "no", "off", "0", "f", "n"), False),
}


@dataclass(slots=True)
class Found:
    """One article's values by our fields, and what is noticed while they are read."""

    held: dict[str, list[tuple[str, Any]]]  #: As `get` gives them.
    origin: Origin
    names: list[tuple[str, str]] = field(default_factory=list)  #: Our fields, and the names that they are read from.
    warnings: list[str] = field(default_factory=list)

    def get(self, ours: str) -> Sequence[tuple[str, Any]]:
        """The names that hold something for a field, with their values, best first."""
        return self.held.get(ours) or ()

    def first(self, ours: str) -> Any:
        """The first value of a field of `_READERS` that can be read, None for none; what cannot is left out."""
        read, expected = _READERS[ours]
        for name, value in self.get(ours):
            if (found := read(value)) is None:
                self.leave_out(name, expected, value)
            elif found != []:
                self.names.append((ours, name))
                return found
        return None

    def about(self, name: str, what: str) -> str:
        """A sentence about the value of a name."""
        return f"{self.origin.at(name)}: {name} {what}"

    def leave_out(self, name: str, expected: str, value: object) -> None:
        """Warn of a value that cannot be used."""
        held = [item for item in value if item] if expected.startswith("a list") and isinstance(value, list) else []
        found = f"holds {say(held[0])}" if held else f"is {say(value)}"
        self.warnings.append(self.about(name, f"must be {expected}, but {found}. It is left out."))

    def title(self) -> str:
        """The first title; "" where there is none. One that is no text is taken as typed, and told of."""
        name, value = next(iter(self.get("title")), ("", None))
        if value is None:
            return ""
        if isinstance(value, bool | int | float | date | time):
            title = str(self.origin.typed(name, value))
            is_toml = self.origin.place is not None and self.origin.place.syntax == "toml"
            cure = f'Quote it, which is safer: {name}{" =" if is_toml else ":"} "{title}".'
            self.warnings.append(self.about(name, f"is {say(value)}, taken as it is typed. {cure}"))
        elif isinstance(value, str):
            title = value.strip()
        else:
            raise ArticleError(self.about(name, f"must be text, but is {say(value)}. Write one line of text."))
        if len(title) > LONGEST_TITLE:
            what = f"has {len(title):,} characters, of at most {LONGEST_TITLE:,}. Shorten it."
            raise ArticleError(self.about(name, what))
        self.names.append(("title", name))
        return title

    def text(self, ours: str) -> str:
        """The first text; a number or a date is taken as it is written."""
        for name, value in self.get(ours):
            if isinstance(value, str | int | float | date) and not isinstance(value, bool):
                text = str(self.origin.typed(name, value)).strip()
                self.names.append((ours, name))
                if len(text) > LONGEST_TEXT:
                    what = f"has {len(text):,} characters. The first {LONGEST_TEXT:,} are read."
                    self.warnings.append(self.about(name, what))
                return text[:LONGEST_TEXT]
            self.leave_out(name, "text", value)
        return ""

    def moment(self, read: ReadDate, default: date | None) -> datetime | None:
        """The article's date: a name's, else that of the file's name; None where there is none."""
        wrong: list[str] = []
        is_fault = False
        # `published` is a date to some sites, and most often none, and `datetime` that of an event.
        told = [one for one in self.get("published_on") if _truth(one[1]) is None and not isinstance(one[1], Mapping)]
        for name, value in (*self.get("published_at"), *told):
            try:
                published_at = read(value)
            except ValueError as error:
                if (name, value) not in told or str(error) == TWO_DAYS:
                    said = value if isinstance(value, date) else say(value)
                    wrong.append(self.about(name, f"must be a date, but is {said}{error}."))
                    is_fault |= isinstance(value, str) and not isinstance(error, NoDayError)
                continue
            if published_at is not None:
                self.names.append(("published_at", name))
                break
        else:
            published_at = None if default is None else read(default)
            if default is not None:
                self.names.append(("published_at", "name of the file"))
        if is_fault and published_at is None:
            raise ArticleError(f"{wrong[0]} Write it like 2021-03-03 or 2021-03-03T07:14:00Z.")
        stand_in = f"{published_at:%Y-%m-%d} stands in" if published_at else "The article has no date"
        self.warnings += [f"{sentence} {stand_in}." for sentence in wrong]
        return published_at

    def categories(self, *, are_words: bool) -> tuple[str, ...]:
        """The categories in the order in which they stand in an address; a text is one, or one a word."""
        categories: list[str] = []
        for name, value in self.get("categories"):
            if are_words and isinstance(value, str) and name.lower() == "categories":
                categories += value.split()
            else:
                items = value if isinstance(value, list) else [value]  # the last of Hexo's hierarchies counts
                last = items[-1] if any(isinstance(item, list) for item in items) else items
                named = last if isinstance(last, list) else [last]
                categories += [str(one) for one in named if not isinstance(one, Mapping)]
        return tuple(dict.fromkeys(categories))

    def generator_date(self, zone: tzinfo) -> datetime | None:
        """What the generators take for the date: under their names only."""
        for _, value in self.get("date"):
            if isinstance(value, datetime) and value.tzinfo is None:
                # Jekyll takes it for one of UTC, Hugo for one of the site's zone.
                return value
            with suppress(ValueError):
                return read_date(value, zone)
        return None

    def embargo(self, read: ReadDate, published_at: datetime | None) -> datetime | None:
        """The day of publication, where an article names one that is later than its date."""
        embargo, latest = None, published_at
        for name, value in self.get("visible_from"):
            day = self._day(name, value, read) if ("published_at", name) not in self.names else None
            if day and (latest is None or day > latest):
                embargo = latest = day
                self.names.append(("visible_from", name))
        return embargo

    def expiry(self, read: ReadDate) -> datetime | None:
        """When the article is due to go."""
        for name, value in self.get("visible_until"):
            if day := self._day(name, value, read):
                self.names.append(("visible_until", name))
                return day
        return None

    def _day(self, name: str, value: object, read: ReadDate) -> datetime | None:
        # `expires: never`, and `embargo: true`, which hides the page.
        if _truth(value) is None and str(value).strip().lower() != "never":
            try:
                return read(value)
            except ValueError as error:
                self.warnings.append(self.about(name, f"must be a date, but is {say(value)}{error}. It is left out."))
        return None

    def hidden(self, path: str, site_url: str, body: str) -> str:
        """What keeps readers from the page whatever builds it, as in "2 articles ..."; "" where nothing does."""
        for ours, name, reason in self._hidings(path, site_url, body):
            self.names.append((ours, name))
            return reason
        return ""

    def status(self) -> str:
        """By which word of its status the page is hidden, as in "2 articles ..."; "" for none."""
        for name, value in self.get("status"):
            word = re.sub(r"[\s_]+", "-", str(_only(value)).strip().lower())
            if word in _HIDDEN or (word in _HIDDEN_ROWS and self.origin.place is None):
                self.names.append(("published", name))
                return f"with {name.lower()}: {word}"
        return ""

    def _hidings(self, path: str, site_url: str, body: str) -> Iterator[tuple[str, str, str]]:
        """What keeps readers from the page: one of our fields, the name that it is read from, and the reason."""
        for name, value in self.get("build"):
            if is_unlisted(value):
                yield "build", name, "hidden by headless or _build"
        # Hugo knows the word in bundles only.
        is_bundle = without_ending(path).rpartition("/")[2].partition(".")[0] == "index"
        for name, value in self.get("headless"):
            if is_bundle and _truth(value):
                yield "headless", name, "hidden by headless or _build"
        for ours, hiding in (("hidden", True), ("made", False)):
            for name, value in self.get(ours):
                if _truth(value) is hiding:
                    yield "published", name, f"with {name.lower()}: {str(hiding).lower()}"
        for name, _ in self.get("drawing"):
            yield "published", name, f"with {name}"
        for name, value in self.get("deleted_at"):
            if _truth(value) or not (isinstance(value, Mapping) or _NO_MOMENT.match(str(value))):
                yield "published", name, f"with {name}"
        for ours, form in _LEADING_AWAY.items():
            for name, value in self.get(ours):
                target = _only(value)
                if isinstance(target, str) and form.match(target.strip().removeprefix(site_url)):
                    yield "published", name, f"with {name.lower()}" + (": redirect" if ours == "layout" else "")
        for name, value in self.get("layout"):
            if name.lower() == "layout" and str(value) in _LISTING and not body.strip():
                yield "published", name, f"with layout: {value} and no text"

    def build(self) -> str:
        """Hugo's ``build.render``, in small letters."""
        return next((_lower(value).get("render", "") for _, value in self.get("build")), "")

    def plain(self, ours: str) -> str:
        """A text or a number that a generator takes for a part of the address."""
        value = next((value for _, value in self.get(ours)), "")
        return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def addresses(self, path: str) -> tuple[str, tuple[str, ...], str, str]:
        """The article's own address, its other ones, and what it says of its slug and its permalink."""
        url = slug = permalink = ""
        others: list[str] = []
        is_person = not _PEOPLE.isdisjoint(path.split("/")[:-1]) or (not self.get("title") and bool(self.get("person")))
        for name, value in self.get("url"):
            is_permalink = name.lower() == "permalink"
            if is_permalink and value is False:
                permalink = "false"
            elif not isinstance(value, str) or HALF_CHARACTER.search(value):
                self.leave_out(name, "text", value)
            elif is_permalink and "/" not in value:
                # The name of a style is the generator's to fill in; of a note it is one that lists may have.
                permalink = value.strip()
                others += [] if re.search("[:{]", permalink) else [permalink]
            elif re.search(r":[a-z]|\{\{" if is_permalink else r"(?:^|/):[a-z]", value):
                # So is a pattern such as /:year/:title/; Hugo's own in `url` are not filled in here.
                permalink = value.strip() if is_permalink else permalink
            elif name.lower() == "url" and is_address(value) and (is_person or _HOME.fullmatch(value.strip())):
                # The homepage of whom or what the page is about.
                continue
            else:
                self.names.append(("url", name))
                url = url or re.sub(r"(?<=/)index\.html$", "", value.strip())
                others.append(value.strip())
        for name, value in self.get("slug"):
            value = value.get("current", value) if isinstance(value, Mapping) else value
            is_text = isinstance(value, str | int | float | date) and not isinstance(value, bool)
            if is_text and not HALF_CHARACTER.search(str(value)):
                self.names.append(("slug", name))
                slug = str(self.origin.typed(name, value)).strip()
                others.append(slug)
            else:
                self.leave_out(name, "text", value)
        for name, value in self.get("aliases"):
            is_id = name.lower().endswith("id")
            items = value if isinstance(value, list) else [str(value) if is_id and type(value) is int else value]
            if name.lower() == "alias" and isinstance(value, str):
                # Logseq's property, of one or of several.
                items = [value, *value.split(", ")]
            texts = [text.strip() for text in items if isinstance(text, str)]
            if texts:
                others += texts
                # What lists may name an article by is no address of it.
                self.names += [] if is_id else [("aliases", name)]
        return url, tuple(dict.fromkeys(other for other in others if other and other != url)), slug, permalink

    def topics(self) -> tuple[str, ...]:
        """All topics, each once."""
        topics: dict[str, None] = {}
        for ours, (name, value) in ((kind, one) for kind in ("topic", "topics", "series") for one in self.get(kind)):
            if ours == "series" and isinstance(value, int):
                continue  # the number of a part
            # NO is Norway in a list; alone it says that there are none.
            value = value if isinstance(value, bool | date) else self.origin.typed(name, value)
            if texts := names_in(value, depth=int(ours == "series"), is_one=ours == "topic"):
                self.names.append(("topics", name))
                topics.update(dict.fromkeys(texts))
            else:
                self.leave_out(name, "a list of texts", value)
        if len(topics) > MOST_TOPICS:
            told = f"has {len(topics):,} topics. The first {MOST_TOPICS:,} are read."
            self.warnings.append(f"{self.origin.where}: {told}")
        return tuple(topics)[:MOST_TOPICS]

    def unpublished(self) -> str:
        """By which word the article is not published, as in "2 articles ..."; "" where it is."""
        unpublished = ""
        for ours, meaning in (("published", True), ("draft", False)):
            for name, value in self.get(ours):
                truth = _truth(value)
                if truth is not None:
                    self.names.append((ours, name))
                    if truth is not meaning:
                        unpublished = f"with {name.lower()}: {str(truth).lower()}"
                elif ("published", name) not in self.names and not self._is_date(name):
                    self.leave_out(name, "true or false", value)
        return unpublished

    def _is_date(self, name: str) -> bool:
        """Whether a name's value was read as a date, or told of as one that could be two days."""
        told = self.about(name, "must be a date")
        return ("published_at", name) in self.names or any(sentence.startswith(told) for sentence in self.warnings)

    def marks(self) -> tuple[str, ...]:
        """What an editor asks of the suggestions, each of a few words."""
        marks: list[str] = []
        for name, value in self.get("marks"):
            for word in value if isinstance(value, list) else [value]:
                if word in MARKS:
                    marks.append(word)
                else:
                    self.leave_out(name, f"one or more of {', '.join(MARKS)}", word)
        return tuple(marks)


def _only(value: Any) -> Any:
    """The one item of a list that holds no other; any other value as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _lower(options: object) -> dict[str, str]:
    """A mapping as texts in small letters; an empty one for anything else."""
    items = options.items() if isinstance(options, Mapping) else ()
    return {str(name).lower(): str(option).lower() for name, option in items}


def is_unlisted(build: object) -> bool:
    """Whether Hugo's ``build`` makes no page of a file, or lists it nowhere."""
    options = _lower(build)
    return options.get("render") in ("never", "false", "link") or options.get("list") in ("never", "false")


def _number(value: object) -> float | None:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            number = float(value)
            return number if isfinite(number) else None
    return None


def _language(value: object) -> str | None:
    only = _only(value)
    if only is False:
        return "no"  # YAML reads Norway's code as a truth value.
    return named_language(only) or None if isinstance(only, str) else None


#: What reads a value of a field, and what is expected of one.
_READERS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "provider": (people_in, "a name"),
    "quality": (_number, "a number"),
    "language": (_language, "a language code such as en or zh-CN"),
}


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
