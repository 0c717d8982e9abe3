"""
The cost model of docs/cluster.md against what is measured, on worker processes of this machine.

Usage: python benchmarks/cluster.py SITE [--articles 5000 10000 20000] [--workers 1 2] [--folder DIR]

The two coefficients of time, a pair of articles searched and an article explained and written, are taken from the first
size with one worker; every other line is a prediction. Bytes and tasks are predicted without any fit: bytes of partial
results are counted as they are pickled. Last comes the table for sizes that were not run.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import distributed
from corpora import make_articles, write_jsonl
from rich.console import Console
from rich.table import Table

from recommender import Recommender
from recommender.cluster import connected, suggest_on_cluster
from recommender.cluster.folder import Layout, write_folder
from recommender.cluster.run import plan_layout
from recommender.cluster.tasks import answer, search
from recommender.content.jsonl import read_jsonl
from recommender.settings import settings_from_mapping

K = 10
#: Bytes of a place in a partial result: a row, a similarity and a score.
PLACE = 24
#: Bytes of a value in the vectors on the disk, and of a posting in a shard's index.
VALUE, POSTING = 8, 6


@dataclass(frozen=True)
class Corpus:
    """What the model needs of a corpus: bytes of an article in the folder and of its lines, values of its vector."""

    folder: float
    lines: float
    n_values: float


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
    def of(cls, n: int, n_workers: int, corpus: Corpus, pair: float, article: float) -> Cost:
        """The cost of n articles, with seconds of a pair searched and of an article explained and written."""
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
            core_hours=(pair * n**2 + article * n) / 3600,
        )


def coefficients(recommender: Recommender, folder: Path) -> tuple[float, float]:
    """Seconds of a pair searched, and of an article explained and written, in one process."""
    ids = recommender.article_ids
    layout = plan_layout(len(ids), recommender.n_rows, 1)
    write_folder(folder / "parts", recommender, ids, K, None, layout)
    parts = str(folder / "parts")
    found = search(parts, 0, 0)
    answer(parts, 0, [found], str(folder), "warm.jsonl")
    start = time.process_time()
    found = search(parts, 1, 0)
    searched = time.process_time()
    answer(parts, 1, [found], str(folder), "lines.jsonl")
    done = time.process_time()
    n_asked = len(found.rows)
    return (searched - start) / (n_asked * recommender.n_rows), (done - searched) / n_asked


def main() -> None:
    """Fit the two coefficients, then measure beside what they predict."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("site", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[5_000, 10_000, 20_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "recommender-scale")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "k": K}})
    table = Table(
        "articles", "workers", "tasks", "predicted", "partial MB", "predicted", "seconds", "predicted", "ratio",
    )  # fmt: skip
    pair = article = 0.0
    corpus = Corpus(0, 0, 0)
    for n_articles in arguments.articles:
        file = arguments.folder / f"{arguments.site.name}-{n_articles}.jsonl"
        if not file.exists():
            write_jsonl(make_articles(arguments.site, n_articles, lists=0.0), file)
        recommender = Recommender(settings).fit(read_jsonl(file))
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            fitted = coefficients(recommender, folder)
            pair, article = (pair, article) if pair else fitted
            n_bytes = sum(path.stat().st_size for path in folder.rglob("*") if not path.name.endswith(".jsonl"))
        n_values = recommender.asked([])[0].vectors.nnz / n_articles
        for n_workers in arguments.workers:
            layout, seconds, partial, lines = measure(recommender, n_workers)
            corpus = Corpus(n_bytes / n_articles, lines / n_articles, n_values)
            cost = Cost.of(n_articles, n_workers, corpus, pair, article)
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
        f"a pair searched: {pair * 1e9:.1f} ns; an article answered: {article * 1e3:.2f} ms; in the folder "
        f"{corpus.folder / 1e3:.2f} kB an article, its line {corpus.lines / 1e3:.2f} kB, {corpus.n_values:.0f} values"
    )
    console.print(_at_size(corpus, pair, article))


def _at_size(corpus: Corpus, pair: float, article: float) -> Table:
    """The table of docs/cluster.md: what is predicted for sizes that were not run."""
    table = Table(
        "articles", "workers", "tasks", "folder GB", "read GB", "partial GB", "lines GB", "GB/worker", "hours"
    )
    for n, n_workers in ((10**6, 8), (10**7, 64), (10**8, 1024)):
        cost = Cost.of(n, n_workers, corpus, pair, article)
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
