"""Exercises of chapter 10: the protocol of a layer, written out in plain classes, and its gradient checked by hand.

The references follow layerlab's base layer; distances and their gradients come from its tape.
"""

import numpy as np

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.plan import Call, Get, New, NumpyFunction, Set

__all__ = ["EXERCISES"]


class Scale:
    """A weight per feature, made when the shape is known."""

    def build(self, input_shape):
        self.scale = np.ones(input_shape[-1])

    def call(self, x):
        return x * self.scale

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class OneScale(Scale):
    def build(self, input_shape):
        self.scale = np.ones(())


class ScalePerSample(Scale):
    def build(self, input_shape):
        self.scale = np.ones([n for n in input_shape if n is not None])


class ScaleForgetsBatch(Scale):
    def compute_output_shape(self, input_shape):
        return tuple(input_shape[1:])


class ScaleByZero(Scale):
    def build(self, input_shape):
        self.scale = np.zeros(input_shape[-1])


def scale_cases(rng):
    def case(shape):
        asked = (None, *shape[1:])
        return [
            New("Scale"),
            Call(".build", (asked,)),
            Get("scale"),
            Set("scale", rng.normal(size=shape[-1])),
            Call(".call", (rng.normal(size=shape),)),
            Call(".compute_output_shape", (asked,)),
        ]

    return [case((4, 3)), case((2, 5, 4))]


SCALE = Exercise(
    id="scale-layer",
    name="Scale",
    title="A weight for each feature",
    points=2,
    cases=scale_cases,
    reference=Scale,
    misconceptions=(
        Misconception(
            "one weight for all",
            "You made a single weight. Each feature has its own.",
            OneScale,
        ),
        Misconception(
            "a weight for every place of a sample",
            "You took the whole shape of a sample. The features are its last axis.",
            ScalePerSample,
        ),
        Misconception(
            "batch axis lost",
            "`compute_output_shape` gets a shape with the batch axis, and gives one with it.",
            ScaleForgetsBatch,
        ),
        Misconception(
            "scale begins at zero",
            "A layer that begins by multiplying with 0 passes nothing on. Which factor changes nothing?",
            ScaleByZero,
        ),
    ),
)


class Noise:
    """Noise in training, nothing otherwise."""

    def __init__(self, stddev):
        self.stddev = stddev

    def call(self, x, z, training=None):
        return x + self.stddev * z if training else x


class AlwaysNoise(Noise):
    def call(self, x, z, training=None):
        return x + self.stddev * z


class NoiseByDefault(Noise):
    def call(self, x, z, training=None):
        return super().call(x, z, training is not False)


class NoiseInPrediction(Noise):
    def call(self, x, z, training=None):
        return super().call(x, z, not training)


class ScaledNoise(Noise):
    def call(self, x, z, training=None):
        return x * (1 + self.stddev * z) if training else x


def noise_case(rng):
    x, z = rng.normal(size=(2, 3, 4)) + 2
    make = New("Noise", (round(float(rng.uniform(0.2, 0.8)), 2),))
    return [make, *(Call(".call", (x, z), mode) for mode in ({"training": True}, {"training": False}, {}))]


NOISE = Exercise(
    id="noise-layer",
    name="Noise",
    title="Different in training",
    points=1,
    cases=lambda rng: [noise_case(rng), noise_case(rng)],
    reference=Noise,
    misconceptions=(
        Misconception(
            "noise in predictions too",
            "You add noise whether the layer trains or not.",
            AlwaysNoise,
        ),
        Misconception(
            "training by default",
            "When nobody says anything, your layer trains. A plain call is a prediction.",
            NoiseByDefault,
        ),
        Misconception(
            "the wrong way round",
            "Your layer is noisy when it predicts, and quiet when it trains.",
            NoiseInPrediction,
        ),
        Misconception(
            "noise as a factor",
            "Your noise grows with the input. It is to be added.",
            ScaledNoise,
        ),
    ),
)


class Power:
    """A layer that can be made again from its configuration."""

    def __init__(self, exponent, offset=0.0, name=None):
        self.exponent, self.offset, self.name = exponent, offset, name

    def call(self, x):
        return (x + self.offset) ** self.exponent

    def get_config(self):
        return {"exponent": self.exponent, "offset": self.offset, "name": self.name}


class ForgetsDefault(Power):
    def get_config(self):
        return {"exponent": self.exponent, "name": self.name}


class ForgetsName(Power):
    def get_config(self):
        return {"exponent": self.exponent, "offset": self.offset}


class PositionalConfig(Power):
    def get_config(self):
        return [self.exponent, self.offset, self.name]


class TextConfig(Power):
    def get_config(self):
        return {"exponent": str(self.exponent), "offset": str(self.offset), "name": str(self.name)}


def power_case(rng, name):
    arguments = {"offset": round(float(rng.uniform(1, 3)), 2)} | ({"name": name} if name else {})
    make = New("Power", (int(rng.integers(2, 5)),), arguments)
    return [make, Call(".call", (rng.uniform(0, 2, size=3),)), Call(".get_config")]


