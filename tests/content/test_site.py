import logging
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.articles import NEVER
from recommender.bounds import Fence
from recommender.content import site as site_module
from recommender.content.generators import read_generator
from recommender.content.site import read_article, read_site
from recommender.errors import ArticleError, FrontMatterError, SiteError
from recommender.settings import ArticlesSettings, Settings, settings_from_mapping


def article(title, *lines, body=""):
    """The text of a file with a title and further lines of front matter."""
    return "\n".join(["---", f"title: {title}", *lines, "---", body])


def test_jekyll_blog(make_site):
    """A plain Jekyll blog needs no settings: posts are read, pages are not, dates and addresses come from the names."""
    site = make_site(
        {
            "_config.yml": "url: https://example.org\nlang: en\ntimezone: Europe/Berlin\n",
            "_posts/2021-03-03-green-tea.md": article("Green tea", "tags: tea cup", "related: [black-tea]"),
            "_posts/2021-03-04-black-tea.md": article(
                "Black tea", "date: 2021-03-04 12:00", "related_posts: [Green tea]"
            ),
            "_drafts/white-tea.md": article("White tea", "published: false"),
            "about.md": article("About"),
            "_site/copy.md": article("A copy"),
            "node_modules/x/README.md": article("A package"),
            ".github/notes.md": article("Notes"),
            "_includes/part.md": article("A part"),
            "_cups/blue.md": article("A blue cup"),
        }
    )
    corpus = read_site(site)
    assert corpus.ids == (
        "_cups/blue",
        "_drafts/white-tea",
        "_posts/2021-03-03-green-tea",
        "_posts/2021-03-04-black-tea",
    )
    green = corpus["_posts/2021-03-03-green-tea"]
    assert (green.url, green.topics, green.published_at.isoformat()) == (
        "/2021/03/03/green-tea.html",
        ("tea", "cup"),
        "2021-03-03T00:00:00+01:00",
    )
    assert green.aliases == ("https://example.org/2021/03/03/green-tea.html",)
    assert corpus["_posts/2021-03-04-black-tea"].published_at == datetime(2021, 3, 4, 11, tzinfo=UTC)
    assert not corpus["_drafts/white-tea"].is_published
    assert (corpus.site_language, corpus.entry_shape.kind, corpus.entry_shape.target) == ("en", "text", "slug")
    assert corpus.reading.matched == {"url": 0, "path": 1, "title": 1, "external": 0, "unmatched": 0}
    assert corpus.reading.recognised == {
        "title": {"title": 4},
        "published_at": {"name of the file": 1, "date": 1},
        "published": {"published": 1},
        "related": {"related": 1, "related_posts": 1},
        "topics": {"tags": 1},
        "url": {"rules of Jekyll": 3},
    }
    assert corpus.reading.n_files == 6
    assert corpus.reading.warnings == (
        "_includes/part.md, about.md outside the articles' folders: not read.",
        "one article in _drafts, never suggested: _drafts/white-tea.md.",
        "one article in a folder that is no collection of _config.yml, never suggested: _cups/blue.md.",
    )


def without_guess(warnings):
    """The warnings, without the one that a tree of files without a configuration has."""
    return tuple(warning for warning in warnings if "set articles.address" not in warning)


def hidden(site):
    """The ids of the articles that are never suggested, from two readings: of the files, and of the cache."""
    first, second = read_site(site), read_site(site)
    assert list(first) == list(second)
    assert first.reading.warnings == second.reading.warnings
    return [found.id for found in first if found.visible_from == NEVER], first.reading.warnings


