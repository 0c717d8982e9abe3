from contextlib import suppress
from time import process_time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.content.front_matter import split
from recommender.errors import FrontMatterError
from recommender.yaml import forget_entries, read_yaml

names = st.text("abcdefghij", min_size=1, max_size=5)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | st.text(max_size=20)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))

MESSAGES = [
    ("a: b: c", "2: mapping values are not allowed here. Quote a value that contains a colon: a: \"b: c\"."),
    ("a: b\n  c: d", "3: mapping values are not allowed here. Mend the line before, which has no colon, or give both "
     "the same indent."),
    ("a: 'b: c: d", "2: a quoted text opens here and is never closed. Close it with the quotation mark that it opens "
     "with."),
    ('a: "\\q"', "2: a backslash in double quotes begins an escape that YAML does not know. Write it twice, or use "
     "single quotes."),
    ("a: `b`", "2: a value cannot begin with `. Quote it."),
    ("a: %b", "2: a value cannot begin with %. Quote it."),
    ("\ta: b", "2: a line is indented with a tab. Indent with spaces."),
    ("a: - b", "2: a list cannot begin on the line of its name. Quote a value that begins with a dash."),
    ("a: 1\nb", "3: a line without a colon after its name. Write name: value, and indent the further lines of a longer "
     "text."),
    ("a: [1, 2", "2: a bracket is never closed, or a comma is missing. Close it, or quote a value that begins with a "
     "bracket."),
    ("a: ]", "2: a bracket or a comma stands where a value was expected. Quote a value that begins with one."),
    ("- a\nb: c", "3: a name stands among the dashes of a list. Indent it below the entry that it belongs to."),
    ("a: 'it's'", """2: an apostrophe ends a text in single quotes. Use double quotes: a: "it's"."""),
    ("- 'rock'n'roll'", """2: an apostrophe ends a text in single quotes. Use double quotes: - "rock'n'roll"."""),
    ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other", "3: a merge conflict was never settled. Keep one side, "
     "and take out the lines of <<<<<<<, ======= and >>>>>>>."),
    ("a: 'it' is", "2: found something else where a name was expected. Quote a whole value, not a part of it, and "
     "indent the lines of one list alike."),
    ("a: *b", "2: *b refers to nothing. Quote a value that begins with an asterisk."),
    ("a: [b](c.md)", '2: text stands behind a closing bracket. Quote the whole value: a: "[b](c.md)".'),
    ("a:\n  - [b](c.md)", '3: text stands behind a closing bracket. Quote the whole value: - "[b](c.md)".'),
    ("a: [[b]], [[c d]]", '2: text stands behind a closing bracket. Quote the whole value: a: "[[b]], [[c d]]".'),
    ("a:\n  - [[b]] and more", '3: text stands behind a closing bracket. Quote the whole value: - "[[b]] and more".'),
    ('a: [b] "c"', """2: text stands behind a closing bracket. Quote the whole value: a: '[b] "c"'."""),
    ('a: "The "best" knots"', """2: a quotation mark ends a text in double quotes. Quote the whole value: a: 'The """
     """"best" knots'."""),
    ('a:\n  - b\n  - "{{< ref "c" >}}"', """4: a quotation mark ends a text in double quotes. Quote the whole value: """
     """- '{{< ref "c" >}}'."""),
    ('a:\n  - "It\'s "b""', """3: a quotation mark ends a text in double quotes. Quote the whole value: - "It's """
     """\\"b\\""."""),
    ("a: {{ b }}", "2: a list or a mapping cannot be a name. Quote a name or a value that begins with a bracket."),
    ("a: **b** c", "2: a value cannot begin with * or &. Quote it."),
    ("a: ? b", "2: a value cannot begin with ?. Quote it."),
    ("a: b\n\tc: d", "3: a line is indented with a tab. Indent with spaces."),
    ("a: > b", "2: text stands on the line of | or >. Begin it on the next line, or quote the value."),
    ("a: !!int b", "2: 'b' cannot be read as !!int. Quote the value, or take the tag out."),
    ("a: !!binary b", "2: 'b' cannot be read as !!binary. Quote the value, or take the tag out."),
    ("? [a]\n: b", "2: a list or a mapping cannot be a name. Quote a name or a value that begins with a bracket."),
    ("- a", "2: expected names with values, but found a list. Write lines such as name: value."),
    ("tea", "2: expected names with values, but found the text 'tea'. Write lines such as name: value."),
    ("a: b\x07", "2: the character U+0007 is not allowed in YAML. Take it out."),
    ("%YAML", "2: did not find expected version number. Mend the YAML."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MESSAGES, ids=[text for text, _ in MESSAGES])
