"""The command line: exit code, stdout and stderr, complete."""

import errno
import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from six_articles import TEAS, run, write_site

import recommender.batch
from recommender import read_site
from recommender.cli import main
from recommender.content import front_matter

ROOT = Path(__file__).parent.parent


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The folder `site`; the one that is worked in is above it."""
    monkeypatch.chdir(tmp_path)
    return write_site(tmp_path / "site")


SUMMARY = (
    "articles: 6 read, 0 with problems\n"
    "recognised: title, excerpt, published_at (name of the file), url\n"
    "ranking: similarity, as the settings say\n"
    "suggestions: 12 for 6 articles, 0 with none\n"
)
DATA = Path("site", "_data", "suggested_related.json")


def test_suggest_writes_the_data_file(site):
    """The main job writes one file, tells what it did and where on stderr, and prints nothing."""
    assert run("suggest", "site") == (0, "", f"{SUMMARY}files: 1 changed: {DATA}\ndone in 0.0 s\n")
    written = json.loads((site / "_data" / "suggested_related.json").read_text())
    assert list(written) == sorted(written) == list(read_site(site).ids)
    for article_id, entries in written.items():
        kind = article_id.rpartition("-")[2]
        others = {other for other in written if other.endswith(kind)} - {article_id}
        assert {entry["article_id"] for entry in entries} == others


def test_second_run_changes_nothing(site):
    """Running again changes no file and says so, and whether that had to be computed."""
    run("suggest", "site")
    path = site / "_data" / "suggested_related.json"
    os.utime(path, (1, 1))
    unchanged = "files: 0 changed; nothing had to be computed again"
    assert run("suggest", "site") == (0, "", f"{SUMMARY}{unchanged}\ndone in 0.0 s\n")
    assert run("suggest", "site", "--fresh") == (0, "", f"{SUMMARY}files: 0 changed\ndone in 0.0 s\n")
    assert path.stat().st_mtime == 1
    assert run("suggest", "site", "--check", "--quiet") == (0, "", "")


def test_hard_link(site):
    """A hard link is an article like any other, before it is written and after; the second run changes nothing."""
    (site / "_posts/2021-03-07-cup.md").hardlink_to(site / "_posts/2021-03-06-road-bicycle.md")
    for n_changed in (7, 0):
        stderr = run("suggest", "site", "--write", "front-matter", "--fresh")[2]
        assert "articles: 7 read" in stderr
        assert f"files: {n_changed} changed" in stderr


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
def test_what_would_change(site, option):
    """--check and --dry-run name what would change and write nothing; --check exits 1."""
    exit_code, stdout, stderr = run("suggest", "site", option)
    assert exit_code == (1 if option == "--check" else 0)
    assert stdout == "would change site/_data/suggested_related.json\n"
    assert stderr == f"{SUMMARY}files: 1 would change\ndone in 0.0 s\n"
    assert not (site / "_data").exists()


def test_a_diff_has_the_lines_of_the_file(site):
    """A form feed or a line separator ends no line of a file, so none of a diff: nothing is said of a missing end."""
    path = site / "_posts/2021-03-01-black-tea.md"
    path.write_text(f"{path.read_text()}one\x0ctwo\u2028three\n")
    stdout = run("suggest", "site", "-q", "--write", "front-matter", "--diff", "--only", str(path))[1]
    assert "\n one\x0ctwo\u2028three\n" in stdout
    assert "No newline" not in stdout


def test_diff(site):
    """--diff prints a unified diff and writes nothing."""
    arguments = (
        "suggest",
        "site",
        "-q",
        "-k",
        "1",
        "--write",
        "front-matter",
        "--diff",
        "--only",
        "_posts/2021-03-01-black-tea",
    )
    name = "site/_posts/2021-03-01-black-tea.md"
    before = (site.parent / name).read_bytes()
    exit_code, stdout, stderr = run(*arguments)
    assert (exit_code, stderr) == (0, "")
    score = re.search(r"score: (.*)", stdout)[1]
    assert stdout == (
        f"--- {name}\n"
        f"+++ {name}\n"
        "@@ -2,4 +2,10 @@\n"
        " title: Brewing black tea\n"
        " excerpt: A kettle, a pot and black leaves.\n"
        " url: /black-tea/\n"
        "+suggested_related:\n"
        '+  - title: "Brewing white tea"\n'
        '+    excerpt: "A kettle, a pot and white leaves."\n'
        "+    publishedDateTime: 2021-03-03T00:00:00Z\n"
        '+    webUrl: "/white-tea/"\n'
        f"+    score: {score}\n"
        " ---\n"
    )
    assert (site.parent / name).read_bytes() == before


def test_front_matter(site):
    """--write front-matter gives each article its block; --check then finds nothing to do."""
    exit_code, stdout, stderr = run("suggest", "site", "--write", "front-matter")
    assert (exit_code, stdout, stderr) == (0, "", f"{SUMMARY}files: 6 changed\ndone in 0.0 s\n")
    text = (site / "_posts" / "2021-03-01-black-tea.md").read_text()
    titles = [entry["title"] for entry in front_matter.parse(text)["suggested_related"]]
    assert titles == ["Brewing white tea", "Brewing green tea"]
    assert run("suggest", "site", "--write", "front-matter", "--check", "-q") == (0, "", "")


def test_jsonl_to_stdout(site):
    """--write jsonl prints the API's own values, one article a line, and nothing else on stdout."""
    exit_code, stdout, stderr = run("suggest", "site", "--write", "jsonl")
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert exit_code == 0
    assert stderr == f"{SUMMARY}done in 0.0 s\n"
    assert [line["article_id"] for line in lines] == list(read_site(site).ids)
    assert [suggestion["rank"] for suggestion in lines[0]["suggestions"]] == [1, 2]


