"""The stored notebooks are what their sources say, were run in order, and hold every output: a guard on the course.

nbval checks that outputs can be reproduced; it is silent when they were stripped, and these tests are not.
"""

import base64
import copy
import importlib.util
import io
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image

from layerlab import plots

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("build_notebooks", ROOT / "scripts" / "build_notebooks.py")
build_notebooks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build_notebooks)

SOURCES = build_notebooks.sources([])
CHAPTERS = [pytest.param(source, id=source.stem) for source in SOURCES]


def stored(source):
    return nbformat.read(build_notebooks.notebook_of(source), as_version=4)


def first_speaking(notebook):
    """A code cell that stands with output in the notebook."""
    return next(cell for cell in build_notebooks.code_cells(notebook) if cell.outputs)


@pytest.mark.parametrize("source", CHAPTERS)
def test_the_notebook_is_what_its_source_says(source):
    assert build_notebooks.check(source) == []


def test_every_notebook_has_a_source():
    notebooks = {path.stem for path in build_notebooks.NOTEBOOKS.glob("*.ipynb")}
    assert notebooks == {source.stem for source in SOURCES}


@pytest.mark.parametrize("source", CHAPTERS)
def test_every_chapter_has_the_parts_of_a_chapter(source):
    notebook = stored(source)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = ["# ", "## Try it", "## Five quick questions", "## Further reading"]
    assert [heading for heading in headings if heading not in text] == []
    assert text.count("<details>") == text.count("</details>") >= 7
    assert sum(build_notebooks.is_interactive(cell) for cell in notebook.cells) >= 1


@pytest.mark.parametrize("source", CHAPTERS)
def test_every_chapter_has_four_figures_or_more(source):
    outputs = [output for cell in build_notebooks.code_cells(stored(source)) for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 4


@pytest.mark.parametrize("source", CHAPTERS)
def test_links_to_other_chapters_lead_somewhere(source):
    text = source.read_text(encoding="utf-8")
    targets = [part.split(")")[0] for part in text.split("](")[1:]]
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (build_notebooks.NOTEBOOKS / target).exists()] == []


@pytest.mark.parametrize("source", CHAPTERS)
def test_the_code_in_folded_answers_runs(source):
    notebook = build_notebooks.read_source(source)
    namespace = {}
    exec(build_notebooks.code_cells(notebook)[0].source, namespace)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert blocks
    with np.printoptions(), plt.rc_context():
        for block in blocks:
            exec(block, namespace)


def strip_an_output(notebook):
    first_speaking(notebook).outputs = []


def strip_everything(notebook):
    for cell in build_notebooks.code_cells(notebook):
        cell.outputs, cell.execution_count = [], None


def run_out_of_order(notebook):
    first_speaking(notebook).execution_count += 1


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
    damaged = copy.deepcopy(stored(SOURCES[0]))
    damage(damaged)
    assert any(complaint in fault for fault in build_notebooks.faults(build_notebooks.read_source(SOURCES[0]), damaged))


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
