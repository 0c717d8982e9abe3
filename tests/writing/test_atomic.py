"""Files are replaced whole or not at all."""

import errno
import fcntl
import multiprocessing
import os
import re
import signal
import stat
from pathlib import Path

import pytest

from recommender.bounds import Fence
from recommender.errors import WriteError
from recommender.writing import atomic
from recommender.writing.atomic import (
    apply_changes,
    is_stream,
    plan_change,
    read_if_there,
    remove_leftovers,
    replace_file,
    unwritten,
)
from recommender.writing.plan import Plan


def names(folder):
    """Everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def to(content):
    """A maker that gives one content."""
    return lambda _: content


def test_new_file_is_made_with_its_folders(tmp_path):
    """A file that is not there is made, with the folders above it and the mode that any new file has."""
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    assert replace_file(tmp_path / "_data" / "deep" / "file.json", b"{}")
    assert (tmp_path / "_data" / "deep" / "file.json").read_bytes() == b"{}"
    assert names(tmp_path / "_data" / "deep") == ["file.json"]
    assert (tmp_path / "_data" / "deep" / "file.json").stat().st_mode == usual.stat().st_mode


def test_mode_and_owner_are_kept(tmp_path):
    """The new file has the old one's mode, owner and group."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    before = path.stat()
    assert replace_file(path, b"new")
    after = path.stat()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_symbolic_link_stays_a_link(tmp_path):
    """A link is followed: its target has the new content, in its own folder."""
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "file.md"
    target.write_bytes(b"old")
    link = tmp_path / "link.md"
    link.symlink_to(target)
    assert replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["link.md", "real"]
    assert names(tmp_path / "real") == ["file.md"]


def test_same_content_is_not_written(tmp_path):
    """A file that has the content already keeps its time of change."""
    path = tmp_path / "file.md"
    path.write_bytes(b"same")
    os.utime(path, (1, 1))
    assert not replace_file(path, b"same")
    assert path.stat().st_mtime == 1


def test_longest_name_can_be_replaced(tmp_path):
    """A file whose name is as long as names can be is replaced like any other."""
    path = tmp_path / ("n" * 252 + ".md")
    path.write_bytes(b"old")
    assert replace_file(path, b"new")
    assert path.read_bytes() == b"new"


def test_read_only_file_stays(tmp_path, monkeypatch):
    """A file that was made read-only is left alone, though its folder would let it be replaced."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    # Root may write anything, so the answer of the system is given here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="it is read-only"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file.md"]


def read_only(*names):
    """What `os.access` says where these may not be written; root may write anything."""
    return lambda path, mode: Path(path).name not in names


@pytest.mark.parametrize(("name", "what"), [("one.md", "it"), ("folder", "its folder")])
@pytest.mark.parametrize("is_late", [False, True])
def test_read_only_file_does_not_stop_the_others(tmp_path, monkeypatch, name, what, is_late):
    """A file that may not be replaced is a problem of its own, found by the plan already; the others are replaced."""
    paths = [tmp_path / "folder" / "one.md", tmp_path / "two.md"]
    paths[0].parent.mkdir()
    changes, problems = [], []
    for path in paths:
        path.write_bytes(b"old")
    if not is_late:
        monkeypatch.setattr(os, "access", read_only(name))
    for path in paths:
        try:
            changes.append(plan_change(path, to(b"new")))
        except WriteError as error:
            problems.append(error)
    assert plan_change(paths[0], to(b"old")).after == b"old"
    monkeypatch.setattr(os, "access", read_only(name))
    n_replaced, lost = apply_changes(changes)
    assert n_replaced == 1
    assert [str(problem) for problem in (*problems, *lost)] == [
        f"{paths[0]}: cannot be written ({what} is read-only). It is as it was. Mend that and run again."
    ]
    assert [path.read_bytes() for path in paths] == [b"old", b"new"]
    if is_late:
        paths[1].write_bytes(b"old")
        with pytest.raises(WriteError, match="is read-only"):
            apply_changes(changes, strict=True)
        assert paths[1].read_bytes() == b"old"


@pytest.fixture
def fifo(tmp_path):
    """A named pipe, and what was written into it."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, lambda: os.read(reader, 1000)
    os.close(reader)


