"""Files with an article a row that other programs write: tables, feeds, exports of WordPress."""

from __future__ import annotations

from pathlib import Path

from recommender.articles import Corpus
from recommender.content.feeds import feed_rows
from recommender.content.files import reader_of, unread
from recommender.content.generators import Generator
from recommender.content.rows import corpus_of_rows
from recommender.content.table_files import csv_rows, parquet_rows
from recommender.errors import SiteError
from recommender.settings import Settings

_TABLES, _PARQUET, _FEEDS = (".csv", ".tsv"), (".parquet",), (".xml", ".rss", ".atom", ".wxr")
EXPORT_ENDINGS = (*_TABLES, *_PARQUET, *_FEEDS)


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
        rows, expected = feed_rows(path, most_bytes, warnings), "Write an item an article."
    elif ending in _PARQUET:
        rows, expected = parquet_rows(path), "Write a row an article."
    else:
        rows = csv_rows(path, reader_of(settings, Generator()), most_bytes)
        expected = "Begin it with a line such as id,title,excerpt,date,url,tags, and write a row an article."
    try:
        path.open("rb").close()  # whatever reads it, the message is the same
        return corpus_of_rows(rows, str(path), settings, strict=strict, expected=expected, warnings=warnings)
    except OSError as error:
        raise unread(str(path), error, "Name a file that exists.") from None
