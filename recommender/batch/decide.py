"""What editors decide about pairs of articles, and into the curated lists."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from recommender.articles import Article, Corpus, Reading
from recommender.batch.choosing import choose_articles, known_article, named_by
from recommender.batch.stages import Progress, carry_out, decisions_of, read_corpus, silence
from recommender.content.matching import EntryMatcher
from recommender.content.paths import without_ending
from recommender.content.urls import canonical_url, is_address
from recommender.errors import RecommenderError
from recommender.settings import Settings
from recommender.writing import FileChange, Plan
from recommender.writing.decisions import DecisionsFile, Verdict, check_listed, decide, editor_name
from recommender.writing.promote import plan_promotion

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChangeRun:
    """How a run read that changes no more than files, which these are, how many change, and what went wrong."""

    reading: Reading
    changes: tuple[FileChange, ...]
    n_changed: int
    problems: tuple[RecommenderError, ...]


def decide_pair(
    site: Path,
    settings: Settings,
    article: str,
    candidate: str,
    verdict: str,
    *,
    why: str | None = None,
    position: int | None = None,
    until: date | None = None,
    progress: Progress = silence,
) -> str:
    """
    Keep a decision about a candidate under an article of a site; what was kept, as a sentence.

    Article and candidate are named as in `explain_article`, the candidate also by an address elsewhere. The verdict is
    as in `Verdict`, or ``undo``; `why`, `position` and `until` as in `Decision`. The same verdict again keeps
    the reason and the last day that were given, where no others are. What is kept or removed must be in the curated
    list.
    """
    corpus = read_corpus(site, settings, progress)
    # An article that cannot be read is unknown, so this comes before anything is said of unknown ones.
    for problem in corpus.reading.problems:
        logger.warning("%s", problem)
    file = DecisionsFile(site, corpus)
    decided = file.read().by_pair
    # What was decided can be taken back also where one of the two is gone.
    known = decided if verdict == "undo" else {}
    one = _named(article, {key for key, _ in known}) or known_article(corpus, site, article)
    other = _named(candidate, {key for _, key in known}) or _candidate(corpus, site, candidate)
    pair = one.id, other.id
    decision = None
    if verdict != "undo":
        decision = decide(
            one, other, cast(Verdict, verdict), by=editor_name(site), why=why, position=position, until=until,
            before=decided.get(pair),
        )  # fmt: skip
        if verdict in ("keep", "remove"):
            check_listed(one, other, EntryMatcher(corpus))
    elif pair not in decided:
        return f"{other.id} under {one.id}: nothing was decided, so there is nothing to undo"
    file.change({pair: decision})
    return f"{other.id} under {one.id}: {decision or 'the decision was taken back'}"


def _named(name: str, ids: Collection[str]) -> Article | None:
    """The article of an id, or of a file, that was decided about."""
    return next((Article(id=one) for one in (name, without_ending(name)) if one in ids), None)


def promote_site(
    site: Path, settings: Settings, *, only: Sequence[str] = (), plan_only: bool = False, progress: Progress = silence
) -> ChangeRun:
    """The curated lists of a folder's articles as their editors decided; parameters as in `suggest_site`."""
    corpus = read_corpus(site, settings, progress)
    chosen = choose_articles(corpus, site, only) if only else None
    decisions = decisions_of(site, corpus)
    plan = plan_promotion(corpus, site, decisions, datetime.now(UTC).date(), chosen, settings.articles.outside)
    return changed(site, corpus, plan, plan_only, progress)


def changed(site: Path, corpus: Corpus, plan: Plan, plan_only: bool, progress: Progress) -> ChangeRun:
    """What comes of a plan, which is carried out unless it is all that is asked for."""
    plan, n_changed = carry_out(site, plan, progress, plan_only=plan_only)
    return ChangeRun(corpus.reading, plan.changes, n_changed, (*corpus.reading.problems, *plan.problems))


def _candidate(corpus: Corpus, site: Path, name: str) -> Article:
    """An article of the site, or one elsewhere, which its address names."""
    if is_address(name) and named_by(corpus, site, name) is None:
        return Article(id=canonical_url(name), url=name)
    return known_article(corpus, site, name)
