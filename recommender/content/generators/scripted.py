"""
Generators whose addresses a site's own program decides: Gatsby, Next, SvelteKit, Nuxt, Metalsmith, Ember.

What is plain in the program is read, and what is usual is a guess, which a warning tells.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from recommender.articles import Article
from recommender.content.fields import NO_FACTS, PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, joined, slugged, unaccented
from recommender.content.generators.sources import Sources

_SOURCE = re.compile(r"""path:\s*(?:`\$\{__dirname\}/([^`$]+)`|['"]\.?/?([^'"]+)['"])""")
_PREFIX = re.compile(r"""(?:value|path):\s*`(/[\w/-]*)\$\{(?:value|slug|\w+\.fields\.slug)\}`""")
#: What sorts the files and folders of Nuxt Content, and is no part of an address.
_SORTING = re.compile(r"^\d+\.(?!(?:\d+\.)*(?:\d+|x)$)")
#: A folder that groups pages, and is no part of an address.
_GROUP = re.compile(r"(?<![^/])\([^()/]*\)/")
_DYNAMIC = re.compile(r"\[+(?:\.\.\.)?\w+(?:=\w+)?\]+")


@dataclass(frozen=True, kw_only=True)
class Gatsby(Generator):
    """A Gatsby site: the folders that `gatsby-source-filesystem` reads, and `createFilePath` of `gatsby-node`."""

    title = "Gatsby"
    config_files = tuple(f"gatsby-config{ending}" for ending in SCRIPTS)
    is_scripted = True

    is_told: bool = False  #: Whether the program says that files have the addresses of their places.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, and what `gatsby-node` makes of paths."""
        values = sources.literals(file)
        node = "".join(sources.text(f"gatsby-node{ending}") for ending in SCRIPTS)
        prefix = found[1] if (found := _PREFIX.search(node)) else ""
        folders = [first or second for first, second in _SOURCE.findall(sources.text(file))]
        roots = {folder.strip("./"): prefix for folder in folders if "images" not in folder}
        return cls(
            site_url=values.text("siteUrl"),
            base=values.text("pathPrefix").strip("/"),
            roots={"src/pages": "", **roots},
            is_told="createFilePath" in node,
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``path``, else the file's place where the program says so."""
        if facts.path:
            return joined(facts.path, end="/" if facts.path.endswith("/") else "")
        is_page = article.path.startswith("src/pages/")
        return self.path_url(article, facts) if is_page or self.is_told else ""


@dataclass(frozen=True, kw_only=True)
class Next(Generator):
    """A Next site: MDX pages, and the folders that a page such as ``posts/[slug]`` shows."""

    title = "Next"
    config_files = tuple(f"next.config{ending}" for ending in SCRIPTS)
    looks_anywhere = True

    index_names: ClassVar[tuple[str, ...]] = ("index", "page")

    end: str = ""
    shown: tuple[str, ...] = ()  #: The places of pages with a part that is filled in.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, and the places of the pages."""
        values = sources.literals(file)
        tops = [top for top in ("app", "pages", "src/app", "src/pages") if sources.has(top)]
        return cls(
            base=values.text("basePath").strip("/"),
            roots=dict.fromkeys(tops, ""),
            end="/" if values.get("trailingSlash") is True else "",
            shown=cls._places(sources, tops, ".js", ".jsx", ".ts", ".tsx"),
        )

    @staticmethod
    def _places(sources: Sources, tops: Sequence[str], *endings: str) -> tuple[str, ...]:
        """The places of pages with a part that is filled in, below some folders."""
        pages = [page[len(top) :] for top in tops for page in sources.files(top, *endings)]
        found = {_GROUP.sub("", _DYNAMIC.split(page)[0]).strip("/") for page in pages if _DYNAMIC.search(page)}
        return tuple(sorted(place for place in found if place and not place.startswith("api")))

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the place of a page, or of the page that shows the articles of a folder."""
        prefix, names = self.below(_GROUP.sub("", article.path))
        if any(article.path.startswith(f"{top}/") for top in self.roots):
            return joined(prefix, *(names[:-1] if names[-1] in self.index_names else names), end=self.end)
        folder = names[-2].lstrip("_") if len(names) > 1 else ""
        place = next((place for place in self.shown if place.rpartition("/")[2] == folder), "")
        name = facts.slug or names[-1]
        return joined(prefix, place, "" if name == "index" else name, end=self.end) if place else ""

    def guess(self, article: Article, facts: PageFacts) -> str:
        """The place of the file below the folder of the content."""
        return Generator().guess(replace(article, path=_GROUP.sub("", article.path)), facts)


@dataclass(frozen=True, kw_only=True)
class SvelteKit(Next):
    """A SvelteKit site: pages that mdsvex makes, and the folders that a page such as ``posts/[slug]`` shows."""

    title = "SvelteKit"
    config_files = tuple(f"svelte.config{ending}" for ending in SCRIPTS)

    index_names = ("+page",)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, and the places of the pages."""
        base = sources.literals(file).text("paths", "base").strip("/")
        return cls(base=base, roots={"src/routes": ""}, shown=cls._places(sources, ["src/routes"], ".svelte"))


@dataclass(frozen=True, kw_only=True)
class Nuxt(Generator):
    """A Nuxt site whose articles are Nuxt Content's (checked by hand against 2.13)."""

    title = "Nuxt"
    config_files = tuple(f"nuxt.config{ending}" for ending in SCRIPTS)
    skips_underscores = True

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.literals(file)
        base = values.text("app", "baseURL").strip("/")
        return cls(site_url=values.text("site", "url"), base=base, roots={"content": ""})

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``path``, else the file's place, without the numbers by which files and folders are sorted."""
        if facts.path:
            return joined(facts.path, end="")
        prefix, names = self.below(article.path)
        names[-1] = names[-1].removesuffix(".draft")
        names = [slugged(_SORTING.sub("", unaccented(name), count=1), kept="_.~") for name in names]
        return joined(prefix, *(names[:-1] if names[-1] == "index" else names), end="")

    def unmade(self, article: Article, facts: PageFacts) -> str:
        """What is a draft by its name, too."""
        is_draft = self.below(article.path)[1][-1].endswith(".draft")
        return "with a name that ends in .draft" if is_draft else super().unmade(article, facts)


@dataclass(frozen=True, kw_only=True)
class Metalsmith(Generator):
    title = "Metalsmith"
    config_files = ("metalsmith.json", "metalsmith.js", "metalsmith.mjs", "package.json")
    packages = frozenset({"metalsmith"})
    is_scripted = True

    pattern: str = ""  #: Of ``permalinks``; "" where addresses end in ``.html``.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, or the program that stands for one."""
        names = [file] if file != "package.json" else ["index.js", "build.js", "build.mjs", "index.mjs"]
        program = next((name for name in names if sources.has(name)), names[0])
        values, text = sources.literals(program), sources.text(program)
        is_pretty = "permalinks(" in text or 'permalinks"' in text
        return cls(
            roots={values.text("source").strip("./") or "src": ""},
            end="/" if is_pretty or not text else ".html",
            pattern=str(values.get("pattern") or "") if is_pretty else "",
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the file's place, where the pattern asks for no more than it."""
        if self.pattern in ("", ":dirname?/:basename", ":dirname/:basename"):
            return self.path_url(article, NO_FACTS)
        return ""


@dataclass(frozen=True, kw_only=True)
class Ember(Generator):
    """An Ember application, which shows the files of a folder by routes of its own."""

    title = "Ember"
    config_files = ("package.json",)
    packages = frozenset({"ember-source", "ember-cli", "empress-blog"})
    is_scripted = True
    end: str = ""

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The folders that such applications show."""
        return cls(roots=dict.fromkeys([top for top in ("docs", "content") if sources.has(top)], ""))
