"""Exact nearest neighbors, against the slow and obvious answer."""

import sys

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_matrix
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from recommender.vectors import candidates, neighbors, postings
from recommender.vectors.borrowing import borrowed
from recommender.vectors.damping import Damping, damping_factors
from recommender.vectors.masks import N_BITS, lowest_bit, over_least
from recommender.vectors.neighbors import Rows, TiledIndex, stack_rows
from recommender.vectors.prefetch import prefetch
from recommender.vectors.sweep import go_through, nearest


def unit_rows(seed, n_rows=60, n_terms=40, density=0.1):
    """Random sparse rows of length 1, some of them zero."""
    matrix = random_matrix(n_rows, n_terms, density=density, format="csr", random_state=seed, dtype=np.float32)
    matrix = csr_matrix(normalize(matrix), dtype=np.float32)
    matrix.sort_indices()
    return matrix


def plain_rows(n_rows, **changes):
    """Rows that differ in nothing but their number."""
    parts = {
        "times": np.full(n_rows, np.nan),
        "groups": np.zeros(n_rows, dtype=np.int32),
        "allowed": np.ones(n_rows, dtype=bool),
        "order": np.arange(n_rows, dtype=np.int64),
    }
    return Rows(**{**parts, **changes})


def ask(index, queries, k, rows, first=0, **options):
    """The neighbors of queries that are rows of the index, from row `first` on."""
    own = np.arange(first, first + queries.shape[0])
    return index.top_k(
        queries,
        k,
        rows,
        query_times=rows.times[own],
        query_groups=rows.groups[own],
        exclude=own.astype(np.int64),
        **options,
    )


def slow_answer(matrix, k, rows, damping=None, before=None):
    """Every pair in dense arithmetic, then sorted: what the index must give."""
    damping = damping or Damping()
    dense = matrix.toarray().astype(np.float64)
    answers = []
    for query in range(len(dense)):
        scored = []
        for row in range(len(dense)):
            if row == query or not rows.allowed[row] or rows.groups[row] != rows.groups[query]:
                continue
            if before is not None and rows.times[row] >= before[query]:
                continue
            similarity = float(np.dot(dense[query], dense[row]))
            factor = damping_factors(np.array([rows.times[row] - rows.times[query]]), damping)[0]
            score = min(1.0, round(similarity * factor, 6))
            if score > 0:
                scored.append((-score, rows.order[row], row))
        answers.append([row for _, _, row in sorted(scored)[:k]])
    return answers


def sorted_products(matrix, queries, k, rows, damping):
    """`slow_answer` for some queries of a matrix that is too large for it: one dense product a query."""
    answers = []
    for query in queries:
        similarity = matrix.astype(np.float64).dot(matrix[query].toarray().ravel().astype(np.float64))
        scores = np.minimum(1.0, np.round(similarity * damping_factors(rows.times - rows.times[query], damping), 6))
        scores[query] = 0.0
        best = np.lexsort((rows.order, -scores))[:k]
        answers.append([int(row) for row in best if scores[row] > 0])
    return answers


def rows_of(found):
    """The answers as lists."""
    return [[int(row) for row in rows if row >= 0] for rows in found.rows]


@given(st.integers(0, 10_000), st.integers(1, 70), st.integers(2, 60), st.floats(0.02, 0.9))
@settings(max_examples=60, deadline=None)
def test_neighbors_are_those_of_the_slow_answer(seed, k, n_rows, density):
    """On random matrices, k larger than the site included."""
    matrix = unit_rows(seed, n_rows, density=density)
    rows = plain_rows(n_rows)
    assert rows_of(ask(TiledIndex(matrix), matrix, k, rows)) == slow_answer(matrix, k, rows)


