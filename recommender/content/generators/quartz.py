"""Quartz (by the program of Quartz 4, not built in the tests)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, joined
from recommender.content.generators.gitignore import is_ignored
from recommender.content.generators.sources import Sources

_SPELLINGS = (
    (re.compile(r"\s"), "-"),
    (re.compile("&"), "-and-"),
    (re.compile("%"), "-percent"),
    (re.compile("[?#]"), ""),
)


@dataclass(frozen=True, kw_only=True)
class Quartz(Generator):
    """A garden of notes."""

    title = "Quartz"
    config_files = ("quartz.config.ts",)
    takes_names = True

    ignored: str = ""  #: ``ignorePatterns``, one a line.
    end: str = ""

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.literals(file)
        host = values.text("baseUrl").strip("/")
        ignored = [str(value) for path, value in values.items if path[-1:] == ("ignorePatterns",)]
        return cls(
            file=file,
            site_url=f"https://{host}" if host else "",
            language=values.text("locale"),
            roots={"content": ""},
            # They begin at the folder of the notes.
            ignored="\n".join(f"/{pattern}" for pattern in ignored),
        )

    def left_out(self, paths: Collection[str]) -> frozenset[str]:
        return frozenset(path for path in paths if is_ignored(path.removeprefix("content/"), self.ignored))

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the file's place."""
        _, names = self.below(article.path)
        for spelling, usual in _SPELLINGS:
            names = [spelling.sub(usual, name) for name in names]
        return joined(*names, is_index=names[-1] == "index", end="")
