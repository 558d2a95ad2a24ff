"""One submission becomes one result: its code runs in a sandbox, and its points are decided here.

Nothing of the learner's runs in this process. It makes the inputs, has the answers computed next door, compares them
with references that never leave, and says why points are missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from layerlab.grading import catalog
from layerlab.grading.exercise import Exercise
from layerlab.grading.plan import Outcome
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.probe import choose
from layerlab.grading.sandbox.session import Broken, Session
from layerlab.grading.seeds import exercise_generator
from layerlab.grading.verdict import Verdict, judge

__all__ = ["Lookup", "Submission", "grade"]

Lookup = Callable[[str], Sequence[Exercise]]

_MAX_REASON = 2000  # characters


@dataclass(frozen=True)
class Submission:
    """A notebook that was handed in.

    Args:
        student: whose it is.
        notebook: its file's name without the suffix, which says what chapter it is.
        data: the bytes of the file.
        seed: see `seeds`.
        problem: why there are no bytes to look at, if so.
        assignment: the folder it lies in, in nbgrader's layout.
    """

    student: str
    notebook: str
    data: bytes = b""
    seed: str = "0"
    problem: str = ""
    assignment: str = ""

    @property
    def sha256(self) -> str:
        """Of the file; "" where there is nothing of it."""
        return hashlib.sha256(self.data).hexdigest() if self.data else ""


def grade(
    submission: Submission, sandbox: str = "auto", limits: Limits | None = None, lookup: Lookup = catalog.exercises_of
) -> dict[str, Any]:
    """Grade a submission.

    Args:
        submission: what was handed in.
        sandbox: the name of a tier, or "auto" for the best that works.
        limits: what it may use.
        lookup: from a notebook's name to its exercises; a ValueError says that there are none.

    Returns:
        The line of the results: "student", "notebook", "points", "max_points", "exercises", "sandbox", "seed" and
        "sha256"; "assignment" in nbgrader's layout, and a "reason" where there was nothing to run.

    Raises:
        NoSandbox: if the tier does not work on this machine.
        NotStarted: if it does, but not this time. Neither is the learner's fault, so neither is a result.
    """
    tier = choose(sandbox)
    try:
        exercises = list(lookup(submission.notebook))
        problem = submission.problem
    except ValueError as error:
        exercises, problem = [], str(error)
    if problem:
        verdicts = [Verdict(False, problem) for _ in exercises]
    else:
        verdicts = _verdicts(submission, exercises, tier, limits or Limits())
    rows = [_row(exercise, verdict) for exercise, verdict in zip(exercises, verdicts, strict=True)]
    return {
        "student": submission.student,
        **({"assignment": submission.assignment} if submission.assignment else {}),
        "notebook": submission.notebook,
        "points": sum(row["points"] for row in rows),
        "max_points": sum(row["max_points"] for row in rows),
        **({"reason": problem} if problem else {}),
        "exercises": rows,
        "sandbox": tier.name,
        "seed": submission.seed,
        "sha256": submission.sha256,
    }


def _row(exercise: Exercise, verdict: Verdict) -> dict[str, Any]:
    reason = f"{verdict.reason}\nHint: {verdict.hint}" if verdict.hint else verdict.reason
    points = exercise.points if verdict.right else 0
    shown = _printable(reason[:_MAX_REASON])
    return {"id": exercise.id, "points": points, "max_points": exercise.points, "reason": shown}


def _printable(text: str) -> str:
    """A text without what a terminal would obey, a browser turn around, or a file not take (half of a character)."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def _verdicts(submission: Submission, exercises: list[Exercise], tier: Any, limits: Limits) -> list[Verdict]:
    """A verdict an exercise; when the sandboxed process ends before, those it has answered count."""
    verdicts: list[Verdict] = []
    try:
        with Session(tier, limits) as session:
            report = session.load(submission.data, int(submission.seed, 16) % 2**32)
            if problem := _text(report.get("problem")):
                return [Verdict(False, problem) for _ in exercises]
            faults = _faults(report)
            for exercise in exercises:
                verdicts.append(_verdict(exercise, submission.seed, session, faults))
    except Broken as error:
        fault = Verdict(False, f"The submission was stopped: {error}.")
        verdicts += [fault for _ in exercises[len(verdicts) :]]
    return verdicts


def _verdict(exercise: Exercise, seed: str, session: Session, faults: list[tuple[int, str, list[str]]]) -> Verdict:
    cases = exercise.cases(exercise_generator(seed, exercise.id))
    observed = session.perform(cases)
    if _is_missing(exercise, observed):
        return Verdict(False, _why_missing(exercise.name, faults))
    try:
        return judge(exercise, cases, observed)
    except Exception as error:  # a comparison that fails on what came; a right answer compares
        return Verdict(False, f"What came back cannot be compared with what was expected ({type(error).__name__}).")


def _is_missing(exercise: Exercise, observed: list[list[Outcome]]) -> bool:
    missing = Outcome(error="NameError", message=f"name '{exercise.name}' is not defined")
    return any(
        (outcome.error, outcome.message) == (missing.error, missing.message) for case in observed for outcome in case
    )


def _why_missing(name: str, faults: list[tuple[int, str, list[str]]]) -> str:
    """Where a name should have come from, as far as the cells that failed tell."""
    reason = f"The notebook does not define `{name}`."
    about = [fault for fault in faults if name in fault[2]] or faults
    if about:
        number, error, _ = about[0]
        reason += f" Code cell {number} ended with {error}"
    return reason


def _text(value: Any) -> str:
    """What the sandbox says, if it says a text: making one of anything else can take minutes."""
    return value if isinstance(value, str) else ""


def _faults(report: dict[str, Any]) -> list[tuple[int, str, list[str]]]:
    """What the sandbox says about cells that failed, as far as it has the form it should have."""
    faults = report.get("faults")
    good = []
    for fault in faults if isinstance(faults, list) else []:
        match fault:
            case [int(number), str(error), list(names)]:
                good.append((number, error, [name for name in names if isinstance(name, str)]))
    return good
