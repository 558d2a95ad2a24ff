"""Pooling over (batch, *spatial, channels): the maximum or the mean of each window, with their gradients.

A window that reaches over the edge sees only what is there: padding never wins a maximum and does not count in a mean.
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.ops.windows import Windows, blocks_of
from layerlab.threads import share

__all__ = ["average_pool", "max_pool"]


def _windows(x, pool_size, strides, padding) -> Windows:
    return Windows.over(x.shape[1:-1], pool_size, strides, (1,) * len(pool_size), padding)


def _lowest(dtype):
    """What never wins a maximum."""
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


@primitive
def max_pool(x, pool_size, strides, padding):
    """The largest element of each window. In a tie the whole gradient goes to the first of the largest.

    >>> max_pool(np.arange(1.0, 6).reshape(1, 5, 1), (2,), (3,), "valid").ravel()
    array([2., 5.])
    """
    windows = _windows(x, pool_size, strides, padding)
    padded = windows.pad(x, _lowest(x.dtype))
    largest = None
    for _, seen in windows.taps():
        largest = padded[seen].copy() if largest is None else np.maximum(largest, padded[seen], out=largest)
    return largest


@max_pool.defvjp
def _max_pool_x(g, y, x, pool_size, strides, padding):
    windows = _windows(x, pool_size, strides, padding)
    padded = windows.pad(x, -np.inf)
    found = np.zeros_like(padded)

    def work(blocks):
        for block in blocks:
            _share_out(g[block].copy(), y[block], padded[block], found[block], windows)

    share(work, blocks_of(len(y), 2 * padded[:1].size + 3 * y[:1].size))
    return windows.unpad(found, x.shape[1:-1])


def _share_out(left, y, padded, found, windows: Windows) -> None:
    """Add to `found`, tap by tap, what is left of each window's gradient: the first of the largest takes it all."""
    for _, seen in windows.taps():
        share = left * ~(padded[seen] < y)  # "not less" gives a NaN its gradient
        found[seen] += share
        left -= share


@primitive
def average_pool(x, pool_size, strides, padding):
    """The mean of what each window sees.

    >>> average_pool(np.arange(1.0, 6).reshape(1, 5, 1), (3,), (1,), "same").ravel()
    array([1.5, 2. , 3. , 4. , 4.5])
    """
    windows = _windows(x, pool_size, strides, padding)
    padded = windows.pad(x)
    return sum(padded[seen] for _, seen in windows.taps()) / _counts(x, windows)


def _counts(x, windows: Windows):
    """How many elements each window sees: (1, *outputs, 1)."""
    ones = windows.pad(np.ones((1, *x.shape[1:-1], 1), x.dtype))
    return sum(ones[seen] for _, seen in windows.taps())


@average_pool.defvjp
def _average_pool_x(g, y, x, pool_size, strides, padding):
    windows = _windows(x, pool_size, strides, padding)
    share = g / _counts(x, windows)
    found = np.zeros_like(windows.pad(x))
    for _, seen in windows.taps():
        found[seen] += share
    return windows.unpad(found, x.shape[1:-1])
