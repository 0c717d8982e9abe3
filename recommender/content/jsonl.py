"""Articles from a file with one JSON object a line, plain or gzip."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from recommender.articles import Article, Corpus
from recommender.content.fields import FieldReader, Notes, Origin
from recommender.content.gather import gather
from recommender.content.generator import Generator
from recommender.content.paths import without_ending
from recommender.content.urls import canonical_url
from recommender.content.wording import say
from recommender.errors import ArticleError, RecommenderError, SiteError
from recommender.settings import Settings

__all__ = ["is_jsonl", "read_jsonl"]

_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


def is_jsonl(path: Path) -> bool:
    """Whether a path names a file with an article a line."""
    return path.name.lower().endswith(_ENDINGS)


def read_jsonl(path: Path | str, settings: Settings | None = None, *, strict: bool = False) -> Corpus:
    """
    The articles of a file with one JSON object a line.

    The names are those of front matter, and ``id``, ``path``, and ``body`` or ``content``. An article without an id
    gets its path without the ending, its slug, or its canonical URL.

    Parameters
    ----------
    path
        Plain, or gzip with the ending ``.gz``.
    settings
        Without any, the usual names are read.
    strict
        Raise the first problem instead of going on without the line.

    Raises
    ------
    SiteError
        There is no such file, or it cannot be read to its end; with `strict`, any problem.
    """
    settings = settings or Settings()
    path = Path(path)
    reader = FieldReader(settings.articles.fields)
    articles: list[Article] = []
    notes = Notes()
    problems: list[RecommenderError] = []
    lines_of: dict[str, int] = {}
    n_lines = 0
    for number, line in _lines(path):
        n_lines += 1
        where = f"{path.name}:{number}"
        try:
            article = _article(line, where, reader, notes)
            first = lines_of.setdefault(article.id, number)
            if first != number:
                raise ArticleError(f"{where}: the id {article.id!r} is that of line {first}. Give each its own.")
            articles.append(article)
        except SiteError as error:
            if strict:
                raise
            problems.append(error)
    if not n_lines:
        raise SiteError(f"{path}: holds no article. Write one JSON object a line.")
    return gather(
        articles, notes, settings=settings.articles, generator=Generator(), n_files=n_lines, problems=problems
    )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line := line.strip():
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SiteError(f"{path}: is not a whole gzip file ({error}). Make it anew.") from None
    except OSError as error:
        raise SiteError(f"{path}: cannot be read ({error.strerror}). Name a file that exists.") from None


def _article(line: bytes, where: str, reader: FieldReader, notes: Notes) -> Article:
    try:
        values = json.loads(line)
    except UnicodeDecodeError as error:
        raise SiteError(f"{where}: byte {error.start} of the line is not UTF-8. Save the file as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise SiteError(f"{where}: is not JSON ({error.msg}, column {error.colno}). Write one object a line.") from None
    except RecursionError:
        raise SiteError(f"{where}: values are nested too deep. Write one flat object a line.") from None
    if not isinstance(values, dict):
        raise SiteError(f"{where}: must be an object, but is {say(values)}. Write one object a line.")
    path = _text(values, "path", where)
    body = values.get("body") or values.get("content") or ""
    if not isinstance(body, str):
        raise ArticleError(f"{where}: body must be text, but is {say(body)}. Write it as text.")
    article_id = _text(values, "id", where) or without_ending(path) or _text(values, "slug", where)
    article = reader.read(values, Origin(where), notes, article_id=article_id, path=path, body=body)
    if article_id:
        return article
    if not article.url:
        raise ArticleError(f'{where}: there is no id. Give it one: "id": "tea".')
    return replace(article, id=canonical_url(article.url))


def _text(values: dict[str, Any], name: str, where: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ArticleError(f"{where}: {name} must be text, but is {say(value)}. Write it as text.")
    return str(value).strip()
