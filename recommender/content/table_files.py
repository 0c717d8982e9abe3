"""Tables with an article a row: comma-separated values and Parquet -> rows."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import IO, Any

from recommender.bounds import LONGEST_TEXT, MAX_DEPTH, UnreadableError, check_unpacked, read_json
from recommender.content.fields import USUAL_NAMES, FieldReader
from recommender.content.rows import column_of, typed_rows
from recommender.content.wording import some
from recommender.errors import MissingExtraError, SiteError

_DELIMITERS = ",;\t|"
#: Rows of a Parquet file that are in memory at once, at most, and bytes that they could have.
_BATCH, _MOST_BYTES = 1_000, 500_000_000
#: Rows of a Parquet file, in which twenty million empty ones take less than a hundred kilobytes.
_MOST_ROWS = 2_000_000
#: What databases write for nothing.
_NOTHING = frozenset({r"\N", "NULL"})
#: Fields whose cells hold several texts.
_OF_MANY = frozenset(name.lower() for name in (*USUAL_NAMES["topics"], "category", "tag", "aliases", "redirect_from"))
_FEW_BYTES = 4
#: A byte that is no UTF-8, as `surrogateescape` gives it, or a zero, which UTF-16 without a mark is full of.
_NO_TEXT = re.compile("[\udc80-\udcff\0]")


def csv_rows(path: Path, reader: FieldReader, most_bytes: int) -> Iterator[tuple[str, Mapping[str, Any] | SiteError]]:
    """
    The rows of a file of comma-separated values, or with semicolons, tabs or bars; the first line names the columns.

    Raises SiteError where that names no title, or a column twice; and for a row that does not end within `most_bytes`.
    """
    name = path.name
    # The largest value; it is of the module, for whoever reads such files in this process.
    csv.field_size_limit(max(csv.field_size_limit(), most_bytes))
    with path.open("rb") as file:
        begun = file.read(_FEW_BYTES)
    # UTF-8, or what the first bytes say; a byte that is none is told of with its row.
    encoding = "utf-16" if begun[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        lines = _lines(file, name, most_bytes)
        first = next(lines, "")
        delimiter = max(_DELIMITERS, key=re.sub(r'"[^"]*"', "", first).count)
        table = csv.reader(chain([first], lines) if first else [], delimiter=delimiter, strict=True)
        columns: list[str] = []
        while True:
            number = table.line_num + 1
            where = f"{name}:{number}"
            try:
                cells = next(table)
            except StopIteration:
                return
            except csv.Error as error:
                why = f"is no row of values ({error})"
                if "unexpected end" in str(error):
                    why = "a quotation mark opens here and never closes, so nothing behind it is read"
                yield where, SiteError(f'{where}: {why}. Double a quotation mark inside a value: "a ""cup"" of tea".')
                continue
            if not any(map(str.strip, cells)):
                continue
            if not columns:
                columns = _columns(cells, where, reader)
                continue
            yield where, _values(cells, columns, where, reader, delimiter)


def _lines(file: IO[str], name: str, most_bytes: int) -> Iterator[str]:
    for number in count(1):
        try:
            line = file.readline(most_bytes + 1)
        except UnicodeError as error:
            # UTF-8 is read whatever it holds; UTF-16 is not.
            raise SiteError(f"{name}:{number}: is not whole UTF-16 ({error}). Save the file as UTF-8.") from None
        if not line:
            return
        if len(line) > most_bytes:
            raise SiteError(
                f"{name}:{number}: is longer than {most_bytes:,} characters. Shorten it, or raise "
                "articles.max_megabytes in the settings."
            )
        yield line


def _columns(cells: list[str], where: str, reader: FieldReader) -> list[str]:
    """The columns' names; what stands for a name of front matter, under that."""
    if any(map(_NO_TEXT.search, cells)):
        raise SiteError(f"{where}: is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).")
    named = [cell.strip() for cell in cells]
    twice = [name for name, n in Counter(named).items() if n > 1 and name]
    if twice:
        raise SiteError(f"{where}: names the column {twice[0]!r} twice. Give each its own name.")
    if not any(reader.reads(column_of(name, reader), "title") for name in named):
        raise SiteError(
            f"{where}: the first line must name the columns, one of them title, but is {some(named)}. "
            "Begin the file with a line such as id,title,excerpt,date,url,tags."
        )
    return named


