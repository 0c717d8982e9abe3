import json
from datetime import UTC, datetime, time
from decimal import Decimal

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.articles import Article, RelatedEntry
from recommender.content.rows import read_frame
from recommender.content.site import read_site
from recommender.errors import MissingExtraError, SiteError
from recommender.settings import settings_from_mapping

TEA = Article(
    "tea",
    title="Tea, hot",
    excerpt="A cup.",
    published_at=datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
    url="https://example.org/tea/",
    topics=("green tea", "cups"),
    provider="Ada Brew",
    body="The kettle sings.\nTwice.",
)


HEADER = ["ID", "Headline", "Description", "Publish Date", "Link", "Tags", "Author", "Content"]
ROW = [
    "tea",
    '"Tea, hot"',
    "A cup.",
    "2021-03-03 07:14",
    "https://example.org/tea/",
    '"green tea, cups"',
    "Ada Brew",
    '"The kettle sings.\nTwice."',
]


@pytest.mark.parametrize(
    ("name", "delimiter", "encoding"),
    [
        ("a.csv", ",", "utf-8"),
        ("A.CSV", ";", "utf-8-sig"),
        ("a.tsv", "\t", "utf-8"),
    ],
)
def test_csv(write, name, delimiter, encoding):
    """The first line names the columns, in the words of sites or of databases, whatever stands between the values."""
    corpus = read_site(write(name, f"{delimiter.join(HEADER)}\r\n{delimiter.join(ROW)}\r\n".encode(encoding)))
    assert list(corpus) == [TEA]
    assert (corpus.reading.problems, corpus.reading.warnings) == ((), ())


@pytest.mark.parametrize(
    "cell", ["green tea|cups", "green tea; cups", '"[""green tea"", ""cups""]"', "['green tea'| 'cups']"]
)
def test_csv_topics(write, cell):
    """A cell holds several topics with a sign between them, or as a list of JSON."""
    (article,) = read_site(write("a.csv", f"id,title,tags\ntea,Tea,{cell}\n"))
    assert [topic.strip("[]'") for topic in article.topics] == ["green tea", "cups"]


@pytest.mark.parametrize(("cell", "topics"), [("[]", ()), ("[1, 2]", ("1", "2")), ('"[[""a"", ""b""]]"', ("a", "b"))])
def test_csv_lists_of_no_texts(write, cell, topics):
    """An empty list is no topic, and a list of numbers or of lists is one."""
    (article,) = read_site(
        write("a.csv", f'id,title,tags\ntea,Tea,"{cell}"\n' if cell[0] == "[" else f"id,title,tags\ntea,Tea,{cell}\n")
    )
    assert article.topics == topics


def test_csv_lists_of_python(write):
    """A list as pandas writes it, a set, and lists with commas between are lists; one topic of two words is one."""
    cells = ["['hot', 'in cups']", "{'in cups', 'hot'}", "['hot'], ['in cups']"]
    rows = "".join(f'tea-{n},Tea {n},"{cell}"\n' for n, cell in enumerate(cells))
    text = f"id,title,tags\n{rows}cup,Cup,green tea\nnone,None,NULL\n"
    assert {article.id: article.topics for article in read_site(write("a.csv", text))} == {
        **{f"tea-{n}": ("hot", "in cups") for n, _ in enumerate(cells)},
        "cup": ("green tea",),
        "none": (),
    }


@pytest.mark.parametrize("cells", ["cup|pot", "cup, pot", '["cup", "pot"]', "/cup/; /pot/"])
def test_csv_curated_lists(write, cells):
    """A column whose cells name articles is a curated list, however they are parted."""
    quoted = cells.replace('"', '""')
    text = f'id,title,url,see_also\ntea,Tea,/tea/,"{quoted}"\ncup,Cup,/cup/,tea\npot,Pot,/pot/,tea\n'
    corpus = read_site(write("a.csv", text))
    assert len(corpus["tea"].related) == 2
    assert corpus.reading.n_entries_found == 4


