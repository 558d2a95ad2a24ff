"""Intersection over union, for segmentation: what both sides call a class, over what either does.

Source: the Keras page "Image segmentation metrics".
"""

import warnings

import numpy as np

from layerlab.config import epsilon
from layerlab.losses.shapes import cast
from layerlab.metrics.metric import Metric

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


class IoU(Metric):
    """The mean over some classes of `true_positives / (true_positives + false_positives + false_negatives)`.

    A class that occurs on neither side is left out; so are entries whose label or prediction is no class.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes to average over.
        name: as for `Metric`.
        dtype: of the counts; int32 by default, which cuts sample weights off to integers.
        ignore_class: entries with this label do not count.
        sparse_y_true, sparse_y_pred: whether each side holds class numbers, or scores along `axis`.
        axis: of the scores.

    Raises:
        ValueError: a target class that does not exist.

    >>> print(f"{IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1]):.4f}")
    0.3333
    """

    _direction = "up"

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        if max(target_class_ids) >= num_classes:
            raise ValueError(f"Target class id {max(target_class_ids)} is out of range, which is [0, {num_classes}).")
        self.num_classes, self.target_class_ids, self.ignore_class = num_classes, list(target_class_ids), ignore_class
        self.sparse_y_true, self.sparse_y_pred, self.axis = sparse_y_true, sparse_y_pred, axis
        self.total_cm = self.add_variable((num_classes, num_classes), dtype=self.dtype, name="total_confusion_matrix")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add the pairs of label and prediction to the confusion matrix, with weights of the labels' shape."""
        labels = self._classes(y_true, self.sparse_y_true)
        guesses = self._classes(y_pred, self.sparse_y_pred)
        weight = np.broadcast_to(self._weights(sample_weight), labels.shape)
        counts = (labels >= 0) & (labels < self.num_classes) & (guesses >= 0) & (guesses < self.num_classes)
        if self.ignore_class is not None:
            counts &= labels != self.ignore_class
        cells = labels[counts] * self.num_classes + guesses[counts]
        matrix = np.bincount(cells, weights=weight[counts], minlength=self.num_classes**2)
        self.total_cm.assign_add(matrix.reshape(self.total_cm.shape))

    def _classes(self, y, sparse):
        y = np.asarray(y) if sparse else np.argmax(y, axis=self.axis)
        return y.astype(np.intp).reshape(-1)

    def _weights(self, sample_weight):
        if sample_weight is None:
            return np.ones((), self.dtype)
        sample_weight = np.asarray(sample_weight)
        if sample_weight.dtype.kind == "f" and "int" in self.dtype:
            warnings.warn(
                "You are passing weight as `float`, but dtype is `int`. This may result in an incorrect weight due to "
                "type casting Consider using integer weights.",
                stacklevel=3,
            )
        weight = cast(sample_weight, self.dtype)
        return weight.reshape(-1) if weight.ndim else weight

    def result(self):
        matrix = self.total_cm.value
        both = np.diag(matrix)[self.target_class_ids].astype("float32")
        either = (matrix.sum(axis=0) + matrix.sum(axis=1) - np.diag(matrix))[self.target_class_ids].astype("float32")
        occurs = either > 1e-9
        iou = np.where(occurs, both / (either + epsilon()), 0.0)
        return np.sum(iou) / (np.sum(occurs, dtype="float32") + epsilon())

    def get_config(self) -> dict:
        names = "num_classes target_class_ids ignore_class sparse_y_true sparse_y_pred axis".split()
        return super().get_config() | {name: getattr(self, name) for name in names}


def _without(config: dict, *names) -> dict:
    return {name: value for name, value in config.items() if name not in names}


class BinaryIoU(IoU):
    """`IoU` of two classes, from probabilities: at or above the threshold is class 1.

    Args:
        target_class_ids: (0,), (1,) or both.
        threshold: of the predictions.
        name, dtype: as for `IoU`.

    >>> print(f"{BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]):.4f}")
    0.3333
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, np.asarray(y_pred) >= self.threshold, sample_weight)

    def get_config(self) -> dict:
        fixed = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return _without(super().get_config(), *fixed) | {"threshold": self.threshold}


class MeanIoU(IoU):
    """`IoU` over all classes. Arguments as there.

    >>> print(f"{MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1]):.4f}")
    0.3333
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self) -> dict:
        return _without(super().get_config(), "target_class_ids")


class OneHotIoU(IoU):
    """`IoU` for one-hot labels, and scores unless `sparse_y_pred`. Arguments as there.

    >>> y_true, y_pred = np.eye(3)[[2, 0, 1, 0]], np.eye(3)[[2, 0, 2, 1]]
    >>> print(f"{OneHotIoU(num_classes=3, target_class_ids=[0, 2])(y_true, y_pred):.4f}")
    0.5000
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict:
        return _without(super().get_config(), "sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` for one-hot labels, and scores unless `sparse_y_pred`. Arguments as for `IoU`.

    >>> y_true, y_pred = np.eye(3)[[2, 0, 1, 0]], np.eye(3)[[2, 0, 2, 1]]
    >>> print(f"{OneHotMeanIoU(num_classes=3)(y_true, y_pred):.4f}")
    0.3333
    """

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict:
        return _without(super().get_config(), "sparse_y_true")
