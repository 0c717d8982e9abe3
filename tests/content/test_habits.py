"""What people type into front matter is understood without settings."""

from datetime import UTC, date, datetime

import pytest

from recommender.batch import suggest_site
from recommender.content.dates import read_date
from recommender.content.list_names import with_parted_texts
from recommender.content.matching import EntryMatcher
from recommender.content.related_lists import read_entries
from recommender.content.site import read_article, read_site
from recommender.content.titles import fold_title
from recommender.content.urls import below_local_host
from recommender.settings import settings_from_mapping


def named(corpus, article_id):
    """What the entries of an article's list name, in order."""
    matcher = EntryMatcher(corpus)
    return [matcher.match(entry, corpus[article_id]).article_id for entry in corpus[article_id].related]


@pytest.mark.parametrize(
    "related",
    [
        "[{postSlug: wool}, {articleSlug: loom}]",
        "[{to: /wool/, label: About wool}, {uri: /loom}]",
        "[{page_url: /wool/, page_title: On wool}, {linkUrl: /loom/}]",
        "[{Spinning wool: wool}, {A loom: loom}]",
        "{Spinning wool: wool, A loom: loom}",
        "{Spinning: wool, links: loom}",
        "{Spinning: 'wool, loom'}",
        "wool | loom",
        "wool loom",
        "/wool/ /loom/",
        "wool.md & loom.md",
        '\'["wool", "loom"]\'',
        "[w-1, w-2]",
        '["@/wool.md", "@/loom.md#warp"]',
        '["https://deploy-preview-7--yarn.netlify.app/wool/", "https://yarn-git-spring-knit.vercel.app/loom"]',
        '["Wool\'s second spring", "The loom - a start"]',
        "|\n  1. wool\n  2. loom",
        '\'"Wool", "Loom"\'',
        "[/wool.php, loom.html]",
        "[\"{{ '/wool/' | relative_url }}\", '{{ \"/loom/\" | absolute_url }}']",
        "['{{< relref path=\"wool.md\" >}}', '{{% ref `loom` lang=\"en\" %}}']",
        "['{doc}`wool`', ':ref:`The loom <loom>`']",
        '["{filename}wool.md", "|filename|./loom.md"]',
        "'{filename}/wool.md, {filename}loom.md'",
        '["[[Wool\'s second spring]]", "![[loom]]"]',
        "{wool: , loom: }",
        "[{type: article, value: wool}, {relationTo: posts, value: loom}]",
        '["“Wool’s second spring”", "The Loom – A Start."]',
        '["\\u200ewool", "The\\u200b lo\\u00adom – a start"]',
        """['[Wool]({% link wool.md %})', "[Loom]({{ '/loom/' | relative_url }})"]""",
        """['[Wool]({{< ref "wool" >}} "Spun")', '[Loom]({{ site.baseurl }}{% link loom.md %})']""",
        """['<a rel="me" href="/wool/">Wool</a>', "see <a href='{% link loom.md %}'>the loom</a>"]""",
        "['`wool.md`', '`loom`']",
    ],
)
def test_entries(make_site, related):
    """An entry means its article, in whatever form it is typed."""
    site = make_site(
        {
            "yarn.md": f"---\ntitle: Yarn\nrelated: {related}\n---\n",
            "wool.md": "---\ntitle: Wool’s second spring\nuid: w-1\n---\n",
            "loom.md": "---\ntitle: The loom – a start\nuid: w-2\n---\n",
        }
    )
    assert named(read_site(site), "yarn") == ["wool", "loom"]


def test_filters_are_no_bars(make_site):
    """The bar of a template's filter parts nothing, also where the folder of the address is none of the file's."""
    lists = """["{{ '/notes/wool/' | absolute_url }}", "{{ '/notes/no-such/' | relative_url }}"]"""
    site = make_site(
        {
            "_config.yml": "collections: {notes: {output: true, permalink: '/notes/:path/'}}\n",
            "_notes/yarn.md": f"---\ntitle: Yarn\nrelated: {lists}\n---\n",
            "_notes/wool.md": "---\ntitle: Wool\n---\n",
        }
    )
    assert named(read_site(site), "_notes/yarn") == ["_notes/wool", None]


