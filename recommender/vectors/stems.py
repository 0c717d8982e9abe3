"""Words without their endings, and compounds by the word that they begin with, by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import Stemmer
import wordfreq

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
#: Slavic languages without a Snowball stemmer, and the endings of their nouns and adjectives: vowels, behind which one
#: consonant and its vowels may stand ("горами", "mestách", "нового").
_SLAVIC_VOWELS = "[аеєиіїйоуыўэюяъьaeijouyáéíóúýäô]"
_SLAVIC_ENDING = re.compile(rf"(?<=\w{{3}}){_SLAVIC_VOWELS}+(?:(?:ch|[гвмхghmv]){_SLAVIC_VOWELS}*)?$")
#: What Hebrew puts before a noun, of which three letters stay: "the", "in", "and" and others are letters of the word.
_HEBREW_PREFIX = re.compile(r"^[בהוכלמש]+(?=\w{3})")
#: What is no part of a word in languages without a Snowball stemmer.
_RULES = dict.fromkeys(("be", "bg", "bs", "hr", "mk", "sk", "sl", "uk"), _SLAVIC_ENDING) | {"he": _HEBREW_PREFIX}
#: What Korean puts behind a noun; the noun has two syllables at least.
_KOREAN_PARTICLE = re.compile(
    "(?P<noun>[\uac00-\ud7a3]{2,}?)(?:에서는|에서도|에게서|으로는|으로도|이라고|라고|에서|에게|한테|께서|까지|부터|처럼|보다|마다|으로|에는|에도"
    "|이나|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
#: Languages that write compounds as one word, and the letters that both parts have at least ("Haushaltsplan" says
#: "Haushalt", "김치찌개" says "김치"); and how common in the language a part is.
COMPOUNDING = dict.fromkeys(("da", "de", "fi", "nb", "nl", "no", "sv"), (5, 3)) | {"ko": (2, 2)}
_CHANCE_OF_PART = 5e-7


class _RuleStemmer:
    """Words without what a rule takes off, as Snowball's stemmers give them."""

    def __init__(self, rule: re.Pattern[str]) -> None:
        self._rule = rule

    def stemWord(self, word: str) -> str:  # noqa: N802 - Snowball's name
        """A word without its ending."""
        return self._rule.sub("", word)

    def stemWords(self, words: list[str]) -> list[str]:  # noqa: N802 - Snowball's name
        """Words without their endings."""
        return list(map(self.stemWord, words))


def stemmer_of(language: str) -> Stemmer.Stemmer | _RuleStemmer | None:
    """A stemmer for a language, by its primary code; None where there is none."""
    if language in _RULES:
        return _RuleStemmer(_RULES[language])
    return Stemmer.Stemmer(_SNOWBALL[language], 65_536) if language in _SNOWBALL else None


def korean_noun(word: str) -> str:
    """A Korean word without its particles, all of them: a noun that ends as one does is one term with and without."""
    while found := _KOREAN_PARTICLE.match(word):
        word = found["noun"]
    return word


@lru_cache(maxsize=65_536)
def first_part(surface: str, language: str) -> str:
    """The longest word that a compound begins with; "" where a word is none."""
    least, rest = COMPOUNDING[language]
    surface = korean_noun(surface) if language == "ko" else surface
    known: Mapping[str, float] = wordfreq.get_frequency_dict("nb" if language == "no" else language, "best")
    for end in range(len(surface) - rest, least - 1, -1):
        parts = surface[:end], surface[end:].removeprefix("s")
        if all(known.get(part.casefold(), 0.0) >= _CHANCE_OF_PART for part in parts):
            return parts[0]
    return ""
