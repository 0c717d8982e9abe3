"""
The runs, one function a command. Each reads like the data's way: site, corpus, model, suggestions, files.

Nothing here prints: a run hands back a value, tells a `Progress` how far it is, and logs a line a stage.
"""

from recommender.batch.choosing import choose_articles
from recommender.batch.commands import (
    check_settings,
    clear_site,
    decide_pair,
    evaluate_site,
    explain_article,
    fit_site,
    list_settings,
    promote_site,
    report_site,
)
from recommender.batch.stages import ChangeRun, Progress, settings_of
from recommender.batch.suggest import SuggestRun, suggest_site

__all__ = [
    "ChangeRun", "Progress", "SuggestRun", "check_settings", "choose_articles", "clear_site", "decide_pair",
    "evaluate_site", "explain_article", "fit_site", "list_settings", "promote_site", "report_site", "settings_of",
    "suggest_site",
]  # fmt: skip
