"""
The ranker that is learned from the site's own curated lists. A number room.

Learning asks what answering asks: for an article with a list, with the list hidden, which articles would its editor
choose? It is asked in two ways, for both must be served by one ranker:

- as a draft: only what was there when the article was published is known, and nobody lists it yet;
- as one of the corpus: everything but its own list is known.

Gradient-boosted trees (LightGBM) learn from the features of `features`; a held-out part of the lists
says whether that order is better than the one of plain similarity, and turns scores into chances.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.articles import Article
from recommender.ranking.calibration import Calibration
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import CurationGraph
from recommender.ranking.features import FAMILIES, FEATURES, Pairs, pairs_of
from recommender.ranking.rankers import Query, Ranked, Ranker, SimilarityRanker
from recommender.ranking.trees import TreeEnsemble
from recommender.settings import ListEvidence, RankingSettings, Settings
from recommender.vectors.neighbors import Damping

__all__ = ["Check", "Decision", "LearnedRanker", "learn", "restore_ranker"]

logger = logging.getLogger(__name__)

#: Fewer lists than this teach nothing that would hold for the next one.
LEAST_LISTS = 30
#: Lists that are asked as drafts, the newest, for habits change; and as articles of the corpus, drawn at random.
N_DRAFTS, N_OF_CORPUS = 2200, 800
#: Nearest rows by damped similarity among the candidates; with the other ways to be one, about 350 in all.
N_CANDIDATES = 150
#: Wrong candidates that a list is learned from, drawn at random; all took five times as long and taught no more.
N_WRONG = 80
#: With fewer lists than this every list is held out once, in this many folds; with more, the newest fifth is.
FEW_LISTS, N_FOLDS = 400, 5
#: By how many standard errors learning must be better to be kept; similarity has the benefit of the doubt.
_LEAST_ERRORS = 2.0
#: How deep the measure of the check looks.
_DEPTH = 10
#: Pairs of a query that calibration looks at, the best first: further down nothing is ever shown.
_CALIBRATED_DEPTH = 30
#: How many of a query's best candidates are kept for the explanation that is asked for next.
_N_EXPLAINED = 64
#: How many of the most similar of these an explanation may name.
_N_NEAREST = 20

_FEATURE_NAMES = tuple(feature.name for feature in FEATURES)
_COLUMN = {name: column for column, name in enumerate(_FEATURE_NAMES)}
#: The columns that need curated lists.
_OF_LISTS = [column for column, feature in enumerate(FEATURES) if feature.family in ("lists", "links")]
#: Shape (n_features, n_families): which feature is explained with which family.
_IN_FAMILY = np.array([[float(feature.family == family) for family in FAMILIES] for feature in FEATURES])


@dataclass(frozen=True)
class Check:
    """
    Whether learning helps on this site, by lists that were held out.

    Parameters
    ----------
    n_lists
        Lists of the site.
    n_queries
        How often a held-out list was asked for: as a draft, and as one of the corpus.
    similarity, learned
        Mean nDCG@10 of the two rankers over these.
    difference, standard_error
        Of the two, paired.
    is_better
        Whether learning is better by more than twice the standard error.
    precision, recall
        Of what the threshold lets pass among the first five: the share that editors had listed, and the share of what
        could have been shown (at most five a list) that was.
    """

    n_lists: int
    n_queries: int = 0
    similarity: float = 0.0
    learned: float = 0.0
    difference: float = 0.0
    standard_error: float = 0.0
    is_better: bool = False
    precision: float = 0.0
    recall: float = 0.0

    def __str__(self) -> str:
        if not self.n_queries:
            return (
                f"similarity, nothing learned: {self.n_lists:,} curated lists name an article that is known; "
                f"learning needs {LEAST_LISTS}"
            )
        figures = (
            f"on held-out lists ({self.n_queries:,} queries) nDCG@10 is {self.learned:.3f} learned, "
            f"{self.similarity:.3f} by similarity (difference {self.difference:+.3f}, standard error "
            f"{self.standard_error:.3f})"
        )
        return f"learned from {self.n_lists:,} curated lists: {figures}" if self.is_better else f"similarity: {figures}"


@dataclass(frozen=True)
class Decision:
    """What `learn` found: the ranker, or None where it does not help, and the figures."""

    ranker: LearnedRanker | None
    check: Check


class LearnedRanker:
    """
    The chance that an editor would list a candidate, learned from the lists there are.

    Parameters
    ----------
    trees
        Features of a pair -> raw score.
    as_draft, as_known
        Raw score -> chance, for a query that nobody lists and for one that somebody does.
    threshold
        The least chance that is worth a place.
    damping
        As the similarity ranker fades.
    check
        The figures by which it was chosen.
    list_evidence
        What it goes by beside the text, the days and the article, as the setting has it.
    """

    name = "learned"

    def __init__(
        self,
        trees: TreeEnsemble,
        as_draft: Calibration,
        as_known: Calibration,
        threshold: float,
        damping: Damping,
        check: Check,
        list_evidence: ListEvidence = "all",
    ) -> None:
        self.trees = trees
        self.as_draft, self.as_known = as_draft, as_known
        self.threshold = threshold
        self.damping = damping
        self.check = check
        self.list_evidence = list_evidence
        #: What the last queries' best candidates looked like, for the explanations that are asked for next.
        self._seen: OrderedDict[int, tuple[Query, Pairs]] = OrderedDict()

    def rank(
        self,
        queries: Sequence[Query],
        k: int,
        catalogue: Catalogue,
        graph: CurationGraph,
        allowed: NDArray[np.bool_],
        n_threads: int = 1,
    ) -> list[Ranked]:
        """All candidates of each query, best first."""
        graph.arrays  # noqa: B018  # made once, not by every thread

        def rank_one(query: Query) -> Ranked:
            pairs = pairs_of(query, catalogue, graph, allowed, self.damping, N_CANDIDATES, self.list_evidence == "all")
            scores = self.chances(pairs.table)
            best = np.lexsort((catalogue.order[pairs.rows], -scores))
            kept = best[:_N_EXPLAINED]
            self._remember(
                query, Pairs(pairs.rows[kept], pairs.similarities[kept], pairs.damped[kept], pairs.table[kept])
            )
            return Ranked(pairs.rows[best], pairs.similarities[best], scores[best])

        if n_threads == 1 or len(queries) == 1:
            return [rank_one(query) for query in queries]
        with ThreadPoolExecutor(n_threads) as pool:
            return list(pool.map(rank_one, queries))

    def chances(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The score of each row of features of one query, in [0, 1], rounded to six places; shape (n_rows,)."""
        if not len(table):
            return np.zeros(0)
        calibration = self.as_known if table[0, _COLUMN["query_listed_by"]] > 0 else self.as_draft
        rounded: NDArray[np.float64] = np.rint(calibration(self.trees.scores(table)) * 1e6) / 1e6
        return rounded

    def sentences(
        self, query: Query, rows: NDArray[np.int64], catalogue: Catalogue, graph: CurationGraph
    ) -> list[tuple[tuple[str, ...], dict[str, float]]]:
        """
        What the lists say about each row, and the ranker's contributions, by family of features.

        A contribution is what the family's features moved the raw score up or down by.
        """
        pairs = self._recall(query)
        if pairs is None or not set(rows.tolist()) <= set(pairs.rows.tolist()):
            everything = np.ones(catalogue.n_rows, dtype=bool)
            unhidden = Query(
                query.article, query.vector, query.time, query.group, query.row, query.own, query.before, own=query.own
            )
            pairs = pairs_of(
                unhidden, catalogue, graph, everything, self.damping, N_CANDIDATES, self.list_evidence == "all"
            )
        place_of = {int(row): place for place, row in enumerate(pairs.rows)}
        found = [place_of.get(int(row), -1) for row in rows]
        contributions = self.trees.contributions(pairs.table[[place for place in found if place >= 0]])
        by_family: list[list[float]] = np.round(contributions @ _IN_FAMILY, 4).tolist()
        nearest = pairs.rows[np.argsort(-pairs.damped, kind="stable")[:_N_NEAREST]].tolist()
        said: list[tuple[tuple[str, ...], dict[str, float]]] = []
        done = 0
        for row, place in zip(rows, found, strict=True):
            if place < 0:
                said.append(((), {}))
                continue
            moved: dict[str, float] = dict(zip(map(str, FAMILIES), by_family[done], strict=True))
            done += 1
            said.append((self._say(int(row), pairs.table[place], moved, nearest, catalogue, graph), moved))
        return said

    def _say(
        self,
        row: int,
        values: NDArray[np.float32],
        moved: dict[str, float],
        nearest: Sequence[int],
        catalogue: Catalogue,
        graph: CurationGraph,
    ) -> tuple[str, ...]:
        """Sentences about lists, the weightier family first; none where it does not go by lists."""
        if self.list_evidence == "none":
            return ()
        links: list[str] = []
        n_listing = float(values[_COLUMN["query_listed_by"]])
        if values[_COLUMN["lists_query"]] > 0:
            links.append("it lists this article")
        n_together = int(np.rint(np.nan_to_num(values[_COLUMN["listed_together"]]) * n_listing))
        if n_together:
            verb = "article that lists this one lists" if n_together == 1 else "articles that list this one list"
            links.append(f"{_number(n_together)} {verb} it too")
        # The nearest by text whose lists name it, or that its list names; the most similar is named.
        arrays = graph.arrays
        lists: list[str] = []
        for others, one, many in (
            (
                arrays.listed_by.of(row),
                "a similar article lists it: “{title}”",
                "{n} similar articles list it, “{title}” among them",
            ),
            (
                arrays.lists.of(row),
                "it lists a similar article: “{title}”",
                "it lists {n} similar articles, “{title}” among them",
            ),
        ):
            named = set(others.tolist())
            common = [other for other in nearest if other in named and other != row]
            if common and not lists:
                title = catalogue.articles[common[0]].title
                lists.append((one if len(common) == 1 else many).format(title=title, n=_number(len(common))))
        ordered = links + lists if moved["links"] >= moved["lists"] else lists + links
        return tuple(ordered)

    def state(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Its name, curves and figures, and the trees in LightGBM's own text."""
        document = {
            "name": self.name,
            "features": list(_FEATURE_NAMES),
            "as_draft": self.as_draft.to_json(),
            "as_known": self.as_known.to_json(),
            "threshold": self.threshold,
            "check": asdict(self.check),
        }
        names = [f"trees-{number}.txt" for number in range(len(self.trees.texts))]
        document["trees"] = dict(zip(names, self.trees.weights, strict=True))
        return document, dict(zip(names, self.trees.texts, strict=True))

    def feature_gains(self) -> dict[str, float]:
        """How much each feature lowered the loss while learning, as a share of all, the largest first."""
        gains = self.trees.gains(len(FEATURES))
        total = max(float(gains.sum()), 1e-12)
        order = np.argsort(-gains, kind="stable")
        return {_FEATURE_NAMES[column]: float(gains[column]) / total for column in order}

    def _remember(self, query: Query, pairs: Pairs) -> None:
        self._seen[id(query)] = (query, pairs)
        while len(self._seen) > 1024:
            self._seen.popitem(last=False)

    def _recall(self, query: Query) -> Pairs | None:
        seen = self._seen.get(id(query))
        return seen[1] if seen is not None and seen[0] is query else None


def restore_ranker(document: dict[str, Any], texts: dict[str, Any], settings: Settings) -> Ranker:
    """
    The ranker of an earlier `Ranker.state`.

    Raises
    ------
    ValueError
        The document names no ranker that this version has, or one that was learned from other features.
    """
    if document["name"] == SimilarityRanker.name:
        return SimilarityRanker(settings.ranking)
    if document["name"] != LearnedRanker.name:
        raise ValueError(f"there is no ranker {document['name']!r}")
    if tuple(document["features"]) != _FEATURE_NAMES:
        raise ValueError("its ranker was learned from other features than this version has")
    return LearnedRanker(
        TreeEnsemble.from_texts([texts[name] for name in document["trees"]], list(document["trees"].values())),
        Calibration.from_json(document["as_draft"]),
        Calibration.from_json(document["as_known"]),
        float(document["threshold"]),
        damping_of(settings.ranking),
        Check(**document["check"]),
        list_evidence=settings.ranking.list_evidence,
    )


def damping_of(settings: RankingSettings) -> Damping:
    """How similarity fades, for both rankers."""
    return Damping(settings.half_life_days, settings.time_floor)


# learning ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lesson:
    """
    One list as it teaches.

    Parameters
    ----------
    row
        The article whose list it is.
    is_draft
        Asked as a draft.
    pairs
        Its candidates.
    is_right
        Shape (n_candidates,): whether the list names the candidate.
    n_right
        How many articles of the list were there to be found.
    """

    row: int
    is_draft: bool
    pairs: Pairs
    is_right: NDArray[np.bool_]
    n_right: int


def learn(
    catalogue: Catalogue,
    graph: CurationGraph,
    allowed: NDArray[np.bool_],
    rows_of_identity: Callable[[Article], Iterable[int]],
    settings: RankingSettings,
    progress: Callable[[int, int], None] | None = None,
) -> Decision:
    """
    Learn from the curated lists, and check on held-out ones whether that helps.

    Parameters
    ----------
    catalogue, graph, allowed
        The rows, the lists, and which rows may be suggested.
    rows_of_identity
        The rows that are one article, under any of its addresses.
    settings
        Damping, seed, and what to go by; ``ranker: learned`` keeps what was learned whatever the check says.
    progress
        Called with (steps done, steps in all).

    Returns
    -------
    Decision
        Without a ranker where there are too few lists, or where it is not better than similarity.
    """
    teaching = np.flatnonzero(
        catalogue.is_alive & ~catalogue.is_external & ~catalogue.is_repeat & (np.diff(graph.arrays.lists.starts) > 0)
    )
    if len(teaching) < LEAST_LISTS:
        return Decision(None, Check(len(teaching)))
    random = np.random.default_rng(settings.seed)
    drafts = np.sort(_newest(random.permutation(teaching), catalogue.times, N_DRAFTS))
    of_corpus = np.sort(random.permutation(teaching)[:N_OF_CORPUS])
    n_steps = len(drafts) + len(of_corpus) + 2
    lessons: list[_Lesson] = []
    for done, (row, is_draft) in enumerate([(row, True) for row in drafts] + [(row, False) for row in of_corpus]):
        lesson = _lesson(int(row), is_draft, catalogue, graph, allowed, rows_of_identity, settings)
        if lesson is not None:
            lessons.append(lesson)
        if progress and done % 50 == 0:
            progress(done, n_steps)
    if len({lesson.row for lesson in lessons}) < LEAST_LISTS:
        return Decision(None, Check(len({lesson.row for lesson in lessons})))

    folds = _folds(lessons, catalogue, random)
    held_out: list[tuple[_Lesson, NDArray[np.float64]]] = []
    for fold in sorted(set(folds.values()) - {-1}):
        trees = _grow([lesson for lesson in lessons if folds[lesson.row] != fold], settings)
        held_out += [(lesson, trees.scores(lesson.pairs.table)) for lesson in lessons if folds[lesson.row] == fold]
    if progress:
        progress(n_steps - 1, n_steps)
    check = _check(held_out, len(teaching), catalogue)
    if not check.is_better and settings.ranker != "learned":
        return Decision(None, check)

    as_draft = _calibrate([pair for pair in held_out if not _is_listed(pair[0])], held_out)
    as_known = _calibrate([pair for pair in held_out if _is_listed(pair[0])], held_out)
    ranker = LearnedRanker(
        _grow(lessons, settings),
        as_draft,
        as_known,
        0.0,
        damping_of(settings),
        check,
        list_evidence=settings.list_evidence,
    )
    shown = [(lesson, (as_known if _is_listed(lesson) else as_draft)(scores)) for lesson, scores in held_out]
    ranker.threshold, precision, recall = _threshold(shown)
    ranker.check = Check(**{**asdict(check), "precision": precision, "recall": recall})
    if progress:
        progress(n_steps, n_steps)
    return Decision(ranker, ranker.check)


def _lesson(
    row: int,
    is_draft: bool,
    catalogue: Catalogue,
    graph: CurationGraph,
    allowed: NDArray[np.bool_],
    rows_of_identity: Callable[[Article], Iterable[int]],
    settings: RankingSettings,
) -> _Lesson | None:
    """One list as it teaches; None where nothing of it could have been found."""
    article = catalogue.articles[row]
    own = np.array(sorted({row, *rows_of_identity(article)}), dtype=np.int64)
    time = float(catalogue.times[row])
    before = float("nan")
    if is_draft:
        # Without a date nobody knows what was there before it; it is asked as a draft that comes last.
        before = np.inf if np.isnan(time) else time
    query = Query(article, catalogue.vectors[row], time, int(catalogue.groups[row]), row, own, before, own=own)
    wanted = np.zeros(catalogue.n_rows, dtype=bool)
    wanted[graph.listed(row)] = True
    wanted &= allowed & (catalogue.groups == query.group)
    wanted[own] = False
    if not np.isnan(before):
        wanted &= ~(catalogue.times >= before)
    n_right = int(wanted.sum())
    if not n_right:
        return None
    lists_propose = settings.list_evidence == "all"
    pairs = pairs_of(query, catalogue, graph, allowed, damping_of(settings), N_CANDIDATES, lists_propose)
    if not len(pairs.rows):
        return None
    return _Lesson(row, is_draft, pairs, wanted[pairs.rows], n_right)


def _folds(lessons: Sequence[_Lesson], catalogue: Catalogue, random: np.random.Generator) -> dict[int, int]:
    """
    Row -> the fold in which it is held out, -1 for never.

    With many lists only the newest fifth is held out, as a publishing pipeline would meet them; with few, all are.
    """
    rows = np.array(sorted({lesson.row for lesson in lessons}), dtype=np.int64)
    shuffled = random.permutation(rows)
    if len(rows) < FEW_LISTS:
        return {int(row): place % N_FOLDS for place, row in enumerate(shuffled)}
    held = set(_newest(shuffled, catalogue.times, len(rows) // N_FOLDS).tolist())
    return {int(row): 0 if int(row) in held else -1 for row in rows}


def _newest(shuffled: NDArray[np.int64], times: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """The n newest of some shuffled rows; among those without a date, which are the oldest, the lot decides."""
    oldest_first = shuffled[np.argsort(np.nan_to_num(times[shuffled], nan=-np.inf), kind="stable")]
    return oldest_first[max(0, len(oldest_first) - n) :]


def _grow(lessons: Sequence[_Lesson], settings: RankingSettings) -> TreeEnsemble:
    """
    Two models of these lessons, added up: one of the order of a list, one of the chance of a pair.

    LambdaMART is better where few are right, for it looks at the first places of each list; classification is better
    where a whole circle is right, for it sees every pair. Together they are steadier than either.
    """
    random = np.random.default_rng(settings.seed)
    kept = [_thinned(lesson, random) for lesson in lessons]
    table = np.concatenate([lesson.pairs.table[places] for lesson, places in zip(lessons, kept, strict=True)])
    if settings.list_evidence == "none":
        table[:, _OF_LISTS] = np.nan  # no tree splits where all is missing
    is_right = np.concatenate([lesson.is_right[places] for lesson, places in zip(lessons, kept, strict=True)])
    sizes = np.array([len(places) for places in kept])
    # A list of 177 has 15,000 pairs to order, a list of 2 two hundred: without this the long lists drown the short.
    weights = np.repeat(1.0 / np.log2(2.0 + np.array([lesson.n_right for lesson in lessons])), sizes)
    is_small = len(lessons) < 2 * FEW_LISTS
    parts = (_ORDER_SMALL, _CHANCE_SMALL) if is_small else (_ORDER, _CHANCE)
    # Each model on one thread, the two side by side: LightGBM's own threads spend on waiting what they save where the
    # cores are shared.
    with ThreadPoolExecutor(len(parts)) as pool:
        texts = list(pool.map(lambda options: _boost(table, is_right, sizes, weights, options, settings.seed), parts))
    spreads = [float(TreeEnsemble.from_text(text).scores(table).std()) for text in texts]
    scales = [part / max(spread, 1e-9) for part, spread in zip(_PARTS, spreads, strict=True)]
    return TreeEnsemble.from_texts(texts, scales)


#: The weight of the two models, each taken in standard deviations of its own scores.
_PARTS = (2.0, 1.0)
#: Options of the two models, with many lessons and with few; chosen by what is scored in docs/quality.md.
_ORDER = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 20,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "rounds": 100,
}
_CHANCE = {"objective": "binary", "num_leaves": 15, "min_data_in_leaf": 100, "rounds": 150}
_ORDER_SMALL = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 20,
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "rounds": 60,
}
_CHANCE_SMALL = {"objective": "binary", "num_leaves": 15, "min_data_in_leaf": 20, "rounds": 60}


def _boost(
    table: NDArray[np.float32],
    is_right: NDArray[np.bool_],
    sizes: NDArray[np.int64],
    weights: NDArray[np.float64],
    options: dict[str, Any],
    seed: int,
) -> str:
    """One boosted model as LightGBM's text."""
    import lightgbm  # only learning needs it, and importing it takes longer than answering

    parameters = {
        "learning_rate": 0.08,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "max_bin": 63,
        "feature_pre_filter": False,
        "seed": seed,
        # One model whatever the number of cores.
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
        **{name: value for name, value in options.items() if name != "rounds"},
    }
    data = lightgbm.Dataset(
        table,
        is_right.astype(np.int32),
        group=sizes if options["objective"] == "lambdarank" else None,
        weight=weights,
        feature_name=list(_FEATURE_NAMES),
        params=parameters,
    )
    booster = lightgbm.train(parameters, data, num_boost_round=options["rounds"])
    return str(booster.model_to_string())


def _thinned(lesson: _Lesson, random: np.random.Generator) -> NDArray[np.int64]:
    """The places of a lesson's candidates to learn from: all that are right, and some of the wrong."""
    wrong = np.flatnonzero(~lesson.is_right)
    if len(wrong) > N_WRONG:
        wrong = random.choice(wrong, N_WRONG, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(lesson.is_right), wrong]))


