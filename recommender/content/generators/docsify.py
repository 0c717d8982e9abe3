"""Docsify (by its documentation: nothing is built, a page's script shows the files)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import NO_FACTS, PageFacts
from recommender.content.generators.base import Generator
from recommender.content.generators.sources import Sources

_SCRIPT = re.compile(r"""\$docsify\b|\bsrc=["']?[^"'<>\s]*docsify[^"'<>\s]*\.js\b""")


@dataclass(frozen=True, kw_only=True)
class Docsify(Generator):
    title = "Docsify"
    config_files = ("index.html", "docs/index.html")
    index_names = ("README",)
    takes_blank_lines = True
    takes_names = True

    is_hashed: bool = True  #: Whether addresses are routes behind a number sign.
    end: str = ""

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is the page that shows the files."""
        return _SCRIPT.search(sources.text(file)) is not None

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        is_history = re.search(r"routerMode['\"]?\s*:\s*['\"]history", sources.text(file))
        return cls(file=file, roots={file.rpartition("/")[0]: ""}, is_hashed=is_history is None)

    def url(self, article: Article, facts: PageFacts) -> str:
        """The route: the file's place."""
        return ("/#" if self.is_hashed else "") + self.path_url(article, NO_FACTS)
