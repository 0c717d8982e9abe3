"""Hexo (checked against Hexo 7)."""

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, day_of, filled, joined, lower, placed, texts, unaccented
from recommender.content.generators.sources import Sources

#: Names that Hexo's configuration has, and Jekyll's has not.
_OWN = frozenset({"source_dir", "public_dir", "new_post_name", "post_asset_folder", "default_layout", "filename_case"})
#: What is a hyphen in a title and a category; marks of other scripts stay.
_SPECIAL = re.compile(r"""[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'<>,.?/]+""")


@dataclass(frozen=True, kw_only=True)
class Hexo(Generator):
    title = "Hexo"
    config_files = ("_config.yml", "_config.yaml")
    packages = frozenset({"hexo"})

    source: str = "source"  #: The folder of the sources.
    pattern: str = ":year/:month/:day/:title/"  #: ``permalink``.
    naming: str = ":title.md"  #: ``new_post_name``.
    category: str = "uncategorized"  #: ``default_category``.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether it is Hexo's: Jekyll has its configuration in a file of the same name."""
        if not cls.packages.isdisjoint(sources.packages):
            return True
        names = sources.mapping(file)
        # Octopress, which is Jekyll, keeps its posts there too, and says so.
        return not _OWN.isdisjoint(names) or ("source" not in names and (sources.root / "source/_posts").is_dir())

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = lower(sources.mapping(file))
        source = str(values.get("source_dir") or "source").strip("./")
        base = str(values.get("root") or "").strip("/")
        return cls(
            site_url=str(values.get("url") or "").rstrip("/").removesuffix(f"/{base}"),
            base=base,
            language=next(iter(texts(values.get("language"))), ""),
            zone=sources.zone(values.get("timezone"), file),
            roots={f"{source}/_posts": "", source: ""},
            source=source,
            data_folder=f"{source}/_data",
            pattern=str(values.get("permalink") or cls.pattern),
            naming=str(values.get("new_post_name") or cls.naming),
            category=str(values.get("default_category") or cls.category),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: a page's own place, a post's by the pattern."""
        prefix, names = self.below(article.path)
        if f"/{self.source}/_posts/" not in f"/{article.path}":
            return joined(prefix, *names, is_index=names[-1] == "index", end=".html")
        dated = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})-(?=.)", names[-1]) if ":year" in self.naming else None
        name = names[-1][dated.end() :] if dated else names[-1]
        known = {
            "title": "/".join([*names[:-1], name]),
            "name": name,
            "post_title": _slugized(article.title).lower(),
            "category": "/".join(map(_slugized, facts.categories)) or self.category,
        }
        if facts.abbrlink:
            known["abbrlink"] = facts.abbrlink
        path = filled(facts.permalink or self.pattern, known, day_of(article, facts, self.zone))
        return placed(path, prefix) if path else ""


def _slugized(text: str) -> str:
    """A text as a part of an address, with plain Latin letters for those with accents."""
    return _SPECIAL.sub("-", unaccented(text.replace("ß", "s"))).strip("-")
