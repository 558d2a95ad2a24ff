"""A locally connected layer with a forward and a backward pass of its own.

The reference takes its gradients from the tape.
"""

import numpy as np

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception
from layerlab.grading.exercises.chapter_13_locally_connected.sums import local_1d, places_of
from layerlab.grading.plan import Call, Get, New, Set, Step

__all__ = ["LAYER"]


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
