import gzip
import json
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.articles import Article, RelatedEntry
from recommender.content import jsonl
from recommender.content.jsonl import is_jsonl, read_jsonl
from recommender.content.site import read_site
from recommender.errors import SiteError
from recommender.settings import settings_from_mapping

TEA = {
    "id": "tea",
    "title": "Tea",
    "description": "A cup.",
    "date": "2021-03-03T07:14:00Z",
    "url": "https://example.org/tea/",
    "tags": ["hot"],
    "body": "The kettle sings.",
    "related": [{"title": "Cup", "url": "https://example.org/cup"}],
}


@pytest.fixture
def write(tmp_path):
    """A function that writes lines, objects as JSON, into a file and returns it."""

    def write(*lines, name="articles.jsonl"):
        text = b"".join(
            (line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()) + b"\n"
            for line in lines
        )
        file = tmp_path / name
        file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return file

    return write


@pytest.mark.parametrize("name", ["articles.jsonl", "articles.jsonl.gz", "ARTICLES.NDJSON"])
def test_read(write, name):
    """An object a line is an article, with the names of front matter, plain or gzip."""
    corpus = read_site(
        write(TEA, {"id": 7, "title": "Cup", "content": "Blue.", "url": "https://www.example.org/cup/"}, name=name)
    )
    assert list(corpus) == [
        Article("7", title="Cup", body="Blue.", url="https://www.example.org/cup/"),
        Article(
            "tea",
            title="Tea",
            excerpt="A cup.",
            published_at=datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
            url="https://example.org/tea/",
            topics=("hot",),
            body="The kettle sings.",
            related=(RelatedEntry("Cup", url="https://example.org/cup", target="https://example.org/cup"),),
        ),
    ]
    assert corpus.reading.matched["url"] == 1


def test_ids(write):
    """Without an id an article has its path without the ending, its slug, or its canonical URL."""
    corpus = read_jsonl(
        write(
            {"title": "A", "path": "blog/a.md"},
            {"title": "B", "slug": "b"},
            {"title": "C", "url": "http://www.example.org/c/"},
        )
    )
    assert corpus.ids == ("b", "blog/a", "https://example.org/c")


def test_of_names_that_differ_in_capitals_the_first_counts(write):
    """In a line and in an entry of its list."""
    entry = {"Slug": "cup", "slug": "pot"}
    line = {"ID": "tea", "id": "leaf", "Title": "Tea", "title": "Leaf", "related": [entry]}
    (found,) = read_jsonl(write(line))
    assert (found.id, found.title, [one.target for one in found.related]) == ("tea", "Tea", ["cup"])


def test_blank_lines_and_mark(write):
    """A byte order mark and blank lines are fine."""
    assert read_jsonl(write(b"\xef\xbb\xbf" + json.dumps(TEA).encode(), b"", b"  ")).ids == ("tea",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"id": "a"', "is not JSON (Expecting ',' delimiter, column 11). Write one object a line."),
        (b"[1]", "must be an object, but is a list. Write one object a line."),
        (b'{"id": "\xff"}', "byte 8 of the line is not UTF-8. Save the file as UTF-8."),
        (b"[" * 100_000, "values are nested more than 100 deep. Write one flat object a line."),
        ({"id": "a", "title": ["A"]}, "title must be text, but is a list. Write one line of text."),
        ({"id": "a"}, "there is no title. Give it one: title: Tea; or say which "
         "name holds it: articles.fields: {title: name}."),
        ({"title": "A"}, 'there is no id. Give it one in a column called id; in JSON: "id": "tea".'),
        ({"id": True, "title": "A"}, "id must be text, but is the truth value true. Write it as text."),
        ({"id": "a", "title": "A", "body": True}, "body must be text, but is the truth value true. Write it as text."),
        ({"id": "a", "title": "A", "date": "2021-02-30"}, "date must be a date, but is '2021-02-30', which is not "
         "possible. Write it like 2021-03-03 or 2021-03-03T07:14:00Z."),
        ({"id": "tea", "title": "Again"}, "the id 'tea' is that of line 1. Give each its own."),
    ],
)  # fmt: skip
def test_bad_lines(write, line, message):
    """A bad line is told with its number, and the others are read; strict reading stops there."""
    file = write(TEA, b"", line)
    corpus = read_jsonl(file)
    assert corpus.ids == ("tea",)
    assert [str(problem) for problem in corpus.reading.problems] == [f"articles.jsonl:3: {message}"]
    with pytest.raises(SiteError):
        read_jsonl(file, strict=True)


