"""The weights of a locally connected layer, counted, and its sums.

The references are layerlab's layers and locally connected sums.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.layers import Conv1D, Dense, LocallyConnected1D
from layerlab.ops.local import locally_connected
from layerlab.ops.windows import Windows

__all__ = ["COUNT", "FORWARD", "local_1d", "places_of"]


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
