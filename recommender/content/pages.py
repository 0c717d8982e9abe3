"""Which files the site's generator makes no page of: they are articles, and never suggested."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from recommender.articles import NEVER, Article
from recommender.content.generator import Generator
from recommender.content.wording import some

__all__ = ["unmade", "with_unmade"]

#: Reasons that do not depend on a configuration.
_DRAFT = "in _drafts"
_FRONT_MATTER = "hidden by headless or _build"
#: What Jekyll asks of the name of a post.
_DATED_POST = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-[^/]*\.[^.]+")


def with_unmade(articles: Sequence[Article], generator: Generator) -> tuple[list[Article], list[str]]:
    """
    The articles, those marked of which the generator makes no page, and a sentence for each reason.

    An article that gives its own address is taken at its word, but for drafts: a folder without a page of its own is
    what a site of links to elsewhere looks like. So is one whose configuration would make no page at all; its articles
    are left as they are.

    Parameters
    ----------
    articles
        As read, before addresses are inferred.
    generator
        What the site's configuration says.
    """
    reasons = {article.id: reason for article in articles if (reason := _reason(article, generator))}
    sentences = []
    others = [article for article in articles if reasons.get(article.id) != _DRAFT]
    if len(others) > 1 and all(article.id in reasons for article in others):
        names = "; ".join(sorted({reasons.pop(article.id) for article in others}))
        sentences.append(f"{generator.file} makes no page of any article ({names}). It is taken not to build them.")
    marked = []
    by_reason: dict[str, list[str]] = {}
    for article in articles:
        reason = reasons.get(article.id) or (_FRONT_MATTER if article.visible_from == NEVER else "")
        marked.append(unmade(article) if reason else article)
        if reason:
            by_reason.setdefault(reason, []).append(article.path or article.id)
    for reason, paths in sorted(by_reason.items()):
        count = "one article" if len(paths) == 1 else f"{len(paths):,} articles"
        sentences.append(f"{count} {reason}, never suggested: {some(sorted(paths))}.")
    return marked, sentences


def unmade(article: Article) -> Article:
    """The article, marked as one without a page."""
    return replace(article, is_published=False, visible_from=NEVER)


def _reason(article: Article, generator: Generator) -> str:
    """Why the generator makes no page of an article's file, or ""."""
    folders = article.path.split("/")[:-1]
    if "_drafts" in folders:
        return _DRAFT
    if generator.name != "jekyll" or article.url or not article.path:
        return ""
    if any(
        fnmatchcase(article.path, pattern) or article.path.startswith(f"{pattern.rstrip('/')}/")
        for pattern in generator.exclude
    ):
        return f"excluded in {generator.file}"
    if "_posts" in folders:
        below = article.path.split("/")[folders.index("_posts") + 1 :]
        if any(part.startswith("_") and part not in generator.include for part in below):
            return "in _posts with a name that begins with _"
        if not _DATED_POST.fullmatch(article.path.rpartition("/")[2]):
            return "in _posts without a date in the name"
        return (
            "" if generator.collections.get("posts", True) else f"in a collection that {generator.file} does not output"
        )
    parts = article.path.split("/")
    below = parts[1:] if folders[:1] == [generator.collections_dir] else parts
    # Jekyll passes over such folders and files, also within a collection.
    hidden = [number for number, part in enumerate(below) if part.startswith("_") and part not in generator.include]
    if not hidden:
        return ""
    if hidden[0] != 0 or below[0][1:] not in generator.collections:
        return f"in a folder that is no collection of {generator.file}"
    if len(hidden) > 1:
        return "in a collection with a name that begins with _"
    return "" if generator.collections[below[0][1:]] else f"in a collection that {generator.file} does not output"
