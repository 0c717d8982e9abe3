"""Our block goes into front matter and out of it, and every other byte stays."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recommender.content.front_matter import decode, parse, split
from recommender.errors import FrontMatterError
from recommender.writing.seen import see

NAME = "suggested_related"
BLOCK = 'suggested_related:\n  - title: "Black tea"\n    score: 0.5\n'
OTHER = "suggested_related:\n- /white-tea/\n"


def splice(raw, name, block, where="text"):
    """A file with a block in the place of ours; None takes it out."""
    text = decode(raw, where)
    return see(text, split(text, where), name, where).with_block(block or "")


values = st.sampled_from(
    [
        "Tea",
        '"Tea: a start"',
        "'it''s'",
        "|\n  # Tea\n  suggested_related:",
        "[a,\n  b]",
        '"a\n  suggested_related: b"',
        "",
    ]
)
lines = st.sampled_from(["# a comment", "", "  ", "#suggested_related: no", "x-suggested_related: yes"])
ends = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def files(draw):
    """A file with front matter of some names, comments and blank lines, in one kind of line ends."""
    pairs = draw(st.lists(values, max_size=4))
    yaml_lines = [f"name{number}: {value}" for number, value in enumerate(pairs)]
    for line in draw(st.lists(lines, max_size=4)):
        yaml_lines.insert(draw(st.integers(0, len(yaml_lines))), line)
    opening, closing = draw(st.sampled_from(["---", "--- "])), draw(st.sampled_from(["---", "...", "---\t"]))
    body = draw(st.sampled_from(["", "\n", "\nThe kettle sings.", "\n\n---\nsuggested_related:\n- a\n---\n"]))
    text = "\n".join([opening, *yaml_lines, closing]) + body
    return (draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", draw(ends))).encode()


@given(files())
def test_take_out_gives_back(raw):
    """Taking our block out of a file that had none gives back every byte."""
    assert splice(splice(raw, NAME, BLOCK), NAME, None) == raw


@given(files(), st.sampled_from([BLOCK, OTHER]))
def test_put_in(raw, block):
    """A block that is put in is read back, and so is all that was there before."""
    text = decode(splice(raw, NAME, block), "tea.md")
    assert parse(text) == {**parse(decode(raw, "tea.md")), **yaml.safe_load(block)}


@given(files())
def test_put_in_twice(raw):
    """Putting a block in again changes no byte."""
    once = splice(raw, NAME, BLOCK)
    assert splice(once, NAME, BLOCK) == once


@given(files())
def test_replace(raw):
    """A block that is replaced leaves no trace."""
    assert splice(splice(raw, NAME, BLOCK), NAME, OTHER) == splice(raw, NAME, OTHER)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\n---\n", "---\nNEW\n---\n"),
        ("---\ntitle: Tea\n---", "---\ntitle: Tea\nNEW\n---"),
        ("---\nOLD\ntitle: Tea\n---\n", "---\nNEW\ntitle: Tea\n---\n"),
        ('---\n"suggested_related":\n  - a\n---\n', "---\nNEW\n---\n"),
        ("---\n'suggested_related' : [a,\n  b]\n---\n", "---\nNEW\n---\n"),
        ("---\nsuggested_related: |\n  a\n\n  b\ntitle: Tea\n---\n", "---\nNEW\ntitle: Tea\n---\n"),
        ("---\nOLD\n\n# about the title\ntitle: Tea\n---\n", "---\nNEW\n\n# about the title\ntitle: Tea\n---\n"),
        ("---\nOLD\n  # the end\n---\n", "---\nNEW\n  # the end\n---\n"),
        ('---\nx: "a\nsuggested_related: b"\n---\n', '---\nx: "a\nsuggested_related: b"\nNEW\n---\n'),
        ("---\nx: {a: 1,\nsuggested_related: 2}\n---\n", "---\nx: {a: 1,\nsuggested_related: 2}\nNEW\n---\n"),
        ("---\nx: |\n  suggested_related: 2\n---\n", "---\nx: |\n  suggested_related: 2\nNEW\n---\n"),
        ("---\nx:\n  suggested_related: 2\n---\n", "---\nx:\n  suggested_related: 2\nNEW\n---\n"),
        ("---\nsuggested_related_too: 2\n---\n", "---\nsuggested_related_too: 2\nNEW\n---\n"),
    ],
)
def test_places(before, after):
    """A block goes before the closing line, or where ours stands; what only looks like ours is left alone."""
    before, after = (text.replace("OLD", OTHER.strip()).replace("NEW", BLOCK.strip()) for text in (before, after))
    assert splice(before.encode(), NAME, BLOCK).decode() == after


def test_indented_front_matter():
    """A block takes the indent of the names around it."""
    raw = b"---\n  title: Tea\n---\n"
    spliced = splice(raw, NAME, OTHER)
    assert spliced == b"---\n  title: Tea\n  suggested_related:\n  - /white-tea/\n---\n"
    assert splice(spliced, NAME, None) == raw


@pytest.mark.parametrize("yaml_text", ["{title: Tea}", "!tea\ntitle: Tea", "? title\n: Tea", "- Tea"])
def test_not_lines_of_names(yaml_text):
    """Front matter to which no name can be added is an error, and stays as it is when there is nothing to take out."""
    raw = f"---\n{yaml_text}\n---\n".encode()
    with pytest.raises(FrontMatterError) as caught:
        splice(raw, NAME, BLOCK, "tea.md")
    assert str(caught.value) == (
        "tea.md: front matter is not written as lines of names, so suggested_related cannot be added. "
        "Write lines such as name: value."
    )
    assert splice(raw, NAME, None) == raw


@pytest.mark.site
@pytest.mark.slow
def test_azure_splice(azure_site):
    """Our block goes into and out of a file and leaves no trace; front matter reads the same but for it."""
    paths = sorted((azure_site / "_news").glob("*.md"))
    assert len(paths) == 4617
    # All of them are spliced where a whole batch writes into the real site.
    for number, path in enumerate(paths[::10]):
        raw = path.read_bytes()
        spliced = splice(raw, "suggested_related", BLOCK)
        assert splice(spliced, "suggested_related", BLOCK) == spliced
        assert splice(spliced, "suggested_related", None) == raw
        if number % 10 == 0:
            values = parse(spliced.decode())
            assert values.pop("suggested_related")[0]["score"] == 0.5
            assert values == parse(raw.decode())


@pytest.mark.site
def test_namefi_splice(namefi_site):
    """Our block goes into and out of every file of the blog and leaves no trace."""
    for path in sorted(namefi_site.rglob("*.md")):
        raw = path.read_bytes()
        assert splice(splice(raw, "suggested_related", BLOCK), "suggested_related", None) == raw