def test_pages_that_jekyll_does_not_make(make_site):
    """What Jekyll makes no page of is told with a count, and never suggested, but where it gives its own address."""
    config = "collections: {cups: {output: true}, pots: {output: false}, jars: {}}\ninclude: [_pages]\nexclude: [x/]\n"
    site = make_site(
        {
            "_config.yml": config,
            "_posts/2021-03-03-tea.md": article("Tea"),
            "_posts/undated.md": article("Undated"),
            "_drafts/secret.md": article("Secret", "webUrl: /secret/"),
            "_cups/blue.md": article("Blue"),
            "_cups/_old/red.md": article("Red"),
            "_cups/_odd.md": article("Odd"),
            "_posts/_under/2021-03-05-under.md": article("Under"),
            "_pots/copper.md": article("Copper"),
            "_jars/clay.md": article("Clay"),
            "_jars/elsewhere.md": article("Elsewhere", "webUrl: https://example.org/jar/"),
            "_notes/a.md": article("A"),
            "_pages/b.md": article("B"),
            "x/_posts/2021-03-04-x.md": article("X"),
        }
    )
    assert hidden(site) == (
        [
            "_cups/_odd", "_cups/_old/red", "_drafts/secret", "_jars/clay", "_notes/a",
            "_posts/_under/2021-03-05-under", "_posts/undated", "_pots/copper", "x/_posts/2021-03-04-x",
        ],
        (
            "_pages/b.md outside the articles' folders: not read.",
            "one article excluded in _config.yml, never suggested: x/_posts/2021-03-04-x.md.",
            "one article in _drafts, never suggested: _drafts/secret.md.",
            "one article in _posts with a name that begins with _, never suggested: _posts/_under/2021-03-05-under.md.",
            "one article in _posts without a date in the name, never suggested: _posts/undated.md.",
            "2 articles in a collection that _config.yml does not output, never suggested: "
            "_jars/clay.md, _pots/copper.md.",
            "2 articles in a collection with a name that begins with _, never suggested: "
            "_cups/_odd.md, _cups/_old/red.md.",
            "one article in a folder that is no collection of _config.yml, never suggested: _notes/a.md.",
        ),
    )  # fmt: skip
    assert read_article(site / "_notes/a.md").visible_from == NEVER


@pytest.mark.parametrize("config", [{}, {"_config.yml": "lang: en\n"}])
def test_a_folder_that_nothing_builds(make_site, config):
    """A tree without a configuration, or whose configuration would make no page at all, is read as it is."""
    names = {f"_news/{name}.md": article(name) for name in ("tea", "cup")}
    found, warnings = hidden(make_site({**config, **names}))
    assert found == []
    reason = "a folder that is no collection of _config.yml"
    expected = f"_config.yml makes no page of any article (in {reason}). It is taken not to build them."
    assert without_guess(warnings) == ((expected,) if config else ())


def test_an_address_that_is_not_known(make_site):
    """It is told, once for all articles."""
    files = {f"_posts/2021-03-0{day}-tea.md": article("Tea") for day in (3, 4)}
    corpus = read_site(make_site({"_config.yml": "permalink: /:author/:title/\n", **files}))
    assert [found.url for found in corpus] == ["", ""]
    assert corpus.reading.warnings == (
        "_posts/2021-03-03-tea.md, _posts/2021-03-04-tea.md without an address: "
        "the site's pattern asks for what is not known. Set articles.address.",
    )


def test_days_of_visibility(make_site):
    """An embargo and an expiry are read, and what Hugo does not list."""
    site = make_site(
        {
            "content/a.md": article("A", "date: 2024-01-05", "publishDate: 2999-01-01"),
            "content/b.md": article("B", "date: 2024-01-05", "expiryDate: 2024-02-01", "pubDate: 2023-01-01"),
            "content/c.md": article("C", "date: 2024-01-05", "expiryDate: soon"),
            "content/d.md": article("D", "_build: {render: never}"),
            "content/e.md": article("E", "build: {list: never}"),
            "content/f.md": article("F", "headless: true"),
            "content/g/index.md": article("G", "headless: true"),
            "content/h.md": article("H", "build: 7", "_build: {list: local}"),
        }
    )
    found, warnings = hidden(site)
    assert found == ["content/d", "content/e", "content/g/index"]
    assert without_guess(warnings) == (
        "3 articles hidden by headless or _build, never suggested: content/d.md, content/e.md, content/g/index.md.",
        "content/c.md:4: expiryDate must be a date, but is 'soon'. It is left out.",
    )
    corpus = read_site(site)
    assert corpus["content/a"].visible_from == datetime(2999, 1, 1, tzinfo=UTC)
    assert corpus["content/b"].visible_until == datetime(2024, 2, 1, tzinfo=UTC)
    assert (corpus["content/b"].visible_from, corpus["content/c"].visible_until) == (None, None)


