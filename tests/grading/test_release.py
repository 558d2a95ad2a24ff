"""Handing out: every answer and output is gone, everything else stays, and an unmarked solution is never given away."""

import json

import pytest

from layerlab.grading.release import BEGIN, END, release, released


def cell(kind, source, **nbgrader):
    more = {"outputs": [{"output_type": "stream"}], "execution_count": 3} if kind == "code" else {}
    return {"cell_type": kind, "source": source.splitlines(True), "metadata": {"nbgrader": nbgrader}, **more}


def notebook(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


ANSWER = f"def f(x):\n    '''Twice x.'''\n    {BEGIN}\n    y = x\n    return x + y\n    {END}\n"


def test_the_region_becomes_a_stub():
    (given,) = released(notebook(cell("code", ANSWER, solution=True, grade=False)))["cells"]
    assert "".join(given["source"]) == (
        "def f(x):\n    '''Twice x.'''\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    )
    assert given["outputs"] == []
    assert given["execution_count"] is None


@pytest.mark.parametrize(
    ("kind", "stub"), [("code", "# YOUR CODE HERE\nraise NotImplementedError()"), ("markdown", "YOUR ANSWER HERE")]
)
def test_a_cell_without_a_region_is_emptied(kind, stub):
    (given,) = released(notebook(cell(kind, "secret", solution=True, grade=True)))["cells"]
    assert "".join(given["source"]) == stub


def test_other_cells_stay():
    before = cell("code", "check('f', f)", grade=True, solution=False)
    assert released(notebook(before))["cells"][0]["source"] == before["source"]


@pytest.mark.parametrize(
    ("unsafe", "said"),
    [
        (cell("code", ANSWER), "holds a solution, but is not marked"),
        (cell("code", ANSWER.replace(END, ""), solution=True), "without ### END SOLUTION"),
    ],
)
def test_what_would_leak_is_refused_and_nothing_written(tmp_path, unsafe, said):
    source = tmp_path / "solutions"
    source.mkdir()
    (source / "01_a.ipynb").write_text(json.dumps(notebook(cell("markdown", "fine"))))
    (source / "02_b.ipynb").write_text(json.dumps(notebook(unsafe)))
    with pytest.raises(ValueError, match=said):
        release(source, tmp_path / "exercises")
    assert not (tmp_path / "exercises").exists()


def test_a_folder_without_notebooks_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no notebook in"):
        release(tmp_path, tmp_path / "exercises")
