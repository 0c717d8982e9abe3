"""
What an earlier reading of a site gave: what came of each file.

A file is known by the SHA-256 of its bytes, its path and its id; not by its time and size, which an edit may keep.
So a warm reading reads every byte, and parses none. What else decides the outcome (the settings, the generator's
configuration, our code) is part of the key under which the document is kept. Bodies stay in the site's own files.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from recommender.articles import Article, RelatedEntry
from recommender.bounds import Fence
from recommender.cache import SiteCache, code_version, digest
from recommender.content.fields import Notes, PageFacts
from recommender.content.file_reader import FileRead
from recommender.content.files import File
from recommender.content.generators import Generator
from recommender.content.languages import SiteLanguages
from recommender.content.related_lists import CuratedList
from recommender.errors import ArticleError, FrontMatterError, SiteError
from recommender.settings import Settings

logger = logging.getLogger(__name__)

_KIND = "articles"
#: What a document holds beside plain values, and the problems that a file can have.
_KINDS = {kind.__name__: kind for kind in (FileRead, Notes, Article, PageFacts, RelatedEntry)}
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
            shared = [_unpacked(one, ()) for one in document["shared"]]
            reads = [(_unpacked(packed, shared), n_body) for packed, n_body in document["files"]]
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
        shared: dict[Any, int] = {}
        files = []
        for read in reads:
            article = read.article
            if read.digest:
                packed = replace(read, article=article and replace(article, body=""))
                files.append((_packed(packed, shared), len(article.body.encode("utf-8")) if article else 0))
        self._store.save(_KIND, self._key, {"shared": [_packed(one, {}) for one in shared], "files": files})


def _packed(value: Any, shared: dict[Any, int]) -> Any:
    """A value as the document has it: what it holds, behind the name of its kind; what lists repeat, by its number."""
    if value is None or isinstance(value, str | int | float):
        return value
    kind = type(value).__name__
    if isinstance(value, datetime):
        return [kind, value.isoformat()]
    if isinstance(value, SiteError):
        return [kind, str(value)]
    if isinstance(value, CuratedList):
        repeated = [[shared.setdefault(one, len(shared)) for one in held] for held in (value.entries, value.names)]
        return [kind, *repeated, value.n_scored, value.complaints]
    if isinstance(value, Counter):
        return [kind, shared.setdefault(tuple(value.items()), len(shared))]
    if isinstance(value, Mapping):
        return [kind, *([_packed(name, shared), _packed(held, shared)] for name, held in value.items())]
    if isinstance(value, list | tuple):
        return [kind, *(_packed(one, shared) for one in value)]
    held = ((field, getattr(value, field.name)) for field in fields(value))
    return [kind, {field.name: _packed(one, shared) for field, one in held if one != _usual(field)}]


def _usual(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _unpacked(value: Any, shared: Sequence[Any]) -> Any:
    """The value that `_packed` gives."""
    if not isinstance(value, list):
        return value
    kind, *held = value
    if kind == "datetime":
        return datetime.fromisoformat(*held)
    if kind == "CuratedList":
        entries, names = (tuple([shared[number] for number in numbers]) for numbers in held[:2])
        return CuratedList(entries, names, held[2], tuple(held[3]))
    if kind in ("list", "tuple"):
        items = [_unpacked(one, shared) for one in held]
        return items if kind == "list" else tuple(items)
    if kind == "Counter":
        return Counter(dict(shared[held[0]]))
    if kind == "dict":
        return {_unpacked(name, shared): _unpacked(one, shared) for name, one in held}
    if kind in _PROBLEMS:
        return _PROBLEMS[kind](*held)
    return _KINDS[kind](**{name: _unpacked(one, shared) for name, one in held[0].items()})
