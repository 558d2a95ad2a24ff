"""Pooling: the maximum or the mean of small windows, or of everything, in one to three spatial axes."""

from layerlab.layers.spatial import SpatialLayer, as_padding, as_tuple, window_lengths

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


class _Windowed(SpatialLayer, named=False):
    """Windows over the spatial axes, each channel for itself."""

    config_names = ("pool_size", "padding", "strides", "data_format")

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = as_tuple(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size if strides is None else as_tuple(strides, self.rank, "strides")
        self.padding = as_padding(padding)
        self._set_data_format(data_format)

    def _pool(self, x):
        raise NotImplementedError

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)  # refuses windows that do not fit
        return self._own_layout(self._pool(self._channels_last(inputs)))

    def compute_output_shape(self, input_shape):
        received = f"`inputs shape={tuple(input_shape)}`, `pool_size={self.pool_size}`, `padding={self.padding}`"
        ones = (1,) * self.rank
        lengths = window_lengths(self._spatial(input_shape), self.pool_size, self.strides, ones, self.padding, received)
        return self._shape(input_shape[0], lengths, self._channels(input_shape))


class _MaxPooling(_Windowed, named=False):
    """The largest element of each window; in a tie its first takes the whole gradient."""

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def _pool(self, x):
        return ops.max_pool(self._as_float(x), self.pool_size, self.strides, self.padding)


class _AveragePooling(_Windowed, named=False):
    """The mean of what each window sees: padding does not count."""

    def _pool(self, x):
        return ops.average_pool(self._as_float(x), self.pool_size, self.strides, self.padding)


class _Global(SpatialLayer, named=False):
    """One number a channel, from all positions."""

    config_names = ("data_format", "keepdims")

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.keepdims = keepdims
        self._set_data_format(data_format)

    @property
    def _axes(self) -> tuple[int, ...]:
        first = 2 if self._channels_first else 1
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape):
        channels = self._channels(input_shape)
        return self._shape(input_shape[0], (1,) * self.rank if self.keepdims else (), channels)


class _GlobalMaxPooling(_Global, named=False):
    """The largest element of a channel; a tie shares the gradient equally."""

    def call(self, inputs):
        return np.max(self._as_float(inputs), axis=self._axes, keepdims=self.keepdims)


class _GlobalAveragePooling(_Global, named=False):
    """The mean of a channel."""

    def call(self, inputs):
        return np.mean(self._as_float(inputs), axis=self._axes, keepdims=self.keepdims)


class MaxPooling1D(_MaxPooling):
    """The largest element of each window over steps, channel by channel.

    Args:
        pool_size: size of the window: an integer or a tuple of one; 2 by default.
        strides: steps between windows; the window's own size by default.
        padding: "valid" (only whole windows) or "same" (as many outputs as size / stride; what lies outside never wins).
        data_format: "channels_last", "channels_first", or None for the global setting.
        name: of the layer.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, new_steps, channels)`.

    Raises:
        ValueError: a window larger than its input, or another number of axes.

    >>> import numpy as np

from layerlab import ops
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
        padding: "valid" (only whole windows) or "same" (as many outputs as size / stride; what lies outside never wins).
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
        padding: "valid" (only whole windows) or "same" (as many outputs as size / stride; what lies outside never wins).
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
        padding: "valid" (only whole windows) or "same" (as many outputs as size / stride; what lies outside does not count).
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
        padding: "valid" (only whole windows) or "same" (as many outputs as size / stride; what lies outside does not count).
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
        padding: "valid" (only whole windows) or "same" (as many outputs as size / stride; what lies outside does not count).
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


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest element of each channel over steps.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, channels)`.

    >>> import numpy as np
    >>> GlobalMaxPooling1D()(np.ones((2, 4, 3))).shape
    (2, 3)

    Source: Keras page "GlobalMaxPooling1D layer".
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest element of each channel over the plane.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, channels)`.

    >>> import numpy as np
    >>> GlobalMaxPooling2D()(np.ones((2, 4, 5, 3))).shape
    (2, 3)

    Source: Keras page "GlobalMaxPooling2D layer".
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest element of each channel over space.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, depth, height, width, channels)`, out `(batch, channels)`.

    >>> import numpy as np
    >>> GlobalMaxPooling3D()(np.ones((2, 4, 5, 6, 3))).shape
    (2, 3)

    Source: Keras page "GlobalMaxPooling3D layer".
    """

    rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel over steps.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, channels)`. With a mask `(batch, steps)` only the steps that it keeps
        count; a sample without any gives NaN.

    >>> import numpy as np
    >>> GlobalAveragePooling1D()(np.ones((2, 4, 3))).shape
    (2, 3)

    Source: Keras page "GlobalAveragePooling1D layer".
    """

    rank = 1
    supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        axis = self._axes[0]
        kept = np.expand_dims(mask, 1 if self._channels_first else -1).astype(inputs.dtype)
        total = np.sum(inputs * kept, axis=axis, keepdims=self.keepdims)
        with np.errstate(invalid="ignore"):  # 0 / 0: no step is kept
            return total / np.sum(kept, axis=axis, keepdims=self.keepdims)

    def compute_mask(self, inputs, previous_mask):
        """None: there are no steps left."""
        return None


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel over the plane.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, channels)`.

    >>> import numpy as np
    >>> GlobalAveragePooling2D()(np.ones((2, 4, 5, 3))).shape
    (2, 3)

    Source: Keras page "GlobalAveragePooling2D layer".
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each channel over space.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, depth, height, width, channels)`, out `(batch, channels)`.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.ones((2, 4, 5, 6, 3))).shape
    (2, 3)

    Source: Keras page "GlobalAveragePooling3D layer".
    """

    rank = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
