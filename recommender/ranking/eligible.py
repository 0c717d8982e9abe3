"""Who may be suggested at all, whatever the ranker says. An article room."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from recommender.articles import NEVER
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.settings import ArticlesSettings

logger = logging.getLogger(__name__)

#: Lists that name unpublished articles more rarely name drafts that are due, or slip; the others, articles that readers
#: can see all the same, since the site means something else by the word.
_LEAST_SHARE_NAMED = 0.1


def suggests_unpublished(settings: ArticlesSettings, catalogue: Catalogue, graph: CurationGraph, now: float) -> bool:
    """Whether unpublished, draft and future articles may be suggested; why is logged. `now` is in days since 1970."""
    choice = settings.suggest_unpublished
    hidden = catalogue.is_alive & ~_is_public(catalogue, now) & _is_visible(catalogue, now)
    _, targets = graph.edges()
    n_named, n_entries = int(np.count_nonzero(hidden[targets])), int(np.count_nonzero(~catalogue.is_external[targets]))
    may = choice == "yes" or (choice == "auto" and n_named >= max(1, _LEAST_SHARE_NAMED * n_entries))
    if choice != "auto":
        why = f"articles.suggest_unpublished is {choice}"
    elif n_named:
        why = f"of {n_entries:,} entries of curated lists, {n_named:,} name one"
    else:
        why = "no curated list names one"
    verb = "may" if may else "may not"
    logger.info("rules: %s unpublished articles %s be suggested: %s", f"{hidden.sum():,}", verb, why)
    return may


def allowed_rows(catalogue: Catalogue, suggest_unpublished: bool, now: float) -> NDArray[np.bool_]:
    """
    Rows that may be suggested, shape (n_rows,).

    Left out are removed articles, second files of one URL, those that are not visible yet or any more, unpublished
    ones unless they may be suggested, and external articles with a date later than every article of the site: they
    cannot have been read yet.
    """
    allowed = catalogue.is_alive & ~catalogue.is_repeat & _is_visible(catalogue, now)
    if not suggest_unpublished:
        allowed &= _is_public(catalogue, now) | catalogue.is_external
    if catalogue.is_external.any():
        own_times = catalogue.times[catalogue.is_alive & ~catalogue.is_external]
        newest = np.nanmax(own_times) if np.isfinite(own_times).any() else np.inf
        allowed &= ~(catalogue.is_external & (catalogue.times > newest))
    return allowed


def obstacle(row: int, catalogue: Catalogue, allowed: NDArray[np.bool_], group: int, now: float) -> str:
    """Why a row may not be suggested whatever its score, as a sentence; "" when it may."""
    article = catalogue.articles[row]
    if not catalogue.is_alive[row]:
        return "it was removed"
    if catalogue.is_repeat[row]:
        return "another file has its URL, and suggestions name the first"
    if catalogue.groups[row] != group:
        return f"it is in another language ({article.language or catalogue.site_language})"
    if not allowed[row]:
        if article.visible_from == NEVER:
            return "it is a draft, or the site's generator makes no page of it"
        if catalogue.visible_from[row] > now:
            return f"it is not to be seen before {article.visible_from:%Y-%m-%d}"
        if catalogue.visible_until[row] <= now:
            return f"it expired on {article.visible_until:%Y-%m-%d}"
        if not article.is_published:
            return "it is not published (articles.suggest_unpublished)"
        if catalogue.times[row] > now:
            return "its date lies in the future (articles.suggest_unpublished)"
        return "it is an external article newer than every article of the site"
    return ""


def _is_public(catalogue: Catalogue, now: float) -> NDArray[np.bool_]:
    """Published and not dated in the future, shape (n_rows,)."""
    return catalogue.is_published & ~(catalogue.times > now)


def _is_visible(catalogue: Catalogue, now: float) -> NDArray[np.bool_]:
    """Neither embargoed nor expired, and a page of the site at all, shape (n_rows,)."""
    return ~(catalogue.visible_from > now) & ~(catalogue.visible_until <= now)
