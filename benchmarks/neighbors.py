"""
Exact nearest neighbors, side by side in one run: ours, sparse-dot-topn, scikit-learn's `NearestNeighbors`.

Usage: python benchmarks/neighbors.py SITE [--articles 100000] [--queries 4000] [--k 10 50] [--repeats 3] [--threads 2]
       [--max-df 1.0] [--only peers|limit|damped|growth]

Four parts, each with a table:

- peers: words of recombined titles and excerpts, plain cosine, the same float32 matrix and the same queries for all.
  Systems take turns; medians, least and most, the share of the processor time that the operating system's kernel takes
  (for new memory, above all); memory is what the process needs at its peak beyond what it had before.
- limit: the least multiply-adds and bytes of an exact answer that looks at every pair of articles with a common term
  once, at the rates that this machine reaches in a small kernel; and the time that ours takes. Ours may go below it:
  its bounds pass over pairs without looking.
- damped: the product's own matrix, all fields, character n-grams too, with the dates of an ever longer site (gaps
  between articles drawn from the site's own), damped by days as the product does.
- growth: one draft, one article added, a thousand added.

Compile time is no part of any figure: each call is made once, on two queries, before the clock starts.

The corpus, seeded: each article takes the title of one article and the excerpt of another and coins a new word now and
then, so that the vocabulary grows with the square root of the text, as Heaps' law has it. A site on one theme has terms
that most of its articles have; their postings are most of the work, and `--max-df 0.2` shows a corpus without them.
"""

import argparse
import dataclasses
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from sparse_dot_topn import sp_matmul_topn

from recommender import Article, read_site
from recommender.settings import Settings
from recommender.vectors.damping import Damping
from recommender.vectors.neighbors import Neighbors, Rows, TiledIndex
from recommender.vectors.text import analyzer_for
from recommender.vectors.tfidf import FieldVectorizer


def recombined_words(site: str, n_articles: int, max_df: float, seed: int = 0) -> csr_matrix:
    """Shape (n_articles, n_terms): rows of length 1 over the words of recombined titles and excerpts."""
    rng = np.random.default_rng(seed)
    analyzer = analyzer_for("en")
    titles, excerpts = zip(
        *((analyzer.terms(article.title), analyzer.terms(article.excerpt)) for article in read_site(site)), strict=True
    )
    n_words = 0
    documents = []
    for _ in range(n_articles):
        words = titles[rng.integers(len(titles))] + excerpts[rng.integers(len(excerpts))][:14]
        n_words += len(words)
        # A new word in a text of n words with probability 10 / sqrt(n): the vocabulary grows as 20 * sqrt(n).
        words = [f"coined{n_words}" if rng.random() < 10 / np.sqrt(n_words + 1) else word for word in words]
        documents.append(words)
    vectorizer = TfidfVectorizer(analyzer=lambda words: words, sublinear_tf=True, max_df=max_df, dtype=np.float32)
    matrix = vectorizer.fit_transform(documents)
    matrix.sort_indices()
    return matrix


def recombined_articles(site: str, n_articles: int, seed: int = 0) -> Iterator[Article]:
    """Articles in order of time: a title, an excerpt and a gap of the site's own each, drawn, and coined words."""
    rng = np.random.default_rng(seed)
    articles = list(read_site(site))
    moments = sorted(article.published_at for article in articles if article.published_at)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    now, n_words = datetime(1, 1, 1, tzinfo=UTC), 0
    for number in range(n_articles):
        title = articles[rng.integers(len(articles))].title.split()
        source = articles[rng.integers(len(articles))]
        excerpt = source.excerpt.split()
        n_words += len(title) + len(excerpt)
        chance = 10 / np.sqrt(n_words + 1)
        for words in (title, excerpt):
            for place in np.flatnonzero(rng.random(len(words)) < chance):
                words[place] = "".join(map(chr, rng.integers(97, 123, 7)))
        now += timedelta(seconds=gaps[rng.integers(len(gaps))])
        yield dataclasses.replace(
            source, id=f"a{number:07}", title=" ".join(title), excerpt=" ".join(excerpt), related=(), published_at=now
        )


