"""Files with an article a row that other programs write: tables, feeds (RSS, Atom), exports of WordPress."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, tostring  # it writes only; what is read goes through defusedxml

from recommender.articles import Corpus
from recommender.bounds import MAX_DEPTH, UnreadableError, check_unpacked
from recommender.content.fields import USUAL_NAMES, FieldReader
from recommender.content.files import unread
from recommender.content.list_words import fold_name
from recommender.content.named import value_in
from recommender.content.rows import (
    OWN_NAMES,
    check_columns,
    corpus_of_rows,
    names_asked,
    reader_of_rows,
    typed_rows,
    without_marks,
)
from recommender.content.wording import some
from recommender.errors import MissingExtraError, SiteError
from recommender.settings import Settings

#: Rows, each with its place, or with what is wrong with it.
_Rows = Iterator[tuple[str, Mapping[str, Any] | SiteError]]

_TABLES, _PARQUET, _FEEDS = (".csv", ".tsv"), (".parquet",), (".xml", ".rss", ".atom", ".wxr")
EXPORT_ENDINGS = (*_TABLES, *_PARQUET, *_FEEDS)
_DELIMITERS = ",;\t|"
#: Rows of a Parquet file that are in memory at once, at most, and bytes that they could have.
_BATCH, _MOST_BYTES = 1_000, 500_000_000
#: Rows of a Parquet file, in which twenty million empty ones take less than a hundred kilobytes.
_MOST_ROWS = 2_000_000
#: Columns of a table; each value of one that nobody knows is looked at for a curated list.
_MOST_COLUMNS = 1_000
#: What databases write for nothing.
_NOTHING = frozenset({r"\N", "NULL"})
#: Fields whose cells hold several texts.
_OF_MANY = frozenset(map(fold_name, (*USUAL_NAMES["topics"], "category", "tag", "aliases", "redirect_from")))
#: What spreadsheets put behind the name of a column: Tag(s), Date (UTC), Published? Other brackets tell columns apart.
_REMARK = re.compile(r"\((?:s|UTC|GMT|local)\)|\?", re.IGNORECASE)
#: A byte that is no UTF-8, as `surrogateescape` gives it.
_NO_UTF_8 = re.compile("[\udc80-\udcff]")
#: By the name of the outermost element.
_ITEMS = {"rss": "item", "RDF": "item", "feed": "entry"}
#: Bytes that the parser may have read of what comes behind an item.
_READ_AHEAD = 65_536
_EXPECTED_FEED = "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content)."
#: What WordPress exports beside articles, and Blogger.
_NO_ARTICLES = re.compile(
    r"attachment|nav_menu_item|revision|custom(?:_css|ize_changeset)|oembed_cache|user_request|wp_.*|acf-.*|kind#(?!post).*"
)
#: Whose categories are topics: WordPress' two kinds, and those of newspapers, which are addresses.
_TOPICAL = re.compile(r"category|post_tag|.*://.*")
#: Of drafts WordPress gives the day before the first.
_NO_DATE = re.compile(r"0000-00-00.*|.*-0001\b.*")


def is_export(path: Path) -> bool:
    """Whether a path names a table, a feed or an export."""
    return path.suffix.lower() in EXPORT_ENDINGS and not path.is_dir()


def read_export(path: Path, settings: Settings, *, strict: bool = False) -> Corpus:
    """The articles of a table, a feed or an export, by its ending; parameters and errors as for `read_site`."""
    if path.exists() and not path.is_file():
        raise SiteError(f"{path}: is no regular file. Name a file with an article a row.")
    most_bytes = settings.articles.max_megabytes * 1_000_000
    warnings: list[str] = []
    ending = path.suffix.lower()
    if ending in _FEEDS:
        rows, expected = _feed_rows(path, most_bytes, warnings), "Write an item an article."
    elif ending in _PARQUET:
        rows, expected = _parquet_rows(path), "Write a row an article."
    else:
        rows = _csv_rows(path, settings, most_bytes)
        expected = "Begin it with a line such as id,title,excerpt,date,url,tags, and write a row an article."
    try:
        path.open("rb").close()  # whatever reads it, the message is the same
        return corpus_of_rows(rows, str(path), settings, strict=strict, expected=expected, warnings=warnings)
    except OSError as error:
        raise unread(str(path), error, "Name a file that exists.") from None


def _csv_rows(path: Path, settings: Settings, most_bytes: int) -> _Rows:
    """The rows of a file of values with commas, semicolons, tabs or bars; the first line names the columns."""
    name = path.name
    reader = reader_of_rows(settings)
    asked = {*names_asked(settings), fold_name(settings.writing.front_matter_name)}
    # The largest value; it is of the module, for whoever reads such files in this process.
    csv.field_size_limit(max(csv.field_size_limit(), most_bytes))
    # A byte that is no UTF-8 is told of with its row.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _lines(file, name, most_bytes)
        n_blank, first = next(((number, line) for number, line in enumerate(lines) if line.strip()), (0, ""))
        delimiter = max(_DELIMITERS, key=re.sub(r'"[^"]*"', "", first).count)
        table = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
        columns: list[str] = []
        while True:
            where = f"{name}:{n_blank + table.line_num + 1}"
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
                columns = _columns(cells, where, reader, asked)
                continue
            yield where, _values(cells, columns, where, reader, delimiter)


def _lines(file: IO[str], name: str, most_bytes: int) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: file.readline(most_bytes + 1), ""), start=1):
        if len(line) > most_bytes:
            raise SiteError(
                f"{name}:{number}: is longer than {most_bytes:,} characters. Shorten it, or raise "
                "articles.max_megabytes in the settings."
            )
        yield line


def _columns(cells: list[str], where: str, reader: FieldReader, asked: Collection[str]) -> list[str]:
    """The columns' names, without remarks, but those that the settings ask for, folded."""
    if problem := _no_text(cells, where):
        raise problem
    named = [cell.strip() for cell in cells]
    if len(named) > _MOST_COLUMNS:
        raise SiteError(_too_many_columns(where, len(named)))
    bare = [_REMARK.sub("", name).strip() for name in named]
    # Nor where two would be one to us: "published_at (UTC)" and "Published At".
    times = Counter(map(fold_name, bare))
    named = [
        name if times[fold_name(short)] > 1 or fold_name(name) in asked else short
        for name, short in zip(named, bare, strict=True)
    ]
    check_columns(named, where)
    if not any(reader.reads(name, "title") for name in named):
        raise SiteError(
            f"{where}: the first line must name the columns, one of them title, but is {some(named)}. "
            "Begin the file with a line such as id,title,excerpt,date,url,tags."
        )
    return named


