"""Corpora for the tests of the evaluation: small ones that are made."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from recommender import Article, Corpus, RelatedEntry
from recommender.settings import settings_from_mapping

DAY_ONE = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = [
    a + b for a in ("ba", "ke", "lo", "mi", "nu", "pe", "ri", "so") for b in ("d", "f", "g", "l", "m", "n", "r", "t")
]


@pytest.fixture(scope="session")
def day():
    """A day by its number, from 2024-01-01."""
    return lambda number: DAY_ONE + timedelta(days=number)


@pytest.fixture(scope="session")
def make_article(day):
    """An article by name and day; its list as the names of other articles."""

    def make(name, number=None, related=(), **fields):
        fields.setdefault("title", f"Title of {name}")
        fields.setdefault("url", f"https://site.example/{name}")
        return Article(
            id=f"_news/{name}",
            published_at=None if number is None else day(number),
            related=tuple(entry if isinstance(entry, RelatedEntry) else make_entry(entry) for entry in related),
            **fields,
        )

    def make_entry(name):
        url = f"https://site.example/{name}"
        return RelatedEntry(title=f"Title of {name}", url=url, target=url)

    return make


@pytest.fixture(scope="session")
def random_text():
    """Text of twelve made words, always the same for the same seed."""
    return lambda seed, n_words=12: " ".join(random.Random(seed).choices(WORDS, k=n_words))


@pytest.fixture(scope="session")
def small_corpus(make_article, random_text):
    """
    Eighty articles, one a day, whose lists name articles with words in common, older and newer, both ways.

    Some share a day, some have no list, one has no date, and one stands at the address of another.
    """
    texts = {number: set(random_text(number).split()) for number in range(80)}

    def related(number):
        others = sorted(texts, key=lambda other: (-len(texts[number] & texts[other]), other))
        return [f"a{other}" for other in others[1 : 1 + number % 13]]

    articles = [
        make_article(
            f"a{number}",
            number - number % 3 % 2,
            related(number),
            title=random_text(number, 5),
            excerpt=random_text(number, 12),
            topics=("even" if number % 2 == 0 else "odd", f"topic {number % 4}"),
            provider=f"provider {number % 5}",
            language="en",
        )
        for number in range(80)
    ]
    articles.append(make_article("undated", None, ["a1", "a2"], excerpt=random_text(500)))
    articles.append(make_article("copy", 70, ["a3", "a4"], excerpt=random_text(7), url="https://site.example/a7"))
    return Corpus(articles)


@pytest.fixture(scope="session")
def quick():
    """Settings that learn nothing, read words only, and resample little."""
    return settings_from_mapping(
        {
            "ranking": {"ranker": "similarity", "n_jobs": 1},
            "vectors": {"letters": {"weight": 0}, "meaning": 0},
            "evaluation": {"bootstrap": 50},
        }
    )
