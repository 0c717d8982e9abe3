"""What editors decide, by the command line and in every run after it."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from recommender import Recommender, load_model, read_decisions, read_site
from recommender.cli import main
from recommender.settings import settings_from_mapping
from recommender.writing.decisions import DECISIONS_FILE

NEWSROOM = Path(__file__).parent.parent / "examples" / "newsroom"
QUIET = settings_from_mapping({"ranking": {"ranker": "similarity"}, "articles": {"cache": "none"}})


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A copy of the example's articles, of which the first forty teach enough."""
    folder = tmp_path / "site"
    shutil.copytree(NEWSROOM, folder, ignore=shutil.ignore_patterns("_data", "_recommender"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (folder / "recommender.yaml").write_text("ranking: {ranker: similarity}\n")
    return folder


def run(*words):
    """A command, and what it said."""
    return CliRunner().invoke(main, list(map(str, words)))


def suggested(site, article):
    """The ids under an article in the written data file."""
    files = [*site.glob("_data/*")]
    data = yaml.safe_load(files[0].read_text())
    return [entry["title"] for entry in data.get(article, [])]


def listed(site, article):
    """The ids that the list of an article names."""
    rec = Recommender(QUIET).fit(read_site(site))
    return rec.listed(article)


@pytest.fixture
def asked(site):
    """An article of the site with at least three suggestions, and their ids."""
    rec = Recommender(QUIET).fit(read_site(site))
    return next((key, [one.article_id for one in found]) for key, found in rec.suggest_all() if len(found) >= 3)


def test_rejected_stays_away(site, asked):
    """A rejected pair is not suggested again, whether the model is fitted anew or was saved before."""
    article, (first, *_) = asked
    Recommender(QUIET).fit(read_site(site)).save(site.parent / "model")
    done = run("decide", site, article, first, "reject", "--why", "another story")
    assert (done.exit_code, done.output.count("rejected")) == (0, 1)
    corpus = read_site(site)
    for rec in (Recommender(QUIET).fit(corpus), load_model(site.parent / "model")):
        assert first in [one.article_id for one in rec.suggest(article)], "without the decisions"
        rec.decisions = read_decisions(site, corpus)
        assert first not in [one.article_id for one in rec.suggest(article)]
        assert [*rec.suggest_all(only=[article])] == [(article, rec.suggest(article))]
        why = rec.explain(article, first).obstacle
        assert why.startswith("it was rejected")
        assert why.endswith("another story (decision)")


def test_a_decision_ends_the_quiet(site, asked):
    """A run after a decision computes and writes; the next one changes nothing; undone, all is as it was."""
    article, (first, *_) = asked
    assert run("suggest", site, "--quiet").exit_code == 0
    before = next(iter(site.glob("_data/*"))).read_bytes()
    run("decide", site, article, first, "reject")
    assert run("suggest", site, "--check").exit_code == 1
    run("suggest", site, "--quiet")
    assert run("suggest", site, "--check").exit_code == 0
    assert next(iter(site.glob("_data/*"))).read_bytes() != before
    assert run("decide", site, article, first, "undo").exit_code == 0
    assert "nothing to undo" in run("decide", site, article, first, "undo").output
    run("suggest", site, "--quiet")
    assert next(iter(site.glob("_data/*"))).read_bytes() == before


def test_pinned_comes_first(site, asked):
    """What is pinned comes first and what is accepted next, whatever their scores; the reason says so."""
    article, (first, second, third, *_) = asked
    ids = {one.id for one in read_site(site)} - {article, first, second, third}
    rec = Recommender(QUIET).fit(read_site(site))
    far = next(
        key
        for key in sorted(ids)
        if rec.explain(article, key).obstacle == "its text has nothing in common with that of the article"
    )
    run("decide", site, article, third, "pin")
    run("decide", site, article, far, "accept")
    rec.decisions = read_decisions(site)
    found = rec.suggest(article)
    assert [one.article_id for one in found][:3] == [third, far, first]
    assert found[0].reason.sentences[0].startswith("it was pinned")
    assert found[1].score == 0
    assert rec.explain(article, far).obstacle == ""


def test_a_renamed_article_keeps_its_decisions(site, asked):
    """A decision follows the address of an article whose file has another name now."""
    article, (first, *_) = asked
    run("decide", site, article, first, "reject")
    corpus = read_site(site)
    url = corpus[article].url
    old = site / corpus[article].path
    text = old.read_text()
    new = old.with_name("2020-01-01-renamed.md")
    old.rename(new)
    assert url
    new.write_text(text.replace("---\n", f"---\npermalink: {url}\n", 1))
    again = read_site(site)
    renamed = next(one.id for one in again if one.path.endswith("renamed.md"))
    assert again[renamed].url == url
    assert (renamed, first) in read_decisions(site, again).by_pair


def test_promote(site, asked):
    """What was accepted is added to the list and nothing else changes; a second time there is nothing to do."""
    article, (first, *_) = asked
    corpus = read_site(site)
    file = site / corpus[article].path
    before = file.read_bytes()
    others = {path: path.read_bytes() for path in site.rglob("*.md") if path != file}
    run("decide", site, article, first, "accept")
    assert run("promote", site, "--check").exit_code == 1
    assert file.read_bytes() == before
    assert run("promote", site).exit_code == 0
    assert {path: path.read_bytes() for path in others} == others
    lines = before.splitlines()
    assert [line for line in file.read_bytes().splitlines() if line in lines] == lines, "lines are only added"
    assert first in listed(site, article)
    assert run("promote", site, "--check").exit_code == 0


def test_grades_of_decisions(site, asked):
    """`evaluate --grades` takes the file of decisions as it is."""
    article, (first, second, *_) = asked
    run("decide", site, article, first, "accept")
    run("decide", site, article, second, "reject")
    done = run("evaluate", site, "--grades", site / DECISIONS_FILE, "--format", "json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.output[done.output.index("{") :])
    assert report["n_queries"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such", "x", "reject"), "no-such"),
        ((None, None, "reject"), "not suggested under itself"),
        ((None, "x", "nonsense"), "nonsense"),
        ((None, None, "accept", "--position", "2"), "--position is for what is pinned"),
        ((None, None, "pin", "--position", "51"), "51 is not in the range 1<=x<=50"),
    ],
)
def test_wrong_use(site, asked, words, said):
    """A wrong name or verdict is said in a sentence, and nothing is written."""
    done = run("decide", site, *(asked[0] if word is None else word for word in words))
    assert done.exit_code in (1, 2)
    assert said in done.output
    assert not (site / DECISIONS_FILE).exists()


def test_a_decision_about_what_is_gone(site, asked):
    """It is told of once, with its lines and a cure, promote says how to take it back, and undo does."""
    article, (gone, *_) = asked
    run("decide", site, article, gone, "accept")
    (site / f"{gone}.md").unlink()
    (site / f"{gone}-again.md").write_text("---\ntitle: Again\n---\n")
    told = f"{DECISIONS_FILE}:3: no article has the id or address of '{gone}' any more. Did you mean '{gone}-again'? "
    assert run("suggest", site).stderr.count(told) == 1
    assert f"Take the decision back: recommender decide SITE {article} {gone} undo." in run("promote", site).stderr
    assert "taken back" in run("decide", site, article, f"{gone}.md", "undo").output
    assert run("promote", site).exit_code == 0


def test_a_decision_about_what_cannot_be_read(site, asked):
    """It is not said to be gone: what is wrong with its file is told, and the decision stays."""
    article, (other, *_) = asked
    run("decide", site, article, other, "accept")
    (site / f"{other}.md").write_text('---\ntitle: "Not closed\n---\n')
    told = run("suggest", site).stderr
    assert f"{other}.md:" in told
    assert "any more" not in told


def test_rules_reach_the_files(site, asked):
    """A rule of the settings file leaves out in the written file, for a saved model too, and the reason is told."""
    article, (first, *_) = asked
    assert run("fit", site, "--model", site.parent / "model", "--quiet").exit_code == 0
    (site / "recommender.yaml").write_text(f"ranking: {{ranker: similarity}}\nrules:\n  never: ['{first}']\n")
    run("suggest", site, "--quiet")
    fresh = next(iter(site.glob("_data/*"))).read_bytes()
    title = read_site(site)[first].title
    assert title not in suggested(site, article)
    done = run("suggest", site, "--model", site.parent / "model", "--check")
    assert done.exit_code == 0, "the saved model answers by the rules of the run"
    assert next(iter(site.glob("_data/*"))).read_bytes() == fresh
    told = run("explain", site, article, first)
    assert "rules.never" in told.output


def test_an_empty_box_says_which_rule(site, asked):
    """An article without suggestions has the rule as its reason."""
    article, _ = asked
    settings = settings_from_mapping(
        {"ranking": {"ranker": "similarity"}, "rules": {"none_on": [article]}, "articles": {"cache": "none"}}
    )
    rec = Recommender(settings).fit(read_site(site))
    assert rec.suggest(article) == []
    assert rec.answer(article).reason_for_none == f"it shows none: {article} (rules.none_on)"
    apart = settings_from_mapping({**{"ranking": {"ranker": "similarity"}}, "rules": {"apart": [f"{article} | *"]}})
    assert "rules.apart" in Recommender(apart).fit(read_site(site)).answer(article).reason_for_none


def test_a_run_decides_how_many(site, asked):
    """A saved model shows as many suggestions as this run asks for, and says so of the rest."""
    article, (_, second, *_) = asked
    run("fit", site, "--model", site.parent / "model", "--quiet")
    (site / "recommender.yaml").write_text("ranking: {ranker: similarity, k: 1}\n")
    told = run("explain", site, article, second, "--model", site.parent / "model").output
    assert "the list ends at 1 (ranking.k)" in told


def test_the_report_follows_decisions(site, asked):
    """A rejected pair is on no page."""
    article, found = asked
    page = site.parent / "report.html"
    corpus = read_site(site)
    titles = [corpus[key].title for key in (article, found[0])]

    def drawn():
        assert run("report", site, "--output", page, "--quiet").exit_code == 0
        places = json.loads(re.search(r'id="map-data">(.*?)</script>', page.read_text(), re.DOTALL)[1])["articles"]
        names = [place[2] for place in places]
        return names.index(titles[1]) in places[names.index(titles[0])][-1]

    assert drawn()
    run("decide", site, article, found[0], "reject")
    assert not drawn()


def test_what_stands_elsewhere(site, asked):
    """An address elsewhere can be rejected and taken back; it is brought into no list, which is said."""
    article, _ = asked
    away = "https://example.org/kettles"
    assert run("decide", site, article, away, "accept").exit_code == 0
    done = run("promote", site)
    assert done.exit_code == 1
    assert "example.org/kettles is no article of the site" in done.output
    assert "taken back" in run("decide", site, article, away, "undo").output


def test_fill_ups_come_last(site, asked):
    """Where a better candidate takes the place of a rejected one, nothing fills up."""
    article, (first, *_) = asked
    run("decide", site, article, first, "reject")
    mapping = {"ranking": {"ranker": "similarity", "k": 2, "min_score": 0}, "articles": {"cache": "none"}}
    corpus = read_site(site)
    plain = Recommender(settings_from_mapping(mapping), read_decisions(site, corpus)).fit(corpus)
    filling = settings_from_mapping({**mapping, "rules": {"fill_up": True}})
    filled = Recommender(filling, read_decisions(site, corpus)).fit(corpus)
    assert filled.suggest(article) == plain.suggest(article)


@pytest.mark.parametrize("is_candidate", [False, True])
def test_decide_tells_of_broken_files(site, asked, is_candidate):
    """A file that cannot be read is told of, whether or not the decision is about its article."""
    article, (first, second, *_) = asked
    (site / f"{first}.md").write_text("---\ntitle: never closed\n")
    done = run("decide", site, article, first if is_candidate else second, "reject")
    assert f"{first}.md: front matter opens at line 1 and is never closed" in done.output
    assert done.exit_code == int(is_candidate)


@pytest.fixture
def curated(site):
    """An article with a curated list, and the first entry of it."""
    article = next(one.id for one in read_site(site) if one.related)
    return article, listed(site, article)[0]


def test_explain_tells_of_decisions(site, asked, curated):
    """`explain` says who accepted a pair and when; what the curated list names has no score of 0."""
    article, (first, second, *_) = asked
    for candidate, verdict in ((first, "accept"), (second, "reject")):
        run("decide", site, article, candidate, verdict)
        told = str(read_decisions(site).by_pair[article, candidate])
        assert run("explain", site, article, candidate).output.count(f"it was {told}") == 1
    run("decide", site, *curated, "remove")
    output = run("explain", site, *curated).output
    assert "no: it is in the article's curated list already\nscore:      none" in output
    assert "  - it was taken out by " in output


@pytest.mark.parametrize("verdict", ["keep", "remove"])
def test_only_entries_are_kept_and_removed(site, asked, curated, verdict):
    """Of what is not in the curated list that is an error, which says what is."""
    corpus, (article, entry) = read_site(site), curated
    done = run("decide", site, article, asked[0], verdict)
    assert f"{asked[0]} is not in the curated list of {article}, which names {entry}" in done.output
    assert done.exit_code == 1
    assert run("decide", site, corpus[article].title, corpus[entry].title, verdict).exit_code == 0
    assert [*read_decisions(site).by_pair] == [curated]


def test_a_reason_outlives_the_same_verdict(site, asked):
    """Rejected again without a reason, a pair keeps the one that it has; another reason or verdict takes its place."""
    article, (first, *_) = asked
    for words, why in (
        (["reject", "--why", "another story"], "another story"),
        (["reject"], "another story"),
        (["reject", "--why", "too old"], "too old"),
        (["reject", "--why", ""], ""),
        (["accept"], ""),
    ):
        assert run("decide", site, article, first, *words).exit_code == 0
        assert read_decisions(site).by_pair[article, first].why == why


def test_a_decision_must_hold_some_day(site, asked):
    """One that ended before it was made is wrong use, and is not kept."""
    done = run("decide", site, asked[0], asked[1][0], "pin", "--until", "2020-01-01")
    assert (done.exit_code, "--until 2020-01-01 is past" in done.output) == (2, True)
    done = run("decide", site, asked[0], asked[1][0], "pin", "--until", "tomorrow")
    said = "--until must be a day such as 2026-12-31, but is 'tomorrow'."
    assert (done.exit_code, said in done.output) == (2, True)
    assert not (site / DECISIONS_FILE).exists()
