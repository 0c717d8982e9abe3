from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recommender.content.yaml_values import read_yaml
from recommender.errors import FrontMatterError

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
    ("a: [1, 2", "3: a bracket is never closed, or a comma is missing. Close it, or quote a value that begins with a "
     "bracket."),
    ("a: ]", "2: a bracket or a comma stands where a value was expected. Quote a value that begins with one."),
    ("- a\nb: c", "3: a name stands among the dashes of a list. Indent it below the entry that it belongs to."),
    ("a: 'it's'", "2: found something else where a name was expected. Quote a whole value, not a part of it, and "
     "indent the lines of one list alike."),
    ("a: *b", "2: *b refers to nothing. Quote a value that begins with an asterisk."),
    ("a: !b c", "2: 'c' cannot be read as !b. Take the tag out."),
    ("a: !b [c]", "2: the tag !b is not known. Take it out."),
    ("a: !!int b", "2: 'b' cannot be read as !!int. Take the tag out."),
    ("a: !!binary b", "2: 'b' cannot be read as !!binary. Take the tag out."),
    ("? [a]\n: b", "2: a list or a mapping cannot be a name. Quote a name that begins with a bracket."),
    ("- a", "2: expected names with values, but found a list. Write lines such as title: Tea."),
    ("tea", "2: expected names with values, but found the text 'tea'. Write lines such as title: Tea."),
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


@pytest.mark.parametrize("text", ["2021-02-30", "2021-13-01T00:00:00Z", "0x_", "9" * 5000])
def test_only_looks_like_a_value(text):
    """What only looks like a date or a number stays text."""
    assert read_yaml(f"a: {text}", "tea.md") == {"a": text}


@pytest.mark.parametrize("depth", [101, 900, 100_000])
def test_deep_nesting(depth):
    """A hundred thousand brackets are an error, where PyYAML's C loader would end the process."""
    with pytest.raises(
        FrontMatterError, match=r"^tea\.md:1: values are nested more than 100 deep\. Close a bracket\.$"
    ):
        read_yaml("a: " + "[" * depth, "tea.md")


def test_list_in_itself():
    """A list that an alias puts into itself is read."""
    values = read_yaml("a: &a [*a]", "tea.md")
    assert values["a"][0] is values["a"]


def test_merge_keys():
    """A merge key gives what the mapping does not have itself, the first source first."""
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz: {<<: [*x, *y], b: 4}"
    assert read_yaml(text, "tea.md")["z"] == {"a": 1, "b": 4}


def test_name_twice():
    """A name that stands twice at the top is a warning, and the last one counts."""
    warnings: list[str] = []
    assert read_yaml("a: 1\nb: {c: 1, c: 2}\na: 3", "tea.md", first_line=2, warnings=warnings) == {
        "a": 3,
        "b": {"c": 2},
    }
    assert warnings == ["tea.md:4: a stands twice. The last one counts."]


def test_second_document():
    """A second document is an error."""
    with pytest.raises(FrontMatterError) as caught:
        read_yaml("a: 1\n---\nb: 2\n", "tea.md")
    assert str(caught.value) == "tea.md:2: a second YAML document starts here. Take the line out."
