"""The settings of a site, listed, checked and found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recommender.errors import EvaluationError, SettingsError, WriteError
from recommender.settings import Settings, describe_settings, read_settings, read_settings_file

#: The settings that sites change most, which come first where settings are listed.
EVERYDAY = frozenset({
    "articles.fields", "articles.exclude", "articles.suggest_unpublished", "articles.site_url", "articles.address",
    "ranking.k", "ranking.follow", "ranking.min_score", "ranking.half_life_days", "ranking.suggest_newer",
    "ranking.fill", "writing.writer",
})  # fmt: skip


def list_settings(*, everyday_only: bool = False) -> list[tuple[str, Any, str]]:
    """The settings as (dotted name, value, sentence): every one, or those that sites change most."""
    return [setting for setting in describe_settings() if not everyday_only or setting[0] in EVERYDAY]


def check_settings(file: Path) -> Settings:
    """The settings of a file; a SettingsError names the one that is wrong, its limits and the cure."""
    from recommender.evaluation.measures import parse_measures  # which measures there are, ir-measures knows
    from recommender.writing.front_matter import check_name

    settings = read_settings(file)
    try:
        check_name(settings.writing.front_matter_name, {})
        parse_measures(settings.evaluation.measures)
    except WriteError as error:
        raise SettingsError(f"{file.name}: {error}") from None
    except EvaluationError as error:
        raise SettingsError(f"{file.name}: evaluation.{error}") from None
    return settings


def settings_of(site: Path, file: Path | None = None) -> Settings:
    """The settings for a site: those of `file`, else its own, as `read_settings` has them of its folder."""
    if file is not None:
        return read_settings_file(file)
    return read_settings(site if site.is_dir() else site.parent)
