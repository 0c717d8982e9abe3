"""Statie (from its documentation; no longer kept up)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, filled, joined, lower
from recommender.content.generators.sources import Sources
from recommender.content.paths import name_date, slug


@dataclass(frozen=True, kw_only=True)
class Statie(Generator):
    title = "Statie"
    config_files = ("statie.yml", "statie.yaml")

    prefixes: Mapping[str, str] = field(default_factory=dict)  #: ``route_prefix`` of a kind of article, by its folder.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        parameters = lower(lower(sources.mapping(file)).get("parameters"))
        prefixes = {"_posts": "blog/:year/:month/:day"}
        for options in map(lower, lower(parameters.get("generators")).values()):
            prefixes[str(options.get("path") or "_posts")] = str(options.get("route_prefix") or "")
        return cls(site_url=str(parameters.get("site_url") or ""), roots={"source": ""}, prefixes=prefixes)

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the prefix of its kind, and the name without its date."""
        _, names = self.below(article.path)
        if names[0] not in self.prefixes:
            return joined(*names, is_index=names[-1] == "index")
        path = filled(f"{self.prefixes[names[0]]}/:slug", {"slug": slug(article.path)}, name_date(article.path))
        return joined(path) if path else ""
