"""One line of JSON for each article, for pipelines and databases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from recommender.articles import Corpus
from recommender.errors import WriteError
from recommender.settings import Settings
from recommender.suggestions import Reason, Suggestion
from recommender.writing.atomic import plan_change
from recommender.writing.plan import Answer, Plan
from recommender.writing.values import IN_JSON, one_line, value_in_json

__all__ = ["jsonl_lines", "plan_jsonl"]

_FIELDS = tuple(field.name for field in dataclasses.fields(Suggestion) if field.name != "shape")
_values = attrgetter(*_FIELDS)
# Filled in rather than made from a dictionary, which takes twice as long.
_SUGGESTION = "{" + ", ".join(f'"{name}": %s' for name in _FIELDS) + "}"


def jsonl_lines(answers: Iterable[Answer]) -> Iterator[str]:
    """A line for each answer, in its order, without the line end; articles without suggestions have theirs too."""
    for answer in answers:
        suggestions = ", ".join([_suggestion(suggestion) for suggestion in answer.suggestions])
        article_id, none = map(IN_JSON[str], (answer.article_id, answer.reason_for_none))
        yield one_line(f'{{"article_id": {article_id}, "suggestions": [{suggestions}], "reason_for_none": {none}}}')


def plan_jsonl(
    corpus: Corpus, site: Path, answers: Iterable[Answer], settings: Settings, output: Path | None = None
) -> Plan:
    """
    The lines as one file, `output`.

    Raises
    ------
    WriteError
        No file is named: lines belong to no place of the site.
    """
    if output is None:
        raise WriteError("jsonl: no file is named for the lines. Name one: --output FILE.")
    content = "".join(f"{line}\n" for line in jsonl_lines(answers)).encode()
    files: dict[Path, str] = {}
    change = plan_change(output, lambda _: content, files)
    return Plan((change,) if change else (), files=files)


def _suggestion(suggestion: Suggestion) -> str:
    """The fields of a `Suggestion` in JSON, without the site's shape; the reason as its sentences."""
    return _SUGGESTION % tuple([_WRITTEN.get(type(value), value_in_json)(value) for value in _values(suggestion)])


def _moment(moment: datetime) -> str:
    return f'"{moment.isoformat()}"'


def _reason(reason: Reason) -> str:
    return f"[{', '.join(map(IN_JSON[str], reason.sentences))}]"


_WRITTEN: Mapping[type, Callable[[Any], str]] = {**IN_JSON, datetime: _moment, Reason: _reason}
