"""
Limits for what strangers wrote: which files are opened, how much of them is read, and how large a value may be.

Every file of a site is opened here, and JSON and TOML become values here; YAML does in `yaml`.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Bytes of a configuration, of settings, and of an article where the settings say nothing else.
MOST_BYTES = 10_000_000
#: Bytes of a file that we wrote earlier: a hundred times those of the largest site that we have read.
LARGEST_OF_OURS = 4_000_000_000
#: Deeper than anything that a person writes; the recursion of whoever reads the values stays small.
MAX_DEPTH = 100
#: Characters of front matter; a curated list as long as is read, with titles and excerpts, has half of them.
LONGEST_FRONT_MATTER = 1_000_000
#: Values of front matter, names too, with those that aliases repeat. The longest curated list that we have met makes
#: 6,000.
MOST_VALUES = 100_000
#: Characters of a number. Python refuses to write integers of more than 4,300 digits.
LONGEST_NUMBER = 300
#: Characters of an address or a path. Browsers and servers stop earlier.
LONGEST_ADDRESS = 4_000
#: Characters of a date, its zone in brackets too.
LONGEST_DATE = 100
#: Characters of a title, and of an excerpt.
LONGEST_TITLE, LONGEST_TEXT = 2_000, 50_000
#: Topics of one article.
MOST_TOPICS = 1_000
#: Entries of one curated list; the longest that we have met has 177.
MOST_ENTRIES = 1_000

#: Half a character, which no file in UTF-8 and no address can hold; JSON has them, by way of an escape.
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_LARGEST_INTEGER = 10**LONGEST_NUMBER
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
#: A name of so many parts that tomllib, which copies what it has for each further part, would not end.
_LONG_NAME = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MAX_DEPTH}}}")


class UnreadableError(OSError):
    """A file that is not opened, or not read to its end: why, as it stands behind "cannot be read", and the cure."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(errno.EPERM, reason)
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Fence:
    """Where a site ends: what lies outside is neither read nor written, whatever links in the site lead to."""

    folders: tuple[str, ...]  #: The site's folder and those that its settings name, without links in them.
    most_bytes: int = MOST_BYTES  #: The size of a file that is still read.

    @classmethod
    def around(cls, site: Path, outside: Sequence[str] = (), most_megabytes: int = MOST_BYTES // 1_000_000) -> Fence:
        """The fence around a site's folder and those named in `articles.outside`, which are relative to it."""
        folders = (
            os.path.realpath(site / os.path.expanduser(folder))  # noqa: PTH111 - the other raises for ~nobody
            for folder in ("", *outside)
        )
        return cls(tuple(folders), most_megabytes * 1_000_000)

    def holds(self, path: Path) -> bool:
        """Whether a file or a folder lies inside, links followed; it need not exist."""
        real = os.path.realpath(path)
        return any(real == folder or real.startswith(folder.rstrip(os.sep) + os.sep) for folder in self.folders)

    def check(self, path: Path) -> None:
        """Raise UnreadableError for what lies outside."""
        if not self.holds(path):
            real = os.path.realpath(path)
            if _is_dangling(path):
                raise UnreadableError(f"it leads to {real}, where there is nothing", "Mend the link, or take it out.")
            folder = real if os.path.isdir(real) else os.path.dirname(real)  # noqa: PTH112, PTH120 - as realpath gives it
            raise UnreadableError(
                f"it leads out of the site, to {real}",
                f"To read and write there, name the folder in the settings: articles.outside: [{folder}].",
            )

    def read(self, path: Path) -> bytes:
        """The bytes of a file, with the errors of `read_regular`, and an UnreadableError for one that lies outside."""
        self.check(path)
        return read_regular(path, self.most_bytes)


def _is_dangling(path: Path) -> bool:
    """Whether a path is a link to nothing; what may not be looked at may be there."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError) and path.is_symlink()
    return False


def read_regular(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """
    The bytes of a regular file of a limited size; a pipe or a device is not waited for.

    An OSError where it cannot be read; an UnreadableError for one that is no regular file, or too large.
    """
    # Opening a pipe waits for who writes into it, unless told not to.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise UnreadableError("it is no regular file", "Take it out, or leave it out: articles.exclude.")
        # NB what has no size, as below /proc, can be endless all the same.
        raw = file.read(most_bytes + 1) if state.st_size <= most_bytes else b""
    n_bytes = max(state.st_size, len(raw))
    if n_bytes > most_bytes:
        raise UnreadableError(
            f"it has {n_bytes:,} bytes, of at most {most_bytes:,}",
            "Shorten it, or raise articles.max_megabytes in the settings.",
        )
    return raw


def check_unpacked(n_packed: int, n_bytes: int) -> None:
    """Raise UnreadableError where a packed file of so many bytes holds far more than text is ever packed to."""
    if n_bytes > max(_ALWAYS_UNPACKED, _MOST_TIMES * n_packed):
        raise UnreadableError(
            f"it unpacks to more than {_MOST_TIMES} times its size",
            "Look at what it holds; as lines of JSON that are not packed it is read.",
        )


#: How many times its size a packed file may hold, and what it may hold in any case; text is packed to a fifth.
_MOST_TIMES, _ALWAYS_UNPACKED = 200, 100_000_000


def read_json(text: str | bytes, decoder: json.JSONDecoder | None = None) -> Any:
    """
    The values of a JSON text; with the decoder `LENIENT_JSON` it may have line ends in its texts.

    ValueError where it is not JSON, or nests too deep, or holds an integer of more than 300 digits.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    # The scanner is compiled and counts its own depth, less strictly than we do.
    try:
        values = (decoder or _JSON).decode(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(values)
    return values


def read_toml(text: str) -> dict[str, Any]:
    """The values of a TOML text; ValueError where it is not TOML, and as `read_json` has it."""
    if _LONG_NAME.search(text):
        raise ValueError(f"a name has more than {MAX_DEPTH} parts")
    try:
        values = tomllib.loads(text, parse_float=TypedFloat)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        raise ValueError(_TOO_LONG) from None
    _check_depth(values)
    return values


_TOO_DEEP = f"values are nested more than {MAX_DEPTH} deep"
_TOO_LONG = f"a number has more than {LONGEST_NUMBER} digits"


def has_too_many_values(values: Any, most: int = MOST_VALUES) -> bool:
    """Whether there are more values, names counted; front matter has a limit of its own. A loop, no recursion."""
    n_values, waiting = 0, [values]
    while waiting and n_values <= most:
        value = waiting.pop()
        if isinstance(value, dict | list):
            n_values += len(value) * (2 if isinstance(value, dict) else 1)
            waiting += value.values() if isinstance(value, dict) else value
    return n_values > most


def _check_depth(values: Any) -> None:
    """Raise ValueError for values that nest too deep, and for integers that are too long. A loop, no recursion."""
    waiting = [(values, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            if depth == MAX_DEPTH:
                raise ValueError(_TOO_DEEP)
            waiting += [(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value)]
        elif type(value) is int and abs(value) >= _LARGEST_INTEGER:
            raise ValueError(_TOO_LONG)


class TypedFloat(float):
    """A number of JSON or TOML with the text that it was typed as: a title 3.10 is not 3.1."""

    def __init__(self, typed: str) -> None:
        self.typed = typed


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(_TOO_LONG)
    return int(text)


_JSON = json.JSONDecoder(parse_int=_integer, parse_float=TypedFloat)
#: For JSON that people wrote by hand.
LENIENT_JSON = json.JSONDecoder(strict=False, parse_int=_integer, parse_float=TypedFloat)
