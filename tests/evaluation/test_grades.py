"""What readers say: reading their grades, the figures a second time without our code, and the file for graders."""

import dataclasses
import math
import random

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender import Article, Corpus, Recommender, RelatedEntry, evaluate
from recommender.errors import EvaluationError, GateError
from recommender.evaluation import read_grades, tables_of, ungraded_lines
from recommender.settings import settings_from_mapping

MEASURES = ("nDCG@5", "good", "wrong", "first", "any", "served", "per_q", "ungraded")


@pytest.fixture(scope="module")
def grades(small_corpus):
    """Half of the pairs of twenty articles, graded by the number of common words; one article has only zeros."""
    drawn = random.Random(7)
    words = {article.id: set(f"{article.title} {article.excerpt}".split()) for article in small_corpus}
    found = {}
    for article in small_corpus[10:30]:
        for other in small_corpus:
            if other.id != article.id and drawn.random() < 0.5:
                found[article.id, other.id] = min(3, max(0, len(words[article.id] & words[other.id]) - 2))
    return found | {pair: 0 for pair in found if pair[0] == small_corpus[12].id}


@pytest.fixture(scope="module")
def settings():
    """A threshold that leaves some articles with nothing; little resampling."""
    ranking = {"ranker": "similarity", "min_score": 0.9, "n_jobs": 1}
    return settings_from_mapping({"ranking": ranking, "evaluation": {"bootstrap": 200}})


@pytest.fixture(scope="module")
def report(small_corpus, settings, grades):
    """The usual systems by the grades."""
    return evaluate(small_corpus, settings, grades=grades)


def reference(corpus, grades, suggestions):
    """The figures of a system from its suggestions (article id -> ids), slow and obvious, sharing no line of ours."""
    asked = sorted({article_id for article_id, _ in grades})
    kept = {q: [grades[q, c] for c in suggestions[q] if (q, c) in grades] for q in asked}
    flat = [grade for got in kept.values() for grade in got]
    best = {q: sorted((g for (a, _), g in grades.items() if a == q), reverse=True)[:5] for q in asked}

    def dcg(got):
        return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(got, start=1))

    n = sum(len(suggestions[q]) for q in asked)
    return {
        "nDCG@5": np.mean([dcg(kept[q]) / dcg(best[q]) for q in asked if dcg(best[q])]),
        "good": sum(grade >= 2 for grade in flat) / len(flat),
        "wrong": sum(grade == 0 for grade in flat) / len(flat),
        "first": np.mean([got[0] >= 2 for got in kept.values() if got]),
        "any": np.mean([any(grade >= 2 for grade in got) for got in kept.values()]),
        "served": np.mean([any(grade >= 2 for grade in kept[q]) for q in asked if best[q][0] >= 2]),
        "per_q": n / len(asked),
        "ungraded": sum((q, c) not in grades for q in asked for c in suggestions[q]) / n,
    }


def suggestions_of(corpus, grades, settings):
    """What each system suggests under the graded articles, through the public door only."""
    asked = sorted({article_id for article_id, _ in grades})
    hidden = Corpus(dataclasses.replace(a, related=()) if a.id in asked else a for a in corpus)
    recommender = Recommender(settings).fit(hidden)
    vectors = TfidfVectorizer().fit_transform(f"{a.title} {a.excerpt}" for a in hidden)
    pages = {a.id: a.url for a in hidden}
    plain = {}
    for q in asked:
        cosines = (vectors @ vectors[hidden.ids.index(q)].T).toarray().ravel().round(6)
        rows = sorted(
            range(len(hidden)),
            key=lambda row: (
                -cosines[row],
                -hidden[row].published_at.timestamp() if hidden[row].published_at else math.inf,
                hidden[row].id,
            ),
        )
        seen, plain[q] = {pages[q]}, []
        for row in rows:
            if cosines[row] > 0 and hidden[row].url not in seen:
                seen.add(hidden[row].url)
                plain[q].append(hidden[row].id)
    return {
        "tfidf": {q: found[:5] for q, found in plain.items()},
        "similarity": {q: [s.article_id for s in recommender.suggest(q, k=5, min_score=0)] for q in asked},
        "shown": {q: [s.article_id for s in recommender.suggest(q, k=5)] for q in asked},
    }