def test_jsonl_to_a_file(site):
    """--output takes the lines to a file, which --check and --diff can then speak of."""
    assert run("suggest", "site", "--write", "jsonl", "--output", "out.jsonl", "-q", "--check") == (
        1,
        "would change out.jsonl\n",
        "",
    )
    assert run("suggest", "site", "--write", "jsonl", "--output", "out.jsonl", "-q") == (0, "", "")
    assert Path("out.jsonl").read_text() == run("suggest", "site", "--write", "jsonl", "-q")[1]


@pytest.mark.parametrize(
    "names",
    [
        ["_posts/2021-03-01-black-tea", "_posts/2021-03-02-green-tea"],
        ["_posts/2021-03-01-black-tea.md", "site/_posts/2021-03-02-green-tea.md"],
        ["_posts/*[nc]*k*tea*", "*green*"],
    ],
)
def test_only(site, names):
    """--only takes ids, files as typed from here or below the site, and patterns; the rest of the file stays."""
    path = site / "_data" / "suggested_related.json"
    path.parent.mkdir()
    path.write_text('{"_posts/2021-03-06-road-bicycle": [{"score": 1, "article_id": "kept"}]}')
    # As a shell has it that writes a pattern out: one --only, and many names behind it.
    exit_code, stdout, stderr = run("suggest", "site", "--only", *names)
    assert (exit_code, stdout) == (0, "")
    assert "suggestions: 4 for 2 articles, 0 with none\n" in stderr
    assert {key: len(entries) for key, entries in json.loads(path.read_text()).items()} == {
        "_posts/2021-03-01-black-tea": 2,
        "_posts/2021-03-02-green-tea": 2,
        "_posts/2021-03-06-road-bicycle": 1,
    }


@pytest.mark.parametrize("folder", ["site/_posts", "_posts", "site"])
def test_only_a_folder(site, folder):
    """--only takes a folder for all articles in it."""
    assert "suggestions: 12 for 6 articles" in run("suggest", "site", "--only", folder)[2]


