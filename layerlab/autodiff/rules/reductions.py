"""VJPs of sums, means, extrema and their kin over axes."""

import math

import numpy as np

from layerlab.autodiff.rule import composite, defvjp, spread
from layerlab.autodiff.rules.helpers import over, restore_axes, select


def _sum(g, y, a, axis=None, *, dtype=None, keepdims=False, where=True):
    if axis is None and where is True and np.ndim(g) == 0:
        return spread(g, a.shape)
    g = restore_axes(g, a, axis, keepdims)
    return np.broadcast_to(g if where is True else select(g, where), a.shape)


def _count(a, y):
    """How many elements went into each result."""
    return a.size / max(np.size(y), 1)


def _mean(g, y, a, axis=None, *, dtype=None, keepdims=False):
    if axis is None and not keepdims:
        return spread(g / a.size, a.shape)
    return _sum(g / _count(a, y), y, a, axis, keepdims=keepdims)


def _var(g, y, a, axis=None, *, dtype=None, ddof=0, keepdims=False, correction=0):
    n = _count(a, y) - ddof - correction
    share = g * (2 / n if n else math.nan)
    return restore_axes(share, a, axis, keepdims) * (a - np.mean(a, axis, keepdims=True))


def _std(g, y, a, axis=None, *, dtype=None, ddof=0, keepdims=False, correction=0):
    n = _count(a, y) - ddof - correction
    share = over(g / n if n else g * math.nan, y)  # 0 where all are equal
    return restore_axes(share, a, axis, keepdims) * (a - np.mean(a, axis, keepdims=True))


def _extremum(g, y, a, axis=None, *, keepdims=False):
    """Shared equally among the tied; NaN if the extremum is NaN."""
    winners = a == restore_axes(y, a, axis, keepdims)
    count = np.count_nonzero(winners, axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return winners * np.divide(restore_axes(g, a, axis, keepdims), count, dtype=g.dtype)


def _prod(g, y, a, axis=None, *, dtype=None, keepdims=False):
    """The product of all the others, which is right when some are zero."""
    axes = tuple(range(a.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    ends = tuple(range(-len(axes), 0))
    moved = np.moveaxis(a, axes, ends)
    others = _product_of_others(moved.reshape(*moved.shape[: a.ndim - len(axes)], -1)).reshape(moved.shape)
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


def _cumprod(g, y, a, axis=None, *, dtype=None):
    if axis is None:
        return _cumprod(g, y, a.reshape(-1), 0).reshape(a.shape)
    g, a = np.moveaxis(g, axis, 0), np.moveaxis(a, axis, 0)
    # y_i = x_0 ... x_i, so dx_i = (x_0 ... x_i-1) h_i with h_i = g_i + x_i+1 h_i+1; no division: zeros are right
    before = np.cumprod(np.concatenate([np.ones_like(a[:1]), a[:-1]]), 0)
    h = g.copy()
    for i in range(len(a) - 2, -1, -1):
        h[i] += a[i + 1] * h[i + 1]
    return np.moveaxis(before * h, 0, axis)


defvjp(np.sum, _sum)
defvjp(np.mean, _mean)
defvjp(np.var, _var)
defvjp(np.std, _std)
defvjp(np.prod, _prod)
defvjp(np.cumsum, _cumsum)
defvjp(np.cumprod, _cumprod)
for extremum in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin):
    defvjp(extremum, _extremum)


@composite(np.ptp)
def _ptp(a, axis=None, *, keepdims=False):
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)


def _cumulative(function, identity):
    def implementation(x, /, *, axis=None, dtype=None, include_initial=False):
        axis = 0 if axis is None and np.ndim(x) == 1 else axis
        if axis is None:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        y = function(x, axis=axis, dtype=dtype)
        if not include_initial:
            return y
        shape = [1 if i == axis % np.ndim(x) else n for i, n in enumerate(np.shape(x))]
        return np.concatenate([np.full(shape, identity, y.dtype), y], axis)

    return implementation


if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    composite(np.cumulative_sum)(_cumulative(np.cumsum, 0))
    composite(np.cumulative_prod)(_cumulative(np.cumprod, 1))
