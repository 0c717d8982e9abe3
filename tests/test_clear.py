"""What `suggest` wrote is taken out again, and what is left of another way of writing is told."""

import json
import shutil
from pathlib import Path

import pytest
from six_articles import run, write_site

DATA = Path("site", "_data", "suggested_related.json")
BLUE = Path("site", "_posts", "2021-03-09-blue-tea.md")
WAYS = ("data", "front-matter")
OTHERS = {
    "2021-03-07-red-tea.md": b'+++\ntitle = "Brewing red tea"\ndescription = "A kettle, a pot and red leaves."\n+++\n',
    "2021-03-08-pink-tea.md": b'{\n  "title": "Brewing pink tea",\n  "description": "A kettle and leaves."\n}\n',
    BLUE.name: b"\xef\xbb\xbf---\r\ntitle: Brewing blue tea # the best\r\n\r\n---\r\n",
}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The folder `site` with articles in every kind of front matter; the one that is worked in is above it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = write_site(tmp_path / "site")
    for name, content in OTHERS.items():
        (folder / "_posts" / name).write_bytes(content)
    return folder


def tree(folder):
    """Every file of a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def warning(left):
    """What a run says of another way of writing."""
    cure = "Take all suggestions out, then run again: recommender clear site."
    return f"{left} is of another way of writing, and pages may show it. {cure}\n"


@pytest.mark.parametrize("ways", [("data",), ("front-matter",), WAYS])
def test_all_that_was_written_is_taken_out(site, ways):
    """Every byte is as it was before the first run, whichever way was written; decisions and models stay."""
    run("decide", "site", "_posts/2021-03-01-black-tea", "_posts/2021-03-04-cargo-bicycle", "reject")
    run("fit", "site")
    before = tree(site)
    for way in ways:
        run("suggest", "site", "--write", way)
    n_changed = 1 * ("data" in ways) + 9 * ("front-matter" in ways)
    assert len(tree(site)) == len(before) + ("data" in ways)
    name = f": {DATA}" if ways == ("data",) else ""
    assert run("clear", "site") == (0, "", f"files: {n_changed} changed{name}\n")
    assert (tree(site), DATA.parent.exists()) == (before, False)
    assert run("clear", "site") == (0, "", "files: 0 changed\n")


def test_the_data_file_of_a_file_of_articles(site):
    """Beside a file of articles the data file is removed, a table too."""
    Path("teas.csv").write_text("id,title\nblack,Brewing black tea\ngreen,Brewing green tea\nwhite,Brewing white tea\n")
    run("suggest", "teas.csv")
    assert Path("suggested_related.csv").exists()
    assert run("clear", "teas.csv")[2] == "files: 1 changed: suggested_related.csv\n"
    assert not Path("suggested_related.csv").exists()


def test_the_data_file_of_a_folder_of_lines(site):
    """In a folder of files of articles it is removed too."""
    Path("lines").mkdir()
    Path("lines", "teas.jsonl").write_text(
        "".join(f'{{"id": "{one}", "title": "Brewing tea {one}"}}\n' for one in "ab")
    )
    run("suggest", "lines")
    file = Path("lines", "_data", "suggested_related.json")
    assert file.exists()
    assert run("clear", "lines") == (0, "", f"files: 1 changed: {file}\n")
    assert not file.exists()
    assert "Error: lines: lists are promoted into front matter, and lines have none." in run("promote", "lines")[2]


def test_what_is_not_ours_stays(site):
    """A list of the editors under our name stays and is told; a data file that is not ours stops the run."""
    run("suggest", "site", "--write", "front-matter")
    ours = "---\ntitle: Brewing blue tea\nsuggested_related: [tea]\n---\n"
    BLUE.write_text(ours)
    code, _, stderr = run("clear", "site")
    assert (code, BLUE.read_text()) == (1, ours)
    assert "_posts/2021-03-09-blue-tea.md:3: suggested_related holds " in stderr
    assert "files: 8 changed\n" in stderr
    DATA.parent.mkdir()
    DATA.write_text('{"tea": 1}')
    before = tree(site)
    code, _, stderr = run("clear", "site")
    assert (code, tree(site)) == (1, before)
    assert "must be an object with article ids" in stderr


@pytest.mark.parametrize("option", ["--check", "--diff", "--dry-run"])
def test_looking_first(site, option):
    """--check, --diff and --dry-run change nothing and show what would change; --check exits 1."""
    run("suggest", "site", "--write", "data")
    before = tree(site)
    code, stdout, stderr = run("clear", "site", option)
    assert code == (option == "--check")
    assert stderr == "files: 1 would change\n"
    if option == "--diff":
        assert {line[0] for line in stdout.splitlines()[3:]} == {"-"}
    else:
        assert stdout == f"would change {DATA}\n"
    assert tree(site) == before


def test_another_way_of_writing_is_told(site):
    """A run says once what another way of writing has left, also one that computes nothing, until it is cleared."""
    blocks = warning("suggested_related in the front matter of articles (9)")
    told = {"data": blocks, "front-matter": warning(DATA)}
    assert run("suggest", "site", "--write", "front-matter", "-q") == (0, "", "")
    for way in ("data", "data", "front-matter"):
        assert run("suggest", "site", "--write", way, "-q") == (0, "", told[way])
    # Lines, a file that was named, and some of the articles stand in the place of nothing.
    assert run("suggest", "site", "--output", "teas.csv", "-q")[2] == ""
    assert run("suggest", "site", "--write", "jsonl", "-q")[2] == ""
    assert run("suggest", "site", "--write", "front-matter", "--only", BLUE, "-q")[2] == ""
    for way in WAYS:
        run("clear", "site")
        assert run("suggest", "site", "--write", way, "-q") == (0, "", "")


def test_the_data_file_keeps_what_has_no_front_matter(site):
    """Where an article has no front matter, the data file has its suggestions and no longer those that are blocks."""
    (site / "_config.yml").unlink()  # to Jekyll such a file is no article
    run("suggest", "site", "--write", "data")
    (site / "_posts" / "2021-03-10-grey-tea.md").write_text("# Brewing grey tea\n\nA kettle, a pot and grey leaves.\n")
    stderr = run("suggest", "site", "--write", "front-matter", "-q")[2]
    assert "another way of writing" not in stderr
    assert list(json.loads(DATA.read_text())) == ["_posts/2021-03-10-grey-tea"]
    shutil.rmtree(DATA.parent)
    run("suggest", "site", "--write", "front-matter")
    assert run("clear", "site", "-q") == (0, "", "")
    assert not DATA.exists()


def test_what_is_no_other_way_of_writing_is_not_told(site):
    """A list of the editors' own under our name, an empty data file, and the file that this very run wrote."""
    (site / "_config.yml").unlink()
    (site / "_posts" / "2021-03-10-grey-tea.md").write_text("# Brewing grey tea\n\nA kettle, a pot and grey leaves.\n")
    Path("linked").symlink_to(site)
    assert "another way" not in "".join(run("suggest", "linked", "--write", "front-matter")[1:])
    assert DATA.exists()
    run("clear", "site")
    (site / "_posts" / "2021-03-10-grey-tea.md").unlink()
    DATA.parent.mkdir()
    DATA.write_bytes(b"")
    assert "another way" not in "".join(run("suggest", "site", "--write", "front-matter", "--dry-run")[1:])
    DATA.unlink()
    BLUE.write_text("---\ntitle: Brewing blue tea\nsuggested_related: [black-tea]\n---\n")
    assert "another way" not in "".join(run("suggest", "site", "--write", "data")[1:])
