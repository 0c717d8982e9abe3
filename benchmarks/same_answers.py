"""
Whether two checkouts give the same answers: every field of every article that is read, every suggestion and its score.

Usage: python benchmarks/same_answers.py BEFORE AFTER SITE... [--settings FILE] [--places 9]

Each checkout reads each site in a process of its own, on a copy and with a cache of its own, and writes its
suggestions into a data file. What differs is printed; the exit code is 1 where anything does.
"""

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Differences that are printed for a site.
MOST_SHOWN = 20


def main() -> int:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("sites", type=Path, nargs="+")
    parser.add_argument("--settings", type=Path, help="for all sites; else each site's own recommender.yaml")
    parser.add_argument("--places", type=int, default=9, help="decimal places to which numbers must agree")
    options = parser.parse_args()
    n_different = 0
    for site in options.sites:
        before, after = (answers_of(one, site, options.settings) for one in (options.before, options.after))
        found = list(differences(before, after, options.places))
        n_different += len(found)
        n_shown = sum(map(len, after["suggestions"].values()))
        print(f"{site.name}: {len(after['articles']):,} articles, {n_shown:,} suggestions, {len(found):,} differences")
        for line in found[:MOST_SHOWN]:
            print(f"  {line}")
    return int(n_different > 0)


def answers_of(checkout: Path, site: Path, settings: Path | None) -> dict[str, Any]:
    """What a checkout reads of a site and suggests for it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / site.name
        if site.is_dir():
            shutil.copytree(site, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        else:
            shutil.copy(site, copy)
        program = "import sys; sys.path[:0] = sys.argv[1:3]; import same_answers; same_answers.tell(*sys.argv[3:])"
        paths = [checkout.resolve(), Path(__file__).parent, copy, Path(folder) / "answers.json", settings or ""]
        place = {"PYTHONPATH": "", "XDG_CACHE_HOME": f"{folder}/cache"}
        subprocess.run([sys.executable, "-P", "-c", program, *map(str, paths)], check=True, env=os.environ | place)
        return dict(json.loads((Path(folder) / "answers.json").read_text(encoding="utf-8")))


def tell(site: str, output: str, settings_file: str) -> None:
    """Write, as JSON, what the package that is imported here reads of a site and suggests for it."""
    from recommender import read_site
    from recommender.batch import settings_of, suggest_site

    settings = settings_of(Path(site), Path(settings_file) if settings_file else None)
    corpus = read_site(Path(site), settings)
    data = Path(output).with_name("data.json")
    suggest_site(Path(site), settings, output=data)
    found = {
        "articles": {article.id: dataclasses.asdict(article) for article in corpus},
        "reading": dataclasses.asdict(corpus.reading),
        "language": corpus.site_language,
        "shape": dataclasses.asdict(corpus.entry_shape),
        "suggestions": json.loads(data.read_text(encoding="utf-8")),
    }
    Path(output).write_text(json.dumps(found, default=str).replace(str(Path(site).parent), ""), encoding="utf-8")


def differences(before: Any, after: Any, places: int, where: str = "") -> Iterator[str]:
    """A line for each value that one has and the other has not, or has otherwise."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), places, f"{where}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, places, f"{where}/{number}")
    elif isinstance(before, float) and isinstance(after, float):
        if abs(before - after) >= 10.0**-places:
            yield f"{where}: {before} -> {after}"
    elif before != after:
        yield f"{where}: {str(before)[:80]!r} -> {str(after)[:80]!r}"


if __name__ == "__main__":
    sys.exit(main())
