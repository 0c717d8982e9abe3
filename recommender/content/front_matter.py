"""
Front matter: split off and parsed.

It is YAML between two lines of three dashes, TOML between plus signs, JSON in braces (Hugo) or up to a line of
semicolons (Hexo), YAML up to a line of dashes (Hexo), or headers up to a blank line (Pelican), up to a line of
underscores (Bear Blog) or in a comment (Nikola).
"""

import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from recommender import bounds
from recommender.errors import FrontMatterError
from recommender.yaml import LINE_END, parse_events, read_yaml

#: What the values are written in; members are those of a JSON object without its braces.
Syntax = Literal["yaml", "toml", "json", "members", "headers", "properties"]

#: Blanks that editors, and people who write Japanese, type for the plain one.
_BLANKS = " \t\u00a0\u2007\u202f\u3000"
#: Blanks, and a line end or the end of the text.
_REST_OF_LINE = rf"[{_BLANKS}]*(?:\r\n|\n|\r|\Z)"
_TOML_PLACE = re.compile(r"at line (\d+)")
_JSON_OBJECT = re.compile(r"\{\s*[\"}]")
_HEXO_JSON = re.compile(rf";;;+{_REST_OF_LINE}")
#: Hexo lets the opening line out.
_HEXO_CLOSING = re.compile(rf"(?<![^\r\n])(?P<mark>---+|;;;+){_REST_OF_LINE}")
_HEXO_YAML = re.compile(r"[A-Za-z][\w-]*[ ]*:[ \r\n]")
#: Headers as in e-mail, up to the first blank line, as Pelican and MultiMarkdown have them, or up to a line of
#: underscores, as Bear Blog does; Nikola's are in a comment, behind two dots.
_COMMENT = re.compile(rf"<!--{_REST_OF_LINE}(?=\.\.[ \t]+\w+:)")
_UNDERSCORES = re.compile(rf"___+{_REST_OF_LINE}")
_TITLE = re.compile(r"^\"?title\"?[ ]*:", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(rf"(?:\.\.[ \t]+)?(?P<name>[^\W\d][\w -]*?)[{_BLANKS}]*(?:::|[:：])[{_BLANKS}]*(?P<value>.*)")
#: Logseq's properties: a word, two colons and a blank; std::vector is none.
_PROPERTIES = re.compile(r"(?>(?:[^\W\d][\w-]*+::[ \t]++[^\r\n]*+(?:\r\n|\n|\r|\Z))+)")
#: Some generators let the opening line say what the values are written in: ---toml.
_OPENING = re.compile(rf"(?:---(?P<syntax>ya?ml|toml|json)?|(?P<plus>\+\+\+)){_REST_OF_LINE}")
_SYNTAXES: Mapping[str | None, Syntax] = {None: "yaml", "yml": "yaml", "yaml": "yaml", "toml": "toml", "json": "json"}
#: Blank lines and comments, but for Nikola's.
# Atomic groups: Python before 3.11.5 takes too much by possessive ones of several parts (python/cpython#106052).
_ABOVE = re.compile(
    rf"(?>(?:(?>(?:[{_BLANKS}]|<!--(?!\s*\.\.\s)(?s:(?>(?:(?!-->).)*))-->)*)(?:\r\n|\n|\r))+)(?=---|\+\+\+)"
)
_NAME = re.compile(rf"(?<![^\r\n])[{_BLANKS}{{]*+(?P<name>[\"']?[^\W\d][\w.-]*+[\"']?)[{_BLANKS}]*+[:：=]")
_CLOSING_PLUS = re.compile(rf"[\r\n](?P<line>\+\+\+{_REST_OF_LINE})")
_CLOSING_LINE = rf"(?P<line>(?:---|\.\.\.){_REST_OF_LINE})"
#: A pattern that begins with one character, and not with one of two, is found ten times faster.
_CLOSING, _CLOSING_WITH_CR = re.compile(rf"\n{_CLOSING_LINE}"), re.compile(rf"[\r\n]{_CLOSING_LINE}")
_ODD = re.compile(f"[{_BLANKS[2:]}：]")
_ODD_INDENT = re.compile(rf"(?<![^\r\n])[ ]*[{_BLANKS[2:]}][{_BLANKS}]*")
#: A name at the start of a line; deeper, it could stand in a text of several lines.
_ODD_NAME = re.compile(
    rf"(?<![^\r\n])([\w-]+)[ {_BLANKS[2:]}]*(?:：[ {_BLANKS[2:]}]*|:[ ]*[{_BLANKS[2:]}][ {_BLANKS[2:]}]*)"
)

#: A value that begins with a wiki link and goes on.
_WIKI_LINKS = re.compile(
    r"(?m)^(?P<start>[ ]*(?:- |[\w-]+:[ ]+))(?P<value>\[\[[^][\r\n\"\\]+\]\],?[ ]*[^\s,#:\]\"\\][^\r\n\"\\]*)\r?$"
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where a text's front matter lies; the offsets count characters."""

    line_end: str  #: Of the opening line: LF, CRLF or CR.
    start: int  #: The values are ``text[start:end]``.
    end: int  #: The start of the closing line, where there is one.
    body: int  #: The body is ``text[body:]``.
    syntax: Syntax = "yaml"


def split(text: str, where: str = "text") -> FrontMatter | None:
    """
    Where the front matter of a text lies, or None where it has none.

    FrontMatterError if it is never closed, or longer than anybody writes.

    A byte order mark, any line end, blanks after the dashes and ``...`` as the closing line are fine; so are blank
    lines, as Hugo takes them, and comments above the opening one, where there is a title or several names: a text may
    begin with a rule. The first closing line ends it; three dashes in the body are the body's.
    """
    place = _place(text, where)
    if place and place.end - place.start > bounds.LONGEST_FRONT_MATTER:
        raise FrontMatterError(
            f"{where}: front matter has {place.end - place.start:,} characters, of at most "
            f"{bounds.LONGEST_FRONT_MATTER:,}. Shorten its lists, or move long texts into the body."
        )
    return place


def _place(text: str, where: str) -> FrontMatter | None:
    origin = 1 if text.startswith("\ufeff") else 0
    above = _ABOVE.match(text, origin)
    opening = _OPENING.match(text, above.end() if above else origin)
    if opening is None:
        return _split_other(text, origin)
    pattern = _CLOSING_PLUS if opening["plus"] else _CLOSING_WITH_CR if "\r" in text else _CLOSING
    closing = pattern.search(text, opening.end() - 1)
    if closing is None:
        if above:
            return None
        signs = "plus signs" if opening["plus"] else "dashes"
        raise FrontMatterError(
            f"{where}: front matter opens at line 1 and is never closed. End it with a line of three {signs}."
        )
    start, end = opening.end(), closing.start("line")
    if above and not _has_names(text, start, end):
        return None
    syntax = "toml" if opening["plus"] else _SYNTAXES[opening["syntax"]]
    end = start + len(text[start:end].rstrip()) if syntax == "json" else end
    return FrontMatter(_line_end(opening[0]), start, end, closing.end(), syntax)


def _has_names(text: str, start: int, end: int) -> bool:
    """Whether a title is among the names of what stands between two lines of dashes, or several names are."""
    names = [found["name"].strip("\"'").lower() for found in _NAME.finditer(text, start, end)]
    return len(names) > 1 or names == ["title"]


def _split_other(text: str, origin: int) -> FrontMatter | None:
    """Where front matter lies that does not begin with three dashes or plus signs."""
    if (opening := _COMMENT.match(text, origin)) and (end := text.find("-->", opening.end())) > 0:
        return FrontMatter(_line_end(opening[0]), opening.end(), end, _next_line(text, end + 3), "headers")
    if _JSON_OBJECT.match(text, origin):
        try:
            _, end = bounds.LENIENT_JSON.raw_decode(text, origin)
        except (ValueError, RecursionError):
            end = len(text)  # what is wrong is told when it is read
        return FrontMatter(_line_end(text), origin, end, _next_line(text, end), "json")
    start = origin
    if opening := _HEXO_JSON.match(text, origin):
        start = opening.end()
    elif not _HEXO_YAML.match(text, origin) and not text.startswith('"', origin):
        return _headers(text, origin)
    closing = _HEXO_CLOSING.search(text, start)
    if closing is not None:
        syntax: Syntax = "members" if closing["mark"][0] == ";" else "yaml"
        place = FrontMatter(_line_end(text[start:]), start, closing.start(), closing.end(), syntax)
        if opening or _has_title(text, place):
            return place
    return _headers(text, origin)


def _has_title(text: str, place: FrontMatter) -> bool:
    """Whether what stands above a line of dashes is front matter, and no text above a rule."""
    if place.end - place.start > bounds.LONGEST_FRONT_MATTER:
        return bool(_TITLE.search(text, place.start, place.start + bounds.LONGEST_FRONT_MATTER))
    try:
        values = (_read_json if place.syntax == "members" else read)(text, place, "")
    except FrontMatterError:
        # What is YAML and refused all the same, for too many values for one, is told of when it is read.
        is_yaml = _is_yaml(plain_blanks(text[place.start : place.end]))
        return is_yaml and bool(_TITLE.search(text, place.start, place.end))
    return any(str(name).lower() == "title" for name in values)


def _headers(text: str, origin: int) -> FrontMatter | None:
    """Where headers lie that give a title, or properties of Logseq; a text may begin with words and a colon."""
    end, has_title = origin, False
    for line in text[origin:].splitlines(keepends=True):
        if not line.strip() or _UNDERSCORES.match(line):
            break
        found = _HEADER.match(line)
        if found is None and (end == origin or line[0] not in _BLANKS):
            has_title = False
            break
        has_title |= found is not None and found["name"].lower() == "title" and bool(found["value"].strip())
        end += len(line)
    if not has_title:
        properties = _PROPERTIES.match(text, origin)
        if properties is None:
            return None
        end = properties.end()
    underscores = _UNDERSCORES.match(text, end)
    body = underscores.end() if underscores else _next_line(text, end)
    return FrontMatter(_line_end(text), origin, end, body, "headers" if has_title else "properties")


def _line_end(text: str) -> str:
    """The first line end of a text; LF where it has none."""
    found = LINE_END.search(text)
    return found[0] if found else "\n"


def _next_line(text: str, position: int) -> int:
    """Where the next line begins, if nothing but blanks comes before it; else the position itself."""
    rest = re.compile(_REST_OF_LINE).match(text, position)
    return rest.end() if rest else position


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
    """The values of a file's front matter, empty where it has none; FrontMatterError where it cannot be used."""
    place = split(text, where)
    return read(text, place, where) if place else {}


def read(text: str, place: FrontMatter, where: str, warnings: list[str] | None = None) -> dict[str, Any]:
    """The values of the front matter that lies in a place; `warnings` takes a sentence a name that stands twice."""
    if place.syntax in ("headers", "properties"):
        return _read_headers(text, place)
    if place.syntax != "yaml":
        values = (read_toml if place.syntax == "toml" else _read_json)(text, place, where)
        # A value takes two characters at least: most front matter need not be counted.
        if place.end - place.start > bounds.MOST_VALUES and bounds.has_too_many_values(values):
            raise FrontMatterError(
                f"{where}: front matter has more than {bounds.MOST_VALUES:,} values. Shorten a list."
            )
        return values
    first_line = len(LINE_END.findall(text, 0, place.start)) + 1
    return read_yaml(readable(text, place), where, first_line=first_line, warnings=warnings)


def readable(text: str, place: FrontMatter) -> str:
    """YAML front matter as it is read: where wiki links, [[Tea]], [[Cup]], make it none, with quotes around them."""
    written = plain_blanks(text[place.start : place.end])
    quoted = _WIKI_LINKS.sub(r'\g<start>"\g<value>"', written) if "]]" in written else written
    if quoted == written or _is_yaml(written):
        return written
    return quoted if _is_yaml(quoted) else written


def _is_yaml(text: str) -> bool:
    try:
        deque(parse_events(text, ""), maxlen=0)
    except FrontMatterError:
        return False
    return True


def read_toml(text: str, place: FrontMatter, where: str) -> dict[str, Any]:
    """The values of a text's TOML front matter; FrontMatterError, with the line, for what is not TOML."""
    try:
        return bounds.read_toml(text[place.start : place.end])
    except ValueError as error:
        message, _, _ = str(error).partition(" (at ")
        found = _TOML_PLACE.search(str(error))
        n_before = len(LINE_END.findall(text, 0, place.start if found else place.end))
        line = n_before + (int(found[1]) if found else 1)
        said, cure = message[:1].lower() + message[1:], "Mend the line."
        name, equals, _ = LINE_END.split(text)[line - 1].partition("=")
        if "overwrite" in said and equals:
            said, cure = f"{name.strip()[:60]} stands twice", "Take one out."
        raise FrontMatterError(f"{where}:{line}: is not TOML: {said}. {cure}") from None


def _read_json(text: str, place: FrontMatter, where: str) -> dict[str, Any]:
    written = text[place.start : place.end]
    if place.syntax == "members":
        written = f"{{{written.rstrip().removesuffix(',')}}}"
    n_before = len(LINE_END.findall(text, 0, place.start))
    try:
        values = bounds.read_json(written, bounds.LENIENT_JSON)
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        raise FrontMatterError(f"{where}:{n_before + error.lineno}: is not JSON: {said}. Mend the line.") from None
    except ValueError as error:
        raise FrontMatterError(f"{where}:{n_before + 1}: {error}. Mend that.") from None
    return dict(values) if isinstance(values, Mapping) else {}


def _read_headers(text: str, place: FrontMatter) -> dict[str, Any]:
    """Names and texts of headers; a name that stands several times has a list, indented lines go on with a text."""
    values: dict[str, list[list[str]]] = {}
    lines: list[str] = []
    for line in filter(str.strip, text[place.start : place.end].splitlines()):
        if (found := _HEADER.match(line)) and line[0] not in _BLANKS:
            lines = [found["value"].strip()]
            values.setdefault(found["name"], []).append(lines)
        else:
            lines.append(line.strip())
    told = {name: ["\n".join(lines).strip() for lines in texts] for name, texts in values.items()}
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in told.items()}


def plain_blanks(text: str) -> str:
    """YAML with plain blanks and colons behind its names, where an editor or a Japanese keyboard made others."""
    if _ODD.search(text) is None:
        return text
    # Only the lines that have one: in a long text a pattern would look at all the others too.
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not line.isascii() and _ODD.search(line):
            lines[number] = _ODD_NAME.sub(r"\1: ", _ODD_INDENT.sub(lambda blanks: " " * len(blanks[0]), line))
    return "\n".join(lines)


@lru_cache(maxsize=16)  # of one article's values thousands may be told of
def key_line(text: str, place: FrontMatter, name: str) -> int:
    """The line of the file on which a top-level name stands; the first line of values where it is not found."""
    # Those of JSON are indented, and Nikola's stand behind two dots. A dot of a name can go into a mapping.
    above = "[ \\t]*" if place.syntax in ("json", "members") else r"(?:\.\.[ \t]+)?"
    names = f"(?:{re.escape(name)}|{re.escape(name.partition('.')[0])})"
    pattern = re.compile(rf"(?<![^\r\n]){above}[\"']?{names}[\"']?[{_BLANKS}]*[:：=]", re.IGNORECASE)
    found = pattern.search(text, place.start, place.end)
    return len(LINE_END.findall(text, 0, found.start() if found else place.start)) + 1
