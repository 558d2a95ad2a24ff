"""A max pooling with a forward and a backward pass of its own.

The reference takes its gradient from the tape.
"""

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception
from layerlab.grading.exercises.chapter_12_pooling.maxima import max_pool_1d
from layerlab.grading.exercises.chapter_12_pooling.reference import pooled_gradient
from layerlab.grading.plan import Call, New, Step

__all__ = ["LAYER"]


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