def test_title_with_small_words(make_site):
    """A title that no article has is not taken apart into words that are slugs, unless it is a list of slugs."""
    site = make_site({name: f"---\ntitle: {name} it is\n---\n" for name in ("wool.md", "loom.md")})
    corpus = read_site(site)
    (entry,) = read_entries("Wool Loom", UTC).entries
    draft = read_article("---\ntitle: Yarn\nrelated: Wool Loom\n---\n")
    assert with_parted_texts([draft], EntryMatcher(corpus))[0].related == (entry,)


@pytest.mark.parametrize(
    "name",
    [
        "recommended",
        "keep-reading",
        "suggestedPosts",
        "siehe_auch",
        "weiterführende-links",
        "pour_aller_plus_loin",
        "te_puede_interesar",
        "verwante_artikelen",
        "voir aussi",
        "関連記事",
        "похожие",
        "relacionados",
    ],
)
def test_names_of_lists(make_site, name):
    """Lists are found under what people call them, in their language."""
    text = f"---\ntitle: Yarn\n{name}: [wool, loom]\n---\n"
    site = make_site({"yarn.md": text, "wool.md": "---\ntitle: W\n---\n", "loom.md": "---\ntitle: L\n---\n"})
    assert named(read_site(site), "yarn") == ["wool", "loom"]


@pytest.mark.parametrize(
    "path",
    ["20210304-yarn.md", "2021-03-04.md", "2021/03/04/yarn.md", "2021/03/04-yarn.md", "2021/03-04-yarn/index.md",
     "diary/2021.03.04 yarn.md"],
)  # fmt: skip
def test_dated_paths(make_site, path):
    """An undated article has the date that its file's name or its folders tell."""
    (article,) = read_site(make_site({path: "---\ntitle: Yarn\n---\n"}))
    assert article.published_at == datetime(2021, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "path", ["1234567-yarn.md", "2021-13-04-yarn.md", "2021-03/04-yarn.md", "v2021.03.04.md", "20210304567.md"]
)
def test_undated_paths(make_site, path):
    """Other numbers in a name are no date."""
    (article,) = read_site(make_site({path: "---\ntitle: Yarn\n---\n"}))
    assert article.published_at is None


@pytest.mark.parametrize(
    ("opening", "values"), [("---toml", "title = 'Yarn'"), ("---json", '{"title": "Yarn"}'), ("---yaml", "title: Yarn")]
)
def test_named_syntax(opening, values):
    """The opening line may say what the values are written in."""
    article = read_article(f"{opening}\n{values}\n---\nTwist it.\n")
    assert (article.title, article.body) == ("Yarn", "Twist it.\n")


@pytest.mark.parametrize("value", ["none", "None", "n/a", "[none]", "{show: false}", "[{enabled: true}]"])
def test_no_list(make_site, value):
    """Words for nothing and switches of a template are no list, and nothing to complain about."""
    corpus = read_site(make_site({"yarn.md": f"---\ntitle: Yarn\nrelated: {value}\n---\n"}))
    assert (corpus["yarn"].related, corpus.reading.warnings, corpus.reading.unmatched) == ((), (), ())


@pytest.mark.parametrize(
    "name",
    [
        "date published",
        "Date-Created",
        "created",
        "publish_date",
        "published-on",
        "pub_date",
        "datePublished",
        "createdAt",
    ],
)
def test_names_of_dates(name):
    """A date is found under the names that sites give it, however they are spelled."""
    article = read_article(f"---\ntitle: Yarn\n{name}: 2021-03-04\n---\n")
    assert article.published_at == datetime(2021, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [20210304, "20210304", "1614816000", "1614816000000", "2021-03-04 (Thu)", "2021. 3. 4.", [date(2021, 3, 4)]],
)
def test_forms_of_dates(value):
    """Days in eight digits, seconds in a text, remarks and lists of one date are read."""
    assert read_date(value, UTC).date() == date(2021, 3, 4)


def test_zone_by_place():
    """A zone may be named by its place; a place that there is not is no date."""
    assert read_date("2021-07-04 07:08 Europe/Berlin", UTC).isoformat() == "2021-07-04T07:08:00+02:00"
    with pytest.raises(ValueError, match="not possible"):
        read_date("2021-07-04 07:08 Europe/Atlantis", UTC)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("---\ndescription: Fibres.\n---\n# Yarn and rope\n\nTwist it.\n", "Yarn and rope", "\nTwist it.\n"),
        ("---\ntags: [a]\n---\n\nYarn\n====\nTwist it.\n", "Yarn", "Twist it.\n"),
        ("---\ntitle: Rope\n---\n# Yarn\n", "Rope", "# Yarn\n"),
        ("---\nheadline: Rope\n---\n# Yarn\n", "Rope", "# Yarn\n"),
    ],
)
def test_headings(text, title, body):
    """Where front matter has no title, the page is called by its first heading, which is no part of the body then."""
    article = read_article(text)
    assert (article.title, article.body) == (title, body)


