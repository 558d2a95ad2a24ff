"""What to do with a learner's answer: small steps such as "call it with this array", and the doing of them.

Steps and what comes back are data alone, so that they can cross from a trusted process into a sandbox and return. This
module imports NumPy and nothing of layerlab: it is the part of the grader that runs where the learner's code runs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Call", "Get", "New", "NumpyFunction", "Outcome", "Rng", "Set", "Step", "perform"]


_MANY = 16  # values in a list; no exercise asks for so many at a time but in an array


@dataclass(frozen=True)
class Rng:
    """Stands for `np.random.default_rng(seed)` among the arguments of a step; it is made where it is used."""

    seed: int


@dataclass(frozen=True)
class NumpyFunction:
    """Stands for a function of NumPy, by its name: `NumpyFunction("tanh")` arrives as `np.tanh`."""

    name: str


@dataclass(frozen=True)
class Call:
    """Call the answer, or with a dot in front a method of the object that `New` made: `Call(".forward", x)`."""

    target: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class New:
    """Make an object of the learner's class; the steps after it are about this object."""

    target: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Set:
    """Give an attribute of the object a value: weights, so that the numbers can be compared."""

    name: str
    value: Any


@dataclass(frozen=True)
class Get:
    """Read an attribute of the object."""

    name: str


Step = Call | New | Set | Get


@dataclass(frozen=True)
class Outcome:
    """What a step led to: a value, or the type and message of what was raised.

    Attributes:
        value: what a `Call` or `Get` gave; None for the other steps.
        error: the name of the exception's class, or "" when all went well.
        message: its text.
        changed: the positions of the array arguments that the call wrote into.
    """

    value: Any = None
    error: str = ""
    message: str = ""
    changed: tuple[int, ...] = ()


def perform(steps: Sequence[Step], namespace: dict[str, Any]) -> list[Outcome]:
    """Do the steps of one case; the first that raises is the last that is done.

    Args:
        steps: the case.
        namespace: the learner's names, as a notebook's cells leave them.

    Returns:
        An outcome per step done.

    >>> perform([Call("double", (np.arange(3),))], {"double": lambda x: 2 * x})[0].value
    array([0, 2, 4])
    >>> perform([Call("double", (1,))], {})[0].error
    'NameError'
    """
    outcomes: list[Outcome] = []
    made: list[Any] = []
    for step in steps:
        try:
            outcomes.append(_do(step, namespace, made))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are answers too, and wrong ones
            return [*outcomes, Outcome(error=type(error).__name__, message=_text_of(error))]
    return outcomes


def _do(step: Step, namespace: dict[str, Any], made: list[Any]) -> Outcome:
    match step:
        case New(target, args, kwargs):
            made[:] = [_find(target, namespace)(*map(_arrive, args), **{k: _arrive(v) for k, v in kwargs.items()})]
            return Outcome()
        case Call(target, args, kwargs):
            function = getattr(made[0], target[1:]) if target.startswith(".") else _find(target, namespace)
            return _call(function, args, kwargs)
        case Set(name, value):
            setattr(made[0], name, _arrive(value))
            return Outcome()
        case Get(name):
            return Outcome(value=_settled(getattr(made[0], name)))


def _find(name: str, namespace: dict[str, Any]) -> Any:
    if name not in namespace:
        raise NameError(f"name '{name}' is not defined")
    return namespace[name]


def _call(function: Callable, args: tuple, kwargs: dict[str, Any]) -> Outcome:
    arrived = [_arrive(arg) for arg in args]
    value = _settled(function(*arrived, **{key: _arrive(value) for key, value in kwargs.items()}))
    changed = (i for i, arg in enumerate(args) if isinstance(arg, np.ndarray) and not _same(arg, arrived[i]))
    return Outcome(value=value, changed=tuple(changed))


def _same(before: np.ndarray, after: np.ndarray) -> bool:
    return before.shape == after.shape and before.tobytes() == after.tobytes()


def _arrive(value: Any) -> Any:
    """An argument as the learner's code gets it: a copy of its own, with the stand-ins replaced."""
    match value:
        case Rng(seed):
            return np.random.default_rng(seed)
        case NumpyFunction(name):
            return getattr(np, name)
        case list() | tuple():
            return type(value)(_arrive(part) for part in value)
        case dict():
            return {key: _arrive(part) for key, part in value.items()}
    return copy.deepcopy(value)


def _settled(value: Any) -> Any:
    """A result that later steps cannot change any more: copies of arrays, inside tuples, lists and dicts too."""
    match value:
        case np.ndarray():
            return value.copy()
        case list() | tuple() if (array := _as_rows(value)) is not None:
            return array
        case list() | tuple():
            return [_settled(part) for part in value]
        case dict():
            return {key: _settled(part) for key, part in value.items()}
    return value


def _as_rows(value: list | tuple) -> np.ndarray | None:
    """Many numbers, or rows of them, as the array that they mean, which crosses the border at once; None for others."""
    if len(value) <= _MANY:
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # rows of different lengths
        return None
    return array.copy() if array.dtype.kind in "biufc" else None


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # an exception of the learner's own whose __str__ fails
        return ""
