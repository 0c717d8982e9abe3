"""How a site stands, as one page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from recommender.articles import Reading
from recommender.batch.stages import Progress, load_recommender, read_corpus, recommender_for, silence
from recommender.settings import Settings


def report_site(
    site: Path,
    settings: Settings,
    *,
    output: Path,
    model: Path | None = None,
    grades: Sequence[Path] = (),
    strict: bool = False,
    progress: Progress = silence,
) -> Reading:
    """
    Write how a site stands as one page that needs nothing beside it; parameters as in `suggest_site`.

    `output` is the page, `grades` are files of readers' grades.
    """
    from recommender.evaluation import evaluate, read_grades
    from recommender.model import Recommender
    from recommender.report.page import render
    from recommender.report.site_report import report_of
    from recommender.writing.atomic import write_text

    given = read_grades(grades) if grades else None
    loaded = load_recommender(model, settings)
    corpus = read_corpus(site, settings, progress, strict=strict)
    recommender, _ = recommender_for(site, corpus, settings, progress, loaded, model)
    answers = recommender.answers(progress=partial(progress, "suggestions"))
    graded = None
    if given is not None:
        graded = evaluate(
            corpus, settings, systems={"shown": lambda: Recommender(settings)}, progress=progress, grades=given
        )
    page = render("site.html", report=report_of(recommender, corpus, answers, graded), name=site.resolve().name)
    write_text(output, page)
    return corpus.reading
