"""Losses for numbers: how far predictions are from targets, averaged over the last axis.

Every function takes `y_true` and `y_pred` of shape (..., d) and gives shape (...); the classes below each
function add sample weights, masks and the reduction of `Loss`. Source of all: the Keras page "Regression losses".
"""

import math

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.loss import Loss, LossFunctionWrapper
from layerlab.losses.shapes import pair

__all__ = [
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]


def mean_squared_error(y_true, y_pred):
    """Mean squared difference: `mean((y_true - y_pred)**2, axis=-1)`.

    Args:
        y_true: targets, shape (..., d).
        y_pred: predictions, shape (..., d) or one that broadcasts; (N,) and (N, 1) are lined up.

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the shapes do not broadcast.

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([2.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return np.mean(np.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """Mean absolute difference: `mean(|y_true - y_pred|, axis=-1)`.

    Args and shapes as for `mean_squared_error`.

    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([1.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return np.mean(np.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    """Mean difference in percent of the target: `100 * mean(|y_true - y_pred| / max(|y_true|, 1e-7), axis=-1)`.

    Args and shapes as for `mean_squared_error`.

    >>> mean_absolute_percentage_error([[4.0, 10.0]], [[5.0, 10.0]])
    array([12.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return 100.0 * np.mean(np.abs((y_true - y_pred) / np.maximum(np.abs(y_true), epsilon())), axis=-1)


def mean_squared_logarithmic_error(y_true, y_pred):
    """Mean squared difference of logarithms: `mean((log(y_true + 1) - log(y_pred + 1))**2, axis=-1)`.

    Values below 1e-7 count as 1e-7, so negative numbers get no gradient. Args and shapes as for
    `mean_squared_error`.

    >>> mean_squared_logarithmic_error([[0.0, 1.0]], [[0.0, 1.0]])
    array([0.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    logs = (np.log(np.maximum(y, epsilon()) + 1.0) for y in (y_pred, y_true))
    return np.mean(np.square(next(logs) - next(logs)), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    """Square of small errors, size of large ones: mean of `e**2/2` if `|e| <= delta`, else `delta*|e| - delta**2/2`.

    Args:
        y_true, y_pred: as for `mean_squared_error`.
        delta: where the parabola goes over into straight lines.

    >>> huber([[0.0, 0.0]], [[1.0, 3.0]])
    array([1.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    size = np.abs(error)
    return np.mean(np.where(size <= delta, 0.5 * np.square(error), delta * size - 0.5 * delta**2), axis=-1)


def log_cosh(y_true, y_pred):
    """A smooth absolute error: `mean(log(cosh(y_pred - y_true)), axis=-1)`, computed without overflow.

    About `e**2 / 2` for small errors and `|e| - log(2)` for large ones. Args and shapes as for
    `mean_squared_error`.

    >>> log_cosh([[0.0, 0.0]], [[0.0, 1000.0]]).round(2)
    array([499.65], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    return np.mean(np.logaddexp(error, -error) - math.log(2.0), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """**Minus** the cosine of the angle between the two vectors, so that lower is better: -1 same way, 1 opposite.

    `-sum(l2_normalize(y_true) * l2_normalize(y_pred), axis)`; a vector of zeros gives 0.

    Args:
        y_true, y_pred: as for `mean_squared_error`.
        axis: the axis that holds the vectors.

    >>> cosine_similarity([[0.0, 2.0], [1.0, 0.0]], [[0.0, 5.0], [-3.0, 0.0]])
    array([-1.,  1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return -np.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x, axis):
    length_squared = np.sum(np.square(x), axis=axis, keepdims=True)
    return x / np.sqrt(np.maximum(length_squared, epsilon() ** 2))


class MeanSquaredError(LossFunctionWrapper):
    """Class form of `mean_squared_error`: `mean((y_true - y_pred)**2)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
    0.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """Class form of `mean_absolute_error`: `mean(|y_true - y_pred|)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
    0.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Class form of `mean_absolute_percentage_error`: `100 * mean(|y_true - y_pred| / |y_true|)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(MeanAbsolutePercentageError()([[4.0], [10.0]], [[5.0], [10.0]]))
    12.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Class form of `mean_squared_logarithmic_error`: `mean((log(y_true + 1) - log(y_pred + 1))**2)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[0.0, 1.0]]))
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(LossFunctionWrapper):
    """Class form of `huber`: a parabola near 0, straight lines beyond `delta`.

    Unlike Keras's, its configuration keeps a `delta` other than 1.

    Args:
        delta: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(Huber(delta=2.0)([[0.0, 0.0]], [[1.0, 3.0]]))
    2.25
    """

    _quiet = {"delta": 1.0}

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(LossFunctionWrapper):
    """Class form of `log_cosh`: `mean(log(cosh(y_pred - y_true)))`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{LogCosh()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]):.4f}")
    0.1084
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """Class form of `cosine_similarity`: minus the cosine of the angle.

    As in Keras, the configuration does not hold `axis`.

    Args:
        axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(CosineSimilarity()([[0.0, 2.0], [1.0, 0.0]], [[0.0, 5.0], [-3.0, 0.0]]))
    0.0
    """

    def __init__(self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)

    def get_config(self) -> dict:
        return Loss.get_config(self)
