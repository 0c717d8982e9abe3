"""
What the last run over a site gave, decided and wrote, kept for the next one.

A run with nothing to do does nothing. It is known by its inputs: the corpus as read, the settings, the model's parts,
what was asked for, our code and its libraries, and which dates lie in the future, which is all of the clock that
counts. Its outcome holds as long as the files that it wrote have the bytes that it gave them. All else is computed.

And a report says what changed since then, and why. The written files say what a site shows, and not why: they know
nothing of the texts, lists and settings behind it, lines on stdout are gone, and entries of front matter need not name
ids. So what was given is kept with digests of what it was given for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, Self

from recommender.articles import Article, Corpus
from recommender.cache import SiteCache, code_version, digest
from recommender.settings import Settings, describe_settings
from recommender.writing.decisions import Decision, Decisions
from recommender.writing.plan import Given

_KIND = "run"
#: Settings that change nothing in what is suggested or written.
_OF_THE_MACHINE = ("articles.cache", "ranking.n_jobs")
#: Fields of an article that are its text, and its curated list; all others are details.
_TEXT, _LIST = ("title", "excerpt", "body"), ("related",)
_DETAILS = [one.name for one in dataclasses.fields(Article) if one.name not in (*_TEXT, *_LIST)]


class News(NamedTuple):
    """What has changed on a site since a model was fitted."""

    #: Articles.
    n_added: int
    n_changed: int
    n_removed: int
    drift: str  #: The figures of `Recommender.drift`, as a sentence.
    is_refitted: bool  #: Whether they were beyond the limit, so that a model fitted anew was used.


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run decided and wrote."""

    #: Who ranked, ``similarity`` or ``learned``; and why, with the figures by which it was chosen.
    ranker_name: str
    ranker_decision: str
    n_suggestions: int  #: Suggestions in all.
    #: How many articles have no suggestion, by the reason, the most frequent first.
    reasons_for_none: Mapping[str, int]
    news: News | None  #: What has changed on the site since the saved model was fitted; None without one.
    warnings: Sequence[str]  #: What was logged as a warning meanwhile.
    #: SHA-256 of the bytes that each file should have, changed or not, by its path from the root.
    files: Mapping[str, str]

    @property
    def n_with_none(self) -> int:
        """Articles without a suggestion."""
        return sum(self.reasons_for_none.values())


