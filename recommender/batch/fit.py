"""A model of a site, saved."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from recommender.articles import Reading
from recommender.batch.stages import Progress, read_corpus, recommender_for, silence
from recommender.settings import Settings

#: Where `fit` saves a site's model: hidden, so that neither a generator nor the reader takes it for content.
MODEL_FOLDER = Path(".recommender") / "model"


@dataclass(frozen=True)
class FitRun:
    """What `fit_site` read, which ranker it chose, with the figures, where the model is, and how long it took."""

    n_articles: int
    reading: Reading
    ranking: str
    folder: Path
    seconds: float


def fit_site(
    site: Path,
    settings: Settings,
    *,
    model: Path | None = None,
    strict: bool = False,
    progress: Progress = silence,
) -> FitRun:
    """
    A model of a site, saved for `suggest_site` and for pipelines; further parameters as there.

    `model` is the folder to save it in; None: `MODEL_FOLDER` below the site.
    """
    start = time.monotonic()
    corpus = read_corpus(site, settings, progress, strict=strict)
    recommender, _ = recommender_for(site, corpus, settings, progress)
    folder = model or (site if site.is_dir() else site.parent) / MODEL_FOLDER
    recommender.save(folder)
    return FitRun(len(corpus), corpus.reading, recommender.ranker_decision, folder, time.monotonic() - start)
