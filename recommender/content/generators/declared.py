"""Generators whose configuration is data: Zola, Hexo, MkDocs, Statie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, day_of, filled, joined, lower, placed, slugged
from recommender.content.generators.sources import Sources
from recommender.content.paths import name_date, named_language, slug

_ZOLA_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:.+-]*Z?)?\s?[_-](?=.)")
#: Names that Hexo's configuration has, and Jekyll's has not.
_HEXO_OWN = frozenset(
    {"source_dir", "public_dir", "new_post_name", "post_asset_folder", "default_layout", "filename_case"}
)
_MKDOCS_LETTERS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d"}


@dataclass(frozen=True, kw_only=True)
class Zola(Generator):
    """A Zola site (checked against getzola.org/documentation/content/overview)."""

    title = "Zola"
    config_files = ("zola.toml", "config.toml")

    keeps_names: bool = False  #: ``slugify.paths`` is not ``on``.
    keeps_dates: bool = False  #: ``slugify.paths_keep_dates``: the date stays in the name.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is Zola's: Hugo writes ``baseURL``."""
        return file == "zola.toml" or re.search(r"(?m)^base_url\s*=", sources.text(file)) is not None

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration."""
        values = sources.mapping(file)
        slugify = lower(values.get("slugify"))
        language = str(values.get("default_language") or "en")
        return cls(
            file=file,
            site_url=str(values.get("base_url") or "").rstrip("/"),
            language=named_language(language),
            languages=tuple(dict.fromkeys([language, *lower(values.get("languages"))])),
            roots={"content": ""},
            keeps_names=slugify.get("paths", "on") != "on",
            keeps_dates=slugify.get("paths_keep_dates") is True,
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``path``, else the sections and ``slug`` or the name without its date."""
        _, names = self.below(article.path)
        base, _, code = names[-1].rpartition(".")
        if not base or code not in self.languages:
            base, code = names[-1], self.languages[0]
        prefix = "" if code == self.languages[0] else code
        if facts.path:
            return joined(prefix, facts.path)
        folders = names[:-1]
        if base == "index" and folders:
            *folders, base = folders
        base = facts.slug or (base if self.keeps_dates else _ZOLA_DATED.sub("", base, count=1))
        return joined(prefix, *folders, base if self.keeps_names else slugged(base))


@dataclass(frozen=True, kw_only=True)
class Hexo(Generator):
    """A Hexo site (checked against Hexo 7)."""

    title = "Hexo"
    config_files = ("_config.yml", "_config.yaml")
    packages = frozenset({"hexo"})

    source: str = "source"  #: The folder of the sources.
    pattern: str = ":year/:month/:day/:title/"  #: ``permalink``.
    naming: str = ":title.md"  #: ``new_post_name``.
    category: str = "uncategorized"  #: ``default_category``.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is Hexo's: Jekyll has its configuration in a file of the same name."""
        if not cls.packages.isdisjoint(sources.packages):
            return True
        names = sources.mapping(file)
        # Octopress, which is Jekyll, keeps its posts there too, and says so.
        return not _HEXO_OWN.isdisjoint(names) or ("source" not in names and (sources.root / "source/_posts").is_dir())

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration."""
        values = lower(sources.mapping(file))
        source = str(values.get("source_dir") or "source").strip("./")
        language: Any = values.get("language")
        language = language[0] if isinstance(language, list) and language else language
        address, base = str(values.get("url") or "").rstrip("/"), str(values.get("root") or "").strip("/")
        return cls(
            file=file,
            site_url=address,
            language=named_language(language) if isinstance(language, str) else "",
            zone=sources.zone(values.get("timezone"), file),
            roots={f"{source}/_posts": base, source: base},
            source=source,
            data_folder=f"{source}/_data",
            pattern=str(values.get("permalink") or cls.pattern),
            naming=str(values.get("new_post_name") or cls.naming),
            category=str(values.get("default_category") or cls.category),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: a page's own place, a post's by the pattern."""
        prefix, names = self.below(article.path)
        if f"{self.source}/_posts" not in article.path:
            return joined(prefix, *names, is_index=names[-1] == "index", end=".html")
        dated = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})-(?=.)", names[-1]) if ":year" in self.naming else None
        name = names[-1][dated.end() :] if dated else names[-1]
        day = day_of(article, facts, self.zone)
        known = {
            "title": "/".join([*names[:-1], name]),
            "name": name,
            "post_title": re.sub(r"[^\w]+", "-", article.title).strip("-"),
            "category": "/".join(facts.categories) or self.category,
        }
        if day:
            known |= {"i_month": str(day.month), "i_day": str(day.day)}
        path = filled(facts.permalink or self.pattern, known, day)
        return placed(path, prefix) if path else ""


