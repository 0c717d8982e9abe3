"""The cores and the memory of this machine."""

from __future__ import annotations

import gc
import os


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
