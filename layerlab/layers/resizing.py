"""Layers that make spatial axes longer or shorter: zeros around, edges cut off, elements repeated or interpolated."""

from typing import ClassVar

import numpy as np

from layerlab.layers.spatial import SpatialLayer, as_tuple
from layerlab.ops.resize import INTERPOLATIONS, interpolation_matrix

__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]

Pairs = tuple[tuple[int, ...], ...]

_WORDS = {2: "two", 3: "3"}
_ORDINALS = ("1st", "2nd", "3rd")


def _as_pairs(value, rank: int, name: str) -> Pairs:
    """(before, after) for each spatial axis, from one integer, one for each axis, or pairs.

    >>> _as_pairs((1, (2, 3)), 2, "padding")
    ((1, 1), (2, 3))
    """
    if isinstance(value, int | np.integer):
        if value < 0:
            raise ValueError(f"`{name}` cannot be negative. Received: {name}={value}.")
        value = (value,) * rank
    if not hasattr(value, "__len__"):
        raise ValueError(
            f"`{name}` should be either an int, a tuple of {rank} ints (the same number before and after), or a tuple "
            f"of {rank} tuples of 2 ints ((before, after), ...). Received: {name}={value}."
        )
    if len(value) != rank:
        raise ValueError(f"`{name}` should have {_WORDS[rank]} elements. Received: {name}={value}.")
    entries = zip(_ORDINALS, value, strict=False)
    return tuple(as_tuple(entry, 2, f"{ordinal} entry of {name}", minimum=0) for ordinal, entry in entries)