class Search:
    """Ours over a matrix, asked for rows of it."""

    def __init__(self, matrix: csr_matrix, times: np.ndarray, damping: Damping, n_threads: int) -> None:
        n_rows = matrix.shape[0]
        self.matrix, self.times, self.damping, self.n_threads = matrix, times, damping, n_threads
        self.index = TiledIndex(matrix, times)
        self.rows = Rows(times, np.zeros(n_rows, np.int32), np.ones(n_rows, bool), np.arange(n_rows))

    def ask(self, numbers: np.ndarray, k: int) -> Neighbors:
        """The neighbors of some rows."""
        return self.index.top_k(
            self.matrix[numbers], k, self.rows, query_times=self.times[numbers],
            query_groups=np.zeros(len(numbers), np.int32), exclude=numbers, damping=self.damping,
            n_threads=self.n_threads,
        )  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak_megabytes(work: Callable[[], object]) -> float:
    """What it needs at its peak beyond what the process had before (Linux)."""

    def status(name: str) -> int:
        return int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0])

    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = status("VmRSS")
    work()
    return (status("VmHWM") - before) / 1024


def peers(matrix: csr_matrix, options: argparse.Namespace) -> None:
    """Ours beside the others."""
    n_rows = matrix.shape[0]
    numbers = np.arange(0, n_rows, max(1, n_rows // options.queries), dtype=np.int64)[: options.queries]
    ours = Search(matrix, np.full(n_rows, np.nan), Damping(), options.threads)
    transposed = csr_matrix(matrix.T)
    for k in options.k:
        brute = NearestNeighbors(n_neighbors=k + 1, metric="cosine", algorithm="brute", n_jobs=options.threads)
        brute.fit(matrix)
        systems: dict[str, tuple[np.ndarray, Callable[[np.ndarray], object]]] = {
            "recommender": (numbers, lambda asked, k=k: ours.ask(asked, k)),
            "sparse-dot-topn": (
                numbers,
                lambda asked, k=k: sp_matmul_topn(
                    matrix[asked], transposed, top_n=k + 1, sort=True, n_threads=options.threads
                ),
            ),
            "scikit-learn NearestNeighbors": (numbers, lambda asked, brute=brute: brute.kneighbors(matrix[asked])),
        }
        rates: dict[str, list[float]] = {name: [] for name in systems}
        shares: dict[str, list[float]] = {name: [] for name in systems}
        memory: dict[str, float] = {}
        for name, (asked, answer) in systems.items():
            answer(asked[:2])
            memory[name] = peak_megabytes(lambda answer=answer, asked=asked: answer(asked))
        for _ in range(options.repeats):
            for name, (asked, answer) in systems.items():
                before = resource.getrusage(resource.RUSAGE_SELF)
                rates[name].append(len(asked) / seconds(lambda answer=answer, asked=asked: answer(asked)))
                after = resource.getrusage(resource.RUSAGE_SELF)
                system, user = after.ru_stime - before.ru_stime, after.ru_utime - before.ru_utime
                shares[name].append(system / max(system + user, 1e-9))
        print(f"\ntop {k}, {len(numbers):,} queries, {options.threads} threads\n")
        print("| system | queries/s, median | least to most | in the kernel | peak MB | recommender is faster by |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        own = statistics.median(rates["recommender"])
        for name, measured in rates.items():
            median = statistics.median(measured)
            print(
                f"| {name} | {median:,.0f} | {min(measured):,.0f} to {max(measured):,.0f} "
                f"| {statistics.median(shares[name]):.0%} | {memory[name]:,.0f} | {own / median:.1f} times |"
            )


@numba.njit(fastmath=True)
def _multiply_add(sums: np.ndarray, values: np.ndarray, n_rounds: int) -> None:
    """A dense multiply-add over arrays that fit the first-level cache."""
    for _ in range(n_rounds):
        for place in range(len(sums)):
            sums[place] += np.float32(0.5) * values[place]


@numba.njit(fastmath=True)
def _scatter(sums: np.ndarray, places: np.ndarray, values: np.ndarray, n_rounds: int) -> None:
    """The same by 16-bit places, which is what a posting list needs."""
    for _ in range(n_rounds):
        for posting in range(np.uint64(len(places))):
            sums[places[posting]] += np.float32(0.5) * values[posting]


@numba.njit(fastmath=True)
def _read(values: np.ndarray) -> float:
    """One pass over memory."""
    total = np.float32(0.0)
    for place in range(len(values)):
        total += values[place]
    return total


def limit(matrix: csr_matrix, options: argparse.Namespace) -> None:
    """The time of ours for all pairs, as a multiple of the machine's limit for looking at every pair once."""
    n_rows = matrix.shape[0]
    frequencies = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(float)
    least_adds = (frequencies * (frequencies - 1)).sum() / 2
    # Each tile's postings are read once for a block of queries that share it; a block has 256 queries.
    least_bytes = matrix.nnz * 4 * (n_rows / 256) / 2
    rng = np.random.default_rng(0)
    sums, values = np.zeros(2048, np.float32), rng.random(2048, dtype=np.float32)
    places = np.sort(rng.choice(2048, 1024, replace=False)).astype(np.uint16)
    much = np.ones(2**26, np.float32)
    _multiply_add(sums, values, 1), _scatter(sums, places, values, 1), _read(much)
    dense = 2048 * 50_000 / min(seconds(lambda: _multiply_add(sums, values, 50_000)) for _ in range(5))
    scattered = 1024 * 50_000 / min(seconds(lambda: _scatter(sums, places, values, 50_000)) for _ in range(5))
    bandwidth = much.nbytes / min(seconds(lambda: _read(much)) for _ in range(5))
    print(f"\none core: {dense / 1e9:.1f} billion multiply-adds/s in rows, {scattered / 1e9:.1f} billion by posting, ")
    print(f"{bandwidth / 1e9:.1f} GB/s from memory. All pairs once: {least_adds / 1e9:.2f} billion multiply-adds, ")
    print(f"{least_bytes / 1e9:.1f} GB of postings.\n")
    numbers = np.arange(0, n_rows, max(1, n_rows // options.queries), dtype=np.int64)[: options.queries]
    ours = Search(matrix, np.full(n_rows, np.nan), Damping(), 1)
    print("| top | ours, one core, all pairs | limit: rows | limit: postings | limit: bytes | ours / largest limit |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    bounds = (least_adds / dense, least_adds / scattered, least_bytes / bandwidth)
    for k in options.k:
        ours.ask(numbers[:2], k)
        took = statistics.median(seconds(lambda k=k: ours.ask(numbers, k)) for _ in range(options.repeats))
        took *= n_rows / len(numbers)
        print(f"| {k} | {took:,.1f} s | " + " | ".join(f"{bound:,.1f} s" for bound in bounds), end=" ")
        print(f"| {took / max(bounds):.2f} |")


def product_matrix(options: argparse.Namespace) -> tuple[csr_matrix, np.ndarray]:
    """The product's own matrix of recombined articles, and their times in days."""
    articles = list(recombined_articles(options.site, options.articles))
    times = np.array([(a.published_at - articles[0].published_at).total_seconds() / 86_400 for a in articles])
    return FieldVectorizer(Settings().vectors).fit_transform(articles), times


def damped(matrix: csr_matrix, times: np.ndarray, options: argparse.Namespace) -> None:
    """Ours on the product's matrix, with the dates as they are, squeezed into 20 years, and without damping."""
    ranking = Settings().ranking
    fading = Damping(ranking.half_life_days, ranking.time_floor)
    n_rows = matrix.shape[0]
    # Runs of neighboring articles, as a batch asks them.
    starts = np.linspace(0, max(0, n_rows - 256), max(1, options.queries // 256)).astype(np.int64)
    numbers = np.unique(np.concatenate([np.arange(start, min(n_rows, start + 256)) for start in starts]))
    print(f"\n{n_rows:,} articles x {matrix.shape[1]:,} terms, {matrix.nnz / n_rows:.0f} terms an article\n")
    print("| dates | top | queries/s | all articles |")
    print("| --- | ---: | ---: | ---: |")
    squeezed = times / times[-1] * 7300
    for name, dates, damping in (
        (f"as drawn: {times[-1] / 365:.0f} years", times, fading),
        ("20 years", squeezed, fading),
        ("not damped", times, Damping()),
    ):
        ours = Search(matrix, dates, damping, options.threads)
        for k in (10, 200):
            ours.ask(numbers[:2], k)
            rate = len(numbers) / statistics.median(
                seconds(lambda k=k, ours=ours: ours.ask(numbers, k)) for _ in range(options.repeats)
            )
            print(f"| {name} | {k} | {rate:,.0f} | {n_rows / rate / 60:,.1f} min |")


def growth(matrix: csr_matrix, times: np.ndarray, options: argparse.Namespace) -> None:
    """One draft, one addition, and a thousand additions, to all but the last 2,000 articles."""
    ranking = Settings().ranking
    first = matrix.shape[0] - 2000
    ours = Search(matrix, times, Damping(ranking.half_life_days, ranking.time_floor), 1)
    built = seconds(lambda: TiledIndex(matrix[:first], times[:first]))
    ours.index = TiledIndex(matrix[:first], times[:first])
    ours.ask(np.array([first]), 10)
    # Rows beyond the index are drafts: they are in the arrays that go with it, and in no segment.
    drafts = [1000 * seconds(lambda row=row: ours.ask(np.array([row]), 10)) for row in range(first, first + 1000)]
    copy = ours.index.copy()
    thousand = 1000 * seconds(lambda: copy.add(matrix[first : first + 1000], times[first : first + 1000]))
    singles = [
        1000 * seconds(lambda row=row: ours.index.add(matrix[row], times[row : row + 1]))
        for row in range(first, first + 1000)
    ]
    after = [1000 * seconds(lambda row=row: ours.ask(np.array([row]), 10)) for row in range(first + 1000, first + 2000)]
    print(f"\n{first:,} articles x {matrix.shape[1]:,} terms, indexed in {built:.2f} s, one thread\n")
    print("| what | ms, median | 99 of 100 within | most |")
    print("| --- | ---: | ---: | ---: |")
    for name, measured in (
        ("one draft, top 10", drafts),
        ("one article added", singles),
        ("one draft after 1,000 single additions", after),
        ("1,000 articles added at once", [thousand]),
    ):
        print(
            f"| {name} | {statistics.median(measured):.2f} | {np.percentile(measured, 99):.2f} | {max(measured):.2f} |"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=4_000)
    parser.add_argument("--k", type=int, nargs="+", default=[10, 50])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--max-df", type=float, default=1.0)
    parser.add_argument("--only", choices=("peers", "limit", "damped", "growth"))
    options = parser.parse_args()
    parts = (options.only,) if options.only else ("peers", "limit", "damped", "growth")
    if "peers" in parts or "limit" in parts:
        matrix = recombined_words(options.site, options.articles, options.max_df)
        n_rows = matrix.shape[0]
        frequencies = np.sort(np.bincount(matrix.indices, minlength=matrix.shape[1]))[::-1].astype(float)
        print(f"{n_rows:,} articles x {matrix.shape[1]:,} terms, {matrix.nnz / n_rows:.1f} terms an article; ")
        print(f"{(frequencies**2).sum() / n_rows:,.0f} multiply-adds a query, the commonest terms are in ", end="")
        print(", ".join(f"{share:.0%}" for share in frequencies[:3] / n_rows))
        if "peers" in parts:
            peers(matrix, options)
        if "limit" in parts:
            limit(matrix, options)
    if "damped" in parts or "growth" in parts:
        matrix, times = product_matrix(options)
        if "damped" in parts:
            damped(matrix, times, options)
        if "growth" in parts:
            growth(matrix, times, options)


if __name__ == "__main__":
    main()
