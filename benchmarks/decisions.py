"""
What decisions do on a real site: rejected pairs stay away after a refit, and rejections of a kind lower that kind.

    python benchmarks/decisions.py path/to/site [--rejected 10] [--of-a-kind 20]

Ten pairs are drawn among the first suggestions, rejected, and the site is fitted anew. Then twenty suggestions of one
kind are rejected, the commonest of `ranking.editors.KINDS` that at most half of the pairs are of, and what is suggested
under other articles is compared before and after, by kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from recommender import Corpus, Recommender, Settings, read_site
from recommender.ranking.editors import KINDS, EditorsModel
from recommender.settings import read_settings
from recommender.writing.decisions import Decision, Decisions, Pair


def main() -> None:
    """Fit three times, and print what changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--rejected", type=int, default=10)
    parser.add_argument("--of-a-kind", type=int, default=20)
    asked = parser.parse_args()
    file = asked.site / "recommender.yaml"
    settings = read_settings(file) if file.exists() else Settings()
    corpus = read_site(asked.site, settings)
    random = np.random.default_rng(0)

    before = Recommender(settings).fit(corpus)
    shown = _shown(before)
    pairs = sorted(shown)
    kinds = _kinds(before, pairs)
    print(f"{before.ranker_name}: {len(pairs):,} suggestions under {len({pair[0] for pair in pairs}):,} articles")

    rejected = [pairs[place] for place in random.permutation(len(pairs))[: asked.rejected]]
    again = _shown(_refitted(corpus, settings, rejected))
    print(f"{len(rejected)} rejected, fitted anew: {sum(pair in again for pair in rejected)} come back")

    # The commonest kind of at most half of the pairs.
    share = kinds.mean(axis=0)
    kind = int(np.argmax(np.where(share <= 0.5, share, 0)))
    of_kind = np.flatnonzero(kinds[:, kind] > 0)
    rejected = [pairs[place] for place in random.permutation(of_kind)[: asked.of_a_kind]]
    after = _refitted(corpus, settings, rejected)
    weights = {name: round(value, 2) for name, value in after.ranker.editors.weights.items() if value}
    print(f"{len(rejected)} of the kind “{KINDS[kind]}” rejected, fitted anew: weights {weights}")
    again = _shown(after)
    touched = {pair[0] for pair in rejected}
    for name, wanted in ((KINDS[kind], kinds[:, kind] > 0), ("all others", kinds[:, kind] == 0)):
        some = [pair for pair, is_of in zip(pairs, wanted, strict=True) if is_of and pair[0] not in touched]
        kept = [pair for pair in some if pair in again]
        lost = np.mean([shown[pair] - again[pair] for pair in kept]) if kept else 0.0
        print(f"{name}: {len(some):,} suggested before, {len(kept):,} of them still, their scores {lost:.3f} lower")


def _refitted(corpus: Corpus, settings: Settings, rejected: Iterable[Pair]) -> Recommender:
    decisions = Decisions({pair: Decision(*pair, "reject") for pair in rejected})
    return Recommender(settings, decisions).fit(corpus)


def _shown(rec: Recommender) -> dict[Pair, float]:
    """The score of every suggestion."""
    return {(key, one.article_id): one.score for key, found in rec.suggest_all() for one in found}


def _kinds(rec: Recommender, pairs: list[Pair]) -> np.ndarray:
    """Of which kinds some pairs are, shape (n_pairs, n_kinds)."""
    state = rec._fitted().state
    found = []
    for article_id, candidate_id in pairs:
        row = state.catalogue.row_of(candidate_id)
        found.append(EditorsModel().kinds(rec._selector().query(article_id), np.array([row]), state.catalogue)[0])
    return np.array(found)


if __name__ == "__main__":
    main()
