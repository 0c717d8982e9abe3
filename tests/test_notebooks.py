"""The notebooks run from top to bottom, are thin, and show what they show when they are run."""

import ast
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_cells(notebook):
    """Its cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def with_whole_texts(notebook):
    """The notebook, each text that a cell prints in one piece, however it came through the pipe."""
    for cell in code_cells(notebook):
        whole = []
        for output in cell.outputs:
            if output.output_type == "stream" and whole and whole[-1].get("name") == output.name:
                whole[-1].text += output.text
            else:
                whole.append(output)
        cell.outputs = whole
    return notebook


def shown(notebook):
    """What each cell of code shows: texts as they are, and of pictures that there are some."""
    return [
        [
            output.get("text") or ("picture" if "image/png" in output.data else output.data["text/plain"])
            for output in cell.outputs
        ]
        for cell in code_cells(notebook)
    ]


def test_one_for_each_stage():
    """Five notebooks, numbered by stage."""
    assert [path.stem for path in NOTEBOOKS] == [
        "01-articles",
        "02-text-and-vectors",
        "03-neighbors-and-ranking",
        "04-evaluation",
        "05-what-was-learned",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_defines_nothing(path):
    """Notebooks show the package at work; what is worth a name is in the package."""
    for cell in code_cells(nbformat.read(path, as_version=4)):
        defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert not any(isinstance(node, defined) for node in ast.walk(ast.parse(cell.source)))


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_shows_what_it_says(path, monkeypatch):
    """Every cell runs, in order, and gives the texts and pictures that the file has; none warns or logs."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(nbformat.read(path, as_version=4), timeout=600, record_timing=False, resources=resources)
    run = with_whole_texts(client.execute())
    outputs = [output for cell in code_cells(run) for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    if os.environ.get("RECOMMENDER_WRITE_GOLDEN"):
        run.metadata = kept.metadata
        nbformat.write(run, path)
    else:
        assert shown(kept) == shown(run), "if what it shows now is right: make notebooks"
        assert all(cell.execution_count for cell in code_cells(kept))
