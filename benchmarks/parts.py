"""
What each part of the similarity is worth to readers: the product with one part left out at a time, by their grades.

Usage: python benchmarks/parts.py [--workers N] SITE GRADES[,GRADES ...] [SITE GRADES ...]

The grades of a site are those of one language; where a site needs settings they lie beside it as SITE.settings.yaml.
The lists of the graded articles are hidden before the fit, and similarity ranks. Printed is a row a part, the mean over
the sites: nDCG@5 of the first five, how many of these nobody graded, and of what is shown the shares of good and wrong
ones, of the articles that have a good candidate those that get one, and of all those with a suggestion. What nobody
graded counts as missed: what is brought up without a part may be better than its row says.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from joblib import Parallel, delayed

from recommender import Corpus, evaluate, read_site
from recommender.evaluation.grades import read_grades
from recommender.ranking import rankers, reader
from recommender.settings import Settings, read_settings
from recommender.vectors import counts, templates, text, tfidf

_OFF = {"weight": 0.0}
#: Fields of the settings that a part is left out by, by group.
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "all": {},
    "bodies": {"vectors": {"body": _OFF, "body_letters": _OFF}},
    "letters": {"vectors": {"letters": _OFF, "body_letters": _OFF}},
    "static embeddings": {"vectors": {"meaning": 0.0}},
    "stop words": {"vectors": {"stop_words": False}},
    "fading with days": {"ranking": {"half_life_days": 0.0}},
}
#: And what stands in for a part that no setting leaves out: the module that looks it up, name, value.
STAND_INS: dict[str, tuple[Any, str, Any]] = {
    "links in texts": (rankers, "LINKED", 0.0),
    "topics of few": (rankers, "ONE_SUBJECT", 0.0),
    "other topics": (rankers, "OTHER_TOPICS", 0.0),
    "everyday words for less": (reader, "_WITHOUT_EVIDENCE", 0.0),
    "rarity in the language": (counts, "_PRIOR_ARTICLES", 1e-3),
    "titles twice": (counts, "_TITLE_TIMES", 1),
    "common words for less": (tfidf, "weigh_common_less", lambda *_: None),
    "headline words for less": (counts, "headline_words", lambda _: frozenset()),
    "templates left out": (tfidf, "templates_of", lambda *_: frozenset()),
    "topics as text": (counts, "_MOST_OF_TOPICS", 0),
    "common topics left out": (templates, "_SHARE_OF_SECTION", 1.0),
    "marks left out": (text, "without_markup", str),
    "what is usual on the site": (rankers, "usual_similarity", lambda *_: reader._USUAL),
}


def _with(settings: Settings, changes: dict[str, dict[str, Any]]) -> Settings:
    """Settings with some of their fields changed."""
    for group, fields in changes.items():
        before = getattr(settings, group)
        values = {
            name: replace(getattr(before, name), **value) if isinstance(value, dict) else value
            for name, value in fields.items()
        }
        settings = replace(settings, **{group: replace(before, **values)})
    return settings


def figures(site: Path, files: list[Path], part: str) -> tuple[float, ...]:
    """NDCG@5 and ungraded of the first five; good, wrong and served of what is shown; empty boxes."""
    file = site.parent / f"{site.name}.settings.yaml"
    settings = read_settings(file) if file.exists() else Settings()
    settings = _with(settings, {"ranking": {"ranker": "similarity"}})
    settings = _with(settings, SETTINGS.get(part, {}))
    corpus, grades = read_site(site, settings), read_grades(files)
    asked = {article for article, _ in grades if article in corpus}
    hidden = [replace(article, related=()) if article.id in asked else article for article in corpus]
    alone = Corpus(hidden, site_language=corpus.site_language)
    module, name, value = STAND_INS.get(part, (rankers, "LINKED", rankers.LINKED))
    for known in (text.repair, counts._frequencies_of):
        known.cache_clear()
    with mock.patch.object(module, name, value):
        found = evaluate(alone, settings, grades=grades).to_dict()["systems"]
    five, shown = found["similarity"], found["shown"]
    return five["nDCG@5"], five["ungraded"], shown["good"], shown["wrong"], shown["served"], shown["any"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("sites", nargs="+")
    options = parser.parse_args()
    sites = [
        (Path(site), [*map(Path, files.split(","))]) for site, files in zip(*[iter(options.sites)] * 2, strict=True)
    ]
    parts = [*SETTINGS, *STAND_INS]
    run = Parallel(n_jobs=options.workers, return_as="generator")
    found = run(delayed(figures)(*site, part) for part in parts for site in sites)
    print("| without | nDCG@5 | ungraded | good | wrong | served | with a suggestion |\n| --- |" + " ---: |" * 6)
    for part in parts:
        means = np.mean([next(found) for _ in sites], axis=0)
        cells = [f"{means[0]:.3f}", *(f"{value:.2f}" for value in means[1:])]
        print(f"| {part if part != 'all' else 'as it is'} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
