"""
Who is scored: the product, as a site would run it, and the baselines, behind one shape.

Every system has `fit`, `suggest` and `update` and is asked through nothing else, so the protocols cannot favour one.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, Self, runtime_checkable

from recommender.articles import Article, Corpus
from recommender.errors import OptionError, did_you_mean
from recommender.evaluation.baselines import BASELINES
from recommender.model import Recommender
from recommender.settings import Settings
from recommender.suggestions import Suggestion

#: Our own systems, the best last, and the settings of the ranking that each has of its own: `learned` repeats the
#: lists, `shown` is what a site that runs the product gets.
_OWN: dict[str, dict[str, Any]] = {"similarity": {"ranker": "similarity"}, "learned": {"follow": "lists"}, "shown": {}}
PRODUCT = tuple(_OWN)

#: Always scored; the rest on request.
_ALWAYS = ("tfidf", *PRODUCT)

#: Every system by name, in the order of the tables.
SYSTEMS = (*(name for name in reversed(BASELINES) if name != "tfidf"), *_ALWAYS)


@runtime_checkable
class System(Protocol):
    """What is scored, ours and the baselines alike."""

    def fit(self, corpus: Corpus) -> Self:
        """Learn from what is known; returns itself."""

    def suggest(self, article: Article | str, k: int, min_score: float | None) -> list[Suggestion]:
        """Suggestions for an article whose list is hidden; `min_score` None: above the system's own threshold."""

    def update(self, added: Sequence[Article]) -> None:
        """Know more; an article whose id is known replaces the earlier one. The next suggestion sees it."""


@dataclass(frozen=True)
class Contender:
    """How a system is made, and what is asked of it."""

    name: str  #: As it is printed.
    new: Callable[[], System]  #: Makes an unfitted system; can be sent to another process.
    least_score: float | None = 0.0  #: Of its suggestions; None: what the system shows on its own.
    #: Whether knowing a list could change an answer. One that never reads them need not be told how they grow.
    reads_lists: bool = True


def contenders(
    systems: Sequence[str] | Mapping[str, Callable[[], System]] | None, settings: Settings, language: str = ""
) -> list[Contender]:
    """
    The systems that are scored: `tfidf`, `similarity`, `learned` and `shown`, and further ones by name, ``all`` for
    all.

    Or, where makers of unfitted systems are given by name, only those. With the ranker ``similarity`` there is no
    ``learned``. Baselines, which know nothing of languages, suggest in `language` only; "" for all.
    """
    if isinstance(systems, Mapping):
        return [Contender(name, new) for name, new in systems.items()]
    asked = {systems} if isinstance(systems, str) else set(systems or ())
    for name in sorted(asked - {*SYSTEMS, "all"}):
        raise OptionError(
            f"there is no system {name!r}.{did_you_mean(name, SYSTEMS)} There are all, {', '.join(SYSTEMS)}."
        )
    found = []
    for name in SYSTEMS:
        if name in BASELINES and (name in asked or "all" in asked or name in _ALWAYS):
            new = partial(BASELINES[name], settings.evaluation.seed, language)
            found.append(Contender(name, new, reads_lists=False))
        elif name in _OWN and not (name == "learned" and settings.ranking.ranker == "similarity"):
            chosen = dataclasses.replace(settings, ranking=dataclasses.replace(settings.ranking, **_OWN[name]))
            least_score = None if name == "shown" else 0.0
            reads_lists = chosen.ranking.ranker != "similarity"
            found.append(Contender(name, partial(Recommender, chosen), least_score, reads_lists))
    return found
