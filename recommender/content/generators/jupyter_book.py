"""Jupyter Book, the first edition (checked by hand against a build of 1.0.4; not built in the tests)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from recommender.content.generators.base import Generator, lower
from recommender.content.generators.sources import Sources


@dataclass(frozen=True, kw_only=True)
class JupyterBook(Generator):
    title = "Jupyter Book"
    config_files = ("_toc.yml",)

    end: str = ".html"

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is a book's table of contents: it names files."""
        return re.search(r"(?m)^\s*(?:-\s+)?(?:format:\s*jb-|root:|file:)", sources.text(file)) is not None

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = lower(sources.mapping("_config.yml")) if sources.has("_config.yml") else {}
        sphinx = lower(lower(values.get("sphinx")).get("config"))
        return cls(
            file=file,
            site_url=str(lower(values.get("html")).get("baseurl") or ""),
            language=str(sphinx.get("language") or ""),
        )
