"""
What fresh readers say of the first two suggestions, ours as they are shown beside plain TF-IDF.

Usage: python benchmarks/blind.py write FOLDER SITE ... [--articles 10] [--settings FILE] [--language en]
                                            [--seed 7]
       python benchmarks/blind.py score FOLDER

`write` draws articles of each site, seeded, and writes for each site FOLDER/SITE.pairs.md for the reader, in random
order and without a word about who suggested what, and FOLDER/SITE.key.json for the counting. The reader writes
FOLDER/SITE.tsv as docs/grading.md says: article id, candidate id, grade. `score` prints a row a site and system.
Neither system suggests what an article's own curated list names.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender import Article, Recommender, read_site
from recommender.evaluation import BASELINES
from recommender.settings import Settings, read_settings

N_PLACES = 2


def told(article: Article) -> str:
    """What the reader sees of an article."""
    day = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date"
    return f"{article.title}\n  ({article.provider or 'no provider'}, {day}) {article.excerpt[:400]}"


def write(folder: Path, sites: Sequence[Path], n_articles: int, settings: Settings, language: str, seed: int) -> None:
    """Draw articles and write what is to be read."""
    folder.mkdir(parents=True, exist_ok=True)
    for site in sites:
        corpus = read_site(site, settings)
        ours = Recommender(settings).fit(corpus)
        plain = BASELINES["tfidf"]().fit(corpus)
        random = np.random.default_rng(seed)
        there = [one.id for one in corpus if language in ("", one.language) and one.is_published and one.title]
        drawn = sorted(random.permutation(there)[:n_articles].tolist())
        key: dict[str, dict[str, list[str]]] = {}
        lines = []
        for article_id in drawn:
            listed = {article_id, *ours.listed(article_id)}
            theirs = [one.article_id for one in plain.suggest(article_id, N_PLACES + len(listed))]
            key[article_id] = {
                "shown": [one.article_id for one in ours.suggest(article_id, N_PLACES)],
                "tfidf": [one for one in theirs if one not in listed][:N_PLACES],
            }
            pool = sorted({one for some in key[article_id].values() for one in some})
            lines.append(f"\n# {article_id}\n\n{told(corpus[article_id])}\n")
            lines += [f"- `{one}`\n  {told(ours.article(one))}" for one in random.permutation(pool).tolist()]
        (folder / f"{site.name}.pairs.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / f"{site.name}.key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def score(folder: Path) -> None:
    """Print what was said of each system's suggestions."""
    print("| site | system | articles | suggestions | good | wrong | first is good | articles with one that is wrong |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for file in sorted(folder.glob("*.key.json")):
        name = file.name.removesuffix(".key.json")
        lines = (folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
        cells = [line.split("\t") for line in lines if line.strip()]
        grades = {(one[0], one[1]): int(one[2]) for one in cells}
        key = json.loads(file.read_text(encoding="utf-8"))
        for system in ("tfidf", "shown"):
            given = [[grades[article, one] for one in some[system]] for article, some in key.items()]
            flat = np.array([grade for some in given for grade in some])
            firsts = [some[0] >= 2 for some in given if some]
            n_wrong = sum(0 in some for some in given)
            shares = f"{(flat >= 2).mean():.2f} | {(flat == 0).mean():.2f} | {np.mean(firsts):.2f} | {n_wrong}"
            print(f"| {name} | {system} | {len(given)} | {len(flat)} | {shares} |")


def main() -> None:
    """Write or score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["write", "score"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sites", type=Path, nargs="*")
    parser.add_argument("--articles", type=int, default=10)
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--language", default="")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.what == "write":
        settings = read_settings(arguments.settings) if arguments.settings else Settings()
        write(arguments.folder, arguments.sites, arguments.articles, settings, arguments.language, arguments.seed)
    else:
        score(arguments.folder)


if __name__ == "__main__":
    main()
