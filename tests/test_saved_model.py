"""A saved model: the same answers, the same bytes, and a word on what is broken; on four teas and four bicycles."""

import dataclasses

import pytest
from teas_and_bicycles import article, settings, teas_and_bicycles

from recommender import Corpus, Recommender, RelatedEntry, load_model
from recommender.errors import ModelError, WriteError
from recommender.model_store import FORMAT


@pytest.fixture
def corpus():
    """Four articles on tea, four on bicycles."""
    return teas_and_bicycles()


@pytest.fixture
def rec(corpus):
    """Fitted on it."""
    return Recommender(settings()).fit(corpus)


def test_a_saved_model_gives_the_same_answers(rec, corpus, tmp_path):
    """Drafts, explanations and updates included."""
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    draft = article("draft", "iced green tea in hot water", day=9)
    assert dict(loaded.suggest_all(min_score=0)) == dict(rec.suggest_all(min_score=0))
    assert loaded.suggest(draft, min_score=0) == rec.suggest(draft, min_score=0)
    assert loaded.explain("tea-0", "tea-1") == rec.explain("tea-0", "tea-1")
    assert loaded.ranker_name == rec.ranker_name
    assert loaded.changes(corpus) == ([], [])
    for model in (rec, loaded):
        model.update(added=[draft], removed=["tea-3"])
    assert dict(loaded.suggest_all(min_score=0)) == dict(rec.suggest_all(min_score=0))


def test_a_model_of_no_articles(tmp_path):
    """It is saved and loaded like any other, and takes articles in."""
    Recommender(settings()).fit(Corpus()).save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert list(loaded.suggest_all()) == []
    loaded.update(added=[article("a", "green tea")])
    assert loaded.article_ids == ["a"]


def test_entries_that_wait_for_their_article_wait_in_a_saved_model_too(corpus, tmp_path):
    """Saved, loaded, and the article arrives."""
    entry = RelatedEntry(
        title="green tea leaves again", url="https://tea.example/again", target="https://tea.example/again"
    )
    listing = dataclasses.replace(corpus["tea-1"], related=(entry,))
    Recommender(settings()).fit(Corpus([*(item for item in corpus if item.id != "tea-1"), listing])).save(
        tmp_path / "m"
    )
    loaded = load_model(tmp_path / "m")
    loaded.update(added=[article("again", "green tea leaves again", day=5)])
    assert loaded.explain("tea-1", "again").obstacle == "it is in the article's curated list already"


def test_an_article_that_goes_and_comes_again_is_named_as_before(corpus, tmp_path):
    """By the lists of a saved model too, which keep no more of an entry than its address and id."""
    url = corpus["tea-2"].url
    listing = dataclasses.replace(corpus["tea-1"], related=(RelatedEntry(title="", url=url, target=url),))
    site = Corpus([*(item for item in corpus if item.id != "tea-1"), listing])
    Recommender(settings()).fit(site).save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    loaded.update(removed=["tea-2"])
    assert "tea-2" not in loaded.listed("tea-1")
    loaded.update(added=[corpus["tea-2"]])
    assert loaded.listed("tea-1") == ["tea-2"]


def test_saving_again_replaces_the_whole_model(rec, corpus, tmp_path):
    """Nothing of the earlier one is left."""
    rec.save(tmp_path / "model")
    names = {file.name.partition("-")[0] for file in (tmp_path / "model").iterdir()}
    smaller = Recommender(settings()).fit(Corpus(list(corpus)[:7]))
    smaller.save(tmp_path / "model")
    assert load_model(tmp_path / "model").article_ids == smaller.article_ids
    assert {file.name.partition("-")[0] for file in (tmp_path / "model").iterdir()} == names
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_folder_of_other_things_is_not_overwritten(rec, tmp_path):
    """A slip of the fingers must not cost a site."""
    (tmp_path / "post.md").write_text("precious")
    with pytest.raises(WriteError, match=r"holds other things than a model \(post.md\), and nothing of it was touched"):
        rec.save(tmp_path)
    assert (tmp_path / "post.md").read_text() == "precious"


def part(folder, name):
    """The file of one part."""
    (file,) = folder.glob(f"{name}-*")
    return file


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: (folder / "manifest.json").unlink(),
            "holds no model: there is no manifest.json. Make one: recommender fit SITE",
        ),
        (lambda folder: (folder / "manifest.json").write_text("{"), "is not the manifest of a model"),
        (
            lambda folder: (folder / "manifest.json").write_text(f'{{"format": {FORMAT + 1}}}'),
            f"was saved in format {FORMAT + 1}, but this version reads {FORMAT}. Fit it again: recommender fit SITE",
        ),
        (
            lambda folder: (folder / "manifest.json").write_text(f'{{"format": {FORMAT}}}'),
            "is not as it was saved: its checksum is another",
        ),
        (lambda folder: part(folder, "arrays").unlink(), "cannot be read .No such file or directory.. Fit it again"),
        (lambda folder: part(folder, "arrays").write_bytes(b"not an array"), "has 12 bytes, but was saved with"),
        (
            lambda folder: part(folder, "terms").write_bytes(b" " * part(folder, "terms").stat().st_size),
            "is not as it was saved: its checksum is another",
        ),
    ],
)
def test_a_broken_model_says_what_is_broken_and_how_to_make_it_again(rec, tmp_path, damage, message):
    """Never a traceback, and never an answer from half a model."""
    rec.save(tmp_path / "model")
    damage(tmp_path / "model")
    with pytest.raises(ModelError, match=message):
        load_model(tmp_path / "model")


def test_a_saved_model_holds_no_pickle(rec, tmp_path):
    """A handful of files, arrays and JSON only."""
    rec.save(tmp_path / "model")
    found = sorted((file.name.partition("-")[0], file.suffix) for file in (tmp_path / "model").iterdir())
    assert found == [
        ("arrays", ".safetensors"),
        ("articles", ".jsonl"),
        ("card.md", ".md"),
        ("manifest.json", ".json"),
        ("terms", ".json"),
    ]


def test_a_model_that_is_saved_twice_has_the_same_bytes(rec, tmp_path):
    """From memory, and from what was loaded."""
    rec.save(tmp_path / "one")
    load_model(tmp_path / "one").save(tmp_path / "two")
    one, two = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_saved_model_carries_its_card(rec, tmp_path):
    """Data, ranker, settings and limits, for a person."""
    rec.save(tmp_path / "model")
    card = (tmp_path / "model" / "card.md").read_text(encoding="utf-8")
    assert f"fitted on | 8 articles, fingerprint `{rec._fitted().state.fingerprint}`" in card
    assert "| settings changed | `ranking.ranker: similarity` |" in card
    assert "Similarity, as the settings say." in card
    assert load_model(tmp_path / "model").card() == card


def test_asking_changes_nothing_that_is_saved(corpus, tmp_path):
    """A draft in a language that the site does not have leaves the model as it was, to the byte."""
    rec = Recommender(settings()).fit(corpus)
    rec.save(tmp_path / "before")
    assert rec.suggest(article("chai", "chai tea", language="sw")) == []
    rec.save(tmp_path / "after")
    names = [sorted(file.name for file in (tmp_path / name).iterdir()) for name in ("before", "after")]
    assert names[0] == names[1], "parts are named by their content"
    assert (tmp_path / "before" / "manifest.json").read_bytes() == (tmp_path / "after" / "manifest.json").read_bytes()
