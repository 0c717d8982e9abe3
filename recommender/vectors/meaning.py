"""
What a text is about, as few numbers: static word embeddings. A number room.

The embeddings are those of WordLlama (English): a table of token vectors inside the package, whose mean is the vector
of a text. Nothing is downloaded and nothing runs but numpy. Where the settings name a sentence model, its embeddings
take their place, see `recommender.vectors.semantic`.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Primary codes of the languages that the embeddings know, and how many numbers a text becomes.
MEANING_LANGUAGES = frozenset({"en"})
N_MEANING = 256
#: Texts that are cut into tokens at once, which take five kilobytes a text.
_AT_ONCE = 4_096


@lru_cache(maxsize=1)
def _model() -> Any:
    # Its import sets the root logger up, and so what a pipeline prints, unless there is a handler already.
    nothing = logging.NullHandler()
    logging.root.addHandler(nothing)
    import wordllama  # takes half a second, and is not needed in other languages

    logging.root.removeHandler(nothing)
    # Its weights lie in the package itself, where it would not look by itself before it asks the network.
    model = wordllama.WordLlama.load(dim=N_MEANING, cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    model.tokenizer.no_padding()
    return model.embedding, model.tokenizer


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
