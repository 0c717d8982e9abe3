"""The way in which a site's own curated lists name articles, as a pattern for those that they do not name."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import quote, unquote

from recommender.articles import Article
from recommender.content.generators.base import SAFE, filled
from recommender.content.paths import slug
from recommender.content.urls import is_address

#: Placeholders of dates, in the language of `strftime`.
_DATES = {":year": "%Y", ":month": "%m", ":day": "%d"}
_PLACEHOLDER = re.compile(r":(?:slug|year|month|day)\b|\{folder \d+\}")
#: Fewer entries than this that agree are chance, not a pattern.
_LEAST_VOTES = 2


def address_by(pattern: str, article: Article, slug_: str = "") -> str:
    """The address of an article by a pattern, or "" where the article lacks a part of it."""
    for number, name in enumerate(path_parts(article.path), start=1):
        pattern = pattern.replace(f"{{folder {number}}}", quote(name, safe=SAFE))
    name = slug_.strip("/").rpartition("/")[2] or slug(article.path, (article.language,))
    return "" if "{folder " in pattern else filled(pattern, {"slug": quote(name, safe=SAFE)}, article.published_at)


def infer_patterns(targets: Iterable[str], articles: Iterable[Article]) -> dict[int, str]:
    """
    The pattern by which most entries name articles, for each depth of files at which they agree on one.

    The targets are what the entries name, as typed. Placeholders are ``:slug``, ``:year``, ``:month``, ``:day``, and
    ``{folder 1}`` for the first folder of the file below the content's root.
    """
    by_slug: dict[str, list[Article]] = {}
    for article in articles:
        by_slug.setdefault(slug(article.path, (article.language,)), []).append(article)
    votes: dict[int, Counter[str]] = {}
    for target in set(targets):
        start, names, end = _split(target)
        *above, last = names
        found = [(_pattern(start, above, end, article), article) for article in by_slug.get(unquote(last), ()) if start]
        n_explained = [len(_PLACEHOLDER.findall(pattern)) for pattern, _ in found]
        # The article of the right language explains more parts of /de/blog/tea/ than its translations do.
        for (pattern, article), n in zip(found, n_explained, strict=True):
            if n == max(n_explained):
                votes.setdefault(len(path_parts(article.path)), Counter())[pattern] += 1
    patterns = {}
    for depth, counted in votes.items():
        # The order of equals is that of the texts, so that it does not depend on the order of the files.
        pattern, n = min(counted.items(), key=lambda item: (-item[1], item[0]))
        if n >= _LEAST_VOTES and 2 * n > counted.total():
            patterns[depth] = pattern
    return patterns


def path_parts(path: str) -> tuple[str, ...]:
    """The folders of a file below the content's root (Hugo's ``content/``)."""
    folders = tuple(path.split("/")[:-1])
    return folders[1:] if folders[:1] == ("content",) else folders


def _split(target: str) -> tuple[str, list[str], str]:
    """What stands before the parts of an address, which is "" for what is none; the parts; what stands behind them."""
    path = target.strip().partition("#")[0].partition("?")[0]
    start = "/" if path.startswith("/") else ""
    if is_address(path):
        scheme, _, rest = path.partition("//")
        host, _, path = rest.partition("/")
        start = f"{scheme.lower() or 'https:'}//{host}/"
    end = "/" if path.endswith("/") else ".html" if path.endswith(".html") else ""
    return start, path.removesuffix(".html").strip("/").split("/"), end


def _pattern(start: str, above: Iterable[str], end: str, article: Article) -> str:
    """The pattern by which an address names an article; `above` are its parts but the last, which is the slug."""
    folders = path_parts(article.path)
    day = article.published_at
    parts = []
    # Read from the left: 2021/03/03 is year, month, day, though month and day look alike.
    dates = {name: f"{day:{form}}" for name, form in _DATES.items()} if day else {}
    for part in map(unquote, above):
        placeholder = next((name for name, written in dates.items() if written == part), "")
        if part in folders:
            parts.append(f"{{folder {folders.index(part) + 1}}}")
        elif placeholder:
            parts.append(placeholder)
            del dates[placeholder]
        else:
            parts.append(part)
    return start + "/".join([*parts, ":slug"]) + end
