"""An array whose copies share its memory: for states that change by copying. A number room."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["GrowingArray"]


class GrowingArray:
    """
    An array that grows at its end without being copied each time; copies share the memory up to their own length.

    Parameters
    ----------
    values
        Shape (n, ...); may be a memory map, which is never written to.

    Attributes
    ----------
    values : ndarray
        As it is now; of a copy that is left alone, for ever.
    """

    __slots__ = ("_is_shared", "_room", "values")

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values
        self._is_shared = True
        #: Memory with room at its end, and in a list, for all who share it, how much of it is taken.
        self._room: tuple[NDArray[Any], list[int]] = (values, [len(values)])

    def copy(self) -> GrowingArray:
        """An array that can grow without this one seeing it."""
        twin = GrowingArray.__new__(GrowingArray)
        twin.values, twin._room = self.values, self._room
        twin._is_shared = self._is_shared = True
        return twin

    def extend(self, new: NDArray[Any]) -> None:
        """Append values, shape (n_new, ...)."""
        n_old, n_all = len(self.values), len(self.values) + len(new)
        memory, taken = self._room
        # Another copy may have taken the room behind this one's end.
        if n_all > len(memory) or taken[0] != n_old:
            memory = np.empty((max(64, n_all + n_all // 4), *self.values.shape[1:]), dtype=self.values.dtype)
            memory[:n_old] = self.values
            taken = [n_old]
            self._room = memory, taken
        memory[n_old:n_all] = new
        taken[0] = n_all
        self.values = memory[:n_all]

    def replace(self, place: int, value: object) -> None:
        """Change one value, in memory that no other copy reads."""
        if self._is_shared:
            self.values, self._is_shared = self.values.copy(), False
            self._room = self.values, [len(self.values)]
        self.values[place] = value
