"""Boosted trees as LightGBM made them, added up: scores, contributions, gains. A number room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.features import FEATURE_NAMES, FEATURES

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Trees:
    """
    Boosted models whose raw scores are added up.

    Parameters
    ----------
    models
        LightGBM's.
    weights
        Of each.
    """

    models: tuple[Booster, ...]
    weights: tuple[float, ...]

    @classmethod
    def from_texts(cls, texts: Sequence[str], weights: Sequence[float]) -> Trees:
        """
        The models of LightGBM's own texts.

        Raises
        ------
        ValueError
            A text is none of these, or of other features than this version has.
        """
        import lightgbm  # only a learned ranker needs it

        try:
            models = tuple(lightgbm.Booster(model_str=text) for text in texts)
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(f"not a LightGBM model ({error})") from None
        if any(tuple(model.feature_name()) != FEATURE_NAMES for model in models):
            raise ValueError("its ranker was learned from other features than this version has")
        return cls(models, tuple(map(float, weights)))

    def texts(self) -> list[str]:
        """Each model in LightGBM's own text."""
        return [str(model.model_to_string()) for model in self.models]

    def scores(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The raw score of each row of features, shape (n_rows,)."""
        total = np.zeros(len(table))
        if len(table):
            for model, weight in zip(self.models, self.weights, strict=True):
                total += weight * np.asarray(model.predict(table, raw_score=True, num_threads=1), dtype=np.float64)
        return total

    def contributions(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each feature moved the raw score of each row by, shape (n_rows, n_features)."""
        total = np.zeros((len(table), len(FEATURES)))
        if len(table):
            for model, weight in zip(self.models, self.weights, strict=True):
                found = np.asarray(model.predict(table, pred_contrib=True, num_threads=1), dtype=np.float64)
                total += weight * found[:, :-1]
        return total

    def gains(self) -> NDArray[np.float64]:
        """How much each feature lowered the loss while learning, shape (n_features,)."""
        gains = [np.asarray(model.feature_importance("gain"), dtype=np.float64) for model in self.models]
        total: NDArray[np.float64] = np.sum(gains, axis=0)
        return total