def test_only_names_nothing(site):
    """Every name that --only cannot place is told of at once, with the nearest that there is."""
    exit_code, stdout, stderr = run(
        "suggest", "site", "--only", "2021-03-01-black-te", "--only", "coffee.md", "--only", "site/_config.yml",
        "--only", "green-tea",
    )  # fmt: skip
    assert (exit_code, stdout) == (1, "")
    assert stderr == (
        "Error: no article has the id or path '2021-03-01-black-te'. "
        "Did you mean '_posts/2021-03-01-black-tea'?\n"
        "no article has the id or path 'coffee.md'.\n"
        "site/_config.yml: is a file of the site that is not read as an article.\n"
        "no article has the id or path 'green-tea'. Did you mean '_posts/2021-03-02-green-tea'?\n"
    )
    assert not (site / "_data").exists()


def test_bad_file(site):
    """A file that cannot be read is told of, the others are done, and the exit code is 1; --strict stops at once."""
    bad = site / "_posts" / "2021-03-07-bad.md"
    bad.write_text("---\ntitle: Tea: a start\n---\n")
    message = (
        "_posts/2021-03-07-bad.md:2: mapping values are not allowed here. "
        'Quote a value that contains a colon: title: "Tea: a start".\n'
    )
    exit_code, stdout, stderr = run("suggest", "site")
    assert (exit_code, stdout) == (1, "")
    assert stderr.startswith(f"{message}articles: 6 read, 1 with problems\n")
    assert stderr.endswith(f"files: 1 changed: {DATA}\ndone in 0.0 s\n")
    # Asked for by name, it is told of in its own words.
    assert run("suggest", "site", "--only", bad) == (1, "", f"Error: {message}")
    assert run("suggest", "site", "--strict") == (1, "", f"Error: {message}")


def test_gate(site):
    """--require that cannot be scored stops before anything is written."""
    exit_code, stdout, stderr = run("suggest", "site", "--require", "nDCG@10=0.4")
    assert (exit_code, stdout) == (1, "")
    advice = (
        "no curated list names another article of the site (6: the article has no curated list). Name articles of the "
        "site in lists, or judge by readers' grades: recommender evaluate SITE --grades FILE.\n"
    )
    assert stderr == f"Error: there is nothing to score: {advice}"
    assert run("evaluate", "site", "--protocol", "whole-site")[2].endswith(advice)
    assert not (site / "_data").exists()


@pytest.mark.parametrize("command", [("suggest", "site", "--check"), ("explain", "site", "black-tea")])
def test_settings_of_another_ending(site, command):
    """A file of settings that is called recommender.yml is not read, which is told once with the cure."""
    (site / "recommender.yaml").rename(site / "recommender.yml")
    told = "site/recommender.yml: is not read, for a site's settings are in recommender.yaml. Rename it.\n"
    assert run(*command)[2].count(told) == 1


def test_rules_that_name_nothing(site):
    """A pattern or a topic in the settings that no article fits is told of, with and without a saved model."""
    (site / "recommender.yaml").write_text(
        "ranking: {ranker: similarity}\nvectors: {ignore_topics: [news]}\n"
        "rules: {never: [_posts/*, 'topic: adverts'], none_on: [pages/*], apart: ['*-tea | topic: cars']}\n"
    )
    told = [
        "rules.none_on names 'pages/*', which no article fits. Mend it in the settings.",
        "rules.never names 'topic: adverts', which no article fits. Mend it in the settings.",
        "rules.apart names 'topic: cars', which no article fits. Mend it in the settings.",
        "vectors.ignore_topics names 'news', which no article has. Mend it in the settings.",
    ]
    assert run("suggest", "site")[2].splitlines()[:4] == told
    run("fit", "site", "--model", "saved")
    assert run("suggest", "site", "--model", "saved", "--quiet")[2].splitlines() == told


