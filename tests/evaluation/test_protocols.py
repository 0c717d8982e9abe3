"""What a system is told, and when."""

import dataclasses
import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import Article, Corpus, RelatedEntry
from recommender.errors import EvaluationError
from recommender.evaluation.protocols import parse_day, publish_time, read_later, replay, whole_site


def names(articles):
    """Short names of articles."""
    return [article.id.removeprefix("_news/") for article in articles]


def lists(articles):
    """Short name -> the last part of each address in its list."""
    return {
        article.id.removeprefix("_news/"): [entry.url.rsplit("/")[-1] for entry in article.related]
        for article in articles
    }


def asked(plan, step):
    """Short names of the articles that a step asks."""
    return names(plan.queries[number].article for number in step.asked)


def fold(walk):
    """The numbers of the queries of a walk of one step."""
    (step,) = walk.steps
    return step.asked


def judged(plan):
    """Short name of each query -> short names of the pages judged right."""
    page_names = {page: article_id.removeprefix("_news/") for article_id, page in plan.judgments.pages.items()}
    return {
        query.article.id.removeprefix("_news/"): sorted(page_names[page] for page in query.judged)
        for query in plan.queries
    }


# publish-time ------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(make_article):
    """Five days; every list names all other articles."""
    everyone = ["a", "b", "c", "d", "e"]
    return Corpus(make_article(name, number, everyone) for number, name in enumerate(everyone))


def test_publish_time_in_order(five, day):
    """Each article is asked with the older ones known, then known; lists grow as what they name appears."""
    plan = publish_time(five, day(2))
    assert judged(plan) == {"c": ["a", "b"], "d": ["a", "b", "c"], "e": ["a", "b", "c", "d"]}
    first, second = plan.walks
    assert lists(first.start) == {"a": ["a", "b"], "b": ["a", "b"]}
    steps = first.steps
    assert [asked(plan, step) for step in steps] == [["c"], ["d"]]
    assert lists(steps[0].added) == {"c": ["a", "b", "c"]}
    assert lists(steps[0].grown) == {"a": ["a", "b", "c"], "b": ["a", "b", "c"]}
    assert lists(steps[1].added) == {"d": ["a", "b", "c", "d"]}
    assert lists(steps[1].grown) == {name: ["a", "b", "c", "d"] for name in ("a", "b", "c")}
    # Four are twice two: the second walk begins anew with what is known by then.
    assert lists(second.start) == {name: ["a", "b", "c", "d"] for name in ("a", "b", "c", "d")}
    assert [asked(plan, step) for step in second.steps] == [["e"]]


def test_queries_come_without_their_list(five, day):
    """What is asked is handed over with an empty list, in every protocol."""
    for plan in (publish_time(five, day(2)), whole_site(five)):
        assert all(query.article.related == () for query in plan.queries)


def test_equal_times_are_not_earlier(make_article, day):
    """Articles of one moment are asked together, know nothing of each other, and are then known together."""
    corpus = Corpus([make_article("old", 0), make_article("b", 1, ["c", "old"]), make_article("c", 1, ["b"])])
    plan = publish_time(corpus, day(1))
    assert judged(plan) == {"b": ["old"]}
    assert plan.left_out == {"no older target": 1}
    (step,) = plan.walks[0].steps
    assert asked(plan, step) == ["b"]
    assert lists(step.added) == {"b": ["c", "old"], "c": ["b"]}


def test_who_is_not_asked_and_why(make_article, day):
    """Each article from the day on that is not asked is counted with its reason; those before it are not counted."""
    elsewhere = RelatedEntry(title="Elsewhere", url="https://other.example/x", target="https://other.example/x")
    corpus = Corpus(
        [
            make_article("old", 0),
            make_article("asked", 2, ["old"]),
            make_article("listless", 2),
            make_article("gone", 2, [RelatedEntry(target="/nowhere/")]),
            make_article("external", 2, [elsewhere]),
            make_article("forward", 2, ["last"]),
            make_article("last", 3),
            make_article("undated", None, ["old"]),
            make_article("zcopy", 4, ["old"], url="https://site.example/asked"),
        ]
    )
    plan = publish_time(corpus, day(1))
    assert judged(plan) == {"asked": ["old"]}
    assert plan.left_out == {
        "no list": 2,
        "only gone": 1,
        "only external": 1,
        "no older target": 1,
        "no date": 1,
        "copy": 1,
    }


