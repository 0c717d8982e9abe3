"""Why a pair has its score: shared terms, fields, dates, the ranker's own signals, as a `Reason`. An article room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.ranking.rankers import Query, vectors_of
from recommender.snapshots import LayeredDict
from recommender.suggestions import Reason, SharedTerm
from recommender.vectors.text import is_unspaced, says_little, shared_run
from recommender.vectors.tfidf import Field, FieldVectorizer

__all__ = ["IN_FIELD", "Rows", "Shares", "reasons", "shares_of", "text_obstacle"]

#: Shared terms that an explanation carries; the rest is what remains of the similarity.
N_TERMS = 8

#: Words of a field that its sentence names.
_MOST_SAID = 4

#: Fields whose terms are parts of words, or repeat words that are listed.
_UNLISTED = ("title", "excerpt", "title_chars", "title_bigrams", "topics", "letters", "body_letters")
_ALIKE_IN_PART = "words of the two are alike in part"
#: Where a word is looked for, in this order.
_IN_BOTH = ("title", "excerpt", "body")
#: What a reader calls the place of a shared term.
IN_FIELD = {"title": "the title", "excerpt": "the excerpt", "body": "the text", "words": "title and excerpt"}


class Rows(Protocol):
    """What an answer needs of all rows; `Catalogue` has it, and so has a worker's view of a catalogue elsewhere."""

    @property
    def articles(self) -> Sequence[Article] | LayeredDict[int, Article]:
        """The article of each row."""

    @property
    def vectors(self) -> csr_matrix:
        """Shape (n_rows, n_terms)."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns of each field of text."""

    @property
    def times(self) -> NDArray[np.float64]:
        """Days since 1970, shape (n_rows,)."""

    @property
    def groups(self) -> NDArray[np.int32]:
        """Equal for rows that may be related, shape (n_rows,)."""


@dataclass(frozen=True, slots=True)
class Shares:
    """
    What a query has in common with each of some rows.

    Parameters
    ----------
    columns
        Shape (n_rows, N_TERMS): the shared terms that weigh most, the weightiest first; -1 behind the last. Those that
        more than half of the articles have are among them only where no others are shared.
    of_terms
        Shape (n_rows, N_TERMS): their shares of the similarity, rounded to four places.
    of_fields
        Shape (n_rows, n_fields): the share of each field, rounded to four places; -1 where nothing is shared.
    """

    columns: NDArray[np.int64]
    of_terms: NDArray[np.float64]
    of_fields: NDArray[np.float64]


def shares_of(
    queries: Sequence[Query], rows: Sequence[NDArray[np.int64]], catalogue: Rows, vectorizer: FieldVectorizer
) -> list[Shares]:
    """
    For each query what it has in common with each of its rows, all in one compiled loop.

    Character n-grams count for their field but are not among the terms: no reader thinks in them.

    Parameters
    ----------
    rows
        For each query, shape (n_rows of it,).
    """
    fields, vectors = catalogue.fields, catalogue.vectors
    field_starts, name_ranks = _starts_and_ranks(fields)
    values, own, starts = vectors_of(queries)
    bounds = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    columns = np.full((bounds[-1], N_TERMS), -1, dtype=np.int64)
    of_terms = np.zeros((bounds[-1], N_TERMS))
    of_fields = np.full((bounds[-1], len(fields)), -1.0)
    _share_out(
        own, values, starts, np.concatenate(rows), bounds, vectors.indptr, vectors.indices, vectors.data,
        field_starts, name_ranks, vectorizer.telling_terms(), columns, of_terms, of_fields,
    )  # fmt: skip
    return [
        Shares(columns[first:last], of_terms[first:last], of_fields[first:last])
        for first, last in pairwise(bounds.tolist())
    ]


