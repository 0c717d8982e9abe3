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
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from recommender import errors
from recommender.articles import Article, Corpus, EntryShape, Reading, RelatedEntry
from recommender.bounds import Fence
from recommender.cache import SiteCache, code_version, digest
from recommender.content.fields import Notes, PageFacts
from recommender.content.files import File, FileRead, FoundFiles
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
    """How values of one class stand in the document: a list of what their fields hold, but those that stand apart."""

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


class ReadingCache:
    """The outcome of earlier readings of a site, kept in a store under what decides how a file is read, besides it."""

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
        self._key = digest(code_version(), json.dumps([read_by, repr(generator)]))
        self._finished: dict[str, Any] = {}
        #: What came of each file, by its path, and how many of its last bytes are the body.
        self._files: dict[str, tuple[FileRead, int]] = {}
        self._entries: list[RelatedEntry] = []

    def load(self) -> None:
        """Take in what is kept; a document that cannot be used counts as none."""
        document = self._store.load(_KIND, self._key)
        if document is None:
            return
        try:
            entries = [_ENTRIES.read(row) for row in document["entries"]]
            names = _frozen(document["names"])
            reads = [(_file(row, names, entries), n_body) for row, n_body in document["files"]]
            self._finished = document["corpus"]
            self._files = {read.path: (read, n_body) for read, n_body in reads}
            self._entries = entries
        except _NOT_OURS:
            logger.warning("%s: the cache is damaged, so it is made anew.", self._store.folder)

    def find(self, root: Path, files: Sequence[File], n_threads: int, fence: Fence) -> list[FileRead | None]:
        """
        What came of each file when its bytes were as they are now; None where that is not known.

        Reading and hashing let the other threads go on, so this is done on all cores without a process.
        """

        def known(batch: Sequence[File]) -> list[FileRead | None]:
            return [self._known(root, file, fence) for file in batch]

        if not self._files:
            return [None] * len(files)
        batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
        with ThreadPoolExecutor(max(1, n_threads)) as pool:
            return [one for batch in pool.map(known, batches) for one in batch]

    def _known(self, root: Path, file: File, fence: Fence) -> FileRead | None:
        read, n_body = self._files.get(file.path, (None, 0))
        if read is None or read.article_id != file.article_id:
            return None
        try:
            raw = fence.read(root / file.path)
        except OSError:
            # The reader says what is wrong with it.
            return None
        if digest(raw) != read.digest:
            return None
        if read.article is None or not n_body:
            return read
        return replace(read, article=replace(read.article, body=raw[len(raw) - n_body :].decode("utf-8")))

    def corpus(self, found: FoundFiles, known: Sequence[FileRead | None]) -> Corpus | None:
        """The finished corpus of these files and no others, or None where it is not kept."""
        reads = [read for read in known if read is not None]
        if len(reads) < len(known) or self._finished.get("key") != _corpus_key(found, reads):
            return None
        problems = tuple(map(_problem, self._finished["problems"]))
        reading: Reading = _READINGS.read(self._finished["reading"], problems=problems)
        addresses, parted = self._finished["addresses"], self._finished["parted"]
        articles = []
        for article, lists in ((read.article, read.notes.lists.get(read.article_id, {})) for read in reads):
            if article is None:
                continue
            url, aliases, is_made = addresses.get(article.id, (article.url, article.aliases, True))
            if (numbers := parted.get(article.id)) is not None:
                related = tuple([self._entries[number] for number in numbers])
            else:
                related = joined(lists, reading.list_names)
            article = replace(article, related=related, url=url, aliases=tuple(aliases))
            articles.append(article if is_made else unmade(article))
        shape = _SHAPES.read(self._finished["shape"])
        self._store.touch(_KIND, self._key)
        return Corpus(articles, site_language=self._finished["language"], entry_shape=shape, reading=reading)

    def save(self, found: FoundFiles, reads: Iterable[FileRead], corpus: Corpus) -> None:
        """Keep the outcome of a reading, and nothing of files that are gone."""
        # What repeats has a number.
        entries: dict[RelatedEntry, int] = {}
        names: dict[Any, int] = {}
        files = []
        addresses = {}
        parted = {}
        reads = [read for read in reads if read.digest]
        for read in reads:
            n_body = len(read.article.body.encode("utf-8")) if read.article else 0
            files.append((_file_row(read, names, entries), n_body))
            if read.article:
                placed = corpus[read.article_id]
                is_made = placed.visible_from == read.article.visible_from
                if not is_made or (placed.url, placed.aliases) != (read.article.url, read.article.aliases):
                    addresses[read.article_id] = (placed.url, placed.aliases, is_made)
                if placed.related != joined(read.notes.lists.get(read.article_id, {}), corpus.reading.list_names):
                    parted[read.article_id] = [_number(entry, entries) for entry in placed.related]
        finished = {
            "key": _corpus_key(found, reads),
            "addresses": addresses,
            "parted": parted,
            "language": corpus.site_language,
            "shape": _SHAPES.write(corpus.entry_shape),
            "problems": [_problem_row(problem) for problem in corpus.reading.problems],
            "reading": _READINGS.write(corpus.reading),
        }
        document = {
            "entries": [_ENTRIES.write(entry) for entry in entries],
            "names": list(names),
            "files": files,
            "corpus": finished,
        }
        self._store.save(_KIND, self._key, document)


