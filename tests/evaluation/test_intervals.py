"""Intervals and tests on data with known answers."""

import numpy as np
import pytest
from scipy import stats

from recommender.evaluation.intervals import bootstrap_means, compare, interval, paired_difference, weighted_means


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


def test_equal_systems_do_not_differ():
    """No difference anywhere: p is 1 and the interval is a point."""
    values = np.random.default_rng(0).random(30)
    found = difference(values, values)
    assert found == {"mean": 0, "low": 0, "high": 0, "p_value": 1, "n_queries": 30}


def test_a_gap_without_spread_is_as_sure_as_its_queries():
    """Five queries, all better by the same: one of 2^5 ways of signs, and its mirror, is as extreme."""
    found = difference(np.ones(5), np.zeros(5))
    assert (found["p_value"], found["n_queries"]) == (2 * 2**-5, 5)
    assert difference(np.array([0.2, 0.3, 0.4]), np.array([0.1, 0.2, 0.3]))["p_value"] == 2 * 2**-3


def test_each_system_is_compared_with_each_before_it():
    """Measure by measure, on the same resamples, in their order; figures have six places, p-values three digits."""
    random = np.random.default_rng(5)
    scores = {name: {measure: random.random(40) for measure in ("RR", "AP")} for name in ("bm25", "ours", "newest")}
    ends, tests = compare(scores, 300, seed=2)
    assert [(test["system"], test["against"], test["measure"]) for test in tests] == [
        ("ours", "bm25", "RR"),
        ("ours", "bm25", "AP"),
        ("newest", "bm25", "RR"),
        ("newest", "bm25", "AP"),
        ("newest", "ours", "RR"),
        ("newest", "ours", "AP"),
    ]
    columns = np.column_stack([scores["bm25"]["AP"], scores["ours"]["AP"]])
    resampled = bootstrap_means(columns, 300, seed=2)
    assert ends["ours"]["AP"] == [round(end, 6) for end in interval(resampled)[1]]
    found = paired_difference(columns[:, 1], columns[:, 0], resampled[:, 1] - resampled[:, 0])
    assert tests[1] == {
        "system": "ours",
        "against": "bm25",
        "measure": "AP",
        **{name: round(found[name], 6) for name in ("mean", "low", "high", "n_queries")},
        "p_value": float(f"{found['p_value']:.3g}"),
    }


def test_means_of_what_weighs_differently():
    """By hand: a quarter of 1 and three of 5; what is missing and weighs nothing leaves no trace; nothing is 0."""
    values = np.array([[1, np.nan, 2], [5, 3, 4]])
    weights = np.array([[0.25, 0, 0], [0.75, 0.5, 0]])
    assert weighted_means(values, weights).tolist() == [4, 3, 0]


def test_weights_that_are_equal_change_nothing():
    """Intervals and tests are those without weights, whatever all of them weigh."""
    random = np.random.default_rng(8)
    scores = {name: {"good": random.random(30)} for name in ("bm25", "ours")}
    weights = {name: {"good": np.full(30, 2.0)} for name in scores}
    plain_ends, (plain,) = compare(scores, 200, 0)
    ends, (test,) = compare(scores, 200, 0, weights)
    assert ends == {name: {"good": pytest.approx(pair["good"], abs=2e-6)} for name, pair in plain_ends.items()}
    figures = ("mean", "low", "high", "p_value", "n_queries")
    assert [test[name] for name in figures] == pytest.approx([plain[name] for name in figures], rel=1e-3, abs=2e-6)


def test_the_difference_of_weighted_means_is_what_is_tested():
    """A query that weighs three times counts so in the mean, in the interval around it and in the test."""
    random = np.random.default_rng(9)
    scores = {name: {"good": random.random(60)} for name in ("bm25", "ours")}
    weights = {name: {"good": random.integers(0, 4, 60).astype(float)} for name in scores}
    ends, (test,) = compare(scores, 400, 0, weights)
    means = {name: np.average(scores[name]["good"], weights=weights[name]["good"]) for name in scores}
    assert test["mean"] == pytest.approx(means["ours"] - means["bm25"], abs=1e-6)
    for name, mean in means.items():
        low, high = ends[name]["good"]
        assert low < mean < high
        one_by_one = [
            np.average(scores[name]["good"][drawn], weights=weights[name]["good"][drawn])
            for drawn in random.integers(0, 60, (2000, 60))
        ]
        assert (low, high) == pytest.approx(np.quantile(one_by_one, [0.025, 0.975]), abs=0.03)
    # A t-test of the delta method has the spread of the resampled difference.
    half = (test["high"] - test["low"]) / 2
    assert test["p_value"] == pytest.approx(2 * stats.norm.sf(abs(test["mean"]) / (half / 1.96)), abs=0.1)
