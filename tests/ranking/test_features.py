"""What a ranker sees of a pair, and that it sees nothing else."""

import dataclasses
import random
from datetime import UTC, datetime

import numpy as np
import pytest

from recommender import Corpus, Recommender, RelatedEntry
from recommender.ranking.catalogue import days_of
from recommender.ranking.features import FAMILIES, FEATURE_NAMES, FEATURES, LIST_DAMPING, pairs_of
from recommender.ranking.rankers import damping
from recommender.settings import settings_from_mapping

N_NEAREST = 50


def fitted(corpus, **vectors):
    """A recommender by similarity alone, with all that the learned ranker looks at."""
    rec = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity"}, "vectors": vectors})).fit(corpus)
    state = rec._fitted().state
    catalogue = state.catalogue
    everything = [catalogue.articles[row] for row in range(catalogue.n_rows)]
    state.vectorizer.fit_comparison(everything)
    catalogue.compare(state.vectorizer.compared(everything))
    return rec


def seen_by(rec, query):
    """The candidates of a query and what is seen of them."""
    state = rec._fitted().state
    allowed = state.allowed(days_of(datetime.now(UTC)))
    return pairs_of(query, state, allowed, N_NEAREST)


def by_id(rec, found):
    """Candidate id -> its features by name."""
    return {
        rec._fitted().state.catalogue.articles[row].id: dict(zip(FEATURE_NAMES, values.tolist(), strict=True))
        for row, values in zip(found.rows, found.table, strict=True)
    }


def pairs(rec, asked, before=float("nan")):
    """Candidate id -> its features by name."""
    return by_id(rec, seen_by(rec, dataclasses.replace(rec._selector().query(asked), before=before)))


def draft_of(corpus, article_id):
    """The article as a draft: no list of its own."""
    return dataclasses.replace(corpus[article_id], related=())


def assert_same(one, other):
    """The same candidates with the same numbers, NaN where NaN, bit for bit."""
    assert one.keys() == other.keys()
    for name, features in one.items():
        np.testing.assert_array_equal(list(features.values()), list(other[name].values()), err_msg=name)


def test_names_are_unique_and_families_known():
    """Every number can be explained: it has a family and a meaning."""
    assert {family for family, _ in FEATURES.values()} == set(FAMILIES)
    assert all(meaning for _, meaning in FEATURES.values())


def test_every_feature_has_a_value_where_articles_have_all_that_there_is(article):
    """What stands in `FEATURES` and is nowhere filled in would be missing in silence, for every pair."""
    texts = {
        "query": ("green Assam leaf", "We bought Assam here.", []),
        "two": ("green Assam story", "We drank Assam there.", ["query", "three"]),
        "three": ("Assam leaf for sale", "They sell Assam now.", ["two"]),
    }
    site = [
        article(name, title, day, listed, excerpt=excerpt, topics=("tea",), provider="Kettle", quality=7.0)
        for day, (name, (title, excerpt, listed)) in enumerate(texts.items())
    ]
    found = pairs(fitted(Corpus(site)), "query")
    assert {name for name in FEATURES if all(np.isnan(seen[name]) for seen in found.values())} == set()


def test_a_draft_looks_as_it_will_when_it_is_known(family_site, article, families):
    """To the last bit, as long as nobody lists it; its own list changes nothing."""
    rec = fitted(Corpus(families()[:-6]))
    newcomer = article("newcomer", "family3 calm newcomer", 60, ["f3-0", "f3-1"], excerpt="bright words")
    before = pairs(rec, dataclasses.replace(newcomer, related=()))
    rec.update(added=[newcomer])
    query = rec._selector().query("newcomer")
    assert_same(before, by_id(rec, seen_by(rec, query.without_list())))


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
    time = rec._selector().query(query).time
    assert_same(then, pairs(rec, query, before=time))
    assert pairs(rec, query).keys() != then.keys()


def test_an_article_of_the_same_moment_is_not_earlier(article):
    """Ties of time count as not earlier."""
    rec = fitted(Corpus([article("one", "green tea", 3), article("two", "green tea cup", 2)]))
    time = rec._selector().query("one").time
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
            article("query", "tax law", 1),
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
    for name in ("gap_days", "gap_log", "topics", "excerpt", "title_in_excerpt", "same_provider", "quality"):
        assert np.isnan(seen["bare"][name]), name
        assert not np.isnan(seen["full"][name]), name
    assert np.isnan(seen["bare"]["circle_near_3"])
    assert seen["full"]["same_provider"] == 1.0
    assert seen["full"]["gap_days"] == 1.0