def _check(held_out: Sequence[tuple[_Lesson, NDArray[np.float64]]], n_lists: int, catalogue: Catalogue) -> Check:
    """nDCG@10 of both rankers on the held-out lists."""
    learned = np.array([_ndcg(lesson, scores, catalogue) for lesson, scores in held_out])
    similarity = np.array([_ndcg(lesson, lesson.pairs.damped, catalogue) for lesson, _ in held_out])
    difference = learned - similarity
    # A list that is asked both as a draft and as one of the corpus counts as one list for the error.
    rows = np.array([lesson.row for lesson, _ in held_out])
    _, place = np.unique(rows, return_inverse=True)
    by_list = np.bincount(place, difference) / np.bincount(place)
    error = float(by_list.std(ddof=1) / np.sqrt(len(by_list))) if len(by_list) > 1 else float("inf")
    mean = float(by_list.mean())
    return Check(
        n_lists=n_lists,
        n_queries=len(held_out),
        similarity=float(similarity.mean()),
        learned=float(learned.mean()),
        difference=float(difference.mean()),
        standard_error=error,
        is_better=mean > _LEAST_ERRORS * error,
    )


def _ndcg(lesson: _Lesson, scores: NDArray[np.float64], catalogue: Catalogue) -> float:
    """nDCG@10 of one list, what was no candidate counting as missed."""
    best = np.lexsort((catalogue.order[lesson.pairs.rows], -scores))[:_DEPTH]
    discounts = 1.0 / np.log2(np.arange(2, _DEPTH + 2))
    ideal = discounts[: min(_DEPTH, lesson.n_right)].sum()
    return float((lesson.is_right[best] * discounts[: len(best)]).sum() / ideal)


