"""The one spelling of texts and numbers."""

import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.writing.values import escaped, json_line, number, scalar, writable

AWKWARD = [
    "", " ", "yes", "No", "on", "null", "~", "1e3", "1_000", "0x1F", "012", "1:30", "2021-01-01",
    "2021-03-03T07:14:00Z", ".inf", "a: b", "a # b", "- a", "? a", "& a", "*a", "!a", "%a", "@a", "`a`", "| a", "> a",
    "{a}", "[a]", "---", "...", 'say "yes"', "it's", "back\\slash", "two\nlines", "\r\n", "\ttab", "emoji 🚲", "日本語",
    "\x00\x07\x1b", "\x7f\x85\x9f", "\u2028\u2029", "\ufeff", "\ufffe\uffff", "{{ liquid }}", "{% raw %}", "<b>",
    "\u200b",
]  # fmt: skip


def read_yaml(written: str) -> object:
    """Both of PyYAML's readers must agree, since sites use either kind."""
    fast = yaml.load(written, Loader=yaml.CSafeLoader)
    slow = yaml.load(written, Loader=yaml.SafeLoader)
    assert fast == slow
    return fast


@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_text_means_itself(value):
    """A text that bare YAML would take for something else is read back as it was, by YAML and by JSON."""
    assert read_yaml(f"key: {json_line(value)}\n") == {"key": value}
    assert json.loads(json_line(value)) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\ud7ff\ue000\U0010ffff")
def test_any_text_means_itself(value):
    """Any text is read back as it was, and stands on one line however lines are split."""
    assert read_yaml(f"key: {json_line(value)}\n") == {"key": value}
    assert json.loads(json_line(value)) == value
    assert json_line(value).splitlines() == [json_line(value)]


@given(st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False)))
@example(0.000001)
@example(1e22)
@example(-0.0)
def test_any_number_means_itself(value):
    """A number is read back as the same number of the same kind."""
    back = read_yaml(f"key: {number(value)}\n")["key"]
    assert (back, type(back)) == (value, type(value))
    assert json.loads(number(value)) == value


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_scalar_means_itself(value):
    """Truth values and nothing have the same word in YAML and JSON."""
    assert read_yaml(f"key: {scalar(value)}\n") == {"key": value}


def test_half_a_character_is_replaced():
    """What no UTF-8 file can hold is replaced by the sign for it, in keys and inside lists too."""
    assert writable({"a\ud83d": ["\udc00", "ok"]}) == {"a\ufffd": ["\ufffd", "ok"]}


def test_endless_numbers_become_nothing():
    """Infinity and not-a-number, for which JSON has no word, become null."""
    assert writable({"a": float("nan"), "b": [float("inf")], "c": 1.5}) == {"a": None, "b": [None], "c": 1.5}


def test_json_line_is_one_line():
    """A line of JSON holds no sign that any program takes for the end of a line."""
    value = {"a": "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\r\n"}
    assert json_line(value).splitlines() == [json_line(value)]
    assert json.loads(json_line(value)) == value


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.integers()
        | st.text(st.characters(codec=None), max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
def test_writable_line(value):
    """A line is that of the value as files can hold it, whole characters and all, whether or not it needed a change."""
    assert json_line(value) == json_line(writable(value))


def test_what_is_escaped_or_replaced_is_not_printable():
    """A line whose every character is printable needs no change, whatever the character."""
    every = map(chr, range(0x110000))
    assert [sign for sign in every if sign.isprintable() and escaped(sign) != sign] == []
