"""Two real sites, read whole. Their text stays where it is; the tests know figures and file names only."""

from collections import Counter

import pytest

from recommender.content.site import read_article, read_site
from recommender.content.urls import canonical_url

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def namefi(namefi_site):
    """The blog's corpus."""
    return read_site(namefi_site)


def test_seed(shared_data):
    """The seed is read with no settings: its fields, its curated list, and its title as typed, mojibake and all."""
    seed = read_article(shared_data / "seed.md")
    assert (seed.id, seed.path, seed.provider, seed.quality, seed.is_published) == (
        "seed",
        "seed.md",
        "The Next Web",
        65,
        True,
    )
    assert seed.topics == ("Computer Vision", "AI")
    assert "â€”" in seed.title
    assert seed.published_at.isoformat() == "2021-03-03T07:14:00+00:00"
    assert {canonical_url(address) for address in (seed.url, *seed.aliases)} == {canonical_url(seed.url)}
    (entry,) = seed.related
    assert (entry.provider, entry.published_at.isoformat()) == ("GCN", "2021-02-26T21:38:00+00:00")
    assert entry.target == entry.url == "https://gcn.com/articles/2021/02/26/biometrics-border-control.aspx"


@pytest.mark.slow
def test_azure(azure_corpus):
    """All articles of the news site are read, and every entry of its curated lists is matched by its address."""
    azure = azure_corpus
    reading = azure.reading
    assert (len(azure), reading.n_files, reading.problems) == (4617, 4617, ())
    assert sum(bool(article.related) for article in azure) == 3851
    assert reading.matched == {"url": 144_839, "path": 0, "title": 0, "external": 0, "unmatched": 0}
    assert reading.recognised["url"] == {"webUrl": 4617}
    assert reading.recognised["excerpt"] == {"excerpt": 4427}
    assert Counter(article.is_published for article in azure) == {False: 4027, True: 590}
    assert (azure.site_language, azure.entry_shape.kind) == ("en-US", "mapping")
    assert azure.entry_shape.names["provider"] == "provider.name"
    # Thirteen pairs and a triple of files share an address.
    assert len(reading.warnings) == 14
    assert all("articles have the URL" in warning for warning in reading.warnings)


@pytest.mark.slow
def test_azure_alone(azure_corpus, azure_site):
    """An article that is read alone is the one that is read with the site."""
    for article in azure_corpus[::500]:
        assert read_article(azure_site / article.path) == article


def test_azure_later(azure_later):
    """A later article gets the id that it will have in its site, where only its folder tells."""
    for path in sorted((azure_later / "_news").iterdir())[:10]:
        assert read_article(path).id == f"_news/{path.stem}"


def test_namefi(namefi):
    """The blog is read with no settings: four languages, and every entry matched in the language of its list."""
    reading = namefi.reading
    assert (len(namefi), reading.problems, reading.warnings, reading.unmatched) == (599, (), (), ())
    assert Counter(article.language for article in namefi) == {"en": 152, "de": 149, "ja": 149, "zh-CN": 149}
    assert reading.recognised["related"] == {"relatedArticles": 599}
    assert reading.recognised["excerpt"] == {"description": 599}
    assert reading.recognised["topics"] == {"tags": 599, "keywords": 595, "series": 302}
    assert reading.recognised["url"] == {"as in the curated lists: /{folder 2}/{folder 1}/:slug/": 599}
    assert reading.matched == {"url": 2995, "path": 0, "title": 0, "external": 0, "unmatched": 0}
    assert (namefi.entry_shape.kind, namefi.entry_shape.target) == ("text", "path")
    assert namefi["content/blog/de/domain-flipping"].url == "/de/blog/domain-flipping/"
    assert all(article.body and article.url for article in namefi)
    for article in namefi:
        assert all(entry.target.startswith(f"/{article.language}/blog/") for entry in article.related)
