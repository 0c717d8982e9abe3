"""
What some rows have in common with a query, word by word: compiled loops. A number room below
`recommender.ranking.features`.

Each term of a row is looked for among the query's by one bit; the bits of all terms stay in the processor's first cache
where their values do not. Sums run in the order of the columns, over what is shared: to the last bit the products that
an inverted index gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from recommender.ranking.columns import AT
from recommender.ranking.nearby import CHARS, DAMPED, SIMILARITY, WORDS
from recommender.vectors.damping import factor_of
from recommender.vectors.prefetch import LINE, prefetch

__all__ = ["Own", "compare", "measure", "of_query", "settle"]


class Own(NamedTuple):
    """
    What a query brings to its features.

    Parameters
    ----------
    n_terms, lengths
        Shape (n_fields,): known terms, and the length of the query's part in each field.
    title_rarity
        Inverse document frequencies of the title's words, added up.
    title_names, excerpt_names
        Those of the title's names, and of the excerpt's.
    """

    n_terms: NDArray[np.int64]
    lengths: NDArray[np.float64]
    title_rarity: float
    title_names: float
    excerpt_names: float


#: Rows that are fetched before their turn.
_AHEAD = 4


@numba.njit(nogil=True, cache=True)
def _note(terms, values, value_of, bits):
    """Note the value of some terms, and that they have one."""
    for own in range(len(terms)):
        term = terms[own]
        if term >= 0:
            value_of[term] = values[own]
            bits[term >> 5] |= np.uint32(1) << np.uint32(term & 31)


@numba.njit(nogil=True, cache=True)
def _forget(terms, value_of, bits):
    """Undo `_note`."""
    for term in terms:
        if term >= 0:
            value_of[term] = 0.0
            bits[term >> 5] = 0


@numba.njit(nogil=True, cache=True)
def _longest(rows, indptr):
    """Terms of the longest of some rows."""
    longest = 0
    for row in rows:
        longest = max(longest, indptr[row + 1] - indptr[row])
    return longest


@numba.njit(nogil=True, cache=True)
def _fetch(row, indptr, indices, data):
    """Have a row's terms and values fetched."""
    for position in range(indptr[row], indptr[row + 1], LINE):
        prefetch(indices, position)
        prefetch(data, position)


@numba.njit(nogil=True, cache=True)
def _shared(begin, end, indices, bits, found):
    """Where a row has terms that are noted; returns how many, and writes their positions."""
    n_found = np.uint64(0)
    for position in range(np.uint64(begin), np.uint64(end)):
        term = np.uint32(indices[position])
        # Without a branch: which of a row's terms are shared nobody can guess.
        found[n_found] = position
        n_found += np.uint64((bits[term >> np.uint32(5)] >> (term & np.uint32(31))) & np.uint32(1))
    return n_found


@numba.njit(nogil=True, cache=True)
def measure(rows, asked, fields, facts, by_term, out):
    """
    Write the products of a query with some rows to `out`, as `TiledIndex.products` does for all, to the last bit.

    Parameters
    ----------
    rows
        Shape (n_some_rows,).
    asked, fields, facts
        The query and the site.
    by_term
        As `nearby.Desk` has it.
    out
        Shape (n_rows, n_columns); the product over all fields goes to column 0.
    """
    indptr, indices, data = facts.indptr, facts.indices, facts.data
    field_ends, columns = fields.ends, fields.products
    values, bits = by_term
    value_of, own_terms = values[0], asked.terms.copy()  # the copy has the type that all terms have which are noted
    _note(own_terms, asked.values, value_of, bits)
    # A place more than there can be: what is not shared is written there too.
    found = np.empty(_longest(rows, indptr) + 1, dtype=np.int64)
    for at in range(len(rows)):
        if at + _AHEAD < len(rows):
            _fetch(rows[at + _AHEAD], indptr, indices, data)
        row = rows[at]
        n_found = _shared(indptr[row], indptr[row + 1], indices, bits, found)
        total, sum_, field = 0.0, 0.0, 0
        for number in range(n_found):
            position = found[number]
            term = indices[position]
            while term >= field_ends[field]:
                if columns[field] > 0:
                    out[row, columns[field]] = sum_
                total += sum_
                sum_ = 0.0
                field += 1
            sum_ += np.float64(value_of[term]) * np.float64(data[position])
        for rest in range(field, len(field_ends)):
            if columns[rest] > 0:
                out[row, columns[rest]] = sum_
            total += sum_
            sum_ = 0.0
        out[row, 0] = total
    _forget(own_terms, value_of, bits)


