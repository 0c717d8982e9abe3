"""How well the suggestions agree with the editors' own lists, or what readers think of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recommender.articles import Reading
from recommender.batch.results import EvaluateRun
from recommender.batch.stages import Progress, read_corpus, silence
from recommender.errors import EvaluationError
from recommender.settings import Settings


def evaluate_site(
    site: Path,
    settings: Settings,
    *,
    protocol: str | None = None,
    test_from: str | None = None,
    later: Path | None = None,
    measures: Sequence[str] | None = None,
    systems: Sequence[str] | None = None,
    grades: Sequence[Path] = (),
    language: str = "",
    ungraded: Path | None = None,
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
    protocol, test_from, later, measures, systems, language
        As in `recommender.evaluate`.
    grades
        Files of grades; with them readers judge, not the lists.
    ungraded
        The file for the pairs that were suggested and that nobody graded yet.
    strict
        Stop at the first file that cannot be read.
    progress
        Told how far the run is.

    Raises
    ------
    EvaluationError
        There is nothing to score, no such protocol, measure or system, or a line of grades is none.
    WriteError
        The file for ungraded pairs cannot be written.
    RecommenderError
        The site cannot be used.
    """
    from recommender.evaluation import evaluate, read_grades, ungraded_lines
    from recommender.writing.atomic import replace_file, unwritten

    if ungraded is not None and not grades:
        raise EvaluationError("--ungraded: there are no grades that could be incomplete. Give them with --grades FILE.")
    # Before the site is read: what is wrong in them is soon told.
    given = read_grades(grades) if grades else None
    tell = progress or silence
    corpus = read_corpus(site, settings, tell, strict=strict)
    report = evaluate(
        corpus,
        settings,
        protocol,
        test_from,
        later,
        measures,
        systems,
        progress=tell,
        grades=given,
        language=language,
    )
    if ungraded is not None:
        text = "".join(ungraded_lines(corpus, report.ungraded, settings.evaluation.seed))
        try:
            replace_file(ungraded, text.encode())
        except OSError as error:
            raise unwritten(ungraded, error) from error
    return EvaluateRun(report, corpus.reading or Reading())
