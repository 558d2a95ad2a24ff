"""All 34 snippets of the tutorial that this project began with run with `keras` replaced by `layerlab`.

Each must have the right number of parameters and what its text speaks of, predict, and train for a step.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from layerlab import utils

TEXT = (Path(__file__).parent / "seeds" / "snippets.txt").read_text(encoding="utf-8")
SNIPPETS = {}  # title -> (parameters, attributes of the first layer, code)
for heading, code in re.findall(r"^### (.*)\n((?:(?!###).*\n?)*)", TEXT, re.MULTILINE):
    title, parameters, attributes, _ = heading.split(" | ")
    SNIPPETS[title] = (int(parameters), dict(pair.split("=") for pair in attributes.split(", ")), code)


def run(code):
    """The model that a snippet makes."""
    utils.set_random_seed(7)
    names = {}
    with pytest.warns(UserWarning, match="Do not pass an `input_shape`"):
        exec(code.replace("keras", "layerlab"), names)
    return names["model"]


def called(obj):
    return getattr(obj, "__name__", type(obj).__name__)


def test_there_are_34():
    assert len(SNIPPETS) == 34


@pytest.mark.parametrize(("parameters", "attributes", "code"), SNIPPETS.values(), ids=SNIPPETS)
def test_snippet(parameters, attributes, code):
    model = run(code)
    layer = model.layers[0]
    assert model.count_params() == parameters
    assert {name: called(getattr(layer, name)) for name in attributes} == attributes

    rng = np.random.default_rng(0)
    inputs, outputs = layer.kernel.shape[0], model.layers[-1].units
    x, y = (rng.random((8, size), dtype="float32") for size in (inputs, outputs))
    prediction = np.asarray(model(x))
    assert prediction.shape == (8, outputs)
    assert prediction.dtype == "float32"
    # `predict` holds BLAS to one thread, and some of its kernels then add in another order
    np.testing.assert_allclose(model.predict(x, verbose=0), prediction, rtol=1e-4, atol=1e-5)

    before = model.get_weights()
    model.compile(optimizer="sgd", loss="mse")
    loss = model.train_on_batch(x, y)
    np.testing.assert_allclose(loss, np.mean((y - prediction) ** 2), rtol=1e-5)
    after = model.get_weights()
    assert all(np.isfinite(weight).all() for weight in after)
    moved = any((a != b).any() for a, b in zip(after, before, strict=True))
    dead = not prediction.any()  # relu on zeros passes no gradient back: such a layer never learns
    assert moved != dead


CONSTRAINTS = {  # title -> what holds for every unit's incoming weights after a step
    "NonNeg": lambda kernel, norms: (kernel >= 0).all(),
    "UnitNorm": lambda kernel, norms: np.allclose(norms, 1, atol=1e-5),
    "MaxNorm": lambda kernel, norms: (norms <= 2 + 1e-5).all(),
    "MinMaxNorm": lambda kernel, norms: (norms <= 1 + 1e-5).all(),
}


@pytest.mark.parametrize(("title", "holds"), CONSTRAINTS.items(), ids=CONSTRAINTS)
def test_constraints_hold_after_a_step(title, holds):
    model = run(SNIPPETS[title][2])
    model.compile(optimizer="sgd", loss="mse")
    rng = np.random.default_rng(0)
    model.train_on_batch(*(rng.normal(size=(8, size)).astype("float32") for size in (784, 512)))
    kernel = model.layers[0].kernel.numpy()
    assert holds(kernel, np.linalg.norm(kernel, axis=0))
