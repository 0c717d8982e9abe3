"""The batch on real worker processes of Dask, beside the same batch on one machine."""

import json
import os
import pickle
import random
import signal
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from recommender.articles import Article, Corpus, RelatedEntry
from recommender.batch import suggest_site
from recommender.cluster import answer, block_size, connected, suggest_on_cluster
from recommender.content.jsonl import read_jsonl
from recommender.errors import MissingExtraError, RecommenderError, SettingsError, SiteError, UnknownArticleError
from recommender.model import Recommender
from recommender.settings import settings_from_mapping
from recommender.writing import jsonl_lines
from recommender.writing.decisions import Decisions
from recommender.writing.lock import only_writer

distributed = pytest.importorskip("distributed", reason="needs Dask: pip install 'recommender[dask]'")
# What Dask warns of on its own behalf, such as a killed worker, is no fault of ours.
pytestmark = pytest.mark.filterwarnings("default")

WORDS = ["green", "black", "white", "tea", "kettle", "water", "leaf", "leaves", "cup", "pot", "bicycle", "gear"]
WORDS += ["chain", "wheel", "road", "city", "rain", "sun", "wind"]


def settings(**ranking):
    """Lines of JSON, ranked by similarity."""
    return settings_from_mapping(
        {"ranking": {"ranker": "similarity", "n_jobs": 1, **ranking}, "writing": {"writer": "jsonl"}}
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """240 articles: no dates, titles and addresses shared, lists, drafts, two languages, texts that share nothing."""
    rng = random.Random(7)
    file = tmp_path_factory.mktemp("site") / "articles.jsonl"
    with file.open("w") as lines:
        for number in range(240):
            article = {
                "id": f"a{number:03d}",
                "title": " ".join(rng.choices(WORDS, k=4)),
                "excerpt": " ".join(rng.choices(WORDS, k=rng.randint(0, 12))),
                "url": f"https://example.org/{number - number % 40 if number % 40 == 1 else number}",
                "tags": rng.sample(WORDS, 2),
                "body": " ".join(rng.choices(WORDS, k=20)) if number % 3 else "",
                "draft": number % 17 == 0,
            }
            if number % 5:
                article["date"] = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=rng.randint(0, 5000))).isoformat()
            if number % 7 == 0:
                article["related"] = [f"https://example.org/{rng.randrange(240)}", "https://example.org/3"]
            if number % 11 == 0:
                article["lang"] = "de"
            if number % 9 == 0:
                # One story, told again and again: those that only repeat it leave their places to others.
                article["title"] = "Green tea, black tea" if number % 2 else "Green Tea: black tea"
            if number % 60 == 0:
                article |= {"title": f"Zqx{number}", "excerpt": "", "tags": [], "body": ""}
            lines.write(json.dumps(article) + "\n")
    return file


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes, each started again when it dies."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def fitted(site):
    """A recommender that knows them."""
    return Recommender(settings(k=6)).fit(read_jsonl(site))


def lines_of(recommender, **options):
    """What one machine writes."""
    return b"".join(jsonl_lines(recommender.answers(**options)))


@pytest.mark.parametrize("ranking", [{"k": 6}, {"k": 3, "fill": True, "suggest_newer": False, "min_score": 0.3}])
def test_same_bytes(site, cluster, tmp_path, ranking):
    """A cluster of worker processes writes the bytes that one machine writes, and counts the same."""
    alone = suggest_site(site, settings(**ranking), output=tmp_path / "alone.jsonl")
    together = suggest_site(site, settings(**ranking), output=tmp_path / "together.jsonl", dask=cluster)
    assert (tmp_path / "together.jsonl").read_bytes() == (tmp_path / "alone.jsonl").read_bytes()
    assert together.outcome.n_suggestions == alone.outcome.n_suggestions > 400
    assert together.outcome.reasons_for_none == alone.outcome.reasons_for_none
    assert together.plan.n_changed == alone.plan.n_changed == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.jsonl", "together.jsonl"]


@pytest.mark.parametrize("is_file", [True, False])
def test_processes_of_this_machine_write_the_same_bytes(site, tmp_path, monkeypatch, is_file):
    """To a file or a stream, counted alike."""
    asked = settings(n_jobs=2, min_score=0.0)
    alone, by_many = [], []
    expected = suggest_site(site, asked, emit=alone.append, fresh=True)
    monkeypatch.setattr("recommender.cluster.LEAST_ASKED", 100)
    monkeypatch.setattr("recommender.cluster.block_size", lambda n_asked, n_workers: 50)
    output = tmp_path / "lines.jsonl" if is_file else None
    run_ = suggest_site(site, asked, output=output, emit=by_many.append, fresh=True)
    lines = output.read_text() if is_file else "".join(by_many)
    assert lines == "".join(alone)
    assert lines.count("\n") == 240
    assert (run_.outcome.n_suggestions, run_.outcome.reasons_for_none) == (
        expected.outcome.n_suggestions,
        expected.outcome.reasons_for_none,
    )


