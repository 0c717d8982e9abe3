"""Lines for many articles by processes of this machine: each answers for blocks, as a worker of a cluster does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from recommender.cluster.run import block_size
from recommender.cluster.tasks import answer
from recommender.content.processes import in_processes, n_cores
from recommender.model import Recommender
from recommender.writing.plan import Tally

#: Articles from which it pays: starting processes and loading the model in each takes some three seconds.
LEAST_ASKED = 20_000


def lines_by_processes(
    recommender: Recommender,
    ids: Sequence[str],
    tally: Tally,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[bytes]:
    """
    The lines of some articles, block by block, by as many processes as ``ranking.n_jobs`` says.

    Parameters
    ----------
    ids
        The articles that are asked for, sorted.
    tally
        Counts what is in the lines.
    progress
        Called with (articles done, articles in all).
    """
    n_jobs = recommender.settings.ranking.n_jobs
    block = block_size(len(ids), n_cores(n_jobs))
    with tempfile.TemporaryDirectory(prefix="recommender-") as folder:
        model = Path(folder) / "model"
        recommender.save(model, bodies=True)
        tasks = [
            (str(model), recommender.decisions, ids[start : start + block], None, None, folder, f"part-{start}.jsonl")
            for start in range(0, len(ids), block)
        ]
        n_done = 0
        for written in in_processes(answer, tasks, n_jobs, worth_it=True):
            part = Path(folder) / written.name
            tally.add(written.tally)
            yield part.read_bytes()
            part.unlink()
            n_done += written.n_articles
            if progress:
                progress(n_done, len(ids))
