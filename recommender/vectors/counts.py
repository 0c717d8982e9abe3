"""The terms of each field of an article, how often they stand where, and how rare they are."""

import gzip
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import msgpack
import numpy as np
import wordfreq
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article
from recommender.content.languages import TABLES, language_of
from recommender.settings import LettersSettings, VectorsSettings
from recommender.text.function_words import FORMS_UNSPACED, headline_words, without_rubric
from recommender.text.names import meant
from recommender.text.repair import repair
from recommender.text.stems import stems_of
from recommender.text.templates import CHARACTERS_A_WORD, SENTENCE_END, bare_title, series_of_parts
from recommender.text.words import (
    UNSPACED_LANGUAGES,
    Analyzer,
    analyzer_for,
    bigrams,
    char_ngrams,
    is_unspaced,
    spelled,
)

#: Fields in the order of their columns.
FIELD_NAMES = ("words", "phrases", "letters", "body", "body_letters")
#: How often a word of the title counts beside one of the excerpt or the body.
_TITLE_TIMES = 2
_HEAD = (*["title"] * _TITLE_TIMES, "excerpt")
#: Words of topics that are text: somebody who writes more of them fills in what search engines once liked.
_MOST_OF_TOPICS = 8
#: Articles of general language that each word is taken to have been met in besides those of the site, and the power
#: that makes rare words weigh more. On six graded parts of sites mean nDCG@5 was 0.803 by the site's rarity alone and
#: 0.817 with these; from 10,000 to 100,000 articles and powers from 1 to 1.5 it was 0.813 to 0.819.
_PRIOR_ARTICLES, _PRIOR_POWER = 30_000, 1.25
#: The same in a language without a table; so few that the site decides, but not one of a handful of articles. The table
#: of a language without spaces knows words, of which pairs of characters are parts: it tells less.
_PRIOR_UNKNOWN, _PRIOR_UNSPACED = 50, 300
#: How much a pair of characters counts that is no part of a word: most such pairs are where two words meet.
_BETWEEN_WORDS = 0.4
#: By how much a word counts less that all articles have, for each article of a site beyond so many, and at most: what
#: all of four are about may relate them, what all of eight are about is the site's.
_COMMON_LESS, _FEWEST_TELLING, _MOST_LESS = 0.2, 3, 0.8
#: The chance of a word that general language does not know.
_UNKNOWN = 1e-8
#: Of a year of this century, which is a date on most pages and hardly ever what they are about.
_YEAR, _CHANCE_OF_YEAR = re.compile(r"20\d\d"), 3e-4
#: Of a number of two digits, which in news is an age more often than a name.
_CHANCE_OF_AGE = 2e-4
#: And of a word that many headlines have, or a letter behind a noun: some one in ten of so many words has it.
_CHANCE_IN_HEADLINES = 5e-3

#: "10 ways to cook rice" is about rice.
_COUNT = re.compile(r"^(?:top\s+)?\d{1,3}\s+(?=[^\W\d_])", re.IGNORECASE)
#: A title that is a day, as notes of each day have it, says nothing of what they tell.
_DAY = re.compile(r"\s*\d{4}\D\d{1,2}\D\d{1,2}\D?\s*")
#: A picture that stands in the text itself, in thousands of letters.
_PICTURE_DATA = re.compile(r"data:[\w.+/-]*(?:;[\w.=+-]+)*;base64,[\w+/=%-]*")
#: Lines of a body that are no text: what a generator puts another file, a component or the name of a tab in by.
_NO_TEXT = re.compile(
    r"^[ \t]*(?:@include\b|--8<--|\{!.*!\}[ \t]*$|!INCLUDE\b|\.\. include::|===[!+]? *[\"']|import\b.*[\"'];?$"
    r"|export (?:const|default)\b).*$",
    re.MULTILINE,
)


