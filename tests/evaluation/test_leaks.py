"""
Planted leaks: corpora in which knowing too much gives a perfect score, and nothing else gives any.

Spies are systems that answer from forbidden knowledge whenever they get hold of it, and by chance otherwise. Under the
protocols as they are, spies and real systems alike must stay at chance. Then the protocols are broken on purpose, one
way at a time, and the same spies must be caught: a detector that never rings proves nothing.
"""

import dataclasses
import random

import pytest

from recommender import Corpus, Recommender, RelatedEntry, Suggestion, evaluate
from recommender.articles import EntryShape
from recommender.evaluation import protocols, simulate
from recommender.evaluation.baselines import BASELINES, Random
from recommender.settings import settings_from_mapping
from recommender.suggestions import Reason

#: Two to four of about sixty known articles are right: chance is below a tenth.
CHANCE, PERFECT = 0.2, 0.9

N_ARTICLES = 90


class Spy(Random):
    """Chance, until it learns something."""

    def fit(self, corpus):
        """Listen, too."""
        self.told = {}
        for article in corpus:
            self._hear(article)
        return super().fit(corpus)

    def update(self, added):
        """Listen, too."""
        for article in added:
            self._hear(article)
        super().update(added)

    def _hear(self, article):
        self.told[article.url] = article

    def suggest(self, article, k=5, min_score=0.0):
        """The older articles that `find` names, or chance."""
        found = [self.told[url] for url in dict.fromkeys(self.find(article)) if url in self.told]
        older = [other for other in found if other.url != article.url and other.published_at < article.published_at]
        sure = Reason(1.0, 1.0)
        best = [Suggestion.of(rank, other, sure, EntryShape()) for rank, other in enumerate(older, start=1)]
        return best[:k] or super().suggest(article, k, min_score)

    def find(self, article):
        """The addresses of what must be right, if it is known."""
        return []


class ReadsTheHiddenList(Spy):
    """Answers with the list of the article itself, if anybody shows it."""

    def find(self, article):
        """See the class."""
        found = self.told.get(article.url, article)
        return [entry.url for entry in (*article.related, *found.related)]


class ReadsLaterArticles(Spy):
    """Answers with the list of an article of the same words, which in these corpora is always a later one."""

    def find(self, article):
        """See the class."""
        twins = [other for other in self.told.values() if other.title == article.title and other.url != article.url]
        return [entry.url for other in twins for entry in other.related]


class ReadsLaterLists(Spy):
    """Answers with the articles whose lists name the query, which was published after them."""

    def find(self, article):
        """See the class."""
        return [other.url for other in self.told.values() if any(e.url == article.url for e in other.related)]


SPIES = (ReadsTheHiddenList, ReadsLaterArticles, ReadsLaterLists)


@pytest.fixture(scope="module")
def planted(make_article, random_text):
    """
    Articles of random words whose lists are drawn at random from the older ones.

    All lists go both ways, and at the end every article has a later twin with its words and its list.
    """
    drawn = random.Random(0)
    lists = {number: set() for number in range(N_ARTICLES)}
    for number in range(6, N_ARTICLES):
        for other in drawn.sample(range(number), drawn.randint(2, 4)):
            lists[number].add(other)
            lists[other].add(number)

    def article(name, day, number):
        related = [f"a{other:03}" for other in sorted(lists[number])]
        return make_article(
            name,
            day,
            related,
            title=random_text(number, 4),
            excerpt=random_text(1000 + number),
            topics=("all",),
            language="en",
        )

    articles = [article(f"a{number:03}", number, number) for number in range(N_ARTICLES)]
    twins = [article(f"z{number:03}", N_ARTICLES + number, number) for number in range(N_ARTICLES)]
    return Corpus(articles), twins


def score(corpus, systems, quick, first_day, **options):
    """nDCG@10 of each system over the queries of the first articles, not of their twins."""
    report = evaluate(corpus, quick, test_from=first_day, systems=systems, **options)
    wanted = [number for number, name in enumerate(report.queries["ids"]) if name.startswith("_news/a")]
    assert len(wanted) > 40
    values = report.queries["values"]
    return {name: sum(values[name]["nDCG@10"][n] for n in wanted) / len(wanted) for name in systems}


@pytest.fixture(scope="module")
def whole(planted):
    """The articles and their later twins."""
    articles, twins = planted
    return Corpus([*articles, *twins])


def test_spies_learn_nothing_from_publish_time(whole, quick, day):
    """Neither the hidden list, nor a later article, nor a later list reaches a system in time."""
    found = score(whole, {spy.__name__: spy for spy in SPIES}, quick, day(46))
    assert all(value < CHANCE for value in found.values()), found


def product(ranker):
    """A maker of recommenders with one ranker."""
    return lambda: Recommender(settings_from_mapping({"ranking": {"ranker": ranker, "n_jobs": 1}}))


@pytest.mark.parametrize("name", [*BASELINES, "similarity", "auto"])
def test_real_systems_stay_at_chance_in_publish_time(whole, quick, day, name):
    """Where lists are chance, the product and every baseline are no better than chance."""
    found = score(whole, {name: BASELINES.get(name) or product(name)}, quick, day(46))
    assert found[name] < CHANCE


