"""Front matter in other syntaxes than YAML between dashes: where it lies, and its values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from recommender import bounds
from recommender.content.yaml import LINE_END, read_yaml
from recommender.errors import FrontMatterError

#: Blanks that editors, and people who write Japanese, type for the plain one.
BLANKS = " \t\u00a0\u2007\u202f\u3000"
#: Blanks, and a line end or the end of the text.
REST_OF_LINE = rf"[{BLANKS}]*(?:\r\n|\n|\r|\Z)"
_TOML = re.compile(rf"\+\+\+{REST_OF_LINE}")
_TOML_CLOSING = re.compile(rf"(?<![^\r\n])\+\+\+{REST_OF_LINE}")
_TOML_PLACE = re.compile(r"at line (\d+)")
_JSON_OBJECT = re.compile(r"\{\s*[\"}]")
_HEXO_JSON = re.compile(rf";;;+{REST_OF_LINE}")
#: Hexo lets the opening line out.
_HEXO_CLOSING = re.compile(rf"(?<![^\r\n])(?P<mark>---+|;;;+){REST_OF_LINE}")
_HEXO_YAML = re.compile(r"[A-Za-z][\w-]*[ ]*:[ \r\n]")
#: Headers as in e-mail, up to the first blank line, as Pelican and MultiMarkdown have them; Nikola's are in a comment,
#: behind two dots.
_COMMENT = re.compile(rf"<!--{REST_OF_LINE}(?=\.\.[ \t]+\w+:)")
_HEADER = re.compile(rf"(?:\.\.[ \t]+)?(?P<name>[^\W\d][\w -]*?)[{BLANKS}]*[:：][{BLANKS}]*(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where a text's front matter lies; the offsets count characters."""

    line_end: str  #: Of the opening line: LF, CRLF or CR.
    start: int  #: The values are ``text[start:end]``.
    end: int  #: The start of the closing line, where there is one.
    body: int  #: The body is ``text[body:]``.
    syntax: Literal["yaml", "toml", "json", "members", "headers"] = "yaml"  #: What the values are written in.


def line_end_of(text: str) -> str:
    """The first line end of a text; LF where it has none."""
    found = LINE_END.search(text)
    return found[0] if found else "\n"


def split_other(text: str, origin: int, where: str) -> FrontMatter | None:
    """
    Where front matter lies that does not begin with three dashes, or None; FrontMatterError if it is never closed.

    TOML between lines of plus signs, JSON in braces (Hugo) or up to a line of semicolons (Hexo), YAML up to a line of
    dashes (Hexo), and headers with a title up to a blank line (Pelican), or in a comment (Nikola).
    """
    if opening := _TOML.match(text, origin):
        closing = _TOML_CLOSING.search(text, opening.end())
        if closing is None:
            raise FrontMatterError(
                f"{where}: front matter opens at line 1 and is never closed. End it with a line of three plus signs."
            )
        return FrontMatter(line_end_of(opening[0]), opening.end(), closing.start(), closing.end(), "toml")
    if (opening := _COMMENT.match(text, origin)) and (end := text.find("-->", opening.end())) > 0:
        return FrontMatter(line_end_of(opening[0]), opening.end(), end, _next_line(text, end + 3), "headers")
    if _JSON_OBJECT.match(text, origin):
        end = _end_of_object(text, origin, where)
        return FrontMatter(line_end_of(text), origin, end, _next_line(text, end), "json")
    start = origin
    if opening := _HEXO_JSON.match(text, origin):
        start = opening.end()
    elif not _HEXO_YAML.match(text, origin) and not text.startswith('"', origin):
        return _headers(text, origin)
    closing = _HEXO_CLOSING.search(text, start)
    if closing is not None:
        syntax: Literal["yaml", "members"] = "members" if closing["mark"][0] == ";" else "yaml"
        place = FrontMatter(line_end_of(text[start:]), start, closing.start(), closing.end(), syntax)
        if opening or _has_title(text, place):
            return place
    return _headers(text, origin)


def _end_of_object(text: str, start: int, where: str) -> int:
    try:
        _, end = bounds.LENIENT_JSON.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _not_json(error, where, 0) from None
    except RecursionError:
        raise FrontMatterError(f"{where}:1: values are nested too deep. Close a bracket.") from None
    except ValueError as error:
        raise FrontMatterError(f"{where}:1: {error}. Shorten it.") from None
    return end


def _not_json(error: json.JSONDecodeError, where: str, n_before: int) -> FrontMatterError:
    said = error.msg[:1].lower() + error.msg[1:]
    return FrontMatterError(f"{where}:{error.lineno + n_before}: is not JSON: {said}. Mend the line.")


def _has_title(text: str, place: FrontMatter) -> bool:
    """Whether what stands above a line of dashes is front matter, and no text above a rule."""
    try:
        values = (
            read_json(text, place, "") if place.syntax == "members" else read_yaml(text[place.start : place.end], "")
        )
    except FrontMatterError:
        return False
    return any(str(name).lower() == "title" for name in values)


def _headers(text: str, origin: int) -> FrontMatter | None:
    """Where headers lie that give a title; a text may begin with words and a colon."""
    end, has_title = origin, False
    for line in text[origin:].splitlines(keepends=True):
        if not line.strip():
            break
        found = _HEADER.match(line)
        if found is None and (end == origin or line[0] not in BLANKS):
            return None
        has_title |= found is not None and found["name"].lower() == "title" and bool(found["value"].strip())
        end += len(line)
    if not has_title:
        return None
    return FrontMatter(line_end_of(text), origin, end, _next_line(text, end), "headers")


def _next_line(text: str, position: int) -> int:
    """Where the next line begins, if nothing but blanks comes before it; else the position itself."""
    rest = re.compile(REST_OF_LINE).match(text, position)
    return rest.end() if rest else position


def read_headers(text: str, place: FrontMatter) -> dict[str, Any]:
    """Names and texts of headers; a name that stands several times, or goes on in indented lines, has a list."""
    values: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text[place.start : place.end].splitlines():
        if (found := _HEADER.match(line)) and line[0] not in BLANKS:
            lines = values.setdefault(found["name"], [])
            lines.append(found["value"].strip())
        else:
            lines.append(line.strip())
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items()}


def read_json(text: str, place: FrontMatter, where: str) -> dict[str, Any]:
    """The values of JSON front matter, with or without braces; FrontMatterError, with the line, for what is none."""
    written = text[place.start : place.end]
    if place.syntax == "members":
        written = f"{{{written.rstrip().removesuffix(',')}}}"
    n_before = len(LINE_END.findall(text, 0, place.start))
    try:
        values = bounds.read_json(written, bounds.LENIENT_JSON)
    except json.JSONDecodeError as error:
        raise _not_json(error, where, n_before) from None
    except ValueError as error:
        raise FrontMatterError(f"{where}:{n_before + 1}: {error}. Mend that.") from None
    return dict(values) if isinstance(values, Mapping) else {}


def read_toml(text: str, place: FrontMatter, where: str) -> dict[str, Any]:
    """The values of a text's TOML front matter; FrontMatterError, with the line, for what is not TOML."""
    try:
        return bounds.read_toml(text[place.start : place.end])
    except ValueError as error:
        message, _, _ = str(error).partition(" (at ")
        found = _TOML_PLACE.search(str(error))
        # The first line of TOML is the second of the file.
        line = int(found[1]) + 1 if found else len(LINE_END.findall(text, 0, place.end)) + 1
        said = message[:1].lower() + message[1:]
        raise FrontMatterError(f"{where}:{line}: is not TOML: {said}. Mend the line.") from None
