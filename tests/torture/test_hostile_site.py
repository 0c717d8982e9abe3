"""Every nasty thing that we have met or thought of, in one folder among sixty good articles."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
N_GOOD = 60
#: Whether `make torture` runs it: in every way to write, and with an eye on time and memory.
AT_LENGTH = bool(os.environ.get("RECOMMENDER_TORTURE"))
WRITERS = ["front-matter", "data", "jsonl"][: None if AT_LENGTH else 1]


def _bomb(name: str, last: str) -> str:
    levels = "abcdefghij"
    lines = [f"{levels[0]}: &{levels[0]} [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]" for old, new in pairwise(levels)]
    return "\n".join([*lines, f"{name}: {last}"])


def _front(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "A body.", ""])


def _titled(*lines: str) -> str:
    return _front("title: A nasty thing", "publishedDateTime: 2021-01-01", *lines)


DIGITS = {
    "hex": "0x" + "f" * 6_000,
    "octal": "0" + "7" * 6_000,
    "binary": "0b" + "1" * 20_000,
    "sexagesimal": "1" + ":10" * 3_000,
    "decimal": "9" * 6_000,
}
_FIELDS = (
    "title", "excerpt", "publishedDateTime", "webUrl", "slug", "topics", "provider", "quality", "language", "published",
    "draft", "categories", "related", "aliases", "build", "headless", "expiryDate",
)  # fmt: skip
_MARK = "\u0301"
_MERGED = "a: &a {" + ",".join(f"x{n}: 1" for n in range(1_000)) + "}"

TEXTS: dict[str, str | bytes] = {
    **{f"bomb-{name}": _titled(_bomb(name, "*j")) for name in _FIELDS},
    **{f"recursive-{name}": _titled(f"{name}: &z {{name: *z}}") for name in _FIELDS},
    **{f"list-in-itself-{name}": _titled(f"{name}: &z [*z]") for name in _FIELDS},
    **{f"{kind}-{name}": _titled(f"{name}: {digits}") for kind, digits in DIGITS.items() for name in _FIELDS},
    "digits-as-name": _titled(f"{DIGITS['hex']}: x"),
    "merges": _titled(_MERGED, *(f"b{n}: {{<<: [{','.join(['*a'] * 300)}]}}" for n in range(300))),
    "merge-of-merges": _titled("a: &a {x: 1}", *(f"b{n}: &b{n} {{<<: [*a, *b{n - 1}]}}" for n in range(1, 500))),
    "amp-in-amp": _titled("webUrl: https://" + "a.ampproject.org/c/" * 3_000),
    "amp-in-amp-shorter": _titled("webUrl: https://" + "a.ampproject.org/c/" * 190 + "a.b/c"),
    "index-html": _titled("webUrl: https://a.b" + "/index.html" * 20_000),
    "index-html-amp": _titled("webUrl: https://a.b" + "/index.html/amp" * 20_000),
    "long-address": _titled(f"webUrl: https://a.b/{'é' * 1_000_000}"),
    "long-host": _titled(f"webUrl: https://{'é.' * 1_900}b/"),
    "percent": _titled("webUrl: https://a.b/" + "%C3%A9%" * 500),
    "colon-and-blanks": _front("title: b: c" + " " * 100_000 + "x"),
    "blanks-behind-a-date": _titled(f'expiryDate: "2021-01-01{" " * 200_000}x"'),
    "brackets-in-a-list": _titled(f"related: ['{'[' * 200_000}']"),
    "links-in-a-list": _titled(f"related: ['[a]({'b' * 200_000}']"),
    "post-url": _titled(f"related: ['{'{% post_url ' * 50_000}']"),
    "hugo-ref": _titled(f"related: ['{'{{< ref ' * 50_000}']"),
    "short-post-urls": _titled("related:", *(f"- '{n}{'{% link ' * 400}'" for n in range(900))),
    "a-million-entries": _titled("related:", *(f"- title: Tea {n}" for n in range(300_000))),
    "twenty-thousand-entries": _titled("related:", *(f"- title: Tea {n}" for n in range(20_000))),
    "dates-in-no-language": _titled("related:", *(f"- {{title: Tea, date: xqz {n} vbn 2021}}" for n in range(1_000))),
    "entries-in-brackets": _titled(f"related: [{'a,' * 2_000_000}]"),
    "many-topics": _titled(f"topics: [{','.join(f'a{n}' for n in range(50_000))}]"),
    "long-title": _front(f"title: {'tea ' * 500_000}"),
    "long-excerpt": _titled(f"excerpt: {'tea cup ' * 500_000}"),
    "long-body": _titled() + "tea " * 2_000_000,
    "deep-brackets": _titled("a: " + "[" * 200_000),
    "deep-braces": _titled("a: " + "{a: " * 100_000),
    "deep-dashes": _titled("a:", "  " + "- " * 100_000),
    "deep-lines": _titled(*(" " * n + "a:" for n in range(3_000))),
    "directives": _front(*(f"%TAG !{n}! b" for n in range(100_000))),
    "tag": _titled("a: !!python/object/apply:os.system ['touch hacked']"),
    "tag-of-an-object": _titled('a: !!python/object/new:os._wrap_close [!!python/name:os.system , "touch hacked"]'),
    "escapes": _front(r'title: "\x1b]0;owned\x07\x1b[31mred"', "related: [\"\\x1b[2Jnowhere\"]"),
    "nul": b"---\ntitle: a\0b\n---\n",
    "latin-1": "---\ntitle: caf\xe9\n---\n".encode("latin-1"),
    "utf-16": "---\ntitle: Tea\n---\n".encode("utf-16"),
    "bytes": bytes(range(256)) * 100,
    "half-a-character": _front(r'title: "\ud800"'),
    "marks-on-an-entry": _titled(f"related: [a{_MARK * 500_000}]"),
    "long-entry": _titled(f"related: [/{'b' * 400_000}]"),
    "long-alias": _titled(f"a: *{'x' * 300_000}"),
    **{f"body-of-{kind}": _titled() + text * 100_000 for kind, text in (("curly", "{{"), ("comments", "<!--"))},
    "never-closed": "---\ntitle: Tea\n" + "a: b\n" * 100_000,
    "dashes": "---\n" * 200_000,
    "toml-digits": f"+++\ntitle = 'x'\na = {'9' * 9_000}\n+++\n",
    "toml-hex-title": f"+++\ntitle = 0x{'f' * 9_000}\n+++\n",
    "toml-deep": f"+++\ntitle = 'x'\na = {'[' * 5_000}\n+++\n",
    "toml-long-name": f"+++\ntitle = 'x'\n{'a.' * 200_000}b = 1\n+++\n",
    "toml-deep-values": f"+++\ntitle = 'x'\ncategories = {'[' * 300}{']' * 300}\n+++\n",
    "our-name-again": _titled("a: '" + "suggested_related " * 100_000 + "'"),
    "our-block-is-theirs": _titled("suggested_related: {a: b}"),
    "script": _front("title: '<script>alert(1)</script>'", "provider: '<img src=x onerror=alert(1)>'"),
    "leads-out": _titled("related: ['../../../../../etc/passwd', 'file:///etc/passwd', 'javascript:alert(1)']"),
}  # fmt: skip


def add_hostile_files(site: Path, folder: str, outside: Path) -> None:
    """
    Put everything into a folder of a site.

    Parameters
    ----------
    site, folder
        The site, and the folder of its articles below it.
    outside
        A folder beside the site, with an article that must be neither read nor written.
    """
    home = site / folder
    outside.mkdir()
    (outside / "secret.md").write_text(_front("title: A secret of the kitchen", "excerpt: azure cloud virtual machine"))
    for name, content in TEXTS.items():
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (home / f"zz-{name}.md").write_bytes(raw)
    (home / "zz-link.md").symlink_to(outside / "secret.md")
    (home / "zz-folder").symlink_to(outside)
    (home / "zz-root").symlink_to("/")
    (home / "zz-proc").symlink_to("/proc")
    (home / "zz-kmsg.md").symlink_to("/proc/kmsg")
    (home / "zz-zero.md").symlink_to("/dev/zero")
    (home / "zz-loop.md").symlink_to(home / "zz-loop.md")
    (home / "zz-here").symlink_to(home)
    (home / "zz-gone.md").symlink_to(home / "nowhere.md")
    (home / "zz-folder.md").mkdir()
    os.mkfifo(home / "zz-pipe.md")
    for name, n_bytes in (("sparse", 4 * 10**9), ("giant", 10**13)):
        with (home / f"zz-{name}.md").open("wb") as file:
            file.truncate(n_bytes)
    # Names that are no UTF-8 text.
    (home / os.fsdecode(b"zz-\xff\xfe.md")).write_text(_titled())
    (home / os.fsdecode(b"zz-\xe9")).mkdir()
    (home / os.fsdecode(b"zz-\xe9") / "tea.md").write_text(_titled())
    (home / ("zz" + "n" * 250 + ".md")).write_text(_titled())
    (home / "zz-Case.md").write_text(_titled())
    (home / "zz-case.md").write_text(_titled())
    (home / "zz\n\x1b[31mname.md").write_text(_titled())
    # Deeper than a path can be long.
    here = os.open(home, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("zz-deeper-folder", dir_fd=here)
        deeper = os.open("zz-deeper-folder", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)


def tree(folder):
    """The files of a folder, with their bytes and their times of change."""
    return {
        str(path.relative_to(folder)): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def azure_or_newsroom(request):
    """Sixty good articles: of the news site where it is there, else of the example."""
    if (ROOT.parent / "shared" / "data" / "azure.tar.xz").exists():
        return request.getfixturevalue("azure_site")
    return ROOT / "examples" / "newsroom"


@pytest.mark.slow
@pytest.mark.parametrize("writer", WRITERS)
def test_every_nasty_thing_at_once(tmp_path, azure_or_newsroom, writer):
    """All good articles are served; nothing outside is read or changed; within a minute and a gigabyte."""
    site, outside = tmp_path / "site", tmp_path / "outside"
    (site / "_news").mkdir(parents=True)
    good = sorted((azure_or_newsroom / "_news").glob("*.md"))[-N_GOOD:]
    for file in good:
        shutil.copy(file, site / "_news")
    add_hostile_files(site, "_news", outside)
    os.mkfifo(site / "hugo.toml")
    # Whatever the score: an article without a suggestion was then not reached.
    (tmp_path / "every.yaml").write_text("ranking: {min_score: 0}\n")
    before = tree(outside)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "recommender", "suggest", str(site), "--write", writer, "--settings", "every.yaml"]
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("wb") as output, err.open("wb") as errors:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=output, stderr=errors)
        # Of this process alone: other tests have had children too.
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, mebibytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    said = err.read_bytes().decode("utf-8", "backslashreplace")
    assert process.returncode == 1, said[-3000:]
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 3_000
    served = _served(site, writer, out.read_bytes())
    assert {f"_news/{file.stem}" for file in good} - served == set()
    assert tree(outside) == before
    everything = (
        out.read_bytes() + err.read_bytes() + b"".join(path.read_bytes() for path in sorted(site.glob("*data/*.json")))
    )
    assert b"secret of the kitchen" not in everything
    assert not (tmp_path / "hacked").exists()
    assert not [path for path in (site / "_news").iterdir() if path.name.startswith(".recommender-")]
    if AT_LENGTH:
        assert (seconds < 60, mebibytes < 1000) == (True, True), f"{seconds:.1f} s, {mebibytes:.0f} MiB"


def _served(site, writer, output):
    """The ids of the articles that have suggestions."""
    if writer == "jsonl":
        lines = [json.loads(line) for line in output.splitlines()]
        return {line["article_id"] for line in lines if line["suggestions"]}
    if writer == "data":
        (file,) = site.glob("*data/*.json")
        return set(json.loads(file.read_bytes()))
    names = [one.name for one in (site / "_news").iterdir() if one.suffix == ".md" and not one.name.startswith("zz")]
    return {f"_news/{name[:-3]}" for name in names if b"\nsuggested_related:\n" in (site / "_news" / name).read_bytes()}