def test_undated_articles_take_no_part(make_article, day):
    """Nobody can say that they were older: they are neither asked, nor known, nor judged."""
    corpus = Corpus([make_article("old", 0), make_article("undated"), make_article("q", 1, ["old", "undated"])])
    plan = publish_time(corpus, day(1))
    assert names(plan.walks[0].start) == ["old"]
    assert judged(plan) == {"q": ["old"]}


def test_external_pages_are_known_by_their_own_date(make_article, day):
    """A page of another site is known with the first list that names it, unless it is younger than that list."""

    def elsewhere(name, number):
        url = f"https://other.example/{name}"
        return RelatedEntry(title=name, url=url, target=url, published_at=None if number is None else day(number))

    related = [elsewhere("young", 2), elsewhere("old", 0), elsewhere("undated", None)]
    corpus = Corpus(
        [make_article("a", 1, related), *(make_article(name, n, ["a"]) for n, name in ((2, "b"), (3, "c"), (4, "d")))]
    )
    walk, *_ = publish_time(corpus, day(2)).walks
    assert lists(walk.start) == {"a": ["old", "undated"]}
    (step,) = walk.steps
    assert lists(step.grown) == {"a": ["young", "old", "undated"]}


def test_fitted_again_when_the_corpus_has_doubled(make_article, day):
    """From one article on, a system starts anew with 2, 4, 8 and 16 articles, each time from the past only."""
    corpus = Corpus(make_article(f"a{number:02}", number, ["a00"]) for number in range(20))
    walks = publish_time(corpus, day(-100)).walks
    assert [len(walk.start) for walk in walks] == [1, 2, 4, 8, 16]
    assert [names(walk.steps[0].added) for walk in walks] == [["a01"], ["a02"], ["a04"], ["a08"], ["a16"]]


def test_the_latest_fifth_is_asked_when_no_day_is_named(make_article, day):
    """Of twenty articles with a list the last four are asked, and the plan says from when."""
    corpus = Corpus(make_article(f"a{number:02}", number, ["a00"] if number else ()) for number in range(21))
    plan = publish_time(corpus)
    assert len(plan.queries) == 4
    assert plan.test_from == day(17)


def test_nothing_to_score(make_article, day):
    """No list, or no list that names an older article: an error that says why, and what helps on this site."""
    listless = Corpus([make_article("a", 0), make_article("b", 1)])
    no_list = r"list that names another article \(2: the article has no curated list\). Name articles .* --grades FILE"
    with pytest.raises(EvaluationError, match=no_list):
        publish_time(listless)
    with pytest.raises(EvaluationError, match=r"2024-01-02 on names an older one \(1: .*\)\. Name .* --grades"):
        publish_time(listless, day(1))
    later_only = Corpus([make_article("a", 0, ["b"]), make_article("b", 1)])
    with pytest.raises(EvaluationError, match="Choose the protocol whole-site"):
        publish_time(later_only, day(1))
    with pytest.raises(EvaluationError, match=r"\(1: its list names nothing but pages of other sites\)\. Name"):
        whole_site(Corpus([make_article("a", 0, ["gone"])]))


def known_at(plan, number):
    """Everything a system has been told before a query, with the form in which it was told."""
    for walk in plan.walks:
        told = {article.id: article for article in walk.start}
        for step in walk.steps:
            if number in step.asked:
                return told
            told.update((article.id, article) for article in (*step.added, *step.grown))
    raise AssertionError("the query is asked by no walk")


