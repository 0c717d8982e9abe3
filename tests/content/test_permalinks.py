from datetime import UTC, datetime

import pytest

from recommender.articles import Article
from recommender.content.fields import NO_FACTS, PageFacts
from recommender.content.generators.hugo import Hugo
from recommender.content.generators.jekyll import Jekyll
from recommender.content.permalinks import address_by, infer_patterns

POST = Article(
    "_posts/2021-03-05-green-tea", "_posts/2021-03-05-green-tea.md", published_at=datetime(2021, 3, 5, tzinfo=UTC)
)
NEWS = Article("_news/2021-03-05-green-tea", "_news/2021-03-05-green-tea.md")
HUGO = Article("content/blog/green-tea", "content/blog/green-tea.md", published_at=datetime(2021, 3, 5, tzinfo=UTC))


def blog(language, name):
    """An article of a blog in several languages."""
    path = f"content/blog/{language}/{name}"
    return Article(path, f"{path}.md", language=language)


@pytest.mark.parametrize(
    ("permalink", "url"),
    [
        (None, "/2021/03/05/green-tea.html"),
        ("pretty", "/2021/03/05/green-tea/"),
        ("ordinal", "/2021/064/green-tea.html"),
        ("none", "/green-tea.html"),
        ("/blog/:year/:i_month/:title", "/blog/2021/3/green-tea"),
        ("/:short_year/:name/", "/21/2021-03-05-green-tea/"),
        ("/:year/:nonsense/", ""),
    ],
)
def test_jekyll_posts(permalink, url):
    """A Jekyll post has the address that the site's permalink gives it."""
    permalinks = {"": permalink} if permalink else {}
    assert Jekyll(file="_config.yml", permalinks=permalinks).url(POST, NO_FACTS) == url


def test_jekyll_collections():
    """An article of another collection has the collection's permalink, else collection and path."""
    assert Jekyll(file="_config.yml").url(NEWS, NO_FACTS) == "/news/2021-03-05-green-tea.html"
    generator = Jekyll(file="_config.yml", permalinks={"news": "/n/:path/", "posts": "/p/:title/"})
    assert generator.url(NEWS, NO_FACTS) == "/n/2021-03-05-green-tea/"


@pytest.mark.parametrize(
    ("article", "generator", "url"),
    [
        (HUGO, Hugo(file="hugo.toml"), "/blog/green-tea/"),
        (HUGO, Hugo(file="hugo.toml", permalinks={"blog": "/:year/:month/:filename/"}), "/2021/03/green-tea/"),
        (HUGO, Hugo(file="hugo.toml", permalinks={"blog": "/:sections/:contentbasename/"}), "/blog/green-tea/"),
        (Article("a", "content/blog/tea/index.md"), Hugo(file="hugo.toml"), "/blog/tea/"),
        (Article("a", "content/about.md"), Hugo(file="hugo.toml"), "/about/"),
        (
            Article("a", "content/blog/tea.de.md", language="de"),
            Hugo(file="hugo.toml", languages=("en", "de")),
            "/de/blog/tea/",
        ),
        (Article("a", "content/blog/tea.en.md", language="en"), Hugo(file="hugo.toml", language="en"), "/blog/tea/"),
        (blog("de", "tea"), Hugo(file="hugo.toml", language="en"), "/blog/de/tea/"),
    ],
)
def test_hugo(article, generator, url):
    """A Hugo page has the address of its folders, with the language where it is not the site's."""
    assert generator.url(article, NO_FACTS) == url


def test_front_matter_decides():
    """A slug or a permalink in the front matter takes the place of the file's name and of the site's rule."""
    assert Jekyll(file="_config.yml").url(POST, PageFacts("verde")) == "/2021/03/05/verde.html"
    assert Jekyll(file="_config.yml").url(POST, PageFacts(permalink="/tea/:title/")) == "/tea/green-tea/"
    assert Hugo(file="hugo.toml").url(HUGO, PageFacts("verde")) == "/blog/verde/"


@pytest.mark.parametrize("name", ["jekyll", "hugo"])
def test_a_pattern_that_asks_for_what_is_not_known(name):
    """It gives no address."""
    kind = Jekyll if name == "jekyll" else Hugo
    generator = kind(file="x", permalinks={"": "/:nonsense/", "blog": "/:nonsense/"})
    assert generator.url(POST if name == "jekyll" else HUGO, NO_FACTS) == ""


def test_infer_languages():
    """Lists that name /de/blog/tea/ show where folder and language go, translations of one slug notwithstanding."""
    articles = [blog(language, name) for language in ("de", "en", "ja") for name in ("tea", "cup")]
    targets = [f"/{language}/blog/{name}/" for language in ("de", "en") for name in ("tea", "cup")]
    (pattern,) = infer_patterns(targets, articles).values()
    assert pattern == "/{folder 2}/{folder 1}/:slug/"
    assert address_by(pattern, blog("ja", "pot")) == "/ja/blog/pot/"
    assert address_by(pattern, blog("ja", "pot"), "kettle") == "/ja/blog/kettle/"


def test_infer_dates_and_hosts():
    """Lists that name full addresses with dates show both."""
    articles = [
        Article(
            f"_posts/2021-03-0{n}-tea{n}",
            f"_posts/2021-03-0{n}-tea{n}.md",
            published_at=datetime(2021, 3, n, tzinfo=UTC),
        )
        for n in (3, 4)
    ]
    targets = [f"https://example.org/a/2021/03/0{n}/tea{n}.html" for n in (3, 4)]
    (pattern,) = infer_patterns(targets, articles).values()
    assert pattern == "https://example.org/a/:year/:month/:day/:slug.html"
    assert address_by(pattern, POST) == "https://example.org/a/2021/03/05/green-tea.html"
    assert address_by(pattern, Article("x", "_posts/tea.md")) == ""


@pytest.mark.parametrize(
    "targets", [["/blog/tea/"], ["/a/tea/", "/b/cup/"], ["tea", "cup"], ["/blog/other/", "/blog/more/"]]
)
def test_too_little_to_infer(targets):
    """One entry, entries that disagree, slugs and addresses of other things show no pattern."""
    articles = [Article(f"x/{name}", f"x/{name}.md") for name in ("tea", "cup")]
    assert infer_patterns(targets, articles) == {}
