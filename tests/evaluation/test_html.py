"""The HTML page."""

import dataclasses
import re
import sys
from html.parser import HTMLParser

import pytest

from recommender import Corpus, evaluate
from recommender.console import report_as
from recommender.errors import MissingExtraError
from recommender.report.evaluation_page import page_of


@pytest.fixture(scope="module")
def report(small_corpus, quick, day):
    """A report whose titles try to break out of the page."""
    nasty = Corpus(dataclasses.replace(a, title=f"<script>alert('{a.id}')</script> & {a.title}") for a in small_corpus)
    return evaluate(nasty, quick, test_from=day(40))


def test_the_page_needs_nothing_beside_it(report):
    """No address is loaded, no script runs, and titles are text."""
    page = page_of(report)
    assert not re.search(r"<(?:script|img|iframe)\b", page)
    assert "&lt;script&gt;alert" in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?http", page)
    assert "@import" not in page
    assert page.count("<svg") == 3


def test_a_site_without_dates_has_no_plot_by_month(small_corpus, quick):
    """An empty plot would say that nothing is right in any month."""
    undated = Corpus(dataclasses.replace(one, published_at=None) for one in small_corpus)
    page = page_of(evaluate(undated, quick))
    assert (page.count("<svg"), "by month" in page.partition("Are the differences chance?")[0]) == (2, False)


def test_the_page_is_well_formed(report):
    """Every tag that is opened is closed in order."""

    class Checker(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open_tags = []

        def handle_starttag(self, tag, attributes):
            if tag not in ("meta", "link", "br"):
                self.open_tags.append(tag)

        def handle_startendtag(self, tag, attributes):
            pass

        def handle_endtag(self, tag):
            assert self.open_tags.pop() == tag

    checker = Checker()
    checker.feed(page_of(report))
    assert checker.open_tags == []


def test_the_same_report_gives_the_same_bytes(report):
    """No date and no random id is in the page."""
    assert page_of(report) == page_of(report)


def test_the_page_without_matplotlib(report, monkeypatch):
    """The message names the command that installs it."""
    monkeypatch.delitem(sys.modules, "recommender.report.evaluation_page", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recommender\[report\]'"):
        report_as(report, "html")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 400])
def test_the_page_in_a_browser(report, tmp_path, opened, width):
    """Chromium shows three plots, opens a query, scrolls nowhere sideways, and reports no error."""
    file = tmp_path / "report.html"
    file.write_text(page_of(report), encoding="utf-8")
    with opened(file, width) as page:
        assert page.locator("svg").count() == 3
        assert all(box["width"] > 200 for box in (svg.bounding_box() for svg in page.locator("svg").all()))
        page.locator("details").last.locator("summary").click()
        assert page.locator("details[open] strong").all_inner_texts() == ["Wanted", "Given"]
