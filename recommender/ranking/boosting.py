"""Lessons to trees: two boosted models (LightGBM), how they are mixed, and how that is chosen. A number room."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.features import FEATURE_NAMES, FEATURES
from recommender.ranking.lessons import FEW_LISTS, Lesson, ndcg, newest
from recommender.ranking.trees import Trees
from recommender.settings import RankingSettings

if TYPE_CHECKING:
    from lightgbm import Booster

#: Wrong candidates that a list is learned from, drawn at random; all took five times as long and taught no more.
_N_WRONG = 80
#: How many pairs that only a list tells of a pair counts for that an editor decided about.
_DECIDED_WEIGHT = 5.0
#: Part of the lists, the newest, on which recipes are compared.
_VALIDATED_SHARE = 0.2
#: The columns that need curated lists.
_OF_LISTS = [column for column, (family, _) in enumerate(FEATURES.values()) if family in ("lists", "links")]


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    How the two models are grown, and mixed.

    Parameters
    ----------
    n_order, n_chance
        Trees of the model of order and of the model of chance.
    order_part
        The weight of the first against the second, each taken in standard deviations of its own scores.
    order, chance
        LightGBM's options of each.
    """

    n_order: int
    n_chance: int
    order_part: float
    order: tuple[tuple[str, Any], ...]
    chance: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return f"{self.n_order} trees of order and {self.n_chance} of chance, weighed {self.order_part:g} to 1"


_RANKS = (("objective", "lambdarank"), ("lambdarank_truncation_level", 20))
#: With few lists: small trees, and nothing left to validate on.
_SMALL = Recipe(
    60, 60, 2.0,
    (*_RANKS, ("num_leaves", 15), ("min_data_in_leaf", 20)),
    (("objective", "binary"), ("num_leaves", 15), ("min_data_in_leaf", 20)),
)  # fmt: skip
#: With many lists: the most trees that are tried.
_LARGE = Recipe(
    150, 150, 2.0,
    (*_RANKS, ("num_leaves", 31), ("min_data_in_leaf", 200)),
    (("objective", "binary"), ("num_leaves", 15), ("min_data_in_leaf", 100)),
)  # fmt: skip
#: What is tried: numbers of trees, of order and of chance; and the part of order.
_N_TREES = ((50, 50), (100, 100), (100, 150), (150, 150))
_ORDER_PARTS = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class _Material:
    """What LightGBM learns from: rows of features, which are right, how many rows each list has, and weights."""

    table: NDArray[np.float32]
    is_right: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, lessons: Sequence[Lesson], settings: RankingSettings) -> _Material:
        random = np.random.default_rng(settings.seed)
        kept = [_thinned(lesson, random) for lesson in lessons]
        table = np.concatenate([lesson.pairs.table[places] for lesson, places in zip(lessons, kept, strict=True)])
        if settings.list_evidence == "none":
            table[:, _OF_LISTS] = np.nan  # no tree splits where all is missing
        is_right = np.concatenate([lesson.is_right[places] for lesson, places in zip(lessons, kept, strict=True)])
        sizes = np.array([len(places) for places in kept])
        is_decided = np.concatenate([lesson.is_decided[places] for lesson, places in zip(lessons, kept, strict=True)])
        weights = np.repeat([_weight(lesson) for lesson in lessons], sizes) * np.where(is_decided, _DECIDED_WEIGHT, 1.0)
        return cls(table, is_right, sizes, weights)


