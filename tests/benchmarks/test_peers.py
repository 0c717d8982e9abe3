from pathlib import Path

import numpy as np
import pytest
from peer_systems import Data, prepare, run_peer
from peers import tables

NEWSROOM = Path(__file__).parents[2] / "examples" / "newsroom"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred made articles, ready for every peer."""
    made = tmp_path_factory.mktemp("peers")
    prepare(str(NEWSROOM), 300, 10, made)
    return made


def test_the_exact_answers_are_those_of_the_dense_product(folder: Path):
    """The least similarity of the ten best of each checked row is the tenth of its sorted products with all others."""
    dense = Data(folder).matrix.toarray().astype(float)
    exact = np.load(folder / "exact.npz")
    products = dense[exact["rows"]] @ dense.T
    products[np.arange(len(products)), exact["rows"]] = 0
    assert exact["least"] == pytest.approx(np.sort(products, axis=1)[:, -10])


@pytest.mark.parametrize("name", ["recommender", "scikit-learn"])
def test_a_peer_is_asked_for_every_article_and_checked(folder: Path, name: str):
    """What is exact finds all of the exact answer."""
    run = run_peer(name, folder, k=10, threads=1, budget=60)
    assert (run["n_asked"], run["recall"]) == (300, 1.0)
    assert run["seconds"] == pytest.approx(run["build_seconds"] + run["ask_seconds"])


ABOUT = {"n_articles": 1000, "n_terms": 500, "terms_per_article": 22.0, "products_per_query": 4000.0}


def run_of(system: str, seconds: float = 0.0, n_asked: int = 1000, n_articles: int = 1000, **more: object) -> dict:
    """A run as it stands in the results."""
    run = {"system": system, "n_articles": n_articles, "repeat": 0, "k": 50, "threads": 2, "machine": "a machine"}
    run |= {"about": ABOUT, "seconds": seconds, "n_asked": n_asked, "recall": 1.0, "peak_bytes": 2e8, "version": "1"}
    return {**run, **more}


def test_a_table_says_who_is_slower_and_what_was_scaled_up():
    """Ratios of medians, samples marked, and a run that was given up with its reason."""
    failed = {"system": "prelims", "n_articles": 1000, "machine": "a machine", "failed": "more than 20 GB"}
    runs = [
        *(run_of("recommender", seconds) for seconds in (1.0, 2.0, 6.0)),
        run_of("gensim", 8.0, n_asked=100),
        run_of("bm25s", 0.5, recall=0.8),
        {**failed, "peak_bytes": 2.1e10},
    ]
    text = tables(runs)
    for line in (
        "| recommender | cosine of those that share most | 2.00 s | 1.00 s to 6.00 s | 500 |  | 0.20 GB | 100.0% |",
        "| gensim | exact cosine | 8.00 s \\* | one run | 125 | 4.0 times faster | 0.20 GB | 100.0% |",
        "| prelims | exact cosine | more than 20 GB | | | | 21.00 GB | |",
        "| bm25s | BM25 | 0.50 s | one run | 2,000 | **4.0 times slower** | 0.20 GB | 80.0% |",
        "\\* asked for a sample of the articles, drawn at random, and scaled up.",
    ):
        assert line in text.splitlines()


def test_growth_is_told_as_a_power():
    """Ten times the articles in a hundred times the time is a power of two."""
    text = tables([run_of("gensim", 1.0), run_of("gensim", 100.0, n_articles=10_000, peak_bytes=2e9)])
    assert "| gensim | 1,000 to 10,000 | 2.00 | 1.00 |" in text
