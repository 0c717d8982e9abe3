"""How similarity fades with the days between two articles: one formula for arrays and compiled loops. A number room."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["Damping", "damping_factors", "factor_of", "greatest_factor"]


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


@numba.njit(nogil=True, cache=True)
def factor_of(gap, half_life, floor):
    """The factor of a gap in days, before or after, NaN for an unknown one; in [floor, 1]."""
    if half_life <= 0:
        return 1.0
    if np.isnan(gap):
        return floor + (1.0 - floor) / 2
    if abs(gap) > 64 * half_life and floor > 0.01:
        # What is left to fade is less than the last bit of the floor.
        return floor
    return floor + (1.0 - floor) * np.exp2(-abs(gap) / half_life)


@numba.njit(nogil=True, cache=True)
def greatest_factor(time, before, earliest, latest, has_unknown, half_life, floor):
    """No less than the factor of any row that may answer, among rows from `earliest` to `latest`; 0 where none may."""
    factor = factor_of(np.nan, half_life, floor) if has_unknown else 0.0
    if earliest <= latest and not earliest >= before:
        gap = np.nan if np.isnan(time) else max(0.0, earliest - time, time - latest)
        factor = max(factor, factor_of(gap, half_life, floor))
    return factor


def damping_factors(gap_days: NDArray[np.float64], damping: Damping) -> NDArray[np.float64]:
    """The factor of each gap in days, NaN for an unknown one; shape as given, values in [floor, 1]."""
    gaps = np.asarray(gap_days, dtype=np.float64)
    factors: NDArray[np.float64] = _factors(gaps.ravel(), float(damping.half_life), float(damping.floor))
    return factors.reshape(gaps.shape)


@numba.njit(nogil=True, cache=True)
def _factors(gaps, half_life, floor):
    factors = np.empty_like(gaps)
    for place in range(len(gaps)):
        factors[place] = factor_of(gaps[place], half_life, floor)
    return factors
