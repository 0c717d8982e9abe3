"""The way in which a site's own curated lists name articles, as a pattern for those that they do not name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from recommender.articles import Article
from recommender.content.paths import name_date, slug
from recommender.content.urls import is_address

#: Placeholders of dates, in the language of `strftime`.
_DATES = {"year": "%Y", "month": "%m", "day": "%d"}
#: Fewer entries than this that agree are chance, not a pattern.
_LEAST_VOTES = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """
    How a site's curated lists name an article, part by part of the address.

    A part is a number (that folder of the file, from the content's root), a placeholder such as ``:slug``, or itself.
    """

    start: str  #: Before the first part: ``https://example.org/`` or ``/``.
    parts: tuple[int | str, ...]
    end: str  #: After the last: ``/``, ``.html`` or "".

    def url(self, article: Article, slug_: str = "") -> str:
        """The address of an article, or "" where the article lacks a part."""
        folders = path_parts(article.path)
        found = []
        for part in self.parts:
            if isinstance(part, int):
                value = folders[part] if part < len(folders) else ""
            elif part == ":slug":
                value = slug_.strip("/").rpartition("/")[2] or slug(article.path, (article.language,))
            else:
                day = _day(article)
                value = (f"{day:{_DATES[part[1:]]}}" if day else "") if part.startswith(":") else part
            if not value:
                return ""
            found.append(value)
        return self.start + "/".join(found) + self.end

    def __str__(self) -> str:
        parts = (f"{{folder {part + 1}}}" if isinstance(part, int) else part for part in self.parts)
        return self.start + "/".join(parts) + self.end


def infer_patterns(pairs: Iterable[tuple[str, Sequence[Article]]]) -> dict[int, Pattern]:
    """
    The pattern by which most entries name articles, for each depth of files at which they agree on one.

    The pairs are what an entry names, as typed, and the articles whose slug is its last part.
    """
    votes: dict[int, Counter[Pattern]] = {}
    for target, articles in pairs:
        found = [pair for pair in ((_align(target, article), article) for article in articles) if pair[0]]
        if not found:
            continue
        # The article of the right language explains more parts of /de/blog/tea/ than its translations do.
        best = max(_explained(pattern) for pattern, _ in found if pattern)
        for pattern, article in found:
            if pattern and _explained(pattern) == best:
                votes.setdefault(len(path_parts(article.path)), Counter())[pattern] += 1
    patterns = {}
    for depth, counted in votes.items():
        # The order of equals is that of the texts, so that it does not depend on the order of the files.
        pattern, n = min(counted.items(), key=lambda item: (-item[1], str(item[0])))
        if n >= _LEAST_VOTES and 2 * n > counted.total():
            patterns[depth] = pattern
    return patterns


def path_parts(path: str) -> tuple[str, ...]:
    """The folders of a file below the content's root (Hugo's ``content/``)."""
    folders = tuple(path.split("/")[:-1])
    return folders[1:] if folders[:1] == ("content",) else folders


def _day(article: Article) -> datetime | None:
    if article.published_at is not None:
        return article.published_at
    day = name_date(article.path)
    return datetime(day.year, day.month, day.day) if day else None


def _align(target: str, article: Article) -> Pattern | None:
    """The pattern by which a target would name an article, or None where it has no more than a slug."""
    if is_address(target):
        split = urlsplit(target)
        start, path = f"{split.scheme or 'https'}://{split.netloc}/", split.path
    else:
        start, path = "/" if target.startswith("/") else "", target
    path = path.partition("?")[0].partition("#")[0]
    end = "/" if path.endswith("/") else ".html" if path.endswith(".html") else ""
    names = [unquote(part) for part in path.removesuffix(".html").strip("/").split("/")]
    if names[-1] != slug(article.path, (article.language,)) or not (start or len(names) > 1):
        return None
    folders = path_parts(article.path)
    day = _day(article)
    parts: list[int | str] = []
    # Read from the left: 2021/03/03 is year, month, day, though month and day look alike.
    dates = [(":year", f"{day:%Y}"), (":month", f"{day:%m}"), (":day", f"{day:%d}")] if day else []
    for part in names[:-1]:
        placeholder = next((name for name, written in dates if written == part), "")
        if part in folders:
            parts.append(folders.index(part))
        elif placeholder:
            parts.append(placeholder)
            dates = [(name, written) for name, written in dates if name != placeholder]
        else:
            parts.append(part)
    return Pattern(start, (*parts, ":slug"), end)


def _explained(pattern: Pattern) -> int:
    return sum(isinstance(part, int) or part.startswith(":") for part in pattern.parts)
