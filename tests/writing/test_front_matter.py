"""The block in an article's front matter: added lines only, and read back as what was meant."""

import dataclasses
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.articles import Article, Corpus, EntryShape, Reading
from recommender.errors import WriteError
from recommender.settings import Settings, WritingSettings
from recommender.suggestions import Reason, Suggestion
from recommender.writing import Answer, apply_changes
from recommender.writing.front_matter import plan_front_matter, render_block

SUGGESTION = Suggestion(
    rank=1,
    article_id="_news/black-tea",
    title="Black tea: yes",
    url="https://example.org/black-tea",
    score=0.8125,
    reason=Reason(0.8125, 0.75, ("both are about tea",)),
    excerpt='Four "minutes" # no more',
    published_at=datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
    provider="Leaf Weekly",
    quality=65.0,
)
BLOCK = (
    "suggested_related:\n"
    '  - title: "Black tea: yes"\n'
    '    excerpt: "Four \\"minutes\\" # no more"\n'
    "    publishedDateTime: 2021-03-03T07:14:00Z\n"
    '    webUrl: "https://example.org/black-tea"\n'
    "    provider:\n"
    '      name: "Leaf Weekly"\n'
    "    quality: 65\n"
    "    score: 0.8125\n"
)


def site_of(folder, **files):
    """A site with these files below _news, and its corpus."""
    (folder / "_news").mkdir(parents=True)
    for name, content in files.items():
        (folder / "_news" / f"{name}.md").write_bytes(content)
    return Corpus(Article(id=f"_news/{name}", path=f"_news/{name}.md") for name in files)


def plan(corpus, site, suggestions=(SUGGESTION,), settings=None):
    """The plan of giving every article these suggestions."""
    answers = [Answer(article.id, tuple(suggestions)) for article in corpus]
    return plan_front_matter(corpus, site, answers, settings or Settings())


def test_block_in_the_sites_own_shape():
    """An entry has the site's own names in their order, its date as a date, and the score."""
    assert render_block("suggested_related", [SUGGESTION]) == BLOCK
    (entry,) = yaml.safe_load(BLOCK)["suggested_related"]
    assert entry == {**SUGGESTION.as_related_entry(), "publishedDateTime": SUGGESTION.published_at}


def test_block_of_plain_texts():
    """Where the site's lists are plain texts ours are too, each with its score behind it as a comment."""
    shape = EntryShape(kind="text", target="path")
    suggestions = [
        dataclasses.replace(SUGGESTION, shape=shape, url="/en/black-tea/"),
        dataclasses.replace(SUGGESTION, shape=shape, url="/en/white # tea/", score=0.5),
    ]
    block = render_block("suggested_related", suggestions)
    assert block == 'suggested_related:\n  - "/en/black-tea/" # 0.81\n  - "/en/white # tea/" # 0.50\n'
    assert yaml.safe_load(block) == {"suggested_related": ["/en/black-tea/", "/en/white # tea/"]}


def test_block_of_ids(tmp_path):
    """An id that is a number is one in our block too, which is left as it is, replaced and taken out."""
    (tmp_path / "tea.md").write_text("---\ntitle: Tea\n---\n")
    ids = [dataclasses.replace(SUGGESTION, shape=EntryShape("text", target="id"), key=key) for key in ("102", "0x1")]
    blocks = ('  - 102 # 0.81\n  - "0x1" # 0.81\n', "  - 102 # 0.81\n", "")
    for block, found in zip(blocks, (ids, ids[:1], ()), strict=True):
        for n_changes in (1, 0):
            corpus = Corpus([Article("tea", "tea.md", "Tea")])
            plan = plan_front_matter(corpus, tmp_path, [Answer("tea", tuple(found))], Settings())
            apply_changes(plan.changes)
            assert len(plan.changes) == n_changes
            ours = f"suggested_related:\n{block}" if block else ""
            assert (tmp_path / "tea.md").read_text() == f"---\ntitle: Tea\n{ours}---\n"


