"""Runs with nothing to do: what they need in order to know that, and what they must not miss."""

import dataclasses
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from teas_and_bicycles import write_tea as tea

from recommender import Article, Corpus, RelatedEntry, read_site
from recommender.batch import fit_site, suggest_site
from recommender.cache import SiteCache
from recommender.errors import GateError, ModelError, WriteError
from recommender.runs import corpus_digest
from recommender.settings import settings_from_mapping
from recommender.writing.plan import Plan


@pytest.fixture
def site(tea_site):
    """Three articles about tea, and a cache of their own."""
    return tea_site


def by(writer="data", **stages):
    """Settings that rank by similarity, which is quick, and write in this way."""
    stages["ranking"] = {"ranker": "similarity", "n_jobs": 1, **stages.get("ranking", {})}
    return settings_from_mapping({**stages, "writing": {"writer": writer, **stages.get("writing", {})}})


def runs(site, settings=None, **arguments):
    """A run; a second one on the same must be remembered, and tell the same."""
    first = suggest_site(site, settings or by(), **arguments)
    second = suggest_site(site, settings or by(), **arguments)
    assert second.is_unchanged
    expected = dataclasses.replace(first, plan=Plan(), seconds=second.seconds, is_unchanged=True)
    # Problems are compared as text: an exception is equal to itself only.
    for run in (second, expected):
        assert run.reading
    assert told(second) == told(expected)
    return first


def told(run):
    """What a run says, problems with their kinds."""
    problems = [[(type(problem), str(problem)) for problem in found] for found in (run.problems, run.reading.problems)]
    reading = dataclasses.replace(run.reading, problems=())
    return repr(dataclasses.replace(run, reading=reading)), problems


@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_nothing_to_do(site, writer):
    """A run with the same inputs computes nothing, touches nothing, and tells the same counts."""
    first = runs(site, by(writer))
    assert (first.is_unchanged, first.outcome.n_suggestions) == (False, 6)
    times = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    assert suggest_site(site, by(writer)).is_unchanged
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == times


def test_same_problems(site):
    """Bad files are told again, though nothing is computed."""
    (site / "_news" / "broken.md").write_text("---\ntitle: a: b\n---\n")
    (site / "_news" / "lonely.md").write_text("---\ntitle: Quarks\nrelated: [no such tea]\n---\n")
    first = runs(site)
    assert [str(problem).partition(":")[0] for problem in first.problems] == ["_news/broken.md"]
    assert first.reading.unmatched
    assert sum(first.outcome.reasons_for_none.values()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda site: tea(site, "red"),
        lambda site: tea(site, "green", "published: false\n"),
        lambda site: (site / "_news" / "green.md").unlink(),
        lambda site: (site / "_data" / "suggested_related.json").unlink(),
        lambda site: (site / "_data" / "suggested_related.json").write_text("{}\n"),
        lambda site: (site / "_news" / "broken.md").write_text("---\ntitle: a: b\n---\n"),
        lambda site: (site / "_news" / "green.md").rename(site / "_news" / "2021-03-03-green.md"),
    ],
    ids=["added", "changed", "removed", "output removed", "output edited", "a problem", "renamed"],
)
def test_something_to_do(site, change):
    """Whatever changes on the site or in what was written is found, and leads to what a first run would write."""
    runs(site)
    change(site)
    assert not suggest_site(site, by()).is_unchanged
    written = (site / "_data" / "suggested_related.json").read_bytes()
    (site / "_data" / "suggested_related.json").unlink()
    suggest_site(site, by(articles={"cache": "none"}))
    assert (site / "_data" / "suggested_related.json").read_bytes() == written


def test_a_pipe_in_the_place_of_what_was_written(site):
    """It is not waited for, and is told of when it is to be replaced."""
    runs(site)
    file = site / "_data" / "suggested_related.json"
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(WriteError, match="it is no regular file"):
        suggest_site(site, by())


