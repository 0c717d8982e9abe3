"""
YAML -> plain values, with errors in a site maintainer's words.

Values are what PyYAML's safe loader makes of them, with three differences, each because a batch reads thousands of
files that strangers wrote. What only looks like a value (the date ``2021-02-30``) stays text instead of stopping the
file. Nesting has a limit, where PyYAML's C loader would crash the process. And plain lines, which is what nearly all
front matter is, are read by `yaml_lines`; only the rest is built from the parser's events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from recommender.content.yaml_lines import LineReader
from recommender.errors import FrontMatterError

__all__ = ["LINE_END", "forget_entries", "parse_events", "read_as_typed", "read_yaml"]

#: The C parser where PyYAML was built with it (all wheels are), else the same in Python, ten times slower.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCTOR = SafeConstructor()
_STANDARD = "tag:yaml.org,2002:"
_BINARY = f"{_STANDARD}binary"
_PLAIN_TAGS = frozenset({None, "!", f"{_STANDARD}map", f"{_STANDARD}seq"})
#: Deeper than any front matter that a person writes; the recursion of whoever reads the values stays small.
_MAX_DEPTH = 100
#: Stands for the key of a mapping whose next value is a key.
_NO_KEY = object()

LINE_END = re.compile(r"\r\n|\n|\r")


def read_yaml(text: str, where: str, *, first_line: int = 1, warnings: list[str] | None = None) -> dict[str, Any]:
    """
    The values of a YAML mapping; empty where there is nothing but comments.

    Values inside the mapping may be shared with other texts; they are to be read, not changed.

    Parameters
    ----------
    text
        One YAML document.
    where
        The file, as messages name it.
    first_line
        The line of the file on which the text begins.
    warnings
        Takes a sentence for each name that stands twice. The last one counts, as in Jekyll.

    Raises
    ------
    FrontMatterError
        It is not YAML, or not a mapping; with the line in the file.
    """
    plain = _LINES.read(text)
    if plain is not None:
        return plain
    values = _build(parse_events(text, where, first_line), where, first_line, warnings)
    if values is None:
        return {}
    if not isinstance(values, dict):
        what = "a list" if isinstance(values, list) else f"the text {str(values)[:40]!r}"
        raise FrontMatterError(
            f"{where}:{first_line}: expected names with values, but found {what}. Write lines such as title: Tea."
        )
    return values


def read_as_typed(text: str) -> dict[str, Any]:
    """The values of a YAML mapping that `read_yaml` has read, each value as the text that was typed."""
    values = _build(parse_events(text, ""), "", 1, None, lambda event, _: event.value)
    return values if isinstance(values, dict) else {}


def forget_entries() -> None:
    """Let go of the entries of lists that are remembered, which are of no use after a site is read."""
    _LINES.forget()


def parse_events(text: str, where: str, first_line: int = 1) -> Iterator[yaml.Event]:
    """The events of PyYAML's parser; its errors in our wording, as FrontMatterError."""
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.reader.ReaderError:
        # Where the C parser says bytes, the other one says characters; so the character is found by hand.
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = first_line + (len(LINE_END.findall(text, 0, found.start())) if found else 0)
        character = f"the character U+{ord(found[0]):04X}" if found else "a character"
        raise FrontMatterError(f"{where}:{line}: {character} is not allowed in YAML. Take it out.") from None
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text, where, first_line) from None


