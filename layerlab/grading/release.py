"""From solutions to exercises: the same notebooks without the answers and without any output.

What nbgrader's `generate_assignment` does to these notebooks, done without nbgrader; a test holds the two together.
"""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

from layerlab.grading.notebook import Cell, is_check, is_solution, read, write

__all__ = ["BEGIN", "END", "nbgrader_course", "release", "released"]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_STUB = ["# YOUR CODE HERE", "raise NotImplementedError()"]
_TEXT_STUB = "YOUR ANSWER HERE"


def release(source: Path, target: Path) -> list[Path]:
    """Make the exercise notebooks of a folder of solutions.

    Args:
        source: the folder with the solutions.
        target: the folder to write to, made if missing; notebooks of the same names are replaced.

    Returns:
        The notebooks written.

    Raises:
        FileNotFoundError: if `source` holds no notebook.
        ValueError: if an answer is not marked as one, so that it would be handed out; nothing is written then.
    """
    found = sorted(source.glob("*.ipynb"))
    if not found:
        raise FileNotFoundError(f"There is no notebook in {source}.")
    stripped = {target / path.name: _released_file(path) for path in found}
    target.mkdir(parents=True, exist_ok=True)
    for path, notebook in stripped.items():
        write(path, notebook)
    return list(stripped)


def nbgrader_course(source: Path, target: Path) -> list[Path]:
    """Lay out a course for nbgrader: an assignment for each notebook, and a configuration that grades with layerlab.

    In the new folder, `nbgrader generate_assignment NAME` and all its other commands work.

    Args:
        source: the folder with the solutions.
        target: the folder of the course, made if missing; its configuration is written only if there is none.

    Returns:
        The notebooks copied.
    """
    copies = []
    for path in sorted(source.glob("*.ipynb")):
        folder = target / "source" / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        copies.append(Path(shutil.copyfile(path, folder / path.name)))
    if not copies:
        raise FileNotFoundError(f"There is no notebook in {source}.")
    if not (target / "nbgrader_config.py").exists():
        (target / "nbgrader_config.py").write_text(_NBGRADER_CONFIG, encoding="utf-8")
    return copies


_NBGRADER_CONFIG = """\
from pathlib import Path

from layerlab.grading.nbgrader_plugin import autograde_preprocessors

c = get_config()
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.Autograde.autograde_preprocessors = autograde_preprocessors()
"""


def _released_file(path: Path) -> dict[str, Any]:
    try:
        return released(read(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def released(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of a solution notebook that can be given to learners."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if is_solution(cell):
            cell["source"] = _without_answer(cell)
            cell["metadata"]["deletable"] = False
        elif is_check(cell):
            cell["metadata"] |= {"deletable": False, "editable": False}
        elif BEGIN in "".join(cell["source"]):
            raise ValueError(f"cell {cell.get('id')} holds a solution, but is not marked as an answer's cell")
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def _without_answer(cell: Cell) -> list[str]:
    """The lines of a cell with every marked region replaced by a stub; the whole cell where nothing is marked."""
    lines = "".join(cell["source"]).split("\n")
    if not any(line.strip() == BEGIN for line in lines):
        return (_STUB_LINES if cell["cell_type"] == "code" else [_TEXT_STUB]).copy()
    kept: list[str] = []
    hidden = False
    for line in lines:
        match line.strip():
            case marker if marker == BEGIN and not hidden:
                indent = line[: len(line) - len(line.lstrip())]
                kept += [indent + stub for stub in _STUB]
                hidden = True
            case marker if marker == END and hidden:
                hidden = False
            case _ if not hidden:
                kept.append(line)
    if hidden:
        raise ValueError(f"cell {cell.get('id')} has {BEGIN} without {END}")
    return _as_lines(kept)


def _as_lines(lines: list[str]) -> list[str]:
    """Lines as notebooks store them: each ends in a newline but the last."""
    return [line + "\n" for line in lines[:-1]] + lines[-1:]


_STUB_LINES = _as_lines(_STUB)