@numba.njit(nogil=True, cache=True)
def settle(rows, asked, own, fields, facts, scratch):
    """
    Make of the products of some rows what `Scratch.compared` has of known rows.

    Parameters
    ----------
    rows
        Shape (n_some_rows,).
    asked, own, fields, facts, scratch
        The query and the site.

    Returns
    -------
    Two arrays of shape (n_some_rows,): similarities, damped similarities.
    """
    compared, is_sharing, times, field_lengths = scratch.compared, scratch.is_sharing, facts.times, facts.field_lengths
    numbers, lengths, cosines = (fields.title, fields.excerpt, fields.title_chars), own.lengths, np.zeros(3)
    similarities, damped = np.zeros(len(rows)), np.zeros(len(rows))
    last_time, factor = np.nan, 1.0
    for at in range(len(rows)):
        if at + 2 * _AHEAD < len(rows):
            prefetch(field_lengths, rows[at + 2 * _AHEAD] * field_lengths.shape[1])
        row = rows[at]
        product = compared[row, 0]
        is_sharing[row] = product > 0.0
        if not product > 0.0:
            continue
        for number in range(3):
            field, length = numbers[number], 0.0
            if field >= 0:
                length = lengths[field] * field_lengths[row, field]
            # Where one of the two has nothing in the field there is no cosine; it counts as 0.
            cosines[number] = compared[row, 1 + number] / length if length > 0.0 else 0.0
        similarities[at] = min(np.rint(product * 1e6) / 1e6, 1.0)
        if asked.half_life > 0 and times[row] != last_time:
            last_time = times[row]
            factor = factor_of(asked.time - last_time, asked.half_life, asked.floor)
        damped[at] = similarities[at] * factor
        compared[row, SIMILARITY], compared[row, DAMPED] = similarities[at], damped[at]
        compared[row, WORDS], compared[row, CHARS] = 0.5 * (cosines[0] + cosines[1]), cosines[2]
    return similarities, damped


@numba.njit(nogil=True, cache=True)
def compare(rows, asked, own, fields, facts, by_term, table):
    """
    Fill the features of the text of some rows; those that the query has nothing for stay as they are, missing.

    Parameters
    ----------
    rows
        Shape (n_candidates,).
    asked, fields, facts
        The query and the site.
    by_term
        As `nearby.Desk` has it.
    table
        Shape (n_features, n_candidates).
    """
    indptr, indices, data = facts.indptr, facts.indices, facts.data
    field_lengths, frequencies, is_name = facts.field_lengths, facts.frequencies, facts.is_name
    field_ends, title, excerpt = fields.ends, fields.title, fields.excerpt
    values, bits = by_term
    value_of, crossing_of = values[0], values[1]
    own_terms, twins = asked.terms.copy(), facts.twins[asked.terms]
    _note(own_terms, asked.values, value_of, bits)
    _note(twins, asked.values, crossing_of, bits)
    n_own, lengths, title_rarity, own_title_names, own_excerpt_names = own
    found = np.empty(_longest(rows, indptr) + 1, dtype=np.int64)
    products = np.empty(len(field_ends))
    for at in range(len(rows)):
        row = rows[at]
        products[:] = 0.0
        rarest = rarity = title_names = excerpt_names = title_crossed = excerpt_crossed = 0.0
        n_found = _shared(indptr[row], indptr[row + 1], indices, bits, found)
        field = 0
        for number in range(n_found):
            position = found[number]
            term, value = np.uint32(indices[position]), np.float64(data[position])
            while term >= field_ends[field]:
                field += 1
            products[field] += np.float64(value_of[term]) * value
            if field != title and field != excerpt:
                continue
            crossing = np.float64(crossing_of[term]) * value
            # A word that is there only as the twin of one of the other field counts as that.
            known = np.float64(frequencies[term]) if value_of[term] > 0.0 else 0.0
            name = known if is_name[term] else 0.0
            if field == title:
                rarest = max(rarest, known)
                rarity += known
                title_names += name
                excerpt_crossed += crossing
            else:
                excerpt_names += name
                title_crossed += crossing
        for field in range(len(field_ends)):
            length = field_lengths[row, field]
            # Missing where the row has nothing in the field.
            if n_own[field] and length > 0.0:
                table[fields.features[field], at] = products[field] / (lengths[field] * length)
        if title >= 0 and excerpt >= 0:
            if n_own[title] and field_lengths[row, excerpt] > 0.0:
                table[AT.title_in_excerpt, at] = title_crossed / (lengths[title] * field_lengths[row, excerpt])
            if n_own[excerpt] and field_lengths[row, title] > 0.0:
                table[AT.excerpt_in_title, at] = excerpt_crossed / (lengths[excerpt] * field_lengths[row, title])
        if title >= 0 and n_own[title] and field_lengths[row, title] > 0.0:
            table[AT.rarest_word, at] = rarest
            table[AT.title_share, at] = rarity / title_rarity
        if own_title_names > 0.0:
            table[AT.title_names, at] = title_names
            table[AT.title_names_share, at] = title_names / own_title_names
        if own_excerpt_names > 0.0:
            table[AT.excerpt_names, at] = excerpt_names
    _forget(own_terms, value_of, bits)
    _forget(twins, crossing_of, bits)


@numba.njit(nogil=True, cache=True)
def of_query(asked, fields, facts):
    """The query's own part of the features."""
    n_fields = len(fields.ends)
    n_terms, lengths = np.zeros(n_fields, dtype=np.int64), np.zeros(n_fields)
    title_rarity = title_names = excerpt_names = 0.0
    field = 0
    for own in range(len(asked.terms)):
        term, value = asked.terms[own], np.float64(asked.values[own])
        while term >= fields.ends[field]:
            field += 1
        n_terms[field] += 1
        lengths[field] += value * value
        rarity = np.float64(facts.frequencies[term])
        if field == fields.title:
            title_rarity += rarity
            title_names += rarity if facts.is_name[term] else 0.0
        elif field == fields.excerpt:
            excerpt_names += rarity if facts.is_name[term] else 0.0
    return Own(n_terms, np.sqrt(lengths), title_rarity, title_names, excerpt_names)
