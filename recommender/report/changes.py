"""What changed between two runs, and why: two records in, a value out, and that as a page, Markdown or JSON."""

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recommender.content.wording import cut
from recommender.errors import OptionError
from recommender.runs import Known, Record
from recommender.writing.plan import Given

#: Why suggestions change, the most particular first; what the causes are called.
CAUSES = {
    "article": "articles came or went",
    "list": "a curated list changed",
    "decision": "an editor decided",
    "text": "a text changed",
    "details": "a date, a topic or another detail changed",
    "settings": "settings changed",
    "version": "the recommender or a library was upgraded",
    "model": "the model follows the rest of the site",
}
_RANKS = {cause: rank for rank, cause in enumerate(CAUSES)}
#: Changed settings that a sentence names.
_MOST_SETTINGS = 4
#: Articles in a page: more would be a file that no browser likes to open. JSON has all.
_MOST_ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """A suggestion that came or went: the candidate, its place from 1 and score while it was given, and why."""

    id: str
    title: str
    rank: int
    score: float
    cause: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """What changed under one article."""

    id: str
    title: str
    kind: str  #: ``gained``, ``lost``, ``swapped`` (both), ``reordered``, or ``gone`` with its article.
    cause: str  #: A key of `CAUSES`: the most particular of all that played a part.
    why: tuple[str, ...]  #: Sentences.
    #: By their places.
    gained: tuple[Moved, ...] = ()
    lost: tuple[Moved, ...] = ()
    size: float = 0.0  #: How much of what a reader sees changed: each place counts by how far up it is.


@dataclass(frozen=True)
class Changes:
    """What changed since the last run."""

    compared_with: str | None  #: When that was; None: there was nothing to compare with.
    #: Figures as (before, after) by name; None for what is not known.
    counts: Mapping[str, tuple[float | None, float]]
    quality: Mapping[str, tuple[float | None, float | None]]
    #: How many articles changed in which way, and for which cause.
    kinds: Mapping[str, int]
    causes: Mapping[str, int]
    ranking: str  #: Who ranks now, and why.
    changes: tuple[Change, ...]  #: The biggest first; what is new on the site comes after what was there.


def compare(before: Record | None, after: Record) -> Changes:
    """What changed between two runs; without an earlier one nothing counts as changed."""
    changes = [] if before is None else list(_Comparison(before, after).changes())
    changes.sort(key=lambda one: (one.why[:1] == (_NEW,), -one.size, one.id))
    counts, quality = (_counts(before), before.quality) if before else ({}, {})
    return Changes(
        compared_with=None if before is None else before.day,
        counts={name: (counts.get(name), value) for name, value in _counts(after).items()},
        quality={name: (quality.get(name), after.quality.get(name)) for name in {**after.quality, **quality}},
        kinds=dict(Counter(one.kind for one in changes).most_common()),
        causes=dict(Counter(one.cause for one in changes).most_common()),
        ranking=after.outcome.ranker_decision,
        changes=tuple(changes),
    )


_NEW = "it is new"


def _counts(record: Record) -> dict[str, int]:
    return {
        "articles": len(record.articles),
        "articles with suggestions": len(record.given),
        "suggestions": sum(map(len, record.given.values())),
    }


