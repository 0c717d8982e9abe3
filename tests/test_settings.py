"""Every knob is checked in one place, and the message says what it wants."""

import pytest
from click.testing import CliRunner

from recommender.batch import check_settings, evaluate_site, list_settings
from recommender.batch.commands import EVERYDAY
from recommender.cli import main
from recommender.errors import SettingsError
from recommender.settings import (
    RulesSettings,
    Settings,
    VectorsSettings,
    describe_settings,
    read_settings,
    settings_from_mapping,
)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"ranking": {"k": 0}}, "recommender.yaml: ranking.k must be a whole number from 1 to 50, but is 0."),
        ({"ranking": {"k": 2.5}}, "recommender.yaml: ranking.k must be a whole number from 1 to 50, but is 2.5."),
        (
            {"articles": {"outside": ["a\0"]}},
            "recommender.yaml: articles.outside must be a list of texts, but its entry 1 is 'a\\x00'.",
        ),
        (
            {"rules": {"never": ["a", " "]}},
            "recommender.yaml: rules.never must be a list of texts, but its entry 2 is empty.",
        ),
        (
            {"articles": {"exclude": ["a", 3]}},
            "recommender.yaml: articles.exclude must be a list of texts, but its entry 2 is 3.",
        ),
        ({"ranking": {"k": True}}, "recommender.yaml: ranking.k must be a whole number from 1 to 50, but is true."),
        ({"ranking": {"k": None}}, "recommender.yaml: ranking.k must be a whole number from 1 to 50, but is empty."),
        (
            {"ranking": {"time_floor": 1.5}},
            "recommender.yaml: ranking.time_floor must be a number from 0 to 1, but is 1.5.",
        ),
        (
            {"ranking": {"ranker": "magic"}},
            "recommender.yaml: ranking.ranker must be one of auto, similarity, learned, but is 'magic'.",
        ),
        (
            {"evaluation": {"seed": -1}},
            "recommender.yaml: evaluation.seed must be a whole number from 0 to 2,147,483,647, but is -1.",
        ),
        ({"vectors": {"stem": "yes"}}, "recommender.yaml: vectors.stem must be true or false, but is 'yes'."),
        (
            {"vectors": {"letters": {"weight": "heavy"}}},
            "recommender.yaml: vectors.letters.weight must be a number from 0 to 100, but is 'heavy'.",
        ),
        (
            {"vectors": {"letters": {"ngram_range": [1]}}},
            "recommender.yaml: vectors.letters.ngram_range must be two whole numbers, but is a list.",
        ),
        (
            {"vectors": {"letters": {"ngram_range": [3, 1]}}},
            "recommender.yaml: vectors.letters.ngram_range must be two whole numbers from 1 to 10, the smaller first, "
            "but is [3, 1].",
        ),
        (
            {
                "vectors": {
                    "meaning": 0,
                    **{name: {"weight": 0} for name in ("words", "phrases", "letters", "body", "body_letters")},
                }
            },
            "recommender.yaml: vectors must give a weight above 0 to one field at least, or to meaning, but all are 0, "
            "so that no two articles are alike. Take a line out, or write one such as words: {weight: 2}.",
        ),
        (
            {"rankings": {}},
            "recommender.yaml: there is no setting rankings. Did you mean 'ranking'? "
            "`recommender settings --all` lists them all.",
        ),
        ({"ranking": 3}, "recommender.yaml: ranking must be a mapping of settings, but is 3."),
        ([], "recommender.yaml: the file must be a mapping of settings, but is an empty list."),
        (
            {"articles": {"fields": {"tittle": "headline"}}},
            "recommender.yaml: articles.fields cannot map 'tittle'. Did you mean 'title'? It maps title, excerpt, "
            "published_at, url, topics, provider, quality, language, published, draft, related.",
        ),
        (
            {"articles": {"fields": {"title": 3}}},
            "recommender.yaml: articles.fields.title must be a name or a list of names, but is 3.",
        ),
        (
            {"articles": {"fields": {"excerpt": []}}},
            "recommender.yaml: articles.fields.excerpt must be a name or a list of names, but is an empty list.",
        ),
        (
            {"articles": {"fields": {"excerpt": ["teaser", None]}}},
            "recommender.yaml: articles.fields.excerpt must be a name or a list of names, but its entry 2 is empty.",
        ),
        (
            {"articles": {"exclude": "drafts/**"}},
            "recommender.yaml: articles.exclude must be a list of texts, but is 'drafts/**'. Write it in brackets: "
            "[drafts/**].",
        ),
        (
            {"ranking": {"k": 2}, "rules": {"at_least": 3}},
            "recommender.yaml: rules.at_least must be at most the number of suggestions, which is 2 (ranking.k, -k), "
            "but is 3, so that no article would have any. Lower it.",
        ),
        ({"writing": {"data_file": 7}}, "recommender.yaml: writing.data_file must be text, but is 7."),
        (
            {"writing": {"data_file": "../tea.json"}},
            "recommender.yaml: writing.data_file must be a file below the site, but is '../tea.json'. To write "
            "elsewhere: --output FILE.",
        ),
        (
            {"writing": {"data_file": "x.txt"}},
            "recommender.yaml: writing.data_file must end with one of .json, .csv, .tsv, .parquet, which says how it "
            "is written, but is 'x.txt'.",
        ),
        (
            {"writing": {"front_matter_name": "a: b"}},
            "recommender.yaml: writing.front_matter_name must be a name of letters, digits, hyphens and underscores, "
            "such as suggested_related, but is 'a: b'.",
        ),
        (
            {"articles": {"site_language": "klingon"}},
            "recommender.yaml: articles.site_language must be a code such as en or pt-BR, but is 'klingon'.",
        ),
        (
            {"articles": {"address": "/:slog/"}},
            "recommender.yaml: articles.address asks for :slog. Did you mean 'slug'? It may ask for :path, :folders, "
            ":slug, :language, :year, :month, :day, :hour, :minute, :second.",
        ),
        (
            {"articles": {"address": "nonsense"}},
            "recommender.yaml: articles.address must ask for what tells articles apart, but is 'nonsense'. Write it "
            "such as /blog/:slug/ or /:path/.",
        ),
        (
            {"vectors": {"words": {"ngram_range": [1, 2]}}},
            "recommender.yaml: there is no setting vectors.words.ngram_range. "
            "`recommender settings --all` lists them all.",
        ),
        (
            {"ranking": {"n_jobs": 0}},
            "recommender.yaml: ranking.n_jobs must be a number of processes, or -1 for all cores, but is 0.",
        ),
        (
            {"articles": {"site_url": "tea"}},
            "recommender.yaml: articles.site_url must be an address such as https://example.org, but is 'tea'.",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_its_limits(found, message):
    """Where, what was found, what was expected."""
    with pytest.raises(SettingsError) as caught:
        settings_from_mapping(found, "recommender.yaml")
    assert str(caught.value) == message


def test_settings_made_in_python_are_checked_too():
    """There is no second way in."""
    with pytest.raises(
        SettingsError, match=r"vectors.body_words must be a whole number from 1 to 1,000,000, but is 0\."
    ):
        Settings(vectors=VectorsSettings(body_words=0))


def test_a_mapping_in_the_place_of_settings_is_told():
    """It says what is expected, and what makes settings of mappings."""
    with pytest.raises(SettingsError) as caught:
        Settings(ranking={"k": 3})
    assert str(caught.value) == (
        "settings: ranking must be RankingSettings, but is a mapping. To make settings of mappings: "
        "recommender.settings.settings_from_mapping({'ranking': {'k': 3}})."
    )
    with pytest.raises(SettingsError, match=r"^settings: vectors\.letters must be LettersSettings, but is 5\."):
        Settings(vectors=VectorsSettings(letters=5))


def test_settings_of_a_folder(tmp_path):
    """Of the folder of a site its own file is read; without one they are the defaults."""
    assert read_settings(tmp_path) == Settings()
    (tmp_path / "recommender.yaml").write_text("ranking: {k: 7}\n")
    assert read_settings(str(tmp_path)).ranking.k == 7
    (tmp_path / "teas.jsonl").write_text('{"id": "a", "title": "Tea"}\n')
    assert read_settings(tmp_path / "teas.jsonl").ranking.k == 7, "those of the folder that a file of articles lies in"


def test_what_is_not_named_keeps_its_default():
    """One weight changed leaves the field's other options alone."""
    changed = settings_from_mapping({"vectors": {"letters": {"weight": 5}}})
    assert changed.vectors.letters.weight == 5.0
    assert changed.vectors.letters.ngram_range == Settings().vectors.letters.ngram_range


def test_a_bare_yes_is_the_choice_of_that_name():
    """YAML 1.1 reads it as a truth value."""
    assert settings_from_mapping({"articles": {"suggest_unpublished": False}}).articles.suggest_unpublished == "no"


def test_every_setting_has_a_sentence():
    """And a dotted name, in the order of the data's way."""
    described = describe_settings()
    assert all(sentence.endswith(".") for _, _, sentence in described)
    stages = list(dict.fromkeys(name.split(".")[0] for name, _, _ in described))
    assert stages == ["articles", "vectors", "ranking", "rules", "writing", "evaluation"]


def test_settings_files_are_read(tmp_path):
    """An empty one is all defaults; a byte order mark is no error."""
    file = tmp_path / "recommender.yaml"
    file.write_text("")
    assert read_settings(file) == Settings()
    file.write_bytes(b"\xef\xbb\xbfranking:\r\n  k: 7\r\n")
    assert read_settings(file).ranking.k == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"ranking: {k: 1",
            r"recommender.yaml:1: a bracket is never closed, or a comma is missing. Close it, or quote a",
        ),
        (
            b"- k: 3\n",
            r"recommender.yaml:1: expected names with values, but found a list. Write lines such as name: value.",
        ),
        (b"ranking:\n  k: 3\n  k: 4\n", r"recommender.yaml:3: k stands twice. Take one out."),
        (b"ranking: \xff", r"recommender.yaml: is not UTF-8 text. Save it as UTF-8."),
        (None, r"recommender.yaml: cannot be read \(No such file or directory\). Name a file that exists"),
    ],
)
def test_a_file_that_is_no_settings_file_says_why(tmp_path, content, message):
    """With the line where there is one."""
    file = tmp_path / "recommender.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=message):
        read_settings(file)


