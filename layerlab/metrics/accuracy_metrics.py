"""How often predictions are right: exactly, beyond a threshold, as the most likely class, among the k most likely.

The functions give 1.0 or 0.0 for every sample; the classes their mean. Source of all: the Keras page "Accuracy
metrics".
"""

import numpy as np

from layerlab.config import floatx
from layerlab.losses.shapes import as_float, cast, squeeze_or_expand_to_same_rank
from layerlab.metrics.reduction_metrics import MeanMetricWrapper

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def _matches(a, b):
    try:
        return np.equal(a, b).astype(floatx())
    except ValueError:
        raise ValueError(
            "`y_true` and `y_pred` have incompatible shapes. "
            f"Received, after reduction to classes: y_true.shape={a.shape}, y_pred.shape={b.shape}."
        ) from None


def accuracy(y_true, y_pred):
    """1.0 where `y_true == y_pred`, exactly.

    >>> accuracy([1, 2, 3], [1, 2, 4])
    array([1., 1., 0.], dtype=float32)
    """
    y_pred = np.asarray(y_pred)
    return _matches(*squeeze_or_expand_to_same_rank(cast(y_true, y_pred.dtype), y_pred))


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1.0 where `y_pred > threshold` says what the label, 0 or 1, says.

    Args:
        y_true: labels, shape (..., d).
        y_pred: probabilities, shape (..., d).
        threshold: a prediction must be greater than this to mean 1.

    Returns:
        Matches of shape (..., d).

    >>> binary_accuracy([[1], [1], [0]], [[0.9], [0.5], [0.2]])
    array([[1.], [0.], [1.]], dtype=float32)
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(np.asarray(y_true), as_float(y_pred))
    return _matches(y_true, (y_pred > threshold).astype(y_true.dtype))


def categorical_accuracy(y_true, y_pred):
    """1.0 where the largest prediction is that of the labelled class; labels are one-hot.

    Args:
        y_true: one-hot labels, shape (..., classes).
        y_pred: probabilities or logits, shape (..., classes).

    Returns:
        Matches of shape (...).

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]])
    array([1., 0.], dtype=float32)
    """
    return _matches(np.argmax(y_true, axis=-1), np.argmax(y_pred, axis=-1))


def sparse_categorical_accuracy(y_true, y_pred):
    """1.0 where the largest prediction is that of the labelled class; labels are class numbers.

    Args:
        y_true: class numbers, shape (...) or (..., 1).
        y_pred: probabilities or logits, shape (..., classes).

    Returns:
        Matches of shape (...).

    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.3, 0.7]])
    array([1., 0.], dtype=float32)
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    matches = _matches(y_true, np.argmax(y_pred, axis=-1))
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1.0 where the labelled class is among the k largest predictions; labels are one-hot.

    Args:
        y_true: one-hot labels, shape (..., classes).
        y_pred: probabilities or logits, shape (..., classes).
        k: how many guesses count.

    Returns:
        Matches of shape (...).

    >>> top_k_categorical_accuracy([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.0, 0.95]], k=2)
    array([1., 0.], dtype=float32)
    """
    return sparse_top_k_categorical_accuracy(np.argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1.0 where the labelled class is among the k largest predictions; labels are class numbers.

    Args:
        y_true: class numbers, shape (...).
        y_pred: probabilities or logits, shape (..., classes).
        k: how many guesses count.
        from_sorted_ids: whether `y_pred` holds class numbers, best first, instead of scores.

    Returns:
        Matches of shape (...). A label that is no class never matches.

    >>> sparse_top_k_categorical_accuracy([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.0, 0.95]], k=2)
    array([1., 0.], dtype=float32)
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if from_sorted_ids:
        return np.any(y_true[..., None] == y_pred[..., :k], axis=-1).astype(floatx())
    classes = y_pred.shape[-1]
    labels = y_true.astype(np.intp).reshape(y_pred.shape[:-1])
    score = np.take_along_axis(y_pred, np.clip(labels, 0, classes - 1)[..., None], axis=-1)
    larger = np.sum(y_pred > score, axis=-1)
    known = (labels >= 0) & (labels < classes) & np.isfinite(score[..., 0])
    return ((larger < k) & known).astype(floatx()).reshape(y_true.shape)


class Accuracy(MeanMetricWrapper):
    """How often predictions equal labels, exactly.

    Args:
        name, dtype: as for `Metric`.

    >>> print(Accuracy()([[1], [2], [3], [4]], [[0], [2], [3], [4]]))
    0.75
    """

    _direction = "up"

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often `y_pred > threshold` agrees with labels 0 and 1.

    Args:
        threshold: a prediction must be greater than this to mean 1.
        name, dtype: as for `Metric`.

    >>> print(BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1.0], [0.0], [0.6]]))
    0.75
    """

    _direction = "up"

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is the labelled class, for one-hot labels.

    Args:
        name, dtype: as for `Metric`.

    >>> print(CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is the labelled class, for class numbers.

    Args:
        name, dtype: as for `Metric`.

    >>> print(SparseCategoricalAccuracy()([[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0.0]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the labelled class is among the k largest predictions, for one-hot labels.

    Args:
        k: how many guesses count.
        name, dtype: as for `Metric`.

    >>> print(TopKCategoricalAccuracy(k=1)([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]]))
    0.5
    """

    _direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the labelled class is among the k largest predictions, for class numbers.

    Args:
        k: how many guesses count.
        from_sorted_ids: whether predictions are class numbers, best first.
        name, dtype: as for `Metric`.

    >>> print(SparseTopKCategoricalAccuracy(k=1)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]]))
    0.5
    """

    _direction = "up"
    _quiet = {"from_sorted_ids": False}

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
