"""Whole training runs against the numbers of real Keras: weights, history and evaluation after three epochs."""

import json
from pathlib import Path

import numpy as np
import pytest

from layerlab import Sequential, layers, optimizers
from layerlab.layers import Input

CASES = json.loads((Path(__file__).parents[1] / "golden" / "training.json").read_text())["cases"]


def model_of(case):
    """The compiled model of a case, with its starting weights."""
    model = Sequential([Input(np.shape(case["X"])[1:]), *map(layers.deserialize, case["config"])])
    model.set_weights([np.array(w, "float32") for w in case["start"]])
    metrics = [name for name in case["history"] if name != "loss"]
    model.compile(optimizers.deserialize(case["optimizer"]), case["loss"], metrics=metrics)
    return model


def fit_arguments(case):
    arguments = dict(case["fit"])
    if "class_weight" in arguments:
        arguments["class_weight"] = {int(key): weight for key, weight in arguments["class_weight"].items()}
    return arguments | {"batch_size": case["batch_size"], "epochs": case["epochs"], "shuffle": False, "verbose": 0}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_training_run_matches_keras(case):
    missing = [c["class_name"] for c in case["config"] if not hasattr(layers, c["class_name"])]
    if missing:
        pytest.skip(f"layerlab has no {missing[0]} yet")
    x, y = np.array(case["X"], "float32"), np.array(case["y"])
    y = y.astype("float32") if y.dtype.kind == "f" else y
    model = model_of(case)
    history = model.fit(x, y, **fit_arguments(case)).history
    for name, values in case["history"].items():
        np.testing.assert_allclose(history[name], values, rtol=1e-5, atol=1e-6, err_msg=name)
    for found, expected in zip(model.get_weights(), case["end"], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(np.ravel(model.evaluate(x, y, verbose=0)), case["evaluate"], rtol=1e-5, atol=1e-6)
