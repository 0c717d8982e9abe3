"""
What an earlier reading of a site gave: the article of each file, and the finished corpus where no file has changed.

A file is known by the SHA-256 of its bytes, its path and its id; not by its time and size, which an edit may keep.
So a warm reading reads every byte, and parses none. What else decides the outcome (the settings, the generator's
configuration, our code) is part of the key under which the document is kept. Bodies stay in the site's own files.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from recommender import errors
from recommender.articles import Article, Corpus, EntryShape, Reading, RelatedEntry
from recommender.bounds import Fence
from recommender.cache import SiteCache, code_version, digest
from recommender.content.fields import Notes, PageFacts
from recommender.content.files import FileRead, FoundFiles
from recommender.content.generators import Generator
from recommender.content.list_names import joined
from recommender.content.pages import unmade
from recommender.content.related_lists import CuratedList
from recommender.content.translations import SiteLanguages
from recommender.errors import RecommenderError
from recommender.settings import Settings

logger = logging.getLogger(__name__)

_KIND = "articles"
#: Files that one thread reads before the next may go on; the lock of the interpreter changes hands as rarely.
_BATCH = 64
#: What a document that is whole, but not one of ours, raises.
_NOT_OURS = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class _Rows:
    """
    How values of one class stand in the document: a list of what their fields hold, in the order of the class.

    Parameters
    ----------
    kind
        A dataclass or a named tuple.
    apart
        Fields that stand elsewhere.
    """

    def __init__(self, kind: Callable[..., Any], *apart: str) -> None:
        self._kind = kind
        types = {name: str(type_) for name, type_ in kind.__annotations__.items() if name not in apart}
        self._names = tuple(types)
        self._moments = [name for name, type_ in types.items() if "datetime" in type_]
        self._tuples = [name for name, type_ in types.items() if "tuple[" in type_]

    def write(self, value: Any) -> list[Any]:
        """The row of a value."""
        held = [getattr(value, name) for name in self._names]
        return [_written(one) if isinstance(one, datetime) else one for one in held]

    def read(self, row: Sequence[Any], **apart: Any) -> Any:
        """The value of a row, and of what stands apart."""
        values = dict(zip(self._names, row, strict=True))
        for name in self._moments:
            values[name] = _moment(values[name])
        for name in self._tuples:
            values[name] = tuple(values[name])
        return self._kind(**values, **apart)


#: An article's curated lists are part of what was noticed, its body is in its file.
_ARTICLES = _Rows(Article, "id", "path", "body", "related")
_ENTRIES = _Rows(RelatedEntry)
_FACTS = _Rows(PageFacts)
_SHAPES = _Rows(EntryShape)
_READINGS = _Rows(Reading, "problems")


class _FileRow(NamedTuple):
    """What came of a file, as the document has it; the article without its body and lists."""

    path: str
    article_id: str
    digest: str
    problem: Sequence[str] | None
    article: Article | None
    n_body: int
    notes: Sequence[Any]

    @classmethod
    def of(cls, row: Sequence[Any]) -> _FileRow:
        """A row out of a document."""
        path, article_id, digest_, problem, article, n_body, notes = row
        known = _ARTICLES.read(article, id=article_id, path=path) if article else None
        return cls(path, article_id, digest_, problem, known, n_body, notes)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that is as it was when it was parsed: its row of the document, and its body."""

    row: _FileRow
    body: str