def test_csv_names_with_remarks(write):
    """A question mark, an (s) and a zone are no part of a column's name, unless the settings ask for them."""
    header = "NID,Title,Title (de),Article URL,Published?,Author(s),Tag(s),Date (UTC),Draft?"
    file = write("a.csv", f"{header}\n1,Tea,Tee,/tea/,No,Ida Holm,hot,2021-03-03,Yes\n2,Cup,Tasse,/cup/,Yes,,,,No\n")
    corpus = read_site(file)
    tea = corpus["1"]
    assert (tea.title, tea.url, tea.provider, tea.topics) == ("Tea", "/tea/", "Ida Holm", ("hot",))
    assert (tea.published_at, tea.is_published) == (datetime(2021, 3, 3, tzinfo=UTC), False)
    assert corpus["2"].is_published
    asked = settings_from_mapping({"articles": {"fields": {"title": "Title (de)", "published_at": "Date (UTC)"}}})
    assert [(one.title, one.published_at) for one in read_site(file, asked)] == [
        ("Tee", datetime(2021, 3, 3, tzinfo=UTC)), ("Tasse", None),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Link Picks (ids)", "Pick(s)"])
def test_csv_lists_with_remarks(write, name):
    """A list that the settings name is read."""
    asked = settings_from_mapping({"articles": {"fields": {"related": name}}})
    corpus = read_site(write("a.csv", f"id,title,{name}\ntea,Tea,cup\ncup,Cup,tea\n"), asked)
    assert [one.target for one in corpus["tea"].related] == ["cup"]


@pytest.mark.parametrize(
    "header", ["published_at (UTC),Published At", "Date (modified),date", "Hidden (nav),date", "Status (CRM),date"]
)
def test_csv_remarks_that_tell_columns_apart(write, header):
    """Stay."""
    (tea,) = read_site(write("a.csv", f"id,title,{header}\ntea,Tea,true,2021-03-03\n"))
    assert (tea.published_at, tea.is_published) == (datetime(2021, 3, 3, tzinfo=UTC), True)


def test_csv_problems(write):
    """A row that cannot be read costs that row, and the message has its line, what was found and the cure."""
    text = (
        b'id,title,date\ntea,"Two\nlines",2021-03-03\ncup,Cup\npot,P\xf6t,\n,Bare,\ntea,Tea,\nday,Day,someday\n'
        b'odd,"O"dd,\nfine,Fine,\nopen,"Open,\n'
    )
    corpus = read_site(write("a.csv", text))
    assert corpus.ids == ("fine", "tea")
    assert [str(problem) for problem in corpus.reading.problems] == [
        "a.csv:4: has 2 values, but the first line names 3 columns. "
        "Put a value that holds a comma into quotation marks.",
        "a.csv:5: is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).",
        'a.csv:6: there is no id. Give it one in a column called id; in JSON: "id": "tea".',
        "a.csv:7: the id 'tea' is that of line 2. Give each its own.",
        "a.csv:8: date must be a date, but is 'someday'. Write it like 2021-03-03 or 2021-03-03T07:14:00Z.",
        "a.csv:9: is no row of values (',' expected after '\"'). "
        'Double a quotation mark inside a value: "a ""cup"" of tea".',
        "a.csv:11: a quotation mark opens here and never closes, so nothing behind it is read. "
        'Double a quotation mark inside a value: "a ""cup"" of tea".',
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.csv",
            "1,Tea\n2,Cup\n",
            "a.csv:1: the first line must name the columns, one of them title, but is 1, Tea. "
            "Begin the file with a line such as id,title,excerpt,date,url,tags.",
        ),
        ("a.csv", "id,title,id\n", "a.csv:1: names the column 'id' twice. Give each its own name."),
        (
            "a.csv",
            "",
            "{}: holds no article. Begin it with a line such as id,title,excerpt,date,url,tags, "
            "and write a row an article.",
        ),
        (
            "a.csv",
            "id,title\n" + "x" * 2_000_000,
            "a.csv:2: is longer than 1,000,000 characters. "
            "Shorten it, or raise articles.max_megabytes in the settings.",
        ),
        (
            "a.xml",
            "<urlset/>",
            "{}: is XML that begins with <urlset>, but no feed. "
            "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content).",
        ),
        (
            "a.rss",
            "tea",
            "{}: is not XML (syntax error: line 1, column 0). "
            "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content).",
        ),
        (
            "a.rss",
            "<rss>" + "<a>" * 200,
            "{}: elements are nested more than 100 deep. "
            "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content).",
        ),
        (
            "a.rss",
            "<rss><item><title>" + "x" * 3_000_000 + "<b/></title></item></rss>",
            "{}: behind item 0 is more than 1,000,000 bytes without an end. Shorten it, or raise "
            "articles.max_megabytes in the settings.",
        ),
        ("a.rss", "<rss><channel/></rss>", "{}: holds no article. Write an item an article."),
        (
            "a.xml",
            '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><item><title>&b;</title></item></rss>',
            "{}: defines entities of its own, which are not followed. "
            "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content).",
        ),
        (
            "a.xml",
            '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><item><title>&a;</title></item></rss>',
            "{}: defines entities of its own, which are not followed. "
            "Name an RSS or Atom feed, or an export of WordPress (Tools, Export, All content).",
        ),
    ],
)
def test_unusable(write, name, text, message):
    """A file that is not what it is called stops with where, what was found, what was expected and the cure."""
    file = write(name, text)
    with pytest.raises(SiteError) as caught:
        read_site(file, settings_from_mapping({"articles": {"max_megabytes": 1}}))
    assert str(caught.value) == message.format(file)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.xml"])
