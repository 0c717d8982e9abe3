"""
Answers that are kept between runs with one saved model, so that one changed article does not cost a whole run.

A saved model fixes the document frequencies and the ranker. Under the similarity ranker an answer then changes only if
its article changes, or its curated list, or an article that it suggests, or if a changed article enters it; whether one
does, a product with the changed article's vector tells. What is computed again is a superset of what changes, so the
outcome is that of a full run. The learned ranker looks at the whole site, and a run without a saved model fits anew:
there every answer is computed.
"""

from __future__ import annotations

import json
import logging
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recommender.articles import Article, Corpus
from recommender.cache import SiteCache, code_version, digest
from recommender.model import Recommender
from recommender.ranking.rankers import SimilarityRanker
from recommender.ranking.standing import Standing
from recommender.runs import OF_THE_MACHINE
from recommender.settings import Settings, describe_settings
from recommender.suggestions import Reason, Suggestion
from recommender.vectors.damping import Damping
from recommender.writing import Answer

__all__ = ["KeptAnswers"]

logger = logging.getLogger(__name__)

_KIND = "answers"
#: Settings that decide nothing about an answer, by the beginning of their names.
_NOT_OF_ANSWERS = ("writing.", "evaluation.")
#: Where more rows than this share have changed, all answers are computed: most would have to be.
_MOST_CHANGED = 1 / 3
#: Answers whose texts are compressed together.
_BLOCK = 512


@dataclass(frozen=True)
class _Kept:
    """
    The answers of an earlier run.

    Parameters
    ----------
    ids
        Of the rows that were there.
    marks
        As `Standing` has them, for each of the ids.
    asked
        Shape (n_answers,): the place among the ids of each article that has an answer, in order of the articles' ids.
    lists
        Shape (n_answers,): as `Standing` has them.
    starts, suggested
        Shape (n_answers + 1,) and (n_suggestions,): answer i suggests ``suggested[starts[i]:starts[i + 1]]``, which are
        places among the ids. Where it has no suggestion, the candidate that came nearest stands for one.
    last_scores
        Shape (n_answers,): the score of the last of these; 0 where there is none.
    texts
        The rest of each answer, `_BLOCK` answers at a time.
    """

    ids: list[str]
    marks: list[str]
    asked: NDArray[np.int32]
    lists: NDArray[np.uint64]
    starts: NDArray[np.int64]
    suggested: NDArray[np.int32]
    last_scores: NDArray[np.float64]
    texts: list[str]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> _Kept:
        """
        The answers that `document` made.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is something else.
        """
        kinds: dict[str, DTypeLike] = {
            "asked": np.int32, "lists": np.uint64, "starts": np.int64, "suggested": np.int32, "last_scores": np.float64,
        }  # fmt: skip
        arrays = {name: np.frombuffer(b64decode(document[name]), dtype=kind) for name, kind in kinds.items()}
        return cls(ids=document["ids"], marks=document["marks"], texts=document["texts"], **arrays)

    def document(self) -> dict[str, Any]:
        """Plain values of JSON."""
        return {
            name: b64encode(value.tobytes()).decode() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }


