"""The recurrent layers with a cell of their own: SimpleRNN, LSTM and GRU."""

from layerlab.layers.cells import GRUCell, LSTMCell, SimpleRNNCell
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.kernel_cell import KernelCell
from layerlab.layers.layer import Layer
from layerlab.layers.rnn import RNN
from layerlab.naming import to_snake_case

__all__ = ["GRU", "LSTM", "SimpleRNN"]

_FLAGS = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")


class _OwnCell(RNN, named=False):
    """What the layers of this file share: a cell made from the layer's arguments, which are readable here too."""

    cell_class: type[KernelCell]
    #: arguments of the cell that the layer's configuration leaves out
    left_out: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "cell_class" not in vars(cls):
            return
        names = tuple(name for name in cls.cell_class.config_names or () if name not in cls.left_out)
        after = names.index("bias_regularizer") + 1  # where Keras has it
        cls.config_names = (*(RNN.config_names or ()), *names[:after], "activity_regularizer", *names[after:])
        for name in names:
            setattr(cls, name, _of_the_cell(name))

    def _set_up(self, arguments: dict) -> None:
        """Make the cell of its share of a constructor's arguments, and the layer of the others."""
        kwargs = {key: value for key, value in arguments["kwargs"].items() if key != "implementation"}
        shared = {key: kwargs[key] for key in ("dtype", "trainable") if key in kwargs}
        own = {name: arguments[name] for name in self.cell_class.config_names or ()}
        cell = self.cell_class(**own, **shared, name=to_snake_case(self.cell_class.__name__))
        flags = {name: arguments[name] for name in _FLAGS}
        super().__init__(cell, activity_regularizer=arguments["activity_regularizer"], **flags, **kwargs)
        self.input_spec = InputSpec(ndim=3)
        if "use_cudnn" in arguments:
            self.use_cudnn = arguments["use_cudnn"]

    def build(self, sequences_shape, initial_state_shape=None):
        super().build(sequences_shape, initial_state_shape)
        self.input_spec = InputSpec(ndim=3, axes={-1: sequences_shape[-1]})

    def get_config(self):
        return Layer.get_config(self)  # the arguments instead of the cell


def _of_the_cell(name: str) -> property:
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's {name}.")


class SimpleRNN(_OwnCell):
    """The plain recurrent layer: h_t = activation(x_t @ kernel + h_(t-1) @ recurrent_kernel + bias).

    Args:
        units: the size of output and state, a positive integer.
        activation: of the sum.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights start.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, divided by the batch size (Keras 3.15 forgets it in this layer).
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each update.
        dropout, recurrent_dropout: the share of the inputs, and of the state, that is set to 0 while training; the
            same entries in all steps of a sequence.
        seed: for the dropout.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: see RNN.

    Shapes:
        in `(batch, steps, features)`, out `(batch, units)`, or `(batch, steps, units)` with return_sequences;
        kernel `(features, units)`, recurrent_kernel `(units, units)`, bias `(units,)`.

    Raises:
        ValueError: `units` is not a positive integer; and what RNN refuses.

    >>> import numpy as np
    >>> layer = SimpleRNN(1, activation=None, kernel_initializer="ones", recurrent_initializer="ones")
    >>> layer(np.array([[[1.0], [2.0], [3.0]]]))
    array([[6.]], dtype=float32)

    Source: Elman, 1990, https://doi.org/10.1207/s15516709cog1402_1; Keras page "SimpleRNN layer".
    """

    cell_class = SimpleRNNCell
    left_out = ("seed",)

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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs,
    ):
        self._set_up(locals())


class LSTM(_OwnCell):
    """Long short-term memory: gates decide what a second state c takes in, forgets and shows. See LSTMCell.

    With σ = recurrent_activation and φ = activation: c_t = σ(f) · c_(t-1) + σ(i) · φ(new), h_t = σ(o) · φ(c_t), where
    i, f, new and o are columns of x_t @ kernel + h_(t-1) @ recurrent_kernel + bias.

    Args:
        units: the size of output and state, a positive integer.
        activation: φ.
        recurrent_activation: σ.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights start.
        unit_forget_bias: start the forget gate's bias with 1, so that the layer remembers at first.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each update.
        dropout, recurrent_dropout: the share of the inputs, and of the state, that is set to 0 while training; the
            same entries in all steps of a sequence.
        seed: for the dropout.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: see RNN.
        use_cudnn: accepted for Keras's sake; it has no effect here.

    Shapes:
        in `(batch, steps, features)`, out `(batch, units)`, or `(batch, steps, units)` with return_sequences;
        kernel `(features, 4 units)`, recurrent_kernel `(units, 4 units)`, bias `(4 units,)`, in the order i, f, new, o.

    Raises:
        ValueError: `units` is not a positive integer; and what RNN refuses.

    >>> import numpy as np
    >>> layer = LSTM(2, return_sequences=True, return_state=True)
    >>> outputs, h, c = layer(np.ones((4, 3, 5)))
    >>> outputs.shape, h.shape, c.shape
    ((4, 3, 2), (4, 2), (4, 2))

    Source: Hochreiter and Schmidhuber, 1997, https://doi.org/10.1162/neco.1997.9.8.1735; Keras page "LSTM layer".
    """

    cell_class = LSTMCell

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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        use_cudnn="auto",
        **kwargs,
    ):
        self._set_up(locals())


class GRU(_OwnCell):
    """Gated recurrent unit: h_t = z · h_(t-1) + (1 - z) · candidate, where a gate z decides what stays. See GRUCell.

    Args:
        units: the size of output and state, a positive integer.
        activation: of the candidate.
        recurrent_activation: of the gates.
        use_bias: whether to add biases.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights start.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, recurrent_constraint, bias_constraint: applied to the weights after each update.
        dropout, recurrent_dropout: the share of the inputs, and of the state, that is set to 0 while training; the
            same entries in all steps of a sequence.
        seed: for the dropout.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: see RNN.
        reset_after: whether the reset gate acts after the product with the state or before it.
        use_cudnn: accepted for Keras's sake; it has no effect here.

    Shapes:
        in `(batch, steps, features)`, out `(batch, units)`, or `(batch, steps, units)` with return_sequences;
        kernel `(features, 3 units)`, recurrent_kernel `(units, 3 units)`, bias `(2, 3 units)`, or `(3 units,)` with
        reset_after=False; in the order z, r, candidate.

    Raises:
        ValueError: `units` is not a positive integer; and what RNN refuses.

    >>> import numpy as np
    >>> layer = GRU(2, return_sequences=True)
    >>> layer(np.ones((4, 3, 5))).shape
    (4, 3, 2)

    Source: Cho et al., 2014, https://arxiv.org/abs/1406.1078; Keras page "GRU layer".
    """

    cell_class = GRUCell

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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        reset_after=True,
        use_cudnn="auto",
        **kwargs,
    ):
        self._set_up(locals())