def test_name_that_stands_twice(tmp_path):
    """A setting that is given twice would be lost in silence; it is an error with its line."""
    path = tmp_path / "recommender.yaml"
    path.write_text("ranking:\n  k: 3\nwriting: {}\nranking:\n  seed: 1\n")
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert str(caught.value) == f"{path}:4: ranking stands twice. Take one out."


@pytest.mark.parametrize("name", ["layout", "related", "title"])
def test_a_name_of_the_editors_is_found_by_the_check(tmp_path, name):
    """`recommender settings --check` says what a run that writes into front matter would."""
    path = tmp_path / "recommender.yaml"
    path.write_text(f"writing: {{front_matter_name: {name}}}\n")
    with pytest.raises(SettingsError, match=f"^{path}: writing.front_matter_name is '{name}', "):
        check_settings(path)


def test_unknown_measure_is_found_by_the_check(tmp_path):
    """`recommender settings --check` knows which measures there are; `evaluate` tells where it was asked for, too."""
    path = tmp_path / "recommender.yaml"
    path.write_text("evaluation: {measures: [foo]}\n")
    message = "evaluation.measures: there is no measure 'foo'. Write them as in nDCG@10, P@1, P@5, R@5."
    with pytest.raises(SettingsError) as caught:
        check_settings(path)
    assert str(caught.value) == f"{path}: {message}"
    with pytest.raises(SettingsError) as caught:
        evaluate_site(tmp_path, read_settings(path))
    assert str(caught.value) == message


