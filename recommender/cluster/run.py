"""
Suggestions for a whole site on a Dask cluster: the same bytes as on one machine, and a lost worker's tasks done again.

`distributed` is used as it is, not through joblib's backend: that one hands back all results at once, and scatters what
it sends to workers' memory, from where it is gone with a worker. Here data goes by way of the shared folder, tasks
carry two numbers, and a few blocks are under way at a time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from recommender.cluster.tasks import Written, answer
from recommender.errors import MissingExtraError, RecommenderError, WriteError
from recommender.model import Recommender
from recommender.writing.atomic import replace_file
from recommender.writing.decisions import Decisions
from recommender.writing.plan import Tally

logger = logging.getLogger(__name__)

#: The list of the files of a run, written last: where it is, they are whole.
MANIFEST = "manifest.json"

#: Articles asked for at once, at most and at least.
_MOST_ASKED, _LEAST_ASKED = 1024, 16
#: Blocks under way for each worker: enough that none waits, few enough that partial results stay small.
_BLOCKS_A_WORKER = 2
_SECONDS_TO_CONNECT = 20


@dataclass(frozen=True)
class ClusterRun:
    """What a run on a cluster wrote: what is in it, how many files changed, and the articles asked for at once."""

    tally: Tally
    n_changed: int
    block: int


def block_size(n_asked: int, n_workers: int) -> int:
    """Articles of a block: so few that no worker waits for the last one."""
    return min(_MOST_ASKED, max(_LEAST_ASKED, -(-n_asked // (8 * n_workers))))


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """
    A client of the scheduler at an address such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    MissingExtraError
        Dask is not installed.
    RecommenderError
        Nobody answers at the address, or the cluster has no worker.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("--dask", "dask") from None
    try:
        make: Any = distributed.Client
        client = make(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RecommenderError(
            f"--dask {address}: no Dask scheduler answers there ({error}). "
            "Start one with `dask scheduler`, and name the address that it prints."
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError:
            raise RecommenderError(
                f"--dask {address}: the cluster has no worker. Start some: dask worker {address} --nthreads 1."
            ) from None
        yield client


def suggest_on_cluster(
    client: Any,
    recommender: Recommender,
    ids: Sequence[str],
    output: Path,
    k: int | None = None,
    min_score: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ClusterRun:
    """
    Suggestions for some articles, computed by a cluster's workers and written as lines of JSON.

    Parameters
    ----------
    client
        Of a cluster, as `connected` gives it, or any `distributed.Client`.
    recommender
        Fitted.
    ids
        The articles that are asked for, sorted.
    output
        A file with the ending ``.jsonl`` that takes all lines, or a folder that takes a file a block and a manifest of
        them. It lies on storage that all workers reach under the same path.
    k, min_score
        As in `Recommender.suggest_all`.
    progress
        Called with (articles done, articles in all).

    Raises
    ------
    RecommenderError
        A task failed, or workers were lost again and again.
    WriteError
        The output cannot be written.
    """
    output = output.absolute()
    is_file = output.suffix == ".jsonl"
    place = output.parent if is_file else output
    work = place / f".recommender-{secrets.token_hex(8)}"
    block = block_size(len(ids), len(client.ncores()))
    logger.info("cluster: %s articles in blocks of %s", f"{len(ids):,}", f"{block:,}")
    try:
        work.mkdir(parents=True)
        recommender.save(work / "model", bodies=True)
        parts = work if is_file else output
        blocks = [ids[start : start + block] for start in range(0, len(ids), block)]
        ask = (str(work / "model"), recommender.decisions, k, min_score, str(parts))
        written = _run(client, blocks, ask, progress)
        if is_file:
            n_changed = int(replace_file(output, ((parts / part.name).read_bytes() for part in written)))
        else:
            n_changed = _write_manifest(output, written)
    except OSError as error:
        raise WriteError(f"{output}: cannot be written ({error.strerror or error}). Name another place.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tally = Tally()
    for part in written:
        tally.add(part.tally)
    return ClusterRun(tally, n_changed, block)


def _run(
    client: Any,
    blocks: Sequence[Sequence[str]],
    ask: tuple[str, Decisions, int | None, float | None, str],
    progress: Callable[[int, int], None] | None,
) -> list[Written]:
    """Have every block answered; a few at a time, in whatever order they are done."""
    import distributed

    workers = sorted(client.ncores())
    model, decisions, k, min_score, output = ask
    coming = iter(enumerate(blocks))

    def start(number: int, ids: Sequence[str]) -> Any:
        return client.submit(
            answer, model, decisions, ids, k, min_score, output, f"part-{number:06d}.jsonl", pure=False
        )

    first = [start(*block) for block in islice(coming, _BLOCKS_A_WORKER * len(workers))]
    as_completed: Any = distributed.as_completed
    under_way = as_completed(first, loop=client.loop)
    written = []
    n_done = 0
    for future in under_way:
        try:
            part = future.result()
        except distributed.scheduler.KilledWorker as error:
            raise RecommenderError(
                f"the cluster lost {error.last_worker.address} and others over one task. "
                "Give the workers more memory, or start more of them."
            ) from None
        except (ImportError, FileNotFoundError, RecommenderError) as error:
            raise RecommenderError(
                f"a worker of the cluster failed ({error}). Each needs this version of recommender, and the folder of "
                "the output under the same path."
            ) from error
        written.append(part)
        n_done += part.n_articles
        if progress:
            progress(n_done, sum(map(len, blocks)))
        block = next(coming, None)
        if block is not None:
            under_way.add(start(*block))
    return sorted(written, key=lambda part: part.name)


def _write_manifest(output: Path, written: Sequence[Written]) -> int:
    """Write the list of the files, and take away those of an earlier run that are not in it; how many files changed."""
    manifest = output / MANIFEST
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        earlier = {part["name"] for part in json.loads(manifest.read_text(encoding="utf-8"))["parts"]}
        for name in sorted(earlier - {part.name for part in written}):
            if Path(name).name == name:
                (output / name).unlink(missing_ok=True)
    document = {
        "n_articles": sum(part.n_articles for part in written),
        "n_suggestions": sum(part.tally.n_suggestions for part in written),
        "parts": [
            {
                "name": part.name,
                "n_articles": part.n_articles,
                "n_suggestions": part.tally.n_suggestions,
                "first_id": part.first_id,
                "last_id": part.last_id,
                "n_bytes": part.n_bytes,
            }
            for part in written
        ],
    }
    content = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")
    return sum(part.is_new for part in written) + replace_file(manifest, content)
