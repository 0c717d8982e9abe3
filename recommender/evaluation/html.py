"""A report as one HTML page that needs nothing beside it: tables, and plots as SVG in the page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from recommender.errors import MissingExtraError
from recommender.evaluation.report import Report
from recommender.evaluation.slices import BY_LISTS
from recommender.evaluation.tables import Cell, Rows, lists_rows, measures_rows, sentences, slices_rows, tests_rows

try:
    import matplotlib as mpl
    from matplotlib.figure import Figure
except ImportError:
    raise MissingExtraError("the HTML report", "report") from None

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Colours that people who see few colours can tell apart: M. Okabe and K. Ito (2008), Color universal design.
_COLOURS = ("#999999", "#E69F00", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")

#: Months with fewer queries than this are left out of the plot by month: a mean of two queries is an anecdote.
_FEWEST_IN_A_MONTH = 5

#: The same bytes for the same report: ids in the SVG would be random, and a date would be written.
_SVG: Any = {"svg.hashsalt": "recommender", "svg.fonttype": "path", "font.size": 9.0}

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 68rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
p { max-width: 46rem; } .dim { color: #5a5a5a; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .9rem .25rem 0; text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child, .left { text-align: left; } thead th { border-bottom: 1px solid #999; }
tbody tr:nth-child(even) { background: #f6f6f6; } .best { font-weight: 700; }
small { color: #5a5a5a; font-weight: 400; }
svg { max-width: 100%; height: auto; } .plots { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
details { border-top: 1px solid #ddd; padding: .4rem 0; } summary { cursor: pointer; }
.columns { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
ol, ul { padding-left: 1.4rem; margin: .3rem 0; } .right { background: #d9f2e6; }
"""


def page_of(report: Report) -> str:
    """
    The page. Text of articles is escaped; nothing is loaded from elsewhere; the same report gives the same bytes.

    Parameters
    ----------
    report
        Of any protocol, or by grades.
    """
    measure = report.measures[0]
    by_grades = report.protocol == "grades"
    with mpl.rc_context(_SVG):
        plots = [_figure("Measures, with 95 % intervals", _plot_measures, report)]
        if by_grades:
            plots.append(_figure(f"{measure} by who lists the article", _plot_slices, report, BY_LISTS))
        else:
            plots.append(_figure(f"{measure} by list size", _plot_slices, report, "list_size"))
            plots.append(_figure(f"{measure} by month", _plot_months, report))
            plots.append(_figure("Score against precision", _plot_calibration, report))
    title = (
        "Suggestions by readers' grades" if by_grades else f"Suggestions against the curated lists: {report.protocol}"
    )
    asked = f", asked from {report.test_from[:10]} on" if report.test_from else ""
    return "".join(
        (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>",
            f'<p class="dim">{report.n_queries:,} queries, {report.n_articles:,} articles{asked}; '
            f"{report.n_left_out:,} articles were not asked.</p>",
            "<h2>Measures</h2>",
            _table(measures_rows(report, list(report.systems))),
            '<p class="dim">Means over all queries, with 95 % bootstrap intervals; bold: the best. '
            f"Looked at are the first {report.depth} suggestions.</p>",
            f'<div class="plots">{"".join(plots)}</div>',
            "<h2>Are the differences chance?</h2>",
            _table(tests_rows(report)),
            '<p class="dim">Mean difference, query by query, with its 95 % interval; paired t-test.</p>',
            "<h2>Slices</h2>",
            _table(slices_rows(report)),
            *(("<h2>The lists themselves</h2>", _table(lists_rows(report))) if report.lists else ()),
            "<h2>What was judged</h2>",
            f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in sentences(report))}</ul>",
            f"<h2>The {len(report.worst)} worst queries of {escape(report.product)}</h2>",
            *(_worst(report, query) for query in report.worst),
            "</main></body></html>\n",
        )
    )


def _table(found: Rows) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in found.header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in found.rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    beside = f" <small>{escape(cell.beside)}</small>" if cell.beside else ""
    return f"<td{' class=best' if cell.is_best else ''}>{escape(cell.text)}{beside}</td>"


