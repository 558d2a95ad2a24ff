"""Counting right and wrong answers at many thresholds at once: true and false positives and negatives.

A prediction means "yes" at a threshold it exceeds. Sorted thresholds turn this into one binary search a prediction
and one cumulative sum, instead of a table of all predictions by all thresholds.
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.shapes import cast, squeeze_or_expand_to_same_rank

__all__ = ["NEVER", "are_even", "confusion_counts", "even_thresholds", "parse_thresholds"]

NEVER = -1e10  # the score of a class that is not among the top k; exceeding it is the threshold then


def parse_thresholds(thresholds, default) -> list[float]:
    """The argument `thresholds` as a list; ValueError for one outside [0, 1]."""
    if thresholds is None:
        return [default]
    thresholds = list(thresholds) if isinstance(thresholds, list | tuple | np.ndarray) else [thresholds]
    wrong = [t for t in thresholds if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {wrong}")
    return thresholds


def even_thresholds(count) -> list[float]:
    """`count` thresholds from 0 to 1 in equal steps."""
    return [0.0, *(i / (count - 1) for i in range(1, count - 1)), 1.0]


def are_even(thresholds) -> bool:
    """Whether three or more thresholds go from 0 to 1 in equal steps."""
    count = len(thresholds)
    return count > 2 and np.allclose(thresholds, np.arange(count) / (count - 1), atol=epsilon())


def confusion_counts(
    y_true, y_pred, thresholds, sample_weight=None, top_k=None, class_id=None, label_weights=None, by_label=False
):
    """The weighted counts of one batch, for every threshold.

    Args:
        y_true: labels, read as True and False; shape (batch,) or (batch, ...).
        y_pred: scores, same shape; clipped to [0, 1] when the thresholds are even.
        thresholds: numbers that a score must exceed to mean yes.
        sample_weight: one a sample, or of the predictions' shape.
        top_k: only the k largest scores of a row can mean yes.
        class_id: look at this column alone.
        label_weights: one a column.
        by_label: count each column of (batch, labels) for itself.

    Returns:
        A dictionary of "true_positives", "false_positives", "true_negatives", "false_negatives", each an array of shape
        (thresholds,) or (thresholds, labels).

    >>> counts = confusion_counts([0, 1, 1], [0.6, 0.4, 0.9], [0.5])
    >>> {name: float(count[0]) for name, count in counts.items() if "positives" in name}
    {'true_positives': 1.0, 'false_positives': 1.0}
    """
    y_true, y_pred, weight = _prepare(y_true, y_pred, sample_weight, top_k, class_id)
    if are_even(thresholds):
        y_pred = np.clip(y_pred, 0.0, 1.0)
    if label_weights is not None:
        weight = weight * label_weights
    columns = [-1, y_pred.shape[1]] if by_label else [-1, 1]
    y_true, y_pred, weight = (x.reshape(columns).T for x in (y_true, y_pred, np.broadcast_to(weight, y_pred.shape)))
    thresholds = np.asarray(thresholds, y_pred.dtype)
    counts = [_count(*column, thresholds) for column in zip(y_true, y_pred, weight, strict=True)]
    joined = {name: np.stack([count[name] for count in counts], axis=-1) for name in counts[0]}
    return joined if by_label else {name: count[..., 0] for name, count in joined.items()}


def _prepare(y_true, y_pred, sample_weight, top_k, class_id):
    """Boolean labels, float32 scores and weights, of shapes that broadcast."""
    y_pred, y_true = squeeze_or_expand_to_same_rank(cast(y_pred, "float32"), np.asarray(y_true).astype(bool))
    _check_same_shape(y_true, y_pred)
    weight = np.ones((), "float32")
    if sample_weight is not None:
        weight = cast(sample_weight, "float32")[..., None]
        _, weight = squeeze_or_expand_to_same_rank(y_true, weight, expand_rank_1=False)
    if top_k is not None:
        y_pred = _keep_top(y_pred, top_k)
    if class_id is not None:
        if y_pred.ndim == 1:
            raise ValueError(
                "When class_id is provided, y_pred must be a 2D array with shape (num_samples, num_classes), "
                f"found shape: {y_pred.shape}"
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    return y_true, y_pred, weight


def _check_same_shape(y_true, y_pred):
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "`y_true` and `y_pred` must have the same shape. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}"
        )


def _keep_top(scores, k):
    """Scores with all but the k largest of each row set to NEVER; of equal ones the first count as larger."""
    rank = np.argsort(np.argsort(-scores, axis=-1, kind="stable"), axis=-1)
    return np.where(rank < k, scores, NEVER).astype(scores.dtype)


def _count(y_true, y_pred, weight, thresholds):
    """The four counts of one column: arrays of shape (thresholds,)."""
    yes = _weight_above(y_pred[y_true], weight[y_true], thresholds)
    wrong_yes = _weight_above(y_pred[~y_true], weight[~y_true], thresholds)
    return {
        "true_positives": yes,
        "false_positives": wrong_yes,
        "true_negatives": np.sum(weight[~y_true]) - wrong_yes,
        "false_negatives": np.sum(weight[y_true]) - yes,
    }


def _weight_above(scores, weight, thresholds):
    """For each threshold, the summed weight of the scores that exceed it."""
    order = np.argsort(thresholds, kind="stable")
    exceeded = np.searchsorted(thresholds[order], scores, side="left")  # how many thresholds each score exceeds
    of_exactly = np.bincount(exceeded, weights=weight, minlength=len(thresholds) + 1)
    above = np.empty(len(thresholds))
    above[order] = np.cumsum(of_exactly[::-1])[-2::-1]  # more than i thresholds exceeded: above the i-th
    return above
