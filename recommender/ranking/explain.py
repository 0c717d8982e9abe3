"""Why a pair has its score: shared terms, fields, dates, the ranker's own signals, as a `Reason`. An article room."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.rankers import Query, Ranked
from recommender.suggestions import Reason, SharedTerm
from recommender.vectors.text import is_unspaced, says_little, shared_run
from recommender.vectors.tfidf import FieldVectorizer

#: Shared terms that an explanation carries; the rest is what remains of the similarity.
N_TERMS = 8

#: Words of a field that its sentence names.
_MOST_SAID = 4

#: Fields whose terms are words; those of the others are parts of words, in which no reader thinks.
_LISTED = ("words", "body")
_ALIKE_IN_PART = "words of the two are alike in part"
_ALIKE_IN_MEANING = "the two are about alike things"
#: The share of the similarity from which a sentence says that it is the meaning.
_MEANING_SAID = 0.5
#: Where a word is looked for, in this order.
_IN_BOTH = ("title", "excerpt", "body")
#: What a reader calls the place of a shared term.
IN_FIELD = {"title": "the title", "excerpt": "the excerpt", "body": "the text", "words": "title and excerpt"}


@dataclass(frozen=True, slots=True)
class _Shares:
    """
    What a query has in common with a row.

    Parameters
    ----------
    terms
        (column, share of the similarity) of the shared words, the weightiest first. Those that more than half of the
        articles have are among them only where no others are shared.
    fields
        The share of each field, and of ``meaning``; sums to 1 where anything is shared.
    """

    terms: tuple[tuple[int, float], ...]
    fields: dict[str, float]


def _shares_of(
    query: Query, rows: NDArray[np.int64], catalogue: Catalogue, vectorizer: FieldVectorizer
) -> list[_Shares]:
    """What a query has in common with each of some rows."""
    own, terms = query.vectors.terms, catalogue.vectors.terms[rows]
    places = np.minimum(np.searchsorted(own.indices, terms.indices), max(own.nnz - 1, 0))
    shared = own.indices[places] == terms.indices if own.nnz else np.zeros(terms.nnz, dtype=bool)
    columns = terms.indices[shared]
    products = own.data[places[shared]].astype(np.float64) * terms.data[shared].astype(np.float64)
    ends = np.searchsorted(np.flatnonzero(shared), terms.indptr)
    # What is less alike than usual takes from the similarity, and is no reason.
    dense = np.maximum(catalogue.vectors.dense[rows].astype(np.float64) @ query.vectors.dense[0].astype(np.float64), 0)
    field_of = np.searchsorted([field.stop for field in vectorizer.fields], columns, side="right")
    listed = np.array([field.name in _LISTED for field in vectorizer.fields], dtype=bool)[field_of]
    telling = listed & vectorizer.telling_terms()[columns]
    found = []
    for place in range(len(rows)):
        part = slice(ends[place], ends[place + 1])
        total = float(products[part].sum() + dense[place])
        if total <= 0:
            found.append(_Shares((), {}))
            continue
        sums = np.bincount(field_of[part], products[part], minlength=len(vectorizer.fields)) / total
        fields = {
            field.name: round(value, 4) for field, value in zip(vectorizer.fields, sums.tolist(), strict=True) if value
        }
        if dense[place]:
            fields["meaning"] = round(float(dense[place]) / total, 4)
        chosen = part.start + np.flatnonzero(telling[part] if telling[part].any() else listed[part])
        best = chosen[np.lexsort((columns[chosen], -products[chosen]))][:N_TERMS]
        shares = np.round(products[best] / total, 4).tolist()
        found.append(_Shares(tuple(zip(columns[best].tolist(), shares, strict=True)), fields))
    return found


def reasons(
    query: Query,
    chosen: Ranked,
    said: Sequence[tuple[str, ...]],
    catalogue: Catalogue,
    vectorizer: FieldVectorizer,
) -> list[Reason]:
    """
    A `Reason` for each chosen row. Words are shown as the query has them.

    Parameters
    ----------
    said
        For each row, the ranker's own sentences, as `Ranker.sentences` gives them.
    """
    made: list[Reason] = []
    provider = query.article.provider.casefold()
    words, is_telling = _Words(query.article, vectorizer), vectorizer.telling_terms()
    all_shares = _shares_of(query, chosen.rows, catalogue, vectorizer)
    for place, (row, shares) in enumerate(zip(chosen.rows.tolist(), all_shares, strict=True)):
        candidate = catalogue.articles[row]
        terms = words.shared_with(candidate, shares.terms)
        are_telling = bool(terms) and bool(is_telling[shares.terms[0][0]])
        sentences = [*said[place], *_words_said(terms, are_telling)]
        if shares.fields.get("meaning", 0.0) >= _MEANING_SAID:
            sentences.append(_ALIKE_IN_MEANING)
        elif shares.fields and not terms:
            sentences.append(_ALIKE_IN_PART)
        gap = abs(float(catalogue.times[row]) - query.time)
        gap_days = None if math.isnan(gap) else round(gap, 2)
        if gap_days is not None:
            sentences.append(_days_apart(gap_days))
        if candidate.provider and candidate.provider.casefold() == provider:
            sentences.append(f"both are from {candidate.provider}")
        made.append(
            Reason(
                score=float(chosen.scores[place]),
                similarity=float(chosen.similarities[place]),
                sentences=tuple(dict.fromkeys(sentences)),
                shared_terms=tuple(terms),
                fields=shares.fields,
                gap_days=gap_days,
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

    def shared_with(self, candidate: Article, shares: Sequence[tuple[int, float]]) -> list[SharedTerm]:
        """
        The shared terms of some columns with their shares, the largest share first.

        Pairs of characters out of runs without spaces are shown as the runs that both texts have.
        """
        found: dict[tuple[str, str], float] = {}
        forms = {field: self._vectorizer.surface_forms(candidate, field) for field in ("title", "excerpt")}
        for column, share in shares:
            term = self._vectorizer.term_name(column).removeprefix(self._prefix)
            field = self._place_in_both(term, forms)
            term = self._shown(term)
            if field in _IN_BOTH and not term.isascii() and is_unspaced(term):
                own, other = (self._vectorizer.shown_text(one, field) for one in (self._article, candidate))
                term = shared_run(term.split(" ")[0], own, other)
            found[term, field] = found.get((term, field), 0.0) + share
        terms = [SharedTerm(term, field, round(share, 4)) for (term, field), share in found.items()]
        return sorted(terms, key=lambda one: -one.share)

    def _place_in_both(self, term: str, forms: Mapping[str, Mapping[str, str]]) -> str:
        """The field in which this and another article of these forms have a term; ``words``: in different ones."""
        own = {field for field in forms if term in self._forms_of(field)}
        other = {field for field in forms if term in forms[field]}
        both = next((field for field in forms if field in own & other), "")
        return both or ("words" if own and other else "body")

    def _shown(self, term: str) -> str:
        """A term as the query has it; as it is compared where a saved model no longer has the text."""
        return next((self._forms_of(field)[term] for field in _IN_BOTH if term in self._forms_of(field)), term)

    def _forms_of(self, field: str) -> dict[str, str]:
        if field not in self._forms:
            self._forms[field] = self._vectorizer.surface_forms(self._article, field)
        return self._forms[field]


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
