"""Generators whose pages others publish, so that their addresses are a guess: GitBook and DocFX."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, lower, text_of
from recommender.content.generators.sources import Sources


@dataclass(frozen=True, kw_only=True)
class _Elsewhere(Generator):
    looks_anywhere: ClassVar[bool] = True
    takes_blank_lines: ClassVar[bool] = True
    is_scripted: ClassVar[bool] = True

    end: str = ""

    def url(self, article: Article, facts: PageFacts) -> str:
        """No address for certain."""
        return ""


@dataclass(frozen=True, kw_only=True)
class GitBook(_Elsewhere):
    """A book of files, made on GitBook's own site (by its documentation); its table of contents may move them."""

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
        return cls(file=file, roots={text_of(values, "root").strip("./"): ""})


@dataclass(frozen=True, kw_only=True)
class DocFx(_Elsewhere):
    """Pages of Microsoft Learn and others: what publishes them decides the folders above, and the end."""

    title = "DocFX"
    config_files = ("docfx.json",)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        build = lower(sources.mapping(file).get("build"))
        address, metadata = lower(build.get("sitemap")), lower(build.get("globalmetadata"))
        return cls(file=file, site_url=text_of(address, "baseurl"), language=text_of(metadata, "_lang"))

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """Parts that pages include."""
        return frozenset(path for path in paths if "includes" in path.split("/")[:-1])
