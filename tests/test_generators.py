"""Real Jekyll and real Hugo build sites with the templates of docs/show.md, and show what was written."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from recommender.batch import suggest_site
from recommender.content.site import read_site
from recommender.settings import settings_from_mapping

pytestmark = [pytest.mark.generator, pytest.mark.slow]

#: Titles with what YAML, JSON, HTML and templates could trip over.
ARTICLES = {
    "black-tea": 'Brewing black tea: "four minutes" & no more',
    "green-tea": "Brewing green tea — 緑茶 🍵 {{ not.liquid }}",
    "white-tea": "Brewing white tea\\u2028# yes",
}


def write_articles(folder: Path, date: str = "") -> None:
    """Three articles about tea, and one that has a curated list with one of them."""
    folder.mkdir(parents=True)
    for name, title in ARTICLES.items():
        quoted = title.replace('"', '\\"')
        (folder / f"{date}{name}.md").write_text(
            f'---\ntitle: "{quoted}"\nexcerpt: A kettle and a pot.\nwebUrl: /{name}/\nlayout: article\n---\nBody\n'
        )
    (folder / f"{date}curated.md").write_text(
        "---\ntitle: Brewing any tea\nwebUrl: /curated/\nlayout: article\nrelated:\n"
        "  - title: Brewing black tea\n    webUrl: /black-tea/\n---\nBody\n"
    )


@pytest.fixture
def jekyll_site(tmp_path, snippet):
    """A small Jekyll site with the include of docs/show.md."""
    write_articles(tmp_path / "_posts", "2021-03-01-")
    (tmp_path / "_config.yml").write_text("permalink: /:title.html\n")
    (tmp_path / "_includes").mkdir()
    (tmp_path / "_includes" / "related.html").write_text(snippet("_includes/related.html"))
    (tmp_path / "_layouts").mkdir()
    (tmp_path / "_layouts" / "article.html").write_text("{{ content }}{% include related.html %}")
    return tmp_path


@pytest.fixture
def hugo_site(tmp_path, snippet):
    """A small Hugo site with the partial of docs/show.md."""
    write_articles(tmp_path / "content" / "posts")
    kinds = '["taxonomy", "term", "home", "section", "RSS", "sitemap", "404"]'
    # NB hugo.toml is read from Hugo 0.110 on; older ones, which Debian may have, want config.toml.
    (tmp_path / "config.toml").write_text(f'baseURL = "https://example.org/"\ndisableKinds = {kinds}\n')
    (tmp_path / "layouts" / "partials").mkdir(parents=True)
    (tmp_path / "layouts" / "partials" / "related.html").write_text(snippet("layouts/partials/related.html"))
    (tmp_path / "layouts" / "_default").mkdir()
    for name in ("single", "article"):
        (tmp_path / "layouts" / "_default" / f"{name}.html").write_text('{{ .Content }}{{ partial "related.html" . }}')
    return tmp_path


def suggest(site: Path, writer: str) -> None:
    """Write suggestions by similarity: four articles are too few to learn from."""
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "n_jobs": 1}, "writing": {"writer": writer}})
    assert len(suggest_site(site, settings).plan.changes) == (1 if writer == "data" else 5)


def build(*command: str, site: Path) -> None:
    """Run a generator; its words are shown where it fails."""
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def links(page: Path) -> tuple[list[str], dict[str, str]]:
    """The curated links of a built page, and the suggested ones with their titles."""
    html = page.read_text()
    curated = re.findall(r'<li><a href="([^"]*)">', html)
    return curated, dict(re.findall(r'<li class="suggested"><a href="([^"]*)">(.*?)</a></li>', html, re.DOTALL))


def add(file: Path, text: str) -> None:
    """Add a text to a file."""
    file.write_text(file.read_text() + text)


def add_elsewhere(file: Path) -> None:
    """An article with a page on another site."""
    file.write_text(
        "---\ntitle: Brewing tea elsewhere\nexcerpt: A kettle and a pot.\nwebUrl: https://example.com/tea/?a=1\n"
        "---\nBody\n"
    )


@pytest.mark.parametrize("base", ["", "/blog"])
@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_jekyll(jekyll_site, writer, base):
    """Jekyll shows curated and suggested articles alike, from the data file and from the block, below a path too."""
    add(jekyll_site / "_config.yml", f"baseurl: {base}\n" if base else "")
    add_elsewhere(jekyll_site / "_posts" / "2021-03-01-elsewhere.md")
    suggest(jekyll_site, writer)
    build("jekyll", "build", "--quiet", "--destination", "out", site=jekyll_site)
    curated, suggested = links(jekyll_site / "out" / "curated.html")
    assert curated == [f"{base}/black-tea/"]
    assert suggested == {
        f"{base}/green-tea/": "Brewing green tea — 緑茶 🍵 {{ not.liquid }}",
        f"{base}/white-tea/": "Brewing white tea\u2028# yes",
        "https://example.com/tea/?a=1": "Brewing tea elsewhere",
    }
    curated, suggested = links(jekyll_site / "out" / "green-tea.html")
    assert curated == []
    assert suggested[f"{base}/black-tea/"] == "Brewing black tea: &quot;four minutes&quot; &amp; no more"


@pytest.mark.parametrize("base", ["", "/blog"])
@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_hugo(hugo_site, writer, base):
    """Hugo shows curated and suggested articles alike, from the data file and from the block, below a path too."""
    config = hugo_site / "config.toml"
    config.write_text(config.read_text().replace("example.org/", f"example.org{base}/"))
    add_elsewhere(hugo_site / "content" / "posts" / "elsewhere.md")
    suggest(hugo_site, writer)
    build("hugo", "--quiet", "--destination", "out", site=hugo_site)
    curated, suggested = links(hugo_site / "out" / "posts" / "curated" / "index.html")
    assert curated == [f"{base}/black-tea/"]
    assert suggested == {
        f"{base}/green-tea/": "Brewing green tea — 緑茶 🍵 {{ not.liquid }}",
        f"{base}/white-tea/": "Brewing white tea\u2028# yes",
        "https://example.com/tea/?a=1": "Brewing tea elsewhere",
    }
    curated, suggested = links(hugo_site / "out" / "posts" / "green-tea" / "index.html")
    assert curated == []
    assert suggested[f"{base}/black-tea/"] == "Brewing black tea: &#34;four minutes&#34; &amp; no more"


@pytest.mark.parametrize("generator", ["jekyll", "hugo"])
def test_suggestions_are_shown(generator, request):
    """On a site of which nothing tells the addresses but the generator's rules, every link leads to a built page."""
    site = request.getfixturevalue(f"{generator}_site")
    for article in [*site.glob("_posts/*.md"), *site.glob("content/posts/*.md")]:
        article.write_text(re.sub("(?s)webUrl: .*?\n|related:.*?(?=---)", "", article.read_text()))
    suggest(site, "data")
    build(*{"jekyll": ["jekyll", "build"], "hugo": ["hugo"]}[generator], "--quiet", "--destination", "out", site=site)
    shown = [href for page in (site / "out").rglob("*.html") for href in links(page)[1]]
    assert len(shown) == 12
    for href in shown:
        target = site / "out" / href.strip("/")
        assert (target if target.suffix else target / "index.html").is_file(), href


