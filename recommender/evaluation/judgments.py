"""
Curated lists -> judgments: which pages an editor named under each article.

Everything is counted in *pages*: articles with one canonical URL are one page, so that an editor's entry, the file it
names and a second file at the same address cannot be told apart by luck. An entry without an article of its own
(external) or without anything behind it (gone) is counted and judges nothing: nobody can be asked for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recommender.articles import Article, RelatedEntry
from recommender.content.matching import EntryMatcher, external_article
from recommender.content.urls import canonical_url, is_address

#: What an unknown id in grades may be.
GRADES_NAME = "Grades name articles by their ids: paths below the site, without .md."

#: Why an article is not asked, in the order in which the reasons are looked for.
LEFT_OUT = {
    "copy": "another article has the same address and was there before",
    "no date": "the article has no date",
    "no list": "the article has no curated list",
    "only itself": "its list names nothing but the article",
    "only gone": "its list names nothing that can be found",
    "only external": "its list names nothing but pages of other sites",
    "no older target": "none of the articles in its list was known before it",
    "not there": "the site has no article of the id that was graded",
    "none of them": "the site knows none of the candidates that were graded under it",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of a curated list and what it names."""

    entry: RelatedEntry  #: As the site holds it.
    #: The number of the page it names; -1 where it names no article. One at an address that no article has may name one
    #: by its title, such as the same story from another provider.
    page: int
    kind: Literal["article", "external", "gone"]  #: An article of the site, a page of another, or nothing.


class Judgments:
    """The curated lists of some articles, ids unique; they are all that an entry may name, in whatever order."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = tuple(sorted(articles, key=lambda article: article.id))
        numbers: dict[str, int] = {}
        #: Article id -> page number; copies share one. Numbers follow the order of the ids.
        self.pages = {article.id: numbers.setdefault(page_key(article), len(numbers)) for article in self.articles}
        self.n_pages = len(numbers)
        self._by_id = {article.id: article for article in self.articles}
        matcher = EntryMatcher(articles)
        #: Article id -> its list, in the editor's order.
        self.lists = {
            article.id: tuple(self._target(matcher, entry, article) for entry in article.related)
            for article in self.articles
        }

    def known_ids(self) -> set[str]:
        """The ids of all that a system may suggest: the articles, and the pages elsewhere that lists describe."""
        targets = (target for targets in self.lists.values() for target in targets)
        described = (external_article(one.entry) for one in targets if one.kind == "external" and one.page < 0)
        return {*self._by_id, *(one.id for one in described if one is not None)}

    def _target(self, matcher: EntryMatcher, entry: RelatedEntry, source: Article) -> Target:
        found = matcher.match(entry, source)
        if found.how == "external":
            return Target(entry, -1, "external")
        if found.article_id is None:
            return Target(entry, -1, "gone")
        # Two full addresses that differ are two pages, whatever their titles.
        elsewhere = is_address(entry.url or entry.target) and is_address(self._by_id[found.article_id].url)
        kind: Literal["article", "external"] = "external" if found.how == "title" and elsewhere else "article"
        return Target(entry, self.pages[found.article_id], kind)

    def judged(self, article: Article) -> frozenset[int]:
        """The pages that the article's list names: its own left out, each once."""
        found = {target.page for target in self.lists[article.id] if target.kind == "article"}
        return frozenset(found - {self.pages[article.id]})

    def reason_left_out(self, article: Article) -> str:
        """Why nothing is judged under an article whose list names no known page; a key of `LEFT_OUT`."""
        targets = self.lists[article.id]
        if not targets:
            return "no list"
        if self.judged(article):
            return "no older target"
        kinds = {target.kind for target in targets}
        if "external" in kinds:
            return "only external"
        return "only itself" if "article" in kinds else "only gone"


def page_key(article: Article) -> str:
    """What makes two articles one page: the canonical URL, or the id of an article without a URL."""
    return canonical_url(article.url) if article.url else article.id


def plain_text(article: Article) -> str:
    """Title and excerpt as typed: all that the plain baselines read."""
    return f"{article.title} {article.excerpt}"