@pytest.mark.parametrize(
    ("line", "is_published"),
    [
        ("isDraft: true", False),
        ("publish: false", False),
        ("is_published: no", False),
        ("public: false", False),
        ("state: draft", False),
        ("status: [draft]", False),
        ("publish: true", True),
        ("status: [published]", True),
    ],
)
def test_unpublished(line, is_published):
    """The words by which people keep a page back are understood."""
    assert read_article(f"---\ntitle: Yarn\n{line}\n---\n").is_published is is_published


@pytest.mark.parametrize(
    ("lines", "field", "expected"),
    [
        ("tags: '#wool, #rope'", "topics", ("wool", "rope")),
        ("tags: [C#, '#wool']", "topics", ("C#", "wool")),
        ("taxonomies: {tags: [wool, rope]}", "topics", ("wool", "rope")),
        ("meta: {description: Fibres.}", "excerpt", "Fibres."),
        ("meta_description: Fibres.", "excerpt", "Fibres."),
        ("lang: [de]", "language", "de"),
        ("lang: jp", "language", "ja"),
    ],
)
def test_other_fields(lines, field, expected):
    """Topics with a mark, descriptions in a mapping and languages in a list or by their country are read."""
    assert getattr(read_article(f"---\ntitle: Yarn\n{lines}\n---\n"), field) == expected


def test_what_stands_in_a_title_is_no_number_before_it(make_site):
    """Only what begins the entry is taken off."""
    texts = {"sptea": "Sptea", "intro": "Chapter Intro", "anniversary": "The anniversary"}
    site = make_site({f"{name}.md": f"---\ntitle: {title}\n---\n" for name, title in texts.items()})
    (site / "a.md").write_text(
        "---\ntitle: A\nrelated: ['Spread: tea', 'Chapter 1. Intro', 'The 10. anniversary']\n---\n"
    )
    assert read_site(site).reading.matched["unmatched"] == 3


def test_typed_titles():
    """Quotation marks, dashes and escaped characters do not make two titles of one."""
    assert fold_title("Tom &amp; Ann’s “loom” — a start") == fold_title('Tom & Ann\'s "loom" - a start')


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://192.168.0.7:1313/wool/", "/wool/"),
        ("https://0a1b2c3d.yarn.pages.dev/wool", "/wool"),
        ("https://yarn.netlify.app/wool", "https://yarn.netlify.app/wool"),
    ],
)
def test_previews(address, path):
    """The address of a preview is a path of the site; a site that lives at such a host is one of its own."""
    assert below_local_host(address) == path


@pytest.mark.parametrize(
    ("opening", "values"), [("---toml", 'title = "Spinning wool yarn"'), ("---json", '{"title": "Spinning wool yarn"}')]
)
def test_named_syntax_written(make_site, opening, values):
    """Suggestions are written into such front matter and are taken out again, byte for byte."""
    before = f"{opening}\n{values}\n---\nTwist the wool.\n"
    site = make_site({"yarn.md": before, "wool.md": "---\ntitle: Spinning wool into yarn\n---\nTwist the wool.\n"})
    settings = settings_from_mapping({"writing": {"writer": "front-matter"}})
    suggest_site(site, settings)
    written = (site / "yarn.md").read_text()
    assert written.startswith(opening)
    assert "Spinning wool into yarn" in written
    (site / "wool.md").write_text("---\ntitle: Granite\n---\nStone.\n")
    suggest_site(site, settings)
    assert (site / "yarn.md").read_text() == before


