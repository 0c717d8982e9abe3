"""Every system passes one suite, ours and the baselines; then what is special to each baseline."""

import dataclasses
import sys

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender import Article, Corpus, Recommender
from recommender.errors import MissingExtraError, UnknownArticleError
from recommender.evaluation.baselines import BASELINES, Bm25, Newest, Random, SharedTopics, Tfidf
from recommender.evaluation.judgments import page_key, plain_text
from recommender.evaluation.systems import SYSTEMS, System, contenders
from recommender.settings import Settings, settings_from_mapping


def new_system(name):
    """An unfitted system of this name; learning is told to stay out of the way of a corpus of eighty."""
    settings = settings_from_mapping({"ranking": {"n_jobs": 1, "ranker": "similarity"}})
    return BASELINES[name]() if name in BASELINES else Recommender(settings)


@pytest.fixture(params=[*BASELINES, "similarity"])
def system(request, small_corpus):
    """Each system, fitted on the small corpus."""
    return new_system(request.param).fit(small_corpus)


# the contract ------------------------------------------------------------------------------------------------------


def test_has_the_shape_of_a_system(system):
    """What the protocols call is there."""
    assert isinstance(system, System)


def test_no_self_no_twice_no_more_than_k_all_known(system, small_corpus):
    """No article suggests itself under any address, no page twice; at most k; every id exists; ranks count from 1."""
    for article in small_corpus:
        suggestions = system.suggest(dataclasses.replace(article, related=()), k=4, min_score=0)
        pages = [page_key(small_corpus[suggestion.article_id]) for suggestion in suggestions]
        assert page_key(article) not in pages
        assert len(set(pages)) == len(pages) <= 4
        assert [suggestion.rank for suggestion in suggestions] == list(range(1, len(suggestions) + 1))


def test_scores_fall_and_lie_between_0_and_1(system, small_corpus):
    """The best first, each score in [0, 1] and rounded to six places."""
    for article in small_corpus[:20]:
        scores = [suggestion.score for suggestion in system.suggest(article.id, k=10, min_score=0)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 and score == round(score, 6) for score in scores)


def test_fewer_is_the_start_of_more(system, small_corpus):
    """Three suggestions are the first three of ten."""
    for article in small_corpus[:20]:
        three, ten = (system.suggest(article.id, k=k, min_score=0) for k in (3, 10))
        assert [s.article_id for s in three] == [s.article_id for s in ten][:3]


def test_a_higher_threshold_only_shortens_from_the_end(system, small_corpus):
    """What a threshold leaves is the start of what there is without one."""
    article = small_corpus[10]
    everything = system.suggest(article.id, k=10, min_score=0)
    for least in (0.01, 0.1, 0.5, 0.9):
        kept = system.suggest(article.id, k=10, min_score=least)
        assert [s.article_id for s in kept] == [s.article_id for s in everything if s.score >= least]


def test_equal_articles_are_ordered_newer_first_then_by_id(request, make_article, day):
    """Of three articles with the same text, the newer comes first, and of two of one day the smaller id."""
    same = {"title": "green tea leaves", "excerpt": "hot water", "topics": ("tea",), "language": "en"}
    corpus = Corpus(
        [
            *(make_article(name, n, **same) for name, n in (("old", 0), ("y", 5), ("x", 5))),
            make_article("other", 1, title="racing bicycle", topics=("bicycle",), language="en"),
            make_article("third", 2, title="wooden table", topics=("table",), language="en"),
        ]
    )
    query = make_article("query", 9, **same)
    for name in ("tfidf", "bm25", "shared-topics", "newest"):
        found = [s.article_id for s in new_system(name).fit(corpus).suggest(query, k=10, min_score=0)]
        places = [found.index(f"_news/{other}") for other in ("x", "y", "old")]
        assert places == sorted(places), name


@pytest.mark.parametrize("name", [*BASELINES, "similarity"])
def test_the_next_suggestion_sees_an_update(name, small_corpus, make_article):
    """An article that is added is a candidate at once; one whose id is known replaces the earlier."""
    system = new_system(name).fit(small_corpus)
    first = small_corpus[0]
    twin = dataclasses.replace(
        first, id="_news/new", url="https://site.example/new", published_at=make_article("x", 200).published_at
    )
    system.update(added=[twin])
    query = dataclasses.replace(first, related=())
    assert "_news/new" in [s.article_id for s in system.suggest(query, k=100, min_score=0)]
    changed = dataclasses.replace(twin, title="zzz", excerpt="qqq", topics=("none",), published_at=first.published_at)
    system.update(added=[changed])
    found = [s for s in system.suggest(query, k=100, min_score=0) if s.article_id == "_news/new"]
    assert [s.title for s in found] == (["zzz"] if name in ("newest", "random") else [])


