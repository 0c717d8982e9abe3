"""
Suggestions -> files. A writer plans; `apply_changes` replaces.

``WRITERS`` is where the command line, the settings and the messages find the ways of writing.
"""

from collections.abc import Iterable, Mapping
from os.path import realpath
from pathlib import Path

from recommender.content.generators import CONFIG_FILES
from recommender.content.jsonl import is_jsonl
from recommender.content.paths import without_ending
from recommender.errors import OptionError, WriteError
from recommender.settings import TABLE_ENDINGS
from recommender.writing.atomic import FileChange, apply_changes
from recommender.writing.data import jsonl_lines, plan_data, plan_jsonl
from recommender.writing.front_matter import plan_front_matter
from recommender.writing.plan import Answer, Plan, Writer

__all__ = [
    "WRITERS", "Answer", "FileChange", "Plan", "Writer", "apply_changes", "check_output", "jsonl_lines", "writer_of",
]  # fmt: skip

#: Files of a site that decide how it is built.
_CONFIGURATIONS = ("package.json", *CONFIG_FILES)
#: The ways of writing, by the name that settings and the command line know them by.
WRITERS: Mapping[str, Writer] = {"data": plan_data, "front-matter": plan_front_matter, "jsonl": plan_jsonl}
#: What each writes into the one file that `--output` names.
_FORMS = {"data": "a data file or a table", "jsonl": "lines of JSON"}
_BY_ENDING = {".json": "data", ".jsonl": "jsonl", ".ndjson": "jsonl", **dict.fromkeys(TABLE_ENDINGS, "data")}


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
    if output and not asked and named in (None, "data") and output.suffix:
        endings = ", ".join(_BY_ENDING)
        raise OptionError(f"--output {output.name}: must end with one of {endings}, which says how it is written.")
    return named or asked


def check_output(output: Path, site: Path, ours: str = "", suggestions: Iterable[Path] = ()) -> None:
    """
    Raise WriteError where a named file holds the site, an article or a configuration, or lies in a folder of lines.

    A Markdown file that has the text `ours` in it was written here. `suggestions` are the files of
    suggestions, there or not: nothing else is written to them.
    """
    file, folder = Path(realpath(output)), Path(realpath(site if site.is_dir() else site.parent))
    if file in map(Path, map(realpath, suggestions)):
        raise WriteError(
            f"{output}: is the file of the suggestions, which nothing else is written to. Name another file."
        )
    if site.is_dir() and is_jsonl(site) and file.is_relative_to(folder):
        first = [*file.relative_to(folder).parts, ""][0]
        if not first.startswith((".", "_")):
            raise WriteError(f"{output}: lies in the folder of the articles, which holds nothing else. Name another.")
    if not file.is_file():
        return
    if file.samefile(site):
        kind = "the file of articles"
    elif without_ending(file.name) != file.name and not (ours and ours.encode() in file.read_bytes()):
        kind = "Markdown"
    elif file.suffix.lower() in (".yml", ".yaml", ".toml") or file in [folder / name for name in _CONFIGURATIONS]:
        kind = "a configuration"
    else:
        return
    if file.stat().st_size:
        raise WriteError(f"{output}: is {kind}, which is never overwritten. Name another file.")
