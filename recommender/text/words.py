"""
Text as it is compared: cut into words, stemmed. The files keep what their authors typed.

Analyzers by language: Snowball stems and stop words where the language has them, character n-grams for text that
is written without spaces between words (Japanese, Chinese, Thai ...).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import wordfreq

from recommender.content.languages import SERBIAN
from recommender.text.function_words import function_words
from recommender.text.repair import repair
from recommender.text.stems import COMPOUNDING, korean_noun, parts_of, stems_of

#: What Serbian is written in besides its Latin letters.
_CYRILLIC = str.maketrans(SERBIAN)
# Scripts without spaces between words: kana, Han, Thai, Lao, Myanmar, Khmer.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
# Vowel signs of the scripts of India are marks, and parts of a word in these languages.
_SIGNED_LANGUAGES = frozenset({"as", "bn", "gu", "hi", "kn", "ml", "mr", "ne", "or", "pa", "sa", "si", "ta", "te"})
_SIGNS = "".join(chr(code) for code in range(0x900, 0xE00) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
# A word: letters and digits, with a hyphen-free inside; "C++", "C#" and "don't" are one word each.
# So are ".NET", "AT&T", "3.10" and "v3.10.2".
_MARKED = rf"(?<![^\W_])[A-Z]{{1,2}}&[A-Z]{{1,2}}(?![^\W_])|(?:(?<![^\W{_UNSPACED}])(?<![_.])[vV])?\d+(?:\.\d+)+"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]+|{_MARKED}|(?:(?<![\w.])\.(?=[A-Za-z]))?[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*(?:\+\+|\#)?"
)
_SIGNED_TOKEN = re.compile(_TOKEN.pattern.replace(rf"[^\W_{_UNSPACED}]+", rf"(?>(?:[^\W_{_UNSPACED}]++[{_SIGNS}]*+)+)"))
#: The number of a release, and the line of releases that it belongs to, which it counts as: 3.10 of v3.10.2. An address
#: such as 127.0.0.1 has too many parts; the others are a day (28.11.2026) and a number (1.000.000).
_RELEASE = re.compile(r"(?!\d\d?\.\d\d?\.\d{4}$|\d{1,3}(?:\.\d{3})+$)[vV]?(\d+\.\d+)(?:\.\d+)?")
#: What a commit is called by: the figures a to f and 0 to 9, mixed ("face2face" is a word).
_COMMIT = re.compile(r"(?=(?:[a-f]*\d){2})(?=\d+[a-f]+\d|[a-f]+\d+[a-f])[0-9a-f]{7,64}")
#: "Node.js" is one word, and "Node"; "js" alone would relate it to "Three.js".
_ENDING = re.compile(r"(?<![\w.])([A-Za-z]\w*)\.js(?![\w.]*\w)", re.IGNORECASE)
#: "U.S." and "Ph.D." are "US" and "PhD".
_DOTTED = re.compile(r"(?<!\w)(?<!\w\.)(?>(?:[A-Z][a-z]?\.){2,})(?!\w)")
#: Of a name, as in "John F. Kennedy"; "in C. The" ends a sentence.
_INITIALS = re.compile(r"(^|[^\w\s.]\s*|(?<![\w'-])[A-Z][\w'-]*+\s)(?:[A-Z]\.\s)+(?=[A-Z])")
#: 40,000 and 1.000.000, but no part of a release or a date.
_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,’]\d{3})+(?!\w|[.,]\d)")
#: Two words with a hyphen between them, which are one too where they are short ("e-mail", "Wi-Fi", "USB-C"), or where
#: many write them as one ("start-up").
_HYPHENED = re.compile(r"(?<![\w&-])([A-Za-z]+)-([A-Za-z]+)(?![\w-])")
_SHORT = re.compile(r"[A-Za-z]-[A-Za-z]{3,}|[A-Za-z]{2}-[A-Za-z]{2}|[A-Za-z]{2,}-[A-Z]")
_CHANCE_OF_ONE = 1e-6
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
#: Inflections and particles; words in hiragana alone are rare.
_HIRAGANA = re.compile("[\u3041-\u309f]+")
#: A word in katakana, which the next script ends.
_KATAKANA = "[\u30a1-\u30fa\u30fc-\u30ff]"
_KATAKANA_WORD = re.compile(f"{_KATAKANA}{{3,}}")
#: Particles that cling to a word before or behind it.
_PARTICLES = "のはがをにでと"
#: Endings that may cling to one character that is no word alone.
_ENDINGS = "たてもやへしなるいれさす"
#: One Chinese character that is a Japanese noun: nothing of its kind beside it, and a particle behind it.
_LONE_NOUN = re.compile("(?<![\u3005\u3400-\u9fff])[\u3400-\u9fff](?=[のはがをにでともへや])")
#: Places of a pair that are looked at for the longest run around it.
_MOST_PLACES = 4

#: Languages that are written without spaces between words.
UNSPACED_LANGUAGES = frozenset({"ja", "zh", "th", "lo", "my", "km"})
#: Organisations and fields that are spelled as function words, but for their capitals.
_ACRONYMS = frozenset({"IT", "WHO"})
#: What stands before the name of the language that is spelled as a verb.
BEFORE_GO = frozenset("for from in of with mit für von avec en pour con para met voor med för til".split())
#: Where one article of the site is about the language these may stand before its name too, and not behind the verb.
_WITH_GO = BEFORE_GO | frozenset(
    "a an and our the your how using why when learn learning und der die das et le y och og".split()
)
_GO, _WORD_BEFORE = re.compile(r"\bGo\b"), re.compile(r"([^\W\d_]+)\s+$")
_AS_VERB = re.compile(
    r"[\s-]+(?:ahead|again|and|back|big|down|for|green|home|on|out|to|up|vegan|west|wild|with)\b", re.I
)
#: Words that an analyzer remembers.
_MOST_MET = 1 << 18


class Analyzer:
    """
    Words of one language, by its code: lower case, without stop words, stemmed, as `VectorsSettings` says.

    A language without a stemmer or a stop-word list goes without. The `names` are those of `brief_names`.
    """

    def __init__(
        self, language: str, stem: bool = True, stop_words: bool = True, names: frozenset[str] = frozenset()
    ) -> None:
        primary = re.split(r"[-_]", language.lower())[0] or "en"
        self.primary = primary
        self._token = _SIGNED_TOKEN if primary in _SIGNED_LANGUAGES else _TOKEN
        self._stems = stems_of(primary) if stem else None
        # Elsewhere letters tell that a compound has the word.
        self._compounds = stem and primary in COMPOUNDING
        known = function_words(primary) if stop_words else frozenset()
        if stop_words and primary in UNSPACED_LANGUAGES:
            # Its own are characters; words in Latin letters among them are English.
            known |= function_words("en")
        self.stop_words = frozenset(spelled(word, primary) for word in known)
        self.is_unspaced = primary in UNSPACED_LANGUAGES
        self._names_go = "Go" in names
        self._term_of = lru_cache(maxsize=_MOST_MET)(self._term)
        # A text is cut for several fields and once more for the reasons, one soon after the other.
        self._words = lru_cache(maxsize=64)(self._words_of)
        #: `forms` of titles, excerpts and topics, which one article after the other is compared with.
        self.kept_forms = lru_cache(maxsize=16_384)(self.forms)

    def _words_of(self, text: str) -> tuple[list[str], list[str | None]]:
        """The words of a repaired text, bigrams of runs without spaces, and their terms; None for what says nothing."""
        if "." in text:
            text = _DOTTED.sub(lambda found: found[0].replace(".", ""), _INITIALS.sub(r"\1", text))
        if _THOUSANDS.search(text):
            text = _THOUSANDS.sub(lambda found: re.sub("[.,’]", "", found[0]), text)
        if self._names_go:
            text = _GO.sub(_small_where_a_verb, text)
        joined: list[str] = []
        if "." in text:
            joined += (found[0] for found in _ENDING.finditer(text))
            text = _ENDING.sub(r"\1", text)
        if "-" in text:
            text = _HYPHENED.sub(lambda found: self._apart(found, joined), text)
        surfaces: list[str] = [*joined, *self._token.findall(text)]
        if text.isupper() and not all(len(one) == 1 or one in _ACRONYMS for one in surfaces):
            surfaces = [surface.lower() if surface in _ACRONYMS else surface for surface in surfaces]
        if not text.isascii() and _IS_UNSPACED.search(text):
            surfaces = [part for surface in surfaces for part in bigrams(surface)]
        if self._compounds:
            surfaces = [part for surface in surfaces for part in (surface, *parts_of(surface, self.primary))]
        return surfaces, [*map(self._term_of, surfaces)]

    def _apart(self, found: re.Match[str], joined: list[str]) -> str:
        """
        Two words with a hyphen between them, apart; together they come to `joined` where they are one word too.

        What is left of "USB-C" and "X-ray" is no language and no brand; in "R-Pakete" it is.
        """
        whole, first, second = found[0], found[1], found[2]
        known = wordfreq.get_frequency_dict("en", "best") if self.primary == "en" else {}
        chance = known.get(f"{first}{second}".lower(), 0.0)
        is_said = first.lower() not in self.stop_words
        is_short = _SHORT.fullmatch(whole) and second.lower() not in self.stop_words
        if not is_said or not (chance >= _CHANCE_OF_ONE or is_short):
            return f"{first} {second}"
        joined.append(whole)
        return f"{first if len(first) > 1 or not chance else ''} {second if len(second) > 1 else ''}"

    def _term(self, surface: str) -> str | None:
        """The term of a word, or None for one that says nothing."""
        if _IS_UNSPACED.match(surface):
            return None if surface in self.stop_words else surface
        surface = surface.replace("-", "")
        if _ENDING.fullmatch(surface):
            surface = surface.replace(".", "")
        if (surface in _ACRONYMS and self.primary == "en") or (self._names_go and surface == "Go"):
            return surface
        if release := _RELEASE.fullmatch(surface):
            return release[1]
        if _COMMIT.fullmatch(surface):
            return None
        word = spelled(surface, self.primary).replace("’", "'")
        if word in self.stop_words:
            return None
        # What stands before the mark is the name in Turkish ("Kapadokya'da"), and an article elsewhere ("l'avocat").
        word = word.removesuffix("'s").split("'")[0 if self.primary in ("tr", "az") else -1]
        # One letter is a name where it is written large, as C, R and X are; "I" and "A" are function words.
        if len(word) < 2 and not (word.isdigit() or surface.isupper() or ("α" <= word <= "ω" and self.primary != "el")):
            return None
        if word in self.stop_words:
            return None
        if self.primary == "ko":
            return korean_noun(word)
        return self._stems.of_words([word])[0] if self._stems else word

    def placed_terms(self, text: str) -> Iterator[tuple[int, str, str]]:
        """(where a word of a repaired text starts, the word, its term), in order."""
        for match in self._token.finditer(text):
            for surface, term in zip(*self._words(match.group()), strict=True):
                if term is not None:
                    yield match.start(), surface, term

    def terms(self, text: str) -> list[str]:
        """The terms of a text as typed, in order."""
        return [term for term in self._words(repair(text))[1] if term is not None]

    def forms(self, text: str) -> dict[str, str]:
        """For each term of a text as typed the first word that has it, as it stands in the repaired text."""
        surfaces, terms = self._words(repair(text))
        # From the last to the first, which then stays.
        forms = dict(zip(reversed(terms), reversed(surfaces), strict=True))
        if self.primary == "en":
            forms = {term: word.removesuffix("'s") if word.islower() else word for term, word in forms.items()}
        # Of a release its line, which is what another release of the line has in common with it.
        return {term: term if _RELEASE.fullmatch(word) else word for term, word in forms.items() if term is not None}


def spelled(surface: str, language: str) -> str:
    """A word in small letters, in the one spelling of its language (a primary code)."""
    match language:
        case "tr" | "az":
            return surface.replace("İ", "i").replace("I", "ı").lower()
        case "uk" | "be":
            return re.sub("['’ʼ]", "", surface.lower())
        case "ru":
            return surface.lower().replace("ё", "е")
        case "sr" | "hr" | "bs":
            return surface.lower().translate(_CYRILLIC)
        case "el":
            accented = unicodedata.normalize("NFD", surface.lower()).replace("ς", "σ")
            return "".join(character for character in accented if not unicodedata.combining(character))
        case "fa":
            return surface.lower().replace("ي", "ی").replace("ك", "ک")
        case _:
            return surface.lower()


def bigrams(surface: str) -> list[str]:
    """
    The overlapping pairs of characters of a run without spaces, Japanese nouns of one and words in katakana; any other
    word as it is.

    Pairs are the standard unit of retrieval for such text (Nie, Gao, Zhang and Zhou, "On the use of words and n-grams
    for Chinese information retrieval", 2000).
    """
    if not _IS_UNSPACED.match(surface):
        return [surface]
    pairs = [surface[start : start + 2] for start in range(max(1, len(surface) - 1))]
    return [*pairs, *_LONE_NOUN.findall(surface), *_KATAKANA_WORD.findall(surface)] if len(surface) > 1 else pairs


def is_unspaced(term: str) -> bool:
    """Whether a term is a pair of characters out of a run without spaces, or several such."""
    return all(_IS_UNSPACED.match(part) for part in term.split(" "))


def says_little(word: str) -> bool:
    """
    Whether a word names nothing: "we've", one in hiragana alone, as endings are, or one character with an ending or a
    particle.
    """
    if word.isascii():
        start, mark, _ = word.casefold().partition("'")
        return bool(mark) and start in function_words("en")
    is_ending_and_one = len(word) > 1 and is_unspaced(word) and len(word.strip(_PARTICLES + _ENDINGS)) == 1
    return is_ending_and_one or _HIRAGANA.fullmatch(word) is not None


def shared_run(pair: str, text: str, other: str) -> str:
    """
    The longest run without spaces around a pair of characters that stands in both of two repaired texts.

    Its first places in `text` are looked at. Particles at its ends are left out. Where one of the texts does not have
    the pair, that is the pair itself; "" where it is a piece of longer words in katakana in both ("ション").
    """
    best, n_places = "", 0
    for found in _UNSPACED_RUN.finditer(text) if pair in other else ():
        run, at = found[0], found[0].find(pair)
        while at >= 0 and n_places < _MOST_PLACES:
            start, stop = at, at + len(pair)
            while stop < len(run) and run[start : stop + 1] in other:
                stop += 1
            while start > 0 and run[start - 1 : stop] in other:
                start -= 1
            best = max(best, run[start:stop], key=len)
            n_places += 1
            at = run.find(pair, at + 1)
    bare = best.strip(_PARTICLES)
    word = re.compile(rf"(?<!{_KATAKANA}){re.escape(best)}(?!{_KATAKANA})")
    if re.fullmatch(f"{_KATAKANA}+", best) and not (word.search(text) or word.search(other)):
        return ""
    return bare if len(bare) > 1 else best or pair


#: The analyzer of a language; one is made for each language and kept.
analyzer_for = lru_cache(maxsize=16)(Analyzer)


def char_ngrams(text: str, ngram_range: tuple[int, int]) -> list[str]:
    """
    Character n-grams within words, as scikit-learn's ``char_wb`` makes them: each word padded by a space.

    A word shorter than the longest n-gram gives itself, once.
    """
    return [gram for word in repair(text).lower().split() for gram in _grams_of_word(word, *ngram_range)]


@lru_cache(maxsize=65_536)
def _grams_of_word(word: str, low: int, high: int) -> tuple[str, ...]:
    grams: list[str] = []
    padded = f" {word} "
    for length in range(low, high + 1):
        if length >= len(padded):
            grams.append(padded)
            break
        grams.extend(padded[start : start + length] for start in range(len(padded) - length + 1))
    return tuple(grams)


def _small_where_a_verb(found: re.Match[str]) -> str:
    """The language's name as it stands, "go" where it may be the verb: "Here We Go Again", "Go to Settings"."""
    text, start, end = found.string, found.start(), found.end()
    before = _WORD_BEFORE.search(text, max(0, start - 20), start)
    is_name = before[1].lower() in _WITH_GO if before else not _AS_VERB.match(text, end)
    return "Go" if is_name else "go"
