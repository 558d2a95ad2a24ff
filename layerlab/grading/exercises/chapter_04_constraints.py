"""Exercises of chapter 4: the four constraints, along the right axis, at the right moment.

The references are layerlab's constraints and its SGD, which applies them after the update.
"""

import numpy as np

from layerlab import constraints
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.optimizers import SGD
from layerlab.variables import Variable

__all__ = ["EXERCISES"]

EPSILON = 1e-7


def square_then_others(rng, *shapes):
    """Kernels with columns of clearly different lengths; the first is square, so that a wrong axis gives numbers."""
    return [rng.normal(size=shape) * np.linspace(0.4, 2.2, shape[-1]) for shape in [(4, 4), *shapes]]


def norms(w, axis=0):
    return np.sqrt(np.sum(np.square(w), axis=axis, keepdims=True))


def non_neg(w):
    return np.asarray(constraints.NonNeg()(w))


NON_NEG = Exercise(
    id="non-neg",
    name="non_neg",
    title="No negative weights",
    points=1,
    cases=lambda rng: calls("non_neg", *((w,) for w in square_then_others(rng, (3, 6), (2, 3, 4)))),
    reference=non_neg,
    misconceptions=(
        Misconception(
            "absolute value",
            "You turned negative weights around. The nearest number that is not negative is another one.",
            lambda w: np.abs(w),
        ),
        Misconception(
            "shifted",
            "You lifted all weights until the smallest is 0. Weights that were allowed must stay what they are.",
            lambda w: w - min(w.min(), 0),
        ),
        Misconception(
            "negative ones kept",
            "You kept the weights that are not allowed and dropped the others.",
            lambda w: np.minimum(w, 0),
        ),
    ),
)


def unit_norm(w):
    return np.asarray(constraints.UnitNorm()(w))


UNIT_NORM = Exercise(
    id="unit-norm",
    name="unit_norm",
    title="Every unit of length 1",
    points=1,
    cases=lambda rng: calls("unit_norm", *((w,) for w in square_then_others(rng, (3, 6), (5, 2)))),
    reference=unit_norm,
    misconceptions=(
        Misconception(
            "norm over the wrong axis",
            "You made the rows 1 long. The weights of one unit are a column of the kernel.",
            lambda w: w / (EPSILON + norms(w, axis=1)),
        ),
        Misconception(
            "one norm for the whole kernel",
            "You took the length of all weights together. Each unit has a length of its own.",
            lambda w: w / (EPSILON + norms(w, axis=None)),
        ),
        Misconception(
            "sum of absolute values",
            "You divided by the sum of the absolute values. The length of a vector is another norm.",
            lambda w: w / (EPSILON + np.abs(w).sum(axis=0)),
        ),
        Misconception(
            "root forgotten",
            "You divided by the sum of the squares: the length is the root of that.",
            lambda w: w / (EPSILON + np.square(w).sum(axis=0)),
        ),
    ),
)


def max_norm(w, max_value):
    return np.asarray(constraints.MaxNorm(max_value)(w))


MAX_NORM = Exercise(
    id="max-norm",
    name="max_norm",
    title="No unit longer than the leash",
    points=2,
    cases=lambda rng: calls("max_norm", *((w, 2.0) for w in square_then_others(rng, (3, 6), (6, 3)))),
    reference=max_norm,
    misconceptions=(
        Misconception(
            "each weight clipped",
            "You limited every single weight. The constraint limits the length of a column; a weight is limited by it "
            "only as far as the whole column is.",
            lambda w, max_value: np.clip(w, -max_value, max_value),
        ),
        Misconception(
            "norm over the wrong axis",
            "Your norms run along the rows. The weights of one unit are a column of the kernel: axis 0.",
            lambda w, max_value: w * np.minimum(norms(w, 1), max_value) / (EPSILON + norms(w, 1)),
        ),
        Misconception(
            "one norm for the whole kernel",
            "You took the length of all weights together. Each unit is on a leash of its own.",
            lambda w, max_value: w * np.minimum(norms(w, None), max_value) / (EPSILON + norms(w, None)),
        ),
        Misconception(
            "short columns stretched",
            "You gave every column the largest length allowed. A leash does not push.",
            lambda w, max_value: w * max_value / (EPSILON + norms(w)),
        ),
        Misconception(
            "long columns cut to 1",
            "Columns that are too long come out with length 1. They are allowed to be `max_value` long.",
            lambda w, max_value: np.where(norms(w) > max_value, w / (EPSILON + norms(w)), w),
        ),
    ),
)


def min_max_norm(w, min_value, max_value, rate):
    return np.asarray(constraints.MinMaxNorm(min_value, max_value, rate)(w))


def projected(w, low, high, rate):
    wanted = rate * np.clip(norms(w), low, high) + (1 - rate) * norms(w)
    return w * wanted / (EPSILON + norms(w))


