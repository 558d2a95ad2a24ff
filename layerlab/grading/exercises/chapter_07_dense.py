"""Exercises of chapter 7: a dense layer forward and backward, for any batch, and what it cannot see.

The references are layerlab's Dense and its tape.
"""

from itertools import pairwise

import numpy as np

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.plan import Call, Get, New, Set
from layerlab.layers import Dense

__all__ = ["EXERCISES"]


def built(kernel, bias, activation=None):
    layer = Dense(kernel.shape[1], activation=activation, dtype="float64")
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel, bias])
    return layer


def dense_forward(x, kernel, bias):
    return np.asarray(built(kernel, bias)(x))


FORWARD = Exercise(
    id="dense-forward",
    name="dense_forward",
    title="Along the last axis",
    points=1,
    cases=lambda rng: calls(
        "dense_forward",
        *(
            (rng.normal(size=(*before, i)), rng.normal(size=(i, u)), rng.normal(size=u))
            for before, i, u in [((4,), 4, 4), ((2, 3), 3, 3), ((2, 2, 3), 4, 5)]
        ),
    ),
    reference=dense_forward,
    misconceptions=(
        Misconception(
            "kernel transposed",
            "The kernel has a row per input and a column per unit; it fits as it is.",
            lambda x, kernel, bias: x @ kernel.T + bias,
        ),
        Misconception(
            "bias left out",
            "Feed zeros into your layer: something has to come out.",
            lambda x, kernel, bias: x @ kernel,
        ),
        Misconception(
            "flattened first",
            "You flattened the samples. The layer works along the last axis and leaves the axes before it as they are.",
            lambda x, kernel, bias: x.reshape(-1, x.shape[-1]) @ kernel + bias,
        ),
        Misconception(
            "bias added twice",
            "Your bias counts twice.",
            lambda x, kernel, bias: x @ kernel + 2 * bias,
        ),
    ),
)


def dense_backward(x, kernel, g):
    with Tape() as tape:
        x, kernel, bias = tape.watch(x), tape.watch(kernel), tape.watch(np.zeros(kernel.shape[1]))
        total = np.sum((x @ kernel + bias) * g)
    return tuple(tape.gradient(total, [x, kernel, bias]))


def backward_cases(rng):
    sizes = [(4, 4, 4), (5, 3, 2), (1, 2, 4)]
    return calls(
        "dense_backward",
        *((rng.normal(size=(n, i)), rng.normal(size=(i, u)), rng.normal(size=(n, u))) for n, i, u in sizes),
    )


BACKWARD = Exercise(
    id="dense-backward",
    name="dense_backward",
    title="Backward through a dense layer",
    points=3,
    cases=backward_cases,
    reference=dense_backward,
    misconceptions=(
        Misconception(
            "kernel not transposed on the way back",
            "Forward, the kernel leads from inputs to units. Backward, the gradient travels from units to inputs.",
            lambda x, kernel, g: (g @ kernel, x.T @ g, g.sum(axis=0)),
        ),
        Misconception(
            "averaged over the batch",
            "You divide by the number of samples. If the loss is a mean, that factor is in `g` already.",
            lambda x, kernel, g: (g @ kernel.T, x.T @ g / len(x), g.mean(axis=0)),
        ),
        Misconception(
            "kernel's gradient transposed",
            "The gradient of the kernel has the kernel's shape: a row per input, a column per unit.",
            lambda x, kernel, g: (g @ kernel.T, g.T @ x, g.sum(axis=0)),
        ),
        Misconception(
            "bias's gradient not summed",
            "The same bias serves all samples, so their gradients add up to one number per unit.",
            lambda x, kernel, g: (g @ kernel.T, x.T @ g, g),
        ),
        Misconception(
            "bias's gradient summed over the units",
            "You added up the units. There is one bias per unit: add up the samples.",
            lambda x, kernel, g: (g @ kernel.T, x.T @ g, g.sum(axis=1)),
        ),
    ),
)


class TapedRelu:
    """The layer of the exercise, its gradients from the tape; parts can be exchanged for wrong ones."""

    def __init__(self, inputs, units):
        self.kernel, self.bias = np.zeros((inputs, units)), np.zeros(units)

    def forward(self, x):
        self.x = x
        return np.asarray(built(self.kernel, self.bias, "relu")(x))

    def backward(self, g):
        with Tape() as tape:
            watched = [tape.watch(a) for a in (self.x, self.kernel, self.bias)]
            x, kernel, bias = watched
            total = np.sum(np.maximum(x @ kernel + bias, 0) * g)
        dx, self.kernel_gradient, self.bias_gradient = tape.gradient(total, watched)
        return dx