def assert_knows_no_more_than_it_may(plan, corpus):
    """
    Before each query exactly the older articles are known, with exactly the entries that name older articles.

    Written from the protocol's definition, article by article; the plan is the other side.
    """
    by_url = {}
    for article in sorted(corpus, key=lambda a: (a.published_at is None, a.published_at, a.id)):
        if article.published_at is not None:
            by_url.setdefault(article.url, article)
    for number, query in enumerate(plan.queries):
        now = query.article.published_at
        expected = {
            article.id: [e.url for e in article.related if e.url in by_url and by_url[e.url].published_at < now]
            for article in by_url.values()
            if article.published_at < now
        }
        told = known_at(plan, number)
        assert {article_id: [entry.url for entry in a.related] for article_id, a in told.items()} == expected
        assert query.article.related == ()


@st.composite
def corpora(draw):
    """Up to twelve articles on few days, some at one address, their lists in any direction."""
    n = draw(st.integers(2, 12))
    drawn = random.Random(draw(st.integers(0, 10**6)))
    urls = [
        f"https://site.example/{drawn.randrange(n)}" if drawn.random() < 0.2 else f"https://site.example/x{i}"
        for i in range(n)
    ]
    return Corpus(
        Article(
            id=f"a{i:02}",
            title=f"Title {i}",
            url=urls[i],
            published_at=datetime(2024, 1, 1 + drawn.randrange(6), tzinfo=UTC),
            related=tuple(
                RelatedEntry(title="", url=urls[other], target=urls[other])
                for other in drawn.sample(range(n), drawn.randrange(n))
            ),
        )
        for i in range(n)
    )


@settings(max_examples=150, deadline=None)
@given(corpora(), st.integers(1, 6))
def test_publish_time_tells_exactly_what_was_known(corpus, first_day):
    """On any corpus, nothing later is told, and nothing older is kept back."""
    try:
        plan = publish_time(corpus, datetime(2024, 1, first_day, tzinfo=UTC))
    except EvaluationError:
        return
    assert_knows_no_more_than_it_may(plan, corpus)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2021-04-01", "2021-04-01T00:00:00+00:00"), ("2021-04-01T12:00:00+02:00", "2021-04-01T12:00:00+02:00")],
)
def test_days_are_read(text, expected):
    """A day begins at midnight, UTC; a full time stays as it is."""
    assert parse_day(text).isoformat() == expected


def test_a_day_that_is_none():
    """What is no date is told with an example."""
    with pytest.raises(EvaluationError, match="--test-from must be a day such as 2021-04-01, but is 'yesterday'"):
        parse_day("yesterday")


# whole-site --------------------------------------------------------------------------------------------------------


def test_whole_site_hides_one_fold_at_a_time(small_corpus):
    """Each query is asked once; the lists of its fold are hidden and all others are whole, later ones too."""
    plan = whole_site(small_corpus, n_folds=5, seed=0)
    assert len(plan.walks) == 5
    seen = []
    for walk in plan.walks:
        (step,) = walk.steps
        assert (step.added, step.grown) == ((), ())
        pages = {plan.judgments.pages[plan.queries[number].article.id] for number in step.asked}
        for article in small_corpus:
            told = walk.start[article.id]
            assert told.related == (() if plan.judgments.pages[article.id] in pages else article.related)
        seen += step.asked
    assert sorted(seen) == list(range(len(plan.queries)))
    sizes = [len(fold(walk)) for walk in plan.walks]
    assert max(sizes) - min(sizes) <= 1


def test_copies_are_hidden_together(make_article):
    """A copy with a list of its own would give the hidden list away."""
    corpus = Corpus(
        [
            make_article("a", 0, ["b"]),
            make_article("a2", 1, ["b"], url="https://site.example/a"),
            make_article("b", 2, ["c"]),
            make_article("c", 3, ["b"]),
        ]
    )
    plan = whole_site(corpus)
    assert judged(plan) == {"a": ["b"], "b": ["c"], "c": ["b"]}
    assert plan.left_out == {"copy": 1}
    for walk in plan.walks:
        hidden = {article.id for article in walk.start if not article.related}
        assert ("_news/a" in hidden) == ("_news/a2" in hidden)


def test_folds_do_not_depend_on_the_order_of_files(small_corpus):
    """Shuffled articles fall into the same folds; another seed draws others."""
    shuffled = list(small_corpus)
    random.Random(1).shuffle(shuffled)
    folds = [fold(walk) for walk in whole_site(small_corpus).walks]
    assert folds == [fold(walk) for walk in whole_site(Corpus(shuffled)).walks]
    assert folds != [fold(walk) for walk in whole_site(small_corpus, seed=1).walks]


