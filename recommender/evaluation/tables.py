"""A report as tables for a terminal; plain text where the output is no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recommender.evaluation.judgments import LEFT_OUT
from recommender.evaluation.report import Report
from recommender.evaluation.slices import BY_LISTS, OTHER

__all__ = ["headline_measures", "sentences", "tables_of", "tests_of_product"]

#: Slices of fewer queries than this are put together in a table; the JSON has each.
FEWEST_QUERIES = 20

#: Systems side by side with their intervals in a terminal of 80 columns.
_SYSTEMS_ABREAST = 3

#: Kinds of slices that stand in the table; a month is for the plot.
_TABLE_SLICES = (BY_LISTS, "list_size", "provider", "topic", "year", "language", "excerpt_length")


def tables_of(report: Report) -> RenderableType:
    """Tables for `rich.console.Console.print`."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    title = f"{report.protocol}: {report.n_queries:,} queries, {report.n_articles:,} articles"
    yield Text(title + (f", asked from {report.test_from[:10]} on" if report.test_from else ""), style="bold")
    names = list(report.systems)
    for start in range(0, len(names), _SYSTEMS_ABREAST):
        yield _measures(report, names[start : start + _SYSTEMS_ABREAST])
    yield Text("In brackets: 95 % bootstrap intervals over queries. Bold: the best.", style="dim")
    for test in tests_of_product(report):
        if test["measure"] == report.measures[0]:
            yield Text(
                f"{test['system']} against {test['against']}: {test['measure']} {test['mean']:+.4f} "
                f"[{test['low']:+.4f}, {test['high']:+.4f}], p = {test['p_value']:.2g}"
            )
    for line in sentences(report):
        yield Text(line)
    yield _slices(report)
    if report.lists:
        table = _table("lists", *report.lists)
        for name in report.lists[report.product]:
            table.add_row(name.replace("_", " "), *(f"{figures[name]:.4g}" for figures in report.lists.values()))
        yield table


def tests_of_product(report: Report) -> list[dict[str, Any]]:
    """The paired tests of the product against every other system."""
    return [test for test in report.tests if report.product in (test["system"], test["against"])]


def headline_measures(report: Report) -> tuple[str, ...]:
    """The measures that the table of slices shows."""
    return report.measures[:3] if report.protocol == "grades" else report.measures[:1]


def sentences(report: Report) -> Iterator[str]:
    """What is said in words: notes, who was not asked, what was judged, who goes without a suggestion."""
    yield from report.notes
    for reason, number in report.left_out.items():
        yield f"{number:,} not asked: {LEFT_OUT[reason]}."
    counts = ", ".join(f"{number:,} {name}" for name, number in report.judgments.items())
    yield f"{'Pairs by grade' if report.protocol == 'grades' else 'In the lists of the queries'}: {counts}."
    shares = [
        f"{found['with_suggestions']:.0%} of the {found['n_articles']:,} {name}"
        for name, found in report.coverage.items()
    ]
    if shares:
        yield f"Of the site's articles as it stands, these have a suggestion that is shown: {', '.join(shares)}."
    if report.same_text:
        same, measure = report.same_text["systems"][report.product], report.measures[0]
        yield (
            f"If the text of a judged article under another address counted too: {report.product} {measure} "
            f"{same[measure]:.3f} instead of {report.systems[report.product][measure]:.3f}."
        )


def _measures(report: Report, names: Sequence[str]) -> Table:
    table = _table("", *names)
    for measure in report.measures:
        best = report.best(measure, [values[measure] for values in report.systems.values()])
        cells = []
        for name in names:
            value, (low, high) = report.systems[name][measure], report.intervals[name][measure]
            cell = Text(f"{value:.3f}", style="bold" if value == best else "")
            cells.append(cell.append(f" [{low:.3f}, {high:.3f}]", style="not bold dim"))
        table.add_row(measure, *cells)
    return table


def _slices(report: Report) -> Table:
    shown = headline_measures(report)
    several = ("measure",) if len(shown) > 1 else ()
    table = _table(
        "slice" if several else f"{shown[0]} by",
        *("" if several else "slice", "queries", *several, *report.systems),
        left=2,
    )
    for kind in _TABLE_SLICES:
        slices = report.slices.get(kind, {})
        fewest = 0 if kind == BY_LISTS else FEWEST_QUERIES
        large = {name: found for name, found in slices.items() if found["n_queries"] >= fewest}
        small = [found for name, found in slices.items() if name not in large]
        if len(large) + len(small) < 2:
            continue  # every query is in it: the figures are those above
        rows = sorted(large.items(), key=lambda item: -item[1]["n_queries"]) if kind == "topic" else large.items()
        for name, found in [*rows, *([(OTHER, _merged(small))] if small else [])]:
            for measure in shown:
                values = [found["systems"][system][measure] for system in report.systems]
                best = report.best(measure, values)
                cells = [Text(f"{value:.3f}", style="bold" if value == best else "") for value in values]
                named = (measure,) if several else ()
                table.add_row(kind.replace("_", " "), name, f"{found['n_queries']:,}", *named, *cells)
    return table


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
