"""Which articles a name typed by a person stands for: an id, a file, a folder, a glob pattern, a draft elsewhere."""

import fnmatch
import os
import re
from collections.abc import Sequence
from pathlib import Path

from recommender.articles import Article, Corpus, RelatedEntry, slug_of
from recommender.content.matching import EntryMatcher
from recommender.content.paths import unread_ids
from recommender.content.site import read_article
from recommender.errors import CorpusError, did_you_mean
from recommender.settings import Settings


def choose_articles(corpus: Corpus, site: Path, only: Sequence[str]) -> tuple[str, ...]:
    """
    The ids that ids, files, folders and glob patterns name, sorted; all ids where nothing is named.

    A path is taken as typed, below the folder one is in or below the site. Names that fit no article are in one
    CorpusError.
    """
    if not only:
        return corpus.ids
    chosen: set[str] = set()
    unknown: list[str] = []
    for name in only:
        # NB an empty path is the folder one is in, so an unset variable would stand for the whole site.
        if not name.strip():
            unknown.append(
                "--only is empty, expected a file, a folder, a pattern or an id. Leave it out for all articles."
            )
            continue
        found = _matching(corpus, site, name)
        chosen.update(found)
        if not found:
            unknown.append(_unknown(corpus, site, name, "id or path"))
    if unknown:
        raise CorpusError(*unknown)
    return tuple(sorted(chosen))


def _matching(corpus: Corpus, site: Path, name: str) -> list[str]:
    """The ids that one name stands for."""
    if found := id_of(corpus, site, name):
        return [found]
    folders = _below_site(site, name)
    return [
        article.id
        for article in corpus
        if "." in folders
        or any(article.path.startswith(f"{folder}/") for folder in folders)
        or fnmatch.fnmatchcase(article.path, name)
        or fnmatch.fnmatchcase(article.id, name)
    ]


def id_of(corpus: Corpus, site: Path, name: str) -> str | None:
    """The article that an id or a file names."""
    paths = _below_site(site, name)
    return next((article.id for article in corpus if article.id == name or article.path in paths), None)


def named_by(corpus: Corpus, site: Path, name: str) -> str | None:
    """The article that an id or a file names, or that an entry of a curated list would: an address, a slug, a title."""
    return id_of(corpus, site, name) or EntryMatcher(corpus).match(RelatedEntry(target=name), None).article_id


def _below_site(site: Path, name: str) -> set[str]:
    """What stands under a name, as paths below the site; "." is the site itself."""
    # Both with links followed and without: the site may lie behind a link, and so may one article in it.
    roots = {_absolute(site), site.resolve()}
    # NB a title may be longer than the name of a file can be: Path.exists and Path.is_file raise, these do not.
    typed = [path for path in (Path(name), site / name) if os.path.exists(path)]  # noqa: PTH110
    paths = {one for path in typed for one in (_absolute(path), path.resolve())}
    return {path.relative_to(root).as_posix() for path in paths for root in roots if path.is_relative_to(root)}


def _absolute(path: Path) -> Path:
    """A path from the root without ``..``, but with its links, which `Path.resolve` follows."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - the other leaves ``..``


def _unknown(corpus: Corpus, site: Path, name: str, kinds: str) -> str:
    """Why a name stands for no article; `kinds` of names are asked for."""
    paths = _below_site(site, name)
    begins = tuple(f"{path}:" for path in paths)
    for problem in corpus.reading.problems:
        if str(problem).startswith(begins) or unread_ids([problem])(name):
            return str(problem)
    if any((site / path).is_file() for path in paths):
        listed = re.compile(f"(?:^|, )(?:{'|'.join(map(re.escape, paths))})[ ,:]")
        why = next((f" ({one.rstrip('.')})" for one in corpus.reading.warnings if listed.search(one)), "")
        return f"{name}: is a file of the site that is not read as an article{why}."
    known = [*corpus.ids, *(one.path for one in corpus if one.path)]
    known += [slug_of(one.id) for one in corpus if "slug" in kinds]
    return f"no article has the {kinds} {name!r}.{did_you_mean(name, known)}"


def article_of(corpus: Corpus, site: Path, settings: Settings, name: str) -> Article:
    """The article of an id, of a file, also one elsewhere (a draft), or of what a curated list could name."""
    is_file = os.path.isfile(name)  # noqa: PTH113 - Path.is_file raises for a title that is too long for a file
    if is_file and not _below_site(site, name) and id_of(corpus, site, name) is None:
        return read_article(Path(name), settings, site=Path(name).parent)
    return known_article(corpus, site, name)


def known_article(corpus: Corpus, site: Path, name: str) -> Article:
    """The article of the site that an id, a file, or what a curated list could name stands for."""
    if found := named_by(corpus, site, name):
        return corpus[found]
    raise CorpusError(_unknown(corpus, site, name, "id, path, slug or title"))
