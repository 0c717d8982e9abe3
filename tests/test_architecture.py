"""The layers hold, and the public surface is what it was promised to be."""

import ast
import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import recommender
from recommender.settings import WritingSettings
from recommender.writing import WRITERS

ROOT = Path(__file__).parent.parent
#: What a stranger asks, and the function, class or constant that answers.
QUESTIONS = {
    "How are dates read?": "content/dates.py read_date",
    "Which files of a folder are articles?": "content/files.py find_files",
    "How does one file become an article?": "content/file_reader.py FileReader",
    "Which names may a title stand under?": "content/fields.py USUAL_NAMES",
    "Where is a new shape of a curated list read?": "content/related_lists.py read_entries",
    "Which front-matter names hold curated lists?": "content/list_names.py choose_names",
    "Which article does an entry name?": "content/matching.py EntryMatcher",
    "When are two addresses the same?": "content/urls.py canonical_url",
    "Where is a site generator added?": "content/generators/__init__.py GENERATORS",
    "What is kept between two readings?": "content/cache.py ReadingCache",
    "How does text become words?": "text/words.py Analyzer",
    "Which words say nothing?": "text/function_words.py function_words",
    "How do days apart count?": "ranking/rankers.py damping",
    "Where is a feature of the ranker added?": "ranking/features.py FEATURES",
    "Where is the learned ranker's threshold set?": "ranking/learning.py _threshold",
    "What does a score by similarity mean?": "ranking/reader.py ReaderModel",
    "What does a link in a text count for?": "ranking/links.py LinkGraph",
    "Which ranker does a site get?": "ranking/choosing.py choose_ranker",
    "How does an article become a query?": "ranking/queries.py query_of",
    "What is in a saved model?": "ranking/fitted.py Fitted",
    "Who may be suggested at all?": "ranking/eligible.py refusals",
    "Why has an article no suggestion?": "ranking/select.py Selector",
    "What may editors forbid?": "ranking/rules.py Rules",
    "Where do decisions of editors stand?": "writing/decisions.py DecisionsFile",
    "How is a suggestion explained?": "ranking/explain.py reasons",
    "When is a saved model too old?": "ranking/drift.py drift_of",
    "How is a file replaced?": "writing/atomic.py replace_file",
    "How does it know which lines of front matter are ours?": "writing/seen.py see",
    "What may be known when an article is asked?": "evaluation/protocols.py publish_time",
    "What is it compared with?": "evaluation/baselines.py Bm25",
    "How does an evaluation become a page?": "report/evaluation_page.py page_of",
    "What fails a build?": "evaluation/gate.py below",
    "What does --check do?": "cli.py suggest",
    "When does a run compute nothing?": "runs.py LastRun",
    "Where is a setting added?": "settings.py RankingSettings",
}
#: No module is longer than so many lines.
MOST_LINES = 450
PACKAGES = sorted(one.name for one in pkgutil.walk_packages(recommender.__path__, "recommender.") if one.ispkg)


def test_layers():
    """A module imports only from its right in the data's way; import-linter finds no other import."""
    command = shutil.which("lint-imports", path=Path(sys.executable).parent)
    if command is None:
        pytest.skip("needs import-linter: pip install --group lint")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["recommender", *PACKAGES])
def test_public_names(name):
    """Every name that a package offers exists; constants come first, then classes, then functions, each sorted."""
    module = importlib.import_module(name)
    public = getattr(module, "__all__", [])
    kinds = [(not each.isupper(), not each[0].isupper(), each) for each in public]
    assert kinds == sorted(kinds)
    for each in public:
        assert getattr(module, each) is not None


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stranger_finds_the_place(question):
    """The file that is said to answer a question defines the thing that answers it, and the page names the file."""
    file, name = QUESTIONS[question].split()
    parsed = ast.parse((ROOT / "recommender" / file).read_text(encoding="utf-8"))
    assigned = [
        one for each in parsed.body for one in (getattr(each, "targets", None) or [getattr(each, "target", each)])
    ]
    assert name in {getattr(one, "name", getattr(one, "id", "")) for one in assigned}
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    place = file.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    assert re.search(rf"(?m)^ +.*\b{place}\b", page)


def test_no_module_is_long():
    """A module fits into one reading, and the page about all of them into one too."""
    lengths = {
        path.relative_to(ROOT / "recommender").as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "recommender").rglob("*.py")
    }
    assert {file: n_lines for file, n_lines in lengths.items() if n_lines > MOST_LINES} == {}
    assert len((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_no_group_is_possessive():
    """Python before 3.11.5 takes too much by such a group of several parts (python/cpython#106052): atomic ones do."""
    possessive = re.compile(r"(?<![(])(?<!\(\?P=mark)\)(?:[*+?]|\{\d+,?\d*\})\+")
    lines = (
        (path, line) for path in (ROOT / "recommender").rglob("*.py") for line in path.read_text("utf-8").splitlines()
    )
    assert [(path.name, line) for path, line in lines if possessive.search(line)] == []


def test_public_surface():
    """The names that others call are fixed."""
    fixed = {
        "Article", "Corpus", "Recommender", "RecommenderError", "Settings", "Suggestion",
        "evaluate", "load_model", "read_article", "read_site",
    }  # fmt: skip
    assert fixed <= set(recommender.__all__)
    for name in ("fit", "suggest", "suggest_all", "update", "explain", "save"):
        assert callable(getattr(recommender.Recommender, name))
    assert set(recommender.__all__) <= set(dir(recommender))
    with pytest.raises(AttributeError, match="module 'recommender' has no attribute 'recommend'"):
        recommender.recommend  # noqa: B018


def test_fields_of_an_article():
    """The fields of Article, RelatedEntry and Suggestion that others use are fixed."""
    fields = {
        recommender.Article: (
            "id path title excerpt published_at url topics provider quality language is_published body related"
        ),
        recommender.RelatedEntry: "title excerpt url published_at provider target",
        recommender.Suggestion: "rank article_id title url score reason",
    }
    for kind, names in fields.items():
        assert list(kind.__dataclass_fields__)[: len(names.split())] == names.split()
    assert recommender.Article(id="tea", title="Tea", excerpt="A start").related == ()


def test_one_list_of_writers():
    """The setting writing.writer offers the writers that there are, and so does the command line."""
    assert set(typing.get_args(typing.get_type_hints(WritingSettings)["writer"])) == set(WRITERS)


def test_errors_have_one_root():
    """Every error of the package is a RecommenderError, so that a pipeline catches one class."""
    errors = importlib.import_module("recommender.errors")
    own = [each for each in vars(errors).values() if getattr(each, "__module__", "") == errors.__name__]
    kinds = [each for each in own if isinstance(each, type)]
    assert len(kinds) > 10
    assert all(issubclass(kind, recommender.RecommenderError) for kind in kinds)


def test_nothing_is_read_from_the_outside_on_import():
    """Neither importing the package nor a fit configures logging, and importing warns of nothing."""
    code = """if True:
        import logging, warnings
        import recommender.batch
        warnings.simplefilter("ignore")  # those of other libraries
        recommender.Recommender().fit(recommender.Corpus([recommender.Article(id="tea", title="Tea")]))
        print(logging.root.handlers, logging.root.level, logging.getLogger("recommender").handlers)"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[] 30 []\n", "")
