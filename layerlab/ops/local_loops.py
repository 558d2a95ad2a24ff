"""Locally connected sums and their gradients as loops, which numba compiles (the extra [fast]).

NumPy copies windows, hands products of small matrices to BLAS, one a position, and makes passes for relu, with threads
that wait for Python's lock in between. A loop does all of it, several inputs at a time, and needs the lock once.
"""

from collections.abc import Callable
from functools import lru_cache
from math import prod

import numpy as np

from layerlab.compiled import Loop
from layerlab.ops.windows import Windows
from layerlab.threads import share, slices

__all__ = ["GRADIENTS", "SUMS", "columns_of", "gradients", "run", "sums"]


def sums(x, starts, inputs, kernel, bias, y, rectified):
    """y[p, f] = sum over j of x[starts[p] + inputs[j]] * kernel[p, j, f] + bias[p, f].

    Nine inputs at a time, as many as a window of 3 x 3 has: each sum is written once, or once for every nine.

    Args:
        x: (numbers of a sample, batch).
        starts: where in x the window of each position begins.
        inputs: how far behind it each of its inputs lies.
        kernel: (positions, inputs, filters).
        bias: (positions, filters).
        y: (positions, filters, batch), written.
        rectified: whether to take max(y, 0).
    """
    positions, filters, batch = y.shape
    last, nothing = inputs.size - 1, np.zeros(batch, np.float32)
    for p in range(positions):
        at = starts[p] + inputs
        for j in range(0, last + 1, 9):
            j_2, j_3, j_4, j_5 = min(j + 1, last), min(j + 2, last), min(j + 3, last), min(j + 4, last)
            j_6, j_7, j_8, j_9 = min(j + 5, last), min(j + 6, last), min(j + 7, last), min(j + 8, last)
            x_1 = x[at[j]]
            x_2, x_3 = x[at[j_2]] if j_2 > j else nothing, x[at[j_3]] if j_3 > j_2 else nothing
            x_4, x_5 = x[at[j_4]] if j_4 > j_3 else nothing, x[at[j_5]] if j_5 > j_4 else nothing
            x_6, x_7 = x[at[j_6]] if j_6 > j_5 else nothing, x[at[j_7]] if j_7 > j_6 else nothing
            x_8, x_9 = x[at[j_8]] if j_8 > j_7 else nothing, x[at[j_9]] if j_9 > j_8 else nothing
            least = np.float32(0 if rectified and j_9 == last else -np.inf)
            for f in range(filters):
                k_1, k_2, k_3 = kernel[p, j, f], kernel[p, j_2, f], kernel[p, j_3, f]
                k_4, k_5, k_6 = kernel[p, j_4, f], kernel[p, j_5, f], kernel[p, j_6, f]
                k_7, k_8, k_9 = kernel[p, j_7, f], kernel[p, j_8, f], kernel[p, j_9, f]
                if j == 0:
                    y[p, f] = bias[p, f]
                for n in range(batch):
                    total = y[p, f, n] + x_1[n] * k_1 + x_2[n] * k_2 + x_3[n] * k_3 + x_4[n] * k_4 + x_5[n] * k_5
                    total += x_6[n] * k_6 + x_7[n] * k_7 + x_8[n] * k_8 + x_9[n] * k_9
                    y[p, f, n] = least if total < least else total  # a NaN stays one


def gradients(x, starts, inputs, y, g, by_kernel, by_bias):
    """What the gradient by rectified sums says about the kernel and the bias: nothing where they are not positive.

    Args:
        x, starts, inputs, y: as in `sums`.
        g: the gradient by y.
        by_kernel, by_bias: written; like the kernel and the bias.
    """
    positions, filters, batch = y.shape
    last, last_filter, zero = inputs.size - 1, filters - 1, np.float32(0)
    part = np.empty((filters, batch), np.float32)  # of the gradient, where y is positive
    for p in range(positions):
        for f in range(filters):
            total = zero
            for n in range(batch):
                part[f, n] = g[p, f, n] if y[p, f, n] > zero else zero
                total += part[f, n]
            by_bias[p, f] = total
        for j in range(0, last + 1, 3):  # three inputs and two filters at a time; at the end some of them twice
            j_2, j_3 = min(j + 1, last), min(j + 2, last)
            x_1, x_2, x_3 = x[starts[p] + inputs[j]], x[starts[p] + inputs[j_2]], x[starts[p] + inputs[j_3]]
            for f in range(0, filters, 2):
                f_2 = min(f + 1, last_filter)
                k_11, k_12, k_21, k_22, k_31, k_32 = zero, zero, zero, zero, zero, zero
                for n in range(batch):
                    v_1, v_2 = part[f, n], part[f_2, n]
                    k_11 += x_1[n] * v_1
                    k_21 += x_2[n] * v_1
                    k_31 += x_3[n] * v_1
                    k_12 += x_1[n] * v_2
                    k_22 += x_2[n] * v_2
                    k_32 += x_3[n] * v_2
                by_kernel[p, j, f], by_kernel[p, j_2, f], by_kernel[p, j_3, f] = k_11, k_21, k_31
                by_kernel[p, j, f_2], by_kernel[p, j_2, f_2], by_kernel[p, j_3, f_2] = k_12, k_22, k_32


_PLACES = "f4[:,::1], i8[::1], i8[::1], "
_OPTIONS: dict = {"pays_from": 2**29, "fastmath": {"reassoc", "contract", "nsz"}}  # outputs; sums of several at a time
SUMS = Loop(sums, f"void({_PLACES}f4[:,:,::1], f4[:,::1], f4[:,:,::1], b1)", **_OPTIONS)
GRADIENTS = Loop(gradients, f"void({_PLACES}f4[:,:,::1], f4[:,:,::1], f4[:,:,::1], f4[:,::1])", **_OPTIONS)


def run(loop: Callable, columns, windows: Windows, shape, arrays, *rest) -> None:
    """Either loop, compiled, in several threads.

    Args:
        loop: the compiled function.
        columns: `columns_of` an input.
        windows: where they lie.
        shape: of a sample of the input.
        arrays: what the loop takes after `inputs`, with an entry for each position.
        rest: what it takes after these.
    """
    starts, inputs = _places(windows, (*windows.padded(shape[:-1]), shape[-1]))
    arrays = [_as_compiled_for(array) for array in arrays]

    def work(parts):
        for part in parts:
            loop(columns, starts[part], inputs, *(array[part] for array in arrays), *rest)

    share(work, slices(len(starts)))


def columns_of(x, windows: Windows):
    """(batch, *spatial, channels) -> (numbers of a padded sample, batch)."""
    return _as_compiled_for(np.moveaxis(windows.pad(x), 0, -1)).reshape(-1, len(x))


def _as_compiled_for(array):
    """The array, or a copy of one that is read-only, has gaps or is of another type."""
    return np.require(array, np.float32, ["C", "W"])


@lru_cache(maxsize=64)
def _places(windows: Windows, shape):
    """Where in a flat padded sample of this shape windows begin, and how far behind that each of their inputs lies."""
    seen = windows.patches(np.arange(prod(shape)).reshape(1, *shape))
    seen = seen.reshape(prod(windows.outputs), -1).astype("int64")
    return seen[:, 0].copy(), seen[0] - seen[0, 0]
