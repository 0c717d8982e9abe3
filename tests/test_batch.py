"""Whole runs, from files to files."""

import dataclasses
import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from recommender import Recommender, Settings, read_site
from recommender.batch import choose_articles, explain_article, fit_site, settings_of, suggest_site
from recommender.batch.choosing import article_of
from recommender.content import front_matter
from recommender.errors import CorpusError, SettingsError, SiteError, WriteError
from recommender.settings import settings_from_mapping
from recommender.writing.seen import see

GOLDEN = Path(__file__).parent / "golden"
SIMILARITY = {"ranking": {"ranker": "similarity"}}


def by(writer="data", **settings):
    """Settings that rank by similarity, which is quick, and write in this way."""
    return settings_from_mapping({**SIMILARITY, "writing": {"writer": writer}, **settings})


def take_block_out(path):
    """Write a file without our block."""
    text = path.read_bytes().decode()
    path.write_bytes(see(text, front_matter.split(text), "suggested_related", path.name).with_block(""))


def tree(folder):
    """Every file of a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_whole_batch(newsroom, golden):
    """The example site's suggestions, by similarity, are the ones that were read and found right."""
    run = suggest_site(newsroom, by())
    (change,) = run.plan.changes
    suggestions = {
        article_id: [f"{entry['score']:.3f} {entry['article_id']}" for entry in entries]
        for article_id, entries in json.loads(change.after).items()
    }
    golden(json.dumps(suggestions, indent=1, ensure_ascii=False) + "\n", GOLDEN / "newsroom_suggestions.json")


def test_counts_add_up(newsroom):
    """What a run says it did is what is in the file."""
    run = suggest_site(newsroom, by())
    written = json.loads((newsroom / "_data" / "suggested_related.json").read_text())
    assert run.n_articles == run.n_asked == len(read_site(newsroom)) == 130
    assert run.outcome.n_suggestions == sum(map(len, written.values()))
    assert run.outcome.n_with_none == run.n_asked - len(written)
    assert all(run.outcome.reasons_for_none)
    assert run.outcome.ranker_name == "similarity"
    assert run.outcome.news is None
    assert run.problems == ()


@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_second_run_changes_nothing(newsroom, writer):
    """Running again changes no byte, whether it is computed or remembered that nothing is to be done."""
    first = suggest_site(newsroom, by(writer))
    after = tree(newsroom)
    assert first.plan.changes
    for fresh in (True, False):
        second = suggest_site(newsroom, by(writer), fresh=fresh)
        assert (second.plan.changes, second.is_unchanged) == ([], not fresh)
    assert tree(newsroom) == after


@pytest.mark.parametrize("writer", ["data", "front-matter"])
def test_plan_only(newsroom, writer):
    """A plan holds every change and makes none."""
    before = tree(newsroom)
    planned = suggest_site(newsroom, by(writer), plan_only=True)
    assert tree(newsroom) == before
    suggest_site(newsroom, by(writer))
    expected = {change.path.relative_to(newsroom).as_posix(): change.after for change in planned.plan.changes}
    assert tree(newsroom) == {**before, **expected}


def test_front_matter_is_taken_out_again(newsroom):
    """Without their blocks all files are what they were, and the blocks are no evidence: suggestions stay the same."""
    before = tree(newsroom)
    suggest_site(newsroom, by("front-matter"))
    assert tree(newsroom) != before
    for path in (newsroom / "_news").iterdir():
        take_block_out(path)
    assert tree(newsroom) == before


def test_writers_agree(newsroom):
    """The three ways of writing say the same."""
    lines = []
    suggest_site(newsroom, by("jsonl"), emit=lines.append)
    suggest_site(newsroom, by("data"))
    suggest_site(newsroom, by("front-matter"))
    data = json.loads((newsroom / "_data" / "suggested_related.json").read_text())
    corpus = read_site(newsroom)
    for line in map(json.loads, lines):
        scores = [suggestion["score"] for suggestion in line["suggestions"]]
        assert [entry["score"] for entry in data.get(line["article_id"], [])] == scores
        block = front_matter.parse((newsroom / corpus[line["article_id"]].path).read_text()).get(
            "suggested_related", []
        )
        assert [entry["score"] for entry in block] == scores
        assert bool(scores) != bool(line["reason_for_none"])


def test_shuffled_files_same_bytes(newsroom, tmp_path):
    """Files that are found in another order give the same bytes."""
    suggest_site(newsroom, by())
    expected = (newsroom / "_data" / "suggested_related.json").read_bytes()
    other = tmp_path / "other"
    names = sorted(tree(newsroom))
    random.Random(0).shuffle(names)
    for name in names:
        if not name.startswith("_data"):
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(newsroom / name, other / name)
    suggest_site(other, by())
    assert (other / "_data" / "suggested_related.json").read_bytes() == expected