@pytest.mark.parametrize("by_link", [False, True])
def test_pipe_is_written_into(tmp_path, fifo, by_link):
    """A pipe stays a pipe, and takes all parts; a plan does not read from it."""
    pipe, written = fifo
    path = pipe
    if by_link:
        path = tmp_path / "link"
        path.symlink_to(pipe)
    assert is_stream(path)
    assert replace_file(path, iter([b"one ", b"two "]))
    assert replace_file(path, b"three ")
    plan = Plan().add(path, to(b"four"))
    assert (plan.changes[0].before, plan.files) == (None, {})
    assert apply_changes(plan.changes) == (1, [])
    assert written() == b"one two three four"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == sorted({pipe.name, path.name})


def test_device_is_written_into(tmp_path):
    """A device stays one, and an error of it is told."""
    full = tmp_path / "full"
    try:
        os.mknod(full, stat.S_IFCHR | 0o600, os.makedev(1, 7))
        os.close(os.open(full, os.O_WRONLY))
    except (OSError, AttributeError):
        pytest.skip("needs leave to make a device")
    with pytest.raises(OSError, match="No space left on device") as caught:
        replace_file(full, iter([b"line\n"]))
    assert str(unwritten(full, caught.value)) == (
        f"{full}: cannot be written (No space left on device). Mend that and run again."
    )
    assert stat.S_ISCHR(full.stat().st_mode)
    assert names(tmp_path) == ["full"]


def test_open_descriptor_is_written_into(tmp_path):
    """What a shell calls /dev/fd/3 goes on where it stands, also where it is a file."""
    path = tmp_path / "log"
    with path.open("wb") as opened:
        opened.write(b"before ")
        opened.flush()
        for folder in ("/dev/fd", "/proc/self/fd"):
            if Path(folder).is_dir():
                assert replace_file(Path(folder, str(opened.fileno())), b"ours ")
        opened.write(b"after")
    assert re.fullmatch(rb"before (ours )+after", path.read_bytes())


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_behind(tmp_path, monkeypatch, step, error):
    """Whatever goes wrong on the way, and also when a person stops it, the old file stands and no other is left."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")

    def fail(*_):
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file.md"]


def test_plan_changes_nothing(tmp_path):
    """A plan holds what is and what should be, and the file stays as it is."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    change = plan_change(path, to(b"new"))
    assert (change.path, change.before, change.after) == (path, b"old", b"new")
    assert path.read_bytes() == b"old"
    assert Plan().add(path, to(b"old")).changes == []


def test_crash_in_the_middle(tmp_path, monkeypatch):
    """When the second file cannot be replaced, each file is old or new, none is half, and the message counts."""
    paths = [tmp_path / f"{name}.md" for name in "abc"]
    for path in paths:
        path.write_bytes(b"old")
    changes = [plan_change(path, to(b"new")) for path in paths]
    fsync, calls = os.fsync, []

    def full_at_second(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full_at_second)
    with pytest.raises(WriteError) as caught:
        apply_changes(changes)
    assert str(caught.value) == (
        f"{paths[1]}: cannot be written (No space left on device). It is as it was. "
        "1 of 3 files were replaced before it, each whole. Mend that and run again."
    )
    assert [path.read_bytes() for path in paths] == [b"new", b"old", b"old"]
    assert names(tmp_path) == ["a.md", "b.md", "c.md"]


