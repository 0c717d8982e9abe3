"""How far a site has moved since the fit: nothing, a little, a flood; what came, what changed and what went."""

import dataclasses

import pytest

from recommender import Article, Corpus, Recommender, RelatedEntry, load_model
from recommender.ranking.drift import Drift
from recommender.settings import settings_from_mapping

SIMILARITY = {"ranker": "similarity"}


def articles(start, stop):
    """Some articles, by their numbers."""
    return [
        Article(id=f"tea-{n:03}", title=f"Green tea, part {n}", url=f"https://tea.example/{n}")
        for n in range(start, stop)
    ]


@pytest.fixture
def rec():
    """Fitted on two hundred articles."""
    return Recommender(settings_from_mapping({"ranking": SIMILARITY})).fit(Corpus(articles(0, 200)))


def test_no_drift_after_a_fit(rec):
    """Right after a fit it is exactly 0."""
    assert rec.drift == Drift(n_articles=200, n_kept=200, limit=0.3)
    assert (rec.drift.share, rec.drift.is_due) == (0.0, False)


def test_a_tenth_is_within_the_limit(rec):
    """The sentence is for an editor."""
    rec.update(added=articles(200, 225))
    assert not rec.drift.is_due
    assert str(rec.drift) == (
        "11.1% of the articles are others than the model was fitted on, or have changed since; that is within the "
        "limit of 30%"
    )


def test_the_limit_itself_is_within_it():
    """Three of ten, which in binary are a hair more than 0.3 off 1."""
    assert not Drift(n_articles=10, n_kept=7, limit=0.3).is_due


def test_a_flood_is_beyond_it(rec):
    """And a fit sets it back."""
    rec.update(added=articles(200, 300))
    assert (rec.drift.n_articles, rec.drift.n_kept, rec.drift.is_due) == (300, 200, True)
    assert str(rec.drift).startswith("33.3% of the articles are others ")
    assert str(rec.drift).endswith("; that is beyond the limit of 30%")
    rec.fit(Corpus(articles(0, 300)))
    assert rec.drift.share == 0


def test_what_changed_and_what_went_count_as_what_came(rec):
    """One that takes the place of another counts once."""
    first, *_ = articles(0, 1)
    rec.update(added=[dataclasses.replace(first, title="Iced tea")])
    assert rec.drift.share == pytest.approx(1 / 200)
    rec.update(removed=[article.id for article in articles(100, 200)])
    assert rec.drift.share == pytest.approx(101 / 200)
    rec.update(added=articles(200, 300))
    assert rec.drift.share == pytest.approx(101 / 200)


def test_saved_and_loaded(rec, tmp_path):
    """Saving keeps the figures, and what comes after goes on from them, also where rows were cleared out."""
    rec.update(added=articles(200, 240), removed=[article.id for article in articles(100, 200)])
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.drift == rec.drift
    for model in (rec, loaded):
        model.update(added=articles(240, 250))
    assert loaded.drift == rec.drift == Drift(n_articles=200, n_kept=100, limit=0.3)


def test_only_a_list_that_changes_is_no_drift(rec):
    """Curated lists are no text of the site."""
    first, second = articles(0, 2)
    rec.update(added=[dataclasses.replace(first, related=(RelatedEntry(url=second.url, target=second.id),))])
    assert rec.drift.share == 0


def test_a_site_that_had_no_articles():
    """A model of nothing is at once as far from the site as can be; at a limit of 1 nothing is ever due."""
    never = settings_from_mapping({"ranking": {**SIMILARITY, "refit_at": 1}})
    rec = Recommender(never).fit(Corpus([]))
    assert rec.drift.share == 0
    rec.update(added=articles(0, 3))
    assert (rec.drift.share, rec.drift.limit, rec.drift.is_due) == (1.0, 1.0, False)