def min_max_cases(rng):
    kernels = square_then_others(rng, (3, 6), (6, 5))
    return calls("min_max_norm", *((w, 1.1, 2.1, rate) for w, rate in zip(kernels, (1.0, 0.3, 0.8), strict=True)))


MIN_MAX = Exercise(
    id="min-max-norm",
    name="min_max_norm",
    title="Not too short, not too long, and not at once",
    points=2,
    cases=lambda rng: calls(
        "min_max_norm",
        *(
            (w, 1.1, 2.1, rate)
            for w, rate in zip(square_then_others(rng, (3, 6), (6, 5)), (1.0, 0.3, 0.8), strict=True)
        ),
    ),
    reference=min_max_norm,
    misconceptions=(
        Misconception(
            "rate left out",
            "You go all the way at once. With a rate below 1, only that part of the way.",
            lambda w, min_value, max_value, rate: projected(w, min_value, max_value, 1.0),
        ),
        Misconception(
            "rate the wrong way round",
            "Your rate says how much of the old length stays. It says how far the new length is approached.",
            lambda w, min_value, max_value, rate: projected(w, min_value, max_value, 1 - rate),
        ),
        Misconception(
            "lower bound left out",
            "Columns that are too short stay too short.",
            lambda w, min_value, max_value, rate: projected(w, 0.0, max_value, rate),
        ),
        Misconception(
            "rate times the whole kernel",
            "You shrank all weights by the rate. It belongs to the new length alone.",
            lambda w, min_value, max_value, rate: rate * projected(w, min_value, max_value, 1.0),
        ),
    ),
)


def max_norm_conv(kernel, max_value):
    return np.asarray(constraints.MaxNorm(max_value, axis=[0, 1, 2])(kernel))


def limited(kernel, max_value, axis):
    lengths = norms(kernel, axis)
    return kernel * np.minimum(lengths, max_value) / (EPSILON + lengths)


MAX_NORM_CONV = Exercise(
    id="max-norm-conv",
    name="max_norm_conv",
    title="The leash of a filter",
    points=1,
    cases=lambda rng: calls(
        "max_norm_conv", *((w, 2.0) for w in square_then_others(rng, (3, 3, 3, 3), (3, 2, 4, 5))[1:])
    ),
    reference=max_norm_conv,
    misconceptions=(
        Misconception(
            "axis 0, as for Dense",
            "Along axis 0 you measure single columns of the window. All weights of one filter belong to its length.",
            lambda kernel, max_value: limited(kernel, max_value, 0),
        ),
        Misconception(
            "window only",
            "You measure the window of each channel by itself. A filter sums over its channels too.",
            lambda kernel, max_value: limited(kernel, max_value, (0, 1)),
        ),
        Misconception(
            "across the filters",
            "You measure from filter to filter. The last axis counts the filters: it is the one to keep.",
            lambda kernel, max_value: limited(kernel, max_value, 3),
        ),
        Misconception(
            "one norm for all filters",
            "You took one length for the whole kernel. Each filter has its own.",
            lambda kernel, max_value: limited(kernel, max_value, None),
        ),
    ),
)


def constrained_step(w, gradient, learning_rate, max_value):
    kernel = Variable(w, dtype="float32", constraint=constraints.MaxNorm(max_value))
    SGD(learning_rate).apply([gradient], [kernel])
    return kernel.numpy()


def step_cases(rng):
    kernels = square_then_others(rng, (3, 6))
    return calls("constrained_step", *((w, rng.normal(size=w.shape), 0.5, 1.5) for w in kernels))


STEP = Exercise(
    id="constrained-step",
    name="constrained_step",
    title="First the step, then the leash",
    points=2,
    cases=step_cases,
    reference=constrained_step,
    misconceptions=(
        Misconception(
            "leash first, then the step",
            "You shorten first and step then: the step may lead outside again, and nobody looks.",
            lambda w, gradient, learning_rate, max_value: limited(w, max_value, 0) - learning_rate * gradient,
        ),
        Misconception(
            "the gradient on a leash",
            "You shortened the gradient. The constraint is about the weights.",
            lambda w, gradient, learning_rate, max_value: w - learning_rate * limited(gradient, max_value, 0),
        ),
        Misconception(
            "no leash",
            "That is the plain step. Columns may be too long after it.",
            lambda w, gradient, learning_rate, max_value: w - learning_rate * gradient,
        ),
        Misconception(
            "uphill",
            "The gradient points to where the loss grows.",
            lambda w, gradient, learning_rate, max_value: limited(w + learning_rate * gradient, max_value, 0),
        ),
    ),
)

EXERCISES = [NON_NEG, UNIT_NORM, MAX_NORM, MIN_MAX, MAX_NORM_CONV, STEP]
