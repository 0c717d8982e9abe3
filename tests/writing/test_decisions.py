"""The file of decisions."""

import os
import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from recommender import Article, read_decisions, read_site
from recommender.errors import DecisionsChangedError, DecisionsError, SiteError
from recommender.writing import decisions
from recommender.writing.atomic import replace_file
from recommender.writing.decisions import Decision, DecisionsFile

DAY = date(2026, 3, 3)


def decided(article, candidate, verdict="reject", **more):
    """A decision of Ana's."""
    return Decision(article, candidate, verdict, by="Ana", day=DAY, **more)


def put(file, *several):
    """Decide, whatever was decided before."""
    return file.change({decision.pair: decision for decision in several})


@pytest.fixture
def file(tmp_path):
    """The decisions of a site without any."""
    return DecisionsFile(tmp_path)


def test_a_line_a_pair(file):
    """The file is sorted by pair, a line each, and says who, when and why."""
    put(file, decided("tea", "car", why="no common subject: dull"))
    put(file, decided("tea", "cup", "pin", position=1), decided("bike", "car", "accept", until=date(2027, 1, 1)))
    lines = file.path.read_text().splitlines()
    assert lines[0].startswith("# What editors decided")
    assert lines[2:] == [
        "- {article: bike, candidate: car, verdict: accept, by: Ana, day: 2026-03-03, until: 2027-01-01}",
        "- {article: tea, candidate: car, verdict: reject, why: 'no common subject: dull', by: Ana, day: 2026-03-03}",
        "- {article: tea, candidate: cup, verdict: pin, position: 1, by: Ana, day: 2026-03-03}",
    ]


def test_round_trip(file):
    """What is read is what was decided, whatever texts it has."""
    nasty = decided("- [a], {b}: # c", "yes", why='"quoted", \n two lines \u2028 and ☕', article_url="/tea?a=b#c")
    put(file, nasty, decided("2024", "null", "pin", position=3))
    assert file.read().by_pair == {nasty.pair: nasty, ("2024", "null"): decided("2024", "null", "pin", position=3)}


def test_taken_back(file):
    """Taking a decision back leaves the file as it was before."""
    put(file, decided("tea", "car"))
    before = file.path.read_bytes()
    put(file, decided("tea", "cup"))
    file.change({("tea", "cup"): None})
    assert file.path.read_bytes() == before


