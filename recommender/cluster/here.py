"""Lines for many articles by processes of this machine: each answers for blocks, as a worker of a cluster does."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from recommender.cluster.run import block_size
from recommender.cluster.tasks import answer
from recommender.content.processes import in_processes, n_cores
from recommender.errors import WriteError
from recommender.model import Recommender
from recommender.writing.lock import is_unlocked, only_writer
from recommender.writing.plan import Tally

#: Articles from which it pays: starting processes and loading the model in each takes some three seconds. And up to
#: which, for each process holds the model: of 300,000 articles 2 GB, of a million 7.
LEAST_ASKED, MOST_ASKED = 20_000, 400_000
#: How the folders begin by which processes pass on what they work with; no person calls one of theirs so.
_PREFIX = ".recommender-lines-"
_SECONDS_TO_LOCK = 60


def lines_by_processes(
    recommender: Recommender,
    ids: Sequence[str],
    tally: Tally,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[bytes]:
    """
    The lines of some articles, sorted, block by block, by as many processes as ``ranking.n_jobs`` says.

    Parameters
    ----------
    tally
        Counts what is in the lines.

    Raises
    ------
    RecommenderError
        A process was killed, or what they pass on cannot be written.
    """
    n_jobs = recommender.settings.ranking.n_jobs
    block = block_size(len(ids), n_cores(n_jobs))
    try:
        with _work_folder() as folder:
            model = folder / "model"
            recommender.save(model, bodies=True)
            tasks = [
                (str(model), recommender.decisions, ids[at : at + block], None, None, str(folder), f"part-{at}.jsonl")
                for at in range(0, len(ids), block)
            ]
            n_done = 0
            for written in in_processes(answer, tasks, n_jobs, worth_it=True):
                part = folder / written.name
                tally.add(written.tally)
                yield part.read_bytes()
                part.unlink()
                n_done += written.n_articles
                if progress:
                    progress(n_done, len(ids))
    except (OSError, WriteError) as error:
        cause = error.__context__ if isinstance(error, WriteError) else error
        raise WriteError(
            f"{tempfile.tempdir or 'the temporary folder'}: processes cannot pass on there what they work with "
            f"({getattr(cause, 'strerror', None) or error}). "
            "Make room, name another folder in the environment variable TMPDIR, or set ranking.n_jobs: 1."
        ) from None


@contextmanager
def _work_folder() -> Iterator[Path]:
    """A new folder among the system's temporary ones, where those that killed runs have left go with it."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, only_writer(Path(name)):
        for other in Path(name).parent.glob(f"{_PREFIX}*"):
            with suppress(OSError):
                # One that a run has made this moment may not be locked yet.
                if other.is_dir() and time.time() - other.stat().st_mtime > _SECONDS_TO_LOCK and is_unlocked(other):
                    shutil.rmtree(other, ignore_errors=True)
        yield Path(name)
