"""Articles, the corpus, suggestions: values."""

import dataclasses
import re
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from recommender import Article, Corpus, Reason, Recommender, RelatedEntry, Suggestion
from recommender.articles import EntryShape
from recommender.errors import ArticleError, CorpusError, RecommenderError, UnknownArticleError, did_you_mean


def test_an_article_needs_an_id_only():
    """Everything else has a default."""
    assert Article(id="tea").topics == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        Article(id="tea").title = "Tea"


def test_a_corpus_is_sorted_by_id():
    """Whatever the order in which it is given."""
    corpus = Corpus([Article(id="b"), Article(id="a"), Article(id="c")])
    assert [article.id for article in corpus] == ["a", "b", "c"] == list(corpus.ids)
    assert (len(corpus), corpus["b"].id, corpus[0].id, [a.id for a in corpus[1:]]) == (3, "b", "a", ["b", "c"])
    assert "a" in corpus
    assert Article(id="a") in corpus
    assert Article(id="a", title="another") not in corpus


def test_two_articles_of_one_id_are_an_error():
    """Both files are named."""
    with pytest.raises(CorpusError, match=r"two articles have the id 'tea': a/tea.md and b/tea.md. Give each its own."):
        Corpus([Article(id="tea", path="a/tea.md"), Article(id="tea", path="b/tea.md")])


def test_an_unknown_id_names_the_nearest():
    """Also when only the last part of the path was typed."""
    corpus = Corpus([Article(id="green-tea"), Article(id="_news/black-coffee")])
    with pytest.raises(UnknownArticleError, match=r"^no article has the id 'gren-tea'. Did you mean 'green-tea'?"):
        corpus["gren-tea"]
    with pytest.raises(RecommenderError, match=r"Did you mean '_news/black-coffee'?"):
        corpus["black-cofee"]
    assert did_you_mean("zeppelin", corpus.ids) == ""


def suggestion(shape=None, **changes):
    """A suggestion with everything filled in."""
    values = {
        "rank": 1,
        "article_id": "_news/tea",
        "title": "Tea",
        "url": "https://tea.example/tea",
        "score": 0.5,
        "reason": Reason(0.5, 0.5),
        "excerpt": "Leaves.",
        "published_at": datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
        "provider": "Tea Times",
        "quality": 65.0,
    }
    return Suggestion(**{**values, **changes}, shape=shape or EntryShape())


def test_a_suggestion_looks_like_the_seeds_related_entries():
    """Names and order as the seed has them, then the score."""
    assert list(suggestion().as_related_entry().items()) == [
        ("title", "Tea"),
        ("excerpt", "Leaves."),
        ("publishedDateTime", "2024-01-01T00:00:00Z"),
        ("webUrl", "https://tea.example/tea"),
        ("provider", {"name": "Tea Times"}),
        ("quality", 65),
        ("score", 0.5),
    ]


def test_what_an_article_does_not_have_is_left_out():
    """Rather than an empty value."""
    bare = suggestion(excerpt="", published_at=None, provider="", quality=None)
    assert list(bare.as_related_entry()) == ["title", "webUrl", "score"]


def test_a_sites_own_names_are_used():
    """In the site's own order."""
    shape = EntryShape(names={"url": "link", "title": "name"})
    assert suggestion(shape).as_related_entry() == {"link": "https://tea.example/tea", "name": "Tea", "score": 0.5}


@pytest.mark.parametrize(
    ("target", "text"),
    [("url", "https://tea.example/tea"), ("path", "https://tea.example/tea"), ("slug", "tea"), ("title", "Tea")],
)
def test_a_site_that_lists_texts_gets_texts(target, text):
    """Paths, URLs, slugs or titles."""
    assert suggestion(EntryShape(kind="text", target=target)).as_related_entry() == text


@pytest.mark.parametrize(
    ("article_id", "slug", "name"),
    [
        ("_posts/2021-03-03-green-tea", "green-tea", "2021-03-03-green-tea"),
        ("content/news/0.65.0-relnotes/index", "0.65.0-relnotes", "index"),
        ("src/routes/blog/green-tea/+page", "green-tea", "+page"),
        ("tea", "tea", "tea"),
    ],
)
def test_a_slug_is_without_date_and_called_by_its_folder(article_id, slug, name):
    """As generators call a file; a site that lists names of files with their dates gets those."""
    one = Suggestion.of(1, Article(article_id, title="Tea"), Reason(0.5, 0.5), EntryShape(kind="text", target="slug"))
    assert one.as_related_entry() == slug
    assert dataclasses.replace(one, shape=EntryShape(kind="text", target="name")).as_related_entry() == name