def test_no_file(tmp_path, name):
    """A file that does not exist is named, whatever its kind."""
    with pytest.raises(SiteError) as caught:
        read_site(tmp_path / name)
    assert (
        str(caught.value) == f"{tmp_path / name}: cannot be read (No such file or directory). Name a file that exists."
    )


@given(st.text(max_size=300))
def test_any_csv(tmp_path_factory, text):
    """Whatever stands in a table, it is articles, problems, or an error of ours."""
    file = tmp_path_factory.mktemp("any") / "a.csv"
    file.write_bytes(f"id,title\n{text}".encode("utf-8", "surrogatepass"))
    try:
        corpus = read_site(file)
    except SiteError:
        return
    assert len(corpus) + len(corpus.reading.problems) == corpus.reading.n_files


RECORDS = [
    {
        "id": "tea",
        "headline": "Tea, hot",
        "excerpt": "A cup.",
        "date": datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
        "url": "https://example.org/tea/",
        "tags": ["green tea", "cups"],
        "author": "Ada Brew",
        "body": "The kettle sings.\nTwice.",
        "quality": None,
        "see_also": ["cup"],
    },
    {
        "id": "cup",
        "headline": "Cup",
        "excerpt": None,
        "date": None,
        "url": None,
        "tags": None,
        "author": None,
        "body": None,
        "quality": 0.5,
        "see_also": None,
    },
]


def _parquet(tmp_path):
    file = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(RECORDS), file)
    return read_site(file)


@pytest.mark.parametrize(
    "read",
    [
        lambda _: read_frame(pandas.DataFrame(RECORDS)),
        lambda _: read_frame(polars.DataFrame(RECORDS)),
        lambda _: read_frame(pyarrow.Table.from_pylist(RECORDS)),
        _parquet,
    ],
    ids=["pandas", "polars", "pyarrow", "parquet"],
)
def test_frames(tmp_path, read):
    """A frame of pandas, polars or pyarrow, and a Parquet file, give the articles that front matter would."""
    corpus = read(tmp_path)
    assert corpus["cup"] == Article("cup", title="Cup", quality=0.5)
    assert corpus["tea"].related == (RelatedEntry(target="cup"),)
    assert {
        name: getattr(corpus["tea"], name) for name in ("title", "excerpt", "published_at", "url", "topics", "provider")
    } == {name: getattr(TEA, name) for name in ("title", "excerpt", "published_at", "url", "topics", "provider")}
    assert type(corpus["tea"].published_at) is datetime


