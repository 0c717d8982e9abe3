"""MkDocs, with the blog of Material for MkDocs (checked against MkDocs 1.6 and Material 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

from recommender.articles import Article
from recommender.content.fields import NO_FACTS, PageFacts
from recommender.content.generators.base import Generator, day_of, joined, lower, slugged
from recommender.content.generators.sources import Sources

_LETTERS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d"}


@dataclass(frozen=True, kw_only=True)
class MkDocs(Generator):
    title = "MkDocs"
    config_files = ("mkdocs.yml", "mkdocs.yaml")
    index_names = ("index", "README")

    posts: str = ""  #: The folder of the blog's posts; "" for a site without a blog.
    post_url: str = "{date}/{slug}"  #: ``post_url_format``.
    post_date: str = "yyyy/MM/dd"  #: ``post_url_date_format``.

    @classmethod
    def read(cls, sources: Sources, file: str) -> Self:
        values = lower(sources.mapping(file))
        docs = str(values.get("docs_dir") or "docs").strip("./")
        blog = _blog(values.get("plugins"))
        posts = ""
        if blog is not None:
            blog_dir = str(blog.get("blog_dir") or "blog").strip("./")
            posts = f"{docs}/{str(blog.get('post_dir') or '{blog}/posts').replace('{blog}', blog_dir)}".strip("/")
        blog = blog or {}
        return cls(
            file=file,
            site_url=str(values.get("site_url") or ""),
            language=str(lower(values.get("theme")).get("language") or ""),
            roots={docs: ""},
            end="/" if values.get("use_directory_urls") is not False else ".html",
            posts=posts,
            post_url=str(blog.get("post_url_format") or cls.post_url),
            post_date=str(blog.get("post_url_date_format") or cls.post_date),
        )

    def url(self, article: Article, facts: PageFacts) -> str:
        """The address: the file's place, for a post of the blog its day and ``slug`` or title."""
        if not self.posts or not article.path.startswith(f"{self.posts}/"):
            return self.path_url(article, NO_FACTS)
        day = day_of(article, facts)
        if "{date}" in self.post_url and day is None:
            return ""
        form = re.sub("|".join(_LETTERS), lambda found: _LETTERS[found[0]], self.post_date)
        path = self.post_url.replace("{date}", f"{day:{form}}" if day else "")
        path = path.replace("{slug}", facts.slug or slugged(article.title, kept="_"))
        path = path.replace("{file}", article.path.rpartition("/")[2].rpartition(".")[0])
        path = path.replace("{categories}", "/".join(slugged(one) for one in facts.categories[:1]))
        prefix = self.posts.partition("/")[2].rpartition("/")[0]
        return "" if "{" in path else joined(prefix, path, end=self.end)


def _blog(plugins: Any) -> dict[str, Any] | None:
    """The options of the blog; None for a site without one."""
    for plugin in plugins if isinstance(plugins, list) else [plugins]:
        if plugin in ("blog", "material/blog"):
            return {}
        for name, options in lower(plugin).items():
            if name in ("blog", "material/blog"):
                return lower(options)
    return None