BLOCK = {"_type": "block", "children": [{"text": "The kettle "}, {"text": "sings.", "marks": ["strong"]}]}
PARAGRAPH = {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "The kettle sings."}]}


@pytest.mark.parametrize(
    "body",
    [
        [BLOCK], {"blocks": [{"type": "paragraph", "data": {"text": "The kettle sings."}}]}, {"content": [PARAGRAPH]},
        {"rendered": "The kettle sings.", "protected": False}, {"value": "The kettle sings.", "format": "html"},
    ],
)  # fmt: skip
def test_bodies_of_blocks(write, body):
    """A body of blocks, as Sanity, Editor.js and Contentful keep one, is its texts; of WordPress, what is rendered."""
    assert read_jsonl(write({"id": "tea", "title": "Tea", "body": body}))["tea"].body == "The kettle sings."


@pytest.mark.parametrize(
    "body",
    [
        ["Green tea", "Black cup"], {"blocks": [{"text": "Green tea"}, {"text": "Black cup"}], "entityMap": {}},
        [{"type": "heading", "value": "Green tea"}, {"type": "text", "value": "Black cup"}],
        {"blocks": [{"type": "list", "data": {"style": "ordered", "items": ["Green tea", "Black cup"]}}]},
        {"children": [{"children": [{"text": "Green "}, {"text": "tea"}]}, {"children": [{"text": "Black cup"}]}]},
        {"content": [{"content": [{"text": "Green tea"}]}, {"content": [{"text": "Black"}, {"text": " cup"}]}]},
    ],
)  # fmt: skip
def test_blocks_are_lines(write, body):
    """Spans of a block are one line."""
    assert read_jsonl(write({"id": "tea", "title": "Tea", "body": body}))["tea"].body == "Green tea\nBlack cup"


def test_what_wordpress_renders(write):
    """A title and an excerpt of its interface are read without their marks."""
    title, excerpt = {"rendered": "Tea &#8211; a cup"}, {"rendered": "<p>Salt &amp; tea</p>\n"}
    (tea,) = read_jsonl(write({"id": 11, "title": title, "excerpt": excerpt, "content": {"rendered": "<p>Hot</p>"}}))
    assert (tea.title, tea.excerpt, tea.body) == ("Tea – a cup", "Salt & tea", "<p>Hot</p>")


def test_ids_in_mappings(write):
    """Those of MongoDB and Sanity are read, also in lists."""
    tea = {
        "_id": {"$oid": "5f01"},
        "title": "Tea",
        "related": [{"$oid": "5f02"}, {"_ref": "pot", "_type": "reference"}],
    }
    pot = {"title": "Pot", "slug": {"_type": "slug", "current": "pot"}}
    corpus = read_jsonl(write(tea, {"_id": {"$oid": "5f02"}, "title": "Cup"}, pot))
    assert (corpus.ids, corpus.reading.matched["path"]) == (("5f01", "5f02", "pot"), 2)