def test_decimals(tmp_path):
    """Exact numbers, as databases have them, are numbers; what is of no type that is known is named by it."""
    table = {"id": [Decimal("17"), Decimal("18")], "title": ["Tea", "Cup"], "quality": [Decimal("4.50"), None]}
    file = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table(table), file)
    for corpus in (read_site(file), read_frame(pandas.DataFrame(table))):
        assert [(one.id, one.quality) for one in corpus] == [("17", 4.5), ("18", None)]
    with pytest.raises(SiteError, match=r"row 1: id must be text, but is a time, 07:14:00\. Write it as text\."):
        read_frame(pandas.DataFrame({"id": [time(7, 14)], "title": ["Tea"]}))


def test_no_frame():
    """What is no frame is named by its type."""
    with pytest.raises(SiteError) as caught:
        read_frame(7)
    assert str(caught.value) == (
        "frame: must be a frame of pandas, polars or pyarrow, but is an int. Make one, or give Corpus the articles."
    )


def test_parquet_problems(write, monkeypatch):
    """A file that is no Parquet says so; without pyarrow the message has the command that installs it."""
    file = write("a.parquet", "tea")
    with pytest.raises(SiteError, match="is no Parquet file that can be read"):
        read_site(file)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        read_site(file)
    assert str(caught.value) == (
        f"{file}: reading Parquet needs the extra [parquet]. Install it: pip install 'recommender[parquet]'."
    )


def test_parquet_deep(tmp_path):
    """What nests deeper than pyarrow reads is told of with the reason; older versions read it."""
    kind, value = pyarrow.int64(), 1
    for _ in range(60):
        kind, value = pyarrow.list_(kind), [value]
    file = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(
        pyarrow.table({"id": ["tea"], "title": ["Tea"], "tags": pyarrow.array([value], type=kind)}), file
    )
    try:
        said = next(iter(read_site(file))).title
    except SiteError as error:
        said = str(error)
    assert said == "Tea" or "can be read (Parquet schema too deeply nested" in said


def test_parquet_bomb(tmp_path, monkeypatch):
    """A text that stands once in the file, and in each of its rows, takes no more memory than the file suggests."""
    monkeypatch.setattr("recommender.bounds._ALWAYS_UNPACKED", 1_000_000)
    bodies = pyarrow.array(["a " * 100_000] * 300).dictionary_encode()
    table = pyarrow.table({"id": [str(n) for n in range(300)], "title": ["Tea"] * 300, "body": bodies})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet", compression="zstd")
    with pytest.raises(SiteError, match=r"cannot be read \(it unpacks to more than 200 times its size\)"):
        read_site(tmp_path / "a.parquet")


def test_columns_without_end(tmp_path):
    """A table of more columns than anybody has is refused."""
    names = ["id", "title", *(f"c{n}" for n in range(1_000))]
    (tmp_path / "a.csv").write_text(",".join(names) + "\n")
    pyarrow.parquet.write_table(pyarrow.table({name: ["Tea"] for name in names}), tmp_path / "a.parquet")
    for file in ("a.csv", "a.parquet"):
        with pytest.raises(SiteError, match=r"has 1,002 columns, of at most 1,000\. Leave out those that say nothing"):
            read_site(tmp_path / file)


def test_parquet_moments(tmp_path):
    """A moment that Python does not have costs the date, not the file."""
    moments = pyarrow.array([2**61, 1_600_000_000_000_000], type=pyarrow.timestamp("us"))
    table = pyarrow.table({"id": ["far", "tea"], "title": ["Far", "Tea"], "date": moments})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    corpus = read_site(tmp_path / "a.parquet")
    assert [article.published_at is None for article in corpus] == [True, False]
    (warning,) = corpus.reading.warnings
    assert warning.startswith("a.parquet row 1: date must be a date, but is the number 2305843009213693952")


WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Tea house</title><language>en-GB</language>
<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name>Ada Orr</wp:author_display_name></wp:author>
<wp:author><wp:author_login>bo</wp:author_login><wp:author_display_name/></wp:author>
<item><title><![CDATA[Tea &amp; cups]]></title><link>https://example.org/2021/03/tea/</link>
  <pubDate>Wed, 03 Mar 2021 07:14:00 +0000</pubDate><dc:creator><![CDATA[ada]]></dc:creator>
  <guid isPermaLink="false">https://example.org/?p=7</guid><description></description>
  <content:encoded><![CDATA[<p>The kettle <b>sings</b>.</p>]]></content:encoded>
  <excerpt:encoded><![CDATA[<p>A cup.</p>]]></excerpt:encoded>
  <wp:post_id>7</wp:post_id><wp:post_date>2021-03-03 08:14:00</wp:post_date>
  <wp:post_date_gmt>2021-03-03 07:14:00</wp:post_date_gmt><wp:post_name>tea</wp:post_name>
  <wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
  <category domain="category" nicename="hot"><![CDATA[Hot drinks]]></category>
  <category domain="post_tag" nicename="cups"><![CDATA[cups]]></category>
  <category domain="post_format" nicename="aside"><![CDATA[Aside]]></category></item>
<item><title>Draft</title><dc:creator>bo</dc:creator><link>https://example.org/?p=8</link>
  <pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>
  <wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:status>draft</wp:status>
  <wp:post_type>page</wp:post_type></item>
