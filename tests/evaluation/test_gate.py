"""A batch whose quality has dropped is stopped, with a plain sentence."""

import dataclasses
import json

import numpy as np
import pytest

from recommender.errors import EvaluationError, GateError
from recommender.evaluation import Report
from recommender.evaluation.gate import below


def make_report(values, **fields):
    """A report of one system whose queries have these values of RR."""
    values = np.asarray(values, dtype=float)
    mean = float(values.mean())
    return Report(
        **{
            "protocol": "publish-time",
            "n_articles": 500,
            "n_queries": len(values),
            "n_left_out": 0,
            "systems": {"tfidf": {"RR": 0.1}, "similarity": {"RR": mean}},
            "slices": {},
            "product": "similarity",
            "intervals": {"similarity": {"RR": [mean - 0.05, mean + 0.05]}},
            "queries": {
                "ids": [f"a{number}" for number in range(len(values))],
                "values": {"similarity": {"RR": values.tolist()}},
            },
            **fields,
        }
    )


@pytest.fixture
def values():
    """A hundred queries, RR near one half."""
    return np.random.default_rng(0).random(100)


def test_check_passes_at_the_limit(values):
    """Exactly as good as asked for is good enough; texts and mappings both do."""
    report = make_report(np.full(4, 0.5))
    report.check({"RR": 0.5})
    report.check(["RR=0.5", "RR = 0.25"])


def test_check_fails_below_with_a_sentence():
    """The sentence names protocol, queries, system, measure, value and limit."""
    with pytest.raises(GateError) as error:
        make_report(np.full(4, 0.5)).check(["RR=0.6"])
    assert str(error.value) == ("publish-time, 4 queries, similarity: RR is 0.5000, below the 0.6 that was asked for.")


def test_what_is_good_when_it_is_small_has_a_greatest_value():
    """A share of wrong suggestions passes at its limit and below, and above it is told."""
    assert below({"wrong": 0.02}, {"wrong": 0.02}, "--require") == below({"wrong": 0.0}, {"wrong": 0.02}, "") == []
    assert below({"per_q": 4.5}, {"per_q": 4}, "--require") == []  # a number, no share
    assert below({"wrong": 0.03}, {"wrong": 0.02}, "--require") == [
        "wrong is 0.0300, above the 0.02 that was asked for"
    ]


def test_a_figure_that_was_not_measured_is_told_with_those_that_were():
    """All that a limit could have meant is in the message, as it is typed."""
    with pytest.raises(EvaluationError) as error:
        below({"RR": 0.5, "nDCG@10": 0.4}, {"AP": 0.5}, "--require")
    assert str(error.value) == "--require: 'AP' is not measured. Measured are RR, nDCG@10."


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("RR", "must be a measure and a number such as nDCG@10=0.40, but is 'RR'"),
        ("RR=high", "must be a measure and a number"),
        ("RR=0.5=1", "must be a measure and a number"),
        ("RR=nan", "must be a measure and a number"),
        ("RR=40", "RR=40: the number must be from 0 to 1, such as 0.4 for 40 %."),
        ("RR=-1", "the number must be from 0 to 1"),
        ("AP=0.5", "'AP' is not measured"),
        ("rr=0.5", "'rr' is not measured"),
    ],
)
def test_a_limit_that_is_none(limit, message):
    """A limit that cannot be checked is an error, never a pass."""
    with pytest.raises(EvaluationError) as error:
        make_report(np.full(4, 0.5)).check([limit])
    assert message in str(error.value)
    with pytest.raises(EvaluationError, match=r"^--require"):
        make_report(np.full(4, 0.5)).check([limit], "--require")


def test_compare_passes_without_a_drop(values):
    """Equal, better, and worse by no more than chance: all pass."""
    earlier = make_report(values)
    noise = np.random.default_rng(1).normal(0, 0.05, 100)
    for later in (values, values + 0.1, values + noise - noise.mean() - 0.002):
        make_report(later).compare(earlier)


