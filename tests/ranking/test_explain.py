"""Why a pair has its score."""

import numpy as np
import pytest

from recommender.articles import Article, Corpus
from recommender.console import explained
from recommender.model import Recommender
from recommender.ranking.explain import N_TERMS, shares_of
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
    """Terms with their fields and shares, and the share of each field, term by term."""
    own = np.zeros(catalogue.n_terms)
    own[query.columns] = query.values
    other = catalogue.vectors[row].toarray()[0].astype(float)
    shares = own * other / (own @ other or 1.0)
    listed, of_fields = [], {}
    for field in catalogue.fields:
        columns = [column for column in range(field.start, field.stop) if shares[column]]
        if columns:
            of_fields[field.name] = shares[columns].sum()
        if field.name not in ("title_chars", "title_bigrams"):
            listed += [(-shares[c], field.name, c) for c in columns]
    # What most articles have is named only where there is nothing else.
    telling = [one for one in listed if vectorizer.telling_terms()[one[2]]]
    return sorted(telling or listed)[:N_TERMS], of_fields


def test_shares_are_those_of_the_slow_way(fitted):
    """Shared terms, their order and the shares of the fields are those that adding up term by term gives."""
    catalogue, _, asked = fitted.asked(fitted.article_ids)
    queries = list(asked)
    names = [field.name for field in catalogue.fields]
    every = [np.arange(catalogue.n_rows)] * len(queries)
    n_listed = 0
    for query, shares in zip(queries, shares_of(queries, every, catalogue, fitted.vectorizer), strict=True):
        for row in range(catalogue.n_rows):
            listed, expected = slow(query, row, catalogue, fitted.vectorizer)
            columns = shares.columns[row][shares.columns[row] >= 0]
            assert [fitted.vectorizer.field_of(column) for column in columns] == [name for _, name, _ in listed]
            of_terms = shares.of_terms[row][: len(columns)]
            assert of_terms == pytest.approx([-share for share, _, _ in listed], abs=1e-4)
            of_fields = {name: share for name, share in zip(names, shares.of_fields[row], strict=True) if share >= 0}
            assert of_fields == pytest.approx(expected, abs=1e-4)
            n_listed += len(columns)
    assert n_listed > 1000


def test_a_block_is_explained_as_its_queries_are_alone(fitted):
    """What a query shares with its rows does not depend on which others are asked for with it, nor on how many."""
    catalogue, _, asked = fitted.asked(fitted.article_ids)
    queries = list(asked)
    rows = [np.arange(place % 7) for place in range(len(queries))]
    together = shares_of(queries, rows, catalogue, fitted.vectorizer)
    for query, own, shares in zip(queries, rows, together, strict=True):
        (alone,) = shares_of([query], [own], catalogue, fitted.vectorizer)
        for name in ("columns", "of_terms", "of_fields"):
            assert np.array_equal(getattr(shares, name), getattr(alone, name))
            assert len(getattr(shares, name)) == len(own)


def reason_for(articles, asked, candidate, **settings):
    """What is said of one pair on a site of some articles."""
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0.0}, **settings})
    return Recommender(settings).fit(Corpus(articles, site_language="en")).explain(asked, candidate)


OTHERS = [Article(f"other-{n}", title=f"{one} on the {two}", topics=(one,)) for n, (one, two) in enumerate(
    [("Rain", "road"), ("Wheels", "hill"), ("Gears", "bicycle"), ("Chains", "tractor"), ("Cups", "table")]
)]  # fmt: skip


def test_the_prefix_of_a_language_is_never_shown():
    """It keeps languages apart, and is nothing that a site has written."""
    german = [
        Article("a", title="Der Hafen von Hamburg", excerpt="Schiffe", topics=("dns", "de:seltsam"), language="de"),
        Article("b", title="Ein Hafen im Norden", excerpt="Schiffe", topics=("dns", "de:seltsam"), language="de"),
    ]
    reason = reason_for([*german, *OTHERS], "a", "b")
    assert {(one.term, one.field) for one in reason.shared_terms} == {
        ("Hafen", "title"), ("Schiffe", "excerpt"),
    }  # fmt: skip


def test_text_without_spaces_is_named_in_runs_that_both_have():
    """Not in pairs of characters, nor in endings."""
    japanese = [
        Article("a", title="コーヒー豆を焙煎する店", excerpt="毎朝アイスティーを飲む人の新聞。", language="ja"),
        Article("b", title="新しいコーヒー豆を販売する", excerpt="アイスティーが値上がりの新年。", language="ja"),
    ]
    reason = reason_for([*japanese, *OTHERS], "a", "b")
    assert {(one.term, one.field) for one in reason.shared_terms} >= {
        ("コーヒー豆", "title"),
        ("アイスティー", "excerpt"),
    }
    assert sum(one.share for one in reason.shared_terms) <= 1
    assert {"both name コーヒー豆 in the title", "both name アイスティー in the excerpt"} <= set(reason.sentences)
    assert not any("の新" in one for one in reason.sentences), "a particle and half a word"
    endings = [Article("a", title="猫が勉強した", language="ja"), Article("b", title="犬も散歩した", language="ja")]
    assert "both name した in the title" in reason_for([*endings, *OTHERS], "a", "b").sentences, "there is nothing else"


def test_words_that_most_articles_have_are_named_where_there_are_no_others():
    """Every pair that is alike gets a sentence that says in which words."""
    articles = [Article(str(n), title=f"DNS {word}", topics=("dns",)) for n, word in enumerate(["tea", "pot", "cup"])]
    reason = reason_for(articles, "0", "1")
    assert reason.similarity > 0
    assert reason.sentences[0] == "both have what most articles have: DNS"
    assert {(one.term, one.field) for one in reason.shared_terms} == {("DNS", "title")}
    parts = [Article("a", title="Unbelievable"), Article("b", title="Believably"), *OTHERS]
    assert reason_for(parts, "a", "b").sentences == ("words of the two are alike in part",)


def test_a_field_whose_terms_are_not_listed_is_told_without_a_colon():
    """By a name that a reader understands."""
    parts = [Article("a", title="Unbelievable"), Article("b", title="Believably"), *OTHERS]
    lines = list(explained(parts[0], parts[1], reason_for(parts, "a", "b")))
    assert lines[-1] == "  parts of the words 100%"
