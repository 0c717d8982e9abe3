from pathlib import Path

import ablation
import pytest
from ablation import STEPS, main, table

from recommender import evaluate, read_site

NEWSROOM = Path(__file__).parents[2] / "examples" / "newsroom"


def test_the_last_step_is_the_default():
    """What the table ends with is what a site gets, but for the benefit of the doubt."""
    assert STEPS["learned from the lists"]().settings.ranking.ranker == "learned"


def test_each_step_is_a_row_with_its_gain(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The figures are those of `evaluate`, the gain is the difference of the rows."""
    steps = {name: STEPS[name] for name in list(STEPS)[:2]}
    monkeypatch.setattr(ablation, "STEPS", steps)
    monkeypatch.setattr("sys.argv", ["ablation.py", str(NEWSROOM), "--protocol", "whole-site"])
    main()
    printed = capsys.readouterr().out
    report = evaluate(read_site(NEWSROOM), protocol="whole-site", measures=ablation.MEASURES, systems=steps).to_dict()
    assert table(report) in printed
    assert f"python benchmarks/ablation.py {NEWSROOM} --protocol whole-site\n" in printed
    values = [report["systems"][name]["nDCG@10"] for name in steps]
    rows = [line for line in printed.splitlines() if line.startswith(tuple(f"| {name} |" for name in steps))]
    assert [float(row.split("|")[2].split()[0]) for row in rows] == [round(value, 3) for value in values]
    assert f"{values[1] - values[0]:+.3f}, p = " in rows[1]
