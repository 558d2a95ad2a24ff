"""A tape is a program: one recorded training step, written out as the Python function that does it again.

Recording costs more than the arithmetic of a small model. When every step makes the same NumPy calls, the calls and
those of the walk back can be printed, one a line, compiled once and run without tape, layers or dispatch.
"""

import keyword
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from layerlab.autodiff.arraylike import map_nested
from layerlab.autodiff.primitives import Primitive
from layerlab.autodiff.recording import FASTER, call_without_rule, settle
from layerlab.autodiff.rule import CONSTANTS, RULES, Rule, unbroadcast
from layerlab.autodiff.tape import Step, Tape, unread
from layerlab.autodiff.traced import TracedArray, Watched, unwatch

__all__ = ["NotRepeatable", "Program", "ProgramTape"]

_LOCAL = re.compile(r"\b[sgh]\d+\b")  # s3: what call 3 gave; g3: the gradient with respect to it; h3: a share of one
_LITERALS = (bool, int, str, type(None))
_FIXED = (float, np.generic, np.dtype, type, slice, range, type(...))


class NotRepeatable(Exception):
    """The step does something that its NumPy calls do not tell: it branches on data, draws, or keeps a state."""


class Program:
    """A compiled step.

    Args:
        lines: of the body.
        inputs: how many arrays it takes.
        constants: what the names in it mean.

    Attributes:
        source: the function's text: `print(program.source)`.
    """

    def __init__(self, lines: list[str], inputs: int, constants: dict[str, Any]):
        head = f"def step({', '.join(f's{i}' for i in range(inputs))}):"
        self.source = "\n    ".join([head, *_with_deletions(lines)])
        exec(compile(self.source, "<program of a tape>", "exec"), constants)
        self.run: Callable = constants["step"]


