"""
Suggestions -> files. A writer plans; `apply_changes` replaces.

``WRITERS`` is where the command line, the settings and the messages find the ways of writing.
"""

from collections.abc import Mapping
from pathlib import Path

from recommender.writing.atomic import FileChange, apply_changes
from recommender.writing.data import plan_data
from recommender.writing.front_matter import plan_front_matter
from recommender.writing.jsonl import jsonl_lines, plan_jsonl
from recommender.writing.plan import Answer, Plan, Writer
from recommender.writing.tables import TABLE_ENDINGS

__all__ = ["WRITERS", "Answer", "FileChange", "Plan", "Writer", "apply_changes", "jsonl_lines", "writer_of"]

#: The ways of writing, by the name that settings and the command line know them by.
WRITERS: Mapping[str, Writer] = {"data": plan_data, "front-matter": plan_front_matter, "jsonl": plan_jsonl}
_BY_ENDING = {".jsonl": "jsonl", ".ndjson": "jsonl", **dict.fromkeys(TABLE_ENDINGS, "data")}


def writer_of(output: Path | None) -> str | None:
    """The writer that the ending of a file asks for; None where it asks for none."""
    return _BY_ENDING.get(output.suffix.lower()) if output else None
