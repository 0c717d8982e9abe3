"""From the similarity of two articles to the chance that a reader approves."""

import dataclasses

import numpy as np
import pytest
from scipy.special import expit, logit

from recommender import Article, Corpus, Recommender, load_model
from recommender.ranking.reader import (
    LEAST_CHANCES,
    ONE_SUBJECT,
    OTHER_TOPICS,
    ReaderModel,
    everyday_words,
    usual_similarity,
)
from recommender.ranking.topics import TopicIndex
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
    assert usual_similarity(values, 2000) == pytest.approx(0.75, abs=0.03)
    nothing = usual_similarity(np.zeros(0), 0)
    one, hundred = (usual_similarity(np.full(n, 0.75), n) for n in (1, 100))
    assert one == pytest.approx(nothing, rel=0.1)
    assert nothing < one < hundred < 0.75
    assert usual_similarity(np.zeros(500), 500) > 0


def test_less_is_known_of_titles_that_are_neither_few_nor_many():
    """As far as they have no bodies, the same similarity says less of two of eighty than of two of six or thousands."""
    few, some, many = (
        usual_similarity(np.full(100, 0.2), n, 1.0) / usual_similarity(np.full(100, 0.2), n) for n in (6, 80, 5000)
    )
    assert some > 1.2 > 1.02 > few > 1
    assert some > 1.2 > 1.02 > many
    half = usual_similarity(np.full(100, 0.2), 80, 0.5) / usual_similarity(np.full(100, 0.2), 80)
    assert half == pytest.approx(np.sqrt(some))


def test_everyday_words_are_little_evidence_as_far_as_a_similarity_rests_on_them():
    """Rare words are enough, or many everyday ones; what is alike in other ways needs none, and few articles little."""
    rarities = np.array([0.0, 8.0, 12.0, 16.0, 40.0])
    among_many, among_few = (everyday_words(rarities, np.ones(5), n) for n in (1000, 5))
    assert np.all(np.diff(among_many)[:3] > 0)
    assert among_many[3:] == pytest.approx(0)
    assert np.all(among_few[:3] > among_many[:3] / 5)
    assert everyday_words(rarities, np.zeros(5), 1000) == pytest.approx(0)
    assert np.all(ReaderModel()(SIMILARITIES, "en", -0.5)[1:] < ReaderModel()(SIMILARITIES, "en")[1:])


def test_one_everyday_word_is_worth_less_than_its_similarity_and_a_rare_one_is_not():
    """Of two pairs that share one word, an everyday one and a rare one, on a site of seventy articles."""
    subjects = (
        "anchor apple bridge candle carpet castle cheese clock copper cotton desert dolphin drum engine falcon feather "
        "ferry flute forest fossil garlic ginger glacier goose granite harbour harvest honey iron ivory jacket kettle"
    ).split()
    texts = {"opens": "A day by the {} with old friends", "mended": "The {} that nobody wanted any more"}
    articles = [
        Article(id=f"{one}-{verb}", title=f"The {one} is {verb}", excerpt=text.format(one))
        for one in subjects
        for verb, text in texts.items()
    ]
    said = {
        "write": (("letters home", "Stamps, envelopes, patience."), ("code well", "Names, tests, small functions.")),
        "theodolite": (("at dawn", "Fog, meadows, frost."), ("for sale", "Dealers, prices, haggling.")),
    }
    for word, texts_of_word in said.items():
        for n, (title, excerpt) in enumerate(texts_of_word, start=1):
            articles.append(Article(id=f"{word}-{n}", title=f"{word.capitalize()} {title}", excerpt=excerpt))
    rec = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity", "half_life_days": 0}}))
    rec.fit(Corpus(articles, site_language="en"))
    found = {word: rec.suggest(f"{word}-1", k=1, min_score=0)[0] for word in ("write", "theodolite")}
    assert [one.article_id for one in found.values()] == ["write-2", "theodolite-2"]
    by_similarity = {word: rec.ranker.reader(np.array([one.reason.similarity]), "en")[0] for word, one in found.items()}
    assert found["write"].score < by_similarity["write"] / 1.2
    assert found["theodolite"].score == pytest.approx(by_similarity["theodolite"], abs=1e-5)
    told, untold = (rec.explain(f"{word}-1", f"{word}-2").signals for word in ("write", "theodolite"))
    assert untold == {}
    moved = expit(logit(by_similarity["write"]) + told.pop("everyday words"))
    assert found["write"].score == pytest.approx(moved, abs=1e-4)
    assert told == {}