class _Comparison:
    """Two records, and what holds for all articles."""

    def __init__(self, before: Record, after: Record) -> None:
        self.before, self.after = before, after
        self.site_wide = self._site_wide()

    def changes(self) -> Iterator[Change]:
        before, after = self.before.given, self.after.given
        for article in sorted({*before, *after}):
            earlier, now = before.get(article, ()), after.get(article, ())
            if [one.id for one in earlier] != [one.id for one in now]:
                yield self._change(article, earlier, now)

    def _change(self, article: str, earlier: tuple[Given, ...], now: tuple[Given, ...]) -> Change:
        kept = {one.id for one in earlier} & {one.id for one in now}
        gained = [self._moved(article, one, rank) for rank, one in enumerate(now, 1) if one.id not in kept]
        lost = [self._moved(article, one, rank) for rank, one in enumerate(earlier, 1) if one.id not in kept]
        known = self.after.articles.get(article) or self.before.articles.get(article)
        title = known.title if known else article
        size = sum(1 / math.log2(1 + one.rank) for one in (*gained, *lost))
        if article not in self.after.articles:
            return Change(article, title, "gone", "article", ("it is gone from the site",), (), tuple(lost), size)
        kind = "swapped" if gained and lost else "gained" if gained else "lost" if lost else "reordered"
        causes = [(one.cause, one.why) for one in (*gained, *lost)]
        causes = causes or [self._cause(article, one.id) for one in now]
        cause = min((cause for cause, _ in causes), key=_RANKS.__getitem__)
        why = tuple(dict.fromkeys(why for found, why in causes if found == cause))
        return Change(article, title, kind, cause, why[:3], tuple(gained), tuple(lost), size)

    def _moved(self, article: str, one: Given, rank: int) -> Moved:
        return Moved(one.id, one.title, rank, one.score, *self._cause(article, one.id))

    def _cause(self, article: str, candidate: str) -> tuple[str, str]:
        """Why a candidate came, went or moved under an article: the most particular cause, and a sentence."""
        was, now = self.before.articles, self.after.articles
        if article not in was:
            return "article", _NEW
        if candidate in now and candidate not in was:
            return "article", f"“{cut(now[candidate].title)}” is new"
        if candidate in was and candidate not in now:
            return "article", f"“{cut(was[candidate].title)}” is gone from the site"
        for cause, what in (("list", "curated list"), ("text", "text"), ("details", "details")):
            if _differs(was.get(article), now.get(article), cause):
                return cause, f"its {what} changed"
            if _differs(was.get(candidate), now.get(candidate), cause):
                return cause, f"the {what} of “{cut(now[candidate].title)}” changed"
            if cause == "list" and _differs(was.get(article), now.get(article), "decision"):
                return "decision", CAUSES["decision"]
        return self.site_wide

    def _site_wide(self) -> tuple[str, str]:
        """What may change the suggestions of any article."""
        before, after = self.before, self.after
        settings = [
            f"{name}: {cut(str(before.settings.get(name)))} → {cut(str(value))}"
            for name, value in after.settings.items()
            if before.settings.get(name) != value
        ]
        if settings:
            more = f" and {len(settings) - _MOST_SETTINGS} more" if len(settings) > _MOST_SETTINGS else ""
            return "settings", f"settings changed: {', '.join(settings[:_MOST_SETTINGS])}{more}"
        if before.version != after.version:
            return "version", CAUSES["version"]
        both = [(before.articles[key], found) for key, found in after.articles.items() if key in before.articles]
        causes = ("list", "text", "details")
        n_decided = sum(_differs(was, now, "decision") for was, now in both)
        news = [
            f"{n:,} {what}"
            for n, what in (
                (len(after.articles.keys() - before.articles.keys()), "new"),
                (sum(any(_differs(was, now, cause) for cause in causes) for was, now in both), "changed"),
                (len(before.articles.keys() - after.articles.keys()), "gone"),
                (n_decided, "decided about"),
            )
            if n
        ]
        site = f"articles on the site: {', '.join(news)}" if news else "no article changed, but the day did"
        if before.model != after.model:
            return "model", f"another model was used ({site})"
        if n_decided and not after.model:
            return "decision", f"the ranking learns from what editors decided under other articles ({site})"
        return "model", f"the model {'follows' if after.model else 'was fitted anew on'} the site as it is now ({site})"


def _differs(one: Known | None, other: Known | None, cause: str) -> bool:
    return one is not None and other is not None and getattr(one, cause) != getattr(other, cause)


#: Which Markdown file is a report.
HEADING = "### Related articles: what changed"
#: Endings of a file: a page, a comment on a pull request with the ten biggest changes, all of it.
FORMATS = (".html", ".md", ".json")


def rendered(changes: Changes, ending: str) -> str:
    """Changes in one of the `FORMATS`."""
    from recommender.report.page import render  # takes a tenth of a second to import

    if ending == ".json":
        return f"{json.dumps(dataclasses.asdict(changes), ensure_ascii=False, indent=1)}\n"
    return render(f"changes{ending}", changes=changes, causes=CAUSES, most=_MOST_ON_A_PAGE, heading=HEADING)


def check_format(file: Path) -> None:
    """Raise OptionError early where a file has no ending of `FORMATS`."""
    if file.suffix.lower() not in FORMATS:
        raise OptionError(f"--report {file}: must end with one of {', '.join(FORMATS)}, which says how it is written.")
