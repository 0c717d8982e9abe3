"""
Our block in TOML and JSON front matter: put in, replaced or taken out; every other byte stays as it was.

It is only found in the form that is written here, so whatever else stands under its name is somebody's own. That all
other values read as before is checked with a parser each time.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recommender.bounds import LENIENT_JSON, read_json
from recommender.content.front_matter import FrontMatter, read_toml
from recommender.content.wording import say
from recommender.errors import WriteError
from recommender.writing.seen import NotOursError
from recommender.writing.values import json_line, key, scalar, stamp

_TABLE = re.compile(r"(?m)^[ \t]*\[")
_EXTRA = re.compile(r"(?m)^[ \t]*\[extra\][ \t]*(?:#.*)?\r?\n")
_SCORED_TABLE = re.compile(r"\{.*\bscore = (?:0|1)(?:\.\d+)? \},|(?:\".*\"|\d+), # [01]\.\d\d")

Entries = Sequence[tuple[Any, float]]


def splice_toml(whole: str, place: FrontMatter, name: str, entries: Entries, where: str, *, in_extra: bool) -> str:
    """
    The TOML of a file's front matter with our block in it, or none where there are no entries.

    Entries are mappings or texts, each with its score. `in_extra` says whether the name belongs into the table
    ``extra``, as Zola has it; so it does where there is such a table. WriteError where something else stands under the
    name, or no place is found in which all else reads as before.
    """
    written = whole[place.start : place.end]
    end = place.line_end
    in_extra = in_extra or bool(_EXTRA.search(written))
    old = re.search(rf"(?m)^{re.escape(key(name))} = \[\r?\n(?P<items>(?:  [^\r\n]*\r?\n)*)\]\r?\n", written)
    if old and not all(_SCORED_TABLE.fullmatch(line.strip()) for line in old["items"].splitlines()):
        old = None
    bare = written[: old.start()] + written[old.end() :] if old else written
    start, stop = place.start, place.start + len(bare)
    values = read_toml(whole[:start] + bare, FrontMatter(end, start, stop, stop), where)
    extra = values.get("extra")
    taken = {**extra, **values} if isinstance(extra, Mapping) else values
    if name in taken:
        raise NotOursError(where, name, say(taken[name]))
    if not entries:
        made = f"{_MADE}{end}[extra]"
        if old and bare.rstrip().endswith(made) and values.get("extra") == {}:
            bare = bare[: bare.rindex(made)]
        return bare
    items = "".join(f"  {_item(entry, score)}{end}" for entry, score in entries)
    block = f"{key(name)} = [{end}{items}]{end}"
    ours = {name: [_toml_value(entry) for entry, _ in entries]}
    expected = {**values, "extra": {**values.get("extra", {}), **ours}} if in_extra else {**values, **ours}
    for position, before in [(old.start(), "")] if old else _positions(bare, end, in_extra=in_extra):
        new = bare[:position] + before + block + bare[position:]
        try:
            if tomllib.loads(new) == expected:
                return new
        except tomllib.TOMLDecodeError:
            continue
    raise WriteError(f"{where}: no place is found for {name} in the TOML. The file is as it was. Use --write data.")


#: Above a table that was made for our block.
_MADE = "# for suggestions"


def _positions(written: str, end: str, *, in_extra: bool) -> Iterator[tuple[int, str]]:
    """Where a new block may stand, with what comes before it: at the end of its table, before the next one opens."""
    start = 0
    if in_extra:
        opening = _EXTRA.search(written)
        if opening is None:
            yield len(written), f"{_MADE}{end}[extra]{end}"
            return
        start = opening.end()
    for table in _TABLE.finditer(written, start):
        # Comments and blank lines above a table are about it.
        above = re.search(r"(?:(?:^|(?<=\n))[ \t]*(?:#[^\n]*)?\n)*\Z", written[start : table.start()])
        yield start + (above.start() if above else table.start() - start), ""
    yield len(written), ""


def splice_json(whole: str, place: FrontMatter, name: str, entries: Entries, where: str) -> str:
    """The JSON of a file's front matter with our block in it; parameters and errors as in `splice_toml`."""
    written = whole[place.start : place.end]
    end = place.line_end
    old = re.search(
        rf"(?P<comma>,?){end}(?P<indent>[ \t]*){re.escape(json_line(name))}: \[{end}"
        rf"(?:(?P=indent)  (?:\{{.*\"score\": [\d.e-]+\}}|\".*\"|\d+),?{end})*(?P=indent)\](?=\s*[,}}])",
        written,
    )
    bare = written[: old.start()] + written[old.end() :] if old else written
    try:
        values = read_json(bare, LENIENT_JSON)
    except ValueError:
        raise WriteError(f"{where}: {name} does not stand as it is written here. Take it out.") from None
    if name in values:
        raise NotOursError(where, name, say(values[name]))
    if not entries:
        return bare
    first = re.search(r"[\r\n]([ \t]+)\"", bare)
    indent = first[1] if first else "  "
    items = [json.dumps(entry, ensure_ascii=False, default=stamp) for entry, _ in entries]
    last = len(bare[:-1].rstrip())
    position = old.start() if old else last
    comma = "," if (values and position == last) or (old and old["comma"]) else ""
    lines = f",{end}".join(f"{indent}  {item}" for item in items)
    block = f"{comma}{end}{indent}{json_line(name)}: [{end}{lines}{end}{indent}]"
    new = bare[:position] + block + bare[position:]
    if read_json(new, LENIENT_JSON) != {**values, name: list(map(json.loads, items))}:
        raise WriteError(f"{where}: no place is found for {name} in the JSON. The file is as it was. Use --write data.")
    return new


def _toml_value(value: Any) -> Any:
    """What TOML reads a value as: it has no word for nothing."""
    if isinstance(value, Mapping):
        return {name: _toml_value(item) for name, item in value.items() if item is not None}
    return value


def _item(entry: Any, score: float) -> str:
    return f"{_inline(entry)}," if isinstance(entry, Mapping) else f"{json_line(entry)}, # {score:.2f}"


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        members = (f"{key(name)} = {_inline(item)}" for name, item in value.items() if item is not None)
        return f"{{ {', '.join(members)} }}"
    return scalar(value)
