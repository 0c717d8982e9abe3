"""Docusaurus (checked against Docusaurus 3)."""

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, product
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import SCRIPTS, Generator, joined, texts
from recommender.content.generators.gitignore import from_tops
from recommender.content.generators.sources import Literals, Sources

_CONTENT = re.compile(r"\bcontent-(docs|blog)$")
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
        default = values.text("i18n", "defaultLocale")
        here = {locale: locale if locale != default else "" for locale in sources.folders("i18n")}
        roots = {"src/pages": ""} | {f"i18n/{one}/docusaurus-plugin-content-pages": top for one, top in here.items()}
        blogs, excluded = [], []
        for kind, options in (*_plugins(values), *((kind, _options(values, kind)) for kind in ("docs", "blog"))):
            folder = options.get("path", [kind])[0].strip("./")
            route = options.get("routeBasePath", [kind])[0].strip("/")
            if folder in roots:
                continue
            name, n_before = options.get("id", ["default"])[0], len(roots)
            own, end = ("", "") if name == "default" else (f"{name}_", f"-{name}")
            roots[folder] = route
            if kind == "docs" and (versions := texts(sources.value(f"{own}versions.json"))):
                roots |= {f"{own}versioned_docs/version-{one}": f"{route}/{one}" for one in versions}
                roots[f"{own}versioned_docs/version-{versions[0]}"] = roots[folder]
                roots[folder] += "/next"
            translated = f"docusaurus-plugin-content-{kind}{end}{'/current' * (kind == 'docs')}"
            places = {f"i18n/{locale}/{translated}": top for locale, top in here.items()}
            roots |= {place: f"{top}/{roots[folder]}" for place, top in places.items()}
            blogs += [folder, *places] if kind == "blog" else []
            # Of each version and translation too.
            excluded.append(product([*roots][n_before:], options.get("exclude", [])))
        if not values.text("baseUrl") and re.search(r"\bbaseUrl\s*[:,]", sources.text(file)):
            sources.warnings[f"{file}, baseUrl"] = (
                f"{file}: baseUrl is worked out, expected a text, so addresses go without it. Write it there."
            )
        slash = values.get("trailingSlash")
        return cls(
            site_url=values.text("url"),
            base=values.text("baseUrl").strip("/"),
            language=default or "en",
            languages=(default or "en", *(one for one in sources.folders("i18n") if one != default)),
            roots=roots,
            blogs=tuple(blogs),
            excluded=from_tops(chain(*excluded)),
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
            place = posixpath.join("/", *names[:-1], facts.slug)
            return joined(prefix, posixpath.normpath(place), end="/" if facts.slug.endswith("/") else self.end)
        return joined(prefix, *names[:-1], facts.id or names[-1], is_index=is_index, end=self.end)

    def _blog_url(self, prefix: str, names: list[str], article: Article, facts: PageFacts) -> str:
        if facts.slug:
            return joined(prefix, facts.slug, end=self.end)
        name = "/".join(names[:-1] if names[-1] == "index" else names)
        if found := _DATED.fullmatch(name):
            name = f"{found['date'].replace('-', '/')}/{found['folder']}{found['text']}"
        return joined(prefix, name, end=self.end)


def _options(values: Literals, kind: str) -> dict[str, list[str]]:
    """The options of the docs or the blog of a preset, each with all that it is given."""
    options = defaultdict(list)
    for path, value in values.items:
        if path[-2:-1] == (kind,) and ("presets" in path or path[-1] != "exclude"):
            options[path[-1]].append(str(value))
    return options


def _plugins(values: Literals) -> list[tuple[str, dict[str, list[str]]]]:
    """The docs and blogs among the plugins, with the options that stand behind each."""
    found: list[tuple[str, dict[str, list[str]]]] = []
    for path, value in values.items:
        if "plugins" in path[-2:] and path[-1] in ("plugins", "resolve"):
            named = _CONTENT.search(str(value))
            found.append((named[1] if named else "", defaultdict(list)))
        elif found and path[-2:-1] == ("plugins",):
            found[-1][1][path[-1]].append(str(value))
    return [(kind, options) for kind, options in found if kind and options]