def _build(
    events: Iterable[yaml.Event],
    where: str,
    first_line: int,
    warnings: list[str] | None,
    scalar: Callable[[yaml.ScalarEvent, Any], Any] | None = None,
) -> Any:
    """The value of the one document that the events are. A loop: recursion is what crashes PyYAML's C loader."""
    scalar = scalar or _scalar
    root: list[Any] = []
    container: Any = root
    key: Any = None
    outer: list[tuple[Any, Any]] = []  # The containers around the open one, each with the key that waits for its value.
    anchors: dict[str, Any] = {}

    def place(event: yaml.Event) -> str:
        return f"{where}:{(event.start_mark.line if event.start_mark else 0) + first_line}"

    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            value = scalar(event, place)
            if event.anchor:
                anchors[event.anchor] = value
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag not in _PLAIN_TAGS:
                raise FrontMatterError(f"{place(event)}: the tag {_shown(event.tag)} is not known. Take it out.")
            if len(outer) == _MAX_DEPTH:
                raise FrontMatterError(f"{place(event)}: {_TOO_DEEP}. {_CLOSE_BRACKET}")
            outer.append((container, key))
            container, key = ({}, _NO_KEY) if isinstance(event, yaml.MappingStartEvent) else ([], None)
            if event.anchor:
                anchors[event.anchor] = container
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            value = container
            container, key = outer.pop()
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise FrontMatterError(
                    f"{place(event)}: *{event.anchor} refers to nothing. Quote a value that begins with an asterisk."
                )
            value = anchors[event.anchor]
        elif isinstance(event, yaml.DocumentStartEvent) and root:
            raise FrontMatterError(f"{place(event)}: a second YAML document starts here. Take the line out.")
        else:
            continue

        if isinstance(container, list):
            container.append(value)
        elif key is not _NO_KEY:
            if key == "<<" and isinstance(value, dict | list):
                _merge(container, value)
            else:
                container[key] = value
            key = _NO_KEY
        elif isinstance(value, dict | list):
            raise FrontMatterError(
                f"{place(event)}: a list or a mapping cannot be a name. Quote a name that begins with a bracket."
            )
        else:
            key = value
            if warnings is not None and len(outer) == 1 and key in container:
                warnings.append(f"{place(event)}: {key} stands twice. The last one counts.")
    return root[0] if root else None


def _scalar(event: yaml.ScalarEvent, place: Any) -> Any:
    if event.tag is None:
        return event.value if event.style else _plain(event.value)
    if event.tag == "!":
        return event.value
    try:
        return _tagged(event.tag, event.value)
    # What PyYAML's constructors raise for texts that their tag does not fit.
    except (ValueError, AttributeError, IndexError, KeyError, OverflowError, yaml.YAMLError):
        raise FrontMatterError(
            f"{place(event)}: {event.value!r} cannot be read as {_shown(event.tag)}. Take the tag out."
        ) from None


@lru_cache(maxsize=1 << 16)
def _plain(text: str) -> Any:
    """What an unquoted value means: text, number, truth value, date or nothing (YAML 1.1, as PyYAML has it)."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            try:
                return text if tag in (f"{_STANDARD}merge", f"{_STANDARD}value") else _tagged(tag, text)
            except (ValueError, OverflowError):
                # 2021-02-30, 0x_ and numbers of 5,000 digits look like values and are none.
                return text
    return text


def _tagged(tag: str, text: str) -> Any:
    """What a scalar with a tag means, from PyYAML's safe constructors."""
    # Ruby's exporters write the tag without its second exclamation mark.
    tag = _BINARY if tag == "!binary" else tag
    construct = SafeConstructor.yaml_constructors.get(tag, SafeConstructor.construct_undefined)
    value = construct(_CONSTRUCTOR, yaml.ScalarNode(tag, text))
    if tag == _BINARY:
        # Nearly always text that an exporter took for something else.
        with suppress(UnicodeDecodeError):
            return bytes(value).decode("utf-8")
    if isinstance(value, Iterator):
        raise ValueError(f"{tag} is for lists and mappings")
    return value


def _alone(text: str) -> Any:
    """What a quoted text, or a list or mapping in brackets, means on one line; None where it is not one alone."""
    kind, closing = {'"': (str, '"'), "[": (list, "]"), "{": (dict, "}")}[text[0]]
    if text[-1] != closing or text.count("[") + text.count("{") > _MAX_DEPTH // 2:
        return None
    try:
        value = _build(parse_events(text, ""), "", 1, None)
    except FrontMatterError:
        return None
    return value if isinstance(value, kind) else None


_LINES = LineReader(_plain, _alone)


