"""Words without their endings, and compounds by the word that they begin with, by language."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import Stemmer
import wordfreq

from recommender.content.languages import TABLES

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
#: Scandinavian articles behind nouns, which Snowball leaves there: "træet", "byen", "nyckeln", "vattnet", "skolan".
#: They are taken off where the rest is a word, and not hardly ever met beside the other.
_DEFINITE = [
    (re.compile(r"(?<=\w[æåøyö])(?:et|en|ene|erne|er)$"), ""), (re.compile(r"(?<=\we[lr])n$"), ""),
    (re.compile(r"(?<=\w[bcdfhjkpstz])([lnr])et$"), r"e\1"), (re.compile(r"(?<=\w{3})an$"), "a"),
]  # fmt: skip
_DEFINITE_IN = {"da": _DEFINITE[:-1], "nb": _DEFINITE[:-1], "no": _DEFINITE[:-1], "sv": _DEFINITE}
_LEAST_BESIDE = 0.2
#: Turkish nouns of two letters; of others the stemmer may leave two as well ("altın", "deniz").
_OF_TWO = frozenset("ad at av ay ek el et ev il iş oy öz su uç üs yü".split())
#: What Snowball stemmers are told beforehand, and what for: plurals that they keep ("vélos", "Autos", "hospitais"), or
#: take for more than they are ("loyers", "ciudades"); those of Hebrew.
_BEFORE = {
    "de": [(r"(?<=\w\w[oy])(?<!lo)(?<!io)s$", "")], "el": [("ιδια$", "ιδι")], "es": [(r"(?<=\w\wad)es$", "")],
    "fr": [(r"(?<=\w\wer)s$|(?<=\w\w[oéu])s$", "")],
    "he": [(r"(?<=\w{3})ים$", ""), (r"(?<=\w{3})יות$", "ית"), (r"(?<=\w{3})ות$", "ה")],
    "pt": [
        (r"(?<=\w\w[aou])is$", "l"), ("ões$", "ão"), (r"([áéíóúâê]\w*[bcglst])eis$", r"\1il"),
        (r"(?<=\w\w)[ée]is$", "el"), (r"(?<=\w[aeiou])ns$", "m"), (r"(?<=\w[fv]|nt)is$", "il"),
        (r"(?<=[chnsçz])óis$", "ol"), ("ízes$", "iz"), (r"(?<=\w[dlmnu])ês$|(?<=nc)ês$", "esa"),
    ],
}  # fmt: skip


def _with_definite(behind_er: str, behind_others: str, pairs: str) -> dict[str, str]:
    """Plurals with their words, also with an article behind them, which may take the place of their "er"."""
    told = dict(pair.split() for pair in pairs.split(", "))
    endings = ((one, one.removesuffix("er")) for one in told)
    return told | {f"{bare}{behind_others if bare == one else behind_er}": told[one] for one, bare in endings}


#: Plurals that Snowball keeps apart from their words.
_PLURALS = {
    "en": {
        "alumni": "alumnus", "analyses": "analysis", "appendices": "appendix", "bacteria": "bacterium", "buses": "bus",
        "cacti": "cactus", "calves": "calf", "children": "child", "crises": "crisis", "criteria": "criterion",
        "diagnoses": "diagnosis", "dwarves": "dwarf", "elves": "elf", "feet": "foot", "fungi": "fungus", "gases": "gas",
        "geese": "goose", "halves": "half", "hooves": "hoof", "hypotheses": "hypothesis", "indices": "index",
        "knives": "knife", "lenses": "lens", "loaves": "loaf", "matrices": "matrix", "men": "man", "mice": "mouse",
        "nuclei": "nucleus", "oxen": "ox", "phenomena": "phenomenon", "quizzes": "quiz", "scarves": "scarf",
        "shelves": "shelf", "stimuli": "stimulus", "teeth": "tooth", "theses": "thesis", "thieves": "thief",
        "vertices": "vertex", "wives": "wife", "wolves": "wolf", "women": "woman",
    },
    "de": {"firmen": "firma", "konten": "konto", "themen": "thema", "villen": "villa", "viren": "virus"},
    "es": {
        f"{word[:-1]}ces": word
        for word in (
            "actriz altavoz andaluz aprendiz arroz audaz barniz cáliz capataz capaz cicatriz codorniz directriz disfraz"
            " eficaz emperatriz feliz feroz fugaz incapaz ineficaz infeliz interfaz juez lápiz lombriz luz maíz matiz"
            " matriz nariz nuez perdiz pez portavoz raíz rapaz secuaz tapiz tenaz veloz vez voz"
        ).split()
    },
    "fr": {"cheveux": "cheveu", "feux": "feu", "jeux": "jeu", "lieux": "lieu", "travaux": "travail",
           "vitraux": "vitrail", "vœux": "vœu"},
    "nl": {"dagen": "dag", "daken": "dak", "eieren": "ei", "gaten": "gat", "glazen": "glas", "kinderen": "kind",
           "liederen": "lied", "musea": "museum", "oorlogen": "oorlog", "paden": "pad", "schepen": "schip",
           "steden": "stad", "wegen": "weg"},
    "da": _with_definite("erne", "ene", "bøger bog, bønder bonde, børn barn, fødder fod, gæs gås, hænder hånd, "
                                        "kræfter kraft, mænd mand, nætter nat, tænder tand"),
    "nb": _with_definite("ene", "ene", "bøker bok, bønder bonde, føtter fot, hender hånd, krefter kraft, menn mann, "
                                       "netter natt, røtter rot, tenner tann, trær tre, trærne tre"),
    "sv": _with_definite("erna", "na", "bönder bonde, böcker bok, döttrar dotter, fötter fot, händer hand, "
                                       "länder land, nätter natt, rötter rot, städer stad, söner son, tänder tand"),
    "pt": {"barris": "barril", "faróis": "farol", "gases": "gás", "juvenis": "juvenil", "meses": "mês"},
}  # fmt: skip
#: What is no part of a word behind it, or in a language without one. What Hebrew puts before a noun, of which three
#: letters stay: "the", "in", "and" and others are letters of the word. Vowels in which forms of one Finnish, Italian or
#: Hungarian word differ ("koiran", "koirille"; "iskola", "iskolák"), a vowel that comes and goes ("cykel", "cykla";
#: "рынок", "рынки"), Polish "rowerze".
_SCANDINAVIAN = re.compile(r"(?<=\w{2}[^\W\daeiouyæøåäö])e(?=[lnr]$)")
_AFTER = dict.fromkeys(("be", "bg", "bs", "hr", "mk", "sk", "sl", "uk"), _SLAVIC_ENDING) | {
    "da": _SCANDINAVIAN, "fi": re.compile(r"(?<=\w{3})[aeiouyäö]+$"), "he": re.compile(r"^[בהוכלמש]+(?=\w{3})"),
    "hu": re.compile(r"(?<=\w{3})[ae]$"),
    "it": re.compile(r"(?<=\w{3})[aeio]$"), "nb": _SCANDINAVIAN, "nl": re.compile(r"(?<=\w{3})s$"),
    "no": _SCANDINAVIAN,
    "pl": re.compile(r"(?<=\w{3}r)z$|(?<=\w{3})i$|(?<=\w{2})e(?=k$)"),
    "ru": re.compile(r"(?<=\w{2})[ое](?=[кц]$)"), "sv": _SCANDINAVIAN,
}  # fmt: skip
#: Letters without the marks that many leave out ("Dvořák", "Beyoncé"), in a language whose own words have none.
_PLAIN = {code: unicodedata.normalize("NFD", chr(code))[0] for code in range(0xC0, 0x250)} | {0xE6: "ae", 0x153: "oe"}
#: Letters that are short in one form of a word and long in another ("híd", "hidat"; "ogród", "ogrodu"), or two in one.
_FOLDED: dict[str, Mapping[int, int | str]] = {
    "cs": str.maketrans("áéíóúůýěďňť", "aeiouoyednt"), "fr": {0xE6: "ae", 0x153: "oe"},
    "hu": str.maketrans("áéíóőúű", "aeioöuü"), "pl": str.maketrans("óąńśćź", "oęnscz"),
}  # fmt: skip
#: What Korean puts behind a noun; the noun has two syllables at least.
_KOREAN_PARTICLE = re.compile(
    "(?P<noun>[\uac00-\ud7a3]{2,}?)(?:에서는|에서도|에게서|으로는|으로도|이라고|라고|에서|에게|한테|께서|까지|부터|처럼|보다|마다|으로|에는|에도"
    "|이나|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
#: Languages that write compounds as one word, and the letters that a part and the rest have at least ("Haushaltsplan"
#: says "Haushalt" and "Plan", "김치찌개" says "김치"); and how common in the language both are.
COMPOUNDING = dict.fromkeys(("da", "de", "fi", "hu", "nb", "nl", "no", "sv"), ((5, 3), (4, 4))) | {"ko": ((2, 2),)}
_CHANCE_OF_PART = 5e-7
#: What looks like the second word of a Finnish compound and is an ending of its case, number or verb.
_FINNISH_ENDING = re.compile(
    r"m?[aei]?(?:s[st]|l[lt]|tt)[aä]|[ei]?(?:lle|ksi)|isin?|vat|kin|k[aä]{2}n|a?nsa|m?i?nen|[jstv][ae]n"
    r"|mme|sti|n[uy]t|neet|[aäei]{2}n|t[aä]{2}n?"
)
#: A compound that is so common, or so many times commoner than a part, is a word of its own: "Haushalt", "Frühling".
_CHANCE_OF_OWN, _TIMES_COMMONER = 1.6e-5, 10


class _Stems:
    """Words of a language without their endings: by Snowball where it knows the language, and by rules around it."""

    def __init__(self, language: str) -> None:
        self._before, self._after = _BEFORE.get(language, []), _AFTER.get(language)
        self._plurals = _PLURALS.get(TABLES.get(language, language), {})
        self._folded, self._is_plain = _FOLDED.get(language, {}), language == "en"
        self._is_turkish, self._definite = language == "tr", _DEFINITE_IN.get(language, [])
        table = TABLES.get(language, language)
        self._known = wordfreq.get_frequency_dict(table, "best") if self._definite else {}
        # Without a cache of its own, in which two threads meet; it would save two seconds of ten million words.
        self._snowball = Stemmer.Stemmer(_SNOWBALL[language], 0) if language in _SNOWBALL else None

    def of_words(self, words: list[str]) -> list[str]:
        """Words without their endings."""
        if self._plurals:
            words = [self._plurals.get(word, word) for word in words]
        if self._definite:
            words = [self._without_article(word) for word in words]
        if self._is_plain:
            words = [word.translate(_PLAIN) for word in words]
        for ending, other in self._before:
            words = [re.sub(ending, other, word) for word in words]
        if self._snowball:
            found = self._snowball.stemWords(words)
            words = [self._long_enough(*two) for two in zip(found, words, strict=True)] if self._is_turkish else found
        if self._folded:
            words = [word.translate(self._folded) for word in words]
        return [self._after.sub("", word) for word in words] if self._after else words

    def _without_article(self, word: str) -> str:
        for ending, other in self._definite:
            bare = ending.sub(other, word)
            is_word = self._known.get(bare, 0.0) > _LEAST_BESIDE * self._known.get(word, 0.0)
            # "Bananen" tells that "banan" is the word.
            if bare != word and is_word and not (other == "a" and f"{word}en" in self._known):
                return bare
        return word

    @staticmethod
    def _long_enough(stem: str, word: str) -> str:
        return stem if len(stem) > 2 or stem in _OF_TWO else word


@lru_cache(maxsize=8)
def stems_of(language: str) -> _Stems | None:
    """The stemmer of a language, by its primary code; None where there is none."""
    return _Stems(language) if language in {*_SNOWBALL, *_AFTER} else None


def korean_noun(word: str) -> str:
    """A Korean word without its particles, all of them: a noun that ends as one does is one term with and without."""
    while found := _KOREAN_PARTICLE.match(word):
        word = found["noun"]
    return word


@lru_cache(maxsize=65_536)
def parts_of(surface: str, language: str) -> tuple[str, ...]:
    """The two words that a compound is made of, the commonest such; () where a word is none."""
    if language == "de" and surface[:1].islower():
        # No noun: a verb with what stands before it is another one.
        return ()
    surface = korean_noun(surface) if language == "ko" else surface
    known: Mapping[str, float] = wordfreq.get_frequency_dict(TABLES.get(language, language), "best")
    chance = known.get(surface.casefold(), 0.0)
    if chance >= _CHANCE_OF_OWN:
        return ()
    least_chance = max(_CHANCE_OF_PART, chance / _TIMES_COMMONER)
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for at in range(2, len(surface) - 1):
        start, end = surface[:at], surface[at:]
        if known.get(end, 0.0) < least_chance:
            end = end.removeprefix("s")
        chances = [known.get(part.casefold(), 0.0) for part in (start, end)]
        if language == "fi" and _FINNISH_ENDING.fullmatch(end):
            continue
        is_long = any(len(start) >= least and len(end) >= rest for least, rest in COMPOUNDING[language])
        if is_long and min(chances) >= least_chance:
            best = max(best, (chances[0] * chances[1], (start, end)))
    # In Korean what is said stands first.
    return best[1][:1] if language == "ko" else best[1]
