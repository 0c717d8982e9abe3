import re
from datetime import UTC, datetime
from itertools import product

import pytest
from markdown_files import article

from recommender.content.front_matter import key_line, parse, split
from recommender.content.site import read_article, read_site
from recommender.errors import FrontMatterError, SiteError


def test_split_offsets():
    """The offsets cut a text into opening, YAML, closing and body."""
    text = "\ufeff---\r\ntitle: Tea\r\n---\r\nThe kettle."
    place = split(text)
    assert place is not None
    assert (place.line_end, text[place.start : place.end], text[place.body :]) == (
        "\r\n",
        "title: Tea\r\n",
        "The kettle.",
    )


@pytest.mark.parametrize("text", ["", "# Tea", "--- Tea\n---\n", "\n---\na: 1\n---\n", " ---\na: 1\n---\n"])
def test_none(text):
    """Front matter opens on the first line with three dashes alone, or is none."""
    assert split(text) is None
    assert parse(text) == {}


def test_lines():
    """A top-level name is found on its line, with its value as typed, and not inside another value."""
    text = "---\nrelated:\n  - title: White\ntitle: 12:30 # noon\n'date': \"x\"\n---\n"
    place = split(text)
    assert place is not None
    assert [key_line(text, place, name) for name in ("related", "title", "date", "none")] == [2, 4, 5, 2]


TOML = """\
+++
title = "Green tea"
date = 2021-03-02T07:14:00Z
tags = ["tea", "green"]
draft = false

[params]
note = "+++"

[[related]]
title = "Black tea"
url = "https://tea.example/black"
+++
A cup a day.
"""


def test_toml_is_read():
    """Dates, lists and tables mean what they mean in YAML; the body begins behind the closing line."""
    article = read_article(TOML)
    assert (article.title, article.topics, article.body) == ("Green tea", ("tea", "green"), "A cup a day.\n")
    assert article.published_at == datetime(2021, 3, 2, 7, 14, tzinfo=UTC)
    assert [entry.url for entry in article.related] == ["https://tea.example/black"]
    assert read_article(TOML.replace("\n", "\r\n")).title == "Green tea"
    assert read_article(TOML.replace("2021-03-02T07:14:00Z", "2021-03-02")).published_at == datetime(
        2021, 3, 2, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('+++\ntitle = "Tea"\ndate = oops\n+++\n', "text:3: is not TOML: invalid value. Mend the line."),
        ('+++\ntitle = "Tea"\ntitle = "Cup"\n+++\n', "text:3: is not TOML: title stands twice. Take one out."),
        ('+++\ntitle = "Tea"\n', "never closed. End it with a line of three plus signs."),
        ("+++\ndraft = false\ntitle = [1]\n+++\n", "text:3: title must be text, but is a list."),
    ],
)
def test_wrong_toml_is_told_with_its_line(text, message):
    """In the words of the other errors."""
    with pytest.raises(SiteError, match=re.escape(message)):
        read_article(text)


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "title": "Tea",\n  "tags": ["a", "b"]\n}\nBody.\n',
        '"title": "Tea",\n"tags": ["a", "b"],\n;;;\nBody.\n',
        ';;;\n"title": "Tea",\n"tags": ["a", "b"]\n;;;\nBody.\n',
        "title: Tea\ntags: [a, b]\n---\nBody.\n",
        "title: Tea\ntags: a, b\n___\n\nBody.\n",
        "---\u00a0\ntitle:\u00a0Tea\ntags:\n\u00a0\u00a0- a\n\u3000 - b\n---\nBody.\n",
        "---\ntitle：Tea\ntags： [a, b]\n---\nBody.\n",
        "Title: Tea\nTags: a\n    b\n\nBody.\n",
        "title: Tea\ntags: a\ntags: b\n\nBody.\n",
    ],
)
def test_other_syntaxes(text):
    """Front matter of Hugo, Hexo, Pelican and Bear Blog, and with other keyboards' blanks, is read as YAML is."""
    for whole in (text, "\ufeff" + text, text.replace("\n", "\r\n")):
        article = read_article(whole)
        assert (article.title, article.topics, article.body.strip()) == ("Tea", ("a", "b"), "Body.")


def test_a_title_block():
    """Pandoc's block is no text, and what is no day in it costs nothing."""
    lamp = read_article("% Lamp\n% Ida Holm; Bo Lind\n% March 4, 2021\n\nTrim it.\n")
    assert (lamp.title, lamp.provider, lamp.body.strip()) == ("Lamp", "Ida Holm, Bo Lind", "Trim it.")
    assert lamp.published_at == datetime(2021, 3, 4, tzinfo=UTC)
    assert read_article("% Lamp\n%\n% Version 3\n\nTrim it.\n").published_at is None


def test_blank_lines_above(make_site):
    """Hugo, Zola, Astro and a tree take front matter below blank lines; elsewhere the cure is told."""
    for opening, text in product(
        ("\n", " \r\n\n", "\ufeff\n"), ("---\ntitle: Tea\n---\n", "+++\ntitle = 'Tea'\n+++\n")
    ):
        assert read_article(f"{opening}{text}Body.").title == "Tea"
    assert split("\n---\nNote: a text between two rules.\n---\n") is None
    assert split("\n---\ntitle: a text below a rule\n") is None
    assert split("\r\n" * 1_000 + "Tea.\r\n") is None
    assert read_article("\n---\nheadline: Tea\ndate: 2024-02-02\n---\n").published_at == datetime(
        2024, 2, 2, tzinfo=UTC
    )
    assert read_article('\n---json\n{"title": "Tea"}\n---\n').title == "Tea"
    with pytest.raises(FrontMatterError, match=r"^text:6: is not TOML"):
        read_article("\n\n\n+++\ntitle = 'x'\nbad line\n+++\n")
    files = {"content/tea.md": "\n---\ntitle: Tea\n---\n", "content/cup.md": article("Cup")}
    assert read_site(make_site(files | {"hugo.toml": "title = 'Tea'"})).ids == ("content/cup", "content/tea")
    jekyll = read_site(make_site(files | {"_config.yml": "title: Tea"}))
    assert [str(problem) for problem in jekyll.reading.problems] == [
        "content/tea.md:1: a blank line stands above the front matter, so that Jekyll sees none. Take the line out."
    ]


