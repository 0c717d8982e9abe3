"""Docusaurus (checked against Docusaurus 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, joined
from recommender.content.generators.sources import Sources

_NUMBERED = re.compile(r"^(?!\d+[-_.]\d)\d+\s*[-_.]+\s*(?=[^-_.\s])")
_DATED = re.compile(r"(?P<folder>.*?)(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(?P<text>.*)")


@dataclass(frozen=True, kw_only=True)
class Docusaurus(Generator):
    title = "Docusaurus"
    config_files = tuple(f"docusaurus.config{ending}" for ending in SCRIPTS)
    skips_underscores = True
    index_names = ("index", "README", "readme")

    blogs: tuple[str, ...] = ()  #: Their folders.
    keeps_numbers: bool = False  #: ``numberPrefixParser: false``.
    end: str = ""

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, with the docs and blogs of the preset and of further plugins."""
        values = sources.literals(file)
        base = values.text("baseUrl").strip("/")

        def option(kind: str, name: str, usual: str) -> str:
            return next((str(v) for path, v in values.items if path[-2:] == (kind, name)), usual)

        def route(kind: str, usual: str) -> str:
            return f"{base}/{option(kind, 'routeBasePath', usual).strip('/')}"

        docs, blog = option("docs", "path", "docs").strip("./"), option("blog", "path", "blog").strip("./")
        roots = {docs: route("docs", "docs"), blog: route("blog", "blog"), "src/pages": base}
        listed = sources.value("versions.json")
        if versions := [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []:
            roots |= {f"versioned_docs/version-{one}": f"{roots[docs]}/{one}" for one in versions}
            roots[f"versioned_docs/version-{versions[0]}"] = roots[docs]
            roots[docs] += "/next"
        default = values.text("i18n", "defaultLocale")
        for locale in sources.folders("i18n"):
            here = f"{base}/{locale}" if locale != default else base
            plugins = f"i18n/{locale}/docusaurus-plugin-content-"
            roots[f"{plugins}docs/current"] = here + roots[docs].removeprefix(base)
            roots[f"{plugins}blog"] = here + roots[blog].removeprefix(base)
            roots[f"{plugins}pages"] = here
        slash = values.get("trailingSlash")
        return cls(
            file=file,
            site_url=values.text("url"),
            language=default or "en",
            languages=(default or "en", *(one for one in sources.folders("i18n") if one != default)),
            roots=roots,
            blogs=tuple(root for root in roots if root == blog or root.endswith("-content-blog")),
            keeps_numbers=values.get("docs", "numberPrefixParser") is False,
            end="/" if slash is True else "",
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``slug``, else folders and ``id`` or name without their numbers; a blog's day goes first."""
        prefix, names = self.below(article.path)
        if any(article.path.startswith(f"{blog}/") for blog in self.blogs):
            return self._blog_url(prefix, names, article, facts)
        # NB hull/hull.md stands for its folder, 03-hull/hull.md does not.
        is_index = names[-1].lower() in ("index", "readme", *(name.lower() for name in names[-2:-1]))
        if not self.keeps_numbers and not article.path.startswith("src/pages/"):
            names = [_NUMBERED.sub("", name, count=1) for name in names]
        if facts.slug:
            folders = [] if facts.slug.startswith("/") else names[:-1]
            return joined(prefix, *folders, facts.slug, end="/" if facts.slug.endswith("/") else self.end)
        return joined(prefix, *names[:-1], facts.id or names[-1], is_index=is_index, end=self.end)

    def _blog_url(self, prefix: str, names: list[str], article: Article, facts: PageFacts) -> str:
        if facts.slug:
            return joined(prefix, facts.slug, end=self.end)
        name = "/".join(names[:-1] if names[-1] == "index" else names)
        if found := _DATED.fullmatch(name):
            name = f"{found['date'].replace('-', '/')}/{found['folder']}{found['text']}"
        return joined(prefix, name, end=self.end)
