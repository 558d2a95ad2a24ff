"""When a step of training or testing, or a prediction, may be run as a program, and the programs that a model has.

One is written out (`autodiff/program.py`) when its shapes come for the second time, and only for models made wholly of
layers that declare `repeats`: their `call` makes the same NumPy calls each time. Of what is a user's own
`compile(jit_compile=True)` says so. Everything else, and whatever comes after something was changed, goes the plain way
through layers and tape; `compile(run_eagerly=True)` always does.
"""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from layerlab import tree
from layerlab.autodiff.program import NotRepeatable, Program, ProgramTape
from layerlab.autodiff.traced import TracedArray
from layerlab.changes import number_of_changes
from layerlab.masking import get_mask
from layerlab.variables import Variable

__all__ = ["Repeated", "Repetition"]

MOST = 32  # shapes of batches; more of them come once each


class Repeated(NamedTuple):
    """What a step run as a program gave."""

    loss: float
    y_pred: object
    variables: list[Variable]
    gradients: list
    program: Program
    states: list  # for `program.assign`, once the step is known to be a good one


class _Written(NamedTuple):
    """A program, where its outputs go, and the variables that it has gradients of."""

    program: Program
    y_pred: Any
    variables: list[Variable]


class Repetition:
    """The programs of a model, one for each shape of batch that came more than once.

    Attributes:
        found: for `remembering`, what was found in the model since the last change.
    """

    def __init__(self):
        self._forget()

    def _forget(self) -> None:
        self._changes = number_of_changes()
        self._allowed: dict[Callable, bool] = {}  # not known before the first step: it may build layers and losses
        self._programs: dict[tuple, _Written | None] = {}  # by shapes: None until they come again
        self.found: dict = {}

    def __reduce__(self):
        return Repetition, ()  # a copied or unpickled model writes its own

    def step(self, model, batch: tuple) -> Repeated | None:
        """Loss, predictions and gradients for (x, y, sample_weight); None if the step is to be done the plain way."""
        found = self._run(_write_step, model, batch)
        if found is None:
            return None
        written, (loss, y_pred, model._compiled_loss.last), gradients, states = found
        y_pred = _packed(written.y_pred, y_pred)
        return Repeated(float(loss), y_pred, written.variables, gradients, written.program, states)

    def test(self, model, batch: tuple) -> tuple[float, Any] | None:
        """(loss, predictions) for (x, y, sample_weight); None if they are to be computed the plain way."""
        found = self._run(_write_test, model, batch)
        if found is None:
            return None
        written, (loss, y_pred, model._compiled_loss.last), _, states = found
        written.program.assign(states)
        return float(loss), _packed(written.y_pred, y_pred)

    def step_for(self, batch: tuple) -> Program | None:
        """The program that `step` has for such a batch."""
        return self._program_for(_write_step, batch)

    def test_for(self, batch: tuple) -> Program | None:
        """The program that `test` has for such a batch."""
        return self._program_for(_write_test, batch)

    def _program_for(self, write: Callable, batch: tuple) -> Program | None:
        if self._changes != number_of_changes():
            return None
        written = self._programs.get(_key(write, batch, _leaves(batch)))
        return None if written is None else written.program

    def prediction(self, model, x) -> list | None:
        """[the outputs for x]; None if they are to be computed the plain way."""
        found = self._run(_write_prediction, model, (x,))
        if found is None:
            return None
        written, (y_pred,), _, states = found
        written.program.assign(states)
        return [y_pred if written.y_pred is None else tree.pack_sequence_as(written.y_pred, y_pred)]

    def _run(self, write: Callable, model, batch: tuple) -> tuple[_Written, list, list, list] | None:
        """What was written for batches like this one, its outputs and gradients, and what it would assign."""
        if self._changes != number_of_changes():
            self._forget()
        if self._allowed.get(write) is False:
            return None
        leaves = _leaves(batch)
        key = _key(write, batch, leaves)
        if key not in self._programs:
            if len(self._programs) < MOST:
                self._programs[key] = None
            return None
        written = self._programs[key] or self._write(write, model, key, batch)
        if written is None:
            return None
        try:
            outputs, gradients = written.program.run(*[leaf for leaf in leaves if leaf is not None])
        except Exception:  # nothing has changed yet, and the plain way names the layer
            return None
        return written, outputs, gradients, outputs.pop() if written.program.assigned else []

    def _write(self, write: Callable, model, key: tuple, batch: tuple) -> _Written | None:
        """Record a step and write it out; one that cannot be repeated ends the attempts."""
        try:
            self._allowed[write] = _may_repeat(model, trains=write is _write_step)
            if self._allowed[write]:
                with _as_if_never_tried(model):
                    self._programs[key] = write(model, batch)
        except Exception:  # whatever is wrong, the plain way says it better
            self._allowed[write] = False
        return self._programs.get(key)


