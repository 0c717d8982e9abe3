"""The language of a site that does not say it: by its script, its stop words, or how common its words are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from math import log10

import stop_words
import wordfreq

#: Enough text to tell; more would only cost time.
_MOST_TEXTS = 200
#: Prose has about 40 % stop words, titles and excerpts about 30 %. Below a tenth, the text is in none of the languages.
_LEAST_SHARE = 0.1
_LEAST_WORDS = 20
#: A few titles have hardly a stop word. Then the language counts in which their words are commonest: the mean of their
#: zipf frequencies (the logarithm of how often a billion words have them), where it is so high and so far ahead.
_FEWEST_WORDS, _LEAST_COMMON, _LEAST_AHEAD = 4, 2.5, 0.4

#: Scripts that one language has to itself, and the share of the letters that is enough.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), 0.1),
    ("ko", re.compile(r"[\uac00-\ud7af]"), 0.3),
    ("zh", re.compile(r"[\u4e00-\u9fff]"), 0.3),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), 0.3),
    ("el", re.compile(r"[\u0370-\u03ff]"), 0.3),
    ("he", re.compile(r"[\u0590-\u05ff]"), 0.3),
    ("hi", re.compile(r"[\u0900-\u097f]"), 0.3),
    ("gu", re.compile(r"[\u0a80-\u0aff]"), 0.3),
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")

_CODES = {
    "ar": "arabic", "bg": "bulgarian", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch", "en": "english",
    "fi": "finnish", "fr": "french", "de": "german", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "no": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sk": "slovak", "es": "spanish", "sv": "swedish", "tr": "turkish", "uk": "ukrainian", "vi": "vietnamese",
}  # fmt: skip


def detect_language(texts: Iterable[str]) -> str:
    """
    The code of the language that most of the texts are in, or "" where that cannot be told.

    A guess about a whole site, not about one article: a hundred titles leave no doubt, one leaves much.
    """
    text = "\n".join(islice(texts, _MOST_TEXTS))
    n_letters = len(_LETTER.findall(text))
    for code, letters, share in _SCRIPTS:
        if n_letters and len(letters.findall(text)) >= share * n_letters:
            return code
    words = Counter(word.lower() for word in _WORD.findall(text))
    if words.total() >= _LEAST_WORDS:
        shares = {code: sum(words[word] for word in _stop_words(code)) / words.total() for code in _CODES}
        best = max(sorted(shares), key=lambda code: shares[code])
        if shares[best] >= _LEAST_SHARE:
            return best
    return _by_frequency(words) if words.total() >= _FEWEST_WORDS else ""


def _by_frequency(words: Mapping[str, int]) -> str:
    """The language in which words are commonest, or "" where none stands out."""
    n_words = sum(words.values())
    means = []
    for code in sorted(wordfreq.available_languages("small")):
        table = wordfreq.get_frequency_dict(code, "small")
        zipfs = sum(n * (9 + log10(table[word])) for word, n in words.items() if word in table)
        means.append((zipfs / n_words, code))
    (second, _), (best, code) = sorted(means)[-2:]
    return code if best >= max(_LEAST_COMMON, second + _LEAST_AHEAD) else ""


@lru_cache(maxsize=len(_CODES))
def _stop_words(code: str) -> frozenset[str]:
    return frozenset(stop_words.get_stop_words(_CODES[code]))