<item><title>kettle.jpg</title><link>https://example.org/kettle/</link><wp:post_type>attachment</wp:post_type></item>
</channel></rss>
"""


def test_wordpress(write):
    """An export of WordPress gives posts and pages, drafts marked, and says what else it held."""
    corpus = read_site(write("export.xml", WORDPRESS))
    assert corpus["https://example.org/2021/03/tea"] == Article(
        "https://example.org/2021/03/tea",
        title="Tea & cups",
        excerpt="A cup.",
        published_at=datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
        url="https://example.org/2021/03/tea/",
        topics=("Hot drinks", "cups"),
        provider="Ada Orr",
        language="en-GB",
        body="<p>The kettle <b>sings</b>.</p>",
        aliases=("https://example.org/?p=7", "tea"),
    )
    assert [(article.title, article.is_published) for article in corpus] == [("Tea & cups", True), ("Draft", False)]
    assert corpus[1].provider == "bo", "without a name to show"
    assert corpus.reading.problems == ()
    assert corpus.reading.warnings == (
        "export.xml: what is no article is not read: 1 attachment.",
        "one article with status: draft, never suggested: https://example.org/?p=8.",
    )


def test_atom(write):
    """An Atom entry has its alternate link for address, and its related links for a curated list."""
    corpus = read_site(
        write(
            "a.atom",
            """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Thé</title>
            <entry><title type="html">Th&amp;eacute;</title><id>tag:example.org,2021:1</id>
            <link href="https://example.org/the/"/><link rel="related" href="https://example.org/tasse/"/>
            <published>2021-03-03T07:14:00Z</published><author><name>Ada Brew</name></author>
            <summary>Une tasse.</summary><category term="chaud"/></entry>
            <entry><title>Tasse</title><id>tag:example.org,2021:2</id><link href="https://example.org/tasse/"/></entry>
            </feed>""",
        )
    )
    tea = corpus["https://example.org/the"]
    assert (tea.title, tea.excerpt, tea.language, tea.provider) == ("Thé", "Une tasse.", "fr", "Ada Brew")
    assert (tea.topics, tea.published_at) == (("chaud",), datetime(2021, 3, 3, 7, 14, tzinfo=UTC))
    assert corpus.reading.matched["url"] == 1


def test_blogger(write):
    """Of what Blogger exports only posts are articles, drafts marked, and what else it held is told."""
    entry = (
        "<entry><id>tag:blogger.com,1999:{0}</id><title>Tea {0}</title><app:control><app:draft>{2}</app:draft>"
        '</app:control><category scheme="http://www.blogger.com/atom/ns#" term="hot"/><category '
        'scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#{1}"/></entry>'
    )
    entries = entry.format(1, "post", "no") + entry.format(2, "post", "yes") + entry.format(3, "comment", "no")
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app">{entries}</feed>'
    corpus = read_site(write("a.xml", feed))
    assert [(one.title, one.is_published, one.topics) for one in corpus] == [
        ("Tea 1", True, ("hot",)),
        ("Tea 2", False, ("hot",)),
    ]
    assert corpus.reading.warnings == (
        "a.xml: what is no article is not read: 1 comment.",
        "one article with status: draft, never suggested: tag:blogger.com,1999:2.",
    )


def test_feed_that_breaks_off(write):
    """Of a feed that breaks off, what came before is read, and a problem says so."""
    corpus = read_site(write("a.rss", "<rss><item><title>Tea</title><link>https://example.org/tea</link></item><item>"))
    assert corpus.ids == ("https://example.org/tea",)
    assert [str(problem) for problem in corpus.reading.problems] == [
        "a.rss item 2: is not XML (no element found: line 1, column 78); nothing behind it is read. "
        "Export the file anew."
    ]


def test_lines_by_other_names(write):
    """Lines of JSON may call their fields as databases do; a name of front matter comes first."""
    line = json.dumps({"id": 1, "headline": "Tea", "link": "/tea/", "text": "Hot.", "name": "no", "url": ""})
    assert list(read_site(write("a.jsonl", line))) == [Article("1", title="Tea", url="/tea/", body="Hot.")]


def test_rules_see_columns(write):
    """What a rule asks for stays under its own name, though databases give that name to the address."""
    settings = settings_from_mapping({"rules": {"never": ["link: internal"]}})
    (article,) = read_site(write("a.csv", "id,title,link\ntea,Tea,internal\n"), settings)
    assert (article.url, bool(article.marks)) == ("", True)


def test_names_of_front_matter_come_first(write):
    """A column of a database stands back where a name of front matter tells the same; `name` may be the title."""
    text = "id,name,created_at,published_at,subtitle,summary\n1,Tea,2001-01-01,2021-03-03,No,A cup.\n"
    (article,) = read_site(write("a.csv", text))
    assert (article.title, article.excerpt, article.published_at.year) == ("Tea", "A cup.", 2021)


def test_own_topics(write):
    """A column that the settings name for topics holds several, as the usual ones do."""
    settings = settings_from_mapping({"articles": {"fields": {"topics": "rubric"}, "cache": "none"}})
    (article,) = read_site(write("a.csv", "id,title,rubric\n1,Tea,hot drinks|cups\n"), settings)
    assert article.topics == ("hot drinks", "cups")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "id,title\n1,Tea\n".encode("utf-16"), "is not UTF-8"),
        ("a.csv", "id,title\n1,Tea\n".encode("utf-16-le"), "save a file in UTF-16 as UTF-8"),
        ("a.tsv", b"id\ttitle\n1\tT\0a\n", r"a\.tsv:2: holds U\+0000, which is in no text\. Take it out, or "),
        ("a.xml", b'<?xml version="1.0" encoding="Shift_JIS"?><rss><channel/></rss>', "is not XML"),
        ("a.xml", b'<?xml version="1.0" encoding="nonsense"?><rss><channel/></rss>', "is not XML"),
    ],
)
def test_other_encodings(write, name, content, said):
    """Bytes that cannot be read as text are a sentence, and no traceback."""
    with pytest.raises(SiteError, match=said):
        read_site(write(name, content), strict=True)


def test_atom_texts(write):
    """Marks in a plain text are part of it; HTML has none when it is read, and words of XHTML stay apart."""
    entry = '<entry><id>urn:{0}</id><title>The &lt;dialog&gt; element</title><summary type="{1}">{2}</summary></entry>'
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        + entry.format(1, "html", "&lt;b&gt;green&lt;/b&gt; tea")
        + entry.format(2, "xhtml", '<div xmlns="http://www.w3.org/1999/xhtml"><p>green</p><p>tea</p></div>')
        + "</feed>"
    )
    found = list(read_site(write("a.atom", feed)))
    assert [article.title for article in found] == ["The <dialog> element"] * 2
    assert [article.excerpt for article in found] == ["green tea"] * 2


def test_an_item_speaks_for_itself(write):
    """The language of one item is not that of the next; a link to the front page is an address."""
    items = (
        "<item><title>Tee</title><link>https://e.org/</link><dc:language>de</dc:language></item>"
        "<item><title>Tea</title><link>https://e.org/tea</link></item>"
    )
    rss = f'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><language>en</language>{items}</channel></rss>'
    corpus = read_site(write("a.rss", rss))
    assert corpus.reading.problems == ()
    assert sorted((article.title, article.language) for article in corpus) == [("Tea", "en"), ("Tee", "de")]


def test_frames_with_what_is_missing():
    """A moment that is none is left out, one in nanoseconds is a moment, and a column twice is told of."""
    moments = pandas.to_datetime(["2021-03-03", None])
    frame = pandas.DataFrame({"id": ["a", "b"], "title": ["Tea", "Cup"], "date": moments})
    first, second = read_frame(frame)
    assert (first.published_at.year, second.published_at) == (2021, None)
    twice = pandas.DataFrame([["a", "Tea", "Cup"]], columns=["id", "title", "title"])
    with pytest.raises(SiteError, match="title"):
        read_frame(twice)


def test_frames_with_scalars_of_numpy():
    """In a column of objects they are the moments and numbers that they are; one that is none is left out."""
    days = pandas.Series([np.datetime64("2021-03-03"), np.datetime64("NaT", "D")], dtype=object)
    stars = pandas.Series([np.float64(3.5), np.float64("nan")], dtype=object)
    tags = [[np.int64(2024)], np.array(["cups"])]
    frame = pandas.DataFrame({"id": ["a", "b"], "title": ["Tea", "Cup"], "date": days, "quality": stars, "tags": tags})
    first, second = read_frame(frame)
    assert (first.published_at, first.quality, first.topics) == (datetime(2021, 3, 3, tzinfo=UTC), 3.5, ("2024",))
    assert (second.published_at, second.quality, second.topics) == (None, None, ("cups",))


def test_a_table_below_blank_lines(write):
    """Has the columns of its first line with something in it, and the lines of the file in its messages."""
    corpus = read_site(write("a.csv", "\n  \nid;title\ntea;Tea\ncup\n"))
    assert [article.title for article in corpus] == ["Tea"]
    assert [str(one).partition(": ")[0] for one in corpus.reading.problems] == ["a.csv:5"]


def test_cells_of_several(write):
    """However the column's name is spelled, and in brackets without quotation marks."""
    (tea,) = read_site(write("a.csv", 'id,title,Redirect From,Tags\ntea,Tea,"/a/, /b/","[green tea, cups]"\n'))
    assert (tea.aliases, tea.topics) == (("/a/", "/b/"), ("green tea", "cups"))


def test_topics_of_a_newspaper(write):
    """A category of RSS whose kind is an address is a topic."""
    topic = '<category domain="https://example.org/keywords/des">Otters</category>'
    rss = f"<rss><channel><item><title>Tea</title><link>https://e.org/tea</link>{topic}</item></channel></rss>"
    (tea,) = read_site(write("a.rss", rss))
    assert tea.topics == ("Otters",)
