"""The recommender's promises, on a corpus whose answer a child can see: four articles on tea, four on bicycles."""

import copy
import dataclasses
import pickle
import threading
from datetime import UTC, datetime

import pytest
from teas_and_bicycles import article, settings, teas_and_bicycles

from recommender import Article, Corpus, Recommender, RelatedEntry, load_model, model
from recommender.articles import NEVER, Reading
from recommender.errors import (
    NotFittedError,
    RecommenderError,
    UnknownArticleError,
)
from recommender.settings import settings_from_mapping
from recommender.writing.decisions import Decision, Decisions


@pytest.fixture
def corpus():
    """Four articles on tea, four on bicycles."""
    return teas_and_bicycles()


@pytest.fixture
def rec(corpus):
    """Fitted on it."""
    return Recommender(settings()).fit(corpus)


def ids(suggestions):
    """What is suggested, in order."""
    return [suggestion.article_id for suggestion in suggestions]


def with_list(item, *targets):
    """The article with a curated list of these ids."""
    return dataclasses.replace(
        item, related=tuple(RelatedEntry(url=f"https://tea.example/{target}", target=target) for target in targets)
    )


def test_tea_suggests_tea_and_bicycles_suggest_bicycles(rec, corpus):
    """And nothing else, even where there is room."""
    for item in corpus:
        kind = item.id.split("-")[0]
        assert {name.split("-")[0] for name in ids(rec.suggest(item.id, k=7))} == {kind}


def test_no_article_suggests_itself_or_one_twice(rec, corpus):
    """By identity: a copy under another id with the same URL is the article too."""
    twin = dataclasses.replace(corpus["tea-0"], id="tea-copy", url="http://www.tea.example/tea-0/?utm_source=x")
    rec.update(added=[twin])
    for name in ("tea-0", "tea-copy"):
        found = ids(rec.suggest(name, k=10, min_score=0))
        assert not {"tea-0", "tea-copy"} & set(found)
        assert len(found) == len(set(found))
    assert "tea-copy" not in ids(rec.suggest("tea-1", k=10, min_score=0))
    assert "tea-0" in ids(rec.suggest("tea-1", k=10, min_score=0))


def test_suggest_all_gives_what_suggest_gives(rec, corpus):
    """One path for one and for many."""
    assert dict(rec.suggest_all(k=3)) == {item.id: rec.suggest(item.id, k=3) for item in corpus}
    assert list(dict(rec.suggest_all(only=["tea-1", "bike-0"]))) == ["bike-0", "tea-1"]


def test_shuffled_articles_change_nothing(corpus, rec):
    """The corpus is sorted, so the order in which files are found does not matter."""
    again = Recommender(settings()).fit(Corpus(reversed(list(corpus))))
    assert dict(again.suggest_all()) == dict(rec.suggest_all())


def test_of_equal_scores_the_newer_comes_first_then_the_id():
    """One total order."""
    corpus = Corpus(
        [
            article("asked", "", excerpt="green tea", day=10),
            article("b-old", "", excerpt="green tea", day=5),
            article("a-old", "", excerpt="green tea", day=5),
            article("new", "", excerpt="green tea", day=15),
        ]
    )
    rec = Recommender(settings()).fit(corpus)
    found = rec.suggest("asked", k=3)
    assert ids(found) == ["new", "a-old", "b-old"]
    assert len({suggestion.score for suggestion in found}) == 1


def test_newer_is_more_related_all_else_equal():
    """The similarity fades with the days between, and not when the half-life is 0."""
    corpus = Corpus(
        [
            article("asked", "", excerpt="green tea", day=100),
            article("a-old", "", excerpt="green tea"),
            article("near", "", excerpt="green tea", day=99),
        ]
    )
    assert ids(Recommender(settings()).fit(corpus).suggest("asked")) == ["near", "a-old"]
    undamped = Recommender(settings(half_life_days=0)).fit(corpus).suggest("asked")
    assert [suggestion.reason.similarity for suggestion in undamped] == [1.0, 1.0]
    assert undamped[0].score == undamped[1].score


def test_a_draft_gets_the_answer_that_it_will_get_once_published(rec):
    """The same text, date and URL, before and after `update`."""
    draft = article("draft", "iced green tea in hot water", day=9, excerpt="Leaves.")
    before = rec.suggest(draft, k=5, min_score=0)
    rec.update(added=[draft])
    assert rec.suggest("draft", k=5, min_score=0) == before != []


