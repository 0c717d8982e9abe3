"""One model asked from everywhere while it changes, and batch after batch over a site that changes."""

import json
import logging
import multiprocessing
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
from service import post, serving

from recommender import Recommender, load_model, read_site
from recommender.batch import suggest_site
from recommender.settings import settings_from_mapping
from recommender.writing.decisions import DecisionsFile, decide

logger = logging.getLogger(__name__)

#: Whether `make torture` runs it: ten minutes, two hundred batches.
AT_LENGTH = bool(os.environ.get("RECOMMENDER_TORTURE"))
SECONDS, N_PROCESSES, N_BATCHES, N_REQUESTS = (600, 4, 200, 4_000) if AT_LENGTH else (4, 1, 8, 400)
SETTINGS = {"ranking": {"ranker": "similarity", "n_jobs": 1}}
_N_ASKED = 40


def _said(recommender, article_id):
    return tuple((one.article_id, one.score) for one in recommender.suggest(article_id))


def _asks(model, ids, seconds, wrong):
    """A process of its own: whether every answer is the one that it was at first."""
    recommender = load_model(model)
    expected = {one: _said(recommender, one) for one in ids}
    end, n_asked = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        article_id = ids[n_asked % len(ids)]
        if _said(recommender, article_id) != expected[article_id]:
            wrong.put(article_id)
        n_asked += 1


def test_one_model_asked_from_everywhere_while_it_changes(newsroom, tmp_path):
    """Threads and processes get the answers that one alone gets, before or after each update; no memory grows."""
    Recommender(settings_from_mapping(SETTINGS)).fit(read_site(newsroom)).save(tmp_path / "model")
    recommender = load_model(tmp_path / "model")
    ids = list(recommender.article_ids)[:_N_ASKED]
    before = {one: _said(recommender, one) for one in ids}
    added = [replace(recommender.article(one), id=f"copy-{one}", url="", title=f"More: {one}") for one in ids[:3]]
    recommender.update(added=added)
    after = {one: _said(recommender, one) for one in ids}
    assert before != after
    wrong, n_asked, stop = [], Counter(), threading.Event()

    def ask(number):
        lot = random.Random(number)
        while not stop.is_set():
            article_id = lot.choice(ids)
            if (said := _said(recommender, article_id)) not in (before[article_id], after[article_id]):
                wrong.append((article_id, said))
            n_asked[number] += 1

    spawn = multiprocessing.get_context("spawn")
    wrong_elsewhere = spawn.SimpleQueue()
    processes = [
        spawn.Process(target=_asks, args=(tmp_path / "model", ids, SECONDS, wrong_elsewhere))
        for _ in range(N_PROCESSES)
    ]
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, number) for number in range(4)]
        for process in processes:
            process.start()
        n_updates, memory = 0, []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            recommender.update(removed=[one.id for one in added])
            recommender.update(added=added)
            n_updates += 2
            memory.append(psutil.Process().memory_info().rss)
        stop.set()
        for one in asking:
            one.result()
    for process in processes:
        process.join()
    assert (wrong, wrong_elsewhere.empty()) == ([], True)
    assert [process.exitcode for process in processes] == [0] * N_PROCESSES
    growth = (max(memory[-len(memory) // 4 :]) - max(memory[: len(memory) // 4])) / 2**20
    logger.info("%s answers, %s updates, %+.0f MiB", sum(n_asked.values()), n_updates, growth)
    assert growth < 60


def test_service_under_two_hundred_clients(newsroom, tmp_path):
    """Each of two hundred clients at once gets the answer that the model gives alone."""
    recommender = Recommender(settings_from_mapping(SETTINGS)).fit(read_site(newsroom))
    recommender.save(tmp_path / "model")
    drafts = [{"id": one, "title": recommender.article(one).title} for one in list(recommender.article_ids)[:_N_ASKED]]
    with serving(tmp_path / "model", "--no-access-log") as port:

        def ask(number):
            return post(port, json.dumps(drafts[number % len(drafts)]))

        alone = [ask(number) for number in range(len(drafts))]
        assert {status for status, _ in alone} == {200}
        start = time.monotonic()
        with ThreadPoolExecutor(200) as pool:
            found = list(pool.map(ask, range(N_REQUESTS)))
        logger.info("%s requests by 200 clients in %.0f s", N_REQUESTS, time.monotonic() - start)
        assert found == [alone[number % len(alone)] for number in range(N_REQUESTS)]


def _change(site, lot, number):
    """An article comes, one changes, one goes, and an editor decides."""
    files = sorted(site.glob("_news/**/*.md"))
    chosen = lot.choice(files)
    (site / "_news" / f"2024-12-01-new-{number}.md").write_bytes(
        chosen.read_bytes().replace(b"title:", b"title: New", 1)
    )
    changed = lot.choice(files)
    changed.write_bytes(changed.read_bytes() + f"\nAnd more, {number}.\n".encode())
    lot.choice([one for one in files if one not in (chosen, changed)]).unlink()
    corpus = read_site(site)
    article, candidate = lot.sample(list(corpus), 2)
    made = decide(article, candidate, "reject", by="an editor", why=f"number {number}", position=0)
    DecisionsFile(site, corpus).change({made.pair: made})


def test_batch_after_batch_over_a_site_that_changes(newsroom, tmp_path, monkeypatch):
    """Each run leaves what a first run would write, no file of its own besides, and a cache that does not grow."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    lot, settings = random.Random(0), settings_from_mapping(SETTINGS)
    output = newsroom / "_data" / "suggested_related.json"
    suggest_site(newsroom, settings)
    others = sorted(one.name for one in newsroom.iterdir())
    sizes = []
    for number in range(N_BATCHES):
        _change(newsroom, lot, number)
        suggest_site(newsroom, settings)
        written = output.read_bytes()
        sizes.append(sum(one.stat().st_size for one in cache.rglob("*") if one.is_file()))
        if number % 25 == N_BATCHES % 25 - 1 or number == N_BATCHES - 1:
            output.unlink()
            suggest_site(newsroom, settings, fresh=True)
            assert output.read_bytes() == written, f"after {number + 1} batches"
    assert [one.name for one in newsroom.rglob("*") if "tmp" in one.name or one.name.startswith(".recommender")] == []
    assert sorted(one.name for one in newsroom.iterdir()) == sorted({*others, "_recommender"})
    logger.info("%s batches, cache %s to %s bytes", N_BATCHES, sizes[0], sizes[-1])
    assert sizes[-1] < 2 * sizes[0]
