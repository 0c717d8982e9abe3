"""Why a pair has its score."""

import numpy as np
import pytest

from recommender.articles import Article, Corpus
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
            listed += [(-shares[c], field.name, c) for c in columns if vectorizer.telling_terms()[c]]
    return sorted(listed)[:N_TERMS], of_fields


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
