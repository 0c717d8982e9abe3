"""
Front matter as a YAML parser sees it: what stands under our name; and our block in it, byte for byte.

What stands under our name is only ours where it looks like what we write. Anything else is somebody's own.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml

from recommender.content.front_matter import FrontMatter
from recommender.content.related_lists import ENTRY_NAMES
from recommender.content.wording import say
from recommender.errors import FrontMatterError, WriteError
from recommender.yaml import LINE_END, parse_events, read_yaml

#: Names in an entry of ours: those that sites use, in lower case. The score is what no site writes by itself.
_NAMES = frozenset(part.lower() for names in ENTRY_NAMES.values() for name in names for part in name.split("."))
#: What is left of the line of a plain text of ours without the text: a dash, and the score as a comment.
_SCORED = re.compile(r"[ ]*-[ ]+#[ ][01]\.\d\d[ ]*")
#: The indent of a line that is neither blank nor a comment.
_CONTENT = re.compile(r"(?<![^\r\n])([ ]*)(?=[^\s#])")
_QUOTED = r"""\"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\r\n]|'')*'"""
_KEY = re.compile(rf"(?:{_QUOTED}|[^\s\"'\[\]{{}},#&*!|>%@`?:-][^\r\n:]*|[?:-][^\s][^\r\n:]*)[ \t]*:(?=\s)")


