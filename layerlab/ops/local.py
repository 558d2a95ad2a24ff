"""Locally connected sums: windows as in a convolution, but every position has a kernel of its own.

Everything lies in memory with the batch innermost: a product is one of small matrices, and runs of the whole batch are
copied, added and compared at a time. To the outside these arrays are views with the batch first.
"""

import itertools
from math import prod

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.layout import contiguous
from layerlab.autodiff.rule import RULES, defvjp_joint
from layerlab.compiled import Loop
from layerlab.ops.local_loops import GRADIENTS, SUMS, columns_of, run
from layerlab.ops.rectify import rectify
from layerlab.ops.windows import Windows, fitting
from layerlab.threads import number_of_threads, share

__all__ = ["locally_connected"]

_MANY = 32  # inputs of a window; with more, BLAS's products of small matrices are as quick as a loop over numbers
_MUCH = 2**20  # multiplications; with fewer, sharing the loop takes longer than NumPy's calls


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
    """The sums; and for the gradient the sums and what they were made from: the windows' inputs or a loop's columns."""
    y = np.empty((len(kernel), kernel.shape[2], len(x)), np.result_type(x, kernel))
    seen = columns = None
    if (loop := _loop(SUMS, y, kernel, x)) is not None:
        offsets = np.zeros(y.shape[:2], y.dtype) if bias is None else bias.reshape(y.shape[:2])
        columns = columns_of(x, windows)
        run(loop, columns, windows, x.shape[1:], (kernel, offsets, y), rectified)
    else:
        seen = _seen(x, windows, bias is not None)
        _sum_up(seen, _matrices(kernel, windows, bias), windows, rectified, _by_rows(y, windows))
    return _batch_first(y.reshape(*windows.outputs, *y.shape[1:])), (y, seen, columns)


def _loop(loop: Loop, y, kernel, *arrays):
    """What numba made of a loop; None where NumPy has to do it, or is sooner done: it has no types but float32."""
    inputs = kernel.shape[1]
    if inputs > _MANY or y.size * inputs < _MUCH or any(array.dtype != np.float32 for array in (y, kernel, *arrays)):
        return None
    return loop.after(y.size)


def _sum_up(seen, matrices, windows: Windows, rectified: bool, y) -> None:
    """y = the products of matrices and columns, all of them by rows."""
    inputs, filters = matrices.shape[2:]

    def work(blocks):
        for matrix, column, part in blocks:
            np.matmul(matrix, column, out=part)
            if rectified:  # while it is in the cache
                rectify(part, out=part)

    share(work, _cut(windows, (inputs + filters) * y.shape[-1], matrices.swapaxes(2, 3), seen, y))


