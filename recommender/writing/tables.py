"""Suggestions as a table, a row each: CSV, TSV, Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.content.exports import pyarrow_for
from recommender.errors import WriteError
from recommender.suggestions import Suggestion
from recommender.writing.values import writable

#: What a message about a file says that was not written here.
NOT_OURS = "It is left as it is: mend it, take it out, or name another file (writing.data_file, --output)."
_COLUMNS = {
    "article_id": str, "rank": int, "suggested_id": str, "title": str, "url": str, "score": float, "reason": str,
}  # fmt: skip


def table_entry(suggestion: Suggestion) -> dict[str, Any]:
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


def render_table(entries: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> bytes:
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


def parse_table(before: bytes, path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows by the article that asks; WriteError where it is not a table that was written here."""
    entries: dict[str, list[dict[str, Any]]] = {}
    try:
        for row in _rows(before, path):
            values = {name: kind(row[name]) for name, kind in _COLUMNS.items()}
            entries.setdefault(values.pop("article_id"), []).append(values)
    except (ValueError, KeyError, TypeError, csv.Error, OSError) as error:
        raise WriteError(f"{path}: is not the table that was written ({error}). {NOT_OURS}") from None
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
