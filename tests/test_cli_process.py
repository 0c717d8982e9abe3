"""The command as a process: what the shell, the system and a pipe make of it."""

import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import pytest

from recommender.cli import main

ROOT = Path(__file__).parent.parent


@pytest.fixture
def site(tea_site, monkeypatch):
    """Three articles about tea; the folder one is in is above it."""
    (tea_site / "_config.yml").write_text("collections: {news: {output: true}}\n")
    # The meanings of words are read for longer than anything else takes here.
    settings = "ranking: {ranker: similarity, n_jobs: 1}\nvectors: {meaning: 0}\n"
    (tea_site / "recommender.yaml").write_text(settings)
    monkeypatch.chdir(tea_site.parent)
    return tea_site


def executable():
    """The installed command."""
    return shutil.which("recommender", path=Path(sys.executable).parent) or pytest.fail("recommender is not installed")


def all_of(screen):
    """What is written to a terminal until it is closed, which Linux tells by an error."""
    shown = b""
    with suppress(OSError):
        while part := os.read(screen, 100_000):
            shown += part
    return shown


def test_lines_go_where_they_are_sent_though_a_bar_is_shown(site, tmp_path):
    """On a terminal that shows how far a run is, what is sent to a file is in the file, and nothing on the screen."""
    screen, terminal = pty.openpty()
    whole = tmp_path / "whole.jsonl"
    main(["suggest", "site", "--output", str(whole), "--quiet"], standalone_mode=False)
    # A terminal that nobody reads is full after some pages, and then whoever writes waits.
    with ThreadPoolExecutor() as threads, (tmp_path / "lines.jsonl").open("wb") as lines:
        shown = threads.submit(all_of, screen)
        command = [executable(), "suggest", "site", "--write", "jsonl", "--fresh"]
        done = subprocess.run(command, stdout=lines, stderr=terminal, check=False)
        os.close(terminal)
    assert done.returncode == 0
    assert (tmp_path / "lines.jsonl").read_bytes() == whole.read_bytes() != b""
    assert b"articles" in shown.result()
    assert b"article_id" not in shown.result()
    os.close(screen)


def test_installed_command(site):
    """The installed command does the main job in a process of its own, and colours nothing in a pipe."""
    done = subprocess.run([executable(), "suggest", "site", "--diff"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("--- /dev/null\n+++ site/_data/suggested_related.json\n@@ -0,0 +1,")
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr.startswith("articles: 3 read, 0 with problems\n")
    module = subprocess.run(
        [sys.executable, "-m", "recommender", "--version"], capture_output=True, text=True, check=True
    )
    assert module.stdout == f"python -m recommender {version('recommender')}\n"


def test_reader_that_has_seen_enough(site):
    """A pipe that is closed early, as by head, is no error of ours."""
    command = f"'{executable()}' suggest site --write jsonl --quiet | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("{", "")


def test_help_answers_at_once():
    """--help imports nothing of what makes the work heavy."""
    code = "import sys, recommender.cli; print({'numpy', 'yaml', 'sklearn', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP"])
def test_termination(site, ending):
    """A run that the system ends, or the closed terminal, leaves nothing behind, as after Ctrl-C."""
    code = (
        # As in a terminal, whatever this test was started by.
        f"import signal, time\nsignal.signal(signal.{ending}, signal.SIG_DFL)\n"
        "import recommender.batch.stages as stages, recommender.cli as cli\n"
        "def wait(*_, **__):\n    print('reading', flush=True)\n    time.sleep(60)\n"
        "stages.read_site = wait\ncli.main(['suggest', 'site'])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "reading\n"
    time.sleep(0.05)
    process.send_signal(getattr(signal, ending))
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "\nstopped; files already replaced are complete, no file is half written\n"


def test_a_run_that_outlives_its_terminal():
    """What nohup starts goes on when the terminal is closed."""
    code = (
        "import os, signal, recommender.cli_types\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "recommender.cli_types.prepare()\nos.kill(os.getpid(), signal.SIGHUP)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("arguments", [("suggest", "site", "--write", "jsonl", "-q"), ("--help",), ("settings",)])
def test_standard_output_that_takes_nothing(site, arguments):
    """A standard output that is closed or full is one line on stderr and exit 1."""
    command = f"exec {sys.executable} -m recommender {' '.join(arguments)}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    closed = subprocess.run(["sh", "-c", f"{command} 1>&-"], stderr=subprocess.PIPE, env=environment, text=True)
    assert (closed.returncode, closed.stderr) == (1, "Error: standard output: Bad file descriptor.\n")
    full = site.parent / "full"
    try:
        os.mknod(full, stat.S_IFCHR | 0o600, os.makedev(1, 7))
        descriptor = os.open(full, os.O_WRONLY)
    except (OSError, AttributeError):
        pytest.skip("needs leave to make a device")
    found = subprocess.run(["sh", "-c", command], stdout=descriptor, stderr=subprocess.PIPE, env=environment, text=True)
    os.close(descriptor)
    assert (found.returncode, found.stderr) == (1, "Error: standard output: No space left on device.\n")


def test_lines_to_the_standard_output_by_its_name(site):
    """--output /dev/stdout is the standard output, behind what a shell has appended to."""
    suggest = f"{sys.executable} -m recommender suggest site --write jsonl -q --output /dev/stdout"
    command = f"echo before > lines; {suggest} >> lines"
    subprocess.run(["sh", "-c", command], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    first, *lines = Path("lines").read_text().splitlines()
    assert (first, len(lines)) == ("before", 3)


def test_a_system_without_openmp(tmp_path):
    """Where lightgbm does not load, for lack of libgomp, a site is served by similarity and told the cure."""
    (tmp_path / "lightgbm").mkdir()
    (tmp_path / "lightgbm" / "__init__.py").write_text("import ctypes\nctypes.CDLL('libnothing_like_it.so.1')\n")
    site = Path(shutil.copytree(ROOT / "examples" / "newsroom", tmp_path / "site"))
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}

    def suggested(*options):
        command = [sys.executable, "-m", "recommender", "suggest", str(site), *options]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = suggested()
    assert done.returncode == 0
    assert "lightgbm, by which lists are learned, cannot be loaded: libnothing_like_it.so.1" in done.stderr
    assert "apt-get install libgomp1" in done.stderr
    assert (site / "_data" / "suggested_related.json").stat().st_size > 1_000
    (tmp_path / "settings.yaml").write_text("ranking:\n  ranker: learned\n")
    done = suggested("--settings", str(tmp_path / "settings.yaml"))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: lightgbm, by which lists are learned, cannot be loaded: libnothing_like_it")


def test_data_to_a_pipe_by_its_name(site):
    """The data file goes into a pipe as into any stream, whose folder in /proc nobody may write to."""
    suggest = [sys.executable, "-m", "recommender", "suggest", "site", "-q", "--output", "/dev/stdout"]
    done = subprocess.run(suggest, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert len(json.loads(done.stdout)) == 3
