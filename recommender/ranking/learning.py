"""
Learning from the curated lists: lessons, trees, and on held-out lists the proof, the chances and the threshold.

A number room. What is held out does not teach the trees that are judged by it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.calibration import Calibration
from recommender.ranking.learned import LEAST_LISTS, Check, LearnedRanker
from recommender.ranking.lessons import Lesson, Library, folds_of, ndcg
from recommender.ranking.trees import grow, raw_scores

#: By how many standard errors learning must be better to be kept; similarity has the benefit of the doubt.
_LEAST_ERRORS = 2.0
#: Pairs of a query that calibration looks at, the best first: further down nothing is ever shown.
_CALIBRATED_DEPTH = 30
#: Places of a list by which the threshold is set.
_N_SHOWN = 5
#: A held-out lesson with the raw scores of its candidates.
_Judged = tuple[Lesson, NDArray[np.float64]]


def learn(library: Library, progress: Callable[[int, int], None] | None = None) -> tuple[LearnedRanker | None, Check]:
    """
    The ranker that is learned from the curated lists, and the figures that show on held-out lists whether it helps.

    None where there are too few lists, or where it is not better than similarity and the setting ``ranker: learned``
    does not keep it all the same.
    """
    settings, catalogue = library.settings, library.state.catalogue
    n_lists = len(library.rows_with_list())
    if n_lists < LEAST_LISTS:
        return None, Check(n_lists)
    random = np.random.default_rng(settings.seed)
    lessons = library.lessons(random, progress)
    n_taught = len({lesson.row for lesson in lessons})
    if n_taught < LEAST_LISTS:
        return None, Check(n_taught)

    folds = folds_of(lessons, catalogue.times, random)
    held_out: list[_Judged] = []
    for fold in sorted(set(folds.values()) - {-1}):
        taught = [lesson for lesson in lessons if folds[lesson.row] != fold]
        trees = grow(taught, settings)
        held_out += [(lesson, raw_scores(trees, lesson.pairs.table)) for lesson in lessons if folds[lesson.row] == fold]
    check = _check(held_out, n_lists, catalogue.order)
    if not check.is_better and settings.ranker != "learned":
        return None, check

    as_draft = _calibrate([pair for pair in held_out if not pair[0].pairs.is_listed], held_out)
    as_known = _calibrate([pair for pair in held_out if pair[0].pairs.is_listed], held_out)
    shown = [(lesson, (as_known if lesson.pairs.is_listed else as_draft)(scores)) for lesson, scores in held_out]
    threshold, precision, recall = _threshold(shown)
    check = replace(check, precision=precision, recall=recall)
    trees = grow(lessons, settings)
    ranker = LearnedRanker(trees, as_draft, as_known, threshold, library.similarity, library.trust)
    return ranker, check


def _check(held_out: Sequence[_Judged], n_lists: int, order: NDArray[np.int64]) -> Check:
    """nDCG@10 of both rankers on the held-out lists."""
    learned = np.array([ndcg(lesson, scores, order) for lesson, scores in held_out])
    similarity = np.array([ndcg(lesson, lesson.readers, order) for lesson, _ in held_out])
    difference = learned - similarity
    # A list that is asked both as a draft and as one of the corpus counts as one list for the error.
    rows = np.array([lesson.row for lesson, _ in held_out])
    _, place = np.unique(rows, return_inverse=True)
    by_list = np.bincount(place, difference) / np.bincount(place)
    error = float(by_list.std(ddof=1) / np.sqrt(len(by_list))) if len(by_list) > 1 else float("inf")
    return Check(
        n_lists=n_lists,
        n_queries=len(held_out),
        similarity=float(similarity.mean()),
        learned=float(learned.mean()),
        difference=float(difference.mean()),
        standard_error=error,
        is_better=float(by_list.mean()) > _LEAST_ERRORS * error,
    )


def _calibrate(part: Sequence[_Judged], everything: Sequence[_Judged]) -> Calibration:
    """The curve of a part of the held-out lists, or of all where the part is too small. Each list weighs the same."""
    chosen = part if len(part) >= LEAST_LISTS else everything
    scores, is_right, weights = [], [], []
    for lesson, raw in chosen:
        best = np.argsort(-raw, kind="stable")[:_CALIBRATED_DEPTH]
        scores.append(raw[best])
        is_right.append(lesson.is_right[best])
        weights.append(np.full(len(best), 1.0 / len(best)))
    return Calibration.fit(np.concatenate(scores), np.concatenate(is_right), np.concatenate(weights))


def _threshold(shown: Sequence[_Judged]) -> tuple[float, float, float]:
    """
    The chance from which a place is well spent, and its precision and recall on the held-out lists.

    It is the one with the best F0.5 of the first five: a wrong suggestion costs an editor more than a missing one.
    """
    chances, is_right = [], []
    most = 0
    for lesson, values in shown:
        best = np.argsort(-values, kind="stable")[:_N_SHOWN]
        chances.append(values[best])
        is_right.append(lesson.is_right[best])
        most += min(_N_SHOWN, lesson.n_right)
    values, right = np.concatenate(chances), np.concatenate(is_right)
    best_threshold, best_f, best_precision, best_recall = 0.05, -1.0, 0.0, 0.0
    for threshold in np.arange(0.05, 0.31, 0.01):
        passed = values >= threshold
        if not passed.any():
            break
        precision, recall = float(right[passed].mean()), float(right[passed].sum() / most)
        f = 1.25 * precision * recall / max(0.25 * precision + recall, 1e-12)
        if f > best_f:
            best_threshold, best_f, best_precision, best_recall = float(threshold), f, precision, recall
    return round(best_threshold, 2), best_precision, best_recall