# figures -----------------------------------------------------------------------------------------------------------


def test_figures_equal_the_reference(report, small_corpus, grades, settings):
    """Every figure of every system is what a slow and obvious walk gives."""
    given = suggestions_of(small_corpus, grades, settings)
    expected = {name: reference(small_corpus, grades, found) for name, found in given.items()}
    assert list(report.systems) == list(expected)
    for name, figures in expected.items():
        assert report.systems[name] == pytest.approx(figures, abs=1e-6), name
        assert tuple(report.systems[name]) == MEASURES
    assert report.systems["shown"]["per_q"] < report.systems["similarity"]["per_q"] == 5
    assert 0 < report.systems["tfidf"]["wrong"] < 1


def test_slices_say_who_lists_the_article(small_corpus, settings, grades):
    """With a list, named by others only, named by nobody; each has the figures of its articles alone."""
    bare = {small_corpus[n].id for n in range(10, 16)}
    unnamed = {small_corpus[n].url for n in range(10, 13)}
    corpus = Corpus(
        dataclasses.replace(a, related=() if a.id in bare else tuple(e for e in a.related if e.url not in unnamed))
        for a in small_corpus
    )
    found = evaluate(corpus, settings, grades=grades).slices["lists"]
    with_list = {a.id for a in corpus if a.related}
    named = {entry.url for a in corpus for entry in a.related}
    groups = {
        "with a list": lambda a: a.id in with_list,
        "named by others only": lambda a: a.id not in with_list and a.url in named,
        "named by nobody": lambda a: a.id not in with_list and a.url not in named,
    }
    given = suggestions_of(corpus, grades, settings)["tfidf"]
    for name, belongs in groups.items():
        part = {pair: grade for pair, grade in grades.items() if belongs(corpus[pair[0]])}
        assert found[name]["n_queries"] == len({q for q, _ in part}) > 0
        expected = reference(corpus, part, given)
        actual = found[name]["systems"]["tfidf"]
        assert {m: actual[m] for m in ("good", "wrong", "any", "per_q", "ungraded")} == pytest.approx(
            {m: expected[m] for m in ("good", "wrong", "any", "per_q", "ungraded")}, abs=1e-6
        )


def test_the_lists_of_graded_articles_are_hidden(small_corpus, grades):
    """Whoever is asked knows all lists but those of the graded articles."""
    asked = {article_id for article_id, _ in grades}
    told = []

    class Listener:
        def fit(self, corpus):
            told.append(corpus)
            return self

        def suggest(self, article, k, min_score):
            assert article.related == ()
            return []

    found = evaluate(small_corpus, grades=grades, systems={"listener": Listener})
    expected = [dataclasses.replace(a, related=()) if a.id in asked else a for a in small_corpus]
    assert [list(corpus) for corpus in told] == [expected]
    assert set(found.systems["listener"].values()) == {0.0}


def test_intervals_hold_the_figure_and_tests_compare_systems(report):
    """A figure lies in its interval; a system against itself would not differ, and tests name the later one first."""
    for name, figures in report.systems.items():
        for measure, value in figures.items():
            low, high = report.intervals[name][measure]
            assert low - 1e-6 <= value <= high + 1e-6
    for test in report.tests:
        expected = report.systems[test["system"]][test["measure"]] - report.systems[test["against"]][test["measure"]]
        assert test["mean"] == pytest.approx(expected, abs=2e-6)
        assert 0 <= test["p_value"] <= 1


