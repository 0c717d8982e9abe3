"""Places for the articles of a site on a map: near where they are alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.manifold import TSNE

from recommender.vectors.neighbors import Vectors

#: More would be no map that a person can read, and t-SNE's time grows with it.
MOST_ON_A_MAP = 6_000
#: Axes of likeness that the map is made from; and how many neighbors an article keeps near, about.
_N_AXES, _PERPLEXITY = 30, 15.0
#: Articles that t-SNE lays out; the others stand between those that they are most like.
_MOST_LAID_OUT, _N_BESIDE = 1_200, 3
#: Below this t-SNE has nothing to lay out.
_FEWEST = 8


def map_of(vectors: Vectors) -> NDArray[np.float64]:
    """The place of each row, from 0 to 1 on both axes, shape (n_rows, 2); the same for the same vectors."""
    n_rows = len(vectors.dense)
    if n_rows < _FEWEST:
        angles = 2 * np.pi * np.arange(n_rows) / max(n_rows, 1)
        return 0.5 + 0.4 * np.column_stack([np.cos(angles), np.sin(angles)])
    rows = hstack([vectors.terms, csr_matrix(vectors.dense)], format="csr").astype(np.float32)
    n_axes = min(_N_AXES, n_rows - 1, rows.shape[1] - 1)
    # Rows that are all equal have no variance to explain, which scikit-learn divides by.
    with np.errstate(invalid="ignore", divide="ignore"):
        axes = TruncatedSVD(n_axes, random_state=0).fit_transform(rows) if n_axes > 1 else rows.toarray()
    axes /= np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-12)
    laid_out = np.sort(np.random.default_rng(0).permutation(n_rows)[:_MOST_LAID_OUT])
    perplexity = min(_PERPLEXITY, (len(laid_out) - 1) / 3)
    # 300 steps and a coarse angle: what a map needs, in a third of the time of the defaults.
    tsne = TSNE(perplexity=perplexity, max_iter=300, angle=0.8, init="random", random_state=0, n_jobs=-1)
    places = tsne.fit_transform(axes[laid_out]).astype(np.float64)
    found = np.zeros((n_rows, 2))
    found[laid_out] = places
    others = np.setdiff1d(np.arange(n_rows), laid_out)
    alike = axes[others] @ axes[laid_out].T
    beside = np.argsort(-alike, axis=1)[:, :_N_BESIDE]
    weights = np.maximum(np.take_along_axis(alike, beside, axis=1), 0.01) ** 8
    found[others] = (places[beside] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    low, high = np.percentile(found, [0.5, 99.5], axis=0)
    scaled: NDArray[np.float64] = np.clip((found - low) / np.maximum(high - low, 1e-12), -0.05, 1.05) / 1.2 + 1 / 12
    return scaled
