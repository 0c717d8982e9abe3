"""
Every knob, one frozen dataclass per stage, in the order of the data's way.

The only place that checks a knob: a ``Settings`` that exists is right, and nobody else validates. Read from
``recommender.yaml`` by `read_settings`. Vector settings keep scikit-learn's names and meanings.
"""

import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

from recommender.bounds import Fence
from recommender.errors import SettingsError, did_you_mean, kind_of, path_of
from recommender.knobs import build, check, describe, is_entry, knob, read_mapping, say, wrong

logger = logging.getLogger(__name__)

SETTINGS_FILE = "recommender.yaml"


@dataclass(frozen=True)
class ArticlesSettings:
    """What is read, and which articles may be suggested."""

    fields: Mapping[str, str | tuple[str, ...]] = knob(
        {},
        "Front-matter names to read instead of the usual ones: `excerpt: teaser`, or a list tried in order. "
        "A dot goes into a mapping: `provider: source.name`. Keys: title, excerpt, published_at, url, topics, "
        "provider, quality, language, published, draft, related.",
    )
    exclude: tuple[str, ...] = knob((), "Glob patterns of paths below the site that are not read, such as `drafts/**`.")
    include: tuple[str, ...] = knob(
        (),
        "Glob patterns of paths that hold articles too, where a site keeps its articles in folders such as `_posts`: "
        "`docs/**`.",
    )
    outside: tuple[str, ...] = knob(
        (),
        "Folders outside the site that links in it may lead to; what lies in them is read, and written, as a part of "
        "the site. One that does not begin at the root is as seen from the site.",
    )
    max_megabytes: int = knob(10, "The largest file that is read, and the longest line of a file of lines.", 1, 1000)
    suggest_unpublished: Literal["auto", "yes", "no"] = knob(
        "auto",
        "Whether unpublished, draft and future articles may be suggested. auto: yes where a tenth of the curated "
        "lists' entries name one, else no; the log says which. Never suggested are pages that the site's generator "
        "does not make, and those under an embargo or expired.",
    )
    site_language: str = knob("", "The language of articles that do not name theirs, as a code; empty: detected.")
    site_url: str = knob(
        "", "The site's own address, for lists that name articles by full URL; empty: from its configuration."
    )
    address: str = knob(
        "",
        "The pattern of addresses of articles that give none, such as `/blog/:slug/`, with `:path`, `:folders`, "
        "`:slug`, `:language`, `:year`, `:month`, `:day`; empty: by the rules of the site's generator.",
    )
    cache: str = knob(
        "",
        "Where parsed files, and what the last run did, are kept for the next run: a folder, below the site's where it "
        "does not begin at the root; none: nothing is kept; empty: the user's cache folder. It may be removed at any "
        "time.",
    )


@dataclass(frozen=True)
class FieldSettings:
    """One field of text, and which of its terms count, by the names of `TfidfVectorizer`."""

    weight: float = knob(1.0, "Share of this field in the similarity, relative to the others; 0 leaves it out.", 0, 100)
    min_df: int = knob(1, "Terms in fewer articles than this are dropped.", 1, 1_000_000)
    max_df: float = knob(1.0, "Terms in a larger share of the articles than this are dropped.", 0, 1)


@dataclass(frozen=True)
class LettersSettings(FieldSettings):
    """One field of character n-grams."""

    ngram_range: tuple[int, int] = knob((4, 5), "Shortest and longest n-gram.")


@dataclass(frozen=True)
class VectorsSettings:
    """How text becomes numbers."""

    words: FieldSettings = knob(FieldSettings(weight=2.0), "Words of title, counted twice, and excerpt, in one space.")
    phrases: FieldSettings = knob(
        FieldSettings(weight=0.35, min_df=2, max_df=0.05), "Pairs of words that stand side by side in title or excerpt."
    )
    letters: LettersSettings = knob(
        LettersSettings(weight=0.8, min_df=2, max_df=0.2), "Character n-grams of title and excerpt, within words."
    )
    body: FieldSettings = knob(
        FieldSettings(weight=2.0), "Words of title, excerpt and body in one space, where an article has a body."
    )
    body_letters: LettersSettings = knob(
        LettersSettings(weight=2.5, min_df=2, max_df=0.2),
        "Character n-grams of title, excerpt and body, of and among the articles that have a body.",
    )
    meaning: float = knob(
        0.9,
        "Weight of what title and excerpt are about, by static word embeddings, in English; 0 leaves it out.",
        0,
        100,
    )
    semantic: str = knob(
        "",
        "A sentence embedding model in place of the static embeddings; it reads the beginnings of bodies too. A "
        "folder, or a name on the Hugging Face hub, such as `sentence-transformers/all-MiniLM-L6-v2`; needs the extra "
        "`[semantic]`, or model2vec. Empty: none.",
    )
    ignore_topics: tuple[str, ...] = knob(
        (), "Topics that say nothing of what an article is about, such as featured: no rule and no word counts them."
    )
    stem: bool = knob(False, "Stem words with the language's Snowball stemmer; below fifty articles words always are.")
    stop_words: bool = knob(True, "Leave out the language's function words.")
    body_words: int = knob(2000, "Words of a body that are read, from its start.", 1, 1_000_000)
    cross_language: bool = knob(False, "Let articles of different languages be related.")