def test_spies_learn_nothing_from_replay(planted, quick):
    """The hidden list is not shown, and no list of a later article is known when it is asked."""
    articles, _ = planted
    site, later = articles[:45], articles[45:]
    known = {article.url for article in site}

    def as_it_stood(article):
        return dataclasses.replace(article, related=tuple(e for e in article.related if e.url in known))

    site = site.with_articles(map(as_it_stood, site))
    arrivals = []
    for article in later:
        arrivals.append(as_it_stood(article))
        known.add(article.url)
    report = evaluate(site, quick, "replay", later=arrivals, systems={spy.__name__: spy for spy in SPIES})
    assert report.n_queries > 40
    assert all(figures["nDCG@10"] < CHANCE for figures in report.systems.values()), report.systems


def test_the_hidden_list_stays_hidden_in_whole_site(planted, quick):
    """A fold's lists are nowhere to be read; that others name the query is known, as the protocol says."""
    articles, _ = planted
    systems = {spy.__name__: spy for spy in SPIES}
    report = evaluate(articles, quick, "whole-site", systems=systems)
    assert report.systems["ReadsTheHiddenList"]["nDCG@10"] < CHANCE
    assert report.systems["ReadsLaterArticles"]["nDCG@10"] < CHANCE
    assert report.systems["ReadsLaterLists"]["nDCG@10"] > 0.5


def test_nobody_names_the_query_in_unlisted(planted, quick):
    """Neither its own list nor that of another gives an article away, though both do as the site stands."""
    articles, _ = planted
    report = evaluate(articles, quick, "unlisted", systems={spy.__name__: spy for spy in SPIES})
    assert all(figures["nDCG@10"] < CHANCE for figures in report.systems.values()), report.systems


# the detector is proven --------------------------------------------------------------------------------------------


def show_the_list(monkeypatch):
    """Break: queries keep their list."""
    honest = simulate.Query.of.__func__

    def of(cls, article, judgments, is_known):
        query = honest(cls, article, judgments, is_known)
        return query and dataclasses.replace(query, article=article)

    monkeypatch.setattr(simulate.Query, "of", classmethod(of))


def show_later_articles(monkeypatch):
    """Break: everything is known from the start."""
    honest = protocols._Timeline.known_before
    monkeypatch.setattr(protocols._Timeline, "known_before", lambda line, _: honest(line, len(line.groups)))


def show_later_lists(monkeypatch):
    """Break: lists are not cut."""
    monkeypatch.setattr(protocols._Timeline, "as_known", lambda line, article, moment: article)


@pytest.mark.parametrize(
    ("break_it", "spy"),
    [
        (show_the_list, ReadsTheHiddenList),
        (show_later_articles, ReadsLaterArticles),
        (show_later_lists, ReadsLaterLists),
    ],
)
def test_a_broken_protocol_is_caught(whole, quick, day, monkeypatch, break_it, spy):
    """The spy that stayed at chance is all but perfect as soon as the protocol tells too much."""
    break_it(monkeypatch)
    assert score(whole, {"spy": spy}, quick, day(46))["spy"] > PERFECT


def test_whole_site_with_copies_is_caught(make_article, random_text, quick, monkeypatch):
    """If copies of a page fell into other folds, a copy's list would be the answer."""
    drawn = random.Random(3)
    names = [f"a{number:02}" for number in range(60)]
    articles = []
    for number, name in enumerate(names):
        related = drawn.sample(names[:number], 3) if number > 10 else []
        for copy in ("", "-copy"):
            address = f"https://site.example/{name}"
            articles.append(make_article(name + copy, number, related, title=random_text(number), url=address))

    class ReadsCopies(Spy):
        def find(self, article):
            return [e.url for other in self.lists if other.url == article.url for e in other.related]

        def _hear(self, article):
            self.told.setdefault(article.url, article)
            self.lists.append(article)

        def fit(self, corpus):
            self.lists = []
            return super().fit(corpus)

    report = evaluate(Corpus(articles), quick, "whole-site", systems={"spy": ReadsCopies})
    assert report.systems["spy"]["nDCG@10"] < CHANCE
    monkeypatch.setattr("recommender.evaluation.judgments.page_key", lambda article: article.id)
    report = evaluate(Corpus(articles), quick, "whole-site", systems={"spy": ReadsCopies})
    assert report.systems["spy"]["nDCG@10"] > 0.8


def test_external_entries_are_no_way_around(make_article, quick, day):
    """A later article cannot be known early as a page of another site: its entry is not handed over at all."""
    future = RelatedEntry(title="The future", url="https://site.example/later", target="https://site.example/later")
    corpus = Corpus([make_article("a", 0, [future]), make_article("q", 1, ["a"]), make_article("later", 2, ["a"])])
    told = []

    class Listens(Spy):
        def find(self, article):
            told.append([entry.title for other in self.told.values() for entry in other.related])
            return []

    evaluate(corpus, quick, test_from=day(1), systems={"listens": Listens})
    assert told == [[], ["Title of a"]]
