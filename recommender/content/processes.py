"""Work that holds the interpreter's lock, in processes: reading is nearly all of that kind."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from typing import TypeVar

from recommender.errors import RecommenderError

T = TypeVar("T")


def in_processes(
    function: Callable[..., T], tasks: Iterable[tuple[object, ...]], n_jobs: int, *, worth_it: bool
) -> Iterator[T]:
    """
    What a function gives for the arguments of each task, in their order; `n_jobs` is as in joblib.

    Where starting processes is not worth it, and on one core, the work is done here. Raises RecommenderError where a
    process ended in the middle: somebody, or the system that had no memory left, has killed it.
    """
    if not worth_it or n_cores(n_jobs) == 1:
        yield from (function(*task) for task in tasks)
        return
    # Its import takes longer than a warm reading.
    import joblib

    parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1)
    try:
        yield from parallel(joblib.delayed(function)(*task) for task in tasks)
    except BrokenExecutor:
        raise RecommenderError(
            f"one of {n_cores(n_jobs)} processes of this run was killed, as systems do where memory runs out. "
            "Free some memory, or set ranking.n_jobs: 1, and run again."
        ) from None


def n_cores(n_jobs: int) -> int:
    """The processes that a setting of joblib's kind means."""
    if n_jobs > 0:
        return n_jobs
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, n_cores + 1 + n_jobs) if n_jobs else 1


def sweep_seldom() -> None:
    """
    Look for rubbish seldom, for articles and words live to the end.

    Looking through all of them after every 700 new objects took a third of the time at 100,000 articles
    (benchmarks/README.md). mypy sets these for the same reason.
    """
    gc.set_threshold(200_000, 30, 30)
