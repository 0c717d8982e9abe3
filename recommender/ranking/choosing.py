"""Which ranker a site gets: similarity, or the learned one where the curated lists deserve it and it helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.audit import ListAudit, audit_lists
from recommender.ranking.editors import decided_rows, learn_decisions
from recommender.ranking.learned import Check, Ranker
from recommender.ranking.learning import learn
from recommender.ranking.lessons import Library
from recommender.ranking.queries import query_of
from recommender.ranking.rankers import SimilarityRanker
from recommender.ranking.rules import Rules
from recommender.ranking.state import State
from recommender.settings import RankingSettings, Settings
from recommender.vectors.tfidf import FieldVectorizer
from recommender.writing.decisions import Decisions

#: Articles that tell what is usual on a site.
_N_USUAL = 500
#: How much of their approval lists are believed, for a reader and an editor do not judge independently. By 1, 0.75, 0.5
#: and 0 readers find .89, .91, .94 and .95 good of what is shown on namefi, and as many on helios and keepthrifty; the
#: lists themselves, held out, are met with nDCG@10 .65, .64, .64, .55 on helios and .42, .40, .37, .33 on keepthrifty.
_BELIEVED = 0.75


@dataclass(frozen=True)
class Chosen:
    """The fitted ranker of a site, and the figures by which it was chosen; attributes as `Recommender` has them."""

    ranker: Ranker
    ranker_decision: str
    ranker_check: Check | None = None
    list_audit: ListAudit | None = None


def choose_ranker(
    state: State,
    vectorizer: FieldVectorizer,
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
    asked = partial(query_of, state=state, vectorizer=vectorizer, rules=rules)
    allowed = state.allowed(now)
    decided = decided_rows(decisions.grades(), catalogue)
    own = np.flatnonzero(catalogue.is_alive & ~catalogue.is_external)
    some = np.sort(np.random.default_rng(settings.ranking.seed).permutation(own)[:_N_USUAL])
    # What its own list names is hidden from an answer, and is not from what is usual.
    queries = [asked(catalogue.articles[row].id).without_list() for row in some.tolist()]
    similarity = SimilarityRanker(settings.ranking).fit(queries, catalogue, allowed)
    chosen = _choose(state, vectorizer, settings.ranking, similarity, allowed, decided, do_lists_teach, progress)
    chosen.ranker.editors = learn_decisions(
        decided, chosen.ranker, asked, state, allowed, settings.vectors.ignore_topics
    )
    return chosen


def _choose(
    state: State,
    vectorizer: FieldVectorizer,
    settings: RankingSettings,
    similarity: SimilarityRanker,
    allowed: NDArray[np.bool_],
    decided: Mapping[int, Mapping[int, bool]],
    do_lists_teach: bool,
    progress: Callable[[int, int], None] | None,
) -> Chosen:
    """The learned ranker where the curated lists deserve it and it helps, else the one that learns from no list."""
    if settings.ranker == "similarity" or settings.follow == "reader":
        return Chosen(similarity, "similarity, as the settings say")
    if not do_lists_teach:
        return Chosen(similarity, "similarity: most of what the curated lists name is no article of the site")
    catalogue = state.catalogue
    audit = audit_lists(state, similarity, settings.seed)
    if settings.follow == "auto" and not audit.is_approved:
        return Chosen(similarity, f"similarity: {audit}", list_audit=audit)
    # Only the learned ranker compares titles, excerpts and topics for themselves.
    everything = [catalogue.articles[row] for row in range(catalogue.n_rows)]
    vectorizer.fit_comparison(everything)
    catalogue.compare(vectorizer.compared(everything))
    trust = None if settings.follow == "lists" else _BELIEVED * audit.approval
    learned, check = learn(Library(state, vectorizer, allowed, similarity, trust, settings, decided), progress)
    return Chosen(learned or similarity, str(check), check, audit)
