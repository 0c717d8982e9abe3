"""Measures: hand-worked values, and trec_eval and scikit-learn on random rankings."""

import math

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from recommender.errors import EvaluationError
from recommender.evaluation import measures

NAMES = ("nDCG@10", "P@1", "P@5", "R@5", "R@10", "RR", "AP", "Success@5")

#: What trec_eval calls them.
TREC = {
    "nDCG@10": "ndcg_cut_10",
    "P@1": "P_1",
    "P@5": "P_5",
    "R@5": "recall_5",
    "R@10": "recall_10",
    "RR": "recip_rank",
    "AP": "map",
    "Success@5": "success_5",
}


def score(judged, ranking, names=NAMES):
    """The measures of one query."""
    found = measures.score_rankings(measures.parse_measures(names), [judged], [ranking])
    return {name: float(values[0]) for name, values in found.items()}


def test_worked_by_hand():
    """
    Three articles are right, 1, 2 and 3; given are 9, 1, 8, 2: right in places 2 and 4.

    P@1 = 0; P@5 = 2/5; R@5 = R@10 = 2/3; RR = 1/2; Success@5 = 1.
    AP = (1/2 + 2/4) / 3 = 1/3.
    DCG = 1/log2(3) + 1/log2(5) = 0.63093 + 0.43068 = 1.06161;
    the best possible is 1 + 1/log2(3) + 1/log2(4) = 2.13093; nDCG = 0.49819.
    """
    found = score({1, 2, 3}, [9, 1, 8, 2])
    expected = {
        "nDCG@10": 0.49819,
        "P@1": 0,
        "P@5": 2 / 5,
        "R@5": 2 / 3,
        "R@10": 2 / 3,
        "RR": 1 / 2,
        "AP": 1 / 3,
        "Success@5": 1,
    }
    assert found == pytest.approx(expected, abs=1e-5)


def test_silence_counts_as_zero():
    """A judged query without an answer counts 0 in every measure, alone and beside one that was answered."""
    assert score({1}, []) == dict.fromkeys(NAMES, 0)
    both = measures.score_rankings(measures.parse_measures(["RR"]), [{1}, {2}], [[], [2]])
    assert both["RR"].tolist() == [0, 1]


def test_order_is_kept_where_names_would_sort_otherwise():
    """The order that was given counts, whatever the numbers: 2 before 10, and 10 before 2."""
    assert score({10}, [2, 10])["RR"] == 1 / 2
    assert score({10}, [10, 2])["RR"] == 1


rankings = st.lists(st.integers(0, 30), max_size=20, unique=True)
judgments = st.sets(st.integers(0, 30), min_size=1, max_size=25)


@given(st.lists(st.tuples(judgments, rankings), min_size=1, max_size=5))
def test_equal_to_trec_eval(queries):
    """Every measure of every query is what trec_eval gives."""
    found = measures.score_rankings(measures.parse_measures(NAMES), [j for j, _ in queries], [r for _, r in queries])
    qrels = {f"q{n}": {f"d{document}": 1 for document in judged} for n, (judged, _) in enumerate(queries)}
    run = {
        f"q{n}": {f"d{document}": 1 / (place + 1) for place, document in enumerate(ranking)}
        for n, (_, ranking) in enumerate(queries)
    }
    expected = pytrec_eval.RelevanceEvaluator(qrels, set(TREC.values())).evaluate(run)
    for name, trec in TREC.items():
        values = [expected.get(f"q{n}", {}).get(trec, 0.0) for n in range(len(queries))]
        assert found[name].tolist() == pytest.approx(values)


@given(judgments, rankings.filter(len))
def test_ndcg_is_that_of_scikit_learn(judged, ranking):
    """nDCG@10 is scikit-learn's, which ranks all documents: those that were not given come last."""
    documents = [*ranking, *sorted(set(range(31)) - set(ranking) - judged), *sorted(judged - set(ranking))]
    relevance = np.array([[document in judged for document in documents]], dtype=float)
    # Documents that were not given gain nothing, even if they would be among the first ten.
    n_given = len(ranking)
    gain = sum(r / math.log2(place + 2) for place, r in enumerate(relevance[0][: min(10, n_given)]))
    if n_given >= 10:
        places = -np.arange(len(documents), dtype=float)[None]
        assert score(judged, ranking)["nDCG@10"] == pytest.approx(ndcg_score(relevance, places, k=10))
    ideal = sum(1 / math.log2(place + 2) for place in range(min(10, len(judged))))
    assert score(judged, ranking)["nDCG@10"] == pytest.approx(gain / ideal)


def test_names_are_those_of_ir_measures():
    """What is asked for as MRR or ndcg@5 is printed as ir-measures writes it; repeats fall away."""
    assert list(measures.parse_measures(["RR", "nDCG@5", " RR ", "MRR"])) == ["RR", "nDCG@5"]
    known = {
        "RPrec": ir_measures.RPrec,
        "P( rel = 1 ) @ 5": ir_measures.P(rel=1) @ 5,
        "SetF(beta=.5)": ir_measures.SetF(beta=0.5),
        "nDCG(dcg='log2', judged_only=True)@20": ir_measures.nDCG(dcg="log2", judged_only=True) @ 20,
    }
    for name, measure in known.items():
        assert list(measures.parse_measures([name]).values()) == [measure]


def test_all_bad_names_are_told_at_once():
    """Every bad name is in one message, with the name that was probably meant."""
    with pytest.raises(EvaluationError) as error:
        measures.parse_measures(["nDGC@10", "P@5", "Banana"])
    assert "there is no measure 'nDGC@10'. Did you mean 'nDCG@10'?" in str(error.value)
    assert "'Banana'" in str(error.value)


@pytest.mark.parametrize(
    "name", ["P@0", "RR@0", "P", "INST", "IPrec@0", "P(rel=0)@5", "P(1)@5", "P(rel=)@5", "P(rel=x)@5", "SetF(beta=0)"]
)
def test_what_cannot_be_computed_is_told(name):
    """A cut-off of 0 would end the process, a parameter that is missing or out of its limits in a traceback."""
    with pytest.raises(EvaluationError, match=r".* Write them as in nDCG@10"):
        measures.parse_measures([name])


def test_no_measure_is_an_error():
    """Asking for nothing is an error that says how to ask."""
    with pytest.raises(EvaluationError, match="no measure"):
        measures.parse_measures([])


def test_depth_is_the_deepest_cut_off_and_at_least_ten():
    """RR and AP alone are asked to ten; R@20 to twenty."""
    assert measures.depth_of(measures.parse_measures(["RR", "AP"])) == 10
    assert measures.depth_of(measures.parse_measures(["RR", "R@20"])) == 20