def _no_text(cells: list[str], where: str) -> SiteError | None:
    """What is wrong with cells that hold what is in no text; None for others."""
    if any(map(_NO_UTF_8.search, cells)):
        return SiteError(f"{where}: is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).")
    if any("\0" in cell for cell in cells):
        # UTF-16 is full of them.
        return SiteError(f"{where}: holds U+0000, which is in no text. Take it out, or save a file in UTF-16 as UTF-8.")
    return None


def _too_many_columns(where: str, n_columns: int) -> str:
    most = f"of at most {_MOST_COLUMNS:,}"
    return f"{where}: has {n_columns:,} columns, {most}. Leave out those that say nothing of an article."


def _values(
    cells: list[str], columns: list[str], where: str, reader: FieldReader, delimiter: str
) -> dict[str, Any] | SiteError:
    """The values of a row by their columns; what is empty is left out."""
    if len(cells) != len(columns):
        return SiteError(
            f"{where}: has {len(cells):,} values, but the first line names {len(columns):,} columns. "
            f"Put a value that holds a {_SAID.get(delimiter, repr(delimiter))} into quotation marks."
        )
    if problem := _no_text(cells, where):
        return problem
    named = zip(columns, map(str.strip, cells), strict=True)
    return {name: _value(text, name, reader) for name, text in named if name and text and text not in _NOTHING}


