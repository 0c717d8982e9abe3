import os
from time import process_time

import pytest

from recommender.bounds import Fence, UnreadableError, read_json, read_regular, read_toml

HOSTILE_JSON = {
    "deep": ("[" * 200 + "]" * 200, "values are nested more than 100 deep"),
    "very deep": ("[" * 200_000, "values are nested more than 100 deep"),
    "deep mappings": ('{"a":' * 101 + "1" + "}" * 101, "values are nested more than 100 deep"),
    "digits": (f'{{"a": {"9" * 5000}}}', "a number has more than 300 digits"),
}
HOSTILE_TOML = {
    "deep": ("a = " + "[" * 2_500 + "]" * 2_500, "values are nested more than 100 deep"),
    "less deep": ("a = " + "[" * 200 + "]" * 200, "values are nested more than 100 deep"),
    "tables": ("a = " + "{a = " * 200 + "1" + "}" * 200, "values are nested more than 100 deep"),
    "digits": (f"a = {'9' * 9000}", "a number has more than 300 digits"),
    "hexadecimal": (f"a = 0x{'f' * 9000}", "a number has more than 300 digits"),
    "long name": ("a." * 500_000 + "b = 1", "a name has more than 100 parts"),
    "long table": ("[" + "a." * 500_000 + "b]", "a name has more than 100 parts"),
    "quoted name": ('"a" . ' * 500_000 + "b = 1", "a name has more than 100 parts"),
}


@pytest.mark.parametrize(("text", "message"), HOSTILE_JSON.values(), ids=HOSTILE_JSON)
def test_hostile_json(text, message):
    """JSON that nests too deep or holds a number of thousands of digits is a ValueError, and found in no time."""
    before = process_time()
    with pytest.raises(ValueError, match=message):
        read_json(text)
    assert process_time() - before < 5


@pytest.mark.parametrize(("text", "message"), HOSTILE_TOML.values(), ids=HOSTILE_TOML)
def test_hostile_toml(text, message):
    """TOML that nests too deep or holds a number of thousands of digits is a ValueError, and found in no time."""
    before = process_time()
    with pytest.raises(ValueError, match=message):
        read_toml(text)
    assert process_time() - before < 5


def test_usual_values():
    """What people write is read as the standard library reads it."""
    assert read_json(b'{"a": [1, -2.5, null, "\\ud800"]}') == {"a": [1, -2.5, None, "\ud800"]}
    assert read_toml('a.b."c.d" = ["1.2.3", 0xff]') == {"a": {"b": {"c.d": ["1.2.3", 255]}}}


def test_what_is_no_regular_file(tmp_path):
    """A pipe, a folder and a device are not read, and not waited for."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(UnreadableError, match="it is no regular file"):
            read_regular(path)
    with pytest.raises(OSError, match="directory"):
        read_regular(tmp_path)


def test_size(tmp_path):
    """A file is read up to the limit and not beyond, however large it says it is."""
    path = tmp_path / "file.md"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(UnreadableError, match="it has 5 bytes, of at most 4"):
        read_regular(path, 4)
    os.truncate(path, 10**12)
    with pytest.raises(UnreadableError, match="it has 1,000,000,000,000 bytes, of at most 10,000,000"):
        read_regular(path)


def test_fence(tmp_path):
    """Inside are the site and the folders that are named, links followed; nothing else, however its name begins."""
    site = tmp_path / "site"
    for folder in (site / "a", tmp_path / "site-2", tmp_path / "named"):
        folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(site)
    (site / "out").symlink_to(tmp_path / "site-2")
    (site / "in").symlink_to(tmp_path / "named")
    fence = Fence.around(tmp_path / "link", ["../named"])
    inside = [site, site / "a" / "new.md", tmp_path / "link" / "x.md", site / "in" / "x.md", tmp_path / "named"]
    outside = [tmp_path, tmp_path / "site-2", site / "out" / "x.md", site / ".." / "x.md", tmp_path / "named-2"]
    assert [fence.holds(path) for path in (*inside, *outside)] == [True] * 5 + [False] * 5
    assert not Fence.around(site, ["~nobody-of-this-name"]).holds(tmp_path)
    (site / "gone.md").symlink_to("/no/such/file.md")
    with pytest.raises(UnreadableError, match=r"it leads to /no/such/file\.md, where there is nothing") as caught:
        fence.read(site / "gone.md")
    assert "articles.outside" not in caught.value.cure, "it would be the root of all"