def test_edit_between_plan_and_turn_is_kept(tmp_path):
    """A file that someone saves after it was planned is planned again from what it is now."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    change = plan_change(path, lambda before: before + b" block")
    path.write_bytes(b"edited")
    assert apply_changes([change]) == (1, [])
    assert path.read_bytes() == b"edited block"


def test_edit_that_cannot_be_written_is_told(tmp_path):
    """A file that became unusable in the meantime is left alone and told of; the others are replaced."""

    def make(before):
        if before == b"broken":
            raise WriteError("broken.md: is broken.")
        return b"new"

    paths = [tmp_path / "broken.md", tmp_path / "sound.md"]
    for path in paths:
        path.write_bytes(b"old")
    changes = [plan_change(path, make) for path in paths]
    paths[0].write_bytes(b"broken")
    done = []
    n_replaced, problems = apply_changes(changes, progress=lambda n_done, n_all: done.append((n_done, n_all)))
    assert (n_replaced, [str(problem) for problem in problems]) == (1, ["broken.md: is broken."])
    assert [path.read_bytes() for path in paths] == [b"broken", b"new"]
    assert done == [(2, 2)]


def test_what_is_not_a_file_is_told(tmp_path):
    """A folder in the place of a file is an error with its path, not a traceback."""
    with pytest.raises(WriteError, match=r"cannot be read \(Is a directory\), so it is not written either\."):
        plan_change(tmp_path, to(b""))


def test_by_parts(tmp_path):
    """A file written by parts is replaced as a whole, and not touched where it has the content already."""
    file = tmp_path / "lines.jsonl"
    assert replace_file(file, iter([b"one\n", b"two\n"]))
    before = file.stat().st_ino
    assert not replace_file(file, iter([b"one\ntwo\n"]))
    assert (file.stat().st_ino, names(tmp_path)) == (before, ["lines.jsonl"])
    assert replace_file(file, iter([b"one\n"]))
    assert file.read_bytes() == b"one\n"


def test_by_parts_that_end_early(tmp_path):
    """Where the parts break off, the file is as it was, and nothing lies beside it."""
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"old\n")

    def parts():
        yield b"new\n"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(file, parts())
    assert file.read_bytes() == b"old\n"
    assert names(tmp_path) == ["lines.jsonl"]


@pytest.fixture(params=["swapped", "replaced"])
def way(request, monkeypatch):
    """Both ways in which a file gets its name: by a swap, and where the system has none."""
    if request.param == "replaced":
        monkeypatch.setattr(atomic, "_RENAMEAT2", None)
    return request.param


def at_last_moment(monkeypatch, save):
    """Let somebody do something once the new file is on the disk, and before it has its name."""
    fsync, is_done = os.fsync, []

    def saved(descriptor):
        fsync(descriptor)
        if not is_done:
            is_done.append(True)
            save()

    monkeypatch.setattr(os, "fsync", saved)


def adding(before):
    """A maker that adds a line to what is there."""
    if before is None:
        raise WriteError("file.md: was removed")
    return before + b" and ours"


@pytest.mark.parametrize("by_rename", [False, True])
def test_edit_at_the_last_moment_is_kept(tmp_path, monkeypatch, way, by_rename):
    """An edit that is saved after the comparison, in place or as a new file, is kept, and ours is made from it."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    change = plan_change(path, adding)

    def save():
        if by_rename:
            (tmp_path / "new").write_bytes(b"edited")
            (tmp_path / "new").replace(path)
        else:
            path.write_bytes(b"edited")

    at_last_moment(monkeypatch, save)
    assert apply_changes([change]) == (1, [])
    assert path.read_bytes() == b"edited and ours"
    assert names(tmp_path) == ["file.md"]


def test_edit_during_the_swap_is_kept(tmp_path, monkeypatch):
    """An edit that is saved just before the names are swapped gets its name back."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    change = plan_change(path, adding)
    swap, calls = atomic._swap, []

    def late(one, other):
        calls.append(other)
        if len(calls) == 1:
            path.write_bytes(b"edited")
        return swap(one, other)

    monkeypatch.setattr(atomic, "_swap", late)
    assert apply_changes([change]) == (1, [])
    assert path.read_bytes() == b"edited and ours"
    assert names(tmp_path) == ["file.md"]


def test_file_that_never_rests_is_left_alone(tmp_path, monkeypatch, way):
    """A file that something else changes again and again is told of and left as it is."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    change = plan_change(path, adding)
    fsync, n_saved = os.fsync, []

    def saved(descriptor):
        fsync(descriptor)
        n_saved.append(1)
        path.write_bytes(b"edit %d" % len(n_saved))

    monkeypatch.setattr(os, "fsync", saved)
    n_replaced, problems = apply_changes([change])
    assert n_replaced == 0
    assert [str(problem) for problem in problems] == [
        f"{path}: is changed by something else again and again, so it is left as it is. Run again."
    ]
    assert path.read_bytes().startswith(b"edit")
    assert names(tmp_path) == ["file.md"]