def test_report_is_a_page(site):
    """Another ending than that of a page is wrong use."""
    exit_code, stdout, stderr = run("report", "site", "--output", "news.txt")
    assert (exit_code, stdout) == (2, "")
    assert stderr.endswith("Error: --output news.txt: must end with .html or .htm, for it is a page.\n")
    assert not Path("news.txt").exists()


def test_report_replaces_no_page_of_others(site):
    """Without --output a page that was not written here stays, which is said at once; one of ours is replaced."""
    page = Path("report.html")
    page.write_text("<h1>Mine</h1>")
    said = "Error: report.html: was not written here, and would be replaced. Name another file: --output FILE.\n"
    assert run("report", "site") == (1, "", said)
    assert page.read_text() == "<h1>Mine</h1>"
    assert run("report", "site", "--output", page)[0] == 0
    assert "<h1>site</h1>" in page.read_text()
    assert run("report", "site")[0] == 0


def test_gate_without_dates(site):
    """--require is scored with the whole site known where no article has a date, and says so."""
    for file in (site / "_posts").iterdir():
        others = [f"/{name}-tea/" for name in TEAS if name not in file.name]
        text = file.read_text().replace("title:", f"related: {others}\ntitle:")
        (site / f"{file.stem[11:]}.md").write_text(text)
        file.unlink()
    exit_code, _, stderr = run("suggest", "site", "--require", "nDCG@10=1")
    assert (exit_code, stderr.startswith("Error: whole-site, 6 queries, shown: nDCG@10 is 0.")) == (1, True), stderr
    exit_code, _, stderr = run("suggest", "site", "--require", "nDCG@10=0.01", "--verbose")
    assert (exit_code, "passed nDCG@10=0.01 by the protocol whole-site" in stderr) == (0, True), stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "Invalid value for 'SITE': Path 'nowhere' does not exist."),
        (["site", "-k", "0"], "-k must be a whole number from 1 to 50, but is 0."),
        (["site", "-k", "five"], "Invalid value for '-k': 'five' is not a valid integer."),
        (
            ["site", "--write", "csv"],
            "--write must be one of data, front-matter, jsonl, but is 'csv'.",
        ),
        (["site", "-q", "-v"], "--verbose tells more and --quiet less. Leave one of the two out."),
        (["site", "a.md"], "Got unexpected extra argument (a.md). More files go behind --only."),
        (
            ["site", "--write", "jsonl", "--check"],
            "--check, --diff and --dry-run compare files. With --write jsonl name one: --output FILE.",
        ),
        (
            ["site", "--write", "front-matter", "--output", "x"],
            "--output names one file; --write front-matter writes into the articles.",
        ),
        (
            ["site", "--write", "jsonl", "--output", "x.json"],
            "--output x.json: --write jsonl writes lines of JSON, but a name in .json is written by --write data. "
            "Leave --write out, or give the file another ending.",
        ),
        (
            ["site", "--write", "jsonl", "--output", "x.csv"],
            "--output x.csv: --write jsonl writes lines of JSON, but a name in .csv is written by --write data. "
            "Leave --write out, or give the file another ending.",
        ),
        (
            ["site", "--write", "data", "--output", "x.jsonl"],
            "--output x.jsonl: --write data writes a data file or a table, but a name in .jsonl is written by --write "
            "jsonl. Leave --write out, or give the file another ending.",
        ),
        (
            ["site", "--output", "-"],
            "Invalid value for '--output': is -, but nothing is written to the standard output here. Name a file.",
        ),
        (
            ["site", "--output", "x.docx"],
            "--output x.docx: must end with one of .json, .jsonl, .ndjson, .csv, .tsv, .parquet, which says how it is "
            "written.",
        ),
        (
            ["site", "--report", "x.txt"],
            "--report x.txt: must end with one of .html, .md, .json, which says how it is written.",
        ),
        (
            ["site", "--require", "nDCG@10"],
            "--require must be a measure and a number such as nDCG@10=0.40, but is 'nDCG@10'.",
        ),
        (
            ["site", "--require", "nDCG@10=40"],
            "--require nDCG@10=40: the number must be from 0 to 1, such as 0.4 for 40 %.",
        ),
        (
            ["site", "--require", "foo=1"],
            "there is no measure 'foo'. Write them as in nDCG@10, P@1, P@5, R@5.",
        ),
    ],
)
def test_wrong_use(site, arguments, message):
    """Wrong use is told of with the option it is about, and exits 2."""
    exit_code, stdout, stderr = run("suggest", *arguments)
    assert (exit_code, stdout) == (2, "")
    assert stderr == (
        f"Usage: recommender suggest [OPTIONS] SITE\nTry 'recommender suggest --help' for help.\n\nError: {message}\n"
    )


