"""
YAML -> plain values, with errors in a site maintainer's words: the one door for YAML that strangers wrote.

Values are what PyYAML's safe loader makes of them, built here from its parser's events, for three reasons. What only
looks like a value (the date ``2021-02-30``, a number of thousands of digits) stays text instead of stopping the file.
Size, depth and work have limits, aliases counted as often as they are followed, so that 400 bytes cannot stand for a
billion values; a value never contains itself. And curated lists repeat each other's entries (on a news site, 144,839
of which 7,182 are different): an entry that was read before is the same object, which saves the time, and later the
memory too.
"""

import re
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from recommender.bounds import LONGEST_NUMBER, MAX_DEPTH, MOST_VALUES
from recommender.errors import FrontMatterError

#: The C parser where PyYAML was built with it (all wheels are), else the same in Python, ten times slower.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCTOR = SafeConstructor()
_STANDARD = "tag:yaml.org,2002:"
_BINARY = f"{_STANDARD}binary"
#: Tags of texts that are kept. Any other, such as that of a program's class, counts as none, and nothing is made of it.
_TAGS = frozenset(f"{_STANDARD}{kind}" for kind in ("null", "bool", "int", "float", "timestamp", "str", "binary"))
#: A long text counts as several values.
_CHARACTERS_PER_VALUE = 128
#: The parser compares each directive with all before it.
_MOST_DIRECTIVES = 100
#: Stand for the key of a mapping whose next value is a key, and for an unquoted ``<<``.
_NO_KEY, _MERGE = object(), object()

LINE_END = re.compile(r"\r\n|\n|\r")


def read_yaml(text: str, where: str, *, first_line: int = 1, warnings: list[str] | None = None) -> dict[str, Any]:
    """
    The values of a mapping, one YAML document; empty where there is nothing but comments.

    Values inside the mapping may be shared with other texts; they are to be read, not changed. `warnings` takes a
    sentence for each name that stands twice; the last one counts, as in Jekyll. `first_line` is that of the file on
    which the text begins. Raises FrontMatterError, with the line, for what is not YAML, not a mapping, or too much.
    """
    values = _read_by_entries(text)
    if values is None:
        values = _Builder(where, first_line, warnings).build(parse_events(text, where, first_line))
    if values is None:
        return {}
    if not isinstance(values, dict):
        what = "a list" if isinstance(values, list) else f"the text {str(values)[:40]!r}"
        raise FrontMatterError(
            f"{where}:{first_line}: expected names with values, but found {what}. Write lines such as name: value."
        )
    return values


def read_as_typed(text: str) -> dict[str, Any]:
    """The values of a YAML mapping that `read_yaml` has read, each value as the text that was typed."""
    values: Any = None
    with suppress(yaml.YAMLError):  # of an anchor that stands twice it makes an error
        values = yaml.load(text, Loader=_TEXT_LOADER)  # noqa: S506 - it makes nothing but texts, lists and mappings
    return values if isinstance(values, dict) else {}


def parse_events(text: str, where: str, first_line: int = 1) -> Iterator[yaml.Event]:
    """The events of PyYAML's parser; its errors in our wording, as FrontMatterError."""
    if text.count("\n%") > _MOST_DIRECTIVES:
        raise FrontMatterError(f"{where}:{first_line}: too many lines begin with a percent sign. Take them out.")
    try:
        yield from yaml.parse(text, Loader=LOADER)
    except yaml.reader.ReaderError:
        # Where the C parser says bytes, the other one says characters; so the character is found by hand.
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = first_line + (len(LINE_END.findall(text, 0, found.start())) if found else 0)
        character = f"the character U+{ord(found[0]):04X}" if found else "a character"
        raise FrontMatterError(f"{where}:{line}: {character} is not allowed in YAML. Take it out.") from None
    except UnicodeEncodeError:
        raise FrontMatterError(f"{where}:{first_line}: half a character is not allowed in YAML. Take it out.") from None
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text, where, first_line) from None


