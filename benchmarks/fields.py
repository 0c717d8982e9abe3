"""
Which fields, weights and damping: the defaults of the similarity ranker beside their alternatives.

Usage: python benchmarks/fields.py SITE [--protocol publish-time|whole-site] [--test-from DATE] [--language en]

One variant a row, all of them scored in one run by the product's own evaluation; the variants change one thing each.
"""

import argparse
from functools import partial

from recommender import Recommender, evaluate, read_site
from recommender.settings import Settings, settings_from_mapping

SIMILARITY = {"ranker": "similarity"}
FIELDS = ("title", "excerpt", "title_chars", "topics", "body")


def only(*fields: str, **ranking: float) -> Settings:
    """Settings with these fields alone, at their default weights, undamped unless told otherwise."""
    vectors = {field: {"weight": 0} for field in FIELDS if field not in fields}
    return settings_from_mapping({"vectors": vectors, "ranking": {**SIMILARITY, "half_life_days": 0, **ranking}})


def changed(vectors: dict[str, object] | None = None, **ranking: float) -> Settings:
    """The defaults with something changed."""
    return settings_from_mapping({"vectors": vectors or {}, "ranking": {**SIMILARITY, **ranking}})


VARIANTS = {
    "title alone, undamped": only("title"),
    "excerpt alone, undamped": only("excerpt"),
    "title character n-grams alone, undamped": only("title_chars"),
    "topics alone, undamped": only("topics"),
    "body alone, undamped": only("body"),
    "all fields, undamped": changed(half_life_days=0),
    "default: all fields, half-life 7 days, floor 0.3": changed(),
    "half-life 30 days": changed(half_life_days=30),
    "half-life 120 days": changed(half_life_days=120),
    "floor 0": changed(time_floor=0),
    "floor 0.6": changed(time_floor=0.6),
    "title of weight 6": changed({"title": {"weight": 6}}),
    "without character n-grams": changed({"title_chars": {"weight": 0}}),
    "character n-grams of 3 to 5": changed({"title_chars": {"ngram_range": [3, 5]}}),
    "excerpt of weight 5": changed({"excerpt": {"weight": 5}}),
    "without topics": changed({"topics": {"weight": 0}}),
    "topics of weight 4": changed({"topics": {"weight": 4}}),
    "body of weight 1": changed({"body": {"weight": 1}}),
    "without stems": changed({"stem": False}),
    "without stop words": changed({"stop_words": False}),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--protocol", default="publish-time")
    parser.add_argument("--test-from")
    parser.add_argument("--language", help="only the articles of this language")
    parser.add_argument("--only", nargs="+", metavar="WORDS", help="only the variants whose names have one of these")
    options = parser.parse_args()

    corpus = read_site(options.site)
    if options.language:
        corpus = corpus.with_articles(article for article in corpus if article.language == options.language)
    has_bodies = any(article.body.strip() for article in corpus)
    systems = {
        name: partial(Recommender, settings)
        for name, settings in VARIANTS.items()
        if (has_bodies or "body" not in name) and any(words in name for words in options.only or [""])
    }
    report = evaluate(
        corpus, protocol=options.protocol, test_from=options.test_from, measures=["nDCG@10", "P@1"], systems=systems
    ).to_dict()
    print(f"{report['n_queries']:,} queries of {report['n_articles']:,} articles, {report['protocol']}")
    print("| variant | nDCG@10, all lists | nDCG@10, lists of 1–10 | P@1 |\n| --- | --- | --- | --- |")
    short = report["slices"]["list_size"]["1-10"]["systems"]
    for name in systems:
        values = report["systems"][name]
        print(f"| {name} | {values['nDCG@10']:.3f} | {short[name]['nDCG@10']:.3f} | {values['P@1']:.3f} |")


if __name__ == "__main__":
    main()
