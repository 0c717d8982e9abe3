from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.articles import Article, Corpus, RelatedEntry
from recommender.content.matching import EntryMatcher, Match, article_keys, entry_keys, external_article


def day(number):
    """Midnight of a day in March."""
    return datetime(2021, 3, number, tzinfo=UTC)


TEA = Article(
    "_posts/2021-03-03-green-tea",
    "_posts/2021-03-03-green-tea.md",
    "Green tea",
    published_at=day(3),
    url="/2021/03/03/green-tea/",
    aliases=("https://example.org/2021/03/03/green-tea/", "https://example.org/tea/amp/", "green"),
)
EN = Article("content/blog/en/kettle", "content/blog/en/kettle.md", "The kettle", language="en", url="/en/blog/kettle/")
DE = Article("content/blog/de/kettle", "content/blog/de/kettle.md", "Der Kessel", language="de", url="/de/blog/kettle/")
CUP = Article("content/blog/en/cup", "content/blog/en/cup.md", "A cup", language="en", url="/en/blog/cup/")
MATCHER = EntryMatcher([TEA, EN, DE, CUP])


@pytest.mark.parametrize(
    ("target", "article", "how"),
    [
        ("https://www.example.org/2021/03/03/green-tea?utm_source=x", TEA, "url"),
        ("https://example.org/tea/", TEA, "url"),
        ("https://example.org/tea.html", TEA, "url"),
        ("/2021/03/03/green-tea", TEA, "url"),
        ("_posts/2021-03-03-green-tea.md", TEA, "path"),
        ("{% link _posts/2021-03-03-green-tea.md %}", TEA, "path"),
        ("{% post_url 2021-03-03-green-tea %}", TEA, "path"),
        ("{% post_link green-tea %}", TEA, "path"),
        ("{%- post_link green-tea '100% tea' -%}", TEA, "path"),
        ("2021-03-03-green-tea", TEA, "path"),
        ("green-tea", TEA, "path"),
        ("green-tea.md", TEA, "path"),
        ("green", TEA, "path"),
        ("/tea/2021/03/03/green-tea.html", TEA, "path"),
        ("[[green-tea]]", TEA, "path"),
        ("[[green-tea|Tea]]", TEA, "path"),
        ("[[green-tea#Cups|Tea]]", TEA, "path"),
        ("[[The kettle#Of copper]]", EN, "title"),
        ('{{< ref "/blog/de/kettle.md" >}}', DE, "path"),
        ('{{% relref "cup.md" %}}', CUP, "path"),
        ("/en/blog/kettle/#top", EN, "url"),
        ("content/blog/en/kettle", EN, "path"),
        ("./kettle.md", EN, "path"),
        ("../de/kettle.md", DE, "path"),
        ("/de/kettle/", DE, "path"),
        ("kettle", EN, "path"),
        ("Green tea", TEA, "title"),
        ("  GREEN   TEA ", TEA, "title"),
        ("@/blog/de/kettle.md", DE, "path"),
        ("@site/content/blog/de/kettle.md", DE, "path"),
        ("Der Kessel", DE, "title"),
    ],
)
def test_texts(target, article, how):
    """A text names an article by address, path, permalink, slug or title; the source's language decides."""
    assert MATCHER.match(RelatedEntry(target=target), CUP) == Match(article.id, how)


@pytest.mark.parametrize("target", ["green-te", "https://example.org/other", "kettle", "", "/"])
def test_unmatched(target):
    """What names no article, or two of them alike, is unmatched."""
    assert MATCHER.match(RelatedEntry(target=target)) == Match(None, "unmatched")


@pytest.mark.parametrize(("is_published", "found"), [(True, "new"), (False, "moved")])
def test_an_address_that_another_had(is_published, found):
    """Is that of the article that has it now, unless nobody can read that one."""
    moved = Article("moved", title="Moved", url="/cup/", aliases=("/pot/",))
    new = Article("new", title="New", url="/pot/", is_published=is_published)
    assert EntryMatcher([moved, new]).match(RelatedEntry(target="/pot/")) == Match(found, "url")