def test_names_that_yaml_mistakes_are_quoted():
    """A site may call its fields what it likes."""
    shape = EntryShape(names={"title": "yes", "url": "my link", "provider": "source.1"})
    suggestion = dataclasses.replace(SUGGESTION, shape=shape)
    assert yaml.safe_load(render_block("no", [suggestion])) == {"no": [suggestion.as_related_entry()]}


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT, TEXT, st.floats(0, 1), st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)))
@example("yes", "1e3", "2021-01-01", 0.000001, 1e22)
@example("null", "a: b", "# no", 0.0, -0.0)
@example("---", "...\n---\n", "- a\n\tb", 1.0, None)
@example("🚲", 'it\'s "quoted"', "{{ site.title }}", 0.5, 1.5)
def test_values_are_read_back(title, excerpt, provider, score, quality):
    """Whatever an article holds, the block is read back as exactly the values, by both of PyYAML's readers."""
    suggestion = dataclasses.replace(
        SUGGESTION, title=title, excerpt=excerpt, provider=provider, score=score, quality=quality, published_at=None
    )
    block = render_block("suggested_related", [suggestion, suggestion])
    expected = {"suggested_related": [suggestion.as_related_entry()] * 2}
    assert yaml.load(block, Loader=yaml.CSafeLoader) == expected
    assert yaml.load(block, Loader=yaml.SafeLoader) == expected


@pytest.mark.parametrize(
    "before",
    [
        b"---\ntitle: Tea\n---\nBody\n",
        b"---\r\ntitle: Tea\r\nrelated:\r\n- title: x\r\n---\r\nBody\r\n",
        b"\xef\xbb\xbf---\ntitle: Tea\n---",
        b"\n\n---\ntitle: Tea\n---\nBody\n",
        b"\xef\xbb\xbf \r\n\r\n\r\n\r\n---\r\ntitle: Tea\r\n---\r\n",
        b"---\n---\n---\nNo title, and dashes in the body\n",
        b"---\ntitle: 'Tea' # a comment\n\n# the last line\n---\nsuggested_related:\n  - not ours\n",
        b"---\ntitle: Tea\ntext: |\n  suggested_related:\n  - not ours\n\n---\n",
        b"---\nanchor: &a [1]\nalias: *a\ntitle: >-\n  folded\n  text\n---\n",
        '---\ntitle: Grüner Tee \U0001f375 \u2028 緑茶\nsecured: "7vPS+Q==;mOi"\n---\n'.encode(),
    ],
)
def test_lines_are_added_and_taken_out_again(tmp_path, before):
    """The file has our lines and every byte it had; without suggestions it is what it was."""
    corpus = site_of(tmp_path, tea=before)
    path = tmp_path / "_news" / "tea.md"
    (change,) = plan(corpus, tmp_path).changes
    block = BLOCK.replace("\n", "\r\n") if b"\r\n" in before else BLOCK
    assert change.after.count(block.encode()) == 1
    assert change.after.replace(block.encode(), b"") == before
    apply_changes([change])
    assert plan(corpus, tmp_path).changes == []
    apply_changes(plan(corpus, tmp_path, []).changes)
    assert path.read_bytes() == before


def test_block_is_replaced_where_it_stands(tmp_path):
    """Other suggestions take the place of the earlier ones; what an editor moved below the block stays there."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n" + BLOCK.encode() + b"# moved here\ntopics: [tea]\n---\n")
    (change,) = plan(corpus, tmp_path, [dataclasses.replace(SUGGESTION, score=0.75)]).changes
    after = change.after.decode()
    assert after == f"---\ntitle: Tea\n{BLOCK.replace('0.8125', '0.75')}# moved here\ntopics: [tea]\n---\n"


def test_problems_are_collected(tmp_path):
    """Files that cannot take a block are each told of and left alone; the others are planned."""
    corpus = site_of(
        tmp_path,
        braces=b"---\n{title: Tea}\n---\n",
        tea=b"---\ntitle: Tea\n---\n",
        twice=b"---\n'suggested_related': []\nnext: 1\nsuggested_related: []\n---\n",
        wrapped=b"---\nnext: 1\n? suggested_related\n: []\n---\n",
    )
    found = plan(corpus, tmp_path)
    assert [change.path.name for change in found.changes] == ["tea.md"]
    assert [str(problem) for problem in found.problems] == [
        "_news/braces.md: front matter is not written as lines of names, so suggested_related cannot be added. "
        "Write lines such as name: value.",
        "_news/twice.md:4: suggested_related stands twice, first in line 2. Take one out.",
        "_news/wrapped.md:3: suggested_related cannot be replaced where it stands. The file is as it was. "
        "Begin a line with it and end it with a colon, or take it out.",
    ]


def test_file_that_went_away(tmp_path):
    """A file that was removed after it was read is told of, not made anew."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n---\n")
    (tmp_path / "_news" / "tea.md").unlink()
    found = plan(corpus, tmp_path)
    assert found.changes == []
    assert [str(problem) for problem in found.problems] == [
        "_news/tea.md: was removed after it was read, so nothing is written."
    ]


