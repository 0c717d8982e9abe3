"""What an evaluation found: figures for a person, a program and a gate."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from scipy import stats

from recommender.errors import EvaluationError, GateError, did_you_mean
from recommender.evaluation.judgments import LEFT_OUT
from recommender.evaluation.slices import OTHER

__all__ = ["Report"]

Figures = dict[str, dict[str, float]]

#: Slices of fewer queries than this are put together in a table; the JSON has each.
FEWEST_QUERIES = 20

#: A drop counts when chance alone would show as large a one less often than this.
SIGNIFICANT = 0.05

#: Systems side by side with their intervals in a terminal of 80 columns.
_SYSTEMS_ABREAST = 3

#: Kinds of slices whose measures stand in the table; a month is for the plot.
_TABLE_SLICES = ("list_size", "provider", "topic", "year", "language", "excerpt_length")


@dataclass(frozen=True)
class Report:
    """
    The figures of one evaluation. A measure's value is its mean over all queries.

    Parameters
    ----------
    protocol
        What the systems were allowed to know.
    n_articles, n_queries, n_left_out
        Articles that took part; articles asked; articles not asked.
    systems
        System -> measure -> value.
    slices
        Kind -> slice -> ``n_queries`` and ``systems``, as above.
    product
        The system that a site which runs the product gets: what the gate looks at.
    test_from
        publish-time: the moment from which articles were asked.
    depth
        How many suggestions each query was asked for; RR and AP look no further.
    left_out
        Reason -> how many articles were not asked for it.
    intervals
        System -> measure -> the ends of its 95 % bootstrap interval.
    tests
        Each system against each before it: ``system``, ``against``, ``measure``, ``mean`` difference, its interval
        ``low`` and ``high``, the ``p_value`` of the paired t-test, ``n_queries``.
    same_text
        The measures if a page with the text of a judged page were as good as the page: ``systems``.
    judgments
        What the lists of the queries name, entry by entry.
    lists
        ``curated`` or system -> what can be said of its lists without asking whether they are right.
    thresholds
        System -> what its own threshold costs and buys.
    calibration
        System -> bins of score, with the precision in each.
    worst
        The queries that the product answered worst, with what was wanted and what was given.
    notes
        What a reader should know, as sentences.
    queries
        ``ids``, ``n_judged``, and ``values``: system -> measure -> a value for each query.
    """

    protocol: str
    n_articles: int
    n_queries: int
    n_left_out: int
    systems: Figures
    slices: dict[str, dict[str, dict[str, Any]]]
    product: str
    test_from: str | None = None
    depth: int = 10
    left_out: dict[str, int] = field(default_factory=dict)
    intervals: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    tests: list[dict[str, Any]] = field(default_factory=list)
    same_text: dict[str, Any] = field(default_factory=dict)
    judgments: dict[str, int] = field(default_factory=dict)
    lists: Figures = field(default_factory=dict)
    thresholds: Figures = field(default_factory=dict)
    calibration: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    worst: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    queries: dict[str, Any] = field(default_factory=dict)

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures, in the order in which they were asked for."""
        return tuple(self.systems[self.product])

    # ---------------------------------------------------------------- forms

    def to_dict(self) -> dict[str, Any]:
        """The report as plain mappings, lists and values, in the order of its fields."""
        return dataclasses.asdict(self)

    def to_json(self, indent: int | None = None) -> str:
        """
        One JSON object; `compare` reads it.

        A figure that does not exist, such as the age of articles without dates, is null.
        """
        return json.dumps(_without_nan(self.to_dict()), ensure_ascii=False, indent=indent, allow_nan=False)

    def to_html(self) -> str:
        """
        A page with plots that needs nothing beside it.

        Raises
        ------
        MissingExtraError
            matplotlib is not installed.
        """
        from recommender.evaluation.page import page_of  # matplotlib is an extra, and slow to import

        return page_of(self)

    def to_table(self) -> RenderableType:
        """Tables for a terminal, for `rich.console.Console.print`; plain text where the output is no terminal."""
        return Group(*self._tables())

    def __rich__(self) -> RenderableType:
        return self.to_table()

    def _tables(self) -> Iterable[RenderableType]:
        title = f"{self.protocol}: {self.n_queries:,} queries, {self.n_articles:,} articles"
        yield Text(title + (f", asked from {self.test_from[:10]} on" if self.test_from else ""), style="bold")
        names = list(self.systems)
        for start in range(0, len(names), _SYSTEMS_ABREAST):
            yield self._measures_table(names[start : start + _SYSTEMS_ABREAST])
        yield Text("In brackets: 95 % bootstrap intervals over queries. Bold: the best.", style="dim")
        yield from self._tests_lines()
        yield from self._notes_lines()
        yield self._slices_table()
        yield self._lists_table()

    def _measures_table(self, names: Sequence[str]) -> Table:
        table = _table("", *names)
        for measure in self.measures:
            best = max(values[measure] for values in self.systems.values())
            cells = []
            for name in names:
                value, (low, high) = self.systems[name][measure], self.intervals[name][measure]
                cell = Text(f"{value:.3f}", style="bold" if value == best else "")
                cells.append(cell.append(f" [{low:.3f}, {high:.3f}]", style="not bold dim"))
            table.add_row(measure, *cells)
        return table

    def _tests_lines(self) -> Iterable[Text]:
        """The product against every other system, by the first measure."""
        for test in self.tests:
            if test["measure"] == self.measures[0] and self.product in (test["system"], test["against"]):
                yield Text(
                    f"{test['system']} against {test['against']}: {test['measure']} {test['mean']:+.4f} "
                    f"[{test['low']:+.4f}, {test['high']:+.4f}], p = {test['p_value']:.2g}"
                )

    def _notes_lines(self) -> Iterable[Text]:
        for reason, number in self.left_out.items():
            yield Text(f"{number:,} not asked: {LEFT_OUT[reason]}.")
        counts = ", ".join(f"{number:,} {name}" for name, number in self.judgments.items())
        yield Text(f"In the lists of the queries: {counts}.")
        found = self.thresholds[self.product]
        yield Text(
            f"At its threshold {found['threshold']:.3f}, {self.product} shows {found['kept']:.0%} of its first "
            f"{found['k']:.0f}: precision {found['precision_of_kept']:.3f} instead of {found['precision_of_all']:.3f}; "
            f"{found['coverage']:.0%} of the articles keep a suggestion."
        )
        same, measure = self.same_text["systems"][self.product], self.measures[0]
        yield Text(
            f"If the text of a judged article under another address counted too: {self.product} {measure} "
            f"{same[measure]:.3f} instead of {self.systems[self.product][measure]:.3f}."
        )
        for note in self.notes:
            yield Text(note)

    def _slices_table(self) -> Table:
        measure = self.measures[0]
        table = _table(f"{measure} by", "slice", "queries", *self.systems, left=2)
        for kind in _TABLE_SLICES:
            slices = self.slices[kind]
            large = {name: found for name, found in slices.items() if found["n_queries"] >= FEWEST_QUERIES}
            small = [found for name, found in slices.items() if name not in large]
            if len(large) + len(small) < 2:
                continue  # every query is in it: the figures are those above
            rows = sorted(large.items(), key=lambda item: -item[1]["n_queries"]) if kind == "topic" else large.items()
            for name, found in [*rows, *([(OTHER, _merged(small))] if small else [])]:
                values = [found["systems"][system][measure] for system in self.systems]
                cells = [Text(f"{value:.3f}", style="bold" if value == max(values) else "") for value in values]
                table.add_row(kind.replace("_", " "), name, f"{found['n_queries']:,}", *cells)
        return table

    def _lists_table(self) -> Table:
        table = _table("lists", *self.lists)
        for name in self.lists[self.product]:
            table.add_row(name.replace("_", " "), *(f"{figures[name]:.4g}" for figures in self.lists.values()))
        return table

    # ----------------------------------------------------------------- gate

    def check(self, fail_under: Mapping[str, float] | Sequence[str], option: str = "--fail-under") -> None:
        """
        Pass in silence when the product scores at least this.

        Parameters
        ----------
        fail_under
            Measure -> least value; or texts such as ``nDCG@10=0.40``.
        option
            What messages call them.

        Raises
        ------
        GateError
            A measure is below; the message names all that are.
        EvaluationError
            A limit names no measure of this report, or no number.
        """
        limits = fail_under if isinstance(fail_under, Mapping) else dict(_limit(text, option) for text in fail_under)
        found = self.systems[self.product]
        for measure in limits:
            if measure not in found:
                raise EvaluationError(
                    f"{option}: {measure!r} was not measured.{did_you_mean(measure, found)} "
                    f"Measured were {', '.join(found)}."
                )
        below = [
            f"{measure} is {found[measure]:.4f}, below the {limit:g} that was asked for"
            for measure, limit in limits.items()
            if found[measure] < limit
        ]
        if below:
            raise GateError(f"{self.protocol}, {self.n_queries:,} queries, {self.product}: {'; '.join(below)}.")

    def compare(self, earlier: Report | Mapping[str, Any] | Path | str) -> None:
        """
        Pass in silence when no measure dropped significantly since an earlier report.

        The queries that both reports have are compared one by one; where the earlier one does not hold them, or has
        none of these, a drop counts when the two intervals lie apart.

        Parameters
        ----------
        earlier
            A report, what `to_json` made of it, or the file that holds that.

        Raises
        ------
        GateError
            A measure dropped; the message names all that did.
        EvaluationError
            The earlier report cannot be read, or is of another protocol.
        """
        then = _read(earlier)
        try:
            protocol, product = then["protocol"], then.get("product", self.product)
            before = then["systems"][product]
        except (KeyError, TypeError):
            raise EvaluationError(
                "--compare: this is no report of an evaluation. Make one: recommender evaluate --format json."
            ) from None
        if protocol != self.protocol:
            raise EvaluationError(
                f"--compare: the earlier report is of the protocol {protocol}, this one of {self.protocol}. "
                "Compare reports of one protocol."
            )
        dropped = [
            sentence
            for measure in self.measures
            if measure in before and (sentence := self._dropped(measure, then, product))
        ]
        if dropped:
            raise GateError(f"{self.protocol}, {self.product}: {'; '.join(dropped)}.")

    def _dropped(self, measure: str, then: Mapping[str, Any], product: str) -> str:
        """How a measure dropped, or ""."""
        now_value, then_value = self.systems[self.product][measure], then["systems"][product][measure]
        queries = then.get("queries", {})
        then_values = queries.get("values", {}).get(product, {}).get(measure, ())
        earlier = dict(zip(queries.get("ids", ()), then_values, strict=True)) if then_values else {}
        pairs = [
            (value, earlier[article_id])
            for article_id, value in zip(
                self.queries["ids"], self.queries["values"][self.product][measure], strict=True
            )
            if article_id in earlier
        ]
        if len(pairs) > 1:
            gaps = np.subtract(*np.array(pairs).T)
            # One-sided would see a drop sooner; two-sided is what the report's own tests are.
            if gaps.mean() < 0 and (np.ptp(gaps) == 0 or stats.ttest_1samp(gaps, 0.0).pvalue < SIGNIFICANT):
                return f"{measure} dropped by {-gaps.mean():.4f} over {len(pairs):,} queries that both reports have"
            return ""
        low = then.get("intervals", {}).get(product, {}).get(measure, (then_value,))[0]
        if self.intervals[self.product][measure][1] < low:
            return f"{measure} dropped from {then_value:.4f} to {now_value:.4f}, further than the intervals reach"
        return ""