class KeptAnswers:
    """
    The answers of the last run with the same model, taken over where they still hold.

    Parameters
    ----------
    recommender
        A saved model, brought up to date.
    settings
        Of this run: how many suggestions, and their least score.
    store, key
        Where answers are kept; None: nowhere.
    fresh
        Whether to compute all answers, whatever is kept.

    Attributes
    ----------
    n_computed : int
        Articles whose answers had to be computed.
    why_all : str
        Why these are all, as the rest of a sentence; "" where they are not.
    """

    def __init__(
        self, recommender: Recommender, settings: Settings, store: SiteCache | None, key: str, *, fresh: bool
    ) -> None:
        self._recommender, self._settings = recommender, settings
        self._store, self._key, self._fresh = store, key, fresh
        self.n_computed = 0
        self.why_all = ""

    @classmethod
    def of(
        cls, site: Path, settings: Settings, recommender: Recommender, model: str, only: Sequence[str], *, fresh: bool
    ) -> KeptAnswers:
        """
        Those for a site, a model and a question.

        Parameters
        ----------
        model
            The digest of the saved model.
        only
            What is asked for, as typed.
        """
        counted = [
            (name, value)
            for name, value, _ in describe_settings(settings)
            if name not in OF_THE_MACHINE and not name.startswith(_NOT_OF_ANSWERS)
        ]
        key = digest(code_version(), json.dumps({"settings": counted, "model": model, "only": sorted(only)}))
        return cls(recommender, settings, SiteCache.of(site, settings.articles.cache), key, fresh=fresh)

    def answers(
        self, corpus: Corpus, chosen: Collection[str], progress: Callable[[int, int], None]
    ) -> Iterator[Answer]:
        """
        What the recommender says of each chosen article, in order of their ids.

        Of the reasons, those taken over have scores and sentences alone: what is written.

        Parameters
        ----------
        corpus
            The articles that the recommender knows now.
        chosen
            Ids.
        progress
            Called with (answers computed, answers to compute).
        """
        ids = sorted(set(chosen))
        asked = self._settings.ranking
        ranker = self._recommender.ranker
        if not isinstance(ranker, SimilarityRanker):
            self.n_computed, self.why_all = len(ids), "the learned ranker looks at the whole site"
            yield from self._recommender.answers(asked.k, ids, asked.min_score, progress)
            return
        standing = self._recommender.standing()
        again = set(ids)
        taken: Iterator[Answer] = iter(())
        if (kept := self._load()) is not None:
            again = self._to_compute(kept, standing, ids, ranker.damping)
            taken = self._taken(kept, corpus, set(ids) - again)
        self.n_computed = len(again)
        computed = self._recommender.answers(asked.k, again, asked.min_score, progress)
        notes = _Notes(standing)
        for article_id in ids:
            answer = next(computed if article_id in again else taken)
            notes.add(answer)
            yield answer
        if self._store is not None:
            self._store.save(_KIND, self._key, notes.kept().document())

    def _load(self) -> _Kept | None:
        """The answers of the last run; where there are none that may be used, `why_all` says why."""
        if self._store is None:
            self.why_all = "nothing is kept between runs, since articles.cache is none"
            return None
        if self._fresh:
            self.why_all = "as was asked for"
            return None
        document = self._store.load(_KIND, self._key)
        try:
            if document is not None:
                return _Kept.of(document)
        except (KeyError, TypeError, ValueError):
            logger.warning("%s: the kept answers cannot be used, so they are made anew.", self._store.folder)
        self.why_all = "no answers of this model and these settings are kept"
        return None

    def _to_compute(self, kept: _Kept, standing: Standing, ids: Sequence[str], damping: Damping) -> set[str]:
        """The articles whose answers may have changed."""
        marks, before = standing.marks, dict(zip(kept.ids, kept.marks, strict=True))
        row_of = dict(zip(marks, standing.rows.tolist(), strict=True))
        changed = [row for article_id, row in row_of.items() if before.get(article_id) != marks[article_id]]
        is_changed = np.array([marks.get(article_id) != mark for article_id, mark in before.items()], dtype=bool)
        n_changed = len(changed) + len(before.keys() - marks.keys())
        if n_changed > len(marks) * _MOST_CHANGED:
            self.why_all = f"{n_changed:,} of {len(marks):,} articles have changed since the answers were kept"
            return set(ids)

        suggested_changed = np.concatenate([[0], np.cumsum(is_changed[kept.suggested])])[kept.starts]
        suggests_changed = (suggested_changed[1:] > suggested_changed[:-1]).tolist()
        n_suggested, last_scores = np.diff(kept.starts).tolist(), kept.last_scores.tolist()
        lists, asked = kept.lists.tolist(), kept.asked.tolist()
        number_of = {kept.ids[place]: number for number, place in enumerate(asked)}
        lists_now, n_listed = standing.lists.tolist(), standing.n_listed.tolist()
        k, fitted = self._settings.ranking.k, self._recommender.settings.ranking
        least = self._recommender.threshold(self._settings.ranking.min_score).least
        bars = np.full(standing.catalogue.n_rows, np.inf)
        again: dict[str, str] = {}
        for article_id in ids:
            row, number = row_of[article_id], number_of.get(article_id)
            n_places = max(0, k - n_listed[row]) if fitted.fill else k
            if number is None or is_changed[asked[number]]:
                again[article_id] = "changed themselves"
            elif lists[number] != lists_now[row]:
                again[article_id] = "list other articles"
            elif suggests_changed[number]:
                again[article_id] = "name what has changed"
            elif n_suggested[number]:
                # With places left, whatever reaches the threshold enters; that of an article that says little is higher
                # than this. Where nothing reaches it, the reason names the best score.
                last = last_scores[number]
                bars[row] = last if n_suggested[number] == n_places else min(last, least)
            elif n_places and n_changed:
                again[article_id] = "had no candidate"
        reached = standing.reached(np.array(changed, dtype=np.int64), bars, damping, suggest_newer=fitted.suggest_newer)
        id_of = {row: article_id for article_id, row in row_of.items()}
        again |= {id_of[row]: "are near what has changed" for row in reached.tolist()}
        logger.info(
            "suggestions: %s articles have changed, and %s of %s answers are computed again%s",
            f"{n_changed:,}",
            f"{len(again):,}",
            f"{len(ids):,}",
            "".join(f"; {count:,} {why}" for why, count in Counter(again.values()).most_common()),
        )
        return set(again)

    def _taken(self, kept: _Kept, corpus: Corpus, ids: Collection[str]) -> Iterator[Answer]:
        """The kept answers of some articles, in order of their ids."""
        articles = {article.id: article for article in corpus}
        lines: list[str] = []
        starts, suggested, last_scores = kept.starts.tolist(), kept.suggested.tolist(), kept.last_scores.tolist()
        known_block = -1
        for number, place in enumerate(kept.asked.tolist()):
            if kept.ids[place] not in ids:
                continue
            if number // _BLOCK != known_block:
                known_block = number // _BLOCK
                lines = zlib.decompress(b64decode(kept.texts[known_block])).decode().split("\n")
            said = json.loads(lines[number % _BLOCK])
            places = suggested[starts[number] : starts[number + 1]]
            if isinstance(said, str):
                nearest = kept.ids[places[0]] if places else ""
                yield Answer(kept.ids[place], (), said, nearest, last_scores[number])
                continue
            yield Answer(
                kept.ids[place],
                tuple(
                    self._suggestion(articles, rank, kept.ids[other], *values)
                    for rank, (other, values) in enumerate(zip(places, said, strict=True), start=1)
                ),
            )

    def _suggestion(
        self,
        articles: Mapping[str, Article],
        rank: int,
        article_id: str,
        score: float,
        similarity: float,
        sentences: Sequence[str],
    ) -> Suggestion:
        """A suggestion of an article as it is now, which is as it was."""
        # Out of the model for an external one alone: to make an article of a model's parts takes longer.
        article = articles.get(article_id) or self._recommender.article(article_id)
        return Suggestion(
            rank=rank,
            article_id=article_id,
            title=article.title,
            url=article.url,
            score=score,
            reason=Reason(score, similarity, tuple(sentences)),
            excerpt=article.excerpt,
            published_at=article.published_at,
            provider=article.provider,
            quality=article.quality,
            shape=self._recommender.entry_shape,
        )


