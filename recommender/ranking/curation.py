"""
The graph of curated lists: which row lists which. A number room.

An edge goes from the row of an article to the row of an article that its editor listed. Whoever looks at the graph as
of a moment passes over the rows that were not there yet: an edge is known when both its ends are.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, identity


def ends_of(edges: csr_matrix, row: int) -> NDArray[np.int32]:
    """The other ends of one row's edges, ascending."""
    return np.asarray(edges.indices[edges.indptr[row] : edges.indptr[row + 1]])


class CurationGraph:
    """Who lists whom, by a list for each row, of others and each once; as matrices of ones, shape (n_rows, n_rows)."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        counts = list(map(len, lists))
        self._starts = np.cumsum([0, *counts])
        self._source = np.repeat(np.arange(len(lists)), counts)
        self._target = np.fromiter(chain.from_iterable(lists), dtype=np.int64, count=sum(counts))

    def listed(self, row: int) -> NDArray[np.int64]:
        """The rows that a row lists, in the editor's order."""
        return self._target[self._starts[row] : self._starts[row + 1]]

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All edges as (from, to), each of shape (n_edges,), sorted by from, in the editor's order."""
        return self._source, self._target

    @cached_property
    def lists(self) -> csr_matrix:
        """Row -> the rows it lists."""
        n_rows = len(self._starts) - 1
        return csr_matrix((np.ones(len(self._target)), self.edges()), shape=(n_rows, n_rows))

    @cached_property
    def listed_by(self) -> csr_matrix:
        """Row -> the rows that list it."""
        return csr_matrix(self.lists.T)

    @cached_property
    def together(self) -> csr_matrix:
        """
        Row -> the rows that it lists or that list it, each once.

        Editors keep lists alike from both ends, sooner or later: of two articles that belong together the newer one
        lists the older first.
        """
        together = csr_matrix(self.lists + self.listed_by)
        together.data[:] = 1.0
        return together

    @cached_property
    def circles(self) -> csr_matrix:
        """Row -> the rows that it is listed together with, and itself."""
        return csr_matrix(self.together + identity(self.together.shape[0], format="csr"))
