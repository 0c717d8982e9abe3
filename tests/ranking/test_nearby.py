"""The compiled loops over rows and edges against the same features the slow way: plain Python, every edge."""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pytest
from joblib import cpu_count

from recommender import Corpus, Recommender
from recommender.ranking import features, nearby
from recommender.ranking.circles import _WINDOWS
from recommender.ranking.columns import AT, FEATURES
from recommender.ranking.features import Pairs, pairs_of
from recommender.ranking.looking import _N_VOTERS
from recommender.ranking.nearby import _N_STEPS, _STAYS
from recommender.vectors.damping import Damping, damping_factors

#: The columns of `_circles`, in its order.
CIRCLE_FEATURES = (
    "circle_damped_max", "circle_mean", "circle_max", "circle_top3", "circle_words_mean", "circle_words_max",
    "circle_chars_mean", "circle_chars_max", "votes", "nearest_share", "votes_of_lists", "votes_by_lists",
    "circle_near_3", "circle_near_14", "circle_near_30", "circle_near_90", "circle_newest",
)  # fmt: skip

DAMPING = Damping(30.0, 0.4)


def assert_equal_pairs(fast, slow):
    """To the last bit."""
    for part in dataclasses.fields(Pairs):
        np.testing.assert_array_equal(getattr(fast, part.name), getattr(slow, part.name), err_msg=part.name)


def queries_of(rec, corpus):
    """Articles of the corpus, as they are and as of their day, and drafts."""
    state = rec._fitted()
    for article in list(corpus)[::5]:
        query = rec._query(state, article.id)
        yield query
        yield dataclasses.replace(query, before=query.time)
        yield rec._query(state, dataclasses.replace(article, id="draft", url=""))


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("lists_propose", [True, False])
def test_features_are_those_of_all_rows_and_edges(families, dated, lists_propose):
    """As long as there are no more rows than spread, nothing is left out."""
    corpus = Corpus(families(n_families=8, dated=dated))
    rec = Recommender().fit(corpus)
    rec.update(removed=["f3-2"])
    state = rec._fitted()
    for query in queries_of(rec, [article for article in corpus if article.id != "f3-2"]):
        asked = (query, state.catalogue, state.graph, rec._allowed(state), DAMPING, 12, lists_propose)
        assert_equal_pairs(pairs_of(*asked), slow_pairs(*asked))


@pytest.mark.parametrize("n_local", [1, 7, 20])
@pytest.mark.parametrize("least_idf", [0.0, 2.5, 100.0])
def test_above_the_limit_only_the_nearest_are_compared(families, monkeypatch, n_local, least_idf):
    """Exactly the nearest rows, of equals the first, by the terms that are not common."""
    monkeypatch.setattr(features, "N_ALL", 3)
    monkeypatch.setattr(features, "N_LOCAL", n_local)
    monkeypatch.setattr(features, "N_SIMILAR", 4)
    monkeypatch.setattr(features, "_LEAST_IDF", least_idf)
    corpus = Corpus(families(n_families=8))
    rec = Recommender().fit(corpus)
    state = rec._fitted()
    for query in queries_of(rec, corpus):
        asked = (query, state.catalogue, state.graph, rec._allowed(state), DAMPING, 12)
        assert_equal_pairs(pairs_of(*asked), slow_pairs(*asked, n_local=(n_local, 4), least_idf=least_idf))


def test_above_the_limit_a_draft_looks_as_it_will_when_it_is_known(families, monkeypatch):
    """Whatever the thread was asked before, and however the rows are kept."""
    monkeypatch.setattr(features, "N_ALL", 3)
    monkeypatch.setattr(features, "N_LOCAL", 10)
    corpus = Corpus(families(n_families=8))
    drafts = [dataclasses.replace(article, id=f"draft-{article.id}", url="", related=()) for article in corpus][::7]
    rec = Recommender().fit(corpus)
    state = rec._fitted()

    def seen(query, state):
        found = pairs_of(query, state.catalogue, state.graph, rec._allowed(state), DAMPING, 12)
        return dict(zip(found.rows.tolist(), found.table.tolist(), strict=True))

    before = [seen(rec._query(state, draft), state) for draft in drafts]
    for draft, known in zip(drafts, before, strict=True):
        rec.update(added=[draft])
        after = seen(rec._query(rec._fitted(), draft.id), rec._fitted())
        assert after.keys() == known.keys()
        for row, values in known.items():
            np.testing.assert_array_equal(after[row], values)
        rec.update(removed=[draft.id])


