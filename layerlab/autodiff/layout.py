"""Copies between arrays that lie in memory sample by sample and arrays that have the batch innermost.

Locally connected layers leave the batch innermost, most others want each sample in one piece. Such a copy transposes a
matrix: NumPy reads it from one end to the other and touches a new line of the cache for every number that it writes.
"""

import numpy as np

__all__ = ["by_sample", "contiguous"]

_FITS = 2**13  # numbers at a time: 32 kB of float32 stay in the first cache
_LINES = 32  # at a time at least: what is written fills lines of the cache


def contiguous(x):
    """np.ascontiguousarray(x), up to five times as fast where the first axis lies innermost, or the last outermost.

    >>> contiguous(np.arange(6).reshape(3, 2).T)
    array([[0, 2, 4],
           [1, 3, 5]])
    """
    if x.ndim < 2 or x.flags.c_contiguous:
        return np.ascontiguousarray(x)
    if _has_batch_innermost(x):
        return _transposed(np.moveaxis(x, 0, -1).reshape(-1, len(x))).reshape(x.shape)
    if np.moveaxis(x, -1, 0).flags.c_contiguous:
        return _transposed(np.moveaxis(x, -1, 0).reshape(x.shape[-1], -1)).reshape(x.shape)
    return np.ascontiguousarray(x)


def by_sample(x):
    """A copy with each sample in one piece where the batch lies innermost, any other array as it is.

    >>> x = np.arange(6).reshape(3, 2)
    >>> by_sample(x) is x, by_sample(x.T).flags.c_contiguous
    (True, True)
    """
    return x if x.ndim < 2 or x.flags.c_contiguous or not _has_batch_innermost(x) else contiguous(x)


def _has_batch_innermost(x) -> bool:
    return np.moveaxis(x, 0, -1).flags.c_contiguous


def _transposed(matrix):
    """The transposed matrix as it would lie in memory by itself."""
    turned = np.empty(matrix.shape[::-1], matrix.dtype)
    step = max(_LINES, _FITS // max(1, matrix.shape[1]))
    for start in range(0, len(matrix), step):
        turned[:, start : start + step] = matrix[start : start + step].T
    return turned