@pytest.mark.parametrize(
    "name",
    [
        "leia_mais", "à_lire", "articles-connexes", "Weiterlesen", "passende_beiträge", "leggi_anche",
        "lees_ook", "läs_också", "les_ogsa", "liittyvät", "zobacz_także", "čtěte_také", "kapcsolódó_cikkek",
        "ilgili_yazilar", "liên_quan", "baca_juga", "povezano", "читать_также", "схожі", "σχετικά",
        "اقرأ_أيضا", "संबंधित_लेख", "延伸閱讀", "推荐阅读", "あわせて読みたい", "함께_읽기", "cross_links",
    ],
)  # fmt: skip
def test_names_of_lists_in_other_languages(name):
    """Accents aside, a name that says "read also" is believed by itself."""
    assert [entry.target for entry in read_article(f"---\ntitle: Yarn\n{name}: [wool]\n---\n").related] == ["wool"]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Título: Lana", "title", "Lana"),
        ("タイトル: 羊毛", "title", "羊毛"),
        ("metadata: {title: Wool}", "title", "Wool"),
        ("title: T\nZusammenfassung: Wolle.", "excerpt", "Wolle."),
        ("title: T\ncustom_excerpt: Wool.", "excerpt", "Wool."),
        ("title: T\nog:description: Wool.", "excerpt", "Wool."),
        ("title: T\npost_excerpt: Wool.", "excerpt", "Wool."),
        ("post_title: Wool", "title", "Wool"),
        ("title: T\ntaxonomy: {post_tag: [wool, loom]}", "topics", ("wool", "loom")),
        ("title: T\ntags: [wool]\nseries: Building a loom", "topics", ("wool", "Building a loom")),
        ("title: T\ncategory: wool\nSeries: '[[Building a loom]]'", "topics", ("wool", "Building a loom")),
        ("title: T\nseries: {name: Building a loom, order: 2}", "topics", ("Building a loom",)),
        ("title: T\nseries: 3", "topics", ()),
        ("title: T\npubDatetime: 2024-05-03", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\ndatetime: 2024-05-03", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\nfirst_published_at: 2024-05-03", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\npublishAt: 2024-05-03", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\n标签: [羊毛]", "topics", ("羊毛",)),
        ('title: T\ntags: \'["wool", "New York, NY"]\'', "topics", ("wool", "New York, NY")),
        ('title: T\ntags: ! \'["wool", "loom"]\'', "topics", ("wool", "loom")),
        ("title: T\ntags: \"['wool', 'New York, NY']\"", "topics", ("wool", "New York, NY")),
        ("title: T\ntags: '[wool, loom]'", "topics", ("wool", "loom")),
        ("title: T\ntags: '[[wool]], loom'", "topics", ("wool", "loom")),
        ("title: T\ntags: {wool: true, loom: true, dye: false}", "topics", ("wool", "loom")),
        ("title: T\ntaxonomy: {tag: [wool], category: loom}", "topics", ("wool", "loom")),
        ("title: T\nauteur: Orla", "provider", "Orla"),
        ("title: T\nbyline: By Orla Finch", "provider", "Orla Finch"),
        ("title: T\nextra: {authors: [Orla, Ida]}", "provider", "Orla, Ida"),
        ("title: T\nparams: {author: Orla}", "provider", "Orla"),
        ("title: T\nauthor: '[Orla Finch](https://orla.example), [Ida](/ida/)'", "provider", "Orla Finch, Ida"),
        ("title: T\nauthors: [Orla Finch <orla@yarn.example>, '@ida', Byron]", "provider", "Orla Finch, @ida, Byron"),
        ("title: T\nauthor: 5e6c2d1a-9f3b-4c7d-8e1f-0a1b2c3d4e5f", "provider", ""),
        ("title: T\nauthor: {id: 3pEtQxxOeAAqwQ4OeA8y2W}", "provider", ""),
        ("title: T\nauthor: RedaktionWollUndLeinen", "provider", "RedaktionWollUndLeinen"),
        ("tytul: Len", "title", "Len"),
        ("title: T\nshortDefinition: A weave.\ndefinition: A weave with ribs.", "excerpt", "A weave."),
        ("title: Twill\ndefinition: A weave with ribs.", "excerpt", "A weave with ribs."),
        ("title: T\ningress: Ull er varmt.", "excerpt", "Ull er varmt."),
        ("title: T\nkategoria: len i wełna", "topics", ("len i wełna",)),
        ("title: T\ndata: 2024-05-03", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\ndata: {date: 2024-05-03}", "published_at", None),
        ("title: T\ndata: wool.csv", "published_at", None),
        ("title: T\nfecha: 2024-05-03", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\ncreated: '[[2024-05-03]]'", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\ncreated: [[2024-05-03]]", "published_at", datetime(2024, 5, 3, tzinfo=UTC)),
        ("title: T\ndate: 03.05.2024 12:30 Uhr", "published_at", datetime(2024, 5, 3, 12, 30, tzinfo=UTC)),
        ("title: T\ndate: TODO", "published_at", None),
        ("title: T\nstatus: scheduled", "is_published", False),
        ("title: T\nwip: true", "is_published", False),
        ("title: T\nexcalidraw-plugin: parsed", "is_published", False),
        ("title: T\nredirect_to: /wool/", "is_published", False),
        ("title: T\nredirect: /wool/", "is_published", False),
        ("title: T\nlayout: redirect", "is_published", False),
        ("title: T\nredirect: https://elsewhere.example/wool", "is_published", True),
        ("title: T\nlayout: post\ntype: article", "is_published", True),
        ("title: T\n_type: post\n_layout: post", "is_published", True),
        ("title: T\n_redirect: https://elsewhere.example/wool\nredirect_to: []", "is_published", True),
        ("title: T\n_Layout: Redirect", "is_published", False),
    ],
)
def test_names_and_values(text, field, value):
    """Names in other languages and habits, and what keeps a page from readers."""
    assert getattr(read_article(f"---\n{text}\n---\n"), field) == value