def test_a_draft_without_a_date_counts_as_the_newest(rec):
    """It will be."""
    draft = Article(id="draft", title="iced green tea")
    dated = article("draft", "iced green tea", day=3)
    assert ids(rec.suggest(draft)) == ids(rec.suggest(dated))


def test_an_article_without_a_date_is_asked_alike_by_its_id_and_as_it_is(corpus):
    """It is no draft: nobody takes it for new, on a site that has dates."""
    guide = Article(id="guide", title="green tea leaves, hot water")
    rec = Recommender(settings()).fit(Corpus([*corpus, guide]))
    by_id = rec.suggest("guide", min_score=0)
    assert by_id == rec.suggest(guide, min_score=0) != []
    assert rec.explain(guide, by_id[0].article_id).score == by_id[0].score


def test_a_draft_may_list_what_nobody_listed_before(corpus):
    """An article elsewhere takes its place of the list, as it will once the draft is added."""
    elsewhere = RelatedEntry("Tea elsewhere", url="https://other.example/tea", target="https://other.example/tea")
    draft = article("draft", "iced green tea leaves in water", day=9, related=(elsewhere,))
    for fill, n in ((False, 3), (True, 2)):
        rec = Recommender(settings(fill=fill, k=3, min_score=0)).fit(corpus)
        before = rec.suggest(draft)
        assert rec.explain(draft, before[0].article_id).obstacle == ""
        rec.update(added=[draft])
        assert len(before) == n
        assert rec.suggest("draft") == before


def test_suggestions_may_stand_in_a_set(rec):
    """Equal ones once."""
    assert len({*rec.suggest("tea-0"), *rec.suggest("tea-0")}) == len(rec.suggest("tea-0")) > 0


def test_an_edited_article_is_not_suggested_to_itself(rec, corpus):
    """A draft with the id of an article is that article."""
    edited = dataclasses.replace(corpus["tea-0"], title="green tea leaves, revised")
    assert "tea-0" not in ids(rec.suggest(edited, k=10, min_score=0))


def test_what_the_curated_list_names_is_not_suggested_again(corpus):
    """By URL, path or title; and `fill` counts it towards k."""
    listing = with_list(corpus["tea-0"], "tea-1")
    others = [item for item in corpus if item.id != "tea-0"]
    rec = Recommender(settings()).fit(Corpus([*others, listing]))
    assert set(ids(rec.suggest("tea-0", k=2, min_score=0))) == {"tea-2", "tea-3"}
    assert set(ids(rec.suggest(listing, k=2, min_score=0))) == {"tea-2", "tea-3"}
    filling = Recommender(settings(fill=True, k=2)).fit(Corpus([*others, listing]))
    assert len(filling.suggest("tea-0")) == 1
    filling = Recommender(settings(fill=True, k=1)).fit(Corpus([*others, listing]))
    assert filling.suggest("tea-0") == []
    assert filling.answer("tea-0").reason_for_none == "its curated list fills all places already"
    # Beside articles with places, and so with ranked candidates.
    assert {name for name, found in filling.suggest_all(min_score=0) if not found} == {"tea-0"}


def test_an_external_article_is_a_candidate(corpus):
    """It has no file, but a title, an excerpt and a URL."""
    entry = RelatedEntry(
        title="white tea leaves elsewhere", url="https://other.example/white", target="https://other.example/white"
    )
    rec = Recommender(settings()).fit(
        Corpus(
            [*(item for item in corpus if item.id != "bike-0"), dataclasses.replace(corpus["bike-0"], related=(entry,))]
        )
    )
    (external,) = [s for s in rec.suggest("tea-2", k=10, min_score=0) if s.url == "https://other.example/white"]
    assert external.title == "white tea leaves elsewhere"
    assert external.article_id not in rec.article_ids
    assert rec.article(external.article_id).url == "https://other.example/white"


