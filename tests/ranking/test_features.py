"""What a ranker sees of a pair, and that it sees nothing else."""

import dataclasses

import numpy as np
import pytest

from recommender import Corpus, Recommender
from recommender.ranking.columns import FAMILIES, FEATURES
from recommender.ranking.features import pairs_of
from recommender.settings import settings_from_mapping
from recommender.vectors.damping import Damping

DAMPING = Damping(30.0, 0.4)
COLUMN = {feature.name: column for column, feature in enumerate(FEATURES)}


def fitted(corpus):
    """A recommender whose parts are looked at; it has the fields that only features compare."""
    return Recommender(settings_from_mapping({"ranking": {"follow": "lists"}})).fit(corpus)


def pairs(rec, asked, before=float("nan")):
    """Candidate id -> its features by name."""
    state = rec._fitted()
    query = dataclasses.replace(rec._query(state, asked), before=before)
    found = pairs_of(query, state.catalogue, state.graph, rec._allowed(state), DAMPING, 50)
    return {
        state.catalogue.articles[row].id: dict(zip(COLUMN, values.tolist(), strict=True))
        for row, values in zip(found.rows, found.table, strict=True)
    }


def draft_of(corpus, article_id):
    """The article as a draft: no list of its own."""
    return dataclasses.replace(corpus[article_id], related=())


def assert_same(one, other):
    """The same candidates with the same numbers, NaN where NaN, bit for bit."""
    assert one.keys() == other.keys()
    for name, features in one.items():
        np.testing.assert_array_equal(list(features.values()), list(other[name].values()), err_msg=name)


def test_names_are_unique_and_families_known():
    """Every number can be explained."""
    assert len(FEATURES) == len(COLUMN)
    assert {feature.family for feature in FEATURES} == set(FAMILIES)
    assert all(feature.meaning for feature in FEATURES)


def test_a_draft_looks_as_it_will_when_it_is_known(family_site, article, families):
    """To the last bit, as long as nobody lists it; its own list changes nothing."""
    rec = fitted(Corpus(families()[:-6]))
    newcomer = article("newcomer", "family3 calm newcomer", 60, ["f3-0", "f3-1"], excerpt="bright words")
    before = pairs(rec, dataclasses.replace(newcomer, related=()))
    rec.update(added=[newcomer])
    state = rec._fitted()
    query = rec._query(state, "newcomer")
    shown = dataclasses.replace(query, hidden=query.own)
    found = pairs_of(shown, state.catalogue, state.graph, rec._allowed(state), DAMPING, 50)
    after = {
        state.catalogue.articles[row].id: dict(zip(COLUMN, values.tolist(), strict=True))
        for row, values in zip(found.rows, found.table, strict=True)
    }
    assert_same(before, after)


def test_as_of_a_moment_is_as_if_the_rest_had_never_been(article, families):
    """Later articles change no feature: not as candidates, not as neighbors, not through lists that they are in."""
    site = Corpus(families())
    moment = 40
    early = [item for item in site if (item.published_at - min(other.published_at for other in site)).days < moment]
    ids = {item.id for item in early}
    cut = [
        dataclasses.replace(item, related=tuple(entry for entry in item.related if entry.target in ids))
        for item in early
    ]
    rec = fitted(Corpus(cut))
    query = article("query", "family5 calm query", moment)
    then = pairs(rec, query)
    rec.update(added=[item for item in site if item.id not in ids])
    rec.update(added=early)  # with their lists as they became later
    time = rec._query(rec._fitted(), query).time
    assert_same(then, pairs(rec, query, before=time))
    assert pairs(rec, query).keys() != then.keys()


def test_an_article_of_the_same_moment_is_not_earlier(article):
    """Ties of time count as not earlier."""
    rec = fitted(Corpus([article("one", "green tea", 3), article("two", "green tea cup", 2)]))
    time = rec._query(rec._fitted(), "one").time
    assert {"two"} == pairs(rec, article("draft", "green tea", 3), before=time).keys()


def test_the_hidden_list_is_no_feature(family_site):
    """Whatever an article lists, what is seen of its candidates is the same."""
    other = dataclasses.replace(family_site["f2-5"], related=family_site["f7-0"].related)
    one = fitted(family_site)
    two = fitted(Corpus([other if item.id == "f2-5" else item for item in family_site]))
    assert_same(pairs(one, draft_of(family_site, "f2-5")), pairs(two, draft_of(family_site, "f2-5")))


def test_who_lists_the_article_is_seen(family_site, article):
    """By itself, and by the company it keeps; not as of the moment of its publication, when nobody did."""
    site = Corpus(
        [
            article("query", "green tea", 1),
            article("friend", "black coffee", 2, ["query", "mate"]),
            article("mate", "cocoa", 3),
            article("stranger", "lemonade", 4),
        ]
    )
    rec = fitted(site)
    seen = pairs(rec, "query")
    assert {"friend", "mate"} == seen.keys()
    assert 1.0 == seen["friend"]["lists_query"] == seen["friend"]["query_listed_by"]
    assert (seen["mate"]["lists_query"], seen["mate"]["listed_together"]) == (0.0, 1.0)
    assert pairs(rec, "query", before=float("inf")) == {}


