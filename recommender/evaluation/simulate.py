"""
What a protocol asks, and how a system lives through it.

A protocol makes a `Plan`: the queries, what is judged right for each, and one or more walks. A walk is what a system
lives through: fitted on what was known first, then step by step asked, and told what became known. Every system
walks the same plan through `fit`, `suggest` and `update`, as a publishing pipeline would; what a walk does not hand
over, no system can know.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.articles import Article, Corpus
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.systems import Contender


@dataclass(frozen=True, slots=True)
class Query:
    """One article that is asked for."""

    article: Article  #: Without its list.
    judged: frozenset[int]  #: The pages that are right: its list, cut to what was known.

    @classmethod
    def of(cls, article: Article, judgments: Judgments, is_known: Callable[[int], bool]) -> Query | None:
        """The query of an article, its judgments cut to the known pages; None where none is left."""
        judged = frozenset(filter(is_known, judgments.judged(article)))
        return cls(dataclasses.replace(article, related=()), judged) if judged else None


@dataclass(frozen=True, slots=True)
class Step:
    """A moment in the life of a site; what is asked is asked before anything is told."""

    asked: tuple[int, ...] = ()  #: Numbers of queries.
    added: tuple[Article, ...] = ()  #: Articles that are new.
    grown: tuple[Article, ...] = ()  #: Articles that were known, whose list can now name more.


@dataclass(frozen=True, slots=True)
class Walk:
    """What one system lives through, from one fit on: what is known at first, and what happens then, in order."""

    start: Corpus
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Plan:
    """What a protocol asks."""

    protocol: str  #: Its name.
    judgments: Judgments  #: Of all articles that take part; defines the pages.
    queries: tuple[Query, ...]  #: n_queries of them, in the order in which they are asked.
    left_out: Mapping[str, int]  #: Reason (a key of `LEFT_OUT`) -> how many articles are not asked for it.
    walks: tuple[Walk, ...]  #: Together they ask every query once.
    test_from: datetime | None = None  #: publish-time: the moment from which queries are asked.


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system gave to one query."""

    #: The best first.
    article_ids: tuple[str, ...]
    scores: tuple[float, ...]


def walk(contender: Contender, path: Walk, asked: Sequence[Article], depth: int) -> tuple[dict[int, Answer], str]:
    """
    Lead a new system through one walk of a plan; `asked` are the articles of its queries, their lists hidden.

    Its answers by query number; and the name of the ranker that the fit chose, "" where it chooses none.
    """
    answers: dict[int, Answer] = {}
    system = contender.new().fit(path.start)
    # What becomes known while nobody asks is told at once, before the next question; the latest form of an article.
    untold: dict[str, Article] = {}
    for step in path.steps:
        if step.asked and untold:
            system.update(added=tuple(untold.values()))
            untold = {}
        for query in step.asked:
            found = system.suggest(asked[query], k=depth, min_score=contender.least_score)
            answers[query] = Answer(tuple(s.article_id for s in found), tuple(s.score for s in found))
        untold.update(
            (article.id, article) for article in (*step.added, *(step.grown if contender.reads_lists else ()))
        )
    return answers, getattr(system, "ranker_name", "")
