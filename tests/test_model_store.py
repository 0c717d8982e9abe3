"""Saved models under kills, edits and forgeries; `torture_models.py` does it, a process of its own."""

import functools
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from recommender import Article, Corpus, Recommender, load_model
from recommender.errors import ModelError, WriteError
from recommender.model_store import _checksum, checksum_of, load_parts, save_parts

SCRIPT = Path(__file__).with_name("torture_models.py")


def tried(what, number):
    """The figures of the script; it has failed where they are not printed."""
    done = subprocess.run([sys.executable, SCRIPT, what, str(number)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_save_that_is_killed_leaves_the_old_model_or_the_new_one():
    """At any line of the code that saves; and the next save removes what was left."""
    figures = tried("kills", 20)
    assert figures["old"] + figures["new"] == figures["points"] == 20
    assert figures["old"] > 0
    assert figures["new"] > 0


@pytest.mark.slow
def test_a_model_with_broken_bytes_is_refused_or_answers_the_same():
    """Bytes changed, cut off and added in any of its files: no crash, no traceback, no other answer."""
    assert tried("edits", 200)["refused"] > 150


@pytest.mark.slow
def test_no_index_of_a_forged_model_leads_out_of_its_arrays():
    """Arrays that were changed together with their checksums end in an error, or in an answer: never in a crash."""
    assert tried("forged", 100)["refused"] > 20


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("entry_shape",), {"kind": "mapping", "names": 7}),
        (("entry_shape", "kind"), "magic"),
        (("ranker_decision",), None),
        (("ranker_check",), {"n_lists": "many"}),
        (("ranker", "reader"), {"usual": {"en": 0}}),
        (("ranker", "reader"), {"usual": {"en": float("nan")}}),
        (("ranker", "editors"), {"weights": {"any": "much"}}),
        (("settings", "ranking", "k"), 10**300),
        (("state", "columns"), {"terms": -1}),
        (("state", "columns", "terms"), 2**31),
        (("state", "suggest_unpublished"), "no"),
        (("terms.json", "n_articles"), [None] * 100),
        (("terms.json", "vocabularies"), {"words": "tea"}),
        (("terms.json", "templates"), [[]]),
    ],
)
def test_a_manifest_that_says_something_of_another_type_is_refused(tmp_path, way, value):
    """Whoever forges a model can make its checksums anew: what it says must be of the types that are saved."""
    model = Recommender().fit(Corpus([Article("tea", title="green tea")]))
    model.save(tmp_path)
    manifest, texts, arrays = load_parts(tmp_path)
    documents = {**manifest, "terms.json": json.loads(texts["terms.json"])}
    *above, name = way
    functools.reduce(lambda values, key: values[key], above, documents)[name] = value
    texts["terms.json"] = json.dumps(documents.pop("terms.json"))
    head = {name: value for name, value in documents.items() if name not in ("format", "parts", "checksum")}
    save_parts(tmp_path, head, texts, arrays, "")
    with pytest.raises(ModelError, match="its parts do not fit together"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    "parts",
    [
        None,
        [],
        {"arrays.safetensors": None},
        {"terms.json": {}},
        {"terms.json": {"file": 3, "bytes": "x", "sha256": ""}},
    ],
)
def test_a_manifest_whose_parts_are_none_is_refused(tmp_path, parts):
    """With a checksum of its own: told as any other model that is not whole."""
    Recommender().fit(Corpus([Article("tea", title="green tea")])).save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["parts"] = manifest["parts"] | parts if isinstance(parts, dict) else parts
    manifest["checksum"] = _checksum(manifest)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="its parts do not fit together"):
        load_model(tmp_path)
    with pytest.raises(ModelError, match="Fit it again"):
        checksum_of(tmp_path)


@pytest.mark.parametrize("names", [["cup", "cup"], ["tea"], ["pot"]])
def test_a_curated_list_that_no_site_can_have_is_refused(tmp_path, names):
    """One that names an article twice, its own article, or one that is not there."""
    Recommender().fit(Corpus([Article("tea", title="green tea"), Article("cup", title="a cup")])).save(tmp_path)
    manifest, texts, arrays = load_parts(tmp_path)
    items = [json.loads(line) for line in texts["articles.jsonl"].splitlines()]
    items[1]["names"] = names
    texts["articles.jsonl"] = "".join(f"{json.dumps(item)}\n" for item in items)
    head = {name: value for name, value in manifest.items() if name not in ("format", "parts", "checksum")}
    save_parts(tmp_path, head, texts, arrays, "")
    with pytest.raises(ModelError, match="its parts do not fit together"):
        load_model(tmp_path)


@pytest.mark.parametrize("before", [(), ("first",)])
def test_a_save_without_room_leaves_what_was_there(tmp_path, before):
    """On a full disk a save is an error, the model before it is whole, and nothing of the new one stays."""
    folder = tmp_path / "model"
    for text in before:
        save_parts(folder, {"n": 1}, {"terms.json": text}, {}, "card")
    files = {file.name: file.read_bytes() for file in folder.iterdir()} if before else {}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limits[1]))
    try:
        with pytest.raises(WriteError, match=r"cannot be written .File too large"):
            save_parts(folder, {"n": 2}, {"articles.jsonl": "short", "terms.json": "second" * 1_000}, {}, "card")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == files


def test_a_folder_of_a_killed_first_save_is_saved_into(tmp_path):
    """Parts without a manifest are no strangers."""
    (tmp_path / "arrays-0123456789abcdef.safetensors").write_bytes(b"half")
    (tmp_path / ".recommender-0123456789abcdef.tmp").write_bytes(b"half")
    save_parts(tmp_path, {}, {"terms.json": "{}"}, {}, "card")
    assert sorted(file.name.partition("-")[0] for file in tmp_path.iterdir()) == [
        "arrays",
        "card.md",
        "manifest.json",
        "terms",
    ]


def test_a_part_larger_than_it_was_saved_takes_no_memory(tmp_path):
    """A sparse file of a terabyte is refused by its size."""
    save_parts(tmp_path, {}, {"terms.json": "{}"}, {}, "")
    (file,) = tmp_path.glob("terms-*")
    with file.open("r+b") as opened:
        opened.truncate(10**12)
    with pytest.raises(ModelError, match="has 1,000,000,000,000 bytes, but was saved with 2"):
        load_parts(tmp_path)


@pytest.mark.parametrize(
    "names",
    [["card.md"], ["manifest.json"], ["manifest.json", "main-8f14e45fceea167a.js"], ["main-8f14e45fceea167a.js"]],
)
def test_files_of_others_stay(tmp_path, names):
    """A manifest, a card or parts of another program are not touched."""
    for name in names:
        (tmp_path / name).write_text('{"name": "My app"}')
    with pytest.raises(WriteError, match="holds other things than a model"):
        save_parts(tmp_path, {}, {"terms.json": "{}"}, {}, "card")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == dict.fromkeys(names, '{"name": "My app"}')


@pytest.mark.parametrize("name", ["x" * 300, "there/is/none"])
def test_no_model_at_all(tmp_path, name):
    """A folder that cannot be is an error of ours."""
    with pytest.raises(ModelError, match=r"no model|cannot be read"):
        load_parts(tmp_path / name)
