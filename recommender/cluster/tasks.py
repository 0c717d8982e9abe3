"""
What a worker does. A task gets folders and ids, never articles: a lost one can be done again anywhere.

A worker loads the saved model once and answers for blocks of ids as the batch on one machine does, so the lines are
the same to the byte.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recommender.model import Recommender, load_model
from recommender.writing import jsonl_lines
from recommender.writing.atomic import replace_file
from recommender.writing.decisions import Decisions
from recommender.writing.plan import Tally


@dataclass(frozen=True, slots=True)
class Written:
    """One file of lines, and what is in it; `is_new` where the file was not there with the same bytes already."""

    name: str
    n_articles: int
    tally: Tally
    first_id: str
    last_id: str
    n_bytes: int
    is_new: bool


@lru_cache(maxsize=1)
def _loaded(model: str) -> Recommender:
    """The model of the run that a worker is in; kept until there is another."""
    recommender = load_model(model)
    gc.freeze()  # its articles are not looked through for rubbish again and again, as `cli_types.prepare` says
    return recommender


def answer(
    model: str,
    decisions: Decisions,
    ids: Sequence[str],
    k: int | None,
    min_score: float | None,
    output: str,
    name: str,
) -> Written:
    """Answer for a block of ids, sorted, and write its lines as one file, whole or not at all."""
    recommender, tally = _loaded(model), Tally()
    recommender.decisions = decisions
    lines = jsonl_lines(tally.counted(recommender.answers(k, ids, min_score, n_threads=1)))
    content = "".join(f"{line}\n" for line in lines).encode()
    is_new = replace_file(Path(output) / name, content)
    return Written(name, len(ids), tally, ids[0], ids[-1], len(content), is_new)
