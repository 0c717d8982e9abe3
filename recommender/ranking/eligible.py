"""Who may be suggested at all, whatever the ranker says. An article room."""

import logging
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.articles import NEVER
from recommender.ranking.catalogue import Catalogue, days_of
from recommender.ranking.curation import CurationGraph
from recommender.settings import ArticlesSettings

logger = logging.getLogger(__name__)

#: Lists that name unpublished articles more rarely, or fewer times, name drafts that are due, or slip; the others,
#: articles that readers can see all the same, since the site means something else by the word.
_LEAST_SHARE_NAMED, _LEAST_NAMED = 0.1, 3


def suggests_unpublished(settings: ArticlesSettings, catalogue: Catalogue, graph: CurationGraph, now: float) -> bool:
    """Whether unpublished, draft and future articles may be suggested; why is logged. `now` is in days since 1970."""
    choice = settings.suggest_unpublished
    is_hidden = ~catalogue.is_published | (catalogue.times > now)
    hidden = is_hidden & ~(catalogue.visible_from > now) & ~(catalogue.visible_until <= now)
    _, targets = graph.edges()
    n_named, n_entries = int(np.count_nonzero(hidden[targets])), int(np.count_nonzero(~catalogue.is_external[targets]))
    may = choice == "yes" or (choice == "auto" and n_named >= max(_LEAST_NAMED, _LEAST_SHARE_NAMED * n_entries))
    why = f"of {n_entries:,} entries of curated lists, {n_named:,} name one" if n_named else "no curated list names one"
    if choice != "auto":
        why = f"articles.suggest_unpublished is {choice}"
    verb = "may" if may else "may not"
    logger.info("rules: %s unpublished articles %s be suggested: %s", f"{hidden.sum():,}", verb, why)
    return may


def refusals(catalogue: Catalogue, suggest_unpublished: bool, now: float) -> Iterator[tuple[NDArray[np.bool_], str]]:
    """Each reason not to suggest an article: the rows that have it, shape (n_rows,), and a sentence about ``{0}``."""
    yield catalogue.is_repeat, "another file has its URL, and suggestions name the first that is published"
    yield catalogue.is_barred, "its front matter asks never to suggest it (recommender: never-suggest)"
    makes_no_page = catalogue.visible_from >= days_of(NEVER)
    yield makes_no_page, "it is a draft (articles.fields.published), or the site's generator makes no page of it"
    yield catalogue.visible_from > now, "it is not to be seen before {0.visible_from:%Y-%m-%d}"
    yield catalogue.visible_until <= now, "it expired on {0.visible_until:%Y-%m-%d}"
    own = ~catalogue.is_external
    if not suggest_unpublished:
        yield own & ~catalogue.is_published, "it is not published (set articles.suggest_unpublished: yes to allow it)"
        yield (
            own & (catalogue.times > now),
            "its date lies in the future (set articles.suggest_unpublished: yes to allow it)",
        )
    newest = np.fmax.reduce(catalogue.times[own], initial=np.nan)
    # It cannot have been read yet.
    yield ~own & (catalogue.times > newest), "it is an external article newer than every article of the site"


def first_refusals(catalogue: Catalogue, suggest_unpublished: bool, now: float) -> tuple[NDArray[np.int64], list[str]]:
    """For each row the place of the first reason not to suggest it, and the reasons, of which the last is none."""
    found = list(refusals(catalogue, suggest_unpublished, now))
    places = np.select([refused for refused, _ in found], list(range(len(found))), len(found))
    return places, [*(sentence for _, sentence in found), ""]