_SAID = {",": "comma", ";": "semicolon", "\t": "tab"}


def _value(text: str, column: str, reader: FieldReader) -> Any:
    """The value of a cell: a text, or the texts of a list, for which tables have no form of their own."""
    folded = fold_name(column)
    is_many = folded in _OF_MANY or reader.reads(column, "topics")
    is_known = reader.knows(column) or folded in OWN_NAMES
    if is_known and not is_many:
        return text
    if text[0] in "[{" and text[-1] in "]}" and (found := value_in(text)) is not None:
        return found
    marks = r"[|;\n]" if re.search(r"[|;\n]", text) else ","
    if is_many:
        bare = re.sub(r"^\[([^][]*)\]$", r"\1", text)
        return [part for one in re.split(marks, bare) if (part := one.strip())]
    # Which marks part the entries of a list, and which are a title's, is seen where all titles are known.
    return text if marks == "," else text.split("\n")


def pyarrow_for(what: str) -> Any:
    """The library that knows Parquet; MissingExtraError, which says what needs it, where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(what, "parquet") from None
    return pyarrow


def _parquet_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of a Parquet file."""
    pyarrow = pyarrow_for(f"{path}: reading Parquet")
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            if file.metadata.num_columns > _MOST_COLUMNS:
                raise SiteError(_too_many_columns(str(path), file.metadata.num_columns))
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
        columns = [map(_cell, column) for column in batch.columns]
        for row in zip(*columns, strict=True):
            n_characters += _n_characters(list(row))
            check_unpacked(n_packed, n_characters)
            yield dict(zip(batch.schema.names, row, strict=True))


def _n_characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_n_characters, value))
    return len(value) if isinstance(value, str | bytes) else 0


def _cell(cell: Any) -> Any:
    """The value of a cell; of a moment that Python does not have, the number."""
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return getattr(cell, "value", None)


def _feed_rows(path: Path, most_bytes: int, warnings: list[str]) -> _Rows:
    """The articles of a feed or an export of WordPress, none of more bytes; `warnings` takes what was left out."""
    import defusedxml

    passed_over: Counter[str] = Counter()
    number = 0
    try:
        for number, values in enumerate(_items(path, most_bytes), start=1):
            kind = values.pop("kind", "")
            if _NO_ARTICLES.fullmatch(kind):
                passed_over[kind.removeprefix("kind#")] += 1
            else:
                yield f"{path.name} item {number}", values
    except defusedxml.DefusedXmlException:
        raise SiteError(f"{path}: defines entities of its own, which are not followed. {_EXPECTED_FEED}") from None
    except (ParseError, ValueError, LookupError) as error:
        # The last two are of encodings that the parser does not have.
        if not number:
            raise SiteError(f"{path}: is not XML ({error}). {_EXPECTED_FEED}") from None
        where = f"{path.name} item {number + 1}"
        yield where, SiteError(f"{where}: is not XML ({error}); nothing behind it is read. Export the file anew.")
    if passed_over:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in passed_over.most_common())
        warnings.append(f"{path.name}: what is no article is not read: {kinds}.")


