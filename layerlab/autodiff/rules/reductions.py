"""VJPs of sums, means, extrema and their kin over axes."""

import numpy as np

from layerlab.autodiff.rule import defvjp
from layerlab.autodiff.rules.arithmetic import over
from layerlab.autodiff.rules.select import restore_axes, select


def _sum(g, y, a, axis=None, *, dtype=None, keepdims=False, where=True):
    g = restore_axes(g, a, axis, keepdims)
    return np.broadcast_to(g, a.shape) if where is True else np.broadcast_to(select(g, where), a.shape)


def _mean(g, y, a, axis=None, *, dtype=None, keepdims=False):
    return np.broadcast_to(restore_axes(g / (a.size / max(np.size(y), 1)), a, axis, keepdims), a.shape)


def _deviation(a, axis):
    return a - np.mean(a, axis, keepdims=True)


def _var(g, y, a, axis=None, *, dtype=None, ddof=0, keepdims=False, correction=0):
    n = a.size / max(np.size(y), 1) - ddof - correction
    return restore_axes(g * (2 / n), a, axis, keepdims) * _deviation(a, axis)


def _std(g, y, a, axis=None, *, dtype=None, ddof=0, keepdims=False, correction=0):
    n = a.size / max(np.size(y), 1) - ddof - correction
    return restore_axes(over(g / n, y), a, axis, keepdims) * _deviation(a, axis)  # 0 where all are equal


def _extremum(g, y, a, axis=None, *, keepdims=False):
    """Shared equally among the tied; NaN if the extremum is NaN."""
    winners = a == restore_axes(y, a, axis, keepdims)
    count = np.sum(winners, axis, dtype=g.dtype, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return winners * (restore_axes(g, a, axis, keepdims) / count)


def _prod(g, y, a, axis=None, *, dtype=None, keepdims=False):
    """The product of all the others, which is right when some are zero."""
    if axis is None:
        return (g * _product_of_others(a.reshape(-1))).reshape(a.shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    ends = tuple(range(-len(axes), 0))
    moved = np.moveaxis(a, axes, ends)
    others = _product_of_others(moved.reshape(*moved.shape[: -len(axes)], -1)).reshape(moved.shape)
    return restore_axes(g, a, axis, keepdims) * np.moveaxis(others, ends, axes)


def _product_of_others(a):
    ones = np.ones_like(a[..., :1])
    before = np.cumprod(np.concatenate([ones, a[..., :-1]], -1), -1)
    after = np.cumprod(np.concatenate([ones, a[..., :0:-1]], -1), -1)[..., ::-1]
    return before * after


def _cumsum(g, y, a, axis=None, *, dtype=None):
    if axis is None:
        return np.cumsum(g[::-1])[::-1].reshape(a.shape)
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


defvjp(np.sum, _sum)
defvjp(np.mean, _mean)
defvjp(np.var, _var)
defvjp(np.std, _std)
defvjp(np.prod, _prod)
defvjp(np.cumsum, _cumsum)
for extremum in (np.max, np.min, np.amax, np.amin):
    defvjp(extremum, _extremum)
