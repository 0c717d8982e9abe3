"""Articles from lines of JSON: a file with an object a line, plain or gzip, or a folder of such files."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from recommender.articles import Corpus
from recommender.bounds import Fence, check_unpacked, read_json
from recommender.content.files import unread
from recommender.content.rows import corpus_of_rows
from recommender.content.wording import say
from recommender.errors import SiteError, path_of
from recommender.settings import Settings, given_or_default

#: Lines of a file, empty ones too, of which a packed megabyte holds a billion.
_MOST_LINES = 10_000_000
#: How a list of articles becomes lines; those of a JSON Feed are its items.
AS_LINES = "jq -c '.[]' articles.json > articles.jsonl (of a JSON Feed '.items[]')"
#: How a list of objects begins; a list of names may stand above lines.
_LIST = re.compile(rb"\s*\[\s*(?:\{|$)")
LINES_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


def is_jsonl(path: Path) -> bool:
    """Whether a path names a file with an article a line, or a folder that holds such files and nothing else."""
    if not path.is_dir():
        return path.name.lower().endswith(LINES_ENDINGS)
    names = [file.name.lower() for file in path.iterdir() if not file.name.startswith((".", "_"))]
    shards = [name for name in names if name.endswith(LINES_ENDINGS)]
    return bool(shards) and {*names} <= {*shards, "recommender.yaml"}


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
        There is no such file, it cannot be read to its end, or no line of it is an article; with `strict`, any problem.
    """
    settings = given_or_default(settings)
    path = path_of(path, "path", SiteError)
    files, fence = [path], None
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.name.lower().endswith(LINES_ENDINGS) and one.name[0] != ".")
        fence = Fence.around(path, settings.articles.outside)
    most_bytes = settings.articles.max_megabytes * 1_000_000
    lines = chain.from_iterable(_lines(file, fence, most_bytes) for file in files)
    rows = (
        (where, _values(line, where, most_bytes) if isinstance(line, bytes) else SiteError(line))
        for where, line in lines
    )
    return corpus_of_rows(rows, str(path), settings, strict=strict, expected="Write one JSON object a line.")


def _lines(file: Path, fence: Fence | None, most_bytes: int) -> Iterator[tuple[str, bytes | str]]:
    """
    The lines of a file that hold something, each with its place; of one too long, a byte more than is allowed.

    Of a file that is a list of objects, what is wrong with it, as text.
    """
    n_read = 0
    try:
        if fence is not None:
            fence.check(file)
        if file.exists() and not file.is_file():
            raise SiteError(f"{file}: is no regular file. Name a file of lines, or a folder of such files.")
        n_packed = file.stat().st_size
        with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as opened:
            for number, line in enumerate(iter(lambda: opened.readline(most_bytes + 1), b""), start=1):
                rest = line
                n_read += len(line)
                while len(line) > most_bytes and rest and not rest.endswith(b"\n"):
                    rest = opened.readline(most_bytes)
                    n_read += len(rest)
                    check_unpacked(n_packed, n_read)
                if number > _MOST_LINES:
                    raise SiteError(f"{file}: has more than {_MOST_LINES:,} lines. Divide it, or take lines out.")
                check_unpacked(n_packed, n_read)
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                    if _LIST.match(line):
                        cure = f"Call it articles.json, and make lines: {AS_LINES}."
                        yield file.name, f"{file}: is one JSON list. {cure}"
                        return
                if len(line) > most_bytes or (line := line.strip()):
                    yield f"{file.name}:{number}", line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SiteError(f"{file}: is not a whole gzip file ({error}). Make it anew.") from None
    except OSError as error:
        raise unread(str(file), error, "Name a file that exists.") from None


def _values(line: bytes, where: str, most_bytes: int) -> dict[str, Any] | SiteError:
    """The object of a line, or why there is none."""
    if len(line) > most_bytes:
        return SiteError(
            f"{where}: is longer than {most_bytes:,} bytes. Shorten it, or raise articles.max_megabytes in the "
            "settings."
        )
    try:
        values = read_json(line)
    except UnicodeDecodeError as error:
        return SiteError(f"{where}: byte {error.start} of the line is not UTF-8. Save the file as UTF-8.")
    except json.JSONDecodeError as error:
        return SiteError(f"{where}: is not JSON ({error.msg}, column {error.colno}). Write one object a line.")
    except ValueError as error:
        return SiteError(f"{where}: {error}. Write one flat object a line.")
    if not isinstance(values, dict):
        return SiteError(f"{where}: must be an object, but is {say(values)}. Write one object a line.")
    return values
