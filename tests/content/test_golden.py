"""Pairs of files named for the trouble that they show: NAME.md and what is read from it, NAME.expected.json.

``python tests/content/test_golden.py`` writes the expected files that are missing, and no other: a changed one is
deleted by hand, so that its difference is a decision.
"""

import dataclasses
import json
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import pytest

from recommender.articles import Article, RelatedEntry
from recommender.content.site import read_site

DATA = Path(__file__).parent / "data"
CASES = sorted(path.stem for path in DATA.glob("*.md"))


def described(value: object) -> object:
    """What an article or entry says, without what it leaves at its default, as JSON can hold it."""
    if isinstance(value, Article | RelatedEntry):
        return {
            field.name: described(found)
            for field in dataclasses.fields(value)
            if (found := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [described(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def read(name: str, folder: Path) -> dict[str, object]:
    """What reading a file in a collection of its own gives."""
    (folder / "_news").mkdir()
    (folder / "_news" / "2021-03-03-tea.md").write_bytes((DATA / f"{name}.md").read_bytes())
    corpus = read_site(folder)
    reading = corpus.reading
    assert reading is not None
    told = {
        "article": described(corpus[0]) if len(corpus) else None,
        "problems": [str(problem) for problem in reading.problems],
        "warnings": list(reading.warnings),
        "unmatched": list(reading.unmatched),
    }
    return {key: value for key, value in told.items() if value or key == "article"}


@pytest.mark.parametrize("name", CASES)
def test_golden(name, tmp_path):
    """Each file gives the article, the problems and the warnings that its pair tells."""
    assert read(name, tmp_path) == json.loads((DATA / f"{name}.expected.json").read_text("utf-8"))


def test_pairs():
    """Every file has its pair, and every pair its file."""
    assert sorted(path.name.removesuffix(".expected.json") for path in DATA.glob("*.expected.json")) == CASES


if __name__ == "__main__":
    for case in CASES:
        expected = DATA / f"{case}.expected.json"
        if not expected.exists():
            with tempfile.TemporaryDirectory() as site:
                expected.write_text(json.dumps(read(case, Path(site)), indent=2, ensure_ascii=False) + "\n", "utf-8")
            sys.stderr.write(f"{expected.name}: written, look at it\n")