def test_the_rarest_shared_word_is_found(article):
    """The word that fewer titles have weighs more."""
    site = Corpus([article(f"a{n}", f"tea number{n}", n) for n in range(8)] + [article("rare", "oolong tea", 9)])
    seen = pairs(fitted(site, meaning=0), article("query", "oolong tea cup", 10))
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
        state = rec._fitted().state
        row = state.catalogue.row_of("query")
        before = float(state.catalogue.times[row]) if is_draft else float("nan")
        own = np.array([row])
        query = dataclasses.replace(rec._selector().query("query"), hidden=own, own=own, n_listed=0, before=before)
        tables.append(seen_by(rec, query))
    one, other = tables
    np.testing.assert_array_equal(one.rows, other.rows)
    assert len(one.rows) >= 3
    for name, of_one, of_other in zip(FEATURE_NAMES, one.table.T, other.table.T, strict=True):
        np.testing.assert_array_equal(of_one, of_other, err_msg=name)


def test_names_count(article):
    """A name that both titles have; an article without a name has none to share."""
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
    assert found["four"]["title_names"] == 0
    nameless = pairs(rec, draft_of(corpus, "four"))
    assert np.isnan(nameless["one"]["title_names"])


@pytest.mark.parametrize("before", [float("nan"), 50.0])
def test_what_lists_say_is_what_looking_one_by_one_says(families, before):
    """Means, greatest, votes and days of the circle, of each candidate, also as of a moment."""
    lot = random.Random(4)
    made = families(6, 6, listed="nobody")
    listed = [lot.sample([item.id for item in made], lot.randrange(5)) for item in made]
    site = Corpus(
        [
            dataclasses.replace(
                item, related=tuple(RelatedEntry(url=f"https://family.example/{name}", target=name) for name in names)
            )
            for item, names in zip(made, listed, strict=True)
        ]
    )
    rec = fitted(site)
    state = rec._fitted().state
    catalogue, graph = state.catalogue, state.graph
    query = rec._selector().query(dataclasses.replace(site["f2-5"], related=()))
    if not np.isnan(before):
        query = dataclasses.replace(query, before=min(catalogue.times) + before / 2)
    similarities = catalogue.index.exact(query.vectors, np.arange(catalogue.n_rows))
    gaps = query.time - catalogue.times
    there = [
        row for row in range(catalogue.n_rows)
        if row not in query.own and not catalogue.times[row] >= query.before
    ]  # fmt: skip
    damped = {row: similarities[row] * float(damping(gaps[[row]], *LIST_DAMPING)[0]) for row in there}
    voters = {row for row in sorted(there, key=lambda row: -damped[row])[:20] if damped[row] > 0}
    found = seen_by(rec, query)
    features = by_id(rec, found)
    assert len(features) > 8
    lists = {row: set(graph.listed(row).tolist()) for row in range(catalogue.n_rows)}
    for row in found.rows.tolist():
        mates = {mate for mate in there if mate != row and (mate in lists[row] or row in lists[mate])}
        circle = [row, *mates]
        heard = [damped[mate] for mate in mates & voters]
        expected = {
            "circle_size": len(mates),
            "circle_mean": np.mean([similarities[mate] for mate in circle]),
            "circle_max": max(similarities[mate] for mate in circle),
            "circle_damped_mean": np.mean([damped[mate] for mate in circle]),
            "circle_damped_max": max(damped[mate] for mate in circle),
            "circle_damped_power": sum(damped[mate] ** 4 for mate in circle) ** 0.25,
            "votes": sum(heard),
            "votes_share": sum(heard) / sum(damped[voter] for voter in voters),
            "nearest_share": len(set(circle) & voters) / len(circle),
            "votes_of_lists": sum(damped[mate] for mate in mates & voters if row in lists[mate]),
            "votes_by_lists": sum(damped[mate] for mate in mates & voters if mate in lists[row]),
            "circle_near_14": sum(abs(gaps[mate]) <= 14 for mate in circle),
            "circle_near_30": np.mean([abs(gaps[mate]) <= 30 for mate in circle]),
            "circle_newest": min(gaps[mate] for mate in circle),
        }
        actual = {name: features[catalogue.articles[row].id][name] for name in expected}
        assert actual == pytest.approx(expected, abs=1e-4)