@dataclass(frozen=True, kw_only=True)
class MkDocs(Generator):
    """An MkDocs site, with the blog of Material for MkDocs (checked against MkDocs 1.6 and Material 9)."""

    title = "MkDocs"
    config_files = ("mkdocs.yml", "mkdocs.yaml")
    index_names = ("index", "README")

    posts: str = ""  #: The folder of the blog's posts; "" for a site without a blog.
    post_url: str = "{date}/{slug}"  #: ``post_url_format``.
    post_date: str = "yyyy/MM/dd"  #: ``post_url_date_format``.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration."""
        values = lower(sources.mapping(file))
        docs = str(values.get("docs_dir") or "docs").strip("./")
        blog = _mkdocs_blog(values.get("plugins"))
        posts = ""
        if blog is not None:
            blog_dir = str(blog.get("blog_dir") or "blog").strip("./")
            posts = f"{docs}/{str(blog.get('post_dir') or '{blog}/posts').replace('{blog}', blog_dir)}".strip("/")
        blog = blog or {}
        return cls(
            file=file,
            site_url=str(values.get("site_url") or "").rstrip("/"),
            language=named_language(str(lower(values.get("theme")).get("language") or "")),
            roots={docs: ""},
            end="/" if values.get("use_directory_urls") is not False else ".html",
            posts=posts,
            post_url=str(blog.get("post_url_format") or cls.post_url),
            post_date=str(blog.get("post_url_date_format") or cls.post_date),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the file's place, for a post of the blog its day and ``slug`` or title."""
        if not self.posts or not article.path.startswith(f"{self.posts}/"):
            return self.path_url(article, replace(facts, slug=""))
        day = day_of(article, facts)
        if "{date}" in self.post_url and day is None:
            return ""
        form = re.sub("|".join(_MKDOCS_LETTERS), lambda found: _MKDOCS_LETTERS[found[0]], self.post_date)
        path = self.post_url.replace("{date}", f"{day:{form}}" if day else "")
        path = path.replace("{slug}", facts.slug or slugged(article.title, kept="_"))
        path = path.replace("{file}", article.path.rpartition("/")[2].rpartition(".")[0])
        path = path.replace("{categories}", "/".join(slugged(one) for one in facts.categories[:1]))
        prefix = self.posts.partition("/")[2].rpartition("/")[0]
        return "" if "{" in path else joined(prefix, path, end=self.end)


def _mkdocs_blog(plugins: Any) -> dict[str, Any] | None:
    """The options of the blog; None for a site without one."""
    for plugin in plugins if isinstance(plugins, list) else [plugins]:
        if plugin in ("blog", "material/blog"):
            return {}
        for name, options in lower(plugin).items():
            if name in ("blog", "material/blog"):
                return lower(options)
    return None


@dataclass(frozen=True, kw_only=True)
class Statie(Generator):
    """A Statie site (from its documentation; no longer kept up)."""

    title = "Statie"
    config_files = ("statie.yml", "statie.yaml")

    prefixes: Mapping[str, str] = field(default_factory=dict)  #: ``route_prefix`` of a kind of article, by its folder.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration."""
        parameters = lower(lower(sources.mapping(file)).get("parameters"))
        prefixes = {"_posts": "blog/:year/:month/:day"}
        for options in map(lower, lower(parameters.get("generators")).values()):
            prefixes[str(options.get("path") or "_posts")] = str(options.get("route_prefix") or "")
        return cls(
            file=file,
            site_url=str(parameters.get("site_url") or "").rstrip("/"),
            roots={"source": ""},
            prefixes=prefixes,
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the prefix of its kind, and the name without its date."""
        _, names = self.below(article.path)
        if names[0] not in self.prefixes:
            return joined(*names, is_index=names[-1] == "index")
        path = filled(f"{self.prefixes[names[0]]}/:slug", {"slug": slug(article.path)}, name_date(article.path))
        return joined(path) if path else ""
