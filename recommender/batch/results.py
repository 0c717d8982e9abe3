"""What the runs hand back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.articles import Article, Reading
from recommender.errors import RecommenderError
from recommender.suggestions import Reason
from recommender.writing import Answer, FileChange

if TYPE_CHECKING:
    # Imported where it is used: a run with nothing to do is over before scikit-learn is imported.
    from recommender.evaluation import Report


@dataclass(frozen=True)
class SuggestRun:
    """
    What a run of `suggest_site` did, or would do.

    Parameters
    ----------
    n_articles
        Articles read.
    n_asked
        Articles that suggestions were asked for: all, or those that ``only`` names.
    reading
        What happened while the site was read.
    ranker_name
        Who ranked: ``similarity`` or ``learned``.
    ranker_decision
        Why, with the figures by which it was chosen.
    n_suggestions
        Suggestions in all.
    reasons_for_none
        How many articles have no suggestion, by the reason, the most frequent first.
    changes
        The files that would change, or did; lines of JSON that were written are not among them, since they are never
        in memory as a whole.
    n_changed
        How many files changed, or would.
    problems
        Everything that could not be read or written; the run went on without it.
    news
        What has changed on the site since the saved model was fitted; None without one.
    seconds
        From start to end.
    is_unchanged
        Whether nothing had to be computed: inputs and files are as the last run left them.
    """

    n_articles: int
    n_asked: int
    reading: Reading
    ranker_name: str
    ranker_decision: str
    n_suggestions: int
    reasons_for_none: Mapping[str, int]
    changes: tuple[FileChange, ...]
    n_changed: int
    problems: tuple[RecommenderError, ...]
    news: News | None
    seconds: float
    is_unchanged: bool = False

    @property
    def n_with_none(self) -> int:
        """Articles without a suggestion."""
        return sum(self.reasons_for_none.values())


@dataclass(frozen=True)
class FitRun:
    """
    What a run of `fit_site` did.

    Parameters
    ----------
    n_articles
        Articles read.
    reading
        What happened while the site was read.
    ranker_name
        Who will rank: ``similarity`` or ``learned``.
    ranker_decision
        Why, with the figures by which it was chosen.
    folder
        Where the model is.
    problems
        Everything that could not be read.
    seconds
        From start to end.
    """

    n_articles: int
    reading: Reading
    ranker_name: str
    ranker_decision: str
    folder: Path
    problems: tuple[RecommenderError, ...]
    seconds: float


@dataclass(frozen=True)
class EvaluateRun:
    """
    What `evaluate_site` found.

    Parameters
    ----------
    report
        The figures.
    reading
        What happened while the site was read.
    """

    report: Report
    reading: Reading


@dataclass(frozen=True)
class ReportRun:
    """
    What `report_site` did.

    Parameters
    ----------
    file
        The page.
    reading
        What happened while the site was read.
    """

    file: Path
    reading: Reading


@dataclass(frozen=True)
class ExplainRun:
    """
    What `explain_article` found.

    Parameters
    ----------
    article
        The article that was asked about.
    answer
        Its suggestions, or why there are none.
    candidate
        The article it was compared with, and None without one.
    reason
        How the two belong together, or why not.
    problems
        Everything that could not be read.
    """

    article: Article
    answer: Answer
    candidate: Article | None
    reason: Reason | None
    problems: tuple[RecommenderError, ...]


@dataclass(frozen=True)
class News:
    """
    What has changed on a site since a model was fitted.

    Parameters
    ----------
    n_added, n_changed, n_removed
        Articles.
    drift
        The figures of `Recommender.drift`, as a sentence.
    is_refitted
        Whether they were beyond the limit, so that a model fitted anew was used.
    """

    n_added: int = 0
    n_changed: int = 0
    n_removed: int = 0
    drift: str = ""
    is_refitted: bool = False
