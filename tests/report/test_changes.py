"""What changed since the last run, and why."""

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from teas_and_bicycles import write_tea as tea

from recommender import Article, RelatedEntry
from recommender.batch import suggest_site
from recommender.errors import SettingsError, WriteError
from recommender.report.changes import compare, rendered
from recommender.runs import Given, Known, Outcome, Record
from recommender.settings import settings_from_mapping
from recommender.writing.decisions import Decision

TEAS = [Article(id=name, title=f"Brewing {name} tea", excerpt="Leaves.") for name in ("black", "green", "white")]


OUTCOME = Outcome(
    ranker_name="similarity",
    ranker_decision="nothing learned",
    n_suggestions=0,
    reasons_for_none={},
    news=None,
    warnings=[],
    files={},
)


def record(given, articles=TEAS, decided=(), **values):
    """A record in which each article is given some others, the first with 0.9."""
    titles = {article.id: article.title for article in articles}
    scored = {
        key: tuple(Given(one, titles.get(one, one), 0.9 - place / 10) for place, one in enumerate(ids))
        for key, ids in given.items()
    }
    decided = dict(decided)
    known = {article.id: Known.of(article, decided.get(article.id, ())) for article in articles}
    return Record(given=scored, articles=known, day="2026-01-01T00:00", outcome=OUTCOME, **values)


def changed(article_id, **values):
    """The teas with one of them changed."""
    return [dataclasses.replace(tea, **values) if tea.id == article_id else tea for tea in TEAS]


BEFORE = record({"black": ["green"], "green": ["black"]})
OTHER = {"black": ["white"], "green": ["black"]}
NEW = Article(id="oolong", title="Brewing oolong tea")


@pytest.mark.parametrize(
    ("after", "cause", "why"),
    [
        (record({"black": ["green", "oolong"]}, [*TEAS, NEW]), "article", "“Brewing oolong tea” is new"),
        (record({"green": ["black"], "black": []}, [TEAS[0], TEAS[2]]), "article", "“Brewing green tea” is gone"),
        (record(OTHER, changed("black", related=(RelatedEntry(title="x"),))), "list", "its curated list changed"),
        (record(OTHER, changed("black", body="More.")), "text", "its text changed"),
        (record(OTHER, decided={"black": [Decision("black", "green", "reject")]}), "decision", "an editor decided"),
        (
            record(OTHER, decided={"white": [Decision("white", "green", "reject")]}),
            "decision",
            "the ranking learns from what editors decided under other articles (articles on the site: 1 decided about)",
        ),
        (record(OTHER, changed("white", title="White")), "text", "the text of “White” changed"),
        (record(OTHER, changed("black", topics=("tea",))), "details", "its details changed"),
        (record(OTHER, settings={"ranking.k": 3}), "settings", "settings changed: ranking.k: None → 3"),
        (record(OTHER, version="2"), "version", "the recommender or a library was upgraded"),
        (record(OTHER, changed("green", body="x"), model="ab"), "text", "the text of “Brewing green tea” changed"),
        (record(OTHER, model="ab"), "model", "another model was used (no article changed, but the day did)"),
        (record(OTHER), "model", "the model was fitted anew on the site as it is now (no article changed, but the day"),
    ],
)  # fmt: skip
def test_causes(after, cause, why):
    """Each change is told with its most particular cause."""
    change = next(one for one in compare(BEFORE, after).changes if one.id == "black")
    assert change.cause == cause
    assert change.why[0].startswith(why)


def test_kinds():
    """Articles gain, lose, swap and reorder suggestions, or go with them; what is equal is no change."""
    before = record(
        {
            "black": ["green"],
            "green": ["black"],
            "white": ["black", "green"],
            "a": ["b"],
            "b": ["black"],
            "c": ["black"],
        }
    )
    after = record(
        {"black": ["green", "white"], "white": ["green", "black"], "a": ["c"], "c": ["black"]},
        [*TEAS, *(Article(id=one, title=one) for one in "abc")],
    )
    before = dataclasses.replace(before, articles=after.articles)
    after = dataclasses.replace(after, articles={key: one for key, one in after.articles.items() if key != "b"})
    found = compare(before, after)
    assert {one.id: one.kind for one in found.changes} == {
        "a": "swapped", "b": "gone", "black": "gained", "green": "lost", "white": "reordered"
    }  # fmt: skip
    assert found.counts["suggestions"] == (7, 6)
    assert sum(found.kinds.values()) == sum(found.causes.values()) == 5
    # A swap of the first place is more than one that comes in second.
    assert found.changes[0].id == "a"


def test_what_is_new_comes_last():
    """A new article's suggestions are all new: no surprise, so they stand behind what changed under the others."""
    before, after = record({"black": ["green"]}), record({"black": ["white"], "oolong": ["black"]}, [*TEAS, NEW])
    assert [one.id for one in compare(before, after).changes] == ["black", "oolong"]


def test_one_change():
    """One article and one change are told as one, with the time of the run that it is compared with."""
    markdown = rendered(compare(BEFORE, record({"black": ["white"], "green": ["black"]})), ".md")
    day = BEFORE.day[:16].replace("T", " ")
    assert f"**1 article changed**: 1 swapped (compared with the run of {day} UTC).\n" in markdown
    assert "<summary>The change</summary>" in markdown


def test_another_order_is_said():
    """Where only the order is another, the page says so: nothing came and nothing went."""
    after = record({"black": ["white", "green"]})
    page = rendered(compare(record({"black": ["green", "white"]}), after), ".html")
    assert "the same suggestions in another order" in page


def test_the_first_run():
    """Without an earlier run there is nothing to compare with, and the report says so."""
    found = compare(None, BEFORE)
    assert (found.compared_with, found.changes) == (None, ())
    assert found.counts["suggestions"] == (None, 2)
    for text in (rendered(found, ".md"), rendered(found, ".html")):
        assert "There is no earlier run to compare with" in text