def _values(
    cells: list[str], columns: list[str], where: str, reader: FieldReader, delimiter: str
) -> dict[str, Any] | SiteError:
    """The values of a row by their columns; what is empty is left out."""
    if len(cells) != len(columns):
        return SiteError(
            f"{where}: has {len(cells):,} values, but the first line names {len(columns):,} columns. "
            f"Put a value that holds a {_SAID.get(delimiter, repr(delimiter))} into quotation marks."
        )
    if any(map(_NO_TEXT.search, cells)):
        return SiteError(f"{where}: is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).")
    values: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        if column and (text := cell.strip()) and text not in _NOTHING:
            values[column] = _value(text, column_of(column, reader), reader)
    return values


_SAID = {",": "comma", ";": "semicolon", "\t": "tab"}


def _value(text: str, column: str, reader: FieldReader) -> Any:
    """The value of a cell: a text, or the texts of a list, for which tables have no form of their own."""
    is_known = reader.knows(column) or column in ("body", "path")
    is_many = column.lower() in _OF_MANY or reader.reads(column, "topics")
    if is_known and not is_many:
        return text
    if text[0] in "[{" and text[-1] in "]}" and (parsed := _parsed(text)) is not None:
        return parsed
    parts = [part.strip() for part in re.split(r"[|;\n]" if re.search(r"[|;\n]", text) else ",", text)]
    return [part for part in parts if part] if is_many or re.search(r"[|;\n]", text) else text


def _parsed(text: str) -> Any:
    """A list as JSON, or as Python writes one, which is what pandas does; None where it is neither."""
    try:
        return read_json(text)
    except ValueError:
        pass
    if len(text) > LONGEST_TEXT or text.count("[") + text.count("{") + text.count("(") > MAX_DEPTH:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def parquet_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """
    The rows of a Parquet file.

    Raises MissingExtraError without pyarrow; SiteError for what is no Parquet file, or one of too many rows;
    UnreadableError for one that unpacks to far more than its size.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(f"{path}: reading Parquet", "parquet") from None
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            n_rows = file.metadata.num_rows
            if n_rows > _MOST_ROWS:
                raise SiteError(f"{path}: has {n_rows:,} rows, of at most {_MOST_ROWS:,}. Divide it, or take rows out.")
            yield from typed_rows(path.name, _parquet_records(file, path.stat().st_size))
    except UnreadableError:
        raise
    except (pyarrow.ArrowException, OSError) as error:
        why = str(error).partition("\n")[0]
        raise SiteError(f"{path}: is no Parquet file that can be read ({why}). Make it anew.") from None


def _parquet_records(file: Any, n_packed: int) -> Iterator[dict[str, Any]]:
    # A value that stands once in the file can stand in each row, so that a few kilobytes become gigabytes.
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    largest = max((group.total_byte_size for group in groups), default=0)
    n_characters = 0
    for batch in file.iter_batches(batch_size=min(_BATCH, max(1, _MOST_BYTES // max(1, largest)))):
        try:
            rows = batch.to_pylist()
        except (ValueError, OverflowError):
            # Python has no such moment as one of them.
            columns = [[_cell(cell) for cell in column] for column in batch.columns]
            rows = [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]
        for row in rows:
            n_characters += _n_characters(list(row.values()))
            check_unpacked(n_packed, n_characters)
            yield row


def _n_characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_n_characters, value))
    return len(value) if isinstance(value, str | bytes) else 0


def _cell(cell: Any) -> Any:
    """The value of a cell; of one that Python does not have, the number."""
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return getattr(cell, "value", None)
