"""
Sentence embeddings by a model of the user's choice, kept from run to run: an article is embedded once. A number room.

Heavier than all else in the house, so nothing of it is imported unless a setting names a model: a folder, or a name on
the Hugging Face hub, which `sentence-transformers <https://sbert.net>`_ runs, and, where only model2vec is installed,
`model2vec <https://github.com/MinishLab/model2vec>`_: static models, without torch.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from recommender.errors import SettingsError

#: Texts that are embedded at once.
_BATCH = 64
#: Decimals that are kept: beside others a text gets the same numbers as alone only to about the sixth.
_DECIMALS = 4


def sentence_embeddings(texts: Sequence[str], model: str, folder: Path | None) -> NDArray[np.float32]:
    """
    The embedding of each text, of length 1; 0 for an empty one. Shape (n_texts, n_axes).

    The model is a folder, or a name on the Hugging Face hub; SettingsError where it, or the library that runs it, is
    missing. In `folder` embeddings are kept for the next run; None: nowhere.
    """
    wanted = [text for text in dict.fromkeys(texts) if text]
    with contextlib.closing(_table(model, folder)) as table:
        known = _kept(table, wanted)
        missing = [text for text in wanted if text not in known]
        if missing:
            found = _encoded(missing, model)
            if any(len(row) != found.shape[1] for row in known.values()):
                # Under one name there is another model by now.
                missing, found, known = wanted, _encoded(wanted, model), {}
            lines = [(_key(text), row.tobytes()) for text, row in zip(missing, found, strict=True)]
            with contextlib.suppress(sqlite3.Error), table:
                table.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", lines)
            known |= dict(zip(missing, found, strict=True))
    n_axes = len(next(iter(known.values()))) if known else 0
    rows = np.zeros((len(texts), n_axes), dtype=np.float32)
    for place, text in enumerate(texts):
        if text:
            rows[place] = known[text]
    return rows


@lru_cache(maxsize=1)
def _encoder(name: str) -> Callable[[list[str]], Any]:
    """What makes rows of texts."""
    has_transformers = _is_there("sentence-transformers")
    if not has_transformers and not _is_there("model2vec"):
        raise SettingsError(
            f"vectors.semantic: {name} needs sentence-transformers, which is not installed. "
            "Install it: pip install 'recommender[semantic]', or leave the setting empty."
        )
    try:
        if has_transformers:
            from sentence_transformers import SentenceTransformer

            model: Any = SentenceTransformer(name, device="cpu")
        else:
            from model2vec import StaticModel

            model = StaticModel.from_pretrained(name)
    except Exception as error:  # noqa: BLE001 - of hub, files and libraries of weights; they have no common parent
        raise SettingsError(
            f"vectors.semantic: {name} cannot be loaded ({' '.join(str(error).split())[:200]}). Name a folder with a "
            "model of sentence-transformers or model2vec, or one of the Hugging Face hub that can be reached."
        ) from None
    return lambda texts: model.encode(texts, batch_size=_BATCH)


def _encoded(texts: list[str], model: str) -> NDArray[np.float32]:
    found = normalize(np.asarray(_encoder(model)(texts), dtype=np.float64))
    return np.asarray(np.round(found, _DECIMALS).astype(np.float32))


def _table(model: str, folder: Path | None) -> sqlite3.Connection:
    """Embeddings of a model by a digest of the text; in memory where none are kept, for a cache is never an error."""
    if folder is not None:
        file = folder / f"embeddings-{_model_key(model)}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return _opened(file)
        except (OSError, sqlite3.OperationalError):
            pass
        except sqlite3.DatabaseError:
            # It is damaged; the next run makes it anew.
            file.unlink(missing_ok=True)
    return _opened(":memory:")


def _opened(file: Path | str) -> sqlite3.Connection:
    table = sqlite3.connect(file, timeout=30)
    try:
        table.execute("CREATE TABLE IF NOT EXISTS embeddings (text BLOB PRIMARY KEY, numbers BLOB NOT NULL)")
    except sqlite3.Error:
        table.close()
        raise
    return table


def _kept(table: sqlite3.Connection, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    known: dict[str, NDArray[np.float32]] = {}
    try:
        for text in texts:
            if row := table.execute("SELECT numbers FROM embeddings WHERE text = ?", [_key(text)]).fetchone():
                known[text] = np.frombuffer(row[0], dtype=np.float32)
    except sqlite3.Error:
        # It is damaged further in; all is embedded anew and takes its place.
        with contextlib.suppress(sqlite3.Error):
            table.execute("DELETE FROM embeddings")
        return {}
    return known


def _is_there(library: str) -> bool:
    return find_spec(library.replace("-", "_")) is not None


def _key(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _model_key(model: str) -> str:
    """A model by its name, and one in a folder by its weights' sizes and dates as well."""
    files = sorted(path for path in Path(model).rglob("*") if path.is_file()) if Path(model).is_dir() else []
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    libraries = [(name, version(name)) for name in ("sentence-transformers", "model2vec") if _is_there(name)][:1]
    return sha256(repr((model, stats, libraries)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
