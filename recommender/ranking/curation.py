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
class CurationArrays:
    """The graph as matrices of ones, shape (n_rows, n_rows)."""

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
        self._listing: dict[int, NDArray[np.int64]] = {}
        self._arrays: CurationArrays | None = None
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
        _put(self._listed, row, after)
        no_more, new = set(before.tolist()) - set(after.tolist()), set(after.tolist()) - set(before.tolist())
        for other in no_more:
            rows = self.listing(other)
            _put(self._listing, other, rows[rows != row])
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
    def arrays(self) -> CurationArrays:
        """The graph as matrices; after a change only what changed is made anew."""
        arrays, (lists, listing) = self._arrays, self._stale
        if arrays is None:
            edges = self.edges()
            matrix = csr_matrix((np.ones(len(edges[0])), edges), shape=(self.n_rows, self.n_rows))
            turned = csr_matrix(matrix.T)
            together = csr_matrix(matrix + turned)
            together.data[:] = 1.0
            arrays = CurationArrays(matrix, turned, together)
        elif lists or listing or arrays.lists.shape[0] < self.n_rows:
            listed = {row: np.sort(self.listed(row)) for row in sorted(lists)}
            listed_by = {row: self.listing(row) for row in sorted(listing)}
            together_with = {row: np.union1d(self.listed(row), self.listing(row)) for row in sorted(lists | listing)}
            arrays = CurationArrays(
                _patched(arrays.lists, listed, self.n_rows),
                _patched(arrays.listed_by, listed_by, self.n_rows),
                _patched(arrays.together, together_with, self.n_rows),
            )
        # NB The arrays first: another thread that sees nothing stale takes them.
        self._arrays = arrays
        self._stale = set(), set()
        return arrays


def _put(found: dict[int, NDArray[np.int64]], row: int, others: NDArray[np.int64]) -> None:
    """Say which rows a row has; one without any is not kept."""
    if len(others):
        found[row] = others
    else:
        found.pop(row, None)


def _clean(row: int, listed: Iterable[int]) -> NDArray[np.int64]:
    """A list without repeats and without the row itself."""
    unique = dict.fromkeys(int(other) for other in listed)
    unique.pop(row, None)
    return np.fromiter(unique, dtype=np.int64, count=len(unique))


def _patched(edges: csr_matrix, changed: Mapping[int, NDArray[np.int64]], n_rows: int) -> csr_matrix:
    """The edges with those of some rows, ascending, replaced, and room for rows that are new."""
    n_before = edges.shape[0]
    lengths = np.zeros(n_rows, dtype=np.int64)
    lengths[:n_before] = np.diff(edges.indptr)
    pieces: list[NDArray[Any]] = []
    done = 0
    for row, others in changed.items():
        lengths[row] = len(others)
        pieces.append(edges.indices[edges.indptr[min(done, n_before)] : edges.indptr[min(row, n_before)]])
        pieces.append(others)
        done = row + 1
    pieces.append(edges.indices[edges.indptr[min(done, n_before)] :])
    ends = np.concatenate(pieces)
    return csr_matrix((np.ones(len(ends)), ends, np.append(0, np.cumsum(lengths))), shape=(n_rows, n_rows))


_NOTHING: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
