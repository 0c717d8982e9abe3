"""
The batch by many processes, of this machine or of a Dask cluster: the same bytes as by one; see docs/cluster.md.

A task gets folders and ids, never articles, so a lost one can be done again anywhere: a worker loads the saved model
once and answers for blocks of ids as the batch on one machine does.

`distributed` is used as it is, not through joblib's backend: that one hands back all results at once, and scatters what
it sends to workers' memory, from where it is gone with a worker. Here data goes by way of the shared folder, and a few
blocks are under way at a time.
"""

import contextlib
import gc
import json
import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, effective_n_jobs

from recommender.errors import MissingExtraError, RecommenderError, WriteError
from recommender.model import Recommender, load_model
from recommender.writing import jsonl_lines
from recommender.writing.atomic import read_if_there, replace_file
from recommender.writing.decisions import Decisions
from recommender.writing.lock import is_unlocked, only_writer
from recommender.writing.plan import Tally

logger = logging.getLogger(__name__)

#: Articles from which processes of this machine pay: starting them and loading the model in each takes some three
#: seconds. And up to which, for each process holds the model: of 300,000 articles 2 GB, of a million 7.
LEAST_ASKED, MOST_ASKED = 20_000, 400_000
#: The list of the files of a run, written last: where it is, they are whole.
MANIFEST = "manifest.json"
#: That of an earlier run, while its files are being replaced.
_EARLIER = f".{MANIFEST}"

#: Articles of a block, at most and at least.
_MOST_IN_BLOCK, _LEAST_IN_BLOCK = 1024, 16
_SECONDS_TO_CONNECT = 20
#: How the folders begin by which processes pass on what they work with; no person calls one of theirs so.
_PREFIX = ".recommender-lines-"
_SECONDS_TO_LOCK = 60


