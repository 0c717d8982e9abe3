"""
Rankings and judgments -> numbers. A number room: documents are whole numbers, a row a query.

The ranking measures are computed by ir-measures (S. MacAvaney, C. Macdonald and I. Ounis, 2022, ECIR), which asks
trec_eval. Its notation is ours: ``nDCG@10`` is both the name that is asked for and the name that is printed.
"""

import re
from ast import literal_eval
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ir_measures
import numpy as np
import numpy.typing as npt

from recommender.errors import OptionError, did_you_mean, list_of_texts

Floats = npt.NDArray[np.float64]

#: Suggestions that are asked for a query when no measure looks deeper; RR and AP look at these.
DEFAULT_DEPTH = 10
#: As deep as a measure may look; trec_eval counts in numbers of the machine.
_LARGEST_CUTOFF = 1_000_000

#: ir-measures' own choice of who computes what.
_PROVIDERS: Any = ir_measures.DefaultPipeline

#: As in nDCG@10 and SetF(beta=0.5). ir-measures' own reader of it asks for what Python 3.14 no longer has.
_NAME = re.compile(r"(?P<kind>\w+)(?:\((?P<parameters>[^()]*)\))?(?: ?@ ?(?P<cutoff>[0-9]{1,300}))?")

#: Families that a binary, unranked-beyond-`depth` judgment can answer, for the "did you mean".
_EXAMPLES = ("nDCG@10", "P@1", "P@5", "R@5", "R@10", "RR", "AP", "Success@5", "RPrec", "Judged@10")


def parse_measures(names: Sequence[str]) -> dict[str, Any]:
    """
    The measures of these names, in their order, without repeats: objects by the name that ir-measures prints.

    So ``NDCG@10`` is found as ``nDCG@10``. All bad names are in one EvaluationError.

    NB Success@k asks whether any of the first k is right; some call that Recall@k. R@k is the share of the judged
    articles that are among the first k, as in TREC.
    """
    measures: dict[str, Any] = {}
    bad: list[str] = []
    for name in list_of_texts(names, "measures", "measure", OptionError):
        try:
            measure = _measure_of(name.strip())
        except (ValueError, SyntaxError, KeyError):
            bad.append(f"there is no measure {name!r}.{did_you_mean(name, _EXAMPLES)}")
            continue
        cutoff = measure.params.get("cutoff", 1)
        if not 1 <= cutoff <= _LARGEST_CUTOFF:
            bad.append(
                f"the measure {name!r} cuts off at {cutoff:,}, and not at a place from 1 to {_LARGEST_CUTOFF:,}."
            )
        elif _can_compute(measure):
            measures[str(measure)] = measure
        else:
            bad.append(
                f"the measure {name!r} needs a library that is not installed, other parameters, or a cut-off such as "
                f"{name.split('@')[0]}@10."
            )
    if bad or not measures:
        bad = bad or ["there is no measure to compute."]
        raise OptionError(" ".join(bad) + f" Write them as in {', '.join(_EXAMPLES[:4])}.")
    return measures


def _measure_of(name: str) -> Any:
    """The measure of one name; ValueError, SyntaxError or KeyError where there is none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    kind = ir_measures.measures.registry[found["kind"]]
    pairs = (pair.partition("=") for pair in (found["parameters"] or "").split(",") if pair.strip())
    parameters = {parameter.strip(): literal_eval(value.strip()) for parameter, _, value in pairs}
    return kind(**parameters) @ int(found["cutoff"]) if found["cutoff"] else kind(**parameters)


def _can_compute(measure: Any) -> bool:
    """Whether it has all parameters, within their limits, and somebody who computes it; trec_eval aborts on others."""
    try:
        return bool(_PROVIDERS.supports(measure)) and measure.params.get("rel", 1) > 0
    except AssertionError:
        return False


def depth_of(measures: Mapping[str, Any]) -> int:
    """How many suggestions a query is asked for: the deepest cut-off, and at least `DEFAULT_DEPTH`."""
    return max(DEFAULT_DEPTH, *(int(measure.params.get("cutoff", 0)) for measure in measures.values()))


def score_rankings(
    measures: Mapping[str, Any], judgments: Sequence[Collection[int]], rankings: Sequence[Sequence[int]]
) -> dict[str, Floats]:
    """
    Each measure of each query: name -> shape (n_queries,).

    Judged are the relevant documents of each query; relevance is yes or no. A ranking has the best first and no
    repeats. An empty one counts 0: silence is scored, not skipped. nDCG (K. Järvelin and J. Kekäläinen, 2002, ACM TOIS
    20(4), 422-446) divides by the gain of the best possible ranking, which is cut at the number of judged documents, so
    a list with one article can score 1.
    """
    qrels = {str(query): {str(document): 1 for document in judged} for query, judged in enumerate(judgments)}
    # trec_eval orders by score and, where scores tie, by name; counting down keeps the order that was given.
    run = {
        str(query): {str(document): float(-rank) for rank, document in enumerate(ranking)}
        for query, ranking in enumerate(rankings)
        if len(ranking)
    }
    values = {name: np.zeros(len(judgments)) for name in measures}
    if run:
        for result in _PROVIDERS.iter_calc(list(measures.values()), qrels, run):
            values[str(result.measure)][int(result.query_id)] = result.value
    return values