@pytest.fixture
def by_processes(site, tmp_path, monkeypatch):
    """A run by processes that write among temporary files of their own; its output, and its folder of those."""
    monkeypatch.setattr("recommender.cluster.LEAST_ASKED", 100)
    monkeypatch.setattr("recommender.cluster.block_size", lambda n_asked, n_workers: 50)
    temporary, output = tmp_path / "temporary", tmp_path / "out" / "lines.jsonl"
    temporary.mkdir()
    output.parent.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    asked = settings(n_jobs=2, min_score=0.0)
    return partial(suggest_site, site, asked, output=output, fresh=True), output, temporary


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "one of 2 processes of this run was killed"),
        (
            lambda: os.write(os.open("/dev/full", os.O_WRONLY), b"x"),
            r"temporary: processes .* \(No space left on device",
        ),
    ],
)
def test_a_process_of_this_machine_fails(by_processes, monkeypatch, fault, message):
    """One that is killed or has no room ends the run with its cure; the output stays as it was, and nothing else."""
    run_, output, temporary = by_processes
    output.write_text("as it was")
    monkeypatch.setattr(
        "recommender.cluster.answer", lambda *task: fault() if task[-1] == "part-000003.jsonl" else answer(*task)
    )
    with pytest.raises(RecommenderError, match=message) as caught:
        run_()
    assert "ranking.n_jobs: 1" in str(caught.value)
    assert output.read_text() == "as it was"
    assert [*output.parent.iterdir(), *temporary.iterdir()] == [output]


@pytest.mark.parametrize(
    "error",
    [
        SiteError("tea.md: is odd.", "Mend it."),
        MissingExtraError("Parquet", "parquet"),
        UnknownArticleError("tea", ["tee"]),
    ],
)
def test_an_error_passes_between_processes(error):
    """An error that a worker had is told in the words that it had there."""
    passed = pickle.loads(pickle.dumps(error))
    assert (type(passed), str(passed), vars(passed)) == (type(error), str(error), vars(error))


def test_what_killed_runs_left_goes(by_processes):
    """A folder that nobody holds any more is removed, as is half of an output; those of runs and of people stay."""
    run_, output, temporary = by_processes
    kept = [".recommender-lines-held", ".recommender-lines-new", "recommender-mine"]
    for name in (*kept, ".recommender-lines-dead"):
        (temporary / name / "model").mkdir(parents=True)
        if name != ".recommender-lines-new":
            os.utime(temporary / name, (0, 0))
    (output.parent / f".recommender-{'0' * 16}.tmp").write_text("half")
    with only_writer(temporary / ".recommender-lines-held"):
        run_()
    assert sorted(path.name for path in temporary.iterdir()) == kept
    assert list(output.parent.iterdir()) == [output]


def test_lost_worker(cluster, fitted, tmp_path):
    """One worker is killed in the middle: its tasks are done again, and the bytes are the same."""
    lost = []
    with connected(cluster) as client:

        def kill_one(n_done, n_all):
            if not lost:
                assert n_done < n_all
                lost.append(min(client.run(os.getpid).values()))
                os.kill(lost[0], signal.SIGKILL)

        suggest_on_cluster(client, fitted, fitted.article_ids, tmp_path / "lines.jsonl", progress=kill_one)
    assert lost
    assert (tmp_path / "lines.jsonl").read_bytes() == lines_of(fitted)