CONFIG = Exercise(
    id="get-config",
    name="Power",
    title="A layer that can be saved",
    points=2,
    cases=lambda rng: [power_case(rng, "square"), power_case(rng, "")],
    reference=Power,
    misconceptions=(
        Misconception(
            "argument with a default forgotten",
            "A layer made again from your configuration would fall back to the default of an argument.",
            ForgetsDefault,
        ),
        Misconception(
            "name forgotten",
            "The name is an argument too; files find the weights of a layer by it.",
            ForgetsName,
        ),
        Misconception(
            "list instead of dict",
            "`get_config` gives a dictionary: the arguments by their names, so that `Power(**config)` works.",
            PositionalConfig,
        ),
        Misconception(
            "everything as text",
            "You turned the values into text. A layer made from them could not calculate.",
            TextConfig,
        ),
    ),
)


def distances(x, prototypes):
    return np.sum(np.square(np.expand_dims(x, 1) - prototypes), axis=-1)


DISTANCES = Exercise(
    id="distances",
    name="distances",
    title="How far from each prototype",
    points=2,
    cases=lambda rng: calls(
        "distances", *((rng.normal(size=(n, d)), rng.normal(size=(p, d))) for n, p, d in [(4, 4, 4), (3, 5, 2)])
    ),
    reference=distances,
    misconceptions=(
        Misconception(
            "root taken",
            "You took the root. The task asks for squared distances, whose gradient is simpler.",
            lambda x, prototypes: np.sqrt(distances(x, prototypes)),
        ),
        Misconception(
            "not squared",
            "Your differences cancel each other. Square them before you add up.",
            lambda x, prototypes: np.sum(x[:, None] - prototypes, axis=-1),
        ),
        Misconception(
            "summed over the prototypes",
            "You added up the prototypes. What has to go is the axis of the features.",
            lambda x, prototypes: np.sum(np.square(x[:, None] - prototypes), axis=1),
        ),
        Misconception(
            "a row per prototype",
            "Your rows are prototypes. Samples are rows.",
            lambda x, prototypes: distances(x, prototypes).T,
        ),
        Misconception(
            "paired off",
            "You compare each sample with one prototype only. Every sample meets every prototype.",
            lambda x, prototypes: np.sum(np.square(x - prototypes), axis=-1),
        ),
    ),
)


def prototypes_gradient(x, prototypes, g):
    with Tape() as tape:
        watched = tape.watch(prototypes)
        total = np.sum(distances(x, watched) * g)
    return tape.gradient(total, watched)


def by_hand(x, prototypes, g):
    return 2 * np.einsum("np,npd->pd", g, prototypes - x[:, None])


PROTOTYPES = Exercise(
    id="prototypes-gradient",
    name="prototypes_gradient",
    title="Where the prototypes want to go",
    points=3,
    cases=lambda rng: calls(
        "prototypes_gradient",
        *(
            (rng.normal(size=(n, d)), rng.normal(size=(p, d)), rng.normal(size=(n, p)))
            for n, p, d in [(4, 4, 4), (3, 5, 2)]
        ),
    ),
    reference=prototypes_gradient,
    misconceptions=(
        Misconception(
            "sign",
            "That is the gradient for the samples. If a prototype moves toward a sample, the distance shrinks.",
            lambda x, prototypes, g: -by_hand(x, prototypes, g),
        ),
        Misconception(
            "factor 2 forgotten",
            "The derivative of a square brings a factor down.",
            lambda x, prototypes, g: by_hand(x, prototypes, g) / 2,
        ),
        Misconception(
            "averaged over the samples",
            "You divide by the number of samples. If the loss is a mean, that factor is in `g` already.",
            lambda x, prototypes, g: by_hand(x, prototypes, g) / len(x),
        ),
        Misconception(
            "incoming gradient left out",
            "You took every distance for equally important. `g` says how much the loss cares for each.",
            lambda x, prototypes, g: by_hand(x, prototypes, np.ones_like(g)),
        ),
    ),
)


def numeric_gradient(f, x, h):
    return _differences(f, x, h, h, 2 * h)


def _differences(f, x, up, down, width):
    """(f at x + up - f at x - down) / width, number by number."""
    found = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = 1.0
        found[index] = (f(x + up * nudge) - f(x - down * nudge)) / width
    return found


def numeric_in_place(f, x, h):
    found = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        up = f(x)
        x[index] -= 2 * h
        found[index] = (up - f(x)) / (2 * h)
    return found


def numeric_cases(rng):
    functions = [("std", (5,)), ("ptp", (4,)), ("std", (2, 3))]
    return calls("numeric_gradient", *((NumpyFunction(f), rng.normal(size=shape) + 1, 0.1) for f, shape in functions))


NUMERIC = Exercise(
    id="numeric-gradient",
    name="numeric_gradient",
    title="Check a gradient by wiggling",
    points=2,
    cases=numeric_cases,
    reference=numeric_gradient,
    misconceptions=(
        Misconception(
            "one side only",
            "You compare with the value in the middle. Look at both sides: the error is much smaller.",
            lambda f, x, h: _differences(f, x, h, 0.0, h),
        ),
        Misconception(
            "divided by h",
            "From one side to the other it is twice as far as you divide by.",
            lambda f, x, h: _differences(f, x, h, h, h),
        ),
        Misconception(
            "all at once",
            "You moved all numbers together. The gradient has an entry for each, moved alone.",
            lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        ),
        Misconception(
            "left displaced",
            "After a wiggle you do not put the number back: the next ones are measured elsewhere, and the caller's "
            "array has changed.",
            numeric_in_place,
        ),
    ),
)

EXERCISES = [SCALE, NOISE, CONFIG, NUMERIC, DISTANCES, PROTOTYPES]
