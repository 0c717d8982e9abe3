"""
What a model loses that is only updated, against one fitted anew, by how far the site has moved since the fit.

Usage: python benchmarks/drift.py SITE [--first 2020-07] [--fits 2020-02,2020-04,...] [--last-from 2021-04]

Two walks through time, both with the similarity ranker. Each article is asked without its list, for what is older than
itself, and scored by nDCG@10 against the older articles in its list.

1. One model is fitted on what was published before the month FIRST and only updated from then on; one is fitted anew
   at the beginning of a month where its drift is beyond the limit, as a batch does; and one at the beginning of every
   month. All are told the month's articles, then asked for each of them. The figures are those of the first.
2. Models are fitted at the months FITS and updated to the end; all are asked for what was published from LAST_FROM on.
   The one that is fitted at LAST_FROM is what the others are compared with.

A difference is that of the means, with its 95 % bootstrap interval over the queries.
"""

import argparse
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from recommender import Article, Corpus, Recommender, read_site
from recommender.evaluation.intervals import bootstrap_means, paired_difference
from recommender.evaluation.measures import parse_measures, score_rankings
from recommender.evaluation.protocols import parse_day, publish_time
from recommender.evaluation.simulate import Plan
from recommender.settings import settings_from_mapping

MEASURE = "nDCG@10"
#: More than are scored: two articles may be one page.
DEPTH = 20
SETTINGS = settings_from_mapping({"ranking": {"ranker": "similarity", "suggest_newer": False}})


def between(corpus: Corpus, start: datetime | None, stop: datetime | None) -> list[Article]:
    """The dated articles of a span of time, its end left out."""
    return [
        article
        for article in corpus
        if (published := article.published_at) is not None
        and (start is None or published >= start)
        and (stop is None or published < stop)
    ]


def fitted(corpus: Corpus, stop: datetime) -> Recommender:
    """A model of what was published before a moment."""
    return Recommender(SETTINGS).fit(Corpus(between(corpus, None, stop), site_language=corpus.site_language))


def scores(rec: Recommender, plan: Plan, queries: Sequence[int]) -> np.ndarray:
    """The measure of some queries of a plan, shape (n_queries,)."""
    pages = plan.judgments.pages
    rankings = []
    for number in queries:
        found = rec.suggest(plan.queries[number].article, k=DEPTH, min_score=0)
        rankings.append(list(dict.fromkeys(pages[s.article_id] for s in found if s.article_id in pages)))
    return score_rankings(parse_measures([MEASURE]), [plan.queries[number].judged for number in queries], rankings)[
        MEASURE
    ]


def compared(updated: np.ndarray, anew: np.ndarray) -> str:
    """Both means and their difference, as the cells of a table."""
    means = bootstrap_means((updated - anew)[:, None], 1000, 0)[:, 0]
    difference = paired_difference(updated, anew, means)
    return (
        f"{updated.mean():.3f} | {anew.mean():.3f} | "
        f"{difference['mean']:+.4f} [{difference['low']:+.4f}, {difference['high']:+.4f}]"
    )


def figures(rec: Recommender) -> str:
    """A model's drift, as the cell of a table."""
    return f"{rec.drift.share:.1%}"


def months(first: datetime, last: datetime) -> list[datetime]:
    """The beginnings of the months from one day to another."""
    found = [first]
    while found[-1] <= last:
        found.append((found[-1].replace(day=1) + timedelta(days=32)).replace(day=1))
    return found


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--first", default="2020-07")
    parser.add_argument("--fits", default="2020-02,2020-04,2020-05,2020-06,2020-07,2020-10,2021-01,2021-03")
    parser.add_argument("--last-from", default="2021-04")
    options = parser.parse_args()

    site = read_site(options.site)
    first, last_from = parse_day(f"{options.first}-01"), parse_day(f"{options.last_from}-01")
    dated = [article.published_at for article in site if article.published_at is not None]
    starts = months(first, max(dated))
    plan = publish_time(site, min(first, last_from))
    asked = [query.article.published_at for query in plan.queries]

    def queries(start: datetime, stop: datetime) -> list[int]:
        return [number for number, day in enumerate(asked) if day is not None and start <= day < stop]

    print("| month | queries | drift | updated | fitted anew | difference |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    updated, ruled = fitted(site, first), fitted(site, first)
    n_fits = 0
    every: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    is_beyond: list[bool] = []
    for start, stop in pairwise(starts):
        if ruled.drift.is_due:
            ruled, n_fits = fitted(site, start), n_fits + 1
        anew = fitted(site, start)
        told = between(site, start, stop)
        for rec in (updated, ruled, anew):
            rec.update(added=told)
        numbers = queries(start, stop)
        of_updated, of_ruled, of_anew = (scores(rec, plan, numbers) for rec in (updated, ruled, anew))
        every.append((of_updated, of_ruled, of_anew))
        is_beyond.append(updated.drift.is_due)
        print(
            f"| {start:%Y-%m} | {len(numbers):,} | {figures(updated)} | {compared(of_updated, of_anew)} |", flush=True
        )
    for name, kept in (("all within the limit", False), ("all beyond it", True)):
        part = [month for month, beyond in zip(every, is_beyond, strict=True) if beyond is kept]
        if part:
            ours, _, theirs = (np.concatenate(column) for column in zip(*part, strict=True))
            print(f"| {name} | {len(ours):,} | | {compared(ours, theirs)} |")
    ours, by_rule, theirs = (np.concatenate(column) for column in zip(*every, strict=True))
    print(f"| all | {len(ours):,} | | {compared(ours, theirs)} |")
    print(f"| all, fitted anew when due: {n_fits} times | {len(ours):,} | | {compared(by_rule, theirs)} |\n")

    numbers = queries(last_from, starts[-1])
    anew = fitted(site, last_from)
    anew.update(added=between(site, last_from, None))
    best = scores(anew, plan, numbers)
    print(f"Asked: {len(numbers):,} queries from {last_from:%Y-%m} on; fitted then: {figures(anew)} at the end.\n")
    print("| fitted before | articles | drift | updated | fitted anew | difference |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for month in options.fits.split(","):
        moment = parse_day(f"{month}-01")
        rec = fitted(site, moment)
        n_fitted = len(rec.article_ids)
        rec.update(added=between(site, moment, None))
        print(f"| {month} | {n_fitted:,} | {figures(rec)} | {compared(scores(rec, plan, numbers), best)} |", flush=True)


if __name__ == "__main__":
    main()
