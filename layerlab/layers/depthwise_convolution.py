"""Depthwise and separable convolutions: kernels that see one channel each, and a mix of the channels after that."""

from layerlab.layers.convolving import GEOMETRY, Convolution, positive, weight_options
from layerlab.ops.conv import conv
from layerlab.ops.depthwise import depthwise_conv

__all__ = [
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]


class DepthwiseConv(Convolution, named=False):
    """y[o, c * m + i] = activation(sum over j of x[o * stride + j * dilation, c] * kernel[j, c, i] + bias[...])."""

    config_names = ("depth_multiplier", *GEOMETRY, "activation", "use_bias", *weight_options("depthwise", "bias"))

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
        self.depth_multiplier = positive(depth_multiplier, "depth_multiplier")
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_output(activation, use_bias)
        self._set_weight_options("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._accept(input_shape)
        self.kernel = self._make("kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise")
        self._make_bias(channels * self.depth_multiplier)

    def _convolve(self, x):
        return depthwise_conv(x, self.kernel, self.strides, self.padding, self.dilation_rate)

    def _output_channels(self, input_shape):
        channels = self._channels(input_shape)
        return None if channels is None else channels * self.depth_multiplier


class DepthwiseConv1D(DepthwiseConv):
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


class DepthwiseConv2D(DepthwiseConv):
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


class SeparableConv(Convolution, named=False):
    """A depthwise convolution, then one of size 1 across the channels, then bias and activation."""

    weight_names = ("depthwise_kernel", "pointwise_kernel", "bias")
    config_names = (
        "depth_multiplier", "filters", *GEOMETRY, "activation", "use_bias",
        *weight_options("depthwise", "pointwise", "bias"),
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
        self.filters = positive(filters, "filters")
        self.depth_multiplier = positive(depth_multiplier, "depth_multiplier")
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._set_output(activation, use_bias)
        self._set_weight_options("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._set_weight_options("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._accept(input_shape)
        ones, inner = (1,) * self.rank, channels * self.depth_multiplier
        self.depthwise_kernel = self._make(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise"
        )
        self.pointwise_kernel = self._make("pointwise_kernel", (*ones, inner, self.filters), "pointwise")
        self._make_bias(self.filters)

    def _convolve(self, x):
        x = depthwise_conv(x, self.depthwise_kernel, self.strides, self.padding, self.dilation_rate)
        ones = (1,) * self.rank
        return conv(x, self.pointwise_kernel, ones, "valid", ones)


class SeparableConv1D(SeparableConv):
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


class SeparableConv2D(SeparableConv):
    """A depthwise convolution and then a mix of the channels; see `SeparableConv1D`.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation, use_bias: as
            in `SeparableConv1D`, one integer or a tuple of two.
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


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
