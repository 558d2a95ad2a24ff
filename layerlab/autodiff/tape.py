"""The tape: a list of the NumPy calls that touched a traced array, and the walk back along it.

Traced arrays send each NumPy call to `Tape.record`; `Tape.gradient` reads the list in reverse through the VJP rules.
"""

import contextvars
import weakref
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from layerlab.autodiff import refusals
from layerlab.autodiff.arraylike import map_nested
from layerlab.autodiff.recording import FASTER, call_off_tape, call_without_rule, plain_arguments, settle
from layerlab.autodiff.refusals import TracingError
from layerlab.autodiff.rule import KEEPING, RULES, unbroadcast
from layerlab.autodiff.traced import TracedArray, Watched

__all__ = ["Tape", "active_tape", "needed", "off_tape", "unread"]

_active: contextvars.ContextVar["Tape | None"] = contextvars.ContextVar("active_tape", default=None)
active_tape = _active.get  # the tape that records in this thread, if one does


class off_tape:
    """Record nothing inside the block: variables give their plain values."""

    def __enter__(self):
        self._token = _active.set(None)

    def __exit__(self, *exception):
        _active.reset(self._token)


def needed(variables: Iterable) -> list:
    """The variables on whose arrays a gradient depends that may still be asked: do not write into these arrays."""
    tapes = list(unread) if unread else []
    return [variable for variable in variables if any(tape.watches(variable) for tape in tapes)] if tapes else []


class Step(NamedTuple):
    """One recorded call: arguments as plain values, and which of them came from which slot of the tape."""

    function: Callable
    args: tuple
    kwargs: dict
    result: Any
    kept: Any  # for the VJPs: the result itself, unless the function is in KEEPING
    slot: int
    parents: list[tuple[int, int]]  # (position among the arguments, slot that it came from)


