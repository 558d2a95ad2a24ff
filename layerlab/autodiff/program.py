"""A tape is a program: one recorded training step, written out as the Python function that does it again.

Recording costs more than the arithmetic of a small model. When every step makes the same NumPy calls, the calls and
those of the walk back can be printed, one a line, compiled once and run without tape, layers or dispatch.
"""

import keyword
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from layerlab.autodiff.arraylike import map_nested
from layerlab.autodiff.inlining import INLINED, SHAPES_ONLY, Inline, sum_of_rows
from layerlab.autodiff.primitives import Primitive
from layerlab.autodiff.recording import FASTER, call_without_rule, settle
from layerlab.autodiff.rule import CONSTANTS, KEEPING, RULES, Rule, unbroadcast
from layerlab.autodiff.tape import Step, Tape, unread
from layerlab.autodiff.traced import TracedArray, Watched, unwatch

__all__ = ["NotRepeatable", "Program", "ProgramTape"]

# s3: what call 3 gave; k3: what it keeps for its gradient; g3: the gradient with respect to s3; h3: a share of one
_LOCAL = re.compile(r"\b[skgh]\d+\b")
_LITERALS = (bool, int, str, type(None))
_FIXED = (float, np.generic, np.dtype, type, slice, range, type(...))


class NotRepeatable(Exception):
    """The step does something that its NumPy calls do not tell: it branches on data, draws, or keeps a state."""


class _Call(NamedTuple):
    """A step that has a gradient, as it is written."""

    step: Step
    texts: list[str]  # of the arguments
    keywords: list[str]
    inline: Inline | None

    def given(self) -> str:
        """What a VJP is called with."""
        kept = f"k{self.step.slot}" if self.step.kept is not self.step.result else f"s{self.step.slot}"
        return ", ".join([f"g{self.step.slot}", kept, *self.texts, *self.keywords])


