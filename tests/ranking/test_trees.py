"""Our reading of LightGBM's trees, against LightGBM."""

import lightgbm
import numpy as np
import pytest

from recommender.ranking.trees import TreeEnsemble


def fitted(objective="binary", missing=True, rounds=8, seed=1):
    """A small model, and a table with holes to score."""
    random = np.random.default_rng(seed)
    table = random.normal(size=(400, 5)).astype(np.float32)
    table[:, 4] = np.round(table[:, 4])
    right = (table[:, 0] + table[:, 1] * table[:, 2] > 0).astype(int)
    if missing:
        table[random.random(table.shape) < 0.2] = np.nan
    options = {"objective": objective, "verbosity": -1, "num_leaves": 7, "min_data_in_leaf": 5, "num_threads": 1}
    group = [20] * 20 if objective == "lambdarank" else None
    booster = lightgbm.train(options, lightgbm.Dataset(table, right, group=group), rounds)
    asked = table.copy()
    asked[random.random(table.shape) < 0.1] = np.nan
    asked[:20] = 0.0
    return booster, asked


@pytest.mark.parametrize("objective", ["binary", "lambdarank"])
@pytest.mark.parametrize("missing", [True, False])
def test_scores_are_lightgbms_own(objective, missing):
    """To the last bit but one, holes in the table included, also where learning met none."""
    booster, asked = fitted(objective, missing)
    trees = TreeEnsemble.from_text(booster.model_to_string())
    np.testing.assert_allclose(trees.scores(asked), booster.predict(asked, raw_score=True), rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_leaves", [2, 31, 32])
def test_a_score_is_the_sum_of_the_leaves_that_a_walk_ends_in(n_leaves):
    """To the last bit, in trees of any shape, and where a value is just what the node asks for or next to it."""
    random = np.random.default_rng(n_leaves)
    table = random.normal(size=(4000, 3)).astype(np.float32)
    table[random.random(table.shape) < 0.1] = np.nan
    right = (np.nan_to_num(table[:, 0]) * np.nan_to_num(table[:, 1], nan=1.0) > random.normal(size=4000)).astype(int)
    options = {"objective": "binary", "verbosity": -1, "num_leaves": n_leaves, "min_data_in_leaf": 2, "num_threads": 1}
    booster = lightgbm.train(options, lightgbm.Dataset(table, right), 12)
    trees = TreeEnsemble.from_text(booster.model_to_string())
    near = trees.thresholds.astype(np.float32)
    beside = [near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))]
    asked = np.concatenate([table[:200], np.column_stack([random.permutation(np.concatenate(beside))] * 3)])

    def walked(row):
        score = 0.0
        for root, first_leaf in zip(trees.roots.tolist(), trees.leaf_starts.tolist(), strict=True):
            node = 0
            while node >= 0:
                value = float(row[trees.features[root + node]])
                is_left = value <= trees.thresholds[root + node] or (np.isnan(value) and trees.nan_left[root + node])
                node = (trees.left if is_left else trees.right)[root + node]
            score += trees.leaf_values[first_leaf - node - 1]
        return score

    assert trees.scores(asked).tolist() == [walked(row) for row in asked]


def test_trees_of_too_many_leaves_are_refused():
    """Each leaf of a tree has a bit of 32."""
    table = np.arange(100, dtype=np.float32)[:, None]
    options = {"objective": "regression", "verbosity": -1, "num_leaves": 33, "min_data_in_leaf": 1, "num_threads": 1}
    booster = lightgbm.train(options, lightgbm.Dataset(table, table[:, 0]), 1)
    with pytest.raises(ValueError, match="more than 32 leaves"):
        TreeEnsemble.from_text(booster.model_to_string())


def test_contributions_add_up_to_the_score():
    """Less one number that is the same for every row."""
    booster, asked = fitted()
    trees = TreeEnsemble.from_text(booster.model_to_string())
    rest = trees.scores(asked) - trees.contributions(asked).sum(axis=1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-9)


def test_two_models_are_one_that_adds_them_up():
    """With a weight for each."""
    parts = [fitted(seed=seed)[0] for seed in (1, 2)]
    asked = fitted()[1]
    trees = TreeEnsemble.from_texts([part.model_to_string() for part in parts], [2.0, 0.5])
    expected = 2.0 * parts[0].predict(asked, raw_score=True) + 0.5 * parts[1].predict(asked, raw_score=True)
    np.testing.assert_allclose(trees.scores(asked), expected, atol=1e-12)
    assert trees.n_trees == 16


def test_a_model_that_learned_nothing_has_trees_without_decisions():
    """All its rows score the same."""
    table = np.zeros((50, 5), dtype=np.float32)
    right = np.arange(50) % 2
    options = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    booster = lightgbm.train(options, lightgbm.Dataset(table, right), 2)
    trees = TreeEnsemble.from_text(booster.model_to_string())
    np.testing.assert_allclose(trees.scores(table), booster.predict(table, raw_score=True), atol=1e-12)


@pytest.mark.parametrize("text", ["", "import os", "tree\nversion=v4\n"])
def test_other_text_is_refused(text):
    """A model is data; what is not one is not guessed at."""
    if text.startswith("tree"):
        assert TreeEnsemble.from_text(text).n_trees == 0
    else:
        with pytest.raises(ValueError, match="LightGBM"):
            TreeEnsemble.from_text(text)
