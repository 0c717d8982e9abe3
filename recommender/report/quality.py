"""How good the suggestions are, as far as that can be said while a model is there: no second fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from recommender.articles import Corpus
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.measures import parse_measures, score_rankings
from recommender.model import Recommender

__all__ = ["quality_of"]

#: Articles with a list that are asked once more, their lists hidden.
_MOST_ASKED = 200
_MEASURES = ("nDCG@5", "P@5", "Success@5")


def quality_of(recommender: Recommender, corpus: Corpus) -> Mapping[str, float]:
    """
    Figures against the curated lists; none where there are no lists.

    A learned ranker has seen the lists, so its figures are those of its own held-out check. Similarity learns from no
    list: some articles are asked once more as if they had none, and judged by what it names.
    """
    check = recommender.ranker_check
    if recommender.ranker_name == "learned":
        if check is None:
            return {}
        return {
            "nDCG@10 on held-out lists": round(check.learned, 4),
            "shown and in the held-out lists": round(check.precision, 4),
        }
    judgments = Judgments(tuple(corpus))
    judged = {article.id: judgments.judged(article) for article in corpus}
    listed = [article for article in corpus if judged[article.id]]
    if not listed:
        return {}
    some = np.sort(np.random.default_rng(recommender.settings.ranking.seed).permutation(len(listed))[:_MOST_ASKED])
    rankings, wanted = [], []
    for article in (listed[number] for number in some):
        found = recommender.suggest(replace(article, related=()), 5, min_score=0)
        pages: list[int] = []
        for place, one in enumerate(found, 1):
            page = judgments.pages.get(one.article_id, -place)
            pages.append(-place if page in pages else page)  # of a page under two ids the first counts
        rankings.append(pages)
        wanted.append(judged[article.id])
    scores = score_rankings(parse_measures(_MEASURES), wanted, rankings)
    return {f"{name} against {len(some):,} lists": round(float(found.mean()), 4) for name, found in scores.items()}
