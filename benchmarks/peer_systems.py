"""
What `peers.py` runs side by side: each way to a site's related articles behind one shape, in a process of its own.

All but the site generators get the same articles: the stemmed words of titles and excerpts, without stop words, and one
float32 TF-IDF matrix of them with rows of length 1. A peer is built (its index), then asked for the k best articles of
each query but the query itself. Its answers are compared with the exact ones by cosine, ties counting as right.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from corpora import make_articles
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, load_npz, save_npz
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.text.words import analyzer_for

#: Queries whose exact answer is worked out the slow way, to see how much of it a peer finds.
N_CHECKED = 200
#: Queries by which the time of a whole run is foretold.
N_TRIED = 50


class Data:
    """The articles of one size, as files in a folder; each part is read where it is wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def matrix(self) -> csr_matrix:
        """Shape (n_articles, n_terms), float32, rows of length 1 or 0, columns sorted."""
        return load_npz(self.folder / "matrix.npz")

    @cached_property
    def words(self) -> list[list[str]]:
        """The terms of each article."""
        return [line.split() for line in (self.folder / "words.txt").read_text(encoding="utf-8").split("\n")]

    @cached_property
    def n_articles(self) -> int:
        """How many there are."""
        return int(json.loads((self.folder / "about.json").read_text(encoding="utf-8"))["n_articles"])


def prepare(site: str, n_articles: int, k: int, folder: Path, seed: int = 0) -> dict[str, Any]:
    """Make the articles of one size, their matrix and the exact answers of some; returns what is known of it."""
    folder.mkdir(parents=True, exist_ok=True)
    analyzer = analyzer_for("en")

    def documents() -> Iterator[list[str]]:
        with (folder / "words.txt").open("w", encoding="utf-8") as file:
            for number, article in enumerate(make_articles(site, n_articles, seed, lists=0)):
                words = analyzer.terms(f"{article.title}\n{article.excerpt}")
                file.write(("\n" if number else "") + " ".join(words))
                yield words

    vectorizer = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, dtype=np.float32)
    matrix = csr_matrix(vectorizer.fit_transform(documents()))
    matrix.sort_indices()
    save_npz(folder / "matrix.npz", matrix, compressed=False)
    rows = np.sort(np.random.default_rng(seed).choice(n_articles, min(N_CHECKED, n_articles), replace=False))
    columns = matrix.tocsc().astype(np.float64)
    least = np.zeros(len(rows))
    wanted = np.zeros(len(rows), dtype=np.int64)
    for place, row in enumerate(rows):
        similarities = _similarities(columns, matrix[row])
        similarities[row] = 0.0
        wanted[place] = min(k, int((similarities > 0).sum()))
        if wanted[place]:
            least[place] = np.partition(similarities, n_articles - wanted[place])[n_articles - wanted[place]]
    np.savez(folder / "exact.npz", rows=rows, least=least, wanted=wanted)
    frequencies = np.bincount(matrix.indices, minlength=matrix.shape[1])
    about = {
        "n_articles": n_articles,
        "n_terms": int(matrix.shape[1]),
        "terms_per_article": float(matrix.nnz / n_articles),
        # What adding up all postings of a query's terms takes: the work of an inverted index that skips nothing.
        "products_per_query": float(np.square(frequencies.astype(float)).sum() / n_articles),
    }
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return about


def _as_they_are(words: list[str]) -> list[str]:
    return words


def _similarities(columns: Any, vector: csr_matrix) -> NDArray[np.float64]:
    """The cosine of one row with all, the plain way: shape (n_articles,)."""
    return np.asarray(columns[:, vector.indices] @ vector.data.astype(np.float64)).ravel()


# peers -------------------------------------------------------------------------------------------------------------

#: Rows asked for -> what the library answers.
Ask = Callable[[NDArray[np.int64]], Any]
#: What `Ask` gives -> rows, shape (n_queries, at most k + 1), -1 where there are fewer.
AsRows = Callable[[Any], NDArray[np.int64]]


