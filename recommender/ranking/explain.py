"""Why a pair has its score: shared terms, fields, dates, the ranker's own signals, as a `Reason`. An article room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.rankers import Query
from recommender.suggestions import Reason, SharedTerm
from recommender.vectors.tfidf import FieldVectorizer

__all__ = ["reasons", "text_obstacle"]

#: Shared terms that an explanation carries; the rest is what remains of the similarity.
N_TERMS = 8

#: Fields whose terms are parts of words, or repeat words that are listed.
_UNLISTED = ("title_chars", "title_bigrams")
_IN_FIELD = {"title": "the title", "excerpt": "the excerpt", "body": "the text"}


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a query shares with one row: terms by their share of the similarity, and the share of each field."""

    terms: tuple[SharedTerm, ...]
    fields: dict[str, float]


def _shared(
    query: Query, rows: NDArray[np.int64], catalogue: Catalogue, vectorizer: FieldVectorizer, n_terms: int = N_TERMS
) -> list[_Shared]:
    """
    What a query shares with each row, all rows in one pass.

    Character n-grams count for their field but are not listed: no reader thinks in them. Nor are terms that more than
    half of the articles have. Words are shown as the query has them.
    """
    names = [field.name for field in catalogue.fields]
    place, columns, products = _products(query, rows, catalogue)
    totals = np.bincount(place, products, len(rows))
    shares = products / totals[place]
    field = np.searchsorted([field.start for field in catalogue.fields], columns, side="right") - 1
    by_field = np.bincount(place * len(names) + field, shares, len(rows) * len(names)).reshape(len(rows), -1).round(4)
    has_field = by_field > 0

    alphabetical = np.argsort(np.argsort(names))
    is_listed = vectorizer.telling_terms()[columns]
    is_listed &= ~np.isin(field, [place for place, name in enumerate(names) if name in _UNLISTED])
    listed = np.flatnonzero(is_listed)
    listed = listed[np.lexsort((columns[listed], alphabetical[field[listed]], -shares[listed], place[listed]))]
    starts = np.searchsorted(place[listed], np.arange(len(rows) + 1))
    forms: dict[str, dict[str, str]] = {}
    found = []
    for number in range(len(rows)):
        best = listed[starts[number] : min(starts[number] + n_terms, starts[number + 1])]
        terms = []
        for column, at, share in zip(
            columns[best].tolist(), field[best].tolist(), shares[best].round(4).tolist(), strict=True
        ):
            term, name = vectorizer.term_name(column), names[at]
            if name in _IN_FIELD:
                if name not in forms:
                    # A saved model keeps no bodies; the stem is then shown as it is.
                    forms[name] = vectorizer.surface_forms(query.article, name)
                term = " ".join(forms[name].get(part, part) for part in term.split(" "))
            terms.append(SharedTerm(term, name, share))
        shared = {
            name: value
            for name, value, is_there in zip(names, by_field[number].tolist(), has_field[number], strict=True)
            if is_there
        }
        found.append(_Shared(tuple(terms), shared))
    return found


def reasons(
    query: Query,
    rows: NDArray[np.int64],
    similarities: NDArray[np.float64],
    scores: NDArray[np.float64],
    signals: Sequence[tuple[tuple[str, ...], dict[str, float]]],
    catalogue: Catalogue,
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
    if not len(rows):
        return made
    provider = query.article.provider.casefold()
    for position, (row, shared) in enumerate(
        zip(rows.tolist(), _shared(query, rows, catalogue, vectorizer), strict=True)
    ):
        gap = abs(float(catalogue.times[row]) - query.time)
        gap_days = None if np.isnan(gap) else round(gap, 2)
        own, values = signals[position]
        sentences = [*own, *_words(shared.terms)]
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
                shared_terms=shared.terms,
                fields=shared.fields,
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


def _products(
    query: Query, rows: NDArray[np.int64], catalogue: Catalogue
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """
    Each column that the query and a row both have, with the product in it.

    Returns
    -------
    place, columns, products : ndarray
        Shape (n_shared,): the row's place among the rows, the column, and the product.
    """
    parts = [catalogue.terms(row) for row in rows.tolist()]
    place = np.repeat(np.arange(len(rows)), [len(columns) for columns, _ in parts])
    columns = np.concatenate([columns for columns, _ in parts])
    values = np.concatenate([values for _, values in parts])
    own = query.vector.indices
    if not len(own):
        return place[:0], columns[:0], np.zeros(0)
    # The query's columns are sorted: one binary search finds each column's place in it.
    places = np.minimum(np.searchsorted(own, columns), len(own) - 1)
    shared = own[places] == columns
    products = query.vector.data[places[shared]].astype(np.float64) * values[shared]
    return place[shared], columns[shared], products


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
