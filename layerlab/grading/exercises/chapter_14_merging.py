"""Exercises of chapter 14: merging arrays, the shapes that fit, and how gradients find their way back.

The references are layerlab's merge layers, its tape, and NumPy's rules of broadcasting.
"""

import numpy as np

from layerlab import layers
from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls

__all__ = ["EXERCISES"]

MERGE_LAYERS = {
    "add": layers.Add,
    "subtract": layers.Subtract,
    "multiply": layers.Multiply,
    "average": layers.Average,
    "maximum": layers.Maximum,
    "minimum": layers.Minimum,
    "concatenate": layers.Concatenate,
}
KINDS = list(MERGE_LAYERS)


def merge(kind, inputs):
    return np.asarray(MERGE_LAYERS[kind]()(inputs))


def merge_cases(rng):
    found = []
    for kind in KINDS:
        count = 2 if kind == "subtract" else 3
        inputs = [rng.normal(size=(3, 3)) for _ in range(count)]
        inputs[-1][0, :2] = [4.0, -4.0]  # the last one has a largest and a smallest, so it cannot be left out unseen
        found.append((kind, inputs))
    found.append(("concatenate", [rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3, 4))]))
    return calls("merge", *found)


def with_other(kind, function):
    """The right merge, with one kind exchanged for a wrong one."""
    return lambda asked, inputs: function(inputs) if asked == kind else merge(asked, inputs)


MERGE = Exercise(
    id="merge",
    name="merge",
    title="Seven ways to merge",
    points=2,
    cases=merge_cases,
    reference=merge,
    misconceptions=(
        Misconception(
            "average of the first two",
            "You divide by 2. An average of three inputs divides by 3.",
            with_other("average", lambda inputs: sum(inputs) / 2),
        ),
        Misconception(
            "concatenated along the samples",
            "You appended the samples of one input to those of the other. They are the same samples; join features.",
            with_other("concatenate", lambda inputs: np.concatenate(inputs, axis=0)),
        ),
        Misconception(
            "concatenated along axis 1",
            "Axis 1 is the last one only if there are two. Concatenate takes the last axis.",
            with_other("concatenate", lambda inputs: np.concatenate(inputs, axis=1)),
        ),
        Misconception(
            "subtracted the wrong way round",
            "The first input minus the second.",
            with_other("subtract", lambda inputs: inputs[1] - inputs[0]),
        ),
        Misconception(
            "matrix product",
            "Multiply works number by number. You took a matrix product.",
            with_other("multiply", lambda inputs: inputs[0] @ inputs[1] @ inputs[2]),
        ),
        Misconception(
            "only two inputs",
            "You used the first two inputs. There may be more.",
            with_other("maximum", lambda inputs: np.maximum(inputs[0], inputs[1])),
        ),
    ),
)


def merged_shape(a, b):
    return np.broadcast_shapes(a, b)


def stretched(a, b, refuse=True):
    """Shapes aligned at the end; refuses what does not fit unless told not to."""
    if refuse and any(m != n and 1 not in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False)):
        raise ValueError("do not fit")
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    padded = (1,) * (len(longer) - len(shorter)) + tuple(shorter)
    return tuple(max(m, n) for m, n in zip(longer, padded, strict=True))


def aligned_at_the_front(a, b):
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    padded = tuple(shorter) + (1,) * (len(longer) - len(shorter))
    return stretched(longer, padded)


def only_the_same(a, b):
    if a != b:
        raise ValueError("do not fit")
    return a


SHAPES = [
    ((2, 3), (2, 3)),
    ((4, 1), (4, 5)),
    ((2, 3, 4), (4,)),
    ((5, 1, 4), (3, 1)),
    ((2, 3), (2, 4)),
    ((3, 2), (3,)),
]

