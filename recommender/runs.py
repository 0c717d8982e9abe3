"""
What the last runs over a site decided and wrote, so that a run with nothing to do does nothing.

A run is known by its inputs: the corpus as read, the settings, the model's parts, what was asked for, our code and its
libraries, and which dates lie in the future, which is all of the clock that counts. Its outcome holds as long as the
files that it wrote have the bytes that it gave them. Anything else is computed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from recommender.articles import Article, Corpus
from recommender.cache import SiteCache, code_version, digest
from recommender.settings import Settings, describe_settings
from recommender.writing.decisions import Decisions

logger = logging.getLogger(__name__)

_KIND = "run"
#: Settings that change nothing in what is suggested or written.
OF_THE_MACHINE = ("articles.cache", "ranking.n_jobs")


@dataclass(frozen=True)
class News:
    """What has changed on a site since a model was fitted."""

    #: Articles.
    n_added: int = 0
    n_changed: int = 0
    n_removed: int = 0
    drift: str = ""  #: The figures of `Recommender.drift`, as a sentence.
    is_refitted: bool = False  #: Whether they were beyond the limit, so that a model fitted anew was used.


@dataclass(frozen=True)
class Outcome:
    """What a run decided and wrote."""

    #: Who ranked, ``similarity`` or ``learned``; and why, with the figures by which it was chosen.
    ranker_name: str
    ranker_decision: str
    n_suggestions: int  #: Suggestions in all.
    #: How many articles have no suggestion, by the reason, the most frequent first.
    reasons_for_none: Mapping[str, int]
    news: News | None  #: What has changed on the site since the saved model was fitted; None without one.
    warnings: tuple[str, ...]  #: What was logged as a warning meanwhile.
    #: SHA-256 of the bytes that each file should have, changed or not, by its path from the root.
    files: Mapping[str, str]


@dataclass(frozen=True)
class LastRun:
    """The outcome of the last run with the same inputs, where one is kept."""

    store: SiteCache
    key: str

    @classmethod
    def of(
        cls,
        site: Path,
        settings: Settings,
        corpus: Corpus,
        chosen: Collection[str],
        decisions: Decisions,
        *,
        model: str,
        output: Path | None,
        require: Sequence[str],
    ) -> LastRun | None:
        """
        The run with these inputs, or None where nothing is kept between runs.

        Decisions are those of the site's editors; which of them hold depends on the day.
        """
        store = SiteCache.of(site, settings.articles.cache)
        if store is None:
            return None
        today = datetime.now(UTC).date()
        counted = [(name, value) for name, value, _ in describe_settings(settings) if name not in OF_THE_MACHINE]
        asked = {
            "settings": counted,
            "chosen": None if len(chosen) == len(corpus) else sorted(chosen),
            "model": model,
            "output": str(output.absolute()) if output else "",
            "require": sorted(require),
            "n_future": _n_future(corpus),
            "decisions": [decisions.version, sum(one.holds(today) for one in decisions.by_pair.values())],
        }
        return cls(store, digest(code_version(), corpus_digest(corpus), json.dumps(asked)))

    def recall(self) -> Outcome | None:
        """What was decided, or None where nothing is kept, or where a file is not as it was written."""
        kept = self.store.load(_KIND, self.key)
        try:
            news = kept and kept.pop("news")
            outcome = kept and Outcome(**{**kept, "warnings": tuple(kept["warnings"])}, news=news and News(**news))
        except (KeyError, TypeError, AttributeError):
            return None
        if not outcome:
            return None
        if not all(_is_as_written(Path(path), expected) for path, expected in outcome.files.items()):
            return None
        for warning in outcome.warnings:
            logger.warning("%s", warning)
        logger.info("suggestions: as the last run left them")
        return outcome

    def remember(self, outcome: Outcome) -> None:
        """Keep the outcome for the next run."""
        self.store.save(_KIND, self.key, dataclasses.asdict(outcome))


@contextlib.contextmanager
def warnings_heard() -> Iterator[list[str]]:
    """The warnings that the package logs meanwhile, so that a run that does nothing can tell them too."""
    heard: list[str] = []

    class _Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    package = logging.getLogger("recommender")
    listener = _Listener(logging.WARNING)
    package.addHandler(listener)
    try:
        yield heard
    finally:
        package.removeHandler(listener)


def corpus_digest(corpus: Corpus) -> str:
    """
    SHA-256 of all that a corpus says, files' bytes aside.

    A block that we write into an article's front matter changes the file, and not the corpus.
    """
    shape, reading = corpus.entry_shape, corpus.reading
    found = hashlib.sha256()

    def add(*values: Any) -> None:
        found.update(repr(values).encode("utf-8", "surrogatepass"))

    recognised = {name: dict(counts) for name, counts in reading.recognised.items()}
    add(corpus.site_language, shape, [*map(str, reading.problems)], recognised)
    # By identity: an entry stands in dozens of lists, most of them as one object.
    known: dict[int, int] = {}
    for article in corpus:
        for entry in article.related:
            if id(entry) not in known:
                known[id(entry)] = len(known)
                add(entry)
        add(_ALL_BUT_ENTRIES(article), [known[id(entry)] for entry in article.related])
    return found.hexdigest()


_ALL_BUT_ENTRIES = attrgetter(*(field.name for field in dataclasses.fields(Article) if field.name != "related"))


def _n_future(corpus: Corpus) -> int:
    """How many dates lie in the future: of one corpus that tells which."""
    now = datetime.now(UTC)
    entries = {id(entry): entry for article in corpus for entry in article.related}
    dates = [entry.published_at for entry in entries.values()]
    for article in corpus:
        dates += (article.published_at, article.visible_from, article.visible_until)
    return sum(date is not None and date > now for date in dates)


def folder_digest(folder: Path) -> str:
    """SHA-256 of the names and bytes of all files in a folder."""
    parts = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        parts += [str(file.relative_to(folder)), file_digest(file)]
    return digest(*parts)


def file_digest(file: Path) -> str:
    """SHA-256 of the bytes of a file, which may be larger than memory."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _is_as_written(file: Path, expected: str) -> bool:
    try:
        # NB a pipe in its place has no end.
        return file.is_file() and file_digest(file) == expected
    except OSError:
        return False
