"""A line for each article."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from recommender.articles import Corpus
from recommender.errors import WriteError
from recommender.settings import Settings
from recommender.suggestions import Reason, Suggestion
from recommender.writing import Answer, jsonl_lines
from recommender.writing.data import plan_jsonl

SUGGESTION = Suggestion(
    rank=1,
    article_id="black-tea",
    title="Black \u2028 tea 🫖",
    url="https://example.org/black-tea",
    score=0.8125,
    reason=Reason(0.8125, 0.75, ("both are about tea", "published 3 days apart")),
    published_at=datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
)
ANSWERS = (Answer("green-tea", (SUGGESTION,)), Answer("bicycle", (), "no other article shares a word with it"))


def test_fields_are_those_of_a_suggestion():
    """A line holds the fields of Suggestion in their order, the reason as sentences, and nothing of its shape."""
    line, none = jsonl_lines(ANSWERS)
    assert json.loads(line) == {
        "article_id": "green-tea",
        "suggestions": [
            {
                "rank": 1,
                "article_id": "black-tea",
                "title": "Black \u2028 tea 🫖",
                "url": "https://example.org/black-tea",
                "score": 0.8125,
                "reason": ["both are about tea", "published 3 days apart"],
                "excerpt": "",
                "published_at": "2021-03-03T07:14:00+00:00",
                "provider": "",
                "quality": None,
            }
        ],
        "reason_for_none": "",
    }
    assert list(json.loads(line)["suggestions"][0]) == [
        name for name in Suggestion.__dataclass_fields__ if name not in ("path", "key", "shape")
    ]
    assert none == (
        b'{"article_id": "bicycle", "suggestions": [], "reason_for_none": "no other article shares a word with it"}\n'
    )


def test_what_is_said_of_a_pair_is_its_own_and_the_rest_is_the_articles():
    """One article under two others: two ranks, scores and reasons; signs that fill in elsewhere stay as written."""
    first = dataclasses.replace(SUGGESTION, title="100 %s of %(tea) for {}", excerpt="50 % off")
    second = dataclasses.replace(first, rank=2, score=0.5, reason=Reason(0.5, 0.5, ("100 % alike",)))
    lines = jsonl_lines((Answer("green-tea", (first,)), Answer("bicycle", (second,))))
    one, other = (json.loads(line)["suggestions"][0] for line in lines)
    assert (one["title"], one["excerpt"]) == ("100 %s of %(tea) for {}", "50 % off")
    assert (one["rank"], one["score"], one["reason"]) == (1, 0.8125, list(SUGGESTION.reason.sentences))
    assert other == {**one, "rank": 2, "score": 0.5, "reason": ["100 % alike"]}


def test_a_line_is_a_line():
    """No sign in a title breaks a line, and emoji stay as they are."""
    line = next(jsonl_lines(ANSWERS)).decode()
    assert line.splitlines(keepends=True) == [line]
    assert "🫖" in line


def test_file_of_lines(tmp_path):
    """The lines can go to a file, which is not changed when it has them already."""
    output = tmp_path / "out.jsonl"
    (change,) = plan_jsonl(Corpus(), tmp_path, ANSWERS, Settings(), output).changes
    assert change.after == b"".join(jsonl_lines(ANSWERS))
    assert change.after.endswith(b"}\n")
    output.write_bytes(change.after)
    assert plan_jsonl(Corpus(), tmp_path, ANSWERS, Settings(), output).changes == []


def test_no_file_is_named(tmp_path):
    """Lines belong to no place of the site, so the file has to be named."""
    with pytest.raises(WriteError) as caught:
        plan_jsonl(Corpus(), tmp_path, ANSWERS, Settings())
    assert str(caught.value) == "jsonl: no file is named for the lines. Name one: --output FILE."
