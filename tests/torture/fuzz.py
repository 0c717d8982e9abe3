"""
Whatever bytes stand in a file, reading it gives values or an error of ours, and writing changes only what is ours.

    python tests/torture/fuzz.py NAME RUNS

fuzzes a target of `TARGETS` under the guidance of coverage, by atheris. Exits 1 where a promise was broken; the input
is then left in the folder that it was started in. What is found worth keeping on the way is kept in
``build/fuzz/NAME``, and the next run begins with it.
"""

import atexit
import contextlib
import copy
import dataclasses
import functools
import importlib
import json
import shutil
import sys
import tempfile
from datetime import UTC
from pathlib import Path
from unittest import mock

if __name__ == "__main__":
    import atheris

    # Before anything else brings it in: only what is imported here tells of its coverage.
    with atheris.instrument_imports(include=["recommender"]):
        importlib.import_module("recommender.model")
        importlib.import_module("recommender.writing.front_matter")

from recommender import Article, Corpus, Recommender, load_model, model_store
from recommender.content import front_matter
from recommender.content.dates import read_date
from recommender.content.fields import FieldReader, Notes
from recommender.content.generators import Generator
from recommender.content.related_lists import read_entries
from recommender.content.urls import canonical_url
from recommender.content.values import Origin
from recommender.errors import ArticleError, DecisionsError, FrontMatterError, RecommenderError, SettingsError
from recommender.ranking import fitted
from recommender.settings import Settings, read_settings, settings_from_mapping
from recommender.suggestions import Reason, Suggestion
from recommender.writing.decisions import Decision, DecisionsFile
from recommender.writing.front_matter import _Maker

_NAME = "suggested_related"
_SUGGESTIONS = (
    Suggestion(1, "tea", "Tea: a start", "/tea/", 0.75, Reason(0.75, 0.5)),
    Suggestion(2, "cup", 'A "cup"', "https://tea.example/cup", 0.5, Reason(0.5, 0.25)),
)
#: In memory where the system has such a folder: a disk would take most of the time.
_SCRATCH = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
atexit.register(shutil.rmtree, _SCRATCH)
_READER = FieldReader(Settings(), Generator())


def front_matter_is_read(raw):
    """Front matter of any syntax has values, or an error that names the file."""
    try:
        values = front_matter.parse(front_matter.decode(raw, "tea.md"), "tea.md")
        _READER.read(values, Origin("tea.md"), Notes(), article_id="tea")
    except (ArticleError, FrontMatterError) as error:
        if not str(error).startswith("tea.md"):
            raise


def block_is_spliced(raw):
    """All that is not ours reads as before; writing again, and taking out, change nothing else or are refused."""
    for in_extra in (False, True):
        put, take = (_Maker("tea.md", _NAME, ours, (), in_extra) for ours in (_SUGGESTIONS, ()))
        try:
            bare = take(raw)
            before = _others(bare)
            after = put(raw)
        except RecommenderError:
            continue
        assert _others(after) == before, after
        # Behind a byte order mark inside of it, for one, our block is not found again: refused, and the file as it was.
        with contextlib.suppress(RecommenderError):
            assert put(after) == after
        with contextlib.suppress(RecommenderError):
            assert _others(take(after)) == before, after


def _others(raw):
    """What a file says besides our block: its values, and its body."""
    text = front_matter.decode(raw, "tea.md")
    place = front_matter.split(text, "tea.md")
    values = front_matter.read(text, place, "tea.md") if place else {}
    extra = values.get("extra")
    if isinstance(extra, dict):
        extra = {name: value for name, value in extra.items() if name != _NAME}
    others = {name: value for name, value in values.items() if name not in (_NAME, "extra")}
    return repr((others, extra or None, text[place.body :] if place else text))


def address_has_one_form(raw):
    """The canonical form of an address is its own canonical form."""
    address = raw.decode("utf-8", "surrogateescape")
    canonical = canonical_url(address)
    assert canonical_url(canonical) == canonical, (canonical, canonical_url(canonical))


def date_is_read(raw):
    """A text is a moment with a zone, no moment, or a ValueError."""
    with contextlib.suppress(ValueError):
        moment = read_date(raw.decode("utf-8", "replace"), UTC)
        assert moment is None or moment.astimezone(UTC)


def entries_are_read(raw):
    """Any value is a list of entries, or a complaint."""
    for value in (raw.decode("utf-8", "surrogateescape"), built(raw)):
        assert len(read_entries(value, UTC).entries) <= 1000 * 100


def settings_are_read(raw):
    """Any file is settings, or an error that names it."""
    file = _SCRATCH / "recommender.yaml"
    file.write_bytes(raw)
    with contextlib.suppress(SettingsError):
        read_settings(file)
    with contextlib.suppress(SettingsError):
        settings_from_mapping(built(raw))


