"""Which languages a site is in, and in which of them a file is, by its folder and its name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from recommender.content.generators import Generator
from recommender.content.paths import language_code, suffix_language, without_ending

#: Folders that generators and translators keep translations in.
_HOMES = frozenset({"i18n", "l10n", "lang", "langs", "languages", "locale", "locales", "translations"})
#: So many pages that stand in two folders make them translations of each other, whatever else lies beside them.
_LEAST_MIRRORED = 3


@dataclass(frozen=True, slots=True)
class SiteLanguages:
    """How the paths of a site tell languages."""

    suffixes: frozenset[str]  #: The codes that end file names, as in ``tea.de.md``.
    folders: Mapping[str, str]  #: The folders, below the site, whose pages are in one language, and its code.

    def of(self, path: str) -> str:
        """The language that a path names; "" where it names none."""
        suffix = suffix_language(path)
        if suffix in self.suffixes:
            return language_code(suffix)
        above = [str(folder) for folder in PurePosixPath(path).parents]
        return next((self.folders[folder] for folder in above if folder in self.folders), "")


def site_languages(paths: Collection[str], generator: Generator) -> SiteLanguages:
    """
    What the paths of all articles, and the site's configuration, say of its languages.

    A folder that is called like a language is one only where the site has more of them, or its configuration names it:
    a page about the element ``br`` is not in Breton, nor one about ``my-va`` in Burmese.
    """
    return SiteLanguages(_suffixes(paths, generator), dict(_folders(paths, generator)))


def _suffixes(paths: Iterable[str], generator: Generator) -> frozenset[str]:
    """Without Hugo or Zola only where ``tea.md`` or ``tea.xx.md`` lies beside it: ``why-tea.io.md`` is not Ido."""
    paths = list(paths)
    codes = {path: code for path in paths if (code := suffix_language(path))}
    if generator.title in ("Hugo", "Zola"):
        return frozenset(codes.values())
    bases = {path: without_ending(path)[: -len(code) - 1] for path, code in codes.items()}
    counted = Counter(bases.values()) + Counter(without_ending(path) for path in paths)
    return frozenset(code for path, code in codes.items() if counted[bases[path]] > 1)


def _folders(paths: Collection[str], generator: Generator) -> Iterable[tuple[str, str]]:
    configured = {generator.language.lower(), *(code.lower() for code in generator.languages)} - {""}
    #: Every folder -> what lies in it: the next folder, and the rest of the path.
    below: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in paths:
        parts = path.split("/")
        for depth, folder in enumerate(parts[:-1]):
            below["/".join(parts[:depth])][folder].add("/".join(parts[depth + 1 :]))
    for above, inner in below.items():
        codes = {folder: code for folder in inner if (code := _folder_code(folder))}
        if not codes:
            continue
        is_home = above.rpartition("/")[2].lower() in _HOMES
        are_most = len(codes) > 1 and 2 * len(codes) >= len(inner)
        pages = Counter(page for folder in codes for page in inner[folder] if not _is_index(page))
        own = {f"{folder}/{page}" for folder in inner if folder not in codes for page in inner[folder]}
        own |= {path.removeprefix(f"{above}/") for path in paths if path.rpartition("/")[0] == above}
        for folder, code in codes.items():
            mirrored = [page for page in inner[folder] if pages[page] > 1]
            originals = {page for page in inner[folder] if not _is_index(page)} & own
            if (
                is_home
                or are_most
                or code.lower() in configured
                or len(mirrored) >= _LEAST_MIRRORED
                or (originals and 2 * len(originals) >= len(inner[folder]))
            ):
                yield f"{above}/{folder}" if above else folder, code
    yield from ((folder, code) for folder, code in generator.content_dirs.items() if code)


def _folder_code(folder: str) -> str:
    """The code that a folder's name is; three letters are too often a word or an abbreviation."""
    return language_code(folder) if len(re.split(r"[-_]", folder)[0]) == 2 else ""


def _is_index(page: str) -> bool:
    return page.rpartition("/")[2].rpartition(".")[0] in ("index", "_index", "README")


def around(root: Path | None, path: str) -> list[str]:
    """A path, and those beside it that decide whether its folders are languages, without reading the whole site."""
    found = [path]
    parts = path.split("/")
    for depth, folder in enumerate(parts[:-1]):
        if root is not None and _folder_code(folder):
            above, rest = "".join(f"{part}/" for part in parts[:depth]), "/".join(parts[depth + 1 :])
            found += [f"{above}{beside.name}/{rest}" for beside in (root / above).iterdir() if beside.is_dir()]
            found += [above + rest] if (root / above / rest).is_file() else []
    return found