#: What the product follows where editors' lists and readers disagree.
Follow = Literal["auto", "lists", "reader"]


@dataclass(frozen=True)
class RankingSettings:
    """How candidates become suggestions."""

    k: int = knob(5, "Most suggestions under an article.", 1, 50)
    ranker: Literal["auto", "similarity", "learned"] = knob(
        "auto", "auto: learned from the curated lists where a held-out check shows that it helps, else similarity."
    )
    follow: Follow = knob(
        "auto",
        "Whether suggestions repeat the curated lists (lists) or are those that a reader would agree with (reader). "
        "auto looks at the lists: where readers would approve of their entries they are followed.",
    )
    min_score: float | None = knob(
        None, "Least score of a suggestion; empty: the ranker's own, which rises from place to place.", 0, 1
    )
    half_life_days: float = knob(
        365.0, "Days apart at which the part of the similarity that fades has faded by half; 0 turns it off.", 0, 36_500
    )
    time_floor: float = knob(0.65, "The part of the similarity that never fades with days apart.", 0, 1)
    suggest_newer: bool = knob(True, "Whether an article may be suggested under an older one.")
    refit_at: float = knob(
        0.3,
        "The share of a site's articles that may come, change or go after a saved model was fitted, before `suggest` "
        "and `explain` fit anew in place of using it; 1: never.",
        0,
        1,
    )
    fill: bool = knob(False, "Count the curated entries of an article towards k.")
    seed: int = knob(0, "Seed of everything that draws at random.", 0, 2**31 - 1)
    n_jobs: int = knob(-1, "Processes that work at once, as in joblib; -1 is all cores.", -64, 1024)


#: What a pattern may ask of an article beside its path; any other name is one of its front matter.
PATTERN_NAMES = ("topic", "provider", "language", "section")
_PATTERN = re.compile(r"([\w.-]+):\s+(\S.*)")


@dataclass(frozen=True)
class RulesSettings:
    """
    What the editors allow, whatever the ranker says.

    Articles are named by patterns: a glob pattern of ids or paths (``_news/2019-*``), or a name and a value, such as
    ``topic: deaths``, ``provider: Example Wire``, ``section: press``, ``language: de``, or any name of the front
    matter, such as ``sponsored: true``. Values are glob patterns too, and capitals do not matter.
    """

    none_on: tuple[str, ...] = knob(
        (),
        "Articles that show no suggestions, as patterns. One article, in its front matter: `recommender: show-none`.",
    )
    never: tuple[str, ...] = knob(
        (), "Articles that are never suggested, as patterns. One article: `recommender: never-suggest`."
    )
    apart: tuple[str, ...] = knob(
        (), "Articles that are never suggested under each other: two patterns with a bar between, `a | b`."
    )
    window_days: float | None = knob(None, "Most days between an article and its suggestion; empty: any.", 0, 36_500)
    evergreen: tuple[str, ...] = knob(
        (), "Articles, as patterns, for which dates do not matter. One article: `recommender: evergreen`."
    )
    same: tuple[str, ...] = knob(
        (), "What a suggestion must have in common with its article: topic, section, language or provider."
    )
    prefer: tuple[str, ...] = knob(
        (), "What suggestions come first for having in common with their article; each counts as a quarter more score."
    )
    per_provider: int | None = knob(None, "Most suggestions from one provider under an article; empty: any.", 1, 50)
    diversity: float = knob(
        0.0, "How much a suggestion that is like those before it must stand back: 0 not at all, 1 wholly.", 0, 1
    )
    at_least: int = knob(1, "Fewest suggestions; where fewer would remain, none is shown.", 1, 50)
    fill_up: bool = knob(
        False, "Where places remain, fill them with the newest articles of the same topic, marked as such."
    )

    @property
    def front_matter_names(self) -> tuple[str, ...]:
        """The names of front matter that patterns ask for."""
        patterns = [part for one in self.apart for part in one.split("|")]
        patterns += [*self.none_on, *self.never, *self.evergreen]
        names = {found[1] for pattern in patterns if (found := _PATTERN.fullmatch(pattern.strip()))}
        return tuple(sorted(names - set(PATTERN_NAMES)))