def _frozen(value: Any) -> Any:
    """A list out of a document, and the lists in it, as the tuples that they were."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _number(item: Any, numbers: dict[Any, int]) -> int:
    return numbers.setdefault(item, len(numbers))


def _corpus_key(found: FoundFiles, reads: Iterable[FileRead]) -> str:
    """What a finished corpus depends on, besides what the whole document depends on."""
    files = [(read.path, read.article_id, read.digest) for read in reads]
    problems = [str(problem) for problem in found.problems]
    # NB files that cannot be read have no digest, so the paths that were found are counted apart from those.
    paths = [file.path for file in found.files]
    return digest(json.dumps([paths, found.n_all, found.pages, problems, found.warnings, files]))


def _file_row(read: FileRead, names: dict[Any, int], entries: dict[RelatedEntry, int]) -> list[Any]:
    notes = read.notes
    lists = {
        name: [
            [_number(entry, entries) for entry in found.entries],
            [(_number(pairs, names), n_entries) for pairs, n_entries in found.names],
            found.n_scored,
            found.complaints,
        ]
        for name, found in notes.lists.get(read.article_id, {}).items()
    }
    return [
        read.path,
        read.article_id,
        read.digest,
        _ARTICLES.write(read.article) if read.article else None,
        _problem_row(read.problem) if read.problem else None,
        _number(tuple(notes.names.items()), names),
        lists,
        notes.warnings,
        notes.untitled,
        _FACTS.write(notes.facts[read.article_id]) if read.article_id in notes.facts else None,
    ]


def _file(row: Sequence[Any], names: Sequence[Any], entries: Sequence[RelatedEntry]) -> FileRead:
    path, article_id, digest_, article, problem, number, lists, warnings, untitled, facts = row
    found = {
        name: CuratedList(
            tuple([entries[number] for number in numbers]),
            tuple([(names[pairs], n_entries) for pairs, n_entries in counted]),
            n_scored,
            tuple(complaints),
        )
        for name, (numbers, counted, n_scored, complaints) in lists.items()
    }
    notes = Notes(
        Counter(dict(names[number])),
        {article_id: found} if found else {},
        warnings,
        untitled,
        {article_id: _FACTS.read(facts)} if facts else {},
    )
    return FileRead(
        path,
        article_id,
        digest_,
        _ARTICLES.read(article, id=article_id, path=path) if article else None,
        notes,
        _problem(problem) if problem else None,
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
