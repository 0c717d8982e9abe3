"""Suggestions as a table: its rows, its bytes, and what stays."""

import io
import json

import polars
import pytest
from click.testing import CliRunner

from recommender import Article, Corpus, Settings
from recommender.cli import main
from recommender.errors import WriteError
from recommender.suggestions import Reason, Suggestion
from recommender.writing import Answer
from recommender.writing.data import plan_data

ARTICLES = [{"id": name, "title": f"Brewing {name} tea", "url": f"/{name}/"} for name in ("black", "green", "white")]
READERS = {
    ".csv": polars.read_csv,
    ".tsv": lambda source: polars.read_csv(source, separator="\t"),
    ".parquet": polars.read_parquet,
}


def answer(article_id, *suggested):
    """Suggestions whose titles have what tables trip over."""
    reason = Reason(0.5, 0.5, ("both are about tea", "3 days apart"))
    return Answer(
        article_id,
        tuple(
            Suggestion(
                rank=rank, article_id=name, title=f'{name}, "tea"\n\t{name}\ud800', url="", score=0.5, reason=reason
            )
            for rank, name in enumerate(suggested, 1)
        ),
    )


@pytest.mark.parametrize("ending", READERS)
def test_table(tmp_path, ending):
    """A table has a row for each suggestion, and keeps the rows of the articles that a run leaves out."""
    corpus = Corpus(Article(id=name) for name in ("black", "green", "white"))
    file = tmp_path / f"out{ending}"

    def write(*answers):
        for change in plan_data(corpus, tmp_path, answers, Settings(), file).changes:
            file.write_bytes(change.after)
        return READERS[ending](io.BytesIO(file.read_bytes())).to_dicts()

    rows = write(answer("white", "green"), answer("green", "white", "black"), answer("black"))
    assert rows[0] == {
        "article_id": "green", "rank": 1, "suggested_id": "white", "title": 'white, "tea"\n\twhite\ufffd',
        "url": rows[0]["url"], "score": 0.5, "reason": "both are about tea; 3 days apart",
    }  # fmt: skip
    assert [(row["article_id"], row["rank"], row["suggested_id"]) for row in rows[1:]] == [
        ("green", 2, "black"),
        ("white", 1, "green"),
    ]
    assert write(answer("black", "green")) == [{**rows[2], "article_id": "black"}, *rows]
    assert {row["article_id"] for row in write(answer("tea\ud800", "black"))} == {
        "black",
        "green",
        "tea\ufffd",
        "white",
    }
    before = file.read_bytes()
    assert plan_data(corpus, tmp_path, [answer("black", "green")], Settings(), file).changes == []
    assert len(write(answer("white"), answer("green"), answer("black"))) == 0
    file.write_bytes(before[:-3] if ending == ".parquet" else b"name\nvalue\n")
    with pytest.raises(WriteError, match=r"out\..* is not the table that was written"):
        write(answer("black", "green"))


@pytest.mark.parametrize("ending", READERS)
def test_table_of_a_table(tmp_path, monkeypatch, ending):
    """A site that is a table gets a table of the same kind beside it, which a second run leaves as it is."""
    monkeypatch.chdir(tmp_path)
    frame = polars.DataFrame(ARTICLES)
    frame.write_parquet("teas.parquet") if ending == ".parquet" else frame.write_csv(
        f"teas{ending}", separator="\t" if ending == ".tsv" else ","
    )
    assert CliRunner().invoke(main, ["suggest", f"teas{ending}"]).exit_code == 0
    rows = READERS[ending](f"suggested_related{ending}").to_dicts()
    assert {row["article_id"] for row in rows} == {"black", "green", "white"}
    assert {row["url"] for row in rows} == {"/black/", "/green/", "/white/"}
    done = CliRunner().invoke(main, ["suggest", f"teas{ending}", "--check", "--fresh"])
    assert (done.exit_code, done.stdout) == (0, "")


def test_ending_names_the_form(tmp_path, monkeypatch):
    """The ending of --output names the form, whatever the settings say; a change of Parquet is told, not shown."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "teas.jsonl").write_text("".join(f"{json.dumps(article)}\n" for article in ARTICLES))
    (tmp_path / "recommender.yaml").write_text("writing: {writer: front-matter}\n")
    for name in ("out.jsonl", "out.csv"):
        assert CliRunner().invoke(main, ["suggest", "teas.jsonl", "--output", name]).exit_code == 0
    assert [json.loads(line)["article_id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()] == [
        "black", "green", "white",
    ]  # fmt: skip
    assert (
        (tmp_path / "out.csv").read_text().startswith("article_id,rank,suggested_id,title,url,score,reason\nblack,1,")
    )
    done = CliRunner().invoke(main, ["suggest", "teas.jsonl", "--output", "out.parquet", "--diff"])
    assert done.stdout == "binary file out.parquet would change\n"
