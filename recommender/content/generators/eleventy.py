"""Eleventy (checked against Eleventy 3.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, day_of, joined, lower, placed, slugged, unaccented
from recommender.content.generators.gitignore import from_tops
from recommender.content.generators.sources import Literals, Sources
from recommender.content.paths import fits, without_ending

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-(?=.)")
_EXPRESSION = re.compile(r"\{\{-?\s*+([\w.]++)\s*+(\|[^}]*+|-?)\}\}")
#: Filters that make a slug of a text, and one that writes a date.
_SLUGIFY = re.compile(r"\|\s*(?:slugify|slug|safe)\s*")
#: What `slugify` writes otherwise than unaccented, and what it and `slug` drop.
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "&": " and "})
_APOSTROPHE = re.compile(r"(?<=[a-zA-Z\d])'(?=[ts](?:\s|$))")
_DROPPED = re.compile(r"""[^\w\s$*+~.()'"!:@-]""")
_DATE = re.compile(r"\|\s*date\w*\s*[:(]\s*['\"]([^'\"]+)['\"]\s*\)?")
_INPUT = re.compile(r"--input[= ]\s*['\"]?([^\s'\"]+)")


@dataclass(frozen=True, kw_only=True)
class Eleventy(Generator):
    title = "Eleventy"
    config_files = (
        "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts", ".eleventy.js",
        "package.json",
    )  # fmt: skip
    packages = frozenset({"@11ty/eleventy"})

    #: What the data file of a folder says of the addresses in it; "?" where that is worked out by a program.
    permalinks: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: What else those say, where it is JSON.
    ignored: tuple[str, ...] = ()  #: Paths that it does not read.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration, and the data files of the folders."""
        values = sources.literals(file) if file != "package.json" else Literals()
        script = _INPUT.search(sources.text("package.json"))
        top = values.text("dir", "input") or values.text("setInputDirectory") or (script[1] if script else "")
        top = top.strip("./")
        places = sorted({"", top})
        lines = [(one, line) for one in places for line in sources.patterns(f"{one}/.eleventyignore".strip("/"))]
        permalinks, inside = {}, {}
        for name in sources.files(top, ".json", ".11tydata.js", ".11tydata.cjs", ".11tydata.mjs"):
            folder, _, data = name.rpartition("/")
            if data.split(".")[0] != folder.rpartition("/")[2]:
                continue
            if found := _permalink(sources, name):
                permalinks[folder] = found
            if name.endswith(".json"):
                # Tags are names of collections there.
                inside[folder] = {name: value for name, value in sources.mapping(name).items() if name != "tags"}
        return cls(
            roots={top: ""},
            permalinks=permalinks,
            data=inside,
            ignored=tuple(str(value).removeprefix("./") for path, value in values.items if path[-1:] == ("add",)),
            excluded=from_tops(lines),
            data_folder=cls.data_in(values.text("dir", "data") or values.text("setDataDirectory"), top),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: ``permalink``, of the file or of the nearest folder that has one, else the file's place."""
        if permalink := self._permalink(article, facts):
            return self._filled(permalink, article, facts)
        _, names = self.below(article.path)
        # NB a date stays in a page's own place; only fileSlug and filePathStem go without it.
        # docs/docs.md stands for its folder as docs/index.md does.
        return joined(*names, is_index=names[-1] == "index" or names[-1:] == names[-2:-1])

    def unmade(self, article: Article, facts: PageFacts) -> str:
        if any(fits(article.path, pattern) for pattern in self.ignored):
            return f"ignored in {self.file}"
        is_none = self._permalink(article, facts) == "false"
        return "with permalink: false" if is_none else super().unmade(article, facts)

    def _permalink(self, article: Article, facts: PageFacts) -> str:
        """The permalink of the file, else of the nearest folder that has one."""
        above = map(str, PurePosixPath(article.path).parents)
        return facts.permalink or next((self.permalinks[one] for one in above if one in self.permalinks), "")

    def defaults_of(self, path: str) -> Mapping[str, Any]:
        above = map(str, reversed(PurePosixPath(path).parents))
        return {name: value for one in above for name, value in self.data.get(one, {}).items()}

    def _filled(self, permalink: str, article: Article, facts: PageFacts) -> str:
        """A permalink with its values filled in; "" where it asks for what is not known."""
        _, names = self.below(article.path)
        stem = _DATED.sub("", without_ending(names[-1]), count=1)
        slug = (names[-2] if len(names) > 1 else "") if stem == "index" else stem
        known = {
            "page.fileSlug": slug,
            "page.filePathStem": "/".join(["", *names[:-1], stem]),
            "title": article.title,
            "slug": facts.slug,
        }

        def fill(found: re.Match[str]) -> str:
            name, filters = found[1], found[2].rstrip().removesuffix("-")
            day = day_of(article, facts)
            if name in ("page.date", "date") and day and (style := _DATE.search(filters)):
                form = style[1].replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d")
                return f"{day:{form}}" if "%" in form else "{"
            if not known.get(name) or _SLUGIFY.sub("", filters).strip():
                return "{"
            text = known[name]
            if "slugify" in filters:
                return slugged(unaccented(_APOSTROPHE.sub("", text).translate(_LETTERS)))
            if "slug" in filters:
                text = _DROPPED.sub("", unaccented(text.replace("&", "and").replace("%", "percent").lower()))
            return re.sub(r"\s+", "-", text.strip()) if "slug" in filters else text

        path = _EXPRESSION.sub(fill, permalink)
        return "" if "{" in path or path == "?" else placed(path)


def _permalink(sources: Sources, name: str) -> str:
    """What a folder's data file says of addresses."""
    if name.endswith(".json"):
        values = sources.mapping(name)
        found = values.get("permalink", lower(values.get("eleventyComputed")).get("permalink"))
    else:
        found = sources.literals(name).get("permalink")
        if not isinstance(found, str | bool) and re.search(r"\bpermalink\b", sources.text(name)):
            return "?"
    return "false" if found is False else found if isinstance(found, str) else ""
