"""The pages keep their word: examples run, and every command, option and setting is there."""

import dataclasses
import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
import typing
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import recommender
from recommender import Settings
from recommender.cli import main
from recommender.evaluation import PROTOCOLS
from recommender.settings import read_settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def settings_page() -> str:
    """docs/settings.md, from the settings themselves."""
    lines = [
        "# Settings",
        "",
        "<!-- Made from recommender/settings.py: delete this file and run `make golden`. -->",
        "",
        "A site without settings is read and written as its own files suggest. To change something, put a "
        "`recommender.yaml` into the site's folder, or name one with `--settings FILE`. `recommender settings` prints "
        "those that sites change most as such a file, with `--all` every setting, and `recommender settings --check "
        "FILE` says whether one is right. A file needs to hold only what differs:",
        "",
        "```yaml",
        "articles:",
        "  fields:",
        "    excerpt: teaser",
        "ranking:",
        "  k: 8",
        "```",
        "",
        "A wrong name, type or value is an error that names the file, the setting, and what it must be. Settings with "
        "scikit-learn's names mean what they mean there.",
    ]
    for stage in dataclasses.fields(Settings):
        lines += ["", f"## {stage.name}", "", stage.metadata["help"], ""]
        lines += ["| setting | default | values | what it does |", "| --- | --- | --- | --- |"]
        lines += _rows(getattr(Settings(), stage.name), f"{stage.name}.")
    return "\n".join(lines) + "\n"


def _rows(part, prefix):
    hints = typing.get_type_hints(type(part))
    for knob in dataclasses.fields(part):
        value = getattr(part, knob.name)
        if dataclasses.is_dataclass(value):
            yield f"| **{prefix}{knob.name}** | | | {knob.metadata['help']} |"
            yield from _rows(value, f"{prefix}{knob.name}.")
        else:
            values = _values(hints[knob.name], knob.metadata["low"], knob.metadata["high"])
            yield f"| `{prefix}{knob.name}` | {_yaml(value)} | {values} | {knob.metadata['help']} |"


def _values(hint, low, high):
    if typing.get_origin(hint) is typing.Literal:
        return ", ".join(f"`{choice}`" for choice in typing.get_args(hint))
    if hint is bool:
        return "`true`, `false`"
    return "" if low is None else f"{low:,} to {high:,}"