@pytest.mark.parametrize("typed", ["izmir körfezi", "İZMİR KÖRFEZİ"])
def test_a_turkish_title(typed):
    """Is met in small letters and in capitals; a letter without its dot is another."""
    matcher = EntryMatcher(
        [Article("a", title="İzmir Körfezi"), Article("b", title="Sınır"), Article("c", title="Sinir")]
    )
    assert matcher.match(RelatedEntry(target=typed)) == Match("a", "title")
    assert matcher.match(RelatedEntry(target="sinir")) == Match("c", "title")


def test_external():
    """An entry with a title that names no article is an external one, its id the canonical URL."""
    entry = RelatedEntry("White tea", url="https://www.example.org/white/", target="https://www.example.org/white/")
    assert MATCHER.match(entry) == Match("https://example.org/white", "external")


def test_title_of_an_entry_with_another_address():
    """An entry whose address no article has is found by its title, but is never its own source."""
    entry = RelatedEntry("Green tea", url="https://elsewhere.example/tea", target="https://elsewhere.example/tea")
    assert MATCHER.match(entry, CUP) == Match(TEA.id, "title")
    assert MATCHER.match(entry, TEA) == Match("https://elsewhere.example/tea", "external")


@pytest.mark.parametrize("target", ["Green tea", "green-tea", "/2021/03/03/green-tea/"])
def test_source_itself(target):
    """An entry that can only mean its own source means it."""
    assert MATCHER.match(RelatedEntry(target=target), TEA).article_id == TEA.id


@pytest.mark.parametrize("typed", ["Tea: green or black", "tea - green or black!", "Tea — green or black?"])
def test_what_stands_between_the_words_of_a_title_is_nothing(typed):
    """Dashes, colons and marks are typed in many ways; the signs of "C#" and "operator==" are words."""
    matcher = EntryMatcher(
        [Article("a", title="Tea: Green or black?"), Article("x", title="C++"), Article("y", title="C")]
    )
    assert matcher.match(RelatedEntry(target=typed)) == Match("a", "title")
    assert matcher.match(RelatedEntry(target="C#")).how == "unmatched"


def test_title_of_several():
    """Of several articles with one title the nearest in date is meant, then the first by id, never the source."""
    articles = [Article(name, title="Tea", published_at=day(number)) for name, number in (("a", 1), ("b", 9), ("c", 9))]
    matcher = EntryMatcher(articles)
    source = Article("s", title="Tea", published_at=day(8))
    matcher.add(source)
    assert matcher.match(RelatedEntry("Tea"), source).article_id == "b"
    assert matcher.match(RelatedEntry("Tea"), Article("x", published_at=day(2))).article_id == "a"
    assert matcher.match(RelatedEntry("Tea")).article_id == "a"


def test_one_url_twice():
    """Where two articles have one URL, an entry means the first by id, in whatever order they came."""
    twins = [Article("b", url="https://example.org/tea/"), Article("a", url="http://www.example.org/tea")]
    assert EntryMatcher(twins).match(RelatedEntry(target="https://example.org/tea")) == Match("a", "url")


def test_slug_of_several():
    """Of several articles with one slug the one whose folders, date or topics the target names is meant."""
    articles = [
        Article("_posts/2020-01-01-tea", "_posts/2020-01-01-tea.md", "Old", published_at=day(1)),
        Article(
            "_posts/2021-03-02-tea", "_posts/2021-03-02-tea.md", "New", published_at=day(2), topics=("Hot Drinks",)
        ),
    ]
    matcher = EntryMatcher(articles)
    assert matcher.match(RelatedEntry(target="/2021/3/2/tea.html")).article_id == articles[1].id
    assert matcher.match(RelatedEntry(target="/hot-drinks/tea/")).article_id == articles[1].id
    assert matcher.match(RelatedEntry(target="/2020/tea/")).article_id == articles[0].id
    assert matcher.match(RelatedEntry(target="/tea/")).article_id is None


