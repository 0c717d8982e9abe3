"""
A LightGBM model as arrays: its scores and its contributions, without LightGBM. A number room.

Fitting needs LightGBM, answering does not: importing it takes longer than a thousand answers, and a call into it
longer than the trees themselves. The model is read from LightGBM's own text, which is data and cannot run code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["TreeEnsemble"]

#: Bits of LightGBM's decision_type: missing values go left; which values count as missing (0 none, 1 zero, 2 NaN).
_DEFAULT_LEFT = 2
_MISSING_SHIFT = 2


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """
    Boosted trees over numbers; a score is the sum of one leaf of each tree.

    Parameters
    ----------
    texts
        LightGBM's own text of each model that is in it.
    weights
        Shape (n_models,): what each model's leaves were multiplied by.
    roots
        Shape (n_trees,): the first node of each tree; leaves are numbered -1, -2, ... within their tree.
    leaf_starts
        Shape (n_trees,): the place of each tree's first leaf in `leaf_values`.
    features, thresholds, nan_left, left, right, node_values
        Shape (n_nodes,). A row goes left where its feature is at most the threshold, or is NaN and `nan_left` says so.
        A node's value is the mean of what is below it.
    leaf_values
        Shape (n_leaves,).
    split_gains
        Shape (n_nodes,): how much each decision lowered the loss.
    """

    texts: tuple[str, ...]
    weights: tuple[float, ...]
    roots: NDArray[np.int64]
    leaf_starts: NDArray[np.int64]
    features: NDArray[np.int32]
    thresholds: NDArray[np.float64]
    nan_left: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
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
        kinds = joined["decision_type"].astype(np.int64)
        missing = (kinds >> _MISSING_SHIFT) & 3
        if np.any(missing == 1):
            raise ValueError("a LightGBM model that takes zero for missing is not supported")
        return cls(
            (text,),
            (1.0,),
            np.array(roots, dtype=np.int64),
            np.array(leaf_starts, dtype=np.int64),
            joined["split_feature"].astype(np.int32),
            joined["threshold"],
            # LightGBM takes NaN for 0 where learning met none (tree.h, NumericalDecision).
            np.where(missing == 2, (kinds & _DEFAULT_LEFT) != 0, joined["threshold"] >= 0),
            joined["left_child"].astype(np.int32),
            joined["right_child"].astype(np.int32),
            joined["internal_value"],
            joined["leaf_value"],
            joined["split_gain"],
        )

    @classmethod
    def from_texts(cls, texts: Sequence[str], weights: Sequence[float]) -> Self:
        """
        Several models as one, whose score is the weighted sum of theirs.

        Raises
        ------
        ValueError
            As `from_text`, or there is not one weight for each text.
        """
        if len(texts) != len(weights) or not texts:
            raise ValueError("a model needs one weight for each of its parts")
        parts = [cls.from_text(text) for text in texts]
        node_starts = np.cumsum([0, *(len(part.features) for part in parts)])
        leaf_starts = np.cumsum([0, *(len(part.leaf_values) for part in parts)])

        def joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
            return np.concatenate(arrays)

        return cls(
            tuple(texts),
            tuple(float(weight) for weight in weights),
            joined(
                [
                    np.where(part.roots < 0, -1, part.roots + start)
                    for part, start in zip(parts, node_starts, strict=False)
                ]
            ),
            joined([part.leaf_starts + start for part, start in zip(parts, leaf_starts, strict=False)]),
            joined([part.features for part in parts]),
            joined([part.thresholds for part in parts]),
            joined([part.nan_left for part in parts]),
            joined([part.left for part in parts]),
            joined([part.right for part in parts]),
            joined([part.node_values * weight for part, weight in zip(parts, weights, strict=True)]),
            joined([part.leaf_values * weight for part, weight in zip(parts, weights, strict=True)]),
            # Gains of different losses have no common measure; as shares of their model they have.
            joined(
                [
                    part.split_gains * weight / max(part.split_gains.sum(), 1e-12)
                    for part, weight in zip(parts, weights, strict=True)
                ]
            ),
        )

    @property
    def n_trees(self) -> int:
        """Trees of the model."""
        return len(self.roots)

    def gains(self, n_features: int) -> NDArray[np.float64]:
        """How much the decisions on each feature lowered the loss, added up; shape (n_features,)."""
        gains: NDArray[np.float64] = np.bincount(self.features, self.split_gains, minlength=n_features).astype(
            np.float64
        )
        return gains

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
            table, self.roots, self.leaf_starts, self.features, self.thresholds, self.nan_left, self.left, self.right,
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
            table, self.roots, self.leaf_starts, self.features, self.thresholds, self.nan_left, self.left, self.right,
            self.node_values, self.leaf_values, out,
        )  # fmt: skip
        return out


_COLUMNS = (
    "split_feature",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "internal_value",
    "leaf_value",
    "split_gain",
)


def _fields_of(block: str) -> dict[str, str]:
    """The ``name=value`` lines of one tree, up to the blank line that ends it."""
    lines = block.split("\n\n", 1)[0].splitlines()[1:]
    return dict(line.split("=", 1) for line in lines if "=" in line)


@numba.njit(nogil=True, cache=True)
def _score(table, roots, leaf_starts, features, thresholds, nan_left, left, right, leaf_values, out):  # type: ignore[no-untyped-def]  # compiled
    for tree in range(len(roots)):
        root, first_leaf = roots[tree], leaf_starts[tree]
        for row in range(table.shape[0]):
            node = 0 if root >= 0 else -1
            while node >= 0:
                at = root + node
                value = table[row, features[at]]
                goes_left = value <= thresholds[at] or (np.isnan(value) and nan_left[at])
                node = left[at] if goes_left else right[at]
            out[row] += leaf_values[first_leaf - node - 1]


@numba.njit(nogil=True, cache=True)
def _contribute(  # type: ignore[no-untyped-def]  # compiled
    table, roots, leaf_starts, features, thresholds, nan_left, left, right, node_values, leaf_values, out
):
    for tree in range(len(roots)):
        root, first_leaf = roots[tree], leaf_starts[tree]
        for row in range(table.shape[0]):
            node = 0 if root >= 0 else -1
            while node >= 0:
                at = root + node
                feature = features[at]
                value = table[row, feature]
                goes_left = value <= thresholds[at] or (np.isnan(value) and nan_left[at])
                node = left[at] if goes_left else right[at]
                after = node_values[root + node] if node >= 0 else leaf_values[first_leaf - node - 1]
                out[row, feature] += after - node_values[at]
