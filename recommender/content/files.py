"""The files of a site: which are articles, and one file's text -> an article."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Any

from recommender.articles import Article
from recommender.cache import digest
from recommender.content import front_matter
from recommender.content.fields import FieldReader, Notes, Origin
from recommender.content.generator import Generator
from recommender.content.headings import opening_of
from recommender.content.paths import (
    ENDINGS,
    name_date,
    slug,
    titleized,
)
from recommender.content.translations import SiteLanguages
from recommender.content.wording import some
from recommender.content.yaml import read_as_typed
from recommender.errors import RecommenderError, SiteError

__all__ = ["FileRead", "FoundFiles", "article_of_text", "find_files", "read_files"]

#: Folders that hold what a site is built with or from, never its articles. Hidden ones are left out too.
_NOT_CONTENT = frozenset({"_site", "node_modules", "vendor"})
#: Folders of articles wherever they are found. With Jekyll, so are all others that begin with an underscore, but these.
_COLLECTIONS = frozenset({"_drafts", "_news", "_posts"})
#: What a repository holds for those who work on it.
_OF_THE_REPOSITORY = re.compile(
    r"(?:.*/)?readme\.\w+|(?:changelog|changes|history|contributing|contributors|authors|maintainers|code_of_conduct|security"
    r"|support|governance|licen[cs]e|agents|claude)(?:[._-][\w.-]+)?\.\w+",
    re.IGNORECASE,
)
_NOT_COLLECTIONS = frozenset({"_data", "_includes", "_layouts", "_pages", "_plugins", "_sass"})


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """
    The Markdown files of a site.

    Parameters
    ----------
    paths
        Those that may be articles, below the site, sorted.
    n_bytes
        The size of each.
    n_all
        How many Markdown files there are at all.
    pages
        Markdown files outside the folders that hold the articles.
    problems
        Files that cannot be read.
    warnings
        What was passed over, as sentences.
    """

    paths: list[str] = field(default_factory=list)
    n_bytes: list[int] = field(default_factory=list)
    n_all: int = 0
    pages: list[str] = field(default_factory=list)
    problems: list[RecommenderError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileRead:
    """
    What came of one of a site's files.

    Parameters
    ----------
    path, article_id
        The file below the site, and the id of its article.
    digest
        SHA-256 of the bytes that were read; "" for a file that cannot be read.
    article
        None for a file without front matter, which is no article, and for one with a problem.
    notes
        What was noticed.
    problem
        Why the file could not be used.
    """

    path: str
    article_id: str
    digest: str = ""
    article: Article | None = None
    notes: Notes = field(default_factory=Notes)
    problem: RecommenderError | None = None


def find_files(root: Path, exclude: Sequence[str] = (), generator: Generator | None = None) -> FoundFiles:
    """
    The Markdown files below a folder, in an order that does not depend on the file system.

    On a site with folders such as ``_posts`` the articles are what lies in those, on one with ``content`` what lies
    there; the other pages are named, not read. Any other tree is read whole.
    """
    found = FoundFiles()
    sizes: dict[str, int] = {}
    identities: dict[str, tuple[int, int]] = {}
    seen = {_identity(root)}

    def unreadable(error: OSError) -> None:
        folder = Path(error.filename).relative_to(root).as_posix()
        found.problems.append(
            SiteError(f"{folder}: cannot be read ({error.strerror}). Check the folder's permissions.")
        )

    for folder, folders, names in os.walk(root, followlinks=True, onerror=unreadable):
        here = Path(folder)
        place = PurePosixPath(here.relative_to(root).as_posix())
        prefix = "" if here == root else f"{place}/"
        kept = []
        # A folder comes before a link to it, so that its articles keep their own paths.
        for name in sorted(folders, key=lambda name: (_is_link(Path(folder, name)), name)):
            if name.startswith(".") or name in _NOT_CONTENT:
                continue
            identity = _identity(Path(folder, name))
            if identity in seen:
                link = (place / name).as_posix()
                found.warnings.append(f"{link} links to a folder that is read already. It is read once.")
                continue
            seen.add(identity)
            kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            path = f"{prefix}{name}"
            if not name.lower().endswith(ENDINGS) or name.startswith(".") or _is_excluded(path, exclude):
                continue
            if not _is_utf8(path):
                escaped = os.fsencode(path).decode("utf-8", "backslashreplace")
                found.problems.append(
                    SiteError(f"{escaped}: is no name in UTF-8, so no address can hold it. Rename it.")
                )
                continue
            try:
                state = (here / name).stat()
            except OSError:
                state = None
            if state is not None and S_ISREG(state.st_mode):
                sizes[path] = state.st_size
                identities[path] = (state.st_dev, state.st_ino)
            else:
                found.problems.append(
                    SiteError(f"{path}: is not a file that can be read. Mend the link or take it out.")
                )
    generator = generator or Generator()
    is_article = _home(sizes, generator)
    parts = _bundled(sizes) if generator.name == "hugo" else frozenset()
    if parts:
        found.warnings.append(f"{some(sorted(parts))} beside an index.md: a part of that page to Hugo, not read.")
    # Hugo's _index.md describes a list of pages.
    candidates = [
        path
        for path in sizes
        if is_article(path) and path not in parts and not path.rpartition("/")[2].startswith("_index.")
    ]
    pages = sorted(set(sizes) - set(candidates) - parts)
    repeats = _repeats(root, {path: identities[path] for path in candidates})
    found.warnings.extend(
        f"{path} is the same file as {first}. It is read once, as {first}." for path, first in repeats.items()
    )
    paths = sorted(set(candidates) - set(repeats))
    return FoundFiles(
        paths,
        [sizes[path] for path in paths],
        len(sizes) + len(found.problems),
        pages,
        found.problems,
        sorted(found.warnings),
    )


def read_files(
    root: Path, files: Iterable[tuple[str, str]], reader: FieldReader, languages: SiteLanguages
) -> list[FileRead]:
    """What comes of some files of a site, given as (path, id); a problem is kept, for the others go on."""
    return [_read_file(root, path, article_id, reader, languages) for path, article_id in files]


def _read_file(root: Path, path: str, article_id: str, reader: FieldReader, languages: SiteLanguages) -> FileRead:
    digest_ = ""
    notes = Notes()
    try:
        raw = _bytes(root / path, path)
        digest_ = digest(raw)
        text = front_matter.decode(raw, path)
        article = article_of_text(text, path, article_id, reader, notes, languages)
    except SiteError as error:
        return FileRead(path, article_id, digest_, notes=notes, problem=error)
    return FileRead(path, article_id, digest_, article, notes)


def article_of_text(
    text: str,
    path: str,
    article_id: str,
    reader: FieldReader,
    notes: Notes,
    languages: SiteLanguages,
    where: str = "",
) -> Article | None:
    """
    The article that a file's text describes, or None where it has neither front matter nor a heading.

    Parameters
    ----------
    text, path
        A file; the path below the site says what the front matter does not: title, date and language.
    article_id
        Its id.
    reader, notes
        What reads the values, and takes what is noticed.
    languages
        How its path tells its language.
    where
        How messages name the file, where not by its path.

    Raises
    ------
    FrontMatterError, ArticleError
        The front matter or one of its values cannot be used.
    """
    where = where or path
    place = front_matter.split(text, where)
    opening = None
    values: Mapping[str, Any] = {}
    if place is not None:
        values = front_matter.read(text, place, where, notes.warnings)
        origin = _origin(text, place, where)
        body = text[place.body :]
    elif reader.has_bare_pages and not _OF_THE_REPOSITORY.fullmatch(path) and (opening := opening_of(text)):
        origin = Origin(where)
        body = text[opening.body :]
    else:
        return None
    return reader.read(
        values,
        origin,
        notes,
        article_id=article_id,
        path=path,
        body=body,
        heading=opening.title if opening else "",
        default_excerpt=opening.excerpt if opening else "",
        default_title=titleized(slug(path, languages.suffixes)),
        default_language=languages.of(path),
        default_date=name_date(path),
    )


def _origin(text: str, place: front_matter.FrontMatter, where: str) -> Origin:
    """What messages about the values of front matter need."""

    def as_typed() -> Mapping[str, Any]:
        if place.syntax == "yaml":
            return read_as_typed(front_matter.plain_blanks(text[place.start : place.end]))
        return {}

    return Origin(where, lambda name: front_matter.key_line(text, place, name), as_typed)


def _bytes(file: Path, path: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SiteError(f"{path}: cannot be read ({error.strerror}). Check the permissions of the file.") from None


def _bundled(paths: Collection[str]) -> frozenset[str]:
    """The files in the folder of an ``index.md``, or below it."""

    def is_index(path: str) -> bool:
        return path.rpartition("/")[2].startswith("index.")

    bundles = {path.rpartition("/")[0] for path in paths if is_index(path)} - {""}
    bundled = set()
    for path in paths:
        folder, _, _ = path.rpartition("/")
        above = [str(parent) for parent in PurePosixPath(folder).parents] + ([] if is_index(path) else [folder])
        if not bundles.isdisjoint(above):
            bundled.add(path)
    return frozenset(bundled)


def _home(paths: Collection[str], generator: Generator) -> Callable[[str], bool]:
    """Whether a path lies where the site keeps its articles."""

    def in_collection(path: str) -> bool:
        folders = path.split("/")[:-1]
        return any(
            folder in _COLLECTIONS
            or (generator.name == "jekyll" and folder.startswith("_") and folder not in _NOT_COLLECTIONS)
            for folder in folders
        )

    if any(in_collection(path) for path in paths):
        return in_collection
    homes = tuple(f"{folder}/" for folder in generator.content_dirs)
    if any(path.startswith(homes) for path in paths):
        return lambda path: path.startswith(homes)
    return lambda path: True


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _repeats(root: Path, identities: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """The further names of files that have several, each with the name to read it by: no link, then the first."""
    names: dict[tuple[int, int], list[str]] = {}
    for path, identity in identities.items():
        names.setdefault(identity, []).append(path)
    repeats: dict[str, str] = {}
    for paths in names.values():
        if len(paths) > 1:
            first, *others = sorted(paths, key=lambda path: (_is_link(root / path), path))
            repeats |= dict.fromkeys(others, first)
    return repeats


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:
        return False


def _identity(folder: Path) -> tuple[int, int] | str:
    """What two names of one folder have in common."""
    try:
        state = folder.stat()
    except OSError:
        # os.walk will say that it cannot be read.
        return str(folder)
    return state.st_dev, state.st_ino


def _is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether a glob pattern fits a path; a folder's name stands for all below it."""
    return any(fnmatchcase(path, pattern) or path.startswith(pattern.rstrip("/*") + "/") for pattern in patterns)
