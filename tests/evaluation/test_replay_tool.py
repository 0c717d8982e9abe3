"""`replay` prints what the tool beside the project prints, which walks through the public API on its own."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest

import recommender


@pytest.mark.site
@pytest.mark.slow
def test_replay_is_that_of_the_tool(
    azure_site, azure_later, azure_corpus, quick, shared_data, tmp_path, monkeypatch, capsys
):
    """
    The number of queries, nDCG@10 of all and of short lists, P@1 and RR are equal as far as the tool tells them.

    Of the first fifteen articles that came later.
    """
    file = shared_data.parent / "tools" / "replay.py"
    if not file.exists():
        pytest.skip(f"needs {file}, which is not there")
    spec = importlib.util.spec_from_file_location("replay_tool", file)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    later = Path(shutil.copytree(azure_later, tmp_path / "later"))
    (later / "order.json").write_text(json.dumps(json.loads((later / "order.json").read_text())[:15]))
    recommend = recommender.Recommender
    monkeypatch.setattr(recommender, "read_site", lambda site: azure_corpus, raising=False)
    monkeypatch.setattr(recommender, "Recommender", lambda settings: recommend(quick), raising=False)
    monkeypatch.setattr(sys, "argv", ["replay.py", str(azure_site), str(later)])
    tool.main()
    expected = json.loads(capsys.readouterr().out)

    systems = {"similarity": lambda: recommend(quick)}
    report = recommender.evaluate(azure_corpus, quick, "replay", later=later, systems=systems)
    short = report.slices["list_size"]["1-10"]
    found = {
        "queries": report.n_queries,
        "queries_short": short["n_queries"],
        "nDCG@10": report.systems["similarity"]["nDCG@10"],
        "nDCG@10_short": short["systems"]["similarity"]["nDCG@10"],
        "P@1": report.systems["similarity"]["P@1"],
        "RR": report.systems["similarity"]["RR"],
    }
    # The tool rounds to four places, the report to six: what lies between two of the four may go either way.
    assert found == pytest.approx({name: expected[name] for name in found}, rel=0, abs=5.1e-5)