class Program:
    """A compiled step.

    Args:
        lines: of the body.
        inputs: how many arrays it takes.
        constants: what the names in it mean.
        assigned: variables that are to have other values after it; if there are any, a run's last output are these, for
            `assign`.

    Attributes:
        source: the function's text: `print(program.source)`.
    """

    def __init__(self, lines: list[str], inputs: int, constants: dict[str, Any], assigned: Sequence = ()):
        self.assigned = assigned
        head = f"def step({', '.join(f's{i}' for i in range(inputs))}):"
        self.source = "\n    ".join([head, *_with_deletions(lines)])
        exec(compile(self.source, "<program of a tape>", "exec"), constants)
        self.run: Callable = constants["step"]

    def assign(self, values: Sequence) -> None:
        """Give the variables the values that a run found for them; until then nothing has changed."""
        for variable, value in zip(self.assigned, values, strict=True):
            variable._array = np.array(value)  # a copy, as of any assignment: it may be the batch itself


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

    def __init__(self, for_gradients: bool = True):
        super().__init__()
        self._for_gradients = for_gradients
        self._lines: list[str] = []
        self._calls: list[_Call] = []
        self._live: set[int] = set()  # slots that depend on a variable
        self._names: dict[int, str] = {}  # id of a constant -> its name in the program
        self._constants: dict[str, Any] = {"__builtins__": {}}
        self._assigned: dict[int, tuple[Watched, TracedArray]] = {}  # id of a variable -> what it is to become
        self._named: Counter[str] = Counter()  # how many constants have a name already
        self._inputs = 0
        self._fixed: set[int] = set()  # slots whose gradient is the same in every run

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
        if id(variable) in self._assigned:
            return self._assigned[id(variable)][1]
        is_new = not self.watches(variable)
        traced = super().traced_variable(variable, value, name)
        if is_new:
            if self._for_gradients:
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
        texts = [self._text(argument) for argument in args]
        keywords = [f"{key}={self._text(value)}" for key, value in kwargs.items()]
        values = tuple(map_nested(lambda x: x._value if isinstance(x, TracedArray) else x, args))
        step, run = self._done(function, values, kwargs, self._parents(rule, args))
        short = INLINED[function](self._constant, *values) if function in INLINED and not kwargs else None
        return self._written(_Call(step, texts, keywords, short), run)

    def _array_of(self, argument):
        """A list of numbers as the array that the tape makes of it."""
        if not isinstance(argument, list | tuple):
            return argument
        array = np.array(argument)
        self._constant(array, "numbers")
        return array

    def _done(self, function: Callable, values: tuple, kwargs: dict, parents: list) -> tuple[Step, Callable]:
        """The call, made, and the function that made it."""
        if parents and function in KEEPING:
            run = KEEPING[function]
            result, kept = run(*values, **kwargs)
        else:
            run = FASTER.get(function, function)
            run = run.function if isinstance(run, Primitive) else run
            result = kept = run(*values, **kwargs)
        if not isinstance(result, np.ndarray | np.generic):
            raise NotRepeatable(f"{function.__name__} gives no array")
        return Step(function, values, kwargs, result, kept, self._slots, parents), run

    def _written(self, call: _Call, run: Callable) -> TracedArray:
        step, texts = call.step, call.texts
        results = f"s{step.slot}" if step.kept is step.result else f"s{step.slot}, k{step.slot}"
        if call.inline is not None:
            text = call.inline.forward.format(*texts)
        else:
            text = f"{self._constant(run, step.function.__name__)}({', '.join([*texts, *call.keywords])})"
        self._lines.append(f"{results} = {text}")
        self._slots += 1
        if step.parents:
            self._live.add(step.slot)
            self._calls.append(call)
        return TracedArray(step.result, self, step.slot)

    def _parents(self, rule: Rule | None, args) -> list[tuple[int, int]]:
        """(position among the arguments, slot) of those that depend on a variable."""
        parents: list[tuple[int, int]] = []
        if rule is None:
            return parents
        for position, argument in enumerate(args[0] if rule.is_sequence else args):
            if isinstance(argument, TracedArray) and argument._slot in self._live:
                if position not in rule.differentiable:
                    raise NotRepeatable("a gradient is refused here")
                parents.append((position, argument._slot))
        return parents

    def detached(self, x: TracedArray):
        if not self.recording:
            return super().detached(x)
        self._slots += 1
        self._lines.append(f"s{self._slots - 1} = s{x._slot}")
        return TracedArray(x._value, self, self._slots - 1)

    def assign(self, variable: Watched, value: TracedArray) -> TracedArray:
        """Let a variable become this after each run, and be it from here on; now nothing is assigned."""
        if (value.shape, value.dtype) != (variable._array.shape, variable._array.dtype):
            raise NotRepeatable("what is assigned has another shape or type")
        self._assigned[id(variable)] = variable, value
        return value

    def read(self, variable: Watched):
        return self.traced_variable(variable, variable._array, variable.name)

    def truth(self, value) -> bool:
        if not self.recording:
            return super().truth(value)
        raise NotRepeatable("it branches on data")

    # --- text -------------------------------------------------------------------------------------------------------

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
        if isinstance(value, _FIXED) or _is_frozen(value):
            return self._constant(value, "constant")
        raise NotRepeatable(f"a {type(value).__name__} of unknown origin")

    def _constant(self, value, name: str = "") -> str:
        if id(value) not in self._names:
            name = re.sub(r"\W", "", name or getattr(value, "__name__", "call")).strip("_")
            if keyword.iskeyword(name) or _LOCAL.fullmatch(name):
                name += "_"
            while (own := f"{name}_{self._named[name]}" if self._named[name] else name) in self._constants:
                self._named[name] += 1
            self._names[id(value)] = own
            self._constants[own] = value  # which also keeps the id its own
        return self._names[id(value)]

    # --- backward -----------------------------------------------------------------------------------------------------

    def program(self, outputs, target=None, sources=()) -> Program:
        """The function that gives `outputs` and the gradients of the scalar `target` with respect to variables."""
        slots = [self._slot_of(source) for source in sources]
        found = self._write_back(target) if target is not None else {}
        gradients = [self._gradient(slot, found, source) for slot, source in zip(slots, sources, strict=True)]
        if self._assigned:
            outputs = [*outputs, [value for _, value in self._assigned.values()]]
        self._lines.append(f"return {self._text(list(outputs))}, [{', '.join(gradients)}]".replace(", ]", "]"))
        assigned = [variable for variable, _ in self._assigned.values()]
        return Program(self._lines, self._inputs, self._constants, assigned)

    def _write_back(self, target: TracedArray) -> dict[int, Any]:
        """The walk of `Tape.gradient`, each of its calls made and written down; what is left are the variables'."""
        seed = np.ones((), target.dtype)
        self._lines.append(f"g{target._slot} = {self._constant(seed, 'seed')}")
        found, own = {target._slot: seed}, set[int]()
        self._fixed = {target._slot}
        while self._calls:
            call = self._calls.pop()
            if (g := found.pop(call.step.slot, None)) is not None:
                self._pull_back(call, g, found, own)
        return found

    def _pull_back(self, call: _Call, g, found: dict, own: set[int]) -> None:
        step, rule, slot = call.step, RULES[call.step.function], call.step.parents[0][1]
        if rule.add_to is not None and slot in own:
            rule.add_to(found[slot], g, *step.args)
            self._lines.append(f"{self._constant(rule.add_to)}(g{slot}, g{step.slot}, {', '.join(call.texts)})")
            return
        wanted = [position for position, _ in step.parents]
        shares = list(rule.shares(wanted, g, step.kept, step.args, step.kwargs))
        is_fixed = step.slot in self._fixed and step.function in SHAPES_ONLY
        texts = [""] * len(shares) if is_fixed else self._shares(rule, call)
        for (position, slot), share, text in zip(step.parents, shares, texts, strict=True):
            share, text = self._fitted(share, text, (step.args[0] if rule.is_sequence else step.args)[position])
            if is_fixed:
                text = self._constant(share, "gradient")
            (self._fixed.add if is_fixed and slot not in found else self._fixed.discard)(slot)
            self._add(slot, share, text, found, own, is_new=rule.add_to is not None)

    def _shares(self, rule: Rule, call: _Call) -> list[str]:
        """The text of each parent's share."""
        step, name = call.step, call.step.function.__name__ + "_vjp"
        parts = [f"h{slot}" for _, slot in step.parents]
        if call.inline is not None:
            g, y = f"g{step.slot}", f"s{step.slot}"
            if call.inline.both and len(set(parts)) == len(call.inline.vjps):
                text, *forms = call.inline.both
                self._lines.append(f"{', '.join(parts)} = {text.format(*call.texts, g=g)}")
                return [form.format(h=part) for form, part in zip(forms, parts, strict=True)]
            return [call.inline.vjps[i].format(*call.texts, g=g, y=y) for i, _ in step.parents]
        if not rule.is_joint:
            return [f"{self._constant(rule.vjps[i], name)}({call.given()})" for i, _ in step.parents]
        if len(set(parts)) < len(parts):
            raise NotRepeatable("the same array twice in a sequence")
        wanted = [position for position, _ in step.parents]
        self._lines.append(f"{', '.join(parts)}, = {self._constant(rule.vjps[0], name)}({wanted}, {call.given()})")
        return parts

    def _fitted(self, share, text: str, argument) -> tuple[Any, str]:
        """A share in its argument's shape and dtype."""
        if share.shape != argument.shape:
            rows = sum_of_rows(self._constant, share) if argument.shape == share.shape[1:] else None
            rows = rows or f"{self._constant(unbroadcast)}({{}}, {argument.shape})"
            share, text = unbroadcast(share, argument.shape), rows.format(text)
        if share.dtype != argument.dtype:
            share, text = share.astype(argument.dtype), f"({text}).astype({argument.dtype.name!r})"
        return share, text

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
        is_new = is_new and slot not in self._fixed
        return f"g{slot}" if is_new else f"{self._constant(np.array)}(g{slot})"


def _is_frozen(value) -> bool:
    """Whether it is of a frozen dataclass, such as the windows of a layer, or an array that was made read-only."""
    if isinstance(value, np.ndarray):
        return value.base is None and not value.flags.writeable
    return getattr(getattr(value, "__dataclass_params__", None), "frozen", False)


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
