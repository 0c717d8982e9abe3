"""The ranker that was learned from the site's own curated lists: what it answers, and why. A number room."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recommender.model_store import reader_of
from recommender.ranking.calibration import Calibration
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.curation import ends_of
from recommender.ranking.editors import EditorsModel
from recommender.ranking.features import FAMILIES, FEATURE_NAMES, FEATURES, N_RANKED, Pairs, Seen, pairs_of
from recommender.ranking.rankers import Query, Ranked, SimilarityRanker, link_sentences
from recommender.ranking.state import State
from recommender.ranking.trees import raw_scores, read_trees
from recommender.settings import Settings

if TYPE_CHECKING:
    from lightgbm import Booster

#: Fewer lists than this teach nothing that would hold for the next one.
LEAST_LISTS = 30
#: How many of the most similar of these an explanation may name.
_N_NEAREST = 20

#: The part of a saved model that has the trees.
_TREES = "trees.txt"

#: Shape (n_features, n_families): which feature is explained with which family.
_IN_FAMILY = np.array([[float(of == family) for family in FAMILIES] for of, _ in FEATURES.values()])


def too_few(n_lists: int) -> str:
    """What to say of a site with fewer lists than learning needs."""
    return f"learning needs {LEAST_LISTS} curated lists that name an article of the site, found {n_lists:,}"


@dataclass(frozen=True)
class Check:
    """Whether learning helps on this site, by lists that were held out."""

    n_lists: int  #: Lists of the site.
    n_queries: int = 0  #: How often a held-out list was asked for: as a draft, and as one of the corpus.
    #: Mean nDCG@10 of the two rankers over these.
    similarity: float = 0.0
    learned: float = 0.0
    #: Of the two, paired.
    difference: float = 0.0
    standard_error: float = 0.0
    is_better: bool = False  #: Whether learning is better by more than twice the standard error.
    #: Of what the threshold lets pass among the first five: the share that editors had listed, and the share of
    #: what could have been shown (at most five a list) that was.
    precision: float = 0.0
    recall: float = 0.0

    def __str__(self) -> str:
        if not self.n_queries:
            return f"similarity, nothing learned: {too_few(self.n_lists)}"
        figures = (
            f"on held-out lists ({self.n_queries:,} queries) nDCG@10 is {self.learned:.3f} learned, "
            f"{self.similarity:.3f} by similarity (difference {self.difference:+.3f}, standard error "
            f"{self.standard_error:.3f})"
        )
        return f"learned from {self.n_lists:,} curated lists: {figures}" if self.is_better else f"similarity: {figures}"


@dataclass(eq=False, repr=False)
class LearnedRanker:
    """The chance that an editor would list a candidate, learned from the lists there are."""

    trees: Booster
    #: Raw score -> chance, for a query that nobody lists and for one that somebody does.
    as_draft: Calibration
    as_known: Calibration
    of_lists: float  #: The least chance by lists that is worth a place.
    similarity: SimilarityRanker
    #: How far the lists are believed, in [0, 1]: the score is the chance that a reader approves, or that an editor
    #: would list the candidate and is right in it, as if these were independent. None: the score is the chance that an
    #: editor would list the candidate, and nothing else.
    trust: float | None
    editors: EditorsModel = field(default_factory=EditorsModel)

    name = "learned"

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The least score that is worth a place, of each place; the last also of those that follow."""
        return (self.of_lists,) if self.trust is None else self.similarity.thresholds

    def rank(self, queries: Sequence[Query], k: int, state: State, allowed: NDArray[np.bool_]) -> list[Ranked]:
        """All candidates of each query, best first."""
        found = []
        for query in queries:
            pairs = pairs_of(query, state, allowed, N_RANKED)
            scores = self._scores(query, pairs, state.catalogue)
            best = np.lexsort((state.catalogue.order[pairs.rows], -scores))
            found.append(Ranked(pairs.rows[best], pairs.similarities[best], scores[best]))
        return found

    def _scores(self, query: Query, pairs: Pairs, catalogue: Catalogue) -> NDArray[np.float64]:
        """The score of each candidate of a query, in [0, 1], rounded to six places; shape (n_candidates,)."""
        if not len(pairs.rows):
            return np.zeros(0)
        calibration = self.as_known if pairs.is_listed else self.as_draft
        chances = calibration(raw_scores(self.trees, pairs.table))
        if self.trust is not None:
            readers = self.similarity.chances(query, pairs.similarities, pairs.rows, catalogue)
            chances = 1.0 - (1.0 - self.trust * chances) * (1.0 - readers)
        chances = self.editors(chances, query, pairs.rows, catalogue)
        return np.rint(chances * 1e6) / 1e6

    def sentences(self, query: Query, rows: NDArray[np.int64], state: State) -> list[tuple[str, ...]]:
        """What links and lists say about each row."""
        links: list[tuple[str, ...]] = [()] * len(rows)
        if self.trust is not None:
            links = link_sentences(query, rows, state)
        if not len(rows):
            return links
        seen = Seen(query, state)
        # Rounded, and equals in their total order, so that rows which moved in an update change nothing.
        nearest = np.lexsort((state.catalogue.order, -np.rint(seen.damped * 1e5)))[:_N_NEAREST]
        nearest = nearest[seen.damped[nearest] > 0]
        friends, similar = set(seen.friends.tolist()), nearest.tolist()
        return [(*told, *self._say(int(row), friends, similar, state)) for told, row in zip(links, rows, strict=True)]

    def _say(self, row: int, listing: Set[int], nearest: Sequence[int], state: State) -> tuple[str, ...]:
        """Sentences about lists: who lists the query, then who lists what is like it."""
        lists, listed_by = (set(ends_of(edges, row).tolist()) for edges in (state.graph.lists, state.graph.listed_by))
        said: list[str] = []
        if row in listing:
            said.append("it lists this article")
        n_together = len(listing & listed_by)
        if n_together:
            verb = "article that lists this one lists" if n_together == 1 else "articles that list this one list"
            said.append(f"{_number(n_together)} {verb} it too")
        # The nearest by text whose lists name it, or else that its list names; the most similar is named.
        for named, one, many in (
            (listed_by, "a similar article lists it: “{title}”", "{n} similar articles list it, “{title}” among them"),
            (lists, "it lists a similar article: “{title}”", "it lists {n} similar articles, “{title}” among them"),
        ):
            common = [other for other in nearest if other in named and other != row]
            if common:
                title = state.catalogue.articles[common[0]].title
                said.append((one if len(common) == 1 else many).format(title=title, n=_number(len(common))))
                break
        return tuple(said)

    def signals(self, query: Query, row: int, state: State) -> dict[str, float]:
        """What each family of features moved a row's raw score by, and what moved the chance that a reader approves."""
        pairs = pairs_of(query.without_list(), state, np.ones(state.catalogue.n_rows, dtype=bool), N_RANKED)
        table = pairs.table[pairs.rows == row]
        if not len(table):
            return {}
        # The last is what all pairs have.
        contributions = np.asarray(self.trees.predict(table, pred_contrib=True, num_threads=1))[0, :-1]
        moved = np.round(contributions @ _IN_FAMILY, 4).tolist()
        of_families = dict(zip(map(str, FAMILIES), moved, strict=True))
        of_reader = {} if self.trust is None else self.similarity.signals(query, row, state)
        return of_families | of_reader | self.editors.signals(query, row, state.catalogue)

    def state(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Its name, curves and figures, and the trees in LightGBM's own text."""
        document = {
            "name": self.name,
            "features": list(FEATURE_NAMES),
            "as_draft": asdict(self.as_draft),
            "as_known": asdict(self.as_known),
            "threshold": self.of_lists,
            "trust": self.trust,
            "similarity": self.similarity.state()[0],
            "editors": asdict(self.editors),
        }
        return document, {_TREES: str(self.trees.model_to_string())}

    def feature_gains(self) -> dict[str, float]:
        """How much each feature lowered the loss while learning, as a share of all."""
        gains = self.trees.feature_importance("gain")
        return dict(zip(FEATURE_NAMES, (gains / max(float(gains.sum()), 1e-12)).tolist(), strict=True))


#: What ranks: the two have one shape.
Ranker = SimilarityRanker | LearnedRanker


def restore_ranker(document: dict[str, Any], texts: dict[str, Any], settings: Settings) -> Ranker:
    """
    The ranker of an earlier `Ranker.state`.

    ValueError where it is none that this version has, or one that was learned from other features.
    """
    if document["name"] == SimilarityRanker.name:
        return SimilarityRanker.restored(document, settings.ranking)
    if document["name"] != LearnedRanker.name:
        raise ValueError(f"there is no ranker {document['name']!r}")
    return LearnedRanker(
        read_trees(texts[_TREES]),
        reader_of(Calibration)(document["as_draft"]),
        reader_of(Calibration)(document["as_known"]),
        reader_of(float)(document["threshold"]),
        SimilarityRanker.restored(document["similarity"], settings.ranking),
        reader_of(float | None)(document["trust"]),
        reader_of(EditorsModel)(document["editors"]),
    )


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else f"{n:,}"
