"""Why a pair has its score."""

import numpy as np
import pytest

from recommender import load_model
from recommender.articles import Article, Corpus
from recommender.console import explained
from recommender.model import Recommender
from recommender.ranking.explain import N_TERMS, _shares_of
from recommender.settings import settings_from_mapping

WORDS = ["green", "black", "tea", "kettle", "water", "leaf", "cup", "pot", "gear", "chain", "wheel", "road", "rain"]


@pytest.fixture(scope="module")
def fitted():
    """Forty articles of random words in four fields, one without any."""
    rng = np.random.default_rng(3)

    def some(n):
        return " ".join(rng.choice(WORDS, n))

    articles = [
        Article(f"{n:02d}", title=some(4), excerpt=some(12), topics=(some(1),), body=some(20)) for n in range(39)
    ]
    settings = settings_from_mapping({"ranking": {"ranker": "similarity"}})
    return Recommender(settings).fit(Corpus([*articles, Article("zz", title="")]))


def slow(query, row, catalogue, vectorizer):
    """Terms with their fields and shares, and the share of each field and of meaning, term by term."""
    products = query.vectors.terms.toarray()[0].astype(float) * catalogue.vectors.terms[row].toarray()[0]
    meaning = max(0.0, float(query.vectors.dense[0].astype(float) @ catalogue.vectors.dense[row].astype(float)))
    total = products.sum() + meaning or 1.0
    listed, of_fields = [], {"meaning": meaning / total} if meaning else {}
    for field in vectorizer.fields:
        columns = [column for column in range(field.start, field.stop) if products[column]]
        if columns:
            of_fields[field.name] = products[columns].sum() / total
        if field.name in ("words", "body"):
            listed += [(-products[c] / total, c) for c in columns]
    # What most articles have is named only where there is nothing else.
    telling = [one for one in listed if vectorizer.telling_terms()[one[1]]]
    return sorted(telling or listed)[:N_TERMS], of_fields


def test_shares_are_those_of_the_slow_way(fitted):
    """Shared terms and the shares of the fields are those that adding up term by term gives, and sum to 1."""
    state = fitted._fitted().state
    catalogue, vectorizer = state.catalogue, state.vectorizer
    n_listed = 0
    for article_id in fitted.article_ids[::3]:
        query = fitted._selector().query(article_id)
        every = np.arange(catalogue.n_rows)
        all_shares = _shares_of([query], np.zeros_like(every), every, state)
        for row, shares in enumerate(all_shares):
            listed, expected = slow(query, row, catalogue, vectorizer)
            assert [share for _, share in shares.terms] == pytest.approx([-share for share, _ in listed], abs=1e-4)
            assert shares.fields == pytest.approx(expected, abs=1e-4)
            assert sum(shares.fields.values()) == pytest.approx(1 if shares.fields else 0, abs=1e-3)
            n_listed += len(shares.terms)
    assert n_listed > 400


def test_a_meaning_that_is_most_of_the_similarity_is_said():
    """Two articles without a word in common have a reason all the same."""
    pair = [Article("a", title="Espresso and cappuccino"), Article("b", title="Hot coffee beverages"), *OTHERS]
    reason = reason_for(pair, "a", "b")
    assert reason.fields["meaning"] > 0.5
    assert "the two are about alike things" in reason.sentences


def reason_for(articles, asked, candidate, **settings):
    """What is said of one pair on a site of some articles."""
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0.0}, **settings})
    return Recommender(settings).fit(Corpus(articles, site_language="en")).explain(asked, candidate)


#: Letters and words alone.
PLAIN = {"meaning": 0}
OTHERS = [Article(f"other-{n}", title=f"{one} on the {two}", topics=(one,)) for n, (one, two) in enumerate(
    [("Rain", "road"), ("Wheels", "hill"), ("Gears", "bicycle"), ("Chains", "tractor"), ("Cups", "table")]
)]  # fmt: skip


def test_a_word_that_hardly_counts_is_no_reason():
    """It is among the shared terms, and in no sentence."""
    filler = " ".join(f"Line {n} of the almanac tells of something else again." for n in range(60))
    pair = [
        Article("a", title="Beekeeping in June", body=f"Swarms leave. {filler} One day we looked."),
        Article("b", title="Beekeeping for two", body="They looked at hives, smokers and veils for a day."),
    ]
    reason = reason_for([*pair, *OTHERS], "a", "b", vectors=PLAIN)
    assert {"Beekeeping", "looked"} <= {one.term for one in reason.shared_terms}
    assert [sentence for sentence in reason.sentences if "both" in sentence] == ["both name Beekeeping in the title"]


def test_the_prefix_of_a_language_is_never_shown():
    """It keeps languages apart, and is nothing that a site has written."""
    german = [
        Article("a", title="Der Hafen von Hamburg", excerpt="Schiffe", topics=("dns", "de:seltsam"), language="de"),
        Article("b", title="Ein Hafen im Norden", excerpt="Schiffe", topics=("dns", "de:seltsam"), language="de"),
    ]
    reason = reason_for([*german, *OTHERS], "a", "b")
    assert {(one.term, one.field) for one in reason.shared_terms} == {
        ("Hafen", "title"), ("Schiffe", "excerpt"), ("dns", "topics"), ("de", "topics"), ("seltsam", "topics"),
    }  # fmt: skip


