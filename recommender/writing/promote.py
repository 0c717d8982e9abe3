"""
Decisions into curated lists: accepted articles are added, doubted entries taken out, every other byte as it was.

Only by an explicit request of an editor; nothing else here writes into a curated list.
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from recommender.articles import Article, Corpus, EntryShape
from recommender.bounds import Fence
from recommender.content import front_matter
from recommender.content.matching import EntryMatcher
from recommender.content.related_lists import read_entries
from recommender.content.urls import is_address
from recommender.content.wording import some
from recommender.errors import RecommenderError, WriteError
from recommender.suggestions import Reason, Suggestion
from recommender.writing.decisions import Decisions, at_places
from recommender.writing.front_matter import has_front_matter
from recommender.writing.plan import Plan
from recommender.writing.seen import see
from recommender.writing.values import entry_lines, entry_of, json_line, stamp
from recommender.yaml import LINE_END, LOADER, parse_events


def plan_promotion(
    corpus: Corpus,
    site: Path,
    decisions: Decisions,
    today: date,
    only: Iterable[str] | None = None,
    outside: Sequence[str] = (),
    matcher: EntryMatcher | None = None,
) -> Plan:
    """
    The curated lists as editors decided: what they accepted or pinned is added, what they took out is taken out.

    `only` has the ids of the articles whose lists may change, None: all; `outside` is the setting ``articles.outside``.
    A `matcher` of the corpus is given where there is one already: to make it takes as long as all else.
    """
    if not has_front_matter(site):
        raise WriteError(f"{site}: lists are promoted into front matter, and lines have none. Change them by hand.")
    matcher = matcher or EntryMatcher(corpus)
    fence = Fence.around(site, outside)
    found = corpus.reading.recognised.get("related", {})
    # Those under which the site keeps its lists, the commonest first.
    names = tuple(sorted(found, key=lambda name: -found[name])) or ("related",)
    plan = Plan()
    asked = {article for article, _ in decisions.by_pair} if only is None else set(only)
    known = set(corpus.ids)
    for article_id in sorted(asked & known):
        article, held = corpus[article_id], decisions.of(article_id, today)
        decided = sorted(held.values(), key=lambda one: (one.position or 0, one.candidate))
        accepted = (one for one in decided if one.verdict == "accept")
        # As in the box, but that scores are not known here. A list has no last day: what has one stays a decision.
        wished = at_places(accepted, ((one.position, one) for one in decided if one.verdict == "pin" and one.position))
        wished = [one for one in wished if not one.until]
        for one in wished:
            if one.candidate not in known:
                undo = f"Take the decision back: recommender decide SITE {article_id} {one.candidate} undo."
                cure = "Write it there by hand." if is_address(one.candidate) else undo
                said = f"{one.candidate} is no article of the site, so it is not brought into the list. {cure}"
                plan.problems.append(WriteError(f"{article.path}: {said}"))
        added = [corpus[one.candidate] for one in wished if one.candidate in known]
        removed = {one.candidate for one in decided if one.verdict == "remove" and not one.until}
        maker = _Maker(article, names, added, removed, matcher, corpus.entry_shape)
        if added or removed:
            try:
                plan.add(site / article.path, maker, fence)
            except RecommenderError as error:
                plan.problems.append(error)
    return plan


@dataclass(frozen=True)
class _Maker:
    """Makes the file that should be from the file that is."""

    article: Article
    names: Sequence[str]
    added: Sequence[Article]
    removed: set[str]
    matcher: EntryMatcher
    shape: EntryShape

    def __call__(self, before: bytes | None) -> bytes:
        path = self.article.path
        if before is None:
            raise WriteError(f"{path}: was removed after it was read, so nothing is written.")
        text = front_matter.decode(before, path)
        place = front_matter.split(text, path)
        if place is None:
            raise WriteError(f"{path}:1: has no front matter, so its list cannot change. Change it by hand.")
        if place.syntax != "yaml":
            raise WriteError(f"{path}: its front matter is not YAML, so its list is not written. Change it by hand.")
        yaml_text = text[place.start : place.end]
        try:
            # First, for it has limits.
            old = front_matter.parse(text, path)
            # Wiki links without quotes are read, and no YAML.
            deque(parse_events(yaml_text, path, len(LINE_END.findall(text, 0, place.start)) + 1), maxlen=0)
            name, node = self._list_node(yaml_text)
        except (yaml.YAMLError, ValueError) as error:
            raise WriteError(f"{path}: its front matter cannot be read ({error}), so nothing is written.") from None
        items = list(node.value) if isinstance(node, yaml.SequenceNode) else []
        read = [self._named(one) for one in old.get(name) or []] if items else []
        named = [one[0] if len(one) == 1 else None for one in read]
        groups = {article_id for one in read if len(one) > 1 for article_id in one}
        # An entry may name another article of the same address.
        there = {*named, *groups} - {None}
        kept = [number for number, article_id in enumerate(named) if article_id not in self.removed]
        entries = [_entry(one, self.shape) for one in self.added if one.id not in there]
        new = [entry for entry in entries if there.isdisjoint(self._named(entry))]
        listed = {self.matcher.match(entry, self.article).article_id for entry in self.article.related}
        if lost := sorted((self.removed & listed).difference(named)):
            raise WriteError(
                f"{path}: {some(lost)} cannot be taken out of its list: expected an entry of the list {name}, no group "
                "and no other list. The file is as it was. Take it out by hand."
            )
        if new and groups:
            raise WriteError(
                f"{path}: the list {name} has groups, and in which of them a new entry belongs is not known. The file "
                "is as it was. Add it by hand."
            )
        if not new and len(kept) == len(items):
            return before
        if node is None:
            after = see(text, place, name, path).with_block(f"{name}:\n{_block(new, 2)}")
        else:
            changed = _changed(yaml_text, node, kept, new, place.line_end, f"{path}: {name}")
            after = f"{text[: place.start]}{changed}{text[place.end :]}".encode()
        as_read = front_matter.parse(f"---\n{yaml.safe_dump({name: new}, allow_unicode=True)}---\n", path)[name]
        expected = {**old, name: [*((old.get(name) or [])[number] for number in kept), *as_read]}
        if front_matter.parse(after.decode(), path) != expected:
            raise WriteError(
                f"{path}: the list {name} cannot be changed without changing how the rest of the front matter reads. "
                "The file is as it was. Change the list by hand."
            )
        return after

    def _list_node(self, yaml_text: str) -> tuple[str, yaml.Node | None]:
        """The name of the article's list and where it stands; the site's usual name where it has none."""
        root = yaml.compose(yaml_text, Loader=LOADER)
        pairs = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
        name = next((name for name in self.names if name in pairs), self.names[0])
        outer, _, inner = name.partition(".")
        if inner:
            raise WriteError(
                f"{self.article.path}: its list stands inside {outer}, which is not written. Change it by hand."
            )
        return name, pairs.get(name)

    def _named(self, value: Any) -> list[str | None]:
        """The articles that one entry names: several where it is a group."""
        return [self.matcher.match(entry, self.article).article_id for entry in read_entries([value], UTC).entries]


def _changed(text: str, node: yaml.Node, kept: Sequence[int], new: Sequence[Any], line_end: str, where: str) -> str:
    """The YAML with some items of a list kept, and new ones behind them."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and not node.value.strip("~").replace("null", ""):
        # Nothing stands there yet.
        comment, _, rest = text[end:].partition(line_end)
        return f"{text[:start].rstrip(' ')}{comment.rstrip()}{line_end}{_block(new, 2, line_end)}{rest}"
    if not isinstance(node, yaml.SequenceNode):
        raise WriteError(f"{where} is not a list of entries, so it is not written. Change it by hand.")
    if node.flow_style:
        inside = _changed_flow(text, node, kept, [*map(_flow, new)], where)
        return f"{text[: start + 1]}{inside}{text[end - 1 :]}"
    # From the dash of each item to that of the next, or the end of the list.
    dashes = [text.rindex("-", 0, one.start_mark.index) for one in node.value]
    starts = [max(text.rfind("\n", 0, dash), text.rfind("\r", 0, dash)) + 1 for dash in dashes]
    outside = re.compile(rf"\s*$| {{0,{dashes[0] - starts[0]}}}#")
    pieces: list[str] = []
    rests: list[str] = []
    for first, last in zip(starts, [*starts[1:], end], strict=True):
        lines = text[first:last].splitlines(keepends=True)
        n_lines = len(lines)
        # A comment below an item is not the item's, though a text of several lines would take it in.
        while n_lines > 1 and outside.match(lines[n_lines - 1]):
            n_lines -= 1
        pieces.append("".join(lines[:n_lines]))
        rests.append("".join(lines[n_lines:]))
    if not kept and not new:
        above = text[: starts[0]].rstrip()
        # Behind a comment the brackets would be a part of it.
        above += f"{line_end}  []" if "#" in above.splitlines()[-1] else " []"
        return f"{above}{line_end}{''.join(rests)}{text[end:]}"
    rests[-1] = _block(new, dashes[0] - starts[0], line_end) + rests[-1]
    lines = [(piece if n in kept else "") + rests[n] for n, piece in enumerate(pieces)]
    return f"{text[: starts[0]]}{''.join(lines)}{text[end:]}"


