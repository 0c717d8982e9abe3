"""
Which terms are names: what editors write with a capital inside a sentence, product and company and place alike.

Learned from the site's own excerpts, for titles often have capitals everywhere: a word that nearly always has one in
the middle of a sentence is a name. In a script without capitals there are none, and in German every noun is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from recommender.vectors.text import Analyzer, repair

#: A word must have been met this often inside sentences, and with a capital in this share, to be a name.
_LEAST_COUNT, _LEAST_SHARE = 3, 0.8
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…]|[\"'“”„«(\[–—-])\s*$")


class NameCounts:
    """How often each term stood inside a sentence, and how often with a capital."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()

    def add(self, text: str, analyzer: Analyzer, prefix: str = "") -> None:
        """
        Count the words of a text as typed.

        Parameters
        ----------
        text
            Running text, such as an excerpt.
        analyzer
            Cuts and stems the text's words.
        prefix
            Put before each term, as the vectorizer does with terms of another language.
        """
        text = repair(text)
        for start, surface, term in analyzer.placed_terms(text):
            if _SENTENCE_START.search(text, max(0, start - 3), start):
                continue
            self._inside[prefix + term] += 1
            self._capital[prefix + term] += surface[0].isupper()

    def is_name(self, terms: Iterable[str]) -> list[bool]:
        """Whether each of some terms is a name."""
        return [(n := self._inside[term]) >= _LEAST_COUNT and self._capital[term] >= _LEAST_SHARE * n for term in terms]
