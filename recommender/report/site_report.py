"""How a site stands: its suggestions, its lists and its map, as values for a page."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.manifold import TSNE

from recommender.articles import Article, Corpus
from recommender.evaluation.judgments import Judgments
from recommender.evaluation.report import Report
from recommender.evaluation.slices import slice_by_lists
from recommender.model import Recommender
from recommender.report.quality import quality_of
from recommender.suggestions import Reason, Suggestion
from recommender.vectors.neighbors import Vectors
from recommender.writing.plan import Answer, Tally, kinds_of_reasons

_N_BARS = 20
#: How many are named: hubs, providers and topics; weak suggestions; articles that nothing leads to.
_MOST_NAMED, _MOST_WEAK, _MOST_ORPHANS = 15, 20, 100
_WEEK = 7 * 86_400
#: More would be no map that a person can read, and t-SNE's time grows with it.
_MOST_ON_A_MAP = 6_000
#: Axes of likeness that the map is made from; and how many neighbors an article keeps near, about.
_N_AXES, _PERPLEXITY = 30, 15.0
#: Articles that t-SNE lays out; the others stand between those that they are most like.
_MOST_LAID_OUT, _N_BESIDE = 1_200, 3
#: Below this t-SNE has nothing to lay out.
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, a chance or a score in [0, 1], and sentences."""

    article: Article
    other: Article
    figure: float
    why: tuple[str, ...]


def report_of(
    recommender: Recommender, corpus: Corpus, answers: Iterable[Answer], grades: Report | None = None
) -> dict[str, Any]:
    """How a site stands, as values for its page; `answers` are for every article, `grades` what readers said."""
    articles = list(corpus)
    random = np.random.default_rng(recommender.settings.ranking.seed)
    drawn = [articles[number] for number in sorted(random.permutation(len(articles))[:_MOST_ON_A_MAP])]
    with ThreadPoolExecutor(1) as pool:
        # t-SNE needs no interpreter, so it computes while the answers come.
        places = pool.submit(map_of, recommender.vectors_of(article.id for article in drawn))
        tally = Tally()
        given = {answer.article_id: answer.suggestions for answer in tally.counted(answers)}
        pairs = [(corpus[key], found) for key, some in given.items() for found in some]
        others = [recommender.article(found.article_id) for _, found in pairs]
        often = Counter(other.id for other in others)
        orphans = sorted((one for one in articles if one.id not in often), key=_date, reverse=True)
        entries = [(one, recommender.article(other)) for one in articles for other in recommender.listed(one.id)]
        audit = recommender.list_audit
        weak = sorted(pairs, key=lambda pair: (pair[1].score, pair[0].id))[:_MOST_WEAK]
        least = recommender.least_scores()[0]
        # What an editor accepted is shown whatever its score.
        scores = [found.score for _, found in pairs]
        heights, edges = np.histogram(scores, _N_BARS, (min(least, 0.95, *scores), 1.0))
        return {
            # Who ranks, and why; the least score that is shown, at the first place.
            "ranking": recommender.ranker_decision,
            "threshold": least,
            "n_articles": len(articles),
            "n_suggestions": len(pairs),
            # (whose, articles, of these with suggestions): with a list, named by others only, named by nobody.
            "coverage": [
                (whose, len(numbers), sum(bool(given.get(articles[n].id)) for n in numbers))
                for whose, numbers in slice_by_lists(articles, Judgments(corpus)).items()
            ],
            "reasons_for_none": kinds_of_reasons(tally.reasons_for_none),
            # (lower end, suggestions) of each bar.
            "scores": list(zip(edges[:-1].tolist(), heights.tolist(), strict=True)),
            # The most suggested, with how often; and those that are suggested nowhere, the newest first.
            "hubs": [(recommender.article(key), n) for key, n in often.most_common(_MOST_NAMED)],
            "orphans": orphans[:_MOST_ORPHANS],
            "n_orphans": len(orphans),
            "mixes": {
                "provider": _mix(articles, others, lambda one: (one.provider,)),
                "topic": _mix(articles, others, lambda one: one.topics),
            },
            "quality": quality_of(recommender, corpus),
            "grades": grades,
            # A sentence; "" where the lists were not looked at.
            "audit": str(audit) if audit else "",
            "follows": _follows(entries, [(one, other) for (one, _), other in zip(pairs, others, strict=True)]),
            # Entries of lists, and suggestions, to be looked at first.
            "doubtful": [
                Pair(
                    recommender.article(one),
                    recommender.article(other),
                    chance,
                    _doubt(recommender.approvals(one)[other]),
                )
                for one, other, chance in (audit.doubtful if audit else ())
            ],
            "weakest": [
                Pair(one, recommender.article(found.article_id), found.score, found.reason.sentences)
                for one, found in weak
            ],
            "site_map": _site_map(drawn, given, places.result().tolist()),
        }


def _date(article: Article) -> tuple[float, str]:
    return (article.published_at.timestamp() if article.published_at else 0.0), article.id


def _mix(
    articles: Sequence[Article], others: Sequence[Article], names: Callable[[Article], Sequence[str]]
) -> list[tuple[str, int, float, float]]:
    """Names with their articles, their share of all articles, and of all suggestions; the most frequent first."""
    counts = Counter(name for one in articles for name in dict.fromkeys(names(one)) if name)
    suggested = Counter(name for one in others for name in dict.fromkeys(names(one)) if name)
    return [
        (name, n, n / len(articles), suggested[name] / max(len(others), 1))
        for name, n in counts.most_common(_MOST_NAMED)
    ]


