"""Which articles are on one subject by their topics, and which on others. A number room."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

#: A topic that a larger part of the other articles has names a part of the site, and tells nothing of two of them.
_SHARE_OF_PART = 0.2
#: One that so many articles have at most, and so large a part of the others, is a subject.
_MOST_OF_SUBJECT, _SHARE_OF_SUBJECT = 10, 0.1
_NO_ROWS = np.zeros(0, dtype=np.int64)


class TopicIndex:
    """
    The rows that have a topic. Articles that may not be related, for their language or version, do not count.

    `topics` are those of each row, each once, and `groups`, of shape (n_rows,), are equal for rows that may be related;
    `is_external` says which rows are no articles of the site.
    """

    def __init__(
        self, topics: Sequence[Iterable[str]], groups: NDArray[np.str_], is_external: NDArray[np.bool_]
    ) -> None:
        having: dict[tuple[str, str], list[int]] = {}
        for row, (group, some) in enumerate(zip(groups.tolist(), topics, strict=True)):
            for topic in some:
                having.setdefault((group, topic), []).append(row)
        self._having = {key: np.array(rows, dtype=np.int64) for key, rows in having.items()}
        self._groups, self._n_of_group = groups, Counter(groups[~is_external].tolist())
        #: Rows with a topic that others have too, and not too many.
        self._is_told = np.zeros(len(groups), dtype=bool)
        for (group, _), rows in self._having.items():
            if 0 < len(rows) - 1 <= _SHARE_OF_PART * (self._n_of_group[group] - 1):
                self._is_told[rows] = True

    def rows_of(self, group: str, topic: str) -> NDArray[np.int64]:
        """The rows of a group that have a topic, ascending."""
        return self._having.get((group, topic), _NO_ROWS)

    def shared(
        self, group: str, topics: Iterable[str], own: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """
        Which rows share a subject with the topics of an article, and which none of these though both have telling ones.

        `own` are the rows that are the article itself: there or not, it counts once. Each of shape (n_rows,).
        """
        n_others = self._n_of_group[group] - int(np.count_nonzero(self._groups[own] == group))
        one_subject, any_shared = np.zeros((2, len(rows)), dtype=bool)
        is_told = False
        for topic in topics:
            having = self.rows_of(group, topic)
            n_having = len(having) - int(np.count_nonzero(_are_among(own, having)))
            if 0 < n_having <= _SHARE_OF_PART * n_others:
                is_told = True
                any_shared |= (have_it := _are_among(rows, having))
                if n_having < _MOST_OF_SUBJECT and n_having <= _SHARE_OF_SUBJECT * n_others:
                    one_subject |= have_it
        return one_subject, self._is_told[rows] & ~any_shared & is_told


def _are_among(rows: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some rows are among others, which may be many."""
    if not len(ascending):
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(ascending[np.minimum(np.searchsorted(ascending, rows), len(ascending) - 1)] == rows)