class Tape:
    """Records NumPy calls, then gives gradients by walking the record backward.

    Args:
        persistent: keep the record after `gradient`, so that it can be asked again and printed.

    >>> with Tape() as tape:
    ...     x = tape.watch(np.array([1.0, 2.0, 3.0]))
    ...     y = np.sum(x**2)
    >>> print(tape)
    watch -> (3,)
    power (3,) 2 -> (3,)
    sum (3,) -> ()
    >>> tape.gradient(y, x)
    array([2., 4., 6.])

    Source: reverse-mode automatic differentiation, Griewank and Walther, "Evaluating Derivatives" (2008), ch. 3.
    """

    def __init__(self, persistent: bool = False):
        self.persistent = persistent
        self.recording = False
        self._steps: list[Step] = []
        self._released = False
        self._slots = 0
        self._watched: list[tuple[int, tuple[int, ...], str]] = []  # (number of steps before it, shape, name)
        self._variables: dict[int, tuple[int, Any]] = {}  # id -> (slot, the variable, kept alive)
        self.overwritten: list[tuple[Any, np.ndarray]] = []  # variables that were assigned, and what they were

    def __enter__(self):
        if _active.get() is not None:
            raise RuntimeError("A tape is already recording. Nested tapes (second derivatives) are not supported.")
        if self._slots:
            raise RuntimeError("A tape records once. Make a new Tape() for another recording.")
        self.recording, self._token = True, _active.set(self)
        unread.add(self)
        return self

    def __exit__(self, *exception):
        self.recording = False
        _active.reset(self._token)

    def watch(self, array) -> TracedArray:
        """A traced stand-in for a float array: use it in the computation to get its gradient.

        Raises:
            TypeError: the array is not floating point.
        """
        if not self.recording:
            raise RuntimeError("watch() works only inside `with Tape() as tape:`.")
        if isinstance(array, TracedArray):
            if array._tape is not self:
                refusals.other_tape()
            return array
        value = array._array if isinstance(array, Watched) else np.array(array)
        if not np.issubdtype(value.dtype, np.floating):
            raise TypeError(
                f"Only floating-point arrays have gradients. Received: dtype {value.dtype}. "
                "Convert it first, for example with x.astype('float32')."
            )
        if isinstance(array, Watched):
            return self.traced_variable(array, value, array.name)
        return self._new_leaf(value, "watch")

    def watches(self, variable: Watched) -> bool:
        """Whether a variable has been used or watched on this tape."""
        return id(variable) in self._variables

    def traced_variable(self, variable: Watched, value, name: str) -> TracedArray:
        """The stand-in of a variable on this tape; the same slot every time it is used, whatever its value then."""
        key = id(variable)
        if key in self._variables:
            return TracedArray(value, self, self._variables[key][0])
        leaf = self._new_leaf(value, name)
        self._variables[key] = (leaf._slot, variable)
        return leaf

    def _new_leaf(self, value, name):
        self._watched.append((len(self._steps), value.shape, name))
        self._slots += 1
        return TracedArray(value, self, self._slots - 1)

    def record(self, function: Callable, args: tuple, kwargs: dict):
        """Run a NumPy call on the plain values and write it down."""
        if not self.recording:
            return call_off_tape(function, args, kwargs)
        rule = RULES.get(function)
        if rule is None:
            return call_without_rule(function, args, kwargs)
        if kwargs or len(args) > rule.options.positional:
            args, kwargs = settle(function, rule.options, args, kwargs)
        if rule.is_sequence:
            arrays, parents = plain_arguments(function, rule, args[0], self)
            values = (arrays, *args[1:])
        else:
            values, parents = plain_arguments(function, rule, args, self)
        if function in KEEPING:
            result, kept = KEEPING[function](*values, **kwargs)
        else:
            result = kept = FASTER.get(function, function)(*values, **kwargs)
        if getattr(result, "dtype", _NO_DTYPE).kind != "f":
            refusals.result(function, result)
        slot = self._slots
        self._slots = slot + 1
        self._steps.append(Step(function, values, kwargs, result, kept, slot, parents))
        return TracedArray(result, self, slot)

    def detached(self, x: TracedArray):
        """What `stop_gradient` gives for an array of this tape."""
        view = np.asarray(x._value).view()
        view.flags.writeable = False
        return view

    def undo_assignments(self) -> None:
        """Give variables that were assigned while the tape recorded the values from before."""
        while self.overwritten:
            variable, array = self.overwritten.pop()
            variable._array = array

    def read(self, variable: Watched):
        """The value of a variable for something that has no gradient, such as a draw with the seed that it holds."""
        return variable._array

    def truth(self, value) -> bool:
        """A branch taken, as with any Python value; no number leaves the tape."""
        return bool(value)

    def __str__(self):
        if self._released:
            return "<Tape: released by gradient(); Tape(persistent=True) keeps its record>"
        lines: list[tuple[float, str]] = [(before, f"{name} -> {shape}") for before, shape, name in self._watched]
        lines += [(i + 0.5, _describe(step)) for i, step in enumerate(self._steps)]
        return "\n".join(text for _, text in sorted(lines, key=lambda line: line[0]))

    def __len__(self):
        return len(self._steps)

    def gradient(self, target, sources, output_gradients=None):
        """The gradient of a scalar with respect to each source.

        Args:
            target: a traced scalar; or an array, with `output_gradients` of its shape.
            sources: a traced array or a variable, or lists, tuples and dictionaries of them.
            output_gradients: the gradient of the final quantity with respect to `target` (1 for a scalar).

        Returns:
            An ndarray of each source's shape and dtype, zeros where the target does not depend on it, nested as
            `sources` is.

        Raises:
            TracingError: the target was not computed on this tape, or the record is used up.
        """
        self._check_target(target)
        slots: set[int] = set()
        map_nested(lambda source: slots.add(self._slot_of(source)), sources)
        gradients = self._walk_back(target, _seed(target, output_gradients), slots)
        return map_nested(lambda source: _or_zeros(gradients.get(self._slot_of(source)), source), sources)

    def _check_target(self, target):
        if self._released:
            raise TracingError("gradient() uses up the tape's record. Tape(persistent=True) lets you ask again.")
        if not isinstance(target, TracedArray) or target._tape is not self:
            raise TracingError(
                "The target of gradient() was not computed from watched arrays or variables on this tape. "
                f"Received: {type(target).__name__}."
            )

    def _slot_of(self, source) -> int:
        if isinstance(source, TracedArray) and source._tape is self:
            return source._slot
        if isinstance(source, Watched):
            return self._variables.get(id(source), (-1,))[0]
        raise TracingError(
            f"A source of gradient() must be an array from this tape's watch(), or a variable. "
            f"Received: {type(source).__name__}."
        )

    def _walk_back(self, target, seed, wanted) -> dict[int, np.ndarray]:
        gradients, own = {target._slot: seed}, set[int]()
        kept = {slot: seed for slot in wanted if slot == target._slot}
        steps = list(self._steps) if self.persistent else self._steps
        self._released = not self.persistent
        if self._released:
            unread.discard(self)
        while steps:
            step = steps.pop()  # memory falls as we go
            g = gradients.pop(step.slot, None)
            if g is None:
                continue
            if step.slot in wanted:
                kept[step.slot] = g
            try:
                _pull_back(step, g, gradients, own)
            except Exception as error:
                error.add_note(f"This happened in the gradient of: {_describe(step)}")
                raise
        return {**kept, **gradients}


