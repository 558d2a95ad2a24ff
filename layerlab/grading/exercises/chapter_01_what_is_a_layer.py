"""Exercises of chapter 1: a neuron, a layer of them, counting, two layers in one, and a step downhill.

The references are layerlab's own Dense layer, activations and optimizer.
"""

from itertools import pairwise

import numpy as np

from layerlab import activations
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.layers import Dense, Input
from layerlab.models import Sequential
from layerlab.optimizers import SGD

__all__ = ["EXERCISES"]


def neuron(inputs, weights, bias):
    return float(activations.relu(np.dot(inputs, weights) + bias))


# a bias that decides on which side of zero the sum falls, both ways
NEURON_SIZES = [(3, 2.5), (3, -2.5), (5, 1.5), (5, -1.5), (8, 4.0), (2, 0.5)]


def neuron_cases(rng):
    return calls("neuron", *((rng.normal(size=n), rng.normal(size=n) + 0.2, b) for n, b in NEURON_SIZES))


NEURON = Exercise(
    id="neuron",
    name="neuron",
    title="One neuron",
    points=1,
    cases=neuron_cases,
    reference=neuron,
    misconceptions=(
        Misconception(
            "no activation",
            "Without the bend, the neuron gives its negative sums away too. What does relu do with them?",
            lambda inputs, weights, bias: np.dot(inputs, weights) + bias,
        ),
        Misconception(
            "bias added after the activation",
            "The bias belongs to the sum: it decides where the bend is. Add it before relu is applied.",
            lambda inputs, weights, bias: max(np.dot(inputs, weights), 0.0) + bias,
        ),
        Misconception(
            "bias left out",
            "Your sum has one term per input, and one is missing: the term that does not depend on the inputs.",
            lambda inputs, weights, bias: max(np.dot(inputs, weights), 0.0),
        ),
        Misconception(
            "relu on each product",
            "Your relu is applied to each product before they are added. The neuron bends once, after the sum.",
            lambda inputs, weights, bias: np.maximum(inputs * weights, 0).sum() + bias,
        ),
    ),
)


def dense(x, kernel, bias):
    layer = Dense(kernel.shape[1], activation="relu")
    layer.build(x.shape)
    layer.set_weights([kernel, bias])
    return np.asarray(layer(x))


def dense_cases(rng):
    shapes = [(4, 4, 4), (2, 3, 5), (1, 6, 2)]  # square first: a slip in the axes gives numbers, not an error
    return calls(
        "dense", *((rng.normal(size=(n, i)), rng.normal(size=(i, u)), rng.normal(size=u)) for n, i, u in shapes)
    )


DENSE = Exercise(
    id="dense-batch",
    name="dense",
    title="A layer of neurons, for a batch",
    points=2,
    cases=dense_cases,
    reference=dense,
    misconceptions=(
        Misconception(
            "no activation",
            "Your numbers are right up to the sum. The layer still has to bend them.",
            lambda x, kernel, bias: x @ kernel + bias,
        ),
        Misconception(
            "bias added after the activation",
            "The bias belongs to the sum, before relu: outputs of a relu layer are never negative, some of yours are.",
            lambda x, kernel, bias: np.maximum(x @ kernel, 0) + bias,
        ),
        Misconception(
            "kernel transposed",
            "The kernel has a row per input and a column per unit, so the product needs no transposing.",
            lambda x, kernel, bias: np.maximum(x @ kernel.T + bias, 0),
        ),
        Misconception(
            "elementwise product",
            "`*` multiplies entry by entry. Each unit needs the sum over all inputs: a matrix product.",
            lambda x, kernel, bias: np.maximum(x * kernel + bias, 0),
        ),
        Misconception(
            "one bias per sample",
            "Your bias goes down the rows, one number per sample. There is one number per unit, for all samples.",
            lambda x, kernel, bias: np.maximum(x @ kernel + bias[:, None], 0),
        ),
    ),
)


def count_parameters(sizes):
    first, *units = sizes
    return Sequential([Input((first,)), *map(Dense, units)]).count_params()