@pytest.mark.parametrize("target", ["sail", "The sail", "/de/sail/"])
def test_an_article_without_a_language_has_that_of_the_site(target):
    """Of translations, that in the site's language is meant where the list's article names none, and the other way."""
    bare = Article("rig", "rig.md", "The rig")
    sails = [
        Article(f"sail.{code}", f"sail.{code}.md", "The sail", language=code, url=f"/{code}/sail/")
        for code in ("de", "en", "pt-BR")
    ]
    corpus = Corpus([bare, *sails])
    for matcher, expected in [
        (EntryMatcher(Corpus(corpus, site_language="en")), "sail.en"),
        (EntryMatcher(corpus, "pt_BR").copy(), "sail.pt-BR"),
        # Where nothing tells the site's, that of most articles.
        (EntryMatcher(Corpus([*corpus, Article("oar", title="An oar", language="en")])), "sail.en"),
    ]:
        named = "sail.de" if target == "/de/sail/" else expected
        assert matcher.match(RelatedEntry(target=target), bare).article_id == named
    # Its own translation is in no language, which is the site's.
    plain = Article("sail", "sail.md", "The sail", url="/sail/")
    matcher = EntryMatcher([*sails[:1], plain], "en")
    source = Article("hull", "hull.md", "The hull", language="en")
    assert matcher.match(RelatedEntry(target=target.replace("/de", "")), source).article_id == "sail"


def test_remove():
    """A removed article is found no more, an article that shared its marks is; removing twice is no error."""
    matcher = EntryMatcher([EN, DE])
    matcher.remove(EN.id)
    matcher.remove(EN.id)
    assert matcher.match(RelatedEntry(target="kettle")).article_id == DE.id
    assert matcher.match(RelatedEntry(target="/en/blog/kettle/")).article_id == DE.id
    assert matcher.match(RelatedEntry(target="The kettle")).article_id is None


def test_add_replaces():
    """Adding an article with a known id replaces it."""
    matcher = EntryMatcher([EN])
    matcher.add(Article(EN.id, title="The pot"))
    assert matcher.match(RelatedEntry(target="The kettle")).article_id is None
    assert matcher.match(RelatedEntry(target="The pot")).article_id == EN.id


articles = st.builds(
    Article,
    id=st.sampled_from(["a", "b", "x/a", "x/b"]),
    title=st.sampled_from(["", "a", "Tea"]),
    url=st.sampled_from(["", "/a/", "https://e.org/a"]),
    language=st.sampled_from(["", "en"]),
    published_at=st.sampled_from([None, day(1), day(2)]),
)
entries = st.builds(
    RelatedEntry,
    title=st.sampled_from(["", "Tea", "other"]),
    target=st.sampled_from(["", "a", "x/a", "/a/", "https://e.org/a", "tea"]),
)


@given(st.lists(articles, unique_by=lambda article: article.id), st.randoms(), entries)
def test_order_changes_nothing(found, random, entry):
    """The order in which articles come, and articles that came and went, change no match."""
    source = Article("s", title="Tea", published_at=day(1))
    shuffled = EntryMatcher(found)
    for article in random.sample(found, len(found)):
        shuffled.remove(article.id)
    for article in random.sample(found, len(found)):
        shuffled.add(article)
    assert shuffled.match(entry, source) == EntryMatcher(found).match(entry, source)


def test_external_article():
    """An external article carries what its entry does; what has no title or no address that leads there is none."""
    entry = RelatedEntry("Tea", "A cup.", "https://a.org/tea/", day(1), "Ada", "https://a.org/tea/")
    assert external_article(entry) == Article(
        "https://a.org/tea",
        title="Tea",
        excerpt="A cup.",
        published_at=day(1),
        url="https://a.org/tea/",
        provider="Ada",
    )
    for entry in (
        RelatedEntry("A new tea"),
        RelatedEntry("A new tea", url="a-new-tea", target="a-new-tea"),
        RelatedEntry("A new tea", url="http://localhost:1313/new/", target="http://localhost:1313/new/"),
        RelatedEntry(target="https://a.org/tea/"),
    ):
        assert external_article(entry) is None


