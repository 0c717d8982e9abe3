"""Sentence embeddings by a model of the user's choice."""

import dataclasses
import sys

import numpy as np
import pytest
from model2vec import StaticModel
from tokenizers import Tokenizer, models, pre_tokenizers

from recommender import Article, Corpus, Recommender, load_model
from recommender.errors import SettingsError
from recommender.settings import settings_from_mapping
from recommender.vectors import semantic
from recommender.vectors.semantic import sentence_embeddings

#: Two subjects, told by words that the texts do not share.
AXES = {
    "espresso": (1, 0),
    "coffee": (1, 0.1),
    "latte": (1, 0.05),
    "bicycle": (0, 1),
    "gears": (0.1, 1),
    "saddle": (0, 1),
}
ARTICLES = (
    Article(id="a", title="Espresso"),
    Article(id="b", title="Latte"),
    Article(id="c", title="Bicycle"),
    Article(id="d", title="Saddle"),
    *(Article(id=f"other-{n}", title=word) for n, word in enumerate(["Coffee", "Gears"] * 10)),
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A static model of six words, saved as model2vec saves one; sentence-transformers is not there."""
    words = ["[UNK]", *AXES]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.array([(0.5, 0.5), *AXES.values()], dtype=np.float32)
    StaticModel(vectors=vectors, tokenizer=tokenizer).save_pretrained(tmp_path / "model")
    monkeypatch.setattr(semantic, "find_spec", lambda name: None if name == "sentence_transformers" else sys)
    forget = semantic._encoder.cache_clear
    forget()
    yield tmp_path / "model"
    forget()


def test_rows(folder, tmp_path):
    """A row has length 1, or 0 for an empty text, and is the same from the model and from what was kept."""
    texts = ["espresso", "", "latte coffee", "espresso"]
    rows = sentence_embeddings(texts, str(folder), tmp_path / "kept")
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 1, 1], abs=1e-3)
    assert sentence_embeddings(texts, str(folder), tmp_path / "kept").tobytes() == rows.tobytes()
    assert sentence_embeddings(texts, str(folder), None).tobytes() == rows.tobytes()


def test_embedded_once(folder, tmp_path, monkeypatch):
    """A text that was embedded before needs no model."""
    sentence_embeddings(["espresso", "bicycle"], str(folder), tmp_path / "kept")
    asked = []
    monkeypatch.setattr(
        semantic, "_encoder", lambda name: lambda texts: asked.extend(texts) or np.ones((len(texts), 2))
    )
    sentence_embeddings(["bicycle", "saddle", "espresso"], str(folder), tmp_path / "kept")
    assert asked == ["saddle"]


def test_damaged_cache(folder, tmp_path):
    """A table that is none costs nothing but time."""
    rows = sentence_embeddings(["espresso"], str(folder), tmp_path / "kept")
    (table,) = (tmp_path / "kept").glob("*.sqlite")
    table.write_bytes(b"no table" * 1000)
    assert sentence_embeddings(["espresso"], str(folder), tmp_path / "kept").tobytes() == rows.tobytes()


def test_relates_without_a_common_word(folder, tmp_path):
    """With the model, articles of one subject are related that share no word; a saved model answers the same."""
    settings = settings_from_mapping({"vectors": {"semantic": str(folder)}, "articles": {"cache": "none"}})
    lower = [dataclasses.replace(article, title=article.title.lower()) for article in ARTICLES]
    rec = Recommender(settings).fit(Corpus(lower))
    first = rec.suggest("a", k=3, min_score=0)
    assert {rec.article(one.article_id).title for one in first} <= {"latte", "coffee"}
    rec.save(tmp_path / "saved")
    assert load_model(tmp_path / "saved").suggest("a", k=3, min_score=0) == first
    draft = dataclasses.replace(lower[0], id="draft")
    assert rec.suggest(draft, k=3, min_score=0)[0].article_id == "a", "the same text is nearest"


def test_bodies_are_read(folder):
    """What a text is about counts where the titles say nothing of it; an article without a text is related to none."""
    settings = settings_from_mapping({"vectors": {"semantic": str(folder)}, "articles": {"cache": "none"}})
    bodies = {"Monday": "espresso", "Tuesday": "latte", "Wednesday": "saddle", "Thursday": "bicycle"}
    diary = [Article(id=day, title=day, body=word) for day, word in bodies.items()]
    rec = Recommender(settings).fit(Corpus([*diary, *(one for one in ARTICLES if one.id.startswith("other"))]))
    assert rec.explain("Monday", "Tuesday").similarity > rec.explain("Monday", "Thursday").similarity
    assert rec.suggest(Article(id="draft", title=""), min_score=0) == []


def test_no_library(monkeypatch, tmp_path):
    """Without a library that runs it, the message says what to install."""
    monkeypatch.setattr(semantic, "find_spec", lambda name: None)
    semantic._encoder.cache_clear()
    with pytest.raises(SettingsError, match=r"pip install 'recommender\[semantic\]'"):
        sentence_embeddings(["espresso"], "some/model", tmp_path)


def test_no_model(folder, tmp_path):
    """A model that is not there is told of with the setting's name."""
    semantic._encoder.cache_clear()
    with pytest.raises(SettingsError, match=r"vectors.semantic: .*nowhere cannot be loaded"):
        sentence_embeddings(["espresso"], str(tmp_path / "nowhere"), None)


def test_damage_behind_the_head(folder, tmp_path):
    """A table whose pages are damaged is made anew."""
    texts = [f"espresso {number}" for number in range(400)]
    rows = sentence_embeddings(texts, str(folder), tmp_path / "kept")
    (table,) = (tmp_path / "kept").glob("*.sqlite")
    raw = table.read_bytes()
    table.write_bytes(raw[:4096] + b"x" * (len(raw) - 4096))
    assert sentence_embeddings(texts, str(folder), tmp_path / "kept").tobytes() == rows.tobytes()


def test_another_model_under_the_name(folder, tmp_path, monkeypatch):
    """Rows of another width are not mixed with those that were kept."""
    sentence_embeddings(["espresso", "bicycle"], str(folder), tmp_path / "kept")
    monkeypatch.setattr(semantic, "_encoder", lambda name: lambda texts: np.ones((len(texts), 5)))
    assert sentence_embeddings(["bicycle", "saddle"], str(folder), tmp_path / "kept").shape == (2, 5)