@dataclass(slots=True)
class _Open:
    """A list or a mapping whose end has not come yet."""

    value: Any
    begun: int  #: How much there was before it.
    anchor: str | None = None
    is_set: bool = False  #: YAML's set: a mapping without values, of which a list is made.
    key: Any = _NO_KEY  #: Of a mapping, what waits for its value.
    merged: list[dict[Any, Any]] = field(default_factory=list)  #: What a mapping has by merge keys, the first first.


@dataclass(slots=True)
class _Builder:
    """
    Makes the value of the one document that events are, and counts how much it is.

    A loop: recursion is what crashes PyYAML's C loader. With `entries`, the values that stand-ins in lists stand for
    (see `_read_by_entries`), nothing may be tied to the rest by an anchor, and every stand-in must be found.
    """

    where: str = ""
    first_line: int = 1
    warnings: list[str] | None = None
    entries: deque[tuple[Any, int]] | None = None
    size: int = 0
    _inner: _Open = field(default_factory=lambda: _Open([], 0))
    _outer: list[_Open] = field(default_factory=list)
    #: Values and their sizes; that of what is open is not known yet.
    _anchors: dict[str, tuple[Any, int | None]] = field(default_factory=dict)

    def build(self, events: Iterable[yaml.Event]) -> Any:
        """The value; None where there is none."""
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._put(self._text(event), event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._put(self._end(), event)
            elif isinstance(event, yaml.AliasEvent):
                self._put(self._referred(event), event)
            elif isinstance(event, yaml.DocumentStartEvent) and self._inner.value:
                raise self._error(event, "a second YAML document starts here. Take the line out.")
        if self.entries is not None and (self._anchors or self.entries):
            raise FrontMatterError("not alone")
        return self._inner.value[0] if self._inner.value else None

    def _text(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        size = 1 + len(text) // _CHARACTERS_PER_VALUE
        self.size += size
        if event.tag is None and not event.style and event.anchor is None:
            if self.entries and text == _STAND_IN and isinstance(self._inner.value, list):
                value, size = self.entries.popleft()
                self.size += size
                return value
            is_name = self._inner.key is _NO_KEY and isinstance(self._inner.value, dict)
            return _MERGE if text == "<<" and is_name else _plain(text)
        value = _scalar(event, self._place)
        if event.anchor:
            self._anchors[event.anchor] = value, size
        return value

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._outer) == MAX_DEPTH:
            raise self._error(event, f"{_TOO_DEEP}. {_CLOSE_BRACKET}")
        self._outer.append(self._inner)
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._inner = _Open(value, self.size, event.anchor, event.tag == f"{_STANDARD}set")
        self.size += 1
        if event.anchor:
            self._anchors[event.anchor] = value, None

    def _end(self) -> Any:
        ended, self._inner = self._inner, self._outer.pop()
        value = ended.value
        if ended.merged:
            sources = (*reversed(ended.merged), value)
            value = {name: held for source in sources for name, held in source.items()}
        if ended.is_set:
            value = [*value]
        if ended.anchor and self._anchors[ended.anchor][0] is ended.value:
            self._anchors[ended.anchor] = value, self.size - ended.begun
        return value

    def _referred(self, event: yaml.AliasEvent) -> Any:
        name = f"*{str(event.anchor)[:60]}"
        if event.anchor not in self._anchors:
            raise self._error(event, f"{name} refers to nothing. Quote a value that begins with an asterisk.")
        value, size = self._anchors[event.anchor]
        if size is None:
            raise self._error(event, f"{name} stands inside of what it refers to. Write the value out.")
        self.size += size
        return value

    def _put(self, value: Any, event: yaml.Event) -> None:
        """Put a value where the document has it."""
        inner = self._inner
        if self.size > MOST_VALUES:
            most = f"there are more than {MOST_VALUES:,} values up to here, those behind aliases counted each time"
            raise self._error(event, f"{most}. Shorten the list, or take the aliases out.")
        if isinstance(inner.value, list):
            inner.value.append(value)
        elif inner.key is _NO_KEY:
            if isinstance(value, dict | list):
                cure = "Quote a name or a value that begins with a bracket."
                raise self._error(event, f"a list or a mapping cannot be a name. {cure}")
            inner.key = value
            if self.warnings is not None and value in inner.value:
                self.warnings.append(f"{self._place(event)}: {str(value)[:60]} stands twice. The last one counts.")
        else:
            if inner.key is _MERGE and isinstance(value, dict | list):
                sources = value if isinstance(value, list) else [value]
                inner.merged += [source for source in sources if isinstance(source, dict)]
            else:
                inner.value["<<" if inner.key is _MERGE else inner.key] = value
            inner.key = _NO_KEY

    def _place(self, event: yaml.Event) -> str:
        return f"{self.where}:{(event.start_mark.line if event.start_mark else 0) + self.first_line}"

    def _error(self, event: yaml.Event, sentence: str) -> FrontMatterError:
        return FrontMatterError(f"{self._place(event)}: {sentence}")


def _read_by_entries(text: str) -> Any:
    """
    The value of a text, the entries of its lists remembered by their lines; None where it is to be read whole.

    The lines of an entry go to the parser by themselves, and in the text a stand-in takes their place. What an entry
    means depends on the lines around it in two cases: where it is no entry, but part of a longer text, in which no
    stand-in is found as an entry of a list; and with anchors. In both, and where anything is wrong or doubtful, the
    text is read whole.
    """
    text = text.replace("\r\n", "\n")
    if "- " not in text or any(one in text for one in _OTHER_LINE_ENDS) or not text.endswith("\n"):
        return None
    entries: deque[tuple[Any, int]] = deque()
    warnings: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        if len(found[0]) > _LONGEST_ENTRY:
            raise FrontMatterError("too long to be remembered")
        entries.append(_entry(found[0]))
        return f"{found[1]}- {_STAND_IN}"

    try:
        shortened = _ENTRY.sub(stand_in, text)
        values = _Builder(warnings=warnings, entries=entries).build(parse_events(shortened, ""))
    except FrontMatterError:
        return None
    return None if warnings else values


@lru_cache(maxsize=1 << 15)
def _entry(lines: str) -> tuple[Any, int]:
    """The value of an entry, and how much it is."""
    warnings: list[str] = []
    builder = _Builder(warnings=warnings, entries=deque())
    (value,) = builder.build(parse_events(f"{lines}\n", ""))
    if warnings:
        raise FrontMatterError("not alone")
    return value, builder.size


#: Lets go of the entries, which are of no use after a site is read.
forget_entries = _entry.cache_clear
#: Characters of an entry that is remembered.
_LONGEST_ENTRY = 4_000
#: Begins the text that takes an entry's place: a character that has no meaning.
_STAND_IN = "\ue000"
_OTHER_LINE_ENDS = ("\r", "\x85", "\u2028", "\u2029", _STAND_IN)
#: The lines of an entry: one with a dash, and those that are deeper or blank. Its indent keeps nesting in bounds. An
#: atomic group: Python before 3.11.5 takes too much by a possessive one of several parts (python/cpython#106052).
_ENTRY = re.compile(r"^( {0,8})- .*+(?>(?:\n(?:\1 ++[^ \t\n].*+|[ ]*+(?=\n)))*)", re.MULTILINE)


def _scalar(event: yaml.ScalarEvent, place: Callable[[yaml.Event], str]) -> Any:
    """The value of a text with quotes, a tag or an anchor."""
    tag = event.tag or "!"
    if tag == "!":
        return _plain(event.value) if event.implicit[0] else event.value
    # Ruby's exporters write the tag of bytes with one exclamation mark, or leave it out.
    if tag.endswith("::Blob") and event.style == "|":
        with suppress(ValueError):
            return b64decode(event.value.replace("\n", ""), validate=True).decode("utf-8")
    tag = _BINARY if tag == "!binary" else tag
    if tag not in _TAGS:
        return event.value if event.style or "/str" in tag else _plain(event.value)
    try:
        return _tagged(tag, event.value)
    # What PyYAML's constructors raise for texts that their tag does not fit.
    except (ValueError, AttributeError, IndexError, KeyError, OverflowError, yaml.YAMLError):
        raise FrontMatterError(
            f"{place(event)}: {event.value[:60]!r} cannot be read as {tag.replace(_STANDARD, '!!')}. Quote the value, "
            "or take the tag out."
        ) from None


def _plain(text: str) -> Any:
    """What an unquoted value means: text, number, truth value, date or nothing (YAML 1.1, as PyYAML has it)."""
    return _short(text) if len(text) <= LONGEST_NUMBER else text


@lru_cache(maxsize=1 << 16)
def _short(text: str) -> Any:
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            try:
                return text if tag in (f"{_STANDARD}merge", f"{_STANDARD}value") else _tagged(tag, text)
            except (ValueError, OverflowError):
                # 2021-02-30 and 0x_ look like values and are none.
                return text
    return text


def _tagged(tag: str, text: str) -> Any:
    """What a scalar with a tag means, from PyYAML's safe constructors."""
    if tag not in (f"{_STANDARD}str", _BINARY) and len(text) > LONGEST_NUMBER:
        raise ValueError("too long for a number or a date")
    value = SafeConstructor.yaml_constructors[tag](_CONSTRUCTOR, yaml.ScalarNode(tag, text))
    if tag == _BINARY:
        # Nearly always text that an exporter took for something else.
        with suppress(UnicodeDecodeError):
            return bytes(value).decode("utf-8")
    return value


_UNCLOSED = "a quoted text opens here and is never closed"
_CLOSE_QUOTE = "Close it with the quotation mark that it opens with."
_CLOSE_BRACKET = "Close a bracket."
_TOO_DEEP = f"values are nested more than {MAX_DEPTH} deep"
#: What the parser says, what we say, and the cure, which for "" depends on the line. The first that fits counts.
_EXPLANATIONS = (
    # libyaml has a limit of its own since 0.2.6, which it may meet first, for it reads ahead.
    ("maximum nesting depth", _TOO_DEEP, _CLOSE_BRACKET),
    ("unexpected end of stream", _UNCLOSED, _CLOSE_QUOTE),
    ("unexpected document indicator", _UNCLOSED, _CLOSE_QUOTE),
    ("unknown escape character", "a backslash in double quotes begins an escape that YAML does not know",
     "Write it twice, or use single quotes."),
    ("block sequence entries are not allowed", "a list cannot begin on the line of its name",
     "Quote a value that begins with a dash."),
    ("could not find expected ':'", "a line without a colon after its name",
     "Write name: value, and indent the further lines of a longer text."),
    ("did not find expected ',' or", "a bracket is never closed, or a comma is missing",
     "Close it, or quote a value that begins with a bracket."),
    ("did not find expected node content", "a bracket or a comma stands where a value was expected",
     "Quote a value that begins with one."),
    ("did not find expected '-' indicator", "a name stands among the dashes of a list",
     "Indent it below the entry that it belongs to."),
    ("did not find expected key", "found something else where a name was expected",
     "Quote a whole value, not a part of it, and indent the lines of one list alike."),
    ("expected alphabetic or numeric", "a value cannot begin with * or &", "Quote it."),
    ("mapping keys are not allowed", "a value cannot begin with ?", "Quote it."),
    ("mapping values are not allowed", "mapping values are not allowed here", ""),
    ("cannot start any token", "a value cannot begin with CHARACTER", "Quote it."),
    ("tab character", "a line is indented with a tab", "Indent with spaces."),
    ("expected comment or line break", "text stands on the line of | or >",
     "Begin it on the next line, or quote the value."),
)  # fmt: skip

#: A name of a value, or a dash, or both.
_START = r"[ ]*(?P<start>(?:- )?(?:[\w.-]+:[ ]+)?)"
#: What quotes mend: a value that begins like a list and goes on, as in [Rope](b.md), [Update] Otters, [[Rope]],
#: [[Otters]]; a text in single quotes with an apostrophe in it; and one in double quotes with such marks in it.
_TO_QUOTE = (
    (_START + r"(?P<value>(?:\[[^\[\]]*\]|\[\[[^\[\]]*\]\],?)[ ]*[^\s,#\]].*)",
     "text stands behind a closing bracket", "Quote the whole value"),
    (_START + r"'(?P<value>[^']*(?:(?<=\w)'(?=\w)[^']*)+)'",
     "an apostrophe ends a text in single quotes", "Use double quotes"),
    (_START + r'"(?P<value>(?!.*"[ ]*[,:][ ]*")[^"\\]*(?:"[^"\\]*"[^"\\]*)+)"',
     "a quotation mark ends a text in double quotes", "Quote the whole value"),
)  # fmt: skip


def _explained(error: yaml.MarkedYAMLError, text: str, where: str, first_line: int) -> FrontMatterError:
    """PyYAML's error in our wording: the line in the file, what is wrong, and the cure."""
    problem = error.problem or "is not YAML"
    mark = error.problem_mark or error.context_mark
    # What is never closed is found at the end of the text, and mended where it opens.
    is_at_end = mark is not None and mark.line >= len(LINE_END.split(text.rstrip()))
    opens = is_at_end or "quoted scalar" in (error.context or "") or "expected ':'" in problem
    if error.context_mark and opens:
        mark = error.context_mark
    number, column = (mark.line, mark.column) if mark else (0, 0)
    lines = LINE_END.split(text)
    line = lines[number] if number < len(lines) else ""
    character = line[column : column + 1]
    if character == "\t" and "cannot start any token" in problem:
        problem = "tab character"
    if markers := [n for n, one in enumerate(lines, first_line) if one.startswith("<<<<<<< ")]:
        cure = "Keep one side, and take out the lines of <<<<<<<, ======= and >>>>>>>"
        return FrontMatterError(f"{where}:{markers[0]}: a merge conflict was never settled. {cure}.")
    known = ((ours, remedy) for theirs, ours, remedy in _EXPLANATIONS if theirs in problem)
    message, cure = next(known, (problem, "Mend the YAML."))
    message = message.replace("CHARACTER", character)
    for pattern, ours, remedy in _TO_QUOTE:
        if len(line) <= 80 and (found := re.fullmatch(pattern, line.rstrip())):
            value = found["value"]
            doubly = value.replace("\\", "\\\\").replace('"', '\\"')
            written = f"'{value}'" if '"' in value and "'" not in value else f'"{doubly}"'
            message, cure = ours, f"{remedy}: {found['start']}{written}."
    return FrontMatterError(f"{where}:{number + first_line}: {message}. {cure or _quoting(line)}")


def _quoting(line: str) -> str:
    """The cure for an unquoted colon, with the line's own words where they fit into a message."""
    found = re.match(r"[ ]*(?:- )?([\w.-]+):[ ]+([^\s\"'].*)", line.rstrip(" "))
    if found is not None and ": " not in found[2]:
        # The line is right by itself, so that it is taken for more of the line before.
        return "Mend the line before, which has no colon, or give both the same indent."
    if found is None or len(found[2]) > 80:
        return 'Quote a value that contains a colon: title: "Tea: a start".'
    value = found[2].replace("\\", "\\\\").replace('"', '\\"')
    return f'Quote a value that contains a colon: {found[1]}: "{value}".'
