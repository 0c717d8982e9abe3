"""
Small invented sites whose author said what belongs together: how much that is suggested does not, and what is missed.

Usage: python benchmarks/small_sites.py [-v] [NAME ...]

The sites stand in `small_sites.yaml`, those that were written after the words were chosen that the first had shown in
`small_sites_later.yaml`, and ten of some fifty articles, with weak pairs too, in `small_sites_of_fifty.yaml`, ten more
in `small_sites_of_fifty_later.yaml`, eight more in `small_sites_held_out.yaml`, and six in `small_sites_graded.yaml`.
What two people said of 170 pairs that an earlier version suggested on these stands in `small_sites_graded.tsv`; the
last line tells what of it is left. With -v each wrong and each missed suggestion is shown, with its score and reason;
with names those sites alone are asked. Served is an article that has a good candidate and shows one.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml

from recommender import Article, Corpus, Recommender

_FIRST, _APART = datetime(2024, 1, 8, tzinfo=UTC), timedelta(days=17)
Pair = tuple[str, str]
#: Mean grades from which on a pair is good, and below which it is wrong.
_GOOD, _WRONG = 2.0, 0.75


def articles_of(site: dict[str, Any]) -> list[Article]:
    """The articles of a site, dated one after the other where nothing else is said."""
    return [
        Article(
            id=one["id"],
            title=str(one["title"]),
            excerpt=one.get("excerpt", ""),
            published_at=_moment(one, _FIRST + place * _APART),
            topics=tuple(one.get("topics", ())),
            language=one.get("language", site.get("language", "")),
            body=one.get("body", ""),
        )
        for place, one in enumerate(site["articles"])
    ]


def _moment(one: dict[str, Any], usual: datetime) -> datetime | None:
    if "date" not in one:
        return usual
    return datetime.fromisoformat(str(one["date"])).replace(tzinfo=UTC) if one["date"] else None


def pairs_of(groups: list[list[str]]) -> set[Pair]:
    """Every pair within a group, in both directions."""
    return {pair for group in groups for pair in permutations(group, 2)}


def main() -> None:
    """Print the sums of each file, and with -v what they are made of."""
    names = [name for name in sys.argv[1:] if name != "-v"]
    shown: set[tuple[str, ...]] = set()
    for end in ("", "_later", "_of_fifty", "_of_fifty_later", "_held_out", "_graded"):
        file = Path(__file__).with_name(f"small_sites{end}.yaml")
        shown |= score(yaml.safe_load(file.read_text(encoding="utf-8")), names)
    lines = Path(__file__).with_name("small_sites_graded.tsv").read_text(encoding="utf-8").splitlines()[1:]
    graded = {(site, one, other): (int(a) + int(b)) / 2 for site, one, other, a, b in map(str.split, lines)}
    for kept in (graded, {pair: grade for pair, grade in graded.items() if pair in shown}):
        n_good, n_wrong = sum(grade >= _GOOD for grade in kept.values()), sum(grade < _WRONG for grade in kept.values())
        print(f"of {len(kept)} pairs that two people graded {n_good} good and {n_wrong} wrong")


def score(sites: list[dict[str, Any]], names: list[str]) -> set[tuple[str, ...]]:
    """Print the sums over some sites, and return what is shown on which."""
    shown: set[tuple[str, ...]] = set()
    n_shown = n_wrong = n_missed = n_wanted = n_served = n_asked = n_right_sites = n_sites = 0
    for site in sites:
        if names and site["name"] not in names:
            continue
        rec = Recommender().fit(Corpus(articles_of(site), site_language=site.get("language", "")))
        found = {(asked, one.article_id): one for asked, answer in rec.suggest_all() for one in answer}
        shown |= {(site["name"], *pair) for pair in found}
        wanted, allowed = pairs_of(site.get("related", [])), pairs_of(site.get("either way", []))
        wrong, missed = found.keys() - wanted - allowed, wanted - found.keys()
        n_wrong, n_missed, n_wanted = n_wrong + len(wrong), n_missed + len(missed), n_wanted + len(wanted)
        n_shown, n_served = n_shown + len(found), n_served + len({asked for asked, _ in found.keys() & wanted})
        n_asked += len({asked for asked, _ in wanted})
        n_right_sites, n_sites = n_right_sites + (not wrong and not missed), n_sites + 1
        if "-v" in sys.argv and (wrong or missed):
            print(f"{site['name']}: {site['kind']}")
            for pair in sorted(wrong):
                why = "; ".join(found[pair].reason.sentences[:2])
                print(f"  wrong   {' -> '.join(pair)}  {found[pair].score:.2f}  {why}")
            for pair in sorted(missed):
                print(f"  missed  {' -> '.join(pair)}")
    good, wrong = (n_wanted - n_missed) / max(n_shown, 1), n_wrong / max(n_shown, 1)
    print(
        f"{n_sites} sites, {n_right_sites} all right; {n_wrong} suggestions wrong, {n_missed} of {n_wanted} missed; "
        f"{n_shown} shown: good {good:.2f}, wrong {wrong:.2f}; served {n_served} of {n_asked}"
    )
    return shown


if __name__ == "__main__":
    main()
