"""Long products of small matrices in pieces: the same sums, sooner where BLAS has a quicker way for small products.

BLAS first copies both matrices into an order of its own. On processors with AVX-512 OpenBLAS leaves that out where
there are few multiplications, and a matrix of few rows or columns then takes half the time. Elsewhere it makes no
difference.
"""

import numpy as np

from layerlab.autodiff.product import small_pieces

__all__ = ["by_columns", "by_rows", "over_rows"]


def by_columns(matrix, columns):
    """matrix @ columns, for a small matrix and many columns.

    >>> by_columns(np.array([[1.0, 2.0]]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    array([[ 9., 12., 15.]])
    """
    y = np.empty((*columns.shape[:-2], len(matrix), columns.shape[-1]), columns.dtype)
    pieces = small_pieces(columns.shape[-1], matrix.size)
    parts, sums = (a.reshape(*a.shape[:-1], pieces, a.shape[-1] // pieces).swapaxes(-2, -3) for a in (columns, y))
    np.matmul(matrix, parts, out=sums)
    return y


def by_rows(rows, matrix, out) -> None:
    """np.matmul(rows, matrix, out=out), for many rows and a small matrix, or a stack of each.

    >>> y = np.empty((3, 1))
    >>> by_rows(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[1.0], [2.0]]), out=y)
    >>> y.ravel()
    array([ 5., 11., 17.])
    """
    pieces = small_pieces(rows.shape[-2], matrix.shape[-2] * matrix.shape[-1])
    if pieces == 1:
        np.matmul(rows, matrix, out=out)
        return
    parts, sums = (a.reshape(*a.shape[:-2], pieces, a.shape[-2] // pieces, a.shape[-1]) for a in (rows, out))
    np.matmul(parts, matrix[..., None, :, :], out=sums)


def over_rows(a, b):
    """a.T @ b, for two matrices, or stacks of them, with many rows; the pieces are added up.

    >>> over_rows(np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [1.0], [2.0]]))
    array([[9.]])
    """
    pieces = small_pieces(a.shape[-2], a.shape[-1] * b.shape[-1])
    if pieces == 1:
        return a.swapaxes(-1, -2) @ b
    a, b = (m.reshape(*m.shape[:-2], pieces, m.shape[-2] // pieces, m.shape[-1]) for m in (a, b))
    return np.add.reduce(a.swapaxes(-1, -2) @ b, axis=-3)
