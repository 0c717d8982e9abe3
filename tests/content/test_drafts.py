"""One article, read alone: a file, or the text of a draft."""

from pathlib import Path

import pytest
from markdown_files import article

from recommender.content.site import read_article, read_site
from recommender.errors import ArticleError, FrontMatterError, SiteError


def test_read_article_is_read_site(make_site):
    """An article that is read alone is the one that is read with its site."""
    site = make_site(
        {
            "_config.yml": "url: https://example.org\ntimezone: Europe/Berlin\n",
            "_posts/2021-03-03-tea.md": article("Tea", "date: 2021-03-03 08:00", "related: [cup]", body="Hot."),
        }
    )
    (expected,) = read_site(site)
    file = site / "_posts/2021-03-03-tea.md"
    assert read_article(file) == read_article(str(file)) == read_article(file, site=site) == expected


@pytest.mark.parametrize(
    ("files", "path", "article_id"),
    [
        ({"recommender.yaml": ""}, "blog/tea.md", "blog/tea"),
        ({}, "_news/2021/tea.md", "_news/2021/tea"),
        ({}, "content/blog/content/tea.md", "content/blog/content/tea"),
        ({".git/HEAD": ""}, "posts/tea.md", "posts/tea"),
        ({".git/HEAD": ""}, "sites/one/_posts/tea.md", "_posts/tea"),
        ({"hugo.toml": ""}, "content/de/tea.md", "content/de/tea"),
    ],
)
def test_read_article_ids(make_site, files, path, article_id):
    """An article's id is its path below its site, wherever the site is not named."""
    site = make_site({**files, path: article("Tea")})
    assert read_article(site / path).id == article_id


def test_a_folder_is_no_article(make_site):
    """A folder, which an empty name is too, is called one, with what reads it."""
    folder = make_site({"a.md": "# Tea\n"})
    for named in (folder, str(folder), ""):
        with pytest.raises(SiteError) as raised:
            read_article(named)
        said = "is a folder, expected a Markdown file, or text. To read a site: read_site."
        assert str(raised.value) == f"{Path(named)}: {said}"


def test_read_article_text():
    """A draft can be a text; its id is its title as a slug, or as it is where that has no letter."""
    found = read_article(article("Grüner Tee: 1", "date: 2021-03-03").replace("Grüner Tee: 1", "'Grüner Tee: 1'"))
    assert (found.id, found.title, found.path, found.url) == ("grüner-tee-1", "Grüner Tee: 1", "", "")
    assert read_article(article("🍵")).id == "🍵"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("---\ntitle: Tea\n", FrontMatterError, "text: front matter opens at line 1 and is never closed. End it with a "
         "line of three dashes."),
        (article("[Tea]"), ArticleError, 'text:2: title must be text, but is a list. Write one line of text.'),
        ("---\ndate: 2021-03-03\n---\n", ArticleError, "text: there is no title. Give it one: title: Tea; or say which "
         "name holds it: articles.fields: {title: name}."),
        ("A cup.\n", ArticleError, "text: has neither front matter nor a heading. Begin it with a line of three dashes "
         "and title: Tea."),
        ("nowhere.md", SiteError, "nowhere.md: there is no such file. Name a Markdown file, or give the text of one."),
    ],
)  # fmt: skip
def test_bad_drafts(text, error, message):
    """A bad draft is an error at once."""
    with pytest.raises(error) as caught:
        read_article(text)
    assert str(caught.value) == message


def test_draft_of_another_site(make_site, tmp_path):
    """A file that does not lie in the site it is said to be of is an error."""
    site = make_site({"a.md": article("A")})
    with pytest.raises(SiteError) as caught:
        read_article(site / "a.md", site=tmp_path / "other")
    assert (
        str(caught.value) == f"{site / 'a.md'}: does not lie in the site {tmp_path / 'other'}. Name a file of the site."
    )


def test_draft_warnings(make_site, caplog):
    """What is left out of a draft is logged."""
    read_article(make_site({"_posts/tea.md": article("Tea", "quality: high")}) / "_posts/tea.md")
    assert caplog.messages == ["_posts/tea.md:3: quality must be a number, but is 'high'. It is left out."]


def test_a_text_of_one_long_line_is_no_file():
    """It is told what a text is, in our words."""
    for text, begun in (("x" * 5_000, "x" * 40), ("a\0b", r"a\\x00b")):
        with pytest.raises(SiteError, match=rf"^{begun} …: is no name of a file\. A text has at least two lines\.$"):
            read_article(text)
