"""
The recommender: a corpus in, suggestions out. Joins the number rooms and the article rooms.

Whoever asks works on one immutable `Fitted`; `fit` and `update` make the next and put it in place at once, so that
several threads may ask meanwhile.
"""

import dataclasses
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from numbers import Real
from pathlib import Path
from typing import Any, Self

import numpy as np
from joblib import effective_n_jobs

from recommender.articles import Article, Corpus, check_corpus
from recommender.cache import user_cache_folder
from recommender.errors import NotFittedError, RecommenderError, list_of_texts
from recommender.ranking.card import model_card
from recommender.ranking.catalogue import days_of
from recommender.ranking.choosing import Chosen, ListAudit, choose_ranker
from recommender.ranking.drift import Drift, drift_of
from recommender.ranking.fitted import Fitted
from recommender.ranking.learned import Check, Ranker
from recommender.ranking.rankers import SimilarityRanker
from recommender.ranking.rules import Rules
from recommender.ranking.select import Selector
from recommender.ranking.state import State
from recommender.settings import Settings, given_or_default
from recommender.suggestions import Reason, Suggestion
from recommender.vectors.neighbors import Vectors
from recommender.vectors.tfidf import FieldVectorizer
from recommender.writing.decisions import Decisions, checked_decisions
from recommender.writing.plan import Answer

logger = logging.getLogger(__name__)


