"""
What editors allow, whatever the ranker says: one place, one order, over articles and plain values.

The order: who shows none, who is never suggested, which pairs are not, copies, what is pinned and accepted, the best of
the rest, what fills up, and whether enough is left. Each refusal is a sentence that ends with what caused it.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from recommender.articles import Article
from recommender.content.wording import some
from recommender.ranking.reader import least_at
from recommender.settings import PATTERN_NAMES, Settings
from recommender.writing.decisions import Decision, Decisions, at_places, checked_decisions

#: How much more score a candidate counts with for each thing that it is preferred for.
_PREFERRED = 0.25
#: Copies of one text have scores no further apart, and, as all scores are alike near 1, such a part of the similarity.
_AS_GOOD, _AS_NEAR = 0.05, 0.8
#: How the sentence begins that only the score is the cause of.
BELOW = "its score"
_UNDATED = datetime.min.replace(tzinfo=UTC)
_CAUSE = re.compile(r"\(([^()]+)\)$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be suggested."""

    article: Article
    score: float  #: In [0, 1], as ranked.
    note: str = ""  #: What besides the score put it there, as a sentence; "" for nothing.
    #: Those with the same text, which it stands for; where one may be shown, it may.
    copies: tuple[Candidate, ...] = ()
    similarity: float = 0.0  #: To the article that asks, in [0, 1]; of copies it tells which have another text.

    @property
    def notes(self) -> tuple[str, ...]:
        """The note, and which copies it stands for, as sentences."""
        copies = some([copy.article.id for copy in self.copies])
        others = f"it is shown for others that are called or tell the same: {copies}" if copies else ""
        return tuple(filter(None, [self.note, others]))


@dataclass(frozen=True)
class Choice:
    """What rules make of a ranking."""

    chosen: tuple[Candidate, ...] = ()  #: The first first.
    left_out: Mapping[str, str] = field(default_factory=dict)  #: By id of each other candidate why not, as a sentence.
    why_none: str = ""  #: Why nothing is chosen, as a sentence; "" where something is, or there was no candidate.