def write(site: Path, name: str, lines: str = "", title: str = "Tea & cup") -> None:
    """A page that shows the path of its file and its address."""
    file = site / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'---\ntitle: "{title}"\n{lines}---\nBody\n')


JEKYLL_FILES = {
    "_posts/2024-01-01-tea-1.md": "categories: [Sports News, tea]\n",
    "_posts/2024-01-02-one.md": "category: two words\n",
    "_posts/2024-01-02-both.md": "category: news\ncategories: a b\n",
    "culture/_posts/2024-01-03-cup.md": "categories: [x, Culture]\n",
    "Culture/Deep/_posts/sub/2024-01-03-mug.md": "",
    "_posts/2024-01-04-Big Name Ünï & co_(x)!.md": "",
    "_posts/2024-01-05-slugged.md": "slug: /My Slug/Ü.x\n",
    "_posts/2024-01-06-zone.md": "date: 2024-01-06 23:30:00 -0800\n",
    "_posts/2024-01-06-bare.md": "date: 2024-01-06 23:30:00\n",
    "_posts/2024-01-06-short.md": "date: 2024-01-06 23:30\n",
    "_posts/2024-01-06-day.md": "date: 2024-01-08\n",
    "_posts/2024-01-07-style.md": "permalink: pretty\n",
    "_posts/2024-01-07-own.md": "permalink: /x/:categories/:title\ncategory: Ä b\n",
    "_posts/2024-01-07-plain.md": "permalink: special/six.html\n",
    "_posts/2024-1-8-numbers.md": "",
    "_posts/2024-01-09-a.b.c.md": "",
    "_recipes/tea-1.md": "",
    "_recipes/2024-01-03-dated.md": "",
    "_recipes/Big Name Ü/a b.md": "",
    "_docs/deep/x.md": "",
    "_docs/2024-01-02-deep.md": "slug: other\n",
    "_cards/one.md": "",
}
JEKYLL_CONFIG = """\
collections:
  recipes: {output: true}
  docs: {output: true, permalink: "/documentation/:title/:name/:path/:slug"}
  cards: {output: true}
defaults:
  - scope: {path: "", type: cards}
    values: {permalink: "/c/:name/"}
"""


