"""
Ranked rows -> what an article shows, with reasons, or why it shows nothing. An article room.

One way for a draft, a batch and a worker of a cluster: the ranker gives rows with scores, `rules` chooses among them,
and where too few remain the ranker is asked for more.
"""

import dataclasses
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.content.titles import fold_title, title_words
from recommender.errors import list_of_texts
from recommender.ranking.curation import ends_of
from recommender.ranking.eligible import first_refusals
from recommender.ranking.explain import reasons, text_obstacle
from recommender.ranking.fitted import Fitted
from recommender.ranking.learned import LearnedRanker
from recommender.ranking.queries import query_of
from recommender.ranking.rankers import Query, Ranked, may_answer
from recommender.ranking.reader import least_at
from recommender.ranking.rules import BELOW, Candidate, Choice, Rules
from recommender.ranking.versions import version_of
from recommender.suggestions import Reason, Suggestion
from recommender.text.repair import repair
from recommender.writing.plan import Answer

#: Queries that a thread ranks at once; bounds memory.
_BLOCK = 512
#: By how much deeper a ranking is asked for where rules leave places empty, or may prefer what stands further down.
_DEEPER = 4
#: Ranked rows behind a candidate that may take its place: copies of it.
_BEHIND = 50
#: So alike, and so few days apart, are two tellings of one story. Of the 68 pairs of a news site that stood in one list
#: all but three were; parts of a series and versions have other numbers in their titles.
_ONE_STORY, _DAYS_OF_STORY = 0.9, 10
#: So alike are two texts that are the same, but for what rounding leaves.
_THE_SAME = 0.9999
#: The best texts of a ranking that are compared with one another for it.
_MOST_COMPARED = 500
#: Ranked rows beyond which no others are looked for: of a crowd of copies each would look through all.
_DEEPEST = 5_000
_NUMBER = re.compile(r"\d+")
_FULL = "its curated list fills all places already"


