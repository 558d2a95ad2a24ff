"""Exercise notebooks as nbgrader marks them: which cells are answers, checks and open questions.

Plain dictionaries, read and written with `json`; the metadata are nbgrader's schema version 3.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from layerlab.grading.exercise import Exercise

__all__ = ["answer_cell", "check_cell", "is_check", "is_open_question", "is_solution", "open_cell", "read", "write"]

Cell = dict[str, Any]


def _marked(grade_id: str, *, grade: bool, solution: bool, locked: bool, points: int | None = None) -> dict[str, Any]:
    marks = {"grade": grade, "grade_id": grade_id, "locked": locked, "schema_version": 3, "solution": solution}
    return {"nbgrader": marks | {"task": False} | ({} if points is None else {"points": points})}


def answer_cell(exercise_id: str) -> dict[str, Any]:
    """The metadata of the cell in which a learner writes an answer."""
    return _marked(exercise_id, grade=False, solution=True, locked=False)


def check_cell(exercise: Exercise) -> tuple[str, dict[str, Any]]:
    """The source and the metadata of the cell that judges an answer."""
    source = f'check("{exercise.id}", {exercise.name})'
    return source, _marked(f"{exercise.id}-check", grade=True, solution=False, locked=True, points=exercise.points)


def open_cell(question_id: str, points: int) -> dict[str, Any]:
    """The metadata of the cell in which a learner answers an open question, for a person to grade."""
    return _marked(question_id, grade=True, solution=True, locked=False, points=points)


def marks(cell: Cell) -> dict[str, Any]:
    """What nbgrader knows about a cell; empty for an ordinary one."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def is_solution(cell: Cell) -> bool:
    """Whether a learner's answer goes into this cell."""
    return bool(marks(cell).get("solution"))


def is_check(cell: Cell) -> bool:
    """Whether this cell judges an answer."""
    return bool(marks(cell).get("grade")) and not is_solution(cell)


def is_open_question(cell: Cell) -> bool:
    """Whether a person grades the answer in this cell."""
    return bool(marks(cell).get("grade")) and is_solution(cell)


def read(path: Path) -> dict[str, Any]:
    """A notebook file as a dictionary."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook as nbformat does: one space of indentation, keys in order, a newline at the end."""
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
