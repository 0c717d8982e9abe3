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

#: A chapter of the summary: "- [Green tea](tea/green.md)"; one without a file is a draft.
_CHAPTER = re.compile(r"\[(?P<title>(?:\\.|[^\]\\\n])+)\]\(<?(?P<file>[^()<>\n]+)>?\)")


@dataclass(frozen=True, kw_only=True)
class MdBook(Generator):
    title = "mdBook"
    config_files = ("book.toml",)
    index_names = ("index", "README")

    chapters: Mapping[str, str] = field(default_factory=dict)  #: The files of ``SUMMARY.md``, with their titles there.
    end: str = ".html"

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.mapping(file)
        book, html = lower(values.get("book")), lower(lower(values.get("output")).get("html"))
        source = posixpath.normpath(str(book.get("src") or "src")).strip("./")
        named = _CHAPTER.finditer(sources.text(posixpath.join(source, "SUMMARY.md")))
        return cls(
            file=file,
            site_url=str(html.get("site-url") or ""),
            language=str(book.get("language") or ""),
            roots={source: ""},
            chapters={
                posixpath.normpath(posixpath.join(source, unquote(chapter["file"].strip()))): chapter["title"]
                for chapter in named
            },
        )

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """What the summary does not name, where there is one: it says what the book is made of."""
        return frozenset(paths) - self.chapters.keys() if self.chapters else frozenset()

    def called(self, path: str) -> str | None:
        """The title in the summary."""
        return self.chapters.get(path)
