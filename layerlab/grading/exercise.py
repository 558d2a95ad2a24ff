"""An exercise, defined once: what is called with which inputs, the reference, and the slips people make in it.

The self-check under a notebook's cell, the grader, the tests and the exercise notebooks all work from this definition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.grading.plan import Call, Outcome, Step, perform

__all__ = ["Exercise", "Measure", "Misconception", "calls"]

Cases = list[Sequence[Step]]


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that real people write, and the hint it deserves.

    Args:
        slip: what went wrong, in a few words: "fan_out used for fan_in".
        hint: what the learner should think about; it names the mistake, never the answer.
        answer: the wrong function or class itself.
    """

    slip: str
    hint: str
    answer: Any


@dataclass(frozen=True)
class Measure:
    """A number taken from a random answer, so that it can be compared with the reference's.

    Args:
        what: its name in a sentence: "the standard deviation of the weights".
        of: the number, from the list of all values that the steps gave.
        tolerance: how far two right answers may lie apart; five standard errors of the difference or more, so that a
            right answer is refused less than once in a million times.
        relative: whether the tolerance is a fraction of the right number.
    """

    what: str
    of: Callable[[list[Any]], float]
    tolerance: float
    relative: bool = False


@dataclass(frozen=True)
class Exercise:
    """One exercise of a chapter.

    Args:
        id: unique in the course, letters, digits and dashes: "fan-in-fan-out".
        name: what the learner's notebook has to define: the function or class.
        title: the heading above it.
        points: for a right answer; a wrong one gets none.
        cases: a function of a random generator that makes the cases, each a list of steps (see `plan`).
        reference: a right answer, from layerlab's own code where it has one.
        misconceptions: the wrong answers that get a hint of their own.
        rtol, atol: how close numbers have to be, relative and absolute.
        measures: for random answers, the numbers that are compared in place of the values; shapes are compared anyway.
        may_change: whether the answer may write into its arguments.
    """

    id: str
    name: str
    title: str
    points: int
    cases: Callable[[np.random.Generator], Cases]
    reference: Any
    misconceptions: tuple[Misconception, ...] = ()
    rtol: float = 1e-4
    atol: float = 1e-6
    measures: tuple[Measure, ...] = ()
    may_change: bool = False

    def run(self, answer: Any, cases: Cases) -> list[list[Outcome]]:
        """The outcomes of an answer, case by case, in this process: for the reference, the slips, and self-checks."""
        with np.errstate(all="ignore"):
            return [perform(steps, {self.name: answer}) for steps in cases]


def calls(name: str, *arguments: tuple, **kwargs: Any) -> Cases:
    """A case for each tuple of arguments, each a single call.

    >>> calls("double", (1,), (2,))
    [[Call(target='double', args=(1,), kwargs={})], [Call(target='double', args=(2,), kwargs={})]]
    """
    return [[Call(name, arguments_, kwargs)] for arguments_ in arguments]
