"""
Who is scored: the product, as a site would run it, and the baselines, behind one shape.

Every system has `fit`, `suggest` and `update` and is asked through nothing else, so the protocols cannot favour one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self, runtime_checkable

from recommender.articles import Article, Corpus
from recommender.errors import EvaluationError, did_you_mean
from recommender.evaluation.baselines import BASELINES
from recommender.model import Recommender
from recommender.settings import Settings
from recommender.suggestions import Suggestion

__all__ = ["PRODUCT", "SYSTEMS", "Contender", "System", "contenders"]

#: Our own systems, the best last: what a site that runs the product gets is the last one there is.
PRODUCT = ("similarity", "learned")

#: Always scored; the rest on request.
_ALWAYS = ("tfidf", *PRODUCT)

#: Every system by name, in the order of the tables.
SYSTEMS = (*(name for name in reversed(BASELINES) if name != "tfidf"), *_ALWAYS)


@runtime_checkable
class System(Protocol):
    """What is scored, ours and the baselines alike."""

    def fit(self, corpus: Corpus) -> Self:
        """Learn from what is known; returns itself."""

    def suggest(self, article: Article | str, k: int, min_score: float) -> list[Suggestion]:
        """Suggestions for an article whose list is hidden."""

    def update(self, added: Sequence[Article]) -> None:
        """Know more; an article whose id is known replaces the earlier one. The next suggestion sees it."""


@dataclass(frozen=True)
class Contender:
    """
    How a system is made, and what is asked of it beside suggestions.

    Parameters
    ----------
    name
        As it is printed.
    new
        Makes an unfitted system; can be sent to another process.
    reads_lists
        Whether knowing a list could change an answer. One that never reads them need not be told how they grow.
    """

    name: str
    new: Callable[[], System]
    reads_lists: bool = True

    def fit(self, corpus: Corpus) -> System:
        """A new system that knows a corpus."""
        return self.new().fit(corpus)

    def threshold_of(self, system: System) -> float:
        """The least score that a fitted system would show on its own; 0 for one that has no threshold."""
        if not isinstance(system, Recommender):
            return 0.0
        chosen = system.settings.ranking.min_score
        return float(system.ranker.threshold if chosen is None else chosen)

    def ranker_of(self, system: System) -> str:
        """By which ranker a fitted system answers."""
        return system.ranker_name if isinstance(system, Recommender) else self.name


@dataclass(frozen=True)
class _NewRecommender:
    settings: Settings

    def __call__(self) -> System:
        return Recommender(self.settings)


@dataclass(frozen=True)
class _NewBaseline:
    name: str
    seed: int

    def __call__(self) -> System:
        return BASELINES[self.name](self.seed)


def contenders(
    systems: Sequence[str] | Mapping[str, Callable[[], System]] | None, settings: Settings
) -> list[Contender]:
    """
    The systems that are scored, in the order of the tables.

    Parameters
    ----------
    systems
        Names of further systems beside ``tfidf``, ``similarity`` and ``learned``; ``all`` for all of them. Or makers
        of unfitted systems by name, and then only those.
    settings
        With the ranker ``similarity`` there is no ``learned``.

    Raises
    ------
    EvaluationError
        There is no such system.
    """
    if isinstance(systems, Mapping):
        return [Contender(name, new) for name, new in systems.items()]
    asked = {systems} if isinstance(systems, str) else set(systems or ())
    for name in sorted(asked - {*SYSTEMS, "all"}):
        raise EvaluationError(
            f"there is no system {name!r}.{did_you_mean(name, SYSTEMS)} There are all, {', '.join(SYSTEMS)}."
        )
    ranker = settings.ranking.ranker
    return [
        _contender(name, settings)
        for name in SYSTEMS
        if (name in asked or "all" in asked or name in _ALWAYS) and (name, ranker) != ("learned", "similarity")
    ]


def _contender(name: str, settings: Settings) -> Contender:
    if name in BASELINES:
        return Contender(name, _NewBaseline(name, settings.evaluation.seed), reads_lists=False)
    if name == "learned":
        # As a site would get it: learned where the fit finds that it helps, or where the settings insist.
        return Contender(name, _NewRecommender(settings))
    return Contender(name, _NewRecommender(_with_ranker(settings, "similarity")), reads_lists=False)


def _with_ranker(settings: Settings, ranker: Literal["similarity", "learned"]) -> Settings:
    return dataclasses.replace(settings, ranking=dataclasses.replace(settings.ranking, ranker=ranker))