def test_what_is_missing_is_missing_and_not_zero(article):
    """Dates, topics, excerpts, providers, quality."""
    site = Corpus(
        [
            article("bare", "green tea"),
            article("full", "green tea pot", 5, excerpt="a pot", topics=("tea",), provider="Kettle", quality=7.0),
            article("query", "green tea cup", 6, excerpt="a pot", topics=("tea",), provider="Kettle"),
        ]
    )
    seen = pairs(fitted(site), "query")
    for name in ("gap_days", "gap_log", "topics", "excerpt", "title_in_excerpt", "same_provider", "quality", "body"):
        assert np.isnan(seen["bare"][name]), name
        assert name == "body" or not np.isnan(seen["full"][name]), name
    assert np.isnan(seen["bare"]["circle_near_3"])
    assert seen["full"]["same_provider"] == 1.0
    assert seen["full"]["gap_days"] == 1.0


def test_the_rarest_shared_word_is_found(article):
    """The word that fewer titles have weighs more."""
    site = Corpus([article(f"a{n}", f"tea number{n}", n) for n in range(8)] + [article("rare", "oolong tea", 9)])
    seen = pairs(fitted(site), article("query", "oolong tea cup", 10))
    assert seen["rare"]["rarest_word"] > seen["a0"]["rarest_word"] > 0
    assert seen["rare"]["title_share"] > seen["a0"]["title_share"]


def test_the_circle_is_those_it_is_listed_together_with(article):
    """Counted from both ends, each once, the candidate's own place included in the means."""
    site = Corpus(
        [
            article("a", "green tea", 1, ["b", "c"]),
            article("b", "lamp", 2, ["a"]),
            article("c", "green tea pot", 3),
            article("d", "green tea jar", 4),
        ]
    )
    seen = pairs(fitted(site), article("query", "green tea", 5))
    assert [seen[name]["circle_size"] for name in "abcd"] == [2.0, 1.0, 1.0, 0.0]
    similarity = {name: seen[name]["similarity"] for name in "abcd"}
    assert similarity["b"] == 0.0
    assert seen["a"]["circle_mean"] == pytest.approx((similarity["a"] + similarity["c"]) / 3)
    assert seen["b"]["circle_mean"] == pytest.approx(similarity["a"] / 2)
    assert seen["b"]["circle_max"] == pytest.approx(similarity["a"])
    assert seen["d"]["circle_max"] == pytest.approx(similarity["d"])
    assert pytest.approx(seen["a"]["circle_newest"]) == 2.0


def test_a_site_without_text_or_lists_has_no_candidates(article):
    """And nothing breaks."""
    assert pairs(fitted(Corpus([article("a", ""), article("b", "")])), "a") == {}


@pytest.mark.parametrize("is_draft", [True, False])
def test_a_hidden_list_leaves_no_trace(article, is_draft):
    """
    As a lesson asks it, an article looks to the last bit as if it had no list.

    Its own circle would be the best: the near ones lie in circles with what is far, its list names only the near.
    """
    far = [article(f"far-{n}", f"unlike things {n}", n) for n in range(6)]
    near = [article(f"near-{n}", "green tea leaves", 10 + n, [item.id for item in far]) for n in range(3)]
    tables = []
    for listed in ([item.id for item in near], []):
        rec = fitted(Corpus([*far, *near, article("query", "green tea leaves", 20, listed)]))
        state = rec._fitted()
        row = state.catalogue.row_of("query")
        before = float(state.catalogue.times[row]) if is_draft else float("nan")
        own = np.array([row])
        query = dataclasses.replace(rec._query(state, "query"), hidden=own, own=own, n_listed=0, before=before)
        tables.append(pairs_of(query, state.catalogue, state.graph, rec._allowed(state), DAMPING, 50))
    one, other = tables
    np.testing.assert_array_equal(one.rows, other.rows)
    assert len(one.rows) >= 3
    for name, column in COLUMN.items():
        np.testing.assert_array_equal(one.table[:, column], other.table[:, column], err_msg=name)


def test_names_and_neighboring_words_count(article):
    """A name that both titles have, and a pair of words in one order; an article without a name has none to share."""
    texts = {
        "one": ("green Assam leaf", "We bought Assam here."),
        "two": ("green Assam story", "We drank Assam there."),
        "three": ("Assam leaf for sale", "They sell Assam now."),
        "four": ("leaf of green", "Nothing to see."),
    }
    corpus = Corpus([article(name, title, excerpt=excerpt) for name, (title, excerpt) in texts.items()])
    rec = fitted(corpus)
    found = pairs(rec, draft_of(corpus, "one"))
    assert found["two"]["title_names"] > 0
    assert found["two"]["title_names_share"] == pytest.approx(1.0)
    assert found["two"]["excerpt_names"] > 0
    assert found["four"]["title_names"] == 0
    assert found["two"]["title_bigrams"] > 0, "green Assam"
    assert found["three"]["title_bigrams"] > 0, "Assam leaf"
    assert found["four"]["title_bigrams"] == 0 or np.isnan(found["four"]["title_bigrams"])
    nameless = pairs(rec, draft_of(corpus, "four"))
    assert np.isnan(nameless["one"]["title_names"])
