"""Why an article has the suggestions it has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recommender.articles import Article
from recommender.batch.choosing import article_of, id_of, meant_by
from recommender.batch.stages import Progress, load_recommender, read_corpus, recommender_for, silence
from recommender.errors import RecommenderError
from recommender.settings import Settings
from recommender.suggestions import Reason
from recommender.writing import Answer


@dataclass(frozen=True)
class ExplainRun:
    """What `explain_article` found."""

    #: Which was asked about, and its suggestions, or why there are none.
    article: Article
    answer: Answer
    #: What it was compared with, if anything, and how the two belong together, or why not.
    candidate: Article | None
    reason: Reason | None
    problems: tuple[RecommenderError, ...]  #: Everything that could not be read.


def explain_article(
    site: Path,
    settings: Settings,
    article: str,
    candidate: str | None = None,
    *,
    model: Path | None = None,
    progress: Progress = silence,
) -> ExplainRun:
    """
    Why an article has the suggestions it has, or why one candidate is, or is not, among them; others as `suggest_site`.

    The article is an id, a file, or a file outside the site: a draft. The candidate is the id or the file of another
    article of the site, or the URL of an external one.
    """
    loaded = load_recommender(model, settings)
    corpus = read_corpus(site, settings, progress)
    asked = article_of(corpus, site, settings, article)
    recommender, _ = recommender_for(site, corpus, settings, progress, loaded, model)
    suggestions = tuple(recommender.suggest(asked))
    none = "" if suggestions else recommender.why_none(asked)
    compared = reason = None
    if candidate is not None:
        compared_id = id_of(corpus, site, candidate) or meant_by(corpus, candidate) or candidate
        reason = recommender.explain(asked, compared_id)
        compared = recommender.article(compared_id)
    return ExplainRun(asked, Answer(asked.id, suggestions, none), compared, reason, corpus.reading.problems)
