"""
A model's card: what it was fitted on, how it was checked, what it is good for, as Markdown.

After M. Mitchell et al., "Model cards for model reporting" (FAT* 2019), as far as it fits a ranker of one site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recommender.ranking.learned import Check


def model_card(
    *,
    version: str,
    fingerprint: str,
    n_articles: int,
    n_terms: int,
    ranker_name: str,
    threshold: float,
    decision: str,
    check: Check | None,
    gains: Mapping[str, float],
    changed_settings: Sequence[tuple[str, object]],
) -> str:
    """
    The card of a fitted model.

    Parameters
    ----------
    version
        Of this package.
    fingerprint, n_articles, n_terms
        Of the corpus and the vectors.
    ranker_name, threshold, decision
        What fitting chose, the least score of a suggestion, and the sentence that says why.
    check
        The figures on held-out lists; None where nothing was learned.
    gains
        Share of each feature in what the trees gained, by name; empty where nothing was learned.
    changed_settings
        Settings that are not the default, as (dotted name, value).
    """
    lines = [
        "# Model card",
        "",
        "| | |",
        "| --- | --- |",
        f"| made by | recommender {version} |",
        f"| fitted on | {n_articles:,} articles, fingerprint `{fingerprint}` |",
        f"| vectors | {n_terms:,} terms |",
        f"| ranker | {ranker_name} |",
        f"| threshold | {threshold:.3f} |",
        f"| settings changed | {', '.join(f'`{name}: {value}`' for name, value in changed_settings) or 'none'} |",
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
        lines += [f"{decision.capitalize()}.", "", "No held-out score: see `recommender evaluate`."]
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
            f"At the threshold, {check.precision:.0%} of the suggestions shown were in the editor's list, and they are "
            f"{check.recall:.0%} of those",
            "that five places could have shown.",
        ]
        if check.recipe:
            lines += ["", f"Grown as validation on the newest lists that it was learned from chose: {check.recipe}."]
    if gains:
        best = sorted(gains.items(), key=lambda item: (-item[1], item[0]))[:10]
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
