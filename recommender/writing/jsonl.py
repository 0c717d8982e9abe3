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

_FIELDS = tuple(field.name for field in dataclasses.fields(Suggestion) if field.name != "shape")
#: What is said of the pair; the other fields are the suggested article's own.
_OF_PAIR = ("rank", "score", "reason")
_of_pair = attrgetter(*_OF_PAIR)
#: Suggested articles that are kept in JSON. Those of neighboring answers are much the same.
_MOST_KEPT = 16_384


def jsonl_lines(answers: Iterable[Answer]) -> Iterator[str]:
    """A line for each answer, in its order, without the line end; articles without suggestions have theirs too."""
    forms = _Forms()
    for answer in answers:
        suggestions = ", ".join([forms.filled(suggestion) for suggestion in answer.suggestions])
        article_id, none = map(IN_JSON[str], (answer.article_id, answer.reason_for_none))
        yield one_line(f'{{"article_id": {article_id}, "suggestions": [{suggestions}], "reason_for_none": {none}}}')


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


class _Forms(dict[str, str]):
    """Id of a suggested article -> its suggestion in JSON, but for the places of what is said of the pair."""

    def filled(self, suggestion: Suggestion) -> str:
        """The fields of a suggestion in JSON, without the site's shape; the reason as its sentences."""
        form = self.get(suggestion.article_id)
        if form is None:
            if len(self) >= _MOST_KEPT:
                self.clear()
            form = self[suggestion.article_id] = _form(suggestion)
        return form % tuple(map(_written, _of_pair(suggestion)))


def _form(suggestion: Suggestion) -> str:
    places = dict.fromkeys(_OF_PAIR, "%s")
    fields = (
        f'"{name}": {places.get(name) or _written(getattr(suggestion, name)).replace("%", "%%")}' for name in _FIELDS
    )
    return f"{{{', '.join(fields)}}}"


def _written(value: Any) -> str:
    return _WRITTEN.get(type(value), value_in_json)(value)


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    **IN_JSON,
    datetime: lambda moment: f'"{moment.isoformat()}"',
    Reason: lambda reason: f"[{', '.join(map(IN_JSON[str], reason.sentences))}]",
}
