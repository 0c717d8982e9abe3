"""How the trees are grown."""

import numpy as np
import pytest

from recommender.ranking.features import FEATURE_NAMES, FEATURES, Pairs
from recommender.ranking.lessons import Lesson
from recommender.ranking.trees import grow, raw_scores
from recommender.settings import RankingSettings

SETTINGS = RankingSettings()
N_CANDIDATES = 30


def lessons(n, seed=0, telling="similarity"):
    """Lessons in which one feature tells nearly all, row r published on day r."""
    random = np.random.default_rng(seed)
    column = FEATURE_NAMES.index(telling)
    made = []
    for row in range(n):
        table = random.random((N_CANDIDATES, len(FEATURES)), dtype=np.float32)
        is_right = table[:, column] + 0.1 * random.random(N_CANDIDATES) > 0.9
        rows = np.arange(N_CANDIDATES, dtype=np.int64)
        pairs = Pairs(rows, table[:, column].astype(float), table)
        n_right, nothing = max(1, int(is_right.sum())), np.zeros(N_CANDIDATES)
        made.append(Lesson(row, pairs, is_right, n_right, nothing))
    return made


@pytest.mark.parametrize("n", [60, 500])
def test_the_trees_find_what_tells(n):
    """From few lists and from many, raw scores order new lessons nearly as their editors did."""
    trees = grow(lessons(n), SETTINGS)
    found = [
        float(np.mean(lesson.is_right[np.argsort(-raw_scores(trees, lesson.pairs.table))[: lesson.n_right]]))
        for lesson in lessons(50, seed=9)
    ]
    assert np.mean(found) > 0.8
