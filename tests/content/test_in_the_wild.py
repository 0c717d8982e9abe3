"""What a survey of 192 real sites showed to be misread, each kind as those sites write it."""

import pytest

from recommender.content.matching import EntryMatcher
from recommender.content.site import read_site


def page(title, *lines, body="Text.\n"):
    """A page with a title, unless that is empty, and further lines of front matter."""
    return "\n".join(["---", *([f"title: {title}"] if title else []), *lines, "---", body])


@pytest.mark.parametrize(
    "line",
    [
        "related: [[Tea]], [[Cup]]",
        "related: [[Tea]] [[Cup]]",
        "related: [[Tea]] | [[Cup]]",
        "related:\n  - [[Tea]]\n  - [[Cup]] — why it is there",
    ],
)
def test_wiki_links_without_quotes_cost_no_article(make_site, line):
    """They are no YAML, and what people who keep notes type; the article and its list are read."""
    corpus = read_site(make_site({"Pot.md": page("Pot", line), "Tea.md": page("Tea"), "Cup.md": page("Cup")}))
    assert corpus.reading.problems == ()
    assert [entry.target.partition("]]")[0] for entry in corpus["Pot"].related] == ["[[Tea", "[[Cup"]
    assert corpus.reading.n_entries_found == 2


def test_wiki_links_in_what_is_yaml_stay_as_they_are(make_site):
    """Quotes are put around them where nothing else makes YAML of the text."""
    texts = ['"What to read:\n  - [[Tea]] and cups"', "|\n  - [[Tea]] and cups", ">\n  a: [[Tea]] and cups"]
    files = {f"{n}.md": page("Pot", f"excerpt: {text}") for n, text in enumerate(texts)}
    files["flow.md"] = page("Flow", "x: {\n  a: [[Tea]], b: [[Cup]]\n}", "related: [[Pot]]")
    corpus = read_site(make_site(files))
    assert corpus.reading.problems == ()
    assert all('"' not in article.excerpt and "[[Tea]] and cups" in article.excerpt for article in list(corpus)[:3])
    assert [entry.target for entry in corpus["flow"].related] == ["[[Pot]]"]


def test_an_address_of_home_assistant(make_site):
    """Its entries call it docs."""
    line = "related:\n  - docs: /docs/cup/#one\n    title: A cup for it\n    thumb: /img/cup.png"
    files = {"docs/tea.md": page("Tea", line), "docs/cup.md": page("Cup", "url: /docs/cup/")}
    assert read_site(make_site(files)).reading.matched["url"] == 1


def test_the_same_list_on_every_page_is_navigation(make_site):
    """Whatever it is called: nobody chose it for a page. On few pages of many it may be."""
    names = ("cup", "pot", "kettle", "leaf", "water", "tea", "spoon")
    line = "relatedLinks:\n  - title: Tea\n    link: /tea/"
    files = {f"{name}.md": page(name, f"url: /{name}/", *([line] if name != "tea" else ())) for name in names}
    corpus = read_site(make_site(files))
    assert all(not article.related for article in corpus)
    assert "all of them are the same" in " ".join(corpus.reading.warnings)
    more = {f"more/{n}.md": page(f"More {n}") for n in range(12)}
    assert read_site(make_site({**files, **more})).reading.matched["url"] == 6


@pytest.mark.parametrize(
    ("folders", "own"), [(("docs/v1", "docs/v2", "docs/v3"), "docs/v2"), (("blog/de", "blog/en", "blog/fr"), "notes")]
)
def test_a_title_is_that_of_the_nearest_page(make_site, folders, own):
    """Of several with one title, the one in the list's own language, then the one that lies nearest: its version."""
    files = {f"{folder}/{name}.md": page(name) for folder in folders for name in ("Tea", "Cup")}
    files[f"{own}/Pot.md"] = page("Pot", "related: [Tea, Cup]", "lang: en" if own == "notes" else "")
    corpus = read_site(make_site(files))
    matcher = EntryMatcher(corpus)
    pot = corpus[f"{own}/Pot"]
    found = [matcher.match(entry, pot).article_id for entry in pot.related]
    assert found == [f"{folders[1]}/Tea", f"{folders[1]}/Cup"]


def test_related_topics_that_are_translations_are_no_list(make_site):
    """As on tldr pages, each of which names itself in other languages."""
    lines = "related_topics:\n  - title: Deutsch\n    url: /de/{0}/\n  - title: English\n    url: /en/{0}/"
    files = {
        f"{code}/{name}.md": page(f"{name} {code}", f"url: /{code}/{name}/", lines.format(name))
        for code in ("de", "en", "fr")
        for name in ("tea", "cup", "pot")
    }
    assert all(not article.related for article in read_site(make_site(files)))


