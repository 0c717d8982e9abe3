"""Decisions into curated lists."""

from datetime import date

import pytest

from recommender import read_site
from recommender.errors import WriteError
from recommender.writing import apply_changes
from recommender.writing.decisions import Decision, DecisionsFile
from recommender.writing.promote import plan_promotion

DAY = date(2026, 3, 3)
CUP = "---\ntitle: Cup\nurl: /cup\n---\n"
CAR = "---\ntitle: Car\nurl: /car\n---\n"
POT = "---\ntitle: Pot\nurl: /pot\n---\n"


def promoted(tmp_path, tea, *decisions, others=()):
    """The bytes of an article's file after its decisions were promoted, and the problems."""
    for name, text in {"tea": tea, "cup": CUP, "car": CAR, "pot": POT, **dict(others)}.items():
        (tmp_path / f"{name}.md").write_bytes(text.encode())
    corpus = read_site(tmp_path)
    file = DecisionsFile(tmp_path, corpus)
    held = file.change({("tea", one[0]): Decision("tea", *one) for one in decisions})
    plan = plan_promotion(corpus, tmp_path, held, DAY)
    apply_changes(plan.changes)
    return (tmp_path / "tea.md").read_bytes().decode(), tuple(plan.problems)


ACCEPT_CUP = ("cup", "accept", None)

SHAPES = {
    "texts": (
        "---\ntitle:   Tea # mine\nrelated:\n- /car   # why not\n\nother: 'x'\n---\nBody\n",
        "---\ntitle:   Tea # mine\nrelated:\n- /car   # why not\n- \"/cup\"\n\nother: 'x'\n---\nBody\n",
    ),
    "deeper, at the end, CRLF": (
        "---\r\ntitle: Tea\r\nrelated:\r\n    - /car\r\n---\r\nBody",
        '---\r\ntitle: Tea\r\nrelated:\r\n    - /car\r\n    - "/cup"\r\n---\r\nBody',
    ),
    "on one line": (
        "---\ntitle: Tea\nrelated: [ '/car' ] # short\n---\n",
        "---\ntitle: Tea\nrelated: [ '/car', \"/cup\" ] # short\n---\n",
    ),
    "in brackets on lines": (
        "---\ntitle: Tea\nrelated: [/car,\n  /pot\n ]\n---\n",
        '---\ntitle: Tea\nrelated: [/car,\n  /pot,\n  "/cup"\n ]\n---\n',
    ),
    "empty with a comment": (
        "---\ntitle: Tea\nrelated: ~ # none\nother: 1\n---\n",
        '---\ntitle: Tea\nrelated: # none\n  - title: "Cup"\n    url: "/cup"\nother: 1\n---\n',
    ),
    "none yet": (
        "---\ntitle: Tea\n---\nrelated:\n",
        '---\ntitle: Tea\nrelated:\n  - title: "Cup"\n    url: "/cup"\n---\nrelated:\n',
    ),
    "empty": (
        "---\ntitle: Tea\nrelated:\nother: 1\n---\n",
        '---\ntitle: Tea\nrelated:\n  - title: "Cup"\n    url: "/cup"\nother: 1\n---\n',
    ),
    "empty brackets": (
        "---\ntitle: Tea\nrelated: []\n---\n",
        '---\ntitle: Tea\nrelated: [{"title": "Cup", "url": "/cup"}]\n---\n',
    ),
    "embedded": (
        "---\ntitle: Tea\nrelated:\n  - title: Car\n    url: /car\n    note: |\n      two\n\n      lines\n"
        "# after\n---\n",
        "---\ntitle: Tea\nrelated:\n  - title: Car\n    url: /car\n    note: |\n      two\n\n      lines\n"
        '  - title: "Cup"\n    url: "/cup"\n# after\n---\n',
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_accepted(tmp_path, shape):
    """An accepted article is added to the list in the site's own shape, and every other byte stays."""
    before, expected = SHAPES[shape]
    embedded = "---\ntitle: Bike\nrelated:\n  - title: Car\n    url: /car\n---\n"
    others = {f"bike{n}": embedded for n in range(6)} if "empty" in shape or shape == "none yet" else {}
    assert promoted(tmp_path, before, ACCEPT_CUP, others=others) == (expected, ())


def test_removed(tmp_path):
    """An entry that was taken out goes with its own lines, and nothing else."""
    before = "---\ntitle: Tea\nrelated:\n  - /cup # good\n  - /car\n  # between\n  - /pot\n---\n"
    after, _ = promoted(tmp_path, before, ("pot", "remove", None), ("cup", "keep", None))
    assert after == "---\ntitle: Tea\nrelated:\n  - /cup # good\n  - /car\n  # between\n---\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n- /car # old\n# between\n\n- /pot\n# below\n", "\n# between\n\n- /pot\n# below\n"),
        ("\n- /car\n# below\nother: 1\n", " []\n# below\nother: 1\n"),
        (" [ /car, /pot ] # short\n", " [ /pot ] # short\n"),
        (" [\n  /cup,\n  /car,\n  /pot,\n] # good\n", " [\n  /cup,\n  /pot,\n] # good\n"),
        (" [ /car, ]\n", " []\n"),
        (" # short\n  - /car\nother: 1\n", " # short\n  []\nother: 1\n"),
        ("\n  # above\n\n  - /car\n  # below\n", "\n  # above\n  []\n  # below\n"),
    ],
)
def test_comments_stay(tmp_path, before, after):
    """With an entry only its own lines go, and what parts it from the next; comments above and below it stay."""
    head = "---\ntitle: Tea\nrelated:"
    found = promoted(tmp_path, f"{head}{before}---\n", ("car", "remove", None))
    assert found == (f"{head}{after}---\n", ())


