"""
The figures of models/reader.md: the reader's curve of each graded site, fitted on the other sites.

Usage: python benchmarks/reader_curve.py SITES GRADES

SITES holds a folder for each site of `SITES`, with its settings beside it as NAME.settings.yaml where it needs some;
GRADES the grades, as NAME.tsv. Printed is what a reader makes of the first five suggestions by similarity that reach
the product's least chance: the shares of good (2, 3) and of wrong (0) ones, and of the articles that have a good
candidate those that get one; the slope and the intercept of the curve of all sites; and what a link between two
articles adds to the logarithm of the odds that the product's curve gives without it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from recommender import Corpus, Recommender, read_site
from recommender.evaluation.grades import read_grades
from recommender.ranking import reader
from recommender.ranking.calibration import likeliest
from recommender.settings import Settings, read_settings

#: A site, and the files of its grades.
SITES = {
    "azure": ("azure",),
    "keepthrifty": ("keepthrifty",),
    "helios": ("helios",),
    "namefi": ("namefi", "namefi-de", "namefi-ja"),
}
_GOOD = 2


@dataclass(frozen=True)
class Graded:
    """
    Of a file of grades: all pairs as (x, grade), and those with a link between the two as if there were none.

    And for each article its first five, and whether any pair is good.
    """

    pairs: list[tuple[float, int]]
    linked: list[tuple[float, int]]
    answers: list[tuple[list[tuple[float, int | None]], bool]]


def relative(score: float) -> float:
    """The relative similarity, in logarithms, of which the product's curve has made a score."""
    chance = min(max(score, 1e-6), 1 - 1e-6)
    return float((np.log(chance / (1 - chance)) - reader._INTERCEPT) / reader._SLOPE)


def graded(sites: Path, grades: Path, name: str) -> dict[str, Graded]:
    """What readers said of a site, by file; the lists of the graded articles are hidden before the fit."""
    file = sites / f"{name}.settings.yaml"
    settings = read_settings(file) if file.exists() else Settings()
    settings = replace(settings, ranking=replace(settings.ranking, ranker="similarity"))
    corpus = read_site(sites / name, settings)
    told = {part: read_grades([grades / f"{part}.tsv"]) for part in SITES[name]}
    asked = {article for pairs in told.values() for article, _ in pairs if article in corpus}
    hidden = [replace(article, related=()) if article.id in asked else article for article in corpus]
    rec = Recommender(settings).fit(Corpus(hidden, site_language=corpus.site_language))
    found = {}
    for part, pairs in told.items():
        of_article: dict[str, dict[str, int]] = {}
        for (article, candidate), grade in pairs.items():
            if article in corpus and candidate in corpus:
                of_article.setdefault(article, {})[candidate] = grade
        reasons = [
            (rec.explain(article, candidate), grade)
            for article, own in of_article.items()
            for candidate, grade in own.items()
        ]
        # Who may not be suggested, such as a deleted post, has no score, whatever the similarity.
        points = [(relative(why.score), grade) for why, grade in reasons if why.score > 0 or why.similarity == 0]
        linked = [
            (relative(why.score) - why.signals["linked"] / reader._SLOPE, grade)
            for why, grade in reasons
            if why.score > 0 and "linked" in why.signals
        ]
        answers = [
            (
                [(relative(one.score), own.get(one.article_id)) for one in rec.suggest(article, k=5, min_score=0)],
                max(own.values()) >= _GOOD,
            )
            for article, own in of_article.items()
        ]
        found[part] = Graded(points, linked, answers)
    return found


def curve(parts: list[Graded]) -> LogisticRegression:
    """The curve of some files of grades, each with the weight of the root of its pairs."""
    x, y, weights = [], [], []
    for part in parts:
        x += [point for point, _ in part.pairs]
        y += [grade >= _GOOD for _, grade in part.pairs]
        weights += [len(part.pairs) ** -0.5] * len(part.pairs)
    weight = np.array(weights) / np.mean(weights)
    return LogisticRegression(C=10).fit(np.array(x)[:, None], y, sample_weight=weight)


def link_weight(linked: list[tuple[float, int]]) -> float:
    """The likeliest weight of a link beside the product's curve, with a weak prior around 0."""
    offsets = np.array([reader._SLOPE * point + reader._INTERCEPT for point, _ in linked])
    is_good = np.array([grade >= _GOOD for _, grade in linked], dtype=float)
    ones = np.ones((len(linked), 1))
    return float(likeliest(ones, is_good, ones[:, 0], np.array([0.25]), np.zeros(1), offsets)[0])


def figures(part: Graded, model: LogisticRegression) -> str:
    """Good, wrong and served of what reaches the least chance of its place, and what is ungraded."""

    def chances(points: list[float]) -> NDArray[np.float64]:
        return np.asarray(model.predict_proba(np.array(points)[:, None])[:, 1]) if points else np.zeros(0)

    shown: list[int | None] = []
    served: list[bool] = []
    for answer, has_good in part.answers:
        found = chances([point for point, _ in answer])
        reaching = found >= [reader.least_at(reader.LEAST_CHANCES, place) for place in range(len(found))]
        kept = [grade for (_, grade), is_shown in zip(answer, reaching, strict=True) if is_shown]
        shown += kept
        if has_good:
            served.append(any(grade is not None and grade >= _GOOD for grade in kept))
    known = [grade for grade in shown if grade is not None]
    good, wrong = (np.mean([is_so(grade) for grade in known]) for is_so in (_GOOD.__le__, (0).__eq__))
    return (
        f"good {good:.2f}  wrong {wrong:.2f}  served {np.mean(served):.2f}  ungraded {1 - len(known) / len(shown):.2f}"
    )


def main() -> None:
    """Print the figures."""
    sites, grades = map(Path, sys.argv[1:3])
    found = {name: graded(sites, grades, name) for name in SITES}
    for name, parts in found.items():
        model = curve([part for other, others in found.items() if other != name for part in others.values()])
        for part, points in parts.items():
            print(f"{part:<12} {figures(points, model)}", flush=True)
    whole = curve([part for parts in found.values() for part in parts.values()])
    print(f"of all sites: slope {whole.coef_[0, 0]:.2f}, intercept {whole.intercept_[0]:.2f}")
    linked = {part: points.linked for parts in found.values() for part, points in parts.items() if points.linked}
    for part, pairs in {**linked, "all": [pair for own in linked.values() for pair in own]}.items():
        print(f"{part:<12} {len(pairs)} pairs with a link: weight {link_weight(pairs):.2f}")


if __name__ == "__main__":
    main()
