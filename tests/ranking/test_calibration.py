"""From raw scores to chances."""

import numpy as np
import pytest

from recommender.ranking.calibration import Calibration


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
