"""The course's own notebooks in a sandbox: solutions get full marks, and what learners start from gets nothing."""

from pathlib import Path

import pytest

from layerlab.grading.catalog import chapters
from layerlab.grading.grader import Submission, grade
from layerlab.grading.sandbox.probe import NoSandbox, choose

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sandbox():
    try:
        return choose("auto").name
    except NoSandbox:
        return "none"


def graded(kind, chapter, sandbox):
    path = ROOT / kind / f"{chapter}.ipynb"
    return grade(Submission("ann", chapter, path.read_bytes(), "1f"), sandbox)


@pytest.mark.parametrize("chapter", chapters())
def test_solutions_get_full_marks(chapter, sandbox):
    result = graded("solutions", chapter, sandbox)
    assert {row["id"]: row["reason"] for row in result["exercises"] if row["reason"] != "Right."} == {}
    assert result["points"] == result["max_points"] > 0


@pytest.mark.parametrize("chapter", chapters())
def test_unanswered_exercises_get_nothing(chapter, sandbox):
    result = graded("exercises", chapter, sandbox)
    assert result["points"] == 0
    assert {row["reason"] for row in result["exercises"]} == {"Not answered yet."}