@given(st.integers(0, 10_000), st.integers(1, 20), st.floats(0.5, 400), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_damped_neighbors_are_those_of_the_slow_answer(seed, k, half_life, floor):
    """Dates, missing dates, groups, rows that may not answer, a limit in time and ties, all at once."""
    rng = np.random.default_rng(seed)
    matrix = unit_rows(seed)[rng.integers(0, 30, 60)]  # half of the rows are repeats: ties everywhere
    times = rng.integers(0, 50, 60).astype(float)
    times[rng.random(60) < 0.2] = np.nan
    rows = plain_rows(
        60,
        times=times,
        groups=rng.integers(0, 2, 60).astype(np.int32),
        allowed=rng.random(60) < 0.8,
        order=rng.permutation(60),
    )
    damping = Damping(half_life, floor)
    found = ask(TiledIndex(matrix), matrix, k, rows, damping=damping, before=times)
    assert rows_of(found) == slow_answer(matrix, k, rows, damping, before=times)


@pytest.mark.parametrize("half_life", [0.0, 7.0])
@pytest.mark.parametrize("k", [1, 10, 200])
def test_thousands_of_rows_with_common_and_rare_terms(half_life, k):
    """Terms of all frequencies, several tiles, every bound at work."""
    rng = np.random.default_rng(17)
    n_rows, n_terms = 3 * postings.TILE_ROWS + 100, 3000
    chances = 0.9 / np.arange(1, n_terms + 1) ** 0.9
    n_with_term = rng.binomial(n_rows, chances)
    terms = np.repeat(np.arange(n_terms), n_with_term)
    values = 1 + np.log(n_rows / np.maximum(1, n_with_term))[terms]
    matrix = csr_matrix((values, (rng.integers(0, n_rows, len(terms)), terms)), shape=(n_rows, n_terms))
    matrix = csr_matrix(normalize(matrix), dtype=np.float32)
    matrix.sort_indices()
    times = rng.integers(0, 3000, n_rows).astype(float)
    times[rng.random(n_rows) < 0.05] = np.nan
    rows, damping = plain_rows(n_rows, times=times, order=rng.permutation(n_rows)), Damping(half_life, 0.3)
    queries = rng.integers(0, n_rows, 40)
    found = TiledIndex(matrix, times).top_k(
        matrix[queries], k, rows, query_times=times[queries], query_groups=rows.groups[queries], exclude=queries,
        damping=damping, n_threads=2,
    )  # fmt: skip
    assert rows_of(found) == sorted_products(matrix, queries, k, rows, damping)


@pytest.mark.parametrize("half_life", [0.0, 7.0])
def test_rows_of_rare_terms_only(half_life):
    """No term is common, so there is none to leave out for a first bar."""
    rng = np.random.default_rng(3)
    n_rows, n_with_term = 4000, 3
    n_terms = 4 * n_rows
    terms = np.repeat(np.arange(n_terms), n_with_term)
    matrix = csr_matrix((rng.random(len(terms)) + 0.1, (rng.integers(0, n_rows, len(terms)), terms)))
    matrix = csr_matrix(normalize(matrix), dtype=np.float32)
    matrix.sort_indices()
    times = rng.integers(0, 400, n_rows).astype(float)
    rows, damping = plain_rows(n_rows, times=times), Damping(half_life, 0.3)
    found = ask(TiledIndex(matrix, times), matrix, 10, rows, damping=damping)
    queries = range(0, n_rows, 40)
    assert rows_of(found)[::40] == sorted_products(matrix, queries, 10, rows, damping)


@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.3, 1.0]), min_size=1, max_size=60), st.data())
def test_the_nth_greatest_of_values_with_ties(values, data):
    """As sorting has it."""
    n = data.draw(st.integers(1, len(values)))
    assert candidates.nth_greatest(np.array(values), n) == sorted(values, reverse=True)[n - 1]


@numba.njit
def _bits_over(sums, lengths, first, length, least):
    """The places whose bits are set, lowest first, and -1 for the others."""
    places, over, n_places = np.full(N_BITS, -1), over_least(sums, lengths, first, length, least), 0
    while over:
        places[n_places] = lowest_bit(over)
        n_places += 1
        over &= over - np.uint64(1)
    return places[:n_places]


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75]), min_size=2 * N_BITS, max_size=2 * N_BITS), st.integers(0, N_BITS)
)
@settings(max_examples=30, deadline=None)
def test_every_sum_over_the_least_has_its_bit(values, first):
    """All 64 from any place on; what is equal is not over, and an infinite least is never reached."""
    sums, lengths = np.array(values, dtype=np.float32), np.array(values[::-1], dtype=np.float32)
    expected = np.flatnonzero((sums + np.float32(0.5) * lengths > 0.5)[first : first + N_BITS])
    actual = _bits_over(sums, lengths, np.uint64(first), np.float32(0.5), np.float32(0.5))
    assert expected.tolist() == actual.tolist()
    assert not len(_bits_over(sums, lengths, np.uint64(first), np.float32(0.5), np.float32(np.inf)))


