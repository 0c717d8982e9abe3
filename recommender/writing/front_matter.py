"""
A block in each article's front matter, in the shape of the site's own curated entries.

Every other byte of a file stays: quotes, comments, order, line ends. Each new file is compared with the old one before
it may take its place.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from recommender.articles import Corpus
from recommender.bounds import Fence
from recommender.content import front_matter
from recommender.content.fields import USUAL_NAMES
from recommender.content.generators import read_generator
from recommender.content.jsonl import is_jsonl
from recommender.content.wording import some
from recommender.errors import RecommenderError, WriteError
from recommender.settings import Settings, WritingSettings
from recommender.suggestions import Suggestion
from recommender.writing.data import data_file, plan_data
from recommender.writing.other_syntaxes import splice_json, splice_toml
from recommender.writing.plan import Answer, Plan
from recommender.writing.seen import NotOursError, Seen, see
from recommender.writing.values import entry_lines, entry_of, key

logger = logging.getLogger(__name__)

#: Names by which Jekyll or Hugo build a page, in small letters; they often stand in the configuration's defaults only.
_OF_GENERATORS = frozenset({
    "aliases", "build", "_build", "cascade", "categories", "category", "collection", "date", "draft",
    "eleventynavigation", "excerpt_separator", "expirydate", "headless", "keywords", "layout", "linktitle",
    "markup", "menu", "menus", "meta", "outputs", "pagination", "params", "permalink", "publishdate",
    "published", "render_with_liquid", "resources", "series", "sitemap", "slug", "tags", "theme",
    "translationkey", "type", "url", "weight",
})  # fmt: skip


def plan_front_matter(
    corpus: Corpus, site: Path, answers: Iterable[Answer], settings: Settings, output: Path | None = None
) -> Plan:
    """
    The block in each article's file; an article without suggestions has its block taken out.

    WriteError where the site is a file of lines, the block has the name of something that the editors write, or another
    file was named for it.
    """
    if output is not None:
        raise WriteError(f"{output}: front matter is written into the articles. Leave --output out, or --write data.")
    if not has_front_matter(site):
        raise WriteError(f"{site}: lines have no front matter to write into. Use --write data or --write jsonl.")
    name = settings.writing.front_matter_name
    check_name(name, corpus.reading.recognised)
    plan = Plan()
    foreign: list[str] = []
    placeless: list[Answer] = []
    #: What the data file says of articles that have a place for a block: nothing, whatever it said before.
    placed: list[Answer] = []
    # Zola knows no names but its own outside of the table ``extra``.
    in_extra = read_generator(site).title == "Zola"
    fence = Fence.around(site, settings.articles.outside)
    n_ours = 0
    for answer in answers:
        article = corpus[answer.article_id]
        maker = _Maker(article.path, name, answer.suggestions, tuple(corpus.entry_shape.names.values()), in_extra)
        try:
            plan.add(site / article.path, maker, fence)
        except _NoPlaceError:
            placeless.append(answer)
        except RecommenderError as error:
            plan.problems.append(error)
            foreign += [article.path] if isinstance(error, NotOursError) else []
        else:
            placed.append(Answer(answer.article_id))
            n_ours += maker.has_block
    # The usual name is nobody else's. One from the settings may be a name that the site's theme lives by.
    if name != WritingSettings().front_matter_name and len(foreign) > n_ours:
        raise WriteError(
            f"writing.front_matter_name is {name!r}, but other things stand under it in {some(foreign)}; what editors "
            "wrote is never replaced. Choose a name of its own, such as suggested_related."
        )
    if placeless:
        told = _plan_elsewhere(corpus, site, [*placeless, *placed], settings)
        plan.changes.extend(told.changes)
        plan.files.update(told.files)
    return plan


def has_front_matter(site: Path) -> bool:
    """Whether articles are files of their own, and no lines or rows."""
    return site.is_dir() and not is_jsonl(site)


def _plan_elsewhere(corpus: Corpus, site: Path, answers: Sequence[Answer], settings: Settings) -> Plan:
    """The data file, for articles whose files have no front matter to write into, told of once."""
    file = data_file(site, settings)
    paths = [corpus[answer.article_id].path for answer in answers if answer.suggestions]
    if not paths and not file.exists():
        return Plan()
    if paths:
        logger.warning(
            "%s without front matter to write into, which is never added: %s has the suggestions.",
            some(paths),
            file.relative_to(site).as_posix(),
        )
    return plan_data(corpus, site, answers, settings)


def render_block(name: str, suggestions: Sequence[Suggestion]) -> str:
    """The block as lines of YAML, "" without suggestions; a plain text has its score behind it, as a comment."""
    if not suggestions:
        return ""
    lines = [f"{key(name)}:"]
    for suggestion in suggestions:
        entry = entry_of(suggestion)
        lines += entry_lines(entry, 2)
        if not isinstance(entry, dict):
            lines[-1] += f" # {suggestion.score:.2f}"
    return "\n".join(lines) + "\n"


class _NoPlaceError(WriteError):
    """The file has no front matter to write into."""


@dataclass
class _Maker:
    """Makes the file that should be from the file that is."""

    path: str
    name: str
    suggestions: Sequence[Suggestion]
    names: Sequence[str]  #: The names of the site's entries.
    in_extra: bool = False  #: Whether Zola builds the site.
    has_block: bool = False  #: Whether the file had a block of ours.

    def __call__(self, before: bytes | None) -> bytes:
        if before is None:
            raise WriteError(f"{self.path}: was removed after it was read, so nothing is written.")
        whole = front_matter.decode(before, self.path)
        place = front_matter.split(whole, self.path)
        if place is None or place.syntax in ("headers", "members", "properties"):
            raise _NoPlaceError(f"{self.path}: has no front matter to write into.")
        if place.syntax != "yaml":
            entries = [(entry_of(suggestion), suggestion.score) for suggestion in self.suggestions]
            splice = partial(splice_toml, in_extra=self.in_extra) if place.syntax == "toml" else splice_json
            spliced = splice(whole, place, self.name, entries, self.path)
            # Of anything else under the name an error has told.
            self.has_block = self.name in whole[place.start : place.end]
            return f"{whole[: place.start]}{spliced}{whole[place.end :]}".encode()
        block = render_block(self.name, self.suggestions)
        # Nearly every file of a second run has its block already, where a new one is put, or has none and needs none.
        # Looking is a hundred times as fast as splicing; what cannot be told at a glance is spliced.
        is_there = whole.count(self.name) == 1 and whole[: place.end].endswith(f"\n{block}")
        if is_there if block else self.name not in whole:
            self.has_block = bool(block)
            return before
        old = see(whole, place, self.name, self.path)
        if old.place:
            self.has_block = old.place.is_ours(self.names)
            if not (self.has_block or old.place.is_empty):
                raise NotOursError(f"{self.path}:{old.place.line}", self.name, str(old.place))
        if not block and (not old.place or old.place.is_empty):
            return before
        after = old.with_block(block)
        if after != before or not block:
            self._verify(old, after)
        return after

    def _verify(self, old: Seen, after: bytes) -> None:
        """Raise WriteError unless all other names read as before, and ours as our entries."""
        texts = old.text, front_matter.decode(after, self.path)
        were, are = (front_matter.parse(text, self.path) for text in texts)
        were.pop(self.name, None)
        ours = are.pop(self.name, None)
        if are != were:
            raise WriteError(
                f"{self.path}: {self.name} cannot be written without changing how the rest of the front matter reads. "
                "The file is as it was. Write the front matter as plain lines of names."
            )
        if ours != ([entry_of(suggestion) for suggestion in self.suggestions] or None):
            raise WriteError(
                f"{self.path}: the entries of {self.name} would not be read back as they are. The file is as it was. "
                "Please report this with the file: it is a fault of this program."
            )


def check_name(name: str, recognised: Mapping[str, Collection[str]]) -> None:
    """Refuse a name under which the articles keep something else, or sites usually do: it is the editors'."""
    if name.lower() in _OF_GENERATORS:
        raise WriteError(
            f"writing.front_matter_name is {name!r}, by which site generators build a page. Choose a name of its own, "
            "such as suggested_related."
        )
    for names in (USUAL_NAMES, recognised):
        for field, used in names.items():
            if name.lower() in {other.partition(".")[0].lower() for other in used}:
                raise WriteError(
                    f"writing.front_matter_name is {name!r}, where the articles keep their {field}; what editors wrote "
                    "is never replaced. Choose a name of its own, such as suggested_related."
                )
