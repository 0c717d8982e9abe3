"""
Which files patterns in the format of `.gitignore` name.

`pathspec`, which MkDocs takes, makes one regular expression of a pattern: with seven stars in it a name of a hundred
characters took it 88 seconds, and a site's configuration is a stranger's. Here names are matched one by one.
"""

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from recommender.bounds import LONGEST_ADDRESS

_ESCAPED = re.compile(r"\\([*?\[ ])")
_BRACES = re.compile(r"\{([^{},]*+,[^{}]*+)\}")
#: Characters of the patterns of one site, against which each file is held, and parts that are looked at in braces.
_MOST_CHARACTERS, _MOST_IN_BRACES = 20_000, 20
#: The same of patterns in which a star is any characters, as `fnmatch` has it.
MOST_GLOBS = 200


class _Pattern(NamedTuple):
    parts: tuple[Callable[[str], object] | None, ...]  #: One a name; None for ``**``, any number of them.
    of_folders: bool
    is_negated: bool

    def ends(self, names: list[str]) -> set[int]:
        """How many of the names it can stand for; fewer than there are where it names a folder above."""
        found = {0}
        for number, part in enumerate(self.parts, 1):
            if not found:
                break
            if part is None:
                found = set(range(min(found) + (number == len(self.parts)), len(names) + 1))
            else:
                found = {at + 1 for at in found if at < len(names) and part(names[at])}
        return found - {len(names)} if self.of_folders else found


def is_ignored(path: str, patterns: str) -> bool:
    """Whether the patterns, one a line, name a file: the last that fits its own name, else a folder above."""
    names = path.split("/") if path else []
    ignored = by_file = False
    for pattern in _patterns(patterns):
        if ends := pattern.ends(names):
            is_file = len(names) in ends
            if is_file or not by_file:
                ignored, by_file = not pattern.is_negated, is_file
    return ignored


def from_tops(globs: Iterable[tuple[str, str]]) -> str:
    """The patterns that say from the site's top, one a line, what globs say from that of a folder, each behind it."""
    text = ""
    for top, glob in globs:
        if not glob.strip(" /."):
            continue
        for one in _spread(glob.lstrip("/")):
            line = f"/{posixpath.normpath(posixpath.join(top, one))}\n"
            if len(text) + len(line) > _MOST_CHARACTERS:
                return text
            text += line
    return text


def _spread(glob: str) -> list[str]:
    """A glob without braces: `*.{wip,draft}.md` is two."""
    spread = [glob]
    while len(glob) < LONGEST_ADDRESS and len(spread) < _MOST_IN_BRACES and (found := _BRACES.search(spread[0])):
        parts = found[1].split(",", _MOST_IN_BRACES)
        spread = [one.replace(found[0], part, 1) for one in spread for part in parts]
    return spread


@lru_cache(maxsize=16)
def _patterns(text: str) -> tuple[_Pattern, ...]:
    return tuple(_pattern(line) for line in text.splitlines() if line.strip(" !/") and not line.startswith("#"))


def _pattern(line: str) -> _Pattern:
    negated = line.startswith("!")
    line = re.sub(r"^\\(?=[!#])", "", line[negated:])
    line = _ESCAPED.sub(r"[\1]", line).replace("[^", "[!").rstrip(" ")
    parts = line.rstrip("/").split("/")
    if len(parts) == 1:
        parts = ["**", *parts]
    matchers = [None if part == "**" else re.compile(fnmatch.translate(part)).match for part in parts if part]
    return _Pattern(tuple(matchers), line.endswith("/"), negated)
