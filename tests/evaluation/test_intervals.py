"""Intervals and tests on data with known answers."""

import numpy as np
import pytest
from scipy import stats

from recommender.evaluation.intervals import bootstrap_means, interval, paired_difference


def difference(ours, theirs, n_resamples=2000):
    """The difference with resamples of its own."""
    resampled = bootstrap_means(np.column_stack([ours - theirs]), n_resamples, seed=0)[:, 0]
    return paired_difference(ours, theirs, resampled)


def test_interval_is_that_of_scipy():
    """The ends are those of scipy's percentile bootstrap, up to chance."""
    values = np.random.default_rng(1).beta(1, 3, 400)
    ((low, high),) = interval(bootstrap_means(values[:, None], 5000, seed=0))
    expected = stats.bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=2).confidence_interval
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.002)


def test_interval_covers_the_truth_about_as_often_as_it_says():
    """Of 400 samples of 100 values with mean 0.3, between 90 and 99 % have the truth in their interval."""
    random = np.random.default_rng(3)
    covered = 0
    for trial in range(400):
        sample = random.binomial(1, 0.3, 100).astype(float)
        ((low, high),) = interval(bootstrap_means(sample[:, None], 300, seed=trial))
        covered += low <= 0.3 <= high
    assert 0.90 < covered / 400 < 0.99


def test_the_same_seed_draws_the_same():
    """One seed, one answer; another seed, another; and more resamples than fit in a block go on drawing."""
    values = np.arange(10.0)[:, None]
    first = bootstrap_means(values, 600, seed=5)
    assert first.shape == (600, 1)
    assert np.array_equal(first, bootstrap_means(values, 600, seed=5))
    assert not np.array_equal(first, bootstrap_means(values, 600, seed=6))
    assert not np.array_equal(first[:250], first[250:500])


def test_columns_share_their_resamples():
    """A column and the same column plus one differ by one in every resample."""
    values = np.random.default_rng(0).random(50)
    means = bootstrap_means(np.column_stack([values, values + 1]), 100, seed=0)
    assert means[:, 1] - means[:, 0] == pytest.approx(np.ones(100))


def test_t_test_agrees_with_the_randomisation_test():
    """The p-value is near that of trying out the signs of the differences."""
    random = np.random.default_rng(7)
    theirs = random.random(200)
    ours = theirs + random.normal(0.02, 0.15, 200)
    found = difference(ours, theirs)
    signs = stats.permutation_test(
        (ours - theirs,), np.mean, permutation_type="samples", n_resamples=20_000, vectorized=True, rng=0
    )
    assert found["p_value"] == pytest.approx(signs.pvalue, abs=0.02)
    assert found["mean"] == pytest.approx((ours - theirs).mean())
    assert found["low"] < found["mean"] < found["high"]


def test_a_real_difference_is_seen_and_none_is_not():
    """Half a standard deviation over 200 queries is sure; pure noise is sure in about one of twenty tries."""
    random = np.random.default_rng(11)
    base = random.random(200)
    assert difference(base + random.normal(0.05, 0.1, 200), base)["p_value"] < 1e-6
    chance = [difference(base + random.normal(0, 0.1, 200), base, 10)["p_value"] < 0.05 for _ in range(200)]
    assert 0.01 < np.mean(chance) < 0.11


def test_equal_systems_do_not_differ():
    """No difference anywhere: p is 1 and the interval is a point."""
    values = np.random.default_rng(0).random(30)
    found = difference(values, values)
    assert found == {"mean": 0, "low": 0, "high": 0, "p_value": 1, "n_queries": 30}


def test_a_gap_without_spread_is_as_sure_as_its_queries():
    """Five queries, all better by the same: one of 2^5 ways of signs, and its mirror, is as extreme."""
    found = difference(np.ones(5), np.zeros(5))
    assert (found["p_value"], found["n_queries"]) == (2 * 2**-5, 5)