@pytest.mark.parametrize("name", [*BASELINES, "similarity"])
def test_only_known_articles_are_suggested(name, small_corpus):
    """Fitted on half of the corpus, nothing of the other half comes up."""
    half = small_corpus[:40]
    system = new_system(name).fit(half)
    for article in small_corpus[40:60]:
        assert all(s.article_id in half for s in system.suggest(dataclasses.replace(article, related=()), 10, 0))


def test_an_unknown_id_is_an_error(system):
    """Asking for an article that is not there names the nearest."""
    with pytest.raises(UnknownArticleError, match=r"Did you mean '_news/a1"):
        system.suggest("_news/a1x", k=3, min_score=0)


@pytest.mark.parametrize("name", [*BASELINES, "similarity"])
def test_lists_change_nothing(name, small_corpus, make_article):
    """Systems that are not told how lists grow must not care: other lists, same answers."""
    without = Corpus(dataclasses.replace(article, related=()) for article in small_corpus)
    one, other = new_system(name).fit(small_corpus), new_system(name).fit(without)
    for article in small_corpus[:30]:
        query = dataclasses.replace(article, related=())
        answers = [
            [(s.article_id, s.score) for s in system.suggest(query, k=10, min_score=0)] for system in (one, other)
        ]
        assert answers[0] == answers[1]


@pytest.mark.parametrize("name", list(BASELINES))
def test_corpora_without_words(name):
    """An empty corpus, and one without a word, answer with what they can: no error."""
    query = Article(id="q", title="tea")
    assert BASELINES[name]().fit(Corpus()).suggest(query, k=3, min_score=0) == []
    system = BASELINES[name]().fit(Corpus([Article(id="a"), Article(id="b")]))
    system.update(added=[Article(id="c", title="tea")])
    assert len(system.suggest(query, k=9, min_score=0)) == (3 if name in ("newest", "random") else 0)


# each baseline -----------------------------------------------------------------------------------------------------


def test_tfidf_is_the_naive_recipe(small_corpus):
    """Scores are the cosines of a plain `TfidfVectorizer`."""
    vectors = TfidfVectorizer().fit_transform([plain_text(article) for article in small_corpus])
    cosines = np.round((vectors @ vectors.T).toarray(), 6)
    system = Tfidf().fit(small_corpus)
    row = {article.id: number for number, article in enumerate(small_corpus)}
    for article in small_corpus:
        found = {s.article_id: s.score for s in system.suggest(article.id, k=100, min_score=0)}
        others = {other.id for other in small_corpus if page_key(other) != page_key(article)}
        expected = {
            other: cosines[row[article.id], row[other]] for other in others if cosines[row[article.id], row[other]]
        }
        assert found == {other: pytest.approx(expected[other], abs=2e-6) for other in found}
        assert len(found) >= len(expected) - 1  # one of the two files at one address falls away


def test_tfidf_looks_past_a_tie_at_the_cut(make_article):
    """Of fifty equal articles the newest is found, wherever it stands in the index."""
    for newest in (0, 25, 49):
        same = [make_article(f"t{n:02}", 99 if n == newest else 1, title="green tea", excerpt="") for n in range(50)]
        corpus = Corpus([*same, make_article("other", 2, title="racing bicycle", excerpt="")])
        (best,) = Tfidf().fit(corpus).suggest(Article(id="q", title="green tea"), k=1, min_score=0)
        assert best.article_id == f"_news/t{newest:02}"


def test_tfidf_learns_no_words_after_the_fit(make_article):
    """A word that came later joins nothing: vectors are those of the past."""
    corpus = Corpus([make_article("a", 0, title="green tea"), make_article("b", 1, title="racing bicycle")])
    system = Tfidf().fit(corpus)
    system.update(added=[make_article("c", 2, title="zeppelin")])
    assert system.suggest(Article(id="q", title="zeppelin"), k=5, min_score=0) == []


