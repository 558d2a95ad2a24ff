"""The cells inside recurrent layers: what happens in one time step, from an input and the old state to the new one.

A call is made of two halves, `project` for the input and `advance` for the state, so that a layer can do the first half
for all time steps at once.
"""

from typing import Any, ClassVar

import numpy as np

from layerlab import activations, constraints, initializers, random, regularizers
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer
from layerlab.ops.recurrence import gru_states, lstm_states, simple_rnn_states

__all__ = ["GRUCell", "LSTMCell", "SimpleRNNCell"]

_WEIGHTS = ("kernel", "recurrent", "bias")
_KINDS = ("initializer", "regularizer", "constraint")
_OPTIONS = tuple(f"{weight}_{kind}" for kind in _KINDS for weight in _WEIGHTS)
_DROPOUT = ("dropout", "recurrent_dropout", "seed")
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
    """What the cells of this file share: weights for input and state, their options, and dropout for a whole sequence.

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
        y = _product(self._as_float(inputs), self.kernel, masks)
        return y if self.bias is None else y + self._input_bias()

    def _input_bias(self):
        return self.bias

    def advance(self, part, states, training=False):
        """The output and the new states, from `project(inputs)` of this step and the old states."""
        raise NotImplementedError

    def run(self, parts, states, training=False):
        """(the outputs of all steps, the last states) from `project(inputs)` of all steps, and the states before them.

        None where only `advance` knows: in subclasses, with other activations than the usual ones, or with dropout.
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
        return _product(h, self.recurrent_kernel, self.get_recurrent_dropout_mask(h) if training else [])


def _product(x, kernel, masks):
    """x @ kernel; each of several masks hides parts of x from its share of the columns."""
    if not masks:
        return np.matmul(x, kernel)
    shares = np.split(kernel, len(masks), axis=-1) if len(masks) > 1 else [kernel]
    return np.concatenate([np.matmul(x * mask, share) for mask, share in zip(masks, shares, strict=True)], axis=-1)


class SimpleRNNCell(KernelCell):
    """One step of SimpleRNN: h' = activation(x @ kernel + h @ recurrent_kernel + bias). The output is h'.

    Args:
        units: the size of output and state, a positive integer.
        activation: of the sum.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights start.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each update.
        dropout, recurrent_dropout: the share of the inputs, and of the state, that is set to 0 while training; the
            same entries in all steps of a sequence.
        seed: for the dropout.

    Shapes:
        in `(batch, features)` and a list of one state `(batch, units)`, out the output and the list of new states;
        kernel `(features, units)`, recurrent_kernel `(units, units)`, bias `(units,)`.

    Raises:
        ValueError: `units` is not a positive integer.

    >>> cell = SimpleRNNCell(1, activation=None, kernel_initializer="ones", recurrent_initializer="ones")
    >>> cell(np.array([[2.0]]), [np.array([[3.0]])])
    (array([[5.]], dtype=float32), [array([[5.]], dtype=float32)])

    Source: Keras page "SimpleRNNCell layer".
    """

    config_names: ClassVar = ("units", "activation", "use_bias", *_OPTIONS, *_DROPOUT)

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        self._set_up(locals())

    def advance(self, part, states, training=False):
        h = self.activation(part + self._state_sums(states[0], training))
        return h, [h]

    def _all_steps(self, parts, h):
        h = simple_rnn_states(parts, self.recurrent_kernel, h)
        return h, [np.copy(h[-1])]


class LSTMCell(KernelCell):
    """One step of LSTM. The state is (h, c), the output h'.

    With σ = recurrent_activation and φ = activation, and the columns of the weights in the order i, f, c, o:
    i, f, o = σ(x @ kernel + h @ recurrent_kernel + bias) of their columns (input, forget and output gate),
    c' = f · c + i · φ(the same sum of its columns), h' = o · φ(c').

    Args:
        units: the size of output and states, a positive integer.
        activation: φ.
        recurrent_activation: σ.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights start.
        unit_forget_bias: start the forget gate's bias with 1, so that the cell remembers at first.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each update.
        dropout, recurrent_dropout: the share of the inputs, and of the state, that is set to 0 while training; the
            same entries in all steps of a sequence.
        seed: for the dropout.

    Shapes:
        in `(batch, features)` and a list of two states `(batch, units)`, out the output and the list of new states;
        kernel `(features, 4 units)`, recurrent_kernel `(units, 4 units)`, bias `(4 units,)`.

    Raises:
        ValueError: `units` is not a positive integer.

    >>> cell = LSTMCell(1, kernel_initializer="ones", recurrent_initializer="ones")
    >>> output, (h, c) = cell(np.array([[2.0]]), [np.zeros((1, 1)), np.ones((1, 1))])
    >>> output
    array([[0.83409756]], dtype=float32)

    Source: Hochreiter and Schmidhuber, 1997, https://doi.org/10.1162/neco.1997.9.8.1735; Keras page "LSTMCell layer".
    """

    gates = 4
    config_names: ClassVar = (
        *("units", "activation", "recurrent_activation", "use_bias", "unit_forget_bias"),
        *_OPTIONS,
        *_DROPOUT,
    )

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        self._set_up(locals())
        self.state_size = [self.units, self.units]

    def _make(self, name, shape, options):
        if options != "bias" or not self.unit_forget_bias:
            return super()._make(name, shape, options)
        return self.add_weight(
            shape, self._forgetful_bias, regularizer=self.bias_regularizer, constraint=self.bias_constraint, name=name
        )

    def _forgetful_bias(self, shape, dtype=None):
        one = (self.units,)
        parts = [self.bias_initializer(one, dtype=dtype), np.ones(one, dtype)]
        return np.concatenate([*parts, self.bias_initializer((2 * self.units,), dtype=dtype)])

    def advance(self, part, states, training=False):
        h, c = states
        i, f, new, o = np.split(part + self._state_sums(h, training), 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(new)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]

    def _all_steps(self, parts, h, c):
        h, c = lstm_states(parts, self.recurrent_kernel, h, c)
        return h, [np.copy(h[-1]), np.copy(c[-1])]