class Rules:
    """The rules of a site: ``rules`` of the settings, what ``ranking`` says of dates, and decisions that hold `now`."""

    def __init__(self, settings: Settings, decisions: Decisions | None = None, now: datetime | None = None) -> None:
        self.settings = settings.rules
        self._older_only = not settings.ranking.suggest_newer
        self._fill = settings.ranking.fill
        self._decisions = checked_decisions(decisions)
        self._today = (now or datetime.now(UTC)).date()
        self._none_on = [_Pattern(text) for text in self.settings.none_on]
        self._never = [_Pattern(text) for text in self.settings.never]
        self._evergreen = [_Pattern(text) for text in self.settings.evergreen]
        self._apart = [tuple(_Pattern(part.strip()) for part in text.split("|")) for text in self.settings.apart]
        self._ignored = {topic.casefold() for topic in settings.vectors.ignore_topics}

    def unused(self, articles: Collection[Article]) -> Iterator[str]:
        """A sentence for each pattern, and each topic without a meaning, that names none of the articles."""
        named = {"none_on": self._none_on, "never": self._never, "evergreen": self._evergreen}
        named["apart"] = [one for pair in self._apart for one in pair]
        for name, patterns in named.items():
            for pattern in patterns:
                if not any(map(pattern.fits, articles)):
                    yield f"rules.{name} names {pattern.text!r}, which no article fits. Mend it in the settings."
        known = {topic.casefold() for article in articles for topic in article.topics} if self._ignored else set()
        for topic in sorted(self._ignored - known):
            yield f"vectors.ignore_topics names {topic!r}, which no article has. Mend it in the settings."

    def wants_older(self, article: Article) -> bool:
        """Whether nothing newer than an article can be suggested under it, but for what is marked as evergreen."""
        return self._older_only and not self._evergreen and not {"follow-up", "evergreen"} & {*article.marks}

    def places(self, k: int, n_listed: int) -> int:
        """Places of k for suggestions; with `ranking.fill` the entries of the article's list take theirs."""
        return max(0, k - n_listed) if self._fill else k

    def topics(self, article: Article) -> tuple[str, ...]:
        """The topics of an article that say what it is about, in small letters."""
        return tuple(topic for one in article.topics if (topic := one.casefold()) not in self._ignored)

    def none_here(self, article: Article) -> str:
        """Why an article shows no suggestions; "" where it does."""
        if "show-none" in article.marks:
            return "its front matter asks for none (recommender: show-none)"
        return _named("it shows none", self._none_on, article, "rules.none_on")

    def never(self, article: Article) -> str:
        """Why an article is never suggested, as the settings say; "" where it may be."""
        return _named("it is never suggested", self._never, article, "rules.never")

    def decided(self, article: Article) -> dict[str, Decision]:
        """The decisions under an article that hold today, by candidate."""
        return self._decisions.of(article.id, self._today)

    def wanted(self, article: Article) -> dict[str, Decision]:
        """Of these what is pinned and accepted, which must be ranked."""
        return {key: one for key, one in self.decided(article).items() if one.verdict in ("pin", "accept")}

    def between(self, article: Article, candidate: Article) -> str:
        """Why a candidate is not suggested under an article, whoever else is; "" where it may be."""
        decision = self.decided(article).get(candidate.id)
        if decision:
            return f"it was {decision} (decision)" if decision.verdict in ("reject", "remove") else ""
        for one, other in self._apart:
            if (one.fits(article) and other.fits(candidate)) or (one.fits(candidate) and other.fits(article)):
                return f"{one.text} and {other.text} stay apart (rules.apart)"
        if (article.marks or candidate.marks or self._older_only or self.settings.window_days is not None) and (
            why := self._by_date(article, candidate)
        ):
            return why
        missing = [name for name in self.settings.same if not self._share(name, article, candidate)]
        return f"it has no {missing[0]} in common with the article (rules.same)" if missing else ""

    def choose(
        self,
        article: Article,
        ranked: Sequence[Candidate],
        k: int,
        least: Sequence[float] = (0.0,),
        *,
        shown: Collection[str] = (),
        itself: Collection[str] = (),
        similarity: Callable[[str, str], float] = lambda one, other: 0.0,
        copy_of: Callable[[Article], str] = attrgetter("id"),
        newest: Callable[[Collection[str]], Iterable[Article]] = lambda topics: (),
    ) -> Choice:
        """
        What an article shows of its ranked candidates.

        Parameters
        ----------
        ranked
            The best first; with all that is `wanted`.
        k
            Most suggestions.
        least
            Least score of the first that nobody decided about, of the second and so on; the last also of those that
            follow. With ``rules.fill_up`` the first is that of all: a place that will be filled has nothing to lose.
        shown
            Ids of what the reader sees elsewhere on the page.
        itself
            Ids of candidates that are the article once more, which only an editor may want beside it.
        similarity
            How alike two candidates are, by their ids, in [0, 1]; for ``rules.diversity``.
        copy_of
            A name that all copies of one text share.
        newest
            The articles that may be suggested and have one of some topics (in small letters), the newest first; for
            ``rules.fill_up``.
        """
        if why := self.none_here(article):
            return Choice(left_out=dict.fromkeys((one.article.id for one in ranked), why), why_none=why)
        decided = self.wanted(article)
        least = least[:1] if self.settings.fill_up else least
        left_out: dict[str, str] = {}
        for one in ranked:
            why = self._refusal(article, one.article, shown)
            if one.article.id not in decided:
                why = why or _unfit(one, itself, least[0])
            if why:
                left_out[one.article.id] = why
        allowed = [one for one in ranked if one.article.id not in left_out]
        firsts = self._one_of_copies(allowed, decided, copy_of, left_out)
        noted = [
            dataclasses.replace(one, note=f"it was {decided[key]}")
            for one in firsts
            if (key := one.article.id) in decided
        ]
        # The pinned ones by their places, then the accepted ones, which have none.
        place_of = {key: decision.position or 0 for key, decision in decided.items()}
        wanted = sorted(noted, key=lambda one: (not place_of[one.article.id], place_of[one.article.id]))
        left_out |= {one.article.id: f"{k} others are pinned or accepted (ranking.k)" for one in wanted[k:]}
        wanted = wanted[:k]
        rest = [one for one in firsts if one.article.id not in decided]
        # The best copy of a text may not be the one that stood first.
        rest.sort(key=lambda one: -one.score * self._preference(article, one.article))
        best = self._best(article, rest, wanted, k, least, similarity, left_out)
        for one in rest:
            if one.article.id in left_out:
                left_out |= dict.fromkeys((copy.article.id for copy in one.copies), left_out[one.article.id])
        fills: list[Candidate] = []
        if self.settings.fill_up:
            # What only its score left out may fill a place: that is what fills are for.
            others = (one for one in newest(self.topics(article)) if left_out.get(one.id, BELOW).startswith(BELOW))
            fills = self._fill_ups(article, others, ranked, [*wanted, *best], k, shown, copy_of)
        for one in fills:
            left_out.pop(one.article.id, None)
        pinned = [(place, one) for one in wanted if (place := place_of[one.article.id])]
        accepted = [one for one in wanted if not place_of[one.article.id]]
        chosen = at_places([*accepted, *best, *fills], pinned)
        if len(chosen) < self.settings.at_least and not wanted:
            why = f"fewer than {self.settings.at_least} suggestions remain (rules.at_least)"
            left_out |= {one.article.id: why for one in chosen}
            chosen = []
        return Choice(tuple(chosen), left_out, "" if chosen else _why_none(left_out))

    def _refusal(self, article: Article, candidate: Article, shown: Collection[str]) -> str:
        if candidate.id in shown:
            return "the page shows it already (shown)"
        return self.never(candidate) or self.between(article, candidate)

    def _by_date(self, article: Article, candidate: Article) -> str:
        if article.published_at is None or candidate.published_at is None:
            return ""
        if any("evergreen" in one.marks or any(p.fits(one) for p in self._evergreen) for one in (article, candidate)):
            return ""
        is_newer = candidate.published_at > article.published_at
        if "background" in article.marks and is_newer:
            return "it is newer, and the article asks for background (recommender: background)"
        if "follow-up" in article.marks and not is_newer:
            return "it is not newer, and the article asks for what followed (recommender: follow-up)"
        if self._older_only and is_newer and "follow-up" not in article.marks:
            return "it is newer than the article (ranking.suggest_newer)"
        days = self.settings.window_days
        if days is not None and abs(candidate.published_at - article.published_at) > timedelta(days):
            return f"it is more than {days:g} days from the article (rules.window_days)"
        return ""

    def _share(self, name: str, article: Article, candidate: Article) -> bool:
        if name == "topic":
            return not set(self.topics(article)).isdisjoint(self.topics(candidate))
        return any(value and value in _values(name, candidate) for value in _values(name, article))

    def _preference(self, article: Article, candidate: Article) -> float:
        return 1 + _PREFERRED * sum(self._share(name, article, candidate) for name in self.settings.prefer)

    def _one_of_copies(
        self,
        allowed: Sequence[Candidate],
        decided: Collection[str],
        copy_of: Callable[[Article], str],
        left_out: dict[str, str],
    ) -> list[Candidate]:
        """
        Of each text what an editor decided for, else the best in the site's own figure, else the newest.

        What fits the article clearly less is not asked: it has the title, and not the text.
        """
        groups: dict[str, list[Candidate]] = {}
        for one in allowed:
            groups.setdefault(copy_of(one.article), []).append(one)
        firsts = []
        for copies in groups.values():
            first = copies[0]
            if len(copies) > 1:
                best = max(copies, key=attrgetter("score"))
                first = max(copies, key=lambda one: (one.article.id in decided, _is_as_good(one, best), *_merit(one)))
                others = tuple(one for one in copies if one is not first)
                why = f"{first.article.id} is called or tells the same, and is shown (copies)"
                left_out |= dict.fromkeys((other.article.id for other in others), why)
                first = dataclasses.replace(first, copies=others)
            firsts.append(first)
        return firsts

    def _best(
        self,
        article: Article,
        rest: list[Candidate],
        before: Sequence[Candidate],
        k: int,
        least: Sequence[float],
        similarity: Callable[[str, str], float],
        left_out: dict[str, str],
    ) -> list[Candidate]:
        """The best of the rest, one after the other, each weighed against those before it."""
        weight = self.settings.diversity
        per_provider = Counter(one.article.provider.casefold() for one in before)
        best: list[Candidate] = []
        nearest = dict.fromkeys((one.article.id for one in rest), 0.0)
        waiting, last = list(rest), list(before)

        def worth(one: Candidate) -> float:
            near = (similarity(one.article.id, other.article.id) for other in last)
            nearest[one.article.id] = max([nearest[one.article.id], *near])
            score = (1 - weight) * one.score * self._preference(article, one.article)
            return score - weight * nearest[one.article.id]

        while waiting and len(before) + len(best) < k:
            one = max(waiting, key=worth) if weight else waiting[0]
            waiting.remove(one)
            last = []
            if self._has_enough(one.article, per_provider):
                enough = f"{self.settings.per_provider} of {one.article.provider}"
                left_out[one.article.id] = f"{enough} stand before it (rules.per_provider)"
                continue
            score = max(copy.score for copy in (one, *one.copies))
            if score < (needed := least_at(least, len(best))):
                others = "another" if len(best) == 1 else f"{len(best)} others"
                left_out[one.article.id] = f"{BELOW} {score:.3f} is below the threshold {needed:.3f} behind {others}"
                continue
            per_provider[one.article.provider.casefold()] += 1
            best.append(one)
            last = [one]
        places = {one.article.id: place for place, one in enumerate(rest, len(before) + 1)}
        for one in waiting:
            place = places[one.article.id]
            left_out[one.article.id] = (
                "it is much like those before it (rules.diversity)"
                if weight and place <= k
                else f"it is number {place:,} of the candidates, and the list ends at {k} (ranking.k)"
            )
        return best

    def _fill_ups(
        self,
        article: Article,
        newest: Iterable[Article],
        ranked: Sequence[Candidate],
        before: Sequence[Candidate],
        k: int,
        shown: Collection[str],
        copy_of: Callable[[Article], str],
    ) -> list[Candidate]:
        """The newest of the article's topics, behind what was chosen: no text twice, and no provider too often."""
        similarities = {one.article.id: one.similarity for one in ranked}
        taken = {copy_of(one.article) for one in before} | {copy_of(article)}
        per_provider = Counter(one.article.provider.casefold() for one in before)
        found: list[Candidate] = []
        for other in newest:
            if len(before) + len(found) == k:
                break
            if self._has_enough(other, per_provider) or copy_of(other) in taken or self._refusal(article, other, shown):
                continue
            taken.add(copy_of(other))
            per_provider[other.provider.casefold()] += 1
            topic = next((topic for topic in self.topics(article) if topic in self.topics(other)), "")
            note = f"it fills a place as one of the newest with the topic {topic}"
            found.append(Candidate(other, 0.0, note, similarity=similarities.get(other.id, 0.0)))
        return found

    def _has_enough(self, article: Article, per_provider: Mapping[str, int]) -> bool:
        """Whether no more of the article's provider may be shown."""
        limit, provider = self.settings.per_provider, article.provider.casefold()
        return limit is not None and provider != "" and per_provider[provider] >= limit