@dataclass(frozen=True)
class Peer:
    """One way to related articles."""

    #: (data, k, threads) -> how to ask, and what turns its answer into rows. Asking is timed, turning is not.
    build: Callable[[Data, int, int], tuple[Ask, AsRows]]
    answers: str  #: What it is asked for, as the table says it.
    most_articles: int = 0  #: More are not asked for; 0 for no limit.


def _rows_as_given(found: Any) -> NDArray[np.int64]:
    return np.asarray(found, dtype=np.int64)


def _padded(lists: list[list[int]], width: int) -> NDArray[np.int64]:
    rows = np.full((len(lists), width), -1, dtype=np.int64)
    for place, found in enumerate(lists):
        rows[place, : len(found)] = found[:width]
    return rows


def _recommender(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    from recommender.vectors.neighbors import SearchIndex, Vectors

    matrix = data.matrix
    vectors = Vectors(matrix, np.zeros((matrix.shape[0], 0), dtype=np.float32))
    index = SearchIndex(vectors, np.zeros(matrix.shape[1], dtype=np.float32))

    def ask(asked: NDArray[np.int64]) -> Any:
        # As a batch asks: so many queries at once, and so many candidates.
        blocks = [asked[start : start + 512] for start in range(0, len(asked), 512)]
        found = (each for block in blocks for each in index.candidates([vectors[[row]] for row in block], 256))
        return [rows[np.lexsort((rows, -similarities))].tolist() for rows, similarities in found]

    return ask, lambda found: _padded(found, k + 1)


def _sparse_dot_topn(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    from sparse_dot_topn import sp_matmul_topn

    matrix = data.matrix
    transposed = csr_matrix(matrix.T)

    def as_rows(found: csr_matrix) -> NDArray[np.int64]:
        return _padded([part.tolist() for part in np.split(found.indices, found.indptr[1:-1])], k + 1)

    return lambda asked: sp_matmul_topn(matrix[asked], transposed, top_n=k + 1, sort=True, n_threads=threads), as_rows


def _scikit_learn(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    from sklearn.neighbors import NearestNeighbors

    matrix = data.matrix
    model = NearestNeighbors(
        n_neighbors=min(k + 1, matrix.shape[0]), metric="cosine", algorithm="brute", n_jobs=threads
    )
    model.fit(matrix)
    return lambda asked: model.kneighbors(matrix[asked], return_distance=False), _rows_as_given


def _gensim(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    from gensim.matutils import Scipy2Corpus
    from gensim.similarities import SparseMatrixSimilarity

    matrix = data.matrix
    index = SparseMatrixSimilarity(
        Scipy2Corpus(matrix), num_features=matrix.shape[1], num_docs=matrix.shape[0], num_nnz=matrix.nnz,
        num_best=k + 1,
    )  # fmt: skip
    # Similarities of a block of queries are dense, 100 MB at most; kept sparse they took gensim thirty times as long.
    n_at_once = max(1, min(256, 25_000_000 // matrix.shape[0]))

    def ask(asked: NDArray[np.int64]) -> list[Any]:
        starts = range(0, len(asked), n_at_once)
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda start: index[matrix[asked[start : start + n_at_once]]], starts))

    def as_rows(found: list[Any]) -> NDArray[np.int64]:
        return _padded([[row for row, _ in answer] for block in found for answer in block], k + 1)

    return ask, as_rows


def _bm25s(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    import bm25s

    words = data.words
    index = bm25s.BM25(backend="numba")
    index.index(words, show_progress=False)

    def ask(asked: NDArray[np.int64]) -> Any:
        queries = [words[row] for row in asked]
        return index.retrieve(queries, k=min(k + 1, len(words)), n_threads=threads, show_progress=False).documents

    return ask, _rows_as_given


def _tantivy(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("row", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=512_000_000, num_threads=threads)
    words = data.words
    for row, terms in enumerate(words):
        document = tantivy.Document(words=" ".join(terms))
        document.add_integer("row", row)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    hits = searcher.search(tantivy.Query.all_query(), limit=len(words)).hits
    row_of = {}
    for _, address in hits:
        row_of[address.segment_ord, address.doc] = searcher.doc(address)["row"][0]

    def ask_one(row: int) -> Any:
        terms = dict.fromkeys(words[row])
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", term, "freq")) for term in terms]
        return searcher.search(tantivy.Query.boolean_query(parts), limit=k + 1, count=False).hits

    def ask(asked: NDArray[np.int64]) -> list[Any]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(ask_one, asked.tolist(), chunksize=64))

    def as_rows(found: list[Any]) -> NDArray[np.int64]:
        return _padded([[row_of[at.segment_ord, at.doc] for _, at in hits] for hits in found], k + 1)

    return ask, as_rows


def _pynndescent(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    from pynndescent import NNDescent

    # The graph of all rows is the answer; building it is all of the work.
    graph = NNDescent(data.matrix, metric="cosine", n_neighbors=k + 1, n_jobs=threads, random_state=0).neighbor_graph[0]
    return lambda asked: graph[asked], _rows_as_given


def _prelims(data: Data, k: int, threads: int) -> tuple[Ask, AsRows]:
    from prelims import Post
    from prelims.processor import Recommender as Prelims

    posts = [Post(Path(f"{row}.md"), {}, "", " ".join(words)) for row, words in enumerate(data.words)]
    Prelims(topk=k, sublinear_tf=True).process(posts)
    lists = [[int(link.strip("/")) for link in post.front_matter["recommendations"]] for post in posts]
    return lambda asked: _padded([lists[row] for row in asked], k), _rows_as_given


#: By the package, whose version is kept with the figures; in the order of the tables. What takes all pairs densely, or
#: grows steeply, has a limit.
PEERS: dict[str, Peer] = {
    "recommender": Peer(_recommender, "cosine of those that share most"),
    "sparse-dot-topn": Peer(_sparse_dot_topn, "exact cosine"),
    "gensim": Peer(_gensim, "exact cosine"),
    "scikit-learn": Peer(_scikit_learn, "exact cosine"),
    "prelims": Peer(_prelims, "exact cosine", 10_000),
    "pynndescent": Peer(_pynndescent, "approximate cosine", 100_000),
    "bm25s": Peer(_bm25s, "BM25"),
    "tantivy": Peer(_tantivy, "BM25"),
}


def run_peer(name: str, folder: Path, k: int, threads: int, budget: float) -> dict[str, Any]:
    """
    Build one peer and ask it for all articles, or for as many, drawn at random, as its budget of seconds allows.

    Seconds to build and to ask, how many were asked, and how much of the exact answer was found.
    """
    peer, data = PEERS[name], Data(folder)
    n = data.n_articles
    _warm_up(name, k, threads)
    _load(name, data)
    started = time.perf_counter()
    ask, as_rows = peer.build(data, k, threads)
    order = np.random.default_rng(1).permutation(n)
    ask(order[:N_TRIED])  # what is built on first use is built
    build_seconds = time.perf_counter() - started
    started = time.perf_counter()
    ask(order[:N_TRIED])
    rate = min(N_TRIED, n) / max(time.perf_counter() - started, 1e-9)
    asked = np.sort(order[: min(n, max(N_TRIED, int(rate * budget)))])
    started = time.perf_counter()
    ask(asked)
    ask_seconds = time.perf_counter() - started
    checked = np.load(folder / "exact.npz")
    found = as_rows(ask(checked["rows"]))
    return {
        "build_seconds": build_seconds,
        "ask_seconds": ask_seconds,
        "n_asked": len(asked),
        "seconds": build_seconds + ask_seconds * n / len(asked),
        "recall": _recall(found, data.matrix, k, **checked),
        "version": importlib.metadata.version(name),
    }


def _load(name: str, data: Data) -> None:
    """Reading the articles is nobody's time."""
    if name in ("bm25s", "tantivy", "prelims"):
        assert data.words
    else:
        assert data.matrix.nnz


def _warm_up(name: str, k: int, threads: int) -> None:
    """Whatever compiles does it before the clock starts, on articles that are none of the others."""
    with tempfile.TemporaryDirectory() as folder:
        data = Data(Path(folder))
        words = [[f"w{(row * step) % 97}" for step in range(1, 12)] for row in range(400)]
        data.words = words
        data.matrix = csr_matrix(TfidfVectorizer(analyzer=_as_they_are, dtype=np.float32).fit_transform(words))
        data.matrix.sort_indices()
        ask, _ = PEERS[name].build(data, min(k, 10), threads)
        ask(np.arange(200))


def _recall(
    found: NDArray[np.int64],
    matrix: csr_matrix,
    k: int,
    rows: NDArray[np.int64],
    least: NDArray[np.float64],
    wanted: NDArray[np.int64],
) -> float:
    """The mean share of the exact k best that was found among the first k; another one as similar is as right."""
    shares = []
    for row, answer, limit, n_wanted in zip(rows, found, least, wanted, strict=True):
        kept = list(dict.fromkeys(int(other) for other in answer if other >= 0 and other != row))[:k]
        if n_wanted:
            similarities = _similarities(matrix[kept], matrix[row]) if kept else np.zeros(0)
            shares.append(min(1.0, float((similarities >= limit - 1e-6).sum()) / n_wanted))
    return float(np.mean(shares)) if shares else 1.0


# generators --------------------------------------------------------------------------------------------------------

_HUGO_CONFIG = """
baseURL = "https://site.example/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "section", "404"]
[related]
  threshold = 1
  includeNewer = true
  toLower = true
  [[related.indices]]
    name = "keywords"
    weight = 100
  [[related.indices]]
    name = "tags"
    weight = 80
"""
_PAGE = "<h1>{{ .Title }}</h1>{{ .Content }}"
_SUGGESTED = (
    '{{ $id := printf "content/%s" (strings.TrimSuffix (path.Ext .File.Path) .File.Path) }}'
    "{{ range index .Site.Data.suggested_related $id }}<a>{{ .title }}</a>{{ end }}"
)
#: The three ways to build a site, and what stands below an article in each.
GENERATORS = {
    "hugo": _PAGE,
    "hugo-related": _PAGE + "{{ range first 5 (.Site.RegularPages.Related .) }}<a>{{ .Title }}</a>{{ end }}",
    "hugo-recommender": _PAGE + _SUGGESTED,
}


def run_generator(name: str, site: str, n_articles: int) -> dict[str, Any]:
    """Seconds that a whole build takes, with the suggestions made first where the recommender makes them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("content", "data", "layouts/_default"):
            (root / part).mkdir(parents=True)
        (root / "hugo.toml").write_text(_HUGO_CONFIG, encoding="utf-8")
        (root / "config.toml").write_text(_HUGO_CONFIG, encoding="utf-8")  # before Hugo 0.110
        (root / "layouts" / "_default" / "single.html").write_text(GENERATORS[name], encoding="utf-8")
        (root / "layouts" / "index.html").write_text("", encoding="utf-8")
        for number, article in enumerate(make_articles(site, n_articles, lists=0)):
            front = {
                "title": article.title,
                "description": article.excerpt,
                "date": article.published_at.isoformat() if article.published_at else "2000-01-01",
                "keywords": sorted(set(analyzer_for("en").terms(article.title))),
                "tags": list(article.topics),
            }
            text = json.dumps(front, ensure_ascii=False)  # JSON is YAML
            (root / "content" / f"page{number:07}.md").write_text(f"---\n{text}\n---\n", encoding="utf-8")
        seconds = {"suggest": 0.0}
        if name == "hugo-recommender":
            own = Path(sys.executable).with_name("recommender")
            seconds["suggest"] = _timed([str(own), "suggest", str(root), "-k", "5"], root)
        seconds["build"] = _timed(["hugo", "--quiet", "--buildFuture", "--destination", "public"], root)
        version = subprocess.run(["hugo", "version"], capture_output=True, text=True, check=True).stdout
        n_links = sum(page.read_text(encoding="utf-8").count("<a>") for page in (root / "public").rglob("*.html"))
        return {
            "seconds": sum(seconds.values()),
            "suggest_seconds": seconds["suggest"],
            "links_per_article": n_links / n_articles,
            "version": version.split()[1],
        }


def _timed(command: list[str], folder: Path) -> float:
    if not shutil.which(command[0]):
        raise FileNotFoundError(f"{command[0]} is not installed")
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return time.perf_counter() - started
