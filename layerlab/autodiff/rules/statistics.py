"""Statistics written with other functions: averages, quantiles, and reductions that skip NaN."""

import functools

import numpy as np

from layerlab.autodiff.arraylike import ArrayLike
from layerlab.autodiff.rule import composite


@composite(np.average)
def _average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    if weights is None:
        average, total = np.mean(a, axis, keepdims=keepdims), None
    else:
        if np.shape(weights) != np.shape(a):
            weights = np.reshape(weights, [-1 if i == axis % np.ndim(a) else 1 for i in range(np.ndim(a))])
            weights = np.broadcast_to(weights, np.shape(a))
        total = np.sum(weights, axis, keepdims=keepdims)
        average = np.sum(a * weights, axis, keepdims=keepdims) / total
    if not returned:
        return average
    count = np.size(a) / np.size(average)
    return average, np.full(np.shape(average), count) if total is None else total


@composite(np.nansum)
def _nansum(a, axis=None, dtype=None, *, keepdims=False):
    return np.sum(np.where(np.isnan(a), 0, a), axis, dtype=dtype, keepdims=keepdims)


@composite(np.nanprod)
def _nanprod(a, axis=None, dtype=None, *, keepdims=False):
    return np.prod(np.where(np.isnan(a), 1, a), axis, dtype=dtype, keepdims=keepdims)


@composite(np.nancumsum)
def _nancumsum(a, axis=None, dtype=None):
    return np.cumsum(np.where(np.isnan(a), 0, a), axis, dtype=dtype)


@composite(np.nancumprod)
def _nancumprod(a, axis=None, dtype=None):
    return np.cumprod(np.where(np.isnan(a), 1, a), axis, dtype=dtype)


def _number_of_values(a, axis, keepdims):
    return np.sum(~np.isnan(a), axis, keepdims=keepdims).astype(a.dtype)


@composite(np.nanmean)
def _nanmean(a, axis=None, dtype=None, *, keepdims=False):
    return np.nansum(a, axis, dtype, keepdims=keepdims) / _number_of_values(a, axis, keepdims)


@composite(np.nanvar)
def _nanvar(a, axis=None, dtype=None, *, ddof=0, keepdims=False):
    deviation = np.where(np.isnan(a), 0, a) - np.nanmean(a, axis, keepdims=True)
    squares = np.where(np.isnan(a), 0, deviation * deviation)
    return np.sum(squares, axis, dtype=dtype, keepdims=keepdims) / (_number_of_values(a, axis, keepdims) - ddof)


@composite(np.nanstd)
def _nanstd(a, axis=None, dtype=None, *, ddof=0, keepdims=False):
    return np.sqrt(np.nanvar(a, axis, dtype, ddof=ddof, keepdims=keepdims))


@composite(np.quantile)
def _quantile(a, q, axis=None, *, keepdims=False):
    """Between the two neighbors in the sorted order; NaN if there is one."""
    axes = tuple(range(np.ndim(a))) if axis is None else (axis,) if np.ndim(axis) == 0 else tuple(axis)
    rest = np.moveaxis(a, axes, range(-len(axes), 0))
    rest = np.reshape(rest, (*rest.shape[: rest.ndim - len(axes)], -1))
    place = np.asarray(q) * (rest.shape[-1] - 1)
    below = np.floor(place).astype(int)
    between = place - below if np.ndim(q) else float(place - below)
    order = np.sort(rest, -1)
    upper = order[..., np.minimum(below + 1, rest.shape[-1] - 1)]
    result = order[..., below] + (upper - order[..., below]) * between
    has_nan = np.isnan(rest).any(-1)
    result = np.where(has_nan.reshape(has_nan.shape + (1,) * np.ndim(q)), np.nan, result)
    result = np.moveaxis(result, range(result.ndim - np.ndim(q), result.ndim), range(np.ndim(q)))
    return np.expand_dims(result, tuple(i % a.ndim + np.ndim(q) for i in axes)) if keepdims else result


@composite(np.percentile)
def _percentile(a, q, axis=None, *, keepdims=False):
    return np.quantile(a, np.true_divide(q, 100), axis, keepdims=keepdims)


@composite(np.median)
def _median(a, axis=None, *, keepdims=False):
    return np.quantile(a, 0.5, axis, keepdims=keepdims)


@composite(np.cov)
def _cov(m, y=None, rowvar=True, bias=False, ddof=None):
    rows = [np.atleast_2d(x) if rowvar or np.ndim(x) == 1 else np.transpose(x) for x in (m, y) if x is not None]
    x = np.concatenate(rows).astype(np.float64)  # NumPy's choice
    ddof = (0 if bias else 1) if ddof is None else ddof
    deviation = x - np.mean(x, 1, keepdims=True)
    return np.squeeze(np.matmul(deviation, deviation.T) / (x.shape[1] - ddof))


@composite(np.corrcoef)
def _corrcoef(x, y=None, rowvar=True):
    covariance = np.cov(x, y, rowvar)
    if covariance.ndim == 0:
        return covariance / covariance
    deviation = np.sqrt(np.diagonal(covariance))
    return covariance / deviation[:, None] / deviation


@composite(np.diff)
def _diff(a, n=1, axis=-1, prepend=None, append=None):
    ends = [x if np.ndim(x) else _one_slice_like(a, x, axis) for x in (prepend, a, append) if x is not None]
    a = np.concatenate(ends, axis) if len(ends) > 1 else a
    before = (slice(None),) * (axis % np.ndim(a))
    return functools.reduce(lambda x, _: x[(*before, slice(1, None))] - x[(*before, slice(None, -1))], range(n), a)


def _one_slice_like(a, value, axis):
    return np.broadcast_to(value, [1 if i == axis % np.ndim(a) else n for i, n in enumerate(np.shape(a))])


@composite(np.ediff1d)
def _ediff1d(ary, to_end=None, to_begin=None):
    parts = [np.ravel(part) for part in (to_begin, np.diff(np.ravel(ary)), to_end) if part is not None]
    return np.concatenate(parts).astype(ary.dtype)


@composite(np.trapezoid)
def _trapezoid(y, x=None, dx=1.0, axis=-1):
    y = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    return np.sum(dx * (y[..., 1:] + y[..., :-1]), -1) / 2


@composite(np.interp)
def _interp(x, xp, fp, left=None, right=None):
    i = np.clip(np.searchsorted(xp, x, "right") - 1, 0, np.size(xp) - 2)
    xp, fp = np.multiply(xp, 1.0), np.multiply(fp, 1.0)  # arrays of floats
    inside = fp[i] + (x - xp[i]) * ((fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i]))
    inside = np.where(x < xp[0], fp[0] if left is None else left, inside)
    return np.where(x > xp[-1], fp[-1] if right is None else right, inside)


@composite(np.polyval)
def _polyval(p, x):
    coefficients = p if isinstance(p, ArrayLike) else np.asarray(p)
    return functools.reduce(lambda y, coefficient: y * x + coefficient, coefficients, np.zeros_like(x))  # Horner
