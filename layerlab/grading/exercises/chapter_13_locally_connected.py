"""Exercises of chapter 13: locally connected sums and their gradients, the matrices behind them, and what sharing does.

The references are layerlab's layers and locally connected sums, and its tape.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.plan import Call, Get, New, Set, Step
from layerlab.layers import Conv1D, Dense, LocallyConnected1D
from layerlab.ops.conv import conv
from layerlab.ops.local import locally_connected
from layerlab.ops.windows import Windows

__all__ = ["EXERCISES"]


def places_of(steps, size, stride):
    return (steps - size) // stride + 1


def count_weights(steps, channels, filters, size, stride):
    dense = Dense(places_of(steps, size, stride) * filters)
    local, shared = LocallyConnected1D(filters, size, stride), Conv1D(filters, size, stride)
    dense.build((None, steps * channels))
    local.build((None, steps, channels))
    shared.build((None, steps, channels))
    return dense.count_params(), local.count_params(), shared.count_params()


def with_counts(**others):
    """The right counts, with some exchanged for wrong ones, functions of (steps, channels, filters, size, places)."""

    def wrong(steps, channels, filters, size, stride):
        sizes = steps, channels, filters, size, places_of(steps, size, stride)
        right = dict(
            zip(("dense", "local", "conv"), count_weights(steps, channels, filters, size, stride), strict=True)
        )
        return tuple((right | {name: other(*sizes) for name, other in others.items()}).values())

    return wrong


def count_cases(rng):
    # more filters than places, so that the two are not mistaken for each other
    steps, channels, filters = (rng.integers(low, low + 5, size=2) for low in (10, 3, 13))
    geometries = [(3, 1), (4, 3)]
    return calls(
        "count_weights",
        *(
            (int(n), int(c), int(f), *geometry)
            for n, c, f, geometry in zip(steps, channels, filters, geometries, strict=True)
        ),
    )


COUNT = Exercise(
    id="count-three-layers",
    name="count_weights",
    title="Three layers, three counts",
    points=1,
    cases=count_cases,
    reference=count_weights,
    misconceptions=(
        Misconception(
            "bias shared by the places",
            "In a locally connected layer nothing is shared, the bias neither.",
            with_counts(local=lambda n, c, f, k, p: p * k * c * f + f),
        ),
        Misconception(
            "a bias per place",
            "Each place has as many outputs as there are filters, and each output has its own bias.",
            with_counts(local=lambda n, c, f, k, p: p * (k * c * f + 1)),
        ),
        Misconception(
            "a place for each step",
            "A window has to fit, and moves by the stride: there are fewer places than steps.",
            with_counts(
                dense=lambda n, c, f, k, p: (n * c + 1) * n * f,
                local=lambda n, c, f, k, p: n * (k * c * f + f),
            ),
        ),
        Misconception(
            "a dense layer with an output per filter",
            "The dense layer is to give as many numbers as the other two: one for each place and filter.",
            with_counts(dense=lambda n, c, f, k, p: (n * c + 1) * f),
        ),
        Misconception(
            "channels left out",
            "Every step holds a number for each channel, and each of them has its own weights.",
            with_counts(
                dense=lambda n, c, f, k, p: (n + 1) * p * f,
                local=lambda n, c, f, k, p: p * (k * f + f),
                conv=lambda n, c, f, k, p: k * f + f,
            ),
        ),
        Misconception(
            "biases left out",
            "You counted the kernels. Every layer has biases as well.",
            with_counts(
                dense=lambda n, c, f, k, p: n * c * p * f,
                local=lambda n, c, f, k, p: p * k * c * f,
                conv=lambda n, c, f, k, p: k * c * f,
            ),
        ),
    ),
)


def local_1d(x, kernel, bias, size, stride):
    windows = Windows.over(x.shape[1:2], (size,), (stride,), (1,), "valid")
    return locally_connected(x, kernel, windows) + bias


def everywhere(weights):
    """The first place's weights, for all places."""
    return np.broadcast_to(weights[:1], weights.shape)


