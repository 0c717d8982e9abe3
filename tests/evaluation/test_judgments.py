"""Curated lists become judgments."""

import pytest

from recommender import RelatedEntry
from recommender.evaluation.judgments import LEFT_OUT, Judgments


def pages(judgments, *names):
    """The page numbers of some articles."""
    return {judgments.pages[f"_news/{name}"] for name in names}


def test_a_list_is_the_pages_it_names_each_once(make_article):
    """Itself and a second entry for one page fall away; the order of the articles does not matter."""
    articles = [make_article("a", 1, ["b", "a", "c", "b"]), make_article("b", 2), make_article("c", 3)]
    for order in (articles, articles[::-1]):
        judgments = Judgments(order)
        assert judgments.judged(judgments.articles[0]) == pages(judgments, "b", "c")


def test_copies_are_one_page(make_article):
    """Two files at one address, spelled in two ways, are one page and count once."""
    twin = make_article("b2", 3, url="http://www.site.example/b/")
    articles = [make_article("a", 1, ["b"]), make_article("b", 2), twin]
    judgments = Judgments(articles)
    assert judgments.pages["_news/b"] == judgments.pages["_news/b2"]
    assert judgments.n_pages == 2
    assert judgments.judged(articles[0]) == pages(judgments, "b")


def test_a_copy_of_the_article_is_the_article(make_article):
    """An entry that names another file at the article's own address names the article itself."""
    articles = [make_article("a", 1, ["a2"]), make_article("a2", 2, url="https://site.example/a")]
    entry = RelatedEntry(title="Title of a2", target="a2")
    articles[0] = make_article("a", 1, [entry])
    judgments = Judgments(articles)
    assert judgments.judged(articles[0]) == frozenset()
    assert judgments.reason_left_out(articles[0]) == "only itself"


def test_a_page_elsewhere_with_the_title_of_an_article_is_not_judged(make_article):
    """The same story from another provider is another page."""
    elsewhere = RelatedEntry(title="Title of b", url="https://other.example/b", target="https://other.example/b")
    articles = [make_article("a", 1, [elsewhere]), make_article("b", 2)]
    judgments = Judgments(articles)
    assert judgments.judged(articles[0]) == frozenset()
    assert judgments.reason_left_out(articles[0]) == "only external"


def test_a_title_is_enough_where_the_site_has_no_addresses(make_article):
    """An article without an address is named by its title, whatever the address of the entry."""
    entry = RelatedEntry(title="Title of b", url="https://site.example/b", target="https://site.example/b")
    articles = [make_article("a", 1, [entry], url=""), make_article("b", 2, url="")]
    judgments = Judgments(articles)
    assert judgments.judged(articles[0]) == pages(judgments, "b")


EXTERNAL = RelatedEntry(title="Elsewhere", url="https://other.example/x", target="https://other.example/x")
GONE = RelatedEntry(target="/not/there/")


@pytest.mark.parametrize(
    ("related", "reason"),
    [
        ([], "no list"),
        ([GONE], "only gone"),
        ([GONE, EXTERNAL], "only external"),
        (["a", GONE], "only itself"),
        (["b", EXTERNAL], "no older target"),
    ],
)
def test_the_reason_why_an_article_is_left_out(make_article, related, reason):
    """Each kind of list that judges nothing has its reason, and the reason a sentence."""
    articles = [make_article("a", 1, related), make_article("b", 2)]
    assert Judgments(articles).reason_left_out(articles[0]) == reason
    assert reason in LEFT_OUT
