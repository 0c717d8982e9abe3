"""What comes with a template: the site's name behind titles, and sentences that many excerpts share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from recommender.articles import Article

#: Articles, and the share of all, that have an excerpt from a template; a story that some providers tell has fewer.
_FEWEST_OF_TEMPLATE, _SHARE_OF_TEMPLATE = 4, 0.02
SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])|\s*\n+\s*")
#: The last mark in a title that may part it from the site's name.
_TITLE_MARK = re.compile(r"\s+[-–—|·•»:]+\s+(?!.*\s[-–—|·•»:]+\s)")


def templates_of(articles: Sequence[Article]) -> frozenset[str]:
    """
    What so many articles with titles of their own have that it came with a template or a default.

    Sentences of excerpts; and of titles the end behind a mark, such as the site's name, where half of all have it.
    """
    titles: defaultdict[str, set[str]] = defaultdict(set)
    ends: Counter[str] = Counter()
    for article in articles:
        start, mark, end = parted_title(article.title)
        ends[mark + end] += bool(start)
        for sentence in SENTENCE_END.split(article.excerpt):
            titles[sentence.strip()].add(start.strip().casefold())
    most = max(_FEWEST_OF_TEMPLATE, _SHARE_OF_TEMPLATE * len(articles))
    found = {sentence for sentence, different in titles.items() if sentence and len(different) >= most}
    most = max(_FEWEST_OF_TEMPLATE, len(articles) / 2)
    return frozenset(found | {end for end, n_titles in ends.items() if end and n_titles >= most})


def parted_title(title: str) -> tuple[str, str, str]:
    """What stands before the last mark of a title, the mark, and what stands behind it."""
    found = _TITLE_MARK.search(title)
    return (title[: found.start()], found[0], title[found.end() :]) if found else (title, "", "")
