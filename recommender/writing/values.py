"""
One spelling of texts, numbers and entries that YAML and JSON read alike.

Jekyll reads its JSON data files with a YAML reader, and front matter is YAML 1.1, which takes ``yes``, ``1e3``,
``2021-01-01`` and ``null`` for something other than the text that was typed. A text in double quotes with JSON's
escapes, and a number without an exponent, mean the same to every reader of either.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from recommender.bounds import HALF_CHARACTER
from recommender.suggestions import Suggestion

# What YAML does not print, or takes for the end of a line; JSON lets all of it stand as it is.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

# Kept, since json.dumps would make one for every text.
_encode = json.JSONEncoder(ensure_ascii=False).encode

# What Unicode puts in the place of half a character.
_REPLACEMENT = "\ufffd"

# A name that YAML reads as a text without quotes.
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_NOT_A_NAME = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def json_line(value: Any) -> str:
    """JSON as a file can hold it: whole characters, on one line, also for who splits lines at U+2028 and U+0085."""
    line = _encode(value)
    # Nothing that is escaped or replaced is printable, and most lines are: asking takes a third of looking.
    return line if line.isprintable() else escaped(line)


def escaped(text: str) -> str:
    """A text of JSON with escapes for what YAML does not print, and half characters replaced."""
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", HALF_CHARACTER.sub(_REPLACEMENT, text))


def number(value: int | float) -> str:
    """A finite number without an exponent: YAML 1.1 reads ``1e-06`` as a text, for want of a point."""
    digits = repr(value)
    if isinstance(value, int) or "e" not in digits:
        return digits
    digits = format(Decimal(digits), "f")
    return digits if "." in digits else f"{digits}.0"


def scalar(value: str | int | float | bool | datetime | None) -> str:
    """A text, a number, a truth value, a moment or nothing."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return json_line(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return stamp(value) if isinstance(value, datetime) else number(value)


def writable(value: Any) -> Any:
    """The value as files can hold it: whole characters, and None for a number that is endless or none."""
    if isinstance(value, str):
        return HALF_CHARACTER.sub(_REPLACEMENT, value)
    if isinstance(value, Mapping):
        return {writable(str(key)): writable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [writable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def entry_of(suggestion: Suggestion) -> dict[str, Any] | str | int:
    """The related entry with its date as a date, which is how sites write theirs: without quotes."""
    entry: dict[str, Any] | str | int = writable(suggestion.as_related_entry())
    if not isinstance(entry, dict):
        return entry
    date_name = suggestion.shape.names.get("published_at")
    if date_name and suggestion.published_at:
        outer, _, inner = date_name.partition(".")
        holder = entry[outer] if inner else entry
        holder[inner or outer] = suggestion.published_at.astimezone(UTC).replace(microsecond=0)
    return entry


def entry_lines(entry: dict[str, Any] | str | int, indent: int) -> list[str]:
    """An entry as the lines of YAML that it has in a list."""
    own = mapping_lines(entry) if isinstance(entry, dict) else [json_line(entry)]
    return [f"{' ' * indent}{'  ' if at else '- '}{line}" for at, line in enumerate(own)]


def mapping_lines(entry: dict[str, Any]) -> Iterator[str]:
    """A mapping as lines of YAML."""
    for name, value in entry.items():
        if isinstance(value, dict):
            yield f"{key(name)}:"
            yield from (f"  {line}" for line in mapping_lines(value))
        else:
            yield f"{key(name)}: {scalar(value)}"


def key(name: str) -> str:
    """A name, in quotes where YAML would not read it as the text it is."""
    is_plain = _PLAIN_NAME.fullmatch(name) and name.lower() not in _NOT_A_NAME
    return name if is_plain else json_line(name)


def stamp(moment: datetime) -> str:
    """A moment as ISO 8601, and UTC as Z."""
    return moment.isoformat().replace("+00:00", "Z")
