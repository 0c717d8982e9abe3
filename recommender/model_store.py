"""
A saved model as files: a manifest that names every other part by its hash, and nothing that runs when it is read.

Parts have names of their own content, so a new model stands beside the old one until the manifest is replaced, which is
one rename: at any moment the old model can be loaded or the new one. The next save removes what a killed one left.
"""

import dataclasses
import functools
import hashlib
import json
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from recommender.bounds import read_regular
from recommender.errors import ModelError, WriteError, path_of
from recommender.writing.atomic import keep_names, remove_leftovers, replace_file
from recommender.writing.lock import only_writer

#: The format that this version writes, and reads.
FORMAT = 17

_MANIFEST, _CARD, _ARRAYS = "manifest.json", "card.md", "arrays.safetensors"
_Found = TypeVar("_Found")
#: Bytes of a manifest; it holds settings and figures, and nothing that grows with the site.
_LARGEST_MANIFEST = 10_000_000
_HASHED = re.compile(r"(?:articles|terms|arrays|trees)-[0-9a-f]{16}\.(?:jsonl|json|safetensors|txt)")


def save_parts(
    folder: Path | str, head: Mapping[str, Any], texts: Mapping[str, str], arrays: Mapping[str, NDArray[Any]], card: str
) -> None:
    """
    Write a model, or replace one; WriteError where the folder cannot be written, or holds something else.

    The head has JSON values that a person may want to read first: they stand in ``manifest.json``. Texts are by file
    name, such as ``trees.txt``.
    """
    folder = path_of(folder, "folder", WriteError)
    contents = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    contents[_ARRAYS] = save_arrays({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with only_writer(folder):
            names = [file.name for file in folder.iterdir()]
            strange = sorted(name for name in names if not _is_ours(name) and not name.startswith("."))
            if not _has_our_manifest(folder):
                # Other programs write manifests and cards too.
                strange += sorted({_MANIFEST, _CARD}.intersection(names))
            if strange:
                raise WriteError(
                    f"{folder}: holds other things than a model ({strange[0]}), and nothing of it was touched. "
                    "Name a new folder."
                )
            try:
                _replace_parts(folder, head, contents, card)
            finally:
                _remove_others(folder)
    except OSError as error:
        raise WriteError(
            f"{folder}: cannot be written ({error.strerror}). Mend that, or name another folder."
        ) from None


def _replace_parts(folder: Path, head: Mapping[str, Any], contents: Mapping[str, bytes], card: str) -> None:
    parts = {}
    for name, content in contents.items():
        digest = hashlib.sha256(content).hexdigest()
        stem, _, ending = name.rpartition(".")
        file = f"{stem}-{digest[:16]}.{ending}"
        replace_file(folder / file, content)
        parts[name] = {"file": file, "bytes": len(content), "sha256": digest}
    keep_names([folder / _MANIFEST])
    manifest = {"format": FORMAT, **head, "parts": parts}
    manifest["checksum"] = _checksum(manifest)
    replace_file(folder / _MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    # From here on it is the new model.
    keep_names([folder / _MANIFEST])
    replace_file(folder / _CARD, card.encode("utf-8", "surrogatepass"))


def _remove_others(folder: Path) -> None:
    """Remove the parts of no model: of the one before, of a save that failed, or of one that was killed."""
    try:
        parts = json.loads(read_regular(folder / _MANIFEST, _LARGEST_MANIFEST))["parts"]
    except FileNotFoundError:
        parts = {}
    except (ModelError, ValueError, KeyError, TypeError):
        return  # what is there says nothing of its parts, and the error that brought us here is told
    kept = {_MANIFEST, _CARD, *(part["file"] for part in parts.values())}
    for file in folder.iterdir():
        if _is_ours(file.name) and file.name not in kept:
            file.unlink(missing_ok=True)
    remove_leftovers([folder / _MANIFEST])


def load_parts(folder: Path | str) -> tuple[dict[str, Any], dict[str, str], dict[str, NDArray[Any]]]:
    """A model's manifest, texts and arrays, as saved; ModelError as `read_manifest`, or where a part is not whole."""
    folder = path_of(folder, "folder", ModelError)
    manifest, contents = _with_parts(folder, _read_part)
    file = folder / manifest["parts"][_ARRAYS]["file"]
    try:
        arrays = load_arrays(contents.pop(_ARRAYS))
    except (SafetensorError, ValueError, KeyError) as error:
        raise _broken(file, f"holds no arrays ({error})") from None
    texts = {name: content.decode("utf-8", "surrogatepass") for name, content in contents.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf" or (array.dtype.kind == "f" and not np.isfinite(array).all()):
            raise _broken(file, f"has values in {name!r} that are no finite numbers")
    return manifest, texts, arrays


def checksum_of(folder: Path) -> str:
    """What tells a model from all others; ModelError as `load_parts`, but of parts only the size is looked at."""
    try:
        return str(_with_parts(folder, _part_file)[0]["checksum"])
    except (AttributeError, KeyError, TypeError):
        raise _broken(folder / _MANIFEST, "is not the manifest of a model") from None


def _with_parts(
    folder: Path, look: Callable[[Path, Mapping[str, Any]], _Found]
) -> tuple[dict[str, Any], dict[str, _Found]]:
    """The manifest, and what a look at each part gives."""
    while True:
        manifest = read_manifest(folder)
        try:
            return manifest, {name: look(folder, part) for name, part in manifest["parts"].items()}
        except ModelError:
            # Replaced while we were reading it: then its parts are gone, and the manifest names others.
            if read_manifest(folder)["checksum"] == manifest["checksum"]:
                raise


def read_manifest(folder: Path) -> dict[str, Any]:
    """A model's manifest alone; ModelError where there is none, or it is broken or of another format."""
    file = folder / _MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(read_regular(file, _LARGEST_MANIFEST))
        found, checksum = manifest["format"], manifest.get("checksum")
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError(
            f"{folder} holds no model: there is no {_MANIFEST}. Make one: recommender fit SITE --model {folder}."
        ) from None
    except OSError as error:
        raise _broken(file, f"cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _broken(file, "is not the manifest of a model") from None
    if found != FORMAT:
        raise ModelError(
            f"{folder} was saved in format {str(found)[:20]}, but this version reads {FORMAT}. "
            f"Fit it again: recommender fit SITE --model {folder}."
        )
    if checksum != _checksum(manifest):
        raise _broken(file, "is not as it was saved: its checksum is another")
    return manifest


@functools.cache
def reader_of(kind: Any) -> Callable[[Any], Any]:
    """
    What makes a value of a type from its JSON; it raises TypeError or ValueError for the JSON of another type.

    The type is a dataclass, a TypedDict, a tuple, list or mapping of one type, a choice, a type or None, a moment, or a
    plain one. Numbers must be finite.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind) or typing.is_typeddict(kind):
        readers = {name: reader_of(hint) for name, hint in typing.get_type_hints(kind).items()}
        return lambda found: kind(**{name: readers[name](value) for name, value in _of(dict, found).items()})
    if origin in (types.UnionType, typing.Union):
        (read,) = (reader_of(one) for one in inner if one is not types.NoneType)
        return lambda found: None if found is None else read(found)
    if origin in (tuple, list):
        read = reader_of(inner[0])
        return lambda found: origin(map(read, _of(list, found)))
    if origin in (dict, Mapping):
        read = reader_of(inner[1])
        return lambda found: {name: read(value) for name, value in _of(dict, found).items()}
    if origin is Literal:
        return lambda found: inner[inner.index(found)]
    if kind is datetime:
        return datetime.fromisoformat
    return functools.partial(_of, kind)


def _of(kind: Any, found: Any) -> Any:
    """A plain value, if it is of a type; a whole number is a number."""
    if kind is float and type(found) is int:
        found = float(found)
    if type(found) is not kind or (kind is float and not math.isfinite(found)):
        raise TypeError(f"a value is {str(found)[:20]!r}, which is no {kind.__name__}")
    return found


def _part_file(folder: Path, part: Mapping[str, Any]) -> Path:
    name, size = part["file"], part["bytes"]
    file = Path(folder, name)
    if not _HASHED.fullmatch(name):
        raise _broken(folder / _MANIFEST, f"names a part {name!r} that is no file of a model")
    try:
        found = file.stat().st_size
    except OSError as error:
        raise _broken(file, f"cannot be read ({error.strerror})") from None
    if found != size:
        raise _broken(file, f"has {found:,} bytes, but was saved with {size:,}")
    return file


def _read_part(folder: Path, part: Mapping[str, Any]) -> bytes:
    file = _part_file(folder, part)
    try:
        content = read_regular(file, part["bytes"])
    except OSError as error:
        raise _broken(file, f"cannot be read ({error.strerror})") from None
    if hashlib.sha256(content).hexdigest() != part["sha256"]:
        raise _broken(file, "is not as it was saved: its checksum is another")
    return content


def _is_ours(name: str) -> bool:
    return name in (_MANIFEST, _CARD) or bool(_HASHED.fullmatch(name))


def _has_our_manifest(folder: Path) -> bool:
    try:
        found = json.loads(read_regular(folder / _MANIFEST, _LARGEST_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "format" in found and "parts" in found


def _checksum(manifest: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in manifest.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _broken(file: Path, found: str) -> ModelError:
    return ModelError(f"{file} {found}. Fit it again: recommender fit SITE --model {file.parent}.")
