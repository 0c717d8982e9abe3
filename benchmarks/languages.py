"""
How good the suggestions are in each language of a site, with the texts of the articles and without them.

    python benchmarks/languages.py SITE [LANGUAGE=GRADES.tsv ...]

For each language, the articles in it alone: how well similarity finds the curated lists of each article when they are
hidden (protocol whole-site, nDCG@10), and where a file of grades is named, what readers think of its first five
(nDCG@5). Prints a table.
"""

import dataclasses
import sys
from collections import Counter
from pathlib import Path

from recommender import Corpus, Recommender, Settings, evaluate, read_site
from recommender.errors import EvaluationError

LEAST = 20


def similarity() -> Recommender:
    """The product without what it learns from lists."""
    settings = Settings()
    return Recommender(
        dataclasses.replace(settings, ranking=dataclasses.replace(settings.ranking, ranker="similarity"))
    )


def score(corpus: Corpus, grades: Path | None = None) -> str:
    """The figure, with the number of articles that were asked; a dash where there is nothing to score."""
    measure = "nDCG@5" if grades else "nDCG@10"
    how = {"grades": grades} if grades else {"protocol": "whole-site", "measures": [measure]}
    try:
        report = evaluate(corpus, systems={"similarity": similarity}, **how)
    except EvaluationError:
        return "-"
    return f"{report.systems['similarity'][measure]:.3f} ({report.n_queries})"


def main() -> None:
    """A row a language."""
    site, *named = sys.argv[1:]
    grades = {language: Path(file) for language, _, file in (one.partition("=") for one in named)}
    corpus = read_site(site)
    counted = Counter(article.language or corpus.site_language for article in corpus)
    print("| site | language | articles | lists | lists, without bodies | readers | readers, without bodies |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for language, n_articles in sorted(counted.items()):
        if n_articles < LEAST:
            continue
        articles = [article for article in corpus if (article.language or corpus.site_language) == language]
        whole = Corpus(articles)
        short = Corpus(dataclasses.replace(article, body="") for article in articles)
        figures = [score(whole), score(short)]
        figures += [score(one, grades[language]) for one in (whole, short)] if language in grades else ["-", "-"]
        print(f"| {Path(site).name} | {language} | {n_articles} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
