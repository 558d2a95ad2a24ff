"""Losses between distributions: Kullback-Leibler, and the likelihood of counts.

Source of both: the Keras page "Probabilistic losses".
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import pair

__all__ = ["KLDivergence", "Poisson", "kl_divergence", "poisson"]


def kl_divergence(y_true, y_pred):
    """How much the distribution `y_pred` misses of `y_true`: `sum(y * log(y / p), axis=-1)`.

    Args:
        y_true: probabilities, shape (..., classes); clipped to [1e-7, 1].
        y_pred: probabilities, shape (..., classes); clipped to [1e-7, 1].

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the shapes do not broadcast.

    >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).round(4)
    array([0.1438], dtype=float32)
    """
    y_true, y_pred = (np.clip(y, epsilon(), 1.0) for y in pair(y_true, y_pred, align=False))
    return np.sum(y_true * np.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """Minus the log-likelihood of counts with rate `y_pred`, up to a constant: `mean(p - y log(p + 1e-7), axis=-1)`.

    Args:
        y_true: counts, shape (..., d).
        y_pred: rates, shape (..., d), not negative: end the model in an "exponential" or a "softplus".

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the shapes do not broadcast.

    >>> poisson([[0.0, 2.0]], [[1.0, 1.0]]).round(4)
    array([1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred, align=False)
    with np.errstate(invalid="ignore", divide="ignore"):  # NaN for a negative rate, as in Keras
        return np.mean(y_pred - y_true * np.log(y_pred + epsilon()), axis=-1)


class KLDivergence(LossFunctionWrapper):
    """Class form of `kl_divergence`: `sum(y log(y / p))`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]):.4f}")
    0.1438
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """Class form of `poisson`: `mean(p - y log p)`.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{Poisson()([[0.0, 2.0]], [[1.0, 1.0]]):.4f}")
    1.0000
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)
