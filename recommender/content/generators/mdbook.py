"""mdBook (by its documentation and the books of Rust, not built in the tests: there is no package)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote

from recommender.content.generators.base import Generator, lower
from recommender.content.generators.sources import Sources
from recommender.content.headings import opening_of

#: A chapter of the summary: "- [Green tea](tea/green.md)"; one without a file is a draft.
_CHAPTER = re.compile(
    r"[ \t]*(?:[-*+][ \t]+)?\[(?P<title>.{1,500})\]\([ \t]*<?(?P<file>[^<>]{1,500}?\.md)\b.{0,500}", re.ASCII
)


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
            file=file,
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