def test_an_external_article_gives_way_once_it_is_published_here(corpus):
    """The lists that named it name the site's own article from then on."""
    entry = RelatedEntry(
        title="green tea leaves again", url="https://tea.example/again", target="https://tea.example/again"
    )
    listing = dataclasses.replace(corpus["tea-1"], related=(entry,))
    rec = Recommender(settings()).fit(Corpus([*(item for item in corpus if item.id != "tea-1"), listing]))
    assert "https://tea.example/again" in [s.url for s in rec.suggest("tea-0", k=10, min_score=0)]
    rec.update(added=[article("again", "green tea leaves again", day=5)])
    found = rec.suggest("tea-0", k=10, min_score=0)
    assert [s.article_id for s in found if s.url == "https://tea.example/again"] == ["again"]
    assert "again" not in ids(rec.suggest("tea-1", k=10, min_score=0)), "it is in the curated list"


@pytest.mark.parametrize(
    ("choice", "listed", "suggested"),
    [("auto", 0, False), ("auto", 1, False), ("auto", 3, True), ("yes", 0, True), ("no", 3, False)],
)
def test_unpublished_articles_are_suggested_where_curated_lists_name_some(corpus, choice, listed, suggested, caplog):
    """One list may name a draft that is due. The setting overrules, and the log says which way it went and why."""
    hidden = article("tea-hidden", "green tea leaves hidden", is_published=False)
    listing = [f"bike-{n}" for n in range(listed)]
    articles = [with_list(item, "tea-hidden") if item.id in listing else item for item in corpus]
    chosen = settings_from_mapping({"articles": {"suggest_unpublished": choice}, "ranking": {"ranker": "similarity"}})
    caplog.set_level("INFO")
    rec = Recommender(chosen).fit(Corpus([*articles, hidden]))
    assert ("tea-hidden" in ids(rec.suggest("tea-0", k=10, min_score=0))) is suggested
    assert "1 unpublished articles may" in caplog.text
    if not suggested:
        assert "not published" in rec.explain("tea-0", "tea-hidden").obstacle


def test_a_date_in_the_future_hides_an_article_as_a_draft_does(corpus):
    """Unless a list names one."""
    coming = dataclasses.replace(
        article("tea-soon", "green tea leaves soon"), published_at=datetime(2999, 1, 1, tzinfo=UTC)
    )
    rec = Recommender(settings()).fit(Corpus([*corpus, coming]))
    assert "tea-soon" not in ids(rec.suggest("tea-0", k=10, min_score=0))
    assert "future" in rec.explain("tea-0", "tea-soon").obstacle


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({"visible_from": NEVER}, "makes no page of it"),
        ({"visible_from": datetime(2999, 1, 1, tzinfo=UTC)}, "not to be seen before 2999-01-01"),
        ({"visible_until": datetime(2024, 2, 1, tzinfo=UTC)}, "expired on 2024-02-01"),
    ],
)
def test_what_readers_cannot_see_is_never_suggested(corpus, tmp_path, days, why):
    """Whatever the settings say, and from a saved model too; it gets suggestions of its own."""
    chosen = settings_from_mapping({"articles": {"suggest_unpublished": "yes"}, "ranking": {"ranker": "similarity"}})
    rec = Recommender(chosen).fit(Corpus([*corpus, article("tea-secret", "green tea leaves secret", **days)]))
    rec.save(tmp_path / "model")
    for one in (rec, load_model(tmp_path / "model")):
        assert "tea-secret" not in ids(one.suggest("tea-0", k=10, min_score=0))
        assert why in one.explain("tea-0", "tea-secret").obstacle
        assert one.suggest("tea-secret", min_score=0)


@pytest.mark.parametrize("hidden", [{"visible_from": NEVER}, {}])
def test_a_draft_of_a_page_does_not_take_its_place(corpus, hidden):
    """Of two files with one URL the one that readers can see is suggested, whichever comes first."""
    draft = dataclasses.replace(corpus["tea-1"], id="drafts/tea-1", is_published=False, **hidden)
    rec = Recommender(settings()).fit(Corpus([*corpus, draft]))
    assert ids(rec.suggest("tea-0")) == ids(Recommender(settings()).fit(corpus).suggest("tea-0"))
    assert rec.explain("tea-0", "tea-1").obstacle == ""
    assert rec.explain("tea-0", "drafts/tea-1").obstacle.startswith("another file has its URL")


