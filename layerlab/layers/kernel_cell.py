"""What the cells with a kernel share: weights for input and state, their options, dropout for a whole sequence.

A call is made of two halves, `project` for the input and `advance` for the state, so that a layer can do the first half
for all time steps at once, or with `run` both.
"""

from typing import Any

import numpy as np

from layerlab import activations, constraints, initializers, random, regularizers
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__ = ["DROPOUT", "OPTIONS", "masked_product", "zero_state"]

_WEIGHTS = ("kernel", "recurrent", "bias")
_KINDS = ("initializer", "regularizer", "constraint")
OPTIONS = tuple(f"{weight}_{kind}" for kind in _KINDS for weight in _WEIGHTS)
DROPOUT = ("dropout", "recurrent_dropout", "seed")
# ending of an argument's name -> how the argument is understood
_UNDERSTOOD = {
    "activation": activations.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
    "units": lambda units: _checked_units(units),
    "dropout": lambda rate: _clipped_rate(rate),
}
# the activations with which `ops.recurrence` has all steps at once
_USUAL = {"activation": activations.tanh, "recurrent_activation": activations.sigmoid}


def _checked_units(units) -> int:
    if isinstance(units, int | np.integer) and units > 0:
        return int(units)
    hint = f" Did you mean units={int(units)}?" if isinstance(units, float) and units == int(units) > 0 else ""
    raise ValueError(f"Received an invalid value for argument `units`, expected a positive integer, got {units}.{hint}")


def _clipped_rate(rate) -> float:
    if not isinstance(rate, int | float | np.number):
        raise TypeError(f"`dropout` and `recurrent_dropout` are numbers from 0 to 1. Received: {rate!r}")
    return min(1.0, max(0.0, float(rate)))


def zero_state(shape, dtype) -> np.ndarray:
    """Zeros that are read-only: no tape has to copy them, and a program may keep them.

    >>> zero_state((1, 2), "float32").flags.writeable
    False
    """
    zeros = np.zeros(shape, dtype)
    zeros.flags.writeable = False
    return zeros


class KernelCell(Layer, named=False):
    """What the cells share: weights for input and state, their options, and dropout for a whole sequence.

    A subclass says how many `gates` it has, blocks of `units` columns in its weights, and what a step does (`advance`).
    """

    gates = 1
    weight_names = ("kernel", "recurrent_kernel", "bias")
    repeats_predictions = True

    @property
    def repeats(self) -> bool:  # type: ignore[override]
        """Whether nothing is drawn in training."""
        return not (self.dropout or self.recurrent_dropout)

    def _set_up(self, arguments: dict) -> None:
        """Keep a constructor's arguments in attributes of the same names."""
        super().__init__(**arguments["kwargs"])
        for name in self.config_names or ():
            understand = _UNDERSTOOD.get(name.rpartition("_")[2], lambda value: value)
            setattr(self, name, understand(arguments[name]))
        self.seed_generator = random.SeedGenerator(self.seed)
        self._dropout_masks: dict[str, list[np.ndarray]] = {}
        self.state_size: int | list[int] = self.units
        self.output_size: int = self.units
        self.input_spec = InputSpec(min_ndim=2)

    # --- weights ------------------------------------------------------------------------------------------------

    def build(self, input_shape):
        columns = self.gates * self.units
        self.kernel = self._make("kernel", (input_shape[-1], columns), "kernel")
        self.recurrent_kernel = self._make("recurrent_kernel", (self.units, columns), "recurrent")
        self.bias: Any = self._make("bias", self._bias_shape(), "bias") if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _make(self, name: str, shape, options: str):
        """A weight with the initializer, regularizer and constraint called `options`."""
        initializer, regularizer, constraint = (getattr(self, f"{options}_{kind}") for kind in _KINDS)
        return self.add_weight(shape, initializer, regularizer=regularizer, constraint=constraint, name=name)

    # --- one step -----------------------------------------------------------------------------------------------

    def call(self, inputs, states, training=False):
        return self.advance(self.project(inputs, training), states, training)

    def project(self, inputs, training=False):
        """The input's part of the sums, `(..., batch, gates * units)`; the same for one step or for all of them."""
        masks = self.get_dropout_mask(inputs[(0,) * (inputs.ndim - 2)]) if training else []
        y = masked_product(self._as_float(inputs), self.kernel, masks)
        return y if self.bias is None else y + self._input_bias()

    def _input_bias(self):
        return self.bias

    def advance(self, part, states, training=False):
        """The output and the new states, from `project(inputs)` of this step and the old states."""
        raise NotImplementedError

    def run(self, parts, states, training=False):
        """(the outputs of all steps, the last states) from `project(inputs)` of all steps, and the states before them.

        None where only `advance` knows: in subclasses, with other activations than the usual ones, or with dropout of
        the state.
        """
        all_steps = vars(type(self)).get("_all_steps")
        usual = all(getattr(self, name, function) is function for name, function in _USUAL.items())
        if all_steps is None or not usual or (training and self.recurrent_dropout):
            return None
        return all_steps(self, parts, *states)

    def get_initial_state(self, batch_size=None):
        """States full of zeros."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [zero_state((batch_size, size), self.compute_dtype) for size in sizes]

    # --- dropout ------------------------------------------------------------------------------------------------

    def get_dropout_mask(self, step_input) -> list:
        """What the input of every step is multiplied by: [] without dropout; one a gate if the state has dropout too.

        The masks stay the same until `reset_dropout_mask()`: a sequence loses the same features in all its steps.
        """
        return self._masks("input", self.dropout, step_input.shape, self.gates if self.recurrent_dropout else 1)

    def get_recurrent_dropout_mask(self, step_input) -> list:
        """What the state is multiplied by before each gate's sum, until `reset_recurrent_dropout_mask()`."""
        return self._masks("state", self.recurrent_dropout, step_input.shape, self.gates)

    def _masks(self, of: str, rate: float, shape, count: int) -> list:
        if not rate:
            return []
        if of not in self._dropout_masks or self._dropout_masks[of][0].shape != shape:
            ones = np.ones(shape, self.compute_dtype)
            self._dropout_masks[of] = [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(count)]
        return self._dropout_masks[of]

    def reset_dropout_mask(self) -> None:
        """Draw new masks for the inputs of the next sequence."""
        self._dropout_masks.pop("input", None)

    def reset_recurrent_dropout_mask(self) -> None:
        """Draw new masks for the states of the next sequence."""
        self._dropout_masks.pop("state", None)

    def _state_sums(self, h, training):
        """The state's part of the sums, `(batch, gates * units)`."""
        return masked_product(h, self.recurrent_kernel, self.get_recurrent_dropout_mask(h) if training else [])


def masked_product(x, kernel, masks):
    """x @ kernel; each of several masks hides parts of x from its share of the columns."""
    if not masks:
        return np.matmul(x, kernel)
    shares = np.split(kernel, len(masks), axis=-1) if len(masks) > 1 else [kernel]
    return np.concatenate([np.matmul(x * mask, share) for mask, share in zip(masks, shares, strict=True)], axis=-1)
