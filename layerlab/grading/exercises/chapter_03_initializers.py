"""Exercises of chapter 3: fans, and one initializer of each family, compared with layerlab's by their statistics.

Tolerances are five standard errors and more for the numbers of weights that are drawn.
"""

import numpy as np

from layerlab import initializers
from layerlab.grading.exercise import Exercise, Measure, Misconception, calls
from layerlab.grading.plan import Rng
from layerlab.initializers.random_initializers import compute_fans

__all__ = ["EXERCISES"]


def seed_of(rng):
    return int(rng.integers(2**31))


def fans(shape):
    return compute_fans(shape)


FANS = Exercise(
    id="fans",
    name="fans",
    title="fan_in and fan_out",
    points=2,
    cases=lambda rng: calls(
        "fans", *((tuple(int(n) for n in rng.permutation(np.arange(2, 12))[:k]),) for k in (2, 3, 4, 5))
    ),
    reference=fans,
    misconceptions=(
        Misconception(
            "the two exchanged",
            "You have them the wrong way round. In Keras's kernels the inputs come before the outputs.",
            lambda shape: fans(shape)[::-1],
        ),
        Misconception(
            "window forgotten",
            "Right for a dense kernel. A unit of a convolution sees its channels at every place of its window.",
            lambda shape: tuple(shape[-2:]),
        ),
        Misconception(
            "first two axes",
            "In the kernel of a convolution the window comes first, then the channels in, then the channels out.",
            lambda shape: tuple(shape[:2]),
        ),
        Misconception(
            "window in fan_in only",
            "Each input of a convolution is used at every place of the window too: fan_out has that factor as well.",
            lambda shape: (int(np.prod(shape[:-1])), shape[-1]),
        ),
    ),
)


def constant(shape, value):
    return initializers.Constant(value)(shape)


CONSTANT = Exercise(
    id="constant",
    name="constant",
    title="Every weight the same",
    points=1,
    cases=lambda rng: calls("constant", *((s, round(float(rng.uniform(0.2, 0.9)), 3)) for s in [(3, 4), (2, 3, 5)])),
    reference=constant,
    misconceptions=(
        Misconception(
            "a number, not an array",
            "A layer wants an array of the shape it asked for, not a single number.",
            lambda shape, value: value,
        ),
        Misconception(
            "rounded to integers",
            "Your array holds integers, and cut the value off. Weights are floating-point numbers.",
            lambda shape, value: np.zeros(shape, dtype=int) + int(value),
        ),
        Misconception(
            "ones",
            "You filled the array with ones, whatever the value is.",
            lambda shape, value: np.ones(shape),
        ),
    ),
)


def identity(shape, gain):
    return initializers.Identity(gain)(shape)


def identity_filled(shape, gain):
    return np.where(np.eye(*shape) > 0, 1.0, 0.0) + gain - 1


IDENTITY = Exercise(
    id="identity-kernel",
    name="identity",
    title="A kernel that changes nothing",
    points=1,
    cases=lambda rng: calls("identity", *((s, round(float(rng.uniform(1.5, 3)), 2)) for s in [(3, 3), (4, 2), (2, 5)])),
    reference=identity,
    misconceptions=(
        Misconception(
            "gain left out",
            "Your ones are where they belong. The gain stretches what passes through.",
            lambda shape, gain: np.eye(*shape),
        ),
        Misconception(
            "square only",
            "A kernel need not be square: as many rows as inputs, as many columns as units.",
            lambda shape, gain: gain * np.eye(shape[0]),
        ),
        Misconception(
            "gain added everywhere",
            "The gain multiplies the matrix. What is 0 stays 0.",
            identity_filled,
        ),
    ),
)


def distance(case):
    """What an array lacks that somebody worked out by hand: however random it looks, it is the same each time."""
    return Measure(
        "the mean distance between the weights of two draws",
        lambda values: np.mean(np.abs(np.asarray(values[0], dtype=float) - np.asarray(values[case], dtype=float))),
        tolerance=0.1,
        relative=True,
    )


def random_uniform(shape, minval, maxval, rng):
    return initializers.RandomUniform(minval, maxval, seed=seed_of(rng))(shape)


UNIFORM = Exercise(
    id="random-uniform",
    name="random_uniform",
    title="All values equally likely",
    points=1,
    cases=lambda rng: calls("random_uniform", *(((200, 100), -0.25, 0.75, Rng(seed_of(rng))) for _ in range(2))),
    reference=random_uniform,
    measures=(
        Measure("the smallest weight", lambda values: np.min(values[0]), tolerance=0.005),
        Measure("the largest weight", lambda values: np.max(values[0]), tolerance=0.005),
        Measure("the mean of the weights", lambda values: np.mean(values[0]), tolerance=0.02),
        Measure("the standard deviation of the weights", lambda values: np.std(values[0]), tolerance=0.02),
        distance(1),
    ),
    misconceptions=(
        Misconception(
            "scaled by the upper bound",
            "Numbers from 0 to 1 have to be stretched to the length of the interval before its lower end is added.",
            lambda shape, minval, maxval, rng: minval + maxval * rng.random(shape),
        ),
        Misconception(
            "not shifted",
            "Your interval has the right length, but begins at 0.",
            lambda shape, minval, maxval, rng: (maxval - minval) * rng.random(shape),
        ),
        Misconception(
            "bell-shaped",
            "Your weights gather around the middle. Uniform means that no value is preferred.",
            lambda shape, minval, maxval, rng: rng.normal((minval + maxval) / 2, (maxval - minval) / 4, shape),
        ),
    ),
)


