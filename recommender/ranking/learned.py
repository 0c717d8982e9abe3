"""The ranker that was learned from the site's own curated lists: what it answers, and why. A number room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.calibration import Calibration
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.columns import AT, FAMILIES, FEATURES
from recommender.ranking.curation import CurationGraph
from recommender.ranking.features import Pairs, pairs_of
from recommender.ranking.rankers import Query, Ranked, Ranker, SimilarityRanker
from recommender.ranking.trees import TreeEnsemble
from recommender.settings import ListEvidence, Settings
from recommender.vectors.damping import Damping

__all__ = ["LEAST_LISTS", "LIST_DAMPING", "N_CANDIDATES", "Check", "LearnedRanker", "restore_ranker"]

#: Fewer lists than this teach nothing that would hold for the next one.
LEAST_LISTS = 30
#: Nearest rows by damped similarity among the candidates of a lesson; with the other ways to be one, 350 in all.
N_CANDIDATES = 150
#: ... and among those that are ranked to answer, 190 in all. It learns from more than it ranks, for each costs time
#: with every answer, and the last are hardly ever suggested. nDCG@10 with 80, 110 and 150: azure 0.554, 0.554, 0.555,
#: namefi 0.866 with each. Lessons of 110 bring azure 0.558, but on lists of up to ten 0.506 instead of 0.558.
_N_RANKED = 80
#: How many of a query's best candidates are kept for the explanation that is asked for next.
_N_EXPLAINED = 64
#: How many of the most similar of these an explanation may name.
_N_NEAREST = 20

_FEATURE_NAMES = tuple(feature.name for feature in FEATURES)
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
    recipe
        How the trees were grown, chosen by validation on the newest of the lists that were learned from; a sentence.
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
    recipe: str = ""

    def __str__(self) -> str:
        if not self.n_queries:
            return (
                f"similarity, nothing learned: learning needs {LEAST_LISTS} curated lists that name an article of the "
                f"site, found {self.n_lists:,}"
            )
        figures = (
            f"on held-out lists ({self.n_queries:,} queries) nDCG@10 is {self.learned:.3f} learned, "
            f"{self.similarity:.3f} by similarity (difference {self.difference:+.3f}, standard error "
            f"{self.standard_error:.3f})"
        )
        return f"learned from {self.n_lists:,} curated lists: {figures}" if self.is_better else f"similarity: {figures}"


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
            pairs = self._pairs_of(query, catalogue, graph, allowed)
            scores = self._chances(pairs)
            best = np.lexsort((catalogue.order[pairs.rows], -scores))
            self._remember(query, pairs[best[:_N_EXPLAINED]])
            return Ranked(pairs.rows[best], pairs.similarities[best], scores[best])

        if n_threads == 1 or len(queries) == 1:
            return [rank_one(query) for query in queries]
        with ThreadPoolExecutor(n_threads) as pool:
            return list(pool.map(rank_one, queries))

    def _pairs_of(self, query: Query, catalogue: Catalogue, graph: CurationGraph, allowed: NDArray[np.bool_]) -> Pairs:
        """The candidates of a query, with what the trees say of each."""
        lists_propose = self.list_evidence == "all"
        forest = self.trees.forest
        return pairs_of(query, catalogue, graph, allowed, self.damping, _N_RANKED, lists_propose, forest)

    def _chances(self, pairs: Pairs) -> NDArray[np.float64]:
        """The score of each candidate of a query, in [0, 1], rounded to six places; shape (n_candidates,)."""
        if not len(pairs.rows):
            return np.zeros(0)
        calibration = self.as_known if pairs.table[0, AT.query_listed_by] > 0 else self.as_draft
        rounded: NDArray[np.float64] = np.rint(calibration(pairs.raw) * 1e6) / 1e6
        return rounded

    def sentences(
        self, query: Query, rows: NDArray[np.int64], catalogue: Catalogue, graph: CurationGraph
    ) -> list[tuple[tuple[str, ...], dict[str, float]]]:
        """
        What the lists say about each row, and the ranker's contributions, by family of features.

        A contribution is what the family's features moved the raw score up or down by.
        """
        pairs = self._recall(query)
        place_of = {} if pairs is None else {row: place for place, row in enumerate(pairs.rows.tolist())}
        if pairs is None or not all(row in place_of for row in rows.tolist()):
            everything = np.ones(catalogue.n_rows, dtype=bool)
            unhidden = Query(
                query.article,
                query.columns,
                query.values,
                query.time,
                query.group,
                query.row,
                query.own,
                query.before,
                own=query.own,
            )
            pairs = self._pairs_of(unhidden, catalogue, graph, everything)
            place_of = {row: place for place, row in enumerate(pairs.rows.tolist())}
        found = [place_of.get(row, -1) for row in rows.tolist()]
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
        n_listing = float(values[AT.query_listed_by])
        if values[AT.lists_query] > 0:
            links.append("it lists this article")
        # Missing where no article lists the query.
        n_together = round(float(values[AT.listed_together]) * n_listing) if n_listing else 0
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
        """What a query's best candidates looked like; told once, so that the memory is used again while it is near."""
        seen = self._seen.pop(id(query), None)
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
        LIST_DAMPING,
        Check(**document["check"]),
        list_evidence=settings.ranking.list_evidence,
    )


#: How similarity fades among the features. Lists follow the news of a week more than readers do: with the similarity
#: ranker's half-life nDCG@10 on lists falls.
LIST_DAMPING = Damping(7.0, 0.3)


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else f"{n:,}"