def test_an_editor_whose_name_is_no_utf_8(tmp_path, monkeypatch):
    """Who decides is told with a mark for what cannot be read, as where git's settings are Latin-1."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (tmp_path / "config").write_bytes(b"[user]\nname = J\xf6rg\n")
    assert decisions.editor_name(tmp_path) == "J\ufffdrg"


def test_what_a_killed_run_left_goes(file):
    """Half of a file, whose lock ended with its process, goes with the next decision."""
    put(file, decided("tea", "car"))
    (file.path.parent / f".recommender-{'0' * 16}.tmp").write_text("half")
    put(file, decided("tea", "cup"))
    assert sorted(path.name for path in file.path.parent.iterdir()) == [".gitattributes", "decisions.yaml"]


def test_a_site_that_is_not_there(tmp_path):
    """A site that does not exist has no decisions, but an error, as `read_site` has it."""
    with pytest.raises(SiteError) as caught:
        read_decisions(tmp_path / "nope")
    with pytest.raises(SiteError) as told:
        read_site(tmp_path / "nope")
    assert str(caught.value) == str(told.value)
    assert read_decisions(tmp_path).by_pair == {}


def test_hand_edits_stay(file):
    """Comments, order and layout of lines that a hand wrote stay, byte for byte."""
    file.path.parent.mkdir()
    by_hand = (
        "# mine\r\n- article: tea\n  candidate: car\n  verdict: reject\n  # because\n\n"
        "- {article: bike,   candidate: car, verdict: accept}  # for now\n"
    )
    file.path.write_bytes(by_hand.encode())
    put(file, decided("zebra", "car"))
    assert file.path.read_bytes().decode().startswith(by_hand)
    assert len(file.read().by_pair) == 3


def test_a_decision_in_words():
    """Who decided what and when, where it is pinned, how long it holds, and why."""
    pinned = decided("tea", "cup", "pin", position=2, until=date(2027, 1, 1))
    assert str(pinned) == "pinned at 2 by Ana on 2026-03-03, until 2027-01-01"


def test_until(file):
    """A decision with an end counts up to that day, and stays in the file."""
    put(file, decided("tea", "car", until=date(2026, 6, 30)))
    read = file.read()
    assert list(read.of("tea", date(2026, 6, 30))) == ["car"]
    assert list(read.of("tea", date(2026, 7, 1))) == []
    assert list(read.of("tea")) == ["car"]


def test_renamed(tmp_path):
    """An article that was renamed keeps its decisions, by its address or by one that it had."""
    first = DecisionsFile(tmp_path, [Article(id="tea", url="/tea"), Article(id="cup", url="/cup")])
    put(first, decided("tea", "cup", article_url="/tea", candidate_url="/cup"))
    now = DecisionsFile(
        tmp_path, [Article(id="green-tea", url="/tea/"), Article(id="mug", url="/mug", aliases=("/cup",))]
    )
    (found,) = now.read().by_pair.values()
    assert found.pair == ("green-tea", "mug")
    now.change({found.pair: decided("green-tea", "mug", "accept")})
    assert [line for line in now.path.read_text().splitlines() if line[0] == "-"] == [
        "- {article: green-tea, candidate: mug, verdict: accept, by: Ana, day: 2026-03-03}"
    ]


@pytest.mark.parametrize("names", [("copy", "tea"), ("tea", "copy")])
def test_a_copy_that_is_gone(tmp_path, names):
    """Where two articles had one address and one is gone, what was decided about the other holds, and both are one."""
    cup = Article(id="cup", url="/cup")
    both = DecisionsFile(tmp_path, [Article(id="copy", url="/tea"), Article(id="tea", url="/tea"), cup])
    verdicts = dict(zip(names, ("accept", "reject"), strict=True))
    for name, verdict in verdicts.items():
        put(both, decided(name, "cup", verdict, article_url="/tea"))
    now = DecisionsFile(tmp_path, [Article(id="tea", url="/tea"), cup])
    assert {pair: one.verdict for pair, one in now.read().by_pair.items()} == {("tea", "cup"): verdicts["tea"]}
    put(now, decided("tea", "cup", "pin", position=1))
    assert now.path.read_text().count("\n- ") == 1
    now.change({("tea", "cup"): None})
    assert now.read().by_pair == {}


def test_decisions_that_all_moved(tmp_path):
    """Thousands of decisions about articles of one address, each newer than the one before, take little time."""
    file = tmp_path / "_recommender" / "decisions.yaml"
    file.parent.mkdir()
    days = (date(1990, 1, 1) + timedelta(days=n) for n in range(10_000))
    file.write_text(
        "".join(
            f"- {{article: gone-{day}, candidate: cup, verdict: accept, day: {day}, article_url: /tea}}\n"
            for day in days
        )
    )
    start = time.process_time()
    (found,) = DecisionsFile(tmp_path, [Article(id="tea", url="/tea")]).read().by_pair.values()
    assert time.process_time() - start < 8
    assert (found.article, found.day) == ("tea", date(2017, 5, 18))


def test_gone(tmp_path):
    """The lines about an article that is gone are known, and stay; what stands elsewhere is not gone."""
    put(DecisionsFile(tmp_path), decided("tea", "cup"), decided("tea", "https://example.org/"), decided("cup", "tea"))
    assert DecisionsFile(tmp_path, [Article(id="cup")]).read().unknown == {"tea": [3, 4, 5]}


def test_grades(file):
    """Pinned is 3, accepted and kept 2, rejected and taken out 0."""
    put(
        file,
        decided("a", "b", "pin", position=1),
        *(decided("a", v, v) for v in ("accept", "keep", "reject", "remove")),
    )
    assert sorted(file.read().grades().items()) == [
        (("a", "accept"), 2), (("a", "b"), 3), (("a", "keep"), 2), (("a", "reject"), 0), (("a", "remove"), 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- {article: a, candidate: b, verdict: no}", "verdict must be one of accept, reject, pin, keep, remove"),
        ("- {article: a, candidate: b}", "verdict is missing"),
        ("- {article: a, candidate: b, verdict: pin}", "has a position"),
        ("- {article: a, candidate: b, verdict: reject, position: 2}", "has a position"),
        ("- {article: 7, candidate: b, verdict: reject}", "article must be text, but is the number 7"),
        ("- {article: a, candidate: b, verdikt: reject}", "Did you mean 'verdict'?"),
        ("- {article: a, candidate: b, verdict: reject, day: soon}", "day must be a day"),
        ("- {article: a", "Write it as in - {article: ID, candidate: ID, verdict: accept}"),
        ("- tea", "cannot be read as a decision: expected names with values"),
        ("tea", "Begin each decision with a dash"),
        ("<<<<<<< HEAD", "Finish the merge"),
    ],
)
def test_errors(file, line, message):
    """A line that cannot be understood is an error with its number, and the file stays as it is."""
    file.path.parent.mkdir()
    file.path.write_text(f"# head\n{line}\n")
    with pytest.raises(DecisionsError, match=r"decisions.yaml:2: ") as caught:
        put(file, decided("x", "y"))
    assert message in str(caught.value)
    assert file.path.read_text() == f"# head\n{line}\n"


def test_seen_before(file):
    """A decision against what somebody else decided in the meantime is refused, and nothing is lost."""
    put(file, decided("tea", "cup"))
    with pytest.raises(DecisionsChangedError, match="rejected by Ana on 2026-03-03"):
        file.change({("tea", "cup"): decided("tea", "cup", "accept")}, {("tea", "cup"): None})
    assert file.read().by_pair["tea", "cup"].verdict == "reject"
    file.change({("tea", "cup"): None}, {("tea", "cup"): decided("tea", "cup")})
    assert file.read().by_pair == {}


def test_nothing_is_lost(tmp_path, monkeypatch):
    """Five hundred decisions from four threads, and lines that a hand adds just before a program writes, all stay."""
    pairs = [(f"article-{number % 25}", f"candidate-{number}") for number in range(500)]
    random.Random(5).shuffle(pairs)
    by_hand = []

    def replace_after_a_hand(path, data, **kwargs):
        # The program has the lock and has read the file; the hand knows of no lock.
        if path.name == DecisionsFile(tmp_path).path.name and path.exists() and len(by_hand) < 40:
            by_hand.append(("hand", f"candidate-{len(by_hand)}"))
            with path.open("a") as file:
                file.write(f"- {{article: hand, candidate: {by_hand[-1][1]}, verdict: keep}}\n")
        replace_file(path, data, **kwargs)

    monkeypatch.setattr(decisions, "replace_file", replace_after_a_hand)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: put(DecisionsFile(tmp_path), decided(*pair)), pairs))
    assert sorted(DecisionsFile(tmp_path).read().by_pair) == sorted([*pairs, *by_hand])


def git(folder, *arguments):
    """Run git in a folder, as Ana."""
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    return subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True)


@pytest.mark.parametrize("was_there", [True, False], ids=["file before", "file made in both"])
def test_branches_merge(tmp_path, was_there):
    """Two branches that decide fifty different pairs each merge without a conflict, and no decision is lost."""
    file = DecisionsFile(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "index.md").write_text("# Tea\n")
    if was_there:
        put(file, *(decided(f"article-{n}", "other") for n in range(10)))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "start")
    for branch, even in (("ana", 0), ("ben", 1)):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        put(file, *(decided(f"article-{n // 5}", f"candidate-{n}", why="dull") for n in range(even, 100, 2)))
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", branch)
    git(tmp_path, "merge", "-q", "--no-edit", "ana")
    assert len(file.read().by_pair) == 100 + 10 * was_there
    put(file, decided("zebra", "other"))
    lines = [line for line in file.path.read_text().splitlines() if line.startswith("-")]
    assert len(lines) == len(set(lines)) == 101 + 10 * was_there


def test_branches_that_disagree(tmp_path):
    """One pair that two branches decided differently is one clear error, with both lines and who wrote them."""
    file = DecisionsFile(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    put(file, decided("tea", "cup", "keep"))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "start")
    for branch, verdict in (("ana", "accept"), ("ben", "reject")):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        put(file, decided("tea", "pot", verdict, why=branch))
        git(tmp_path, "commit", "-qam", branch)
    git(tmp_path, "merge", "-q", "--no-edit", "ana")
    with pytest.raises(DecisionsError, match=r"decisions.yaml:5: pot under tea is decided twice: .*Keep one") as caught:
        file.read()
    assert "rejected by Ana on 2026-03-03: ben" in str(caught.value)
    assert "accepted by Ana on 2026-03-03: ana" in str(caught.value)


@pytest.mark.parametrize("why", ["one\ntwo", "a\r\nb", "\n", "x\u2028y", "tab\tand\nbreak"])
def test_a_line_break_is_kept_in_one_line(file, why):
    """Whatever a text has, a decision is one line, and the file can be read."""
    put(file, decided("tea", "car", why=why), decided("tea\nb", "cup"))
    assert file.read().by_pair["tea", "car"].why == why
    assert len([line for line in file.path.read_text().split("\n") if line.startswith("- ")]) == 2


@pytest.mark.parametrize("line", ["[" * 3000, "!!timestamp x", "!!bool maybe", "{day: 2026-02-30}", "{a: &b [*b]}"])
def test_hostile_lines(file, line):
    """What YAML cannot make a value of is an error with its line."""
    put(file, decided("tea", "car"))
    file.path.write_text(f"{file.path.read_text()}- {line}\n")
    with pytest.raises(DecisionsError, match=r"decisions\.yaml:4: "):
        file.read()


def test_attributes_of_git_are_a_persons_too(file):
    """Our line is added to what stands there, once."""
    file.path.parent.mkdir()
    attributes = file.path.parent / ".gitattributes"
    attributes.write_text("*.png binary")
    put(file, decided("tea", "car"))
    put(file, decided("tea", "cup"))
    assert attributes.read_text() == "*.png binary\ndecisions.yaml merge=union\n"


@pytest.mark.parametrize("linked", ["_recommender", "_recommender/decisions.yaml"])
def test_a_link_out_of_the_site(tmp_path, linked):
    """Decisions are not read through a link that leads out of the site, and nothing is written there."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "decisions.yaml").write_text("a secret of the kitchen\n")
    place = tmp_path / "site" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(outside if linked == "_recommender" else outside / "decisions.yaml")
    file = DecisionsFile(tmp_path / "site")
    for act in (file.read, lambda: put(file, decided("tea", "cup"))):
        with pytest.raises(DecisionsError, match=r"cannot be read \(it leads out of the site") as caught:
            act()
        assert "kitchen" not in str(caught.value)
    assert [one.name for one in outside.iterdir()] == ["decisions.yaml"]


def test_a_pipe_is_not_taken_for_no_decisions(file):
    """A pipe or a folder in the file's place is an error: what editors decided is not left out in silence."""
    file.path.parent.mkdir()
    os.mkfifo(file.path)
    with pytest.raises(DecisionsError, match=r"it is no regular file"):
        file.read()
    file.path.unlink()
    file.path.mkdir()
    with pytest.raises(DecisionsError, match="Put a file there"):
        file.read()


def test_attributes_out_of_the_site(file, tmp_path):
    """What git is told is not written through a link that leads out of the site."""
    other = tmp_path.parent / f"{tmp_path.name}-attributes"
    other.write_text("theirs\n")
    file.path.parent.mkdir()
    (file.path.parent / ".gitattributes").symlink_to(other)
    put(file, decided("tea", "cup"))
    assert other.read_text() == "theirs\n"
