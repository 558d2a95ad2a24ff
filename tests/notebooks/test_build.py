"""The stored notebooks are what their sources say, were run in order, and hold every output: a guard on the course.

nbval checks that outputs can be reproduced; it is silent when they were stripped, and these tests are not.
"""

import base64
import copy
import io
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from PIL import Image

from layerlab import plots
from tests.notebooks.course import SOURCES, build_notebooks, every_notebook, stored

(CHAPTER,) = build_notebooks.sources(["01"])


def first_speaking(notebook):
    """A code cell that stands with output in the notebook."""
    return next(cell for cell in build_notebooks.code_cells(notebook) if cell.outputs)


@every_notebook
def test_the_notebook_is_what_its_source_says(source):
    assert build_notebooks.check(source) == []


def test_every_notebook_has_a_source():
    notebooks = {path.stem for path in build_notebooks.NOTEBOOKS.glob("*.ipynb")}
    assert notebooks == {source.stem for source in SOURCES}


def strip_an_output(notebook):
    first_speaking(notebook).outputs = []


def strip_everything(notebook):
    for cell in build_notebooks.code_cells(notebook):
        cell.outputs, cell.execution_count = [], None


def run_out_of_order(notebook):
    first_speaking(notebook).execution_count += 1


def edit_an_output(notebook):
    first_speaking(notebook).outputs[0].text += "42\n"


def edit_a_figure(notebook):
    outputs = [output for cell in build_notebooks.code_cells(notebook) for output in cell.outputs]
    figures = [output.data for output in outputs if "image/png" in output.get("data", {})]
    figures[0]["image/png"] = figures[1]["image/png"]


def edit_a_cell(notebook):
    first_speaking(notebook).source += "\n# edited"


def lose_a_cell(notebook):
    del notebook.cells[-1]


def fail(notebook):
    first_speaking(notebook).outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[])]


def warn(notebook):
    first_speaking(notebook).outputs.append(nbformat.v4.new_output("stream", name="stderr", text="Warning"))


def keep_a_timestamp(notebook):
    notebook.cells[0].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}


def keep_widgets(notebook):
    notebook.metadata["widgets"] = {}


def keep_widget_output(notebook):
    cell = next(cell for cell in notebook.cells if build_notebooks.is_interactive(cell))
    cell.outputs = [nbformat.v4.new_output("display_data")]


DAMAGE = {
    strip_an_output: "has no output",
    strip_everything: "has no output",
    run_out_of_order: "has execution count",
    edit_an_output: "an output was edited",
    edit_a_figure: "an output was edited",
    edit_a_cell: "differs from the source",
    lose_a_cell: "cells, the notebook",
    fail: "holds an error",
    warn: "holds text from stderr",
    keep_a_timestamp: "keeps metadata",
    keep_widgets: "keeps metadata",
    keep_widget_output: "keeps widget output",
}


@pytest.mark.parametrize(("damage", "complaint"), DAMAGE.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_guard_sees_damage(damage, complaint):
    damaged = copy.deepcopy(stored(CHAPTER))
    damage(damaged)
    assert any(complaint in fault for fault in build_notebooks.faults(build_notebooks.read_source(CHAPTER), damaged))


def test_the_seal_holds_however_a_notebook_breaks_its_texts():
    notebook = copy.deepcopy(stored(CHAPTER))
    first_speaking(notebook).outputs[0].text = first_speaking(notebook).outputs[0].text.splitlines(keepends=True)
    assert build_notebooks.seal(notebook) == stored(CHAPTER).metadata["layerlab"]["outputs"]


@pytest.mark.parametrize(("printed", "verdict"), [("1208\n", 0), ("1209\n", 1)])
def test_a_cell_that_prints_anything_else_than_what_is_stored_fails(printed, verdict, tmp_path):
    cell = nbformat.v4.new_code_cell("print(1208)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
    notebook = tmp_path / "tiny.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=build_notebooks.METADATA), notebook)
    nbval = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    run = subprocess.run([*nbval, notebook.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == verdict, run.stdout + run.stderr
    assert f"{1 - verdict} passed" in run.stdout or f"{verdict} failed" in run.stdout


@pytest.fixture
def timed(monkeypatch):
    """Chapters that take as long as the list says, the next call the next number."""
    durations = []
    monkeypatch.setattr(build_notebooks, "seconds", lambda source, where: durations.pop(0))
    return durations


@pytest.mark.parametrize(
    ("alone", "in_order", "verdict"), [([3, 4], [3, 4], 0), ([3, 31], [3, 4], 1), ([3, 4], [3, 31], 1)]
)
def test_a_slow_chapter_is_named(alone, in_order, verdict, timed, capsys):
    timed.extend(alone + in_order)
    assert build_notebooks.time_chapters(SOURCES[:2]) == verdict
    slow = [line for line in capsys.readouterr().out.splitlines() if "too slow" in line]
    assert [SOURCES[1].stem in line for line in slow] == [True] * verdict


def test_a_course_of_more_than_six_minutes_is_too_slow(timed):
    timed.extend([29] * 26)
    assert build_notebooks.time_chapters([SOURCES[0]] * 13) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1", False),
        ("print(x)", True),
        ("for x in y:\n    print(x)", True),
        ("x + 1", True),
        ("model.fit(x, y)", False),
        ("model.summary()", True),
        ("plots.use_style()", False),
        ("axes = plots.images(x)", True),
        ("def show():\n    print(1)", False),
        ("def show():\n    print(1)\n\n\nshow()", True),
        ("", False),
    ],
)
def test_cells_that_speak_are_told_from_silent_ones(code, expected):
    assert build_notebooks.speaks(code, set()) is expected


def test_functions_that_print_are_remembered_for_later_cells():
    speaking = set()
    assert not build_notebooks.speaks("def attempt():\n    print(1)", speaking)
    assert build_notebooks.speaks("attempt()", speaking)
    assert not build_notebooks.speaks("attempt()", set())


def test_unknown_chapters_are_refused():
    with pytest.raises(SystemExit, match=r"No chapter in .* starts with 99"):
        build_notebooks.sources(["99"])


def pixels(png):
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    return np.asarray(picture, dtype=int)


def test_figures_become_smaller_and_stay_the_same_to_the_eye():
    x = np.linspace(0, 6, 50)
    figure = plots.curves(x, {f"line {k}": np.sin(x + k) for k in range(4)}).figure
    packed = io.BytesIO()
    figure.savefig(packed, dpi=150)
    png = base64.b64encode(packed.getvalue()).decode("ascii")
    reduced = build_notebooks.smaller(png)
    assert len(reduced) < len(png) / 2
    assert np.abs(pixels(reduced) - pixels(png)).max() <= 16


def test_photographs_keep_all_their_colors():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, size=(200, 200, 3), dtype="uint8"))
    packed = io.BytesIO()
    noise.save(packed, "png")
    png = base64.b64encode(packed.getvalue()).decode("ascii")
    assert build_notebooks.smaller(png) == png
