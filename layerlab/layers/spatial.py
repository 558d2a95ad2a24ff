"""What layers with spatial axes share: checking sizes, strides and padding, and where the channels are."""

import numpy as np

from layerlab.config import standardize_data_format
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer
from layerlab.ops.windows import along

__all__: list[str] = []


def as_tuple(value, length: int, name: str, minimum: int = 1) -> tuple[int, ...]:
    """An argument such as `kernel_size`: one integer for all spatial axes, or one for each.

    Raises:
        ValueError: another length, or numbers that are not integers of at least `minimum`.

    >>> as_tuple(3, 2, "kernel_size")
    (3, 3)
    """
    error = f"The `{name}` argument must be a tuple of {length} integers. Received {name}={value}"
    if isinstance(value, int | np.integer):
        value = (value,) * length
    if not hasattr(value, "__len__") or len(value) != length:
        raise ValueError(error)
    for element in value:
        if not isinstance(element, int | np.integer):
            raise ValueError(f"{error}, including element {element} of type {type(element)}")
    wrong = {int(element) for element in value if element < minimum}
    if wrong:
        raise ValueError(f"{error}, including values {wrong} that do not satisfy `value {'>' if minimum else '>='} 0`")
    return tuple(int(element) for element in value)


def as_padding(padding, allowed: tuple[str, ...] = ("valid", "same")) -> str:
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

    @property
    def _axes(self) -> tuple[int, ...]:
        """The spatial axes."""
        first = 2 if self._channels_first else 1
        return tuple(range(first, first + self.rank))

    def _channels(self, shape):
        return shape[1] if self._channels_first else shape[-1]

    def _spatial(self, shape) -> tuple:
        return tuple(shape[axis] for axis in self._axes)

    def _shape(self, batch, spatial, channels) -> tuple:
        """A whole shape in the layer's layout."""
        return (batch, channels, *spatial) if self._channels_first else (batch, *spatial, channels)

    def _channels_last(self, x):
        return np.moveaxis(x, 1, -1) if self._channels_first else x

    def _own_layout(self, x):
        return np.moveaxis(x, -1, 1) if self._channels_first else x


def window_lengths(spatial, size, strides, dilation, padding: str, received: str) -> tuple:
    """Output lengths of windows over spatial axes; None stays None.

    Raises:
        ValueError: a window does not fit; `received` says which arguments led to it.
    """
    axes = zip(spatial, size, strides, dilation, strict=True)
    lengths = tuple(None if axis[0] is None else along(*axis, padding)[1] for axis in axes)
    for i, length in enumerate(lengths):
        if length is not None and length <= 0:
            reach = (size[i] - 1) * dilation[i] + 1
            raise ValueError(
                f"Computed output size would be zero or negative. Received {received}. Along spatial axis {i} the "
                f"input has {spatial[i]} positions, and a window reaches over {reach}."
            )
    return lengths