def _shown(tag: str | None) -> str:
    return (tag or "").replace(_STANDARD, "!!")


def _merge(container: dict[Any, Any], value: Any) -> None:
    """YAML's merge key: what the mapping does not have itself is taken from the first that has it."""
    for source in value if isinstance(value, list) else (value,):
        if isinstance(source, dict):
            for name, merged in source.items():
                container.setdefault(name, merged)


_UNCLOSED = "a quoted text opens here and is never closed"
_CLOSE_QUOTE = "Close it with the quotation mark that it opens with."
_CLOSE_BRACKET = "Close a bracket."
_TOO_DEEP = f"values are nested more than {_MAX_DEPTH} deep"
#: What the parser says, what we say, and the cure. The first that fits counts.
_EXPLANATIONS = (
    # libyaml has a limit of its own since 0.2.6, which it may meet first, for it reads ahead.
    ("maximum nesting depth", _TOO_DEEP, _CLOSE_BRACKET),
    ("unexpected end of stream", _UNCLOSED, _CLOSE_QUOTE),
    ("unexpected document indicator", _UNCLOSED, _CLOSE_QUOTE),
    (
        "unknown escape character",
        "a backslash in double quotes begins an escape that YAML does not know",
        "Write it twice, or use single quotes.",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot begin on the line of its name",
        "Quote a value that begins with a dash.",
    ),
    (
        "could not find expected ':'",
        "a line without a colon after its name",
        "Write name: value, and indent the further lines of a longer text.",
    ),
    (
        "did not find expected ',' or",
        "a bracket is never closed, or a comma is missing",
        "Close it, or quote a value that begins with a bracket.",
    ),
    (
        "did not find expected node content",
        "a bracket or a comma stands where a value was expected",
        "Quote a value that begins with one.",
    ),
    (
        "did not find expected '-' indicator",
        "a name stands among the dashes of a list",
        "Indent it below the entry that it belongs to.",
    ),
    (
        "did not find expected key",
        "found something else where a name was expected",
        "Quote a whole value, not a part of it, and indent the lines of one list alike.",
    ),
)


def _explained(error: yaml.MarkedYAMLError, text: str, where: str, first_line: int) -> FrontMatterError:
    """PyYAML's error in our wording: the line in the file, what is wrong, and the cure."""
    problem = error.problem or "is not YAML"
    mark = error.problem_mark or error.context_mark
    # What is never closed is found at the end of the file, and mended where it opens.
    if error.context_mark and ("quoted scalar" in (error.context or "") or "expected ':'" in problem):
        mark = error.context_mark
    number, column = (mark.line, mark.column) if mark else (0, 0)
    lines = LINE_END.split(text)
    line = lines[number] if number < len(lines) else ""
    message, cure = problem, "Mend the YAML."
    if "mapping values are not allowed" in problem:
        message, cure = "mapping values are not allowed here", _quoting(line)
    elif "cannot start any token" in problem:
        character = line[column : column + 1]
        if character == "\t":
            message, cure = "a line is indented with a tab", "Indent with spaces."
        else:
            message, cure = f"a value cannot begin with {character}", "Quote it."
    else:
        for theirs, ours, remedy in _EXPLANATIONS:
            if theirs in problem:
                message, cure = ours, remedy
                break
    return FrontMatterError(f"{where}:{number + first_line}: {message}. {cure}")


def _quoting(line: str) -> str:
    """The cure for an unquoted colon, with the line's own words where they fit into a message."""
    found = re.match(r"[ ]*(?:- )?([\w.-]+):[ ]+([^\s\"'].*?)[ ]*$", line)
    if found is not None and ": " not in found[2]:
        # The line is right by itself, so that it is taken for more of the line before.
        return "Mend the line before, which has no colon, or give both the same indent."
    if found is None or len(found[2]) > 80:
        return 'Quote a value that contains a colon: title: "Tea: a start".'
    value = found[2].replace("\\", "\\\\").replace('"', '\\"')
    return f'Quote a value that contains a colon: {found[1]}: "{value}".'
