"""Exercises of chapter 8: inverted dropout and its relatives, with the random numbers given, so that all is exact.

The references are the formulas of layerlab's Dropout, SpatialDropout1D and GaussianDropout.
"""

import numpy as np

from layerlab.grading.exercise import Exercise, Measure, Misconception, calls
from layerlab.grading.plan import Rng
from layerlab.layers import Dropout

__all__ = ["EXERCISES"]


def dropout(x, u, rate):
    return np.where(u >= rate, x / (1 - rate), 0.0)


def given_numbers(rng, shape, rate):
    """Numbers from 0 to 1 of which some are surely dropped and some surely kept, whatever the seed."""
    u = rng.random(shape)
    u.flat[:4] = [0.02, 0.97, 0.55, 0.41]
    return rng.normal(size=shape) + 3, u, rate


DROPOUT = Exercise(
    id="inverted-dropout",
    name="dropout",
    title="Drop, and make up for it",
    points=2,
    cases=lambda rng: calls("dropout", *(given_numbers(rng, (4, 5), rate) for rate in (0.2, 0.45, 0.7))),
    reference=dropout,
    misconceptions=(
        Misconception(
            "no scale",
            "On average your outputs are smaller than the inputs. What is kept has to make up for what is dropped.",
            lambda x, u, rate: np.where(u >= rate, x, 0.0),
        ),
        Misconception(
            "rate is what is kept",
            "You keep a share of `rate`. In Keras, `rate` is the share that is dropped.",
            lambda x, u, rate: np.where(u < rate, x / rate, 0.0),
        ),
        Misconception(
            "divided by the rate",
            "With a small rate hardly anything is missing, but you blow the rest up. Divide by the share that is kept.",
            lambda x, u, rate: np.where(u >= rate, x / rate, 0.0),
        ),
        Misconception(
            "scaled down",
            "You multiply by the share that is kept: outputs become smaller still. It is the other way round.",
            lambda x, u, rate: np.where(u >= rate, x * (1 - rate), 0.0),
        ),
        Misconception(
            "the wrong numbers dropped",
            "You drop where `u` is large, a share of 1 - rate. Drop where it is below the rate.",
            lambda x, u, rate: np.where(u < rate, x / (1 - rate), 0.0),
        ),
    ),
)


def dropout_layer(x, rate, training, rng):
    return np.asarray(Dropout(rate, seed=int(rng.integers(2**31)))(x, training=training))


def layer_cases(rng):
    ones = np.ones((100, 100))
    return calls(
        "dropout_layer", *((ones, 0.25, training, Rng(int(rng.integers(2**31)))) for training in (True, False, True))
    )


def share_of_zeros(call):
    return lambda values: np.mean(np.asarray(values[call]) == 0)


def largest(call):
    return lambda values: np.max(values[call])


def mean(call):
    return lambda values: np.mean(values[call])


def correlation_of_rows(values):
    """Whether all samples lose the same units: the share of zeros in a column would be 0 or 1."""
    return np.std(np.mean(np.asarray(values[0]) == 0, axis=0))


def share_that_differs(values):
    """A mask that somebody drew once and wrote down is the same each time."""
    return np.mean(np.asarray(values[0]) != np.asarray(values[2]))


LAYER = Exercise(
    id="dropout-layer",
    name="dropout_layer",
    title="Only while training",
    points=2,
    cases=layer_cases,
    reference=dropout_layer,
    measures=(
        Measure("in training, the share of zeros", share_of_zeros(0), 0.035),
        Measure("in training, the largest output for inputs of 1", largest(0), 1e-4),
        Measure("in training, the spread of that share over the units", correlation_of_rows, 0.025),
        Measure("in training, the mean output for inputs of 1", mean(0), 0.045),
        Measure("outside of training, the share of zeros", share_of_zeros(1), 1e-9),
        Measure("outside of training, the mean output for inputs of 1", mean(1), 1e-6),
        Measure("the share of outputs that change with the generator", share_that_differs, 0.06),
    ),
    misconceptions=(
        Misconception(
            "scaled at inference",
            "You keep the outputs in training as they are and shrink them afterwards: the old form of dropout. Here "
            "the scale belongs to training, so that nothing needs to be done later.",
            lambda x, rate, training, rng: x * (rng.random(x.shape) >= rate) if training else x * (1 - rate),
        ),
        Misconception(
            "dropped at inference too",
            "You drop whether the layer trains or not. Predictions should use all units.",
            lambda x, rate, training, rng: dropout(x, rng.random(x.shape), rate),
        ),
        Misconception(
            "training the wrong way round",
            "You drop when the layer is not training, and leave everything in when it is.",
            lambda x, rate, training, rng: x.copy() if training else dropout(x, rng.random(x.shape), rate),
        ),
        Misconception(
            "one mask for all samples",
            "All your samples lose the same units. Each draws for itself.",
            lambda x, rate, training, rng: dropout(x, rng.random(x.shape[1:]), rate) if training else x.copy(),
        ),
        Misconception(
            "no scale",
            "What is kept has to make up for what is dropped; your outputs of 1 stay 1.",
            lambda x, rate, training, rng: x * (rng.random(x.shape) >= rate) if training else x.copy(),
        ),
    ),
)


