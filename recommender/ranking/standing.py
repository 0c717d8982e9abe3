"""
What the answers of the similarity ranker depend on besides a saved model, row by row, and whom a change reaches.

For whoever keeps answers: what stands now, beside what stood when an answer was made, tells whether it still holds. The
learned ranker has no such test: its features look at maxima over the site and at the graph of all lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.vectors.damping import Damping, damping_factors

__all__ = ["Standing"]

#: Scores are rounded to six places, which moves them by half of this; sums differ in the last bits.
_MARGIN = 1e-6
#: Less than any score that is above 0 once it is rounded.
_LEAST_PRODUCT = 1e-7


@dataclass(frozen=True)
class Standing:
    """
    The rows that are there, and what an answer can see of them.

    Parameters
    ----------
    catalogue
        All rows.
    rows
        Those that are there: the site's own by id, then the external ones. Shape (n_there,).
    marks
        For each of these, by id: a digest of the article, and whether it may be suggested. Equal marks at two times,
        under one model, mean equal vectors, dates and words.
    lists
        Shape (n_rows,), uint64: equal for lists that name the same ids. Two lists that differ have equal numbers with a
        chance of 2^-64.
    n_listed
        Shape (n_rows,): articles that each row's list names.
    allowed
        Shape (n_rows,): rows that may be suggested.
    """

    catalogue: Catalogue
    rows: NDArray[np.int64]
    marks: dict[str, str]
    lists: NDArray[np.uint64]
    n_listed: NDArray[np.int64]
    allowed: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        graph: CurationGraph,
        allowed: NDArray[np.bool_],
        rows: NDArray[np.int64],
        ids: Sequence[str],
        digests: Sequence[str],
    ) -> Standing:
        """
        What stands now.

        Parameters
        ----------
        ids, digests
            Of the articles of `rows`.
        """
        named = np.zeros(catalogue.n_rows, dtype=np.uint64)
        named[rows] = [
            int.from_bytes(blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
            for article_id in ids
        ]
        edges = graph.arrays.lists
        # The sum of what stands for its ids: a list has no order here, for what it names is only left out.
        total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(named[edges.ends], dtype=np.uint64)])
        marks = {
            article_id: f"{digest}{'+' if may else '-'}"
            for article_id, digest, may in zip(ids, digests, allowed[rows].tolist(), strict=True)
        }
        return cls(
            catalogue,
            rows,
            marks,
            total[edges.starts[1:]] - total[edges.starts[:-1]],
            np.diff(edges.starts),
            allowed,
        )

    def reached(
        self,
        changed: NDArray[np.int64],
        bars: NDArray[np.float64],
        damping: Damping,
        *,
        suggest_newer: bool,
    ) -> NDArray[np.int64]:
        """
        The rows whose answers some changed rows can enter now, and perhaps a few more.

        Parameters
        ----------
        changed
            Rows.
        bars
            Shape (n_rows,): the score from which a candidate enters the answer of a row; infinite where none does, or
            where it does not matter.
        damping
            As the ranker has it.
        suggest_newer
            Whether a newer article may be suggested under an older one.

        Returns
        -------
        ndarray of int64
            Row numbers, ascending.
        """
        catalogue = self.catalogue
        times, groups = catalogue.times, catalogue.groups
        least = np.maximum(bars - _MARGIN, _LEAST_PRODUCT)
        found = np.zeros(catalogue.n_rows, dtype=bool)
        whole, nowhere = np.zeros(2, dtype=np.int64), np.full(1, -1, dtype=np.int64)
        out = np.zeros((catalogue.n_rows, 1))
        products = out[:, 0]
        for row in changed[self.allowed[changed]].tolist():
            columns, values = catalogue.terms(row)
            whole[1] = len(columns)
            catalogue.index.products(columns, values, whole, nowhere, out)
            # Damping only lowers them, so the few that are left are damped.
            near = np.flatnonzero(products >= least)
            near = near[(groups[near] == groups[row]) & (near != row)]
            if not suggest_newer:
                near = near[~(times[row] >= times[near])]
            near = near[products[near] * damping_factors(times[near] - times[row], damping) >= least[near]]
            found[near] = True
            least[near] = np.inf
        return np.flatnonzero(found)
