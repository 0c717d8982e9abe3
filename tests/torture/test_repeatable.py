"""The same bytes wherever, whenever and however a batch runs."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEWSROOM = ROOT / "examples" / "newsroom"
#: Whether `make torture` runs it: on a news site of 4,617 articles too, in each of the ways.
AT_LENGTH = bool(os.environ.get("RECOMMENDER_TORTURE"))
#: Locales that spell letters and numbers otherwise; those that are there, or can be made.
LOCALES = ("tr_TR", "de_DE")

#: Ways to run: the environment, and what the settings say. Of the two farthest time zones one is always past midnight.
WAYS = {
    "Turkish, Los Angeles, one thread": (
        {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Los_Angeles", "OMP_NUM_THREADS": "1"},
        "ranking: {n_jobs: 1}\n",
    ),
    "C, Tokyo, two threads": (
        {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Tokyo", "OMP_NUM_THREADS": "2"},
        "ranking: {n_jobs: 2}\n",
    ),
    "German, farthest east": (
        {"PYTHONHASHSEED": "random", "LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0"},
        "ranking: {n_jobs: 1}\n",
    ),
    "farthest west": (
        {"PYTHONHASHSEED": "77", "LC_ALL": "POSIX", "TZ": "Pacific/Pago_Pago", "OPENBLAS_NUM_THREADS": "1"},
        "ranking: {n_jobs: -1}\n",
    ),
    "one core": ({"PYTHONHASHSEED": "3", "TZ": "Asia/Kathmandu"}, "ranking: {n_jobs: -1}\n"),
}

#: The two commands in one process, which starts once.
BOTH_WRITERS = """
import sys
from recommender.cli import main
for writer in ("data", "front-matter"):
    main(["suggest", *sys.argv[1:], "--write", writer], standalone_mode=False)
"""


@pytest.fixture(scope="module")
def locales(tmp_path_factory):
    """A folder with locales that were made of the system's sources."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef"):
        for name in LOCALES:
            subprocess.run(
                ["localedef", "-i", name, "-f", "UTF-8", folder / f"{name}.UTF-8"], check=False, capture_output=True
            )
    return folder


def copied(site: Path, folder: Path, order: random.Random | None) -> Path:
    """A copy of a site whose files were made in some order, in which many file systems give them."""
    names = sorted(path.relative_to(site) for path in site.rglob("*") if path.is_file() and "_data" not in path.parts)
    if order:
        order.shuffle(names)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site / name, folder / name)
    return folder


def written(folder: Path, environment: dict[str, str], settings: str, n_cores: int = 0) -> dict[str, bytes]:
    """The data file and the front matter of all articles after a run for each, with a cache of its own."""
    (folder.parent / "settings.yaml").write_text(settings)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))},
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    cores = sorted(os.sched_getaffinity(0))[: n_cores or None]
    command = ["taskset", "--cpu-list", ",".join(map(str, cores)), sys.executable, "-c", BOTH_WRITERS]
    command += [str(folder), "--settings", str(folder.parent / "settings.yaml"), "--quiet"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "site", ["newsroom", pytest.param("azure_site", marks=pytest.mark.skipif(not AT_LENGTH, reason="long form"))]
)
def test_same_bytes(site, tmp_path, locales, request):
    """Order of the files, hash seed, locale, time zone, threads and processes change no byte of what is written."""
    source = NEWSROOM if site == "newsroom" else request.getfixturevalue(site)
    ways = list(WAYS.items()) if AT_LENGTH else list(WAYS.items())[:1]
    expected = written(copied(source, tmp_path / "plain" / "site", None), {}, "")
    assert any(b"suggested_related" in text for text in expected.values())
    for number, (way, (environment, settings)) in enumerate(ways):
        folder = copied(source, tmp_path / str(number) / "site", random.Random(number))
        found = written(folder, {"LOCPATH": str(locales), **environment}, settings, int(way == "one core"))
        differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        assert differing == [], way
        shutil.rmtree(folder.parent)
