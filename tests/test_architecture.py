"""The layers hold, and the public surface is what it was promised to be."""

import importlib
import pkgutil
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
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(recommender.__path__, "recommender.")
    if "__main__" not in module.name
)


def test_layers():
    """A module imports only from its right in the data's way; import-linter finds no other import."""
    command = shutil.which("lint-imports", path=Path(sys.executable).parent)
    if command is None:
        pytest.skip("needs import-linter: pip install --group lint")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["recommender", *MODULES])
def test_public_names(name):
    """Every name in a module's __all__ exists; constants come first, then classes, then functions, each sorted."""
    module = importlib.import_module(name)
    public = getattr(module, "__all__", [])
    kinds = [(not each.isupper(), not each[0].isupper(), each) for each in public]
    assert kinds == sorted(kinds)
    for each in public:
        assert getattr(module, each) is not None


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
    for name in errors.__all__:
        each = getattr(errors, name)
        if isinstance(each, type):
            assert issubclass(each, recommender.RecommenderError)


def test_nothing_is_read_from_the_outside_on_import():
    """Importing the package configures no logging and warns of nothing."""
    code = "import logging as l, recommender.batch; print(l.getLogger().handlers, l.getLogger('recommender').handlers)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[] []\n", "")