def test_messages(text, message):
    """What is wrong is said with its line in the file and with the cure."""
    with pytest.raises(FrontMatterError) as caught:
        read_yaml(text + "\n", "tea.md", first_line=2)
    assert str(caught.value) == f"tea.md:{message}"


@given(st.dictionaries(names, values, max_size=5), st.booleans())
def test_same_as_pyyaml(mapping, flow):
    """Whatever PyYAML writes is read as PyYAML's safe loader reads it."""
    text = yaml.safe_dump(mapping, allow_unicode=True, default_flow_style=flow)
    assert read_yaml(text, "tea.md") == yaml.safe_load(text)


@given(st.lists(st.sampled_from([*"ab:-#'\"[]{}|>&*!%\n ", "0x", "1_0", "2021-", "02-30", "<<: "]), max_size=12))
def test_no_other_error(parts):
    """Any text gives a mapping or a FrontMatterError, never another exception."""
    with suppress(FrontMatterError):
        assert isinstance(read_yaml("".join(parts), "tea.md"), dict)


LONG_NUMBERS = [
    "9" * 5000,
    "0x" + "f" * 6000,
    "0b" + "1" * 20_000,
    "0" + "7" * 6000,
    "1" + ":10" * 3000,
    "1." + "0" * 5000,
]


@pytest.mark.parametrize(
    "text", ["2021-02-30", "2021-13-01T00:00:00Z", "0x_", *LONG_NUMBERS], ids=lambda text: text[:20]
)
def test_only_looks_like_a_value(text):
    """What only looks like a date or a number stays text, and so does a number of thousands of digits."""
    assert read_yaml(f"a: {text}\nb: [{text}]\n", "tea.md") == {"a": text, "b": [text]}


@pytest.mark.parametrize("text", LONG_NUMBERS, ids=lambda text: text[:20])
def test_number_of_many_digits_with_a_tag(text):
    """A tag does not make a number of thousands of digits, and the message shows its beginning only."""
    with pytest.raises(FrontMatterError) as caught:
        read_yaml(f"a: !!int {text}", "tea.md")
    assert (
        str(caught.value) == f"tea.md:1: '{text[:60]}' cannot be read as !!int. Quote the value, or take the tag out."
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!tea green", "green"),
        ("!ruby/string:Sequel::SQL::Blob yes", "yes"),
        ("!ruby/string:Sequel::SQL::Blob |-\n  R3LD\n  vG4=", "Grün"),
        ("!ruby/string:Sequel::SQL::Blob |-\n  Two lines\n  of tea", "Two lines\nof tea"),
        ("!!python/unicode '2024'", "2024"),
        ("!!python/int 2024", 2024),
        ("!!python/object/apply:os.getcwd []", []),
        ("!ruby/object:OpenStruct {name: Ada, drinks: !!python/tuple [tea, !!js/undefined '']}",
         {"name": "Ada", "drinks": ["tea", ""]}),
        ("!!set {tea, milk}", ["tea", "milk"]),
    ],
)  # fmt: skip
def test_a_tag_of_a_program_counts_as_none(text, value):
    """Under the tag of a program's class stands what was typed, and nothing is made of it; a set is a list."""
    assert read_yaml(f"a: &x {text}\nb: *x\n", "tea.md") == {"a": value, "b": value}


@pytest.mark.parametrize("depth", [101, 900, 100_000])
def test_deep_nesting(depth):
    """A hundred thousand brackets are an error, where PyYAML's C loader would end the process."""
    with pytest.raises(
        FrontMatterError, match=r"^tea\.md:1: values are nested more than 100 deep\. Close a bracket\.$"
    ):
        read_yaml("a: " + "[" * depth, "tea.md")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a\n  b:\n  - c: *a\n", "a: &a\n  <<: *a\n"])
def test_value_in_itself(text):
    """A value that an alias puts into itself is an error: who reads it would never come to an end."""
    with pytest.raises(FrontMatterError, match=r"^tea\.md:[1-3]: \*a stands inside of what it refers to\. Write the v"):
        read_yaml(text, "tea.md")


