"""Answers and judgments -> the figures of a report. Joins the number room `measures` and the articles."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.articles import Article
from recommender.evaluation import certainty, measures
from recommender.evaluation.judgments import SAME_TEXT, Judgments, same_text_groups
from recommender.evaluation.report import Report
from recommender.evaluation.slices import slice_queries
from recommender.evaluation.systems import PRODUCT
from recommender.evaluation.walks import Answer, Plan
from recommender.settings import Settings

__all__ = ["make_report"]

#: Queries shown as the worst, and articles of each list that are shown with them.
N_WORST, N_SHOWN = 20, 10

#: Places that figures keep in a report; more would be noise.
_PLACES = 6

Scores = dict[str, dict[str, measures.Floats]]


def make_report(
    plan: Plan,
    answers: Mapping[str, Sequence[Answer]],
    chosen: Mapping[str, Any],
    depth: int,
    settings: Settings,
    notes: Sequence[str],
) -> Report:
    """
    Everything that is said about the answers to a plan.

    Parameters
    ----------
    plan
        Its n_queries queries and their judgments.
    answers
        System -> n_queries answers.
    chosen
        Measures, from `measures.parse_measures`.
    depth
        How many suggestions were asked for.
    settings
        Of the resampling; and `ranking.k`, the length of the lists that readers see.
    notes
        What a reader should know.
    """
    judgments = plan.judgments
    judged = [query.judged for query in plan.queries]
    pages = _Pages(judgments)
    rankings = {name: [pages.ranking(answer) for answer in given] for name, given in answers.items()}
    scores: Scores = {
        name: measures.score_rankings(chosen, judged, [_once(ranking) for ranking in found])
        for name, found in rankings.items()
    }
    intervals, tests = _certainty(scores, settings)
    product = next((name for name in reversed(PRODUCT) if name in answers), next(iter(answers)))
    seen = {name: [ranking[: settings.ranking.k] for ranking in found] for name, found in rankings.items()}
    texts = pages.by_label(same_text_groups([pages.articles[page] for page in range(judgments.n_pages)]))
    return Report(
        protocol=plan.protocol,
        n_articles=len(judgments.articles),
        n_queries=len(plan.queries),
        n_left_out=sum(plan.left_out.values()),
        systems={name: _means(values) for name, values in scores.items()},
        slices={
            kind: {name: _slice(scores, numbers) for name, numbers in slices.items()}
            for kind, slices in slice_queries(plan.queries).items()
        },
        product=product,
        test_from=plan.test_from.isoformat() if plan.test_from else None,
        depth=depth,
        left_out=dict(plan.left_out),
        intervals=intervals,
        tests=tests,
        same_text=_same_text(texts, plan, rankings, chosen),
        judgments=_count_judgments(plan, pages),
        lists={
            name: _list_quality(plan, pages, texts, found)
            for name, found in {"curated": [sorted(pages_) for pages_ in judged], **seen}.items()
        },
        thresholds={name: _threshold(given, judged, rankings[name], settings) for name, given in answers.items()},
        calibration={name: _calibration(given, judged, rankings[name]) for name, given in answers.items()},
        worst=_worst(plan, pages, answers[product], rankings[product], scores[product]),
        notes=tuple(notes),
        queries={
            "ids": [query.article.id for query in plan.queries],
            "n_judged": [len(pages_) for pages_ in judged],
            "values": {
                name: {measure: values.round(_PLACES).tolist() for measure, values in found.items()}
                for name, found in scores.items()
            },
        },
    )


class _Pages:
    """
    Pages by number, and what is known of each.

    Parameters
    ----------
    judgments
        They number the pages of the site; one of another site gets the next number when it is first suggested.
    """

    def __init__(self, judgments: Judgments) -> None:
        self._judgments = judgments
        self._numbers = dict(judgments.pages)
        self.articles: dict[int, Article] = {}
        for article in judgments.articles:
            self.articles.setdefault(judgments.pages[article.id], article)
        self.n_pages = judgments.n_pages

    def ranking(self, answer: Answer) -> list[int]:
        """The pages of an answer, in its order."""
        found = []
        for article_id in answer.article_ids:
            if article_id not in self._numbers:
                self._numbers[article_id] = self.n_pages
                self.n_pages += 1
            found.append(self._numbers[article_id])
        return found

    def by_label(self, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Labels of the site's own pages, and a new one for each further page; shape (n_pages,)."""
        n_further = self.n_pages - len(labels)
        return np.concatenate([labels, np.arange(n_further) + labels.max(initial=-1) + 1])

    def providers(self) -> npt.NDArray[np.int64]:
        """A number for each provider, -1 where there is none; shape (n_pages,)."""
        numbers: dict[str, int] = {"": -1}
        found = [numbers.setdefault(self.articles[page].provider, len(numbers)) for page in sorted(self.articles)]
        return self.by_label(np.array(found, dtype=np.int64))

    def days(self) -> measures.Floats:
        """Days since 1970, NaN where unknown; shape (n_pages,)."""
        found = np.full(self.n_pages, np.nan)
        for page, article in self.articles.items():
            found[page] = _days(article)
        return found


