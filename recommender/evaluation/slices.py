"""Queries by what their articles have in common, so that an average cannot hide whom a system serves badly."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from recommender.articles import Article
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.simulate import Query

#: The kind of slice that says who names an article, and its slices.
BY_LISTS = "lists"
_WITH_LIST, _NAMED, _UNNAMED = "with a list", "named by others only", "named by nobody"

#: For a query that has no such thing.
NONE = "none"

#: The name under which a table puts slices of too few queries together.
OTHER = "other"

#: Upper ends of the bands of excerpt length, in characters, and how the bands are called.
_EXCERPT_ENDS, _EXCERPT_BANDS = (0, 100, 200, 400), (NONE, "1-100", "101-200", "201-400", "401+")


def slice_queries(queries: Sequence[Query]) -> dict[str, dict[str, list[int]]]:
    """
    Kind of slice -> slice -> the numbers of its queries, rising; a query with several topics is in several.

    Slices are in the order of their names, bands in the order of size.
    """
    found: dict[str, dict[str, list[int]]] = {}
    for number, query in enumerate(queries):
        for kind, values in _values(query).items():
            slices = found.setdefault(kind, {})
            for value in values:
                slices.setdefault(value, []).append(number)
    return {kind: dict(sorted(slices.items(), key=lambda item: _place(item[0]))) for kind, slices in found.items()}


def slice_by_lists(articles: Iterable[Article], judgments: Judgments) -> dict[str, list[int]]:
    """The numbers of the articles that have a list, that only the lists of others name, and that no list names."""
    named = {
        target.page
        for article_id, targets in judgments.lists.items()
        for target in targets
        if target.page != judgments.pages[article_id]
    }
    found: dict[str, list[int]] = {_WITH_LIST: [], _NAMED: [], _UNNAMED: []}
    for number, article in enumerate(articles):
        is_named = judgments.pages[article.id] in named
        found[_WITH_LIST if judgments.lists[article.id] else _NAMED if is_named else _UNNAMED].append(number)
    return {name: numbers for name, numbers in found.items() if numbers}


def _values(query: Query) -> dict[str, tuple[str, ...]]:
    """What articles can have in common, in the order of the tables."""
    article = query.article
    date = article.published_at
    return {
        "list_size": ("1-10" if len(query.judged) <= 10 else "11+",),
        "provider": (article.provider or NONE,),
        "topic": tuple(dict.fromkeys(article.topics)) or (NONE,),
        "year": (f"{date:%Y}" if date else NONE,),
        "month": (f"{date:%Y-%m}" if date else NONE,),
        "language": (article.language or NONE,),
        "excerpt_length": (_EXCERPT_BANDS[bisect_left(_EXCERPT_ENDS, len(article.excerpt))],),
    }


def _place(name: str) -> tuple[int, str]:
    """Bands by their lower end, everything else by name."""
    first = name.split("-")[0].rstrip("+")
    return (int(first) if first.isdecimal() else 0, name)
