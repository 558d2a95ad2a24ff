"""The mean of each window, of what it sees of the input alone, and where its gradient goes.

The references are layerlab's pooling and its gradient by the tape.
"""

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.exercises.chapter_12_pooling.reference import pooled_gradient, windows_1d
from layerlab.ops.pool import average_pool

__all__ = ["AVERAGE_BACKWARD", "AVERAGE_SAME"]


def average_pool_same(x, size, stride):
    return average_pool(x, (size,), (stride,), "same")


def padded_average(front, end, counted=False):
    """Averages with so many zeros around, functions of (steps, size, stride), which count or do not."""

    def wrong(x, size, stride):
        pads = ((0, 0), (front(x.shape[1], size, stride), end(x.shape[1], size, stride)), (0, 0))
        sums = windows_1d(np.pad(x, pads), size, stride).sum(axis=-1)
        return sums / (size if counted else windows_1d(np.pad(np.ones_like(x), pads), size, stride).sum(axis=-1))

    return wrong


def zeros_needed(steps, size, stride):
    return max((-(-steps // stride) - 1) * stride + size - steps, 0)


def fewer(steps, size, stride):
    return zeros_needed(steps, size, stride) // 2


def more(steps, size, stride):
    return zeros_needed(steps, size, stride) - fewer(steps, size, stride)


def nothing(steps, size, stride):
    return 0


def half_a_window(steps, size, stride):
    return size // 2


AVERAGE_SAME = Exercise(
    id="average-pool-same",
    name="average_pool_same",
    title="Means at the edge",
    points=2,
    cases=lambda rng: calls(
        "average_pool_same",
        *(
            (rng.normal(size=shape) + 2, size, stride)
            for shape, size, stride in [((3, 7, 3), 3, 1), ((2, 6, 2), 3, 2), ((2, 7, 4), 4, 3), ((1, 8, 2), 4, 1)]
        ),
    ),
    reference=average_pool_same,
    misconceptions=(
        Misconception(
            "zeros counted",
            "Your means at the edges are too small: you divide by the size of the window, and part of it is empty.",
            padded_average(fewer, more, counted=True),
        ),
        Misconception(
            "the odd place in front",
            "When an odd number of places is needed around, the additional one goes to the end.",
            padded_average(more, fewer),
        ),
        Misconception(
            "half a window on both sides",
            'Half a window on both sides is more than `"same"` needs when there is a stride, or when the size is even.',
            padded_average(half_a_window, half_a_window),
        ),
        Misconception(
            "everything behind the end",
            "Your first window begins with the signal. Half of what hangs over belongs in front of it.",
            padded_average(nothing, zeros_needed),
        ),
        Misconception(
            "no padding",
            "You kept the windows inside. Some are to hang over the edges, until there are steps / stride of them.",
            lambda x, size, stride: average_pool(x, (size,), (stride,), "valid"),
        ),
        Misconception(
            "sum instead of mean",
            "You add up the numbers in the window. The mean divides by how many there are.",
            lambda x, size, stride: windows_1d(
                np.pad(x, ((0, 0), (fewer(x.shape[1], size, stride), more(x.shape[1], size, stride)), (0, 0))),
                size,
                stride,
            ).sum(axis=-1),
        ),
    ),
)


def average_pool_backward(g, steps, size, stride):
    x = np.zeros((len(g), steps, g.shape[2]))
    return pooled_gradient(lambda watched: average_pool(watched, (size,), (stride,), "valid"), x, g)


def windows_overwrite(g, steps, size, stride):
    found = np.zeros((len(g), steps, g.shape[2]))
    for place in range(g.shape[1]):
        found[:, place * stride : place * stride + size] = g[:, place, None] / size
    return found


def one_step_apart(g, steps, size, stride):
    found = np.zeros((len(g), steps, g.shape[2]))
    for place in range(g.shape[1]):
        found[:, place : place + size] += g[:, place, None] / size
    return found


def averaged_over_windows(g, steps, size, stride):
    windows = average_pool_backward(np.ones_like(g), steps, size, stride) * size
    return average_pool_backward(g, steps, size, stride) / np.maximum(windows, 1)


AVERAGE_BACKWARD = Exercise(
    id="average-pool-backward",
    name="average_pool_backward",
    title="Who gets the gradient of a mean",
    points=1,
    cases=lambda rng: calls(
        "average_pool_backward",
        *(
            (rng.normal(size=(batch, (steps - size) // stride + 1, channels)), steps, size, stride)
            for batch, channels, steps, size, stride in [(3, 3, 9, 3, 2), (2, 4, 8, 2, 3), (1, 2, 7, 3, 1)]
        ),
    ),
    reference=average_pool_backward,
    misconceptions=(
        Misconception(
            "not divided",
            "Each number of a window got the whole gradient. It counted only for a part of the mean.",
            lambda g, steps, size, stride: average_pool_backward(g, steps, size, stride) * size,
        ),
        Misconception(
            "each window overwrites the one before",
            "Where windows overlap, an input has several ways to change the loss. You keep the last.",
            windows_overwrite,
        ),
        Misconception(
            "averaged over the windows",
            "An input that lies in two windows hears from both: add, do not average.",
            averaged_over_windows,
        ),
        Misconception(
            "windows one step apart",
            "Your windows begin at 0, 1, 2, ... Where do they begin with a stride?",
            one_step_apart,
        ),
        Misconception(
            "copies laid end to end",
            "You laid the windows end to end. Where they overlap or leave gaps, that is not where they were.",
            lambda g, steps, size, stride: np.repeat(g, size, axis=1) / size,
        ),
        Misconception(
            "divided by the steps",
            "You divide by the length of the signal. The mean was over a window.",
            lambda g, steps, size, stride: average_pool_backward(g, steps, size, stride) * size / steps,
        ),
    ),
)
