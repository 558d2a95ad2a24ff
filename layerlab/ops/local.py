"""Locally connected sums: windows as in a convolution, but every position has a kernel of its own.

Everything lies in memory with the batch innermost: a product is one of small matrices, and runs of the whole batch are
copied, added and compared at a time. To the outside these arrays are views with the batch first.
"""

import itertools
from math import prod

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.rule import RULES, defvjp_joint
from layerlab.ops.rectify import rectify
from layerlab.ops.windows import Windows, fitting
from layerlab.threads import number_of_threads, share

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
    return _keeping_inputs(x, kernel, windows, bias, rectified)[0]


@locally_connected.keeping
def _keeping_inputs(x, kernel, windows: Windows, bias=None, rectified=False):
    """The sums; and for the gradient the sums and the windows' inputs."""
    matrices, patches = _by_rows(_with_bias(kernel, bias), windows), _patches(x, windows)
    *places, inputs, filters = matrices.shape
    y = np.empty((*places, filters, len(x)), np.result_type(x, kernel))
    rows = _blocks(windows, (inputs + filters) * len(x))
    of_inputs = matrices.swapaxes(2, 3)

    def work(blocks):
        unrolled, seen = _scratch(rows, inputs, patches)
        for block in blocks:
            count = block.stop - block.start
            np.copyto(seen[:count], patches[block])
            part = np.matmul(of_inputs[block], unrolled[:count], out=y[block])
            if rectified:  # while it is in the cache
                rectify(part, out=part)

    share(work, rows)
    return _batch_first(y.reshape(*windows.outputs, filters, len(x))), (y, patches)


def _blocks(windows: Windows, numbers: int) -> list[slice]:
    """Slices of the first axis of outputs: each fits the cache, and all are alike.

    Args:
        windows: where they lie.
        numbers: that belong to a position.
    """
    rows, threads = windows.outputs[0], number_of_threads()
    count = -(-rows // fitting(prod(windows.outputs[1:]) * numbers))
    if count > 1:  # as many for each thread, and at least two
        count = min(rows, max(2 * threads, -(-count // threads) * threads))
    cuts = [i * rows // count for i in range(count + 1)]
    return [slice(*cut) for cut in itertools.pairwise(cuts)]


def _by_rows(array, windows: Windows):
    """(positions, ...) -> (rows, positions of a row, ...): as many rows as there are outputs along the first axis."""
    return array.reshape(windows.outputs[0], -1, *array.shape[1:])


def _with_bias(kernel, bias):
    """(positions, taps * channels + 1, filters): the biases as the weights of an input that is always 1."""
    if bias is None:
        return kernel
    return np.concatenate([kernel, bias.reshape(len(kernel), 1, kernel.shape[-1])], axis=1)


def _patches(x, windows: Windows):
    """Every window as a view of one copy of the input: (*outputs, *size, channels, batch)."""
    padded = _batch_first(np.moveaxis(windows.pad(x), 0, -1).copy())
    return np.moveaxis(windows.patches(padded), 0, -1)


def _scratch(blocks, inputs: int, patches):
    """Where a thread unrolls a block: (rows, positions of a row, taps * channels + 1, batch), with a 1 for the bias.

    And a view of it in the patches' shape. What the loops over blocks need is made before them: the threads take turns
    at what is Python in there, and one that waits for its turn sleeps for as long as half a block takes.
    """
    most = max(block.stop - block.start for block in blocks)
    rank = patches.ndim // 2 - 1
    unrolled = np.empty((most, prod(patches.shape[1:rank]), inputs, patches.shape[-1]), patches.dtype)
    unrolled[:, :, -1] = 1
    return unrolled, unrolled[:, :, : prod(patches.shape[rank:-1])].reshape(most, *patches.shape[1:])


def _batch_first(array):
    """A view with the batch first of an array that has it last."""
    return np.moveaxis(array, -1, 0)


def _shares(wanted, g, kept, x, kernel, windows, bias=None, rectified=False):
    y, patches = kept
    positions, inputs, filters = kernel.shape
    with_bias = inputs + (bias is not None)
    g = np.moveaxis(g, 0, -1).reshape(y.shape)  # a view if the batch is innermost in memory
    of_matrices = np.empty((*y.shape[:2], with_bias, filters), g.dtype)
    of_patches = np.empty((*y.shape[:2], inputs, len(x)), g.dtype) if _X in wanted else None
    matrices, rows = _by_rows(kernel, windows), _blocks(windows, (with_bias + 3 * filters) * len(x))

    def work(blocks):
        unrolled, seen = _scratch(rows, with_bias, patches)
        for block in blocks:
            count = block.stop - block.start
            np.copyto(seen[:count], patches[block])
            part = _where_positive(y[block], g[block]) if rectified else g[block]
            np.matmul(unrolled[:count], part.swapaxes(2, 3), out=of_matrices[block])
            if of_patches is not None:
                np.matmul(matrices[block], part, out=of_patches[block])

    share(work, rows)
    of_matrices = of_matrices.reshape(positions, with_bias, filters)
    shares = {_KERNEL: lambda: of_matrices[:, :inputs], _BIAS: lambda: of_matrices[:, inputs].reshape(bias.shape)}
    shares[_X] = lambda: _rolled(of_patches, x, windows)
    return [shares[position]() for position in wanted]


def _where_positive(y, g):
    """g * (y > 0), with the comparison written as numbers at once: a product would convert it bit by bit."""
    part = np.empty_like(g)
    np.greater(y, 0, out=part)
    part *= g
    return part


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
