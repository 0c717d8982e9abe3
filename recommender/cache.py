"""
What may be kept between runs: a folder of JSON documents for each site, in the user's cache folder.

A cache may be removed at any time, and is never an error: what is missing, damaged or cannot be written is computed
anew. Nothing in it runs when it is read. Its files are replaced whole, so two runs at once do not disturb each other;
the last one to finish is remembered.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs

from recommender.bounds import LARGEST_OF_OURS, UnreadableError, read_regular

logger = logging.getLogger(__name__)

#: The value of the setting that keeps nothing.
_NOTHING = "none"
#: Documents of one kind that a site keeps, for runs with other settings in turn; the oldest go.
_MOST_DOCUMENTS = 4
#: A site that was not read for so long leaves.
_MOST_DAYS = 60
_HEAD = b"recommender cache "
_FOLDER_NAME = re.compile(r"site-[0-9a-f]{16}")


@dataclass(frozen=True)
class SiteCache:
    """The documents of one site."""

    folder: Path  #: It need not be there.

    @classmethod
    def of(cls, site: Path, where: str) -> SiteCache | None:
        """
        The cache of a site, a folder or a file of lines, or None where nothing is to be kept.

        That says the setting ``articles.cache``: "" is the user's cache folder, ``none`` nothing, and anything else a
        folder, below the site's where it does not begin at the root.
        """
        if where == _NOTHING:
            return None
        # Where there is no home, or a link leads to itself, nothing is kept either.
        with contextlib.suppress(OSError, RuntimeError):
            root = site.resolve()
            folder = root if root.is_dir() else root.parent
            base = folder / Path(where).expanduser() if where else _of_user()
            return cls(base / f"site-{digest(str(root))[:16]}")
        return None

    def load(self, kind: str, key: str) -> Any:
        """The document that was saved under a kind and a key, or None."""
        file = self._file(kind, key)
        try:
            head, _, content = read_regular(file, LARGEST_OF_OURS).partition(b"\n")
        except UnreadableError:
            head = content = b""
        except OSError:
            return None
        if head == _head(key, content):
            # What is used stays.
            with contextlib.suppress(OSError):
                os.utime(file)
            with contextlib.suppress(ValueError, RecursionError):
                return json.loads(content)
        logger.warning("%s: the cache is damaged, so it is made anew.", file)
        return None

    def save(self, kind: str, key: str, document: Any) -> None:
        """Keep a document; what is too old, and what is too much of its kind, leaves."""
        file = self._file(kind, key)
        # Half characters, which a text can have by way of an escape, are written too.
        content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(prefix=f"{kind}-new-", suffix=".cache", dir=self.folder)
            new = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as out:
                    out.write(_head(key, content) + b"\n" + content)
                new.replace(file)
            finally:
                new.unlink(missing_ok=True)
        except OSError as error:
            logger.info("%s: cannot be written (%s), so nothing is kept for the next run.", file, error.strerror)
            return
        self._tidy()

    def _file(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{digest(key)[:16]}.cache"

    def _tidy(self) -> None:
        by_kind: dict[str, list[Path]] = {}
        # Also those that a run which was killed had begun.
        for file in sorted(self.folder.glob("*-*.cache"), key=lambda file: (-_changed(file), file.name)):
            by_kind.setdefault(file.name.partition("-")[0], []).append(file)
        oldest = time.time() - _MOST_DAYS * 86_400
        with contextlib.suppress(OSError):
            for files in by_kind.values():
                for file in files[_MOST_DOCUMENTS:]:
                    file.unlink(missing_ok=True)
            for folder in self.folder.parent.iterdir():
                if _FOLDER_NAME.fullmatch(folder.name) and _changed(folder, *folder.iterdir()) < oldest:
                    for file in folder.iterdir():
                        file.unlink(missing_ok=True)
                    folder.rmdir()


def user_cache_folder(where: str) -> Path | None:
    """
    The cache folder that all sites of a user share, by the setting ``articles.cache``; None: nothing is kept.

    A folder below one site's is none that all share.
    """
    if where == _NOTHING:
        return None
    with contextlib.suppress(OSError, RuntimeError):
        own = Path(where).expanduser()
        return own if own.is_absolute() else _of_user()
    return None


def _of_user() -> Path:
    return platformdirs.user_cache_path("recommender", appauthor=False)


def digest(*parts: str | bytes) -> str:
    """SHA-256 of texts or bytes, as hexadecimal digits; the limits between the parts count."""
    found = sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(raw) if len(parts) > 1 else b"")
        found.update(raw)
    return found.hexdigest()


@lru_cache(maxsize=1)
def code_version() -> str:
    """
    What decides how inputs become results, besides the inputs: our code, its libraries, Python.

    Our code is known by its sources and not by its number, so that no upgrade, and no edit by whoever works on it,
    meets what another version has kept.
    """
    root = Path(__file__).parent
    sources = (part for file in sorted(root.rglob("*.py")) for part in (str(file.relative_to(root)), file.read_bytes()))
    names = {"recommender"}
    # A package that is imported from where it lies has no metadata, and then its libraries are not known either.
    with contextlib.suppress(metadata.PackageNotFoundError):
        names.update(re.split(r"[^\w.-]", requirement)[0] for requirement in metadata.requires("recommender") or ())
    versions = []
    for name in sorted(names):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    return digest(sys.version, *versions, *sources)


def _head(key: str, content: bytes) -> bytes:
    return _HEAD + digest(key, content).encode()


def _changed(*paths: Path) -> float:
    """When the newest of some files was changed, in seconds since 1970."""
    newest = 0.0
    for path in paths:
        with contextlib.suppress(OSError):
            newest = max(newest, path.stat().st_mtime)
    return newest
