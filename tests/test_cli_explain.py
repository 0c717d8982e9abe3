"""`recommender explain`: exit code, stdout and stderr."""

import re
from pathlib import Path

import pytest
from six_articles import TEAS, run, write_site


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The folder `site`; the one that is worked in is above it."""
    monkeypatch.chdir(tmp_path)
    return write_site(tmp_path / "site")


def test_explain_list(site):
    """`explain` without a candidate lists the suggestions with their reasons in words."""
    exit_code, stdout, stderr = run("explain", "site", "_posts/2021-03-01-black-tea")
    assert (exit_code, stderr) == (0, "")
    lines = stdout.splitlines()
    assert lines[0] == "_posts/2021-03-01-black-tea: Brewing black tea"
    assert re.fullmatch(r"  1\. 0\.\d{3}  _posts/2021-03-03-white-tea", lines[1])
    assert lines[2] == "            Brewing white tea"
    assert lines[3].startswith("            - ")


def test_explain_candidate(site):
    """`explain` with a candidate shows the dates, the shared words by where they stand, and that it is suggested."""
    exit_code, stdout, _ = run("explain", "site", "site/_posts/2021-03-01-black-tea.md", "_posts/2021-03-03-white-tea")
    assert exit_code == 0
    assert stdout.startswith(
        "article:    _posts/2021-03-01-black-tea (2021-03-01)\n"
        "            Brewing black tea\n"
        "candidate:  _posts/2021-03-03-white-tea (2021-03-03)\n"
        "            Brewing white tea\n"
        "suggested:  yes\n"
    )
    assert "dates:      2 days apart\n" in stdout
    assert re.search(r"^  of the similarity: words of title and excerpt \d+%, ", stdout, re.MULTILINE)
    assert re.search(r"^  in the excerpt: kettle \d+%, ", stdout, re.MULTILINE)


def test_explain_obstacle(site):
    """`explain` says why a candidate is not in the list."""
    _, stdout, _ = run("explain", "site", "_posts/2021-03-01-black-tea", "_posts/2021-03-04-cargo-bicycle")
    assert re.search(r"^suggested:  no: its text has nothing in common", stdout, re.MULTILINE)


def test_explain_draft(site):
    """`explain` takes a file outside the site: a draft."""
    Path("draft.md").write_text("---\ntitle: Brewing red tea\n---\n")
    exit_code, stdout, _ = run("explain", "site", "draft.md")
    assert exit_code == 0
    assert {name for name in TEAS if f"{name}-tea" in stdout} == set(TEAS)
    # It has no date.
    assert not re.search("apart|within a day", stdout)


@pytest.mark.parametrize("name", ["black-tea", "/black-tea/", "brewing black tea", "2021-03-01-black-tea"])
def test_explain_by_other_names(site, name):
    """What a curated list could name, `explain` takes: an address, a slug, a title, the end of a path."""
    asked = run("explain", "site", "_posts/2021-03-01-black-tea", "_posts/2021-03-04-cargo-bicycle")
    assert asked == run("explain", "site", name, "cargo-bicycle")


def test_explain_nothing(site):
    """An article without suggestions is told why; one that is not there is told the nearest."""
    Path("draft.md").write_text("---\ntitle: Coffee\n---\n")
    assert run("explain", "site", "draft.md")[1].splitlines()[1].startswith("no suggestions: ")
    assert run("explain", "site", "2021-03-01-black-te") == (
        1,
        "",
        "Error: no article has the id, path, slug or title '2021-03-01-black-te'. "
        "Did you mean '_posts/2021-03-01-black-tea'?\n",
    )


def test_explain_a_file_that_is_no_article(site):
    """A file of the site that is not read as an article is told as such, with what reading says of it."""
    (site / "about.md").write_text("---\ntitle: About\n---\n")
    (site / "_posts" / "notes.md").write_text("Nothing.\n")
    told = "Error: {0}: is a file of the site that is not read as an article ({0} {1}).\n"
    assert run("explain", "site", "about.md")[2] == told.format("about.md", "outside the articles' folders: not read")
    bare = told.format("_posts/notes.md", "without front matter: not an article")
    assert run("explain", "site", "_posts/notes.md")[2] == bare