@lru_cache(maxsize=16)
def _starts_and_ranks(fields: tuple[Field, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first column of each field, and its place by name, -1 where its terms are not listed."""
    by_name = sorted(field.name for field in fields)
    ranks = [-1 if field.name in _UNLISTED else by_name.index(field.name) for field in fields]
    return np.array([field.start for field in fields], dtype=np.int64), np.array(ranks, dtype=np.int64)


def reasons(
    query: Query,
    candidates: Sequence[Article],
    gaps: Sequence[float],
    similarities: Sequence[float],
    scores: Sequence[float],
    shares: Shares,
    signals: Sequence[tuple[tuple[str, ...], dict[str, float]]],
    vectorizer: FieldVectorizer,
) -> list[Reason]:
    """
    A `Reason` for each of some candidates. Words are shown as the query has them.

    Parameters
    ----------
    candidates, gaps, similarities, scores, shares
        What is suggested, the days between it and the query (NaN where one has no date), and what both have in common;
        a value, or a row, a candidate.
    signals
        For each candidate, the ranker's own sentences and signals, as `Ranker.sentences` gives them.
    """
    made: list[Reason] = []
    provider = query.article.provider.casefold()
    words, is_telling = _Words(query.article, vectorizer), vectorizer.telling_terms()
    names = [field.name for field in vectorizer.fields]
    columns, of_terms, of_fields = shares.columns.tolist(), shares.of_terms.tolist(), shares.of_fields.tolist()
    for place, candidate in enumerate(candidates):
        terms = words.shared_with(candidate, columns[place], of_terms[place])
        of_field = {name: share for name, share in zip(names, of_fields[place], strict=True) if share >= 0}
        are_telling = bool(terms) and bool(is_telling[columns[place][0]])
        own, values = signals[place]
        sentences = [*own, *_words_said(terms, are_telling)]
        if of_field and not terms:
            sentences.append(_ALIKE_IN_PART)
        gap = gaps[place]
        gap_days = None if math.isnan(gap) else round(gap, 2)
        if gap_days is not None:
            sentences.append(_days_apart(gap_days))
        if candidate.provider and candidate.provider.casefold() == provider:
            sentences.append(f"both are from {candidate.provider}")
        made.append(
            Reason(
                scores[place],
                similarities[place],
                tuple(dict.fromkeys(sentences)),
                tuple(terms),
                of_field,
                gap_days,
                values,
            )
        )
    return made


def text_obstacle(article: Article) -> str:
    """Why an article without a known word has no suggestion."""
    if not (article.title.strip() or article.excerpt.strip() or article.topics or article.body.strip()):
        return "it has neither title nor excerpt nor topics"
    return "no other article shares a word with it"


class _Words:
    """The words of a query as a reader sees them."""

    def __init__(self, article: Article, vectorizer: FieldVectorizer) -> None:
        self._article, self._vectorizer = article, vectorizer
        self._prefix = vectorizer.prefix(article)
        self._forms: dict[str, dict[str, str]] = {}

    def shared_with(self, candidate: Article, columns: Sequence[int], shares: Sequence[float]) -> list[SharedTerm]:
        """
        The shared terms of some columns, up to the first that is -1, the largest share first.

        Pairs of characters out of runs without spaces are shown as the runs that both texts have.
        """
        found: dict[tuple[str, str], float] = {}
        for column, share in zip(columns, shares, strict=True):
            if column < 0:
                break
            term = self._vectorizer.term_name(column).removeprefix(self._prefix)
            field = self._place_in_both(term, candidate)
            term = self._shown(term)
            if field in _IN_BOTH and not term.isascii() and is_unspaced(term):
                own, other = (self._vectorizer.shown_text(one, field) for one in (self._article, candidate))
                term = shared_run(term.split(" ")[0], own, other)
            found[term, field] = found.get((term, field), 0.0) + share
        terms = [SharedTerm(term, field, round(share, 4)) for (term, field), share in found.items()]
        return sorted(terms, key=lambda one: -one.share)

    def _place_in_both(self, term: str, candidate: Article) -> str:
        """The field in which both articles have a term; ``words`` where they have it in different ones."""
        there = [
            [term in self._forms_of(field), term in self._vectorizer.surface_forms(candidate, field)]
            for field in ("title", "excerpt")
        ]
        for field, both in zip(("title", "excerpt"), there, strict=True):
            if all(both):
                return field
        return "words" if all(map(any, zip(*there, strict=True))) else "body"

    def _shown(self, term: str) -> str:
        """A term as the query has it; as it is compared where a saved model no longer has the text."""
        return next((self._forms_of(field)[term] for field in _IN_BOTH if term in self._forms_of(field)), term)

    def _forms_of(self, field: str) -> dict[str, str]:
        if field not in self._forms:
            self._forms[field] = self._vectorizer.surface_forms(self._article, field)
        return self._forms[field]


@numba.njit(nogil=True, cache=True)
def _share_out(
    own_columns, own_values, own_starts, rows, bounds, indptr, indices, data, starts, name_ranks, is_telling,
    columns, of_terms, of_fields,
):  # fmt: skip
    """
    Fill, for each query and each of its rows, what `Shares` has.

    Of equal shares the field that is first by name comes first, then the column; a field of which no term is listed has
    the name rank -1.
    """
    for query in range(len(bounds) - 1):
        own = slice(own_starts[query], own_starts[query + 1])
        products = np.zeros(own_starts[query + 1] - own_starts[query])
        for place in range(bounds[query], bounds[query + 1]):
            row = slice(indptr[rows[place]], indptr[rows[place] + 1])
            total = _multiply(own_columns[own], own_values[own], indices[row], data[row], products)
            if total > 0.0:
                _share(
                    own_columns[own], products, total, starts, name_ranks, is_telling,
                    columns[place], of_terms[place], of_fields[place],
                )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _multiply(own_columns, own_values, columns, values, products):
    """Fill the product at each own column, 0 where it is not shared, and return their sum; columns are sorted."""
    total = 0.0
    position, last = 0, len(columns)
    for own in range(len(own_columns)):
        column = own_columns[own]
        products[own] = 0.0
        while position < last and columns[position] < column:
            position += 1
        if position < last and columns[position] == column:
            products[own] = np.float64(own_values[own]) * np.float64(values[position])
            total += products[own]
    return total


@numba.njit(nogil=True, cache=True)
def _share(own_columns, products, total, starts, name_ranks, is_telling, columns, of_terms, of_fields):
    """Fill a row's terms that weigh most with their shares, and the share of each field, from the products."""
    field = 0
    has_telling = False
    for own in range(len(own_columns)):
        if products[own] == 0.0:
            continue
        column = own_columns[own]
        while field + 1 < len(starts) and column >= starts[field + 1]:
            field += 1
        of_fields[field] = max(of_fields[field], 0.0) + products[own]
        has_telling |= name_ranks[field] >= 0 and is_telling[column]
    for number in range(len(starts)):
        if of_fields[number] >= 0.0:
            of_fields[number] = np.rint(of_fields[number] / total * 1e4) / 1e4

    most = len(columns)
    ranks = np.zeros(most, dtype=np.int64)
    n_kept = 0
    field = 0
    for own in range(len(own_columns)):
        if products[own] == 0.0:
            continue
        column = own_columns[own]
        while field + 1 < len(starts) and column >= starts[field + 1]:
            field += 1
        if name_ranks[field] < 0 or (has_telling and not is_telling[column]):
            continue
        share = products[own] / total
        at = n_kept
        while at > 0 and (
            of_terms[at - 1] < share or (of_terms[at - 1] == share and ranks[at - 1] > name_ranks[field])
        ):
            if at < most:
                columns[at] = columns[at - 1]
                of_terms[at] = of_terms[at - 1]
                ranks[at] = ranks[at - 1]
            at -= 1
        if at < most:
            columns[at], of_terms[at], ranks[at] = column, share, name_ranks[field]
            n_kept = min(n_kept + 1, most)
    for place in range(n_kept):
        of_terms[place] = np.rint(of_terms[place] * 1e4) / 1e4


def _words_said(terms: Sequence[SharedTerm], are_telling: bool) -> list[str]:
    """Sentences that name the shared words: one a field, or one in all where most articles of the site have them."""
    said = [one for one in terms if not says_little(one.term)] or terms
    if not are_telling:
        words = list({one.term.casefold(): one.term for one in reversed(said)}.values())[::-1]
        return [f"both have what most articles have: {_enumerated(words)}"] if words else []
    by_field: dict[str, list[str]] = {}
    for one in said:
        by_field.setdefault(one.field, []).append(one.term)
    return [f"both name {_enumerated(words)} in {IN_FIELD[field]}" for field, words in by_field.items()]


def _enumerated(words: Sequence[str]) -> str:
    """The first of some words, as a sentence names them."""
    words = words[:_MOST_SAID]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _days_apart(gap: float) -> str:
    if gap < 1:
        return "published within a day of each other"
    return f"{round(gap):,} day{'s' if round(gap) != 1 else ''} apart"
