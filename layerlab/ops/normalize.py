"""Numbers brought to a common scale: mean 0 and variance 1, or length 1, along some axes.

Written with NumPy calls each would take the tape ten steps; the gradient of the whole is simpler than that.
"""

import numpy as np

from layerlab.autodiff import primitive

__all__ = ["moments", "standardize", "to_unit_length"]


def moments(x, axes, keepdims=False):
    """The mean and the variance (of a population: divided by n) along an axis or axes.

    >>> moments(np.array([[1.0], [3.0]]), axes=0)
    (array([2.]), array([1.]))
    """
    mean = np.mean(x, axis=axes, keepdims=True)
    variance = np.mean(np.square(x - mean), axis=axes, keepdims=keepdims)
    return (mean if keepdims else np.squeeze(mean, axes)), variance


@primitive
def standardize(x, mean, variance, axis=-1, epsilon=0.0):
    """(x - mean) / sqrt(variance + epsilon), for the moments of x itself along an axis or axes.

    The gradient by x counts that its moments change with it. So they have none of their own: hand them over as plain
    arrays.

    >>> x = np.array([1.0, 3.0])
    >>> standardize(x, *moments(x, axes=-1, keepdims=True))
    array([-1.,  1.])
    """
    return (x - mean) / np.sqrt(variance + epsilon)


@standardize.defvjp
def _standardize_vjp(g, y, x, mean, variance, axis=-1, epsilon=0.0):
    by_mean = np.mean(g, axis=axis, keepdims=True)
    by_variance = y * np.mean(g * y, axis=axis, keepdims=True)
    return (g - by_mean - by_variance) / np.sqrt(variance + epsilon)


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
