"""
The cost model of docs/cluster.md against what is measured, on worker processes of this machine.

Usage: python benchmarks/cluster.py SITE [--articles 5000 10000 20000] [--workers 1 2] [--folder DIR]

The two coefficients of time, a pair of articles searched and an article explained and written, are taken from the first
size with one worker; every other line is a prediction. Bytes and tasks are predicted without any fit: bytes of partial
results are counted as they are pickled, bytes of the folder as they lie on the disk.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
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
        "articles", "workers", "tasks", "pairs of a block and a shard", "partial MB", "predicted", "folder kB/article",
        "seconds", "predicted", "ratio",
    )  # fmt: skip
    pair = article = 0.0
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
        for n_workers in arguments.workers:
            layout, seconds, partial = measure(recommender, n_workers)
            n_pairs = layout.n_blocks * layout.n_shards
            places = layout.n_asked * layout.n_shards * (K + 1) * PLACE / 1e6
            predicted = (pair * n_articles**2 + article * n_articles) / n_workers
            table.add_row(
                f"{n_articles:,}", f"{n_workers}", f"{n_pairs + layout.n_blocks:,}", f"{n_pairs:,}", f"{partial:.2f}",
                f"{places:.2f}", f"{n_bytes / n_articles / 1e3:.2f}", f"{seconds:.1f}", f"{predicted:.1f}",
                f"{seconds / predicted:.2f}",
            )  # fmt: skip
    console = Console(width=140)
    console.print(table)
    console.print(f"a pair searched: {pair * 1e9:.1f} ns; an article explained and written: {article * 1e3:.2f} ms")


def measure(recommender: Recommender, n_workers: int) -> tuple[Layout, float, float]:
    """How the run was cut, the seconds of its second time, and the megabytes of its partial results."""
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
        write_folder(folder / "parts", recommender, ids, K, None, layout)
        one = len(pickle.dumps(search(str(folder / "parts"), 0, 0), protocol=5))
        return layout, seconds, one * layout.n_blocks * layout.n_shards / 1e6


if __name__ == "__main__":
    main()