@contextlib.contextmanager
def _as_if_never_tried(model):
    """After an error variables have their values again, and random streams go on where they were."""
    values = [(variable, variable._array) for variable in model.variables]
    stream = np.random.get_state()  # noqa: NPY002 - the one that Keras's shuffling draws from
    try:
        yield
    except Exception:
        for variable, array in values:
            variable._array = array
        np.random.set_state(stream)  # noqa: NPY002
        raise


def _write_step(model, batch: tuple) -> _Written:
    variables = model.trainable_variables
    if not variables:
        raise NotRepeatable("nothing to train")
    with ProgramTape() as tape:
        loss, flat, structure = _judged(tape, model, batch, training=True)
    program = tape.program([loss, flat, model._compiled_loss.last], loss, variables)
    return _Written(program, structure, variables)


def _write_test(model, batch: tuple) -> _Written:
    with ProgramTape(for_gradients=False) as tape:
        loss, flat, structure = _judged(tape, model, batch, training=False)
    return _Written(tape.program([loss, flat, model._compiled_loss.last]), structure, [])


def _write_prediction(model, batch: tuple) -> _Written:
    with ProgramTape(for_gradients=False) as tape:
        (x,) = _inputs(tape, model, batch)
        flat, structure = _flat(model(x, training=False))
    return _Written(tape.program([flat]), structure, [])


def _judged(tape: ProgramTape, model, batch: tuple, training: bool) -> tuple:
    """(loss, predictions, how these are nested), if nothing of a user's own takes part in the loss."""
    if model._compiled_loss is None:
        raise NotRepeatable("a loss made of penalties only")
    penalties = [v.regularizer for v in model.trainable_variables if v.regularizer is not None]
    if not model.jit_compile and not all(map(_is_ours, [*model._compiled_loss.functions, *penalties])):
        raise NotRepeatable("something of a user's own takes part in the loss")
    x, y, weight = _inputs(tape, model, batch)
    y_pred = model(x, training=training)
    return (model._loss_of(x, y, y_pred, weight, training=training), *_flat(y_pred))


def _flat(y_pred) -> tuple:
    """(a prediction or a list of them, how they are nested or None)"""
    for leaf in tree.flatten(y_pred):
        if not isinstance(leaf, TracedArray):
            raise NotRepeatable("an output that does not come from the input would be the same array every time")
        if get_mask(leaf) is not None:
            raise NotRepeatable("programs give arrays, which have no masks")
    if not tree.is_nested(y_pred):
        return y_pred, None
    return tree.flatten(y_pred), tree.map_structure(lambda _: None, y_pred)


def _inputs(tape: ProgramTape, model, batch: tuple) -> tuple:
    """The batch as what the program is given; the values of all variables are read anew each time, too."""
    leaves = [None if leaf is None else tape.input(leaf) for leaf in tree.flatten(batch)]
    for variable in model.weights:  # frozen ones too: their values may be assigned
        tape.watch(variable)
    return tree.pack_sequence_as(batch, leaves)


def _leaves(batch: tuple) -> Sequence:
    return tree.flatten(batch) if any(map(tree.is_nested, batch)) else batch


def _key(kind: Callable, batch: tuple, leaves: Sequence) -> tuple:
    """What a program is written for: the shapes, and how the arrays are nested."""
    nesting = "" if leaves is batch else str(tree.nesting(batch))
    return (kind, nesting, *[None if leaf is None else (leaf.shape, leaf.dtype) for leaf in leaves])


def _packed(structure, y_pred):
    """The predictions as the model nests them, read-only: metrics and losses only look."""
    return _read_only(y_pred) if structure is None else tree.pack_sequence_as(structure, list(map(_read_only, y_pred)))


def _read_only(array):
    view = array.view()
    view.setflags(write=False)
    return view


def _may_repeat(model, trains: bool) -> bool:
    """Whether every layer promises to repeat itself, or is a user's own and `jit_compile` promises it."""
    layers = model._flatten_layers()
    penalized = any(layer.activity_regularizer is not None for layer in layers)
    if penalized or model.run_eagerly:
        return False
    return all(_repeats(layer, trains) if _is_ours(layer) else model.jit_compile for layer in layers)


def _repeats(layer, trains: bool) -> bool:
    return layer.repeats or (layer.repeats_predictions and not trains)


def _is_ours(thing) -> bool:
    """Whether an object, and the functions and objects in its attributes that can be called, come with this package."""
    called = [value for value in getattr(thing, "__dict__", {}).values() if callable(value)]
    return all(_module(one).partition(".")[0] == "layerlab" for one in (thing, *called))


def _module(thing) -> str:
    owner = thing if hasattr(thing, "__qualname__") else type(thing)
    return getattr(owner, "__module__", None) or ""