class NotOursError(WriteError):
    """What stands under our name is not a block of ours."""

    def __init__(self, where: str, name: str, held: str) -> None:
        super().__init__(
            f"{where}: {name} holds {held}, expected suggestions just as they are written here. What editors wrote is "
            "never replaced: give it another name or take it out, or choose another writing.front_matter_name."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where our name stands, and what stands under it."""

    line: int  #: The number of its line in the file.
    #: It is ``text[start:end]``, in whole lines.
    start: int
    end: int
    value: Any  #: What it means; None where it is empty, or where `is_tied`.
    is_tied: bool  #: Whether it has an anchor, an alias or a tag, so that it may mean more than it says.
    rest: str  #: Its text without the names and values: indents, dashes, colons, comments.

    @property
    def is_empty(self) -> bool:
        """Whether nothing is lost with it."""
        return not self.is_tied and (self.value is None or self.value in ([], "")) and "#" not in self.rest

    def is_ours(self, names: Collection[str]) -> bool:
        """Whether it looks like a block of ours, whichever shape the site's entries had when it was written."""
        if self.is_tied or not isinstance(self.value, list) or not self.value:
            return False
        if all(type(item) in (str, int) for item in self.value):
            name, *lines = LINE_END.split(self.rest.rstrip("\r\n"))
            return "#" not in name and len(lines) == len(self.value) and all(map(_SCORED.fullmatch, lines))
        known = _NAMES.union(part.lower() for name in names for part in name.split("."))
        return "#" not in self.rest and all(_is_entry(item, known) for item in self.value)

    def __str__(self) -> str:
        """What it holds, in the words of messages."""
        if self.is_tied:
            return "an anchor, an alias or a tag"
        return "a comment" if self.value is None else say(self.value)


@dataclass(frozen=True, slots=True)
class Seen:
    """A file, and where its YAML has our name."""

    text: str  #: A whole file.
    front: FrontMatter
    name: str  #: Ours.
    where: str  #: The file, as messages name it.
    place: Place | None  #: Where our name stands.

    def with_block(self, block: str) -> bytes:
        """
        The file with a block in the place of ours, or without one for ""; every other byte as it was.

        The block is YAML lines, the first with our name, line ends LF; they are written with the file's. A new block
        goes just before the closing line; one that is there is replaced where it stands. Blank lines and comments after
        it are not part of it. WriteError where ours cannot be replaced, FrontMatterError where no block can be added,
        for the front matter is not written as lines of names.
        """
        place, content = self.place, _CONTENT.search(self.text, self.front.start, self.front.end)
        start, end = (place.start, place.end) if place else (self.front.end, self.front.end)
        own_line = re.compile(rf"(?<![^\r\n])[ ]*([\"']?){re.escape(self.name)}\1[ \t]*:(?=\s)")
        if place and not own_line.match(self.text, start):
            raise WriteError(
                f"{self.where}:{place.line}: {self.name} cannot be replaced where it stands. The file is as it was. "
                "Begin a line with it and end it with a colon, or take it out."
            )
        if block and not place and content is not None and not _KEY.match(self.text, content.end()):
            raise FrontMatterError(
                f"{self.where}: front matter is not written as lines of names, so {self.name} cannot be added. "
                "Write lines such as name: value."
            )
        indent, line_end = content[1] if content else "", self.front.line_end
        if line_end == "\r" and self.text.startswith("\n", end):
            # The two would be one, and the blank line of which the second is the end would go with our block.
            line_end = "\n"
        lines = block.rstrip("\n").split("\n") if block else ()
        new = "".join(f"{indent if line else ''}{line}{line_end}" for line in lines)
        return f"{self.text[:start]}{new}{self.text[end:]}".encode()


def see(text: str, front: FrontMatter, name: str, where: str) -> Seen:
    """Where the parser sees our name; FrontMatterError where it is no YAML, WriteError where our name stands twice."""
    first_line = len(LINE_END.findall(text, 0, front.start)) + 1
    #: The names and the values of the outermost mapping by turns, each with all of its events.
    nodes: list[list[Any]] = []
    depth = 0
    for event in parse_events(text[front.start : front.end], where, first_line=first_line):
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            nodes.append([event])
        elif depth:
            nodes[-1].append(event)
        depth += isinstance(event, yaml.CollectionStartEvent)
    ours = [
        [*key, *value]
        for key, value in zip(nodes[::2], nodes[1::2], strict=False)
        if getattr(key[0], "value", None) == name
    ]
    places = [_place(text, front.start, events, name, where) for events in ours]
    if len(places) > 1:
        raise WriteError(
            f"{where}:{places[1].line}: {name} stands twice, first in line {places[0].line}. Take one out."
        )
    return Seen(text, front, name, where, places[0] if places else None)


def _place(text: str, origin: int, events: list[Any], name: str, where: str) -> Place:
    """The place that the events of our name and its value make."""
    mark = events[0].start_mark
    start = origin + mark.index - mark.column
    # What begins and ends a block has no characters of its own, and is found where the next one begins.
    last = max(event.end_mark.index for event in events if event.end_mark.index > event.start_mark.index)
    # A text of several lines ends behind its last line end.
    line_end = LINE_END.search(text, origin + last - 1)
    end = line_end.end() if line_end else len(text)
    parts, position = [], start
    marks: list[Any] = [(event.start_mark, event.end_mark) for event in events if type(event) is yaml.ScalarEvent]
    for begins, ends in marks:
        parts.append(text[position : origin + begins.index])
        position = origin + ends.index
    rest = "".join(parts) + text[position:end]
    line = len(LINE_END.findall(text, 0, start)) + 1
    is_tied = any(getattr(event, "anchor", None) or getattr(event, "tag", None) for event in events)
    value = None if is_tied else read_yaml(text[start:end], where, first_line=line).get(name)
    return Place(line, start, end, value, is_tied, rest)


def _is_entry(item: object, names: Collection[str]) -> bool:
    """Whether this is an entry as we write them: the names of sites, and a score."""
    if not isinstance(item, dict):
        return False
    score = item.get("score")
    if not isinstance(score, int | float) or isinstance(score, bool) or not 0 <= score <= 1:
        return False
    outer = {name: value for name, value in item.items() if name != "score"}
    inner = [name for value in outer.values() if isinstance(value, dict) for name in value]
    return all(str(name).lower() in names for name in (*outer, *inner))
