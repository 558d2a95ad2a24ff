"""np.matmul as the tape, the gradients and the layers call it: large products are shared between threads.

OpenBLAS has threads of its own, which wait for each other: on a busy machine a product that takes 0.5 ms was measured
at 16. Here each thread takes the next part of the result when it is done with its last; of a small result of long sums,
the next piece of the sums.
"""

import functools
import math

import numpy as np

from layerlab.autodiff.layout import contiguous
from layerlab.threads import number_of_threads, share, slices

__all__ = ["LARGE", "SMALL", "is_large", "is_transposed", "matmul", "matmuls", "small_pieces"]

LARGE = 2**23  # multiplications from which two threads pay: 0.15 ms for one, and it takes 0.05 to wake the other
_THIN = 16  # rows, columns or terms: with fewer, OpenBLAS takes twice as long
_LONG = 8  # times the sides of the result: sums so long are cut, not the result
SMALL = 10**6  # multiplications of a product: with no more, OpenBLAS's AVX-512 kernels copy nothing
_LEAST = 200  # rows, columns or numbers of a sum from which that pays


def matmul(x1, x2, out=None):
    """np.matmul, with one product for (..., n) @ (n, m) where NumPy makes one a matrix: twice as fast.

    >>> matmul(np.ones((5, 2, 3)), np.ones((3, 4))).shape
    (5, 2, 4)
    """
    if out is None and x1.ndim > 2 and x2.ndim == 2 and x1.shape[-1] == len(x2):
        rows = contiguous(x1).reshape(math.prod(x1.shape[:-1]), len(x2))
        return matmul(rows, x2).reshape(*x1.shape[:-1], x2.shape[1])
    if not _is_shared(x1, x2):
        return np.matmul(x1, x2, out=out)
    if _has_long_sums(x1, x2):
        return _sum_of_pieces(x1, x2, out)
    y = np.empty((*x1.shape[:-1], x2.shape[-1]), x1.dtype) if out is None else out
    share(_multiply, _parts(x1, x2, y))
    return y


def matmuls(*pairs) -> list:
    """[matmul(x1, x2) for x1, x2 in pairs], but the threads wake and wait for each other once.

    >>> matmuls((np.ones((2, 3)), np.ones((3, 1))), (np.ones((1, 2)), np.ones((2, 2))))
    [array([[3.],
           [3.]]), array([[2., 2.]])]
    """
    products, parts = [], []
    for x1, x2 in pairs:
        if _is_shared(x1, x2) and not _has_long_sums(x1, x2):
            products.append(np.empty((*x1.shape[:-1], x2.shape[-1]), x1.dtype))
            parts += _parts(x1, x2, products[-1])
        else:
            products.append(matmul(x1, x2))
    share(_multiply, parts)
    return products


def is_large(x1, x2) -> bool:
    """Whether a product takes a thread so long that two pay."""
    multiplications = x1.size * x2.shape[-1]
    if multiplications >= LARGE:
        return True
    return multiplications >= LARGE // 2 and min(*x1.shape[-2:], x2.shape[-1]) < _THIN


def _is_shared(x1, x2) -> bool:
    return is_large(x1, x2) and number_of_threads() > 1 and _can_be_shared(x1, x2)


def _can_be_shared(x1, x2) -> bool:
    """Two matrices, or as many of them, that NumPy hands to BLAS."""
    return x1.dtype == x2.dtype and x1.dtype.kind == "f" and x1.ndim == x2.ndim > 1 and x1.shape[:-2] == x2.shape[:-2]


def _has_long_sums(x1, x2) -> bool:
    return x1.ndim == 2 and x1.shape[1] == len(x2) > _LONG * max(len(x1), x2.shape[1])


def _parts(x1, x2, y) -> list[tuple]:
    """(part of x1, part of x2, part of y) along the first axis of a stack, or the longer side of a matrix."""
    if y.ndim == 2 and y.shape[1] > y.shape[0]:
        return [(x1, x2[:, part], y[:, part]) for part in slices(y.shape[1])]
    pieces = small_pieces(len(y), x2.size) if y.ndim == 2 else 1
    if pieces >= 2 * number_of_threads():
        x1, y = (a.reshape(pieces, len(a) // pieces, a.shape[1]) for a in (x1, y))
        x2 = np.ascontiguousarray(x2)
    return [(x1[part], x2 if x2.ndim == 2 else x2[part], y[part]) for part in slices(len(y))]


@functools.lru_cache(maxsize=1024)
def small_pieces(count: int, work: int) -> int:
    """Into how many equal pieces to cut so many rows of so many multiplications each, until BLAS takes one for small.

    >>> small_pieces(10816, 1280), small_pieces(33 * 676, 320), small_pieces(10831, 1280), small_pieces(100, 50_000)
    (16, 11, 1, 1)
    """
    fewest, most = -(-count * work // SMALL), count // _LEAST
    return next((pieces for pieces in range(max(1, fewest), most + 1) if count % pieces == 0), 1)


def _sum_of_pieces(x1, x2, out):
    """The product of a wide matrix and a tall one, piece by piece along the side that they share."""
    count = small_pieces(len(x2), len(x1) * x2.shape[1])
    if count < 2 * number_of_threads():
        pieces = slices(len(x2))
        products = np.empty((len(pieces), len(x1), x2.shape[1]), x1.dtype)
        parts = [(x1[:, piece], x2[piece], y) for piece, y in zip(pieces, products, strict=True)]
    else:
        products = np.empty((count, len(x1), x2.shape[1]), x1.dtype)
        x1, x2 = x1.reshape(len(x1), count, -1).swapaxes(0, 1), x2.reshape(count, -1, x2.shape[1])
        parts = [(x1[part], x2[part], products[part]) for part in slices(count)]
    share(_multiply, parts)
    return np.add.reduce(products, axis=0, out=out)


def _multiply(parts) -> None:
    for x1, x2, y in parts:
        np.matmul(x1, x2, out=y)


def is_transposed(x) -> bool:
    """Whether a matrix lies in memory column by column."""
    return x.ndim == 2 and x.flags.f_contiguous and not x.flags.c_contiguous
