"""
Articles as rows of numbers: fields of text as sparse TF-IDF, beside a dense part that says what they are about.

A row of each field has length 1 and is multiplied by the square root of the field's weight, and so is the dense part;
all stand side by side, and the whole row is scaled to length 1. So one product of two rows is the weighted mean of the
parts' cosines, and two articles with the same text have similarity 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import row_norms
from sklearn.utils.sparsefuncs import inplace_row_scale

from recommender.articles import Article, commonest_language
from recommender.model_store import reader_of
from recommender.settings import VectorsSettings
from recommender.text.names import brief_names, names_in
from recommender.text.repair import repair
from recommender.text.templates import common_topics, templates_of
from recommender.vectors.counts import (
    FIELD_NAMES,
    Counts,
    Field,
    TermReader,
    count_terms,
    inverse_frequencies,
    rarity_with_prior,
    weigh_common_less,
)
from recommender.vectors.meaning import MEANING_LANGUAGES, embedded
from recommender.vectors.neighbors import Vectors
from recommender.vectors.semantic import sentence_embeddings

#: Fields of words as they stand.
OF_WORDS = ("words", "body")
#: Fields of character n-grams.
_OF_LETTERS = ("letters", "body_letters")
#: Fields that only an article with a body has.
_OF_BODIES = ("body", "body_letters")
#: Articles from which on what a site itself tells counts more than half: which letters are common, what is usual to be
#: about. On a site of four articles three shared letters, or the mean of four meanings, would be everything.
_FEW_ARTICLES = 50
#: Letters that more articles have tell little, and would be most of the work on a large site. With 14, 30, 92, 231 and
#: 923 of 4,617 articles nDCG@5 by readers is .754, .761, .763, .757, .759.
_MOST_HAVING_LETTERS = 100
#: How often the weight of meanings counts for embeddings of a sentence model, and the words of a body that it reads: of
#: most such models no more tokens than 256 or 512.
_SENTENCES_TIMES, _SENTENCES_READ = 1.5, 220
#: What only the learned ranker compares, each by the terms of a field.
_COMPARED = {"title": "words", "excerpt": "words", "topics": "topics"}


class _Document(TypedDict):
    """What a vectorizer says in JSON."""

    language: str
    n_articles: int
    n_bodies: int
    compares: bool
    templates: list[str]
    names: list[str]
    common_topics: list[str]
    vocabularies: dict[str, list[str]]


def _part(n_articles: int) -> float:
    """How far phrases, letters and the mean of a site of so many articles count, in [0, 1)."""
    return n_articles / (n_articles + _FEW_ARTICLES)


def _without_terms(name: str) -> Field:
    return Field(name, 0, 0.0, {}, np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64))


class FieldVectorizer:
    """
    Articles to rows of weighted, normalised TF-IDF, field beside field, and a dense part.

    Articles that name no language have the one given. Terms of other languages are kept apart from its terms by a
    prefix, unless the settings let languages mix, so that articles of two languages share nothing. The embeddings of a
    sentence model are kept in `folder` from run to run; None: nowhere.
    """

    def __init__(self, settings: VectorsSettings | None = None, language: str = "", folder: Path | None = None) -> None:
        self.settings = settings or VectorsSettings()
        self.language = language.lower().replace("_", "-")
        self._folder = folder
        self.n_articles, self.n_bodies = 0, 0  #: That it was fitted on.
        self.fields: tuple[Field, ...] = ()  #: Those that have terms, in the order of their columns.
        #: Shape (n_words,): which words are names, see `names.names_in`; empty where nothing is compared.
        self.is_name: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        #: Takes articles to terms, and knows how a reader sees these.
        self.reader = TermReader(self.settings, self.language)
        #: Whether `transform` makes the matrices that only the learned ranker looks at.
        self.compares = False
        #: Topics, which only the learned ranker looks at, and which stand in no row.
        self._topics = _without_terms("topics")
        #: Shape (n_dense,): the mean embedding of all articles, which says what every article of the site is about.
        self._centre: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    @property
    def n_terms(self) -> int:
        """Columns of the sparse part."""
        return self.fields[-1].stop if self.fields else 0

    def field(self, name: str) -> Field:
        """A field by its name, or the topics; one without a term where there is none."""
        return next((one for one in (*self.fields, self._topics) if one.name == name), _without_terms(name))

    # ------------------------------------------------------------------ fit

    def fit(self, articles: Sequence[Article]) -> Self:
        """Learn the vocabulary, the document frequencies of each field, and the mean meaning."""
        self.fit_transform(articles)
        return self

    def fit_transform(self, articles: Sequence[Article]) -> Vectors:
        """`fit`, then `transform` of the same articles, in one pass over the text."""
        self.language = self.language or commonest_language(articles)
        self.n_articles, self.n_bodies = len(articles), sum(bool(article.body.strip()) for article in articles)
        self.fields, self._topics, self.compares = (), _without_terms("topics"), False
        self.__dict__.pop("term_names", None)
        read = self._reader(templates_of(articles, self.settings.body_words), common_topics(articles))
        told = ((one.title, one.excerpt, read.topics(one), read.analyzer(one)) for one in articles)
        self.reader = replace(read, names=brief_names(told))
        used = [name for name in FIELD_NAMES if getattr(self.settings, name).weight > 0]
        counts = count_terms(articles, self.reader, used)
        for name, found in counts.items():
            self._learn(name, found)
        weigh_common_less(self.field("words"), self.field("body"), self.n_articles)
        blocks = self._blocks(counts, len(articles))
        del counts  # a third of the memory that is taken here
        embeddings = self._embedded(articles)
        there = embeddings[embeddings.any(axis=1)]
        # The mean of all language is about 0, and so is taken to be that of a small site, as far as it is small.
        self._centre = _part(len(articles)) * there.mean(axis=0) if len(there) else np.zeros(0, dtype=np.float32)
        return self._joined(articles, blocks, embeddings)

    def fit_comparison(self, articles: Sequence[Article]) -> None:
        """Learn what only the learned ranker looks at: the topics, and which words are names."""
        for name, found in count_terms(articles, self.reader, ("topics",)).items():
            self._put(name, found.terms, inverse_frequencies(found.n_having, len(articles)), found.n_having)
        read = self.reader
        names = names_in((read.text(one, "excerpt"), read.analyzer(one), read.prefix(one)) for one in articles)
        self.is_name = np.array([term in names for term in self.field("words").columns], dtype=bool)
        self.compares = True

    def _learn(self, name: str, counts: Counts) -> None:
        """Learn one field's terms, if it has any that are to be kept."""
        options = getattr(self.settings, name)
        n_having = counts.n_having
        # On a site of a handful of articles the share may ask for fewer than the least number.
        n_articles = self._n_having(name)
        most = max(options.max_df * n_articles, min(options.min_df, n_articles))
        if name in _OF_LETTERS:
            most = min(most, _MOST_HAVING_LETTERS)
        kept = (n_having >= options.min_df) & (n_having <= most)
        if not kept.any():
            return
        terms, n_having = [counts.terms[place] for place in np.flatnonzero(kept)], n_having[kept]
        if name in OF_WORDS:
            n_words = float(counts.matrix.sum()) / n_articles
            rarity = rarity_with_prior(terms, n_having, n_articles, n_words, self.reader)
        else:
            rarity = inverse_frequencies(n_having, n_articles)
        self._put(name, terms, rarity, n_having)

    def _put(self, name: str, terms: Sequence[str], rarity: NDArray[Any], n_having: NDArray[Any]) -> None:
        """Add a field, behind those that are there, or the topics."""
        columns = {term: column for column, term in enumerate(terms)}
        if name == "topics":
            self._topics = Field(name, 0, 0, columns, rarity, n_having)
            return
        weight = getattr(self.settings, name).weight
        if name not in OF_WORDS:
            weight *= _part(self._n_having(name))
        self.fields += (Field(name, self.n_terms, weight, columns, rarity, n_having),)

    def _reader(self, templates: Iterable[str], common: Iterable[str], names: Iterable[str] = ()) -> TermReader:
        """What reads terms; on a site of few articles letters cannot bridge the endings of words, so stems do."""
        stem = self.settings.stem or self.n_articles < _FEW_ARTICLES
        return TermReader(self.settings, self.language, frozenset(templates), frozenset(common), stem, frozenset(names))

    def _n_having(self, name: str) -> int:
        """How many articles may have a field: what stands in a few bodies is no rarer for all those without one."""
        return self.n_bodies if name in _OF_BODIES else self.n_articles

    # ------------------------------------------------------------ transform

    def transform(self, articles: Sequence[Article]) -> Vectors:
        """
        The rows of articles, known or not.

        A row has length 1, or 0 where the article has no known term and no meaning. A row does not depend on the
        articles that are asked for with it.
        """
        names = [field.name for field in self.fields]
        blocks = self._blocks(count_terms(articles, self.reader, names), len(articles))
        return self._joined(articles, blocks, self._embedded(articles))

    def compared(self, articles: Sequence[Article]) -> dict[str, csr_matrix]:
        """The matrices that only the learned ranker looks at: titles and excerpts by words, and topics."""
        counts = count_terms(articles, self.reader, list(_COMPARED))
        fields = {name: self.field(of_terms) for name, of_terms in _COMPARED.items()}
        return {name: self._block(field, counts.get(name), len(articles)) for name, field in fields.items()}

    def _blocks(self, counts: Mapping[str, Counts], n_articles: int) -> dict[str, csr_matrix]:
        """For each field the rows of all articles, of length 1 or 0."""
        return {field.name: self._block(field, counts.get(field.name), n_articles) for field in self.fields}

    @staticmethod
    def _block(field: Field, counts: Counts | None, n_articles: int) -> csr_matrix:
        known = field.columns
        if counts is None or not known:
            return csr_matrix((n_articles, len(known)), dtype=np.float32)
        columns = np.array([known.get(term, -1) for term in counts.terms])
        (places,) = np.nonzero(columns >= 0)
        ones = np.ones(len(places), dtype=np.float32)
        column_of = csr_matrix((ones, (places, columns[places])), shape=(len(columns), len(known)))
        weights = TfidfTransformer(norm="l2", sublinear_tf=True)
        weights.idf_ = field.rarity
        block = csr_matrix(weights.transform(counts.matrix @ column_of, copy=False))
        block.sort_indices()
        return block

    def _embedded(self, articles: Sequence[Article]) -> NDArray[np.float32]:
        """The embeddings of articles as read; 0 in a language that they do not know. Shape (n_articles, n_axes)."""
        if self.settings.meaning == 0:
            return np.zeros((len(articles), 0), dtype=np.float32)
        read = self.reader.text
        texts = [f"{repair(read(one, 'title'))} . {repair(read(one, 'excerpt'))}".strip(" .") for one in articles]
        if model := self.settings.semantic:
            bodies = (repair(read(one, "body")).split()[:_SENTENCES_READ] for one in articles)
            longer = [" ".join([text, *body]) for text, body in zip(texts, bodies, strict=True)]
            # What an article is about stands in its title, and what it tells of that behind it: each says a half.
            found = sentence_embeddings([*texts, *longer], model, self._folder)
            both = found[: len(texts)] + found[len(texts) :]
            return np.asarray(both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), np.float32(1e-12)))
        languages = (self.reader.language_of(article).split("-")[0] for article in articles)
        return embedded(
            [text if code in MEANING_LANGUAGES else "" for text, code in zip(texts, languages, strict=True)]
        )

    def _joined(
        self, articles: Sequence[Article], blocks: Mapping[str, csr_matrix], embeddings: NDArray[np.float32]
    ) -> Vectors:
        """All parts side by side, each with the root of its weight, the whole of length 1 or 0; uses the blocks up."""
        dense, there = np.zeros((len(articles), self.n_dense), dtype=np.float32), embeddings.any(axis=1)
        if self.n_dense and there.any():
            weight = self.settings.meaning * (_SENTENCES_TIMES if self.settings.semantic else 1.0)
            dense[there] = np.float32(np.sqrt(weight)) * normalize(embeddings[there] - self._centre)
        for field in self.fields:
            blocks[field.name].data *= np.sqrt(np.float32(field.weight))
        parts = [blocks[field.name] for field in self.fields] or [csr_matrix((len(articles), 0), dtype=np.float32)]
        terms = csr_matrix(hstack(parts, format="csr", dtype=np.float32))
        # In double precision, for thousands of small squares would be rounded one by one.
        squares = row_norms(terms.astype(np.float64), squared=True) + row_norms(dense, squared=True)
        scale = 1.0 / np.sqrt(np.where(squares > 0, squares, 1.0))
        inplace_row_scale(terms, scale)
        terms.sort_indices()
        dense *= scale[:, None]
        return Vectors(terms, dense, self.compared(articles) if self.compares else {})

    @property
    def n_dense(self) -> int:
        """Columns of the dense part."""
        return len(self._centre)

    # ---------------------------------------------------------------- terms

    @cached_property
    def term_names(self) -> NDArray[Any]:
        """The term of every column, shape (n_terms,); character n-grams as they are, padded by spaces."""
        return np.array([term for field in self.fields for term in field.columns], dtype=object)

    def rarities(self) -> NDArray[np.float32]:
        """How rare each word is, shape (n_terms,); 0 for terms that are pairs of words, or parts of them."""
        found = [one.rarity if one.name in OF_WORDS else np.zeros_like(one.rarity) for one in self.fields]
        return np.concatenate([np.zeros(0, dtype=np.float32), *found])

    def telling_terms(self) -> NDArray[np.bool_]:
        """The terms that two articles, or at most half of all, have, shape (n_terms,): the others say nothing."""
        most = max(2.0, self.n_articles / 2)
        return np.concatenate([np.zeros(0, dtype=bool), *(field.n_having <= most for field in self.fields)])

    # ---------------------------------------------------------------- state

    def state(self) -> tuple[_Document, dict[str, NDArray[Any]]]:
        """What `restore` needs besides the settings: JSON values, and arrays by name."""
        fields = (*self.fields, self._topics)
        document: _Document = {
            "language": self.language,
            "n_articles": self.n_articles,
            "n_bodies": self.n_bodies,
            "compares": self.compares,
            "templates": sorted(self.reader.templates),
            "common_topics": sorted(self.reader.common_topics),
            "names": sorted(self.reader.names),
            "vocabularies": {field.name: list(field.columns) for field in fields},
        }
        arrays: dict[str, NDArray[Any]] = {"is_name": self.is_name, "centre": self._centre}
        for field in fields:
            arrays |= {f"rarity_{field.name}": field.rarity, f"n_having_{field.name}": field.n_having}
        return document, arrays

    def restore(self, document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The fitted vectorizer of an earlier `state`."""
        described: _Document = reader_of(_Document)(document)
        self.language, self.compares = described["language"], described["compares"]
        self.n_articles, self.n_bodies = described["n_articles"], described["n_bodies"]
        self.reader = self._reader(described["templates"], described["common_topics"], described["names"])
        for name, terms in described["vocabularies"].items():
            self._put(name, terms, arrays[f"rarity_{name}"], arrays[f"n_having_{name}"])
        self.is_name, self._centre = arrays["is_name"], arrays["centre"]
        fit = [
            *(one.rarity.shape == one.n_having.shape == (len(one.columns),) for one in (*self.fields, self._topics)),
            self.is_name.shape == ((len(self.field("words").columns),) if self.compares else (0,)),
            self._centre.ndim == 1,
        ]
        if not all(fit):
            raise ValueError("arrays are not of the size of the vocabulary")
        return self
