"""What a text is about, as numbers."""

import numpy as np
import pytest

from recommender import Article
from recommender.settings import FieldSettings, LettersSettings, VectorsSettings
from recommender.vectors.meaning import N_MEANING, embedded
from recommender.vectors.tfidf import FieldVectorizer

TEXTS = ["Green tea from the hills", "A bicycle with three gears", "", "Tea", "Rain over the harbour and the town"]
WORDS, LETTERS = FieldSettings(weight=0), LettersSettings(weight=0)
MEANING = VectorsSettings(words=WORDS, letters=LETTERS, body=WORDS, body_letters=LETTERS, meaning=1)


def test_a_text_has_the_same_embedding_alone_and_among_others():
    """To the last bit, whatever else is asked for with it, and each time."""
    together = embedded(TEXTS)
    assert together.shape == (len(TEXTS), N_MEANING)
    for text, row in zip(TEXTS, together, strict=True):
        assert embedded([text])[0].tobytes() == row.tobytes()
    assert embedded(TEXTS[::-1])[::-1].tobytes() == together.tobytes()


def test_an_embedding_has_length_one_or_zero():
    """An empty text is about nothing."""
    assert np.linalg.norm(embedded(TEXTS), axis=1) == pytest.approx([1, 1, 0, 1, 1], abs=1e-6)


def test_what_is_about_alike_things_is_near():
    """Without a word in common."""
    drink, alike, other = embedded(["A cup of coffee", "Hot espresso beverages", "Football league results"])
    assert drink @ alike > drink @ other + 0.1


def test_a_language_that_the_embeddings_do_not_know_has_none():
    """The dense part of German articles has no column where all are German, and is 0 beside English ones."""
    german = [Article(id=f"de{n}", title=title, language="de") for n, title in enumerate(["Hafen", "Grüner Tee"])]
    english = [Article(id=f"en{n}", title=title, language="en") for n, title in enumerate(TEXTS[:2])]
    assert FieldVectorizer(MEANING).fit_transform(german).dense.shape == (2, 0)
    mixed = FieldVectorizer(MEANING).fit_transform([*english, *german])
    assert mixed.dense.any(axis=1).tolist() == [True, True, False, False]
