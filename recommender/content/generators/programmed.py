"""Generators whose configuration is a program, of which plain values are read: Astro, Docusaurus, VuePress, ..."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, day_of, filled, joined, placed, slugged
from recommender.content.generators.sources import Literals, Sources
from recommender.content.paths import is_word, named_language, slug, without_ending

_ASTRO_COLLECTION = re.compile(r"""getCollection\s*(?:<[^>]*>)?\(\s*['"]([^'"]+)['"]""")
_ASTRO_SCHEMAS = tuple(f"src/content{mark}config{ending}" for mark in "./" for ending in SCRIPTS)
_DOCUSAURUS_NUMBERED = re.compile(r"^(?!\d+[-_.]\d)\d+\s*[-_.]+\s*(?=[^-_.\s])")
_DOCUSAURUS_DATED = re.compile(r"(?P<folder>.*?)(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(?P<text>.*)")
_VUEPRESS_PLACES = ("", "docs/", "doc/", "src/", "documentation/", "website/")
_ELEVENTY_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-(?=.)")
_ELEVENTY_EXPRESSION = re.compile(r"\{\{-?\s*([\w.]+)((?:\s*\|[^}]*?)?)\s*-?\}\}")
#: Filters that make a slug of a text, and one that writes a date.
_ELEVENTY_SLUGIFY = re.compile(r"\|\s*(?:slugify|slug|safe)\s*")
_ELEVENTY_DATE = re.compile(r"\|\s*date\w*\s*[:(]\s*['\"]([^'\"]+)['\"]\s*\)?")
_ELEVENTY_INPUT = re.compile(r"--input[= ]\s*['\"]?([^\s'\"]+)")
_PELICAN_FIELD = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, kw_only=True)
class Astro(Generator):
    """An Astro site, its content collections and Starlight (checked against Astro 5)."""

    title = "Astro"
    config_files = tuple(f"astro.config{ending}" for ending in SCRIPTS)
    skips_underscores = True

    routed: tuple[str, ...] = ()  #: Folders of articles whose addresses the files in ``src/pages`` tell.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, the collections, and the pages that show them."""
        values = sources.literals(file)
        base = values.text("base").strip("/")
        end = "" if values.text("trailingSlash") == "never" else "/"
        if values.text("build", "format") in ("file", "preserve"):
            end = ".html" if values.text("trailingSlash") != "never" else ""
        shown = {
            collection: page[len("src/pages/") :].rpartition("/")[0]
            for page in sources.files("src/pages", ".astro", ".ts", ".js")
            if "[" in page.rpartition("/")[2]
            for collection in _ASTRO_COLLECTION.findall(sources.text(page))
        }
        roots = {"src/pages": base}
        routed = ["src/pages"]
        folders = {f"src/content/{name}": name for name in sources.folders("src/content")}
        for schema in _ASTRO_SCHEMAS:
            for path, value in sources.literals(schema).items:
                if path[1:] == ("defineCollection", "loader", "glob", "base") and isinstance(value, str):
                    folders[value.strip("./")] = path[0]
        if any("starlight" in package for package in sources.packages):
            shown["docs"] = ""
        for folder, collection in folders.items():
            place = shown.get(collection, collection)
            # A part such as [lang] is filled with what the article's own path has.
            roots[folder] = f"{base}/{place}" if "[" not in place else base
            if collection in shown and "[" not in place:
                routed.append(folder)
        address = values.text("site").rstrip("/")
        return cls(file=file, site_url=address, roots=roots, end=end, routed=tuple(routed))

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address, where the pages tell it."""
        return self.guess(article, facts) if any(article.path.startswith(f"{top}/") for top in self.routed) else ""

    def guess(self, article: Article, facts: PageFacts) -> str:
        """The address of a page, or of an entry of a collection: the name of the collection and the entry's."""
        prefix, names = self.below(article.path)
        if article.path.startswith("src/pages/"):
            return joined(prefix, *names, is_index=names[-1] == "index", end=self.end)
        if facts.slug:
            return joined(prefix, facts.slug, end=self.end)
        names = [_github(name) for name in names]
        return joined(prefix, *names, is_index=names[-1] == "index", end=self.end)


def _github(name: str) -> str:
    """A name as GitHub makes a heading's anchor of it, which Astro does too."""
    return "".join("-" if c == " " else c for c in name.lower() if c in "-_ " or is_word(c))


@dataclass(frozen=True, kw_only=True)
class Docusaurus(Generator):
    """A Docusaurus site (checked against Docusaurus 3)."""

    title = "Docusaurus"
    config_files = tuple(f"docusaurus.config{ending}" for ending in SCRIPTS)
    skips_underscores = True

    blogs: tuple[str, ...] = ()  #: Their folders.
    keeps_numbers: bool = False  #: ``numberPrefixParser: false``.
    end: str = ""

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, with the docs and blogs of the preset and of further plugins."""
        values = sources.literals(file)
        base = values.text("baseUrl").strip("/")

        def option(kind: str, name: str, usual: str) -> str:
            return next((str(v) for path, v in values.items if path[-2:] == (kind, name)), usual)

        def route(kind: str, usual: str) -> str:
            return f"{base}/{option(kind, 'routeBasePath', usual).strip('/')}"

        docs, blog = option("docs", "path", "docs").strip("./"), option("blog", "path", "blog").strip("./")
        roots = {docs: route("docs", "docs"), blog: route("blog", "blog"), "src/pages": base}
        listed = sources.json("versions.json")
        if versions := [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []:
            roots |= {f"versioned_docs/version-{one}": f"{roots[docs]}/{one}" for one in versions}
            roots[f"versioned_docs/version-{versions[0]}"] = roots[docs]
            roots[docs] += "/next"
        default = values.text("i18n", "defaultLocale")
        for locale in sources.folders("i18n"):
            here = f"{base}/{locale}" if locale != default else base
            plugins = f"i18n/{locale}/docusaurus-plugin-content-"
            roots[f"{plugins}docs/current"] = here + roots[docs].removeprefix(base)
            roots[f"{plugins}blog"] = here + roots[blog].removeprefix(base)
            roots[f"{plugins}pages"] = here
        slash = values.get("trailingSlash")
        address = values.text("url").rstrip("/")
        return cls(
            file=file,
            site_url=address,
            language=named_language(default or "en"),
            languages=(default or "en", *(one for one in sources.folders("i18n") if one != default)),
            roots=roots,
            blogs=tuple(root for root in roots if root == blog or root.endswith("-content-blog")),
            keeps_numbers=values.get("docs", "numberPrefixParser") is False,
            end="/" if slash is True else "",
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``slug``, else folders and ``id`` or name without their numbers; a blog's day goes first."""
        prefix, names = self.below(article.path)
        if any(article.path.startswith(f"{blog}/") for blog in self.blogs):
            return self._blog_url(prefix, names, article, facts)
        # NB hull/hull.md stands for its folder, 03-hull/hull.md does not.
        is_index = names[-1].lower() in ("index", "readme", *(name.lower() for name in names[-2:-1]))
        if not self.keeps_numbers and not article.path.startswith("src/pages/"):
            names = [_DOCUSAURUS_NUMBERED.sub("", name, count=1) for name in names]
        if facts.slug:
            folders = [] if facts.slug.startswith("/") else names[:-1]
            return joined(prefix, *folders, facts.slug, end="/" if facts.slug.endswith("/") else self.end)
        return joined(prefix, *names[:-1], facts.id or names[-1], is_index=is_index, end=self.end)

    def _blog_url(self, prefix: str, names: list[str], article: Article, facts: PageFacts) -> str:
        if facts.slug:
            return joined(prefix, facts.slug, end=self.end)
        name = "/".join(names[:-1] if names[-1] == "index" else names)
        if found := _DOCUSAURUS_DATED.fullmatch(name):
            name = f"{found['date'].replace('-', '/')}/{found['folder']}{found['text']}"
        return joined(prefix, name, end=self.end)


@dataclass(frozen=True, kw_only=True)
class VitePress(Generator):
    """A VitePress site, configured in a hidden folder beside the articles (checked against VitePress 1)."""

    title = "VitePress"
    config_files = tuple(f"{place}.vitepress/config{ending}" for place in _VUEPRESS_PLACES for ending in SCRIPTS)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration."""
        values = sources.literals(file)
        top = f"{file.rpartition('.v')[0]}{values.text('srcDir').strip('./')}".strip("/")
        return cls(
            file=file,
            language=named_language(values.text("lang")),
            roots={top: values.text("base").strip("/")},
            end="" if values.get("cleanUrls") is True else ".html",
        )


@dataclass(frozen=True, kw_only=True)
class VuePress(VitePress):
    """A VuePress site."""

    title = "VuePress"
    config_files = tuple(f"{place}.vuepress/config{ending}" for place in _VUEPRESS_PLACES for ending in SCRIPTS)
    index_names = ("index", "README", "readme")

    pattern: str = ""  #: ``permalinkPattern``, or ``permalink`` of VuePress 1.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration."""
        values = sources.literals(file)
        return cls(
            file=file,
            language=named_language(values.text("lang")),
            roots={file.rpartition("/.v")[0]: values.text("base").strip("/")},
            end=".html",
            pattern=values.text("permalinkPattern") or values.text("permalink"),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: by the pattern, else the file's place."""
        pattern = facts.permalink or self.pattern
        if not pattern:
            return self.path_url(article, facts)
        known = {"slug": slugged(slug(article.path)), "regular": self.path_url(article, facts).strip("/")}
        path = filled(pattern, known, day_of(article, facts))
        return placed(path, *self.roots.values()) if path else ""


@dataclass(frozen=True, kw_only=True)
class Eleventy(Generator):
    """An Eleventy site (checked against Eleventy 3.1)."""

    title = "Eleventy"
    config_files = (
        "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts", ".eleventy.js",
        "package.json",
    )  # fmt: skip
    packages = frozenset({"@11ty/eleventy"})

    #: What the data file of a folder says of the addresses in it; "?" where that is worked out by a program.
    permalinks: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()  #: Paths that it does not read.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, and the data files of the folders."""
        values = sources.literals(file) if file != "package.json" else Literals()
        script = _ELEVENTY_INPUT.search(sources.text("package.json"))
        top = values.text("dir", "input") or values.text("setInputDirectory") or (script[1] if script else "")
        top = top.strip("./")
        permalinks = {}
        for name in sources.files(top, ".json", ".11tydata.js", ".11tydata.cjs", ".11tydata.mjs"):
            folder, _, data = name.rpartition("/")
            if data.split(".")[0] == folder.rpartition("/")[2] and (found := _eleventy_permalink(sources, name)):
                permalinks[folder] = found
        return cls(
            file=file,
            roots={top: ""},
            permalinks=permalinks,
            ignored=tuple(str(value).removeprefix("./") for path, value in values.items if path[-1:] == ("add",)),
            data_folder=f"{top}/_data".lstrip("/"),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``permalink``, of the file or of the nearest folder that has one, else the file's place."""
        if permalink := self._permalink(article, facts):
            return self._filled(permalink, article, facts)
        _, names = self.below(article.path)
        # NB a date stays in a page's own place; only fileSlug and filePathStem go without it.
        # docs/docs.md stands for its folder as docs/index.md does.
        return joined(*names, is_index=names[-1] == "index" or names[-1:] == names[-2:-1])

    def unmade(self, article: Article, facts: PageFacts) -> str:
        """Why no page is made of a file."""
        if any(part in ("_includes", "_layouts", "_data") for part in article.path.split("/")[:-1]):
            return "in a folder of templates"
        if any(article.path == path or article.path.startswith(f"{path.rstrip('/*')}/") for path in self.ignored):
            return f"ignored in {self.file}"
        return "with permalink: false" if self._permalink(article, facts) == "false" else ""

    def _permalink(self, article: Article, facts: PageFacts) -> str:
        """The permalink of the file, else of the nearest folder that has one."""
        folder = article.path.rpartition("/")[0]
        above = [folder[:end] for end in range(len(folder), 0, -1) if folder[end : end + 1] in ("", "/")]
        return facts.permalink or next((self.permalinks[one] for one in above if one in self.permalinks), "")

    def _filled(self, permalink: str, article: Article, facts: PageFacts) -> str:
        """A permalink with its values filled in; "" where it asks for what is not known."""
        _, names = self.below(article.path)
        stem = _ELEVENTY_DATED.sub("", without_ending(names[-1]), count=1)
        slug = (names[-2] if len(names) > 1 else "") if stem == "index" else stem
        known = {
            "page.fileSlug": slug,
            "page.filePathStem": "/".join(["", *names[:-1], stem]),
            "title": article.title,
            "slug": facts.slug,
        }

        def fill(found: re.Match[str]) -> str:
            name, filters = found[1], found[2]
            day = day_of(article, facts)
            if name in ("page.date", "date") and day and (style := _ELEVENTY_DATE.search(filters)):
                form = style[1].replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d")
                return f"{day:{form}}" if "%" in form else "{"
            if not known.get(name) or _ELEVENTY_SLUGIFY.sub("", filters).strip():
                return "{"
            return slugged(known[name]) if filters else known[name]

        path = _ELEVENTY_EXPRESSION.sub(fill, permalink)
        return "" if "{" in path or path == "?" else placed(path)


def _eleventy_permalink(sources: Sources, name: str) -> str:
    """What a folder's data file says of addresses."""
    if name.endswith(".json"):
        values = sources.mapping(name)
        computed = values.get("eleventyComputed")
        found = computed.get("permalink") if isinstance(computed, dict) else None
        found = values.get("permalink", found)
    else:
        text = sources.text(name)
        found = sources.literals(name).get("permalink")
        if not isinstance(found, str | bool) and re.search(r"\bpermalink\b", text):
            return "?"
    return "false" if found is False else found if isinstance(found, str) else ""


@dataclass(frozen=True, kw_only=True)
class Pelican(Generator):
    """A Pelican site (checked against Pelican 4)."""

    title = "Pelican"
    config_files = ("pelicanconf.py",)

    articles: str = "{slug}.html"  #: ``ARTICLE_URL``.
    translations: str = "{slug}-{lang}.html"  #: ``ARTICLE_LANG_URL``.
    pages: str = "pages/{slug}.html"  #: ``PAGE_URL``.
    page_folders: tuple[str, ...] = ("content/pages",)  #: ``PAGE_PATHS``, below the site.
    by_name: bool = False  #: ``SLUGIFY_SOURCE`` is ``basename``.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration; that of the published site comes first."""
        values = sources.literals(file)
        top = (values.text("PATH") or ".").strip("./")
        folders: Any = values.get("PAGE_PATHS")
        folders = folders if isinstance(folders, list) else ["pages"]
        address = sources.literals("publishconf.py").text("SITEURL") or values.text("SITEURL")
        language = values.text("DEFAULT_LANG") or "en"
        return cls(
            file=file,
            site_url=address.rstrip("/"),
            language=named_language(language),
            languages=(language,),
            zone=sources.zone(values.get("TIMEZONE"), file),
            roots={top: ""},
            articles=values.text("ARTICLE_URL") or cls.articles,
            translations=values.text("ARTICLE_LANG_URL") or cls.translations,
            pages=values.text("PAGE_URL") or cls.pages,
            page_folders=tuple(f"{top}/{folder}".strip("/") for folder in folders),
            by_name=values.text("SLUGIFY_SOURCE") == "basename",
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the pattern, filled with ``slug`` or the title's, the day, the category."""
        _, names = self.below(article.path)
        is_page = any(article.path.startswith(f"{folder}/") for folder in self.page_folders)
        is_translation = article.language and article.language != self.language
        pattern = self.pages if is_page else self.translations if is_translation else self.articles
        day = day_of(article, facts, self.zone)
        category = facts.categories[0] if facts.categories else names[-2] if len(names) > 1 else "misc"
        known = {
            "slug": facts.slug or _pelican_slug(names[-1] if self.by_name else article.title),
            "lang": article.language or self.language,
            "category": _pelican_slug(category),
            "author": _pelican_slug(article.provider),
        }

        def fill(found: re.Match[str]) -> str:
            if found[1] == "date" and day:
                return f"{day:{found[2] or '%Y-%m-%d'}}"
            return known.get(found[1]) or "{"

        path = _PELICAN_FIELD.sub(fill, pattern)
        return "" if "{" in path else placed(path)


def _pelican_slug(text: str) -> str:
    """A text as Pelican makes a slug of it: ASCII where its letters have one, small, hyphens for blanks."""
    text = unicodedata.normalize("NFKD", text)
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = re.sub(r"[^\w\s-]", "", text).strip()
    return re.sub(r"[-\s]+", "-", text).lower()