def test_api_and_batch_say_the_same(newsroom):
    """A pipeline that calls the API gets what the batch writes."""
    lines = []
    suggest_site(newsroom, by("jsonl"), emit=lines.append)
    recommender = Recommender(by()).fit(read_site(newsroom))
    for line in map(json.loads, lines[:20]):
        expected = [suggestion.article_id for suggestion in recommender.suggest(line["article_id"])]
        assert [suggestion["article_id"] for suggestion in line["suggestions"]] == expected


def test_model_of_other_settings(newsroom, tmp_path, caplog):
    """A model keeps the settings that shaped it; a run that has others is told, and its k counts."""
    folder = tmp_path / "model"
    fit_site(newsroom, by(), model=folder)
    lines = []
    other = by("jsonl", ranking={"ranker": "similarity", "half_life_days": 123, "k": 1})
    suggest_site(newsroom, other, model=folder, emit=lines.append)
    assert max(len(json.loads(line)["suggestions"]) for line in lines) == 1
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"{folder} was fitted with another ranking.half_life_days, which counts. "
        f"To use that of this run, fit it again: recommender fit SITE --model {folder}."
    ]


def test_a_saved_model_gives_the_reasons_of_a_fresh_fit(tmp_path):
    """A model keeps no bodies, but the run has read them: words are named as they are written there."""
    pages = {
        f"_news/{name}-{n}.md": f"---\ntitle: Notes on {name} {n}\n---\nThe {word} of {name}, and you're told more.\n"
        for name, word in {"tea": "HashiCorp", "bicycles": "Ångström", "violins": "Goethe"}.items()
        for n in (1, 2)
    }
    site, settings = tmp_path / "site", by("jsonl")
    (site / "_news").mkdir(parents=True)
    for path, text in pages.items():
        (site / path).write_text(text)
    fit_site(site, settings, model=tmp_path / "model")
    fresh, saved = [], []
    suggest_site(site, settings, emit=fresh.append)
    suggest_site(site, settings, model=tmp_path / "model", emit=saved.append)
    assert "HashiCorp" in "".join(fresh)
    assert saved == fresh


@pytest.mark.parametrize("place", ["named.json", "_data/suggested_related.json"])
def test_a_report_is_not_written_over_the_suggestions(tmp_path, place):
    """Neither over the file that is named for them, nor over their own, there or not."""
    site = tmp_path
    (site / "_news").mkdir()
    (site / "_news" / "tea.md").write_text("---\ntitle: Tea\n---\n")
    output = site / place if place == "named.json" else None
    with pytest.raises(WriteError, match="is the file of the suggestions, which nothing else is written to"):
        suggest_site(site, by(), output=output, reports=[site / "_news" / ".." / place])
    assert not (site / place).exists()


def test_model_that_the_site_has_left_behind(newsroom, tmp_path, caplog):
    """Beyond the limit a model is fitted anew, which is said with the figures; the saved one stays as it is."""
    folder = tmp_path / "model"
    fit_site(newsroom, by(), model=folder)
    saved = tree(folder)
    for n in range(64):
        words = " ".join(f"zeppelin{(n + other) % 12} airship{n % 5}" for other in range(6))
        (newsroom / "_news" / f"2024-01-01-airship-{n}.md").write_text(f"---\ntitle: {words}\nexcerpt: {words}\n---\n")
    with_model, without = [], []
    run = suggest_site(newsroom, by("jsonl"), model=folder, emit=with_model.append)
    suggest_site(newsroom, by("jsonl"), emit=without.append)
    assert with_model == without
    assert (run.outcome.news.n_added, run.outcome.news.is_refitted) == (64, True)
    assert run.outcome.news.drift.startswith(
        "32.5% of the articles are others than the model was fitted on, or have changed "
    )
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"{folder}: {run.outcome.news.drift}. A model was fitted anew for this run, which takes its time; to save one: "
        f"recommender fit {newsroom} --model {folder}."
    ]
    assert tree(folder) == saved

    never = by("jsonl", ranking={"ranker": "similarity", "refit_at": 1})
    caplog.clear()
    run = suggest_site(newsroom, never, model=folder, emit=with_model.append)
    assert (run.outcome.news.n_added, run.outcome.news.is_refitted) == (64, False)
    assert not caplog.records

    fit_site(newsroom, by(), model=folder)
    run = suggest_site(newsroom, by("jsonl"), model=folder, emit=with_model.append)
    assert (run.outcome.news.n_added, run.outcome.news.is_refitted) == (0, False)


