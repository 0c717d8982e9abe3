"""Astro, its content collections and Starlight (checked against Astro 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, joined
from recommender.content.generators.sources import Sources
from recommender.content.paths import is_word

_COLLECTION = re.compile(r"""getCollection\s*(?:<[^>]*>)?\(\s*['"]([^'"]+)['"]""")
_SCHEMAS = tuple(f"src/content{mark}config{ending}" for mark in "./" for ending in SCRIPTS)


@dataclass(frozen=True, kw_only=True)
class Astro(Generator):
    title = "Astro"
    takes_blank_lines = True
    config_files = tuple(f"astro.config{ending}" for ending in SCRIPTS)
    skips_underscores = True

    routed: tuple[str, ...] = ()  #: Folders of articles whose addresses the files in ``src/pages`` tell.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, the collections, and the pages that show them."""
        values = sources.literals(file)
        base = values.text("base").strip("/")
        end = "" if values.text("trailingSlash") == "never" else "/"
        if values.text("build", "format") in ("file", "preserve"):
            end = ".html" if values.text("trailingSlash") != "never" else ""
        shown = {
            collection: page[len("src/pages/") :].rpartition("/")[0]
            for page in sources.files("src/pages", ".astro", ".ts", ".js")
            if "[" in page.rpartition("/")[2]
            for collection in _COLLECTION.findall(sources.text(page))
        }
        roots = {"src/pages": base}
        routed = ["src/pages"]
        folders = {f"src/content/{name}": name for name in sources.folders("src/content")}
        for schema in _SCHEMAS:
            for path, value in sources.literals(schema).items:
                if path[1:] == ("defineCollection", "loader", "glob", "base") and isinstance(value, str):
                    folders[value.strip("./")] = path[0]
        if "starlight(" in sources.text(file) or any("starlight" in package for package in sources.packages):
            shown["docs"] = ""
        for folder, collection in folders.items():
            place = shown.get(collection, collection)
            # A part such as [lang] is filled with what the article's own path has.
            roots[folder] = f"{base}/{place}" if "[" not in place else base
            if collection in shown and "[" not in place:
                routed.append(folder)
        return cls(file=file, site_url=values.text("site"), roots=roots, end=end, routed=tuple(routed))

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address, where the pages tell it."""
        return self.guess(article, facts) if any(article.path.startswith(f"{top}/") for top in self.routed) else ""

    def guess(self, article: Article, facts: PageFacts) -> str:
        """The address of a page, or of an entry of a collection: the name of the collection and the entry's."""
        prefix, names = self.below(article.path)
        if article.path.startswith("src/pages/"):
            return joined(prefix, *names, is_index=names[-1] == "index", end=self.end)
        if facts.slug:
            return joined(prefix, facts.slug, end=self.end)
        names = [_github(name) for name in names]
        return joined(prefix, *names, is_index=names[-1] == "index", end=self.end)


def _github(name: str) -> str:
    """A name as GitHub makes a heading's anchor of it, which Astro does too."""
    return "".join("-" if c == " " else c for c in name.lower() if c in "-_ " or is_word(c))
