"""Nikola (rules as known, not built in the tests)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, joined
from recommender.content.generators.sources import Sources
from recommender.content.paths import without_ending


@dataclass(frozen=True, kw_only=True)
class Nikola(Generator):
    """A Nikola site: the folders of `POSTS` and `PAGES`, each with the place of its pages."""

    title = "Nikola"
    config_files = ("conf.py",)

    data_folder: str = "data"
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: Of ``.meta`` files, by their posts' ids.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether `conf.py`, which Sphinx has too, is Nikola's."""
        return isinstance(sources.literals(file).get("POSTS"), tuple)

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = sources.literals(file)
        kinds = [kind for name in ("POSTS", "PAGES") for kind in values.get(name) or () if len(kind) > 1]
        language = values.text("DEFAULT_LANG") or "en"
        roots = {str(pattern).rpartition("/")[0]: str(place) for pattern, place, *_ in kinds}
        return cls(
            file=file,
            site_url=values.text("BASE_URL") or values.text("SITE_URL"),
            language=language,
            languages=(language, *(code for code in values.get("TRANSLATIONS") or () if code != language)),
            zone=sources.zone(values.get("TIMEZONE"), file),
            roots=roots,
            metadata={
                name.removesuffix(".meta"): sources.front_matter(name, "<!--\n{}\n-->")
                for root in roots
                for name in sources.files(root, ".meta")
            },
            end=".html" if values.get("PRETTY_URLS") is False else "/",
        )

    def beside(self, path: str) -> Mapping[str, Any]:
        """What the ``.meta`` file says."""
        return self.metadata.get(without_ending(path), {})

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the place of its kind, the folders below, the slug; other languages stand below their code."""
        prefix, names = self.below(article.path)
        code = article.language if article.language in self.languages[1:] else ""
        name = facts.slug or (names[-1].removesuffix(f".{code}") if code else names[-1])
        return joined(code, prefix, *names[:-1], name, is_index=name == "index", end=self.end)
