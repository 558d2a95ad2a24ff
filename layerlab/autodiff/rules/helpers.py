"""Pieces that several tables of rules share: exact selection, restored axes, safe division, zeros."""

import numpy as np

__all__ = ["over", "restore_axes", "select", "zero"]


def select(g, mask):
    """g where the mask is true and 0 elsewhere, even where g is infinite or NaN.

    The same as np.where(mask, g, 0) in a tenth of its time: the bits of g are multiplied by 0 or 1 as integers.

    >>> select(np.array([1.0, np.nan, -np.inf]), np.array([True, False, False]))
    array([1., 0., 0.])
    """
    if g.dtype.itemsize > 8:  # no integer is as long as a long double
        return np.where(mask, g, 0)
    return (g.view(f"i{g.dtype.itemsize}") * mask).view(g.dtype)


def restore_axes(g, x, axis, keepdims):
    """The result of a reduction (or its gradient) with the reduced axes back as size 1."""
    if axis is None:
        return np.reshape(g, (1,) * np.ndim(x))
    return g if keepdims else np.expand_dims(g, axis)


def over(x, norm):
    """x / norm, and 0 where the norm is 0."""
    return x / np.where(norm == 0, 1, norm)


def zero(g, y, *args, **kwargs):
    """The VJP of an argument that the result depends on only in steps."""
    return np.zeros((), g.dtype)
