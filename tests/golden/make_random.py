"""Makes random.json: random numbers, seeds and initial weights as Keras's NumPy backend draws them.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=numpy python make_random.py`.
"""

import json
import pathlib
import random

import keras
import numpy as np

LOGITS = [[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]]
X = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]

DRAWS = [
    ("uniform", {"shape": (2, 3), "seed": 1}),
    ("uniform", {"shape": (5,), "minval": -2.0, "maxval": 3.0, "seed": 2**32 - 1}),
    ("uniform", {"shape": (3,), "dtype": "float64", "seed": 8}),
    ("uniform", {"shape": (3,), "dtype": "float16", "seed": 8}),
    ("normal", {"shape": (2, 3), "seed": 0}),
    ("normal", {"shape": (), "mean": 5.0, "stddev": 0.1, "seed": 3}),
    ("truncated_normal", {"shape": (4, 5), "seed": 1}),
    ("truncated_normal", {"shape": (30,), "mean": -1.0, "stddev": 3.0, "seed": 9}),
    ("truncated_normal", {"shape": (2, 0), "seed": 9}),
    ("randint", {"shape": (7,), "minval": -3, "maxval": 9, "seed": 4}),
    ("randint", {"shape": (2, 2), "minval": 0, "maxval": 255, "dtype": "uint8", "seed": 4}),
    ("categorical", {"logits": LOGITS, "num_samples": 9, "seed": 5}),
    ("shuffle", {"x": X, "seed": 6}),
    ("shuffle", {"x": X, "axis": 1, "seed": 6}),
    ("dropout", {"inputs": X, "rate": 0.3, "seed": 7}),
    ("dropout", {"inputs": X, "rate": 0.5, "noise_shape": (None, 1), "seed": 1}),
    ("dropout", {"inputs": X, "rate": 0.0, "seed": 7}),
    ("dropout", {"inputs": X, "rate": 1.0, "seed": 7}),
    ("gamma", {"shape": (4,), "alpha": 2.0, "seed": 2}),
    ("beta", {"shape": (4,), "alpha": 2.0, "beta": 3.0, "seed": 2}),
    ("binomial", {"shape": (4,), "counts": 9.0, "probabilities": 0.3, "seed": 2}),
]

SHAPES = [(), (5,), (3, 4), (4, 3), (2, 2, 3), (2, 1, 3, 2)]
INITIALIZERS = [
    ("Zeros", {}),
    ("Ones", {}),
    ("Constant", {"value": -2.5}),
    ("Identity", {"gain": 1.5}),
    ("RandomNormal", {"seed": 1}),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.5, "seed": 2}),
    ("RandomUniform", {"seed": 1}),
    ("RandomUniform", {"minval": 0.0, "maxval": 3.0, "seed": 2}),
    ("TruncatedNormal", {"seed": 1}),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 0.5, "seed": 2}),
    ("VarianceScaling", {"seed": 1}),
    *(
        ("VarianceScaling", {"scale": 3.0, "mode": mode, "distribution": distribution, "seed": 3})
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("normal", "Truncated_Normal", "untruncated_normal", "uniform")
    ),
    ("VarianceScaling", {"seed": 1, "input_axes": [0], "output_axes": [-1]}),
    *(
        (family + distribution, {"seed": 5})
        for family in ("Lecun", "Glorot", "He")
        for distribution in ("Normal", "Uniform")
    ),
    ("HeNormal", {"seed": 1, "input_axes": [0], "output_axes": [-1]}),
    ("Orthogonal", {"seed": 1}),
    ("Orthogonal", {"gain": 1.5, "seed": 2}),
]
WINDOWED = [
    {},
    {"side": "imag"},
    {"window": "hamming", "scaling": "spectrum"},
    {"window": "blackman", "periodic": True},
    {"window": "bartlett", "scaling": None},
    {"window": "tukey"},
    {"window": "tukey", "periodic": True},
    {"window": None},
]


def listed(array):
    array = np.asarray(array)
    return {"dtype": str(array.dtype), "shape": array.shape, "values": array.ravel().tolist()}


def draw(name, arguments):
    arrays = {key: np.array(arguments[key], "float32") for key in ("logits", "x", "inputs") if key in arguments}
    return listed(getattr(keras.random, name)(**(arguments | arrays)))


def initial(name, arguments, shape):
    initializer = getattr(keras.initializers, name)(**arguments)
    case = {"name": name, "arguments": arguments, "shape": shape, "config": initializer.get_config()}
    return case | {"result": listed(initializer(shape))}


def accepts(name, arguments, shape):
    if name == "Identity":
        return len(shape) == 2
    if name == "Orthogonal":
        return len(shape) >= 2
    return not (arguments.get("input_axes") and not shape)


def stream():
    generator = keras.random.SeedGenerator(3)
    states = [generator.next(), generator.next(ordered=False), generator.next(), generator.next(ordered=False)]
    return [np.array(state).tolist() for state in (*states, generator.next())]


def unseeded():
    """What follows one set_random_seed: seeds of new initializers, then draws from the global generator."""
    keras.utils.set_random_seed(7)
    makers = [keras.initializers.HeNormal, keras.initializers.Zeros, keras.initializers.Orthogonal]
    seeds = [getattr(maker(), "seed", None) for maker in makers]
    draws = [listed(keras.random.uniform((3,))) for _ in range(4)]
    return {"seeds": seeds, "draws": draws, "python": random.random(), "numpy": np.random.random()}


golden = {
    "draws": [{"name": name, "arguments": arguments, "result": draw(name, arguments)} for name, arguments in DRAWS],
    "initializers": [
        initial(name, arguments, shape)
        for name, arguments in INITIALIZERS
        for shape in SHAPES
        if accepts(name, arguments, shape)
    ],
    "stft": [initial("STFT", arguments, (8, 1, 5)) for arguments in WINDOWED],
    "stream": stream(),
    "unseeded": unseeded(),
}
pathlib.Path(__file__).with_name("random.json").write_text(json.dumps(golden) + "\n")
