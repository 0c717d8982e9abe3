"""Texts in arrays, against dicts and lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.tables import TextIndex, TextTable, View

#: Any text, lone surrogates too: a file name may hold one.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)


@given(st.lists(TEXTS))
def test_a_table_gives_back_its_texts(texts):
    """Empty ones too; and it knows which are not."""
    table = TextTable.from_parts("x", TextTable.of(texts).parts("x"))
    assert [table[number] for number in range(len(table))] == texts
    assert table.filled() == [number for number, text in enumerate(texts) if text]


@given(st.dictionaries(TEXTS, st.lists(st.integers(0, 9), max_size=3)), TEXTS)
def test_an_index_finds_what_a_dict_finds(numbers, other):
    """Every key, and none that is not there."""
    index = TextIndex.from_parts("x", TextIndex.of(numbers.items()).parts("x"))
    assert sorted(index) == sorted(numbers)
    assert len(index) == len(numbers)
    for key in {*numbers, other}:
        assert index.get(key) == (tuple(numbers[key]) if key in numbers else None)


def test_a_table_whose_bytes_are_missing_is_an_error():
    """Half a file must not answer."""
    with pytest.raises(ValueError, match="not as many bytes"):
        TextTable(np.zeros(3, dtype=np.uint8), np.array([0, 9]))


def test_a_view_looks_up_what_it_is_asked_for():
    """And nothing else."""
    asked = []
    view = View(lambda: "ab", 2, lambda key: asked.append(key) or key.upper())
    assert (list(view), len(view), view.get("b"), asked) == (["a", "b"], 2, "B", ["b"])
