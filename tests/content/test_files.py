"""Which files are articles (links, names, permissions, bytes that are no text), and what is told of the others."""

import logging
import os
from pathlib import Path

import pytest
from markdown_files import article, without_guess

from recommender.bounds import Fence
from recommender.content.site import read_site
from recommender.errors import ArticleError, SiteError
from recommender.settings import ArticlesSettings, Settings


def test_ids_keep_endings_where_they_must(make_site):
    """Two files that would share an id keep their endings."""
    site = make_site({"tea.md": article("Tea"), "tea.mdx": article("More tea"), "cup.md": article("Cup")})
    assert read_site(site).ids == ("cup", "tea.md", "tea.mdx")


def test_problems(make_site, caplog):
    """Every bad file is told, in the order of the files, and the others are read."""
    site = make_site(
        {"a.md": article("[Tea]"), "b.md": article("Tea"), "c.md": "---\ntitle: Tea\n", "d.md": article("Tea: a")}
    )
    with caplog.at_level(logging.INFO, "recommender"):
        corpus = read_site(site)
    assert corpus.ids == ("b",)
    assert [str(problem) for problem in corpus.reading.problems] == [
        "a.md:2: title must be text, but is a list. Write one line of text.",
        "c.md: front matter opens at line 1 and is never closed. End it with a line of three dashes.",
        'd.md:2: mapping values are not allowed here. Quote a value that contains a colon: title: "Tea: a".',
    ]
    assert caplog.messages == ["articles: 1 read, 0 drafts, 3 with problems"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            b"---\ntitle: Gr\xfcner Tee\n---\n",
            "a.md:2: the byte 0xfc at offset 13 is not UTF-8. Save the file as UTF-8.",
        ),
        (article("Tea").encode("utf-16"), "a.md: is UTF-16 text, expected UTF-8. Save the file as UTF-8."),
    ],
)
def test_not_utf_8(make_site, raw, message):
    """A file that is not UTF-8 is a problem, with the first wrong byte where there is one."""
    reading = read_site(make_site({"a.md": raw, "b.md": article("Tea")})).reading
    assert [str(problem) for problem in reading.problems] == [message]


def test_strict(make_site):
    """Strict reading raises the first problem."""
    with pytest.raises(ArticleError, match=r"^a\.md:2: title must be text"):
        read_site(make_site({"a.md": article("[Tea]"), "b.md": "---\n"}), strict=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "{}: there is no such folder. Name the folder of a site, or a .jsonl file with an article a line."),
        (
            "site/tea.md",
            "{}: is a file, expected the folder of a site. Name the folder that it lies in: {parent}; or a file of "
            "articles, which ends in .jsonl, .jsonl.gz, .ndjson, .ndjson.gz, .csv, .tsv, .parquet, .xml, .rss, "
            ".atom, .wxr.",
        ),
        (
            "site/feed.json",
            "{}: is one JSON document, expected lines. Make them, and name their file: jq -c '.[]' articles.json > "
            "articles.jsonl (of a JSON Feed '.items[]').",
        ),
        (
            "site/empty",
            "{}: holds no article. Name the folder of a site: one with files ending in .md, .markdown, .mdx, "
            ".mdown, .mkd, .mkdn, .mkdown, .svx.",
        ),
        (
            "site/feeds",
            "{}: holds no article. Name the file {}/feed.xml, or the folder of a site: one with files ending in .md, "
            ".markdown, .mdx, .mdown, .mkd, .mkdn, .mkdown, .svx.",
        ),
        ("none.jsonl", "{}: cannot be read (No such file or directory). Name a file that exists."),
    ],
)
def test_no_site(make_site, name, message):
    """What is no site is an error with a cure."""
    site = make_site({"tea.md": article("Tea"), "feed.json": "{}", "empty/x.txt": "", "feeds/feed.xml": "<rss/>"})
    path = site.parent / name
    with pytest.raises(SiteError) as caught:
        read_site(path)
    assert str(caught.value) == message.replace("{}", str(path)).format(parent=path.parent)


