"""Layers that move numbers to other places and change none: Flatten, Reshape, Permute, RepeatVector.

None of them touches the batch axis, and none mentions it in its arguments.
"""

import math

import numpy as np

from layerlab.config import standardize_data_format
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__ = ["Flatten", "Permute", "RepeatVector", "Reshape"]


class Flatten(Layer):
    """Writes the numbers of each sample into one row, the last axis running fastest.

    Args:
        data_format: "channels_last", or "channels_first", for inputs with the channels on axis 1: these are moved last
            first, so that the rows are those of channels_last inputs.

    Shapes:
        in `(batch, ...)`, out `(batch, product of the rest)`; `(batch,)` becomes `(batch, 1)`.

    >>> Flatten()(np.arange(12.0).reshape(2, 2, 3))
    array([[ 0.,  1.,  2.,  3.,  4.,  5.],
           [ 6.,  7.,  8.,  9., 10., 11.]], dtype=float32)

    Source: Keras page "Flatten layer".
    """

    repeats = True
    keeps_integers = True
    config_names = ("data_format",)

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = np.moveaxis(inputs, 1, -1)
        return np.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        batch, *rest = input_shape
        return (batch, None if None in rest else math.prod(rest))


class Reshape(Layer):
    """Writes the numbers of each sample, in the same order, into another shape.

    Args:
        target_shape: the shape of one sample, without the batch axis. One axis may be -1: its size follows.

    Shapes:
        in `(batch, ...)`, out `(batch, *target_shape)`.

    Raises:
        TypeError: `target_shape` is not a tuple.
        ValueError: two axes are -1, one is below -1, or the number of values differs.

    >>> Reshape((2, -1))(np.arange(6.0).reshape(1, 6))
    array([[[0., 1., 2.],
            [3., 4., 5.]]], dtype=float32)

    Source: Keras page "Reshape layer".
    """

    repeats = True
    keeps_integers = True
    config_names = ("target_shape",)

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = _as_tuple("target_shape", target_shape)
        if not all(isinstance(n, int | np.integer) and n >= -1 for n in self.target_shape):
            raise ValueError(
                "Each dimension in `target_shape` must be a non-negative integer, or `-1` for a single unknown "
                f"dimension. Received: target_shape={self.target_shape}."
            )
        if self.target_shape.count(-1) > 1:
            raise ValueError(
                "There must be at most one unknown dimension (-1) in `target_shape`. "
                f"Received: target_shape={self.target_shape}."
            )

    def call(self, inputs):
        return np.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        batch, *sample = input_shape
        return (batch, *_solved(self.target_shape, tuple(sample)))


def _solved(target: tuple, sample: tuple) -> tuple:
    """`target` with the -1 replaced by the size that fits (None while the sample's size is not known)."""
    if None in sample:
        return tuple(None if n == -1 else n for n in target)
    size, known = math.prod(sample), math.prod(n for n in target if n != -1)
    received = f"Received: input_shape={sample}, target_shape={target}"
    if -1 not in target:
        if size != known:
            raise ValueError(f"The total size of the tensor must be unchanged. {received}{_hint(size, known, target)}")
        return target
    if known == 0 or size % known:
        raise ValueError(
            "The total size of the tensor must be unchanged, however, the input size cannot by divided by the "
            f"specified dimensions in target_shape. {received}"
        )
    return tuple(size // known if n == -1 else n for n in target)


def _hint(size: int, known: int, target: tuple) -> str:
    counts = f" (a sample has {size} numbers, the target shape asks for {known})"
    if target and target[0] and size * target[0] == known:
        return f"{counts}. Is {target[0]} the batch size? target_shape leaves the batch axis out: {target[1:]}."
    return f"{counts}."


class Permute(Layer):
    """Reorders the axes of each sample: y[n, i, j] = x[n, j, i] for (2, 1).

    Not to be mixed up with Reshape, which keeps the order of the numbers.

    Args:
        dims: which input axis each output axis is, counted from 1 (the batch axis is 0 and stays).

    Shapes:
        in `(batch, n1, ..., nk)`, out `(batch, n_dims[0], ..., n_dims[k-1])`.

    Raises:
        TypeError: `dims` is not a tuple.
        ValueError: `dims` is not a permutation of 1..k, or inputs of another rank.

    >>> Permute((2, 1))(np.arange(6.0).reshape(1, 2, 3))
    array([[[0., 3.],
            [1., 4.],
            [2., 5.]]], dtype=float32)

    Source: Keras page "Permute layer".
    """

    repeats = True
    keeps_integers = True
    config_names = ("dims",)

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = _as_tuple("dims", dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be "
                f"consecutive and start from 1. Received dims={self.dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        return np.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))


class RepeatVector(Layer):
    """Repeats each sample n times, along a new axis.

    Args:
        n: how many times, a positive integer.

    Shapes:
        in `(batch, features)`, out `(batch, n, features)`.

    Raises:
        TypeError: `n` is not an integer.
        ValueError: `n` is not positive, or inputs of another rank.

    >>> RepeatVector(2)(np.array([[1.0, 2.0, 3.0]]))
    array([[[1., 2., 3.],
            [1., 2., 3.]]], dtype=float32)

    Source: Keras page "RepeatVector layer".
    """

    repeats = True
    keeps_integers = True
    config_names = ("n",)

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise TypeError(f"Expected an integer value for `n`, got {type(n)}.")
        if n <= 0:
            raise ValueError(f"Argument `n` should be a positive integer. Received: n={n}")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        return np.repeat(inputs[:, None, :], self.n, axis=1)

    def compute_output_shape(self, input_shape):
        batch, features = input_shape
        return (batch, self.n, features)


def _as_tuple(name: str, value) -> tuple:
    if not isinstance(value, list | tuple):
        raise TypeError(
            f"`{name}` must be a tuple or a list of integers, without the batch axis. Received: {name}={value!r}"
            + (f". Did you mean ({value},)?" if isinstance(value, int) else "")
        )
    return tuple(value)
