"""The address that Jekyll gives a file, by its rules (checked against Jekyll 4.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from urllib.parse import quote

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generator import Generator
from recommender.content.paths import is_word, name_date, without_ending

__all__ = ["jekyll_url"]

#: The built-in styles (jekyllrb.com/docs/permalinks); `:output_ext` is the ending of the page.
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
#: The styles whose ending collections and pages have too. Any other ends theirs only with a slash or `:output_ext`.
_ENDINGS = {"pretty": "/", "date": ".html", "ordinal": ".html", "none": ".html"}
#: Placeholders of dates, in the language of `strftime`.
_DATES = {
    "year": "%Y", "short_year": "%y", "w_year": "%G", "month": "%m", "short_month": "%b", "long_month": "%B",
    "day": "%d", "short_day": "%a", "long_day": "%A", "w_day": "%u", "y_day": "%j", "week": "%V", "hour": "%H",
    "minute": "%M", "second": "%S",
}  # fmt: skip
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_DATED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-(?=.)")
#: What a slug keeps besides letters, marks and digits: `:title`, `:slug`.
_PRETTY, _PLAIN = "._~!$&'()+,;=@", ""
#: What may stand in a path unescaped (RFC 3986).
_SAFE = "/!$&'()*+,;=:@~"


def jekyll_url(article: Article, generator: Generator, facts: PageFacts) -> str:
    """The address of an article's page, below the site; "" where its pattern asks for what the article lacks."""
    folders = article.path.split("/")[:-1]
    if generator.collections_dir and folders[:1] == [generator.collections_dir]:
        folders = folders[1:]
    home = next((number for number, folder in enumerate(folders) if folder in ("_posts", "_drafts")), -1)
    collection = "posts"
    if home < 0:
        home = 0 if folders and folders[0].startswith("_") and folders[0] not in generator.include else -1
        collection = folders[0][1:] if home == 0 else ""
    above, below = folders[: max(home, 0)], folders[home + 1 :]
    base = without_ending(article.path.rpartition("/")[2]).rstrip(".")
    style = generator.permalinks.get("", "date")
    ending = _ENDINGS.get(style, "/" if style.endswith("/") else ".html" if style.endswith(":output_ext") else "")
    pattern = facts.permalink or _default(article.path, collection, generator)
    if not pattern and not collection:
        return _clean(
            "/"
            + quote("/".join([*below, *([] if base == "index" else [base])]), safe=_SAFE)
            + ("/" if base == "index" else ending)
        )
    if not pattern:
        own = generator.permalinks.get(collection, "")
        pattern = own or (_STYLES.get(style, style) if collection == "posts" else f"/:collection/:path{ending}")
    values = {
        "collection": collection,
        "path": "/".join(["", *below, base]) if collection else "/".join(["", *below]),
        "basename": base,
        "name": _slug(base, _PLAIN).lower(),
        "title": _slug(facts.slug or _DATED.sub("", base, count=1), _PRETTY),
        "slug": _slug(facts.slug or _DATED.sub("", base, count=1), _PLAIN).lower(),
        "output_ext": ".html",
    }
    categories = [*above, *facts.categories]
    values["categories"] = "/".join(dict.fromkeys(category.lower() for category in categories))
    values["slugified_categories"] = "/".join(dict.fromkeys(_slug(one, _PLAIN).lower() for one in categories))
    day = _day(article, generator, facts)
    missing = []

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        rest = ""
        if name.endswith("_") and name[:-1] in {**values, **_DATES}:
            name, rest = name[:-1], "_"
        if name in values:
            return quote(values[name], safe=_SAFE) + rest
        if day is None or name not in (*_DATES, "i_month", "i_day"):
            missing.append(name)
            return ""
        number = {"i_month": day.month, "i_day": day.day}.get(name)
        return (f"{day:{_DATES[name]}}" if number is None else str(number)) + rest

    url = _PLACEHOLDER.sub(fill, pattern)
    return "" if missing else _clean(f"/{url}")


def _default(path: str, collection: str, generator: Generator) -> str:
    """The permalink that the configuration's `defaults` give a file: that of the most specific scope."""
    best, longest = "", -1
    for scope, kind, permalink in generator.defaults:
        if kind not in ("", collection or "pages"):
            continue
        is_below = not scope or path == scope or path.startswith(f"{scope}/") or fnmatchcase(path, scope)
        if is_below and len(scope) >= longest:
            best, longest = permalink, len(scope)
    return best


def _day(article: Article, generator: Generator, facts: PageFacts) -> datetime | None:
    """The moment of an article in the site's time zone; that of the front matter comes before that of the name."""
    if facts.date is not None:
        return (facts.date if facts.date.tzinfo else facts.date.replace(tzinfo=UTC)).astimezone(generator.zone)
    if day := name_date(article.path):
        return datetime(day.year, day.month, day.day)
    return article.published_at and article.published_at.astimezone(generator.zone)


def _slug(text: str, kept: str) -> str:
    """A text with a hyphen for each run of what is neither a letter, a mark, a digit, nor kept."""
    return re.sub("-+", "-", "".join(c if c in kept or is_word(c) else "-" for c in text)).strip("-")


def _clean(url: str) -> str:
    return re.sub("/+", "/", url.replace("..", "/").replace("./", ""))