@pytest.mark.parametrize(
    "config",
    [
        "",
        "permalink: pretty\ntimezone: Europe/Berlin\n",
        "permalink: date\ntimezone: America/New_York\n",
        "permalink: ordinal\n",
        "permalink: weekdate\n",
        "permalink: none\n",
        "permalink: /:categories/:title/\n",
        "permalink: /:year/:short_month/:i_day/:i_month/:slug:output_ext\n",
        "permalink: /:short_year/:w_year/:w_day/:long_day/:slugified_categories/:name\n",
    ],
)
def test_addresses_in_jekyll(tmp_path, config):
    """Every article has the address that Jekyll gives its page; so have pages where a site has nothing else."""
    (tmp_path / "_config.yml").write_text(config + JEKYLL_CONFIG)
    (tmp_path / "_layouts").mkdir()
    (tmp_path / "_layouts" / "page.html").write_text("{{ page.path }}|{{ page.url }}")
    for name, lines in JEKYLL_FILES.items():
        write(tmp_path / "posts", name, f"layout: page\n{lines}")
    for name in ("about.md", "sub dir/My Page Ü.md", "sub/index.md", "index.md"):
        write(tmp_path / "pages", name, "layout: page\n")
    for kind in ("posts", "pages"):
        site = tmp_path / kind
        shutil.copy(tmp_path / "_config.yml", site)
        shutil.copytree(tmp_path / "_layouts", site / "_layouts")
        build("jekyll", "build", "--quiet", "--destination", "out", site=site)
        pages = [page.read_text().split("|") for page in (site / "out").rglob("*") if page.is_file()]
        assert {article.path: article.url for article in read_site(site)} == dict(pages)


def test_defaults_in_jekyll(tmp_path):
    """What `defaults` say of categories, and of what is published, counts as Jekyll has it."""
    (tmp_path / "_config.yml").write_text(
        "collections: {recipes: {output: true}}\ndefaults:\n"
        "- {scope: {path: ''}, values: {categories: [every]}}\n"
        "- {scope: {path: _posts/old}, values: {published: false}}\n"
        "- {scope: {path: _posts/news, type: posts}, values: {categories: alpha beta}}\n"
        "- {scope: {path: _posts/news}, values: {categories: [gamma]}}\n"
        "- {scope: {path: _posts/talks}, values: {category: Tea Talk}}\n"
        "- {scope: {path: _recipes}, values: {published: false}}\n"
        "- {scope: {path: pages}, values: {published: false}}\n"
    )
    (tmp_path / "_layouts").mkdir()
    (tmp_path / "_layouts" / "page.html").write_text("{{ page.path }}|{{ page.url }}")
    for name, lines in {
        "_posts/2024-01-01-tea.md": "", "_posts/old/2024-01-02-cup.md": "", "_recipes/jam.md": "",
        "_posts/old/2024-01-03-pot.md": "published: true\n", "_recipes/pie.md": "published: true\n",
        "_posts/news/2024-01-04-kettle.md": "", "_posts/news/2024-01-05-spoon.md": "categories: [beta, delta]\n",
        "_posts/talks/2024-01-06-leaf.md": "", "_posts/talks/2024-01-07-root.md": "category: Root\n",
        "pages/about.md": "",
    }.items():  # fmt: skip
        write(tmp_path, name, f"layout: page\n{lines}")
    build("jekyll", "build", "--quiet", "--destination", "out", site=tmp_path)
    pages = [page.read_text().split("|") for page in (tmp_path / "out").rglob("*") if page.is_file()]
    corpus = read_site(tmp_path, settings_from_mapping({"articles": {"include": ["pages/**"]}}))
    assert {article.path: article.url for article in corpus if not article.visible_from} == dict(pages)


