"""Which words are names: by their capitals inside sentences; letters, and the verb, by the words before them."""

import re
from collections import Counter
from collections.abc import Iterable

from recommender.text.repair import repair
from recommender.text.words import BEFORE_GO, Analyzer

#: Names as they are meant where a topic is spelled so in small letters; so is one letter.
_MEANT = {"go": "Go", "golang": "Go", "it": "IT", "who": "WHO"}
#: One letter, and the language that is spelled as a verb, and the word before it: "errors in C", "X sues a rival". In
#: "Vitamin D" and "Plan B" the letter is no name alone.
_BRIEF = re.compile(r"(?:^|[.!?:]\s+|(?<![\w'’-])([^\W\d_]+)\s)(?!Q:)([B-HJ-Z]|Go)(?![\w+#&'’-]|\.\w)")
#: Verbs behind which one letter is a name.
_BEFORE_NAME = frozenset({"learning", "leaving", "quitting", "using"})
#: Articles that use such a name as one, from which on it is one.
_FEWEST_NAMING = 2

#: A word must have been met this often inside sentences, and with a capital in this share, to be a name.
_LEAST_COUNT, _LEAST_SHARE = 3, 0.8
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…]|[\"'“”„«(\[–—-])\s*$")


def meant(topic: str) -> str:
    """A topic in small letters as the name that it is, where it would be taken for a word that says nothing."""
    return _MEANT.get(topic, topic.upper() if len(topic) == 1 else topic)


def brief_names(articles: Iterable[tuple[str, str, Iterable[str], Analyzer]]) -> frozenset[str]:
    """
    The names that could be something else, but that two articles use as names: C, R, X and Go.

    Of each article title and excerpt as typed, its topics in small letters, and the analyzer of its language.
    """
    n_naming: Counter[str] = Counter()
    for title, excerpt, topics, analyzer in articles:
        found = {name for name in map(meant, topics) if name == "Go" or (len(name) == 1 and name.isalpha())}
        for before, name in (*_BRIEF.findall(title), *_BRIEF.findall(excerpt)):
            word = before.lower()
            if word in BEFORE_GO if name == "Go" else not word or word in _BEFORE_NAME or word in analyzer.stop_words:
                found.add(name)
        n_naming.update(found)
    return frozenset(name for name, n in n_naming.items() if n >= _FEWEST_NAMING)


def names_in(passages: Iterable[tuple[str, Analyzer, str]]) -> set[str]:
    """
    The terms that are names, product and company and place alike: what editors write with a capital inside a sentence.

    Learned from running texts as typed, such as excerpts, for titles often have capitals everywhere. In a script
    without capitals there are none, and in German every noun is one. Each text comes with the analyzer that cuts and
    stems its words, and what stands before a term of its language.
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
