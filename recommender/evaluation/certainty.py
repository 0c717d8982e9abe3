"""
How sure a score is: intervals and paired tests over queries. A number room.

Everything resamples queries: the next site-week brings other articles, not another ranking of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

__all__ = ["CONFIDENCE", "Difference", "Interval", "bootstrap_means", "interval", "paired_difference"]

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]

#: Of every interval that is printed.
CONFIDENCE = 0.95

#: Resamples whose counts are held at once; 250 x 10,000 queries are 20 MB.
_BLOCK = 250


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One system against another on the same queries.

    Parameters
    ----------
    mean
        Of the differences, query by query.
    low, high
        Its 95 % bootstrap interval.
    p_value
        Of the two-sided paired t-test; 1 where the two never differ.
    n_queries
        How many queries both answered.
    """

    mean: float
    low: float
    high: float
    p_value: float
    n_queries: int


def bootstrap_means(values: Floats, n_resamples: int, seed: int) -> Floats:
    """
    The means of resampled queries, the same resamples for every column, so that columns can be compared.

    Parameters
    ----------
    values
        Shape (n_queries, n_columns).
    n_resamples, seed
        The same seed draws the same resamples.

    Returns
    -------
    ndarray
        Shape (n_resamples, n_columns).

    Notes
    -----
    A resample is how often each query was drawn, so a thousand of them are one matrix product; this is what makes
    intervals for every slice affordable (`scipy.stats.bootstrap` gathers the values of each resample).

    References
    ----------
    B. Efron and R. Tibshirani (1993). An introduction to the bootstrap, chapter 13.
    """
    n_queries = len(values)
    random = np.random.default_rng(seed)
    blocks = []
    for start in range(0, n_resamples, _BLOCK):
        size = min(_BLOCK, n_resamples - start)
        drawn = random.multinomial(n_queries, np.full(n_queries, 1 / n_queries), size=size)
        blocks.append(drawn @ values / n_queries)
    return np.concatenate(blocks)


def interval(means: Floats) -> list[Interval]:
    """
    The 95 % percentile interval of each column.

    Parameters
    ----------
    means
        Shape (n_resamples, n_columns), from `bootstrap_means`.
    """
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def paired_difference(ours: Floats, theirs: Floats, resampled: Floats) -> Difference:
    """
    How much better the first is than the second, and how sure that is.

    Parameters
    ----------
    ours, theirs
        Shape (n_queries,), the same queries in the same order.
    resampled
        Shape (n_resamples,), the mean difference in each resample: a column of `bootstrap_means`, or two subtracted.

    References
    ----------
    M. Smucker, J. Allan and B. Carterette (2007). A comparison of statistical significance tests for information
    retrieval evaluation. CIKM, 623-632: the t-test and the randomisation test agree, and the t-test needs no draws.
    """
    gaps = np.asarray(ours - theirs, dtype=np.float64)
    ((low, high),) = interval(resampled[:, None])
    if not gaps.any():
        p_value = 1.0
    elif np.ptp(gaps) == 0:
        # The t-test divides by a spread of nothing; of all signs that the randomisation test tries, two are as extreme.
        p_value = 2.0 ** (1 - len(gaps))
    else:
        p_value = float(stats.ttest_1samp(gaps, 0.0).pvalue)
    return Difference(float(gaps.mean()), low, high, p_value, len(gaps))