def _follows(
    entries: Sequence[tuple[Article, Article]], ours: Sequence[tuple[Article, Article]]
) -> list[tuple[str, float | None, float | None]]:
    """What two articles have in common, with the share of the lists' entries and of the suggestions; None: of none."""
    named = {(one.id, other.id) for one, other in entries}
    given = {(one.id, other.id) for one, other in ours}

    def share(pairs: Sequence[tuple[Article, Article]], holds: Callable[[Article, Article], bool]) -> float | None:
        return sum(holds(one, other) for one, other in pairs) / len(pairs) if pairs else None

    common: dict[str, Callable[[Article, Article], bool]] = {
        "published within a week of each other": lambda one, other: (
            one.published_at is not None
            and other.published_at is not None
            and abs(_date(one)[0] - _date(other)[0]) <= _WEEK
        ),
        "have a topic in common": lambda one, other: not set(one.topics).isdisjoint(other.topics),
        "are from one provider": lambda one, other: bool(one.provider) and one.provider == other.provider,
    }
    found = [(what, share(entries, holds), share(ours, holds)) for what, holds in common.items()]
    in_lists = share(entries, lambda one, other: (other.id, one.id) in named)
    return [*found, ("name each other", in_lists, share(ours, lambda one, other: (other.id, one.id) in given))]


def _doubt(reason: Reason) -> tuple[str, ...]:
    """What speaks for an entry that a reader would doubt; where that is little, it says so."""
    words = tuple(dict.fromkeys(term.term for term in reason.shared_terms))[:5]
    shared = f"they share {', '.join(f'“{word}”' for word in words)}" if words else "they share no word"
    if reason.gap_days is None:
        return (shared,)
    days = round(reason.gap_days)
    return shared, f"{days:,} day{'' if days == 1 else 's'} apart"


def _site_map(
    drawn: Sequence[Article], given: Mapping[str, Sequence[Suggestion]], places: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """``names`` of topics, and ``articles`` with x, y, title, address, date, topic, suggested."""
    number = {article.id: place for place, article in enumerate(drawn)}
    # What more than half of the articles have tells nothing apart; providers then may.
    most = len(drawn) / 2
    labels = [article.topics for article in drawn]
    counts = Counter(label for some in labels for label in dict.fromkeys(some))
    if not any(1 < n <= most for n in counts.values()):
        labels = [(article.provider,) for article in drawn]
        counts = Counter(article.provider for article in drawn if article.provider)
    names = [name for name, n in counts.most_common() if n <= most][:7]
    return {
        "names": names,
        "articles": [
            [
                round(10_000 * x),
                round(10_000 * y),
                article.title or article.id,
                article.url,
                f"{article.published_at:%Y-%m-%d}" if article.published_at else "",
                next((names.index(label) for label in some if label in names), -1),
                [number[one.article_id] for one in given.get(article.id, ()) if one.article_id in number],
            ]
            for article, some, (x, y) in zip(drawn, labels, places, strict=True)
        ],
    }


def map_of(vectors: Vectors) -> NDArray[np.float64]:
    """The place of each row, from 0 to 1 on both axes, shape (n_rows, 2); the same for the same vectors."""
    n_rows = len(vectors.dense)
    if n_rows < _FEWEST:
        angles = 2 * np.pi * np.arange(n_rows) / max(n_rows, 1)
        return 0.5 + 0.4 * np.column_stack([np.cos(angles), np.sin(angles)])
    rows = hstack([vectors.terms, csr_matrix(vectors.dense)], format="csr").astype(np.float32)
    n_axes = min(_N_AXES, n_rows - 1, rows.shape[1] - 1)
    # Rows that are all equal have no variance to explain, which scikit-learn divides by.
    with np.errstate(invalid="ignore", divide="ignore"):
        axes = TruncatedSVD(n_axes, random_state=0).fit_transform(rows) if n_axes > 1 else rows.toarray()
    axes /= np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-12)
    laid_out = np.sort(np.random.default_rng(0).permutation(n_rows)[:_MOST_LAID_OUT])
    perplexity = min(_PERPLEXITY, (len(laid_out) - 1) / 3)
    # 300 steps and a coarse angle: what a map needs, in a third of the time of the defaults.
    tsne = TSNE(perplexity=perplexity, max_iter=300, angle=0.8, init="random", random_state=0, n_jobs=-1)
    places = tsne.fit_transform(axes[laid_out]).astype(np.float64)
    found = np.zeros((n_rows, 2))
    found[laid_out] = places
    others = np.setdiff1d(np.arange(n_rows), laid_out)
    alike = axes[others] @ axes[laid_out].T
    beside = np.argsort(-alike, axis=1)[:, :_N_BESIDE]
    weights = np.maximum(np.take_along_axis(alike, beside, axis=1), 0.01) ** 8
    found[others] = (places[beside] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    low, high = np.percentile(found, [0.5, 99.5], axis=0)
    scaled: NDArray[np.float64] = np.clip((found - low) / np.maximum(high - low, 1e-12), -0.05, 1.05) / 1.2 + 1 / 12
    return scaled
