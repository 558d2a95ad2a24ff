"""Convolutions: kernels that slide over one to three spatial axes, the same weights at every position."""

import numpy as np

from layerlab import activations
from layerlab.layers.convolving import GEOMETRY, Convolution, positive, weight_options
from layerlab.ops.conv import conv

__all__ = ["Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"]


class Conv(Convolution, named=False):
    """y[o, f] = activation(sum over j and c of x[o * stride + j * dilation, c] * kernel[j, c, f] + bias[f])."""

    config_names = ("filters", *GEOMETRY, "groups", "activation", "use_bias", *weight_options("kernel", "bias"))

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
        self.filters, self.groups = positive(filters, "filters"), _checked_groups(groups, filters)
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._refuse_stride_with_dilation()
        self._set_output(activation, use_bias)
        self._set_weight_options("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape):
        channels = self._accept(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by the number of groups. Received "
                f"groups={self.groups}, but the input has {channels} channels (full input shape is "
                f"{tuple(input_shape)})."
            )
        self.kernel = self._make("kernel", (*self.kernel_size, channels // self.groups, self.filters), "kernel")
        self._make_bias(self.filters)

    def _activated(self, x):
        is_relu = self.activation is activations.relu
        y = conv(x, self.kernel, self.strides, self.padding, self.dilation_rate, self.bias, is_relu)
        return self._own_layout(y) if is_relu else self.activation(self._own_layout(y))


def _checked_groups(groups, filters) -> int:
    if not isinstance(groups, int | np.integer) or groups <= 0:
        raise ValueError(f"The number of groups must be a positive integer. Received: groups={groups}.")
    if filters % groups:
        raise ValueError(
            "The number of filters must be evenly divisible by the number of groups. "
            f"Received: groups={groups}, filters={filters}."
        )
    return int(groups)


class Conv1D(Conv):
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


class Conv2D(Conv):
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


class Conv3D(Conv):
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


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
