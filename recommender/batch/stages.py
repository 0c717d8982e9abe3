"""The stages that runs share: settings found, a site read, a recommender fitted, loaded or brought up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.articles import Corpus, Reading
from recommender.content.paths import unread_ids
from recommender.content.site import read_site
from recommender.content.wording import some
from recommender.errors import RecommenderError, SiteError, did_you_mean
from recommender.runs import News
from recommender.settings import Settings, describe_settings, read_settings, read_settings_file
from recommender.writing.atomic import apply_changes, remove_leftovers
from recommender.writing.decisions import DECISIONS_FILE, Decisions, read_decisions
from recommender.writing.lock import only_writer
from recommender.writing.plan import Plan

if TYPE_CHECKING:
    # Imported where it is used: a run with nothing to do is over before scikit-learn is imported.
    from recommender.model import Recommender

logger = logging.getLogger(__name__)

#: Articles that there are no more, of which each that was decided about is told.
_MOST_UNKNOWN = 20
#: Settings of the ranking that a run has of its own, whatever the model that it loads was saved under.
_OF_RUN = ("k", "min_score", "n_jobs", "refit_at")
#: Called with the stage in the house's words, how many are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class ChangeRun:
    """What a run that changes files read, did, or would do."""

    reading: Reading  #: What happened while the site was read.
    #: What changed, or would. Lines of JSON that were written are not among its changes, since they are never in memory
    #: as a whole; a run that computed nothing has none.
    plan: Plan

    @property
    def problems(self) -> tuple[RecommenderError, ...]:
        """Everything that could not be read or written; the run went on without it."""
        return *self.reading.problems, *self.plan.problems


def settings_of(site: Path, file: Path | None = None) -> Settings:
    """The settings for a site: those of `file`, else its own."""
    # What a site cannot be is told where it is read.
    return read_settings_file(file) if file else read_settings(site if site.is_dir() else site.parent)


def read_corpus(
    site: Path, settings: Settings, progress: Progress, *, strict: bool = False, fresh: bool = False
) -> Corpus:
    """The articles of a site; SiteError also where none can be read: such a run must write nothing."""
    corpus = read_site(site, settings, strict=strict, fresh=fresh, progress=partial(progress, "articles"))
    if not corpus:
        cure = f"{site}: no article is left to read. Mend the files that are named above."
        raise SiteError(*corpus.reading.problems, cure)
    return corpus


def decisions_of(site: Path, corpus: Corpus) -> Decisions:
    """What the site's editors decided; warns of what they decided about articles that there are no more."""
    decisions = read_decisions(site, corpus)
    # What cannot be read this time, as is told, may be there all the same.
    is_unread = unread_ids(corpus.reading.problems)
    unknown = {name: lines for name, lines in decisions.unknown.items() if not is_unread(name)}
    for name, lines in islice(unknown.items(), _MOST_UNKNOWN):
        logger.warning(
            "%s:%s: no article has the id or address of %r any more.%s Write there what it is called now, or take such "
            "lines out.",
            DECISIONS_FILE,
            some([*map(str, lines)]),
            name,
            did_you_mean(name, corpus.ids),
        )
    if len(unknown) > _MOST_UNKNOWN:
        logger.warning("decisions.yaml: %s more such", f"{len(unknown) - _MOST_UNKNOWN:,}")
    return decisions


def recommender_for(
    site: Path,
    corpus: Corpus,
    settings: Settings,
    progress: Progress,
    loaded: Recommender | None = None,
    model: Path | None = None,
    decisions: Decisions | None = None,
) -> tuple[Recommender, News | None]:
    """
    A recommender that knows the corpus: fitted on it, or one that was loaded, brought up to date.

    Rules, decisions, and the settings in `_OF_RUN` are those of this run, also where the model was saved under others.
    One that the site has left too far behind is replaced by one fitted anew.
    """
    from recommender.model import Recommender

    decisions = decisions_of(site, corpus) if decisions is None else decisions
    news = None
    if loaded is not None:
        of_run = {name: getattr(settings.ranking, name) for name in _OF_RUN}
        ranking = replace(loaded.settings.ranking, **of_run)
        loaded.settings = replace(loaded.settings, rules=settings.rules, ranking=ranking)
        loaded.decisions = decisions
        added, removed = loaded.changes(corpus)
        known = set(loaded.article_ids)
        n_changed = sum(article.id in known for article in added)
        if added or removed:
            loaded.update(added=added, removed=removed)
        drift = loaded.drift
        logger.info("model: %s", drift)
        news = News(len(added) - n_changed, n_changed, len(removed), str(drift), drift.is_due)
        if drift.is_due:
            logger.warning(
                "%s: %s. A model was fitted anew for this run, which takes its time; to save one: "
                "recommender fit %s --model %s.",
                model,
                drift,
                site,
                model,
            )
            loaded = None
        else:
            loaded.take_bodies(corpus)
    recommender = loaded or Recommender(settings, decisions).fit(corpus, progress=partial(progress, "model"))
    for message in recommender.unused_rules():
        logger.warning("%s", message)
    return recommender, news


def load_recommender(model: Path | None, settings: Settings) -> Recommender | None:
    """The saved model of a folder, None without one; warns of settings that it keeps and this run has otherwise."""
    if model is None:
        return None
    from recommender.model import load_model

    loaded = load_model(model)
    logger.info("model: %s loaded", model)
    now = {name: value for name, value, _ in describe_settings(settings)}
    others = [
        name
        for name, value, _ in describe_settings(loaded.settings)
        if value != now[name] and name.startswith(("vectors.", "ranking.")) and name.partition(".")[2] not in _OF_RUN
    ]
    if others:
        logger.warning(
            "%s was fitted with another %s, which counts. To use that of this run, fit it again: "
            "recommender fit SITE --model %s.",
            model,
            " and ".join(others),
            model,
        )
    return loaded


def carry_out(
    site: Path, plan: Plan, progress: Progress, *, plan_only: bool, strict: bool = False
) -> Sequence[RecommenderError]:
    """Change the files of a plan, unless a plan is all that is asked for; what went wrong, which it then has too."""
    if strict and plan.problems:
        raise plan.problems[0]
    if plan_only:
        plan.n_changed = len(plan.changes)
        return ()
    with only_writer(site):
        remove_leftovers([*plan.files, *(change.path for change in plan.changes)])
        plan.n_changed, lost = apply_changes(plan.changes, partial(progress, "files"), strict=strict)
    plan.problems.extend(lost)
    return lost


def silence(stage: str, n_done: int, n_total: int) -> None:
    """Tell nobody: the progress of a run that is not watched."""
