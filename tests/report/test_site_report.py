"""How a site stands, as a page."""

import re

import pytest

from recommender import Article, Corpus, Recommender, read_site
from recommender.batch import report_site
from recommender.report.page import render
from recommender.report.site_report import map_of, report_of
from recommender.settings import settings_from_mapping
from recommender.writing.decisions import Decision, Decisions

QUICK = settings_from_mapping({"ranking": {"ranker": "similarity"}})
NASTY = "</script><script>document.title = 'broken'</script><img src=x onerror=alert(1)>"


def page_of(corpus):
    """The page of a corpus, and the values behind it."""
    recommender = Recommender(QUICK).fit(corpus)
    report = report_of(recommender, corpus, recommender.answers())
    return render("site.html", report=report, name="made up"), report


@pytest.fixture(scope="module")
def hostile():
    """Articles whose titles and addresses try to break out of the page."""
    words = ("green", "black", "white", "oolong", "dark", "mint", "nettle", "ginger", "rooibos", "fennel")
    return Corpus(
        Article(id=word, title=f"Brewing {word} tea {NASTY}", excerpt=f"A pot, {word}.", url=f"javascript:alert({n})")
        for n, word in enumerate(words)
    )


def test_figures_add_up(newsroom):
    """What the report counts is what the recommender gives."""
    corpus = read_site(newsroom)
    _, report = page_of(corpus)
    given = dict(Recommender(QUICK).fit(corpus).suggest_all())
    assert report["n_suggestions"] == sum(map(len, given.values())) == sum(n for _, n in report["scores"])
    assert sum(n for _, n, _ in report["coverage"]) == report["n_articles"] == len(corpus)
    assert sum(served for *_, served in report["coverage"]) == sum(map(bool, given.values()))
    assert report["n_orphans"] == len(set(corpus.ids) - {one.article_id for found in given.values() for one in found})
    assert [pair.figure for pair in report["weakest"]] == sorted(one.score for some in given.values() for one in some)[
        :20
    ]


def test_titles_and_addresses_are_text(hostile):
    """No title ends an element, and no address but that of a page is a link."""
    page, _ = page_of(hostile)
    assert NASTY not in page
    assert page.count("<script") == 3
    assert 'href="javascript' not in page


def test_the_same_site_gives_the_same_map(newsroom):
    """Places depend on the articles alone, lie on the map, and differ."""
    corpus = read_site(newsroom)
    vectors = Recommender(QUICK).fit(corpus).vectors_of(corpus.ids)
    places = map_of(vectors)
    assert places.tolist() == map_of(vectors).tolist()
    assert places.shape == (len(corpus), 2)
    assert 0 <= places.min() <= places.max() <= 1
    assert len({tuple(place) for place in places.tolist()}) == len(corpus)


@pytest.mark.parametrize("n_articles", [1, 2, 9])
def test_small_sites(hostile, n_articles):
    """A site of a few articles has a page too."""
    page, report = page_of(Corpus(list(hostile)[:n_articles]))
    assert report["n_articles"] == len(report["site_map"]["articles"]) == n_articles
    assert page.startswith("<!doctype html>")


def test_without_javascript_there_is_no_empty_box(hostile):
    """The map and what leads it stay hidden until the script shows them; in their place it says what they need."""
    page, _ = page_of(hostile)
    assert '<noscript><p class="note">The map needs JavaScript.</p></noscript>\n<div id="map" hidden>' in page
    assert 'at("map").hidden = false;' in page


def test_what_an_editor_accepted_is_counted_among_the_scores(hostile):
    """A suggestion that is shown for a decision, below what others need, is in a bar of its own score."""
    recommender = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0.9}}))
    decision = Decision("green", "fennel", "accept")
    recommender.decisions = Decisions({("green", "fennel"): decision})
    recommender.fit(hostile)
    report = report_of(recommender, hostile, recommender.answers())
    assert min(found.score for _, some in recommender.suggest_all() for found in some) < 0.9
    assert sum(n for _, n in report["scores"]) == report["n_suggestions"]


@pytest.mark.browser
def test_the_page_in_a_browser(newsroom, tmp_path, opened):
    """Chromium opens the page without an error or a request, finds a title, and scrolls nowhere sideways."""
    first = sorted((newsroom / "_news").glob("*.md"))[0]
    first.write_text(re.sub(r"(?m)^title: .*$", f'title: "Kettle {NASTY}"', first.read_text(), count=1))
    file = tmp_path / "report.html"
    report_site(newsroom, QUICK, output=file)
    for width in (1200, 390):
        with opened(file, width) as page:
            page.fill("#search", "kettle")
            assert page.inner_text("#found").endswith("found")
            page.locator("#panel button").first.click()
            assert page.locator("#panel h3").first.is_visible()
            assert page.title() == "newsroom: related articles"
