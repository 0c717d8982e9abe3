"""
The whole batch at size: a file of N articles in, suggestions as lines of JSON out, in a process of its own.

Usage: python benchmarks/scale.py SITE [--articles 10000 100000 1000000] [-k 10] [--jobs 2] [--folder DIR]

The corpus is made from a real site by `corpora.py`, seeded, without bodies and without curated lists, and kept in the
folder for the next run. What is run is `recommender suggest FILE --write jsonl --verbose`, ranked by similarity, its
lines thrown away as they come. Stages end when the command logs them. Memory is the sum over the process and all its
children of what each alone holds (their share of what they have in common), every half second; once it is more than
2 GB, every five seconds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from corpora import kept_corpus
from rich.console import Console
from rich.table import Table

#: The line of the log with which each stage ends; what comes after the last is suggesting and writing.
STAGES = {"read": "articles: ", "vectors": "vectors: ", "index": "ranking: "}


def memory_of(process: psutil.Process) -> int:
    """Bytes that a process and its children hold, pages in common divided among those that share them."""
    total = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            full = each.memory_full_info()
            total += getattr(full, "pss", full.rss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def run(file: Path, k: int, n_jobs: int) -> dict[str, float]:
    """Seconds of each stage, the whole, processor time, and the greatest memory in GB."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.yaml"
        settings.write_text(
            f"articles:\n  suggest_unpublished: true\nranking:\n  ranker: similarity\n  n_jobs: {n_jobs}\n"
        )
        command = [sys.executable, "-m", "recommender", "suggest", str(file), "--write", "jsonl", "-k", str(k)]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--settings", str(settings), "--verbose"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        most = 0.0

        def watch() -> None:
            nonlocal most
            while process.poll() is None:
                try:
                    most = max(most, memory_of(psutil.Process(process.pid)))
                except psutil.NoSuchProcess:
                    return
                time.sleep(5.0 if most > 2e9 else 0.5)  # looking at every page of a big process takes a while

        watcher = threading.Thread(target=watch)
        watcher.start()
        ended: dict[str, float] = {}
        told = []
        assert process.stderr is not None
        for line in process.stderr:
            told.append(line)
            for stage, begins in STAGES.items():
                if stage not in ended and line.startswith(begins):
                    ended[stage] = time.perf_counter() - start
        watcher.join()
        if process.wait():
            raise SystemExit("".join(told[-20:]))
    done = time.perf_counter() - start
    figures = {}
    before = 0.0
    for stage in STAGES:
        figures[stage] = ended[stage] - before
        before = ended[stage]
    return {**figures, "suggest": done - before, "all": done, "memory": most / 1e9}


def main() -> None:
    """Make what is missing, run, and print a table that grows line by line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("site", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument(
        "-k", type=int, default=10, help="suggestions of an article; the product gives 5 where nobody says"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "recommender-scale")
    arguments = parser.parse_args()
    table = Table("articles", "read s", "vectors s", "index s", "suggest, write s", "all s", "articles/s", "peak GB")
    for n_articles in arguments.articles:
        figures = run(kept_corpus(arguments.site, n_articles, arguments.folder), arguments.k, arguments.jobs)
        print(n_articles, {name: round(value, 2) for name, value in figures.items()}, file=sys.stderr, flush=True)
        seconds = [f"{figures[name]:.1f}" for name in ("read", "vectors", "index", "suggest", "all")]
        table.add_row(f"{n_articles:,}", *seconds, f"{n_articles / figures['all']:,.0f}", f"{figures['memory']:.2f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
