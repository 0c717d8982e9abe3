"""
Where we beat plain TF-IDF by readers' grades, and where it beats us: the articles that are furthest apart.

Usage: python benchmarks/examples.py REPORT.json ... [--each 10]

REPORT.json is what `recommender evaluate SITE --grades FILE --systems tfidf --format json --output REPORT.json`
writes; its name is the site's. Prints article ids with nDCG of the first five by `similarity` and by `tfidf`; what they
are about is for a person to see.
"""

import argparse
import json
from pathlib import Path

MEASURE = "nDCG@5"

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("reports", type=Path, nargs="+")
parser.add_argument("--each", type=int, default=10)
options = parser.parse_args()
found = []
for file in options.reports:
    queries = json.loads(file.read_text(encoding="utf-8"))["queries"]
    ours, theirs = (queries["values"][name][MEASURE] for name in ("similarity", "tfidf"))
    pairs = zip(queries["ids"], ours, theirs, strict=True)
    found += [(own - other, file.stem, one, own, other) for one, own, other in pairs if own is not None]
found = sorted(one for one in found if one[0] == one[0])
print("| site | article | `similarity` | `tfidf` |\n| --- | --- | ---: | ---: |")
for _, site, article_id, own, other in [*found[: -options.each - 1 : -1], *found[: options.each]]:
    print(f"| {site} | `{article_id}` | {own:.2f} | {other:.2f} |")
print(f"\n{sum(one[0] > 0 for one in found)} better, {sum(one[0] < 0 for one in found)} worse, of {len(found)}")