MERGED_SHAPE = Exercise(
    id="merged-shape",
    name="merged_shape",
    title="Which shapes fit",
    points=2,
    cases=lambda rng: calls("merged_shape", *SHAPES, *(((int(n), 1), (int(n), 7)) for n in rng.integers(2, 6, size=2))),
    reference=merged_shape,
    misconceptions=(
        Misconception(
            "never refuses",
            "Lengths 3 and 4 do not fit, whatever the larger is. Only a length of 1 is stretched.",
            lambda a, b: stretched(a, b, refuse=False),
        ),
        Misconception(
            "aligned at the front",
            "You compare from the first axis on. NumPy compares from the last.",
            aligned_at_the_front,
        ),
        Misconception(
            "no stretching",
            "You refuse everything that is not the same. An axis of length 1 fits any length.",
            only_the_same,
        ),
    ),
)


def unbroadcast(g, shape):
    with Tape() as tape:
        x = tape.watch(np.zeros(shape))
        total = np.sum((x + np.zeros(g.shape)) * g)
    return tape.gradient(total, x)


def summed_in_front(g, shape):
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


def averaged_back(g, shape):
    total = unbroadcast(g, shape)
    return total * (total.size / g.size)


STRETCHED = [((3, 3), (1, 3)), ((4, 3), (4, 1)), ((2, 4, 3), (3,)), ((2, 4, 3), (4, 1)), ((2, 3), (2, 3))]

UNBROADCAST = Exercise(
    id="unbroadcast",
    name="unbroadcast",
    title="Back from broadcasting",
    points=2,
    cases=lambda rng: calls(
        "unbroadcast",
        *(
            (rng.normal(size=large), small)
            for large, small in [
                ((3, 3), (1, 3)),
                ((4, 3), (4, 1)),
                ((2, 4, 3), (3,)),
                ((2, 4, 3), (4, 1)),
                ((2, 3), (2, 3)),
            ]
        ),
    ),
    reference=unbroadcast,
    misconceptions=(
        Misconception(
            "averaged",
            "You average. A number that was used many times has many ways to change the loss: they add up.",
            averaged_back,
        ),
        Misconception(
            "stretched axes left",
            "You sum over the axes that were added in front. Axes of length 1 were stretched as well.",
            summed_in_front,
        ),
        Misconception(
            "the first copy only",
            "You kept the gradient of one copy. Every copy has its say.",
            lambda g, shape: g[(0,) * (g.ndim - len(shape))][tuple(slice(n) for n in shape)].copy(),
        ),
        Misconception(
            "left as it is",
            "The gradient of an input has the shape of that input.",
            lambda g, shape: g.copy(),
        ),
    ),
)


def merge_gradients(kind, inputs, g):
    with Tape() as tape:
        watched = [tape.watch(x) for x in inputs]
        total = np.sum(MERGE_LAYERS[kind](dtype="float64")(watched) * g)
    return tape.gradient(total, watched)


GRADIENT_KINDS = ["add", "subtract", "multiply", "average", "maximum", "concatenate"]


def gradient_cases(rng):
    found = []
    for kind in GRADIENT_KINDS:
        widths = (2, 5) if kind == "concatenate" else (3, 3)
        inputs = [rng.normal(size=(4, width)) for width in widths]
        found.append((kind, inputs, rng.normal(size=(4, 7 if kind == "concatenate" else 3))))
    return calls("merge_gradients", *found)


def with_other_gradient(kind, function):
    return lambda asked, inputs, g: function(inputs, g) if asked == kind else merge_gradients(asked, inputs, g)


GRADIENTS = Exercise(
    id="merge-gradients",
    name="merge_gradients",
    title="Merging backward",
    points=3,
    cases=gradient_cases,
    reference=merge_gradients,
    misconceptions=(
        Misconception(
            "add divides the gradient",
            "You gave each input of the sum half of the gradient. A sum passes all of it to each.",
            with_other_gradient("add", lambda inputs, g: [g / 2, g / 2]),
        ),
        Misconception(
            "subtract without the sign",
            "If the second input of a difference grows, the result shrinks.",
            with_other_gradient("subtract", lambda inputs, g: [g, g.copy()]),
        ),
        Misconception(
            "multiply by itself",
            "In a product, each factor is multiplied by the other one's slope: what stands beside it counts.",
            with_other_gradient("multiply", lambda inputs, g: [g * inputs[0], g * inputs[1]]),
        ),
        Misconception(
            "average passes all of it",
            "Each input of an average has only its share of influence.",
            with_other_gradient("average", lambda inputs, g: [g, g.copy()]),
        ),
        Misconception(
            "maximum rewards the loser",
            "Your gradient reaches the smaller of the two as well. Moving it a little changes nothing.",
            with_other_gradient("maximum", lambda inputs, g: [g, g.copy()]),
        ),
        Misconception(
            "concatenate cut in the wrong place",
            "You cut after as many columns as the second input has. Each gets back its own columns, in order.",
            with_other_gradient("concatenate", lambda inputs, g: [g[:, 5:], g[:, :5]]),
        ),
    ),
)


