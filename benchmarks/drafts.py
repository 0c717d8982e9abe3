"""
One draft against a loaded model: how long its suggestions take, from one thread and from several, and how long loading.

Usage: python benchmarks/drafts.py SITE [--articles 5000 100000] [--drafts 2000] [--threads 1 4] [--folder FOLDER]

A big site is made of SITE by `corpora.py`, the drafts too: the articles that follow its last. Each process that is
measured loads the model from its folder, as a pipeline would; the first drafts of a process are not counted.
Milliseconds are of the clock, and beside them of the processor, all threads together, for a draft: on a busy machine
the two are far apart. The ranker is similarity.

With `--folder` the models and the drafts stay there, and a later run takes them as they are; delete it after a change
to what a model holds.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import numpy as np
from corpora import make_articles, write_jsonl

from recommender import Article, Corpus, Recommender, load_model, read_jsonl, read_site
from recommender.settings import settings_from_mapping

#: Drafts that are asked before any is counted.
N_WARM = 50


def timed(ask: Callable[[Article], object], drafts: list[Article], n_threads: int) -> list[float]:
    """Milliseconds of each draft; each thread asks its share, one draft after the other, and nobody else runs."""

    def share(first: int) -> list[float]:
        values = []
        for draft in drafts[first::n_threads]:
            start = time.perf_counter()
            ask(draft)
            values.append((time.perf_counter() - start) * 1000)
        return values

    with ThreadPoolExecutor(n_threads) as pool:
        return [value for values in pool.map(share, range(n_threads)) for value in values]


def measure(folder: Path, n_articles: int, n_drafts: int, n_threads: int) -> None:
    """Load a model, ask it, and print a row of the table; run in a process of its own."""
    start = time.perf_counter()
    rec = load_model(folder / "model")
    seconds = time.perf_counter() - start
    drafts = list(read_jsonl(folder / "drafts.jsonl"))[: n_drafts + N_WARM]
    timed(rec.suggest, drafts[:N_WARM], n_threads)
    cpu = time.process_time()
    values = timed(rec.suggest, drafts[N_WARM:], n_threads)
    cpu = time.process_time() - cpu
    middle, most = np.percentile(values, [50, 99])
    mean = cpu / len(values) * 1000
    print(f"| {n_articles:,} | {n_threads} | {middle:.1f} | {most:.1f} | {mean:.1f} | {seconds:.2f} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[5_000, 100_000])
    parser.add_argument("--drafts", type=int, default=2_000)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--folder", type=Path, help="where models and drafts are kept for later runs")
    parser.add_argument("--measure", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.site, options.measure[0], options.drafts, options.measure[1])
        return
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        table(options, folder)


def table(options: argparse.Namespace, folder: Path) -> None:
    """Print a row for each size and number of threads."""
    print("| articles | threads | p50, ms | p99, ms | CPU, ms a draft | load, s |", flush=True)
    print("| ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for n_articles in options.articles:
        made_folder = folder / f"{n_articles}-{options.drafts}"
        if not (made_folder / "model").exists():
            site = read_site(options.site)
            made = make_articles(site, n_articles + options.drafts + N_WARM)
            corpus = Corpus(islice(made, n_articles), site_language=site.site_language)
            made_folder.mkdir(parents=True, exist_ok=True)
            write_jsonl(made, made_folder / "drafts.jsonl")
            settings = settings_from_mapping({"ranking": {"ranker": "similarity"}})
            Recommender(settings).fit(corpus).save(made_folder / "model")
        for n_threads in options.threads:
            command = [sys.executable, __file__, str(made_folder), "--drafts", str(options.drafts), "--measure"]
            subprocess.run([*command, str(n_articles), str(n_threads)], check=True)


if __name__ == "__main__":
    main()
