"""The best of one quality that can be had with enough of another, over all thresholds.

Source of all: the Keras page "Classification metrics based on True/False positives & negatives".
"""

import numpy as np

from layerlab.metrics.confusion import even_thresholds
from layerlab.metrics.confusion_metrics import ThresholdCounts
from layerlab.metrics.metric import divide_no_nan

__all__ = ["PrecisionAtRecall", "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity"]

# quality -> the count of right answers and the count of errors that it weighs
_QUALITIES = {
    "sensitivity": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
    "precision": ("true_positives", "false_positives"),
    "recall": ("true_positives", "false_negatives"),
}


class _BestUnderConstraint(ThresholdCounts):
    """What the four share: counts at even thresholds, and the maximum of one quality where the other is high enough."""

    _counts = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    _wanted = ""
    _constrained = ""

    def __init__(self, value, num_thresholds=200, class_id=None, name=None, dtype=None):
        constrained = self._constrained
        if not 0 <= value <= 1:
            raise ValueError(f"Argument `{constrained}` must be in the range [0, 1]. Received: {constrained}={value}")
        if num_thresholds <= 0:
            raise ValueError(
                f"Argument `num_thresholds` must be an integer > 0. Received: num_thresholds={num_thresholds}"
            )
        setattr(self, constrained, value)
        self.value, self.num_thresholds, self.class_id = value, num_thresholds, class_id
        super().__init__([0.5] if num_thresholds == 1 else even_thresholds(num_thresholds), name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in labels 0 and 1 and probabilities of the same shape, with weights of one a sample."""
        self._add_counts(y_true, y_pred, sample_weight, class_id=self.class_id)

    def _quality(self, name):
        right, errors = (getattr(self, count).value for count in _QUALITIES[name])
        return divide_no_nan(right, right + errors)

    def result(self):
        feasible = self._quality(self._constrained) >= self.value
        return np.max(np.where(feasible, self._quality(self._wanted), 0.0))

    def get_config(self) -> dict:
        arguments = {"num_thresholds": self.num_thresholds, self._constrained: self.value, "class_id": self.class_id}
        return super().get_config() | arguments


class SensitivityAtSpecificity(_BestUnderConstraint):
    """The largest share of positives found with at least this share of negatives recognized.

    Args:
        specificity: the share of negatives that must be recognized, in [0, 1].
        num_thresholds: how many thresholds from 0 to 1 are tried.
        class_id: look at this column alone.
        name, dtype: as for `Metric`.

    Raises:
        ValueError: a share outside [0, 1], or no thresholds.

    >>> print(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    _wanted, _constrained = "sensitivity", "specificity"

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_BestUnderConstraint):
    """The largest share of negatives recognized with at least this share of positives found.

    Arguments as for `SensitivityAtSpecificity`.

    >>> print(f"{SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]):.4f}")
    0.6667
    """

    _wanted, _constrained = "specificity", "sensitivity"

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_BestUnderConstraint):
    """The best precision with at least this recall. Arguments as for `SensitivityAtSpecificity`.

    >>> print(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    _wanted, _constrained = "precision", "recall"

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_BestUnderConstraint):
    """The best recall with at least this precision. Arguments as for `SensitivityAtSpecificity`.

    >>> print(RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.5
    """

    _wanted, _constrained = "recall", "precision"

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
