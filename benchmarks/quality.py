"""
Reports of `recommender evaluate --format json` -> tables by curated lists, such as those of benchmarks/README.md.

Usage: python benchmarks/quality.py REPORT.json [REPORT.json ...]
"""

import argparse
import json
from pathlib import Path
from typing import Any

#: Measures that stand beside the first in a table.
BESIDE = ("P@1", "P@5", "R@10", "RR", "Success@5")


def table(report: dict[str, Any]) -> str:
    """A row a system: the first measure with its interval, in short and long lists, and others beside it."""
    first = next(iter(report["systems"][report["product"]]))
    sizes = report["slices"]["list_size"]
    header = [
        "system",
        f"{first} [95 %]",
        *(f"{size} ({found['n_queries']:,})" for size, found in sizes.items()),
        *BESIDE,
    ]
    lines = [f"| {' | '.join(header)} |", f"| --- |{' ---: |' * (len(header) - 1)}"]
    best = max(values[first] for values in report["systems"].values())
    for name, values in report["systems"].items():
        low, high = report["intervals"][name][first]
        value = f"**{values[first]:.3f}**" if values[first] == best else f"{values[first]:.3f}"
        cells = [
            f"`{name}`",
            f"{value} [{low:.3f}, {high:.3f}]",
            *(f"{found['systems'][name][first]:.3f}" for found in sizes.values()),
            *(f"{values[measure]:.3f}" for measure in BESIDE if measure in values),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def below(report: dict[str, Any]) -> str:
    """What a reader of the table should know: counts, differences, what the threshold costs and buys."""
    first = next(iter(report["systems"][report["product"]]))
    left_out = ", ".join(f"{number:,} {reason}" for reason, number in report["left_out"].items())
    lines = [f"{report['n_queries']:,} queries; not asked: {left_out or 'none'}."]
    for test in report["tests"]:
        pair = (test["system"], test["against"])
        if test["measure"] == first and pair in (
            ("similarity", "tfidf"),
            ("learned", "similarity"),
            ("shown", "tfidf"),
        ):
            lines.append(
                f"`{pair[0]}` against `{pair[1]}`: {test['mean']:+.3f} [{test['low']:+.3f}, {test['high']:+.3f}], "
                f"p = {test['p_value']:.1g}."
            )
    if "shown" in report["lists"]:
        found, alone = report["lists"]["shown"], report["lists"].get("learned", report["lists"]["similarity"])
        lines.append(
            f"As shown, an article has {found['mean_length']:.1f} suggestions with a precision of "
            f"{found['precision']:.3f}, instead of {alone['mean_length']:.1f} with {alone['precision']:.3f}."
        )
    return " ".join([*lines, *report["notes"]])


def main() -> None:
    """Print a section a report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", type=Path)
    for path in parser.parse_args().reports:
        report = json.loads(path.read_text(encoding="utf-8"))
        print(f"### {path.stem}\n\n{table(report)}\n\n{below(report)}\n")


if __name__ == "__main__":
    main()
