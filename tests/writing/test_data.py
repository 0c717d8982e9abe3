"""The data file: its place, its content, its bytes."""

import json
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recommender.articles import Article, Corpus, EntryShape, Reading
from recommender.errors import SiteError, WriteError
from recommender.settings import Settings, WritingSettings
from recommender.suggestions import Reason, Suggestion
from recommender.writing import Answer, check_output
from recommender.writing.data import data_entry, data_file, plan_data

OURS = "must be an object with article ids and lists of entries that have score and article_id, but is something else"
TEXTS = EntryShape(kind="text", target="path")


def suggestion(article_id="black-tea", **fields):
    """A suggestion with every field."""
    usual = {
        "rank": 1,
        "title": "Black tea",
        "url": "https://example.org/black-tea",
        "score": 0.8125,
        "reason": Reason(0.8125, 0.75, ("both are about tea", "published 3 days apart")),
        "excerpt": "Four minutes.",
        "published_at": datetime(2021, 3, 3, 7, 14, tzinfo=UTC),
        "provider": "Leaf Weekly",
        "quality": 65.0,
    }
    return Suggestion(article_id=article_id, **{**usual, **fields})


def corpus(*ids):
    """Articles with nothing but ids."""
    return Corpus(Article(id=article_id) for article_id in ids)


def test_an_entry_by_slug_has_an_address():
    """A template cannot show a slug alone."""
    shape = EntryShape("mapping", {"title": "title", "url": "slug"}, "slug")
    entry = data_entry(suggestion(shape=shape))
    assert (entry["slug"], entry["url"]) == ("black-tea", "https://example.org/black-tea")


def test_whole_file(tmp_path):
    """The file holds each article's entries in the site's shape with id, score and reason, and ends with a line end."""
    answers = [Answer("green-tea", (suggestion(),)), Answer("bicycle", (), "no other article shares a word with it")]
    plan = plan_data(corpus("bicycle", "green-tea"), tmp_path, answers, Settings())
    (change,) = plan.changes
    assert change.path == tmp_path / "_data" / "suggested_related.json"
    assert change.before is None
    assert change.after.decode() == (
        "{\n"
        '  "green-tea": [\n'
        "    {\n"
        '      "title": "Black tea",\n'
        '      "excerpt": "Four minutes.",\n'
        '      "publishedDateTime": "2021-03-03T07:14:00Z",\n'
        '      "webUrl": "https://example.org/black-tea",\n'
        '      "provider": {\n'
        '        "name": "Leaf Weekly"\n'
        "      },\n"
        '      "quality": 65,\n'
        '      "score": 0.8125,\n'
        '      "article_id": "black-tea",\n'
        '      "reason": "both are about tea; published 3 days apart"\n'
        "    }\n"
        "  ]\n"
        "}\n"
    )


def test_entry_of_a_site_with_plain_lists():
    """Where the site's lists are plain texts, the text stands under what it is, beside the title and the URL."""
    entry = data_entry(suggestion(shape=TEXTS, url="/tea/black/"))
    assert entry == {
        "title": "Black tea",
        "url": "/tea/black/",
        "path": "/tea/black/",
        "article_id": "black-tea",
        "score": 0.8125,
        "reason": "both are about tea; published 3 days apart",
    }


def test_no_suggestions_at_all(tmp_path):
    """A site without any suggestion has an empty object, so that a template finds its file."""
    (change,) = plan_data(corpus("bicycle"), tmp_path, [Answer("bicycle")], Settings()).changes
    assert change.after == b"{}\n"


def test_same_answers_same_bytes(tmp_path):
    """The order of the answers does not matter, and a file that says the same already is not changed."""
    answers = [Answer(name, (suggestion(),)) for name in "cab"]
    (change,) = plan_data(corpus(*"abc"), tmp_path, answers, Settings()).changes
    (again,) = plan_data(
        corpus(*"abc"), tmp_path, sorted(answers, key=lambda answer: answer.article_id), Settings()
    ).changes
    assert change.after == again.after
    change.path.parent.mkdir()
    change.path.write_bytes(change.after)
    assert plan_data(corpus(*"abc"), tmp_path, answers, Settings()).changes == []


