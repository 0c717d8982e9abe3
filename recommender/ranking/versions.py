"""
Versions of one documentation, told by their folders: `v2/install` and `install` are one page, of two versions.

Under a page nobody looks for the same page of another version, nor for its neighbors there. So each version is a site
of its own. A number room: it sees ids.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

#: A folder named like a version, with what stands before and behind it; `2021` is a year.
_VERSIONED = re.compile(
    r"(?P<base>(?:[^/]+/)*?)(?P<version>(?:version[-_])?(?:v\d+|v?\d+(?:\.\d+)*\.(?:\d+|x)|(?<=version[-_])\d+))/(?P<page>.+)",
    re.IGNORECASE,
)
#: Where the version that is current may stand beside the others; `versioned_docs` is Docusaurus' folder of the earlier.
_CURRENT = ("", "latest/", "stable/", "current/", "next/", "dev/", "main/", "master/")
_BASES_OF_CURRENT = {"versioned_docs/": "docs/"}
#: So many pages, and this share of a folder's, must stand in another version too: `v2/index` alone is a release. What
#: `versioned_docs` holds are versions whatever stands in them.
_LEAST_PAGES, _LEAST_SHARE = 3, 0.5


def version_folders(ids: Iterable[str]) -> frozenset[str]:
    """The folders, such as ``docs/v2/``, that hold a version of pages that stand elsewhere too."""
    known = set(ids)
    versions: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in known:
        if found := _VERSIONED.match(one):
            versions[found["base"]][found["version"]].add(found["page"])
    folders = set()
    for base, pages_of in versions.items():
        bases = {base, *(base.removesuffix(old) + new for old, new in _BASES_OF_CURRENT.items() if base.endswith(old))}
        for version, pages in pages_of.items():
            others = [other for name, other in pages_of.items() if name != version]
            n_again = sum(
                any(f"{one}{current}{page}" in known for one in bases for current in _CURRENT)
                or any(page in other for other in others)
                for page in pages
            )
            if len(bases) > 1 or n_again >= max(_LEAST_PAGES, _LEAST_SHARE * len(pages)):
                folders.add(f"{base}{version}/")
    return frozenset(folders)


def version_of(article_id: str, folders: frozenset[str]) -> str:
    """The folder of versions that an article stands in; "" for none."""
    if not folders or (found := _VERSIONED.match(article_id)) is None:
        return ""
    folder = f"{found['base']}{found['version']}/"
    return folder if folder in folders else ""