def test_all_excluded(make_site):
    """Where a pattern leaves out all articles, the setting is named."""
    site = make_site({"tea.md": article("Tea"), "a/cup.md": article("Cup")})
    with pytest.raises(SiteError) as caught:
        read_site(site, Settings(articles=ArticlesSettings(exclude=("**",))))
    assert str(caught.value) == f"{site}: holds no article but 2 that articles.exclude leaves out. Mend the setting."


def test_other_formats(make_site):
    """What generators make pages of beside Markdown is counted, where articles lie."""
    others = (
        "_posts/a.html", "_posts/b.HTML", "_posts/c.html.erb", "_posts/l.html.md.erb", "_posts/d.adoc", "about.html",
        "e.qmd", "_posts/F.rst", "node_modules/g.qmd", "_posts/README.rst", "_posts/README.md.erb", "_posts/.h.org",
        "_posts/data.html.txt", "_posts/i/contents.lr",
    )  # fmt: skip
    site = make_site({"_posts/tea.md": article("Tea"), **dict.fromkeys(others, "")})
    assert without_guess(read_site(site).reading.warnings) == (
        "one file .adoc, 2 files .html, one file .html.erb, one file .lr, one file .md.erb: not read, "
        "only Markdown is.",
    )
    (site / "_posts/tea.md").unlink()
    with pytest.raises(SiteError, match=r"holds no article. one file .adoc, .*, only Markdown is. Name the folder"):
        read_site(site)


def test_links(make_site):
    """A link to a folder is followed once, a loop ends, and a link to nothing is a problem."""
    site = make_site({"a/tea.md": article("Tea"), "elsewhere/x.txt": ""})
    outside = make_site({}).parent / "outside"
    outside.mkdir()
    (outside / "cup.md").write_text(article("Cup"))
    (site / "a/loop").symlink_to(site)
    (site / "b").symlink_to(site / "a")
    (site / "c").symlink_to(outside)
    (site / "gone.md").symlink_to(site / "nowhere.md")
    corpus = read_site(site, Settings(articles=ArticlesSettings(outside=(str(outside),))))
    assert corpus.ids == ("a/tea", "c/cup")
    assert without_guess(corpus.reading.warnings) == (
        "a/loop links to a folder that is read already. It is read once.",
        "b links to a folder that is read already. It is read once.",
    )
    assert [str(problem) for problem in corpus.reading.problems] == [
        "gone.md: is not a file that can be read. Mend the link or take it out."
    ]


def test_file_with_several_names(make_site):
    """A file is one article, by its own name, or else its first link; other links are told. A hard link is a file."""
    site = make_site({"b/tea.md": article("Tea"), "b/cup.md": article("Cup"), "b/pot.md": article("Pot")})
    outside = make_site({}).parent / "outside"
    outside.mkdir()
    (outside / "can.md").write_text(article("Can"))
    (site / "a-link.md").symlink_to(site / "b/tea.md")
    (site / "z-link.md").symlink_to(site / "a-link.md")
    (site / "a-cup.md").hardlink_to(site / "b/cup.md")
    (site / "can-2.md").symlink_to(outside / "can.md")
    (site / "can-1.md").symlink_to(outside / "can.md")
    corpus = read_site(site, Settings(articles=ArticlesSettings(outside=(str(outside),))))
    assert corpus.ids == ("a-cup", "b/cup", "b/pot", "b/tea", "can-1")
    assert without_guess(corpus.reading.warnings) == (
        "a-link.md is the same file as b/tea.md. It is read once, as b/tea.md.",
        "can-2.md is the same file as can-1.md. It is read once, as can-1.md.",
        "z-link.md is the same file as b/tea.md. It is read once, as b/tea.md.",
    )


def test_link_to_a_page_is_an_article(make_site):
    """A link among the articles counts where its file lies outside of their folders."""
    site = make_site({"pages/tea.md": article("Tea"), "_posts/2021-03-03-cup.md": article("Cup")})
    (site / "_posts/2021-03-04-tea.md").symlink_to(site / "pages/tea.md")
    assert read_site(site).ids == ("_posts/2021-03-03-cup", "_posts/2021-03-04-tea")


