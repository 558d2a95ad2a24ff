"""The circle loss: embeddings of one class drawn together, those of others pushed away, in one soft comparison.

Source: Sun et al. 2020, "Circle loss: a unified perspective of pair similarity optimization".
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import as_float
from layerlab.masking import set_mask

__all__ = ["Circle", "circle"]


def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    """`log(1 + sum_pos e^(gamma (m + d) (d - m)) * sum_neg e^(gamma (1 + m - d) (1 - m - d)))`, d the cosine distance.

    Args:
        y_true: class numbers, shape (batch,).
        y_pred: embeddings of length one, shape (batch, d).
        ref_labels, ref_embeddings: what to compare with, shapes (refs,) and (refs, d); the batch itself by default.
        remove_diagonal: leave out the pairs (i, i).
        gamma: how sharply the worst pairs dominate.
        margin: m, how far from perfect a pair may be.

    Returns:
        Losses of shape (batch,), masked where they are 0 (no pair to learn from).

    >>> circle([1, 1, 2, 2], np.eye(4, dtype="float32")).round(2)
    array([55.09, 55.09, 55.09, 55.09], dtype=float32)
    """
    y_pred = as_float(y_pred)
    y_true = np.asarray(y_true).astype(np.int32).reshape(-1, 1)
    ref_labels = y_true if ref_labels is None else np.asarray(ref_labels).astype(np.int32).reshape(-1, 1)
    distance = np.maximum(1.0 - y_pred @ np.transpose(y_pred if ref_embeddings is None else ref_embeddings), 0.0)
    same = y_true == ref_labels.T  # (batch, refs)
    positive = same & (np.eye(*same.shape) == 0) if remove_diagonal else same
    pull = gamma * np.maximum(margin + distance, 0.0) * (distance - margin)
    push = gamma * np.maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance)
    losses = np.logaddexp(0.0, _logsumexp_where(pull, positive) + _logsumexp_where(push, ~same))
    set_mask(losses, losses > 0)
    return losses


@primitive
def _logsumexp_where(x, where):
    """Row by row, `log(sum(exp(x[where])))`; minus infinity for a row with nothing in it."""
    top = np.max(x, axis=1, keepdims=True, where=where, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.sum(np.where(where, np.exp(np.minimum(x - top, 0.0)), 0.0), axis=1)
    return np.where(total > 0, np.log(np.where(total > 0, total, 1.0)), -np.inf) + top[:, 0]


@_logsumexp_where.defvjp
def _logsumexp_where_vjp(g, y, x, where):
    y = np.where(np.isfinite(y), y, 0.0)[:, None]
    return g[:, None] * np.where(where, np.exp(np.minimum(x - y, 0.0)), 0.0)


class Circle(LossFunctionWrapper):
    """Class form of `circle`: embeddings of a class together, of others apart.

    Args:
        gamma, margin, remove_diagonal: as for the function.
        reduction, name, dtype: as for `Loss`.

    >>> print(f"{Circle()([1, 1, 2, 2], np.eye(4)):.2f}")
    55.09
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        arguments = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **arguments)
