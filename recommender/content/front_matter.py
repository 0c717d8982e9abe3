"""
The YAML between the first two lines of three dashes: split off, parsed, and spliced byte for byte.

Other syntaxes are found and read by `syntaxes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import yaml

from recommender.content.syntaxes import (
    BLANKS,
    REST_OF_LINE,
    FrontMatter,
    line_end_of,
    read_headers,
    read_json,
    read_toml,
    split_other,
)
from recommender.content.yaml import LINE_END, parse_events, read_yaml
from recommender.errors import FrontMatterError

#: Some generators let the opening line say what the values are written in: ---toml.
_OPENING = re.compile(rf"---(?P<syntax>ya?ml|toml|json)?{REST_OF_LINE}")
_SYNTAXES: Mapping[str | None, Literal["yaml", "toml", "json"]] = {
    None: "yaml", "yaml": "yaml", "yml": "yaml", "toml": "toml", "json": "json"
}  # fmt: skip
_CLOSING_LINE = rf"(?P<line>(?:---|\.\.\.){REST_OF_LINE})"
#: A pattern that begins with one character, and not with one of two, is found ten times faster.
_CLOSING, _CLOSING_WITH_CR = re.compile(rf"\n{_CLOSING_LINE}"), re.compile(rf"[\r\n]{_CLOSING_LINE}")
_ODD = re.compile(f"[{BLANKS[2:]}：]")
_ODD_INDENT = re.compile(rf"(?<![^\r\n])[ ]*[{BLANKS[2:]}][{BLANKS}]*")
#: A name at the start of a line; deeper, it could stand in a text of several lines.
_ODD_NAME = re.compile(
    rf"(?<![^\r\n])([\w-]+)[ {BLANKS[2:]}]*(?:：[ {BLANKS[2:]}]*|:[ ]*[{BLANKS[2:]}][ {BLANKS[2:]}]*)"
)


def split(text: str, where: str = "text") -> FrontMatter | None:
    """
    Where the front matter of a text opens and closes, or None where it has none; FrontMatterError if it is never
    closed.

    A byte order mark, any line end, blanks after the dashes and ``...`` as the closing line are fine. The first closing
    line ends it; three dashes in the body are the body's.
    """
    origin = 1 if text.startswith("\ufeff") else 0
    opening = _OPENING.match(text, origin)
    if opening is None:
        return split_other(text, origin, where)
    closing = (_CLOSING_WITH_CR if "\r" in text else _CLOSING).search(text, opening.end() - 1)
    if closing is None:
        raise FrontMatterError(
            f"{where}: front matter opens at line 1 and is never closed. End it with a line of three dashes."
        )
    start, end = opening.end(), closing.start("line")
    syntax = _SYNTAXES[opening["syntax"]]
    end = start + len(text[start:end].rstrip()) if syntax == "json" else end
    return FrontMatter(line_end_of(opening[0]), start, end, closing.end(), syntax)


def decode(raw: bytes, where: str) -> str:
    """The text of a file; FrontMatterError, with the first wrong byte and its line, for one that is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FrontMatterError(f"{where}: is UTF-16 text, expected UTF-8. Save the file as UTF-8.") from None
        line = raw.count(b"\n", 0, error.start) + 1
        raise FrontMatterError(
            f"{where}:{line}: the byte 0x{raw[error.start]:02x} at offset {error.start} is not UTF-8. "
            "Save the file as UTF-8."
        ) from None


def parse(text: str, where: str = "text") -> dict[str, Any]:
    """
    The values of a file's front matter; empty where it has none.

    Raises FrontMatterError, with the line in the file, where it is never closed, cannot be read, or is no mapping.
    """
    place = split(text, where)
    return read(text, place, where) if place else {}


def read(text: str, place: FrontMatter, where: str, warnings: list[str] | None = None) -> dict[str, Any]:
    """The values of the front matter that lies in a place; `warnings` takes a sentence a name that stands twice."""
    if place.syntax == "toml":
        return read_toml(text, place, where)
    if place.syntax == "headers":
        return read_headers(text, place)
    if place.syntax != "yaml":
        return read_json(text, place, where)
    first_line = len(LINE_END.findall(text, 0, place.start)) + 1
    return read_yaml(plain_blanks(text[place.start : place.end]), where, first_line=first_line, warnings=warnings)


def plain_blanks(text: str) -> str:
    """YAML with plain blanks and colons behind its names, where an editor or a Japanese keyboard made others."""
    if text.isascii():
        return text
    # Only the lines that have one: in a long text a pattern would look at all the others too.
    return "\n".join(_plain_line(line) if _ODD.search(line) else line for line in text.split("\n"))


def _plain_line(line: str) -> str:
    return _ODD_NAME.sub(r"\1: ", _ODD_INDENT.sub(lambda blanks: " " * len(blanks[0]), line))


def key_line(text: str, place: FrontMatter, name: str) -> int:
    """The line of the file on which a top-level name stands; the first line of values where it is not found."""
    pattern = re.compile(rf"(?<![^\r\n])[\"']?{re.escape(name)}[\"']?[ ]*[:=]", re.IGNORECASE)
    found = pattern.search(text, place.start, place.end)
    return len(LINE_END.findall(text, 0, found.start() if found else place.start)) + 1


