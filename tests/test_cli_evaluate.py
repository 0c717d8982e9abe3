"""Scores on the command line: reports, grades, limits, and what is wrong use of them."""

import json
import re

import pytest
from six_articles import run

from recommender import read_site


@pytest.fixture
def newsroom(newsroom):
    """The example site, soon scored."""
    (newsroom / "recommender.yaml").write_text("ranking: {ranker: similarity}\nevaluation: {bootstrap: 50}\n")
    return newsroom


def test_evaluate(newsroom):
    """`evaluate` prints a table or one JSON object, and fails under a limit after it has shown the figures."""
    exit_code, stdout, _ = run("evaluate", newsroom, "--format", "json", "--measures", "nDCG@10,P@1")
    report = json.loads(stdout)
    assert exit_code == 0
    file = newsroom / "report.json"
    assert run("evaluate", newsroom, "--output", file, "--measures", "nDCG@10,P@1", "-q")[:2] == (0, "")
    assert json.loads(file.read_text()) == report
    assert {"tfidf", "similarity"} <= set(report["systems"])
    assert set(report["systems"]["similarity"]) >= {"nDCG@10", "P@1"}
    exit_code, stdout, stderr = run("evaluate", newsroom, "--measures", "P@1", "--fail-under", "P@1=1", "-q")
    assert exit_code == 1
    assert "P@1" in stdout
    assert re.search(r"P@1 is 0\.\d{4}, below the 1 that was asked for\.\n$", stderr)


@pytest.mark.parametrize(("text", "what"), [("[1]", "is no JSON object"), ("{}", "is no report of an evaluation")])
def test_what_is_no_report_is_told_before_the_site_is_read(tmp_path, text, what):
    """--compare looks at its file first, and names it."""
    (tmp_path / "empty").mkdir()
    file = tmp_path / "report.json"
    file.write_text(text)
    said = f"Error: --compare {file}: {what}. Make one: recommender evaluate --format json.\n"
    assert run("evaluate", tmp_path / "empty", "--compare", file) == (1, "", said)


@pytest.mark.parametrize(("graded", "measured"), [(False, "RR"), (True, "nDCG@5, good, wrong, first, any, served, ")])
def test_a_limit_on_what_is_not_measured_is_told_before_the_site_is_read(tmp_path, graded, measured):
    """--fail-under asks for one of the measures, or of the readers' figures where there are grades."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "grades.tsv").write_text("a\tb\t3\n")
    grades = ("--grades", tmp_path / "grades.tsv") if graded else ()
    asked = run("evaluate", tmp_path / "empty", *grades, "--measures", "RR", "--fail-under", "P@3=0.1")
    assert (asked[0], f"Error: --fail-under: 'P@3' is not measured. Measured are {measured}" in asked[2]) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--protocol", "foo"], "there is no protocol 'foo'."),
        (["--systems", "foo"], "there is no system 'foo'."),
        (["--test-from", "foo"], "--test-from must be a day such as 2021-04-01, but is 'foo'."),
        (
            ["--protocol", "whole-site", "--later", "."],
            "the protocol replay, and only it, needs the later articles: --later DIR.",
        ),
        (
            ["--measures", ",,"],
            "Invalid value for '--measures': names nothing, but is ',,'. Leave it out for what is usual.",
        ),
        (
            ["--output", "x.json", "--format", "html"],
            "--output x.json: is a name for json, but --format asks for html.",
        ),
        (["--measures", "P@0"], "the measure 'P@0' cuts off at 0, and not at a place from 1 to 1,000,000."),
        (["--fail-under", "P@1=-1"], "--fail-under P@1=-1: the number must be from 0 to 1, such as 0.4 for 40 %."),
        (["--fail-under", "P@3=0.1"], "--fail-under: 'P@3' is not measured."),
    ],
)
def test_wrong_use_of_evaluate(newsroom, arguments, message):
    """What there is not, or not together, is wrong use as in other commands: exit 2."""
    exit_code, _, stderr = run("evaluate", newsroom, *arguments)
    assert (exit_code, f"\nError: {message}" in stderr) == (2, True), stderr


def test_evaluate_by_grades(newsroom, tmp_path):
    """--grades judges by readers in every format, --ungraded writes what is left to grade, bad lines stop it."""
    asked, *others = [article.id for article in read_site(newsroom)][:4]
    one, two, todo = tmp_path / "one.tsv", tmp_path / "two.tsv", tmp_path / "to-grade.tsv"
    one.write_text(f"{asked}\t{others[0]}\t3\n{asked}\t{others[1]}\t0\n")
    two.write_text(f"{asked}\t{others[2]}\t2\n")
    exit_code, stdout, _ = run(
        "evaluate", newsroom, "--grades", one, "--grades", two, "--ungraded", todo, "--format", "json"
    )
    report = json.loads(stdout)
    assert (exit_code, report["protocol"], report["n_queries"]) == (0, "grades", 1)
    assert list(report["systems"]) == ["tfidf", "similarity", "shown"]
    assert report["judgments"] == {"must": 1, "good": 1, "weak": 0, "wrong": 1}
    pairs = [line.split("\t")[:2] for line in todo.read_text().splitlines() if not line.startswith("#")]
    assert sorted(pairs) == report["ungraded"]
    # Pairs without a grade may be replaced, grades may not.
    assert run("evaluate", newsroom, "--grades", one, "--ungraded", todo, "-q")[0] == 0
    exit_code, stdout, stderr = run("evaluate", newsroom, "--grades", one, "--ungraded", one)
    assert (exit_code, stdout) == (1, "")
    assert f"{one}: holds more than pairs without a grade, and would be replaced. Name another file." in stderr
    exit_code, stdout, stderr = run("evaluate", newsroom, "--grades", one, "--fail-under", "served=1", "-q")
    assert (exit_code, "nDCG@5" in stdout) == (1, True)
    assert "100% of its suggestions have no grade, and at most 10% may. Have them graded first" in stderr
    one.write_text("tea 3\n")
    exit_code, stdout, stderr = run("evaluate", newsroom, "--grades", one)
    assert (exit_code, stdout) == (1, "")
    assert f"{one}:1: must be an article, a candidate and a grade" in stderr
    exit_code, _, stderr = run("evaluate", newsroom, "--ungraded", todo)
    assert (exit_code, "there are no grades" in stderr) == (2, True)


def test_gate_on_scores(newsroom):
    """--require writes nothing when the score is below, and goes on when it is not."""
    exit_code, stdout, stderr = run("suggest", newsroom, "--require", "P@1=0.99", "--require", "RR=0.99", "-q")
    assert (exit_code, stdout) == (1, "")
    assert re.search(r"^Error: .*P@1 is 0\.\d{4}, below the 0.99 that was asked for; RR is ", stderr)
    assert not (newsroom / "_data").exists()
    assert run("suggest", newsroom, "--require", "P@1=0", "-q") == (0, "", "")
    assert (newsroom / "_data").exists()
