"""One file: JSON or a table where the site's generator looks for data; or lines of JSON, for pipelines."""

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.articles import Corpus
from recommender.bounds import Fence, read_json
from recommender.content.exports import pyarrow_for
from recommender.content.generators import read_generator
from recommender.content.paths import unread_ids
from recommender.errors import WriteError
from recommender.settings import TABLE_ENDINGS, Settings
from recommender.suggestions import Suggestion
from recommender.writing.plan import Answer, Plan
from recommender.writing.values import escaped, json_line, number, writable

_NAME = "suggested_related"

#: What a Hugo site has where its configuration is kept elsewhere.
_HUGO_FOLDERS = ("content", "data")
#: A number with an exponent, at the end of a line.
_EXPONENT = re.compile(r"(?<=: )-?[\d.]+e[+-]?\d+(?=,?$)", re.MULTILINE)
#: What a message about a file says that was not written here.
_NOT_OURS = "It is left as it is: mend it, take it out, or name another file (writing.data_file, --output)."
_COLUMNS = {
    "article_id": str, "rank": int, "suggested_id": str, "title": str, "url": str, "score": float, "reason": str,
}  # fmt: skip
#: The fields of a suggestion in a line, without the site's shape.
_FIELDS = tuple(field.name for field in dataclasses.fields(Suggestion) if field.name not in ("path", "key", "shape"))


def plan_data(
    corpus: Corpus, site: Path, answers: Iterable[Answer], settings: Settings, output: Path | None = None
) -> Plan:
    """
    The data file: an object with the id of each article that has suggestions, and the list of them; a row for each
    suggestion where its ending is that of a table.

    Where `answers` leaves articles of the corpus out, what the file says about any other article stays. So does what it
    says about articles whose files could not be read this time: one slip of an editor does not empty a page. A file
    that is not what was written is a WriteError where that is needed, and everywhere but where `output` names it.
    """
    path = output or data_file(site, settings)
    is_table = path.suffix.lower() in TABLE_ENDINGS
    entry, parse, render = (_table_entry, _parse_table, _render_table) if is_table else (data_entry, _parse, _json)
    entries = {writable(one.article_id): [entry(suggestion) for suggestion in one.suggestions] for one in answers}
    is_unread = unread_ids(corpus.reading.problems)
    is_whole = len(entries) >= len(corpus)

    def make(before: bytes | None) -> bytes:
        kept: dict[str, Any] = {}
        if before and not before.isspace() and (corpus.reading.problems or not is_whole or not output):
            there = parse(before, path)
            kept = writable({key: value for key, value in there.items() if not is_whole or is_unread(key)})
        merged = {key: value for key, value in {**kept, **entries}.items() if value}
        return render(dict(sorted(merged.items())), path)

    return Plan().add(path, make, None if output else _fence(site, settings))


def plan_no_data(site: Path, settings: Settings) -> Plan:
    """The data file without a byte, to be removed then; errors as in `plan_data`. Nothing where it has none of ours."""
    path = data_file(site, settings)

    def make(before: bytes | None) -> bytes:
        if not before or before.isspace():
            return before or b""
        (_parse_table if path.suffix.lower() in TABLE_ENDINGS else _parse)(before, path)
        return b""

    return Plan().add(path, make, _fence(site, settings)) if path.exists() else Plan()


def _fence(site: Path, settings: Settings) -> Fence:
    return Fence.around(site if site.is_dir() else site.parent, settings.articles.outside)


def data_file(site: Path, settings: Settings) -> Path:
    """
    Where the site's generator looks for data.

    ``writing.data_file`` where it is set. Else the generator's own folder, and ``_data/`` for anything else. For a
    file of articles, which has no generator, the folder that it is in; for a table a table of its kind.
    """
    folder = site if site.is_dir() else site.parent
    if settings.writing.data_file:
        return folder / settings.writing.data_file
    if not site.is_dir():
        ending = site.suffix.lower()
        return folder / f"{_NAME}{ending if ending in TABLE_ENDINGS else '.json'}"
    generator = read_generator(folder)
    # A Hugo site whose configuration is kept elsewhere.
    is_hugo = not generator.file and all((folder / name).is_dir() for name in _HUGO_FOLDERS)
    return folder / ("data" if is_hugo else generator.data_folder) / f"{_NAME}.json"


def data_entry(suggestion: Suggestion) -> dict[str, Any]:
    """
    A suggestion as the data file has it: an entry of the site's own shape, and what a template or an editor asks next.

    On a site whose lists are plain texts, the text stands under what it is (``url``, ``file``, ``slug``, ``title``),
    beside the title. There is a URL where entries are called by something else, since a template cannot show that.
    """
    shape, entry = suggestion.shape, suggestion.as_related_entry()
    if not isinstance(entry, dict):
        entry = {"title": suggestion.title, "url": suggestion.url, shape.target: entry}
    elif shape.target not in ("url", "path"):
        entry = {"url": suggestion.url, **entry}
    own = {"article_id": suggestion.article_id, "score": suggestion.score, "reason": str(suggestion.reason)}
    written: dict[str, Any] = writable({**entry, **own})
    return written