BUTTON = Article("docs/components/button/index", "docs/components/button/index.md", "Button")
TESTING = Article("docs/testing/components/button", "docs/testing/components/button.md", "Testing a button")
SPARS = Article("docs/02-building/01-spars", "docs/02-building/01-spars.md", "Spars")
TAILS = Article(
    "docs/tails", "docs/tails.md", "Tails", url="/Docs/Tails/", aliases=("https://kite.example/Docs/Tails/", "7")
)
ACCENT = Article("docs/crème", "docs/crème.md", "Crème")
START = Article("docs/index", "docs/index.md", "“Kites” &amp; tails – a start")
DOCS = EntryMatcher([BUTTON, TESTING, SPARS, TAILS, ACCENT, START])


@pytest.mark.parametrize(
    ("target", "article", "how"),
    [
        ("components/button", BUTTON, "path"),
        ("components/button/index.md", BUTTON, "path"),
        ("Components/Button", BUTTON, "path"),
        ("testing/components/button", TESTING, "path"),
        ("building/spars", SPARS, "path"),
        ("spars", SPARS, "path"),
        ("docs\\02-building\\01-spars.md", SPARS, "path"),
        ("/docs/tails/", TAILS, "path"),
        ("https://kite.example/docs/TAILS/", TAILS, "url"),
        ("http://localhost:4000/Docs/Tails/", TAILS, "url"),
        ("http://127.0.0.1/docs/tails", TAILS, "path"),
        ("https://staging.kite.example/Docs/Tails/", TAILS, "url"),
        ("https://kite.example/Docs/Tails/index.html?ref=footer#top", TAILS, "url"),
        ("7", TAILS, "path"),
        ("cre\u0300me.md", ACCENT, "path"),
        ("CRE\u0300ME", ACCENT, "path"),
        ('"Kites" & tails - a start', START, "title"),
    ],
)
def test_spellings(target, article, how):
    """Case, backslashes, hosts of a preview, queries, numbers that sort and composed letters do not hide an article."""
    assert DOCS.match(RelatedEntry(target=target)) == Match(article.id, how)


@pytest.mark.parametrize("target", ["../index.md", "../", ".."])
def test_the_index_of_a_folder_above(target):
    """A path up to a folder names the index in it, as its page does."""
    assert DOCS.match(RelatedEntry(target=target), SPARS).article_id == START.id


@pytest.mark.parametrize("target", ["https://other.example/Docs/Tails/", "https://kite.example.org/Docs/Tails/"])
def test_a_foreign_host_stays_foreign(target):
    """Another site's page of the same path is not the site's own."""
    assert DOCS.match(RelatedEntry("T", url=target, target=target)).how == "external"


def in_languages(page):
    """A page in English, the site's language, and in Spanish by the end of its name, and in German by its folder."""
    return [
        Article(f"blog/{page}", f"blog/{page}.md", page, url=f"/blog/{page}/"),
        Article(f"blog/{page}.es", f"blog/{page}.es.md", f"{page} (es)", language="es", url=f"/es/blog/{page}/"),
        Article(f"de/blog/{page}", f"de/blog/{page}.md", f"{page} (de)", language="de", url=f"/de/blog/{page}/"),
    ]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("blog/cup.es", "blog/tea.md", "blog/tea.es"),
        ("blog/cup.es", "tea.md", "blog/tea.es"),
        ("blog/cup.es", "/blog/tea/", "blog/tea.es"),
        ("blog/cup.es", "tea", "blog/tea.es"),
        ("de/blog/cup", "/blog/tea/", "de/blog/tea"),
        ("blog/cup", "blog/tea.md", "blog/tea"),
        ("blog/cup", "tea", "blog/tea"),
        ("blog/cup.es", "/de/blog/tea/", "de/blog/tea"),
        ("blog/cup", "tea.es.md", "blog/tea.es"),
        ("blog/cup.es", "blog/cup.md", "blog/cup"),
        ("blog/cup.es", "blog/pot.md", "blog/pot"),
    ],
)
def test_translations(source, target, expected):
    """An entry in a translation means the same language's article, unless it names a language or there is none."""
    articles = [*in_languages("tea"), *in_languages("cup"), Article("blog/pot", "blog/pot.md", "pot")]
    (asking,) = (article for article in articles if article.id == source)
    assert EntryMatcher(articles).match(RelatedEntry(target=target), asking).article_id == expected