def test_answers_for_some_leave_the_others(tmp_path):
    """Where only some articles are asked for, what the file says about the others stays as it is."""
    path = tmp_path / "_data" / "suggested_related.json"
    path.parent.mkdir()
    kept = {"title": "kept as it is", "score": 0.000001, "article_id": "b"}
    path.write_text(json.dumps({"a": [kept], "b": [kept], "gone": [kept]}))
    answers = [Answer("b", (suggestion(),)), Answer("c")]
    (change,) = plan_data(corpus("a", "b", "c"), tmp_path, answers, Settings()).changes
    assert json.loads(change.after) == {
        "a": [kept],
        "b": [data_entry(suggestion())],
        "gone": [kept],
    }
    # Asked for all, the file is made anew.
    (change,) = plan_data(corpus("b"), tmp_path, [Answer("b", (suggestion(),))], Settings()).changes
    assert list(json.loads(change.after)) == ["b"]


def test_unread_articles_keep_their_entries(tmp_path):
    """An article whose file or folder could not be read this time keeps what the file says about it."""
    path = tmp_path / "_data" / "suggested_related.json"
    path.parent.mkdir()
    names = (
        "_posts/broken",
        "_posts/gone",
        "_posts/twice.md",
        "closed/one",
        "closed/two",
        "closed-not/one",
        "_posts/Tea: a guide",
    )
    path.write_text(json.dumps({name: [{"score": 1, "article_id": "a"}] for name in names}))
    said = ("_posts/broken.md:2: mapping values are not allowed here.", "_posts/twice.md: is no file.",
            "closed: cannot be read (Permission denied).", "_posts/Tea: a guide.md:2: is no YAML.")  # fmt: skip
    reading = Reading(problems=tuple(map(SiteError, said)))
    read = Corpus([Article(id="_posts/a")], reading=reading)
    (change,) = plan_data(read, tmp_path, [Answer("_posts/a", (suggestion(),))], Settings()).changes
    assert list(json.loads(change.after)) == [
        "_posts/Tea: a guide",
        "_posts/a",
        "_posts/broken",
        "_posts/twice.md",
        "closed/one",
        "closed/two",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title: Tea", "is not JSON (Expecting value: line 1 column 1 (char 0))."),
        ("{", "is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))."),
        ("[]", f"{OURS}."),
        ('{"ana": {"name": "Ana"}}', f"{OURS}."),
        ('{"tea": [{"article_id": "cup"}]}', f"{OURS}."),
    ],
)
@pytest.mark.parametrize("ids", ["a", "ab"])
def test_what_is_not_ours_is_not_lost(tmp_path, content, message, ids):
    """A file in the place of ours that was not written here is an error with its cure, whoever is asked for."""
    path = tmp_path / "_data" / "suggested_related.json"
    path.parent.mkdir()
    path.write_text(content)
    answers = [Answer("a", (suggestion(),))]
    with pytest.raises(WriteError) as caught:
        plan_data(corpus(*ids), tmp_path, answers, Settings())
    cure = "It is left as it is: mend it, take it out, or name another file (writing.data_file, --output)."
    assert str(caught.value) == f"{path}: {message} {cure}"
    if ids == "a":  # What a person has named, for the whole site, is made anew.
        assert len(plan_data(corpus(*ids), tmp_path, answers, Settings(), path).changes) == 1


@pytest.mark.parametrize("content", ["", " \n", "{}\n"])
def test_an_empty_file_is_filled(tmp_path, content):
    """A file with nothing in it is nobody's."""
    (tmp_path / "tea.json").write_text(content)
    settings = Settings(writing=WritingSettings(data_file="tea.json"))
    assert len(plan_data(corpus("a", "b"), tmp_path, [Answer("a", (suggestion(),))], settings).changes) == 1


@pytest.mark.parametrize("name", ["tea.md", "_config.yml", "package.json", "articles.jsonl", "link.json"])
def test_what_is_never_overwritten(tmp_path, name):
    """Articles and configurations are not written over, whoever names them; an empty file or a new one may be."""
    site = tmp_path / "articles.jsonl" if name == "articles.jsonl" else tmp_path
    check_output(tmp_path / name, tmp_path)
    (tmp_path / "link.json").symlink_to("tea.md")
    (tmp_path / name).write_text("")
    check_output(tmp_path / name, site)
    (tmp_path / name).write_text("title: Tea\n")
    with pytest.raises(WriteError, match=r"is .*, which is never overwritten\. Name another file\."):
        check_output(tmp_path / name, site)