def truncated_normal(shape, mean, stddev, rng):
    return initializers.TruncatedNormal(mean, stddev, seed=seed_of(rng))(shape)


def truncated_around_zero(shape, mean, stddev, rng):
    return _redrawn(lambda size: rng.normal(mean, stddev, size), shape, lambda w: np.abs(w) <= 2 * stddev)


def truncated_and_widened(shape, mean, stddev, rng):
    sigma = stddev / 0.8796256610342398
    return _redrawn(lambda size: rng.normal(mean, sigma, size), shape, lambda w: np.abs(w - mean) <= 2 * sigma)


def _redrawn(draw, shape, accept):
    weights = draw(shape)
    while (wrong := ~accept(weights)).any():
        weights[wrong] = draw(wrong.sum())
    return weights


MEAN, STDDEV = 0.5, 0.4
TRUNCATED = Exercise(
    id="truncated-normal",
    name="truncated_normal",
    title="A bell without its tails",
    points=2,
    cases=lambda rng: calls("truncated_normal", *(((200, 150), MEAN, STDDEV, Rng(seed_of(rng))) for _ in range(2))),
    reference=truncated_normal,
    measures=(
        Measure("the mean of the weights", lambda values: np.mean(values[0]), tolerance=0.02),
        Measure("the standard deviation of the weights", lambda values: np.std(values[0]), 0.03, relative=True),
        Measure("the smallest weight", lambda values: np.min(values[0]), tolerance=0.02),
        Measure("the largest weight", lambda values: np.max(values[0]), tolerance=0.02),
        Measure(
            "the share of weights at the very ends",
            lambda values: float(np.mean(np.abs(np.asarray(values[0]) - MEAN) > 1.98 * STDDEV)),
            tolerance=0.005,
        ),
        distance(1),
    ),
    misconceptions=(
        Misconception(
            "not truncated",
            "That is the whole bell: some of your weights lie more than two standard deviations from the mean.",
            lambda shape, mean, stddev, rng: rng.normal(mean, stddev, shape),
        ),
        Misconception(
            "clipped",
            "You moved the outliers onto the borders, where they now pile up. They are to be drawn again.",
            lambda shape, mean, stddev, rng: np.clip(
                rng.normal(mean, stddev, shape), mean - 2 * stddev, mean + 2 * stddev
            ),
        ),
        Misconception(
            "cut around zero",
            "Your limits lie around 0. They lie around the mean.",
            truncated_around_zero,
        ),
        Misconception(
            "widened to keep the spread",
            "You widened the bell so that the spread after the cut is `stddev`. The variance-scaling initializers do "
            "that, this one does not.",
            truncated_and_widened,
        ),
    ),
)


def variance_scaling(shape, scale, mode, distribution, rng):
    return initializers.VarianceScaling(scale, mode, distribution, seed=seed_of(rng))(shape)


def scaled(shape, scale, mode, distribution, rng, number=None, spread=np.sqrt, normal=None, limit=None):
    """Variance scaling with parts that can be exchanged for wrong ones."""
    fan_in, fan_out = fans(shape)
    n = (number or right_number)(mode, fan_in, fan_out)
    stddev = spread(scale / n)
    if distribution == "uniform":
        reach = limit(stddev) if limit else np.sqrt(3.0) * stddev
        return rng.uniform(-reach, reach, shape)
    return (normal or truncated_and_widened)(shape, 0.0, stddev, rng)


def right_number(mode, fan_in, fan_out):
    return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]


def exchanged_number(mode, fan_in, fan_out):
    return right_number(mode, fan_out, fan_in)


def summed_number(mode, fan_in, fan_out):
    return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": fan_in + fan_out}[mode]


def slip(**parts):
    return lambda *args: scaled(*args, **parts)


SCALINGS = [
    (2.0, "fan_in", "normal"),
    (1.0, "fan_avg", "uniform"),
    (1.0, "fan_out", "normal"),
    (1.5, "fan_in", "uniform"),
    (2.0, "fan_in", "normal"),  # the first once more, from another generator
]


def spread_of(case):
    return lambda values: np.std(values[case])


def reach_of(case):
    return lambda values: np.max(np.abs(values[case])) / np.std(values[case])