class _Notes:
    """
    Takes down the answers of a run for the next one.

    Parameters
    ----------
    standing
        What they were made of.
    """

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._place_of = {article_id: place for place, article_id in enumerate(standing.marks)}
        self._asked: list[int] = []
        self._starts = [0]
        self._suggested: list[int] = []
        self._last_scores: list[float] = []
        self._lines: list[str] = []
        self._texts: list[str] = []

    def add(self, answer: Answer) -> None:
        """Take down one answer."""
        found = answer.suggestions
        self._asked.append(self._place_of[answer.article_id])
        named = [one.article_id for one in found] or [answer.nearest] * bool(answer.nearest)
        self._suggested += [self._place_of[article_id] for article_id in named]
        self._starts.append(len(self._suggested))
        self._last_scores.append(found[-1].score if found else answer.nearest_score)
        said = [(one.score, one.reason.similarity, one.reason.sentences) for one in found]
        self._lines.append(json.dumps(said or answer.reason_for_none))
        if len(self._lines) == _BLOCK:
            self._compress()

    def kept(self) -> _Kept:
        """All of them."""
        if self._lines:
            self._compress()
        rows = self._standing.rows[self._asked]
        return _Kept(
            ids=list(self._standing.marks),
            marks=list(self._standing.marks.values()),
            asked=np.array(self._asked, dtype=np.int32),
            lists=self._standing.lists[rows],
            starts=np.array(self._starts, dtype=np.int64),
            suggested=np.array(self._suggested, dtype=np.int32),
            last_scores=np.array(self._last_scores),
            texts=self._texts,
        )

    def _compress(self) -> None:
        """Pack the texts of a block: one line an answer, for escapes keep the ends of lines apart."""
        # The lowest level: a third of the time of the usual one, for a quarter more bytes.
        self._texts.append(b64encode(zlib.compress("\n".join(self._lines).encode(), 1)).decode())
        self._lines = []
