"""Exercises of chapter 12: lengths, the largest and the mean of windows, of whole maps, and where gradients go.

The references are layerlab's pooling and its gradients by the tape.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.plan import Call, New, Step
from layerlab.layers import GlobalAveragePooling2D, GlobalMaxPooling2D, MaxPooling1D
from layerlab.ops.pool import average_pool, max_pool

__all__ = ["EXERCISES"]


def pooled_gradient(pool, x, g):
    with Tape() as tape:
        watched = tape.watch(np.asarray(x, dtype="float64"))
        total = np.sum(pool(watched) * g)
    return tape.gradient(total, watched)


def pool_length(n, pool_size, strides, padding):
    return MaxPooling1D(pool_size, strides, padding).compute_output_shape((None, n, 1))[1]


GEOMETRIES = [
    (2, None, "valid"),
    (3, None, "valid"),
    (3, 2, "valid"),
    (4, 1, "valid"),
    (3, 2, "same"),
    (4, None, "same"),
]


def length_cases(rng):
    lengths = [int(n) for n in rng.integers(20, 40, size=3)]
    # neighboring lengths, so that rounding shows
    return calls("pool_length", *((n + more, *rest) for n in lengths for more in range(4) for rest in GEOMETRIES))


def length_with(stride=lambda p, s: s or p, valid=lambda n, p, s: (n - p) // s + 1, same=lambda n, s: -(-n // s)):
    def wrong(n, pool_size, strides, padding):
        step = stride(pool_size, strides)
        return valid(n, pool_size, step) if padding == "valid" else same(n, step)

    return wrong


LENGTH = Exercise(
    id="pool-length",
    name="pool_length",
    title="How many windows",
    points=1,
    cases=length_cases,
    reference=pool_length,
    misconceptions=(
        Misconception(
            "no strides taken for a stride of 1",
            "A convolution moves by 1 when you say nothing. A pooling moves by another number then.",
            length_with(stride=lambda p, s: s or 1),
        ),
        Misconception(
            "strides left out",
            "Windows need not lie side by side: when `strides` is given, it says how far they move.",
            length_with(stride=lambda p, s: p),
        ),
        Misconception(
            "length divided by the stride",
            "That is right as long as windows lie side by side. Windows that overlap have to fit as well.",
            length_with(valid=lambda n, p, s: n // s),
        ),
        Misconception(
            "an incomplete window counted",
            "Without padding, what is left at the end and does not fill a window is dropped.",
            length_with(valid=lambda n, p, s: -(-(n - p) // s) + 1),
        ),
        Misconception(
            "the first window not counted",
            "One too few. A window that just fits cannot move at all, and gives one output.",
            length_with(valid=lambda n, p, s: (n - p) // s),
        ),
        Misconception(
            "rounded down with padding",
            'With `"same"` the last window may hang over the end: nothing is dropped.',
            length_with(same=lambda n, s: n // s),
        ),
    ),
)


def max_pool_1d(x, size, stride):
    return max_pool(x, (size,), (stride,), "valid")


def windows_1d(x, size, stride):
    """(batch, places, channels, taps)"""
    return sliding_window_view(x, size, axis=1)[:, ::stride]


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


def global_pooling(x):
    return np.asarray(GlobalAveragePooling2D(dtype="float64")(x)), np.asarray(GlobalMaxPooling2D(dtype="float64")(x))


def over(*axes, keepdims=False):
    """The mean and the maximum over these axes."""
    return lambda x: (x.mean(axis=axes, keepdims=keepdims), x.max(axis=axes, keepdims=keepdims))


GLOBAL = Exercise(
    id="global-pooling",
    name="global_pooling",
    title="One number for each map",
    points=1,
    cases=lambda rng: calls(
        "global_pooling", *((rng.normal(size=shape),) for shape in [(3, 3, 3, 3), (2, 4, 5, 3), (1, 6, 1, 4)])
    ),
    reference=global_pooling,
    misconceptions=(
        Misconception(
            "over the channels",
            "You took the mean and the maximum over the channels. The channels stay, the rows and columns go.",
            over(3),
        ),
        Misconception(
            "over everything but the samples",
            "You have one number for each sample. There is one for each channel of each sample.",
            over(1, 2, 3),
        ),
        Misconception(
            "over the samples as well",
            "You pooled over the samples, too. Samples never meet in a layer like this.",
            over(0, 1, 2),
        ),
        Misconception(
            "rows only",
            "You pooled over the rows, the columns are still there.",
            over(1),
        ),
        Misconception(
            "axes kept",
            "The numbers are right, but axes of size 1 are left of the rows and columns.",
            over(1, 2, keepdims=True),
        ),
        Misconception(
            "sum instead of mean",
            "You add up each map. Then larger pictures would give larger numbers.",
            lambda x: (x.sum(axis=(1, 2)), x.max(axis=(1, 2))),
        ),
        Misconception(
            "maximum and mean exchanged",
            "The mean comes first, then the maximum.",
            lambda x: global_pooling(x)[::-1],
        ),
    ),
)


def global_backward(x, g_mean, g_max):
    return (
        pooled_gradient(GlobalAveragePooling2D(dtype="float64"), x, g_mean),
        pooled_gradient(GlobalMaxPooling2D(dtype="float64"), x, g_max),
    )


def through_mean(divisor):
    """The right gradients, but that through the mean with another divisor, a function of x."""

    def wrong(x, g_mean, g_max):
        return np.zeros(x.shape) + g_mean[:, None, None] / divisor(x), global_backward(x, g_mean, g_max)[1]

    return wrong


def through_max(weights):
    """The right gradients, but that through the maximum with other shares, a function of the maps as windows."""

    def wrong(x, g_mean, g_max):
        shared = shared_by(weights)(x, g_max[:, None, None], x.shape[1:3])
        return global_backward(x, g_mean, g_max)[0], shared

    return wrong


def first_alone(windows):
    return np.arange(windows.shape[-1]) == windows.argmax(axis=-1)[..., None]


def global_backward_cases(rng):
    found = []
    for shape in [(2, 3, 3, 2), (3, 2, 4, 2)]:
        x = rng.integers(0, 4, size=shape).astype(float)
        x[0, 0, 0, 0] = x[0, 1, 1, 0] = 7.0
        found.append((x, rng.normal(size=(shape[0], shape[3])), rng.normal(size=(shape[0], shape[3]))))
    return calls("global_backward", *found)


GLOBAL_BACKWARD = Exercise(
    id="global-pooling-backward",
    name="global_backward",
    title="The whole map and its gradient",
    points=1,
    cases=global_backward_cases,
    reference=global_backward,
    misconceptions=(
        Misconception(
            "mean not divided",
            "In a mean over a map, each number counts only a little. Yours get the whole gradient.",
            through_mean(lambda x: 1),
        ),
        Misconception(
            "divided by the rows",
            "You divide by the number of rows. How many numbers has a map?",
            through_mean(lambda x: x.shape[1]),
        ),
        Misconception(
            "divided by channels as well",
            "The channels had means of their own: they do not count in the number that you divide by.",
            through_mean(lambda x: x[0].size),
        ),
        Misconception(
            "all of it to every winner",
            "Where several numbers win together, yours get the whole gradient each, more than came in.",
            through_max(is_largest),
        ),
        Misconception(
            "the first winner gets all",
            "You do as MaxPooling does. Global max pooling shares the gradient among those that win together.",
            through_max(first_alone),
        ),
    ),
)


class TapedMaxPool:
    """The layer of the exercise, its gradient from the tape."""

    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def forward(self, x):
        self.x = x
        return max_pool_1d(x, self.size, self.stride)

    def backward(self, g):
        return pooled_gradient(lambda x: max_pool_1d(x, self.size, self.stride), self.x, g)


class ByHand(TapedMaxPool):
    """The same by hand, window by window; parts can be exchanged for wrong ones."""

    def begins(self, place):
        return place * self.stride

    def wins(self, window):
        return np.arange(window.shape[1])[:, None] == window.argmax(axis=1)[:, None]

    def put(self, found, begin, values):
        found[:, begin : begin + self.size] += values

    def backward(self, g):
        found = np.zeros_like(self.x)
        for place in range(g.shape[1]):
            window = self.x[:, place * self.stride : place * self.stride + self.size]
            self.put(found, self.begins(place), self.wins(window) * g[:, place, None])
        return found


class Overwrites(ByHand):
    def put(self, found, begin, values):
        inside = found[:, begin : begin + self.size]
        inside[values != 0] = values[values != 0]


class WholeWindowOverwrites(ByHand):
    def put(self, found, begin, values):
        found[:, begin : begin + self.size] = values


class CountedInTheWindow(ByHand):
    def begins(self, place):
        return 0


class StepsOne(ByHand):
    def begins(self, place):
        return place


class EveryWinner(ByHand):
    def wins(self, window):
        return window == window.max(axis=1, keepdims=True)


class FirstInputsKept(TapedMaxPool):
    def forward(self, x):
        kept = getattr(self, "x", x)
        outputs = super().forward(x)
        self.x = kept
        return outputs


def layer_case(rng, size, stride, shape):
    steps: list[Step] = [New("MaxPool", (size, stride))]
    for _ in range(2):  # a second batch, so that what is left over from the first shows
        x = rng.normal(size=shape)
        x[0, 2, 0] = 9.0  # wins in every window over it
        x[0, 4, 1] = x[0, 5, 1] = 9.0  # two that win together
        g = rng.normal(size=(shape[0], (shape[1] - size) // stride + 1, shape[2]))
        steps += [Call(".forward", (x,)), Call(".backward", (g,))]
    return steps


LAYER = Exercise(
    id="max-pool-layer",
    name="MaxPool",
    title="A pooling layer whose windows overlap",
    points=3,
    cases=lambda rng: [
        layer_case(rng, 3, 2, (3, 9, 3)),
        layer_case(rng, 3, 1, (2, 8, 2)),
        layer_case(rng, 2, 2, (2, 7, 2)),
    ],
    reference=TapedMaxPool,
    misconceptions=(
        Misconception(
            "a second win overwrites the first",
            "A number can be the largest of two windows. Then it gets the gradients of both, and you keep one.",
            Overwrites,
        ),
        Misconception(
            "each window overwrites the one before",
            "Your windows wipe out what earlier windows gave to the numbers they share.",
            WholeWindowOverwrites,
        ),
        Misconception(
            "places counted within the window",
            "`argmax` counts from the beginning of the window. Where does the window begin in the signal?",
            CountedInTheWindow,
        ),
        Misconception(
            "windows one step apart on the way back",
            "Forward your windows are `stride` apart, backward they are next to each other.",
            StepsOne,
        ),
        Misconception(
            "all of it to every winner",
            "Where two numbers of a window win together, only the first is to get the gradient.",
            EveryWinner,
        ),
        Misconception(
            "the first batch kept",
            "Your winners are those of the first batch. Keep those of the last call.",
            FirstInputsKept,
        ),
    ),
)

EXERCISES = [
    LENGTH,
    MAX_1D,
    MAX_2D,
    MAX_BACKWARD,
    AVERAGE_SAME,
    AVERAGE_BACKWARD,
    GLOBAL,
    GLOBAL_BACKWARD,
    LAYER,
]
