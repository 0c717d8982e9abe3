"""
How sure a score is: intervals and paired tests over queries. A number room.

Everything resamples queries: the next site-week brings other articles, not another ranking of these.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Scores = Mapping[str, Mapping[str, Floats]]
Intervals = dict[str, dict[str, list[float]]]
Test = dict[str, Any]

#: Of every interval that is printed.
CONFIDENCE = 0.95

#: Places that figures keep in a report; more would be noise.
PLACES = 6

#: Resamples whose counts are held at once; 250 x 10,000 queries are 20 MB.
_BLOCK = 250


def weighted_means(values: Floats, weights: Floats) -> Floats:
    """The mean over queries (rows) that weigh differently; 0 where nothing weighs; NaN may weigh 0."""
    return _divided((np.nan_to_num(values) * weights).sum(axis=0), weights.sum(axis=0))


def bootstrap_means(values: Floats, n_resamples: int, seed: int, weights: Floats | None = None) -> Floats:
    """
    The means of resampled queries, shape (n_resamples, n_columns), of values of shape (n_queries, n_columns).

    The resamples are the same for every column, so that columns can be compared, and for the same seed. `weights` says
    what each value counts; None: all the same. After B. Efron and R. Tibshirani (1993), An introduction to the
    bootstrap, chapter 13.
    """
    n_queries = len(values)
    random = np.random.default_rng(seed)
    weights = np.ones_like(values) if weights is None else weights
    blocks = []
    for start in range(0, n_resamples, _BLOCK):
        size = min(_BLOCK, n_resamples - start)
        # A resample is how often each query was drawn, so that many are one matrix product (`scipy.stats.bootstrap`
        # gathers the values of each).
        drawn = random.multinomial(n_queries, np.full(n_queries, 1 / n_queries), size=size)
        blocks.append(_divided(drawn @ (values * weights), drawn @ weights))
    return np.concatenate(blocks)


def _divided(sums: Floats, weights: Floats) -> Floats:
    return np.divide(sums, weights, out=np.zeros_like(sums, dtype=np.float64), where=weights > 0)


def interval(means: Floats) -> list[tuple[float, float]]:
    """The 95 % percentile interval of each column of `bootstrap_means`."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def paired_difference(ours: Floats, theirs: Floats, resampled: Floats) -> dict[str, float]:
    """
    How much better the first is than the second, and how sure that is; both of shape (n_queries,), of the same queries.

    `resampled`, of shape (n_resamples,), is the mean difference in each resample. The p-value is that of the two-sided
    paired t-test, which agrees with the randomisation test and needs no draws (M. Smucker, J. Allan and B. Carterette,
    2007, CIKM, 623-632); 1 where the two never differ.
    """
    # Rounding errors are no spread.
    gaps: Floats = np.asarray(np.round(ours - theirs, 2 * PLACES), dtype=np.float64)
    ((low, high),) = interval(resampled[:, None])
    return {"mean": float(gaps.mean()), "low": low, "high": high, "p_value": p_value(gaps), "n_queries": len(gaps)}


def p_value(gaps: Floats) -> float:
    """That of the two-sided t-test for some differences without rounding errors, as `paired_difference` has it."""
    if not gaps.any():
        return 1.0
    if np.ptp(gaps) == 0:
        # The t-test divides by a spread of nothing; of all signs that the randomisation test tries, two are as extreme.
        return float(2.0 ** (1 - len(gaps)))
    return float(stats.ttest_1samp(gaps, 0.0).pvalue)


def compare(scores: Scores, n_resamples: int, seed: int, weights: Scores | None = None) -> tuple[Intervals, list[Test]]:
    """
    The intervals of all means, and the paired tests of each system against each that comes before it, as in `Report`.

    Where queries weigh differently, what is tested are the first-order parts of each query in the mean (the delta
    method for ratios).
    """
    columns = [(name, measure) for name, values in scores.items() for measure in values]
    values = np.nan_to_num(np.column_stack([scores[name][measure] for name, measure in columns]))
    weighing = np.ones_like(values)
    if weights is not None:
        weighing = np.column_stack([weights[name][measure] for name, measure in columns])
    resampled = bootstrap_means(values, n_resamples, seed, weighing)
    means = weighted_means(values, weighing)
    values = means + _divided(weighing * (values - means), np.broadcast_to(weighing.mean(axis=0), values.shape))
    ends: Intervals = {name: {} for name in scores}
    for (name, measure), pair in zip(columns, interval(resampled), strict=True):
        ends[name][measure] = [round(end, PLACES) for end in pair]
    place = {column: number for number, column in enumerate(columns)}
    tests: list[Test] = []
    for theirs, ours in combinations(scores, 2):
        for measure in scores[ours]:
            one, other = place[ours, measure], place[theirs, measure]
            found = paired_difference(values[:, one], values[:, other], resampled[:, one] - resampled[:, other])
            figures = {name: round(value, PLACES) for name, value in found.items()}
            figures["p_value"] = float(f"{found['p_value']:.3g}")
            tests.append({"system": ours, "against": theirs, "measure": measure, **figures})
    return ends, tests