HUGO_FILES = {
    "posts/Big Name Ünï.md": "date: 2024-01-05T23:30:00-08:00\n",
    "posts/Tea (x) & co, a--b  c_.md": "date: 2024-01-05\n",
    "posts/slugged.md": "date: 2024-01-05\nslug: My Slug Ü\n",
    "posts/marks 🍵.md": 'date: 2024-01-05\nslug: "-🍵 C++/Of -- C"\n',
    "posts/bundle/index.md": "date: 2024-01-05\n",
    "posts/slugged-bundle/index.md": "date: 2024-01-05\nslug: sb\n",
    "posts/deep/Er/x.md": "date: 2024-01-05 23:30:00\n",
    "posts/more/Er/x/y.md": "date: 2024-01-05\n",
    "posts/tee.de.md": "date: 2024-01-05\n",
    "posts/tea.en.md": "date: 2024-01-05\n",
    "posts/2024-01-02-dated.md": "",
    "posts/2024-01-03-dated-twice.md": "date: 2024-02-03\n",
    "posts/2024-01-04-parcel/index.md": "",
    "News/capital.md": "date: 2024-01-05\nslug: Über é\n",
    "about.md": "date: 2024-01-05\n",
    "root/index.md": "date: 2024-01-05\n",
}
TWO_LANGUAGES = "[languages.de]\nweight = 2\n[languages.en]\nweight = 1\n"


@pytest.mark.parametrize(
    "config",
    [
        "",
        'timeZone = "Europe/Berlin"\n[permalinks]\nposts = "/:section/:sections[1:]/:year/:month/:day/:slug"\n'
        'root = "/:year/x/"\n',
        f'[permalinks]\nposts = "/p/:slugorfilename/"\n{TWO_LANGUAGES}',
        f'uglyURLs = true\ndisablePathToLower = true\ndefaultContentLanguage = "de"\n'
        f'defaultContentLanguageInSubdir = true\n[permalinks]\nposts = "/:filename"\n{TWO_LANGUAGES}'
        '[frontmatter]\ndate = [":filename", ":default"]\n',
        '[permalinks]\nposts = "/:yearday-:weekday-:weekdayname-:monthname/:title"\n'
        '[frontmatter]\ndate = [":filename", ":default"]\n',
        '[frontmatter]\ndate = [":filename", ":default"]\n',
        'removePathAccents = true\n[permalinks]\nNews = "/:section/:filename"\n',
        'ignoreFiles = ["posts/de+p/", "deep/.*", "-tw.ce\\\\.md$"]\n[uglyURLs]\nposts = true\n',
        '[permalinks]\nposts = "/:2006/:01/:02/:slug/"\n"/" = "/top/:slug/"\n'
        '[frontmatter]\ndate = ["date", ":filename"]\n'
        '[languages.en]\n[languages.de.permalinks]\nposts = "/beitrag/:title/"\n',
        '[permalinks]\nposts = "/:sections[last]/in/:sections[-1]/:filename"\n'
        '[languages.en]\n[languages.de.permalinks]\nposts = "/:sections[1:]/:filename"\n',
        f'disableLanguages = ["de"]\n[permalinks]\n"/" = "/top/:filename/"\n{TWO_LANGUAGES}',
        "[languages.en]\n[languages.de]\ndisabled = true\n",
        'contentDir = "src"\n[languages.en]\ncontentDir = "src/english"\n[languages.de]\ncontentDir = "src/german"\n',
    ],
)
def test_addresses_in_hugo(tmp_path, config):
    """Every article has the address that Hugo gives its page; what Hugo makes no page of is no article."""
    kinds = '["taxonomy", "term", "home", "section", "RSS", "sitemap", "404"]'
    (tmp_path / "config.toml").write_text(f'baseURL = "https://example.org/"\ndisableKinds = {kinds}\n{config}')
    (tmp_path / "layouts" / "_default").mkdir(parents=True)
    (tmp_path / "layouts" / "_default" / "single.html").write_text("{{ .File.Filename }}|{{ .RelPermalink }}")
    for folder in ("src/english", "src/german") if "contentDir" in config else ("content",):
        for number, (name, lines) in enumerate(HUGO_FILES.items()):
            if folder != "content" and name.endswith((".de.md", ".en.md")):
                continue
            write(tmp_path / folder, name, lines, title=f"Tea 50% & cup/Ü {number}")
        (tmp_path / folder / "posts" / "more" / "Er" / "_index.md").write_text("")
        (tmp_path / folder / "posts" / "bundle" / "part.md").write_text("---\ntitle: Part\n---\n")
    build("hugo", "--quiet", "--destination", "out", site=tmp_path)
    pages = [page.read_text().split("|") for page in (tmp_path / "out").rglob("*.html") if "|" in page.read_text()]
    built = {Path(unescape(path)).relative_to(tmp_path).as_posix(): unescape(url) for path, url in pages}
    assert {article.path: article.url for article in read_site(tmp_path)} == built


