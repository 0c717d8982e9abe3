import os
import time
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from recommender import read_site
from recommender.content.generators import CONFIG_FILES, Generator, read_generator
from recommender.content.generators.hugo import Hugo
from recommender.content.generators.jekyll import Jekyll


def test_jekyll(make_site):
    """A Jekyll configuration gives address, language, time zone and permalinks."""
    config = """\
url: https://example.org/
baseurl: /tea
lang: en-us
timezone: Europe/Berlin
permalink: pretty
collections:
  news: {output: true, permalink: "/n/:path/"}
  cups: {output: true}
  pots: {label: Pots}
"""
    assert read_generator(make_site({"_config.yml": config})) == Jekyll(
        file="_config.yml",
        site_url="https://example.org/tea",
        language="en-US",
        zone=ZoneInfo("Europe/Berlin"),
        permalinks={"": "pretty", "news": "/n/:path/"},
        collections={"news": True, "cups": True, "pots": False},
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "hugo.toml",
            'baseURL = "https://example.org/"\nlanguageCode = "de"\n[permalinks.page]\nblog = "/:slug/"\n',
        ),
        ("config.yaml", "baseURL: https://example.org/\nlanguageCode: de\npermalinks:\n  blog: /:slug/\n"),
        (
            "config/_default/hugo.json",
            '{"baseURL": "https://example.org", "defaultContentLanguage": "de", "permalinks": {"blog": "/:slug/"}}',
        ),
    ],
)
def test_hugo(make_site, file, text):
    """A Hugo configuration in any of its formats and places gives the same."""
    languages = ("de",) if "defaultContentLanguage" in text else ("en",)
    assert read_generator(make_site({file: text})) == Hugo(
        file=file,
        site_url="https://example.org",
        language="de",
        zone=UTC,
        permalinks={"blog": "/:slug/"},
        languages=languages,
    )


def test_hugo_in_two_places(make_site):
    """What lies in the folder of Hugo's configuration is laid over what stands in a file beside it."""
    site = make_site(
        {
            "hugo.toml": 'baseURL = "https://a.example/"\n[permalinks]\nblog = "/a/:slug/"\ncups = "/c/:slug/"\n',
            "config/_default/config.yaml": "baseurl: https://b.example/\npermalinks: {Blog: '/b/:slug/'}\n",
            "config/_default/languages.toml": '[en]\ncontentDir = "english"\n[fr]\ncontentDir = "french"\n',
        }
    )
    found = read_generator(site)
    assert (found.site_url, found.permalinks) == ("https://b.example", {"blog": "/b/:slug/", "cups": "/c/:slug/"})
    assert found.content_dirs == {"content": "", "english": "en", "french": "fr"}


@pytest.mark.parametrize(
    ("file", "text", "warning"),
    [
        (
            "_config.yml",
            "url: a: b\n",
            '_config.yml:1: mapping values are not allowed here. Quote a value that contains a colon: url: "a: b". '
            "It is read as if it were empty.",
        ),
        (
            "hugo.toml",
            "baseURL =\n",
            "hugo.toml: is not TOML (Invalid value (at line 1, column 10)). It is read as if it were empty.",
        ),
        (
            "_config.yml",
            "source: src\n",
            "_config.yml: the site's source is 'src', which is not followed, so addresses and the place of the "
            "data file are wrong. Have Jekyll and this program run in src, with _config.yml in it.",
        ),
        (
            "_config.yml",
            "timezone: Mars/Base\n",
            "_config.yml: the time zone 'Mars/Base' is not known, so UTC is used. Write it like Europe/Berlin.",
        ),
    ],
)
def test_warnings(make_site, file, text, warning):
    """A configuration that cannot be read is a warning, for the articles can."""
    assert read_generator(make_site({file: text})).warnings == (warning,)