class ReadingCache:
    """
    The outcome of earlier readings of a site.

    Parameters
    ----------
    store
        Where it is kept.
    settings, generator, languages
        What decides how a file is read, besides the file.
    """

    def __init__(self, store: SiteCache, settings: Settings, generator: Generator, languages: SiteLanguages) -> None:
        self._store = store
        read_by = [
            settings.articles.fields,
            settings.articles.site_language,
            settings.articles.site_url,
            settings.articles.address,
            settings.writing.front_matter_name,
            settings.rules.front_matter_names,
            sorted(languages.suffixes),
            sorted(languages.folders.items()),
        ]
        configured = repr(generator)
        self._key = digest(code_version(), json.dumps([read_by, configured]))
        self._document: dict[str, Any] = {}
        self._rows: dict[str, _FileRow] = {}
        self._entries: list[RelatedEntry] = []

    def load(self) -> None:
        """Take in what is kept; a document that cannot be used counts as none."""
        document = self._store.load(_KIND, self._key)
        if document is None:
            return
        try:
            self._entries = [_ENTRIES.read(row) for row in document["entries"]]
            self._rows = {row[0]: _FileRow.of(row) for row in document["files"]}
            self._document = document
        except _NOT_OURS:
            logger.warning("%s: the cache is damaged, so it is made anew.", self._store.folder)

    def find(
        self, root: Path, files: Sequence[tuple[str, str]], n_threads: int, fence: Fence
    ) -> list[KnownFile | None]:
        """
        What is known of each file, given as (path, id), from its bytes as they are now.

        Reading and hashing let the other threads go on, so this is done on all cores without a process.
        """

        def known(batch: Sequence[tuple[str, str]]) -> list[KnownFile | None]:
            return [self._known(root, path, article_id, fence) for path, article_id in batch]

        if not self._rows:
            return [None] * len(files)
        batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
        with ThreadPoolExecutor(max(1, n_threads)) as pool:
            return [one for batch in pool.map(known, batches) for one in batch]

    def _known(self, root: Path, path: str, article_id: str, fence: Fence) -> KnownFile | None:
        row = self._rows.get(path)
        if row is None or row.article_id != article_id:
            return None
        try:
            raw = fence.read(root / path)
        except OSError:
            # The reader says what is wrong with it.
            return None
        if digest(raw) != row.digest:
            return None
        return KnownFile(row, raw[len(raw) - row.n_body :].decode("utf-8") if row.n_body else "")

    def read(self, known: KnownFile) -> FileRead:
        """What came of a file when it was parsed."""
        row = known.row
        return FileRead(
            row.path,
            row.article_id,
            row.digest,
            replace(row.article, body=known.body) if row.article else None,
            _notes(row.notes, self._document["names"], self._entries, row.article_id),
            _problem(row.problem) if row.problem else None,
        )

    def corpus(self, found: FoundFiles, known: Sequence[KnownFile]) -> Corpus | None:
        """The finished corpus of these files and no others, or None where it is not kept."""
        finished = self._document.get("corpus")
        if not finished or finished["key"] != _corpus_key(found, [one.row[:3] for one in known]):
            return None
        problems = tuple(map(_problem, finished["problems"]))
        reading: Reading = _READINGS.read(finished["reading"], problems=problems)
        addresses, parted = finished["addresses"], finished["parted"]
        articles = []
        for one in known:
            article = one.row.article
            if article:
                url, aliases, is_made = addresses.get(article.id, (article.url, article.aliases, True))
                if (numbers := parted.get(article.id)) is not None:
                    related = tuple([self._entries[number] for number in numbers])
                else:
                    lists = _lists(one.row.notes, self._document["names"], self._entries)
                    related = joined(lists, reading.list_names)
                article = replace(article, body=one.body, related=related, url=url, aliases=tuple(aliases))
                articles.append(article if is_made else unmade(article))
        shape = _SHAPES.read(finished["shape"])
        self._store.touch(_KIND, self._key)
        return Corpus(articles, site_language=finished["language"], entry_shape=shape, reading=reading)

    def save(self, found: FoundFiles, reads: Iterable[FileRead], corpus: Corpus) -> None:
        """Keep the outcome of a reading, and nothing of files that are gone."""
        entries = _Table()
        names = _Table()
        files: list[tuple[Any, ...]] = []
        addresses = {}
        parted = {}
        list_names = corpus.reading.list_names
        for read in reads:
            if not read.digest:
                continue
            files.append(
                (
                    read.path,
                    read.article_id,
                    read.digest,
                    _problem_row(read.problem) if read.problem else None,
                    _ARTICLES.write(read.article) if read.article else None,
                    len(read.article.body.encode("utf-8")) if read.article else 0,
                    _notes_row(read.notes, read.article_id, names, entries),
                )
            )
            if read.article:
                placed = corpus[read.article_id]
                is_made = placed.visible_from == read.article.visible_from
                if not is_made or (placed.url, placed.aliases) != (read.article.url, read.article.aliases):
                    addresses[read.article_id] = (placed.url, placed.aliases, is_made)
                if placed.related != joined(read.notes.lists.get(read.article_id, {}), list_names):
                    parted[read.article_id] = [entries.number(entry) for entry in placed.related]
        reading = corpus.reading
        finished = {
            "key": _corpus_key(found, [row[:3] for row in files]),
            "addresses": addresses,
            "parted": parted,
            "language": corpus.site_language,
            "shape": _SHAPES.write(corpus.entry_shape),
            "problems": [_problem_row(problem) for problem in reading.problems],
            "reading": _READINGS.write(reading),
        }
        document = {
            "entries": [_ENTRIES.write(entry) for entry in entries.items],
            "names": names.items,
            "files": files,
            "corpus": finished,
        }
        self._store.save(_KIND, self._key, document)


