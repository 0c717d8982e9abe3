"""
What each part of the ranking is worth: from plain TF-IDF to the learned ranker, a step a row.

Usage: python benchmarks/ablation.py SITE [--protocol whole-site publish-time replay] [--test-from DATE] [--later DIR]
       [--language en]

Every step is the product with other settings, scored by its own evaluation, all in one run on the same queries:

- ``tfidf``: the baseline, title and excerpt in one field;
- the similarity ranker: fields with weights, without and with damping by days;
- the learned ranker, which is kept here whether it helps or not.

The last column says whether a step is better than the one before it, by the paired test of the report. On a site in
several languages each has a column, cut from the same run; ``--language`` reads the articles of one alone.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from recommender import Corpus, Recommender, evaluate, read_site
from recommender.evaluation.baselines import Tfidf
from recommender.evaluation.evaluator import PROTOCOLS
from recommender.evaluation.slices import NONE
from recommender.settings import settings_from_mapping

MEASURES = ("nDCG@10", "P@1", "RR")


def product(**ranking: Any) -> Callable[[], Recommender]:
    """A maker of the product with these settings of the ranking."""
    return partial(Recommender, settings_from_mapping({"ranking": ranking}))


STEPS: dict[str, Callable[[], Any]] = {
    "plain TF-IDF": Tfidf,
    "fields, one linear sum": product(ranker="similarity", half_life_days=0),
    "the same, damped by days": product(ranker="similarity"),
    "learned from the lists": product(ranker="learned"),
}


def table(report: dict[str, Any]) -> str:
    """A row a step: nDCG@10 with its interval, short lists, languages, P@1, RR, and the gain over the step before."""
    first = MEASURES[0]
    slices = [("lists of 1–10", report["slices"]["list_size"].get("1-10"))]
    languages = report["slices"]["language"]
    if len(languages) > 1:
        slices += [(name if name != NONE else "no language", found) for name, found in sorted(languages.items())]
    slices = [(name, found) for name, found in slices if found]
    header = ["step", f"{first} [95 %]", *(f"{name} ({found['n_queries']:,})" for name, found in slices), *MEASURES[1:]]
    lines = [f"| {' | '.join([*header, 'gain over the step before'])} |", f"| --- |{' ---: |' * len(header)}"]
    tests = {(test["system"], test["against"]): test for test in report["tests"] if test["measure"] == first}
    before = ""
    for name, values in report["systems"].items():
        low, high = report["intervals"][name][first]
        cells = [
            name,
            f"{values[first]:.3f} [{low:.3f}, {high:.3f}]",
            *(f"{found['systems'][name][first]:.3f}" for _, found in slices),
            *(f"{values[measure]:.3f}" for measure in MEASURES[1:]),
            f"{tests[name, before]['mean']:+.3f}, p = {tests[name, before]['p_value']:.1g}" if before else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
        before = name
    return "\n".join(lines)


def main() -> None:
    """Print a table for each protocol."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--protocol", nargs="+", default=["publish-time"], choices=PROTOCOLS)
    parser.add_argument("--test-from", help="publish-time: only articles published from this day on are asked")
    parser.add_argument("--later", type=Path, help="replay: the folder of the later articles")
    parser.add_argument("--language", help="only the articles of this language")
    options = parser.parse_args()
    if ("replay" in options.protocol) != (options.later is not None):
        parser.error("the protocol replay, and only it, needs --later DIR")
    corpus = read_site(options.site)
    if options.language:
        corpus = corpus.with_articles(article for article in corpus if article.language == options.language)
    for protocol in options.protocol:
        print(section(corpus, protocol, options), flush=True)


def section(corpus: Corpus, protocol: str, options: argparse.Namespace) -> str:
    """The command, the table and its counts, as Markdown."""
    more = {"publish-time": {"test_from": options.test_from}, "replay": {"later": options.later}}.get(protocol, {})
    given = f" --language {options.language}" if options.language else ""
    given += "".join(f" --{name.replace('_', '-')} {value}" for name, value in more.items() if value)
    report = evaluate(corpus, protocol=protocol, measures=MEASURES, systems=STEPS, progress=_tell, **more).to_dict()
    command = f"python benchmarks/ablation.py {options.site} --protocol {protocol}{given}"
    count = f"{report['n_queries']:,} queries of {report['n_articles']:,} articles."
    return f"\n```\n{command}\n```\n\n{table(report)}\n\n{count}\n"


def _tell(what: str, done: int, n_all: int) -> None:
    print(f"{done:,} of {n_all:,} {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