class ByHand(TapedRelu):
    """The same by hand, with the gate as a method."""

    def gate(self, g):
        return g * (self.x @ self.kernel + self.bias > 0)

    def backward(self, g):
        g = self.gate(g)
        self.kernel_gradient, self.bias_gradient = self.x.T @ g, g.sum(axis=0)
        return g @ self.kernel.T


class NoGate(ByHand):
    def gate(self, g):
        return g


class GateOnGradient(ByHand):
    def gate(self, g):
        return np.maximum(g, 0)


class GateForgetsBias(ByHand):
    def gate(self, g):
        return g * (self.x @ self.kernel > 0)


class FirstInputsKept(ByHand):
    def forward(self, x):
        kept = getattr(self, "x", x)
        outputs = super().forward(x)
        self.x = kept
        return outputs


class AddsUp(ByHand):
    def backward(self, g):
        old = getattr(self, "kernel_gradient", 0.0), getattr(self, "bias_gradient", 0.0)
        dx = super().backward(g)
        self.kernel_gradient, self.bias_gradient = self.kernel_gradient + old[0], self.bias_gradient + old[1]
        return dx


def layer_case(rng, inputs, units, batch):
    def array(*shape):
        return rng.normal(size=shape)

    steps = [New("DenseRelu", (inputs, units)), Set("kernel", array(inputs, units)), Set("bias", 2 * array(units))]
    for _ in range(2):  # a second batch, so that what is left over from the first shows
        steps += [Call(".forward", (array(batch, inputs),)), Call(".backward", (array(batch, units),))]
        steps += [Get("kernel_gradient"), Get("bias_gradient")]
    return steps


LAYER = Exercise(
    id="dense-relu-layer",
    name="DenseRelu",
    title="A layer with a memory",
    points=3,
    cases=lambda rng: [layer_case(rng, 5, 5, 5), layer_case(rng, 3, 4, 6)],
    reference=TapedRelu,
    misconceptions=(
        Misconception(
            "relu not on the way back",
            "Where relu gave 0, a small change of the sum changes nothing: no gradient passes there.",
            NoGate,
        ),
        Misconception(
            "relu of the gradient",
            "You stop negative gradients. What decides is the sum on the way forward, not the sign of the gradient.",
            GateOnGradient,
        ),
        Misconception(
            "bias forgotten in the gate",
            "You open the gate by the sign of the product. relu saw the sum with its bias.",
            GateForgetsBias,
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


def reorder_kernel(kernel, order):
    return kernel[np.asarray(order)]


REORDER = Exercise(
    id="reorder-kernel",
    name="reorder_kernel",
    title="The order of the inputs does not matter",
    points=2,
    # a rotation is not its own inverse, and moves everything
    cases=lambda rng: calls(
        "reorder_kernel", *((rng.normal(size=(n, u)), np.roll(np.arange(n), k)) for n, u, k in [(5, 5, 2), (6, 3, 1)])
    ),
    reference=reorder_kernel,
    misconceptions=(
        Misconception(
            "columns moved",
            "You moved the units. It is the inputs that were shuffled: the rows.",
            lambda kernel, order: kernel[:, order] if kernel.shape[0] == kernel.shape[1] else kernel.copy(),
        ),
        Misconception(
            "moved back instead",
            "Your rows went the opposite way. Input k of the shuffled sample is input order[k] of the old one.",
            lambda kernel, order: kernel[np.argsort(order)],
        ),
        Misconception(
            "left as it is",
            "With the old kernel each weight meets another input than before.",
            lambda kernel, order: kernel.copy(),
        ),
    ),
)


def multiplications(samples, sizes):
    return samples * sum(a * b for a, b in pairwise(sizes))


COST = Exercise(
    id="multiplications",
    name="multiplications",
    title="What a forward pass costs",
    points=1,
    cases=lambda rng: calls(
        "multiplications",
        *((int(rng.integers(2, 9)), [int(s) for s in rng.integers(3, 30, size=k)]) for k in (2, 3, 4)),
    ),
    reference=multiplications,
    misconceptions=(
        Misconception(
            "one sample",
            "You counted for a single sample. Every sample costs as much again.",
            lambda samples, sizes: multiplications(1, sizes),
        ),
        Misconception(
            "biases multiplied",
            "A bias is added, not multiplied.",
            lambda samples, sizes: samples * sum((a + 1) * b for a, b in pairwise(sizes)),
        ),
        Misconception(
            "all layers multiplied together",
            "The layers work one after the other: their costs add up.",
            lambda samples, sizes: samples * int(np.prod(sizes)) if len(sizes) > 2 else multiplications(samples, sizes),
        ),
    ),
)

EXERCISES = [FORWARD, COST, REORDER, BACKWARD, LAYER]
