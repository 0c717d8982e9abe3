"""One line of JSON for each article, for pipelines and databases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from recommender.articles import Corpus
from recommender.errors import WriteError
from recommender.settings import Settings
from recommender.suggestions import Suggestion
from recommender.writing.atomic import plan_change
from recommender.writing.plan import Answer, Plan
from recommender.writing.values import json_line, writable

_FIELDS = tuple(field.name for field in dataclasses.fields(Suggestion) if field.name not in ("path", "key", "shape"))


def jsonl_lines(answers: Iterable[Answer]) -> Iterator[str]:
    """A line for each answer, in its order, without the line end; articles without suggestions have theirs too."""
    for answer in answers:
        suggestions = [_members(suggestion) for suggestion in answer.suggestions]
        yield json_line({
            "article_id": answer.article_id, "suggestions": suggestions, "reason_for_none": answer.reason_for_none
        })  # fmt: skip


def plan_jsonl(
    corpus: Corpus, site: Path, answers: Iterable[Answer], settings: Settings, output: Path | None = None
) -> Plan:
    """The lines as one file, `output`, which must be named: lines belong to no place of the site."""
    if output is None:
        raise WriteError("jsonl: no file is named for the lines. Name one: --output FILE.")
    content = "".join(f"{line}\n" for line in jsonl_lines(answers)).encode()
    files: dict[Path, str] = {}
    change = plan_change(output, lambda _: content, files)
    return Plan((change,) if change else (), files=files)


def _members(suggestion: Suggestion) -> dict[str, Any]:
    """The fields of a suggestion as JSON has them, without the site's shape; the reason as its sentences."""
    members = {name: getattr(suggestion, name) for name in _FIELDS}
    return members | {
        "reason": suggestion.reason.sentences,
        "quality": writable(suggestion.quality),
        "published_at": suggestion.published_at.isoformat() if suggestion.published_at else None,
    }