def test_two_lists_under_any_name(make_site):
    """Where all entries of two lists name articles, and these have such lists, the name needs to say nothing."""
    site = make_site(
        {
            "wool.md": "---\ntitle: Wool\nbeside: [loom]\n---\n",
            "loom.md": "---\ntitle: Loom\nbeside: [wool, shed]\n---\n",
            "shed.md": "---\ntitle: Shed\ntools: [hammer]\n---\n",
        }
    )
    corpus = read_site(site)
    assert [named(corpus, one) for one in ("wool", "loom", "shed")] == [["loom"], ["wool", "shed"], []]


@pytest.mark.parametrize(
    "before",
    ["export const metadata = {\n  title: 'x',\n  tags: [\n    'a',\n  ],\n};\n\n", "(wool-label)=\n"],
    ids=["MDX", "MyST"],
)
def test_what_stands_before_a_heading_is_no_text(before):
    """Exports of MDX, and labels of MyST."""
    page = read_article(f"{before}# Wool\n\nSoft.\n")
    assert (page.title, page.excerpt, page.body.strip()) == ("Wool", "Soft.", "Soft.")


def test_headers_of_several_lines():
    """Indented lines go on with a header's text, or name one topic each."""
    head = "Title: Wool\nTags: soft,\n    warm\nSummary: It is soft\n    and warm.\nRelated:\n    loom\n    shed\n"
    page = read_article(f"{head}\nBody.")
    assert (page.topics, page.excerpt.split()) == (("soft", "warm"), ["It", "is", "soft", "and", "warm."])
    assert [entry.target for entry in page.related] == ["loom", "shed"]


def test_headers_in_a_comment():
    """Nikola's: two dots before each name, and the body behind the comment."""
    head = "<!--\n.. title: Wool: a start\n.. slug: wool\n.. date: 2021-02-03 10:00:00 UTC+01:00\n.. tags: wool, loom"
    page = read_article(f"{head}\n.. related: loom\n-->\n\nSoft.\n")
    assert (page.title, page.topics, page.body.strip()) == ("Wool: a start", ("wool", "loom"), "Soft.")
    assert str(page.published_at) == "2021-02-03 10:00:00+01:00"
    assert [entry.target for entry in page.related] == ["loom"]
    assert read_article("<!--\nA comment: no more.\n-->\n# Wool\n").title == "Wool"


def test_underscores_and_numbers(make_site):
    """A slug is found with other marks between its words; a number before a title is a part of it: 1. Advent."""
    names = {"oak-gall.md": "Oak gall", "goose_quill.md": "Goose quill", "a.md": "1. Start", "b.md": "2. Start"}
    files = {name: f"---\ntitle: {title}\n---\n" for name, title in names.items()}
    files["ink.md"] = "---\ntitle: Ink\nrelated: [oak_gall, goose-quill, 2. Start]\n---\n"
    assert named(read_site(make_site(files)), "ink") == ["oak-gall", "goose_quill", "b"]