def test_hugo_blog(make_site):
    """A plain Hugo blog needs no settings: content is read, lists of pages are not, languages come from the names."""
    site = make_site(
        {
            "hugo.toml": 'defaultContentLanguage = "en"\n[languages.de]\nweight = 2\n',
            "archetypes/default.md": article("{{ .Name }}"),
            "content/_index.md": article("Home"),
            "content/posts/tea.md": article("Tea", "related: [/posts/cup/]"),
            "content/posts/tea.de.md": article("Tee"),
            "content/posts/cup/index.md": article("Cup", "draft: true", "slug: mug"),
            "README.md": "# A blog\n",
        }
    )
    corpus = read_site(site)
    assert [(found.id, found.url, found.language) for found in corpus] == [
        ("content/posts/cup/index", "/posts/mug/", ""),
        ("content/posts/tea", "/posts/tea/", ""),
        ("content/posts/tea.de", "/de/posts/tea/", "de"),
    ]
    assert corpus.reading.warnings == (
        "README.md, content/_index.md outside the articles' folders: not read.",
        "one article with draft: true, never suggested: content/posts/cup/index.md.",
    )
    assert corpus.reading.matched["path"] == 1


def test_any_tree(make_site):
    """Any tree of Markdown files is a site; files without front matter are no articles, and are named."""
    site = make_site(
        {"en/tea.md": article("Tea"), "de/tea.markdown": article("Tee"), "README.md": "# Notes\n", "x.txt": ""}
    )
    corpus = read_site(site)
    assert [(found.id, found.language, found.url) for found in corpus] == [
        ("de/tea", "de", "/de/tea"),
        ("en/tea", "en", "/en/tea"),
    ]
    assert without_guess(corpus.reading.warnings) == ("README.md without front matter: not an article.",)


def test_underscores_without_jekyll(make_site):
    """Without Jekyll an underscore means nothing, but in the names of Jekyll's own folders."""
    site = make_site({"blog/tea.md": article("Tea"), "_templates/cup.md": article("Cup")})
    assert read_site(site).ids == ("_templates/cup", "blog/tea")
    make_site({"blog/_posts/pot.md": article("Pot")})
    assert read_site(site).ids == ("blog/_posts/pot",)


def test_ids_keep_endings_where_they_must(make_site):
    """Two files that would share an id keep their endings."""
    site = make_site({"tea.md": article("Tea"), "tea.mdx": article("More tea"), "cup.md": article("Cup")})
    assert read_site(site).ids == ("cup", "tea.md", "tea.mdx")


def test_language_suffix_without_hugo(make_site):
    """Without Hugo, a code at the end of a name is a language only beside a file of the same name."""
    site = make_site({"a/tea.md": article("Tea"), "a/tea.de.md": article("Tee"), "a/buy-tea.io.md": article("Names")})
    assert [(found.id, found.language) for found in read_site(site)] == [
        ("a/buy-tea.io", ""),
        ("a/tea", ""),
        ("a/tea.de", "de"),
    ]


def test_inferred_addresses(make_site):
    """An article without an address has the one by which the curated lists would name it."""
    lists = {"tea": "[/en/blog/cup/, /en/blog/pot/]", "cup": "[/en/blog/tea/]", "pot": "[]"}
    files = {f"content/blog/en/{name}.md": article(name, f"related: {related}") for name, related in lists.items()}
    corpus = read_site(make_site({**files, "content/blog/de/tee.md": article("Tee")}))
    assert [found.url for found in corpus] == ["/de/blog/tee/", "/en/blog/cup/", "/en/blog/pot/", "/en/blog/tea/"]
    assert corpus.reading.recognised["url"] == {"as in the curated lists: /{folder 2}/{folder 1}/:slug/": 4}
    assert corpus.reading.matched["url"] == 3