def test_file_that_goes_or_comes_at_the_last_moment(tmp_path, monkeypatch, way):
    """A file that is removed at the last moment is not made again; one that somebody makes there is kept."""
    gone, made = tmp_path / "gone.md", tmp_path / "made.md"
    gone.write_bytes(b"old")
    changes = [plan_change(gone, adding), plan_change(made, lambda before: b"ours" if before is None else before)]
    at_last_moment(monkeypatch, gone.unlink)
    n_replaced, problems = apply_changes(changes[:1])
    assert (n_replaced, [str(problem) for problem in problems]) == (0, ["file.md: was removed"])
    monkeypatch.undo()
    at_last_moment(monkeypatch, lambda: made.write_bytes(b"theirs"))
    assert apply_changes(changes[1:]) == (0, [])
    assert names(tmp_path) == ["made.md"]
    assert made.read_bytes() == b"theirs"


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="the system has no extended attributes")
def test_extended_attributes_are_kept(tmp_path):
    """The new file has the old one's extended attributes, of which access control lists are some."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.note", b"of an editor")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    assert replace_file(path, b"new")
    assert os.getxattr(path, "user.note") == b"of an editor"


@pytest.mark.parametrize(("name", "mode", "what"), [("one.md", 0o444, "it"), ("", 0o555, "its folder")])
def test_read_only_for_root_too(tmp_path, name, mode, what):
    """A file or a folder that nobody may write is left alone, also by root, who could."""
    path = tmp_path / "folder" / "one.md"
    path.parent.mkdir()
    path.write_bytes(b"old")
    (path.parent / name).chmod(mode)
    with pytest.raises(WriteError) as caught:
        plan_change(path, to(b"new"))
    (path.parent / name).chmod(0o755)
    assert (
        str(caught.value)
        == f"{path}: cannot be written ({what} is read-only). It is as it was. Mend that and run again."
    )


def test_hard_link(tmp_path):
    """A file with several names is replaced under this one; the others keep what they had."""
    path, other = tmp_path / "file.md", tmp_path / "other.md"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    assert replace_file(path, b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")


def test_leftovers_of_a_killed_run_are_removed(tmp_path):
    """What a run left beside the files when it was killed goes with the next; what another run writes stays."""
    path = tmp_path / "file.md"
    path.write_bytes(b"old")
    leftover, other = tmp_path / ".recommender-0123456789abcdef.tmp", tmp_path / ".recommender-notes.tmp"
    leftover.write_bytes(b"half")
    other.write_bytes(b"of a person")
    (tmp_path / ".recommender-0123456789abcdee.tmp").symlink_to(path)
    child = multiprocessing.get_context("fork").Process(target=replace_and_be_killed, args=(path,))
    child.start()
    child.join()
    assert len(names(tmp_path)) == 5
    remove_leftovers([path, tmp_path / "another.md"])
    assert names(tmp_path) == [".recommender-0123456789abcdee.tmp", ".recommender-notes.tmp", "file.md"]
    assert path.read_bytes() == b"old"
    with leftover.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        remove_leftovers([path])
    assert leftover.exists()


def replace_and_be_killed(path):
    """Be killed when the new file is on the disk and has no name yet."""
    os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    replace_file(path, b"new")


def test_fence(tmp_path):
    """A file that a link leads out of the site is not written, nor a pipe in the place of a file."""
    site, outside = tmp_path / "site", tmp_path / "outside"
    site.mkdir()
    outside.mkdir()
    (outside / "file.md").write_bytes(b"old")
    (site / "link.md").symlink_to(outside / "file.md")
    (site / "_data").symlink_to(outside)
    os.mkfifo(site / "pipe.json")
    fence = Fence.around(site)
    for path in (site / "link.md", site / "_data" / "file.md", site / "_data" / "new.json", site / ".." / "x.md"):
        with pytest.raises(WriteError, match=r"cannot be written \(it leads out of the site, to .*articles\.outside"):
            plan_change(path, to(b"new"), fence=fence)
    with pytest.raises(WriteError, match=r"cannot be written \(it is no regular file\)\. Take it out\.$"):
        plan_change(site / "pipe.json", to(b"new"), fence=fence)
    named = plan_change(site / "link.md", to(b"new"), fence=Fence.around(site, ["../outside"]))
    assert apply_changes([named]) == (1, [])
    assert (outside / "file.md").read_bytes() == b"new"


def test_link_that_turns_out_of_the_site(tmp_path):
    """A file that becomes a link out of the site between the plan and its turn is not written."""
    site, outside = tmp_path / "site", tmp_path / "outside.md"
    site.mkdir()
    outside.write_bytes(b"theirs")
    path = site / "file.md"
    path.write_bytes(b"old")
    change = plan_change(path, to(b"new"), fence=Fence.around(site))
    path.unlink()
    path.symlink_to(outside)
    n_replaced, problems = apply_changes([change])
    assert n_replaced == 0
    assert "it leads out of the site" in str(problems[0])
    assert outside.read_bytes() == b"theirs"


def test_a_file_without_end_is_not_read(tmp_path):
    """A sparse file of terabytes in the place of what is written is told of, and takes no memory."""
    file = tmp_path / "suggested_related.json"
    file.touch()
    os.truncate(file, 10**13)
    with pytest.raises(
        WriteError, match=r"it has 10,000,000,000,000 bytes, of at most 4,000,000,000\), so it is not wri"
    ):
        read_if_there(file)