def decisions_are_read(raw):
    """Any file of decisions is read, or refused; a decision that is added leaves the others as they were."""
    file = DecisionsFile.at(_SCRATCH / "decisions.yaml")
    file.path.write_bytes(raw)
    try:
        before = file.read().by_pair
    except DecisionsError as error:
        if not str(error).startswith(str(file.path)) or len(str(error)) > 1000:
            raise
        return
    ours = Decision("a fuzzed article", "a candidate: of it", "reject", why="# no")
    after = file.change({ours.pair: ours}).by_pair
    assert after == {**before, ours.pair: ours}


class _SavedModel:
    """A small model, its JSON documents by name, and the way to each value in them."""

    def __init__(self):
        self._settings = settings_from_mapping({"ranking": {"ranker": "similarity"}, "vectors": {"meaning": 0}})
        corpus = Corpus(Article(f"tea-{n}", title=f"green tea {n} leaf") for n in range(4))
        Recommender(self._settings).fit(corpus).save(_SCRATCH / "model")
        manifest, self.texts, self.arrays = model_store.load_parts(_SCRATCH / "model")
        self.documents = {
            "": {name: value for name, value in manifest.items() if name not in ("format", "parts", "checksum")}
        }
        for name, text in self.texts.items():
            self.documents[name] = [json.loads(line) for line in text.splitlines()]
        # To whole documents none leads: they are lines, whatever stands in these.
        self.ways = [way for way in _ways(self.documents) if len(way) > 1]

    def settings_of(self, found, where):
        """The settings that a manifest has."""
        is_ours = found is self.documents[""]["settings"]
        return self._settings if is_ours else settings_from_mapping(found, where)


