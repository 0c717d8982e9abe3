"""How the trees are grown, and how that is chosen."""

import numpy as np
import pytest

from recommender.ranking import boosting
from recommender.ranking.boosting import choose_recipe, grow
from recommender.ranking.features import FEATURE_NAMES, FEATURES, Pairs
from recommender.ranking.lessons import Lesson
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
        pairs = Pairs(rows, table[:, column].astype(float), table[:, column].astype(float), table)
        n_right, nothing = max(1, int(is_right.sum())), np.zeros(N_CANDIDATES)
        made.append(Lesson(row, True, pairs, is_right, n_right, nothing, nothing.astype(bool)))
    return made


@pytest.fixture(scope="module")
def many():
    """Enough lists to spare some for validation."""
    return lessons(500)


def test_few_lists_have_one_recipe():
    """There is nothing to spare."""
    few = lessons(40)
    times, order = np.arange(40.0), np.arange(40)
    assert choose_recipe(few, times, order, SETTINGS) is boosting._SMALL


def test_the_recipe_is_one_that_was_tried_and_the_same_each_time(many):
    """Deterministic with a seed."""
    times, order = np.arange(500.0), np.arange(500)
    recipe = choose_recipe(many, times, order, SETTINGS)
    assert (recipe.n_order, recipe.n_chance) in boosting._N_TREES
    assert recipe.order_part in boosting._ORDER_PARTS
    assert choose_recipe(many, times, order, SETTINGS) == recipe


def test_recipes_are_compared_on_the_newest_lists_alone(many, monkeypatch):
    """And nothing of these is in what the compared models learn from."""
    taught, judged = [], []
    material_of, real_ndcg = boosting._Material.of.__func__, boosting.ndcg
    monkeypatch.setattr(
        boosting._Material,
        "of",
        classmethod(lambda cls, given, settings: taught.extend(given) or material_of(cls, given, settings)),
    )
    monkeypatch.setattr(boosting, "ndcg", lambda lesson, *rest: judged.append(lesson.row) or real_ndcg(lesson, *rest))
    times = np.random.default_rng(3).permutation(500).astype(float)
    choose_recipe(many, times, np.arange(500), SETTINGS)
    assert set(judged) == set(np.argsort(times)[400:].tolist())
    assert {lesson.row for lesson in taught} == set(range(500)) - set(judged)


def test_the_trees_find_what_tells(many):
    """Raw scores order new lessons nearly as their editors did."""
    trees = grow(many, boosting._SMALL, SETTINGS)
    found = [
        float(np.mean(lesson.is_right[np.argsort(-trees.scores(lesson.pairs.table))[: lesson.n_right]]))
        for lesson in lessons(50, seed=9)
    ]
    assert np.mean(found) > 0.8


def test_without_list_evidence_no_tree_asks_for_it():
    """Though it tells all."""
    settings = RankingSettings(list_evidence="none")
    trees = grow(lessons(100, telling="votes"), boosting._SMALL, settings)
    asked = {FEATURES[FEATURE_NAMES[column]][0] for column in np.flatnonzero(trees.gains())}
    assert asked
    assert asked <= {"text", "time", "article"}
