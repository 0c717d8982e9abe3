"""What the recommender proposes, and why. An article room: values only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from recommender.articles import Article, EntryShape, key_of, slug_of

#: What would end the title of a link.
_UNLINKED = str.maketrans("[]", "()")


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A term that both articles have, the field it stands in, and its share of their similarity, in [0, 1]."""

    term: str
    field: str
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """
    Why one article is, or is not, suggested under another.

    Parameters
    ----------
    score
        What the ranker gives the pair, in [0, 1].
    similarity
        Cosine of the two articles' vectors, in [0, 1].
    sentences
        The reasons in an editor's words, the weightiest first.
    shared_terms
        Shared terms by their share of the similarity, the largest first.
    fields
        The share of each field in the similarity; sums to 1 where anything is shared.
    gap_days
        Publication dates apart, in days; None where one has no date.
    signals
        What moved the score, by name; of `Recommender.explain` only, for it takes time.
    obstacle
        Why the candidate is not in the list, as a sentence; "" when it is.
    """

    score: float
    similarity: float
    sentences: tuple[str, ...] = ()
    shared_terms: tuple[SharedTerm, ...] = ()
    fields: Mapping[str, float] = field(default_factory=dict, hash=False)
    gap_days: float | None = None
    signals: Mapping[str, float] = field(default_factory=dict, hash=False)
    obstacle: str = ""

    def __str__(self) -> str:
        return "; ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    One proposed related article.

    Parameters
    ----------
    rank
        From 1, the best.
    article_id
        The suggested article.
    title, url
        As the site has them.
    score
        In [0, 1], comparable across articles, rounded to six places.
    reason
        Why it is suggested.
    excerpt, published_at, provider, quality
        As the site has them, for a template that shows more than a title.
    path
        The file's path below the site, with its ending; "" for an article that has no file.
    key
        The id that its front matter gives, where lists name articles by that.
    shape
        How the site writes its curated entries.
    """

    rank: int
    article_id: str
    title: str
    url: str
    score: float
    reason: Reason
    excerpt: str = ""
    published_at: datetime | None = None
    provider: str = ""
    quality: float | None = None
    path: str = ""
    key: str = ""
    shape: EntryShape = field(default_factory=EntryShape, repr=False, compare=False)

    @classmethod
    def of(cls, rank: int, article: Article, reason: Reason, shape: EntryShape) -> Self:
        """An article as a suggestion, with the score of its reason."""
        shown = article.excerpt, article.published_at, article.provider, article.quality, article.path
        key = key_of(article)
        return cls(rank, article.id, article.title, article.url, reason.score, reason, *shown, key, shape)

    def as_related_entry(self) -> dict[str, Any] | str | int:
        """
        The suggestion in the shape of the site's own ``related:`` entries.

        Returns
        -------
        dict, str or int
            On a site that embeds its entries, a mapping with the site's own names in the site's order, leaving out
            what the article does not have, then ``score``. On a site that lists paths, URLs, slugs, ids or titles, that
            text or number; the title of an article without an address. Only what YAML and JSON can hold.
        """
        if self.shape.kind == "text":
            return self._named() or self.title
        entry: dict[str, Any] = {}
        for ours, theirs in self.shape.names.items():
            value = self._named() if ours == "url" else getattr(self, ours)
            if value in ("", None):
                continue
            if isinstance(value, datetime):
                value = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            elif isinstance(value, float) and value.is_integer():
                value = int(value)
            outer, _, inner = theirs.partition(".")
            if inner:
                entry.setdefault(outer, {})[inner] = value
            else:
                entry[outer] = value
        entry["score"] = self.score
        return entry

    def _named(self) -> str | int:
        """The article as the site's lists name one, and what stands around that."""
        place = self._place()
        if self.shape.target == "id" and place.isdecimal() and not place.startswith("0"):
            return int(place)
        place = f"<{place}>" if "](" in self.shape.form and " " in place else place
        parts = {"{place}": place, "{title}": self.title.translate(_UNLINKED)}
        return re.sub(r"\{(?:place|title)\}", lambda found: parts[found[0]], self.shape.form) if place else ""

    def _place(self) -> str:
        """What the article is called in lists; its address where it has no such name, as one elsewhere has none."""
        target, (before, folder) = self.shape.target, self.shape.folder
        is_elsewhere = not self.path and self.article_id.startswith(("https://", "/"))
        if target == "title":
            return self.title
        if target == "name" and not is_elsewhere:
            return self.article_id.rpartition("/")[2]
        if target == "slug" and not is_elsewhere:
            return slug_of(self.article_id)
        if target == "id" and self.key:
            return self.key
        if target == "file" and self.path and self.path.startswith(folder):
            return before + self.path.removeprefix(folder)
        return self.url