def splice(raw: bytes, name: str, block: str | None, where: str = "text") -> bytes:
    """
    A file with our block of front matter put in, replaced, or taken out; every other byte as it was.

    A new block goes just before the closing line; one that is there is replaced where it stands. Blank lines and
    comments after it are not part of it.

    Parameters
    ----------
    name
        The top-level name that is ours, such as ``suggested_related``.
    block
        YAML lines beginning with ``name:``, line ends LF; they are written with the file's. None takes ours out.

    Raises
    ------
    FrontMatterError
        The file is not UTF-8, has no front matter, or its front matter is not written as lines of names, so
        that no block can be added (``{title: Tea}``).
    """
    text = decode(raw, where)
    place = split(text, where)
    if place is None:
        if block is None:
            return raw
        raise FrontMatterError(f"{where}:1: has no front matter. Begin the file with two lines of three dashes.")
    content = _CONTENT.search(text, place.start, place.end)
    indent = content[1] if content else ""
    blocks = list(_blocks(text, place, name, indent, where))
    if not blocks:
        if block is None:
            return raw
        if content is not None and not _KEY.match(text, content.end()):
            raise FrontMatterError(
                f"{where}: front matter is not written as lines of names, so {name} cannot be added. "
                "Write lines such as title: Tea."
            )
        blocks = [(place.end, place.end)]
    lines = () if block is None else block.rstrip("\n").split("\n")
    new = "".join(f"{indent}{line}{place.line_end}" if line else place.line_end for line in lines)
    parts, position = [], 0
    for start, end in blocks:
        parts += [text[position:start], new]
        # A name that stands twice has one value, the last; so one block takes the place of all.
        position, new = end, ""
    return ("".join(parts) + text[position:]).encode("utf-8")


#: The indent of a line that is neither blank nor a comment.
_CONTENT = re.compile(r"(?<![^\r\n])([ ]*)(?=[^\s#])")
_QUOTED = r"""\"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\r\n]|'')*'"""
_KEY = re.compile(rf"(?:{_QUOTED}|[^\s\"'\[\]{{}},#&*!|>%@`?:-][^\r\n:]*|[?:-][^\s][^\r\n:]*)[ \t]*:(?=\s)")
#: A line that cannot open a text or a bracket which a later line closes.
_SELF_CONTAINED = re.compile(
    rf"""\s* (?: \#.* )?                                                        # nothing, or a comment
    | \s* (?:-[ ]+)* (?:[\w.-]+:(?:[ ]+|$))? (?:{_QUOTED})? \s*                # name: "text"
    | \s* (?:-[ ]+)* (?:[\w.-]+:[ ]+)? (?!-\s|-$) [^\s"'\[\]{{}}&!*?|>%@`\#] (?:(?!:\s).)*  # name: text
    """,
    re.VERBOSE,
)


def _blocks(text: str, place: FrontMatter, name: str, indent: str, where: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each block of this name, the line end of its last line included."""
    line = re.compile(rf"{indent}([\"']?){re.escape(name)}\1[ \t]*:(?=\s)")
    starts: list[int] = []
    for found in re.finditer(re.escape(name), text[: place.end]):
        start = max(text.rfind("\n", 0, found.start()), text.rfind("\r", 0, found.start())) + 1
        if start >= place.start and starts[-1:] != [start] and line.match(text, start):
            starts.append(start)
    if not starts:
        return
    # What looks like our name can be a line of a longer text. The parser knows, and takes four times as long as a look
    # at the lines before, which settles nearly all files.
    if not all(_SELF_CONTAINED.fullmatch(line) for line in text[place.start : starts[-1]].splitlines()):
        # NB not by the number of the line: what ends one differs between YAML, Python and us (U+2028, U+0085).
        keys = set(_places_of_key(text[place.start : place.end], name, where))
        starts = [start for start in starts if start + len(indent) - place.start in keys]
    for start in starts:
        yield start, _block_end(text, start, place.end, indent)


def _places_of_key(text: str, name: str, where: str) -> Iterator[int]:
    """The offsets at which the parser sees a top-level name."""
    depth, is_key = 0, True
    for event in parse_events(text, where, first_line=2):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            if depth == 1:
                if is_key and isinstance(event, yaml.ScalarEvent) and event.value == name and event.start_mark:
                    yield event.start_mark.index
                is_key = not is_key
            depth += isinstance(event, yaml.CollectionStartEvent)


def _block_end(text: str, start: int, end: int, indent: str) -> int:
    """Where the block that starts at an offset ends: after its last line that is deeper, or a dash at its own depth."""
    position = last = _line_after(text, start)
    while position < end:
        following = _line_after(text, position)
        line = text[position:following]
        content = line.strip()
        if content and not content.startswith("#"):
            depth = len(line) - len(line.lstrip(" "))
            if depth < len(indent) or (depth == len(indent) and not re.match(r"-\s", line[depth:])):
                break
            last = following
        position = following
    return last


def _line_after(text: str, position: int) -> int:
    found = LINE_END.search(text, position)
    return found.end() if found else len(text)
