"""
A LightGBM model as arrays: its scores and its contributions, without LightGBM. A number room.

Fitting needs LightGBM, answering does not: importing it takes longer than a thousand answers, and a call into it
longer than the trees themselves. The model is read from LightGBM's own text, which is data and cannot run code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["TreeEnsemble"]

#: Bits of LightGBM's decision_type: missing values go left, and which values count as missing.
_DEFAULT_LEFT = 2
_MISSING_SHIFT = 2


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """
    Boosted trees over numbers; a score is the sum of one leaf of each tree.

    Parameters
    ----------
    text
        LightGBM's own text of the model.
    roots
        Shape (n_trees,): the first node of each tree; leaves are numbered -1, -2, ... within their tree.
    leaf_starts
        Shape (n_trees,): the place of each tree's first leaf in `leaf_values`.
    features, thresholds, kinds, left, right, node_values
        Shape (n_nodes,). A row goes left where its feature is at most the threshold. A node's value is the mean of
        what is below it.
    leaf_values
        Shape (n_leaves,).
    split_gains
        Shape (n_nodes,): how much each decision lowered the loss.
    """

    text: str
    roots: NDArray[np.int64]
    leaf_starts: NDArray[np.int64]
    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    kinds: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    node_values: NDArray[np.float64]
    leaf_values: NDArray[np.float64]
    split_gains: NDArray[np.float64]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """
        The model of LightGBM's text (``Booster.model_to_string``).

        Raises
        ------
        ValueError
            The text is no such model, or one with categories or linear trees, which ours never have.
        """
        if not text.startswith("tree\n"):
            raise ValueError("not the text of a LightGBM model")
        trees = [_fields_of(block) for block in text.split("\nTree=")[1:]]
        roots, leaf_starts, n_nodes, n_leaves = [], [], 0, 0
        columns: dict[str, list[NDArray[np.float64]]] = {name: [] for name in _COLUMNS}
        for tree in trees:
            if tree.get("num_cat", "0") != "0" or tree.get("is_linear", "0") != "0":
                raise ValueError("a LightGBM model with categories or linear leaves is not supported")
            size = int(tree["num_leaves"]) - 1
            # A tree without a split has its one leaf only.
            roots.append(n_nodes if size else -1)
            leaf_starts.append(n_leaves)
            for name, parts in columns.items():
                parts.append(np.array((tree.get(name) or "").split(), dtype=np.float64))
            n_nodes += size
            n_leaves += size + 1
        joined = {name: np.concatenate(parts) if parts else np.zeros(0) for name, parts in columns.items()}
        return cls(
            text,
            np.array(roots, dtype=np.int64),
            np.array(leaf_starts, dtype=np.int64),
            joined["split_feature"].astype(np.int64),
            joined["threshold"],
            joined["decision_type"].astype(np.int64),
            joined["left_child"].astype(np.int64),
            joined["right_child"].astype(np.int64),
            joined["internal_value"],
            joined["leaf_value"],
            joined["split_gain"],
        )

    @property
    def n_trees(self) -> int:
        """Trees of the model."""
        return len(self.roots)

    def gains(self, n_features: int) -> NDArray[np.float64]:
        """How much the decisions on each feature lowered the loss, added up; shape (n_features,)."""
        return np.bincount(self.features, self.split_gains, minlength=n_features)

    def scores(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """
        The score of each row.

        Parameters
        ----------
        table
            Shape (n_rows, n_features); NaN where a value is missing.

        Returns
        -------
        ndarray
            Shape (n_rows,), as LightGBM's ``predict(raw_score=True)`` gives it.
        """
        out = np.zeros(len(table))
        _score(
            table, self.roots, self.leaf_starts, self.features, self.thresholds, self.kinds, self.left, self.right,
            self.leaf_values, out,
        )  # fmt: skip
        return out

    def contributions(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """
        How much each feature moved each row's score, summed over the nodes where it decided.

        At a node the score moves from the mean of what is below the node to the mean of what is below the chosen
        branch; that step belongs to the node's feature. The steps of a row add up to its score, less what the trees
        give before any decision.

        Returns
        -------
        ndarray
            Shape (n_rows, n_features).

        References
        ----------
        A. Saabas, "Interpreting random forests" (2014), http://blog.datadive.net/interpreting-random-forests/.
        """
        out = np.zeros(table.shape)
        _contribute(
            table, self.roots, self.leaf_starts, self.features, self.thresholds, self.kinds, self.left, self.right,
            self.node_values, self.leaf_values, out,
        )  # fmt: skip
        return out


_COLUMNS = ("split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_value", "leaf_value", "split_gain")


def _fields_of(block: str) -> dict[str, str]:
    """The ``name=value`` lines of one tree, up to the blank line that ends it."""
    lines = block.split("\n\n", 1)[0].splitlines()[1:]
    return dict(line.split("=", 1) for line in lines if "=" in line)


@numba.njit(nogil=True, cache=True)
def _goes_left(value: float, threshold: float, kind: int) -> bool:
    """LightGBM's decision for numbers (tree.h, NumericalDecision)."""
    missing = (kind >> _MISSING_SHIFT) & 3
    if np.isnan(value) and missing != 2:
        value = 0.0
    if (missing == 1 and abs(value) <= 1e-35) or (missing == 2 and np.isnan(value)):
        return (kind & _DEFAULT_LEFT) != 0
    return value <= threshold


@numba.njit(nogil=True, cache=True)
def _score(table, roots, leaf_starts, features, thresholds, kinds, left, right, leaf_values, out):  # type: ignore[no-untyped-def]  # compiled
    for tree in range(len(roots)):
        root, first_leaf = roots[tree], leaf_starts[tree]
        for row in range(table.shape[0]):
            node = 0 if root >= 0 else -1
            while node >= 0:
                at = root + node
                if _goes_left(np.float64(table[row, features[at]]), thresholds[at], kinds[at]):
                    node = left[at]
                else:
                    node = right[at]
            out[row] += leaf_values[first_leaf - node - 1]


@numba.njit(nogil=True, cache=True)
def _contribute(  # type: ignore[no-untyped-def]  # compiled
    table, roots, leaf_starts, features, thresholds, kinds, left, right, node_values, leaf_values, out
):
    for tree in range(len(roots)):
        root, first_leaf = roots[tree], leaf_starts[tree]
        for row in range(table.shape[0]):
            node = 0 if root >= 0 else -1
            while node >= 0:
                at = root + node
                feature = features[at]
                if _goes_left(np.float64(table[row, feature]), thresholds[at], kinds[at]):
                    node = left[at]
                else:
                    node = right[at]
                value = node_values[root + node] if node >= 0 else leaf_values[first_leaf - node - 1]
                out[row, feature] += value - node_values[at]