def test_edit_after_the_plan_is_kept(tmp_path):
    """What an editor saves between the plan and its turn is in the file, with the block."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n---\n")
    found = plan(corpus, tmp_path)
    path = tmp_path / "_news" / "tea.md"
    path.write_bytes(b"---\ntitle: Green tea\n---\nA new body\n")
    assert apply_changes(found.changes) == (1, [])
    assert path.read_bytes() == b"---\ntitle: Green tea\n" + BLOCK.encode() + b"---\nA new body\n"


def test_splice_gone_wrong_is_caught(tmp_path, monkeypatch):
    """A block that would land inside another value never reaches the file."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\ntext: |\n  one\n  two\n---\n")

    def inside_the_text(seen, block):
        indented = "".join(f"  {line}\n" for line in BLOCK.splitlines())
        return seen.text.replace("  two\n", indented + "  two\n").encode()

    monkeypatch.setattr("recommender.writing.seen.Seen.with_block", inside_the_text)
    found = plan(corpus, tmp_path)
    assert found.changes == []
    assert [str(problem) for problem in found.problems] == [
        "_news/tea.md: suggested_related cannot be written without changing how the rest of the front matter reads. "
        "The file is as it was. Write the front matter as plain lines of names."
    ]


def test_splice_that_changes_more_is_caught(tmp_path, monkeypatch):
    """A new file in which anything but the block differs never takes the old one's place."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n---\n")
    monkeypatch.setattr(
        "recommender.writing.seen.Seen.with_block",
        lambda seen, block: b"---\ntitle: Coffee\n" + BLOCK.encode() + b"---\n",
    )
    found = plan(corpus, tmp_path)
    assert found.changes == []
    assert [str(problem) for problem in found.problems] == [
        "_news/tea.md: suggested_related cannot be written without changing how the rest of the front matter reads. "
        "The file is as it was. Write the front matter as plain lines of names."
    ]


HELD = [
    ("suggested_related: my own text\n", "'my own text'"),
    ("suggested_related: true\n", "the truth value true"),
    ("suggested_related:\n  - {title: Mine, note: by hand}\n", "a list"),
    ("suggested_related:\n  - title: Mine\n    score: 0.5\n    note: by hand\n", "a list"),
    ("suggested_related:\n  - title: Mine\n    score: 65\n", "a list"),
    ("suggested_related:\n  - /black-tea/\n  - /white-tea/\n", "a list"),
    ('suggested_related:\n  - "/black-tea/" # 0.81\n  - "/white-tea/" # by hand\n', "a list"),
    ('suggested_related: # checked by Ana\n  - "/black-tea/" # 0.81\n', "a list"),
    (BLOCK.replace("65\n", "65 # not so good\n"), "a list"),
    (BLOCK.replace(":\n", ": &them\n", 1) + "others: *them\n", "an anchor, an alias or a tag"),
    (BLOCK.replace("- title:", "- &it\n    title:", 1) + "first: *it\n", "an anchor, an alias or a tag"),
    ("suggested_related: # to do\n", "a comment"),
]


@pytest.mark.parametrize(("held", "shown"), HELD)
@pytest.mark.parametrize("suggestions", [(SUGGESTION,), ()])
def test_what_is_not_ours_is_kept(tmp_path, held, shown, suggestions):
    """What stands under our name and does not look like what we write is told of and left alone."""
    corpus = site_of(tmp_path, held=f"---\ntitle: Tea\n{held}---\n".encode(), tea=b"---\ntitle: Tea\n---\n")
    found = plan(corpus, tmp_path, suggestions)
    assert [change.path.name for change in found.changes] == ["tea.md"] * len(suggestions)
    assert [str(problem) for problem in found.problems] == [
        f"_news/held.md:3: suggested_related holds {shown}, expected suggestions just as they are written here. What "
        "editors wrote is never replaced: give it another name or take it out, or choose another "
        "writing.front_matter_name."
    ]


@pytest.mark.parametrize(
    "block",
    [
        'suggested_related:\n  - "/en/black-tea/" # 0.81\n  - "/en/white # tea/" # 0.50\n',
        "suggested_related:\n- title: Black tea\n  link: /black-tea\n  author: {name: Leaf Weekly}\n  score: 0.1\n",
        'suggested_related:\n  - path: "/black-tea"\n    score: 0.000001\n',
        "suggested_related: []\n",
        "suggested_related:\n",
    ],
)
def test_blocks_of_earlier_shapes_are_ours(tmp_path, block):
    """A block of a run before the site changed its entries is replaced, as is a list with nothing in it."""
    corpus = site_of(tmp_path, tea=f"---\ntitle: Tea\n{block}topics: [tea]\n---\n".encode())
    (change,) = plan(corpus, tmp_path).changes
    assert change.after.decode() == f"---\ntitle: Tea\n{BLOCK}topics: [tea]\n---\n"


def test_empty_list_stays_without_suggestions(tmp_path):
    """Where there is nothing to suggest and nothing of ours to take out, a file keeps its empty list."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\nsuggested_related: []\n---\n")
    assert plan(corpus, tmp_path, ()).changes == []


