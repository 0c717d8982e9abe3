"""A folder of files becomes a corpus, whatever built it."""

import logging
from datetime import UTC, datetime

import pytest
from markdown_files import article, without_guess

from recommender.content.generators import read_generator
from recommender.content.matching import EntryMatcher
from recommender.content.site import read_site
from recommender.settings import ArticlesSettings, Settings


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


@pytest.mark.parametrize("config", ["hugo.toml", "zola.toml", "mkdocs.yml"])
def test_posts_among_other_pages(make_site, config):
    """Where all below a folder is a page to the generator, one called `_posts` in it does not hide the others."""
    top = "docs" if config == "mkdocs.yml" else "content"
    names = (f"{top}/about", f"{top}/blog/_posts/tea", f"{top}/guides/cup")
    site = make_site({config: "", "_posts/2021-03-03-old.md": article("Old"), **{f"{x}.md": article(x) for x in names}})
    assert read_site(site).ids == names


def test_an_address_that_is_not_known(make_site):
    """It is told, once for all articles."""
    files = {f"_posts/2021-03-0{day}-tea.md": article("Tea") for day in (3, 4)}
    corpus = read_site(make_site({"_config.yml": "permalink: /:author/:title/\n", **files}))
    assert [found.url for found in corpus] == ["", ""]
    assert corpus.reading.warnings == (
        "_posts/2021-03-03-tea.md, _posts/2021-03-04-tea.md without an address: "
        "the site's pattern asks for what is not known. Set articles.address.",
    )


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
        "content/_index.md: the page of a section, not read.",
        "README.md outside the articles' folders: not read.",
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


@pytest.mark.parametrize(
    ("config", "aside"),
    [
        ({}, "_drafts/idea.md"),
        ({".eleventy.js": ""}, "blog/_drafts/idea.md"),
        ({"_config.yml": "collections: [cups]\n"}, "blog/_kept/idea.md"),
    ],
)
def test_a_draft_does_not_say_where_articles_lie(make_site, config, aside):
    """A draft, or a file in a folder that is no collection of Jekyll's, leaves the others articles; a post does not."""
    site = make_site(
        {**config, **{f"blog/{name}.md": article(name) for name in ("tea", "cup")}, aside: article("Idea")}
    )
    assert set(read_site(site).ids) == {"blog/tea", "blog/cup", aside.removesuffix(".md")}
    make_site({"_posts/2021-03-03-pot.md": article("Pot")})
    assert "blog/tea" not in read_site(site)


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
        "_posts/2021-03-05-pot.md": article("Pot", "related: [https://example.org/blog/2021/03/03/tea]"),
    }
    assert read_site(make_site(files)).reading.matched["url"] == 3


@pytest.mark.parametrize(("draft", "named"), [("false", "old-tea"), ("true", "tea")])
def test_one_address_twice(make_site, draft, named):
    """Two files with one address are a warning, which says which of them suggestions name: no draft."""
    site = make_site(
        {
            "_news/old-tea.md": article("Tea", f"webUrl: https://example.org/tea/\ndraft: {draft}"),
            "_news/tea.md": article("Tea again", "webUrl: http://www.example.org/tea"),
        }
    )
    assert read_site(site).reading.warnings == (
        "two articles have the URL https://example.org/tea/: _news/old-tea.md and _news/tea.md. "
        f"Suggestions will name _news/{named}.md.",
    )


def test_unmatched_entries(make_site):
    """An entry that names nothing is told with the nearest name."""
    site = make_site({"green-tea.md": article("Green tea", "related: [gren-tea]")})
    assert read_site(site).reading.unmatched == (
        "green-tea.md: the curated list names 'gren-tea', but no article has that address, path, slug or title. "
        "Did you mean 'green-tea'?",
    )


@pytest.mark.parametrize("name", ["type", "collection"])
def test_slug_and_type(make_site, name):
    """Where an entry says of which type its article is, the folder of that name decides between two of one slug."""
    site = make_site({
        "recipes/tea/index.md": article("How tea is made"), "guides/tea/index.md": article("What tea is"),
        "cup.md": article("Cups", f"related: [{{slug: tea, {name}: recipes}}, {{slug: tea, {name}: cited}}]"),
    })  # fmt: skip
    corpus = read_site(site)
    matcher = EntryMatcher(corpus)
    assert [matcher.match(entry).article_id for entry in corpus["cup"].related] == ["recipes/tea/index", None]
    assert corpus.reading.unmatched == (
        "cup.md: the curated list names 'tea', but guides/tea/index.md, recipes/tea/index.md are called so. "
        "Write the path of one.",
    )


PAPERS = ["https://papers.example.com/2211.17192", "https://papers.example.com/2302.01318"]


