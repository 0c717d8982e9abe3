"""
How far a site has moved away from what a model was fitted on.

An update keeps the vocabulary and the document frequencies of the fit, so words that came later are not seen at all,
and words that became common still count as rare. The figures here say how much of that there is. They are taken from
the state as it is, when they are asked for, so an update pays nothing for them.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon

from recommender.ranking.state import State
from recommender.vectors.counts import inverse_frequencies

#: The field whose words are counted: what every site has, and a saved model keeps.
_FIELD = "words"


@dataclass(frozen=True, slots=True)
class Drift:
    """
    How far a site has moved since the fit.

    References
    ----------
    J. Lin (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on Information Theory 37(1),
    145-151.
    """

    n_articles: int  #: The site's own articles now.
    n_new: int  #: Those of them that were added, or whose text or properties have changed, since the fit.
    #: The share of the words of new articles, each weighted by its inverse document frequency as it is now, that
    #: the vocabulary lacks and that a fit would learn; in [0, 1].
    unknown: float
    #: How far the words of all titles and excerpts are from those of the fit: the Jensen-Shannon divergence of
    #: their document frequencies, in bits, in [0, 1]. 0 right after the fit, 1 where no word is left of it.
    divergence: float
    limit: float  #: The divergence beyond which the model should be fitted again; the setting ``ranking.refit_at``.

    @property
    def new(self) -> float:
        """The share of the site's articles that are new or changed since the fit; in [0, 1]."""
        return self.n_new / self.n_articles if self.n_articles else 0.0

    @property
    def is_due(self) -> bool:
        """Whether the model should be fitted again."""
        return self.divergence > self.limit

    def __str__(self) -> str:
        """The figures as a sentence for an editor."""
        if self.n_new:
            sentence = (
                f"{self.new:.0%} of the articles are new or changed since the fit, and {self.unknown:.0%} of the words "
                "of these are unknown to the model; "
            )
        else:
            sentence = "no article is new or changed since the fit; "
        verdict = "beyond the limit of" if self.is_due else "within the limit of"
        return f"{sentence}the site's words have moved by {self.divergence:.4f}, {verdict} {self.limit:g}"


def drift_of(state: State, limit: float) -> Drift:
    """
    How far the rows are from what the vectorizer was fitted on.

    External articles count among the words, as they do in a fit, not among the articles.
    """
    catalogue, vectorizer = state.catalogue, state.vectorizer
    is_own = ~catalogue.is_external
    unknown = _unknown_words(state)
    words = next((slice(field.start, field.stop) for field in vectorizer.fields if field.name == _FIELD), slice(0))
    fitted = vectorizer.n_having[words]
    terms = catalogue.vectors.terms
    having, having_new = (
        np.bincount(some.indices, minlength=terms.shape[1])[words] for some in (terms, terms[catalogue.is_new])
    )
    weight_known = float(having_new @ inverse_frequencies(having, catalogue.n_rows).astype(np.float64))
    weight_unknown = float(unknown @ inverse_frequencies(unknown, catalogue.n_rows).astype(np.float64))
    weight = weight_known + weight_unknown
    return Drift(
        n_articles=int(np.count_nonzero(is_own)),
        n_new=int(np.count_nonzero(is_own & catalogue.is_new)),
        unknown=weight_unknown / weight if weight else 0.0,
        divergence=_divergence(
            np.concatenate([fitted, np.zeros(len(unknown), dtype=np.int64)]), np.concatenate([having, unknown])
        ),
        limit=limit,
    )


def _unknown_words(state: State) -> NDArray[np.int64]:
    """In how many new rows each word stands that a fit would learn and this one does not know; (n_unknown,)."""
    catalogue, vectorizer = state.catalogue, state.vectorizer
    rows = np.flatnonzero(catalogue.is_new)
    options = getattr(vectorizer.settings, _FIELD)
    counts: Counter[str] = Counter()
    if options.weight:
        for row in rows.tolist():
            counts.update(vectorizer.unknown_terms(catalogue.articles[row], _FIELD))
    # What the settings drop as too rare or too common, a fit would drop again.
    most = max(options.max_df * len(rows), options.min_df)
    return np.array([n for n in counts.values() if options.min_df <= n <= most], dtype=np.int64)


def _divergence(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """The Jensen-Shannon divergence of two counts of the same words, in bits; both of shape (n_words,)."""
    if not before.any() or not now.any():
        return float(before.any() != now.any())
    if np.array_equal(before, now):
        return 0.0
    # scipy hands back its square root, which is a metric.
    return float(jensenshannon(before, now, base=2) ** 2)