@pytest.mark.parametrize("n_all", [3, 8192])
def test_no_query_leaves_a_trace_for_the_next(families, monkeypatch, n_all):
    """Drafts, known articles, moments, states before and after an update, and queries that failed, at one desk."""
    monkeypatch.setattr(features, "N_ALL", n_all)
    corpus = Corpus(families(n_families=5))
    rec = Recommender().fit(corpus)
    states = [rec._fitted()]
    rec.update(removed=["f3-2"], added=[dataclasses.replace(corpus["f1-1"], id="another", url="", related=())])
    states.append(rec._fitted())
    asked = []
    for article in [article for article in corpus if article.id != "f3-2"][::6]:
        for state in states:
            query = rec._query(state, article.id)
            draft = rec._query(state, dataclasses.replace(article, id="draft", url=""))
            everything = np.ones(state.catalogue.n_rows, dtype=bool)
            for each in (query, dataclasses.replace(query, before=query.time), draft, query):
                for allowed in (rec._allowed(state), everything):
                    asked.append((each, state.catalogue, state.graph, allowed, DAMPING, 12))
    alone = []
    for each in asked:
        nearby._FREE.clear()
        alone.append(pairs_of(*each))
    for number, each in enumerate(asked):
        if number % 7 == 0:
            with monkeypatch.context() as broken:
                broken.setattr(features, "look", lambda *parts: 1 // 0)
                broken.setattr(features, "sweep_and_look", lambda *parts: 1 // 0)
                with pytest.raises(ZeroDivisionError):
                    pairs_of(*each)
        assert_equal_pairs(pairs_of(*each), alone[number])
    with ThreadPoolExecutor(8) as pool:
        for found, expected in zip(pool.map(lambda each: pairs_of(*each), asked), alone, strict=True):
            assert_equal_pairs(found, expected)
    assert len(nearby._FREE) <= cpu_count() + 1, "whoever finds no desk waits"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # from Python 3.12 on
def test_a_forked_process_has_all_desks():
    """Those who sat at them stayed behind."""
    with ExitStack() as stack:
        for _ in range(cpu_count() + 1):
            stack.enter_context(nearby.desk_of(3, 3))
        assert nearby._SEATS.empty()
        child = os.fork()
        if child == 0:
            os._exit(0 if nearby._SEATS.qsize() == cpu_count() + 1 else 1)
        assert os.waitpid(child, 0)[1] == 0
    assert nearby._SEATS.qsize() == cpu_count() + 1


def test_best_rows_take_ties_up_to_twice_as_many():
    """Rows above the bar always; nothing that is 0; of too many that tie the first, in whatever order they come."""
    values = np.array([0.0, 0.5, 0.5, 0.9, 0.5, 0.5, 0.2, 0.5])
    rows = np.arange(8, dtype=np.int32)
    assert nearby.best_rows(values, rows, 1).tolist() == [3]
    assert sorted(nearby.best_rows(values, rows, 2).tolist()) == [1, 2, 3, 4]
    assert sorted(nearby.best_rows(values[::-1].copy(), rows[::-1].copy(), 2).tolist()) == [1, 2, 3, 4]
    assert sorted(nearby.best_rows(values, rows, 7).tolist()) == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(nearby.best_rows(values * (values != 0.9), rows, 20).tolist()) == [1, 2, 4, 5, 6, 7]
    assert nearby.best_values(values, 3).tolist() == [0.5, 0.5, 0.9]


def nearest_by_sums(query, catalogue, there, damping, n_local, least_idf):
    """The nearest rows as a large site has them: by sums of single precision over the terms that are not common."""
    terms, values = query.columns, query.values
    is_telling = catalogue.frequencies[terms] >= least_idf
    if np.square(values[is_telling]).sum() < 0.5 * np.square(values).sum():
        is_telling[:] = True
    sums = np.zeros(catalogue.n_rows, dtype=np.float32)
    for term, value in zip(terms[is_telling], values[is_telling], strict=True):
        sums += value * catalogue.vectors[:, [term]].toarray().ravel()
    sums = sums.astype(np.float64) * there
    faded = sums * damping_factors(query.time - catalogue.times, damping)
    chosen = [np.lexsort((np.arange(len(sums)), -by))[:n] for by, n in zip((faded, sums), n_local, strict=True)]
    return np.unique(np.concatenate([rows[sums[rows] > 0] for rows in chosen]))


def slow_pairs(
    query, catalogue, graph, allowed, damping, n_candidates, lists_propose=True, n_local=None, least_idf=0.0
):
    """As `recommender.ranking.features.pairs_of`; `n_local`: how many rows are compared, by either measure."""
    n_rows = catalogue.n_rows
    there = catalogue.is_alive & (catalogue.groups == query.group)
    there[query.own] = False
    if query.row >= 0:
        there[query.row] = False
    if not np.isnan(query.before):
        there &= ~(catalogue.times >= query.before)
    may = there & allowed
    may[query.hidden] = False

    text = _text(query, catalogue)
    similarity = np.minimum(np.rint(text.joined * 1e6) / 1e6, 1.0) * there
    gap = query.time - catalogue.times
    damped = similarity * damping_factors(gap, damping)
    words, chars = text.words * there, text.chars * there
    exact = similarity, damped, words, chars

    arrays = graph.arrays
    near = arrays.together
    local = np.flatnonzero(there)
    if n_local is not None:
        local = nearest_by_sums(query, catalogue, there, damping, n_local, least_idf)
        similarity, damped, words, chars = only(local, exact)
    kept = np.zeros(n_rows)
    kept[local] = damped[local]
    size, circle_sum, circle_fourth, diffusion = _spread(near, there, kept, local)
    circle_mean = (circle_sum + kept) / (size + 1.0)
    circle_power = np.sqrt(np.sqrt(circle_fourth + kept * kept * (kept * kept)))

    links = np.zeros(n_rows)
    together = np.zeros(n_rows)
    # As of a moment nobody lists the query yet; a draft that stands in for a known row has that row's friends.
    if np.isnan(query.before):
        for own in query.own if len(query.own) else ([query.row] if query.row >= 0 else []):
            links[arrays.listed_by.of(int(own))] = 1.0
        links *= there
        for friend in np.flatnonzero(links):
            together[arrays.lists.of(int(friend))] += 1.0
        together *= there
    n_links = links.sum()

    chosen = np.zeros(n_rows, dtype=bool)
    _take(chosen, damped * may, n_candidates)
    _take(chosen, similarity * may, n_candidates * 2 // 3)
    if lists_propose:
        _take(chosen, (0.5 * circle_mean + 0.25 * circle_power + 0.3 * diffusion) * may, n_candidates * 5 // 3)
        _take(chosen, (n_links * links + together) * may, n_candidates)
    rows = np.flatnonzero(chosen)
    table = np.full((len(rows), len(FEATURES)), np.nan, dtype=np.float32)
    if not len(rows):
        return Pairs(rows, similarity[rows], damped[rows], table, np.zeros(len(rows)))

    def put(name: str, values: np.ndarray | float) -> None:
        table[:, getattr(AT, name)] = values

    best_similarity, best_damped = similarity.max(), damped.max()
    best_ten = np.sort(damped)[-min(10, n_rows) :]
    nearest = np.zeros(n_rows, dtype=bool)
    _take(nearest, damped, _N_VOTERS)
    if n_local is not None:
        # Candidates are compared too.
        similarity, damped, words, chars = only(np.union1d(local, rows), exact)
    put("similarity", similarity[rows])
    put("damped", damped[rows])
    for name, values in text.fields.items():
        put(name, values[rows])
    put("rarest_word", text.rarest[rows])
    put("title_share", text.title_share[rows])
    for name, values in text.names.items():
        put(name, values[rows])
    put("similarity_share", similarity[rows] / max(best_similarity, 1e-9))
    put("damped_share", damped[rows] / max(best_damped, 1e-9))
    put("damped_rank", np.log1p(_places(damped[rows])))
    put("gap_days", gap[rows])
    put("gap_log", np.log1p(np.abs(gap[rows])))
    provider = catalogue.provider_of(query.article)
    if provider != -1:
        theirs = catalogue.providers[rows]
        put("same_provider", np.where(theirs < 0, np.nan, theirs == provider))
    put("quality", catalogue.qualities[rows])
    put("title_words", np.log1p(_terms_in(catalogue, "title")[rows]))
    put("excerpt_words", np.log1p(_terms_in(catalogue, "excerpt")[rows]))
    put("query_title_words", np.log1p(text.n_title))
    put("query_excerpt_words", np.log1p(text.n_excerpt))
    put("query_best_similarity", best_similarity)
    put("query_best_damped", best_damped)
    put("query_evenness", best_ten.mean() / max(best_damped, 1e-9))

    voters = np.zeros(n_rows)
    voters[nearest] = damped[nearest]
    circle = _circles(
        rows, near.starts, near.ends, arrays.lists.starts, arrays.lists.ends, arrays.listed_by.starts,
        arrays.listed_by.ends, there, damped, similarity, words, chars, voters, gap,
    )  # fmt: skip
    put("circle_size", size[rows])
    put("circle_damped_mean", circle_mean[rows])
    put("circle_damped_mean_share", circle_mean[rows] / max(circle_mean.max(), 1e-9))
    put("circle_damped_power", circle_power[rows])
    put("diffusion", diffusion[rows])
    put("diffusion_share", diffusion[rows] / max(diffusion.max(), 1e-9))
    for column, name in enumerate(CIRCLE_FEATURES):
        put(name, circle[:, column])
    put("circle_damped_max_share", table[:, AT.circle_damped_max] / max(best_damped, 1e-9))
    put("votes_share", table[:, AT.votes] / max(voters.sum(), 1e-9))
    put("lists_query", links[rows])
    if n_links:
        put("listed_together", together[rows] / n_links)
    put("query_listed_by", n_links)
    return Pairs(rows, similarity[rows], damped[rows], table, np.zeros(len(rows)))


def _terms_in(catalogue, name):
    """Known terms of one field of each row."""
    numbers = [number for number, field in enumerate(catalogue.fields) if field.name == name]
    return catalogue.field_terms[:, numbers].sum(axis=1)


def only(rows, arrays):
    """The arrays with zeros in all other rows."""
    is_one = np.zeros(len(arrays[0]), dtype=bool)
    is_one[rows] = True
    return tuple(np.where(is_one, values, 0.0) for values in arrays)


def _products(catalogue, terms, values):
    """The product of some terms with every row, term by term."""
    out = np.zeros(catalogue.n_rows)
    for term, value in zip(terms, values.astype(np.float64), strict=True):
        out += value * catalogue.vectors[:, [term]].toarray().ravel().astype(np.float64)
    return out


def _rarities(catalogue, terms, rarity):
    """The greatest rarity of those terms that a row has, and all added up."""
    most, total = np.zeros(catalogue.n_rows), np.zeros(catalogue.n_rows)
    for term, value in zip(terms, rarity, strict=True):
        has = catalogue.vectors[:, [term]].toarray().ravel() > 0
        most = np.maximum(most, value * has)
        total += value * has
    return most, total


def _spread(near, there, kept, local):
    """Of each circle: how many are there, their similarities added up, to the fourth power, and diffused."""
    size, total, fourth = np.zeros(len(there)), np.zeros(len(there)), np.zeros(len(there))
    for row in range(len(there)):
        for end in near.of(row):
            size[row] += there[end]
            total[row] += kept[end]
            fourth[row] += kept[end] * kept[end] * kept[end] * kept[end]
    now = kept.copy()
    for _ in range(_N_STEPS):
        share = np.zeros(len(there))
        share[local] = now[local] / np.maximum(size[local], 1.0)
        for row in np.flatnonzero(there):
            flow = 0.0
            for end in near.of(row):
                flow += share[end]
            now[row] = _STAYS * kept[row] + (1.0 - _STAYS) * flow
    return size, total, fourth, now


@dataclass(frozen=True, slots=True)
class _Text:
    """The query's text against every row's; all arrays of shape (n_rows,)."""

    joined: np.ndarray
    fields: dict[str, np.ndarray]
    words: np.ndarray
    chars: np.ndarray
    rarest: np.ndarray
    title_share: np.ndarray
    names: dict[str, np.ndarray]
    n_title: int
    n_excerpt: int


def _text(query, catalogue):
    """Products of the query with all rows, field by field, by the postings of the query's terms alone."""
    n_rows = catalogue.n_rows
    terms, values = query.columns, query.values
    joined = np.zeros(n_rows)
    fields: dict[str, np.ndarray] = {}
    parts: dict[str, tuple[np.ndarray, np.ndarray, float]] = {}
    for number, field in enumerate(catalogue.fields):
        first, last = np.searchsorted(terms, [field.start, field.stop])
        own_terms, own_values = terms[first:last], values[first:last]
        length = float(np.sqrt(np.square(own_values.astype(np.float64)).sum()))
        parts[field.name] = (own_terms, own_values, length)
        if last > first:
            products = _products(catalogue, own_terms, own_values)
            joined += products
            # NaN where the row has nothing in the field: its length is 0.
            fields[field.name] = _ratio(products, length * catalogue.field_lengths[:, number])
        else:
            fields[field.name] = np.full(n_rows, np.nan)

    numbers = {field.name: number for number, field in enumerate(catalogue.fields)}
    no_terms = terms[:0]
    rarest = np.full(n_rows, np.nan)
    title_share = np.full(n_rows, np.nan)
    for name, here, there in (("title_in_excerpt", "title", "excerpt"), ("excerpt_in_title", "excerpt", "title")):
        if here in numbers and there in numbers and len(parts[here][0]):
            own_terms, own_values, length = parts[here]
            across = catalogue.twins[own_terms]
            known = across >= 0
            products = _products(catalogue, across[known], own_values[known])
            fields[name] = _ratio(products, length * catalogue.field_lengths[:, numbers[there]])
    if "title" in numbers and len(parts["title"][0]):
        own_terms = parts["title"][0]
        rarity = catalogue.frequencies[own_terms].astype(np.float64)
        has_title = catalogue.field_lengths[:, numbers["title"]] > 0
        most, total = _rarities(catalogue, own_terms, rarity)
        rarest[has_title] = most[has_title]
        title_share[has_title] = total[has_title] / rarity.sum()
    names: dict[str, np.ndarray] = {}
    for name in ("title", "excerpt"):
        own_terms = parts[name][0] if name in parts else no_terms
        own_names = own_terms[catalogue.is_name[own_terms]]
        if len(own_names):
            rarity = catalogue.frequencies[own_names].astype(np.float64)
            _, names[f"{name}_names"] = _rarities(catalogue, own_names, rarity)
            if name == "title":
                names["title_names_share"] = names["title_names"] / rarity.sum()
    nothing = np.zeros(n_rows)
    title, excerpt = fields.get("title", nothing), fields.get("excerpt", nothing)
    return _Text(
        joined,
        fields,
        0.5 * (np.nan_to_num(title) + np.nan_to_num(excerpt)),
        np.nan_to_num(fields.get("title_chars", nothing)),
        rarest,
        title_share,
        names,
        len(parts["title"][0]) if "title" in parts else 0,
        len(parts["excerpt"][0]) if "excerpt" in parts else 0,
    )


def _ratio(products: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Cosines from products and lengths; NaN where a length is 0."""
    ratios: np.ndarray = np.full(len(products), np.nan)
    np.divide(products, lengths, out=ratios, where=lengths > 0)
    return ratios


def _take(chosen: np.ndarray, values: np.ndarray, n: int) -> None:
    """Mark the n rows with the greatest values above 0; of rows that tie for the last place, all, up to 2 n in all."""
    bar = np.partition(values, len(values) - n)[len(values) - n] if n < len(values) else 0.0
    if bar <= 0.0:
        chosen |= values > 0.0
        return
    found = np.flatnonzero(values >= bar)
    if len(found) > 2 * n:
        found = np.concatenate([found[values[found] > bar], found[values[found] == bar]])[: 2 * n]
    chosen[found] = True


def _places(values: np.ndarray) -> np.ndarray:
    """How many of the values are greater than each; shape as given."""
    return len(values) - np.searchsorted(np.sort(values), values, side="right").astype(float)


def _circles(
    rows, starts, ends, list_starts, list_ends, by_starts, by_ends, there, damped, similarity, words, chars, voters, gap
):
    """The columns of `CIRCLE_FEATURES` for each candidate; shape (n_candidates, len(CIRCLE_FEATURES))."""
    out = np.empty((len(rows), len(CIRCLE_FEATURES)))
    for place in range(len(rows)):
        row = rows[place]
        size = 1.0
        damped_max, sum_, first, second, third = damped[row], similarity[row], similarity[row], 0.0, 0.0
        words_sum, words_max, chars_sum, chars_max = words[row], words[row], chars[row], chars[row]
        votes, n_voters = 0.0, 1.0 if voters[row] > 0 else 0.0
        n_dated, newest = 0.0, np.inf
        near_3 = near_14 = near_30 = near_90 = 0.0
        for edge in range(starts[row] - 1, starts[row + 1]):
            # The candidate itself first: it belongs to its circle.
            end = row if edge < starts[row] else ends[edge]
            if not there[end]:
                continue
            if not np.isnan(gap[end]):
                n_dated += 1.0
                newest = min(newest, gap[end])
                days = abs(gap[end])
                near_3 += 1.0 if days <= _WINDOWS[0] else 0.0
                near_14 += 1.0 if days <= _WINDOWS[1] else 0.0
                near_30 += 1.0 if days <= _WINDOWS[2] else 0.0
                near_90 += 1.0 if days <= _WINDOWS[3] else 0.0
            if end == row:
                continue
            size += 1.0
            damped_max = max(damped_max, damped[end])
            value = similarity[end]
            sum_ += value
            if value > first:
                first, second, third = value, first, second
            elif value > second:
                second, third = value, second
            elif value > third:
                third = value
            words_sum += words[end]
            words_max = max(words_max, words[end])
            chars_sum += chars[end]
            chars_max = max(chars_max, chars[end])
            if voters[end] > 0:
                votes += voters[end]
                n_voters += 1.0
        of_lists = 0.0
        for edge in range(by_starts[row], by_starts[row + 1]):
            of_lists += voters[by_ends[edge]]
        by_lists = 0.0
        for edge in range(list_starts[row], list_starts[row + 1]):
            by_lists += voters[list_ends[edge]]
        out[place, 0] = damped_max
        out[place, 1] = sum_ / size
        out[place, 2] = first
        out[place, 3] = (first + second + third) / min(size, 3.0)
        out[place, 4] = words_sum / size
        out[place, 5] = words_max
        out[place, 6] = chars_sum / size
        out[place, 7] = chars_max
        out[place, 8] = votes
        out[place, 9] = n_voters / size
        out[place, 10] = of_lists
        out[place, 11] = by_lists
        if n_dated > 0:
            out[place, 12] = near_3 / n_dated
            out[place, 13] = near_14
            out[place, 14] = near_30 / n_dated
            out[place, 15] = near_90 / n_dated
            out[place, 16] = newest
        else:
            out[place, 12:17] = np.nan
    return out
