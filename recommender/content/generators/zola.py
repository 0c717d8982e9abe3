"""Zola (checked against its documentation: getzola.org/documentation/content/overview)."""

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, joined, lower, slugged
from recommender.content.generators.sources import Sources

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:.+-]*Z?)?\s?[_-](?=.)")


@dataclass(frozen=True, kw_only=True)
class Zola(Generator):
    title = "Zola"
    takes_blank_lines = True
    config_files = ("zola.toml", "config.toml")

    keeps_names: bool = False  #: ``slugify.paths`` is not ``on``.
    keeps_dates: bool = False  #: ``slugify.paths_keep_dates``: the date stays in the name.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is Zola's: Hugo writes ``baseURL``."""
        return file == "zola.toml" or re.search(r"(?m)^base_url\s*=", sources.text(file)) is not None

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.mapping(file)
        slugify = lower(values.get("slugify"))
        language = str(values.get("default_language") or "en")
        return cls(
            site_url=str(values.get("base_url") or ""),
            language=language,
            languages=tuple(dict.fromkeys([language, *lower(values.get("languages"))])),
            roots={"content": ""},
            keeps_names=slugify.get("paths", "on") != "on",
            keeps_dates=slugify.get("paths_keep_dates") is True,
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``path``, else the sections and ``slug`` or the name without its date."""
        _, names = self.below(article.path)
        base, _, code = names[-1].rpartition(".")
        if not base or code not in self.languages:
            base, code = names[-1], self.languages[0]
        if facts.path:
            return joined(facts.path)
        folders = names[:-1]
        if base == "index" and folders:
            *folders, base = folders
        base = facts.slug or (base if self.keeps_dates else _DATED.sub("", base, count=1))
        prefix = "" if code == self.languages[0] else code
        return joined(prefix, *folders, base if self.keeps_names else slugged(base))
