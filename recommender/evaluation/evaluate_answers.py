"""Answers and judgments -> the figures of a report. Joins the number room `measures` and the articles."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from recommender.evaluation import measures
from recommender.evaluation.intervals import PLACES
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.report import Report, figures_of
from recommender.evaluation.simulate import Answer, Plan
from recommender.evaluation.slices import slice_queries
from recommender.ranking.catalogue import days_of
from recommender.settings import Settings

Scores = dict[str, dict[str, measures.Floats]]


def make_report(
    plan: Plan,
    answers: Mapping[str, Sequence[Answer]],
    chosen: Mapping[str, Any],
    depth: int,
    settings: Settings,
    notes: Sequence[str],
) -> Report:
    """Everything that is said about the answers to a plan; `ranking.k` is the length of the lists that readers see."""
    judged = [query.judged for query in plan.queries]
    pages = _Pages(plan.judgments)
    rankings = {
        name: [[pages[article_id] for article_id in one.article_ids] for one in given]
        for name, given in answers.items()
    }
    scores: Scores = {
        name: measures.score_rankings(chosen, judged, [_once(ranking) for ranking in found])
        for name, found in rankings.items()
    }
    seen = {name: [ranking[: settings.ranking.k] for ranking in found] for name, found in rankings.items()}
    return Report(
        **figures_of(
            plan,
            scores,
            settings.evaluation,
            slice_queries(plan.queries),
            n_judged=[len(right) for right in judged],
            answers=answers,
            wanted=lambda row: sorted((pages.articles[page].id for page in judged[row]), reverse=True),
            is_right=lambda row, article_id: pages[article_id] in judged[row],
        ),
        test_from=plan.test_from.isoformat() if plan.test_from else None,
        depth=depth,
        judgments=_count_judgments(plan, pages),
        lists={
            name: _list_quality(plan, pages, found)
            for name, found in {"curated": [sorted(pages_) for pages_ in judged], **seen}.items()
        },
        notes=tuple(notes),
    )


class _Pages(defaultdict[str, int]):
    """Article id -> page, as judged; one of another site gets the next number when it is first suggested."""

    def __init__(self, judgments: Judgments) -> None:
        super().__init__(count(judgments.n_pages).__next__, judgments.pages)
        #: The first article by id of each page of the site.
        self.articles = {self[article.id]: article for article in reversed(judgments.articles)}
        named = {target.page for targets in judgments.lists.values() for target in targets}
        #: What some list names. A page elsewhere is known only by the lists that describe it.
        self.listed = named.union(self[one] for one in judgments.known_ids() if one not in judgments.pages)


def _once(ranking: Sequence[int]) -> list[int]:
    """A ranking in which the first of equal documents counts; the others keep their place, as documents unknown."""
    seen: set[int] = set()
    kept = []
    for place, document in enumerate(ranking, start=1):
        kept.append(-place if document in seen else document)
        seen.add(document)
    return kept


def _count_judgments(plan: Plan, pages: _Pages) -> dict[str, int]:
    """What the lists of the queries name, entry by entry."""
    counts: Counter[str] = Counter()
    for query in plan.queries:
        for target in plan.judgments.lists[query.article.id]:
            counts["entries"] += 1
            if target.kind != "article":
                counts[target.kind] += 1
            elif not pages.articles[target.page].is_published:
                counts["unpublished"] += 1
            counts["not known by then"] += target.kind == "article" and target.page not in query.judged
        counts["judged pages"] += len(query.judged)
    names = ("entries", "judged pages", "not known by then", "unpublished", "external", "gone")
    return {name: counts[name] for name in names}


def _list_quality(plan: Plan, pages: _Pages, rankings: Sequence[Sequence[int]]) -> dict[str, float]:
    """What can be said of the lists that readers see."""
    pairs = [(query, page) for query, ranking in zip(plan.queries, rankings, strict=True) for page in ranking]
    shown = [list(ranking) for ranking in rankings if ranking]
    there = pages.articles
    gaps = [
        abs(days_of(there[page].published_at) - days_of(query.article.published_at))
        for query, page in pairs
        if page in there
    ]
    gaps = [gap for gap in gaps if not math.isnan(gap)]
    # Who published a page, "" where nobody says; of each page of another site somebody else.
    providers = [{there[page].provider if page in there else f"page {page}" for page in ranking} for ranking in shown]
    return {
        "coverage": _mean(bool(ranking) for ranking in rankings),
        "catalogue_coverage": round(len({page for _, page in pairs if page in there}) / len(there), PLACES),
        "mean_length": _mean(map(len, rankings)),
        "precision": _mean(page in query.judged for query, page in pairs),
        "providers_per_list": _mean(len(names - {""}) for names in providers),
        "median_age_gap_days": round(float(np.median(gaps)), 2) if gaps else math.nan,
        "in_no_curated_list": _mean(page not in pages.listed for _, page in pairs),
    }


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return round(sum(found) / len(found), PLACES) if found else 0.0
