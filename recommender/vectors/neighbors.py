"""
Which rows may be the nearest of a query, and exact similarities to them. A number room: it knows no articles.

Candidates are the rows that have most of a query's terms, found by sparse-dot-topn; compared exactly, the dense part
included, they are put in order. That is not the whole truth: a row far down by terms could be near by its dense part,
and on a large site the terms that thousands of articles have propose nobody. It is seldom good enough to be shown: on a
site of 4,617 news articles no suggestion and no score is another than when every row is compared
(`benchmarks/same_answers.py`), and of 100,000 made articles (`benchmarks/candidates.py`) the five nearest are found.

A row is a sparse part (terms) and a dense part (meaning); together of length 1 or 0, so that the products of two rows
are their similarity. Meanings that are less alike than usual add nothing, and take nothing from shared words: on a site
of a handful of articles nobody knows what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sparse_dot_topn import sp_matmul_topn

#: Where the dense part is more than this share of a row, as with a sentence model, terms alone cannot propose.
_MOSTLY_DENSE = 0.5
#: A term that more rows have proposes none of them: it weighs little, and going over its rows is most of the work.
_MOST_HAVING = 5_000
#: What rounding may make of two equal products.
_SAME = 1e-9
#: Of thousands of copies that tie with the last of k, the last so many times k are looked at.
_MOST_TIED = 4


@dataclass(frozen=True)
class Vectors:
    """Rows of some articles."""

    terms: csr_matrix  #: Shape (n_rows, n_terms), float32, columns sorted.
    dense: NDArray[np.float32]  #: Shape (n_rows, n_dense).
    #: Further matrices by name, each of n_rows rows of length 1 or 0, which only the learned ranker looks at.
    compared: Mapping[str, csr_matrix] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.terms.shape[0])

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> Vectors:
        return Vectors(
            self.terms[rows], self.dense[rows], {name: matrix[rows] for name, matrix in self.compared.items()}
        )

    def products(self) -> NDArray[np.float64]:
        """The similarity of each row to each, rounded to six places; shape (n_rows, n_rows)."""
        # Few rows have few of the columns; a sparse product would go over all.
        columns, places = np.unique(self.terms.indices, return_inverse=True)
        terms = np.zeros((len(self), len(columns)))
        terms[np.repeat(np.arange(len(self)), np.diff(self.terms.indptr)), places] = self.terms.data
        return np.asarray(np.round(terms @ terms.T + np.maximum(self.dense @ self.dense.T, 0.0), 6))

    @classmethod
    def joined(cls, parts: Sequence[Vectors]) -> Vectors:
        """The rows of all parts, one after the other."""
        return cls(
            stacked([part.terms for part in parts]),
            np.concatenate([part.dense for part in parts]),
            {name: stacked([part.compared[name] for part in parts]) for name in parts[0].compared},
        )


def stacked(parts: Sequence[csr_matrix]) -> csr_matrix:
    """Matrices of one width, one above the other."""
    if len(parts) == 1:
        return parts[0]
    joined = csr_matrix(vstack(parts, format="csr", dtype=np.float32))
    joined.has_sorted_indices = True
    return joined


class SearchIndex:
    """Similarities of queries to rows."""

    def __init__(self, vectors: Vectors, rarities: NDArray[np.float32]) -> None:
        self._vectors = vectors
        #: The rows in the columns of words alone, which have a rarity, and the place of each column among these, or -1.
        columns = np.flatnonzero(rarities)
        self._words, self._rarities = csr_matrix(vectors.terms[:, columns]), rarities[columns].astype(np.float64)
        self._word_of = np.full(len(rarities), -1)
        self._word_of[columns] = np.arange(len(columns))
        squares = np.einsum("ij,ij->", vectors.dense, vectors.dense, dtype=np.float64)
        self._is_mostly_dense = bool(squares > _MOSTLY_DENSE * len(vectors))
        # In double precision, so that a sum is the same, once rounded, in whatever order it is made.
        terms = vectors.terms.astype(np.float64)
        is_common = np.bincount(terms.indices, minlength=terms.shape[1]) > _MOST_HAVING
        self._common_columns = np.flatnonzero(is_common)
        self._common = csr_matrix(terms[:, self._common_columns])
        terms.data[is_common[terms.indices]] = 0.0
        terms.eliminate_zeros()
        #: The other terms of the rows, a line a term: what an inverted file is.
        self._by_term = csr_matrix(terms.T)
        self.compare(vectors.compared)

    def compare(self, compared: Mapping[str, csr_matrix]) -> None:
        """Take on matrices that only `weighed` looks at, each of a row a row."""
        self._compared = {name: csr_matrix(matrix.T) for name, matrix in compared.items()}

    def candidates(self, queries: Sequence[Vectors], n: int) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """
        The rows that may be nearest to each query of one row, ascending, and their similarities, as `exact` gives them.

        At least the n that have most of its terms, but for those that thousands have; where fewer have any, also the n
        most similar; where rows are mostly dense, also the n whose dense parts are the most alike; all, where there are
        no more than n.
        """
        n_rows = len(self._vectors)
        if n >= n_rows:
            every = np.arange(n_rows)
            return [(every, self.exact(query, every)) for query in queries]
        if len(queries) == 1:
            # scipy takes a third of the time for one, sparse-dot-topn for many.
            return [self._completed(queries[0], *self._most(queries[0], n), n)]
        terms = stacked([query.terms for query in queries]).astype(np.float64)
        # One more than are asked for tells where rows tie with the last: which of them came would be any.
        found = sp_matmul_topn(terms, self._by_term, top_n=n + 1, sort=False, n_threads=cpu_count())
        rows, products = (np.split(values[: found.nnz], found.indptr[1:-1]) for values in (found.indices, found.data))
        answers = []
        for query, its_rows, its_products in zip(queries, rows, products, strict=True):
            if len(its_rows) > n:
                beyond, last = np.partition(its_products, 1)[:2]
                kept = its_products > beyond
                is_tied = last - beyond < _SAME
                its_rows, its_products = self._most(query, n) if is_tied else (its_rows[kept], its_products[kept])
            answers.append(self._completed(query, its_rows, its_products, n))
        return answers

    def _most(self, query: Vectors, n: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The rows that have most of one query's terms, but for those that thousands have, and the products."""
        products = query.terms.astype(np.float64) @ self._by_term
        best = most_of(products.data, n)
        return products.indices[best], products.data[best]

    def _completed(
        self, query: Vectors, rows: NDArray[np.int32], products: NDArray[np.float64], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The candidates of a query, of which some were found by their products without the common terms."""
        if self._common.shape[1]:
            products = products + self._common[rows] @ self._weights(query)[self._common_columns]
        similarities = self._whole(query, rows, products)
        further = []
        if len(rows) < n and self._common.shape[1]:
            further.append(most_of(self.similarities(query), n))
        if self._is_mostly_dense:
            further.append(most_of((query.dense @ self._vectors.dense.T)[0], n))
        if further:
            rest = np.setdiff1d(np.concatenate(further), rows)
            rows = np.concatenate([rows, rest])
            similarities = np.concatenate([similarities, self.exact(query, rest)])
        ascending = np.argsort(rows)
        return rows[ascending].astype(np.int64), similarities[ascending]

    def similarities(self, query: Vectors) -> NDArray[np.float64]:
        """The similarity of one query to every row, as `exact` gives it, shape (n_rows,)."""
        products = (query.terms.astype(np.float64) @ self._by_term).toarray()[0]
        products += self._common @ self._weights(query)[self._common_columns]
        return self._whole(query, slice(None), products)

    def weighed(self, weights: csr_matrix, name: str) -> NDArray[np.float64]:
        """The product of one row of weights with each row of one of the compared matrices, shape (n_rows,)."""
        return np.asarray((weights @ self._compared[name]).toarray()[0], dtype=np.float64)

    def exact(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The similarity of one query to some rows, rounded to six places, in [0, 1]; the same however it is asked."""
        return self._whole(query, rows, self._vectors.terms[rows] @ self._weights(query))

    def shared_words(self, query: Vectors, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """
        Of the words that one query shares with some rows the sums of their rarities, and what they add to similarities.

        Each is of shape (n_rows,).
        """
        asked = self._word_of[query.terms.indices]
        weights, rarities = np.zeros((2, len(self._rarities)))
        weights[asked[asked >= 0]] = query.terms.data[asked >= 0]
        rarities[asked[asked >= 0]] = self._rarities[asked[asked >= 0]]
        words = self._words[rows]
        products = words @ weights
        words.data = np.ones_like(words.data)
        return words @ rarities, products

    def _weights(self, query: Vectors) -> NDArray[np.float64]:
        """The weight of every term in a query of one row, shape (n_terms,)."""
        weights = np.zeros(self._vectors.terms.shape[1])
        weights[query.terms.indices] = query.terms.data
        return weights

    def _whole(
        self, query: Vectors, rows: NDArray[np.integer] | slice, products: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Similarities by the products of terms, with what the dense parts add."""
        # Row by row, where a product of matrices would depend on how many rows there are.
        dense = np.einsum("ij,j->i", self._vectors.dense[rows], query.dense[0])
        total = products + np.maximum(dense, 0.0)
        return np.asarray(np.clip(np.rint(total * 1e6) / 1e6, 0.0, 1.0))


def most_of(values: NDArray[Any], k: int) -> NDArray[np.int64]:
    """The places of the k greatest values above 0, and of those that tie with the last of them; ascending."""
    if k >= len(values):
        return np.flatnonzero(values > 0)
    bar = np.partition(values, len(values) - k)[len(values) - k]
    places = np.flatnonzero((values >= bar) & (values > 0))
    if len(places) <= _MOST_TIED * k:
        return places
    is_tied = values[places] == bar
    return np.sort(np.concatenate([places[~is_tied], places[is_tied][-_MOST_TIED * k :]]))
