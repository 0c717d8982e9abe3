"""What the page shows of articles, as values: rows of the queue, and the sheet of one article."""

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.articles import Article
from recommender.suggestions import Reason
from recommender.writing.decisions import Decision
from recommender.writing.plan import Plan

#: Fewer suggestions than this are called few.
_FEW = 2


@dataclass(frozen=True)
class Item:
    """A candidate: why it is there, what was decided about it, and why it is not in the box, where it is not."""

    article: Article
    score: float
    reason: Reason
    decision: Decision | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry of the curated list: whom it names, what was decided, and why a reader would doubt it."""

    title: str
    target: Article | None
    decision: Decision | None = None
    doubt: str = ""


@dataclass(frozen=True)
class Sheet:
    """One article: the box, further candidates, the curated list, why the box is empty, and what is decided."""

    article: Article
    box: tuple[Item, ...]
    more: tuple[Item, ...]
    curated: tuple[Entry, ...]
    why_none: str
    held: Mapping[str, Decision]


@dataclass(frozen=True)
class Promotion:
    """Curated lists as decided: the plan, what changes (a file's name and lines of a diff), and a name for all that."""

    plan: Plan
    diffs: tuple[tuple[str, tuple[str, ...]], ...]
    version: str


@dataclass(frozen=True)
class Row:
    """One article of the queue; what is not computed yet has no number of suggestions."""

    article: Article
    is_new: bool
    n_decided: int
    language: str  #: Its own, or the site's where it names none.
    n_suggestions: int | None = None
    best: float = 0.0
    why_none: str = ""

    @property
    def state(self) -> str:
        """What an editor would call it."""
        if self.n_suggestions == 0:
            return "none"
        if self.is_new and not self.n_decided:
            return "new"
        if self.n_suggestions is not None and self.n_suggestions < _FEW:
            return "few"
        return "decided" if self.n_decided else "waiting" if self.n_suggestions is None else "undecided"

    @property
    def states(self) -> set[str]:
        """All that it may be found and counted by: its own, and whether anything was decided."""
        return {self.state, "decided" if self.n_decided else "undecided"}


@dataclass(frozen=True)
class Filters:
    """What the editor wants to see of the queue; "" is all."""

    q: str = ""
    topic: str = ""
    provider: str = ""
    language: str = ""
    since: str = ""
    until: str = ""
    state: str = ""

    def fit(self, row: Row, text: str) -> bool:
        """Whether a row is wanted; `text` is what is searched, in small letters."""
        article = row.article
        return (
            (not self.q or all(word in text for word in self.q.casefold().split()))
            and (not self.topic or self.topic in article.topics)
            and (not self.provider or self.provider == article.provider)
            and (not self.language or self.language == row.language)
            and (not (self.since or self.until) or self.since <= _day(article) <= (self.until or "9999"))
            and (not self.state or self.state in row.states)
        )


def _day(article: Article) -> str:
    return f"{article.published_at:%Y-%m-%d}" if article.published_at else ""
