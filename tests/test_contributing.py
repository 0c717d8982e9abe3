"""The worked examples of CONTRIBUTING.md are short, fit the code as it stands, and do what they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DIFFS = re.findall(r"```diff\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)


def test_they_are_short():
    """Four examples, each a diff of less than sixty lines, with a test in it."""
    assert len(DIFFS) == 4
    assert all(diff.count("\n") < 60 and "+++ b/tests/" in diff for diff in DIFFS)


@pytest.mark.slow
def test_they_work(tmp_path):
    """Made one after the other on the code as it stands, each passes the tests that it brings."""
    for name in ("recommender", "tests", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for diff in DIFFS:
        command = ["git", "apply", "-C1", "-"]
        done = subprocess.run(command, cwd=tmp_path, input=diff, capture_output=True, text=True, check=False)
        cure = "The lines around this example in CONTRIBUTING.md have changed: give it those that stand there now."
        assert done.returncode == 0, f"{cure}\n{done.stderr}{diff}"
    files = {f"{tmp_path}/{file}" for diff in DIFFS for file in re.findall(r"^\+\+\+ b/(tests/.*)", diff, re.MULTILINE)}
    new = [name for diff in DIFFS for name in re.findall(r"^\+def (test_\w+)", diff, re.MULTILINE)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command += [
        *sorted(files),
        f"{tmp_path}/tests/test_docs.py",
        "-k",
        " or ".join([*new, "test_entries", "test_settings_page"]),
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "failed" not in done.stdout