def test_an_english_title_makes_no_article_english(make_site):
    """A folder is in another language than the site only where its texts are."""
    bodies = [
        "这篇文章介绍残差网络的结构和训练方法。",
        "我们用动态规划来解决这个问题，时间复杂度是线性的。",
        "本文说明如何配置开发环境。",
    ]
    titles = ["Deep Residual Learning for Image Recognition", "Maximum Subarray and the Way to It", "Setting up Go"]
    files = {f"posts/{n}.md": page(title, body=bodies[n]) for n, title in enumerate(titles)}
    files |= {f"life/{n}.md": page(body[:6], body=body) for n, body in enumerate(bodies)}
    corpus = read_site(make_site({**files, "hugo.toml": 'languageCode = "zh-CN"\n'}))
    assert {article.language for article in corpus} == {""}


def test_titles_of_a_handful_of_words_make_no_article_danish(make_site):
    """The same few English words, under which a text is Chinese."""
    titles = [f"{name} for Image Recognition" for name in ("Resnet", "Densenet", "Senet", "Vgg")]
    files = {
        f"posts/{n}.md": page(title, body="这篇文章介绍残差网络的结构和训练方法。\n") for n, title in enumerate(titles)
    }
    corpus = read_site(make_site({**files, "hugo.toml": 'languageCode = "zh-CN"\n'}))
    assert {article.language for article in corpus} == {""}


def test_serbian_in_either_script_is_the_sites_language(make_site):
    """Under English titles too."""
    body = "Vlada je usvojila novi zakon o zaštiti sredine i najavila da će opštine dobiti novac za čišćenje reka.\n"
    titles = ("Cleaning up the River and Its Banks", "A Law for the Environment", "Money for the Towns of the West")
    files = {f"content/posts/{n}.md": page(title, body=body) for n, title in enumerate(titles)}
    corpus = read_site(make_site({**files, "hugo.toml": 'languageCode = "sr"\n'}))
    assert {article.language for article in corpus} == {""}


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("category: Data Platform", "topics", ("Data Platform",)),
        ("tag: tea, cup", "topics", ("tea", "cup")),
        ("tags: 'tea [[Open Code]] cup'", "topics", ("tea", "Open Code", "cup")),
        ("series: Rust, the hard way", "topics", ("Rust, the hard way",)),
        ("by:\n  - Ada Brew", "provider", "Ada Brew"),
        ("author_name: Ada Brew", "provider", "Ada Brew"),
        ("ms.date: 06/24/2021", "published_at", "2021-06-24"),
        ("ms.date: soon", "topics", ()),
    ],
)
def test_names_and_values(make_site, line, field, value):
    """A topic of two words is one; Go, Scala and Prometheus name authors, Microsoft dates so."""
    found = getattr(read_site(make_site({"tea.md": page("Tea", line)}))["tea"], field)
    assert (f"{found:%Y-%m-%d}" if field == "published_at" else found) == value


def test_a_page_of_logseq_is_called_by_its_file(make_site):
    """Lists name it so, whatever heading its text has."""
    files = {
        "pages/TTA___Cups.md": "type:: [[note]]\nrelated:: [[TTA/Teas]]\n\n# All about cups\n",
        "pages/TTA___Teas.md": "type:: [[note]]\n\n# All about teas\n",
    }
    corpus = read_site(make_site(files))
    assert [article.title for article in corpus] == ["TTA/Cups", "TTA/Teas"]
    assert corpus.reading.n_entries_found == 1


def test_a_note_is_named_by_its_permalink(make_site):
    """Where that is one word, as in a garden of Quartz."""
    files = {"A long name.md": page("A long name", "permalink: tea"), "cup.md": page("Cup", "related: [tea]")}
    assert read_site(make_site(files)).reading.n_entries_found == 1


def test_a_pattern_is_no_address_of_hugo(make_site):
    """As on the blog of Kubernetes, all pages of which would share one address."""
    files = {
        "hugo.toml": 'baseURL = "https://example.org/"\n',
        "content/blog/videos.md": page("Videos", "date: 2015-03-23", "url: /:section/:year/:month/:slug/", "slug: v"),
    }
    assert read_site(make_site(files))["content/blog/videos"].url == "/blog/v/"
