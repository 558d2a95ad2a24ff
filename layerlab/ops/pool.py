"""Pooling over (batch, *spatial, channels): the maximum or the mean of each window, with their gradients.

A window that reaches over the edge sees only what is there: padding never wins a maximum and does not count in a mean.
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.layout import by_sample
from layerlab.ops.windows import Windows, blocks_of
from layerlab.threads import share

__all__ = ["average_pool", "max_pool"]


def _windows(x, pool_size, strides, padding) -> Windows:
    return Windows.over(x.shape[1:-1], pool_size, strides, (1,) * len(pool_size), padding)


def _blocks(batch: int, elements: int) -> list[slice]:
    """As for a convolution, of twice the elements: without products they take half the time."""
    return blocks_of(batch, elements // 2)


def _lowest(dtype):
    """What never wins a maximum."""
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


@primitive
def max_pool(x, pool_size, strides, padding):
    """The largest element of each window. In a tie the whole gradient goes to the first of the largest.

    >>> max_pool(np.arange(1.0, 6).reshape(1, 5, 1), (2,), (3,), "valid").ravel()
    array([2., 5.])
    """
    x, windows = by_sample(x), _windows(x, pool_size, strides, padding)
    y = np.empty((len(x), *windows.outputs, x.shape[-1]), x.dtype)

    def work(blocks):
        for block in blocks:
            padded, largest = windows.pad(x[block], _lowest(x.dtype)), y[block]
            first, *others = (padded[seen] for _, seen in windows.taps())
            np.maximum(first, others.pop() if others else first, out=largest)
            for other in others:
                np.maximum(largest, other, out=largest)

    share(work, _blocks(len(x), x[:1].size + y[:1].size))
    return y


@max_pool.defvjp
def _max_pool_x(g, y, x, pool_size, strides, padding):
    g, x, windows = by_sample(g), by_sample(x), _windows(x, pool_size, strides, padding)
    dx = np.empty(x.shape, x.dtype)

    def work(blocks):
        for block in blocks:
            padded = windows.pad(x[block], -np.inf)
            windows.add_up(_shares(g[block], y[block], padded, windows), dx[block])

    share(work, _blocks(len(y), 2 * x[:1].size + 3 * y[:1].size))
    return dx


def _shares(left, y, padded, windows: Windows):
    """What each tap takes of the gradients: the first of the largest takes all, so the last whatever is left."""
    *taps, (_, last) = windows.taps()
    for _, seen in taps:
        stays = left * (padded[seen] < y)  # a NaN is not less, so it takes its gradient
        yield seen, left - stays
        left = stays
    yield last, left


@primitive
def average_pool(x, pool_size, strides, padding):
    """The mean of what each window sees.

    >>> average_pool(np.arange(1.0, 6).reshape(1, 5, 1), (3,), (1,), "same").ravel()
    array([1.5, 2. , 3. , 4. , 4.5])
    """
    x, windows = by_sample(x), _windows(x, pool_size, strides, padding)
    y, counts = np.empty((len(x), *windows.outputs, x.shape[-1]), x.dtype), _counts(x, windows)

    def work(blocks):
        for block in blocks:
            padded = windows.pad(x[block])
            np.divide(sum(padded[seen] for _, seen in windows.taps()), counts, out=y[block])

    share(work, _blocks(len(x), x[:1].size + 2 * y[:1].size))
    return y


def _counts(x, windows: Windows):
    """How many elements each window sees: (1, *outputs, 1)."""
    ones = windows.pad(np.ones((1, *x.shape[1:-1], 1), x.dtype))
    return sum(ones[seen] for _, seen in windows.taps())


@average_pool.defvjp
def _average_pool_x(g, y, x, pool_size, strides, padding):
    g, windows = by_sample(g), _windows(x, pool_size, strides, padding)
    dx, counts = np.empty(x.shape, g.dtype), _counts(x, windows)

    def work(blocks):
        for block in blocks:
            part = g[block] / counts
            windows.add_up(((seen, part) for _, seen in windows.taps()), dx[block])

    share(work, _blocks(len(x), 2 * x[:1].size + g[:1].size))
    return dx
