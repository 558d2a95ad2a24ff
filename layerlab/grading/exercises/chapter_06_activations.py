"""Exercises of chapter 6: the activations in a form that does not overflow, their slopes, softmax, and dead units.

The references are layerlab's activations and their gradients by its tape.
"""

import numpy as np

from layerlab import activations
from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls

__all__ = ["EXERCISES"]


def wide(rng):
    """Numbers around zero, and some so far out that a careless exp overflows."""
    return np.concatenate([rng.normal(size=8) * 2, [-800.0, -30.0, 30.0, 800.0]])


def bends(x):
    names = ("relu", "softsign", "hard_sigmoid", "elu")
    return {name: np.asarray(getattr(activations, name)(x)) for name in names}


def with_other(**others):
    """The right bends, with one function exchanged for a wrong one."""
    return lambda x: bends(x) | {name: function(x) for name, function in others.items()}


BENDS = Exercise(
    id="bends",
    name="bends",
    title="Four bends",
    points=2,
    cases=lambda rng: calls("bends", (rng.normal(size=(4, 3)) * 3,), (wide(rng)[:9],)),
    reference=bends,
    misconceptions=(
        Misconception(
            "hard sigmoid of Keras 2",
            "Your hard sigmoid is that of Keras 2, with the slope 0.2. In Keras 3 it rises from -3 to 3.",
            with_other(hard_sigmoid=lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
        ),
        Misconception(
            "hard sigmoid not cut off",
            "Your hard sigmoid goes on below 0 and above 1. A sigmoid stays between them.",
            with_other(hard_sigmoid=lambda x: x / 6 + 0.5),
        ),
        Misconception(
            "softsign with the sign in the denominator",
            "The denominator of softsign is never smaller than 1, for negative x either.",
            with_other(softsign=lambda x: x / (1 + x)),
        ),
        Misconception(
            "elu jumps at zero",
            "Your elu jumps at 0. Both sides have to meet there.",
            with_other(elu=lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)))),
        ),
        Misconception(
            "absolute value for relu",
            "relu does not turn negative numbers around, it stops them.",
            with_other(relu=lambda x: np.abs(x)),
        ),
    ),
)


def selu(x):
    return np.asarray(activations.selu(x))


ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805

SELU = Exercise(
    id="selu",
    name="selu",
    title="The bend that normalizes itself",
    points=1,
    cases=lambda rng: calls("selu", (rng.normal(size=(3, 4)) * 2,), (wide(rng),)),
    reference=selu,
    rtol=1e-3,
    misconceptions=(
        Misconception(
            "scale on the positive side only",
            "Both halves are multiplied by the scale.",
            lambda x: np.where(x > 0, SCALE * x, ALPHA * np.expm1(np.minimum(x, 0))),
        ),
        Misconception(
            "scale left out",
            "That is elu with another alpha. What makes selu selu is the factor in front of it.",
            lambda x: np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))),
        ),
        Misconception(
            "alpha left out",
            "Your negative half ends at minus the scale. It goes lower by the factor alpha.",
            lambda x: np.where(x > 0, SCALE * x, SCALE * np.expm1(np.minimum(x, 0))),
        ),
    ),
)


def softplus(x):
    return np.asarray(activations.softplus(x))


SOFTPLUS = Exercise(
    id="softplus",
    name="softplus",
    title="A soft relu that does not overflow",
    points=1,
    cases=lambda rng: calls("softplus", (wide(rng),), (rng.normal(size=(2, 3)),)),
    reference=softplus,
    misconceptions=(
        Misconception(
            "overflow",
            "Right for small x; at 800 the exponential overflows. Which part of the formula can you take out of it?",
            lambda x: np.log1p(np.exp(x)),
        ),
        Misconception(
            "relu",
            "That is relu. softplus is round at 0: there it is log 2.",
            lambda x: np.maximum(x, 0),
        ),
        Misconception(
            "turned around",
            "Your function falls. For large x, softplus is x.",
            lambda x: np.logaddexp(0, -x),
        ),
    ),
)


def sigmoid(x):
    return np.asarray(activations.sigmoid(x))