@pytest.mark.parametrize("name", ["part-0.jsonl", "part-1.jsonl.gz", "out.jsonl", "out/part-000000.jsonl", ""])
def test_nothing_is_written_among_files_of_articles(tmp_path, name):
    """A folder of lines holds articles and nothing else, so no output takes the place of one, or comes beside them."""
    site = tmp_path / "lines"
    site.mkdir()
    for there in ("part-0.jsonl", "part-1.jsonl.gz"):
        (site / there).write_text('{"title": "Tea"}\n')
    with pytest.raises(
        WriteError, match=r"lies in the folder of the articles, which holds nothing else\. Name another\."
    ):
        check_output(site / name, site)
    for other in (tmp_path / "out.jsonl", site / "_data" / "out.json"):
        check_output(other, site)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (["_config.yml"], "_data/suggested_related.json"),
        (["_posts/"], "_data/suggested_related.json"),
        (["_config.yml", "content/", "data/"], "_data/suggested_related.json"),
        (["hugo.toml"], "data/suggested_related.json"),
        (["config.yaml"], "data/suggested_related.json"),
        (["config/_default/hugo.toml"], "data/suggested_related.json"),
        (["content/", "data/"], "data/suggested_related.json"),
        (["content/"], "_data/suggested_related.json"),
        ([], "_data/suggested_related.json"),
    ],
)
def test_place(tmp_path, there, expected):
    """The file is where the site's generator looks for data."""
    for name in there:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.write_text("")
    assert data_file(tmp_path, Settings()) == tmp_path / expected


@pytest.mark.parametrize(
    ("file", "text", "folder"),
    [
        ("_config.yml", "data_dir: facts\n", "facts"),
        ("hugo.toml", 'dataDir = "facts/of"\n', "facts/of"),
        ("eleventy.config.js", "export const config = {dir: {input: 'content', data: '../_data'}};", "_data"),
        ("eleventy.config.js", "export default (c) => ({dir: {input: 'src', data: 'facts'}});", "src/facts"),
        (
            ".eleventy.js",
            "c => {c.setInputDirectory('./src'); c.setDataDirectory('../facts');};",
            "facts",
        ),
        (".eleventy.js", "module.exports = (c) => ({dir: {data: '../facts'}});", "_data"),
    ],
)
def test_place_as_the_configuration_says(tmp_path, file, text, folder):
    """The file is where the configuration has the generator look for data, if that is in the site."""
    (tmp_path / file).write_text(text)
    assert data_file(tmp_path, Settings()) == tmp_path / folder / "suggested_related.json"


def test_place_as_the_settings_say(tmp_path):
    """The setting writing.data_file overrules what the generator would want."""
    (tmp_path / "hugo.toml").write_text("")
    settings = Settings(writing=WritingSettings(data_file="assets/related.json"))
    assert data_file(tmp_path, settings) == tmp_path / "assets" / "related.json"


def test_place_for_a_file_of_lines(tmp_path):
    """Articles that live in a file of lines have their suggestions beside it."""
    lines = tmp_path / "articles.jsonl"
    lines.write_text("")
    assert data_file(lines, Settings()) == tmp_path / "suggested_related.json"


text = st.text(st.characters(exclude_categories=["Cs"]))


@given(text.filter(bool), text, st.floats(0, 1), st.one_of(st.none(), st.floats(allow_infinity=False, allow_nan=False)))
def test_every_reader_reads_the_same(tmp_path_factory, article_id, title, score, quality):
    """Whatever the articles hold, JSON and YAML readers, of which Jekyll has one, read the same from the file."""
    answers = [Answer(article_id, (suggestion(title=title, score=score, quality=quality),))]
    site = tmp_path_factory.getbasetemp()
    (change,) = plan_data(corpus(article_id), site, answers, Settings(), site / "there-is-no-such-file.json").changes
    as_json = json.loads(change.after)
    assert as_json == yaml.load(change.after.decode(), Loader=yaml.CSafeLoader)
    ((entry,),) = as_json.values()
    assert (entry["title"], entry["score"]) == (title, score) if title else "title" not in entry


def test_what_no_file_can_hold(tmp_path):
    """Half a character is replaced, and an endless figure of merit is null."""
    answers = [Answer("a", (suggestion(title="half \ud83d", quality=float("inf")),))]
    (change,) = plan_data(corpus("a"), tmp_path, answers, Settings()).changes
    entry = json.loads(change.after)["a"][0]
    assert (entry["title"], entry["quality"]) == ("half \ufffd", None)
