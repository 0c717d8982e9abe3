"""Copies of one text, and tellings of one story: one is shown, and it hides no others."""

from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from teas_and_bicycles import article, settings, teas_and_bicycles

from recommender import Article, Corpus, Recommender, RelatedEntry, load_model
from recommender.ranking import select
from recommender.ranking.rules import Rules
from recommender.settings import settings_from_mapping


def ids(suggestions):
    """What is suggested, in order."""
    return [suggestion.article_id for suggestion in suggestions]


def test_of_several_with_one_title_only_one_is_suggested():
    """A story that two providers tell is one suggestion; the next best moves up, however often the first is told."""
    corpus = teas_and_bicycles()
    told = [
        article(f"told-{n}", title, day=n)
        for n, title in enumerate(
            ["Green tea, now in preview", "GREEN TEA now in preview!", "Green Tea: now in Preview"] * 8
        )
    ]
    rec = Recommender(settings(min_score=0.0)).fit(Corpus([*corpus, *told]))
    for item in corpus:
        found = ids(rec.suggest(item.id, k=4))
        assert sum(name.startswith("told-") for name in found) <= 1
        assert [*rec.suggest_all(k=4, only=[item.id])] == [(item.id, rec.suggest(item.id, k=4))]
    tea = ids(rec.suggest("tea-0", k=4))
    assert sorted(name.split("-")[0] for name in tea) == ["tea", "tea", "tea", "told"]
    shown = next(name for name in tea if name.startswith("told"))
    other = next(one.id for one in told if one.id != shown)
    assert rec.explain("tea-0", shown).obstacle == ""
    assert rec.explain("tea-0", other).obstacle == f"{shown} is called or tells the same, and is shown (copies)"


@pytest.mark.parametrize(
    ("title", "days", "is_copy"),
    [
        ("Harbour ferry strike cancels every sailing to Norderney", 1, True),
        ("Harbour ferry strike cancels every sailing to Norderney", 40, False),
        ("Ferry strike in harbour cancels sailing to Norderney, part 2", 1, False),
        ("Ferry strike settled: captains get new contract on pay", 1, False),
    ],
)
def test_one_story_is_suggested_once(title, days, is_copy):
    """Told in other words a day apart; a part of a series, and what follows a month later, stand for themselves."""
    first = datetime(2024, 3, 1, tzinfo=UTC)
    told = "Ferry strike in harbour cancels every sailing to Norderney"
    articles = [
        Article("asked", title="When ferries to Norderney sail", excerpt="Sailing times from the harbour.",
                published_at=first),
        Article("one", title=told, excerpt="Captains want more pay.", published_at=first),
        Article("other", title=title, excerpt="Captains want more pay.", published_at=first + timedelta(days)),
        *(Article(f"x{n}", title=f"{a} {b}", published_at=first)
          for n, (a, b) in enumerate(product(["Green", "Old", "Big", "Late"], ["tea", "road", "cup", "bill"]))),
    ]  # fmt: skip
    found = Recommender(settings_from_mapping({"ranking": {"min_score": 0.01}})).fit(Corpus(articles)).suggest("asked")
    assert {"one", "other"} & {one.article_id for one in found} == ({"other"} if is_copy else {"one", "other"})


def test_an_article_with_the_same_title_may_be_suggested_once():
    """Editors list the same story told elsewhere; and a title without a word is like no other."""
    twins = [article(f"twin-{n}", "Green tea leaves", day=n) for n in range(3)]
    names = ["C", "C++", "C#", "==", "!="]
    languages = [article(f"c-{n}", f"Tea leaves in {name}", day=30 * n) for n, name in enumerate(names)]
    rec = Recommender(settings()).fit(Corpus([*twins, *languages]))
    assert sum(name.startswith("twin") for name in ids(rec.suggest("twin-0", k=5, min_score=0.0))) == 1
    assert sum(name.startswith("c-") for name in ids(rec.suggest("twin-0", k=6, min_score=0.0))) == 5


def test_a_copy_is_not_suggested_under_its_original(tmp_path):
    """Also by a saved model, which has no bodies; with another body it is another article."""
    texts = [
        "Pour water that just boils.",
        "Pour water that just boils.",
        "Warm the pot first, and let the water cool.",
    ]
    teas = [Article(id=name, title="Black tea", body=body) for name, body in zip("abc", texts, strict=True)]
    others = [article("green", "Green tea leaves"), article("rain", "Rain on the road")]
    rec = Recommender(settings()).fit(Corpus([*teas, *others]))
    rec.save(tmp_path / "saved")
    for asked in (rec, load_model(tmp_path / "saved")):
        found = ids(asked.suggest("a", k=5, min_score=0.0))
        assert "b" not in found
        assert "c" in found
        assert (
            asked.explain("a", "b").obstacle == "it has the same title and text: it is a copy of the article (copies)"
        )


