"""
The graph of curated lists: which row lists which. A number room.

An edge goes from the row of an article to the row of an article that its editor listed. Whoever looks at the graph as
of a moment passes over the rows that were not there yet: an edge is known when both its ends are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

#: Where more lists than this share have changed, the arrays are made anew, not patched.
_SHARE_OF_PATCHES = 1 / 8


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
        self.n_rows = n_rows
        self._listed: dict[int, NDArray[np.int64]] = {}
        self._listing: dict[int, NDArray[np.int64]] = {}
        self._arrays: CurationArrays | None = None
        self._together: tuple[Edges, csr_matrix] | None = None
        #: Rows whose lists, and rows whose listing, have changed since the arrays were made.
        self._stale: tuple[set[int], set[int]] = (set(), set())

    @classmethod
    def of(cls, lists: Sequence[Iterable[int]]) -> CurationGraph:
        """The graph of a list for each row, as by `set_list`, but all at once."""
        graph = cls(len(lists))
        clean = {row: _clean(row, listed) for row, listed in enumerate(lists)}
        listed = {row: rows for row, rows in clean.items() if len(rows)}
        source = np.repeat(
            np.fromiter(listed, dtype=np.int64, count=len(listed)), [len(rows) for rows in listed.values()]
        )
        target = np.concatenate(list(listed.values())) if listed else _NOTHING
        by_target = np.argsort(target, kind="stable")
        named, starts = np.unique(target[by_target], return_index=True)
        listing = dict(zip(named.tolist(), np.split(source[by_target], starts[1:]), strict=False))
        graph._listed, graph._listing = listed, listing
        return graph

    def copy(self) -> CurationGraph:
        """A graph that can change without this one seeing it."""
        twin = CurationGraph(self.n_rows)
        twin._listed, twin._listing = self._listed.copy(), self._listing.copy()
        lists, listing = self._stale
        if len(lists) <= self.n_rows * _SHARE_OF_PATCHES:
            twin._arrays, twin._stale = self._arrays, (set(lists), set(listing))
        return twin

    def grow(self, n_rows: int) -> None:
        """Make room for new rows, with empty lists."""
        self.n_rows = max(n_rows, self.n_rows)

    def set_list(self, row: int, listed: Iterable[int]) -> None:
        """Give a row its list, in the editor's order; itself and repeats are left out."""
        before, after = self.listed(row), _clean(row, listed)
        if len(after):
            self._listed[row] = after
        else:
            self._listed.pop(row, None)
        no_more, new = set(before.tolist()) - set(after.tolist()), set(after.tolist()) - set(before.tolist())
        for other in no_more:
            rows = self.listing(other)
            rows = rows[rows != row]
            if len(rows):
                self._listing[other] = rows
            else:
                self._listing.pop(other, None)
        for other in new:
            rows = self.listing(other)
            place = rows.searchsorted(row)
            self._listing[other] = np.concatenate([rows[:place], [row], rows[place:]])
        if self._arrays is not None:
            self._stale[0].add(row)
            self._stale[1].update(no_more, new)

    def listed(self, row: int) -> NDArray[np.int64]:
        """The rows that a row lists, in the editor's order."""
        found = self._listed.get(row)
        return _NOTHING if found is None else found

    def listing(self, row: int) -> NDArray[np.int64]:
        """The rows whose lists name a row, ascending."""
        found = self._listing.get(row)
        return _NOTHING if found is None else found

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All edges as (from, to), each of shape (n_edges,), sorted by from, in the editor's order."""
        listed = dict(sorted(self._listed.items()))
        lengths = [len(rows) for rows in listed.values()]
        source = np.repeat(np.fromiter(listed, dtype=np.int64, count=len(listed)), lengths)
        return source, np.concatenate(list(listed.values())) if listed else _NOTHING

    @property
    def together(self) -> csr_matrix:
        """Who is listed together with whom, as a matrix of ones; shape (n_rows, n_rows)."""
        edges = self.arrays.together
        if self._together is None or self._together[0] is not edges:
            ones = np.ones(len(edges.ends))
            self._together = edges, csr_matrix((ones, edges.ends, edges.starts), shape=(self.n_rows, self.n_rows))
        return self._together[1]

    @property
    def arrays(self) -> CurationArrays:
        """The graph as arrays; after a change only what changed is made anew."""
        arrays, (lists, listing) = self._arrays, self._stale
        if arrays is None:
            source, target = self.edges()
            shape = (self.n_rows, self.n_rows)
            matrix = csr_matrix((np.ones(len(source), dtype=np.int8), (source, target)), shape=shape)
            turned = csr_matrix(matrix.T)
            arrays = CurationArrays(_edges(matrix), _edges(turned), _edges(csr_matrix(matrix + turned)))
        elif lists or listing or len(arrays.lists.starts) <= self.n_rows:
            listed = {row: np.sort(self.listed(row)) for row in sorted(lists)}
            listed_by = {row: self.listing(row) for row in sorted(listing)}
            together = {row: np.union1d(self.listed(row), self.listing(row)) for row in sorted(lists | listing)}
            arrays = CurationArrays(
                _patched(arrays.lists, listed, self.n_rows),
                _patched(arrays.listed_by, listed_by, self.n_rows),
                _patched(arrays.together, together, self.n_rows),
            )
        # NB The arrays first: another thread that sees nothing stale takes them.
        self._arrays = arrays
        self._stale = set(), set()
        return arrays


def _clean(row: int, listed: Iterable[int]) -> NDArray[np.int64]:
    """A list without repeats and without the row itself."""
    unique = dict.fromkeys(int(other) for other in listed)
    unique.pop(row, None)
    return np.fromiter(unique, dtype=np.int64, count=len(unique))


def _patched(edges: Edges, changed: Mapping[int, NDArray[np.int64]], n_rows: int) -> Edges:
    """The edges with those of some rows, ascending, replaced, and room for rows that are new."""
    n_before = len(edges.starts) - 1
    lengths = np.zeros(n_rows, dtype=np.int64)
    lengths[:n_before] = np.diff(edges.starts)
    for row, others in changed.items():
        lengths[row] = len(others)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    pieces: list[NDArray[Any]] = []
    done = 0
    for row, others in changed.items():
        pieces.append(edges.ends[edges.starts[min(done, n_before)] : edges.starts[min(row, n_before)]])
        pieces.append(others.astype(np.int32))
        done = row + 1
    pieces.append(edges.ends[edges.starts[min(done, n_before)] :])
    return Edges(starts, np.concatenate(pieces))


def _edges(matrix: csr_matrix) -> Edges:
    matrix.sort_indices()
    return Edges(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32))


_NOTHING: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
