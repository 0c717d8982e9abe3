"""What the Python API says where it is given something else than it takes."""

import copy
import math

import pytest
from teas_and_bicycles import settings, teas_and_bicycles

from recommender import (
    Article,
    Corpus,
    Recommender,
    evaluate,
    load_model,
    read_article,
    read_decisions,
    read_jsonl,
    read_settings,
    read_site,
)
from recommender.errors import (
    ArticleError,
    CorpusError,
    DecisionsError,
    ModelError,
    OptionError,
    RecommenderError,
    SettingsError,
    SiteError,
    WriteError,
)


@pytest.fixture
def rec():
    """Fitted on four articles on tea and four on bicycles."""
    return Recommender(settings()).fit(teas_and_bicycles())


def test_what_is_no_corpus_and_no_article():
    """The API says what to pass where it is given something else."""
    articles = [Article(id="black", title="Black tea"), Article(id="green", title="Green tea")]
    with pytest.raises(CorpusError, match=r"fit takes a Corpus, but was given a list\. Make one: Corpus\(articles\)"):
        Recommender().fit(articles)
    recommender = Recommender().fit(Corpus(articles))
    with pytest.raises(CorpusError, match=r"changes takes a Corpus, but was given a list\."):
        recommender.changes(articles)
    with pytest.raises(CorpusError, match=r"an Article or the id of one, but this is a NoneType\."):
        recommender.suggest(None)
    with pytest.raises(ArticleError, match=r"draft: title must be text, but is None\."):
        recommender.suggest(Article(id="draft", title=None))
    with pytest.raises(CorpusError, match=r"Article\(id=.* is no list of articles\."):
        recommender.update(added=articles[0])
    with pytest.raises(CorpusError, match=r"removed must be a list of ids, but is 'black'\. Make one: \[id\]\."):
        recommender.update(removed="black")
    with pytest.raises(CorpusError, match=r"removed must be a list of ids, which are texts, but 3 stands in it\."):
        recommender.update(removed=[3])
    with pytest.raises(CorpusError, match=r"only must be a list of ids, but is 'black'\. Make one: \[id\]\."):
        list(recommender.suggest_all(only="black"))
    for shown in ("black", None):
        with pytest.raises(CorpusError, match=rf"shown must be a list of ids, but is {shown!r}\. Make one: \[id\]\."):
            recommender.suggest(articles[0], shown=shown)
    with pytest.raises(CorpusError, match=r"an article is asked for by its id, which is a text, but this is None\."):
        recommender.explain(articles[0], None)
    with pytest.raises(OptionError, match=r"measures must be a list of measures, but is 'P@1'\. Make one: \[measure\]"):
        evaluate(Corpus(articles), measures="P@1")
    with pytest.raises(CorpusError, match=r"evaluate takes a Corpus, but was given a str\."):
        evaluate("path/to/site")
    with pytest.raises(SettingsError, match=r"settings must be Settings, but are a dict\. Make them: "):
        Recommender({"ranking": {"k": 3}})


def test_decisions_of_another_type_are_told(rec):
    """Given or set later, they are the decisions of a site, as they are read."""
    told = r"decisions must be Decisions, but are a list\. Read them: read_decisions\(site\)\."
    with pytest.raises(DecisionsError, match=told):
        Recommender(decisions=[1])
    changed = copy.copy(rec)
    changed.decisions = [1]
    with pytest.raises(DecisionsError, match=told):
        changed.suggest("tea-0")


@pytest.mark.parametrize("least", ["x", math.nan, 2, -1, True])
def test_a_least_score_must_be_a_number_from_0_to_1(rec, least):
    """Above 1 nothing would be suggested, and nobody would know why."""
    with pytest.raises(RecommenderError, match="min_score must be a number from 0 to 1, but is"):
        rec.suggest("tea-0", min_score=least)


@pytest.mark.parametrize(
    ("ask", "error", "name"),
    [
        (read_site, SiteError, "site"),
        (read_jsonl, SiteError, "path"),
        (read_article, SiteError, "path_or_text"),
        (read_decisions, SiteError, "site"),
        (read_settings, SettingsError, "path"),
        (load_model, ModelError, "folder"),
        (Recommender().fit(teas_and_bicycles()).save, WriteError, "folder"),
    ],
)
def test_what_is_no_path(ask, error, name):
    """Where a file or a folder is to be named, what is no path is told by its kind."""
    with pytest.raises(
        error, match=rf"^{name} must be a path, but is a NoneType\. Give the name of a file or a folder\."
    ):
        ask(None)


def test_what_is_no_list_of_articles_and_no_day(tmp_path):
    """Articles are told from other things wherever they are taken in; a day from a number."""
    with pytest.raises(CorpusError, match=r"^None is no list of articles\."):
        Corpus(None)
    with pytest.raises(CorpusError, match=r"^1 stands among articles, but is none\."):
        read_decisions(tmp_path, [1])
    with pytest.raises(OptionError, match=r"^--test-from must be a day such as 2021-04-01, but is 5\."):
        evaluate(teas_and_bicycles(), test_from=5)