def reordered(kernel, size, change):
    """The kernel after a change of its two inner axes: (places, taps, channels, filters) in and out."""
    places, _, filters = kernel.shape
    return change(kernel.reshape(places, size, -1, filters)).reshape(kernel.shape)


def windows_channels_first(x, kernel, bias, size, stride):
    patches = sliding_window_view(x, size, axis=1)[:, ::stride]
    return np.einsum("nop,opf->nof", patches.reshape(*patches.shape[:2], -1), kernel) + bias


def forward_cases(rng):
    sizes = [((3, 5, 3), 3, 1, 3), ((2, 10, 2), 4, 2, 3), ((2, 7, 1), 2, 3, 2)]
    found = []
    for shape, size, stride, filters in sizes:
        places = places_of(shape[1], size, stride)
        kernel, bias = rng.normal(size=(places, size * shape[2], filters)), rng.normal(size=(places, filters))
        found.append((rng.normal(size=shape), kernel, bias, size, stride))
    return calls("local_1d", *found)


FORWARD = Exercise(
    id="local-1d",
    name="local_1d",
    title="A kernel for each place",
    points=2,
    cases=forward_cases,
    reference=local_1d,
    misconceptions=(
        Misconception(
            "the same kernel everywhere",
            "You use the kernel of the first place everywhere: that is a convolution.",
            lambda x, kernel, bias, size, stride: local_1d(x, everywhere(kernel), bias, size, stride),
        ),
        Misconception(
            "the same bias everywhere",
            "You use the biases of the first place everywhere. They are not shared, either.",
            lambda x, kernel, bias, size, stride: local_1d(x, kernel, everywhere(bias), size, stride),
        ),
        Misconception(
            "bias left out",
            "Feed zeros into your layer: something has to come out, and at each place something else.",
            lambda x, kernel, bias, size, stride: local_1d(x, kernel, 0 * bias, size, stride),
        ),
        Misconception(
            "channels first",
            "Your windows go channel by channel. A kernel holds them step by step, each with all of its channels.",
            windows_channels_first,
        ),
        Misconception(
            "windows one step apart",
            "The kernel of place o belongs to another window. Where does window o begin?",
            lambda x, kernel, bias, size, stride: local_1d(x[:, : size + len(kernel) - 1], kernel, bias, size, 1),
        ),
        Misconception(
            "kernel flipped",
            "Your kernels run against the signal.",
            lambda x, kernel, bias, size, stride: local_1d(
                x, reordered(kernel, size, lambda k: k[:, ::-1]), bias, size, stride
            ),
        ),
    ),
)


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


def untie(kernel, bias, places):
    flat = kernel.reshape(-1, kernel.shape[2])
    return np.broadcast_to(flat, (places, *flat.shape)).copy(), np.broadcast_to(bias, (places, len(bias))).copy()


def untied(kernel=None, bias=None):
    """The right weights, with the kernels or the biases changed; functions of (right one, places)."""

    def wrong(shared_kernel, shared_bias, places):
        kernels, biases = untie(shared_kernel, shared_bias, places)
        return kernel(kernels, places) if kernel else kernels, bias(biases, places) if bias else biases

    return wrong


def first_place_only(weights, places):
    return weights * (np.arange(places) == 0).reshape(-1, *[1] * (weights.ndim - 1))


UNTIE = Exercise(
    id="untie",
    name="untie",
    title="The same layer without sharing",
    points=1,
    cases=lambda rng: calls(
        "untie",
        *((rng.normal(size=shape), rng.normal(size=shape[2]), n) for shape, n in [((3, 3, 3), 4), ((2, 3, 4), 5)]),
    ),
    reference=untie,
    misconceptions=(
        Misconception(
            "divided by the places",
            "Nothing is divided: every place does what the convolution did there.",
            untied(kernel=lambda weights, places: weights / places, bias=lambda weights, places: weights / places),
        ),
        Misconception(
            "the first place only",
            "Only your first place has weights. Every place needs its own copy.",
            untied(kernel=first_place_only, bias=first_place_only),
        ),
        Misconception(
            "bias not copied",
            "The biases are needed at every place, too.",
            untied(bias=lambda weights, places: weights[0]),
        ),
        Misconception(
            "channels first",
            "Your kernels hold the window channel by channel. It goes step by step, each with all of its channels.",
            lambda kernel, bias, places: untie(
                kernel.swapaxes(0, 1).reshape(kernel.shape[1], kernel.shape[0], -1), bias, places
            ),
        ),
        Misconception(
            "window left with two axes",
            "A locally connected kernel has three axes: the window, with steps and channels, is one of them.",
            lambda kernel, bias, places: (
                np.broadcast_to(kernel, (places, *kernel.shape)).copy(),
                untie(kernel, bias, places)[1],
            ),
        ),
    ),
)


