"""What all convolutions share: their arguments, weights, shapes, and what happens around the sum itself."""

from typing import ClassVar

import numpy as np

from layerlab import activations, constraints, initializers, regularizers
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.spatial import SpatialLayer, as_padding, as_tuple, window_lengths

__all__: list[str] = []

GEOMETRY = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")


def weight_options(*names: str) -> tuple[str, ...]:
    """The configuration entries of weights: initializers, then regularizers, then constraints.

    >>> weight_options("kernel")
    ('kernel_initializer', 'kernel_regularizer', 'activity_regularizer', 'kernel_constraint')
    """
    initial, penalties, limits = (
        [f"{name}_{kind}" for name in names] for kind in ("initializer", "regularizer", "constraint")
    )
    return (*initial, *penalties, "activity_regularizer", *limits)


def positive(value, name: str) -> int:
    """An argument that counts something: `filters`, `depth_multiplier`.

    Raises:
        ValueError: not a positive integer.
    """
    if isinstance(value, int | np.integer) and value > 0:
        return int(value)
    hint = f" Did you mean {name}={int(value)}?" if isinstance(value, float) and value == int(value) > 0 else ""
    raise ValueError(
        f"Invalid value for argument `{name}`. Expected a strictly positive value. Received {name}={value}.{hint}"
    )


class Convolution(SpatialLayer, named=False):
    """Base of all convolutions; a subclass says its weights in `build`, and the sum in `_convolve`."""

    repeats = True
    weight_names: ClassVar[tuple[str, ...]] = ("kernel", "bias")
    paddings: tuple[str, ...] = ("valid", "same")

    def _set_geometry(self, kernel_size, strides, padding, data_format, dilation_rate) -> None:
        self.kernel_size = as_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = as_tuple(strides, self.rank, "strides")
        self.dilation_rate = as_tuple(dilation_rate, self.rank, "dilation_rate")
        self.padding = as_padding(padding, self.paddings)
        self._set_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    def _refuse_stride_with_dilation(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    def _set_output(self, activation, use_bias) -> None:
        self.activation, self.use_bias = activations.get(activation), use_bias

    def _set_weight_options(self, name: str, initializer, regularizer, constraint) -> None:
        setattr(self, f"{name}_initializer", initializers.get(initializer))
        setattr(self, f"{name}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{name}_constraint", constraints.get(constraint))

    # --- building -----------------------------------------------------------------------------------------------

    def _accept(self, input_shape) -> int:
        """Check the input's shape before there are weights, and demand its channels from now on; their number."""
        self.compute_output_shape(input_shape)
        axis, channels = 1 if self._channels_first else -1, self._channels(input_shape)
        if channels is None:
            raise ValueError(
                "The channel dimension of the inputs should be defined. The input_shape received is "
                f"{tuple(input_shape)}, where axis {axis} (0-based) is the channel dimension, which found to be `None`."
            )
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _make(self, name: str, shape: tuple[int, ...], options: str):
        """A weight with the initializer, regularizer and constraint called `options`."""
        kinds = ("initializer", "regularizer", "constraint")
        return self.add_weight(name=name, shape=shape, **{kind: getattr(self, f"{options}_{kind}") for kind in kinds})

    def _make_bias(self, units: int) -> None:
        self.bias = self._make("bias", (units,), "bias") if self.use_bias else None

    # --- the call -----------------------------------------------------------------------------------------------

    def _convolve(self, x):
        """The sum over taps and channels, channels last."""
        raise NotImplementedError

    def _activated(self, x):
        """The activation of the sum plus the bias, for inputs with the channels last; the layer's own layout."""
        y = self._convolve(x)
        return self.activation(self._own_layout(y if self.bias is None else y + self.bias))

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)  # refuses kernels that do not fit
        return self._activated(self._channels_last(self._as_float(inputs)))

    # --- shapes -------------------------------------------------------------------------------------------------

    def _output_channels(self, input_shape) -> int | None:
        return self.filters

    def compute_output_shape(self, input_shape):
        """The output's shape for inputs of this shape; None where it is not known."""
        kernel_shape = (*self.kernel_size, self._channels(input_shape), self._output_channels(input_shape))
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"Kernel shape must have the same length as input, but received kernel of shape {kernel_shape} and "
                f"input of shape {tuple(input_shape)}."
            )
        lengths = self._lengths(self._spatial(input_shape), tuple(input_shape), kernel_shape)
        return self._shape(input_shape[0], lengths, kernel_shape[-1])

    def _lengths(self, spatial, input_shape, kernel_shape) -> tuple:
        received = (
            f"`inputs shape={input_shape}`, `kernel shape={kernel_shape}`, "
            f"`dilation_rate={list(self.dilation_rate)}`, `strides={self.strides}`, `padding={self.padding}`"
        )
        return window_lengths(spatial, self.kernel_size, self.strides, self.dilation_rate, self.padding, received)
