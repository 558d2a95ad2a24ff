"""nbgrader's own `autograde`, with this grader in place of the kernel that judges itself.

In a course made by `layerlab release --nbgrader`, nbgrader_config.py asks for these preprocessors: submissions run in a
sandbox, and the outputs of the check cells, from which nbgrader reads the points, are written by us.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layerlab.grading.grader import Submission, grade
from layerlab.grading.notebook import Cell, check_cell, marks
from layerlab.grading.seeds import read_secret, submission_seed

__all__ = ["autograde_preprocessors", "with_verdicts"]

SECRET = Path(".layerlab-secret")  # in the course's folder; made at the first use


def autograde_preprocessors(sandbox: str = "auto") -> list[type]:
    """nbgrader's list of what happens to a submission, with Execute replaced.

    Args:
        sandbox: the tier to run submissions in, as for `layerlab grade`.
    """
    import nbformat
    from nbgrader.converters.autograde import Autograde
    from nbgrader.preprocessors import Execute, NbGraderPreprocessor

    class GradeIsolated(NbGraderPreprocessor):
        """Runs a submission in a sandbox and writes the verdicts under its check cells."""

        def preprocess(self, nb: Any, resources: dict) -> tuple[Any, dict]:
            about = resources["nbgrader"]
            data = nbformat.writes(nb).encode()
            seed = submission_seed(read_secret(SECRET, create=True), about["student"], about["notebook"], data)
            result = grade(Submission(about["student"], about["notebook"], data, seed), sandbox)
            graded = with_verdicts({"cells": nb.cells}, result)
            nb.cells = [nbformat.from_dict(cell) for cell in graded["cells"]]
            return nb, resources

    theirs = Autograde.autograde_preprocessors.default_args[0]
    return [GradeIsolated if preprocessor is Execute else preprocessor for preprocessor in theirs]


def with_verdicts(notebook: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """A notebook whose check cells show the verdicts of a result; those that were deleted are there again.

    Args:
        notebook: its "cells" are looked at.
        result: what `grade` gave.
    """
    verdicts = {f"{row['id']}-check": row for row in result["exercises"]}
    there = {marks(cell).get("grade_id") for cell in notebook["cells"]}
    deleted = [_new_check(row) for grade_id, row in verdicts.items() if grade_id not in there]
    cells = [_judged(cell, verdicts.get(marks(cell).get("grade_id", ""))) for cell in [*notebook["cells"], *deleted]]
    return {**notebook, "cells": cells}


def _judged(cell: Cell, row: dict[str, Any] | None) -> Cell:
    if row is None:
        return cell
    return {**cell, "outputs": [] if row["points"] else [_as_error(row["reason"])]}


def _new_check(row: dict[str, Any]) -> Cell:
    from layerlab.grading.catalog import find

    source, metadata = check_cell(find(row["id"]))
    return {"cell_type": "code", "source": source, "metadata": metadata, "execution_count": None, "id": row["id"]}


def _as_error(reason: str) -> dict[str, Any]:
    """What nbgrader takes for a test that failed."""
    return {"output_type": "error", "ename": "WrongAnswer", "evalue": reason, "traceback": reason.splitlines()}