@dataclass(frozen=True)
class WritingSettings:
    """Where suggestions go."""

    writer: Literal["data", "front-matter", "jsonl"] = knob("data", "The way of writing.")
    data_file: str = knob("", "The data file below the site; empty: where the site's generator looks.")
    front_matter_name: str = knob("suggested_related", "The name of the block in an article's front matter.")


@dataclass(frozen=True)
class EvaluationSettings:
    """How suggestions are scored."""

    measures: tuple[str, ...] = knob(
        ("nDCG@10", "P@1", "P@5", "R@5", "R@10", "RR", "AP", "Success@5"), "Measures, as ir-measures writes them."
    )
    folds: int = knob(5, "Folds of the whole-site protocol.", 2, 100)
    bootstrap: int = knob(1000, "Resamples behind each interval and test.", 10, 1_000_000)
    seed: int = knob(0, "Seed of folds, resamples and the random baseline.", 0, 2**31 - 1)


@dataclass(frozen=True)
class Settings:
    """All settings, by stage. ``Settings()`` is what a site without ``recommender.yaml`` gets."""

    articles: ArticlesSettings = knob(ArticlesSettings(), "What is read, and which articles may be suggested.")
    vectors: VectorsSettings = knob(VectorsSettings(), "How text becomes numbers.")
    ranking: RankingSettings = knob(RankingSettings(), "How candidates become suggestions.")
    rules: RulesSettings = knob(RulesSettings(), "What the editors allow, whatever the ranker says.")
    writing: WritingSettings = knob(WritingSettings(), "Where suggestions go.")
    evaluation: EvaluationSettings = knob(EvaluationSettings(), "How suggestions are scored.")

    def __post_init__(self) -> None:
        """Check every knob, however the settings were made."""
        check(self, "", "settings")
        _check_fields(self.articles.fields)
        self._must("articles.site_url", _ADDRESS.fullmatch, "be an address such as https://example.org")
        self._must("ranking.n_jobs", bool, "be a number of processes, or -1 for all cores")
        _check_address(self.articles.address)
        self._must("articles.site_language", LANGUAGE.fullmatch, "be a code such as en or pt-BR")
        named = "be a name of letters, digits, hyphens and underscores, such as suggested_related"
        self._must("writing.front_matter_name", _NAME.fullmatch, named)
        self._must("writing.data_file", _is_below, "be a file below the site", " To write elsewhere: --output FILE.")
        ends = f"end with one of {', '.join(_ENDINGS)}, which says how it is written"
        self._must("writing.data_file", lambda file: not file or Path(file).suffix.lower() in _ENDINGS, ends)
        for name in ("same", "prefer"):
            for asked in getattr(self.rules, name):
                if asked not in PATTERN_NAMES:
                    raise SettingsError(
                        f"settings: rules.{name} may name {', '.join(PATTERN_NAMES)}, but names {say(asked)}."
                        f"{did_you_mean(asked, PATTERN_NAMES)}"
                    )
        if self.rules.at_least > self.ranking.k:
            raise SettingsError(
                f"settings: rules.at_least must be at most the number of suggestions, which is {self.ranking.k} "
                f"(ranking.k, -k), but is {self.rules.at_least}, so that no article would have any. Lower it."
            )
        for pair in self.rules.apart:
            if [bool(part.strip()) for part in pair.split("|")] != [True, True]:
                raise SettingsError(
                    f"settings: rules.apart must be two patterns with a bar between, but is {say(pair)}. "
                    "Write it such as: topic: deaths | topic: games."
                )
        vectors = self.vectors
        fields = (vectors.words, vectors.phrases, vectors.letters, vectors.body, vectors.body_letters)
        if not vectors.meaning and not any(one.weight for one in fields):
            raise SettingsError(
                "settings: vectors must give a weight above 0 to one field at least, or to meaning, but all are 0, so "
                "that no two articles are alike. Take a line out, or write one such as words: {weight: 2}."
            )
        for name in ("letters", "body_letters"):
            low, high = getattr(self.vectors, name).ngram_range
            if not 1 <= low <= high <= 10:
                raise SettingsError(
                    f"settings: vectors.{name}.ngram_range must be two whole numbers from 1 to 10, the smaller first, "
                    f"but is [{low}, {high}]."
                )

    def _must(self, name: str, is_right: Callable[[Any], object], must: str, cure: str = "") -> None:
        value = attrgetter(name)(self)
        if not is_right(value):
            raise SettingsError(f"settings: {name} must {must}, but is {say(value)}.{cure}")


