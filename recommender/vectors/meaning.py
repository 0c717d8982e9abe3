"""
What a text is about, as few numbers: static word embeddings. A number room.

The embeddings are those of WordLlama (English): a table of token vectors inside the package, whose mean is the vector
of a text. Its two files are read where the package lies; its code is not run, and nothing is downloaded. Where the
settings name a sentence model, its embeddings take their place, see `recommender.vectors.semantic`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: Primary codes of the languages that the embeddings know, and how many numbers a text becomes.
MEANING_LANGUAGES = frozenset({"en"})
N_MEANING = 256
#: Texts that are cut into tokens at once, which take five kilobytes a text.
_AT_ONCE = 4_096


@lru_cache(maxsize=1)
def _model() -> tuple[NDArray[np.float32], Tokenizer]:
    """The vector of each token, shape (n_tokens, N_MEANING), and what cuts a text into tokens."""
    from safetensors.numpy import load_file  # these take a tenth of a second, and are not needed in other languages
    from tokenizers import Tokenizer

    # Its import would take half a second more, and set the root logger up.
    folder = Path(str(distribution("wordllama").locate_file("wordllama")))
    weights = load_file(folder / "weights" / f"l2_supercat_{N_MEANING}.safetensors")["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return weights.astype(np.float32), tokenizer


def embedded(texts: Sequence[str]) -> NDArray[np.float32]:
    """The embedding of each text, of length 1; 0 for an empty one. Shape (n_texts, N_MEANING)."""
    found = np.zeros((len(texts), N_MEANING), dtype=np.float32)
    if not any(texts):
        return found
    table, tokenizer = _model()
    # Each for itself: padded to the longest of a batch, sums would differ in the last bits from batch to batch.
    for start in range(0, len(texts), _AT_ONCE):
        block = tokenizer.encode_batch(list(texts[start : start + _AT_ONCE]), add_special_tokens=False)
        for place, tokens in enumerate(block, start):
            if tokens.ids:
                mean = table[tokens.ids].mean(axis=0, dtype=np.float64)
                found[place] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return found
