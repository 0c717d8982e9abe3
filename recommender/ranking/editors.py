"""
What editors decided about pairs, as lessons for a score: which kinds of pairs they like more, or less, than it says.

The logarithm of the odds of a score is moved by a weight for each kind that a pair is of: a logistic regression beside
the score. The weights are the likeliest after the decisions (maximum a posteriori), each with a normal prior around 0.
A number room, with the topics of articles.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from recommender.ranking.calibration import likeliest
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.reader import least_at

if TYPE_CHECKING:
    from recommender.ranking.learned import Ranker
    from recommender.ranking.rankers import Query
    from recommender.ranking.state import State

#: What a pair may be of; the first is every pair.
KINDS = (
    "any", "same provider", "other provider", "common topic", "no common topic", "within a week", "within a year",
    "further apart",
)  # fmt: skip
#: The precision of each weight's prior. Editors write down what they reject more often than what they find right, so
#: of all pairs together decisions say less than of one kind against another.
_PRIOR = np.array([60.0, *[20.0] * (len(KINDS) - 1)])
#: Who decides about one suggestion of a box has seen the others: each that was let stand counts as half a good one.
#: Without these, twenty rejections of one kind took a tenth of all other kinds too (benchmarks/decisions.py).
_SEEN, _LET_STAND = 5, 0.5
#: Scores beyond these count as these: no decision is impossible.
_SURE = 0.99
#: Good pairs are those that have at least this grade.
_LEAST_GOOD = 2


@dataclass(frozen=True)
class EditorsModel:
    """Scores as the site's editors see them."""

    #: By kind, what it adds to the logarithm of the odds; empty where nothing was decided.
    weights: Mapping[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.weights.values())

    def __call__(
        self, scores: NDArray[np.float64], query: Query, rows: NDArray[np.int64], catalogue: Catalogue
    ) -> NDArray[np.float64]:
        """The scores of some rows after what was decided, in [0, 1]; shape (n_rows,)."""
        if not self or not len(rows):
            return scores
        return np.asarray(expit(logit(scores) + self.moves(query, rows, catalogue)))

    def moves(self, query: Query, rows: NDArray[np.int64], catalogue: Catalogue) -> NDArray[np.float64]:
        """What is added to the logarithm of the odds of some rows; shape (n_rows,)."""
        weights = np.array([self.weights.get(kind, 0.0) for kind in KINDS])
        return np.asarray(self.kinds(query, rows, catalogue) @ weights)

    def signals(self, query: Query, row: int, catalogue: Catalogue) -> dict[str, float]:
        """What moved the score of one row, by name; empty where nothing was decided."""
        return {"decisions": round(float(self.moves(query, np.array([row]), catalogue)[0]), 4)} if self else {}

    def kinds(self, query: Query, rows: NDArray[np.int64], catalogue: Catalogue) -> NDArray[np.float64]:
        """Of which kinds the pairs of a query with some rows are, 1 or 0; what is unknown is of no kind."""
        kinds = np.zeros((len(rows), len(KINDS)))
        kinds[:, 0] = 1
        provider, providers = catalogue.provider_of(query.article), catalogue.providers[rows]
        if provider != -1:
            kinds[:, 1] = providers == provider
            kinds[:, 2] = (providers >= 0) & (providers != provider)
        if topics := catalogue.topics_of(query.article):
            for place, row in enumerate(rows.tolist()):
                theirs = catalogue.topics_of(catalogue.articles[row])
                kinds[place, 3] = bool(topics & theirs)
                kinds[place, 4] = bool(theirs) and not topics & theirs
        days = np.abs(catalogue.times[rows] - query.time)
        kinds[:, 5] = days <= 7
        kinds[:, 6] = (days > 7) & (days <= 365)
        kinds[:, 7] = days > 365
        return kinds

    def fitted(
        self,
        scores: NDArray[np.float64],
        kinds: NDArray[np.float64],
        is_good: NDArray[np.bool_],
        sure: NDArray[np.float64],
    ) -> EditorsModel:
        """
        The likeliest weights after decisions about some pairs, of which an editor wants those that are good.

        Each pair has the score that the ranker gives, its kinds, shape (n_pairs, n_kinds), and counts as so many
        decisions as its `sure` says.
        """
        odds = logit(np.clip(scores, 1 - _SURE, _SURE))
        weights = likeliest(kinds, is_good.astype(np.float64), sure, _PRIOR, np.zeros(len(KINDS)), odds)
        return EditorsModel(dict(zip(KINDS, np.round(weights, 6).tolist(), strict=True)))


def decided_rows(grades: Mapping[tuple[str, str], int], catalogue: Catalogue) -> dict[int, dict[int, bool]]:
    """Row -> rows that an editor decided about under it, and whether they are right there; of pairs of ids."""
    found: dict[int, dict[int, bool]] = {}
    for (article_id, candidate_id), grade in sorted(grades.items()):
        row, other = catalogue.row_of(article_id), catalogue.row_of(candidate_id)
        if row is not None and other is not None:
            found.setdefault(row, {})[other] = grade >= _LEAST_GOOD
    return found


def learn_decisions(
    decided: Mapping[int, Mapping[int, bool]],
    ranker: Ranker,
    query_of: Callable[[str], Query],
    state: State,
    allowed: NDArray[np.bool_],
) -> EditorsModel:
    """
    What decisions, as `decided_rows` has them, say about the scores of a fitted ranker.

    Pairs that the ranker finds nothing in common of teach nothing.
    """
    model, catalogue = EditorsModel(), state.catalogue
    found = []
    for row, others in decided.items():
        query = query_of(catalogue.articles[row].id)
        only = np.zeros(catalogue.n_rows, dtype=bool)
        only[list(others)] = True
        asked = dataclasses.replace(query.without_list(), before=float("nan"))
        (ranked,) = ranker.rank([asked], len(others), state, only)
        is_good = np.array([others[other] for other in ranked.rows.tolist()], dtype=bool)
        found.append((ranked.scores, model.kinds(query, ranked.rows, catalogue), is_good, np.ones(len(is_good))))
        seen = ranker.rank([query], _SEEN, state, allowed)[0].at(slice(_SEEN))
        least = [least_at(ranker.thresholds, place) for place in range(len(seen.rows))]
        stood = seen.at((seen.scores >= least) & ~only[seen.rows])
        some = np.ones(len(stood.rows), dtype=bool)
        found.append((stood.scores, model.kinds(query, stood.rows, catalogue), some, _LET_STAND * some))
    if not found:
        return model
    return model.fitted(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