class GRUCell(KernelCell):
    """One step of GRU: h' = z · h + (1 - z) · candidate. The output is h'.

    With σ = recurrent_activation, φ = activation, the columns of the weights in the order z, r, h, and X and H for the
    sums over the input and over the state:
    z = σ(X_z + H_z) (how much is kept), r = σ(X_r + H_r) (how much of the state the candidate sees),
    candidate = φ(X_h + r · H_h), or with reset_after=False φ(X_h + (r · h) @ recurrent_kernel_h).

    Args:
        units: the size of output and state, a positive integer.
        activation: φ.
        recurrent_activation: σ.
        use_bias: whether to add biases.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights start.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each update.
        dropout, recurrent_dropout: the share of the inputs, and of the state, that is set to 0 while training; the
            same entries in all steps of a sequence.
        reset_after: whether r acts after the product with the state (with a bias for X and one for H) or before it.
        seed: for the dropout.

    Shapes:
        in `(batch, features)` and a list of one state `(batch, units)`, out the output and the list of new states;
        kernel `(features, 3 units)`, recurrent_kernel `(units, 3 units)`, bias `(2, 3 units)`, or `(3 units,)` with
        reset_after=False.

    Raises:
        ValueError: `units` is not a positive integer.

    >>> cell = GRUCell(1, kernel_initializer="ones", recurrent_initializer="ones")
    >>> output, states = cell(np.array([[2.0]]), [np.ones((1, 1))])
    >>> output
    array([[0.9997422]], dtype=float32)

    Source: Cho et al., 2014, https://arxiv.org/abs/1406.1078; Keras page "GRUCell layer".
    """

    gates = 3
    config_names: ClassVar = (
        *("units", "activation", "recurrent_activation", "use_bias"),
        *_OPTIONS,
        *("dropout", "recurrent_dropout", "reset_after", "seed"),
    )

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        reset_after=True,
        seed=None,
        **kwargs,
    ):
        self._set_up(locals())

    def _bias_shape(self):
        columns = super()._bias_shape()
        return (2, *columns) if self.reset_after else columns

    def _input_bias(self):
        return self.bias[0] if self.reset_after else self.bias

    def advance(self, part, states, training=False):
        h = states[0]
        sums = self._reset_after(part, h, training) if self.reset_after else self._reset_before(part, h, training)
        z, candidate = sums
        h = z * h + (1.0 - z) * self.activation(candidate)
        return h, [h]

    def _all_steps(self, parts, h):
        if not self.reset_after:
            return None
        h = gru_states(parts, self.recurrent_kernel, h, None if self.bias is None else self.bias[1])
        return h, [np.copy(h[-1])]

    def _reset_after(self, part, h, training):
        """z, and the sum that the candidate is made of."""
        x_z, x_r, x_h = np.split(part, 3, axis=-1)
        state = self._state_sums(h, training)
        h_z, h_r, h_h = np.split(state if self.bias is None else state + self.bias[1], 3, axis=-1)
        return self.recurrent_activation(x_z + h_z), x_h + self.recurrent_activation(x_r + h_r) * h_h

    def _reset_before(self, part, h, training):
        """z, and the sum that the candidate is made of."""
        masks = self.get_recurrent_dropout_mask(h) if training else []
        gates, candidate = self.recurrent_kernel[:, : 2 * self.units], self.recurrent_kernel[:, 2 * self.units :]
        x_z, x_r, x_h = np.split(part, 3, axis=-1)
        h_z, h_r = np.split(_product(h, gates, masks[:2]), 2, axis=-1)
        r = self.recurrent_activation(x_r + h_r)
        return self.recurrent_activation(x_z + h_z), x_h + _product(r * h, candidate, masks[2:])