def block_size(n_asked: int, n_workers: int) -> int:
    """Articles of a block: so few that no worker waits for the last one."""
    return min(_MOST_IN_BLOCK, max(_LEAST_IN_BLOCK, -(-n_asked // (8 * n_workers))))


# what a worker does -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """One file of lines, and what is in it; `is_new` where the file was not there with the same bytes already."""

    name: str
    n_articles: int
    tally: Tally
    is_new: bool


@lru_cache(maxsize=1)
def _loaded(model: str) -> Recommender:
    """The model of the run that a worker is in; kept until there is another."""
    recommender = load_model(model)
    gc.freeze()  # the model stays
    return recommender


def answer(model: str, decisions: Decisions, output: str, ids: Sequence[str], name: str) -> Written:
    """Answer for a block of ids, sorted, and write its lines as one file, whole or not at all."""
    recommender, tally = _loaded(model), Tally()
    recommender.decisions = decisions
    file, lines = Path(output) / name, b"".join(jsonl_lines(tally.counted(recommender.answers(only=ids, n_threads=1))))
    if is_new := read_if_there(file) != lines:
        # Until all is there again, nothing says that it is.
        with contextlib.suppress(FileNotFoundError):
            file.with_name(MANIFEST).replace(file.with_name(_EARLIER))
        replace_file(file, lines)
    return Written(name, len(ids), tally, is_new)


def _counted(
    done: Iterable[Written], tally: Tally, n_asked: int, progress: Callable[[int, int], None] | None
) -> Iterator[Written]:
    """The files as they are done; what is in them is counted, and told."""
    n_done = 0
    for written in done:
        tally.add(written.tally)
        yield written
        n_done += written.n_articles
        if progress:
            progress(n_done, n_asked)


def _blocks(ids: Sequence[str], size: int) -> list[tuple[Sequence[str], str]]:
    """Blocks of some articles, each with the name of the file for its lines."""
    return [(ids[at : at + size], f"part-{at // size:06d}.jsonl") for at in range(0, len(ids), size)]


# by processes of this machine ------------------------------------------------------------------------------------


def lines_by_processes(
    recommender: Recommender, ids: Sequence[str], tally: Tally, progress: Callable[[int, int], None] | None = None
) -> Iterator[bytes]:
    """
    The lines of some articles, sorted, block by block, by as many processes as ``ranking.n_jobs`` says.

    `tally` counts what is in the lines. RecommenderError where a process was killed, or what they pass on cannot be
    written.
    """
    n_jobs = recommender.settings.ranking.n_jobs
    parallel = Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1)
    try:
        with _work_folder() as folder:
            model = folder / "model"
            recommender.save(model, bodies=True)
            ask = delayed(partial(answer, str(model), recommender.decisions, str(folder)))
            blocks = _blocks(ids, block_size(len(ids), effective_n_jobs(n_jobs)))
            for written in _counted(parallel(ask(*block) for block in blocks), tally, len(ids), progress):
                part = folder / written.name
                yield part.read_bytes()
                part.unlink()
    except BrokenExecutor:
        raise RecommenderError(
            f"one of {effective_n_jobs(n_jobs)} processes of this run was killed, as systems do where memory runs out. "
            "Free some memory, or set ranking.n_jobs: 1, and run again."
        ) from None
    except (OSError, WriteError) as error:
        cause = error.__context__ if isinstance(error, WriteError) else error
        raise WriteError(
            f"{tempfile.tempdir or 'the temporary folder'}: processes cannot pass on there what they work with "
            f"({getattr(cause, 'strerror', None) or error}). "
            "Make room, name another folder in the environment variable TMPDIR, or set ranking.n_jobs: 1."
        ) from None


@contextlib.contextmanager
def _work_folder() -> Iterator[Path]:
    """A new folder among the system's temporary ones, where those that killed runs have left go with it."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, only_writer(Path(name)):
        for other in Path(name).parent.glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError):
                # One that a run has made this moment may not be locked yet.
                if other.is_dir() and time.time() - other.stat().st_mtime > _SECONDS_TO_LOCK and is_unlocked(other):
                    shutil.rmtree(other, ignore_errors=True)
        yield Path(name)


# by a cluster ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address such as ``tcp://10.0.0.5:8786``."""
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("--dask", "dask") from None
    try:
        # With what is no address the client would wait first, and end in a traceback.
        dask: Any = distributed
        dask.comm.get_address_host_port(address)
        client = dask.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
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
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Tally, int]:
    """
    Suggestions for some articles, sorted, by a cluster's workers, as lines of JSON; what was written, and how many
    files changed.

    `output` lies where all workers reach it under the same path: a file with the ending ``.jsonl`` takes all lines, a
    folder a file a block and a manifest of them. WriteError where it cannot be written, RecommenderError where a task
    failed or workers were lost again and again.
    """
    output = output.absolute()
    is_file = output.suffix == ".jsonl"
    work = (output.parent if is_file else output) / f".recommender-{secrets.token_hex(8)}"
    parts = work if is_file else output
    block, tally = block_size(len(ids), len(client.ncores())), Tally()
    logger.info("cluster: %s articles in blocks of %s", f"{len(ids):,}", f"{block:,}")
    try:
        work.mkdir(parents=True)
        recommender.save(work / "model", bodies=True)
        ask = partial(answer, str(work / "model"), recommender.decisions, str(parts))
        written = _counted(_done(client, ask, _blocks(ids, block)), tally, len(ids), progress)
        if is_file:
            n_changed = int(replace_file(output, ((parts / part.name).read_bytes() for part in written)))
        else:
            n_changed = _write_manifest(output, list(written))
    except OSError as error:
        raise WriteError(f"{output}: cannot be written ({error.strerror or error}). Name another place.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return tally, n_changed


def _done(
    client: Any, ask: Callable[[Sequence[str], str], Written], blocks: Sequence[tuple[Sequence[str], str]]
) -> Iterator[Written]:
    """What became of every block, in order."""
    import distributed

    for future in client.map(lambda block: ask(*block), blocks, pure=False):
        try:
            yield future.result()
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


def _write_manifest(output: Path, written: Sequence[Written]) -> int:
    """Write the list of the files, and take away those of an earlier run that are not in it; how many files changed."""
    before = read_if_there(output / MANIFEST) or read_if_there(output / _EARLIER) or b""
    parts: list[dict[str, Any]] = [
        {"name": part.name, "n_articles": part.n_articles, "n_suggestions": part.tally.n_suggestions}
        for part in written
    ]
    totals = {name: sum(part[name] for part in parts) for name in ("n_articles", "n_suggestions")}
    content = f"{json.dumps({**totals, 'parts': parts}, indent=1)}\n".encode()
    replace_file(output / MANIFEST, content)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        for name in {part["name"] for part in json.loads(before)["parts"]} - {part.name for part in written}:
            if Path(name).name == name:
                (output / name).unlink(missing_ok=True)
    (output / _EARLIER).unlink(missing_ok=True)
    return sum(part.is_new for part in written) + (content != before)