def test_front_matter_edited(site):
    """A block that somebody took out comes back, though the articles say what they said."""
    runs(site, by("front-matter"))
    file = site / "_news" / "green.md"
    expected = file.read_bytes()
    tea(site, "green")
    assert not suggest_site(site, by("front-matter")).is_unchanged
    assert file.read_bytes() == expected


@pytest.mark.parametrize(
    "stages",
    [
        {"ranking": {"k": 1}},
        {"vectors": {"stem": True}},
        {"writing": {"data_file": "tea.json"}},
        {"articles": {"site_language": "de"}},
    ],
    ids=["k", "vectors", "data_file", "site_language"],
)
def test_other_settings(site, stages):
    """A run with other settings is another run; both are remembered."""
    runs(site)
    assert not suggest_site(site, by(**stages)).is_unchanged
    assert suggest_site(site, by(**stages)).is_unchanged


def test_another_folder_of_data(site):
    """Where the site's configuration moves the data, a run writes there, though all articles are the same."""
    config = site / "_config.yml"
    config.write_text("title: Teas\n")
    runs(site)
    config.write_text("title: Teas\ndata_dir: data\n")
    assert not suggest_site(site, by()).is_unchanged
    written = [site / folder / "suggested_related.json" for folder in ("_data", "data")]
    assert written[0].read_bytes() == written[1].read_bytes()


def test_other_questions(site, tmp_path):
    """What is asked for belongs to the inputs: which articles, which file, which score, which model, whole."""
    runs(site)
    runs(site, only=["_news/green.md"])
    runs(site, output=tmp_path / "other.json")
    runs(site, by("jsonl"), output=tmp_path / "tea.jsonl")
    fit_site(site, by(), model=tmp_path / "model")
    first = runs(site, model=tmp_path / "model")
    assert first.outcome.news is not None
    tea(site, "red")
    news = runs(site, model=tmp_path / "model").outcome.news
    assert (news.n_added, news.n_changed, news.n_removed) == (1, 0, 0)
    fit_site(site, by(), model=tmp_path / "model")
    news = runs(site, model=tmp_path / "model").outcome.news
    assert (news.n_added, news.n_changed, news.n_removed) == (0, 0, 0)
    # Nothing has changed, but for a model that could not be used again.
    (file,) = (tmp_path / "model").glob("terms-*")
    for damage in (lambda: file.write_bytes(file.read_bytes()[:-1]), file.unlink):
        damage()
        with pytest.raises(ModelError, match=rf"{file.name} .* Fit it again"):
            suggest_site(site, by(), model=tmp_path / "model")


def test_settings_that_change_nothing(site):
    """How many processes work is no input."""
    runs(site)
    assert suggest_site(site, by(ranking={"n_jobs": 2})).is_unchanged


def test_plan_only(site):
    """A plan that would change files is no run; one that would change nothing need not be computed."""
    for _ in range(2):
        planned = suggest_site(site, by(), plan_only=True)
        assert (len(planned.plan.changes), planned.is_unchanged) == (1, False)
    suggest_site(site, by())
    assert suggest_site(site, by(), plan_only=True).is_unchanged


def test_lines_on_standard_output(site):
    """Lines that go to no file are made each time."""
    lines = []
    for _ in range(2):
        assert not suggest_site(site, by("jsonl"), emit=lines.append).is_unchanged
    assert len(lines) == 6
    assert lines[:3] == lines[3:]


def test_fresh(site):
    """Everything is computed where that is asked for, or where nothing is kept."""
    runs(site)
    assert not suggest_site(site, by(), fresh=True).is_unchanged
    for _ in range(2):
        assert not suggest_site(site, by(articles={"cache": "none"})).is_unchanged


def test_require(site):
    """A score that is too low stops a run however often it is asked."""
    for name in ("black", "green", "white"):
        tea(site, name, "date: 2021-03-03\nrelated: [black, green, white]\n")
    tea(site, "red", "date: 2021-04-04\nrelated: [black, green, white]\n")
    runs(site, require=["nDCG@10=0.001"])
    for _ in range(2):
        with pytest.raises(GateError):
            suggest_site(site, by(), require=["P@5=0.9"])