def test_block_in_the_names_of_a_site_is_ours(tmp_path):
    """Names that only this site has in its entries are known from its shape."""
    shape = EntryShape(names={"title": "Titel", "url": "Ort.Adresse"})
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n---\n").with_articles([])
    corpus = Corpus([Article(id="_news/tea", path="_news/tea.md")], entry_shape=shape)
    apply_changes(plan(corpus, tmp_path, [dataclasses.replace(SUGGESTION, shape=shape)]).changes)
    (change,) = plan(corpus, tmp_path, [dataclasses.replace(SUGGESTION, shape=shape, score=0.5)]).changes
    assert change.after.count(b"Adresse") == 1


def test_name_that_a_theme_lives_by_is_refused(tmp_path):
    """A name from the settings under which articles keep something else is one error, and nothing is written."""
    files = dict.fromkeys(("black", "green"), b"---\ntitle: Tea\nmood: calm # main\n---\n")
    corpus = site_of(tmp_path, **files, white=b"---\ntitle: Tea\n---\n")
    settings = Settings(writing=WritingSettings(front_matter_name="mood"))
    with pytest.raises(WriteError) as caught:
        plan(corpus, tmp_path, settings=settings)
    assert str(caught.value) == (
        "writing.front_matter_name is 'mood', but other things stand under it in _news/black.md, _news/green.md; "
        "what editors wrote is never replaced. Choose a name of its own, such as suggested_related."
    )


def test_name_in_use_with_one_slip(tmp_path):
    """Where most articles have our block under a name of their own, one that an editor wrote into is told of alone."""
    block = BLOCK.replace("suggested_related", "similar").encode()
    files = dict.fromkeys(("black", "green"), b"---\ntitle: Tea\n" + block + b"---\n")
    corpus = site_of(tmp_path, **files, white=b"---\ntitle: Tea\nsimilar: none\n---\n")
    found = plan(corpus, tmp_path, settings=Settings(writing=WritingSettings(front_matter_name="similar")))
    assert [str(problem).partition(",")[0] for problem in found.problems] == ["_news/white.md:3: similar holds 'none'"]


BREAKS = ["\u2028", "\u2029", "\u0085"]


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize(
    "lines",
    [
        'title: "Green tea{}kettle"',
        "title: Green tea{} kettle",
        "title: Tea\n# pots{}",
        "title: Tea\ntext: |\n  a{}  b",
    ],
)
def test_line_breaks_of_yaml_alone(tmp_path, line_break, lines):
    """What only YAML and Python take for the end of a line does not hide the block."""
    before = f"---\n{lines.format(line_break)}\n---\n".encode()
    corpus = site_of(tmp_path, tea=before)
    path = tmp_path / "_news" / "tea.md"
    apply_changes(plan(corpus, tmp_path).changes)
    assert path.read_bytes() == before.replace(b"\n---\n", f"\n{BLOCK}---\n".encode())
    found = plan(corpus, tmp_path, [dataclasses.replace(SUGGESTION, score=0.75)])
    assert (len(found.changes), found.problems) == (1, [])
    found = plan(corpus, tmp_path, ())
    assert found.problems == []
    apply_changes(found.changes)
    assert path.read_bytes() == before