COUNT = Exercise(
    id="count-parameters",
    name="count_parameters",
    title="Count the parameters",
    points=1,
    cases=lambda rng: calls(
        "count_parameters", *(([int(n) for n in rng.integers(2, 40, size=k)],) for k in (2, 3, 4, 5))
    ),
    reference=count_parameters,
    misconceptions=(
        Misconception(
            "biases left out",
            "You counted the kernels. Each unit has one number more.",
            lambda sizes: sum(a * b for a, b in pairwise(sizes)),
        ),
        Misconception(
            "a bias per input",
            "A bias belongs to a unit, not to an input: count one for each number that comes out of the layer.",
            lambda sizes: sum(a * (b + 1) for a, b in pairwise(sizes)),
        ),
        Misconception(
            "inputs counted as a layer",
            "The inputs are given, they have no biases of their own. Only what comes after them is learned.",
            lambda sizes: sum((a + 1) * b for a, b in pairwise(sizes)) + sizes[0],
        ),
        Misconception(
            "neurons instead of parameters",
            "You counted the neurons. A parameter is a number that learning changes: weights and biases.",
            lambda sizes: sum(sizes[1:]),
        ),
    ),
)


def collapse(w1, b1, w2, b2):
    first, second = Dense(w1.shape[1]), Dense(w2.shape[1])
    two = Sequential([Input((w1.shape[0],)), first, second])
    two.set_weights([w1, b1, w2, b2])
    vector = np.asarray(two(np.zeros((1, len(w1)), "float32")))[0]
    return np.asarray(two(np.eye(len(w1), dtype="float32"))) - vector, vector


def collapse_cases(rng):
    shapes = [(4, 4, 4), (5, 3, 2), (2, 6, 3)]
    sizes = [((i, h), h, (h, o), o) for i, h, o in shapes]
    return calls("collapse", *(tuple(rng.normal(size=size) for size in four) for four in sizes))


COLLAPSE = Exercise(
    id="collapse",
    name="collapse",
    title="Two layers that are one",
    points=2,
    cases=collapse_cases,
    reference=collapse,
    atol=1e-4,
    misconceptions=(
        Misconception(
            "biases only added",
            "The first bias passes through the second layer as well: what does the second kernel do to it?",
            lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
        ),
        Misconception(
            "second bias forgotten",
            "Feed zeros into both layers and follow them: the second layer adds something at the very end.",
            lambda w1, b1, w2, b2: (w1 @ w2, b1 @ w2),
        ),
        Misconception(
            "first bias forgotten",
            "Feed zeros into both layers and follow them: the first layer does not pass on zeros.",
            lambda w1, b1, w2, b2: (w1 @ w2, b2),
        ),
        Misconception(
            "product in the wrong order",
            "Samples are rows and stand on the left, so the kernel that is met first is the left factor.",
            lambda w1, b1, w2, b2: (w2 @ w1, b1 @ w2 + b2),
        ),
    ),
)


def sgd_step(weights, gradient, learning_rate):
    layer = Dense(1, use_bias=False)
    layer.build((None, len(weights)))
    layer.set_weights([weights[:, None]])
    SGD(learning_rate).apply([gradient[:, None]], layer.trainable_variables)
    return layer.get_weights()[0][:, 0]


def sgd_change_in_place(weights, gradient, learning_rate):
    weights -= learning_rate * gradient
    return weights


SGD_STEP = Exercise(
    id="sgd-step",
    name="sgd_step",
    title="One step downhill",
    points=1,
    cases=lambda rng: calls(
        "sgd_step", *((rng.normal(size=n), rng.normal(size=n), lr) for n, lr in [(4, 0.1), (7, 0.5)])
    ),
    reference=sgd_step,
    misconceptions=(
        Misconception(
            "uphill",
            "The gradient points to where the loss grows. You want it to shrink.",
            lambda weights, gradient, learning_rate: weights + learning_rate * gradient,
        ),
        Misconception(
            "learning rate left out",
            "Your step is the whole gradient. How long it is to be is the learning rate's business.",
            lambda weights, gradient, learning_rate: weights - gradient,
        ),
        Misconception(
            "only the change",
            "You return the change. The function is to return the weights after it.",
            lambda weights, gradient, learning_rate: -learning_rate * gradient,
        ),
        Misconception(
            "changed in place",
            "`-=` on an array writes into the caller's array. Make a new one: `weights - ...`.",
            sgd_change_in_place,
        ),
    ),
)

EXERCISES = [NEURON, DENSE, COUNT, COLLAPSE, SGD_STEP]
