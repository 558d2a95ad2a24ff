"""The sums of a convolution: over the windows of a signal, as rows of a matrix, and of pictures by one product.

The references are layerlab's convolutions.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.ops.conv import conv

__all__ = ["CONV1D", "CONV2D", "IM2COL", "conv1d", "conv2d"]


def conv1d(x, kernel, bias, stride):
    return conv(x, kernel, (stride,), "valid", (1,)) + bias


def windows_1d(x, size, stride=1):
    """(batch, places, taps, channels)"""
    return sliding_window_view(x, size, axis=1)[:, ::stride].swapaxes(2, 3)


def sum_of_windows(x, kernel, stride):
    return np.einsum("notc,tcf->nof", windows_1d(x, len(kernel), stride), kernel)


def conv1d_cases(rng):
    sizes = [((3, 9, 3), (3, 3, 3), 1), ((2, 10, 2), (3, 2, 4), 2), ((2, 8, 1), (2, 1, 2), 3)]
    return calls(
        "conv1d",
        *((rng.normal(size=x), rng.normal(size=kernel), rng.normal(size=kernel[2]), s) for x, kernel, s in sizes),
    )


CONV1D = Exercise(
    id="conv1d",
    name="conv1d",
    title="A convolution by loops",
    points=2,
    cases=conv1d_cases,
    reference=conv1d,
    misconceptions=(
        Misconception(
            "kernel flipped",
            "Your kernel runs against the signal, as in mathematics. Deep learning leaves the flip out.",
            lambda x, kernel, bias, stride: conv1d(x, kernel[::-1], bias, stride),
        ),
        Misconception(
            "stride left out",
            "You computed an output at every place. With a stride, places are skipped.",
            lambda x, kernel, bias, stride: conv1d(x, kernel, bias, 1),
        ),
        Misconception(
            "windows one step apart",
            "The number of outputs is right, but your windows are next to each other. Where does window o begin?",
            lambda x, kernel, bias, stride: conv1d(x, kernel, bias, 1)[
                :, : (x.shape[1] - len(kernel)) // stride + 1
            ].copy(),
        ),
        Misconception(
            "the last window missing",
            "Your last window is missing: one more fits.",
            lambda x, kernel, bias, stride: conv1d(x, kernel, bias, stride)[:, :-1].copy(),
        ),
        Misconception(
            "a bias with every product",
            "Your bias comes in with every product. It belongs to the sum, once.",
            lambda x, kernel, bias, stride: conv1d(x, kernel, bias * kernel[..., 0].size, stride),
        ),
        Misconception(
            "summed over the batch",
            "You added up all samples of the batch. Each sample has sums of its own.",
            lambda x, kernel, bias, stride: sum_of_windows(x, kernel, stride).sum(axis=0) + bias + 0 * x[:, :1, :1],
        ),
        Misconception(
            "the first channel only",
            "You looked at one channel. A filter looks at all channels, each with weights of its own.",
            lambda x, kernel, bias, stride: conv1d(x[..., :1], kernel[:, :1], bias, stride),
        ),
        Misconception(
            "channels and filters exchanged",
            "The kernel's axes are taps, channels, filters, in this order.",
            lambda x, kernel, bias, stride: sum_of_windows(x, kernel.swapaxes(1, 2), stride) + bias,
        ),
        Misconception(
            "bias left out",
            "Feed zeros into your convolution: something has to come out.",
            lambda x, kernel, bias, stride: conv1d(x, kernel, 0 * bias, stride),
        ),
    ),
)


def windows_2d(x, window, stride=1):
    """(batch, rows, columns, rows of the window, its columns, channels)"""
    return np.moveaxis(sliding_window_view(x, window, axis=(1, 2))[:, ::stride, ::stride], 3, -1)


def im2col(x, window, stride):
    found = windows_2d(x, window, stride)
    return found.reshape(*found.shape[:3], -1)


def im2col_in_order(*order):
    """The windows as rows, their own axes (3 rows, 4 columns, 5 channels) laid out in another order."""

    def wrong(x, window, stride):
        found = windows_2d(x, window, stride).transpose(0, 1, 2, *order)
        return found.reshape(*found.shape[:3], -1)

    return wrong


def picture_cases(name, arguments):
    """Cases with a batch of pictures; `arguments` makes the rest from (rng, window, channels, stride)."""
    sizes = [((2, 6, 6, 3), (3, 3), 1), ((2, 7, 8, 2), (2, 3), 2), ((1, 5, 9, 4), (3, 2), 3)]
    return lambda rng: calls(name, *((rng.normal(size=x), *arguments(rng, w, x[-1], s)) for x, w, s in sizes))


IM2COL = Exercise(
    id="im2col",
    name="im2col",
    title="Every window a row",
    points=2,
    cases=picture_cases("im2col", lambda rng, window, channels, stride: (window, stride)),
    reference=im2col,
    misconceptions=(
        Misconception(
            "channels first",
            "Your rows go through one channel after the other. In which order does a kernel hold window and channels?",
            im2col_in_order(5, 3, 4),
        ),
        Misconception(
            "columns of the window first",
            "You walk down the columns of a window. The rows come first, as in the kernel.",
            im2col_in_order(4, 3, 5),
        ),
        Misconception(
            "windows side by side",
            "Your windows do not overlap. The stride says how far the next one is away, not the window.",
            lambda x, window, stride: np.moveaxis(
                sliding_window_view(x, window, axis=(1, 2))[:, :: window[0], :: window[1]], 3, -1
            ).reshape(len(x), (x.shape[1] // window[0]), (x.shape[2] // window[1]), -1),
        ),
        Misconception(
            "stride left out",
            "You kept the windows at all places. With a stride, places are skipped, along both axes.",
            lambda x, window, stride: im2col(x, window, 1),
        ),
        Misconception(
            "stride along the rows only",
            "The window moves by the stride from left to right as well.",
            lambda x, window, stride: im2col(x, window, 1)[:, ::stride].copy(),
        ),
        Misconception(
            "one list for all samples",
            "Right rows, in one long list. Keep the axes that say which sample and which place a window comes from.",
            lambda x, window, stride: im2col(x, window, stride).reshape(-1, math.prod(window) * x.shape[-1]),
        ),
        Misconception(
            "channels kept apart",
            "One row for each window: the channels belong into it, too.",
            lambda x, window, stride: im2col(x, window, stride).reshape(
                len(x), *windows_2d(x, window, stride).shape[1:3], -1, x.shape[-1]
            ),
        ),
    ),
)


def conv2d(x, kernel, bias, stride):
    return conv(x, kernel, (stride, stride), "valid", (1, 1)) + bias


def product(x, kernel, bias, stride, matrix):
    """The convolution as a product, with this matrix for the kernel."""
    return im2col(x, kernel.shape[:2], stride) @ matrix + bias


CONV2D = Exercise(
    id="conv2d",
    name="conv2d",
    title="A convolution as one matrix product",
    points=1,
    cases=picture_cases(
        "conv2d",
        lambda rng, window, channels, stride: (rng.normal(size=(*window, channels, 3)), rng.normal(size=3), stride),
    ),
    reference=conv2d,
    misconceptions=(
        Misconception(
            "kernel turned around",
            "Your kernel stands on its head. Deep learning leaves the flip out.",
            lambda x, kernel, bias, stride: conv2d(x, kernel[::-1, ::-1], bias, stride),
        ),
        Misconception(
            "rows and columns exchanged",
            "Your kernel lies on its side: its first axis belongs to the rows of the picture.",
            lambda x, kernel, bias, stride: product(
                x, kernel, bias, stride, kernel.swapaxes(0, 1).reshape(-1, kernel.shape[-1])
            ),
        ),
        Misconception(
            "kernel reshaped to a row per filter",
            "The filters are the last axis of the kernel, so they have to stay last when it becomes a matrix.",
            lambda x, kernel, bias, stride: product(x, kernel, bias, stride, kernel.reshape(kernel.shape[-1], -1).T),
        ),
        Misconception(
            "channels first",
            "Windows and kernel have to be laid out in the same order. Yours are not: one has the channels first.",
            lambda x, kernel, bias, stride: product(
                x, kernel, bias, stride, kernel.transpose(2, 0, 1, 3).reshape(-1, kernel.shape[-1])
            ),
        ),
        Misconception(
            "stride left out",
            "You computed an output at every place. With a stride, places are skipped, along both axes.",
            lambda x, kernel, bias, stride: conv2d(x, kernel, bias, 1),
        ),
        Misconception(
            "bias left out",
            "Feed zeros into your convolution: something has to come out.",
            lambda x, kernel, bias, stride: conv2d(x, kernel, 0 * bias, stride),
        ),
    ),
)