class _Pattern:
    """Which articles a setting names."""

    def __init__(self, text: str) -> None:
        self.text = text
        name, found, value = text.partition(": ")
        self.name = name if found else ""
        self._is_field = self.name in PATTERN_NAMES
        self._glob = re.compile(fnmatch.translate((value.strip() if self._is_field else text).casefold()))

    def fits(self, article: Article) -> bool:
        """Whether it names an article."""
        if not self.name:
            return bool(self._glob.match(article.id.casefold()) or self._glob.match(article.path.casefold()))
        values = _values(self.name, article) if self._is_field else article.marks
        return any(self._glob.match(value) for value in values)


def _values(name: str, article: Article) -> tuple[str, ...]:
    """The values of an article under a name of `PATTERN_NAMES`, in small letters."""
    if name == "topic":
        return tuple(topic.casefold() for topic in article.topics)
    if name == "section":
        return (article.id.rpartition("/")[0].casefold(),)
    return ((article.provider if name == "provider" else article.language).casefold(),)


def _named(what: str, patterns: Sequence[_Pattern], article: Article, cause: str) -> str:
    found = next((pattern.text for pattern in patterns if pattern.fits(article)), "")
    return f"{what}: {found} ({cause})" if found else ""


def _unfit(one: Candidate, itself: Collection[str], least: float) -> str:
    """Why nobody wants a candidate that no editor asked for; "" where it is good enough."""
    if one.article.id in itself:
        return "it has the same title and text: it is a copy of the article (copies)"
    return f"{BELOW} {one.score:.3f} is below the threshold {least:.3f}" if one.score < least else ""


def _is_as_good(one: Candidate, best: Candidate) -> bool:
    return one.score >= best.score - _AS_GOOD and one.similarity >= _AS_NEAR * best.similarity


def _merit(one: Candidate) -> tuple[float, datetime, float, int, str]:
    article = one.article
    quality = article.quality if article.quality is not None else float("-inf")
    # Of "tea" and "tea copy" the first.
    return quality, article.published_at or _UNDATED, one.score, -len(article.id), article.id


def _why_none(left_out: Mapping[str, str]) -> str:
    """One sentence for all that was left out."""
    # Only what the score leaves out names no cause in brackets.
    causes = Counter(found[1] if (found := _CAUSE.search(why)) else "the score" for why in left_out.values())
    if not causes:
        return ""
    said = ", ".join(f"{n:,} by {cause}" for cause, n in causes.most_common())
    return f"every candidate is left out: {said}"