@given(
    st.sampled_from(["/a/b/", "b", "B.md", "x/a/02-b", "A b", "https://s.e.org/a/b?q=1", "0002", "../ADR-002"]),
    st.integers(0, 6),
)
def test_an_entry_waits_for_what_it_may_mean(target, number):
    """Whatever article an entry means, once it is there, is found by the keys under which the entry waits."""
    article = [
        Article("x/a/b", "x/a/b.md", url="/a/b/"), Article("a/02-b", "a/02-b.md"), Article("p", title="a B"),
        Article("q", url="https://e.org/a/b"), Article("r", aliases=("b",)), Article("B/index", "B/index.md"),
        Article("adrs/0002-b", "adrs/0002-b.md"),
    ][number]  # fmt: skip
    entry = RelatedEntry(target=target)
    if EntryMatcher([article]).match(entry).article_id is not None:
        assert article_keys(article) & entry_keys(entry)


NUMBERED = EntryMatcher(
    [
        Article(path.removesuffix(".md"), path, title)
        for path, title in (
            ("docs/adrs/0002-feed.md", "2. Feed daily"), ("docs/adrs/0044_oven.md", "Oven"),
            ("docs/rfc/RFC-101-rye.md", "Rye"),
            ("docs/decisions/0007-salt.md", "Salt"), ("docs/decisions/lid.md", "ADR-0008: The lid"),
            ("tasks/0044-paint.md", "Paint"), ("tasks/0045-sail.md", "Sail"), ("posts/2021-03-03-tea.md", "1984: tea"),
            ("posts/top-100-teas.md", "100 teas"), ("posts/vue-3-tea.md", "Vue 3: tea"),
        )
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("ADR-0002", "docs/adrs/0002-feed"), ("ADR-002", "docs/adrs/0002-feed"), ("adr 0002", "docs/adrs/0002-feed"),
        ("[[ADR-0002]]", "docs/adrs/0002-feed"), ("0002", "docs/adrs/0002-feed"), ("RFC-101", "docs/rfc/RFC-101-rye"),
        ("ADR-0007", "docs/decisions/0007-salt"), ("decision-0007", "docs/decisions/0007-salt"),
        ("ADR-0008", "docs/decisions/lid"), ("ADR-0044", "docs/adrs/0044_oven"), ("task-0044", "tasks/0044-paint"),
        ("0044", None), ("ADR-0045", None), ("ADR-101", None), ("101", None), ("2021", None), ("1984", None),
        ("100", None), ("vue-3", None), ("tasks/0002", None),
    ],
)  # fmt: skip
def test_numbers(target, expected):
    """A record is called by its number, with the kind that its name or a folder says; of two kinds neither is meant."""
    assert NUMBERED.match(RelatedEntry(target=target)).article_id == expected


def test_hint():
    """An entry that names nothing gets the nearest slug or title."""
    hints = [MATCHER.why_unmatched(RelatedEntry(target=target)) for target in ("gren-tea", "/en/blog/kettel/", "cycle")]
    none = "no article has that address, path, slug or title."
    assert hints == [f"{none} Did you mean 'green-tea'?", f"{none} Did you mean 'kettle'?", none]
    assert MATCHER.why_unmatched(RelatedEntry(target="Der Kesel!")) == f"{none} Did you mean 'Der Kessel'?"
    assert MATCHER.why_unmatched(RelatedEntry(target="kettle")) == (
        f"{DE.path}, {EN.path} are called so. Write the path of one."
    )


def test_normal_forms():
    """An accent is one letter, whichever way it is written, in paths, titles and entries."""
    nfd, nfc = "cre\u0300me", "cr\u00e8me"
    for inside, typed in ((nfd, nfc), (nfc, nfd)):
        matcher = EntryMatcher([Article(f"notes/{inside}", f"notes/{inside}.md", f"La {inside}")])
        for target in (f"{typed}.md", f"notes/{typed}", typed, f"La {typed}", f"../notes/{typed}.md"):
            source = Article(f"notes/{typed}-tea", f"notes/{typed}-tea.md", "Tea")
            assert matcher.match(RelatedEntry(target=target), source).article_id == f"notes/{inside}"
