"""
The recommender: a corpus in, suggestions out. Joins the number rooms and the article rooms.

Whoever asks works on one immutable state; `update` builds the next state and puts it in place, so that several threads
may ask while one updates.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
from joblib import effective_n_jobs
from numpy.typing import NDArray

from recommender.articles import Article, Corpus, EntryShape
from recommender.cache import user_cache_folder
from recommender.errors import CorpusError, ModelError, NotFittedError, RecommenderError, UnknownArticleError
from recommender.model_store import load_parts, save_parts
from recommender.ranking.audit import ListAudit, audit_lists
from recommender.ranking.card import model_card
from recommender.ranking.catalogue import days_of
from recommender.ranking.drift import Drift, drift_of
from recommender.ranking.editors import EditorsModel, decided_rows, learn_decisions
from recommender.ranking.eligible import suggests_unpublished
from recommender.ranking.explain import reasons
from recommender.ranking.features import Words
from recommender.ranking.learned import Check, LearnedRanker, restore_ranker
from recommender.ranking.learning import learn
from recommender.ranking.lessons import Library
from recommender.ranking.parts import state_from_parts, state_parts
from recommender.ranking.rankers import Query, Ranked, Ranker, SimilarityRanker
from recommender.ranking.rules import Rules
from recommender.ranking.select import Selected, Selector, places_to_fill
from recommender.ranking.state import State
from recommender.settings import Settings, describe_settings, settings_from_mapping
from recommender.suggestions import Reason, Suggestion
from recommender.vectors.neighbors import Vectors
from recommender.vectors.tfidf import FieldVectorizer
from recommender.writing.decisions import Decisions
from recommender.writing.plan import Answer

logger = logging.getLogger(__name__)

#: Queries that `suggest_all` hands to a thread at once; bounds memory.
_BLOCK = 512

#: Articles that tell what is usual on a site.
_N_USUAL = 500

#: The share of rows that may be of removed or replaced articles; beyond it they are cleared out, which costs as much as
#: indexing anew, and so a small constant for each article that was removed.
_MOST_REMOVED = 0.25


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
        self.settings = settings or Settings()
        self.decisions = decisions or Decisions()
        self.entry_shape = EntryShape()
        self.ranker: Ranker = SimilarityRanker(self.settings.ranking)
        self.vectorizer = FieldVectorizer(self.settings.vectors)
        #: The figures by which fitting chose the ranker; a sentence.
        self.ranker_decision = ""
        #: The same as numbers; None where nothing was to be decided.
        self.ranker_check: Check | None = None
        #: How far a reader would agree with the curated lists; None where nobody asked, and in a saved model.
        self.list_audit: ListAudit | None = None
        self._state: State | None = None
        self._lock = threading.Lock()
        #: A digest of each of the site's own articles as it was handed over, by id.
        self._digests: dict[str, str] = {}

    # ------------------------------------------------------------------ fit

    def fit(self, corpus: Corpus, progress: Callable[[int, int], None] | None = None) -> Self:
        """
        Learn the vocabulary, the neighbors and, where the curated lists allow it, the ranker.

        Parameters
        ----------
        corpus
            The site's articles.
        progress
            Called with (steps done, steps in all) as learning goes on.

        Returns
        -------
        Recommender
            Itself.

        Raises
        ------
        CorpusError
            It is given something else, such as a list.
        """
        if not isinstance(corpus, Corpus):
            raise CorpusError(
                f"fit takes a Corpus, but was given a {type(corpus).__name__}. Make one: Corpus(articles), or "
                "read_site(folder)."
            )
        articles = list(corpus)
        self.entry_shape = corpus.entry_shape
        ranking = self.settings.ranking
        self.vectorizer = FieldVectorizer(
            self.settings.vectors,
            self.settings.articles.site_language or corpus.site_language,
            ranking.n_jobs,
            ranking.seed,
            self._kept_between_runs(),
        )
        state = State.build(articles, self.vectorizer, fit=True)
        state.suggest_unpublished, why = suggests_unpublished(
            self.settings.articles.suggest_unpublished, state.catalogue, state.graph, _now()
        )
        logger.info("rules: %s", why)
        catalogue = state.catalogue
        logger.info("vectors: %s articles x %s terms", f"{catalogue.n_rows:,}", f"{catalogue.n_terms:,}")
        self._digests = {article.id: _digest(article) for article in articles}
        do_teach = corpus.reading is None or corpus.reading.lists_teach
        decided = decided_rows(self.decisions.grades(), catalogue)
        self.ranker, self.ranker_decision = self._choose_ranker(state, decided, do_teach, progress)
        self.ranker.editors = self._learn_decisions(state, decided)
        logger.info("ranking: %s", self.ranker_decision)
        self._state = state
        return self

    def _similarity(self, state: State) -> SimilarityRanker:
        """The ranker that learns from no list: from some articles it learns what is usual on the site."""
        own = np.flatnonzero(state.catalogue.is_alive & ~state.catalogue.is_external)
        random = np.random.default_rng(self.settings.ranking.seed)
        some = np.sort(random.permutation(own)[:_N_USUAL])
        queries = [self._query(state, state.catalogue.articles[int(row)].id) for row in some]
        # Its own list is hidden from an answer, and is not from this.
        queries = [dataclasses.replace(query, hidden=query.own) for query in queries]
        return SimilarityRanker(self.settings.ranking).fit(queries, state.catalogue, self._allowed(state))

    def _choose_ranker(
        self,
        state: State,
        decided: Mapping[int, Mapping[int, bool]],
        do_lists_teach: bool,
        progress: Callable[[int, int], None] | None,
    ) -> tuple[Ranker, str]:
        """The learned ranker where the curated lists deserve it and it helps, else similarity; and the figures."""
        ranking, catalogue = self.settings.ranking, state.catalogue
        similarity = self._similarity(state)
        self.list_audit = self.ranker_check = None
        if ranking.ranker == "similarity" or ranking.follow == "reader":
            return similarity, "similarity, as the settings say"
        if not do_lists_teach:
            return similarity, "similarity: most of what the curated lists name is no article of the site"
        self.list_audit = audit_lists(catalogue, state.graph, similarity, ranking.seed)
        if ranking.follow == "auto" and not self.list_audit.is_approved:
            return similarity, f"similarity: {self.list_audit}"
        # Only the learned ranker compares titles, excerpts and topics for themselves.
        everything = [catalogue.articles[row] for row in range(catalogue.n_rows)]
        self.vectorizer.fit_comparison(everything)
        catalogue.compare(self.vectorizer.compared(everything))
        decision = learn(
            Library(
                state.catalogue,
                state.graph,
                self._words(),
                self._allowed(state),
                state.rows_of_identity,
                similarity,
                None if ranking.follow == "lists" else self.list_audit.approval,
                self.settings.ranking,
                decided,
            ),
            progress,
        )
        self.ranker_check = decision.check
        return decision.ranker or similarity, str(decision.check)

    def _learn_decisions(self, state: State, decided: Mapping[int, Mapping[int, bool]]) -> EditorsModel:
        ignored = self.settings.vectors.ignore_topics
        allowed = self._allowed(state)
        return learn_decisions(
            decided, self.ranker, lambda key: self._query(state, key), state.catalogue, state.graph, allowed, ignored
        )

    @property
    def ranker_name(self) -> str:
        """``similarity`` or ``learned``: what fitting decided."""
        return self.ranker.name

    @property
    def corpus_fingerprint(self) -> str:
        """A digest of the articles that it knows; equal for equal corpora."""
        parts = "".join(f"{article_id}\0{self._digests[article_id]}\0" for article_id in sorted(self._digests))
        return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    @property
    def n_rows(self) -> int:
        """Rows that may be searched: the site's articles, external ones, and those that were removed."""
        return self._fitted().catalogue.n_rows

    @property
    def article_ids(self) -> list[str]:
        """The ids of the site's own articles, sorted."""
        return self._fitted().catalogue.ids()

    def article(self, article_id: str) -> Article:
        """
        The article of an id, external articles included.

        Raises
        ------
        UnknownArticleError
            No article has this id.
        """
        state = self._fitted()
        return state.catalogue.articles[self._row(state, article_id)]

    def listed(self, article_id: str) -> list[str]:
        """The ids of what an article's curated list names, in the editor's order, external articles included."""
        state = self._fitted()
        catalogue = state.catalogue
        article = catalogue.articles[self._row(state, article_id)]
        return [catalogue.articles[row].id for row in state.listed_rows(article)]

    def vectors_of(self, article_ids: Iterable[str]) -> Vectors:
        """The vectors of some articles, a row each, in their order."""
        state = self._fitted()
        return state.catalogue.vectors[np.array([self._row(state, found) for found in article_ids], dtype=np.int64)]

    # -------------------------------------------------------------- suggest

    def suggest(
        self,
        article: Article | str,
        k: int | None = None,
        min_score: float | None = None,
        shown: Collection[str] = (),
    ) -> list[Suggestion]:
        """
        The suggestions for one article, best first.

        Parameters
        ----------
        article
            The id of an article of the corpus, or an `Article`, often a draft that is not in it. A draft gets the same
            answer as it will get once it is added. Its curated list is no evidence; what it names is not suggested
            again.
        k
            Most suggestions; None for the setting ``ranking.k``.
        min_score
            Least score, in [0, 1]; None for the setting, or else the ranker's own threshold.
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
        state = self._fitted()
        query = self._query(state, article)
        selector = self._selector(state)
        (selected,) = selector.select([query], [self._k(k, query)], self.least_score(min_score), shown)
        return selector.suggestions(query, selected)

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
        """
        As `suggest_all`, with the reason where an article has no suggestions: what writers take.

        While the answers of a block are explained, the next blocks are ranked, each by a thread; as many of these as
        `n_threads`, None for the setting ``ranking.n_jobs``.
        """
        state = self._fitted()
        ids = state.catalogue.ids() if only is None else sorted(set(only))
        n_threads = n_threads or effective_n_jobs(self.settings.ranking.n_jobs)
        selector = self._selector(state)

        def chosen(start: int) -> list[tuple[Query, Selected]]:
            queries = [self._query(state, article_id) for article_id in ids[start : start + _BLOCK]]
            places = [self._k(k, query) for query in queries]
            return list(zip(queries, selector.select(queries, places, self.least_score(min_score)), strict=True))

        starts = iter(range(0, len(ids), _BLOCK))
        with ThreadPoolExecutor(n_threads) as pool:
            # One more than there are threads: none waits while answers are taken from the first.
            coming = deque(pool.submit(chosen, start) for start in islice(starts, n_threads + 1))
            n_done = 0
            while coming:
                block = coming.popleft().result()
                coming.extend(pool.submit(chosen, start) for start in islice(starts, 1))
                for query, selected in block:
                    suggestions = selector.suggestions(query, selected)
                    yield Answer(query.article.id, tuple(suggestions), selected.why_none)
                n_done += len(block)
                if progress:
                    progress(n_done, len(ids))

    def why_none(self, article: Article | str) -> str:
        """Why an article has no suggestion, as a sentence; "" when it has one."""
        state = self._fitted()
        query = self._query(state, article)
        return self._selector(state).select([query], [self._k(None, query)], self.least_score())[0].why_none

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
        # Of two articles with one id the last counts.
        latest = {article.id: article for article in added}
        added = [latest[article_id] for article_id in sorted(latest)]
        removed = list(dict.fromkeys(removed))
        with self._lock:
            state, digests = self._fitted().copy(), self._digests.copy()
            state.change(added, [self._row(state, article_id) for article_id in removed], self.vectorizer)
            for article_id in removed:
                digests.pop(article_id, None)
            for article in added:
                digests[article.id] = _digest(article)
            if state.n_removed > state.catalogue.n_rows * _MOST_REMOVED:
                state = state.compacted()
            if isinstance(self.ranker, LearnedRanker):
                # Made now, so that the next draft need not wait for them.
                _ = state.graph.arrays, state.catalogue.order
            self._state, self._digests = state, digests

    @property
    def drift(self) -> Drift:
        """
        How far the site has moved since the fit, and whether to fit again; `fit` sets it back.

        Taken when it is asked for, by reading the words of what is new and counting those of all articles.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        return drift_of(self._fitted().catalogue, self.vectorizer, self.settings.ranking.refit_at)

    def changes(self, corpus: Corpus) -> tuple[list[Article], list[str]]:
        """
        What `update` needs so that the recommender knows a corpus as it is now.

        Returns
        -------
        added : list of Article
            New and changed articles.
        removed : list of str
            Ids that are gone.
        """
        added = [article for article in corpus if self._digests.get(article.id) != _digest(article)]
        return added, sorted(set(self._digests) - set(corpus.ids))

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
        state = self._fitted()
        query = self._query(state, article)
        row = self._row(state, candidate_id)
        return self._selector(state).reason_for(query, row, self._k(None, query), self.least_score())

    def approvals(self, article_id: str) -> dict[str, Reason]:
        """
        What speaks for each article that the curated list of an article names, by id.

        The score is the chance that a reader would keep the entry.

        Raises
        ------
        UnknownArticleError
            No article has this id.
        """
        state = self._fitted()
        query, catalogue = self._query(state, article_id), state.catalogue
        rows = np.array(sorted(state.listed_rows(query.article)), dtype=np.int64)
        similarity = self.ranker.similarity if isinstance(self.ranker, LearnedRanker) else self.ranker
        if not len(rows) or not isinstance(similarity, SimilarityRanker):
            return {}
        similarities = catalogue.index.exact(query.vectors, rows)
        listed = Ranked(rows, similarities, similarity.chances(query, similarities, rows, catalogue))
        why = reasons(query, listed, [() for _ in rows], catalogue, self.vectorizer)
        return {catalogue.articles[row].id: reason for row, reason in zip(rows.tolist(), why, strict=True)}

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
        # While nothing is updated: articles and their digests are of one moment.
        with self._lock:
            state, lines, arrays = state_parts(self._fitted(), self._digests, bodies=bodies)
            ranker, trees = self.ranker.state()
            terms, of_terms = self.vectorizer.state()
            head = {
                "recommender": version("recommender"),
                "n_articles": len(self._digests),
                "n_terms": self.vectorizer.n_terms,
                "fingerprint": self.corpus_fingerprint,
                "ranker": ranker,
                "ranker_decision": self.ranker_decision,
                "ranker_check": None if self.ranker_check is None else dataclasses.asdict(self.ranker_check),
                "entry_shape": dataclasses.asdict(self.entry_shape),
                "settings": dataclasses.asdict(self.settings),
                "state": state,
            }
            texts = {"articles.jsonl": lines, "terms.json": json.dumps(terms, ensure_ascii=False), **trees}
            card = self.card()
        save_parts(folder, head, texts, arrays | of_terms, card)

    def card(self) -> str:
        """The model's card, as Markdown: what it was fitted on, how it was checked, its limits."""
        defaults = {name: value for name, value, _ in describe_settings()}
        return model_card(
            version=version("recommender"),
            fingerprint=self.corpus_fingerprint,
            n_articles=len(self._digests),
            n_terms=self.vectorizer.n_terms,
            ranker_name=self.ranker.name,
            threshold=self.least_score(),
            decision=self.ranker_decision,
            check=self.ranker_check,
            gains=self.ranker.feature_gains() if isinstance(self.ranker, LearnedRanker) else {},
            changed_settings=[
                (name, value) for name, value, _ in describe_settings(self.settings) if value != defaults[name]
            ],
        )

    @classmethod
    def load(cls, folder: Path | str) -> Recommender:
        """The recommender that `save` wrote; as `load_model`."""
        try:
            head, texts, arrays = load_parts(folder)
            rec = cls(settings_from_mapping(head["settings"], "manifest.json"))
            rec.entry_shape = EntryShape(**head["entry_shape"])
            rec.ranker_decision = head["ranker_decision"]
            rec.ranker_check = None if head["ranker_check"] is None else Check(**head["ranker_check"])
            rec.vectorizer = FieldVectorizer(rec.settings.vectors, folder=rec._kept_between_runs())
            rec.vectorizer.restore(json.loads(texts["terms.json"]), arrays)
            rec._state, rec._digests = state_from_parts(head["state"], texts["articles.jsonl"], arrays)
            vectors = rec._state.catalogue.vectors
            if (vectors.terms.shape[1], *vectors.dense.shape[1:]) != (rec.vectorizer.n_terms, rec.vectorizer.n_dense):
                raise ValueError("the vectors of the articles are not of the size of the vocabulary")
            rec.ranker = restore_ranker(head["ranker"], texts, rec._words(), rec.settings)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ModelError(
                f"{folder}: its parts do not fit together ({error}). "
                f"Fit it again: recommender fit SITE --model {folder}."
            ) from None
        return rec

    # ------------------------------------------------------------ the parts

    def _kept_between_runs(self) -> Path | None:
        """Where a sentence model's embeddings are kept."""
        return user_cache_folder(self.settings.articles.cache)

    def _fitted(self) -> State:
        if self._state is None:
            raise NotFittedError("the recommender has not been fitted. Call fit(corpus) first, or load_model(folder).")
        return self._state

    def _row(self, state: State, article_id: str) -> int:
        row = state.catalogue.row_of(article_id)
        if row is None:
            raise UnknownArticleError(article_id, state.catalogue.ids())
        return row

    def _k(self, k: int | None, query: Query) -> int:
        """Places to fill under one article."""
        if k is None:
            k = self.settings.ranking.k
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise RecommenderError(f"k must be a whole number from 1, but is {k!r}.")
        return places_to_fill(int(k), query, self.settings.ranking.fill)

    def least_score(self, min_score: float | None = None) -> float:
        """The least score of a suggestion: the one that is asked for, else the setting's, else the ranker's own."""
        asked = self.settings.ranking.min_score if min_score is None else min_score
        return self.ranker.threshold if asked is None else asked

    def _words(self) -> Words:
        return Words(self.vectorizer.word_rarities(), self.vectorizer.is_name)

    def _allowed(self, state: State) -> NDArray[np.bool_]:
        return state.allowed(_now())

    def _query(self, state: State, article: Article | str) -> Query:
        """The article as numbers: its row when it is in the corpus unchanged, else vectors of its own."""
        catalogue = state.catalogue
        row = -1
        if isinstance(article, str):
            row = self._row(state, article)
            article = catalogue.articles[row]
            vectors = catalogue.vectors[np.array([row])]
        elif isinstance(article, Article):
            vectors = self.vectorizer.transform([article])
        else:
            raise CorpusError(
                f"suggestions are for an Article or the id of one, but this is a {type(article).__name__}. Make one: "
                "Article(id=..., title=..., excerpt=...), or read_article(file)."
            )
        listed = state.listed_rows(article)
        own = state.rows_of_identity(article)
        hidden = own.union(listed)
        time = days_of(article.published_at)
        if np.isnan(time) and row < 0:
            # A draft has no date yet: it will be the newest, by an hour.
            time = catalogue.newest + 1 / 24
        return Query(
            article=article,
            vectors=vectors,
            time=time,
            group=catalogue.group_of(article),
            row=row,
            hidden=np.array(sorted(hidden), dtype=np.int64),
            n_listed=len(listed),
            own=np.array(sorted(own), dtype=np.int64),
            before=time if self._rules().wants_older(article) else float("nan"),
        )

    def _rules(self) -> Rules:
        return Rules(self.settings, self.decisions)

    def _selector(self, state: State) -> Selector:
        return Selector(state, self.ranker, self._rules(), self.vectorizer, _now(), self.entry_shape)


def load_model(folder: Path | str) -> Recommender:
    """
    The recommender that was saved in a folder.

    Raises
    ------
    ModelError
        There is no model, it was saved by another format, or its parts are broken.
    """
    return Recommender.load(folder)


def _digest(article: Article) -> str:
    """A digest of all fields of an article and of its entries: a dataclass shows them all."""
    return hashlib.blake2b(repr(article).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _now() -> float:
    return days_of(datetime.now(UTC))