def _days(article: Article) -> float:
    return article.published_at.timestamp() / 86_400 if article.published_at else float("nan")


def _once(ranking: Sequence[int]) -> list[int]:
    """A ranking in which the first of equal documents counts; the others keep their place, as documents unknown."""
    seen: set[int] = set()
    kept = []
    for place, document in enumerate(ranking, start=1):
        kept.append(-place if document in seen else document)
        seen.add(document)
    return kept


def _means(values: Mapping[str, measures.Floats], numbers: Sequence[int] | slice = slice(None)) -> dict[str, float]:
    return {measure: round(float(found[numbers].mean()), _PLACES) for measure, found in values.items()}


def _slice(scores: Scores, numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "n_queries": len(numbers),
        "systems": {name: _means(values, numbers) for name, values in scores.items()},
    }


def _certainty(scores: Scores, settings: Settings) -> tuple[dict[str, dict[str, list[float]]], list[dict[str, Any]]]:
    """Intervals of all means, and each system against each that comes before it in the tables."""
    columns = [(name, measure) for name, values in scores.items() for measure in values]
    values = np.column_stack([scores[name][measure] for name, measure in columns])
    resampled = certainty.bootstrap_means(values, settings.evaluation.bootstrap, settings.evaluation.seed)
    intervals: dict[str, dict[str, list[float]]] = {name: {} for name in scores}
    for (name, measure), ends in zip(columns, certainty.interval(resampled), strict=True):
        intervals[name][measure] = [round(end, _PLACES) for end in ends]
    place = {column: number for number, column in enumerate(columns)}
    tests = []
    for theirs, ours in combinations(scores, 2):
        for measure in scores[ours]:
            first, second = place[ours, measure], place[theirs, measure]
            difference = certainty.paired_difference(
                values[:, first], values[:, second], resampled[:, first] - resampled[:, second]
            )
            tests.append({"system": ours, "against": theirs, "measure": measure, **_rounded(difference)})
    return intervals, tests


def _rounded(difference: certainty.Difference) -> dict[str, float]:
    found = {name: round(value, _PLACES) for name, value in dataclasses.asdict(difference).items()}
    return {**found, "p_value": float(f"{difference.p_value:.3g}")}


def _same_text(
    texts: npt.NDArray[np.int64],
    plan: Plan,
    rankings: Mapping[str, Sequence[Sequence[int]]],
    chosen: Mapping[str, Any],
) -> dict[str, Any]:
    """The measures if a page with the text of a judged page were as good as the page itself."""
    wanted = [set(texts[list(query.judged | query.twins)].tolist()) for query in plan.queries]
    systems = {}
    for name, found in rankings.items():
        groups = [_once(texts[ranking].tolist()) for ranking in found]
        systems[name] = _means(measures.score_rankings(chosen, wanted, groups))
    n_copies = len(texts) - len(set(texts.tolist()))
    return {"least_similarity": SAME_TEXT, "n_pages_with_a_twin_before_them": n_copies, "systems": systems}


def _count_judgments(plan: Plan, pages: _Pages) -> dict[str, int]:
    """What the lists of the queries name, entry by entry."""
    counts: Counter[str] = Counter()
    for query in plan.queries:
        for target in plan.judgments.lists[query.article.id]:
            counts["entries"] += 1
            if target.kind != "article":
                counts[target.kind if target.kind == "gone" else "external"] += 1
            elif not pages.articles[target.page].is_published:
                counts["unpublished"] += 1
            counts["not known by then"] += target.kind == "article" and target.page not in query.judged
        counts["judged pages"] += len(query.judged)
    names = ("entries", "judged pages", "not known by then", "unpublished", "external", "gone")
    return {name: counts[name] for name in names}


