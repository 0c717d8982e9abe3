"""One run at a time writes to a site."""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recommender.errors import WriteError

logger = logging.getLogger(__name__)

#: A run writes for seconds; one that holds the site for longer hangs.
_LONGEST_WAIT = 600.0


@contextmanager
def only_writer(site: Path, longest_wait: float = _LONGEST_WAIT) -> Iterator[None]:
    """
    Wait, for some seconds at most, until no other run writes to a site; keep others waiting as long as this lasts.

    What is locked is the site's folder itself, so there is no file to be left behind, and a lock ends with its process,
    however that ends. Where folders cannot be locked (some network disks), nobody waits: files are replaced whole
    all the same. WriteError where another run has not ended for so long; it names its process where the system
    tells it.
    """
    folder = site if site.is_dir() else site.parent
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        start, is_told = time.monotonic(), False
        while try_lock(descriptor) is False:
            holder = _holder(os.fstat(descriptor).st_ino)
            if time.monotonic() - start >= longest_wait:
                raise WriteError(
                    f"{folder}: {holder} has been writing there for {longest_wait:,.0f} seconds, so nothing is "
                    "written. Wait for it, or end it and run again."
                )
            if not is_told:
                logger.info("%s: %s is writing there. Waiting for it.", folder, holder)
                is_told = True
            time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file or folder until it is closed; False where it is locked, None where the disk has no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def is_unlocked(path: Path) -> bool:
    """Whether nobody holds a file or folder that whoever works with it locks: its process has ended."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return try_lock(descriptor) is True
    finally:
        os.close(descriptor)


def _holder(inode: int) -> str:
    """The run that holds the lock of a folder, as messages name it; Linux tells its process."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/locks").read_text().splitlines():
            # 1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF
            parts = line.split()
            if parts[1] == "FLOCK" and int(parts[5].rpartition(":")[2]) == inode:
                return f"another run (process {parts[4]})"
    return "another run"
