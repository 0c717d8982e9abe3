"""Containers whose copies share memory, against plain dicts and arrays that are copied whole."""

from hypothesis import given
from hypothesis import strategies as st

from recommender.snapshots import LayeredDict

#: What is done to one of several copies: which, and a key with a value (None: taken out), or a further copy.
STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.one_of(st.none(), st.tuples(st.integers(0, 9), st.none() | st.integers(1, 99)))),
    max_size=40,
)


@given(st.dictionaries(st.integers(0, 9), st.integers(1, 99)), STEPS)
def test_copies_of_a_layered_dict_are_as_free_as_copies_of_a_dict(base, steps):
    """Whatever is written into one, the others and the base stay as they are."""
    given_base = dict(base)
    real, plain = [LayeredDict(given_base)], [dict(base)]
    for which, step in steps:
        which %= len(real)
        if step is None:
            real.append(real[which].copy())
            plain.append(dict(plain[which]))
            continue
        key, value = step
        if value is None:
            real[which].discard(key)
            plain[which].pop(key, None)
        else:
            real[which][key] = value
            plain[which][key] = value
    for layered, expected in zip(real, plain, strict=True):
        assert dict(layered.items()) == expected
        assert sorted(layered) == sorted(expected)
        assert len(layered) == len(expected)
        assert [layered.get(key) for key in range(10)] == [expected.get(key) for key in range(10)]
        assert [key in layered for key in range(10)] == [key in expected for key in range(10)]
    assert given_base == base


def test_many_changes_are_folded_into_a_new_base():
    """So that a copy never carries along more than a share of the whole."""
    layered = LayeredDict({-1: 1})
    layered[-1] = 2
    for key in range(2000):
        layered[key] = key + 1
    twin = layered.copy()
    twin.discard(0)
    assert len(twin._changes) == 1
    assert dict(layered.items()) == {-1: 2} | {key: key + 1 for key in range(2000)}
    assert dict(twin.items()) == {-1: 2} | {key: key + 1 for key in range(1, 2000)}
