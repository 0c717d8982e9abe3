"""
Which ranker a site gets: similarity, or the learned one where the curated lists deserve it and it helps.

How far a reader would agree with the lists is what they deserve: they are evidence, not truth.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from recommender.errors import SettingsError
from recommender.ranking.editors import decided_rows, learn_decisions
from recommender.ranking.learned import LEAST_LISTS, Check, Ranker, too_few
from recommender.ranking.learning import learn
from recommender.ranking.lessons import Library
from recommender.ranking.queries import query_of
from recommender.ranking.rankers import Query, SimilarityRanker
from recommender.ranking.rules import Rules
from recommender.ranking.state import State
from recommender.settings import RankingSettings, Settings
from recommender.writing.decisions import Decisions

logger = logging.getLogger(__name__)
#: Articles that tell what is usual on a site.
_N_USUAL = 500
#: How much of their approval lists are believed, for a reader and an editor do not judge independently. By 1, 0.75, 0.5
#: and 0 readers find .89, .91, .94 and .95 good of what is shown on namefi, and as many on helios and keepthrifty; the
#: lists themselves, held out, are met with nDCG@10 .65, .64, .64, .55 on helios and .42, .40, .37, .33 on keepthrifty.
_BELIEVED = 0.75

#: Entries that are looked at, drawn at random.
_MOST_LOOKED_AT = 2_000
#: Lists are followed where a reader would keep at least this share of their entries. On the graded sites it is 0.08 for
#: lists that readers reject, and 0.2 and more for those that people made with care.
_LEAST_APPROVAL = 0.15


@dataclass(frozen=True)
class ListAudit:
    """What a reader would make of the curated lists."""

    n_looked_at: int  #: How many entries were looked at, of those that name an article of the site, or one elsewhere.
    approval: float  #: The share of those that a reader would keep, as the reader's curve estimates it; in [0, 1].
    n_lists: int  #: How many lists they stand in.
    #: (article, entry, chance) by ids, the most doubtful entries first, at most fifty.
    doubtful: tuple[tuple[str, str, float], ...] = ()

    @property
    def is_approved(self) -> bool:
        """Whether the lists are followed where the settings leave it open."""
        return self.approval >= _LEAST_APPROVAL

    def __str__(self) -> str:
        """A sentence for an editor."""
        if not self.n_looked_at:
            return "there are no curated lists to learn from"
        if self.n_lists < LEAST_LISTS:
            return too_few(self.n_lists)
        not_followed = "are not followed. To follow them all the same: ranking.follow: lists"
        verdict = "are followed" if self.is_approved else not_followed
        return (
            f"of {self.n_looked_at:,} entries of curated lists that were looked at, readers would keep about "
            f"{self.approval:.0%}; they {verdict}"
        )


def audit_lists(state: State, asked: Callable[[str], Query], similarity: SimilarityRanker, seed: int) -> ListAudit:
    """
    The audit of all lists, by a sample of their entries; `similarity` knows what a reader makes of a pair.

    `asked` makes a query of the id of an article.
    """
    catalogue = state.catalogue
    source, target = state.graph.edges()
    if not len(source):
        return ListAudit(0, 0.0, 0)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(source))[:_MOST_LOOKED_AT])
    source, target = source[chosen], target[chosen]
    chances = np.zeros(len(chosen))
    for row in np.unique(source).tolist():
        query, is_own = asked(catalogue.articles[row].id), source == row
        similarities = catalogue.index.exact(query.vectors, target[is_own])
        chances[is_own] = similarity.chances(query, similarities, target[is_own], catalogue)
    doubted = np.lexsort((target, source, chances))[:50]
    doubtful = zip(source[doubted].tolist(), target[doubted].tolist(), chances[doubted].tolist(), strict=True)
    articles = catalogue.articles
    named = tuple((articles[one].id, articles[other].id, chance) for one, other, chance in doubtful)
    return ListAudit(len(chosen), float(chances.mean()), len(np.unique(source)), named)


@dataclass(frozen=True)
class Chosen:
    """The fitted ranker of a site, and the figures by which it was chosen; attributes as `Recommender` has them."""

    ranker: Ranker
    ranker_decision: str
    ranker_check: Check | None = None
    list_audit: ListAudit | None = None


def choose_ranker(
    state: State,
    settings: Settings,
    decisions: Decisions,
    now: float,
    *,
    do_lists_teach: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Chosen:
    """
    The ranker that a site gets, with what it learned from editors' decisions.

    Who may be suggested depends on `now`, in days since 1970. `do_lists_teach` says whether enough of what the lists
    name are articles.
    """
    catalogue, rules = state.catalogue, Rules(settings, decisions)
    asked = partial(query_of, state=state, rules=rules)
    allowed = state.allowed(now)
    own = np.flatnonzero(~catalogue.is_external)
    some = np.sort(np.random.default_rng(settings.ranking.seed).permutation(own)[:_N_USUAL])
    # What its own list names is hidden from an answer, and is not from what is usual.
    queries = [asked(catalogue.articles[row].id).without_list() for row in some.tolist()]
    similarity = SimilarityRanker(settings.ranking).fit(queries, catalogue, allowed)
    chosen = _choose(state, settings.ranking, similarity, allowed, asked, do_lists_teach, progress)
    decided = decided_rows(decisions.grades(), catalogue)
    chosen.ranker.editors = learn_decisions(decided, chosen.ranker, asked, state, allowed)
    return chosen


def _choose(
    state: State,
    settings: RankingSettings,
    similarity: SimilarityRanker,
    allowed: NDArray[np.bool_],
    asked: Callable[[str], Query],
    do_lists_teach: bool,
    progress: Callable[[int, int], None] | None,
) -> Chosen:
    """The learned ranker where the curated lists deserve it and it helps, else the one that learns from no list."""
    if settings.ranker == "similarity" or settings.follow == "reader":
        return Chosen(similarity, "similarity, as the settings say")
    if not do_lists_teach:
        return Chosen(similarity, "similarity: most of what the curated lists name is no article of the site")
    audit = audit_lists(state, asked, similarity, settings.seed)
    if settings.follow == "auto" and not audit.is_approved:
        return Chosen(similarity, f"similarity: {audit}", list_audit=audit)
    # Only the learned ranker compares titles, excerpts and topics for themselves.
    articles = state.catalogue.articles
    state.vectorizer.fit_comparison(articles)
    state.catalogue.compare(state.vectorizer.compared(articles))
    trust = None if settings.follow == "lists" else _BELIEVED * audit.approval
    try:
        learned, check = learn(Library(state, asked, allowed, similarity, trust, settings), progress)
    except SettingsError as error:
        # The system lacks what lightgbm builds on, as slim images and new Macs do.
        if settings.ranker == "learned":
            raise
        logger.warning("%s", error)
        return Chosen(similarity, "similarity: lightgbm cannot be loaded", list_audit=audit)
    return Chosen(learned or similarity, str(check), check, audit)
