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
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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

__all__ = ["KnownFile", "ReadingCache"]

logger = logging.getLogger(__name__)

_KIND = "articles"
#: Files that one thread reads before the next may go on; the lock of the interpreter changes hands as rarely.
_BATCH = 64
#: What a document that is whole, but not one of ours, raises.
_NOT_OURS = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class _ArticleRow(NamedTuple):
    """An article as the document has it; its curated lists are part of what was noticed."""

    title: str
    excerpt: str
    published_at: str | None
    url: str
    aliases: Sequence[str]
    topics: Sequence[str]
    provider: str
    quality: float | None
    language: str
    is_published: bool
    n_body: int
    visible_from: str | None
    visible_until: str | None
    marks: Sequence[str]


class _FileRow(NamedTuple):
    """What came of a file, as the document has it."""

    path: str
    article_id: str
    digest: str
    problem: Sequence[str] | None
    article: _ArticleRow | None
    notes: Sequence[Any]

    @classmethod
    def of(cls, row: Sequence[Any]) -> _FileRow:
        """A row out of a document."""
        path, article_id, digest_, problem, article, notes = row
        return cls(path, article_id, digest_, problem, _ArticleRow(*article) if article else None, notes)


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
            self._entries = [_entry(row) for row in document["entries"]]
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
        n_body = row.article.n_body if row.article else 0
        return KnownFile(row, raw[len(raw) - n_body :].decode("utf-8") if n_body else "")

    def read(self, known: KnownFile) -> FileRead:
        """What came of a file when it was parsed."""
        row = known.row
        return FileRead(
            row.path,
            row.article_id,
            row.digest,
            _article(known, row.article, ()) if row.article else None,
            _notes(row.notes, self._document["names"], self._entries, row.article_id),
            _problem(row.problem) if row.problem else None,
        )

    def corpus(self, found: FoundFiles, known: Sequence[KnownFile]) -> Corpus | None:
        """The finished corpus of these files and no others, or None where it is not kept."""
        finished = self._document.get("corpus")
        if not finished or finished["key"] != _corpus_key(found, [one.row[:3] for one in known]):
            return None
        addresses, names, parted = finished["addresses"], finished["list_names"], finished["parted"]
        articles = []
        for one in known:
            row = one.row.article
            if row:
                url, aliases, is_made = addresses.get(one.row.article_id, (row.url, row.aliases, True))
                if (numbers := parted.get(one.row.article_id)) is not None:
                    related = tuple([self._entries[number] for number in numbers])
                else:
                    related = joined(_lists(one.row.notes, self._document["names"], self._entries), names)
                article = _article(one, row._replace(url=url, aliases=aliases), related)
                articles.append(article if is_made else unmade(article))
        n_files, problems, warnings, recognised, matched, unmatched = finished["reading"]
        reading = Reading(
            n_files,
            tuple(map(_problem, problems)),
            tuple(warnings),
            recognised,
            matched,
            tuple(unmatched),
            tuple(names),
        )
        kind, names, target = finished["shape"]
        shape = EntryShape(kind, names, target)
        self._store.touch(_KIND, self._key)
        return Corpus(articles, site_language=finished["language"], entry_shape=shape, reading=reading)

    def save(self, found: FoundFiles, reads: Iterable[FileRead], corpus: Corpus) -> None:
        """Keep the outcome of a reading, and nothing of files that are gone."""
        entries = _Table()
        names = _Table()
        files: list[_FileRow] = []
        addresses = {}
        parted = {}
        list_names = corpus.reading.list_names if corpus.reading else ()
        for read in reads:
            if not read.digest:
                continue
            files.append(
                _FileRow(
                    read.path,
                    read.article_id,
                    read.digest,
                    _problem_row(read.problem) if read.problem else None,
                    _article_row(read.article) if read.article else None,
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
        reading = corpus.reading or Reading()
        shape = corpus.entry_shape
        finished = {
            "key": _corpus_key(found, [row[:3] for row in files]),
            "addresses": addresses,
            "list_names": list_names,
            "parted": parted,
            "language": corpus.site_language,
            "shape": (shape.kind, shape.names, shape.target),
            "reading": (
                reading.n_files,
                [_problem_row(problem) for problem in reading.problems],
                reading.warnings,
                reading.recognised,
                reading.matched,
                reading.unmatched,
            ),
        }
        document = {
            "entries": [_entry_row(entry) for entry in entries.items],
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


def _article_row(article: Article) -> _ArticleRow:
    return _ArticleRow(
        article.title,
        article.excerpt,
        _written(article.published_at),
        article.url,
        article.aliases,
        article.topics,
        article.provider,
        article.quality,
        article.language,
        article.is_published,
        len(article.body.encode("utf-8")),
        _written(article.visible_from),
        _written(article.visible_until),
        article.marks,
    )


def _article(known: KnownFile, row: _ArticleRow, related: tuple[RelatedEntry, ...]) -> Article:
    return Article(
        known.row.article_id,
        known.row.path,
        row.title,
        row.excerpt,
        _moment(row.published_at),
        row.url,
        tuple(row.topics),
        row.provider,
        row.quality,
        row.language,
        row.is_published,
        known.body,
        related,
        tuple(row.aliases),
        _moment(row.visible_from),
        _moment(row.visible_until),
        tuple(row.marks),
    )


def _entry_row(entry: RelatedEntry) -> list[Any]:
    return [entry.title, entry.excerpt, entry.url, _written(entry.published_at), entry.provider, entry.target]


def _entry(row: Sequence[Any]) -> RelatedEntry:
    title, excerpt, url, date, provider, target = row
    return RelatedEntry(title, excerpt, url, _moment(date), provider, target)


def _notes_row(notes: Notes, article_id: str, names: _Table, entries: _Table) -> list[Any]:
    return [
        names.number(tuple(notes.names.items())),
        {name: _list_row(found, names, entries) for name, found in notes.lists.get(article_id, {}).items()},
        notes.warnings,
        notes.untitled,
        _facts_row(notes.facts[article_id]) if article_id in notes.facts else None,
    ]


def _facts_row(facts: PageFacts) -> list[Any]:
    return [*facts._replace(date=None), _written(facts.date)]


def _facts(row: Sequence[Any]) -> PageFacts:
    *values, date = row
    facts = PageFacts(*values)
    return facts._replace(categories=tuple(facts.categories), date=_moment(date))


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
        {article_id: _facts(facts)} if facts else {},
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