@pytest.mark.parametrize("file", [file for file in CONFIG_FILES if not file.startswith(".")])
@pytest.mark.parametrize(
    ("put", "why"),
    [
        (Path.mkdir, "Is a directory"),
        (os.mkfifo, "it is no regular file"),
        (lambda path: path.symlink_to("nowhere.yml"), "No such file or directory"),
        (lambda path: path.symlink_to("/etc/passwd"), "it leads out of the site, to /etc/passwd"),
    ],
)
def test_something_else_in_its_place(make_site, file, put, why):
    """A folder, a pipe or a link that leads nowhere or out of the site is told of, and costs no article its address."""
    site = make_site({"_posts/2024-01-02-tea.md": "---\ntitle: Tea\n---\n"})
    (site / file).parent.mkdir(parents=True, exist_ok=True)
    put(site / file)
    (article,) = (corpus := read_site(site))
    assert article.title == "Tea"
    assert f"{file}: cannot be read ({why}). It is read as if it were empty." in corpus.reading.warnings


def test_odd_types(make_site):
    """Values of types that a configuration does not have count as not given."""
    config = "url: 7\nlang: [en]\npermalink: {a: b}\ncollections: [news]\ntimezone: false\n"
    assert read_generator(make_site({"_config.yml": config})) == Jekyll(file="_config.yml", collections={"news": False})


def test_none(tmp_path):
    """A folder without a configuration has no generator."""
    assert read_generator(tmp_path) == Generator()


def test_changed_file(make_site):
    """A configuration that changes is read again."""
    site = make_site({"_config.yml": "lang: en\n"})
    assert read_generator(site).language == "en"
    make_site({"_config.yml": "lang: de\n"})
    os.utime(site / "_config.yml", ns=(1, 1))
    assert read_generator(site).language == "de"


#: Five hundred patterns of many stars.
_GLOB = f"'{{{'a,' * 500}}}{'*a' * 1_400}b',"
_CASCADE = "{target: {path: '*%s*'}, build: {render: never}}"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "_config.yml",
            f"exclude: [{','.join(f'x{n}*y*' for n in range(30_000))}]\n",
            "has more than 20,000 values. It is",
        ),
        ("hugo.toml", "".join(f"[languages.a{n}]\ncontentDir = 'c{n}'\n" for n in range(10_000)), "more than 20,000 v"),
        ("mkdocs.yml", f"exclude_docs: '{'*a' * 1_900}b'\nnav: {'[' * 90}{']' * 90}\ndraft_docs: 3\n", ""),
        ("mkdocs.yml", "docs_dir: content\nexclude_docs: |\n" + "  *x\n" * 1_300, ""),
        ("conf.py", "POSTS = (1, 2)\n", "conf.py: cannot be read (TypeError: "),
        ("_config.yml", f"permalink: '{'/:year' * 200_000}'\n", ""),
        ("_config.yml", "url: 'https://[tea'\n", ""),
        ("hugo.toml", f"[permalinks]\nposts = '/:sections[{'9' * 5_000}]/:title/'\n", ""),
        ("hugo.toml", f"[permalinks]\nposts = '/:sections[{'9' * 50}]/:title/'\n", ""),
        ("eleventy.config.js", f"a({'[' * 500}{'1,' * 100_000}", ""),
        (".vitepress/config.js", f"({{srcExclude: [{_GLOB * 100}]}})", ""),
    ],
)
def test_hostile_configuration(make_site, file, text, said):
    """Whatever a configuration holds, it costs no article, and little time: each article is held against it."""
    articles = {f"content/posts/2024-01-02-tea-{n}.md": f"---\ntitle: Tea {n}\n---\n" for n in range(100)}
    start = time.process_time()
    corpus = read_site(make_site({file: text, **articles}))
    assert time.process_time() - start < 10
    assert len(corpus) == 100
    assert any(said in warning for warning in corpus.reading.warnings) or not said


def test_cascades_without_end(make_site):
    """Of cascades in pages so many are read, and where they end is told."""
    cascades = ", ".join(_CASCADE % n for n in range(1_500))
    pages = {f"content/posts/_index.a{n}.md": f"---\ncascade: [{cascades}]\n---\n" for n in range(5)}
    corpus = read_site(make_site({"hugo.toml": "", "content/posts/tea.md": "---\ntitle: Tea\n---\n", **pages}))
    page = "content/posts/_index.a1.md"
    assert (
        f"{page}: with it there are more than 2,000 cascades. Those of others are not read." in corpus.reading.warnings
    )


