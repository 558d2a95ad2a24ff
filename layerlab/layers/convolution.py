"""Convolutions: the same small kernel at every position. One engine a kind, for one to three spatial axes.

`Conv` slides a kernel over all channels, `ConvTranspose` goes the other way, `DepthwiseConv` takes each channel alone, and
`SeparableConv` mixes channels after that.
"""

from layerlab import activations, constraints, initializers, ops, regularizers
from layerlab.layers.spatial import SpatialLayer, as_padding, as_tuple, window_lengths
from layerlab.ops.conv import transposed_length

__all__ = [
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]

_GEOMETRY = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")


def _weight_options(*names: str) -> tuple[str, ...]:
    """The configuration entries of weights: initializers, then regularizers, then constraints."""
    kinds = ("initializer", "regularizer", "constraint")
    entries = [tuple(f"{name}_{kind}" for name in names) for kind in kinds]
    return (*entries[0], *entries[1], "activity_regularizer", *entries[2])


class _Convolution(SpatialLayer, named=False):
    """What all four kinds share."""

    weight_names = ("kernel", "bias")
    paddings: tuple[str, ...] = ("valid", "same")

    def _set_geometry(self, kernel_size, strides, padding, data_format, dilation_rate) -> None:
        self.kernel_size = as_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = as_tuple(strides, self.rank, "strides")
        self.dilation_rate = as_tuple(dilation_rate, self.rank, "dilation_rate")
        self.padding = as_padding(padding, self.paddings)
        self._set_data_format(data_format)

    def _refuse_stride_with_dilation(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    def _set_output(self, activation, use_bias) -> None:
        self.activation, self.use_bias = activations.get(activation), use_bias

    def _set_weight_options(self, name, initializer, regularizer, constraint) -> None:
        setattr(self, f"{name}_initializer", initializers.get(initializer))
        setattr(self, f"{name}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{name}_constraint", constraints.get(constraint))

    def _make(self, name: str, shape, options: str):
        """A weight with the initializer, regularizer and constraint called `options`."""
        found = {kind: getattr(self, f"{options}_{kind}") for kind in ("initializer", "regularizer", "constraint")}
        return self.add_weight(name=name, shape=shape, **found)

    def _make_bias(self, units: int) -> None:
        self.bias = self._make("bias", (units,), "bias") if self.use_bias else None

    def _input_channels(self, input_shape) -> int:
        channels = self._channels(input_shape)
        if channels is None:
            raise ValueError(
                "The channel dimension of the inputs should be defined. The input_shape received is "
                f"{tuple(input_shape)}, where axis {1 if self._channels_first else -1} (0-based) is the channel "
                "dimension, which found to be `None`."
            )
        self.input_spec.axes = {1 if self._channels_first else -1: channels}
        self.compute_output_shape(input_shape)  # refuses kernels that do not fit, before there are weights
        return channels

    def _finish(self, y):
        """Bias, the layer's own layout, activation."""
        return self.activation(self._own_layout(y if self.bias is None else y + self.bias))

    def _output_channels(self, input_shape) -> int:
        return self.filters

    def compute_output_shape(self, input_shape):
        spatial = self._spatial(input_shape)
        received = (
            f"`inputs shape={tuple(input_shape)}`, `kernel shape={self.kernel_size}`, "
            f"`dilation_rate={self.dilation_rate}`, `strides={self.strides}`, `padding={self.padding}`"
        )
        lengths = window_lengths(spatial, self.kernel_size, self.strides, self.dilation_rate, self.padding, received)
        return self._shape(input_shape[0], lengths, self._output_channels(input_shape))


def _check_filters(filters) -> int:
    if not isinstance(filters, int) or filters <= 0:
        raise ValueError(
            f"Invalid value for argument `filters`. Expected a strictly positive value. Received filters={filters}."
        )
    return filters


class _Conv(_Convolution):
    """y[o, f] = activation(sum over j and c of x[o * stride + j * dilation, c] * kernel[j, c, f] + bias[f])."""

    config_names = ("filters", *_GEOMETRY, "groups", "activation", "use_bias", *_weight_options("kernel", "bias"))

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        groups=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters, self.groups = _check_filters(filters), _check_groups(groups, filters)
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._refuse_stride_with_dilation()
        self._set_output(activation, use_bias)
        self._set_weight_options("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by the number of groups. Received "
                f"groups={self.groups}, but the input has {channels} channels (full input shape is "
                f"{tuple(input_shape)})."
            )
        self.kernel = self._make("kernel", (*self.kernel_size, channels // self.groups, self.filters), "kernel")
        self._make_bias(self.filters)

    def call(self, inputs):
        x = self._channels_last(self._as_float(inputs))
        return self._finish(ops.conv(x, self.kernel, self.strides, self.padding, self.dilation_rate, self.groups))


def _check_groups(groups, filters) -> int:
    if not isinstance(groups, int) or groups <= 0:
        raise ValueError(f"The number of groups must be a positive integer. Received: groups={groups}.")
    if filters % groups:
        raise ValueError(
            "The number of filters must be evenly divisible by the number of groups. "
            f"Received: groups={groups}, filters={filters}."
        )
    return groups


class Conv1D(_Conv):
    """Slides kernels over steps: y[o, f] = activation(sum x[o * stride + j * dilation, c] kernel[j, c, f] + bias[f]).

    Args:
        filters: number of kernels, and of output channels.
        kernel_size: steps that a kernel sees: an integer, or a tuple of one.
        strides: steps between windows.
        padding: "valid" (only whole windows), "same" (as many outputs as steps / stride; zeros around, the odd one on
            the right) or "causal" (zeros on the left, so that no output sees the future).
        data_format: "channels_last", "channels_first", or None for the global setting.
        dilation_rate: steps between the taps of a kernel; not together with strides.
        groups: blocks of channels that do not see each other.
        activation: a name or a function; None is the identity.
        use_bias: whether to add a bias a filter.
        kernel_initializer, bias_initializer: how the weights start.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, filters)`; kernel
        `(kernel_size, channels // groups, filters)`. new_steps is
        `(steps - (kernel_size - 1) * dilation - 1) // stride + 1` for "valid", `ceil(steps / stride)` otherwise.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> x = np.arange(1.0, 6).reshape(1, 5, 1)
    >>> Conv1D(1, 3, padding="causal", kernel_initializer="ones")(x).ravel()
    array([ 1.,  3.,  6.,  9., 12.], dtype=float32)

    Source: Keras page "Conv1D layer".
    """

    rank, paddings = 1, ("valid", "same", "causal")


class Conv2D(_Conv):
    """Slides kernels over images; the formula of `Conv1D` with two spatial axes.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation, use_bias: as in
            `Conv1D`; sizes are one integer or a tuple of two; padding is "valid" or "same".
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: as in `Conv1D`.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, new_height, new_width, filters)`; kernel
        `(*kernel_size, channels // groups, filters)`.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> Conv2D(4, 3, strides=2, padding="same")(np.ones((1, 28, 28, 1))).shape
    (1, 14, 14, 4)

    Source: Keras page "Conv2D layer".
    """

    rank = 2


class Conv3D(_Conv):
    """Slides kernels over volumes or video; the formula of `Conv1D` with three spatial axes.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation, use_bias: as in
            `Conv1D`; sizes are one integer or a tuple of three; padding is "valid" or "same".
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: as in `Conv1D`.

    Shapes:
        in `(batch, depth, height, width, channels)`, out likewise with `filters` channels.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> Conv3D(2, (1, 3, 3))(np.ones((1, 4, 8, 8, 1))).shape
    (1, 4, 6, 6, 2)

    Source: Keras page "Conv3D layer".
    """

    rank = 3


class _ConvTranspose(_Convolution):
    """y[i * stride + j * dilation, f] += x[i, c] * kernel[j, f, c], then bias and activation."""

    config_names = (
        "filters", "kernel_size", "strides", "padding", "output_padding", "data_format", "dilation_rate", "activation",
        "use_bias", *_weight_options("kernel", "bias"),
    )  # fmt: skip

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = _check_filters(filters)
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._refuse_stride_with_dilation()
        self.output_padding = self._check_output_padding(output_padding)
        self._set_output(activation, use_bias)
        self._set_weight_options("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def _check_output_padding(self, output_padding):
        if output_padding is None:
            return None
        values = as_tuple(output_padding, self.rank, "output_padding", minimum=0)
        if any(extra >= stride for extra, stride in zip(values, self.strides, strict=True)):
            raise ValueError(
                f"Strides must be greater than output padding. Received strides={self.strides}, "
                f"output_padding={values}."
            )
        return values

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        self.kernel = self._make("kernel", (*self.kernel_size, self.filters, channels), "kernel")
        self._make_bias(self.filters)

    def call(self, inputs):
        x = self._channels_last(self._as_float(inputs))
        y = ops.conv_transpose(x, self.kernel, self.strides, self.padding, self.dilation_rate, self.output_padding)
        return self._finish(y)

    def compute_output_shape(self, input_shape):
        extra = self.output_padding or (None,) * self.rank
        axes = zip(self._spatial(input_shape), self.kernel_size, self.strides, self.dilation_rate, extra, strict=True)
        lengths = [None if axis[0] is None else transposed_length(*axis, self.padding)[1] for axis in axes]
        return self._shape(input_shape[0], lengths, self.filters)


class Conv1DTranspose(_ConvTranspose):
    """The way back of `Conv1D`: each input step adds a scaled kernel to the output, `strides` apart.

    Args:
        filters, kernel_size, strides, data_format, dilation_rate, activation, use_bias: as in `Conv1D`.
        padding: "valid" (the whole sum) or "same" (`steps * stride` outputs).
        output_padding: extra steps on the right, less than `strides`; None leaves the length to `padding`.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: as in `Conv1D`.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, filters)`; kernel `(kernel_size, filters, channels)`: the
        last two axes are the other way round than in `Conv1D`, and so are fan-in and fan-out.

    Raises:
        ValueError: arguments that do not go together.

    >>> import numpy as np
    >>> Conv1DTranspose(1, 2, strides=2, kernel_initializer="ones")(np.array([1.0, 2.0]).reshape(1, 2, 1)).ravel()
    array([1., 1., 2., 2.], dtype=float32)

    Source: Keras page "Conv1DTranspose layer"; Dumoulin and Visin, "A guide to convolution arithmetic" (2016).
    """

    rank = 1


class Conv2DTranspose(_ConvTranspose):
    """The way back of `Conv2D`; see `Conv1DTranspose`.

    Args:
        filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation, use_bias: as in
            `Conv1DTranspose`, one integer or a tuple of two.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: as in `Conv1D`.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, new_height, new_width, filters)`.

    Raises:
        ValueError: arguments that do not go together.

    >>> import numpy as np
    >>> Conv2DTranspose(3, 3, strides=2, padding="same")(np.ones((1, 7, 7, 8))).shape
    (1, 14, 14, 3)

    Source: Keras page "Conv2DTranspose layer".
    """

    rank = 2


class Conv3DTranspose(_ConvTranspose):
    """The way back of `Conv3D`; see `Conv1DTranspose`.

    By position, `data_format` comes before `output_padding` here, as in Keras.

    Args:
        filters, kernel_size, strides, padding, data_format, output_padding, dilation_rate, activation, use_bias: as in
            `Conv1DTranspose`, one integer or a tuple of three.
        **kwargs: the other arguments of `Conv1DTranspose`, by name.

    Shapes:
        in `(batch, depth, height, width, channels)`, out likewise with `filters` channels.

    Raises:
        ValueError: arguments that do not go together.

    >>> import numpy as np
    >>> Conv3DTranspose(1, 2, strides=2)(np.ones((1, 2, 2, 2, 1))).shape
    (1, 4, 4, 4, 1)

    Source: Keras page "Conv3DTranspose layer".
    """

    rank = 3

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        data_format=None,
        output_padding=None,
        dilation_rate=(1, 1, 1),
        activation=None,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation, use_bias,
            **kwargs,
        )  # fmt: skip


class _DepthwiseConv(_Convolution):
    """y[o, c * m + i] = activation(sum over j of x[o * stride + j * dilation, c] * kernel[j, c, i] + bias[c * m + i])."""

    config_names = (
        "depth_multiplier", *_GEOMETRY, "activation", "use_bias", *_weight_options("depthwise", "bias"),
    )  # fmt: skip

    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.depth_multiplier = _check_multiplier(depth_multiplier)
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_output(activation, use_bias)
        self._set_weight_options("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        self.kernel = self._make("kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise")
        self._make_bias(channels * self.depth_multiplier)

    def call(self, inputs):
        x = self._channels_last(self._as_float(inputs))
        return self._finish(ops.depthwise_conv(x, self.kernel, self.strides, self.padding, self.dilation_rate))

    def _output_channels(self, input_shape):
        channels = self._channels(input_shape)
        return None if channels is None else channels * self.depth_multiplier


def _check_multiplier(depth_multiplier) -> int:
    if not isinstance(depth_multiplier, int) or depth_multiplier <= 0:
        raise ValueError(
            "Invalid value for argument `depth_multiplier`. Expected a strictly positive value. "
            f"Received depth_multiplier={depth_multiplier}."
        )
    return depth_multiplier


class DepthwiseConv1D(_DepthwiseConv):
    """Kernels for each channel alone: output channel c * depth_multiplier + i comes from input channel c.

    Args:
        kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias: as in `Conv1D`; padding is
            "valid" or "same".
        depth_multiplier: kernels, and output channels, for each input channel.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of the kernel.
        bias_initializer, bias_regularizer, activity_regularizer, bias_constraint: as in `Conv1D`.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, channels * depth_multiplier)`; kernel
        `(kernel_size, channels, depth_multiplier)`.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> layer = DepthwiseConv1D(2, depthwise_initializer="ones")
    >>> layer(np.array([[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]]))
    array([[[ 3., 30.],
            [ 5., 50.]]], dtype=float32)

    Source: Keras page "DepthwiseConv1D layer".
    """

    rank = 1


class DepthwiseConv2D(_DepthwiseConv):
    """Kernels for each channel of an image alone; see `DepthwiseConv1D`.

    Args:
        kernel_size, strides, padding, depth_multiplier, data_format, dilation_rate, activation, use_bias: as in
            `DepthwiseConv1D`, one integer or a tuple of two.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint, bias_initializer, bias_regularizer,
            activity_regularizer, bias_constraint: as in `DepthwiseConv1D`.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, new_height, new_width, channels * depth_multiplier)`.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> DepthwiseConv2D(3, depth_multiplier=2)(np.ones((1, 8, 8, 3))).shape
    (1, 6, 6, 6)

    Source: Keras page "DepthwiseConv2D layer".
    """

    rank = 2


class _SeparableConv(_Convolution):
    """A depthwise convolution, then one of size 1 across the channels, then bias and activation."""

    weight_names = ("depthwise_kernel", "pointwise_kernel", "bias")
    config_names = (
        "depth_multiplier", "filters", *_GEOMETRY, "activation", "use_bias",
        *_weight_options("depthwise", "pointwise", "bias"),
    )  # fmt: skip

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters, self.depth_multiplier = _check_filters(filters), _check_multiplier(depth_multiplier)
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_output(activation, use_bias)
        self._set_weight_options("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._set_weight_options("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._input_channels(input_shape)
        ones, inner = (1,) * self.rank, channels * self.depth_multiplier
        self.depthwise_kernel = self._make(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise"
        )
        self.pointwise_kernel = self._make("pointwise_kernel", (*ones, inner, self.filters), "pointwise")
        self._make_bias(self.filters)

    def call(self, inputs):
        x = self._channels_last(self._as_float(inputs))
        x = ops.depthwise_conv(x, self.depthwise_kernel, self.strides, self.padding, self.dilation_rate)
        ones = (1,) * self.rank
        return self._finish(ops.conv(x, self.pointwise_kernel, ones, "valid", ones))


class SeparableConv1D(_SeparableConv):
    """A depthwise convolution and then a mix of the channels: far fewer weights than `Conv1D`.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias: as in `Conv1D`;
            padding is "valid" or "same".
        depth_multiplier: channels in between, for each input channel.
        depthwise_initializer, pointwise_initializer, bias_initializer, depthwise_regularizer, pointwise_regularizer,
            bias_regularizer, activity_regularizer, depthwise_constraint, pointwise_constraint, bias_constraint: of the
            three weights.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, filters)`; depthwise_kernel
        `(kernel_size, channels, depth_multiplier)`, pointwise_kernel `(1, channels * depth_multiplier, filters)`.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> layer = SeparableConv1D(8, 3)
    >>> layer(np.ones((1, 10, 4))).shape, layer.count_params()
    ((1, 8, 8), 52)

    Source: Keras page "SeparableConv1D layer"; Chollet, "Xception" (2017).
    """

    rank = 1


class SeparableConv2D(_SeparableConv):
    """A depthwise convolution and then a mix of the channels; see `SeparableConv1D`.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation, use_bias: as in
            `SeparableConv1D`, one integer or a tuple of two.
        depthwise_initializer, pointwise_initializer, bias_initializer, depthwise_regularizer, pointwise_regularizer,
            bias_regularizer, activity_regularizer, depthwise_constraint, pointwise_constraint, bias_constraint: of the
            three weights.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, new_height, new_width, filters)`.

    Raises:
        ValueError: arguments that do not go together, or a kernel larger than its input.

    >>> import numpy as np
    >>> SeparableConv2D(8, 3)(np.ones((1, 10, 10, 4))).shape
    (1, 8, 8, 8)

    Source: Keras page "SeparableConv2D layer".
    """

    rank = 2


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
