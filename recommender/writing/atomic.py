"""
Files replaced whole: at any moment a file is the old one or the new one, never half of either.

A batch plans every change first, as a `FileChange`, and replaces files only once all are planned. ``--check``,
``--diff`` and ``--dry-run`` show the same plan and stop there.

Where the system can swap two names in one step (Linux), what stood under the name is looked at once more after the
swap, and given back where somebody has saved it in the meantime; elsewhere just before the file is replaced. A file
with several names (hard links) is replaced under this one; the others keep what they had.
"""

import contextlib
import ctypes
import errno
import filecmp
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import EllipsisType

from recommender.bounds import LARGEST_OF_OURS, Fence, UnreadableError, read_regular
from recommender.errors import RecommenderError, WriteError
from recommender.writing.lock import is_unlocked, try_lock

#: How often a file is made anew that somebody else keeps changing.
_MOST_TRIES = 10
_LEFTOVER = re.compile(r"\.recommender-[0-9a-f]{16}\.tmp")
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
#: `renameat2` of Linux, which Python does not offer; its constants are part of the system's interface.
_RENAMEAT2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
_HERE, _EXCHANGE = -100, 2

_DESCRIPTOR = re.compile(r"/dev/(?P<name>std(?:in|out|err))|(?:/dev|/proc/(?:self|thread-self))/fd/(?P<number>\d+)")


@dataclass(frozen=True)
class FileChange:
    """One file as it is and as it should be."""

    path: Path
    before: bytes | None  #: Its bytes when the change was planned; None where there was no such file.
    after: bytes  #: The bytes that it should have.
    #: Gives the bytes that the file should have from those it has, for a file that someone changes between the
    #: plan and its turn. Raises WriteError where that cannot be done.
    make: Callable[[bytes | None], bytes]
    fence: Fence | None = None  #: Where the file must lie; None: anywhere, for a person has named it.


def plan_change(path: Path, make: Callable[[bytes | None], bytes], fence: Fence | None = None) -> FileChange:
    """
    What `make` makes of a file, which may be what it is already; parameters as `FileChange` has them.

    WriteError where the file cannot be read or may not be replaced, or where `make` cannot make anything of it.
    """
    _check_place(path, fence)
    before = read_if_there(path)
    after = make(before)
    if after != before and not is_stream(path):
        try:
            _check_permission(Path(os.path.realpath(path)))
        except PermissionError as error:
            raise unwritten(path, error) from None
    return FileChange(path, before, after, make, fence)


def apply_changes(
    changes: Sequence[FileChange], progress: Callable[[int, int], object] | None = None, *, strict: bool = False
) -> tuple[int, list[RecommenderError]]:
    """
    Replace the files, one after the other; how many were replaced, and the problems.

    A file that has changed since the plan is planned again from what it is now, so an edit that was saved in the
    meantime is kept. Problems are files that were changed into something that cannot be written, were removed, or may
    not be replaced; they are left alone, or with `strict` the first of them is raised.

    A file that cannot be replaced for a reason that the others share, such as no space, is a WriteError: it is as it
    was, and the files after it were not begun.
    """
    n_replaced = 0
    problems: list[RecommenderError] = []
    for n_done, change in enumerate(changes, 1):
        try:
            n_replaced += _apply(change)
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
                progress(n_done, len(changes))
    keep_names([change.path for change in changes])
    return n_replaced, problems


def _apply(change: FileChange) -> bool:
    """Replace a file by what it should be, made anew as long as it changes under our hands."""
    for _ in range(_MOST_TRIES):
        _check_place(change.path, change.fence)
        now = read_if_there(change.path)
        after = change.after if now == change.before else change.make(now)
        try:
            return replace_file(change.path, after, before=now)
        except ChangedError:
            continue
    raise WriteError(f"{change.path}: is changed by something else again and again, so it is left as it is. Run again.")


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove what killed runs, whose locks ended with them, have left beside these files."""
    for folder in {Path(os.path.realpath(path)).parent for path in paths}:
        with contextlib.suppress(OSError):
            for file in folder.iterdir():
                if _LEFTOVER.fullmatch(file.name) and stat.S_ISREG(file.lstat().st_mode) and is_unlocked(file):
                    file.unlink(missing_ok=True)


def _check_place(path: Path, fence: Fence | None) -> None:
    """Raise WriteError for what lies outside of the site, and for a pipe or a device in a file's place."""
    if fence is None:
        return
    try:
        fence.check(path)
    except UnreadableError as error:
        raise WriteError(f"{path}: cannot be written ({error.strerror}). {error.cure}") from None
    if is_stream(path):
        raise WriteError(f"{path}: cannot be written (it is no regular file). Take it out.")


def read_if_there(path: Path) -> bytes | None:
    """A file's bytes, None where there is none, and for a stream; WriteError where it cannot be read."""
    if is_stream(path):
        return None
    try:
        return read_regular(path, LARGEST_OF_OURS)
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


