"""How similarity fades with the days between two articles. A number room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Damping:
    """
    How similarity fades with the days between two articles: ``floor + (1 - floor) * 2 ** (-days / half_life)``.

    Parameters
    ----------
    half_life
        Days; 0 for no fading.
    floor
        The part that never fades, in [0, 1].
    """

    half_life: float = 0.0
    floor: float = 1.0

    def __call__(self, gap_days: NDArray[np.float64]) -> NDArray[np.float64]:
        """The factor of each gap in days, before or after, NaN for an unknown one; shape as given, in [floor, 1]."""
        gaps = np.abs(np.asarray(gap_days, dtype=np.float64))
        if self.half_life <= 0:
            return np.ones_like(gaps)
        # As if the unknown gap were one half-life.
        factors: NDArray[np.float64] = np.exp2(-np.where(np.isnan(gaps), self.half_life, gaps) / self.half_life)
        return self.floor + (1.0 - self.floor) * factors
