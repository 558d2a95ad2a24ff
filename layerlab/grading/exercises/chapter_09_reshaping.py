"""Exercises of chapter 9: Flatten, Reshape, Permute and RepeatVector, their ways back, and patches of a picture.

The references are layerlab's layers, the tape for the ways back, and NumPy.
"""

import math

import numpy as np

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.layers import Flatten, Permute, RepeatVector, Reshape

__all__ = ["EXERCISES"]


def numbered(rng, *shape):
    """An array in which no number comes twice."""
    return rng.permutation(math.prod(shape)).reshape(shape) + 1.0


def flatten(x):
    return np.asarray(Flatten()(x))


FLATTEN = Exercise(
    id="flatten",
    name="flatten",
    title="One row per sample",
    points=1,
    cases=lambda rng: calls("flatten", *((numbered(rng, *shape),) for shape in [(3, 3, 3), (2, 4, 3), (4, 2, 3, 2)])),
    reference=flatten,
    misconceptions=(
        Misconception(
            "the batch flattened too",
            "You made one row of everything. The samples stay apart: the first axis is kept.",
            lambda x: x.reshape(-1),
        ),
        Misconception(
            "columns first",
            "You walk down the columns. NumPy and Keras lay out the last axis first.",
            lambda x: x.reshape(len(x), -1, order="F"),
        ),
        Misconception(
            "only the last two axes",
            "You joined the last two axes. A picture with channels has one axis more.",
            lambda x: x.reshape(*x.shape[:-2], -1),
        ),
    ),
)


def unflatten(rows, shape):
    return np.asarray(Reshape(shape)(rows))


UNFLATTEN = Exercise(
    id="unflatten",
    name="unflatten",
    title="Back from the row",
    points=1,
    cases=lambda rng: calls(
        "unflatten",
        *((numbered(rng, n, math.prod(shape)), shape) for n, shape in [(3, (3, 3)), (2, (2, 3)), (4, (2, 3, 2))]),
    ),
    reference=unflatten,
    misconceptions=(
        Misconception(
            "the batch left out",
            "`shape` is that of one sample. The samples keep their axis in front of it.",
            lambda rows, shape: rows.reshape(shape) if rows.size == math.prod(shape) else rows.reshape(*shape, -1),
        ),
        Misconception(
            "columns first",
            "You fill the columns first. Fill the last axis first, as it was laid out.",
            lambda rows, shape: rows.reshape(len(rows), *shape, order="F"),
        ),
        Misconception(
            "shape turned around",
            "Your axes come in the opposite order.",
            lambda rows, shape: rows.reshape(len(rows), *shape[::-1]) + 0.0,
        ),
    ),
)


def permute(x, dims):
    return np.asarray(Permute(dims)(x))


PERMUTATIONS = [((3, 3, 3, 3), (3, 1, 2)), ((2, 4, 3), (2, 1)), ((2, 3, 4, 5), (2, 3, 1))]

PERMUTE = Exercise(
    id="permute",
    name="permute",
    title="Another order of the axes",
    points=2,
    cases=lambda rng: calls("permute", *((numbered(rng, *shape), dims) for shape, dims in PERMUTATIONS)),
    reference=permute,
    misconceptions=(
        Misconception(
            "reshape used where permute is meant",
            "The shape is right, the numbers are in the wrong places: reshape only cuts the same row of numbers anew.",
            lambda x, dims: x.reshape(permute(x, dims).shape),
        ),
        Misconception(
            "counted from zero",
            "`dims` counts the axes from 1, and leaves the batch out.",
            lambda x, dims: x.transpose(*(d - 1 for d in dims), x.ndim - 1),
        ),
        Misconception(
            "the way back",
            "You went the opposite way. Axis k of the result is axis dims[k] of the input.",
            lambda x, dims: x.transpose(0, *(int(i) + 1 for i in np.argsort(dims))),
        ),
        Misconception(
            "all axes turned around",
            "`.T` turns around all axes, the batch included.",
            lambda x, dims: x.T.copy(),
        ),
    ),
)


def inverse(dims):
    return tuple(int(i) + 1 for i in np.argsort(dims))


def turned(rng, count):
    """A permutation that is not its own inverse, nor that of its reverse."""
    while True:
        dims = tuple(int(i) + 1 for i in rng.permutation(count))
        if inverse(dims) not in (dims, dims[::-1]):
            return dims


INVERSE = Exercise(
    id="inverse-permutation",
    name="inverse",
    title="The permutation that undoes it",
    points=1,
    cases=lambda rng: calls("inverse", ((3, 1, 2),), ((2, 3, 1),), (turned(rng, 4),), (turned(rng, 6),)),
    reference=inverse,
    misconceptions=(
        Misconception(
            "read backward",
            "Reading the tuple from the end is something else. Where did axis 1 go? That is where it has to come from.",
            lambda dims: tuple(dims[::-1]),
        ),
        Misconception(
            "the same again",
            "Doing it twice undoes only an exchange of two axes.",
            lambda dims: tuple(dims),
        ),
        Misconception(
            "counted from zero",
            "The axes are counted from 1.",
            lambda dims: tuple(int(i) for i in np.argsort(dims)),
        ),
        Misconception(
            "sorted",
            "Sorted, it is the permutation that does nothing.",
            lambda dims: tuple(sorted(dims)),
        ),
    ),
)


