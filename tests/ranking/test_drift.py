"""How far a site has moved since the fit: nothing, a little, a flood; and the same figures by a slow count."""

import math
import random

import pytest

from recommender import Article, Corpus, Recommender, RelatedEntry, load_model
from recommender.ranking.drift import Drift
from recommender.settings import settings_from_mapping

TEA = [
    "green", "black", "white", "herbal", "tea", "leaf", "water", "hot", "pot", "cup", "brew", "steep", "minute",
    "kettle", "boil", "taste", "milk", "sugar",
]  # fmt: skip
BICYCLES = [
    "city", "racing", "folding", "bicycle", "gear", "brake", "wheel", "tyre", "saddle", "chain", "pedal",
    "lamp", "bell", "road", "lane", "hill",
]  # fmt: skip


def settings(**vectors):
    """Words as they stand, by similarity."""
    return settings_from_mapping({"ranking": {"ranker": "similarity"}, "vectors": {"stem": False, **vectors}})


def articles(subject, start, stop):
    """Some articles on a subject: words drawn from its vocabulary, the same for each number."""
    made = []
    for number in range(start, stop):
        words = random.Random(number).choices(subject, k=16)
        made.append(
            Article(
                id=f"{subject[0]}-{number:03}",
                title=" ".join(words[:4]),
                excerpt=" ".join(words[4:]),
                url=f"https://tea.example/{subject[0]}-{number}",
            )
        )
    return made


@pytest.fixture
def rec():
    """Fitted on two hundred articles on tea."""
    return Recommender(settings()).fit(Corpus(articles(TEA, 0, 200), site_language="en"))


def slow(before, now, new):
    """The share of unknown words, and the divergence, by counting words in texts that have nothing but plain words."""

    def words_of(article):
        return {*article.title.split(), *article.excerpt.split()}

    def having(some, word):
        return sum(word in words_of(article) for article in some)

    words = {word for article in [*before, *now] for word in words_of(article)}
    known = {word for article in before for word in words_of(article)}
    unknown = every = 0.0
    for word in words:
        weight = having(new, word) * (1 + math.log((1 + len(now)) / (1 + having(now, word))))
        every += weight
        unknown += 0 if word in known else weight
    n_before = sum(having(before, word) for word in words)
    n_now = sum(having(now, word) for word in words)
    divergence = 0.0
    for word in words:
        p, q = having(before, word) / n_before, having(now, word) / n_now
        m = (p + q) / 2
        divergence += sum(part * math.log2(part / m) for part in (p, q) if part) / 2
    return unknown / every, divergence


def test_no_drift_after_a_fit(rec):
    """Right after a fit every figure is exactly 0."""
    assert rec.drift == Drift(n_articles=200, n_new=0, unknown=0.0, divergence=0.0, limit=0.01)
    assert (rec.drift.new, rec.drift.is_due) == (0.0, False)


def test_more_of_the_same_is_no_drift(rec):
    """Half as many articles again, on what the site was on before, are no reason to fit again."""
    rec.update(added=articles(TEA, 200, 300))
    drift = rec.drift
    assert (drift.n_articles, drift.n_new, drift.unknown) == (300, 100, 0.0)
    assert 0 < drift.divergence < 0.002
    assert not drift.is_due
    assert str(drift) == (
        "33% of the articles are new or changed since the fit, and 0% of the words of these are unknown to the model; "
        f"the site's words have moved by {drift.divergence:.4f}, within the limit of 0.01"
    )


def test_a_flood_on_a_new_subject_is(rec):
    """The words are unknown, and the sentence says how many."""
    rec.update(added=articles(BICYCLES, 0, 100))
    drift = rec.drift
    assert (drift.n_new, drift.unknown, drift.is_due) == (100, 1.0, True)
    assert str(drift) == (
        "33% of the articles are new or changed since the fit, and 100% of the words of these are unknown to the "
        f"model; the site's words have moved by {drift.divergence:.4f}, beyond the limit of 0.01"
    )


