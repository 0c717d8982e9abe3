"""
Articles from JSON: a file with an object a line, plain or gzip, or a folder of such files; or one document.

A document is a list of objects, a JSON feed, or an export of Ghost or of a database.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from recommender.articles import Corpus
from recommender.bounds import Fence, check_unpacked, read_json
from recommender.content.files import unread
from recommender.content.list_words import fold_name
from recommender.content.rows import corpus_of_rows, without_marks
from recommender.content.wording import say
from recommender.errors import SiteError
from recommender.settings import Settings, given_or_default

#: Lines of a file, empty ones too, of which a packed megabyte holds a billion.
_MOST_LINES = 10_000_000
LINES_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
#: A list holds articles where most of its objects have one of these names.
_TITLES = frozenset({"title", "headline", "name"})
#: So deep a list of articles may lie: ``db``, its first entry, ``data``, ``posts``.
_DEEPEST = 5
_EXPECTED = "Write a list of objects, each with a title; or export the articles as lines of JSON."


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
    path = Path(path)
    files = (
        sorted(file for file in path.iterdir() if file.name.lower().endswith(LINES_ENDINGS))
        if path.is_dir()
        else [path]
    )
    fence = Fence.around(path, settings.articles.outside) if path.is_dir() else None
    most_bytes = settings.articles.max_megabytes * 1_000_000
    lines = chain.from_iterable(_lines(file, fence, most_bytes) for file in files)
    rows = ((where, _values(line, where, most_bytes)) for where, line in lines)
    return corpus_of_rows(rows, str(path), settings, strict=strict, expected="Write one JSON object a line.")


def _lines(file: Path, fence: Fence | None, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """The lines of a file that hold something, each with its place; of one too long, a byte more than is allowed."""
    n_read = 0
    try:
        if fence is not None:
            fence.check(file)
        if file.exists() and not file.is_file():
            raise SiteError(f"{file}: is no regular file. Name a file of lines, or a folder of such files.")
        n_packed = file.stat().st_size
        with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as opened:
            for number in count(1):
                line = rest = opened.readline(most_bytes + 1)
                if not line:
                    return
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


def json_rows(path: Path, most_bytes: int) -> Iterator[tuple[str, Mapping[str, Any] | SiteError]]:
    """The articles of a document, each with its place; of several lists the one that is called so, or the highest."""
    if path.stat().st_size > most_bytes:
        raise SiteError(
            f"{path}: is longer than {most_bytes:,} bytes. Write lines of JSON (.jsonl), or raise "
            "articles.max_megabytes in the settings."
        )
    try:
        document = _unwrapped(read_json(path.read_bytes()))
    except UnicodeDecodeError as error:
        raise SiteError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise SiteError(f"{path}:{error.lineno}: is not JSON ({error.msg}). {_EXPECTED}") from None
    except ValueError as error:
        raise SiteError(f"{path}: {error}. {_EXPECTED}") from None
    holder, rows = _articles_in(document)
    if not rows:
        raise SiteError(f"{path}: holds no list of articles. {_EXPECTED}")
    tags = _joined(holder, "posts_tags", "tag_id", "tags")
    authors = _joined(holder, "posts_authors", "author_id", "users")
    for number, row in enumerate(rows, start=1):
        where = f"{path.name} item {number}"
        if not isinstance(row, Mapping):
            yield where, SiteError(f"{where}: must be an object. {_EXPECTED}")
            continue
        own = str(row.get("id"))
        joined: dict[str, Any] = {
            name: found[own] for name, found in (("tags", tags), ("authors", authors)) if own in found
        }
        if "posts_tags" in holder and row.get("slug"):
            # Ghost's ids are numbers of its database, a slug is what its pages are called by.
            joined["id"] = row["slug"]
        yield where, {**row, **joined}


def _articles_in(document: Any) -> tuple[Mapping[str, Any], list[Any]]:
    """The list of articles in a document, and the mapping that holds it."""
    level: list[tuple[Mapping[str, Any], Any]] = [({}, document)]
    for _ in range(_DEEPEST):
        lists = [(holder, value) for holder, value in level if isinstance(value, list) and _are_articles(value)]
        if lists:
            return max(lists, key=lambda found: found[0].get("posts") is found[1])
        inner: list[tuple[Mapping[str, Any], Any]] = []
        for holder, value in level:
            if isinstance(value, Mapping):
                inner += [(value, one) for one in value.values() if isinstance(one, list | Mapping)]
            elif isinstance(value, list) and value:
                inner.append((holder, value[0]))
        level = inner
    return {}, []


def _unwrapped(value: Any, name: str = "") -> Any:
    """
    A value without what APIs wrap around it.

    WordPress has a text in ``{rendered: ...}``, Strapi what is not the id in ``{id: 1, attributes: {...}}``, and one
    thing, or several, in ``{data: ...}``. The id is a number of the database then, and stands back behind the slug,
    which pages are called by; so are WordPress's tags.
    """
    if isinstance(value, list):
        return [_unwrapped(one, name) for one in value]
    if not isinstance(value, Mapping):
        return value
    if name and value.keys() == {"data"}:
        return _unwrapped(value["data"], name)
    if isinstance(text := value.get("rendered"), str):
        return text if name == "content" else without_marks(text)
    title, inner = value.get("title"), value.get("attributes")
    if isinstance(inner, Mapping) and not _is_called(value):
        value = {"id": inner.get("slug") or value.get("id"), **inner}
    elif isinstance(title, Mapping) and "rendered" in title:
        value = {**value, "id": value.get("slug") or value.get("id"), "tags": None, "categories": None}
    return {name: _unwrapped(one, name) for name, one in value.items()}


def _is_called(value: Any) -> bool:
    return isinstance(value, Mapping) and not _TITLES.isdisjoint(map(fold_name, map(str, value)))


def _are_articles(values: list[Any]) -> bool:
    called = sum(map(_is_called, values))
    return called > 0 and 2 * called >= len(values)


def _joined(holder: Mapping[str, Any], links: str, link: str, table: str) -> dict[str, list[str]]:
    """By the id of each post the names that a table of links, as Ghost has them, ties to it."""
    tables = [rows if isinstance(rows := holder.get(name), list) else [] for name in (links, table)]
    pairs, things = [[one for one in rows if isinstance(one, Mapping)] for rows in tables]
    # A name that begins with # is an editor's note to the theme.
    shown = [one for one in things if isinstance(one.get("name"), str) and one.get("visibility") != "internal"]
    names = {str(one.get("id")): one["name"] for one in shown if not one["name"].startswith("#")}
    found: dict[str, list[str]] = {}
    for pair in pairs:
        if name := names.get(str(pair.get(link))):
            found.setdefault(str(pair.get("post_id")), []).append(name)
    return found
