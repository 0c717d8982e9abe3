"""Names and places of what a ranker sees of a pair of articles. A number room below `recommender.ranking.features`."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["AT", "FAMILIES", "FEATURES", "Feature"]

Family = Literal["text", "time", "lists", "links", "article"]

#: Families of features, by which contributions are added up for an explanation.
FAMILIES: tuple[Family, ...] = ("text", "time", "lists", "links", "article")


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about a pair: its name, the family it is explained with, and what it means."""

    name: str
    family: Family
    meaning: str


#: In the order of the columns. "Circle": the articles a candidate is listed together with, from either end, and itself.
FEATURES: tuple[Feature, ...] = (
    Feature("similarity", "text", "cosine of the two articles over all fields"),
    Feature("damped", "text", "similarity, damped by the days between the two"),
    Feature("title", "text", "cosine of the titles' words"),
    Feature("excerpt", "text", "cosine of the excerpts' words"),
    Feature("title_chars", "text", "cosine of the titles' character n-grams"),
    Feature("title_bigrams", "text", "cosine of the titles' pairs of neighboring words"),
    Feature("topics", "text", "cosine of the topics, rare ones weighing more"),
    Feature("words", "text", "cosine of the words of title and excerpt in one space"),
    Feature("letters", "text", "cosine of the character n-grams of title and excerpt"),
    Feature("body", "text", "cosine of the words of title, excerpt and body"),
    Feature("body_letters", "text", "cosine of the character n-grams of title, excerpt and body"),
    Feature("title_in_excerpt", "text", "cosine of the query's title with the candidate's excerpt"),
    Feature("excerpt_in_title", "text", "cosine of the query's excerpt with the candidate's title"),
    Feature("rarest_word", "text", "inverse document frequency of the rarest title word that both have"),
    Feature(
        "title_share", "text", "share of the query's title that the candidate's title has, words weighted by rarity"
    ),
    Feature("title_names", "text", "inverse document frequencies of the names that both titles have, added up"),
    Feature("title_names_share", "text", "the same, as a share of all names of the query's title"),
    Feature("excerpt_names", "text", "inverse document frequencies of the names that both excerpts have, added up"),
    Feature("similarity_share", "text", "similarity, as a share of the best of the query"),
    Feature("damped_share", "text", "damped similarity, as a share of the best of the query"),
    Feature("damped_rank", "text", "log of the place by damped similarity"),
    Feature("gap_days", "time", "days from the candidate's publication to the query's; negative for a newer candidate"),
    Feature("gap_log", "time", "log of the days between the two"),
    Feature("same_provider", "article", "whether both come from one provider"),
    Feature("quality", "article", "the candidate's quality, as the site has it"),
    Feature("title_words", "article", "log of the candidate's title words"),
    Feature("excerpt_words", "article", "log of the candidate's excerpt words"),
    Feature("query_title_words", "article", "log of the query's title words"),
    Feature("query_excerpt_words", "article", "log of the query's excerpt words"),
    Feature("query_best_similarity", "text", "similarity of the query's most similar article"),
    Feature("query_best_damped", "text", "damped similarity of the query's nearest article"),
    Feature("query_evenness", "text", "mean damped similarity of the ten nearest, as a share of the nearest"),
    Feature("circle_size", "lists", "articles that the candidate is listed together with"),
    Feature("circle_damped_mean", "lists", "mean damped similarity of the circle to the query"),
    Feature("circle_damped_mean_share", "lists", "the same, as a share of the best circle"),
    Feature("circle_damped_max", "lists", "greatest damped similarity in the circle"),
    Feature("circle_damped_max_share", "lists", "the same, as a share of the query's nearest"),
    Feature(
        "circle_damped_power",
        "lists",
        "power mean (4) of the damped similarities, unnormalised: weight of the best few",
    ),
    Feature("circle_mean", "lists", "mean similarity of the circle to the query"),
    Feature("circle_max", "lists", "greatest similarity in the circle"),
    Feature("circle_top3", "lists", "mean of the three greatest similarities in the circle"),
    Feature("circle_words_mean", "lists", "mean cosine of words (titles and excerpts) over the circle"),
    Feature("circle_words_max", "lists", "greatest cosine of words in the circle"),
    Feature("circle_chars_mean", "lists", "mean cosine of title character n-grams over the circle"),
    Feature("circle_chars_max", "lists", "greatest cosine of title character n-grams in the circle"),
    Feature("diffusion", "lists", "damped similarity, spread three steps along the lists"),
    Feature("diffusion_share", "lists", "the same, as a share of the best"),
    Feature("votes", "lists", "damped similarity of the query's twenty nearest that are in the circle, added up"),
    Feature("votes_share", "lists", "the same, as a share of what all twenty have"),
    Feature("nearest_share", "lists", "share of the circle that is among the query's twenty nearest"),
    Feature("votes_of_lists", "lists", "votes of the nearest whose own lists name the candidate"),
    Feature("votes_by_lists", "lists", "votes of the nearest that the candidate's own list names"),
    Feature("circle_near_3", "lists", "share of the circle within 3 days of the query"),
    Feature("circle_near_14", "lists", "articles of the circle within 14 days of the query"),
    Feature("circle_near_30", "lists", "share of the circle within 30 days of the query"),
    Feature("circle_near_90", "lists", "share of the circle within 90 days of the query"),
    Feature("circle_newest", "lists", "days from the newest of the circle to the query"),
    Feature("lists_query", "links", "whether the candidate lists the query"),
    Feature("listed_together", "links", "share of the articles that list the query which list the candidate too"),
    Feature("query_listed_by", "links", "articles that list the query"),
)

#: The column of each feature by its name, as the compiled code takes it: a constant.
AT: Any = namedtuple("AT", [feature.name for feature in FEATURES])(*range(len(FEATURES)))
