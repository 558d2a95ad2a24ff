"""When a training step may be run as a program, and the programs of one `fit`.

A step is written out (`autodiff/program.py`) when its shapes come for the second time, and only for models made wholly
of layers that declare `repeats`: their `call` makes the same NumPy calls each time. Everything else, and every step
after something was changed, goes the plain way through layers and tape; `compile(run_eagerly=True)` always does.
"""

from typing import NamedTuple

from layerlab import tree
from layerlab.autodiff.program import Program, ProgramTape
from layerlab.changes import number_of_changes
from layerlab.variables import Variable

__all__ = ["Repeated", "Repetition"]


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
    """The programs of a model during one `fit`.

    Args:
        model: a compiled model.
    """

    def __init__(self, model):
        self.model = model
        self._state: tuple | None = None
        self._allowed: bool | None = None  # not known before the first step: it may build layers and losses
        self._steps: dict[tuple, _Step | None] = {}  # by shapes: None until they come again

    def begin_epoch(self) -> None:
        """Look whether the model is still what it was when its steps were written out."""
        layers = [id(layer) for layer in self.model._flatten_layers()]
        state = (number_of_changes(), layers, self.model._compiled_loss)
        if state != self._state:
            self._state, self._steps, self._allowed = state, {}, None

    def step(self, batch: tuple) -> Repeated | None:
        """Loss, predictions and gradients for (x, y, sample_weight); None if the step is to be done the plain way."""
        if self._state is None or self._state[0] != number_of_changes():
            self.begin_epoch()
        if self._allowed is False:
            return None
        arrays = [leaf for leaf in tree.flatten(batch) if leaf is not None]
        key = tuple((array.shape, array.dtype) for array in arrays)
        if key not in self._steps:
            self._steps[key] = None
            return None
        if self._allowed is None:
            self._allowed = _may_repeat(self.model)
        step = self._steps[key] or (self._write(key, batch) if self._allowed else None)
        return self._run(step, arrays) if step else None

    def _run(self, step: _Step, arrays: list) -> Repeated:
        (loss, y_pred, last), gradients = step.program.run(*arrays)
        self.model._compiled_loss.last = last
        y_pred = _read_only(y_pred) if step.y_pred is None else _packed(step.y_pred, y_pred)
        return Repeated(float(loss), y_pred, step.variables, gradients)

    def _write(self, key: tuple, batch: tuple) -> _Step | None:
        """Record a step and write it out; a step that cannot be repeated ends the attempts."""
        variables = self.model.trainable_variables
        try:
            with ProgramTape() as tape:
                leaves = [None if leaf is None else tape.input(leaf) for leaf in tree.flatten(batch)]
                x, y, weight = tree.pack_sequence_as(batch, leaves)
                for variable in self.model.weights:  # frozen ones too: their values may be assigned
                    tape.watch(variable)
                y_pred = self.model(x, training=True)
                loss = self.model._loss_of(x, y, y_pred, weight, training=True)
            flat = tree.flatten(y_pred) if tree.is_nested(y_pred) else y_pred
            program = tape.program([loss, flat, self.model._compiled_loss.last], loss, variables)
        except Exception:  # whatever is wrong, the plain way says it better
            self._allowed = False
            return None
        self._steps[key] = _Step(program, tree.map_structure(lambda _: None, y_pred), variables)
        return self._steps[key]


def _read_only(array):
    view = array.view()
    view.flags.writeable = False
    return view


def _packed(structure, arrays: list):
    return tree.pack_sequence_as(structure, [_read_only(array) for array in arrays])


def _may_repeat(model) -> bool:
    """Whether nothing of a user's own takes part in a step, and every layer promises to repeat itself."""
    variables = model.trainable_variables
    if model.run_eagerly or model._report_parts or not variables or model._compiled_loss is None:
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
