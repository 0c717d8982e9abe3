"""DocFX, which makes the pages of Microsoft Learn too."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, lower, text_of
from recommender.content.generators.sources import Sources


@dataclass(frozen=True, kw_only=True)
class DocFx(Generator):
    """Pages whose addresses are a guess: what publishes them decides the folders above, and the end."""

    title = "DocFX"
    config_files = ("docfx.json",)
    looks_anywhere = True
    takes_blank_lines = True
    is_scripted = True

    end: str = ""

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        build = lower(sources.mapping(file).get("build"))
        address, metadata = lower(build.get("sitemap")), lower(build.get("globalmetadata"))
        return cls(file=file, site_url=text_of(address, "baseurl"), language=text_of(metadata, "_lang"))

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        """Parts that pages include."""
        return frozenset(path for path in paths if "includes" in path.split("/")[:-1])

    def url(self, article: Article, facts: PageFacts) -> str:
        """No address for certain."""
        return ""