@pytest.mark.parametrize("target", ["name", "slug", "file", "path"])
def test_an_article_elsewhere_is_called_by_its_address(target):
    """It is no file of the site, so no name or slug of one would lead to it."""
    article = Article("https://other.example/x/tea", title="Tea", url="https://other.example/x/tea/")
    one = Suggestion.of(1, article, Reason(0.5, 0.5), EntryShape("text", target=target, folder=("./", "")))
    assert one.as_related_entry() == "https://other.example/x/tea/"


@pytest.mark.parametrize(
    ("folder", "text"),
    [(("", "content/"), "posts/tea.md"), (("./", ""), "./content/posts/tea.md"), (("", "docs/"), "/tea/")],
)
def test_a_site_that_lists_files_gets_their_paths(folder, text):
    """From where its own begin; an address for a file that is not there."""
    article = Article("content/posts/tea", "content/posts/tea.md", "Tea", url="/tea/")
    shape = EntryShape("text", target="file", folder=folder)
    assert Suggestion.of(1, article, Reason(0.5, 0.5), shape).as_related_entry() == text
    shape = EntryShape("mapping", {"url": "page"}, "file", folder)
    assert Suggestion.of(1, article, Reason(0.5, 0.5), shape).as_related_entry() == {"page": text, "score": 0.5}


def test_a_reason_reads_as_a_sentence():
    """Its parts are joined."""
    assert str(Reason(0.5, 0.5, sentences=("both name tea in the title", "3 days apart"))) == (
        "both name tea in the title; 3 days apart"
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": None}, "tea: title must be text, but is None. Leave it out where there is none."),
        ({"language": 3}, "tea: language must be a code such as 'en' or 'zh-CN', but is 3."),
        ({"language": "English"}, "but is 'English'. Leave it out where it is not known."),
        ({"published_at": "2021"}, "tea: published_at must be a datetime with a time zone, but is '2021'. Make one: "),
        ({"visible_from": datetime(2024, 1, 1)}, "tea: visible_from must be a datetime with a time zone, but is "),
        ({"topics": "tea"}, "tea: topics must be a tuple of texts, but is 'tea'."),
        ({"topics": ("tea", 3)}, "tea: topics must be a tuple of texts, but is ('tea', 3)."),
        (
            {"marks": ("never-sugest",)},
            "tea: marks must be a tuple of show-none, never-suggest, background, follow-up, ",
        ),
        ({"related": ("cup",)}, "tea: related must be a tuple of RelatedEntry, but is ('cup',)."),
        ({"quality": "high"}, "tea: quality must be a finite number of type int or float, but is 'high'."),
        ({"quality": float("nan")}, "tea: quality must be a finite number of type int or float, but is nan."),
        ({"quality": np.float32(1.5)}, "tea: quality must be a finite number of type int or float, but is "),
        ({"quality": True}, "tea: quality must be a finite number of type int or float, but is True."),
        ({"quality": 10**400}, "tea: quality must be a finite number of type int or float, but is 1000"),
        ({"is_published": "no"}, "tea: is_published must be True or False, but is 'no'."),
        ({"id": 1}, "1: id must be text that is not empty, but is 1. Give each its own: id='tea'."),
        ({"id": "", "title": "Tea"}, "'Tea': id must be text that is not empty, but is ''."),
        ({"related": (RelatedEntry("Cup"), RelatedEntry(title=None))}, "but holds RelatedEntry(title=None, excerpt=''"),
        ({"related": (RelatedEntry(url=3),)}, "tea: related must hold texts, and as published_at a datetime with a "),
        ({"related": (RelatedEntry(published_at=datetime(2024, 1, 1)),)}, "tea: related must hold texts, and as "),
    ],
)
def test_a_value_of_another_type_is_told(values, said):
    """Where articles are fitted, with the id and the field; it would fail in the middle of a batch."""
    with pytest.raises(ArticleError, match=re.escape(said)):
        Recommender().fit(Corpus([Article(**{"id": "tea", **values}), Article(id="cup")]))


def test_what_is_no_article_is_told():
    """Such as a path among them."""
    with pytest.raises(CorpusError, match=r"'tea.md' stands among articles, but is none\. Make one: Article\("):
        Corpus(["tea.md"])
