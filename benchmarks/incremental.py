"""
A run with a saved model after some articles were added: only what they reach computed again, beside all of it.

Usage: python benchmarks/incremental.py SITE [--articles 10000] [--added 1 1000] [--rounds 3] [--anywhere]

The site is made by recombining a real one (corpora.py), one article a line, and ranked by similarity. Its model is
fitted once, and a first run keeps its answers. Then the newest articles are added (`--anywhere`: ones of any date,
which are near in time to many more), and the same command runs in two ways, taking turns: as it is, from what the first
run has kept, and with `--fresh`, in which all is read and computed anew. Each run begins with the cache that the first
run left.

Seconds are medians, of reading, updating the model, computing and writing, without the start of the interpreter; those
of the processor are in brackets. The bytes of the two ways are compared in each round.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from corpora import make_articles, write_jsonl

from recommender.batch import SuggestRun, fit_site, suggest_site
from recommender.settings import settings_from_mapping

SETTINGS = settings_from_mapping({"ranking": {"ranker": "similarity"}, "writing": {"writer": "jsonl"}})


class Place:
    """A folder with the site, its model, the cache that the first run left, and what runs write."""

    def __init__(self, folder: Path) -> None:
        self.site, self.model = folder / "site.jsonl", folder / "model"
        self.cache, self.cache_at_first = folder / "cache", folder / "cache-at-first"
        os.environ["XDG_CACHE_HOME"] = str(self.cache)
        self.outputs = {fresh: folder / f"found-{fresh}.jsonl" for fresh in (False, True)}

    def run(self, *, fresh: bool) -> tuple[float, float, SuggestRun]:
        """Seconds by the clock and of the processor, and the run."""
        shutil.rmtree(self.cache, ignore_errors=True)
        if self.cache_at_first.exists():
            shutil.copytree(self.cache_at_first, self.cache)
        start, start_cpu = time.perf_counter(), time.process_time()
        run = suggest_site(self.site, SETTINGS, model=self.model, output=self.outputs[fresh], fresh=fresh)
        return time.perf_counter() - start, time.process_time() - start_cpu, run

    def are_equal(self) -> bool:
        """Whether the last runs of the two ways wrote the same bytes."""
        return self.outputs[False].read_bytes() == self.outputs[True].read_bytes()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--added", type=int, nargs="+", default=[1, 1_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--anywhere", action="store_true", help="add articles of any date, not the newest")
    options = parser.parse_args()

    made = list(make_articles(options.site, options.articles + max(options.added)))
    if not options.anywhere:
        made.sort(key=lambda article: article.published_at.timestamp() if article.published_at else 0.0)
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        write_jsonl(made[: options.articles], place.site)
        fit_site(place.site, SETTINGS, model=place.model)
        seconds, _, _ = place.run(fresh=False)
        shutil.copytree(place.cache, place.cache_at_first)
        size = sum(file.stat().st_size for file in place.cache.rglob("answers-*"))
        print(f"{options.articles:,} articles: first run {seconds:.1f} s, its answers are kept in {size / 1e6:.1f} MB")
        print("| added | computed again | seconds | with --fresh | ratio | same bytes |\n" + "| --- " * 6 + "|")
        for n_added in options.added:
            write_jsonl(made[: options.articles + n_added], place.site)
            times: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
            n_computed, is_equal = 0, True
            for number in range(options.rounds):
                for fresh in (False, True) if number % 2 == 0 else (True, False):
                    *taken, run = place.run(fresh=fresh)
                    times[fresh].append((taken[0], taken[1]))
                    n_computed = n_computed if fresh else run.n_computed
                is_equal = is_equal and place.are_equal()
            ours, whole = (
                [statistics.median(values) for values in zip(*times[fresh], strict=True)] for fresh in (False, True)
            )
            print(
                f"| {n_added:,} | {n_computed:,} of {options.articles + n_added:,} | {ours[0]:.2f} ({ours[1]:.2f}) "
                f"| {whole[0]:.2f} ({whole[1]:.2f}) | {whole[0] / ours[0]:.1f} ({whole[1] / ours[1]:.1f}) "
                f"| {'yes' if is_equal else 'NO'} |"
            )


if __name__ == "__main__":
    main()
