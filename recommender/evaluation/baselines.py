"""
What a site would have without this product: simple systems that walk the same protocols.

None of them reads a curated list, none has a threshold, and each ranks all it knows in one total order: score, then
newer, then id. Their indexes are fitted once; articles that come later are appended, so that a walk through
thousands of articles stays cheap and no system profits from words it could not have known.
"""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.articles import Article, Corpus
from recommender.content.languages import language_of
from recommender.errors import MissingExtraError, UnknownArticleError
from recommender.evaluation.judgments import page_key, plain_text
from recommender.suggestions import Reason, Suggestion

Floats = npt.NDArray[np.float64]

#: How many more are looked at than asked for where only one language is wanted: whoever filters a plain index asks it
#: for a few more than are needed.
BEFORE_LANGUAGE = 50

#: Scores are compared to this many places, so that noise of the last bits decides nothing.
_PLACES = 6

_NEVER = datetime.min.replace(tzinfo=UTC)


class Baseline(ABC):
    """
    A system that gives every known article a score.

    `seed` is for those that draw; with a `language` only its articles are suggested, of the k and `BEFORE_LANGUAGE`
    nearest.
    """

    name: ClassVar[str]

    def __init__(self, seed: int = 0, language: str = "") -> None:
        self.seed = seed
        self.language = language

    def fit(self, corpus: Corpus) -> Self:
        """Index the articles; returns itself."""
        self._articles: list[Article] = []
        #: Of equal scores the newer comes first, then the id.
        self._ties: list[tuple[float, str]] = []
        self._rows: dict[str, int] = {}
        self._shape, self._site_language = corpus.entry_shape, corpus.site_language
        self._fit(corpus)
        self.update(list(corpus))
        return self

    def update(self, added: Sequence[Article]) -> None:
        """Put articles in; one whose id is known replaces the earlier one."""
        for article in added:
            self._rows[article.id] = len(self._articles)
            self._articles.append(article)
            self._ties.append((-(article.published_at or _NEVER).timestamp(), article.id))
        if added:
            self._add(added)

    def suggest(self, article: Article | str, k: int = 5, min_score: float | None = 0.0) -> list[Suggestion]:
        """The k known articles with the highest score; UnknownArticleError where no article has this id."""
        if isinstance(article, str):
            if article not in self._rows:
                raise UnknownArticleError(article, self._rows)
            article = self._articles[self._rows[article]]
        wanted, depth = language_of(self.language, self._site_language), k + (BEFORE_LANGUAGE if self.language else 0)
        rows = list(self._rows.values())
        scores = self._scores(article)[rows].round(_PLACES).tolist()
        ranked = sorted((-score, self._ties[row], row) for row, score in zip(rows, scores, strict=True) if score > 0)
        best: list[Suggestion] = []
        seen = {page_key(article)}
        for below, _, row in ranked:
            found, score = self._articles[row], -below
            key = page_key(found)
            if score < (min_score or 0) or found.id == article.id or key in seen:
                continue
            seen.add(key)
            if not self.language or language_of(found.language, self._site_language) == wanted:
                reason = Reason(score, score, (f"{self.name} {score:.3f}",))
                best.append(Suggestion.of(len(best) + 1, found, reason, self._shape))
            if len(best) == k or len(seen) > depth:
                break
        return best

    def _fit(self, corpus: Corpus) -> None:  # noqa: B027 - some learn nothing
        """Learn what is learned once."""

    def _add(self, articles: Sequence[Article]) -> None:  # noqa: B027 - some have nothing to add to
        """Put articles behind the last row of the index."""

    @abstractmethod
    def _scores(self, article: Article) -> Floats:
        """The score of each row of the index, 0 where nothing is in common."""


class Tfidf(Baseline):
    """
    The naive recipe: ``TfidfVectorizer()`` over title and excerpt, and the nearest by cosine.

    Words that no article had when it was fitted are unknown to it, as they are to anyone who saves such a model.
    """

    name = "tfidf"

    def _fit(self, corpus: Corpus) -> None:
        self._vectors: csr_matrix | None = None
        try:
            self._vectorizer = TfidfVectorizer().fit([plain_text(article) for article in corpus])
        except ValueError:  # no word in any text
            self._vectorizer = None

    def _add(self, articles: Sequence[Article]) -> None:
        if self._vectorizer is not None:
            new = self._vectorizer.transform([plain_text(article) for article in articles])
            self._vectors = new if self._vectors is None else vstack([self._vectors, new], format="csr")

    def _scores(self, article: Article) -> Floats:
        if self._vectorizer is None or self._vectors is None:
            return np.zeros(len(self._articles))
        # Rows have length 1, so that the product is the cosine.
        query = self._vectorizer.transform([plain_text(article)])
        similarities: Floats = (self._vectors @ query.T).toarray()[:, 0]
        return similarities


class Bm25(Baseline):
    """
    BM25 (Robertson and Zaragoza, 2009) over the words of title and excerpt; the query is the whole text of an article.

    Computed by the library rank-bm25. Its scores have no upper end; s / (1 + s) brings them into [0, 1).
    """

    name = "bm25"

    def _fit(self, corpus: Corpus) -> None:
        try:
            from rank_bm25 import BM25Okapi
        except ImportError:
            raise MissingExtraError("the baseline bm25", "report") from None
        self._words = TfidfVectorizer().build_analyzer()
        texts = [self._words(plain_text(article)) for article in corpus]
        self._model: Any = BM25Okapi(texts) if any(texts) else None
        if self._model is not None:
            # `_add` puts the articles in, these and those that come later, by one way.
            self._model.doc_freqs, self._model.doc_len, self._model.corpus_size = [], [], 0

    def _add(self, articles: Sequence[Article]) -> None:
        if self._model is None:
            return
        for article in articles:
            words = self._words(plain_text(article))
            self._model.doc_freqs.append(Counter(words))
            self._model.doc_len.append(len(words))
            self._model.corpus_size += 1

    def _scores(self, article: Article) -> Floats:
        if self._model is None:
            return np.zeros(len(self._articles))
        scores: Floats = np.maximum(self._model.get_scores(self._words(plain_text(article))), 0)
        return scores / (1 + scores)


class Newest(Baseline):
    """The newest articles, the same under each: equal scores leave the order to the dates."""

    name = "newest"

    def _scores(self, article: Article) -> Floats:
        return np.ones(len(self._articles))


class Random(Baseline):
    """Chance. A pair's score is drawn from the two ids and the seed, so neither order nor company changes it."""

    name = "random"

    def _scores(self, article: Article) -> Floats:
        pairs = (f"{self.seed} {article.id} {other.id}".encode() for other in self._articles)
        drawn = [int.from_bytes(hashlib.blake2b(pair, digest_size=8).digest(), "big") / 2**64 for pair in pairs]
        scores: Floats = np.maximum(np.array(drawn), 10**-_PLACES)
        return scores


class SharedTopics(Baseline):
    """What most site generators do: articles by the topics they share (Jaccard), the newest first among equals."""

    name = "shared-topics"

    def _scores(self, article: Article) -> Floats:
        topics = set(article.topics)
        both = ((topics & {*other.topics}, topics | {*other.topics}) for other in self._articles)
        return np.array([len(common) / max(len(all_), 1) for common, all_ in both], dtype=float)


#: By the name that is asked for and printed.
BASELINES: dict[str, type[Baseline]] = {
    baseline.name: baseline for baseline in (Tfidf, Bm25, Newest, Random, SharedTopics)
}
