"""
The plain YAML that nearly all front matter is written in -> values, without a YAML parser.

Front matter is lines: a name and a value on one line, lists with dashes, indents. `LineReader` knows those and nothing
else, and says so where a text holds anything that it does not know for certain: texts over several lines, anchors,
tags, comments behind a value, odd indents, whatever is wrong. Such a text is PyYAML's. What it does read means what
PyYAML says it means: all front matter of the real sites does, and random text (tests/content/test_yaml_lines.py).

Curated lists embed the same entries again and again: on the news site, 144,839 of which 7,182 are different. So an
entry that was read before is the same object, which saves the time, and later the memory too. NB whoever reads the
values must not change them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

__all__ = ["LineReader"]

#: A name and its colon. Quoted and stranger names are PyYAML's.
_NAMED = re.compile(r"([^\W\d][\w.-]{0,99}):(?: +|$)")
#: What may not stand in a text, or ends a line, or counts as an indent, to one of the YAML readers or to Python.
_STRANGE = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_DOUBLE_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_SINGLE_QUOTED = re.compile(r"'[^']*(?:''[^']*)*'")
#: A list of quoted texts in brackets.
_TEXTS = re.compile(r"""\[ *(?:"[^"\\]*"|'[^']*')(?: *, *(?:"[^"\\]*"|'[^']*'))* *\]""")
_TEXT = re.compile(r"""\"[^"]*"|'[^']*'""")
#: Characters that an unquoted text can begin with, besides letters and digits, and all beyond ASCII.
_BEGINNINGS = frozenset("_./+-(~=<;$^\\")
_NEXT_NAME = re.compile(r"\n(?=[^ \n#-])")
_CONTENT = re.compile(r" *[^ \n#]")
#: Characters of entries that are remembered: the whole of most sites, and little beside their corpus.
_MOST_KEPT = 8_000_000
_MAX_DEPTH = 20


class _UnknownError(Exception):
    """Something that is not known for certain to be plain."""


class LineReader:
    """
    Reads plain front matter, and remembers the entries of its lists.

    Parameters
    ----------
    plain
        What an unquoted text means.
    alone
        What a quoted text, or a list or mapping in brackets, means on one line; None where it is not one alone.
    """

    def __init__(self, plain: Callable[[str], Any], alone: Callable[[str], Any]) -> None:
        self._plain = plain
        self._alone = alone
        #: What entries of lists mean, by the indent of their dash and their text.
        self._known: dict[int, dict[str, Any]] = {}
        self._n_kept = 0

    def forget(self) -> None:
        """Let go of the entries."""
        self._known = {}
        self._n_kept = 0

    def read(self, text: str) -> dict[str, Any] | None:
        """The values of a mapping, or None for a text that is not plain throughout."""
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        text = text.rstrip(" \n")
        values: dict[str, Any] = {}
        start = 0
        try:
            while start <= len(text):
                found = _NEXT_NAME.search(text, start)
                end = found.start() if found else len(text)
                if named := _without_blank(text[start:end]):
                    self._add_named(values, named, 0, 0)
                start = end + 1
        except _UnknownError:
            return None
        return values or None

    def _add_named(self, values: dict[Any, Any], text: str, indent: int, depth: int) -> None:
        """Add the value of the name that begins a text; the further lines are deeper."""
        line, _, rest = text.partition("\n")
        _check(line)
        found = _NAMED.match(line, indent)
        if found is None:
            raise _UnknownError
        key = self._plain(found[1])
        if key in values:
            # PyYAML's reader knows on which line, and warns.
            raise _UnknownError
        written = line[found.end() :].rstrip(" ")
        rest = _without_blank(rest)
        if written:
            if rest:
                raise _UnknownError
            values[key] = self._scalar(written)
        else:
            values[key] = self._block(rest, indent, depth + 1) if rest else None

    def _block(self, text: str, outer: int, depth: int) -> Any:
        """The list or mapping on the lines below a name; a list may be as deep as its name."""
        if depth > _MAX_DEPTH:
            raise _UnknownError
        indent = len(text) - len(text.lstrip(" "))
        if text.startswith("- ", indent) and indent >= outer:
            return self._list(text, indent, depth)
        if indent <= outer:
            raise _UnknownError
        return self._mapping(text, indent, depth)

    def _list(self, text: str, indent: int, depth: int) -> list[Any]:
        # What an entry means depends on its indent: the further lines must be deeper than the dash.
        known = self._known.setdefault(indent, {})
        values = []
        for item in f"\n{text}".split(f"\n{' ' * indent}- ")[1:]:
            try:
                value = known[item]
            except KeyError:
                value = self._item(item, indent, depth)
                self._n_kept += len(item)
                if self._n_kept > _MOST_KEPT:
                    self.forget()
                    known = self._known.setdefault(indent, {})
                known[item] = value
            values.append(value)
        return values

    def _item(self, item: str, indent: int, depth: int) -> Any:
        """The value of one entry of a list, given from behind its dash."""
        item = item.rstrip(" \n")
        first = item.lstrip(" ")
        if not first:
            raise _UnknownError
        if "\n" not in item and not first.startswith("- ") and not _NAMED.match(first):
            _check(item)
            return self._scalar(first)
        inner = indent + 2 + len(item) - len(first)
        text = f"{' ' * (indent + 2)}{item}"
        if first.startswith("- "):
            return self._block(text, indent, depth + 1)
        return self._mapping(text, inner, depth + 1)

    def _mapping(self, text: str, indent: int, depth: int) -> dict[Any, Any]:
        if depth > _MAX_DEPTH:
            raise _UnknownError
        values: dict[Any, Any] = {}
        lines: list[str] = []
        for line in text.split("\n"):
            content = line.lstrip(" ")
            if not content or content[0] == "#":
                _check(line)
                continue
            deep = len(line) - len(content)
            if deep < indent:
                raise _UnknownError
            if deep == indent and content[:2] != "- " and lines:
                self._add_named(values, "\n".join(lines), indent, depth)
                lines = []
            lines.append(line)
        if lines:
            self._add_named(values, "\n".join(lines), indent, depth)
        return values

    def _scalar(self, text: str) -> Any:
        """What a value on one line means."""
        first = text[0]
        if first == '"':
            inside = text[1:-1]
            if text[-1] == '"' and len(text) > 1 and '"' not in inside and "\\" not in inside:
                return inside
            return self._by_parser(text if _DOUBLE_QUOTED.fullmatch(text) else "")
        if first == "'":
            if not _SINGLE_QUOTED.fullmatch(text):
                raise _UnknownError
            return text[1:-1].replace("''", "'")
        if first == "[":
            if _TEXTS.fullmatch(text):
                return [item[1:-1] for item in _TEXT.findall(text)]
            return self._by_parser(text)
        if first == "{":
            return self._by_parser(text)
        is_plain = first.isalnum() or first in _BEGINNINGS or first > "\x7f"
        if not is_plain or ": " in text or " #" in text or text[-1] == ":" or (first == "-" and text[1:2] in ("", " ")):
            raise _UnknownError
        return self._plain(text)

    def _by_parser(self, text: str) -> Any:
        value = self._alone(text) if text else None
        if value is None:
            raise _UnknownError
        return value


def _check(line: str) -> None:
    if not line.isprintable() and _STRANGE.search(line):
        raise _UnknownError


def _without_blank(text: str) -> str:
    """The lines without blank ones and comments at the start."""
    while text and not _CONTENT.match(text):
        line, _, text = text.partition("\n")
        _check(line)
    return text
