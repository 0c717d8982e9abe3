"""The block in TOML and JSON front matter: added bytes only, read back as what was meant, and taken out again."""

import json
import tomllib
from dataclasses import replace

import pytest

from recommender.articles import Article, Corpus, EntryShape
from recommender.errors import WriteError
from recommender.settings import Settings, WritingSettings
from recommender.suggestions import Reason, Suggestion
from recommender.writing import Answer, apply_changes
from recommender.writing.front_matter import plan_front_matter

TEXTS = EntryShape("text", target="path")
IDS = EntryShape("text", target="id")
BLACK = Suggestion(1, "black", 'Black "tea"', "/black/", 0.8125, Reason(0.8125, 0.75, ("both are about tea",)))
WHITE = replace(BLACK, rank=2, article_id="white", title="White tea", url="/white/", score=0.5)

TOML = {
    "plain": '+++\ntitle = "Tea" # a cup\ntags = ["a"]\n+++\nBody.\n',
    "windows": '+++\r\ntitle = "Tea"\r\n\r\n# Where it is from.\r\n[params]\r\nfrom = "far"\r\n+++\r\nBody.\r\n',
    "no tables": '+++\ntitle = """\n[no table]\n"""\nnumbers = [\n  [1], [2],\n]\n[[links]]\nx = 1\n+++\n',
    "empty": "+++\n+++\n",
}
ZOLA = {
    "a table": '+++\ntitle = "Tea"\n[taxonomies]\ntags = []\n[extra]\nlead = "x"\n\n[extra.deep]\ny = 1\n+++\n',
    "no table": '+++\ntitle = "Tea"\n[taxonomies]\ntags = ["a"]\n+++\nBody.\n',
    "a remark like ours": '+++\ntitle = "Tea"\n# for suggestions\n# [extra]\n+++\n',
    "an empty table": '+++\ntitle = "Tea"\n# for suggestions\n# of readers\n[extra]\n+++\n',
}
JSON = {
    "lines": '{\n    "title": "Tea",\n    "tags": ["a", {"b": "}"}]\n}\nBody {with} braces.\n',
    "windows": '{\r\n\t"title": "Tea"\r\n}\r\nBody.\r\n',
    "a tab in a text": '{\n  "title": "Tea\tcup"\n}\nBody.\n',
    "one line": '{"title": "Tea"}\nBody.\n',
    "empty": "{}\nBody.\n",
}


def written(folder, text, suggestions):
    """The file after a run in which it gets these suggestions, with the run's problems."""
    (folder / "tea.md").write_bytes(text.encode())
    corpus = Corpus([Article("tea", "tea.md", "Tea")])
    found = plan_front_matter(corpus, folder, [Answer("tea", tuple(suggestions))], Settings())
    apply_changes(found.changes)
    return (folder / "tea.md").read_bytes().decode(), [str(problem) for problem in found.problems]


def of_toml(text):
    """The values of a file with TOML."""
    return tomllib.loads(text.split("+++")[1])


def of_json(text):
    """The values of a file with JSON."""
    return json.JSONDecoder(strict=False).raw_decode(text)[0]


@pytest.mark.parametrize("shape", [EntryShape(), TEXTS, IDS])
@pytest.mark.parametrize(
    ("text", "values"),
    [*((text, of_toml) for text in TOML.values()), *((text, of_json) for text in JSON.values())],
    ids=[*TOML, *(f"JSON {name}" for name in JSON)],
)
def test_round_trip(tmp_path, text, values, shape):
    """A block is put in, replaced, left as it is, and taken out; no other byte and no other value changes."""
    black, white = (replace(one, shape=shape, key=key) for one, key in ((BLACK, "102"), (WHITE, "103a")))
    one, problems = written(tmp_path, text, [black])
    assert problems == []
    assert values(one) == {**values(text), "suggested_related": [black.as_related_entry()]}
    start = next(number for number, pair in enumerate(zip(one, text, strict=False)) if pair[0] != pair[1])
    assert one.startswith(text[:start])
    assert one.endswith(text[start:])
    both, _ = written(tmp_path, one, [black, white])
    assert values(both)["suggested_related"] == [black.as_related_entry(), white.as_related_entry()]
    assert written(tmp_path, both, [black, white]) == (both, [])
    assert written(tmp_path, both, []) == (text, [])


