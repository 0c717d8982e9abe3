"""
Whether a score is the chance that it says: of the suggestions with such a score the share that readers found good.

Usage: python benchmarks/calibration.py SITE GRADES.tsv [SITE GRADES.tsv ...]

The first five by similarity under each graded article of a site, its own list hidden before the fit, all of them
together; good is a grade of 2 or 3. What nobody graded is left out and counted.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from recommender import Corpus, Recommender, read_site
from recommender.evaluation.grades import read_grades
from recommender.ranking.reader import LEAST_CHANCES
from recommender.settings import RankingSettings, Settings

_EDGES = (0.0, 0.1, 0.2, 0.3, LEAST_CHANCES[0], LEAST_CHANCES[-1], 0.85, 1.0)


def scored(site: Path, file: Path) -> list[tuple[float, int | None]]:
    """Score and grade of the first five under each graded article."""
    corpus, grades = read_site(site), read_grades([file])
    asked = sorted({article for article, _ in grades if article in corpus})
    hidden = [replace(article, related=()) if article.id in asked else article for article in corpus]
    settings = Settings(ranking=RankingSettings(ranker="similarity"))
    rec = Recommender(settings).fit(Corpus(hidden, site_language=corpus.site_language))
    answers = ((article, rec.suggest(article, k=5, min_score=0)) for article in asked)
    return [(one.score, grades.get((article, one.article_id))) for article, found in answers for one in found]


def main() -> None:
    """Print a line for each range of scores."""
    paths = [*map(Path, sys.argv[1:])]
    found = [pair for site, file in zip(paths[::2], paths[1::2], strict=True) for pair in scored(site, file)]
    known = [(score, grade >= 2) for score, grade in found if grade is not None]
    scores, good = np.array([score for score, _ in known]), np.array([is_good for _, is_good in known])
    print("score from, to; suggestions; mean score; good")
    for low, high in pairwise(_EDGES):
        is_in = (scores >= low) & ((scores < high) | (high == 1))
        if is_in.any():
            print(f"{low:.2f}  {high:.2f}  {is_in.sum():4}  {scores[is_in].mean():.2f}  {good[is_in].mean():.2f}")
    print(
        f"Brier score {np.mean((scores - good) ** 2):.3f}, of one chance for all {np.mean(good) * np.mean(~good):.3f}"
    )
    print(f"ungraded: {len(found) - len(known)} of {len(found)}")


if __name__ == "__main__":
    main()
