import multiprocessing
import os
import signal
import time

import pytest

from recommender.errors import WriteError
from recommender.writing.lock import only_writer


def hold(site, is_held):
    """Hold a site for good."""
    with only_writer(site):
        is_held.set()
        time.sleep(60)


@pytest.fixture
def holder(tmp_path):
    """Another process that writes to the site, with its id."""
    context = multiprocessing.get_context("fork")
    is_held = context.Event()
    process = context.Process(target=hold, args=(tmp_path, is_held))
    process.start()
    assert is_held.wait(30)
    yield process
    process.kill()
    process.join()


def test_the_second_says_who_writes(tmp_path, holder):
    """A run that waits in vain for another one names its process, and writes nothing."""
    with pytest.raises(WriteError) as caught, only_writer(tmp_path, longest_wait=0.2):
        pytest.fail("two runs write at once")
    assert str(caught.value) == (
        f"{tmp_path}: another run (process {holder.pid}) has been writing there for 0 seconds, so nothing is written. "
        "Wait for it, or end it and run again."
    )


def test_a_lock_ends_with_its_process(tmp_path, holder):
    """A run that was killed keeps nobody waiting, and leaves nothing behind."""
    os.kill(holder.pid, signal.SIGKILL)
    with only_writer(tmp_path, longest_wait=30):
        assert list(tmp_path.iterdir()) == []


def test_a_file_of_lines(tmp_path):
    """For a file of lines the folder that it is in is locked; one after the other may write."""
    (tmp_path / "articles.jsonl").touch()
    for _ in range(2):
        with only_writer(tmp_path / "articles.jsonl", longest_wait=0):
            pass