def test_a_run_that_is_remembered_tells_the_drift(newsroom, tmp_path, caplog):
    """A run with nothing to do says what the run before said of the model, warning included."""
    folder = tmp_path / "model"
    fit_site(newsroom, by(), model=folder)
    strict = by(ranking={"ranker": "similarity", "refit_at": 0})
    (newsroom / "_news" / "2024-01-01-airship.md").write_text("---\ntitle: An airship\n---\n")
    first = suggest_site(newsroom, strict, model=folder)
    told = [record.getMessage() for record in caplog.records]
    caplog.clear()
    second = suggest_site(newsroom, strict, model=folder)
    assert (first.is_unchanged, second.is_unchanged, second.outcome.news) == (False, True, first.outcome.news)
    assert second.outcome.news.is_refitted
    assert [record.getMessage() for record in caplog.records] == told != []


def test_explain_answers_as_the_batch(newsroom, tmp_path):
    """Where a batch would fit anew, so does `explain`."""
    folder = tmp_path / "model"
    fit_site(newsroom, by(), model=folder)
    strict = by("jsonl", ranking={"ranker": "similarity", "refit_at": 0})
    (newsroom / "_news" / "2024-01-01-airship.md").write_text("---\ntitle: An airship\n---\n")
    asked = "_news/2024-01-16-port-ellery-bets-1-9bn-crowns-on-a-quay-for-the-biggest"
    found = explain_article(newsroom, strict, asked, model=folder).answer
    assert found == explain_article(newsroom, strict, asked).answer
    assert found.suggestions


def test_site_of_lines(tmp_path):
    """A file with an article a line gets its data file beside it."""
    lines = tmp_path / "articles.jsonl"
    lines.write_text(
        "".join(json.dumps({"id": name, "title": f"Brewing {name} tea", "url": f"/{name}/"}) + "\n" for name in "abc")
    )
    run = suggest_site(lines, by())
    assert [change.path for change in run.plan.changes] == [tmp_path / "suggested_related.json"]
    assert list(json.loads((tmp_path / "suggested_related.json").read_text())) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (Path.mkdir, "cannot be read (Is a directory). Name a regular file: --settings FILE."),
        (os.mkfifo, "cannot be read (it is no regular file). Name a regular file: --settings FILE."),
        (
            lambda path: path.symlink_to("nowhere"),
            "cannot be read (No such file or directory). Name a file that exists",
        ),
        (lambda path: path.symlink_to("/etc/passwd"), "leads out of the site, to /etc/passwd. Take it out, and name"),
    ],
)
def test_settings_that_are_no_file_are_not_passed_over(tmp_path, put, said):
    """A folder, a pipe or a link in the place of a site's settings is an error: without it the run would be another."""
    put(tmp_path / "recommender.yaml")
    with pytest.raises(SettingsError, match=re.escape(f"recommender.yaml: {said}")):
        settings_of(tmp_path)


def test_settings_of_a_site(tmp_path):
    """A named file counts before the site's own, and the site's own before the defaults."""
    site = tmp_path / "site"
    site.mkdir()
    assert settings_of(site) == Settings()
    (site / "recommender.yaml").write_text("ranking: {k: 7}\n")
    (tmp_path / "other.yaml").write_text("ranking: {k: 8}\n")
    assert settings_of(site).ranking.k == 7
    assert settings_of(site, tmp_path / "other.yaml").ranking.k == 8
    with pytest.raises(SettingsError, match="cannot be read"):
        settings_of(site, tmp_path / "none.yaml")


def test_site_behind_a_link(newsroom, tmp_path, monkeypatch):
    """Paths are understood through symbolic links and dots, from wherever one is."""
    link = tmp_path / "link"
    link.symlink_to(newsroom)
    corpus = read_site(link)
    article = corpus[0]
    monkeypatch.chdir(newsroom / "_news")
    for name in (
        article.id,
        article.path,
        Path(article.path).name,
        str(newsroom / article.path),
        str(link / article.path),
        f"../_news/{Path(article.path).name}",
    ):
        assert choose_articles(corpus, link, [name]) == (article.id,)
        assert choose_articles(corpus, newsroom, [name]) == (article.id,)
    assert choose_articles(corpus, link, [".."]) == corpus.ids
    with pytest.raises(CorpusError):
        choose_articles(corpus, link, ["/"])


def test_progress_is_told(newsroom):
    """A run tells how far each stage is, and each ends at its whole."""
    told = {}
    suggest_site(newsroom, by("front-matter"), progress=lambda stage, done, total: told.update({stage: (done, total)}))
    assert {"articles", "suggestions", "files"} <= set(told)
    assert all(done == total for done, total in told.values())


