"""Shared words marked in a text."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from recommender.suggestions import SharedTerm
from recommender.text.repair import repair

#: Endings that a stem leaves aside: of a longer word so many letters may differ.
_ENDING = 3
_SHORTEST = 4


def marked(text: str, terms: Iterable[SharedTerm]) -> Markup:
    """A text as HTML, with the words that two articles share in ``<mark>``."""
    text = repair(text)
    words = {word for one in terms for word in re.findall(r"\w+", one.term.casefold())}
    patterns = [_pattern(word) for word in sorted(words, key=len, reverse=True)]
    if not patterns:
        return escape(text)
    parts, position = [], 0
    for found in re.finditer("|".join(patterns), text, re.IGNORECASE):
        parts += [escape(text[position : found.start()]), Markup("<mark>{}</mark>").format(found[0])]
        position = found.end()
    return Markup("").join([*parts, escape(text[position:])])


def _pattern(word: str) -> str:
    if (not word.isascii() and not word[0].isalpha()) or ord(word[0]) > 0x2E7F:
        return re.escape(word)  # scripts without spaces
    stem = word[: max(_SHORTEST, len(word) - _ENDING)]
    ending = max(1, min(_ENDING, len(word) - _SHORTEST + 1))  # a port is no portal
    return rf"\b{re.escape(stem)}\w{{0,{len(word) - len(stem) + ending}}}\b"
