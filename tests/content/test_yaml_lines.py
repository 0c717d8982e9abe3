import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.content import yaml_values
from recommender.content.front_matter import split
from recommender.content.yaml_lines import LineReader
from recommender.content.yaml_values import parse_events, read_yaml
from recommender.errors import FrontMatterError


def by_events(text: str) -> object:
    """What the parser's events give, and what is wrong or doubtful; the way for every text that is not plain."""
    warnings: list[str] = []
    try:
        values = yaml_values._build(parse_events(text, "tea.md"), "tea.md", 1, warnings)
    except FrontMatterError as error:
        return str(error)
    # As text, so that 1 and 1.0 and true are three things, and the order of the names counts.
    return f"{values!r} {warnings}"


def by_lines(text: str) -> object:
    """What the reader of plain lines gives, in the same form, or None where it knows better than to say."""
    values = LineReader(yaml_values._plain, yaml_values._alone).read(text)
    return None if values is None else f"{values!r} []"


PLAIN = """
title: "Tea: a start"
date: 2021-03-03
# A remark.
count: -1
tags: [green, 'black', "white"]

provider:
  name: It's tea   
  images:
    - url: https://example.org/tea?a=b#c
      width: 50
related:
- title: 'It''s "tea"'
  excerpt: "A \\"cup\\" of té\\u2028"
  topics:
  - green
  - - a
    - b: c
-   title: Copper
    none:
empty: {}
"""  # noqa: W291 -- blanks at the end of a line are part of it


def test_plain():
    """Names, lists and mappings on lines of their own are read without the parser, as the parser reads them."""
    assert by_lines(PLAIN) == by_events(PLAIN)
    assert by_lines(PLAIN.replace("\n", "\r\n")) == by_events(PLAIN)


NOT_PLAIN = [
    "a: |\n  b\n",
    "a: b\n  c\n",
    "a: 'b\n  c'\n",
    "a: &b c\nd: *b\n",
    "a: !!str 1\n",
    "a: b # c\n",
    "a: b: c\n",
    "a: 1\na: 2\n",
    "a:\n  b: 1\n  b: 2\n",
    "a:\n   b: 1\n  c: 2\n",
    "a:\n  - b\n - c\n",
    "? a\n: b\n",
    '"a": b\n',
    "a: [b,\n  c]\n",
    "a: \tb\n",
    "a: b\x07\n",
    "a: b\u2028c\n",
    "a: b\rc: d\n",
    "- a\n",
    "a\n",
    "",
    "# a\n",
    "<<: {a: b}\n",
    "a: - b\n",
    "a: @b\n",
    "a: [b\n",
    'a: "b" c\n',
    "a: 'b''\n",
    "  a: b\n",
]


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_not_plain(text):
    """What is not known for certain to be plain is left to the parser."""
    assert by_lines(text) is None


fragments = st.sampled_from(
    [
        "a", "b", "c:", "d: ", "e: f", "title: ", "- ", "-", "  ", "    ", " ", "\n", "\n", "\n  ", "\n  - ", "\n- ",
        "\n    ", '"', "'", "''", '\\"', "\\", "\\n", "\\u00e9", "\\x", ": ", ":", " #", "#", "[", "]", "{", "}", ",",
        "[a, b]", "[\"a\", 'b']", "{a: 1}", "&x ", "*x", "!", "!!str ", "|", ">", ">-", "%", "@", "`", "~", "null",
        "yes", "no", "1", "-1", "1.5", "0x1F", "1_000", "2021-03-03", "2021-02-30", "2021-03-03T07:14:00Z", "12:30",
        "<<", "<<: ", "=", "?", "? ", "---", "...", "\t", "\r", "\r\n", "\x07", "\x7f", "\x85", "\xa0", "\u2028",
        "\ufeff", "é", "茶", "“", "\U0001f375", "https://example.org/",
    ]
)  # fmt: skip


@given(st.lists(fragments, max_size=16).map("".join))
@example("a:\n- b\n\n# c\n- d")
@example("a: [b]: [c]")
@example("a: {b: c}: {d: e}")
@example("a:\n  -\n    b: c")
def test_same_as_the_parser(text):
    """Whatever the reader of lines gives is what the parser's events give; of anything else it gives nothing."""
    found = by_lines(text)
    assert found is None or found == by_events(text)


names = st.sampled_from(["a", "b", "title", "no", "on", "Größe", "a-b", "a.b", "_c", "null", "茶"])
scalars = st.sampled_from(
    ["", "a", "a b", "it's", '"a: b"', "'a # b'", "1", "1.0", "yes", "~", "2021-03-03", "[a, 'b']", "[]", "{a: 1}",
     "a:b", "a#b", "-a", ".5", '"\\u00e9"', "“a”"]
)  # fmt: skip
items = st.recursive(
    scalars,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
)


def lines_of(value: object, indent: int, step: int) -> str:
    """A value as lines, the way people write them, from behind its name or dash."""
    if isinstance(value, str):
        return f" {value}\n" if value else "\n"
    blanks = " " * indent
    if isinstance(value, list):
        return "\n" + "".join(f"{blanks}-{lines_of(item, indent + step, step).lstrip(chr(10))}" for item in value)
    return "\n" + "".join(f"{blanks}{name}:{lines_of(item, indent + step, step)}" for name, item in value.items())


@given(st.dictionaries(names, items, max_size=4), st.integers(0, 3))
def test_indents(mapping, step):
    """Lines with any indents are read as the parser reads them, or left to it."""
    text = lines_of(mapping, 0, step)
    found = by_lines(text)
    assert found is None or found == by_events(text)


def test_repeated_entries():
    """Equal entries of lists are one object, in one text and across texts, until they are forgotten."""
    entry = "related:\n  - title: Tea\n    url: /tea/\n"
    first, second = read_yaml(entry, "a.md"), read_yaml(f"title: Kettle\n{entry}", "b.md")
    assert first["related"][0] is second["related"][0]
    yaml_values.forget_entries()
    assert read_yaml(entry, "a.md")["related"][0] is not first["related"][0]


@pytest.mark.site
@pytest.mark.slow
def test_real_sites(azure_site, azure_later, namefi_site):
    """All front matter of the real sites is plain, and means what the parser says."""
    texts = {}
    for file in (file for site in (azure_site, azure_later, namefi_site) for file in sorted(site.rglob("*.md"))):
        text = file.read_text("utf-8")
        if place := split(text):
            texts[f"{file.parent.name}/{file.name}"] = text[place.start : place.end]
    assert len(texts) == 4617 + 140 + 599
    assert not [name for name, text in texts.items() if by_lines(text) != by_events(text)]