def test_explaining_a_suggestion(newsroom):
    """The reason for a suggestion is the one that explain gives, but for signals, and has no obstacle."""
    corpus = read_site(newsroom)
    asked = next(article.id for article in corpus if not article.related)
    run = explain_article(newsroom, by(), asked)
    if run.answer.suggestions:
        first = run.answer.suggestions[0]
        compared = explain_article(newsroom, by(), asked, first.article_id)
        assert dataclasses.replace(compared.reason, signals={}) == first.reason
        assert compared.reason.obstacle == ""


def test_a_title_longer_than_the_name_of_a_file(tmp_path):
    """An article is named by it all the same."""
    title = "tea leaves and water " * 20
    (tmp_path / "tea.md").write_text(f"---\ntitle: {title}\n---\n")
    corpus = read_site(tmp_path)
    assert article_of(corpus, tmp_path, by(), title).id == "tea"
    with pytest.raises(CorpusError, match="no article has the id, path, slug or title"):
        article_of(corpus, tmp_path, by(), "x" * 300)


def test_explaining_an_article_that_cannot_be_read(tmp_path):
    """Its problem is told, not the name of another article, whether it is named by its file or without the ending."""
    for name, title in (("roof", "[Roof]"), ("ropes", "Ropes")):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: {title}\n---\n")
    for name in ("roof", "roof.md"):
        with pytest.raises(CorpusError, match=r"^roof\.md:2: title must be text"):
            explain_article(tmp_path, by(), name)


@pytest.mark.site
@pytest.mark.slow
def test_real_site_gains_lines_only(azure_site, tmp_path):
    """On 4,617 real files git sees added lines only, and without the blocks every file has its bytes again."""
    site = Path(shutil.copytree(azure_site, tmp_path / "site"))
    before = tree(site)

    def git(*arguments):
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "core.autocrlf=false")
        identity += ("-c", "core.compression=0")  # for it is the test of a moment
        done = subprocess.run(["git", *identity, *arguments], cwd=site, capture_output=True, check=True)
        return done.stdout

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "before")
    words = {"letters": {"weight": 0}, "meaning": 0}
    run = suggest_site(site, by("front-matter", vectors=words))
    assert run.problems == ()
    assert run.n_articles == len(before) - sum(not name.endswith(".md") for name in before) == 4617
    changed = [line.split(b"\t") for line in git("diff", "--numstat").splitlines()]
    assert len(changed) == len(run.plan.changes) == run.n_asked - run.outcome.n_with_none > 3000
    assert {removed for _, removed, _ in changed} == {b"0"}
    assert git("status", "--porcelain", "--untracked-files=all").count(b"\n") == len(changed)
    # No list of the editors' is called so, and nothing but lines of our block begins with a blank or a dash below it.
    block = re.compile(rb"^suggested_related:\n(?:[ -].*\n)+(?=---$)", re.MULTILINE)
    assert {name: block.sub(b"", content) for name, content in tree(site).items() if name in before} == before


@pytest.mark.site
@pytest.mark.slow
def test_real_blog_stays_within_languages(namefi_site):
    """On a blog in four languages no suggestion crosses from one to another."""
    corpus = read_site(namefi_site)
    lines = []
    suggest_site(
        namefi_site,
        by("jsonl", vectors={"letters": {"weight": 0}, "body_letters": {"weight": 0}, "meaning": 0, "body_words": 100}),
        emit=lines.append,
    )
    pairs = [
        (corpus[line["article_id"]].language, corpus[suggestion["article_id"]].language)
        for line in map(json.loads, lines)
        for suggestion in line["suggestions"]
    ]
    assert len({language for language, _ in pairs}) == 4
    assert all(one == other for one, other in pairs)


def test_a_run_that_knows_no_article_writes_nothing(tmp_path):
    """Where every file has a problem, all are told, and the file of the last run stays as it is."""
    site = tmp_path / "site"
    (site / "_data").mkdir(parents=True)
    (site / "a.md").write_text("---\ntitle: Tea: a start\n---\n", encoding="utf-8")
    (site / "_data" / "suggested_related.json").write_text('{"a": []}', encoding="utf-8")
    before = tree(site)
    with pytest.raises(SiteError) as raised:
        suggest_site(site, by())
    problem, cure = str(raised.value).splitlines()
    assert problem.startswith("a.md:2: mapping values are not allowed here.")
    assert cure == f"{site}: no article is left to read. Mend the files that are named above."
    assert tree(site) == before
