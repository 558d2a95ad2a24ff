"""Margin losses: zero once the right answer leads by a margin of one.

`hinge` and `squared_hinge` take labels -1 and 1; labels 0 and 1 are understood as well. Source of all: the Keras
page "Hinge losses".
"""

import numpy as np

from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import pair

__all__ = ["CategoricalHinge", "Hinge", "SquaredHinge", "categorical_hinge", "hinge", "squared_hinge"]


def hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0), axis=-1)`.

    Args:
        y_true: labels -1 and 1, or all 0 and 1, shape (..., d).
        y_pred: scores, shape (..., d).

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the shapes do not broadcast.

    >>> hinge([[1.0, -1.0]], [[0.5, 0.5]])
    array([1.], dtype=float32)
    """
    return np.mean(_margin_missed(y_true, y_pred), axis=-1)


def squared_hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0)**2, axis=-1)`. Args and shapes as for `hinge`.

    >>> squared_hinge([[1.0, -1.0]], [[0.5, 0.5]])
    array([1.25], dtype=float32)
    """
    return np.mean(np.square(_margin_missed(y_true, y_pred)), axis=-1)


def _margin_missed(y_true, y_pred):
    y_true, y_pred = pair(y_true, y_pred, align=False)
    if np.all((y_true == 0) | (y_true == 1)):
        y_true = 2.0 * y_true - 1.0
    return np.maximum(1.0 - y_true * y_pred, 0.0)


def categorical_hinge(y_true, y_pred):
    """How far the best wrong class comes within 1 of the right one: `max(max((1-y)*p) - sum(y*p) + 1, 0)`.

    Args:
        y_true: one-hot labels, shape (..., classes).
        y_pred: scores, shape (..., classes).

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the shapes do not broadcast.

    >>> categorical_hinge([[0.0, 1.0]], [[0.25, 0.75]])
    array([0.5], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred, align=False)
    right = np.sum(y_true * y_pred, axis=-1)
    best_wrong = np.max((1.0 - y_true) * y_pred, axis=-1)
    return np.maximum(best_wrong - right + 1.0, 0.0)


class Hinge(LossFunctionWrapper):
    """Class form of `hinge`: `mean(max(1 - y_true * y_pred, 0))`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """Class form of `squared_hinge`: `mean(max(1 - y_true * y_pred, 0)**2)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.25
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """Class form of `categorical_hinge`: `max(best wrong score - right score + 1, 0)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(CategoricalHinge()([[0.0, 1.0]], [[0.25, 0.75]]))
    0.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, reduction, name, dtype)
