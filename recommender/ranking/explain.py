"""Why a pair has its score: shared terms, fields, dates, the ranker's own signals, as a `Reason`. An article room."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.ranking.rankers import Query
from recommender.snapshots import LayeredDict
from recommender.suggestions import Reason, SharedTerm
from recommender.vectors.tfidf import Field, FieldVectorizer

__all__ = ["Rows", "reasons", "shared_terms", "text_obstacle"]

#: Shared terms that an explanation carries; the rest is what remains of the similarity.
N_TERMS = 8

#: Fields whose terms are parts of words, or repeat words that are listed.
_UNLISTED = ("title_chars", "title_bigrams")
_IN_FIELD = {"title": "the title", "excerpt": "the excerpt", "body": "the text"}


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


def shared_terms(
    query: Query, rows: NDArray[np.int64], catalogue: Rows, vectorizer: FieldVectorizer
) -> list[tuple[tuple[SharedTerm, ...], dict[str, float]]]:
    """
    For each row, the terms that it shares with the query by their share of the similarity, and the share of each field.

    Character n-grams count for their field but are not listed: no reader thinks in them. Nor are terms that more than
    half of the articles have. Words are shown as the query has them.
    """
    fields, vectors = catalogue.fields, catalogue.vectors
    by_name = sorted(field.name for field in fields)
    columns = np.full((len(rows), N_TERMS), -1, dtype=np.int64)
    shares = np.zeros((len(rows), N_TERMS))
    of_fields = np.zeros((len(rows), len(fields)))
    _share_out(
        query.vector.indices, query.vector.data, rows, vectors.indptr, vectors.indices, vectors.data,
        np.array([field.start for field in fields], dtype=np.int64),
        np.array([-1 if f.name in _UNLISTED else by_name.index(f.name) for f in fields], dtype=np.int64),
        vectorizer.telling_terms(), columns, shares, of_fields,
    )  # fmt: skip
    starts = [field.start for field in fields]
    forms: dict[str, dict[str, str]] = {}
    found = []
    for place in range(len(rows)):
        terms = []
        for column, share in zip(columns[place].tolist(), shares[place].tolist(), strict=True):
            if column < 0:
                break
            field = fields[bisect_right(starts, column) - 1].name
            term = vectorizer.term_name(column)
            if field in _IN_FIELD:
                # A saved model keeps no bodies; the stem is then shown as it is.
                known = forms.get(field)
                if known is None:
                    known = forms[field] = vectorizer.surface_forms(query.article, field)
                term = known.get(term) or " ".join([known.get(part, part) for part in term.split(" ")])
            terms.append(SharedTerm(term, field, round(share, 4)))
        of_field = of_fields[place].tolist()
        by_field = {field.name: round(of_field[i], 4) for i, field in enumerate(fields) if of_field[i] >= 0}
        found.append((tuple(terms), by_field))
    return found


def reasons(
    query: Query,
    rows: NDArray[np.int64],
    similarities: NDArray[np.float64],
    scores: NDArray[np.float64],
    signals: Sequence[tuple[tuple[str, ...], dict[str, float]]],
    catalogue: Rows,
    vectorizer: FieldVectorizer,
) -> list[Reason]:
    """
    A `Reason` for each row.

    Parameters
    ----------
    rows, similarities, scores
        Shape (n,).
    signals
        For each row, the ranker's own sentences and signals, as `Ranker.sentences` gives them.
    """
    made: list[Reason] = []
    provider = query.article.provider.casefold()
    gaps = np.abs(catalogue.times[rows] - query.time).tolist()
    shared = shared_terms(query, rows, catalogue, vectorizer)
    for position, row in enumerate(rows.tolist()):
        terms, by_field = shared[position]
        gap = gaps[position]
        gap_days = None if math.isnan(gap) else round(gap, 2)
        own, values = signals[position]
        sentences = [*own, *_words(terms)]
        if gap_days is not None:
            sentences.append(_days_apart(gap_days))
        candidate = catalogue.articles[row]
        if candidate.provider and candidate.provider.casefold() == provider:
            sentences.append(f"both are from {candidate.provider}")
        made.append(
            Reason(
                score=float(scores[position]),
                similarity=float(similarities[position]),
                sentences=tuple(dict.fromkeys(sentences)),
                shared_terms=terms,
                fields=by_field,
                gap_days=gap_days,
                signals=values,
            )
        )
    return made


def text_obstacle(article: Article) -> str:
    """Why an article without a known word has no suggestion."""
    if not (article.title.strip() or article.excerpt.strip() or article.topics or article.body.strip()):
        return "it has neither title nor excerpt nor topics"
    return "no other article shares a word with it"


@numba.njit(nogil=True, cache=True)
def _share_out(  # type: ignore[no-untyped-def]  # compiled: numba infers the types
    own_columns, own_values, rows, indptr, indices, data, starts, name_ranks, is_telling, columns, shares, of_fields
):
    """
    Fill, for each row, the columns of the terms that weigh most with their shares, and the share of each field.

    A field is -1 where nothing is shared. Of equal shares the field that is first by name comes first, then the column;
    a field of which no term is listed has the name rank -1.
    """
    n_fields = len(starts)
    most = columns.shape[1]
    products = np.zeros(len(own_columns))
    ranks = np.zeros(most, dtype=np.int64)
    for place in range(len(rows)):
        total = 0.0
        of_field = of_fields[place]
        of_field[:] = -1.0
        position, last = indptr[rows[place]], indptr[rows[place] + 1]
        field = 0
        for own in range(len(own_columns)):
            column = own_columns[own]
            products[own] = 0.0
            while position < last and indices[position] < column:
                position += 1
            if position == last or indices[position] != column:
                continue
            products[own] = np.float64(own_values[own]) * np.float64(data[position])
            while field + 1 < n_fields and column >= starts[field + 1]:
                field += 1
            total += products[own]
            of_field[field] = max(of_field[field], 0.0) + products[own]
        if total <= 0.0:
            of_field[:] = -1.0
            continue
        for number in range(n_fields):
            if of_field[number] >= 0.0:
                of_field[number] /= total
        n_kept = 0
        field = 0
        for own in range(len(own_columns)):
            column = own_columns[own]
            while field + 1 < n_fields and column >= starts[field + 1]:
                field += 1
            if products[own] == 0.0 or name_ranks[field] < 0 or not is_telling[column]:
                continue
            share = products[own] / total
            at = n_kept
            while at > 0 and (
                shares[place, at - 1] < share or (shares[place, at - 1] == share and ranks[at - 1] > name_ranks[field])
            ):
                if at < most:
                    columns[place, at] = columns[place, at - 1]
                    shares[place, at] = shares[place, at - 1]
                    ranks[at] = ranks[at - 1]
                at -= 1
            if at < most:
                columns[place, at], shares[place, at], ranks[at] = column, share, name_ranks[field]
                n_kept = min(n_kept + 1, most)


def _words(terms: Sequence[SharedTerm]) -> list[str]:
    """Sentences that name shared words, field by field, the weightier field first."""
    by_field: dict[str, list[str]] = {}
    for term in terms:
        by_field.setdefault(term.field, []).append(term.term)
    sentences = []
    for field, words in by_field.items():
        said = _list_of(words[:4])
        sentences.append(
            f"both have the topic {said}" if field == "topics" else f"both name {said} in {_IN_FIELD[field]}"
        )
    return sentences


def _list_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _days_apart(gap: float) -> str:
    if gap < 1:
        return "published within a day of each other"
    return f"{round(gap):,} day{'s' if round(gap) != 1 else ''} apart"
