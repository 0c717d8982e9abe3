"""
What an earlier reading of a site gave: what came of each file.

A file is known by the SHA-256 of its bytes, its path and its id; not by its time and size, which an edit may keep.
So a warm reading reads every byte, and parses none. What else decides the outcome (the settings, the generator's
configuration, our code) is part of the key under which the document is kept. Bodies stay in the site's own files.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from recommender.articles import Article, RelatedEntry
from recommender.bounds import Fence
from recommender.cache import SiteCache, code_version, digest
from recommender.content.fields import NO_FACTS, Notes, PageFacts
from recommender.content.file_reader import FileRead
from recommender.content.files import File
from recommender.content.generators import Generator
from recommender.content.languages import SiteLanguages
from recommender.content.related_lists import CuratedList
from recommender.errors import ArticleError, FrontMatterError, SiteError
from recommender.settings import Settings

logger = logging.getLogger(__name__)

_KIND = "articles"
#: The problems that a file can have.
_PROBLEMS = {kind.__name__: kind for kind in (SiteError, FrontMatterError, ArticleError)}
#: What a document that is whole, but not one of ours, raises.
_NOT_OURS = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class ReadingCache:
    """The outcome of earlier readings of a site, kept in a store under what decides how a file is read, besides it."""

    def __init__(self, store: SiteCache, settings: Settings, generator: Generator, languages: SiteLanguages) -> None:
        self._store = store
        named = (settings.writing.front_matter_name, settings.rules.front_matter_names)
        told = (sorted(languages.suffixes), sorted(languages.folders.items()))
        self._key = digest(code_version(), repr((settings.articles, *named, *told, generator)))
        #: What came of each file, by its path, and how many of its last bytes are the body.
        self._files: dict[str, tuple[FileRead, int]] = {}

    def load(self) -> None:
        """Take in what is kept; a document that cannot be used counts as none."""
        document = self._store.load(_KIND, self._key)
        if document is None:
            return
        try:
            entries = [RelatedEntry(**_values(row)) for row in document["entries"]]
            names = _frozen(document["names"])
            reads = [(_read_of(row, names, entries), row["n_body"]) for row in document["files"]]
            self._files = {read.path: (read, n_body) for read, n_body in reads}
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

    def save(self, reads: Sequence[FileRead], *, n_new: int) -> None:
        """Keep the outcome of a reading, and nothing of files that are gone; so many files were not found here."""
        if not n_new and len(reads) == len(self._files):
            return
        # What repeats has a number.
        entries: dict[Any, int] = {}
        names: dict[Any, int] = {}
        files = [_row_of(read, names, entries) for read in reads if read.digest]
        rows = [_differences(entry, RelatedEntry()) for entry in entries]
        self._store.save(_KIND, self._key, {"entries": rows, "names": list(names), "files": files})


def _row_of(read: FileRead, names: dict[Any, int], entries: dict[Any, int]) -> dict[str, Any]:
    """What came of a file, as the document has it."""

    def numbered(items: Sequence[Any], numbers: dict[Any, int]) -> list[int]:
        return [numbers.setdefault(item, len(numbers)) for item in items]

    notes, article = read.notes, read.article
    lists = {
        name: (numbered(found.entries, entries), numbered(found.names, names), found.n_scored, found.complaints)
        for name, found in notes.lists.get(read.article_id, {}).items()
    }
    return {
        "path": read.path,
        "id": read.article_id,
        "digest": read.digest,
        "article": article and _differences(article, Article(read.article_id, read.path, body=article.body)),
        "n_body": len(article.body.encode("utf-8")) if article else 0,
        "problem": read.problem and (type(read.problem).__name__, str(read.problem)),
        "names": numbered([tuple(notes.names.items())], names)[0],
        "lists": lists,
        "warnings": notes.warnings,
        "untitled": notes.untitled,
        "facts": _differences(notes.facts.get(read.article_id, NO_FACTS), NO_FACTS),
    }


def _read_of(row: Mapping[str, Any], names: Sequence[Any], entries: Sequence[RelatedEntry]) -> FileRead:
    """What came of a file, by its row."""
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
        {article_id: PageFacts(**_values(facts))} if facts else {},
    )
    return FileRead(
        path,
        article_id,
        row["digest"],
        None if article is None else Article(article_id, path, **_values(article)),
        notes,
        problem and _PROBLEMS[problem[0]](problem[1]),
    )


def _differences(value: Any, other: Any) -> dict[str, Any]:
    """The fields of a value that differ from another of its class, as the document has them."""
    held = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {
        name: {"moment": one.isoformat()} if isinstance(one, datetime) else one
        for name, one in held
        if one != getattr(other, name)
    }


def _values(differences: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields that `_differences` gives."""
    values = {name: tuple(one) if isinstance(one, list) else one for name, one in differences.items()}
    for name, one in differences.items():
        if isinstance(one, dict) and "moment" in one:
            values[name] = datetime.fromisoformat(one["moment"])
    return values


def _frozen(value: Any) -> Any:
    """A list out of a document, and the lists in it, as the tuples that they were."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