def _items(path: Path, most_bytes: int) -> Iterator[dict[str, Any]]:
    """The values of each item, with the language of the feed and the names by which it knows authors."""
    from defusedxml.ElementTree import iterparse

    around: list[str] = []
    people: dict[str, str] = {}
    item = language = ""
    number = begun = 0
    with path.open("rb") as file:
        for event, element in iterparse(file, events=("start", "end")):
            if file.tell() - begun > most_bytes + _READ_AHEAD:
                raise SiteError(
                    f"{path}: behind item {number:,} is more than {most_bytes:,} bytes without an end. Shorten "
                    "it, or raise articles.max_megabytes in the settings."
                )
            tag = _tag(element)
            if event == "start":
                if not around:
                    item = _ITEMS.get(tag, "")
                    language = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
                if not item:
                    raise SiteError(f"{path}: is XML that begins with <{tag}>, but no feed. {_EXPECTED_FEED}")
                if len(around) == MAX_DEPTH:
                    raise SiteError(f"{path}: elements are nested more than {MAX_DEPTH} deep. {_EXPECTED_FEED}")
                around.append(tag)
                continue
            around.pop()
            if tag == item:
                number += 1
                values = _item(element, is_atom=item == "entry")
                authors = [people.get(one) or one for one in values.pop("author", ())]
                yield {"language": language, "author": authors, **values}
                element.clear()
                begun = file.tell()
            elif tag == "language" and item not in around:
                language = _text_of(element)
            elif tag == "author" and item not in around:
                # WordPress tells beside its articles what those are called who log in.
                told = {_tag(part): _text_of(part) for part in element}
                people[told.get("author_login", "")] = told.get("author_display_name", "")


def _item(element: Element, *, is_atom: bool) -> dict[str, Any]:
    """The values of an item of RSS or an entry of Atom; those under WordPress's own names come first."""
    found: dict[str, str] = {}
    links: dict[str, list[str]] = {}
    topics: list[str] = []
    authors: list[str] = []
    for child in element:
        name, space = _tag(child), child.tag.partition("}")[0]
        text = _of_kind(child, keeps_marks=name == "content") if is_atom else _text_of(child)
        if name == "link" and (address := child.get("href")):
            links.setdefault(child.get("rel", "alternate"), []).append(address)
        elif name == "category" and child.get("scheme", "").endswith("#kind"):
            found["post_type"] = child.get("term", "").rpartition("/")[2]
        elif name == "category" and _TOPICAL.fullmatch(child.get("domain", "category")):
            topics.append(child.get("label") or child.get("term") or without_marks(text))
        elif name == "control" and text == "yes":
            found["status"] = "draft"  # all that it holds is `app:draft`
        elif name in ("creator", "author"):
            authors += [_text_of(part) for part in child if _tag(part) == "name"] or [without_marks(text)]
        elif name == "encoded":
            found["excerpt" if "/excerpt" in space else "body"] = text
        # That of Media RSS is a picture's.
        elif text and not (name == "title" and "mrss" in space):
            found.setdefault(name, text)
    guid = found.get("guid") or found.get("id", "")
    address = found.get("link") or next(iter(links.get("alternate", ())), guid if guid.startswith("http") else "")
    names = ("post_date_gmt", "pubDate", "published", "date", "updated", "post_date")
    dates = (found.get(name, "") for name in names)
    plain = str if is_atom else without_marks
    values = {
        "kind": found.get("post_type"),
        "title": plain(found.get("title", "")),
        "webUrl": address,
        "aliases": [one for one in (guid, found.get("post_name")) if one and one != address],
        "id": "" if address else guid or found.get("post_id"),
        "date": next((day for day in dates if day and not _NO_DATE.fullmatch(day)), ""),
        "excerpt": plain(found.get("excerpt") or found.get("summary") or found.get("description", "")),
        "body": found.get("body") or (found.get("content") if is_atom else ""),
        "tags": [topic for topic in topics if topic and topic != "Uncategorized"],
        "author": authors,
        "status": "private" if found.get("post_password") else found.get("status"),
        "language": found.get("language"),
        "related": links.get("related"),
    }
    return {name: value for name, value in values.items() if value}


def _of_kind(element: Element, keeps_marks: bool) -> str:
    """A text of Atom, as its type says: as it is, or without the marks of HTML unless they are to be kept."""
    if element.get("type", "text") == "text":
        return _text_of(element)
    is_within = element.get("type") == "xhtml"
    text = "".join(tostring(child, encoding="unicode") for child in element) if is_within else _text_of(element)
    return text if keeps_marks else without_marks(text)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text_of(element: Element) -> str:
    return "".join(element.itertext()).strip()