@pytest.mark.parametrize(
    "above",
    [
        "<!-- By Ada -->\n",
        "<!--\n  Of tea\n  ---\n-->\n\n",
        "\ufeff\r\n<!-- a --><!-- b -->\r\n",
        "<!--a-->\n<!--b-->\n",
    ],
)
def test_comments_above(make_site, above):
    """A tree takes front matter below comments; elsewhere the cure is told."""
    text = f"{above}---\ntitle: Tea\n---\nBody."
    assert (read_article(text).title, read_article(text).body) == ("Tea", "Body.")
    assert split(f"{above}---\nNote: a text between two rules.\n---\n") is None
    site = make_site({"content/tea.md": text, "content/cup.md": article("Cup"), "hugo.toml": "title = 'Tea'"})
    told = "content/tea.md:1: a comment stands above the front matter, so that Hugo sees none. Move it below."
    assert (told in read_site(site).reading.warnings, read_site(site).reading.problems) == (True, ())


def test_a_comment_that_is_front_matter(make_site):
    """Nikola's headers go before what stands between two rules."""
    text = "<!--\n.. title: Tea\n-->\n---\nname: a\ntitle: b\n---\n"
    assert read_article(text).title == "Tea"
    assert read_site(make_site({"hugo.toml": "", "content/tea.md": text})).reading.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "Note: tea is hot.\n\nTitle: none.\n",
        "Words of the author: go on\n---\n",
        "{/* a comment */}\n",
        "{{< note >}}\n",
        "Tea\n",
    ],
)
def test_texts_without_front_matter(text):
    """A text that begins with a name and a colon, or with a brace, is not taken for front matter."""
    assert split(text) is None


def test_wrong_json_is_told_with_its_line():
    """JSON front matter that is none is an error with its line."""
    with pytest.raises(FrontMatterError, match=r"^text:3: is not JSON: expecting ',' delimiter. Mend the line.$"):
        read_article('{\n  "title": "Tea"\n  "tags": []\n}\nBody.\n')


_FENCES = (
    ("---\n", "\n---\n"),
    ("---\n", "\n...\n"),
    ("+++\n", "\n+++\n"),
    ("{", "}\n"),
    ("", "\n---\n"),
    ("", "\n;;;\n"),
)
_MEMBERS = {"{": '"title": "Tea", "a": %s', "+++\n": 'title = "Tea"\na = %s', ";;;": '"title": "Tea", "a": %s'}


def _between(fences, value):
    opening, closing = fences
    return opening + (_MEMBERS.get(opening) or _MEMBERS.get(closing.strip()) or "title: Tea\na: %s") % value + closing


@pytest.mark.parametrize("fences", _FENCES)
def test_front_matter_without_end(fences):
    """However it is written, what is longer than anybody writes is refused before it is read; in a body it is fine."""
    message = r"^text: front matter has 1,20\d,\d{3} characters, of at most 1,000,000\. Shorten its lists, or move"
    with pytest.raises(FrontMatterError, match=message):
        read_article(_between(fences, f'"{"a" * 1_200_000}"'))
    assert read_article(_between(fences, '"b"') + "a" * 1_200_000).title == "Tea"


@pytest.mark.parametrize("fences", _FENCES)
@pytest.mark.parametrize("value", ["1, ", "[1], ", "[], "])
def test_values_without_end(fences, value):
    """One limit for the number of values, however they are written and nested."""
    with pytest.raises(FrontMatterError, match=r"more than 100,000 values"):
        read_article(_between(fences, f"[{value * 120_000}1]"))
    assert read_article(_between(fences, f"[{value * 40_000}1]")).title == "Tea"


@pytest.mark.parametrize("value", ["[" * 150 + "]" * 150, "&z [*z]", "!!int tea"])
def test_what_is_refused_is_front_matter_without_its_opening_line_too(value):
    """Front matter without its opening line that is refused is an error, not a text without front matter."""
    opened, bare = (f"{opening}title: Tea\na: {value}\n---\nBody\n" for opening in ("---\n", ""))
    said = []
    for text in (opened, bare):
        with pytest.raises(FrontMatterError) as error:
            read_article(text)
        said.append(str(error.value).partition(": ")[2])
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n  "title": "Tea",\n  "date": 7\n}\n', 3),
        ("<!--\n.. title: Tea\n.. slug: tea\n.. date: soon\n-->\nA cup.\n", 4),
        ("---\ntitle: Tea\ndate\u3000：soon\n---\n", 3),
        ("---\ntitle: Tea\nms.date: 3/4/2021\n---\n", 3),
        ("---\ntitle: Tea\nms:\n  date: 3/4/2021\n---\n", 3),
    ],
)
def test_a_message_names_the_line_of_the_value(text, line, caplog):
    """In all that front matter is written in, and where a name has a dot."""
    read_article(text)
    assert caplog.messages[0].startswith((f"text:{line}: date must be a date", f"text:{line}: ms.date must be a date"))