def _parse(before: bytes, path: Path) -> dict[str, Any]:
    """What the data file says now; WriteError where it is not one that was written here."""
    try:
        found = read_json(before)
    except ValueError as error:
        raise WriteError(f"{path}: is not JSON ({error}). {_NOT_OURS}") from None
    lists = found.values() if isinstance(found, dict) else [None]
    entries = [entry for one in lists for entry in (one if isinstance(one, list) else [None])]
    if not all(isinstance(entry, dict) and entry.keys() >= {"score", "article_id"} for entry in entries):
        raise WriteError(
            f"{path}: must be an object with article ids and lists of entries that have score and article_id, but is "
            f"something else. {_NOT_OURS}"
        )
    return dict(found)


def _json(entries: dict[str, Any], path: Path) -> bytes:
    """JSON with two spaces an indent, so that a difference shows in the lines that changed."""
    text = json.dumps(entries, ensure_ascii=False, indent=2)
    plain = _EXPONENT.sub(lambda found: number(float(found[0])), text)
    return f"{escaped(plain)}\n".encode()


def _table_entry(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion as its row has it, without the article that asks."""
    written: dict[str, Any] = writable({
        "rank": suggestion.rank,
        "suggested_id": suggestion.article_id,
        "title": suggestion.title,
        "url": suggestion.url,
        "score": float(suggestion.score),
        "reason": str(suggestion.reason),
    })  # fmt: skip
    return written


def _render_table(entries: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> bytes:
    """The rows of all articles, in their order; MissingExtraError where pyarrow is not installed."""
    rows: Iterator[dict[str, Any]] = ({"article_id": key, **row} for key, found in entries.items() for row in found)
    if path.suffix.lower() == ".parquet":
        pyarrow = pyarrow_for(f"{path}: Parquet")
        types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
        schema = pyarrow.schema([(name, types[kind]) for name, kind in _COLUMNS.items()])
        sink = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema), sink)
        return sink.getvalue()
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, delimiter=_delimiter(path), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _parse_table(before: bytes, path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows by the article that asks; WriteError where it is not a table that was written here."""
    entries: dict[str, list[dict[str, Any]]] = {}
    try:
        for row in _rows(before, path):
            values = {name: kind(row[name]) for name, kind in _COLUMNS.items()}
            entries.setdefault(values.pop("article_id"), []).append(values)
    except (ValueError, KeyError, TypeError, csv.Error, OSError) as error:
        raise WriteError(f"{path}: is not the table that was written ({error}). {_NOT_OURS}") from None
    return entries


def _rows(before: bytes, path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() == ".parquet":
        # NB what pyarrow raises of a broken file is a ValueError or an OSError.
        yield from pyarrow_for(f"{path}: Parquet").parquet.read_table(io.BytesIO(before)).to_pylist()
    else:
        reader = csv.DictReader(io.StringIO(before.decode("utf-8-sig"), newline=""), delimiter=_delimiter(path))
        if missing := _COLUMNS.keys() - set(reader.fieldnames or ()):
            raise KeyError(min(missing))
        yield from reader


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def jsonl_lines(answers: Iterable[Answer]) -> Iterator[bytes]:
    """A line for each answer, in its order, with its end; articles without suggestions have theirs too."""
    for answer in answers:
        suggestions = [_members(suggestion) for suggestion in answer.suggestions]
        line = json_line({
            "article_id": answer.article_id, "suggestions": suggestions, "reason_for_none": answer.reason_for_none
        })  # fmt: skip
        yield f"{line}\n".encode()


def plan_jsonl(
    corpus: Corpus, site: Path, answers: Iterable[Answer], settings: Settings, output: Path | None = None
) -> Plan:
    """The lines as one file, `output`, which must be named: lines belong to no place of the site."""
    if output is None:
        raise WriteError("jsonl: no file is named for the lines. Name one: --output FILE.")
    content = b"".join(jsonl_lines(answers))
    return Plan().add(output, lambda _: content)


def _members(suggestion: Suggestion) -> dict[str, Any]:
    """The fields of a suggestion as JSON has them, without the site's shape; the reason as its sentences."""
    members = {name: getattr(suggestion, name) for name in _FIELDS}
    return members | {
        "reason": suggestion.reason.sentences,
        "quality": writable(suggestion.quality),
        "published_at": suggestion.published_at.isoformat() if suggestion.published_at else None,
    }
