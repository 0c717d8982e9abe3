from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from corpora import Heaps, fit_heaps, growth, make_articles, words_of, write_jsonl

from recommender import Article, Corpus, read_site

NEWSROOM = Path(__file__).parents[2] / "examples" / "newsroom"


@pytest.fixture(scope="module")
def newsroom() -> Corpus:
    """The example site."""
    return read_site(NEWSROOM)


def all_words(articles: list[Article]) -> Counter[str]:
    """How often each word of titles and excerpts occurs."""
    return Counter(word for article in articles for word in words_of(f"{article.title} {article.excerpt}"))


def test_a_growth_that_follows_heaps_law_gives_the_law_back():
    """The fit finds factor and exponent of a curve that is exactly V = 12 n^0.6."""
    law = fit_heaps(np.round(12 * np.arange(1, 200_001) ** 0.6).astype(np.int64))
    assert (law.factor, law.exponent) == pytest.approx((12, 0.6), rel=1e-3)
    assert Heaps(12, 0.5)(100) == pytest.approx(120)


def test_one_copy_has_the_words_of_the_site(newsroom: Corpus):
    """Every head and every tail is used once, so that the words and how often each occurs are the site's own."""
    made = list(make_articles(newsroom, len(newsroom)))
    assert all_words(made) == all_words(list(newsroom))


def test_the_same_seed_makes_the_same_articles(newsroom: Corpus):
    """Fewer articles are the beginning of more, and another seed makes others."""
    few, many = list(make_articles(newsroom, 150, seed=3)), list(make_articles(newsroom, 400, seed=3))
    n_whole = 150 // len(newsroom) * len(newsroom)
    assert few[:n_whole] == many[:n_whole]
    assert [article.title for article in few] == [article.title for article in many[:150]]
    assert [article.title for article in few] != [article.title for article in make_articles(newsroom, 150, seed=4)]


def test_the_vocabulary_grows_as_the_law_asks(newsroom: Corpus):
    """Ten copies have within a tenth of the distinct words that the law foretells for as much text."""
    curve = growth([words_of(f"{article.title} {article.excerpt}") for article in newsroom])
    counts = all_words(list(make_articles(newsroom, 10 * len(newsroom))))
    assert len(counts) == pytest.approx(float(fit_heaps(curve)(counts.total())), rel=0.1)


def test_a_made_site_is_read_whole(newsroom: Corpus, tmp_path: Path):
    """The reader finds every article as it was made, every entry of every list names one, and nothing is warned of."""
    made = list(make_articles(newsroom, 150))
    assert write_jsonl(iter(made), tmp_path / "made.jsonl") == 150
    corpus = read_site(tmp_path / "made.jsonl")
    assert [article.id for article in corpus] == sorted(article.id for article in made)
    assert (corpus.reading.problems, corpus.reading.unmatched) == ((), ())
    assert corpus.reading.matched["url"] == sum(len(article.related) for article in made) > 0
    article = next(article for article in made if article.related)
    read = corpus[article.id]
    assert (read.title, read.excerpt, read.published_at, read.provider, read.topics) == (
        article.title,
        article.excerpt,
        article.published_at,
        article.provider,
        article.topics,
    )
    assert [entry.url for entry in read.related] == [entry.url for entry in article.related]


def test_related_articles_share_words(newsroom: Corpus):
    """Lists and texts agree: articles of one list share more words of their titles than any two do."""
    made = list(make_articles(newsroom, 3 * len(newsroom)))
    words = {article.url: set(words_of(article.title)) for article in made}
    listed = [len(words[article.url] & words[entry.url]) for article in made for entry in article.related]
    others = [len(words[one.url] & words[two.url]) for one, two in zip(made, made[7:], strict=False)]
    assert np.mean(listed) > 1.3 * np.mean(others)


def test_dates_keep_their_span(newsroom: Corpus):
    """The gaps between the dates are the real ones in another order, so that a copy spans the same time."""

    def gaps(articles: list[Article]) -> list[float]:
        times = sorted(article.published_at.timestamp() for article in articles if article.published_at)
        return sorted(np.diff(times).round().tolist())

    assert gaps(list(make_articles(newsroom, len(newsroom)))) == pytest.approx(gaps(list(newsroom)), abs=1)
