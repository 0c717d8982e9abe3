"""
Saved models under kills and edits: a script of its own, for what it looks for ends a process.

    python tests/torture_models.py kills|edits|forged N

Prints what was tried as one line of JSON, and exits 1 where a promise was broken.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from recommender import Article, Corpus, Recommender, RelatedEntry, load_model, model_store
from recommender.errors import ModelError
from recommender.settings import settings_from_mapping
from recommender.writing import atomic

_WORDS = ("tea", "leaf", "water", "cup", "pot", "milk", "steam", "hill", "gear", "wheel", "brake", "chain", "road")
_SETTINGS = settings_from_mapping({"ranking": {"ranker": "similarity"}, "vectors": {"meaning": 0}})


def model(n_articles, seed):
    """A small fitted model."""
    lot = random.Random(seed)
    return Recommender(_SETTINGS).fit(
        Corpus(
            Article(
                f"note-{number}",
                title=" ".join(lot.choices(_WORDS, k=4)),
                url=f"https://notes.example/{number}",
                published_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number),
                related=(
                    RelatedEntry(target=f"note-{lot.randrange(n_articles)}"),
                    RelatedEntry(title=f"later {number}", url=f"https://notes.example/later-{number}"),
                ),
            )
            for number in range(n_articles)
        )
    )


def answers(rec):
    """All that it suggests, or why it suggests nothing, by article."""
    return {one.article_id: one for one in rec.answers(min_score=0)}


def unlike(found, known):
    """What was found and is in none of the known answers, for who must find out why."""
    return [one for one in found.values() if one not in [answer.get(one.article_id) for answer in known]]


def kills(n_points, folder):
    """Saving, killed at any line of the code that saves, leaves the old or the new model, and nothing for long."""
    warnings.simplefilter("ignore", DeprecationWarning)  # nothing here has threads when it forks
    old, new = model(12, 1), model(15, 2)
    known = (answers(old), answers(new))
    n_old = n_new = 0
    n_lines = _save_until(new, folder / "counted", None)
    lot = random.Random(0)
    points = range(n_lines) if n_points >= n_lines else sorted(lot.sample(range(n_lines), n_points))
    for point in points:
        place = folder / f"at-{point}"
        old.save(place)
        child = os.fork()
        if not child:
            _save_until(new, place, point)
            os._exit(0)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), point
        found = answers(load_model(place))
        assert found in known, (point, unlike(found, known))
        n_old, n_new = n_old + (found == known[0]), n_new + (found == known[1])
        new.save(place)
        found = answers(load_model(place))
        assert found == known[1], (point, unlike(found, known[1:]))
        assert sorted(_stems(place)) == sorted(_stems(folder / "counted")), point
        shutil.rmtree(place)
    return {"points": len(points), "old": n_old, "new": n_new}


def _save_until(rec, folder, point):
    """Save; end the process before the line of this number that `model_store` or `atomic` runs. Their number."""
    n_lines = 0

    def trace(frame, event, _):
        nonlocal n_lines
        if frame.f_code.co_filename not in (model_store.__file__, atomic.__file__):
            return None
        if event == "line":
            if n_lines == point:
                os.kill(os.getpid(), signal.SIGKILL)
            n_lines += 1
        return trace

    sys.settrace(trace)
    try:
        rec.save(folder)
    finally:
        sys.settrace(None)
    return n_lines


def _stems(folder):
    return [file.name.rpartition("-")[0] or file.name for file in folder.iterdir()]


def edits(n_edits, folder):
    """A model with bytes changed, cut off or added is refused, or gives the same answers."""
    rec = model(12, 1)
    known = answers(rec)
    rec.save(folder / "whole")
    files = sorted(file.name for file in (folder / "whole").iterdir() if file.name != "card.md")
    lot = random.Random(0)
    n_refused = 0
    for _ in range(n_edits):
        shutil.copytree(folder / "whole", folder / "edited")
        file = folder / "edited" / lot.choice(files)
        raw = bytearray(file.read_bytes())
        kind = lot.randrange(4)
        if kind == 0:
            del raw[lot.randrange(len(raw)) :]
        elif kind == 1:
            raw += lot.randbytes(lot.randrange(1, 100))
        else:
            for _ in range(lot.choice((1, 1, 8))):
                raw[lot.randrange(len(raw))] = lot.randrange(256)
        file.write_bytes(raw)
        try:
            found = answers(load_model(folder / "edited"))
            said = ""
        except ModelError as error:
            found, said = known, str(error)
            n_refused += 1
        assert found == known, file
        assert not said or (str(folder / "edited") in said and "Fit it again" in said), said
        shutil.rmtree(folder / "edited")
    return {"edits": n_edits, "refused": n_refused}


def forged(n_edits, folder):
    """Arrays changed by who makes the checksums anew are refused, or give some answer: no index leads out of them."""
    model(12, 1).save(folder / "whole")
    manifest, texts, arrays = model_store.load_parts(folder / "whole")
    head = {name: value for name, value in manifest.items() if name not in ("format", "parts", "checksum")}
    lot = random.Random(0)
    n_refused = 0
    for _ in range(n_edits):
        name = lot.choice(sorted(arrays))
        array = arrays[name].copy()
        kind = lot.randrange(4)
        if kind == 0:
            array = array[: lot.randrange(len(array) + 1)]
        elif kind == 1:
            array = np.concatenate([array, array])
        elif kind == 2:
            array = array.astype(lot.choice((np.int8, np.float64, np.int64)))
        elif array.size:
            array.flat[lot.randrange(array.size)] = lot.choice((-1, 2**31 - 1, -(2**31), 99, 0)) % 2**31
        model_store.save_parts(folder / "forged", head, texts, {**arrays, name: array}, "")
        try:
            answers(load_model(folder / "forged"))
        except ModelError:
            n_refused += 1
    return {"forgeries": n_edits, "refused": n_refused}


if __name__ == "__main__":
    what, number = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        figures = {"kills": kills, "edits": edits, "forged": forged}[what](int(number), Path(temporary))
    sys.stdout.write(json.dumps(figures) + "\n")