SIGMOID = Exercise(
    id="sigmoid",
    name="sigmoid",
    title="A sigmoid that does not overflow",
    points=1,
    cases=lambda rng: calls("sigmoid", (wide(rng),), (rng.normal(size=(2, 3)),)),
    reference=sigmoid,
    misconceptions=(
        Misconception(
            "infinity by infinity",
            "At 800 you divide infinity by infinity. Write the fraction so that only small exponentials appear.",
            lambda x: np.exp(x) / (1 + np.exp(x)),
        ),
        Misconception(
            "sign of the exponent",
            "Your function falls from 1 to 0. Look at the sign in the exponent.",
            lambda x: 1 / (1 + np.exp(x)),
        ),
        Misconception(
            "tanh",
            "Your values run from -1 to 1. A sigmoid runs from 0 to 1.",
            lambda x: np.tanh(x),
        ),
        Misconception(
            "tanh, not stretched",
            "The sigmoid is a tanh, moved up and halved, but also twice as wide.",
            lambda x: (np.tanh(x) + 1) / 2,
        ),
    ),
)


def slope(function, x):
    with Tape() as tape:
        watched = tape.watch(np.asarray(x, dtype="float64"))
        total = np.sum(function(watched))
    return tape.gradient(total, watched)


NAMES = ("relu", "sigmoid", "tanh", "softplus", "elu", "softsign")


def slopes(x):
    return {name: slope(getattr(activations, name), x) for name in NAMES}


def with_other_slope(**others):
    return lambda x: slopes(x) | {name: function(x) for name, function in others.items()}


SLOPES = Exercise(
    id="slopes",
    name="slopes",
    title="Six slopes",
    points=3,
    cases=lambda rng: calls("slopes", (np.append(rng.normal(size=7) * 2, 0.0),), (rng.normal(size=(3, 2)),)),
    reference=slopes,
    misconceptions=(
        Misconception(
            "relu rises at zero",
            "At 0 relu has a corner; by agreement its slope there is 0, as everywhere on the left.",
            with_other_slope(relu=lambda x: np.where(x >= 0, 1.0, 0.0)),
        ),
        Misconception(
            "slope of the sigmoid without the second factor",
            "The slope of a sigmoid is small on both ends. Yours is small on one.",
            with_other_slope(sigmoid=lambda x: sigmoid(x)),
        ),
        Misconception(
            "tanh without the square",
            "The slope of tanh is largest at 0 and the same on both sides. Something has to be squared.",
            with_other_slope(tanh=lambda x: 1 - np.tanh(x)),
        ),
        Misconception(
            "slope of softplus",
            "softplus is the function whose slope you already know: it has the values of another activation.",
            with_other_slope(softplus=lambda x: sigmoid(x) * (1 - sigmoid(x))),
        ),
        Misconception(
            "slope of elu is elu",
            "On the left, your slope of elu is negative. elu rises everywhere.",
            with_other_slope(elu=lambda x: np.where(x > 0, 1.0, np.expm1(np.minimum(x, 0)))),
        ),
        Misconception(
            "softsign's slope not squared",
            "The slope of softsign falls faster: the quotient rule squares the denominator.",
            with_other_slope(softsign=lambda x: 1 / (1 + np.abs(x))),
        ),
    ),
)


def softmax(x):
    return np.asarray(activations.softmax(x))


def softmax_of(x, axis=-1, shift=None):
    shifted = np.exp(x - (x.max(axis=-1, keepdims=True) if shift is None else shift(x)))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def softmax_cases(rng):
    far = np.array([[0.0], [900.0]])  # two samples with nothing in common
    scores = [rng.normal(size=(4, 4)), rng.normal(size=(2, 5)) + far, rng.normal(size=(2, 3)) - 1000]
    return calls("softmax", *((x,) for x in scores))