@pytest.mark.parametrize("line_break", BREAKS)
def test_line_breaks_in_the_block(tmp_path, line_break):
    """A block that another program wrote back with such a character in a text is still ours."""
    written = BLOCK.replace("Leaf Weekly", f"Leaf{line_break}Weekly")
    corpus = site_of(tmp_path, tea=f"---\ntitle: Tea\n{written}---\n".encode())
    (change,) = plan(corpus, tmp_path).changes
    assert change.after.decode() == f"---\ntitle: Tea\n{BLOCK}---\n"


@pytest.mark.parametrize(
    "lines", [f"# tea\u2028{BLOCK}", f"? suggested_related\n: {BLOCK.partition(chr(10))[2].lstrip()}"]
)
@pytest.mark.parametrize("suggestions", [(SUGGESTION,), ()])
def test_block_that_cannot_be_replaced(tmp_path, lines, suggestions):
    """A block that YAML sees and that is not lines of its own is told of, also where it should be taken out."""
    corpus = site_of(tmp_path, tea=f"---\ntitle: Tea\n{lines}---\n".encode())
    found = plan(corpus, tmp_path, suggestions)
    assert found.changes == []
    assert [str(problem) for problem in found.problems] == [
        "_news/tea.md:3: suggested_related cannot be replaced where it stands. The file is as it was. "
        "Begin a line with it and end it with a colon, or take it out."
    ]


def test_splice_that_breaks_a_reference_is_caught(tmp_path, monkeypatch):
    """Values are compared by what they refer to, so an alias without its anchor never reaches a file."""
    monkeypatch.setattr("recommender.writing.seen.Place.is_ours", lambda *_: True)
    tied = BLOCK.replace(":\n", ": &them\n", 1)
    corpus = site_of(tmp_path, tea=f"---\ntitle: Tea\n{tied}others: *them\n---\n".encode())
    for suggestions in ((SUGGESTION,), ()):
        (problem,) = plan(corpus, tmp_path, suggestions).problems
        assert "*them refers to nothing" in str(problem)


@pytest.mark.parametrize("name", ["related", "relatedArticles", "title", "Provider"])
def test_names_of_the_editors_are_refused(tmp_path, name):
    """The block cannot take a name under which editors keep something, least of all their lists."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n---\n")
    with pytest.raises(WriteError, match=rf"writing.front_matter_name is '{name}', where the articles keep their \w+"):
        plan(corpus, tmp_path, settings=Settings(writing=WritingSettings(front_matter_name=name)))


@pytest.mark.parametrize("name", ["layout", "Weight", "type"])
def test_names_of_the_generators_are_refused(tmp_path, name):
    """Also where no article has them, for they often stand in the defaults of a configuration."""
    corpus = site_of(tmp_path, tea=b"---\ntitle: Tea\n---\n")
    with pytest.raises(WriteError, match=rf"writing.front_matter_name is '{name}', by which site generators build"):
        plan(corpus, tmp_path, settings=Settings(writing=WritingSettings(front_matter_name=name)))


def test_names_that_the_settings_map_are_refused(tmp_path):
    """A name that this site alone keeps its lists under is the editors' too."""
    corpus = Corpus(reading=Reading(recognised={"related": {"more_like_this": 3}}))
    with pytest.raises(WriteError, match="where the articles keep their related"):
        plan(corpus, tmp_path, settings=Settings(writing=WritingSettings(front_matter_name="more_like_this")))


def test_file_of_lines_has_no_front_matter(tmp_path):
    """A site that is a file of lines is told which ways of writing it has."""
    lines = tmp_path / "articles.jsonl"
    lines.write_text("")
    with pytest.raises(WriteError) as caught:
        plan(Corpus(), lines)
    assert str(caught.value) == (
        f"{lines}: lines have no front matter to write into. Use --write data or --write jsonl."
    )
