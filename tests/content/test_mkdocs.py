"""Which files of a MkDocs site are articles, and what they are called."""

import time
from urllib.parse import unquote

import pathspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import read_article, read_site
from recommender.content.generators import read_generator
from recommender.content.generators.gitignore import is_ignored

BARE = "Steep it for a minute.\n\nThen pour.\n"


def titles(site):
    """The titles of a site's articles, by id."""
    return {article.id: article.title for article in read_site(site)}


def test_titles(make_site):
    """A page's own title comes first, then that in the nav, then the site's on the home page, then the file's name."""
    nav = "nav:\n- index.md\n- Tea:\n  - Overview: tea/index.md\n  - Green tea: ./tea/green.md\n  - tea/black-tea.md\n"
    site = make_site({
        "mkdocs.yml": f"site_name: Teas\n{nav}  - 2024: tea/harvest.md\n",
        "docs/index.md": "---\ntemplate: home.html\n---\n",
        "docs/tea/index.md": "# All teas\n",
        "docs/tea/green.md": BARE,
        "docs/tea/black-tea.md": f"## Steeping\n\n{BARE}",
        "docs/tea/harvest.md": f"---\nsearch: no\n---\n{BARE}",
        "README.md": BARE,
    })  # fmt: skip
    corpus = read_site(site)
    assert {article.id: (article.title, article.excerpt) for article in corpus} == {
        "docs/index": ("Teas", ""),
        "docs/tea/index": ("All teas", ""),
        "docs/tea/green": ("Green tea", "Steep it for a minute."),
        "docs/tea/black-tea": ("Black Tea", "Steep it for a minute."),
        "docs/tea/harvest": ("2024", "Steep it for a minute."),
    }
    assert corpus.reading.recognised["title"] == {"nav": 3, "first heading": 1}
    assert read_article(site / "docs/tea/green.md") == corpus["docs/tea/green"]


def test_a_configuration_of_several_parts(make_site):
    """What a configuration inherits is read below it, and tags that name a place are no reason to read nothing."""
    base = "docs_dir: text\nnav: [{Cups: cup.md}]\nplugins: {blog: {blog_dir: log}}\n"
    own = "INHERIT: base.yml\nplugins: {search: {}}\nmarkdown_extensions: [{snip: {base_path: !relative $docs_dir}}]\n"
    site = make_site({"base.yml": base, "mkdocs.yml": own, "text/cup.md": BARE, "text/log/posts/pot.md": "# Pot\n"})
    assert titles(site) == {"text/cup": "Cups", "text/log/posts/pot": "Pot"}
    assert read_generator(site).posts == "text/log/posts"


def test_parts(make_site):
    """What says no title is a part where a nav does not name it, and without a nav where its name begins so."""
    files = {"docs/index.md": BARE, "docs/_part.md": BARE, "docs/tea.md": BARE, "docs/cup.md": "# Cup\n"}
    assert set(titles(make_site(files | {"mkdocs.yml": ""}))) == {"docs/index", "docs/tea", "docs/cup"}
    site = make_site({"mkdocs.yml": "nav: ['*.md', {More: api/}]\n"})
    assert set(titles(site)) == {"docs/index", "docs/tea", "docs/cup"}, "such a nav is filled in by plugins"
    site = make_site({"mkdocs.yml": "nav: [index.md, {Made by a plugin: api/}, {A part: _part.md}]\n"})
    assert set(titles(site)) == {"docs/index", "docs/_part", "docs/cup"}
    assert read_site(site).reading.warnings[0] == "docs/tea.md without front matter: not an article."


