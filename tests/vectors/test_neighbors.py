"""Similarities to every row, against a product of dense matrices."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_matrix
from sklearn.preprocessing import normalize

from recommender.vectors.neighbors import SearchIndex, Vectors, most_of

N_TERMS, N_DENSE = 30, 4
#: Of every third term, which is no word, none.
RARITIES = np.arange(N_TERMS) % 3 * np.linspace(1, 8, N_TERMS)


def made(n_rows, seed=0, n_dense=N_DENSE):
    """Rows of length 1, sparse and dense part together; the last is empty."""
    lot = np.random.default_rng(seed)
    sparse = random_matrix(n_rows, N_TERMS, 0.2, random_state=lot).toarray()
    both = normalize(np.hstack([sparse, lot.normal(size=(n_rows, n_dense)) / 3]))
    both[-1] = 0
    compared = csr_matrix(normalize(random_matrix(n_rows, 9, 0.3, random_state=lot)), dtype=np.float32)
    terms = csr_matrix(both[:, :N_TERMS], dtype=np.float32)
    return Vectors(terms, both[:, N_TERMS:].astype(np.float32), {"title": compared})


def similarities(queries, rows):
    """By dense products; meanings less alike than usual add nothing."""
    return queries.terms.toarray() @ rows.terms.toarray().T + np.maximum(queries.dense @ rows.dense.T, 0)


@pytest.mark.parametrize("n_dense", [0, N_DENSE])
def test_a_similarity_is_the_product_of_two_whole_rows(n_dense):
    """Of every query with every row, sparse and dense parts together, or where there is no dense part."""
    rows, queries = made(40, n_dense=n_dense), made(7, 1, n_dense)
    expected = similarities(queries, rows)
    index = SearchIndex(rows, RARITIES)
    title = queries.compared["title"].toarray() @ rows.compared["title"].toarray().T
    for place in range(len(queries)):
        query = queries[np.array([place])]
        found = index.exact(query, np.arange(40))
        assert found == pytest.approx(np.clip(expected[place], 0, 1), abs=1e-6)
        assert index.similarities(query).tolist() == found.tolist()
        assert index.weighed(query.compared["title"], "title") == pytest.approx(title[place], abs=1e-6)


def test_an_exact_similarity_does_not_depend_on_what_else_is_asked():
    """One row or all, in any order, of a query alone or out of a block: the same number."""
    rows, queries = made(60), made(9, 1)
    index = SearchIndex(rows, RARITIES)
    shuffled = np.random.default_rng(2).permutation(60)
    block = Vectors.joined([queries[np.array([place])] for place in range(9)])
    for place in range(9):
        query = queries[np.array([place])]
        found = index.exact(query, np.arange(60))
        assert index.exact(block[np.array([place])], shuffled).tolist() == found[shuffled].tolist()
        assert [float(index.exact(query, np.array([row]))[0]) for row in range(60)] == found.tolist()


def test_shared_words_are_those_that_both_have_and_that_have_a_rarity():
    """The sum of their rarities, and of the products of their weights, of each row; of an empty query nothing."""
    rows, queries = made(40), made(9, 1)
    index, asked = SearchIndex(rows, RARITIES), np.array([3, 17, 8])
    is_word = RARITIES > 0
    assert 0 < is_word.sum() < N_TERMS
    for place in range(9):
        weights = queries.terms.toarray()[place]
        shared = (weights > 0) & (rows.terms.toarray()[asked] > 0) & is_word
        rarities, products = index.shared_words(queries[np.array([place])], asked)
        assert rarities == pytest.approx(shared @ RARITIES)
        assert products == pytest.approx((rows.terms.toarray()[asked] * is_word) @ weights, abs=1e-6)
    assert index.shared_words(queries[np.array([8])], asked)[0].tolist() == [0, 0, 0]


def the_most(products, n):
    """The places of the n greatest, those above 0."""
    return {int(place) for place in np.argsort(-products)[:n] if products[place] > 0}


@pytest.mark.parametrize("most_having", [5000, 20])
def test_candidates_have_most_of_a_querys_terms(most_having, monkeypatch):
    """As many rows as are asked for, with exact similarities; alone as among many."""
    monkeypatch.setattr("recommender.vectors.neighbors._MOST_HAVING", most_having)
    rows, queries = made(100), made(5, 1)
    index = SearchIndex(rows, RARITIES)
    is_rare = np.bincount(rows.terms.indices, minlength=N_TERMS) <= most_having
    assert is_rare.any()
    assert is_rare.all() == (most_having > 100)
    products = (queries.terms.toarray() * is_rare) @ rows.terms.toarray().T
    block = [queries[np.array([place])] for place in range(5)]
    for place, (found, similarities) in enumerate(index.candidates(block, 9)):
        nearest = the_most(products[place], 9)
        assert set(found.tolist()) >= nearest
        assert set(found.tolist()) == nearest or len(nearest) < 9
        assert similarities.tolist() == index.exact(block[place], found).tolist()
        ((alone, same),) = index.candidates([block[place]], 9)
        assert alone.tolist() == found.tolist() == sorted(found.tolist())
        assert same.tolist() == similarities.tolist()
    assert [one.tolist() for one, _ in index.candidates(block, 200)] == [list(range(100))] * 5


def test_rows_that_tie_with_the_last_are_the_same_alone_and_among_many():
    """Of forty rows that are alike to a query none is left out by how many others ask."""
    terms = csr_matrix(np.repeat(made(3, n_dense=0).terms.toarray()[:2], [40, 20], axis=0))
    rows = Vectors(terms, np.zeros((60, 0), dtype=np.float32))
    index, block = SearchIndex(rows, RARITIES), [rows[np.array([place])] for place in (0, 59)]
    among_many = [found.tolist() for found, _ in index.candidates(block, 12)]
    assert among_many == [index.candidates([query], 12)[0][0].tolist() for query in block]
    assert among_many == [list(range(40)), list(range(40, 60))]


def test_what_shares_only_common_terms_is_found():
    """Terms that thousands of rows have propose nobody, but where a query has no other."""
    common = np.zeros((6000, 3), dtype=np.float32)
    common[:, 0] = 1.0
    common[::100, :2] = np.sqrt(0.5)
    rows = Vectors(csr_matrix(common), np.zeros((6000, 0), dtype=np.float32))
    index, query = SearchIndex(rows, np.ones(common.shape[1])), rows[np.array([1])]
    ((found, similarities),) = index.candidates([query], 9)
    assert index.similarities(query).tolist() == index.exact(query, np.arange(6000)).tolist()
    assert len(found) >= 9
    assert set(similarities.tolist()) == {1.0}


def test_where_meaning_is_most_of_a_row_it_proposes_too():
    """A row that shares no term with a query is a candidate when its meaning is near."""
    words = csr_matrix(np.eye(40, N_TERMS, dtype=np.float32) * 0.6)
    dense = normalize(np.random.default_rng(0).normal(size=(40, N_DENSE))).astype(np.float32) * 0.8
    rows = Vectors(words, dense)
    ((found, _),) = SearchIndex(rows, RARITIES).candidates([rows[np.array([39])]], 5)
    assert set(found.tolist()) == the_most(dense @ dense[39], 5)


def test_the_most_are_the_greatest_and_their_ties():
    """Nothing of 0 or less is among them."""
    values = np.array([0.5, 0.0, 0.9, 0.5, 0.1, -1.0])
    assert most_of(values, 1).tolist() == [2]
    assert most_of(values, 2).tolist() == [0, 2, 3]
    assert most_of(values, 5).tolist() == most_of(values, 50).tolist() == [0, 2, 3, 4]
    assert most_of(np.zeros(0), 3).tolist() == []
    crowd = np.array([2.0, 3.0, *[1.0] * 1000, 2.0])
    assert most_of(crowd, 5).tolist() == [0, 1, *range(982, 1003)], "of what ties without end so many are enough"