def test_one_list_that_names_a_draft_does_not_show_them_all(corpus):
    """Where hardly any entry names an unpublished article, the word means what it says."""
    hidden = article("tea-hidden", "green tea leaves hidden", is_published=False)
    listed = [with_list(item, "tea-0", "tea-1", "tea-2", "bike-1") for item in corpus]
    listed[0] = with_list(listed[0], "tea-hidden")
    rec = Recommender(settings()).fit(Corpus([*listed, hidden]))
    assert "tea-hidden" not in ids(rec.suggest("tea-3", k=10, min_score=0))
    assert "not published" in rec.explain("tea-3", "tea-hidden").obstacle


def test_languages_are_kept_apart(corpus):
    """Equal words in another language are no relation."""
    german = article("tee", "green tea leaves", language="de")
    rec = Recommender(settings()).fit(Corpus([*corpus, german]))
    assert "tee" not in ids(rec.suggest("tea-0", k=10, min_score=0))
    assert rec.suggest("tee") == []
    assert rec.answer("tee").reason_for_none == "there is no other article in its language that may be suggested"
    assert "another language" in rec.explain("tea-0", "tee").obstacle


def test_others_that_may_not_be_suggested():
    """Where there are others in the language, the reason of most of them is told, with the setting that lifts it."""
    hidden = [article(name, "green tea leaves", is_published=False) for name in ("cup", "mug", "pot")]
    hidden[0] = dataclasses.replace(hidden[0], visible_from=NEVER)
    rec = Recommender(settings()).fit(Corpus([article("tea", "green tea leaves"), *hidden]))
    assert rec.answer("tea").reason_for_none == (
        "there is no other article in its language that may be suggested; of most the reason is: it is not published "
        "(set articles.suggest_unpublished: yes to allow it)"
    )


def test_a_list_of_all_others():
    """Where the curated list names all other articles, that is the reason for no suggestion."""
    listed = with_list(article("tea", "green tea leaves"), "cup", "pot")
    rec = Recommender(settings()).fit(Corpus([listed, article("cup", "tea cup"), article("pot", "tea pot")]))
    assert rec.suggest("tea") == []
    assert (
        rec.answer("tea").reason_for_none
        == "its curated list names all other articles in its language that may be suggested"
    )


def test_a_draft_whose_list_names_all_that_is_like_it_says_so():
    """Not that nothing shares a word with it."""
    rec = Recommender(settings_from_mapping({"vectors": {"meaning": 0}}))
    rec.fit(Corpus([article("zeppelin", "Zeppelins"), article("oboe", "Oboes")]))
    assert rec.answer(with_list(Article("draft", title="Zeppelins"), "zeppelin")).reason_for_none == (
        "every article that shares a word with it is in its curated list already or is the article itself"
    )


def test_where_no_newer_article_may_stand_one_of_the_same_moment_may():
    """Many sites write days without hours. Where all others are newer, that is said."""
    older_only = settings(suggest_newer=False, min_score=0)
    titles = {"a": ("green tea leaves", 0), "b": ("black tea leaves, water", 1), "c": ("herbal tea, hot water", 1)}
    site = Corpus([article(name, title, day=day) for name, (title, day) in titles.items()])
    rec = Recommender(older_only).fit(site)
    assert sorted(ids(rec.suggest("b"))) == ["a", "c"]
    assert rec.explain("b", "c").obstacle == ""
    assert rec.explain("a", "c").obstacle == "it is newer than the article (ranking.suggest_newer)"
    assert rec.answer("a").reason_for_none == (
        "every other article that may be suggested is newer (ranking.suggest_newer)"
    )
    others = Corpus([*site, article("zero", "bicycle", day=-1)])
    assert Recommender(older_only).fit(others).answer("a").reason_for_none == "no older article shares a word with it"


def test_a_newer_article_that_an_editor_accepted_has_its_score():
    """Accepted all the same, it is as near as it was."""
    site = Corpus([article(name, f"{name} tea leaves", day=day) for day, name in enumerate(("one", "two"))])
    accepted = Decisions({("one", "two"): Decision("one", "two", "accept")})
    (found,) = Recommender(settings(suggest_newer=False), accepted).fit(site).suggest("one")
    assert found.score > 0.9
    assert found.reason.similarity > 0.9