class Counts(NamedTuple):
    """How often the terms of one field, in the order of the columns, stand in each article."""

    terms: list[str]
    matrix: csr_matrix

    @property
    def n_having(self) -> NDArray[np.int64]:
        """In how many articles each term stands, shape (n_terms,)."""
        return np.bincount(self.matrix.indices, minlength=len(self.terms))


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """The terms of a field, each a column of it. In whole rows its columns are ``start`` to ``stop - 1``."""

    name: str
    start: int
    weight: float
    columns: Mapping[str, int] = field(repr=False)
    rarity: NDArray[np.float32] = field(repr=False)  #: Inverse document frequency of each term, shape (n_terms,).
    #: In how many of the fitted articles each stands, shape (n_terms,).
    n_having: NDArray[np.int64] = field(repr=False)

    @property
    def stop(self) -> int:
        """The column behind its last one."""
        return self.start + len(self.columns)


@dataclass(frozen=True, slots=True)
class TermReader:
    """Articles to the terms of each of their fields."""

    settings: VectorsSettings  #: N-grams and limits of each field.
    site_language: str  #: The language of articles that do not name theirs.
    #: Ends of titles, sentences of excerpts and lines of bodies that say nothing, as `templates_of` finds them.
    templates: frozenset[str] = frozenset()
    common_topics: frozenset[str] = frozenset()  #: Topics that say nothing, as `templates` finds them.
    stem: bool = False  #: Whether words are stemmed.
    names: frozenset[str] = frozenset()  #: Letters and words that are names on the site, as `brief_names` finds them.

    def language_of(self, article: Article) -> str:
        """The article's language: its own, or the site's."""
        return language_of(article.language, self.site_language)

    def prefix(self, article: Article) -> str:
        """What keeps the article's terms apart from those of the site's language; "" for an article of that."""
        language = self.language_of(article)
        return "" if self.settings.cross_language or language == self.site_language else f"{language}:"

    def analyzer(self, article: Article) -> Analyzer:
        """What cuts and stems the article's words."""
        return analyzer_for(self.language_of(article), self.stem, self.settings.stop_words, self.names)

    def text(self, article: Article, field: str) -> str:
        """What is read of title, excerpt, topics or body; of a template nothing."""
        if field == "topics":
            return " . ".join(meant(topic) for topic in self.topics(article) if topic not in self.common_topics)
        text: str = getattr(article, field)
        if "base64," in text:
            text = _PICTURE_DATA.sub("", text)
        if field == "body":
            lines = text[: self.settings.body_words * CHARACTERS_A_WORD].splitlines()
            return _NO_TEXT.sub("", "\n".join(line for line in lines if line.strip() not in self.templates))
        if field == "title":
            bare = without_rubric(bare_title(text, self.templates), self.analyzer(article).primary)
            text = "" if _DAY.fullmatch(text) else _COUNT.sub("", bare)
        elif self.templates:
            text = " ".join(one for one in SENTENCE_END.split(text) if one.strip() not in self.templates)
        return FORMS_UNSPACED.sub(" ", text) if self.analyzer(article).is_unspaced else text

    def topics(self, article: Article) -> list[str]:
        """The topics of an article, repaired and in small letters, without those that the settings leave out."""
        ignored = {topic.casefold() for topic in self.settings.ignore_topics}
        return [topic for one in article.topics if (topic := repair(one).casefold()) not in ignored]

    def shown_text(self, article: Article, field: str) -> str:
        """What is read of title, excerpt or body, as a reader sees it."""
        return repair(self.text(article, field))

    def surface_forms(self, article: Article, field: str) -> dict[str, str]:
        """The words of a field, or of the topics, as a reader sees them, by term without `prefix`: the first form."""
        analyzer, text = self.analyzer(article), self.text(article, field)
        if field == "body":  # asked for once, and long
            return analyzer.forms(text)
        forms = analyzer.kept_forms(text)
        series = series_of_parts(article.title) if field == "title" else ""
        return forms | {series.casefold(): series} if series else forms

    def terms(self, article: Article, field: str) -> list[str]:
        """The terms of one field, or of title, excerpt or topics alone, in order."""
        analyzer = self.analyzer(article)
        if field in ("body", "body_letters") and not article.body.strip():
            return []
        if field in ("letters", "body_letters"):
            text = f"{self.text(article, 'title')} {self.text(article, 'excerpt')}"
            if field == "body_letters":
                text = f"{text} {self.text(article, 'body')}"
            # A pair of characters is a word in a script without spaces.
            options: LettersSettings = getattr(self.settings, field)
            terms = char_ngrams(text, (2, 3) if analyzer.is_unspaced else options.ngram_range)
        elif field in ("words", "body"):
            title = analyzer.terms(self.text(article, "title"))
            if (series := series_of_parts(article.title)) and not analyzer.is_unspaced:
                title.append(series.casefold())
            terms = title * _TITLE_TIMES + analyzer.terms(self.text(article, "excerpt"))
            terms += analyzer.terms(self.text(article, "topics"))[:_MOST_OF_TOPICS]
            if field == "body":
                terms += analyzer.terms(self.text(article, "body"))[: self.settings.body_words]
        elif field == "phrases":
            # A pair of characters with the next is three letters.
            passages = [] if analyzer.is_unspaced else [self.text(article, one) for one in _HEAD]
            terms = [f"{one} {other}" for passage in passages for one, other in pairwise(analyzer.terms(passage))]
        elif field == "topics":
            terms = self.topics(article)
        else:
            terms = analyzer.terms(self.text(article, field))
        prefix = self.prefix(article)
        return [prefix + term for term in terms] if prefix else terms


