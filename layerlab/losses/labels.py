"""Class numbers as targets: read as integers, lined up with the predictions, and refused when out of range."""

import numpy as np

from layerlab.autodiff import ArrayLike, primitive
from layerlab.autodiff.rule import constant
from layerlab.losses.shapes import as_float, check_numbers

__all__ = ["class_labels", "labels_and_scores"]


def labels_and_scores(y_true, y_pred, axis=-1):
    """Class numbers of shape (...) and predictions of shape (..., classes), whatever the axis of the classes was.

    Raises:
        ValueError: the targets have neither the shape of the predictions without that axis nor length 1 along it.
    """
    y_true, y_pred = y_true if isinstance(y_true, ArrayLike) else np.asarray(y_true), as_float(y_pred)
    if not y_pred.shape:
        raise ValueError(f"Argument `output` must be at least rank 1. Received: output.shape={y_pred.shape}")
    if y_true.ndim == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = np.squeeze(y_true, axis)
    if axis not in (-1, len(y_pred.shape) - 1):
        y_pred = np.moveaxis(y_pred, axis, -1)
    if y_true.shape != y_pred.shape[:-1]:
        hint = ""
        if y_true.shape == y_pred.shape:
            hint = (
                " Are the targets one-hot? Use categorical_crossentropy, or class numbers: np.argmax(y_true, axis=-1)."
            )
        raise ValueError(
            "Arguments `target` and `output` must have the same shape up until the last dimension: "
            f"target.shape={y_true.shape}, output.shape={y_pred.shape}.{hint}"
        )
    return y_true, y_pred


@primitive
def class_labels(y_true, classes, name):
    """`y_true` as integers, each of them one of the classes.

    Args:
        y_true: integers, or floats that hold them.
        classes: how many there are.
        name: of the loss, for the error.

    Raises:
        ValueError: a label below 0, not below `classes`, or NaN.
    """
    labels = _as_integers(y_true)
    unsigned = labels.view(np.uintp).reshape(-1)  # the negative ones are large
    if unsigned.size and unsigned[unsigned.argmax()] >= classes:  # for a batch np.max takes five times as long to begin
        _refuse(y_true, labels, classes, name)
    return labels


constant(class_labels)  # a step of its own for a tape that is to be repeated: the check is repeated too


def _as_integers(x) -> np.ndarray:
    if x.dtype.kind not in "iuf":
        check_numbers(x)
    if x.dtype.kind != "f":
        return x.astype(np.intp, copy=False)
    with np.errstate(invalid="ignore"):  # NaN becomes an integer that is out of range
        return x.astype(np.intp)


def _refuse(y_true, labels, classes, name):
    index = tuple(int(i) for i in np.argwhere((labels < 0) | (labels >= classes))[0])
    hint = _likely_mistake(y_true, labels, classes)
    found = f"{y_true[index]:g}" if y_true.dtype.kind == "f" else y_true[index]
    raise ValueError(
        f"A label is out of range in {name}: the {classes} classes of `y_pred` are numbered 0 to {classes - 1}. "
        f"Received: {found} at y_true[{', '.join(map(str, index))}].{hint}"
    )


def _likely_mistake(y_true, labels, classes) -> str:
    if np.any(np.isnan(y_true)):
        return " The targets hold NaN: look for missing values in the data."
    if classes == 1:
        return " A single output unit goes with binary_crossentropy."
    if labels.min() == 1 and labels.max() == classes:
        return " Do the labels start at 1? Subtract 1."
    if labels.min() >= 0:
        return f" The last layer needs at least {labels.max() + 1} units."
    return " Entries to be skipped are named by ignore_class."
