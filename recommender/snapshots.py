"""
Containers whose copies share what they can: for states that change by copying, at the cost of what changed.

Whoever holds a copy never sees what is done to another one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, Protocol, TypeVar

__all__ = ["Base", "LayeredDict"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)

#: Changes that a copy carries along before they are folded into a new base: so many, or this share of the base.
_LEAST_CHANGES = 512
_SHARE_OF_CHANGES = 1 / 8


class Base(Protocol[K, V_co]):
    """What a `LayeredDict` can lie on: a dict, or a table in a file."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[K]: ...

    def get(self, key: K, /) -> V_co | None:
        """The value, or None where there is none."""


class LayeredDict(Generic[K, V]):
    """
    A dict over a base that is never changed; copies share the base, and their changes until one of them writes.

    Parameters
    ----------
    base
        Read only from now on. No value may be None.
    """

    __slots__ = ("_base", "_changes", "_is_shared", "_n")

    def __init__(self, base: Base[K, V] | None = None) -> None:
        self._base: Base[K, V] = {} if base is None else base
        #: None marks a key of the base that is gone.
        self._changes: dict[K, V | None] = {}
        self._is_shared = False
        self._n = len(self._base)

    def copy(self) -> LayeredDict[K, V]:
        """A dict that can change without this one seeing it."""
        twin: LayeredDict[K, V] = LayeredDict.__new__(LayeredDict)
        if not len(self._base):
            twin._base, twin._changes, twin._is_shared = self._changes, {}, False
            self._is_shared = True
        elif len(self._changes) > max(_LEAST_CHANGES, len(self._base) * _SHARE_OF_CHANGES):
            twin._base, twin._changes, twin._is_shared = dict(self.items()), {}, False
        else:
            twin._base, twin._changes, twin._is_shared = self._base, self._changes, True
            self._is_shared = True
        twin._n = self._n
        return twin

    def get(self, key: K) -> V | None:
        """The value, or None where there is none."""
        changes = self._changes
        return changes[key] if key in changes else self._base.get(key)

    def __getitem__(self, key: K) -> V:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: K, value: V) -> None:
        changes = self._own_changes()
        if self.get(key) is None:
            self._n += 1
        changes[key] = value

    def discard(self, key: K) -> None:
        """Take a key out; one that is not there is no error."""
        if self.get(key) is None:
            return
        changes = self._own_changes()
        self._n -= 1
        if self._base.get(key) is None:
            del changes[key]
        else:
            changes[key] = None

    def __contains__(self, key: K) -> bool:
        return self.get(key) is not None

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[K]:
        changes = self._changes
        yield from (key for key in self._base if key not in changes)
        yield from (key for key, value in changes.items() if value is not None)

    def items(self) -> Iterator[tuple[K, V]]:
        """(key, value) of all keys, the base's first."""
        return ((key, self[key]) for key in self)

    def _own_changes(self) -> dict[K, V | None]:
        if self._is_shared:
            self._changes, self._is_shared = dict(self._changes), False
        return self._changes