def test_folder_with_an_ending(make_site):
    """A folder whose name ends in .md is a folder."""
    assert read_site(make_site({"tea.md/cup.md": article("Cup")})).ids == ("tea.md/cup",)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_permissions(make_site):
    """A file or folder that may not be read is a problem; the others are read."""
    site = make_site({"a.md": article("A"), "b.md": article("B"), "c/d.md": article("D")})
    (site / "a.md").chmod(0)
    (site / "c").chmod(0)
    try:
        corpus = read_site(site)
    finally:
        (site / "c").chmod(0o755)
    assert corpus.ids == ("b",)
    assert [str(problem) for problem in corpus.reading.problems] == [
        "c: cannot be read (Permission denied). Check the folder's permissions.",
        "a.md: cannot be read (Permission denied). Check the permissions of the file.",
    ]


def test_unreadable_file(make_site, monkeypatch):
    """A file that cannot be read is a problem with the system's reason."""
    site = make_site({"a.md": article("A"), "b.md": article("B")})
    read = Fence.read

    def refuse(fence, path):
        if path.name == "a.md":
            raise PermissionError(13, "Permission denied")
        return read(fence, path)

    monkeypatch.setattr(Fence, "read", refuse)
    assert [str(problem) for problem in read_site(site).reading.problems] == [
        "a.md: cannot be read (Permission denied). Check the permissions of the file."
    ]


def test_nothing_to_read(make_site):
    """A folder of files of which none is an article is an error that names them, and why."""
    with pytest.raises(
        SiteError, match=r"none of the 2 files can be read as an article: a\.md, b\.md have neither front matter"
    ):
        read_site(make_site({"a.md": "Words.\n", "b.md": "More words.\n"}))


def test_names_that_are_not_utf8(make_site):
    """A file whose name is not UTF-8 is a problem with a cure, and the others are read."""
    site = make_site({"a.md": article("A"), "b.md": article("B")})
    (site / "b.md").rename(Path(os.fsdecode(os.fsencode(site) + b"/b\xe9.md")))
    corpus = read_site(site)
    assert corpus.ids == ("a",)
    assert [str(problem) for problem in corpus.reading.problems] == [
        r"b\xe9.md: is no name in UTF-8, so no address can hold it. Rename it."
    ]


@pytest.mark.parametrize(("file", "n_problems"), [("cup.png", 0), ("cup.md", 1)])
def test_folders_that_are_not_utf8(make_site, file, n_problems):
    """A folder whose name is not UTF-8 is a problem where Markdown lies in it."""
    site = make_site({"a.md": article("A"), f"cups/blue/{file}": article("B")})
    (site / "cups").rename(Path(os.fsdecode(os.fsencode(site) + b"/cups\xe9")))
    assert len(read_site(site).reading.problems) == n_problems


def test_excluded_anywhere(make_site):
    """What a pattern names anywhere it also names at the top."""
    site = make_site({"a.md": article("A"), "b/draft-c.md": article("B"), "draft-d.md": article("D")})
    assert read_site(site, Settings(articles=ArticlesSettings(exclude=("**/draft-*.md",)))).ids == ("a",)


def test_a_readme_stands_for_its_folder_where_the_generator_says_so(make_site):
    """In MkDocs a README below the docs is a page; a book's SUMMARY, and a repository's README, are none."""
    page = "# A page\n\nOf words.\n"
    of_mkdocs = ("docs/cup.md", "docs/tea/README.md", "docs/tea/README.de.md", "docs/README_ja.md")
    others = ("docs/SUMMARY.md", "README.md", "README.zh-CN.md", "PULL_REQUEST_TEMPLATE.md")
    site = make_site(dict.fromkeys((*of_mkdocs, *others), page))
    assert read_site(site).ids == ("docs/cup",)
    make_site({"mkdocs.yml": "site_name: Tea\n"})
    assert read_site(site).ids == tuple(sorted(path.removesuffix(".md") for path in of_mkdocs))


