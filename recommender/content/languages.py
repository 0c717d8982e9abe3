"""The languages of a site and of its files: by folder and name, else by script, or by how common words are."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from math import log10
from pathlib import Path, PurePosixPath

import wordfreq

from recommender.content.generators import Generator
from recommender.content.paths import language_code, suffix_language, without_ending

#: Folders that generators and translators keep translations in.
_HOMES = frozenset({"i18n", "l10n", "lang", "langs", "languages", "locale", "locales", "translations"})
#: So many pages that stand in two folders make them translations of each other, whatever else lies beside them.
_LEAST_MIRRORED = 3
#: Enough text to tell; more would only cost time.
_MOST_TEXTS = 200
#: Of prose about half are the two hundred commonest words of its language, of titles and excerpts a third. Below a
#: tenth, the text is in none of the languages.
_LEAST_SHARE = 0.1
_LEAST_WORDS = 20
#: Languages that have so many of them, for one that the most common has, are told apart by all words.
_NEARLY = 0.5
#: A text of so many words alone is in another language than the site where it has so many common ones of that, in such
#: a share, so many times as many as of the site's, and as of any other's; of so many characters.
_LEAST_WORDS_OF_TEXT, _LEAST_COMMON_WORDS, _LEAST_SHARE_OF_TEXT, _TIMES_OWN, _TIMES_SECOND = 10, 3, 0.2, 2, 1.2
_MOST_CHARACTERS = 2_000
#: Prose has such a share of them: in English it is nearly half.
_SHARE_IN_PROSE = 0.3
#: A few titles have hardly such a word. Then the language counts in which their words are commonest: the mean of their
#: zipf frequencies (the logarithm of how often a billion words have them), where it is so high and so far ahead.
_FEWEST_WORDS, _LEAST_COMMON, _LEAST_AHEAD = 4, 2.5, 0.4
#: The same where a folder is called like another language. English and Spanish have 5 to 6; in the language most like
#: them, Afrikaans and Galician have 4.4 (Dutch) and 4.6 (Spanish, and nearly as much in Portuguese).
_PLAINLY_COMMON = 4.5

#: Scripts that one language has to itself, and the share of the letters that is enough.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), 0.1),
    ("ko", re.compile(r"[\uac00-\ud7af]"), 0.3),
    ("zh", re.compile(r"[\u4e00-\u9fff]"), 0.3),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), 0.3),
    ("el", re.compile(r"[\u0370-\u03ff]"), 0.3),
    ("he", re.compile(r"[\u0590-\u05ff]"), 0.3),
    ("hi", re.compile(r"[\u0900-\u097f]"), 0.3),
    ("bn", re.compile(r"[\u0980-\u09ff]"), 0.3),
    ("gu", re.compile(r"[\u0a80-\u0aff]"), 0.3),
    ("ta", re.compile(r"[\u0b80-\u0bff]"), 0.3),
)
_OF_SCRIPTS = {code for code, *_ in _SCRIPTS}
#: Languages that share a script, or a spelling, with one that a text by itself may be in; Serbian has two scripts.
_SHARING = {
    "sr": ("hr",),
    "hr": ("sr",),
    "bn": ("as",),
    "zh": ("ja", "ko", "yue", "wuu", "nan"),
    "hi": ("mr", "ne", "sa", "kok", "mai"),
    "he": ("yi",),
}
_LEAST_LETTERS = 4
_OF_A_SCRIPT = re.compile("|".join(letters.pattern for _, letters, _ in _SCRIPTS))
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
#: Where links lead, and names of files and keys: cut at their digits they would be words of one letter.
_NO_WORDS = re.compile(r"\]\([^()]*+\)|https?://\S++|\b(?=[^\W\d]*+\d)\w++")

#: How many are the commonest words of a language.
_N_COMMONEST = 200
#: Languages that are told as another: wordfreq takes Croatian and Bosnian, and Serbian in Latin letters, for one.
_CODES = {"nb": "no", "nn": "no", "sh": "hr", "bs": "hr"}
#: The code by which wordfreq knows a language that it calls otherwise.
TABLES = {"nn": "nb", "no": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "tl": "fil"}
#: The letters of Serbian, of which wordfreq has the Latin ones alone.
SERBIAN = dict(zip("абвгдђежзијклмнопрстћуфхцчшљњџ", (*"abvgdđežzijklmnoprstćufhcčš", "lj", "nj", "dž"), strict=True))

#: Languages with the region that is their home, where that is not spelled as they are.
_AT_HOME = frozenset({
    "cs-cz", "da-dk", "el-gr", "en-us", "et-ee", "he-il", "ja-jp", "ko-kr", "nb-no", "sl-si", "sv-se", "uk-ua", "vi-vn",
    "zh-cn",
})  # fmt: skip
#: What tools call Norwegian is Bokmål, nearly all of it.
_BOKMAAL = frozenset({"nb", "no"})


@dataclass(frozen=True, slots=True)
class SiteLanguages:
    """How the paths of a site tell languages."""

    suffixes: frozenset[str]  #: The codes that end file names, as in ``tea.de.md``.
    folders: Mapping[str, str]  #: The folders, below the site, whose pages are in one language, and its code.

    def of(self, path: str) -> str:
        """The language that a path names; "" where it names none."""
        suffix = suffix_language(path)
        if suffix in self.suffixes:
            return language_code(suffix)
        above = [str(folder) for folder in PurePosixPath(path).parents]
        return next((self.folders[folder] for folder in above if folder in self.folders), "")


def site_languages(paths: Collection[str], generator: Generator) -> SiteLanguages:
    """
    What the paths of all articles, and the site's configuration, say of its languages.

    A folder that is called like a language is one only where the site has more of them, or its configuration names it:
    a page about the element ``br`` is not in Breton, nor one about ``my-va`` in Burmese.
    """
    return SiteLanguages(_suffixes(paths, generator), dict(_folders(paths, generator)))


def _suffixes(paths: Collection[str], generator: Generator) -> frozenset[str]:
    """Without Hugo or Zola only where ``tea.md`` or ``tea.xx.md`` lies beside it: ``why-tea.io.md`` is not Ido."""
    codes = {path: code for path in paths if (code := suffix_language(path))}
    if generator.title in ("Hugo", "Zola"):
        return frozenset(codes.values())
    bases = {path: without_ending(path)[: -len(code) - 1] for path, code in codes.items()}
    counted = Counter(bases.values()) + Counter(without_ending(path) for path in paths)
    return frozenset(code for path, code in codes.items() if counted[bases[path]] > 1)


def _folders(paths: Collection[str], generator: Generator) -> Iterable[tuple[str, str]]:
    configured = {generator.language.lower(), *(code.lower() for code in generator.languages)} - {""}
    #: Every folder -> what lies in it: the next folder, and the rest of the path.
    below: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in paths:
        parts = path.split("/")
        for depth, folder in enumerate(parts[:-1]):
            below["/".join(parts[:depth])][folder].add("/".join(parts[depth + 1 :]))
    for above, inner in below.items():
        codes = {folder: code for folder in inner if (code := _folder_code(folder))}
        if not codes:
            continue
        is_home = above.rpartition("/")[2].lower() in _HOMES
        are_most = len(codes) > 1 and 2 * len(codes) >= len(inner)
        pages = Counter(page for folder in codes for page in inner[folder] if not _is_index(page))
        own = {f"{folder}/{page}" for folder in inner if folder not in codes for page in inner[folder]}
        own |= {path.removeprefix(f"{above}/") for path in paths if path.rpartition("/")[0] == above}
        for folder, code in codes.items():
            mirrored = [page for page in inner[folder] if pages[page] > 1]
            originals = {page for page in inner[folder] if not _is_index(page)} & own
            if (
                is_home
                or are_most
                or code.lower() in configured
                or len(mirrored) >= _LEAST_MIRRORED
                or (originals and 2 * len(originals) >= len(inner[folder]))
            ):
                yield f"{above}/{folder}" if above else folder, code
    yield from ((folder, code) for folder, code in generator.content_dirs.items() if code)


def _folder_code(folder: str) -> str:
    """The code that a folder's name is; three letters are too often a word or an abbreviation."""
    return language_code(folder) if len(re.split(r"[-_]", folder)[0]) == 2 else ""


