"""How well the suggestions agree with the editors' own lists, or what readers think of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.articles import Reading
from recommender.batch.stages import Progress, read_corpus, silence
from recommender.errors import EvaluationError
from recommender.settings import Settings

if TYPE_CHECKING:
    # Imported where it is used: it needs scikit-learn, which takes its time.
    from recommender.evaluation import Report


@dataclass(frozen=True)
class EvaluateRun:
    """The figures that `evaluate_site` found, and how the site was read."""

    report: Report
    reading: Reading


def evaluate_site(
    site: Path,
    settings: Settings,
    *,
    grades: Sequence[Path] = (),
    ungraded: Path | None = None,
    strict: bool = False,
    progress: Progress = silence,
    **asked: Any,
) -> EvaluateRun:
    """
    How well the suggestions for a site agree with its editors' own lists, or with files of readers' grades.

    Parameters as in `suggest_site`, and what is `asked` as in `recommender.evaluate`. `ungraded` is the file for the
    pairs that were suggested and that nobody graded yet.
    """
    from recommender.evaluation import evaluate, read_grades, ungraded_lines
    from recommender.writing.atomic import write_text

    if ungraded is not None and not grades:
        raise EvaluationError("--ungraded: there are no grades that could be incomplete. Give them with --grades FILE.")
    # Before the site is read: what is wrong in them is soon told.
    given = read_grades(grades) if grades else None
    corpus = read_corpus(site, settings, progress, strict=strict)
    report = evaluate(corpus, settings, progress=progress, grades=given, **asked)
    if ungraded is not None:
        write_text(ungraded, "".join(ungraded_lines(corpus, report.ungraded, settings.evaluation.seed)))
    return EvaluateRun(report, corpus.reading)
