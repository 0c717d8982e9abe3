"""Updates, against a state that is built anew from the articles as they are."""

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from recommender import Article, Corpus, Recommender, RelatedEntry, load_model
from recommender.errors import UnknownArticleError
from recommender.ranking.state import State
from recommender.settings import settings_from_mapping

DAY_ONE = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = [
    "tea", "leaf", "water", "cup", "pot", "milk", "sugar", "steam", "hill", "gear", "wheel", "brake", "chain",
    "road",
]  # fmt: skip


def _article(number, lot, ids):
    """An article of some words, that lists some others of this site and of another, by address, by id or by title."""
    related = []
    for other in lot.sample(ids, min(len(ids), 1 + lot.randrange(3))):
        title = f"note {other}" if lot.random() < 0.7 else ""
        by_address = RelatedEntry(title=title, url=f"https://site.example/{other}", target=other)
        by_title = RelatedEntry(title=f"note {other}", target=f"note {other}")
        related.append(lot.choice([by_address, by_address, RelatedEntry(target=other), by_title]))
    if lot.random() < 0.3:
        far = lot.randrange(6)
        title, excerpt = f"{WORDS[far]} far away", lot.choice(WORDS)
        related.append(RelatedEntry(title=title, url=f"https://far.example/{far}", excerpt=excerpt))
    return Article(
        id=f"a{number:03}",
        title=f"note a{number:03} " + " ".join(lot.choices(WORDS, k=3)),
        excerpt=" ".join(lot.choices(WORDS, k=5)),
        published_at=DAY_ONE + timedelta(days=lot.randrange(9)) if lot.random() < 0.9 else None,
        # Some are a second file of another's address.
        url=f"https://site.example/a{number if lot.random() < 0.9 else number // 2:03}",
        provider=lot.choice(["", "Leaf", "Wheel"]),
        is_published=lot.random() < 0.9,
        related=tuple(related),
    )


def _changed(article, lot, ids):
    """The article with other words, another list, or both."""
    other = _article(int(article.id[1:]), lot, ids)
    return lot.choice(
        [
            other,
            dataclasses.replace(article, related=other.related),
            dataclasses.replace(other, related=article.related),
        ]
    )


def _sequence(rec, known, lot, n_steps):
    """Random updates; `known` is kept as the site is then."""
    for _ in range(n_steps):
        ids = [f"a{number:03}" for number in range(60)]
        removed = lot.sample(sorted(known), min(len(known) - 8, lot.randrange(4)))
        left = sorted(known.keys() - set(removed))
        changed = [_changed(known[name], lot, ids) for name in lot.sample(left, lot.randrange(4))]
        new = [name for name in lot.sample(ids, lot.randrange(4)) if name not in known]
        added = [*changed, *(_article(int(name[1:]), lot, ids) for name in new)]
        rec.update(added=added, removed=removed)
        for name in removed:
            del known[name]
        known.update((article.id, article) for article in added)


def _rebuilt(rec, known):
    """A recommender with the same vocabulary and the same ranker, over the articles as they are."""
    twin, fitted = Recommender(rec.settings), rec._fitted()
    vectorizer = fitted.state.vectorizer
    with mock.patch.object(vectorizer, "fit_transform", vectorizer.transform):
        state = State.build([known[name] for name in sorted(known)], vectorizer, rec.settings.articles, 0.0)
    state = dataclasses.replace(state, suggest_unpublished=fitted.state.suggest_unpublished)
    twin._held = dataclasses.replace(fitted, state=state)
    return twin


def _answers(rec):
    """What is suggested under each article, and what is said about it."""
    return {
        article_id: [
            (found.article_id, found.score, found.title, found.excerpt, found.reason.sentences) for found in suggestions
        ]
        for article_id, suggestions in rec.suggest_all(k=8, min_score=0)
    }


@pytest.mark.parametrize(
    ("ranker", "seed"), [*(("similarity", seed) for seed in range(4)), ("learned", 0), ("learned", 1)]
)
def test_after_any_updates_the_answers_are_those_of_a_state_built_anew(ranker, seed):
    """New, changed and removed articles, lists that wait, copies of an address and external articles included."""
    lot = random.Random(seed)
    ids = [f"a{number:03}" for number in range(60)]
    known = {article.id: article for article in (_article(number, lot, ids) for number in range(50))}
    # Lists of chance deserve no belief, and are to be followed here.
    settings = settings_from_mapping({"ranking": {"ranker": ranker, "follow": "lists"}})
    rec = Recommender(settings).fit(Corpus(known.values()))
    assert rec.ranker_name == ranker
    if ranker == "learned":
        rec.ranker.trust = 0.5
    for _ in range(3):
        _sequence(rec, known, lot, 4)
        expected = _rebuilt(rec, known)
        assert rec.article_ids == expected.article_ids
        assert _answers(rec) == _answers(expected)


def test_a_loaded_model_takes_updates_as_the_one_that_was_saved(tmp_path):
    """New articles and changed lists. (What a removed article leaves behind, only the entries that named it say.)"""
    lot = random.Random(5)
    ids = [f"a{number:03}" for number in range(60)]
    known = {article.id: article for article in (_article(number, lot, ids) for number in range(50))}
    rec = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity"}})).fit(Corpus(known.values()))
    rec.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    for number in range(50, 56):
        article = _article(number, lot, ids)
        relisted = dataclasses.replace(known["a007"], related=_article(7, lot, ids).related)
        for model in (rec, loaded):
            model.update(added=[article, relisted])
        known |= {article.id: article, relisted.id: relisted}
        assert _answers(loaded) == _answers(rec) == _answers(_rebuilt(rec, known))
    loaded.save(tmp_path / "again")
    assert _answers(load_model(tmp_path / "again")) == _answers(rec)


