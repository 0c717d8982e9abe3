"""From the similarity of two articles to the chance that a reader approves."""

import numpy as np
import pytest

from recommender import Article, Corpus, Recommender, load_model
from recommender.ranking.reader import LEAST_CHANCES, ReaderModel, usual_similarity
from recommender.settings import settings_from_mapping

SIMILARITIES = np.linspace(0, 1, 50)


def test_a_chance_rises_with_similarity():
    """Within 0 and 1, from next to none to next to certain."""
    chances = ReaderModel()(SIMILARITIES, "en")
    assert np.all(np.diff(chances)[1:] > 0)
    assert 0 <= chances[0] < 0.01
    assert 0.9 < chances[-1] <= 1


def test_a_chance_is_relative_to_what_is_usual():
    """Where every article has a near one the same similarity says less; each language has its own usual."""
    reader = ReaderModel({"en": 0.2, "de": 0.6})
    far, near, unknown = (reader(SIMILARITIES[1:], language) for language in ("en", "de", "ja"))
    assert np.all(far > unknown)
    assert np.all(unknown > near)


def test_what_is_usual_is_near_the_upper_quarter_of_many():
    """Few articles say little, none nothing."""
    values = np.random.default_rng(1).random(2000)
    assert usual_similarity(values) == pytest.approx(0.75, abs=0.03)
    nothing = usual_similarity([])
    assert usual_similarity([0.75]) == pytest.approx(nothing, rel=0.1)
    assert nothing < usual_similarity([0.75]) < usual_similarity([0.75] * 100) < 0.75
    assert usual_similarity([0.0] * 500) > 0


@pytest.fixture(scope="module")
def rec():
    """Pairs of articles, each on its own subject, by similarity."""
    nouns = ["harbour", "kettle", "bicycle", "glacier", "violin", "orchard", "lantern", "beehive"]
    verbs = ["opens again", "is mended"]
    articles = [
        Article(id=f"{noun}-{n}", title=f"The {noun} {verb}", excerpt=f"Word of the {noun}")
        for noun in nouns
        for n, verb in enumerate(verbs)
    ]
    settings = settings_from_mapping({"ranking": {"ranker": "similarity"}})
    return Recommender(settings).fit(Corpus(articles, site_language="en"))


def test_a_score_by_similarity_is_a_readers_chance(rec):
    """The least score rises from place to place, and a score rises and falls with the similarity."""
    assert rec.least_scores() == LEAST_CHANCES
    assert LEAST_CHANCES[0] < 0.5 < LEAST_CHANCES[-1]
    assert list(LEAST_CHANCES) == sorted(LEAST_CHANCES)
    for name, found in rec.suggest_all(k=15, min_score=0):
        assert found[0].article_id.split("-")[0] == name.split("-")[0]
        assert all(0 <= one.score <= 1 for one in found)
        # Of scores that are equal to six places the order is another.
        similarities = [one.reason.similarity for one in found if one.score > 1e-3]
        assert similarities == sorted(similarities, reverse=True), "nothing has a date"


def test_what_is_usual_is_saved(rec, tmp_path):
    """A loaded model gives the same chances."""
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert rec.ranker.reader.usual == loaded.ranker.reader.usual != {}
    assert list(loaded.suggest_all(min_score=0)) == list(rec.suggest_all(min_score=0))
