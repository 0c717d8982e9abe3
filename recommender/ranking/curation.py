"""
The graph of curated lists: which row lists which. A number room.

An edge goes from the row of an article to the row of an article that its editor listed. Whoever looks at the graph as
of a moment passes over the rows that were not there yet: an edge is known when both its ends are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_NOTHING: NDArray[np.int64] = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CurationArrays:
    """The graph as matrices of ones, shape (n_rows, n_rows), columns sorted."""

    lists: csr_matrix  #: Row -> the rows it lists.
    listed_by: csr_matrix  #: Row -> the rows that list it.
    #: Row -> the rows that it lists or that list it, each once. Editors keep lists alike from both ends, sooner
    #: or later: of two articles that belong together the newer one lists the older first.
    together: csr_matrix


def ends_of(edges: csr_matrix, row: int) -> NDArray[np.int32]:
    """The other ends of one row's edges, ascending."""
    found: NDArray[np.int32] = edges.indices[edges.indptr[row] : edges.indptr[row + 1]]
    return found


class CurationGraph:
    """Who lists whom."""

    def __init__(self, n_rows: int = 0) -> None:
        self.n_rows = n_rows
        self._listed: dict[int, NDArray[np.int64]] = {}
        self._arrays: CurationArrays | None = None

    @classmethod
    def of(cls, lists: Sequence[Iterable[int]]) -> CurationGraph:
        """The graph of a list for each row."""
        graph = cls(len(lists))
        for row, listed in enumerate(lists):
            graph.set_list(row, listed)
        return graph

    def copy(self) -> CurationGraph:
        """A graph that can change without this one seeing it."""
        twin = CurationGraph(self.n_rows)
        twin._listed, twin._arrays = self._listed.copy(), self._arrays
        return twin

    def set_list(self, row: int, listed: Iterable[int]) -> None:
        """Give a row its list, in the editor's order; itself and repeats are left out."""
        unique = dict.fromkeys(int(other) for other in listed)
        unique.pop(row, None)
        after = np.fromiter(unique, dtype=np.int64, count=len(unique))
        if not np.array_equal(after, self.listed(row)):
            self._listed[row] = after
            self._arrays = None

    def listed(self, row: int) -> NDArray[np.int64]:
        """The rows that a row lists, in the editor's order."""
        return self._listed.get(row, _NOTHING)

    def listing(self, row: int) -> NDArray[np.int32]:
        """The rows whose lists name a row, ascending."""
        # Nobody lists a row that is new since they were made, and they need not be made anew for it.
        listed_by = (self._arrays or self.arrays).listed_by
        return ends_of(listed_by, row) if row < listed_by.shape[0] else np.zeros(0, dtype=np.int32)

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All edges as (from, to), each of shape (n_edges,), sorted by from, in the editor's order."""
        sources = sorted(self._listed)
        lists = [self._listed[row] for row in sources]
        source = np.repeat(np.array(sources, dtype=np.int64), list(map(len, lists)))
        return source, np.concatenate([_NOTHING, *lists])

    @property
    def arrays(self) -> CurationArrays:
        """The graph as matrices, made when they are first asked for after a change."""
        if self._arrays is None or self._arrays.lists.shape[0] < self.n_rows:
            edges = self.edges()
            lists = csr_matrix((np.ones(len(edges[0])), edges), shape=(self.n_rows, self.n_rows))
            listed_by = csr_matrix(lists.T)
            together = csr_matrix(lists + listed_by)
            together.data[:] = 1.0
            self._arrays = CurationArrays(lists, listed_by, together)
        return self._arrays