def _is_listed(lesson: _Lesson) -> bool:
    """Whether somebody lists the query, as the lesson was asked."""
    return bool(lesson.pairs.table[0, _COLUMN["query_listed_by"]] > 0)


def _calibrate(
    part: Sequence[tuple[_Lesson, NDArray[np.float64]]], everything: Sequence[tuple[_Lesson, NDArray[np.float64]]]
) -> Calibration:
    """The curve of a part of the held-out lists, or of all where the part is too small. Each list weighs the same."""
    chosen = part if len(part) >= LEAST_LISTS else everything
    scores, is_right, weights = [], [], []
    for lesson, raw in chosen:
        best = np.argsort(-raw, kind="stable")[:_CALIBRATED_DEPTH]
        scores.append(raw[best])
        is_right.append(lesson.is_right[best])
        weights.append(np.full(len(best), 1.0 / len(best)))
    return Calibration.fit(np.concatenate(scores), np.concatenate(is_right), np.concatenate(weights))


def _threshold(shown: Sequence[tuple[_Lesson, NDArray[np.float64]]], k: int = 5) -> tuple[float, float, float]:
    """
    The chance from which a place is well spent, and its precision and recall on the held-out lists.

    It is the one with the best F0.5 of the first k: a wrong suggestion costs an editor more than a missing one.
    """
    chances, is_right = [], []
    most = 0
    for lesson, values in shown:
        best = np.argsort(-values, kind="stable")[:k]
        chances.append(values[best])
        is_right.append(lesson.is_right[best])
        most += min(k, lesson.n_right)
    values, right = np.concatenate(chances), np.concatenate(is_right)
    best_threshold, best_f, best_precision, best_recall = 0.05, -1.0, 0.0, 0.0
    for threshold in np.arange(0.05, 0.31, 0.01):
        passed = values >= threshold
        if not passed.any():
            break
        precision, recall = float(right[passed].mean()), float(right[passed].sum() / most)
        f = 1.25 * precision * recall / max(0.25 * precision + recall, 1e-12)
        if f > best_f:
            best_threshold, best_f, best_precision, best_recall = float(threshold), f, precision, recall
    return round(best_threshold, 2), best_precision, best_recall


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else f"{n:,}"
