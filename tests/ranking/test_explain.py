"""Why a pair has its score."""

import numpy as np
import pytest

from recommender.articles import Article, Corpus
from recommender.model import Recommender
from recommender.ranking.explain import N_TERMS, shared_terms
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
    own, other = query.vector.toarray()[0].astype(float), catalogue.vectors[row].toarray()[0].astype(float)
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
    catalogue, _, queries = fitted.asked(fitted.article_ids)
    n_listed = 0
    for query in queries:
        found = shared_terms(query, np.arange(catalogue.n_rows), catalogue, fitted.vectorizer)
        for row, (terms, of_fields) in enumerate(found):
            listed, expected = slow(query, row, catalogue, fitted.vectorizer)
            assert [term.field for term in terms] == [name for _, name, _ in listed]
            assert [term.share for term in terms] == pytest.approx([-share for share, _, _ in listed], abs=1e-4)
            assert of_fields == pytest.approx(expected, abs=1e-4)
            n_listed += len(terms)
    assert n_listed > 1000
