"""
The reader's curve: from the similarity of two articles to the chance that a reader finds them well put together.

A logistic curve over the log of the similarity, fitted on 4,900 pairs that people graded blind on four sites, each site
with the weight of the root of its pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["THRESHOLD", "approval"]

#: Slope and intercept over the logarithm of the similarity.
_SLOPE, _INTERCEPT = 2.52, 4.16
#: The least chance at which a suggestion is shown.
_LEAST_CHANCE = 0.4
_FLOOR = 1e-4


def approval(similarities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance that a reader approves, in [0, 1], of each similarity; shape as given."""
    logs = np.log(np.maximum(np.asarray(similarities, dtype=np.float64), _FLOOR))
    chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(_SLOPE * logs + _INTERCEPT)))
    return chances


#: The similarity at which the chance is the least that is shown.
THRESHOLD = float(np.exp((np.log(_LEAST_CHANCE / (1.0 - _LEAST_CHANCE)) - _INTERCEPT) / _SLOPE))
