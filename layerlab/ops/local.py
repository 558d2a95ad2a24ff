"""Locally connected sums: windows as in a convolution, but every position has a kernel of its own.

Everything lies in memory with the batch innermost: a product is one of small matrices, and runs of the whole batch are
copied, added and compared at a time. To the outside these arrays are views with the batch first.
"""

from math import prod

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.rule import RULES, defvjp_joint
from layerlab.ops.rectify import rectify
from layerlab.ops.windows import Windows, blocks_of
from layerlab.threads import share

__all__ = ["locally_connected"]


@primitive
def locally_connected(x, kernel, windows: Windows, bias=None, rectified=False):
    """y[o, f] = sum over taps j and channels c of x[o * stride + j - before, c] * kernel[o, (j, c), f] + bias[o, f].

    Args:
        x: (batch, *spatial, channels).
        kernel: (positions, taps * channels, filters), positions and taps in row-major order.
        windows: where they lie.
        bias: None, or (*outputs, filters).
        rectified: whether to take max(y, 0).

    >>> windows = Windows.over((4,), (2,), (1,), (1,), "valid")
    >>> kernel = np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1).repeat(2, axis=1)
    >>> locally_connected(np.ones((1, 4, 1)), kernel, windows).ravel()
    array([  2.,  20., 200.])
    """
    matrices, patches = _with_bias(kernel, bias), _patches(x, windows)
    y = np.empty((len(kernel), kernel.shape[-1], len(x)), np.result_type(x, kernel))  # (positions, filters, batch)

    def work(blocks):
        for rows, block in blocks:
            np.matmul(matrices[block].swapaxes(1, 2), _unrolled(patches[rows], matrices[block]), out=y[block])
            if rectified:  # while it is in the cache
                rectify(y[block], out=y[block])

    share(work, _blocks(windows, matrices, len(x)))
    return _batch_first(y.reshape(*windows.outputs, *y.shape[1:]))


def _blocks(windows: Windows, matrices, batch: int) -> list[tuple[slice, slice]]:
    """(slice of the first axis of outputs, slice of the positions in it): as many as fit the cache."""
    inside = prod(windows.outputs[1:])
    rows = blocks_of(windows.outputs[0], inside * sum(matrices.shape[1:]) * batch)
    return [(row, slice(row.start * inside, row.stop * inside)) for row in rows]


def _with_bias(kernel, bias):
    """(positions, taps * channels + 1, filters): the biases as the weights of an input that is always 1."""
    if bias is None:
        return kernel
    return np.concatenate([kernel, bias.reshape(len(kernel), 1, kernel.shape[-1])], axis=1)


def _patches(x, windows: Windows):
    """Every window as a view of one copy of the input: (*outputs, *size, channels, batch)."""
    padded = _batch_first(np.moveaxis(windows.pad(x), 0, -1).copy())
    return np.moveaxis(windows.patches(padded), 0, -1)


def _unrolled(patches, matrices):
    """The inputs of some positions, and a 1 if their matrices hold a bias: (positions, taps * channels + 1, batch)."""
    unrolled = np.empty((*matrices.shape[:2], patches.shape[-1]), patches.dtype)
    inputs = prod(patches.shape[:-1]) // len(matrices)
    unrolled[:, inputs:] = 1
    unrolled[:, :inputs].reshape(patches.shape)[...] = patches
    return unrolled


def _batch_first(array):
    """A view with the batch first of an array that has it last."""
    return np.moveaxis(array, -1, 0)


def _batch_last(array, positions: int):
    """(batch, *outputs, filters) -> (positions, filters, batch); a view if the batch is innermost in memory."""
    return np.moveaxis(array, 0, -1).reshape(positions, array.shape[-1], len(array))


def _shares(wanted, g, y, x, kernel, windows, bias=None, rectified=False):
    matrices, patches = _with_bias(kernel, bias), _patches(x, windows)
    g, y = (_batch_last(array, len(kernel)) for array in (g, y))
    of_matrices = np.empty(matrices.shape, g.dtype)
    of_patches = np.empty((*kernel.shape[:2], len(x)), g.dtype) if _X in wanted else None

    def work(blocks):
        for rows, block in blocks:
            part = g[block] * (y[block] > 0) if rectified else g[block]
            np.matmul(_unrolled(patches[rows], matrices[block]), part.swapaxes(1, 2), out=of_matrices[block])
            if of_patches is not None:
                np.matmul(kernel[block], part, out=of_patches[block])

    share(work, _blocks(windows, matrices, len(x)))
    inputs = kernel.shape[1]
    shares = {_KERNEL: lambda: of_matrices[:, :inputs], _BIAS: lambda: of_matrices[:, inputs].reshape(bias.shape)}
    shares[_X] = lambda: _rolled(of_patches, x, windows)
    return [shares[position]() for position in wanted]


def _rolled(patches, x, windows: Windows):
    """The patches added up where they came from."""
    spatial, channels = x.shape[1:-1], x.shape[-1]
    patches = _batch_first(patches.reshape(*windows.outputs, *windows.size, channels, len(x)))
    padded = _batch_first(np.zeros((*windows.padded(spatial), channels, len(x)), patches.dtype))
    for tap, seen in windows.taps():
        padded[seen] += patches[(slice(None),) * (1 + len(tap)) + tap]
    return windows.unpad(padded, spatial)


_X, _KERNEL, _BIAS = 0, 1, 3
defvjp_joint(locally_connected, _shares)
RULES[locally_connected].differentiable = (_X, _KERNEL, _BIAS)
