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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from recommender import errors
from recommender.articles import Article, Corpus, EntryShape, Reading, RelatedEntry
from recommender.bounds import Fence
from recommender.cache import SiteCache, code_version, digest
from recommender.content.fields import NO_FACTS, Notes
from recommender.content.file_reader import FileRead
from recommender.content.files import File, FoundFiles
from recommender.content.generators import Generator
from recommender.content.languages import SiteLanguages
from recommender.content.related_lists import CuratedList
from recommender.errors import RecommenderError
from recommender.settings import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

logger = logging.getLogger(__name__)

T = TypeVar("T", bound="DataclassInstance")

_KIND = "articles"
#: What a document that is whole, but not one of ours, raises.
_NOT_OURS = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class ReadingCache:
    """The outcome of earlier readings of a site, kept in a store under what decides how a file is read, besides it."""

    def __init__(self, store: SiteCache, settings: Settings, generator: Generator, languages: SiteLanguages) -> None:
        self._store = store
        named = (settings.writing.front_matter_name, settings.rules.front_matter_names)
        told = (sorted(languages.suffixes), sorted(languages.folders.items()))
        self._key = digest(code_version(), repr((settings.articles, *named, *told, generator)))
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
            entries = [_changed(RelatedEntry(), row) for row in document["entries"]]
            names = _frozen(document["names"])
            reads = [(_file(row, names, entries), n_body) for row, n_body in document["files"]]
            self._finished = document["corpus"]
            self._files = {read.path: (read, n_body) for read, n_body in reads}
            self._entries = entries
        except _NOT_OURS:
            logger.warning("%s: the cache is damaged, so it is made anew.", self._store.folder)

    def find(self, root: Path, file: File, fence: Fence) -> FileRead | None:
        """What came of a file when its bytes were as they are now; None where that is not known."""
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
        finished = self._finished
        if len(reads) < len(known) or finished.get("key") != _corpus_key(found, reads):
            return None
        problems = tuple(map(_problem, finished["problems"]))
        reading = _changed(Reading(problems=problems), finished["reading"])
        articles = []
        for read in reads:
            if read.article is not None:
                changes = finished["placed"].get(read.article_id, {})
                if "related" in changes:
                    changes = {**changes, "related": [self._entries[number] for number in changes["related"]]}
                articles.append(_changed(read.article, changes))
        shape = _changed(EntryShape(), finished["shape"])
        return Corpus(articles, site_language=finished["language"], entry_shape=shape, reading=reading)

    def save(self, found: FoundFiles, reads: Iterable[FileRead], corpus: Corpus) -> None:
        """Keep the outcome of a reading, and nothing of files that are gone."""
        # What repeats has a number.
        entries: dict[RelatedEntry, int] = {}
        names: dict[Any, int] = {}
        files = []
        placed = {}
        reads = [read for read in reads if read.digest]
        for read in reads:
            n_body = len(read.article.body.encode("utf-8")) if read.article else 0
            files.append((_file_row(read, names, entries), n_body))
            if read.article:
                article = corpus[read.article_id]
                changes = _differences(article, read.article)
                if "related" in changes:
                    changes["related"] = [_number(entry, entries) for entry in article.related]
                if changes:
                    placed[read.article_id] = changes
        reading = corpus.reading
        finished = {
            "key": _corpus_key(found, reads),
            "placed": placed,
            "language": corpus.site_language,
            "shape": _differences(corpus.entry_shape, EntryShape()),
            "problems": [_problem_row(problem) for problem in reading.problems],
            "reading": _differences(reading, Reading(problems=reading.problems)),
        }
        document = {
            "entries": [_differences(entry, RelatedEntry()) for entry in entries],
            "names": list(names),
            "files": files,
            "corpus": finished,
        }
        self._store.save(_KIND, self._key, document)


def _differences(value: Any, other: Any) -> dict[str, Any]:
    """The fields of a value that differ from another of its class, as the document has them."""
    held = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {
        name: {"moment": one.isoformat()} if isinstance(one, datetime) else one
        for name, one in held
        if one != getattr(other, name)
    }


def _changed(value: T, differences: Mapping[str, Any]) -> T:
    if not differences:
        return value
    changes: dict[str, Any] = {}
    for name, one in differences.items():
        if isinstance(one, dict) and "moment" in one:
            changes[name] = datetime.fromisoformat(one["moment"])
        else:
            changes[name] = tuple(one) if isinstance(one, list) else one
    return replace(value, **changes)


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


def _file_row(read: FileRead, names: dict[Any, int], entries: dict[RelatedEntry, int]) -> dict[str, Any]:
    notes, article = read.notes, read.article
    lists = {
        name: [
            [_number(entry, entries) for entry in found.entries],
            [_number(pairs, names) for pairs in found.names],
            found.n_scored,
            found.complaints,
        ]
        for name, found in notes.lists.get(read.article_id, {}).items()
    }
    return {
        "path": read.path,
        "id": read.article_id,
        "digest": read.digest,
        "article": article and _differences(article, Article(read.article_id, read.path, body=article.body)),
        "problem": read.problem and _problem_row(read.problem),
        "names": _number(tuple(notes.names.items()), names),
        "lists": lists,
        "warnings": notes.warnings,
        "untitled": notes.untitled,
        "facts": _differences(notes.facts.get(read.article_id, NO_FACTS), NO_FACTS),
    }


def _file(row: Mapping[str, Any], names: Sequence[Any], entries: Sequence[RelatedEntry]) -> FileRead:
    path, article_id, article, problem, facts = (row[part] for part in ("path", "id", "article", "problem", "facts"))
    lists = {
        name: CuratedList(
            tuple([entries[number] for number in numbers]),
            tuple([names[pairs] for pairs in named]),
            n_scored,
            tuple(complaints),
        )
        for name, (numbers, named, n_scored, complaints) in row["lists"].items()
    }
    notes = Notes(
        Counter(dict(names[row["names"]])),
        {article_id: lists} if lists else {},
        row["warnings"],
        row["untitled"],
        {article_id: _changed(NO_FACTS, facts)} if facts else {},
    )
    return FileRead(
        path,
        article_id,
        row["digest"],
        None if article is None else _changed(Article(article_id, path), article),
        notes,
        problem and _problem(problem),
    )


def _problem_row(problem: RecommenderError) -> tuple[str, str]:
    return type(problem).__name__, str(problem)


def _problem(row: Sequence[str]) -> RecommenderError:
    name, message = row
    kind = getattr(errors, name, RecommenderError)
    problem: RecommenderError = kind(message)
    return problem
