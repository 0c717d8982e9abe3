"""
A model's card: what it was fitted on, how it was checked, what it is good for, as Markdown.

After M. Mitchell et al., "Model cards for model reporting" (FAT* 2019), as far as it fits a ranker of one site.
"""

from collections.abc import Sequence
from importlib.metadata import version

from recommender.ranking.fitted import Fitted
from recommender.ranking.learned import LearnedRanker
from recommender.settings import Settings, describe_settings


def model_card(model: Fitted, settings: Settings, thresholds: Sequence[float]) -> str:
    """The card of a model, with the settings that it is saved with and the least score at each place."""
    check, ranker = model.chosen.ranker_check, model.chosen.ranker
    changed = zip(describe_settings(settings), describe_settings(), strict=True)
    others = [f"`{name}: {value}`" for (name, value, _), (_, default, _) in changed if value != default]
    lines = [
        "# Model card",
        "",
        "| | |",
        "| --- | --- |",
        f"| made by | recommender {version('recommender')} |",
        f"| fitted on | {len(model.state.digests):,} articles, fingerprint `{model.state.fingerprint}` |",
        f"| vectors | {model.state.vectorizer.n_terms:,} terms |",
        f"| ranker | {ranker.name} |",
        f"| least scores, place by place | {', '.join(f'{one:.3f}' for one in thresholds)} |",
        f"| settings changed | {', '.join(others) or 'none'} |",
        "",
        "## What it is for",
        "",
        "Proposing related articles for the site that it was fitted on, to be read by an editor or shown as they are.",
        "It knows that site's words, dates and curated lists; on another site it means nothing.",
        "",
        "## How it was checked",
        "",
    ]
    if check is None or not check.n_queries:
        lines += [f"{model.chosen.ranker_decision.capitalize()}.", "", "No held-out score: see `recommender evaluate`."]
    else:
        half = 1.96 * check.standard_error
        lines += [
            f"Of the {check.n_lists:,} curated lists a part was kept from learning: where they are many the newest",
            "fifth, else all in turns. Each was asked for as a draft (only what is older is known) and as an article",
            "of the site (everything but its own list is known).",
            f"{check.n_queries:,} queries; nDCG@10 before the threshold:",
            "",
            "| ranker | nDCG@10 |",
            "| --- | --- |",
            f"| similarity | {check.similarity:.3f} |",
            f"| learned | {check.learned:.3f} |",
            f"| difference, 95 % interval | {check.difference:+.3f} ({check.difference - half:+.3f} to "
            f"{check.difference + half:+.3f}) |",
            "",
            f"Above the chance by lists that meets them best, {check.precision:.0%} of what would be shown was in the",
            f"editor's list, and that is {check.recall:.0%} of what five places could have shown.",
        ]
    if isinstance(ranker, LearnedRanker):
        best = sorted(ranker.feature_gains().items(), key=lambda item: (-item[1], item[0]))[:10]
        lines += [
            "",
            "## What it goes by",
            "",
            "| feature | share of the gain |",
            "| --- | --- |",
            *(f"| {name} | {share:.1%} |" for name, share in best),
        ]
    lines += [
        "",
        "## Limits",
        "",
        "- The lists are taken as complete; a good suggestion that no editor thought of counts as wrong.",
        "- Final lists were partly written with hindsight: the figures above can be higher than what a draft gets on",
        "  the day of its publication. `recommender evaluate --protocol replay` is the strictest check.",
        "- Habits change. Fit again when the lists change in kind, or when a good share of the articles is new.",
        "- It repeats what the editors did, their blind spots included.",
        "",
    ]
    return "\n".join(lines)
