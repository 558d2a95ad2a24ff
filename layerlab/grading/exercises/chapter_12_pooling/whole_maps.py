"""The mean and the largest of a whole map, and where their gradients go.

The references are layerlab's layers and their gradients by the tape.
"""

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.exercises.chapter_12_pooling.maxima import is_largest, shared_by
from layerlab.grading.exercises.chapter_12_pooling.reference import pooled_gradient
from layerlab.layers import GlobalAveragePooling2D, GlobalMaxPooling2D

__all__ = ["GLOBAL", "GLOBAL_BACKWARD"]


def global_pooling(x):
    return np.asarray(GlobalAveragePooling2D(dtype="float64")(x)), np.asarray(GlobalMaxPooling2D(dtype="float64")(x))


def over(*axes, keepdims=False):
    """The mean and the maximum over these axes."""
    return lambda x: (x.mean(axis=axes, keepdims=keepdims), x.max(axis=axes, keepdims=keepdims))


GLOBAL = Exercise(
    id="global-pooling",
    name="global_pooling",
    title="One number for each map",
    points=1,
    cases=lambda rng: calls(
        "global_pooling", *((rng.normal(size=shape),) for shape in [(3, 3, 3, 3), (2, 4, 5, 3), (1, 6, 1, 4)])
    ),
    reference=global_pooling,
    misconceptions=(
        Misconception(
            "over the channels",
            "You took the mean and the maximum over the channels. The channels stay, the rows and columns go.",
            over(3),
        ),
        Misconception(
            "over everything but the samples",
            "You have one number for each sample. There is one for each channel of each sample.",
            over(1, 2, 3),
        ),
        Misconception(
            "over the samples as well",
            "You pooled over the samples, too. Samples never meet in a layer like this.",
            over(0, 1, 2),
        ),
        Misconception(
            "rows only",
            "You pooled over the rows, the columns are still there.",
            over(1),
        ),
        Misconception(
            "axes kept",
            "The numbers are right, but axes of size 1 are left of the rows and columns.",
            over(1, 2, keepdims=True),
        ),
        Misconception(
            "sum instead of mean",
            "You add up each map. Then larger pictures would give larger numbers.",
            lambda x: (x.sum(axis=(1, 2)), x.max(axis=(1, 2))),
        ),
        Misconception(
            "maximum and mean exchanged",
            "The mean comes first, then the maximum.",
            lambda x: global_pooling(x)[::-1],
        ),
    ),
)


def global_backward(x, g_mean, g_max):
    return (
        pooled_gradient(GlobalAveragePooling2D(dtype="float64"), x, g_mean),
        pooled_gradient(GlobalMaxPooling2D(dtype="float64"), x, g_max),
    )


def through_mean(divisor):
    """The right gradients, but that through the mean with another divisor, a function of x."""

    def wrong(x, g_mean, g_max):
        return np.zeros(x.shape) + g_mean[:, None, None] / divisor(x), global_backward(x, g_mean, g_max)[1]

    return wrong


def through_max(weights):
    """The right gradients, but that through the maximum with other shares, a function of the maps as windows."""

    def wrong(x, g_mean, g_max):
        shared = shared_by(weights)(x, g_max[:, None, None], x.shape[1:3])
        return global_backward(x, g_mean, g_max)[0], shared

    return wrong


def first_alone(windows):
    return np.arange(windows.shape[-1]) == windows.argmax(axis=-1)[..., None]


def global_backward_cases(rng):
    found = []
    for shape in [(2, 3, 3, 2), (3, 2, 4, 2)]:
        x = rng.integers(0, 4, size=shape).astype(float)
        x[0, 0, 0, 0] = x[0, 1, 1, 0] = 7.0
        found.append((x, rng.normal(size=(shape[0], shape[3])), rng.normal(size=(shape[0], shape[3]))))
    return calls("global_backward", *found)


GLOBAL_BACKWARD = Exercise(
    id="global-pooling-backward",
    name="global_backward",
    title="The whole map and its gradient",
    points=1,
    cases=global_backward_cases,
    reference=global_backward,
    misconceptions=(
        Misconception(
            "mean not divided",
            "In a mean over a map, each number counts only a little. Yours get the whole gradient.",
            through_mean(lambda x: 1),
        ),
        Misconception(
            "divided by the rows",
            "You divide by the number of rows. How many numbers has a map?",
            through_mean(lambda x: x.shape[1]),
        ),
        Misconception(
            "divided by channels as well",
            "The channels had means of their own: they do not count in the number that you divide by.",
            through_mean(lambda x: x[0].size),
        ),
        Misconception(
            "all of it to every winner",
            "Where several numbers win together, yours get the whole gradient each, more than came in.",
            through_max(is_largest),
        ),
        Misconception(
            "the first winner gets all",
            "You do as MaxPooling does. Global max pooling shares the gradient among those that win together.",
            through_max(first_alone),
        ),
    ),
)
