"""The largest number of each window, in signals and in pictures, and where its gradient goes.

The references are layerlab's pooling and its gradient by the tape.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.exercises.chapter_12_pooling.reference import pooled_gradient, windows_1d
from layerlab.ops.pool import average_pool, max_pool

__all__ = ["MAX_1D", "MAX_2D", "MAX_BACKWARD", "is_largest", "max_pool_1d", "shared_by"]


def max_pool_1d(x, size, stride):
    return max_pool(x, (size,), (stride,), "valid")


def max_1d_cases(rng):
    sizes = [((3, 9, 3), 3, 2), ((2, 8, 1), 3, 3), ((2, 7, 4), 2, 3)]
    signals = [(rng.normal(size=shape), size, stride) for shape, size, stride in sizes]
    return calls("max_pool_1d", *signals, (-1 - rng.random((2, 6, 2)), 2, 2))


def with_incomplete(x, size, stride):
    return np.stack([x[:, begin : begin + size].max(axis=1) for begin in range(0, x.shape[1], stride)], axis=1)


MAX_1D = Exercise(
    id="max-pool-1d",
    name="max_pool_1d",
    title="The largest in each window",
    points=1,
    cases=max_1d_cases,
    reference=max_pool_1d,
    misconceptions=(
        Misconception(
            "windows side by side",
            "Your windows lie side by side. Here they are `stride` apart, and may overlap or leave gaps.",
            lambda x, size, stride: max_pool_1d(x, size, size),
        ),
        Misconception(
            "windows one step apart",
            "You have a window at every step. They are `stride` apart.",
            lambda x, size, stride: max_pool_1d(x, size, 1),
        ),
        Misconception(
            "zero as a start",
            "When all numbers of a window are negative, so is their maximum. Yours starts from 0.",
            lambda x, size, stride: np.maximum(max_pool_1d(x, size, stride), 0),
        ),
        Misconception(
            "one maximum for all samples and channels",
            "You took the largest number of all samples and channels. Each of them has a maximum of its own.",
            lambda x, size, stride: (
                windows_1d(x, size, stride).max(axis=(0, 2, 3))[:, None] + np.zeros((len(x), 1, x.shape[2]))
            ),
        ),
        Misconception(
            "largest of all channels",
            "Pooling treats each channel alone. The channels stay.",
            lambda x, size, stride: max_pool_1d(x, size, stride).max(axis=2),
        ),
        Misconception(
            "incomplete window kept",
            "The last numbers do not fill a window, and are dropped.",
            with_incomplete,
        ),
        Misconception(
            "the last window missing",
            "Where your last window ends, another one still fits.",
            lambda x, size, stride: max_pool_1d(x[:, :-1], size, stride),
        ),
        Misconception(
            "mean instead of maximum",
            "You took the mean. Max pooling lets one number of each window through.",
            lambda x, size, stride: average_pool(x, (size,), (stride,), "valid"),
        ),
    ),
)


def max_pool_2d(x, window):
    return max_pool(x, window, window, "valid")


def whole_windows(x, window):
    """The pictures without the rows and columns that fill no window."""
    return x[:, : x.shape[1] // window[0] * window[0], : x.shape[2] // window[1] * window[1]]


def places_of(x, window):
    return x.shape[1] // window[0], x.shape[2] // window[1]


def pooled_by_reshape(x, window):
    return whole_windows(x, window).reshape(len(x), *places_of(x, window), *window, -1).max(axis=(3, 4))


def nothing_dropped(x, window):
    (rows, columns), (height, width) = places_of(x, window), window
    return x.reshape(len(x), rows, height, columns, width, x.shape[3]).max(axis=(2, 4))


def last_windows(x, window):
    """The pictures without their first rows and columns instead."""
    return x[:, x.shape[1] % window[0] :, x.shape[2] % window[1] :]


MAX_2D = Exercise(
    id="max-pool-2d",
    name="max_pool_2d",
    title="The largest in each square",
    points=1,
    cases=lambda rng: calls(
        "max_pool_2d",
        *(
            (rng.normal(size=shape), window)
            for shape, window in [((2, 4, 4, 3), (2, 2)), ((2, 6, 6, 2), (2, 3)), ((1, 7, 8, 3), (2, 3))]
        ),
    ),
    reference=max_pool_2d,
    misconceptions=(
        Misconception(
            "windows one step apart",
            "Your windows overlap. A pooling moves by the size of its window when no stride is given.",
            lambda x, window: max_pool(x, window, (1, 1), "valid"),
        ),
        Misconception(
            "reshape alone",
            "Your groups are pieces of rows, not squares. Which numbers of a square lie side by side in memory?",
            pooled_by_reshape,
        ),
        Misconception(
            "nothing dropped before the reshape",
            "Right as long as all windows are full. Drop the rest before you cut the axes in two.",
            nothing_dropped,
        ),
        Misconception(
            "rows and columns of the window exchanged",
            "The first number of `window` belongs to the rows.",
            lambda x, window: max_pool_2d(x, window[::-1]),
        ),
        Misconception(
            "incomplete windows kept",
            "The last row or column does not fill a window, and is dropped.",
            lambda x, window: max_pool(x, window, window, "same"),
        ),
        Misconception(
            "the beginning dropped",
            "You dropped what is left over at the top and on the left. Windows begin there; the rest is at the end.",
            lambda x, window: max_pool_2d(last_windows(x, window), window),
        ),
        Misconception(
            "largest of all channels",
            "Pooling treats each channel alone. The channels stay.",
            lambda x, window: max_pool_2d(x, window).max(axis=3),
        ),
    ),
)


def max_pool_backward(x, g, window):
    return pooled_gradient(lambda watched: max_pool_2d(watched, window), x, g)


def cut(x, window):
    """Windows side by side: (batch, rows of windows, columns of windows, channels, pixels)"""
    found = sliding_window_view(x, window, axis=(1, 2))[:, :: window[0], :: window[1]]
    return found.reshape(*found.shape[:4], -1)


def paste(windows, x, window):
    """Windows put back to their places in a picture of zeros of the shape of x."""
    batch, rows, columns, channels, _ = windows.shape
    squares = windows.reshape(batch, rows, columns, channels, *window).transpose(0, 1, 4, 2, 5, 3)
    found = np.zeros(x.shape)
    found[:, : rows * window[0], : columns * window[1]] = squares.reshape(batch, rows * window[0], -1, channels)
    return found


def shared_by(weights):
    """A gradient in which the pixels of each window get these shares of g."""
    return lambda x, g, window: paste(weights(cut(x, window)) * g[..., None], x, window)


def is_largest(windows):
    return windows == windows.max(axis=-1, keepdims=True)


def shared_among_largest(windows):
    return is_largest(windows) / is_largest(windows).sum(axis=-1, keepdims=True)


def only_last(windows):
    largest = is_largest(windows)
    return largest & (np.cumsum(largest[..., ::-1], axis=-1)[..., ::-1] == 1)


def first_down_the_columns(x, g, window):
    found = max_pool_backward(x.swapaxes(1, 2), g.swapaxes(1, 2), window[::-1])
    return found.swapaxes(1, 2).copy()


def max_backward_cases(rng):
    found = []
    for shape, window in [((2, 4, 4, 2), (2, 2)), ((2, 7, 9, 3), (3, 2))]:
        x = rng.integers(0, 4, size=shape).astype(float)  # few different numbers: many ties
        x[0, 0, 1, 0] = x[0, 1, 0, 0] = 7.0  # first along the rows is not first down the columns
        x[0, 0, 2, 0] = x[0, 1, 3, 0] = 7.0  # and the last is neither
        found.append((x, rng.normal(size=(shape[0], shape[1] // window[0], shape[2] // window[1], shape[3])), window))
    return calls("max_pool_backward", *found)


MAX_BACKWARD = Exercise(
    id="max-pool-backward",
    name="max_pool_backward",
    title="Who gets the gradient of a maximum",
    points=2,
    cases=max_backward_cases,
    reference=max_pool_backward,
    misconceptions=(
        Misconception(
            "every pixel of the window",
            "Every pixel of your windows gets the gradient. What would change if a loser were a little larger?",
            shared_by(np.ones_like),
        ),
        Misconception(
            "shared by the whole window",
            "You share the gradient among all pixels, as for a mean. The maximum heard only one of them.",
            shared_by(lambda windows: np.full(windows.shape, 1 / windows.shape[-1])),
        ),
        Misconception(
            "all of it to every winner",
            "Where several pixels win together, each of yours gets the whole gradient. Only the first is to get it.",
            shared_by(is_largest),
        ),
        Misconception(
            "shared among the winners",
            "Pixels that win together share your gradient, as in global max pooling. Here the first of them gets all.",
            shared_by(shared_among_largest),
        ),
        Misconception(
            "to the last of the winners",
            "Where several pixels win together, yours is the last of them.",
            shared_by(only_last),
        ),
        Misconception(
            "the first down the columns",
            "Where several pixels win together, you search down the columns. Read the window like a text.",
            first_down_the_columns,
        ),
        Misconception(
            "incoming gradient left out",
            "You mark the winners with a 1. How much the loss cares about each of them is in `g`.",
            lambda x, g, window: max_pool_backward(x, np.ones_like(g), window),
        ),
        Misconception(
            "rows without a window left out",
            "The gradient has the shape of x. Pixels that no window saw have a gradient as well: 0.",
            lambda x, g, window: whole_windows(max_pool_backward(x, g, window), window).copy(),
        ),
    ),
)