def test_hostile_titles():
    """Titles are text in each form: no markup, no script, no mention of a person."""
    nasty = "</script><script>alert(1)</script> @bob #12 *bold* [x](javascript:alert(1)) | `code`"
    after = record({"black": ["white"]}, changed("white", title=nasty))
    found = compare(BEFORE, after)
    page, markdown = rendered(found, ".html"), rendered(found, ".md")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in markdown
    assert "@bob" not in markdown
    assert "](" not in markdown
    assert json.loads(rendered(found, ".json"))["changes"][0]["gained"][0]["title"] == nasty


def test_fits_into_a_comment():
    """However long titles and lists are, the Markdown stays below the 65,536 characters of a comment."""
    articles = [Article(id=f"{number}", title="[x]" * 500) for number in range(60)]
    before, after = record({}, articles), record({f"{n}": list(map(str, range(50))) for n in range(60)}, articles)
    assert len(rendered(compare(before, after), ".md")) < 65_536


def test_sentences_are_whole():
    """Titles are cut in Markdown; what is said of them, and of the ranking, is not."""
    named = {key: Article(id=key, title=key * 200) for key in "abc"}
    after = record({key: [other for other in named if other != key] for key in named}, [*TEAS, *named.values()])
    decision = f"similarity, for {'no list says more, ' * 20}and ranking.follow less"
    after = dataclasses.replace(after, outcome=dataclasses.replace(OUTCOME, ranker_decision=decision))
    before = dataclasses.replace(BEFORE, articles={**BEFORE.articles, "a": after.articles["a"]})
    markdown = rendered(compare(before, after), ".md")
    assert f"\nRanking: {decision}.\n" in markdown
    assert f"- **{'a' * 160}…** gained: “{'b' * 160}…” is new; “{'c' * 160}…” is new\n" in markdown


@pytest.fixture
def site(tea_site):
    """Three articles about tea, and a cache of their own."""
    return tea_site


def reported(site, writer="data", **arguments):
    """The report of a run as JSON."""
    file = site.parent / "changes.json"
    settings = settings_from_mapping({"ranking": {"ranker": "similarity"}, "writing": {"writer": writer}})
    suggest_site(site, settings, reports=[file], **arguments)
    return json.loads(file.read_text())


@pytest.mark.parametrize("writer", ["data", "front-matter", "jsonl"])
def test_runs(site, writer):
    """The first run has nothing to compare with, the second tells of nothing, and a new article of itself."""
    assert reported(site, writer)["compared_with"] is None
    assert reported(site, writer)["changes"] == []
    tea(site, "oolong")
    found = reported(site, writer)
    assert {one["id"] for one in found["changes"]} == {
        f"_news/{name}" for name in ("black", "green", "white", "oolong")
    }
    assert found["causes"] == {"article": 4}


def test_runs_without_a_report_count(site):
    """What is compared with is the last run, whether it was reported or not."""
    reported(site)
    tea(site, "oolong")
    suggest_site(site, settings_from_mapping({"ranking": {"ranker": "similarity"}}))
    assert reported(site)["changes"] == []


def test_a_plan_is_no_run(site):
    """What was only planned is not what was given: the same changes are told again."""
    reported(site)
    tea(site, "oolong")
    assert len(reported(site, plan_only=True)["changes"]) == 4
    assert len(reported(site)["changes"]) == 4


def test_only_some_articles(site):
    """Articles that were not asked for keep what they were given."""
    reported(site)
    tea(site, "oolong")
    found = reported(site, only=["_news/oolong"])
    assert [one["id"] for one in found["changes"]] == ["_news/oolong"]
    assert {one["id"] for one in reported(site)["changes"]} == {"_news/black", "_news/green", "_news/white"}


def test_without_a_record(site):
    """On another machine there is nothing to compare with, whatever the data file says."""
    reported(site)
    shutil.rmtree(site.parent / "cache")
    tea(site, "oolong")
    assert reported(site)["compared_with"] is None


def test_what_the_lists_say(newsroom):
    """Where there are lists, their figures stand beside each other, before and now."""
    reported(newsroom)
    (newsroom / "_news" / "2024-08-20-chromium-in-the-soil-puts-rovers-opening-day-in-doubt.md").unlink()
    quality = reported(newsroom)["quality"]
    assert "nDCG@5 against 68 lists" in quality
    assert all(0 < value < 1 for pair in quality.values() for value in pair if value is not None)


def test_wrong_use(site):
    """An ending that says no format is refused before anything is read; a file that cannot be written is named."""
    with pytest.raises(SettingsError, match=r"--report changes\.doc: must end with one of \.html, \.md, \.json"):
        suggest_site(site, settings_from_mapping({}), reports=[Path("changes.doc")])
    (site.parent / "folder.md").mkdir()
    with pytest.raises(WriteError, match=r"folder\.md"):
        suggest_site(site, settings_from_mapping({}), reports=[site.parent / "folder.md"])


def test_nothing_heavy_is_imported(site):
    """A run with nothing to do writes its report without what computes."""
    reported(site)
    code = (
        "import sys\nfrom pathlib import Path\nfrom recommender.batch import suggest_site\n"
        "from recommender.settings import settings_from_mapping\n"
        "s = settings_from_mapping({'ranking': {'ranker': 'similarity'}, 'writing': {'writer': 'data'}})\n"
        f"run = suggest_site(Path({str(site)!r}), s, reports=[Path({str(site.parent / 'c.md')!r})])\n"
        "assert run.is_unchanged\n"
        "print([name for name in ('sklearn', 'scipy', 'lightgbm') if name in sys.modules])\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