def _yaml(value):
    if value in (None, "", ()) or value == {}:
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def commands_page() -> str:
    """docs/commands.md, from the commands' own help."""
    lines = [
        "# Commands",
        "",
        "<!-- Made from recommender/cli.py: delete this file and run `make golden`. -->",
        "",
        "Results go to stdout, progress and messages to stderr. Exit 0: done. 1: an error, or `--check` would change "
        "something. 2: wrong use. 130: stopped.",
    ]
    for name in ("", *main.commands):
        done = CliRunner().invoke(main, [*name.split(), "--help"], prog_name="recommender", terminal_width=100)
        lines += ["", f"## recommender {name}".rstrip(), "", "```", done.stdout.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def test_settings_page(golden):
    """docs/settings.md lists every setting with its default, its limits and its sentence."""
    golden(settings_page(), ROOT / "docs" / "settings.md")


def test_commands_page(golden):
    """docs/commands.md shows the help of every command, and so every option."""
    golden(commands_page(), ROOT / "docs" / "commands.md")


@pytest.mark.parametrize("command", main.commands.values(), ids=lambda command: command.name)
def test_options_are_explained(command):
    """Every command says in a sentence what it does, and every option has a help text."""
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{command.name} {parameter.opts} has no help"
            assert parameter.help.endswith("."), f"the help of {command.name} {parameter.opts} is no sentence"


def test_choices_in_the_help_are_all():
    """What a help text lists by hand is what the code knows."""
    (protocol,) = (option for option in main.commands["evaluate"].params if option.name == "protocol")
    assert protocol.help.endswith(f": {', '.join(PROTOCOLS[:-1])} or {PROTOCOLS[-1]}.")


def test_settings_page_example(tmp_path):
    """The example of a settings file is one."""
    example = re.search(r"```yaml\n(.*?)```", settings_page(), re.DOTALL)[1]
    (tmp_path / "recommender.yaml").write_text(example)
    settings = read_settings(tmp_path / "recommender.yaml")
    assert (settings.ranking.k, dict(settings.articles.fields)) == (8, {"excerpt": "teaser"})


def test_readme_repeats_what_readers_say():
    """README.md says of each site the good and wrong shares that docs/quality.md has, in brackets those of TF-IDF."""
    readme, page = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/quality.md"))
    said = re.findall(r"^\| (.+?): .* \| (\S+) \((\S+)\) \| (\S+) \((\S+)\) \|$", readme, re.MULTILINE)
    rows = re.findall(r"^\| ([^|]+) \| \d+((?: \| [\d.]+){8}) \|$", page, re.MULTILINE)
    measured = {site: tuple(cells.strip("| ").split(" | ")[:4]) for site, cells in rows}
    assert len(said) == 10
    assert [(site, measured[site]) for site, *_ in said] == [(site, tuple(shares)) for site, *shares in said]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_readme_examples(tmp_path, monkeypatch):
    """The README's Python examples print what they say, on the example site."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    text = re.sub(r"^```.*$", "", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    output: list[str] = []
    doctest.DocTestRunner().run(test, out=output.append)
    assert test.examples
    assert "".join(output) == ""


def test_readme_commands(tmp_path, monkeypatch):
    """Every command line in a page uses commands and options that there are."""
    lines = [
        line.split("#")[0]
        for page in PAGES
        for line in re.findall(r"(?:^|`)(recommender (?!suggest/)[a-z-]+ [^`\n]*)", page.read_text(), re.MULTILINE)
    ]
    assert lines
    for line in lines:
        name = line.split()[1]
        assert name in main.commands, line
        options = {option for parameter in main.commands[name].params for option in parameter.opts}
        used = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line))
        assert used <= options, f"{line}: {used - options}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Every link from a page to a file of the project leads to one."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" not in target and not target.startswith("#"):
            path = page.parent / target.partition("#")[0]
            assert path.exists(), f"{page.name}: {target}"


@pytest.mark.slow
def test_documentation_site(tmp_path):
    """The documentation builds as a site that has every page, and in which every link and anchor leads somewhere."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for page in (ROOT / "docs").glob("*.md"):
        assert (tmp_path / "site" / page.stem / "index.html").exists() or page.stem == "index"
    api = (tmp_path / "site" / "api" / "index.html").read_text(encoding="utf-8")
    for name in recommender.__all__:
        assert f'id="recommender.{name}"' in api, name


def test_comparison_is_proved():
    """Each thing that docs/compare.md says of the product has tests that prove it."""
    text = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    ours = re.findall(r"^\|.*\[(\d+)\] \|$", text, re.MULTILINE)
    proofs = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^$)", text, re.MULTILINE | re.DOTALL)
    assert {number for number, _ in proofs} >= set(ours) != set()
    rows = [row for row in text.splitlines() if row.startswith("| ") and not row.startswith(("| |", "| ---"))]
    assert len(rows) == len(ours)
    for _, tests in proofs:
        names = re.findall(r"`(tests/\S+\.py)::(\w+)`", tests)
        assert names
        for file, name in names:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_promises_are_tested():
    """Each promise of docs/reliability.md, a bullet with what stands below it, has tests that try it."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    promises = re.findall(r"^- .*(?:\n +.*)*", text, re.MULTILINE)
    assert promises
    for promise in promises:
        names = re.findall(r"`(tests/\S+\.py)::(\w+)`", promise)
        assert names, promise
        for file, name in names:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_version_is_in_one_place():
    """The version stands in pyproject.toml, and the changelog's newest entry is about it."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert newest == stated
    assert version("recommender") == stated
    places = [path for path in (ROOT / "recommender").rglob("*.py") if f'"{stated}"' in path.read_text()]
    assert places == []


def test_public_names_are_documented():
    """The README names every public function that a pipeline starts from."""
    text = (ROOT / "README.md").read_text()
    for name in ("read_site", "read_article", "read_jsonl", "Recommender", "load_model", "Article"):
        assert name in recommender.__all__
        assert name in text


def test_settings_print_to_a_narrow_terminal(monkeypatch):
    """The help of every command fits a terminal of 80 columns."""
    monkeypatch.setitem(os.environ, "COLUMNS", "80")
    for name in main.commands:
        stdout = CliRunner().invoke(main, [name, "--help"], prog_name="recommender").stdout
        assert max(map(len, stdout.splitlines())) <= 80
