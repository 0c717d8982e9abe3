"""
A block in each article's front matter, in the shape of the site's own curated entries.

Every other byte of a file stays: quotes, comments, order, line ends. Each new file is compared with the old one before
it may take its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from recommender.articles import Corpus
from recommender.content import front_matter
from recommender.content.fields import USUAL_NAMES
from recommender.content.yaml_values import parse_events, read_yaml
from recommender.errors import RecommenderError, WriteError
from recommender.settings import Settings
from recommender.suggestions import Suggestion
from recommender.writing.atomic import FileChange, plan_change
from recommender.writing.plan import Answer, Plan
from recommender.writing.values import scalar, text, writable

__all__ = ["plan_front_matter", "render_block"]

# A name that YAML reads as a text without quotes.
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_NOT_A_NAME = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def plan_front_matter(
    corpus: Corpus, site: Path, answers: Iterable[Answer], settings: Settings, output: Path | None = None
) -> Plan:
    """
    The block in each article's file; an article without suggestions has its block taken out.

    Raises
    ------
    WriteError
        The site is a file of lines, the block has the name of something that the editors write, or another file was
        named for it.
    """
    if output is not None:
        raise WriteError(f"{output}: front matter is written into the articles. Leave --output out, or --write data.")
    if not site.is_dir():
        raise WriteError(f"{site}: lines have no front matter to write into. Use --write data or --write jsonl.")
    name = settings.writing.front_matter_name
    _check_name(name, corpus)
    changes: list[FileChange] = []
    problems: list[RecommenderError] = []
    files: dict[Path, str] = {}
    for answer in answers:
        article = corpus[answer.article_id]
        try:
            change = plan_change(site / article.path, _Maker(article.path, name, answer.suggestions), files)
        except RecommenderError as error:
            problems.append(error)
        else:
            changes.extend([change] if change else [])
    return Plan(tuple(changes), tuple(problems), files)


def render_block(name: str, suggestions: Sequence[Suggestion]) -> str:
    """
    The block as lines of YAML; "" without suggestions.

    Texts are in double quotes and so mean themselves, whatever YAML would make of them bare. Where the site's lists are
    plain texts, the score stands behind each as a comment, for the editor.
    """
    if not suggestions:
        return ""
    lines = [f"{_name(name)}:"]
    for suggestion in suggestions:
        entry = _entry(suggestion)
        if isinstance(entry, str):
            lines.append(f"  - {text(entry)} # {suggestion.score:.2f}")
        else:
            lines.extend(f"  {'- ' if at == 0 else '  '}{line}" for at, line in enumerate(_mapping(entry)))
    return "\n".join(lines) + "\n"


class _Maker:
    """Makes the file that should be from the file that is."""

    def __init__(self, path: str, name: str, suggestions: Sequence[Suggestion]) -> None:
        self.path = path
        self.name = name
        self.suggestions = suggestions

    def __call__(self, before: bytes | None) -> bytes:
        if before is None:
            raise WriteError(f"{self.path}: was removed after it was read, so nothing is written.")
        block = render_block(self.name, self.suggestions)
        if self._stands(before, block):
            return before
        after = front_matter.splice(before, self.name, block or None, self.path)
        if after != before:
            self._verify(before, after, block)
        return after

    def _stands(self, before: bytes, block: str) -> bool:
        """
        Whether the file has this block already, where a new one is put, and nothing else of its name.

        So it is with nearly every file of a second run, and looking is a hundred times as fast as splicing. A file of
        which this cannot be told at a glance is spliced.
        """
        n_names = before.count(self.name.encode())
        if not block:
            return n_names == 0
        front_end = before.find(b"\n---", 3) + 1
        return n_names == 1 and before[:front_end].endswith(f"\n{block}".encode())

    def _verify(self, before: bytes, after: bytes, block: str) -> None:
        """Raise WriteError unless the block is all that differs, and YAML reads our entries in it."""
        whole = after if block else before
        # NB taking blocks out is slow beside looking for the name, and most files that get one had none.
        had_one = block and self.name.encode() in before
        bare = front_matter.splice(before, self.name, None, self.path) if had_one else before if block else after
        text = whole.decode()
        first, last = self._place(text)
        end = first + len(text) - len(bare.decode())
        if end > last or (text[:first] + text[end:]).encode() != bare:
            raise WriteError(
                f"{self.path}: {self.name} cannot be written without changing how the rest of the front matter reads. "
                "The file is as it was. Write the front matter as plain lines of names."
            )
        if not block:
            return
        expected = {self.name: [_entry(suggestion) for suggestion in self.suggestions]}
        if text[first:end].split() != block.split() or read_yaml(block, self.path) != expected:
            raise WriteError(
                f"{self.path}: the entries of {self.name} would not be read back as they are. The file is as it was. "
                "Please report this with the file: it is a fault of this program."
            )

    def _place(self, text: str) -> tuple[int, int]:
        """
        Where the parser sees our block: the start of its line, and the start of the next name or the end.

        That it sees our name between other names, and goes on with the next one, is what shows that the block stands
        outside of every other value, and that these read as they did without it.
        """
        front = front_matter.split(text, self.path)
        if front is None:
            raise WriteError(f"{self.path}: has no front matter, so nothing is written.")
        starts: list[int] = []
        last = front.end
        depth, is_key = 0, True
        for event in parse_events(text[front.start : front.end], self.path, first_line=2):
            kind = type(event)
            if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                depth -= 1
                continue
            if depth == 1 and isinstance(event, yaml.NodeEvent):
                mark: Any = event.start_mark
                if is_key and getattr(event, "value", None) == self.name:
                    starts.append(front.start + mark.index - mark.column)
                elif is_key and starts:
                    last = min(last, front.start + mark.index)
                is_key = not is_key
            if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                depth += 1
        if len(starts) != 1:
            raise WriteError(
                f"{self.path}: {self.name} stands {len(starts)} times in the front matter. The file is as it was. "
                "Leave one of them, or none."
            )
        return starts[0], last


def _check_name(name: str, corpus: Corpus) -> None:
    """Refuse a name under which the articles keep something else, or sites usually do: it is the editors'."""
    recognised = corpus.reading.recognised if corpus.reading else {}
    for names in (USUAL_NAMES, recognised):
        for field, used in names.items():
            if name.lower() in {other.partition(".")[0].lower() for other in used}:
                raise WriteError(
                    f"writing.front_matter_name is {name!r}, where the articles keep their {field}; what editors wrote "
                    "is never replaced. Choose a name of its own, such as suggested_related."
                )


def _entry(suggestion: Suggestion) -> dict[str, Any] | str:
    """The related entry with its date as a date, which is how sites write theirs: without quotes."""
    entry = writable(suggestion.as_related_entry())
    if isinstance(entry, str):
        return entry
    date_name = suggestion.shape.names.get("published_at")
    if date_name and suggestion.published_at:
        outer, _, inner = date_name.partition(".")
        holder = entry[outer] if inner else entry
        holder[inner or outer] = suggestion.published_at.astimezone(UTC).replace(microsecond=0)
    return dict(entry)


def _mapping(entry: dict[str, Any]) -> Iterator[str]:
    """A mapping as lines of YAML."""
    for key, value in entry.items():
        if isinstance(value, dict):
            yield f"{_name(key)}:"
            yield from (f"  {line}" for line in _mapping(value))
        elif isinstance(value, datetime):
            yield f"{_name(key)}: {value.isoformat().replace('+00:00', 'Z')}"
        else:
            yield f"{_name(key)}: {scalar(value)}"


def _name(key: str) -> str:
    """A key, in quotes where YAML would not read it as the text it is."""
    is_plain = _PLAIN_NAME.fullmatch(key) and key.lower() not in _NOT_A_NAME
    return key if is_plain else text(key)