def _is_below(file: str) -> bool:
    path = Path(file)
    return not file or bool(path.name and not path.is_absolute() and ".." not in path.parts)


#: Of tables that are written.
TABLE_ENDINGS = (".csv", ".tsv", ".parquet")
_ENDINGS = (".json", *TABLE_ENDINGS)
_NAME = re.compile(r"\w[\w-]*")
#: A language by its code, or none.
LANGUAGE = re.compile(r"|[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
#: What `articles.address` may ask for.
ADDRESS_PARTS = ("path", "folders", "slug", "language", "year", "month", "day", "hour", "minute", "second")
_ADDRESS = re.compile(r"|https?://[^\s/]+(?:/\S*)?", re.IGNORECASE)

#: What `articles.fields` may map; the reader has a list of usual names for each.
FIELD_NAMES = (
    "title", "excerpt", "published_at", "url", "topics", "provider", "quality", "language", "published", "draft",
    "related",
)  # fmt: skip


def read_settings(path: Path | str) -> Settings:
    """
    The settings of a site, as the command line finds them, or of a file of settings.

    Parameters
    ----------
    path
        A site: of its folder ``recommender.yaml`` is read; the defaults where there is none. Or a file of settings.

    Raises
    ------
    SettingsError
        The file cannot be read, is not YAML, or leads out of the site; it names a setting twice or one that there is
        not (the message names the nearest), or gives a value of the wrong type or outside its limits.
    """
    path = path_of(path, "path", SettingsError)
    if path.is_file() and path.suffix.lower() not in (".yaml", ".yml"):
        path = path.parent  # a site that is a file
    if not path.is_dir():
        return read_settings_file(path)
    own = path / SETTINGS_FILE
    if not os.path.lexists(own):
        if (other := own.with_suffix(".yml")).exists():
            logger.warning("%s: is not read, for a site's settings are in %s. Rename it.", other, SETTINGS_FILE)
        return Settings()
    if not Fence.around(path).holds(own):
        where = os.path.realpath(own)
        raise SettingsError(f"{own}: leads out of the site, to {where}. Take it out, and name it: --settings FILE.")
    return read_settings_file(own)


def read_settings_file(path: Path) -> Settings:
    """The settings of a file; errors as `read_settings` has them."""
    return settings_from_mapping(read_mapping(path), where=str(path))


def settings_from_mapping(found: object, where: str = "settings") -> Settings:
    """Settings from plain mappings, lists and values, such as YAML or JSON gives; errors as `read_settings`."""
    settings: Settings = build(Settings, found, "", where)
    return settings


def given_or_default(settings: Settings | None) -> Settings:
    """The settings that were given, the defaults for None; anything else, such as a mapping, is a SettingsError."""
    if settings is not None and not isinstance(settings, Settings):
        raise SettingsError(
            f"settings must be Settings, but are {kind_of(settings)}. Make them: read_settings(site), or "
            "recommender.settings.settings_from_mapping({'ranking': {'k': 3}})."
        )
    return settings or Settings()


def describe_settings(settings: Settings | None = None) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted name, value, sentence), in the order of the data's way."""
    return list(describe(settings or Settings(), ""))


def _check_address(pattern: str) -> None:
    asked = re.findall(r":([a-z_]*[a-z])", pattern)
    for name in asked:
        if name not in ADDRESS_PARTS:
            raise SettingsError(
                f"settings: articles.address asks for :{name}.{did_you_mean(name, ADDRESS_PARTS)} It may ask for "
                f"{', '.join(f':{part}' for part in ADDRESS_PARTS)}."
            )
    if pattern and not asked:
        raise SettingsError(
            f"settings: articles.address must ask for what tells articles apart, but is {say(pattern)}. Write it such "
            "as /blog/:slug/ or /:path/."
        )


def _check_fields(fields: Mapping[str, Any]) -> None:
    for name, names in fields.items():
        if name not in FIELD_NAMES:
            raise SettingsError(
                f"settings: articles.fields cannot map {name!r}.{did_you_mean(str(name), FIELD_NAMES)} "
                f"It maps {', '.join(FIELD_NAMES)}."
            )
        texts = (names,) if isinstance(names, str) else names
        if not (isinstance(texts, tuple) and texts and all(map(is_entry, texts))):
            raise SettingsError(
                f"settings: articles.fields.{name} must be a name or a list of names, but {wrong(names, is_entry)}."
            )