class Known(NamedTuple):
    """An article as a run knew it: its title, and digests of its text, its details, its list and what was decided."""

    title: str
    text: str
    details: str
    list: str
    decision: str

    @classmethod
    def of(cls, article: Article, decided: Iterable[Decision] = ()) -> Self:
        """An article as it is now, with the decisions under it that hold."""
        texts = repr([getattr(article, name) for name in _TEXT])
        details = repr([getattr(article, name) for name in _DETAILS])
        entries = repr([(entry.target, entry.url, entry.title) for entry in article.related])
        return cls(article.title, *(digest(found)[:16] for found in (texts, details, entries, repr([*decided]))))


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a run gave, and for what."""

    #: By the article's id, the best first; articles without a suggestion are left out.
    given: Mapping[str, tuple[Given, ...]] = field(default_factory=dict)
    #: All of the site, by id; empty where nothing was noted.
    articles: Mapping[str, Known] = field(default_factory=dict)
    #: Values by dotted name, those that change nothing in a suggestion left out.
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""  #: Of our code and its libraries.
    model: str = ""  #: A digest of the saved model that was used; "" for one fitted for the run.
    quality: Mapping[str, float] = field(default_factory=dict)  #: Figures by name.
    day: str = ""  #: When, as ISO 8601.
    inputs: str = ""  #: A digest of all that decided; "" for a run that cannot stand in for another.
    outcome: Outcome

    def still_holds(self, inputs: str) -> bool:
        """Whether a run with these inputs has nothing to do."""
        files = self.outcome.files
        return self.inputs == inputs != "" and all(_is_as_written(Path(file), files[file]) for file in files)


class LastRun:
    """The record of the last run that wrote in one way to one place, and noted what it gave (`is_noted`) or did not."""

    def __init__(self, site: Path, settings: Settings, output: Path | None, *, is_noted: bool) -> None:
        writer = settings.writing.writer
        self._store = SiteCache.of(site, settings.articles.cache)
        self._key = digest(writer, str(output.absolute()) if output else "", str(is_noted))

    def load(self) -> Record | None:
        """The last record; None where there is none that can be read."""
        kept: Any = self._store.load(_KIND, self._key) if self._store else None
        try:
            outcome = kept["outcome"]
            outcome["news"] = outcome["news"] and News(*outcome["news"])
            given = {key: tuple(Given(*one) for one in found) for key, found in kept["given"].items()}
            articles = {key: Known(*found) for key, found in kept["articles"].items()}
            return Record(**{**kept, "outcome": Outcome(**outcome), "given": given, "articles": articles})
        except (KeyError, TypeError, AttributeError):
            return None

    def save(self, record: Record) -> None:
        """Keep a record for the next run."""
        if self._store is not None:
            self._store.save(_KIND, self._key, {**vars(record), "outcome": vars(record.outcome)})


def inputs_of(
    corpus: Corpus,
    settings: Settings,
    chosen: Collection[str],
    decisions: Decisions,
    *,
    place: Path,
    model: str,
    require: Sequence[str],
) -> str:
    """A digest of all that a run decides by, the day too; `place` is the file to write, as it is configured."""
    today = datetime.now(UTC).date()
    asked = {
        "settings": _values(settings),
        "chosen": None if len(chosen) == len(corpus) else sorted(chosen),
        "place": str(place.absolute()),
        "model": model,
        "require": sorted(require),
        "n_future": _n_future(corpus),
        "decisions": [decisions.version, sum(one.holds(today) for one in decisions.by_pair.values())],
    }
    return digest(code_version(), corpus_digest(corpus), json.dumps(asked))


def noted(
    record: Record,
    corpus: Corpus,
    settings: Settings,
    decisions: Decisions,
    given: Mapping[str, tuple[Given, ...]],
    before: Record | None,
) -> Record:
    """A record with what was given, and for what; of articles that were not asked for, what was given before stands."""
    now = datetime.now(UTC)
    ids = set(corpus.ids)
    stands = {key: found for key, found in (before.given if before else {}).items() if key in ids}
    return dataclasses.replace(
        record,
        given={key: found for key, found in {**stands, **given}.items() if found},
        articles={one.id: Known.of(one, decisions.of(one.id, now.date()).values()) for one in corpus},
        settings={
            name: value for name, value in _values(settings).items() if not name.startswith(("writing.", "evaluation."))
        },
        version=code_version(),
        day=now.isoformat(timespec="minutes"),
    )


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
    """SHA-256 of all that a corpus says: a block of ours changes an article's file, and not the corpus."""
    shape, reading = corpus.entry_shape, corpus.reading
    found = hashlib.sha256()

    def add(*values: Any) -> None:
        found.update(repr(values).encode("utf-8", "surrogatepass"))

    recognised = {name: dict(counts) for name, counts in reading.recognised.items()}
    add(corpus.site_language, shape, [*map(str, reading.problems)], recognised)
    values_of = attrgetter(*_TEXT, *_DETAILS)
    # By identity: an entry stands in dozens of lists, most of them as one object.
    known: dict[int, int] = {}
    for article in corpus:
        for entry in article.related:
            if id(entry) not in known:
                known[id(entry)] = len(known)
                add(entry)
        add(values_of(article), [known[id(entry)] for entry in article.related])
    return found.hexdigest()


def _values(settings: Settings) -> dict[str, Any]:
    """The settings that change what is suggested or written, as JSON has them."""
    counted = {name: value for name, value, _ in describe_settings(settings) if name not in _OF_THE_MACHINE}
    found: dict[str, Any] = json.loads(json.dumps(counted))
    return found


def _n_future(corpus: Corpus) -> int:
    """How many dates lie in the future: of one corpus that tells which."""
    now = datetime.now(UTC)
    entries = {id(entry): entry for article in corpus for entry in article.related}
    dates = [entry.published_at for entry in entries.values()]
    for article in corpus:
        dates += (article.published_at, article.visible_from, article.visible_until)
    return sum(date is not None and date > now for date in dates)


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
