"""A model of a site, saved."""

from __future__ import annotations

import time
from pathlib import Path

from recommender.articles import Reading
from recommender.batch.results import FitRun
from recommender.batch.stages import Progress, decisions_of, read_corpus, recommender_for, silence
from recommender.settings import Settings

#: Where `fit` saves a site's model: hidden, so that neither a generator nor the reader takes it for content.
MODEL_FOLDER = Path(".recommender") / "model"


def fit_site(
    site: Path,
    settings: Settings,
    *,
    model: Path | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> FitRun:
    """
    A model of a site, saved for `suggest_site` and for pipelines.

    Parameters
    ----------
    site
        A folder, or a file of articles one a line.
    settings
        The settings.
    model
        The folder to save it in; None: `MODEL_FOLDER` below the site.
    strict
        Stop at the first file that cannot be read.
    progress
        Told how far the run is.

    Raises
    ------
    RecommenderError
        The site cannot be used, or the model cannot be saved.
    """
    start = time.monotonic()
    tell = progress or silence
    corpus = read_corpus(site, settings, tell, strict=strict)
    recommender, _ = recommender_for(corpus, settings, None, tell, site, None, decisions_of(site, corpus))
    folder = model or (site if site.is_dir() else site.parent) / MODEL_FOLDER
    recommender.save(folder)
    reading = corpus.reading or Reading()
    return FitRun(
        n_articles=len(corpus),
        reading=reading,
        ranker_name=recommender.ranker_name,
        ranker_decision=recommender.ranker_decision,
        folder=folder,
        problems=reading.problems,
        seconds=time.monotonic() - start,
    )