class Selector:
    """Chooses among ranked rows, as of a moment in days since 1970."""

    def __init__(self, fitted: Fitted, rules: Rules, now: float) -> None:
        self._state, self._catalogue = fitted.state, fitted.state.catalogue
        self.ranker, self._rules, self._shape, self._now = fitted.chosen.ranker, rules, fitted.entry_shape, now
        self.allowed = self._state.allowed(now) & ~self._state.never(rules)

    def query(self, article: Article | str) -> Query:
        """An article as a query, as `query_of` has it."""
        return query_of(article, self._state, self._rules)

    def select(
        self, queries: Sequence[Query], k: int, least: Sequence[float], shown: Collection[str] = ()
    ) -> list[Choice]:
        """
        For each query the first k of its ranked rows, or fewer (`Rules.places`), good enough and allowed by the rules.

        `least` is that of the first suggestion, the second and so on, and the last also of those that follow; `shown`
        are the ids of what the reader sees elsewhere on the page.
        """
        shown = frozenset(list_of_texts(shown, "shown"))
        # What stands further down may come before what stands higher.
        looks_further = self._rules.settings.diversity or self._rules.settings.prefer
        depth = k * (_DEEPER if looks_further else 1)
        found = []
        for query, ranked in zip(queries, self.rank(queries, depth), strict=True):
            asked, n = depth, self._rules.places(k, query.n_listed)
            if n == 0:
                found.append(Choice(why_none=_FULL))
                continue
            choose = partial(self._choice, query, k=n, least=least, shown=shown)
            choice = choose(ranked, fills=False)
            # Copies and refused rows take places among the k best and have none in the answer. Few queries have any.
            while self._may_add(query, choice, ranked, n, least, asked) and asked < _DEEPEST:
                asked *= _DEEPER
                (ranked,) = self.rank([query], asked)
                choice = choose(ranked, fills=False)
            is_short = len(choice.chosen) < n and self._rules.settings.fill_up
            found.append(choose(ranked, fills=True) if is_short else choice)
        return found

    def _may_add(
        self, query: Query, choice: Choice, ranked: Ranked, k: int, least: Sequence[float], asked: int
    ) -> bool:
        """Whether a ranking that is deeper than the one asked for may add to what a query shows."""
        n_chosen = len(choice.chosen)
        if n_chosen == k or self._rules.none_here(query.article) or len(ranked.rows) < asked:
            return False
        # Those behind have no higher score. What editors decided raises no threshold.
        n_own = max(0, n_chosen - len(self._rules.decided(query.article)))
        return bool(ranked.scores[-1] >= least_at(least, n_own))

    def rank(self, queries: Sequence[Query], depth: int, allowed: NDArray[np.bool_] | None = None) -> Sequence[Ranked]:
        """At least the best rows of each query, as many as `depth`; fewer where fewer are related."""
        return self.ranker.rank(queries, depth, self._state, self.allowed if allowed is None else allowed)

    def told(self, queries: Sequence[Query], choices: Sequence[Choice]) -> list[Answer]:
        """What was chosen for each query, each with its reason, or why nothing was."""
        said = []
        for query, choice in zip(queries, choices, strict=True):
            rows = np.array(self._catalogue.rows_of(one.article.id for one in choice.chosen), dtype=np.int64)
            sentences = self.ranker.sentences(query, rows, self._state)
            said.append([(*one.notes, *own) for one, own in zip(choice.chosen, sentences, strict=True)])
        why = reasons(queries, [choice.chosen for choice in choices], said, self._state)
        answers = []
        for query, choice, found in zip(queries, choices, why, strict=True):
            numbered = enumerate(zip(choice.chosen, found, strict=True), start=1)
            suggestions = [Suggestion.of(place, one.article, reason, self._shape) for place, (one, reason) in numbered]
            answers.append(Answer(query.article.id, tuple(suggestions), choice.why_none))
        return answers

    def answers(
        self,
        ids: Sequence[str] | None,
        k: int,
        least: Sequence[float],
        n_threads: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Answer]:
        """
        What each of many articles, None: all of the site, shows, in the order of their ids.

        While the answers of a block are explained, the next blocks are ranked, each by a thread.
        """
        asked = self._catalogue.ids() if ids is None else ids

        def chosen(start: int) -> tuple[list[Query], list[Choice]]:
            queries = list(map(self.query, asked[start : start + _BLOCK]))
            return queries, self.select(queries, k, least)

        starts = iter(range(0, len(asked), _BLOCK))
        with ThreadPoolExecutor(n_threads) as pool:
            # One more than there are threads: none waits while answers are taken from the first.
            coming = deque(pool.submit(chosen, start) for start in islice(starts, n_threads + 1))
            n_done = 0
            while coming:
                queries, choices = coming.popleft().result()
                coming.extend(pool.submit(chosen, start) for start in islice(starts, 1))
                yield from self.told(queries, choices)
                n_done += len(queries)
                if progress:
                    progress(n_done, len(asked))

    def approvals(self, query: Query) -> dict[str, Reason]:
        """What speaks for each article of the query's curated list, as `Recommender.approvals` says."""
        catalogue, ranker = self._catalogue, self.ranker
        rows = np.array(sorted(catalogue.rows_of(self._state.listed(query.article))), dtype=np.int64)
        similarity = ranker.similarity if isinstance(ranker, LearnedRanker) else ranker
        similarities = catalogue.index.exact(query.vectors, rows)
        listed = self._candidates(Ranked(rows, similarities, similarity.chances(query, similarities, rows, catalogue)))
        (why,) = reasons([query], [listed], [[() for _ in rows]], self._state)
        return {one.article.id: reason for one, reason in zip(listed, why, strict=True)}

    def reason_for(self, query: Query, candidate_id: str, k: int, least: Sequence[float]) -> Reason:
        """Why a candidate is, or is not, among the k suggestions."""
        catalogue, row = self._catalogue, self._catalogue.known_row(candidate_id)
        asked, obstacle = np.array([row]), ""
        (choice,) = self.select([query], k, least)
        candidate = next((one for one in choice.chosen if one.article.id == candidate_id), None)
        if candidate is None:
            ranked = self._with_decided(query, self.rank([query], catalogue.n_rows)[0])
            alone = ranked.at(ranked.rows == row)
            if not len(alone.rows):
                alone = Ranked(asked, catalogue.index.exact(query.vectors, asked), np.zeros(1))
            (candidate,) = self._candidates(alone)
            n = self._rules.places(k, query.n_listed)
            obstacle = self._why_not(query, row, ranked, candidate.similarity, n, least)
            decision = self._rules.decided(query.article).get(candidate_id)
            if decision and (told := f"it was {decision}") not in obstacle:
                candidate = dataclasses.replace(candidate, note=told)
        said = (*candidate.notes, *self.ranker.sentences(query, asked, self._state)[0])
        ((reason,),) = reasons([query], [[candidate]], [[said]], self._state)
        return dataclasses.replace(reason, signals=self.ranker.signals(query, row, self._state), obstacle=obstacle)

    def _why_not(
        self, query: Query, row: int, ranked: Ranked, similarity: float, n: int, least: Sequence[float]
    ) -> str:
        """Why a row is not among the n suggestions, as a sentence."""
        candidate = self._catalogue.articles[row]
        if row == query.row or candidate.id == query.article.id:
            return "it is the article itself"
        if candidate.id in self._state.listed(query.article):
            return "it is in the article's curated list already"
        if row in query.hidden:
            return "it has the same URL as the article: it is the article itself"
        why = self._rules.none_here(query.article) or self._rules.never(candidate)
        if why or (why := self._refusal(query, row)):
            return why
        if why := self._rules.between(query.article, candidate):
            return why
        if n == 0:
            return _FULL
        (places,) = np.nonzero(ranked.rows == row)
        if not len(places) and (similarity > 0 or self._is_tied(query, row)):
            # The learned ranker's candidates are the nearest in several ways; it scores no others.
            return "many others are nearer, by words and by lists, and only those were ranked"
        if not len(places):
            return "its text has nothing in common with that of the article"
        near = slice(0, max(int(places[0]), n) + _BEHIND)
        left_out = self._choice(query, ranked.at(near), n, least).left_out
        return left_out.get(candidate.id) or "others are shown before it, such as one that tells the same (copies)"

    def _refusal(self, query: Query, row: int) -> str:
        """Why a row may not be suggested whatever its score and the rules, as a sentence; "" when it may."""
        candidate = self._catalogue.articles[row]
        versions = [version_of(one.id, self._catalogue.versions) for one in (query.article, candidate)]
        if versions[0] != versions[1]:
            return f"it is a page of another version ({versions[1] or 'outside of ' + versions[0]})"
        if self._catalogue.languages[row] != query.language:
            return f"it is in another language ({candidate.language or self._state.vectorizer.language})"
        places, sentences = self._refused
        return sentences[int(places[row])].format(candidate)

    @cached_property
    def _refused(self) -> tuple[NDArray[np.int64], list[str]]:
        return first_refusals(self._catalogue, self._state.suggest_unpublished, self._now)

    def _is_tied(self, query: Query, row: int) -> bool:
        """Whether a curated list ties a row to one that shares a word, where that may bring it in."""
        if not isinstance(self.ranker, LearnedRanker):
            return False
        mates = ends_of(self._state.graph.together, row).astype(np.int64)
        return bool(self._catalogue.index.exact(query.vectors, mates[mates != query.row]).any())

    # --------------------------------------------------------------- choose

    def _choice(
        self,
        query: Query,
        ranked: Ranked,
        k: int,
        least: Sequence[float],
        shown: Collection[str] = (),
        *,
        fills: bool = True,
    ) -> Choice:
        """What the rules choose; with `fills` also what fills up, which comes when there is no more to choose from."""
        ranked = self._with_decided(query, ranked)
        stories = self._stories(ranked, least[0])
        choice = self._rules.choose(
            query.article,
            self._candidates(ranked),
            k,
            least,
            shown=shown,
            itself=self._itself(query, ranked),
            similarity=self._similarity,
            copy_of=lambda article: stories.get(text := _text_of(article), text),
            newest=lambda topics: self._newest(query, topics) if fills else (),
        )
        if choice.chosen or _is_by_rule(choice):
            return choice
        return dataclasses.replace(choice, why_none=self._why_none(query, ranked, least[0]))

    def _candidates(self, ranked: Ranked) -> list[Candidate]:
        articles = self._catalogue.articles
        found = zip(ranked.rows.tolist(), ranked.scores.tolist(), ranked.similarities.tolist(), strict=True)
        return [Candidate(articles[row], score, similarity=similarity) for row, score, similarity in found]

    def _itself(self, query: Query, ranked: Ranked) -> set[str]:
        """The ids of rows with the title and text of an article that has a body; else a story may be told twice."""
        body, columns = self._state.vectorizer.field("body"), query.vectors.terms.indices
        if not ((columns >= body.start) & (columns < body.stop)).any():
            return set()
        alike = (self._catalogue.articles[row] for row in ranked.rows[ranked.similarities >= _THE_SAME].tolist())
        return {one.id for one in alike if _text_of(one) == _text_of(query.article)}

    def _stories(self, ranked: Ranked, least: float) -> dict[str, str]:
        """By each text that is good enough one that all tellings of its story share; the best row stands for a text."""
        catalogue = self._catalogue
        best: dict[str, int] = {}
        for row in ranked.rows[ranked.scores >= least].tolist():
            best.setdefault(_text_of(catalogue.articles[row]), row)
        texts, rows = list(best)[:_MOST_COMPARED], np.array(list(best.values())[:_MOST_COMPARED], dtype=np.int64)
        stories, times = np.arange(len(rows)), catalogue.times[rows]
        is_near = np.triu(np.abs(times[:, None] - times) <= _DAYS_OF_STORY, 1)
        near = np.flatnonzero(is_near.any(axis=0) | is_near.any(axis=1))
        if len(near):
            is_near[np.ix_(near, near)] &= catalogue.vectors[rows[near]].products() >= _ONE_STORY
            articles = [catalogue.articles[row] for row in rows.tolist()]
            numbers = [tuple(sorted(_NUMBER.findall(one.title))) if _folded(one.title) else one.id for one in articles]
            for first, other in np.argwhere(is_near).tolist():
                if numbers[first] == numbers[other]:
                    stories[other] = stories[first]
        return {text: texts[story] for text, story in zip(texts, stories.tolist(), strict=True)}

    def _with_decided(self, query: Query, ranked: Ranked) -> Ranked:
        """The ranked rows, and behind them those that an editor pinned or accepted, with 0 for nothing in common."""
        known = {*ranked.rows.tolist(), *query.hidden.tolist()}
        rows = self._catalogue.rows_of(self._rules.wanted(query.article))
        missing = [row for row in rows if row not in known and self.allowed[row]]
        if not missing:
            return ranked
        only = np.zeros(self._catalogue.n_rows, dtype=bool)
        only[missing] = True
        # What is newer was decided too.
        (scored,) = self.rank([dataclasses.replace(query, before=float("nan"))], len(missing), only)
        rest = np.array([row for row in missing if row not in scored.rows], dtype=np.int64)
        nothing = np.zeros(len(rest))
        return ranked.followed_by(scored).followed_by(Ranked(rest, nothing, nothing))

    def _similarity(self, one: str, other: str) -> float:
        """How alike two candidates are."""
        rows = [self._catalogue.row_of(one), self._catalogue.row_of(other)]
        vectors = self._catalogue.vectors[np.array(rows[:1])]
        return float(self._catalogue.index.exact(vectors, np.array(rows[1:]))[0])

    def _newest(self, query: Query, topics: Collection[str]) -> Iterable[Article]:
        """The articles that may be suggested by these topics, the newest first."""
        having = [self._catalogue.topics.rows_of(query.language, topic) for topic in topics]
        rows = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *having]))
        rows = rows[may_answer(query, rows, self._catalogue, self.allowed)]
        rows = rows[np.argsort(self._catalogue.order[rows])]
        return (self._catalogue.articles[row] for row in rows.tolist())

    def _why_none(self, query: Query, ranked: Ranked, least: float) -> str:
        """Why an article has no suggestion though no rule forbids any."""
        if len(ranked.rows) and query.vectors.terms.nnz:
            beyond = "beyond its curated list, " if query.n_listed else ""
            best = min(float(ranked.scores.max()), round(least, 2) - 0.01)  # not rounded up to what it does not reach
            return f"{beyond}no article reaches the score {least:.2f}; the best has {best:.2f}"
        if len(ranked.rows) or query.is_empty:
            return text_obstacle(query.article)
        others = self._catalogue.languages == query.language
        others[query.own] = False
        rows = np.flatnonzero(others)
        others &= self.allowed
        if not others.any():
            places = self._refused[0][rows]
            why = self._refusal(query, rows[np.bincount(places)[places].argmax()]) if len(rows) else ""
            of_most = f"; of most the reason is: {why}" if why else ""
            return f"there is no other article in its language that may be suggested{of_most}"
        others[query.hidden] = False
        if not others.any():
            return "its curated list names all other articles in its language that may be suggested"
        if not may_answer(query, np.flatnonzero(others), self._catalogue, self.allowed).any():
            return "every other article that may be suggested is newer (ranking.suggest_newer)"
        if (query.hidden != query.row).any():
            return "every article that shares a word with it is in its curated list already or is the article itself"
        return f"no {'other' if np.isnan(query.before) else 'older'} article shares a word with it"


def _is_by_rule(choice: Choice) -> bool:
    """Whether a rule or a decision, and not the score alone, left candidates out."""
    return bool(choice.why_none) and not all(why.startswith(BELOW) for why in choice.left_out.values())


def _text_of(article: Article) -> str:
    """What all copies of one text share: the words of the title; an article without any is like no other."""
    return _folded(article.title) or f"\0{article.id}"


@lru_cache(maxsize=65_536)
def _folded(title: str) -> str:
    """The words of a title as a reader hears them."""
    return title_words(fold_title(repair(title)))