def shared_gradients(kernel_gradient, bias_gradient, size):
    total = kernel_gradient.sum(axis=0)
    return total.reshape(size, -1, total.shape[1]), bias_gradient.sum(axis=0)


def shared_by(over_places):
    """The gradients with something else than the sum over the places."""
    return lambda kernel_gradient, bias_gradient, size: shared_gradients(
        over_places(kernel_gradient)[None], over_places(bias_gradient)[None], size
    )


SHARED = Exercise(
    id="shared-gradients",
    name="shared_gradients",
    title="What a shared weight hears",
    points=1,
    cases=lambda rng: calls(
        "shared_gradients",
        *(
            (rng.normal(size=(places, size * channels, filters)), rng.normal(size=(places, filters)), size)
            for places, size, channels, filters in [(3, 3, 3, 3), (5, 2, 3, 4)]
        ),
    ),
    reference=shared_gradients,
    misconceptions=(
        Misconception(
            "averaged over the places",
            "You take the mean. A shared weight is used at every place, and all these ways to change the loss add up.",
            shared_by(lambda gradients: gradients.mean(axis=0)),
        ),
        Misconception(
            "the first place only",
            "You listen to the first place. Every place has its say.",
            shared_by(lambda gradients: gradients[0]),
        ),
        Misconception(
            "bias's gradient for each place",
            "A convolution shares its bias as well: one number for each filter.",
            lambda kernel_gradient, bias_gradient, size: (
                shared_gradients(kernel_gradient, bias_gradient, size)[0],
                bias_gradient.copy(),
            ),
        ),
        Misconception(
            "channels before taps",
            "The window lies step by step in the middle axis, each step with its channels. You cut it the other way.",
            lambda kernel_gradient, bias_gradient, size: (
                kernel_gradient.sum(axis=0).reshape(-1, size, kernel_gradient.shape[2]),
                bias_gradient.sum(axis=0),
            ),
        ),
        Misconception(
            "window left flat",
            "The kernel of a convolution has an axis for the taps and one for the channels.",
            lambda kernel_gradient, bias_gradient, size: (kernel_gradient.sum(axis=0), bias_gradient.sum(axis=0)),
        ),
    ),
)


class TapedLocal:
    """The layer of the exercise, its gradients from the tape; parts can be exchanged for wrong ones."""

    def __init__(self, steps, channels, filters, size, stride):
        places = places_of(steps, size, stride)
        self.size, self.stride = size, stride
        self.kernel, self.bias = np.zeros((places, size * channels, filters)), np.zeros((places, filters))

    def forward(self, x):
        self.x = x
        return local_1d(x, self.kernel, self.bias, self.size, self.stride)

    def backward(self, g):
        with Tape() as tape:
            x, kernel, bias = (tape.watch(array) for array in (self.x, self.kernel, self.bias))
            total = np.sum(local_1d(x, kernel, bias, self.size, self.stride) * g)
        dx, self.kernel_gradient, self.bias_gradient = tape.gradient(total, [x, kernel, bias])
        return dx


class SumsOverPlaces(TapedLocal):
    def backward(self, g):
        dx = super().backward(g)
        self.kernel_gradient, self.bias_gradient = self.kernel_gradient.sum(axis=0), self.bias_gradient.sum(axis=0)
        return dx