def _table(*columns: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < left else "right", no_wrap=number < left, overflow="fold")
    return table


def _merged(slices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Slices put together; a query that is in two of them counts twice."""
    n_queries = sum(found["n_queries"] for found in slices)
    systems = {
        name: {
            measure: sum(found["systems"][name][measure] * found["n_queries"] for found in slices) / n_queries
            for measure in values
        }
        for name, values in slices[0]["systems"].items()
    }
    return {"n_queries": n_queries, "systems": systems}


def _limit(text: str, option: str) -> tuple[str, float]:
    measure, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise EvaluationError(f"{option} must be a measure and a number such as nDCG@10=0.40, but is {text!r}.")
    return measure.strip(), value


def _read(earlier: Report | Mapping[str, Any] | Path | str) -> Mapping[str, Any]:
    if isinstance(earlier, Report):
        return earlier.to_dict()
    if isinstance(earlier, Mapping):
        return earlier
    text = str(earlier)
    if not text.lstrip().startswith("{"):
        try:
            text = Path(earlier).read_text(encoding="utf-8")
        except OSError as error:
            raise EvaluationError(f"--compare: {earlier}: cannot be read ({error.strerror}).") from None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise EvaluationError("--compare: this is no JSON object. Make one: recommender evaluate --format json.")
    return found


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