def test_files_that_cannot_be_written(site, monkeypatch):
    """A run that could not write a file is no run to go by."""
    (site / "_news" / "odd.md").write_text("---\n{title: Brewing odd tea, excerpt: A kettle and odd leaves}\n---\n")
    for _ in range(2):
        run = suggest_site(site, by("front-matter"))
        assert (run.is_unchanged, len(run.problems)) == (False, 1)


def test_time_that_passes(site, monkeypatch):
    """An article whose date comes is published by that, so that the same files are another input."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    tea(site, "green", f"date: {soon:%Y-%m-%dT%H:%M:%SZ}\n")
    settings = by(articles={"suggest_unpublished": "no"})
    assert runs(site, settings).outcome.n_suggestions == 4

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + timedelta(hours=2)

    monkeypatch.setattr("recommender.runs.datetime", Later)
    monkeypatch.setattr("recommender.model.datetime", Later)
    run = suggest_site(site, settings)
    assert (run.is_unchanged, run.outcome.n_suggestions) == (False, 6)


def test_another_version(site, monkeypatch):
    """What another version of the code has decided is computed anew."""
    runs(site)
    monkeypatch.setattr("recommender.runs.code_version", lambda: "another")
    assert not suggest_site(site, by()).is_unchanged


def test_damaged(site, monkeypatch):
    """What cannot be used is computed anew."""
    runs(site)
    load = SiteCache.load
    for damage in ([], {"news": None}, {"news": None, "files": {}}, 3):
        monkeypatch.setattr(SiteCache, "load", lambda *key, damage=damage: damage if key[1] == "run" else load(*key))
        assert not suggest_site(site, by()).is_unchanged


def test_nothing_heavy_is_imported(site):
    """A run with nothing to do is over before the libraries that compute are imported."""
    (site / "recommender.yaml").write_text("ranking: {ranker: similarity, n_jobs: 1}\n")
    code = (
        "import sys\nfrom recommender.cli import main\n"
        "main(['suggest', 'site'], standalone_mode=False)\n"
        "print({'joblib', 'lightgbm', 'numpy', 'rich', 'scipy', 'sklearn'} & set(sys.modules))"
    )
    told = [
        subprocess.run([sys.executable, "-c", code], cwd=site.parent, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert told[0].stderr.splitlines()[-2] == "files: 1 changed: site/_data/suggested_related.json"
    assert told[1].stderr.splitlines()[-2] == "files: 0 changed; nothing had to be computed again"
    assert told[1].stdout == "set()\n"


ARTICLES = [
    Article(id="black", title="Black tea", published_at=datetime(2021, 3, 3, tzinfo=UTC)),
    Article(id="green", title="Green tea", related=(RelatedEntry(title="Black tea", target="black"),)),
]


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Article)])
def test_corpus_digest(field):
    """Every field of an article counts."""
    other = {"published_at": None, "related": (), "quality": 1.0, "is_published": False, "id": "red"}
    changed = dataclasses.replace(ARTICLES[1], **{field: other.get(field, "x")})
    if field == "published_at":
        changed = dataclasses.replace(ARTICLES[1], published_at=datetime(2021, 3, 3, tzinfo=UTC))
    digests = {corpus_digest(Corpus([ARTICLES[0], article])) for article in (ARTICLES[1], changed)}
    assert len(digests) == 2
    assert corpus_digest(Corpus(ARTICLES)) in digests


def test_corpus_digest_of_the_whole(newsroom):
    """The language of the site and the shape of its entries count; whether it was read cold or warm does not."""
    assert corpus_digest(Corpus(ARTICLES)) != corpus_digest(Corpus(ARTICLES, site_language="de"))
    cold, warm = read_site(newsroom), read_site(newsroom)
    assert corpus_digest(cold) == corpus_digest(warm) != corpus_digest(cold.with_articles(cold))