def test_two_configurations_in_hugo(tmp_path):
    """What lies in `config/_default` is laid over the file at the top; `_posts` is a folder like others."""
    kinds = '["taxonomy", "term", "home", "section", "RSS", "sitemap", "404"]'
    for name, text in {
        "hugo.toml": f'baseURL = "https://example.org/"\ndisableKinds = {kinds}\n'
        '[permalinks]\nblog = "/root/:filename/"\n_posts = "/p/:filename/"\nnews = "/n/:filename/"\n',
        "config/_default/config.yaml": "uglyURLs: true\npermalinks: {news: '/folder/:filename/'}\n",
        "config/_default/permalinks.yaml": "Blog: '/part/:filename/'\n",
        "config/_default/languages.toml": '[en]\ncontentDir = "content/english"\n[fr]\ncontentDir = "content/french"\n',
        "layouts/_default/single.html": "{{ .File.Filename }}|{{ .RelPermalink }}",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("english/blog/tea", "english/_posts/cup", "english/news/pot", "english/about", "french/blog/the"):
        write(tmp_path / "content", f"{name}.md", "")
    build("hugo", "--quiet", "--destination", "out", site=tmp_path)
    pages = [page.read_text().split("|") for page in (tmp_path / "out").rglob("*.html") if "|" in page.read_text()]
    built = {Path(unescape(path)).relative_to(tmp_path).as_posix(): url for path, url in pages}
    assert len(built) == 5
    assert {article.path: article.url for article in read_site(tmp_path)} == built


def test_embargoes_in_hugo(tmp_path):
    """What Hugo does not build or list is never suggested, and nothing else is kept back."""
    kinds = '["taxonomy", "term", "home", "RSS", "sitemap", "404"]'
    (tmp_path / "config.toml").write_text(f'baseURL = "https://example.org/"\ndisableKinds = {kinds}\n')
    (tmp_path / "layouts" / "_default").mkdir(parents=True)
    (tmp_path / "layouts" / "_default" / "list.html").write_text("{{ range .RegularPages }}{{ .File.Path }}\n{{ end }}")
    (tmp_path / "layouts" / "_default" / "single.html").write_text("page")
    for name, lines in {
        "plain": "", "embargo": "publishDate: 2099-01-01\n", "expired": "expiryDate: 2024-02-01\n",
        "unpublished": "unpublishDate: 2024-02-01\n", "never": "_build: {render: never}\n",
        "false": "_build: {render: false}\n", "link": "_build: {render: link, list: never}\n",
        "list": "_build: {list: never}\n", "headless": "headless: true\n", "bundle/index": "headless: true\n",
        "later": "expiryDate: 2099-02-01\n", "pub": "pubDate: 2099-02-01\n", "published": "publishDate: 2023-02-01\n",
    }.items():  # fmt: skip
        write(tmp_path / "content" / "posts", f"{name}.md", f"date: 2024-01-05\n{lines}")
    build("hugo", "--quiet", "--destination", "out", site=tmp_path)
    out = tmp_path / "out" / "posts"
    listed = (out / "index.html").read_text().split()
    shown = [path for path in listed if (out / Path(path).stem / "index.html").is_file()]
    now = datetime.now(UTC)
    visible = [
        article.path.removeprefix("content/")
        for article in read_site(tmp_path)
        if not (article.visible_from and article.visible_from > now)
        and not (article.visible_until and article.visible_until <= now)
    ]
    assert sorted(visible) == sorted(shown)


@pytest.mark.parametrize("generator", ["jekyll", "hugo"])
def test_programs_are_there(generator):
    """The generators that this file drives are installed."""
    assert shutil.which(generator)
