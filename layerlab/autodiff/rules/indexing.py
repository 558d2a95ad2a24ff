"""VJPs of picking elements out of arrays and of putting them into order."""

import numpy as np

from layerlab.autodiff.arraylike import getitem
from layerlab.autodiff.rule import defvjp
from layerlab.autodiff.rules.select import select, zero

_BASIC = (int, slice, type(None), type(Ellipsis), np.integer)


def _getitem(g, y, x, index):
    out = np.zeros(x.shape, g.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if all(isinstance(part, _BASIC) and not isinstance(part, bool) for part in parts):
        out[index] = g
    else:
        np.add.at(out, index, g)  # an element picked twice gets both gradients
    return out


def _take(g, y, a, indices, axis=None):
    if axis is None:
        out = np.zeros(a.size, g.dtype)
        np.add.at(out, indices, g)
        return out.reshape(a.shape)
    out = np.zeros(a.shape, g.dtype)
    np.add.at(out, (slice(None),) * (axis % a.ndim) + (indices,), g)
    return out


def _along(indices, axis):
    """The index of x that np.take_along_axis(x, indices, axis) stands for."""
    grid = list(np.ogrid[tuple(map(slice, indices.shape))])
    grid[axis] = indices
    return tuple(grid)


def _take_along_axis(g, y, arr, indices, axis=-1):
    if axis is None:
        out = np.zeros(arr.size, g.dtype)
        np.add.at(out, indices, g)
        return out.reshape(arr.shape)
    out = np.zeros(arr.shape, g.dtype)
    np.add.at(out, _along(indices, axis), g)
    return out


def _sort(g, y, a, axis=-1, *, kind=None, stable=None):
    return _take_along_axis(g if axis is not None else g.reshape(-1), y, a, np.argsort(a, axis, stable=True), axis)


def _clip(g, y, a, a_min=None, a_max=None, *, min=None, max=None):
    low, high = a_min if min is None else min, a_max if max is None else max
    beyond = np.zeros((), bool)
    if low is not None:
        beyond = beyond | (a <= low)
    if high is not None:
        beyond = beyond | (a >= high)
    return select(g, ~beyond)


defvjp(getitem, _getitem)
defvjp(np.take, _take)
defvjp(np.take_along_axis, _take_along_axis)
defvjp(np.sort, _sort)
defvjp(np.clip, _clip)
defvjp(
    np.where,
    zero,
    lambda g, y, condition, a, b: select(g, np.asarray(condition, bool)),
    lambda g, y, condition, a, b: select(g, ~np.asarray(condition, bool)),
)
