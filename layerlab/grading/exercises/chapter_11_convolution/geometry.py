"""Lengths, padding, weights and receptive fields of convolutions: what can be said before a number is multiplied.

The references are layerlab's own geometry, and formulas.
"""

import math

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.ops.windows import along

__all__ = ["FIELD", "LENGTH", "PARAMETERS", "SAME_PADDING"]


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