def test_compare_fails_on_a_drop(values):
    """A small drop of nearly every query is seen, though the intervals overlap by far."""
    noise = np.random.default_rng(1).normal(0, 0.02, 100)
    later = values - 0.02 + noise - noise.mean()
    with pytest.raises(GateError) as error:
        make_report(later).compare(make_report(values))
    assert str(error.value) == (
        "publish-time, similarity: RR dropped by 0.0200 over 100 queries that both reports have."
    )


def test_compare_pairs_queries_by_id(values):
    """Only queries that both have are compared: new ones, however bad, are no drop, and order does not matter."""
    earlier = make_report(values)
    ids = [f"a{number}" for number in range(100)][::-1] + [f"new{number}" for number in range(50)]
    longer = np.concatenate([values[::-1], np.zeros(50)])
    queries = {"ids": ids, "values": {"similarity": {"RR": longer.tolist()}}}
    make_report(longer, queries=queries).compare(earlier)


def test_compare_without_queries_looks_at_the_intervals(values):
    """Where the earlier report holds no queries, only a drop beyond both intervals counts."""
    earlier = make_report(values, queries={}).to_dict()
    make_report(values - 0.06).compare(earlier)
    with pytest.raises(GateError, match="further than the intervals reach"):
        make_report(values - 0.2).compare(earlier)


def test_compare_reads_files_and_mappings(values, tmp_path):
    """An earlier report can be handed over as it is, as a mapping, or as the file of what ``--format json`` printed."""
    earlier = make_report(values)
    file = tmp_path / "earlier.json"
    file.write_text(earlier.to_json(), encoding="utf-8")
    for form in (earlier, earlier.to_dict(), file, str(file)):
        make_report(values).compare(form)
        with pytest.raises(GateError):
            make_report(values - np.linspace(0.1, 0.3, 100)).compare(form)


def test_compare_with_what_is_no_report(values, tmp_path):
    """A file that is not there, no JSON, too deep, another encoding, object or protocol: each has its message."""
    report = make_report(values)
    no_json = {"list": b"[1]", "deep": b"[" * 100_000, "latin": '{"protocol": "Prüfung"}'.encode("latin-1")}
    for name, raw in no_json.items():
        (tmp_path / name).write_bytes(raw)
    for form, message in (
        (tmp_path / "none.json", "cannot be read"),
        *(
            (
                tmp_path / name,
                rf"^--compare .*{name}: is no JSON object\. Make one: recommender evaluate --format json\.",
            )
            for name in no_json
        ),
        ({"a": 1}, "no report of an evaluation"),
        (
            make_report(values, protocol="replay"),
            r"of the protocol replay, this one of publish-time\. Compare reports of one protocol\.",
        ),
    ):
        with pytest.raises(EvaluationError, match=message):
            report.compare(form)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("systems", {"similarity": 0.5}),
        ("systems", {"similarity": {"RR": "good"}}),
        ("intervals", {"similarity": {"RR": [None, 0.5]}}),
        ("intervals", [0.4, 0.6]),
        ("queries", {"ids": ["a1"], "values": {"similarity": {"RR": [0.5, 0.5]}}}),
        ("queries", {"values": {"similarity": {"RR": [0.5, 0.5]}}}),
        ("queries", {"ids": ["a1"], "values": {"similarity": {"RR": ["good"]}}}),
    ],
)
def test_a_report_that_was_changed_by_hand_is_none(values, name, broken):
    """Other values than queries, or texts for figures, are an error with its cure, and no traceback."""
    report = make_report(values)
    with pytest.raises(
        EvaluationError, match=r"^--compare: this is no report of an evaluation\. Make one: recommender"
    ):
        report.compare({**report.to_dict(), name: broken})


def test_a_figure_that_the_earlier_report_does_not_have_is_no_drop(values):
    """Null is what a figure is that does not exist; what was not measured then cannot have dropped."""
    report = make_report(values)
    for systems in ({"similarity": {"RR": None}}, {"similarity": {}}):
        report.compare({**report.to_dict(), "systems": systems})