def test_a_new_namesake_moves_the_entries_that_its_title_decides_and_no_other():
    """Of articles of one title the one nearest in date to the list is meant; an address stays what it is."""

    def article(article_id, title, day, related=()):
        return Article(
            id=article_id, title=title, excerpt="tea leaf water", published_at=DAY_ONE + timedelta(days=day),
            url=f"https://site.example/{article_id}", related=related,
        )  # fmt: skip

    by_title = RelatedEntry(title="the week", target="the week")
    by_address = RelatedEntry(title="the week", url="https://site.example/old", target="the week")
    articles = [
        article("old", "the week", 0),
        article("titles", "green tea", 100, (by_title,)),
        article("addresses", "black tea", 100, (by_address,)),
        article("other", "a cup of tea", 50),
    ]
    rec = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity"}})).fit(Corpus(articles))
    near = article("near", "the week", 99)

    def listed(name):
        graph, catalogue = rec._fitted().state.graph, rec._fitted().state.catalogue
        rows = graph.listed(catalogue.row_of(name)).tolist()
        return {article.id for article in [*articles, near] if catalogue.row_of(article.id) in rows}

    assert (listed("titles"), listed("addresses")) == ({"old"}, {"old"})
    rec.update(added=[near])
    assert (listed("titles"), listed("addresses")) == ({"near"}, {"old"})
    rec.update(removed=["near"])
    assert (listed("titles"), listed("addresses")) == ({"old"}, {"old"})


def test_changed_articles_leave_no_rows_behind():
    """A site that changes every day does not grow for ever."""
    lot = random.Random(6)
    ids = [f"a{number:03}" for number in range(60)]
    known = {article.id: article for article in (_article(number, lot, ids) for number in range(50))}
    rec = Recommender(settings_from_mapping({"ranking": {"ranker": "similarity"}})).fit(Corpus(known.values()))
    n_rows = rec._fitted().state.catalogue.n_rows
    for day in range(40):
        name = f"a{day % 10:03}"
        known[name] = dataclasses.replace(known[name], excerpt=" ".join(lot.choices(WORDS, k=5)))
        rec.update(added=[known[name]])
        assert rec._fitted().state.catalogue.n_rows == n_rows
    assert _answers(rec) == _answers(_rebuilt(rec, known))


def test_a_list_names_others_and_each_once():
    """Repeats, and the article itself, are no entries of their own; the editor's order is kept."""
    entries = [RelatedEntry(url=f"https://site.example/{name}") for name in ("c", "b", "c", "a")]
    articles = [Article(id=name, title=f"Tea {name}", url=f"https://site.example/{name}") for name in "abc"]
    rec = Recommender().fit(Corpus([dataclasses.replace(articles[0], related=tuple(entries)), *articles[1:]]))
    assert rec.listed("a") == ["c", "b"]
    assert rec._selector().query(dataclasses.replace(rec.article("a"), id="draft", url="")).n_listed == 3


def test_a_list_names_an_article_again_that_comes_back():
    """Also where an entry has found its title elsewhere meanwhile: the address decides, as in a fit."""
    entry = RelatedEntry(title="Tea at home", url="https://site.example/x")
    listing = Article(id="list", title="A page with a list", url="https://site.example/list", related=(entry,))
    meant = Article(id="x", title="How we make tea now", url="https://site.example/x")
    namesake = Article(id="y", title="Tea at home", url="https://site.example/y")
    rec = Recommender().fit(Corpus([listing, meant, namesake]))
    assert rec.listed("list") == ["x"]
    rec.update(removed=["x"])
    assert rec.listed("list") == ["y"]
    rec.update(added=[meant])
    assert rec.listed("list") == ["x"]


def test_an_update_leaves_the_state_that_was_as_it_was():
    """Threads that began to ask before it go on with what was there: addresses, titles, lists and links."""
    cup = Article(id="cup", title="A cup", url="https://site.example/cup")
    tea = Article(id="tea", title="Tea", body="In a [cup](/cup).", related=(RelatedEntry(target="A cup"),))
    rec = Recommender().fit(Corpus([cup, tea, Article(id="hill", title="A hill")]))
    before = rec._fitted().state
    draft = Article(id="draft", title="A draft", body="[cup](/cup)", related=(RelatedEntry(target="A cup"),))

    def seen(state):
        rows = [*state.linked_rows(draft), *state.linked_rows(tea)]
        return [*state.listed(draft), *(state.catalogue.articles[row].id for row in rows), *state.listed(tea)]

    assert seen(before) == ["cup"] * 4
    rec.update(added=[dataclasses.replace(tea, body="On a [hill](/hill).")], removed=["cup"])
    assert seen(before) == ["cup"] * 4
    assert seen(rec._fitted().state)[:2] == []


def test_an_article_elsewhere_is_not_there_to_be_removed():
    """It goes with the last list that names it; an id that is no article's of the site is told."""
    far = RelatedEntry(title="Far away", url="https://far.example/1", excerpt="Hills")
    rec = Recommender().fit(Corpus([Article(id="tea", title="Tea", related=(far,)), Article(id="cup", title="A cup")]))
    (external,) = [one.id for one in rec._fitted().state.catalogue.articles if one.id not in rec.article_ids]
    with pytest.raises(UnknownArticleError):
        rec.update(removed=[external])
