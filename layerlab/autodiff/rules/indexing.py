"""VJPs of picking elements out of arrays and of putting them into order."""

import math

import numpy as np

from layerlab.autodiff.arraylike import getitem
from layerlab.autodiff.rule import RULES, composite, defvjp
from layerlab.autodiff.rules.helpers import select, zero

_BASIC = (int, slice, type(None), type(Ellipsis), np.integer)


def _is_basic(index) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, _BASIC) and not isinstance(part, bool) for part in parts)


def _getitem(g, y, x, index):
    if not _is_basic(index):
        return _scatter(x.shape, index, g)
    out = np.zeros(x.shape, g.dtype)
    out[index] = g
    return out


def _add_to_item(total, g, x, index):
    """Costs the size of the slice alone: a loop over x[0], x[1], ... would make each time an array as large as x."""
    if _is_basic(index):
        total[index] += g
    else:
        total += _scatter(x.shape, index, g)


def _scatter(shape, index, g):
    """Zeros with g added at the index: an element picked twice gets both gradients.

    np.add.at on one axis is 25 times faster than on several, so the index is turned into positions in the flat array.
    """
    size = math.prod(shape)
    if isinstance(index, np.ndarray) and index.dtype.kind in "iu":  # whole rows
        row = math.prod(shape[1:])
        origin = (index % shape[0])[..., None] * row + np.arange(row)
    elif 8 * g.size < size:
        out = np.zeros(shape, g.dtype)
        np.add.at(out, index, g)
        return out
    else:
        origin = np.arange(size).reshape(shape)[index]
    out = np.zeros(size, g.dtype)
    np.add.at(out, origin.reshape(-1), g.reshape(-1))
    return out.reshape(shape)


def _take(g, y, a, indices, axis=None, *, mode="raise"):
    if axis is None:
        return _take(g, y, a.reshape(-1), indices, 0, mode=mode).reshape(a.shape)
    axis, indices = axis % a.ndim, np.asarray(indices)
    if mode == "clip":
        indices = np.clip(indices, 0, a.shape[axis] - 1)
    rows = np.moveaxis(g, range(axis, axis + indices.ndim), range(indices.ndim))
    shape = (a.shape[axis], *a.shape[:axis], *a.shape[axis + 1 :])
    return np.moveaxis(_scatter(shape, indices, rows), 0, axis)


def _take_along_axis(g, y, arr, indices, axis=-1):
    if axis is None:
        return _scatter((arr.size,), indices, g).reshape(arr.shape)
    index: list = list(np.ogrid[tuple(map(slice, indices.shape))])
    index[axis] = indices
    for i, n in enumerate(indices.shape):  # indices of size 1 are broadcast along arr
        if n == 1 and i != axis % arr.ndim:
            index[i] = np.arange(arr.shape[i]).reshape([-1 if j == i else 1 for j in range(arr.ndim)])
    return _scatter(arr.shape, tuple(index), g)


def _sort(g, y, a, axis=-1, *, kind=None, stable=None):
    order = np.argsort(a, axis, stable=True)
    return _take_along_axis(g, y, a, order, axis)


defvjp(getitem, _getitem)
RULES[getitem].add_to = _add_to_item
defvjp(np.take_along_axis, _take_along_axis)
defvjp(np.sort, _sort)
defvjp(np.take, _take)
defvjp(
    np.where,
    zero,
    lambda g, y, condition, a, b: select(g, np.asarray(condition, bool)),
    lambda g, y, condition, a, b: select(g, ~np.asarray(condition, bool)),
)


@composite(np.partition)
def _partition(a, kth, axis=-1):
    if axis is None:
        a, axis = np.ravel(a), -1
    return np.take_along_axis(a, np.argpartition(a, kth, axis), axis)


@composite(np.compress)
def _compress(condition, a, axis=None):
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return np.take(a, np.flatnonzero(condition), axis)


@composite(np.extract)
def _extract(condition, arr):
    return np.take(np.ravel(arr), np.flatnonzero(condition))
