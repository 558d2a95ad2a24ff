"""The way back through a convolution, by hand, and the layer that goes both ways.

The references are gradients by layerlab's tape.
"""

import math

import numpy as np

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.exercises.chapter_11_convolution.sums import conv1d, conv2d
from layerlab.grading.plan import Call, Get, New, Set, Step

__all__ = ["BACKWARD", "LAYER"]


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
