"""Exercises of chapter 11: sizes and weights of a convolution, its sums by loops and by one product, and the way back.

The references are layerlab's convolutions and their gradients by its tape; counts are formulas.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.plan import Call, Get, New, Set, Step
from layerlab.ops.conv import conv
from layerlab.ops.windows import along

__all__ = ["EXERCISES"]


def output_length(n, kernel_size, stride, dilation, padding):
    return along(n, kernel_size, stride, dilation, padding)[1]


GEOMETRIES = [(3, 1, 1, "valid"), (4, 3, 1, "valid"), (3, 1, 4, "valid"), (2, 3, 2, "valid")]
GEOMETRIES += [(3, 2, 1, "same"), (3, 1, 2, "causal"), (5, 3, 1, "causal")]


def length_cases(rng):
    lengths = [int(n) for n in rng.integers(20, 40, size=3)]
    # neighboring lengths, so that rounding shows
    return calls("output_length", *((n + more, *rest) for n in lengths for more in range(3) for rest in GEOMETRIES))


def length_with(
    reach=lambda k, d: (k - 1) * d + 1, valid=lambda room, s: room // s + 1, padded=lambda n, s: -(-n // s)
):
    def wrong(n, kernel_size, stride, dilation, padding):
        return valid(n - reach(kernel_size, dilation), stride) if padding == "valid" else padded(n, stride)

    return wrong


def causal_as_valid(n, kernel_size, stride, dilation, padding):
    return output_length(n, kernel_size, stride, dilation, "same" if padding == "same" else "valid")


LENGTH = Exercise(
    id="conv-output-length",
    name="output_length",
    title="How many outputs",
    points=1,
    cases=length_cases,
    reference=output_length,
    misconceptions=(
        Misconception(
            "the first window not counted",
            "One too few. A window that just fits cannot move at all, and gives one output.",
            length_with(valid=lambda room, s: room // s),
        ),
        Misconception(
            "dilation times kernel size",
            "A dilated window ends with a tap, not with a gap. Between k taps there are k - 1 gaps.",
            length_with(reach=lambda k, d: k * d),
        ),
        Misconception(
            "dilation left out",
            "A window with gaps reaches farther than its number of taps, so fewer windows fit.",
            length_with(reach=lambda k, d: k),
        ),
        Misconception(
            "an incomplete window counted",
            "You round up. Without padding, the last window has to fit with all its taps.",
            length_with(valid=lambda room, s: -(-room // s) + 1),
        ),
        Misconception(
            "rounded down with padding",
            "With zeros around, a window may hang over the end: no input is left out.",
            length_with(padded=lambda n, s: n // s),
        ),
        Misconception(
            "causal taken for valid",
            "Causal padding adds zeros as well, all of them in front.",
            causal_as_valid,
        ),
    ),
)


def same_padding(n, kernel_size, stride):
    return along(n, kernel_size, stride, 1, "same")[0]


def padding_cases(rng):
    even, odd = 2 * int(rng.integers(3, 9)), 2 * int(rng.integers(3, 9)) + 1
    k = 2 * int(rng.integers(1, 4)) + 1
    plain = [(even, k, 2), (odd, k, 2), (odd, k + 1, 1), (even, k, 1), (odd, k + 2, 2), (even, k + 3, 2)]
    return calls("same_padding", *plain, (3 * even + 2, 1, 3))  # in the last, the window is smaller than its stride


def unclipped(n, kernel_size, stride):
    total = (-(-n // stride) - 1) * stride + kernel_size - n
    return total // 2, total - total // 2


SAME_PADDING = Exercise(
    id="same-padding",
    name="same_padding",
    title="How many zeros",
    points=1,
    cases=padding_cases,
    reference=same_padding,
    misconceptions=(
        Misconception(
            "half a kernel on both sides",
            "That is PyTorch's padding. Keras adds only as many zeros as the last window needs.",
            lambda n, kernel_size, stride: (kernel_size // 2, kernel_size // 2),
        ),
        Misconception(
            "the odd zero in front",
            "When the number of zeros is odd, Keras puts the additional one at the end.",
            lambda n, kernel_size, stride: same_padding(n, kernel_size, stride)[::-1],
        ),
        Misconception(
            "stride left out",
            "Those are the zeros for stride 1. Where does your last window begin, and how far does it hang over?",
            lambda n, kernel_size, stride: ((kernel_size - 1) // 2, kernel_size - 1 - (kernel_size - 1) // 2),
        ),
        Misconception(
            "fewer than no zeros",
            "A stride wider than the window can leave inputs over. Then no zeros are needed, not fewer than none.",
            unclipped,
        ),
        Misconception(
            "an output too many",
            "With your zeros there is one window more than n / stride, rounded up.",
            lambda n, kernel_size, stride: same_padding(n, kernel_size + stride, stride),
        ),
    ),
)


def conv_parameters(kernel_size, channels, filters):
    window = math.prod(kernel_size)
    return window * channels * filters + filters, window * channels + channels * filters + filters


def with_counts(conv=None, separable=None):
    """The right two counts, with some exchanged for wrong ones, each a function of (kernel_size, channels, filters)."""

    def wrong(kernel_size, channels, filters):
        right = conv_parameters(kernel_size, channels, filters)
        sizes = kernel_size, channels, filters
        return tuple(given(*sizes) if given else count for given, count in zip((conv, separable), right, strict=True))

    return wrong


def parameter_cases(rng):
    windows = [(3, 3), (5,), (2, 3, 4), (7, 2)]
    return calls("conv_parameters", *((window, *(int(n) for n in rng.integers(5, 40, size=2))) for window in windows))


PARAMETERS = Exercise(
    id="conv-parameters",
    name="conv_parameters",
    title="How many weights",
    points=1,
    cases=parameter_cases,
    reference=conv_parameters,
    misconceptions=(
        Misconception(
            "biases left out",
            "You counted the kernel. Each filter has a bias as well.",
            with_counts(conv=lambda size, c, f: math.prod(size) * c * f),
        ),
        Misconception(
            "channels left out",
            "A filter has weights of its own for each channel that comes in.",
            with_counts(conv=lambda size, c, f: math.prod(size) * f + f),
        ),
        Misconception(
            "a bias per channel and filter",
            "The channels are added up before the bias comes: one bias a filter.",
            with_counts(conv=lambda size, c, f: (math.prod(size) + 1) * c * f),
        ),
        Misconception(
            "window sizes added",
            "A window of 3 × 3 holds nine numbers, not six.",
            with_counts(
                conv=lambda size, c, f: sum(size) * c * f + f, separable=lambda s, c, f: sum(s) * c + c * f + f
            ),
        ),
        Misconception(
            "depthwise step mixes the channels",
            "In the first step of a separable convolution each channel has one kernel, and meets no other channel.",
            with_counts(separable=lambda size, c, f: math.prod(size) * c * c + c * f + f),
        ),
        Misconception(
            "a bias after each step",
            "A separable convolution adds its bias once, at the very end.",
            with_counts(separable=lambda size, c, f: (math.prod(size) + 1) * c + c * f + f),
        ),
    ),
)


def receptive_field(layers):
    seen, step = 1, 1
    for kernel_size, stride, dilation in layers:
        seen += (kernel_size - 1) * dilation * step
        step *= stride
    return seen


def field_with(add=lambda k, s, d, step: (k - 1) * d * step, widen=lambda step, s: step * s, first=1):
    """A wrong receptive field: what a layer adds, what its stride does to the next ones, and where counting begins."""

    def wrong(layers):
        seen, step = first, 1
        for kernel_size, stride, dilation in layers:
            seen += add(kernel_size, stride, dilation, step)
            step = widen(step, stride)
        return seen

    return wrong


def field_cases(rng):
    sizes = [int(k) for k in rng.integers(2, 6, size=4)]
    strided, dilated = [(k, s, 1) for k, s in zip(sizes, (2, 1, 3, 1), strict=True)], [(k, 1, 3) for k in sizes]
    return calls("receptive_field", ([(k, 1, 1) for k in sizes],), (strided,), (dilated,), ([*dilated[:2], *strided],))


FIELD = Exercise(
    id="receptive-field",
    name="receptive_field",
    title="How far an output sees",
    points=1,
    cases=field_cases,
    reference=receptive_field,
    misconceptions=(
        Misconception(
            "kernel sizes added",
            "Two windows of 3 overlap: together they see 5, not 6. How many inputs does a layer *add*?",
            field_with(add=lambda k, s, d, step: k * d * step, first=0),
        ),
        Misconception(
            "strides left out",
            "After a stride of 2, neighbors lie two inputs apart, and all the layers above see twice as far.",
            field_with(widen=lambda step, s: step),
        ),
        Misconception(
            "a layer's own stride counted",
            "Your stride acts one layer too early: it spreads the outputs of its layer, not the taps of its window.",
            field_with(add=lambda k, s, d, step: (k - 1) * d * step * s),
        ),
        Misconception(
            "only the stride below",
            "Strides pile up: each layer stretches everything above it, not only the next layer.",
            field_with(widen=lambda step, s: s),
        ),
        Misconception(
            "strides added",
            "Every second of every third is every sixth, not every fifth.",
            field_with(widen=lambda step, s: step + s),
        ),
        Misconception(
            "dilation left out",
            "The gaps between the taps of a window make it reach farther.",
            field_with(add=lambda k, s, d, step: (k - 1) * step),
        ),
        Misconception(
            "the first input forgotten",
            "A stack without layers sees one input. Start there.",
            field_with(first=0),
        ),
    ),
)


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


def gradients(convolution, x, kernel, bias, g):
    """Those of the inputs, the kernel and the bias, for windows one step apart."""
    with Tape() as tape:
        watched = [tape.watch(array) for array in (x, kernel, bias)]
        total = np.sum(convolution(*watched, 1) * g)
    return tuple(tape.gradient(total, watched))


def conv1d_backward(x, kernel, g):
    return gradients(conv1d, x, kernel, np.zeros(kernel.shape[-1]), g)


def with_gradients(**others):
    """The right three gradients, with some exchanged for wrong ones, each a function of (x, kernel, g)."""

    def wrong(x, kernel, g):
        right = dict(zip(("x", "kernel", "bias"), conv1d_backward(x, kernel, g), strict=True))
        return tuple((right | {name: other(x, kernel, g) for name, other in others.items()}).values())

    return wrong


def taps_overwrite(x, kernel, g):
    dx = np.zeros_like(x)
    for tap, weights in enumerate(kernel):
        dx[:, tap : tap + g.shape[1]] = g @ weights.T
    return dx


def windows_overwrite(x, kernel, g):
    dx = np.zeros_like(x)
    for place in range(g.shape[1]):
        dx[:, place : place + len(kernel)] = np.einsum("nf,tcf->ntc", g[:, place], kernel)
    return dx


def averaged(axes):
    """All gradients divided by the sizes of these axes of g."""

    def wrong(x, kernel, g):
        count = math.prod(g.shape[axis] for axis in axes)
        dx, dkernel, dbias = conv1d_backward(x, kernel, g)
        return dx, dkernel / count, dbias / count

    return wrong


def backward_cases(rng):
    sizes = [((3, 7, 3), (3, 3, 3)), ((2, 8, 2), (4, 2, 3))]
    arrays = [(x, kernel, (x[0], x[1] - kernel[0] + 1, kernel[2])) for x, kernel in sizes]
    return calls("conv1d_backward", *(tuple(rng.normal(size=shape) for shape in three) for three in arrays))


BACKWARD = Exercise(
    id="conv1d-backward",
    name="conv1d_backward",
    title="Backward through a convolution",
    points=3,
    cases=backward_cases,
    reference=conv1d_backward,
    misconceptions=(
        Misconception(
            "kernel not flipped on the way back",
            "Input i met tap 0 in window i, and tap 1 in the window *before*: backward, the kernel runs the other way.",
            with_gradients(x=lambda x, kernel, g: conv1d_backward(x, kernel[::-1], g)[0]),
        ),
        Misconception(
            "each window overwrites the one before",
            "Windows overlap. An input that lay in three of them gets three gradients, and you keep the last window's.",
            with_gradients(x=windows_overwrite),
        ),
        Misconception(
            "each tap overwrites the one before",
            "An input lay under several taps, and each has its say. You keep what the last tap said.",
            with_gradients(x=taps_overwrite),
        ),
        Misconception(
            "averaged over the batch",
            "You divide by the number of samples. If the loss is a mean, that factor is in `g` already.",
            averaged([0]),
        ),
        Misconception(
            "averaged over batch and places",
            "You take the mean. A weight that is used at every place of every sample adds up what all of them say.",
            averaged([0, 1]),
        ),
        Misconception(
            "bias's gradient for each place",
            "The same bias was added at every place. Its gradient has one number per filter.",
            with_gradients(bias=lambda x, kernel, g: g.sum(axis=0)),
        ),
        Misconception(
            "bias's gradient for each sample",
            "The same bias serves all samples. Their gradients add up, too.",
            with_gradients(bias=lambda x, kernel, g: g.sum(axis=1)),
        ),
        Misconception(
            "kernel's gradient of the last place",
            "Your kernel's gradient is that of the last place. A weight was used at every place.",
            with_gradients(kernel=lambda x, kernel, g: conv1d_backward(x[:, -len(kernel) :], kernel, g[:, -1:])[1]),
        ),
        Misconception(
            "kernel's gradient with channels and filters exchanged",
            "The gradient of the kernel has the kernel's axes: taps, channels, filters.",
            with_gradients(kernel=lambda x, kernel, g: conv1d_backward(x, kernel, g)[1].swapaxes(1, 2).copy()),
        ),
    ),
)


class TapedConv:
    """The layer of the exercise, its gradients from the tape; parts can be exchanged for wrong ones."""

    def __init__(self, window, channels, filters):
        self.kernel, self.bias = np.zeros((*window, channels, filters)), np.zeros(filters)

    def forward(self, x):
        self.x = x
        return conv2d(x, self.kernel, self.bias, 1)

    def backward(self, g):
        dx, self.kernel_gradient, self.bias_gradient = gradients(conv2d, self.x, self.kernel, self.bias, g)
        return dx


class LeavesMatrix(TapedConv):
    def backward(self, g):
        dx = super().backward(g)
        self.kernel_gradient = self.kernel_gradient.reshape(-1, self.kernel.shape[-1])
        return dx


class ChannelsFirst(TapedConv):
    def backward(self, g):
        dx = super().backward(g)
        mixed = np.moveaxis(self.kernel_gradient, 2, 0)
        self.kernel_gradient = mixed.reshape(self.kernel.shape)
        return dx


class Overwrites(TapedConv):
    def backward(self, g):
        super().backward(g)
        dx = np.zeros_like(self.x)
        rows, columns = self.kernel.shape[:2]
        for i, j in np.ndindex(g.shape[1:3]):
            dx[:, i : i + rows, j : j + columns] = np.einsum("nf,abcf->nabc", g[:, i, j], self.kernel)
        return dx


class NotFlipped(TapedConv):
    def backward(self, g):
        kernel = self.kernel
        self.kernel = kernel[::-1, ::-1]
        dx = super().backward(g)
        self.kernel = kernel
        return dx


class FirstInputsKept(TapedConv):
    def forward(self, x):
        kept = getattr(self, "x", x)
        outputs = super().forward(x)
        self.x = kept
        return outputs


class AddsUp(TapedConv):
    def backward(self, g):
        old = getattr(self, "kernel_gradient", 0.0), getattr(self, "bias_gradient", 0.0)
        dx = super().backward(g)
        self.kernel_gradient, self.bias_gradient = self.kernel_gradient + old[0], self.bias_gradient + old[1]
        return dx


def layer_case(rng, pictures, window, filters):
    batch, rows, columns, channels = pictures
    outputs = (batch, rows - window[0] + 1, columns - window[1] + 1, filters)
    steps: list[Step] = [New("Convolution", (window, channels, filters))]
    steps += [Set("kernel", rng.normal(size=(*window, channels, filters))), Set("bias", rng.normal(size=filters))]
    for _ in range(2):  # a second batch, so that what is left over from the first shows
        steps += [Call(".forward", (rng.normal(size=pictures),)), Call(".backward", (rng.normal(size=outputs),))]
        steps += [Get("kernel_gradient"), Get("bias_gradient")]
    return steps


LAYER = Exercise(
    id="conv-layer",
    name="Convolution",
    title="A convolutional layer",
    points=3,
    cases=lambda rng: [layer_case(rng, (2, 5, 5, 2), (2, 2), 2), layer_case(rng, (3, 4, 6, 2), (3, 2), 4)],
    reference=TapedConv,
    misconceptions=(
        Misconception(
            "kernel's gradient left a matrix",
            "The product gives the gradient of the matrix. The kernel has four axes, and so has its gradient.",
            LeavesMatrix,
        ),
        Misconception(
            "kernel's gradient with the channels first",
            "Right numbers in the wrong places: your windows are laid out channel by channel, the kernel is not.",
            ChannelsFirst,
        ),
        Misconception(
            "each window overwrites the one before",
            "Windows overlap. Every window adds its gradient to the pixels it saw.",
            Overwrites,
        ),
        Misconception(
            "kernel not flipped on the way back",
            "A pixel met the first weight in the window that begins at it, the last in one that began earlier.",
            NotFlipped,
        ),
        Misconception(
            "the first batch kept",
            "Your gradient belongs to the pictures of the first batch. Keep those of the last call.",
            FirstInputsKept,
        ),
        Misconception(
            "gradients pile up",
            "Your second gradient contains the first. Each call of `backward` is about its own batch.",
            AddsUp,
        ),
    ),
)

EXERCISES = [LENGTH, SAME_PADDING, PARAMETERS, FIELD, CONV1D, IM2COL, CONV2D, BACKWARD, LAYER]
