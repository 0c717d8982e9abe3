"""A report as tables and sentences, for a terminal here and for a page in `report.evaluation_page`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType, group
from rich.table import Table
from rich.text import Text

from recommender.content.wording import printable
from recommender.evaluation.judgments import LEFT_OUT
from recommender.evaluation.report import Report
from recommender.evaluation.slices import BY_LISTS, OTHER

#: Slices of fewer queries than this are put together; the JSON has each.
FEWEST_QUERIES = 20

#: Systems side by side with their intervals in a terminal of 80 columns.
_SYSTEMS_ABREAST = 3

#: Kinds of slices that stand in the table; a month is for the plot.
_TABLE_SLICES = (BY_LISTS, "list_size", "provider", "topic", "year", "language", "excerpt_length")


@dataclass(frozen=True)
class Cell:
    """A figure of a table, with what stands beside it in small letters."""

    text: str
    beside: str = ""
    is_best: bool = False


@dataclass(frozen=True)
class Rows:
    """A table without a form; the first `n_left` columns are words."""

    header: tuple[str, ...]
    rows: list[list[Cell]]
    n_left: int = 1


@group()
def tables_of(report: Report) -> Iterator[RenderableType]:
    """Tables for `rich.console.Console.print`; plain text where the output is no terminal."""
    queries = "1 query" if report.n_queries == 1 else f"{report.n_queries:,} queries"
    title = f"{report.protocol}: {queries}, {report.n_articles:,} articles"
    yield Text(title + (f", asked from {report.test_from[:10]} on" if report.test_from else ""), style="bold")
    names = list(report.systems)
    for start in range(0, len(names), _SYSTEMS_ABREAST):
        yield _for_terminal(measures_rows(report, names[start : start + _SYSTEMS_ABREAST]))
    if report.n_queries > 1:
        legend = "In brackets: 95 % bootstrap intervals over queries. Where the output can show it, the best is bold."
        yield Text(legend, style="dim")
    for systems, measure, difference, p_value in tests_rows(report).rows:
        if measure.text == report.measures[0]:
            change = f"{measure.text} {difference.text} {difference.beside}"
            yield Text(f"{systems.text}: {change}, p = {p_value.text}")
    yield from (Text(printable(sentence)) for sentence in sentences(report))
    if (slices := slices_rows(report)).rows:
        yield _for_terminal(slices)
    if report.lists:
        yield _for_terminal(lists_rows(report))


def _for_terminal(found: Rows) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(found.header):
        left = number < found.n_left
        table.add_column(column, justify="left" if left else "right", no_wrap=left, overflow="fold")
    for row in found.rows:
        texts = [Text(printable(cell.text), style="bold" if cell.is_best else "") for cell in row]
        for text, cell in zip(texts, row, strict=True):
            if cell.beside:
                text.append(f" {cell.beside}", style="not bold dim")
        table.add_row(*texts)
    return table


def measures_rows(report: Report, names: Sequence[str]) -> Rows:
    """A row a measure, a column a system, with intervals."""
    rows = []
    for measure in report.measures:
        best = report.best(measure, [values[measure] for values in report.systems.values()])
        row = [Cell(measure)]
        for name in names:
            value, (low, high) = report.systems[name][measure], report.intervals[name][measure]
            beside = f"[{low:.3f}, {high:.3f}]" if report.n_queries > 1 else ""
            row.append(Cell(f"{value:.3f}", beside, value == best))
        rows.append(row)
    return Rows(("", *names), rows)


def tests_rows(report: Report) -> Rows:
    """The product against every other system: the mean difference with its interval, and how likely by chance."""
    rows = [
        [
            Cell(f"{test['system']} against {test['against']}"),
            Cell(test["measure"]),
            Cell(f"{test['mean']:+.4f}", f"[{test['low']:+.4f}, {test['high']:+.4f}]"),
            Cell(f"{test['p_value']:.2g}"),
        ]
        for test in report.tests
        if report.n_queries > 1 and report.product in (test["system"], test["against"])
    ]
    return Rows(("", "measure", "difference", "p"), rows, 2)


def slices_rows(report: Report) -> Rows:
    """The measures that count most, in every slice that is not all; small slices together."""
    shown = report.measures[:3] if report.protocol == "grades" else report.measures[:1]
    rows = []
    for kind in _TABLE_SLICES:
        slices = report.slices.get(kind, {})
        fewest = 0 if kind == BY_LISTS else FEWEST_QUERIES
        large = [(name, found) for name, found in slices.items() if found["n_queries"] >= fewest]
        small = [found for found in slices.values() if found["n_queries"] < fewest]
        if len(large) + bool(small) < 2:
            continue  # every query is in it: the figures are those of all
        if kind == "topic":
            large.sort(key=lambda item: -item[1]["n_queries"])
        for name, found in [*large, *([(OTHER, _merged(small))] if small else [])]:
            for measure in shown:
                values = [figures[measure] for figures in found["systems"].values()]
                best = report.best(measure, values)
                named = [kind.replace("_", " "), name, *([measure] if len(shown) > 1 else ())]
                figures = [Cell(f"{value:.3f}", "", value == best) for value in values]
                rows.append([*map(Cell, named), Cell(f"{found['n_queries']:,}"), *figures])
    if len(shown) > 1:
        return Rows(("by", "slice", "measure", "queries", *report.systems), rows, 3)
    return Rows((f"{shown[0]} by", "slice", "queries", *report.systems), rows, 2)


def lists_rows(report: Report) -> Rows:
    """What can be said of the lists of each system, and of the curated ones."""
    rows = [
        [
            Cell(name.replace("_", " ")),
            *(Cell(f"{figures[name]:.4g}".replace("nan", "-")) for figures in report.lists.values()),
        ]
        for name in report.lists[report.product]
    ]
    return Rows(("lists", *report.lists), rows)


def sentences(report: Report) -> Iterator[str]:
    """What is said in words: notes, who was not asked, what was judged, who goes without a suggestion."""
    if report.n_queries < 2:
        yield "One query tells nothing of how sure a figure is: intervals and tests are left out."
    yield from report.notes
    for reason, number in report.left_out.items():
        yield f"{number:,} not asked: {LEFT_OUT[reason]}."
    counts = ", ".join(f"{number:,} {name}" for name, number in report.judgments.items())
    yield f"{'Pairs by grade' if report.protocol == 'grades' else 'In the lists of the queries'}: {counts}."
    if report.coverage:
        shares = [
            f"{found['with_suggestions']:.0%} of {found['n_articles']:,} {name}"
            for name, found in report.coverage.items()
        ]
        yield f"On the site as it stands, these have a suggestion that is shown: {', '.join(shares)}."
    n_by_topic = sum(found["n_queries"] for found in report.slices.get("topic", {}).values())
    if n_by_topic > report.n_queries and any(row[0].text == "topic" for row in slices_rows(report).rows):
        yield "A query with several topics counts once for each of them, in their slices and in other."


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