def test_what_fills_a_place_is_explained_as_it_is_shown(corpus):
    """As one of the newest of a topic, with no score."""
    site = Corpus([dataclasses.replace(one, topics=("drinks",)) for one in corpus if one.id.startswith("tea")])
    chosen = settings_from_mapping({"rules": {"fill_up": True}, "ranking": {"min_score": 1.0}})
    rec = Recommender(chosen).fit(site)
    for one in rec.suggest("tea-0"):
        told = rec.explain("tea-0", one.article_id)
        assert dataclasses.replace(told, signals={}) == one.reason
        assert told.sentences[0] == "it fills a place as one of the newest with the topic drinks"


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Article(id="x"), "it has neither title nor excerpt nor topics"),
        (Article(id="x", title="Zeppelin"), "no other article shares a word with it"),
        (Article(id="x", title="the of and"), "no other article shares a word with it"),
    ],
)
def test_an_article_without_a_known_word_has_no_suggestion_and_a_reason(rec, item, why):
    """An empty list is an honest answer."""
    assert rec.suggest(item) == []
    assert rec.answer(item).reason_for_none == why


def test_a_list_below_the_threshold_says_so(rec):
    """With the best score."""
    strict = Recommender(settings(min_score=1.0)).fit(Corpus([*map(rec.article, rec.article_ids)]))
    assert strict.suggest("tea-0") == []
    assert strict.answer("tea-0").reason_for_none.startswith("no article reaches the score 1.00; the best has 0.")


@pytest.mark.parametrize("n_articles", [0, 1, 2])
def test_tiny_sites_are_no_exception(corpus, n_articles):
    """K larger than the site included."""
    rec = Recommender(settings()).fit(Corpus(list(corpus)[:n_articles]))
    answers = dict(rec.suggest_all(k=50))
    assert len(answers) == n_articles
    assert all(len(found) < max(1, n_articles) for found in answers.values())


def test_headlines_that_share_a_day_or_a_form_are_not_related():
    """What reads as a subject relates them all the same, and a day in a name does."""
    titles = [
        "Story time on Wednesdays",
        "The pool is closed on Wednesday",
        "Review: Owl Hill",
        "Review: a toaster",
        "Black Friday: what the grocers say",
        "Black Friday drew few to the high street",
    ]
    rec = Recommender().fit(Corpus([Article(id=title, title=title) for title in titles]))
    assert {(title, one.article_id) for title in titles for one in rec.suggest(title)} == {
        (titles[-1], titles[-2]),
        (titles[-2], titles[-1]),
    }


def test_forms_of_headlines_without_spaces_relate_nothing():
    """A notice, a turn such as "on" or "how", the number of a meeting."""
    titles = [
        "臨時休館のお知らせ",
        "夏祭りのお知らせ",
        "第3回読書会について",
        "第5回清掃について",
        "关于停水的通知",
        "关于选举的通知",
    ]
    language = ["ja", "ja", "ja", "ja", "zh", "zh"]
    articles = [Article(id=title, title=title, language=code) for title, code in zip(titles, language, strict=True)]
    rec = Recommender().fit(Corpus(articles, site_language="ja"))
    assert not any(rec.suggest(title) for title in titles)


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_k_must_be_a_whole_number_from_1(rec, k):
    """And the message says what was given."""
    with pytest.raises(RecommenderError, match="k must be a whole number from 1, but is"):
        rec.suggest("tea-0", k=k)


def test_asking_before_fit_is_an_error_with_its_cure():
    """Not an empty answer."""
    with pytest.raises(NotFittedError, match=r"Call fit\(corpus\) first"):
        Recommender().suggest("tea-0")


def test_an_unknown_id_is_an_error_that_names_the_nearest(rec):
    """It is a KeyError too, for those who catch that."""
    with pytest.raises(UnknownArticleError, match=r"no article has the id 'tea-00'. Did you mean 'tea-0'?") as caught:
        rec.suggest("tea-00")
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2024-01-30-quillon", "_news/2024-01-30-quillon-raises-money-for-its-lamps"),
        ("quillon", "_news/2024-01-30-quillon-raises-money-for-its-lamps"),
        ("2024-12-30-2023", "_news/2024-12-30-2024"),
    ],
)
def test_the_beginning_of_an_id_names_it(typed, meant):
    """Before what is merely spelled like it; then a part of an id."""
    known = ["_news/2024-12-30-2024", "_news/2024-01-30-quillon-raises-money-for-its-lamps", "_news/2024-01-30-quilt"]
    assert f"Did you mean {meant!r}?" in str(UnknownArticleError(typed, known))


