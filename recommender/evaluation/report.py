"""What an evaluation found: figures for a person (`tables`), a program and a gate."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import GateError
from recommender.evaluation import gate
from recommender.evaluation.intervals import PLACES, Scores, compare, weighted_means
from recommender.evaluation.measures import Floats
from recommender.evaluation.simulate import Answer, Plan
from recommender.evaluation.systems import PRODUCT
from recommender.settings import EvaluationSettings
from recommender.writing.values import writable

Figures = dict[str, dict[str, float]]

#: Share of a system's suggestions without a grade from which its figures are not to be believed.
MOST_UNGRADED = 0.1


#: Queries that a report names as the worst, and articles of each list that are shown with them.
N_WORST, N_SHOWN = 20, 10


def means(scores: Scores, weights: Scores | None = None, rows: Sequence[int] | slice = slice(None)) -> Figures:
    """The mean of each system and measure over some queries, of which each counts what it weighs; None: the same."""
    found: Figures = {}
    for name, own in scores.items():
        found[name] = {}
        for measure, values in own.items():
            counted = np.ones(len(values)) if weights is None else weights[name][measure]
            found[name][measure] = round(float(weighted_means(values[rows], counted[rows])), PLACES)
    return found


def figures_of(
    plan: Plan,
    scores: Scores,
    settings: EvaluationSettings,
    slices: Mapping[str, Mapping[str, Sequence[int]]],
    n_judged: Sequence[int],
    answers: Mapping[str, Sequence[Answer]],
    wanted: Callable[[int], Sequence[str]],
    is_right: Callable[[int, str], bool],
    weights: Scores | None = None,
) -> dict[str, Any]:
    """
    The fields of a report that follow from a value a system, measure and query, whoever judged.

    `slices` has the numbers of the queries of each; by a query's number, `wanted` has the ids of what would have been
    right, and `is_right` says whether an article is.
    """
    intervals, tests = compare(scores, settings.bootstrap, settings.seed, weights)
    # The system that a site gets which runs the product; of others' systems, the first.
    product = next((name for name in reversed(PRODUCT) if name in scores), next(iter(scores)))
    return {
        "protocol": plan.protocol,
        "n_articles": len(plan.judgments.articles),
        "n_queries": len(plan.queries),
        "n_left_out": sum(plan.left_out.values()),
        "systems": means(scores, weights),
        "slices": {
            kind: {
                name: {"n_queries": len(rows), "systems": means(scores, weights, rows)} for name, rows in found.items()
            }
            for kind, found in slices.items()
        },
        "product": product,
        "left_out": dict(plan.left_out),
        "intervals": intervals,
        "tests": tests,
        "worst": _worst(plan, scores[product], answers[product], wanted, is_right),
        "queries": {
            "ids": [query.article.id for query in plan.queries],
            "n_judged": list(n_judged),
            "values": {
                name: {measure: found.round(PLACES).tolist() for measure, found in own.items()}
                for name, own in scores.items()
            },
        },
    }


def _worst(
    plan: Plan,
    scores: Mapping[str, Floats],
    answers: Sequence[Answer],
    wanted: Callable[[int], Sequence[str]],
    is_right: Callable[[int, str], bool],
) -> list[dict[str, Any]]:
    """The queries with the least value of the first measure; of equals, those with most to find, then by id."""
    measure, values = next(iter(scores.items()))
    asked = [query.article for query in plan.queries]
    titles = {article.id: article.title for article in plan.judgments.articles}
    rows = [row for row in range(len(asked)) if not math.isnan(values[row])]
    rows.sort(key=lambda row: (values[row], -len(wanted(row)), asked[row].id))
    return [
        {
            "id": asked[row].id,
            "title": asked[row].title,
            "published_at": date.isoformat() if (date := asked[row].published_at) else None,
            measure: round(float(values[row]), PLACES),
            "n_judged": len(wanted(row)),
            "wanted": [{"id": found, "title": titles.get(found, found)} for found in wanted(row)[:N_SHOWN]],
            "given": [
                {"id": found, "title": titles.get(found, found), "score": score, "right": is_right(row, found)}
                for found, score in zip(answers[row].article_ids[:N_SHOWN], answers[row].scores, strict=False)
            ],
        }
        for row in rows[:N_WORST]
    ]


@dataclass(frozen=True)
class Report:
    """The figures of one evaluation, against lists or by grades; what one of the two does not have is empty."""

    protocol: str  #: What the systems were allowed to know; ``grades`` where readers judged.
    #: Articles that took part; articles asked; articles not asked.
    n_articles: int
    n_queries: int
    n_left_out: int
    systems: Figures  #: System -> measure -> value.
    slices: dict[str, dict[str, dict[str, Any]]]  #: Kind -> slice -> ``n_queries`` and ``systems``, as above.
    product: str  #: The system that a site which runs the product gets: what the gate looks at.
    test_from: str | None = None  #: publish-time: the moment from which articles were asked.
    depth: int = 10  #: How many suggestions each query was asked for; RR and AP look no further.
    left_out: dict[str, int] = field(default_factory=dict)  #: Reason -> how many articles were not asked for it.
    #: System -> measure -> the ends of its 95 % bootstrap interval.
    intervals: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    #: Each system against each before it: ``system``, ``against``, ``measure``, ``mean`` difference, its
    #: interval ``low`` and ``high``, the ``p_value`` of the paired t-test, ``n_queries``.
    tests: list[dict[str, Any]] = field(default_factory=list)
    #: Of the articles of the site as it stands, by who names them: ``n_articles``, and the share
    #: ``with_suggestions``.
    coverage: dict[str, dict[str, float]] = field(default_factory=dict)
    #: What the lists of the queries name, entry by entry; or how many pairs have each grade.
    judgments: dict[str, int] = field(default_factory=dict)
    #: ``curated`` or system -> what can be said of the lists that readers see.
    lists: Figures = field(default_factory=dict)
    #: Grades: the pairs ``[article id, candidate id]`` that a system suggested and nobody graded.
    ungraded: list[list[str]] = field(default_factory=list)
    #: The queries that the product answered worst, with what was wanted and what was given.
    worst: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()  #: What a reader should know, as sentences.
    #: ``ids``, ``n_judged``, and ``values``: system -> measure -> a value for each query.
    queries: dict[str, Any] = field(default_factory=dict)

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures, the one that counts most first."""
        return tuple(self.systems[self.product])

    def best(self, measure: str, values: Sequence[float]) -> float:
        """The best of some values of a measure; NaN of the number of suggestions, for more is not better."""
        if measure == "per_q":
            return math.nan
        return min(values) if measure in gate.SMALL_IS_GOOD else max(values)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain mappings, lists and values, in the order of its fields."""
        return dataclasses.asdict(self)

    def to_json(self, indent: int | None = None) -> str:
        """
        One JSON object; `compare` reads it.

        A figure that does not exist, such as the age of articles without dates, is null.
        """
        return json.dumps(writable(self.to_dict()), ensure_ascii=False, indent=indent, allow_nan=False)

    def check(self, fail_under: Mapping[str, float] | Sequence[str], option: str = "--fail-under") -> None:
        """
        Raise GateError where the product scores less than this; of `wrong` and `ungraded`, more.

        A limit stands behind its measure, or is a text such as ``nDCG@10=0.40``.
        """
        figures, limits = self.systems[self.product], gate.limits_of(fail_under, option)
        if figures.get("ungraded", 0) > MOST_UNGRADED and not {"ungraded", "per_q"}.issuperset(limits):
            raise GateError(
                f"{self.protocol}, {self.product}: {figures['ungraded']:.0%} of its suggestions have no grade, and "
                f"at most {MOST_UNGRADED:.0%} may. Have them graded first: --ungraded FILE writes them."
            )
        if found := gate.below(figures, limits, option):
            raise GateError(f"{self.protocol}, {self.n_queries:,} queries, {self.product}: {'; '.join(found)}.")

    def compare(self, earlier: Report | Mapping[str, Any] | Path | str) -> None:
        """
        Raise GateError where a measure dropped significantly since an earlier report.

        That is a report, what `to_dict` made of it, or the file that holds what `to_json` did.
        """
        if isinstance(earlier, Report):
            earlier = earlier.to_dict()
        then = earlier if isinstance(earlier, Mapping) else gate.read_report(earlier)
        if found := list(gate.dropped(self.to_dict(), then)):
            raise GateError(f"{self.protocol}, {self.product}: {'; '.join(found)}.")