def test_full_address_and_path_meet(make_site):
    """Where the site's address is known, a full address and a path of one article meet."""
    files = {
        "_config.yml": "url: https://example.org\nbaseurl: /blog\n",
        "_posts/2021-03-03-tea.md": article("Tea", "related: [https://www.example.org/blog/2021/03/04/cup.html]"),
        "_posts/2021-03-04-cup.md": article("Cup", "related: [/blog/2021/03/03/tea.html]"),
    }
    assert read_site(make_site(files)).reading.matched["url"] == 2


def test_settings(make_site):
    """Settings map fields, leave files out, and give language and address of the site."""
    site = make_site(
        {
            "a.md": "---\nname: Tea\nteaser: A cup.\nsource: {title: Ada}\nexcerpt: no\n---\n",
            "drafts/b.md": article("B"),
            "old/c.md": article("C"),
        }
    )
    settings = Settings(
        articles=ArticlesSettings(
            fields={"title": "name", "excerpt": ("lead", "teaser"), "provider": "source.title", "quality": "stars"},
            exclude=("drafts/**", "old"),
            site_language="en",
            site_url="https://example.org/",
        )
    )
    corpus = read_site(site, settings)
    (found,) = corpus
    assert (found.title, found.excerpt, found.provider, found.aliases) == (
        "Tea",
        "A cup.",
        "Ada",
        ("https://example.org/a",),
    )
    assert corpus.site_language == "en"
    assert corpus.reading.warnings == (
        "articles.fields reads quality from stars, which no article has. Mend the name in the settings.",
    )


def test_one_address_twice(make_site):
    """Two files with one address are a warning, and entries mean the first."""
    site = make_site(
        {
            "_news/old-tea.md": article("Tea", "webUrl: https://example.org/tea/"),
            "_news/tea.md": article("Tea again", "webUrl: http://www.example.org/tea"),
        }
    )
    assert read_site(site).reading.warnings == (
        "two articles have the URL https://example.org/tea/: _news/old-tea.md and _news/tea.md. "
        "Suggestions will name the first.",
    )


def test_unmatched_entries(make_site):
    """An entry that names nothing is told with the nearest name."""
    site = make_site({"green-tea.md": article("Green tea", "related: [gren-tea]")})
    assert read_site(site).reading.unmatched == (
        "green-tea.md: the curated list names 'gren-tea', but no article has that address, path, slug or title. "
        "Did you mean 'green-tea'?",
    )


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


