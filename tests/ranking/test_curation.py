"""The graph of curated lists, against lists of lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking.curation import CurationGraph, ends_of

LISTS = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.integers(0, n - 1).filter(row.__ne__), max_size=min(6, n - 1), unique=True) for row in range(n))
    )
)


@given(LISTS)
def test_the_matrices_say_what_the_lists_say(lists):
    """Forwards, backwards, and both ways at once."""
    graph = CurationGraph(lists)
    forwards = {(a, b) for a, listed in enumerate(lists) for b in listed}
    for row in range(len(lists)):
        assert {b for a, b in forwards if a == row} == set(ends_of(graph.lists, row).tolist())
        assert {a for a, b in forwards if b == row} == set(ends_of(graph.listed_by, row).tolist())
        both = {b for a, b in forwards if a == row} | {a for a, b in forwards if b == row}
        assert sorted(both) == ends_of(graph.together, row).tolist()
        assert sorted({row, *both}) == sorted(ends_of(graph.circles, row).tolist())


def test_the_editors_order_is_kept():
    """The matrices are sorted, what is listed is not."""
    graph = CurationGraph([[3, 1, 2], [], [], []])
    assert graph.listed(0).tolist() == [3, 1, 2]
    assert len(graph.edges()[0]) == 3


@pytest.mark.parametrize("n_rows", [0, 3])
def test_a_graph_without_lists_has_no_edges(n_rows):
    """And its matrices are there all the same."""
    graph = CurationGraph([[]] * n_rows)
    assert graph.together.shape == (n_rows, n_rows)
    assert graph.together.nnz == graph.lists.nnz == 0