def test_fewer_lists_than_folds(make_article):
    """Two lists make two folds."""
    corpus = Corpus([make_article("a", 0, ["b"]), make_article("b", 1, ["a"]), make_article("c", 2)])
    assert [len(fold(walk)) for walk in whole_site(corpus).walks] == [1, 1]


def test_unlisted_hides_the_article_from_all_lists(small_corpus):
    """A fold's lists are hidden, no other list names a page of the fold, and all else is as it stands."""
    plan = whole_site(small_corpus, unlisted=True)
    assert plan.protocol == "unlisted"
    assert [query.article.id for query in plan.queries] == [q.article.id for q in whole_site(small_corpus).queries]
    for walk in plan.walks:
        pages = {plan.judgments.pages[plan.queries[number].article.id] for number in fold(walk)}
        addresses = {article.url for article in small_corpus if plan.judgments.pages[article.id] in pages}
        assert len(walk.start) == len(small_corpus)
        for article in small_corpus:
            expected = () if article.url in addresses else tuple(e for e in article.related if e.url not in addresses)
            assert walk.start[article.id] == dataclasses.replace(article, related=expected)


# replay ------------------------------------------------------------------------------------------------------------


def test_replay_one_by_one(make_article):
    """Each is asked, then known with its list as first published; what is there already is passed over."""
    corpus = Corpus([make_article("a", 0, ["b"]), make_article("b", 1)])
    later = [
        make_article("d", 3, ["a", "c"]),
        make_article("again", 3, ["a"], url="https://site.example/a"),
        make_article("c", 2, ["d", "b"]),
        make_article("e", 4),
    ]
    plan = replay(corpus, later)
    assert judged(plan) == {"d": ["a"], "c": ["b", "d"]}
    assert plan.left_out == {"copy": 1, "no list": 1}
    (walk,) = plan.walks
    assert list(walk.start) == list(corpus)
    steps = walk.steps
    assert [asked(plan, step) for step in steps] == [["d"], ["c"], []]
    assert [lists(step.added) for step in steps] == [{"d": ["a", "c"]}, {"c": ["d", "b"]}, {"e": []}]


def test_a_later_file_of_the_same_name_is_another_article(make_article):
    """An article at a new address is new, though its file has the name of one that is there."""
    corpus = Corpus([make_article("a", 0)])
    later = [make_article("a", 1, ["a"], url="https://site.example/new")]
    plan = replay(corpus, later)
    assert plan.queries[0].article.id == "https://site.example/new"


FILE = "---\ntitle: {0}\ndate: 2024-01-0{1}\nurl: https://site.example/{0}\n---\n"


def test_later_articles_in_the_order_of_order_json(tmp_path):
    """``order.json`` decides; without it the date does."""
    (tmp_path / "_news").mkdir()
    for name, number in (("x", 3), ("y", 1), ("z", 2)):
        (tmp_path / "_news" / f"{name}.md").write_text(FILE.format(name, number), encoding="utf-8")
    assert names(read_later(tmp_path)) == ["y", "z", "x"]
    order = [{"path": f"_news/{name}.md", "added": "2024-02-01"} for name in ("z", "x", "y")]
    (tmp_path / "order.json").write_text(json.dumps(order), encoding="utf-8")
    assert names(read_later(tmp_path)) == ["z", "x", "y"]


@pytest.mark.parametrize("text", ["[", '["a.md"]', '{"path": 1}', "[{}]"])
def test_an_order_json_that_is_none(tmp_path, text):
    """What ``order.json`` should look like is shown."""
    (tmp_path / "order.json").write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"order\.json: must be a list of entries with a path"):
        read_later(tmp_path)


def test_nothing_to_replay(make_article):
    """Later articles whose lists name nothing that was there: an error that says so."""
    with pytest.raises(EvaluationError, match="no later article names one"):
        replay(Corpus([make_article("a", 0)]), [make_article("b", 1)])