def _list_quality(
    plan: Plan, pages: _Pages, texts: npt.NDArray[np.int64], rankings: Sequence[Sequence[int]]
) -> dict[str, float]:
    """What can be said of the lists without asking whether they are right."""
    listed = {target.page for targets in plan.judgments.lists.values() for target in targets}
    given = [page for ranking in rankings for page in ranking]
    query_days = np.array([_days(query.article) for query in plan.queries])
    gaps = measures.age_gaps(query_days, rankings, pages.days())
    return {
        "coverage": round(measures.coverage(rankings), _PLACES),
        "catalogue_coverage": round(measures.catalogue_coverage(rankings, len(pages.articles)), _PLACES),
        "mean_length": round(len(given) / len(rankings), _PLACES),
        "providers_per_list": round(measures.distinct_per_list(rankings, pages.providers()), _PLACES),
        "same_text_per_list": round(measures.repeats_per_list(rankings, texts), _PLACES),
        "median_age_gap_days": round(float(np.median(gaps)), 2) if len(gaps) else float("nan"),
        "in_no_curated_list": round(float(np.mean([page not in listed for page in given])), _PLACES) if given else 0.0,
    }


def _hits(ranking: Sequence[int], judged: frozenset[int]) -> list[bool]:
    return [page in judged for page in _once(ranking)]


def _threshold(
    answers: Sequence[Answer],
    judged: Sequence[frozenset[int]],
    rankings: Sequence[Sequence[int]],
    settings: Settings,
) -> dict[str, float]:
    """What the system's own threshold costs and buys in the lists that readers see."""
    k = settings.ranking.k
    hits: list[bool] = []
    kept: list[bool] = []
    answered = 0
    for answer, ranking, pages in zip(answers, rankings, judged, strict=True):
        above = [score >= answer.threshold for score in answer.scores[:k]]
        hits += _hits(ranking, pages)[:k]
        kept += above
        answered += any(above)
    right, shown = np.array(hits, dtype=bool), np.array(kept, dtype=bool)
    return {
        "threshold": round(float(np.median([answer.threshold for answer in answers])), _PLACES),
        "k": k,
        "kept": _share(shown),
        "precision_of_all": _share(right),
        "precision_of_kept": _share(right[shown]),
        "precision_of_dropped": _share(right[~shown]),
        "coverage": round(answered / len(answers), _PLACES),
    }


def _share(flags: npt.NDArray[np.bool_]) -> float:
    return round(float(flags.mean()), _PLACES) if len(flags) else 0.0


def _calibration(
    answers: Sequence[Answer], judged: Sequence[frozenset[int]], rankings: Sequence[Sequence[int]]
) -> list[dict[str, float]]:
    scores = np.array([score for answer in answers for score in answer.scores])
    hits = np.array([hit for ranking, pages in zip(rankings, judged, strict=True) for hit in _hits(ranking, pages)])
    bins = measures.calibration(scores, hits.astype(bool))
    return [{name: round(value, _PLACES) for name, value in found.items()} for found in bins]


def _worst(
    plan: Plan,
    pages: _Pages,
    answers: Sequence[Answer],
    rankings: Sequence[Sequence[int]],
    values: Mapping[str, measures.Floats],
) -> list[dict[str, Any]]:
    """The queries with the least of the first measure; of equals, those with most to find."""
    primary = next(iter(values))

    def badness(number: int) -> tuple[float, int, str]:
        query = plan.queries[number]
        return float(values[primary][number]), -len(query.judged), query.article.id

    found = []
    for number in sorted(range(len(plan.queries)), key=badness)[:N_WORST]:
        query, answer = plan.queries[number], answers[number]
        wanted = sorted(query.judged, key=lambda page: pages.articles[page].id, reverse=True)
        found.append(
            {
                "id": query.article.id,
                "title": query.article.title,
                "published_at": query.article.published_at.isoformat() if query.article.published_at else None,
                primary: round(float(values[primary][number]), _PLACES),
                "n_judged": len(query.judged),
                "wanted": [_shown(pages, page) for page in wanted[:N_SHOWN]],
                "given": [
                    {**_shown(pages, page, article_id), "score": score, "right": page in query.judged}
                    for page, article_id, score in zip(rankings[number], answer.article_ids, answer.scores, strict=True)
                ][:N_SHOWN],
            }
        )
    return found


def _shown(pages: _Pages, page: int, article_id: str = "") -> dict[str, Any]:
    article = pages.articles.get(page)
    if article is None:
        return {"id": article_id, "title": article_id}
    return {"id": article.id, "title": article.title}
