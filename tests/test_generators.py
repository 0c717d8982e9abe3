"""Real Jekyll and real Hugo build sites with the README's templates, and show what was written."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from recommender.batch import suggest_site
from recommender.settings import settings_from_mapping

pytestmark = [pytest.mark.generator, pytest.mark.slow]

README = Path(__file__).parent.parent / "README.md"

#: Titles with what YAML, JSON, HTML and templates could trip over.
ARTICLES = {
    "black-tea": 'Brewing black tea: "four minutes" & no more',
    "green-tea": "Brewing green tea — 緑茶 🍵 {{ not.liquid }}",
    "white-tea": "Brewing white tea\\u2028# yes",
}


def template(language: str) -> str:
    """The README's template in a language."""
    return re.search(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)[1]


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
def jekyll_site(tmp_path):
    """A small Jekyll site with the README's include."""
    write_articles(tmp_path / "_posts", "2021-03-01-")
    (tmp_path / "_config.yml").write_text("permalink: /:title.html\n")
    (tmp_path / "_includes").mkdir()
    (tmp_path / "_includes" / "related.html").write_text(template("liquid"))
    (tmp_path / "_layouts").mkdir()
    (tmp_path / "_layouts" / "article.html").write_text("{{ content }}{% include related.html %}")
    return tmp_path


@pytest.fixture
def hugo_site(tmp_path):
    """A small Hugo site with the README's partial."""
    write_articles(tmp_path / "content" / "posts")
    kinds = '["taxonomy", "term", "home", "section", "RSS", "sitemap", "404"]'
    # NB hugo.toml is read from Hugo 0.110 on; older ones, which Debian may have, want config.toml.
    (tmp_path / "config.toml").write_text(f'baseURL = "https://example.org/"\ndisableKinds = {kinds}\n')
    (tmp_path / "layouts" / "partials").mkdir(parents=True)
    (tmp_path / "layouts" / "partials" / "related.html").write_text(template("go-html-template"))
    (tmp_path / "layouts" / "_default").mkdir()
    for name in ("single", "article"):
        (tmp_path / "layouts" / "_default" / f"{name}.html").write_text('{{ .Content }}{{ partial "related.html" . }}')
    return tmp_path


def suggest(site: Path, writer: str) -> None:
    """Write suggestions by similarity: four articles are too few to learn from."""
    settings = settings_from_mapping({"ranking": {"ranker": "similarity", "n_jobs": 1}, "writing": {"writer": writer}})
    assert len(suggest_site(site, settings).changes) == (1 if writer == "data" else 4)


def build(*command: str, site: Path) -> None:
    """Run a generator; its words are shown where it fails."""
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def links(page: Path) -> tuple[list[str], dict[str, str]]:
    """The curated links of a built page, and the suggested ones with their titles."""
    html = page.read_text()
    curated = re.findall(r'<li><a href="([^"]*)">', html)
    return curated, dict(re.findall(r'<li class="suggested"><a href="([^"]*)">(.*?)</a></li>', html, re.DOTALL))


@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_jekyll(jekyll_site, writer):
    """Jekyll shows curated and suggested articles alike, from the data file and from the block."""
    suggest(jekyll_site, writer)
    build("jekyll", "build", "--quiet", "--destination", "out", site=jekyll_site)
    curated, suggested = links(jekyll_site / "out" / "curated.html")
    assert curated == ["/black-tea/"]
    assert suggested == {
        "/green-tea/": "Brewing green tea — 緑茶 🍵 {{ not.liquid }}",
        "/white-tea/": "Brewing white tea\u2028# yes",
    }
    curated, suggested = links(jekyll_site / "out" / "green-tea.html")
    assert curated == []
    assert suggested["/black-tea/"] == "Brewing black tea: &quot;four minutes&quot; &amp; no more"


@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_hugo(hugo_site, writer):
    """Hugo shows curated and suggested articles alike, from the data file and from the block."""
    suggest(hugo_site, writer)
    build("hugo", "--quiet", "--destination", "out", site=hugo_site)
    curated, suggested = links(hugo_site / "out" / "posts" / "curated" / "index.html")
    assert curated == ["/black-tea/"]
    assert suggested == {
        "/green-tea/": "Brewing green tea — 緑茶 🍵 {{ not.liquid }}",
        "/white-tea/": "Brewing white tea\u2028# yes",
    }
    curated, suggested = links(hugo_site / "out" / "posts" / "green-tea" / "index.html")
    assert curated == []
    assert suggested["/black-tea/"] == "Brewing black tea: &#34;four minutes&#34; &amp; no more"


@pytest.mark.parametrize("generator", ["jekyll", "hugo"])
def test_programs_are_there(generator):
    """The generators that this file drives are installed."""
    assert shutil.which(generator)