_LAST_DAY = "date: 9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("file", "text", "front_matter", "address"),
    [
        ("_config.yml", "timezone: Asia/Tokyo\npermalink: /:year/:title/\n", _LAST_DAY, "/9999/tea/"),
        ("pelicanconf.py", "TIMEZONE = 'Asia/Tokyo'\nARTICLE_URL = '{date:%Y}/{slug}/'\n", _LAST_DAY, "/9999/tea/"),
        ("eleventy.config.js", "", f"permalink: '{'{{a|' * 900}{' ' * 3_000}x'", ""),
        ("eleventy.config.js", "", "permalink: '/{{- slug | slug -}}/{{slug-}}/'\nslug: A", "/a/A/"),
        ("_config.yml", "", f"permalink: '{'/:title' * 100_000}'", ""),
    ],
)  # fmt: skip
def test_hostile_address(make_site, file, text, front_matter, address):
    """An address that cannot be worked out, or is longer than any, is none; the other articles have theirs."""
    site = make_site({
        file: text,
        "content/_posts/2024-01-02-tea.md": f"---\ntitle: Tea\n{front_matter}\n---\n",
        "content/_posts/2024-01-02-cup.md": "---\ntitle: Cup\npermalink: /cup/\n---\n",
    })  # fmt: skip
    start = time.process_time()
    assert {article.title: article.url for article in read_site(site)} == {"Cup": "/cup/", "Tea": address}
    assert time.process_time() - start < 5


def test_a_rule_that_fails_costs_one_article(make_site, monkeypatch):
    """Where a generator's rule fails in a way that nobody thought of, the article has no address, and that is told."""
    ours = Jekyll.url

    def url(self, article, facts):
        if "tea" in article.id:
            raise IndexError("of a fault")
        return ours(self, article, facts)

    monkeypatch.setattr(Jekyll, "url", url)
    articles = {f"_posts/2024-01-02-{name}.md": "---\ntitle: A\n---\n" for name in ("cup", "tea")}
    corpus = read_site(make_site({"_config.yml": "", **articles}))
    assert [article.url for article in corpus] == ["/2024/01/02/cup.html", ""]
    assert corpus.reading.warnings[0] == (
        "_posts/2024-01-02-tea.md: cannot be given an address (IndexError: of a fault). Please report this with the "
        "file: the fault is ours."
    )


@pytest.mark.parametrize("name", ["slug", "permalink"])
def test_half_a_character(make_site, name):
    """A slug or an address with half a character, which JSON can hold, is left out."""
    front_matter = f'{{"title": "Tea", "{name}": "/{{{{ a }}}}\\ud800/"}}\n'
    corpus = read_site(make_site({"zola.toml": "", "content/tea.md": front_matter}))
    assert [article.url for article in corpus] == ["/tea/"]
    assert f"{name} must be text, but is " in corpus.reading.warnings[0]


@pytest.mark.parametrize(
    ("file", "folder", "is_below"),
    [
        ("docs/_config.yml", "docs/_posts", True),
        ("website/docusaurus.config.js", "website/docs", True),
        ("example/hugo.toml", "notes", False),
        ("assets/config.json", "assets", False),
        ("docs/package.json", "docs", False),
    ],
)
def test_a_site_in_a_folder(make_site, file, folder, is_below):
    """Where the site is a folder of what was named, it is told that its configuration is not read, with the cure."""
    files = {f"{folder}/2024-01-02-{name}.md": "---\ntitle: A\n---\n" for name in ("cup", "tea")}
    site = make_site({file: '{"version": 1}' * file.endswith(".json"), "README.md": "# A tool\n", **files})
    warnings = read_site(site).reading.warnings
    top = site / file.partition("/")[0]
    assert any(f"{site}: the site lies below, and {file} is not read" in warning for warning in warnings) == is_below
    assert any(warning.endswith(f" Name the site: {top}.") for warning in warnings) == is_below
    assert any("articles.address" in warning for warning in warnings) != is_below
