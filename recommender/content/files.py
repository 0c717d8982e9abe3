"""The files of a site: which are articles, and one file's text -> an article."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Any

from recommender.articles import Article
from recommender.bounds import MAX_DEPTH, Fence, UnreadableError
from recommender.cache import digest
from recommender.content import front_matter
from recommender.content.fields import FieldReader, Notes
from recommender.content.generators import Generator
from recommender.content.headings import opening_of
from recommender.content.paths import ENDINGS, dated, name_date, slug, titleized
from recommender.content.syntaxes import FrontMatter
from recommender.content.translations import SiteLanguages
from recommender.content.values import Origin
from recommender.content.wording import some
from recommender.content.yaml import read_as_typed
from recommender.errors import RecommenderError, SiteError

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


def find_files(
    root: Path, exclude: Sequence[str] = (), generator: Generator | None = None, fence: Fence | None = None
) -> FoundFiles:
    """
    The Markdown files below a folder, in an order that does not depend on the file system.

    On a site with folders such as ``_posts`` the articles are what lies in those, on one with ``content`` what lies
    there; the other pages are named, not read. Any other tree is read whole. What a link outside of the fence leads to
    is not looked at.
    """
    walk = _Walk(root, exclude, fence or Fence.around(root))
    walk.run()
    found, sizes = walk.found, walk.sizes
    generator = generator or Generator()
    is_article = _home([*sizes, *walk.outside_files], generator)
    for path, error in walk.outside_files.items():
        if is_article(path):
            found.problems.append(error)
    for path, error in walk.outside_folders.items():
        if is_article(f"{path}/tea.md"):
            found.problems.append(error)
        else:
            found.warnings.append(str(error))
    parts = _bundled(sizes) if generator.title == "Hugo" else frozenset()
    if parts:
        found.warnings.append(f"{some(sorted(parts))} beside an index.md: a part of that page to Hugo, not read.")
    # Hugo's _index.md describes a list of pages.
    candidates = [
        path
        for path in sizes
        if is_article(path) and path not in parts and not path.rpartition("/")[2].startswith("_index.")
    ]
    pages = sorted(set(sizes) - set(candidates) - parts)
    repeats = _repeats(root, {path: walk.identities[path] for path in candidates})
    found.warnings.extend(
        f"{path} is the same file as {first}. It is read once, as {first}." for path, first in repeats.items()
    )
    paths = sorted(set(candidates) - set(repeats))
    found.warnings.extend(_clashes(paths))
    return FoundFiles(
        paths,
        [sizes[path] for path in paths],
        len(sizes) + len(found.problems),
        pages,
        sorted(found.problems, key=str),
        sorted(found.warnings),
    )


class _Walk:
    """
    What lies below a folder. A loop with a limit: names are short, and folders can be nested a thousand deep.

    Parameters
    ----------
    root, exclude, fence
        As `find_files` has them.

    Attributes
    ----------
    found
        Takes problems and warnings.
    sizes, identities
        Of each Markdown file, by its path below the root.
    outside_files, outside_folders
        Links that lead out of the site, with what to say of each.
    """

    def __init__(self, root: Path, exclude: Sequence[str], fence: Fence) -> None:
        self.root, self.exclude, self.fence = root, exclude, fence
        self.found = FoundFiles()
        self.sizes: dict[str, int] = {}
        self.identities: dict[str, tuple[int, int]] = {}
        self.outside_files: dict[str, SiteError] = {}
        self.outside_folders: dict[str, SiteError] = {}
        self._seen = {_identity(root)}

    def run(self) -> None:
        """Look at everything."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                names = sorted(entry.name for entry in (self.root / folder).iterdir())
            except OSError as error:
                self._tell(f"{folder or '.'}: cannot be read ({error.strerror}). Check the folder's permissions.")
                continue
            folders = []
            for name in names:
                path = f"{folder}/{name}" if folder else name
                is_folder = (self.root / path).is_dir()
                if name.startswith(".") or (is_folder and name in _NOT_CONTENT):
                    continue
                if not (is_folder or (name.lower().endswith(ENDINGS) and not _is_excluded(path, self.exclude))):
                    continue
                if not name.isprintable() and not _is_utf8(name):
                    escaped = os.fsencode(path).decode("utf-8", "backslashreplace")
                    self._tell(f"{escaped}: is no name in UTF-8, so no address can hold it. Rename it.")
                elif is_folder:
                    folders.append(path)
                else:
                    self._add_file(path)
            # A folder comes before a link to it, so that its articles keep their own paths.
            folders.sort(key=lambda path: (_is_link(self.root / path), path))
            waiting += reversed([path for path in folders if self._is_to_read(path)])

    def _is_to_read(self, path: str) -> bool:
        if problem := self._outside(path):
            if not _is_excluded(f"{path}/", self.exclude):
                self.outside_folders[path] = problem
            return False
        identity = _identity(self.root / path)
        if identity in self._seen:
            self.found.warnings.append(f"{path} links to a folder that is read already. It is read once.")
            return False
        self._seen.add(identity)
        if path.count("/") >= MAX_DEPTH:
            self._tell(f"{path}: lies more than {MAX_DEPTH} folders deep, where nothing is read. Move it up.")
            return False
        return True

    def _add_file(self, path: str) -> None:
        if problem := self._outside(path):
            self.outside_files[path] = problem
            return
        try:
            state = (self.root / path).stat()
        except OSError:
            state = None
        if state is not None and S_ISREG(state.st_mode):
            self.sizes[path] = state.st_size
            self.identities[path] = (state.st_dev, state.st_ino)
        else:
            self._tell(f"{path}: is not a file that can be read. Mend the link or take it out.")

    def _outside(self, path: str) -> SiteError | None:
        """What to say of a link that leads out of the site."""
        # Folders on the way are looked at before what lies in them.
        if not _is_link(self.root / path):
            return None
        try:
            self.fence.check(self.root / path)
        except UnreadableError as error:
            return unread(path, error)
        return None

    def _tell(self, sentence: str) -> None:
        self.found.problems.append(SiteError(sentence))


