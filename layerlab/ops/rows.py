"""Maxima and sums along an axis, which stays with size 1; quick for the rows of a batch, the scores of a few classes.

NumPy starts a loop for each row, which takes longer than the row. `argmax` does not, and a sum is a product with ones.
"""

import functools

import numpy as np

from layerlab.autodiff.rule import ones

__all__ = ["largest_of_rows", "max_along", "row_starts", "sum_along", "sum_of_products", "sums_of_rows"]


def max_along(x, axis):
    """np.max(x, axis, keepdims=True).

    >>> max_along(np.array([[1.0, 3.0], [2.0, 0.0]]), -1)
    array([[3.],
           [2.]])
    """
    if not _has_rows(x, axis):
        return np.max(x, axis=axis, keepdims=True)
    return largest_of_rows(np.ascontiguousarray(x).reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], 1)


def largest_of_rows(x):
    """np.max(x, 1) of a contiguous matrix with columns."""
    return x.take(x.argmax(1) + row_starts(*x.shape))


def sum_along(x, axis):
    """np.sum(x, axis, keepdims=True)."""
    if not _has_rows(x, axis):
        return np.sum(x, axis=axis, keepdims=True)
    return sums_of_rows(x.reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], 1)


def sums_of_rows(x):
    """np.sum(x, 1) of a matrix of floats that BLAS knows, else the same more slowly."""
    return x.dot(ones(x.shape[1], x.dtype)) if x.dtype.char in "fd" else np.sum(x, 1)


def sum_of_products(x, y, axis):
    """np.sum(x * y, axis, keepdims=True), for arrays of one shape."""
    if not _has_rows(x, axis) or x.shape != np.shape(y):
        return np.sum(x * y, axis=axis, keepdims=True)
    return np.einsum("...i,...i->...", x, y)[..., None]


def _has_rows(x, axis) -> bool:
    return type(x) is np.ndarray and x.dtype.char in "fd" and x.size > 0 and axis in (-1, x.ndim - 1) and x.ndim > 1


@functools.lru_cache(maxsize=16)
def row_starts(rows: int, columns: int) -> np.ndarray:
    """Where each row of a matrix begins in its memory."""
    return np.arange(0, rows * columns, columns)