def _is_index(page: str) -> bool:
    return page.rpartition("/")[2].rpartition(".")[0] in ("index", "_index", "README")


def around(root: Path | None, path: str) -> list[str]:
    """A path, and those beside it that decide whether its folders are languages, without reading the whole site."""
    found = [path]
    parts = path.split("/")
    for depth, folder in enumerate(parts[:-1]):
        if root is not None and _folder_code(folder):
            above, rest = "".join(f"{part}/" for part in parts[:depth]), "/".join(parts[depth + 1 :])
            found += [f"{above}{beside.name}/{rest}" for beside in (root / above).iterdir() if beside.is_dir()]
            found += [above + rest] if (root / above / rest).is_file() else []
    return found


def not_in_their_language(texts: Iterable[tuple[str, str, str]], site_language: str, generator: Generator) -> set[str]:
    """
    The paths that name a language while the text is plainly in the site's: `hr` and `it` of a handbook, states, `cs`.

    `texts` are the path of each article, the language that it names, and a text of the article. What the configuration
    names, or a folder of translations holds, is in its language whatever it says: it may be not translated yet. So may
    a text that stands in several places.
    """
    inside: dict[str, list[str]] = defaultdict(list)
    places: dict[str, tuple[str, str]] = {}
    configured = {generator.language, *generator.languages}
    for path, code, text in texts:
        above = (str(folder) for folder in PurePosixPath(path).parents if _folder_code(folder.name) == code)
        place = next(above, f".{code}")
        if code not in configured and place.rpartition("/")[0].rpartition("/")[2].lower() not in _HOMES:
            places[path] = place, code
            inside[place].append(text)
    often = Counter(text for texts_ in inside.values() for text in texts_)
    single = {place: [text for text in texts_ if often[text] == 1] for place, texts_ in inside.items()}
    own = (site_language or detect_language(text for texts_ in single.values() for text in texts_)).split("-")[0]
    if not own:
        return set()
    words = {place: _words("\n".join(texts_[:_MOST_TEXTS])) for place, texts_ in single.items()}
    # Folders with too little text are judged together with those beside them, unless their pages are called alike.
    brief: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, (place, code) in places.items():
        if words[place].total() < _LEAST_WORDS_OF_TEXT and place[0] != "." and code.split("-")[0] != own:
            brief[place.rpartition("/")[0]][place].append(path.removeprefix(place))
    for beside in brief.values():
        if max(Counter(chain.from_iterable(beside.values())).values()) == 1:
            words |= dict.fromkeys(beside, sum((words[place] for place in beside), Counter()))
    found = {
        place
        for place, counted in words.items()
        if counted.total() >= _LEAST_WORDS_OF_TEXT and _by_frequency(counted, _PLAINLY_COMMON) == own
    }
    return {path for path, (place, code) in places.items() if place in found and code.split("-")[0] != own}