def cosine(a, b):
    return np.asarray(layers.Dot(axes=1, normalize=True)([a, b]))


def unit(a):
    return a / np.linalg.norm(a, axis=1, keepdims=True)


COSINE = Exercise(
    id="cosine",
    name="cosine",
    title="How alike are two vectors",
    points=2,
    cases=lambda rng: calls(
        "cosine", *((rng.normal(size=(n, d)), rng.normal(size=(n, d))) for n, d in [(3, 3), (2, 5)])
    ),
    reference=cosine,
    rtol=1e-3,
    misconceptions=(
        Misconception(
            "not normalized",
            "Long vectors count for more in your number. Only directions should count.",
            lambda a, b: np.sum(a * b, axis=1, keepdims=True),
        ),
        Misconception(
            "all pairs",
            "You compare every sample of one input with every sample of the other. Compare them pair by pair.",
            lambda a, b: (
                (a / np.linalg.norm(a, axis=1, keepdims=True)) @ (b / np.linalg.norm(b, axis=1, keepdims=True)).T
            ),
        ),
        Misconception(
            "axis lost",
            "Your result has the shape (samples,). Keras keeps an axis of length 1: (samples, 1).",
            lambda a, b: cosine(a, b)[:, 0],
        ),
        Misconception(
            "squared lengths",
            "You divide by the squares of the lengths.",
            lambda a, b: (
                np.sum(a * b, axis=1, keepdims=True)
                / (np.sum(a * a, axis=1, keepdims=True) * np.sum(b * b, axis=1, keepdims=True))
            ),
        ),
        Misconception(
            "one length for all samples",
            "You divide by the length of the whole batch. Each vector has its own.",
            lambda a, b: np.sum(a * b, axis=1, keepdims=True) / (np.linalg.norm(a) * np.linalg.norm(b)),
        ),
    ),
)


def residual_backward(x, kernel, g):
    with Tape() as tape:
        watched = tape.watch(x)
        total = np.sum((watched + np.maximum(watched @ kernel, 0)) * g)
    return tape.gradient(total, watched)


RESIDUAL = Exercise(
    id="residual-backward",
    name="residual_backward",
    title="The road beside the layer",
    points=2,
    cases=lambda rng: calls(
        "residual_backward",
        *((rng.normal(size=(n, d)), rng.normal(size=(d, d)), rng.normal(size=(n, d))) for n, d in [(4, 4), (3, 5)]),
    ),
    reference=residual_backward,
    misconceptions=(
        Misconception(
            "the road forgotten",
            "That is the gradient through the layer. There is a second way, on which nothing happens to it.",
            lambda x, kernel, g: (g * (x @ kernel > 0)) @ kernel.T,
        ),
        Misconception(
            "relu on the road too",
            "You stop the gradient of the road where relu was off. The road does not pass through relu.",
            lambda x, kernel, g: g * (x @ kernel > 0) + (g * (x @ kernel > 0)) @ kernel.T,
        ),
        Misconception(
            "relu not on the way back",
            "Where relu gave 0, nothing passes through the layer.",
            lambda x, kernel, g: g + g @ kernel.T,
        ),
        Misconception(
            "multiplied",
            "You multiplied the two gradients. Where ways join, they are added.",
            lambda x, kernel, g: g * ((g * (x @ kernel > 0)) @ kernel.T),
        ),
    ),
)

EXERCISES = [MERGE, MERGED_SHAPE, COSINE, GRADIENTS, UNBROADCAST, RESIDUAL]
