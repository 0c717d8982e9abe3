"""
The reader's model: from the similarity of two articles to the chance that a reader finds them well put together.

How much a similarity means depends on the site: where each article has a near one, as in a week's news, half as much
again says no more than elsewhere. So it is taken relative to what is usual on the site, which a few hundred articles
tell. Two numbers and a power were fitted on pairs that people graded blind on four sites; `models/reader.md` has the
figures, each for the site that was left out, and `benchmarks/reader_curve.py` makes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

#: Over the logarithm of the relative similarity.
_SLOPE, _INTERCEPT = 3.18, 3.16
#: How far what is usual on the site counts, from 0 to 1.
_POWER = 0.85
#: What a link between the two adds to the logarithm of the odds, what a topic of few articles does that both have, and
#: what it does that both have topics and share none.
LINKED, ONE_SUBJECT, OTHER_TOPICS = 1.0, 1.0, -1.0
#: How rare the shared words must be together to be evidence enough, as one is that stands in one text of ten thousand,
#: and what it takes from the logarithm of the odds where a similarity rests on words that are not rare at all. Of pairs
#: of invented sites with a title and a line or two (`benchmarks/small_sites_of_fifty.yaml`) that share one everyday
#: word .14 are good, of those that share a rare one .75, at scores of .50 and .61.
_ENOUGH, _WITHOUT_EVIDENCE = 16.0, 10.0
#: Articles from which on that counts more than half: among few, two seldom share an everyday word by chance.
_FEW_TO_CHANCE = 50
#: The least chance at which the first suggestion is shown, the second, and so on; the last also of those that follow.
#: An empty box helps nobody, so the first may be less sure than not; each that joins others must be worth its space.
LEAST_CHANCES = (0.34, 0.50, 0.55, 0.66, 0.75)
#: What is usual where nothing is known of the site, and at how many articles that counts a quarter. It is more than on
#: the graded sites: on one of a handful of articles the nearest has often nothing but an everyday word in common.
_USUAL, _FEW_ARTICLES = 0.44, 40
#: How much it counts where articles have no body, and are neither so few that two seldom share a word by chance nor so
#: many that they tell how rare each word is. Of pairs of such sites that two people graded blind, with scores of .34 to
#: .80, .34 were good.
_OF_TITLES, _NEITHER_FEW_NOR_MANY = 0.4, 80
#: The part of the articles whose nearest is no nearer than usual.
_PERCENTILE = 75
_FLOOR = 1e-4


@dataclass(frozen=True)
class ReaderModel:
    """Similarities to chances."""

    #: By language of articles that may be related: the similarity of the nearest that is usual there.
    usual: Mapping[str, float] = field(default_factory=dict)

    def __call__(
        self,
        similarities: NDArray[np.float64],
        language: str,
        moves: NDArray[np.floating[Any]] | float = 0.0,
    ) -> NDArray[np.float64]:
        """
        The chance that a reader approves, in [0, 1], of each damped similarity in a language; shape as given.

        `moves` are what else is known of each pair, added to the logarithm of its odds.
        """
        logs = np.log(np.maximum(np.asarray(similarities, dtype=np.float64), _FLOOR))
        relative = logs - _POWER * np.log(self.usual.get(language, _USUAL))
        return np.asarray(expit(_SLOPE * relative + _INTERCEPT + moves))


def everyday_words(rarities: NDArray[np.float64], shares: NDArray[np.float64], n_articles: int) -> NDArray[np.float64]:
    """
    What it takes from the logarithm of the odds that two of so many articles share everyday words only; shape as given.

    `rarities` are those of all words that two articles share, summed, and `shares` the parts of their similarities that
    rest on these words. Similarity alone does not tell: in two short texts one everyday word can be most of what there
    is, and among many articles some two share it by chance.
    """
    lacking: NDArray[np.float64] = np.maximum(0.0, 1.0 - rarities / _ENOUGH) * np.minimum(shares, 1.0)
    return -_WITHOUT_EVIDENCE * lacking * n_articles / (n_articles + _FEW_TO_CHANCE)


def usual_similarity(nearest: NDArray[np.float64], n_articles: int, without_body: float = 0.0) -> float:
    """
    What is usual among the damped similarities of some articles' nearest; few of them say little.

    There are `n_articles` in their language, and a share of those that were looked at is `without_body`.
    """
    if not len(nearest):
        return _USUAL
    found = max(float(np.percentile(nearest, _PERCENTILE)), _FLOOR)
    unknown = (_FEW_ARTICLES / (len(nearest) + _FEW_ARTICLES)) ** 2
    neither = np.exp(-(np.log(n_articles / _NEITHER_FEW_NOR_MANY) ** 2) / 2)
    unknown += (1 - unknown) * _OF_TITLES * without_body * neither
    return float(np.exp((1 - unknown) * np.log(found) + unknown * np.log(_USUAL)))


def least_at(least: Sequence[float], n_before: int) -> float:
    """The least score of the place behind some others."""
    return least[min(n_before, len(least) - 1)]