def test_a_tenth_without_a_grade_is_too_much(small_corpus, settings, grades, report):
    """Above a tenth of ungraded suggestions the report says, for each system, not to believe the figures."""
    assert report.systems["tfidf"]["ungraded"] > 0.1
    assert any(note.startswith("Do not believe the figures of tfidf: ") for note in report.notes)
    whole = {(q.id, c.id): 1 for q in small_corpus[:4] for c in small_corpus if q.id != c.id}
    assert not any("believe" in note for note in evaluate(small_corpus, settings, grades=whole).notes)


def test_the_gate_and_the_worst_by_grades(report):
    """`--fail-under` takes the readers' figures, of which wrong is a most; the worst say what was wanted."""
    report = dataclasses.replace(
        report, systems={**report.systems, "shown": {**report.systems["shown"], "ungraded": 0.0}}
    )
    report.check(["good=0", "wrong=1"])
    with pytest.raises(GateError, match=r"grades, 20 queries, shown: wrong is 0\.\d{4}, above the 0"):
        report.check(["wrong=0"])
    report.compare(report)
    values = [query["nDCG@5"] for query in report.worst]
    assert values == sorted(values)
    assert {given["right"] for query in report.worst for given in query["given"]} == {True, False}


def test_no_limit_is_met_by_what_nobody_graded(report):
    """Where more than a tenth of what is shown has no grade, a limit on what readers say is not met, and says why."""
    assert report.systems["shown"]["ungraded"] > 0.1
    for limits in ("wrong=1", ["good=0"], {"good": 0.0}):
        with pytest.raises(GateError, match=r"shown: \d+% of its suggestions have no grade.*--ungraded FILE"):
            report.check(limits)
    report.check(["ungraded=1", "per_q=0"])


def test_a_candidate_that_is_gone_changes_no_figure(small_corpus, settings, grades, report):
    """A graded candidate that the site does not know is left out of the best list, and told."""
    asked, other = sorted({article_id for article_id, _ in grades})[:2]
    gone = {(asked, "_news/gone"): 3, (other, "https://else.example/gone"): 2, (small_corpus[0].id, "_news/gone"): 3}
    found = evaluate(small_corpus, settings, grades={**grades, **gone})
    assert (found.systems, found.judgments) == (report.systems, report.judgments)
    assert found.left_out == {"none of them": 1}
    told = "Graded pairs left out: 3, for the site knows no candidate of the id _news/gone, https://else.example/gone."
    (note,) = (note for note in found.notes if note not in report.notes)
    assert note.startswith(told)


def test_what_no_reader_sees_stays_in_the_best_list():
    """Hidden articles and pages elsewhere that a list describes count among the graded candidates."""
    entry = RelatedEntry(title="Oolong", url="https://else.example/oolong")
    hidden = Article(id="b", title="Green tea", is_published=False)
    corpus = Corpus([Article(id="a", title="Tea", related=(entry,)), hidden])
    found = evaluate(corpus, grades={("a", "b"): 3, ("a", "https://else.example/oolong"): 2})
    assert found.judgments == {"must": 1, "good": 1, "weak": 0, "wrong": 0}
    assert not any("left out" in note for note in found.notes)


def test_what_is_not_there_is_told(small_corpus, settings, grades):
    """Graded articles that the site does not have are counted; where it has none, that is an error with the nearest."""
    found = evaluate(small_corpus, settings, grades={**grades, ("_news/gone", "_news/a1"): 2})
    assert (found.n_left_out, found.left_out) == (1, {"not there": 1})
    with pytest.raises(EvaluationError, match=r"'_news/a1x'.*Did you mean '_news/a1"):
        evaluate(small_corpus, settings, grades={("_news/a1x", "_news/a2"): 2})
    with pytest.raises(EvaluationError, match="the grade of _news/a2 under _news/a1 must be 0, 1, 2 or 3, but is 7"):
        evaluate(small_corpus, settings, grades={("_news/a1", "_news/a2"): 7})
    with pytest.raises(EvaluationError, match="Leave out --protocol, --test-from, --later"):
        evaluate(small_corpus, settings, "whole-site", grades=grades)