def read_files(
    root: Path, files: Iterable[tuple[str, str]], reader: FieldReader, languages: SiteLanguages, fence: Fence
) -> list[FileRead]:
    """What comes of some files of a site, given as (path, id); a problem is kept, for the others go on."""
    return [_read_file(root, path, article_id, reader, languages, fence) for path, article_id in files]


def _read_file(
    root: Path, path: str, article_id: str, reader: FieldReader, languages: SiteLanguages, fence: Fence
) -> FileRead:
    digest_ = ""
    notes = Notes()
    try:
        raw = _bytes(root / path, path, fence)
        digest_ = digest(raw)
        text = front_matter.decode(raw, path)
        article = article_of_text(text, path, article_id, reader, notes, languages)
    except SiteError as error:
        return FileRead(path, article_id, digest_, notes=notes, problem=error)
    except Exception as error:  # noqa: BLE001 - whatever happens in one file costs that file only
        return FileRead(path, article_id, "", problem=unexpected(path, error))
    return FileRead(path, article_id, digest_, article, notes)


def unexpected(where: str, error: Exception) -> SiteError:
    """The problem of a file on which this program fails in a way that nobody thought of."""
    what = f"{type(error).__name__}: {str(error)[:200]}"
    return SiteError(f"{where}: cannot be read ({what}). Please report this with the file: the fault is ours.")


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
        if not reader.has_title(values) and (opening := opening_of(body)):
            body = body[opening.body :]
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
        default_date=name_date(path) or dated(path),
    )


def _origin(text: str, place: FrontMatter, where: str) -> Origin:
    """What messages about the values of front matter need."""

    def as_typed() -> Mapping[str, Any]:
        if place.syntax == "yaml":
            return read_as_typed(front_matter.plain_blanks(text[place.start : place.end]))
        return {}

    return Origin(where, lambda name: front_matter.key_line(text, place, name), as_typed)


def _bytes(file: Path, path: str, fence: Fence) -> bytes:
    try:
        return fence.read(file)
    except OSError as error:
        raise unread(path, error) from None


def unread(path: str, error: OSError) -> SiteError:
    """The problem of a file that cannot be opened, or is not."""
    cure = error.cure if isinstance(error, UnreadableError) else "Check the permissions of the file."
    return SiteError(f"{path}: cannot be read ({error.strerror}). {cure}")


def _clashes(paths: Iterable[str]) -> Iterator[str]:
    """A sentence for each file whose path differs from another only in capitals or in how accents are written."""
    first: dict[str, str] = {}
    for path in paths:
        other = first.setdefault(unicodedata.normalize("NFC", path.casefold()), path)
        if other != path:
            yield f"{path} and {other} have one name to macOS and Windows. Rename one of them."


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
            or (generator.title == "Jekyll" and folder.startswith("_") and folder not in _NOT_COLLECTIONS)
            for folder in folders
        )

    if any(in_collection(path) for path in paths):
        return in_collection
    homes = tuple(f"{folder}/" for folder in generator.roots if folder) or ("content/",)
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
    except OSError:  # os.walk will say that it cannot be read.
        return str(folder)
    return state.st_dev, state.st_ino


def _is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether a glob pattern fits a path; a folder's name stands for all below it."""
    return any(fnmatchcase(path, pattern) or path.startswith(pattern.rstrip("/*") + "/") for pattern in patterns)
