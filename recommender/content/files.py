"""The files of a site: which of them are articles."""

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from recommender.bounds import HALF_CHARACTER, MAX_DEPTH, Fence, UnreadableError
from recommender.content.generators import Generator
from recommender.content.generators.jekyll import Jekyll
from recommender.content.paths import ENDINGS, fits, without_ending
from recommender.content.wording import some
from recommender.errors import RecommenderError, SiteError

#: How a pattern begins that is told from the site's top.
_FROM_THE_TOP = re.compile(r"^\.?/(?=[^/*?\[]+(?:/|$))")
#: Folders that hold what a site is built with or from, never its articles. Hidden ones are left out too.
_NOT_CONTENT = frozenset({"_site", "node_modules", "vendor"})
#: Folders of articles wherever they are found. With Jekyll, so are all others that begin with an underscore, but these.
_COLLECTIONS = frozenset({"_drafts", "_news", "_posts"})
_NOT_COLLECTIONS = frozenset({"_data", "_includes", "_layouts", "_pages", "_plugins", "_sass"})
#: To these a folder `_posts` below their own is one like others.
_TAKES_ALL = ("Hugo", "Zola", "MkDocs")
#: What generators make pages of beside Markdown; of HTML only what lies among posts.
_OTHERS = (
    ".md.erb", ".markdown.erb", ".html.erb", ".html", ".qmd", ".rmd", ".mdoc", ".rst", ".adoc", ".asciidoc", ".org",
    ".ipynb", ".lr",
)  # fmt: skip
#: Unlike pathlib's, this one is False also where it cannot be told.
_is_link = os.path.islink