def replace_file(path: Path, content: bytes | Iterable[bytes], *, before: bytes | EllipsisType | None = ...) -> bool:
    """
    Give a file this content, in one step that other programs see all of or nothing of; whether that changed anything.

    The new file is written beside the old one, on the disk before it takes the name, and has the old one's mode, owner
    and extended attributes (access control lists are such). A symbolic link stays one: its target is replaced. A file
    that has this content already is not touched, so its time of change says when it changed. Folders above it are made.
    A stream (see `is_stream`) is written into.

    The content comes in parts where it need not be in memory as a whole. `before` is what the file must have until
    then, None for no such file; ``...`` for anything. An OSError leaves the file as it was, and nothing beside it.
    """
    parts, whole = ((content,), content) if isinstance(content, bytes) else (content, None)
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
        if whole is not None and target.read_bytes() == whole:
            return False
    _check_permission(target)

    # A name of its own length, since the target's may be as long as names can be; hidden, so no generator reads it.
    beside = target.parent / f".recommender-{secrets.token_hex(8)}.tmp"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            try_lock(descriptor)
            file.writelines(parts)
            file.flush()
            if old is not None:
                _keep_attributes(descriptor, target, old)
            os.fsync(descriptor)
            if old is not None and whole is None and filecmp.cmp(beside, target, shallow=False):
                beside.unlink()
                return False
            _put_in_place(beside, target, whole, before)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return True


def write_whole(path: Path, content: str | Iterable[bytes]) -> bool:
    """Give a file this content, of a text half characters as escapes; WriteError where that cannot be done."""
    remove_leftovers([path])
    try:
        return replace_file(path, content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
    except OSError as error:
        raise unwritten(path, error) from error


def _keep_attributes(descriptor: int, target: Path, old: os.stat_result) -> None:
    """Give a new file the old one's mode, owner, as far as that is allowed, and extended attributes, such as tags."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        # Only root may give a file away; anyone else keeps the content right and owns the file.
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    # After the owner: a change of owner clears some bits of the mode.
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    names: list[str] = []
    with contextlib.suppress(AttributeError, OSError):  # neither every system nor every disk has them
        names = os.listxattr(target)
    for name in names:
        try:
            os.setxattr(descriptor, name, os.getxattr(target, name))
        except OSError:
            # What the system sets by itself may not be ours to set; what a person has set must not be lost.
            if name.startswith(("user.", "system.posix_acl_")):
                raise


class ChangedError(OSError):
    """A file is not what it was expected to be."""


def _put_in_place(beside: Path, target: Path, content: bytes | None, before: bytes | EllipsisType | None) -> None:
    """Give a new file its name, if what has it now is still what it was made from."""
    if before is None:
        try:
            target.hardlink_to(beside)
        except FileExistsError:
            raise ChangedError(errno.EEXIST, "it is there by now", str(target)) from None
        except OSError:
            # A file system without links.
            beside.replace(target)
        else:
            beside.unlink()
        return
    if before is ...:
        beside.replace(target)
        return
    try:
        if not _swap(beside, target):
            if target.read_bytes() != before:
                raise ChangedError(errno.EBUSY, "it was changed", str(target))
            beside.replace(target)
            return
    except FileNotFoundError:
        raise ChangedError(errno.ENOENT, "it is gone", str(target)) from None
    if beside.read_bytes() == before:
        beside.unlink()
        return
    # Somebody saved it a moment ago: theirs gets its name back, and whatever was saved during that.
    for _ in range(_MOST_TRIES):
        _swap(beside, target)
        if beside.read_bytes() == content:
            break
    raise ChangedError(errno.EBUSY, "it was changed", str(target))


def _swap(one: Path, other: Path) -> bool:
    """Let two files change names in one step; False where the system cannot do that."""
    if _RENAMEAT2 is None:
        return False
    if _RENAMEAT2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def keep_names(paths: Iterable[Path]) -> None:
    """Have the disk keep which file has which name, once for each folder."""
    for folder in {Path(os.path.realpath(path)).parent for path in paths}:
        # Not every system can do this with a folder, and the files themselves are on the disk.
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _descriptor(path: Path) -> int | None:
    """The number of the open file descriptor that a path such as ``/dev/stdout`` names, or None."""
    found = _DESCRIPTOR.fullmatch(str(path.absolute()))
    if found is None:
        return None
    return int(found["number"]) if found["number"] else ("stdin", "stdout", "stderr").index(found["name"])


def _check_permission(target: Path) -> None:
    """Raise PermissionError where a file may not be replaced: it, or the folder it is in, is read-only."""
    # NB a rename needs leave to change the folder only: without this a file that was made read-only would go too. Root,
    # as which containers run, may write anything, so the modes are looked at as well.
    if target.exists() and not (os.access(target, os.W_OK) and target.stat().st_mode & _WRITABLE):
        raise PermissionError(errno.EACCES, "it is read-only", str(target))
    folder = target.parent
    if folder.exists() and not (os.access(folder, os.W_OK | os.X_OK) and folder.stat().st_mode & _WRITABLE):
        raise PermissionError(errno.EACCES, "its folder is read-only", str(target))
