"""Cross-entropies, each with its gradient beside it: from probabilities and from logits, one-hot and by label.

As primitives they are one step on the tape instead of ten, and from logits their gradient is the famous
`softmax(z) - y`, exact where the plain formula would divide by numbers near zero. Probabilities are clipped to
[1e-7, 1 - 1e-7], and where they were clipped no gradient flows: those are Keras's conventions.
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.config import epsilon
from layerlab.ops.rows import largest_of_rows, row_starts, sum_along, sum_of_products, sums_of_rows
from layerlab.ops.special import log_softmax, sigmoid, softmax

__all__ = [
    "binary_crossentropy",
    "binary_crossentropy_from_logits",
    "categorical_crossentropy",
    "categorical_crossentropy_from_logits",
    "sparse_crossentropy",
    "sparse_crossentropy_from_logits",
]


def _clip(p):
    return np.minimum(np.maximum(p, epsilon()), 1.0 - epsilon())  # np.clip takes longer to begin


def _unclipped(p):
    return (p >= epsilon()) & (p <= 1.0 - epsilon())


@primitive
def binary_crossentropy(y, p):
    """`-(y log p + (1 - y) log(1 - p))`, element by element."""
    q = _clip(p)
    return -(y * np.log(q) + (1.0 - y) * np.log(1.0 - q))


def _binary_vjp_y(g, _, y, p):
    q = _clip(p)
    return g * (np.log(1.0 - q) - np.log(q))


def _binary_vjp_p(g, _, y, p):
    q = _clip(p)
    return g * _unclipped(p) * (q - y) / (q * (1.0 - q))


binary_crossentropy.defvjp(_binary_vjp_y, _binary_vjp_p)


@primitive
def binary_crossentropy_from_logits(y, z):
    """`binary_crossentropy(y, sigmoid(z))` as `log(1 + e^z) - y z`, which never overflows."""
    return np.logaddexp(0.0, z) - y * z


binary_crossentropy_from_logits.defvjp(lambda g, _, y, z: -g * z, lambda g, _, y, z: g * (sigmoid(z) - y))


def _total(p, axis):
    total = sum_along(p, axis)
    return np.where(total == 0, 1.0, total)  # a row of zeros stays one: loss 16.1 instead of NaN


@primitive
def categorical_crossentropy(y, p, axis=-1):
    """`-sum(y log(p / sum(p)))` along the axis of the classes."""
    return _with_shares(y, p, axis)[0]


@categorical_crossentropy.keeping
def _with_shares(y, p, axis=-1):
    """The losses; and for the gradient the totals, p / total, and the same clipped."""
    total = _total(p, axis)
    share = p / total
    clipped = _clip(share)
    return -np.squeeze(sum_of_products(y, np.log(clipped), axis), axis), (total, share, clipped)


def _categorical_vjp_y(g, kept, y, p, axis=-1):
    return -np.expand_dims(g, axis) * np.log(kept[2])


def _categorical_vjp_p(g, kept, y, p, axis=-1):
    total, share, clipped = kept
    d_share = -y / clipped * _unclipped(share)
    return np.expand_dims(g, axis) * (d_share - sum_of_products(d_share, share, axis)) / total


categorical_crossentropy.defvjp(_categorical_vjp_y, _categorical_vjp_p)


@primitive
def categorical_crossentropy_from_logits(y, z, axis=-1):
    """`categorical_crossentropy(y, softmax(z))` as `-sum(y log_softmax(z))`."""
    return -np.sum(y * log_softmax(z, axis), axis=axis)


def _logits_vjp_y(g, _, y, z, axis=-1):
    return -np.expand_dims(g, axis) * log_softmax(z, axis)


def _logits_vjp_z(g, _, y, z, axis=-1):
    return np.expand_dims(g, axis) * (softmax(z, axis) * np.sum(y, axis=axis, keepdims=True) - y)


categorical_crossentropy_from_logits.defvjp(_logits_vjp_y, _logits_vjp_z)


def _rows_and_places(x, labels):
    """x (..., classes) as a matrix, and where the numbers at the labels (...) are in its memory."""
    rows = np.ascontiguousarray(x.reshape(-1, x.shape[-1]))
    return rows, labels.reshape(-1) + row_starts(*rows.shape)


@primitive
def sparse_crossentropy(p, labels):
    """`-log(p[label] / sum(p))` for p of shape (..., classes) and labels of shape (...), integers."""
    return _with_right_ones(p, labels)[0]


@sparse_crossentropy.keeping
def _with_right_ones(p, labels):
    """The losses; and for the gradient the totals, the labels' probabilities, and where those are."""
    rows, of_labels = _rows_and_places(p, labels)
    total, right = _total(rows, -1)[:, 0], rows.take(of_labels)
    return -np.log(_clip(right / total)).reshape(labels.shape), (total, right, of_labels)


@sparse_crossentropy.defvjp
def _sparse_vjp(g, kept, p, labels):
    total, right, of_labels = kept
    g = g.reshape(-1) * _unclipped(right / total)
    dp = np.repeat(g / total, p.shape[-1])
    dp[of_labels] -= g / np.where(right == 0, 1.0, right)  # right == 0 was clipped: g is 0 there
    return dp.reshape(p.shape)


@primitive
def sparse_crossentropy_from_logits(z, labels):
    """`-log_softmax(z)[label]` for z of shape (..., classes) and labels of shape (...), integers."""
    return _with_exponentials(z, labels)[0]


@sparse_crossentropy_from_logits.keeping
def _with_exponentials(z, labels):
    """The losses; and exp(z - max) with its sums, which the gradient is made of, and where the labels' numbers are."""
    rows, of_labels = _rows_and_places(z, labels)
    shifted = rows - largest_of_rows(rows)[:, None]
    right = shifted.take(of_labels)
    e = np.exp(shifted, out=shifted)
    total = sums_of_rows(e)
    return (np.log(total) - right).reshape(labels.shape), (e, total, of_labels)


@sparse_crossentropy_from_logits.defvjp
def _sparse_logits_vjp(g, kept, z, labels):
    e, total, of_labels = kept
    g = g.reshape(-1)
    dz = e * (g / total)[:, None]  # the softmax, times g
    dz.reshape(-1)[of_labels] -= g  # one label a row: no place comes twice
    return dz.reshape(z.shape)
