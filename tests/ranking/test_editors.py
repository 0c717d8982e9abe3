"""What decisions of a site's editors make of scores."""

import dataclasses

import numpy as np
import pytest

from recommender import Article, Corpus, Recommender, load_model
from recommender.ranking import editors
from recommender.ranking.editors import KINDS, EditorsModel
from recommender.settings import VectorsSettings, settings_from_mapping
from recommender.writing.decisions import Decision, Decisions

SETTINGS = settings_from_mapping({"ranking": {"ranker": "similarity"}, "vectors": {"meaning": 0}})
CRAFTS = ("pottery", "weaving", "carpentry", "basketry", "smithing", "glazing")


def decisions(verdict, pairs):
    """The same decision about some pairs."""
    return Decisions({pair: Decision(*pair, verdict) for pair in pairs})


@pytest.fixture(scope="module")
def site():
    """Six crafts of six articles each, by two papers in turns."""
    return Corpus(
        [
            Article(
                id=f"{craft}-{n}",
                title=f"{craft} lesson {('one', 'two', 'three', 'four', 'five', 'six')[n]}",
                excerpt=f"The {craft} of the valley and who teaches {craft} there.",
                provider=("Courier", "Herald")[n % 2],
            )
            for craft in CRAFTS
            for n in range(6)
        ]
    )


def is_mixed(pair):
    """Whether two articles come from two papers."""
    return (int(pair[0][-1]) - int(pair[1][-1])) % 2 == 1


def scores(rec):
    """The score of every pair that has one."""
    found = rec.suggest_all(k=50, min_score=0)
    return {(key, one.article_id): one.score for key, answer in found for one in answer}


@pytest.fixture(scope="module")
def plain(site):
    """Nothing decided."""
    return scores(Recommender(SETTINGS).fit(site))


@pytest.fixture(scope="module")
def mixed(plain):
    """Twenty pairs of one kind: high in the list, and from two papers."""
    return [pair for pair in sorted(plain, key=lambda pair: (-plain[pair], pair)) if is_mixed(pair)][:20]


def test_rejections_of_a_kind_lower_that_kind(site, plain, mixed):
    """Every other pair of two papers scores less, and loses more than any pair of one paper."""
    after = scores(Recommender(SETTINGS, decisions("reject", mixed)).fit(site))
    assert not after.keys() & set(mixed)

    def lost(pair):
        return np.log(plain[pair] / (1 - plain[pair])) - np.log(after[pair] / (1 - after[pair]))

    # A score is rounded; near nothing that is all there is of it.
    judged = [pair for pair in after if 0.01 < after[pair] < 0.99]
    of_two = [lost(pair) for pair in judged if is_mixed(pair)]
    of_one = [lost(pair) for pair in judged if not is_mixed(pair)]
    assert of_two
    assert of_one
    assert min(of_two) > max(of_one) + 0.1
    assert min(of_two) > 0.25


def test_acceptances_raise(site, plain):
    """What editors accepted says that readers here want more than the score says."""
    weak = sorted(plain, key=lambda pair: (plain[pair], pair))[:30]
    after = scores(Recommender(SETTINGS, decisions("accept", weak)).fit(site))
    others = [pair for pair in plain.keys() & after.keys() if pair not in weak and 0.01 < plain[pair] < 0.99]
    assert all(after[pair] > plain[pair] for pair in others)


def test_one_decision_says_little(site, plain):
    """Editors write down what is wrong more often than what is right."""
    pair = max(sorted(plain), key=plain.get)
    after = scores(Recommender(SETTINGS, decisions("reject", [pair])).fit(site))
    assert max(abs(after[other] - plain[other]) for other in after) < 0.06


def test_nothing_decided_changes_nothing(site, plain):
    """Nor does what was decided about articles that are gone."""
    gone = decisions("reject", [("no-such", "article"), (site.ids[0], "article")])
    assert scores(Recommender(SETTINGS, gone).fit(site)) == plain


def test_one_way_for_all(site, mixed, tmp_path):
    """A draft, a batch and a saved model have what the fit learned from decisions; `explain` tells how much it is."""
    rec = Recommender(SETTINGS, decisions("reject", mixed)).fit(site)
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    loaded.decisions = rec.decisions
    assert scores(loaded) == scores(rec)
    key = mixed[0][0]
    assert rec.suggest(key, k=50, min_score=0) == dict(rec.suggest_all(k=50, min_score=0))[key]
    draft = dataclasses.replace(site[key], id="draft")
    (found, *_) = rec.suggest(draft, k=1, min_score=0)
    assert rec.explain(draft, found.article_id).signals["decisions"] < 0


def test_the_weights_are_the_likeliest():
    """No weight moved a little makes what was decided likelier, its prior counted."""
    random = np.random.default_rng(2)
    kinds = (random.random((60, len(KINDS))) < 0.4).astype(float)
    values, is_good = random.random(60), random.random(60) < 0.3
    sure = random.choice([0.5, 1.0], 60)
    model = EditorsModel().fitted(values, kinds, is_good, sure)

    def log_posterior(weights):
        clipped = np.clip(values, 0.01, 0.99)
        chances = 1 / (1 + np.exp(-(np.log(clipped / (1 - clipped)) + kinds @ weights)))
        return (sure * np.log(np.where(is_good, chances, 1 - chances))).sum() - (editors._PRIOR * weights**2).sum() / 2

    best = np.array([model.weights[kind] for kind in KINDS])
    for moved in np.vstack([np.eye(len(KINDS)), -np.eye(len(KINDS))]) * 0.05:
        assert log_posterior(best) > log_posterior(best + moved)


def test_kinds_of_a_pair(site):
    """Papers, topics and days; what is not known is of no kind, and topics to ignore are not known."""
    dated = [
        dataclasses.replace(list(site)[n], topics=topics)
        for n, topics in enumerate([("Clay", "featured"), ("clay",), ("featured",), ()])
    ]
    ignoring = dataclasses.replace(SETTINGS, vectors=VectorsSettings(meaning=0, ignore_topics=("featured",)))
    rec = Recommender(ignoring).fit(Corpus(dated))
    state = rec._fitted().state
    query = rec._selector().query(dated[0].id)
    rows = np.array([state.catalogue.row_of(one.id) for one in dated[1:]])
    found = EditorsModel().kinds(query, rows, state.catalogue)
    named = [[kind for kind, value in zip(KINDS, row, strict=True) if value] for row in found]
    assert named == [["any", "other provider", "common topic"], ["any", "same provider"], ["any", "other provider"]]