def test_bm25_prefers_the_rare_word(make_article):
    """Of two articles with one word in common, that with the rarer word comes first."""
    titles = ["common one", "common two", "common three", "rare four", "five six", "seven eight", "nine ten"]
    corpus = Corpus(make_article(f"a{n}", n, title=title) for n, title in enumerate(titles))
    best = Bm25().fit(corpus).suggest(Article(id="q", title="rare common"), k=2, min_score=0)
    assert best[0].article_id == "_news/a3"


def test_bm25_without_its_library(monkeypatch, small_corpus):
    """The message names the command that installs it."""
    monkeypatch.setitem(sys.modules, "rank_bm25", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recommender\[report\]'"):
        Bm25().fit(small_corpus)


def test_newest(small_corpus):
    """The same for all: the last days, and of two of one day the smaller id; the undated never before them."""
    found = [s.article_id for s in Newest().fit(small_corpus).suggest("_news/a0", k=3, min_score=0)]
    assert found == ["_news/a78", "_news/a79", "_news/a77"]


def test_random_is_chance_but_not_whim(small_corpus):
    """The same pair has the same score in any company; another seed, another order; all articles come up."""
    query = small_corpus[0]
    whole = {s.article_id: s.score for s in Random().fit(small_corpus).suggest(query, k=100, min_score=0)}
    half = {s.article_id: s.score for s in Random().fit(small_corpus[:40]).suggest(query, k=100, min_score=0)}
    assert half == {article_id: whole[article_id] for article_id in half}
    other = {s.article_id: s.score for s in Random(seed=1).fit(small_corpus).suggest(query, k=100, min_score=0)}
    assert list(other) != list(whole)
    system = Random().fit(small_corpus)
    scores = [s.score for article in small_corpus for s in system.suggest(article.id, k=100, min_score=0)]
    assert np.mean(scores) == pytest.approx(0.5, abs=0.01)
    assert np.std(scores) == pytest.approx(1 / np.sqrt(12), abs=0.01)


def test_shared_topics_is_the_share_of_topics(make_article):
    """Two of three topics shared is 2/3; none shared is no suggestion."""
    topics = {"both": ("tea", "green"), "one": ("tea",), "none": ("bicycle",)}
    corpus = Corpus(make_article(name, n, topics=value) for n, (name, value) in enumerate(topics.items()))
    query = Article(id="q", topics=("tea", "green", "hot"))
    found = {s.article_id: s.score for s in SharedTopics().fit(corpus).suggest(query, k=5, min_score=0)}
    assert found == {"_news/both": pytest.approx(2 / 3, abs=1e-6), "_news/one": pytest.approx(1 / 3, abs=1e-6)}


# who is scored -----------------------------------------------------------------------------------------------------


def test_four_are_always_scored_and_the_rest_on_request():
    """Plain TF-IDF, similarity, learned and the product as it comes, in the order of the tables."""
    settings = Settings()
    usual = ["tfidf", "similarity", "learned", "shown"]
    for asked, expected in (
        (None, usual),
        (["newest"], ["newest", *usual]),
        (["all"], [*SYSTEMS]),
        ("all", [*SYSTEMS]),
    ):
        assert [contender.name for contender in contenders(asked, settings)] == expected
    without = settings_from_mapping({"ranking": {"ranker": "similarity"}})
    assert [contender.name for contender in contenders(None, without)] == ["tfidf", "similarity", "shown"]


def test_a_baseline_of_one_language(small_corpus):
    """Told of a language, a baseline suggests in it only, and what it leaves out gives its place to the next."""
    mixed = Corpus(
        dataclasses.replace(article, language="de" if number % 2 else "en")
        for number, article in enumerate(small_corpus)
    )
    everything = Tfidf().fit(mixed).suggest(mixed[0], k=100)
    english = Tfidf(language="en").fit(mixed).suggest(mixed[0], k=5)
    assert [s.article_id for s in english] == [
        s.article_id for s in everything if mixed[s.article_id].language == "en"
    ][:5]


@pytest.mark.parametrize("declared", ["", "en-GB", "EN"])
def test_articles_that_declare_no_language_are_in_that_of_the_site(small_corpus, declared):
    """So a baseline of one language suggests them, however they write it."""
    articles = [dataclasses.replace(article, language=declared) for article in small_corpus]
    site = Corpus(articles, site_language="en")
    assert Tfidf(language="en").fit(site).suggest(site[0]) == Tfidf().fit(site).suggest(site[0])