@pytest.mark.parametrize(("title", "least", "most"), [("Green tea leaf", 0, 0), ("Green tea leaf {}", 40, 120)])
def test_tellings_of_one_story_on_one_day(title, least, most, monkeypatch):
    """Of many articles of a day one title is compared with no copy; each other is read once, not once for each pair."""
    read = []
    monkeypatch.setattr(select, "_NUMBER", SimpleNamespace(findall=lambda title: read.append(title) or []))
    day = datetime(2021, 3, 2, tzinfo=UTC)
    articles = [
        Article(f"tea-{n}", title=title.format(chr(ord("a") + n)), excerpt=f"cup {n}", published_at=day)
        for n in range(41)
    ]
    asked = settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0}, "vectors": {"meaning": 0}})
    Recommender(asked).fit(Corpus(articles)).suggest("tea-0", k=40)
    assert least <= len(read) <= most


def test_a_crowd_of_copies_hides_nobody(monkeypatch):
    """Of a hundred and more with one title the others are found behind them; nobody is looked for beyond a bound."""
    n_looked_at, choose = [], Rules.choose
    monkeypatch.setattr(
        Rules, "choose", lambda self, one, ranked, *args, **more: n_looked_at.append(len(ranked)) or
        choose(self, one, ranked, *args, **more)
    )  # fmt: skip
    day = datetime(2021, 3, 2, tzinfo=UTC)
    crowd = [Article(f"tea-{n}", title="Green tea leaf", excerpt=f"cup {n}", published_at=day) for n in range(130)]
    others = [Article(f"other-{n}", title=f"Green tea, {n}th cup", published_at=day) for n in range(3)]
    asked = settings_from_mapping({"ranking": {"ranker": "similarity", "min_score": 0}, "vectors": {"meaning": 0}})
    rec = Recommender(asked).fit(Corpus([*crowd, *others]))
    found = dict(rec.suggest_all(k=4))
    for name, suggestions in found.items():
        shown = ids(suggestions)
        assert {one.id for one in others} - {name} <= {*shown}
        assert sum(one.startswith("tea-") for one in shown) == 1
        said = next(str(one.reason) for one in suggestions if one.article_id.startswith("tea-"))
        assert "it is shown for others that are called or tell the same: tea-" in said
        assert said.count("tea-") == 5
        assert " more" in said
    shown = ids(rec.suggest("other-0", k=5, min_score=0))
    for candidate in (*(one.id for one in others[1:]), *(f"tea-{n}" for n in range(0, 130, 40)), *shown):
        assert (rec.explain("other-0", candidate).obstacle == "") == (candidate in shown), "explained as it is shown"
    monkeypatch.setattr(select, "_DEEPEST", 50)
    n_looked_at.clear()
    assert len(rec.suggest("tea-0", k=4)) == 1
    assert n_looked_at == [4, 16, 64]


def test_which_copy_is_shown_does_not_depend_on_what_else_is_asked():
    """An article whose list fills places is asked as deep as one without a list that stands in the same batch."""
    day = datetime(2024, 3, 1, tzinfo=UTC)
    copies = [
        Article(
            f"copy-{n}",
            title="Green tea leaves",
            excerpt=f"A cup {'of tea ' * (3 - n)}".strip(),
            published_at=day + timedelta(n),
        )
        for n in range(3)
    ]
    others = [Article(f"other-{n}", title=f"Black tea {n}", published_at=day) for n in range(3)]
    named = tuple(RelatedEntry(title=one.title) for one in others[:2])
    asked = Article("asked", title="Green tea", excerpt="A cup of tea of tea of tea", related=named, published_at=day)
    filled = {"ranker": "similarity", "fill": True, "k": 3, "min_score": 0}
    rec = Recommender(settings_from_mapping({"ranking": filled})).fit(Corpus([*copies, *others, asked]))
    assert len(rec.suggest("asked")) == 1
    assert dict(rec.suggest_all()) == {one: rec.suggest(one) for one in rec.article_ids}
