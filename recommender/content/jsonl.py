"""Articles from a file with one JSON object a line, plain or gzip, or from a folder of such files."""

from __future__ import annotations

import gzip
import json
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
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
    """Whether a path names a file with an article a line, or a folder that holds such files and nothing else."""
    if not path.is_dir():
        return path.name.lower().endswith(_ENDINGS)
    names = [file.name.lower() for file in path.iterdir() if not file.name.startswith((".", "_"))]
    return any(map(_is_shard, names)) and all(_is_shard(name) or name == "recommender.yaml" for name in names)


def _is_shard(name: str) -> bool:
    return name.endswith(_ENDINGS)


def read_jsonl(path: Path | str, settings: Settings | None = None, *, strict: bool = False) -> Corpus:
    """
    The articles of a file with one JSON object a line.

    The names are those of front matter, and ``id``, ``path``, and ``body`` or ``content``. An article without an id
    gets its path without the ending, its slug, or its canonical URL.

    Parameters
    ----------
    path
        Plain, or gzip with the ending ``.gz``; or a folder of such files, which are read in the order of their names.
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
    files = [path] if not path.is_dir() else sorted(file for file in path.iterdir() if _is_shard(file.name.lower()))
    lines_of: dict[str, int] = {}
    firsts = [0]
    n_lines = 0
    for file, number, line in _numbered(files, firsts):
        n_lines += 1
        where = f"{file.name}:{number}"
        try:
            article = _article(line, where, reader, notes)
            place = firsts[-1] + number
            first = lines_of.setdefault(article.id, place)
            if first != place:
                raise ArticleError(
                    f"{where}: the id {article.id!r} is that of {_said(first, file, files, firsts)}. Give each its own."
                )
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


def _numbered(files: Sequence[Path], firsts: list[int]) -> Iterator[tuple[Path, int, bytes]]:
    """The lines of all files; `firsts` gets the number of lines before each file, so that one number says where."""
    number = 0
    for place, file in enumerate(files):
        if place:
            firsts.append(firsts[-1] + number)
        for number, line in _lines(file):
            yield file, number, line


def _said(place: int, file: Path, files: Sequence[Path], firsts: Sequence[int]) -> str:
    """A line of this file, or of an earlier one, as messages name it."""
    at = bisect_left(firsts, place) - 1
    return f"line {place - firsts[at]}" if files[at] == file else f"{files[at].name}:{place - firsts[at]}"


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
        # Most lines, told apart from UTF-16 at a glance; any other is left to json's own look at its encoding.
        is_plain = line[:1] == b"{" and line[1:2] != b"\0"
        values = json.loads(line.decode("utf-8", "surrogatepass") if is_plain else line)
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
