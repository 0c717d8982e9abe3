"""Why a pair has its score: shared terms, fields, dates, the ranker's own signals, as a `Reason`. An article room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.rankers import Query
from recommender.suggestions import Reason, SharedTerm
from recommender.vectors.tfidf import FieldVectorizer

__all__ = ["reasons", "shared_terms", "text_obstacle"]

#: Shared terms that an explanation carries; the rest is what remains of the similarity.
N_TERMS = 8

#: Fields whose terms are parts of words, or repeat words that are listed.
_UNLISTED = ("title_chars", "title_bigrams")
_IN_FIELD = {"title": "the title", "excerpt": "the excerpt", "body": "the text"}


def shared_terms(
    query: Query, row: int, catalogue: Catalogue, vectorizer: FieldVectorizer, n_terms: int = N_TERMS
) -> tuple[tuple[SharedTerm, ...], dict[str, float]]:
    """
    The terms that a query and a row share, by their share of the similarity, and the share of each field.

    Character n-grams count for their field but are not listed: no reader thinks in them. Nor are terms that more than
    half of the articles have.
    """
    columns, parts = _products(query, row, catalogue)
    total = parts.sum()
    if not total:
        return (), {}
    shares = parts / total
    names, is_telling = vectorizer.term_names(), vectorizer.telling_terms()
    by_field: dict[str, float] = {}
    listed: list[tuple[float, str, int]] = []
    for field in catalogue.fields:
        first, last = np.searchsorted(columns, (field.start, field.stop))
        if first == last:
            continue
        by_field[field.name] = round(float(shares[first:last].sum()), 4)
        if field.name not in _UNLISTED:
            listed.extend(
                (-float(shares[place]), field.name, int(columns[place]))
                for place in range(first, last)
                if is_telling[columns[place]]
            )
    listed.sort()
    candidate = catalogue.articles[row]
    terms = []
    for share, field_name, column in listed[:n_terms]:
        term = str(names[column])
        if field_name in _IN_FIELD:
            # A saved model keeps no bodies; the stem is then shown as it is.
            forms = vectorizer.surface_forms(candidate, field_name)
            term = " ".join(forms.get(part, part) for part in term.split(" "))
        terms.append(SharedTerm(term, field_name, round(-share, 4)))
    return tuple(terms), by_field


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
    made = []
    for position, row in enumerate(rows):
        terms, by_field = shared_terms(query, int(row), catalogue, vectorizer)
        gap = abs(float(catalogue.times[row]) - query.time)
        gap_days = None if np.isnan(gap) else round(gap, 2)
        own, values = signals[position]
        sentences = [*own, *_words(terms)]
        if gap_days is not None:
            sentences.append(_days_apart(gap_days))
        candidate = catalogue.articles[row]
        if candidate.provider and candidate.provider.casefold() == query.article.provider.casefold():
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


def _products(query: Query, row: int, catalogue: Catalogue) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The columns that both have, sorted, and the product in each; both of shape (n_shared,)."""
    vectors = catalogue.vectors
    first, last = vectors.indptr[row], vectors.indptr[row + 1]
    columns = vectors.indices[first:last]
    own = query.vector.indices
    if not len(own):
        return columns[:0], np.zeros(0)
    # Both are sorted: one binary search finds each column's place in the query.
    places = np.minimum(np.searchsorted(own, columns), len(own) - 1)
    shared = own[places] == columns
    products = query.vector.data[places[shared]].astype(np.float64) * vectors.data[first:last][shared]
    return columns[shared], products


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
