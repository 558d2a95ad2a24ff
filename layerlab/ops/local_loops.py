"""Locally connected sums and their gradients as loops, which numba compiles (the extra [fast]).

NumPy copies windows, hands products of small matrices to BLAS, one a position, and makes passes for relu, with threads
that wait for Python's lock in between. A loop does all of it, three inputs at a time, and needs the lock once.
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
    last, zero, nobody = inputs.size - 1, np.float32(0), np.empty(batch, np.float32)
    for p in range(positions):
        for f in range(0, filters, 2):  # two filters and three inputs at a time
            f_2 = min(f + 1, filters - 1)
            y_1, y_2, b_1, b_2 = y[p, f], y[p, f_2] if f_2 > f else nobody, bias[p, f], bias[p, f_2]
            for n in range(batch):
                y_1[n], y_2[n] = b_1, b_2
            for j in range(0, last + 1, 3):
                j_2, j_3 = min(j + 1, last), min(j + 2, last)
                x_1, x_2, x_3 = x[starts[p] + inputs[j]], x[starts[p] + inputs[j_2]], x[starts[p] + inputs[j_3]]
                k_11, k_12 = kernel[p, j, f], kernel[p, j, f_2]
                k_21, k_22 = (kernel[p, j_2, f], kernel[p, j_2, f_2]) if j_2 > j else (zero, zero)
                k_31, k_32 = (kernel[p, j_3, f], kernel[p, j_3, f_2]) if j_3 > j_2 else (zero, zero)
                for n in range(batch):
                    y_1[n] += x_1[n] * k_11 + x_2[n] * k_21 + x_3[n] * k_31
                    y_2[n] += x_1[n] * k_12 + x_2[n] * k_22 + x_3[n] * k_32
            if rectified:
                for n in range(batch):
                    y_1[n] = zero if y_1[n] < zero else y_1[n]  # a NaN stays one
                    y_2[n] = zero if y_2[n] < zero else y_2[n]


def gradients(x, starts, inputs, y, g, by_kernel, by_bias):
    """What the gradient by rectified sums says about the kernel and the bias: nothing where they are not positive.

    Args:
        x, starts, inputs, y: as in `sums`.
        g: the gradient by y.
        by_kernel, by_bias: written; like the kernel and the bias.
    """
    positions, filters, batch = y.shape
    last, last_filter, zero = inputs.size - 1, filters - 1, np.float32(0)
    part = np.empty((2, batch), np.float32)
    g_1, g_2 = part[0], part[1]
    for p in range(positions):
        for f in range(0, filters, 2):  # two filters and three inputs at a time; at the end some of them twice
            f_2 = min(f + 1, last_filter)
            y_1, y_2, all_1, all_2 = y[p, f], y[p, f_2], g[p, f], g[p, f_2]
            b_1, b_2 = zero, zero
            for n in range(batch):
                v_1 = all_1[n] if y_1[n] > zero else zero
                v_2 = all_2[n] if y_2[n] > zero else zero
                g_1[n], g_2[n] = v_1, v_2
                b_1 += v_1
                b_2 += v_2
            by_bias[p, f], by_bias[p, f_2] = b_1, b_2
            for j in range(0, last + 1, 3):
                j_2, j_3 = min(j + 1, last), min(j + 2, last)
                x_1, x_2, x_3 = x[starts[p] + inputs[j]], x[starts[p] + inputs[j_2]], x[starts[p] + inputs[j_3]]
                k_11, k_12, k_21, k_22, k_31, k_32 = zero, zero, zero, zero, zero, zero
                for n in range(batch):
                    v_1, v_2 = g_1[n], g_2[n]
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
