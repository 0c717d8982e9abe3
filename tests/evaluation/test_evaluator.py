"""`evaluate` from corpus to report."""

import dataclasses
import json
import random
import re

import pytest
from rich.console import Console

from recommender import Corpus, Recommender, evaluate
from recommender.articles import RelatedEntry
from recommender.errors import EvaluationError
from recommender.evaluation import evaluator, tables_of
from recommender.evaluation.baselines import Newest, Tfidf
from recommender.evaluation.evaluate_answers import _list_quality, _Pages
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.simulate import Plan, Query
from recommender.settings import settings_from_mapping

PROTOCOLS = ("publish-time", "whole-site", "unlisted")


@pytest.fixture(scope="module")
def report(small_corpus, quick, day):
    """The usual systems on the small corpus."""
    return evaluate(small_corpus, quick, test_from=day(40))


def test_json_begins_as_the_design_says(report):
    """One object: protocol, counts, systems, slices, then the rest; every measure of every system is a number."""
    found = json.loads(report.to_json())
    assert list(found)[:6] == ["protocol", "n_articles", "n_queries", "n_left_out", "systems", "slices"]
    assert found["protocol"] == "publish-time"
    assert found["n_articles"] == 82
    assert list(found["systems"]) == ["tfidf", "similarity", "shown"]
    for values in found["systems"].values():
        assert list(values) == ["nDCG@10", "P@1", "P@5", "R@5", "R@10", "RR", "AP", "Success@5"]
        assert all(0 <= value <= 1 for value in values.values())
    assert found["n_left_out"] == sum(found["left_out"].values())


def test_what_the_design_names_is_there(report):
    """Intervals, tests, list quality, coverage, the worst, and each query."""
    found = json.loads(report.to_json())
    for name in (
        "intervals",
        "tests",
        "lists",
        "coverage",
        "worst",
        "queries",
        "judgments",
    ):
        assert found[name], name
    for system, values in found["systems"].items():
        for measure, value in values.items():
            low, high = found["intervals"][system][measure]
            assert low <= value <= high
            each = found["queries"]["values"][system][measure]
            assert len(each) == found["n_queries"]
            assert value == pytest.approx(sum(each) / len(each), abs=2e-6)


def test_slices_hold_every_query(report):
    """A query is in one slice of each kind, and in one for each of its topics; their means make up the whole."""
    assert list(report.slices) == ["list_size", "provider", "topic", "year", "month", "language", "excerpt_length"]
    for kind, slices in report.slices.items():
        n_queries = sum(found["n_queries"] for found in slices.values())
        assert n_queries == report.n_queries * (2 if kind == "topic" else 1)
        if kind != "topic":
            total = sum(found["n_queries"] * found["systems"]["tfidf"]["nDCG@10"] for found in slices.values())
            assert total / n_queries == pytest.approx(report.systems["tfidf"]["nDCG@10"], abs=1e-5)
    assert set(report.slices["list_size"]) <= {"1-10", "11+"}
    assert set(report.slices["topic"]) == {"even", "odd", "topic 0", "topic 1", "topic 2", "topic 3"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_order_of_files_changes_nothing(small_corpus, quick, protocol):
    """Shuffled articles give the same report, to the byte."""
    shuffled = list(small_corpus)
    random.Random(0).shuffle(shuffled)
    assert evaluate(Corpus(shuffled), quick, protocol).to_json() == evaluate(small_corpus, quick, protocol).to_json()


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(small_corpus, quick, monkeypatch):
    """Two processes give the same report as one."""
    one = evaluate(small_corpus, quick, "whole-site")
    monkeypatch.setattr(evaluator, "_WORTH_PROCESSES", 0)
    two = dataclasses.replace(quick, ranking=dataclasses.replace(quick.ranking, n_jobs=2))
    assert evaluate(small_corpus, two, "whole-site").to_json() == one.to_json()


def test_measures_are_those_asked_for(small_corpus, quick, day):
    """Other measures, other columns, and as deep as they look."""
    report = evaluate(small_corpus, quick, test_from=day(60), measures=["RR", "R@15"], systems={"newest": Newest})
    assert (report.measures, report.depth) == (("RR", "R@15"), 15)
    assert report.product == "newest"


def test_progress_counts_queries(small_corpus, quick, day):
    """The last call says that all are done."""
    calls = []
    report = evaluate(small_corpus, quick, test_from=day(60), progress=lambda *call: calls.append(call))
    assert calls[-1] == ("queries", 3 * report.n_queries, 3 * report.n_queries)


def test_the_same_system_twice_does_not_differ(small_corpus, quick, day):
    """Two names for one system: equal figures, no difference, p = 1."""
    report = evaluate(small_corpus, quick, test_from=day(40), systems={"one": Tfidf, "two": Tfidf})
    assert report.systems["one"] == report.systems["two"]
    assert {(test["mean"], test["p_value"]) for test in report.tests} == {(0, 1)}


def test_learned_is_named_only_where_it_was_learned(small_corpus, day):
    """Eighty articles may be too few to learn from: then there is no such column, and a note says why."""
    report = evaluate(small_corpus, settings_from_mapping({"ranking": {"n_jobs": 1}}), test_from=day(70))
    assert ("learned" in report.systems) != any("no learned" in note for note in report.notes)
    assert report.product == "shown"


def test_shown_is_what_the_product_suggests_on_its_own(small_corpus, day):
    """`shown` is the product's own suggest, with its own threshold; the table says what that costs and buys."""
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0.9, "n_jobs": 1}})
    report = evaluate(small_corpus, settings, "whole-site")
    assert report.product == "shown"
    everything, shown = report.lists["similarity"], report.lists["shown"]
    assert shown["mean_length"] < everything["mean_length"]
    assert shown["precision"] > everything["precision"]
    recommender = Recommender(settings).fit(small_corpus)
    worst = report.worst[0]
    asked = dataclasses.replace(small_corpus[worst["id"]], related=())
    assert [given["id"] for given in worst["given"]] == [s.article_id for s in recommender.suggest(asked, k=10)]