def permute_backward(g, dims):
    back = inverse(dims)
    with Tape() as tape:
        x = tape.watch(np.zeros(permute(g, back).shape))
        total = np.sum(np.transpose(x, (0, *dims)) * g)
    return tape.gradient(total, x)


PERMUTE_BACK = Exercise(
    id="permute-backward",
    name="permute_backward",
    title="Permute backward",
    points=1,
    cases=lambda rng: calls("permute_backward", *((numbered(rng, *shape), dims) for shape, dims in PERMUTATIONS[::2])),
    reference=permute_backward,
    misconceptions=(
        Misconception(
            "forward once more",
            "You permuted once more. Backward, every number goes home to where it came from.",
            lambda g, dims: g.transpose(0, *dims),
        ),
        Misconception(
            "reshape used where permute is meant",
            "The shape is right, but the gradients have come to the wrong numbers.",
            lambda g, dims: g.reshape(permute_backward(g, dims).shape),
        ),
        Misconception(
            "left as it is",
            "The gradient of the input has the input's shape, axis by axis.",
            lambda g, dims: g.copy(),
        ),
    ),
)


def repeat_vector(x, n):
    return np.asarray(RepeatVector(n)(x))


REPEAT = Exercise(
    id="repeat-vector",
    name="repeat_vector",
    title="The same at every step",
    points=1,
    cases=lambda rng: calls("repeat_vector", *((numbered(rng, *shape), n) for shape, n in [((3, 3), 3), ((2, 4), 5)])),
    reference=repeat_vector,
    misconceptions=(
        Misconception(
            "each number repeated",
            "You repeated every number by itself. The whole vector comes again at every step.",
            lambda x, n: np.repeat(x, n, axis=1).reshape(len(x), n, -1),
        ),
        Misconception(
            "laid end to end",
            "You laid the copies end to end. They get an axis of their own: the steps.",
            lambda x, n: np.tile(x, n),
        ),
        Misconception(
            "samples repeated",
            "You repeated the samples. The number of samples stays.",
            lambda x, n: np.repeat(x, n, axis=0),
        ),
        Misconception(
            "steps last",
            "The steps come before the features: (samples, steps, features).",
            lambda x, n: np.repeat(x[:, :, None], n, axis=2),
        ),
    ),
)


def repeat_backward(g):
    with Tape() as tape:
        x = tape.watch(np.zeros((g.shape[0], g.shape[2])))
        total = np.sum(np.repeat(np.expand_dims(x, 1), g.shape[1], axis=1) * g)
    return tape.gradient(total, x)


REPEAT_BACK = Exercise(
    id="repeat-backward",
    name="repeat_backward",
    title="RepeatVector backward",
    points=1,
    cases=lambda rng: calls("repeat_backward", *((rng.normal(size=shape),) for shape in [(3, 3, 3), (2, 5, 4)])),
    reference=repeat_backward,
    misconceptions=(
        Misconception(
            "averaged",
            "You average over the steps. A number used five times has five ways to change the loss: they add up.",
            lambda g: g.mean(axis=1),
        ),
        Misconception(
            "the first step only",
            "You listen to the first step. Every copy has its say.",
            lambda g: g[:, 0].copy(),
        ),
        Misconception(
            "summed over the features",
            "You added up the features. The copies lie along the steps.",
            lambda g: g.sum(axis=2),
        ),
    ),
)


def patches(picture, size):
    rows, columns = picture.shape
    cut = picture.reshape(rows // size, size, columns // size, size)
    return cut.transpose(0, 2, 1, 3).reshape(-1, size * size)


PATCHES = Exercise(
    id="patches",
    name="patches",
    title="Cut a picture into patches",
    points=2,
    cases=lambda rng: calls("patches", (numbered(rng, 4, 4), 2), (numbered(rng, 6, 9), 3), (numbered(rng, 8, 4), 2)),
    reference=patches,
    misconceptions=(
        Misconception(
            "reshape alone",
            "Your rows hold pieces of picture rows, not squares. A square takes something from several rows.",
            lambda picture, size: picture.reshape(-1, size * size),
        ),
        Misconception(
            "patches column by column",
            "Right patches; they are to be read like a text, line by line.",
            lambda picture, size: (
                picture.reshape(picture.shape[0] // size, size, picture.shape[1] // size, size)
                .transpose(2, 0, 1, 3)
                .reshape(-1, size * size)
            ),
        ),
        Misconception(
            "patches transposed",
            "Each patch is right, but lies on its side.",
            lambda picture, size: (
                picture.reshape(picture.shape[0] // size, size, picture.shape[1] // size, size)
                .transpose(0, 2, 3, 1)
                .reshape(-1, size * size)
            ),
        ),
        Misconception(
            "patches left square",
            "One row per patch: its numbers end to end.",
            lambda picture, size: patches(picture, size).reshape(-1, size, size),
        ),
    ),
)

EXERCISES = [FLATTEN, UNFLATTEN, PERMUTE, INVERSE, PERMUTE_BACK, REPEAT, REPEAT_BACK, PATCHES]