@pytest.mark.parametrize("name", ["attributes", "_source", "data", "fields"])
def test_articles_one_level_down(write, name):
    """What stands in a mapping is read with what stands beside it, such as the id; its list once."""
    row = {"_id": "tea", name: {"title": "Tea", "date": "2021-03-03", "related": ["cup"]}, "author": {"name": "Ida"}}
    corpus = read_jsonl(write(row, {"id": "cup", "title": "Cup", name: {"title": "A picture"}}))
    tea = corpus["tea"]
    assert (tea.title, tea.published_at, tea.provider) == ("Tea", datetime(2021, 3, 3, tzinfo=UTC), "Ida")
    assert ([one.target for one in tea.related], corpus["cup"].title) == (["cup"], "Cup")


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        ({"headline": {"main": "Cup", "kicker": None}}, "title", "Cup"),
        ({"headlines": {"basic": "Cup"}}, "title", "Cup"), ({"web_title": "Cup"}, "title", "Cup"),
        ({"hed": "Cup"}, "title", "Cup"), ({"trail_text": "A"}, "excerpt", "A"),
        ({"snippet": "A"}, "excerpt", "A"), ({"deck": "A"}, "excerpt", "A"), ({"subhead": "A"}, "excerpt", "A"),
        ({"publish_time": "2021-03-03"}, "published_at", datetime(2021, 3, 3, tzinfo=UTC)),
        ({"display_date": "2021-03-03"}, "published_at", datetime(2021, 3, 3, tzinfo=UTC)),
        ({"issued": "Issue 5"}, "published_at", None), ({"article_url": "/cup"}, "url", "/cup"),
        ({"path": {"alias": "/cup"}}, "url", "/cup"), ({"canonical_url": "/cup"}, "url", "/cup"),
        ({"source": {"id": None, "name": "BBC"}}, "provider", "BBC"), ({"publisher": "BBC"}, "provider", "BBC"),
        ({"byline": {"original": "By Ida Holm", "person": []}}, "provider", "Ida Holm"),
        ({"keywords": [{"name": "glocations", "value": "Oslo"}, {"name": "Sea"}]}, "topics", ("Oslo", "Sea")),
    ],
)  # fmt: skip
def test_names_of_newsrooms(write, values, field, expected):
    """What the interfaces of newspapers and of Drupal call a field is read."""
    titled = values if field == "title" else {"title": "Cup", **values}
    assert getattr(read_jsonl(write({"id": "cup", **titled}))["cup"], field) == expected


def test_mappings_that_hold_no_text(write):
    """An id that is none is left out and told, and costs no article; a body may be pictures alone."""
    corpus = read_jsonl(
        write({"id": ["x"], "title": "Tea", "slug": "tea"}, {"id": "cup", "title": "Cup", "body": {"a": 1}})
    )
    assert corpus.ids == ("cup", "tea")
    assert corpus.reading.warnings == ("articles.jsonl:1: id must be text, but is a list. It is left out.",)


@pytest.mark.parametrize(
    "values",
    [
        {"deck": ["A"]}, {"snippet": {"publishedAt": "2021-03-03"}}, {"publisher": {"logo": "a.png"}},
        {"address": {"city": "Oslo"}}, {"labels": [{"colour": None}]}, {"name": {"first": "Ida"}}, {"creator": True},
        {"byline": {"original": None, "person": []}},
    ],
)  # fmt: skip
def test_databases_names_of_something_else(write, values):
    """Are no fault, unless the settings ask for the name."""
    row = {"id": "tea", "title": "Tea", **values}
    corpus = read_jsonl(write(row, {"id": "cup", "title": "Cup"}))
    assert (corpus["tea"], corpus.reading.warnings) == (Article("tea", title="Tea"), ())
    asked = settings_from_mapping({"articles": {"fields": {"quality": [*values]}}})
    assert read_jsonl(write(row), asked).reading.warnings


def test_a_name_that_is_the_title_too(write):
    """Stays it where the settings read something else from it."""
    asked = settings_from_mapping({"articles": {"fields": {"provider": "name"}}})
    assert read_jsonl(write({"id": "tea", "name": "Tea"}), asked)["tea"].title == "Tea"


def test_a_list_of_a_name_of_databases(write):
    """Is read where the settings ask for it."""
    file = write({"id": "tea", "title": "Tea", "deck": ["cup"]}, {"id": "cup", "title": "Cup"})
    asked = settings_from_mapping({"articles": {"fields": {"related": "deck"}}})
    assert [one.target for one in read_jsonl(file, asked)["tea"].related] == ["cup"]


