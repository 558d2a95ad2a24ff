"""F scores: precision and recall in one number, a class at a time or averaged.

Source: the Keras page "Classification metrics based on True/False positives & negatives".
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.shapes import cast
from layerlab.metrics.metric import Metric
from layerlab.metrics.regression_metrics import check_batch_of_rows
from layerlab.variables import Variable

__all__ = ["F1Score", "FBetaScore"]


class FBetaScore(Metric):
    """`(1 + b**2) * precision * recall / (b**2 * precision + recall)`, for each class of (batch, classes) inputs.

    Args:
        average: None: one score a class; "micro": of all counts together; "macro": the mean of the classes;
            "weighted": their mean, weighted by how often each occurs.
        beta: how many times as much recall matters as precision.
        threshold: a prediction above it means yes; None: the largest of a row does.
        name, dtype: as for `Metric`.

    Raises:
        ValueError: another `average`, `beta` not a positive float, `threshold` not in (0, 1], inputs not (batch, d).

    >>> print(f"{FBetaScore(average='micro', beta=2.0)([[1, 1], [1, 0]], [[0.2, 0.6], [0.2, 0.6]]):.4f}")
    0.3571
    """

    _direction = "up"
    true_positives: Variable
    false_positives: Variable
    false_negatives: Variable
    intermediate_weights: Variable

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        _check_average(average)
        _check_beta(beta)
        _check_threshold(threshold)
        self.average, self.beta, self.threshold = average, beta, threshold
        self._built = False

    def _build(self, y_true_shape, y_pred_shape):
        check_batch_of_rows("FBetaScore", y_true_shape, y_pred_shape)
        shape = () if self.average == "micro" else y_pred_shape[1:]
        for name in ("true_positives", "false_positives", "false_negatives", "intermediate_weights"):
            setattr(self, name, self.add_variable(shape, dtype=self.dtype, name=name))
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in labels 0 and 1 and scores, both (batch, classes), with weights of one a sample."""
        y_true, y_pred = cast(y_true, self.dtype), cast(y_pred, self.dtype)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        yes = self._said_yes(y_pred).astype(self.dtype)
        weight = np.ones((), self.dtype) if sample_weight is None else cast(sample_weight, self.dtype)[:, None]
        axis = None if self.average == "micro" else 0
        self.true_positives.assign_add(np.sum(weight * yes * y_true, axis=axis))
        self.false_positives.assign_add(np.sum(weight * yes * (1.0 - y_true), axis=axis))
        self.false_negatives.assign_add(np.sum(weight * (1.0 - yes) * y_true, axis=axis))
        self.intermediate_weights.assign_add(np.sum(weight * y_true, axis=axis))

    def _said_yes(self, y_pred):
        if self.threshold is not None:
            return y_pred > self.threshold
        return (y_pred >= np.max(y_pred, axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)

    def result(self):
        tp = self.true_positives.value
        precision = tp / (tp + self.false_positives.value + epsilon())
        recall = tp / (tp + self.false_negatives.value + epsilon())
        b2 = self.beta**2
        score = (1.0 + b2) * precision * recall / (b2 * precision + recall + epsilon())
        if self.average == "weighted":
            occurrences = self.intermediate_weights.value
            return np.sum(score * occurrences / (np.sum(occurrences) + epsilon()))
        return score if self.average is None else np.mean(score)

    def get_config(self) -> dict:
        return super().get_config() | {"average": self.average, "beta": self.beta, "threshold": self.threshold}


def _check_average(average):
    if average not in (None, "micro", "macro", "weighted"):
        raise ValueError(
            "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', 'weighted'}. "
            f"Received: average={average}"
        )


def _check_beta(beta):
    if not isinstance(beta, float):
        raise ValueError(
            f"Invalid `beta` argument value. It should be a Python float. Received: beta={beta} of type '{type(beta)}'"
        )
    if beta <= 0.0:
        raise ValueError(f"Invalid `beta` argument value. It should be > 0. Received: beta={beta}")


def _check_threshold(threshold):
    if threshold is None:
        return
    if not isinstance(threshold, float):
        raise ValueError(
            "Invalid `threshold` argument value. It should be a Python float. "
            f"Received: threshold={threshold} of type '{type(threshold)}'"
        )
    if not 0.0 < threshold <= 1.0:
        raise ValueError(
            f"Invalid `threshold` argument value. It should verify 0 < threshold <= 1. Received: threshold={threshold}"
        )


class F1Score(FBetaScore):
    """`2 * precision * recall / (precision + recall)`: `FBetaScore` with beta 1. Arguments as there.

    >>> print(f"{F1Score(average='micro', threshold=0.5)([[1, 1], [1, 0]], [[0.2, 0.6], [0.2, 0.6]]):.4f}")
    0.4000
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)

    def get_config(self) -> dict:
        config = super().get_config()
        del config["beta"]
        return config
