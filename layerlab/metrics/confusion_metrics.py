"""Metrics that are made of true and false positives and negatives: the counts, precision and recall.

Source of all: the Keras page "Classification metrics based on True/False positives & negatives".
"""

from layerlab.metrics.confusion import NEVER, confusion_counts, parse_thresholds
from layerlab.metrics.metric import Metric, divide_no_nan

__all__ = ["FalseNegatives", "FalsePositives", "Precision", "Recall", "TrueNegatives", "TruePositives"]


class ThresholdCounts(Metric):
    """Base of metrics that keep some of the four counts, one number a threshold, in variables of the counts' names."""

    _direction: str | None = "up"
    _counts: tuple[str, ...] = ()

    def __init__(self, thresholds, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.thresholds = thresholds
        for count in self._counts:
            setattr(self, count, self.add_variable(shape=(len(thresholds),), name=count))

    def _add_counts(self, y_true, y_pred, sample_weight, **options):
        counts = confusion_counts(y_true, y_pred, self.thresholds, sample_weight, **options)
        for count in self._counts:
            getattr(self, count).assign_add(counts[count])

    def _one_or_all(self, values):
        return values[0] if len(self.thresholds) == 1 else values


class _OneCount(ThresholdCounts):
    """One of the counts: what TruePositives and its three siblings share."""

    _direction = None

    def __init__(self, thresholds=None, name=None, dtype=None):
        self.init_thresholds = thresholds
        super().__init__(parse_thresholds(thresholds, 0.5), name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in labels 0 and 1 and probabilities of the same shape, with weights of one a sample."""
        self._add_counts(y_true, y_pred, sample_weight)

    def result(self):
        return self._one_or_all(getattr(self, self._counts[0]).numpy())

    def get_config(self) -> dict:
        return super().get_config() | {"thresholds": self.init_thresholds}


class TruePositives(_OneCount):
    """How many positives were found: label 1, prediction above the threshold.

    Args:
        thresholds: a number in [0, 1] or a list of them (a result for each); 0.5 by default.
        name, dtype: as for `Metric`.

    Raises:
        ValueError: a threshold outside [0, 1].

    >>> print(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
    2.0
    """

    _counts = ("true_positives",)


class TrueNegatives(_OneCount):
    """How many negatives were recognized: label 0, prediction not above the threshold. Arguments as `TruePositives`.

    >>> print(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
    2.0
    """

    _counts = ("true_negatives",)


class FalsePositives(_OneCount):
    """How many false alarms: label 0, prediction above the threshold. Arguments as `TruePositives`.

    >>> print(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
    2.0
    """

    _counts = ("false_positives",)


class FalseNegatives(_OneCount):
    """How many positives were missed: label 1, prediction not above the threshold. Arguments as `TruePositives`.

    >>> print(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
    2.0
    """

    _counts = ("false_negatives",)


class _Found(ThresholdCounts):
    """What Precision and Recall share: true positives over them and one kind of error."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        super().__init__(parse_thresholds(thresholds, 0.5 if top_k is None else NEVER), name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in labels 0 and 1 and probabilities of the same shape, with weights of one a sample."""
        self._add_counts(y_true, y_pred, sample_weight, top_k=self.top_k, class_id=self.class_id)

    def result(self):
        found, errors = (getattr(self, count).value for count in self._counts)
        return self._one_or_all(divide_no_nan(found, found + errors))

    def get_config(self) -> dict:
        arguments = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return super().get_config() | arguments


class Precision(_Found):
    """The share of the yes answers that are right: `true_positives / (true_positives + false_positives)`.

    Args:
        thresholds: a number in [0, 1] or a list of them (a result for each); 0.5 by default.
        top_k: count only the k largest predictions of each row as yes.
        class_id: look at this column alone.
        name, dtype: as for `Metric`.

    Raises:
        ValueError: a threshold outside [0, 1], or `class_id` with one-dimensional predictions.

    >>> print(f"{Precision()([0, 1, 1, 1], [1, 0, 1, 1]):.4f}")
    0.6667
    """

    _counts = ("true_positives", "false_positives")


class Recall(_Found):
    """The share of the positives that were found: `true_positives / (true_positives + false_negatives)`.

    Arguments as for `Precision`.

    >>> print(f"{Recall()([0, 1, 1, 1], [1, 0, 1, 1]):.4f}")
    0.6667
    """

    _counts = ("true_positives", "false_negatives")
