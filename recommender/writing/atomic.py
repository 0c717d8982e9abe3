"""
Files replaced whole: at any moment a file is the old one or the new one, never half of either.

A batch plans every change first, as a `FileChange`, and replaces files only once all are planned. ``--check``,
``--diff`` and ``--dry-run`` show the same plan and stop there.
"""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.cache import digest
from recommender.errors import RecommenderError, WriteError

__all__ = [
    "FileChange",
    "apply_changes",
    "is_stream",
    "plan_change",
    "read_if_there",
    "replace_file",
    "replace_file_by_parts",
    "unwritten",
]

_DESCRIPTOR = re.compile(r"/dev/(?P<name>std(?:in|out|err))|(?:/dev|/proc/(?:self|thread-self))/fd/(?P<number>\d+)")


@dataclass(frozen=True)
class FileChange:
    """
    One file as it is and as it should be.

    Parameters
    ----------
    path
        The file.
    before
        Its bytes when the change was planned; None where there was no such file.
    after
        The bytes that it should have.
    make
        Gives the bytes that the file should have from those it has, for a file that someone changes between the
        plan and its turn. Raises WriteError where that cannot be done.
    """

    path: Path
    before: bytes | None
    after: bytes
    make: Callable[[bytes | None], bytes]


def plan_change(
    path: Path, make: Callable[[bytes | None], bytes], files: dict[Path, str] | None = None
) -> FileChange | None:
    """
    The change that `make` makes of a file, or None where it changes nothing.

    Parameters
    ----------
    path, make
        As `FileChange` has them.
    files
        Takes SHA-256 of the bytes that the file should have, changed or not.

    Raises
    ------
    WriteError
        The file cannot be read or may not be replaced, or `make` cannot make anything of it.
    """
    before = read_if_there(path)
    after = make(before)
    if after != before:
        try:
            _check_permission(Path(os.path.realpath(path)))
        except PermissionError as error:
            raise unwritten(path, error) from None
    if files is not None and not is_stream(path):
        files[path] = digest(after)
    return None if after == before else FileChange(path, before, after, make)


def apply_changes(
    changes: Sequence[FileChange], progress: Callable[[int], object] | None = None, *, strict: bool = False
) -> tuple[int, list[RecommenderError]]:
    """
    Replace the files, one after the other.

    A file that has changed since the plan is planned again from what it is now, so an edit that was saved in the
    meantime is kept.

    Parameters
    ----------
    changes
        What was planned.
    progress
        Called with the number of files done.
    strict
        Raise the first problem instead of going on with the other files.

    Returns
    -------
    int
        Files replaced.
    list of RecommenderError
        Files that were changed in the meantime into something that cannot be written, were removed, or may not be
        replaced. They are left alone.

    Raises
    ------
    WriteError
        A file cannot be replaced for a reason that the others share, such as no space; with `strict`, any problem. It
        is as it was, and the files after it were not begun.
    """
    n_replaced = 0
    problems: list[RecommenderError] = []
    for n_done, change in enumerate(changes, 1):
        try:
            now = read_if_there(change.path)
            after = change.after if now == change.before else change.make(now)
            n_replaced += replace_file(change.path, after)
        except (RecommenderError, PermissionError) as error:
            problem = error if isinstance(error, RecommenderError) else unwritten(change.path, error)
            if strict:
                raise problem from None
            problems.append(problem)
        except OSError as error:
            done = f" {n_replaced} of {len(changes)} files were replaced before it, each whole." if n_replaced else ""
            raise unwritten(change.path, error, done) from error
        else:
            if progress:
                progress(n_done)
    return n_replaced, problems


def read_if_there(path: Path) -> bytes | None:
    """
    A file's bytes, or None where there is no such file, and for a stream, which holds none.

    Raises
    ------
    WriteError
        There is something else in its place, or it may not be read.
    """
    if is_stream(path):
        return None
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WriteError(f"{path}: cannot be read ({error.strerror or error}), so it is not written either.") from None


def is_stream(path: Path) -> bool:
    """Whether a path names a device, a pipe, a socket or an open descriptor, which is written into, not replaced."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def unwritten(path: Path, error: OSError, done: str = "") -> WriteError:
    """The error of a file that cannot be written; `done` is a sentence about the files before it."""
    state = "" if is_stream(path) else " It is as it was."
    return WriteError(f"{path}: cannot be written ({error.strerror or error}).{state}{done} Mend that and run again.")


def replace_file(path: Path, content: bytes) -> bool:
    """
    Give a file this content, in one step that other programs see all of or nothing of.

    The new file is written beside the old one, on the disk before it takes the name, and has the old one's mode and
    owner. A symbolic link stays one: its target is replaced. A file that has this content already is not touched, so
    its time of change says when it changed. Folders above it are made. A stream (see `is_stream`) is written into.

    Returns
    -------
    bool
        Whether the file was replaced, or the stream written.

    Raises
    ------
    OSError
        It cannot be done; the file is as it was, and nothing is left beside it.
    """
    return _replace(path, (content,), content)


def replace_file_by_parts(path: Path, parts: Iterable[bytes]) -> bool:
    """
    As `replace_file`, for content that need not be in memory as a whole.

    Returns
    -------
    bool
        Whether the file was replaced.

    Raises
    ------
    OSError
        As `replace_file`.
    """
    return _replace(path, parts, None)


def _replace(path: Path, parts: Iterable[bytes], content: bytes | None) -> bool:
    """Replace a file by parts one after the other; `content` is all of them where they are known as a whole."""
    if is_stream(path):
        # NB without making, emptying or closing anything: it is not ours.
        descriptor = _descriptor(path)
        opened = os.open(path, os.O_WRONLY) if descriptor is None else os.dup(descriptor)
        with os.fdopen(opened, "wb") as stream:
            stream.writelines(parts)
        return True
    target = Path(os.path.realpath(path))
    try:
        old = target.stat()
    except FileNotFoundError:
        old = None
        target.parent.mkdir(parents=True, exist_ok=True)
    else:
        if content is not None and target.read_bytes() == content:
            return False
    _check_permission(target)

    # A name of its own length, since the target's may be as long as names can be; hidden, so no generator reads it.
    beside = target.parent / f".recommender-{secrets.token_hex(8)}.tmp"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            if old is not None:
                _keep_owner_and_mode(descriptor, old)
            file.flush()
            os.fsync(descriptor)
        if old is not None and content is None and filecmp.cmp(beside, target, shallow=False):
            beside.unlink()
            return False
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return True


def _descriptor(path: Path) -> int | None:
    """The number of the open file descriptor that a path such as ``/dev/stdout`` names, or None."""
    found = _DESCRIPTOR.fullmatch(str(path.absolute()))
    if found is None:
        return None
    return int(found["number"]) if found["number"] else ("stdin", "stdout", "stderr").index(found["name"])


def _check_permission(target: Path) -> None:
    """Raise PermissionError where a file may not be replaced: it, or the folder it is in, is read-only."""
    # NB a rename needs leave to change the folder only: without this a file that was made read-only would go too.
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only", str(target))
    if target.parent.exists() and not os.access(target.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "its folder is read-only", str(target))


def _keep_owner_and_mode(descriptor: int, old: os.stat_result) -> None:
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        # Only root may give a file away; anyone else keeps the content right and owns the file.
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    # After the owner: a change of owner clears some bits of the mode.
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
