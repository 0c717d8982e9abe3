"""Jekyll (checked against Jekyll 4.3), and Bridgetown, which took its rules from it (not built in the tests)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from posixpath import normpath
from typing import Any, Self
from urllib.parse import quote

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SAFE, Generator, dashed, day_of, filled, lower, slugged, text_of, texts
from recommender.content.generators.sources import Sources
from recommender.content.paths import fits, without_ending

#: The built-in styles (jekyllrb.com/docs/permalinks); `:output_ext` is the ending of the page.
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
#: Styles of Bridgetown that Jekyll does not have.
_STYLES_OF_BRIDGETOWN = {"simple": "/:categories/:slug/", "pretty_ext": "/:categories/:year/:month/:day/:slug.html"}
#: The styles whose ending collections and pages have too. Any other ends theirs only with a slash or `:output_ext`.
_ENDINGS = {"pretty": "/", "date": ".html", "ordinal": ".html", "none": ".html"}
_DATED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-(?=.)")
#: What `:title` keeps besides letters, marks and digits.
_PRETTY = "._~!$&'()+,;=@"
#: What Jekyll asks of the name of a post.
_DATED_POST = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-[^/]*\.[^.]+")


@dataclass(frozen=True, kw_only=True)
class Jekyll(Generator):
    title = "Jekyll"
    config_files = ("_config.yml", "_config.yaml")
    splits_categories = True

    #: The pattern of addresses by collection; that of "" is the one of posts, and the ending of all others.
    permalinks: Mapping[str, str] = field(default_factory=dict)
    collections: Mapping[str, bool] = field(default_factory=dict)  #: Whether its documents become pages, by its name.
    collections_dir: str = ""  #: In which the collections' folders lie; "" for the site's own.
    include: tuple[str, ...] = ()  #: Names that it reads though they begin with an underscore.
    exclude: tuple[str, ...] = ()  #: Names and patterns that it does not read.
    #: Path, type and values of each scope, the most specific last.
    defaults: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = lower(sources.mapping(file))
        text = partial(text_of, values)
        warnings: tuple[str, ...] = ()
        if source := text("source").strip("./"):
            warnings = (
                f"{file}: the site's source is {source!r}, which is not followed, so addresses and the place of the "
                f"data file are wrong. Have Jekyll and this program run in {source}, with {file} in it.",
            )
        collections = _collections(values.get("collections"))
        patterns = {name: one.get("permalink") for name, one in {"": values, **collections}.items()}
        address, base = text("url").rstrip("/"), text("baseurl").strip("/")
        languages = (text("default_lang"), *texts(values.get("languages")))
        return cls(
            # Of the plugin polyglot, which asks for both.
            languages=tuple(dict.fromkeys(languages)) if all(languages) else (),
            site_url=f"{address}/{base}" if address and base else address,
            language=text("lang", "language", "locale", "default_lang"),
            zone=sources.zone(values.get("timezone"), file),
            warnings=warnings,
            data_folder=cls.data_in(text("data_dir")),
            permalinks={name: pattern for name, pattern in patterns.items() if isinstance(pattern, str)},
            collections={name: bool(one.get("output", name == "posts")) for name, one in collections.items()},
            collections_dir=re.sub(r"^\.$", "", normpath(text("collections_dir").strip("/"))),
            include=texts(values.get("include")),
            exclude=texts(values.get("exclude")),
            defaults=_defaults(values.get("defaults")),
        )

    def _place(self, path: str) -> tuple[str, list[str], list[str]]:
        """The collection of a file, "" for a page; and the folders above and below the collection's."""
        folders = path.removeprefix(f"{self.collections_dir}/").split("/")[:-1]
        home = next((number for number, folder in enumerate(folders) if folder in ("_posts", "_drafts")), -1)
        collection = "posts"
        if home < 0:
            home = 0 if folders and folders[0].startswith("_") and folders[0] not in self.include else -1
            collection = folders[0][1:] if home == 0 else ""
        return collection, folders[: max(home, 0)], folders[home + 1 :]

    def defaults_of(self, path: str) -> Mapping[str, Any]:
        collection, _, _ = self._place(path)
        found: dict[str, Any] = {}
        for scope, kind, values in self.defaults:
            if kind in ("", collection or "pages") and (not scope or fits(path, scope)):
                found |= values
        if not collection:
            # Jekyll asks the front matter alone whether a page is published.
            found.pop("published", None)
        return found

    def placed(self, url: str, language: str) -> str:
        """Polyglot takes languages out of addresses, and builds the site once more below each but its own."""
        if self.languages:
            url = re.sub(rf"[/.](?:{'|'.join(map(re.escape, self.languages))})[/.]", "/", url)
        return f"/{language}{url}" if language in self.languages[1:] else url

    def url(self, article: Article, facts: PageFacts) -> str:
        collection, above, below = self._place(article.path)
        defaults = self.defaults_of(article.path)
        base = without_ending(article.path.rpartition("/")[2]).rstrip(".")
        style = self.permalinks.get("", "date")
        ending = _ENDINGS.get(style, "/" if style.endswith("/") else ".html" if style.endswith(":output_ext") else "")
        pattern = (facts.permalink if facts.permalink != "false" else "") or text_of(defaults, "permalink")
        if not pattern and not collection:
            place = "/".join(below) + "/" if base == "index" else "/".join([*below, base]) + ending
            return _clean("/" + quote(place, safe=SAFE))
        if not pattern:
            own = self.permalinks.get(collection, "")
            pattern = own or (_STYLES.get(style, style) if collection == "posts" else f"/:collection/:path{ending}")
        slug = facts.slug or _DATED.sub("", base, count=1)
        values = {
            "collection": collection,
            "path": "/".join(["", *below, base]) if collection else "/".join(["", *below]),
            "basename": base,
            "name": slugged(base),
            "title": dashed(slug, _PRETTY),
            "slug": slugged(slug),
            "output_ext": ".html",
        }
        given = defaults.get("categories", [])
        of_all = given.split() if isinstance(given, str) else texts(given)
        categories = [*above, *of_all, *(facts.categories or texts(defaults.get("category")))]
        values["categories"] = "/".join(dict.fromkeys(category.lower() for category in categories))
        values["slugified_categories"] = "/".join(dict.fromkeys(map(slugged, categories)))
        known = {name: quote(value, safe=SAFE) for name, value in values.items()}
        path = filled(pattern, known, self._day(article, facts))
        return _clean(f"/{path}") if path else ""

    def unmade(self, article: Article, facts: PageFacts) -> str:
        parts = article.path.split("/")
        folders = parts[:-1]
        if any(fits(article.path, pattern) for pattern in self.exclude):
            return f"excluded in {self.file}"
        no_output = f"in a collection that {self.file} does not output"
        inside = article.path.removeprefix(f"{self.collections_dir}/")
        is_outside = self.collections_dir != "" and inside == article.path
        if "_posts" in folders:
            if is_outside:
                return f"in _posts outside of {self.collections_dir}"
            below = parts[folders.index("_posts") + 1 :]
            if any(part.startswith("_") and part not in self.include for part in below):
                return "in _posts with a name that begins with _"
            if not _DATED_POST.fullmatch(parts[-1]):
                return "in _posts without a date in the name"
            return "" if self.collections.get("posts", True) else no_output
        below = inside.split("/")
        # Jekyll passes over such folders and files, also within a collection.
        hidden = [number for number, part in enumerate(below) if part.startswith("_") and part not in self.include]
        if not hidden:
            return ""
        if is_outside or hidden[0] != 0 or below[0][1:] not in self.collections:
            return f"in a folder that is no collection of {self.file}"
        if len(hidden) > 1:
            return "in a collection with a name that begins with _"
        return "" if self.collections[below[0][1:]] else no_output

    def _day(self, article: Article, facts: PageFacts) -> datetime | None:
        """The moment of an article in the site's time zone; of one that names none Jekyll thinks that it is UTC."""
        date = facts.date.replace(tzinfo=facts.date.tzinfo or UTC) if facts.date else None
        return day_of(article, replace(facts, date=date), self.zone)