def _cut(windows: Windows, numbers: int, *arrays) -> list[tuple]:
    """Blocks of rows of all arrays, made before the threads begin: they take turns at what is Python.

    A thread that has to wait for its turn sleeps for as long as half a block takes.

    Args:
        windows: where they lie.
        numbers: that belong to a position; a block fits the cache.
        arrays: with a row for each of the outputs along the first axis.
    """
    rows, threads = windows.outputs[0], number_of_threads()
    count = -(-rows // fitting(prod(windows.outputs[1:]) * numbers))
    if count > 1:  # as many for each thread, and at least two
        count = min(rows, max(2 * threads, -(-count // threads) * threads))
    cuts = [i * rows // count for i in range(count + 1)]
    return [tuple(array[start:stop] for array in arrays) for start, stop in itertools.pairwise(cuts)]


def _by_rows(array, windows: Windows):
    """(positions, ...) -> (rows, positions of a row, ...): as many rows as there are outputs along the first axis."""
    return array.reshape(windows.outputs[0], prod(windows.outputs[1:]), *array.shape[1:])


def _seen(x, windows: Windows, ones: bool):
    """What each window sees, as a column a sample: (rows, positions of a row, inputs, batch).

    It is a view of a smaller array, in which windows are unrolled along all axes but the first: (positions of a row,
    first axis, taps beyond the first axis * channels, batch). Along the first axis a window is a run of that array, and
    windows overlap.

    Args:
        x: (batch, *spatial, channels).
        windows: where they lie.
        ones: whether behind the inputs of each tap along the first axis there is a 1, for the bias.
    """
    inner, positions = _unrolled(np.moveaxis(windows.pad(x), 0, -1), windows), prod(windows.outputs[1:])
    length, inputs = inner.shape[len(windows.size) - 1], prod(windows.size[1:]) * x.shape[-1]
    whole = np.empty((positions, length, inputs + ones, len(x)), x.dtype)
    whole[:, :, inputs:] = 1
    np.copyto(whole[:, :, :inputs].reshape(inner.shape), inner)
    position, place, *column = whole.strides
    shape = (windows.outputs[0], positions, windows.size[0] * (inputs + ones), len(x))
    return np.ndarray(shape, x.dtype, whole, 0, (place * windows.strides[0], position, *column))


def _unrolled(x, windows: Windows):
    """(first, *others, channels, batch) -> a view (*outputs of others, first, *taps of others, channels, batch)."""
    if len(windows.size) == 1:
        return x
    x = contiguous(x)
    first, *others, channel, sample = x.strides
    steps = [step * stride for step, stride in zip(others, windows.strides[1:], strict=True)]
    shape = (*windows.outputs[1:], len(x), *windows.size[1:], *x.shape[-2:])
    return np.ndarray(shape, x.dtype, x, 0, (*steps, first, *others, channel, sample))


def _matrices(kernel, windows: Windows, bias):
    """The kernels: (rows, positions, inputs, filters); the bias is the weights of the first of the ones."""
    if bias is None:
        return _by_rows(kernel, windows)
    positions, inputs, filters = kernel.shape
    taps = windows.size[0]
    matrices = np.empty((positions, taps, inputs // taps + 1, filters), kernel.dtype)
    matrices[:, :, :-1] = kernel.reshape(positions, taps, -1, filters)
    matrices[:, 0, -1], matrices[:, 1:, -1] = bias.reshape(positions, filters), 0
    return _by_rows(matrices.reshape(positions, -1, filters), windows)


def _batch_first(array):
    """A view with the batch first of an array that has it last."""
    return np.moveaxis(array, -1, 0)


def _shares(wanted, g, kept, x, kernel, windows, bias=None, rectified=False):
    y, seen, columns = kept
    g = contiguous(np.moveaxis(g, 0, -1)).reshape(y.shape)  # a view if the batch is innermost in memory
    loop = _loop(GRADIENTS, y, kernel, g, x) if rectified and _X not in wanted else None
    if loop is not None:
        by_kernel, by_bias = np.empty(kernel.shape, y.dtype), np.empty(y.shape[:2], y.dtype)
        columns = columns_of(x, windows) if columns is None else columns
        run(loop, columns, windows, x.shape[1:], (y, g, by_kernel, by_bias))
        return [by_kernel if position == _KERNEL else by_bias.reshape(bias.shape) for position in wanted]
    seen = _seen(x, windows, bias is not None) if seen is None else seen
    y, g, matrices = (_by_rows(array, windows) for array in (y, g, kernel))
    of_matrices, of_patches = _products(seen, y if rectified else None, g, matrices, windows, _X in wanted)
    shares = {
        _KERNEL: lambda: _without_ones(of_matrices, windows, bias).reshape(kernel.shape),
        _BIAS: lambda: of_matrices[:, :, seen.shape[2] // windows.size[0] - 1].reshape(bias.shape),
        _X: lambda: _rolled(of_patches, x, windows),
    }
    return [shares[position]() for position in wanted]


def _products(seen, y, g, matrices, windows: Windows, with_patches: bool):
    """The gradients by the matrices and by the patches, all by rows; where y is given, only if it is positive."""
    inputs, (filters, batch) = seen.shape[2], g.shape[2:]
    of_matrices = np.empty((*g.shape[:2], inputs, filters), g.dtype)
    of_patches = np.empty((*matrices.shape[:3], batch), g.dtype) if with_patches else matrices
    sums = g if y is None else y

    def work(blocks):
        for sums, part, column, products, matrix, patch in blocks:
            if y is not None:
                part = _where_positive(sums, part)
            np.matmul(column, part.swapaxes(2, 3), out=products)
            if with_patches:
                np.matmul(matrix, part, out=patch)

    share(work, _cut(windows, (inputs + filters) * batch, sums, g, seen, of_matrices, matrices, of_patches))
    return of_matrices, of_patches


def _where_positive(y, g):
    """g * (y > 0), with the comparison written as numbers at once: a product would convert it bit by bit."""
    part = np.empty_like(g)
    np.greater(y, 0, out=part)
    part *= g
    return part


def _without_ones(matrices, windows: Windows, bias):
    """What `_matrices` made of the kernels, without the bias."""
    if bias is None:
        return matrices
    rows, positions, inputs, filters = matrices.shape
    taps = windows.size[0]
    return matrices.reshape(rows, positions, taps, inputs // taps, filters)[:, :, :, :-1]


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
