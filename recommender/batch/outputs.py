"""Where the answers of a run go besides a plan of files: lines as they come, and the workers of a cluster."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.errors import SettingsError
from recommender.settings import Settings
from recommender.writing import Answer, jsonl_lines
from recommender.writing.atomic import replace_file_by_parts, unwritten

if TYPE_CHECKING:
    from recommender.cluster import ClusterRun
    from recommender.model import Recommender

logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """Counts answers on their way to a writer."""

    n_suggestions: int = 0
    reasons_for_none: Counter[str] = field(default_factory=Counter)

    def count(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The same answers, counted as they pass."""
        for answer in answers:
            self.n_suggestions += len(answer.suggestions)
            if not answer.suggestions:
                self.reasons_for_none[answer.reason_for_none] += 1
            yield answer
        logger.info("suggestions: %s", f"{self.n_suggestions:,}")

    def take(self, run: ClusterRun) -> int:
        """Take over what a cluster's workers counted; returns how many files changed."""
        self.n_suggestions += run.n_suggestions
        self.reasons_for_none.update(run.reasons_for_none)
        return run.n_changed


def write_lines(answers: Iterable[Answer], output: Path | None, emit: Callable[[str], object] | None) -> int:
    """Write lines as they come, to a file or to whoever takes them; returns how many files changed."""
    lines = jsonl_lines(answers)
    if output is None:
        for line in lines:
            if emit:
                emit(line)
        return 0
    try:
        return int(replace_file_by_parts(output, (f"{line}\n".encode() for line in lines)))
    except OSError as error:
        raise unwritten(output, error) from error


def check_for_cluster(
    settings: Settings, output: Path | None, *, plan_only: bool, reports: Sequence[Path] = ()
) -> None:
    """Raise SettingsError where the settings ask for what a cluster does not do."""
    if settings.writing.writer != "jsonl" or output is None:
        raise SettingsError(
            "--dask: workers write lines of JSON where all of them can reach. "
            "Name a file or a folder there: --write jsonl --output FOLDER."
        )
    if reports:
        raise SettingsError("--dask: what workers write is not compared with an earlier run. Leave --report out.")
    if plan_only:
        raise SettingsError("--dask: --check, --diff and --dry-run compare files here. Leave one of the two out.")


def connected(address: str) -> AbstractContextManager[Any]:
    """A client of the scheduler at an address, as `recommender.cluster.connected` makes it."""
    from recommender import cluster  # what it needs takes a second to import, and few runs need it

    return cluster.connected(address)


def suggest_on_workers(
    client: Any,
    recommender: Recommender,
    chosen: Sequence[str],
    output: Path,
    settings: Settings,
    progress: Callable[[str, int, int], None],
) -> ClusterRun:
    """Let the workers rank, explain and write."""
    from recommender.cluster import suggest_on_cluster

    return suggest_on_cluster(
        client,
        recommender,
        chosen,
        output,
        settings.ranking.k,
        settings.ranking.min_score,
        progress=lambda done, total: progress("suggestions", done, total),
    )
