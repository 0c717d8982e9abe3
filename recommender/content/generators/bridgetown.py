"""Bridgetown, which took its rules from Jekyll (rules as known, not built in the tests)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.jekyll import Jekyll
from recommender.content.generators.sources import Sources

#: Its styles that Jekyll does not have.
_STYLES = {"simple": "/:categories/:slug/", "pretty_ext": "/:categories/:year/:month/:day/:slug.html"}


@dataclass(frozen=True, kw_only=True)
class Bridgetown(Jekyll):
    """A Bridgetown site: Jekyll's rules below `src`, and addresses that end in a slash."""

    title = "Bridgetown"
    config_files = ("bridgetown.config.yml", "bridgetown.config.yaml")

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        read = super().read(sources, file)
        styles = {name: _STYLES.get(style, style) for name, style in read.permalinks.items()}
        permalinks = {"": "pretty", **{name: style.replace(".*", ".html") for name, style in styles.items()}}
        return replace(read, roots={"src": ""}, data_folder="src/_data", warnings=(), permalinks=permalinks)

    def url(self, article: Article, facts: PageFacts) -> str:
        return super().url(replace(article, path=article.path.removeprefix("src/")), facts)

    def unmade(self, article: Article, facts: PageFacts) -> str:
        return super().unmade(replace(article, path=article.path.removeprefix("src/")), facts)
