"""An evaluation as one HTML page that needs nothing beside it: tables, and plots as SVG in the page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup, escape

from recommender.errors import MissingExtraError
from recommender.evaluation.report import Report
from recommender.evaluation.slices import BY_LISTS
from recommender.evaluation.tables import lists_rows, measures_rows, sentences, slices_rows, tests_rows
from recommender.report.page import render

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


def page_of(report: Report) -> str:
    """The page. Text of articles is escaped; nothing is loaded from elsewhere; the same report gives the same bytes."""
    measure = report.measures[0]
    by_grades = report.protocol == "grades"
    with mpl.rc_context(_SVG):
        plots = [
            _figure("Measures, with 95 % intervals" if report.n_queries > 1 else "Measures", _plot_measures, report)
        ]
        if by_grades:
            plots.append(_figure(f"{measure} by who lists the article", _plot_slices, report, BY_LISTS))
        else:
            plots.append(_figure(f"{measure} by list size", _plot_slices, report, "list_size"))
            if months := _months(report):
                plots.append(_figure(f"{measure} by month", _plot_months, report, months))
    title = "by readers' grades" if by_grades else f"against the curated lists: {report.protocol}"
    return render(
        "evaluation.html",
        title=f"Suggestions {title}",
        report=report,
        measure=measure,
        plots=plots,
        measures=measures_rows(report, list(report.systems)),
        tests=tests_rows(report),
        slices=slices_rows(report),
        lists=lists_rows(report) if report.lists else None,
        sentences=list(sentences(report)),
    )


def _figure(title: str, plot: Any, report: Report, *options: Any) -> Markup:
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
    return Markup(svg[svg.index("<svg") :].replace("<svg ", label, 1))


def _coloured(report: Report) -> Iterable[tuple[int, str, str]]:
    for number, name in enumerate(report.systems):
        yield number, name, _COLOURS[number % len(_COLOURS)]


def _bars(axes: Axes, report: Report, groups: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Bars of all systems side by side in each group: system -> (value, low, high)."""
    width = 0.8 / len(report.systems)
    for number, name, colour in _coloured(report):
        places = [place + (number - (len(report.systems) - 1) / 2) * width for place in range(len(groups))]
        values, lows, highs = np.array([figures[name] for figures in groups.values()]).T
        errors = np.maximum([values - lows, highs - values], 0)
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


def _months(report: Report) -> dict[str, Any]:
    """The months of which there are enough queries; none on a site without dates."""
    return {
        month: found
        for month, found in report.slices["month"].items()
        if found["n_queries"] >= _FEWEST_IN_A_MONTH and month != "none"
    }


def _plot_months(axes: Axes, report: Report, months: Mapping[str, Any]) -> None:
    measure = report.measures[0]
    for _, name, colour in _coloured(report):
        values = [found["systems"][name][measure] for found in months.values()]
        axes.plot(range(len(months)), values, marker="o", markersize=3, color=colour, label=name)
    step = max(1, len(months) // 8)
    axes.set_xticks(range(0, len(months), step), list(months)[::step], rotation=30)
    axes.set_ylim(bottom=0)