def test_log(make_site, caplog):
    """Drafts, dates in the future and matched entries are told in a line a stage."""
    site = make_site(
        {
            "a.md": article("A", "draft: true", "date: 9000-01-01", "related: [b, {title: C, url: /c/}]"),
            "b.md": article("B"),
        }
    )
    with caplog.at_level(logging.INFO, "recommender"):
        read_site(site)
    assert caplog.messages == [
        "articles: 2 read, 1 drafts, 1 with a date in the future, 0 with problems",
        "curated lists: 1 path, 1 external",
    ]


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
            "articles, which ends in .jsonl, .csv, .tsv, .parquet, .xml, .rss, .atom, .wxr.",
        ),
        (
            "site/empty",
            "{}: holds no article. Name the folder of a site: one with files ending in .md, .markdown, .mdx, "
            ".mdown, .mkd, .mkdn, .mkdown.",
        ),
        ("none.jsonl", "{}: cannot be read (No such file or directory). Name a file that exists."),
    ],
)
def test_no_site(make_site, name, message):
    """What is no site is an error with a cure."""
    site = make_site({"tea.md": article("Tea"), "empty/x.txt": ""})
    path = site.parent / name
    with pytest.raises(SiteError) as caught:
        read_site(path)
    assert str(caught.value) == message.format(path, parent=path.parent)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows needs a privilege for symbolic links")
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
    """One file is one article, by the name that is no link, or else the first; the other names are told."""
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
    assert corpus.ids == ("a-cup", "b/pot", "b/tea", "can-1")
    assert without_guess(corpus.reading.warnings) == (
        "a-link.md is the same file as b/tea.md. It is read once, as b/tea.md.",
        "b/cup.md is the same file as a-cup.md. It is read once, as a-cup.md.",
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


def test_processes_change_nothing(make_site, monkeypatch):
    """A site that is read in several processes is the same corpus, and its progress reaches its end."""
    texts = {f"{n:02}.md": article(f"Tea {n}", f"related: [{(n + 1) % 30:02}]", body="x" * 500) for n in range(30)}
    texts["bad.md"] = article("[Tea]")
    names = list(texts)
    random.shuffle(names)
    site = make_site({name: texts[name] for name in names})
    alone = read_site(site)
    monkeypatch.setattr(site_module, "_PARALLEL_BYTES", 0)
    monkeypatch.setattr(site_module, "_CHUNK_BYTES", 3000)
    seen = []
    together = read_site(site, progress=lambda done, total: seen.append((done, total)))
    assert list(together) == list(alone)
    assert [str(problem) for problem in together.reading.problems] == [
        str(problem) for problem in alone.reading.problems
    ]
    assert together.reading.recognised == alone.reading.recognised
    assert seen == sorted(seen)
    assert seen[-1] == (31, 31)


def test_equal_entries_are_one_object(make_site):
    """Equal entries of several lists are one object, which is what keeps a large site in memory."""
    related = "related: [{title: Tea, webUrl: https://example.org/tea, excerpt: A long text.}]"
    first, second = read_site(make_site({"a.md": article("A", related), "b.md": article("B", related)}))
    assert first.related[0] is second.related[0]


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


def test_read_article_text():
    """A draft can be a text; its id is its title as a slug."""
    found = read_article(article("Grüner Tee: 1", "date: 2021-03-03").replace("Grüner Tee: 1", "'Grüner Tee: 1'"))
    assert (found.id, found.title, found.path, found.url) == ("grüner-tee-1", "Grüner Tee: 1", "", "")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("---\ntitle: Tea\n", FrontMatterError, "text: front matter opens at line 1 and is never closed. End it with a "
         "line of three dashes."),
        (article("[Tea]"), ArticleError, 'text:2: title must be text, but is a list. Write one line of text.'),
        ("---\ndate: 2021-03-03\n---\n", ArticleError, "text: there is no title. Give it one: title: Tea."),
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


def test_date_of_the_file_name_stands_in(make_site):
    """A date that cannot be read costs an article only where nothing stands in for it."""
    site = make_site(
        {
            "2021-03-03-a.md": article("A", "date: next week"),
            "b.md": article("B", "date: next week"),
            "c.md": article("C", "date: TBD"),
        }
    )
    corpus = read_site(site)
    assert [(one.id, one.published_at) for one in corpus] == [
        ("2021-03-03-a", datetime(2021, 3, 3, tzinfo=UTC)),
        ("c", None),
    ]
    assert [str(problem) for problem in corpus.reading.problems] == [
        "b.md:3: date must be a date, but is 'next week'. Write it like 2021-03-03 or 2021-03-03T07:14:00Z."
    ]
    assert corpus.reading.warnings[:2] == (
        "2021-03-03-a.md:3: date must be a date, but is 'next week'. 2021-03-03 stands in.",
        "c.md:3: date must be a date, but is 'TBD'. The article has no date.",
    )


def test_dates_in_the_language_of_the_article(make_site):
    """The name of a month is read in the language that the article names."""
    lines = ("lang: hr", "date: 5. listopada 2021")
    corpus = read_site(
        make_site({"a.md": article("A", *lines), "b.md": article("B", "lang: pl", "date: 5 listopada 2021")})
    )
    assert [one.published_at.month for one in corpus] == [10, 11]


def test_titles_and_entries_as_typed(make_site):
    """A title, and an entry of a list, that YAML takes for a number or a truth value is the text that was typed."""
    texts = {f"{number}.md": article(title) for number, title in enumerate(("1_000", "3.10", "Yes", "2024-01-02"))}
    corpus = read_site(make_site({**texts, "list.md": article("List", "related:", "- 1_000", "- 3.10", "- yes")}))
    assert [one.title for one in corpus] == ["1_000", "3.10", "Yes", "2024-01-02", "List"]
    assert [entry.target for entry in corpus["list"].related] == ["1_000", "3.10", "yes"]
    assert corpus.reading.matched["title"] == 3


def test_values_of_exporters(make_site):
    """WordPress's mapping of an author gives a name, never the address, and text in Ruby's binary form is text."""
    author = ("author:", "  display_name: ''", "  login: ann", "  email: ann@tea.example")
    corpus = read_site(make_site({"a.md": article("!binary |-\n  R3LDvG5lciBUZWU=", *author)}))
    assert (corpus["a"].title, corpus["a"].provider) == ("Grüner Tee", "ann")


def test_hexo_without_names_of_its_own(make_site):
    """Posts in `source/_posts` are Hexo's, whose configuration is called as Jekyll's; Octopress names its source."""
    posts = {"source/_posts/tea.md": article("Tea", "date: 2024-01-05")}
    hexo, octopress = "permalink: :year/:title/\n", "source: source\npermalink: /:title/\n"
    assert read_site(make_site({"_config.yml": hexo, **posts}))["source/_posts/tea"].url == "/2024/tea/"
    assert read_generator(make_site({"_config.yml": octopress, **posts})).title == "Jekyll"


def test_pages_without_front_matter(make_site):
    """A page without front matter is called by its heading, and its first paragraph is its excerpt."""
    site = make_site(
        {
            "README.md": "# All about tea\n\nHow to read this.\n",
            "notes/green.md": "<!-- seen -->\n\n# Green *tea* #\n\n![cup](c.png)\n\nSteep [it](it.md).\nThen pour.\n",
            "notes/black.md": "Black tea\n=========\n\n- a list\n\nBoil it.\n",
            "notes/start.md": "import Box from 'box'\n\n# Notes\n",
            "notes/rest.md": "A word first.\n\n```\n# no heading\n```\n\n# The rest\n",
            "notes/none.md": "Words only.\n",
            "lib/README.md": "# A script\n",
            "notes/parts/how.md": "## How to\n\nA part of a page.\n",
        }
    )
    corpus = read_site(site, Settings(articles=ArticlesSettings(address="/:path/")))
    assert {one.id: (one.title, one.excerpt, one.body) for one in corpus} == {
        "notes/green": (
            "Green tea",
            "Steep it. Then pour.",
            "\n![cup](c.png)\n\nSteep [it](it.md).\nThen pour.\n",
        ),
        "notes/black": ("Black tea", "Boil it.", "\n- a list\n\nBoil it.\n"),
        "notes/start": ("Notes", "", ""),
        "notes/rest": ("The rest", "A word first.", "A word first.\n\n```\n# no heading\n```\n\n# The rest\n"),
    }
    assert corpus.reading.warnings == (
        "README.md, lib/README.md, notes/none.md, notes/parts/how.md without front matter: not an article.",
    )


def test_jekyll_makes_no_page_without_front_matter(make_site):
    """On a Jekyll site a file without front matter is no article, whatever its heading."""
    corpus = read_site(make_site({"_config.yml": "title: Tea\n", "a.md": article("A"), "b.md": "# B\n"}))
    assert corpus.ids == ("a",)


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


def test_a_text_of_one_long_line_is_no_file():
    """It is told what a text is, in our words."""
    with pytest.raises(SiteError, match=r"^x{40} …: is no name of a file\. A text has at least two lines\.$"):
        read_article("x" * 5_000)


def test_marks(tmp_path):
    """What front matter asks of the suggestions is read, and what rules ask of it; a wrong word is told of."""
    (tmp_path / "tea.md").write_text(
        "---\ntitle: Tea\nrecommender: [background, evergren]\nSponsored: no\nsponsored: yes\n---\n"
    )
    (tmp_path / "cup.md").write_text("---\ntitle: Cup\nrecommender: show-none\n---\n")
    settings = settings_from_mapping({"rules": {"never": [{"sponsored": True}]}, "articles": {"address": "/:slug/"}})
    for _ in range(2):  # read, and taken from what was kept
        corpus = read_site(tmp_path, settings)
        assert [article.marks for article in corpus] == [("show-none",), ("background", "sponsored: true")]
        assert corpus.reading.warnings == (
            "tea.md:3: recommender must be one or more of show-none, never-suggest, background, follow-up, evergreen, "
            "but is 'evergren'. It is left out.",
        )
