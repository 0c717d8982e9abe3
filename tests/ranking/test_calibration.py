"""From raw scores to chances."""

import numpy as np
import pytest
from scipy import optimize

from recommender.ranking.calibration import Calibration, likeliest


def drawn(n, seed=0):
    """Scores, and whether the editor had listed the pair, with chance 1 / (1 + exp(-2 score))."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=n)
    return scores, random.random(n) < 1 / (1 + np.exp(-2 * scores))


def test_a_chance_is_how_often_it_is_right():
    """In each tenth of the scores, to a few hundredths."""
    curve = Calibration.fit(*drawn(20_000), np.ones(20_000))
    scores, is_right = drawn(20_000, seed=1)
    chances = curve(scores)
    for low in np.arange(0, 1, 0.1):
        here = (chances >= low) & (chances < low + 0.1)
        assert chances[here].mean() == pytest.approx(is_right[here].mean(), abs=0.05)


@pytest.mark.parametrize("n", [30, 20_000])
def test_the_order_stays(n):
    """A higher score is a higher chance, also beyond the scores that were seen."""
    curve = Calibration.fit(*drawn(n), np.ones(n))
    chances = curve(np.linspace(-6, 6, 400))
    assert np.all(np.diff(chances) > 0)
    assert np.all((chances > 0) & (chances < 1))


@pytest.mark.parametrize("right", [0, 10])
def test_all_wrong_or_all_right_is_no_certainty(right):
    """Ten pairs prove little."""
    curve = Calibration.fit(np.arange(10.0), np.arange(10) < right, np.ones(10))
    chances = curve(np.arange(10.0))
    assert np.all((chances > 0) & (chances < 1))


def test_the_likeliest_weights_are_those_that_an_optimiser_finds():
    """Cases that count differently, chances as targets, odds that are given, and a prior that is not at zero."""
    random = np.random.default_rng(2)
    design, offsets = random.normal(size=(40, 3)), random.normal(size=40)
    targets, sure = random.random(40), random.random(40) * 3
    precision, expected = np.array([0.5, 2.0, 1e-3]), np.array([1.0, -1.0, 0.0])

    def surprise(weights):
        odds = offsets + design @ weights
        # The logarithm of 1 + exp(odds), less what the target says.
        return sure @ (np.logaddexp(0, odds) - targets * odds) + precision @ (weights - expected) ** 2 / 2

    best = optimize.minimize(surprise, np.zeros(3), tol=1e-12).x
    assert likeliest(design, targets, sure, precision, expected, offsets) == pytest.approx(best, abs=1e-4)
    assert expected.tolist() == [1.0, -1.0, 0.0]


@pytest.mark.parametrize("expected", [-30.0, 30.0])
def test_a_weak_prior_that_is_far_off_misleads_nobody(expected):
    """Where the curve is flat a step of Newton's method leads nowhere; the likeliest weight is found all the same."""
    found = likeliest(np.ones((9, 1)), np.full(9, 0.75), np.ones(9), np.array([1e-9]), np.array([expected]))
    assert found == pytest.approx(np.log(3))


@pytest.mark.parametrize(("n_right", "mean"), [(0, 1 / 12), (3, (3 * 4 / 5 + 7 / 9) / 10), (10, 11 / 12)])
def test_the_mean_chance_is_that_of_the_smoothed_pairs(n_right, mean):
    """Right ones count (n + 1) / (n + 2), wrong ones 1 / (n + 2), wherever scores lie, whatever all of them weigh."""
    scores, is_right = np.arange(10.0) * 5 + 100, np.arange(10) >= 10 - n_right
    chances = Calibration.fit(scores, is_right, np.ones(10))(scores)
    assert chances.mean() == pytest.approx(mean)
    assert Calibration.fit(scores, is_right, np.full(10, 2.0))(scores) == pytest.approx(chances)


def test_scores_in_another_unit_are_the_same_chances():
    """What is between raw scores counts, not where they lie nor in which unit; heavier pairs pull the curve to them."""
    scores, is_right = drawn(200)
    weights = np.where(scores > 0, 1.0, 3.0)
    chances = Calibration.fit(scores, is_right, weights)(scores)
    assert Calibration.fit(scores * 40 - 7, is_right, weights)(scores * 40 - 7) == pytest.approx(chances)
    targets = np.where(is_right, (is_right.sum() + 1) / (is_right.sum() + 2), 1 / ((~is_right).sum() + 2))
    assert weights @ chances == pytest.approx(weights @ targets)


def test_the_slope_is_pulled_towards_one():
    """Of two pairs it is what its prior, of mean and spread 1 for scores of spread 1, and the two say together."""
    curve = Calibration.fit(np.array([-1.0, 1.0]), np.array([False, True]), np.ones(2))
    slope = optimize.brentq(lambda slope: 2 * (1 / (1 + np.exp(-slope)) - 2 / 3) + slope - 1, -5, 5)
    assert (curve.slope, curve.intercept) == (pytest.approx(slope), pytest.approx(0))


def test_scores_that_say_the_opposite_hardly_rise():
    """The order stays even then; the slope is 0.05 a standard deviation."""
    scores, is_right = drawn(1_000)
    assert Calibration.fit(-3 * scores, is_right, np.ones(1_000)).slope == pytest.approx(0.05 / np.std(3 * scores))
