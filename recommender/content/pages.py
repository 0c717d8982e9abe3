"""Which files are no pages that readers find: they are articles, and never suggested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from recommender.articles import NEVER, Article
from recommender.content.fields import NO_FACTS, PageFacts
from recommender.content.generators import Generator
from recommender.content.urls import is_address
from recommender.content.wording import some


def with_unmade(
    articles: Sequence[Article], generator: Generator, facts: Mapping[str, PageFacts]
) -> tuple[list[Article], list[str]]:
    """
    The articles, those marked that are no pages which readers find, and a sentence for each reason.

    An article that gives its own address, before any are inferred, is taken at its word where the generator would make
    no page: a folder without pages of its own is what a site of links to elsewhere looks like. So is one whose
    configuration would make no page at all; its articles are left as they are.
    """
    reasons: dict[str, str] = {}
    unbuilt: dict[str, str] = {}
    for article in articles:
        known = facts.get(article.id, NO_FACTS)
        if "_drafts" in article.path.split("/")[:-1]:
            reasons[article.id] = "in _drafts"
        elif known.hidden:
            reasons[article.id] = known.hidden
        elif known.unpublished and generator.file and not is_address(article.url):
            reasons[article.id] = known.unpublished
        elif not article.url and article.path and (reason := generator.unmade(article, known)):
            unbuilt[article.id] = reason
    sentences = []
    others = [article for article in articles if article.id not in reasons]
    if len(others) > 1 and all(article.id in unbuilt for article in others):
        names = "; ".join(sorted(set(unbuilt.values())))
        sentences.append(f"{generator.file} makes no page of any article ({names}). It is taken not to build them.")
        unbuilt = {}
    reasons |= unbuilt
    by_reason: dict[str, list[str]] = {}
    for article in articles:
        if article.id in reasons:
            by_reason.setdefault(reasons[article.id], []).append(article.path or article.id)
    for reason, paths in sorted(by_reason.items()):
        count = "one article" if len(paths) == 1 else f"{len(paths):,} articles"
        sentences.append(f"{count} {reason}, never suggested: {some(sorted(paths))}.")
    return [unmade(article) if article.id in reasons else article for article in articles], sentences


def unmade(article: Article) -> Article:
    """The article, marked as one without a page."""
    return replace(article, is_published=False, visible_from=NEVER)
