"""
A folder of plain parts: JSON documents and arrays, nothing that runs when it is read.

A model is written into a new folder beside the old one and put in its place at the end, so a crash leaves the old one.
Arrays are read by memory map: loading costs what is used.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError, WriteError

__all__ = ["FORMAT", "OLDEST_FORMAT", "load_parts", "read_head", "save_parts"]

#: Format that this version writes, and the oldest that it reads.
FORMAT = 7
OLDEST_FORMAT = 7

_HEAD = "model.json"


def save_parts(
    folder: Path | str, head: Mapping[str, Any], documents: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """
    Write a model's parts.

    Parameters
    ----------
    folder
        Made with its parents; a model that is there is replaced as a whole.
    head
        What a person may want to read first: written as ``model.json``, indented, with the format.
    documents
        JSON values, or texts, by file name.
    arrays
        Arrays by name; written as ``NAME.npy``.

    Raises
    ------
    WriteError
        The folder cannot be written, or holds something that is not a model.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / _HEAD).exists())):
        raise WriteError(
            f"{folder}: holds other things than a model, and nothing of it was touched. Name a new folder."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            for name, document in documents.items():
                text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
                (new / name).write_text(text, encoding="utf-8")
            for name, array in arrays.items():
                np.save(new / f"{name}.npy", array, allow_pickle=False)
            head = {"format": FORMAT, **head}
            (new / _HEAD).write_text(json.dumps(head, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            new.chmod(0o777 & ~_umask())
            if folder.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
                folder.replace(old)
                new.replace(folder)
                shutil.rmtree(old)
            else:
                new.replace(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise WriteError(
            f"{folder}: cannot be written ({error.strerror}). Name a folder that you may write to."
        ) from None


def load_parts(folder: Path | str) -> tuple[dict[str, Any], dict[str, Any], dict[str, NDArray[Any]]]:
    """
    A model's head, documents and arrays; arrays are memory maps.

    Raises
    ------
    ModelError
        There is no model, its format is not one that this version reads, or a part is missing or broken.
    """
    folder = Path(folder)
    head = read_head(folder)
    documents: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    for file in sorted(folder.iterdir()):
        try:
            if file.suffix == ".npy":
                # An empty array cannot be mapped, and mapping a small one costs more than reading it.
                is_small = file.stat().st_size <= 65_536
                # Copy on write: nothing is written, and compiled code takes it for an array that fitting made.
                arrays[file.stem] = np.load(file, mmap_mode=None if is_small else "c", allow_pickle=False)
            elif file.suffix == ".json" and file.name != _HEAD:
                documents[file.name] = json.loads(file.read_text(encoding="utf-8"))
            elif file.suffix == ".txt":
                documents[file.name] = file.read_text(encoding="utf-8")
        except (OSError, ValueError, EOFError):
            raise ModelError(
                f"{file} is broken or not a part of a model. Fit it again: recommender fit SITE --model {folder}."
            ) from None
    missing = sorted(name for name in head.get("parts", ()) if name not in documents and name not in arrays)
    if missing:
        raise ModelError(f"{folder} lacks {', '.join(missing)}. Fit it again: recommender fit SITE --model {folder}.")
    return head, documents, arrays


def read_head(folder: Path) -> dict[str, Any]:
    """
    A model's head alone, which tells at once whether there is a model that this version reads.

    Raises
    ------
    ModelError
        There is no model, or its format is not one that this version reads.
    """
    head_file = folder / _HEAD
    if not head_file.exists():
        raise ModelError(
            f"{folder} holds no model: there is no {_HEAD}. Make one: recommender fit SITE --model {folder}."
        )
    try:
        head: dict[str, Any] = json.loads(head_file.read_text(encoding="utf-8"))
        found = head["format"]
    except (OSError, ValueError, TypeError, KeyError):
        raise ModelError(
            f"{head_file} is not a model's head. Fit it again: recommender fit SITE --model {folder}."
        ) from None
    if not (isinstance(found, int) and OLDEST_FORMAT <= found <= FORMAT):
        reads = f"{OLDEST_FORMAT} to {FORMAT}" if OLDEST_FORMAT < FORMAT else f"{FORMAT}"
        raise ModelError(
            f"{folder} was saved in format {found}, but this version reads {reads}. "
            f"Fit it again: recommender fit SITE --model {folder}."
        )
    return head


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
