"""Adaptive pooling: as many outputs as one asks for, whatever the size of the input; the windows follow from both."""

from typing import Any

import numpy as np

from layerlab.layers.spatial import SpatialLayer, as_tuple

__all__ = [
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
]


class _AdaptivePooling(SpatialLayer, named=False):
    """Output i of m looks at the inputs from floor(i n / m) to ceil((i + 1) n / m) of n, along each axis."""

    repeats = True
    config_names = ("output_size", "data_format")
    _pooled: Any  # np.max or np.mean: along one axis after the other they give that of the whole window

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = _checked(output_size, self.rank)
        self._set_data_format(data_format)

    def compute_output_shape(self, input_shape):
        return self._shape(input_shape[0], self.output_size, self._channels(input_shape))

    def call(self, inputs):
        x = inputs
        for axis, size in zip(self._axes, self.output_size, strict=True):
            before = (slice(None),) * axis
            windows = _windows(x.shape[axis], size)
            x = np.stack([self._pooled(x[(*before, window)], axis=axis) for window in windows], axis=axis)
        return x


def _checked(output_size, rank: int) -> tuple[int, ...]:
    if not isinstance(output_size, int | np.integer | tuple | list):
        raise TypeError(
            f"`output_size` must be an integer or tuple of {rank} integer(s). Received: {output_size} of type "
            f"{type(output_size)}"
        )
    if not isinstance(output_size, int | np.integer) and len(output_size) != rank:
        raise ValueError(f"For {rank}D input, `output_size` tuple must have length {rank}. Received: {output_size}")
    return as_tuple(output_size, rank, "output_size")


def _windows(n: int, outputs: int) -> list[slice]:
    """Where the windows of so many outputs lie on an axis of size n: they overlap by one where the sizes do not fit.

    >>> [(window.start, window.stop) for window in _windows(5, 3)]
    [(0, 2), (1, 4), (3, 5)]
    """
    return [slice(i * n // outputs, -(-(i + 1) * n // outputs)) for i in range(outputs)]


class _AdaptiveMaxPooling(_AdaptivePooling, named=False):
    """The largest element of each window; a tie shares the gradient equally."""

    keeps_integers = True
    _pooled = staticmethod(np.max)


class _AdaptiveAveragePooling(_AdaptivePooling, named=False):
    """The mean of each window."""

    _pooled = staticmethod(np.mean)

    def call(self, inputs):
        return super().call(self._as_float(inputs))


class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """The mean of each channel in each of a given number of windows of steps.

    Args:
        output_size: how many windows: an integer.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, output_size, channels)`.

    Raises:
        TypeError, ValueError: an output size that is no such number.

    >>> import numpy as np
    >>> AdaptiveAveragePooling1D(2)(np.ones((2, 5, 3))).shape
    (2, 2, 3)

    Source: Keras page "AdaptiveAveragePooling1D layer".
    """

    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """The mean of each channel in each of a given number of windows of the plane.

    Args:
        output_size: how many windows: an integer for all axes, or a tuple of 2.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, *output_size, channels)`.

    Raises:
        TypeError, ValueError: an output size that is no such number.

    >>> import numpy as np
    >>> AdaptiveAveragePooling2D(2)(np.ones((2, 5, 6, 3))).shape
    (2, 2, 2, 3)

    Source: Keras page "AdaptiveAveragePooling2D layer".
    """

    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """The mean of each channel in each of a given number of windows of space.

    Args:
        output_size: how many windows: an integer for all axes, or a tuple of 3.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, depth, height, width, channels)`, out `(batch, *output_size, channels)`.

    Raises:
        TypeError, ValueError: an output size that is no such number.

    >>> import numpy as np
    >>> AdaptiveAveragePooling3D(2)(np.ones((2, 5, 6, 4, 3))).shape
    (2, 2, 2, 2, 3)

    Source: Keras page "AdaptiveAveragePooling3D layer".
    """

    rank = 3


class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """The largest element of each channel in each of a given number of windows of steps.

    Args:
        output_size: how many windows: an integer.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, output_size, channels)`.

    Raises:
        TypeError, ValueError: an output size that is no such number.

    >>> import numpy as np
    >>> AdaptiveMaxPooling1D(2)(np.ones((2, 5, 3))).shape
    (2, 2, 3)

    Source: Keras page "AdaptiveMaxPooling1D layer".
    """

    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """The largest element of each channel in each of a given number of windows of the plane.

    Args:
        output_size: how many windows: an integer for all axes, or a tuple of 2.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, *output_size, channels)`.

    Raises:
        TypeError, ValueError: an output size that is no such number.

    >>> import numpy as np
    >>> AdaptiveMaxPooling2D(2)(np.ones((2, 5, 6, 3))).shape
    (2, 2, 2, 3)

    Source: Keras page "AdaptiveMaxPooling2D layer".
    """

    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """The largest element of each channel in each of a given number of windows of space.

    Args:
        output_size: how many windows: an integer for all axes, or a tuple of 3.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, depth, height, width, channels)`, out `(batch, *output_size, channels)`.

    Raises:
        TypeError, ValueError: an output size that is no such number.

    >>> import numpy as np
    >>> AdaptiveMaxPooling3D(2)(np.ones((2, 5, 6, 4, 3))).shape
    (2, 2, 2, 2, 3)

    Source: Keras page "AdaptiveMaxPooling3D layer".
    """

    rank = 3
