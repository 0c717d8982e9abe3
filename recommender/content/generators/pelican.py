"""Pelican (checked against Pelican 4) and Nikola (as known, not built in the tests), both configured in Python."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, day_of, joined, lower, placed, unaccented
from recommender.content.generators.sources import Sources
from recommender.content.titles import fold_title

_FIELD = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, kw_only=True)
class Pelican(Generator):
    title = "Pelican"
    config_files = ("pelicanconf.py",)

    articles: str = "{slug}.html"  #: ``ARTICLE_URL``.
    translations: str = "{slug}-{lang}.html"  #: ``ARTICLE_LANG_URL``.
    pages: str = "pages/{slug}.html"  #: ``PAGE_URL``.
    page_translations: str = "pages/{slug}-{lang}.html"  #: ``PAGE_LANG_URL``.
    page_folders: tuple[str, ...] = ("content/pages",)  #: ``PAGE_PATHS``, below the site.
    by_name: bool = False  #: ``SLUGIFY_SOURCE`` is ``basename``.
    keeps_letters: bool = False  #: ``SLUGIFY_USE_UNICODE``.
    defaults: Mapping[str, Any] = field(default_factory=dict)  #: ``DEFAULT_METADATA``.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        """The configuration; that of the published site comes first."""
        values = sources.literals(file)
        top = (values.text("PATH") or ".").strip("./")
        folders: Any = values.get("PAGE_PATHS")
        folders = folders if isinstance(folders, list) else ["pages"]
        language = values.text("DEFAULT_LANG") or "en"
        return cls(
            site_url=sources.literals("publishconf.py").text("SITEURL") or values.text("SITEURL"),
            language=language,
            languages=(language,),
            zone=sources.zone(values.get("TIMEZONE"), file),
            roots={top: ""},
            articles=values.text("ARTICLE_URL") or cls.articles,
            translations=values.text("ARTICLE_LANG_URL") or cls.translations,
            pages=values.text("PAGE_URL") or cls.pages,
            page_translations=values.text("PAGE_LANG_URL") or cls.page_translations,
            page_folders=tuple(f"{top}/{folder}".strip("/") for folder in folders),
            by_name=values.text("SLUGIFY_SOURCE") == "basename",
            keeps_letters=values.get("SLUGIFY_USE_UNICODE") is True,
            defaults=lower(values.get("DEFAULT_METADATA")),
        )

    def defaults_of(self, path: str) -> Mapping[str, Any]:
        return self.defaults

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the pattern, filled with ``slug`` or the title's, the day, the category."""
        _, names = self.below(article.path)
        is_page = any(article.path.startswith(f"{folder}/") for folder in self.page_folders)
        patterns = (self.pages, self.page_translations) if is_page else (self.articles, self.translations)
        pattern = patterns[article.language not in ("", self.language)]
        day = day_of(article, facts, self.zone)
        category = facts.categories[0] if facts.categories else names[-2] if len(names) > 1 else "misc"
        known = {
            "slug": facts.slug or self._slug(names[-1] if self.by_name else article.title),
            "lang": article.language or self.language,
            "category": self._slug(category),
            "author": self._slug(article.provider),
        }

        def fill(found: re.Match[str]) -> str:
            if found[1] == "date" and day:
                return f"{day:{found[2] or '%Y-%m-%d'}}"
            return known.get(found[1]) or "{"

        path = _FIELD.sub(fill, pattern)
        return "" if "{" in path else placed(path)

    def _slug(self, text: str) -> str:
        """A text as Pelican makes a slug of it; "" where it asks a table how letters are written in ASCII."""
        if self.keeps_letters:
            text = unicodedata.normalize("NFKC", text)
        else:
            text = unicodedata.normalize("NFKD", unaccented(fold_title(text)))
            text = "".join(one for one in text if not unicodedata.combining(one))
            # The table spells signs out, too: x for a times, (c), deg, 1/2. Arrows are hyphens, and of pictures and
            # marks nothing stays.
            if re.search(r"[©®°€£¥×÷½¼¾™]", text) or re.search(r"[^\W\d_]|\d", re.sub("[\0-\x7f]", "", text)):
                return ""
            text = re.sub("[\u2190-\u21ff]", "-", text)
        text = re.sub(r"[^\w\s-]", "", text).strip()
        return re.sub(r"[-\s]+", "-", text).lower()


@dataclass(frozen=True, kw_only=True)
class Nikola(Generator):
    """A Nikola site: the folders of `POSTS` and `PAGES`, each with the place of its pages."""

    title = "Nikola"
    config_files = ("conf.py",)

    data_folder: str = "data"

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
            site_url=values.text("BASE_URL") or values.text("SITE_URL"),
            language=language,
            languages=(language, *(code for code in values.get("TRANSLATIONS") or () if code != language)),
            zone=sources.zone(values.get("TIMEZONE"), file),
            roots=roots,
            end=".html" if values.get("PRETTY_URLS") is False else "/",
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the place of its kind, the folders below, the slug; other languages stand below their code."""
        prefix, names = self.below(article.path)
        code = article.language if article.language in self.languages[1:] else ""
        name = facts.slug or (names[-1].removesuffix(f".{code}") if code else names[-1])
        return joined(code, prefix, *names[:-1], name, is_index=name == "index", end=self.end)
