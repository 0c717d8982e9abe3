"""A small site whose answer a child can see: families of articles, each listing the others of its family."""

from datetime import UTC, datetime, timedelta

import pytest

from recommender import Article, Corpus, RelatedEntry

DAY_ONE = datetime(2024, 1, 1, tzinfo=UTC)
#: Words that fill titles; they say nothing about the family.
FILLING = ("calm", "bright", "quick", "late", "early", "plain", "warm", "cold", "small", "large")


def _article(article_id, title, day=None, listed=(), **more):
    """An article of some day that lists others by id."""
    return Article(
        id=article_id,
        title=title,
        published_at=None if day is None else DAY_ONE + timedelta(days=day),
        url=f"https://family.example/{article_id}",
        related=tuple(RelatedEntry(url=f"https://family.example/{name}", target=name) for name in listed),
        **more,
    )


def _families(n_families=12, n_members=6, *, listed="family", dated=True, shared_word=True):
    """
    Families of articles, n_members each, published in turns.

    `listed` says whom a list names: ``family``, all others of it, or ``nobody``.
    """
    made = []
    for family in range(n_families):
        for member in range(n_members):
            names = [f"f{family}-{other}" for other in range(n_members) if other != member]
            filling = f"{FILLING[member]} {FILLING[(member + family) % len(FILLING)]}"
            title = f"family{family} {filling} note{member}" if shared_word else f"{filling} note{member}"
            made.append(
                _article(
                    f"f{family}-{member}",
                    title,
                    member * n_families + family if dated else None,
                    names if listed == "family" else (),
                    excerpt=f"{FILLING[(family * 3 + member) % len(FILLING)]} words about nothing",
                )
            )
    return made


@pytest.fixture(scope="session")
def article():
    """Makes an article; a fixture because test modules share nothing else."""
    return _article


@pytest.fixture(scope="session")
def families():
    """Makes families of articles."""
    return _families


@pytest.fixture
def family_site():
    """Twelve families of six, 72 lists."""
    return Corpus(_families())