def test_update_gives_what_a_fit_with_the_same_frequencies_gives(rec, corpus):
    """Adding everything again, or removing and adding, changes no answer."""
    before = dict(rec.suggest_all(min_score=0))
    rec.update(added=list(corpus)[3:6])
    assert dict(rec.suggest_all(min_score=0)) == before
    rec.update(removed=["tea-1"])
    assert "tea-1" not in rec.article_ids
    assert "tea-1" not in ids(rec.suggest("tea-0", k=10, min_score=0))
    rec.update(added=[corpus["tea-1"]])
    assert dict(rec.suggest_all(min_score=0)) == before


def test_an_update_with_an_unknown_id_changes_nothing(rec, corpus):
    """Whole or not at all."""
    with pytest.raises(UnknownArticleError):
        rec.update(added=[article("new", "green tea")], removed=["tea-0", "nobody"])
    assert rec.article_ids == sorted(corpus.ids)
    assert "tea-0" in ids(rec.suggest("tea-1", k=10, min_score=0))


def test_changes_are_what_update_needs(rec, corpus):
    """New, changed and gone."""
    changed = dataclasses.replace(corpus["tea-0"], excerpt="New words.")
    now = Corpus(
        [
            changed,
            article("new", "", excerpt="green tea"),
            *(item for item in corpus if item.id not in ("tea-0", "bike-3")),
        ]
    )
    added, removed = rec.changes(now)
    assert ([item.id for item in added], removed) == (["new", "tea-0"], ["bike-3"])
    rec.update(added, removed)
    assert rec.changes(now) == ([], [])
    assert rec._fitted().state.fingerprint == Recommender(settings()).fit(now)._fitted().state.fingerprint


def test_an_explanation_names_shared_words_fields_and_dates(rec):
    """The shares of the fields are the whole similarity."""
    reason = rec.explain("tea-0", "tea-1")
    assert {term.term for term in reason.shared_terms if term.field == "title"} == {"tea", "leaves"}
    assert sum(reason.fields.values()) == pytest.approx(1, abs=1e-3)
    assert reason.gap_days == 1.0
    assert reason.obstacle == ""
    assert "1 day apart" in reason.sentences
    assert any(
        sentence.startswith("both name ") and sentence.endswith(" in the title") for sentence in reason.sentences
    )


def test_an_explanation_says_why_a_candidate_is_not_in_the_list(corpus):
    """Every way of not being there has its sentence."""
    listing = with_list(corpus["tea-0"], "tea-1")
    rest = [item for item in corpus if item.id != "tea-0"]
    rec = Recommender(settings(k=1)).fit(Corpus([*rest, listing]))
    assert rec.explain("tea-0", "tea-0").obstacle == "it is the article itself"
    assert rec.explain("tea-0", "tea-1").obstacle == "it is in the article's curated list already"
    assert rec.explain("tea-0", "bike-0").obstacle == "its text has nothing in common with that of the article"
    assert rec.explain("tea-1", ids(rec.suggest("tea-1", k=2, min_score=0))[1]).obstacle == (
        "it is number 2 of the candidates, and the list ends at 1 (ranking.k)"
    )
    full = Recommender(settings(k=1, fill=True)).fit(Corpus([*rest, listing]))
    assert full.explain("tea-0", "tea-2").obstacle == full.answer("tea-0").reason_for_none
    assert full.explain("tea-0", "tea-1").obstacle == "it is in the article's curated list already"
    strict = Recommender(settings(min_score=1.0)).fit(Corpus([*rest, listing]))
    assert strict.explain("tea-2", "tea-3").obstacle.endswith("is below the threshold 1.000")


def test_threads_may_ask_while_another_updates(rec):
    """Every answer is that of some moment, and none fails."""
    failures = []

    def ask():
        for _ in range(50):
            try:
                found = ids(rec.suggest("tea-0", k=10, min_score=0))
                assert len(found) == len(set(found)) >= 3
            except Exception as error:  # noqa: BLE001  # whatever goes wrong in a thread must reach the test
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for day in range(20):
        rec.update(added=[article(f"more-{day}", "green tea leaves", day=day)])
    for thread in threads:
        thread.join()
    assert failures == []


