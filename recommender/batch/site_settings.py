"""The settings of a site, listed, checked and found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recommender.errors import EvaluationError, SettingsError
from recommender.settings import Settings, describe_settings, read_settings

__all__ = ["check_settings", "list_settings", "settings_of"]

SETTINGS_FILE = "recommender.yaml"


def list_settings(settings: Settings | None = None) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted name, value, sentence)."""
    return describe_settings(settings)


def check_settings(file: Path) -> Settings:
    """
    The settings of a file, if all are right.

    Raises
    ------
    SettingsError
        One is not; the message names it, its limits and the cure.
    """
    from recommender.evaluation.measures import parse_measures  # which measures there are, ir-measures knows

    settings = read_settings(file)
    try:
        parse_measures(settings.evaluation.measures)
    except EvaluationError as error:
        raise SettingsError(f"{file.name}: evaluation.{error}") from None
    return settings


def settings_of(site: Path, file: Path | None = None) -> Settings:
    """
    The settings for a site: those of `file`, else of the site's own ``recommender.yaml``, else the defaults.

    Raises
    ------
    SettingsError
        A setting is wrong.
    """
    own = (site if site.is_dir() else site.parent) / SETTINGS_FILE
    if file is None and not own.is_file():
        return Settings()
    return read_settings(file or own)
