import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from recommender import cache as cache_module
from recommender.cache import SiteCache, code_version, digest, user_cache_folder


@pytest.fixture
def store(tmp_path):
    """The cache of a site, with nothing in it."""
    return SiteCache(tmp_path / "cache" / f"site-{'a' * 16}")


def test_round_trip(store):
    """A document comes back as it was saved, half characters included; under another key there is none."""
    document = {"tea": ["kettle", 1, None, {"é": "\ud83c"}]}
    assert store.load("run", "key") is None
    store.save("run", "key", document)
    assert store.load("run", "key") == document
    assert store.load("run", "another key") is None
    assert store.load("articles", "key") is None


def test_nobody_else_reads_it(store):
    """The titles of drafts are for nobody else's eyes."""
    store.save("run", "key", 1)
    (file,) = store.folder.iterdir()
    assert (store.folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("damage", ["half", "empty", "one byte", "another key", "not JSON"])
def test_damaged(store, damage, caplog):
    """A damaged file counts as none, with a line in the log; the next save replaces it."""
    store.save("run", "key", ["tea"] * 100)
    (file,) = store.folder.iterdir()
    raw = file.read_bytes()
    if damage == "another key":
        store.save("run", "other", 1)
        (other,) = set(store.folder.iterdir()) - {file}
        raw = other.read_bytes()
    file.write_bytes(
        {
            "half": raw[: len(raw) // 2],
            "empty": b"",
            "one byte": raw.replace(b"tea", b"tee", 1),
            "another key": raw,
            "not JSON": b"recommender cache " + digest("key", b"{").encode() + b"\n{",
        }[damage]
    )
    assert store.load("run", "key") is None
    assert [record.getMessage() for record in caplog.records] == [f"{file}: the cache is damaged, so it is made anew."]
    store.save("run", "key", 1)
    assert store.load("run", "key") == 1


@pytest.mark.parametrize(
    "put",
    [os.mkfifo, lambda file: file.symlink_to("/dev/zero"), lambda file: file.touch() or os.truncate(file, 10**13)],
)
def test_something_else_in_its_place(store, put, caplog):
    """A pipe, a device or a file without end in a document's place is not waited for, and is replaced."""
    store.save("run", "key", 1)
    (file,) = store.folder.iterdir()
    file.unlink()
    put(file)
    assert store.load("run", "key") is None
    assert [record.getMessage() for record in caplog.records] == [f"{file}: the cache is damaged, so it is made anew."]
    store.save("run", "key", 1)
    assert store.load("run", "key") == 1


def test_two_at_once(store):
    """Whoever reads while others write gets one whole document or another."""

    def write(number):
        store.save("run", "key", [number] * 5000)
        found = store.load("run", "key")
        assert found == [found[0]] * 5000

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    assert [file.name.partition("-")[0] for file in store.folder.iterdir()] == ["run"]


def test_cannot_be_written(tmp_path, caplog):
    """Where nothing can be written nothing is kept, which is no error."""
    (tmp_path / "file").write_text("tea")
    store = SiteCache(tmp_path / "file" / "site")
    caplog.set_level("INFO")
    store.save("run", "key", 1)
    assert store.load("run", "key") is None
    (record,) = caplog.records
    assert "cannot be written (Not a directory), so nothing is kept for the next run." in record.getMessage()


def test_old_documents_leave(store):
    """A site keeps the four newest documents of a kind; one that is used counts as new."""
    for number in range(4):
        store.save("run", str(number), number)
        for file in store.folder.iterdir():
            os.utime(file, (time.time() - 100, time.time() - 100 + number))
    assert store.load("run", "0") == 0
    store.save("run", "4", 4)
    store.save("articles", "0", 0)
    assert [number for number in range(5) if store.load("run", str(number)) is not None] == [0, 2, 3, 4]
    assert store.load("articles", "0") == 0


def test_old_sites_leave(store):
    """The cache of a site that was not read for two months leaves; what is not ours stays."""
    old, other = SiteCache(store.folder.with_name(f"site-{'b' * 16}")), store.folder.with_name("of-somebody")
    old.save("run", "key", 1)
    other.mkdir()
    (other / "tea").write_text("")
    for path in (*old.folder.iterdir(), old.folder, other / "tea", other):
        os.utime(path, (0, 0))
    store.save("run", "key", 1)
    assert sorted(folder.name for folder in store.folder.parent.iterdir()) == ["of-somebody", store.folder.name]


def test_where(tmp_path, monkeypatch):
    """The user's cache folder, or one of the user's choice; each site has a folder of its own in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    site = tmp_path / "site"
    site.mkdir()
    lines = site / "articles.jsonl"
    lines.touch()
    found = SiteCache.of(site, "")
    assert found is not None
    assert found.folder.parent == tmp_path / "xdg" / "recommender"
    assert SiteCache.of(site, "none") is None
    for place, expected in ((".recommender/cache", site / ".recommender" / "cache"), (str(tmp_path), tmp_path)):
        assert SiteCache.of(site, place).folder == expected / found.folder.name
        assert SiteCache.of(lines, place).folder.parent == expected
        assert SiteCache.of(lines, place).folder.name != found.folder.name


def test_code_version(tmp_path, monkeypatch):
    """Any change of our code gives another version, so that no upgrade meets what an earlier version has kept."""
    versions = []
    for source in ("tea = 1", "tea = 2"):
        (tmp_path / "cache.py").write_text(source)
        monkeypatch.setattr(cache_module, "__file__", str(tmp_path / "cache.py"))
        code_version.cache_clear()
        versions.append(code_version())
    monkeypatch.undo()
    code_version.cache_clear()
    assert len({*versions, code_version()}) == 3
    assert code_version() == code_version()


def test_digest():
    """The limits between parts count."""
    assert digest("ab", "c") != digest("a", "bc") != digest("abc")
    assert json.dumps(digest("é")) == json.dumps(digest("é".encode()))


def test_a_shared_folder_below_the_home_of_the_user(tmp_path, monkeypatch):
    """A tilde stands for it, as in the folder of one site; one below a site is none that all share."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert user_cache_folder("~/kept") == tmp_path / "kept"
    assert user_cache_folder("kept") == tmp_path / "cache" / "recommender"
