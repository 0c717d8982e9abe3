"""Why a pair has its score: shared terms, fields, dates, the ranker's own signals, as a `Reason`. An article room."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.ranking.catalogue import days_of
from recommender.ranking.rankers import Query
from recommender.ranking.rules import Candidate
from recommender.ranking.state import State
from recommender.suggestions import Reason, SharedTerm
from recommender.text.words import is_unspaced, says_little, shared_run
from recommender.vectors.neighbors import stacked
from recommender.vectors.tfidf import OF_WORDS, FieldVectorizer

#: Shared terms that an explanation carries; the rest is what remains of the similarity.
N_TERMS = 8

#: Words of a field that its sentence names, and the part of the weightiest's share below which a word is no reason.
_MOST_SAID, _LEAST_SAID = 4, 0.15
#: A part of so many letters may be any ("con", "ing").
_SYLLABLE = 3

#: The share of the similarity from which a sentence says that it is the meaning.
_MEANING_SAID = 0.5
#: What a reader calls the place of a shared term.
IN_FIELD = {
    "title": "the title", "excerpt": "the excerpt", "topics": "title or topics", "body": "the text",
    "words": "title and excerpt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shares:
    """What a query has in common with a row."""

    terms: list[tuple[str, float]]  #: Each with its share of the similarity, the weightiest first.
    #: Whether at most half of the articles have these terms; others are named only where none of them is shared.
    are_telling: bool
    fields: dict[str, float]  #: The share of each field, and of `meaning`; sums to 1 where anything is shared.


def _shares_of(
    queries: Sequence[Query], places: NDArray[np.int64], rows: NDArray[np.int64], state: State
) -> list[_Shares]:
    """What the query at each of some places has in common with a row."""
    catalogue, vectorizer = state.catalogue, state.vectorizer
    own = stacked([query.vectors.terms for query in queries])[places].astype(np.float64)
    shared = csr_matrix(own.multiply(catalogue.vectors.terms[rows]))
    columns, products = shared.indices, shared.data
    pairs = np.repeat(np.arange(len(rows)), np.diff(shared.indptr))
    # What is less alike than usual takes from the similarity, and is no reason.
    dense = np.concatenate([query.vectors.dense for query in queries])[places].astype(np.float64)
    meanings = np.maximum(np.einsum("ij,ij->i", dense, catalogue.vectors.dense[rows].astype(np.float64)), 0)
    totals = np.bincount(pairs, products, minlength=len(rows)) + meanings
    totals[totals <= 0] = 1.0
    n_fields = len(vectorizer.fields)
    field_of = np.searchsorted([field.stop for field in vectorizer.fields], columns, side="right")
    sums = np.bincount(pairs * n_fields + field_of, products, minlength=len(rows) * n_fields)
    parts = np.column_stack([sums.reshape(len(rows), n_fields), meanings])
    names = [*(field.name for field in vectorizer.fields), "meaning"]
    fields = [
        {name: value for name, value in zip(names, line, strict=True) if value}
        for line in np.round(parts / totals[:, None], 4).tolist()
    ]
    # Those of other fields are parts of words, in which no reader thinks.
    listed = np.array([name in OF_WORDS for name in names[:-1]], dtype=bool)[field_of]
    telling = listed & vectorizer.telling_terms()[columns]
    are_telling = np.bincount(pairs[telling], minlength=len(rows)) > 0
    kept = np.flatnonzero(np.where(are_telling[pairs], telling, listed))
    kept = kept[np.lexsort((columns[kept], -products[kept], pairs[kept]))]
    firsts = np.searchsorted(pairs[kept], np.arange(len(rows) + 1))
    kept = kept[np.arange(len(kept)) - firsts[pairs[kept]] < N_TERMS]
    firsts = np.searchsorted(pairs[kept], np.arange(len(rows) + 1))
    shares = np.round(products[kept] / totals[pairs[kept]], 4)
    known = vectorizer.term_names[columns[kept]]
    terms = list(zip(known.tolist(), shares.tolist(), strict=True))
    of_pairs = (terms[first:stop] for first, stop in pairwise(firsts.tolist()))
    return list(map(_Shares, of_pairs, are_telling.tolist(), fields))


def reasons(
    queries: Sequence[Query],
    chosen: Sequence[Sequence[Candidate]],
    said: Sequence[Sequence[tuple[str, ...]]],
    state: State,
) -> list[list[Reason]]:
    """
    For each query a `Reason` for each candidate that was chosen for it. Words are shown as the query has them.

    `said` has for each query and candidate the ranker's own sentences, as `Ranker.sentences` gives them.
    """
    places = np.repeat(np.arange(len(queries)), list(map(len, chosen)))
    if not len(places):
        return [[] for _ in queries]
    rows = state.catalogue.rows_of(one.article.id for found in chosen for one in found)
    shares = iter(_shares_of(queries, places, np.array(rows), state))
    made: list[list[Reason]] = []
    for query, found, sentences in zip(queries, chosen, said, strict=True):
        words = _Words(query.article, state.vectorizer)
        made.append([_reason(query, words, one, own, next(shares)) for one, own in zip(found, sentences, strict=True)])
    return made


def _reason(query: Query, words: _Words, one: Candidate, said: Sequence[str], shares: _Shares) -> Reason:
    candidate = one.article
    terms = words.shared_with(candidate, shares.terms)
    sentences = [*said, *_words_said(terms, shares.are_telling)]
    if shares.fields.get("meaning", 0.0) >= _MEANING_SAID:
        sentences.append("the two are about alike things")
    elif shares.fields and not terms:
        sentences.append("words of the two are alike in part")
    gap = abs(days_of(candidate.published_at) - query.time)
    # A draft without a date counts as of today, which says nothing about the two.
    gap_days = None if math.isnan(gap) or query.article.published_at is None else round(gap, 2)
    if gap_days is not None:
        sentences.append(_days_apart(gap_days))
    if candidate.provider and candidate.provider.casefold() == query.article.provider.casefold():
        sentences.append(f"both are from {candidate.provider}")
    return Reason(
        score=one.score,
        similarity=one.similarity,
        sentences=tuple(dict.fromkeys(sentences)),
        shared_terms=tuple(terms),
        fields=shares.fields,
        gap_days=gap_days,
    )


def text_obstacle(article: Article) -> str:
    """Why an article without a known word has no suggestion."""
    if not (article.title.strip() or article.excerpt.strip() or article.topics or article.body.strip()):
        return "it has neither title nor excerpt nor topics"
    return "no other article shares a word with it"


class _Words:
    """The words of a query as a reader sees them."""

    def __init__(self, article: Article, vectorizer: FieldVectorizer) -> None:
        self._article, self._reader = article, vectorizer.reader
        self._forms = vectorizer.reader.surface_forms
        self._prefix = vectorizer.reader.prefix(article)
        self._own = {field: self._forms(article, field) for field in ("title", "excerpt", "topics")}

    @cached_property
    def _body(self) -> Mapping[str, str]:
        return self._forms(self._article, "body")

    def shared_with(self, candidate: Article, shares: Sequence[tuple[str, float]]) -> list[SharedTerm]:
        """
        The shared terms, as `_Shares` has them, with their fields, the largest share first.

        Pairs of characters out of runs without spaces are shown as the runs that both texts have, pieces of words not.
        """
        found: dict[tuple[str, str], float] = {}
        stems: set[tuple[str, str]] = set()
        theirs = {field: self._forms(candidate, field) for field in ("title", "excerpt", "topics")}
        for name, share in shares:
            term = name.removeprefix(self._prefix)
            mine = [field for field in theirs if term in self._own[field]]
            others = [field for field in theirs if term in theirs[field]]
            field = next((one for one in ("title", "excerpt") if one in mine and one in others), "body")
            if field == "body" and mine and others:
                field = "topics" if "topics" in (mine[0], others[0]) else "words"
            shown = next((forms[term] for forms in self._own.values() if term in forms), None) or self._body.get(term)
            if shown is None and self._reader.stem:
                # A saved model no longer has the body, and no reader knows the stem of a word.
                stems.add((term, field))
            term = shown or term
            if not term.isascii() and is_unspaced(term):
                fields = ("title", "excerpt") if field == "words" else (field,)
                own, other = (
                    "\n".join(self._reader.shown_text(one, name) for name in fields)
                    for one in (self._article, candidate)
                )
                term = shared_run(term.split(" ")[0], own, other)
                # Signs of vowels and tones alone say nothing.
                if not any(map(str.isalnum, term)):
                    continue
            found[term, field] = found.get((term, field), 0.0) + share
        said = {key: share for key, share in found.items() if key not in stems} or found
        terms = [SharedTerm(term, field, round(share, 4)) for (term, field), share in said.items()]
        return sorted(terms, key=lambda one: -one.share)


def _words_said(terms: Sequence[SharedTerm], are_telling: bool) -> list[str]:
    """Sentences that name the shared words: one a field, or one in all where most articles of the site have them."""
    heard = [one for one in terms if one.share >= _LEAST_SAID * terms[0].share]
    # A number in a text may be of anything: an hour, a price, a step.
    said = [
        one for one in heard if not says_little(one.term) and not (one.field == "body" and one.term.isdecimal())
    ] or heard
    # A compound says its parts.
    whole = [one.term.casefold() for one in said]
    said = [one for one, part in zip(said, whole, strict=True) if not any(_is_part(part, word) for word in whole)]
    if not are_telling:
        words = list({one.term.casefold(): one.term for one in reversed(said)}.values())[::-1]
        return [f"both have what most articles have: {_enumerated(words)}"] if words else []
    by_field: dict[str, list[str]] = {}
    for one in said:
        by_field.setdefault(one.field, []).append(one.term)
    return [f"both name {_enumerated(words)} in {IN_FIELD[field]}" for field, words in by_field.items()]


def _is_part(part: str, word: str) -> bool:
    """Whether a word begins or ends with another, shorter one that is no syllable, or has it at its hyphen or dot."""
    if part not in word or part == word:
        return False
    is_end = len(part) > _SYLLABLE and (word.startswith(part) or word.endswith(part))
    return is_end or part in re.split("[-.]", word)


def _enumerated(words: Sequence[str]) -> str:
    """The first of some words, as a sentence names them."""
    words = words[:_MOST_SAID]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _days_apart(gap: float) -> str:
    if gap < 1:
        return "published within a day of each other"
    return f"{round(gap):,} day{'s' if round(gap) != 1 else ''} apart"