def test_whoever_asks_while_it_is_fitted_again_gets_what_was_there(rec, monkeypatch):
    """All of a fit takes the place of the earlier one at once: vectors of two vocabularies never meet."""
    draft = article("draft", "green tea in a cup")
    before, meanwhile = rec.suggest(draft), []

    def choosing(*given, **named):
        meanwhile.append((rec.suggest(draft), rec.ranker_decision))
        return choosing_it(*given, **named)

    decision, choosing_it = rec.ranker_decision, model.choose_ranker
    monkeypatch.setattr(model, "choose_ranker", choosing)
    rec.fit(Corpus([article("hill", "a hill of stones"), article("stone", "stones of a hill")]))
    assert meanwhile == [(before, decision)]
    assert before
    assert ids(rec.suggest("hill", min_score=0)) == ["stone"]


def test_an_answer_is_what_is_suggested_or_why_nothing_is(rec):
    """Of an article and of a draft, by one ranking."""
    for asked in ("tea-0", article("draft", "green tea in a cup")):
        answer = rec.answer(asked, k=2)
        assert (list(answer.suggestions), answer.reason_for_none) == (rec.suggest(asked, k=2), "")
        assert answer.article_id == getattr(asked, "id", asked)
    nothing = rec.answer("tea-0", min_score=1)
    assert (nothing.suggestions, nothing.reason_for_none[:30]) == ((), "no article reaches the score 1")


def test_before_a_fit_there_is_nothing_to_tell():
    """Its attributes are there all the same."""
    rec = Recommender()
    assert (rec.ranker_name, rec.ranker_decision, rec.ranker_check, rec.list_audit) == ("similarity", "", None, None)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda rec: pickle.loads(pickle.dumps(rec))])
def test_a_copy_answers_as_the_original_and_goes_its_own_way(rec, copied):
    """A fitted recommender can be handed to another process as it is; the lock of its updates stays behind."""
    twin = copied(rec)
    assert dict(twin.suggest_all()) == dict(rec.suggest_all())
    twin.update(removed=["tea-0"])
    assert "tea-0" in rec.article_ids
    assert "tea-0" not in twin.article_ids


def test_the_best_score_is_as_elsewhere_but_reaches_nothing(corpus, rec):
    """Why there is no suggestion has the score as an explanation has it, and never one that would have been enough."""
    best = rec.suggest("tea-0", min_score=0)[0].score
    for least, told in ((best + 0.012, best), (best + 0.0001, round(best + 0.0001, 2) - 0.01)):
        strict = Recommender(settings(min_score=least)).fit(corpus)
        (answer,) = strict.answers(only=["tea-0"])
        assert answer.reason_for_none == f"no article reaches the score {least:.2f}; the best has {told:.2f}"


def test_lists_that_name_hardly_an_article_teach_nothing(corpus):
    """Where most entries of the curated lists name no article, similarity decides, and that is said."""
    reading = Reading(matched={"url": 1, "unmatched": 2})
    rec = Recommender().fit(Corpus(corpus, reading=reading))
    assert (rec.ranker_name, rec.ranker_decision) == (
        "similarity",
        "similarity: most of what the curated lists name is no article of the site",
    )


def test_what_is_never_suggested_takes_no_place():
    """By a rule or by its own mark: behind it the others are found, and where there are none, that is why."""
    many = [article(f"ad-{n}", "green tea leaf offer", day=n) for n in range(40)]
    few = [article(f"tea-{n}", f"green tea number {n}", day=n) for n in range(4)]
    shy = dataclasses.replace(article("shy", "green tea leaf offer"), marks=("never-suggest",))
    asked = {"ranking": {"ranker": "similarity", "min_score": 0}, "rules": {"never": ["ad-*"]}}
    rec = Recommender(settings_from_mapping(asked)).fit(Corpus([*many, *few, shy]))
    assert {*ids(rec.suggest("ad-0", k=4))} == {one.id for one in few}
    assert rec.explain("ad-0", "shy").obstacle == (
        "its front matter asks never to suggest it (recommender: never-suggest)"
    )
    rec.update(removed=[one.id for one in few])
    none = "there is no other article in its language that may be suggested"
    assert rec.answer("shy").reason_for_none == none
    rec.update(removed=[one.id for one in many[1:]])
    why = "its front matter asks never to suggest it (recommender: never-suggest)"
    assert rec.answer("ad-0").reason_for_none == f"{none}; of most the reason is: {why}"
