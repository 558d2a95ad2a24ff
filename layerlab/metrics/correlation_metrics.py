"""How far predictions move with the targets, whatever their scale (Pearson) or including it (concordance).

Sources: the Keras page "Regression metrics"; Lin 1989, "A concordance correlation coefficient to evaluate
reproducibility".
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.shapes import pair
from layerlab.metrics.reduction_metrics import MeanMetricWrapper

__all__ = ["ConcordanceCorrelation", "PearsonCorrelation", "concordance_correlation", "pearson_correlation"]


@np.errstate(divide="ignore", invalid="ignore")  # NaN for a constant: it has no correlation
def pearson_correlation(y_true, y_pred, axis=-1):
    """`mean((y - mean(y)) (p - mean(p))) / (std(y) std(p))` along an axis: 1 together, -1 opposite.

    Args:
        y_true, y_pred: arrays of one shape.
        axis: along which the correlation is taken.

    Returns:
        Correlations of the shape without that axis; NaN where one side is constant.

    >>> pearson_correlation([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]).round(4)
    array([1.], dtype=float32)
    """
    y_true, y_pred = (y - np.mean(y, axis=axis, keepdims=True) for y in pair(y_true, y_pred))
    y_true, y_pred = (y / np.std(y, axis=axis, keepdims=True) for y in (y_true, y_pred))
    return np.mean(y_true * y_pred, axis=axis)


def concordance_correlation(y_true, y_pred, axis=-1):
    """`2 cov(y, p) / (var(y) + var(p) + (mean(y) - mean(p))**2 + 1e-7)`: 1 only where predictions equal targets.

    Args:
        y_true, y_pred: arrays of one shape.
        axis: along which the correlation is taken.

    Returns:
        Correlations of the shape without that axis.

    >>> concordance_correlation([[0.0, 1.0, 0.5]], [[0.0, 1.0, 0.5]]).round(4)
    array([1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    true_mean, pred_mean = (np.mean(y, axis=axis, keepdims=True) for y in (y_true, y_pred))
    covariance = np.mean((y_true - true_mean) * (y_pred - pred_mean), axis=axis, keepdims=True)
    spread = np.var(y_true, axis=axis, keepdims=True) + np.var(y_pred, axis=axis, keepdims=True)
    return np.squeeze(2.0 * covariance / (spread + np.square(true_mean - pred_mean) + epsilon()), axis)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean of `pearson_correlation`.

    Args:
        axis: as for the function.
        name, dtype: as for `Metric`.

    >>> print(f"{PearsonCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]):.4f}")
    1.0000
    """

    _direction = "up"

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean of `concordance_correlation`.

    Args:
        axis: as for the function.
        name, dtype: as for `Metric`.

    >>> print(f"{ConcordanceCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]):.4f}")
    0.9756
    """

    _direction = "up"

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
