"""
Books and notes, whose pages are the files as they lie: GitBook, DocFX, Jupyter Book, mdBook, Quartz.

None is built in the tests. Jupyter Book was checked by hand against a build of 1.0.4, Quartz is by the program of its
version 4, the others are by their documentation, mdBook also by the books of Rust.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from typing import Any, Self
from urllib.parse import unquote

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, joined, lower, text_of, texts
from recommender.content.generators.gitignore import MOST_GLOBS, from_tops
from recommender.content.generators.sources import Sources
from recommender.content.headings import opening_of
from recommender.content.paths import without_ending

#: A chapter of the summary: "- [Green tea](tea/green.md)"; one without a file is a draft.
_CHAPTER = re.compile(
    r"[ \t]*(?:[-*+][ \t]+)?\[(?P<title>.{1,500})\]\([ \t]*<?(?P<file>[^<>]{1,500}?\.md)\b.{0,500}", re.ASCII
)
#: What stands in an address for what stands in the name of a note.
_SPELLINGS = (
    (re.compile(r"\s"), "-"),
    (re.compile("&"), "-and-"),
    (re.compile("%"), "-percent"),
    (re.compile("[?#]"), ""),
)


@dataclass(frozen=True, kw_only=True)
class _Elsewhere(Generator):
    """What others publish, so that all addresses are a guess."""

    looks_anywhere = True
    takes_blank_lines = True
    is_scripted = True

    end: str = ""


@dataclass(frozen=True, kw_only=True)
class GitBook(_Elsewhere):
    """A book of files, made on GitBook's own site; its table of contents may move them."""

    title = "GitBook"
    config_files = (".gitbook.yaml", "SUMMARY.md")
    index_names = ("README",)
    takes_names = True

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether there is a book; without a configuration a home page and a table of contents that names pages."""
        return file != "SUMMARY.md" or (sources.has("README.md") and ".md)" in sources.text(file))

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.mapping(file) if file != "SUMMARY.md" else {}
        return cls(roots={text_of(values, "root").strip("./"): ""})


@dataclass(frozen=True, kw_only=True)
class DocFx(_Elsewhere):
    """Pages of Microsoft Learn and others: what publishes them decides the folders above, and the end."""

    title = "DocFX"
    config_files = ("docfx.json",)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        build = lower(sources.mapping(file).get("build"))
        address, metadata = lower(build.get("sitemap")), lower(build.get("globalmetadata"))
        return cls(site_url=text_of(address, "baseurl"), language=text_of(metadata, "_lang"))

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """Parts that pages include."""
        return frozenset(path for path in paths if "includes" in path.split("/")[:-1])


@dataclass(frozen=True, kw_only=True)
class JupyterBook(Generator):
    title = "Jupyter Book"
    config_files = ("_toc.yml",)

    named: frozenset[str] = frozenset()  #: The files of the contents, where no others are built: without endings.
    end: str = ".html"

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it names files, which no other file of this name does."""
        return re.search(r"(?m)^\s*(?:-\s+)?(?:format:\s*jb-|root:|file:)", sources.text(file)) is not None

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = lower(sources.mapping("_config.yml"))
        sphinx = lower(lower(values.get("sphinx")).get("config"))
        return cls(
            site_url=str(lower(values.get("html")).get("baseurl") or ""),
            language=str(sphinx.get("language") or ""),
            # What it builds holds copies of the pages.
            excluded=from_tops(product([""], ("_build", *texts(values.get("exclude_patterns"))))),
            named=frozenset(_named(sources.value(file)) if values.get("only_build_toc_files") is True else ()),
        )

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """What is excluded, and what the contents do not name, where they are all."""
        globs = sorted(one for one in self.named if "*" in one)[:MOST_GLOBS]
        others = {path: stem for path in paths if self.named and (stem := without_ending(path)) not in self.named}
        return super().left_out(paths) | {
            path for path, stem in others.items() if not any(fnmatchcase(stem, one) for one in globs)
        }


def _named(contents: Any) -> Iterator[str]:
    """The files and patterns of files that a table of contents names."""
    for name, value in contents.items() if isinstance(contents, dict) else ():
        if isinstance(value, str) and name in ("file", "root", "glob"):
            yield without_ending(value)
        else:
            yield from _named(value)
    for entry in contents if isinstance(contents, list) else ():
        yield from _named(entry)


@dataclass(frozen=True, kw_only=True)
class MdBook(Generator):
    title = "mdBook"
    config_files = ("book.toml",)
    index_names = ("index", "README")

    chapters: Mapping[str, str] = field(default_factory=dict)  #: The files of ``SUMMARY.md``, with their titles there.
    summary: str = field(default="", repr=False)  #: All of it.
    end: str = ".html"

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.mapping(file)
        book, html = lower(values.get("book")), lower(lower(values.get("output")).get("html"))
        source = posixpath.normpath(str(book.get("src") or "src")).strip("./")
        summary = sources.text(posixpath.join(source, "SUMMARY.md"))
        named = filter(None, map(_CHAPTER.fullmatch, summary.splitlines()))
        return cls(
            site_url=str(html.get("site-url") or ""),
            language=str(book.get("language") or ""),
            roots={source: ""},
            chapters={
                posixpath.normpath(posixpath.join(source, unquote(chapter["file"]))): chapter["title"]
                for chapter in named
            },
            summary=unquote(summary),
        )

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """What the summary does not name, where there is one: it says what the book is made of."""
        return frozenset(path for path in paths if self.summary and path.rpartition("/")[2] not in self.summary)

    def called(self, path: str) -> str | None:
        """The title in the summary."""
        title = self.chapters.get(path)
        opening = opening_of(f"# {title}") if title else None
        return opening.title if opening else title


@dataclass(frozen=True, kw_only=True)
class Quartz(Generator):
    """A garden of notes."""

    title = "Quartz"
    config_files = ("quartz.config.ts",)
    takes_names = True

    end: str = ""

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.literals(file)
        host = values.text("baseUrl").strip("/")
        return cls(
            site_url=f"https://{host}" if host else "",
            language=values.text("locale"),
            roots={"content": ""},
            excluded=from_tops(product(["content"], values.texts("ignorePatterns"))),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the file's place."""
        _, names = self.below(article.path)
        for spelling, usual in _SPELLINGS:
            names = [spelling.sub(usual, name) for name in names]
        return joined(*names, is_index=names[-1] == "index", end="")
