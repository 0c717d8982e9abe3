"""
What the workers of a cluster read: a folder of plain arrays and lines, opened as memory maps.

A worker holds no article as an object. It reads the few that it names from a file of lines, and builds the index of the
shards of rows that it is asked to search.
"""

from __future__ import annotations

import dataclasses
import json
import mmap
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article, EntryShape
from recommender.model import Recommender
from recommender.persistence import load_parts, save_parts
from recommender.ranking.answers import Threshold
from recommender.ranking.rankers import Query
from recommender.settings import settings_from_mapping
from recommender.vectors.neighbors import Rows, TiledIndex
from recommender.vectors.tfidf import FieldVectorizer

__all__ = ["Layout", "SharedFolder", "open_folder", "write_folder"]

_LINES = "articles.lines"
#: Articles that a worker keeps: those of a few blocks with their suggestions.
_MOST_KEPT = 1 << 14


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """
    How a run is cut: into blocks of articles that are asked for, and shards of rows that are searched.

    Parameters
    ----------
    n_asked, n_rows
        Articles that are asked for, and rows in all.
    block, shard
        Asked articles of a block, and rows of a shard.
    """

    n_asked: int
    n_rows: int
    block: int
    shard: int

    @property
    def n_blocks(self) -> int:
        """Blocks of articles."""
        return -(-self.n_asked // self.block)

    @property
    def n_shards(self) -> int:
        """Shards of rows."""
        return -(-self.n_rows // self.shard)


def write_folder(
    folder: Path, recommender: Recommender, ids: Sequence[str], k: int | None, min_score: float | None, layout: Layout
) -> None:
    """
    Write what workers need to answer for some articles.

    Parameters
    ----------
    folder
        A new folder on storage that every worker reaches under the same path.
    recommender
        Fitted.
    ids
        The articles that are asked for, sorted.
    k, min_score
        As in `Recommender.suggest_all`.
    layout
        How the run is cut.

    Raises
    ------
    WriteError
        The folder cannot be written.
    """
    catalogue, allowed, queries = recommender.asked(ids)
    rows, before, n_listed, hidden = [], [], [], []
    for query in queries:
        rows.append(query.row)
        before.append(query.before)
        n_listed.append(query.n_listed)
        hidden.append(query.hidden)
    threshold = recommender.threshold(min_score)
    head = {
        "settings": dataclasses.asdict(recommender.settings),
        "entry_shape": dataclasses.asdict(recommender.entry_shape),
        "layout": dataclasses.asdict(layout),
        "threshold": dataclasses.asdict(threshold),
        "k": recommender.settings.ranking.k if k is None else k,
    }
    vectors = catalogue.vectors
    save_parts(
        folder,
        head,
        {"terms.json": recommender.vectorizer.state()},
        {
            "idf": recommender.vectorizer.frequencies(),
            "n_having": recommender.vectorizer.n_having,
            "is_name": recommender.vectorizer.is_name,
            "vectors_data": vectors.data,
            "vectors_indices": vectors.indices,
            "vectors_indptr": vectors.indptr,
            "times": catalogue.times,
            "groups": catalogue.groups,
            "allowed": allowed,
            "order": catalogue.order,
            "asked_rows": np.array(rows, dtype=np.int64),
            "asked_before": np.array(before, dtype=np.float64),
            "asked_n_listed": np.array(n_listed, dtype=np.int64),
            "asked_hidden": np.concatenate(hidden) if hidden else np.zeros(0, dtype=np.int64),
            "asked_hidden_starts": np.cumsum([0, *map(len, hidden)], dtype=np.int64),
            "article_starts": _write_articles(
                folder.parent / _LINES, (catalogue.articles[row] for row in range(catalogue.n_rows))
            ),
        },
    )


class SharedFolder:
    """
    The folder as a worker sees it; has what an answer needs of all rows.

    Parameters
    ----------
    folder
        As `write_folder` wrote it.
    """

    def __init__(self, folder: Path) -> None:
        head, documents, arrays = load_parts(folder)
        # Plain arrays over the maps: each slice of a `memmap`, and each call of a compiled loop with one, costs more.
        self._arrays = {name: np.asarray(array) for name, array in arrays.items()}
        self.settings = settings_from_mapping(head["settings"])
        self.entry_shape = EntryShape(**head["entry_shape"])
        self.layout = Layout(**head["layout"])
        self.threshold = Threshold(**head["threshold"])
        self.k: int = head["k"]
        self.vectorizer = FieldVectorizer(self.settings.vectors).restore(
            documents["terms.json"], *(self._arrays[name] for name in ("idf", "n_having", "is_name"))
        )
        self.fields = self.vectorizer.fields
        self.times, self.groups = self._arrays["times"], self._arrays["groups"]
        self.allowed, self.order = self._arrays["allowed"], self._arrays["order"]
        self.articles: Sequence[Article] = _Articles(folder.parent / _LINES, self._arrays["article_starts"])
        self._indexes: dict[int, TiledIndex] = {}
        self._lock = threading.Lock()

    @cached_property
    def vectors(self) -> csr_matrix:
        """Shape (n_rows, n_terms); a memory map."""
        vectors = csr_matrix(
            tuple(self._arrays[f"vectors_{name}"] for name in ("data", "indices", "indptr")),
            shape=(self.layout.n_rows, self.vectorizer.n_terms),
            copy=False,
        )
        vectors.has_sorted_indices = True
        return vectors

    def rows_of(self, shard: int) -> tuple[int, Rows]:
        """A shard's first row, and what decides besides the vectors which of its rows answer."""
        first = shard * self.layout.shard
        part = slice(first, first + self.layout.shard)
        return first, Rows(self.times[part], self.groups[part], self.allowed[part], self.order[part])

    def index(self, shard: int) -> TiledIndex:
        """The index of a shard, built when it is first asked for."""
        with self._lock:
            if shard not in self._indexes:
                first = shard * self.layout.shard
                part = slice(first, first + self.layout.shard)
                self._indexes[shard] = TiledIndex(self.vectors[part], self.times[part])
            return self._indexes[shard]

    def asked_rows(self, block: int) -> NDArray[np.int64]:
        """The rows of a block's articles, shape (n_queries,)."""
        return self._arrays["asked_rows"][self._part(block)]

    def before(self, block: int) -> NDArray[np.float64]:
        """Only rows earlier than this may answer, NaN for no limit; shape (n_queries,)."""
        return self._arrays["asked_before"][self._part(block)]

    def most_hidden(self, block: int) -> int:
        """The greatest number of rows that are hidden from one article of a block."""
        starts = self._arrays["asked_hidden_starts"]
        part = self._part(block)
        return int(np.diff(starts[part.start : part.stop + 1]).max(initial=0))

    def queries(self, block: int) -> list[Query]:
        """A block's articles as queries."""
        part, arrays = self._part(block), self._arrays
        columns, values, indptr = (arrays[f"vectors_{name}"] for name in ("indices", "data", "indptr"))
        queries = []
        for place, row in enumerate(self.asked_rows(block).tolist(), start=part.start):
            first, last = arrays["asked_hidden_starts"][place : place + 2].tolist()
            queries.append(
                Query(
                    article=self.articles[row],
                    columns=columns[indptr[row] : indptr[row + 1]],
                    values=values[indptr[row] : indptr[row + 1]],
                    time=float(self.times[row]),
                    group=int(self.groups[row]),
                    row=row,
                    hidden=arrays["asked_hidden"][first:last],
                    before=float(arrays["asked_before"][place]),
                    n_listed=int(arrays["asked_n_listed"][place]),
                )
            )
        return queries

    def _part(self, block: int) -> slice:
        first = block * self.layout.block
        return slice(first, min(first + self.layout.block, self.layout.n_asked))


@lru_cache(maxsize=1)
def open_folder(folder: str) -> SharedFolder:
    """The folder of the run that a worker is in; kept until there is another."""
    return SharedFolder(Path(folder))


#: What answers name of an article; the rest of it stays with the driver.
_FIELDS = ("id", "title", "excerpt", "url", "topics", "provider", "quality", "language", "body", "published_at")


class _Articles(Sequence[Article]):
    """Articles in a file of lines, read one by one; the last ones are kept."""

    def __init__(self, file: Path, starts: NDArray[np.int64]) -> None:
        self._starts = starts
        self._kept: dict[int, Article] = {}
        with file.open("rb") as lines:
            self._bytes = mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) if len(starts) > 1 else b""

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, row: int) -> Article: ...
    @overload
    def __getitem__(self, row: slice) -> list[Article]: ...
    def __getitem__(self, row: int | slice) -> Article | list[Article]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        known = self._kept.get(row)
        if known is not None:
            return known
        values: dict[str, Any] = json.loads(self._bytes[self._starts[row] : self._starts[row + 1]])
        if "published_at" in values:
            values["published_at"] = datetime.fromisoformat(values["published_at"])
        values["topics"] = tuple(values.get("topics", ()))
        if len(self._kept) >= _MOST_KEPT:
            self._kept = {}
        article = self._kept[row] = Article(**values)
        return article


def _write_articles(file: Path, articles: Any) -> NDArray[np.int64]:
    """Write a line an article, and return where each starts, shape (n_articles + 1,)."""
    starts = [0]
    with file.open("wb") as lines:
        for article in articles:
            values = {name: value for name in _FIELDS if (value := getattr(article, name)) not in ("", (), None)}
            if article.published_at is not None:
                values["published_at"] = article.published_at.isoformat()
            starts.append(starts[-1] + lines.write(json.dumps(values).encode() + b"\n"))
    return np.array(starts, dtype=np.int64)
