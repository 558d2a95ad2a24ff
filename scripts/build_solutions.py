"""Build the exercises: text sources in solutions/src become solutions/*.ipynb, executed, and exercises/*.ipynb.

`python scripts/build_solutions.py` builds all chapters, `... 01 02` builds those, and `--check` runs nothing: it only
says where sources, solutions and exercises disagree. In a source, `# %% exercise="neuron"` opens the cell with the
answer, whose check cell is added by itself, and `# %% [markdown] open="why" points=2` one for a person to grade.
"""

import argparse
import json
import sys
from pathlib import Path

import build_notebooks
import jupytext
import nbformat
from nbclient.exceptions import CellExecutionError

from layerlab.grading.catalog import find
from layerlab.grading.notebook import answer_cell, check_cell, open_cell, write
from layerlab.grading.release import released

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS, EXERCISES = ROOT / "solutions", ROOT / "exercises"


def read_source(source: Path) -> nbformat.NotebookNode:
    """The solution notebook that a source stands for, not run yet."""
    notebook = jupytext.read(source)
    notebook.metadata = nbformat.from_dict(build_notebooks.METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = [marked for cell in notebook.cells for marked in with_check(cell)]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{source.name[:2]}-{number:02}"
    return notebook


def with_check(cell) -> list:
    """A cell with nbgrader's marks; after an answer's cell the one that checks it."""
    settings, cell.metadata = cell.metadata, nbformat.from_dict({})
    if "exercise" in settings:
        exercise = find(settings["exercise"])
        code, marks = check_cell(exercise)
        cell.metadata = nbformat.from_dict(answer_cell(exercise.id))
        return [cell, nbformat.v4.new_code_cell(code, metadata=marks)]
    if "open" in settings:
        cell.metadata = nbformat.from_dict(open_cell(settings["open"], int(settings["points"])))
    return [cell]


def as_dict(notebook) -> dict:
    """A notebook as the dictionary that its file holds: sources as lists of lines."""
    return json.loads(nbformat.writes(notebook))


def execute(notebook):
    """Run the cells, then drop what changes from run to run."""
    notebook = build_notebooks.execute(notebook)
    for cell in build_notebooks.code_cells(notebook):
        cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict(build_notebooks.METADATA)
    return notebook


def build(source: Path) -> None:
    """Make the solution and the exercise notebook of a chapter; an answer that is wrong stops the build."""
    notebook = as_dict(execute(read_source(source)))
    for folder, content in ((SOLUTIONS, notebook), (EXERCISES, released(notebook))):
        folder.mkdir(exist_ok=True)
        write(folder / f"{source.stem}.ipynb", content)


def faults(source: Path) -> list[str]:
    """Where the stored notebooks are not what their source says."""
    solution, exercise = (folder / f"{source.stem}.ipynb" for folder in (SOLUTIONS, EXERCISES))
    if not (solution.exists() and exercise.exists()):
        return ["not built yet"]
    stored = nbformat.read(solution, as_version=4)
    wrong = build_notebooks.output_faults(stored)
    if _settled(read_source(source)) != _settled(stored):
        wrong.append("the solution differs from its source")
    if json.loads(exercise.read_text(encoding="utf-8")) != released(as_dict(stored)):
        wrong.append("the exercise differs from the solution without its answers")
    return wrong


def _settled(notebook) -> list:
    return [(cell.cell_type, cell.id, cell.source, dict(cell.metadata)) for cell in notebook.cells]


def sources(wanted: list[str]) -> list[Path]:
    """The chapters asked for by the start of their names; all of them when none is."""
    found = sorted((SOLUTIONS / "src").glob("*.py"))
    return [path for path in found if not wanted or path.name.startswith(tuple(wanted))]


def main(arguments: list[str] | None = None) -> int:
    """Build or check, and report a line per chapter; 1 when something failed or is out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*", metavar="NN", help="the chapters to build (default: all)")
    parser.add_argument("--check", action="store_true", help="run nothing; say what is out of date and fail if any is")
    options = parser.parse_args(arguments)
    failed = False
    for source in sources(options.chapters):
        try:
            if not options.check:
                build(source)
            wrong = faults(source)
        except CellExecutionError as error:
            wrong = [str(error)]
        failed = failed or bool(wrong)
        print(f"{source.stem}: {'; '.join(wrong) or 'up to date'}", file=sys.stderr if wrong else sys.stdout)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
