"""Numbers brought to a common scale: mean 0 and variance 1, or length 1, along some axes.

Written with NumPy calls each would take the tape ten steps; the gradient of the whole is simpler than that.
"""

import math

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from layerlab.autodiff import primitive

__all__ = ["moments", "standardize", "to_unit_length"]


def moments(x, axes, keepdims=False):
    """The mean and the variance (of a population: divided by n) along an axis or axes.

    >>> moments(np.array([[1.0], [3.0]]), axes=0)
    (array([2.]), array([1.]))
    """
    mean = _mean(axes, x)
    centered = x - mean
    variance = _mean(axes, centered, centered)
    return (mean, variance) if keepdims else (np.squeeze(mean, axes), np.squeeze(variance, axes))


def _mean(axes, *factors):
    """The mean of a product of arrays along axes, which stay with size 1; three times as fast as np.mean(a * b)."""
    shape = factors[0].shape
    every, axes = range(len(shape)), normalize_axis_tuple(axes, len(shape))
    operands = [operand for factor in factors for operand in (factor, every)]
    total = np.einsum(*operands, [i for i in every if i not in axes])
    return np.expand_dims(total / math.prod(shape[i] for i in axes), axes)


@primitive
def standardize(x, mean, variance, axis=-1, epsilon=0.0):
    """(x - mean) / sqrt(variance + epsilon), for the moments of x itself along an axis or axes.

    The gradient by x counts that its moments change with it. So they have none of their own: hand them over as plain
    arrays.

    >>> x = np.array([1.0, 3.0])
    >>> standardize(x, *moments(x, axes=-1, keepdims=True))
    array([-1.,  1.])
    """
    y = x - mean
    y /= np.sqrt(variance + epsilon)
    return y


@standardize.defvjp
def _standardize_vjp(g, y, x, mean, variance, axis=-1, epsilon=0.0):
    dx = y * -_mean(axis, g, y)  # through the variance
    dx += g
    dx -= _mean(axis, g)  # through the mean
    dx /= np.sqrt(variance + epsilon)
    return dx


@primitive
def to_unit_length(x, axis=-1, smallest=1e-12):
    """x / max(||x||, smallest), the length taken along an axis or axes; zeros stay zeros.

    >>> to_unit_length(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """
    return x / np.maximum(_length(x, axis), _floor(x, smallest))


@to_unit_length.defvjp
def _to_unit_length_vjp(g, y, x, axis=-1, smallest=1e-12):
    length, floor = _length(x, axis), _floor(x, smallest)
    along = y * np.sum(g * y, axis=axis, keepdims=True)  # what would only change the length
    return (g - np.where(length > floor, along, 0)) / np.maximum(length, floor)


def _length(x, axis):
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=True))


def _floor(x, smallest):
    return max(smallest, float(np.finfo(x.dtype).tiny))  # float16 would make 0 of 1e-12
