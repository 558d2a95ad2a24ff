"""Losses of overlap, for segmentation: one minus the shared part of two masks, whatever their size.

Sources: Milletari et al. 2016, "V-Net" (Dice); Salehi et al. 2017, "Tversky loss function for image segmentation".
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import pair

__all__ = ["Dice", "Tversky", "dice", "tversky"]


def dice(y_true, y_pred, axis=None):
    """`1 - 2 sum(y p) / (sum(y) + sum(p) + 1e-7)`: 0 for equal masks, 1 for disjoint ones.

    Args:
        y_true, y_pred: memberships between 0 and 1, of one shape.
        axis: what to sum over; None, everything: one loss for the whole batch.

    Returns:
        Losses of the shape that is left, a scalar for axis=None.

    Raises:
        ValueError: the shapes do not broadcast.

    >>> print(f"{dice([[1.0, 1.0, 0.0]], [[0.0, 1.0, 1.0]]):.4f}")
    0.5000
    """
    y_true, y_pred = pair(y_true, y_pred, align=False)
    shared = np.sum(y_true * y_pred, axis=axis)
    return 1.0 - 2.0 * shared / (np.sum(y_true, axis=axis) + np.sum(y_pred, axis=axis) + epsilon())


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """`1 - s / (s + alpha * sum(y (1 - p)) + beta * sum((1 - y) p) + 1e-7)` with `s = sum(y p)`.

    Dice with a price for each kind of error; alpha = beta = 0.5 is Dice.

    Args:
        y_true, y_pred, axis: as for `dice`.
        alpha: the price of what `y_pred` misses.
        beta: the price of what `y_pred` adds.

    >>> print(f"{tversky([[1.0, 1.0, 0.0]], [[0.0, 1.0, 1.0]], alpha=1.0, beta=0.0):.4f}")
    0.5000
    """
    y_true, y_pred = pair(y_true, y_pred, align=False)
    shared = np.sum(y_true * y_pred, axis=axis)
    missed = np.sum(y_true * (1.0 - y_pred), axis=axis)
    added = np.sum((1.0 - y_true) * y_pred, axis=axis)
    return 1.0 - shared / (shared + alpha * missed + beta * added + epsilon())


class Dice(LossFunctionWrapper):
    """Class form of `dice`: `1 - 2 |both| / (|y| + |p|)`.

    Args:
        axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{Dice()([[1.0, 1.0, 0.0]], [[0.0, 1.0, 1.0]]):.4f}")
    0.5000
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """Class form of `tversky`: Dice with a price for each kind of error.

    Args:
        alpha, beta, axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{Tversky()([[1.0, 1.0, 0.0]], [[0.0, 1.0, 1.0]]):.4f}")
    0.5000
    """

    def __init__(self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name="tversky", axis=None, dtype=None):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
