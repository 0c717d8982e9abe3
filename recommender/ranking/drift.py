"""
How far a site has moved away from what a model was fitted on.

An update keeps the vocabulary and the document frequencies of the fit, so words that came later are not seen at all,
and words that became common still count as rare. How much of that there is follows from how many articles are others.
"""

from dataclasses import dataclass

import numpy as np

from recommender.ranking.state import State


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a site has moved since the fit. Articles elsewhere that its lists name count as its own do."""

    n_articles: int  #: Articles now, or those of the fit where these were more.
    n_kept: int  #: Articles that are as they were fitted.
    limit: float  #: The share beyond which the model should be fitted again; the setting ``ranking.refit_at``.

    @property
    def share(self) -> float:
        """The share of the articles that came, changed or went since the fit, one in place of another as one."""
        return (self.n_articles - self.n_kept) / self.n_articles if self.n_articles else 0.0

    @property
    def is_due(self) -> bool:
        """Whether the model should be fitted again."""
        return self.share > self.limit

    def __str__(self) -> str:
        """The figures as a sentence for an editor."""
        verdict = "beyond the limit of" if self.is_due else "within the limit of"
        return (
            f"{self.share:.1%} of the articles are others than the model was fitted on, or have changed since; "
            f"that is {verdict} {100 * self.limit:g}%"
        )


def drift_of(state: State, limit: float) -> Drift:
    """How far the articles of a state are from those that its vectorizer was fitted on."""
    catalogue = state.catalogue
    return Drift(max(catalogue.n_rows, state.vectorizer.n_articles), int(np.count_nonzero(~catalogue.is_new)), limit)
