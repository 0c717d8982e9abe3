"""Texts in arrays of bytes, looked up where they lie: a saved model is ready without an object for each article."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["TextIndex", "TextTable", "View"]

K = TypeVar("K")
V = TypeVar("V")


class TextTable:
    """
    Texts by number.

    Parameters
    ----------
    data
        Shape (n_bytes,), uint8: the texts in UTF-8, one behind the other.
    starts
        Shape (n_texts + 1,): text i is ``data[starts[i]:starts[i + 1]]``.
    """

    def __init__(self, data: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        if len(starts) < 1 or starts[-1] != len(data):
            raise ValueError("a table of texts has not as many bytes as its starts say")
        self._data, self._starts = np.asarray(data), np.asarray(starts)
        self._bytes = self._data.data

    @classmethod
    def of(cls, texts: Iterable[str]) -> TextTable:
        """The table of some texts."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        starts = np.concatenate([[0], np.cumsum([len(part) for part in encoded], dtype=np.int64)]).astype(np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), starts)

    @classmethod
    def from_parts(cls, name: str, parts: Mapping[str, NDArray[Any]]) -> TextTable:
        """The table of earlier `parts`."""
        return cls(parts[f"{name}_bytes"], parts[f"{name}_starts"])

    def parts(self, name: str) -> dict[str, NDArray[Any]]:
        """Plain arrays for `from_parts`."""
        return {f"{name}_bytes": self._data, f"{name}_starts": self._starts}

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> str:
        return str(self._bytes[self._starts[number] : self._starts[number + 1]], "utf-8", "surrogatepass")

    def filled(self) -> list[int]:
        """The numbers of the texts that are not empty, ascending."""
        numbers: list[int] = np.flatnonzero(np.diff(self._starts)).tolist()
        return numbers


class TextIndex:
    """
    Text -> numbers, found by bisection.

    Parameters
    ----------
    keys
        Sorted, each once.
    starts, numbers
        Shape (n_keys + 1,) and (n_numbers,): key i has ``numbers[starts[i]:starts[i + 1]]``.
    """

    def __init__(self, keys: TextTable, starts: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
        self._keys, self._starts, self._numbers = keys, np.asarray(starts), np.asarray(numbers)

    @classmethod
    def of(cls, items: Iterable[tuple[str, Sequence[int]]]) -> TextIndex:
        """The index of some texts, each with its numbers."""
        ordered = sorted(items)
        starts = np.concatenate([[0], np.cumsum([len(numbers) for _, numbers in ordered], dtype=np.int64)])
        flat = np.array([number for _, numbers in ordered for number in numbers], dtype=np.int64)
        return cls(TextTable.of(key for key, _ in ordered), starts.astype(np.int64), flat)

    @classmethod
    def from_parts(cls, name: str, parts: Mapping[str, NDArray[Any]]) -> TextIndex:
        """The index of earlier `parts`."""
        return cls(
            TextTable.from_parts(f"{name}_keys", parts), parts[f"{name}_ranges"], parts[f"{name}_numbers"]
        )  # fmt: skip

    def parts(self, name: str) -> dict[str, NDArray[Any]]:
        """Plain arrays for `from_parts`."""
        return {
            **self._keys.parts(f"{name}_keys"), f"{name}_ranges": self._starts, f"{name}_numbers": self._numbers
        }  # fmt: skip

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return (self._keys[place] for place in range(len(self._keys)))

    def get(self, key: str) -> tuple[int, ...] | None:
        """The numbers of a text, or None for an unknown one."""
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            return None
        return tuple(self._numbers[self._starts[place] : self._starts[place + 1]].tolist())


class View(Generic[K, V]):
    """
    Some keys and what is looked up for each when it is asked for: a base for `snapshots.LayeredDict`.

    Parameters
    ----------
    keys
        Gives the keys there are.
    n_keys
        How many.
    find
        Key -> value, None for a key that is not there.
    """

    def __init__(self, keys: Callable[[], Iterable[K]], n_keys: int, find: Callable[[K], V | None]) -> None:
        self._keys, self._n_keys, self._find = keys, n_keys, find

    def __len__(self) -> int:
        return self._n_keys

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys())

    def get(self, key: K, /) -> V | None:
        """The value of a key, or None."""
        return self._find(key)
