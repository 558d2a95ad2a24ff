"""The area under a curve of two kinds of success: how well scores rank positives above negatives.

Sources: the Keras page "Classification metrics based on True/False positives & negatives"; Davis and Goadrich 2006,
"The relationship between precision-recall and ROC curves"; Flach and Kull 2015, "Precision-recall-gain curves".
"""

from collections.abc import Callable

import numpy as np

from layerlab.config import epsilon
from layerlab.metrics.confusion import confusion_counts, even_thresholds
from layerlab.metrics.metric import Metric, divide_no_nan
from layerlab.ops import sigmoid
from layerlab.variables import Variable

__all__ = ["AUC"]

_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")
_HEIGHTS: dict[str, Callable] = {
    "interpolation": lambda a, b: (a + b) / 2.0,
    "majoring": np.maximum,
    "minoring": np.minimum,
}


class AUC(Metric):
    """The area under the curve that a falling threshold draws.

    "ROC": recall over the false positive rate, 0.5 for guessing. "PR": precision over recall. "PRGAIN": the same
    two, rescaled so that answering always yes lies at 0. The area is a Riemann sum over the thresholds.

    Args:
        num_thresholds: how many thresholds from 0 to 1.
        curve: "ROC", "PR" or "PRGAIN".
        summation_method: the height of a step: "interpolation" (the mean of its ends; for "PR" the interpolation of
            Davis and Goadrich), "minoring" (the lower) or "majoring" (the higher).
        name, dtype: as for `Metric`.
        thresholds: numbers in (0, 1) to use instead; just below 0 and just above 1 are added.
        multi_label: compute one area a column, and average them.
        num_labels: number of columns, with `multi_label`; else known at the first batch.
        label_weights: weights of the columns: of their areas with `multi_label`, else of their entries.
        from_logits: whether predictions are logits, to be passed through a sigmoid.

    Raises:
        ValueError: an unknown curve or method, fewer than two thresholds, `num_labels` without `multi_label`.

    >>> print(f"{AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]):.2f}")
    0.75
    """

    _direction = "up"
    true_positives: Variable
    false_positives: Variable
    true_negatives: Variable
    false_negatives: Variable

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(name=name, dtype=dtype)
        self.curve = _one_of(curve, ("PR", "ROC", "PRGAIN"), "AUC curve", str.upper)
        self.summation_method = _one_of(summation_method, tuple(_HEIGHTS), "AUC summation method", str.lower)
        self._init_from_thresholds = thresholds is not None
        self.thresholds = _with_ends(sorted(thresholds) if self._init_from_thresholds else _even(num_thresholds))
        self.num_thresholds = len(self.thresholds)
        self.multi_label, self.num_labels, self.from_logits = multi_label, num_labels, from_logits
        self.label_weights = None if label_weights is None else np.array(label_weights, self.dtype)
        self._built = False
        if num_labels and not multi_label:
            raise ValueError("`num_labels` is needed only when `multi_label` is True.")
        if num_labels or not multi_label:
            self._build((None, num_labels))

    def _build(self, shape):
        if self.multi_label and len(shape) != 2:
            raise ValueError(
                f"`y_pred` must have rank 2 when `multi_label=True`. Found rank {len(shape)}. "
                f"Full shape received for `y_pred`: {shape}"
            )
        shape = (self.num_thresholds, shape[1]) if self.multi_label else (self.num_thresholds,)
        for count in _COUNTS:
            setattr(self, count, self.add_variable(shape, name=count))
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in labels 0 and 1 and probabilities of the same shape, with weights of one a sample."""
        y_pred = np.asarray(y_pred, self.dtype)
        if not self._built:
            self._build(y_pred.shape)
        counts = confusion_counts(
            y_true,
            sigmoid(y_pred) if self.from_logits else y_pred,
            self.thresholds,
            sample_weight,
            label_weights=None if self.multi_label else self.label_weights,
            by_label=self.multi_label,
        )
        for count in _COUNTS:
            getattr(self, count).assign_add(counts[count])

    def result(self):
        interpolated = (self.curve, self.summation_method) == ("PR", "interpolation")
        areas = np.sum(self._interpolated_pr_steps() if interpolated else self._steps(), axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return np.mean(areas)
        return divide_no_nan(np.sum(areas * self.label_weights), np.sum(self.label_weights))

    def _steps(self):
        """The areas between neighboring thresholds."""
        x, y = _CURVES[self.curve](*(getattr(self, count).value for count in _COUNTS))
        return (x[:-1] - x[1:]) * _HEIGHTS[self.summation_method](y[:-1], y[1:])

    def _interpolated_pr_steps(self):
        """The areas under precision over recall, with counts (not precision) linear between two thresholds.

        With TP = intercept + slope * P over the positives P, the area is slope * (dTP + intercept * log(P / P')) / all.
        """
        tp, positives = self.true_positives.value, self.true_positives.value + self.false_positives.value
        d_tp, d_positives = tp[:-1] - tp[1:], positives[:-1] - positives[1:]
        slope = divide_no_nan(d_tp, np.maximum(d_positives, 0.0))
        intercept = tp[1:] - slope * positives[1:]
        both = (positives[:-1] > 0) & (positives[1:] > 0)
        ratio = np.where(both, positives[:-1], 1.0) / np.where(both, positives[1:], 1.0)
        all_true = np.maximum(tp[1:] + self.false_negatives.value[1:], 0.0)
        return divide_no_nan(slope * (d_tp + intercept * np.log(ratio)), all_true)

    def get_config(self) -> dict:
        weights = self.label_weights
        config = super().get_config() | {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self.from_logits,
        }
        # The two ends are added by the constructor.
        return config | ({"thresholds": self.thresholds[1:-1]} if self._init_from_thresholds else {})


def _one_of(value, allowed, what, fold):
    folded = fold(str(value))
    if folded not in allowed:
        raise ValueError(f'Invalid {what} value: "{value}". Expected values are {_quoted(allowed)}')
    return folded


def _quoted(names):
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _even(num_thresholds):
    if num_thresholds <= 1:
        raise ValueError(f"Argument `num_thresholds` must be an integer > 1. Received: num_thresholds={num_thresholds}")
    return even_thresholds(num_thresholds)[1:-1]


def _with_ends(thresholds):
    return [-epsilon(), *(float(t) for t in thresholds), 1.0 + epsilon()]


def _roc(tp, fp, tn, fn):
    return divide_no_nan(fp, fp + tn), divide_no_nan(tp, tp + fn)


def _pr(tp, fp, tn, fn):
    return divide_no_nan(tp, tp + fn), divide_no_nan(tp, tp + fp)


def _pr_gain(tp, fp, tn, fn):
    odds = divide_no_nan(tp + fn, tn + fp)
    recall_gain = np.where(tp == 0, 0.0, 1.0 - odds * divide_no_nan(fn, tp))
    precision_gain = np.where(tp == 0, 1.0, 1.0 - odds * divide_no_nan(fp, tp))
    return np.maximum(recall_gain, 0.0), precision_gain


_CURVES = {"ROC": _roc, "PR": _pr, "PRGAIN": _pr_gain}
