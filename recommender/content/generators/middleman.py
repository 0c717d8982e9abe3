"""Middleman and its blog (rules as known, not built in the tests)."""

import re
from dataclasses import dataclass
from typing import Self

from recommender.articles import Article
from recommender.content.fields import PageFacts
from recommender.content.generators.base import Generator, day_of, filled, joined
from recommender.content.generators.sources import Sources
from recommender.content.paths import ENDINGS, ERB_ENDINGS, name_date, slug

_SETTING = r"""(?m)^\s*(?:\w+\.|set\s*:){}\s*[=,]\s*['"]([^'"]*)['"]"""


@dataclass(frozen=True, kw_only=True)
class Middleman(Generator):
    """A Middleman site, whose files may be called ``tea.html.md``; GOV.UK's Tech Docs are one."""

    title = "Middleman"
    config_files = ("config.rb",)
    endings = (*ENDINGS, *ERB_ENDINGS)
    skips_underscores = True

    end: str = ".html"
    data_folder: str = "data"
    permalink: str = ""  #: Of the blog's articles, as ``/:year/:title``.

    @classmethod
    def claims(cls, sources: Sources, file: str) -> bool:
        """Whether `config.rb`, which Compass has too, is Middleman's."""
        return re.search("middleman|govuk_tech_docs", sources.text(file) + sources.text("Gemfile")) is not None

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        program = sources.text(file)
        prefix, permalink, source = (
            found[1] if (found := re.search(_SETTING.format(name), program)) else usual
            for name, usual in (
                ("prefix", ""),
                ("permalink", "{year}/{month}/{day}/{title}.html"),
                ("source", "source"),
            )
        )
        pattern = re.sub(r"\{(\w+)\}", r":\1", f"{prefix}/{permalink}").removesuffix(".html")
        is_pretty = re.search(r"(?m)^\s*activate\s*:directory_indexes", program)
        return cls(file=file, roots={source: ""}, end="/" if is_pretty else ".html", permalink=pattern)

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the blog's pattern for a dated file, else the file's place."""
        path = re.sub(r"\.html(?=\.\w+(?:\.erb)?$)", "", article.path)
        _, names = self.below(path)
        if not name_date(path):
            return joined(*names, is_index=names[-1] == "index", end=self.end)
        values = {"title": facts.slug or slug(path)}
        return joined(place, end=self.end) if (place := filled(self.permalink, values, day_of(article, facts))) else ""