def test_excluded_files_and_drafts(make_site):
    """What the configuration excludes is never read, and a draft never suggested; a sentence tells of each."""
    page = "# Tea\n\nIt is hot.\n"
    site = make_site({
        "mkdocs.yml": "docs_dir: src/pages\nexclude_docs: |\n  *.inc.md\n  /old/\ndraft_docs: |\n  drafts/\n",
        **{f"src/pages/{path}.md": page for path in ("a", "old/b", "new/old/c", "d.inc", "drafts/e")},
        "src/pages/old/bad.md": "---\ntitle: [\n---\n",
    })  # fmt: skip
    corpus = read_site(site)
    hidden = {article.id.removeprefix("src/pages/"): article.visible_from is not None for article in corpus}
    assert hidden == {"a": False, "new/old/c": False, "drafts/e": True}
    assert corpus.reading.problems == ()
    assert set(corpus.reading.warnings) == {
        "src/pages/d.inc.md, src/pages/old/b.md, src/pages/old/bad.md left out by the configuration of "
        "MkDocs: no page to it, not read.",
        "one article named in draft_docs, never suggested: src/pages/drafts/e.md.",
    }


_PART = st.sampled_from(["a", "b", "*", "**", "a*", "*.md", "?b", "[a-c]", "[!a]", "\\\\*"])
_PATTERN = st.builds(
    lambda sign, root, parts, end: sign + root + "/".join(parts) + ("" if parts[-1] == "**" else end),
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(_PART, min_size=1, max_size=3),
    st.sampled_from(["", "/", " "]),
)


@given(
    st.lists(_PATTERN, max_size=4),
    st.lists(st.sampled_from(["a", "b", "ab", "*"]), max_size=3),
    st.sampled_from(["a", "a.md"]),
)
def test_patterns_mean_what_they_do_to_mkdocs(patterns, folders, name):
    """Which files they name is what the library of MkDocs says, but for folders named by stars alone."""
    path = "/".join([*folders, name])
    assert is_ignored(path, "\n".join(patterns)) == pathspec.GitIgnoreSpec.from_lines(patterns).match_file(path)


def test_patterns_are_of_the_documentation_alone(make_site):
    """A file that lies elsewhere is excluded by none, `*` included."""
    assert titles(make_site({"mkdocs.yml": "exclude_docs: '*'\n", "notes/tea.md": "# Tea\n"})) == {"notes/tea": "Tea"}


def test_a_pattern_of_many_stars_takes_no_time():
    """Nor do a thousand of them, and a file of many folders."""
    patterns = "\n".join(["*a" * 9 + "b", "/**/a" * 9 + "/b"] * 500)
    start = time.process_time()
    assert not is_ignored("/".join(["a" * 200] * 9), patterns)
    assert time.process_time() - start < 5


def test_a_post_with_several_dates(make_site):
    """Of the dates that Material's blog takes in a mapping, the day on which the post was made is its address's."""
    post = "---\ndate:\n  created: 2024-03-05\n  updated: 2024-03-09\n---\n# Faster tiles\n"
    site = make_site({"mkdocs.yml": "site_name: Maps\nplugins: [blog]\n", "docs/blog/posts/tiles.md": post})
    (found,) = read_site(site)
    assert (found.url, f"{found.published_at:%Y-%m-%d}") == ("/blog/2024/03/05/faster-tiles/", "2024-03-05")


