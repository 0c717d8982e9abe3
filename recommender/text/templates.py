"""What comes with a template: the site's name behind titles, sentences of excerpts, lines of bodies, common topics."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from heapq import nsmallest
from zlib import crc32

from recommender.articles import Article
from recommender.text.repair import repair

#: Articles, and the share of all, that have an excerpt from a template; a story that some providers tell has fewer. Of
#: less than ten articles three are enough.
_FEWEST_OF_TEMPLATE, _SHARE_OF_TEMPLATE, _FEW_ARTICLES = 4, 0.02, 10
#: The same for a line of a body: "Options inherited from parent commands", "We are not lawyers". A part of a series may
#: have lines of its own, and has fewer.
_FEWEST_OF_LINE, _SHARE_OF_LINE = 8, 0.05
#: On a site of few articles such a part, and three at least, is enough of a line as long as a sentence: "About us",
#: whom the press may call.
_LONG, _FEWEST_OF_LONG, _SHARE_OF_LONG = 50, 3, 0.2
#: Lines that may open or close what spans several are kept: comments, scripts, marks of templates, fences of code.
_SPANNING = re.compile(r"[<{]|-->|[%}]\}|```|~~~")
#: A topic that more articles have, and more than so many, names a part of the site and no subject; up to eight of forty
#: recipes, say those with pasta, are of one subject.
_SHARE_OF_SECTION, _FEWEST_OF_SECTION = 0.1, 3
_SHARE_OF_FEW, _FEW_OF_SUBJECT = 0.2, 8
#: A body is cut by characters first: one as long as a book must not be repaired to its end.
CHARACTERS_A_WORD = 12
#: Bodies that are looked at.
_MOST_BODIES = 4_000
SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])|\s*\n+\s*")
#: The last mark in a title that may part it from the site's name.
_TITLE_MARK = re.compile(r"\s+[-–—|·•»:]+\s+(?!.*\s[-–—|·•»:]+\s)")
#: What may be the name of a series, before the first mark of a title or its number: "Monday notes 12: a leaky roof",
#: "Release 2.1".
_SERIES = re.compile(r"[^:|–—]{2,60}?(?:\s*[:|]\s+(?=\S)|\s+[-–—]\s+(?=\S)|\s+(?=#?\d[\d.]*$))")
_NUMBER = re.compile(r"\d+")
#: The parts of one story, unlike the notes of each Monday, have what they tell of in common.
_PART = re.compile(
    r"[(\[]\s*\d+\s*(?:/|of|von|de|van|di|из)\s*\d+\s*[)\]]"
    r"|(?<!\w)(?:part|pt\.|teil|partie|parte|deel|część|часть)\s*\d"
    r"|[,(:–—-]\s*del\s*\d",  # in Spanish it comes before a date, too
    re.IGNORECASE,
)


def templates_of(articles: Sequence[Article], most_words: int) -> frozenset[str]:
    """
    What so many articles with titles of their own have that it came with a template or a default.

    Sentences of excerpts; lines of bodies, of which `most_words` are read; and of titles the end behind a
    mark, such as the site's name, and the beginning before one, such as a series' name and number, where half of all
    have it.
    """
    titles: defaultdict[str, set[str]] = defaultdict(set)
    ends: Counter[str] = Counter()
    for article in articles:
        start, mark, end = parted_title(article.title)
        ends[mark + end] += bool(start)
        ends[_series_of(article.title)[0]] += 1
        for sentence in SENTENCE_END.split(article.excerpt):
            titles[sentence.strip()].add(start.strip().casefold())
    fewest = _FEWEST_OF_TEMPLATE - (len(articles) < _FEW_ARTICLES)
    most = max(fewest, _SHARE_OF_TEMPLATE * len(articles))
    found = {sentence for sentence, different in titles.items() if sentence and len(different) >= most}
    # By lot, and not by place: the order of files must not matter.
    looked_at = nsmallest(_MOST_BODIES, articles, key=lambda article: crc32(article.id.encode("utf-8", "replace")))
    longest = most_words * CHARACTERS_A_WORD
    found |= _lines_of_many([(parted_title(one.title)[0].strip().casefold(), one.body[:longest]) for one in looked_at])
    most = max(_FEWEST_OF_TEMPLATE, len(articles) / 2)
    return frozenset(found | {end for end, n_titles in ends.items() if end and n_titles >= most})


def common_topics(articles: Sequence[Article]) -> frozenset[str]:
    """The topics, as `TermReader.topics` has them, that tell in which part of a site an article stands."""
    n_having = Counter(topic for one in articles for topic in {repair(topic).casefold() for topic in one.topics})
    few = min(_SHARE_OF_FEW * len(articles), _FEW_OF_SUBJECT)
    most = max(_FEWEST_OF_SECTION, few, _SHARE_OF_SECTION * len(articles))
    return frozenset(topic for topic, n in n_having.items() if n > most)


def _lines_of_many(bodies: Sequence[tuple[str, str]]) -> set[str]:
    """The lines that a part of some bodies have, each given with its title."""
    most = max(_FEWEST_OF_LINE, _SHARE_OF_LINE * len(bodies))
    most_of_long = min(most, max(_FEWEST_OF_LONG, _SHARE_OF_LONG * len(bodies)))

    def is_of_many(line: str, n: int) -> bool:
        return n >= (most_of_long if len(line) >= _LONG else most)

    # Nearly all lines stand once: of these no more is kept than a number.
    n_having = Counter(hash(line) for _, body in bodies for line in _lines_of(body))
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for title, body in bodies:
        for line in _lines_of(body):
            if is_of_many(line, n_having[hash(line)]):
                titles[line].add(title)
    return {line for line, known in titles.items() if is_of_many(line, len(known)) and not _SPANNING.search(line)}


def _lines_of(body: str) -> set[str]:
    return {line.strip() for line in body.splitlines()} - {""}


def parted_title(title: str) -> tuple[str, str, str]:
    """What stands before the last mark of a title, the mark, and what stands behind it."""
    found = _TITLE_MARK.search(title)
    return (title[: found.start()], found[0], title[found.end() :]) if found else (title, "", "")


@lru_cache(maxsize=65_536)
def bare_title(title: str, templates: frozenset[str]) -> str:
    """A title without the site's name behind it and the name of its series before it, where these are templates."""
    start, mark, end = parted_title(title)
    bare = start if mark + end in templates else title
    name, rest = _series_of(bare)
    return rest if name in templates else bare


def series_of_parts(title: str) -> str:
    """What the parts of one story are called in common, "Our streets" of "Our streets, part 2"; "" for any other."""
    found = _PART.search(title)
    return " ".join(re.findall(r"[^\W_]+", title[: found.start()])) if found else ""


def _series_of(title: str) -> tuple[str, str]:
    """What may be the name of a title's series, with 0 for its number, and what stands behind it."""
    found = _SERIES.match(title)
    if found is None or _PART.search(found[0]):
        return "", title
    return _NUMBER.sub("0", found[0]), title[found.end() :]
