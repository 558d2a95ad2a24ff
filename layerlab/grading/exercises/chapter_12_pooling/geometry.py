"""How many windows a pooling has.

The reference is the layer's own shape.
"""

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.layers import MaxPooling1D

__all__ = ["LENGTH"]


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
