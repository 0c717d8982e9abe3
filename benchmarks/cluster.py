"""
The cost model of docs/cluster.md against what is measured, on worker processes of this machine.

Usage: python benchmarks/cluster.py SITE [--articles 5000 10000 20000] [--workers 1 2] [--rates 10000 30000 100000]
                                         [--folder DIR]

The rates are measured in one process: what it takes to search an article in its own half of a site and in the other
half, for sites of several sizes, and to explain and write it. Power laws of the rows of a shard are fitted to the two
searches. Then whole runs are measured on worker processes, beside what these laws predict. Bytes and tasks are
predicted without any fit: bytes of partial results are counted as they are pickled. Last comes the table for sizes that
were not run; the shards of these have a million rows at most, so with `--rates` up to 2000000 nothing is extrapolated.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import distributed
import numpy as np
from corpora import kept_corpus
from recommender.cluster.folder import Layout, write_folder
from rich.console import Console
from rich.table import Table

from recommender import Recommender
from recommender.cluster import connected, suggest_on_cluster
from recommender.cluster.run import plan_layout
from recommender.cluster.tasks import answer, search
from recommender.content.jsonl import read_jsonl
from recommender.settings import settings_from_mapping

K = 10
#: Bytes of a place in a partial result: a row, a similarity and a score.
PLACE = 24
#: Bytes of a value in the vectors on the disk, and of a posting in a shard's index.
VALUE, POSTING = 8, 6
#: Blocks that are searched for the rates.
N_BLOCKS = 8


@dataclass(frozen=True)
class Corpus:
    """What the model needs of a corpus: bytes of an article in the folder and of its lines, values of its vector."""

    folder: float
    lines: float
    n_values: float


@dataclass(frozen=True)
class Law:
    """Seconds to search an article in a shard of R rows: ``seconds * (R / 1000) ** exponent``."""

    seconds: float
    exponent: float

    @classmethod
    def fitted(cls, rows: list[int], seconds: list[float]) -> Law:
        """The law of some measured points; through one point, proportional to the rows."""
        if len(rows) == 1:
            return cls(seconds[0] / (rows[0] / 1000), 1.0)
        exponent, log_seconds = np.polyfit(np.log(np.array(rows) / 1000), np.log(seconds), 1)
        return cls(float(np.exp(log_seconds)), float(exponent))

    def __call__(self, n_rows: int) -> float:
        """The seconds for a shard of so many rows."""
        return self.seconds * (n_rows / 1000) ** self.exponent

    def __str__(self) -> str:
        return f"{self.seconds * 1e3:.3f} ms x (R / 1,000) ^ {self.exponent:.2f}"


@dataclass(frozen=True)
class Rates:
    """Processor seconds of an article: to search it in its own shard, to search it in another, to answer it."""

    own: Law
    other: Law
    answer: float

    def of_article(self, shard: int, n_shards: int) -> float:
        """All that an article takes, with so many shards of so many rows."""
        return self.own(shard) + (n_shards - 1) * self.other(shard) + self.answer


@dataclass(frozen=True)
class Cost:
    """What a run takes; the formulas of docs/cluster.md."""

    tasks: int
    searches: int
    folder_gb: float
    read_gb: float
    partial_gb: float
    lines_gb: float
    worker_gb: float
    core_hours: float

    @classmethod
    def of(cls, n: int, n_workers: int, corpus: Corpus, rates: Rates) -> Cost:
        """The cost of n articles."""
        layout = plan_layout(n, n, n_workers)
        shards_of_worker = -(-layout.n_shards // n_workers)
        block = min(layout.block, n)
        return cls(
            tasks=layout.n_blocks * (layout.n_shards + 1),
            searches=layout.n_blocks * layout.n_shards,
            folder_gb=n * corpus.folder / 1e9,
            read_gb=n * (layout.n_shards + 2) * corpus.n_values * VALUE / 1e9,
            partial_gb=n * layout.n_shards * (K + 1) * PLACE / 1e9,
            lines_gb=n * corpus.lines / 1e9,
            worker_gb=(
                shards_of_worker * layout.shard * corpus.n_values * POSTING
                + 3 * block * layout.n_shards * (K + 1) * PLACE
            )
            / 1e9,
            core_hours=n * rates.of_article(layout.shard, layout.n_shards) / 3600,
        )


def measured_rates(recommender: Recommender, folder: Path) -> tuple[float, float, float]:
    """Seconds to search an article in its own half of the site and in the other, and to answer it; in one process."""
    ids = recommender.article_ids
    n_rows = recommender.n_rows
    layout = Layout(len(ids), n_rows, min(512, -(-len(ids) // 8)), -(-n_rows // 2))
    write_folder(folder / "parts", recommender, ids, K, None, layout)
    parts = str(folder / "parts")
    answer(parts, 0, [search(parts, 0, 0), search(parts, 0, 1)], str(folder), "warm.jsonl")
    seconds = np.zeros(3)
    n_asked = 0
    # Of both halves, old and new; rows are in the order of their ids, which here is that of their dates.
    for block in np.linspace(0, layout.n_blocks - 1, N_BLOCKS).round().astype(int).tolist():
        own = int(block * layout.block >= layout.shard)
        marks = [time.process_time()]
        found = {}
        for shard in (own, 1 - own):
            found[shard] = search(parts, block, shard)
            marks.append(time.process_time())
        answer(parts, block, [found[0], found[1]], str(folder), "lines.jsonl")
        marks.append(time.process_time())
        seconds += np.diff(marks)
        n_asked += len(found[0].rows)
    own_seconds, other_seconds, answer_seconds = (seconds / n_asked).tolist()
    return own_seconds, other_seconds, answer_seconds


def main() -> None:
    """Fit the rates, then measure beside what they predict."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("site", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[5_000, 10_000, 20_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rates", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "recommender-scale")
    arguments = parser.parse_args()
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "k": K}})
    table = Table(
        "articles", "workers", "tasks", "predicted", "partial MB", "predicted", "seconds", "predicted", "ratio",
    )  # fmt: skip
    halves: list[int] = []
    seconds_of: list[tuple[float, float, float]] = []
    for n_articles in arguments.rates:
        recommender = Recommender(settings).fit(read_jsonl(kept_corpus(arguments.site, n_articles, arguments.folder)))
        with tempfile.TemporaryDirectory() as scratch:
            measured = measured_rates(recommender, Path(scratch))
        halves.append(-(-recommender.n_rows // 2))
        seconds_of.append(measured)
        print(halves[-1], [f"{seconds * 1e3:.3f} ms" for seconds in measured], file=sys.stderr, flush=True)
        del recommender
    own, other, answers = zip(*seconds_of, strict=True)
    rates = Rates(Law.fitted(halves, list(own)), Law.fitted(halves, list(other)), statistics.median(answers))
    corpus = Corpus(0, 0, 0)
    for n_articles in arguments.articles:
        recommender = Recommender(settings).fit(read_jsonl(kept_corpus(arguments.site, n_articles, arguments.folder)))
        with tempfile.TemporaryDirectory() as scratch:
            parts = Path(scratch) / "parts"
            ids = recommender.article_ids
            write_folder(parts, recommender, ids, K, None, plan_layout(len(ids), recommender.n_rows, 1))
            n_bytes = sum(path.stat().st_size for path in Path(scratch).rglob("*") if path.is_file())
        n_values = recommender.asked([])[0].vectors.nnz / n_articles
        for n_workers in arguments.workers:
            layout, seconds, partial, lines = measure(recommender, n_workers)
            corpus = Corpus(n_bytes / n_articles, lines / n_articles, n_values)
            cost = Cost.of(n_articles, n_workers, corpus, rates)
            predicted = cost.core_hours * 3600 / n_workers
            print(n_articles, n_workers, round(seconds, 1), round(predicted, 1), file=sys.stderr, flush=True)
            table.add_row(
                f"{n_articles:,}", f"{n_workers}", f"{layout.n_blocks * (layout.n_shards + 1):,}", f"{cost.tasks:,}",
                f"{partial:.2f}", f"{cost.partial_gb * 1e3:.2f}", f"{seconds:.1f}", f"{predicted:.1f}",
                f"{seconds / predicted:.2f}",
            )  # fmt: skip
    console = Console(width=140)
    console.print(table)
    console.print(
        f"an article searched in its own shard of R rows: {rates.own}; in another: {rates.other}; answered: "
        f"{rates.answer * 1e3:.2f} ms; in the folder "
        f"{corpus.folder / 1e3:.2f} kB an article, its line {corpus.lines / 1e3:.2f} kB, {corpus.n_values:.0f} values"
    )
    console.print(_at_size(corpus, rates))


def _at_size(corpus: Corpus, rates: Rates) -> Table:
    """The table of docs/cluster.md: what is predicted for sizes that were not run."""
    table = Table(
        "articles", "workers", "tasks", "folder GB", "read GB", "partial GB", "lines GB", "GB/worker", "hours"
    )
    for n, n_workers in ((10**6, 8), (10**7, 64), (10**8, 1024)):
        cost = Cost.of(n, n_workers, corpus, rates)
        sizes = (cost.folder_gb, cost.read_gb, cost.partial_gb, cost.lines_gb)
        table.add_row(
            f"{n:,}", f"{n_workers:,}", f"{cost.tasks:,}", *(f"{size:,.0f}" for size in sizes), f"{cost.worker_gb:.2f}",
            f"{cost.core_hours / n_workers:,.1f}",
        )  # fmt: skip
    return table


def measure(recommender: Recommender, n_workers: int) -> tuple[Layout, float, float, int]:
    """How the run was cut, its seconds, the megabytes of its partial results, and the bytes of its lines."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        distributed.LocalCluster(
            n_workers=n_workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        connected(cluster.scheduler_address) as client,
    ):
        folder = Path(scratch)
        ids = recommender.article_ids
        # The first time the workers import and compile.
        suggest_on_cluster(client, recommender, ids[: max(64, len(ids) // 20)], folder / "warm.jsonl")
        start = time.perf_counter()
        made = suggest_on_cluster(client, recommender, ids, folder / "lines.jsonl")
        seconds = time.perf_counter() - start
        layout = made.layout
        n_bytes = (folder / "lines.jsonl").stat().st_size
        write_folder(folder / "parts", recommender, ids, K, None, layout)
        one = len(pickle.dumps(search(str(folder / "parts"), 0, 0), protocol=5))
        return layout, seconds, one * layout.n_blocks * layout.n_shards / 1e6, n_bytes


if __name__ == "__main__":
    main()
