"""Boosted trees as LightGBM made them: scores, contributions, gains. A number room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.features import FEATURE_NAMES

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Trees:
    """A boosted model, in LightGBM's form."""

    model: Booster

    @classmethod
    def from_text(cls, text: str) -> Trees:
        """
        The model of LightGBM's own text.

        Raises
        ------
        ValueError
            The text is none of these, or of other features than this version has.
        """
        import lightgbm  # only a learned ranker needs it

        try:
            model = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(f"not a LightGBM model ({error})") from None
        if tuple(model.feature_name()) != FEATURE_NAMES:
            raise ValueError("its ranker was learned from other features than this version has")
        return cls(model)

    def text(self) -> str:
        """The model in LightGBM's own text."""
        return str(self.model.model_to_string())

    def scores(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The raw score of each row of features, of which there is one at least; shape (n_rows,)."""
        return np.asarray(self.model.predict(table, raw_score=True, num_threads=1), dtype=np.float64)

    def contributions(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each feature moved the raw score of each row by, shape (n_rows, n_features)."""
        return np.asarray(self.model.predict(table, pred_contrib=True, num_threads=1), dtype=np.float64)[:, :-1]

    def gains(self) -> NDArray[np.float64]:
        """How much each feature lowered the loss while learning, shape (n_features,)."""
        return np.asarray(self.model.feature_importance("gain"), dtype=np.float64)