def test_coverage_tells_who_goes_without(small_corpus, make_article, quick):
    """Articles with a list, named by others only, named by nobody: the share that has a suggestion, in every report."""
    alone = make_article("alone", 90, title="zzz", excerpt="qqq", language="en")
    report = evaluate(Corpus([*small_corpus, alone]), quick, "whole-site")
    assert list(report.coverage) == ["with a list", "named by others only", "named by nobody"]
    assert sum(found["n_articles"] for found in report.coverage.values()) == 83
    served = sum(bool(s) for _, s in Recommender(quick).fit(Corpus([*small_corpus, alone])).suggest_all())
    told = sum(found["n_articles"] * found["with_suggestions"] for found in report.coverage.values())
    assert told == pytest.approx(served, abs=1e-3)
    assert report.coverage["named by nobody"]["with_suggestions"] < 1


def test_the_worst_are_those_with_the_least(report):
    """At most twenty, the lowest values, with what was wanted and what was given."""
    values = report.queries["values"][report.product]["nDCG@10"]
    assert [query["nDCG@10"] for query in report.worst] == sorted(values)[:20]
    for query in report.worst:
        assert query["wanted"]
        assert query["n_judged"] >= len(query["wanted"])
        assert all(set(shown) == {"id", "title", "score", "right"} for shown in query["given"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"protocol": "publish"}, "there is no protocol 'publish'. Did you mean 'publish-time'?"),
        ({"protocol": "whole-site", "test_from": "2024-02-01"}, "--test-from belongs to the protocol publish-time"),
        ({"protocol": "replay"}, "needs the later articles"),
        ({"protocol": "whole-site", "later": "somewhere"}, "needs the later articles"),
        ({"systems": ["tfdif"]}, "there is no system 'tfdif'. Did you mean 'tfidf'?"),
        ({"measures": [f"nDCG@{10**30}"]}, "and not at a place from 1 to 1,000,000"),
        ({"measures": ["nDGC@10"]}, "there is no measure 'nDGC@10'"),
        ({"test_from": "soon"}, "--test-from must be a day"),
        ({"language": "xx"}, "no article is in the language 'xx'. There are en."),
    ],
)
def test_what_cannot_be_is_told(small_corpus, quick, options, message):
    """Each wrong option has its message."""
    with pytest.raises(EvaluationError) as error:
        evaluate(small_corpus, quick, **options)
    assert message in str(error.value)


