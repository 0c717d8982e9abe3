"""
What fitting gives, as one value: `Recommender` holds it, and a saved model. An article room.

Of articles and what their lists name a line of JSON each is kept, of vectors arrays.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.articles import Article, EntryShape, RelatedEntry
from recommender.cache import user_cache_folder
from recommender.content.matching import EntryMatcher
from recommender.errors import ModelError, SettingsError
from recommender.model_store import load_parts, reader_of, save_parts
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.choosing import Chosen
from recommender.ranking.learned import Check, restore_ranker
from recommender.ranking.links import LinkGraph
from recommender.ranking.state import CuratedList, KeptEntry, State
from recommender.settings import Settings, settings_from_mapping
from recommender.vectors.neighbors import Vectors
from recommender.vectors.tfidf import FieldVectorizer

_CSR = ("data", "indices", "indptr")
#: What reading parts raises that are of other types, sizes or names than those of a model.
_UNFIT = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, SettingsError)


@dataclass(frozen=True)
class Fitted:
    """All that a model is made of but its settings, of which a run may have others."""

    state: State
    chosen: Chosen
    entry_shape: EntryShape  #: How the site's own entries look.

    def save(self, folder: Path | str, settings: Settings, card: str, *, bodies: bool) -> None:
        """Write it, with its settings and the card of `card.model_card`, as `Recommender.save` says."""
        state, lines, arrays = _state_parts(self.state, bodies=bodies)
        ranker, trees = self.chosen.ranker.state()
        check, vectorizer = self.chosen.ranker_check, self.state.vectorizer
        terms, of_terms = vectorizer.state()
        head = {
            "recommender": version("recommender"),
            "n_articles": len(self.state.digests),
            "n_terms": vectorizer.n_terms,
            "fingerprint": self.state.fingerprint,
            "ranker": ranker,
            "ranker_decision": self.chosen.ranker_decision,
            "ranker_check": None if check is None else dataclasses.asdict(check),
            "entry_shape": dataclasses.asdict(self.entry_shape),
            "settings": dataclasses.asdict(settings),
            "state": state,
        }
        texts = {"articles.jsonl": lines, "terms.json": json.dumps(terms, ensure_ascii=False), **trees}
        save_parts(folder, head, texts, arrays | of_terms, card)

    @classmethod
    def load(cls, folder: Path | str) -> tuple[Settings, Fitted]:
        """What was saved, and its settings; errors as `load_model` has them."""
        try:
            head, texts, arrays = load_parts(folder)
            settings = settings_from_mapping(head["settings"], "manifest.json")
            vectorizer = FieldVectorizer(settings.vectors, folder=user_cache_folder(settings.articles.cache))
            vectorizer.restore(json.loads(texts["terms.json"]), arrays)
            state = _state_from_parts(head["state"], texts["articles.jsonl"], arrays, vectorizer)
            if state.catalogue.vectors.dense.shape[1:] != (vectorizer.n_dense,):
                raise ValueError("the dense vectors of the articles are not of the size of the others")
            chosen = Chosen(
                restore_ranker(head["ranker"], texts, settings),
                reader_of(str)(head["ranker_decision"]),
                reader_of(Check | None)(head["ranker_check"]),
            )
            return settings, cls(state, chosen, reader_of(EntryShape)(head["entry_shape"]))
        except _UNFIT as error:
            raise ModelError(
                f"{folder}: its parts do not fit together ({error}). "
                f"Fit it again: recommender fit SITE --model {folder}."
            ) from None


def _state_parts(state: State, *, bodies: bool) -> tuple[dict[str, Any], str, dict[str, NDArray[Any]]]:
    """
    JSON values, the lines of the articles, and arrays by name, for `_state_from_parts`.

    Bodies are kept only where it is said, and never entries of curated lists that name an article, but its id.
    """
    catalogue = state.catalogue
    lines = []
    for article in catalogue.articles:
        listed = state.lists.get(article.id)
        body = article.body if bodies else ""
        item = _to_json(dataclasses.replace(article, related=tuple(listed.waiting) if listed else (), body=body))
        item |= {
            "digest": state.digests.get(article.id, ""),
            "links": state.links.links.get(article.id, ()),
            "names": listed.names if listed else (),
        }
        lines.append(json.dumps(item, ensure_ascii=False) + "\n")
    vectors = catalogue.vectors
    matrices = {"terms": vectors.terms, **vectors.compared}
    document = {
        "suggest_unpublished": state.suggest_unpublished,
        "columns": {name: matrix.shape[1] for name, matrix in matrices.items()},
    }
    arrays: dict[str, NDArray[Any]] = {"is_new": catalogue.is_new, "dense": vectors.dense}
    for name, matrix in matrices.items():
        arrays |= {f"{name}_{part}": getattr(matrix, part) for part in _CSR}
    return document, "".join(lines), arrays


def _state_from_parts(
    document: Mapping[str, Any], lines: str, arrays: Mapping[str, NDArray[Any]], vectorizer: FieldVectorizer
) -> State:
    """The state of earlier `_state_parts`; an error of `_UNFIT` where they do not fit together, or the vectorizer."""
    columns, n_terms = reader_of(dict[str, int])(document["columns"]), vectorizer.n_terms
    # Before any memory is taken for them.
    if columns["terms"] != n_terms or not all(0 <= n_columns <= n_terms for n_columns in columns.values()):
        raise ValueError("the vectors of the articles are not of the size of the vocabulary")
    items = [json.loads(line) for line in lines.split("\n")[:-1]]
    digests = {item["id"]: digest for item in items if (digest := item.pop("digest"))}
    links, names = (
        {item["id"]: reader_of(tuple[str, ...])(item.pop(what)) for item in items} for what in ("links", "names")
    )
    given = list(map(reader_of(Article), items))
    n_rows = len(given)
    if len(names) < n_rows:
        raise ValueError("two articles have one id")
    if not names.keys() >= set().union(*names.values()):
        raise ValueError("the curated lists name articles that are not there")
    if any(len({*listed, one}) <= len(listed) for one, listed in names.items()):
        raise ValueError("a curated list names an article twice, or its own")
    for name in ("is_new", "dense"):
        if len(arrays[name]) != n_rows:
            raise ValueError(f"{name} has {len(arrays[name]):,} values, but there are {n_rows:,} articles")

    def matrix_of(name: str, n_columns: int) -> csr_matrix:
        parts = {part: arrays[f"{name}_{part}"] for part in _CSR}
        # Before scipy looks at them: in a narrow type numbers that fall seem to rise.
        if any(parts[part].dtype not in (np.int32, np.int64) for part in ("indices", "indptr")):
            raise ValueError(f"{name} is not of the type that is saved")
        matrix = csr_matrix(tuple(parts.values()), shape=(n_rows, n_columns))
        matrix.check_format(full_check=True)
        matrix.has_sorted_indices = True
        return matrix

    matrices = {name: matrix_of(name, n_columns) for name, n_columns in columns.items()}
    # Entries that name external articles are among those that wait.
    entries = {one.id: KeptEntry(url=one.url, target=one.id) for one in given if one.id in digests}
    articles = [
        dataclasses.replace(one, related=(*(entries[name] for name in names[one.id] if name in entries), *one.related))
        for one in given
    ]
    catalogue = Catalogue(
        articles,
        Vectors(matrices.pop("terms"), arrays["dense"], matrices),
        vectorizer,
        is_external=np.array([one.id not in digests for one in given], dtype=bool),
        is_new=arrays["is_new"].astype(bool),
    )
    matcher = EntryMatcher((one for one in articles if one.id in digests), vectorizer.language)
    lists = {
        one.id: CuratedList.of(names[one.id], one.related, one.related) for one in given if names[one.id] or one.related
    }
    suggest_unpublished = reader_of(bool)(document["suggest_unpublished"])
    return State(vectorizer, catalogue, matcher, digests, lists, LinkGraph.of(links.items()), suggest_unpublished)


def _to_json(value: Article | RelatedEntry) -> dict[str, Any]:
    """The fields that differ from their default, by name."""
    item: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        if field.name == "related":
            found = tuple(map(_to_json, found))
        if found != field.default:
            item[field.name] = found.isoformat() if isinstance(found, datetime) else found
    return item
