"""What lies before the editor: articles with their suggestions, decisions and curated lists. No web here."""

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path

from recommender.articles import Article, Corpus
from recommender.batch.stages import carry_out, read_corpus, silence
from recommender.cache import digest
from recommender.content.languages import language_of
from recommender.content.matching import EntryMatcher
from recommender.errors import DecisionsChangedError, DecisionsError, UnknownArticleError
from recommender.model import Recommender
from recommender.ranking.reader import least_at
from recommender.review.views import Entry, Filters, Item, Promotion, Row, Sheet
from recommender.settings import Settings
from recommender.suggestions import Reason, Suggestion
from recommender.writing.decisions import (
    Decision,
    Decisions,
    DecisionsFile,
    Pair,
    Verdict,
    check_listed,
    decide,
    editor_name,
)
from recommender.writing.promote import plan_promotion

#: Candidates shown below the box, to accept.
_MORE = 8
#: An entry of a curated list that a reader would keep with less than this chance is marked.
_DOUBTED = 0.1
#: Articles computed behind an editor's back without a look whether one waits: a click waits so long at most.
_AT_ONCE = 16
#: Decisions that can be taken back, each one or several pairs.
_MOST_UNDONE = 1_000

_Decided = Mapping[Pair, Decision | None]


class Desk:
    """A site with its model, its rules and its decisions; `new` are the ids of articles that are new or changed."""

    def __init__(
        self, site: Path, settings: Settings, corpus: Corpus, recommender: Recommender, new: Sequence[str] = ()
    ) -> None:
        self.site, self.settings, self.recommender, self.new = site, settings, recommender, frozenset(new)
        self.editor = editor_name(site)
        self._take(corpus)
        self._decisions = Decisions()
        self._stamp: object = None
        #: What was decided about some pairs before, and then.
        self._undo: deque[tuple[_Decided, _Decided]] = deque(maxlen=_MOST_UNDONE)
        self._lock = threading.Lock()
        self._n_asked = 0
        #: The number of suggestions, the best score and why there are none, of each article that was computed.
        self._known: dict[str, tuple[int, float, str]] = {}

    def _take(self, corpus: Corpus) -> None:
        """Go by these articles."""
        self.corpus, self._ids = corpus, frozenset(corpus.ids)
        self.file = DecisionsFile(self.site, corpus)
        self._matcher = EntryMatcher(corpus)
        articles = sorted(corpus, key=lambda article: article.published_at or _UNDATED, reverse=True)
        #: The articles, the newest first, each with the text that is searched, in small letters.
        self._newest = [(one, f"{one.title}\n{one.excerpt}\n{one.id}".casefold()) for one in articles]
        found = {
            "topic": (topic for article in corpus for topic in article.topics),
            "provider": (article.provider for article in corpus),
            "language": (language_of(article.language, corpus.site_language) for article in corpus),
        }
        #: The topics, providers and languages of the site, the commonest first.
        self.values = {name: [one for one, _ in Counter(all_).most_common(500) if one] for name, all_ in found.items()}

    @property
    def decisions(self) -> Decisions:
        """The decisions as the file has them now."""
        try:
            status = self.file.path.stat()
            stamp: object = (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            stamp = "none"
        with self._lock:
            if stamp != self._stamp:
                self._decisions, self._stamp = self.file.read(), stamp
                self.recommender.decisions = self._decisions
            return self._decisions

    @property
    def n_known(self) -> int:
        """Articles whose suggestions are computed."""
        return len(self._known)

    @contextmanager
    def attended(self) -> Iterator[None]:
        """While an editor waits for an answer, nothing else is computed; entered in one thread only."""
        self._n_asked += 1
        try:
            yield
        finally:
            self._n_asked -= 1

    def compute(self, stop: threading.Event) -> None:
        """Compute the suggestions of all articles, the newest first, for the queue; until `stop`."""
        waiting = [article.id for article, _ in self._newest]
        for start in range(0, len(waiting), _AT_ONCE):
            while self._n_asked and not stop.is_set():
                time.sleep(0.01)
            if stop.is_set():
                return
            some = [one for one in waiting[start : start + _AT_ONCE] if one in self._ids]
            for answer in self.recommender.answers(self.settings.ranking.k, some, n_threads=1):
                best = answer.suggestions[0].score if answer.suggestions else 0.0
                self._known.setdefault(answer.article_id, (len(answer.suggestions), best, answer.reason_for_none))

    def queue(self, filters: Filters, order: str = "first") -> tuple[list[Row], Counter[str]]:
        """The rows that are wanted, by need of a look, date or weakness; and how many are in which state."""
        n_decided = Counter(article for article, _ in self.decisions.by_pair)
        rows, counts = [], Counter[str]()
        for article, text in self._newest:
            known = self._known.get(article.id, (None, 0.0, ""))
            language = language_of(article.language, self.corpus.site_language)
            row = Row(article, article.id in self.new, n_decided[article.id], language, *known)
            for state in row.states:
                counts[state] += 1
            if filters.fit(row, text):
                rows.append(row)
        if order == "first":
            rows.sort(key=lambda row: _RANK[row.state])
        elif order == "weakest":
            rows.sort(key=lambda row: (row.n_suggestions is None, row.best))
        return rows, counts

    def search(self, q: str, limit: int = 20) -> list[Article]:
        """The articles whose text has all words: those with them in the title first, then the newest."""
        words = q.casefold().split()
        fitting = (a for a, text in self._newest if all(word in text for word in words))
        found = sorted(fitting, key=lambda a: not all(word in a.title.casefold() for word in words))
        return found[:limit] if words else []

    def sheet(self, article_id: str) -> Sheet:
        """All about one article."""
        article = self.corpus[article_id]
        held = self.decisions.of(article_id)
        k, least = self.settings.ranking.k, self.recommender.least_scores()

        def item(one: Suggestion, why_not: str = "") -> Item:
            candidate = self.recommender.article(one.article_id)
            return Item(candidate, one.score, one.reason, held.get(one.article_id), why_not)

        curated = tuple(self._curated(article, held))
        answer = self.recommender.answer(article_id)
        box = tuple(map(item, answer.suggestions))
        seen = {one.article.id for one in box} | {entry.target.id for entry in curated if entry.target}
        rejected = [
            Item(found, 0.0, Reason(0.0, 0.0), one)
            for key, one in held.items()
            if key not in seen and (found := self._article(key)) is not None
        ]
        seen |= {one.article.id for one in rejected}
        needed = least_at(least, len(box)) if len(box) < k else 0.0
        why_not = "others are before it" if box else "none is, for the reason above"
        others = [
            item(one, "its score is below the threshold" if one.score < needed else why_not)
            for one in self.recommender.suggest(article_id, k + _MORE, min_score=0.0)
            if one.article_id not in seen
        ]
        self._known[article_id] = (len(box), box[0].score if box else 0.0, answer.reason_for_none)
        return Sheet(article, box, tuple(rejected + others[:_MORE]), curated, answer.reason_for_none, held)

    def _article(self, article_id: str) -> Article | None:
        """An article of the site or elsewhere; None for one that there is no more."""
        with suppress(UnknownArticleError):
            return self.recommender.article(article_id)
        return None

    def _curated(self, article: Article, held: Mapping[str, Decision]) -> Iterator[Entry]:
        approvals = self.recommender.approvals(article.id)
        for entry in article.related:
            target_id = self._matcher.match(entry, article).article_id
            target = self.corpus[target_id] if target_id and target_id in self._ids else None
            key = target_id or ""
            chance = approvals[key].score if key in approvals else 1.0
            yield Entry(
                entry.title or (target.title if target else "") or entry.target,
                target,
                held.get(key),
                f"one in {1 / max(chance, 0.01):.0f} readers or fewer would keep it" if chance < _DOUBTED else "",
            )

    def decide(
        self,
        article_id: str,
        candidate_id: str,
        verdict: Verdict | None,
        *,
        seen: str,
        why: str = "",
        position: int = 0,
    ) -> None:
        """
        Decide about a candidate; None takes back what was decided.

        `seen` is what the page showed as decided, in words, "" for nothing; where the file has something else now, that
        is a DecisionsChangedError. `position` is the place of what is pinned.
        """
        pair = (self.corpus[article_id].id, candidate_id)
        before = self.decisions.by_pair.get(pair)
        # A form sends line breaks of its own.
        if str(before or "").split() != seen.split():
            raise DecisionsChangedError(
                f"{candidate_id}: it was decided otherwise in the meantime, and is now: {before or 'undecided'}. "
                "Look again, then decide."
            )
        self._change({pair: before}, {pair: self._decision(pair, verdict, why, position) if verdict else None})

    def order(self, article_id: str, candidate_ids: Sequence[str], *, seen: str) -> None:
        """Pin some candidates in this order; `seen` is the version of the decisions that the page showed."""
        now = self.decisions
        if now.version != seen:
            raise DecisionsChangedError("the decisions have changed in the meantime. Look again, then order.")
        pairs = [(article_id, candidate_id) for candidate_id in dict.fromkeys(candidate_ids)]
        if not pairs:
            raise DecisionsError("an order names one candidate or more, but names none.")
        after: _Decided = {pair: self._decision(pair, "pin", "", place) for place, pair in enumerate(pairs, 1)}
        self._change({pair: now.by_pair.get(pair) for pair in pairs}, after)

    def undo(self) -> str:
        """Take back the last decision of this session, and return its article; "" where there is none."""
        if not self._undo:
            return ""
        self.file.read()  # One that a hand broke is told of, and what can be undone is kept until it is mended.
        # What somebody has decided otherwise since is not undone, now or later.
        before, after = self._undo.pop()
        self.file.change(before, after)
        return next(iter(after))[0]

    def promotion(self, article_ids: Sequence[str] | None) -> Promotion:
        """What bringing decisions into curated lists would change; of some articles, or with None of all."""
        today, outside = datetime.now(UTC).date(), self.settings.articles.outside
        plan = plan_promotion(self.corpus, self.site, self.decisions, today, article_ids, outside, self._matcher)
        diffs, seen = [], []
        for change in plan.changes:
            name = change.path.relative_to(self.site).as_posix()
            before, after = ((content or b"").decode("utf-8", "replace") for content in (change.before, change.after))
            lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
            diffs.append((name, tuple(lines)))
            seen += [name, before, after]
        return Promotion(plan, tuple(diffs), digest(*seen))

    def promote(self, article_ids: Sequence[str] | None, seen: str) -> str:
        """
        Bring decisions into curated lists, and return what happened, as a sentence.

        `seen` is the version of the promotion that the editor saw; where it would be another by now, that is a
        DecisionsChangedError, and nothing was written.
        """
        promotion = self.promotion(article_ids)
        if promotion.version != seen:
            raise DecisionsChangedError(
                "a file or a decision has changed since you looked, so nothing was written. Look again, then confirm."
            )
        plan = promotion.plan
        lost = carry_out(self.site, plan, silence, plan_only=False)
        if plan.n_changed:
            corpus = read_corpus(self.site, self.settings, silence)
            added, removed = self.recommender.changes(corpus)
            self.recommender.update(added=added, removed=removed)
            self._take(corpus)
        if lost:
            raise lost[0]
        return f"{plan.n_changed} file{'' if plan.n_changed == 1 else 's'} changed"

    def _change(self, before: _Decided, after: _Decided) -> None:
        # Before is what was looked at, not what the file has by now: somebody else may have decided in between.
        self.file.change(after, before)
        self._undo.append((before, after))

    def _decision(self, pair: Pair, verdict: Verdict, why: str, position: int) -> Decision:
        """The decision of now; a reason and a last day that it had before stay where nothing else is said."""
        article, candidate = self.corpus[pair[0]], self.recommender.article(pair[1])
        if verdict in ("keep", "remove"):
            check_listed(article, candidate, self._matcher)
        before = self.decisions.by_pair.get(pair)
        return decide(article, candidate, verdict, by=self.editor, why=why or None, position=position, before=before)


#: What needs a look first.
_RANK = {"new": 0, "none": 1, "few": 2, "undecided": 3, "waiting": 4, "decided": 5}
_UNDATED = datetime.min.replace(tzinfo=UTC)