class SharesBiasGradient(TapedLocal):
    def backward(self, g):
        dx = super().backward(g)
        self.bias_gradient = self.bias_gradient.sum(axis=0)
        return dx


class SharesBias(TapedLocal):
    def __init__(self, steps, channels, filters, size, stride):
        super().__init__(steps, channels, filters, size, stride)
        self.bias = np.zeros(filters)


class Averages(TapedLocal):
    def backward(self, g):
        dx = super().backward(g)
        self.kernel_gradient, self.bias_gradient = self.kernel_gradient / len(g), self.bias_gradient / len(g)
        return dx


class Overwrites(TapedLocal):
    def put(self, found, place, values):
        found[:, place * self.stride : place * self.stride + self.size] = values

    def backward(self, g):
        super().backward(g)
        found = np.zeros_like(self.x)
        for place, kernel in enumerate(self.kernel):
            self.put(found, place, (g[:, place] @ kernel.T).reshape(len(g), self.size, -1))
        return found


class StepsOne(Overwrites):
    def put(self, found, place, values):
        found[:, place : place + self.size] += values


class FirstInputsKept(TapedLocal):
    def forward(self, x):
        kept = getattr(self, "x", x)
        outputs = super().forward(x)
        self.x = kept
        return outputs


class AddsUp(TapedLocal):
    def backward(self, g):
        old = getattr(self, "kernel_gradient", 0.0), getattr(self, "bias_gradient", 0.0)
        dx = super().backward(g)
        self.kernel_gradient, self.bias_gradient = self.kernel_gradient + old[0], self.bias_gradient + old[1]
        return dx


def layer_case(rng, batch, steps, channels, filters, size, stride):
    places = places_of(steps, size, stride)
    todo: list[Step] = [New("LocalLayer", (steps, channels, filters, size, stride)), Get("kernel"), Get("bias")]
    todo += [Set("kernel", rng.normal(size=(places, size * channels, filters)))]
    todo += [Set("bias", rng.normal(size=(places, filters)))]
    for _ in range(2):  # a second batch, so that what is left over from the first shows
        x, g = rng.normal(size=(batch, steps, channels)), rng.normal(size=(batch, places, filters))
        todo += [Call(".forward", (x,)), Call(".backward", (g,)), Get("kernel_gradient"), Get("bias_gradient")]
    return todo


LAYER = Exercise(
    id="local-layer",
    name="LocalLayer",
    title="A locally connected layer",
    points=3,
    cases=lambda rng: [layer_case(rng, 3, 6, 2, 3, 3, 1), layer_case(rng, 2, 8, 2, 4, 3, 2)],
    reference=TapedLocal,
    misconceptions=(
        Misconception(
            "gradients summed over the places",
            "You added up the places, as for a convolution. Here each place has weights, and gradients, of its own.",
            SumsOverPlaces,
        ),
        Misconception(
            "bias's gradient summed over the places",
            "Your kernels have gradients of their own at each place. So have the biases.",
            SharesBiasGradient,
        ),
        Misconception(
            "a bias per filter",
            "Your layer begins with one bias per filter. How many biases has a locally connected layer?",
            SharesBias,
        ),
        Misconception(
            "averaged over the batch",
            "You divide by the number of samples. If the loss is a mean, that factor is in `g` already.",
            Averages,
        ),
        Misconception(
            "each window overwrites the one before",
            "Windows overlap. Every window adds its gradient to the inputs it saw.",
            Overwrites,
        ),
        Misconception(
            "windows one step apart on the way back",
            "Forward your windows are `stride` apart, backward they are next to each other.",
            StepsOne,
        ),
        Misconception(
            "the first batch kept",
            "Your gradient belongs to the inputs of the first batch. Keep those of the last call.",
            FirstInputsKept,
        ),
        Misconception(
            "gradients pile up",
            "Your second gradient contains the first. Each call of `backward` is about its own batch.",
            AddsUp,
        ),
    ),
)

EXERCISES = [COUNT, FORWARD, MATRIX, LOCAL_MATRIX, UNTIE, SHARED, LAYER]
