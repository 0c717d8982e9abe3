"""Texts in arrays of bytes, looked up where they lie: a saved model is ready without an object for each article."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from zlib import crc32 as _hash

import numpy as np
from numpy.typing import NDArray

__all__ = ["TextIndex", "TextTable", "View"]

K = TypeVar("K")
V = TypeVar("V")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _starts(sizes: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of some parts starts, and the end of the last; shape (n_parts + 1,)."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


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
        self._bytes, self._at = self._data.data, self._starts.data

    @classmethod
    def of(cls, texts: Iterable[str]) -> TextTable:
        """The table of some texts."""
        encoded = [_encoded(text) for text in texts]
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), _starts([len(part) for part in encoded]))

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
        return str(self.encoded(number), "utf-8", "surrogatepass")

    def encoded(self, number: int) -> memoryview:
        """A text in UTF-8, not copied."""
        return self._bytes[self._at[number] : self._at[number + 1]]

    def filled(self) -> list[int]:
        """The numbers of the texts that are not empty, ascending."""
        numbers: list[int] = np.flatnonzero(np.diff(self._starts)).tolist()
        return numbers


class TextIndex:
    """
    Text -> numbers, by a hash table in arrays.

    Parameters
    ----------
    keys
        Each once, in the order of their buckets: the lowest bits of their CRC-32.
    buckets
        Shape (n_buckets + 1,), n_buckets a power of two: the keys of bucket b are ``buckets[b]`` to
        ``buckets[b + 1] - 1``.
    starts, numbers
        Shape (n_keys + 1,) and (n_numbers,): key i has ``numbers[starts[i]:starts[i + 1]]``.
    """

    def __init__(
        self,
        keys: TextTable,
        buckets: NDArray[np.int64],
        starts: NDArray[np.int64],
        numbers: NDArray[np.int64],
    ) -> None:
        self._keys, self._numbers = keys, np.asarray(numbers)
        # NB Single values are read from a view of the memory in a fifth of the time that an array takes.
        self._buckets, self._starts = np.asarray(buckets).data, np.asarray(starts).data
        self._mask = len(buckets) - 2

    @classmethod
    def of(cls, items: Iterable[tuple[str, Sequence[int]]]) -> TextIndex:
        """The index of some texts, each with its numbers."""
        found = list(items)
        n_buckets = 1 << max(0, len(found) - 1).bit_length()
        bucket = np.array([_hash(_encoded(key)) & (n_buckets - 1) for key, _ in found], dtype=np.int64)
        ordered = [found[place] for place in np.argsort(bucket, kind="stable")]
        sizes = np.bincount(bucket, minlength=n_buckets)
        return cls(
            TextTable.of(key for key, _ in ordered),
            _starts(sizes),
            _starts([len(numbers) for _, numbers in ordered]),
            np.array([number for _, numbers in ordered for number in numbers], dtype=np.int64),
        )

    @classmethod
    def from_parts(cls, name: str, parts: Mapping[str, NDArray[Any]]) -> TextIndex:
        """The index of earlier `parts`."""
        arrays = (parts[f"{name}_{part}"] for part in ("buckets", "ranges", "numbers"))
        return cls(TextTable.from_parts(f"{name}_keys", parts), *arrays)

    def parts(self, name: str) -> dict[str, NDArray[Any]]:
        """Plain arrays for `from_parts`."""
        return {
            **self._keys.parts(f"{name}_keys"),
            f"{name}_buckets": np.asarray(self._buckets),
            f"{name}_ranges": np.asarray(self._starts),
            f"{name}_numbers": self._numbers,
        }

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return (self._keys[place] for place in range(len(self._keys)))

    def get(self, key: str) -> tuple[int, ...] | None:
        """The numbers of a text, or None for an unknown one."""
        encoded = _encoded(key)
        bucket = _hash(encoded) & self._mask
        for place in range(self._buckets[bucket], self._buckets[bucket + 1]):
            if self._keys.encoded(place) == encoded:
                return tuple(self._numbers[self._starts[place] : self._starts[place + 1]].tolist())
        return None


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
