"""
One spelling of texts and numbers that YAML and JSON read alike.

Jekyll reads its JSON data files with a YAML reader, and front matter is YAML 1.1, which takes ``yes``, ``1e3``,
``2021-01-01`` and ``null`` for something other than the text that was typed. A text in double quotes with JSON's
escapes, and a number without an exponent, mean the same to every reader of either.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

__all__ = ["json_line", "number", "scalar", "text", "writable", "writable_json_line"]

# What YAML does not print, or takes for the end of a line; JSON lets all of it stand as it is.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

# Kept, since json.dumps would make one for every text.
_encode = json.JSONEncoder(ensure_ascii=False).encode
_encode_finite = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

# Half a character, which no UTF-8 file can hold; U+FFFD is what Unicode puts in its place.
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(value: str) -> str:
    """A text between double quotes, on one line, for YAML and JSON alike."""
    return json_line(value)


def json_line(value: Any) -> str:
    """JSON on one line, in whatever way a program splits lines: some split at U+2028 and U+0085 too."""
    return _without_breaks(_encode(value))


def writable_json_line(value: Any) -> str:
    """`json_line` of the value as `writable` makes it; nearly all values are so already, which the line shows."""
    try:
        line = _encode_finite(value)
    except ValueError:
        return json_line(writable(value))
    return json_line(writable(value)) if _SURROGATE.search(line) else _without_breaks(line)


def _without_breaks(line: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def number(value: int | float) -> str:
    """
    A finite number without an exponent.

    YAML 1.1 reads ``1e-06`` as a text, for want of a point.
    """
    digits = repr(value)
    if isinstance(value, int) or "e" not in digits:
        return digits
    digits = format(Decimal(digits), "f")
    return digits if "." in digits else f"{digits}.0"


def scalar(value: str | int | float | bool | None) -> str:
    """A text, a number, a truth value or nothing."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value)


def writable(value: Any) -> Any:
    """The value as files can hold it: whole characters, and None for a number that is endless or none."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {writable(str(key)): writable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [writable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