@pytest.mark.parametrize("name", ["source", "_source", "data", "document"])
def test_a_name_one_level_down(write, name):
    """Is no title."""
    corpus = read_jsonl(write({"id": "tea", "Subject": "Tea", name: {"name": "BBC"}}, {"id": "cup", "title": "Cup"}))
    assert corpus.ids == ("cup",)


def test_what_is_null_one_level_down(write):
    """Leaves what stands above it."""
    row = {"id": "tea", "date": "2021-03-03", "author": "Ida", "data": {"title": "Tea", "date": None, "author": ""}}
    (tea,) = read_jsonl(write(row))
    assert (tea.published_at, tea.provider) == (datetime(2021, 3, 3, tzinfo=UTC), "Ida")


def test_values_beside_names(write):
    """Are no topics and no people, but for the New York Times' kinds."""
    (tea,) = read_jsonl(
        write(
            {
                "id": "tea",
                "title": "Tea",
                "tags": [{"name": "Green Tea", "value": "green-tea"}],
                "author": {"name": "Ida Holm", "value": "17"},
            }
        )
    )
    assert (tea.topics, tea.provider) == (("Green Tea",), "Ida Holm")


def test_bad_files(write, tmp_path):
    """A file that is missing, empty, cut short or no gzip is an error with a cure."""
    whole = write(*({**TEA, "id": str(number)} for number in range(1000)), name="a.jsonl.gz").read_bytes()
    for name, content, message in [
        ("none.jsonl", None, "cannot be read (No such file or directory). Name a file that exists."),
        ("empty.jsonl", b"\n\n", "holds no article. Write one JSON object a line."),
        ("plain.jsonl.gz", b"{}", "is not a whole gzip file (Not a gzipped file (b'{}')). Make it anew."),
        (
            "cut.jsonl.gz",
            whole[:-20],
            "is not a whole gzip file (Compressed file ended before the end-of-stream marker was reached). "
            "Make it anew.",
        ),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SiteError) as caught:
            read_jsonl(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: {message}"


@pytest.mark.parametrize("text", [b'[{"title": "Tea"}]', b'\xef\xbb\xbf[\n{"title": "Tea"}\n]'])
def test_a_list_is_no_lines(write, tmp_path, text):
    """It is a problem with a cure, and costs no other file of the folder."""
    message = (
        f"{write(text)}: is one JSON list. Call it articles.json, and make lines: jq -c '.[]' articles.json > "
        "articles.jsonl (of a JSON Feed '.items[]')."
    )
    with pytest.raises(SiteError) as caught:
        read_jsonl(tmp_path / "articles.jsonl")
    assert str(caught.value).splitlines()[0] == message
    write(TEA, name="b.jsonl")
    corpus = read_site(tmp_path)
    assert (corpus.ids, [str(one) for one in corpus.reading.problems]) == (("tea",), [message])


def test_names_above_lines(write):
    """Are a line that is no object."""
    corpus = read_jsonl(write(b'["id", "title"]', TEA))
    problem = "articles.jsonl:1: must be an object, but is a list. Write one object a line."
    assert (corpus.ids, [str(one) for one in corpus.reading.problems]) == (("tea",), [problem])


def test_is_jsonl(tmp_path):
    """A file is known by its ending."""
    assert [is_jsonl(tmp_path / name) for name in ("a.jsonl", "a.JSONL.gz", "a.ndjson", "a.json", "a")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(["title", "excerpt", "tags", "related", "date", "quality", "draft", "author", "lang"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["title", "url", "name"]), inner, max_size=2)
            ),
        ),
    )
)
def test_any_values(tmp_path_factory, values):
    """Values of any type give an article or a problem, never another exception."""
    file = tmp_path_factory.mktemp("any") / "a.jsonl"
    file.write_text(json.dumps({"id": "a", **values}) + '\n{"id": "b", "title": "B"}\n')
    corpus = read_jsonl(file)
    assert len(corpus) + len(corpus.reading.problems) == 2


