"""nbgrader itself, on our notebooks: it makes the same exercises of them, validates them, and grades as we do.

Skipped where nbgrader is not installed (the extra `grade`).
"""

import copy
import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layerlab.grading.grader import Submission, grade
from layerlab.grading.notebook import is_check, marks, read
from layerlab.grading.release import nbgrader_course

pytest.importorskip("nbgrader", reason="needs nbgrader: pip install 'layerlab[grade]'")

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "01_what_is_a_layer"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    only = tmp_path_factory.mktemp("solutions")
    shutil.copy(ROOT / "solutions" / f"{CHAPTER}.ipynb", only)
    nbgrader_course(only, folder)
    nbgrader(folder, "generate_assignment", CHAPTER)
    return folder


def nbgrader(folder, *arguments):
    """The output of an nbgrader command, which must succeed."""
    program = "from nbgrader.apps.nbgraderapp import main; main()"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls `alembic` by name
    command = [sys.executable, "-c", program, *arguments]
    env = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def without_checksums(notebook):
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        for key in ("checksum", "cell_type"):
            cell["metadata"].get("nbgrader", {}).pop(key, None)
    return notebook["cells"]


def test_generate_assignment_gives_what_we_release(course):
    theirs = read(course / "release" / CHAPTER / f"{CHAPTER}.ipynb")
    ours = json.loads((ROOT / "exercises" / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
    assert without_checksums(theirs) == without_checksums(ours)


def test_validate_passes_the_solution(course):
    said = nbgrader(course, "validate", f"source/{CHAPTER}/{CHAPTER}.ipynb")
    assert "Success! Your notebook passes all the tests." in said


def test_validate_says_what_an_unanswered_notebook_lacks(course):
    said = nbgrader(course, "validate", f"release/{CHAPTER}/{CHAPTER}.ipynb")
    assert said.count("Not answered yet.") == 5


def slipped(notebook):
    """An answer that is wrong, and another whose check was deleted."""
    cells = [cell for cell in notebook["cells"] if marks(cell).get("grade_id") != "collapse-check"]
    for cell in cells:
        cell["source"] = "".join(cell["source"]).replace("weights - learning_rate", "weights + learning_rate")
    return {**notebook, "cells": cells}


def cheated(notebook):
    """Checks that always pass, beside answers that were never written."""
    for cell in notebook["cells"]:
        if is_check(cell):
            cell["source"] = "check = print"
    cell = {"cell_type": "code", "source": "import layerlab.grading\nlayerlab.grading.check = print", "id": "cheat"}
    notebook["cells"].insert(0, {**cell, "metadata": {}, "outputs": [], "execution_count": None})
    return notebook


@pytest.fixture(scope="module")
def submitted(course):
    """The notebooks of four students, by their names."""
    solution = read(ROOT / "solutions" / f"{CHAPTER}.ipynb")
    unanswered = read(course / "release" / CHAPTER / f"{CHAPTER}.ipynb")
    found = {
        "ada": solution,
        "bob": unanswered,
        "cyd": slipped(copy.deepcopy(solution)),
        "eve": cheated(copy.deepcopy(unanswered)),
    }
    for student, notebook in found.items():
        folder = course / "submitted" / student / CHAPTER
        folder.mkdir(parents=True)
        (folder / f"{CHAPTER}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return found


def test_autograde_gives_the_points_of_our_own_grader(course, submitted):
    nbgrader(course, "autograde", CHAPTER, "--create")
    nbgrader(course, "export", "--to", "grades.csv")
    with open(course / "grades.csv", encoding="utf-8") as file:
        theirs = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    ours = {
        student: grade(Submission(student, CHAPTER, json.dumps(notebook).encode()))["points"]
        for student, notebook in submitted.items()
    }
    assert theirs == ours == {"ada": 7, "bob": 0, "cyd": 6, "eve": 0}
    nbgrader(course, "generate_feedback", CHAPTER)
    feedback = (course / "feedback" / "cyd" / CHAPTER / f"{CHAPTER}.html").read_text(encoding="utf-8")
    assert "The gradient points to where the loss grows." in feedback