@dataclass(frozen=True, kw_only=True)
class Bridgetown(Jekyll):
    """A Bridgetown site: Jekyll's rules below `src`, and addresses that end in a slash."""

    title = "Bridgetown"
    config_files = ("bridgetown.config.yml", "bridgetown.config.yaml")

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        read = super().read(sources, file)
        styles = {name: _STYLES_OF_BRIDGETOWN.get(style, style) for name, style in read.permalinks.items()}
        permalinks = {"": "pretty", **{name: style.replace(".*", ".html") for name, style in styles.items()}}
        return replace(read, roots={"src": ""}, data_folder="src/_data", warnings=(), permalinks=permalinks)

    def url(self, article: Article, facts: PageFacts) -> str:
        return super().url(replace(article, path=article.path.removeprefix("src/")), facts)

    def unmade(self, article: Article, facts: PageFacts) -> str:
        return super().unmade(replace(article, path=article.path.removeprefix("src/")), facts)


def _collections(collections: Any) -> dict[str, Mapping[str, Any]]:
    """The options of each collection, which may be listed without any."""
    if isinstance(collections, list):
        return {str(name): {} for name in collections}
    named = collections.items() if isinstance(collections, dict) else ()
    return {str(name): options if isinstance(options, dict) else {} for name, options in named}


def _defaults(defaults: Any) -> tuple[tuple[str, str, Mapping[str, Any]], ...]:
    found = []
    for item in defaults if isinstance(defaults, list) else ():
        scope, values = (lower(lower(item).get(part)) for part in ("scope", "values"))
        found.append((str(scope.get("path") or "").strip("/"), str(scope.get("type") or ""), values))
    return tuple(sorted(found, key=lambda one: (len(one[0]), one[1] != "")))


def _clean(url: str) -> str:
    return re.sub("/+", "/", url.replace("..", "/").replace("./", ""))
