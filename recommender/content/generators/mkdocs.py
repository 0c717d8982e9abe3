"""MkDocs, with Material's blog and mkdocs-static-i18n (checked against MkDocs 1.6, Material 9, static-i18n 1.3)."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Self
from unicodedata import normalize

from recommender.articles import Article
from recommender.content.fields import NO_FACTS, PageFacts
from recommender.content.generators.base import Generator, joined, lower, merged, text_of, texts
from recommender.content.generators.gitignore import MOST_GLOBS, is_ignored
from recommender.content.generators.sources import Sources
from recommender.content.paths import ENDINGS, suffix_language, without_ending

#: What MkDocs leaves out on every site, beside hidden files.
_LEFT_OUT = "/templates/\n"
#: What makes slugs where nothing is told, as sites that tell it write it, but for the tag, which is not read.
_SLUGIFY = {"kwds": {"case": "lower"}}


@dataclass(frozen=True, kw_only=True)
class MkDocs(Generator):
    title = "MkDocs"
    config_files = ("mkdocs.yml", "mkdocs.yaml")
    index_names = ("index", "README")

    roots: Mapping[str, str] = field(default_factory=lambda: {"docs": ""})
    nav: Mapping[str, str] = field(default_factory=dict)  #: The files of ``nav``, with their titles there.
    site_name: str = ""
    exclude: str = ""  #: ``exclude_docs``: no pages.
    globs: tuple[str, ...] = ()  #: What mkdocs-exclude leaves out.
    drafts: str = ""  #: ``draft_docs``: no pages of a build.
    blog: str = ""  #: ``blog_dir``, below the documentation.
    posts: str = ""  #: The folder of the blog's posts, below the site; "" for a site without a blog.
    #: What stands for a blank in the slugs of posts and of categories; without those that a function of theirs makes.
    blanks: Mapping[str, str] = field(default_factory=dict)
    post_url: str = "{date}/{slug}"  #: ``post_url_format``.
    post_date: str = "yyyy/MM/dd"  #: ``post_url_date_format``.
    in_folders: bool = False  #: Whether translations lie in folders, and not beside each other as ``tea.fr.md``.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = lower(sources.mapping(file))
        if parent := text_of(values, "inherit"):
            values = merged(sources.mapping(parent), values)
        docs = str(values.get("docs_dir") or "docs").strip("./")
        plugin = _plugin(values.get("plugins"), "blog", "material/blog")
        blog = plugin or {}
        blog_dir = text_of(blog, "blog_dir") or "blog"

        def place(option: str, usual: str) -> str:
            """What an option of the blog's names, below the site."""
            below = (text_of(blog, option) or usual).replace("{blog}", blog_dir).lstrip("/")
            return posixpath.normpath(posixpath.join(docs, below))

        posts = "" if plugin is None else place("post_dir", "{blog}/posts")
        i18n = _plugin(values.get("plugins"), "i18n") or {}
        languages = tuple(dict.fromkeys(_languages(i18n)))
        return cls(
            site_url=str(values.get("site_url") or ""),
            language=next(iter(languages), str(lower(values.get("theme")).get("language") or "")),
            languages=languages,
            in_folders=i18n.get("docs_structure") == "folder",
            roots={docs: ""},
            nav={posixpath.join(docs, path): title for path, title in _pages(values.get("nav"))},
            site_name=text_of(values, "site_name"),
            exclude=_LEFT_OUT + text_of(values, "exclude_docs"),
            globs=texts((_plugin(values.get("plugins"), "exclude") or {}).get("glob"))[:MOST_GLOBS],
            drafts=text_of(values, "draft_docs"),
            end="/" if values.get("use_directory_urls") is not False else ".html",
            authors_file=place("authors_file", "{blog}/.authors.yml"),
            blog=blog_dir,
            posts=posts,
            blanks={
                kind: str(blog.get(f"{kind}_slugify_separator", "-"))
                for kind in ("post", "categories")
                if blog.get(f"{kind}_slugify", _SLUGIFY) == _SLUGIFY
            },
            # Material shows them beside a post, as "Related links".
            list_name="links" if posts else "",
            post_url=str(blog.get("post_url_format") or cls.post_url),
            post_date=str(blog.get("post_url_date_format") or cls.post_date),
        )

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """What `exclude_docs` or a plugin names, and a README beside an index, which is the folder's page then."""
        places = ((path, self._below_docs(path)) for path in paths)
        excluded = frozenset(
            path
            for path, below in places
            if is_ignored(below, self.exclude) or any(fnmatchcase(below, one) for one in self.globs)
        )
        pages = set(paths) - excluded
        return excluded | {path for path in pages if path.endswith("/README.md") and f"{path[:-9]}index.md" in pages}

    def called(self, path: str) -> str | None:
        """
        The title in `nav`; on the home page else the site's.

        To MkDocs a title in `nav` comes before a page's own. Here it stands in for one: "Overview" or "Home" is said
        below the name of a section, which a list of suggestions does not have.
        """
        path, code = self._plain(path)
        below = self._below_docs(path)
        if below in ("index.md", "README.md"):
            return self.nav.get(path) or self.site_name
        # Every file is a page to MkDocs, also a part that others include. Where a nav is given, parts are what it does
        # not name; where none is, MkDocs makes one of all files, and who keeps parts among them marks their names.
        is_page = path in self.nav if self.nav else not below.rpartition("/")[2].startswith("_")
        return ("" if code else self.nav.get(path, "")) if below and is_page else None

    def unmade(self, article: Article, facts: PageFacts) -> str:
        """Why no page is made of a file."""
        is_draft = is_ignored(self._below_docs(article.path), self.drafts)
        return "named in draft_docs" if is_draft else super().unmade(article, facts)

    def _below_docs(self, path: str) -> str:
        """A file's path below the documentation; "" for one that lies elsewhere."""
        (docs,) = self.roots
        return path if not docs else path[len(docs) + 1 :] if path.startswith(f"{docs}/") else ""

    def _plain(self, path: str) -> tuple[str, str]:
        """The path of a page in the site's own language, and where its addresses begin in that of the file."""
        code, _, rest = self._below_docs(path).partition("/")
        if not self.in_folders:
            code = suffix_language(path)
            rest = f"{without_ending(path)[: -len(code) - 1]}.md"
        if code not in self.languages:
            return path, ""
        return posixpath.join(*self.roots, rest) if self.in_folders else rest, "" if code == self.languages[0] else code

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the file's place, for a post of the blog its day and ``slug`` or title."""
        if not self.posts or not article.path.startswith(f"{self.posts}/"):
            path, code = self._plain(article.path)
            return f"/{code}".rstrip("/") + self.path_url(replace(article, path=path), NO_FACTS)
        known = {"file": article.path.rpartition("/")[2].rpartition(".")[0]}
        if day := facts.date:
            # The day as it is written, whatever its zone; names of months depend on the language.
            parts = {"yyyy": f"{day:%Y}", "yy": f"{day:%y}", "MM": f"{day:%m}", "dd": f"{day:%d}"}
            parts |= {"y": str(day.year), "M": str(day.month), "d": str(day.day)}
            known["date"] = re.sub(r"([A-Za-z])\1*", lambda found: parts.get(found[0], "{"), self.post_date)
        if facts.slug or "post" in self.blanks:
            known["slug"] = facts.slug or _slug(article.title, self.blanks["post"])
        if not facts.categories or "categories" in self.blanks:
            known["categories"] = "/".join(_slug(one, self.blanks["categories"]) for one in facts.categories[:1])
        path = re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "{"), self.post_url).strip("/")
        return "" if "{" in path else joined(posixpath.normpath(f"{self.blog}/{path}"), end=self.end)