# files -------------------------------------------------------------------------------------------------------------


def test_grades_are_read(tmp_path):
    """Tabs between the columns; comments, empty lines, further columns, a BOM and other line ends do not matter."""
    one, two = tmp_path / "one.tsv", tmp_path / "two.tsv"
    one.write_bytes(b"\xef\xbb\xbf# article\tcandidate\tgrade\r\n\r\na\tb\t3\r\na\tc\t 0 \tits title\r\n")
    two.write_text("a\tc\t1\nthé\thttps://site.example/x y\t2")
    assert read_grades([one, two]) == {("a", "b"): 3, ("a", "c"): 1, ("thé", "https://site.example/x y"): 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a\tb\t3\na b 2\n", "grades.tsv:2: must be an article, a candidate and a grade with tabs between them"),
        (b"a\tb\t4\n", "grades.tsv:1: the grade must be 0, 1, 2 or 3, but is '4'"),
        (b"a\tb\t?\n", "grades.tsv:1: the grade must be 0, 1, 2 or 3, but is '?'"),
        (b"a\tb\t\n", "grades.tsv:1: must be an article"),
        (b"a\ta\t3\n", "grades.tsv:1: 'a' is graded under itself"),
        (b"# nothing\n", "there is no grade, expected lines such as"),
        (b"a\t\xff\t3\n", "is not UTF-8"),
        (b"x\n" * 9, "and 4 more such lines"),
    ],
)
def test_bad_grades_are_named_by_line(tmp_path, text, message):
    """Each bad line has its number and what was expected; one message for all."""
    file = tmp_path / "grades.tsv"
    file.write_bytes(text)
    with pytest.raises(EvaluationError) as error:
        read_grades([file])
    assert message in str(error.value)


def test_the_file_for_graders_is_blind_and_whole(report, small_corpus, grades, tmp_path):
    """It has every ungraded pair once, in random order, names no system, and can be read when it is filled in."""
    text = "".join(ungraded_lines(small_corpus, report.ungraded, seed=1))
    assert not any(name in text for name in ("tfidf", "similarity", "shown"))
    pairs = [tuple(line.split("\t")[:2]) for line in text.splitlines() if not line.startswith("#")]
    assert sorted(pairs) == [tuple(pair) for pair in report.ungraded] != pairs
    assert not set(pairs) & set(grades)
    file = tmp_path / "done.tsv"
    file.write_text(text.replace("\t?\t", "\t2\t"))
    assert set(read_grades([file])) == set(pairs)
    assert text == "".join(ungraded_lines(small_corpus, report.ungraded, seed=1))
    assert text != "".join(ungraded_lines(small_corpus, report.ungraded, seed=2))


def test_a_page_elsewhere_is_told_by_its_entry(make_article):
    """A candidate of another site has its title from the list that names it."""
    entry = RelatedEntry(
        title="Oolong\tfor\nall", url="https://else.example/oolong", excerpt="Leaves.", provider="Else"
    )
    corpus = Corpus([Article(id="a", title="Tea", related=(entry,))])
    assert list(ungraded_lines(corpus, [("a", "https://else.example/oolong")]))[1:] == [
        "# a\tTea:\n",
        "a\thttps://else.example/oolong\t?\tOolong for all (Else): Leaves.\n",
    ]


def test_the_tables_and_the_page(report):
    """Both forms show the readers' figures, by who lists the article, and the number of grades."""
    from rich.console import Console

    from recommender.report.evaluation_page import page_of

    console = Console(width=120)
    with console.capture() as capture:
        console.print(tables_of(report))
    text = capture.get()
    assert text.startswith("grades: 20 queries, 82 articles")
    assert f"nDCG@5    {report.systems['tfidf']['nDCG@5']:.3f} [" in text
    assert "Pairs by grade: " in text
    assert "Do not believe the figures of" in text
    page = page_of(report)
    assert page.count("<svg") == 2
    assert "Suggestions by readers&#39; grades" in page