@lru_cache(maxsize=1024)
def language_of(code: str, site_language: str) -> str:
    """
    The language of an article in lower case: its own, or the site's where it names none.

    ``en`` and ``en-US`` are one language where the site's is either of them; ``pt-BR`` and ``pt-PT`` never are, since a
    site that has both has translations. In any other language than the site's, that of its home is the plain one:
    ``de-DE`` is ``de``. ``nb`` and ``no`` are one.
    """
    code, site_language = code.lower().replace("_", "-"), site_language.lower().replace("_", "-")
    site = site_language.split("-")[0]
    own, _, region = code.partition("-")
    if own in _BOKMAAL:
        own = site if site in _BOKMAAL else "nb"
        code = own + code[2:]
    if own not in ("", site) and (region == own or code in _AT_HOME):
        return own
    is_bare = code == own or site_language == site
    return site_language if not code or (own == site and is_bare) else code


def language_of_text(text: str, site_language: str) -> str:
    """The language of a text that is plainly in another than the site; "" for any other text."""
    own = site_language.lower().split("-")[0]
    own = _CODES.get(own, own)
    if _OF_A_SCRIPT.search(text) and (code := _language_of_script(text[:_MOST_CHARACTERS])) not in ("", own):
        is_known = own not in _SHARING.get(code, ()) and len(_LETTER.findall(text)) >= _LEAST_LETTERS
        return code if is_known else ""
    # Hardly a common word has a mark beside it, and to look for those takes most of the time.
    words = text[:_MOST_CHARACTERS].lower().split()
    if own not in _common_words() or len(words) < _LEAST_WORDS_OF_TEXT:
        return ""
    known = _codes_of_common_words()
    counts = Counter(chain.from_iterable(known.get(word, ()) for word in words))
    n_own = counts.pop(own, 0)
    (n_second, _), (n_met, code) = sorted([(0, ""), (0, ""), *((n, code) for code, n in counts.items())])[-2:]
    # Danish and Norwegian, or Spanish and Catalan, are not told from each other.
    if n_met < max(_LEAST_SHARE_OF_TEXT * len(words), _TIMES_OWN * n_own, _TIMES_SECOND * n_second):
        return ""
    n_different = sum(code in known.get(word, ()) for word in set(words))
    return code if n_different >= _LEAST_COMMON_WORDS and own not in _SHARING.get(code, ()) else ""


