"""What layers with a window over spatial axes share: checking sizes, strides and padding, and where the channels are."""

import numpy as np

from layerlab.config import standardize_data_format
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__: list[str] = []


def as_tuple(value, rank: int, name: str, minimum: int = 1) -> tuple[int, ...]:
    """An argument such as `kernel_size`: one integer for all spatial axes, or one for each.

    Raises:
        ValueError: another length, or numbers that are not integers of at least `minimum`.

    >>> as_tuple(3, 2, "kernel_size")
    (3, 3)
    """
    values = (value,) * rank if isinstance(value, int | np.integer) else value
    try:
        values = tuple(values)
    except TypeError:
        values = ()
    if len(values) != rank:
        raise ValueError(f"The `{name}` argument must be a tuple of {rank} integers. Received {name}={value}")
    wrong = [item for item in values if not isinstance(item, int | np.integer)]
    if wrong:
        raise ValueError(
            f"The `{name}` argument must be a tuple of {rank} integers. Received {name}={value}, including "
            f"{wrong[0]!r} of type {type(wrong[0])}"
        )
    if min(values) < minimum:
        raise ValueError(
            f"The `{name}` argument must be a tuple of {rank} integers. Received {name}={value}, including values "
            f"that do not satisfy `value {'> 0' if minimum == 1 else '>= 0'}`"
        )
    return tuple(int(item) for item in values)


def as_padding(padding, allowed=("valid", "same")) -> str:
    """A padding argument in lower case.

    Raises:
        ValueError: not one of those allowed.
    """
    lowered = str(padding).lower()
    if lowered not in allowed:
        listed = "{" + ", ".join(map(repr, allowed)) + "}"
        raise ValueError(f"The `padding` argument must be a list/tuple or one of {listed}. Received: {padding}")
    return lowered


class SpatialLayer(Layer, named=False):
    """Base of layers over (batch, *spatial, channels), or (batch, channels, *spatial) with "channels_first"."""

    rank: int

    def _set_data_format(self, data_format) -> None:
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def _channels(self, shape):
        return shape[1] if self._channels_first else shape[-1]

    def _spatial(self, shape) -> tuple:
        return tuple(shape[2:] if self._channels_first else shape[1:-1])

    def _shape(self, batch, spatial, channels) -> tuple:
        """A whole shape in the layer's layout."""
        return (batch, channels, *spatial) if self._channels_first else (batch, *spatial, channels)

    def _channels_last(self, x):
        return np.moveaxis(x, 1, -1) if self._channels_first else x

    def _own_layout(self, x):
        return np.moveaxis(x, -1, 1) if self._channels_first else x


def window_lengths(spatial, size, strides, dilation, padding, received: str) -> tuple:
    """Output lengths of windows over spatial axes; None stays None.

    Raises:
        ValueError: a window does not fit; `received` says which arguments led to it.
    """
    found = []
    for n, k, s, d in zip(spatial, size, strides, dilation, strict=True):
        reach = (k - 1) * d + 1
        length = None if n is None else (n - reach) // s + 1 if padding == "valid" else -(-n // s)
        if length is not None and length <= 0:
            raise ValueError(f"Computed output size would be zero or negative. Received {received}.")
        found.append(length)
    return tuple(found)