def test_a_fit_sets_it_back(rec):
    """What was new is known then."""
    added = articles(BICYCLES, 0, 100)
    rec.update(added=added)
    rec.fit(Corpus([*articles(TEA, 0, 200), *added], site_language="en"))
    assert (rec.drift.n_new, rec.drift.unknown, rec.drift.divergence) == (0, 0.0, 0.0)


def test_slow_count_agrees(rec):
    """Added, changed and removed articles."""
    before = articles(TEA, 0, 200)
    new = [*articles(TEA, 200, 220), *articles(BICYCLES, 0, 30)]
    new += [Article(id=before[n].id, title="iced tea", excerpt="cold water", url=before[n].url) for n in range(5)]
    for n_removed in (10, 120):
        rec.update(added=new, removed=[article.id for article in before[200 - n_removed :] if article.id in ids(rec)])
        now = [*before[5 : 200 - n_removed], *new]
        unknown, divergence = slow(before, now, new)
        drift = rec.drift
        assert (drift.n_articles, drift.n_new) == (len(now), 55)
        assert drift.unknown == pytest.approx(unknown, rel=1e-5)
        assert drift.divergence == pytest.approx(divergence, rel=1e-9)


def ids(rec):
    """What the model knows."""
    return set(rec.article_ids)


def test_removed_articles_are_drift(rec):
    """When one of two subjects goes, the words of the rest are far from those of the fit."""
    both = [*articles(TEA, 0, 200), *articles(BICYCLES, 0, 100)]
    rec.fit(Corpus(both, site_language="en"))
    rec.update(removed=[article.id for article in both if article.id.startswith("city")])
    drift = rec.drift
    assert (drift.n_new, drift.unknown, drift.is_due) == (0, 0.0, True)
    assert str(drift).startswith("no article is new or changed since the fit; the site's words have moved by 0.")


def test_saved_and_loaded(rec, tmp_path):
    """Saving keeps the figures, and what comes after goes on from them, also where rows were cleared out."""
    rec.update(added=articles(BICYCLES, 0, 40), removed=[f"green-{n:03}" for n in range(100, 200)])
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.drift == rec.drift
    for model in (rec, loaded):
        model.update(added=articles(BICYCLES, 40, 50))
    assert loaded.drift == rec.drift
    assert loaded.drift.n_new == 50


def test_only_a_list_that_changes_is_no_drift(rec):
    """Curated lists are no words of the site."""
    first, second = articles(TEA, 0, 2)
    listed = Article(
        id=first.id,
        title=first.title,
        excerpt=first.excerpt,
        url=first.url,
        related=(RelatedEntry(url=second.url, target=second.id),),
    )
    rec.update(added=[listed])
    assert (rec.drift.n_new, rec.drift.divergence) == (0, 0.0)


def test_words_that_the_settings_drop_are_not_missed():
    """A word in fewer articles than `min_df` would not be learned by a fit either."""
    few = {"min_df": 3}
    rec = Recommender(settings(words=few)).fit(Corpus(articles(TEA, 0, 50), site_language="en"))
    rec.update(added=[Article(id="once", title="zeppelin", excerpt="zeppelin over green tea")])
    assert rec.drift.unknown == 0.0
    rec.update(added=[Article(id=f"more-{n}", title="zeppelin", excerpt="green tea") for n in range(3)])
    assert 0 < rec.drift.unknown < 1


def test_a_site_that_had_no_words():
    """A model of nothing is at once as far from the site as can be."""
    rec = Recommender(settings()).fit(Corpus([], site_language="en"))
    assert (rec.drift.new, rec.drift.divergence) == (0.0, 0.0)
    rec.update(added=articles(TEA, 0, 3))
    assert (rec.drift.new, rec.drift.unknown, rec.drift.divergence) == (1.0, 1.0, 1.0)


def test_the_limit_is_a_setting():
    """At 1 nothing is ever due: no divergence is beyond it."""
    never = settings_from_mapping({"ranking": {"ranker": "similarity", "refit_at": 1}})
    rec = Recommender(never).fit(Corpus([], site_language="en"))
    rec.update(added=articles(TEA, 0, 3))
    assert (rec.drift.limit, rec.drift.is_due) == (1.0, False)
