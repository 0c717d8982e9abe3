"""
The graph of curated lists: which row lists which. A number room.

An edge goes from the row of an article to the row of an article that its editor listed. Whoever looks at the graph as
of a moment passes over the rows that were not there yet: an edge is known when both its ends are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

__all__ = ["CurationArrays", "CurationGraph", "Edges"]


@dataclass(frozen=True, slots=True)
class Edges:
    """
    The rows at the other end of each row's edges.

    Parameters
    ----------
    starts
        Shape (n_rows + 1,): the edges of row r are ``ends[starts[r]:starts[r + 1]]``.
    ends
        Shape (n_edges,), sorted within a row; 32 bits, so that the edges of a large site stay in the cache.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int32]

    def of(self, row: int) -> NDArray[np.int32]:
        """The other ends of one row's edges."""
        return self.ends[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True, slots=True)
class CurationArrays:
    """
    The graph as arrays, for kernels.

    Parameters
    ----------
    lists
        Row -> the rows it lists.
    listed_by
        Row -> the rows that list it.
    together
        Row -> the rows that it lists or that list it, each once. Editors keep lists alike from both ends, sooner or
        later: of two articles that belong together the newer one lists the older first.
    """

    lists: Edges
    listed_by: Edges
    together: Edges


class CurationGraph:
    """
    Who lists whom.

    Parameters
    ----------
    n_rows
        Rows of the catalogue; grows with it.
    """

    def __init__(self, n_rows: int = 0) -> None:
        self._listed: list[NDArray[np.int64]] = [_NOTHING] * n_rows
        self._arrays: CurationArrays | None = None

    @property
    def n_rows(self) -> int:
        """Rows of the catalogue."""
        return len(self._listed)

    @property
    def n_edges(self) -> int:
        """Entries of all lists."""
        return sum(len(rows) for rows in self._listed)

    def copy(self) -> CurationGraph:
        """A graph that can change without this one seeing it."""
        twin = CurationGraph()
        twin._listed = list(self._listed)
        twin._arrays = self._arrays
        return twin

    def grow(self, n_rows: int) -> None:
        """Make room for new rows, with empty lists."""
        if n_rows > len(self._listed):
            self._listed.extend([_NOTHING] * (n_rows - len(self._listed)))
            self._arrays = None

    def set_list(self, row: int, listed: Iterable[int]) -> None:
        """Give a row its list, in the editor's order; itself and repeats are left out."""
        unique = dict.fromkeys(int(other) for other in listed)
        unique.pop(row, None)
        self._listed[row] = np.fromiter(unique, dtype=np.int64, count=len(unique))
        self._arrays = None

    def listed(self, row: int) -> NDArray[np.int64]:
        """The rows that a row lists, in the editor's order."""
        return self._listed[row]

    def listing(self, row: int) -> NDArray[np.int64]:
        """The rows whose lists name a row."""
        return np.array([other for other, rows in enumerate(self._listed) if row in rows], dtype=np.int64)

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All edges as (from, to), each of shape (n_edges,), sorted by from."""
        lengths = np.array([len(rows) for rows in self._listed], dtype=np.int64)
        source = np.repeat(np.arange(self.n_rows, dtype=np.int64), lengths)
        return source, np.concatenate(self._listed) if self._listed else _NOTHING

    @property
    def arrays(self) -> CurationArrays:
        """The graph as arrays; made once after each change."""
        if self._arrays is None:
            source, target = self.edges()
            shape = (self.n_rows, self.n_rows)
            lists = csr_matrix((np.ones(len(source), dtype=np.int8), (source, target)), shape=shape)
            listed_by = csr_matrix(lists.T)
            self._arrays = CurationArrays(_edges(lists), _edges(listed_by), _edges(csr_matrix(lists + listed_by)))
        return self._arrays


def _edges(matrix: csr_matrix) -> Edges:
    matrix.sort_indices()
    return Edges(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32))


_NOTHING: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
