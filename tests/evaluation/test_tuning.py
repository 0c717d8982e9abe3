"""Settings are an estimator that scikit-learn's searches can tune."""

import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from recommender import Corpus, evaluate
from recommender.errors import SettingsError
from recommender.evaluation.tuning import TunedSettings
from recommender.settings import settings_from_mapping

KNOBS = {"ranking__ranker": "similarity", "ranking__n_jobs": 1, "evaluation__bootstrap": 10}


@pytest.fixture(scope="module")
def articles(small_corpus):
    """In the order of their dates."""
    return sorted((a for a in small_corpus if a.published_at), key=lambda a: (a.published_at, a.id))


def test_a_grid_search_chooses_settings(articles):
    """A threshold that shows nothing loses, and the score of a fold is that of `evaluate` on its articles."""
    search = GridSearchCV(
        TunedSettings(**KNOBS), {"ranking__min_score": [0.0, 0.99]}, cv=TimeSeriesSplit(2), error_score="raise"
    ).fit(articles)
    assert search.best_params_ == {"ranking__min_score": 0.0}
    settings = settings_from_mapping(
        {"ranking": {"ranker": "similarity", "n_jobs": 1, "min_score": 0.0}, "evaluation": {"bootstrap": 10}}
    )
    known, later = next(TimeSeriesSplit(2).split(articles))
    report = evaluate(
        Corpus(articles[n] for n in known), settings, "replay", later=[articles[n] for n in later], measures=["nDCG@10"]
    )
    assert search.cv_results_["split0_test_score"][0] == report.systems["shown"]["nDCG@10"]


def test_it_can_be_cloned(articles):
    """A clone has the same parameters, and a setting that there is not is told when it is fitted."""
    tuned = TunedSettings("P@1", **KNOBS)
    assert clone(tuned).get_params() == tuned.get_params() == {"measure": "P@1", **KNOBS}
    with pytest.raises(SettingsError, match="half_lfie_days"):
        clone(tuned).set_params(ranking__half_lfie_days=3).fit(articles)
