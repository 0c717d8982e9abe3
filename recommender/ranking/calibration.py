"""
From a ranker's raw score to a chance: how often editors had listed articles with such a score. A number room.

The curve is isotonic regression on scores of held-out lists, drawn through the middles of its steps, with a part of a
logistic curve mixed in: the first is true to the data, the second never flat, so that no two raw scores become one and
the order stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from recommender.model_store import reader_of

#: Part of the logistic curve in the mixture.
_LOGISTIC_PART = 0.1
#: Fewer right pairs than this carry a logistic curve, but no steps.
_LEAST_RIGHT = 50
#: Steps of the isotonic curve are merged until each has this many pairs.
_LEAST_PAIRS = 25


@dataclass(frozen=True)
class Calibration:
    """A strictly rising curve from raw scores to [0, 1]."""

    #: Of the logistic curve ``1 / (1 + exp(-(slope * score + intercept)))``; the slope is positive.
    slope: float
    intercept: float
    #: Shape (n_knots,), both rising: the isotonic curve; empty where there was too little to learn it from.
    scores: NDArray[np.float64]
    chances: NDArray[np.float64]

    @classmethod
    def fit(cls, scores: NDArray[np.float64], is_right: NDArray[np.bool_], weights: NDArray[np.float64]) -> Self:
        """
        Learn the curve from held-out pairs.

        Parameters
        ----------
        scores, is_right, weights
            Shape (n_pairs,): raw scores, whether the editor had listed the candidate, and the weight of each pair.

        References
        ----------
        J. Platt, "Probabilistic outputs for support vector machines" (1999); B. Zadrozny and C. Elkan, "Transforming
        classifier scores into accurate multiclass probability estimates" (KDD 2002).
        """
        slope, intercept = _logistic(scores, is_right, weights)
        knots, chances = np.zeros(0), np.zeros(0)
        if is_right.sum() >= _LEAST_RIGHT and (~is_right).sum() >= _LEAST_RIGHT:
            knots, chances = _isotonic(scores, is_right, weights)
        return cls(slope, intercept, knots, chances)

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """The chance of each raw score; shape as given."""
        logistic: NDArray[np.float64] = expit(self.slope * scores + self.intercept)
        if not len(self.scores):
            return logistic
        steps = np.interp(scores, self.scores, self.chances)
        mixed: NDArray[np.float64] = _LOGISTIC_PART * logistic + (1 - _LOGISTIC_PART) * steps
        return mixed

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, for `from_json`."""
        return {
            "slope": self.slope,
            "intercept": self.intercept,
            "scores": self.scores.tolist(),
            "chances": self.chances.tolist(),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """The curve of an earlier `to_json`."""
        number = reader_of(float)
        scores, chances = (reader_of(list[float])(document[name]) for name in ("scores", "chances"))
        if len(scores) != len(chances):
            raise ValueError("a curve has other chances than scores")
        return cls(number(document["slope"]), number(document["intercept"]), np.array(scores), np.array(chances))


def _logistic(
    scores: NDArray[np.float64], is_right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and intercept by Newton's method, with Platt's smoothed targets and a slope held above 0."""
    n_right, n_wrong = float(is_right.sum()), float((~is_right).sum())
    target = np.where(is_right, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))
    scale, middle = max(float(scores.std()), 1e-6), float(scores.mean())
    design = np.column_stack([(scores - middle) / scale, np.ones(len(scores))])
    solution = np.array([1.0, np.log((n_right + 1) / (n_wrong + 1))])
    weights = weights / weights.mean()
    for _ in range(50):
        chance = expit(design @ solution)
        # A weak pull of the slope towards 1 keeps separable pairs from running away.
        gradient = design.T @ (weights * (chance - target)) + np.array([solution[0] - 1.0, 0.0])
        curve = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + np.diag([1.0, 1e-9])
        step = np.linalg.solve(curve, gradient)
        solution = solution - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    slope = max(float(solution[0]), 0.05) / scale
    return slope, float(solution[1]) - slope * middle


def _isotonic(
    scores: NDArray[np.float64], is_right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The middles of the steps of isotonic regression, the chances of each pulled off 0 and 1 by half a pair."""
    from sklearn.isotonic import IsotonicRegression  # only fitting needs it

    order = np.argsort(scores, kind="stable")
    scores, right, weights = scores[order], is_right[order].astype(np.float64), weights[order]
    fitted = IsotonicRegression().fit(scores, right, weights).predict(scores)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(fitted) > 0]))
    knots: list[float] = []
    chances: list[float] = []
    first = 0
    for last in [*starts[1:].tolist(), len(scores)]:
        if last - first < _LEAST_PAIRS and last < len(scores):
            continue
        part = slice(first, last)
        total = weights[part].sum()
        mean_weight = total / (last - first)
        knots.append(float(np.average(scores[part], weights=weights[part])))
        chances.append(float((right[part] @ weights[part] + 0.5 * mean_weight) / (total + mean_weight)))
        first = last
    return np.array(knots), np.maximum.accumulate(np.array(chances))
