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


def names_in(passages: Iterable[tuple[str, Analyzer, str]]) -> set[str]:
    """
    The terms that are names in running texts as typed, such as excerpts.

    Each comes with the analyzer that cuts and stems its words, and what stands before a term of its language.
    """
    inside: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for typed, analyzer, prefix in passages:
        text = repair(typed)
        for start, surface, term in analyzer.placed_terms(text):
            if not _SENTENCE_START.search(text, max(0, start - 3), start):
                inside[prefix + term] += 1
                capital[prefix + term] += surface[0].isupper()
    return {term for term, n in inside.items() if n >= _LEAST_COUNT and capital[term] >= _LEAST_SHARE * n}