@pytest.mark.parametrize("name", ["/dev/null", "site/_config.yml", "site/recommender.yaml"])
def test_a_file_that_is_no_site(site, name):
    """What is no site is told as that, and not as a file of settings, which SITE never is."""
    for file in ("_config.yml", "recommender.yaml"):
        (site / file).write_text("{}" if file == "recommender.yaml" else "title: Tea\n")
    exit_code, stdout, stderr = run("suggest", name)
    assert (exit_code, stdout) == (1, "")
    assert stderr.startswith(f"Error: {name}: is a file, expected the folder of a site. Name the folder")


def test_wrong_setting(site):
    """A setting out of its limits is told of with its file and limits."""
    (site / "recommender.yaml").write_text("ranking: {k: 0}\n")
    message = "Error: site/recommender.yaml: ranking.k must be a whole number from 1 to 50, but is 0.\n"
    assert run("suggest", "site") == (1, "", message)
    assert run("settings", "--check", "site/recommender.yaml") == (1, "", message)


def test_settings_file(site):
    """--settings FILE takes the place of the site's own."""
    Path("other.yaml").write_text("ranking: {ranker: similarity, k: 1}\nwriting: {writer: jsonl}\n")
    exit_code, stdout, _ = run("suggest", "site", "--settings", "other.yaml", "-q")
    assert exit_code == 0
    assert {len(json.loads(line)["suggestions"]) for line in stdout.splitlines()} == {1}


def test_model(site):
    """`fit` saves a model and prints where; suggest takes it, adds what is new, and says how much that is."""
    exit_code, stdout, stderr = run("fit", "site", "--model", "models/site")
    assert (exit_code, stdout) == (0, "models/site\n")
    assert stderr == ("articles: 6 read, 0 with problems\nranking: similarity, as the settings say\ndone in 0.0 s\n")
    fitted = run("suggest", "site", "--write", "jsonl", "-q")
    assert run("suggest", "site", "--model", "models/site", "--write", "jsonl", "-q") == fitted
    (site / "_posts" / "2021-03-03-white-tea.md").unlink()
    (site / "_posts" / "2021-03-08-red-tea.md").write_text("---\ntitle: Brewing red tea\nurl: /red-tea/\n---\n")
    (site / "_posts" / "2021-03-01-black-tea.md").write_text(
        "---\ntitle: Brewing very black tea\nurl: /black-tea/\n---\n"
    )
    exit_code, stdout, stderr = run("suggest", "site", "--model", "models/site", "--write", "jsonl")
    assert exit_code == 0
    assert "model: 1 added, 1 changed and 1 removed since it was fitted\n" in stderr
    assert (
        "drift: 33.3% of the articles are others than the model was fitted on, or have changed since; that is beyond "
        "the limit of 30%; fitted anew for this run\n"
    ) in stderr
    assert "to save one: recommender fit site --model models/site.\n" in stderr
    by_id = {line["article_id"]: line["suggestions"] for line in map(json.loads, stdout.splitlines())}
    assert {suggestion["article_id"] for suggestion in by_id["_posts/2021-03-08-red-tea"]} == {
        "_posts/2021-03-01-black-tea",
        "_posts/2021-03-02-green-tea",
    }


