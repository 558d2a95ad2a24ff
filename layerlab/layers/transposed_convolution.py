"""Transposed convolutions: the way back of a convolution, from few positions to many."""

from layerlab.layers.convolving import Convolution, positive, weight_options
from layerlab.layers.spatial import as_tuple
from layerlab.ops.conv import conv_transpose, transposed_length

__all__ = [
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
]


class ConvTranspose(Convolution, named=False):
    """y[i * stride + j * dilation, f] += x[i, c] * kernel[j, f, c], then bias and activation."""

    config_names = (
        "filters", "kernel_size", "strides", "padding", "output_padding", "data_format", "dilation_rate", "activation",
        "use_bias", *weight_options("kernel", "bias"),
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
        self.filters = positive(filters, "filters")
        self._set_geometry(kernel_size, strides, padding, data_format, dilation_rate)
        self._refuse_stride_with_dilation()
        self.output_padding = self._checked_output_padding(output_padding)
        self._set_output(activation, use_bias)
        self._set_weight_options("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._set_weight_options("bias", bias_initializer, bias_regularizer, bias_constraint)

    def _checked_output_padding(self, output_padding) -> tuple[int, ...] | None:
        if output_padding is None:
            return None
        values = as_tuple(output_padding, self.rank, "output_padding", minimum=0)
        for i, (extra, stride) in enumerate(zip(values, self.strides, strict=True)):
            if extra >= stride:
                raise ValueError(
                    "`output_padding` must be strictly less than `strides` for all dimensions. At dimension "
                    f"{i}, `output_padding` is {extra} but `strides` is {stride}. "
                    f"Received: output_padding={values}, strides={self.strides}"
                )
        return values

    def build(self, input_shape):
        channels = self._accept(input_shape)
        self.kernel = self._make("kernel", (*self.kernel_size, self.filters, channels), "kernel")
        self._make_bias(self.filters)

    def _convolve(self, x):
        return conv_transpose(x, self.kernel, self.strides, self.padding, self.dilation_rate, self.output_padding)

    def _lengths(self, spatial, input_shape, kernel_shape):
        extra = self.output_padding or (None,) * self.rank
        axes = zip(spatial, self.kernel_size, self.strides, self.dilation_rate, extra, strict=True)
        return tuple(None if axis[0] is None else transposed_length(*axis, self.padding)[1] for axis in axes)


class Conv1DTranspose(ConvTranspose):
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


class Conv2DTranspose(ConvTranspose):
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


class Conv3DTranspose(ConvTranspose):
    """The way back of `Conv3D`; see `Conv1DTranspose`.

    By position, `data_format` comes before `output_padding` here, as in Keras.

    Args:
        filters, kernel_size, strides, padding, data_format, output_padding, dilation_rate, activation, use_bias: as in
            `Conv1DTranspose`, one integer or a tuple of three.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: as in `Conv1D`.

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
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, output_padding=None,
        dilation_rate=1, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip


Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