@given(
    st.lists(st.sampled_from([0, 1, 20_000, 65_535]), min_size=2 * N_BITS, max_size=2 * N_BITS),
    st.integers(0, N_BITS),
    st.sampled_from([0, 1, 40_000, 65_535]),
    st.sampled_from([0, 1, 32_000, 65_534, 65_535]),
)
@settings(max_examples=30, deadline=None)
def test_every_whole_sum_over_the_least_has_its_bit(values, first, length, least):
    """Products are divided and rounded down, sums stop at the greatest number, and that is never over it."""
    sums, lengths = np.array(values, dtype=np.uint16), np.array(values[::-1], dtype=np.uint16)
    reached = np.minimum(sums.astype(np.int64) + (length * lengths.astype(np.int64) >> 16), 65_535)
    expected = np.flatnonzero((reached > least)[first : first + N_BITS])
    actual = _bits_over(sums, lengths, np.uint64(first), np.uint16(length), np.uint16(least))
    assert expected.tolist() == actual.tolist()


@pytest.mark.parametrize("n_terms", [1, 1023, 1024, 1025, 5000, 80_000])
@pytest.mark.parametrize("half_life", [0.0, 7.0])
def test_rows_of_any_number_of_terms_are_summed_within_sixteen_bits(monkeypatch, n_terms, half_life):
    """Each product is rounded up, and tens of thousands of them must not outgrow the sum."""
    monkeypatch.setattr(neighbors, "SMALL_ROWS", 1)
    rng = np.random.default_rng(23)
    dense = rng.random((12, n_terms))
    dense[4:6] *= rng.random((2, n_terms)) < 0.5
    dense[6:8] *= np.arange(n_terms) < 1 + n_terms // 3
    dense[1] = dense[0]
    matrix = csr_matrix(normalize(dense), dtype=np.float32)
    rows, damping = plain_rows(12, times=np.arange(12.0)), Damping(half_life, 0.3)
    index = TiledIndex(matrix[:7], rows.times[:7])
    index.add(matrix[7:], rows.times[7:])  # a second segment, to which the first one sets a bar
    assert rows_of(ask(index, matrix, 2, rows, damping=damping)) == slow_answer(matrix, 2, rows, damping)


@pytest.mark.parametrize("k", [1, 3, 40])
def test_what_is_hardly_similar_is_found_too(k):
    """A product of a millionth is less than a unit of the sums, and counts."""
    dense = np.eye(40, 41)
    dense[:, 40] = np.geomspace(0.0007, 0.3, 40)
    matrix = csr_matrix(normalize(dense), dtype=np.float32)
    rows = plain_rows(40)
    assert rows_of(ask(TiledIndex(matrix), matrix, k, rows)) == slow_answer(matrix, k, rows)


@numba.njit
def _sum_of_borrowed(arrays):
    """Of an array and a number in a tuple, by way of views."""
    array, number = borrowed(arrays)
    total = 0.0
    for start in range(len(array)):
        total += array[start:].sum() * number
    array[0] = total
    return total


def test_borrowed_arrays_are_the_same_and_stay_with_their_owner():
    """Written to in place; nobody but the caller ever holds them."""
    array = np.arange(3.0)
    n_references = sys.getrefcount(array)
    assert _sum_of_borrowed((array, 2)) == 16.0
    assert array.tolist() == [16.0, 1.0, 2.0]
    assert sys.getrefcount(array) == n_references


@pytest.mark.parametrize("n_terms", [300, 100_000])
def test_terms_that_share_a_slot_are_told_apart(n_terms):
    """Columns a multiple of the table's length apart begin in one slot; each adds what is its own."""
    dense = np.zeros((3, n_terms), dtype=np.float32)
    step = 256
    dense[0, [0, step, n_terms - 1]] = 1.0, 2.0, 2.0
    dense[1, [0, step]] = 3.0, 4.0
    dense[2, [step, n_terms - 1]] = 4.0, 3.0
    matrix = csr_matrix(normalize(dense), dtype=np.float32)
    rows = plain_rows(3)
    found = ask(TiledIndex(matrix), matrix, 2, rows)
    assert rows_of(found) == slow_answer(matrix, 2, rows)
    assert found.similarities[0].tolist() == pytest.approx([14 / 15, 11 / 15], abs=1e-6)