def test_model_in_its_usual_place(site):
    """Without --model the model is saved where neither a generator nor the reader looks."""
    assert run("fit", "site", "-q") == (0, "site/.recommender/model\n", "")
    assert "articles: 6 read" in run("suggest", "site", "--model", "site/.recommender/model")[2]


def test_no_model(site):
    """A model that is not there is told of with the command that makes it."""
    exit_code, stdout, stderr = run("suggest", "site", "--model", "models/none")
    assert (exit_code, stdout) == (1, "")
    assert stderr == (
        "Error: models/none holds no model: there is no manifest.json. "
        "Make one: recommender fit SITE --model models/none.\n"
    )
    assert not (site / "_data").exists()


def test_settings_are_yaml(tmp_path):
    """What `recommender settings` prints is a file of settings, and every setting in it is right."""
    path = tmp_path / "recommender.yaml"
    for asked in ((), ("--all",)):
        exit_code, stdout, stderr = run("settings", *asked)
        assert (exit_code, stderr) == (0, "")
        path.write_text(stdout)
        assert run("settings", "--check", path)[0] == 0
        assert recommender.batch.check_settings(path) == recommender.Settings()


@pytest.mark.parametrize(
    ("error", "exit_code", "message"),
    [
        (KeyboardInterrupt(), 130, "\nstopped; files already replaced are complete, no file is half written\n"),
        (PermissionError(errno.EACCES, "Permission denied", "/x/y"), 1, "Error: /x/y: Permission denied.\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "Error: standard output: No space left on device.\n"),
    ],
)
def test_no_traceback(site, monkeypatch, error, exit_code, message):
    """What the system or a person does to a run is one sentence, never a traceback."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr("recommender.batch.stages.read_site", fail)
    assert run("suggest", "site") == (exit_code, "", message)


def test_full_disk(site, monkeypatch):
    """A disk that is full in the middle of writing leaves every file old or new, and says how far it came."""
    replace, calls = os.replace, []

    def full_at_third(source, target):
        calls.extend([target] if str(target).endswith(".md") else [])
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full_at_third)
    # As on a system that cannot swap two names.
    monkeypatch.setattr("recommender.writing.atomic._RENAMEAT2", None)
    exit_code, stdout, stderr = run("suggest", "site", "--write", "front-matter")
    assert (exit_code, stdout) == (1, "")
    assert stderr == (
        "Error: site/_posts/2021-03-03-white-tea.md: cannot be written (No space left on device). It is as it was. "
        "2 of 6 files were replaced before it, each whole. Mend that and run again.\n"
    )
    assert len(list((site / "_posts").iterdir())) == 6


@pytest.mark.parametrize("command", [[], *([name] for name in main.commands)])
def test_help(command):
    """Every command says what it does and shows an example."""
    exit_code, stdout, stderr = run(*command, "--help")
    assert (exit_code, stderr) == (0, "")
    assert "Example:\n" in stdout
    assert f"recommender {command[0] if command else 'suggest'} " in stdout


def test_empty_only(site):
    """An unset variable behind --only is told; it does not stand for the whole site."""
    assert run("suggest", "site", "--only", "") == (
        1,
        "",
        "Error: --only is empty, expected a file, a folder, a pattern or an id. Leave it out for all articles.\n",
    )
    assert not (site / "_data").exists()


def test_shards_have_no_front_matter(site):
    """A folder of files of lines is told once which ways of writing it has."""
    shards = site.parent / "shards"
    shards.mkdir()
    (shards / "one.jsonl").write_text('{"id": "black-tea", "title": "Black tea"}\n{"id": "tea", "title": "Tea"}\n')
    assert run("suggest", "shards", "--write", "front-matter", "-q") == (
        1,
        "",
        "Error: shards: lines have no front matter to write into. Use --write data or --write jsonl.\n",
    )


def test_lines_into_a_pipe(site):
    """What --output names is written into where it is a pipe, each time anew; so is the data file."""
    pipe = site.parent / "pipe"
    run("suggest", "site", "--write", "jsonl", "--output", pipe)
    assert (
        run("suggest", "site", "--write", "jsonl", "--output", pipe)[2].count("nothing had to be computed again") == 1
    )
    pipe.unlink()
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for writer in ("jsonl", "jsonl", "data"):
        exit_code, _, stderr = run("suggest", "site", "--write", writer, "--output", pipe, "-q")
        assert (exit_code, stderr) == (0, "")
        assert os.read(reader, 1_000_000).count(b'"article_id"') >= 6
    assert run("evaluate", "site", "--protocol", "whole-site", "--output", pipe)[0] == 1  # no lists, nothing to score
    os.close(reader)
    assert pipe.is_fifo()


def test_read_only_article(site, monkeypatch):
    """An article that may not be written is told of by every kind of run, and does not stop the others."""
    name = "2021-03-01-black-tea.md"
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != name)
    problem = f"site/_posts/{name}: cannot be written (it is read-only). It is as it was. Mend that and run again.\n"
    for option, n_files in (("--check", "5 would change"), ("--dry-run", "5 would change"), ("--fresh", "5 changed")):
        exit_code, _, stderr = run("suggest", "site", "--write", "front-matter", option)
        assert exit_code == 1
        assert stderr.startswith(problem)
        assert f"files: {n_files}\n" in stderr
    before = (site / "_posts" / "2021-03-02-green-tea.md").read_bytes()
    assert b"suggested_related" in before
    exit_code, _, stderr = run("suggest", "site", "--write", "front-matter", "-k", "1", "--strict")
    assert (exit_code, stderr) == (1, f"Error: {problem}")
    assert (site / "_posts" / "2021-03-02-green-tea.md").read_bytes() == before


def test_what_a_terminal_obeys_is_shown(tmp_path):
    """Control characters in a file's name and in a title come as escapes, whatever tells of them."""
    (tmp_path / "_posts").mkdir()
    for name in ("\x1b]0;x\x07", "\u202e", "\x9b31m"):
        (tmp_path / "_posts" / f"{name}.md").write_text("---\ntitle: 5\ndate: [x]\n---\nTea.\n")
    (tmp_path / "_posts" / "tea.md").write_text('---\ntitle: "tea\\e[31m"\n---\nTea.\n')
    for arguments in (
        ["suggest", str(tmp_path), "--write", "front-matter", "--dry-run"],
        ["explain", str(tmp_path), "_posts/tea"],
    ):
        done = CliRunner().invoke(main, arguments)
        assert not re.search("[\x07\x1b\x9b\u202e]", done.output), arguments
    assert r"\x1b]0;x\x07.md" in CliRunner().invoke(main, ["suggest", str(tmp_path), "--write", "data"]).output


def test_a_message_is_one_line(tmp_path):
    """A line end in a file's name or in a title begins no line of its own, which could say anything."""
    (tmp_path / "_posts").mkdir()
    for name, title in (("a\nspoilt: yes", "[x]"), ("b\nspoilt: yes", '"5\\nspoilt: yes"'), ("c", "tea")):
        text = f"---\ntitle: {title}\ndate: [x]\n---\nGreen tea leaf.\n"
        (tmp_path / "_posts" / f"{name}.md").write_text(text)
    site = str(tmp_path)
    for arguments in (
        ["suggest", site, "--write", "front-matter", "--dry-run", "-v"],
        ["suggest", site, "--write", "front-matter", "--diff"],
        ["suggest", site, "--strict"],
        ["suggest", site, "--only", "_posts/d\nspoilt: yes"],
        ["explain", site, "_posts/c"],
        ["explain", site, "_posts/b\nspoilt: yes"],
        ["explain", site, "_posts/d\nspoilt: yes"],
        ["fit", site],
    ):
        done = CliRunner().invoke(main, arguments)
        assert not re.search("^ *spoilt: yes", done.output, re.MULTILINE), (arguments, done.output)
