"""How targets and predictions are brought together: one dtype, a trailing axis of length one, shapes that fit.

Keras lines up (N,) with (N, 1) so that a forgotten axis never becomes an N x N table of differences; other
shapes broadcast as NumPy does, or are refused here with both shapes in the message.
"""

import numbers

import numpy as np

from layerlab.config import floatx

__all__ = ["as_float", "cast", "check_numbers", "check_same_shape", "pair", "squeeze_or_expand_to_same_rank"]


def cast(x, dtype):
    """`x` as an array of this dtype; an array that has it already is returned as it is.

    Raises:
        ValueError: what it holds are no real numbers.

    >>> cast([1, 0], "float32")
    array([1., 0.], dtype=float32)
    """
    x = x if hasattr(x, "dtype") else np.asarray(x)
    if x.dtype == dtype:
        return x
    check_numbers(x)
    return x.astype(dtype)


_HINTS = {
    "c": " Did you mean its real part, or its absolute value?",
    "mM": " Times are numbers once they are counted: (x - start) / np.timedelta64(1, 'D').",
    "USTO": " Names of classes become numbers by np.unique(names, return_inverse=True)[1].",
}


def check_numbers(x) -> None:
    """Refuse an array of strings, times, complex numbers, or objects that are no numbers."""
    kind = np.dtype(x.dtype).kind
    hint = next((hint for kinds, hint in _HINTS.items() if kind in kinds), None)
    if hint is None or (kind == "O" and all(isinstance(number, numbers.Real | np.bool) for number in x.flat)):
        return
    raise ValueError(
        "Expected real numbers as targets, predictions and weights. "
        f"Received: an array of dtype {x.dtype} and shape {x.shape}.{hint}"
    )


def as_float(x):
    """`x` as an array of floats: of its own float type if it has one, else of the default one."""
    is_float = hasattr(x, "dtype") and np.issubdtype(x.dtype, np.floating)
    return x if is_float else cast(x, floatx())


def squeeze_or_expand_to_same_rank(x1, x2, expand_rank_1=True):
    """Line up two arrays whose ranks differ by a trailing axis of length one.

    (N,) and (N, 1) both become (N, 1); of (N, T) and (N, T, 1) the latter loses its last axis. Anything else is
    returned unchanged.

    >>> a, b = squeeze_or_expand_to_same_rank(np.zeros(3), np.zeros((3, 1)))
    >>> a.shape, b.shape
    ((3, 1), (3, 1))
    """
    if len(x1.shape) == len(x2.shape) + 1 and x1.shape[-1] == 1:
        return _line_up(x1, x2, expand_rank_1)
    if len(x2.shape) == len(x1.shape) + 1 and x2.shape[-1] == 1:
        return _line_up(x2, x1, expand_rank_1)[::-1]
    return x1, x2


def _line_up(longer, shorter, expand_rank_1):
    if expand_rank_1 and len(shorter.shape) == 1:
        return longer, shorter.reshape((*shorter.shape, 1))
    return longer.reshape(longer.shape[:-1]), shorter


def pair(y_true, y_pred, align=True):
    """Targets and predictions for an elementwise formula: floats of the predictions' dtype, lined up.

    Raises:
        ValueError: the shapes do not broadcast.
    """
    y_pred = as_float(y_pred)
    y_true = cast(y_true, y_pred.dtype)
    if y_true.shape == y_pred.shape:
        return y_true, y_pred
    if align:
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    _check_broadcast(y_true.shape, y_pred.shape)
    return y_true, y_pred


def _check_broadcast(true_shape, pred_shape):
    try:
        np.broadcast_shapes(true_shape, pred_shape)
    except ValueError:
        raise ValueError(
            "`y_true` and `y_pred` have incompatible shapes for broadcasting. "
            f"Received: y_true.shape={true_shape}, y_pred.shape={pred_shape}.{_likely_mistake(true_shape, pred_shape)}"
        ) from None


def check_same_shape(y_true, y_pred):
    """Refuse targets that are not of the predictions' shape, in Keras's words."""
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "Arguments `target` and `output` must have the same shape. Received: "
            f"target.shape={y_true.shape}, output.shape={y_pred.shape}.{_likely_mistake(y_true.shape, y_pred.shape)}"
        )


def _likely_mistake(true_shape, pred_shape) -> str:
    if len(true_shape) == len(pred_shape) - 1 and true_shape == pred_shape[:-1]:
        return (
            " Are the targets class numbers? Use sparse_categorical_crossentropy, or one-hot targets (to_categorical)."
        )
    if true_shape[:1] != pred_shape[:1]:
        return " The two must hold the same number of samples (axis 0)."
    if len(true_shape) == len(pred_shape) and true_shape[:-1] == pred_shape[:-1]:
        return (
            f" The model gives {pred_shape[-1]} numbers where the targets have {true_shape[-1]}: check its last layer."
        )
    return ""
