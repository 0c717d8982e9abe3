"""The address that Hugo gives a file, by its rules (checked against Hugo 0.111)."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from urllib.parse import quote

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generator import Generator
from recommender.content.paths import is_word, name_date, without_ending

__all__ = ["content_parts", "hugo_url"]

#: Placeholders of dates, in the language of `strftime`.
_DATES = {
    "month": "%m",
    "monthname": "%B",
    "day": "%d",
    "weekdayname": "%A",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}
_PLACEHOLDER = re.compile(r":([a-z]+)(?:\[(-?\d*|last)(:?)(-?\d*|last)\])?")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[-_ ]*(?=.)")
#: What a path keeps besides letters, marks and digits.
_KEPT = "./\\_#+~@-"
_SAFE = "/!$&'()*+,;=:@~"


def hugo_url(article: Article, generator: Generator, facts: PageFacts) -> str:
    """The address of an article's page, below the site; "" where its pattern asks for what is not known."""
    parts, language = content_parts(article.path, generator)
    folders = parts[:-1]
    base = without_ending(parts[-1])
    stem, _, code = base.rpartition(".")
    if stem and code in generator.languages:
        base, language = stem, code
    is_bundle = base == "index"
    section = folders[0] if len(folders) > is_bundle else ""
    if is_bundle:
        base, folders = (folders[-1] if folders else ""), folders[:-1]
    date = facts.date or article.published_at
    slug = facts.slug
    if generator.dates_in_names and (day := name_date(article.path if not is_bundle else f"{base}.md")):
        # Hugo takes the rest of such a name for a slug.
        date, slug = datetime(day.year, day.month, day.day), slug or _DATED.sub("", base, count=1)
    elif facts.date is None and (date is None or date.date() == name_date(article.path)):
        # A page without a date is one of the year 1.
        date = datetime(1, 1, 1)
    pattern = generator.permalinks.get(section, "") if section else ""
    if pattern:
        # A folder without an _index.md is no section of its own, but those of the first level.
        depth = max((n for n in range(2, len(folders) + 1) if "/".join(folders[:n]) in generator.sections), default=1)
        path = _expand(pattern, article, folders[:depth], section, base, slug, date)
        if not path:
            return ""
    else:
        path = "/".join([*folders, slug or base])
    path = _path(path, generator)
    if generator.is_ugly and base:
        path = f"{path.rstrip('/')}.html"
    elif not path.endswith(".html"):
        path = f"{path}/"
    if language and (language != generator.languages[0] or generator.default_in_subdir):
        path = f"{language.lower()}/{path}"
    return quote(re.sub("/+", "/", f"/{path}"), safe=_SAFE)


def content_parts(path: str, generator: Generator) -> tuple[list[str], str]:
    """The parts of a file's path below the folder of the content, and the language that the folder is of."""
    for folder, language in sorted(generator.content_dirs.items(), key=lambda item: -len(item[0])):
        if path.startswith(f"{folder}/"):
            return path[len(folder) + 1 :].split("/"), language or generator.languages[0]
    return path.split("/"), generator.languages[0]


def _expand(
    pattern: str, article: Article, sections: list[str], section: str, base: str, slug: str, date: datetime | None
) -> str:
    missing = []

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name in ("title", "slug"):
            return slug if name == "slug" and slug else article.title
        if name in ("slugorfilename", "slugorcontentbasename"):
            return slug or base
        if name in ("filename", "contentbasename"):
            return base
        if name == "section":
            return section
        if name == "sections":
            return "/".join(_sliced(sections, found))
        if date is not None:
            number = {"year": date.year, "yearday": date.timetuple().tm_yday, "weekday": date.isoweekday() % 7}.get(
                name
            )
            if number is not None:
                return str(number)
            if name in _DATES:
                return f"{date:{_DATES[name]}}"
        missing.append(name)
        return ""

    path = _PLACEHOLDER.sub(fill, pattern)
    return "" if missing else path


def _sliced(folders: list[str], found: re.Match[str]) -> list[str]:
    """Hugo's ``:sections[1:]``; a number beyond the end is no error."""
    start, stop = (
        {"last": len(folders) - 1}.get(text, int(text) if text.lstrip("-").isdigit() else None)
        for text in (found[2] or "", found[4] or "")
    )
    if found[2] and not found[3]:
        return folders[start : (start or 0) + 1]
    return folders[start:stop]


def _path(path: str, generator: Generator) -> str:
    """A path as Hugo writes it: blanks as hyphens, hardly any punctuation, small letters unless the site keeps them."""
    if generator.drops_accents:
        parts = unicodedata.normalize("NFD", path)
        path = unicodedata.normalize("NFC", "".join(one for one in parts if unicodedata.category(one) != "Mn"))
    written: list[str] = []
    is_due = False
    for character in path:
        if character in _KEPT or is_word(character):
            if is_due and character != "-":
                written.append("-")
            is_due = False
            written.append(character)
        elif written and written[-1] != "-" and character.isspace():
            is_due = True
    found = "".join(written)
    return found if generator.keeps_case else found.lower()
