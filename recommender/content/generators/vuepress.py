"""VitePress and VuePress (checked against VitePress 1)."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, day_of, filled, placed, slugged
from recommender.content.generators.gitignore import from_tops
from recommender.content.generators.sources import Sources
from recommender.content.paths import slug

_PLACES = ("", "docs/", "doc/", "src/", "documentation/", "website/")


@dataclass(frozen=True, kw_only=True)
class VitePress(Generator):
    """A VitePress site, whose configuration lies in a hidden folder beside the articles."""

    title = "VitePress"
    config_files = tuple(f"{place}.vitepress/config{ending}" for place in _PLACES for ending in SCRIPTS)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.literals(file)
        top = f"{file.rpartition('.v')[0]}{values.text('srcDir').strip('./')}".strip("/")
        return cls(
            language=values.text("lang"),
            languages=values.below("locales"),
            base=values.text("base").strip("/"),
            roots={top: ""},
            excluded=from_tops(product([top], values.texts("srcExclude"))),
            end="" if values.get("cleanUrls") is True else ".html",
        )


@dataclass(frozen=True, kw_only=True)
class VuePress(VitePress):
    title = "VuePress"
    config_files = tuple(f"{place}.vuepress/config{ending}" for place in _PLACES for ending in SCRIPTS)
    index_names = ("index", "README", "readme")

    pattern: str = ""  #: ``permalinkPattern``, or ``permalink`` of VuePress 1.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.literals(file)
        pattern = values.text("permalinkPattern") or values.text("permalink")
        read = super().read(sources, file)
        patterns = values.texts("pagePatterns") + values.texts("patterns")
        excluded = from_tops(product(read.roots, [one[1:] for one in patterns if one.startswith("!")]))
        return replace(read, pattern=pattern, excluded=excluded)

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: by the pattern, else the file's place."""
        pattern = facts.permalink or self.pattern
        if not pattern:
            return self.path_url(article, facts)
        place = self.path_url(article, facts).removeprefix(f"/{self.base}/")
        known = {"slug": slugged(slug(article.path)), "regular": place.strip("/")}
        path = filled(pattern, known, day_of(article, facts))
        return placed(path, self.base) if path else ""