SOFTMAX = Exercise(
    id="softmax",
    name="softmax",
    title="Softmax that does not overflow",
    points=2,
    cases=softmax_cases,
    reference=softmax,
    misconceptions=(
        Misconception(
            "overflow",
            "Right for small sums; exp(900) is infinite. Softmax stays the same when all sums of a sample move alike.",
            lambda x: softmax_of(x, shift=lambda x: 0.0),
        ),
        Misconception(
            "one shift for all samples",
            "You subtract the largest number of the whole batch: a sample far below it ends up as 0 by 0.",
            lambda x: softmax_of(x, shift=lambda x: x.max()),
        ),
        Misconception(
            "normalized over the samples",
            "Your columns sum to 1. Each sample, so each row, is a distribution of its own.",
            lambda x: softmax_of(x, axis=0, shift=lambda x: x.max(axis=0, keepdims=True)),
        ),
        Misconception(
            "normalized over everything",
            "All your numbers together sum to 1. Each sample is a distribution of its own.",
            lambda x: softmax_of(x, axis=None, shift=lambda x: x.max()),
        ),
    ),
)


def softmax_vjp(p, g):
    scores = np.log(np.asarray(p, dtype="float64"))
    with Tape() as tape:
        watched = tape.watch(scores)
        total = np.sum(activations.softmax(watched) * g)
    return tape.gradient(total, watched)


def probabilities(rng, shape):
    return softmax_of(rng.normal(size=shape))


SOFTMAX_VJP = Exercise(
    id="softmax-gradient",
    name="softmax_gradient",
    title="Softmax backward",
    points=3,
    cases=lambda rng: calls(
        "softmax_gradient", *((probabilities(rng, shape), rng.normal(size=shape)) for shape in [(4, 4), (3, 5)])
    ),
    reference=softmax_vjp,
    misconceptions=(
        Misconception(
            "unit by unit",
            "You treat every unit by itself, as for a sigmoid. When one output of a softmax grows, the others shrink.",
            lambda p, g: g * p * (1 - p),
        ),
        Misconception(
            "coupled across the samples",
            "Your sum runs over the samples. What is coupled are the units of one sample.",
            lambda p, g: p * (g - (g * p).sum(axis=0, keepdims=True)),
        ),
        Misconception(
            "second term not weighted",
            "The second term is an average of the incoming gradients, weighted by the probabilities.",
            lambda p, g: p * (g - g.mean(axis=-1, keepdims=True)),
        ),
        Misconception(
            "factor p forgotten",
            "The difference is right. A unit with a small probability hardly feels it: a factor is missing.",
            lambda p, g: g - (g * p).sum(axis=-1, keepdims=True),
        ),
    ),
)


def dead_units(outputs):
    return ~np.any(np.asarray(outputs) > 0, axis=0)


def dead_cases(rng):
    found = []
    for shape in [(5, 5), (6, 4)]:
        outputs = np.maximum(rng.normal(size=shape), 0)
        outputs[:, 1] = 0  # dead
        outputs[:, 2] = np.abs(outputs[:, 2]) + 0.1  # never off
        outputs[0, 0], outputs[1, 0] = 0.0, 0.5  # sometimes off
        outputs[2] = [0.0, 0.0, 0.3] + [0.0] * (shape[1] - 3)
        outputs[3, 3:] = 0.2
        found.append(outputs[:, rng.permutation(shape[1])])  # or the answer would be the same for everybody
    return calls("dead_units", *((outputs,) for outputs in found))


DEAD = Exercise(
    id="dead-units",
    name="dead_units",
    title="Find the dead units",
    points=1,
    cases=dead_cases,
    reference=dead_units,
    misconceptions=(
        Misconception(
            "off once is dead",
            "A unit that is off for some samples is alive. Dead is what is off for all of them.",
            lambda outputs: np.any(outputs == 0, axis=0),
        ),
        Misconception(
            "samples instead of units",
            "You looked at each sample. Units are columns.",
            lambda outputs: ~np.any(outputs > 0, axis=1),
        ),
        Misconception(
            "the living ones",
            "Your answer is true for the units that are alive.",
            lambda outputs: np.any(outputs > 0, axis=0),
        ),
        Misconception(
            "their number",
            "You counted them. The task asks which they are: a truth value for each unit.",
            lambda outputs: int(np.sum(~np.any(outputs > 0, axis=0))),
        ),
    ),
)

EXERCISES = [BENDS, SELU, SIGMOID, SOFTPLUS, SLOPES, SOFTMAX, SOFTMAX_VJP, DEAD]
