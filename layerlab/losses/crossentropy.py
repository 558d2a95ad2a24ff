"""Cross-entropies: minus the logarithm of the probability that the model gave to what happened.

Each function takes probabilities, or with `from_logits=True` the numbers before the sigmoid or softmax, which is
the more accurate of the two. Source of all: the Keras page "Probabilistic losses".
"""

import warnings

import numpy as np

from layerlab.losses.labels import class_labels, labels_and_scores
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import as_float, cast, check_same_shape
from layerlab.masking import set_mask
from layerlab.ops import crossentropy as ops

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
]


def smooth_binary(y_true, label_smoothing):
    """Labels 0 and 1 moved toward 1/2: `y * (1 - s) + s / 2`."""
    return y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else y_true


def one_hot_targets(y_true, y_pred, label_smoothing, axis, name):
    """One-hot targets and predictions, checked; targets moved toward uniform: `y * (1 - s) + s / classes`."""
    if isinstance(axis, bool):
        raise ValueError(f"`axis` must be of type `int`. Received: axis={axis} of type {type(axis)}")
    y_pred = as_float(y_pred)
    y_true = cast(y_true, y_pred.dtype)
    if y_pred.shape and y_pred.shape[-1] == 1:
        warnings.warn(
            f"In loss {name}, expected y_pred.shape to be (batch_size, num_classes) with num_classes > 1. "
            f"Received: y_pred.shape={y_pred.shape}. Consider using 'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=3,
        )
    check_same_shape(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]
    return y_true, y_pred


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """Loss of yes-no predictions: `mean(-(y log p + (1 - y) log(1 - p)), axis)`.

    Args:
        y_true: 0 and 1 (or probabilities), shape (..., d).
        y_pred: probabilities, clipped to [1e-7, 1 - 1e-7], or logits; shape (..., d).
        from_logits: whether `y_pred` are logits.
        label_smoothing: s moves the labels toward 1/2: `y (1 - s) + s / 2`.
        axis: the axis of the mean.

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the two shapes differ.

    >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.25]]).round(4)
    array([1.0397], dtype=float32)
    """
    y_pred = as_float(y_pred)
    y_true = smooth_binary(cast(y_true, y_pred.dtype), label_smoothing)
    check_same_shape(y_true, y_pred)
    formula = ops.binary_crossentropy_from_logits if from_logits else ops.binary_crossentropy
    return np.mean(formula(y_true, y_pred), axis=axis)


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """Loss of a choice among classes, with one-hot targets: `-sum(y log p, axis)`.

    Args:
        y_true: one-hot labels (or probabilities), shape (..., classes).
        y_pred: probabilities, divided by their sum and clipped to [1e-7, 1 - 1e-7], or logits; shape (..., classes).
        from_logits: whether `y_pred` are logits.
        label_smoothing: s moves the labels toward uniform: `y (1 - s) + s / classes`.
        axis: the axis of the classes.

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: the two shapes differ (class numbers instead of one-hot rows?), or `axis` is a bool.

    >>> categorical_crossentropy([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]).round(4)
    array([0.6931], dtype=float32)
    """
    y_true, y_pred = one_hot_targets(y_true, y_pred, label_smoothing, axis, "categorical_crossentropy")
    formula = ops.categorical_crossentropy_from_logits if from_logits else ops.categorical_crossentropy
    return formula(y_true, y_pred, axis=axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """Loss of a choice among classes, with class numbers as targets: `-log p[y]`.

    Args:
        y_true: class numbers from 0, shape (...) or (..., 1).
        y_pred: probabilities, divided by their sum and clipped to [1e-7, 1 - 1e-7], or logits; shape (..., classes).
        from_logits: whether `y_pred` are logits.
        ignore_class: entries with this label have loss 0 and are masked.
        axis: the axis of the classes in `y_pred`.

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: a label that is no class, or shapes that do not belong together.

    >>> sparse_categorical_crossentropy([1, 0], [[0.25, 0.5, 0.25], [1.0, 0.0, 0.0]]).round(4)
    array([0.6931, 0.    ], dtype=float32)
    """
    y_true, y_pred = labels_and_scores(y_true, y_pred, axis)
    formula = ops.sparse_crossentropy_from_logits if from_logits else ops.sparse_crossentropy
    if ignore_class is None:
        return formula(y_pred, class_labels(y_true, y_pred.shape[-1], "sparse_categorical_crossentropy"))
    valid = y_true != ignore_class
    losses = sparse_categorical_crossentropy(
        np.where(valid, y_true, 0), np.where(valid[..., None], y_pred, 0.0), from_logits=from_logits
    )
    losses = np.where(valid, losses, 0.0)
    set_mask(losses, valid)
    return losses


class BinaryCrossentropy(LossFunctionWrapper):
    """Class form of `binary_crossentropy`: `-(y log p + (1 - y) log(1 - p))`.

    Args:
        from_logits, label_smoothing, axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.25]]):.4f}")
    1.0397
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **arguments)


class CategoricalCrossentropy(LossFunctionWrapper):
    """Class form of `categorical_crossentropy`: `-sum(y log p)`.

    Args:
        from_logits, label_smoothing, axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{CategoricalCrossentropy()([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]):.4f}")
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **arguments)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Class form of `sparse_categorical_crossentropy`: `-log p[y]`.

    Unlike Keras's, its configuration keeps an `axis` other than -1.

    Args:
        from_logits, ignore_class, axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{SparseCategoricalCrossentropy()([1, 0], [[0.25, 0.5, 0.25], [1.0, 0.0, 0.0]]):.4f}")
    0.3466
    """

    _quiet = {"axis": -1}

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        arguments = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **arguments)

    def _cast_targets(self, y_true):
        """Class numbers that are integers stay so: float32 does not even have all of them."""
        is_integers = hasattr(y_true, "dtype") and y_true.dtype.kind in "iu"
        return y_true if is_integers else super()._cast_targets(y_true)