def count_terms(articles: Sequence[Article], reader: TermReader, names: Iterable[str]) -> dict[str, Counts]:
    """How often each term of some fields stands in each article; a field without a single term is left out."""
    counts = {name: _counts(reader.terms(article, name) for article in articles) for name in names}
    # No site has to have topics or bodies.
    return {name: found for name, found in counts.items() if found.terms}


def _counts(terms: Iterable[Sequence[str]]) -> Counts:
    """
    How often each term stands in each of some articles, given the terms of each, which are held no longer.

    As scikit-learn's CountVectorizer counts, with which a draft takes a tenth more time.
    """
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    met, ends = array("i"), [0]
    for of_article in terms:
        met.extend(map(number.__getitem__, of_article))
        ends.append(len(met))
    known = sorted(number)
    column = np.argsort(np.fromiter(map(number.__getitem__, known), dtype=np.int32)).astype(np.int32)
    columns = column[np.frombuffer(met, dtype=np.int32)]
    ones = np.ones(len(columns), dtype=np.float32)
    matrix = csr_matrix((ones, columns, np.array(ends)), shape=(len(ends) - 1, len(known)))
    matrix.sum_duplicates()
    return Counts(known, matrix)


def inverse_frequencies(n_having: NDArray[np.int64], n_articles: int) -> NDArray[np.float32]:
    """``log((1 + n_articles) / (1 + n_having)) + 1`` in single precision, as scikit-learn smooths it."""
    one = np.float32(1)
    return np.asarray(np.log(np.float32(n_articles + 1) / (n_having.astype(np.float32) + one)) + one)


