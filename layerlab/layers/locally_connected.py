"""Locally connected layers: convolutions whose weights are not shared. Gone from Keras 3; these give Keras 2's numbers.

The three implementations are three ways to store the same kernels, one at each position; all are brought into one form,
(positions, taps * channels, filters), and multiplied in one way.
"""

import numpy as np

from layerlab import activations, constraints, initializers, regularizers
from layerlab.layers.spatial import SpatialLayer, as_padding, as_tuple, window_lengths
from layerlab.ops.local import locally_connected
from layerlab.ops.windows import Windows

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]


class _LocallyConnected(SpatialLayer, named=False):
    """y[o, f] = activation(sum over j and c of x[o * stride + j, c] * kernel[o, j, c, f] + bias[o, f])."""

    repeats = True
    weight_names = ("kernel", "bias")
    config_names = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "implementation",
    )

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        implementation=1,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters, self.use_bias = filters, use_bias
        self.kernel_size = as_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = as_tuple(strides, self.rank, "strides")
        self.padding, self.implementation = as_padding(padding), implementation
        self._check_implementation()
        self._set_data_format(data_format)
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def _check_implementation(self) -> None:
        if self.implementation not in _STORAGES:
            raise ValueError(f"Unrecognized implementation mode: {self.implementation}. Expected 1, 2 or 3.")
        if self.implementation == 1 and self.padding != "valid":
            raise ValueError(
                f"Invalid border mode for {type(self).__name__} (only 'valid' is supported if implementation is 1): "
                f"{self.padding}. With implementation=2 or 3, 'same' is possible."
            )
        if not isinstance(self.filters, int) or self.filters <= 0:
            raise ValueError(
                "Invalid value for argument `filters`. Expected a strictly positive value. "
                f"Received filters={self.filters}."
            )

    def build(self, input_shape):
        spatial, channels = self._spatial(input_shape), self._channels(input_shape)
        if None in spatial or channels is None:
            raise ValueError(
                f"The spatial dimensions of the inputs to a {type(self).__name__} layer should be fully-defined, but "
                f"layer received an input shape of {tuple(input_shape)}: each position has weights of its own."
            )
        outputs = self._spatial(self.compute_output_shape(input_shape))
        self._windows = Windows(self.kernel_size, self.strides, (1,) * self.rank, self._pads(spatial, outputs), outputs)
        self._storage = _STORAGES[self.implementation](self._windows, spatial, channels, self.filters, self.data_format)
        self.kernel = self.add_weight(
            name="kernel",
            shape=self._storage.shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(*outputs, self.filters),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        first = 2 if self._channels_first else 1
        # all sizes, though Keras 2 checks the channels alone: it takes the first corner of a larger input in silence
        self.input_spec.axes = {1 if self._channels_first else -1: channels, **dict(enumerate(spatial, first))}

    def _pads(self, spatial, outputs) -> tuple[tuple[int, int], ...]:
        """'same' puts input o * stride under the middle of window o: not the alignment of a convolution."""
        if self.padding == "valid":
            return ((0, 0),) * self.rank
        sides = zip(spatial, outputs, self.kernel_size, self.strides, strict=True)
        return tuple((k // 2, max((o - 1) * s - k // 2 + k - n, 0)) for n, o, k, s in sides)

    def call(self, inputs):
        x = self._channels_last(self._as_float(inputs))
        bias, is_relu = self.bias, self.activation is activations.relu
        if bias is not None and self._channels_first:
            # Keras 2 reads the same bias array in the order of the layout, without moving its axes
            filters_first = np.reshape(bias, (self.filters, *self._windows.outputs))
            bias = np.moveaxis(filters_first, 0, -1)
        y = self._own_layout(locally_connected(x, self._storage.kernels(self.kernel), self._windows, bias, is_relu))
        return y if is_relu else self.activation(y)

    def compute_output_shape(self, input_shape):
        received = (
            f"`inputs shape={tuple(input_shape)}`, `kernel shape={self.kernel_size}`, `strides={self.strides}`, "
            f"`padding={self.padding}`"
        )
        ones = (1,) * self.rank
        lengths = window_lengths(
            self._spatial(input_shape), self.kernel_size, self.strides, ones, self.padding, received
        )
        return self._shape(input_shape[0], lengths, self.filters)


class _Storage:
    """How a layer keeps its kernels; `kernels(weight)` gives them as (positions, taps * channels, filters).

    Args:
        windows: where the windows lie.
        spatial, channels, filters: sizes of input and output.
        data_format: the layer's layout.
    """

    shape: tuple[int, ...]

    def __init__(self, windows: Windows, spatial, channels: int, filters: int, data_format: str):
        self.windows, self.spatial, self.channels, self.filters = windows, spatial, channels, filters
        self.channels_first = data_format == "channels_first"
        self.positions, self.taps = int(np.prod(windows.outputs)), int(np.prod(windows.size))
        self.form = (self.positions, self.taps * channels, filters)
        self._prepare()

    def _prepare(self) -> None:
        raise NotImplementedError

    def kernels(self, weight):
        """The weight in the common form."""
        raise NotImplementedError

    def _inputs_seen(self):
        """(flat spatial index of the input under each position and tap, whether it is inside): (positions, taps)."""
        count = int(np.prod(self.spatial))
        index = self.windows.pad(np.arange(1, count + 1).reshape(1, *self.spatial, 1))
        index = self.windows.patches(index).reshape(self.positions, self.taps)
        return np.maximum(index - 1, 0), index > 0


class _ByPosition(_Storage):
    """Implementation 1: (positions, taps * channels, filters); with channels first the channels precede the taps."""

    def _prepare(self):
        self.shape = self.form

    def kernels(self, weight):
        if not self.channels_first:
            return weight
        return np.swapaxes(np.reshape(weight, (self.positions, self.channels, self.taps, self.filters)), 1, 2).reshape(
            self.form
        )


class _Dense(_Storage):
    """Implementation 2: a weight for every input and output, of which those outside the windows are never used."""

    def _prepare(self):
        ends = ((self.spatial, self.channels), (self.windows.outputs, self.filters))
        parts = [(n, *sizes) if self.channels_first else (*sizes, n) for sizes, n in ends]
        self.shape = (*parts[0], *parts[1])
        self._seen, self._inside = self._inputs_seen()

    def kernels(self, weight):
        inputs, outputs = int(np.prod(self.spatial)), self.positions
        if self.channels_first:
            weight = np.reshape(weight, (self.channels, inputs, self.filters, outputs)).transpose(1, 0, 3, 2)
        weight = np.reshape(weight, (inputs, self.channels, outputs, self.filters))
        taken = weight[self._seen, :, np.arange(outputs)[:, None], :]  # (positions, taps, channels, filters)
        inside = self._inside[:, :, None, None].astype(weight.dtype)
        return np.reshape(taken * inside, self.form)


class _Sparse(_Storage):
    """Implementation 3: one weight a connection, sorted by flat output and then flat input index of the layout."""

    def _prepare(self):
        seen, inside = self._inputs_seen()
        channel, position = np.arange(self.channels), np.arange(self.positions)
        filter_, inputs = np.arange(self.filters), int(np.prod(self.spatial))
        # (positions, taps, channels, filters)
        source = seen[:, :, None, None] * self.channels + channel[:, None]
        target = position[:, None, None, None] * self.filters + filter_
        if self.channels_first:
            source = channel[:, None] * inputs + seen[:, :, None, None]
            target = filter_ * self.positions + position[:, None, None, None]
        whole = (self.positions, self.taps, self.channels, self.filters)
        self._inside = np.broadcast_to(inside[:, :, None, None], whole)
        key = np.broadcast_to(target * (inputs * self.channels) + source, whole)[self._inside]
        self.shape = (len(key),)
        self._entry = np.zeros(whole, int)
        self._entry[self._inside] = np.argsort(np.argsort(key))

    def kernels(self, weight):
        return np.reshape(weight[self._entry] * self._inside.astype(weight.dtype), self.form)


_STORAGES = {1: _ByPosition, 2: _Dense, 3: _Sparse}


class LocallyConnected1D(_LocallyConnected):
    """A `Conv1D` whose weights are not shared: each output step has a kernel and a bias of its own.

    y[o, f] = activation(sum over taps j and channels c of x[o * stride + j, c] * kernel[o, j, c, f] + bias[o, f])

    Args:
        filters: output channels.
        kernel_size, strides: an integer, or a tuple of one.
        padding: "valid"; or "same" with implementation 2 or 3, where input step o * stride lies under tap
            kernel_size // 2 of window o (a convolution aligns it differently).
        data_format: "channels_last", "channels_first", or None for the global setting.
        activation: a name or a function; None is the identity.
        use_bias: whether to add a bias, one for each output step and filter.
        kernel_initializer, bias_initializer: how the weights start.
        kernel_regularizer, bias_regularizer: penalties on the weights, with implementation 2 also on those never used.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.
        implementation: how the kernels are stored: 1 by position `(new_steps, kernel_size * channels, filters)`, 2 as a
            full matrix `(steps, channels, new_steps, filters)`, 3 one number a connection. The results are the same.

    Shapes:
        in `(batch, steps, channels)` with known steps, out `(batch, new_steps, filters)`; bias `(new_steps, filters)`.

    Raises:
        ValueError: "same" with implementation 1, unknown steps, a kernel larger than its input, or an input of more or
            fewer steps than the layer was built for.

    >>> layer = LocallyConnected1D(8, 3)
    >>> layer(np.ones((1, 10, 4))).shape, layer.count_params()  # Conv1D(8, 3) has 104
    ((1, 8, 8), 832)

    Source: tf.keras 2 page "LocallyConnected1D".
    """

    rank = 1


class LocallyConnected2D(_LocallyConnected):
    """A `Conv2D` whose weights are not shared; see `LocallyConnected1D`.

    Args:
        filters, kernel_size, strides, padding, data_format, activation, use_bias, implementation: as in
            `LocallyConnected1D`; sizes are one integer or a tuple of two.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: as in `LocallyConnected1D`.

    Shapes:
        in `(batch, height, width, channels)` with known sizes, out `(batch, new_height, new_width, filters)`.

    Raises:
        ValueError: "same" with implementation 1, unknown sizes, a kernel larger than its input, or an input of other
            sizes than the layer was built for.

    >>> LocallyConnected2D(2, (2, 3), strides=(1, 2))(np.ones((1, 4, 5, 1))).shape
    (1, 3, 2, 2)

    Source: tf.keras 2 page "LocallyConnected2D".
    """

    rank = 2