def test_text_without_spaces_is_named_in_runs_that_both_have():
    """Not in pairs of characters, nor in endings."""
    japanese = [
        Article("a", title="コーヒー豆を焙煎する店", excerpt="毎朝コーヒーを飲む人の新聞。", language="ja"),
        Article("b", title="新しいコーヒー豆を販売する", excerpt="コーヒーが値上がりの新年。", language="ja"),
    ]
    reason = reason_for([*japanese, *OTHERS], "a", "b")
    assert {(one.term, one.field) for one in reason.shared_terms} >= {("コーヒー豆", "title")}
    assert sum(one.share for one in reason.shared_terms) <= 1
    assert "both name コーヒー豆 in the title" in reason.sentences
    assert not any("の新" in one for one in reason.sentences), "a particle and half a word"
    later = [Article("a", title="豆を挽いた後", language="ja"), Article("b", title="豆が焼けた後", language="ja")]
    assert not any("た後" in one for one in reason_for([*later, *OTHERS], "a", "b").sentences), (
        "an ending before a character"
    )
    pieces = [Article("a", title="オプション", language="ja"), Article("b", title="アクション", language="ja")]
    assert not any("ション" in one for one in reason_for([*pieces, *OTHERS], "a", "b").sentences), "a piece of both"
    cakes = [Article("a", title="チーズケーキの店", language="ja"), Article("b", title="ケーキを焼く", language="ja")]
    assert "both name ケーキ in the title" in reason_for([*cakes, *OTHERS], "a", "b").sentences
    endings = [Article("a", title="猫が勉強した", language="ja"), Article("b", title="犬も散歩した", language="ja")]
    assert "both name した in the title" in reason_for([*endings, *OTHERS], "a", "b").sentences, "there is nothing else"


def test_a_word_with_a_hyphen_is_named_as_it_is_typed():
    """And what stands beside the hyphen is no other word."""
    pair = [Article("a", title="Wi-Fi in the garden"), Article("b", title="A cellar without wi-fi")]
    assert "both name Wi-Fi in the title" in reason_for([*pair, *OTHERS], "a", "b", vectors=PLAIN).sentences


def test_signs_of_vowels_and_tones_are_no_reason():
    """They are pairs of characters, and no words."""
    pair = [Article("a", title="ที่", language="th"), Article("b", title="นี่", language="th")]
    assert not any("\u0e35\u0e48" in one for one in reason_for([*pair, *OTHERS], "a", "b", vectors=PLAIN).sentences)


def test_words_that_most_articles_have_are_named_where_there_are_no_others():
    """Every pair that is alike gets a sentence that says in which words."""
    articles = [Article(str(n), title=f"DNS {word}", topics=("dns",)) for n, word in enumerate(["tea", "pot", "cup"])]
    reason = reason_for(articles, "0", "1")
    assert reason.similarity > 0
    assert reason.sentences[0] == "both have what most articles have: DNS"
    assert {(one.term, one.field) for one in reason.shared_terms} == {("DNS", "title")}
    parts = [Article("a", title="Unbelievable"), Article("b", title="Believably"), *OTHERS]
    assert reason_for(parts, "a", "b", vectors=PLAIN).sentences == ("words of the two are alike in part",)


def test_no_sentence_names_a_function_word_with_what_hangs_on_it():
    """The kettle is named, and not "we've"."""
    articles = [Article(str(n), title=f"We've a {name} kettle") for n, name in enumerate(["copper", "steel"])]
    articles += [Article(f"other{n}", title=f"Number {n}") for n in range(8)]
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0}})
    said = " ".join(Recommender(settings).fit(Corpus(articles)).suggest("0")[0].reason.sentences)
    assert "kettle" in said
    assert "We've" not in said


def test_a_number_is_named_in_a_title_and_not_in_a_text():
    """What a text counts is of anything: an hour, a price, a step."""
    titles = [Article("a", title="Windows 95 at home"), Article("b", title="The sounds of Windows 95")]
    texts = [
        Article("a", title="A loaf", body="At 95 the oven opens, and the bread waits."),
        Article("b", title="A bargain", body="Bread at 95 pence."),
    ]
    assert "both name Windows and 95 in the title" in reason_for([*titles, *OTHERS], "a", "b").sentences
    assert "both name bread in the text" in reason_for([*texts, *OTHERS], "a", "b").sentences


def test_a_compound_is_named_without_its_parts():
    """And a release by the line that both are of."""
    articles = [
        Article("a", title="Apfelkuchen 2.10.1 vom Blech", language="de"),
        Article("b", title="Der Apfelkuchen v2.10.3 der Nachbarin", language="de"),
    ]
    said = reason_for([*articles, *OTHERS], "a", "b").sentences
    assert "both name 2.10 and Apfelkuchen in the title" in said


def test_a_field_whose_terms_are_not_listed_is_told_by_its_share():
    """By a name that a reader understands."""
    parts = [Article("a", title="Unbelievable"), Article("b", title="Believably"), *OTHERS]
    lines = list(explained(parts[0], parts[1], reason_for(parts, "a", "b", vectors=PLAIN)))
    assert lines[-1] == "  of the similarity: parts of the words 100%"


def test_no_reader_sees_a_stem(tmp_path):
    """Also where a saved model no longer has the bodies; the words of titles are named then."""
    texts = {
        "a": ("Wool", "The ferries carry ponies."),
        "b": ("Wool again", "Ponies on ferries."),
        "c": ("Rain", "Wet."),
    }
    site = Corpus(Article(name, title=title, body=body, language="en") for name, (title, body) in texts.items())
    fresh = Recommender().fit(site)
    fresh.save(tmp_path / "model")
    words = [
        {term.term for term in one.suggest("a")[0].reason.shared_terms}
        for one in (fresh, load_model(tmp_path / "model"))
    ]
    assert words == [{"Wool", "ferries", "ponies"}, {"Wool"}]