SCALING = Exercise(
    id="variance-scaling",
    name="variance_scaling",
    title="Glorot, He and LeCun in one function",
    points=3,
    cases=lambda rng: calls("variance_scaling", *(((300, 100), *settings, Rng(seed_of(rng))) for settings in SCALINGS)),
    reference=variance_scaling,
    measures=(
        *(
            measure
            for case, (scale, mode, kind) in enumerate(SCALINGS[:4])
            for measure in (
                Measure(
                    f"with ({scale}, {mode!r}, {kind!r}), the standard deviation", spread_of(case), 0.03, relative=True
                ),
                Measure(
                    f"with ({scale}, {mode!r}, {kind!r}), the largest weight in standard deviations",
                    reach_of(case),
                    0.1,
                ),
            )
        ),
        distance(4),
    ),
    misconceptions=(
        Misconception(
            "fan_out used for fan_in",
            "Your spread belongs to the other mode: fan_in counts the inputs of a unit, fan_out the units.",
            slip(number=exchanged_number),
        ),
        Misconception(
            "sum instead of average",
            "For 'fan_avg' you divided by the sum of the two fans. An average is half of that.",
            slip(number=summed_number),
        ),
        Misconception(
            "variance taken for the standard deviation",
            "scale / n is a variance. What the generator wants is the standard deviation.",
            slip(spread=lambda variance: variance),
        ),
        Misconception(
            "standard deviation taken for the limit",
            "A uniform distribution from -a to a has a standard deviation smaller than a. By which factor?",
            slip(limit=lambda stddev: stddev),
        ),
        Misconception(
            "spread right, but not truncated",
            "Your spread is right, but some weights lie far out: 'normal' means the truncated normal here.",
            slip(normal=lambda shape, mean, stddev, rng: rng.normal(mean, stddev, shape)),
        ),
        Misconception(
            "truncated, but not widened",
            "Cutting the tails off makes the spread smaller, by 12 %. Draw from a wider bell, so that the spread is "
            "right after the cut.",
            slip(normal=truncated_normal),
        ),
    ),
)


def orthogonal(shape, gain, rng):
    return initializers.Orthogonal(gain, seed=seed_of(rng))(shape)


def orthogonal_by_qr(shape, gain, rng):
    tall = rng.normal(size=(max(shape), min(shape)))
    q = np.linalg.qr(tall)[0]
    return gain * (q if shape[0] >= shape[1] else q.T)


def products(case):
    """The inner products of a kernel's rows or columns, whichever are fewer."""

    def of(values):
        kernel = np.asarray(values[case], dtype=float)
        tall = kernel if kernel.shape[0] >= kernel.shape[1] else kernel.T
        return tall.T @ tall

    return of


def lengths(case):
    return lambda values: np.sqrt(np.mean(np.diag(products(case)(values))))


def crookedness(case):
    def of(values):
        inner = products(case)(values)
        return np.abs(inner - np.diag(np.diag(inner))).max()

    return of


def regularity(case):
    """The mean size of an entry: a kernel of zeros and ones would have few, a random one has many small ones."""
    return lambda values: np.mean(np.abs(values[case]))


GAINS = [((40, 40), 1.0), ((60, 20), 2.0), ((20, 60), 1.5), ((40, 40), 1.0)]

ORTHOGONAL = Exercise(
    id="orthogonal",
    name="orthogonal",
    title="Rows or columns at right angles",
    points=2,
    cases=lambda rng: calls("orthogonal", *((*settings, Rng(seed_of(rng))) for settings in GAINS)),
    reference=orthogonal,
    measures=(
        *(
            measure
            for case, (shape, gain) in enumerate(GAINS[:3])
            for measure in (
                Measure(f"with {shape} and gain {gain}, the length of a row or column", lengths(case), 1e-3),
                Measure(f"with {shape}, the largest inner product of two of them", crookedness(case), 1e-3),
                Measure(f"with {shape}, the mean size of an entry", regularity(case), 0.15, relative=True),
            )
        ),
        distance(3),
    ),
    misconceptions=(
        Misconception(
            "gain left out",
            "Right angles you have. The gain says how long the rows or columns are to be.",
            lambda shape, gain, rng: orthogonal_by_qr(shape, 1.0, rng),
        ),
        Misconception(
            "random, not orthogonal",
            "Random vectors are only nearly at right angles. A factorization of the random matrix makes it exact.",
            lambda shape, gain, rng: gain * rng.normal(size=shape) / np.sqrt(max(shape)),
        ),
        Misconception(
            "wide kernels forgotten",
            "Only as many vectors as there are dimensions can be at right angles. In a wide kernel it is the rows.",
            lambda shape, gain, rng: gain * np.linalg.qr(rng.normal(size=shape))[0],
        ),
        Misconception(
            "the identity",
            "The identity is orthogonal, but the same each time. Begin with random numbers.",
            lambda shape, gain, rng: gain * np.eye(*shape),
        ),
    ),
)

EXERCISES = [FANS, CONSTANT, IDENTITY, UNIFORM, TRUNCATED, SCALING, ORTHOGONAL]