class Recommender:
    """
    Related articles for a corpus.

    Parameters
    ----------
    settings
        All knobs; None for the defaults.
    decisions
        What the site's editors decided, as `read_decisions` gives it; an attribute too, which may be set at any time.

    Examples
    --------
    >>> from recommender import Article, Corpus, Recommender
    >>> corpus = Corpus([
    ...     Article(id="green-tea", title="How to brew green tea", excerpt="Water just below the boil."),
    ...     Article(id="black-tea", title="How to brew black tea", excerpt="Boiling water and four minutes."),
    ...     Article(id="bicycle", title="A bicycle for the city", excerpt="Three gears are enough."),
    ... ])
    >>> [suggestion.article_id for suggestion in Recommender().fit(corpus).suggest("green-tea")]
    ['black-tea']
    """

    def __init__(self, settings: Settings | None = None, decisions: Decisions | None = None) -> None:
        self.settings = given_or_default(settings)
        self.decisions = checked_decisions(decisions)
        self._held: Fitted | None = None
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    # ------------------------------------------------------------------ fit

    def fit(self, corpus: Corpus, progress: Callable[[int, int], None] | None = None) -> Self:
        """
        Itself, with the vocabulary, the neighbors and, where the curated lists allow it, the ranker learned.

        Parameters
        ----------
        corpus
            The site's articles.
        progress
            Called with (steps done, steps in all) as learning goes on.

        Raises
        ------
        CorpusError
            It is given something else, such as a list.
        """
        check_corpus(corpus, "fit")
        articles, now = self.settings.articles, days_of(datetime.now(UTC))
        language = articles.site_language or corpus.site_language
        vectorizer = FieldVectorizer(self.settings.vectors, language, user_cache_folder(articles.cache))
        state = State.build(list(corpus), vectorizer, articles, now)
        logger.info("vectors: %s articles x %s terms", f"{state.catalogue.n_rows:,}", f"{vectorizer.n_terms:,}")
        teach = corpus.reading.lists_teach
        chosen = choose_ranker(state, self.settings, self.decisions, now, do_lists_teach=teach, progress=progress)
        logger.info("ranking: %s", chosen.ranker_decision)
        with self._lock:
            self._held = Fitted(state, chosen, corpus.entry_shape)
        return self

    @property
    def _chosen(self) -> Chosen:
        return self._held.chosen if self._held else Chosen(SimilarityRanker(self.settings.ranking), "")

    @property
    def ranker(self) -> Ranker:
        """What ranks."""
        return self._chosen.ranker

    @property
    def ranker_decision(self) -> str:
        """The figures by which fitting chose the ranker; a sentence."""
        return self._chosen.ranker_decision

    @property
    def ranker_check(self) -> Check | None:
        """The same as numbers; None where nothing was to be decided."""
        return self._chosen.ranker_check

    @property
    def list_audit(self) -> ListAudit | None:
        """How far a reader would agree with the curated lists; None where nobody asked, and in a saved model."""
        return self._chosen.list_audit

    @property
    def ranker_name(self) -> str:
        """``similarity`` or ``learned``: what fitting decided."""
        return self.ranker.name

    @property
    def article_ids(self) -> list[str]:
        """The ids of the site's own articles, sorted."""
        return self._fitted().state.catalogue.ids()

    def unused_rules(self) -> list[str]:
        """A sentence for each rule of the settings that names no article."""
        return list(Rules(self.settings).unused(self._fitted().state.catalogue.articles))

    def article(self, article_id: str) -> Article:
        """
        The article of an id, external articles included.

        Raises
        ------
        UnknownArticleError
            No article has this id.
        """
        catalogue = self._fitted().state.catalogue
        return catalogue.articles[catalogue.known_row(article_id)]

    def listed(self, article_id: str) -> list[str]:
        """The ids of what an article's curated list names, in the editor's order, external articles included."""
        return list(self._fitted().state.listed(self.article(article_id)))

    def vectors_of(self, article_ids: Iterable[str]) -> Vectors:
        """The vectors of some articles, a row each, in their order."""
        catalogue = self._fitted().state.catalogue
        return catalogue.vectors[np.array(list(map(catalogue.known_row, article_ids)), dtype=np.int64)]

    # -------------------------------------------------------------- suggest

    def suggest(
        self, article: Article | str, k: int | None = None, min_score: float | None = None, shown: Collection[str] = ()
    ) -> list[Suggestion]:
        """
        The suggestions for one article, best first.

        Parameters
        ----------
        article
            The id of an article of the corpus, or an `Article`, often a draft that is not in it. A draft gets the same
            answer as it will get once it is added, if it has a date and no list names it before; without a date it is
            asked as if it were published now. Its curated list is no evidence; what it names is not suggested again.
        k
            Most suggestions; None for the setting ``ranking.k``.
        min_score
            Least score, in [0, 1]; None for the setting, or else the ranker's own, which rises from place to place.
        shown
            Ids of articles that the page shows elsewhere already.

        Returns
        -------
        list of Suggestion
            At most k; fewer, or none, where fewer share a signal with the article.

        Raises
        ------
        NotFittedError
            Before `fit`.
        UnknownArticleError
            No article has this id.
        """
        return list(self.answer(article, k, min_score, shown).suggestions)

    def answer(
        self, article: Article | str, k: int | None = None, min_score: float | None = None, shown: Collection[str] = ()
    ) -> Answer:
        """As `suggest`, with the reason where an article has no suggestions."""
        selector = self._selector()
        query = selector.query(article)
        selected = selector.select([query], self._k(k), self._least(selector.ranker, min_score), shown)
        return selector.told([query], selected)[0]

    def suggest_all(
        self,
        k: int | None = None,
        only: Iterable[str] | None = None,
        min_score: float | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[tuple[str, list[Suggestion]]]:
        """
        The suggestions for every article of the corpus, or only for some, in order of their ids.

        Parameters
        ----------
        k, min_score
            As in `suggest`, which gives the same answers.
        only
            Ids of the articles that are asked for.
        progress
            Called with (articles done, articles in all).

        Yields
        ------
        (article_id, list of Suggestion)
        """
        for answer in self.answers(k, only, min_score, progress):
            yield answer.article_id, list(answer.suggestions)

    def answers(
        self,
        k: int | None = None,
        only: Iterable[str] | None = None,
        min_score: float | None = None,
        progress: Callable[[int, int], None] | None = None,
        n_threads: int | None = None,
    ) -> Iterator[Answer]:
        """As `suggest_all`, with what `answer` gives; `n_threads` None is the setting ``ranking.n_jobs``."""
        selector = self._selector()
        return selector.answers(
            None if only is None else sorted(set(list_of_texts(only, "only"))),
            self._k(k),
            self._least(selector.ranker, min_score),
            n_threads or effective_n_jobs(self.settings.ranking.n_jobs),
            progress,
        )

    # --------------------------------------------------------------- update

    def update(self, added: Iterable[Article] = (), removed: Iterable[str] = ()) -> None:
        """
        Take articles in and out without fitting again; the next `suggest` sees it, their curated lists too.

        An added article whose id is known replaces the earlier one. Document frequencies and the ranker stay as they
        were fitted; `drift` tells when that has become too far from the site as it is.

        Parameters
        ----------
        added
            New or changed articles.
        removed
            Ids of articles that are gone.

        Raises
        ------
        UnknownArticleError
            An id to remove is not known; nothing was changed.
        """
        with self._lock:
            fitted = self._fitted()
            state = fitted.state.changed(added, removed)
            # Made now, so that the next draft need not wait for them.
            _ = state.graph.together, state.catalogue.order, state.catalogue.topics
            self._held = dataclasses.replace(fitted, state=state)

    def take_bodies(self, articles: Iterable[Article]) -> None:
        """Take in the bodies of articles that it knows as they are: a saved model seldom has any, for its reasons."""
        with self._lock:
            fitted = self._fitted()
            catalogue = fitted.state.catalogue.with_bodies({one.id: one.body for one in articles})
            self._held = dataclasses.replace(fitted, state=dataclasses.replace(fitted.state, catalogue=catalogue))

    @property
    def drift(self) -> Drift:
        """How far the site has moved since the fit, and whether to fit again; `fit` sets it back."""
        return drift_of(self._fitted().state, self.settings.ranking.refit_at)

    def changes(self, corpus: Corpus) -> tuple[list[Article], list[str]]:
        """
        What `update` needs so that the recommender knows a corpus as it is now.

        Returns
        -------
        added : list of Article
            New and changed articles.
        removed : list of str
            Ids that are gone.

        Raises
        ------
        CorpusError
            It is no corpus, or articles of it cannot be used.
        """
        check_corpus(corpus, "changes")
        known = self._fitted().state.digests
        added = [article for article in corpus if known.get(article.id) != article.digest]
        return added, sorted(set(known) - set(corpus.ids))

    # -------------------------------------------------------------- explain

    def explain(self, article: Article | str, candidate_id: str) -> Reason:
        """
        Why a candidate is, or is not, suggested under an article.

        Parameters
        ----------
        article
            An id or an `Article`, as in `suggest`.
        candidate_id
            The id of the candidate.

        Returns
        -------
        Reason
            Its ``obstacle`` says why the candidate is not in the list; "" when it is.
        """
        selector = self._selector()
        query = selector.query(article)
        return selector.reason_for(query, candidate_id, self._k(), self._least(selector.ranker))

    def approvals(self, article_id: str) -> dict[str, Reason]:
        """
        What speaks for each article that the curated list of an article names, by id.

        The score is the chance that a reader would keep the entry.

        Raises
        ------
        UnknownArticleError
            No article has this id.
        """
        selector = self._selector()
        return selector.approvals(selector.query(article_id))

    # ----------------------------------------------------------- save, load

    def save(self, folder: Path | str, *, bodies: bool = False) -> None:
        """
        Write the model to a folder of plain files: JSON, arrays and the ranker's own text. See `load_model`.

        Entries of curated lists that name an article are not kept: the graph has them.

        Parameters
        ----------
        folder
            Made with its parents; a model that is there is replaced, and a crash leaves the old one or the new one.
        bodies
            Whether to keep the bodies of the articles, from which an explanation takes words as they are written
            there; else it shows these as they are compared.

        Raises
        ------
        NotFittedError
            Before `fit`.
        WriteError
            The folder cannot be written, or holds something that is not a model.
        """
        self._fitted().save(folder, self.settings, self.card(), bodies=bodies)

    def card(self) -> str:
        """The model's card, as Markdown: what it was fitted on, how it was checked, its limits."""
        fitted = self._fitted()
        return model_card(fitted, self.settings, self._least(fitted.chosen.ranker))

    def _fitted(self) -> Fitted:
        if self._held is None:
            raise NotFittedError("the recommender has not been fitted. Call fit(corpus) first, or load_model(folder).")
        return self._held

    def _selector(self) -> Selector:
        return Selector(self._fitted(), Rules(self.settings, self.decisions), days_of(datetime.now(UTC)))

    def _k(self, k: int | None = None) -> int:
        """Most suggestions: what is asked for, else the setting."""
        k = self.settings.ranking.k if k is None else k
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise RecommenderError(f"k must be a whole number from 1, but is {k!r}.")
        return int(k)

    def least_scores(self, min_score: float | None = None) -> tuple[float, ...]:
        """By place, the last also of those that follow: what is asked for, else the setting, else the ranker's own."""
        return self._least(self.ranker, min_score)

    def _least(self, ranker: Ranker, min_score: float | None = None) -> tuple[float, ...]:
        asked = self.settings.ranking.min_score if min_score is None else min_score
        if asked is not None and (isinstance(asked, bool) or not (isinstance(asked, Real) and 0 <= asked <= 1)):
            raise RecommenderError(f"min_score must be a number from 0 to 1, but is {asked!r}.")
        return ranker.thresholds if asked is None else (asked,)


def load_model(folder: Path | str) -> Recommender:
    """
    The recommender that was saved in a folder.

    Raises
    ------
    ModelError
        There is no model, it was saved by another format, or its parts are broken.
    """
    settings, fitted = Fitted.load(folder)
    rec = Recommender(settings)
    rec._held = fitted
    return rec
