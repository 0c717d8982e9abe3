"""What all tests share: the real sites, and what must not be skipped where everything should be there."""

import logging
import os
import re
import shutil
import tarfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from teas_and_bicycles import write_tea

from recommender import read_site

# The same examples in each run: what a change did not break fails for no one. The long form draws new ones, and more.
# A machine that does other work too is slow at times.
settings.register_profile("usual", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=5000)
settings.load_profile("long" if os.environ.get("RECOMMENDER_TORTURE") else "usual")

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
NEWSROOM = ROOT / "examples" / "newsroom"

#: What one process of several has alone, by the fixture that asks for it: it takes long to make.
ALONE = {"azure_site": "azure", "azure_or_newsroom": "azure", "azure_later": "azure", "cluster": "cluster"}
#: Debian's programs that the marked tests drive, by mark.
PROGRAMS = {"browser": ("chromium",), "generator": ("jekyll", "hugo")}


def pytest_collection_modifyitems(items):
    """
    Skip what this machine cannot run, with the reason; fail instead where RECOMMENDER_REQUIRE_DEBIAN is set.

    Where several processes share the tests, those that share what takes long to make stay together, and what takes
    long comes first, so that none waits for the other at the end.
    """
    is_required = bool(os.environ.get("RECOMMENDER_REQUIRE_DEBIAN"))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        for fixture in sorted(ALONE.keys() & set(item.fixturenames)):
            item.add_marker(pytest.mark.xdist_group(ALONE[fixture]))
        if item.get_closest_marker("site") and not SHARED_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason=f"needs the real sites in {SHARED_DATA}, which is not there"))
        for mark, programs in PROGRAMS.items():
            missing = [program for program in programs if shutil.which(program) is None]
            if missing and item.get_closest_marker(mark) and not is_required:
                names = " ".join(missing)
                item.add_marker(
                    pytest.mark.skip(reason=f"needs {names}: apt-get install --no-install-recommends {names}")
                )


def unpack(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a real site, unpacked for this session only."""
    folder = tmp_path_factory.mktemp(name)
    with tarfile.open(SHARED_DATA / f"{name}.tar.xz") as archive:
        archive.extractall(folder)
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].name == name else folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real sites; only for tests that are marked `site`."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def azure_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A news site of 4,617 articles. To be read: a test that writes copies it first."""
    return unpack("azure", tmp_path_factory)


@pytest.fixture(scope="session")
def azure_corpus(azure_site: Path):
    """Its articles."""
    return read_site(azure_site)


@pytest.fixture(scope="session")
def azure_later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 140 articles that the news site published next."""
    return unpack("azure-later", tmp_path_factory)


@pytest.fixture(scope="session")
def namefi_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blog of 600 articles in four languages. To be read: a test that writes copies it first."""
    return unpack("namefi", tmp_path_factory)


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    """A copy of the example site that a test may write into."""
    # Whoever tried `make suggest` has its outcome there.
    return Path(shutil.copytree(NEWSROOM, tmp_path / "newsroom", ignore=shutil.ignore_patterns("_data")))


@pytest.fixture
def tea_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three articles about tea, and a cache of their own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("black", "green", "white"):
        write_tea(tmp_path / "site", name)
    return tmp_path / "site"


@pytest.fixture(scope="module")
def chromium():
    """A real Chromium; only for tests that are marked `browser`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )


@pytest.fixture
def opened(chromium):
    """Opens a file in Chromium; at the end nothing was complained of or asked for, and nothing scrolls sideways."""

    @contextmanager
    def open_file(file: Path, width: int):
        with chromium.new_context(viewport={"width": width, "height": 800}) as context:
            page, problems, requests = context.new_page(), [], []
            page.on("console", lambda message: problems.append(message.text))
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))
            page.goto(file.as_uri())
            yield page
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert (problems, requests) == ([], [file.as_uri()])

    return open_file


@pytest.fixture
def snippet():
    """The text of docs/show.md for the file of a name."""
    page = (ROOT / "docs" / "show.md").read_text(encoding="utf-8")

    def read(name: str) -> str:
        return re.search(rf"[Aa]s `{re.escape(name)}`.*?```[\w-]+\n(.*?)```", page, re.DOTALL)[1]

    return read


@pytest.fixture
def golden():
    """Compares a text with the file of a name; `make golden` writes the files that are missing."""

    def compare(actual: str, path: Path) -> None:
        if os.environ.get("RECOMMENDER_WRITE_GOLDEN") and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert path.exists(), f"{path.relative_to(ROOT)} is missing: make golden"
        expected = path.read_text(encoding="utf-8")
        cure = f"{path.relative_to(ROOT)} differs. If the new text is right, delete the file and run: make golden"
        assert actual == expected, cure

    return compare


@pytest.fixture(autouse=True, scope="session")
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory):
    """The tests keep what is kept between runs in a folder of theirs, never in that of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _logging_as_it_was():
    """The command line sets the package's logger up; what one test sets up, the next must not find."""
    logger = logging.getLogger("recommender")
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)
