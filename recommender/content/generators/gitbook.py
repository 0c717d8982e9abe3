"""GitBook (by its documentation: the book is made on GitBook's own site)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, text_of
from recommender.content.generators.sources import Sources


@dataclass(frozen=True, kw_only=True)
class GitBook(Generator):
    """A book whose pages are files; its table of contents may move them, so their addresses are a guess."""

    title = "GitBook"
    config_files = (".gitbook.yaml", "SUMMARY.md")
    index_names = ("README",)
    takes_blank_lines = True
    looks_anywhere = True
    is_scripted = True

    end: str = ""

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether there is a book; without a configuration a home page and a table of contents that names pages."""
        return file != "SUMMARY.md" or (sources.has("README.md") and ".md)" in sources.text(file))

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.mapping(file) if file != "SUMMARY.md" else {}
        return cls(file=file, roots={text_of(values, "root").strip("./"): ""})

    def called(self, path: str) -> str | None:
        """Nothing but the name of its file."""
        return ""

    def url(self, article: Article, facts: PageFacts) -> str:
        """No address for certain."""
        return ""
