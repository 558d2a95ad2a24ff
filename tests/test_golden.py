"""Every layer against numbers made by real Keras: outputs, shapes, gradients, penalties and configurations.

golden/layers.json holds deterministic layers with gradients; golden/noise_and_shape_layers.json (golden/make_layers.py)
several calls of the layers that draw noise, make masks or move numbers; golden/merging_and_normalization.json
(golden/make_merging_and_normalization.py) calls with masks, and with averages that move.
"""

import json
import pathlib
import re

import numpy as np
import pytest

from layerlab import Input, layers, tree
from layerlab.autodiff import Tape
from layerlab.masking import get_mask, set_mask

FOLDER = pathlib.Path(__file__).parent / "golden"
CASES = json.loads((FOLDER / "layers.json").read_text())["cases"]
CALLED_CASES = json.loads((FOLDER / "noise_and_shape_layers.json").read_text())["cases"]
MASKED_CASES = json.loads((FOLDER / "merging_and_normalization.json").read_text())["cases"]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


def make(case, **more):
    kwargs = {key: tuple(value) if isinstance(value, list) else value for key, value in case["kwargs"].items()}
    return getattr(layers, case["layer"])(**kwargs, **more)


def inputs_of(case):
    kind = "int32" if case["int_inputs"] else "float32"
    arrays = [np.array(value, kind) for value in case["inputs"]]
    return arrays if len(arrays) > 1 else arrays[0]


def built(case, inputs):
    layer = make(case)
    layer(inputs)
    assert [(w.name, list(w.shape)) for w in layer.weights] == [(w["name"], w["shape"]) for w in case["weights"]]
    layer.set_weights([np.array(w["value"], "float32") for w in case["weights"]])
    return layer


def plain(config):
    """The configuration as JSON gives it back, without the name, which depends on what was made before."""
    return {key: value for key, value in json.loads(json.dumps(config)).items() if key != "name"}


def close(ours, keras):
    np.testing.assert_allclose(ours, keras, rtol=1e-5, atol=1e-5)


@every_case
def test_outputs_and_penalties_are_those_of_keras(case):
    inputs = inputs_of(case)
    layer = built(case, inputs)
    output = layer(inputs, training=case.get("training"))
    assert output.dtype == np.float32
    assert list(output.shape) == case["output_shape"]
    close(output, case["output"])
    close([float(loss) for loss in layer.losses], case["losses"])


@every_case
def test_symbolic_shapes_are_those_of_keras(case):
    inputs = inputs_of(case)
    symbols = [Input(x.shape[1:], dtype=x.dtype) for x in (inputs if isinstance(inputs, list) else [inputs])]
    output = make(case)(symbols if isinstance(inputs, list) else symbols[0])
    assert list(output.shape) == case["symbolic_output_shape"]


@pytest.mark.parametrize("case", [case for case in CASES if "cotangent" in case], ids=lambda case: case["id"])
def test_gradients_are_those_of_keras(case):
    inputs = inputs_of(case)
    layer = built(case, inputs)
    with Tape() as tape:
        watched = inputs if case["int_inputs"] else tree.map_structure(tape.watch, inputs)
        loss = np.sum(layer(watched) * np.array(case["cotangent"], "float32"))
    sources = [] if case["int_inputs"] else tree.flatten(watched)
    found = tape.gradient(loss, [*sources, *layer.trainable_weights])
    expected = case.get("grad_inputs", []) + [g["value"] for g in case["grad_weights"]]
    for ours, keras in zip(found, expected, strict=True):
        close(ours, keras)


@every_case
def test_configurations_are_those_of_keras(case):
    config = built(case, inputs_of(case)).get_config()
    assert plain(config) == plain(case["config"])
    assert re.fullmatch(rf"{case['config']['name'].rstrip('_0123456789')}[_\d]*", config["name"])


def label(case):
    words = [f"{key}={value}" for key, value in case["kwargs"].items()]
    marks = [key for key in ("training", "mask", "masks") if case.get(key)]
    return "-".join([case["layer"], *words, *marks])


every_called_case = pytest.mark.parametrize("case", CALLED_CASES, ids=label)


@every_called_case
def test_each_call_gives_the_numbers_of_keras(case):
    layer, inputs = make(case), np.array(case["inputs"], "float32")
    call = {"training": case["training"], "mask": None if case["mask"] is None else np.array(case["mask"])}
    for expected in case["outputs"]:
        output = layer(inputs, **{key: value for key, value in call.items() if value is not None})
        assert output.dtype == case["dtype"]
        np.testing.assert_allclose(output, expected, rtol=2e-6, atol=1e-6)
    close([float(loss) for loss in layer.losses], case["losses"])


@every_called_case
def test_shapes_and_configurations_of_called_layers_are_those_of_keras(case):
    layer = make(case)
    assert list(layer(Input(np.shape(case["inputs"])[1:])).shape) == case["symbolic_output_shape"]
    assert plain(layer.get_config()) == case["config"]


def masked(x, mask):
    """A new array that carries the mask."""
    x = x[...]
    set_mask(x, None if mask is None else np.array(mask))
    return x


@pytest.mark.filterwarnings("ignore:You passed `rms_scaling=True`")
@pytest.mark.parametrize("case", MASKED_CASES, ids=label)
def test_each_masked_call_gives_the_numbers_and_gradients_of_keras(case):
    inputs = [np.array(x, "int32" if case["integers"] else "float32") for x in case["inputs"]]
    layer = make(case)
    layer.build([x.shape for x in inputs] if case["several"] else inputs[0].shape)
    layer.set_weights([np.array(value, "float32") for value in case["weights"]])
    with Tape() as tape:
        watched = inputs if case["integers"] else [tape.watch(x) for x in inputs]
        marked = [masked(x, mask) for x, mask in zip(watched, case["masks"], strict=True)]
        output = layer(marked if case["several"] else marked[0], training=case["training"] or None)
        loss = np.sum(output * np.array(case["cotangent"], "float32"))
    found = tape.gradient(loss, [*layer.trainable_weights, *([] if case["integers"] else watched)])
    assert output.dtype == np.float32
    close(output.numpy(), case["output"])
    np.testing.assert_equal(get_mask(output), case["mask"] if case["mask"] is None else np.array(case["mask"]))
    close_lists(layer.losses, case["losses"])
    close_lists([w.value for w in layer.non_trainable_weights], case["moved"])
    close_lists(found, case["gradients"])
    assert plain(layer.get_config()) == plain(case["config"])


def close_lists(ours, keras):
    for a, b in zip(ours, keras, strict=True):
        close(np.asarray(a), b)
