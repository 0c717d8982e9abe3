"""Settings as a scikit-learn estimator, so that its searches can choose them by `evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from sklearn.base import BaseEstimator

from recommender.articles import Article, Corpus
from recommender.evaluation.evaluator import evaluate
from recommender.settings import Settings, settings_from_mapping


class TunedSettings(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """
    Knows the articles it is fitted on; its score is how well later articles are answered, as in `replay`.

    So ``GridSearchCV(TunedSettings(), {"ranking__half_life_days": [30, 365]}, cv=TimeSeriesSplit()).fit(articles)``
    with articles in the order of their dates chooses settings by the lists of articles that came later.

    Parameters
    ----------
    measure
        What is scored, of the product as it is shown.
    **knobs
        Settings by section and name, such as ``ranking__half_life_days``; what is not named has its default.
    """

    def __init__(self, measure: str = "nDCG@10", **knobs: Any) -> None:
        self.measure = measure
        self.knobs = knobs

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by their names."""
        return {"measure": self.measure, **self.knobs}

    def set_params(self, **params: Any) -> Self:
        """Set parameters; a setting that there is not is an error when it is fitted."""
        self.measure = params.pop("measure", self.measure)
        self.knobs = {**self.knobs, **params}
        return self

    @property
    def settings(self) -> Settings:
        """The settings that the knobs make."""
        mapping: dict[str, dict[str, Any]] = {}
        for knob, value in self.knobs.items():
            section, _, name = knob.partition("__")
            mapping.setdefault(section, {})[name] = value
        return settings_from_mapping(mapping)

    def fit(self, X: Sequence[Article], y: object = None) -> Self:  # noqa: N803 scikit-learn's name
        """Take in the articles of a site as it stood."""
        self.settings_ = self.settings
        self.corpus_ = Corpus(X)
        return self

    def score(self, X: Sequence[Article], y: object = None) -> float:  # noqa: N803 scikit-learn's name
        """The measure over articles that came later, each judged by its list."""
        report = evaluate(self.corpus_, self.settings_, "replay", later=list(X), measures=[self.measure])
        return report.systems["shown"][report.measures[0]]
