"""
What a ranker sees of a pair of articles: named numbers. A number room.

One code serves learning, the batch and the draft: a query with what was there when it asked, its candidates, and a row
of features for each. Three sources of evidence meet here:

- the text of the two, field by field, and their days apart;
- the curated lists around the candidate: how alike the query is to the articles that it is listed together with, how
  many of them are near in time, how fast their circle grows;
- who lists the query already, which a draft has nobody to do.

The query's own list is never looked at. A row that was not there when the query asked is passed over as if it did not
exist, as an end of an edge too. What an article does not have (a date, topics, an excerpt) is missing, NaN, not zero.

Sums run over rows in their order, and a row that is passed over adds an exact zero: so a draft gets, to the last bit,
the features that it has once it is one of the rows.

On a site of more than `N_ALL` rows the query is compared with the `N_LOCAL` nearest by damped similarity and the
`N_SIMILAR` nearest by similarity alone, as the terms say that not more than about a sixteenth of the articles have;
the commoner ones are most of the work and hardly ever change who is near. Measured for 200 drafts on a made site of
100,000: of the 20 nearest by all terms 0.9995 are among these, of the 150 nearest 0.90 (0.93 with the terms of up to
an eighth; what is missing shares the commonest words only), of the 100 most similar 0.99. Candidates by text are
chosen among these, by their exact similarity. Only these are spread along the lists, and they and the candidates alone
count in circles: all other similarities are 0 there, and what the first steps of the diffusion bring to other rows
does not flow on. Days, sizes and links are of all rows at any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.ranking.looking import Asked, Fields, look, sweep_and_look
from recommender.ranking.nearby import Surroundings, desk_of, leave_out, rows_there
from recommender.ranking.rankers import Query
from recommender.ranking.trees import NO_TREES, Forest
from recommender.vectors.damping import Damping
from recommender.vectors.postings import frozen
from recommender.vectors.sweep import go_through

__all__ = ["Pairs", "pairs_of"]

#: With more rows than this that are there, the query is compared with the nearest only.
N_ALL = 8192
#: How many these are by damped similarity, and how many by similarity. With no more than these compared among azure's
#: 4,617 articles, nDCG@10 of the learned ranker is 0.554 where it is 0.555 with all (0.553 with the terms of up to an
#: eighth of the articles, and with these and half as many rows 0.540).
N_LOCAL, N_SIMILAR = 1024, 256
#: The idf of a term that about a sixteenth of the articles have; those that are commoner do not choose who is near.
_LEAST_IDF = 1.0 + np.log(16.0)
#: ... but where the others have less than this share of the query's squared length, all terms do.
_LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Pairs:
    """
    A query's candidates with what a ranker sees of them.

    Parameters
    ----------
    rows
        Shape (n_candidates,), ascending.
    similarities, damped
        Shape (n_candidates,): cosine, and damped by the days between.
    table
        Shape (n_candidates, len(FEATURES)), float32, NaN where a value is missing.
    raw
        Shape (n_candidates,): the raw score that the trees give each; 0 where none were asked.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]
    damped: NDArray[np.float64]
    table: NDArray[np.float32]
    raw: NDArray[np.float64]

    def __getitem__(self, places: NDArray[np.int64]) -> Pairs:
        """Some of the candidates."""
        return Pairs(
            self.rows[places], self.similarities[places], self.damped[places], self.table[places], self.raw[places]
        )


def pairs_of(
    query: Query,
    catalogue: Catalogue,
    graph: CurationGraph,
    allowed: NDArray[np.bool_],
    damping: Damping,
    n_candidates: int,
    lists_propose: bool = True,
    forest: Forest = NO_TREES,
) -> Pairs:
    """
    The candidates of a query and their features.

    Candidates are the nearest by damped similarity, the nearest by similarity, those whose circle is nearest, and those
    that list the query or are listed together with it.

    Parameters
    ----------
    query
        Its `before`, where it has one, hides all that was not there by then: as a candidate, as a neighbor, and as an
        end of an edge.
    catalogue, graph
        All rows and all lists.
    allowed
        Shape (n_rows,): rows that may be candidates.
    damping
        How similarity fades with the days between.
    n_candidates
        Nearest rows to take by damped similarity; the other ways scale with it.
    lists_propose
        Whether the curated lists bring in candidates, or the text alone does.
    forest
        Trees that are asked about the features, at once: so nothing need be waited for in between.
    """
    arrays, facts = graph.arrays, catalogue.facts
    around = Surroundings(
        arrays.together.starts, arrays.together.ends, arrays.lists.starts, arrays.lists.ends,
        arrays.listed_by.starts, arrays.listed_by.ends,
    )  # fmt: skip
    asked = Asked(
        frozen(query.columns, np.int32), frozen(query.values, np.float32), query.time,
        catalogue.provider_of(query.article), damping.half_life, damping.floor,
    )  # fmt: skip
    fields = Fields.of(catalogue.fields)
    # As of a moment nobody lists the query yet; a draft that stands in for a known row has that row's friends.
    own = query.own if len(query.own) else np.array([query.row] if query.row >= 0 else [], dtype=np.int64)
    listed = own if np.isnan(query.before) else own[:0]
    with desk_of(catalogue.n_rows, catalogue.n_terms) as desk:
        n_there = desk.lay_out(facts, around, allowed, query.group, query.before)
        gone, barred = leave_out(own, query.hidden, around.starts, around.ends, desk.scratch)
        n_there -= len(gone)
        site = asked, fields, facts, around, desk.scratch, desk.by_term
        rest = listed, gone, barred, n_candidates, lists_propose, forest
        if n_there <= N_ALL:
            parts = np.searchsorted(asked.terms, [0, *fields.ends])
            catalogue.index.products(asked.terms, asked.values, parts, fields.products, desk.scratch.compared)
            rows, similarities, damped, columns, raw = look(*site, rows_there(desk.scratch.there, n_there), True, *rest)
        else:
            *earlier, last = catalogue.index.sweeps(
                *_telling(asked, facts.frequencies), N_LOCAL, N_SIMILAR, there=desk.scratch.there, times=facts.times,
                time=query.time, damping=damping,
            )  # fmt: skip
            for part in earlier:
                go_through(part)
            rows, similarities, damped, columns, raw = sweep_and_look(last, *site, *rest)
    return Pairs(rows, similarities, damped, columns.T, raw)


def _telling(asked: Asked, frequencies: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The query's terms that say who is near, and their values: not the commonest, unless there is little else."""
    is_telling = frequencies[asked.terms] >= _LEAST_IDF
    squares = np.square(asked.values)
    if squares[is_telling].sum() < _LEAST_SHARE * squares.sum():
        return asked.terms, asked.values
    return asked.terms[is_telling], asked.values[is_telling]
