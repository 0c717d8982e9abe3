"""
The graph of links: whose text links to whom, by id. A reader finds articles that link to each other well put together.

Ids and not rows, which an update changes. A saved model has no texts, so what they linked to is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: A page to which the texts of more articles link, and of this share of all, is one that every page needs: where to
#: install it, how to write to us. A reader approves of such pairs hardly more often than by their similarity.
_FEWEST_OF_HUB, _SHARE_OF_HUB = 3, 0.05
#: A page that links to more articles is a list of links: an archive, a newsletter, a table of contents.
_MOST_LINKS = 12


@dataclass(frozen=True)
class LinkGraph:
    """Which article's text links to which."""

    links: Mapping[str, tuple[str, ...]]  #: By id: the articles it links to.
    linked_from: Mapping[str, tuple[str, ...]]  #: By id: those that link to it.

    @classmethod
    def of(cls, links: Iterable[tuple[str, Sequence[str]]]) -> LinkGraph:
        """The graph of what each article's text links to."""
        told = {article_id: tuple(others) for article_id, others in links if others}
        found: dict[str, list[str]] = {}
        for article_id, others in told.items():
            for other in others:
                found.setdefault(other, []).append(article_id)
        return cls(told, {other: tuple(back) for other, back in found.items()})

    def changed(self, gone: Collection[str], links: Mapping[str, Sequence[str]]) -> LinkGraph:
        """The graph without the links of some articles' texts and with those of others."""
        left = {article_id: others for article_id, others in self.links.items() if article_id not in gone}
        return LinkGraph.of([*left.items(), *links.items()])

    def partners(self, article_id: str, links: Iterable[str], n_articles: int) -> set[str]:
        """What an article links to and what links to it, but for hubs and lists of links, which must link back."""
        to, back = set(links), set(self.linked_from.get(article_id, ()))
        most = max(_FEWEST_OF_HUB, _SHARE_OF_HUB * n_articles)
        is_hub = {one: len(self.linked_from.get(one, ())) > most for one in (*to, article_id)}
        told = {one for one in to if len(to) <= _MOST_LINKS and not is_hub[one]}
        if not is_hub[article_id]:
            told |= {one for one in back if len(self.links[one]) <= _MOST_LINKS}
        return told | (to & back)

    def sentence(self, article_id: str, links: Sequence[str], other: str) -> str:
        """What a reader is told of two partners, of which the first links to some articles."""
        is_back, is_to = article_id in self.links.get(other, ()), other in links
        if is_back and is_to:
            return "the two link to each other in their text"
        return "it links to this article in its text" if is_back else "this article links to it in its text"