def rarity_with_prior(
    terms: Sequence[str], n_having: NDArray[np.int64], n_articles: int, n_words: float, reader: TermReader
) -> NDArray[np.float32]:
    """
    How rare each word is on the site and in general language: ``-log((df + mu p) / (n + mu)) ** power``.

    On a small site the language decides, on a large one the site. A word that the language's table does not have is
    rare in it; in a language without a table a few articles are taken to have none of its words. Where mu is smaller
    rarities are as much greater as that of a word which one text in mu has would be.

    The words are those that a reader makes, each standing in so many articles (df); p is the chance that a text of
    `n_words`, the mean of an article, has the word.
    """
    mu = np.full(len(terms), float(_PRIOR_ARTICLES))
    chance, weight = np.full(len(terms), _UNKNOWN), np.ones(len(terms))
    for place, term in enumerate(terms):
        prefix, _, word = term.rpartition(":")
        primary = (prefix or reader.site_language).split("-")[0] or "en"
        table = _frequencies_of(primary, reader.stem)
        if not table:
            mu[place] = _PRIOR_UNKNOWN
            continue
        if primary == "zh":
            word = word.translate(_simplified())
        chance[place] = _UNKNOWN if word.upper() in reader.names else _chance(word, table)
        if primary in UNSPACED_LANGUAGES:
            mu[place] = _PRIOR_UNSPACED
            if len(word) == 2 and word not in table and is_unspaced(word):
                weight[place] = _BETWEEN_WORDS
    in_text = -np.expm1(max(20.0, n_words) * np.log1p(-np.minimum(chance, 0.5)))
    idf = -np.log((n_having + mu * in_text + 0.5) / (n_articles + mu + 1.0)) * np.log(_PRIOR_ARTICLES) / np.log(mu)
    return np.asarray((weight * np.maximum(idf, 0.05) ** _PRIOR_POWER).astype(np.float32))


def weigh_common_less(words: Field, body: Field, n_articles: int) -> None:
    """
    Let words that most articles have count less, in place.

    They tell one article from another the less, the more have it; of three, two are most. A word that most name
    somewhere in their text, such as the site's own name, says no more in a title.
    """
    less = min(_COMMON_LESS * max(n_articles - _FEWEST_TELLING, 0), _MOST_LESS)
    in_bodies = [body.n_having[body.columns[term]] if term in body.columns else 0 for term in words.columns]
    for one, most in ((words, np.maximum(words.n_having, in_bodies)), (body, body.n_having)):
        one.rarity[:] *= 1.0 - less * np.maximum(2.0 * most / n_articles - 1.0, 0.0).astype(np.float32)


def _chance(word: str, table: Mapping[str, float]) -> float:
    """The chance of a word, or of a number, which a table does not have."""
    if _YEAR.fullmatch(word):
        return _CHANCE_OF_YEAR
    if word.isdecimal() and len(word) > 1:
        return max(float(wordfreq.word_frequency(word, "en")), _CHANCE_OF_AGE if len(word) == 2 else 0.0)
    if len(word) == 1 and not word.isdigit():
        # The table has it as a letter; one character of Japanese is kept where it is a noun.
        return _CHANCE_IN_HEADLINES if word.isascii() else _UNKNOWN
    return table.get(word, _UNKNOWN)


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """The traditional characters of Chinese, with the simplified ones that its table has."""
    with gzip.open(wordfreq.util.data_path("_chinese_mapping.msgpack.gz")) as file:
        return dict(msgpack.load(file, strict_map_key=False))


@lru_cache(maxsize=8)
def _frequencies_of(primary: str, stem: bool) -> Mapping[str, float]:
    """The chance of each term in a language, of a pair of characters as part of words; empty where it has no table."""
    code = TABLES.get(primary, primary)
    if code not in wordfreq.available_languages("best"):
        return {}
    table: Mapping[str, float] = wordfreq.get_frequency_dict(code, "best")
    if primary in UNSPACED_LANGUAGES:
        of_pairs: defaultdict[str, float] = defaultdict(float)
        for word, chance in table.items():
            for pair in bigrams(word):
                of_pairs[pair] += chance
        return of_pairs
    stems = stems_of(primary) if stem else None

    def terms_of(words: Iterable[str]) -> Sequence[str]:
        return stems.of_words([spelled(word, primary) for word in words]) if stems else [*words]

    chances: dict[str, float] = {}
    for one, chance in zip(terms_of(table), table.values(), strict=True):
        chances[one] = chances.get(one, 0.0) + chance
    return chances | {
        one: max(chances.get(one, 0.0), _CHANCE_IN_HEADLINES) for one in terms_of(headline_words(primary))
    }