class ProgramTape(Tape):
    """A tape that writes down every call, also those that no gradient flows through, with where its arguments are from.

    An array that comes from nowhere, neither from an input nor from a variable, makes the step not repeatable: it may
    be another one next time.

    >>> with ProgramTape() as tape:
    ...     x = tape.input(np.array([1.0, 2.0, 3.0]))
    ...     y = np.sum(np.maximum(x, 2.0))
    >>> program = tape.program([y])
    >>> print(program.source)
    def step(s0):
        s1 = maximum(s0, 2.0)
        del s0
        s2 = sum(s1)
        del s1
        return [s2], []
    >>> program.run(np.array([5.0, 0.0, 1.0]))
    ([np.float64(9.0)], [])
    """

    def __init__(self):
        super().__init__()
        self._lines: list[str] = []
        self._calls: list[tuple[Step, str]] = []  # steps that have a gradient, with their arguments as text
        self._live: set[int] = set()  # slots that depend on a variable
        self._names: dict[int, str] = {}  # id of a constant -> its name in the program
        self._constants: dict[str, Any] = {"__builtins__": {}}
        self._inputs = 0

    def __enter__(self):
        super().__enter__()
        unread.discard(self)  # it is written out at once: the values of variables are not needed for long
        return self

    def input(self, array) -> TracedArray:
        """The stand-in of an array, of any dtype, that each run brings anew; inputs come before everything else."""
        assert self._slots == self._inputs, "an input after a call"
        self._inputs = self._slots = self._slots + 1
        return TracedArray(array, self, self._slots - 1)

    # --- forward ----------------------------------------------------------------------------------------------------

    def traced_variable(self, variable: Watched, value, name: str) -> TracedArray:
        is_new = not self.watches(variable)
        traced = super().traced_variable(variable, value, name)
        if is_new:
            self._live.add(traced._slot)
            self._lines.append(f"s{traced._slot} = {self._constant(variable, 'variable')}._array")
        return traced

    def record(self, function: Callable, args: tuple, kwargs: dict):
        if not self.recording:
            return super().record(function, args, kwargs)
        rule = RULES.get(function)
        if rule is None and function not in CONSTANTS:
            return call_without_rule(function, args, kwargs)
        if rule is not None and (kwargs or len(args) > rule.options.positional):
            args, kwargs = settle(function, rule.options, args, kwargs)
        args = tuple(map_nested(unwatch, argument) for argument in args)
        if rule is not None and not rule.is_sequence:
            args = tuple(self._array_of(x) if i in rule.differentiable else x for i, x in enumerate(args))
        text = self._arguments(args, kwargs)
        values = map_nested(lambda x: x._value if isinstance(x, TracedArray) else x, args)
        run = FASTER.get(function, function)
        run = run.function if isinstance(run, Primitive) else run
        step = Step(function, tuple(values), kwargs, run(*values, **kwargs), self._slots, [])
        return self._written(rule, step, run, text, args)

    def _array_of(self, argument):
        """A list of numbers as the array that the tape makes of it."""
        if not isinstance(argument, list | tuple):
            return argument
        array = np.array(argument)
        self._constant(array, "numbers")
        return array

    def _written(self, rule: Rule | None, step: Step, run: Callable, text: str, args) -> TracedArray:
        if not isinstance(step.result, np.ndarray | np.generic):
            raise NotRepeatable(f"{step.function.__name__} gives no array")
        self._lines.append(f"s{step.slot} = {self._constant(run)}({text})")
        self._slots += 1
        self._add_parents(rule, step, args)
        if step.parents:
            self._live.add(step.slot)
            self._calls.append((step, text))
        return TracedArray(step.result, self, step.slot)

    def _add_parents(self, rule: Rule | None, step: Step, args) -> None:
        if rule is None:
            return
        for position, argument in enumerate(args[0] if rule.is_sequence else args):
            if isinstance(argument, TracedArray) and argument._slot in self._live:
                if position not in rule.differentiable:
                    raise NotRepeatable("a gradient is refused here")
                step.parents.append((position, argument._slot))

    def detached(self, x: TracedArray):
        if not self.recording:
            return super().detached(x)
        self._slots += 1
        self._lines.append(f"s{self._slots - 1} = s{x._slot}")
        return TracedArray(x._value, self, self._slots - 1)

    def truth(self, value) -> bool:
        if not self.recording:
            return super().truth(value)
        raise NotRepeatable("it branches on data")

    # --- text -------------------------------------------------------------------------------------------------------

    def _arguments(self, args: Iterable, kwargs: dict) -> str:
        return ", ".join([*map(self._text, args), *(f"{key}={self._text(value)}" for key, value in kwargs.items())])

    def _text(self, value) -> str:
        if isinstance(value, TracedArray) and value._tape is self:
            return f"s{value._slot}"
        if isinstance(value, list | tuple):
            items = "".join(f"{self._text(item)}, " for item in value)
            return f"[{items}]" if isinstance(value, list) else f"({items})"
        if type(value) in _LITERALS or (type(value) is float and math.isfinite(value)):
            return repr(value)
        if isinstance(value, np.ndarray) and id(value) in self._names:
            return self._names[id(value)]
        if isinstance(value, _FIXED):
            return self._constant(value, "constant")
        raise NotRepeatable(f"a {type(value).__name__} of unknown origin")

    def _constant(self, value, name: str = "") -> str:
        if id(value) not in self._names:
            name = re.sub(r"\W", "", name or getattr(value, "__name__", "call")).strip("_")
            if keyword.iskeyword(name) or _LOCAL.fullmatch(name):
                name += "_"
            number = sum(taken.rpartition("_")[0] == name or taken == name for taken in self._constants)
            self._names[id(value)] = f"{name}_{number}" if number else name
            self._constants[self._names[id(value)]] = value  # which also keeps the id its own
        return self._names[id(value)]

    # --- backward -----------------------------------------------------------------------------------------------------

    def program(self, outputs, target=None, sources=()) -> Program:
        """The function that gives `outputs` and the gradients of the scalar `target` with respect to variables."""
        slots = [self._slot_of(source) for source in sources]
        found = self._write_back(target) if target is not None else {}
        gradients = [self._gradient(slot, found, source) for slot, source in zip(slots, sources, strict=True)]
        self._lines.append(f"return {self._text(list(outputs))}, [{', '.join(gradients)}]".replace(", ]", "]"))
        return Program(self._lines, self._inputs, self._constants)

    def _write_back(self, target: TracedArray) -> dict[int, Any]:
        """The walk of `Tape.gradient`, each of its calls made and written down; what is left are the variables'."""
        seed = np.ones((), target.dtype)
        self._lines.append(f"g{target._slot} = {self._constant(seed, 'seed')}")
        found, own = {target._slot: seed}, set[int]()
        while self._calls:
            step, text = self._calls.pop()
            if (g := found.pop(step.slot, None)) is not None:
                self._pull_back(step, text, g, found, own)
        return found

    def _pull_back(self, step: Step, text: str, g, found: dict, own: set[int]) -> None:
        rule, slot = RULES[step.function], step.parents[0][1]
        if rule.add_to is not None and slot in own:
            rule.add_to(found[slot], g, *step.args)
            self._lines.append(f"{self._constant(rule.add_to)}(g{slot}, g{step.slot}, {text})")
            return
        wanted = [position for position, _ in step.parents]
        shares = list(rule.shares(wanted, g, step.result, step.args, step.kwargs))
        for (position, slot), share, share_text in zip(
            step.parents, shares, self._shares(rule, step, text), strict=True
        ):
            argument = (step.args[0] if rule.is_sequence else step.args)[position]
            if share.shape != argument.shape:
                share = unbroadcast(share, argument.shape)
                share_text = f"{self._constant(unbroadcast)}({share_text}, {argument.shape})"
            if share.dtype != argument.dtype:
                share = share.astype(argument.dtype)
                share_text = f"{share_text}.astype({argument.dtype.name!r})"
            self._add(slot, share, share_text, found, own, is_new=rule.add_to is not None)

    def _shares(self, rule: Rule, step: Step, text: str) -> list[str]:
        given = f"g{step.slot}, s{step.slot}, {text}"
        name = step.function.__name__ + "_vjp"
        if not rule.is_joint:
            return [f"{self._constant(rule.vjps[i], name)}({given})" for i, _ in step.parents]
        parts = [f"h{slot}" for _, slot in step.parents]
        if len(set(parts)) < len(parts):
            raise NotRepeatable("the same array twice in a sequence")
        wanted = [position for position, _ in step.parents]
        self._lines.append(f"{', '.join(parts)}, = {self._constant(rule.vjps[0], name)}({wanted}, {given})")
        return parts

    def _add(self, slot: int, share, text: str, found: dict, own: set[int], is_new: bool) -> None:
        if slot in own:
            found[slot] += share
            self._lines.append(f"g{slot} += {text}")
            return
        is_new = is_new or slot in found
        self._lines.append(f"g{slot} = g{slot} + {text}" if slot in found else f"g{slot} = {text}")
        found[slot] = found[slot] + share if slot in found else share
        if is_new and share.ndim:
            own.add(slot)

    def _gradient(self, slot: int, found: dict, source) -> str:
        if slot not in found:
            return f"{self._constant(np.zeros)}({source.shape}, {source.dtype!r})"
        shared = sum(other is found[slot] for other in found.values()) > 1
        is_new = isinstance(found[slot], np.ndarray) and found[slot].flags.owndata and not shared
        return f"g{slot}" if is_new else f"{self._constant(np.array)}(g{slot})"


def _with_deletions(lines: list[str]) -> list[str]:
    """The lines, with every array let go after its last use: memory falls on the way back."""
    known: set[str] = set()
    written: list[str] = []
    for line in reversed(lines):
        names = set(_LOCAL.findall(line))
        if names - known and not line.startswith("return"):
            written.append(f"del {', '.join(sorted(names - known))}")
        written.append(line)
        known |= names
    return written[::-1]