def of_measures(product="similarity", **measures):
    """A report of one system with these values of each measure, query by query."""
    means = {measure: float(np.mean(values)) for measure, values in measures.items()}
    return make_report(
        [0.5],
        product=product,
        systems={product: means},
        intervals={product: {measure: [mean - 0.05, mean + 0.05] for measure, mean in means.items()}},
        queries={
            "ids": [f"a{number}" for number in range(len(next(iter(measures.values()))))],
            "values": {product: {measure: list(values) for measure, values in measures.items()}},
        },
    )


def test_a_share_of_wrong_ones_that_rises_is_a_drop():
    """By as much in every query is sure; that it falls is none."""
    few, many = of_measures(wrong=[0.1, 0.2, 0.3] * 2), of_measures(wrong=[0.2, 0.3, 0.4] * 2)
    few.compare(many)
    with pytest.raises(GateError) as error:
        many.compare(few)
    assert str(error.value) == ("publish-time, similarity: wrong rose by 0.1000 over 6 queries that both reports have.")


def test_every_measure_is_looked_at():
    """One that was not measured then and one that did not drop hide no drop behind them."""
    now = of_measures(P=[0.5, 0.5] * 3, AP=[0.5, 0.5] * 3, RR=[0.2, 0.3] * 3)
    then = of_measures(AP=[0.5, 0.5] * 3, RR=[0.5, 0.6] * 3)
    with pytest.raises(GateError, match=r"RR dropped by 0\.3000 over 6 queries that both reports have"):
        now.compare(then)


def test_the_same_drop_of_a_few_queries_proves_nothing():
    """As the tests of the report have it: of five all signs are alike one time in sixteen, of six in thirty-two."""
    of_measures(RR=[0.4] * 5).compare(of_measures(RR=[0.5] * 5))
    with pytest.raises(GateError, match=r"RR dropped by 0\.1000 over 6 queries"):
        of_measures(RR=[0.4] * 6).compare(of_measures(RR=[0.5] * 6))


def test_one_query_in_common_proves_nothing():
    """Then the intervals are looked at, as where none is."""
    now, then = of_measures(RR=[0.48]), of_measures(RR=[0.5])
    now.compare(then)
    with pytest.raises(GateError, match=r"RR dropped from 0\.5000 to 0\.2000, further than the intervals reach"):
        of_measures(RR=[0.2]).compare(then)


def test_the_product_is_compared_with_what_was_the_product_then():
    """Whichever name that has; a report that does not say is of the same one."""
    then = of_measures("learned", RR=[0.5, 0.6] * 3)
    of_measures("similarity", RR=[0.5, 0.6] * 3).compare(then)
    with pytest.raises(GateError, match=r"RR dropped by 0\.1000"):
        of_measures("similarity", RR=[0.4, 0.5] * 3).compare(then)
    same = {name: value for name, value in of_measures(RR=[0.5, 0.6] * 3).to_dict().items() if name != "product"}
    of_measures(RR=[0.5, 0.6] * 3).compare(same)


def test_a_report_of_means_alone_can_be_compared_with():
    """Without queries and intervals, what lies below its mean with the whole interval has dropped."""
    then = {name: of_measures(RR=[0.5]).to_dict()[name] for name in ("protocol", "product", "systems")}
    of_measures(RR=[0.46]).compare(then)
    with pytest.raises(GateError, match="further than the intervals reach"):
        of_measures(RR=[0.4]).compare(then)
    of_measures(RR=[0.4]).compare({**then, "intervals": {"tfidf": {}}, "systems": {"similarity": {"RR": 0.42}}})


def test_queries_without_a_figure_are_not_compared():
    """Null is what a query has that could not be scored."""
    then = of_measures(RR=[0.5] * 7).to_dict()
    then["queries"]["values"] = {"similarity": {"RR": [None, *[0.6] * 6]}}
    with pytest.raises(GateError, match=r"RR dropped by 0\.1000 over 6 queries"):
        of_measures(RR=[0.9, *[0.5] * 6]).compare(then)


def test_json_has_no_nan(values):
    """A figure that does not exist is null, so that every reader of JSON can read it."""
    report = dataclasses.replace(make_report(values), lists={"similarity": {"median_age_gap_days": float("nan")}})
    assert json.loads(report.to_json())["lists"]["similarity"]["median_age_gap_days"] is None
