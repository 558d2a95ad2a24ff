"""The cells inside recurrent layers: what happens in one time step, from an input and the old state to the new one.

Each says it twice: `advance` step by step, and with the usual activations all steps at once, by `ops.recurrence`.
"""

from typing import ClassVar

import numpy as np

from layerlab.layers.kernel_cell import DROPOUT, OPTIONS, KernelCell, masked_product
from layerlab.ops.recurrence import gru_states, lstm_states, simple_rnn_states

__all__ = ["GRUCell", "LSTMCell", "SimpleRNNCell"]


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

    config_names: ClassVar = ("units", "activation", "use_bias", *OPTIONS, *DROPOUT)

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
        *OPTIONS,
        *DROPOUT,
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
        *OPTIONS,
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
        h_z, h_r = np.split(masked_product(h, gates, masks[:2]), 2, axis=-1)
        r = self.recurrent_activation(x_r + h_r)
        return self.recurrent_activation(x_z + h_z), x_h + masked_product(r * h, candidate, masks[2:])
