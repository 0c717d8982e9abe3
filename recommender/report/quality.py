"""How good the suggestions are, as far as that can be said while a model is there: no second fit."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from recommender.articles import Corpus
from recommender.evaluation.measures import parse_measures, score_rankings
from recommender.model import Recommender

#: Articles with a list that are asked once more, their lists hidden.
_MOST_ASKED = 100
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
    numbers = {article_id: number for number, article_id in enumerate(corpus.ids)}
    named = {
        article.id: {numbers[one] for one in recommender.listed(article.id) if one in numbers} for article in corpus
    }
    listed = [article for article in corpus if named[article.id]]
    if not listed:
        return {}
    some = np.sort(np.random.default_rng(recommender.settings.ranking.seed).permutation(len(listed))[:_MOST_ASKED])
    asked = [listed[place] for place in some]
    rankings = [
        [numbers.get(found.article_id, -found.rank) for found in recommender.suggest(replace(one, related=()), 5, 0)]
        for one in asked
    ]
    scores = score_rankings(parse_measures(_MEASURES), [named[one.id] for one in asked], rankings)
    return {f"{name} against {len(asked):,} lists": round(float(found.mean()), 4) for name, found in scores.items()}