class File(NamedTuple):
    """A file that may be an article: its path below the site, and the id of its article."""

    path: str
    article_id: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The Markdown files of a site."""

    files: list[File]  #: Those that may be articles, sorted by path.
    n_all: int  #: How many Markdown files there are at all.
    pages: list[str]  #: Markdown files outside the folders that hold the articles.
    problems: list[RecommenderError]  #: Files that cannot be read.
    warnings: list[str]  #: What was passed over, as sentences.
    others: str = ""  #: The one of the warnings that counts files of other formats.
    n_excluded: int = 0  #: How many more Markdown files `articles.exclude` leaves out.


def find_files(
    root: Path, include: Sequence[str], exclude: Sequence[str], generator: Generator, fence: Fence
) -> FoundFiles:
    """
    The Markdown files below a folder, in an order that does not depend on the file system.

    On a site with folders such as ``_posts`` the articles are what lies in those, on one with ``content`` what lies
    there, and what is included; the other pages are named, not read. Any other tree is read whole. What a link outside
    of the fence leads to is not looked at.
    """
    walk = _Walk(root, _below_the_top(exclude), fence)
    walk.run()
    files, problems, warnings = walk.files, walk.problems, walk.warnings
    is_home = _home([*files, *walk.outside_files], generator)
    include = _below_the_top(include)

    def is_article(path: str) -> bool:
        return is_home(path) or any(fits(path, pattern) for pattern in include)

    if others := _of_other_formats(filter(is_article, walk.others)):
        warnings.append(others)
    problems += [error for path, error in walk.outside_files.items() if is_article(path)]
    for path, error in walk.outside_folders.items():
        if is_article(f"{path}/tea.md"):
            problems.append(error)
        else:
            warnings.append(str(error))
    parts = _bundled(files) if generator.title == "Hugo" else frozenset()
    if parts:
        warnings.append(f"{some(sorted(parts))} beside an index.md: a part of that page to Hugo, not read.")
    candidates = set(filter(is_article, files)) - parts
    pages = sorted(set(files) - candidates - parts)
    # Hugo's _index.md describes a list of pages.
    sections = {path for path in candidates if path.rpartition("/")[2].startswith("_index.")}
    if sections:
        warnings.append(f"{some(sorted(sections))}: the page of a section, not read.")
    candidates -= sections
    left_out = generator.left_out(candidates)
    if left_out:
        warnings.append(
            f"{some(sorted(left_out))} left out by the configuration of {generator.title}: no page to it, not read."
        )
    candidates -= left_out
    repeats = _repeats(root, candidates)
    warnings += [f"{path} is the same file as {first}. It is read once, as {first}." for path, first in repeats.items()]
    paths = sorted(candidates - repeats.keys())
    n_files = Counter(map(without_ending, paths))
    # The id is the path without its ending, where that is one file's alone.
    ids = [stem if n_files[stem := without_ending(path)] == 1 else path for path in paths]
    found, n_all = [*map(File, paths, ids)], len(files) + len(problems)
    return FoundFiles(found, n_all, pages, sorted(problems, key=str), sorted(warnings), others, walk.n_excluded)


def _below_the_top(patterns: Iterable[str]) -> list[str]:
    return [_FROM_THE_TOP.sub("", pattern) for pattern in patterns]


class _Walk:
    """What lies below a folder."""

    def __init__(self, root: Path, exclude: Sequence[str], fence: Fence) -> None:
        self.root, self.fence = root, fence
        self.exclude = exclude
        self.problems: list[RecommenderError] = []
        self.warnings: list[str] = []
        self.others: list[str] = []  #: Files of other formats.
        self.n_excluded = 0  #: Markdown files that a pattern leaves out.
        self.files: list[str] = []  #: The paths of Markdown files below the root.
        #: Links that lead out of the site, with what to say of each.
        self.outside_files: dict[str, SiteError] = {}
        self.outside_folders: dict[str, SiteError] = {}
        self._seen = {_identity(root)}

    def run(self) -> None:
        """Look at everything."""
        for here, folders, names in os.walk(self.root, onerror=self._unlisted, followlinks=True):
            above = self._below(here)
            shown = [name for name in sorted(names) if name[0] != "."]
            found = dict.fromkeys(above + name for name in shown if name.lower().endswith(ENDINGS))
            for path in found:
                if self._is_excluded(path):
                    self.n_excluded += 1
                elif self._is_named(path):
                    self._add_file(path)
            others = [name for name in shown if name.lower().endswith(_OTHERS) and above + name not in found]
            self.others += [above + name for name in others if not self._is_excluded(above + name)]
            paths = [above + name for name in folders if name[0] != "." and name not in _NOT_CONTENT]
            # A folder comes before a link to it, so that its articles keep their own paths.
            paths.sort(key=lambda path: (_is_link(self.root / path), path))
            folders[:] = [path.rpartition("/")[2] for path in paths if self._is_named(path) and self._is_to_read(path)]

    def _is_excluded(self, path: str) -> bool:
        return any(fits(path, pattern) for pattern in self.exclude)

    def _below(self, folder: str) -> str:
        """A folder's path below the root, with a slash at its end; "" for the root."""
        path = Path(folder).relative_to(self.root).as_posix()
        return "" if path == "." else f"{path}/"

    def _unlisted(self, error: OSError) -> None:
        folder = self._below(error.filename).rstrip("/") or "."
        self._tell(f"{folder}: cannot be read ({error.strerror}). Check the folder's permissions.")

    def _is_named(self, path: str) -> bool:
        """Whether a name can be part of an address."""
        # Python has one for a byte that is no UTF-8.
        if not HALF_CHARACTER.search(path):
            return True
        below = (name for _, _, names in os.walk(self.root / path) for name in names)
        if not path.lower().endswith(ENDINGS) and not any(name.lower().endswith(ENDINGS) for name in below):
            return False  # a folder of pictures
        escaped = os.fsencode(path).decode("utf-8", "backslashreplace")
        self._tell(f"{escaped}: is no name in UTF-8, so no address can hold it. Rename it.")
        return False

    def _is_to_read(self, path: str) -> bool:
        if problem := self._outside(path):
            if not self._is_excluded(f"{path}/"):
                self.outside_folders[path] = problem
            return False
        identity = _identity(self.root / path)
        if identity in self._seen:
            self.warnings.append(f"{path} links to a folder that is read already. It is read once.")
            return False
        self._seen.add(identity)
        # Names are short, and folders can be nested a thousand deep.
        if path.count("/") >= MAX_DEPTH:
            self._tell(f"{path}: lies more than {MAX_DEPTH} folders deep, where nothing is read. Move it up.")
            return False
        return True

    def _add_file(self, path: str) -> None:
        if problem := self._outside(path):
            self.outside_files[path] = problem
        elif os.path.isfile(self.root / path):  # noqa: PTH113 - False also where it cannot be told
            self.files.append(path)
        else:
            cure = "Mend the link or take it out." if _is_link(self.root / path) else "Take it out."
            self._tell(f"{path}: is not a file that can be read. {cure}")

    def _outside(self, path: str) -> SiteError | None:
        """What to say of a link that leads out of the site."""
        # Folders on the way are looked at before what lies in them.
        if _is_link(self.root / path):
            try:
                self.fence.check(self.root / path)
            except UnreadableError as error:
                return unread(path, error)
        return None

    def _tell(self, sentence: str) -> None:
        self.problems.append(SiteError(sentence))