def test_what_is_asked_follows_from_the_site_where_nobody_says_it(small_corpus, quick, day):
    """In the order of publication where half of the lists have a date, else as it stands; later ones as they come."""
    listed = [one.id for one in small_corpus if one.related]
    some = Corpus(
        dataclasses.replace(one, published_at=None) if one.id in listed[: len(listed) // 2 + 1] else one
        for one in small_corpus
    )
    assert evaluate(small_corpus, quick).protocol == "publish-time"
    assert evaluate(some, quick).protocol == "whole-site"
    assert evaluate(some, quick, test_from=day(40)).protocol == "publish-time"
    later = [dataclasses.replace(small_corpus[listed[0]], id="later", url="/later/")]
    assert evaluate(small_corpus, quick, later=later).protocol == "replay"


def printed(report, width):
    """The tables as a pipe gets them."""
    console = Console(width=width, file=None, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(tables_of(report))
    return capture.get()


def test_the_table_fits_a_terminal(report, monkeypatch):
    """Systems side by side with intervals, the number of queries, reasons, and small slices as other; 80 columns."""
    monkeypatch.setattr("recommender.evaluation.tables.FEWEST_QUERIES", 5)
    text = printed(report, 80)
    assert f"publish-time: {report.n_queries} queries, 82 articles, asked from 2024-02-10 on" in text
    assert f"nDCG@10    {report.systems['tfidf']['nDCG@10']:.3f} [" in text
    assert "shown against similarity: nDCG@10" in text
    assert "these have a suggestion that is shown: " in text
    assert "1 not asked: the article has no date." in text
    assert "A query with several topics counts once for each of them" in text
    assert "other" in text
    assert "\x1b" not in text
    assert "Bold" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_one_query_has_no_interval(small_corpus, quick):
    """How sure a figure is cannot be told by one article, and is not pretended to be."""
    first = next(one.id for one in small_corpus if one.related)
    corpus = Corpus([one if one.id == first else dataclasses.replace(one, related=()) for one in small_corpus])
    text = printed(evaluate(corpus, quick, "whole-site"), 80)
    assert "whole-site: 1 query" in text
    assert "One query tells nothing of how sure a figure is" in text
    assert "bootstrap" not in text
    assert not re.search(r"slice|instead of|\bnan\b", text), "what says nothing is left out"
    assert "nDCG@10    0." in text or "nDCG@10    1." in text
    assert "p = " not in text


def test_the_best_is_bold(report):
    """On a terminal the best of each measure stands out."""
    console = Console(width=100, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(tables_of(report))
    best = max(values["nDCG@10"] for values in report.systems.values())
    text = capture.get()
    assert f"\x1b[1m{best:.3f}" in text
    assert "the best is bold" in text


def test_many_systems_are_put_below_one_another(small_corpus, quick, day):
    """All systems at once still fit the terminal."""
    text = printed(evaluate(small_corpus, quick, test_from=day(60), systems="all"), 100)
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("\nnDCG@10 ") >= 2


def test_a_recommender_can_be_scored_as_it_is(small_corpus, quick, day):
    """Any maker of recommenders is a maker of systems; without `shown` there is no coverage to tell."""
    report = evaluate(small_corpus, quick, test_from=day(75), systems={"mine": lambda: Recommender(quick)})
    assert list(report.systems) == ["mine"]
    assert report.coverage == {}


def test_what_is_said_of_lists(make_article):
    """Two lists, one of them empty: d has neither a provider nor a date, and no list names c."""
    corpus = Corpus(
        [
            make_article("a", 0, ["b"], provider="P"),
            make_article("b", 3, provider="P"),
            make_article("c", 5, ["d"], provider="Q"),
            make_article("d", None),
        ]
    )
    judgments = Judgments(corpus)
    queries = tuple(Query.of(article, judgments, lambda _: True) for article in corpus if article.related)
    plan, pages = Plan("whole-site", judgments, queries, {}, ()), _Pages(judgments)
    assert _list_quality(plan, pages, [[1, 2, 3], []]) == {
        "coverage": 0.5,
        "catalogue_coverage": 0.75,
        "mean_length": 1.5,
        "precision": 0.333333,
        "providers_per_list": 2.0,
        "median_age_gap_days": 4.0,
        "in_no_curated_list": 0.333333,
    }


def test_pages_elsewhere_are_named_by_lists_and_no_part_of_the_catalogue(make_article):
    """A page of another site that b describes and a system suggests: it is in a list, and no article of the site."""
    page = RelatedEntry(title="A page", url="https://other.example/page", target="https://other.example/page")
    b = dataclasses.replace(make_article("b", 3), related=(page,))
    judgments = Judgments(Corpus([make_article("a", 0, ["b"]), b]))
    plan = Plan("whole-site", judgments, (Query.of(judgments.articles[0], judgments, lambda _: True),), {}, ())
    pages = _Pages(judgments)
    found = _list_quality(plan, pages, [[pages[b.id], pages["https://other.example/page"]]])
    assert (found["catalogue_coverage"], found["in_no_curated_list"], found["precision"]) == (0.5, 0.0, 0.5)


@pytest.mark.parametrize("topic", ["²", "①-first steps"])
def test_topics_that_look_like_numbers(small_corpus, quick, topic):
    """What only looks like a number is the name of a slice as any other."""
    corpus = Corpus([dataclasses.replace(one, topics=(topic,)) for one in small_corpus])
    assert list(evaluate(corpus, quick).slices["topic"]) == [topic]


def test_the_table_obeys_no_topic(small_corpus, quick):
    """What a terminal would obey is shown: an escape in a topic colors nothing, and a line end ends no row."""
    names = ("\x1b[31mred", "two\nlines")
    corpus = Corpus([dataclasses.replace(one, topics=(names[n % 2],)) for n, one in enumerate(small_corpus)])
    shown = printed(evaluate(corpus, quick, "whole-site"), 160)
    assert "\x1b" not in shown
    assert "\\x1b[31mred" in shown
    assert "two\\nlines" in shown