def choose_recipe(
    lessons: Sequence[Lesson], times: NDArray[np.float64], order: NDArray[np.int64], settings: RankingSettings
) -> Recipe:
    """
    The recipe that does best on the newest of some lessons, learned from the others.

    Time-blocked, because that is how it will be used; measured by nDCG@10 of the drafts, each list with the weight that
    it has in learning. With few lists there is nothing to spare, and one recipe for all.

    Parameters
    ----------
    lessons
        Those that may be learned from; none that a later check is to hold out.
    times
        Shape (n_rows,): days since 1970, NaN where unknown.
    order
        Shape (n_rows,): the order of equal scores.
    settings
        Seed and what to go by.
    """
    rows = np.array(sorted({lesson.row for lesson in lessons}), dtype=np.int64)
    if len(rows) < FEW_LISTS:
        return _SMALL
    shuffled = np.random.default_rng(settings.seed).permutation(rows)
    validated = set(newest(shuffled, times, int(len(rows) * _VALIDATED_SHARE)).tolist())
    judged = [lesson for lesson in lessons if lesson.row in validated and lesson.is_draft]
    if not judged:
        return _LARGE
    material = _Material.of([lesson for lesson in lessons if lesson.row not in validated], settings)
    order_model, chance_model = _boost_both(material, _LARGE, settings.seed)
    asked = np.concatenate([lesson.pairs.table for lesson in judged])
    ends = np.cumsum([len(lesson.pairs.rows) for lesson in judged])[:-1]
    weights = np.array([_weight(lesson) for lesson in judged])
    best, best_mean = _LARGE, -1.0
    for n_order, n_chance in _N_TREES:
        by_order = _in_deviations(order_model, asked, n_order)
        by_chance = _in_deviations(chance_model, asked, n_chance)
        for part in _ORDER_PARTS:
            scores = np.split(part * by_order + by_chance, ends)
            found = [ndcg(lesson, raw, order) for lesson, raw in zip(judged, scores, strict=True)]
            mean = float(np.average(found, weights=weights))
            if mean > best_mean:
                best = replace(_LARGE, n_order=n_order, n_chance=n_chance, order_part=part)
                best_mean = mean
    return best


def grow(lessons: Sequence[Lesson], recipe: Recipe, settings: RankingSettings) -> Trees:
    """
    Two models of these lessons, added up: one of the order of a list, one of the chance of a pair.

    LambdaMART is better where few are right, for it looks at the first places of each list; classification is better
    where a whole circle is right, for it sees every pair. Together they are steadier than either.

    References
    ----------
    C. Burges, "From RankNet to LambdaRank to LambdaMART: an overview" (Microsoft Research, MSR-TR-2010-82).
    """
    material = _Material.of(lessons, settings)
    models = tuple(_boost_both(material, recipe, settings.seed))
    spreads = [float(Trees((model,), (1.0,)).scores(material.table).std()) for model in models]
    parts = (recipe.order_part, 1.0)
    return Trees(models, tuple(part / max(spread, 1e-9) for part, spread in zip(parts, spreads, strict=True)))


def _weight(lesson: Lesson) -> float:
    """The weight of a list: one of 177 has 15,000 pairs to order, one of 2 two hundred, and must not drown it."""
    return float(1.0 / np.log2(2.0 + lesson.n_right))


def _in_deviations(model: Booster, table: NDArray[np.float32], n_trees: int) -> NDArray[np.float64]:
    scores = np.asarray(model.predict(table, raw_score=True, num_iteration=n_trees, num_threads=1), dtype=np.float64)
    return scores / max(float(scores.std()), 1e-9)


def _boost_both(material: _Material, recipe: Recipe, seed: int) -> list[Booster]:
    options = (
        {**dict(recipe.order), "num_iterations": recipe.n_order},
        {**dict(recipe.chance), "num_iterations": recipe.n_chance},
    )
    # Each model on one thread, the two side by side: LightGBM's own threads spend on waiting what they save where the
    # cores are shared.
    with ThreadPoolExecutor(len(options)) as pool:
        return list(pool.map(lambda own: _boost(material, own, seed), options))


def _boost(material: _Material, options: dict[str, Any], seed: int) -> Booster:
    """One boosted model."""
    import lightgbm  # only learning needs it, and importing it takes longer than answering

    parameters = {
        "learning_rate": 0.08,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "max_bin": 63,
        "feature_pre_filter": False,
        "seed": seed,
        # One model whatever the number of cores.
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
        **options,
    }
    data = lightgbm.Dataset(
        material.table,
        material.is_right.astype(np.int32),
        group=material.sizes if options["objective"] == "lambdarank" else None,
        weight=material.weights,
        feature_name=list(FEATURE_NAMES),
        params=parameters,
    )
    n_trees = parameters.pop("num_iterations")
    return lightgbm.train(parameters, data, num_boost_round=n_trees)


def _thinned(lesson: Lesson, random: np.random.Generator) -> NDArray[np.int64]:
    """The places of a lesson's candidates to learn from: all that are right or decided, and some of the wrong."""
    is_kept = lesson.is_right | lesson.is_decided
    wrong = np.flatnonzero(~is_kept)
    if len(wrong) > _N_WRONG:
        wrong = random.choice(wrong, _N_WRONG, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(is_kept), wrong]))
