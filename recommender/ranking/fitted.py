"""What fitting gives, as one value: a saved model holds it, and its card tells of it. An article room."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from recommender.articles import EntryShape
from recommender.cache import user_cache_folder
from recommender.errors import ModelError, SettingsError
from recommender.model_store import load_parts, reader_of, save_parts
from recommender.ranking.features import Words
from recommender.ranking.learned import Check, restore_ranker
from recommender.ranking.parts import state_from_parts, state_parts
from recommender.ranking.rankers import Ranker
from recommender.ranking.state import State
from recommender.settings import Settings, settings_from_mapping
from recommender.vectors.tfidf import FieldVectorizer


@dataclass(frozen=True)
class Fitted:
    """All that a model is made of; attributes as `Recommender` has them."""

    settings: Settings
    entry_shape: EntryShape
    state: State
    vectorizer: FieldVectorizer
    ranker: Ranker
    ranker_decision: str
    ranker_check: Check | None

    def save(self, folder: Path | str, card: str, *, bodies: bool) -> None:
        """Write it, with the card of `card.model_card`, as `Recommender.save` says."""
        state, lines, arrays = state_parts(self.state, bodies=bodies)
        ranker, trees = self.ranker.state()
        terms, of_terms = self.vectorizer.state()
        head = {
            "recommender": version("recommender"),
            "n_articles": len(self.state.digests),
            "n_terms": self.vectorizer.n_terms,
            "fingerprint": self.state.fingerprint,
            "ranker": ranker,
            "ranker_decision": self.ranker_decision,
            "ranker_check": None if self.ranker_check is None else dataclasses.asdict(self.ranker_check),
            "entry_shape": dataclasses.asdict(self.entry_shape),
            "settings": dataclasses.asdict(self.settings),
            "state": state,
        }
        texts = {"articles.jsonl": lines, "terms.json": json.dumps(terms, ensure_ascii=False), **trees}
        save_parts(folder, head, texts, arrays | of_terms, card)

    @classmethod
    def load(cls, folder: Path | str) -> Fitted:
        """What was saved; errors as `load_model` has them."""
        try:
            head, texts, arrays = load_parts(folder)
            settings = settings_from_mapping(head["settings"], "manifest.json")
            vectorizer = FieldVectorizer(settings.vectors, folder=user_cache_folder(settings.articles.cache))
            vectorizer.restore(json.loads(texts["terms.json"]), arrays)
            state = state_from_parts(head["state"], texts["articles.jsonl"], arrays, vectorizer)
            if state.catalogue.vectors.dense.shape[1:] != (vectorizer.n_dense,):
                raise ValueError("the dense vectors of the articles are not of the size of the others")
            words = Words(vectorizer.word_rarities(), vectorizer.is_name)
            return cls(
                settings,
                reader_of(EntryShape)(head["entry_shape"]),
                state,
                vectorizer,
                restore_ranker(head["ranker"], texts, words, settings),
                reader_of(str)(head["ranker_decision"]),
                reader_of(Check | None)(head["ranker_check"]),
            )
        except (
            LookupError,
            ValueError,
            TypeError,
            AttributeError,
            ArithmeticError,
            RecursionError,
            SettingsError,
        ) as error:
            raise ModelError(
                f"{folder}: its parts do not fit together ({error}). "
                f"Fit it again: recommender fit SITE --model {folder}."
            ) from None