@pytest.mark.parametrize("text", ZOLA.values(), ids=[*ZOLA])
def test_zola(tmp_path, text):
    """On a Zola site the block stands in the table `extra`, where alone it knows other names than its own."""
    (tmp_path / "config.toml").write_text('base_url = "https://tea.example"\n')
    one, problems = written(tmp_path, text, [BLACK])
    assert problems == []
    before = of_toml(text)
    assert of_toml(one) == {
        **before,
        "extra": {**before.get("extra", {}), "suggested_related": [BLACK.as_related_entry()]},
    }
    assert written(tmp_path, one, [BLACK]) == (one, [])
    assert written(tmp_path, one, []) == (text, [])


@pytest.mark.parametrize(
    "text",
    [
        '+++\nsuggested_related = ["/mine/"]\n+++\n',
        '+++\nsuggested_related = [\n  { title = "Mine" },\n]\n+++\n',
        '+++\n[[suggested_related]]\ntitle = "Mine"\nscore = 0.5\n+++\n',
        '{"suggested_related": ["/mine/"]}\n',
        '{\n  "suggested_related": [\n    {"title": "Mine"}\n  ]\n}\n',
    ],
)
@pytest.mark.parametrize("suggestions", [(BLACK,), ()])
def test_what_is_not_ours_is_kept(tmp_path, text, suggestions):
    """What stands under our name and does not look like what we write is told of and left alone."""
    after, problems = written(tmp_path, text, suggestions)
    assert after == text
    assert problems == [
        "tea.md: suggested_related holds a list, expected suggestions just as they are written here. What editors "
        "wrote is never replaced: give it another name or take it out, or choose another writing.front_matter_name."
    ]


@pytest.mark.parametrize(
    ("theirs", "free"),
    [
        ('+++\ntitle = "Tea"\nmood = "calm"\n+++\n', '+++\ntitle = "Tea"\n+++\n'),
        ('+++\ntitle = "Tea"\n[extra]\nmood = "calm"\n+++\n', '+++\ntitle = "Tea"\n+++\n'),
        ('{"title": "Tea", "mood": "calm"}\n', '{"title": "Tea"}\n'),
    ],
)
def test_name_that_a_theme_lives_by_is_refused(tmp_path, theirs, free):
    """A name from the settings that is the editors' in more articles than have a block of ours is one error."""
    texts = {"black": theirs, "green": theirs, "white": free, "blue": free, "red": free}
    for name, text in texts.items():
        (tmp_path / f"{name}.md").write_text(text)
    corpus = Corpus(Article(name, f"{name}.md", "Tea") for name in texts)
    settings = Settings(writing=WritingSettings(front_matter_name="mood"))
    answers = [Answer(name, (BLACK,)) for name in texts]
    with pytest.raises(WriteError, match=r"'mood', but other things stand under it in black\.md, green\.md; "):
        plan_front_matter(corpus, tmp_path, answers, settings)
    (tmp_path / "green.md").write_text(free)
    (tmp_path / "black.md").write_text(free)
    apply_changes(plan_front_matter(corpus, tmp_path, answers, settings).changes)
    (tmp_path / "green.md").write_text(theirs)
    (problem,) = plan_front_matter(corpus, tmp_path, answers, settings).problems
    assert str(problem).startswith("green.md: mood holds 'calm', expected ")


@pytest.mark.parametrize("text", ["# Tea\n\nA cup.\n", "Title: Tea\n\nA cup.\n", '"title": "Tea"\n;;;\nA cup.\n'])
def test_no_front_matter(tmp_path, text, caplog):
    """A file without front matter gets none: the data file has its suggestions, and that is said once."""
    after, problems = written(tmp_path, text, [BLACK])
    assert (after, problems) == (text, [])
    data = json.loads((tmp_path / "_data" / "suggested_related.json").read_text())
    assert [entry["title"] for entry in data["tea"]] == ['Black "tea"']
    assert caplog.messages == [
        "tea.md without front matter to write into, which is never added: _data/suggested_related.json has the "
        "suggestions."
    ]
    assert written(tmp_path, text, []) == (text, [])
    assert json.loads((tmp_path / "_data" / "suggested_related.json").read_text()) == {}