class _Resizing(SpatialLayer, named=False):
    """Base: the new length of each spatial axis follows from its old one."""

    keeps_integers = True

    def _new_length(self, n: int, i: int, input_shape) -> int:
        """The length of spatial axis i when it had n elements."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        lengths = list(input_shape)
        for i, axis in enumerate(self._axes):
            if input_shape[axis] is not None:
                lengths[axis] = self._new_length(input_shape[axis], i, tuple(input_shape))
        return tuple(lengths)


class _ZeroPadding(_Resizing, named=False):
    """Zeros before and after each spatial axis."""

    config_names = ("padding", "data_format")
    padding: tuple

    @property
    def _pairs(self) -> Pairs:
        return (self.padding,) if self.rank == 1 else self.padding

    def call(self, inputs):
        none = ((0, 0),)
        return np.pad(inputs, (*none * self._axes[0], *self._pairs, *none * (not self._channels_first)))

    def _new_length(self, n, i, input_shape):
        return n + sum(self._pairs[i])


class ZeroPadding1D(_ZeroPadding):
    """Adds zeros before and after the steps.

    Args:
        padding: how many: an integer, or (before, after).
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, before + steps + after, channels)`.

    Raises:
        ValueError: negative numbers, or not two of them.

    >>> import numpy as np
    >>> ZeroPadding1D((1, 2))(np.ones((1, 2, 1))).ravel()
    array([0., 1., 1., 0., 0.], dtype=float32)

    Source: Keras page "ZeroPadding1D layer".
    """

    rank = 1

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.padding = as_tuple(padding, 2, "padding", minimum=0)
        self._set_data_format(data_format)


class ZeroPadding2D(_ZeroPadding):
    """Adds rows and columns of zeros around images.

    Args:
        padding: one integer for all sides, (rows, columns), or ((top, bottom), (left, right)).
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, top + height + bottom, left + width + right, channels)`.

    Raises:
        ValueError: negative numbers, or another number of them.

    >>> import numpy as np
    >>> ZeroPadding2D(((1, 0), (0, 2)))(np.ones((1, 1, 1, 1)))[0, :, :, 0]
    array([[0., 0., 0.],
           [1., 0., 0.]], dtype=float32)

    Source: Keras page "ZeroPadding2D layer".
    """

    rank = 2

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.padding = _as_pairs(padding, 2, "padding")
        self._set_data_format(data_format)


class ZeroPadding3D(_ZeroPadding):
    """Adds zeros around volumes.

    Args:
        padding: one integer for all sides, one for each axis, or three pairs (before, after).
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, depth, height, width, channels)`, out likewise, each spatial axis longer by its pair.

    Raises:
        ValueError: negative numbers, or another number of them.

    >>> import numpy as np
    >>> ZeroPadding3D((0, 1, (2, 3)))(np.ones((1, 4, 4, 4, 1))).shape
    (1, 4, 6, 9, 1)

    Source: Keras page "ZeroPadding3D layer".
    """

    rank = 3

    def __init__(self, padding=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.padding = _as_pairs(padding, 3, "padding")
        self._set_data_format(data_format)


class _Cropping(_Resizing, named=False):
    """The middle of each spatial axis."""

    config_names: ClassVar[tuple[str, ...]] = ("cropping", "data_format")
    _too_much = "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input"
    cropping: tuple

    @property
    def _pairs(self) -> Pairs:
        return (self.cropping,) if self.rank == 1 else self.cropping

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)  # refuses to crop everything
        lengths = self._spatial(inputs.shape)
        kept = (slice(before, n - after) for (before, after), n in zip(self._pairs, lengths, strict=True))
        return inputs[(slice(None),) * self._axes[0] + tuple(kept)]

    def _new_length(self, n, i, input_shape):
        left = n - sum(self._pairs[i])
        if left <= 0:
            raise ValueError(f"{self._too_much}. Received: input_shape={input_shape}, cropping={self.cropping}")
        return left


class Cropping1D(_Cropping):
    """Cuts off steps at both ends.

    Args:
        cropping: how many: an integer, or (before, after).

    Shapes:
        in `(batch, steps, channels)`, out `(batch, steps - before - after, channels)`; there is no `data_format`.

    Raises:
        ValueError: negative numbers, or no step would be left.

    >>> import numpy as np
    >>> Cropping1D((1, 2))(np.arange(6.0).reshape(1, 6, 1)).ravel()
    array([1., 2., 3.], dtype=float32)

    Source: Keras page "Cropping1D layer".
    """

    rank = 1
    config_names = ("cropping",)
    _too_much = "`cropping` parameter of `Cropping1D` layer must be smaller than the input length"

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(**kwargs)
        self.cropping = as_tuple(cropping, 2, "cropping", minimum=0)
        self._set_data_format("channels_last")


class Cropping2D(_Cropping):
    """Cuts off the edges of images.

    Args:
        cropping: one integer for all sides, (rows, columns), or ((top, bottom), (left, right)).
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, height - top - bottom, width - left - right, channels)`.

    Raises:
        ValueError: negative numbers, or nothing would be left.

    >>> import numpy as np
    >>> Cropping2D((2, (0, 1)))(np.ones((1, 28, 28, 3))).shape
    (1, 24, 27, 3)

    Source: Keras page "Cropping2D layer".
    """

    rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.cropping = _as_pairs(cropping, 2, "cropping")
        self._set_data_format(data_format)


class Cropping3D(_Cropping):
    """Cuts off the edges of volumes.

    Args:
        cropping: one integer for all sides, one for each axis, or three pairs (before, after).
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, depth, height, width, channels)`, out likewise, each spatial axis shorter by its pair.

    Raises:
        ValueError: negative numbers, or nothing would be left.

    >>> import numpy as np
    >>> Cropping3D()(np.ones((1, 4, 5, 6, 1))).shape
    (1, 2, 3, 4, 1)

    Source: Keras page "Cropping3D layer".
    """

    rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.cropping = _as_pairs(cropping, 3, "cropping")
        self._set_data_format(data_format)


class _UpSampling(_Resizing, named=False):
    """Each spatial axis a whole number of times as long."""

    config_names: ClassVar[tuple[str, ...]] = ("size", "data_format")

    @property
    def _factors(self) -> tuple[int, ...]:
        return (self.size,) if self.rank == 1 else self.size

    def call(self, inputs):
        for axis, factor in zip(self._axes, self._factors, strict=True):
            inputs = self._enlarged(inputs, axis, factor)
        return inputs

    def _enlarged(self, x, axis: int, factor: int):
        return np.repeat(x, factor, axis)

    def _new_length(self, n, i, input_shape):
        return n * self._factors[i]


class UpSampling1D(_UpSampling):
    """Repeats each step.

    Args:
        size: how many times, a positive integer.

    Shapes:
        in `(batch, steps, channels)`, out `(batch, steps * size, channels)`; there is no `data_format`.

    Raises:
        TypeError: `size` is not an integer.
        ValueError: `size` is not positive.

    >>> import numpy as np
    >>> UpSampling1D(2)(np.array([1.0, 2.0]).reshape(1, 2, 1)).ravel()
    array([1., 1., 2., 2.], dtype=float32)

    Source: Keras page "UpSampling1D layer".
    """

    rank = 1
    config_names = ("size",)

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"Expected an integer value for `size`, got {type(size)}.")
        if size <= 0:
            raise ValueError(f"Argument `size` should be a positive integer. Received: size={size}")
        self.size = size
        self._set_data_format("channels_last")


class UpSampling2D(_UpSampling):
    """Enlarges images by whole factors, repeating pixels or interpolating between them.

    Args:
        size: (times as high, times as wide), or one integer for both.
        data_format: "channels_last", "channels_first", or None for the global setting.
        interpolation: "nearest" (repeat), "bilinear", "bicubic", "lanczos3" or "lanczos5". Interpolated integers become
            floats.

    Shapes:
        in `(batch, height, width, channels)`, out `(batch, height * size[0], width * size[1], channels)`.

    Raises:
        ValueError: sizes that are not positive, or an interpolation of another name.

    >>> import numpy as np
    >>> UpSampling2D((1, 2), interpolation="bilinear")(np.array([1.0, 2.0]).reshape(1, 1, 2, 1)).ravel()
    array([1.  , 1.25, 1.75, 2.  ], dtype=float32)

    Source: Keras page "UpSampling2D layer".
    """

    rank = 2
    config_names = ("size", "data_format", "interpolation")

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        self.size = as_tuple(size, 2, "size")
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in ("nearest", *INTERPOLATIONS):
            raise ValueError(
                "Invalid value for argument `interpolation`. Expected of one "
                f"{('nearest', *INTERPOLATIONS)}. Received: interpolation={interpolation}"
            )
        self.keeps_integers = self.interpolation == "nearest"
        self._set_data_format(data_format)

    def _enlarged(self, x, axis, factor):
        if self.interpolation == "nearest":
            return super()._enlarged(x, axis, factor)
        x = self._as_float(x)
        weights = interpolation_matrix(x.shape[axis], factor, self.interpolation).astype(x.dtype)
        return np.moveaxis(np.tensordot(x, weights, (axis, 1)), -1, axis)


class UpSampling3D(_UpSampling):
    """Enlarges volumes by whole factors, repeating their elements.

    Args:
        size: (times as deep, times as high, times as wide), or one integer for all.
        data_format: "channels_last", "channels_first", or None for the global setting.

    Shapes:
        in `(batch, depth, height, width, channels)`, out likewise, each spatial axis `size` times as long.

    Raises:
        ValueError: sizes that are not positive.

    >>> import numpy as np
    >>> UpSampling3D((1, 2, 3))(np.ones((1, 2, 2, 2, 1))).shape
    (1, 2, 4, 6, 1)

    Source: Keras page "UpSampling3D layer".
    """

    rank = 3

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.size = as_tuple(size, 3, "size")
        self._set_data_format(data_format)