class _Table:
    """Things that repeat, each with a number."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._by_identity: dict[int, int] = {}

    def number(self, item: Any) -> int:
        """The number of an item; one that is equal to another has its number."""
        number = self._by_identity.get(id(item))
        if number is None:
            number = self._numbers.setdefault(item, len(self.items))
            if number == len(self.items):
                # NB only what is kept here keeps its identity.
                self.items.append(item)
                self._by_identity[id(item)] = number
        return number


def _corpus_key(found: FoundFiles, files: Sequence[Sequence[Any]]) -> str:
    """What a finished corpus depends on, besides what the whole document depends on."""
    problems = [str(problem) for problem in found.problems]
    # NB files that cannot be read have no row, so the paths that were found are counted apart from the rows.
    return digest(json.dumps([found.paths, found.n_all, found.pages, problems, found.warnings, [*map(list, files)]]))


def _notes_row(notes: Notes, article_id: str, names: _Table, entries: _Table) -> list[Any]:
    return [
        names.number(tuple(notes.names.items())),
        {name: _list_row(found, names, entries) for name, found in notes.lists.get(article_id, {}).items()},
        notes.warnings,
        notes.untitled,
        _FACTS.write(notes.facts[article_id]) if article_id in notes.facts else None,
    ]


def _list_row(found: CuratedList, names: _Table, entries: _Table) -> list[Any]:
    return [
        [entries.number(entry) for entry in found.entries],
        [(names.number(pairs), n_entries) for pairs, n_entries in found.names],
        found.n_scored,
        found.complaints,
    ]


def _lists(row: Sequence[Any], names: Sequence[Any], entries: Sequence[RelatedEntry]) -> dict[str, CuratedList]:
    """What may be a curated list in a file, by its name."""
    return {
        name: CuratedList(
            tuple([entries[number] for number in numbers]),
            tuple([(tuple([(ours, theirs) for ours, theirs in names[pairs]]), n) for pairs, n in counted]),
            n_scored,
            tuple(complaints),
        )
        for name, (numbers, counted, n_scored, complaints) in row[1].items()
    }


def _notes(row: Sequence[Any], names: Sequence[Any], entries: Sequence[RelatedEntry], article_id: str) -> Notes:
    number, _, warnings, untitled, facts = row
    lists = _lists(row, names, entries)
    return Notes(
        Counter({(ours, theirs): n for (ours, theirs), n in names[number]}),
        {article_id: lists} if lists else {},
        list(warnings),
        list(untitled),
        {article_id: _FACTS.read(facts)} if facts else {},
    )


def _problem_row(problem: RecommenderError) -> tuple[str, str]:
    return type(problem).__name__, str(problem)


def _problem(row: Sequence[str]) -> RecommenderError:
    name, message = row
    kind = getattr(errors, name) if name in errors.__all__ else RecommenderError
    problem: RecommenderError = kind(message)
    return problem


def _written(moment: datetime | None) -> str | None:
    """A moment as text, with the name of its zone where that is more than an offset."""
    if moment is None:
        return None
    zone: tzinfo | None = moment.tzinfo
    if isinstance(zone, ZoneInfo):
        return f"{moment.replace(tzinfo=None).isoformat()}|{zone.key}|{moment.fold}"
    return moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    written, _, zone = text.partition("|")
    moment = datetime.fromisoformat(written)
    if zone:
        key, _, fold = zone.partition("|")
        return moment.replace(tzinfo=ZoneInfo(key), fold=int(fold))
    return moment