def test_only_the_exact_names_of_a_repositorys_files_are_no_articles(make_site):
    """What only begins like one is an article, and so is an ordinary word that is not shouted."""
    page = "# A page\n\nOf words.\n"
    articles = ("history-of-tea.md", "support-for-potters.md", "changes-in-2024.md", "security.md", "docs/SECURITY.md")
    others = ("SECURITY.md", "HISTORY.md", "changelog.md", "CHANGELOG-1.2.md", "CONTRIBUTING.de.md", "LICENSE-logo.md")
    site = make_site(dict.fromkeys((*articles, *others), page))
    assert read_site(site).ids == tuple(sorted(path.removesuffix(".md") for path in articles))


def test_two_colons(make_site):
    """Logseq's names have two colons behind them."""
    (tea,) = read_site(make_site({"pages/tea.md": "title:: Tea\ntags:: cups, pots\n\n- It is hot.\n"}))
    assert (tea.title, tea.topics) == ("Tea", ("cups", "pots"))


def test_properties_without_a_title(make_site):
    """A page of Logseq is called by its file; its first lines are properties, and no text."""
    page = "type:: drink\ntags:: [[cup]], [[pot]]\nrelated:: [[Dark loaf]]\n- Steep it.\n"
    bread = "tags:: cup\nalias:: Rye, Dark loaf\n\nBake it."
    site = make_site({"pages/Hot___Green tea.md": page, "pages/Rye bread.md": bread})
    (tea, bread) = (corpus := read_site(site))
    assert (tea.title, tea.body, bread.excerpt) == ("Hot/Green tea", "- Steep it.\n", "Bake it.")
    assert [entry.target for entry in tea.related] == ["[[Dark loaf]]"]
    assert corpus.reading.matched["title"] + corpus.reading.matched["path"] == 1
    assert not any("without a title" in warning for warning in corpus.reading.warnings)


def test_properties_of_the_repository(make_site):
    """A README that begins with a word and two colons is none of the notes."""
    corpus = read_site(make_site({"README.md": "Note:: hot\n", "tea.md": "type:: drink\n"}))
    assert [*corpus.ids] == ["tea"]


def test_properties_on_a_generators_site(make_site):
    """There, such a line is text."""
    files = {"mkdocs.yml": "site_name: Tea\n", "docs/tea.md": "Note:: hot\n\nSteep it.\n"}
    assert read_site(make_site(files))["docs/tea"].body.startswith("Note:: hot")


@pytest.mark.parametrize("text", ["std::vector is quick.\n", "Term::\n    What it is.\n", ".. note:: Be quick.\n"])
def test_two_colons_in_prose(make_site, text):
    """Words with two colons are properties only where a blank and a value follow."""
    (page,) = read_site(make_site({"Of colons.md": text}))
    assert page.body == text


def test_a_title_that_is_a_comment(make_site):
    """YAML takes what follows a number sign for a comment; the cure is told."""
    (tea,) = (corpus := read_site(make_site({"tea.md": "---\ndate: 2021-03-03\ntitle: #Tea on the river\n---\nIt.\n"})))
    assert tea.title == "Tea"
    assert (
        'tea.md:3: title is empty, for # begins a comment. Quote it: title: "#Tea on the river".'
        in corpus.reading.warnings
    )


def test_front_matter_alone_without_a_value_is_no_article(make_site):
    """Two lines of dashes with nothing between and below them say nothing."""
    corpus = read_site(make_site({"tea.md": "# Tea\n\nHot.\n", "none.md": "---\n---\n \n"}))
    assert corpus.ids == ("tea",)
    assert "none.md without front matter: not an article." in corpus.reading.warnings


def test_a_pipe_is_told(make_site):
    """What is no file and no link is to be taken out."""
    site = make_site({"tea.md": "# Tea\n\nHot.\n"})
    os.mkfifo(site / "pipe.md")
    assert list(map(str, read_site(site).reading.problems)) == ["pipe.md: is not a file that can be read. Take it out."]