def _changed_flow(text: str, node: yaml.SequenceNode, kept: Sequence[int], new: Sequence[str], where: str) -> str:
    """What stands between the brackets of a list, changed as in `_changed`."""
    marks = [node.start_mark.index + 1]
    for one in node.value:
        marks += one.start_mark.index, one.end_mark.index
    parts = [text[a:b] for a, b in pairwise([*marks, node.end_mark.index - 1])]
    #: What stands before each item, and behind the last.
    gaps, items = parts[::2], parts[1::2]
    if any("#" in gap for gap in gaps):
        raise WriteError(f"{where} has a comment in its brackets. The file is as it was. Change it by hand.")
    entries = [*(items[n] for n in kept), *new]
    between = gaps[1] if len(items) > 1 else ", "
    return f"{gaps[0] if items else ''}{between.join(entries)}{gaps[-1]}" if entries else ""


def _entry(article: Article, shape: EntryShape) -> Any:
    """An article as an entry of a curated list in the site's own shape."""
    entry = entry_of(Suggestion.of(1, article, Reason(0.0, 0.0), shape))
    if isinstance(entry, dict):
        del entry["score"]
    return entry


def _block(entries: Sequence[Any], indent: int, line_end: str = "\n") -> str:
    return "".join(f"{line}{line_end}" for entry in entries for line in entry_lines(entry, indent))


def _flow(entry: Any) -> str:
    if isinstance(entry, dict):
        parts = (f"{json_line(key)}: {_flow(value)}" for key, value in entry.items())
        return f"{{{', '.join(parts)}}}"
    return stamp(entry) if isinstance(entry, datetime) else json_line(entry)
