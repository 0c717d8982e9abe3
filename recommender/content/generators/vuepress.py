"""VitePress and VuePress (checked against VitePress 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, day_of, filled, placed, slugged
from recommender.content.generators.sources import Sources
from recommender.content.paths import named_language, slug

_PLACES = ("", "docs/", "doc/", "src/", "documentation/", "website/")


@dataclass(frozen=True, kw_only=True)
class VitePress(Generator):
    """A VitePress site, whose configuration lies in a hidden folder beside the articles."""

    title = "VitePress"
    config_files = tuple(f"{place}.vitepress/config{ending}" for place in _PLACES for ending in SCRIPTS)

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
    config_files = tuple(f"{place}.vuepress/config{ending}" for place in _PLACES for ending in SCRIPTS)
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
