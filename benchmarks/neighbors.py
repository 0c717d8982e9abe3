"""
All-pairs nearest neighbors, side by side in one run: ours, sparse-dot-topn, scikit-learn's `NearestNeighbors`.

Usage: python benchmarks/neighbors.py SITE [--articles 100000] [--queries 10000] [--k 50] [--repeats 3] [--threads 2]

The big corpus is made from the words of SITE's titles and excerpts, seeded: each article takes the title of one article
and the excerpt of another and coins a new word now and then, so that the vocabulary goes on growing with the square
root of the text, as Heaps' law has it. All systems answer the same queries on the same float32 matrix; systems take
turns, and the table shows medians. `NearestNeighbors` is asked fewer queries: its cost a query does not depend on that.
"""

import argparse
import statistics
import time

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from sparse_dot_topn import sp_matmul_topn

from recommender import read_site
from recommender.vectors.neighbors import Rows, TiledIndex
from recommender.vectors.text import analyzer_for


def recombined(site: str, n_articles: int, seed: int = 0) -> csr_matrix:
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
    matrix = TfidfVectorizer(analyzer=lambda words: words, sublinear_tf=True, dtype=np.float32).fit_transform(documents)
    matrix.sort_indices()
    return matrix


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    matrix = recombined(options.site, options.articles)
    n_rows = matrix.shape[0]
    queries = matrix[: options.queries]
    few = matrix[: max(1, options.queries // 20)]
    print(f"{n_rows:,} articles x {matrix.shape[1]:,} terms, {matrix.nnz / n_rows:.1f} terms an article")

    rows = Rows(np.full(n_rows, np.nan), np.zeros(n_rows, np.int32), np.ones(n_rows, bool), np.arange(n_rows))
    index = TiledIndex(matrix)
    transposed = csr_matrix(matrix.T)
    brute = NearestNeighbors(n_neighbors=options.k + 1, metric="cosine", algorithm="brute", n_jobs=options.threads).fit(
        matrix
    )

    def ours(asked: csr_matrix) -> None:
        n = asked.shape[0]
        index.top_k(
            asked, options.k, rows, query_times=np.full(n, np.nan), query_groups=np.zeros(n, np.int32),
            exclude=np.arange(n), n_threads=options.threads,
        )  # fmt: skip

    systems = {
        "recommender": (ours, queries),
        "sparse-dot-topn": (
            lambda asked: sp_matmul_topn(asked, transposed, top_n=options.k + 1, sort=True, n_threads=options.threads),
            queries,
        ),
        "scikit-learn NearestNeighbors": (lambda asked: brute.kneighbors(asked), few),
    }
    ours(matrix[:2])  # compiled before the clock starts
    rates: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(options.repeats):
        for name, (answer, asked) in systems.items():
            started = time.perf_counter()
            answer(asked)
            rates[name].append(asked.shape[0] / (time.perf_counter() - started))
    print("| system | queries/s, median | least to most | recommender is faster by |")
    print("| --- | --- | --- | --- |")
    own = statistics.median(rates["recommender"])
    for name, measured in rates.items():
        median = statistics.median(measured)
        print(f"| {name} | {median:,.0f} | {min(measured):,.0f} to {max(measured):,.0f} | {own / median:.1f} times |")


if __name__ == "__main__":
    main()
