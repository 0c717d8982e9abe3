"""How far a reader would agree with a site's curated lists: evidence, not truth. A number room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.learned import LEAST_LISTS, too_few
from recommender.ranking.rankers import SimilarityRanker
from recommender.ranking.state import State

#: Entries that are looked at, drawn at random.
_MOST_LOOKED_AT = 2_000
#: Lists are followed where a reader would keep at least this share of their entries. On the graded sites it is 0.08 for
#: lists that readers reject, and 0.2 and more for those that people made with care.
_LEAST_APPROVAL = 0.15


@dataclass(frozen=True)
class ListAudit:
    """What a reader would make of the curated lists."""

    n_looked_at: int  #: How many entries were looked at, of those that name an article of the site, or one elsewhere.
    approval: float  #: The share of those that a reader would keep, as the reader's curve estimates it; in [0, 1].
    n_lists: int  #: How many lists they stand in.
    #: (article, entry, chance) by ids, the most doubtful entries first, at most fifty.
    doubtful: tuple[tuple[str, str, float], ...] = ()

    @property
    def is_approved(self) -> bool:
        """Whether the lists are followed where the settings leave it open."""
        return self.approval >= _LEAST_APPROVAL

    def __str__(self) -> str:
        """A sentence for an editor."""
        if not self.n_looked_at:
            return "there are no curated lists to learn from"
        if self.n_lists < LEAST_LISTS:
            return too_few(self.n_lists)
        not_followed = "are not followed. To follow them all the same: ranking.follow: lists"
        verdict = "are followed" if self.is_approved else not_followed
        return (
            f"of {self.n_looked_at:,} entries of curated lists that were looked at, readers would keep about "
            f"{self.approval:.0%}; they {verdict}"
        )


def audit_lists(state: State, similarity: SimilarityRanker, seed: int) -> ListAudit:
    """The audit of all lists, by a sample of their entries; `similarity` knows what a reader makes of a pair."""
    catalogue = state.catalogue
    source, target = state.graph.edges()
    if not len(source):
        return ListAudit(0, 0.0, 0)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(source))[:_MOST_LOOKED_AT])
    source, target = source[chosen], target[chosen]
    one, other = catalogue.vectors[source], catalogue.vectors[target]
    similarities = np.asarray(one.terms.multiply(other.terms).sum(axis=1)).ravel()
    similarities = similarities + np.maximum((one.dense * other.dense).sum(axis=1), 0.0)
    damped = similarities * similarity.damping(catalogue.times[source] - catalogue.times[target])
    languages = catalogue.languages[source].tolist()
    chances = np.array([float(similarity.reader(*one)) for one in zip(damped, languages, strict=True)])
    doubted = np.lexsort((target, source, chances))[:50]
    doubtful = zip(source[doubted].tolist(), target[doubted].tolist(), chances[doubted].tolist(), strict=True)
    articles = catalogue.articles
    named = tuple((articles[one].id, articles[other].id, chance) for one, other, chance in doubtful)
    return ListAudit(len(chosen), float(chances.mean()), len(np.unique(source)), named)
