"""Global pooling: one number a channel, the maximum or the mean over all positions."""

import numpy as np

from layerlab.layers.spatial import SpatialLayer
from layerlab.ops.averages import mean_over

__all__ = [
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
]


class _GlobalPooling(SpatialLayer, named=False):
    """Takes the spatial axes away, or leaves them with size 1."""

    repeats = True
    config_names = ("data_format", "keepdims")

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.keepdims = keepdims
        self._set_data_format(data_format)

    def compute_output_shape(self, input_shape):
        left = (1,) * self.rank if self.keepdims else ()
        return self._shape(input_shape[0], left, self._channels(input_shape))


class _GlobalMaxPooling(_GlobalPooling, named=False):
    """The largest element of a channel; a tie shares the gradient equally."""

    keeps_integers = True

    def call(self, inputs):
        return np.max(inputs, axis=self._axes, keepdims=self.keepdims)


class _GlobalAveragePooling(_GlobalPooling, named=False):
    """The mean of a channel."""

    def call(self, inputs):
        return mean_over(self._as_float(inputs), self._axes, self.keepdims)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest element of each channel over steps.

    Args:
        data_format: "channels_last", "channels_first", or None for the global setting.
        keepdims: keep the spatial axes, with size 1.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, channels)`.

    Raises:
        ValueError: inputs with another number of axes.

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

    Raises:
        ValueError: inputs with another number of axes.

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

    Raises:
        ValueError: inputs with another number of axes.

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
        in `(batch, steps, channels)`, out `(batch, channels)`. With a mask `(batch, steps)` only the steps that it
        keeps count; a sample without any gives NaN.

    Raises:
        ValueError: inputs with another number of axes.

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
        kept = np.expand_dims(np.not_equal(mask, 0), 1 if self._channels_first else -1)
        x = self._as_float(inputs)
        total = np.sum(np.where(kept, x, 0), axis=axis, keepdims=self.keepdims)
        with np.errstate(invalid="ignore"):  # 0 / 0: no step is kept
            return total / np.sum(kept, axis=axis, keepdims=self.keepdims, dtype=x.dtype)

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

    Raises:
        ValueError: inputs with another number of axes.

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

    Raises:
        ValueError: inputs with another number of axes.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.ones((2, 4, 5, 6, 3))).shape
    (2, 3)

    Source: Keras page "GlobalAveragePooling3D layer".
    """

    rank = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
