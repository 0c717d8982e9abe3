"""Values and lists in the words of messages."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from recommender.errors import kind_of

#: Names shown of a long list, and characters of a long text.
_MOST_NAMES, _MOST_CHARACTERS = 5, 60
#: Characters of a title: a comment, which shows many, may have 65,536 in all.
_LONGEST_TITLE = 160
#: What a terminal obeys instead of showing it: control characters, line ends too, and marks that turn the direction of
#: writing.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """A line, such as a message with somebody's title or file name in it, as a terminal may be sent it."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(value: object) -> str:
    """A value as a person would name it: ``the number 2024``, ``a list``, ``'tea'``."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return repr(value if len(value) <= _MOST_CHARACTERS else value[: _MOST_CHARACTERS - 1] + "…")
    if isinstance(value, list | tuple | set):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, bytes):
        return "binary data"
    return f"the date {value}" if isinstance(value, date) else f"{kind_of(value)}, {value}"


def cut(title: str) -> str:
    """A title, or a value, as it stands among many: its beginning where it is long."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"


def some(names: Sequence[str]) -> str:
    """The first of a long list of names and how many there are: ``a.md, b.md and 12 more``."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES:,} more"


def fault_of_ours(where: str, what: str, error: Exception) -> str:
    """The sentence for a failure of this program that nobody thought of; `what` is as in "cannot be read"."""
    why = f"{type(error).__name__}: {str(error)[:200]}"
    return f"{where}: cannot {what} ({why}). Please report this with the file: the fault is ours."
