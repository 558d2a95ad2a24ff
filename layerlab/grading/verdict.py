"""Judging outcomes: whether an answer is right and, if not, what to tell the learner about it.

Nothing here runs a learner's code; it compares what came back with what the reference gave, shapes first, then values,
and looks whether one of the known misconceptions gives the very same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from layerlab.grading.exercise import Cases, Exercise
from layerlab.grading.plan import Call, Get, New, NumpyFunction, Outcome, Rng, Set, Step

__all__ = ["Verdict", "difference", "judge"]

_SHOWN = 8  # arrays of more numbers than this are described by their shape
_WIDTH = 80  # and texts longer than this are cut
_DEPTH = 3  # and what lists in lists in lists hold is left out


@dataclass(frozen=True)
class Verdict:
    """The result of one exercise: right or wrong, why, and the hint of the misconception that explains it."""

    right: bool
    reason: str
    hint: str = ""
    slip: str = ""


def judge(exercise: Exercise, cases: Cases, observed: list[list[Outcome]]) -> Verdict:
    """Compare the outcomes of an answer with those of the reference on the same cases.

    Args:
        exercise: the definition.
        cases: what was done.
        observed: what came of it, an outcome a step; less when the answer broke off.
    """
    fault = _first_fault(exercise, cases, observed)
    if not fault:
        return Verdict(True, "Right.")
    for misconception in exercise.misconceptions:
        if _alike(exercise, exercise.run(misconception.answer, cases), observed):
            return Verdict(False, fault, misconception.hint, misconception.slip)
    return Verdict(False, fault)


def _first_fault(exercise: Exercise, cases: Cases, observed: list[list[Outcome]]) -> str:
    """The first thing that is wrong, as a sentence; "" when nothing is."""
    expected = exercise.run(exercise.reference, cases)
    if len(observed) != len(cases):
        return "The answer ended before all of its cases were tried."
    for steps, wanted, came in zip(cases, expected, observed, strict=True):
        for i, right in enumerate(wanted):
            fault = _step_fault(exercise, right, came[i]) if i < len(came) else "nothing came back"
            if fault == _UNANSWERED:
                return fault
            if fault:
                return f"{describe(exercise.name, steps[: i + 1])}: {fault}"
    return _measure_fault(exercise, expected, observed)


_UNANSWERED = "Not answered yet."


def _step_fault(exercise: Exercise, right: Outcome, came: Outcome) -> str:
    if came.error == "NotImplementedError" and not right.error:
        return _UNANSWERED
    if right.error:
        return "" if came.error == right.error else f"expected a {right.error}. Received: {_received(came)}"
    if came.error:
        return f"raised {came.error}: {came.message}".rstrip(": ")
    if came.changed and not exercise.may_change:
        return f"argument {came.changed[0] + 1} was changed in place; work on a copy, the caller still needs it"
    tolerance = (np.inf, np.inf) if exercise.measures else (exercise.rtol, exercise.atol)
    return difference(right.value, came.value, *tolerance)


def _received(came: Outcome) -> str:
    return f"{came.error}: {came.message}" if came.error else short(came.value)


def _measure_fault(exercise: Exercise, expected: list[list[Outcome]], observed: list[list[Outcome]]) -> str:
    wanted, came = _values(expected), _values(observed)
    for measure in exercise.measures:
        right, ours = measure.of(wanted), measure.of(came)
        tolerance = measure.tolerance * (abs(right) if measure.relative else 1)
        if not abs(ours - right) <= tolerance:
            return f"{measure.what} should be {right:.4g}, give or take {tolerance:.2g} by chance. Received: {ours:.4g}"
    return ""


def _values(outcomes: list[list[Outcome]]) -> list[Any]:
    return [outcome.value for case in outcomes for outcome in case if outcome.value is not None]


def _alike(exercise: Exercise, wrong: list[list[Outcome]], observed: list[list[Outcome]]) -> bool:
    """Whether a misconception explains everything that was observed."""
    if len(wrong) != len(observed):  # nothing came back, say: nothing explains that
        return False
    for theirs, ours in zip(wrong, observed, strict=True):
        if len(theirs) != len(ours):
            return False
        for expected, came in zip(theirs, ours, strict=True):
            if (expected.error, expected.changed) != (came.error, came.changed):
                return False
            tolerance = (np.inf, np.inf) if exercise.measures else (exercise.rtol, exercise.atol)
            if difference(expected.value, came.value, *tolerance):
                return False
    return not _measure_fault(exercise, wrong, observed) if exercise.measures else True


def difference(right: Any, came: Any, rtol: float = 1e-4, atol: float = 1e-6, where: str = "") -> str:
    """The first difference between two values as a sentence, shape before numbers; "" when there is none.

    Args:
        right: what is expected: a number, an array, a string, None, or tuples, lists and dicts of them.
        came: what was given in its place.
        rtol: how far a number may be off, relative to the expected one.
        atol: and in absolute terms.
        where: where we are, for values inside others.

    >>> difference(np.zeros((2, 3)), np.zeros((3, 2)))
    'expected shape (2, 3). Received: shape (3, 2)'
    >>> difference(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    'at index 1, expected 2. Received: 2.5 (1 of 2 numbers differ)'
    """
    match right:
        case list() | tuple():
            return _sequence_difference(right, came, rtol, atol, where)
        case dict():
            return _dict_difference(right, came, rtol, atol, where)
        case None | str():
            same = type(came) is type(right) and came == right
            return "" if same else f"{where}expected {right!r}. Received: {short(came)}"
    return _array_difference(np.asarray(right), came, rtol, atol, where)


def _sequence_difference(right: Any, came: Any, rtol: float, atol: float, where: str) -> str:
    if not isinstance(came, list | tuple):
        return f"{where}expected {_count(right)} in a tuple or list. Received: {short(came)}"
    if len(right) != len(came):
        return f"{where}expected {_count(right)}. Received: {len(came)}"
    pairs = enumerate(zip(right, came, strict=True))
    faults = (difference(r, c, rtol, atol, f"{where}value {i + 1} of {len(right)}: ") for i, (r, c) in pairs)
    return next(filter(None, faults), "")


def _count(values: Any) -> str:
    return f"{len(values)} value{'s' * (len(values) != 1)}"


def _dict_difference(right: dict, came: Any, rtol: float, atol: float, where: str) -> str:
    if not isinstance(came, dict) or set(came) != set(right):
        return f"{where}expected a dict with the keys {sorted(right)}. Received: {short(came)}"
    faults = (difference(right[key], came[key], rtol, atol, f"{where}under {key!r}: ") for key in right)
    return next(filter(None, faults), "")


def _array_difference(right: np.ndarray, came: Any, rtol: float, atol: float, where: str) -> str:
    array = _as_numbers(came)
    if array is None:
        return f"{where}expected {_kind(right)}. Received: {short(came)}"
    if array.shape != right.shape:
        return f"{where}expected shape {right.shape}. Received: shape {array.shape}"
    if np.isinf(rtol):
        return ""
    wrong = ~np.isclose(array, right, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return ""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"at index {index[0] if len(index) == 1 else index}, " if index else ""
    count = f" ({wrong.sum()} of {wrong.size} numbers differ)" if index else ""
    return f"{where}{place}expected {_number(right[index])}. Received: {_number(array[index])}{count}"


def _as_numbers(value: Any) -> np.ndarray | None:
    """An array of numbers or truth values, from an array, a number, or lists of numbers; None for anything else."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # lists of different lengths
        return None
    return array if array.dtype.kind in "biufc" else None


def _kind(right: np.ndarray) -> str:
    return f"an array of shape {right.shape}" if right.shape else "a number"


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.asarray(value).dtype.kind in "iuf" else str(value)


def short(value: Any, depth: int = 0) -> str:
    """A value in few characters: an array by its numbers when it has few, else by its shape.

    It looks at few values, however many there are: to show all arrays of a list can take minutes.
    """
    match value:
        case np.ndarray() if value.size > _SHOWN:
            return f"an array of shape {value.shape}"
        case np.ndarray():
            return np.array2string(value, precision=4, separator=", ").replace("\n", "")
        case Rng():
            return "rng"
        case NumpyFunction(name):
            return f"np.{name}"
        case list() | tuple() | dict() if depth == _DEPTH and value:
            return "..."
        case list() | tuple():
            opening, closing = "[]" if isinstance(value, list) else "()"
            parts = [short(part, depth + 1) for part in value[:_SHOWN]] + ["..."] * (len(value) > _SHOWN)
            return _cut(f"{opening}{', '.join(parts)}{',' * (len(value) == 1 and closing == ')')}{closing}")
        case dict():
            parts = [f"{key!r}: {short(part, depth + 1)}" for key, part in islice(value.items(), _SHOWN)]
            return _cut("{" + ", ".join(parts + ["..."] * (len(value) > _SHOWN)) + "}")
        case Outcome() | Call() | New() | Set() | Get():
            return f"<{type(value).__name__}>"
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def describe(name: str, steps: Any) -> str:
    """The steps up to here as the code that a learner would type."""
    return "; ".join(map(_code, steps))


def _code(step: Step) -> str:
    match step:
        case New(target, args, kwargs):
            return f"layer = {target}({_arguments(args, kwargs)})"
        case Call(target, args, kwargs):
            return f"{'layer' if target.startswith('.') else ''}{target}({_arguments(args, kwargs)})"
        case Set(attribute, value):
            return f"layer.{attribute} = {short(value)}"
        case Get(attribute):
            return f"layer.{attribute}"


def _arguments(args: tuple, kwargs: dict[str, Any]) -> str:
    return ", ".join([*map(short, args), *(f"{key}={short(value)}" for key, value in kwargs.items())])
