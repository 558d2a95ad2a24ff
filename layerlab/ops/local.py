"""Locally connected sums: windows as in a convolution, but every position has a kernel of its own."""

from math import prod

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.product import matmul
from layerlab.ops.windows import Windows

__all__ = ["locally_connected"]


@primitive
def locally_connected(x, kernel, windows: Windows):
    """y[o, f] = sum over taps j and channels c of x[o * stride + j - before, c] * kernel[o, (j, c), f].

    Args:
        x: (batch, *spatial, channels).
        kernel: (positions, taps * channels, filters), positions and taps in row-major order.
        windows: where they lie.

    >>> windows = Windows.over((4,), (2,), (1,), (1,), "valid")
    >>> kernel = np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1).repeat(2, axis=1)
    >>> locally_connected(np.ones((1, 4, 1)), kernel, windows).ravel()
    array([  2.,  20., 200.])
    """
    y = np.empty((len(x), *windows.outputs, kernel.shape[-1]), np.result_type(x, kernel))
    matmul(_unrolled(x, windows).swapaxes(1, 2), kernel, out=_by_position(y, windows))
    return y


def _unrolled(x, windows: Windows):
    """The patches by position, the batch last: (positions, taps * channels, batch).

    NumPy then copies a run of the whole batch at a time, 15 times as fast as single channels.
    """
    padded = _batch_inside(np.moveaxis(windows.pad(x), 0, -1).copy())
    patches = np.moveaxis(windows.patches(padded), 0, -1)  # (*outputs, *size, channels, batch)
    return patches.reshape(prod(windows.outputs), prod(windows.size) * x.shape[-1], len(x))


def _batch_inside(array):
    """A view with the batch first of an array that has it last."""
    return np.moveaxis(array, -1, 0)


def _by_position(g, windows: Windows):
    """A view, (batch, *outputs, filters) -> (positions, batch, filters)."""
    return np.moveaxis(g.reshape(len(g), prod(windows.outputs), g.shape[-1]), 1, 0)


def _x_vjp(g, y, x, kernel, windows):
    spatial, channels = x.shape[1:-1], x.shape[-1]
    patches = matmul(kernel, _by_position(g, windows).swapaxes(1, 2))  # (positions, taps * channels, batch)
    patches = _batch_inside(patches.reshape(*windows.outputs, *windows.size, channels, len(x)))
    padded = _batch_inside(np.zeros((*windows.padded(spatial), channels, len(x)), patches.dtype))
    for tap, seen in windows.taps():
        padded[seen] += patches[(slice(None),) * (1 + len(tap)) + tap]
    return np.ascontiguousarray(windows.unpad(padded, spatial))


def _kernel_vjp(g, y, x, kernel, windows):
    return matmul(_unrolled(x, windows), _by_position(g, windows))


locally_connected.defvjp(_x_vjp, _kernel_vjp)
