"""When a training step may be run as a program, and the programs that a model has.

A step is written out (`autodiff/program.py`) when its shapes come for the second time, and only for models made wholly
of layers that declare `repeats`: their `call` makes the same NumPy calls each time. Everything else, and every step
after something was changed, goes the plain way through layers and tape; `compile(run_eagerly=True)` always does.
"""

from collections.abc import Sequence
from typing import NamedTuple

from layerlab import tree
from layerlab.autodiff.program import Program, ProgramTape
from layerlab.changes import number_of_changes
from layerlab.variables import Variable

__all__ = ["Repeated", "Repetition"]

MOST = 32  # shapes of batches; more of them come once each


class Repeated(NamedTuple):
    """What a step run as a program gave."""

    loss: float
    y_pred: object
    variables: list[Variable]
    gradients: list


class _Step(NamedTuple):
    """A program, and where its outputs go."""

    program: Program
    y_pred: object
    variables: list[Variable]


class Repetition:
    """The programs of a compiled model, one for each shape of batch that came more than once."""

    def __init__(self):
        self._changes = -1
        self._allowed: bool | None = None  # not known before the first step: it may build layers and losses
        self._steps: dict[tuple, _Step | None] = {}  # by shapes: None until they come again

    def __reduce__(self):
        return Repetition, ()  # a copied or unpickled model writes its own

    def step(self, model, batch: tuple) -> Repeated | None:
        """Loss, predictions and gradients for (x, y, sample_weight); None if the step is to be done the plain way."""
        if self._changes != number_of_changes():
            self._changes, self._allowed, self._steps = number_of_changes(), None, {}
        if self._allowed is False:
            return None
        leaves = tree.flatten(batch) if any(map(tree.is_nested, batch)) else batch
        key = _key(batch, leaves)
        if key not in self._steps:
            if len(self._steps) < MOST:
                self._steps[key] = None
            return None
        if self._allowed is None:
            self._allowed = _may_repeat(model)
        if self._allowed and self._steps[key] is None:
            self._write(model, key, batch)
        step = self._steps[key]
        return None if step is None else _run(model, step, [leaf for leaf in leaves if leaf is not None])

    def _write(self, model, key: tuple, batch: tuple) -> None:
        """Record a step and write it out; one that cannot be repeated ends the attempts."""
        variables = model.trainable_variables
        try:
            with ProgramTape() as tape:
                leaves = [None if leaf is None else tape.input(leaf) for leaf in tree.flatten(batch)]
                x, y, weight = tree.pack_sequence_as(batch, leaves)
                for variable in model.weights:  # frozen ones too: their values may be assigned
                    tape.watch(variable)
                y_pred = model(x, training=True)
                loss = model._loss_of(x, y, y_pred, weight, training=True)
            flat = tree.flatten(y_pred) if tree.is_nested(y_pred) else y_pred
            program = tape.program([loss, flat, model._compiled_loss.last], loss, variables)
        except Exception:  # whatever is wrong, the plain way says it better
            self._allowed = False
            return
        self._steps[key] = _Step(program, tree.map_structure(lambda _: None, y_pred), variables)


def _key(batch: tuple, leaves: Sequence) -> tuple:
    """What a program is written for: the shapes, and how the arrays are nested."""
    nesting = "" if leaves is batch else str(tree.nesting(batch))
    return (nesting, *[None if leaf is None else (leaf.shape, leaf.dtype) for leaf in leaves])


def _run(model, step: _Step, arrays: list) -> Repeated:
    (loss, y_pred, model._compiled_loss.last), gradients = step.program.run(*arrays)
    y_pred = _read_only(y_pred) if step.y_pred is None else _packed(step.y_pred, y_pred)
    return Repeated(float(loss), y_pred, step.variables, gradients)


def _read_only(array):
    view = array.view()
    view.flags.writeable = False
    return view


def _packed(structure, arrays: list):
    return tree.pack_sequence_as(structure, [_read_only(array) for array in arrays])


def _may_repeat(model) -> bool:
    """Whether nothing of a user's own takes part in a step, and every layer promises to repeat itself."""
    variables = model.trainable_variables
    if model.run_eagerly or not variables or model._compiled_loss is None:
        return False
    layers = model._flatten_layers()
    parts = [*layers, *model._compiled_loss.functions, *(v.regularizer for v in variables if v.regularizer is not None)]
    return all(layer.repeats and layer.activity_regularizer is None for layer in layers) and all(map(_is_ours, parts))


def _is_ours(thing) -> bool:
    """Whether an object, and the functions and objects in its attributes that can be called, come with this package."""
    called = [value for value in getattr(thing, "__dict__", {}).values() if callable(value)]
    return all(_module(one).partition(".")[0] == "layerlab" for one in (thing, *called))


def _module(thing) -> str:
    owner = thing if hasattr(thing, "__qualname__") else type(thing)
    return getattr(owner, "__module__", None) or ""