def _worst(report: Report, query: Mapping[str, Any]) -> str:
    measure = report.measures[0]
    wanted = "".join(f"<li>{escape(shown['title'])}</li>" for shown in query["wanted"])
    given = "".join(
        f"<li{' class=right' if shown['right'] else ''}>{escape(shown['title'])} "
        f"<small>{shown['score']:.3f}</small></li>"
        for shown in query["given"]
    )
    more = query["n_judged"] - len(query["wanted"])
    further = f"<li>and {more:,} more</li>" if more else ""
    date = query["published_at"][:10] if query["published_at"] else "no date"
    heading = f"{escape(query['title'])} <small>{date}, {escape(measure)} {query[measure]:.3f}</small>"
    return (
        f'<details><summary>{heading}</summary><p class="dim">{escape(query["id"])}</p><div class="columns">'
        f"<div><strong>Wanted</strong><ul>{wanted}{further}</ul></div>"
        f"<div><strong>Given</strong><ol>{given or '<li>nothing</li>'}</ol></div></div></details>"
    )


# plots -------------------------------------------------------------------------------------------------------------


def _figure(title: str, plot: Any, report: Report, *options: str) -> str:
    figure = Figure(figsize=(5.6, 3.7), layout="constrained")
    axes = figure.add_subplot()
    plot(axes, report, *options)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[1]:
        figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Title": title})
    svg = buffer.getvalue()
    label = f'<svg role="img" aria-label="{escape(title)}" '
    return f"<figure style='margin:0'>{svg[svg.index('<svg') :].replace('<svg ', label, 1)}</figure>"


def _coloured(report: Report) -> Iterable[tuple[int, str, str]]:
    for number, name in enumerate(report.systems):
        yield number, name, _COLOURS[number % len(_COLOURS)]


def _bars(axes: Axes, report: Report, groups: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Bars of all systems side by side in each group: system -> (value, low, high)."""
    width = 0.8 / len(report.systems)
    for number, name, colour in _coloured(report):
        places = [place + (number - (len(report.systems) - 1) / 2) * width for place in range(len(groups))]
        values, lows, highs = zip(*(figures[name] for figures in groups.values()), strict=True)
        errors = [
            [max(value - low, 0) for value, low in zip(values, lows, strict=True)],
            [max(high - value, 0) for value, high in zip(values, highs, strict=True)],
        ]
        axes.bar(places, values, width, yerr=errors, color=colour, label=name, error_kw={"linewidth": 0.8})
    axes.set_xticks(range(len(groups)), groups)
    axes.set_ylim(bottom=0)


def _plot_measures(axes: Axes, report: Report) -> None:
    groups = {
        measure: {name: (values[measure], *report.intervals[name][measure]) for name, values in report.systems.items()}
        for measure in report.measures
        if measure != "per_q"  # no share
    }
    _bars(axes, report, groups)
    axes.tick_params("x", labelrotation=30)


def _plot_slices(axes: Axes, report: Report, kind: str) -> None:
    measure = report.measures[0]
    groups = {}
    for name, found in report.slices[kind].items():
        # The slices carry no intervals: bars without whiskers.
        groups[f"{name}\n{found['n_queries']:,} queries"] = {
            system: (figures[measure],) * 3 for system, figures in found["systems"].items()
        }
    _bars(axes, report, groups)


def _plot_months(axes: Axes, report: Report) -> None:
    measure = report.measures[0]
    months = {
        month: found
        for month, found in report.slices["month"].items()
        if found["n_queries"] >= _FEWEST_IN_A_MONTH and month != "none"
    }
    for _, name, colour in _coloured(report):
        values = [found["systems"][name][measure] for found in months.values()]
        axes.plot(range(len(months)), values, marker="o", markersize=3, color=colour, label=name)
    step = max(1, len(months) // 8)
    axes.set_xticks(range(0, len(months), step), list(months)[::step], rotation=30)
    axes.set_ylim(bottom=0)


def _plot_calibration(axes: Axes, report: Report) -> None:
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.8, linestyle="--")
    for _, name, colour in _coloured(report):
        bins = report.calibration[name]
        sizes = [6 + 60 * (found["n"] / max(other["n"] for other in bins)) for found in bins]
        scores, precisions = [found["mean_score"] for found in bins], [found["precision"] for found in bins]
        axes.plot(scores, precisions, color=colour, linewidth=1, label=name)
        axes.scatter(scores, precisions, s=sizes, color=colour)
    axes.set_xlabel("score (larger dot: more suggestions)")
    axes.set_ylabel("share that an editor chose")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