@pytest.mark.parametrize(
    ("options", "folder", "lines", "url"),
    [
        ("", "blog/posts", "title: What's new & old? Smoker 2.0", "/blog/2024/06/04/whats-new--old-smoker-20/"),
        ("{post_slugify: {kwds: {case: lower}}}", "blog/posts", "title: A - <b>Ü</b>", "/blog/2024/06/04/a---ü/"),
        ("{post_slugify: !!python/name:own.slugs }", "blog/posts", "title: Tea", ""),
        ("{post_slugify: !!python/name:own.slugs }", "blog/posts", "slug: My tea", "/blog/2024/06/04/My tea/"),
        ("{post_slugify_separator: _}", "blog/posts", "title: Green tea", "/blog/2024/06/04/green_tea/"),
        ("{post_url_format: '{categories}/{slug}'}", "blog/posts", "categories: [Tea & cake]", "/blog/tea--cake/tea/"),
        ("{post_url_format: '{date}/{categories}/{slug}'}", "blog/posts", "", "/blog/2024/06/04/tea/"),
        ("{post_url_format: '{year}/{slug}'}", "blog/posts", "", ""),
        ("{post_url_date_format: y/M/d}", "blog/posts", "", "/blog/2024/6/4/tea/"),
        ("{post_url_date_format: yyyy/MMM/dd}", "blog/posts", "", ""),
        ("{blog_dir: .}", "posts/2024", "", "/2024/06/04/tea/"),
        ("{blog_dir: ./a/news/}", "a/news/posts", "", "/a/news/2024/06/04/tea/"),
        ("{post_dir: articles}", "articles", "", "/blog/2024/06/04/tea/"),
        ("{blog_dir: log, post_dir: '{blog}/all/'}", "log/all", "", "/log/2024/06/04/tea/"),
    ],
)
def test_addresses_of_posts(make_site, options, folder, lines, url):
    """Slugs are Material's, the day is the one that is written, wherever the blog and its posts lie."""
    title = "" if "title" in lines else "title: Tea\n"
    post = f"---\n{title}date: 2024-06-04T23:30:00-05:00\n{lines}\n---\n"
    config = f"docs_dir: web/docs\nplugins: [{{blog: {options}}}]\n"
    (found,) = read_site(make_site({"mkdocs.yml": config, f"web/docs/{folder}/tea.md": post}))
    assert unquote(found.url) == url


LINKS = """links:
  - blog/posts/cup.md#glaze
  - The pot: blog/posts/pot.md
  - More:
    - Tea society: https://society.example/
    - https://society.example/cups/
"""


def test_links_of_posts(make_site):
    """Material shows a post's `links` as related, in groups and with pages elsewhere; without a blog they are none."""
    post = "---\ndate: 2024-01-02\n{}---\n\n# All about {}\n"
    site = make_site({
        "mkdocs.yml": "plugins: [search, blog]\n", "docs/blog/posts/cup.md": post.format("", "cups"),
        "docs/blog/posts/pot.md": post.format("", "pots"), "docs/blog/posts/tea.md": post.format(LINKS, "tea"),
    })  # fmt: skip
    corpus = read_site(site)
    assert corpus.reading.matched == {"url": 0, "path": 2, "title": 0, "external": 2, "unmatched": 0}
    assert read_article(site / "docs/blog/posts/tea.md").related[0].target == "blog/posts/cup.md#glaze"
    make_site({"mkdocs.yml": "plugins: [search]\n"})
    assert not any(article.related for article in read_site(site))


@pytest.mark.parametrize(
    ("options", "own", "translated"),
    [
        ("languages: [{locale: fr}, {locale: en, default: true}]", "{}.md", "{}.fr.md"),
        ("default_language: en\n      languages: {en: English, fr: French}", "{}.md", "{}.fr.md"),
        (
            "docs_structure: folder\n      languages: [{locale: en, default: true}, {locale: fr}]",
            "en/{}.md",
            "fr/{}.md",
        ),
    ],
)
def test_translations(make_site, options, own, translated):
    """With mkdocs-static-i18n translations have addresses below their language, and the site's own pages have none."""
    files = {f"docs/{form.format(name)}": BARE for form in (own, translated) for name in ("index", "tea/green")}
    nav = "nav:\n- index.md\n- Green: tea/green.md\n"
    site = make_site({"mkdocs.yml": f"site_name: Teas\n{nav}plugins:\n  - i18n:\n      {options}\n", **files})
    corpus = read_site(site)
    assert {article.url: article.title for article in corpus} == {
        "/": "Teas", "/tea/green/": "Green", "/fr/": "Teas", "/fr/tea/green/": "Green",
    }  # fmt: skip
    assert corpus.site_language == "en"
    assert {article.language for article in corpus if article.url.startswith("/fr/")} == {"fr"}