def unread(path: str, error: OSError, cure: str = "Check the permissions of the file.") -> SiteError:
    """The problem of a file that cannot be opened, or is not."""
    cure = error.cure if isinstance(error, UnreadableError) else cure
    return SiteError(f"{path}: cannot be read ({error.strerror}). {cure}")


def _of_other_formats(paths: Iterable[str]) -> str:
    """A sentence that counts the files by their endings; "" for none."""
    counted: Counter[str] = Counter()
    for path in paths:
        name = path.rpartition("/")[2]
        ending = next(filter(name.lower().endswith, _OTHERS))
        # README.rst is for those who work on the site.
        if not name.partition(".")[0].isupper() and ("html" not in ending or "/_posts/" in f"/{path}"):
            counted[ending] += 1
    said = [f"{'one file' if n == 1 else f'{n:,} files'} {ending}" for ending, n in sorted(counted.items())]
    return f"{', '.join(said)}: not read, only Markdown is." if said else ""


def _bundled(paths: Collection[str]) -> frozenset[str]:
    """The files in the folder of an ``index.md``, or below it."""
    is_index = {file: file.name.startswith("index.") for file in map(PurePosixPath, paths)}
    bundles = {file.parent for file in is_index if is_index[file]} - {PurePosixPath()}
    return frozenset(str(file) for file in is_index if not bundles.isdisjoint([*file.parents][is_index[file] :]))


def _home(paths: Collection[str], generator: Generator) -> Callable[[str], bool]:
    """Whether a path lies where the site keeps its articles."""
    # Bridgetown's folders that begin so are of another kind.
    is_jekyll = type(generator) is Jekyll
    declared = {f"_{name}" for name in generator.collections} if type(generator) is Jekyll else set()

    def collections_of(path: str) -> list[str]:
        return [
            folder
            for folder in path.split("/")[:-1]
            if folder in _COLLECTIONS or (is_jekyll and folder.startswith("_") and folder not in _NOT_COLLECTIONS)
        ]

    # Drafts, and a few files in a folder that is no collection, do not say where the others lie.
    held = [folders for path in paths if (folders := {*collections_of(path)} - {"_drafts"})]
    is_in_them = not {"_news", "_posts", *declared}.isdisjoint(set().union(*held)) or 2 * len(held) > len(paths)
    roots = () if generator.looks_anywhere else generator.roots
    homes = tuple(f"{folder}/" for folder in roots if folder) or ("content/",)
    is_home_there = any(path.startswith(homes) for path in paths)
    if not (is_home_there and generator.title in _TAKES_ALL) and is_in_them:
        return lambda path: bool(collections_of(path))
    if is_home_there:
        return lambda path: path.startswith(homes)
    return lambda path: True


def _repeats(root: Path, paths: Collection[str]) -> dict[str, str]:
    """
    Links to files that are read by another name, each with that name: no link, then the first.

    A hard link is a file like any other: to a generator it is a page, git keeps none, and to write makes two of it.
    """
    links = {path for path in paths if _is_link(root / path)}
    repeats: dict[str, str] = {}
    first: dict[str, str] = {}
    # To follow each name to its end takes its time, and few sites have links.
    for path in sorted(paths, key=lambda path: (path in links, path)) if links else ():
        other = first.setdefault(os.path.realpath(root / path), path)
        if other != path:
            repeats[path] = other
    return repeats


def _identity(folder: Path) -> tuple[int, int] | str:
    """What two names of one folder have in common."""
    try:
        state = folder.stat()
    except OSError:  # os.walk will say that it cannot be read.
        return str(folder)
    return state.st_dev, state.st_ino
