"""The service, the action and the hooks do what docs/deploy.md says."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from service import post, serving

from recommender import Recommender, load_model, read_site
from recommender.settings import settings_from_mapping

ROOT = Path(__file__).parent.parent
# The meanings of words are read for longer than anything else takes here.
SETTINGS = {"ranking": {"ranker": "similarity", "n_jobs": 1}, "vectors": {"meaning": 0}}
TITLES = {"green": "Brewing green tea", "black": "Brewing black tea", "white": "Brewing white tea", "bike": "A bicycle"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Three teas and a bicycle."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "recommender.yaml").write_text(json.dumps(SETTINGS))
    for name, title in TITLES.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: {title}\nurl: /{name}/\n---\n")
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """What a job's shell finds: this package as the command, and stand-ins for pip and gh that note what is asked."""
    folder = tmp_path_factory.mktemp("bin")
    scripts = {
        "recommender": f'exec {shlex.quote(sys.executable)} -m recommender "$@"',
        "python": 'echo "python $*" >> "$ASKED"',
        "gh": 'echo "gh $*" >> "$ASKED"; case "$*" in *--jq*) printf "$COMMENTS";; *) exit "${GH_FAILS:-0}";; esac',
    }
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755 | stat.S_IXUSR)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "ASKED": str(folder / "asked"), "COMMENTS": ""}


@pytest.fixture(scope="module")
def service(site, tmp_path_factory):
    """The port of a service, and the folder of its model."""
    model = tmp_path_factory.mktemp("models") / "teas"
    Recommender(settings_from_mapping(SETTINGS)).fit(read_site(site)).save(model)
    with serving(model) as port:
        yield port, model


def test_service_suggests(service):
    """A draft is answered with what the saved model suggests for it, with reasons."""
    port, model = service
    draft = {"title": "Brewing mint tea", "excerpt": "Fresh leaves.", "topics": ["tea"], "k": 2}
    status, answer = post(port, json.dumps(draft))
    assert status == 200
    assert [suggestion["rank"] for suggestion in answer["suggestions"]] == [1, 2]
    first = answer["suggestions"][0]
    assert first["title"] == TITLES[first["article_id"]]
    assert first["url"] == f"/{first['article_id']}/"
    assert first["reason"]
    named = {"id": "green", "title": TITLES["green"]}
    expected = [suggestion.article_id for suggestion in load_model(model).suggest("green")]
    answer = post(port, json.dumps(named))[1]
    assert [suggestion["article_id"] for suggestion in answer["suggestions"]] == expected != []
    assert post(port, None, "/health", "GET") == (200, {"articles": 4})


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("", 400, "must be JSON"),
        ('{"title": ', 400, "must be JSON"),
        (b'{"title": "\xff"}', 400, "must be JSON"),
        ("[" * 100_000, 400, "must be JSON"),
        ('["tea"]', 422, "must be an object"),
        ("{}", 422, "needs a title"),
        ('{"title": "  "}', 422, "needs a title"),
        ('{"title": 7}', 422, "title must be text"),
        ('{"headline": "Tea"}', 422, "there is no 'headline'"),
        ('{"title": "Tea", "topics": "tea"}', 422, "topics must be a list"),
        ('{"title": "Tea", "k": 0}', 422, "k must be"),
        ('{"title": "Tea", "k": true}', 422, "k must be"),
        (b'{"title": "' + b"a" * 1_000_001 + b'"}', 413, "at most 1,000,000 bytes"),
    ],
)
def test_service_refuses(service, body, status, said):
    """A wrong body is told what is wrong with it, and the next draft is answered as ever."""
    answered, answer = post(service[0], body)
    assert answered == status
    assert said in answer["error"]
    assert post(service[0], '{"title": "Brewing \\ud800 tea"}')[0] == 200


def test_service_answers_many(service):
    """Drafts that come at once are all answered."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(service[0], '{"title": "Brewing tea"}'), range(40)))
    assert answers[0][0] == 200
    assert all(answer == answers[0] for answer in answers)


def run_steps(environment, site, folder, names, **changed):
    """Run steps of the action as GitHub does, and return what its stand-ins were asked."""
    values = {
        "github.action_path": "/action", "inputs.site": str(site), "inputs.arguments": "--dry-run --quiet",
        "runner.temp": str(folder), "inputs.token": "secret", "github.repository": "teas/site",
        "github.event.pull_request.number": "7",
    }  # fmt: skip
    asked = folder / "asked"
    for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]:
        if step.get("name") in names:
            own = {key: values[re.fullmatch(r"\$\{\{ ([\w.]+) \}\}(.*)", text)[1]] + text.partition("}}")[2]
                   for key, text in step["env"].items()}  # fmt: skip
            summary = {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "ASKED": str(asked)}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                env={**environment, **summary, **own, **changed}, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
    return asked.read_text() if asked.exists() else "", done.stdout


def test_action(environment, site, tmp_path):
    """The action installs itself, suggests, and comments what changed; a second run writes its comment anew."""
    before = sorted(site.rglob("*"))
    asked, _ = run_steps(environment, site, tmp_path, ("Install", "Suggest", "Comment"))
    assert asked.splitlines()[0] == "python -m pip install --quiet --disable-pip-version-check /action"
    report = tmp_path / "recommender-changes.md"
    assert asked.splitlines()[-1] == f"gh pr comment 7 --repo teas/site --body-file {report}.comment"
    assert (tmp_path / "summary").read_text() == report.read_text() != ""
    assert Path(f"{report}.comment").read_text() == f"<!-- recommender -->\n\n{report.read_text()}"
    assert sorted(site.rglob("*")) == before
    asked, _ = run_steps(environment, site, tmp_path, ("Comment",), COMMENTS="41\\n42\\n")
    assert asked.splitlines()[-1].startswith("gh api --silent --method PATCH repos/teas/site/issues/comments/41 ")
    _, told = run_steps(environment, site, tmp_path, ("Comment",), GH_FAILS="1")
    assert told.startswith("::warning::")


def test_hooks(environment, site):
    """The hooks write suggestions before a commit, or fail where some would change."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}

    def run(name):
        command = [*shlex.split(hooks[name]["entry"]), *hooks[name]["args"]]
        return subprocess.run(command, cwd=site, env=environment, capture_output=True, check=False).returncode

    data = site / "_data" / "suggested_related.json"
    assert run("recommender-check") == 1
    assert not data.exists()
    assert run("recommender-suggest") == 0
    assert set(json.loads(data.read_text())) == {"black", "green", "white"}
    assert run("recommender-check") == 0
    data.unlink()
    data.parent.rmdir()