def _slug(text: str, blank: str) -> str:
    """A text as pymdownx's `slugify(case="lower")` has it: a hyphen for each blank, and no other marks."""
    text = re.sub(r"</?[^>]*>", "", normalize("NFC", text)).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", blank)


def _pages(nav: Any, title: str = "") -> Iterator[tuple[str, str]]:
    """The Markdown files that a nav names, with the title of each; folders and `*` are for plugins to fill in."""
    if isinstance(nav, str) and nav.endswith(ENDINGS) and "*" not in nav:
        yield posixpath.normpath(nav), title
    elif isinstance(nav, list):
        for entry in nav:
            yield from _pages(entry)
    elif isinstance(nav, dict):
        for name, entry in nav.items():
            yield from _pages(entry, str(name or ""))


def _plugin(plugins: Any, *named: str) -> dict[str, Any] | None:
    """The options of the plugin that is called so; None for a site without it."""
    for plugin in plugins if isinstance(plugins, list) else [plugins]:
        if plugin in named:
            return {}
        for name, options in lower(plugin).items():
            if name in named:
                return lower(options)
    return None


def _languages(i18n: Mapping[str, Any]) -> Iterator[str]:
    """The codes of the languages, the site's own first; before its version 1, the plugin had a mapping of them."""
    told = i18n.get("languages")
    entries = [*map(lower, told)] if isinstance(told, list) else [{"locale": code} for code in lower(told)]
    yield from (str(entry.get("locale")) for entry in entries if entry.get("default") is True)
    yield from (
        str(code) for code in (i18n.get("default_language"), *(entry.get("locale") for entry in entries)) if code
    )