def bomb(item: str, levels: int = 10, repeats: int = 9) -> str:
    """A few lines of which each means the one before several times over."""
    lines = [f"a0: &a0 [{','.join(['x'] * repeats)}]"]
    lines += [f"a{n}: &a{n} {item % ','.join([f'*a{n - 1}'] * repeats)}" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


MERGES = (
    "a: &a {"
    + ",".join(f"x{n}: 1" for n in range(1000))
    + "}\n"
    + "".join(f"b{n}: {{<<: [{','.join(['*a'] * 300)}]}}\n" for n in range(300))
)
TOO_MUCH = {
    "lists": bomb("[%s]"),
    "mappings": bomb("{b: [%s]}"),
    "merges": MERGES,
    "long texts": f"a: &a {'tea ' * 50_000}\nb: [{','.join(['*a'] * 1000)}]\n",
    "a list": "related:\n" + "- a\n" * 100_001,
    "a list in brackets": f"related: [{'a,' * 100_001}]\n",
    "names": "".join(f"a{n}: 1\n" for n in range(50_001)),
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_many_values(text):
    """More values than a person writes are an error, those behind aliases counted each time, and found in no time."""
    before = process_time()
    with pytest.raises(FrontMatterError, match=r"^tea\.md:\d+: there are more than 100,000 values up to here, those b"):
        read_yaml(text, "tea.md")
    assert process_time() - before < 10


def test_aliases():
    """Aliases that stand for little are read, of a text and of a list."""
    assert read_yaml("a: &a tea\nb: &b [*a, *a]\nc: *b\n", "tea.md") == {"a": "tea", "b": ["tea"] * 2, "c": ["tea"] * 2}


SLOW = {
    "blanks behind a colon": "title: b: c" + " " * 200_000 + "x",
    "directives": "%TAG !a! b\n" * 200_000,
    "blanks": "a: b\n" + " " * 500_000 + "\n",
    "dashes": "- " * 200_000,
    "dashes on lines": "a:\n" + "-\n" * 90_000,
    "quotes": "a: " + "'\n" * 200_000,
    "anchors": "".join(f"a{n}: &a{n} b\n" for n in range(40_000)),
    "braces": "a: " + "{a: " * 200_000,
    "comments": "#\n" * 500_000,
    "questions": "? " * 200_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_hostile_length(text):
    """The time that a text takes does not grow with the square of its length."""
    before = process_time()
    with suppress(FrontMatterError):
        read_yaml(text + "\n", "tea.md")
    assert process_time() - before < 10


def test_merge_keys():
    """A merge key gives what the mapping does not have itself, the first source first."""
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz: {<<: [*x, *y], b: 4}"
    assert read_yaml(text, "tea.md")["z"] == {"a": 1, "b": 4}


def test_what_is_merged_stands_once():
    """A name of the mapping's own is no second one, wherever the merge key stands; of its own two are."""
    warnings: list[str] = []
    text = "x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\nz: {<<: *x, c: 4, <<: {c: 5, d: 6}}\n"
    found = read_yaml(text, "tea.md", warnings=warnings)
    assert (found["y"], found["z"]) == ({"a": 3, "b": 2}, {"a": 1, "b": 2, "c": 4, "d": 6})
    assert warnings == []
    assert read_yaml("x: &x {a: 1}\ny: {<<: *x, a: 3, a: 4}\n", "tea.md", warnings=warnings)["y"] == {"a": 4}
    assert warnings == ["tea.md:2: a stands twice. The last one counts."]


def test_name_twice():
    """A name that stands twice is a warning, and the last one counts."""
    warnings: list[str] = []
    assert read_yaml("a: 1\nb: {c: 1, c: 2}\na: 3", "tea.md", first_line=2, warnings=warnings) == {
        "a": 3,
        "b": {"c": 2},
    }
    assert warnings == [f"tea.md:{line} stands twice. The last one counts." for line in ("3: c", "4: a")]
    warnings.clear()
    assert read_yaml("a:\n- {c: 1, c: 2}\n", "tea.md", warnings=warnings) == {"a": [{"c": 2}]}
    assert warnings == ["tea.md:2: c stands twice. The last one counts."]


def test_second_document():
    """A second document is an error."""
    with pytest.raises(FrontMatterError) as caught:
        read_yaml("a: 1\n---\nb: 2\n", "tea.md")
    assert str(caught.value) == "tea.md:2: a second YAML document starts here. Take the line out."


ENTRIES = """
title: "Tea: a start"
tags: [green, 'black', "white"]
related:
- title: 'It''s "tea"'
  excerpt: "A cup

    of té"
  topics:
  - green
  - - a
    - b: c

- title: Copper   # a remark
  text: |+
    - a
    - b

# A remark.
-   title: Kettle
    none:
more:
    - - a
    - [b,
       c]
"""


def test_entries():
    """Entries of lists mean what PyYAML says, in every form that they may have."""
    assert read_yaml(ENTRIES, "tea.md") == yaml.safe_load(ENTRIES)
    assert read_yaml(ENTRIES.replace("\n", "\r\n"), "tea.md") == yaml.safe_load(ENTRIES)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: |\n  - b\n  - c\n", {"a": "- b\n- c\n"}),
        ("a: 'b\n  - c\n  d'\n", {"a": "b - c d"}),
        ("a: b\n  - c\n", {"a": "b - c"}),
        ("a:\n- &b c\n- *b\n", {"a": ["c", "c"]}),
        ("a: &b c\nd:\n- *b\n", {"a": "c", "d": ["c"]}),
        ("a:\n- |\n  b\n", {"a": ["b\n"]}),
        ("a:\n- |+\n  b\n\nc: d\n", {"a": ["b\n\n"], "c": "d"}),
        ("a:\n- b\n\n  c\n", {"a": ["b\nc"]}),
        ("a:\n- \ue0000\n", {"a": ["\ue0000"]}),
        ("a:\n- b\u2028  c\n", {"a": ["b\u2028c"]}),
    ],
)
def test_what_looks_like_an_entry(text, values):
    """Lines that look like entries of a list are what the lines around them make of them."""
    assert read_yaml(text, "tea.md") == values == yaml.safe_load(text)


fragments = st.sampled_from(
    [
        "a", "b", "c:", "d: ", "e: f", "title: ", "- ", "-", "  ", "    ", " ", "\n", "\n", "\n  ", "\n  - ", "\n- ",
        "\n    ", '"', "'", "''", '\\"', "\\", "\\n", "\\u00e9", "\\x", ": ", ":", " #", "#", "[", "]", "{", "}", ",",
        "[a, b]", "[\"a\", 'b']", "{a: 1}", "&x ", "*x", "!", "! ", "!!str ", "|", "|+\n", ">", ">-", "%", "@", "`",
        "~", "null", "yes", "no", "1", "-1", "1.5", "0x1F", "1_000", "2021-03-03", "2021-03-03T07:14:00Z", "12:30",
        "<<", "<<: ", '"<<": ', "?", "? ", "---", "...", "\t", "\r", "\r\n", "\x07", "\x7f", "\x85", "\xa0", "\u2028",
        "\ufeff", "\ue000", "\ue0000", "é", "茶", "\U0001f375", "https://example.org/",
    ]
)  # fmt: skip


@given(st.lists(fragments, max_size=16).map("".join))
@example("a:\n- b\n\n# c\n- d\n")
@example("a:\n  -\n    b: c\n")
@example('"<<": !\n')
@example('a: ! 1\nb: {"<<": {c: d}}\n')
def test_values_are_those_of_pyyaml(text):
    """Whatever is read, PyYAML reads too, and reads the same in it: what it refuses, and we do not, has its reason."""
    text = f"related:\n- a: b\n{text}\n"
    with suppress(FrontMatterError, yaml.YAMLError, ValueError, AttributeError):
        # As text, so that 1 and 1.0 and true are three things, and the order of the names counts.
        assert repr(read_yaml(text, "tea.md")) == repr(yaml.load(text, Loader=yaml.CSafeLoader))


def test_repeated_entries():
    """Equal entries of lists are one object, in one text and across texts, until they are forgotten."""
    entry = "related:\n  - title: Tea\n    url: /tea/\n"
    first, second = read_yaml(entry, "a.md"), read_yaml(f"title: Kettle\n{entry}", "b.md")
    assert first["related"][0] is second["related"][0]
    forget_entries()
    assert read_yaml(entry, "a.md")["related"][0] is not first["related"][0]


@pytest.mark.site
@pytest.mark.slow
def test_real_sites(azure_site, azure_later, namefi_site):
    """All front matter of the real sites means what PyYAML says."""
    files = [file for site in (azure_site, azure_later, namefi_site) for file in sorted(site.rglob("*.md"))[::20]]
    texts = [text[place.start : place.end] for file in files if (place := split(text := file.read_text("utf-8")))]
    assert len(texts) > 200
    assert [read_yaml(text, "") for text in texts] == [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts]
