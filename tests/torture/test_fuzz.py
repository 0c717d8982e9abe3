"""The targets of the fuzzer in a short form, and the inputs by which it found faults."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_SPEC = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
_FUZZ = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_FUZZ)
PIECES, SEEDS, TARGETS = _FUZZ.PIECES, _FUZZ.SEEDS, _FUZZ.TARGETS

_BOMB = "[&b [x, x, x, x, x, x, x, x, x], " + ", ".join(
    f"&{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("bcdefgh", "cdefghi", strict=True)
)

FOUND = [
    ("address_has_one_form", "https://amp。amp。"),
    ("address_has_one_form", f"https://{'amp.' * 70}é"),
    ("address_has_one_form", f"https://{'www.' * 70}é.example:80"),
    ("address_has_one_form", "https://a:80:443"),
    ("address_has_one_form", "https://a.b。:443"),
    ("block_is_spliced", "---\nd:\nsuggested_related:\n\u00a0d:\n---\n"),
    ("block_is_spliced", ";;;\nsuggested_related:\nd:\nsuggested_related:\n\u3000d:\r---"),
    ("block_is_spliced", "---\nsuggested_related:\n  - title: a\n    \u3000b: 0.5\n---\n"),
    ("block_is_spliced", "---\nsuggested_related:\n  - title: a\n    \tb\n---\n"),
    ("block_is_spliced", "+++\n# for suggestions\n#[extra]\n\n+++\n"),
    ("block_is_spliced", "---\rsuggested_related:\n\n\n---"),
    ("front_matter_is_read", "---\nrelated:\n- a\n \u3000b\n---\n"),
    ("settings_are_read", "? {b: c}\n: d"),
    ("settings_are_read", "? [b]\n: d"),
    *(
        ("settings_are_read", f"ranking: {{k: {value}}}")
        for value in ('!!int ""', "!!float ''", "!!bool x", "!!timestamp x", "!!omap [a]", "!!set {a}")
    ),
    *(
        ("decisions_are_read", f"- {{article: {value}, candidate: b, verdict: accept}}")
        for value in ('!!int ""', "!!bool x", f"{_BOMB}]", "&z [*z]", f"0x{'f' * 6000}", "[" * 5000, f"*{'a' * 1000}")
    ),
    ("decisions_are_read", f"- {{article: a, candidate: b, verdict: pin, position: 0x{'f' * 6000}}}"),
]


@pytest.mark.parametrize(("target", "text"), FOUND)
def test_found(target, text):
    """What the fuzzer found is mended."""
    TARGETS[target](text.encode())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("seed", SEEDS)
def test_seeds(target, seed):
    """Each kind of front matter, an address, a date, settings and decisions are fine for every reader."""
    TARGETS[target](seed)


_inputs = st.lists(st.sampled_from(PIECES), max_size=20).map(lambda parts: "".join(parts).encode()) | st.binary(
    max_size=60
)


@pytest.mark.parametrize("target", TARGETS)
def test_any_input(target):
    """Whatever stands in a file, reading it gives values or an error of ours, and all that is not ours stays."""

    @settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
    @given(_inputs)
    def run(raw):
        TARGETS[target](raw)

    run()
