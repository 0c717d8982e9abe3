"""
Suggestions -> files. A writer plans; `apply_changes` replaces.

``WRITERS`` is where the command line, the settings and the messages find the ways of writing.
"""

from collections.abc import Mapping
from pathlib import Path

from recommender.errors import OptionError
from recommender.writing.atomic import FileChange, apply_changes
from recommender.writing.data import plan_data
from recommender.writing.front_matter import plan_front_matter
from recommender.writing.jsonl import jsonl_lines, plan_jsonl
from recommender.writing.plan import Answer, Plan, Writer
from recommender.writing.tables import TABLE_ENDINGS

__all__ = ["WRITERS", "Answer", "FileChange", "Plan", "Writer", "apply_changes", "jsonl_lines", "writer_of"]

#: The ways of writing, by the name that settings and the command line know them by.
WRITERS: Mapping[str, Writer] = {"data": plan_data, "front-matter": plan_front_matter, "jsonl": plan_jsonl}
#: What each writes into the one file that `--output` names.
_FORMS = {"data": "a data file or a table", "jsonl": "lines of JSON"}
_BY_ENDING = {".jsonl": "jsonl", ".ndjson": "jsonl", **dict.fromkeys(TABLE_ENDINGS, "data")}


def writer_of(output: Path | None, named: str | None = None) -> str | None:
    """
    The writer that is named, else the one that the ending of a file asks for; None where it asks for none.

    OptionError where the ending asks for another one than the one named, or for none that there is.
    """
    asked = _BY_ENDING.get(output.suffix.lower()) if output else None
    if output and asked and named in _FORMS and asked != named:
        raise OptionError(
            f"--output {output.name}: --write {named} writes {_FORMS[named]}, but a name in {output.suffix} is written "
            f"by --write {asked}. Leave --write out, or give the file another ending."
        )
    if output and not asked and named in (None, "data") and output.suffix.lower() not in ("", ".json"):
        endings = ", ".join((".json", *_BY_ENDING))
        raise OptionError(f"--output {output.name}: must end with one of {endings}, which says how it is written.")
    return named or asked
