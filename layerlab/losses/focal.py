"""Cross-entropies for hard cases: focal losses look away from what is easy, the generalized one from what is wrong.

Sources: Lin et al. 2017, "Focal loss for dense object detection"; Zhang and Sabuncu 2018, "Generalized cross
entropy loss for training deep neural networks with noisy labels".
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.crossentropy import one_hot_targets, smooth_binary
from layerlab.losses.labels import class_labels, labels_and_scores
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import as_float, cast, check_same_shape
from layerlab.ops import crossentropy as ops
from layerlab.ops import sigmoid, softmax

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
]


def binary_focal_crossentropy(
    y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """`binary_crossentropy` times `(1 - p_t)**gamma`, where p_t is the probability given to the true answer.

    Args:
        y_true, y_pred, from_logits, label_smoothing, axis: as for `binary_crossentropy`.
        apply_class_balancing: weigh label 1 by `alpha` and label 0 by `1 - alpha`.
        gamma: how fast the weight of easy samples falls; 0 gives the plain cross-entropy.

    Returns:
        Losses of shape (...) for inputs of shape (..., d).

    Raises:
        ValueError: the two shapes differ.

    >>> binary_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.1733], dtype=float32)
    """
    y_pred = as_float(y_pred)
    y_true = smooth_binary(cast(y_true, y_pred.dtype), label_smoothing)
    check_same_shape(y_true, y_pred)
    p = sigmoid(y_pred) if from_logits else y_pred
    p_true = y_true * p + (1.0 - y_true) * (1.0 - p)
    loss = (1.0 - p_true) ** gamma * ops.binary_crossentropy(y_true, p)
    if apply_class_balancing:
        loss = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * loss
    return np.mean(loss, axis=axis)


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """`sum(-alpha (1 - p)**gamma y log p, axis)`: the cross-entropy with little weight on easy samples.

    Args:
        y_true, y_pred, from_logits, label_smoothing, axis: as for `categorical_crossentropy`.
        alpha: a weight, or one weight a class.
        gamma: how fast the weight of easy samples falls.

    Returns:
        Losses of shape (...) for inputs of shape (..., classes).

    Raises:
        ValueError: the two shapes differ.

    >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.0433], dtype=float32)
    """
    y_true, y_pred = one_hot_targets(y_true, y_pred, label_smoothing, axis, "categorical_focal_crossentropy")
    p = softmax(y_pred, axis=axis) if from_logits else _shares(y_pred, axis)
    p = np.clip(p, epsilon(), 1.0 - epsilon())
    if not isinstance(alpha, int | float):
        alpha = cast(alpha, p.dtype)
    return -np.sum((1.0 - p) ** gamma * alpha * y_true * np.log(p), axis=axis)


def _shares(p, axis):
    total = np.sum(p, axis=axis, keepdims=True)
    return p / np.where(total == 0, 1.0, total)


def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """`(1 - p[y]**q) / q`: near the cross-entropy for small q, near the absolute error (robust) for q near 1.

    Args:
        y_true: class numbers from 0, shape (...) or (..., 1).
        y_pred: probabilities, shape (..., classes).
        q: between 0 and 1.

    Returns:
        Losses of shape (...).

    Raises:
        ValueError: a label that is no class, or shapes that do not belong together.

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)
    array([1.], dtype=float32)
    """
    y_true, y_pred = labels_and_scores(y_true, y_pred)
    labels = class_labels(y_true, y_pred.shape[-1], "categorical_generalized_cross_entropy")
    p = np.take_along_axis(y_pred, labels[..., None], axis=-1)[..., 0]
    p = np.where(p > 0, p, 1e-30)  # no gradient at 0, where the true one is infinite
    return (1.0 - p**q) / q


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Class form of `binary_focal_crossentropy`: the binary cross-entropy with little weight on easy samples.

    Args:
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{BinaryFocalCrossentropy(gamma=3.0)([[0.0, 1.0]], [[0.5, 0.5]]):.4f}")
    0.0866
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        focus = {"apply_class_balancing": apply_class_balancing, "alpha": alpha, "gamma": gamma}
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_focal_crossentropy, reduction, name, dtype, **focus, **arguments)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Class form of `categorical_focal_crossentropy`: the cross-entropy with little weight on easy samples.

    Args:
        alpha, gamma, from_logits, label_smoothing, axis: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{CategoricalFocalCrossentropy(alpha=1.0)([[0.0, 1.0]], [[0.5, 0.5]]):.4f}")
    0.1733
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_focal_crossentropy, reduction, name, dtype, alpha=alpha, gamma=gamma, **arguments)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Class form of `categorical_generalized_cross_entropy`: `(1 - p[y]**q) / q`.

    Args:
        q: as for the function.
        reduction, name, dtype: as for `Loss`.

    Raises:
        ValueError: q is not between 0 and 1.

    >>> print(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    def __init__(
        self, q=0.5, reduction="sum_over_batch_size", name="categorical_generalized_cross_entropy", dtype=None
    ):
        if not 0 < q < 1:
            raise ValueError(f"q must be in the interval (0, 1). Received: q={q}")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