def _ways(value, above=()):
    """The keys that lead to each value below a value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*above, key)
        if isinstance(inner, dict | list):
            yield from _ways(inner, (*above, key))


_VALUES = (
    None, True, False, 0, 1, -1, "https://a.example/b", "[b](/b/)", 2**31, 2**63, -(2**63), 10**40, 0.5, -0.5, 1e308,
    "", "a", "\0", "é" * 30, [], [0], [[]], ["a"], {}, {"a": 1}, {"": None}, [None] * 30, "0" * 400,
    "2024-01-02", "[" * 200,
)  # fmt: skip


def model_is_loaded(raw):
    """A model of which some values are others, its checksums made anew, is refused or answers."""
    saved = _saved_model()
    documents = dict(saved.documents)
    for place in range(0, len(raw) - 3, 4):
        *above, key = saved.ways[int.from_bytes(raw[place : place + 3]) % len(saved.ways)]
        # What an earlier change took away leads nowhere.
        with contextlib.suppress(KeyError, IndexError, TypeError):
            container = documents
            for name in above:
                container[name] = copy.copy(container[name])
                container = container[name]
            container[key] = copy.deepcopy(_VALUES[raw[place + 3] % len(_VALUES)])
    head = documents.pop("")
    texts = saved.texts | {
        name: "".join(f"{json.dumps(line)}\n" for line in lines) for name, lines in documents.items()
    }

    def forged(_folder):
        return head, texts, saved.arrays

    # Settings that are as they were would take a fifth of the time; others are read as ever.
    with (
        mock.patch.object(fitted, "load_parts", forged),
        mock.patch.object(fitted, "settings_from_mapping", saved.settings_of),
        contextlib.suppress(RecommenderError),
    ):
        loaded = load_model("model")
        loaded.suggest("tea-0", min_score=0)
        loaded.suggest(Article("draft", title="green tea leaf", excerpt="tea"), min_score=0)


_saved_model = functools.cache(_SavedModel)

TARGETS = {
    target.__name__: target
    for target in (
        front_matter_is_read, block_is_spliced, address_has_one_form, date_is_read, entries_are_read,
        settings_are_read, decisions_are_read, model_is_loaded,
    )
}  # fmt: skip

#: Of these, inputs are put together too: coverage alone finds no way through a regular expression.
PIECES = (
    "\n", "\r\n", "\r", " ", "  ", "\t", "\u00a0", "\u3000", "\u2028", "\u0085", "\ufeff", "---", "---\n", "+++\n",
    ";;;\n", "...\n", "{", "}", "[", "]", ",", ":", ": ", "：", "- ", "? ", "#", " # ", "'", '"', "\\", "|", ">", "&a ",
    "*a", "<<: *a", "!!int ", "%", "=", " = ", "a", "b", "é", "e\u0301", "日", "Tea", "0", "1", "5", "0x1f", "1_0",
    "null", "true", '!!int ""', "!!bool x", "title", "date", "tags", "related", "url", "published", "extra",
    "[extra]\n", "suggested_related", "suggested_related:\n", "suggested_related = [\n", "# for suggestions\n",
    '"suggested_related": [\n', "score: 0.5\n", '"score": 0.5', "{score = 0.5 },\n", "https://", "//", "/", "www.",
    "amp.", "index.html", "/amp", "a-b.cdn.ampproject.org/c/s/", "google.com/amp/s/", ":443", "?", "&", "utm_source=",
    "outputType=amp", "%C3%A9", "%2f", "%25", "%zz", "..", ".", ";", "@", "2024-01-02", "2024", "10:00", "T", "Z",
    "+02:00", " May ", " mai ", " März ",
    " de ", "年", "月", "fields: {title: ", "rules: {never: [", "[Europe/Paris]", "0001-01-01", "9999-12-31",
    "ranking", "fields", "k", "weight", "article: ", "candidate: ", "verdict: ", "accept", "pin", "position: ",
    "until: ", "- {", "}\n",
)  # fmt: skip


_NAMES = (
    *(field for part in dataclasses.fields(Settings) for field in (part.name, *vars(part.default_factory()))),
    "title", "name", "url", "webUrl", "path", "slug", "link", "permalink", "date", "excerpt", "score", "provider",
    "weight", "ngram_range", "a", "",
)  # fmt: skip


def built(raw):
    """The value that bytes stand for: two of them name what follows, put a text or another value, open or close."""
    value = []
    open_ones = [value]
    name = ""
    for kind, number in zip(raw[::2], raw[1::2], strict=False):
        if kind % 4 == 0:
            name = _NAMES[number % len(_NAMES)]
            continue
        if kind % 8 == 1:
            del open_ones[max(len(open_ones) - 1, 1) :]
            continue
        choices = (None, ([], {}), PIECES, _VALUES)[kind % 4]
        inner = copy.deepcopy(choices[number % len(choices)])
        if isinstance(open_ones[-1], dict):
            open_ones[-1][name] = inner
        else:
            open_ones[-1].append(inner)
        if kind % 4 == 1:
            open_ones.append(inner)
    return value[0] if len(value) == 1 else value


#: What front matter may stand between, by the second and third bit of an input's first byte.
_FENCES = ((b"", b""), (b"---\n", b"\n---\n"), (b"+++\n", b"\n+++\n"), (b"{\n", b"\n}\n"))


def spelled(raw, name=""):
    """The input that bytes stand for: what follows the first, or so many pieces; for front matter, in its fences."""
    if not raw:
        return raw
    kind, rest = raw[0], raw[1:]
    if kind & 1:
        rest = "".join(PIECES[byte % len(PIECES)] for byte in rest).encode()
    opening, closing = _FENCES[kind >> 1 & 3] if name in ("front_matter_is_read", "block_is_spliced") else _FENCES[0]
    return opening + rest + closing


#: Inputs to begin with.
SEEDS = (
    b"---\ntitle: Tea\ndate: 2024-01-02\nrelated:\n- /a/\n- title: b\n  url: https://a.example/b\n---\nBody\n",
    b'---\ntitle: &a [x, *a]\n? {b: c}\n: |\n  text\nsuggested_related:\n  - title: "a"\n    score: 0.5\n---\n',
    b"+++\ntitle = 'Tea'\ndate = 2024-01-02\n[extra]\nrelated = ['a']\n+++\nBody\n",
    b'{\n  "title": "Tea",\n  "related": ["a", {"title": "b", "url": "/b/"}]\n}\nBody\n',
    b'"title": "Tea",\n"tags": []\n;;;\nBody\n',
    b"Title: Tea\nDate: 2024-01-02\n\nBody\n",
    b"https://www.a.example:443//b/../index.html/amp?utm_source=c&d=%C3%A9#e",
    b"https://a-b.cdn.ampproject.org/c/s/a.b/c.amp.html",
    b"3 May 2024 10:00 +02:00",
    b"ranking:\n  k: 3\nfields:\n  title: {weight: 2}\n",
    b"# decisions\n- {article: a, candidate: b, verdict: pin, position: 1, day: 2024-01-02, why: 'c: d'}\n",
)

if __name__ == "__main__":
    name, runs = sys.argv[1:]
    kept, seeds = Path("build/fuzz", name), _SCRATCH / name
    kept.mkdir(parents=True, exist_ok=True)
    seeds.mkdir()
    for number, seed in enumerate(SEEDS):
        (seeds / str(number)).write_bytes(b"\0" + seed)
    options = [f"-runs={runs}", "-timeout=30", "-rss_limit_mb=2000", "-max_len=200", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(kept), str(seeds)], lambda raw: TARGETS[name](spelled(raw, name)))
    atheris.Fuzz()
