"""What sharing does: the weights of a convolution at each place, and their gradients added up again.

The references are plain NumPy.
"""

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception, calls

__all__ = ["SHARED", "UNTIE"]


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