def test_folder(cluster, fitted, tmp_path):
    """A folder gets a file a block and a manifest that lists them in order; what an earlier run left over goes."""
    with connected(cluster) as client:
        suggest_on_cluster(client, fitted, fitted.article_ids, tmp_path)
        n_files = len(list(tmp_path.iterdir()))
        ids = fitted.article_ids[:50]
        _, n_changed = suggest_on_cluster(client, fitted, ids, tmp_path)
        _, n_again = suggest_on_cluster(client, fitted, ids, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    names = [part["name"] for part in manifest["parts"]]
    assert len(names) + 1 < n_files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", *names]
    assert b"".join((tmp_path / name).read_bytes() for name in names) == lines_of(fitted, only=ids)
    assert manifest["n_articles"] == 50
    assert n_changed > 0
    assert n_again == 0


def test_a_run_that_ends_early_leaves_no_manifest(cluster, fitted, tmp_path):
    """Where files of an earlier run were replaced, and not all of them, no manifest says that all is there."""
    manifest = tmp_path / "manifest.json"

    def stop(n_done, n_all):
        raise KeyboardInterrupt

    with connected(cluster) as client:
        suggest_on_cluster(client, fitted, fitted.article_ids, tmp_path)
        before = manifest.read_bytes()
        with pytest.raises(KeyboardInterrupt):
            suggest_on_cluster(client, fitted, fitted.article_ids, tmp_path, progress=stop)
        assert manifest.read_bytes() == before  # nothing was another
        with pytest.raises(KeyboardInterrupt):
            suggest_on_cluster(client, fitted, fitted.article_ids[20:], tmp_path, progress=stop)
        assert not manifest.exists()
        suggest_on_cluster(client, fitted, fitted.article_ids[:50], tmp_path)
    names = [part["name"] for part in json.loads(manifest.read_text())["parts"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", *names]


def test_a_task_can_be_done_again(fitted, tmp_path):
    """A worker answers with the bytes that the driver would write, and again changes no file."""
    fitted.save(tmp_path / "model", bodies=True)
    ids = fitted.article_ids[40:60]
    first, again = (answer(str(tmp_path / "model"), Decisions(), str(tmp_path), ids, "part.jsonl") for _ in range(2))
    content = (tmp_path / "part.jsonl").read_bytes()
    assert content == lines_of(fitted, only=ids)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.n_articles == 20


def test_blocks_keep_every_worker_busy():
    """Several blocks a worker, none of them tiny or huge."""
    assert block_size(1_000, 2) == 63
    assert block_size(10, 2) == block_size(0, 2) == 16
    assert block_size(10_000_000, 4) == 1024


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({}, {}, "Name a file or a folder there: --write jsonl --output FOLDER"),
        ({}, {"output": "out", "plan_only": True}, "compare files here"),
    ],
)
def test_what_a_cluster_does_not_do(site, tmp_path, changed, options, message):
    """What a cluster does not do is said before anything is read."""
    if "output" in options:
        options["output"] = tmp_path / options["output"]
    with pytest.raises(SettingsError, match=message):
        suggest_site(site, settings(**changed), dask="tcp://127.0.0.1:9", **options)


def test_learned_model(cluster, tmp_path):
    """A learned ranker answers on a cluster as on one machine."""
    day = datetime(2024, 1, 1, tzinfo=UTC)
    names = [f"f{family}-{member}" for family in range(8) for member in range(5)]
    articles = [
        Article(
            id=name,
            title=f"{WORDS[int(name[1])]} {WORDS[int(name[1]) + 8]} note {place}",
            url=f"https://example.org/{name}",
            published_at=day + timedelta(days=place * 7 % 40),
            related=tuple(
                RelatedEntry(url=f"https://example.org/{other}", target=other)
                for other in names
                if other != name and other[:2] == name[:2]
            ),
        )
        for place, name in enumerate(names)
    ]
    learned = settings_from_mapping({"ranking": {"ranker": "learned", "follow": "lists", "min_score": 0.0}})
    rec = Recommender(learned).fit(Corpus(articles))
    assert rec.ranker_name == "learned"
    with connected(cluster) as client:
        tally, _ = suggest_on_cluster(client, rec, rec.article_ids, tmp_path / "lines.jsonl")
    assert tally.n_suggestions > 0
    assert (tmp_path / "lines.jsonl").read_bytes() == lines_of(rec)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tea"])
def test_no_scheduler(monkeypatch, address):
    """An address at which nobody answers, or that is none, is named, with the command that starts a scheduler."""
    monkeypatch.setattr("recommender.cluster._SECONDS_TO_CONNECT", 0.5)
    with (
        pytest.raises(RecommenderError, match=rf"--dask {address}: no Dask scheduler answers there"),
        connected(address),
    ):
        pass


def test_no_dask(monkeypatch):
    """Without the extra the command that installs it is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"--dask needs the extra \[dask\]"), connected("tcp://127.0.0.1:9"):
        pass


def test_nothing_asked(cluster, fitted, tmp_path):
    """No article asked for is an empty file, not an error."""
    with connected(cluster) as client:
        suggest_on_cluster(client, fitted, [], tmp_path / "lines.jsonl")
    assert (tmp_path / "lines.jsonl").read_bytes() == b""
