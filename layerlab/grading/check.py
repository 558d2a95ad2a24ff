"""`check("fans", fans)`: the verdict under an exercise's cell, at once and in the learner's own process.

It raises when the answer is wrong, so that nbgrader sees it too; in a notebook only the message is shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from layerlab.grading.catalog import find
from layerlab.grading.verdict import judge

__all__ = ["WrongAnswer", "check"]

_SEED = 20_17  # the same inputs at every self-check: a learner who mends something sees what it did


class WrongAnswer(AssertionError):
    """An answer that is not right yet; notebooks show its message without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def check(exercise_id: str, answer: Any) -> None:
    """Say whether an answer is right; if not, what was expected, what came, and which slip explains it.

    Args:
        exercise_id: as in the exercise's heading.
        answer: the function or class that the exercise asked for.

    Raises:
        WrongAnswer: with the reason, and the hint when a known misconception gives the same numbers.
    """
    exercise = find(exercise_id)
    cases = exercise.cases(np.random.default_rng(_SEED))
    verdict = judge(exercise, cases, exercise.run(answer, cases))
    if not verdict.right:
        hint = f"\nHint: {verdict.hint}" if verdict.hint else ""
        raise WrongAnswer(f"{exercise.title}: not yet.\n{verdict.reason}{hint}")
    print(f"{exercise.title}: right, {exercise.points} {'point' if exercise.points == 1 else 'points'}.")
