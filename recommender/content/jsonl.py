"""Articles from a file with one JSON object a line, plain or gzip, or from a folder of such files."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from recommender.articles import Article, Corpus
from recommender.bounds import Fence, UnreadableError, check_unpacked, read_json
from recommender.content.fields import FieldReader, Notes
from recommender.content.files import reader_of, unread
from recommender.content.generators import Generator
from recommender.content.processes import in_processes
from recommender.content.rows import MOST_PROBLEMS, corpus_of_rows, outcome_of_row
from recommender.content.wording import say
from recommender.errors import SiteError
from recommender.settings import Settings

#: A task of this size takes a core about half a second.
_PART_BYTES = 4_000_000
#: Below this size, starting processes takes longer than reading.
_PARALLEL_BYTES = 30_000_000

#: Lines of a file, empty ones too, of which a packed megabyte holds a billion.
_MOST_LINES = 10_000_000
_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


def is_jsonl(path: Path) -> bool:
    """Whether a path names a file with an article a line, or a folder that holds such files and nothing else."""
    if not path.is_dir():
        return _is_shard(path.name.lower())
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
        Raise the first problem instead of going on without its line.

    Raises
    ------
    SiteError
        There is no such file, or it cannot be read to its end; with `strict`, any problem.
    """
    settings = settings or Settings()
    path = Path(path)
    reader = reader_of(settings, Generator())
    files = [path] if not path.is_dir() else sorted(file for file in path.iterdir() if _is_shard(file.name.lower()))
    fence = Fence.around(path if path.is_dir() else path.parent, settings.articles.outside)
    most_bytes = settings.articles.max_megabytes * 1_000_000
    for file in files:
        _check_file(file, fence if path.is_dir() else None)
    parts = [part for file in files for part in _parts(file)]
    is_big = sum(part.n_bytes for part in parts) >= _PARALLEL_BYTES
    tasks = [(part, reader, most_bytes) for part in parts]
    notes = Notes()

    def outcomes() -> Iterator[tuple[str, Article | SiteError]]:
        for found, noticed in in_processes(_read_part, tasks, settings.ranking.n_jobs, worth_it=is_big):
            notes.add(noticed)
            yield from found

    expected = "Write one JSON object a line."
    return corpus_of_rows(outcomes(), notes, str(path), settings, strict=strict, expected=expected)


class _Part(NamedTuple):
    """Whole lines of a file: from which byte on, how many bytes, and how many lines come before."""

    file: Path
    start: int
    n_bytes: int
    n_before: int


def _parts(file: Path) -> list[_Part]:
    """The parts of a file, in order; a file that is packed is one."""
    try:
        if _is_packed(file):
            return [_Part(file, 0, file.stat().st_size, 0)]
        parts = []
        start = n_before = 0
        with file.open("rb") as lines:
            while block := lines.read(_PART_BYTES):
                n_bytes, n_lines = len(block), block.count(b"\n")
                while not block.endswith(b"\n") and (block := lines.readline(_PART_BYTES)):
                    n_bytes, n_lines = n_bytes + len(block), n_lines + block.count(b"\n")
                parts.append(_Part(file, start, n_bytes, n_before))
                start, n_before = start + n_bytes, n_before + n_lines
    except OSError as error:
        raise _unreadable(file, error) from None
    return parts


def _read_part(
    part: _Part, reader: FieldReader, most_bytes: int
) -> tuple[list[tuple[str, Article | SiteError]], Notes]:
    """What comes of the lines of a part, each with its place, and what was noticed."""
    notes = Notes()
    outcomes: list[tuple[str, Article | SiteError]] = []
    n_problems = 0
    for number, line in _lines(part, most_bytes):
        where = f"{part.file.name}:{number}"
        outcome = outcome_of_row(_values(line, where, most_bytes), where, reader, notes)
        outcomes.append((where, outcome))
        n_problems += isinstance(outcome, SiteError)
        if n_problems > MOST_PROBLEMS:
            break
    return outcomes, notes


def _lines(part: _Part, most_bytes: int) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers; of one that is too long, a byte more than may be."""
    is_packed = _is_packed(part.file)
    try:
        with gzip.open(part.file) if is_packed else part.file.open("rb") as file:
            file.seek(part.start)
            end = float("inf") if is_packed else part.start + part.n_bytes
            number, position = part.n_before, part.start
            while position < end and (line := file.readline(most_bytes + 1)):
                number, position = number + 1, position + len(line)
                rest = line
                while len(line) > most_bytes and not rest.endswith(b"\n") and (rest := file.readline(most_bytes)):
                    position += len(rest)
                    _check_size(part, number, position)
                _check_size(part, number, position)
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if len(line) > most_bytes or (line := line.strip()):
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SiteError(f"{part.file}: is not a whole gzip file ({error}). Make it anew.") from None
    except OSError as error:
        raise _unreadable(part.file, error) from None


def _check_file(file: Path, fence: Fence | None) -> None:
    """Raise SiteError for what is no regular file, and for a link out of the folder that is read."""
    try:
        if fence is not None:
            fence.check(file)
    except UnreadableError as error:
        raise unread(str(file), error) from None
    if file.exists() and not file.is_file():
        raise SiteError(f"{file}: is no regular file. Name a file of lines, or a folder of such files.")


def _is_packed(file: Path) -> bool:
    return file.suffix.lower() == ".gz"


def _check_size(part: _Part, number: int, position: int) -> None:
    """Raise an error where a line has a number that no file reaches, or stands where no packed one does."""
    if number > _MOST_LINES:
        raise SiteError(f"{part.file}: has more than {_MOST_LINES:,} lines. Divide it, or take lines out.")
    check_unpacked(part.start + part.n_bytes, position)


def _unreadable(file: Path, error: OSError) -> SiteError:
    return unread(str(file), error, "Name a file that exists.")


def _values(line: bytes, where: str, most_bytes: int) -> dict[str, Any] | SiteError:
    """The object of a line, or why there is none."""
    if len(line) > most_bytes:
        return SiteError(
            f"{where}: is longer than {most_bytes:,} bytes. Shorten it, or raise articles.max_megabytes in the "
            "settings."
        )
    try:
        # Most lines, told apart from UTF-16 at a glance; any other is left to json's own look at its encoding.
        is_plain = line[:1] == b"{" and line[1:2] != b"\0"
        values = read_json(line.decode("utf-8", "surrogatepass") if is_plain else line)
    except UnicodeDecodeError as error:
        return SiteError(f"{where}: byte {error.start} of the line is not UTF-8. Save the file as UTF-8.")
    except json.JSONDecodeError as error:
        return SiteError(f"{where}: is not JSON ({error.msg}, column {error.colno}). Write one object a line.")
    except ValueError as error:
        return SiteError(f"{where}: {error}. Write one flat object a line.")
    if not isinstance(values, dict):
        return SiteError(f"{where}: must be an object, but is {say(values)}. Write one object a line.")
    return values