@pytest.mark.parametrize(
    ("tea", "decision", "message"),
    [
        (" [/car, # old\n  /pot]\n", ("car", "remove", None), "has a comment in its brackets"),
        (
            "\n- title: Next steps\n  links: [/car, /pot]\n",
            ("car", "remove", None),
            "car cannot be taken out of its list: expected an entry of the list related, no group and no other list",
        ),
        (" /car\n", ("car", "remove", None), "car cannot be taken out of its list"),
        ("\n- title: Next steps\n  links: [/car, /pot]\n", ACCEPT_CUP, "has groups, and in which of them"),
    ],
)
def test_what_cannot_be_told_apart(tmp_path, tea, decision, message):
    """What stands in a group, in a text or beside a comment is left as it is, and told with its cure."""
    tea = f"---\ntitle: Tea\nrelated:{tea}---\n"
    after, (problem,) = promoted(tmp_path, tea, decision)
    assert after == tea
    assert message in str(problem)
    assert str(problem).endswith("by hand.")


def test_the_last_is_removed(tmp_path):
    """A list of which nothing remains is empty brackets."""
    before = "---\ntitle: Tea\nrelated:\n  - /car\nother: 1\n---\n"
    assert promoted(tmp_path, before, ("car", "remove", None))[0] == "---\ntitle: Tea\nrelated: []\nother: 1\n---\n"


def test_order_and_repeats(tmp_path):
    """Pinned articles are added at their positions, as in the box; what the list has already is not added again."""
    before = "---\ntitle: Tea\nrelated:\n- /pot\n---\n"
    for car, cup in ((("accept", None), ("pin", 1)), (("pin", 2), ("accept", None))):
        after, _ = promoted(tmp_path, before, ("pot", "accept", None), ("car", *car), ("cup", *cup))
        assert after == '---\ntitle: Tea\nrelated:\n- /pot\n- "/cup"\n- "/car"\n---\n'


@pytest.mark.parametrize(("verdict", "position"), [("accept", None), ("pin", 1), ("remove", None)])
def test_what_ends_is_left(tmp_path, verdict, position):
    """A decision with a last day changes no list, for that has none; in the order it keeps its place."""
    before = "---\ntitle: Tea\nrelated:\n- /car\n---\n"
    ends = ("car" if verdict == "remove" else "cup", verdict, position, "", "", None, date(2026, 12, 1))
    assert promoted(tmp_path, before, ends) == (before, ())
    after, _ = promoted(tmp_path, before, ends, ("pot", "pin", 2))
    assert after == '---\ntitle: Tea\nrelated:\n- /car\n- "/pot"\n---\n'


def test_one_address_is_added_once(tmp_path):
    """Where two articles have one address, the entry names either; a second time there is nothing to do."""
    twin = {"a-cup": CUP}
    once = promoted(tmp_path, "---\ntitle: Tea\nrelated:\n- /car\n---\n", ACCEPT_CUP, others=twin)
    assert once == ('---\ntitle: Tea\nrelated:\n- /car\n- "/cup"\n---\n', ())
    assert promoted(tmp_path, once[0], ACCEPT_CUP, others=twin) == once


def test_rejected_changes_nothing(tmp_path):
    """Other decisions never touch a file."""
    before = "---\ntitle: Tea\nrelated:\n- /car\n---\n"
    assert promoted(tmp_path, before, ("cup", "reject", None)) == (before, ())


@pytest.mark.parametrize(
    "tea",
    [
        "+++\ntitle = 'Tea'\n+++\n",
        "---\ntitle: Tea\nrelated: {a: /car}\n---\n",
        "---\n{title: Tea}\n---\n",
        # It is read, and PyYAML composes no tree of it.
        "---\ntitle: &a Tea\nother: &a x\nrelated: [/car]\n---\n",
    ],
)
def test_what_cannot_be_written(tmp_path, tea):
    """A list that cannot be changed safely is left as it is, and a sentence says so."""
    after, problems = promoted(tmp_path, tea, ACCEPT_CUP)
    assert after == tea
    assert len(problems) == 1


def test_lines(tmp_path):
    """A file of lines has no front matter to promote into."""
    site = tmp_path / "site.jsonl"
    site.write_text('{"id": "tea", "title": "Tea"}\n')
    with pytest.raises(WriteError, match=r"site.jsonl: lists are promoted into front matter"):
        plan_promotion(read_site(site), site, DecisionsFile(site).read(), DAY)