def test_a_section_whose_lines_are_commented_out_has_the_defaults(tmp_path):
    """As where somebody tries a setting, and leaves it."""
    path = tmp_path / "recommender.yaml"
    path.write_text("ranking:\n  # k: 3\nvectors:\n  words:\nrules: {at_least: 2}\n")
    assert read_settings(path) == Settings(rules=RulesSettings(at_least=2))


def test_what_is_empty_by_default_may_be_left_empty(tmp_path):
    """A list, a mapping or a text of which all lines are commented out, as docs/settings.md calls it: empty."""
    path = tmp_path / "recommender.yaml"
    path.write_text("rules:\n  never:\n    # - a\narticles:\n  fields:\n    # excerpt: teaser\n  site_url:\n")
    assert read_settings(path) == Settings()
    path.write_text("evaluation:\n  measures:\n")
    with pytest.raises(SettingsError, match=r"evaluation\.measures must be a list of texts, but is empty\."):
        read_settings(path)


def test_settings_begin_with_those_that_people_change():
    """`recommender settings` shows the dozen that sites change most; `--all` shows every one."""

    def listed(*asked):
        lines = CliRunner().invoke(main, ["settings", *asked]).stdout.splitlines()
        return [line for line in lines if not line.lstrip().startswith("#")]

    assert "  k: 5" in listed()
    assert "  seed: 0" not in listed()
    assert set(listed()) < set(listed("--all"))
    names = {name for name, _, _ in list_settings()}
    assert names >= EVERYDAY
