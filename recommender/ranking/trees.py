"""Lessons to boosted trees (LightGBM), and what these say of a pair: the chance that it is listed. A number room."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.errors import SettingsError
from recommender.ranking.features import FEATURE_NAMES
from recommender.ranking.lessons import FEW_LISTS, Lesson
from recommender.settings import RankingSettings

if TYPE_CHECKING:
    from lightgbm import Booster

#: Wrong candidates that a list is learned from, drawn at random; all took five times as long and taught no more.
_N_WRONG = 80
#: Trees, and rows that a leaf has at least: with few lists, and with many.
_FEW, _MANY = (60, 20), (150, 100)


def load_lightgbm() -> ModuleType:
    """
    The library; SettingsError where the system lacks what it takes from there.

    Only a learned ranker needs it, and importing it takes longer than answering.
    """
    try:
        return import_module("lightgbm")
    except OSError as error:
        raise SettingsError(
            f"lightgbm, by which lists are learned, cannot be loaded: {error}. It takes OpenMP from the system: "
            "apt-get install libgomp1, on macOS brew install libomp. Without it: ranking.ranker: similarity."
        ) from None


def read_trees(text: str) -> Booster:
    """The model of LightGBM's own text; ValueError where it is none, or of other features than this version has."""
    lightgbm = load_lightgbm()
    try:
        trees: Booster = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise ValueError(f"not a LightGBM model ({error})") from None
    if tuple(trees.feature_name()) != FEATURE_NAMES:
        raise ValueError("its ranker was learned from other features than this version has")
    return trees


def raw_scores(trees: Booster, table: NDArray[np.float32]) -> NDArray[np.float64]:
    """The raw score of each row of features, of which there is one at least; shape (n_rows,)."""
    return np.asarray(trees.predict(table, raw_score=True, num_threads=1), dtype=np.float64)


def grow(lessons: Sequence[Lesson], settings: RankingSettings) -> Booster:
    """
    A model of these lessons: which candidates are right, each list with the weight that it has.

    On the held-out lists of four sites nDCG@10 is 0.750, 0.680, 0.860 and 0.642 by this; by LambdaMART (Burges 2010) it
    was 0.741, 0.677, 0.859 and 0.614, and by both together, mixed as validation chose, 0.745, 0.684, 0.859 and 0.626
    (standard errors 0.018 to 0.028).
    """
    lightgbm = load_lightgbm()
    random = np.random.default_rng(settings.seed)
    taught = [(lesson, _thinned(lesson, random)) for lesson in lessons]
    table = np.concatenate([lesson.pairs.table[places] for lesson, places in taught])
    is_right = np.concatenate([lesson.is_right[places] for lesson, places in taught])
    # A list of 177 has 15,000 pairs to order, one of 2 two hundred, and must not drown it.
    weights = np.concatenate([np.full(len(places), 1.0 / np.log2(2.0 + lesson.n_right)) for lesson, places in taught])
    n_trees, least_rows = _FEW if len({lesson.row for lesson in lessons}) < FEW_LISTS else _MANY
    parameters = {
        "objective": "binary",
        "learning_rate": 0.08,
        "num_leaves": 15,
        "min_data_in_leaf": least_rows,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "max_bin": 63,
        "feature_pre_filter": False,
        "seed": settings.seed,
        # One model whatever the number of cores.
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(
        table,
        is_right.astype(np.int32),
        weight=weights,
        feature_name=list(FEATURE_NAMES),
        params=parameters,
    )
    trees: Booster = lightgbm.train(parameters, data, num_boost_round=n_trees)
    return trees


def _thinned(lesson: Lesson, random: np.random.Generator) -> NDArray[np.int64]:
    """The places of a lesson's candidates to learn from: all that are right, and some of the wrong."""
    wrong = np.flatnonzero(~lesson.is_right)
    if len(wrong) > _N_WRONG:
        wrong = random.choice(wrong, _N_WRONG, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(lesson.is_right), wrong]))