def test_no_good_line(write):
    """A file of which no line can be read is an error with all that is wrong, and no empty corpus."""
    file = write({"id": "tea"}, {"title": 3})
    for read in (read_jsonl, read_site):
        with pytest.raises(SiteError) as raised:
            read(file)
        *problems, cure = str(raised.value).splitlines()
        assert [one.partition(": ")[0] for one in problems] == [f"{file.name}:1", f"{file.name}:2"]
        assert cure == f"{file}: no article is left to read. Mend what is named above."


def test_folder_of_lines(write, tmp_path):
    """A folder that holds nothing but files of lines is one site, read in the order of their names."""
    write({"id": "tea", "title": "Tea"}, {"id": "cup", "title": "Cup"}, name="part-1.jsonl")
    write(
        {"id": "pot", "title": "Pot"},
        {"id": "cup", "title": "Cup"},
        {"id": "pot", "title": "P"},
        name="part-2.jsonl.gz",
    )
    (tmp_path / "recommender.yaml").write_text("ranking: {k: 3}\n")
    assert is_jsonl(tmp_path)
    corpus = read_site(tmp_path)
    assert corpus.ids == ("cup", "pot", "tea")
    assert [str(problem) for problem in corpus.reading.problems] == [
        "part-2.jsonl.gz:2: the id 'cup' is that of part-1.jsonl:2. Give each its own.",
        "part-2.jsonl.gz:3: the id 'pot' is that of line 1. Give each its own.",
    ]
    (tmp_path / "index.md").write_text("A page.")
    assert not is_jsonl(tmp_path)


def test_lines_that_cannot_be_used(write):
    """A line that is no article costs itself only; a strict reading stops at the first."""
    lines = [
        {**TEA, "id": f"tea-{number % 50}", "quality": "good" if number % 7 == 0 else 1, "title": f"Tea {number}"}
        for number in range(60)
    ]
    file = write(b"\xef\xbb\xbf" + json.dumps(lines[0]).encode(), b"", *lines[1:30], b"{", {"id": "x"}, *lines[30:])
    corpus = read_jsonl(file)
    assert [article.title for article in corpus] == [f"Tea {number}" for number in sorted(range(50), key=str)]
    assert len(corpus.reading.problems) == 12
    with pytest.raises(SiteError, match=r"articles\.jsonl:32: is not JSON"):
        read_jsonl(file, strict=True)


def test_articles_come_through_pickle(write):
    """An article is the same in another process, its list too."""
    (article,) = read_jsonl(write(TEA))
    assert pickle.loads(pickle.dumps(article)) == article


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([b"\n" * 200_000], r"has more than 100,000 lines"),
        ([b"a" * 3_000_000], r"cannot be read \(it unpacks to more than 200 times its size\)"),
        ([b"{}\n" * 30_000], r":20001: with this, more than 20,000 articles cannot be used, so none is"),
    ],
)
def test_bombs(write, monkeypatch, lines, message):
    """A small packed file of billions of empty lines, one without an end, and one of millions that are no articles."""
    monkeypatch.setattr(jsonl, "_MOST_LINES", 100_000)
    monkeypatch.setattr("recommender.bounds._ALWAYS_UNPACKED", 100_000)
    with pytest.raises(SiteError, match=message):
        read_jsonl(write(*lines, TEA, name="articles.jsonl.gz"))


def test_hidden_files_beside_lines(tmp_path):
    """Are not read: macOS leaves some, which hold no text."""
    (tmp_path / "a.jsonl").write_text('{"id": "tea", "title": "Tea"}\n')
    (tmp_path / "._a.jsonl").write_bytes(b"\x00\x05\x16\x07")
    corpus = read_site(tmp_path)
    assert (corpus.ids, corpus.reading.problems) == (("tea",), ())
