"""nbgrader itself, on our notebooks: it makes the same exercises of them, and validates answered and unanswered ones.

Skipped where nbgrader is not installed (the extra `grade`).
"""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layerlab.grading.notebook import read

pytest.importorskip("nbgrader", reason="needs nbgrader: pip install 'layerlab[grade]'")

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "01_what_is_a_layer"
CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    (folder / "solutions" / CHAPTER).mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / f"{CHAPTER}.ipynb", folder / "solutions" / CHAPTER)
    nbgrader(folder, "generate_assignment", CHAPTER)
    return folder


def nbgrader(folder, *arguments):
    """The output of an nbgrader command, which must succeed."""
    program = "from nbgrader.apps.nbgraderapp import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def without_checksums(notebook):
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        for key in ("checksum", "cell_type"):
            cell["metadata"].get("nbgrader", {}).pop(key, None)
    return notebook["cells"]


def test_generate_assignment_gives_what_we_release(course):
    theirs = read(course / "exercises" / CHAPTER / f"{CHAPTER}.ipynb")
    ours = json.loads((ROOT / "exercises" / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
    assert without_checksums(theirs) == without_checksums(ours)


def test_validate_passes_the_solution(course):
    said = nbgrader(course, "validate", f"solutions/{CHAPTER}/{CHAPTER}.ipynb")
    assert "Success! Your notebook passes all the tests." in said


def test_validate_says_what_an_unanswered_notebook_lacks(course):
    said = nbgrader(course, "validate", f"exercises/{CHAPTER}/{CHAPTER}.ipynb")
    assert said.count("Not answered yet.") == 5