def dropout_gradient(g, u, rate):
    return dropout(g, u, rate)


GRADIENT = Exercise(
    id="dropout-gradient",
    name="dropout_gradient",
    title="Dropout backward",
    points=1,
    cases=lambda rng: calls("dropout_gradient", *(given_numbers(rng, (4, 5), rate) for rate in (0.3, 0.6))),
    reference=dropout_gradient,
    misconceptions=(
        Misconception(
            "gradient through dropped units",
            "A dropped output is 0 whatever its input was: nothing flows back there.",
            lambda g, u, rate: g / (1 - rate),
        ),
        Misconception(
            "scale forgotten on the way back",
            "Forward, what was kept was multiplied by a factor. So is its gradient.",
            lambda g, u, rate: np.where(u >= rate, g, 0.0),
        ),
        Misconception(
            "the dropped units only",
            "Your gradient flows through the units that were dropped, and not through the others.",
            lambda g, u, rate: np.where(u < rate, g / (1 - rate), 0.0),
        ),
    ),
)


def moments(x, rate):
    return x, np.square(x) * rate / (1 - rate)


MOMENTS = Exercise(
    id="dropout-moments",
    name="dropout_moments",
    title="What dropout does on average",
    points=2,
    cases=lambda rng: calls("dropout_moments", *((rng.normal(size=4) + 2, rate) for rate in (0.2, 0.7))),
    reference=moments,
    misconceptions=(
        Misconception(
            "mean without the scale",
            "Without the scale the mean would shrink. That is what the scale is for.",
            lambda x, rate: (x * (1 - rate), np.square(x) * rate / (1 - rate)),
        ),
        Misconception(
            "variance of the mask alone",
            "You took the variance of the mask. It is multiplied by something squared: the input over the share kept.",
            lambda x, rate: (x, np.square(x) * rate * (1 - rate)),
        ),
        Misconception(
            "standard deviation",
            "That is the standard deviation. The task asks for its square.",
            lambda x, rate: (x, np.abs(x) * np.sqrt(rate / (1 - rate))),
        ),
        Misconception(
            "input not squared",
            "Twice the input, four times the variance.",
            lambda x, rate: (x, np.abs(x) * rate / (1 - rate)),
        ),
    ),
)


def spatial_dropout(x, u, rate):
    return np.where(u[:, None, :] >= rate, x / (1 - rate), 0.0)


def spatial_cases(rng):
    found = []
    for shape, rate in [((3, 3, 3), 0.4), ((2, 5, 4), 0.5)]:
        u = rng.random((shape[0], shape[2]))
        u[0, :2], u[1, :2] = [0.1, 0.9], [0.95, 0.05]
        found.append((rng.normal(size=shape) + 3, u, rate))
    return calls("spatial_dropout", *found)


SPATIAL = Exercise(
    id="spatial-dropout",
    name="spatial_dropout",
    title="Whole channels at once",
    points=2,
    cases=spatial_cases,
    reference=spatial_dropout,
    misconceptions=(
        Misconception(
            "whole steps",
            "Your zeros fill a step. What is dropped is a channel, over all steps of the sample.",
            lambda x, u, rate: np.where(u[:, :, None] >= rate, x / (1 - rate), 0.0),
        ),
        Misconception(
            "the first sample's draw for all",
            "Each sample drops channels of its own.",
            lambda x, u, rate: np.where(u[0][None, None, :] >= rate, x / (1 - rate), 0.0),
        ),
        Misconception(
            "no scale",
            "The channels that are kept make up for those that are dropped, as in plain dropout.",
            lambda x, u, rate: np.where(u[:, None, :] >= rate, x, 0.0),
        ),
    ),
)


def gaussian_dropout(x, z, rate):
    return x * (1 + np.sqrt(rate / (1 - rate)) * z)


GAUSSIAN = Exercise(
    id="gaussian-dropout",
    name="gaussian_dropout",
    title="Noise in place of holes",
    points=1,
    cases=lambda rng: calls(
        "gaussian_dropout", *((rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rate) for rate in (0.2, 0.6))
    ),
    reference=gaussian_dropout,
    misconceptions=(
        Misconception(
            "noise added",
            "Your noise is as large for a small input as for a large one. It is to be a factor.",
            lambda x, z, rate: x + np.sqrt(rate / (1 - rate)) * z,
        ),
        Misconception(
            "rate taken for the standard deviation",
            "The spread is chosen so that the variance is that of dropout: it is not the rate itself.",
            lambda x, z, rate: x * (1 + rate * z),
        ),
        Misconception(
            "variance taken for the standard deviation",
            "You multiplied by the variance. Take its root.",
            lambda x, z, rate: x * (1 + rate / (1 - rate) * z),
        ),
        Misconception(
            "mean of zero",
            "Your factor is 0 on average. It should be 1.",
            lambda x, z, rate: x * np.sqrt(rate / (1 - rate)) * z,
        ),
    ),
)

EXERCISES = [DROPOUT, LAYER, GRADIENT, MOMENTS, SPATIAL, GAUSSIAN]
