"""Sources, solutions and exercises agree, and every exercise notebook holds what its chapter's definitions promise."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from layerlab.grading.catalog import chapters, exercises_of
from layerlab.grading.notebook import is_check, is_open_question, is_solution, marks, read

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = chapters()


@pytest.fixture(scope="module")
def build_solutions():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location("build_solutions", ROOT / "scripts" / "build_solutions.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def cells(folder, chapter):
    return read(ROOT / folder / f"{chapter}.ipynb")["cells"]


def text_of(found):
    return "\n".join("".join(cell["source"]) for cell in found)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solutions_and_exercises_are_up_to_date(build_solutions, chapter):
    assert build_solutions.faults(ROOT / "solutions" / "src" / f"{chapter}.py") == []


def test_every_notebook_has_definitions():
    for folder in ("solutions", "exercises"):
        assert sorted(path.stem for path in (ROOT / folder).glob("*.ipynb")) == CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_is_asked_answered_and_right(chapter):
    found = cells("solutions", chapter)
    checks = [cell for cell in found if is_check(cell)]
    assert [marks(cell)["grade_id"] for cell in checks] == [f"{e.id}-check" for e in exercises_of(chapter)]
    assert all("right, " in "".join(cell["outputs"][0]["text"]) for cell in checks)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_headings_and_the_opening_state_the_points(chapter):
    found = cells("exercises", chapter)
    text = text_of(found)
    for exercise in exercises_of(chapter):
        unit = "point" if exercise.points == 1 else "points"
        assert f"## {exercise.title} ({exercise.points} {unit})" in text
    total = sum(marks(cell).get("points", 0) for cell in found)
    assert re.search(rf"\b{total} points", text_of(found[:1]))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_one_open_question(chapter):
    found = [cell for cell in cells("exercises", chapter) if is_open_question(cell)]
    assert len(found) == 1
    assert text_of(found) == "YOUR ANSWER HERE"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_hold_no_answer(chapter):
    answers = [cell for cell in cells("exercises", chapter) if is_solution(cell) and cell["cell_type"] == "code"]
    assert len(answers) == len(exercises_of(chapter))
    assert all("raise NotImplementedError()" in text_of([cell]) for cell in answers)
    assert "SOLUTION" not in text_of(cells("exercises", chapter))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_links_lead_somewhere(chapter):
    targets = re.findall(r"\]\((?!http)([^)#]+)", text_of(cells("exercises", chapter)))
    assert [target for target in targets if not (ROOT / "exercises" / target).exists()] == []