def _pull_back(step: Step, g, gradients: dict, own: set[int]) -> None:
    """Add each parent's share of `g` to `gradients`; those in `own` are arrays made here, which may be written into."""
    rule = RULES[step.function]
    if rule.add_to is not None and (slot := step.parents[0][1]) in own:
        rule.add_to(gradients[slot], g, *step.args)
        return
    arrays = step.args[0] if rule.is_sequence else step.args
    wanted = [position for position, _ in step.parents]
    shares = rule.shares(wanted, g, step.kept, step.args, step.kwargs)
    for (position, slot), share in zip(step.parents, shares, strict=True):
        argument = arrays[position]
        share = unbroadcast(share, argument.shape)
        if share.dtype != argument.dtype:
            share = share.astype(argument.dtype)
        _add(gradients, own, slot, share, is_new=rule.add_to is not None)


def _add(gradients: dict, own: set[int], slot: int, share, is_new: bool) -> None:
    if slot in own:
        gradients[slot] += share
        return
    is_new = is_new or slot in gradients
    gradients[slot] = gradients[slot] + share if slot in gradients else share
    if is_new and share.ndim:  # a sum of numbers is no array
        own.add(slot)


def _seed(target, output_gradients):
    if output_gradients is None:
        if target.shape != ():
            raise TracingError(
                f"gradient() needs a scalar to differentiate. Received: shape {target.shape}. "
                "Reduce it with np.sum or np.mean, or pass output_gradients of that shape."
            )
        return np.ones((), target.dtype)
    seed = np.asarray(output_gradients, dtype=target.dtype)
    if seed.shape != target.shape:
        raise ValueError(f"output_gradients must have the target's shape {target.shape}. Received: {seed.shape}.")
    return seed


def _or_zeros(gradient, source):
    return np.zeros(source.shape, source.dtype) if gradient is None else np.array(gradient)


def _describe(step: Step) -> str:
    def text(argument):
        if isinstance(argument, np.ndarray | np.generic):
            return str(argument.shape)
        if isinstance(argument, list | tuple) and any(isinstance(item, np.ndarray) for item in argument):
            return "[" + " ".join(map(text, argument)) + "]"
        return str(argument)

    keywords = [f"{key}={text(value)}" for key, value in step.kwargs.items()]
    words = [step.function.__name__, *map(text, step.args), *keywords, "->", str(step.result.shape)]
    return " ".join(words)


_NO_DTYPE = np.dtype(object)  # of a result that is not one array
unread: weakref.WeakSet[Tape] = weakref.WeakSet()  # tapes that can still be asked for a gradient
