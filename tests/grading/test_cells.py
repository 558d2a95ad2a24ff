"""Reading the cells of notebooks that may be anything."""

import json

import pytest

from layerlab.grading.inside.cells import Unreadable, code_cells, without_magics
from tests.grading.small import code, notebook


def test_code_cells_in_their_order_without_checks():
    check = {"grade": True, "locked": True, "solution": False, "grade_id": "x-check"}
    answer = {"grade": False, "locked": False, "solution": True, "grade_id": "x"}
    both = {"grade": True, "locked": False, "solution": True, "grade_id": "y"}  # nbgrader's manually graded answers
    cells = [
        "a = 1",
        {"cell_type": "markdown", "source": "text"},
        code("b = 2", nbgrader=answer),
        code("check('x', b)", nbgrader=check),
        code(["c = 3\n", "d = 4"], nbgrader=both),
        code("\ncheck('x', b)"),
        code("e = 5", tags=["skip-execution"]),
        code("edited", nbgrader=check),
    ]
    assert code_cells(notebook(cells)) == ["a = 1", "b = 2", "c = 3\nd = 4", "e = 5"]


@pytest.mark.parametrize(
    "metadata", [{}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "python"}}]
)
def test_notebooks_for_python_and_for_nothing_in_particular(metadata):
    assert code_cells(notebook(["x = 1"], **metadata)) == ["x = 1"]


def test_a_byte_order_mark_is_no_fault():
    assert code_cells(b"\xef\xbb\xbf" + notebook(["x = 1"])) == ["x = 1"]


@pytest.mark.parametrize("metadata", [{"kernelspec": {"language": "R"}}, {"language_info": {"name": "julia"}}])
def test_notebooks_for_other_languages(metadata):
    with pytest.raises(Unreadable, match="answered in Python"):
        code_cells(notebook(["x = 1"], **metadata))


def test_a_source_that_is_no_text_fails_as_a_cell():
    cells = [{"cell_type": "code", "source": source} for source in (7, None, {"a": 1}, ["x", 1])]
    for source in code_cells(json.dumps({"cells": cells}).encode()):
        with pytest.raises(TypeError, match="no text"):
            exec(source)


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if True:\n    %time f()\n    !ls", "if True:\n    pass\n    pass"),
        ("!pip install numpy", "pass"),
        ("np.mean?\n?np.mean", "pass\npass"),
        ("a = !ls\nif a:\n    b, c = %time f()\n    d = 5 % 3", "pass\nif a:\n    pass\n    d = 5 % 3"),
        ("%%time\nx = 1", "x = 1"),
        ("%%bash\nrm -rf /", ""),
        ("%%\nx", ""),
    ],
)
def test_magics_become_nothing(source, plain):
    assert without_magics(source) == plain
