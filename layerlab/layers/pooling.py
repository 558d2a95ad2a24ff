"""Pooling: the maximum or the mean of small windows, channel by channel, over one to three spatial axes."""

from layerlab.layers.spatial import SpatialLayer, as_tuple, window_lengths
from layerlab.ops.pool import average_pool, max_pool

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


class Pooling(SpatialLayer, named=False):
    """Windows over the spatial axes, each channel for itself."""

    repeats = True
    config_names = ("pool_size", "padding", "strides", "data_format")

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = as_tuple(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size if strides is None else as_tuple(strides, self.rank, "strides")
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"Argument `padding` must be either 'valid' or 'same'. Received: padding={padding}")
        self._set_data_format(data_format)

    def _pool(self, x):
        """The numbers of the windows, channels last."""
        raise NotImplementedError

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)  # refuses windows that do not fit
        return self._own_layout(self._pool(self._channels_last(inputs)))

    def compute_output_shape(self, input_shape):
        received = (
            f"`inputs.shape={tuple(input_shape)}`, `pool_size={self.pool_size}`, `strides={self.strides}`, "
            f"`padding={self.padding}`"
        )
        ones = (1,) * self.rank
        lengths = window_lengths(self._spatial(input_shape), self.pool_size, self.strides, ones, self.padding, received)
        return self._shape(input_shape[0], lengths, self._channels(input_shape))


class _MaxPooling(Pooling, named=False):
    """The largest element of each window; in a tie its first takes the whole gradient."""

    keeps_integers = True

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def _pool(self, x):
        return max_pool(x, self.pool_size, self.strides, self.padding)


class _AveragePooling(Pooling, named=False):
    """The mean of what each window sees: padding does not count."""

    def _pool(self, x):
        return average_pool(self._as_float(x), self.pool_size, self.strides, self.padding)


class MaxPooling1D(_MaxPooling):
    """The largest element of each window over steps, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of one; 2 by default.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (size / stride outputs; what lies outside never wins).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np
    >>> MaxPooling1D(2, strides=1)(np.arange(1.0, 5).reshape(1, 4, 1)).ravel()
    array([2., 3., 4.], dtype=float32)

    Source: Keras page "MaxPooling1D layer".
    """

    rank = 1


class MaxPooling2D(_MaxPooling):
    """The largest element of each window over the plane, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of two; 2 by default.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (size / stride outputs; what lies outside never wins).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, new_height, new_width, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np
    >>> MaxPooling2D()(np.ones((1, 28, 28, 4))).shape
    (1, 14, 14, 4)

    Source: Keras page "MaxPooling2D layer".
    """

    rank = 2


class MaxPooling3D(_MaxPooling):
    """The largest element of each window over space, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of three; 2 by default.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (size / stride outputs; what lies outside never wins).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, depth, height, width, channels)`, out `(batch, new_depth, new_height, new_width, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np
    >>> MaxPooling3D()(np.ones((1, 4, 6, 8, 2))).shape
    (1, 2, 3, 4, 2)

    Source: Keras page "MaxPooling3D layer".
    """

    rank = 3


class AveragePooling1D(_AveragePooling):
    """The mean of each window over steps, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of one.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (size / stride outputs; what lies outside does not count).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np
    >>> AveragePooling1D(3, strides=1, padding="same")(np.arange(1.0, 6).reshape(1, 5, 1)).ravel()
    array([1.5, 2. , 3. , 4. , 4.5], dtype=float32)

    Source: Keras page "AveragePooling1D layer".
    """

    rank = 1


class AveragePooling2D(_AveragePooling):
    """The mean of each window over the plane, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of two.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (size / stride outputs; what lies outside does not count).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, new_height, new_width, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np
    >>> AveragePooling2D((2, 4))(np.ones((1, 28, 28, 4))).shape
    (1, 14, 7, 4)

    Source: Keras page "AveragePooling2D layer".
    """

    rank = 2


class AveragePooling3D(_AveragePooling):
    """The mean of each window over space, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of three.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (size / stride outputs; what lies outside does not count).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, depth, height, width, channels)`, out `(batch, new_depth, new_height, new_width, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np
    >>> AveragePooling3D(2)(np.ones((1, 4, 6, 8, 2))).shape
    (1, 2, 3, 4, 2)

    Source: Keras page "AveragePooling3D layer".
    """

    rank = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