def test_addresses_of_other_hosts(make_site):
    """An address of another site is external, and says nothing of whether the lists name articles."""
    site = make_site(
        {"a.md": article("A", f"related: {{internal: [b], external: {PAPERS}}}"), "b.md": article("B", "see_also: [a]")}
    )
    reading = read_site(site).reading
    assert (reading.matched["path"], reading.matched["external"], reading.unmatched) == (2, 2, ())
    assert without_guess(reading.warnings) == ()


@pytest.mark.parametrize("config", [{}, {"_config.yml": "url: https://tea.example"}])
def test_addresses_of_the_own_host(make_site, config):
    """On the site's own host, which is configured or seen where lists name articles, an address of none is told."""
    listed = {"a": ["b", "c", "gone"], "b": ["a"], "c": ["a", "old"]}
    pages = {
        f"{'_posts/2021-03-03-' if config else ''}{name}.md": article(
            name, f"related: {[f'https://www.tea.example/{one}.html' for one in others] + PAPERS}",
            f"permalink: /{name}.html" if config else "date: 2021-03-03"
        )
        for name, others in listed.items()
    }  # fmt: skip
    reading = read_site(make_site(config | pages)).reading
    assert (reading.matched["url"], reading.matched["external"], len(reading.unmatched)) == (4, 6, 2)


def test_an_address_with_the_name_of_an_article(make_site):
    """Where the site's host is not known, an address that ends in another article's name is told."""
    lists = "[https://tea.example/b/, https://en.papers.example/a]"
    reading = read_site(make_site({"a.md": article("A", f"related: {lists}"), "b.md": article("B")})).reading
    assert len(reading.unmatched) == 1
    assert "'https://tea.example/b/'" in reading.unmatched[0]


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


def test_progress(make_site):
    """Progress goes on with each file, the bad ones too, and reaches its end."""
    site = make_site({"a.md": article("A"), "bad.md": article("[Tea]"), "c.md": article("C")})
    seen = []
    read_site(site, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_equal_entries_are_one_object(make_site):
    """Equal entries of several lists are one object, which is what keeps a large site in memory."""
    related = "related: [{title: Tea, webUrl: https://example.org/tea, excerpt: A long text.}]"
    first, second = read_site(make_site({"a.md": article("A", related), "b.md": article("B", related)}))
    assert first.related[0] is second.related[0]


def test_what_a_plugin_of_hexo_numbered_keeps_its_address_elsewhere(make_site):
    """Blogs that moved on keep `abbrlink`, which means nothing there."""
    site = make_site({"hugo.toml": "", "content/posts/tea.md": "---\ntitle: Tea\nabbrlink: 4a17b156\n---\n"})
    assert read_site(site)["content/posts/tea"].url == "/posts/tea/"


def test_hexo_without_names_of_its_own(make_site):
    """Posts in `source/_posts` are Hexo's, whose configuration is called as Jekyll's; Octopress names its source."""
    posts = {"source/_posts/tea.md": article("Tea", "date: 2024-01-05")}
    hexo, octopress = "permalink: :year/:title/\n", "source: source\npermalink: /:title/\n"
    assert read_site(make_site({"_config.yml": hexo, **posts}))["source/_posts/tea"].url == "/2024/tea/"
    numbered = {"source/_posts/tea.md": "---\ntitle: Tea\ndate: 2024-05-03\nabbrlink: 4a17b156\n---\n"}
    site = make_site({"_config.yml": "permalink: posts/:abbrlink/\n", **numbered})
    assert read_site(site)["source/_posts/tea"].url == "/posts/4a17b156/"
    assert read_generator(make_site({"_config.yml": octopress, **posts})).title == "Jekyll"


def test_pages_that_are_included(make_site):
    """Beside the posts of a Jekyll site the pages that the settings name are articles, by Jekyll's addresses."""
    files = {f"docs/{name}.md": article(name) for name in ("cup", "pot")} | {"about.md": article("About")}
    site = make_site(files | {"_config.yml": "title: Teas", "_posts/2024-01-02-tea.md": article("Tea")})
    assert read_site(site).reading.warnings[0] == (
        "about.md, docs/cup.md, docs/pot.md outside the articles' folders: not read. "
        "To read some, name them in articles.include."
    )
    corpus = read_site(site, Settings(articles=ArticlesSettings(include=("docs/**",))))
    for spelled in ("/docs/**", "./docs/**", "docs"):
        assert read_site(site, Settings(articles=ArticlesSettings(include=(spelled,)))).ids == corpus.ids
    assert [(one.id, one.url) for one in corpus] == [
        ("_posts/2024-01-02-tea", "/2024/01/02/tea.html"),
        ("docs/cup", "/docs/cup.html"),
        ("docs/pot", "/docs/pot.html"),
    ]
    assert corpus.reading.warnings == ("about.md outside the articles' folders: not read.",)
