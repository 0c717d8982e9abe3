"""
A LightGBM model as arrays: its scores and its contributions, without LightGBM. A number room.

Fitting needs LightGBM, answering does not: importing it takes longer than a thousand answers, and a call into it
longer than the trees themselves. The model is read from LightGBM's own text, which is data and cannot run code.

Scores are not found by walking down the trees, where the processor guesses wrongly at every other node, but by asking
every node about all rows at once: a row keeps a bit for each leaf that it may still reach, a node that it passes to the
right takes away those on its left, and the first bit that is left is its leaf.

References
----------
C. Lucchese, F. M. Nardini, S. Orlando, R. Perego, N. Tonellotto and R. Venturini (2015). QuickScorer: a fast algorithm
to rank documents with additive ensembles of regression trees. SIGIR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_TREES", "Forest", "TreeEnsemble", "score_of"]

#: Bits of LightGBM's decision_type: missing values go left; which values count as missing (0 none, 1 zero, 2 NaN).
_DEFAULT_LEFT = 2
_MISSING_SHIFT = 2
#: Leaves of a tree: a bit for each.
_MOST_LEAVES = 32


class Forest(NamedTuple):
    """
    Trees as compiled code takes them.

    Parameters
    ----------
    roots, leaf_starts
        Shape (n_trees,), as in `TreeEnsemble`.
    features, nan_left
        Shape (n_nodes,), as in `TreeEnsemble`.
    bounds
        Shape (n_nodes,): the thresholds for values of single precision.
    masks
        Shape (n_nodes,): the leaves that stay within reach of a row that goes right; bit b is leaf b of the tree, from
        the left.
    leaves
        Shape (n_leaves,): the values of the leaves, those of a tree from the left.
    """

    roots: NDArray[np.int64]
    leaf_starts: NDArray[np.int64]
    features: NDArray[np.int32]
    nan_left: NDArray[np.bool_]
    bounds: NDArray[np.float32]
    masks: NDArray[np.uint32]
    leaves: NDArray[np.float64]


#: For whoever asks for features only.
NO_TREES = Forest(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.bool_), np.zeros(0, np.float32),
    np.zeros(0, np.uint32), np.zeros(0),
)  # fmt: skip


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

    Attributes
    ----------
    forest : Forest
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
    forest: Forest = field(init=False)

    def __post_init__(self) -> None:
        """Number the leaves from the left."""
        masks, places = _masks_of(self.roots, self.leaf_starts, self.left, self.right, len(self.leaf_values))
        forest = Forest(
            self.roots, self.leaf_starts, self.features, self.nan_left, _not_above(self.thresholds), masks,
            self.leaf_values[places],
        )  # fmt: skip
        object.__setattr__(self, "forest", forest)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """
        The model of LightGBM's text (``Booster.model_to_string``).

        Raises
        ------
        ValueError
            The text is no such model, or one with categories, linear trees or trees of more than 32 leaves, which ours
            never have.
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
            if size >= _MOST_LEAVES:
                raise ValueError(f"a LightGBM model with more than {_MOST_LEAVES} leaves a tree is not supported")
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
        scores: NDArray[np.float64] = score_of(np.ascontiguousarray(table.T), self.forest)
        return scores

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
            np.ascontiguousarray(table), self.roots, self.leaf_starts, self.features, self.thresholds, self.nan_left,
            self.left, self.right, self.node_values, self.leaf_values, out,
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


def _not_above(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The greatest number of single precision that is not above each: what is at most the one is at most the other."""
    with np.errstate(over="ignore"):
        bounds = thresholds.astype(np.float32)
    lower: NDArray[np.float32] = np.where(bounds > thresholds, np.nextafter(bounds, np.float32(-np.inf)), bounds)
    return lower


def _masks_of(
    roots: NDArray[np.int64],
    leaf_starts: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    n_leaves: int,
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """
    `Forest.masks`, and where in `leaf_values` the leaves are, those of a tree from the left.

    Not compiled: a model is loaded in less time than it takes to load the first compiled function.
    """
    masks, places = [0] * len(left), list(range(n_leaves))
    lefts, rights = left.tolist(), right.tolist()
    for root, first_leaf in zip(roots.tolist(), leaf_starts.tolist(), strict=True):
        if root < 0:
            continue
        below: dict[int, int] = {}
        ahead, n_seen = [0], 0
        while ahead:
            node = ahead.pop()
            if node >= 0:
                ahead += (rights[root + node], lefts[root + node])
            else:
                places[first_leaf + n_seen] = first_leaf - node - 1
                below[node] = 1 << n_seen
                n_seen += 1
        # LightGBM numbers a node before those below it.
        for node in range(n_seen - 2, -1, -1):
            leaves_left = below[lefts[root + node]]
            below[node] = leaves_left | below[rights[root + node]]
            masks[root + node] = ~leaves_left & 0xFFFFFFFF
    return np.array(masks, dtype=np.uint32), np.array(places, dtype=np.int64)


@numba.njit(nogil=True, cache=True)
def score_of(columns, forest):
    """The sum of each row's leaves; `columns` is the table turned."""
    # Taken apart once: in a loop each look into a tuple counts a reference.
    roots, leaf_starts, features, nan_left, bounds, masks, leaves = forest
    out = np.zeros(columns.shape[1])
    n_rows, n_trees = np.uint64(columns.shape[1]), len(roots)
    reach, everything = np.empty(columns.shape[1], dtype=np.uint32), np.uint32(0xFFFFFFFF)
    for tree in range(n_trees):
        root, first_leaf = roots[tree], leaf_starts[tree]
        last_leaf = leaf_starts[tree + 1] if tree + 1 < n_trees else len(leaves)
        reach[:] = everything
        for node in range(root, root + last_leaf - first_leaf - 1):
            values, bound, mask = columns[features[node]], bounds[node], masks[node]
            # Without a branch these loops are vectorised; a comparison with NaN is false.
            if nan_left[node]:
                for row in range(n_rows):
                    reach[row] &= mask if values[row] > bound else everything
            else:
                for row in range(n_rows):
                    reach[row] &= everything if values[row] <= bound else mask
        for row in range(n_rows):
            # The exponent of a power of two is its place; unlike a table of places, this is vectorised.
            first_bit = np.float32(reach[row] & (~reach[row] + np.uint32(1)))
            reach[row] = (np.uint32(first_bit.view(np.int32)) >> np.uint32(23)) - np.uint32(127)
        leaves_here = leaves[first_leaf:last_leaf]
        for row in range(n_rows):
            out[row] += leaves_here[reach[row]]
    return out


@numba.njit(cache=True)  # for a few rows: too short to be worth the interpreter's lock
def _contribute(table, roots, leaf_starts, features, thresholds, nan_left, left, right, node_values, leaf_values, out):
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
