"""A convolution and a locally connected layer as the matrices that a Dense layer would need.

The references are what layerlab's sums make of one input after another.
"""

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.exercises.chapter_13_locally_connected.sums import local_1d, places_of
from layerlab.ops.conv import conv

__all__ = ["LOCAL_MATRIX", "MATRIX"]


def conv_matrix(kernel, n):
    """Each input alone through a convolution: a row of the matrix."""
    return conv(np.eye(n)[..., None], kernel[:, None, None], (1,), "valid", (1,))[..., 0]


def around(kernel, n, columns):
    """Columns of a band that goes around: what hangs over at the bottom comes in at the top."""
    column = np.pad(kernel, (0, n - len(kernel)))
    return np.stack([np.roll(column, place) for place in range(columns)], axis=1)


MATRIX = Exercise(
    id="conv-matrix",
    name="conv_matrix",
    title="A convolution as a matrix",
    points=1,
    cases=lambda rng: calls("conv_matrix", *((rng.normal(size=size), n) for size, n in [(3, 5), (2, 6), (4, 4)])),
    reference=conv_matrix,
    misconceptions=(
        Misconception(
            "transposed",
            "The shape tells: a row for each input, a column for each output.",
            lambda kernel, n: conv_matrix(kernel, n).T.copy(),
        ),
        Misconception(
            "kernel flipped",
            "Read a column of yours downward: the kernel stands on its head.",
            lambda kernel, n: conv_matrix(kernel[::-1], n),
        ),
        Misconception(
            "around the end",
            "In your last columns the kernel comes in again at the top. There is no output for such windows.",
            lambda kernel, n: around(kernel, n, n),
        ),
        Misconception(
            "with padding",
            "You have as many outputs as inputs. Without padding, the window has to stay inside.",
            lambda kernel, n: conv(np.eye(n)[..., None], kernel[:, None, None], (1,), "same", (1,))[..., 0],
        ),
        Misconception(
            "kernel not moved",
            "All of your columns look at the same inputs. Each window begins one input further down.",
            lambda kernel, n: np.repeat(around(kernel, n, 1), n - len(kernel) + 1, axis=1),
        ),
    ),
)


def each_input_alone(kernel, steps, size, stride):
    """(steps, channels, places, filters): what a 1 at each input gives."""
    channels = kernel.shape[1] // size
    ones = np.eye(steps * channels).reshape(-1, steps, channels)
    return local_1d(ones, kernel, 0.0, size, stride).reshape(steps, channels, len(kernel), -1)


def local_matrix(kernel, steps, size, stride):
    return each_input_alone(kernel, steps, size, stride).reshape(-1, kernel.shape[0] * kernel.shape[2])


def laid_out(*order):
    """The matrix from (steps, channels, places, filters) in another order; the first two are the rows."""

    def wrong(kernel, steps, size, stride):
        found = each_input_alone(kernel, steps, size, stride).transpose(order)
        return found.reshape(found.shape[0] * found.shape[1], -1)

    return wrong


def begins_at(row):
    """The matrix with the column of each place begun in another row, a function of (place, stride, channels)."""

    def wrong(kernel, steps, size, stride):
        places, window, filters = kernel.shape
        channels = window // size
        found = np.zeros((steps * channels, places * filters))
        for place in range(places):
            begin = row(place, stride, channels)
            found[begin : begin + window, place * filters : (place + 1) * filters] = kernel[place]
        return found

    return wrong


LOCAL_MATRIX = Exercise(
    id="local-matrix",
    name="local_matrix",
    title="A locally connected layer as a dense one",
    points=2,
    cases=lambda rng: calls(
        "local_matrix",
        *(
            (rng.normal(size=(places_of(steps, size, stride), size * channels, filters)), steps, size, stride)
            for steps, channels, filters, size, stride in [(5, 2, 2, 2, 1), (7, 3, 2, 3, 2), (6, 1, 3, 2, 3)]
        ),
    ),
    reference=local_matrix,
    misconceptions=(
        Misconception(
            "channels not counted",
            "A step is as many rows as there are channels. By how many rows does a window move?",
            begins_at(lambda place, stride, channels: place * stride),
        ),
        Misconception(
            "windows one step apart",
            "Your windows are next to each other. With a stride, they move by more than one step.",
            begins_at(lambda place, stride, channels: place * channels),
        ),
        Misconception(
            "filter by filter",
            "Your columns go through one filter after the other. A flattened output goes place by place.",
            laid_out(0, 1, 3, 2),
        ),
        Misconception(
            "channel by channel",
            "Your rows hold the first channel of all steps, then the second. A flattened input goes step by step.",
            laid_out(1, 0, 2, 3),
        ),
        Misconception(
            "transposed",
            "The kernel of a dense layer has a row for each input and a column for each output.",
            lambda kernel, steps, size, stride: local_matrix(kernel, steps, size, stride).T.copy(),
        ),
    ),
)
