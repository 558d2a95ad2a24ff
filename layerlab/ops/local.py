"""Locally connected sums: windows as in a convolution, but every position has a kernel of its own."""

import numpy as np

from layerlab.autodiff import primitive
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
    y = np.matmul(_unrolled(x, windows), kernel)  # (positions, batch, filters)
    return np.moveaxis(y, 0, 1).reshape(len(x), *windows.outputs, kernel.shape[-1])


def _unrolled(x, windows: Windows):
    """The patches with the positions first: (positions, batch, taps * channels)."""
    patches = windows.patches(windows.pad(x))  # (batch, *outputs, *size, channels)
    positions, taps = int(np.prod(windows.outputs)), int(np.prod(windows.size))
    return np.moveaxis(patches.reshape(len(x), positions, taps * x.shape[-1]), 1, 0)


def _by_position(g, windows: Windows):
    """(batch, *outputs, filters) -> (positions, batch, filters)."""
    return np.moveaxis(g.reshape(len(g), int(np.prod(windows.outputs)), g.shape[-1]), 1, 0)


def _x_vjp(g, y, x, kernel, windows):
    patches = np.matmul(_by_position(g, windows), kernel.swapaxes(1, 2))  # (positions, batch, taps * channels)
    patches = np.moveaxis(patches, 0, 1).reshape(len(x), *windows.outputs, *windows.size, x.shape[-1])
    padded = np.zeros((len(x), *windows.padded(x.shape[1:-1]), x.shape[-1]), patches.dtype)
    for tap, seen in windows.taps():
        padded[seen] += patches[(slice(None),) * (1 + len(tap)) + tap]
    return windows.unpad(padded, x.shape[1:-1])


def _kernel_vjp(g, y, x, kernel, windows):
    return np.matmul(_unrolled(x, windows).swapaxes(1, 2), _by_position(g, windows))


locally_connected.defvjp(_x_vjp, _kernel_vjp)