def is_prose_in(text: str, language: str) -> bool:
    """Whether a good part of a text's words are common ones of a language; of code, and of other languages, few are."""
    words = text[:_MOST_CHARACTERS].lower().split()
    common = _common_words().get(language.lower().split("-")[0], frozenset())
    return sum(word in common for word in words) > _SHARE_IN_PROSE * len(words)


def commonest(code: str, n_words: int) -> list[str]:
    """The commonest words of a language, by its code at wordfreq; none of one that wordfreq does not know."""
    table = wordfreq.available_languages("small").get(code)
    # NB what is read otherwise wordfreq keeps: 150 MB for all languages.
    words = chain.from_iterable(wordfreq.read_cBpack(table) if table else ())
    return list(islice((word for word in words if not word[0].isdigit()), n_words))


@lru_cache(maxsize=1)
def _common_words() -> Mapping[str, frozenset[str]]:
    """The commonest words of each language that no script tells, by its code; Malay would hide Indonesian."""
    codes = sorted(wordfreq.available_languages("small").keys() - _OF_SCRIPTS - {"ms"})
    found = {_CODES.get(code, code): frozenset(commonest(code, _N_COMMONEST)) for code in codes}
    return found | {"sr": frozenset(map(_in_cyrillic, found["hr"]))}


def _in_cyrillic(word: str) -> str:
    for cyrillic, latin in reversed(SERBIAN.items()):
        word = word.replace(latin, cyrillic)
    return word


@lru_cache(maxsize=1)
def _codes_of_common_words() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, words in _common_words().items():
        for word in words:
            found[word] = (*found.get(word, ()), code)
    return found


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(_NO_WORDS.sub(" ", text.lower())))


def detect_language(texts: Iterable[str]) -> str:
    """The code of the language that most of a site's texts are in, or "": a hundred leave no doubt, one leaves much."""
    text = "\n".join(islice(texts, _MOST_TEXTS))
    if code := _language_of_script(text):
        return code
    words = _words(text)
    if words.total() >= _LEAST_WORDS:
        met = {code: sum(words[word] for word in common) for code, common in _common_words().items()}
        most = max(met.values())
        if most >= _LEAST_SHARE * words.total():
            # Titles have few of them, and languages share some: "in" and "a" are words of ten.
            near = [code for code in sorted(met) if met[code] >= _NEARLY * most]
            return max(near, key=lambda code: _mean_zipf(words, code)) if len(near) > 1 else near[0]
    return _by_frequency(words, _LEAST_COMMON) if words.total() >= _FEWEST_WORDS else ""


def _language_of_script(text: str) -> str:
    """The language that has a text's script to itself; "" where none has."""
    n_letters = len(_LETTER.findall(text))
    found = (code for code, letters, share in _SCRIPTS if len(letters.findall(text)) >= share * n_letters)
    return next(found, "") if n_letters else ""


def _by_frequency(words: Counter[str], least: float) -> str:
    """The language in which words are commonest, or "" where none stands out."""
    codes = sorted(wordfreq.available_languages("small"))
    (second, _), (best, code) = sorted((_mean_zipf(words, code), _CODES.get(code, code)) for code in codes)[-2:]
    return code if best >= max(least, second + _LEAST_AHEAD) else ""


def _mean_zipf(words: Counter[str], code: str) -> float:
    """How common words are in a language, 0 for those that it does not have."""
    table = wordfreq.get_frequency_dict(TABLES.get(code, code), "small")
    if code == "sr":
        table = {_in_cyrillic(word): frequency for word, frequency in table.items()}
    return sum(n * (9 + log10(table[word])) for word, n in words.items() if word in table) / words.total()
