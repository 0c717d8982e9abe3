"""
What a run gave, kept for the next one, so that a report can say what changed and why.

It lies with what else is kept between runs. The written files say what a site shows, and not why: they know nothing
of the texts, lists and settings behind it, lines on stdout are gone, and entries of front matter need not name ids. So
what was given is kept with digests of what it was given for; without it, a data file still says what it showed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from recommender.articles import Article, Corpus
from recommender.bounds import read_json
from recommender.cache import SiteCache, code_version, digest
from recommender.runs import OF_THE_MACHINE
from recommender.settings import Settings, describe_settings
from recommender.writing import Answer
from recommender.writing.data import data_file
from recommender.writing.decisions import Decision

if TYPE_CHECKING:
    from recommender.model import Recommender

_KIND = "record"
#: Fields of an article that are its text, and its curated list; all others are details.
_TEXT, _LIST = ("title", "excerpt", "body"), ("related",)
_DETAILS = [one.name for one in dataclasses.fields(Article) if one.name not in (*_TEXT, *_LIST)]


@dataclass(frozen=True, slots=True)
class Given:
    """A suggestion that was given: the candidate's id, its title, and the score."""

    id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Known:
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


@dataclass(frozen=True)
class Record:
    """What a run gave, and for what."""

    #: By the article's id, the best first; articles without a suggestion are left out.
    given: Mapping[str, tuple[Given, ...]]
    #: All of the site, by id; empty where only a data file tells what was shown.
    articles: Mapping[str, Known] = field(default_factory=dict)
    #: Values by dotted name, those that change nothing in a suggestion left out.
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""  #: Of our code and its libraries.
    ranking: str = ""  #: Who ranked, and why, as a sentence.
    model: str = ""  #: A digest of the saved model that was used; "" for one fitted for the run.
    quality: Mapping[str, float] = field(default_factory=dict)  #: Figures by name.
    day: str = ""  #: When, as ISO 8601; "" where it is not known.


class Records:
    """
    The record of the last run that wrote to one place.

    Parameters are as of the run; another way of writing, or another file, is another place.
    """

    def __init__(self, site: Path, settings: Settings, output: Path | None) -> None:
        writer = settings.writing.writer
        self._store = SiteCache.of(site, settings.articles.cache)
        self._key = digest(writer, str(output.absolute()) if output else "")
        self._file = (output or data_file(site, settings)) if writer == "data" else None
        self._given: dict[str, tuple[Given, ...]] = {}

    def take(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The same answers, noted as they pass."""
        for answer in answers:
            self._given[answer.article_id] = tuple(
                Given(one.article_id, one.title, one.score) for one in answer.suggestions
            )
            yield answer

    def load(self) -> Record | None:
        """The last record; else what the data file shows; None where there is nothing to compare with."""
        kept = self._store.load(_KIND, self._key) if self._store else None
        try:
            if kept:
                given = {key: tuple(Given(*one) for one in found) for key, found in kept.pop("given").items()}
                articles = {key: Known(*found) for key, found in kept.pop("articles").items()}
                return Record(given, articles, **kept)
            found = read_json(self._file.read_bytes()) if self._file and self._file.is_file() else {}
            shown = {
                key: tuple(Given(one["article_id"], str(one.get("title", "")), float(one["score"])) for one in entries)
                for key, entries in found.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return Record(shown) if shown else None

    def make(
        self,
        corpus: Corpus,
        recommender: Recommender,
        settings: Settings,
        before: Record | None,
        *,
        model: str = "",
        quality: Mapping[str, float] | None = None,
    ) -> Record:
        """The record of this run; of articles that it was not asked for, what was given before stands."""
        ids = set(corpus.ids)
        others = {} if before is None else {key: one for key, one in before.given.items() if key in ids}
        decided, today = recommender.decisions, datetime.now(UTC).date()
        given = {key: one for key, one in {**others, **self._given}.items() if one}
        return Record(
            given=given,
            articles={article.id: Known.of(article, decided.of(article.id, today).values()) for article in corpus},
            # As JSON has them, to be equal after a way through a file.
            settings={
                name: json.loads(json.dumps(value, default=str))
                for name, value, _ in describe_settings(settings)
                if name not in OF_THE_MACHINE and not name.startswith(("writing.", "evaluation."))
            },
            version=code_version(),
            ranking=recommender.ranker_decision,
            model=model,
            quality=quality or {},
            day=datetime.now(UTC).isoformat(timespec="minutes"),
        )

    def save(self, record: Record) -> None:
        """Keep a record for the next run."""
        if self._store is None:
            return
        values = {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}
        values["given"] = {key: [dataclasses.astuple(one) for one in found] for key, found in record.given.items()}
        values["articles"] = {key: dataclasses.astuple(found) for key, found in record.articles.items()}
        self._store.save(_KIND, self._key, values)