def test_topics_tell_which_articles_are_on_one_subject():
    """
    A topic that few have brings two nearer, and different topics part them, for a draft too.

    Not one that more than a fifth of the articles have, or one alone, or that the settings ignore; nor having none.
    """
    pairs = {"one": "Rope splicing", "two": "Sailors' knots"}
    articles = [
        Article(id=f"note-{n}", title=f"Note {n} of the harbour", topics=("Harbour",), excerpt=f"Ships and {word}.")
        for n, word in enumerate("anchors buoys cranes docks ferries gulls hawsers islands jetties keels".split())
    ]
    articles += [
        Article(id=one, title=title, excerpt="From the old boathouse.", topics=("Harbour", "Ropework"))
        for one, title in pairs.items()
    ]
    plain = [dataclasses.replace(one, topics=("Harbour",)) for one in articles]

    def chances(articles, **vectors):
        settings = settings_from_mapping({"ranking": {"ranker": "similarity", "half_life_days": 0}, "vectors": vectors})
        rec = Recommender(settings).fit(Corpus(articles, site_language="en"))
        return rec, rec.explain("one", "two"), rec.explain("one", "note-1")

    rec, near, far = chances(articles)
    _, before, _ = chances(plain)
    assert near.score > before.score
    assert near.signals == before.signals | {"topics": ONE_SUBJECT}
    assert {"topics"}.isdisjoint(far.signals | before.signals)
    boats = [dataclasses.replace(one, excerpt="Boats of the old boathouse.") for one in articles[:2]]
    birds = [dataclasses.replace(one, topics=("Harbour", "Birds")) for one in boats]
    _, _, plain_boats = chances([*boats, *articles[2:]])
    _, _, apart = chances([*birds, *articles[2:]])
    assert apart.score < plain_boats.score
    assert "topics" not in plain_boats.signals
    assert apart.signals["topics"] == OTHER_TOPICS
    of_one = [birds[0], *boats[1:], *articles[2:]]
    assert "topics" not in chances(of_one)[0].explain("one", "note-0").signals
    assert "topics" not in chances([*birds, *articles[2:]], ignore_topics=["birds"])[2].signals
    draft = dataclasses.replace(articles[-2], id="draft", url="")
    # A second one beside "one", which is not the draft: three of twelve others are more than a tenth.
    assert "topics" not in rec.explain(draft, "two").signals
    rec.update(removed=["one"])
    assert rec.explain(draft, "two").signals == near.signals
    assert "topics" not in chances(articles, ignore_topics=["ropework"])[1].signals


@pytest.mark.parametrize(
    ("n_having", "n_articles", "is_subject"),
    [(2, 12, True), (3, 12, False), (10, 200, True), (11, 200, False)],
)
def test_a_subject_is_of_ten_articles_at_most_and_a_tenth_of_the_others(n_having, n_articles, is_subject):
    """More name a part of the site, which says less; so for a draft as for the article that it will be."""
    topics = [["knots"]] * n_having + [[]] * (n_articles - n_having)
    groups, own = np.array(["en"] * n_articles), np.array([0])
    index = TopicIndex(topics, groups, np.zeros(n_articles, dtype=bool))
    one_subject, other = index.shared("en", ["knots"], own, np.arange(1, n_articles))
    assert np.count_nonzero(one_subject) == (n_having - 1 if is_subject else 0)
    assert not other.any()
    without = TopicIndex(topics[1:], groups[1:], np.zeros(n_articles - 1, dtype=bool))
    of_draft, _ = without.shared("en", ["knots"], own[:0], np.arange(n_articles - 1))
    assert of_draft.tolist() == one_subject.tolist()


def test_topics_of_other_languages_and_of_articles_elsewhere_do_not_count():
    """Two translations of one page are no two articles with its topic, and what lists name elsewhere has none."""
    topics = [["oars"], ["oars"], ["sails"], ["sails"], ["sails"], *[[]] * 20]
    groups = np.array(["en", "de", "en", "en", "en", *["en"] * 20])
    is_external = np.arange(25) >= 9
    index = TopicIndex(topics, groups, is_external)
    assert index.rows_of("en", "oars").tolist() == [0]
    rows, own = np.arange(2, 9), np.array([0])
    # Of eight articles in English three are about sails, more than a fifth of the others.
    assert not any(found.any() for found in index.shared("en", ["oars"], own, rows))
    among_all = TopicIndex(topics, groups, np.zeros(25, dtype=bool))
    assert not any(found.any() for found in among_all.shared("en", ["oars"], own, rows))
    in_one_language = TopicIndex(topics, np.array(["en"] * 25), np.zeros(25, dtype=bool))
    _, other = in_one_language.shared("en", ["oars"], own, rows)
    assert other.sum() == 3


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
    """The least score rises from place to place, and what is on the same subject comes first."""
    assert rec.least_scores() == LEAST_CHANCES
    assert LEAST_CHANCES[0] < 0.5 < LEAST_CHANCES[-1]
    assert list(LEAST_CHANCES) == sorted(LEAST_CHANCES)
    for name, found in rec.suggest_all(k=15, min_score=0):
        assert found[0].article_id.split("-")[0] == name.split("-")[0]
        assert all(0 <= one.score <= 1 for one in found)


def test_what_is_usual_is_saved(rec, tmp_path):
    """A loaded model gives the same chances."""
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert rec.ranker.reader.usual == loaded.ranker.reader.usual != {}
    assert list(loaded.suggest_all(min_score=0)) == list(rec.suggest_all(min_score=0))