def test_a_place_outside_of_an_array_can_be_prefetched():
    """Rows are asked for a few lines further than they may reach."""

    @numba.njit
    def ask_for(array):
        for place in (0, len(array), 1 << 40, -(1 << 40)):
            prefetch(array, place)
        return array.sum()

    assert ask_for(np.ones(3)) == 3.0


@given(st.integers(0, 10_000), st.integers(1, 8))
@settings(max_examples=8, deadline=None)
def test_what_is_nearly_the_same_is_found_years_away(seed, k):
    """A neighbor on the same day makes the bar high; far away only rows with rare terms of the query can reach it."""
    rng = np.random.default_rng(seed)
    n_rows, n_terms = 1500, 900
    chances = 0.8 / np.arange(1, n_terms + 1) ** 0.8
    drawn = rng.random((n_rows // 3, n_terms)) < chances
    dense = np.repeat(drawn * (1 + np.log(1 / chances)), 3, axis=0)
    dense *= rng.random(dense.shape) < 0.85  # three versions of each row: cosines about 0.85
    matrix = csr_matrix(normalize(dense), dtype=np.float32)
    matrix.sort_indices()
    rows = plain_rows(n_rows, times=rng.integers(0, 2000, n_rows).astype(float), order=rng.permutation(n_rows))
    damping = Damping(20.0, 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "TILE_ROWS", 64)
        found = ask(TiledIndex(matrix, rows.times), matrix[:30], k, rows, damping=damping)
    assert rows_of(found) == sorted_products(matrix, range(30), k, rows, damping)


def test_thousands_of_equal_rows_answer_in_their_order():
    """More ties than there is room for candidates."""
    rng = np.random.default_rng(19)
    matrix = csr_matrix(np.tile(np.array([[0.6, 0.8, 0.0]], dtype=np.float32), (3000, 1)))
    rows = plain_rows(3000, order=rng.permutation(3000))
    found = ask(TiledIndex(matrix), matrix[:5], 20, rows)
    by_order = np.argsort(rows.order).tolist()
    assert rows_of(found) == [[row for row in by_order if row != query][:20] for query in range(5)]
    assert np.all(found.scores == 1.0)


def test_a_first_tile_unlike_the_others_misleads_nobody(monkeypatch):
    """The first tile has 40 copies of the query, and all other rows share little with it: the guess is far too high."""
    monkeypatch.setattr(postings, "TILE_ROWS", 64)
    copies = np.tile(np.eye(1, 300, dtype=np.float32), (40, 1))
    others = np.eye(300, dtype=np.float32)
    others[:, 0] = 0.1 + np.arange(300) / 3000
    matrix = csr_matrix(normalize(np.vstack([copies, others])), dtype=np.float32)
    rows = plain_rows(340)
    expected = sorted_products(matrix, range(5), 60, rows, Damping())
    assert [len(answer) for answer in expected] == [60] * 5
    assert rows_of(ask(TiledIndex(matrix), matrix[:5], 60, rows)) == expected


def test_the_times_of_the_index_decide_nothing():
    """They only say which rows stand together: other times, or none, give the same answer."""
    matrix = unit_rows(21, n_rows=500, density=0.2)
    times = np.random.default_rng(21).integers(0, 400, 500).astype(float)
    rows = plain_rows(500, times=times)
    answers = [
        rows_of(ask(TiledIndex(matrix, of_index), matrix, 7, rows, damping=Damping(7.0, 0.3), before=times + 50))
        for of_index in (times, None, times[::-1].copy())
    ]
    assert answers[0] == answers[1] == answers[2]


def test_similarities_are_those_of_scikit_learn():
    """`NearestNeighbors` by brute force gives the same cosines."""
    matrix = unit_rows(3, n_rows=200, density=0.2)
    found = ask(TiledIndex(matrix), matrix, 10, plain_rows(200))
    distances, _ = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(matrix).kneighbors(matrix)
    assert found.similarities == pytest.approx(1 - distances[:, 1:], abs=2e-6)


def test_many_tiles_give_the_answer_of_one(monkeypatch):
    """Where the rows are cut decides nothing, nor how many threads ask."""
    matrix = unit_rows(5, n_rows=300, density=0.2)
    rows = plain_rows(300)
    whole = ask(TiledIndex(matrix), matrix, 7, rows)
    monkeypatch.setattr(postings, "TILE_ROWS", 64)
    cut = ask(TiledIndex(matrix), matrix, 7, rows, n_threads=4)
    assert rows_of(cut) == rows_of(whole)
    assert np.array_equal(cut.scores, whole.scores)


@pytest.mark.parametrize("step", [1, 17, 64, 100])
def test_rows_added_later_are_found_as_if_they_had_been_there(monkeypatch, step):
    """Tile borders included."""
    monkeypatch.setattr(postings, "TILE_ROWS", 64)
    matrix = unit_rows(7, n_rows=200, density=0.2)
    rows = plain_rows(200)
    grown = TiledIndex(matrix[:50])
    for start in range(50, 200, step):
        grown.add(matrix[start : start + step])
    assert rows_of(ask(grown, matrix, 9, rows)) == rows_of(ask(TiledIndex(matrix), matrix, 9, rows))


def test_rows_added_one_at_a_time_make_few_segments():
    """Small segments are merged, so that the time of a search does not grow with the number of additions."""
    matrix = unit_rows(25, n_rows=1500, density=0.1)
    index = TiledIndex(matrix[:200])
    for row in range(200, 1500):
        index.add(matrix[row])
    starts = index.parts()["index_segments"].tolist()
    assert (starts[0], starts[-1], index.n_rows) == (0, 1500, 1500)
    assert len(starts) - 1 <= 8
    rows = plain_rows(1500)
    assert rows_of(ask(index, matrix[:50], 9, rows)) == rows_of(ask(TiledIndex(matrix), matrix[:50], 9, rows))


def test_products_are_those_of_the_matrix(monkeypatch):
    """Of all rows, whatever their segment and tile."""
    monkeypatch.setattr(postings, "TILE_ROWS", 64)
    matrix = unit_rows(27, n_rows=200, density=0.3)
    index = TiledIndex(matrix[:150], np.arange(150.0)[::-1].copy())
    index.add(matrix[150:])
    query = matrix[7]
    # Three fields, the second without a term of the query.
    parts = np.array([0, 3, 3, len(query.indices)])
    out = np.full((200, 3), -1.0)
    index.products(query.indices, query.data, parts, np.array([2, 1, -1]), out)
    first = csr_matrix((query.data[:3], query.indices[:3], [0, 3]), shape=query.shape)
    assert out[:, 0] == pytest.approx(matrix.dot(query.toarray().ravel()), abs=1e-6)
    assert out[:, 2] == pytest.approx(matrix.dot(first.toarray().ravel()), abs=1e-6)
    assert set(out[:, 1]) == {-1.0}


@pytest.mark.parametrize("half_life", [0.0, 20.0])
def test_the_nearest_rows_are_found_among_all(monkeypatch, half_life):
    """By either measure, of equals the first, in any segment and tile; of rows that are there, and share a term."""
    monkeypatch.setattr(postings, "TILE_ROWS", 128)
    random = np.random.default_rng(5)
    matrix = unit_rows(5, n_rows=600, density=0.2)
    # Many equals.
    matrix = csr_matrix(np.concatenate([matrix.toarray()[:300], matrix.toarray()[:300]]))
    times = np.round(random.random(600) * 200)
    times[random.random(600) < 0.1] = np.nan
    there = random.random(600) < 0.8
    index = TiledIndex(matrix[:500], times[:500])
    index.add(matrix[500:], times[500:])
    damping = Damping(half_life, 0.3)
    for time in (50.0, 400.0, np.nan):
        query = matrix[int(random.integers(600))]
        sums = np.zeros(600, dtype=np.float32)
        for term, value in zip(query.indices, query.data, strict=True):
            sums += value * matrix[:, [term]].toarray().ravel()
        sums = sums.astype(np.float64) * there
        faded = sums * damping_factors(time - times, damping)
        for n_nearest, n_similar in ((1, 1), (40, 5), (5, 40), (900, 1)):
            best = [np.lexsort((np.arange(600), -by))[:n] for by, n in ((faded, n_nearest), (sums, n_similar))]
            expected = np.unique(np.concatenate([rows[sums[rows] > 0] for rows in best]))
            *earlier, last = index.sweeps(
                query.indices, query.data, n_nearest, n_similar, there=there, times=times, time=time, damping=damping
            )
            assert earlier
            for part in earlier:
                go_through(part)
            assert nearest(last).tolist() == expected.tolist()


def test_a_copy_grows_alone():
    """Whoever reads the old index goes on reading it."""
    matrix = unit_rows(9, n_rows=20, density=0.5)
    index = TiledIndex(matrix[:10])
    twin = index.copy()
    twin.add(matrix[10:])
    assert (index.n_rows, twin.n_rows) == (10, 20)
    found = ask(index, matrix[:10], 50, plain_rows(10))
    assert found.rows.max() < 10


def test_restored_index_gives_the_same_answers(monkeypatch):
    """From plain arrays, and it can still grow."""
    monkeypatch.setattr(postings, "TILE_ROWS", 64)
    matrix = unit_rows(11, n_rows=150, density=0.2)
    index = TiledIndex(matrix[:100], np.arange(100.0))
    index.add(matrix[100:140], np.arange(40.0))
    restored = TiledIndex.from_parts(index.parts(), matrix[:140])
    restored.add(matrix[140:])
    rows = plain_rows(150)
    assert rows_of(ask(restored, matrix, 5, rows)) == rows_of(ask(TiledIndex(matrix), matrix, 5, rows))


def test_one_similarity_whoever_asks():
    """sim(a, b) is sim(b, a) to the last bit, asked alone or together."""
    matrix = unit_rows(13, n_rows=80, density=0.4)
    rows = plain_rows(80)
    index = TiledIndex(matrix)
    together = ask(index, matrix, 79, rows)
    table = np.zeros((80, 80))
    for query in range(80):
        alone = ask(index, matrix[query : query + 1], 79, rows, first=query)
        assert np.array_equal(alone.rows[0], together.rows[query])
        kept = alone.rows[0] >= 0
        table[query, alone.rows[0][kept]] = alone.similarities[0][kept]
    assert np.array_equal(table, table.T)


@pytest.mark.parametrize("n_rows", [0, 1])
def test_a_site_of_no_other_article_has_no_neighbors(n_rows):
    """Neither is an error."""
    matrix = unit_rows(1, n_rows=1)[:n_rows]
    assert rows_of(ask(TiledIndex(matrix), matrix, 5, plain_rows(n_rows))) == [[]] * n_rows


def test_no_vocabulary_at_all_has_no_neighbors():
    """A matrix without columns."""
    matrix = csr_matrix((3, 0), dtype=np.float32)
    assert rows_of(ask(TiledIndex(matrix), matrix, 5, plain_rows(3))) == [[], [], []]


def test_two_identical_articles_are_each_others_nearest():
    """With similarity 1, and neither is its own neighbor."""
    matrix = csr_matrix(np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32))
    found = ask(TiledIndex(matrix), matrix, 5, plain_rows(3))
    assert rows_of(found) == [[1], [0], []]
    assert found.similarities[0, 0] == 1.0


def test_damping_is_the_formula():
    """Half of what can fade is gone after one half-life; an unknown gap counts as one half-life."""
    gaps = np.array([0.0, 7.0, -7.0, 14.0, np.nan])
    assert damping_factors(gaps, Damping(7.0, 0.2)) == pytest.approx([1.0, 0.6, 0.6, 0.4, 0.6])
    assert damping_factors(gaps, Damping(0.0, 0.2)) == pytest.approx([1.0] * 5)


def test_stacked_rows_are_both_matrices():
    """Above and below, in order."""
    above, below = unit_rows(1, 4), unit_rows(2, 3)
    assert np.array_equal(stack_rows(above, below).toarray(), np.vstack([above.toarray(), below.toarray()]))
