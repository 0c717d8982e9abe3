"""What a new file takes over from the one that it replaces: owner, mode, and extended attributes."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def keep_owner_and_mode(descriptor: int, old: os.stat_result) -> None:
    """Give a new file the owner and the mode of the old one, as far as that is allowed."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        # Only root may give a file away; anyone else keeps the content right and owns the file.
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    # After the owner: a change of owner clears some bits of the mode.
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def keep_attributes(descriptor: int, target: Path) -> None:
    """Give a new file the extended attributes of the old one: access control lists, tags, and whatever people set."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(target)
    except OSError:
        # The file system has none.
        return
    for name in names:
        try:
            os.setxattr(descriptor, name, os.getxattr(target, name))
        except OSError:
            # What the system sets by itself may not be ours to set; what a person has set must not be lost.
            if name.startswith(("user.", "system.posix_acl_")):
                raise
