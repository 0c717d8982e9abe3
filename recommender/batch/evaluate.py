"""How well the suggestions agree with the editors' own lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recommender.articles import Reading
from recommender.batch.results import EvaluateRun
from recommender.batch.stages import Progress, read_corpus, silence, telling_of_compiling
from recommender.settings import Settings

__all__ = ["evaluate_site"]


def evaluate_site(
    site: Path,
    settings: Settings,
    *,
    protocol: str = "publish-time",
    test_from: str | None = None,
    later: Path | None = None,
    measures: Sequence[str] | None = None,
    systems: Sequence[str] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> EvaluateRun:
    """
    How well the suggestions for a site agree with its editors' own lists.

    Parameters
    ----------
    site
        A folder, or a file of articles one a line.
    settings
        The settings.
    protocol, test_from, later, measures, systems
        As in `recommender.evaluate`.
    strict
        Stop at the first file that cannot be read.
    progress
        Told how far the run is.

    Raises
    ------
    EvaluationError
        There is nothing to score, or no such protocol, measure or system.
    RecommenderError
        The site cannot be used.
    """
    from recommender.evaluation import evaluate

    tell = progress or silence
    corpus = read_corpus(site, settings, tell, strict=strict)
    with telling_of_compiling(tell):
        report = evaluate(corpus, settings, protocol, test_from, later, measures, systems, progress=tell)
    return EvaluateRun(report, corpus.reading or Reading())
