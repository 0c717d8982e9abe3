"""
Articles added to a fitted model, against building its state anew from all articles with the same vocabulary.

Usage: python benchmarks/update.py SITE [--articles 100000] [--added 1000] [--singles 100] [--lists 1.0]

A big site is made of SITE by `corpora.py`; the articles that follow its last are added. First all at once, to the model
as it was fitted and to the same model saved and loaded; then one by one; then the state is built anew. The last line is
checked, not only timed: both give the same suggestions for a sample of the articles.
"""

import argparse
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path

from corpora import make_articles

from recommender import Corpus, Recommender, load_model, read_site
from recommender.ranking.state import State
from recommender.settings import settings_from_mapping


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--added", type=int, default=1_000)
    parser.add_argument("--singles", type=int, default=100)
    parser.add_argument("--lists", type=float, default=1.0, help="share of the curated lists that the made site keeps")
    options = parser.parse_args()

    site = read_site(options.site)
    made = make_articles(site, options.articles + options.added + options.singles, lists=options.lists)
    corpus = Corpus(islice(made, options.articles), site_language=site.site_language)
    added, singles = list(islice(made, options.added)), list(made)
    rec = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity"}})).fit(corpus)
    with tempfile.TemporaryDirectory() as folder:
        rec.save(Path(folder) / "model")
        loaded = load_model(Path(folder) / "model")

        print("| what | seconds |\n| --- | ---: |")
        for name, model in (("as fitted", rec), ("saved and loaded", loaded)):
            start = time.perf_counter()
            model.update(added=added)
            seconds = time.perf_counter() - start
            print(f"| {options.added:,} added to {options.articles:,}, {name} | {seconds:.2f} |", flush=True)
        one_by_one = []
        for article in singles:
            start = time.perf_counter()
            rec.update(added=[article])
            one_by_one.append(time.perf_counter() - start)
        print(f"| one added, median of {len(singles):,} | {statistics.median(one_by_one):.4f} |", flush=True)

    articles = sorted([*corpus, *added, *singles], key=lambda article: article.id)
    start = time.perf_counter()
    state = State.build(articles, rec.vectorizer, fit=False)
    rebuilt = time.perf_counter() - start
    print(f"| state built anew from {len(articles):,} | {rebuilt:.2f} |")
    sample = [article.id for article in articles[:: max(1, len(articles) // 200)]]
    found = dict(rec.suggest_all(only=sample))
    state.suggest_unpublished = True
    rec._state = state
    if found != dict(rec.suggest_all(only=sample)):
        raise SystemExit("the updated model and the one built anew differ")


if __name__ == "__main__":
    main()
